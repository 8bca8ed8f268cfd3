# SPDX-License-Identifier: GPL-2.0-or-later
"""Which area holds each point, for millions of points.

A grid is laid over the areas. Cells that no border crosses lie in one area as a whole: their points
are settled by a look-up. Only points in the other cells are tested against polygons, sorted by
area so that every polygon is visited once.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import shapely

OUTSIDE = -1
CELLS = 4_000_000
MANY = 2_000_000  # points, where their number is not known
FEWEST_CELLS = 1_000_000
MOST_CELLS = 16_000_000
CHUNK = 1_000_000
_BORDER = -2
# Pieces of a border stay under one cell, so that the box of a piece touches two cells a side.
_PIECE = 0.9
_MARGIN = 1e-6
_PIECES = 2_000_000
_POINT = 21  # bytes of a point in WKB: order, kind, x, y


def cells_for(points: int) -> int:
    """Return the grid that costs least for so many points: building it against asking it."""
    points = MANY if points < 0 else points
    return min(max(2 * points, FEWEST_CELLS), MOST_CELLS)


def places(shapes: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return x and y of shapes in WKB: of a point itself, else of a point inside; NaN without.

    Parameters
    ----------
    shapes : (m,) bytes or None, or an array of bytes of one length.
    """
    if shapes.dtype.itemsize == _POINT and shapes.dtype.kind == "V" and len(shapes):
        data = np.ascontiguousarray(shapes).view(np.uint8).reshape(-1, _POINT)
        if (data[:, :5] == np.array([1, 1, 0, 0, 0], dtype=np.uint8)).all():
            xy = np.ascontiguousarray(data[:, 5:]).view("<f8")
            return xy[:, 0].copy(), xy[:, 1].copy()
    if shapes.dtype.kind == "V":
        shapes = np.array([shape.tobytes() for shape in shapes], dtype=object)
    found = shapely.from_wkb(shapes, on_invalid="ignore")
    other = shapely.get_type_id(found) > 0
    found[other] = shapely.point_on_surface(found[other])
    there = ~(shapely.is_missing(found) | shapely.is_empty(found))
    x, y = np.full((2, len(found)), np.nan)
    x[there], y[there] = shapely.get_x(found[there]), shapely.get_y(found[there])
    return x, y


def overlaps(areas: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return where two areas overlap, and which.

    Parameters
    ----------
    areas : (n,) polygons or multipolygons; None and empty ones overlap nothing.

    Returns
    -------
    shared : (m,) polygons or multipolygons, one for each pair of areas that share more than a
        border.
    pairs : (m, 2) positions of the two, the first in the order of the areas ahead.
    """
    areas = np.array(areas, dtype=object)
    broken = ~(shapely.is_valid(areas) | shapely.is_missing(areas))
    areas[broken] = shapely.make_valid(areas[broken])
    shapely.prepare(areas)
    pairs = shapely.STRtree(areas).query(areas, predicate="intersects").T
    pairs = pairs[pairs[:, 0] < pairs[:, 1]]
    pairs = pairs[~shapely.touches(areas[pairs[:, 0]], areas[pairs[:, 1]])]
    pairs = pairs[np.lexsort((pairs[:, 1], pairs[:, 0]))]
    shared = shapely.intersection(areas[pairs[:, 0]], areas[pairs[:, 1]])
    parts, owner = shapely.get_parts(shared, return_index=True)
    surface = shapely.get_dimensions(parts) == 2
    found, number = np.unique(owner[surface], return_inverse=True)
    return shapely.multipolygons(parts[surface], indices=number), pairs[found]


class Overlaps:
    """Counts the points that lie in more than one area.

    Parameters
    ----------
    areas : (n,) polygons or multipolygons; None and empty ones hold no point.

    Attributes
    ----------
    shared, pairs : see `overlaps`.
    points : (m,) number of points in each of `shared`; of several the first.
    """

    def __init__(self, areas: np.ndarray) -> None:
        self.shared, self.pairs = overlaps(areas)
        self.points = np.zeros(len(self.pairs), dtype=np.int64)
        self._index: PointsInAreas | None = None

    def add(self, x: np.ndarray, y: np.ndarray) -> None:
        """Count these points as well."""
        if not len(self.shared):
            return
        if self._index is None:
            self._index = PointsInAreas(self.shared)
        found = self._index.find(x, y)
        self.points += np.bincount(found[found >= 0], minlength=len(self.points))


class PointsInAreas:
    """An index of areas that is asked for the area of points.

    A point on a border belongs to the first of the areas that touch it, in the order given; so
    does a point where areas overlap. Neither the order of the points nor the chunk they come in
    matters.

    Parameters
    ----------
    areas : (n,) polygons or multipolygons; None and empty ones hold no point.
    cells : about how many cells the grid gets. Results do not depend on it.

    Notes
    -----
    Cells without a border form connected pieces; each lies inside the same areas as the centre of
    any of its cells, so one exact test settles the piece. Memory: 8 bytes a cell, about 150 bytes
    a point of one chunk.
    """

    def __init__(self, areas: Any, *, cells: int = CELLS) -> None:
        self._areas = np.asarray(areas, dtype=object)
        known = ~(shapely.is_missing(self._areas) | shapely.is_empty(self._areas))
        self._any = bool(known.any())
        if not self._any:
            return
        west, south, east, north = shapely.total_bounds(self._areas[known])
        width, height = max(east - west, 1e-9), max(north - south, 1e-9)
        # A strip one cell thick must not ask for more cells than a square does.
        self._size = max(np.sqrt(width * height / cells), max(width, height) / cells)
        self._origin = np.array([west, south]) - self._size
        self._columns = int(width / self._size) + 3
        self._rows = int(height / self._size) + 3
        shapely.prepare(self._areas)
        # Numbers of two bytes are sorted several times as fast.
        self._kind = np.uint16 if len(self._areas) < 2**16 else np.int32
        self._tree = shapely.STRtree(self._areas)
        self._label = self._labelled(self._crossed(self._areas[known]))
        self._reached()

    def find(
        self,
        x: np.ndarray,
        y: np.ndarray,
        *,
        check: Callable[[], object] = lambda: None,
    ) -> np.ndarray:
        """Return the position of the area of each point, -1 (OUTSIDE) where there is none.

        Parameters
        ----------
        x, y : (m,) coordinates in the system of the areas; one that is not finite is outside.
        check : called before every chunk; raises to stop.
        """
        x, y = np.asarray(x, dtype=float), np.asarray(y, dtype=float)
        found = np.full(len(x), OUTSIDE, dtype=np.int32)
        if not self._any:
            return found
        for start in range(0, len(x), CHUNK):
            check()
            part = slice(start, start + CHUNK)
            found[part] = self._find(x[part], y[part])
        return found

    # -- the grid

    def _crossed(self, areas: np.ndarray) -> np.ndarray:
        """Return per cell whether a border may cross it: never False where one does."""
        crossed = np.zeros(self._rows * self._columns, dtype=bool)
        rings = shapely.get_rings(shapely.get_parts(areas))
        xy, ring = shapely.get_coordinates(rings, return_index=True)
        xy = (xy - self._origin) / self._size
        at = np.flatnonzero(ring[1:] == ring[:-1])
        step = xy[at + 1] - xy[at]
        pieces = np.ceil(np.abs(step).max(axis=1) / _PIECE).astype(np.int64).clip(min=1)
        ends = np.cumsum(pieces)
        first = 0
        while first < len(at):
            done = ends[first - 1] if first else 0
            last = max(int(np.searchsorted(ends, done + _PIECES)), first + 1)
            some = slice(first, last)
            segment = np.repeat(np.arange(first, last), pieces[some])
            number = np.arange(len(segment)) - (ends[segment] - pieces[segment] - done)
            start, stride = xy[at[segment]], step[segment] / pieces[segment, None]
            a, b = start + number[:, None] * stride, start + (number + 1)[:, None] * stride
            low = np.floor(np.minimum(a, b) - _MARGIN).astype(np.int64)
            high = np.floor(np.maximum(a, b) + _MARGIN).astype(np.int64)
            for column in (low[:, 0], high[:, 0]):
                for row in (low[:, 1], high[:, 1]):
                    crossed[row * self._columns + column] = True
            first = last
        return crossed.reshape(self._rows, self._columns)

    def _labelled(self, crossed: np.ndarray) -> np.ndarray:
        """Return per cell its area, OUTSIDE or _BORDER."""
        from scipy import ndimage

        piece, n = ndimage.label(~crossed)
        piece = piece.ravel()
        area_of_piece = np.full(n + 1, OUTSIDE, dtype=np.int32)
        sample = np.zeros(n + 1, dtype=np.int64)
        sample[piece[::-1]] = np.arange(len(piece))[::-1]
        row, column = np.divmod(sample[1:], self._columns)
        middle = self._origin + (np.column_stack([column, row]) + 0.5) * self._size
        which, area = self._tree.query(shapely.points(middle), predicate="intersects")
        order = np.argsort(-area, kind="stable")  # the first area is written last
        area_of_piece[which[order] + 1] = area[order]
        area_of_piece[0] = _BORDER
        return area_of_piece[piece]

    def _reached(self) -> None:
        """Find the areas whose box reaches a border cell; number those cells below _BORDER."""
        from scipy import sparse

        cells = np.flatnonzero(self._label == _BORDER)
        number = np.full(len(self._label), -1, dtype=np.int32)
        number[cells] = np.arange(len(cells), dtype=np.int32)
        parts, owner = shapely.get_parts(self._areas, return_index=True)
        box = (shapely.bounds(parts).reshape(-1, 2, 2) - self._origin) / self._size
        low = np.floor(box[:, 0] - _MARGIN).astype(np.int32)
        width, height = (np.floor(box[:, 1] + _MARGIN).astype(np.int32) - low + 1).T
        # Box by box, row by row of the grid, a few million cells at a time.
        rows = np.repeat(np.arange(len(parts), dtype=np.int32), height)
        row = low[rows, 1] + _steps(height)
        ends = np.cumsum(width[rows], dtype=np.int64)
        found = [(np.zeros(0, dtype=np.int32), np.zeros(0, dtype=np.int32))]
        first = 0
        while first < len(rows):
            done = ends[first - 1] if first else 0
            last = max(int(np.searchsorted(ends, done + _PIECES)), first + 1)
            some = rows[first:last]
            start = row[first:last].astype(np.int64) * self._columns + low[some, 0]
            cell = number[np.repeat(start, width[some]) + _steps(width[some])]
            here = np.flatnonzero(cell >= 0)
            area = np.repeat(owner[some].astype(np.int32), width[some])[here]
            found.append((cell[here], area))
            first = last
        cell, area = (np.concatenate(f) for f in zip(*found, strict=True))
        near = sparse.coo_matrix(
            (np.ones(len(cell), dtype=bool), (cell, area)), shape=(len(cells), len(self._areas))
        ).tocsr()
        self._near = near.indices
        self._start = near.indptr.astype(np.int64)
        self._label[cells] = _BORDER - np.arange(len(cells))

    # -- the points

    def _find(self, x: np.ndarray, y: np.ndarray) -> np.ndarray:
        with np.errstate(invalid="ignore"):
            column = np.floor((x - self._origin[0]) / self._size)
            row = np.floor((y - self._origin[1]) / self._size)
            on_grid = (column >= 0) & (column < self._columns) & (row >= 0) & (row < self._rows)
        column, row = np.where(on_grid, column, 0), np.where(on_grid, row, 0)
        cell = row.astype(np.int64) * self._columns + column.astype(np.int64)
        found = np.where(on_grid, self._label[cell], OUTSIDE).astype(np.int32)
        near = np.flatnonzero(found <= _BORDER)
        number = _BORDER - found[near]
        found[near] = OUTSIDE
        # Every point of a border cell against the areas near, in their order, until one holds it.
        place, last = self._start[number], self._start[number + 1]
        while len(near):
            open_ = place < last
            near, place, last = near[open_], place[open_], last[open_]
            area = self._near[place]
            # Area by area, so that every polygon is looked at once.
            order = np.argsort(area.astype(self._kind), kind="stable")
            area, point = area[order], near[order]
            inside = shapely.intersects_xy(self._areas[area], x[point], y[point])
            found[point[inside]] = area[inside]
            left = order[~inside]
            near, place, last = near[left], place[left] + 1, last[left]
        return found


def _steps(counts: np.ndarray) -> np.ndarray:
    """Return 0 … n-1 for every n of the counts, after each other."""
    ends = np.cumsum(counts, dtype=np.int64)
    return np.arange(ends[-1] if len(ends) else 0) - np.repeat(ends - counts, counts)
