# SPDX-License-Identifier: GPL-2.0-or-later
"""Two areas or two years: the difference, its interval and its two parts."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from wijkmix.wijkmix_plugin.errors import Cancelled, MeasureError
from wijkmix.wijkmix_plugin.measures.change import compare
from wijkmix.wijkmix_plugin.measures.segregation import MANY_GROUPS, ONE_GROUP, indices

from .conftest import BLOCKS, GROUPS

FEW = {"replicates": 20}


def by_row(found):
    return found.set_index(["index", "group"])


def test_values_are_those_of_the_indices():
    found = compare(BLOCKS[:4], BLOCKS[4:], GROUPS, **FEW)
    for column, counts in (("first", BLOCKS[:4]), ("second", BLOCKS[4:])):
        table = indices(counts, GROUPS, which=(*ONE_GROUP, *MANY_GROUPS))
        assert found["index"].tolist() == table["index"].tolist()
        assert found[column].to_numpy() == pytest.approx(table["value"].to_numpy(), abs=1e-12)
    assert (found["difference"] == found["second"] - found["first"]).all()


def test_a_group_that_grows_everywhere_alike_changes_composition_only():
    first, second = BLOCKS[:, :2], BLOCKS[:, :2] * [1, 3]
    found = by_row(compare(first, second, ["koop", "corp"], same_units=True, **FEW))
    for index in ("dissimilarity", "gini", "atkinson"):
        row = found.loc[(index, "koop")]
        assert row["difference"] == pytest.approx(0, abs=1e-12)
        assert row["composition"] == pytest.approx(0, abs=1e-12)
    # H does change: all of it by composition.
    row = found.loc[("multigroup_theil_h", "all")]
    assert row["difference"] != 0
    assert row["composition"] == pytest.approx(row["difference"])
    assert row["unevenness"] == pytest.approx(0, abs=1e-12)


def test_moves_that_keep_group_sizes_change_unevenness_only():
    second = BLOCKS.copy()
    second[0] += [-20, 20, 0]
    second[1] += [20, -20, 0]
    found = compare(BLOCKS, second, GROUPS, same_units=True, **FEW)
    assert found["composition"].abs().max() < 1e-12
    assert by_row(found).loc[("entropy", "all"), "difference"] == pytest.approx(0, abs=1e-12)
    assert by_row(found).loc[("dissimilarity", "koop"), "unevenness"] < -0.01


def test_shapley_by_hand():
    # Isolation of a in one unit of mixed and one of pure composition, for shares 1/2 and 3/4.
    first, second = np.array([[10.0, 10], [10, 10]]), np.array([[30.0, 0], [0, 10]])
    found = by_row(compare(first, second, "ab", **FEW)).loc[("isolation", "a")]
    assert (found["first"], found["second"]) == (0.5, 1)
    # Even units with the composition of the second: 3/4. Pure units stay pure: 1.
    assert found["composition"] == pytest.approx(((0.75 - 0.5) + (1 - 1)) / 2)
    assert found["unevenness"] == pytest.approx(((1 - 0.5) + (1 - 0.75)) / 2)


COUNTS = arrays(
    float, st.tuples(st.integers(1, 8), st.just(3)), elements=st.integers(0, 300).map(float)
).filter(lambda a: a.sum() > 0)


@settings(max_examples=40, deadline=None)
@given(COUNTS, COUNTS)
def test_the_parts_add_up_and_turn_around(first, second):
    found = compare(first, second, "abc", replicates=2)
    parts = found["composition"] + found["unevenness"]
    known = parts.notna()
    assert parts[known].to_numpy() == pytest.approx(found["difference"][known].to_numpy(), abs=1e-9)
    back = compare(second, first, "abc", replicates=2)
    for column in ("difference", "composition", "unevenness"):
        assert back[column].to_numpy() == pytest.approx(
            -found[column].to_numpy(), abs=1e-9, nan_ok=True
        )


def test_the_interval_of_two_years_is_paired():
    rng = np.random.default_rng(4)
    first = np.rint(rng.gamma(1, 100, (80, 3))) + 1
    second = np.rint(first * rng.uniform(0.95, 1.05, (80, 3)))
    paired = compare(first, second, "abc", same_units=True, replicates=200)
    apart = compare(first, second, "abc", replicates=200)
    width = [f["high"] - f["low"] for f in (paired, apart)]
    assert (width[0] < 0.5 * width[1]).all()
    order = rng.permutation(80)
    again = compare(first[order], second[order], "abc", same_units=True, replicates=200)
    pd.testing.assert_frame_equal(again, paired, check_exact=True)


def test_two_draws_from_one_town_do_not_differ():
    rng = np.random.default_rng(5)
    p = rng.beta(2, 2, 400)
    pool = np.column_stack([p, 1 - p]) * 100
    found = by_row(compare(pool[:200], pool[200:], "ab", replicates=300))
    row = found.loc[("theil_h", "a")]
    assert row["low"] < 0 < row["high"]


def test_absent_groups_missing_units_and_one_unit():
    first = np.array([[5.0, 0, 5], [8, 0, 2]])
    found = by_row(compare(first, BLOCKS, "abc", **FEW))
    assert found.loc[("dissimilarity", "b"), "note"] == "group absent"
    assert np.isnan(found.loc[("dissimilarity", "b"), "difference"])
    assert found.loc[("dissimilarity", "a"), "note"] == "group absent in one of the two"
    assert np.isfinite(found.loc[("dissimilarity", "a"), "difference"])
    assert np.isnan(found.loc[("dissimilarity", "a"), "composition"])
    # In one of the two only group a is left: it has no rest there, and the others are absent.
    for pair in ((BLOCKS, first[:, :1] * [1, 0, 0]), (first[:, :1] * [1, 0, 0], BLOCKS)):
        found = by_row(compare(*pair, "abc", **FEW))
        for index, group, note in (
            ("dissimilarity", "a", "rest absent"),
            ("isolation", "a", "group absent in one of the two"),
            ("dissimilarity", "b", "group absent"),
            ("multigroup_theil_h", "all", "only one group present"),
        ):
            assert found.loc[(index, group), "note"] == note
    alone = by_row(compare(BLOCKS[:1], BLOCKS, GROUPS, **FEW)).loc[("theil_h", "corp")]
    assert alone["note"] == "one unit"
    assert np.isnan(alone["low"])
    # A unit that is missing in one year is left out of both.
    second = BLOCKS + 5
    second[2] = np.nan
    keep = [0, 1, 3, 4, 5, 6, 7]
    both = compare(BLOCKS, second, GROUPS, same_units=True, **FEW)
    known = compare(BLOCKS[keep], second[keep], GROUPS, same_units=True, **FEW)
    pd.testing.assert_frame_equal(both, known)


def test_totals_refusals_and_cancel():
    total = BLOCKS.sum(axis=1) + 10
    found = compare(BLOCKS, BLOCKS, GROUPS, total_first=total, total_second=total, **FEW)
    assert found["difference"].abs().max() == 0
    with pytest.raises(MeasureError, match="both or for neither"):
        compare(BLOCKS, BLOCKS, GROUPS, total_first=total)
    with pytest.raises(MeasureError, match="8 and 7 units"):
        compare(BLOCKS, BLOCKS[:7], GROUPS, same_units=True)
    one, other = BLOCKS.copy(), BLOCKS.copy()
    one[::2], other[1::2] = np.nan, 0
    with pytest.raises(MeasureError, match="None of the 8 units has usable figures in both"):
        compare(one, other, GROUPS, same_units=True)
    with pytest.raises(MeasureError, match="delta cannot be compared"):
        compare(BLOCKS, BLOCKS, GROUPS, which=["delta"])
    with pytest.raises(MeasureError, match="too few"):
        compare(BLOCKS, BLOCKS, GROUPS, replicates=0)
    seen = []
    compare(BLOCKS, BLOCKS, GROUPS, which=["gini"], progress=seen.append, **FEW)
    assert seen[-1] == 100
    with pytest.raises(Cancelled):
        compare(BLOCKS, BLOCKS, GROUPS, cancelled=lambda: True)
    # Asked before each of the four tables is computed, and before each of its three groups.
    asked = []
    compare(BLOCKS, BLOCKS, GROUPS, cancelled=lambda: asked.append(1), **FEW)
    assert len(asked) > 4 * (1 + 3)
