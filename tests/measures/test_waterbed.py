# SPDX-License-Identifier: GPL-2.0-or-later
"""Change per unit against a published interval, and tables that add up."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from wijkmix.wijkmix_plugin.errors import MeasureError
from wijkmix.wijkmix_plugin.measures.neighbours import from_pairs
from wijkmix.wijkmix_plugin.measures.waterbed import area_classes, unit_change, waterbed

GROUPS = ("corp", "other")


def test_the_interval_is_that_of_newcombe():
    # Newcombe (1998), table II, example (a): 56/70 - 48/80 gives 0.0524 to 0.3339.
    found = unit_change([[48, 32]], [[56, 14]], GROUPS).iloc[0]
    assert found["n_change_corp"] == 8
    assert found["share_change_corp"] == pytest.approx(20)
    assert found["low_corp"] == pytest.approx(5.24, abs=0.005)
    assert found["high_corp"] == pytest.approx(33.39, abs=0.005)
    assert found["low_other"] == pytest.approx(-found["high_corp"])


def test_counts_from_percentages_widen_it_by_half_a_point_a_year():
    whole = unit_change([[48, 32], [1, 1]], [[56, 14], [1, 1]], GROUPS)
    made = unit_change([[48, 32], [0.5, 1.5]], [[56, 14], [1, 1]], GROUPS)
    assert made["low_corp"][0] == pytest.approx(whole["low_corp"][0] - 0.5)
    assert made["high_corp"][0] == pytest.approx(whole["high_corp"][0] + 0.5)


def test_no_figures_and_no_dwellings_are_not_zero():
    found = unit_change([[np.nan, 3], [0, 0]], [[2, 3], [4, 6]], GROUPS)
    assert found.iloc[0].isna().all()
    assert found["n_change_corp"][1] == 4
    assert found[["share_change_corp", "low_corp", "high_corp"]].iloc[1].isna().all()


def test_the_classes_of_a_row_of_units():
    # 0 - 1 - 2 - 3 - 4; unit 1 is treated; wijk a holds 0 to 3.
    near = from_pairs(5, np.arange(4), np.arange(1, 5))
    treated = np.array([0, 1, 0, 0, 0], bool)
    found = area_classes(treated, near, ["a", "a", "a", "a", None])
    assert list(found) == ["ring", "treated", "ring", "district", "rest"]
    assert list(area_classes(treated, near)) == ["ring", "treated", "ring", "rest", "rest"]
    found = area_classes(treated, near, ["a", "a", "b", "b", None], ["x", "x", "x", "x", "y"])
    assert list(found) == ["ring", "treated", "ring", "borough", "rest"]


@pytest.mark.parametrize("blank", [None, np.nan, "", " "])
def test_units_without_a_district_are_no_district_together(blank):
    near = from_pairs(3, np.arange(1), np.arange(1, 2))
    treated = np.array([1, 0, 0], bool)
    assert list(area_classes(treated, near, [blank] * 3)) == ["treated", "ring", "rest"]


@given(
    st.lists(st.tuples(*[st.integers(0, 999)] * 4, st.sampled_from(["treated", "ring", "rest"])))
)
def test_the_differences_add_up_to_that_of_the_city(units):
    first = np.array([u[:2] for u in units], float).reshape(-1, 2)
    second = np.array([u[2:4] for u in units], float).reshape(-1, 2)
    table = waterbed(first, second, GROUPS, [u[4] for u in units])
    for group, rows in table.groupby("group"):
        parts = rows[rows["area_class"] != "region"]["change"].sum()
        city = rows[rows["area_class"] == "region"]["change"].item()
        k = GROUPS.index(group)
        assert parts == city == (second - first)[:, k].sum()


@pytest.mark.parametrize(
    ("first", "second", "words"),
    [([[1, 2]], [[1, 2], [3, 4]], "different numbers"), ([[1, -2]], [[1, 2]], "below 0")],
)
def test_what_is_refused(first, second, words):
    with pytest.raises(MeasureError, match=words):
        unit_change(first, second, GROUPS)
