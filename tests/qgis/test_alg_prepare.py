# SPDX-License-Identifier: GPL-2.0-or-later
"""`wijkmix:prepare_buurten` on files as they are downloaded: workbook, StatLine, squares."""

from __future__ import annotations

import pytest
from qgis.core import (
    QgsCoordinateTransformContext,
    QgsFeature,
    QgsField,
    QgsProcessingException,
    QgsVectorFileWriter,
    QgsVectorLayer,
)
from qgis.PyQt.QtCore import QMetaType

FIGURES = (
    "woningvoorraad",
    "percentage_koopwoningen",
    "percentage_huurwoningen",
    "perc_huurwoningen_in_bezit_woningcorporaties",
    "perc_huurwoningen_in_bezit_overige_verhuurders",
)
OTHER = ("aantal_inwoners", "aantal_huishoudens", "gemiddelde_woningwaarde")
BARE = (*FIGURES, *OTHER, "percentage_huishoudens_met_laag_inkomen", "oppervlakte_land_in_ha")
KWB = ("a_woning ", "p_koopw", "p_huurw", "p_wcorpw", "p_ov_hw")
MEASURES = ("M000297", "1014800", "1014850_2", "A047047", "A047048")


@pytest.fixture
def expected(run, buurten, table_of):
    """What the whole layer gives, by code."""
    layer = run("prepare_buurten", {"INPUT": buurten(), "OUTPUT": "TEMPORARY_OUTPUT"})["OUTPUT"]
    return by_code(table_of(layer))


def by_code(rows):
    names = ("dwellings", "n_koop", "n_corp", "n_overig", "quality", "gemeente_code")
    return {row["buurt_code"]: {name: row[name] for name in names} for row in rows}


def records_of(layer):
    return [
        dict(zip(layer.fields().names(), f.attributes(), strict=True)) for f in layer.getFeatures()
    ]


def prepared(run, table_of, buurten, table, **more):
    parameters = {"INPUT": buurten(drop=BARE), "TABLE": table, "OUTPUT": "TEMPORARY_OUTPUT"}
    return by_code(table_of(run("prepare_buurten", {**parameters, **more})["OUTPUT"]))


def kwb_rows(layer, edit=None):
    """The workbook's headings and rows, all levels, every cell text."""
    rows = [["gwb_code_10", "gwb_code_8", "regio", "recs", *KWB]]
    rows.append(["GM0001", "0001", "Proefstad", "Gemeente", "9600", "42", "58", "45", "13"])
    for record in records_of(layer):
        code = record["buurtcode"]
        cells = [f"{record[name]:g}".replace(".", ",") for name in FIGURES]
        rows.append([code, code[2:], f"{record['buurtnaam']} ", "Buurt", *cells])
    if edit is not None:
        edit(rows)
    return rows


def workbook(path, rows):
    """Write rows to an XLSX with GDAL, as text, and open it as QGIS does."""
    layer = QgsVectorLayer("None", "blad", "memory")
    kind = QMetaType.Type.QString
    layer.dataProvider().addAttributes([QgsField(name, kind) for name in rows[0]])
    layer.updateFields()
    features = []
    for row in rows[1:]:
        feature = QgsFeature(layer.fields())
        feature.setAttributes(row)
        features.append(feature)
    assert layer.dataProvider().addFeatures(features)[0]
    options = QgsVectorFileWriter.SaveVectorOptions()
    options.driverName = "XLSX"
    options.layerOptions = ["OGR_XLSX_FIELD_TYPES=STRING"]
    done = QgsVectorFileWriter.writeAsVectorFormatV3(
        layer, str(path), QgsCoordinateTransformContext(), options
    )
    assert done[0] == QgsVectorFileWriter.WriterError.NoError, done
    return QgsVectorLayer(str(path), "kwb", "ogr")


def test_the_workbook_beside_boundaries_gives_the_same_table(
    run, buurten, table_of, expected, tmp_path
):
    path = tmp_path / "kwb-2024.csv"
    lines = [";".join(row) for row in kwb_rows(buurten())]
    path.write_text("\n".join(lines), encoding="utf-8")
    assert prepared(run, table_of, buurten, str(path)) == expected


def test_a_sheet_of_text_keeps_its_headings(run, buurten, table_of, expected, tmp_path):
    sheet = workbook(tmp_path / "kwb-2024.xlsx", kwb_rows(buurten()))
    assert sheet.fields().names()[0] == "Field1"
    assert prepared(run, table_of, buurten, sheet) == expected


def observations(path, layer):
    lines = ["Id;Measure;ValueAttribute;Value;StringValue;WijkenEnBuurten"]
    for record in records_of(layer):
        for measure, name in zip(MEASURES, FIGURES, strict=True):
            lines.append(f"{len(lines)};{measure};None;{record[name]};;{record['buurtcode']}  ")
        lines.append(f"{len(lines)};H008859_3;None;7;;{record['buurtcode']}  ")
    path.write_text("\n".join(lines), encoding="utf-8")
    return str(path)


def test_statline_odata_4_beside_boundaries_and_alone(run, buurten, table_of, expected, tmp_path):
    path = observations(tmp_path / "Observations.csv", buurten())
    assert prepared(run, table_of, buurten, path) == expected
    alone = run("prepare_buurten", {"INPUT": path, "YEAR": 2025, "OUTPUT": "TEMPORARY_OUTPUT"})
    rows = table_of(alone["OUTPUT"])
    assert by_code(rows) == expected
    assert {row["year"] for row in rows} == {2025}


def test_another_long_table_says_what_it_has(run, buurten, tmp_path):
    path = tmp_path / "Observations.csv"
    path.write_text("Measure;Value;WijkenEnBuurten\nX1;3;BU00010000\n", encoding="utf-8")
    with pytest.raises(QgsProcessingException, match=r"none of the figures.*X1"):
        run("prepare_buurten", {"INPUT": str(path), "OUTPUT": "TEMPORARY_OUTPUT"})


def test_codes_that_a_csv_reader_took_for_numbers(run, buurten, tmp_path):
    path = tmp_path / "kwb.csv"
    path.write_text("gwb_code_10,a_woning,p_koopw\n10000,200,40\n10001,200,40\n")
    parameters = {"INPUT": buurten(drop=BARE), "TABLE": str(path), "OUTPUT": "TEMPORARY_OUTPUT"}
    with pytest.raises(QgsProcessingException, match="codes of the table are numbers"):
        run("prepare_buurten", parameters)


def test_a_csv_that_was_loaded_with_the_wrong_delimiter(run, buurten, tmp_path):
    path = tmp_path / "kwb.csv"
    path.write_text("\n".join(";".join(row) for row in kwb_rows(buurten())), encoding="utf-8")
    layer = QgsVectorLayer(f"{path.as_uri()}?delimiter=,", "kwb", "delimitedtext")
    assert len(layer.fields()) == 1
    parameters = {"INPUT": buurten(drop=BARE), "TABLE": layer, "OUTPUT": "TEMPORARY_OUTPUT"}
    with pytest.raises(QgsProcessingException, match=r"wrong delimiter.*semicolon"):
        run("prepare_buurten", parameters)
    with pytest.raises(QgsProcessingException, match=r"wrong delimiter.*semicolon"):
        run("prepare_buurten", {"INPUT": layer, "OUTPUT": "TEMPORARY_OUTPUT"})


def test_a_join_that_half_works_says_why(run, buurten, table_of, tmp_path):
    path = tmp_path / "kwb.csv"
    rows = kwb_rows(buurten(), edit=lambda rows: rows.__delitem__(slice(3, 5)))
    path.write_text("\n".join(";".join(row) for row in rows), encoding="utf-8")
    found = prepared(run, table_of, buurten, str(path))
    assert found["BU00010001"]["quality"] == "suppressed"
    said = [line for line in run.log if "no row in the table" in line]
    assert len(said) == 1
    assert "2 of 48 rows" in said[0]
    assert "BU00010001, BU00010002" in said[0]
    assert "another year" in said[0]


def test_squares_become_a_canonical_table(run, buurten, table_of):
    def as_squares(records):
        for number, record in enumerate(records):
            record["crs28992res100m"] = f"E12{number:02d}N4800"
            record["aantal_woningen"] = 8 if number == 0 else 40
            record["percentage_koopwoningen"] = 60
            record["percentage_huurwoningen"] = 40
            record["aantal_huurwoningen_in_bezit_woningcorporaties"] = 10

    drop = [n for n in ("buurtcode", "wijkcode", *BARE) if not n.startswith("percentage_k")]
    drop = [n for n in drop if n != "percentage_huurwoningen"]
    layer = buurten(change=as_squares, drop=(*drop, "water", "jaar"))
    rows = table_of(
        run("prepare_buurten", {"INPUT": layer, "OUTPUT": "TEMPORARY_OUTPUT"})["OUTPUT"]
    )
    assert rows[1]["buurt_code"] == "E1201N4800"
    assert [rows[1][n] for n in ("n_koop", "n_corp", "n_overig")] == [24, 10, 6]
    assert rows[0]["n_koop"] is None
    assert "fewer than 10" in rows[0]["quality"]


def test_a_redrawn_buurt_is_said_and_stays_in_the_table(run, buurten, table_of):
    def redrawn(records):
        for number, record in enumerate(records):
            record["indelingswijziging_wijken_en_buurten"] = 3 if number == 5 else 1

    layer = run(
        "prepare_buurten", {"INPUT": buurten(change=redrawn), "OUTPUT": "TEMPORARY_OUTPUT"}
    )["OUTPUT"]
    assert table_of(layer)[5]["boundary_change"] == 3
    assert any("Redrawn since the year before (1): BU00010005" in line for line in run.log)


def test_nine_dwellings_of_an_own_table_are_nowhere_in_a_scan(run, buurten, table_of):
    def counted(records):
        for number, record in enumerate(records):
            dwellings = 9 if number == 0 else 200
            record.update(dwellings=dwellings, n_koop=dwellings // 3, n_corp=dwellings // 3)
            record["n_overig"] = dwellings - 2 * (dwellings // 3)

    layer = buurten(change=counted, drop=BARE)
    names = ("OUTPUT", "WIJKEN", "INDICES")
    done = run("scan", {"INPUT": layer, "PERMUTATIONS": 99, **dict.fromkeys(names, "memory:")})
    rows = table_of(done["OUTPUT"])
    assert rows[0]["dwellings"] == 9
    shown = [n for n in rows[0] if n.startswith(("share_", "n_koop", "n_corp", "lq_", "div_"))]
    assert len(shown) > 5
    assert all(rows[0][name] is None for name in shown)
    assert "fewer than 10 dwellings" in rows[0]["quality"]
    # and its wijk is the sum of the others, so that nothing is left to subtract
    wijk = next(r for r in table_of(done["WIJKEN"]) if r["wijk_code"] == rows[0]["wijk_code"])
    others = [r for r in rows[1:] if r["wijk_code"] == rows[0]["wijk_code"]]
    assert wijk["dwellings"] == sum(r["dwellings"] for r in others)
    assert wijk["n_corp"] == sum(r["n_corp"] for r in others)


def test_lines_are_refused(run):
    fields = "&".join(f"field={name}:double" for name in FIGURES)
    lines = QgsVectorLayer(
        f"LineString?crs=EPSG:28992&field=buurtcode:string&{fields}", "x", "memory"
    )
    with pytest.raises(QgsProcessingException, match="holds lines"):
        run("prepare_buurten", {"INPUT": lines, "OUTPUT": "TEMPORARY_OUTPUT"})
