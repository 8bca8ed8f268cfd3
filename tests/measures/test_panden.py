# SPDX-License-Identifier: GPL-2.0-or-later
"""Rows per building summed to blocks, and the two null models side by side."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from wijkmix.wijkmix_plugin.measures import grain, mosaic, panden


def test_rows_make_blocks_and_panden():
    counts = np.array([[4, 0], [6, 0], [0, 5], [0, 7], [3, np.nan], [9, 9]], float)
    shapes = np.array([shapely.box(10 * i, 0, 10 * i + 10, 10) for i in range(6)])
    block = np.array(["b", "b", "b", "a", "c", None], dtype=object)
    pand = np.array(["p1", "p1", None, "p1", "p9", "p8"], dtype=object)
    found = panden.to_blocks(counts, shapes, block, pand)
    assert found.row_block.tolist() == [1, 1, 1, 0, 2, -1]
    assert found.counts[:2].tolist() == [[0, 7], [10, 5]]
    assert np.isnan(found.counts[2]).any()
    assert shapely.area(found.shapes).tolist() == [100, 300, 100]
    # p1 in two blocks is two; a row without a pand is one of its own.
    known = [(b, *c) for b, c in zip(found.pand_block, found.panden.tolist(), strict=True)]
    assert sorted(known[:3]) == [(0, 0, 7), (1, 0, 5), (1, 10, 0)]
    points = panden.to_blocks(counts, shapely.centroid(shapes), block, pand)
    assert shapely.get_coordinates(points.shapes)[1].tolist() == [15, 5]


@pytest.fixture(scope="module")
def town():
    """Thirty blocks of five uniform panden each, put together by chance."""
    rng = np.random.default_rng(11)
    kind = rng.integers(0, 3, 150)
    counts = np.zeros((150, 3))
    counts[np.arange(150), kind] = 20.0
    block = np.repeat(np.arange(30), 5)
    summed = np.column_stack([np.bincount(block, column, 30) for column in counts.T])
    return counts, block, summed


def test_uniform_panden_by_chance_are_no_mosaic_to_the_stricter_test(town):
    counts, block, summed = town
    shapes = np.array([shapely.box(50 * i, 0, 50 * i + 50, 50) for i in range(30)])
    wijk = np.full(30, "W", dtype=object)
    told = grain.grain(
        summed, ("koop", "corp", "overig"), shapes, wijk, wijk, panden=(counts, block)
    )
    row = told.wijken.loc["W"]
    assert row["null_model"] == "dwellings"
    # Against dwellings it stands out; against panden it does not.
    assert row["mosaic_z"] > 10
    assert abs(row["mosaic_z_panden"]) < 3
    assert row["mosaic_corrected_panden"] == pytest.approx(
        row["mosaic"] - row["mosaic_expected_panden"], abs=1e-12
    )
    alone = mosaic.mosaic(counts, np.full(150, "W", dtype=object), blocks=block)
    assert row["mosaic_expected_panden"] == alone.loc["W", "mosaic_expected"]


def test_panden_dealt_by_chance_are_on_average_corrected_to_nothing():
    rng = np.random.default_rng(5)
    counts = np.zeros((200, 3))
    counts[np.arange(200), np.repeat([0, 1, 2], [80, 80, 40])] = 12.0
    block = np.repeat(np.arange(40), 5)
    corrected = []
    for _ in range(30):
        dealt = rng.permutation(counts)
        table = mosaic.mosaic(dealt, ["W"] * 200, blocks=block, replicates=199)
        corrected.append(table["mosaic_corrected"].iloc[0])
    assert np.mean(corrected) == pytest.approx(0, abs=0.01)


def test_what_blocks_are_joined_to_fits_in_a_layer_of_polygons_or_points():
    spike = shapely.Polygon([(0, 0), (2, 0), (2, 2), (2, 5), (2, 2), (0, 2)])
    shape = panden.joined(np.array([spike, shapely.box(2, 0, 4, 2)], dtype=object))
    assert shape.equals(shapely.box(0, 0, 4, 2))
    flat = shapely.Polygon([(0, 0), (9, 0), (0, 0)])
    assert panden.joined(np.array([flat], dtype=object)) is None
    assert panden.joined(np.array([], dtype=object)) is None
    points = shapely.points([[0, 0], [4, 2]])
    assert panden.joined(points).equals(shapely.Point(2, 1))
