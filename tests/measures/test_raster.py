# SPDX-License-Identifier: GPL-2.0-or-later
"""Radii on a raster against all distances: the same to the last digits, or not used at all."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from wijkmix.wijkmix_plugin.errors import Cancelled
from wijkmix.wijkmix_plugin.measures import raster as module
from wijkmix.wijkmix_plugin.measures.raster import LARGEST_ERROR, Raster, lattice, on_raster
from wijkmix.wijkmix_plugin.measures.surroundings import profile, within


def by_looking(points, counts, radius):
    squares = ((points[:, None] - points) ** 2).sum(axis=2)
    return (squares <= radius * radius).astype(float) @ counts


def squares_of_towns(rng, n, size=100.0):
    cells = np.unique((rng.normal(size=(n, 2)) * [40, 25]).astype(int), axis=0)
    return rng.permutation(cells * size + [155_050.0, 463_050.0])


def test_the_grid_of_squares():
    points = np.array([[50.0, 350], [450, 50], [250, 50]])
    grid = lattice(points)
    assert (grid.size, grid.shape) == (100.0, (4, 5))
    assert grid.row.tolist() == [3, 0, 0]
    assert grid.column.tolist() == [0, 4, 2]
    assert lattice(points * 5).size == 500
    assert lattice(points + 0.25) is None  # neither whole nor half metres
    assert lattice(points[:1]) is None  # one place has no grid
    assert lattice(points[:0]) is None
    many = np.tile(points, (1000, 1))
    many[-1, 0] += 0.1
    assert lattice(many) is None


@given(
    st.integers(0, 2**32 - 1),
    st.sampled_from([0.5, 25.0, 100.0]),
    st.sampled_from([0.4, 1.0, 2**0.5, 5.0, 12.5, 1e4]),
    st.booleans(),
)
def test_sums_equal_looking_at_all(seed, size, steps, fractions):
    rng = np.random.default_rng(seed)
    points = rng.integers(0, rng.integers(2, 40, 2), (rng.integers(2, 300), 2)) * size
    points[0], points[1] = [0, 0], [size, 0]
    counts = rng.integers(0, 3000, (len(points), rng.integers(1, 4))).astype(float)
    if fractions:
        counts /= 7
    radius = steps * size
    raster = Raster(lattice(points), counts, [radius, radius / 2])
    expected = by_looking(points, counts, radius)
    found = raster.around(radius, np.arange(len(points)))
    if fractions:
        np.testing.assert_allclose(found, expected, rtol=1e-12, atol=1e-12)
    else:
        np.testing.assert_array_equal(found, expected)
        assert raster.error == 0
    everywhere = raster.around(radius)
    rows, columns = raster.grid.shape
    assert everywhere.shape == (rows, columns, counts.shape[1])
    np.testing.assert_array_equal(everywhere[raster.grid.row, raster.grid.column], found)


def test_cells_without_units_have_surroundings_too():
    points = np.array([[0.0, 0], [300, 0], [300, 100]])
    raster = Raster(lattice(points), np.array([[1.0, 0], [0, 2], [0, 4]]), [150.0])
    assert raster.around(150.0)[..., 0].tolist() == [[1, 1, 0, 0], [1, 1, 0, 0]]
    assert raster.around(150.0)[..., 1].tolist() == [[0, 0, 6, 6], [0, 0, 6, 6]]


def test_rows_in_any_order_to_the_last_digit():
    rng = np.random.default_rng(8)
    points = squares_of_towns(rng, 3000)
    points = np.concatenate([points, points[:500]])  # two units in a square
    counts = rng.random((len(points), 3)) * 40
    mixed = rng.permutation(len(points))
    one, other = (
        Raster(lattice(p), c, [700.0]).around(700.0, np.arange(len(p)))
        for p, c in ((points, counts), (points[mixed], counts[mixed]))
    )
    np.testing.assert_array_equal(one[mixed], other)


@pytest.mark.parametrize("fractions", [False, True])
def test_many_squares_are_counted_on_the_raster_and_it_is_said(fractions):
    rng = np.random.default_rng(9)
    points = squares_of_towns(rng, 12_000)
    counts = rng.integers(0, 60, (len(points), 3)).astype(float)
    counts[:, 0] += 1
    if fractions:
        counts *= rng.integers(1, 12, (len(points), 1)) / 11
    radii, told = [500.0, 1000.0, 5000.0], []
    assert on_raster(points, counts, radii) is not None
    units, scales = profile(points, counts, ["a", "b", "c"], radii=radii, told=told.append)
    (note,) = told
    assert "grid of 100 m" in note.en
    assert "raster van 100 m" in note.nl
    rows = rng.integers(0, len(points), 300)
    for radius in radii:
        squares = ((points[rows][:, None] - points) ** 2).sum(axis=2)
        near = (squares <= radius * radius).astype(float) @ counts
        share = near / near.sum(axis=1, keepdims=True)
        found = units[[f"share_{g}_r{radius:g}" for g in "abc"]].to_numpy()[rows] / 100
        assert np.abs(found - share).max() < 1e-14 < LARGEST_ERROR
    exact = pytest.MonkeyPatch()
    with exact.context() as patch:
        patch.setattr(module, "MOST_CELLS", 0)
        told.clear()
        other, beside = profile(points, counts, ["a", "b", "c"], radii=radii, told=told.append)
    assert not told
    np.testing.assert_allclose(units, other, rtol=1e-12, atol=1e-12)
    np.testing.assert_array_equal(units["mixed_from_r"], other["mixed_from_r"])
    for index in ("theil_h", "dissimilarity", "mean_diversity"):
        np.testing.assert_allclose(scales[index], beside[index], rtol=1e-12)


def test_units_off_the_grid_are_counted_one_by_one():
    rng = np.random.default_rng(10)
    points, counts = rng.random((3000, 2)) * 2000, np.eye(2)[rng.integers(0, 2, 3000)]
    assert on_raster(points, counts, [500.0]) is None
    told: list = []
    np.testing.assert_array_equal(
        within(points, counts, [500.0], told=told.append)[0][:200],
        by_looking(points, counts, 500.0)[:200],
    )
    assert not told


def test_a_raster_that_is_too_large_or_too_coarse_is_not_made():
    rng = np.random.default_rng(11)
    points = squares_of_towns(rng, 5000)
    counts = np.ones((len(points), 2))
    assert on_raster(points, counts, [2000.0]) is not None
    assert on_raster(points, counts, []) is None
    assert on_raster(points, counts * 1e18, [2000.0]) is None  # beyond the digits of a transform
    far = np.vstack([points, [[9e9, 9e9]]])
    assert on_raster(far, np.ones((len(far), 2)), [2000.0]) is None
    few = points[:40]
    assert on_raster(few, counts[:40], [2000.0]) is None  # faster one by one


def test_cancel_and_progress_on_the_raster():
    rng = np.random.default_rng(12)
    points = squares_of_towns(rng, 5000)
    counts, seen = np.ones((len(points), 2)), []
    within(points, counts, [500.0, 2000.0], progress=seen.append)
    assert seen == [50, 100]
    left = iter([False])
    with pytest.raises(Cancelled):
        within(points, counts, [500.0, 2000.0], cancelled=lambda: next(left, True))
