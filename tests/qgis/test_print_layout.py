# SPDX-License-Identifier: GPL-2.0-or-later
"""The print layout: map, legend, scale, texts with their source, and companions that never lack."""

from __future__ import annotations

import html
import importlib.util
import json
import re
from pathlib import Path

import pytest
from qgis.core import (
    QgsCategorizedSymbolRenderer,
    QgsLayoutExporter,
    QgsLayoutItemLabel,
    QgsLayoutItemLegend,
    QgsLayoutItemMap,
    QgsLayoutItemPicture,
    QgsLayoutItemScaleBar,
    QgsProject,
)
from qgis.PyQt.QtCore import QCoreApplication, QEvent
from qgis.PyQt.QtGui import QImage
from qgis.PyQt.QtTest import QTest

spec = importlib.util.spec_from_file_location(
    "wijkmix_dock_tests", Path(__file__).parent / "test_dock.py"
)
dock_tests = importlib.util.module_from_spec(spec)
spec.loader.exec_module(dock_tests)
scan_layer, add, PROVENANCE = dock_tests.scan_layer, dock_tests.add, dock_tests.PROVENANCE
HERE = "BU00010001"
ATTACK = 'Kop <b>&amp; [% "buurt_code" %] {n}'


@pytest.fixture
def dock(qgis_iface, qgis_new_project):
    from wijkmix.wijkmix_plugin.gui.dock import WijkMixDock

    dock = WijkMixDock(qgis_iface)
    dock.show()
    yield dock
    dock.close_down()
    dock.deleteLater()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


@pytest.fixture(params=["nl", "en"])
def lang(request, monkeypatch):
    from wijkmix.wijkmix_plugin.gui import texts

    monkeypatch.setattr(texts, "language", lambda: request.param)
    return request.param


def make(dock, scope="buurt", code=HERE):
    if code:
        dock.select_code(code)
    dock.report_button.click()
    panel = dock.report_panel
    panel.scopes[scope].setChecked(True)
    made = []
    panel.layout_added.connect(made.append)
    panel.add_layout()
    while panel.job is not None:
        QTest.qWait(20)
    return made[0] if made else None


def items(layout, kind):
    return [item for item in layout.items() if isinstance(item, kind)]


def words(layout):
    """Return every text as it would be printed now, without its markup."""
    found = "\n".join(item.currentText() for item in items(layout, QgsLayoutItemLabel))
    return html.unescape(re.sub(r"</?b>", "", found))


def companions(lang):
    from wijkmix.wijkmix_plugin.policy import catalogue

    return [e["label"][lang] for e in catalogue.load().companions("herstructurering")]


def test_the_layout_of_a_buurt_has_all_that_belongs_on_it(dock, lang):
    add(scan_layer())
    layout = make(dock)
    assert layout in QgsProject.instance().layoutManager().layouts()
    assert layout.pageCollection().pageCount() == 2
    assert not layout.atlas().enabled()
    for kind in (
        QgsLayoutItemMap,
        QgsLayoutItemLegend,
        QgsLayoutItemScaleBar,
        QgsLayoutItemPicture,
    ):
        assert items(layout, kind)
    text = words(layout)
    for name in companions(lang):
        assert name in text
    expected = {
        "nl": ("Buurt Buurt 1", "31 januari 2026", "minstens 1,5", "aanname", "Verdringing",
               "Waterbedeffect", "Doel niet vastgelegd", "Controleer het geldende recht",
               "Een vlag betekent kandidaat voor nader onderzoek", "F05 Herstructurering"),
        "en": ("Buurt Buurt 1", "31 January 2026", "at least 1.5", "assumption", "Displacement",
               "Waterbed effect", "Goal not recorded", "Check the law",
               "A flag means candidate for further study", "F05"),
    }[lang]  # fmt: skip
    for part in expected:
        assert part in text
    assert "Bron: CBS" in text
    assert not re.search(r"probleemwijk|achterstandswijk|slechtste|\bworst\b|top 10", text.lower())
    assert layout.itemById("companions").frameEnabled()


def test_every_text_fits_its_frame(dock, lang):
    from wijkmix.wijkmix_plugin.gui import print_layout

    add(scan_layer())
    for label in items(make(dock), QgsLayoutItemLabel):
        size = label.textFormat().size()
        assert size >= 5
        wide = label.sizeWithUnits().width() - 2 * label.marginX()
        high = label.sizeWithUnits().height() - 2 * label.marginY()
        bold = label.textFormat().font().bold()
        assert print_layout._height(label.currentText(), size, bold, wide) <= high + 0.01


def test_it_draws_the_map_with_the_buurt_outlined(dock, tmp_path):
    add(scan_layer())
    layout = make(dock)
    settings = QgsLayoutExporter.ImageExportSettings()
    settings.dpi, settings.pages = 100, [0]
    path = str(tmp_path / "sheet.png")
    result = QgsLayoutExporter(layout).exportToImage(path, settings)
    assert result == QgsLayoutExporter.ExportResult.Success
    image = QImage(path)
    dot = 100 / 25.4
    area = [
        image.pixel(int(x * dot), int(y * dot)) & 0xFFFFFF
        for x in range(16, 136)
        for y in range(31, 133)
    ]
    assert 0x1F2430 in area  # the outline
    assert len(set(area)) > 3
    chart = {
        image.pixel(int(x * dot), int(y * dot)) & 0xFFFFFF
        for x in range(70, 190)
        for y in range(146, 186)
    }
    assert 0xE69F00 in chart


def test_an_atlas_has_a_sheet_per_buurt_with_a_flag_and_works_without_the_plugin(dock, tmp_path):
    add(scan_layer(n=9))
    layout = make(dock, "whole")
    name = layout.name()
    project = QgsProject.instance()
    path = str(tmp_path / "x.qgz")
    # A layer in memory would be gone.
    assert project.write(path)
    atlas = layout.atlas()
    assert atlas.enabled()
    assert atlas.updateFeatures() == 8
    assert atlas.beginRender()
    seen = []
    for number in range(8):
        assert atlas.seekTo(number)
        text = words(layout)
        code = f"BU0001{number + 1:04d}"
        assert code in text
        seen.append(text)
        for entry in companions("en"):
            assert entry in text
    assert len(set(seen)) == 8
    atlas.endRender()
    project.clear()
    assert project.read(path)
    QTest.qWait(100)
    assert any(found.customProperty("wijkmix/outline") for found in project.mapLayers().values())
    again = project.layoutManager().layoutByName(name)
    told = again.customProperty("variableValues")[
        again.customProperty("variableNames").index("wijkmix_companions")
    ]
    assert set(json.loads(told)) == {f"BU0001{k:04d}" for k in range(1, 9)}
    assert all(entry in html.unescape(told) for entry in companions("en"))


def test_an_atlas_of_a_wijk_keeps_to_it(dock):
    add(scan_layer(n=9))
    layout = make(dock, "wijk", "BU00010004")
    assert layout.atlas().updateFeatures() == 3
    assert "WK000101" in layout.name()


def test_a_buurt_without_a_flag_has_no_box_unless_the_map_shows_one(dock):
    from wijkmix.processing_algs import styling

    layer = add(scan_layer())
    plain = make(dock, code="BU00010000")
    assert plain.itemById("companions").currentText() == ""
    assert not plain.itemById("companions").frameEnabled()
    styling.flag("herstructurering")(layer)
    flagged = make(dock, code="BU00010000")
    assert companions("en")[0] in html.unescape(flagged.itemById("companions").currentText())
    assert flagged.itemById("companions").frameEnabled()


def test_names_are_text_and_no_expression_or_markup(dock):
    add(scan_layer(names={1: ATTACK}))
    layout = make(dock)
    title = next(
        text
        for text in (item.currentText() for item in items(layout, QgsLayoutItemLabel))
        if text.startswith("Buurt Kop")
    )
    assert "BU00010001" not in title
    assert "&lt;b&gt;" in title
    assert ATTACK.replace("[%", "[ %") in html.unescape(title)
    assert "<b>" in layout.name()


def test_two_layouts_have_two_names_and_one_outline(dock):
    layer = add(scan_layer())
    first, second = make(dock), make(dock)
    assert first.name() != second.name()
    hidden = [
        found
        for found in QgsProject.instance().mapLayers().values()
        if found.customProperty("wijkmix/outline")
    ]
    assert len(hidden) == 1
    assert hidden[0].customProperty("wijkmix/outline") == layer.id()
    assert dock.layer_box.count() == 1  # and it is no scan of its own
    QTest.qWait(50)
    assert QgsProject.instance().layerTreeRoot().findLayer(hidden[0].id()) is None


def test_the_outline_goes_with_its_layer(dock):
    layer = add(scan_layer())
    make(dock)
    project = QgsProject.instance()
    assert len(project.mapLayers()) == 2
    project.removeMapLayer(layer.id())
    QTest.qWait(100)
    assert project.mapLayers() == {}


def test_no_flag_and_too_many_are_refused_in_words(dock, monkeypatch):
    from wijkmix.wijkmix_plugin.gui import print_layout

    add(scan_layer(n=1))
    assert make(dock, "whole", None) is None
    assert "No buurt carries the flag" in dock.report_panel.message.text()
    QgsProject.instance().clear()
    monkeypatch.setattr(print_layout, "MOST", 2)
    add(scan_layer(n=5))
    assert make(dock, "whole", None) is None
    assert "atlas of more than 2 sheets" in dock.report_panel.message.text()
    assert QgsProject.instance().layoutManager().layouts() == []


def test_the_map_offers_the_views_of_the_scan(dock):
    group = QgsProject.instance().layerTreeRoot().addGroup("WijkMix scan: x")
    for name in ("Mix", "Clusters"):
        layer = scan_layer(name=name)
        if name == "Clusters":
            layer.setRenderer(QgsCategorizedSymbolRenderer("moran_corp", []))
        QgsProject.instance().addMapLayer(layer, False)
        group.addLayer(layer)
    add(scan_layer(name="Other scan", origin=None))
    dock.choose_layer(group.findLayers()[0].layer().id())
    dock.select_code(HERE)
    theme = dock.report_panel.theme
    dock.report_button.click()
    assert [theme.itemText(k) for k in range(theme.count())] == ["Mix", "Clusters"]
    theme.setCurrentIndex(1)
    dock.select_code("BU00010002")
    assert theme.currentText() == "Clusters"
    layout = make(dock)
    shown = items(layout, QgsLayoutItemMap)[0].layers()
    assert [found.name() for found in shown] == ["WijkMix outline", "Clusters"]


def test_goals_and_worklist_stand_on_the_sheet(dock):
    from wijkmix.wijkmix_plugin.policy import goals, worklist

    add(scan_layer())
    project = QgsProject.instance()
    project.writeEntry("WijkMix", "goals", goals.dumps(goals.Goals().with_main("residents")))
    item = worklist.Item(
        HERE, "x", "Team <i>A</i>", "kijken\n" * 300, ("herstructurering",), ("verdichting",)
    )
    project.writeEntry("WijkMix", "worklist", worklist.dumps(worklist.Worklist((item,))))
    text = words(make(dock))
    for part in ("Main goal: The sitting residents first", "Team <i>A</i>", "Still to choose"):
        assert part in text
    assert "Goal not recorded" not in text
    assert text.count("kijken") < 100


def test_two_classes_and_poor_layers(dock):
    add(scan_layer(two=True))
    text = words(make(dock))
    assert "Two classes" in text
    QgsProject.instance().clear()
    add(scan_layer(origin=None))
    assert "Figures: –" in words(make(dock))
