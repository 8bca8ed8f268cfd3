# SPDX-License-Identifier: GPL-2.0-or-later
"""The record of a run goes with its file: reference area, thresholds, seed, what was left out."""

from __future__ import annotations

import json
import shutil

import pytest
from qgis.core import QgsProject, QgsVectorLayer
from wijkmix.wijkmix_plugin import qgis_io

MEMORY = "TEMPORARY_OUTPUT"


def opened(path, name):
    """Open a file as somebody else would: elsewhere, without the project."""
    layer = QgsVectorLayer(f"{path}|layername={name}", name, "ogr")
    assert layer.isValid()
    return layer


def test_a_scan_that_is_opened_elsewhere_knows_how_it_was_made(run, buurten, tmp_path):
    file = tmp_path / "scan.gpkg"
    sinks = {
        name: f"ogr:dbname='{file}' table=\"{table}\"{geometry}"
        for name, table, geometry in (
            ("OUTPUT", "buurten", " (geom)"),
            ("WIJKEN", "wijken", ""),
            ("INDICES", "indices", ""),
        )
    }
    run("scan", {"INPUT": buurten(), "PERMUTATIONS": 99, "SEED": 7, "VULNERABLE": "0", **sinks})
    elsewhere = shutil.copy(file, tmp_path / "copy.gpkg")
    for table in ("buurten", "wijken", "indices"):
        layer = opened(elsewhere, table)
        assert layer.customProperty(qgis_io.PROVENANCE) is None
        record = qgis_io.origin(layer)
        assert record["seed"] == 7
        assert record["reference"]
        assert record["thresholds"]["lq_high"] == 1.5
        assert record["thresholds_basis"] == "aanname"
        assert record["vulnerable_rule"]["en"]
        assert record["versions"]["wijkmix"]
        assert "excluded" in record


def test_the_panel_shows_the_record_of_a_file_that_was_opened_by_hand(
    run, buurten, tmp_path, qgis_iface, qgis_new_project
):
    from wijkmix.wijkmix_plugin.gui.dock import WijkMixDock

    file = tmp_path / "scan.gpkg"
    outputs = {"OUTPUT": str(file), "WIJKEN": MEMORY, "INDICES": MEMORY}
    run("scan", {"INPUT": buurten(), "PERMUTATIONS": 99, "VULNERABLE": "BU00010000", **outputs})
    dock = WijkMixDock(qgis_iface)
    try:
        QgsProject.instance().addMapLayer(QgsVectorLayer(str(file), "by hand", "ogr"))
        dock.select_code("BU00010001")
        assert "own list of 1 code" in dock.flags.toPlainText()
    finally:
        dock.close_down()
        dock.deleteLater()


@pytest.mark.parametrize(
    ("name", "call"),
    [
        ("local_segregation", {"GROUPS": ["aantal_huishoudens"], "TOTAL": "woningvoorraad"}),
        ("local_morans_i", {"FIELD": "getal", "PERMUTATIONS": 99}),
        ("segregation_indices", {"GROUPS": ["aantal_huishoudens"], "TOTAL": "woningvoorraad"}),
        ("prepare_buurten", {}),
    ],
)
def test_every_file_tells_what_was_asked(run, buurten, tmp_path, name, call):
    def change(rows):
        for number, row in enumerate(rows):
            row["getal"] = float(number % 7)

    file = tmp_path / "out.gpkg"
    run(name, {"INPUT": buurten(change=change), "OUTPUT": str(file), **call})
    assert [path.name for path in tmp_path.iterdir()] == ["out.gpkg"]
    record = qgis_io.origin(QgsVectorLayer(str(file), "out", "ogr"))
    assert record["source"] == "proef"
    assert record["versions"]["wijkmix"]
    told = json.dumps(record)
    assert all(str(v) in told for v in call.values() if isinstance(v, str))
    assert str(tmp_path) not in told


def test_a_reason_is_in_the_file(run, buurten, tmp_path):
    def change(rows):
        for number, row in enumerate(rows):
            row["turks"] = float(number % 7)

    file = tmp_path / "out.gpkg"
    why = 'besluit "12" <maart>'
    call = {"FIELD": "turks", "PERMUTATIONS": 99, "REASON": why}
    run("local_morans_i", {"INPUT": buurten(change=change), "OUTPUT": str(file), **call})
    record = qgis_io.origin(QgsVectorLayer(str(file), "out", "ogr"))
    assert why in record["reason"]["nl"]


def test_other_formats_are_written_without_a_file_beside_them(run, buurten, tmp_path):
    call = {"GROUPS": ["aantal_huishoudens"], "TOTAL": "woningvoorraad"}
    run("local_segregation", {"INPUT": buurten(), "OUTPUT": str(tmp_path / "x.geojson"), **call})
    assert [path.name for path in tmp_path.iterdir()] == ["x.geojson"]


def test_an_abstract_of_another_kind_is_no_record():
    layer = QgsVectorLayer("Point", "x", "memory")
    metadata = layer.metadata()
    for text in ("Wijken en buurten 2024", "3", "[1]", ""):
        metadata.setAbstract(text)
        layer.setMetadata(metadata)
        assert qgis_io.origin(layer) is None


def test_a_second_run_into_the_same_table_replaces_the_record(run, buurten, tmp_path):
    file = tmp_path / "scan.gpkg"
    for seed in (7, 8):
        sink = f"ogr:dbname='{file}' table=\"buurten\" (geom)"
        outputs = {"OUTPUT": sink, "WIJKEN": MEMORY, "INDICES": MEMORY}
        run("scan", {"INPUT": buurten(), "PERMUTATIONS": 99, "SEED": seed, **outputs})
    assert qgis_io.origin(opened(file, "buurten"))["seed"] == 8
