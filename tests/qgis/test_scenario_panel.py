# SPDX-License-Identifier: GPL-2.0-or-later
"""The view "Scenario" of the panel: actions kept in the project, worked out, loaded, exported."""

from __future__ import annotations

import csv
import json
import threading
import time
from pathlib import Path

import pytest
from qgis.core import QgsApplication, QgsProject
from qgis.PyQt.QtCore import QCoreApplication, QEvent, Qt
from qgis.PyQt.QtTest import QTest

from .test_alg_scenario import PLAN, table_from


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
    dock.setFloating(True)  # shown without the main window, which stays hidden here
    dock.resize(360, 900)
    dock.show()
    QTest.qWait(30)
    yield dock
    dock.close_down()
    wait(lambda: QgsApplication.taskManager().countActiveTasks() == 0)
    dock.deleteLater()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


@pytest.fixture
def scanned(dock, run, buurten):
    """Put a scan in the project and open the view on it."""
    found = run("scan", {"INPUT": buurten(), "OUTPUT": "TEMPORARY_OUTPUT", "PERMUTATIONS": 99})
    layer = run.context.takeResultLayer(found["OUTPUT"])
    QgsProject.instance().addMapLayer(layer)
    QTest.qWait(30)
    dock.tabs.setCurrentWidget(dock.scenario)
    QTest.qWait(30)
    return layer


def entry():
    return json.loads(QgsProject.instance().readEntry("WijkMix", "scenario", "{}")[0] or "{}")


def enter(dock, code, year, action, segment, n, occupied=""):
    assert dock.select_code(code)
    page = dock.scenario.plan
    page.year.setValue(year)
    page.n.setValue(n)
    for box, value in (
        (page.action, action),
        (page.segment, segment),
        (page.occupied, {"ja": "yes", None: ""}.get(occupied, occupied)),
    ):
        box.setCurrentIndex(box.findData(value))
        assert box.currentData() == value
    page.add.click()


def test_it_is_built_when_first_shown(dock):
    assert dock.scenario.tabs is None
    dock.scenario.show_unit(None)
    dock.scenario.set_scan(None)
    dock.tabs.setCurrentWidget(dock.scenario)
    assert dock.scenario.tabs is not None
    assert not dock.scenario.plan.add.isEnabled()


def test_actions_are_entered_kept_and_removed(dock, scanned):
    page = dock.scenario.plan
    QgsProject.instance().setDirty(False)
    for row in PLAN:
        enter(dock, *row)
    assert QgsProject.instance().isDirty()
    assert [a[:2] for a in entry()["actions"]] == [[r[0], r[1]] for r in PLAN]
    assert page.table.item(0, 0).text() == "Buurt 0"
    assert page.table.item(0, 0).toolTip() == "<qt>Buurt 0 (BU00010000)</qt>"
    page.table.selectRow(1)
    QTest.keyClick(page.table, Qt.Key.Key_Delete)
    assert [a[1] for a in entry()["actions"]] == [2026, 2028]
    assert page.table.rowCount() == 2
    page.table.selectAll()
    page.remove.click()
    assert entry()["actions"] == []
    assert not page.export.isEnabled()


def test_a_scenario_says_what_it_lacks_of_goals_and_worklist(dock, scanned):
    project = QgsProject.instance()
    project.writeEntry("WijkMix", "goals", json.dumps({"version": 2, "main": "area"}))
    chosen = ["subtiele-regie", "wijkeconomie-algemeen"]
    marked = {"code": "BU00010000", "note": "niet voor het verslag", "instruments": chosen}
    project.writeEntry("WijkMix", "worklist", json.dumps({"version": 1, "items": [marked]}))
    for row in PLAN:
        enter(dock, *row)
    panel = dock.scenario
    panel.plan.go.click()
    wait(lambda: panel._run is None)
    head = panel.result.head.text()
    assert "Incomplete scenario: not answered of the steps: step 1 (3 of 3)" in head
    assert "chosen together yet for Buurt 7 (BU00010007)." in head
    html = Path(panel.result._report).read_text(encoding="utf-8")
    assert "<b>Main goal:</b> The area first" in html
    assert "niet voor het verslag" not in html


def test_working_out_shows_everything_and_says_what_it_is(dock, scanned, monkeypatch):
    for row in PLAN:
        enter(dock, *row)
    panel = dock.scenario
    panel.plan.go.click()
    assert panel.plan.message.text() == ""
    assert not panel.plan.go.isEnabled()
    wait(lambda: panel._run is None)
    assert panel.plan.message.text() == ""
    assert panel.tabs.currentWidget() is panel.result
    bars = panel.result.bars.bars()
    assert [b.title for b in bars] == ["2024 (start)", "2026", "2028"]
    assert bars[0].aside == "9,600 dwellings"
    assert bars[1].aside == "9,500 dwellings"
    head, body = panel.result.head.text(), panel.result.body.text()
    assert "forecasts no income" in head
    assert "Unbalanced plan" in head
    for words in ("not met", "Newcomers", "maximum", "part of the stock", "what is delivered"):
        assert words in body
    assert "Buurt 0 (BU00010000), 2026 → Buurt 7 (BU00010007), 2028: 100 dwellings, 0.7 km" in body
    for words in ("in the plan: demolition", "in the plan: new build", "Never without:"):
        assert words in body
    for flag in ("herstructurering", "verdichting"):
        for one in dock._catalogue.companions(flag):
            assert f'href="entry:{one["id"]}"' in body
        for caveat in dock._catalogue.side_effects(flag):
            assert caveat["en"] in body
    panel.result.body.linkActivated.emit("entry:waterbedmonitoring")
    assert dock.tabs.currentWidget() is dock.instruments
    assert "P05" in dock.instruments.page.toPlainText()
    dock.tabs.setCurrentWidget(panel)
    assert panel.result.report.isVisibleTo(panel)
    names = [layer.name() for layer in QgsProject.instance().mapLayers().values()]
    assert any("2028" in name for name in names)
    groups = [g.name() for g in QgsProject.instance().layerTreeRoot().findGroups()]
    assert len(groups) == 1
    assert entry()["fingerprint"]
    # The scan that is the stock is still the one shown.
    assert dock.layer().id() == scanned.id()
    QgsProject.instance().clear()
    QTest.qWait(30)
    assert panel.result.body.text() == ""
    assert panel.result.results.isHidden()


def work_out(dock):
    panel = dock.scenario
    panel.tabs.setCurrentWidget(panel.plan)
    panel.plan.go.click()
    wait(lambda: panel._run is None)
    assert panel.plan.message.text() == ""
    QTest.qWait(30)


def test_a_run_replaces_the_layers_of_the_run_before_it(dock, scanned):
    result = dock.scenario.result
    enter(dock, *PLAN[0])
    work_out(dock)
    before = set(QgsProject.instance().mapLayers())
    assert len(before) == 7
    assert "replaces these layers" in result.stays.text()
    assert "taken out" not in result.stays.text()
    enter(dock, *PLAN[1])
    work_out(dock)
    after = set(QgsProject.instance().mapLayers())
    assert len(after) == 7
    assert before & after == {scanned.id()}
    assert "taken out (6)" in result.stays.text()
    assert result.results.count() == 1
    assert result.bars.bars()[-1].title == "2028"


def rename(layer, _path):
    layer.setName("<b>Variant</b> A")


def edit(layer, _path):
    layer.startEditing()
    assert layer.deleteFeature(next(layer.getFeatures()).id())
    assert layer.commitChanges()


def edit_on(layer, _path):
    layer.startEditing()
    assert layer.deleteFeature(next(layer.getFeatures()).id())


def save(layer, path):
    from qgis.core import QgsDataProvider, QgsVectorFileWriter

    options = QgsVectorFileWriter.SaveVectorOptions()
    context = QgsProject.instance().transformContext()
    file = str(path / f"{layer.id()}.gpkg")
    assert QgsVectorFileWriter.writeAsVectorFormatV3(layer, file, context, options)[0] == 0
    layer.setDataSource(file, layer.name(), "ogr", QgsDataProvider.ProviderOptions())


@pytest.mark.parametrize("touch", [rename, edit, edit_on, save])
def test_layers_that_were_touched_stay_and_can_be_chosen(dock, scanned, touch, tmp_path):
    from wijkmix.wijkmix_plugin.gui import scenario_layers

    result = dock.scenario.result
    enter(dock, *PLAN[0])
    work_out(dock)
    first = scenario_layers.results()[0]
    touch(first.layer("OUTPUT"), tmp_path)
    dock.scenario.tabs.setCurrentWidget(dock.scenario.plan)
    dock.scenario.tabs.setCurrentWidget(result)
    assert result.stays.isHidden()
    enter(dock, *PLAN[1])
    work_out(dock)
    assert len(QgsProject.instance().mapLayers()) == 13
    assert [result.results.itemData(n) for n in range(2)][1] == first.when
    assert len(result.bars.bars()) == 3
    result.results.setCurrentIndex(1)
    assert len(result.bars.bars()) == 2
    if touch is rename:
        assert result.results.currentText().endswith(", <b>Variant</b> A")
        tip = result.results.itemData(1, Qt.ItemDataRole.ToolTipRole)
        assert "&lt;b&gt;Variant" in tip  # Qt reads a tip as HTML where it looks like it
    first.layer("OUTPUT").rollBack()


def test_results_of_a_saved_project_are_found_again(dock, scanned, tmp_path):
    from wijkmix.wijkmix_plugin.gui import scenario_layers

    result = dock.scenario.result
    for row in PLAN:
        enter(dock, *row)
    work_out(dock)
    for layer in [scanned, *scenario_layers.results()[0].layers()]:
        save(layer, tmp_path)
    shown = result.head.text(), result.body.text(), result.bars.bars()
    assert "Unbalanced plan" in shown[0]
    path = str(tmp_path / "plan.qgz")
    project = QgsProject.instance()
    assert project.write(path)
    project.clear()
    QTest.qWait(30)
    assert result.results.isHidden()
    assert "Unbalanced" not in result.head.text()
    assert project.read(path)
    QTest.qWait(30)
    assert (result.head.text(), result.body.text(), result.bars.bars()) == shown
    assert result.results.count() == 1


def test_a_result_of_the_toolbox_is_shown_and_never_taken_out(dock, scanned, run):
    from processing.gui.Postprocessing import handleAlgorithmResults
    from qgis.core import QgsProcessingOutputLayerDefinition
    from wijkmix.wijkmix_plugin.gui import scenario_layers

    target = QgsProcessingOutputLayerDefinition("TEMPORARY_OUTPUT", QgsProject.instance())
    parameters = {"INPUT": scanned, "ACTIONS": table_from(PLAN)}
    parameters |= dict.fromkeys(scenario_layers.TABLES, target)
    run("scenario", parameters)
    algorithm = QgsApplication.processingRegistry().createAlgorithmById("wijkmix:scenario")
    handleAlgorithmResults(algorithm, run.context, run.context.feedback(), parameters)
    QTest.qWait(30)
    result = dock.scenario.result
    dock.scenario.tabs.setCurrentWidget(result)
    assert result.results.count() == 1
    assert [bar.title for bar in result.bars.bars()] == ["2024 (start)", "2026", "2028"]
    assert result.stays.isHidden()
    assert result.report.isHidden()
    enter(dock, *PLAN[0])
    work_out(dock)
    assert result.results.count() == 2


def test_a_stock_edited_afterwards_is_noticed(dock, scanned):
    panel = dock.scenario
    enter(dock, *PLAN[0])
    assert entry()["fingerprint"]  # of the stock that the first action was made on
    QTest.qWait(50)
    assert panel.plan.stale.isHidden()
    place = scanned.fields().lookupField("n_corp")
    feature = next(scanned.getFeatures())
    scanned.startEditing()
    scanned.changeAttributeValue(feature.id(), place, 159.0)
    assert scanned.commitChanges()
    wait(lambda: not panel.plan.stale.isHidden(), 10)
    assert "edited after this scenario was made" in panel.plan.stale.text()
    panel.plan.go.click()
    wait(lambda: panel._run is None)
    assert "edited after" in panel.result.head.text()
    panel.tabs.setCurrentWidget(panel.plan)
    QTest.qWait(50)
    # Worked out on the stock as it is now, so that is what the next check compares with.
    assert panel.plan.stale.isHidden()


def test_the_stock_is_read_once_as_long_as_nobody_edits_it(dock, scanned, monkeypatch):
    from wijkmix.wijkmix_plugin.gui import scenario_panel

    reading, panel = scenario_panel._frame, dock.scenario
    read = []
    monkeypatch.setattr(scenario_panel, "_frame", lambda layer: read.append(1) or reading(layer))
    enter(dock, *PLAN[0])
    for tab in (dock.mix, panel, dock.about, panel):
        dock.tabs.setCurrentWidget(tab)
        QTest.qWait(30)
    assert len(read) == 1
    assert panel.plan.stale.isHidden()
    place = scanned.fields().lookupField("n_corp")
    feature = next(scanned.getFeatures())
    scanned.startEditing()
    scanned.changeAttributeValue(feature.id(), place, 159.0)
    wait(lambda: not panel.plan.stale.isHidden(), 10)
    assert len(read) == 2
    scanned.rollBack()


def test_what_is_refused_is_said_and_changes_nothing(dock, scanned):
    panel = dock.scenario
    enter(dock, "BU00010000", 2026, "sloop", "sociaal", 900)
    panel.plan.go.click()
    wait(lambda: panel._run is None)
    assert "900 > 160" in panel.plan.message.text()
    assert panel.result.body.text() == ""
    assert len(QgsProject.instance().mapLayers()) == 1
    panel.plan.segments.setText("{not json")
    panel.plan.segments.editingFinished.emit()
    panel.plan.go.click()
    assert "map of segments" in panel.plan.message.text()
    assert panel._run is None


def test_without_a_scan_it_says_so(dock):
    dock.tabs.setCurrentWidget(dock.scenario)
    dock.scenario.plan.go.click()
    assert "run one first" in dock.scenario.plan.message.text()


def test_segments_of_ones_own(dock, scanned):
    page = dock.scenario.plan
    page.segments.setText('{"zorg": "corp", "vrij": "koop"}')
    page.segments.editingFinished.emit()
    assert [page.segment.itemData(i) for i in range(page.segment.count())] == ["zorg", "vrij"]
    enter(dock, "BU00010000", 2026, "sloop", "zorg", 10, "ja")
    dock.scenario.plan.go.click()
    wait(lambda: dock.scenario._run is None)
    assert page.message.text() == ""


def test_export_and_load_again(dock, scanned, tmp_path):
    page = dock.scenario.plan
    for row in PLAN:
        enter(dock, *row)
    QgsProject.instance().writeEntry(
        "WijkMix",
        "scenario",
        json.dumps(
            {**entry(), "actions": [*entry()["actions"], ["=1+1", 2030, "sloop", "@x", 1, ""]]}
        ),
    )
    path = tmp_path / "acties.csv"
    page.export_to(str(path))
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert rows[0] == {
        **{"unit": "BU00010000", "year": "2026", "action": "sloop", "segment": "sociaal"},
        **{"n": "100", "occupied": "yes"},
    }
    assert (rows[3]["unit"], rows[3]["segment"]) == ("'=1+1", "'@x")
    before = entry()["actions"]
    page.table.selectAll()
    page.reload()
    page.table.selectAll()
    page.remove.click()
    page.load_path(str(path))
    assert entry()["actions"] == before
    assert "4 actions added" in page.message.text()
    page.export_to("/no/such/folder/a.csv")
    assert "not written" in page.message.text()


def test_an_export_has_its_ending_and_one_that_fails_leaves_what_was_there(
    dock, scanned, tmp_path, monkeypatch
):
    import errno

    from qgis.PyQt.QtWidgets import QFileDialog

    page = dock.scenario.plan
    enter(dock, *PLAN[0])
    path = tmp_path / "acties 1.2"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_, **__: (str(path), ""))
    page.export.click()
    written = tmp_path / "acties 1.2.csv"
    assert list(tmp_path.iterdir()) == [written]
    before = written.read_bytes()

    def full(_file):
        raise OSError(errno.ENOSPC, "full")

    monkeypatch.setattr("os.fsync", full)
    page.export.click()
    assert "the disk is full" in page.message.text()
    assert {p.name: p.read_bytes() for p in tmp_path.iterdir()} == {written.name: before}


def test_loading_is_whole_or_not_at_all(dock, scanned, tmp_path):
    page = dock.scenario.plan
    bad = tmp_path / "bad.csv"
    for text, words in (
        (
            "unit,year,action,segment,n\nBU1,2026,sloop,sociaal,4\nBU2,ooit,sloop,sociaal,4\n",
            "Row 2",
        ),
        ("unit;year;action;segment;n\nBU1;2026;sloop;sociaal;1.000\n", "1.000"),
        ("unit,year\nBU1,2026\n", "lacks the columns action, segment, n"),
    ):
        bad.write_text(text, encoding="utf-8")
        page.load_path(str(bad))
        assert words in page.message.text()
        assert entry().get("actions", []) == []
    page.load_path(str(tmp_path / "none.csv"))
    assert "cannot be read" in page.message.text()
    codes = tmp_path / "codes.csv"
    codes.write_text("unit,year,action,segment,n\n00363,2026,sloop,sociaal,4\n", encoding="utf-8")
    page.load_path(str(codes))
    assert entry()["actions"][0][0] == "00363"


def test_loading_from_a_layer_and_a_workbook(dock, scanned, tmp_path):
    from qgis.core import QgsVectorFileWriter

    page = dock.scenario.plan
    layer = table_from(PLAN)
    QgsProject.instance().addMapLayer(layer, False)
    page.load_menu.aboutToShow.emit()
    entries = [a.text() for a in page.load_menu.actions()]
    assert entries[1:] == ["plan"]
    page.load_menu.actions()[1].trigger()
    assert len(entry()["actions"]) == 3
    options = QgsVectorFileWriter.SaveVectorOptions()
    options.driverName = "XLSX"
    path = str(tmp_path / "plan.xlsx")
    context = QgsProject.instance().transformContext()
    assert QgsVectorFileWriter.writeAsVectorFormatV3(layer, path, context, options)[0] == 0
    page.load_path(path)
    assert entry()["actions"][3:] == entry()["actions"][:3]


def test_stopping_leaves_nothing(dock, scanned, monkeypatch):
    from wijkmix.wijkmix_plugin.errors import Cancelled
    from wijkmix.wijkmix_plugin.policy import scenario_run

    def endless(*_data, progress, cancelled, **_more):
        for _ in range(3000):
            if cancelled():
                raise Cancelled
            time.sleep(0.01)
        raise RuntimeError("nobody stopped it")

    monkeypatch.setattr(scenario_run, "run_scenario", endless)
    panel = dock.scenario
    enter(dock, *PLAN[0])
    panel.plan.go.click()
    QTest.qWait(100)
    panel.plan.stop.click()
    wait(lambda: panel._run is None)
    assert "stopped" in panel.plan.message.text()
    assert len(QgsProject.instance().mapLayers()) == 1


def test_a_run_leaves_the_next_project_as_it_is(dock, scanned, monkeypatch):
    from wijkmix.wijkmix_plugin.policy import scenario_run

    begun, other = threading.Event(), threading.Event()
    run_scenario = scenario_run.run_scenario

    def long(*data, **more):
        begun.set()
        other.wait(60)
        return run_scenario(*data, **more)

    monkeypatch.setattr(scenario_run, "run_scenario", long)
    panel, project = dock.scenario, QgsProject.instance()
    enter(dock, *PLAN[0])
    panel.plan.go.click()
    wait(begun.is_set, 30)
    stored = json.dumps({**entry(), "fingerprint": "of the next project"})
    project.clear()
    project.writeEntry("WijkMix", "scenario", stored)
    other.set()
    wait(lambda: panel._run is None)
    assert project.mapLayers() == {}
    assert entry()["fingerprint"] == "of the next project"
    assert "nothing was added" in panel.plan.message.text()


@pytest.mark.parametrize("text", ['{"version": 9, "actions": []}', "{broken", "[]"])
def test_newer_or_broken_is_read_only_and_stays(dock, scanned, text):
    QgsProject.instance().writeEntry("WijkMix", "scenario", text)
    panel = dock.scenario
    panel.plan.reload()
    panel.monitoring.reload()
    assert panel.plan.message.text()
    assert not panel.plan.body.isEnabled()
    assert not panel.monitoring.body.isEnabled()
    panel.monitoring._save()
    assert QgsProject.instance().readEntry("WijkMix", "scenario", "")[0] == text


def test_the_measuring_plan_is_kept_and_is_an_assumption_until_then(dock, scanned):
    page = dock.scenario.monitoring
    dock.scenario.tabs.setCurrentWidget(page)
    assert page.years.text() == "0, 5, 10, 15, 20"
    assert "Assumption" in page.assumed.text()
    assert entry() == {}
    page.start.setValue(2026)
    page.years.setText("0, 7")
    page.years.editingFinished.emit()
    assert entry()["monitoring"]["years"] == [0, 7]
    assert entry()["monitoring"]["start"] == 2026
    assert page.assumed.isHidden()
    assert "2026, 2033" in page.moments.text()
    row = next(
        page.indicators.item(i)
        for i in range(page.indicators.count())
        if page.indicators.item(i).data(Qt.ItemDataRole.UserRole) == "dw_per_ha"
    )
    row.setCheckState(Qt.CheckState.Checked)
    assert "dw_per_ha" in entry()["monitoring"]["indicators"]
    page.years.setText("soon")
    page.years.editingFinished.emit()
    assert "no years" in page.message.text()
    assert entry()["monitoring"]["years"] == [0, 7]
    # Actions entered afterwards leave it as it is.
    dock.scenario.tabs.setCurrentWidget(dock.scenario.plan)
    enter(dock, *PLAN[0])
    assert entry()["monitoring"]["years"] == [0, 7]


def test_long_names_of_indicators_fit_a_narrow_panel(dock, scanned):
    page = dock.scenario.monitoring
    dock.scenario.tabs.setCurrentWidget(page)
    page.indicators.setFixedWidth(200)
    QCoreApplication.processEvents()
    rows = [page.indicators.item(i) for i in range(page.indicators.count())]
    widths = [page.indicators.visualItemRect(row).width() for row in rows]
    assert 0 < max(widths) <= page.indicators.viewport().width()


def test_indicators_of_the_own_catalogue_can_be_measured(dock, scanned, tmp_path):
    page = dock.scenario.monitoring
    own = {"en": "Our own number", "nl": "Ons eigen getal"}
    indicators = {"own_number": {**dock._catalogue.indicators["share_corp"], "label": own}}
    path = tmp_path / "own.json"
    path.write_text(json.dumps({"indicators": indicators}), encoding="utf-8")

    def listed():
        return [page.indicators.item(n).text() for n in range(page.indicators.count())]

    dock.scenario.tabs.setCurrentWidget(page)
    shipped = listed()
    dock.instruments.use_own(str(path))
    assert listed() == [*shipped, "Our own number"]
    dock.instruments.drop_own.trigger()
    assert listed() == shipped


def test_what_comes_from_data_is_no_markup(dock, run, buurten):
    evil = "<b>x</b>"

    def change(rows):
        rows[0]["buurtnaam"] = evil

    found = run("scan", {"INPUT": buurten(change=change), "OUTPUT": "TEMPORARY_OUTPUT"})
    QgsProject.instance().addMapLayer(run.context.takeResultLayer(found["OUTPUT"]))
    QTest.qWait(30)
    dock.tabs.setCurrentWidget(dock.scenario)
    dock.scenario.plan.segments.setText(json.dumps({evil: "corp", "vrij": "koop"}))
    dock.scenario.plan.segments.editingFinished.emit()
    enter(dock, "BU00010000", 2026, "sloop", evil, 159)
    dock.scenario.plan.go.click()
    wait(lambda: dock.scenario._run is None)
    assert dock.scenario.plan.message.text() == ""
    shown = dock.scenario.result.head.text() + dock.scenario.result.body.text()
    assert evil not in shown
    assert "&lt;b&gt;x" in shown


def test_it_fits_in_360_pixels(dock, scanned):
    for page in (dock.scenario.plan, dock.scenario.monitoring):
        dock.scenario.tabs.setCurrentWidget(page)
        QTest.qWait(20)
        assert page.body.minimumSizeHint().width() <= 340
    assert dock.scenario.result.widget().minimumSizeHint().width() <= 340


def test_another_project(dock, scanned):
    enter(dock, *PLAN[0])
    QgsProject.instance().clear()
    QTest.qWait(30)
    assert dock.scenario.plan.table.rowCount() == 0
    assert dock.scenario.plan.stale.isHidden()
    assert not dock.scenario.plan.add.isEnabled()
