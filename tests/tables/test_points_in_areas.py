# SPDX-License-Identifier: GPL-2.0-or-later
"""Points in areas by a grid, against testing every polygon."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from wijkmix.wijkmix_plugin.errors import Cancelled
from wijkmix.wijkmix_plugin.tables.points_in_areas import OUTSIDE, Overlaps, PointsInAreas


def brute(areas, x, y):
    """Return the first area that touches each point."""
    found = np.full(len(x), OUTSIDE)
    for number in reversed(range(len(areas))):
        if areas[number] is not None:
            found[shapely.intersects_xy(areas[number], x, y)] = number
    return found


SHAPES = st.lists(
    st.one_of(
        st.none(),
        st.tuples(*[st.integers(0, 12)] * 2, *[st.integers(1, 6)] * 2).map(
            lambda b: shapely.box(b[0], b[1], b[0] + b[2], b[1] + b[3])
        ),
        st.tuples(*[st.integers(0, 12)] * 2, st.integers(2, 6)).map(
            lambda b: (
                shapely.Point(b[0], b[1])
                .buffer(b[2])
                .difference(shapely.Point(b[0], b[1]).buffer(b[2] / 2))
            )
        ),
    ),
    min_size=1,
    max_size=6,
)
# Whole and half coordinates, so that points fall on borders and corners too.
POINTS = st.lists(st.tuples(*[st.integers(-4, 40).map(lambda v: v / 2)] * 2), max_size=40)


@given(SHAPES, POINTS, st.sampled_from([1, 7, 100, 5000]))
def test_agrees_with_testing_every_polygon(areas, points, cells):
    xy = np.array(points, dtype=float).reshape(-1, 2)
    index = PointsInAreas(areas, cells=cells)
    found = index.find(xy[:, 0], xy[:, 1])
    assert found.tolist() == brute(areas, xy[:, 0], xy[:, 1]).tolist()


@given(SHAPES, POINTS)
def test_counts_the_points_inside_two_areas(areas, points):
    xy = np.array(points, dtype=float).reshape(-1, 2) + 0.25  # on no border
    found = Overlaps(areas)
    found.add(xy[:, 0], xy[:, 1])
    inside = [
        np.zeros(len(xy), dtype=bool) if a is None else shapely.intersects_xy(a, xy[:, 0], xy[:, 1])
        for a in areas
    ]
    assert found.points.sum() == (np.sum(inside, axis=0) > 1).sum()
    for n, (first, second) in zip(found.points, found.pairs, strict=True):
        assert n <= (inside[first] & inside[second]).sum()


def test_areas_that_touch_do_not_overlap():
    areas = [shapely.box(0, 0, 1, 1), shapely.box(1, 0, 2, 1), shapely.box(0, 0, 1, 1), None]
    found = Overlaps(areas)
    assert found.pairs.tolist() == [[0, 2]]
    bow = shapely.Polygon([(0, 0), (2, 2), (2, 0), (0, 2)])
    assert Overlaps([bow, shapely.box(1, 0, 3, 3)]).pairs.tolist() == [[0, 1]]


def test_coordinates_that_are_none():
    index = PointsInAreas([shapely.box(0, 0, 1, 1)])
    assert index.find([0.5, np.nan, np.inf, 1e300], [0.5, 0, 0, 0]).tolist() == [0, -1, -1, -1]
    assert PointsInAreas([None]).find([0], [0]).tolist() == [-1]
    assert index.find([], []).tolist() == []


def test_stops_when_asked():
    def stop():
        raise Cancelled

    with pytest.raises(Cancelled):
        PointsInAreas([shapely.box(0, 0, 1, 1)]).find([0], [0], check=stop)


def test_buurten_of_rijnmond(shared):
    import geopandas as gpd

    areas = gpd.read_file(shared / "data" / "rijnmond_buurten_2024.gpkg").geometry.to_numpy()
    random = np.random.default_rng(5)
    west, south, east, north = shapely.total_bounds(areas)
    x, y = random.uniform(west, east, 30_000), random.uniform(south, north, 30_000)
    corners = shapely.get_coordinates(areas)[::40]
    x, y = np.r_[x, corners[:, 0]], np.r_[y, corners[:, 1]]
    found = PointsInAreas(areas).find(x, y)
    assert (found == brute(areas, x, y)).all()
    assert (found >= 0).mean() > 0.2
