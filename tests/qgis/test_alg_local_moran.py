# SPDX-License-Identifier: GPL-2.0-or-later
"""`wijkmix:local_morans_i` in QGIS: what comes out, how it looks, and what it refuses."""

from __future__ import annotations

import json
import time

import numpy as np
import pytest
from qgis.core import (
    QgsCoordinateReferenceSystem,
    QgsFeature,
    QgsGeometry,
    QgsProcessingContext,
    QgsProcessingException,
    QgsProcessingFeedback,
    QgsProcessingOutputLayerDefinition,
    QgsProcessingUtils,
    QgsProject,
    QgsRectangle,
    QgsVectorLayer,
)

SIDE = 12
LABELS = {"HH", "LL", "HL", "LH", "ns", "island", "nodata"}


def numbers(seed=0):
    """A high block and a low block in noise; whole numbers, as CBS percentages are."""
    grid = np.random.default_rng(seed).normal(50, 4, (SIDE, SIDE))
    grid[1:5, 1:5] += 30
    grid[7:11, 7:11] -= 30
    return np.rint(grid).ravel()


def layer_of(values, *, kind="Polygon", crs="EPSG:28992", size=100.0, base=None, other=None):
    """A grid of squares (or their centres) with a number, a base, a second number and a text."""
    layer = QgsVectorLayer(
        f"{kind}?{f'crs={crs}&' if crs else ''}field=code:string&field=value:double"
        "&field=base:double&field=other:double&field=i_am_text:string",
        "raster",
        "memory",
    )
    if not crs:
        layer.setCrs(QgsCoordinateReferenceSystem())
    origin = (4.0, 52.0) if crs == "EPSG:4326" else (120_000.0, 480_000.0)
    features = []
    for number, value in enumerate(values):
        feature = QgsFeature(layer.fields())
        row = [
            f"BU{number:04d}",
            None if value is None or value != value else float(value),
            100.0 if base is None else float(base[number]),
            float(number) if other is None else float(other[number]),
            "text",
        ]
        feature.setAttributes(row)
        x, y = origin[0] + size * (number % SIDE), origin[1] + size * (number // SIDE)
        square = QgsGeometry.fromRect(QgsRectangle(x, y, x + size, y + size))
        feature.setGeometry(square if kind == "Polygon" else square.centroid())
        features.append(feature)
    assert layer.dataProvider().addFeatures(features)[0]
    layer.updateExtents()
    return layer


def moran(run, layer, feedback=None, **more):
    parameters = {
        "INPUT": layer,
        "FIELD": "value",
        "PERMUTATIONS": 9_999,
        "OUTPUT": "TEMPORARY_OUTPUT",
        **more,
    }
    return run("local_morans_i", parameters, feedback=feedback)


def refused(run, layer, match, **more):
    with pytest.raises(QgsProcessingException, match=match):
        moran(run, layer, **more)


# -- what comes out


def test_fields_labels_and_numbers(run, table_of):
    results = moran(run, layer_of(numbers()))
    rows = table_of(results["OUTPUT"])
    assert list(rows[0]) == [
        *("code", "value", "base", "other", "i_am_text"),
        *("moran_i", "moran_lag", "moran_p", "moran_q", "moran_cluster", "n_neighbours"),
    ]
    grid = np.array([r["moran_cluster"] for r in rows]).reshape(SIDE, SIDE)
    assert (grid[2:4, 2:4] == "HH").all()
    assert (grid[8:10, 8:10] == "LL").all()
    assert grid[0, SIDE - 1] == "ns"
    assert rows[0]["n_neighbours"] == 3
    assert type(rows[0]["n_neighbours"]) is int
    assert (results["N_USED"], results["N_ISLANDS"], results["N_EXCLUDED"]) == (144, 0, 0)
    # By hand: the first cell has three neighbours.
    values = numbers()
    z = (values - values.mean()) / values.std()
    lag = z[[1, SIDE, SIDE + 1]].mean()
    assert rows[0]["moran_lag"] == pytest.approx(lag)
    assert rows[0]["moran_i"] == pytest.approx(143 / 144 * z[0] * lag)
    assert results["GLOBAL_I"] == pytest.approx(
        np.mean([z[i] * r["moran_lag"] for i, r in enumerate(rows)])
    )
    assert 0 <= results["GLOBAL_P"] < 1e-6


def test_null_units_and_islands_are_named_and_left_out(run, table_of):
    values = list(numbers())
    values[0] = None
    layer = layer_of(values)
    with_hole = QgsFeature(layer.fields())
    with_hole.setAttributes(["far", 60.0, 100.0, 1.0, "text"])
    with_hole.setGeometry(QgsGeometry.fromRect(QgsRectangle(200_000, 480_020, 200_060, 480_080)))
    nowhere = QgsFeature(layer.fields())
    nowhere.setAttributes(["nowhere", 60.0, 100.0, 1.0, "text"])
    layer.dataProvider().addFeatures([with_hole, nowhere])
    results = moran(run, layer)
    rows = table_of(results["OUTPUT"])
    empty = {"moran_i", "moran_lag", "moran_p", "moran_q"}
    assert rows[0]["moran_cluster"] == "nodata"
    assert rows[0]["n_neighbours"] is None
    assert rows[-2]["moran_cluster"] == "island"
    assert rows[-2]["n_neighbours"] == 0
    assert rows[-1]["moran_cluster"] == "nodata"
    assert all(rows[i][name] is None for i in (0, -1, -2) for name in empty)
    assert rows[1]["n_neighbours"] == 4  # five around it, one of them without a value
    assert (results["N_USED"], results["N_ISLANDS"], results["N_EXCLUDED"]) == (143, 1, 2)
    assert any("no geometry" in line for line in run.log)
    joined = table_of(moran(run, layer, JOIN_ISLANDS=True)["OUTPUT"])
    assert joined[-2]["n_neighbours"] == 1


def test_a_cbs_code_is_no_number(run, table_of):
    values = numbers()
    values[5] = -99997
    rows = table_of(moran(run, layer_of(values))["OUTPUT"])
    assert rows[5]["moran_cluster"] == "nodata"
    assert {r["moran_cluster"] for r in rows} >= {"HH", "LL"}
    assert any("-99997" in line for line in run.log)


def test_the_same_as_the_core_with_every_choice(run, table_of):
    import shapely
    from wijkmix.wijkmix_plugin.measures.local_moran import local_moran
    from wijkmix.wijkmix_plugin.measures.neighbours import Neighbours, nearest, within

    values, base = numbers(), np.full(SIDE * SIDE, 100.0)
    base[::7] = 5_000
    other = numbers(seed=4)
    layer = layer_of(values, base=base, other=other)
    centres = shapely.points(
        [(120_050 + 100 * (i % SIDE), 480_050 + 100 * (i // SIDE)) for i in range(SIDE * SIDE)]
    )
    for near, more in (
        (nearest(centres, 5), {"NEIGHBOURS": 2, "K": 5}),
        (within(centres, 250), {"NEIGHBOURS": 3, "DISTANCE": 250}),
    ):
        assert isinstance(near, Neighbours)
        rows = table_of(
            moran(run, layer, P_VALUE=1, CORRECTION=0, SEED=7, BASE="base", **more)["OUTPUT"]
        )
        core = local_moran(
            values,
            near,
            p_value="directed",
            correction="none",
            seed=7,
            base=base,
            permutations=9_999,
        )
        np.testing.assert_allclose([r["moran_p"] for r in rows], core.p)
        np.testing.assert_allclose([r["moran_i"] for r in rows], core.i)
        assert [r["moran_cluster"] for r in rows] == core.cluster.tolist()
    rows = table_of(moran(run, layer, NEIGHBOURS=2, K=5, WITH_FIELD="other")["OUTPUT"])
    core = local_moran(values, nearest(centres, 5), with_values=other, permutations=9_999)
    np.testing.assert_allclose([r["moran_i"] for r in rows], core.i)


def test_rook_queen_and_tolerance(run, table_of):
    layer = layer_of(numbers())
    counts = {}
    for name, more in (
        ("queen", {}),
        ("rook", {"NEIGHBOURS": 1}),
        ("wide", {"TOLERANCE": 101}),
    ):
        rows = table_of(moran(run, layer, PERMUTATIONS=99, **more)["OUTPUT"])
        counts[name] = rows[5 * SIDE + 5]["n_neighbours"]
    assert counts == {"queen": 8, "rook": 4, "wide": 20}


def test_points_need_no_borders(run, table_of):
    rows = table_of(moran(run, layer_of(numbers(), kind="Point"), NEIGHBOURS=2, K=8)["OUTPUT"])
    assert {r["n_neighbours"] for r in rows} == {8}


@pytest.mark.parametrize(
    ("kind", "symbol"), [("Polygon", "Fill"), ("Point", "Marker"), ("LineString", "Line")]
)
def test_clusters_are_drawn_on_any_layer(qgis_app, kind, symbol):
    from wijkmix.processing_algs import styling

    layer = QgsVectorLayer(f"{kind}?crs=EPSG:28992&field=moran_cluster:string", "lagen", "memory")
    styling.moran_cluster("moran_cluster")(layer)
    categories = layer.renderer().categories()
    assert {type(c.symbol()).__name__ for c in categories} == {f"Qgs{symbol}Symbol"}
    colours = {c.value(): c.symbol().color().name() for c in categories}
    assert len({colours[label] for label in ("HH", "LL", "HL", "LH", "ns", "island")}) == 6


def test_units_without_population_are_nobody_s_neighbour(run, table_of):
    values, base = np.abs(numbers()), np.full(SIDE * SIDE, 100.0)
    values[[20, 60]] = base[[20, 60]] = 0
    layer = layer_of(values, base=base)
    rows = table_of(moran(run, layer, BASE="base", NEIGHBOURS=2, K=5)["OUTPUT"])
    assert {r["n_neighbours"] for i, r in enumerate(rows) if i not in (20, 60)} == {5}
    assert rows[20]["moran_cluster"] == rows[60]["moran_cluster"] == "nodata"
    assert any("142 units with 5.0 neighbours" in line for line in run.log)


def test_feet_are_not_metres(run, table_of):
    # EPSG:2263 is in US survey feet: 100 m are 328 ft, from squares of 300 ft the next ones only.
    layer = layer_of(numbers(), crs="EPSG:2263", size=300.0)
    rows = table_of(moran(run, layer, NEIGHBOURS=3, DISTANCE=100, PERMUTATIONS=99)["OUTPUT"])
    assert rows[5 * SIDE + 5]["n_neighbours"] == 4


def test_the_layer_comes_in_styled_with_counts_and_origin(run, monkeypatch):
    from processing.gui import Postprocessing
    from qgis.core import QgsApplication

    project = QgsProject.instance()
    project.clear()
    context = QgsProcessingContext()
    context.setProject(project)
    parameters = {
        "INPUT": layer_of(numbers()),
        "FIELD": "value",
        "PERMUTATIONS": 999,
        "OUTPUT": QgsProcessingOutputLayerDefinition("TEMPORARY_OUTPUT", project),
    }
    run("local_morans_i", parameters, context=context)
    algorithm = QgsApplication.processingRegistry().createAlgorithmById("wijkmix:local_morans_i")
    monkeypatch.setattr(Postprocessing, "iface", None)
    assert Postprocessing.handleAlgorithmResults(algorithm, context, None, parameters)
    nodes = project.layerTreeRoot().findLayers()
    assert len(nodes) == 1
    layer = nodes[0].layer()
    renderer = layer.renderer()
    assert renderer.classAttribute() == "moran_cluster"
    assert {category.value() for category in renderer.categories()} == LABELS
    assert nodes[0].customProperty("showFeatureCount")
    assert "value" in layer.name()
    assert layer.attributeAlias(layer.fields().lookupField("moran_q"))
    origin = json.loads(layer.customProperty("wijkmix/provenance"))
    assert origin["parameters"]["field"] == "value"
    assert origin["permutations"] == 999
    assert origin["moran"]["n_used"] == 144
    project.clear()


def test_the_log_says_what_to_think_of_it(run):
    moran(run, layer_of(numbers()), PERMUTATIONS=99)
    assert any("permutations would do" in line or "permutaties" in line for line in run.log)
    moran(run, layer_of(numbers()), PERMUTATIONS=99_999)
    assert any("another seed" in line for line in run.log)
    assert any("144 units with 7.0 neighbours" in line for line in run.log)


# -- bad input


def test_fields_that_cannot_be_used(run):
    layer = layer_of(numbers())
    refused(run, layer, "no number field i_am_text", FIELD="i_am_text")
    refused(run, layer, "no number field absent", FIELD="absent")
    refused(run, layer, "no number field", FIELD="")
    refused(run, layer, "no number field code", BASE="code")
    refused(run, layer, "no number field code", WITH_FIELD="code")


def test_a_constant_field(run):
    flat = np.full(SIDE * SIDE, 30.0)
    says = r"Layer raster, Field value: The variable is constant \(30 .* Choose another field"
    refused(run, layer_of(flat), says)
    refused(run, layer_of(numbers(), other=flat), "other: The second variable", WITH_FIELD="other")


def test_few_units(run):
    moran(run, layer_of(numbers()[:20]))
    assert any("Only 20 units" in line for line in run.log)
    refused(run, layer_of(numbers()[:2]), "Only 2 units")
    refused(run, layer_of([]), "Only 0 units")
    refused(run, layer_of([None] * 144), "Without a value: 144")
    refused(run, layer_of([None] * 144), "at least 2 units .* there are 0", NEIGHBOURS=2)


def test_all_islands(run):
    layer = layer_of(numbers()[::2])  # columns apart
    provider = layer.dataProvider()
    moved = {}
    for feature in layer.getFeatures():
        shape = feature.geometry()
        shape.translate(5000.0 * feature.id(), 0)
        moved[feature.id()] = shape
    provider.changeGeometryValues(moved)
    refused(run, layer, "Only 0 units .* without a neighbour: 72.* joined to the nearest")


def test_too_many_nearest_neighbours(run):
    refused(run, layer_of(numbers()), "below 144", NEIGHBOURS=2, K=144)
    values = [v if i < 10 else None for i, v in enumerate(numbers())]
    refused(run, layer_of(values), "choose 1 to 9", NEIGHBOURS=2, K=10)


def test_distances_that_mean_nothing(run):
    degrees = layer_of(numbers(), crs="EPSG:4326", size=0.001)
    refused(run, degrees, "not in metres", NEIGHBOURS=3, DISTANCE=500)
    refused(run, degrees, "not in metres", NEIGHBOURS=2)
    refused(run, degrees, "not in metres", TOLERANCE=5)
    mercator = layer_of(numbers(), crs="EPSG:3857")
    refused(run, mercator, "not in metres", NEIGHBOURS=3, DISTANCE=500)
    refused(run, mercator, "not in metres", TOLERANCE=5)
    moran(run, mercator, NEIGHBOURS=2, PERMUTATIONS=99)  # the nearest are the same ones there
    moran(run, degrees, PERMUTATIONS=99)  # borders have no unit
    refused(run, layer_of(numbers(), crs=""), "coordinate system", NEIGHBOURS=3, DISTANCE=500)
    refused(run, layer_of(numbers()), "DISTANCE", NEIGHBOURS=3)
    refused(run, layer_of(numbers()), "DISTANCE", NEIGHBOURS=3, DISTANCE=0)
    refused(run, layer_of(numbers()), "Only 0 units", NEIGHBOURS=3, DISTANCE=50)


def test_points_have_no_borders(run):
    refused(run, layer_of(numbers(), kind="Point"), "no polygons")


def test_a_base_that_cannot_be_a_total(run):
    small = np.full(SIDE * SIDE, 100.0)
    small[3] = 10
    refused(run, layer_of(numbers(), base=small), "total base: .* row 4: ", BASE="base")
    small[3] = 0
    refused(run, layer_of(numbers(), base=small), "of 0", BASE="base")
    refused(run, layer_of(numbers(), base=-small), "cannot be computed", BASE="base")


@pytest.mark.parametrize(
    ("more", "says"),
    [
        ({"PERMUTATIONS": 0}, r"\(PERMUTATIONS\) is 0; choose a number from 1 to 2,000,000,000"),
        ({"PERMUTATIONS": "many"}, r"\(PERMUTATIONS\) is many; choose"),
        ({"ALPHA": 2}, r"\(ALPHA\) is 2; choose a number from 0 to 1\."),
        ({"ALPHA": 0}, "between 0 and 1"),
        ({"K": 0, "NEIGHBOURS": 2}, r"\(K\) is 0; choose a number of at least 1\."),
        ({"TOLERANCE": -1}, r"\(TOLERANCE\) is -1; choose a number of at least 0\."),
    ],
)
def test_numbers_out_of_range(run, more, says):
    refused(run, layer_of(numbers()), says, **more)


def test_a_number_out_of_range_is_told_in_dutch(run, monkeypatch):
    from wijkmix.processing_algs import base

    monkeypatch.setattr(base, "language", lambda: "nl")
    says = "is 0; kies een getal van 1 tot en met 2.000.000.000"
    refused(run, layer_of(numbers()), says, PERMUTATIONS=0)


def test_a_billion_permutations_can_be_stopped(run, tmp_path):
    class Impatient(QgsProcessingFeedback):
        def __init__(self):
            super().__init__(False)
            self.lines, self.start, self.stopped = [], time.monotonic(), None

        def isCanceled(self):
            if time.monotonic() - self.start > 0.5 and self.stopped is None:
                self.stopped = time.monotonic()
            return self.stopped is not None

        def pushInfo(self, text):
            self.lines.append(text)

    feedback = Impatient()
    target = tmp_path / "out.gpkg"
    with pytest.raises(QgsProcessingException):
        moran(run, layer_of(numbers()), feedback, PERMUTATIONS=10**9, OUTPUT=str(target))
    assert time.monotonic() - feedback.stopped < 1
    assert not target.exists()


def test_invalid_and_doubled_shapes_do_not_crash(run, table_of):
    layer = layer_of(numbers())
    bow = "Polygon((120300 480300, 120400 480400, 120400 480300, 120300 480400, 120300 480300))"
    shapes = {
        40: QgsGeometry.fromWkt(bow),
        60: QgsGeometry(),
        70: QgsGeometry.fromWkt("Polygon EMPTY"),
    }
    layer.dataProvider().changeGeometryValues(shapes)
    for kind in (0, 1):
        rows = table_of(moran(run, layer, NEIGHBOURS=kind, TOLERANCE=kind)["OUTPUT"])
        assert len(rows) == 144
        assert rows[59]["moran_cluster"] == rows[69]["moran_cluster"] == "nodata"


def test_in_qgis_process_style_with_strings(run):
    """As qgis_process and models pass them: enums and numbers as text."""
    results = moran(
        run, layer_of(numbers()), NEIGHBOURS="1", PERMUTATIONS="999", P_VALUE="1", CORRECTION="0"
    )
    layer = QgsProcessingUtils.mapLayerFromString(results["OUTPUT"], run.context)
    assert layer.featureCount() == 144
