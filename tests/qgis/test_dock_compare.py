# SPDX-License-Identifier: GPL-2.0-or-later
"""The tab with the differences between two scans of one project."""

from __future__ import annotations

import copy
import json
import time

import pytest
from qgis.core import QgsProject
from qgis.PyQt.QtCore import QCoreApplication, QEvent, QUrl

from .test_dock import PROVENANCE, REASONS, add, scan_layer, settle


@pytest.fixture
def dock(qgis_iface, qgis_new_project):
    from wijkmix.wijkmix_plugin.gui.dock import WijkMixDock

    dock = WijkMixDock(qgis_iface)
    dock.setFloating(True)  # a window of its own: the main window of the tests is not shown
    dock.show()
    settle(30)
    yield dock
    dock.close_down()
    dock.deleteLater()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


def changed(layer, fid, status, limit, result, *, value=1.83):
    """Give a buurt another status for restructuring, and its second condition another outcome."""
    reasons = copy.deepcopy(REASONS)
    reasons["herstructurering"]["status"] = status
    reasons["herstructurering"]["conditions"][1].update(threshold=limit, result=result, value=value)
    fields = layer.fields()
    layer.dataProvider().changeAttributeValues(
        {
            fid: {
                fields.lookupField("flag_herstructurering"): status,
                fields.lookupField("flag_reasons"): json.dumps(reasons),
            }
        }
    )


def two(dock, limit=1.9, value=1.83):
    """Add a scan, and a second one in which buurt 1 lost its flag, by a threshold or its figure."""
    add(scan_layer(name="first", names={1: "<b>Eén</b>"}))
    record = {**PROVENANCE, "thresholds": {"lq_high": limit, "affordable_agreed": None}}
    second = scan_layer(name="second", names={1: "<b>Eén</b>"}, origin=record)
    changed(second, 2, "no", limit, False, value=value)
    add(second)
    dock.choose_layer(second.id())
    dock.tabs.setCurrentWidget(dock.changes)
    settle(30)
    return second


def is_offered(dock):
    place = dock.tabs.indexOf(dock.changes)
    button = dock.view_bar.buttons()[place]
    assert button.isVisible() == dock.tabs.isTabVisible(place)
    return button.isVisible()


def test_the_tab_is_there_with_two_scans_only(dock):
    assert not is_offered(dock)
    first = add(scan_layer(name="first"))
    assert not is_offered(dock)
    second = add(scan_layer(name="second"))
    assert is_offered(dock)
    dock.choose_layer(second.id())
    assert dock.changes.other.currentData() == first.id()
    QgsProject.instance().removeMapLayer(first.id())
    settle(30)
    assert not is_offered(dock)


def test_what_changed_and_why(dock):
    two(dock)
    text = dock.changes.page.toPlainText()
    assert "relative to gemeente (assumption): 1.5 → 1.9" in text
    assert "Vanished: 1" in text
    assert "<b>Eén</b> (BU00010001): provisional candidate (data incomplete) → no candidate" in text
    assert "at least 1.5: met → ✗ 1.83, at least 1.9: not met" in text
    assert "(by the threshold:" in text
    assert "Appeared" not in text
    assert text.count("No buurt became or ceased to be a candidate") == 2
    # The other way round.
    dock.choose_layer(dock.changes.other.currentData())
    text = dock.changes.page.toPlainText()
    assert "1.9 → 1.5" in text
    assert "Appeared: 1" in text


def test_a_figure_that_moved_is_no_threshold(dock):
    two(dock, limit=1.5, value=1.2)
    text = dock.changes.page.toPlainText()
    assert "None that can change a flag" in text
    assert "(by the figure)" in text
    assert "(by the threshold" not in text


def test_a_click_leads_to_the_buurt(dock):
    two(dock)
    dock.changes.page.anchorClicked.emit(QUrl("buurt:BU00010001"))
    assert dock._unit.code == "BU00010001"
    assert 'href="buurt:BU00010001"' in dock.changes.page._body


def test_no_physical_flag_without_its_companions(dock):
    two(dock)
    assert "Never without: P04" in dock.changes.page.toPlainText()
    dock.changes.page.anchorClicked.emit(QUrl("entry:wijkeconomie-algemeen"))
    assert dock.tabs.currentWidget() is dock.instruments
    assert "E01" in dock.instruments.page.toPlainText()


def test_without_a_record_the_settings_are_not_compared(dock):
    second = two(dock)
    second.removeCustomProperty("wijkmix/provenance")
    settle()
    text = dock.changes.page.toPlainText()
    assert "cannot be compared" in text
    assert "Vanished: 1" in text


def test_two_scans_of_one_name_can_be_told_apart(dock):
    for limit in (1.5, 1.9):
        group = QgsProject.instance().layerTreeRoot().addGroup("WijkMix scan: buurten")
        record = {**PROVENANCE, "thresholds": {"lq_high": limit}}
        layer = scan_layer(origin=record)
        QgsProject.instance().addMapLayer(layer, False)
        group.addLayer(layer)
    settle(30)
    labels = {dock.layer_box.itemText(n) for n in range(dock.layer_box.count())}
    assert labels == {"WijkMix scan: buurten (1)", "WijkMix scan: buurten (2)"}


def test_two_national_scans_are_compared_in_time(dock):
    add(scan_layer(14_566, name="first"))
    second = scan_layer(14_566, name="second")
    for fid in range(2, 300):
        changed(second, fid, "no", 1.9, False)
    add(second)
    dock.choose_layer(second.id())
    start = time.perf_counter()
    dock.tabs.setCurrentWidget(dock.changes)
    QCoreApplication.processEvents()
    # Reading both layers; the limit only catches work that grows with the square.
    assert time.perf_counter() - start < 5
    text = dock.changes.page.toPlainText()
    assert "Vanished: 298" in text
    assert "and 198 more" in text
