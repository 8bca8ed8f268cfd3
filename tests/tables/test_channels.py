# SPDX-License-Identifier: GPL-2.0-or-later
"""Every channel and year of the kerncijfers gives the same canonical table."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from wijkmix.wijkmix_plugin.errors import TableError
from wijkmix.wijkmix_plugin.tables import roles, squares, statline
from wijkmix.wijkmix_plugin.tables.cbs import join_table, to_canonical
from wijkmix.wijkmix_plugin.tables.columns import detect, detect_columns

# Two buurten; the second is suppressed. One value a role.
VALUES = {
    "buurt_code": ("BU00010001", "BU00010002"),
    "buurt_name": ("Noord", "Zuid"),
    "wijk_code": ("WK000100", "WK000100"),
    "gemeente_code": ("GM0001", "GM0001"),
    "gemeente_name": ("Voorbeeld", "Voorbeeld"),
    "water": ("NEE", "NEE"),
    "boundary_change": (1, 1),
    "dwellings": (200, 100),
    "households": (190, 95),
    "inhabitants": (400, 200),
    "woz": (250.5, None),
    "share_koop": (40, None),
    "share_huur": (60, None),
    "share_corp": (45, None),
    "share_overig_huur": (15, None),
    "share_multifamily": (70, 20),
    "share_lowinc": (41.5, None),
    "land_ha": (12, 30),
    "address_density": (1500, 900),
}
FIGURES = ["dwellings", "n_koop", "n_corp", "n_overig", "households", "inhabitants", "woz"]
PUBLISHED = [
    (channel, year)
    for channel, told in roles.CHANNELS.items()
    for year in range(2013, 2026)
    if channel != "canonical" and (told.first or 0) <= year <= (told.last or 9999)
]


def published(channel: str, year: int) -> dict[str, str]:
    """Role -> the column of that year, StatLine's number filled in."""
    found = {}
    for role, names in roles.SPELLINGS[channel].items():
        for name in names:
            first, last = roles.YEARS.get(name, (None, None))
            if (first or 0) <= year <= (last or 9999):
                found.setdefault(role, name.replace("#", str(20 + year - 2013)))
    return found


def table(channel: str, year: int) -> pd.DataFrame:
    return pd.DataFrame(
        {name: VALUES[role] for role, name in published(channel, year).items() if role in VALUES}
    )


@pytest.mark.parametrize(("channel", "year"), PUBLISHED)
def test_every_channel_and_year_gives_the_same_figures(channel, year):
    result = to_canonical(table(channel, year), year=year)
    frame = result.frame
    assert result.classes == ("koop", "corp", "overig")
    assert frame.gemeente_code.tolist() == ["GM0001", "GM0001"]
    assert frame.wijk_code.tolist() == ["WK000100", "WK000100"]
    expected = [[200, 80, 90, 30, 190, 400, 250.5], [100, *[np.nan] * 3, 95, 200, np.nan]]
    np.testing.assert_array_equal(frame[FIGURES].to_numpy(float), np.array(expected))
    assert frame.share_multifamily.tolist() == [70, 20]
    assert frame.quality.tolist() == ["ok", "suppressed"]
    assert [n for n in result.notes if n.severity == "warning"] == []


@pytest.mark.parametrize("channel", roles.CHANNELS)
def test_a_database_keeps_the_names_in_lower_case(channel):
    names = [name.lower() for name in published(channel, 2020).values()]
    assert list(detect_columns(names)) == list(detect_columns(published(channel, 2020).values()))


def test_every_channel_is_described_and_every_year_belongs_to_a_spelling():
    assert set(roles.CHANNELS) == set(roles.SPELLINGS)
    assert set(roles.BESIDE_A_MAP) < set(roles.CHANNELS)
    assert set(roles.YEARS) <= set(roles.PLACES)


# --- StatLine, OData 3


def statline_2024(**columns) -> pd.DataFrame:
    """As TypedDataSet gives it: text padded, a row a region of every level."""
    data = {
        "WijkenEnBuurten": ["NL00      ", "GM0001    ", "WK000100  ", "BU00010001", "BU00010002"],
        "Gemeentenaam_1": ["Nederland      ", *["Voorbeeld      "] * 4],
        "SoortRegio_2": ["Land      ", "Gemeente  ", "Wijk      ", "Buurt     ", "Buurt     "],
        "Codering_3": ["NL00      ", "GM0001    ", "WK000100  ", "BU00010001", "BU00010002"],
        "Nederland_17": 5,
        "Nederland_20": 4,
        "Woningvoorraad_35": [8_000_000, 300, 300, 200, 100],
        "NietWoningvoorraad_37": 7,
        "Koopwoningen_47": [57, 50, 50, 40, None],
        "HuurwoningenTotaal_48": [43, 50, 50, 60, None],
        "InBezitWoningcorporatie_49": [28, 40, 40, 45, None],
        "InBezitOverigeVerhuurders_50": [15, 10, 10, 15, None],
        **columns,
    }
    return pd.DataFrame(data)


def test_statline_rows_of_other_levels_are_left_out_and_counted():
    result = to_canonical(statline_2024(), year=2024)
    assert result.frame.buurt_code.tolist() == ["BU00010001", "BU00010002"]
    assert result.frame.gemeente_name.tolist() == ["Voorbeeld", "Voorbeeld"]
    assert result.frame.dwellings.sum() == 300
    assert any(
        "3 rows of other levels than BU" in n.text.en
        and "3 rijen van andere niveaus dan BU" in n.text.nl
        for n in result.notes
    )


def test_of_a_table_without_buurten_the_finest_level_is_taken():
    frame = to_canonical(statline_2024().iloc[:3]).frame
    assert frame.buurt_code.tolist() == ["WK000100"]


def test_one_level_has_nothing_left_out():
    assert to_canonical(statline_2024().iloc[3:], year=2024).notes == []


def test_the_code_is_in_codering_where_a_program_put_names_in_the_region():
    named = statline_2024(WijkenEnBuurten=["Nederland", "Voorbeeld", "Wijk 00", "Noord", "Zuid"])
    assert detect_columns(named.columns)["buurt_code"] == "Codering_3"
    assert to_canonical(named).frame.buurt_code.tolist() == ["BU00010001", "BU00010002"]
    # beside a map it is joined by the codes too
    layer = pd.DataFrame({"buurtcode": ["BU00010002", "BU00010001"]})
    assert join_table(layer, named)[0].Woningvoorraad_35.tolist() == [100, 200]
    alone = statline_2024().drop(columns="Codering_3")
    assert detect_columns(alone.columns)["buurt_code"] == "WijkenEnBuurten"


def test_the_energy_column_of_the_same_root_is_not_tenure():
    # Koopwoning_53 is the use of energy in owner-occupied dwellings, until 2023
    frame = statline_2024(Koopwoning_53=3500, Huurwoning_61=1200)
    assert detect_columns(frame.columns)["share_koop"] == "Koopwoningen_47"


def test_the_low_income_line_is_not_the_lowest_forty_percent():
    names = [*statline_2024().columns, "HuishoudensMetEenLaagInkomen_78"]
    assert "share_lowinc" not in detect_columns(names)
    names.append("k_40HuishoudensMetLaagsteInkomen_76")
    assert detect_columns(names)["share_lowinc"] == "k_40HuishoudensMetLaagsteInkomen_76"


def test_two_years_of_statline_side_by_side_are_not_guessed_between():
    names = [*statline_2024().columns, "Koopwoningen_40"]
    with pytest.raises(TableError, match="Koopwoningen_47, Koopwoningen_40"):
        detect_columns(names)
    assert detect_columns(names, {"share_koop": "Koopwoningen_40"})["share_koop"] == (
        "Koopwoningen_40"
    )


# --- the CSV of StatLine's site


TITLES = {
    "buurt_name": "Wijken en buurten",
    "gemeente_name": "Regioaanduiding/Gemeentenaam (naam)",
    "buurt_code": "Regioaanduiding/Codering (code)",
    "inhabitants": "Bevolking/Aantal inwoners (aantal)",
    "households": "Bevolking/Particuliere huishoudens/Huishoudens totaal (aantal)",
    "dwellings": "Wonen/Woningvoorraad (aantal)",
    "woz": "Wonen/Gemiddelde WOZ-waarde van woningen (x 1 000 euro)",
    "share_multifamily": "Wonen/Woningen naar type/Percentage meergezinswoning (%)",
    "share_koop": "Wonen/Woningen naar eigendom/Koopwoningen (%)",
    "share_huur": "Wonen/Woningen naar eigendom/Huurwoningen/Huurwoningen totaal (%)",
    "share_corp": "Wonen/Woningen naar eigendom/Huurwoningen/In bezit woningcorporatie (%)",
    "share_overig_huur": "Wonen/Eigendom/Huurwoningen/In bezit overige verhuurders (%)",
    "share_unknown": "Wonen/Woningen naar eigendom/Eigendom onbekend (%)",
    "share_before_2000": "Wonen/Woningen naar bouwjaar/Bouwjaar voor 2000 (%)",
    "share_lowinc": "Inkomen/Inkomen van huishoudens/40% huishoudens met laagste inkomen (%)",
    "land_ha": "Oppervlakte/Oppervlakte land (ha)",
    "address_density": "Stedelijkheid/Omgevingsadressendichtheid (per km2)",
}


def test_the_titles_of_statline_are_the_names_of_odata():
    assert detect_columns(TITLES.values()) == {
        role: TITLES[role] for role in roles.ALL_ROLES if role in TITLES
    }
    assert detect_columns(published("statline_odata3", 2020).values()).keys() <= {
        *TITLES,
        "boundary_change",
    }


def test_a_title_with_another_unit_is_another_figure():
    for name in ("Koopwoningen (aantal)", "Koopwoningen (kWh)", "koopwoningen (eigen telling)"):
        assert roles.role_of(name) is None
    assert roles.role_of("Wonen/Huurwoning (%)") is None
    assert roles.role_of("Huishoudens met een laag inkomen (%)") is None


def test_the_csv_of_the_site_joins_and_pads():
    frame = pd.DataFrame(
        {
            "Wijken en buurten": ["Voorbeeld", "Noord", "Zuid", "Bron: CBS"],
            TITLES["buurt_code"]: ["GM0001    ", "BU00010001", "BU00010002", None],
            TITLES["dwellings"]: ["     300", "     200", "     100", None],
            TITLES["share_koop"]: ["      50", "      40", "       .", None],
            TITLES["share_corp"]: ["      40", "      45", "       .", None],
            TITLES["share_overig_huur"]: ["      10", "      15", "       .", None],
        }
    )
    layer = pd.DataFrame({"buurtcode": ["BU00010001", "BU00010002"], "buurtnaam": ["A", "B"]})
    joined, notes = join_table(layer, frame)
    assert notes == []
    result = to_canonical(joined).frame
    np.testing.assert_array_equal(result.n_corp, [90, np.nan])
    assert result.buurt_name.tolist() == ["A", "B"]


# --- a table joined to a map that has all figures itself

MAP = list(published("snake_case", 2024).values())
JOINED = list(statline_2024().columns)


def test_a_whole_table_beside_a_map_is_left_aside_and_said_so():
    found = detect([*MAP, *JOINED])
    assert found.columns == detect_columns(MAP)
    assert found.ambiguous == {}
    assert "Koopwoningen_47" in found.aside
    frame = pd.concat(
        [table("snake_case", 2023), statline_2024()[3:].reset_index(drop=True)], axis=1
    )
    result = to_canonical(frame, year=2023)
    assert result.columns["share_koop"] == "percentage_koopwoningen"
    note = next(n for n in result.notes if "another table" in n.text.en)
    assert "StatLine, OData 3 en CSV" in note.text.nl


def test_a_single_figure_beside_a_map_is_ambiguous():
    with pytest.raises(TableError, match="percentage_koopwoningen, Koopwoningen_47"):
        detect_columns([*MAP, "Koopwoningen_47"])


def test_boundaries_alone_take_the_figures_that_were_joined():
    bare = ["buurtcode", "buurtnaam", "wijkcode", "gemeentecode", "gemeentenaam", "water"]
    found = detect_columns([*bare, *JOINED])
    assert found["buurt_code"] == "buurtcode"
    assert found["gemeente_name"] == "gemeentenaam"
    assert found["share_corp"] == "InBezitWoningcorporatie_49"


def test_a_mapping_reaches_into_the_table_that_was_left_aside():
    found = detect_columns([*MAP, *JOINED], {"share_koop": "Koopwoningen_47"})
    assert found["share_koop"] == "Koopwoningen_47"
    assert found["share_corp"] == "perc_huurwoningen_in_bezit_woningcorporaties"


# --- StatLine, OData 4

MEASURES = {
    "M000297": (200, 100),
    "1014800": (40, None),
    "1014850_2": (60, None),
    "A047047": (45, None),
    "A047048": (15, None),
}


def observations(**columns) -> pd.DataFrame:
    """As Observations.csv of 86165NED: one row a region and measure, in any order."""
    rows = [
        {"Measure": measure, "Value": value, "WijkenEnBuurten": region}
        for measure, values in MEASURES.items()
        for region, value in zip(("BU00010001", "BU00010002"), values, strict=True)
    ]
    rows += [
        {"Measure": "T001036", "Value": 17_000_000, "WijkenEnBuurten": "NL00      "},
        {"Measure": "H008859_3", "Value": 12, "WijkenEnBuurten": "BU00010001"},
    ]
    frame = pd.DataFrame(rows).sample(frac=1, random_state=1).reset_index(drop=True)
    frame.insert(0, "Id", np.arange(len(frame)))
    frame["ValueAttribute"] = "None"
    return frame.assign(**columns)


@pytest.mark.parametrize("as_text", [False, True])
def test_the_long_table_of_odata_4_becomes_one_row_a_buurt(as_text):
    frame = observations()
    if as_text:
        frame = frame.astype(str).replace({"None": "", "nan": ""})
    result = to_canonical(frame, year=2025)
    assert result.classes == ("koop", "corp", "overig")
    found = result.frame.set_index("buurt_code").sort_index()
    np.testing.assert_array_equal(found.n_corp, [90, np.nan])
    assert found.dwellings.tolist() == [200, 100]
    assert found.quality.tolist() == ["ok", "suppressed"]
    # what is not a role, the origin of inhabitants among them, is not even read
    assert "H008859_3" not in statline.wide(frame)


def test_the_long_table_joins_a_map():
    layer = pd.DataFrame({"buurtcode": ["BU00010001", "BU00010002"], "buurtnaam": ["A", "B"]})
    frame, notes = join_table(layer, observations())
    assert notes == []
    np.testing.assert_array_equal(to_canonical(frame).frame.n_koop, [80, np.nan])


def test_the_long_table_of_2013_has_another_name_for_the_region():
    old = observations().rename(columns={"WijkenEnBuurten": "RegioS"})
    old["Measure"] = old.Measure.replace("1014800", "1014800_1")
    found = to_canonical(old, year=2013).frame.set_index("buurt_code")
    assert found.n_koop["BU00010001"] == 80


def test_a_long_table_of_something_else_says_what_it_has():
    other = observations().query("Measure == 'H008859_3'")
    with pytest.raises(TableError) as caught:
        to_canonical(other)
    for said in caught.value.text:
        assert "H008859_3" in said
        assert "1014800" in said


def test_two_values_of_one_figure_are_refused_by_name():
    twice = pd.concat([observations(), observations()])
    with pytest.raises(TableError, match=r"BU0001000\d has more than one value") as caught:
        to_canonical(twice)
    assert "meer dan één waarde" in caught.value.text.nl


def test_another_table_is_no_long_table():
    frame = statline_2024()
    assert statline.wide(frame) is frame
    assert statline.long_fields(["Measure", "Value"]) == []


# --- KWB workbook


def test_the_workbook_has_dots_blanks_commas_and_spaces():
    frame = pd.DataFrame(
        {
            "gwb_code_10": ["GM0001", "BU00010001", "BU00010002", "BU00010003"],
            "gwb_code_8": ["0001", "00010001", "00010002", "00010003"],
            "regio": ["Voorbeeld", "Noord ", "Zuid", "Plas"],
            "gm_naam": "Voorbeeld",
            "recs": ["Gemeente", "Buurt ", "Buurt ", "Buurt"],
            "gwb_code": ["GM0001", "BU00010001", "BU00010002", "BU00010003"],
            "ind_wbi": [".", "1", "2", "3"],
            "a_woning ": ["300", " 200", "100", ""],
            "g_wozbag": ["250,5", "250,5", ".", ""],
            "p_koopw": ["50", "40", ".", ""],
            "p_huurw": ["50", "60", ".", ""],
            "p_wcorpw ": ["40", "45", ".", ""],
            "p_ov_hw": ["10", "15", ".", ""],
            "p_e_o_w": ["0", "0", ".", ""],
        }
    )
    result = to_canonical(frame, year=2023)
    found = result.frame
    assert found.buurt_code.tolist() == ["BU00010001", "BU00010002", "BU00010003"]
    assert found.buurt_name.tolist() == ["Noord", "Zuid", "Plas"]
    np.testing.assert_array_equal(found.n_corp, [90, np.nan, np.nan])
    np.testing.assert_array_equal(found.woz, [250.5, np.nan, np.nan])
    assert found.quality.tolist() == ["ok", "suppressed", "suppressed"]
    assert found.boundary_change.tolist() == [1, 2, 3]
    assert [n for n in result.notes if n.severity == "warning"] == []


# --- years


def test_a_column_of_another_year_is_said():
    frame = table("kwb", 2019)
    assert "g_woz" in frame
    result = to_canonical(frame, year=2024)
    said = [n.text for n in result.notes if n.severity == "warning"]
    assert len(said) == 1
    assert "The year is 2024, but these columns are of other years: g_woz" in said[0].en
    assert "g_woz" in said[0].nl
    assert [n for n in to_canonical(frame).notes if n.severity == "warning"] == []


# --- squares and postcodes


@pytest.mark.parametrize("channel", roles.BLOCK_SPELLINGS)
@pytest.mark.parametrize("lower", [False, True])
def test_squares_and_postcodes_of_every_channel_give_the_same_dwellings(channel, lower):
    names = {role: found[0] for role, found in roles.BLOCK_SPELLINGS[channel].items()}
    if lower:
        names = {role: name.lower() for role, name in names.items()}
    frame = pd.DataFrame(
        {
            names["buurt_code"]: ["E1234N4567", "E1235N4567", "E1236N4567"],
            names["dwellings"]: [50, 40, 5],
            names["share_koop"]: [60, -99997, 100],
            names["share_huur"]: [40, -99997, -99997],
            names["n_corp"]: [15, -99997, -99997],
        }
    )
    assert squares.are_squares(frame.columns)
    counts, _ = squares.square_counts(frame, ("koop", "corp", "overig"))
    assert counts.loc[0].tolist() == [30, 15, 5]
    result = to_canonical(frame)
    assert result.frame.buurt_code.tolist() == ["E1234N4567", "E1235N4567", "E1236N4567"]
    np.testing.assert_array_equal(result.frame.n_corp, [15, np.nan, np.nan])
    assert result.frame.quality.tolist()[:2] == ["ok", "suppressed"]
    # five dwellings are too few to tell anything of
    assert "fewer than 10" in result.frame.quality[2]
    assert any("rounded to tens" in n.text.en for n in result.notes)


@pytest.mark.parametrize("code", ["postcode6", "PC6", "crs28992res500m"])
def test_the_code_of_a_block_may_be_a_postcode(code):
    names = ["aantal_woningen", "percentage_koopwoningen", "percentage_huurwoningen"]
    if code == "PC6":
        names = ["WONING", "P_KOOPWON", "P_HUURWON"]
    frame = pd.DataFrame(dict(zip(names, ([30], [70], [30]), strict=True)) | {code: ["1234AB"]})
    result = to_canonical(frame)
    assert result.classes == ("koop", "huur")
    assert result.frame.buurt_code.tolist() == ["1234AB"]
    assert result.frame.n_koop[0] == pytest.approx(21)


def test_buurten_with_a_postcode_are_no_squares():
    frame = pd.DataFrame(
        {
            "buurtcode": ["BU00010001"],
            "postcode": ["1234"],
            "aantal_woningen": [30],
            "percentage_koopwoningen": [70],
            "percentage_huurwoningen": [30],
        }
    )
    assert squares.as_counts(frame)[0] is frame
    result = to_canonical(frame, mapping={"dwellings": "aantal_woningen"})
    assert result.frame.buurt_code.tolist() == ["BU00010001"]
    assert result.frame.n_koop[0] == pytest.approx(21)
    # and what the user gave a role is not turned into something else
    bare = frame.drop(columns="buurtcode")
    mapping = {"buurt_code": "postcode", "dwellings": "aantal_woningen"}
    assert to_canonical(bare, mapping=mapping).columns["share_koop"] == "percentage_koopwoningen"
