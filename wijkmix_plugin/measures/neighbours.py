# SPDX-License-Identifier: GPL-2.0-or-later
"""Who is whose neighbour: contiguity, nearest K, within a distance, as compact lists."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely

from ..errors import GeometryError


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
        """Label the connected parts, numbered by their first unit.

        Returns
        -------
        ndarray of int, shape (n,)
        """
        label = np.arange(self.n)
        rows, cols = self.rows, self.indices
        while True:
            # Every unit takes the smallest label around it, then the label of that label: labels
            # travel at doubling speed, so a long chain of units needs few rounds.
            new = label.copy()
            np.minimum.at(new, rows, label[cols])
            np.minimum.at(new, cols, label[rows])
            new = np.minimum(new, new[new])
            if np.array_equal(new, label):
                return np.unique(label, return_inverse=True)[1]
            label = new

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

    def take(self, units: np.ndarray) -> Neighbours:
        """Keep some units and renumber them in the order given.

        Parameters
        ----------
        units : ndarray of int, shape (m,)
            Positions of the units that stay, each once.

        Returns
        -------
        Neighbours
            Of m units.
        """
        place = np.full(self.n, -1, np.int64)
        place[units] = np.arange(len(units))
        rows, cols = place[self.rows], place[self.indices]
        kept = np.flatnonzero((rows >= 0) & (cols >= 0))
        kept = kept[radix_order(cols[kept])]
        kept = kept[radix_order(rows[kept])]
        counts = np.bincount(rows[kept], minlength=len(units))
        return Neighbours(
            np.concatenate([[0], np.cumsum(counts)]),
            cols[kept],
            None if self.weights is None else self.weights[kept],
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


def radix_order(keys: np.ndarray) -> np.ndarray:
    """Return the stable order of non-negative integers.

    numpy sorts 16-bit integers by their digits, about ten times faster than by comparison; larger
    ones are taken 16 bits at a time.

    Parameters
    ----------
    keys : ndarray of int

    Returns
    -------
    ndarray of int
    """
    order = np.argsort(keys.astype(np.uint16), kind="stable")
    highest = int(keys.max(initial=0))
    shift = 16
    while highest >> shift:
        order = order[np.argsort((keys[order] >> shift).astype(np.uint16), kind="stable")]
        shift += 16
    return order


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
    pairs = np.unique((low * n + high)[low != high])
    low, high = np.divmod(pairs, n) if n else (pairs, pairs)
    rows, cols = np.concatenate([low, high]), np.concatenate([high, low])
    order = np.lexsort((cols, rows))
    indptr = np.concatenate([[0], np.cumsum(np.bincount(rows, minlength=n))])
    return Neighbours(indptr, cols[order].astype(np.int32))


def contiguity(
    geometry: np.ndarray,
    *,
    rook: bool = False,
    tolerance: float = 0.0,
    mask: np.ndarray | None = None,
) -> Neighbours:
    """Find the units that touch.

    Parameters
    ----------
    geometry : ndarray of shapely geometry, shape (n,)
        Polygons and multi-part polygons; None and empty ones have no neighbours.
    rook : bool
        False (queen): a shared point is enough. True: a shared stretch of border is needed.
    tolerance : float
        Metres within which two borders count as shared.
    mask : ndarray of bool, optional
        False for units that take no part (water, no data).

    Returns
    -------
    Neighbours
        Symmetric and binary.

    Raises
    ------
    GeometryError
        When a geometry is not a polygon.
    """
    geometry = np.asarray(geometry, dtype=object)
    n = len(geometry)
    here = ~(shapely.is_missing(geometry) | shapely.is_empty(geometry))
    if mask is not None:
        here &= np.asarray(mask, bool)
    wrong = here & ~np.isin(shapely.get_type_id(geometry), (3, 6))
    if wrong.any():
        raise GeometryError(
            "Feature {row} is not a polygon. Shared borders need polygons; for points choose the "
            "nearest "
            "neighbours or a distance.",
            "Object {row} is geen vlak. Gedeelde grenzen vragen vlakken; kies bij punten de "
            "dichtstbijzijnde "
            "buren of een afstand.",
            row=int(np.flatnonzero(wrong)[0]) + 1,
        )
    units = np.flatnonzero(here)
    tree = shapely.STRtree(geometry[units])
    if tolerance > 0:
        a, b = tree.query(geometry[units], predicate="dwithin", distance=tolerance)
    else:
        a, b = tree.query(geometry[units], predicate="intersects")
    keep = a < b
    a, b = a[keep], b[keep]
    if rook and tolerance == 0:
        # A border in common (dimension 1), or an overlap (interiors meet in a surface).
        left, right = geometry[units[a]], geometry[units[b]]
        keep = shapely.relate_pattern(left, right, "****1****") | shapely.relate_pattern(
            left, right, "2********"
        )
        a, b = a[keep], b[keep]
    return from_pairs(n, units[a], units[b])
