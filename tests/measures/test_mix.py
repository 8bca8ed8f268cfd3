# SPDX-License-Identifier: GPL-2.0-or-later
"""The tenure mix against hand-computed units, its edges, and its independence of row order."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from wijkmix.wijkmix_plugin.errors import MeasureError
from wijkmix.wijkmix_plugin.measures import mix

LN2, LN3 = np.log(2), np.log(3)


def table(*rows, columns=("n_koop", "n_corp", "n_overig")):
    return pd.DataFrame(rows, columns=list(columns), dtype=float)


def test_hand_computed_units():
    # Together 120 koop, 60 corp, 20 overig of 200: P = 0.6, 0.3, 0.1.
    found = mix.tenure_mix(table((100, 0, 0), (20, 60, 20)))
    assert list(found.columns) == [
        *("share_koop", "share_corp", "share_overig_huur", "div_tenure", "local_divergence"),
        *("lq_koop", "lq_corp", "lq_overig"),
    ]
    assert found["share_koop"].tolist() == [100, 20]
    assert found["share_overig_huur"].tolist() == [0, 20]
    entropy = -(0.2 * np.log(0.2) * 2 + 0.6 * np.log(0.6))
    assert found["div_tenure"].to_numpy() == pytest.approx([0, entropy / LN3], abs=1e-15)
    divergence = 0.2 * np.log(0.2 / 0.6) + 0.6 * np.log(0.6 / 0.3) + 0.2 * np.log(0.2 / 0.1)
    assert found["local_divergence"].to_numpy() == pytest.approx([np.log(1 / 0.6), divergence])
    assert found["lq_koop"].to_numpy() == pytest.approx([1 / 0.6, 0.2 / 0.6])
    assert found["lq_overig"].to_numpy() == pytest.approx([0, 2])


def test_reference_area_is_the_own_one():
    counts = table((50, 50, 0), (50, 50, 0), (10, 0, 0), (0, 0, 30))
    found = mix.tenure_mix(counts, ["A", "A", "B", "B"])
    assert found["lq_koop"].tolist() == pytest.approx([1, 1, 4, 0])
    assert found["local_divergence"][:2].tolist() == [0, 0]
    # Nobody in A lives in the third class: no quotient, which is not 0.
    assert np.isnan(found["lq_overig"][:2]).all()
    assert found["div_tenure"][:2].tolist() == pytest.approx([LN2 / LN3] * 2)


def test_two_classes():
    found = mix.tenure_mix(table((30, 70), columns=("n_koop", "n_huur")))
    assert list(found.columns) == [
        *("share_koop", "share_huur", "div_tenure", "local_divergence", "lq_koop", "lq_huur")
    ]
    assert found["div_tenure"][0] == pytest.approx(-(0.3 * np.log(0.3) + 0.7 * np.log(0.7)) / LN2)


def test_units_that_cannot_be_used_are_nan_and_weigh_nothing():
    nothing = (np.nan, np.nan, np.nan)
    counts = table((40, 40, 20), nothing, (0, 0, 0), (np.nan, 10, 5), (60, 10, 30))
    found = mix.tenure_mix(counts)
    assert found.iloc[[1, 2, 3]].isna().all(axis=None)
    alone = mix.tenure_mix(counts.iloc[[0, 4]])
    pd.testing.assert_frame_equal(found.iloc[[0, 4]], alone)


def test_index_is_kept_and_a_missing_reference_compares_nothing():
    counts = table((40, 40, 20), (60, 10, 30))
    counts.index = ["BU1", "BU2"]
    found = mix.tenure_mix(counts, ["GM1", None])
    assert list(found.index) == ["BU1", "BU2"]
    assert found.loc["BU2", ["share_koop", "div_tenure"]].notna().all()
    assert found.loc["BU2", ["local_divergence", "lq_koop", "lq_corp"]].isna().all()
    # An area of which no unit can be used stands for nobody.
    counts.loc["BU2"] = np.nan
    assert mix.tenure_mix(counts, ["GM1", "GM2"]).loc["BU1", "lq_koop"] == 1


def test_one_column_has_no_diversity():
    found = mix.tenure_mix(table((40,), (60,), columns=("n_koop",)))
    assert found["div_tenure"].isna().all()
    assert found["share_koop"].tolist() == [100, 100]


@pytest.mark.parametrize(
    ("value", "part"),
    [(-5, "-5"), (np.inf, "inf"), (-99997, "CBS code for a missing value")],
)
def test_impossible_counts_are_named(value, part):
    counts = table((40, 40, 20), (60, value, 30))
    counts.index = ["BU01", "BU02"]
    with pytest.raises(MeasureError, match=r"n_corp.*BU02") as caught:
        mix.tenure_mix(counts)
    assert part in caught.value.text.en
    assert "BU02" in caught.value.text.nl


def test_reference_of_another_length_is_refused():
    with pytest.raises(MeasureError, match="1 reference areas for 2 units"):
        mix.tenure_mix(table((40, 40, 20), (60, 10, 30)), ["A"])


COUNTS = arrays(
    float,
    st.tuples(st.integers(1, 12), st.integers(2, 4)),
    elements=st.one_of(st.just(0.0), st.floats(0.01, 5000)),
)


@given(COUNTS, st.randoms(use_true_random=False))
def test_bounds_sums_and_row_order(counts, random):
    frame = pd.DataFrame(counts, columns=[f"n_{k}" for k in range(counts.shape[1])])
    found = mix.tenure_mix(frame)
    total = counts.sum(axis=1)
    used = total > 0
    shares = found.filter(like="share_")[used]
    assert shares.sum(axis=1).to_numpy() == pytest.approx(100)
    assert found["div_tenure"][used].between(0, 1 + 1e-12).all()
    assert (found["local_divergence"][used] >= 0).all()
    if used.any():
        # The weighted mean of the divergence is the mutual information E - mean(E_u).
        overall = counts.sum(axis=0) / total.sum()
        whole = mix.entropy(overall)
        within = (total[used] * mix.entropy(shares.to_numpy() / 100)).sum() / total.sum()
        mean = (total[used] * found["local_divergence"][used]).sum() / total.sum()
        assert mean == pytest.approx(whole - within, abs=1e-9)
    order = list(range(len(frame)))
    random.shuffle(order)
    shuffled = mix.tenure_mix(frame.iloc[order])
    pd.testing.assert_frame_equal(shuffled.sort_index(), found, check_exact=True)


def test_canonical_order_sees_every_column_and_no_minus_zero():
    columns = [np.array([1.0, 1.0, 0.0, -0.0]), np.array([3.0, 2.0, 5.0, 5.0])]
    key = mix.hash_units(columns)
    assert key[2] == key[3]
    assert len(set(key.tolist())) == 3
    rng = np.random.default_rng(1)
    columns = [rng.integers(0, 9, 400).astype(float) for _ in range(3)]
    order = mix.canonical_order(columns)
    again = rng.permutation(400)
    other = again[mix.canonical_order([c[again] for c in columns])]
    assert all((c[order] == c[other]).all() for c in columns)


def test_rank_order_is_the_order_of_the_upper_bits():
    key = np.random.default_rng(2).integers(0, 2**64, 5000, dtype=np.uint64)
    assert (mix.rank_order(key) == np.argsort(key >> np.uint64(16), kind="stable")).all()
    rows = key.reshape(10, 500)
    assert (mix.rank_order(rows)[3] == mix.rank_order(rows[3])).all()
    short = mix.rank_order(key, digits=2)
    assert (short == np.argsort(key >> np.uint64(32), kind="stable")).all()
    assert (short == mix.rank_order((key >> np.uint64(32)).astype(np.uint32), digits=2)).all()
