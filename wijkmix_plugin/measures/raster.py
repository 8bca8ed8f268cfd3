# SPDX-License-Identifier: GPL-2.0-or-later
"""Sums within radii around every cell of a raster, for units that lie on it (squares of 100 m)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

# Cells of a raster with its margin: 16 million take about 130 MB a class and as much to add up.
MOST_CELLS = 16_000_000
# A larger error in a share, and the raster is not used.
LARGEST_ERROR = 1e-9
# Nanoseconds, of which only the ratio matters: a cell of a transform; of a disc that is counted
# unit by unit the index, the start and a row of cells.
_CELL, _INDEX, _DISC, _ROW = 8.0, 600.0, 100.0, 20.0
# Fractions of a count that are left over are whole numbers of 2**-30 of the finest kept before.
_REST = 2.0**30


class Lattice(NamedTuple):
    """The square grid on which all units lie.

    Parameters
    ----------
    size : metres between two lines of the grid.
    row, column : (n,) where each unit lies, from 0.
    shape : rows and columns.
    """

    size: float
    row: np.ndarray
    column: np.ndarray
    shape: tuple[int, int]


def lattice(points: np.ndarray) -> Lattice | None:
    """Return the coarsest square grid that has every point on it; None where there is none.

    Parameters
    ----------
    points : ndarray of float, shape (n, 2)
        Finite. Only whole and half metres are looked at: the middles of squares have those, and
        distances between them are exact.
    """
    if not len(points):
        return None
    # Most points that lie on no grid are known by the first thousand.
    for part in (points[:1000], points):
        halves = part * 2.0
        if not (halves == np.floor(halves)).all() or np.abs(halves).max() > 2**50:
            return None
    steps = (halves - halves.min(axis=0)).astype(np.int64)
    step = int(np.gcd.reduce(steps, axis=None))
    if step == 0:
        return None
    steps //= step
    columns, rows = (int(most) + 1 for most in steps.max(axis=0))
    return Lattice(step / 2.0, steps[:, 1], steps[:, 0], (rows, columns))


def on_raster(points: np.ndarray, counts: np.ndarray, radii: Sequence[float]) -> Raster | None:
    """Return a raster that counts as well as looking unit by unit, and faster; else None."""
    grid = lattice(points)
    if grid is None or not len(radii):
        return None
    shape = _padded(grid, radii)[1]
    if shape[0] * shape[1] > MOST_CELLS or not _pays(grid, shape, radii, counts.shape[1]):
        return None
    raster = Raster(grid, counts, radii)
    right = raster.error <= LARGEST_ERROR
    return raster if right and _pays(grid, shape, radii, len(raster.parts)) else None


def _padded(grid: Lattice, radii: Sequence[float]) -> tuple[list[int], tuple[int, ...]]:
    """Return the margins down and across, and the shape of the raster with them.

    A margin is as wide as the reach: what leaves on one side must not come in on the other.
    """
    from scipy import fft

    reach = max(radii, default=0.0) / grid.size
    margin = [int(min(reach, size - 1)) for size in grid.shape]
    both = zip(grid.shape, margin, strict=True)
    return margin, tuple(fft.next_fast_len(size + more, real=True) for size, more in both)


def _pays(grid: Lattice, shape: tuple[int, ...], radii: Sequence[float], parts: int) -> bool:
    """Tell whether the raster takes less time than looking unit by unit."""
    mine = _CELL * shape[0] * shape[1] * (parts + len(radii) * (parts + 1))
    discs = sum(_DISC + _ROW * 2.0 * min(radius / grid.size, max(grid.shape)) for radius in radii)
    return mine < len(grid.row) * (_INDEX + discs)


class Raster:
    """Counts per cell, and their sums within a distance of every cell.

    Parameters
    ----------
    grid : Lattice
    counts : ndarray of float, shape (n, K)
        0 or more, finite. Units in the same cell are added up.
    radii : sequence of float
        The distances that will be asked, in metres.

    Notes
    -----
    A convolution by fast Fourier transforms, one forward per class and one back per class and
    radius, whatever the radius. Its rounding is far below what counts are rounded to afterwards
    (2**-bits), so whole numbers come out exact; what fractions leave is summed apart. On its grid
    a raster has no other error: units lie in the middles of cells, which are in or out as a whole.
    `error` is the largest that a share around a unit can have.
    """

    def __init__(self, grid: Lattice, counts: np.ndarray, radii: Sequence[float]) -> None:
        self.grid, self.groups = grid, counts.shape[1]
        self.margin, self.shape = _padded(grid, radii)
        self.at = grid.row * self.shape[1] + grid.column
        reach = min(max(radii, default=0.0) / grid.size + 1.0, float(max(grid.shape)))
        # The rounding of a transform grows with the lengths of the two that are multiplied; times
        # 8 to be sure. A class is never longer than all classes together.
        loss = np.sqrt(np.pi) * reach * np.log2(self.shape[0] * self.shape[1])
        loss *= 8.0 * np.finfo(float).eps
        largest = max(loss * self._length(counts), 1e-300)
        self.bits = int(np.clip(np.floor(-np.log2(largest)) - 2, -1, 20))
        scale = 2.0**self.bits
        whole = np.floor(counts * scale) / scale
        rest = np.rint((counts - whole) * (scale * _REST)) / (scale * _REST)
        self.parts = [(k, whole[:, k], scale) for k in range(self.groups)]
        self.parts += [(k, rest[:, k], 0.0) for k in range(self.groups) if rest[:, k].any()]
        self._spectra: list[np.ndarray] = []
        # The part of a disc that may be wrong: every disc asked holds the unit's own dwellings.
        total = counts.sum(axis=1)
        least = float(total[total > 0].min(initial=np.inf))
        lost = self.groups * loss * self._length(rest) if rest.any() else 0.0
        self.error = 2.0 * lost / least if self.bits >= 0 else 1.0

    def _length(self, counts: np.ndarray) -> float:
        """Return the root of the sum of squares of all cells."""
        cell = np.bincount(self.at, counts.sum(axis=1))
        return float(np.sqrt(np.dot(cell, cell)))

    def around(self, radius: float, at: np.ndarray | None = None) -> np.ndarray:
        """Return the counts within a distance of cells.

        Parameters
        ----------
        radius : at most the largest of `radii`.
        at : (m,) positions of units; every cell of the raster by default.

        Returns
        -------
        ndarray of float, shape (m, K), or (rows, columns, K) for every cell
        """
        from scipy import fft

        if not self._spectra:
            for _, values, _ in self.parts:
                cells = np.bincount(self.at, values, self.shape[0] * self.shape[1])
                self._spectra.append(fft.rfft2(cells.reshape(self.shape), workers=2))
        disc = fft.rfft2(self._disc(radius), workers=2).real
        rows, columns = self.grid.shape
        lead = (rows, columns) if at is None else (len(at),)
        result = np.zeros((*lead, self.groups))
        for (group, _, scale), spectrum in zip(self.parts, self._spectra, strict=True):
            sums = fft.irfft2(spectrum * disc, s=self.shape, workers=2, overwrite_x=True)
            sums = sums[:rows, :columns] if at is None else sums.reshape(-1).take(self.at[at])
            if scale:
                sums = np.rint(sums * scale) / scale
            result[..., group] += np.maximum(sums, 0.0)
        return result

    def _disc(self, radius: float) -> np.ndarray:
        """Return 1 for every step on the raster that is no longer than the radius, else 0."""
        down, across = (np.arange(-margin, margin + 1) for margin in self.margin)
        disc = np.zeros(self.shape)
        squares = down[:, None] ** 2 + across**2
        disc[np.ix_(down, across)] = squares * self.grid.size**2 <= radius * radius
        return disc
