# SPDX-License-Identifier: GPL-2.0-or-later
"""Who is whose neighbour: contiguity, nearest K, within a distance, as compact lists."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING

import numpy as np
import shapely

from ..errors import Cancelled, GeometryError
from . import same_vertices
from .same_vertices import distinct, radix_order

if TYPE_CHECKING:
    from scipy.spatial import cKDTree

KINDS = ("queen", "rook", "nearest", "within")
# What is handled between two questions whether to stop: neighbours, and pairs of shapes.
PIECE = 1_000_000
SHAPES = 512


@dataclass(frozen=True)
class Neighbours:
    """Neighbour lists of n units as one compressed table.

    Parameters
    ----------
    indptr : ndarray of int64, shape (n + 1,)
        The neighbours of unit i are `indices[indptr[i]:indptr[i + 1]]`.
    indices : ndarray of int
        Positions of the neighbours, ascending within a unit, never the unit itself.
    weights : ndarray of float, optional
        One weight for each entry of `indices`; without it all neighbours weigh the same.
    """

    indptr: np.ndarray
    indices: np.ndarray
    weights: np.ndarray | None = None

    @property
    def n(self) -> int:
        """Number of units."""
        return len(self.indptr) - 1

    @property
    def n_neighbours(self) -> np.ndarray:
        """Number of neighbours of every unit."""
        return np.diff(self.indptr)

    @property
    def islands(self) -> np.ndarray:
        """True for a unit without neighbours."""
        return self.n_neighbours == 0

    @property
    def rows(self) -> np.ndarray:
        """The unit to which each entry of `indices` belongs."""
        return np.repeat(np.arange(self.n), self.n_neighbours)

    def components(self) -> np.ndarray:
        """Label the connected parts; an island is a part of its own.

        Returns
        -------
        ndarray of int, shape (n,)
            Numbered from 0.
        """
        from scipy.sparse import csr_array
        from scipy.sparse.csgraph import connected_components

        links = csr_array(
            (np.ones(len(self.indices), bool), self.indices, self.indptr), (self.n,) * 2
        )
        return connected_components(links, directed=False)[1]

    def subset(self, mask: np.ndarray) -> Neighbours:
        """Leave units out: they keep their place, get no neighbours and stand in nobody's list.

        Parameters
        ----------
        mask : ndarray of bool, shape (n,)
            True for the units that stay.

        Returns
        -------
        Neighbours
        """
        mask = np.asarray(mask, bool)
        rows = self.rows
        keep = mask[rows] & mask[self.indices]
        counts = np.bincount(rows[keep], minlength=self.n)
        return Neighbours(
            np.concatenate([[0], np.cumsum(counts)]),
            self.indices[keep],
            None if self.weights is None else self.weights[keep],
        )

    def take(self, units: np.ndarray, *, cancelled: Callable[[], bool] | None = None) -> Neighbours:
        """Keep some units and renumber them in the order given.

        Parameters
        ----------
        units : ndarray of int, shape (m,)
            Positions of the units that stay, each once.
        cancelled : callable, optional
            Asked, for every million neighbours, whether to stop.

        Returns
        -------
        Neighbours
            Of m units.
        """
        place = np.full(self.n, -1, np.int32)
        place[units] = np.arange(len(units))
        size = self.n_neighbours[units]
        ends = np.cumsum(size)
        counts = np.zeros(len(units), np.int64)
        cols, sources = [], []
        start = 0
        while start < len(units):
            _ask(cancelled)
            before = ends[start] - size[start]
            stop = max(int(np.searchsorted(ends, before + PIECE, "right")), start + 1)
            row = np.repeat(np.arange(stop - start), size[start:stop])
            shift = self.indptr[units[start:stop]] - (ends - size)[start:stop]
            source = np.arange(before, ends[stop - 1]) + shift[row]
            col = place[self.indices[source]]
            kept = np.flatnonzero(col >= 0)
            kept = kept[radix_order(col[kept])]
            kept = kept[radix_order(row[kept])]
            counts[start:stop] = np.bincount(row[kept], minlength=stop - start)
            cols.append(col[kept])
            if self.weights is not None:
                sources.append(source[kept])
            start = stop
        return Neighbours(
            np.append(0, np.cumsum(counts)),
            np.concatenate([np.empty(0, np.int32), *cols]),
            None
            if self.weights is None
            else self.weights[np.concatenate([np.empty(0, np.int64), *sources])],
        )

    def graph(self, ids=None):
        """Hand the lists to libpysal.

        Parameters
        ----------
        ids : sequence, optional
            Name of each unit; the positions by default.

        Returns
        -------
        libpysal.graph.Graph
            Binary (or the given) weights; islands carry a zero weight to themselves, as libpysal
            wants.
        """
        from libpysal.graph import Graph

        ids = np.arange(self.n) if ids is None else np.asarray(ids)
        weights = np.ones(len(self.indices)) if self.weights is None else self.weights
        alone = np.flatnonzero(self.islands)
        focal = np.concatenate([self.rows, alone])
        order = np.argsort(focal, kind="stable")
        return Graph.from_arrays(
            ids[focal[order]],
            ids[np.concatenate([self.indices, alone])[order]],
            np.concatenate([weights, np.zeros(len(alone))])[order],
        )


def from_pairs(n: int, first: np.ndarray, second: np.ndarray) -> Neighbours:
    """Build symmetric neighbour lists from pairs of positions.

    Parameters
    ----------
    n : int
        Number of units.
    first, second : ndarray of int
        The two units of each pair, in any order, repeated or not; a unit paired with itself is
        dropped.

    Returns
    -------
    Neighbours
    """
    first, second = np.asarray(first, np.int64), np.asarray(second, np.int64)
    low, high = np.minimum(first, second), np.maximum(first, second)
    codes = distinct((low * n + high)[low != high])
    return _symmetric(n, *np.divmod(codes, max(n, 1)))


def _symmetric(n: int, low: np.ndarray, high: np.ndarray) -> Neighbours:
    """Build lists from pairs that are distinct and sorted by `low`, then `high`."""
    rows, cols = np.concatenate([high, low]), np.concatenate([low, high])
    # Per unit first the lower neighbours, then the higher.
    order = radix_order(rows)
    indptr = np.append(0, np.cumsum(np.bincount(rows, minlength=n)))
    return Neighbours(indptr, cols[order].astype(np.int32))


def contiguity(
    geometry: np.ndarray,
    *,
    rook: bool = False,
    tolerance: float = 0.0,
    mask: np.ndarray | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> Neighbours:
    """Find the units that touch or overlap.

    Borders that were drawn once are the same vertices in both units, and those are found by hashing
    the coordinates. Only units with a stretch of border that nobody else has in the same vertices
    (the outline, borders not noded alike, overlaps, gaps), or that another goes along in the same
    direction (a gemeente over its buurten, wound alike), are compared as shapes; with a tolerance
    all units are.
    Two complete coverings laid over each other that have no stretch of border in common are not
    seen to overlap, except at common vertices and along the outline.

    Parameters
    ----------
    geometry : ndarray of shapely geometry, shape (n,)
        Polygons and multi-part polygons; None and empty ones have no neighbours.
    rook : bool
        False (queen): a shared point is enough. True: a shared stretch of border, or an overlap.
    tolerance : float
        Distance within which borders count as shared, in units of the coordinate system. Queen:
        units no further apart. Rook: no further apart along more than four times the tolerance.
    mask : ndarray of bool, optional
        False for units that take no part (water, no data).
    cancelled : callable, optional
        Asked, for every 512 pairs compared as shapes, whether to stop.

    Returns
    -------
    Neighbours
        Symmetric and binary.

    Raises
    ------
    GeometryError
        A geometry is not a polygon, has coordinates that are no numbers, or the tolerance is
        negative.
    Cancelled
        When `cancelled()` is true.
    """
    geometry = np.asarray(geometry, dtype=object)
    units = _present(geometry, mask)
    shapes = geometry[units]
    if not (tolerance >= 0 and np.isfinite(tolerance)):
        raise GeometryError(
            "The tolerance is {value}; give a distance of 0 or more.",
            "De tolerantie is {value}; geef een afstand van 0 of meer.",
            value=tolerance,
        )
    wrong = ~np.isin(shapely.get_type_id(shapes), (3, 6))
    if wrong.any():
        raise GeometryError(
            "Feature {row} is not a polygon. Shared borders need polygons; for points choose the "
            "nearest neighbours or a distance.",
            "Object {row} is geen vlak. Gedeelde grenzen vragen vlakken; kies bij punten de "
            "dichtstbijzijnde buren of een afstand.",
            row=int(units[wrong][0]) + 1,
        )
    xy = shapely.get_coordinates(shapes)
    if not np.isfinite(xy.sum()):
        _refuse_broken(shapely.area(shapes)[:, None], units)
    pairs, ragged = same_vertices.meet(shapes, xy, edges=rook)
    if tolerance:
        ragged = np.arange(len(shapes))
    more = _same_place(shapes, ragged, pairs, rook, tolerance, cancelled)
    if len(more):
        pairs = distinct(np.concatenate([pairs, more]))
    low, high = np.divmod(pairs, max(len(shapes), 1))
    return _symmetric(len(geometry), units[low], units[high])


def nearest(
    geometry: np.ndarray,
    k: int,
    *,
    mask: np.ndarray | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> Neighbours:
    """Give every unit its k nearest units, by the distance between centroids.

    Of units at equal distance the ones further west, then south, come first, whatever the order of
    the rows; of units around one centroid the smaller ones, then those whose bounds begin further
    west and south. Units that are equal in all of this (addresses of one building) come in the
    order of the rows: which of them is chosen matters where their values differ.

    Parameters
    ----------
    geometry : ndarray of shapely geometry, shape (n,)
        Any kind; None and empty ones have no neighbours.
    k : int
        From 1 to one less than the number of units.
    mask : ndarray of bool, optional
        False for units that take no part.
    cancelled : callable, optional
        Asked, for every million neighbours, whether to stop.

    Returns
    -------
    Neighbours
        Not symmetric: a unit need not be among the nearest of its nearest.

    Raises
    ------
    GeometryError
        When there are not k other units.
    """
    from scipy.spatial import cKDTree

    units, xy = _centroids(geometry, mask)
    m = len(units)
    if m < 2:
        raise GeometryError(
            "Nearest neighbours need at least 2 units with a value and a geometry, and there are "
            "{m}. Check the field and the layer.",
            "Dichtstbijzijnde buren vragen minstens 2 eenheden met een waarde en een geometrie, en "
            "er zijn er {m}. Controleer het veld en de laag.",
            m=m,
        )
    if not 1 <= k < m:
        raise GeometryError(
            "{k} nearest neighbours were asked of {m} units with a value and a geometry; choose 1 "
            "to {most}.",
            "Er zijn {k} dichtstbijzijnde buren gevraagd van {m} eenheden met een waarde en een "
            "geometrie; kies 1 tot en met {most}.",
            k=k,
            m=m,
            most=m - 1,
        )
    shapes = np.asarray(geometry, dtype=object)[units]
    order = np.lexsort((*shapely.bounds(shapes).T[::-1], shapely.area(shapes), *xy.T[::-1]))
    units, xy = units[order], xy[order]
    tree = cKDTree(xy)
    chosen = np.empty((m, k), np.int32)
    step = max(1, PIECE // (k + 2))
    for start in range(0, m, step):
        _ask(cancelled)
        rows = np.arange(start, min(start + step, m))
        chosen[rows] = np.sort(units[_nearest_of(tree, rows, k)], axis=1)
    counts = np.zeros(len(geometry), np.int64)
    counts[units] = k
    return Neighbours(np.append(0, np.cumsum(counts)), chosen[np.argsort(units)].ravel())


def _nearest_of(tree: cKDTree, rows: np.ndarray, k: int) -> np.ndarray:
    """Return the k points nearest to each of some points; of equally near ones the first."""
    xy = tree.data
    # The point itself, its k nearest and one more, to see a tie at the end.
    distance, found = tree.query(xy[rows], k=min(k + 2, tree.n))
    limit = distance[:, k] * (1 + 1e-12)
    tie = distance[:, -1] <= limit if k + 2 <= tree.n else np.zeros(len(rows), bool)
    tie |= (found[:, : k + 1] != rows[:, None]).all(axis=1)
    chosen = np.empty((len(rows), k), np.int64)
    plain = found[~tie, : k + 1]
    chosen[~tie] = plain[plain != rows[~tie][:, None]].reshape(-1, k)
    balls = tree.query_ball_point(xy[rows[tie]], limit[tie])
    for at, ball in zip(np.flatnonzero(tie), balls, strict=True):
        others = np.sort(np.array(ball))
        others = others[others != rows[at]]
        far = np.hypot(*(xy[others] - xy[rows[at]]).T)
        near = others[far < distance[at, k] * (1 - 1e-12)]
        chosen[at] = np.append(near, others[far >= distance[at, k] * (1 - 1e-12)])[:k]
    return chosen


def within(
    geometry: np.ndarray,
    distance: float,
    *,
    mask: np.ndarray | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> Neighbours:
    """Find the units whose centroids are no further apart than a distance.

    Parameters
    ----------
    geometry : ndarray of shapely geometry, shape (n,)
        Any kind, in a projected coordinate system; None and empty ones have no neighbours.
    distance : float
        In units of the coordinate system; exactly this far still counts.
    mask : ndarray of bool, optional
        False for units that take no part.
    cancelled : callable, optional
        Asked, for every few units, whether to stop.

    Returns
    -------
    Neighbours
        Symmetric and binary.

    Raises
    ------
    GeometryError
        When the distance is not above 0.
    """
    from scipy.spatial import cKDTree

    if not (distance > 0 and np.isfinite(distance)):
        raise GeometryError(
            "The distance is {value}; give a distance above 0.",
            "De afstand is {value}; geef een afstand boven 0.",
            value=distance,
        )
    units, xy = _centroids(geometry, mask)
    tree = cKDTree(xy)
    some = xy[:: len(xy) // 256 + 1]
    if tree.query_ball_point(some, distance, return_length=True).sum() * len(xy) < PIECE * len(
        some
    ):
        pairs = tree.query_pairs(distance, output_type="ndarray")
        return from_pairs(len(geometry), units[pairs[:, 0]], units[pairs[:, 1]])
    # So many take seconds: a few units at a time.
    counts = np.zeros(len(geometry), np.int64)
    found = [np.empty(0, np.int32)]
    step = 256
    for start in range(0, len(units), step):
        _ask(cancelled)
        here = units[start : start + step]
        # Units ascend, and so do their neighbours.
        balls = tree.query_ball_point(xy[start : start + step], distance, return_sorted=True)
        size = np.array([len(ball) for ball in balls])
        near = units[np.fromiter(chain.from_iterable(balls), np.int64, size.sum())]
        found.append(near[near != np.repeat(here, size)].astype(np.int32))
        counts[here] = size - 1
    return Neighbours(np.append(0, np.cumsum(counts)), np.concatenate(found))


def join_islands(
    neighbours: Neighbours, geometry: np.ndarray, *, mask: np.ndarray | None = None
) -> Neighbours:
    """Make every island and the unit nearest to it (from border to border) each other's neighbours.

    Parameters
    ----------
    neighbours : Neighbours
        Without weights.
    geometry : ndarray of shapely geometry, shape (n,)
    mask : ndarray of bool, optional
        False for units that take no part: they stay without neighbours.

    Returns
    -------
    Neighbours
        An island with several units at the same nearest distance is joined to all of them. All
        other lists stay as they are.
    """
    geometry = np.asarray(geometry, dtype=object)
    units = _present(geometry, mask)
    alone = units[neighbours.islands[units]]
    if not len(alone):
        return neighbours
    at, other = shapely.STRtree(geometry[units]).query_nearest(
        geometry[alone], exclusive=True, all_matches=True
    )
    island, shore, n = alone[at], units[other], neighbours.n
    first = np.concatenate([neighbours.rows, island, shore])
    second = np.concatenate([neighbours.indices, shore, island])
    first, second = np.divmod(distinct(first * n + second), n)
    indptr = np.append(0, np.cumsum(np.bincount(first, minlength=n)))
    return Neighbours(indptr, second.astype(np.int32))


def find(
    geometry: np.ndarray,
    kind: str,
    *,
    k: int = 6,
    distance: float = 0.0,
    tolerance: float = 0.0,
    join: bool = False,
    mask: np.ndarray | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> Neighbours:
    """Find neighbours in one of the ways of `KINDS`.

    Parameters
    ----------
    geometry, mask, cancelled
        As for `contiguity`, `nearest` and `within`.
    kind : {"queen", "rook", "nearest", "within"}
    k, distance, tolerance
        For "nearest", for "within", for "queen" and "rook".
    join : bool
        Whether islands are joined to the nearest unit.

    Returns
    -------
    Neighbours
    """
    if kind == "nearest":
        near = nearest(geometry, k, mask=mask, cancelled=cancelled)
    elif kind == "within":
        near = within(geometry, distance, mask=mask, cancelled=cancelled)
    else:
        rook = kind == "rook"
        near = contiguity(geometry, rook=rook, tolerance=tolerance, mask=mask, cancelled=cancelled)
    return join_islands(near, geometry, mask=mask) if join else near


def _ask(cancelled: Callable[[], bool] | None) -> None:
    if cancelled is not None and cancelled():
        raise Cancelled


def _present(geometry: np.ndarray, mask: np.ndarray | None) -> np.ndarray:
    """Return the positions of the units that take part."""
    here = ~(shapely.is_missing(geometry) | shapely.is_empty(geometry))
    if mask is not None:
        here &= np.asarray(mask, bool)
    return np.flatnonzero(here)


def _refuse_broken(numbers: np.ndarray, units: np.ndarray) -> None:
    broken = ~np.isfinite(numbers).all(axis=1)
    if broken.any():
        raise GeometryError(
            "Feature {row} has coordinates that are not numbers. Repair its geometry.",
            "Object {row} heeft coördinaten die geen getal zijn. Herstel de geometrie.",
            row=int(units[broken][0]) + 1,
        )


def _centroids(geometry: np.ndarray, mask: np.ndarray | None) -> tuple[np.ndarray, np.ndarray]:
    geometry = np.asarray(geometry, dtype=object)
    units = _present(geometry, mask)
    xy = shapely.get_coordinates(shapely.centroid(geometry[units]))
    _refuse_broken(xy, units)
    return units, xy


def _same_place(
    shapes: np.ndarray,
    ragged: np.ndarray,
    known: np.ndarray,
    rook: bool,
    tolerance: float,
    cancelled: Callable[[], bool] | None,
) -> np.ndarray:
    """Return the pairs, not known yet, in which a ragged unit touches another as a shape."""
    n = len(shapes)
    # Part by part: the box around the parts of one unit may hold half the country.
    many = shapely.get_num_geometries(shapes) > 1
    parts, unit = shapely.get_parts(shapes[many], return_index=True)
    parts = np.concatenate([shapes[~many], parts])
    unit = np.concatenate([np.flatnonzero(~many), np.flatnonzero(many)[unit]])
    mine = np.flatnonzero(np.isin(unit, ragged))
    bounds = shapely.bounds(parts[mine]) + np.array([-1, -1, 1, 1]) * tolerance
    at, other = shapely.STRtree(parts).query(shapely.box(*bounds.T))
    mine = mine[at]
    once = distinct(np.minimum(mine, other) * len(parts) + np.maximum(mine, other))
    mine, other = np.divmod(once, max(len(parts), 1))
    code = np.minimum(unit[mine], unit[other]) * n + np.maximum(unit[mine], unit[other])
    new = np.flatnonzero((unit[mine] != unit[other]) & ~np.isin(code, known))
    left, right, code = parts[mine[new]], parts[other[new]], code[new]
    touching = [np.empty(0, np.int64)]
    for start in range(0, len(code), SHAPES):
        _ask(cancelled)
        here = slice(start, start + SHAPES)
        touching.append(code[here][_touch(left[here], right[here], rook, tolerance)])
    return np.concatenate(touching)


def _touch(left: np.ndarray, right: np.ndarray, rook: bool, tolerance: float) -> np.ndarray:
    """Tell of pairs of shapes whether they touch or overlap, for `contiguity`."""
    shapely.prepare(left)
    near = shapely.dwithin(left, right, tolerance) if tolerance else shapely.intersects(left, right)
    shapely.destroy_prepared(left)
    if rook:
        left, right = left[near], right[near]
        if tolerance:
            along = shapely.intersection(shapely.boundary(left), shapely.buffer(right, tolerance))
            near[near] = shapely.length(along) > 4 * tolerance
        else:
            # A border in common (dimension 1), or an overlap (the interiors meet in a surface).
            line = shapely.relate_pattern(left, right, "****1****")
            near[near] = line | shapely.relate_pattern(left, right, "2********")
    return near
