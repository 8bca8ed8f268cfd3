# SPDX-License-Identifier: GPL-2.0-or-later
"""The tables room on published Dutch data: figures counted once by hand, with other tools."""

from __future__ import annotations

import json
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from wijkmix.wijkmix_plugin.errors import TableError
from wijkmix.wijkmix_plugin.tables.cbs import CanonicalTable, join_table, to_canonical
from wijkmix.wijkmix_plugin.tables.columns import detect, detect_columns, square_fields
from wijkmix.wijkmix_plugin.tables.crosswalk import other_areas
from wijkmix.wijkmix_plugin.tables.roles import SPELLINGS
from wijkmix.wijkmix_plugin.tables.squares import square_counts

THREE = ["n_koop", "n_corp", "n_overig"]
KOOP = "percentage_koopwoningen"
CORP = "perc_huurwoningen_in_bezit_woningcorporaties"
OVERIG = "perc_huurwoningen_in_bezit_overige_verhuurders"


@pytest.fixture(scope="session")
def data(shared) -> Path:
    return shared / "data"


@pytest.fixture(scope="module")
def amsterdam(data) -> gpd.GeoDataFrame:
    return gpd.read_file(data / "amsterdam_2023_heerlen_2024.gpkg", layer="amsterdam_2023")


@pytest.fixture(scope="module")
def rijnmond(data) -> gpd.GeoDataFrame:
    return gpd.read_file(data / "rijnmond_buurten_2024.gpkg")


@pytest.fixture(scope="module")
def nederland(data) -> gpd.GeoDataFrame:
    return gpd.read_file(data / "nl_buurten_2024.gpkg", layer="buurten")


def qualities(result: CanonicalTable) -> dict[str, int]:
    return result.frame.quality.value_counts().to_dict()


def columns(data: Path, name: str) -> list[str]:
    return (data / "schema" / name).read_text(encoding="utf-8").split()


# --- columns


def test_two_release_years_and_three_channels_give_the_same_roles(data):
    # R01
    v1 = detect_columns(columns(data, "pdok_wfs_2024_v1_buurten_columns.txt"))
    v2 = detect_columns(columns(data, "pdok_gpkg_2024_v2_buurten_columns.txt"))
    fields = json.loads(
        (data / "schema" / "pdok_wfs_2023_camelcase_fields.json").read_text(encoding="utf-8")
    )
    # the field list of 2023 holds the figures only, not the codes
    codes = ["buurtcode", "buurtnaam", "wijkcode", "gemeentecode", "gemeentenaam", "jaar", "water"]
    codes += ["indelingswijzigingWijkenEnBuurten"]
    camel = detect_columns([*codes, *(f["wfs2023"] for f in fields)])
    assert set(v1) == set(camel)
    # gone in 2024 v2
    assert set(v1) - set(v2) == {"share_unknown", "share_before_2000", "share_lowinc"}
    assert set(v2) < set(v1)
    assert camel["share_corp"] == "percHuurwoningenInBezitWoningcorporaties"
    assert v1["share_corp"] == v2["share_corp"] == CORP


ROLES_OF_2023 = {
    *("buurt_code", "buurt_name", "gemeente_name", "dwellings", "households", "inhabitants"),
    *("woz", "share_multifamily", "share_before_2000", "share_lowinc", "land_ha"),
    *("address_density", "share_koop", "share_huur", "share_corp", "share_overig_huur"),
    *("share_unknown", "boundary_change"),
}


def test_the_workbook_of_2023_has_the_roles_of_the_map_of_2023(data):
    found = detect_columns(columns(data, "kwb_2023_xlsx_columns.txt"))
    assert set(found) == ROLES_OF_2023
    assert found["share_corp"] == "p_wcorpw"
    assert found["buurt_code"] == "gwb_code_10"


def test_statline_of_2024_has_the_roles_of_the_map_of_2024_v2(data):
    found = detect_columns(columns(data, "statline_odata3_85984NED_2024_columns.txt"))
    gone = {"share_unknown", "share_before_2000"}
    assert set(found) == ROLES_OF_2023 - gone - {"buurt_name"}
    assert found["share_corp"] == "InBezitWoningcorporatie_49"
    assert found["buurt_code"] == "Codering_3"
    figures = set(found.values())
    assert len(figures) == len(found)


def test_squares_as_published(data):
    found = square_fields(columns(data, "cbs_vierkant100m_columns.txt"))
    assert set(found) == {"buurt_code", "dwellings", "share_koop", "share_huur", "n_corp"}
    # and nothing else is taken for squares
    for name in ("pdok_gpkg_2024_v2_buurten", "kwb_2023_xlsx", "statline_odata3_85984NED_2024"):
        assert square_fields(columns(data, f"{name}_columns.txt")) == {}


def test_squares_become_a_canonical_table(data):
    source = gpd.read_file(data / "rijnmond_vierkant100m_eigendom.gpkg")
    result = to_canonical(source)
    counts, _ = square_counts(source, ("koop", "corp", "overig"))
    frame = result.frame
    assert len(frame) == 16383
    assert frame.buurt_code.tolist() == source.crs28992res100m.tolist()
    shown = frame.n_koop.notna()
    assert (frame.dwellings[shown] >= 10).all()
    names = ["n_koop", "n_huur"] if "huur" in result.classes else ["n_koop", "n_corp", "n_overig"]
    total = frame[names].sum(axis=1)[shown]
    np.testing.assert_allclose(total, frame.dwellings[shown])
    assert shown.sum() > counts.n_koop.notna().sum() / 2


def test_statline_beside_the_map_gives_the_same_rijnmond(rijnmond):
    # The layer has both: 543 rows were matched with 85984NED by the makers of the file.
    ours = to_canonical(rijnmond).frame
    own = [c for c in rijnmond if c[0].islower() and not c.startswith("k_")]
    drawn = rijnmond[["buurtcode", "buurtnaam", "gemeentecode", "water", "geometry"]]
    table = pd.DataFrame(rijnmond.drop(columns=own)).dropna(subset="Codering_3")
    frame, notes = join_table(drawn, table)
    theirs = to_canonical(frame).frame
    both = (ours.quality == "ok") & (theirs.quality == "ok")
    assert both.sum() > 400
    np.testing.assert_allclose(theirs.loc[both, THREE], ours.loc[both, THREE])
    assert len(notes) >= 1


@pytest.mark.parametrize("channel", ["snake_case", "camelCase"])
def test_every_spelling_occurs_in_a_published_list(data, channel):
    published = {
        "percentage_huurwoningen_afgeleid",  # derived by the makers of the national file
        "indelingswijzigingWijkenEnBuurten",  # the list of 2023 holds the figures only
        *columns(data, "pdok_wfs_2024_v1_buurten_columns.txt"),
        *columns(data, "pdok_gpkg_2024_v2_buurten_columns.txt"),
        *(
            f["wfs2023"]
            for f in json.loads(
                (data / "schema" / "pdok_wfs_2023_camelcase_fields.json").read_text("utf-8")
            )
        ),
    }
    for names in SPELLINGS[channel].values():
        assert set(names) <= published


def test_the_sample_town_is_spelled_as_the_geopackage_of_2024(data):
    published = columns(data, "pdok_gpkg_2024_v2_buurten_columns.txt")
    root = Path(__file__).resolve().parent.parent.parent
    sample = gpd.read_file(
        root / "resources" / "sample" / "wijkmix_sample.gpkg", layer="buurten", rows=1
    )
    # What CBS does not publish there, and what a gemeente adds itself.
    own = ["percentage_huishoudens_met_laag_inkomen", "geometry"]
    own += ["free_capacity", "owner_public", "owner_market"]
    names = [name for name in sample.columns if name not in own]
    assert names == [name for name in published if name in names]
    assert set(own) < set(sample.columns)


# --- Amsterdam 2023: three classes


def test_amsterdam(amsterdam):
    result = to_canonical(amsterdam)
    frame = result.frame
    assert result.classes == ("koop", "corp", "overig")
    assert result.year == 2023
    assert result.notes == []
    assert qualities(result) == {"ok": 434, "suppressed": 53, "no dwellings": 30, "water": 2}
    assert frame.buurt_code.tolist() == amsterdam.buurtcode.tolist()
    assert sorted(frame.buurt_code[frame.quality == "water"]) == ["BU03639997", "BU03639998"]
    assert frame.geometry.geom_equals(amsterdam.geometry).all()
    assert result.columns["share_koop"] == KOOP  # and not that of 2024 beside it


def test_amsterdam_counts_are_percentages_of_dwellings(amsterdam):
    frame = to_canonical(amsterdam).frame
    ok = (frame.quality == "ok").to_numpy()
    assert frame.loc[~ok, THREE].isna().all(axis=None)
    for name, source in zip(THREE, (KOOP, CORP, OVERIG), strict=True):
        expected = amsterdam[source] / 100 * amsterdam.woningvoorraad
        np.testing.assert_allclose(frame.loc[ok, name], expected[ok])
    total = frame.loc[ok, THREE].sum(axis=1) / frame.dwellings[ok]
    assert total.between(0.98 - 1e-9, 1.02 + 1e-9).all()
    # summed once more by SQL in the file itself
    assert frame[THREE].sum().tolist() == pytest.approx([140163.53, 189856.28, 144026.39])
    assert frame.dwellings[ok].sum() == 474589


def test_amsterdam_side_columns(amsterdam):
    frame = to_canonical(amsterdam).frame
    for name, source in (
        ("share_before_2000", "percentage_bouwjaarklasse_tot_2000"),
        ("share_lowinc", "percentage_huishoudens_met_laag_inkomen"),
        ("land_ha", "oppervlakte_land_in_ha"),
        ("address_density", "omgevingsadressendichtheid"),
        ("share_multifamily", "percentage_meergezinswoning"),
        ("woz", "gemiddelde_woningwaarde"),
    ):
        np.testing.assert_array_equal(frame[name], amsterdam[source])


# --- Heerlen 2024: owner-occupied alone


def test_heerlen_has_two_classes_weighted_by_households(data):
    source = gpd.read_file(data / "amsterdam_2023_heerlen_2024.gpkg", layer="heerlen_2024")
    result = to_canonical(source)
    frame = result.frame
    assert result.classes == ("koop", "huur")
    assert qualities(result) == {
        "partial (households used for dwellings)": 53,
        "suppressed": 3,
        "no dwellings": 1,
    }
    assert frame[["n_corp", "n_overig"]].isna().all(axis=None)
    used = frame.n_koop.notna()
    assert used.sum() == 53
    np.testing.assert_allclose((frame.n_koop + frame.n_huur)[used], source.aantal_huishoudens[used])
    first = source.iloc[0]
    assert frame.n_koop[0] == first.percentage_koopwoningen / 100 * first.aantal_huishoudens


# --- Rijnmond 2024: raw codes


def test_rijnmond(rijnmond):
    result = to_canonical(rijnmond)
    frame = result.frame
    assert result.classes == ("koop", "corp", "overig")
    assert result.year == 2024
    assert len(frame) == 702
    counts = qualities(result)
    assert counts.pop("ok") == 596
    assert counts.pop("suppressed") == 66
    assert counts.pop("no dwellings") == 38
    refused = frame[frame.quality.str.startswith("partial (tenure shares add to 9")]
    assert sorted(refused.buurt_code) == ["BU19240902", "BU19920902"]
    assert sorted(refused.quality) == [
        "partial (tenure shares add to 90, not used)",
        "partial (tenure shares add to 93, not used)",
    ]
    assert sum(counts.values()) == 2
    note = next(n for n in result.notes if n.severity == "warning")
    for text in note.text:
        assert "BU19240902" in text
        assert "BU19920902" in text


def test_no_missing_code_survives(rijnmond, nederland):
    # R04
    for source in (rijnmond, nederland):
        numbers = to_canonical(source).frame.select_dtypes("number")
        assert not (numbers < 0).any(axis=None)


def test_the_statline_columns_beside_them_are_not_taken(rijnmond):
    result = to_canonical(rijnmond)
    assert "Koopwoningen_47" in rijnmond
    assert result.columns["share_koop"] == KOOP
    assert not set(result.columns.values()) & {c for c in rijnmond if c[0].isupper()}


def test_one_gemeente_out_of_fourteen(rijnmond):
    for wanted in (["GM0599"], ["rotterdam"]):
        frame = to_canonical(rijnmond, gemeente=wanted).frame
        assert len(frame) == 91
        assert set(frame.gemeente_code) == {"GM0599"}
    with pytest.raises(TableError, match="Schiedam") as caught:
        to_canonical(rijnmond, gemeente=["Schiedan"])
    assert "Bedoelt u Schiedam (GM0606)" in caught.value.text.nl


# --- the whole country


def test_the_country_has_two_classes(nederland):
    result = to_canonical(nederland)
    frame = result.frame
    assert len(frame) == 14566
    assert result.classes == ("koop", "huur")
    counts = qualities(result)
    assert counts["partial (households used for dwellings)"] == 12298
    assert counts["ok"] == 596
    assert counts["suppressed"] == 1079
    assert counts["no dwellings"] == 591
    assert frame.n_koop.notna().sum() == 12298 + 596
    assert frame.n_corp.notna().sum() == 596
    used = frame.n_koop.notna()
    total = (frame.n_koop + frame.n_huur)[used] / frame.dwellings[used]
    assert total.between(0.98 - 1e-9, 1.02 + 1e-9).all()
    assert any("Twee klassen: 598" in n.text.nl for n in result.notes)


def test_codes_above_the_buurt_can_be_derived_for_the_whole_country(nederland):
    bare = nederland.drop(columns=["wijkcode", "gemeentecode"])
    frame = to_canonical(bare).frame
    assert (frame.wijk_code == nederland.wijkcode).all()
    assert (frame.gemeente_code == nederland.gemeentecode).all()


def test_gemeenten_lose_their_water_rows(data):
    source = gpd.read_file(data / "nl_buurten_2024.gpkg", layer="gemeenten")
    assert len(source) == 423
    result = to_canonical(source, mapping={"buurt_code": "gemeentecode"})
    assert len(result.frame) == 342
    assert result.frame.buurt_code.is_unique
    assert "water" not in qualities(result)
    assert any("81 codes" in n.text.en for n in result.notes)


# --- what cannot be read


def test_baarn_is_a_first_release(data):
    source = gpd.read_file(data / "fixtures" / "baarn_buurten_2024_v1_no_tenure.geojson")
    result = to_canonical(source)
    assert len(result.frame) == 21
    assert result.frame[result.n_columns].isna().all(axis=None)
    assert qualities(result) == {"partial (tenure not in this release)": 21}
    warnings = [n.text for n in result.notes if n.severity == "warning"]
    assert len(warnings) == 1
    assert "this is a first release" in warnings[0].en
    assert "next release" in warnings[0].en
    assert "dit is een eerste uitgave" in warnings[0].nl


def test_amstelveen_has_no_cbs_columns(data):
    source = gpd.read_file(data / "fixtures" / "amstelveen_2020_rd_without_crs.geojson")
    with pytest.raises(TableError) as caught:
        to_canonical(source)
    for text in caught.value.text:
        assert "buurtcode" in text
        assert "name" in text


def test_old_codes_do_not_join(data, amsterdam):
    table = pd.read_csv(
        data / "fixtures" / "ses_woa_2019_codes_that_do_not_join.csv", sep=";", dtype=str
    )
    codes = table.iloc[:, 2].str.strip()
    assert codes.str.startswith("BU").sum() == 479
    with pytest.raises(TableError) as caught:
        join_table(amsterdam, table)
    assert "another year" in caught.value.text.en
    assert "ander jaar" in caught.value.text.nl
    assert "None of the 479 buurt codes" in caught.value.text.en
    assert "GM0363" in caught.value.text.en
    assert "zeros" not in caught.value.text.en


def test_the_code_of_the_statline_csv_is_known_by_its_heading(data):
    path = data / "fixtures" / "ses_woa_2019_codes_that_do_not_join.csv"
    names = pd.read_csv(path, sep=";", dtype=str, encoding="utf-8-sig").columns
    found = detect(list(names)).columns
    assert found["buurt_code"] == "Regiocode (gemeente, wijk, buurt) (code)"
    assert found["buurt_name"] == "Wijken en buurten"
    # 'Particuliere huishoudens (Aantal)' has a unit in another spelling and stays out
    assert set(found) == {"buurt_code", "buurt_name"}


def test_polygons_and_figures_from_two_files_join(data, amsterdam):
    drawn = amsterdam[["buurtcode", "buurtnaam", "geometry"]]
    figures = pd.DataFrame(amsterdam.drop(columns=["geometry", "buurtnaam"])).iloc[::-1]
    frame, notes = join_table(drawn, figures)
    assert notes == []
    expected = to_canonical(amsterdam).frame
    pd.testing.assert_frame_equal(to_canonical(frame).frame, expected)


# --- two years


def test_outlines_drawn_at_two_scales_are_the_same_area(data, rijnmond, nederland):
    # The national file is simplified much more than these two.
    drawn = gpd.read_file(data / "amsterdam_buurten_2023_2024.gpkg")
    for frame in (rijnmond, drawn):
        one, two = (
            f.rename(columns={"buurtcode": "buurt_code"})[["buurt_code", "geometry"]]
            for f in (frame, nederland)
        )
        codes, notes = other_areas(one, two)
        assert codes == []
        assert len(notes) == 1
        asked = int(notes[0].en.split("(")[1].split(")")[0])
        assert asked < 0.04 * len(one)


def test_a_code_of_another_place_is_found_among_real_outlines(rijnmond):
    one = rijnmond.rename(columns={"buurtcode": "buurt_code"})[["buurt_code", "geometry"]]
    two = one.copy()
    two.loc[[3, 400], "buurt_code"] = one.buurt_code[[400, 3]].to_numpy()
    codes, notes = other_areas(one, two)
    assert sorted(codes) == sorted(one.buurt_code[[3, 400]])
    assert notes == []
