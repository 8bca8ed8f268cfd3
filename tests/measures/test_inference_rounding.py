# SPDX-License-Identifier: GPL-2.0-or-later
"""Rounding bounds hold whatever was rounded."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from wijkmix.wijkmix_plugin.errors import Cancelled, MeasureError
from wijkmix.wijkmix_plugin.measures import rounding
from wijkmix.wijkmix_plugin.measures.evenness import MANY_GROUPS, ONE_GROUP
from wijkmix.wijkmix_plugin.measures.rounding import rounding_interval
from wijkmix.wijkmix_plugin.measures.segregation import indices

from .conftest import BLOCKS, GROUPS

BOUNDED = (
    *("dissimilarity", "theil_h", "isolation", "interaction"),
    *("multigroup_dissimilarity", "multigroup_theil_h"),
)


def publish(counts, base, step):
    """Return counts as they are known from rounded percentages of `base`."""
    total = counts.sum(axis=1, keepdims=True)
    share = np.divide(100 * counts, total, out=np.zeros_like(counts), where=total > 0)
    return np.rint(share / step) * step / 100 * base[:, None]


COUNTS = arrays(
    float,
    st.tuples(st.integers(2, 10), st.integers(2, 4)),
    elements=st.one_of(st.just(0.0), st.integers(1, 400).map(float)),
).filter(lambda a: a.sum() > 0)


@given(
    COUNTS,
    st.sampled_from([0.1, 1.0, 5.0]),
    st.sampled_from([0.0, 5.0]),
    st.randoms(use_true_random=False),
)
def test_the_exact_value_is_never_outside(counts, step, error, random):
    total = counts.sum(axis=1)
    base = np.array([max(t + random.uniform(-error, error), 1.0) if t else 0.0 for t in total])
    known = publish(counts, base, step)
    if not known.sum() > 0:
        return
    names = [f"g{k}" for k in range(counts.shape[1])]
    exact = indices(counts, names, which=BOUNDED)["value"]
    table = indices(known, names, which=BOUNDED)
    found = rounding_interval(table, known, names, base=base, step=step, base_error=error)
    both = found["low"].notna() & exact.notna()
    assert (found["low"] <= exact + 1e-12)[both].all()
    assert (found["high"] >= exact - 1e-12)[both].all()
    inside = found["value"].between(found["low"] - 1e-12, found["high"] + 1e-12)
    assert inside[found["low"].notna()].all()


@given(
    COUNTS,
    st.randoms(use_true_random=False),
)
def test_counts_in_fives_hold_the_exact_value(counts, random):
    # At random to the multiple below or above, as CBS does.
    up = np.array([[random.random() < (n % 5) / 5 for n in row] for row in counts])
    known = 5 * (np.floor(counts / 5) + up)
    assert np.abs(known - counts).max() <= rounding.FIVES
    if not known.sum() > 0:
        return
    names = [f"g{k}" for k in range(counts.shape[1])]
    exact = indices(counts, names, which=BOUNDED)["value"]
    table = indices(known, names, which=BOUNDED)
    found = rounding_interval(table, known, names, step=0.0, count_error=rounding.FIVES)
    both = found["low"].notna() & exact.notna()
    assert (found["low"] <= exact + 1e-12)[both].all()
    assert (found["high"] >= exact - 1e-12)[both].all()


def test_bounds_of_fives_by_hand():
    # 20 and 20 of 40 in both units: D is 0, and largest with 24 against 16 in the one and 16
    # against 24 in the other: 0.2.
    counts = np.array([[20.0, 20], [20, 20]])
    table = indices(counts, "ab", which=["dissimilarity", "isolation"])
    found = rounding_interval(table, counts, "ab", step=0.0, count_error=4.0)
    d, isolation = found[found["group"] == "a"].to_dict("records")
    assert d["low"] == 0
    assert 0.2 <= d["high"] <= 0.26
    # All of it 24 against 16, or 16 against 24.
    assert isolation["low"] == pytest.approx(0.4)
    assert isolation["high"] == pytest.approx(0.6)


def test_units_that_fives_made_empty_count_in_the_bounds():
    # 1000 and 1000 apart, and fifty units of 2 and 2 that were published as 0 and 0.
    known = np.array([[1000.0, 0], [0, 1000], *[[0, 0]] * 50])
    truth = np.array([[1000.0, 0], [0, 1000], *[[2, 2]] * 50])
    exact = indices(truth, "ab", which=BOUNDED)["value"]
    table = indices(known, "ab", which=BOUNDED)
    found = rounding_interval(table, known, "ab", step=0.0, count_error=rounding.FIVES)
    assert exact[0] == pytest.approx(1000 / 1100)
    assert (found["low"] <= exact).all()
    assert (found["high"] >= exact).all()
    # By hand: fifty of 4 and 4, and 4 of the other group in either large unit.
    assert 0.7 < found["low"][0] <= 996 / 1200


def test_one_unit_is_even_whatever_was_rounded():
    known = np.array([[20.0, 5, 10]])
    table = indices(known, "abc", which=BOUNDED)
    for rounded in ({"step": 1.0}, {"step": 0.0, "count_error": 4.0}):
        found = rounding_interval(table, known, "abc", **rounded).set_index(["index", "group"])
        for index in ("dissimilarity", "theil_h"):
            assert (found.loc[index, ["low", "high"]] == 0).all(axis=None)
            assert (found.loc[f"multigroup_{index}", ["low", "high"]] == 0).all(axis=None)
        isolation = found.loc[("isolation", "a")]
        assert isolation["low"] < isolation["value"] < isolation["high"]


def test_without_a_base_its_largest_size_counts(monkeypatch):
    # Eight groups of 125 in 1000: 12.5 per cent, published as 12, and 96 in all.
    known, names = np.full((2, 8), 120.0), [f"g{k}" for k in range(8)]
    bounds = []

    def keep(low, high, tell):
        bounds[:] = low, high
        return {}

    monkeypatch.setattr(rounding, "_bounds", keep)
    rounding_interval(indices(known, names), known, names)
    assert bounds[0] == pytest.approx(np.full((2, 8), 115.0))
    assert bounds[1] == pytest.approx(np.full((2, 8), 125.0))
    with pytest.raises(MeasureError, match="together less than 200"):
        rounding_interval(indices(known, names), known, names, step=25)


def test_nothing_rounded_leaves_nothing_open():
    table = indices(BLOCKS, GROUPS)
    found = rounding_interval(table, BLOCKS, GROUPS, step=0.0)
    known = found[(found["index"].isin(BOUNDED)) & found["versus"].isin(["rest", None])]
    assert known["low"].to_numpy() == pytest.approx(known["value"].to_numpy(), abs=1e-9)
    assert known["high"].to_numpy() == pytest.approx(known["value"].to_numpy(), abs=1e-9)
    other = found[~found["index"].isin(BOUNDED)]
    assert other[["low", "high"]].isna().all(axis=None)
    assert known["note"].isna().all()
    assert set(other["note"]) == {"no bounds of rounding for this index"}


def test_bounds_are_reached_where_they_can_be():
    # Two equal units, 50 and 50 percent to the nearest ten: D is 0, and at most 10 points apart.
    counts = np.array([[500.0, 500], [500, 500]])
    table = indices(counts, "ab", which=["dissimilarity"])
    found = rounding_interval(table, counts, "ab", step=10.0).iloc[0]
    assert found["low"] == 0
    # 45 against 55 percent makes D exactly 0.1.
    assert 0.1 <= found["high"] <= 0.14


def test_areas_and_finer_steps():
    area = ["W1"] * 4 + ["W2"] * 4
    table = indices(BLOCKS, GROUPS, area=area)
    coarse = rounding_interval(table, BLOCKS, GROUPS, area=area)
    fine = rounding_interval(table, BLOCKS, GROUPS, area=area, step=0.1)
    known = coarse["low"].notna()
    assert set(coarse.loc[known, "area"]) == {"all", "W1", "W2"}
    assert (coarse["high"] - coarse["low"] > fine["high"] - fine["low"])[known].all()


def test_refusals_progress_and_cancel():
    table = indices(BLOCKS, GROUPS)
    with pytest.raises(MeasureError, match="0 or more"):
        rounding_interval(table, BLOCKS, GROUPS, step=-1)
    with pytest.raises(MeasureError, match="0 or more"):
        rounding_interval(table, BLOCKS, GROUPS, count_error=-1)
    seen = []
    rounding_interval(table, BLOCKS, GROUPS, progress=seen.append)
    assert seen[-1] == 100
    with pytest.raises(Cancelled):
        rounding_interval(table, BLOCKS, GROUPS, cancelled=lambda: True)


def test_draws_stay_within_the_bounds_and_follow_the_seed():
    random = np.random.default_rng(3)
    base = random.integers(50, 800, 40).astype(float)
    shares = np.round(100 * random.dirichlet((2, 1, 1), 40))
    counts = shares * base[:, None] / 100
    names = ["a", "b", "c"]
    found = rounding.draws(counts, base, names, seed=5)
    assert found.shape[1] == rounding.DRAWS
    assert found.equals(rounding.draws(counts, base, names, seed=5))
    assert not found.equals(rounding.draws(counts, base, names, seed=6))
    table = indices(counts, names, which=["dissimilarity", "theil_h", "multigroup_theil_h"])
    bounds = rounding_interval(table, counts, names, base=base)
    for row in bounds.itertuples():
        values = found.loc[(row.index, row.group, row.versus or "")]
        assert row.low <= values.min() <= values.max() <= row.high
        assert values.std() > 0
    # Nothing rounded off: every draw is the value itself.
    still = rounding.draws(counts, np.zeros(40), names)
    first = still.loc[("dissimilarity", "a", "rest")]
    assert first.to_numpy() == pytest.approx(table["value"].iloc[0])


@pytest.mark.parametrize("names", ["ab", "abc"])
def test_every_draw_gives_every_index_of_its_own_table(names):
    random = np.random.default_rng(4)
    counts = random.integers(0, 90, (25, len(names))) + 0.5
    counts[3] = 0  # nothing stands there
    base = counts.sum(axis=1)
    code = random.integers(0, 9, 25)
    found = rounding.draws(counts, base, list(names), code=code, seed=8)
    noise = np.random.default_rng(8).uniform(-1, 1, (rounding.DRAWS, *counts.shape))
    for n, one in enumerate(noise):
        drawn = np.maximum(counts + one * base[:, None] / 200, 0)
        sums = np.zeros((9, len(names)))
        np.add.at(sums, code, drawn)
        table = indices(sums, list(names), which=[*ONE_GROUP, *MANY_GROUPS])
        for row in table.itertuples():
            value = found.loc[(row.index, row.group, row.versus or ""), n]
            assert value == pytest.approx(row.value, abs=1e-12)
    assert len(found) == len(table)


def test_draws_of_larger_units_and_of_what_moves():
    counts = np.array([[10.5, 9.5], [3.5, 16.5], [12.5, 7.5]])
    code = np.array([0, 0, 1])
    moved = np.array([[-2.0, 0], [0, 0], [0, 5]])
    found = rounding.draws(counts, np.zeros(3), ["a", "b"], code=code, moved=moved)
    sums = np.array([[12.0, 26], [12.5, 12.5]])
    value = indices(sums, ["a", "b"], which=["dissimilarity"])["value"].iloc[0]
    assert found.loc[("dissimilarity", "a", "rest")].to_numpy() == pytest.approx(value)


def test_widening_by_hand():
    table = pd.DataFrame(
        {
            "index": ["d", "d"],
            "group": ["a", "b"],
            "versus": [None, "rest"],
            "change": [0.5, 0.1],
            "low": [0.2, 0.1],
            "high": [0.8, 0.1],
        }
    )
    keys = pd.MultiIndex.from_tuples([("d", "a", ""), ("d", "x", "rest")])
    drawn = pd.DataFrame([[0.1, 0.9], [0, 0]], index=keys)
    rounding.widen(table, drawn, "change")
    # The 2.5 and 97.5 % points of two draws lie a fortieth inside them: 0.38 from the middle.
    assert table["low"].iloc[0] == pytest.approx(0.5 - np.hypot(0.3, 0.38))
    assert table["high"].iloc[0] == pytest.approx(0.5 + np.hypot(0.3, 0.38))
    # Without draws an interval stays as it is.
    assert table[["low", "high"]].iloc[1].tolist() == [0.1, 0.1]


def test_whole_counts_were_not_rounded():
    assert rounding.rounded_base(np.array([[1.0, 2], [np.nan, 3]]), np.array([3.0, 9])) is None
    found = rounding.rounded_base(np.array([[1.5, 2], [np.nan, 3]]), np.array([np.nan, 9]))
    assert found.tolist() == [3.5, 0]
