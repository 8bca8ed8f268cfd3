# SPDX-License-Identifier: GPL-2.0-or-later
"""Run the scan from the panel: in the background, and with nothing half-filled after a stop."""

from __future__ import annotations

import threading
import time

import pytest
from qgis.core import QgsApplication, QgsProject, QgsVectorLayer
from qgis.PyQt.QtCore import QCoreApplication, QEvent
from qgis.PyQt.QtTest import QTest


def wait(done, seconds=90):
    end = time.monotonic() + seconds
    while not done() and time.monotonic() < end:
        QTest.qWait(20)
    assert done(), "it did not end in time"


@pytest.fixture
def dock(provider, qgis_iface, qgis_new_project, monkeypatch):
    from processing.gui import Postprocessing
    from wijkmix.wijkmix_plugin.gui.dock import WijkMixDock

    # The stub window has no layer tree view; QGIS 3.44 hands it to C++, which refuses a stub.
    monkeypatch.setattr(Postprocessing, "iface", None)
    dock = WijkMixDock(qgis_iface)
    dock.show()
    QTest.qWait(30)
    yield dock
    dock.close_down()
    wait(lambda: QgsApplication.taskManager().countActiveTasks() == 0)
    dock.deleteLater()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


def start(dock, layer, **more):
    """Fill in the form as a user does and press Run."""
    QgsProject.instance().addMapLayer(layer)
    dock.run_button.click()
    panel = dock.run_panel
    panel.layers.setLayer(layer)
    panel.gemeente.setText(more.get("gemeente", ""))
    panel.vulnerable.setExpression(more.get("vulnerable", ""))
    panel.go.click()


def ended(dock):
    return dock.runs.run is None


@pytest.fixture
def endless(monkeypatch):
    """Replace the scan by one that only ends when it is stopped."""
    from wijkmix.wijkmix_plugin import scan
    from wijkmix.wijkmix_plugin.errors import Cancelled

    begun = threading.Event()

    def run_scan(*_data, progress, cancelled, **_more):
        begun.set()
        progress(40)
        for _ in range(3000):
            if cancelled():
                raise Cancelled
            time.sleep(0.01)
        raise RuntimeError("nobody stopped the scan")

    monkeypatch.setattr(scan, "run_scan", run_scan)
    return begun


def test_a_run_in_the_background_loads_a_group_and_shows_it(dock, buurten):
    start(dock, buurten(), vulnerable="\"buurtnaam\" = 'Buurt 3'")
    assert dock.run_panel.problem.text() == ""
    assert not dock.runs.running.isHidden()
    assert not dock.run_button.isEnabled()
    assert dock.stack.currentIndex() == 0
    wait(lambda: ended(dock))
    assert dock.runs.running.isHidden()
    assert dock.run_button.isEnabled()
    assert "Scan ready: 48 buurten, 48 with usable figures" in dock.runs.text.text()
    assert not dock.runs.report_button.isHidden()
    assert dock.layer_box.count() == 1
    assert dock.layer().featureCount() == 48
    group = [g for g in QgsProject.instance().layerTreeRoot().findGroups() if "proef" in g.name()]
    assert len(group) == 1
    assert len(group[0].findLayers()) == 7
    assert dock.select_code("BU00010003")
    assert "10.0%" in dock.mix.numbers.text()
    assert "Vulnerable area: yes" in dock.flags.toPlainText()
    assert "99,999" in dock.about.toPlainText()
    dock.select_code("BU00010004")
    assert "Vulnerable area: no" in dock.flags.toPlainText()


def test_a_map_of_the_blocks_is_offered_with_blocks(dock, nested_buurten, nested_blocks):
    project = QgsProject.instance()
    layer, blocks = nested_buurten, nested_blocks()
    project.addMapLayers([layer, blocks])
    dock.run_button.click()
    panel = dock.run_panel
    panel.layers.setLayer(layer)
    assert panel.block_map.isVisibleTo(panel)
    assert not panel.block_map.isEnabled()
    panel.blocks.setLayer(blocks)
    assert panel.block_map.isEnabled()
    panel.block_map.setChecked(True)
    panel.go.click()
    wait(lambda: ended(dock))
    assert panel.problem.text() == ""
    names = [v.name() for v in project.mapLayers().values()]
    assert sum(name.startswith("Blocks and their surroundings") for name in names) == 1
    # The map is not offered as a layer of buurten.
    dock.run_button.click()
    offered = [panel.layers.layer(n) for n in range(panel.layers.count())]
    assert {x.name() for x in offered} == {"proef", "complexen"}


def test_a_stopped_run_offers_nothing(dock, buurten, endless):
    start(dock, buurten())
    wait(endless.is_set, 30)
    wait(lambda: dock.runs.progress.value() > 0, 30)
    before = set(QgsProject.instance().mapLayers())
    dock.runs.stop_button.click()
    wait(lambda: ended(dock), 30)
    assert "stopped" in dock.runs.text.text()
    assert dock.runs.report_button.isHidden()
    assert set(QgsProject.instance().mapLayers()) == before
    assert dock.layer() is None
    assert dock.runs.running.isHidden()
    assert dock.run_button.isEnabled()


def test_a_run_ends_with_its_project(dock, buurten, monkeypatch):
    from wijkmix.wijkmix_plugin import scan

    begun, other = threading.Event(), threading.Event()
    run_scan = scan.run_scan

    def long(*data, **more):
        begun.set()
        other.wait(60)
        return run_scan(*data, **more)

    monkeypatch.setattr(scan, "run_scan", long)
    start(dock, buurten())
    wait(begun.is_set, 30)
    QgsProject.instance().clear()
    other.set()
    wait(lambda: ended(dock))
    assert QgsProject.instance().mapLayers() == {}
    assert "nothing was added" in dock.runs.text.text()


def test_unloading_stops_a_run_and_hears_no_more_of_it(
    provider, qgis_iface, qgis_new_project, buurten, endless
):
    from wijkmix.wijkmix_plugin.gui.dock import WijkMixDock

    dock = WijkMixDock(qgis_iface)
    start(dock, buurten())
    wait(endless.is_set, 30)
    text = dock.runs.text.text()
    before = set(QgsProject.instance().mapLayers())
    dock.close_down()
    # Not a moment later: QGIS takes the modules of the plugin away when unload() returns.
    assert QgsApplication.taskManager().countActiveTasks() == 0
    QTest.qWait(50)
    assert dock.runs.text.text() == text
    assert set(QgsProject.instance().mapLayers()) == before
    dock.deleteLater()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


def test_unloading_does_not_wait_for_a_run_that_has_not_begun(
    provider, qgis_iface, qgis_new_project, buurten, queued
):
    from wijkmix.wijkmix_plugin.gui.dock import WijkMixDock

    dock = WijkMixDock(qgis_iface)
    start(dock, buurten())
    before = time.monotonic()
    dock.close_down()
    assert time.monotonic() - before < 5
    queued.set()
    wait(lambda: QgsApplication.taskManager().countActiveTasks() == 0)
    dock.deleteLater()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


def test_what_cannot_be_scanned_is_refused_in_the_form(dock, qgis_app):
    layer = QgsVectorLayer("Polygon?crs=EPSG:28992&field=name:string", "no columns", "memory")
    start(dock, layer)
    assert ended(dock)
    assert dock.stack.currentIndex() == 1
    assert not dock.run_panel.problem.isHidden()
    assert "buurt" in dock.run_panel.problem.text().lower()
    dock.run_panel.back.click()
    assert dock.stack.currentIndex() == 0


def test_without_a_polygon_layer_the_form_says_so(dock):
    dock.run_button.click()
    dock.run_panel.go.click()
    assert "Add a polygon layer" in dock.run_panel.problem.text()
    assert ended(dock)


def test_a_failing_run_says_why_and_adds_nothing(dock, buurten):
    start(dock, buurten(), vulnerable="'misschien'")
    before = set(QgsProject.instance().mapLayers())
    wait(lambda: ended(dock))
    assert "misschien" in dock.runs.text.text()
    assert set(QgsProject.instance().mapLayers()) == before
    assert dock.run_button.isEnabled()


def test_what_nobody_expected_is_one_line_here_and_a_traceback_in_the_log(
    dock, buurten, monkeypatch
):
    from wijkmix.wijkmix_plugin import scan

    def broken(*_data, **_more):
        raise RuntimeError("the roof is gone")

    logged = []
    QgsApplication.messageLog().messageReceived.connect(
        lambda text, tag, _level: logged.append((tag, text))
    )
    monkeypatch.setattr(scan, "run_scan", broken)
    start(dock, buurten())
    wait(lambda: ended(dock))
    assert "RuntimeError: the roof is gone" in dock.runs.text.text()
    assert "Traceback" not in dock.runs.text.text()
    assert any(tag == "WijkMix" and "Traceback" in text for tag, text in logged)


def test_all_options_hands_the_choices_to_the_processing_dialog(dock, buurten, monkeypatch):
    from qgis import processing

    seen = []
    monkeypatch.setattr(
        processing, "execAlgorithmDialog", lambda *given: seen.append(given), raising=False
    )
    layer = buurten()
    QgsProject.instance().addMapLayer(layer)
    dock.run_button.click()
    dock.run_panel.layers.setLayer(layer)
    dock.run_panel.gemeente.setText(" Proefstad ")
    dock.run_panel.options.click()
    assert seen == [("wijkmix:scan", {"INPUT": layer.id(), "GEMEENTE": "Proefstad"})]
    assert dock.stack.currentIndex() == 0


def test_the_download_opens_its_dialog_and_its_layer_is_chosen(dock, buurten, monkeypatch):
    from qgis import processing

    QgsProject.instance().addMapLayer(buurten())
    dock.run_button.click()
    dock.run_panel.gemeente.setText(" Schiedam ")
    asked = []

    def dialog(name, parameters):
        asked.append((name, parameters))
        layer = buurten()
        layer.setName("opgehaald")
        QgsProject.instance().addMapLayer(layer)
        return {}

    monkeypatch.setattr(processing, "execAlgorithmDialog", dialog, raising=False)
    dock.run_panel.download.click()
    assert asked == [("wijkmix:download_buurten", {"GEMEENTE": "Schiedam"})]
    assert dock.run_panel.layers.currentLayer().name() == "opgehaald"


def test_blocks_are_a_choice_of_the_form_and_empty_by_default(
    dock, nested_buurten, nested_blocks, buurten
):
    layer = nested_blocks()
    QgsProject.instance().addMapLayer(layer)
    QgsProject.instance().addMapLayer(nested_buurten)
    dock.run_button.click()
    assert dock.run_panel.blocks.currentLayer() is None
    assert dock.run_panel.parameters()["BLOCKS"] is None
    QgsProject.instance().addMapLayer(buurten())
    assert dock.run_panel.blocks.currentLayer() is None
    dock.run_panel.blocks.setLayer(layer)
    dock.run_panel.layers.setLayer(nested_buurten)
    dock.run_panel.go.click()
    assert dock.run_panel.problem.text() == ""
    wait(lambda: ended(dock))
    views = [x.name() for x in QgsProject.instance().mapLayers().values()]
    assert "Mosaic per wijk, block variant" in views
    # A scan that is there is no blocks for the next one.
    dock.run_button.click()
    offered = [dock.run_panel.blocks.layer(i) for i in range(dock.run_panel.blocks.count())]
    assert dock.layer() not in offered


def sections(page):
    """Return the sections of a report that hold the numbers of the whole."""
    return [
        page[page.index(f'<section id="{name}">') :].split("</section>")[0]
        for name in ("mix", "scale", "segregation", "clusters")
    ]


def test_blocks_say_none_also_where_a_layer_was_loaded_before_the_panel(
    provider, qgis_iface, qgis_new_project, nested_blocks
):
    from wijkmix.wijkmix_plugin.gui.dock import WijkMixDock

    QgsProject.instance().addMapLayer(nested_blocks())
    dock = WijkMixDock(qgis_iface)
    assert dock.run_panel.blocks.currentText() == "none: buurten only"
    assert dock.run_panel.blocks.currentLayer() is None
    dock.close_down()
    dock.deleteLater()


def test_the_report_of_a_run_has_what_the_project_has_decided(dock, buurten, monkeypatch):
    from pathlib import Path

    from wijkmix.wijkmix_plugin.gui import dock as dock_module
    from wijkmix.wijkmix_plugin.gui import report_panel, scale_data
    from wijkmix.wijkmix_plugin.policy import goals

    opened = []

    class Services:
        @staticmethod
        def openUrl(url):
            opened.append(Path(url.toLocalFile()))

    monkeypatch.setattr(report_panel, "QDesktopServices", Services)
    monkeypatch.setattr(dock_module, "QDesktopServices", Services)
    start(dock, buurten())
    wait(lambda: ended(dock))
    dock.runs.report_button.click()
    of_run = opened.pop().read_text(encoding="utf-8")
    assert "goal not recorded" in of_run
    aims = goals.Goals().with_main("residents")
    QgsProject.instance().writeEntry("WijkMix", "goals", goals.dumps(aims))
    dock.runs.report_button.click()
    wait(lambda: dock.report_panel.job is None)
    of_panel = opened.pop().read_text(encoding="utf-8")
    assert "The sitting residents first" in of_panel
    assert "goal not recorded" not in of_panel
    assert sections(of_panel) == sections(of_run)
    # Without the tables of the run the numbers are computed again, and are the same.
    for marks in (scale_data.WIJK_MARKS, scale_data.INDEX_MARKS):
        table = scale_data.sibling(dock.layer(), marks)
        QgsProject.instance().removeMapLayer(table.id())
    dock.runs.report_button.click()
    wait(lambda: dock.report_panel.job is None)
    assert sections(opened.pop().read_text(encoding="utf-8")) == sections(of_run)
