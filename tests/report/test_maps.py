# SPDX-License-Identifier: GPL-2.0-or-later
from __future__ import annotations

import itertools
import re

import numpy as np
import pytest
import shapely
from wijkmix.wijkmix_plugin.errors import Text
from wijkmix.wijkmix_plugin.report import maps


def absolute(path):
    """Rings of path data as lists of absolute grid points."""
    rings = []
    for part in re.findall(r"M[^M]*", path):
        numbers = [int(v) for v in re.findall(r"-?\d+", part)]
        at = np.array(numbers).reshape(-1, 2).cumsum(axis=0)
        rings.append([tuple(p) for p in at.tolist()])
    return rings


def base_of(shapes, groups=None, focus=None):
    shapes = np.array(shapes, dtype=object)
    groups = np.array(groups or ["a"] * len(shapes), dtype=object)
    focus = np.ones(len(shapes), dtype=bool) if focus is None else np.array(focus)
    return maps.build(shapes, groups, focus)


def test_a_square_by_hand():
    base = base_of([shapely.box(0, 0, 1000, 1000)])
    # 2000 grid units along the side, a margin of 1 % around, y downwards.
    assert base.metres == pytest.approx(0.5)
    assert (base.width, base.height) == (2040, 2040)
    corners = absolute(base.paths[0])[0]
    assert set(corners) == {(20, 20), (2020, 20), (2020, 2020), (20, 2020)}
    assert base.sizes[0] == pytest.approx(2000)
    assert base.paths[0].endswith("z")


def test_neighbours_share_their_border_exactly():
    rng = np.random.default_rng(3)
    jagged = np.column_stack([500 + rng.normal(0, 7, 40), np.linspace(0, 1000, 40)])
    left = shapely.Polygon([(0, 0), *map(tuple, jagged), (0, 1000)])
    right = shapely.Polygon([(1000, 0), *map(tuple, jagged), (1000, 1000)])
    base = base_of([left, right])
    first, second = (set(absolute(p)[0]) for p in base.paths)
    assert len(first & second) == 40


def test_a_hole_stays_a_hole_and_parts_stay_parts():
    ring = shapely.box(0, 0, 900, 900) - shapely.box(300, 300, 600, 600)
    both = shapely.MultiPolygon([ring, shapely.box(1000, 0, 1100, 100)])
    base = base_of([both])
    assert len(absolute(base.paths[0])) == 3


def test_nobody_disappears_and_what_has_no_shape_draws_nothing():
    shapes = [
        shapely.box(0, 0, 300_000, 300_000),
        shapely.box(10, 10, 20, 20),  # far smaller than the grid
        None,
        shapely.Polygon(),
        shapely.Point(1, 1),
    ]
    base = base_of(shapes)
    assert base.paths[1] == "M20 2020h2v2h-2z"
    assert base.paths[2:] == ["", "", ""]
    assert np.isnan(base.anchors[2:]).all()


def test_nothing_to_draw():
    assert base_of([None, shapely.Polygon()]) is None
    assert base_of([shapely.Point(1, 1)]) is None


def test_a_lake_does_not_shrink_the_town():
    town, lake = shapely.box(0, 0, 1000, 500), shapely.box(1000, 0, 50_000, 50_000)
    assert base_of([town, lake], focus=[True, False]).metres == pytest.approx(0.5)


def test_borders_between_areas_are_drawn_once():
    # Two areas of two squares each: the inner line of an area is no border, the line between is.
    shapes = [shapely.box(k * 100, 0, k * 100 + 100, 100) for k in range(4)]
    base = base_of(shapes, groups=["a", "a", "b", "b"])
    points = list(absolute(base.borders))
    segments = [frozenset(pair) for ring in points for pair in itertools.pairwise(ring)]
    assert len(segments) == len(set(segments))
    scale = 100 / base.metres
    by_length = sum(np.hypot(*np.subtract(*tuple(s))) for s in segments)
    assert by_length == pytest.approx((8 + 2 + 1) * scale, rel=1e-3)


def test_one_area_has_only_an_outline():
    shapes = [shapely.box(k * 100, 0, k * 100 + 100, 100) for k in range(3)]
    base = base_of(shapes, groups=["a", "a", "a"])
    length = sum(
        np.hypot(*np.subtract(p, q))
        for ring in absolute(base.borders)
        for p, q in itertools.pairwise(ring)
    )
    assert length * base.metres == pytest.approx(800, rel=1e-3)


CLASSES = [
    maps.MapClass("x", "#0072B2", Text("x", "x")),
    maps.MapClass("y", "#E69F00", Text("y", "y")),
    maps.MapClass("n", "none", Text("none", "geen")),
]


def drawn(base, keys, **more):
    keys = np.array(keys, dtype=object)
    return maps.draw(base, keys, CLASSES, title="T", description="D", lang="nl", ident="m", **more)


def test_each_unit_is_drawn_in_its_class():
    base = base_of([shapely.box(k * 100, 0, k * 100 + 100, 100) for k in range(4)])
    svg = drawn(base, ["x", "x", "y", "n"])
    assert '<use href="#wm-land" fill="#0072B2"/>' in svg  # the largest class lies below
    orange = re.search(r'fill="#E69F00"[^>]* d="([^"]*)"', svg)
    assert orange.group(1) == base.paths[2]
    hatched = re.search(r'fill="url\(#wm-hatch\)"[^>]* d="([^"]*)"', svg)
    assert hatched.group(1) == base.paths[3]


def test_a_unit_without_class_is_not_coloured_as_the_largest():
    base = base_of([shapely.box(k * 100, 0, k * 100 + 100, 100) for k in range(3)])
    svg = drawn(base, ["x", "x", "elsewhere"])
    blue = re.search(r'fill="#0072B2"[^>]* d="([^"]*)"', svg)
    assert blue.group(1) == base.paths[0] + base.paths[1]


def test_scale_bar_is_as_long_as_it_says():
    base = base_of([shapely.box(0, 0, 9000, 4000)])
    svg = drawn(base, ["x"])
    assert ">2.000 m<" in svg
    bar = re.search(r'width="([\d.]+)" height="[\d.]+" fill="none"', svg)
    assert float(bar.group(1)) * base.metres == pytest.approx(2000, rel=1e-3)
    country = drawn(base_of([shapely.box(0, 0, 280_000, 310_000)]), ["x"])
    assert ">50 km<" in country


def test_labels_are_escaped_and_never_overlap():
    base = base_of([shapely.box(0, 0, 1000, 1000)])
    svg = drawn(base, ["x"], labels=[(500, 500, "<b>&"), (505, 500, "second"), (500, 1500, "far")])
    assert "&lt;b&gt;&amp;" in svg
    assert "second" not in svg
    assert "far" in svg


def test_many_vertices_get_a_coarser_grid():
    angles = np.linspace(0, 2 * np.pi, 90_000, endpoint=False)
    circle = shapely.Polygon(np.column_stack([np.cos(angles), np.sin(angles)]) * 5000)
    base = base_of([circle])
    assert max(base.width, base.height) < 1400
    assert len(base.paths[0]) < 60_000
