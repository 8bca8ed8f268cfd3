# SPDX-License-Identifier: GPL-2.0-or-later
"""A crosswalk made of outlines and dwellings, computed by hand and used."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pytest
import shapely
from wijkmix.wijkmix_plugin.errors import GeometryError
from wijkmix.wijkmix_plugin.tables.crosswalk import on_equal_boundaries
from wijkmix.wijkmix_plugin.tables.redrawn import crosswalk, shared_area, shared_dwellings


def units(**boxes):
    """Units by code: west, east of a strip ten high."""
    shapes = [shapely.box(west, 0, east, 10) for west, east in boxes.values()]
    return gpd.GeoDataFrame({"buurt_code": list(boxes)}, geometry=shapes)


def made(one, two, points=None):
    pairs = None
    if points is not None:
        x = np.array(points, dtype=float)
        pairs, _ = shared_dwellings(one, two, [(x[:2], x[:2] * 0 + 5), (x[2:], x[2:] * 0 + 5)])
    frame, notes = crosswalk(one, two, shared_area(one, two), pairs)
    rows = {(r["from"], r["to"]): (r["weight"], r["basis"]) for _, r in frame.iterrows()}
    sums = frame.groupby("from")["weight"].sum()
    np.testing.assert_allclose(sums, 1)
    return rows, notes


def test_equal_units_need_no_row():
    one = units(A=(0, 100), B=(100, 200))
    rows, notes = made(one, one.iloc[::-1].reset_index(drop=True))
    assert rows == {}
    assert [n.severity for n in notes] == ["info"]
    assert "2 units keep their code and area; 0 are converted" in notes[0].text.en


def test_a_split_a_merger_and_a_new_code():
    one = units(A=(0, 100), B=(100, 150), C=(150, 200), D=(200, 300), E=(300, 400))
    two = units(A=(0, 75), A2=(75, 100), BC=(100, 200), D9=(200, 300), E=(300, 400))
    rows, notes = made(one, two)
    assert rows == {
        ("A", "A"): (0.75, "area"),
        ("A", "A2"): (0.25, "area"),
        ("B", "BC"): (1, "area"),
        ("C", "BC"): (1, "area"),
        ("D", "D9"): (1, "area"),
    }
    assert "1 units keep their code and area; 4 are converted, of which 1 are divided (1 by" in (
        notes[0].text.en
    )
    # and the comparison takes it as it is
    frame, _ = crosswalk(one, two, shared_area(one, two))
    counts = np.array([[40.0], [10], [20], [5], [7]])
    found, told = on_equal_boundaries(
        counts, one.buurt_code.tolist(), two.buurt_code.tolist(), frame
    )
    assert found.ravel().tolist() == [30, 10, 30, 5, 7]
    assert "by area" in told[0].en


def test_dwellings_go_before_area_where_there_are_any():
    one = units(A=(0, 100), B=(100, 200), C=(200, 300))
    two = units(A=(0, 75), A2=(75, 100), B1=(100, 150), B2=(150, 200), C=(200, 300))
    # one dwelling in A, three in A2; none in B; two in C
    rows, _ = made(one, two, [10, 80, 90, 95, 210, 220])
    assert rows == {
        ("A", "A"): (0.25, "dwellings"),
        ("A", "A2"): (0.75, "dwellings"),
        ("B", "B1"): (0.5, "area"),
        ("B", "B2"): (0.5, "area"),
    }


def test_a_unit_without_dwellings_is_known_to_have_none():
    one = units(A=(0, 100))
    two = units(A=(0, 75), A2=(75, 100))
    rows, _ = made(one, two, [10, 20, 30])
    assert rows == {("A", "A"): (1, "dwellings"), ("A", "A2"): (0, "dwellings")}
    pairs, _ = shared_dwellings(one, two, [(np.array([10.0]), np.array([5.0]))])
    frame, _ = crosswalk(one, two, shared_area(one, two), pairs)
    found, told = on_equal_boundaries(np.array([[8.0]]), ["A"], ["A", "A2"], frame)
    assert found.ravel().tolist() == [8, 0]
    assert told == []


def test_dwellings_outside_either_year_are_counted():
    one, two = units(A=(0, 100)), units(A=(0, 80))
    pairs, outside = shared_dwellings(
        one, two, [(np.array([10.0, 90, 500]), np.array([5.0, 5, 5]))]
    )
    assert outside == 2
    assert pairs.amount.tolist() == [1]


def test_slivers_are_two_drawings_of_one_border():
    one = units(A=(0, 100), B=(100, 200))
    two = units(A=(0, 101), B=(101, 200))
    assert made(one, two)[0] == {}
    two = units(A=(0, 103), B=(103, 200))
    assert made(one, two)[0] == {("B", "A"): (0.03, "area"), ("B", "B"): (0.97, "area")}


def test_outlines_that_overlap_in_both_years_are_not_divided():
    # Simplified borders of two gemeenten, the same in both years: 5 of B lies over A.
    one = units(A=(0, 100), B=(95, 200))
    assert made(one, one)[0] == {}
    assert made(one, one, [10, 97, 150])[0] == {}


def test_a_small_unit_cut_out_of_a_large_one_is_not_a_sliver():
    one = units(A=(0, 1000))
    two = units(A=(0, 990), A2=(990, 1000))
    assert made(one, two)[0] == {("A", "A"): (0.99, "area"), ("A", "A2"): (0.01, "area")}


def test_two_codes_that_changed_places():
    one, two = units(A=(0, 100), B=(100, 200)), units(B=(0, 100), A=(100, 200))
    assert made(one, two)[0] == {("A", "B"): (1, "area"), ("B", "A"): (1, "area")}


def test_a_mark_of_cbs_gets_a_row_that_answers_it():
    one = units(A=(0, 100), B=(100, 200)).assign(year=2023)
    two = units(A=(0, 98.5), B=(98.5, 200)).assign(year=2024, boundary_change=[3, 1])
    rows, _ = made(one, two)
    assert rows == {("A", "A"): (1, "area")}


def test_what_lies_nowhere_is_named():
    one = units(A=(0, 100), X=(500, 600))
    two = units(A=(0, 100), Y=(800, 900))
    rows, notes = made(one, two)
    assert rows == {}
    assert notes[1].severity == "warning"
    assert "(2): X, Y" in notes[1].text.en
    with pytest.raises(GeometryError, match="do not overlap anywhere"):
        made(units(A=(0, 1)), units(A=(5, 6)))
