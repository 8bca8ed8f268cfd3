# SPDX-License-Identifier: GPL-2.0-or-later
"""The view "Scale": spectra that are those of the measures, what is missing, lazily and fast."""

from __future__ import annotations

import json
import time

import numpy as np
import pytest
from qgis.core import (
    QgsApplication,
    QgsCoordinateReferenceSystem,
    QgsCoordinateTransform,
    QgsFeature,
    QgsGeometry,
    QgsProcessingContext,
    QgsProcessingOutputLayerDefinition,
    QgsProject,
    QgsRectangle,
    QgsVectorLayer,
)
from qgis.PyQt.QtCore import QCoreApplication, QEvent, Qt
from qgis.PyQt.QtTest import QTest

OUTPUTS = ("OUTPUT", "WIJKEN", "INDICES")


def scan_layer(
    n=6, *, crs="EPSG:28992", name="scan", names=None, gemeenten=1, origin=None, apart=100
):
    """Return a memory layer with the fields of a scan: squares, 150 in a row, `apart` metres."""
    text = ["buurt_code", "buurt_name", "wijk_code", "gemeente_code", "gemeente_name"]
    numbers = ["n_koop", "n_corp", "n_overig", "n_unknown", "div_tenure"]
    fields = [f"field={f}:string(0)" for f in (*text, "flag_reasons")]
    fields += [f"field={f}:double" for f in numbers]
    layer = QgsVectorLayer(f"MultiPolygon?crs={crs}&{'&'.join(fields)}", name, "memory")
    to_layer = QgsCoordinateTransform(
        QgsCoordinateReferenceSystem("EPSG:28992"), layer.crs(), QgsProject.instance()
    )
    features = []
    for i in range(n):
        feature = QgsFeature(layer.fields())
        counts = (20.0, 60.0, 16.0) if i % 2 else (70.0, 20.0, 6.0)
        feature.setAttributes(
            [
                f"BU0001{i:04d}",
                (names or {}).get(i, f"Buurt {i}"),
                f"WK0001{i // 3:02d}",
                f"GM{i % gemeenten + 1:04d}",
                f"Proefstad {i % gemeenten + 1}",
                "{}",
                *counts,
                4.0,
                0.8,
            ]
        )
        x, y = 80_000 + apart * (i % 150), 380_000 + apart * (i // 150)
        square = QgsGeometry.fromRect(QgsRectangle(x, y, x + apart, y + apart))
        square.convertToMultiType()
        square.transform(to_layer)
        feature.setGeometry(square)
        features.append(feature)
    layer.dataProvider().addFeatures(features)
    layer.updateExtents()
    record = {"title": "WijkMix scan", "variant": "buurt", **(origin or {})}
    layer.setCustomProperty("wijkmix/provenance", json.dumps(record))
    return layer


def settle(milliseconds=250):
    """Let the timers of the dock fire."""
    QTest.qWait(milliseconds)


def add(layer):
    QgsProject.instance().addMapLayer(layer)
    settle(30)
    return layer


@pytest.fixture
def dock(qgis_iface, qgis_new_project):
    from wijkmix.wijkmix_plugin.gui.dock import WijkMixDock

    dock = WijkMixDock(qgis_iface)
    dock.setFloating(True)  # shown without the main window, which stays hidden here
    dock.resize(420, 900)
    dock.show()
    dock.tabs.setCurrentWidget(dock.scale)
    settle(30)
    yield dock
    dock.close_down()
    dock.deleteLater()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


@pytest.fixture
def load(run, dock, monkeypatch):
    """Return a function that runs a scan into the project, as the dock and the toolbox do."""
    from processing.gui import Postprocessing

    monkeypatch.setattr(Postprocessing, "iface", None)

    def go(layer, without=(), **more):
        project = QgsProject.instance()
        into = {
            name: QgsProcessingOutputLayerDefinition("TEMPORARY_OUTPUT", project)
            for name in OUTPUTS
            if name not in without
        }
        context = QgsProcessingContext()
        context.setProject(project)
        parameters = {"INPUT": layer, "PERMUTATIONS": 999, **into, **more}
        run("scan", parameters, context=context)
        algorithm = QgsApplication.processingRegistry().createAlgorithmById("wijkmix:scan")
        assert Postprocessing.handleAlgorithmResults(algorithm, context, None, parameters)
        settle(50)

    return go


def words(panel):
    labels = (panel.head, panel.numbers, panel.around, panel.notes)
    return " ".join(label.text() for label in labels if not label.isHidden())


def value(text, name):
    """Return what stands beside a name in a table."""
    row = f'<tr><td>{name}</td><td align="right">'
    assert row in text, text
    return text.split(row)[1].split("</td>")[0]


def shares(panel):
    """Return the parts of the bars by title and class."""
    return {
        bar.title: {
            name: share
            for name, share in zip(panel.bars._classes, bar.shares or (), strict=False)
            if share is not None
        }
        for bar in panel.bars.bars()
    }


# -- numbers --------------------------------------------------------------------------------------


def test_buurten_only_say_that_insight_9_cannot_be_tested_and_show_what_can(
    dock, load, nested_buurten
):
    load(nested_buurten)
    assert dock.select_code("BU00010000")
    text = words(dock.scale)
    assert "insight 9" in text
    assert "cannot be tested" in text
    assert "Run scan" in text
    assert value(text, "Mosaic index (0-1), buurt variant") == "0.006"
    assert "0.328" not in text
    found = shares(dock.scale)
    gemeente = found["Gemeente Proefstad"]
    assert gemeente["spectrum_wijk"] == pytest.approx(12.6362, abs=1e-4)
    assert gemeente["spectrum_buurt"] == pytest.approx(4.4559, abs=1e-4)
    assert gemeente["spectrum_rest"] == pytest.approx(82.9079, abs=1e-4)
    wijk = found["Wijk WK000101"]
    assert set(wijk) == {"spectrum_buurt", "spectrum_rest"}
    assert sum(wijk.values()) == pytest.approx(100, abs=1e-9)
    assert not dock.scale.chart.isHidden()


def test_blocks_show_the_mosaic_that_buurten_hide(dock, load, nested_buurten, nested_blocks):
    load(nested_buurten, BLOCKS=nested_blocks(), LIMIT_FINE=0.25)
    assert dock.select_code("BU00010000")
    text = words(dock.scale)
    assert "insight 9" not in text
    assert value(text, "Mosaic index (0-1), block variant") == "0.328"
    assert value(text, "Mosaic index (0-1), buurt variant") == "0.006"
    assert value(text, "Class") == "between the two"
    assert "Variant: blocks (complexen)" in text
    assert "finely mixed up to 0.25" in text
    # Owner-occupied 100, two corporation blocks of 80 and 85 % side by side, one without.
    assert value(text, "Uniform patch at 80% (dwellings)") == "167"
    assert value(text, "Uniform patch at 90% (dwellings)") == "100"
    assert value(text, "Dwellings in blocks where no tenure holds 80%") == "100"
    assert value(text, "Contrast at borders (0 alike, 1 opposite)") == "0.52"
    found = shares(dock.scale)
    gemeente = found["Gemeente Proefstad"]
    assert gemeente == pytest.approx(
        {
            "spectrum_wijk": 12.6362,
            "spectrum_buurt": 4.4559,
            "spectrum_block": 22.3244,
            "spectrum_within": 60.5835,
        },
        abs=1e-4,
    )
    assert sum(found["Wijk WK000101"].values()) == pytest.approx(100, abs=1e-9)


def test_every_scale_stands_side_by_side(dock, load, nested_buurten, nested_blocks):
    load(nested_buurten, BLOCKS=nested_blocks())
    dock.select_code("BU00010000")
    text = words(dock.scale)
    assert value(text, "Wijken") == "0.494"
    assert value(text, "Blocks") == "0.716"
    assert '</td><td align="right">0.394</td></tr>' in text
    assert text.count("H of surroundings, whole layer") == 1
    assert "<td>Blocks within 1,000 m</td>" in text
    assert "D sets housing corporation rental against owner-occupied" in text
    assert "H within 1000 m is" in text


def test_the_second_null_model_stands_beside_the_first(dock, load, nested_buurten, nested_blocks):
    from qgis.core import QgsField
    from qgis.PyQt.QtCore import QMetaType

    load(nested_buurten, BLOCKS=nested_blocks())
    dock.select_code("BU00010000")
    assert "beyond chance of panden" not in words(dock.scale)
    assert "nearly every wijk stands out" in words(dock.scale)
    project = QgsProject.instance()
    table = next(x for x in project.mapLayers().values() if x.name().startswith("Wijken (table)"))
    names = ("mosaic_expected_panden", "mosaic_corrected_panden", "mosaic_z_panden")
    table.dataProvider().addAttributes([QgsField(name, QMetaType.Type.Double) for name in names])
    table.updateFields()
    given = {
        table.fields().lookupField(name): number
        for name, number in zip(names, (0.2, 0.128, 1.5), strict=True)
    }
    first = next(f for f in table.getFeatures() if f["wijk_code"] == "WK000101")
    table.dataProvider().changeAttributeValues({first.id(): given})
    dock.select_code("BU00010001")
    text = words(dock.scale)
    assert value(text, "beyond chance of panden") == "0.128 (z 1.5)"
    assert value(text, "by chance (whole panden shuffled)") == "0.200"


def test_without_blocks_there_is_no_grain(dock, load, nested_buurten):
    load(nested_buurten)
    dock.select_code("BU00010000")
    text = words(dock.scale)
    assert value(text, "Buurten") == "0.494"
    assert "H within 1000 m is" not in text
    assert "<td>Blocks</td>" not in text


def test_the_spectrum_of_the_dock_is_that_of_the_scan(dock, load, buurten):
    load(buurten())
    assert dock.select_code("BU00010000")
    project = QgsProject.instance()
    table = next(x for x in project.mapLayers().values() if x.name().startswith("Segregation"))
    rows = [f for f in table.getFeatures() if f["area"] == "GM0001"]
    written = {f["index"]: 100 * f["value"] for f in rows if f["index"].startswith("spectrum_")}
    written["spectrum_rest"] = written.pop("spectrum_within")
    assert shares(dock.scale)["Gemeente Proefstad"] == pytest.approx(written, abs=1e-9)


def test_surroundings_are_those_of_the_measure(dock, load, buurten):
    from wijkmix.wijkmix_plugin.gui import scale_data
    from wijkmix.wijkmix_plugin.measures.mix import composition, entropy
    from wijkmix.wijkmix_plugin.measures.surroundings import within

    load(buurten(columns=12, rows=8))
    dock.select_code("BU00010040")
    layer = dock.layer()
    features = list(layer.getFeatures())
    counts = np.array([[f[f"n_{c}"] for c in ("koop", "corp", "overig")] for f in features])
    points = np.array([[*f.geometry().pointOnSurface().asPoint()] for f in features])
    at = next(i for i, f in enumerate(features) if f["buurt_code"] == "BU00010040")
    near = within(points, counts, scale_data.RADII, asked=np.array([at]))[:, 0]
    expected = entropy(composition(near)) / np.log(3)
    found = scale_data.around_buurt(layer, features[at], ("koop", "corp", "overig"))
    assert list(found.diversity) == list(scale_data.RADII)
    assert list(found.diversity.values()) == pytest.approx(expected.tolist(), abs=1e-12)


def test_the_profile_has_a_line_for_blocks_buurten_and_the_whole(
    dock, load, nested_buurten, nested_blocks
):
    load(nested_buurten, BLOCKS=nested_blocks())
    dock.select_code("BU00010000")
    distances, series, _ = dock.scale.chart._lines
    assert distances == [50, 100, 250, 500, 1000, 2000, 4000, 8000]
    assert list(series) == [
        "Around the blocks of this buurt",
        "Around this buurt, of buurten",
        "H of surroundings, whole layer",
    ]
    # Within 2 km lies everything.
    whole = 0.823822 / np.log(3)
    assert series["Around the blocks of this buurt"][5] == pytest.approx(whole, abs=1e-6)
    assert series["Around this buurt, of buurten"][5] == pytest.approx(whole, abs=1e-6)
    said = dock.scale.chart.accessibleDescription()
    assert "Around this buurt, of buurten: 500 m 0.75" in said
    assert "nan" not in said


def test_reports_from_the_panel_have_the_blocks_of_the_run(
    dock, load, nested_buurten, nested_blocks
):
    from wijkmix.wijkmix_plugin.gui import report_panel

    load(nested_buurten, BLOCKS=nested_blocks())
    dock.select_code("BU00010000")
    shown = report_panel.Shown(dock.layer(), dock._table, dock._unit)
    for scope in ("whole", "wijk", "buurt"):
        page = report_panel.make(report_panel.ask(shown, scope), dock._catalogue).html
        part = page.split('<section id="scale">')[1].split("</section>")[0]
        assert "Between blocks inside buurten" in part, scope
        assert "between" in part
        assert "0.33" in part or "0.328" in part
        assert "test insight 9" not in part
    tables = [x for x in QgsProject.instance().mapLayers().values() if "(table)" in x.name()]
    QgsProject.instance().removeMapLayers([x.id() for x in tables])
    page = report_panel.make(report_panel.ask(shown, "whole"), dock._catalogue).html
    part = page.split('<section id="scale">')[1].split("</section>")[0]
    assert "table of wijken is not at hand" in part


# -- what is missing ------------------------------------------------------------------------------


def test_without_the_tables_of_the_scan_it_says_where_they_are(
    dock, load, nested_buurten, nested_blocks
):
    load(nested_buurten, BLOCKS=nested_blocks(), without=("WIJKEN", "INDICES"))
    dock.select_code("BU00010000")
    text = words(dock.scale)
    assert "table of wijken is not in the project" in text
    assert "Variant: buurten" in text
    assert value(text, "Mosaic index (0-1), buurt variant") == "0.006"


def test_a_table_that_comes_later_is_seen_and_one_that_goes_is_let_go(
    dock, load, nested_buurten, nested_blocks
):
    load(nested_buurten, BLOCKS=nested_blocks())
    dock.select_code("BU00010000")
    project = QgsProject.instance()
    indices = next(x for x in project.mapLayers().values() if x.name().startswith("Segregation"))
    project.removeMapLayer(indices.id())
    settle(300)
    assert "table of segregation indices, which is not in the project" in words(dock.scale)
    assert list(shares(dock.scale)) == ["Wijk WK000101"]
    wijken = next(x for x in project.mapLayers().values() if x.name().startswith("Wijken"))
    later = wijken.clone()
    project.removeMapLayer(wijken.id())
    settle(300)
    assert "Variant: buurten" in words(dock.scale)
    project.addMapLayer(later)
    settle(300)
    assert value(words(dock.scale), "Mosaic index (0-1), block variant") == "0.328"


def test_tables_of_another_scan_are_not_taken(dock, load, nested_buurten, nested_blocks, buurten):
    load(nested_buurten, BLOCKS=nested_blocks())
    add(scan_layer(name="other"))
    place = dock.layer_box.findText("other")
    dock.layer_box.setCurrentIndex(place)
    dock.layer_box.activated.emit(place)
    dock.select_code("BU00010001")
    assert "Variant: buurten" in words(dock.scale)
    assert "insight 9" in words(dock.scale)


def test_points_say_that_patches_need_polygons(dock, load, nested_buurten, nested_blocks):
    load(nested_buurten, BLOCKS=nested_blocks("Point"))
    dock.select_code("BU00010000")
    assert "these are points" in words(dock.scale)


def test_one_block_has_no_class(dock, load, nested_buurten, nested_blocks):
    load(nested_buurten, BLOCKS=nested_blocks(n=1), LIMIT_DIVERSITY=0.3)
    dock.select_code("BU00010000")
    text = words(dock.scale)
    assert value(text, "Number of blocks") == "1"
    assert value(text, "Class") == "none: one block, nothing to compare"
    assert value(text, "Mosaic index (0-1), block variant") == "0.000"
    dock.select_code("BU00010003")
    assert "No block in this wijk" in words(dock.scale)


def test_blocks_that_are_too_small_are_said(dock, load, nested_buurten, nested_blocks):
    load(nested_buurten, BLOCKS=nested_blocks(divide=20))
    dock.select_code("BU00010000")
    text = words(dock.scale)
    assert "No block in this wijk has enough dwellings" in text
    assert "block variant" not in text


def test_a_scan_in_degrees_has_a_spectrum_and_says_why_no_profile(dock):
    add(scan_layer(crs="EPSG:4326"))
    dock.select_code("BU00010001")
    text = words(dock.scale)
    assert "not in metres" in text
    assert dock.scale.chart.isHidden()
    assert shares(dock.scale)


def test_a_wijk_that_is_hardly_mixed_and_one_without_figures(dock):
    layer = scan_layer(6)
    names = ("n_koop", "n_corp", "n_overig")
    with_one = {layer.fields().lookupField(n): v for n, v in zip(names, (199, 1, 0), strict=True)}
    nothing = dict.fromkeys(with_one)
    changes = {f.id(): with_one if f["wijk_code"].endswith("00") else nothing for f in
               layer.getFeatures()}  # fmt: skip
    layer.dataProvider().changeAttributeValues(changes)
    add(layer)
    dock.select_code("BU00010000")
    assert "hardly mixed (diversity below 0.05)" in words(dock.scale)
    assert dock.scale.bars.bars()[0].shares is None
    dock.select_code("BU00010005")
    assert "No buurt of this wijk has figures" in words(dock.scale)


def test_no_code_of_a_wijk(dock):
    layer = scan_layer(3)
    place = layer.fields().lookupField("wijk_code")
    layer.dataProvider().changeAttributeValues({f.id(): {place: None} for f in layer.getFeatures()})
    add(layer)
    dock.select_code("BU00010001")
    assert "no code of a wijk" in words(dock.scale)


def test_a_wijk_in_two_gemeenten_gives_no_wrong_shares(dock):
    add(scan_layer(6, gemeenten=2))
    dock.select_code("BU00010001")
    assert dock.scale.bars.bars()[1].shares is None


# -- a panel like the others ----------------------------------------------------------------------


def test_nothing_is_read_while_the_view_is_closed(dock, load, nested_buurten, monkeypatch):
    from wijkmix.wijkmix_plugin.gui import scale_data

    dock.tabs.setCurrentWidget(dock.mix)
    asked = []
    monkeypatch.setattr(scale_data, "sibling", lambda *a: asked.append(a))
    monkeypatch.setattr(scale_data, "around_buurt", lambda *a: asked.append(a))
    load(nested_buurten)
    dock.select_code("BU00010001")
    assert not asked
    dock.tabs.setCurrentWidget(dock.scale)
    assert asked
    number = len(asked)
    # The same buurt again costs nothing.
    dock.select_code("BU00010001")
    assert len(asked) == number


def test_before_a_choice_it_says_what_to_do(dock):
    assert "no scan in this project" in words(dock.scale)
    add(scan_layer())
    assert "Choose a buurt" in words(dock.scale)
    assert dock.scale.bars.isHidden()


def test_the_layer_goes_while_the_view_is_open(dock, load, nested_buurten):
    load(nested_buurten)
    dock.select_code("BU00010001")
    QgsProject.instance().clear()
    settle(300)
    assert "no scan in this project" in words(dock.scale)
    assert dock.scale.chart.isHidden()


def test_names_with_markup_stay_text(dock):
    blocks = {"blocks_layer": "<script>alert(1)</script>"}
    origin = {"title": "x", "variant": "block", "parameters": blocks}
    add(scan_layer(names={1: "<b>Dik</b>"}, origin=origin))
    dock.select_code("BU00010001")
    assert "<b>Dik" not in words(dock.scale)
    assert "<script>" not in words(dock.scale)


def test_the_bars_can_be_heard(dock, load, nested_buurten):
    load(nested_buurten)
    dock.select_code("BU00010000")
    said = dock.scale.bars.accessibleDescription()
    assert "Gemeente Proefstad: Between wijken 12.6%" in said
    assert "Wijk WK000101: Between buurten inside wijken" in said
    assert "Between wijken" not in said.split(";")[0]


def test_closing_down_disconnects(dock):
    dock.tabs.setCurrentWidget(dock.mix)
    assert not dock.scale._connections
    dock.tabs.setCurrentWidget(dock.scale)
    assert len(dock.scale._connections) == 2
    dock.scale.close_down()
    assert not dock.scale._connections


@pytest.mark.parametrize("width", [360, 800])
def test_it_fits(dock, load, nested_buurten, nested_blocks, width):
    load(nested_buurten, BLOCKS=nested_blocks())
    dock.select_code("BU00010000")
    dock.resize(width, 900)
    settle(50)
    inside = dock.scale.widget()
    assert inside.width() <= dock.scale.viewport().width()
    for label in (dock.scale.head, dock.scale.numbers, dock.scale.around):
        assert label.minimumSizeHint().width() <= inside.width()


def test_the_keyboard_reaches_the_text(dock, load, nested_buurten):
    load(nested_buurten)
    dock.select_code("BU00010000")
    dock.scale.numbers.setFocus()
    assert dock.scale.numbers.textInteractionFlags() & (
        Qt.TextInteractionFlag.TextSelectableByKeyboard
    )
    QTest.keyClick(dock.scale, Qt.Key.Key_PageDown)
    assert dock.scale.verticalScrollBar().value() >= 0


def test_a_country_answers_a_click_while_the_view_is_open(dock):
    # A land of 2.1 square kilometres to a buurt, as the Netherlands has on average.
    add(scan_layer(14_566, apart=1450))
    settle(500)
    took = []
    for code in ("BU00017000", "BU00013000", "BU000112000"):
        start = time.perf_counter()
        assert dock.select_code(code)
        took.append(time.perf_counter() - start)
    assert not dock.scale.chart.isHidden()
    assert min(took) < 0.1, took
