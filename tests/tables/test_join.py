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
from wijkmix.wijkmix_plugin.tables.join import unmatched

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


def test_headings_that_were_read_as_a_row_are_headings():
    rows = [["gwb_code_10", "a_woning", None], [CODES[0], "100", "x"], [CODES[2], "300", "y"]]
    sheet = pd.DataFrame(rows, columns=["Field1", "Field2", "Field3"])
    frame = join_table(layer(), sheet)[0]
    assert frame.a_woning.tolist()[0] == "100"
    assert frame.Field3.tolist()[2] == "y"
    # a first row without a known heading is a row
    with pytest.raises(TableError):
        join_table(layer(), sheet.iloc[1:].replace("BU", "X", regex=True))


def test_percentages_of_the_table_replace_counts_of_the_layer():
    frame, notes = join_table(layer(n_koop=1, n_corp=2, dwellings=3), table())
    assert "n_koop" not in frame
    assert "n_corp" in frame
    assert "dwellings, n_koop" in notes[0].text.en or "n_koop, dwellings" in notes[0].text.en


# --- the likely reason, and none that the codes do not show

BARE = ["03630001", "03630002", "0363AA01"]
DRAWN = [f"BU{code}" for code in BARE]


def reasons(ours, theirs) -> dict[str, list[str]]:
    """The first words of every reason, with the codes of the layer it is given for."""
    return {group.reason.en.split(":")[0]: group.codes for group in unmatched(ours, theirs)}


def refused(ours, theirs) -> tuple[str, str]:
    boxes = gpd.GeoSeries([shapely.box(0, 0, 1, 1)] * len(ours), crs=28992)
    drawn = gpd.GeoDataFrame({"buurtcode": ours}, geometry=boxes)
    with pytest.raises(TableError) as caught:
        join_table(drawn, pd.DataFrame({"buurtcode": theirs, "woningvoorraad": 1}))
    return caught.value.text


@pytest.mark.parametrize("theirs", [[3630001, 3630002], ["3630001", "3630002"], [3630001.0, None]])
def test_codes_read_as_numbers_are_not_put_down_to_another_year(theirs):
    en, nl = refused(DRAWN[:2], theirs)
    assert "codes of the table are numbers" in en
    assert "codes van de tabel zijn getallen" in nl
    assert "year" not in en
    assert "jaar" not in nl
    # and the other way round
    en, nl = refused(BARE[:2] if isinstance(theirs[0], str) else [3630001, 3630002], DRAWN[:2])
    assert "lack the letters BU" in en or "codes of the layer are numbers" in en
    assert "year" not in en


def test_another_year_is_not_put_down_to_lost_zeros():
    en, nl = refused(["BU03630101", "BU0363AA01"], ["BU03630000", "BU03630001"])
    assert "another year" in en
    assert "ander jaar" in nl
    assert "GM0363" in en
    assert "numbers" not in en
    assert "getallen" not in nl


def test_codes_without_their_letters_are_said_to_be_so():
    en, nl = refused(DRAWN, BARE)
    assert "lack the letters BU; with them 3 would match" in en
    assert "missen de letters BU" in nl


def test_codes_written_otherwise_are_said_to_be_so():
    en, nl = refused(DRAWN, ["bu 0363 0001", "bu 0363 0002", "bu 0363 aa01"])
    assert "'bu 0363 0001'" in en
    assert "anders geschreven" in nl


def test_another_level_and_another_area():
    en, nl = refused(DRAWN, ["GM0363", "WK036300"])
    assert "only wijken or gemeenten (codes with GM, WK)" in en
    assert "alleen wijken of gemeenten" in nl
    en, nl = refused(DRAWN, ["BU05990001"])
    assert "nothing of gemeente GM0363" in en
    assert "niets van gemeente GM0363" in nl


def test_codes_of_ones_own_get_no_reason_that_is_about_cbs():
    en, nl = refused(["west", "oost"], ["noord"])
    assert "does not have these codes" in en
    assert "heeft deze codes niet" in nl


def test_a_join_that_half_works_says_why_for_each_part():
    ours = ["BU03630001", "BU03630002", "BU03639997", "BU05990001", "BU0363AA01", "BU00030001"]
    theirs = ["BU03630001", "3630002", "BU03630099", "bu0363aa01"]
    assert reasons(ours, theirs) == {
        "The codes of the table are numbers": ["BU03630002"],
        "The same codes are written in another way in the table ('bu0363aa01')": ["BU0363AA01"],
        "These are water or foreign areas, of which CBS has no figures.": ["BU03639997"],
        "The table has nothing of gemeente GM0003, GM0599": ["BU05990001", "BU00030001"],
    }
    assert reasons(["BU03630001", "BU03630005"], theirs) == {
        "Most likely the table is of another year, or the codes were changed in between": [
            "BU03630005"
        ]
    }
    assert unmatched(ours, ours) == []


def test_buurten_of_the_table_without_a_place_are_named():
    more = table(buurtcode=[CODES[0], "BU00010009"])
    notes = join_table(layer().iloc[:1], more)[1]
    assert [n.severity for n in notes] == ["info"]
    assert "1 buurten of the table" in notes[0].text.en
    assert "BU00010009" in notes[0].text.nl
    # another gemeente, another level and water have no place there anyhow
    for code in ("BU00020009", "GM0001", "BU00019997"):
        assert join_table(layer().iloc[:1], table(buurtcode=[CODES[0], code]))[1] == []


def test_water_without_figures_is_no_warning():
    mine = layer()
    mine["buurtcode"] = ["BU00010001", "BU00010003", "BU00019997"]
    notes = join_table(mine, table())[1]
    assert [n.severity for n in notes] == ["info"]
    assert "BU00019997" in notes[0].text.nl


def test_a_table_with_several_columns_of_codes_is_known_by_its_channel():
    frame = pd.DataFrame(
        {
            "gwb_code_10": ["GM0001", CODES[0]],
            "gwb_code_8": ["0001", CODES[0][2:]],
            "gwb_code": ["GM0001", CODES[0]],
            "a_woning": [1000, 100],
        }
    )
    assert join_table(layer(), frame)[0].a_woning.tolist()[0] == 100


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
