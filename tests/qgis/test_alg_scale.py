# SPDX-License-Identifier: GPL-2.0-or-later
"""The algorithms about scale in QGIS: known numbers out, bad input refused with its name."""

from __future__ import annotations

import pytest
from qgis.core import QgsFeature, QgsGeometry, QgsProcessingException, QgsVectorLayer

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
