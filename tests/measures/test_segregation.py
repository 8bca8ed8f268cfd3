# SPDX-License-Identifier: GPL-2.0-or-later
"""Segregation indices: hand-computed cases, edges, exact sums, and properties that must hold."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from wijkmix.wijkmix_plugin.errors import Cancelled, MeasureError
from wijkmix.wijkmix_plugin.measures import evenness, segregation
from wijkmix.wijkmix_plugin.measures.segregation import (
    BIAS_CORRECTED,
    COLUMNS,
    INDICES,
    MANY_GROUPS,
    ONE_GROUP,
    PLACE,
    SPATIAL,
    indices,
    local_indices,
)

from .conftest import BLOCKS, GROUPS

ASPATIAL = (*ONE_GROUP, *MANY_GROUPS)


def value(table, index, group="all", versus="rest", area="all", column="value"):
    if group == "all":
        versus = None
    rows = table[(table["index"] == index) & (table["group"] == group) & (table["area"] == area)]
    rows = rows[rows["versus"].isna() if versus is None else rows["versus"] == versus]
    assert len(rows) == 1
    return rows[column].iloc[0]


# -- hand-computed cases

# case: blocks (koop, corp) -> H, D, variance ratio
TWO_CLASSES = {
    "mosaic": ([(100, 0), (0, 100)] * 2, 1, 1, 1),
    "fine": ([(50, 50)] * 4, 0, 0, 0),
    "one-sided": ([(100, 0)] * 4, None, None, None),
    "between": ([(90, 10), (10, 90)] * 2, 0.531004, 0.8, 0.64),
    "80/20 mosaic": ([(100, 0)] * 4 + [(0, 100)], 1, 1, 1),
    "80/20 fine": ([(80, 20)] * 5, 0, 0, 0),
}


@pytest.mark.parametrize("case", TWO_CLASSES)
def test_two_class_wijken(case):
    blocks, theil, d, ratio = TWO_CLASSES[case]
    table = indices(np.array(blocks, float), ["koop", "corp"], pairs=True)
    rows = {
        ("multigroup_theil_h", "all", "rest"): theil,
        ("multigroup_dissimilarity", "all", "rest"): d,
        ("relative_diversity", "all", "rest"): ratio,
        ("theil_h", "corp", "rest"): theil,
        ("theil_h", "koop", "corp"): theil,
        ("dissimilarity", "corp", "rest"): d,
        ("dissimilarity", "koop", "corp"): d,
        ("correlation_ratio", "corp", "rest"): ratio,
    }
    for row, expected in rows.items():
        if expected is None:
            assert np.isnan(value(table, *row))
            assert value(table, *row, column="note")
        else:
            assert value(table, *row) == pytest.approx(expected, abs=1e-6)


HIERARCHY = {
    # level: units, H, D of koop and corp, variance ratio of corp
    "wijk": ([0, 0, 0, 0, 1, 1, 1, 1], 0.126362, 0.494352, 0.188571),
    "buurt": ([0, 0, 1, 1, 2, 2, 3, 3], 0.170921, 0.494352, 0.218009),
    "block": ([0, 1, 2, 3, 4, 5, 6, 7], 0.394165, 0.715615, 0.533160),
}


@pytest.mark.parametrize("level", HIERARCHY)
def test_gemeente_at_three_scales(level):
    unit, theil, d, ratio = HIERARCHY[level]
    counts = np.zeros((max(unit) + 1, 3))
    np.add.at(counts, unit, BLOCKS)
    table = indices(counts, GROUPS, pairs=True)
    assert value(table, "multigroup_theil_h") == pytest.approx(theil, abs=1e-6)
    assert value(table, "dissimilarity", "koop", "corp") == pytest.approx(d, abs=1e-6)
    assert value(table, "correlation_ratio", "corp") == pytest.approx(ratio, abs=1e-6)
    assert value(table, "entropy") == pytest.approx(0.823822, abs=1e-6)


def test_every_index_by_hand():
    # Units of 10 and 30 people with 8 and 4 of the group: T = 40, X = 12, P = 0.3, p = 0.8, 2/15.
    table = indices(np.array([[8.0, 2.0], [4.0, 26.0]]), ["x", "y"])
    d = abs(8 / 12 - 2 / 28)
    isolation = (8 / 12) * 0.8 + (4 / 12) * (4 / 30)
    entropy = lambda p: -(p * np.log(p) + (1 - p) * np.log(1 - p))  # noqa: E731
    theil = 1 - (10 * entropy(0.8) + 30 * entropy(4 / 30)) / (40 * entropy(0.3))
    squares = (10 * (0.8 - 0.3) ** 2 + 30 * (4 / 30 - 0.3) ** 2) / 40
    by_hand = {
        "dissimilarity": d,
        # One pair of units: 2 * 10 * 30 * (0.8 - 2/15) over 2 * 40^2 * 0.3 * 0.7.
        "gini": 300 * (0.8 - 4 / 30) / (1600 * 0.21),
        "theil_h": theil,
        "isolation": isolation,
        "interaction": 1 - isolation,
        "correlation_ratio": squares / 0.21,
        "atkinson": 1 - (np.sqrt(8 * 2) + np.sqrt(4 * 26)) ** 2 / (12 * 28),
    }
    for index, expected in by_hand.items():
        assert value(table, index, "x") == pytest.approx(expected, abs=1e-14), index
    many = {
        "multigroup_dissimilarity": d,
        "multigroup_gini": by_hand["gini"],
        "multigroup_theil_h": theil,
        "mutual_information": theil * entropy(0.3),
        "relative_diversity": squares / 0.21,
        "normalized_exposure": squares / 0.7 + squares / 0.3,
        "squared_cv": squares / 0.3 + squares / 0.7,
        "simpson_interaction": 0.42,
        "entropy": entropy(0.3),
    }
    for index, expected in many.items():
        assert value(table, index) == pytest.approx(expected, abs=1e-14), index
    assert value(table, "dissimilarity", "x", column="n_units") == 2
    assert value(table, "dissimilarity", "x", column="n_total") == 40


def test_three_groups_gini_by_its_definition():
    counts = np.array([[5, 3, 2], [1, 1, 8], [0, 6, 6], [7, 0, 1.5]])
    t, total = counts.sum(axis=1), counts.sum()
    share = counts / t[:, None]
    overall = counts.sum(axis=0) / total
    double = sum(
        t[i] * t[j] * np.abs(share[i] - share[j]).sum() for i in range(4) for j in range(4)
    )
    expected = double / (2 * total**2 * (overall * (1 - overall)).sum())
    assert value(indices(counts, "abc"), "multigroup_gini") == pytest.approx(expected, abs=1e-14)


# -- the table


def test_the_table_has_its_columns_and_every_index():
    squares = shapely.box(np.arange(4) * 100, 0, np.arange(4) * 100 + [100, 100, 100, 90], 100)
    table = indices(BLOCKS[:4], GROUPS, geometry=squares, bandwidths=[150, 500], pairs=True)
    assert tuple(table.columns) == COLUMNS
    assert set(table["index"]) == set(INDICES)
    assert table[["low", "high", "expected", "z", "p"]].isna().all(axis=None)
    assert set(table.loc[table["index"].isin(SPATIAL), "bandwidth"]) == {150.0, 500.0}
    assert table.loc[~table["index"].isin(SPATIAL), "bandwidth"].isna().all()
    assert not table.duplicated(["area", "index", "group", "versus", "bandwidth"]).any()


def test_areas_are_as_if_given_alone():
    wijk = np.array(["W1"] * 4 + ["W2"] * 4, dtype=object)
    shapes = shapely.box(*np.array([[i % 4, i // 4, i % 4 + 1, i // 4 + 1] for i in range(8)]).T)
    arguments = {"bandwidths": [1.2, 3.0], "pairs": True}
    together = indices(BLOCKS, GROUPS, area=wijk, geometry=shapes, **arguments)
    assert together["area"].drop_duplicates().tolist() == ["all", "W1", "W2"]
    for name in ("W1", "W2"):
        part = wijk == name
        alone = indices(BLOCKS[part], GROUPS, geometry=shapes[part], **arguments)
        own = together[together["area"] == name].drop(columns="area").reset_index(drop=True)
        pd.testing.assert_frame_equal(own, alone.drop(columns="area"), rtol=1e-12)


def test_excluded_units_are_counted_per_area_and_an_empty_area_is_said():
    counts = BLOCKS.copy()
    counts[1] = np.nan
    counts[[4, 5, 6, 7]] = 0
    table = indices(counts, GROUPS, area=["W1"] * 4 + ["W2"] * 3 + [None], which=["dissimilarity"])
    assert value(table, "dissimilarity", "koop", column="n_excluded") == 5
    assert value(table, "dissimilarity", "koop", area="W1", column="n_excluded") == 1
    assert value(table, "dissimilarity", "koop", area="W2", column="n_excluded") == 3
    assert np.isnan(value(table, "dissimilarity", "koop", area="W2"))
    assert value(table, "dissimilarity", "koop", area="W2", column="note") == "no usable units"
    known = indices(BLOCKS[[0, 2, 3]], GROUPS, which=["dissimilarity"])
    assert value(table, "dissimilarity", "koop", area="W1") == pytest.approx(
        value(known, "dissimilarity", "koop"), abs=1e-15
    )


def test_which_limits_the_rows():
    table = indices(BLOCKS, GROUPS, which=["isolation", "multigroup_theil_h"])
    assert table["index"].tolist() == ["isolation"] * 3 + ["multigroup_theil_h"]


# -- edges


def test_group_absent():
    counts = np.array([[5.0, 0, 5], [8, 0, 2], [1, 0, 4]])
    table = indices(counts, "abc", pairs=True)
    absent = table[(table["group"] == "b") & (table["versus"] == "rest")]
    assert absent["value"].isna().all()
    assert set(absent["note"]) == {"group absent"}
    assert value(table, "dissimilarity", "a", "b", column="note") == "versus group absent"
    assert value(table, "interaction", "a", "b") == 0
    assert value(table, "interaction", "b", "a", column="note") == "group absent"
    # The other two are what they are without it, K = 2 included.
    without = indices(counts[:, [0, 2]], "ac")
    for index in MANY_GROUPS:
        assert value(table, index) == pytest.approx(value(without, index), abs=1e-15), index
        assert value(table, index, column="note") == "group absent: b"


def test_a_group_that_is_everybody():
    table = indices(np.array([[5.0, 0], [8, 0]]), "ab")
    assert value(table, "isolation", "a") == 1
    assert value(table, "interaction", "a") == 0
    assert value(table, "simpson_interaction") == value(table, "entropy") == 0
    for index in ("dissimilarity", "gini", "theil_h", "correlation_ratio", "atkinson"):
        assert np.isnan(value(table, index, "a"))
        assert value(table, index, "a", column="note") == "rest absent"


def test_one_unit_has_nothing_to_compare_and_says_so():
    table = indices(np.array([[30.0, 10]]), "ab")
    assert value(table, "dissimilarity", "a") == 0
    assert value(table, "isolation", "a") == 0.75
    assert set(table["note"]) == {"one unit"}


def test_total_decides_who_the_rest_is():
    counts, total = np.array([[8.0], [4.0]]), np.array([10.0, 30.0])
    with_total = indices(counts, ["x"], total=total)
    both = indices(np.hstack([counts, total[:, None] - counts]), ["x", "y"])
    for index in ONE_GROUP:
        assert value(with_total, index, "x") == value(both, index, "x")
    assert not set(with_total["index"]) & set(MANY_GROUPS)


def test_many_groups_look_at_the_groups_only():
    total = BLOCKS.sum(axis=1) + 50
    table, plain = indices(BLOCKS, GROUPS, total=total), indices(BLOCKS, GROUPS)
    assert value(table, "multigroup_theil_h") == value(plain, "multigroup_theil_h")
    note = value(table, "multigroup_theil_h", column="note")
    assert note == "groups only, not the rest of the total"
    assert value(table, "isolation", "corp") < value(plain, "isolation", "corp")


def test_isolation_and_all_meetings_add_up_to_one():
    table = indices(BLOCKS, GROUPS, pairs=True)
    for group in GROUPS:
        others = [value(table, "interaction", group, o) for o in GROUPS if o != group]
        assert value(table, "isolation", group) + sum(others) == pytest.approx(1, abs=1e-15)
        assert value(table, "interaction", group) == pytest.approx(sum(others), abs=1e-15)


def test_fractions_are_not_rounded():
    table = indices(BLOCKS / 7, GROUPS)
    whole = indices(BLOCKS, GROUPS)
    for index in ASPATIAL:
        group = "corp" if index in ONE_GROUP else "all"
        assert value(table, index, group) == pytest.approx(value(whole, index, group), abs=1e-14)


# -- what is refused


@pytest.mark.parametrize(
    ("counts", "arguments", "message"),
    [
        ([[5, -1], [2, 2]], {}, r"b of unit 1 holds -1"),
        ([[5, 1], [2, np.inf]], {}, r"b of unit 2 holds inf"),
        ([[5, 1], [2, 2]], {"total": [6, 3], "units": ["BU1", "BU2"]}, r"In unit BU2 .* 4.* 3"),
        ([[5, 1], [2, 2]], {"total": [6, -3]}, r"TOTAL of unit 2"),
        ([[5, 1], [2, 2]], {"total": [6]}, "1 values for 2 units"),
        ([[0, 0], [np.nan, 2]], {}, r"None of the 2 .* empty in 1 \(a\) and the total is 0 in 1"),
        ([[1, 1]], {"total": [np.nan]}, r"None of the 1 .* empty in 1 \(TOTAL\)\."),
        (np.empty((0, 2)), {}, "there are no rows"),
        ([[5, 1], [2, 2]], {"which": ["gini_index"]}, "no index gini_index"),
        ([[5, 1], [2, 2]], {"which": ["delta"]}, "delta .*needs polygons"),
        ([[5, 1], [2, 2]], {"which": ["spatial_theil_h"]}, "at least one bandwidth"),
        ([[5, 1], [2, 2]], {"bandwidths": [500, 0]}, "bandwidth 0"),
        ([[5, 1], [2, 2]], {"bandwidths": [-2]}, "bandwidth −2"),
        ([[5, 1], [2, 2]], {"area": ["all", "b"]}, 'area called "all"'),
        ([[5, 1], [2, 2]], {"area": [None, None]}, "has an area"),
        ([[5, 1], [np.nan, 2]], {"area": [None, "b"]}, "has an area"),
    ],
)
def test_refusals_name_what_and_where(counts, arguments, message):
    with pytest.raises(MeasureError, match=message) as caught:
        indices(np.array(counts, float), ["a", "b"], **arguments)
    assert caught.value.text.nl != caught.value.text.en


def test_one_group_twice_or_alone_is_refused():
    with pytest.raises(MeasureError, match="given twice"):
        indices(np.ones((2, 2)), ["a", "a"])
    with pytest.raises(MeasureError, match="no total"):
        indices(np.ones((2, 1)), ["a"])
    with pytest.raises(MeasureError, match="one column for each"):
        indices(np.ones((2, 2)), ["a"])


def test_points_have_no_land():
    points = shapely.points([[0, 0], [10, 0]])
    with pytest.raises(MeasureError, match="needs polygons"):
        indices(np.ones((2, 2)), "ab", geometry=points, which=["delta"])
    table = indices(np.ones((2, 2)), "ab", geometry=points, bandwidths=[5])
    assert not set(table["index"]) & set(PLACE)
    assert set(table["index"]) >= set(SPATIAL)


def test_progress_goes_on_from_area_to_area():
    seen = []
    area = np.arange(800) // 2
    indices(np.tile(BLOCKS, (100, 1)), GROUPS, area=area, progress=seen.append)
    assert seen == sorted(seen)
    assert len(seen) > 3 * 400


def test_progress_rises_to_the_end_and_cancel_stops():
    seen = []
    shapes = shapely.points(np.arange(16).reshape(8, 2))
    arguments = {"geometry": shapes, "bandwidths": [3, 9], "area": list("aabbccdd")}
    indices(BLOCKS, GROUPS, progress=seen.append, **arguments)
    assert seen == sorted(seen)
    assert 99 < seen[-1] <= 100 + 1e-9
    with pytest.raises(Cancelled):
        indices(BLOCKS, GROUPS, cancelled=lambda: True, **arguments)


# -- properties


def tables(min_units=1, max_units=15, groups=(2, 4)):
    shape = st.tuples(st.integers(min_units, max_units), st.integers(*groups))
    count = st.one_of(st.just(0.0), st.integers(1, 400).map(float), st.floats(0.01, 5000))
    return arrays(float, shape, elements=count).filter(lambda a: a.sum() > 0)


def names(counts):
    return [f"g{k}" for k in range(counts.shape[1])]


@given(tables())
def test_bounds(counts):
    table = indices(counts, names(counts), pairs=True)
    bounded = table[~table["index"].isin([BIAS_CORRECTED, "mutual_information", "entropy"])]
    known = bounded["value"].dropna()
    assert known.between(0, 1).all()
    corrected = table[table["index"] == BIAS_CORRECTED]["value"].to_numpy()
    plain = table[table["index"] == "dissimilarity"]["value"].to_numpy()
    assert (np.isnan(plain) == np.isnan(corrected)).all()
    assert (corrected[~np.isnan(plain)] <= plain[~np.isnan(plain)] + 1e-9).all()
    assert value(table, "entropy") <= np.log(counts.shape[1]) + 1e-12
    for k, name in enumerate(names(counts)):
        if counts[:, k].sum() > 0:
            share = counts[:, k].sum() / counts.sum()
            assert value(table, "isolation", name) >= share - 1e-9


@given(tables(), st.randoms(use_true_random=False))
def test_row_order_changes_no_digit(counts, random):
    order = list(range(len(counts)))
    random.shuffle(order)
    area = np.array([f"A{u % 3}" for u in range(len(counts))], dtype=object)
    first = indices(counts, names(counts), pairs=True, area=area)
    second = indices(counts[order], names(counts), pairs=True, area=area[order])
    pd.testing.assert_frame_equal(first, second, check_exact=True)


@given(tables(), st.floats(0.01, 1000))
def test_scaling_all_counts_changes_nothing(counts, factor):
    which = ASPATIAL
    first = indices(counts, names(counts), which=which)["value"]
    second = indices(counts * factor, names(counts), which=which)["value"]
    assert second.to_numpy() == pytest.approx(first.to_numpy(), abs=1e-9, nan_ok=True)


@given(tables(max_units=8), st.integers(2, 4))
def test_splitting_units_of_equal_composition_changes_nothing(counts, pieces):
    split = np.repeat(counts / pieces, pieces, axis=0)
    first = indices(counts, names(counts), which=ASPATIAL)["value"]
    second = indices(split, names(counts), which=ASPATIAL)["value"]
    assert second.to_numpy() == pytest.approx(first.to_numpy(), abs=1e-9, nan_ok=True)


@given(tables(min_units=2), st.data())
def test_no_coarsening_is_more_segregated(counts, data):
    unit = data.draw(st.lists(st.integers(0, 4), min_size=len(counts), max_size=len(counts)))
    coarse = np.zeros((5, counts.shape[1]))
    np.add.at(coarse, unit, counts)
    which = [i for i in ASPATIAL if i not in ("interaction",)]
    fine = indices(counts, names(counts), which=which)["value"].to_numpy()
    merged = indices(coarse, names(counts), which=which)["value"].to_numpy()
    assert (merged[~np.isnan(merged)] <= fine[~np.isnan(merged)] + 1e-9).all()


@pytest.mark.parametrize("size", [1.0, 0.37, 2.0**40])
def test_running_totals_are_cumulative_sums(size):
    counts = np.random.default_rng(8).integers(0, 2000, 500) * size
    exact = np.array([sum(counts[: i + 1].tolist()) for i in range(500)])
    assert evenness._running_total(counts) == pytest.approx(exact, rel=1e-13)
    assert evenness._running_total(counts).dtype == float


@given(tables(groups=(2, 3)))
def test_gini_is_its_definition(counts):
    table = indices(counts, names(counts), which=["gini"])
    t = counts.sum(axis=1)
    for k, name in enumerate(names(counts)):
        p = np.divide(counts[:, k], t, out=np.zeros(len(t)), where=t > 0)
        double = (np.outer(t, t) * np.abs(p[:, None] - p)).sum()
        share = counts[:, k].sum() / t.sum()
        got = value(table, "gini", name)
        if 0 < counts[:, k].sum() < t.sum() * (1 - 1e-12):
            expected = double / (2 * t.sum() ** 2 * share * (1 - share))
            assert got == pytest.approx(expected, abs=1e-9)


@given(tables(), st.booleans())
def test_local_parts_add_up(counts, by_area):
    area = np.array([f"A{u % 2}" for u in range(len(counts))]) if by_area else None
    local = local_indices(counts, names(counts), area=area)
    table = indices(counts, names(counts), area=area)
    t = counts.sum(axis=1)
    for label in ("A0", "A1") if by_area and len(counts) > 1 else ("all",):
        here = np.ones(len(counts), bool) if label == "all" else area == label
        if label == "all" and by_area:
            continue
        rows = local[here]
        for name in names(counts):
            d = value(table, "dissimilarity", name, area=label)
            part = rows[f"d_share_{name}"]
            if np.isnan(d):
                assert part.isna().all()
            else:
                assert part.sum() == pytest.approx(d, abs=1e-12)
        mutual = value(table, "mutual_information", area=label)
        if not np.isnan(mutual):
            used = here & (t > 0)
            mean = (t[used] * local["local_divergence"][used]).sum() / t[used].sum()
            assert mean == pytest.approx(mutual, abs=1e-9)


@given(tables())
def test_parts_of_the_code_agree_on_replicas_of_one_area(counts):
    # The same table twice as two areas: the sums per area must not see each other.
    both = np.vstack([counts, counts])
    area = ["a"] * len(counts) + ["b"] * len(counts)
    table = indices(both, names(counts), area=area, pairs=True)
    a, b = (table[table["area"] == x].reset_index(drop=True)["value"] for x in "ab")
    assert b.to_numpy() == pytest.approx(a.to_numpy(), abs=1e-10, nan_ok=True)


# -- local indices


def test_local_indices_by_hand():
    found = local_indices(np.array([[8.0, 2.0], [4.0, 26.0], [np.nan, 3.0], [0.0, 0.0]]), "xy")
    assert list(found.columns) == [
        *("lq_x", "lq_y", "entropy", "diversity", "simpson", "local_divergence"),
        *("d_share_x", "d_share_y"),
    ]
    assert found["lq_x"][:2].tolist() == pytest.approx([0.8 / 0.3, (4 / 30) / 0.3])
    entropy = -(0.8 * np.log(0.8) + 0.2 * np.log(0.2))
    assert found["entropy"][0] == pytest.approx(entropy)
    assert found["diversity"][0] == pytest.approx(entropy / np.log(2))
    assert found["simpson"][0] == pytest.approx(0.32)
    divergence = 0.8 * np.log(0.8 / 0.3) + 0.2 * np.log(0.2 / 0.7)
    assert found["local_divergence"][0] == pytest.approx(divergence)
    assert found["d_share_x"][0] == pytest.approx(10 * 0.5 / (2 * 40 * 0.21))
    assert found.iloc[2:].isna().all(axis=None)


def test_local_indices_of_one_group_use_the_rest_of_the_total():
    one = local_indices(np.array([[8.0], [4.0]]), ["x"], total=np.array([10.0, 30.0]))
    two = local_indices(np.array([[8.0, 2.0], [4.0, 26.0]]), ["x", "y"])
    for column in one.columns:
        assert one[column].to_numpy() == pytest.approx(two[column].to_numpy())


def test_local_indices_where_a_group_is_absent_or_the_area_unknown():
    counts = np.array([[5.0, 5], [5, 5], [6, 0], [2, 0], [3, 4]])
    found = local_indices(counts, "ab", area=["p", "p", "q", "q", None])
    assert found["lq_b"][2:4].isna().all()
    assert found["lq_a"][2:4].tolist() == [1, 1]
    assert found[["d_share_a", "d_share_b"]].loc[2:3].isna().all(axis=None)
    assert found["local_divergence"][:4].tolist() == [0, 0, 0, 0]
    assert found.loc[4, ["lq_a", "local_divergence", "d_share_a"]].isna().all()
    assert found.loc[4, ["entropy", "simpson"]].notna().all()


def test_local_indices_at_the_edges():
    counts = np.array([[6.0, 2], [0, 0], [5, 0], [1, 0]])
    found = local_indices(counts, "ab", area=["p", "p", "q", "q"])
    alone = found.loc[0]
    assert alone[["lq_a", "lq_b", "local_divergence", "d_share_a", "d_share_b"]].tolist() == [
        *(1, 1, 0, 0, 0)
    ]
    assert alone["simpson"] == 0.375
    assert found.loc[1].isna().all()
    assert found.loc[2, ["lq_a", "entropy", "diversity", "simpson"]].tolist() == [1, 0, 0, 0]
    assert found.loc[2, ["lq_b", "d_share_a", "d_share_b"]].isna().all()
    known = [0, 2, 3]
    parts = local_indices(counts[known] / 7, "ab", area=["p", "q", "q"])
    whole = found.loc[known].to_numpy()
    assert parts.to_numpy() == pytest.approx(whole, abs=1e-15, nan_ok=True)


@given(tables())
def test_bounds_of_local_indices(counts):
    found = local_indices(counts, names(counts)).dropna(how="all")
    k, share = counts.shape[1], counts.sum(axis=0) / counts.sum()
    d = indices(counts, names(counts), which=["dissimilarity"])["value"]
    for column, high in {
        "entropy": np.log(k),
        "diversity": 1,
        "simpson": 1 - 1 / k,
        "local_divergence": -np.log(share[share > 0].min()),
        **{f"lq_{name}": 1 / p for name, p in zip(names(counts), share, strict=True) if p > 0},
        **dict(zip((f"d_share_{name}" for name in names(counts)), d, strict=True)),
    }.items():
        assert found[column].dropna().between(-1e-12, high + 1e-9 * max(1, high)).all(), column


# -- the bias-corrected D


def simulated_mean(x, y, draws, seed):
    rng = np.random.default_rng(seed)
    xs = rng.multinomial(int(x.sum()), x / x.sum(), size=draws) / x.sum()
    ys = rng.multinomial(int(y.sum()), y / y.sum(), size=draws) / y.sum()
    found = np.abs(xs - ys).sum(axis=1) / 2
    return found.mean(), found.std() / np.sqrt(draws)


@pytest.mark.parametrize(
    ("size", "share"), [(5, 0.5), (5, 0.1), (25, 0.3), (40, 0.5), (400, 0.03), (2000, 0.4)]
)
def test_expected_d_is_that_of_simulated_samples(size, share):
    rng = np.random.default_rng(8)
    chance = np.clip(rng.normal(share, share / 4, 80), 0.01, 0.99)
    x = rng.binomial(size, chance).astype(float)
    y = size - x
    d = np.abs(x / x.sum() - y / y.sum()).sum() / 2
    mean, error = simulated_mean(x, y, 4000, 3)
    expected = 2 * d - evenness.bias_corrected(x, y)
    # Four standard errors of the simulation, and 0.2 percent for the normal distribution.
    assert expected == pytest.approx(mean, abs=4 * error + 0.002 * mean)


def test_expected_d_of_few_people_is_exact():
    # Two units, one person of x in each and one of y in each: 3/2 outcomes by hand.
    # x* and y* are 0, 1 or 2 of 2 in the first unit with chance 1/4, 1/2, 1/4; D* = |x* - y*| / 2.
    chance = {0: 0.25, 1: 0.5, 2: 0.25}
    expected = sum(chance[a] * chance[b] * abs(a - b) / 2 for a in chance for b in chance)
    corrected = evenness.bias_corrected(np.array([1.0, 1.0]), np.array([1.0, 1.0]))
    assert corrected == pytest.approx(-expected, abs=1e-14)


def test_complete_segregation_needs_no_correction():
    assert evenness.bias_corrected(np.array([5.0, 0, 7]), np.array([0, 9.0, 0])) == 1
    assert np.isnan(evenness.bias_corrected(np.array([0.0, 0]), np.array([3.0, 1])))


@settings(max_examples=30)
@given(tables(min_units=2, groups=(2, 2)))
def test_swapping_the_groups_changes_no_correction(counts):
    x, y = counts.T
    if x.sum() > 0 and y.sum() > 0:
        assert evenness.bias_corrected(x, y) == pytest.approx(
            evenness.bias_corrected(y, x), abs=2e-3
        )


def test_what_the_correction_leaves_of_pure_chance():
    rng = np.random.default_rng(4)
    x = rng.binomial(20, 0.4, 500).astype(float)
    table = indices(np.column_stack([x, 20 - x]), "ab")
    d = value(table, "dissimilarity", "a")
    # In a city where nobody is segregated D is 0.18 by chance alone. Sampling once more makes that
    # a square root of 2 larger, so 2 - sqrt(2) of it is what this correction leaves at most.
    assert d > 0.15
    assert value(table, BIAS_CORRECTED, "a") == pytest.approx((2 - np.sqrt(2)) * d, rel=0.05)


def test_profile_starts_without_surroundings():
    points = shapely.points([[0, 0], [100, 0], [200, 0], [300, 0]])
    table = indices(BLOCKS[:4], GROUPS, geometry=points, bandwidths=[1000, 150])
    line = segregation.profile(table)
    assert list(line.columns) == ["area", "index", "group", "bandwidth", "value"]
    h = line[(line["index"] == "spatial_theil_h") & (line["group"] == "all")]
    assert h["bandwidth"].tolist() == [0, 150, 1000]
    assert h["value"].iloc[0] == value(table, "multigroup_theil_h")
    r = line[(line["index"] == "spatial_relative_diversity") & (line["group"] == "koop")]
    assert r["value"].iloc[0] == value(table, "correlation_ratio", "koop")
    # With everybody in everybody's surroundings nothing is uneven.
    assert h["value"].iloc[-1] == pytest.approx(0, abs=1e-12)


def test_columns_of_groups_whose_names_run_together_stay_apart():
    groups = ["a", "a_b", "b"]
    wide = segregation.wide(indices(BLOCKS, groups, which=["gini"], pairs=True))
    table = indices(BLOCKS, groups, which=["gini"], pairs=True)
    assert wide["gini_a_b"].tolist() == [value(table, "gini", "a", "b")]
    assert wide["gini_a_b_2"].tolist() == [value(table, "gini", "a_b")]


def test_one_row_per_area_with_a_column_per_index():
    points = shapely.points(np.arange(16).reshape(8, 2))
    table = indices(
        *(BLOCKS, GROUPS),
        area=["W1"] * 4 + ["W2"] * 4,
        geometry=points,
        bandwidths=[2.5],
        pairs=True,
    )
    wide = segregation.wide(table).set_index("area")
    assert wide.index.tolist() == ["all", "W1", "W2"]
    assert wide.columns[:3].tolist() == ["n_units", "n_total", "n_excluded"]
    assert wide.loc["W2", "n_units"] == 4
    assert wide.loc["W1", "multigroup_theil_h"] == value(table, "multigroup_theil_h", area="W1")
    assert wide.loc["all", "gini_corp"] == value(table, "gini", "corp")
    assert wide.loc["all", "gini_koop_corp"] == value(table, "gini", "koop", "corp")
    assert wide["spatial_theil_h_2.5m"].notna().all()
    # Every value of the long table is in the wide one.
    assert wide.shape[1] - 3 == len(table) / 3
