# SPDX-License-Identifier: GPL-2.0-or-later
"""`wijkmix:scenario` in QGIS, on a made-up town and on Amsterdam, and what it refuses."""

from __future__ import annotations

import json

import pytest
from qgis.core import (
    QgsApplication,
    QgsFeature,
    QgsProcessingException,
    QgsProcessingFeedback,
    QgsVectorLayer,
)

OUT = dict.fromkeys(("OUTPUT", "INDICES", "BALANCE", "TESTS"), "TEMPORARY_OUTPUT")
PLAN = [
    ("BU00010000", 2026, "sloop", "sociaal", 100, "ja"),
    ("BU00010007", 2028, "nieuwbouw", "sociaal", 100, None),
    ("BU00010000", 2028, "nieuwbouw", "duur koop", 60, None),
]


def table_from(rows, drop=()):
    kinds = dict.fromkeys(("unit", "action", "segment", "occupied"), "string")
    kinds |= {"year": "integer", "n": "double"}
    names = [n for n in ("unit", "year", "action", "segment", "n", "occupied") if n not in drop]
    spec = "&".join(f"field={name}:{kinds[name]}" for name in names)
    table = QgsVectorLayer(f"None?{spec}", "plan", "memory")
    features = []
    for row in rows:
        feature = QgsFeature(table.fields())
        feature.setAttributes(list(row)[: len(names)])
        features.append(feature)
    assert table.dataProvider().addFeatures(features)[0]
    return table


@pytest.fixture
def stock(run, buurten):
    """Return the made-up town as a scan leaves it, with vulnerable areas."""

    def make(change=None):
        parameters = {
            "INPUT": buurten(change=change),
            "OUTPUT": "TEMPORARY_OUTPUT",
            "PERMUTATIONS": 99,
        }
        found = run("scan", parameters)
        return run.context.takeResultLayer(found["OUTPUT"])

    return make


def test_a_plan(run, stock, table_of):
    found = run("scenario", {"INPUT": stock(), "ACTIONS": table_from(PLAN), **OUT})
    rows = table_of(found["OUTPUT"])
    assert len(rows) == 3 * 48
    assert [(r["year"], r["moment"]) for r in rows[::48]] == [
        (2024, "before"),
        (2026, "after"),
        (2028, "after"),
    ]
    # 160 of 200 are corporation dwellings; 100 go, and 60 for sale come.
    assert [r["n_corp"] for r in rows[::48]] == [160, 60, 60]
    assert [r["dwellings"] for r in rows[::48]] == [200, 100, 160]
    assert rows[96]["change_share_corp"] == pytest.approx(100 * 60 / 160 - 80)
    assert any("forecasts no income" in line for line in run.log)
    social = [
        r
        for r in table_of(found["BALANCE"])
        if (r["segment"], r["vulnerable"]) == ("sociaal", "all")
    ]
    assert [(r["year"], r["balance"], r["status"]) for r in social] == [
        (2026, -100, "not balanced"),
        (2028, 0, "balanced"),
    ]
    assert social[1]["lag_years"] == 2
    assert social[1]["distance_km"] == pytest.approx(0.7)
    tests = {(r["test"], r["area"], r["year"]): r for r in table_of(found["TESTS"])}
    assert tests["new_before_demolition", "WK000100", 2026]["status"] == "not met"
    assert tests["leavers", "all", 2028]["value"] == 100
    levels = {(r["level"], r["year"]) for r in table_of(found["INDICES"])}
    assert levels == {(level, y) for level in ("buurt", "wijk") for y in (2026, 2028)}


def test_the_map_shows_the_last_year(run, stock):
    from qgis.core import QgsExpressionContextUtils, QgsRenderContext
    from wijkmix.processing_algs import styling

    moved = ("BU00010001", 2027, "verkoop", "sociaal", 10, None)
    found = run("scenario", {"INPUT": stock(), "ACTIONS": table_from([*PLAN, moved]), **OUT})
    layer = run.context.takeResultLayer(found["OUTPUT"])
    styling.planned(2028)(layer)
    context = QgsRenderContext()
    context.expressionContext().appendScopes(
        QgsExpressionContextUtils.globalProjectLayerScopes(layer)
    )
    renderer = layer.renderer()
    renderer.startRender(context, layer.fields())
    shown = {}
    for feature in layer.getFeatures():
        context.expressionContext().setFeature(feature)
        for key in renderer.legendKeysForFeature(feature, context):
            label = renderer.rootRule().findRuleByKey(key).label()
            if label:  # the root has none
                shown.setdefault(feature["buurt_code"], []).append((feature["year"], label))
    renderer.stopRender(context)
    assert len(shown) == 48
    assert {tuple(year for year, _ in rows) for rows in shown.values()} == {(2028,)}
    labels = {code: rows[0][1] for code, rows in shown.items()}
    assert labels["BU00010000"] == "Fewer dwellings"
    assert labels["BU00010007"] == "More dwellings than at the start"
    assert labels["BU00010001"] == "As many, of other tenure"
    assert labels["BU00010002"] == "No change"


def test_no_actions_change_nothing(run, stock, table_of):
    found = run("scenario", {"INPUT": stock(), "ACTIONS": table_from([]), **OUT})
    assert all(r["change_dwellings"] == 0 for r in table_of(found["OUTPUT"]))
    assert {r["change"] for r in table_of(found["INDICES"])} <= {0, None}
    assert table_of(found["BALANCE"]) == []


def test_without_a_rule_nothing_is_matched(run, buurten, table_of):
    prepared = run("prepare_buurten", {"INPUT": buurten(), "OUTPUT": "TEMPORARY_OUTPUT"})
    layer = run.context.takeResultLayer(prepared["OUTPUT"])
    found = run("scenario", {"INPUT": layer, "ACTIONS": table_from(PLAN), **OUT})
    assert any("Which areas are vulnerable is not known" in line for line in run.log)
    assert {r["status"] for r in table_of(found["BALANCE"])} == {None, "not testable"}


@pytest.mark.parametrize(
    ("rows", "more", "words"),
    [
        ([("BU9", 2026, "sloop", "sociaal", 1, None)], {}, "does not have: .BU9."),
        ([("BU00010000", 2026, "sloop", "sociaal", 900, None)], {}, "2026, corp: 900 > 160"),
        ([("BU00010000", 2020, "sloop", "sociaal", 9, None)], {}, "before that of the stock"),
        ([("BU00010000", 2026, "sloop", "zorg", 9, None)], {}, "without a tenure: .zorg."),
        ([("BU00010000", None, "sloop", "sociaal", 9, None)], {}, "no years"),
        ([], {"SEGMENT_MAP": "{"}, "map of segments"),
        ([], {"OUTPUT": "/no/such/folder/a.gpkg"}, "cannot be written"),
    ],
)
def test_what_is_refused(run, stock, rows, more, words):
    with pytest.raises(QgsProcessingException, match=words):
        run("scenario", {"INPUT": stock(), "ACTIONS": table_from(rows), **OUT, **more})


def test_missing_columns_are_refused_and_leave_no_file(run, stock, buurten, tmp_path):
    out = {**OUT, "OUTPUT": str(tmp_path / "a.gpkg")}
    with pytest.raises(QgsProcessingException, match="no column buurt_code"):
        run("scenario", {"INPUT": buurten(), "ACTIONS": table_from([]), **out})
    without = table_from([], drop=("segment",))
    with pytest.raises(QgsProcessingException, match="no column segment"):
        run("scenario", {"INPUT": stock(), "ACTIONS": without, **out})
    bad = table_from([("BU9", 2026, "sloop", "sociaal", 1, None)])
    with pytest.raises(QgsProcessingException, match="does not have"):
        run("scenario", {"INPUT": stock(), "ACTIONS": bad, **out})
    assert list(tmp_path.iterdir()) == []


def test_cancel(run, stock):
    layer = stock()
    feedback = QgsProcessingFeedback()
    feedback.cancel()
    with pytest.raises(QgsProcessingException):
        run("scenario", {"INPUT": layer, "ACTIONS": table_from(PLAN), **OUT}, feedback=feedback)


def test_amsterdam(run, shared, table_of):
    path = f"{shared}/data/amsterdam_2023_heerlen_2024.gpkg|layername=amsterdam_2023"
    found = run("scan", {"INPUT": path, "OUTPUT": "TEMPORARY_OUTPUT", "PERMUTATIONS": 999})
    layer = run.context.takeResultLayer(found["OUTPUT"])
    rows = [
        {name: feature[name] for name in ("buurt_code", "n_corp", "vulnerable")}
        for feature in layer.getFeatures()
    ]
    with_stock = [r for r in rows if isinstance(r["n_corp"], float) and r["n_corp"] > 300]
    lose = next(r for r in with_stock if r["vulnerable"] is True)["buurt_code"]
    gain = next(r for r in with_stock if r["vulnerable"] is False)["buurt_code"]
    plan = table_from(
        [
            (gain, 2025, "nieuwbouw", "sociaal", 200, None),
            (lose, 2026, "sloop", "sociaal", 200, "ja"),
        ]
    )
    found = run("scenario", {"INPUT": layer, "ACTIONS": plan, **OUT})
    social = [
        r
        for r in table_of(found["BALANCE"])
        if (r["segment"], r["vulnerable"]) == ("sociaal", "all")
    ]
    assert [r["status"] for r in social] == ["balanced", "balanced"]
    assert social[1]["lag_years"] == 0
    changes = [
        r["change"]
        for r in table_of(found["INDICES"])
        if (r["level"], r["year"], r["index"], r["group"])
        == ("buurt", 2026, "dissimilarity", "corp")
    ]
    assert len(changes) >= 1
    assert all(0 < abs(c) < 0.01 for c in changes)


EVERY = dict.fromkeys((*OUT, "PAIRS", "FLAGS"), "TEMPORARY_OUTPUT")


def test_pairs_and_flags(run, stock, table_of):
    def land(rows):
        for row in rows:
            row["owner_public"] = 10.0

    found = run("scenario", {"INPUT": stock(land), "ACTIONS": table_from(PLAN), **EVERY})
    pairs = table_of(found["PAIRS"])
    assert [(p["loss_unit"], p["gain_unit"], p["n"], p["lag_years"]) for p in pairs] == [
        ("BU00010000", "BU00010007", 100, 2)
    ]
    assert pairs[0]["distance_km"] == pytest.approx(0.7)
    flags = table_of(found["FLAGS"])
    assert flags
    assert {f["change"] for f in flags} <= {"appears", "vanishes", "becomes unknown", "changes"}
    assert all(f["conditions"] for f in flags)
    assert any("Unbalanced plan: less social rental" in line for line in run.log)


def test_a_flag_that_appears_carries_its_companions(run, stock, table_of):
    # Without its 20 owner-occupied dwellings the buurt is little mixed.
    plan = [("BU00010000", 2026, "sloop", "duur koop", 20, "nee")]
    found = run("scenario", {"INPUT": stock(), "ACTIONS": table_from(plan), **EVERY})
    flags = table_of(found["FLAGS"])
    raised = [f for f in flags if f["after"] in ("candidate", "provisional")]
    assert [(f["buurt_code"], f["flag"]) for f in raised] == [("BU00010000", "herstructurering")]
    assert "P04 terugkeer-herhuisvesting" in raised[0]["flag_companions"]
    assert all(f["flag_companions"] is None for f in flags if f not in raised)


def test_without_a_plan_no_flag_moves(run, stock, table_of):
    # Computed again from the same figures, clusters included, every flag is what the scan said.
    found = run("scenario", {"INPUT": stock(), "ACTIONS": table_from([]), **EVERY})
    assert table_of(found["FLAGS"]) == []
    assert table_of(found["PAIRS"]) == []


def test_a_layer_edited_afterwards_is_noticed(run, stock):
    layer = stock()
    first = run("scenario", {"INPUT": layer, "ACTIONS": table_from(PLAN), **OUT})["FINGERPRINT"]
    again = {"INPUT": layer, "ACTIONS": table_from(PLAN), "FINGERPRINT": first, **OUT}
    assert run("scenario", again)["FINGERPRINT"] == first
    assert not any("edited after" in line for line in run.log)
    place = layer.fields().lookupField("n_corp")
    feature = next(layer.getFeatures())
    assert layer.dataProvider().changeAttributeValues({feature.id(): {place: 159.0}})
    assert run("scenario", again)["FINGERPRINT"] != first
    assert any("edited after this scenario was made" in line for line in run.log)


def test_what_it_is_stands_in_the_tables_and_in_the_metadata(run, stock, table_of):
    from qgis.core import QgsProcessingOutputLayerDefinition, QgsProject
    from wijkmix.wijkmix_plugin import qgis_io

    project = QgsProject.instance()
    project.clear()
    asked = {
        name: QgsProcessingOutputLayerDefinition("TEMPORARY_OUTPUT", project) for name in EVERY
    }
    found = run("scenario", {"INPUT": stock(), "ACTIONS": table_from(PLAN), **asked})
    assert "forecasts no income" in table_of(found["TESTS"])[0]["note"]
    loading = run.context.layersToLoadOnCompletion()
    assert len(loading) == 6
    for key, details in loading.items():
        layer = run.context.takeResultLayer(key)
        details.postProcessor().postProcessLayer(layer, run.context, None)
        record = qgis_io.origin(layer)
        assert "forecasts no income" in record["says"]["en"]
        assert record["fingerprint"] == found["FINGERPRINT"]
        assert len(record["actions"]) == 3
        assert "forecasts no income" in layer.metadata().abstract()
        status = layer.fields().lookupField("status")
        if status >= 0 and layer.featureCount():
            assert layer.editorWidgetSetup(status).type() == "ValueMap"
        if details.name.startswith("New before demolition"):
            shown = {
                QgsApplication.fieldFormatterRegistry()
                .fieldFormatter("ValueMap")
                .representValue(layer, i, layer.editorWidgetSetup(i).config(), None, f[i])
                for i in (layer.fields().lookupField("test"), status)
                for f in layer.getFeatures()
            }
            assert {"Stayers (homes)", "not met", "Leavers (homes)"} <= shown
        if details.name == "Indices before and after":
            place = layer.fields().lookupField("before")
            assert layer.editorWidgetSetup(place).type() != "ValueMap"
    project.clear()


def test_an_empty_buurt_can_be_built_in(run, buurten, table_of):
    def change(rows):
        rows[9]["woningvoorraad"] = 0

    found = run("scan", {"INPUT": buurten(change=change), "OUTPUT": "TEMPORARY_OUTPUT"})
    layer = run.context.takeResultLayer(found["OUTPUT"])
    plan = table_from([("BU00010009", 2026, "nieuwbouw", "sociaal", 80, None)])
    found = run("scenario", {"INPUT": layer, "ACTIONS": plan, **OUT})
    rows = [r for r in table_of(found["OUTPUT"]) if r["buurt_code"] == "BU00010009"]
    assert [r["dwellings"] for r in rows] == [0, 80]
    assert rows[1]["share_corp"] == 100
    assert any("nothing stood there: BU00010009" in line for line in run.log)


def test_the_report_and_the_measuring_plan(run, stock, tmp_path):
    report = tmp_path / "scenario.html"
    parameters = {"INPUT": stock(), "ACTIONS": table_from(PLAN), **OUT, "REPORT": str(report)}
    found = run("scenario", {**parameters, "MONITORING": '{"start": 2026, "years": [0, 7]}'})
    assert found["REPORT"] == str(report)
    html = report.read_text(encoding="utf-8")
    assert "2026, 2033" in html
    assert found["FINGERPRINT"] in html
    assert "forecasts no income" in html
    with pytest.raises(QgsProcessingException, match="measuring plan"):
        run("scenario", {**parameters, "MONITORING": '{"years": "soon"}'})
    report.unlink()
    bad = table_from([("BU9", 2026, "sloop", "sociaal", 1, None)])
    with pytest.raises(QgsProcessingException, match="does not have"):
        run("scenario", {**parameters, "ACTIONS": bad})
    assert not report.exists()


def test_the_report_has_the_goals_that_were_given(run, stock, tmp_path):
    report = tmp_path / "scenario.html"
    parameters = {"INPUT": stock(), "ACTIONS": table_from(PLAN), **OUT, "REPORT": str(report)}
    found = run("scenario", parameters)
    assert "Incomplete scenario: the goals were not given" in found["NOTES"]
    assert "<b>incomplete</b>" in report.read_text(encoding="utf-8")
    given = {"version": 2, "main": "area", "effect": "straat"}
    beside = {"BU00010000": ["sociaal", "economisch"]}
    parameters |= {"GOALS": json.dumps(given), "COMPANIONS": json.dumps(beside)}
    found = run("scenario", parameters)
    assert "goal is not recorded" not in found["NOTES"]
    assert "step 1 (3 of 3)" in found["NOTES"]
    assert "chosen together yet for Buurt 7 (BU00010007)." in found["NOTES"]
    html = report.read_text(encoding="utf-8")
    assert "<b>Main goal:</b> The area first" in html
    assert "which is coarser than" in html
    with pytest.raises(QgsProcessingException, match="list of domains"):
        run("scenario", {**parameters, "COMPANIONS": '{"BU00010000": "sociaal"}'})


def test_years_out_of_order_come_out_in_order(run, stock, table_of):
    turned = run("scenario", {"INPUT": stock(), "ACTIONS": table_from(PLAN[::-1]), **OUT})
    rows = table_of(turned["OUTPUT"])
    assert [r["year"] for r in rows[::48]] == [2024, 2026, 2028]
    assert [r["n_corp"] for r in rows[::48]] == [160, 60, 60]
