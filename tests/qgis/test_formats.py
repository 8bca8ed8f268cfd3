# SPDX-License-Identifier: GPL-2.0-or-later
"""What a file type cannot hold of an output is told, and one that would lie is refused."""

from __future__ import annotations

import pytest
from qgis.core import (
    QgsApplication,
    QgsField,
    QgsProcessingContext,
    QgsProcessingException,
    QgsProcessingOutputLayerDefinition,
    QgsProject,
    QgsVariantUtils,
    QgsVectorLayer,
)
from qgis.PyQt.QtCore import QMetaType

from .feedback import Warnings

SHARES = ["percentage_koopwoningen", "percentage_huurwoningen"]
RADII = "250,500"


def unknown(rows):
    """Leave the figures of the second buurt empty."""
    for name in rows[1]:
        if "perc" in name or name == "woningvoorraad":
            rows[1][name] = None


def with_text(layer, text):
    """Give the first feature of a layer a text."""
    layer.dataProvider().addAttributes([QgsField("remark", QMetaType.Type.QString)])
    layer.updateFields()
    index = layer.fields().lookupField("remark")
    first = min(feature.id() for feature in layer.getFeatures())
    assert layer.dataProvider().changeAttributeValues({first: {index: text}})
    return layer


def rows_of(path):
    """Return the names of a file's fields, and its rows with NULL as None."""
    layer = QgsVectorLayer(str(path), "x", "ogr")
    assert layer.isValid()
    rows = [
        [None if QgsVariantUtils.isNull(v) else v for v in feature.attributes()]
        for feature in layer.getFeatures()
    ]
    return layer.fields().names(), rows


class TestAShapefile:
    @pytest.fixture
    def profile(self, run, nested_blocks, tmp_path):
        """Return a function that writes surroundings to a file, and tells the warnings."""

        def go(name):
            feedback = Warnings()
            parameters = {
                "INPUT": nested_blocks(),
                "GROUPS": ["n_koop", "n_corp", "n_overig"],
                "RADII": RADII,
                "OUTPUT": str(tmp_path / name),
            }
            run("surroundings_profile", parameters, feedback=feedback)
            return [text for text in feedback.found if "a shapefile keeps" in text]

        return go

    @pytest.mark.parametrize("name", ["found.shp", "found.dbf"])
    def test_two_names_that_are_cut_alike_are_told_as_they_are_written(
        self, profile, tmp_path, name
    ):
        (told,) = profile(name)
        path = tmp_path / ("found.shp" if name.endswith("shp") else "found.dbf.shp")
        names, rows = rows_of(path)
        assert profile("found.gpkg") == []
        whole, same = rows_of(tmp_path / "found.gpkg")
        whole.remove("fid")
        assert {"share_koop_r250", "share_koop_r500"} <= set(whole)
        for old, new in zip(whole, names, strict=True):
            assert (f"{old} → {new}" in told) == (old != new)
        for one, two in zip(rows, same, strict=True):
            assert one == pytest.approx(two[1:], abs=1e-9)

    def test_a_text_that_is_cut_and_an_empty_number_are_named(self, run, buurten, tmp_path):
        path = tmp_path / "found.shp"
        layer = with_text(buurten(change=unknown), "é" * 128)
        feedback = Warnings()
        parameters = {"INPUT": layer, "GROUPS": SHARES, "OUTPUT": str(path)}
        run("local_segregation", parameters, feedback=feedback)
        (told,) = (text for text in feedback.found if "a shapefile keeps" in text)
        texts, numbers = told.split("in how many rows: ")[1].split("may show as 0: ")
        assert texts.startswith("remark (1).")
        assert "percentage_koopwoningen" in numbers
        assert "woningvoorraad" in numbers
        assert "aantal_inwoners" not in numbers
        names, rows = rows_of(path)
        assert rows[0][names.index("remark")] == "é" * 127
        assert rows[1][names.index("percentage")] is None

    def test_a_text_that_fits_is_not_named(self, run, buurten, tmp_path):
        layer = with_text(buurten(), "é" * 127)
        feedback = Warnings()
        path = str(tmp_path / "found.shp")
        run(
            "local_segregation",
            {"INPUT": layer, "GROUPS": SHARES, "OUTPUT": path},
            feedback=feedback,
        )
        (told,) = feedback.found
        assert "in how many rows" not in told
        assert "may show as 0" not in told

    def test_a_table_is_told_as_well(self, run, buurten, tmp_path):
        feedback = Warnings()
        parameters = {"INPUT": buurten(), "GROUPS": SHARES, "OUTPUT": str(tmp_path / "found.shp")}
        run("segregation_indices", parameters, feedback=feedback)
        (told,) = (text for text in feedback.found if "a shapefile keeps" in text)
        assert "n_excluded" not in told
        assert "expected, high" not in told
        assert "may show as 0: " in told

    def test_a_map_is_not_coloured_by_names_that_are_cut(
        self, run, buurten, tmp_path, qgis_new_project, monkeypatch
    ):
        from processing.gui import Postprocessing

        monkeypatch.setattr(Postprocessing, "iface", None)
        project = QgsProject.instance()
        for ending in ("gpkg", "shp"):
            context = QgsProcessingContext()
            context.setProject(project)
            output = QgsProcessingOutputLayerDefinition(str(tmp_path / f"a.{ending}"), project)
            parameters = {"INPUT": buurten(), "PERMUTATIONS": 99, "OUTPUT": output}
            run("scan", parameters, context=context)
            scan = QgsApplication.processingRegistry().createAlgorithmById("wijkmix:scan")
            assert Postprocessing.handleAlgorithmResults(scan, context, None, parameters)
            layers = list(project.mapLayers().values())
            assert len(layers) == 5
            for layer in layers:
                kind = layer.renderer().type()
                assert (kind == "singleSymbol") == (ending == "shp"), layer.name()
            project.clear()

    def test_dutch(self, run, buurten, tmp_path, monkeypatch):
        from wijkmix.processing_algs import base

        monkeypatch.setattr(base, "language", lambda: "nl")
        feedback = Warnings()
        path = str(tmp_path / "found.shp")
        parameters = {"INPUT": buurten(change=unknown), "GROUPS": SHARES, "OUTPUT": path}
        run("local_segregation", parameters, feedback=feedback)
        (told,) = (text for text in feedback.found if "shapefile" in text)
        assert told.startswith("found.shp: een shapefile bewaart 10 tekens")
        assert told.endswith("Kies een GeoPackage (.gpkg).")
        assert "{" not in told


@pytest.mark.parametrize("ending", ["tab", "mif", "TAB", "ili"])
@pytest.mark.parametrize("name", ["local_segregation", "segregation_indices"])
def test_a_type_without_empty_values_is_refused_before_the_run(
    run, buurten, tmp_path, name, ending
):
    parameters = {"INPUT": buurten(), "GROUPS": SHARES}
    with pytest.raises(QgsProcessingException, match="without empty values"):
        run(name, {**parameters, "OUTPUT": str(tmp_path / f"found.{ending}")})
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("ending", ["csv", "xlsx", "ods"])
def test_a_type_without_shapes_is_told(run, buurten, tmp_path, ending):
    feedback = Warnings()
    parameters = {"INPUT": buurten(), "GROUPS": SHARES, "OUTPUT": str(tmp_path / f"a.{ending}")}
    run("local_segregation", parameters, feedback=feedback)
    (told,) = feedback.found
    assert f"a.{ending}: this type of file keeps the table and no shapes" in told
    feedback = Warnings()
    parameters |= {"OUTPUT": str(tmp_path / f"b.{ending}")}
    run("segregation_indices", parameters, feedback=feedback)
    assert not [text for text in feedback.found if "no shapes" in text]


@pytest.mark.parametrize("ending", ["csv", "geojson", "json", "geojsonl", "xlsx", "ods", "gml"])
@pytest.mark.parametrize("name", ["local_segregation", "prepare_buurten"])
def test_other_types_hold_what_a_geopackage_holds(run, buurten, tmp_path, name, ending):
    """Names, order and empty values; a CSV has text in every field."""
    parameters = {"local_segregation": {"GROUPS": SHARES}, "prepare_buurten": {}}[name]
    for file in ("found.gpkg", f"found.{ending}"):
        layer = with_text(buurten(change=unknown), "007")
        run(name, {"INPUT": layer, "OUTPUT": str(tmp_path / file), **parameters})
    names, rows = rows_of(tmp_path / "found.gpkg")
    path = tmp_path / f"found.{ending}{'.geojson' if ending == 'json' else ''}"
    others, same = rows_of(path)
    first = others.index(names[1])
    assert others[first:] == names[1:]
    assert len(same) == len(rows) == 48
    for one, two in zip(rows, same, strict=True):
        for value, other in zip(one[1:], two[first:], strict=True):
            if ending == "csv" and value is None:
                assert other == ""
            elif ending == "csv" and not isinstance(value, str):
                assert float(other) == pytest.approx(value, rel=1e-12)
            elif isinstance(value, str) or value is None:
                assert other == value
            else:
                assert other == pytest.approx(value, rel=1e-12)
