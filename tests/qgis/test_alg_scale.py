# SPDX-License-Identifier: GPL-2.0-or-later
"""The algorithms about scale in QGIS: known numbers out, bad input refused with its name."""

from __future__ import annotations

import math
import re

import pytest
from qgis.core import (
    QgsCoordinateReferenceSystem,
    QgsCoordinateTransform,
    QgsCoordinateTransformContext,
    QgsFeature,
    QgsGeometry,
    QgsProcessingException,
    QgsProcessingUtils,
    QgsVectorLayer,
    QgsWkbTypes,
)

BLOCKS = [
    *((90, 5, 5), (10, 80, 10), (10, 85, 5), (70, 10, 20)),
    *((5, 95, 0), (0, 100, 0), (10, 80, 10), (20, 70, 10)),
]
WIJK = ["W1"] * 4 + ["W2"] * 4
BUURT = ["B11"] * 2 + ["B12"] * 2 + ["B21"] * 2 + ["B22"] * 2


def square(column, row, size=100):
    x, y = 90_000 + column * size, 430_000 + row * size
    return f"Polygon(({x} {y},{x + size} {y},{x + size} {y + size},{x} {y + size},{x} {y}))"


def layer_of(fields, rows, shapes=None, *, kind="Polygon", crs="EPSG:28992"):
    """Return a memory layer; the kind of each field follows from its first value."""
    parts = [f"crs={crs}"] + [
        f"field={name}:{'string' if isinstance(value, str) else 'double'}"
        for name, value in zip(fields, rows[0], strict=True)
    ]
    layer = QgsVectorLayer(f"{kind}?{'&'.join(parts)}", "blokken", "memory")
    features = []
    for number, row in enumerate(rows):
        feature = QgsFeature(layer.fields())
        feature.setAttributes(list(row))
        if shapes is not None and shapes[number] is not None:
            feature.setGeometry(QgsGeometry.fromWkt(shapes[number]))
        features.append(feature)
    assert layer.dataProvider().addFeatures(features)[0]
    layer.updateExtents()
    return layer


@pytest.fixture
def blocks(qgis_app):
    fields = ["wijk_code", "buurt_code", "n_koop", "n_corp", "n_overig"]
    rows = [(w, b, *map(float, n)) for w, b, n in zip(WIJK, BUURT, BLOCKS, strict=True)]
    shapes = [square(i % 4, i // 4) for i in range(8)]

    def make(change=None, names=fields, **more):
        changed = [list(row) for row in rows]
        if change is not None:
            change(changed)
        return layer_of(names, changed, shapes, **more)

    return make


def spectrum(run, layer, **more):
    parameters = {"INPUT": layer, "LEVELS": ["wijk_code", "buurt_code"]}
    return run("scale_spectrum", {**parameters, "OUTPUT": "TEMPORARY_OUTPUT", **more})


def test_spectrum_of_the_worked_gemeente(run, blocks, table_of):
    results = spectrum(run, blocks())
    rows = [r for r in table_of(results["OUTPUT"]) if r["area"] == "all"]
    assert [r["level"] for r in rows] == ["wijk_code", "buurt_code", "unit", "within"]
    shares = [0.126362, 0.044559, 0.223244, 0.605835]
    assert [r["share"] for r in rows] == pytest.approx(shares, abs=1e-6)
    assert [r["dissimilarity"] for r in rows[:3]] == pytest.approx(
        [0.494352, 0.494352, 0.715615], abs=1e-6
    )
    assert [r["variance_ratio"] for r in rows[:3]] == pytest.approx(
        [0.188571, 0.218009, 0.533160], abs=1e-6
    )
    assert rows[3]["theil_h"] is None
    assert results["N_EXCLUDED"] == 0


def test_spectrum_takes_fields_as_text_and_codes_as_numbers(run, table_of):
    rows = [(float(w[1]), *map(float, n)) for w, n in zip(WIJK, BLOCKS, strict=True)]
    layer = layer_of(["wijk", "a", "b", "c"], rows, kind="None")
    results = spectrum(run, layer, LEVELS="wijk", GROUPS="a,b,c", GROUP="b", VERSUS="a")
    table = table_of(results["OUTPUT"])
    assert {r["area"] for r in table} == {"all", "1", "2"}
    assert table[0]["dissimilarity"] == pytest.approx(0.494352, abs=1e-6)


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ({"LEVELS": []}, "LEVELS|level"),
        ({"LEVELS": ["wijk_code", "straat"]}, "no field straat"),
        ({"GROUPS": ["n_koop"]}, "One group"),
        ({"GROUPS": ["n_koop", "wijk_code"]}, "holds text"),
        ({"LEVELS": ["buurt_code", "wijk_code"]}, "does not nest"),
        ({"GROUP": "wijk_code"}, "not among the groups"),
    ],
)
def test_spectrum_refusals(run, blocks, more, message):
    with pytest.raises(QgsProcessingException, match=message):
        spectrum(run, blocks(), **more)


def test_spectrum_without_recognisable_fields_says_what_it_looked_for(run, blocks):
    layer = blocks(names=["wijk_code", "buurt_code", "x", "y", "z"])
    with pytest.raises(QgsProcessingException, match=r"neither n_koop.*aantal_woningen"):
        spectrum(run, layer)


def buurten_of_blocks(totals=(210.0, 190.0, 200.0, -99997.0), wijken=("W1", "W1", "W2", "W2")):
    """Four buurten, a row of two blocks each; B11 takes a tenth of the blocks to the east."""
    rows = [
        (wijk, f"B{wijk[1]}{1 + i % 2}", total)
        for i, (wijk, total) in enumerate(zip(wijken, totals, strict=True))
    ]
    x, y = 90_000, 430_000
    shapes = [
        f"Polygon(({a} {b},{c} {b},{c} {d},{a} {d},{a} {b}))"
        for a, b, c, d in (
            (x, y, x + 210, y + 100),
            (x + 210, y, x + 400, y + 100),
            (x, y + 100, x + 200, y + 200),
            (x + 200, y + 100, x + 400, y + 200),
        )
    ]
    return layer_of(["wijkcode", "buurtcode", "aantal_woningen"], rows, shapes)


def test_spectrum_of_units_located_in_areas_with_the_official_gap(run, blocks, table_of):
    def uncoded(rows):
        for row in rows:
            row[0] = row[1] = ""

    expected = table_of(spectrum(run, blocks())["OUTPUT"])
    results = spectrum(
        run,
        blocks(uncoded),
        LEVELS=None,
        AREAS_LEVELS=["wijkcode", "buurtcode"],
        AREAS=buurten_of_blocks(),
        OFFICIAL="aantal_woningen",
    )
    table = table_of(results["OUTPUT"])
    assert [r["share"] for r in table] == pytest.approx([r["share"] for r in expected])
    gaps = {r["area"]: (r["official_total"], r["gap"]) for r in table}
    assert gaps["B11"] == (210, -10)
    assert gaps["B12"] == (190, 10)
    assert gaps["W1"] == (400, 0)
    assert gaps["B22"] == gaps["W2"] == gaps["all"] == (None, None)  # -99997 is no number
    assert any("0 of 8 units lie in no area" in line for line in run.log)
    assert any("1 straddle two or more" in line for line in run.log)
    assert any("The largest gap is" in line for line in run.log)


def test_official_totals_from_a_table_with_the_codes_of_the_units(run, blocks, table_of):
    rows = [(w, b, t) for w, b, t in zip(WIJK[::2], BUURT[::2], (200, 210, 220, 230), strict=True)]
    totals = layer_of(["wijk_code", "buurt_code", "n"], rows, kind="None")
    results = spectrum(run, blocks(), AREAS=totals, OFFICIAL="n")
    gaps = {r["area"]: r["gap"] for r in table_of(results["OUTPUT"])}
    assert gaps == {
        **{"all": -60, "W1": -10, "W2": -50},
        **{"B11": 0, "B12": -10, "B21": -20, "B22": -30},
    }


def test_areas_that_do_not_nest_are_refused_with_their_code(run, blocks):
    # A buurt B11 in either wijk.
    areas = buurten_of_blocks(wijken=("W1", "W1", "W2", "W2"))
    with pytest.raises(QgsProcessingException, match="does not nest"):
        spectrum(run, blocks(), LEVELS=["buurtcode", "wijkcode"], AREAS=areas)


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ({"OFFICIAL": "n_koop"}, "no layer of areas"),
        ({"AREAS_LEVELS": ["wijkcode"]}, "no layer of areas"),
        ({"AREAS": "areas", "AREAS_LEVELS": ["wijkcode"], "LEVELS": ["wijkcode"]}, "in one way"),
        ({"AREAS": "areas", "LEVELS": ["wijkcode", "straat"]}, "no field straat"),
        ({"AREAS": "areas", "LEVELS": ["wijkcode"], "OFFICIAL": "x"}, "no field x"),
        ({"AREAS": "table", "LEVELS": ["wijkcode"]}, "has no places"),
    ],
)
def test_spectrum_refusals_of_areas(run, blocks, more, message):
    given = {
        "areas": buurten_of_blocks(),
        "table": layer_of(["wijkcode"], [("W1",)], kind="None"),
    }
    more = {k: given.get(v, v) if isinstance(v, str) else v for k, v in more.items()}
    with pytest.raises(QgsProcessingException, match=message):
        spectrum(run, blocks(), **more)


def test_spectrum_has_a_report_with_bars_that_add_up(run, blocks, tmp_path):
    from wijkmix.wijkmix_plugin.report import charts

    path = tmp_path / "spectrum.html"
    results = spectrum(run, blocks(), REPORT=str(path))
    assert results["REPORT"] == str(path)
    text = path.read_text(encoding="utf-8")
    bars = re.findall(r'<svg [^>]*aria-label="([^"]*)".*?</svg>', text, flags=re.S)
    # All together, two wijken, four buurten.
    assert len(bars) == 1 + 2 + 4
    assert bars[0] == (
        "All areas together: Between wijken 13%, Between buurten 4%, Between the units themselves "
        "22%, Mixed inside the units 61%"
    )
    for svg in re.findall(r"<svg [^>]*aria-label.*?</svg>", text, flags=re.S):
        widths = re.findall(r'width="([0-9.]+)" height="12" fill="#\w+" stroke', svg)
        assert sum(map(float, widths)) == pytest.approx(160, abs=0.3)
    # Levels have the colours of the report of a scan, each its own.
    first = re.search(r"<svg [^>]*aria-label.*?</svg>", text, flags=re.S).group()
    assert re.findall(r'fill="(#\w+)" stroke', first) == [
        charts.LEVEL_COLOURS[f"spectrum_{name}"] for name in ("wijk", "buurt", "block", "within")
    ]
    table = text.split('id="indices"')[1]
    assert "0.494" in table
    assert "0.716" in table
    assert "n_corp, n_koop" in text
    assert "REPORT" not in spectrum(run, blocks())


def test_the_report_of_a_spectrum_escapes_what_users_name(run, blocks, tmp_path):
    path = tmp_path / "spectrum.html"

    def attack(rows):
        for row in rows:
            row[0] = "<script>W</script>"

    names = ["<b>laag", "buurt_code", "n_koop", "n_corp", "n_overig"]
    layer = blocks(attack, names=names)
    spectrum(run, layer, LEVELS=["<b>laag", "buurt_code"], REPORT=str(path))
    text = path.read_text(encoding="utf-8")
    assert "<script" not in text
    assert "<b>laag" not in text
    assert "Between &lt;b&gt;laag" in text


# -- mosaic


def mosaic(run, layer, **more):
    outputs = {"OUTPUT": "TEMPORARY_OUTPUT", "BLOCKS_OUT": "TEMPORARY_OUTPUT"}
    return run("mosaic", {"INPUT": layer, "PARENT": "wijk_code", **outputs, **more})


def test_mosaic_of_the_worked_gemeente(run, blocks, table_of):
    results = mosaic(run, blocks())
    rows = table_of(results["OUTPUT"])
    assert [r["parent"] for r in rows] == ["W1", "W2"]
    assert [r["mosaic"] for r in rows] == pytest.approx([0.328193, 0.073444], abs=1e-6)
    for r in rows:
        assert r["mosaic_corrected"] == pytest.approx(r["mosaic"] - r["mosaic_expected"])
        assert 0 < r["mosaic_expected"] < 0.02
        assert r["variant"] == "block"
        assert r["null_model"] == "dwellings"
    # Shares of 0.8 and more: 90, 80 and 85 in W1; the two with 80 and 85 corporation touch.
    assert rows[0]["patch_size"] == pytest.approx((100**2 + 200**2) / 300)
    assert rows[0]["mixed_dwellings"] == 100
    assert rows[0]["patch_size_60"] == pytest.approx((2 * 100**2 + 200**2) / 400)
    # corporation shares .05 .80 .85 .10, three borders of equal length
    assert rows[0]["edge_contrast"] == pytest.approx((0.75 + 0.05 + 0.75) / 3)
    blocks_out = table_of(results["BLOCKS_OUT"])
    names = {f"env_minus_block_{r}" for r in (50, 100, 250, 500, 1000, 2000)}
    assert names <= set(blocks_out[0])
    assert blocks_out[5]["block_div"] == 0
    assert blocks_out[5]["env_minus_block_50"] == 0
    assert blocks_out[5]["env_minus_block_100"] > 0


def test_mosaic_with_a_layer_of_parents_counts_what_straddles(run, blocks, table_of):
    # W1 is the lower row, and takes a tenth of the upper one; of the last block there nobody has
    # the rest.
    wijken = layer_of(
        ["wijkcode"],
        [("W1",), ("W2",)],
        [
            "Polygon((90000 430000,90400 430000,90400 430110,90000 430110,90000 430000))",
            "Polygon((90000 430110,90300 430110,90300 430200,90000 430200,90000 430110))",
        ],
    )
    results = mosaic(run, blocks(), PARENT=None, PARENTS=wijken)
    rows = table_of(results["OUTPUT"])
    assert [(r["parent"], r["n_blocks"]) for r in rows] == [("W1", 4), ("W2", 3)]
    assert any("1 of 8 rows lie in no wijk" in line for line in run.log)
    assert any("3 straddle" in line for line in run.log)


def test_mosaic_of_buurten_says_that_blocks_are_needed(run, blocks, table_of):
    def unique(rows):
        for number, row in enumerate(rows):
            row[1] = f"BU{number}"

    results = mosaic(run, blocks(unique))
    assert {r["variant"] for r in table_of(results["OUTPUT"])} == {"buurt"}
    assert any("The units are buurten" in line for line in run.log)


def test_mosaic_of_panden(run, table_of):
    rows = []
    for block in range(6):
        for pand in range(4):
            corp = (block + pand) % 2
            rows.append(("W", f"b{block}", f"p{block}-{pand}", 20.0 * (1 - corp), 20.0 * corp))
    shapes = [f"Point({90_000 + 10 * i} 430000)" for i in range(24)]
    fields = ["wijk_code", "blok", "pand", "n_koop", "n_huur"]
    layer = layer_of(fields, rows, shapes, kind="Point")
    results = mosaic(run, layer, NULL_MODEL=1, PAND_FIELD="pand", BLOCK_FIELD="blok")
    (row,) = table_of(results["OUTPUT"])
    assert row["n_blocks"] == 6
    assert row["mosaic"] == pytest.approx(0, abs=1e-12)
    assert row["mosaic_expected"] > 0.1  # panden land together by chance
    assert row["null_model"] == "panden"
    assert row["patch_size"] is None  # points share no borders
    assert len(table_of(results["BLOCKS_OUT"])) == 6
    # The other null model stands beside it, whichever is asked.
    fields = {"PAND_FIELD": "pand", "BLOCK_FIELD": "blok"}
    (other,) = table_of(mosaic(run, layer, NULL_MODEL=0, **fields)["OUTPUT"])
    assert other["null_model"] == "dwellings"
    for name in ("mosaic_expected", "mosaic_corrected", "mosaic_z"):
        assert row[f"{name}_dwellings"] == other[name]
        assert other[f"{name}_panden"] == row[name]
        assert f"{name}_panden" not in row
    assert other["mosaic_expected"] < row["mosaic_expected"]


def test_a_row_without_a_building_is_one_by_itself(run, table_of):
    rows = [("W", "b1", "p1", 20.0, 0.0), ("W", "b1", "p2", 0.0, 20.0)]
    rows += [("W", "b2", "p3", 30.0, 0.0), ("W", "b2", "", 0.0, 60.0)]
    fields = ["wijk_code", "blok", "pand", "n_koop", "n_huur"]
    layer = layer_of(fields, rows, [square(i, 0) for i in range(4)])
    both = {"PAND_FIELD": "pand", "BLOCK_FIELD": "blok"}
    found = [table_of(mosaic(run, layer, NULL_MODEL=n, **both)["OUTPUT"])[0] for n in (0, 1)]
    assert any("1 rows without a building" in line for line in run.log)
    for name in ("wijk_diversity", "block_diversity", "mosaic", "theil_h"):
        assert found[0][name] == pytest.approx(found[1][name])


def test_small_blocks_are_left_out_and_never_shown(run, blocks, table_of):
    def small(rows):
        rows[0][2:] = [3.0, 1.0, 0.0]
        rows[1][2:] = [None, 80.0, 10.0]

    results = mosaic(run, blocks(small))
    rows = table_of(results["OUTPUT"])
    assert [r["n_blocks"] for r in rows] == [2, 4]
    hidden = table_of(results["BLOCKS_OUT"])[:2]
    assert all(r["block_div"] is r["n_koop"] is r["env_minus_block_100"] is None for r in hidden)
    assert any("6 of 8 blocks are used; 1 have fewer than 10" in line for line in run.log)


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ({"PARENT": None}, "in one way"),
        ({"PARENT": "straat"}, "no field straat"),
        ({"NULL_MODEL": 1}, "PAND_FIELD"),
        ({"RADII": "50,abc"}, "give metres"),
        ({"LIMIT_FINE": 0.7}, "must be below"),
        ({"MIN_DWELLINGS": 500}, "No block has both"),
    ],
)
def test_mosaic_refusals(run, blocks, more, message):
    with pytest.raises(QgsProcessingException, match=message):
        mosaic(run, blocks(), **more)


def test_empty_wijken_and_one_block_in_a_wijk(run, blocks, table_of):
    def sparse(rows):
        for row in rows[4:7]:
            row[0], row[2:] = "W3", [None] * 3  # nothing is known of the blocks of W3
        rows[7][0] = "W2"

    rows = table_of(mosaic(run, blocks(sparse))["OUTPUT"])
    assert [(r["parent"], r["n_blocks"]) for r in rows] == [("W1", 4), ("W2", 1), ("W3", 0)]
    assert rows[1]["mosaic"] == 0
    assert rows[1]["mosaic_z"] is rows[1]["mosaic_class"] is None  # nothing to compare
    for name in ("mosaic", "wijk_diversity", "theil_h", "mosaic_class", "patch_size"):
        assert rows[2][name] is None
    assert any("1 wijken have no usable block, and so no index: W3" in line for line in run.log)


def test_an_empty_wijk_of_a_layer_keeps_its_place(run, blocks, table_of):
    shapes = [
        "Polygon((90000 430000,90400 430000,90400 430200,90000 430200,90000 430000))",
        "Polygon((99000 430000,99400 430000,99400 430200,99000 430200,99000 430000))",
    ]
    wijken = layer_of(["wijkcode"], [("W1",), ("W9",)], shapes)
    rows = table_of(mosaic(run, blocks(), PARENT=None, PARENTS=wijken)["OUTPUT"])
    assert [(r["parent"], r["n_blocks"], r["mosaic_z"] is None) for r in rows] == [
        ("W1", 8, False),
        ("W9", 0, True),
    ]


@pytest.mark.parametrize("shape", [None, "Polygon((0 0,0 9,0 0))"])
def test_a_wijk_without_geometry_is_empty_and_the_others_are_written(run, blocks, table_of, shape):
    whole = "Polygon((90000 430000,90400 430000,90400 430200,90000 430200,90000 430000))"
    wijken = layer_of(["wijkcode"], [("W1",), ("W2",)], [whole, shape])
    rows = table_of(mosaic(run, blocks(), PARENT=None, PARENTS=wijken)["OUTPUT"])
    assert [(r["parent"], r["n_blocks"]) for r in rows] == [("W1", 8), ("W2", 0)]


def test_a_wijk_whose_blocks_have_no_geometry_has_an_index_all_the_same(run, table_of):
    rows = [(w, 10.0 * i, 50.0) for i, w in enumerate(WIJK)]
    shapes = [square(i, 0) if w == "W1" else None for i, w in enumerate(WIJK)]
    layer = layer_of(["wijk_code", "n_koop", "n_huur"], rows, shapes)
    table = table_of(mosaic(run, layer, BLOCKS_OUT=None)["OUTPUT"])
    assert [r["mosaic"] is not None for r in table] == [True, True]


def test_rows_without_a_block_are_counted_in_the_log(run, table_of):
    rows = [("W1", f"b{i // 2}", 10.0, 20.0) for i in range(6)]
    rows += [("W1", "", 25.0, 15.0), ("W1", "", 30.0, 10.0)]
    shapes = [square(i, 0) for i in range(8)]
    layer = layer_of(["wijk_code", "blok", "n_koop", "n_huur"], rows, shapes)
    (row,) = table_of(mosaic(run, layer, BLOCK_FIELD="blok")["OUTPUT"])
    assert row["n_blocks"] == 3
    assert any("2 rows with 80 dwellings have no block" in line for line in run.log)
    empty = layer_of(
        ["wijk_code", "blok", "n_koop", "n_huur"], [("W1", "", 25.0, 15.0)] * 8, shapes
    )
    with pytest.raises(QgsProcessingException, match="BLOCK_FIELD"):
        mosaic(run, empty, BLOCK_FIELD="blok")


def test_broken_polygons_make_blocks_as_well(run, table_of):
    rows = [("W1", f"b{i // 2}", 10.0 + i, 20.0) for i in range(8)]
    shapes = [square(i, 0) for i in range(8)]
    for i in range(2):  # two bow ties across each other
        x, y = 90_000 + 50 * i, 430_000
        shapes[i] = f"Polygon(({x} {y},{x + 150} {y + 100},{x + 150} {y},{x} {y + 100},{x} {y}))"
    layer = layer_of(["wijk_code", "blok", "n_koop", "n_huur"], rows, shapes)
    results = mosaic(run, layer, BLOCK_FIELD="blok")
    assert [r["n_blocks"] for r in table_of(results["OUTPUT"])] == [4]
    assert len(table_of(results["BLOCKS_OUT"])) == 4


@pytest.mark.parametrize("ending", ["", ".gpkg"])
def test_multipoints_stay_points(run, tmp_path, ending):
    rows = [("W1", 10.0 * i, 50.0) for i in range(4)]
    shapes = [
        f"MultiPoint(({90_000 + 60 * i} 430000),({90_000 + 60 * i} 430010))" for i in (range(4))
    ]
    layer = layer_of(["wijk_code", "n_koop", "n_huur"], rows, shapes, kind="MultiPoint")
    outputs = {
        "surroundings_profile": ("OUTPUT", {}),
        "mosaic": ("BLOCKS_OUT", {"PARENT": "wijk_code", "OUTPUT": "TEMPORARY_OUTPUT"}),
    }
    for name, (output, more) in outputs.items():
        to = str(tmp_path / f"{name}{ending}") if ending else "TEMPORARY_OUTPUT"
        results = run(name, {"INPUT": layer, "OUTPUT": to, **more, output: to})
        made = QgsProcessingUtils.mapLayerFromString(results[output], run.context)
        assert QgsWkbTypes.displayString(made.wkbType()) == "MultiPoint"
        assert made.featureCount() == 4


def test_the_majority_of_dwellings_decides_where_a_block_belongs(run, table_of):
    # Block b1 has 30 dwellings in W1 and 50 in W2; b2 lies in W1, b3 in W2.
    rows = [
        ("W1", "b1", 30.0, 0.0),
        ("W2", "b1", 0.0, 50.0),
        ("W1", "b2", 20.0, 20.0),
        ("W2", "b3", 10.0, 10.0),
    ]
    shapes = [square(i, 0) for i in range(4)]
    layer = layer_of(["wijk_code", "blok", "n_koop", "n_huur"], rows, shapes)
    results = mosaic(run, layer, BLOCK_FIELD="blok")
    table = table_of(results["OUTPUT"])
    assert [(r["parent"], r["n_blocks"]) for r in table] == [("W1", 1), ("W2", 2)]
    assert [r["parent"] for r in table_of(results["BLOCKS_OUT"])] == ["W2", "W1", "W2"]
    assert any("1 blocks have rows in two or more wijken" in line for line in run.log)


def test_small_blocks_take_no_part_where_panden_are_shuffled(run, table_of):
    rows = [("W", "b1", "p1", 20.0, 0.0), ("W", "b1", "p2", 0.0, 20.0)]
    rows += [("W", "b2", "p3", 20.0, 0.0), ("W", "b3", "p4", 2.0, 3.0)]
    fields = ["wijk_code", "blok", "pand", "n_koop", "n_huur"]
    layer = layer_of(fields, rows, [square(i, 0) for i in range(4)])
    results = mosaic(run, layer, NULL_MODEL=1, PAND_FIELD="pand", BLOCK_FIELD="blok")
    (row,) = table_of(results["OUTPUT"])
    assert row["n_blocks"] == 2
    assert any("2 of 3 blocks are used; 1 have fewer than 10" in line for line in run.log)


def test_squares_with_a_share_but_no_dwellings_or_a_hidden_part(run, table_of):
    """None of the last four may count, nor come out of a sum or a radius by subtraction."""
    fields = ["wijk_code", "aantal_woningen", "percentage_koopwoningen", "percentage_huurwoningen"]
    rows = [
        ("W", 50.0, 60.0, 40.0),
        ("W", 20.0, 100.0, None),
        ("W", None, 60.0, 40.0),  # a share and no dwellings
        ("W", 0.0, 60.0, 40.0),
        ("W", 15.0, 90.0, None),  # the rental part is hidden
        ("W", -99997.0, -99997.0, -99997.0),
    ]
    layer = layer_of(fields, rows, [square(i, 0) for i in range(6)])
    results = mosaic(run, layer, RADII="1000")
    (row,) = table_of(results["OUTPUT"])
    assert row["n_blocks"] == 2
    p = 50 / 70
    wijk = -(p * math.log(p) + (1 - p) * math.log(1 - p)) / math.log(2)
    assert row["wijk_diversity"] == pytest.approx(wijk)
    blocks_out = table_of(results["BLOCKS_OUT"])
    for hidden in blocks_out[2:]:
        assert hidden["n_koop"] is hidden["n_huur"] is hidden["block_div"] is None
        assert hidden["env_minus_block_1000"] is None
    own = blocks_out[0]
    assert own["env_minus_block_1000"] == pytest.approx(wijk - own["block_div"])


# -- surroundings


def surroundings(run, layer, **more):
    outputs = {"OUTPUT": "TEMPORARY_OUTPUT", "PROFILE": "TEMPORARY_OUTPUT"}
    return run("surroundings_profile", {"INPUT": layer, **outputs, **more})


def test_surroundings_of_the_worked_gemeente(run, blocks, table_of):
    results = surroundings(run, blocks(), RADII="50,100", NEAREST="100, 250,900")
    rows = table_of(results["OUTPUT"])
    assert len(rows) == 8
    first = rows[0]
    assert first["share_koop_r50"] == 90
    # The block, its neighbour to the east and the one to the north.
    assert first["share_koop_r100"] == pytest.approx((90 + 10 + 5) / 3)
    assert first["share_koop_k250"] == pytest.approx((90 + 10 + 5) / 3)
    assert first["share_corp_k100"] == 5
    assert first["div_k900"] is None  # there are 800 dwellings
    assert first["mixed_from_r"] == 100
    profile = table_of(results["PROFILE"])
    assert [(r["kind"], r["scale"]) for r in profile] == [
        ("unit", 0), ("radius", 50), ("radius", 100),
        ("nearest", 100), ("nearest", 250), ("nearest", 900),
    ]  # fmt: skip
    assert profile[0]["theil_h"] == pytest.approx(0.394165, abs=1e-6)
    assert profile[0]["theil_h"] > profile[2]["theil_h"]
    assert profile[-1]["theil_h"] is None


def test_surroundings_of_cbs_squares(run, table_of):
    fields = ["aantal_woningen", "percentage_koopwoningen", "percentage_huurwoningen"]
    rows = [(50.0, 60.0, 40.0), (20.0, 100.0, None), (15.0, 90.0, None), (None, None, None)]
    layer = layer_of(fields, rows, [square(i, 0) for i in range(4)])
    results = surroundings(run, layer, RADII="100")
    table = table_of(results["OUTPUT"])
    assert [r["n_koop"] for r in table] == [30, 20, None, None]
    assert table[0]["share_koop_r100"] == pytest.approx(100 * 50 / 70)
    assert table[2]["div_r100"] is None
    assert any("CBS squares are a proxy for blocks. 2 of 4" in line for line in run.log)


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ({"RADII": ""}, "No scale"),
        ({"RADII": "-1"}, "give metres above 0"),
        ({"NEAREST": "12,x"}, "whole numbers of 1 or more"),
        ({"NEAREST": "0"}, "whole numbers of 1 or more"),
    ],
)
def test_surroundings_refusals(run, blocks, more, message):
    with pytest.raises(QgsProcessingException, match=message):
        surroundings(run, blocks(), **more)


@pytest.mark.parametrize("name", ["mosaic", "surroundings_profile", "scale_spectrum"])
@pytest.mark.parametrize(
    ("value", "message"),
    [
        (-5.0, "n_koop of unit 2 holds -5"),
        (-99997.0, "CBS code for a missing value"),
        (math.inf, "n_koop of unit 2 holds inf"),
    ],
)
def test_impossible_counts_are_refused(run, blocks, name, value, message):
    def change(rows):
        rows[1][2] = value

    more = {
        "mosaic": {"PARENT": "wijk_code"},
        "surroundings_profile": {"RADII": "150"},
        "scale_spectrum": {"LEVELS": ["wijk_code"]},
    }[name]
    with pytest.raises(QgsProcessingException, match=message):
        run(name, {"INPUT": blocks(change), "OUTPUT": "TEMPORARY_OUTPUT", **more})
    twice = {**more, "GROUPS": ["n_koop", "n_koop", "n_corp"]}
    with pytest.raises(QgsProcessingException, match="n_koop is given twice"):
        run(name, {"INPUT": blocks(), "OUTPUT": "TEMPORARY_OUTPUT", **twice})


@pytest.mark.parametrize("crs", ["EPSG:2263", "EPSG:3857"])
def test_radii_are_metres_on_the_ground(run, blocks, table_of, crs):
    """In feet, or in web Mercator, whose metres are none, the mix around a block stays the same."""
    there = QgsCoordinateTransform(
        QgsCoordinateReferenceSystem("EPSG:28992"),
        QgsCoordinateReferenceSystem(crs),
        QgsCoordinateTransformContext(),
    )
    moved = blocks(crs=crs)
    for feature in moved.getFeatures():
        shape = feature.geometry()
        shape.transform(there)
        moved.dataProvider().changeGeometryValues({feature.id(): shape})
    moved.updateExtents()
    found = [
        [row["div_r150"] for row in table_of(results["OUTPUT"])]
        for results in (
            run("surroundings_profile", {"INPUT": layer, "RADII": "150", "OUTPUT": "memory:"})
            for layer in (blocks(), moved)
        )
    ]
    assert found[0] == pytest.approx(found[1])


def test_loaded_mosaic_is_styled_without_good_and_bad_and_keeps_its_assumptions(
    run, nested_buurten, nested_blocks, monkeypatch
):
    import json

    from processing.gui import Postprocessing
    from qgis.core import (
        QgsApplication,
        QgsProcessingContext,
        QgsProcessingOutputLayerDefinition,
        QgsProject,
    )

    monkeypatch.setattr(Postprocessing, "iface", None)
    project = QgsProject.instance()
    project.clear()
    context = QgsProcessingContext()
    context.setProject(project)
    into = {
        name: QgsProcessingOutputLayerDefinition("TEMPORARY_OUTPUT", project)
        for name in ("OUTPUT", "BLOCKS_OUT")
    }
    chosen = {"PARENTS": nested_buurten, "PARENTS_FIELD": "wijkcode", "RADII": "100,200,300"}
    parameters = {"INPUT": nested_blocks(), "REPLICATES": 99, "LIMIT_FINE": 0.25, **chosen, **into}
    run("mosaic", parameters, context=context)
    algorithm = QgsApplication.processingRegistry().createAlgorithmById("wijkmix:mosaic")
    assert Postprocessing.handleAlgorithmResults(algorithm, context, None, parameters)
    layers = {layer.name(): layer for layer in project.mapLayers().values()}
    wijken = layers["Mosaic per wijk, block variant"]
    kinds = {c.value(): c.symbol().color() for c in wijken.renderer().categories()}
    assert {"mosaic", "fine", "between", "one-sided"} < set(kinds)
    # Neither green nor red: hue from 0 (red) over 120 (green) to 360.
    for name in ("mosaic", "fine", "between", "one-sided"):
        hue, saturation = kinds[name].hue(), kinds[name].hslSaturationF()
        assert not (saturation > 0.5 and (hue < 20 or hue > 340 or 80 < hue < 170)), name
    # The limits that were chosen stand in the legend.
    said = [c.label() for c in wijken.renderer().categories()]
    assert said[0].endswith("from 0.6)")
    assert said[1].endswith("up to 0.25)")
    assert said[3].endswith("below 0.5)")
    around = layers["Blocks and their surroundings (distance: see Styles)"]
    styles = around.styleManager()
    assert styles.currentStyle() == "Within 200 m minus inside the block"
    fields = {
        "Within 100 m minus inside the block": "env_minus_block_100",
        "Within 200 m minus inside the block": "env_minus_block_200",
        "Within 300 m minus inside the block": "env_minus_block_300",
        "Steepest border of the block (0-1)": "edge_steepest",
    }
    assert set(styles.styles()) == set(fields)
    for name, field in fields.items():
        styles.setCurrentStyle(name)
        (top,) = around.renderer().rootRule().children()
        assert top.label() == name
        assert top.children()
        assert all(f'"{field}"' in rule.filterExpression() for rule in top.children())
        assert around.attributeAlias(around.fields().lookupField("block_div"))
    for layer in (wijken, around):
        origin = json.loads(layer.customProperty("wijkmix/provenance"))["parameters"]
        assert origin["limit_fine"] == 0.25
        assert origin["theta"] == 0.8
        assert origin["variant"] == "block"
    project.clear()


def test_blocks_that_are_points_are_drawn_as_dots(qgis_app):
    from qgis.core import QgsMarkerSymbol, QgsVectorLayer
    from wijkmix.processing_algs import styling

    fields = "field=env_minus_block_100:double&field=mosaic_class:string"
    layer = QgsVectorLayer(f"Point?crs=EPSG:28992&{fields}", "dots", "memory")
    styling.blocks([100.0], dict.fromkeys(("limit_diversity", "limit_mosaic", "limit_fine"), 0.5))(
        layer
    )
    assert len(layer.styleManager().styles()) == 2  # no style of borders
    (top,) = layer.renderer().rootRule().children()
    assert all(isinstance(rule.symbol(), QgsMarkerSymbol) for rule in top.children())
    layer.styleManager().setCurrentStyle("Mosaic class of the wijk")
    assert all(isinstance(c.symbol(), QgsMarkerSymbol) for c in layer.renderer().categories())


def test_what_borders_hide_by_field_and_by_polygons(run, blocks, table_of):
    by_field = surroundings(run, blocks(), RADII="", AREA_FIELD="buurt_code")
    table, profile = table_of(by_field["OUTPUT"]), table_of(by_field["PROFILE"])
    assert [r["kind"] for r in profile] == ["unit", "area", "same size"]
    assert profile[1]["scale"] == 200
    assert profile[1]["theil_h"] == pytest.approx(0.170921, abs=1e-6)  # H of the buurten
    for row in table:
        assert row["border_hides"] == pytest.approx(row["div_area"] - row["div_same"])
    assert any("Borders: Theil's H is 0.171 between areas" in line for line in run.log)
    areas = {"AREAS": buurten_of_blocks(), "AREAS_FIELD": "buurtcode"}
    by_place = surroundings(run, blocks(), RADII="", **areas)
    for one, other in zip(table, table_of(by_place["OUTPUT"]), strict=True):
        assert one["div_area"] == pytest.approx(other["div_area"])
    areas.pop("AREAS_FIELD")
    alone = table_of(surroundings(run, blocks(), RADII="", **areas)["OUTPUT"])
    assert [r["div_area"] for r in alone] == pytest.approx([r["div_area"] for r in table])
    for wrong in (
        {"AREA_FIELD": "buurt_code", "AREAS": buurten_of_blocks()},
        {"AREAS_FIELD": "buurtcode"},
    ):
        with pytest.raises(QgsProcessingException, match="in one way"):
            surroundings(run, blocks(), **wrong)
    with pytest.raises(QgsProcessingException, match="no field straat"):
        surroundings(run, blocks(), AREAS=buurten_of_blocks(), AREAS_FIELD="straat")


def test_small_units_are_not_shown_by_surroundings_and_spectrum(run, blocks, table_of):
    def small(rows):
        rows[0][2:] = [3.0, 1.0, 0.0]
        rows[1][2:] = [2.0, 2.0, 1.0]

    rows = table_of(surroundings(run, blocks(small), RADII="50,100", NEAREST="4")["OUTPUT"])
    for name in ("n_koop", "n_corp", "div_r50", "share_koop_r50", "div_k4"):
        assert rows[0][name] is None
    assert rows[0]["div_r100"] is not None  # its neighbour to the north makes enough
    assert rows[2]["n_koop"] == 10
    assert any("2 units hold fewer than 10 dwellings" in line for line in run.log)
    table = table_of(spectrum(run, blocks(small))["OUTPUT"])
    hidden = [r for r in table if r["area"] == "B11"]
    assert {r["n_total"] for r in hidden} == {9}
    assert all(r["entropy"] is r["share"] is r["theil_h"] is None for r in hidden)
    assert all(r["entropy"] is not None for r in table if r["area"] == "B12")
    assert any("1 areas hold fewer than 10 dwellings" in line for line in run.log)
    assert table_of(spectrum(run, blocks(small), MIN_DWELLINGS=1)["OUTPUT"])[0]["share"] is not None
