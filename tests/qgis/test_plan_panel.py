# SPDX-License-Identifier: GPL-2.0-or-later
"""Goals and worklist live in the project, survive bad input, and leave as a guarded table."""

from __future__ import annotations

import csv
import json

import pytest
from qgis.core import QgsProject, QgsVectorLayer


@pytest.fixture
def panel(qgis_app):
    from wijkmix.wijkmix_plugin.gui.plan_panel import PlanPanel
    from wijkmix.wijkmix_plugin.policy import catalogue

    QgsProject.instance().clear()
    calls = []
    panel = PlanPanel(catalogue.load(), lambda: calls.append(1))
    panel.calls = calls
    yield panel
    panel.deleteLater()
    QgsProject.instance().clear()


def entry(key):
    return QgsProject.instance().readEntry("WijkMix", key, "")[0]


def mark(panel, code="BU1", **more):
    from wijkmix.wijkmix_plugin.policy.worklist import Item

    panel.worklist.show_unit(Item(code, "Een", **more))
    panel.worklist.mark.click()


def row(panel, key):
    listed = panel.worklist.instruments
    return next(item for item in map(listed.item, range(listed.count())) if item.data(256) == key)


def test_the_main_goal_is_stored_and_makes_the_project_dirty(panel):
    project = QgsProject.instance()
    project.setDirty(False)
    panel.goals.main.setCurrentIndex(panel.goals.main.findData("area"))
    panel.goals._main()
    assert json.loads(entry("goals"))["main"] == "area"
    assert project.isDirty()
    assert panel.calls


def test_differing_goals_of_parties_are_shown(panel):
    page = panel.goals
    for party, direction in (("gemeente", "less"), ("<b>corporatie</b>", "more")):
        page.party.setText(party)
        page.direction.setCurrentIndex(page.direction.findData(direction))
        page.add.click()
    assert "gemeente: " in page.conflicts.text()
    assert "<b>corporatie</b>: " in page.conflicts.text()
    page.parties.setCurrentRow(0)
    page.remove.click()
    assert "gemeente" not in page.conflicts.text()


def test_goals_come_back_with_the_project_file(panel, tmp_path):
    panel.goals._answer("wat", 'woningtypen "é" \u0007')
    mark(panel)
    project = QgsProject.instance()
    path = str(tmp_path / "plan.qgs")
    assert project.write(path)
    project.clear()
    panel.reload()
    assert panel.goals.answers["wat"].toPlainText() == ""
    assert panel.worklist.list.count() == 0
    assert project.read(path)
    panel.reload()
    assert panel.goals.answers["wat"].toPlainText().startswith('woningtypen "é"')
    assert panel.worklist.list.count() == 1


@pytest.mark.parametrize("text", ['{"version": 9, "main": "area"}', "{broken", "[]"])
@pytest.mark.parametrize("key", ["goals", "worklist"])
def test_newer_or_broken_is_read_only_and_stays(panel, key, text):
    QgsProject.instance().writeEntry("WijkMix", key, text)
    panel.reload()
    page = getattr(panel, key)
    assert page.message.text()
    assert not page.body.isEnabled()
    panel.goals._main()
    mark(panel)
    assert entry(key) == text


def test_a_note_of_100000_characters_is_refused_and_stays_in_the_field(panel):
    mark(panel)
    panel.worklist.note.setPlainText("n" * 100_000)
    panel.worklist._save()
    assert panel.worklist.message.text()
    assert len(panel.worklist.note.toPlainText()) == 100_000
    assert json.loads(entry("worklist"))["items"][0]["note"] == ""


def test_two_panels_on_one_project_do_not_undo_each_other(panel):
    from wijkmix.wijkmix_plugin.gui.plan_panel import PlanPanel

    other = PlanPanel(panel.worklist._catalogue, lambda: None)
    mark(panel, "BU1")
    mark(other, "BU2")
    panel.goals._answer("wat", "a")
    other.goals._answer("wie", "b")
    assert [i["code"] for i in json.loads(entry("worklist"))["items"]] == ["BU1", "BU2"]
    assert json.loads(entry("goals"))["answers"] == {"wat": "a", "wie": "b"}
    other.deleteLater()


def test_a_physical_choice_shows_its_companions(panel):
    from qgis.PyQt.QtCore import Qt

    mark(panel)
    row(panel, "inponden").setCheckState(Qt.CheckState.Checked)
    assert "E01 " in panel.worklist.companions.text()
    assert json.loads(entry("worklist"))["items"][0]["instruments"] == ["inponden"]


def test_warnings_and_undesignated_entries_cannot_be_ticked(panel):
    mark(panel)
    assert not row(panel, "selectie-particuliere-verhuur").flags()
    assert not row(panel, "wbmgp-artikel-8").flags()
    mark(panel, "BU2", designated=True)
    assert row(panel, "wbmgp-artikel-8").flags()


@pytest.mark.parametrize("name", ["list.csv", "list.gpkg"])
def test_the_table_is_written_without_formulas(panel, tmp_path, name):
    mark(panel, flags=("verdichting",))
    panel.worklist.note.setPlainText("=1+1")
    panel.worklist._save()
    path = tmp_path / name
    panel.worklist.export_to(str(path))
    layer = QgsVectorLayer(str(path), "t", "ogr")
    [feature] = layer.getFeatures()
    assert feature["note"] == "'=1+1"
    assert "E01 " in feature["companions"]
    if name.endswith("csv"):
        with path.open(encoding="utf-8") as file:
            assert next(csv.DictReader(file))["buurt_code"] == "BU1"


def test_other_tables_of_a_geopackage_stay(panel, tmp_path):
    from qgis.core import QgsVectorFileWriter

    path = str(tmp_path / "mine.gpkg")
    other = QgsVectorLayer("Point?crs=EPSG:28992&field=a:string", "mine", "memory")
    options = QgsVectorFileWriter.SaveVectorOptions()
    options.layerName = "mine"
    context = QgsProject.instance().transformContext()
    QgsVectorFileWriter.writeAsVectorFormatV3(other, path, context, options)
    mark(panel)
    for _ in range(2):
        panel.worklist.export_to(path)
    assert QgsVectorLayer(f"{path}|layername=mine", "m", "ogr").isValid()
    assert QgsVectorLayer(f"{path}|layername=worklist", "w", "ogr").featureCount() == 1


def test_a_path_that_cannot_be_written_is_said(panel, tmp_path):
    mark(panel)
    panel.worklist.export_to(str(tmp_path / "absent" / "list.csv"))
    assert panel.worklist.message.text()


def test_the_panel_fits_360_pixels(panel):
    panel.show()
    for page in (panel.goals, panel.worklist):
        assert page.body.minimumSizeHint().width() <= 330
    panel.hide()
