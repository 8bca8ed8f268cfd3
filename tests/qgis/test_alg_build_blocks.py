# SPDX-License-Identifier: GPL-2.0-or-later
"""Blocks from streets and panden in QGIS: a town drawn by hand, and what is refused."""

from __future__ import annotations

import pytest
from qgis.core import (
    QgsCoordinateReferenceSystem,
    QgsCoordinateTransform,
    QgsFeature,
    QgsGeometry,
    QgsProcessingException,
    QgsProject,
    QgsVectorLayer,
)

X, Y = 90_000, 430_000
STREETS = [
    "0 0, 300 0",
    "0 100, 300 100",
    *(f"{x} 0, {x} 100" for x in (0, 100, 200, 300)),
    "50 0, 50 40",
]
# box and dwellings: koop, corporation
PANDEN = [
    ((10, 10, 20, 20), (10, 0)),
    ((60, 60, 90, 90), (0, 20)),
    ((95, 10, 115, 20), (4, 4)),
    ((150, 50, 160, 60), (1, 2)),
    ((210, 50, 220, 60), (3, 2)),
    ((400, 400, 410, 410), (7, 7)),
]


def moved(wkt, crs):
    shape = QgsGeometry.fromWkt(wkt)
    shape.translate(X, Y)
    if crs != "EPSG:28992":
        turn = QgsCoordinateTransform(
            QgsCoordinateReferenceSystem("EPSG:28992"),
            QgsCoordinateReferenceSystem(crs),
            QgsProject.instance(),
        )
        shape.transform(turn)
    return shape


def layer_of(kind, shapes, fields=(), rows=(), crs="EPSG:28992"):
    text = "&".join([f"crs={crs}", *(f"field={name}:double" for name in fields)])
    layer = QgsVectorLayer(f"{kind}?{text}", kind, "memory")
    features = []
    for number, wkt in enumerate(shapes):
        feature = QgsFeature(layer.fields())
        if rows:
            feature.setAttributes(list(rows[number]))
        feature.setGeometry(moved(wkt, crs))
        features.append(feature)
    assert layer.dataProvider().addFeatures(features)[0]
    layer.updateExtents()
    return layer


def streets(lines=STREETS, **more):
    return layer_of("LineString", [f"LineString({line})" for line in lines], **more)


def panden(change=None, names=("n_koop", "n_huur"), **more):
    boxes = [f"Polygon(({a} {b},{c} {b},{c} {d},{a} {d},{a} {b}))" for (a, b, c, d), _ in PANDEN]
    rows = [list(map(float, counts)) for _, counts in PANDEN]
    if change is not None:
        change(rows)
    return layer_of("Polygon", boxes, names, rows, **more)


def build(run, **given):
    parameters = {"STREETS": streets(), "PANDEN": panden(), "OUTPUT": "TEMPORARY_OUTPUT"}
    return run("build_blocks", {**parameters, **given})


def test_blocks_of_a_town(run, qgis_app, table_of):
    rows = table_of(build(run)["OUTPUT"])
    assert [(r["block"], r["n_panden"], r["built_m2"]) for r in rows] == [
        ("1", 2, 1000),
        ("2", 2, 300),
        ("3", 1, 100),
    ]
    assert [(r["n_koop"], r["n_huur"]) for r in rows] == [(10, 20), (5, 6), (None, None)]
    assert [r["quality"] for r in rows] == ["ok", "ok", "suppressed"]
    log = "\n".join(run.log)
    assert "3 blocks: the faces between streets" in log
    assert "1 of 6 panden lie in two or more faces" in log
    assert "1 lie in none" in log
    assert "proxy" in log
    assert "1 pieces of street (40 m) enclose nothing" in log
    assert "1 blocks with fewer than 10 dwellings show no counts" in log


def test_dwellings_as_points_go_with_their_pand(run, qgis_app, table_of):
    places = ["Point(15 15)"] * 8 + ["Point(97 15)"] * 12 + ["Point(50 90)"] * 4 + ["Point(1 900)"]
    rows = [(1.0, 0.0)] * 8 + [(0.0, 1.0)] * 12 + [(0.0, 1.0)] * 5
    points = layer_of("Point", places, ("eigen", "huur"), rows)
    results = build(run, DWELLINGS=points, DWELLING_GROUPS=["eigen", "huur"])
    table = table_of(results["OUTPUT"])
    assert [(r["eigen"], r["huur"]) for r in table] == [(8, 4), (0, 12), (0, 0)]
    assert [r["quality"] for r in table] == ["ok", "ok", "no dwellings"]
    assert any("24 dwellings are counted in blocks; 1 lie in no block" in line for line in run.log)


def test_degrees_are_turned_into_metres(run, qgis_app, table_of):
    degrees = {"STREETS": streets(crs="EPSG:4326"), "PANDEN": panden(crs="EPSG:4326")}
    rows = table_of(build(run, **degrees)["OUTPUT"])
    assert [r["n_panden"] for r in rows] == [2, 2, 1]
    assert [r["built_m2"] for r in rows] == pytest.approx([1000, 300, 100], rel=1e-3)
    both = {"STREETS": streets(crs="EPSG:4326")}
    assert [r["n_panden"] for r in table_of(build(run, **both)["OUTPUT"])] == [2, 2, 1]


def test_panden_without_counts_give_blocks_to_be_filled(run, qgis_app, table_of):
    rows = table_of(build(run, PANDEN=panden(names=("a", "b")))["OUTPUT"])
    assert [r["n_panden"] for r in rows] == [2, 2, 1]
    assert set(rows[0]) == {"block", "n_panden", "built_m2"}


def test_a_pand_with_unknown_counts_hides_its_block(run, qgis_app, table_of):
    def unknown(rows):
        rows[0][1] = None

    rows = table_of(build(run, PANDEN=panden(unknown))["OUTPUT"])
    assert [r["quality"] for r in rows] == ["unknown", "ok", "suppressed"]
    assert rows[0]["n_huur"] is None


def test_the_blocks_go_into_the_mosaic_index_by_their_name(run, qgis_app, table_of):
    name = build(run, MIN_DWELLINGS=1)["OUTPUT"]
    built = run.context.takeResultLayer(name)
    wijk = layer_of("Polygon", ["Polygon((0 0,300 0,300 100,0 100,0 0))"])
    outputs = {"OUTPUT": "TEMPORARY_OUTPUT", "PARENTS": wijk, "MIN_DWELLINGS": 1}
    (row,) = table_of(run("mosaic", {"INPUT": built, **outputs})["OUTPUT"])
    assert row["n_blocks"] == 3
    assert row["units"] == "faces between streets"
    assert any("faces between streets: a proxy" in line for line in run.log)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"STREETS": lambda: streets(STREETS[:2])}, "enclose nothing"),
        ({"PANDEN": lambda: layer_of("Polygon", [])}, "no polygon"),
        ({"PANDEN": lambda: layer_of("Polygon", ["Polygon((1 900,2 900,2 901,1 900))"])}, "None"),
        ({"GROUPS": lambda: ["n_koop"]}, "One group"),
        ({"GROUPS": lambda: ["n_koop", "n_corp"]}, "no field n_corp"),
        ({"DWELLING_GROUPS": lambda: ["n_koop"]}, "no layer of points"),
        ({"DWELLINGS": lambda: layer_of("Point", ["Point(1 1)"])}, "no n_koop"),
        (
            {
                "DWELLINGS": lambda: layer_of("Point", ["Point(1 1)"]),
                "GROUPS": lambda: ["n_koop", "n_huur"],
            },
            "in one way",
        ),
        ({"STREETS": lambda: layer_of("Point", ["Point(1 1)"])}, "another kind|STREETS"),
    ],
)
def test_refusals(run, qgis_app, given, message):
    with pytest.raises(QgsProcessingException, match=message):
        build(run, **{name: make() for name, make in given.items()})
