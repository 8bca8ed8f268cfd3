# SPDX-License-Identifier: GPL-2.0-or-later
"""Every rule between a raw CBS layer and the canonical table, computed by hand."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from wijkmix.wijkmix_plugin.errors import TableError
from wijkmix.wijkmix_plugin.tables.cbs import CanonicalTable, to_canonical
from wijkmix.wijkmix_plugin.tables.roles import ALWAYS

KOOP = "percentage_koopwoningen"
HUUR = "percentage_huurwoningen"
CORP = "perc_huurwoningen_in_bezit_woningcorporaties"
OVERIG = "perc_huurwoningen_in_bezit_overige_verhuurders"
UNKNOWN = "percentage_woningen_met_eigendom_onbekend"
DERIVED = "percentage_huurwoningen_afgeleid"
NAN = np.nan


def raw(**columns) -> pd.DataFrame:
    """Two sound buurten of 200 and 1000 dwellings; every column can be replaced."""
    data = {
        "buurtcode": ["BU00010001", "BU00010002"],
        "buurtnaam": ["Dorp", "Veld"],
        "wijkcode": ["WK000100", "WK000100"],
        "gemeentecode": ["GM0001", "GM0001"],
        "gemeentenaam": ["Voorbeeld", "Voorbeeld"],
        "jaar": 2024,
        "water": "NEE",
        "woningvoorraad": [200, 1000],
        "aantal_huishoudens": [190, 950],
        KOOP: [60, 25],
        HUUR: [40, 75],
        CORP: [30, 50],
        OVERIG: [10, 25],
        **columns,
    }
    return pd.DataFrame({k: v for k, v in data.items() if v is not None})


def row(**cells) -> CanonicalTable:
    """The first buurt with these cells changed; the second stays sound."""
    frame = raw(**dict.fromkeys(set(cells) - set(raw().columns), 0))
    for name, value in cells.items():
        frame[name] = frame[name].astype(object)
        frame.loc[0, name] = value
    return to_canonical(frame)


def tenure(result: CanonicalTable, i: int = 0) -> list[float]:
    return result.frame.loc[i, result.n_columns].to_list()


def said(result: CanonicalTable, en: str, nl: str, severity: str = "warning") -> bool:
    """Whether one note says this in both languages."""
    return any(
        en in note.text.en and nl in note.text.nl and note.severity == severity
        for note in result.notes
    )


def refused(frame: pd.DataFrame, **options) -> tuple[str, str]:
    with pytest.raises(TableError) as caught:
        to_canonical(frame, **options)
    assert caught.value.text.en != caught.value.text.nl
    return caught.value.text


# --- percentages and counts


def test_percentages_of_dwellings_become_counts():
    result = to_canonical(raw())
    assert result.classes == ("koop", "corp", "overig")
    assert result.n_columns == ["n_koop", "n_corp", "n_overig"]
    assert tenure(result, 0) == [120.0, 60.0, 20.0]
    assert tenure(result, 1) == [250.0, 500.0, 250.0]
    assert result.frame.quality.tolist() == ["ok", "ok"]
    assert result.notes == []


def test_the_corporation_share_is_a_share_of_all_dwellings():
    # R03: 60 owner-occupied, 40 rented, of which 30 corporation -> 30 per cent, not 12
    frame = to_canonical(raw()).frame
    assert frame.n_corp[0] / frame.dwellings[0] == 0.30


def test_counts_are_fractional_and_not_normalised():
    # 33 + 33 + 33 = 99 of 101 dwellings: 33.33 each, 99.99 together
    result = row(woningvoorraad=101, **{KOOP: 33, CORP: 33, OVERIG: 33})
    assert tenure(result) == pytest.approx([33.33, 33.33, 33.33])
    assert result.frame.quality[0] == "ok"


def test_canonical_columns_come_first_and_in_order():
    assert tuple(to_canonical(raw()).frame.columns) == (*ALWAYS, "households", "quality")
    assert tuple(to_canonical(raw(aantal_huishoudens=None)).frame.columns) == (*ALWAYS, "quality")


def test_optional_columns_come_where_the_source_has_them():
    extra = {
        "aantal_inwoners": [400, 2000],
        "gemiddelde_woningwaarde": [310, -99997],
        "percentage_meergezinswoning": [20, 30],
        "percentage_bouwjaarklasse_tot_2000": [90, 100],
        "percentage_huishoudens_met_laag_inkomen": [41.5, -99997],
        "oppervlakte_land_in_ha": [12, 30],
        "omgevingsadressendichtheid": [1500, 2500],
    }
    frame = to_canonical(raw(**extra)).frame
    assert frame.columns.tolist()[len(ALWAYS) :] == [
        "households",
        "inhabitants",
        "woz",
        "share_multifamily",
        "share_before_2000",
        "share_lowinc",
        "land_ha",
        "address_density",
        "quality",
    ]
    np.testing.assert_array_equal(frame.woz, [310, NAN])
    np.testing.assert_array_equal(frame.share_lowinc, [41.5, NAN])
    assert frame.share_before_2000.tolist() == [90, 100]


def test_column_dtypes_are_plain():
    frame = to_canonical(raw()).frame
    for name in ("dwellings", "n_koop", "n_corp", "n_overig", "n_unknown", "households"):
        assert frame[name].dtype == np.float64
    for name in ("buurt_code", "gemeente_name", "quality"):
        assert frame[name].dtype == object
    assert frame.year.dtype == np.int64


# --- missing values


@pytest.mark.parametrize("missing", [-99997, -99991, -99999, ".", "", None, NAN, pd.NA, "x"])
def test_suppressed_tenure_is_suppressed_and_never_zero(missing):
    result = row(**{KOOP: missing, HUUR: missing, CORP: missing, OVERIG: missing})
    assert result.frame.quality[0] == "suppressed"
    assert np.isnan(tenure(result)).all()
    assert result.frame.dwellings[0] == 200
    assert result.frame.quality[1] == "ok"


def test_numbers_may_come_as_text_with_a_decimal_comma():
    frame = raw(**{KOOP: ["60,5", "25"], CORP: ["29,5", " 50 "], "woningvoorraad": ["200", "1000"]})
    assert tenure(to_canonical(frame)) == [121.0, 59.0, 20.0]


def test_text_in_a_number_column_is_missing_and_reported():
    result = row(woningvoorraad="veel", aantal_huishoudens=NAN)
    assert np.isnan(result.frame.dwellings[0])
    assert said(result, "woningvoorraad holds text", "woningvoorraad bevat tekst")
    assert said(result, "'veel'", "'veel'")
    assert result.frame.quality[0] == "partial (number of dwellings unknown, not used)"


def test_a_number_of_dwellings_that_may_be_a_thousand_or_one_is_not_guessed():
    result = to_canonical(raw(woningvoorraad=["1.234", "950"], aantal_huishoudens=None))
    assert np.isnan(result.frame.dwellings[0])
    assert result.frame.dwellings[1] == 950
    assert said(result, "1.234 in woningvoorraad may be a thousand", "zonder punt of komma")


def test_missing_text_is_none():
    frame = to_canonical(raw(buurtnaam=["  ", NAN])).frame
    assert frame.buurt_name.tolist() == [None, None]


# --- what is refused


@pytest.mark.parametrize(("koop", "total"), [(110, None), (62.1, "102.1"), (57.9, "97.9")])
def test_sums_off_by_more_than_two_are_refused_by_code(koop, total):
    result = row(**{KOOP: koop})
    assert np.isnan(tenure(result)).all()
    assert said(result, "BU00010001", "BU00010001")
    expected = (
        f"partial (tenure shares add to {total}, not used)"
        if total
        else "partial (tenure share outside 0-100, not used)"
    )
    assert result.frame.quality[0] == expected


def test_a_row_of_150_per_cent_is_refused_by_code():
    # R02
    result = row(**{KOOP: 100, CORP: 30, OVERIG: 20})
    assert result.frame.quality[0] == "partial (tenure shares add to 150, not used)"
    assert np.isnan(tenure(result)).all()
    assert said(
        result,
        "add to less than 98 or more than 102, not used (1): BU00010001",
        "samen minder dan 98 of meer dan 102, niet gebruikt (1): BU00010001",
    )


@pytest.mark.parametrize("koop", [58, 62])
def test_sums_off_by_two_are_rounding(koop):
    assert row(**{KOOP: koop}).frame.quality[0] == "ok"


def test_unknown_ownership_counts_in_the_sum():
    # 50 + 30 + 10 = 90, with 10 unknown 100
    result = row(**{KOOP: 50, UNKNOWN: 10})
    assert tenure(result) == [100.0, 60.0, 20.0]
    assert result.frame.n_unknown[0] == 20.0
    assert result.frame.quality[0] == "ok"
    assert row(**{KOOP: 50}).frame.quality[0] == "partial (tenure shares add to 90, not used)"


def test_much_unknown_ownership_is_used_and_said():
    # R05
    result = row(**{KOOP: 48, UNKNOWN: 12})
    assert result.frame.quality[0] == "partial (ownership unknown 12 %)"
    assert tenure(result) == [96.0, 60.0, 20.0]
    assert said(result, "more than 10%", "meer dan 10%")


@pytest.mark.parametrize(("column", "value"), [(KOOP, -1), (CORP, 101), (UNKNOWN, -3), (HUUR, 140)])
def test_impossible_percentages_are_refused_by_code(column, value):
    result = row(**{column: value})
    assert result.frame.quality[0] == "partial (tenure share outside 0-100, not used)"
    assert np.isnan(tenure(result)).all()
    assert said(result, "below 0 or above 100", "onder 0 of boven 100")
    assert said(result, "BU00010001", "BU00010001")


def test_fewer_than_zero_dwellings_are_refused_by_code():
    result = row(woningvoorraad=-5)
    assert result.frame.quality[0] == "partial (dwellings below zero, not used)"
    assert np.isnan(result.frame.dwellings[0])
    assert np.isnan(tenure(result)).all()
    assert said(result, "Fewer than 0 dwellings", "Minder dan 0 woningen")


def test_impossible_side_figures_are_left_out_and_named():
    frame = raw(
        aantal_inwoners=[-5, 9], percentage_meergezinswoning=[100, 101], gemiddelde_woningwaarde=0
    )
    result = to_canonical(frame)
    np.testing.assert_array_equal(result.frame.inhabitants, [NAN, 9])
    np.testing.assert_array_equal(result.frame.share_multifamily, [100, NAN])
    assert result.frame.woz.tolist() == [0, 0]
    assert result.frame.quality.tolist() == ["ok", "ok"]
    assert said(result, "aantal_inwoners has values", "aantal_inwoners heeft waarden")


# --- water and empty places


@pytest.mark.parametrize("mark", ["JA", "B", " JA "])
def test_water_stays_in_the_table_without_numbers(mark):
    result = row(water=mark)
    assert result.frame.quality[0] == "water"
    assert np.isnan(tenure(result)).all()
    assert len(result.frame) == 2


@pytest.mark.parametrize("code", ["BU00019997", "BU00019998", "BU09989999", "BU0363AA01"])
def test_water_is_known_by_its_code_where_there_is_no_water_column(code):
    frame = raw(water=None, buurtcode=[code, "BU00010002"])
    expected = "ok" if code == "BU0363AA01" else "water"
    assert to_canonical(frame).frame.quality[0] == expected


def test_no_dwellings():
    result = row(woningvoorraad=0, **{KOOP: -99997, HUUR: -99997, CORP: -99997, OVERIG: -99997})
    assert result.frame.quality[0] == "no dwellings"
    assert result.frame.dwellings[0] == 0
    assert np.isnan(tenure(result)).all()
    # even where a percentage was published
    assert row(woningvoorraad=0).frame.quality[0] == "no dwellings"


def test_no_dwellings_is_not_reported_as_a_wrong_sum():
    assert row(woningvoorraad=0, **{KOOP: 0, CORP: 0, OVERIG: 0, HUUR: 0}).notes == []


# --- households


def test_households_serve_where_there_is_no_dwellings_column():
    result = to_canonical(raw(woningvoorraad=None))
    assert result.frame.dwellings.tolist() == [190, 950]
    assert tenure(result) == [114.0, 57.0, 19.0]
    assert set(result.frame.quality) == {"partial (households used for dwellings)"}
    assert said(result, "number of households serves", "aantal huishoudens dient", "info")


def test_households_serve_row_by_row():
    result = row(woningvoorraad=-99997)
    assert result.frame.dwellings.tolist() == [190, 1000]
    assert result.frame.quality.tolist() == ["partial (households used for dwellings)", "ok"]
    empty = row(woningvoorraad=-99997, aantal_huishoudens=0)
    assert empty.frame.quality[0] == "no dwellings"
    assert empty.notes == []


def test_reasons_add_up():
    result = row(woningvoorraad=NAN, **{KOOP: 48, UNKNOWN: 12})
    assert (
        result.frame.quality[0] == "partial (households used for dwellings; ownership unknown 12 %)"
    )


# --- classes


def test_owner_occupied_alone_gives_two_classes():
    result = to_canonical(raw(**{HUUR: None, CORP: None, OVERIG: None}))
    assert result.classes == ("koop", "huur")
    assert result.n_columns == ["n_koop", "n_huur"]
    assert tenure(result) == [120.0, 80.0]
    assert result.frame[["n_corp", "n_overig"]].isna().all(axis=None)
    assert said(result, "Two classes", "Twee klassen")
    assert said(result, "derived", "afgeleid", "info")


def test_the_rented_share_that_somebody_derived_is_used():
    frame = raw(**{HUUR: None, CORP: None, OVERIG: None, DERIVED: [40, 75]})
    result = to_canonical(frame)
    assert tenure(result, 1) == [250.0, 750.0]
    assert said(result, "derived", "afgeleid", "info")


def test_the_published_rented_share_goes_before_the_derived_one():
    frame = raw(**{HUUR: [39, NAN], CORP: None, OVERIG: None, DERIVED: [40, 75]})
    result = to_canonical(frame)
    assert tenure(result, 0) == [120.0, 78.0]
    assert tenure(result, 1) == [250.0, 750.0]


def test_unknown_ownership_is_not_rented():
    frame = raw(**{HUUR: None, CORP: None, OVERIG: None, UNKNOWN: [5, 0]})
    result = to_canonical(frame)
    assert tenure(result) == [120.0, 70.0]
    assert result.frame.n_unknown.tolist() == [10.0, 0.0]


def many(split: int, n: int) -> CanonicalTable:
    rented = [30] * split + [-99997] * (n - split)
    frame = pd.DataFrame(
        {
            "buurtcode": [f"BU0001{i:04d}" for i in range(n)],
            "woningvoorraad": 100,
            KOOP: 60,
            CORP: rented,
            OVERIG: [10 if c == 30 else c for c in rented],
        }
    )
    return to_canonical(frame)


def test_three_classes_from_half_of_the_units():
    assert many(5, 10).classes == ("koop", "corp", "overig")
    assert many(4, 10).classes == ("koop", "huur")


def test_three_classes_leave_out_who_does_not_split_the_rented_dwellings():
    result = many(5, 10)
    assert (
        result.frame.quality.tolist()
        == ["ok"] * 5 + ["partial (rented dwellings not split, not used)"] * 5
    )
    assert result.frame.n_koop.notna().sum() == 5
    assert said(result, "not both rented shares", "niet beide aandelen huur")


def test_two_classes_use_everybody_and_keep_the_split_that_there_is():
    result = many(4, 10)
    assert result.frame.quality.tolist() == ["ok"] * 10
    assert result.frame.n_huur.tolist() == [40.0] * 10
    np.testing.assert_array_equal(result.frame.n_corp, [30.0] * 4 + [NAN] * 6)
    assert said(result, "4 of the 10", "4 van de 10")


@pytest.mark.parametrize(
    ("n_corp", "n_overig", "n_huur"), [(30, 10, 40), (NAN, 10, 40), (30, NAN, 40), (NAN, NAN, 40)]
)
def test_rented_dwellings_are_not_counted_twice_where_dwellings_are_unknown(
    n_corp, n_overig, n_huur
):
    table = raw(
        woningvoorraad=None,
        aantal_huishoudens=None,
        **dict.fromkeys((KOOP, HUUR, CORP, OVERIG)),
        n_koop=[55, 60],
        n_corp=[n_corp, 20],
        n_overig=[n_overig, 20],
        n_huur=[n_huur, 40],
        n_unknown=[5, 0],
    )
    assert to_canonical(table).frame.dwellings.tolist() == [100, 100]


def test_a_split_that_does_not_add_up_is_left_out_of_two_classes():
    frame = raw(**{CORP: [30, -99997], OVERIG: [20, -99997]})
    frame = pd.concat([frame, frame.assign(buurtcode=["c", "d"])], ignore_index=True)
    frame.loc[2, [CORP, OVERIG]] = -99997
    result = to_canonical(frame)
    assert result.classes == ("koop", "huur")
    assert tenure(result) == [120.0, 80.0]
    assert result.frame[["n_corp", "n_overig"]].isna().all(axis=None)
    assert result.frame.quality[0] == "ok"


def test_suppressed_units_do_not_decide_on_the_classes():
    # 3 of 3 units with an owner-occupied share split it; 7 are suppressed
    frame = pd.DataFrame(
        {
            "buurtcode": [f"BU0001{i:04d}" for i in range(10)],
            "woningvoorraad": 100,
            KOOP: [60] * 3 + [-99997] * 7,
            CORP: [30] * 3 + [-99997] * 7,
            OVERIG: [10] * 3 + [-99997] * 7,
        }
    )
    assert to_canonical(frame).classes == ("koop", "corp", "overig")


# --- first releases


def test_a_first_release_gives_no_numbers_and_says_why():
    everything = dict.fromkeys((KOOP, HUUR, CORP, OVERIG, "woningvoorraad"), -99995)
    result = to_canonical(raw(**everything, gemiddelde_woningwaarde=-99995))
    assert np.isnan(result.frame[result.n_columns].to_numpy()).all()
    assert set(result.frame.quality) == {"partial (tenure not in this release)"}
    assert said(
        result,
        "this is a first release, tenure is not in it yet",
        "dit is een eerste uitgave, eigendom zit er nog niet in",
    )
    assert said(
        result, "next release of this year, or another", "volgende uitgave van dit jaar, of een"
    )
    assert said(result, "gemiddelde_woningwaarde", "gemiddelde_woningwaarde", "info")


@pytest.mark.parametrize("missing", [".", NAN, -99997])
def test_a_table_without_any_tenure_says_what_that_may_mean(missing):
    result = to_canonical(raw(**dict.fromkeys((KOOP, HUUR, CORP, OVERIG), missing)))
    assert set(result.frame.quality) == {"suppressed"}
    assert said(result, "first release", "eerste uitgave")


def test_a_few_units_not_in_the_release_are_named():
    result = row(**dict.fromkeys((KOOP, HUUR, CORP, OVERIG), -99995))
    assert result.frame.quality.tolist() == ["partial (tenure not in this release)", "ok"]
    assert said(result, "(code -99995, 1): BU00010001", "(code -99995, 1): BU00010001")
    assert not said(result, "this is a first release", "dit is een eerste uitgave")


# --- areas that changed, and areas of a few homes


def test_what_cbs_marks_as_recoded_or_redrawn_is_named_and_kept():
    result = to_canonical(raw(indelingswijziging_wijken_en_buurten=[2, 3]))
    assert said(result, "same boundary (1): BU00010001", "dezelfde grens (1): BU00010001", "info")
    assert said(result, "the year before (1): BU00010002", "ervoor (1): BU00010002", "info")
    assert result.frame.boundary_change.tolist() == [2, 3]
    assert result.frame.columns[-1] == "boundary_change"
    again = to_canonical(result.frame)
    assert again.frame.boundary_change.tolist() == [2, 3]
    assert to_canonical(raw(indelingswijziging_wijken_en_buurten=1)).notes == []


def test_water_is_not_called_redrawn():
    result = row(indelingswijziging_wijken_en_buurten=3, water="JA")
    assert not said(result, "Redrawn", "Opnieuw begrensd", "info")


@pytest.mark.parametrize(("dwellings", "shown"), [(9, False), (10, True), (0, False)])
@pytest.mark.parametrize("counted", [False, True])
def test_tenure_of_fewer_than_ten_dwellings_is_not_shown(dwellings, shown, counted):
    frame = raw(woningvoorraad=[dwellings, 1000])
    if counted:
        frame = frame.drop(columns=[KOOP, HUUR, CORP, OVERIG]).assign(
            n_koop=[0.6 * dwellings, 250],
            n_corp=[0.3 * dwellings, 500],
            n_overig=[0.1 * dwellings, 250],
        )
    result = to_canonical(frame)
    assert result.frame.dwellings[0] == dwellings
    assert np.isfinite(tenure(result)).all() == shown
    assert np.isfinite(tenure(result, 1)).all()
    if 0 < dwellings < 10:
        assert result.frame.quality[0] == "partial (fewer than 10 dwellings, not shown)"
        assert said(result, "Fewer than 10 dwellings", "Minder dan 10 woningen")
        # and it stays so where the result is read again
        assert to_canonical(result.frame).frame.quality[0] == result.frame.quality[0]


def test_counts_without_a_number_of_dwellings_are_added_up_first():
    frame = raw(woningvoorraad=None, **dict.fromkeys((KOOP, HUUR, CORP, OVERIG)))
    result = to_canonical(frame.assign(n_koop=[4, 20], n_corp=[3, 9], n_overig=[2, 1]))
    assert np.isnan(tenure(result)).all()
    assert tenure(result, 1) == [20, 9, 1]


def test_a_few_households_are_not_a_few_dwellings():
    # CBS publishes tenure from 20 dwellings on; that few are lived in hides nothing
    result = to_canonical(raw(woningvoorraad=None, aantal_huishoudens=[5, 950]))
    assert tenure(result) == [3, 1.5, 0.5]
    again = to_canonical(result.frame)
    assert tenure(again) == [3, 1.5, 0.5]


# --- codes and years


def test_codes_that_lost_their_zeros_are_said_to_have():
    result = to_canonical(raw(wijkcode=None, gemeentecode=None, buurtcode=[10001, 10002]))
    assert said(result, "buurtcode are numbers (10001", "buurtcode zijn getallen (10001")
    assert result.frame.gemeente_code.tolist() == [None, None]
    own = raw(buurtcode=None, eigen=[10001, 10002])
    assert to_canonical(own, mapping={"buurt_code": "eigen"}).notes == []


def test_padded_codes_are_stripped():
    frame = to_canonical(raw(buurtcode=["BU00010001  ", " BU00010002"])).frame
    assert frame.buurt_code.tolist() == ["BU00010001", "BU00010002"]


def test_codes_above_the_buurt_follow_from_its_code_where_its_form_allows():
    frame = raw(wijkcode=None, gemeentecode=None, buurtcode=["BU0363AC02", "eigen-12"])
    frame = to_canonical(frame).frame
    assert frame.wijk_code.tolist() == ["WK0363AC", None]
    assert frame.gemeente_code.tolist() == ["GM0363", None]


def test_codes_of_the_source_are_not_overwritten():
    frame = to_canonical(raw(wijkcode=["WK000177", None])).frame
    assert frame.wijk_code.tolist() == ["WK000177", "WK000100"]


def test_duplicate_codes_are_named_and_refused():
    for text in refused(raw(buurtcode="BU00010001")):
        assert "BU00010001" in text
        assert "buurtcode" in text


def test_a_water_row_and_a_land_row_of_one_code_become_the_land():
    frame = raw(buurtcode="GM0001", water=["JA", "NEE"])
    result = to_canonical(frame)
    assert result.frame.buurt_name.tolist() == ["Veld"]
    assert result.frame.index.tolist() == [0]
    assert result.frame.quality.tolist() == ["ok"]
    assert said(result, "water rows were left out: GM0001", "weggelaten: GM0001", "info")


def test_two_land_rows_and_a_water_row_of_one_code_are_refused():
    frame = pd.concat([raw(buurtcode="GM0001"), raw(water="JA").iloc[[0]]])
    frame["buurtcode"] = "GM0001"
    refused(frame)
    # two waters of one code too: which one is it?
    refused(raw(buurtcode="BU00010001", water="JA"))


def test_a_row_without_a_code_is_refused_with_its_number():
    for text in refused(raw(buurtcode=["BU00010001", "  "])):
        assert "2" in text
        assert "buurtcode" in text


def test_no_rows_is_refused():
    refused(raw().iloc[:0])


def test_the_year_comes_from_the_table():
    result = to_canonical(raw())
    assert result.year == 2024
    assert result.frame.year.tolist() == [2024, 2024]


def test_the_year_asked_for_wins_and_a_difference_is_said():
    assert to_canonical(raw(jaar=None), year=2022).frame.year.tolist() == [2022, 2022]
    result = to_canonical(raw(), year=2022)
    assert result.year == 2022
    assert said(result, "its year is 2024; 2022", "2024; gevraagd en gebruikt is 2022")
    assert to_canonical(raw(), year=2024).notes == []


def test_no_year_is_none():
    result = to_canonical(raw(jaar=None))
    assert result.year is None
    assert result.frame.year.isna().all()


def test_several_years_have_no_single_one():
    result = to_canonical(raw(jaar=[2023, 2024]))
    assert result.year is None
    assert result.frame.year.tolist() == [2023, 2024]
    assert said(result, "2023, 2024", "2023, 2024")


# --- gemeente


def three() -> pd.DataFrame:
    other = raw(gemeentecode="GM0599", gemeentenaam="Rotterdam")
    other["buurtcode"] = ["BU05990001", "BU05990002"]
    return pd.concat([raw(), other], ignore_index=True)


@pytest.mark.parametrize("wanted", [["GM0599"], ["rotterdam"], [" gm0599 "], ["ROTTERDAM", ""]])
def test_a_gemeente_is_chosen_by_code_or_name(wanted):
    result = to_canonical(three(), gemeente=wanted)
    assert result.frame.buurt_code.tolist() == ["BU05990001", "BU05990002"]
    assert result.frame.index.tolist() == [0, 1]


@pytest.mark.parametrize(
    ("wanted", "n"),
    [
        (["Nuenen", "Gerwen en Nederwetten"], 2),
        (["voorbeeld", "nuenen", "gerwen en nederwetten"], 4),
        (["NUENEN", "Gerwen en Nederwetten", "GM0001"], 4),
    ],
)
def test_a_name_with_a_comma_is_one_gemeente(wanted, n):
    frame = three().replace("Rotterdam", "Nuenen, Gerwen en Nederwetten")
    assert len(to_canonical(frame, gemeente=wanted).frame) == n


@pytest.mark.parametrize("wanted", [None, [], [""], ["GM0001", "Rotterdam"]])
def test_no_choice_or_all_keeps_all(wanted):
    assert len(to_canonical(three(), gemeente=wanted).frame) == 4


def test_a_misspelt_gemeente_gets_suggestions():
    for text in refused(three(), gemeente=["Roterdam"]):
        assert "'Roterdam'" in text
        assert "Rotterdam (GM0599)?" in text
        assert "Voorbeeld (GM0001)" in text


def test_a_layer_without_gemeenten_cannot_be_limited_to_one():
    frame = raw(gemeentecode=None, gemeentenaam=None, buurtcode=["a", "b"])
    for text in refused(frame, gemeente=["Rotterdam"]):
        assert "gemeentecode" in text


def test_duplicates_outside_the_gemeente_do_not_matter():
    frame = three()
    frame.loc[1, "buurtcode"] = "BU00010001"
    assert len(to_canonical(frame, gemeente=["GM0599"]).frame) == 2


# --- keeping, geometry, order


def test_kept_columns_pass_through_unchanged():
    free = pd.array([3, None], dtype="Int64")
    frame = raw(free_capacity=free, vulnerable=[True, None], share_earlypostwar=[-99997, 60])
    result = to_canonical(frame, keep=["vulnerable", "free_capacity", "share_earlypostwar"]).frame
    assert result.columns.tolist()[-3:] == ["vulnerable", "free_capacity", "share_earlypostwar"]
    assert result.vulnerable.tolist() == [True, None]
    assert result.free_capacity.dtype == "Int64"
    assert result.share_earlypostwar.tolist() == [-99997, 60]


def test_a_kept_column_must_be_there_and_must_not_clash():
    for text in refused(raw(), keep=["free_capacity"]):
        assert "free_capacity" in text
    for text in refused(raw(quality_=1).rename(columns={"quality_": "n_huur"}), keep=["n_huur"]):
        assert "n_huur" in text


def drawn(frame: pd.DataFrame, name: str = "geometry") -> gpd.GeoDataFrame:
    west = np.arange(len(frame), dtype=float)
    return gpd.GeoDataFrame(
        {**frame.to_dict("list"), name: shapely.box(west, 0, west + 1, 1)},
        geometry=name,
        crs=28992,
    )


def test_geometry_comes_last_with_its_crs():
    frame = drawn(raw(free_capacity=1), "geom")
    result = to_canonical(frame, keep=["free_capacity"]).frame
    assert isinstance(result, gpd.GeoDataFrame)
    assert result.columns.tolist()[-2:] == ["free_capacity", "geometry"]
    assert result.crs.to_epsg() == 28992
    assert result.geometry.iloc[1].equals(frame.geometry.iloc[1])


def test_geometry_follows_its_row_when_rows_are_left_out():
    frame = drawn(three())
    result = to_canonical(frame, gemeente=["Rotterdam"]).frame
    assert result.geometry.iloc[0].equals(frame.geometry.iloc[2])


def test_a_table_without_geometry_stays_a_table():
    result = to_canonical(raw()).frame
    assert type(result) is pd.DataFrame
    empty = gpd.GeoDataFrame(raw())
    assert "geometry" not in to_canonical(empty).frame


def test_missing_and_empty_geometry_pass_through():
    frame = drawn(raw())
    frame.geometry = [None, shapely.Polygon()]
    result = to_canonical(frame).frame
    assert result.geometry.iloc[0] is None
    assert result.geometry.iloc[1].is_empty


def test_an_index_of_the_source_does_not_matter():
    frame = raw(free_capacity=[1, 2])
    frame.index = [1, 0]
    result = to_canonical(frame, keep=["free_capacity"]).frame
    assert result.index.tolist() == [0, 1]
    assert result.free_capacity.tolist() == [1, 2]
    assert result.buurt_name.tolist() == ["Dorp", "Veld"]


def test_the_source_is_not_changed():
    frame = drawn(raw(**{KOOP: ["60", "."]}))
    before = frame.copy(deep=True)
    to_canonical(frame)
    pd.testing.assert_frame_equal(frame, before)


percent = st.sampled_from([-99997, -99995, 0, 5, 20, 35, 45, 60, 100, 130])


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_a_row_means_the_same_wherever_it_stands(data):
    n = data.draw(st.integers(2, 8))
    column = st.lists(percent, min_size=n, max_size=n)
    frame = pd.DataFrame(
        {
            "buurtcode": [f"BU0001{i:04d}" for i in range(n)],
            "water": data.draw(st.lists(st.sampled_from(["JA", "NEE"]), min_size=n, max_size=n)),
            "woningvoorraad": data.draw(column),
            "aantal_huishoudens": 10,
            **{name: data.draw(column) for name in (KOOP, CORP, OVERIG)},
        }
    )
    order = data.draw(st.permutations(range(n)))
    straight = to_canonical(frame)
    turned = to_canonical(frame.iloc[order])
    pd.testing.assert_frame_equal(
        straight.frame.iloc[order].reset_index(drop=True), turned.frame, check_dtype=True
    )
    assert straight.classes == turned.classes
    # whatever was in the cells: a count is unknown or lies between 0 and the dwellings
    counts = straight.frame[straight.n_columns].to_numpy()
    limit = straight.frame[["dwellings"]].to_numpy()
    assert (np.isnan(counts) | ((counts >= 0) & (counts <= limit))).all()
    used = ~np.isnan(counts)
    assert (used.all(axis=1) | ~used.any(axis=1)).all()
    assert (used.any(axis=1) <= straight.frame.quality.str.match("ok|partial")).all()
    assert (used.any(axis=1) >= (straight.frame.quality == "ok")).all()


# --- counts as source


def counted(**columns) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "buurt_code": ["a", "b"],
            "n_koop": [10, 20],
            "n_corp": [5, 0],
            "n_overig": [5, 30],
            **columns,
        }
    )


def test_counts_are_taken_as_they_are():
    result = to_canonical(counted())
    assert tenure(result, 1) == [20.0, 0.0, 30.0]
    assert result.frame.dwellings.tolist() == [20.0, 50.0]
    assert result.frame.quality.tolist() == ["ok", "ok"]


def test_own_field_names_by_a_mapping():
    frame = counted().rename(columns={"n_koop": "k", "n_corp": "c", "n_overig": "o"})
    result = to_canonical(frame, mapping={"n_koop": "k", "n_corp": "c", "n_overig": "o"})
    assert tenure(result) == [10.0, 5.0, 5.0]
    assert result.columns["n_koop"] == "k"


def test_own_percentages_by_a_mapping():
    frame = pd.DataFrame({"code": ["a"], "homes": [50], "k": [60], "c": [30], "o": [10]})
    mapping = {
        "buurt_code": "code",
        "dwellings": "homes",
        "share_koop": "k",
        "share_corp": "c",
        "share_overig_huur": "o",
    }
    assert tenure(to_canonical(frame, mapping=mapping)) == [30.0, 15.0, 5.0]


def test_percentages_mapped_as_counts_are_found_out():
    frame = counted(n_koop=[60, 25], n_corp=[30, 50], n_overig=[10, 25], dwellings=[200, 1000])
    for text in refused(frame):
        assert "share_koop" in text


def test_counts_of_an_area_with_a_hundred_dwellings_are_not_taken_for_percentages():
    frame = counted(n_koop=[60, 25], n_corp=[30, 50], n_overig=[10, 25], dwellings=[100, 100])
    assert tenure(to_canonical(frame)) == [60.0, 30.0, 10.0]


def test_counts_below_zero_are_refused_and_missing_ones_are_unknown():
    result = to_canonical(counted(n_koop=[-1, -99997]))
    assert result.frame.quality.tolist() == [
        "partial (tenure count below zero, not used)",
        "suppressed",
    ]
    assert np.isnan(tenure(result, 0)).all()


def test_owner_occupied_counts_alone_give_two_classes():
    frame = counted(dwellings=[25, 60]).drop(columns=["n_corp", "n_overig"])
    result = to_canonical(frame)
    assert result.classes == ("koop", "huur")
    assert tenure(result) == [10.0, 15.0]


def test_unknown_ownership_in_counts():
    result = to_canonical(counted(n_unknown=[5, 0]))
    # 5 of 25
    assert result.frame.quality.tolist() == ["partial (ownership unknown 20 %)", "ok"]


@pytest.mark.parametrize(
    "source",
    [
        raw(),
        raw(**{KOOP: [100, -99997]}),
        raw(woningvoorraad=None),
        raw(water=["JA", "NEE"], aantal_inwoners=3),
        raw(**{HUUR: None, CORP: None, OVERIG: None, UNKNOWN: [12, 0], KOOP: [48, 25]}),
        raw(**{CORP: [31, -99995], KOOP: [40, -99995]}),
    ],
)
def test_an_earlier_canonical_table_reads_as_itself(source):
    once = to_canonical(source)
    again = to_canonical(once.frame)
    pd.testing.assert_frame_equal(once.frame, again.frame)
    assert once.classes == again.classes
    assert once.year == again.year
