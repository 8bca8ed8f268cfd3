# SPDX-License-Identifier: GPL-2.0-or-later
"""Choosing which column is what: in the panel, in the dialog of Processing, and what is kept."""

from __future__ import annotations

import json

import pytest
from qgis.core import QgsApplication, QgsProcessingException, QgsProject, QgsSettings
from qgis.PyQt.QtCore import QCoreApplication, QEvent, Qt
from qgis.PyQt.QtTest import QTest
from qgis.PyQt.QtWidgets import QDialogButtonBox

from .test_dock_run import dock, wait  # noqa: F401

KOOP = "percentage_koopwoningen"
OWN = {"percentage_koopwoningen": "koop_pct", "woningvoorraad": "aantal"}


@pytest.fixture(autouse=True)
def _nothing_remembered(qgis_app):
    QgsSettings().remove("wijkmix/mappings")
    yield
    QgsSettings().remove("wijkmix/mappings")


@pytest.fixture
def own(buurten):
    """Return a layer with two columns under names of somebody's own."""

    def rename(records):
        for record in records:
            record["koop_pct"] = record["percentage_koopwoningen"]
            record["aantal"] = record["woningvoorraad"]

    return buurten(change=rename, drop=tuple(OWN))


@pytest.fixture
def open_dialog(qgis_app):
    from wijkmix.wijkmix_plugin.gui import mapping

    shown = []

    def make(layer, chosen=None, size=None):
        names = layer.fields().names()
        dialog = mapping.MappingDialog(mapping.allowed(names), mapping.samples(layer), chosen or {})
        if size:
            dialog.resize(*size)
        dialog.show()
        shown.append(dialog)
        QTest.qWait(30)
        return dialog

    yield make
    for dialog in shown:
        dialog.deleteLater()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


def ok(dialog):
    return dialog.buttons.button(QDialogButtonBox.StandardButton.Ok)


def pick(dialog, role, name):
    box = dialog.boxes[role]
    place = box.findData(name)
    assert place >= 0, name
    box.setCurrentIndex(place)


def test_it_starts_from_what_is_recognised_and_shows_samples(buurten, open_dialog):
    dialog = open_dialog(buurten())
    assert dialog.boxes["share_koop"].currentData() == KOOP
    note = dialog._notes["share_koop"].text()
    assert note == "recognised: 10, 70, 11"
    assert dialog._notes["buurt_name"].text() == "recognised: Buurt 0, Buurt 1, Buurt 2"
    assert dialog.boxes["share_unknown"].currentData() == ""
    assert dialog.kind.currentData() == "percent"
    assert not dialog._rows["n_koop"].isVisibleTo(dialog)
    assert ok(dialog).isEnabled()
    assert dialog.mapping() == {}


def test_what_is_needed_is_said_until_it_is_chosen(own, open_dialog):
    dialog = open_dialog(own)
    assert not ok(dialog).isEnabled()
    assert dialog.problem.text() == "Needed: Owner-occupied."
    pick(dialog, "share_koop", "koop_pct")
    # households serve where there are no dwellings
    assert ok(dialog).isEnabled()
    pick(dialog, "dwellings", "aantal")
    assert dialog.mapping() == {"share_koop": "koop_pct", "dwellings": "aantal"}
    assert dialog._notes["share_koop"].text() == "your choice: 10, 70, 11"
    pick(dialog, "buurt_code", "")
    assert dialog.problem.text() == "Needed: Buurt code."
    assert dialog._notes["buurt_code"].text() == "your choice: left out"


def test_two_columns_that_fit_are_listed_and_the_dialog_is_the_way_out(buurten, open_dialog, run):
    def twice(records):
        for record in records:
            record["percentageKoopwoningen"] = 50

    layer = buurten(change=twice)
    with pytest.raises(QgsProcessingException, match="percentageKoopwoningen"):
        run("prepare_buurten", {"INPUT": layer, "OUTPUT": "TEMPORARY_OUTPUT"})
    dialog = open_dialog(layer)
    assert dialog.boxes["share_koop"].currentData() is None
    assert dialog._notes["share_koop"].text() == (
        "2 columns fit: percentage_koopwoningen, percentageKoopwoningen."
    )
    assert dialog.problem.text() == "Choose a column for: Owner-occupied."
    assert not ok(dialog).isEnabled()
    pick(dialog, "share_koop", KOOP)
    assert ok(dialog).isEnabled()
    text = json.dumps(dialog.mapping())
    assert dialog.mapping() == {"share_koop": KOOP}
    done = run("prepare_buurten", {"INPUT": layer, "MAPPING": text, "OUTPUT": "TEMPORARY_OUTPUT"})
    assert done["OUTPUT"]


def test_numbers_of_dwellings_instead_of_percentages(buurten, open_dialog, run, table_of):
    def counted(records):
        for record in records:
            record["k"], record["c"], record["o"] = 20, 160, 20

    layer = buurten(change=counted)
    dialog = open_dialog(layer)
    dialog.kind.setCurrentIndex(1)
    assert not dialog._rows["share_koop"].isVisibleTo(dialog)
    assert dialog.problem.text() == "Needed: Owner-occupied dwellings."
    for role, name in (("n_koop", "k"), ("n_corp", "c"), ("n_overig", "o")):
        pick(dialog, role, name)
    assert ok(dialog).isEnabled(), dialog.problem.text()
    text = json.dumps(dialog.mapping())
    done = run("prepare_buurten", {"INPUT": layer, "MAPPING": text, "OUTPUT": "TEMPORARY_OUTPUT"})
    assert {row["n_corp"] for row in table_of(done["OUTPUT"])} == {160}
    # and back again
    dialog.kind.setCurrentIndex(0)
    assert "share_koop" not in dialog.mapping()


def test_columns_about_origin_are_not_offered(buurten, open_dialog, run):
    def origin(records):
        for record in records:
            record["percentage_met_herkomstland_nederland"] = 50

    layer = buurten(change=origin)
    dialog = open_dialog(layer)
    box = dialog.boxes["share_corp"]
    offered = [box.itemText(i) for i in range(box.count())]
    assert KOOP in offered
    assert "percentage_met_herkomstland_nederland" not in offered
    text = json.dumps({"share_corp": "percentage_met_herkomstland_nederland"})
    for name in ("prepare_buurten", "scan"):
        with pytest.raises(QgsProcessingException, match="herkomstland"):
            run(name, {"INPUT": layer, "MAPPING": text, "OUTPUT": "TEMPORARY_OUTPUT"})


def test_typing_and_the_keyboard(buurten, open_dialog):
    dialog = open_dialog(buurten())
    box = dialog.boxes["share_lowinc"]
    box.setFocus()
    box.lineEdit().selectAll()
    QTest.keyClicks(box.lineEdit(), "oppervlakte_land_in_ha")
    QTest.keyClick(box.lineEdit(), Qt.Key.Key_Tab)
    assert box.currentData() == "oppervlakte_land_in_ha"
    box.lineEdit().selectAll()
    QTest.keyClicks(box.lineEdit(), "nergens")
    box.lineEdit().editingFinished.emit()
    assert box.currentText() == "oppervlakte_land_in_ha"
    # every field is reached by Tab, and Escape leaves
    dialog.boxes["buurt_code"].setFocus()
    reached = set()
    for _ in range(80):
        QTest.keyClick(dialog.focusWidget() or dialog, Qt.Key.Key_Tab)
        reached.add(dialog.focusWidget())
    fields = {b for r, b in dialog.boxes.items() if dialog._rows[r].isVisibleTo(dialog)}
    assert fields <= reached | {b.lineEdit() for b in fields} | {
        w.parent() for w in reached if w is not None
    }
    QTest.keyClick(dialog, Qt.Key.Key_Escape)
    assert not dialog.isVisible()


def test_it_fits_in_360_pixels(buurten, open_dialog):
    dialog = open_dialog(buurten())
    dialog.resize(360, 600)
    QTest.qWait(20)
    assert dialog.width() == 360
    assert dialog.minimumSizeHint().width() <= 360
    for role, row in dialog._rows.items():
        if row.isVisibleTo(dialog):
            right = row.mapTo(dialog, row.rect().topRight()).x()
            assert right <= 360, role


def test_a_choice_is_remembered_for_the_same_columns_only(own, buurten, qgis_app):
    from wijkmix.wijkmix_plugin.gui import mapping

    names = own.fields().names()
    chosen = {"share_koop": "koop_pct", "dwellings": "aantal"}
    mapping.remember(names, chosen)
    assert mapping.recall(names) == chosen
    assert mapping.recall(list(reversed(names))) == chosen
    assert mapping.recall(buurten().fields().names()) == {}
    mapping.remember(names, {})
    assert mapping.recall(names) == {}
    # a setting that somebody spoilt is no choice
    for spoilt in ("{", "[]", '{"share_koop": "weg"}', '{"nope": "aantal"}'):
        QgsSettings().setValue(mapping._key(names), spoilt)
        assert mapping.recall(names) == {}


def test_what_is_asked_comes_into_sight(own, open_dialog):
    dialog = open_dialog(own, size=(360, 400))
    row = dialog._rows["share_koop"]
    top = row.mapTo(dialog.area.viewport(), row.rect().topLeft()).y()
    assert 0 <= top < dialog.area.viewport().height()
    assert dialog.focusWidget() in (
        dialog.boxes["share_koop"],
        dialog.boxes["share_koop"].lineEdit(),
    )


# -- in the panel


def test_the_form_fits_in_360_pixels(dock):  # noqa: F811
    dock.run_button.click()
    assert dock.run_panel.minimumSizeHint().width() <= 340


def test_the_panel_tells_remembers_and_passes_the_choice(dock, own, monkeypatch):  # noqa: F811
    from wijkmix.wijkmix_plugin.gui import mapping

    chosen = {"share_koop": "koop_pct", "dwellings": "aantal"}
    asked = []

    def answer(dialog):
        asked.append(dialog.mapping())
        for role, name in chosen.items():
            pick(dialog, role, name)
        return 1

    monkeypatch.setattr(mapping.MappingDialog, "exec", answer)
    QgsProject.instance().addMapLayer(own)
    dock.run_button.click()
    panel = dock.run_panel
    panel.layers.setLayer(own)
    assert panel.columns_note.text() == "Columns: not recognised; choose them."
    panel.go.click()
    assert "No column with tenure" in panel.problem.text()
    panel.columns.click()
    assert asked == [{}]
    assert panel.problem.isHidden()
    assert panel.columns_note.text() == "Columns: your choice for Dwellings, Owner-occupied."
    assert json.loads(panel.parameters()["MAPPING"]) == chosen
    # the next time, and for another layer with the same columns
    panel._mapping = {}
    panel._layer_changed(own)
    assert json.loads(panel.parameters()["MAPPING"]) == chosen
    panel.go.click()
    assert panel.problem.text() == ""
    wait(lambda: dock.runs.run is None)
    assert "48 with usable figures" in dock.runs.text.text()


def test_the_scan_takes_the_choice(run, own, table_of):
    text = json.dumps({"share_koop": "koop_pct", "dwellings": "aantal"})
    done = run(
        "scan", {"INPUT": own, "MAPPING": text, "PERMUTATIONS": 99, "OUTPUT": "TEMPORARY_OUTPUT"}
    )
    rows = table_of(done["OUTPUT"])
    assert rows[0]["dwellings"] == 200
    assert rows[0]["share_koop"] == pytest.approx(10)


# -- in the dialog of Processing


def test_a_long_table_offers_what_its_measures_become(qgis_app):
    from wijkmix.wijkmix_plugin.gui import mapping

    offered = mapping.figures(["Id", "Measure", "Value", "WijkenEnBuurten"])
    assert offered[0] == "WijkenEnBuurten"
    assert {"1014800", "A047047"} <= set(offered)
    assert mapping.figures(["buurtcode", KOOP]) == ["buurtcode", KOOP]


def test_squares_have_nothing_to_choose(qgis_app):
    from wijkmix.wijkmix_plugin.gui import mapping

    names = ["aantal_woningen", KOOP, "percentage_huurwoningen", "crs28992res100m"]
    assert mapping.known_whole(names)
    assert not mapping.known_whole([*names, "buurtcode"])
    assert not mapping.known_whole([])


@pytest.fixture
def wrapper(provider, qgis_iface, own):
    from processing.gui.wrappers import WidgetWrapperFactory
    from qgis.core import QgsProcessingContext
    from qgis.gui import QgsGui, QgsProcessingGui, QgsProcessingParameterWidgetContext

    QgsProject.instance().addMapLayer(own)
    algorithm = QgsApplication.processingRegistry().createAlgorithmById("wijkmix:prepare_buurten")
    made = WidgetWrapperFactory.create_wrapper(algorithm.parameterDefinition("MAPPING"), None)
    context = QgsProcessingContext()
    context.setProject(QgsProject.instance())
    shown = QgsProcessingParameterWidgetContext()
    shown.setProject(QgsProject.instance())
    others, widgets = [], []
    for name in ("INPUT", "TABLE"):
        other = QgsGui.processingGuiRegistry().createParameterWidgetWrapper(
            algorithm.parameterDefinition(name), QgsProcessingGui.WidgetType.Standard
        )
        other.setWidgetContext(shown)
        widgets.append(other.createWrappedWidget(context))
        others.append(other)
    others[0].setParameterValue(own.id(), context)
    others[1].setParameterValue(None, context)
    assert others[0].parameterValue() == own.id()
    made.postInitialize([*others, made])
    yield made
    QgsProject.instance().removeAllMapLayers()


def test_the_button_fills_the_parameter(wrapper, own, monkeypatch):
    from wijkmix.wijkmix_plugin.gui import mapping

    def answer(dialog):
        pick(dialog, "share_koop", "koop_pct")
        return 1

    monkeypatch.setattr(mapping.MappingDialog, "exec", answer)
    assert wrapper.value() == ""
    wrapper.button.click()
    assert json.loads(wrapper.value()) == {"share_koop": "koop_pct"}
    assert mapping.recall(own.fields().names()) == {"share_koop": "koop_pct"}
    # typing wins
    wrapper.setValue('{"share_koop": "aantal"}')
    wrapper._source_changed()
    assert wrapper.value() == '{"share_koop": "aantal"}'


def test_what_was_chosen_before_is_filled_in_where_it_can_be_seen(own, request):
    from wijkmix.wijkmix_plugin.gui import mapping

    mapping.remember(own.fields().names(), {"share_koop": "koop_pct"})
    wrapper = request.getfixturevalue("wrapper")
    assert json.loads(wrapper.value()) == {"share_koop": "koop_pct"}


def test_going_back_changes_nothing(wrapper, monkeypatch):
    from wijkmix.wijkmix_plugin.gui import mapping

    monkeypatch.setattr(mapping.MappingDialog, "exec", lambda _dialog: 0)
    wrapper.setValue("x")
    wrapper.button.click()
    assert wrapper.value() == "x"


@pytest.mark.parametrize("kind", ["BatchAlgorithmDialog", "ModelerParametersDialog"])
def test_in_batch_and_in_a_model_it_is_text(provider, qgis_iface, kind):
    from processing.gui.wrappers import WidgetWrapperFactory

    algorithm = QgsApplication.processingRegistry().createAlgorithmById("wijkmix:scan")
    dialog = type(kind, (), {})()
    made = WidgetWrapperFactory.create_wrapper(algorithm.parameterDefinition("MAPPING"), dialog)
    made.setValue('{"woz": "w"}')
    made.postInitialize([made])
    assert made.value() == '{"woz": "w"}'
    assert not hasattr(made, "button")
