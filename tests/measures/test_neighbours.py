# SPDX-License-Identifier: GPL-2.0-or-later
"""Neighbours: by hand, against shapes compared one by one, and against libpysal."""

from __future__ import annotations

import time

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from wijkmix.wijkmix_plugin.errors import Cancelled, GeometryError
from wijkmix.wijkmix_plugin.measures import neighbours, same_vertices
from wijkmix.wijkmix_plugin.measures.neighbours import (
    Neighbours,
    contiguity,
    from_pairs,
    join_islands,
    nearest,
    within,
)


def square(x: float, y: float, size: float = 1.0) -> shapely.Polygon:
    return shapely.box(x, y, x + size, y + size)


def pairs(neighbours: Neighbours) -> set[tuple[int, int]]:
    found = set(zip(neighbours.rows.tolist(), neighbours.indices.tolist(), strict=True))
    assert all((b, a) in found for a, b in found)
    return {(a, b) for a, b in found if a < b}


def compared(shapes, rook: bool = False) -> set[tuple[int, int]]:
    """Every pair of shapes, one by one."""
    out = set()
    for a in range(len(shapes)):
        for b in range(a + 1, len(shapes)):
            if shapes[a] is None or shapes[b] is None or not shapes[a].intersects(shapes[b]):
                continue
            inside, border = shapes[a].relate(shapes[b])[0], shapes[a].relate(shapes[b])[4]
            if not rook or border == "1" or inside == "2":
                out.add((a, b))
    return out


def grid(rows: int, columns: int) -> np.ndarray:
    return np.array([square(c, r) for r in range(rows) for c in range(columns)], dtype=object)


# -- contiguity ----------------------------------------------------------------------------------


def test_queen_and_rook_on_four_squares():
    squares = grid(2, 2)
    assert pairs(contiguity(squares)) == {(0, 1), (0, 2), (0, 3), (1, 2), (1, 3), (2, 3)}
    assert pairs(contiguity(squares, rook=True)) == {(0, 1), (0, 2), (1, 3), (2, 3)}


def test_lists_are_compressed_ascending_and_typed():
    near = contiguity(grid(3, 3))
    assert near.indptr.tolist() == [0, 3, 8, 11, 16, 24, 29, 32, 37, 40]
    assert near.indices[:3].tolist() == [1, 3, 4]
    assert near.n == 9
    assert near.n_neighbours[4] == 8
    assert all(
        (np.diff(near.indices[a:b]) > 0).all()
        for a, b in zip(near.indptr[:-1], near.indptr[1:], strict=True)
    )


def test_borders_not_noded_alike():
    # A long square below three short ones: the middle one shares no vertex with it.
    shapes = [shapely.box(0, -3, 3, 0), square(0, 0), square(1, 0), square(2, 0)]
    assert pairs(contiguity(shapes)) == {(0, 1), (0, 2), (0, 3), (1, 2), (2, 3)}
    assert pairs(contiguity(shapes, rook=True)) == {(0, 1), (0, 2), (0, 3), (1, 2), (2, 3)}


def test_a_tip_on_another_unit_s_border_is_queen_only():
    triangle = shapely.Polygon([(0.5, 0), (1, 2), (0, 2)])
    assert pairs(contiguity([shapely.box(0, -1, 1, 0), triangle])) == {(0, 1)}
    assert pairs(contiguity([shapely.box(0, -1, 1, 0), triangle], rook=True)) == set()


@pytest.mark.parametrize("rook", [False, True])
@pytest.mark.parametrize("turned", [False, True])
def test_a_unit_over_others_in_the_same_vertices_overlaps_all_of_them(rook, turned):
    """A gemeente over its nine buurten has no edge of its own, nor has the buurt in the middle."""
    corners = [(0, 0), (3, 0), (3, 3), (0, 3), (0, 0)]
    whole = shapely.segmentize(shapely.Polygon(corners[::-1] if turned else corners), 1.0)
    shapes = np.append(shapely.reverse(grid(3, 3)) if turned else grid(3, 3), whole)
    near = contiguity(shapes, rook=rook)
    assert near.indices[near.indptr[9] : near.indptr[10]].tolist() == list(range(9))
    twice = contiguity(np.concatenate([grid(3, 3), grid(3, 3)]), rook=rook)
    assert (twice.n_neighbours[:9] == 2 * contiguity(grid(3, 3), rook=rook).n_neighbours + 1).all()


def test_enclave_in_a_hole_and_enclave_on_top():
    hole = shapely.Polygon([(0, 0), (9, 0), (9, 9), (0, 9)], [[(3, 3), (3, 6), (6, 6), (6, 3)]])
    assert pairs(contiguity([hole, square(3, 3, 3)], rook=True)) == {(0, 1)}
    # Drawn over another unit that has no hole for it.
    assert pairs(contiguity([square(0, 0, 9), square(3, 3, 3)])) == {(0, 1)}
    assert pairs(contiguity([square(0, 0, 9), square(3, 3, 3)], rook=True)) == {(0, 1)}
    # In the hole but not touching.
    assert pairs(contiguity([hole, square(4, 4, 1)])) == set()


def test_enclave_whose_hole_touches_the_outer_border_meets_the_unit_outside():
    outer = shapely.Polygon(
        [(0, 0), (2, 0), (4, 0), (4, 4), (0, 4)], [[(2, 0), (1, 2), (2, 3), (3, 2)]]
    )
    assert outer.is_valid
    enclave = shapely.Polygon([(2, 0), (1, 2), (2, 3), (3, 2)])
    below = shapely.Polygon([(0, 0), (2, 0), (4, 0), (4, -1), (0, -1)])
    shapes = [outer, enclave, below]
    assert pairs(contiguity(shapes)) == {(0, 1), (0, 2), (1, 2)}
    assert pairs(contiguity(shapes, rook=True)) == {(0, 1), (0, 2)}


def test_multi_part_units_touch_by_any_part():
    two = shapely.MultiPolygon([square(0, 0), square(10, 0)])
    shapes = [two, square(1, 0), square(11, 0), square(5, 0)]
    assert pairs(contiguity(shapes)) == {(0, 1), (0, 2)}
    # The end of one ring and the start of the next are no edge, even where another unit has it.
    trap = shapely.MultiPolygon([square(0, 0), square(2, 0)])
    start, end = trap.geoms[0].exterior.coords[-1], trap.geoms[1].exterior.coords[0]
    wedge = shapely.Polygon([start, end, (1.5, 9)])
    near = contiguity([trap, wedge], rook=True)
    assert pairs(near) == compared([trap, wedge], rook=True)


def test_overlaps_and_identical_units_are_neighbours():
    shapes = [square(0, 0, 2), square(1, 1, 2), square(0, 0, 2)]
    assert pairs(contiguity(shapes)) == {(0, 1), (0, 2), (1, 2)}
    assert pairs(contiguity(shapes, rook=True)) == {(0, 1), (0, 2), (1, 2)}


def test_tolerance_bridges_gaps_up_to_and_including_itself():
    shapes = [square(0, 0, 10), square(10.5, 0, 10), square(21.5, 0, 10)]
    assert pairs(contiguity(shapes)) == set()
    assert pairs(contiguity(shapes, tolerance=0.5)) == {(0, 1)}
    assert pairs(contiguity(shapes, tolerance=1.0)) == {(0, 1), (1, 2)}
    assert pairs(contiguity(shapes, tolerance=1.0, rook=True)) == {(0, 1), (1, 2)}
    # Diagonal: near at one corner, so queen only.
    corner = [square(0, 0, 10), square(10.2, 10.2, 10)]
    assert pairs(contiguity(corner, tolerance=0.5)) == {(0, 1)}
    assert pairs(contiguity(corner, tolerance=0.5, rook=True)) == set()


def test_zero_has_no_sign():
    left = shapely.Polygon([(-0.0, 0.0), (-0.0, 1.0), (-1.0, 1.0), (-1.0, -0.0)])
    assert pairs(contiguity([left, square(0, 0)], rook=True)) == {(0, 1)}


def test_round_coordinates_do_not_collide():
    # Whole metres differ in the first bits of a float only.
    shapes = np.array([square(100 * x, 100 * y, 100) for x in range(60) for y in range(60)], object)
    tree = shapely.STRtree(shapes).query(shapes, predicate="intersects")
    expected = {(a, b) for a, b in tree.T.tolist() if a < b}
    assert pairs(contiguity(shapes)) == expected


def test_missing_empty_masked_and_no_units():
    shapes = np.array([square(0, 0), None, shapely.Polygon(), square(1, 0), square(2, 0)], object)
    near = contiguity(shapes)
    assert pairs(near) == {(0, 3), (3, 4)}
    assert near.islands.tolist() == [False, True, True, False, False]
    masked = contiguity(shapes, mask=np.array([True, True, True, False, True]))
    assert pairs(masked) == set()
    assert contiguity([]).n == 0
    assert contiguity([None, None]).n_neighbours.tolist() == [0, 0]


def jagged(seed: int, rows: int = 5, columns: int = 6) -> np.ndarray:
    """A torn country: shared borders, some noded otherwise, moved, with islands and enclaves."""
    rng = np.random.default_rng(seed)
    corner = np.stack(np.meshgrid(np.arange(columns + 1), np.arange(rows + 1)), axis=-1) * 10.0
    corner = corner + rng.uniform(-2, 2, corner.shape)
    borders = {}

    def border(a, b):
        key = (min(a, b), max(a, b))
        if key not in borders:
            start, end = corner[key[0]], corner[key[1]]
            t = np.sort(rng.random(rng.integers(0, 7)))[:, None]
            borders[key] = start + t * (end - start) + rng.uniform(-0.4, 0.4, (len(t), 2))
        middle = borders[key] if a < b else borders[key][::-1]
        return [corner[a], *middle]

    out = []
    for r in range(rows):
        for c in range(columns):
            around = [(r, c), (r, c + 1), (r + 1, c + 1), (r + 1, c)]
            ring = [p for i in range(4) for p in border(around[i], around[(i + 1) % 4])]
            start = rng.integers(len(ring))
            ring = ring[start:] + ring[:start]
            shape = shapely.Polygon(ring if rng.random() < 0.8 else ring[::-1])
            dice = rng.random()
            if dice < 0.08:
                shape = shape.segmentize(3)
            elif dice < 0.14:
                shape = shapely.transform(shape, lambda xy: xy + 0.01)
            elif dice < 0.18:
                shape = shapely.MultiPolygon([shape, square(100 + 20 * r, 20 * c, 4)])
            elif dice < 0.22 and shape.is_valid:
                inner = shape.centroid.buffer(2, quad_segs=2)
                shape = shape.difference(inner)
                out.append(inner)
            out.append(shape)
    order = rng.permutation(len(out))
    return np.array(out, dtype=object)[order]


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10**6))
def test_equals_comparing_all_shapes(seed):
    shapes = jagged(seed)
    valid = shapely.is_valid(shapes)
    shapes = shapes[valid]
    assert pairs(contiguity(shapes)) == compared(shapes)
    assert pairs(contiguity(shapes, rook=True)) == compared(shapes, rook=True)
    near = {
        (a, b)
        for a in range(len(shapes))
        for b in range(a + 1, len(shapes))
        if shapely.dwithin(shapes[a], shapes[b], 0.5)
    }
    assert pairs(contiguity(shapes, tolerance=0.5)) == near


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 10**6))
def test_row_order_does_not_matter(seed):
    shapes = jagged(seed, 3, 4)
    order = np.random.default_rng(seed).permutation(len(shapes))
    moved = contiguity(shapes[order])
    back = contiguity(shapes).take(order)
    np.testing.assert_array_equal(moved.indptr, back.indptr)
    np.testing.assert_array_equal(moved.indices, back.indices)


def test_pieces_of_any_size_give_the_same(monkeypatch):
    shapes = jagged(3, 8, 8)
    whole = pairs(contiguity(shapes))
    for piece in (1, 7, 64):
        monkeypatch.setattr(same_vertices, "PIECE", piece)
        assert pairs(contiguity(shapes)) == whole


def common_edges(shapes: np.ndarray, edges: bool) -> np.ndarray:
    """The pairs of shapes with a vertex (an edge) in common, vertex by vertex."""
    users: dict[object, set[int]] = {}
    for unit, shape in enumerate(shapes):
        for part in shapely.get_parts([shape]):
            for ring in shapely.get_rings([part]):
                for ends in zip(ring.coords, ring.coords[1:], strict=False):
                    for key in [tuple(sorted(ends))] if edges else ends:
                        users.setdefault(key, set()).add(unit)
    found = {(a, b) for some in users.values() for a in some for b in some if a < b}
    return np.array(sorted(a * len(shapes) + b for a, b in found), int)


@settings(max_examples=60, deadline=None)
@given(
    st.integers(0, 2**32 - 1),
    st.booleans(),
    st.sampled_from([7, 64, same_vertices.PIECE]),
)
def test_common_vertices_and_edges_are_found_one_and_all(seed, edges, piece):
    # Overlapping shapes, holes, several parts, three and more units on one edge.
    rng = np.random.default_rng(seed)
    shapes = []
    for kind, x, y in rng.integers(0, [4, 6, 6], (rng.integers(2, 40), 3)):
        if kind == 0:
            shapes.append(shapely.box(x, y, x + rng.integers(1, 4), y + rng.integers(1, 4)))
        elif kind == 1:
            corners = rng.integers(0, 6, (3, 2))
            flat = shapely.Polygon(corners).area == 0
            shapes.append(square(x, y) if flat else shapely.Polygon(corners))
        elif kind == 2:
            shapes.append(square(x, y, 3) - square(x + 1, y + 1))
        else:
            parts = shapely.segmentize(square(x, y), 0.5), square(x + 3, y)
            shapes.append(shapely.multipolygons(parts))
    shapes = np.array(shapes, dtype=object)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(same_vertices, "PIECE", piece)
        found, ragged = same_vertices.meet(shapes, shapely.get_coordinates(shapes), edges=edges)
        assert found.tolist() == common_edges(shapes, edges).tolist()
        # Which of several threads comes first does not matter.
        again = same_vertices.meet(shapes, shapely.get_coordinates(shapes), edges=edges)
        assert again[0].tolist() == found.tolist()
        assert again[1].tolist() == ragged.tolist()


@pytest.mark.parametrize("rook", [False, True])
def test_equals_libpysal_where_borders_are_noded_alike(rook):
    geopandas = pytest.importorskip("geopandas")
    graph = pytest.importorskip("libpysal.graph")
    # Hexagon-like cells of benchmarks would do too; triangles give up to twelve neighbours.
    rng = np.random.default_rng(5)
    points = shapely.multipoints(rng.random((300, 2)) * 1000)
    shapes = np.array(shapely.get_parts(shapely.delaunay_triangles(points)), dtype=object)
    ids = [f"BU{i:04d}" for i in range(len(shapes))]
    frame = geopandas.GeoSeries(shapes, index=ids)
    theirs = graph.Graph.build_contiguity(frame, rook=rook)
    ours = contiguity(shapes, rook=rook).graph(ids)
    assert theirs.adjacency.index.equals(ours.adjacency.index)
    np.testing.assert_array_equal(theirs.adjacency.to_numpy(), ours.adjacency.to_numpy())


def test_refusals():
    with pytest.raises(GeometryError, match="Feature 2 is not a polygon"):
        contiguity([square(0, 0), shapely.Point(1, 1)])
    with pytest.raises(GeometryError, match="tolerance is -1"):
        contiguity([square(0, 0)], tolerance=-1)
    with pytest.raises(GeometryError, match="tolerance is nan"):
        contiguity([square(0, 0)], tolerance=float("nan"))
    broken = shapely.Polygon([(0, 0), (1, 0), (float("nan"), 1)])
    with pytest.raises(GeometryError, match="Feature 3 has coordinates"):
        contiguity([square(0, 0), None, broken])


# -- nearest K and within a distance -------------------------------------------------------------


def test_nearest_on_a_line():
    points = shapely.points([0.0, 1.0, 3.0, 7.0], 0.0)
    near = nearest(points, 2)
    assert near.indices.reshape(4, 2).tolist() == [[1, 2], [0, 2], [0, 1], [1, 2]]
    assert near.n_neighbours.tolist() == [2, 2, 2, 2]


def test_nearest_breaks_ties_by_place_not_by_row():
    points = shapely.points([[1, 1], [0, 1], [2, 1], [1, 0], [1, 2]])
    # West first, then (of equal x) south.
    assert nearest(points, 2).indices[:2].tolist() == [1, 3]
    cells = np.array([square(x, y) for x in range(7) for y in range(6)], object)
    order = np.random.default_rng(0).permutation(len(cells))
    moved, back = nearest(cells[order], 6), nearest(cells, 6).take(order)
    np.testing.assert_array_equal(moved.indices, back.indices)


def test_nearest_breaks_ties_of_units_around_one_centroid_by_their_shape():
    here = [shapely.box(-1, -r, 1, r) for r in (4, 3, 2, 1)] + [shapely.box(-2, -1, 2, 1)]
    shapes = np.array([*here, shapely.Point(9, 0)], object)
    names = np.array(["large", "b", "c", "small", "wide", "point"])
    for seed in range(5):
        order = np.random.default_rng(seed).permutation(len(shapes))
        chosen = nearest(shapes[order], 2)
        at = np.flatnonzero(names[order] == "point")[0]
        found = chosen.indices[chosen.indptr[at] : chosen.indptr[at + 1]]
        assert set(names[order][found]) == {"small", "wide"}


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10**6), st.integers(1, 9), st.booleans())
def test_nearest_equals_all_distances(seed, k, stacked):
    rng = np.random.default_rng(seed)
    xy = rng.integers(0, 4, (30, 2)).astype(float) if stacked else rng.random((30, 2))
    near = nearest(shapely.points(xy), k)
    distance = np.hypot(*(xy[:, None] - xy[None]).transpose(2, 0, 1))
    np.fill_diagonal(distance, np.inf)
    for row in range(30):
        mine = near.indices[near.indptr[row] : near.indptr[row + 1]]
        assert len(set(mine.tolist())) == k
        assert row not in mine
        np.testing.assert_allclose(np.sort(distance[row, mine]), np.sort(distance[row])[:k])


def test_nearest_skips_masked_units_and_refuses_too_many():
    points = shapely.points([0.0, 1.0, 2.0, 9.0], 0.0)
    near = nearest(points, 1, mask=np.array([True, False, True, True]))
    assert near.n_neighbours.tolist() == [1, 0, 1, 1]
    assert near.indices.tolist() == [2, 0, 2]
    for k in (4, 0, -1):
        with pytest.raises(GeometryError, match="choose 1 to 3"):
            nearest(points, k)
    with pytest.raises(GeometryError, match="there are 1"):
        nearest(points[:1], 1)


def test_within_includes_exactly_the_distance():
    points = shapely.points([0.0, 3.0, 7.0, 100.0], 0.0)
    assert pairs(within(points, 3.0)) == {(0, 1)}
    assert pairs(within(points, 4.0)) == {(0, 1), (1, 2)}
    assert within(points, 4.0).islands.tolist() == [False, False, False, True]
    assert within(np.array([None], object), 5.0).n == 1
    for bad in (0, -1, float("nan"), float("inf")):
        with pytest.raises(GeometryError, match="distance"):
            within(points, bad)


def by_distance(xy, row, distance):
    near = np.hypot(*(xy - xy[row]).T) <= distance
    near[row] = False
    return np.flatnonzero(near).tolist()


@pytest.mark.parametrize("piece", [1_000_000, 1])
def test_within_equals_all_distances_whatever_the_order_and_the_mask(monkeypatch, piece):
    monkeypatch.setattr(neighbours, "PIECE", piece)
    rng = np.random.default_rng(2)
    xy = rng.integers(0, 40, (600, 2)).astype(float)  # many at one place, many at the limit
    mask = rng.random(600) < 0.8
    near = within(shapely.points(xy), 5.0, mask=mask)
    far = np.where(mask[:, None], xy, 1e9 + 100.0 * np.arange(600)[:, None])
    for row in range(600):
        mine = near.indices[near.indptr[row] : near.indptr[row + 1]].tolist()
        assert mine == (by_distance(far, row, 5.0) if mask[row] else [])


@pytest.mark.parametrize("k", [1, 7])
def test_pieces_give_the_same_nearest_and_the_same_choice_of_units(monkeypatch, k):
    rng = np.random.default_rng(3)
    points = shapely.points(rng.integers(0, 12, (300, 2)).astype(float))
    whole = nearest(points, k)
    weighted = Neighbours(whole.indptr, whole.indices, rng.random(300 * k))
    units = rng.permutation(300)[:211]
    taken = weighted.take(units)
    monkeypatch.setattr(neighbours, "PIECE", 20)
    assert_same(nearest(points, k), whole)
    assert_same(weighted.take(units), taken)
    place = {unit: i for i, unit in enumerate(units.tolist())}
    for i, unit in enumerate(units.tolist()):
        row = slice(weighted.indptr[unit], weighted.indptr[unit + 1])
        pairs_of = zip(weighted.indices[row].tolist(), weighted.weights[row], strict=True)
        expected = sorted((place[other], w) for other, w in pairs_of if other in place)
        here = slice(taken.indptr[i], taken.indptr[i + 1])
        found = zip(taken.indices[here].tolist(), taken.weights[here], strict=True)
        assert list(found) == expected


def assert_same(one, other):
    np.testing.assert_array_equal(one.indptr, other.indptr)
    np.testing.assert_array_equal(one.indices, other.indices)
    if other.weights is not None:
        np.testing.assert_array_equal(one.weights, other.weights)


def test_millions_of_neighbours_are_stopped_within_a_second():
    """All 3,000 points within the distance of each other, and nearly all nearest."""
    points = shapely.points(np.random.default_rng(0).random((3_000, 2)))
    everyone = within(points, 2.0)
    assert (everyone.n_neighbours == 2_999).all()
    for work in (
        lambda ask: within(points, 2.0, cancelled=ask),
        lambda ask: nearest(points, 2_900, cancelled=ask),
        lambda ask: everyone.take(np.arange(3_000)[::-1], cancelled=ask),
    ):
        asked = [time.process_time()]
        work(lambda asked=asked: asked.append(time.process_time()))
        asked.append(time.process_time())
        assert len(asked) > 4
        assert np.diff(asked).max() < 1
        with pytest.raises(Cancelled):
            work(lambda: True)


@pytest.mark.parametrize("rook", [False, True])
def test_comparing_shapes_stops_on_request(rook):
    """Squares with a gap: with a tolerance all pairs are compared as shapes, in several pieces."""
    shapes = grid(30, 30)
    apart = [square(c, r, 0.99) for r in range(30) for c in range(30)]
    asked: list[int] = []
    near = contiguity(apart, rook=rook, tolerance=0.1, cancelled=lambda: bool(asked.append(1)))
    assert len(asked) > 2
    assert (near.indices == contiguity(shapes, rook=rook).indices).all()
    with pytest.raises(Cancelled):
        contiguity(apart, rook=rook, tolerance=0.1, cancelled=lambda: True)


# -- the lists themselves ------------------------------------------------------------------------


def test_components_are_connected_parts():
    near = from_pairs(7, [0, 1, 4], [1, 2, 5])
    assert near.components().tolist() == [0, 0, 0, 1, 2, 2, 3]
    one_way = Neighbours(np.array([0, 1, 1]), np.array([1]))
    assert one_way.components().tolist() == [0, 0]


def test_islands_join_the_nearest_border_not_the_nearest_centroid():
    shapes = np.array([square(0, 0, 100), square(100, 0, 100), square(205, 40, 2)], object)
    near = contiguity(shapes)
    assert near.islands.tolist() == [False, False, True]
    assert pairs(join_islands(near, shapes)) == {(0, 1), (1, 2)}
    # A unit without data stays out and is not joined to.
    mask = np.array([True, False, True])
    kept = contiguity(shapes, mask=mask)
    assert pairs(join_islands(kept, shapes, mask=mask)) == {(0, 2)}


def test_joining_islands_leaves_all_other_lists_as_they_are():
    shapes = np.array([square(x, 0, 1) for x in (0, 2, 9, 30, 60)], object)
    near = nearest(shapes, 1)
    assert join_islands(near, shapes) is near
    # 1 is nearest to 2, which is not the nearest of 1; 3 and 4 are islands.
    lists = Neighbours(np.array([0, 1, 2, 3, 3, 3]), np.array([1, 0, 1]))
    joined = join_islands(lists, shapes)
    assert joined.indptr.tolist() == [0, 1, 2, 4, 6, 7]
    assert joined.indices.tolist() == [1, 0, 1, 3, 2, 4, 3]


def test_subset_and_take():
    weights = np.array([1.0, 1, 2, 2, 3, 3])
    near = Neighbours(np.array([0, 1, 3, 5, 6]), np.array([1, 0, 2, 1, 3, 2]), weights)
    left = near.subset(np.array([True, True, False, True]))
    assert left.indptr.tolist() == [0, 1, 2, 2, 2]
    assert left.indices.tolist() == [1, 0]
    assert left.weights.tolist() == [1, 1]
    turned = near.take(np.array([3, 2, 1]))
    assert turned.indptr.tolist() == [0, 1, 3, 4]
    assert turned.indices.tolist() == [1, 0, 2, 1]
    assert turned.weights.tolist() == [3, 3, 2, 2]


def test_as_a_libpysal_graph_with_islands():
    pytest.importorskip("libpysal.graph")
    graph = from_pairs(4, [0, 2], [2, 3]).graph(["a", "b", "c", "d"])
    assert graph.isolates.tolist() == ["b"]
    assert graph["c"].index.tolist() == ["a", "d"]
    assert graph.n == 4


def test_radix_order_is_the_stable_order():
    rng = np.random.default_rng(0)
    for top in (3, 2**16, 2**20, 2**40):
        keys = rng.integers(0, top, 5000)
        expected = np.argsort(keys, kind="stable")
        np.testing.assert_array_equal(same_vertices.radix_order(keys), expected)
    assert len(same_vertices.radix_order(np.empty(0, int))) == 0
