# SPDX-License-Identifier: GPL-2.0-or-later
"""`wijkmix:add_indicators` in QGIS: what it adds, what the scan makes of it, what it refuses."""

from __future__ import annotations

import json

import pytest
from qgis.core import (
    QgsApplication,
    QgsCoordinateReferenceSystem,
    QgsCoordinateTransform,
    QgsFeature,
    QgsGeometry,
    QgsProcessingException,
    QgsProcessingFeedback,
    QgsProcessingOutputLayerDefinition,
    QgsProcessingUtils,
    QgsProject,
)

from .conftest import layer_of


def box(west, east, north=100):
    """Return a rectangle over the lowest row of buurten, whose columns are 100 m wide."""
    x, y = 120_000, 480_000
    a, b, top = x + west, x + east, y + north
    return f"Polygon(({a} {y},{b} {y},{b} {top},{a} {top},{a} {y}))"


def at(column, east=50):
    return f"Point({120_000 + 100 * column + east} 480050)"


def land(rows=None, **more):
    # Buurt 0: all of the gemeente. Buurt 1: 80 % market. Buurt 2: 30 % known. Buurt 3: nothing.
    rows = rows or [
        ("Gemeente Proefstad", 1.0, box(0, 120)),
        ("projectontwikkelaar", 1.0, box(120, 200)),
        ("corporatie", 1.0, box(200, 230)),
    ]
    return layer_of(rows, {"eigenaar": "string", "m2": "double"}, name="grond", **more)


def dwellings(**more):
    rows = [
        *[(1960, "F", at(0))] * 9,
        *[(1990, "A++", at(0))] * 3,
        *[(0, None, at(0))] * 2,
        *[(1950, "C", at(1))] * 8,
        *[(9999, "Z", at(1))] * 4,
        (1950, "G", at(90)),
    ]
    return layer_of(
        rows, {"bouwjaar": "int", "label": "string"}, "Point?crs=EPSG:28992", "panden", **more
    )


def plans(rows=None, **more):
    rows = rows or [
        (40, "zacht", box(50, 150)),
        (15, "hard", box(210, 220, 10)),
        (99, "gerealiseerd", box(310, 320, 10)),
    ]
    return layer_of(rows, {"woningen": "int", "status": "string"}, name="plannen", **more)


def lbm(codes=("BU00010000", "BU00010001")):
    rows = [(code, 0.25 * n, -0.5, None) for n, code in enumerate(codes)]
    fields = {"bu_code": "string", "fys": "double", "lbm": "double"}
    return layer_of(rows, fields, "None", "lbm")


LAND = {"OWNER_FIELD": "eigenaar", "LAND_DATE": "2024-01-31"}
DWELLINGS = {"BUILD_YEAR": "bouwjaar", "LABEL": "label"}
PLANS = {"PLAN_DWELLINGS": "woningen", "PLAN_STATUS": "status"}
LBM = {
    "LBM_CODE": "bu_code",
    "LBM_SCORES": ["fys", "lbm"],
    "LBM_VERSION": "3.0",
    "LBM_YEAR": 2022,
}


def everything():
    return {
        "LAND": land(),
        "DWELLINGS": dwellings(),
        "PLANS": plans(),
        "LEEFBAAROMETER": lbm(),
        **LAND,
        **DWELLINGS,
        **PLANS,
        **LBM,
    }


def call(run, layer, **more):
    return run("add_indicators", {"INPUT": layer, "OUTPUT": "TEMPORARY_OUTPUT", **more})


def column(rows, name):
    return [None if row[name] is None else round(row[name], 6) for row in rows]


def test_every_layer_adds_its_indicators(run, table_of, buurten):
    found = call(run, buurten(columns=4, rows=1), **everything())
    rows = table_of(found["OUTPUT"])
    assert column(rows, "owner_public") == [100, 20, None, None]
    assert column(rows, "owner_market") == [0, 80, None, None]
    assert column(rows, "land_unknown") == [0, 0, 70, 100]
    assert {row["land_date"] for row in rows} == {"2024-01-31"}
    assert column(rows, "share_earlypostwar") == [75, None, None, None]
    assert column(rows, "share_poor_label") == [75, None, None, None]
    assert (rows[0]["year_known"], rows[0]["year_unknown"]) == (12, 2)
    assert (rows[1]["label_known"], rows[1]["label_unknown"]) == (8, 4)
    assert column(rows, "free_capacity") == [20, 20, 15, 0]
    assert column(rows, "lbm2022_fys") == [0, 0.25, None, None]
    assert rows[0]["lbm_version"] == "3.0 (2022)"
    # A reason where there is no figure, and nowhere else.
    assert [row["land_note"] is None for row in rows] == [True, True, False, False]
    assert "70%" in rows[2]["land_note"]
    assert "8 dwellings with a known build year" in rows[1]["stock_note"]
    # What the layer had stays.
    assert rows[0]["percentage_koopwoningen"] == 10
    numbers = ("N_LAND", "N_YEARS", "N_LABELS", "N_CAPACITY", "N_SCORES")
    assert [found[name] for name in numbers] == [2, 1, 1, 4, 2]
    log = "\n".join(run.log)
    for words in (
        "9999 (4 x)",
        "Z (4 x)",
        "Not counted: gerealiseerd (99) (assumption)",
        "divided by area (assumption)",
        "partly measures itself",
    ):
        assert words in log


def test_only_indicators_of_the_catalogue_are_made(run, table_of, buurten):
    from wijkmix.wijkmix_plugin.policy import catalogue

    layer = buurten(columns=4, rows=1)
    rows = table_of(call(run, layer, **everything())["OUTPUT"])
    added = set(rows[0]) - set(layer.fields().names())
    beside = {name for name in added if name.endswith("_note") or name.startswith(("lbm", "land_"))}
    beside |= {"year_known", "year_unknown", "label_known", "label_unknown"}
    made = added - beside
    assert made == {
        *("owner_public", "owner_market", "share_earlypostwar", "share_poor_label"),
        "free_capacity",
    }
    assert made <= set(catalogue.load().indicators)


def scan(run, layer, **more):
    given = {"INPUT": layer, "OUTPUT": "TEMPORARY_OUTPUT", "PERMUTATIONS": 999, **more}
    return run("scan", given)


def condition(row, flag, indicator):
    listed = json.loads(row["flag_reasons"])[flag]["conditions"]
    return next(c for c in listed if c["ind"] == indicator)


def test_the_scan_decides_flags_with_what_was_added(run, table_of, buurten, tmp_path):
    """Buurt 0 has capacity and old homes, buurt 1 old homes of which too few are known."""

    def set_apart(rows):
        # Four poor buurten with much corporation rental among many with little.
        for number, row in enumerate(rows):
            some = number < 4
            row["percentage_koopwoningen"] = 5 if some else 90
            row["percentage_huurwoningen"] = 95 if some else 10
            row["perc_huurwoningen_in_bezit_woningcorporaties"] = 95 if some else 5
            row["perc_huurwoningen_in_bezit_overige_verhuurders"] = 0 if some else 5
            row["oppervlakte_land_in_ha"] = 9 if some else 1

    layer = buurten(columns=8, rows=3, change=set_apart)
    rule = "BU00010000 BU00010001 BU00010002 BU00010003"
    before = table_of(scan(run, layer, VULNERABLE=rule)["OUTPUT"])
    assert {row["flag_herstructurering"] for row in before[:4]} == {"provisional"}
    assert {row["flag_verdichting"] for row in before[:4]} == {"unknown"}
    assert condition(before[0], "herstructurering", "share_earlypostwar")["value"] is None
    # A new estate: of buurt 2 the years are known and late, and its labels are good.
    homes = dwellings()
    late = QgsFeature(homes.fields())
    late.setAttributes([2001, "A"])
    late.setGeometry(QgsGeometry.fromWkt(at(2)))
    homes.dataProvider().addFeatures([late] * 12)
    given = {**everything(), "DWELLINGS": homes}
    added = call(run, layer, **given)
    middle = QgsProcessingUtils.mapLayerFromString(added["OUTPUT"], run.context)
    after = table_of(scan(run, middle, VULNERABLE=rule)["OUTPUT"])
    assert after[0]["flag_herstructurering"] == "candidate"
    found = condition(after[0], "herstructurering", "share_earlypostwar")
    assert (found["value"], found["threshold"], found["result"]) == (75, 60, True)
    assert after[1]["flag_herstructurering"] == "provisional"
    # Age and labels are known there and not met; poor state is not known, so neither is the flag.
    found = condition(after[2], "herstructurering", "share_earlypostwar")
    assert (found["value"], found["result"]) == (0, False)
    assert condition(after[2], "herstructurering", "condition_flag")["result"] is None
    assert [row["flag_verdichting"] for row in after[:4]] == ["candidate", "candidate", "no", "no"]
    found = condition(after[2], "verdichting", "free_capacity")
    assert (found["value"], found["threshold"], found["result"]) == (15, 20, False)


def test_land_decides_on_acquisition(run, table_of, buurten):
    parcels = land(
        [
            ("particulier", 1.0, box(0, 400)),
            ("particulier", 1.0, box(700, 800)),
            ("gemeente", 1.0, box(400, 700)),
        ]
    )
    works = plans([(500, "zacht", box(400, 800))])
    layer = buurten(columns=8, rows=1)
    before = table_of(scan(run, layer, VULNERABLE="0")["OUTPUT"])
    assert {row["flag_grondverwerving"] for row in before[4:]} == {"unknown"}
    added = call(run, layer, LAND=parcels, PLANS=works, **LAND, **PLANS)
    middle = QgsProcessingUtils.mapLayerFromString(added["OUTPUT"], run.context)
    after = table_of(scan(run, middle, VULNERABLE="0")["OUTPUT"])
    assert [row["flag_grondverwerving"] for row in after[4:]] == ["no", "no", "no", "candidate"]
    found = condition(after[4], "grondverwerving", "owner_public")
    assert (found["value"], found["result"]) == (100, False)


def test_date_version_and_assumptions_go_with_the_layer_and_its_scan(run, buurten, tmp_path):
    from wijkmix.wijkmix_plugin import qgis_io

    def added(layer, **given):
        """Run, and load the output as the toolbox does."""
        asked = QgsProcessingOutputLayerDefinition("TEMPORARY_OUTPUT", QgsProject.instance())
        run("add_indicators", {"INPUT": layer, "OUTPUT": asked, **given})
        ((key, details),) = run.context.layersToLoadOnCompletion().items()
        found = run.context.takeResultLayer(key)
        details.postProcessor().postProcessLayer(found, run.context, None)
        return found

    first = added(buurten(columns=4, rows=2), LAND=land(), **LAND)
    assert first.attributeAlias(first.fields().lookupField("land_unknown"))
    # A second run keeps what the first one recorded.
    layer = added(first, PLANS=plans(), LEEFBAAROMETER=lbm(), **PLANS, **LBM)
    record = qgis_io.origin(layer)["own_data"]
    assert set(record) == {"LAND", "PLANS", "LEEFBAAROMETER"}
    assert "van 2024-01-31" in record["LAND"][0]["nl"]
    assert "Leefbaarometer 3.0, 2022" in record["LEEFBAAROMETER"][0]["nl"]
    assert "(aanname)" in record["PLANS"][0]["nl"]
    report = tmp_path / "report.html"
    scan(run, layer, REPORT=str(report))
    page = report.read_text(encoding="utf-8")
    assert "layer grond, of 2024-01-31" in page
    assert "Leefbaarometer 3.0, 2022" in page


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("uit.gpkg", ("layer grond, of 2024-01-31", "no building capacity (assumption)")),
        # This format keeps no record: the fields tell the date.
        ("uit.geojson", ("Land by owner: of 2024-01-31",)),
    ],
)
def test_a_file_that_is_scanned_later_still_tells_date_and_version(
    run, buurten, tmp_path, name, words
):
    target, report = str(tmp_path / name), tmp_path / "report.html"
    given = everything()
    run("add_indicators", {"INPUT": buurten(columns=4, rows=2), "OUTPUT": target, **given})
    scan(run, target, REPORT=str(report))
    page = report.read_text(encoding="utf-8")
    for word in (*words, "Leefbaarometer 3.0"):
        assert word in page


def test_layers_in_another_system_are_brought_over(run, table_of, buurten):
    to = QgsCoordinateTransform(
        QgsCoordinateReferenceSystem("EPSG:28992"),
        QgsCoordinateReferenceSystem("EPSG:4326"),
        QgsProject.instance(),
    )

    def moved(layer, kind):
        fields = {f.name(): f.typeName() for f in layer.fields()}
        rows = []
        for feature in layer.getFeatures():
            shape = feature.geometry()
            shape.transform(to)
            rows.append((*feature.attributes(), shape.asWkt(12)))
        return layer_of(rows, fields, f"{kind}?crs=EPSG:4326", layer.name())

    given = everything()
    given["LAND"] = moved(given["LAND"], "Polygon")
    given["PLANS"] = moved(given["PLANS"], "Polygon")
    given["DWELLINGS"] = moved(given["DWELLINGS"], "Point")
    rows = table_of(call(run, buurten(columns=4, rows=1), **given)["OUTPUT"])
    assert [row["owner_public"] for row in rows][:2] == pytest.approx([100, 20], abs=0.01)
    assert [row["free_capacity"] for row in rows] == pytest.approx([20, 20, 15, 0], abs=0.01)
    assert rows[0]["share_earlypostwar"] == 75


def test_a_table_of_buurten_takes_the_leefbaarometer(run, table_of, buurten):
    table = buurten(columns=2, rows=1, kind="None", crs="")
    rows = table_of(call(run, table, LEEFBAAROMETER=lbm(), **LBM)["OUTPUT"])
    assert [row["lbm2022_lbm"] for row in rows] == [-0.5, -0.5]


def test_what_is_replaced_and_flags_that_are_older_are_told(run, table_of, buurten):
    def older(rows):
        for row in rows:
            row["free_capacity"] = 7.0
            row["flag_verdichting"] = "no"

    layer = buurten(columns=4, rows=1, change=older)
    rows = table_of(call(run, layer, PLANS=plans(), **PLANS)["OUTPUT"])
    assert [row["free_capacity"] for row in rows] == [20, 20, 15, 0]
    log = "\n".join(run.log)
    assert "replace: free_capacity" in log
    assert "made without these figures" in log


def test_missing_date_is_said(run, buurten):
    call(run, buurten(columns=4, rows=1), LAND=land(), OWNER_FIELD="eigenaar")
    assert any("date of the land data is not given" in line for line in run.log)
    assert any("date not given" in line for line in run.log)


def refused(run, layer, words, tmp_path, **more):
    target = tmp_path / "uit.gpkg"
    with pytest.raises(QgsProcessingException, match=words):
        run("add_indicators", {"INPUT": layer, "OUTPUT": str(target), **more})
    assert not target.exists()


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({}, "No layer of your own is given"),
        ({"LAND": land}, r"grond is given, but not: Class of owner"),
        ({"LAND": land, "OWNER_FIELD": "m3"}, r"grond has no field m3.*eigenaar, m2"),
        ({"LAND": land, "OWNER_FIELD": "m2", "OWNER_MAP": "[1]"}, "not a JSON object"),
        ({"LAND": land, "OWNER_FIELD": "m2"}, "Of no land in layer grond is the owner known"),
        ({"DWELLINGS": dwellings}, r"panden is given, but not: Build year.*Energy label"),
        ({"DWELLINGS": dwellings, "BUILD_YEAR": "label"}, r"must be a number; found: F, A\+\+"),
        ({"PLANS": plans, "PLAN_DWELLINGS": "status"}, r"found: zacht, hard"),
        (
            {"PLANS": plans, "PLAN_DWELLINGS": "woningen", "PLAN_COUNTED": "hard"},
            "not which field of the plans",
        ),
        ({"PLANS": plans, **PLANS, "PLAN_COUNTED": "heel hard"}, "status heel hard; there are"),
        ({"LEEFBAAROMETER": lbm, **LBM, "LBM_YEAR": None}, "not: Year of the Leefbaarometer"),
        ({"LEEFBAAROMETER": lbm, **LBM, "LBM_VERSION": ""}, "not: Version of the Leefbaarometer"),
    ],
)
def test_what_is_missing_or_wrong_is_refused_and_leaves_nothing(
    run, buurten, tmp_path, given, words
):
    given = {key: value() if callable(value) else value for key, value in given.items()}
    refused(run, buurten(columns=4, rows=1), words, tmp_path, **given)


def test_layers_that_cannot_be_placed_are_refused(run, buurten, tmp_path):
    layer = buurten(columns=4, rows=1)

    def no(words, **more):
        refused(run, layer, words, tmp_path, **more)

    table = layer_of([("gemeente", 5.0, None)], {"eigenaar": "string", "m2": "double"}, "None")
    no("eigen holds no points or polygons", LAND=table, **LAND)
    dots = land([("gemeente", 5.0, at(0))], kind="Point?crs=EPSG:28992")
    no("grond holds points, which have no area", LAND=dots, **LAND)
    below = land([("gemeente", -5.0, at(0))], kind="Point?crs=EPSG:28992")
    no("m2 must hold numbers of 0 or more", LAND=below, LAND_AREA="m2", **LAND)
    no("woningen must hold numbers of 0 or more", PLANS=plans([(-5, "x", box(0, 50))]), **PLANS)
    away = plans([(5, "x", "Polygon((4.1 52.1, 4.2 52.1, 4.2 52.2, 4.1 52.1))")])
    no("plannen lies in a buurt.*WGS 84", PLANS=away, **PLANS)
    nowhere = layer_of([(1960, "F", at(80))], {"bouwjaar": "int", "label": "string"},
                       "Point?crs=EPSG:28992", "panden")  # fmt: skip
    no("panden lies in a buurt", DWELLINGS=nowhere, **DWELLINGS)
    loose = land()
    loose.setCrs(QgsCoordinateReferenceSystem())
    no("no coordinate system", LAND=loose, **LAND)
    degrees = land()
    degrees.setCrs(QgsCoordinateReferenceSystem("EPSG:4326"))
    no("looks like RD New", LAND=degrees, **LAND)
    no("panden is empty|panden lies in a buurt", DWELLINGS=_emptied(dwellings()), **DWELLINGS)
    no("grond is empty", LAND=_emptied(land()), **LAND)


def _emptied(layer):
    layer.dataProvider().truncate()
    return layer


def test_buurten_that_do_not_fit_are_refused(run, buurten, tmp_path):
    table = buurten(columns=2, rows=1, kind="None", crs="")
    refused(run, table, "holds no polygons", tmp_path, LAND=land(), **LAND)
    bare = buurten(columns=2, rows=1, drop=("buurtcode",))
    refused(run, bare, "no field with buurt codes", tmp_path, LEEFBAAROMETER=lbm(), **LBM)

    def twice(rows):
        rows[1]["buurtcode"] = rows[0]["buurtcode"]

    double = buurten(columns=2, rows=1, change=twice)
    refused(run, double, "1 buurt codes occur more than once.*BU00010000", tmp_path,
            PLANS=plans(), **PLANS)  # fmt: skip
    codes = ("BU00010000", "BU00010000")
    layer = buurten(columns=2, rows=1)
    refused(run, layer, "1 codes occur more than once in field bu_code", tmp_path,
            LEEFBAAROMETER=lbm(codes), **LBM)  # fmt: skip


def test_a_field_about_a_person_is_not_read(run, buurten, tmp_path):
    parcels = layer_of([("Jansen", box(0, 50))], {"naam_eigenaar": "string"}, name="grond")
    layer = buurten(columns=4, rows=1)
    refused(run, layer, "naam_eigenaar is about a person", tmp_path,
            LAND=parcels, OWNER_FIELD="naam_eigenaar")  # fmt: skip


def test_a_cancelled_run_leaves_nothing(run, buurten, tmp_path):
    class Stopped(QgsProcessingFeedback):
        def isCanceled(self):
            return True

    target = tmp_path / "uit.gpkg"
    given = {"INPUT": buurten(columns=4, rows=1), "OUTPUT": str(target), **everything()}
    with pytest.raises(QgsProcessingException):
        run("add_indicators", given, feedback=Stopped(False))
    assert not target.exists()


def test_every_parameter_has_help(provider):
    algorithm = QgsApplication.processingRegistry().algorithmById("wijkmix:add_indicators")
    for definition in algorithm.parameterDefinitions():
        if not definition.isDestination():
            assert definition.help(), definition.name()
    assert algorithm.shortHelpString()
