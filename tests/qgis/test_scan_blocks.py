# SPDX-License-Identifier: GPL-2.0-or-later
"""`wijkmix:scan` with BLOCKS: what the wijken, the buurten, the index table and the names say."""

from __future__ import annotations

import json

import pytest
from qgis.core import (
    QgsApplication,
    QgsCoordinateReferenceSystem,
    QgsCoordinateTransform,
    QgsCoordinateTransformContext,
    QgsField,
    QgsProcessingContext,
    QgsProcessingException,
    QgsProcessingOutputLayerDefinition,
    QgsProject,
)
from qgis.PyQt.QtCore import QMetaType

MEMORY = {"OUTPUT": "TEMPORARY_OUTPUT", "WIJKEN": "TEMPORARY_OUTPUT", "INDICES": "TEMPORARY_OUTPUT"}


def scan(run, layer, **more):
    return run("scan", {"INPUT": layer, "PERMUTATIONS": 999, **MEMORY, **more})


def spectrum(rows, area):
    return {
        r["index"].removeprefix("spectrum_"): r["value"]
        for r in rows
        if r["area"] == area and r["index"].startswith("spectrum_")
    }


def test_blocks_fill_the_wijken(run, nested_buurten, nested_blocks, table_of):
    results = scan(run, nested_buurten, BLOCKS=nested_blocks())
    first, second = table_of(results["WIJKEN"])
    assert first["mosaic_buurt"] == pytest.approx(0.006041, abs=1e-6)
    assert first["mosaic_block"] == pytest.approx(0.328193, abs=1e-6)
    assert second["mosaic_buurt"] == pytest.approx(0.060786, abs=1e-6)
    assert second["mosaic_block"] == pytest.approx(0.073444, abs=1e-6)
    shares = [first[f"spectrum_{k}"] for k in ("buurt", "block", "within")]
    assert sum(shares) == pytest.approx(1, abs=1e-9)
    assert shares[0] * first["div_tenure"] == pytest.approx(0.006041, abs=1e-6)
    assert (shares[0] + shares[1]) * first["div_tenure"] == pytest.approx(0.328193, abs=1e-6)
    assert first["block_dwellings"] == first["dwellings"] == 400
    assert first["n_blocks"] == 4
    assert first["null_model"] == "dwellings"
    # Owner-occupied 100, two corporation blocks of 80 and 85 % side by side, one without.
    assert first["patch_size"] == first["patch_size_80"] == pytest.approx((100**2 + 200**2) / 300)
    assert first["patch_size_90"] == 100
    assert first["mixed_dwellings"] == 100
    assert first["edge_contrast"] == pytest.approx((0.75 + 0.05 + 0.75) / 3)
    assert first["mosaic_corrected"] == pytest.approx(
        first["mosaic_block"] - first["mosaic_expected"]
    )
    assert first["mosaic_z"] > 3
    assert first["mosaic_class"] == "between"
    assert second["mosaic_class"] == "one-sided"
    assert first["env_minus_block_50"] > 0  # the middle of the next block is 50 m away


def test_blocks_tell_about_buurten_too(run, nested_buurten, nested_blocks, table_of):
    rows = table_of(scan(run, nested_buurten, BLOCKS=nested_blocks())["OUTPUT"])
    assert [r["mosaic_class"] for r in rows] == ["between"] * 2 + ["one-sided"] * 2
    assert rows[0]["mosaic"] == rows[1]["mosaic"] == pytest.approx(0.328193, abs=1e-6)
    # Entropies of (90, 5, 5) and (10, 80, 10) over ln 3, of equal weight.
    assert rows[0]["block_div"] == pytest.approx((0.358996 + 0.581671) / 2, abs=1e-6)
    # Within 2 km lies everything: the diversity of the gemeente.
    whole = 0.823822 / 1.098612
    assert rows[0]["block_div"] + rows[0]["env_minus_block_2000"] == pytest.approx(whole, abs=1e-6)


def test_the_spectrum_of_the_gemeente_stands_in_the_index_table(
    run, nested_buurten, nested_blocks, table_of
):
    with_blocks = spectrum(
        table_of(scan(run, nested_buurten, BLOCKS=nested_blocks())["INDICES"]), "GM0001"
    )
    expected = {"wijk": 0.126362, "buurt": 0.044559, "block": 0.223244, "within": 0.605835}
    assert with_blocks == pytest.approx(expected, abs=1e-6)
    without = spectrum(table_of(scan(run, nested_buurten)["INDICES"]), "GM0001")
    expected = {"wijk": 0.126362, "buurt": 0.044559, "within": 0.829079}
    assert without == pytest.approx(expected, abs=1e-6)


def test_the_same_index_at_every_scale_stands_in_the_index_table(
    run, nested_buurten, nested_blocks, table_of
):
    rows = table_of(scan(run, nested_buurten, BLOCKS=nested_blocks())["INDICES"])
    found = {r["index"]: r for r in rows if r["area"] == "GM0001"}
    for level, d, h in (
        ("wijk", 0.494352, 0.126362),
        ("buurt", 0.494352, 0.170921),
        ("block", 0.715615, 0.394165),
    ):
        assert found[f"dissimilarity_{level}"]["value"] == pytest.approx(d, abs=1e-6)
        assert found[f"theil_h_{level}"]["value"] == pytest.approx(h, abs=1e-6)
    pair = found["dissimilarity_block"]
    assert (pair["group"], pair["versus"]) == ("corp", "koop")
    around = {r["bandwidth"]: r["value"] for r in rows if r["index"] == "spatial_theil_h_block"}
    assert list(around) == [50, 100, 250, 500, 1000, 2000]
    (ratio,) = (r["value"] for r in rows if r["index"] == "grain_ratio")
    assert ratio == pytest.approx(around[1000] / around[100])
    without = {r["index"] for r in table_of(scan(run, nested_buurten)["INDICES"])}
    assert {"dissimilarity_wijk", "dissimilarity_buurt", "theil_h_buurt"} < without
    assert not without & {"dissimilarity_block", "spatial_theil_h_block", "grain_ratio"}


def test_without_blocks_there_are_no_columns_of_blocks(run, nested_buurten, table_of):
    results = scan(run, nested_buurten)
    wijken, rows = table_of(results["WIJKEN"]), table_of(results["OUTPUT"])
    assert "mosaic_block" not in wijken[0]
    assert "spectrum_block" not in wijken[0]
    assert "mosaic_class" not in rows[0]
    total = wijken[0]["spectrum_buurt"] + wijken[0]["spectrum_within"]
    assert total == pytest.approx(1, abs=1e-12)


def test_the_blocks_themselves_come_out_where_they_are_asked(
    run, nested_buurten, nested_blocks, table_of
):
    results = scan(run, nested_buurten, BLOCKS=nested_blocks(), BLOCKS_OUT="TEMPORARY_OUTPUT")
    rows = table_of(results["BLOCKS_OUT"])
    assert [r["buurt_code"] for r in rows] == [f"BU0001{n // 2:04d}" for n in range(8)]
    assert [r["wijk_code"] for r in rows] == ["WK000101"] * 4 + ["WK000102"] * 4
    assert [r["mosaic_class"] for r in rows] == ["between"] * 4 + ["one-sided"] * 4
    assert [rows[0][f"n_{c}"] for c in ("koop", "corp", "overig")] == [90, 5, 5]
    # The entropy of (90, 5, 5) over ln 3; within 2 km lies the whole gemeente.
    assert rows[0]["block_div"] == pytest.approx(0.394398 / 1.098612, abs=1e-6)
    assert rows[0]["env_minus_block_2000"] == pytest.approx(
        (0.823822 - 0.394398) / 1.098612, abs=1e-6
    )
    # Corporation shares 0.05, 0.80 and 0.85 side by side.
    assert [r["edge_steepest"] for r in rows[:2]] == pytest.approx([0.75, 0.75])
    assert "BLOCKS_OUT" not in scan(run, nested_buurten, BLOCKS=nested_blocks())


def test_the_map_of_blocks_hides_what_is_small_and_needs_blocks(
    run, nested_buurten, nested_blocks, table_of
):
    results = scan(
        run, nested_buurten, BLOCKS=nested_blocks(divide=20), BLOCKS_OUT="TEMPORARY_OUTPUT"
    )
    for row in table_of(results["BLOCKS_OUT"]):
        hidden = (v for k, v in row.items() if k.startswith(("n_", "env_", "block_", "edge_")))
        assert set(hidden) == {None}
    with pytest.raises(QgsProcessingException, match="no blocks"):
        scan(run, nested_buurten, BLOCKS_OUT="TEMPORARY_OUTPUT")


def test_blocks_with_impossible_counts_are_refused(run, nested_buurten, nested_blocks):
    blocks = nested_blocks()
    place = blocks.fields().lookupField("n_koop")
    first = next(blocks.getFeatures())
    assert blocks.dataProvider().changeAttributeValues({first.id(): {place: -5}})
    with pytest.raises(QgsProcessingException, match="n_koop of unit 1 holds -5"):
        scan(run, nested_buurten, BLOCKS=blocks)


def in_crs(layer, crs):
    layer.setCrs(QgsCoordinateReferenceSystem(crs))
    return layer


def with_degrees(layer):
    """Return blocks in longitude and latitude that say they are in RD New."""
    change = QgsCoordinateTransform(
        QgsCoordinateReferenceSystem("EPSG:28992"),
        QgsCoordinateReferenceSystem("EPSG:4326"),
        QgsCoordinateTransformContext(),
    )
    moved = {}
    for feature in layer.getFeatures():
        shape = feature.geometry()
        shape.transform(change)
        moved[feature.id()] = shape
    assert layer.dataProvider().changeGeometryValues(moved)
    layer.updateExtents()
    return layer


def renamed(layer, name, kind=None):
    place = layer.fields().lookupField("n_koop")
    if kind is None:
        assert layer.dataProvider().renameAttributes({place: name})
    else:
        layer.dataProvider().deleteAttributes([place])
        assert layer.dataProvider().addAttributes([QgsField(name, kind)])
    layer.updateFields()
    return layer


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda b: in_crs(b, ""), "no coordinate system"),
        (lambda b: in_crs(b, "EPSG:4326"), "looks like RD New"),
        (lambda b: renamed(b, "koop"), "lacks the count fields n_koop; it has: koop, n_corp"),
        (
            lambda b: renamed(b, "n_koop", QMetaType.Type.QString),
            "n_koop of complexen holds text",
        ),
    ],
)
def test_blocks_that_cannot_be_used_are_refused_before_the_run(
    run, nested_buurten, nested_blocks, change, message
):
    algorithm = QgsApplication.processingRegistry().createAlgorithmById("wijkmix:scan")
    context = QgsProcessingContext()
    parameters = {"INPUT": nested_buurten, **MEMORY, "BLOCKS": change(nested_blocks())}
    ok, reason = algorithm.checkParameterValues(parameters, context)
    assert not ok
    assert message in reason


def test_blocks_in_another_system_than_they_say_are_refused(run, nested_buurten, nested_blocks):
    with pytest.raises(QgsProcessingException, match=r"look like WGS 84 .*layer says EPSG:28992"):
        scan(run, nested_buurten, BLOCKS=with_degrees(nested_blocks()))


def finer(row):
    return json.loads(row["flag_scales"]) if row["flag_scales"] else {}


def shares(row, level):
    return {
        (c["ind"], c["op"], c["threshold"]): c["share"] for c in finer(row)[level]["conditions"]
    }


def test_conditions_of_flags_are_asked_of_the_blocks(run, nested_buurten, nested_blocks, table_of):
    rows = table_of(scan(run, nested_buurten, BLOCKS=nested_blocks())["OUTPUT"])
    assert finer(rows[0])["blok"]["units"] == 2
    assert "straat" not in finer(rows[0])
    told = shares(rows[0], "blok")
    # Diversity 0.36 and 0.58; corporation 5 and 80 % against 65.6 % of the gemeente.
    assert told["div_tenure", "<=", 0.5] == 0.5
    assert told["lq_corp", "<=", 0.5] == 0.5
    assert told["lq_corp", ">=", 1.25] == 0
    told = shares(rows[1], "blok")  # corporation 85 and 10 %
    assert told["lq_corp", ">=", 1.25] == 0.5
    assert told["lq_corp", ">=", 1.5] == 0
    assert "flag_scales" not in table_of(scan(run, nested_buurten)["OUTPUT"])[0]


def test_blocks_with_a_street_answer_for_streets(run, nested_buurten, nested_blocks, table_of):
    blocks = nested_blocks(divide=12.5)  # eight dwellings each: too small alone
    blocks.dataProvider().addAttributes([QgsField("PC6", QMetaType.Type.QString)])
    blocks.updateFields()
    place = blocks.fields().lookupField("PC6")
    # One street over the border of two buurten: 16 dwellings in the first, 8 in the second.
    named = {key: {place: "1000 AA"} for key in (1, 2, 3)}
    blocks.dataProvider().changeAttributeValues(named)
    rows = table_of(scan(run, nested_buurten, BLOCKS=blocks)["OUTPUT"])
    assert "blok" not in finer(rows[0])
    assert finer(rows[0])["straat"]["units"] == 1
    assert finer(rows[0])["straat"]["kind"] == "PC6"
    assert finer(rows[0])["straat"]["dwellings"] == 16
    assert rows[1]["flag_scales"] is None


def test_rows_per_building_make_blocks_and_both_null_models(
    run, nested_buurten, nested_blocks, table_of
):
    expected = table_of(scan(run, nested_buurten, BLOCKS=nested_blocks())["WIJKEN"])[0]
    rows = nested_blocks(divide=2)
    rows.dataProvider().addFeatures(list(rows.getFeatures()))  # each block as two panden
    rows.dataProvider().addAttributes(
        [QgsField(name, QMetaType.Type.QString) for name in ("blok", "pand")]
    )
    rows.updateFields()
    block, pand = (rows.fields().lookupField(name) for name in ("blok", "pand"))
    named = {f.id(): {block: f"b{n % 8}", pand: f"p{n}"} for n, f in enumerate(rows.getFeatures())}
    rows.dataProvider().changeAttributeValues(named)
    results = scan(run, nested_buurten, BLOCKS=rows, BLOCKS_OUT="TEMPORARY_OUTPUT")
    first = table_of(results["WIJKEN"])[0]
    for name in ("n_blocks", "mosaic_block", "mosaic_expected", "patch_size", "edge_contrast"):
        assert first[name] == pytest.approx(expected[name], abs=1e-12), name
    assert first["mosaic_corrected_panden"] == pytest.approx(
        first["mosaic_block"] - first["mosaic_expected_panden"]
    )
    # Halves of a block are far from dwellings: chance alone leaves more of them together.
    assert first["mosaic_expected_panden"] > 3 * first["mosaic_expected"]
    assert "mosaic_z_panden" not in expected
    assert len(table_of(results["BLOCKS_OUT"])) == 8
    assert any("16 rows of buildings make 8 blocks" in line for line in run.log)


def test_points_have_no_patches(run, nested_buurten, nested_blocks, table_of):
    first = table_of(scan(run, nested_buurten, BLOCKS=nested_blocks("Point"))["WIJKEN"])[0]
    assert first["patch_size"] is None
    assert first["edge_contrast"] is None
    assert first["mosaic_block"] == pytest.approx(0.328193, abs=1e-6)


def test_limits_can_be_changed_and_are_refused_where_they_cross(
    run, nested_buurten, nested_blocks, table_of
):
    lenient = {"LIMIT_DIVERSITY": 0.3, "LIMIT_MOSAIC": 0.3, "THETA": 0.9}
    first, second = table_of(scan(run, nested_buurten, BLOCKS=nested_blocks(), **lenient)["WIJKEN"])
    assert first["mosaic_class"] == "mosaic"
    assert second["mosaic_class"] == "fine"
    assert first["patch_size"] == 100
    with pytest.raises(QgsProcessingException, match="must be below"):
        scan(run, nested_buurten, BLOCKS=nested_blocks(), LIMIT_MOSAIC=0.2, LIMIT_FINE=0.2)


def test_small_blocks_are_not_shown_and_all_small_is_said(
    run, nested_buurten, nested_blocks, table_of
):
    results = scan(run, nested_buurten, BLOCKS=nested_blocks(divide=20))
    first = table_of(results["WIJKEN"])[0]
    assert first["mosaic_block"] is None
    assert first["spectrum_within"] is None
    assert any("0 of 8 blocks" in line for line in run.log)


def test_names_carry_the_variant_and_layers_what_was_assumed(
    run, nested_buurten, nested_blocks, monkeypatch
):
    from processing.gui import Postprocessing

    monkeypatch.setattr(Postprocessing, "iface", None)
    project = QgsProject.instance()
    names = (*MEMORY, "BLOCKS_OUT")
    into = {n: QgsProcessingOutputLayerDefinition("TEMPORARY_OUTPUT", project) for n in names}
    postcodes = nested_blocks()
    postcodes.dataProvider().addAttributes([QgsField("pc6", QMetaType.Type.QString)])
    postcodes.updateFields()
    cases = (None, "buurt"), (nested_blocks(), "block"), (postcodes, "block")
    for layer, variant in cases:
        project.clear()
        context = QgsProcessingContext()
        context.setProject(project)
        parameters = {"INPUT": nested_buurten, "PERMUTATIONS": 999, "LIMIT_FINE": 0.25, **into}
        if layer is None:
            del parameters["BLOCKS_OUT"]
        else:
            parameters["BLOCKS"] = layer
        run("scan", parameters, context=context)
        algorithm = QgsApplication.processingRegistry().createAlgorithmById("wijkmix:scan")
        assert Postprocessing.handleAlgorithmResults(algorithm, context, None, parameters)
        views = {v.name(): v for v in project.mapLayers().values()}
        table = next(v for name, v in views.items() if name.startswith("Wijken (table)"))
        assert f"{variant} variant" in table.name()
        origin = json.loads(table.customProperty("wijkmix/provenance"))
        assert origin["variant"] == variant
        mosaic = [v for name, v in views.items() if name.startswith("Mosaic per wijk")]
        if variant == "buurt":
            assert not mosaic
            assert "limit_fine" not in origin["parameters"]
            continue
        # What stands in for a block is named; areas of one's own are what they are called.
        proxy = " (PC6 areas)" if layer is postcodes else ""
        assert mosaic[0].name() == f"Mosaic per wijk, block variant{proxy}"
        assert mosaic[0].renderer().classAttribute() == "mosaic_class"
        assert origin["parameters"]["blocks"] is True
        assert origin["parameters"]["blocks_layer"] == "complexen"
        assert origin["parameters"]["limit_fine"] == 0.25
        assert origin["parameters"]["theta"] == 0.8
        name = f"Blocks and their surroundings (distance: see Styles){proxy}"
        styles = views[name].styleManager()
        assert styles.currentStyle() == "Within  500 m minus inside the block"
        # In the order of the distances, as QGIS sorts them; then classes and borders.
        found = [int(n.split()[1]) for n in sorted(styles.styles()) if n.startswith("Within")]
        assert found == [50, 100, 250, 500, 1000, 2000]
        assert len(styles.styles()) == 6 + 2
        styles.setCurrentStyle("Mosaic class of the wijk")
        assert views[name].renderer().classAttribute() == "mosaic_class"
        assert views[name].customProperty("wijkmix/provenance")
    project.clear()


def test_wijken_that_do_not_nest_leave_the_rest_standing(run, buurten, table_of):
    def crossing(rows):
        for number, row in enumerate(rows):
            row["gemeentecode"] = f"GM000{number % 2 + 1}"

    results = scan(run, buurten(change=crossing))
    assert table_of(results["WIJKEN"])[0]["spectrum_within"] is None
    assert not spectrum(table_of(results["INDICES"]), "all")
    assert any("does not nest" in line for line in run.log)


def test_blocks_of_another_place_are_said_and_change_nothing(
    run, nested_buurten, nested_blocks, table_of
):
    results = scan(run, nested_buurten, BLOCKS=nested_blocks(east=50_000))
    first = table_of(results["WIJKEN"])[0]
    assert first["mosaic_block"] is None
    assert first["mosaic_buurt"] == pytest.approx(0.006041, abs=1e-6)
    assert any("8 lie in no buurt" in line for line in run.log)
