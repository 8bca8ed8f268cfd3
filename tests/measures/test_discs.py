# SPDX-License-Identifier: GPL-2.0-or-later
"""Sums over discs against all distances: ties, stacks, far outliers, fractions, any order."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from wijkmix.wijkmix_plugin.errors import Cancelled, MeasureError
from wijkmix.wijkmix_plugin.measures import discs as module
from wijkmix.wijkmix_plugin.measures.discs import Discs, Fixed
from wijkmix.wijkmix_plugin.measures.spatial import surroundings
from wijkmix.wijkmix_plugin.measures.surroundings import nearest, within


def all_squares(points, point):
    return (points[:, 0] - point[0]) ** 2 + (points[:, 1] - point[1]) ** 2


def nearest_by_sorting(points, counts, k, asked):
    result = np.full((len(asked), counts.shape[1]), np.nan)
    weight = counts.sum(axis=1)
    for row, unit in enumerate(asked):
        squares = all_squares(points, points[unit])
        order = np.argsort(squares, kind="stable")
        reach = np.cumsum(weight[order])
        if reach[-1] >= k * (1 - 1e-12):
            limit = squares[order[np.searchsorted(reach, k * (1 - 1e-12))]]
            result[row] = counts[squares <= limit].sum(axis=0)
    return result


def within_by_looking(points, counts, radius):
    return np.array([counts[all_squares(points, p) <= radius * radius].sum(axis=0) for p in points])


@st.composite
def towns(draw):
    """Points with ties and stacks, somewhere on the map, and counts with zeros."""
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    n = draw(st.integers(1, 400))
    kind = draw(st.sampled_from(["even", "raster", "stacked", "towns", "line", "one place"]))
    points = rng.random((n, 2)) * 1000
    if kind == "raster":
        points = np.floor(points / 100) * 100
    if kind == "stacked":
        points = points[rng.integers(0, max(1, n // 20), n)]
    if kind == "towns":
        points = rng.integers(0, 3, (n, 1)) * 40_000 + rng.normal(size=(n, 2)) ** 3 * 100
    if kind == "line":
        points[:, draw(st.integers(0, 1))] = 7.25
    if kind == "one place":
        points[:] = 3.5
    points = points * draw(st.sampled_from([1e-3, 1.0, 37.0]))
    points += draw(st.sampled_from([0.0, 155_000.0, -463_000.0]))
    if draw(st.booleans()):
        points[0] = -1e6, 2e6
    groups = draw(st.integers(1, 4))
    counts = rng.integers(0, draw(st.sampled_from([2, 6, 3000])), (n, groups)).astype(float)
    return points, counts, rng


@given(towns(), st.lists(st.integers(1, 2000), min_size=1, max_size=4))
def test_nearest_equals_sorting(town, ks):
    points, counts, rng = town
    asked = rng.integers(0, len(points), 20)
    found = nearest(points, counts, ks, asked=asked)
    for values, k in zip(found, ks, strict=True):
        np.testing.assert_array_equal(values, nearest_by_sorting(points, counts, k, asked))


@given(towns(), st.sampled_from([0.05, 1.0, 100.0, 282.84271247461896, 5000.0, 1e7]))
def test_within_equals_looking_at_all(town, radius):
    points, counts, _ = town
    found = within(points, counts, [radius])[0]
    np.testing.assert_array_equal(found, within_by_looking(points, counts, radius))


@given(towns())
def test_fractions_keep_their_last_digits(town):
    points, counts, rng = town
    counts = counts / 20 + np.where(counts > 0, rng.random(counts.shape) * 1e-6, 0)
    asked = np.arange(min(len(points), 20))
    for k in (1, 30, 400):
        found = nearest(points, counts, [k], asked=asked)[0]
        expected = nearest_by_sorting(points, counts, k, asked)
        np.testing.assert_allclose(found, expected, rtol=1e-12)
    mixed = rng.permutation(len(points))
    one = within(points, counts, [300.0])[0]
    np.testing.assert_array_equal(one[mixed], within(points[mixed], counts[mixed], [300.0])[0])


def test_twenty_twentieths_are_one():
    points = np.column_stack([np.arange(40.0), np.zeros(40)])
    found = nearest(points, np.full((40, 2), 0.025), [1], asked=np.array([0]))
    np.testing.assert_allclose(found[0, 0], [0.5, 0.5], rtol=1e-12)


def test_raster_of_squares_where_most_distances_tie():
    across, up = np.meshgrid(np.arange(60) * 100.0 + 50, np.arange(50) * 100.0 + 50)
    points = np.column_stack([across.ravel() + 120_000, up.ravel() + 480_000])
    rng = np.random.default_rng(3)
    counts = rng.integers(0, 40, (3000, 3)).astype(float)
    asked = rng.integers(0, 3000, 60)
    ks = [12, 200, 3200, 51_200]
    for values, k in zip(nearest(points, counts, ks, asked=asked), ks, strict=True):
        np.testing.assert_array_equal(values, nearest_by_sorting(points, counts, k, asked))
    for radius in (100.0, 500.0, 1000.0):  # 3-4-5 triangles: squares at exactly the radius
        expected = surroundings(points, counts, [radius])[0]
        np.testing.assert_array_equal(within(points, counts, [radius])[0], expected)


def test_portions_and_halves_do_not_change_a_digit(monkeypatch):
    rng = np.random.default_rng(4)
    points, counts = rng.random((3000, 2)) * 5000, rng.integers(0, 5, (3000, 3)).astype(float)
    whole = nearest(points, counts, [100, 2000]), within(points, counts, [400.0])
    monkeypatch.setattr(module, "_ROWS_AT_ONCE", 300)
    monkeypatch.setattr(module, "_PLACES_AT_ONCE", 200)
    parts = nearest(points, counts, [100, 2000]), within(points, counts, [400.0])
    for one, other in zip(whole, parts, strict=True):
        np.testing.assert_array_equal(one, other)


def test_packed_counts_come_back():
    rng = np.random.default_rng(5)
    for counts in (
        rng.integers(0, 9, (50, 5)).astype(float),
        rng.integers(0, 2**40, (50, 3)).astype(float),
        rng.random((50, 2)) * 1e6,
        rng.random((50, 2)) * 1e25,
        np.zeros((2, 2)),
    ):
        fixed = Fixed(counts)
        columns = [fixed.pack(counts, number) for number in range(fixed.n_columns)]
        np.testing.assert_allclose(fixed.unpack(columns), counts, rtol=1e-15)
        totals = fixed.unpack([column.sum(keepdims=True) for column in columns])
        np.testing.assert_allclose(totals[0], counts.sum(axis=0), rtol=1e-14)


def test_stacked_dwellings_are_one_place():
    points = np.repeat([[0.0, 0.0], [5.0, 5.0], [-0.0, 0.0]], 30, axis=0)
    discs = Discs(points, np.ones((90, 2)))
    assert len(discs.x) == 2
    assert sorted(discs.weight) == [60, 120]


def test_units_without_dwellings_may_ask():
    points = np.array([[0.0, 0], [10, 0], [-500, 0]])
    counts = np.array([[1.0, 0], [0, 2], [0, 0]])
    assert nearest(points, counts, [1, 3])[:, 2].tolist() == [[1, 0], [1, 2]]
    assert within(points, counts, [5.0, 505.0])[:, 2].tolist() == [[0, 0], [1, 0]]
    assert np.isnan(nearest(points, np.zeros((3, 2)), [1])).all()


def test_progress_ends_at_100_and_cancel_stops():
    points, counts = np.random.default_rng(6).random((500, 2)) * 100, np.ones((500, 2))
    for call in (
        lambda **given: nearest(points, counts, [5, 50], **given),
        lambda **given: within(points, counts, [5.0, 10.0], **given),
    ):
        seen: list[float] = []
        call(progress=seen.append)
        assert seen == sorted(seen)
        assert seen[-1] == pytest.approx(100)
        # Whenever it is asked: at once, while the grid is laid, and among the units.
        for patience in (0, 2, 4):
            left = iter([False] * patience)
            with pytest.raises(Cancelled):
                call(cancelled=lambda left=left: next(left, True))


def test_no_distance_is_refused():
    with pytest.raises(MeasureError, match="not a distance"):
        within(np.zeros((2, 2)), np.ones((2, 2)), [0.0])
