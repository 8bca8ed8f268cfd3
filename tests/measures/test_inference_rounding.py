# SPDX-License-Identifier: GPL-2.0-or-later
"""Rounding bounds hold whatever was rounded."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from wijkmix.wijkmix_plugin.errors import Cancelled, MeasureError
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


@given(
    arrays(
        float,
        st.tuples(st.integers(2, 10), st.integers(2, 4)),
        elements=st.one_of(st.just(0.0), st.integers(1, 400).map(float)),
    ).filter(lambda a: a.sum() > 0),
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


def test_nothing_rounded_leaves_nothing_open():
    table = indices(BLOCKS, GROUPS)
    found = rounding_interval(table, BLOCKS, GROUPS, step=0.0)
    known = found[(found["index"].isin(BOUNDED)) & found["versus"].isin(["rest", None])]
    assert known["low"].to_numpy() == pytest.approx(known["value"].to_numpy(), abs=1e-9)
    assert known["high"].to_numpy() == pytest.approx(known["value"].to_numpy(), abs=1e-9)
    other = found[~found["index"].isin(BOUNDED)]
    assert other[["low", "high"]].isna().all(axis=None)


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
    seen = []
    rounding_interval(table, BLOCKS, GROUPS, progress=seen.append)
    assert seen[-1] == 100
    with pytest.raises(Cancelled):
        rounding_interval(table, BLOCKS, GROUPS, cancelled=lambda: True)
