# SPDX-License-Identifier: GPL-2.0-or-later
"""Goals and worklist live in the project, survive bad input, and leave as a guarded table."""

from __future__ import annotations

import csv
import json

import pytest
from qgis.core import QgsProject, QgsVectorLayer
from qgis.PyQt.QtTest import QTest
from qgis.PyQt.QtWidgets import QComboBox


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


def test_a_buurt_gets_a_goal_and_keeps_it_when_the_party_takes_it_back(panel, tmp_path):
    page = panel.worklist
    mark(panel)
    assert page.goal.count() == 1
    assert "question 5" in page.goal.currentText()
    panel.goals.party.setText("gemeente")
    panel.goals.own_goal.setText("betaalbaar")
    panel.goals.add.click()
    page.reload()
    assert page.goal.currentText() == "not chosen"
    page.goal.setCurrentIndex(1)
    page.goal.activated.emit(1)
    stored = json.loads(entry("worklist"))
    assert stored["version"] == 2
    assert stored["items"][0]["goal"]["note"] == "betaalbaar"
    assert "→ gemeente: " in page.list.currentItem().text()
    page.note.setPlainText("x")
    page._save()
    assert json.loads(entry("worklist"))["items"][0]["goal"]["party"] == "gemeente"
    path = tmp_path / "list.csv"
    page.export_to(str(path))
    with path.open(newline="", encoding="utf-8-sig") as file:
        [row] = csv.DictReader(file)
    assert row["goal"].startswith("gemeente: ")
    panel.goals.parties.setCurrentRow(0)
    panel.goals.remove.click()
    page.reload()
    assert page.goal.currentText().endswith("(no longer among the goals)")
    page.goal.setCurrentIndex(0)
    page.goal.activated.emit(0)
    assert json.loads(entry("worklist"))["items"][0]["goal"] is None


def test_parties_say_what_they_think_of_each_others_goals(panel):
    page = panel.goals
    assert page.views.isHidden()
    for party in ("gemeente", "corporatie"):
        page.party.setText(party)
        page.add.click()
    assert not page.views.isHidden()
    assert [page.views.item(0, n).text() for n in range(2)] == ["own goal", "not asked"]
    page.show_section("doelstellingen")
    panel.resize(360, 900)
    panel.show()
    page.views.itemClicked.emit(page.views.item(0, 1))
    [box] = page.views.viewport().findChildren(QComboBox)
    box.setCurrentIndex(box.findData("against"))
    box.activated.emit(box.currentIndex())
    assert page.views.item(0, 1).text() == "against"
    [kept] = json.loads(entry("goals"))["views"]
    assert kept == {"party": "corporatie", "goal": 0, "view": "against"}
    assert "against: corporatie" in page.overview.toPlainText()
    page.views.itemClicked.emit(page.views.item(0, 0))  # its own goal is not asked
    assert len(page.views.viewport().findChildren(QComboBox)) <= 1
    page.parties.setCurrentRow(0)
    page.remove.click()
    assert json.loads(entry("goals"))["views"] == []
    assert page.views.isHidden()


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
        assert path.read_bytes().startswith(b"\xef\xbb\xbf"), "Excel would garble accents"
        with path.open(encoding="utf-8-sig") as file:
            assert next(csv.DictReader(file))["buurt_code"] == "BU1"


@pytest.mark.parametrize(
    ("typed", "kind", "written"),
    [
        ("lijst", "CSV (*.csv)", "lijst.csv"),
        ("lijst 1.2", "CSV (*.csv)", "lijst 1.2.csv"),
        ("lijst", "GeoPackage (*.gpkg)", "lijst.gpkg"),
        ("lijst.GPKG", "CSV (*.csv)", "lijst.GPKG"),
    ],
)
def test_an_export_gets_the_ending_that_was_chosen(
    panel, tmp_path, monkeypatch, typed, kind, written
):
    from qgis.PyQt.QtWidgets import QFileDialog

    mark(panel)
    monkeypatch.setattr(
        QFileDialog, "getSaveFileName", lambda *_, **__: (str(tmp_path / typed), kind)
    )
    panel.worklist.export.click()
    assert [path.name for path in tmp_path.iterdir()] == [written]


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


# -- the form of the goals -------------------------------------------------------------------------


def choose(box, key):
    box.setCurrentIndex(box.findData(key))
    box.activated.emit(box.currentIndex())


def test_the_form_asks_everything_and_stores_every_field(panel):
    page = panel.goals
    assert page.section.count() == 1 + 7 + 4
    assert "Overview: 0 of 12 answered" in page.section.itemText(0)
    choose(page.main, "residents")
    page.mixed["tenure"].click()
    page.mixed["origin"].click()
    choose(page.group, "leavers")
    choose(page.unit, "household")
    page.burden.setText("a move")
    page.stakes.add.click()
    page.mechanisms["role_models"].click()
    choose(page.role, "means")
    page.party.setText("gemeente")
    page.own_goal.setText("spread")
    page.degree.setText("30%")
    choose(page.subject, "social")
    choose(page.direction, "less")
    page.add.click()
    choose(page.intervention, "straat")
    choose(page.effect, "wijk")
    page.first.setValue(2)
    page.full.setValue(10)
    page.full.editingFinished.emit()
    page._answer("stap-4-fasering", "first build")
    stored = json.loads(entry("goals"))
    assert stored == {
        "version": 3,
        "main": "residents",
        "views": [],
        "mixed": ["tenure", "origin"],
        "stakes": [{"group": "leavers", "unit": "household", "benefit": "", "burden": "a move"}],
        "mechanisms": ["role_models"],
        "role": "means",
        "parties": [
            {
                "party": "gemeente",
                "note": "spread",
                "degree": "30%",
                "subject": "social",
                "direction": "less",
            }
        ],
        "intervention": "straat",
        "effect": "wijk",
        "first": 2,
        "full": 10,
        "answers": {"stap-4-fasering": "first build"},
    }
    assert "Overview: 9 of 12 answered" in page.section.itemText(0)
    text = page.overview.toPlainText()
    assert "Origin (not measured by WijkMix)" in text
    assert "evidence: against (note 36)" in text
    assert "not answered" in text
    # A second panel on the same project, as after opening the project again.
    from wijkmix.wijkmix_plugin.gui.plan_panel import PlanPanel

    other = PlanPanel(panel.worklist._catalogue, lambda: None)
    assert other.goals.mixed["origin"].isChecked()
    assert other.goals.role.currentData() == "means"
    assert other.goals.effect.currentData() == "wijk"
    assert other.goals.first.value() == 2
    assert other.goals.stakes.list.count() == 1
    other.deleteLater()


def test_nothing_is_chosen_by_default(panel):
    page = panel.goals
    fields = (page.main, page.role, page.intervention, page.effect, page.unit)
    assert [field.currentData() for field in fields] == [""] * 5
    assert page.first.text() == page.full.text() == "not answered"
    assert not any(box.isChecked() for box in [*page.mixed.values(), *page.mechanisms.values()])
    panel.reload()
    assert entry("goals") == ""


def test_a_group_of_ones_own_is_kept_as_typed(panel):
    page = panel.goals
    page.group.setEditText("<b>jongeren</b>")
    page.benefit.setText("a club")
    page.stakes.add.click()
    assert json.loads(entry("goals"))["stakes"][0]["group"] == "<b>jongeren</b>"
    assert "&lt;b&gt;jongeren" in page.overview._body
    page.stakes.list.setCurrentRow(0)
    page.stakes.remove.click()
    assert json.loads(entry("goals"))["stakes"] == []


def test_terms_that_cannot_be_are_said_and_shown_as_kept(panel):
    page = panel.goals
    page.first.setValue(10)
    page.first.editingFinished.emit()
    page.full.setValue(5)
    page.full.editingFinished.emit()
    assert "cannot come before" in page.message.text()
    assert page.full.value() == -1


def test_figures_that_are_too_coarse_for_the_level_are_said(panel):
    from wijkmix.wijkmix_plugin.policy.goal_sheet import Loaded

    page = panel.goals
    choose(page.intervention, "straat")
    assert page.coarse.text() == ""
    page.show_loaded(Loaded("buurt", 1))
    assert "coarser than street" in page.coarse.text()
    assert "one wijk only" in page.overview.toPlainText()
    page.show_loaded(Loaded("blok", 3))
    assert page.coarse.text() == ""


def test_subjects_that_are_ours_are_called_assumptions(panel):
    page = panel.goals
    for party, direction in (("a", "less"), ("b", "more")):
        page.party.setText(party)
        choose(page.direction, direction)
        page.add.click()
    assert "(assumption)" in page.parties.item(0).text()
    assert "assumption of WijkMix" in page.conflicts.text()
    assert "Opposite goals" in page.overview.toPlainText()


def test_one_section_at_a_time_by_keyboard_or_link(panel):
    from qgis.PyQt.QtCore import QUrl

    page = panel.goals
    assert not page.back.isEnabled()
    page.forth.click()
    assert page.section.currentData() == "wat"
    page._follow(QUrl("section:stap-4"))
    assert page.section.currentData() == "stap-4"
    assert [n for n, shown in enumerate(page.pages) if not shown.isHidden()] == [11]
    assert not page.forth.isEnabled()


def test_what_is_typed_is_kept_without_leaving_the_field(panel):
    from qgis.PyQt.QtTest import QTest
    from wijkmix.wijkmix_plugin.gui import stored_page

    panel.goals.answers["wat"].insertPlainText("woningtypen")
    QTest.qWait(stored_page.WAIT + 200)
    assert json.loads(entry("goals"))["answers"] == {"wat": "woningtypen"}


def test_a_refused_answer_stays_until_it_fits(panel):
    page = panel.goals
    field = page.answers["wat"]
    field.put("a" * 30_000)
    field._save()
    assert "at most 20000" in page.message.text()
    page.reload()
    assert len(field.toPlainText()) == 30_000
    assert field.accessibleName() in page.message.text()
    field.put("short")
    field._save()
    assert page.message.text() == ""
    assert json.loads(entry("goals"))["answers"] == {"wat": "short"}


def test_the_wheel_changes_nothing_on_the_way(panel):
    from qgis.PyQt.QtCore import QPoint, QPointF, Qt
    from qgis.PyQt.QtGui import QWheelEvent
    from qgis.PyQt.QtWidgets import QApplication

    event = QWheelEvent(
        QPointF(5, 5),
        QPointF(5, 5),
        QPoint(0, -120),
        QPoint(0, -120),
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(panel.goals.main, event)
    QApplication.sendEvent(panel.goals.first, event)
    assert panel.goals.main.currentData() == ""
    assert panel.goals.first.value() == -1


# -- notes that are refused, and exports that fail -------------------------------------------------


def test_a_refused_note_comes_back_with_its_buurt(panel):
    page = panel.worklist
    mark(panel, "BU1")
    mark(panel, "BU2")
    page.list.setCurrentRow(0)
    page.owner.setText("ik")
    page.note.put("n" * 100_000)
    page._save()
    page.list.setCurrentRow(1)
    assert page.note.toPlainText() == ""
    assert "Een (BU1)" in page.message.text()
    page.reload()
    page.list.setCurrentRow(0)
    assert len(page.note.toPlainText()) == 100_000
    stored = json.loads(entry("worklist"))["items"][0]
    assert (stored["owner"], stored["note"]) == ("ik", "")
    page.note.put("short")
    page._save()
    assert page.message.text() == ""
    assert json.loads(entry("worklist"))["items"][0]["note"] == "short"


def test_a_refused_note_of_another_project_goes_to_the_log(panel):
    from qgis.core import QgsApplication

    lines = []
    log = QgsApplication.messageLog()
    log.messageReceived.connect(lambda text, *_more: lines.append(text))
    mark(panel)
    panel.worklist.note.put("n" * 30_000)
    panel.worklist._save()
    QgsProject.instance().clear()
    panel.reload()
    assert "log messages" in panel.worklist.message.text()
    assert any("n" * 30_000 in line for line in lines)


@pytest.mark.parametrize("name", ["list.csv", "list.gpkg", "mine.gpkg"])
def test_an_export_that_fails_leaves_what_was_there(panel, tmp_path, monkeypatch, name):
    from wijkmix.wijkmix_plugin.gui import worklist_page
    from wijkmix.wijkmix_plugin.policy import worklist

    mark(panel)
    path = tmp_path / name
    if name == "mine.gpkg":
        panel.worklist.export_to(str(path))
    else:
        path.with_suffix(".txt").write_text("mine", encoding="utf-8")
    before = {p.name: p.stat().st_size for p in tmp_path.iterdir()}
    row = dict.fromkeys(worklist.COLUMNS, "x")

    class Broken(dict):
        def __getitem__(self, key):
            raise RuntimeError("the disk is full")

    said = worklist_page.write_table(str(path), [row, Broken()])
    assert "not written; what was there is unchanged. the disk is full" in said
    assert {p.name: p.stat().st_size for p in tmp_path.iterdir()} == before
    if name == "mine.gpkg":
        layer = QgsVectorLayer(f"{path}|layername=worklist", "w", "ogr")
        assert [f["buurt_code"] for f in layer.getFeatures()] == ["BU1"]


def test_a_geopackage_that_is_open_in_the_project_takes_the_table(panel, tmp_path):
    path = str(tmp_path / "mine.gpkg")
    mark(panel)
    panel.worklist.export_to(path)
    layer = QgsVectorLayer(f"{path}|layername=worklist", "w", "ogr")
    QgsProject.instance().addMapLayer(layer)
    assert layer.featureCount() == 1
    mark(panel, "BU2")
    panel.worklist.export_to(path)
    again = QgsVectorLayer(f"{path}|layername=worklist", "w2", "ogr")
    assert sorted(f["buurt_code"] for f in again.getFeatures()) == ["BU1", "BU2"]


def test_a_formula_is_none_in_either_kind_of_csv(panel, tmp_path):
    """A Dutch spreadsheet cuts at semicolons, an English one at commas."""
    mark(panel)
    panel.worklist.note.put("first;=1+1,=2+2\n- list\n=3")
    panel.worklist._save()
    panel.worklist.owner.setText("@ik")
    panel.worklist._save()
    path = tmp_path / "list.csv"
    panel.worklist.export_to(str(path))
    for delimiter in ";,":
        with path.open(encoding="utf-8-sig", newline="") as file:
            for row in csv.reader(file, delimiter=delimiter):
                for cell in row:
                    for piece in cell.replace('"', "").splitlines():
                        assert piece[:1] not in tuple("=+@"), cell


def test_a_designation_that_ended_offers_nothing_new_and_keeps_the_rest(panel):
    page = panel.worklist
    mark(panel, "BU1", designated=True, until="2999-12-31")
    from qgis.PyQt.QtCore import Qt
    from wijkmix.wijkmix_plugin.policy.worklist import Item

    row(panel, "wbmgp-artikel-8").setCheckState(Qt.CheckState.Checked)
    assert json.loads(entry("worklist"))["items"][0]["until"] == "2999-12-31"
    page.show_unit(Item("BU1", "Een"))
    page.reload()
    assert not row(panel, "wbmgp-artikel-9").flags()
    assert row(panel, "wbmgp-artikel-8").flags()
    page.note.put("still to be written")
    page._save()
    assert page.message.text() == ""
    [stored] = json.loads(entry("worklist"))["items"]
    assert stored["instruments"] == ["wbmgp-artikel-8"]
    assert stored["note"] == "still to be written"


def test_what_matches_the_flags_of_the_buurt_comes_first(panel):
    mark(panel, flags=("grondverwerving", "of another catalogue"))
    listed = panel.worklist.instruments
    keys = [listed.item(n).data(256) for n in range(listed.count())]
    matching = [e["id"] for e in panel.worklist._catalogue.matching("grondverwerving")]
    assert keys[: len(matching)] == matching
    assert len(keys) == len(set(keys)) == 58


def typing(page, field, text):
    """Type in a field of a window that is in front, without leaving it."""
    page.show()
    page.activateWindow()
    QTest.qWaitForWindowActive(page)
    field.setFocus()
    assert field.hasFocus()
    field.selectAll()
    QTest.keyClicks(field, text)


def test_what_is_typed_in_one_project_is_not_kept_in_the_next(panel):
    answer = panel.goals.answers["wat"]
    panel.goals.show_section("wat")
    typing(panel, answer, "of the first project")
    QgsProject.instance().clear()
    panel.reload()
    assert answer.toPlainText() == ""
    QTest.qWait(700)  # what waits to be kept, after the last key
    panel.goals.main.setFocus()
    assert entry("goals") == ""


def test_years_typed_in_one_project_are_not_kept_in_the_next(panel):
    panel.goals.show_section("tijd")
    typing(panel, panel.goals.first, "12")
    assert panel.goals.first.value() == 12
    QgsProject.instance().clear()
    panel.reload()
    panel.goals.main.setFocus()
    assert panel.goals.first.value() == -1
    assert entry("goals") == ""


def test_what_somebody_types_is_left_alone_in_the_same_project(panel):
    panel.goals.show_section("wat")
    typing(panel, panel.goals.answers["wat"], "half a sen")
    panel.goals.reload()
    assert panel.goals.answers["wat"].toPlainText() == "half a sen"


@pytest.mark.parametrize("name", ["years", "start"])
def test_a_measuring_plan_typed_in_one_project_is_not_kept_in_the_next(qgis_app, name):
    from wijkmix.wijkmix_plugin.gui.monitoring_page import MonitoringPage
    from wijkmix.wijkmix_plugin.policy import catalogue

    page = MonitoringPage(catalogue.load())
    page.reload()
    typing(page, getattr(page, name), "5, 30" if name == "years" else "2031")
    QgsProject.instance().clear()
    page.forget()
    page.indicators.setFocus()
    assert entry("scenario") == ""
    page.deleteLater()


def test_segments_typed_in_one_project_are_not_kept_in_the_next(qgis_app):
    from wijkmix.wijkmix_plugin.gui.actions_page import ActionsPage

    page = ActionsPage(lambda code: code)
    page.reload()
    typing(page, page.segments, '{"x": "koop"}')
    QgsProject.instance().clear()
    page.forget()
    page.year.setFocus()
    assert entry("scenario") == ""
    page.deleteLater()
