# SPDX-License-Identifier: GPL-2.0-or-later
"""Reports from the panel: of a buurt, its wijk or the whole, with what the project has decided."""

from __future__ import annotations

import importlib.util
import re
import threading
import time
from pathlib import Path

import pytest
from qgis.core import QgsProject, QgsTask
from qgis.PyQt.QtCore import QCoreApplication, QEvent, Qt, QTimer
from qgis.PyQt.QtTest import QTest
from qgis.PyQt.QtWidgets import QFileDialog

spec = importlib.util.spec_from_file_location(
    "wijkmix_dock_tests", Path(__file__).parent / "test_dock.py"
)
dock_tests = importlib.util.module_from_spec(spec)
spec.loader.exec_module(dock_tests)
scan_layer, add = dock_tests.scan_layer, dock_tests.add
HERE = "BU00010001"


@pytest.fixture
def dock(qgis_iface, qgis_new_project):
    from wijkmix.wijkmix_plugin.gui.dock import WijkMixDock

    dock = WijkMixDock(qgis_iface)
    dock.show()
    yield dock
    dock.close_down()
    dock.deleteLater()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


@pytest.fixture
def panel(dock):
    add(scan_layer())
    dock.select_code(HERE)
    dock.report_button.click()
    return dock.report_panel


@pytest.fixture
def saved(monkeypatch, tmp_path):
    """Answer the file dialog with a path; keep the suggestion it made."""

    def answer(name):
        asked = []

        def ask(_parent, _title, suggestion, _filter):
            asked.append(suggestion)
            return (str(tmp_path / name) if name else "", "")

        monkeypatch.setattr(QFileDialog, "getSaveFileName", ask)
        return tmp_path / (name or "nothing"), asked

    return answer


def wait(panel):
    """Let what is being made in the background end."""
    for _ in range(400):
        if panel.job is None:
            return
        QTest.qWait(25)
    raise AssertionError("still working")


def press(panel, button):
    button.click()
    wait(panel)


def made(panel):
    from wijkmix.wijkmix_plugin.gui import report_panel

    asked = report_panel.ask(panel._shown(), panel.scope)
    return report_panel.make(asked, panel.catalogue).html


def choose(panel, scope):
    panel.scopes[scope].setChecked(True)


def test_the_form_names_what_is_shown_and_comes_back(dock, panel):
    assert dock.stack.currentWidget().widget() is panel
    assert panel.scopes["buurt"].text() == "Buurt Buurt 1"
    assert panel.scopes["wijk"].text() == "Wijk WK000100"
    assert panel.scope == "buurt"
    dock.select_code("BU00010004")
    assert panel.scopes["wijk"].text() == "Wijk WK000101"
    QTest.keyClick(panel, Qt.Key.Key_Escape)
    assert dock.stack.currentIndex() == 0


def test_without_a_buurt_only_the_whole_can_be_had(dock):
    assert not dock.report_button.isEnabled()
    add(scan_layer())
    assert dock.report_button.isEnabled()
    dock.report_button.click()
    panel = dock.report_panel
    assert not panel.scopes["buurt"].isEnabled()
    assert not panel.scopes["wijk"].isEnabled()
    assert panel.scope == "whole"


def test_nothing_is_offered_without_a_scan(dock):
    dock.show_report_form()
    assert not any(button.isEnabled() for button in dock.report_panel.buttons)
    dock.report_panel.open_whole()
    assert dock.report_panel.job is None
    assert dock.report_panel.message.text()


@pytest.mark.parametrize(
    ("scope", "title"),
    [
        ("buurt", "Buurt Buurt 1, Proefstad 1"),
        ("wijk", "Wijk WK000100, Proefstad 1"),
        ("whole", "Tenure mix in buurten: Proefstad 1"),
    ],
)
def test_a_report_of_each_scope_is_saved_whole(panel, saved, scope, title):
    path, asked = saved("rapport é.html")
    choose(panel, scope)
    press(panel, panel.html_button)
    page = path.read_text(encoding="utf-8")
    assert f"<title>{title}</title>" in page
    assert page.endswith("</html>\n")
    assert "rapport é.html" in panel.message.text()
    assert asked[0].endswith(".html")
    assert [p.name for p in path.parent.iterdir()] == ["rapport é.html"]


def test_a_layer_is_read_once_for_all_its_reports_until_it_is_edited(dock, panel, monkeypatch):
    from wijkmix.wijkmix_plugin import qgis_io

    reading, read = qgis_io.read, []
    monkeypatch.setattr(qgis_io, "read", lambda *a, **k: read.append(1) or reading(*a, **k))
    pages = []
    for code, scope in ((HERE, "buurt"), (HERE, "wijk"), (HERE, "whole"), ("BU00010004", "buurt")):
        dock.select_code(code)
        choose(panel, scope)
        pages.append(made(panel))
    assert len(read) == 1
    assert len(set(pages)) == 4
    layer = dock.layer()
    feature = next(f for f in layer.getFeatures() if f["buurt_code"] == "BU00010004")
    layer.startEditing()
    place = layer.fields().lookupField("buurt_name")
    layer.changeAttributeValue(feature.id(), place, "Another name")
    QTest.qWait(300)
    dock.select_code("BU00010004")
    assert "Another name" in made(panel)
    assert len(read) == 2
    layer.rollBack()


def test_goals_and_worklist_of_the_project_are_in_it(dock, panel, saved):
    from wijkmix.wijkmix_plugin.policy import goals, worklist

    project = QgsProject.instance()
    aims = goals.Goals().with_main("residents").with_answer("wat", "<b>wonen</b>")
    project.writeEntry("WijkMix", "goals", goals.dumps(aims))
    listed = worklist.Worklist((worklist.Item(HERE, "Een", "Team <i>A</i>", "kijken"),))
    project.writeEntry("WijkMix", "worklist", worklist.dumps(listed))
    path, _ = saved("x.html")
    press(panel, panel.html_button)
    page = path.read_text(encoding="utf-8")
    assert "The sitting residents first" in page
    assert "&lt;b&gt;wonen&lt;/b&gt;" in page
    assert "Team &lt;i&gt;A&lt;/i&gt;" in page
    assert "goal not recorded" not in page


def test_an_extension_is_added_and_no_answer_writes_nothing(panel, saved):
    path, _ = saved("zonder")
    press(panel, panel.html_button)
    assert path.with_suffix(".html").exists()
    path.with_suffix(".html").unlink()
    saved("")
    press(panel, panel.html_button)
    assert list(path.parent.iterdir()) == []


def test_a_place_that_cannot_be_written_is_named(panel, saved):
    path, _ = saved("nowhere/x.html")
    press(panel, panel.html_button)
    assert "the folder does not exist" in panel.message.text()
    assert str(path) in panel.message.text()


def test_the_report_opens_from_a_file_with_a_safe_name(panel, monkeypatch):
    from wijkmix.wijkmix_plugin.gui import report_panel

    opened = []
    monkeypatch.setattr(report_panel.QDesktopServices, "openUrl", opened.append)
    press(panel, panel.open_button)
    path = Path(opened[0].toLocalFile())
    assert path.name == "WijkMix Buurt 1 BU00010001.html"
    assert "Buurt Buurt 1" in path.read_text(encoding="utf-8")
    assert report_panel.file_name('a/b\\c:*?"<>|\n.') == "a b c"
    assert report_panel.file_name("///") == "WijkMix"
    assert report_panel.file_name("Restructuring: candidates") == "Restructuring candidates"
    assert len(report_panel.file_name("x" * 999)) <= 120


def test_a_layer_in_degrees_is_measured_in_metres(dock, saved):
    add(scan_layer(crs="EPSG:4326"))
    dock.select_code(HERE)
    path, _ = saved("x.html")
    press(dock.report_panel, dock.report_panel.html_button)
    assert 'class="map"' in path.read_text(encoding="utf-8")
    assert re.search(r">[125]00 m</text>", path.read_text(encoding="utf-8"))


def test_a_filtered_layer_and_names_with_an_ampersand(dock, saved):
    layer = add(scan_layer(names={1: "Kop & Staart <b>"}))
    layer.setSubsetString("\"buurt_code\" <> 'BU00010002'")
    QTest.qWait(250)
    dock.select_code(HERE)
    panel = dock.report_panel
    assert panel.scopes["buurt"].text() == "Buurt Kop && Staart <b>"
    path, _ = saved("x.html")
    press(panel, panel.html_button)
    assert "Kop &amp; Staart &lt;b&gt;" in path.read_text(encoding="utf-8")


@pytest.mark.parametrize("scope", ["buurt", "wijk", "whole"])
def test_a_report_of_each_scope_is_saved_as_pdf(panel, saved, scope):
    path, asked = saved("report.pdf")
    choose(panel, scope)
    press(panel, panel.pdf_button)
    made = path.read_bytes()
    assert made.startswith(b"%PDF-")
    assert made.rstrip().endswith(b"%%EOF")
    assert asked[0].endswith(".pdf")
    assert [p.name for p in path.parent.iterdir()] == ["report.pdf"]


def test_a_pdf_that_cannot_be_written_leaves_what_stood_there(panel, saved, monkeypatch):
    import errno
    import os

    path, _ = saved("report.pdf")
    path.write_bytes(b"old")

    def full(*_args):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    press(panel, panel.pdf_button)
    assert "the disk is full" in panel.message.text()
    assert path.read_bytes() == b"old"
    assert [p.name for p in path.parent.iterdir()] == ["report.pdf"]


# -- in the background ------------------------------------------------------------------------


@pytest.fixture
def held(monkeypatch):
    """Hold the making of every report until the test lets it go on."""
    from wijkmix.wijkmix_plugin.report import place

    go, threads = threading.Event(), []
    render = place.render_place

    def slow(*args, **kwargs):
        threads.append(threading.current_thread())
        go.wait(10)
        return render(*args, **kwargs)

    monkeypatch.setattr(place, "render_place", slow)
    yield go, threads
    go.set()


def begin(panel, held):
    """Ask for a report as HTML and wait until it is being made."""
    panel.html_button.click()
    for _ in range(400):
        if held[1]:
            return
        QTest.qWait(25)
    raise AssertionError("not started")


def test_the_panel_says_that_it_is_working_and_the_window_goes_on(dock, panel, saved, held):
    path, _ = saved("x.html")
    begin(panel, held)
    assert threading.main_thread() not in held[1]
    assert panel.message.text() == "Working on: WijkMix Buurt 1 BU00010001"
    assert panel.working.isVisibleTo(panel)
    assert not any(button.isEnabled() for button in panel.buttons)
    # Another buurt is shown meanwhile; the report stays that of the one it was asked for.
    dock.select_code("BU00010004")
    assert panel.message.text() == "Working on: WijkMix Buurt 1 BU00010001"
    assert not any(button.isEnabled() for button in panel.buttons)
    held[0].set()
    wait(panel)
    assert "Written to" in panel.message.text()
    assert not panel.working.isVisibleTo(panel)
    assert all(button.isEnabled() for button in panel.buttons)
    assert "<title>Buurt Buurt 1, Proefstad 1</title>" in path.read_text(encoding="utf-8")


def test_a_report_is_of_the_layer_as_it_was_asked_for(dock, panel, saved, held):
    path, _ = saved("x.html")
    begin(panel, held)
    layer = dock.layer()
    layer.startEditing()
    feature = next(f for f in layer.getFeatures() if f["buurt_code"] == HERE)
    place = layer.fields().lookupField("buurt_name")
    layer.changeAttributeValue(feature.id(), place, "Another name")
    QTest.qWait(300)
    held[0].set()
    wait(panel)
    assert "Another name" not in path.read_text(encoding="utf-8")
    press(panel, panel.html_button)
    assert "Another name" in path.read_text(encoding="utf-8")
    layer.rollBack()


def test_a_layer_that_goes_meanwhile_leaves_its_report(dock, panel, saved, held):
    path, _ = saved("x.html")
    begin(panel, held)
    QgsProject.instance().removeMapLayer(dock.layer().id())
    QTest.qWait(50)
    held[0].set()
    wait(panel)
    assert path.read_text(encoding="utf-8").endswith("</html>\n")
    assert not any(button.isEnabled() for button in panel.buttons)


@pytest.mark.parametrize("how", ["stop", "project"])
def test_a_report_that_is_stopped_or_of_a_closed_project_writes_nothing(panel, saved, held, how):
    path, _ = saved("x.html")
    begin(panel, held)
    if how == "stop":
        panel.stop_button.click()
    else:
        QgsProject.instance().clear()
        QTest.qWait(50)
    held[0].set()
    wait(panel)
    assert "stopped" in panel.message.text()
    assert list(path.parent.iterdir()) == []


def test_a_stop_while_the_file_is_written_does_not_deny_it(panel, saved, monkeypatch):
    from wijkmix.wijkmix_plugin.report import files

    path, _ = saved("x.html")
    go, write_whole = threading.Event(), files.write_whole

    def slow(path, content):
        write_whole(path, content)
        go.wait(10)

    monkeypatch.setattr(files, "write_whole", slow)
    panel.html_button.click()
    while not path.exists():
        QTest.qWait(25)
    panel.stop_button.click()
    go.set()
    wait(panel)
    assert panel.message.text() == f"Written to {path}"


def test_a_dock_that_closes_does_not_wait_for_work_that_has_not_begun(dock, panel, saved, queued):
    saved("x.html")
    panel.html_button.click()
    assert panel.job.status() == QgsTask.TaskStatus.Queued
    before = time.monotonic()
    dock.close_down()
    assert time.monotonic() - before < 5


def test_a_dock_that_closes_meanwhile_waits_for_its_work(dock, panel, saved, held):
    path, _ = saved("x.html")
    begin(panel, held)
    QTimer.singleShot(100, held[0].set)
    dock.close_down()
    assert panel.job is None
    assert list(path.parent.iterdir()) == []


def test_what_nobody_expected_is_said_and_the_panel_goes_on(panel, saved, monkeypatch):
    from wijkmix.wijkmix_plugin.report import place

    def broken(*_args, **_kwargs):
        raise ZeroDivisionError("by nought")

    path, _ = saved("x.html")
    with monkeypatch.context() as patched:
        patched.setattr(place, "render_place", broken)
        press(panel, panel.html_button)
    assert "by nought" in panel.message.text()
    assert "log messages" in panel.message.text()
    assert list(path.parent.iterdir()) == []
    press(panel, panel.html_button)
    assert path.exists()


def test_a_layout_of_a_view_that_goes_meanwhile_is_not_added(dock, panel, monkeypatch):
    from wijkmix.wijkmix_plugin.gui import print_layout

    go, begun = threading.Event(), []
    prepare = print_layout.prepare

    def slow(*args, **kwargs):
        begun.append(threading.current_thread())
        go.wait(10)
        return prepare(*args, **kwargs)

    monkeypatch.setattr(print_layout, "prepare", slow)
    panel.layout_button.click()
    while not begun:
        QTest.qWait(25)
    assert begun != [threading.main_thread()]
    QgsProject.instance().removeMapLayer(dock.layer().id())
    go.set()
    wait(panel)
    assert QgsProject.instance().layoutManager().layouts() == []
    assert "no scan" in panel.message.text()
