# SPDX-License-Identifier: GPL-2.0-or-later
"""A separate table joined by code."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from wijkmix.wijkmix_plugin.errors import TableError
from wijkmix.wijkmix_plugin.tables.cbs import join_table, to_canonical

CODES = ["BU00010001", "BU00010002", "BU00010003"]


def layer(**columns) -> gpd.GeoDataFrame:
    boxes = shapely.box(np.arange(3.0), 0, np.arange(3.0) + 1, 1)
    data = {"buurtcode": CODES, "buurtnaam": ["A", "B", "C"], **columns}
    return gpd.GeoDataFrame(data, geometry=boxes, crs=28992, index=[7, 8, 9])


def table(**columns) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "buurtcode": [CODES[2] + "  ", CODES[0]],
            "buurtnaam": ["anders", "anders"],
            "woningvoorraad": [300, 100],
            "percentage_koopwoningen": [30, 10],
            **columns,
        }
    )


def test_rows_find_their_figures_and_keep_their_order_and_geometry():
    frame, notes = join_table(layer(), table())
    assert frame.buurtcode.tolist() == CODES
    assert frame.buurtnaam.tolist() == ["A", "B", "C"]
    np.testing.assert_array_equal(frame.percentage_koopwoningen, [10, np.nan, 30])
    assert frame.index.tolist() == [7, 8, 9]
    assert frame.geometry.equals(layer().geometry)
    assert [n.severity for n in notes] == ["warning"]
    for text in notes[0].text:
        assert "1" in text
        assert CODES[1] in text


def test_a_full_match_has_nothing_to_say():
    full = pd.DataFrame({"buurtcode": CODES, "woningvoorraad": [1, 2, 3]})
    assert join_table(layer(), full)[1] == []


def test_the_tables_figures_replace_those_of_the_layer_in_any_spelling():
    old = layer(percentageKoopwoningen=-99995, woningvoorraad=-99995, eigen=1)
    frame, notes = join_table(old, table())
    assert "percentageKoopwoningen" not in frame
    np.testing.assert_array_equal(frame.woningvoorraad, [100, np.nan, 300])
    assert frame.eigen.tolist() == [1, 1, 1]
    for text in notes[0].text:
        assert "percentageKoopwoningen, woningvoorraad" in text


def test_the_result_can_be_read():
    frame, _ = join_table(layer(), table())
    result = to_canonical(frame).frame
    np.testing.assert_array_equal(result.n_koop, [10.0, np.nan, 90.0])
    assert result.crs.to_epsg() == 28992


def test_rows_of_other_levels_and_places_are_left_aside():
    other = pd.DataFrame(
        {"buurtcode": ["GM0001", "WK000100", "BU99990000"], "woningvoorraad": [9, 9, 9]}
    )
    both = pd.concat([other, other, table()], ignore_index=True)
    assert join_table(layer(), both)[0].woningvoorraad.tolist()[0] == 100


def test_a_code_column_of_another_name_is_found_by_what_is_in_it():
    odd = table().rename(columns={"buurtcode": "Regiocode (code)"})
    frame, _ = join_table(layer(), odd)
    np.testing.assert_array_equal(frame.percentage_koopwoningen, [10, np.nan, 30])


def test_two_columns_that_hold_codes_are_not_guessed_between():
    odd = table(a=CODES[:2], b=CODES[:2]).drop(columns="buurtcode")
    with pytest.raises(TableError, match="a, b") as caught:
        join_table(layer(), odd)
    assert "a, b" in caught.value.text.nl


def test_the_layers_own_code_field_can_be_mapped():
    own = layer().rename(columns={"buurtcode": "bc"})
    with pytest.raises(TableError, match="buurtcode"):
        join_table(own, table())
    frame, _ = join_table(own, table(), {"buurt_code": "bc"})
    assert frame.woningvoorraad.tolist()[0] == 100


def test_no_match_at_all_names_the_likely_reason_and_both_kinds_of_code():
    old = table(buurtcode=["BU00019901", "BU00019902"])
    with pytest.raises(TableError) as caught:
        join_table(layer(), old)
    en, nl = caught.value.text
    assert "another year" in en
    assert "ander jaar" in nl
    for text in (en, nl):
        assert "BU00019901" in text
        assert CODES[0] in text


def test_a_code_twice_in_the_table_is_refused_by_name():
    twice = pd.concat([table(), table()])
    with pytest.raises(TableError) as caught:
        join_table(layer(), twice)
    for text in caught.value.text:
        assert CODES[0] in text
        assert CODES[2] in text


def test_a_table_with_geometry_leaves_it_at_home():
    drawn = gpd.GeoDataFrame(table(), geometry=[shapely.Point(0, 0)] * 2, crs=4326)
    frame, _ = join_table(layer(), drawn)
    assert frame.crs.to_epsg() == 28992
    assert set(frame.geom_type) == {"Polygon"}


def test_neither_input_is_changed():
    mine, theirs = layer(woningvoorraad=1), table()
    before = mine.copy(), theirs.copy()
    join_table(mine, theirs)
    pd.testing.assert_frame_equal(mine, before[0])
    pd.testing.assert_frame_equal(theirs, before[1])
