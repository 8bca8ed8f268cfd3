# SPDX-License-Identifier: GPL-2.0-or-later
"""The instruments of the panel: reachable by every way, own catalogue, designations, law checks."""

from __future__ import annotations

import json
from datetime import date, timedelta

import pytest
from qgis.core import QgsFeature, QgsGeometry, QgsProject, QgsSettings, QgsVectorLayer
from qgis.PyQt.QtCore import Qt

from .test_dock import add, scan_layer

WBMGP = [f"wbmgp-artikel-{n}" for n in (8, 9, 10)]


@pytest.fixture
def dock(qgis_iface, qgis_new_project):
    from qgis.PyQt.QtCore import QCoreApplication, QEvent
    from wijkmix.wijkmix_plugin.gui import own_catalogue
    from wijkmix.wijkmix_plugin.gui.dock import WijkMixDock

    QgsSettings().remove(own_catalogue.SETTING)
    dock = WijkMixDock(qgis_iface)
    dock.show()
    yield dock
    dock.close_down()
    dock.deleteLater()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    QgsSettings().remove(own_catalogue.SETTING)


def choose(box, key):
    box.setCurrentIndex(box.findData(key))


def keys_of(box):
    return [box.itemData(n) for n in range(box.count())]


# -- every entry, by every way ---------------------------------------------------------------------


@pytest.mark.parametrize("way", ["domain", "scale", "actor"])
def test_every_entry_is_reached_by_every_filter(dock, way):
    panel = dock.instruments
    panel.show_scope("all")
    box = getattr(panel, way)
    found = set()
    for key in keys_of(box):
        if key:
            choose(box, key)
            found |= set(panel.listed())
    assert found == set(dock._catalogue.by_id)
    assert len(found) == 58


def test_every_entry_is_reached_by_flag_or_as_belonging_to_none(dock):
    panel = dock.instruments
    found = {}
    for scope in [*dock._catalogue.candidate_flags, "unflagged"]:
        choose(panel.scope, scope)
        found[scope] = set(panel.listed())
    assert set.union(*found.values()) == set(dock._catalogue.by_id)
    loose = found.pop("unflagged")
    assert not loose & set.union(*found.values())


def test_every_entry_is_found_by_its_number_its_id_and_its_name(dock):
    from wijkmix.wijkmix_plugin.gui import texts

    panel = dock.instruments
    panel.show_scope("all")
    for entry in dock._catalogue.entries:
        for words in (entry["nr"], entry["id"], texts.both(entry["label"])):
            panel.find.setText(words)
            assert entry["id"] in panel.listed(), words


def test_scale_portiek_shows_exactly_three(dock):
    panel = dock.instruments
    panel.show_scope("all")
    choose(panel.scale, "portiek")
    numbers = [dock._catalogue.get(key)["nr"] for key in panel.listed()]
    assert numbers == ["W01", "W02", "S07"]
    choose(panel.scale, "none")
    assert [dock._catalogue.get(key)["nr"] for key in panel.listed()] == ["W03"]


@pytest.mark.parametrize("flag", ["herstructurering", "verdichting", "grondverwerving"])
def test_no_filter_takes_the_companions_of_a_physical_flag_away(dock, flag):
    panel = dock.instruments
    choose(panel.scope, flag)
    companions = {e["id"] for e in dock._catalogue.companions(flag)}
    for box, key in ((panel.domain, "fysiek"), (panel.scale, "perceel"), (panel.actor, "school")):
        choose(box, key)
        assert companions <= set(panel.listed())
        assert {"sociaal", "economisch"} <= {
            dock._catalogue.get(k)["domain"] for k in panel.listed()
        }
        box.setCurrentIndex(0)
    panel.find.setText("zzzz")
    assert companions <= set(panel.listed())


# -- the user's own catalogue ----------------------------------------------------------------------


def own_file(tmp_path, dock, **more):
    new = {**dock._catalogue.get("verdichting"), "id": "eigen", "nr": "X01", "companions": []}
    new["label"] = {"en": "Our <b>own</b>", "nl": "Ons <b>eigen</b>"}
    data = {"instruments": [new, {"id": "inponden", "what": {"en": "Ours.", "nl": "Onze."}}]}
    path = tmp_path / "own.json"
    path.write_text(json.dumps({**data, **more}), encoding="utf-8")
    return path


def test_own_entries_are_marked_and_remembered(dock, tmp_path, qgis_iface):
    from wijkmix.wijkmix_plugin.gui.dock import WijkMixDock

    panel = dock.instruments
    panel.use_own(str(own_file(tmp_path, dock)))
    panel.show_scope("all")
    assert len(panel.listed()) == 59
    items = {i.data(0, Qt.ItemDataRole.UserRole): i.text(0) for i in panel._items()}
    assert items["eigen"].endswith("(own catalogue)")
    assert items["inponden"].endswith("(changed by own catalogue)")
    assert "own.json" in panel.notice.text()
    panel.show_entry("eigen")
    assert "Own catalogue: own.json" in panel.page.toPlainText()
    assert "<b>own" not in panel.page._body
    assert "eigen" in dock.plan.worklist._catalogue.by_id
    other = WijkMixDock(qgis_iface)
    assert "eigen" in other._catalogue.by_id
    other.close_down()
    other.deleteLater()
    panel.drop_own.trigger()
    panel.show_scope("all")
    assert len(panel.listed()) == 58
    assert panel.notice.isHidden()
    assert not panel.drop_own.isEnabled()


@pytest.mark.parametrize(
    ("content", "why"),
    [
        ("{broken", "cannot be read"),
        (json.dumps({"schema_version": 99}), "Update the plugin"),
        (json.dumps({"instruments": [{"id": "typing-error", "what": {}}]}), "typing-error"),
        (
            json.dumps({"instruments": [{"id": "inponden", "companions": ["nergens"]}]}),
            "'nergens' does not exist",
        ),
    ],
)
def test_a_file_that_cannot_be_used_keeps_what_is_there_and_says_why(dock, tmp_path, content, why):
    from wijkmix.wijkmix_plugin.gui import own_catalogue

    panel = dock.instruments
    before = panel._catalogue
    path = tmp_path / "own.json"
    path.write_text(content, encoding="utf-8")
    panel.use_own(str(path))
    assert why in panel.notice.text()
    assert "own.json is not used, and everything stays as it was" in panel.notice.text()
    assert not panel.notice.isHidden()
    assert panel._catalogue is before
    assert own_catalogue.path() == ""


def test_a_file_that_has_gone_is_said_at_the_next_opening(dock, tmp_path, qgis_iface):
    from wijkmix.wijkmix_plugin.gui.dock import WijkMixDock

    path = own_file(tmp_path, dock)
    dock.instruments.use_own(str(path))
    path.unlink()
    other = WijkMixDock(qgis_iface)
    try:
        assert len(other._catalogue.entries) == 58
        assert "is not used; the shipped one is" in other.instruments.notice.text()
        assert other.instruments.drop_own.isEnabled()
    finally:
        other.close_down()
        other.deleteLater()


def test_a_refused_note_survives_another_catalogue(dock, tmp_path):
    add(scan_layer())
    dock.select_code("BU00010001")
    dock.plan.worklist.mark.click()
    dock.plan.worklist.note.put("n" * 30_000)
    dock.plan.worklist._save()
    dock.instruments.use_own(str(own_file(tmp_path, dock)))
    assert len(dock.plan.worklist.note.toPlainText()) == 30_000
    assert "Buurt 1" in dock.plan.worklist.message.text()


def test_another_catalogue_may_ask_other_questions(dock, tmp_path):
    item = {"id": "stap-1-eigen", "en": "our item", "nl": "ons punt"}
    path = own_file(tmp_path, dock, steps=[{"id": "stap-1", "items": [item]}])
    dock.instruments.use_own(str(path))
    assert "stap-1-eigen" in dock.plan.goals.answers
    assert "stap-1-waarom-samen" in dock.plan.goals.answers


# -- designated areas ------------------------------------------------------------------------------


def areas(*shapes, field="einde", kind="string", crs="EPSG:28992"):
    """Return a layer with (xmin, xmax, end) as rectangles of 100 m high along the scan."""
    layer = QgsVectorLayer(f"Polygon?crs={crs}&field={field}:{kind}", "besluit", "memory")
    features = []
    for low, high, end in shapes:
        feature = QgsFeature(layer.fields())
        feature.setAttributes([end])
        feature.setGeometry(
            QgsGeometry.fromWkt(
                f"Polygon(({low} 480000,{high} 480000,{high} 480100,{low} 480100,{low} 480000))"
            )
        )
        features.append(feature)
    layer.dataProvider().addFeatures(features)
    QgsProject.instance().addMapLayer(layer)
    return layer


def designate(dock, layer, field="einde", until=""):
    from wijkmix.wijkmix_plugin.gui.designations import DesignationDialog

    dialog = DesignationDialog(dock)
    dialog.layers.setLayer(layer)
    dialog.field.setField(field)
    dialog.until.setText(until)
    dialog.accept()
    dock.instruments.designation_changed.emit()
    message = dialog.message.text()
    dialog.deleteLater()
    return message


def wbmgp_listed(dock):
    choose(dock.instruments.scope, "buurt")
    return [key for key in dock.instruments.listed() if key in WBMGP]


def test_entries_show_only_inside_a_designation_that_is_in_force(dock):
    add(scan_layer())
    dock.select_code("BU00010001")
    assert wbmgp_listed(dock) == []
    dock.instruments.show_entry(WBMGP[0])
    assert "No designation is loaded" in dock.instruments.page.toPlainText()
    today = date.today()
    # Buurt 1 whole, a quarter of buurt 2, buurt 3 until yesterday, buurt 4 without a date.
    layer = areas(
        (120_100, 120_225, str(today)),
        (120_300, 120_400, str(today - timedelta(days=1))),
        (120_400, 120_500, ""),
    )
    assert designate(dock, layer) == ""
    expected = {
        1: (WBMGP, "is designated until"),
        2: (WBMGP, "25% of this buurt is designated"),
        3: ([], "ended on"),
        4: ([], "no end date that can be read"),
        5: ([], "outside the designated areas"),
    }
    for number, (listed, words) in expected.items():
        dock.select_code(f"BU0001000{number}")
        assert wbmgp_listed(dock) == listed, number
        dock.instruments.show_entry(WBMGP[0])
        assert words in dock.instruments.page.toPlainText()
        assert dock.plan.worklist._unit.designated == bool(listed)
    assert dock.plan.worklist._unit.until == ""
    dock.select_code("BU00010001")
    assert dock.plan.worklist._unit.until == str(today)


def test_one_end_date_for_all_and_another_coordinate_system(dock):
    add(scan_layer(crs="EPSG:4326"))
    dock.select_code("BU00010001")
    layer = areas((120_100, 120_200, ""))
    until = str(date.today() + timedelta(days=1))
    assert designate(dock, layer, field="", until=until) == ""
    assert wbmgp_listed(dock) == WBMGP
    dock.instruments.show_entry(WBMGP[0])
    assert until in dock.instruments.page.toPlainText()


def test_an_end_date_may_stand_in_a_field_of_real_numbers(dock):
    add(scan_layer())
    dock.select_code("BU00010001")
    assert designate(dock, areas((120_100, 120_200, 29990101.0), kind="double")) == ""
    assert wbmgp_listed(dock) == WBMGP


def test_the_choice_of_a_layer_says_none_also_where_layers_are_loaded(dock):
    from wijkmix.wijkmix_plugin.gui.designations import DesignationDialog

    areas((120_100, 120_200, ""))
    dialog = DesignationDialog(dock)
    assert dialog.layers.currentText() == "none"
    assert not dialog.field.isEnabled()
    dialog.deleteLater()


def test_areas_without_or_with_broken_shapes_are_no_harm(dock):
    add(scan_layer())
    layer = areas((120_100, 120_200, "2999-01-01"))
    bare, bow = QgsFeature(layer.fields()), QgsFeature(layer.fields())
    bare.setAttributes(["2999-01-01"])
    bow.setAttributes(["2999-01-01"])
    bow.setGeometry(
        QgsGeometry.fromWkt(
            "Polygon((120200 480000,120300 480100,120300 480000,120200 480100,120200 480000))"
        )
    )
    layer.dataProvider().addFeatures([bare, bow])
    designate(dock, layer)
    dock.select_code("BU00010001")
    assert wbmgp_listed(dock) == WBMGP
    dock.select_code("BU00010002")
    dock.instruments.show_entry(WBMGP[0])
    assert "50% of this buurt is designated" in dock.instruments.page.toPlainText()


def test_without_an_end_date_it_is_refused(dock):
    layer = areas((120_100, 120_200, ""))
    assert "only with its end date" in designate(dock, layer, field="")
    assert QgsProject.instance().readEntry("WijkMix", "designation", "")[0] == ""


@pytest.mark.parametrize("change", ["layer", "field"])
def test_a_layer_or_field_that_has_gone_hides_the_entries_and_says_why(dock, change):
    add(scan_layer())
    layer = areas((120_100, 120_200, "2999-01-01"))
    designate(dock, layer)
    if change == "layer":
        QgsProject.instance().removeMapLayer(layer.id())
    else:
        layer.dataProvider().deleteAttributes([0])
        layer.updateFields()
    dock.select_code("BU00010001")
    assert wbmgp_listed(dock) == []
    dock.instruments.show_entry(WBMGP[0])
    text = dock.instruments.page.toPlainText()
    assert ("not in this project" if change == "layer" else "no field einde") in text


def test_a_column_of_the_scan_is_no_designation(dock):
    """A bare yes or no has no end date."""
    layer = add(scan_layer())
    from qgis.core import QgsField
    from qgis.PyQt.QtCore import QMetaType

    layer.dataProvider().addAttributes([QgsField("wbmgp_area", QMetaType.Type.Bool)])
    layer.updateFields()
    place = layer.fields().lookupField("wbmgp_area")
    layer.dataProvider().changeAttributeValues({2: {place: True}})
    dock.select_code("BU00010001")
    assert wbmgp_listed(dock) == []


# -- when the law was checked ----------------------------------------------------------------------


def check(panel, day, note=""):
    panel.check_note.setText(note)
    panel.checked.setText(day)
    panel.checked.editingFinished.emit()


def test_a_check_of_the_law_is_kept_and_takes_the_amber_mark_away(dock):
    panel = dock.instruments
    today = date.today()
    panel.show_entry("wbmgp-artikel-8")
    assert "Older than 12 months" in panel.page.toPlainText()
    check(panel, today.strftime("%d-%m-%Y"), "wetten.nl <b>")
    text = panel.page.toPlainText()
    assert "Checked on" in text
    assert "(wetten.nl <b>)" in text
    assert "Older than 12 months" not in text
    stored = json.loads(QgsProject.instance().readEntry("WijkMix", "law_checks", "")[0])
    assert stored["checks"] == {"wbmgp-artikel-8": {"day": str(today), "note": "wetten.nl <b>"}}
    panel.show_entry("inponden")
    assert panel.checked.text() == panel.check_note.text() == ""
    panel.show_entry("wbmgp-artikel-8")
    assert panel.checked.text() == str(today)
    check(panel, str(today.replace(year=today.year - 1, day=1)))
    assert "Older than 12 months" in panel.page.toPlainText()
    check(panel, "")
    assert "Checked on" not in panel.page.toPlainText()


def test_every_watched_law_is_shown_and_can_be_checked(dock):
    panel = dock.instruments
    panel.show_scope("watch")
    assert panel.listed() == [f"L{number:02d}" for number in range(1, 17)]
    assert not panel.domain.isEnabled()
    for key in panel.listed():
        panel.show_entry(key)
        text = panel.page.toPlainText()
        assert dock._catalogue.legal_watch[int(key[1:]) - 1]["source_states"]["en"] in text
        assert "Older than 12 months" in text
    assert "No instrument refers to it" in text
    check(panel, str(date.today()), "cbs.nl")
    text = panel.page.toPlainText()
    assert "(cbs.nl)" in text
    assert "Older than 12 months" not in text
    panel.find.setText("wbmgp")
    assert panel.listed() == ["L03"]
    panel.show_entry("L03")
    check(panel, str(date.today()), "wetten.nl")
    # The instruments that rest on it are a click away, and checked with it.
    assert 'href="entry:wbmgp-artikel-8"' in panel.page.toHtml()
    panel.show_entry("wbmgp-artikel-8")
    assert "Older than 12 months" not in panel.page.toPlainText()
    assert "(wetten.nl)" in panel.page.toPlainText()
    assert 'href="entry:L03"' in panel.page.toHtml()
    panel.show_entry("L99")
    assert "Wbmgp" in panel.page.toPlainText()
    panel.show_scope("all")
    assert panel.domain.isEnabled()


@pytest.mark.parametrize(
    ("day", "note", "why"),
    [
        ("", "only a note", "day of the check"),
        ("ooit", "", "is no date"),
        (str(date.today() + timedelta(days=1)), "", "in the future"),
    ],
)
def test_a_check_that_cannot_be_is_said_and_stays_in_the_field(dock, day, note, why):
    panel = dock.instruments
    panel.show_entry("inponden")
    check(panel, day, note)
    assert why in panel.check_message.text()
    assert (panel.checked.text(), panel.check_note.text()) == (day, note)
    assert QgsProject.instance().readEntry("WijkMix", "law_checks", "")[0] == ""


def test_checks_of_a_newer_version_stay_as_they_are(dock):
    text = '{"version": 9, "checks": {}}'
    QgsProject.instance().writeEntry("WijkMix", "law_checks", text)
    panel = dock.instruments
    panel.show_entry("inponden")
    assert not panel.checked.isEnabled()
    assert "newer WijkMix" in panel.check_message.text()
    panel._keep_check()
    assert QgsProject.instance().readEntry("WijkMix", "law_checks", "")[0] == text


def test_how_firm_a_flag_is_stands_below_its_conditions():
    from wijkmix.wijkmix_plugin.gui import flags_panel

    values = {"flag_verdichting": "candidate", "flag_robustness_verdichting": "3/4"}
    assert "in 3 of the 4 variants" in flags_panel.render(values, None, None)
    assert "variants" not in flags_panel.render({"flag_verdichting": "candidate"}, None, None)


# -- the same conditions at other scales -----------------------------------------------------------


def test_every_scale_says_what_it_can(dock):
    """Reference gemeente: the quotient of the gemeente itself is one by definition."""
    layer = scan_layer()
    place = layer.fields().lookupField("n_corp")
    # The two other buurten of the wijk have no corporation homes.
    layer.dataProvider().changeAttributeValues({1: {place: 0.0}, 3: {place: 0.0}})
    add(layer)
    dock.select_code("BU00010001")
    text = dock.flags.toPlainText()
    part = text[text.index("The same at other scales") :].split("Densification")[0]
    assert "street: no data: the scan had no blocks" in part
    assert "block: no data: the scan had no blocks" in part
    assert "Buurt 1: ✓ Location quotient corporation rental 1.83: met" in part
    # Wijk: 60 koop, 60 corp and 48 overig, H / ln 3 = 0.995; gemeente: 120, 240 and 96, 0.926.
    assert "WK000100: ✗ Location quotient corporation rental 0.68: not met" in part
    wijk, stad = (line for line in part.splitlines() if "WK000100" in line or "Proefstad" in line)
    assert "(0-1) 1.00: not met" in wijk
    assert "Proefstad 1: ✗" in stad
    assert "(0-1) 0.93: not met" in stad
    assert "quotient" not in stad
    assert "do not say the same" in part


def test_blocks_of_the_scan_answer_in_the_panel(dock):
    from qgis.core import QgsField
    from qgis.PyQt.QtCore import QMetaType

    layer = scan_layer()
    layer.dataProvider().addAttributes([QgsField("flag_scales", QMetaType.Type.QString)])
    layer.updateFields()
    place = layer.fields().lookupField("flag_scales")
    told = {"ind": "div_tenure", "op": "<=", "threshold": 0.5, "share": 0.25}
    text = json.dumps({"v": 1, "blok": {"units": 12, "conditions": [told]}})
    layer.dataProvider().changeAttributeValues({2: {place: text}})
    add(layer)
    dock.select_code("BU00010001")
    part = dock.flags.toPlainText().split("The same at other scales")[1].split("Densification")[0]
    (line,) = (line for line in part.splitlines() if "block (12)" in line)
    assert "so in blocks with 25% of the dwellings" in line
    assert "at least half of the dwellings (an assumption)" in part
