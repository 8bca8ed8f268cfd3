# SPDX-License-Identifier: GPL-2.0-or-later
"""Two years on equal boundaries, or a refusal that names the codes."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from wijkmix.wijkmix_plugin.errors import TableError
from wijkmix.wijkmix_plugin.tables.crosswalk import on_equal_boundaries, other_areas

COUNTS = np.array([[10.0, 30], [20, 20]])


def table(*rows):
    return pd.DataFrame(rows, columns=["from", "to", "weight"])


def test_equal_codes_in_another_order_and_padded():
    found, notes = on_equal_boundaries(COUNTS, ["A", "B"], ["B  ", "A"])
    assert found.tolist() == [[20, 20], [10, 30]]
    assert notes == []


def test_a_split_buurt_is_refused_by_name():
    with pytest.raises(TableError, match=r"first: A\. Only in the second: A1, A2"):
        on_equal_boundaries(COUNTS, ["A", "B"], ["A1", "A2", "B"])


def test_a_split_by_weights_says_what_can_be_wrong():
    weights = table(("A", "A1", 0.75), ("A", "A2", 0.25))
    found, notes = on_equal_boundaries(COUNTS, ["A", "B"], ["A1", "A2", "B"], weights)
    assert found.tolist() == [[7.5, 22.5], [2.5, 7.5], [20, 20]]
    # A quarter of 40 comes over to the one part, and does not to the other.
    assert "1 units were divided over 2" in notes[0].en
    assert "20 dwellings" in notes[0].en
    assert "Aanname" in notes[0].nl


def test_a_merger_is_exact_and_keeps_what_is_missing():
    weights = table(("A", "C", 1), ("B", "C", 1))
    found, notes = on_equal_boundaries(COUNTS, ["A", "B"], ["C"], weights)
    assert found.tolist() == [[30, 50]]
    assert notes == []
    gaps = np.array([[10.0, 30], [np.nan, np.nan]])
    assert np.isnan(on_equal_boundaries(gaps, ["A", "B"], ["C"], weights)[0]).all()


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        ([("A", "A1", 0.7), ("A", "A2", 0.2)], "do not add up to 1.*: A"),
        ([("A", "A1", 1.2), ("A", "A2", -0.2)], "below 0: A"),
        ([("X", "A1", 1)], "does not have|do not have: X"),
        ([("A", "Z", 1)], "do not have: Z"),
        ([("A", None, 1)], "empty"),
    ],
)
def test_a_crosswalk_that_does_not_work(rows, words):
    with pytest.raises(TableError, match=words):
        on_equal_boundaries(COUNTS, ["A", "B"], ["A1", "A2", "B"], table(*rows))


def test_a_code_twice():
    with pytest.raises(TableError, match="twice: A"):
        on_equal_boundaries(COUNTS, ["A", "A"], ["A", "B"])


# --- what a crosswalk may look like


def test_a_recoded_buurt_is_exact():
    found, notes = on_equal_boundaries(COUNTS, ["A", "B"], ["A9", "B"], table(("A", "A9", 1)))
    assert found.tolist() == [[10, 30], [20, 20]]
    assert notes == []


def test_weights_may_come_as_text_with_a_comma_and_codes_as_numbers():
    weights = table(("1", "3", "0,75"), ("1", "4", "0,25"))
    found, _ = on_equal_boundaries(COUNTS, [1.0, 2.0], [3.0, 4.0, 2.0], weights)
    assert found.tolist() == [[7.5, 22.5], [2.5, 7.5], [20, 20]]
    with pytest.raises(TableError, match=r"do not add up to 1.*: A"):
        on_equal_boundaries(COUNTS, ["A", "B"], ["A1", "B"], table(("A", "A1", "veel")))


def test_a_split_by_area_can_be_off_by_the_larger_part():
    weights = table(("A", "A1", 0.75), ("A", "A2", 0.25)).assign(basis=["area", "Area"])
    found, notes = on_equal_boundaries(COUNTS, ["A", "B"], ["A1", "A2", "B"], weights)
    assert found.tolist() == [[7.5, 22.5], [2.5, 7.5], [20, 20]]
    # A1 has 30 of 40 by its area; it may have none or all, so 30 off; A2 likewise.
    assert len(notes) == 1
    assert "divided over 2 by area" in notes[0].en
    assert "60 dwellings" in notes[0].en
    assert "naar oppervlakte. Aanname" in notes[0].nl


def test_both_kinds_of_weight_are_told_apart():
    weights = table(("A", "A1", 0.5), ("A", "A2", 0.5), ("B", "B1", 0.9), ("B", "B2", 0.1))
    weights["basis"] = ["area", "area", "dwellings", None]
    _, notes = on_equal_boundaries(COUNTS, ["A", "B"], ["A1", "A2", "B1", "B2"], weights)
    assert ["weights of the crosswalk" in n.en for n in notes] == [True, False]
    assert "8 dwellings" in notes[0].en
    assert "40 dwellings" in notes[1].en
    with pytest.raises(TableError, match="basis says hectare"):
        on_equal_boundaries(
            COUNTS, ["A", "B"], ["A1", "A2", "B1", "B2"], weights.assign(basis="hectare")
        )


@pytest.mark.parametrize("share", [0.0, 0.3, 1.0])
@pytest.mark.parametrize("tenure", [0.0, 0.5, 1.0])
def test_the_error_that_is_said_is_a_bound(share, tenure):
    """Whatever really stands in a part, the estimate is no further off than is said."""
    weight, total = 0.3, 40.0
    # by dwellings: the part has 12; its owner-occupied ones are unknown
    estimate = np.array([10.0, 30.0]) * weight
    low = max(0.0, 12 - 30)
    truth = low + tenure * (min(12.0, 10.0) - low)
    assert abs(truth - estimate[0]) <= total * min(weight, 1 - weight)
    # by area: even the number is unknown
    assert abs(share * total - weight * total) <= total * max(weight, 1 - weight)


# --- the same code for another area


def test_a_code_of_another_area_is_refused_by_name_until_it_is_stated():
    with pytest.raises(TableError, match=r"of another area: A\.") as caught:
        on_equal_boundaries(COUNTS, ["A", "B"], ["A", "B"], other_areas=["A"])
    assert "van een ander gebied: A." in caught.value.text.nl
    stated = table(("A", "A", 1))
    found, notes = on_equal_boundaries(COUNTS, ["A", "B"], ["A", "B"], stated, other_areas=["A"])
    assert found.tolist() == COUNTS.tolist()
    assert notes == []
    # it may as well say where the dwellings of A went
    moved = table(("A", "A", 0.5), ("A", "B", 0.5))
    found, _ = on_equal_boundaries(COUNTS, ["A", "B"], ["A", "B"], moved, other_areas=["A"])
    assert found.tolist() == [[5, 15], [25, 35]]


def test_water_needs_no_counterpart():
    found, notes = on_equal_boundaries(COUNTS, ["A", "W"], ["A", "V"], empty=["W", "V"])
    np.testing.assert_array_equal(found, [[10, 30], [np.nan, np.nan]])
    assert notes == []
    with pytest.raises(TableError, match="first: W"):
        on_equal_boundaries(COUNTS, ["A", "W"], ["A"])


def year(number, shapes=None, **columns):
    data = {"buurt_code": ["A", "B", "C"], "year": number, **columns}
    if shapes is None:
        return pd.DataFrame(data)
    return gpd.GeoDataFrame(data, geometry=shapes)


def boxes(*widths, west=0.0):
    return [shapely.box(west, 10 * i, west + w, 10 * i + 10) for i, w in enumerate(widths)]


def test_outlines_tell_another_area():
    one = year(2020, boxes(10, 10, 10))
    # half of B is left, C has moved away
    two = year(2024, [*boxes(10, 5), shapely.box(500, 0, 510, 10)])
    codes, notes = other_areas(one, two)
    assert codes == ["C"]
    assert len(notes) == 1
    assert "less than 60% (1): B" in notes[0].en
    assert "minder dan 60% overlappen (1): B" in notes[0].nl
    assert other_areas(one, one) == ([], [])


def test_the_order_of_rows_and_broken_outlines_do_not_matter():
    one = year(2020, boxes(10, 10, 10))
    bow = shapely.Polygon([(0, 0), (10, 10), (10, 0), (0, 10)])  # half of the square
    two = year(2024, [bow, *boxes(10, 10, 10)[1:]]).iloc[::-1]
    codes, notes = other_areas(one, two)
    assert codes == []
    assert "(1): A" in notes[0].en


@pytest.mark.parametrize(
    ("years", "marks", "expected"),
    [
        ((2023, 2024), ([1, 1, 1], [1, 3, 2]), ["B"]),
        # the mark of the earlier year tells of the step before it
        ((2023, 2024), ([3, 1, 1], [1, 1, 1]), []),
        # the other way round
        ((2024, 2023), ([3, 1, 1], [1, 1, 1]), ["A"]),
        ((2024, 2024), ([3, 3, 3], [3, 3, 3]), []),
        ((None, None), ([1, 1, 1], [3, 1, 1]), ["A"]),
    ],
)
def test_the_mark_of_cbs_counts_in_the_later_year(years, marks, expected):
    one, two = (year(y, boundary_change=m) for y, m in zip(years, marks, strict=True))
    assert other_areas(one, two)[0] == expected


def test_outlines_that_are_the_same_contradict_the_mark():
    one = year(2023, boxes(10, 10, 10))
    two = year(2024, boxes(10, 9.5, 10), boundary_change=[3, 3, 1])
    assert other_areas(one, two)[0] == ["B"]


def test_without_outlines_another_name_is_a_question():
    one = year(2020, buurt_name=["Dorp-Noord", "Veld", "Hof"])
    two = year(2024, buurt_name=["dorp noord", "Haven", None])
    codes, notes = other_areas(one, two)
    assert codes == []
    assert len(notes) == 1
    assert "another name (1): B" in notes[0].en
    assert "andere naam (1): B" in notes[0].nl
    # with outlines the name may be new
    drawn = (year(2020, boxes(9, 9, 9), buurt_name="x"), year(2024, boxes(9, 9, 9), buurt_name="y"))
    assert other_areas(*drawn) == ([], [])


def test_years_without_a_code_in_common():
    assert other_areas(year(2020), year(2024, buurt_code=["X", "Y", "Z"])) == ([], [])
