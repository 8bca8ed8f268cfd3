# SPDX-License-Identifier: GPL-2.0-or-later
"""`wijkmix:segregation_indices` and `wijkmix:local_segregation` in QGIS, and what they refuse."""

from __future__ import annotations

import gc
import math
import tempfile
import time
from pathlib import Path

import numpy as np
import pytest
from qgis.core import (
    QgsCoordinateReferenceSystem,
    QgsFeature,
    QgsGeometry,
    QgsProcessingContext,
    QgsProcessingException,
    QgsProcessingFeedback,
    QgsProcessingUtils,
    QgsRectangle,
    QgsVectorLayer,
)
from wijkmix.wijkmix_plugin.measures import segregation

MEMORY = {"OUTPUT": "TEMPORARY_OUTPUT"}
# Blocks (koop, corp, overig) of two wijken with two buurten each, on a row of squares.
BLOCKS = [
    *((90, 5, 5), (10, 80, 10), (10, 85, 5), (70, 10, 20)),
    *((5, 95, 0), (0, 100, 0), (10, 80, 10), (20, 70, 10)),
]
FIELDS = ("koop", "corp", "overig")


def layer_of(rows, *, kind="Polygon", crs="EPSG:28992", more="", size=100.0):
    """Return a memory layer of squares or points with these records (dicts)."""
    crs_part = f"crs={crs}&" if crs else ""
    layer = QgsVectorLayer(
        f"{kind}?{crs_part}field=code:string&field=wijk:string&field=koop:double"
        f"&field=corp:double&field=overig:double&field=total:double{more}",
        "proef",
        "memory",
    )
    if not crs:
        layer.setCrs(QgsCoordinateReferenceSystem())
    features = []
    for number, row in enumerate(rows):
        feature = QgsFeature(layer.fields())
        for name, value in row.items():
            feature.setAttribute(name, value)
        x, y = 120_000 + number * size, 480_000
        shape = {
            "Polygon": QgsGeometry.fromRect(QgsRectangle(x, y, x + size, y + size)).asWkt(),
            "Point": f"Point({x} {y})",
            "LineString": f"LineString({x} {y},{x + size} {y})",
        }.get(kind)
        if shape:
            feature.setGeometry(QgsGeometry.fromWkt(shape))
        features.append(feature)
    ok, _ = layer.dataProvider().addFeatures(features)
    assert ok
    layer.updateExtents()
    return layer


def blocks(change=None):
    rows = [
        {
            "code": f"BL{number}",
            "wijk": f"W{number // 4 + 1}",
            **dict(zip(FIELDS, map(float, counts), strict=True)),
            "total": float(sum(counts)),
        }
        for number, counts in enumerate(BLOCKS)
    ]
    if change is not None:
        change(rows)
    return rows


def call(run, layer, **more):
    parameters = {"INPUT": layer, "GROUPS": list(FIELDS), **MEMORY, **more}
    return run("segregation_indices", parameters)


def pick(rows, index, group="all", versus="rest", area="all", bandwidth=None):
    versus = None if group == "all" else versus
    found = [
        r
        for r in rows
        if (r["index"], r["group"], r["versus"], r["area"]) == (index, group, versus, area)
        and r["bandwidth"] == bandwidth
    ]
    assert len(found) == 1
    return found[0]


# -- indices


def test_the_table_of_a_polygon_layer(run, table_of):
    rows = table_of(call(run, layer_of(blocks()), AREA_FIELD="wijk")["OUTPUT"])
    assert list(rows[0]) == [
        *("area", "index", "group", "versus", "bandwidth", "value", "low", "high", "expected"),
        *("z", "p", "n_units", "n_total", "n_excluded", "note"),
    ]
    assert pick(rows, "multigroup_theil_h")["value"] == pytest.approx(0.394165, abs=1e-6)
    assert pick(rows, "dissimilarity", "koop", "corp")["value"] == pytest.approx(0.715615, abs=1e-6)
    assert pick(rows, "correlation_ratio", "corp")["value"] == pytest.approx(0.533160, abs=1e-6)
    assert {r["area"] for r in rows} == {"all", "W1", "W2"}
    # On a row of squares every unit has two neighbours: 7 pairs.
    p = [b[0] / 100 for b in BLOCKS]
    gaps = sum(abs(a - b) for a, b in zip(p[1:], p[:-1], strict=True)) / 7
    morrill = pick(rows, "dissimilarity_morrill", "koop")["value"]
    assert morrill == pytest.approx(pick(rows, "dissimilarity", "koop")["value"] - gaps)
    one = pick(rows, "isolation", "koop", area="W2")
    assert (one["n_units"], one["n_total"], one["n_excluded"]) == (4, 400, 0)
    assert one["low"] is None
    assert one["note"] is None


def test_a_table_without_geometry_has_no_places(run, table_of):
    rows = table_of(call(run, layer_of(blocks(), kind="None", crs=""))["OUTPUT"])
    assert not {"delta", "dissimilarity_morrill"} & {r["index"] for r in rows}
    assert pick(rows, "multigroup_theil_h")["value"] == pytest.approx(0.394165, abs=1e-6)


@pytest.mark.parametrize("kind", ["Polygon", "Point"])
def test_bandwidths_add_the_indices_of_surroundings(run, table_of, kind):
    results = call(
        run,
        layer_of(blocks(), kind=kind),
        BANDWIDTHS="1000; 120,120",
        PROFILE="TEMPORARY_OUTPUT",
        AREAS="TEMPORARY_OUTPUT",
        AREA_FIELD="wijk",
    )
    rows = table_of(results["OUTPUT"])
    counts = np.array(BLOCKS, float)
    near = counts.copy()
    near[1:] += counts[:-1]
    near[:-1] += counts[1:]
    share, overall = near / near.sum(axis=1, keepdims=True), counts.sum(axis=0) / counts.sum()
    expected = (counts.sum(axis=1) * np.abs(share - overall).sum(axis=1)).sum()
    expected /= 2 * counts.sum() * (overall * (1 - overall)).sum()
    found = pick(rows, "spatial_dissimilarity", bandwidth=120)["value"]
    assert found == pytest.approx(expected)
    assert pick(rows, "spatial_theil_h", bandwidth=1000)["value"] == pytest.approx(0, abs=1e-12)
    line = [
        r
        for r in table_of(results["PROFILE"])
        if (r["area"], r["index"], r["group"]) == ("all", "spatial_dissimilarity", "all")
    ]
    assert [r["bandwidth"] for r in line] == [0, 120, 1000]
    assert line[1]["value"] == found
    wide = {r["area"]: r for r in table_of(results["AREAS"])}
    assert wide["all"]["spatial_dissimilarity_120m"] == found
    assert (
        wide["W1"]["dissimilarity_koop_corp"]
        == pick(rows, "dissimilarity", "koop", "corp", area="W1")["value"]
    )
    assert wide["W2"]["n_units"] == 4


@pytest.mark.parametrize(
    ("kernel", "weigh"),
    [
        (0, lambda d: d <= 250),
        (1, lambda d: np.maximum(0, 1 - d / 250)),
        (2, lambda d: np.exp(-(d**2) / (2 * 250**2))),
    ],
)
def test_kernels(run, table_of, kernel, weigh):
    found = table_of(call(run, layer_of(blocks()), BANDWIDTHS="250", KERNEL=kernel)["OUTPUT"])
    counts = np.array(BLOCKS, float)
    distance = 100.0 * np.abs(np.subtract.outer(np.arange(8), np.arange(8)))
    near = weigh(distance) @ counts
    share, overall = near / near.sum(axis=1, keepdims=True), counts.sum(axis=0) / counts.sum()
    expected = 1 - ((share * (1 - share)).sum() / 8) / (overall * (1 - overall)).sum()
    value = pick(found, "spatial_relative_diversity", bandwidth=250)["value"]
    assert value == pytest.approx(expected)


def test_certainty_fills_its_own_columns(run, table_of):
    layer = layer_of(blocks())
    interval, chance, bounds, fives = (
        pick(
            table_of(call(run, layer, INFERENCE=kind, REPLICATES=99)["OUTPUT"]),
            "dissimilarity",
            "corp",
        )
        for kind in (1, 2, 3, 4)
    )
    assert interval["low"] < interval["value"] < interval["high"]
    assert interval["expected"] is None
    assert 0 < chance["expected"] < 0.1
    assert chance["p"] == pytest.approx(2 / 100)
    assert chance["z"] > 5
    assert chance["low"] is None
    assert bounds["low"] < bounds["value"] < bounds["high"] < bounds["value"] + 0.03
    # Four more or less of a hundred is more than half a per cent.
    assert fives["low"] < bounds["low"] < bounds["high"] < fives["high"] < 1
    again = pick(
        table_of(call(run, layer, INFERENCE=1, REPLICATES=99)["OUTPUT"]), "dissimilarity", "corp"
    )
    assert again == interval


@pytest.mark.parametrize("names", ["W1, W2", "W1; W2", "W2,W1"])
def test_two_areas_are_compared(run, table_of, names):
    first, second = names.replace(" ", "").replace(";", ",").split(",")
    results = call(
        *(run, layer_of(blocks())),
        AREA_FIELD="wijk",
        COMPARE=names,
        COMPARISON="TEMPORARY_OUTPUT",
        REPLICATES=99,
    )
    rows, single = (table_of(results[name]) for name in ("COMPARISON", "OUTPUT"))
    assert list(rows[0]) == [
        *("area_first", "area_second", "index", "group", "versus", "first", "second"),
        *("difference", "low", "high", "composition", "unevenness", "note"),
    ]
    assert {(r["area_first"], r["area_second"]) for r in rows} == {(first, second)}
    assert len(rows) == 3 * 7 + 9
    for row in rows:
        for column, area in (("first", first), ("second", second)):
            value = pick(single, row["index"], row["group"], area=area)["value"]
            assert row[column] == pytest.approx(value, abs=1e-12)
        assert row["difference"] == row["second"] - row["first"]
        assert row["composition"] + row["unevenness"] == pytest.approx(row["difference"], abs=1e-12)
        assert row["low"] <= row["high"]


def test_a_comparison_of_which_not_all_is_known_is_refused(run):
    layer = layer_of(blocks())
    both = {"AREA_FIELD": "wijk", "COMPARISON": "TEMPORARY_OUTPUT"}
    assert "no field with areas" in refused(run, layer, COMPARE="W1,W2")
    assert '"W1" is not two. Give two values of field wijk' in refused(
        run, layer, COMPARE="W1", **both
    )
    assert "is not two" in refused(run, layer, COMPARE="W1,W1", **both)
    assert "is not two" in refused(run, layer, **both)
    told = refused(run, layer, COMPARE="W1,W2", AREA_FIELD="wijk")
    assert "has no place" in told
    told = refused(run, layer, COMPARE="W1,W9", **both)
    assert "no area W9 to compare. The areas are: W1, W2." in told


@pytest.mark.parametrize("total", [None, "total"])
def test_an_area_that_cannot_be_compared_is_refused_before_anything_is_computed(
    run, monkeypatch, total
):
    rows = blocks()
    for row in rows[:4]:
        row.update(dict.fromkeys((*FIELDS, "total"), 0.0))
    rows[0].update(corp=None, total=9.0)
    monkeypatch.setattr(segregation, "indices", None)  # not reached
    both = {"AREA_FIELD": "wijk", "COMPARISON": "TEMPORARY_OUTPUT", "TOTAL": total}
    with pytest.raises(QgsProcessingException, match="Area W1 cannot be compared: in each of its"):
        call(run, layer_of(rows), COMPARE="W2,W1", **both)


def test_the_reason_for_sensitive_groups_stays_with_the_comparison(run, table_of):
    layer = layer_of(blocks(), more="&field=marokkaans:double")
    layer.dataProvider().changeAttributeValues(
        {f.id(): {layer.fields().indexOf("marokkaans"): 5.0 + f.id()} for f in layer.getFeatures()}
    )
    results = run(
        "segregation_indices",
        {
            **MEMORY,
            "INPUT": layer,
            "GROUPS": ["koop", "marokkaans"],
            "AREA_FIELD": "wijk",
            "COMPARE": "W1,W2",
            "COMPARISON": "TEMPORARY_OUTPUT",
            "REPLICATES": 9,
            "REASON": "onderzoek naar spreiding",
        },
    )
    for name in ("OUTPUT", "COMPARISON"):
        assert all("onderzoek naar spreiding" in r["note"] for r in table_of(results[name]))


@pytest.mark.parametrize("kernel", range(3))
def test_every_index_is_set_against_chance(run, table_of, kernel):
    """Those of land, neighbours and surroundings and the corrected D too, whole and per wijk."""
    layer = layer_of(blocks())
    edges = 120_000 + np.cumsum([100 + 10 * number for number in range(9)])
    wider = {
        f.id(): QgsGeometry.fromRect(QgsRectangle(edges[i], 480_000, edges[i + 1], 480_100))
        for i, f in enumerate(layer.getFeatures())
    }
    layer.dataProvider().changeGeometryValues(wider)
    arguments = {"INFERENCE": 2, "REPLICATES": 99, "KERNEL": kernel, "AREA_FIELD": "wijk"}
    rows = table_of(call(run, layer, BANDWIDTHS="200, 300", **arguments)["OUTPUT"])
    names = {r["index"] for r in rows}
    assert names >= {"delta", "absolute_concentration", "dissimilarity_bias_corrected"}
    assert names >= {"dissimilarity_morrill", "dissimilarity_wong", "dissimilarity_wong_shape"}
    assert names >= {"spatial_theil_h", "spatial_dissimilarity", "spatial_relative_diversity"}
    full = [row for row in rows if row["note"] is not None]
    assert [(row["area"], row["note"]) for row in full] == [("W2", "group fills all units")]
    assert full[0]["value"] is full[0]["expected"] is full[0]["p"] is None
    for row in (row for row in rows if row["note"] is None):
        assert row["expected"] is not None, row
        # Diversity of the whole is the same however people are dealt.
        certain = row["index"] in ("entropy", "simpson_interaction")
        assert (row["z"] is None) is (row["p"] is None) is certain, row
        assert certain or 0.02 <= row["p"] <= 1
    near, far = (pick(rows, "spatial_theil_h", bandwidth=b) for b in (200, 300))
    assert near["value"] > near["expected"] > 0
    assert near["expected"] > far["expected"]
    plain = pick(rows, "theil_h", "corp")
    alone = table_of(call(run, layer, INFERENCE=2, REPLICATES=99)["OUTPUT"])
    assert pick(alone, "theil_h", "corp") == plain


def test_one_group_of_a_total_and_numeric_areas(run, table_of):
    def number(rows):
        for place, row in enumerate(rows):
            row["total"] = float(10 + place // 4)

    # The areas are numbers, and so is the total: a field may be asked for both.
    rows = blocks(number)
    for row in rows:
        row["overig"] = row["koop"] + row["corp"]
    results = run(
        "segregation_indices",
        {
            "INPUT": layer_of(rows),
            "GROUPS": ["koop"],
            "TOTAL": "overig",
            "AREA_FIELD": "total",
            "COMPARE": "10,11",
            "COMPARISON": "TEMPORARY_OUTPUT",
            **MEMORY,
        },
    )
    assert {r["area_second"] for r in table_of(results["COMPARISON"])} == {"11"}
    found = table_of(results["OUTPUT"])
    assert {r["area"] for r in found} == {"all", "10", "11"}
    koop, corp = [b[0] for b in BLOCKS], [b[1] for b in BLOCKS]
    by_hand = sum(abs(a / sum(koop) - b / sum(corp)) for a, b in zip(koop, corp, strict=True)) / 2
    assert pick(found, "dissimilarity", "koop")["value"] == pytest.approx(by_hand)


def test_empty_and_zero_units_are_left_out_and_named(run, table_of):
    def holes(rows):
        rows[1]["corp"] = None
        rows[2].update(koop=0.0, corp=0.0, overig=0.0)
        rows[3]["overig"] = math.nan

    rows = table_of(call(run, layer_of(blocks(holes)))["OUTPUT"])
    one = pick(rows, "dissimilarity", "koop")
    assert (one["n_units"], one["n_excluded"]) == (5, 3)
    text = "\n".join(run.log)
    assert "a count is empty: 2 of 8 units (BL1, BL3); fields: corp, overig. Fill in" in text
    assert "the total is 0: 1 of 8 units (BL2). That is right where" in text


def test_degrees_leave_out_the_indices_of_land(run, table_of):
    rows = table_of(call(run, layer_of(blocks(), crs="EPSG:4326", size=0.01))["OUTPUT"])
    assert "delta" not in {r["index"] for r in rows}
    assert "not in metres" in "\n".join(run.log)


# -- what is refused before anything is written


def refused(run, layer, **more):
    """Return what the refusal says; nothing may have been written before it."""
    with tempfile.TemporaryDirectory() as folder:
        with pytest.raises(QgsProcessingException) as caught:
            call(run, layer, **{"OUTPUT": str(Path(folder) / "out.gpkg"), **more})
        assert not list(Path(folder).iterdir())
    return str(caught.value)


def test_refusals_before_the_run(run):
    layer = layer_of(blocks())
    assert "koop is chosen twice" in refused(run, layer, GROUPS=["koop", "koop"])
    assert "koop is chosen twice" in refused(run, layer, GROUPS=["koop", "corp"], TOTAL="koop")
    assert "no total" in refused(run, layer, GROUPS=["koop"])
    assert "No group is chosen" in refused(run, layer, GROUPS=[])
    assert "KOOP is chosen twice" in refused(run, layer, GROUPS=["KOOP", "koop"])
    assert "no field huur" in refused(run, layer, GROUPS=["koop", "huur"])
    assert "code holds text" in refused(run, layer, GROUPS=["koop", "code"])
    for text in ("0", "-5", "500, x", "nan", "inf"):
        assert "is not a distance" in refused(run, layer, BANDWIDTHS=text)
    table = layer_of(blocks(), kind="None", crs="")
    assert "table without geometry" in refused(run, table, BANDWIDTHS="500")
    nowhere = layer_of(blocks(), crs="")
    assert "no coordinate system" in refused(run, nowhere, BANDWIDTHS="500")
    lines = layer_of(blocks(), kind="LineString")
    assert "holds lines" in refused(run, lines)
    for rounded in (3, 4):
        told = refused(run, layer, TOTAL="total", INFERENCE=rounded)
        assert "Leave the total empty" in told


def test_bandwidths_in_degrees_or_feet_are_refused(run):
    degrees = layer_of(blocks(), crs="EPSG:4326", size=0.01)
    # Real degrees, not RD numbers that call themselves degrees.
    degrees.dataProvider().changeGeometryValues(
        {
            f.id(): QgsGeometry.fromWkt(f"Point(5 {52 + f.id() / 100})")
            for f in degrees.getFeatures()
        }
    )
    degrees.updateExtents()
    assert "not in metres (EPSG:4326)" in refused(run, degrees, BANDWIDTHS="500")
    wrong = layer_of(blocks(), crs="EPSG:4326")
    assert "looks like RD New" in refused(run, wrong, BANDWIDTHS="500")
    for crs in ("EPSG:2263", "EPSG:3857"):  # feet, and metres that are none in the Netherlands
        strange = layer_of(blocks(), crs=crs)
        assert f"not in metres ({crs})" in refused(run, strange, BANDWIDTHS="500")


@pytest.mark.parametrize("name", ["segregation_indices", "local_segregation"])
@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"corp": -5.0}, "corp of unit BL2 holds -5"),
        ({"corp": -99997.0}, "CBS code for a missing value"),
        ({"corp": math.inf}, "corp of unit BL2 holds inf"),
        ({"total": 3.0}, "In unit BL2 the groups add up to 100, more than its total 3"),
        ({"total": -5.0}, "Field total of unit BL2 holds -5"),
        ({"total": math.inf}, "Field total of unit BL2 holds inf"),
    ],
)
def test_impossible_counts_name_the_unit_and_leave_no_file(run, tmp_path, name, change, message):
    rows = blocks(lambda rows: rows[2].update(change))
    out = tmp_path / "out.gpkg"
    parameters = {
        "INPUT": layer_of(rows),
        "GROUPS": list(FIELDS),
        "TOTAL": "total",
        "OUTPUT": str(out),
    }
    with pytest.raises(QgsProcessingException, match=message):
        run(name, parameters)
    assert not out.exists()


@pytest.mark.parametrize("name", ["segregation_indices", "local_segregation"])
@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"corp": None}, r"None of the 8 units can be used: a count is empty in 8 \(corp\)\."),
        ({"koop": 0.0, "corp": 0.0, "overig": 0.0}, "be used: the total is 0 in 8"),
        (None, "Layer proef gives no rows"),
    ],
)
def test_nothing_usable_is_said(run, name, change, message):
    rows = [] if change is None else blocks(lambda rows: [row.update(change) for row in rows])
    parameters = {"INPUT": layer_of(rows), "GROUPS": list(FIELDS), **MEMORY}
    with pytest.raises(QgsProcessingException, match=message):
        run(name, parameters)


@pytest.mark.parametrize("name", ["segregation_indices", "local_segregation"])
def test_fields_are_found_whatever_their_capitals(run, table_of, name):
    parameters = {"INPUT": layer_of(blocks()), "GROUPS": ["KOOP", "corp"], "TOTAL": "Total"}
    rows = table_of(run(name, {**parameters, **MEMORY})["OUTPUT"])
    assert len(rows) >= 8


@pytest.mark.parametrize("name", ["segregation_indices", "local_segregation"])
def test_units_with_the_same_name_are_told_by_row(run, name):
    def alike(rows):
        for row in rows:
            row["code"] = "Utrecht"
        rows[2]["corp"] = -5.0

    parameters = {"INPUT": layer_of(blocks(alike)), "GROUPS": list(FIELDS), **MEMORY}
    with pytest.raises(QgsProcessingException, match=r"unit Utrecht \(#3\) holds -5"):
        run(name, parameters)


@pytest.mark.parametrize("name", ["segregation_indices", "local_segregation"])
def test_units_without_an_area_are_named(run, name):
    def nowhere(rows):
        rows[2]["wijk"], rows[5]["wijk"] = None, ""

    layer = layer_of(blocks(nowhere))
    run(name, {"INPUT": layer, "GROUPS": list(FIELDS), "AREA_FIELD": "wijk", **MEMORY})
    assert any("Without an area: 2 of 8 units (BL2, BL5)" in line for line in run.log)


def test_areas_with_very_large_numbers_stay_apart(run, table_of):
    def number(rows):
        for place, row in enumerate(rows):
            row["total"] = (1e20, 2e20)[place % 2]

    parameters = {"INPUT": layer_of(blocks(number)), "GROUPS": list(FIELDS), "AREA_FIELD": "total"}
    results = run("segregation_indices", {**parameters, **MEMORY})
    assert {r["area"] for r in table_of(results["OUTPUT"])} == {"all", "1e+20", "2e+20"}


# -- local


def test_local_segregation_keeps_the_layer_and_adds_columns(run, table_of):
    layer = layer_of(blocks())
    parameters = {"INPUT": layer, "GROUPS": list(FIELDS), "AREA_FIELD": "wijk", **MEMORY}
    results = run("local_segregation", parameters)
    rows = table_of(results["OUTPUT"])
    assert list(rows[0]) == [
        *("code", "wijk", "koop", "corp", "overig", "total", "lq_koop", "lq_corp", "lq_overig"),
        *("entropy", "diversity", "simpson", "local_divergence"),
        *("d_share_koop", "d_share_corp", "d_share_overig"),
    ]
    assert [r["code"] for r in rows] == [f"BL{i}" for i in range(8)]
    assert rows[0]["lq_koop"] == pytest.approx(0.9 / (180 / 400))
    assert rows[5]["diversity"] == 0
    indices = table_of(call(run, layer, AREA_FIELD="wijk")["OUTPUT"])
    run("local_segregation", parameters)
    parts = sum(r["d_share_corp"] for r in rows if r["wijk"] == "W1")
    assert parts == pytest.approx(pick(indices, "dissimilarity", "corp", area="W1")["value"])


def test_local_segregation_again_replaces_its_own_columns(run, table_of):
    first = run(
        "local_segregation", {"INPUT": layer_of(blocks()), "GROUPS": list(FIELDS), **MEMORY}
    )
    layer = QgsProcessingUtils.mapLayerFromString(first["OUTPUT"], run.context)
    context = run.context
    second = run("local_segregation", {"INPUT": layer, "GROUPS": ["koop", "corp"], **MEMORY})
    rows = table_of(second["OUTPUT"])
    names = list(rows[0])
    assert len(names) == len(set(names))
    assert names.count("entropy") == 1
    assert rows[0]["lq_overig"] is not None
    assert context is not None


def test_local_segregation_of_points_tables_and_holes(run, table_of):
    def hole(rows):
        rows[0]["koop"] = None
        rows[1]["wijk"] = None

    for kind, crs in (("Point", "EPSG:28992"), ("None", "")):
        layer = layer_of(blocks(hole), kind=kind, crs=crs)
        parameters = {"INPUT": layer, "GROUPS": list(FIELDS), "AREA_FIELD": "wijk", **MEMORY}
        rows = table_of(run("local_segregation", parameters)["OUTPUT"])
        assert len(rows) == 8
        assert rows[0]["lq_corp"] is rows[0]["entropy"] is None
        assert rows[1]["entropy"] is not None
        assert rows[1]["lq_corp"] is None


def test_local_layers_come_styled(run):
    layer = layer_of(blocks())
    context = QgsProcessingContext()
    results = run(
        "local_segregation",
        {"INPUT": layer, "GROUPS": list(FIELDS), **MEMORY},
        context=context,
    )
    assert results["OUTPUT"]
    from wijkmix.processing_algs import styling

    styled = QgsProcessingUtils.mapLayerFromString(results["OUTPUT"], context)
    for style, field in (
        (styling.diversity, "diversity"),
        (styling.location_quotient("lq_corp"), "lq_corp"),
    ):
        style(styled)
        rules = styled.renderer().rootRule().children()
        matches = [
            sum(
                rule.isFilterOK(feature, None) if False else _holds(rule, feature) for rule in rules
            )
            for feature in styled.getFeatures()
        ]
        # Every unit falls in exactly one class.
        assert matches == [1] * 8, field


def test_a_run_that_loads_its_layer_gives_each_view_its_style(run):
    from qgis.core import QgsProcessingOutputLayerDefinition, QgsProject

    context = QgsProcessingContext()
    output = QgsProcessingOutputLayerDefinition("memory:", QgsProject.instance())
    parameters = {"INPUT": layer_of(blocks()), "GROUPS": list(FIELDS), "OUTPUT": output}
    feedback = QgsProcessingFeedback(False)
    run("local_segregation", parameters, context=context, feedback=feedback)
    drawn = {}
    for ident, details in context.layersToLoadOnCompletion().items():
        layer = QgsProcessingUtils.mapLayerFromString(ident, context)
        details.postProcessor().postProcessLayer(layer, context, feedback)
        drawn[details.name] = {
            name
            for rule in layer.renderer().rootRule().children()
            if rule.filter() is not None
            for name in rule.filter().referencedColumns()
        }
    assert drawn == {
        "Diversity": {"diversity"},
        **{f"Location quotient: {name}": {f"lq_{name}"} for name in FIELDS},
    }


def test_diversity_has_no_ramp_from_little_to_much(qgis_app):
    from wijkmix.processing_algs import styling

    layer = QgsVectorLayer("Polygon?crs=EPSG:28992&field=diversity:double", "mix", "memory")
    styling.diversity(layer)
    steps = [rule.symbol().color() for rule in layer.renderer().rootRule().children()][:-1]
    light = [colour.lightnessF() for colour in steps]
    assert light not in (sorted(light), sorted(light, reverse=True))
    hues = sorted(colour.hsvHue() for colour in steps)
    assert len(set(hues)) == 4


def _holds(rule, feature):
    from qgis.core import QgsExpressionContext

    context = QgsExpressionContext()
    context.setFeature(feature)
    context.setFields(feature.fields())
    expression = rule.filter()
    expression.prepare(context)
    return bool(expression.evaluate(context))


# -- large


class Stop(QgsProcessingFeedback):
    """Asks to stop at a given progress and remembers when."""

    at = None

    def __init__(self, limit):
        super().__init__(False)
        self.limit = limit
        self.progressChanged.connect(self.look)

    def look(self, percent):
        if percent >= self.limit and not self.isCanceled():
            self.at = time.process_time()  # what else the machine does is not counted
            self.cancel()


def test_no_table_is_made_after_a_stop(run, monkeypatch):
    from wijkmix.wijkmix_plugin.measures import inference, segregation

    feedback, made = QgsProcessingFeedback(False), []

    def stop(table, *_data, **_more):
        feedback.cancel()
        return table

    monkeypatch.setattr(inference, "bootstrap", stop)
    monkeypatch.setattr(segregation, "wide", made.append)
    more = {"INFERENCE": 1, "AREAS": "TEMPORARY_OUTPUT", **MEMORY}
    with pytest.raises(QgsProcessingException):
        run(
            "segregation_indices",
            {"INPUT": layer_of(blocks()), "GROUPS": list(FIELDS), **more},
            feedback=feedback,
        )
    assert not made


@pytest.fixture
def nothing_else_held():
    """Keep Python's collector from going through what all other tests hold."""
    gc.collect()
    gc.freeze()
    yield
    gc.unfreeze()


@pytest.mark.slow
@pytest.mark.usefixtures("nothing_else_held")
@pytest.mark.parametrize("name", ["segregation_indices", "local_segregation"])
def test_cancel_of_a_large_run_comes_within_a_second(run, provider, tmp_path, name):
    layer = QgsVectorLayer(
        "None?field=koop:double&field=corp:double&field=overig:double", "groot", "memory"
    )
    rng = np.random.default_rng(1)
    fields = layer.fields()
    features = []
    for row in rng.integers(1, 100, (1_000_000, 3)).tolist():
        feature = QgsFeature(fields)
        feature.setAttributes([float(v) for v in row])
        features.append(feature)
    layer.dataProvider().addFeatures(features)
    del features, feature, row

    parameters = {"INPUT": layer, "GROUPS": list(FIELDS), "OUTPUT": str(tmp_path / "out.gpkg")}
    # Reading, computing, replicates; or reading twice, building features and writing them.
    limits = (5, 20, 55, 80) if name == "segregation_indices" else (5, 20, 50, 70, 95)
    for limit in limits:
        feedback = Stop(limit)
        with pytest.raises(QgsProcessingException):
            run(name, {**parameters, "INFERENCE": 2, "REPLICATES": 99}, feedback=feedback)
        assert feedback.at is not None
        assert time.process_time() - feedback.at < 1.0
        assert not list(tmp_path.iterdir())


@pytest.mark.slow
@pytest.mark.usefixtures("nothing_else_held")
def test_cancel_of_the_dealing_around_units_comes_within_a_second(run, provider):
    layer = QgsVectorLayer(
        "Polygon?crs=EPSG:28992&field=koop:double&field=corp:double&field=overig:double",
        "land",
        "memory",
    )
    features = []
    for number, row in enumerate(np.random.default_rng(1).integers(1, 900, (14_400, 3)).tolist()):
        feature = QgsFeature(layer.fields())
        feature.setAttributes([float(v) for v in row])
        x, y = (1500 * v for v in divmod(number, 120))
        feature.setGeometry(QgsGeometry.fromRect(QgsRectangle(x, y, x + 1500, y + 1500)))
        features.append(feature)
    layer.dataProvider().addFeatures(features)
    parameters = {"INPUT": layer, "GROUPS": list(FIELDS), "INFERENCE": 2, "KERNEL": 2, **MEMORY}
    for limit in (52, 65, 80):
        feedback = Stop(limit)
        with pytest.raises(QgsProcessingException):
            run("segregation_indices", {**parameters, "BANDWIDTHS": "2000,8000"}, feedback=feedback)
        assert feedback.at is not None
        assert time.process_time() - feedback.at < 1.0
