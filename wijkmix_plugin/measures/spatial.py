# SPDX-License-Identifier: GPL-2.0-or-later
"""What lies around a unit: kernel-weighted surroundings and the length of shared borders."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import numpy as np
import shapely

from ..errors import Cancelled, MeasureError
from .mix import hash_rows

KERNELS = ("step", "triangular", "gaussian")

# The Gaussian never ends; at four bandwidths its weight is 0.0003 of that of the unit itself.
GAUSSIAN_REACH = 4.0

# Units per block, and the largest number of distances held at once: 2 million are 16 MB.
_BLOCK = 128
_DISTANCES = 2_000_000


def surroundings(
    points: np.ndarray,
    counts: np.ndarray,
    bandwidths: Sequence[float],
    kernel: str = "step",
    *,
    progress: Callable[[float], None] | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> np.ndarray:
    r"""Sum the counts around every unit, nearer ones weighing more, the unit itself included.

    .. math:: \tilde n_{uk} = \sum_v \phi(d_{uv}) \, n_{vk}

    with :math:`\phi(d) = 1` within the bandwidth h (step), :math:`\max(0, 1 - d/h)` (triangular)
    or :math:`\exp(-d^2 / 2h^2)` up to 4h (gaussian).

    Parameters
    ----------
    points : ndarray of float, shape (n, 2)
        Metres.
    counts : ndarray of float, shape (n, K)
    bandwidths : sequence of float
        Metres, above 0.
    kernel : {"step", "triangular", "gaussian"}
    progress, cancelled : callable, optional

    Returns
    -------
    ndarray of float, shape (number of bandwidths, n, K)

    Raises
    ------
    MeasureError
        When a bandwidth is not above 0 or the kernel has another name.
    Cancelled
        When `cancelled()` is true.

    Notes
    -----
    Reardon and O'Sullivan (2004), local environments. There is no n x n matrix: units are put in
    compact blocks, and a block only meets the blocks that its bandwidth can reach. Every distance
    is exact. The time grows with n times the number of units within the largest bandwidth.
    """
    if kernel not in KERNELS:
        raise MeasureError(
            "There is no kernel {kernel}; choose step, triangular or gaussian.",
            "Er is geen kernel {kernel}; kies step, triangular of gaussian.",
            kernel=kernel,
        )
    check_bandwidths(bandwidths)
    n = len(points)
    result = np.zeros((len(bandwidths), n, counts.shape[1]))
    order = _compact_order(points)
    x, y = np.ascontiguousarray(points[order].T)
    ordered = np.ascontiguousarray(counts[order])
    starts = np.arange(0, n, _BLOCK)
    boxes = _Boxes(x, y, starts)
    reach = np.asarray(bandwidths, float) * (GAUSSIAN_REACH if kernel == "gaussian" else 1.0)
    for block, start in enumerate(starts):
        if cancelled is not None and cancelled():
            raise Cancelled
        mine = slice(start, start + _BLOCK)
        for scale, bandwidth in enumerate(bandwidths):
            for near in _pieces(boxes.within(block, reach[scale]), starts, n):
                distance = np.subtract.outer(x[mine], x[near])
                distance *= distance
                across = np.subtract.outer(y[mine], y[near])
                across *= across
                distance += across
                weight = _weights(distance, bandwidth, kernel)
                result[scale, order[mine]] += weight @ ordered[near]
        if progress is not None:
            progress(100.0 * (block + 1) / len(starts))
    return result


def check_bandwidths(bandwidths: Sequence[float]) -> None:
    """Raise MeasureError for a bandwidth that is not a length."""
    for bandwidth in bandwidths:
        if not (np.isfinite(bandwidth) and bandwidth > 0):
            raise MeasureError(
                "The bandwidth {value} is not a distance: give metres above 0, for example 500.",
                "De bandbreedte {value} is geen afstand: geef meters boven 0, bijvoorbeeld 500.",
                value=f"{bandwidth:g}",
            )


def _weights(squared: np.ndarray, bandwidth: float, kernel: str) -> np.ndarray:
    """Turn squared distances into kernel weights."""
    if kernel == "step":
        return (squared <= bandwidth * bandwidth).astype(float)
    if kernel == "triangular":
        weight = 1.0 - np.sqrt(squared) / bandwidth
        return np.maximum(weight, 0.0, out=weight)
    weight = np.exp(squared * (-0.5 / (bandwidth * bandwidth)))
    weight[squared > (GAUSSIAN_REACH * bandwidth) ** 2] = 0.0
    return weight


def _compact_order(points: np.ndarray) -> np.ndarray:
    """Order points by strips of x and by y within a strip: runs of it lie close together."""
    n = len(points)
    strip = max(1, int(np.ceil(np.sqrt(n / _BLOCK)))) * _BLOCK
    order = np.argsort(points[:, 0], kind="stable")
    number = np.arange(n) // strip
    return order[np.lexsort((points[order, 1], number))]


class _Boxes:
    """The bounding box of every block, to find the blocks within reach."""

    def __init__(self, x: np.ndarray, y: np.ndarray, starts: np.ndarray) -> None:
        self.low = [np.minimum.reduceat(values, starts) for values in (x, y)] if len(x) else []
        self.high = [np.maximum.reduceat(values, starts) for values in (x, y)] if len(x) else []

    def within(self, block: int, reach: float) -> np.ndarray:
        """Return the blocks whose box comes within `reach` of that of `block`."""
        gap = [
            np.maximum(0.0, np.maximum(low - high[block], low[block] - high))
            for low, high in zip(self.low, self.high, strict=True)
        ]
        # A hair more than the reach: the square root of a square may round down.
        return np.flatnonzero(np.hypot(gap[0], gap[1]) <= reach * (1 + 1e-12))


def _pieces(blocks: np.ndarray, starts: np.ndarray, n: int) -> Iterator[np.ndarray]:
    """Yield the positions in these blocks, in portions that keep the distances within bounds."""
    portion = max(1, _DISTANCES // (_BLOCK * _BLOCK))
    for first in range(0, len(blocks), portion):
        begin = starts[blocks[first : first + portion]]
        positions = (begin[:, None] + np.arange(_BLOCK)).ravel()
        yield positions[positions < n]


def shared_borders(geometry: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Measure the border that each two polygons share.

    Parameters
    ----------
    geometry : ndarray of shapely geometry, shape (n,)
        Polygons whose common borders run through the same vertices.

    Returns
    -------
    first, second : ndarray of int
        Positions of the two polygons, first < second, every pair once, ascending.
    length : ndarray of float
        Metres.

    Notes
    -----
    A stretch is shared where two polygons have the same two successive vertices; borders that run
    beside each other or have vertices of their own share nothing.
    """
    parts, owner = shapely.get_parts(geometry, return_index=True)
    rings, part = shapely.get_rings(parts, return_index=True)
    xy, ring = shapely.get_coordinates(rings, return_index=True)
    inside = ring[1:] == ring[:-1]
    start, end = xy[:-1][inside], xy[1:][inside]
    owner = owner[part[ring[:-1][inside]]]
    length = np.hypot(*(end - start).T)
    # The same stretch runs the other way in the neighbour: lowest vertex first in both.
    swap = (start[:, 0] > end[:, 0]) | ((start[:, 0] == end[:, 0]) & (start[:, 1] > end[:, 1]))
    ends = np.where(swap[:, None], np.hstack([end, start]), np.hstack([start, end]))
    key = hash_rows(ends)
    order = np.lexsort((owner, key))
    key, owner, length, ends = key[order], owner[order], length[order], ends[order]
    both = (key[1:] == key[:-1]) & (owner[1:] != owner[:-1])
    both[both] = (ends[1:][both] == ends[:-1][both]).all(axis=1)  # no accidental equal keys
    pair = owner[:-1][both] * len(geometry) + owner[1:][both]
    pairs, which = np.unique(pair, return_inverse=True)
    first, second = np.divmod(pairs, max(len(geometry), 1))
    return first, second, np.bincount(which, weights=length[:-1][both], minlength=len(pairs))
