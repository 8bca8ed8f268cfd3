# SPDX-License-Identifier: GPL-2.0-or-later
"""What lies around a unit: kernel-weighted surroundings and the length of shared borders."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import shapely

from ..errors import Cancelled, MeasureError, exact
from .evenness import Units
from .mix import hash_units, rank_order
from .neighbours import contiguity

PLACE = (
    "delta",
    "absolute_concentration",
    "dissimilarity_morrill",
    "dissimilarity_wong",
    "dissimilarity_wong_shape",
)
_OF_BORDERS = ("dissimilarity_wong", "dissimilarity_wong_shape")
KERNELS = ("step", "triangular", "gaussian")

# The Gaussian never ends; at four bandwidths its weight is 0.0003 of that of the unit itself.
GAUSSIAN_REACH = 4.0

# Units per block, and the largest number of distances held at once: 2 million are 16 MB.
_BLOCK = 128
_DISTANCES = 2_000_000
# The areas of equal polygons differ in the last digits; so much apart they are still equal.
_SAME_LAND = 1 + 1e-9
# Differences between neighbours that are worked through at a time.
_GAPS = 100_000


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
    result = np.zeros((len(bandwidths), len(points), counts.shape[1]))
    blocks = Blocks(points, kernel)
    ordered = [column.take(blocks.order) for column in counts.T]
    for block in range(len(blocks)):
        mine = blocks.order[blocks.units(block)]
        for scale, bandwidth in enumerate(bandwidths):
            for near, weight in blocks.weights(block, bandwidth):
                if cancelled is not None and cancelled():
                    raise Cancelled
                # Not a matrix product: the last digit of that depends on the number of threads.
                for k, column in enumerate(ordered):
                    result[scale, mine, k] += np.einsum("ij,j->i", weight, column[near])
        if progress is not None:
            progress(100.0 * (block + 1) / len(blocks))
    return result


def check_bandwidths(bandwidths: Sequence[float]) -> None:
    """Raise MeasureError for a bandwidth that is not a length."""
    for bandwidth in bandwidths:
        if not (np.isfinite(bandwidth) and bandwidth > 0):
            raise MeasureError(
                "The bandwidth {value} is not a distance: give metres above 0, for example 500.",
                "De bandbreedte {value} is geen afstand: geef meters boven 0, bijvoorbeeld 500.",
                value=exact(bandwidth),
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


class Blocks:
    """Units in compact blocks, each of which only meets the blocks that a kernel can reach.

    Parameters
    ----------
    points : ndarray of float, shape (n, 2)
        Metres.
    kernel : one of `KERNELS`.
    """

    def __init__(self, points: np.ndarray, kernel: str) -> None:
        self.kernel = kernel
        self.order = _compact_order(points)
        self.x, self.y = np.ascontiguousarray(points[self.order].T)
        self.starts = np.arange(0, len(points), _BLOCK)
        self.boxes = _Boxes(self.x, self.y, self.starts)

    def __len__(self) -> int:
        return len(self.starts)

    def units(self, block: int) -> slice:
        """Return the places of a block in `order`."""
        return slice(self.starts[block], self.starts[block] + _BLOCK)

    def weights(self, block: int, bandwidth: float) -> Iterator[tuple[np.ndarray, np.ndarray]]:
        """Yield places in `order` near a block, and their weights for each of its units."""
        mine = self.units(block)
        reach = bandwidth * (GAUSSIAN_REACH if self.kernel == "gaussian" else 1.0)
        for near in _pieces(self.boxes.within(block, reach), self.starts, len(self.x)):
            distance = np.subtract.outer(self.x[mine], self.x[near])
            distance *= distance
            across = np.subtract.outer(self.y[mine], self.y[near])
            across *= across
            distance += across
            yield near, _weights(distance, bandwidth, self.kernel)


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
    inside = np.flatnonzero(ring[1:] == ring[:-1])
    step = np.diff(xy, axis=0)[inside]
    length = np.hypot(step[:, 0], step[:, 1])
    # The neighbour walks the same stretch the other way: a key that does not know the direction.
    corner = hash_units(xy.T)
    key = (corner[:-1] + corner[1:])[inside]
    order = rank_order(key, digits=4)
    key, owner = key.take(order), owner[part[ring[inside]]].take(order)
    found = np.flatnonzero((key[1:] == key[:-1]) & (owner[1:] != owner[:-1]))
    # Equal keys stay in order of owner, so the first owner is the lower one.
    pair = owner[found] * len(geometry) + owner[found + 1]
    length = length.take(order.take(found))
    order = rank_order(pair.astype(np.uint64) << np.uint64(16), digits=3)
    pair, length = pair.take(order), length.take(order)
    start = np.flatnonzero(np.diff(pair, prepend=-1))
    first, second = np.divmod(pair[start], max(len(geometry), 1))
    return first, second, np.add.reduceat(length, start) if len(start) else length


def representative_points(geometry: np.ndarray) -> np.ndarray:
    """Return a point inside each geometry (n, 2), NaN where there is none."""
    points = shapely.point_on_surface(geometry)
    xy = np.full((len(points), 2), np.nan)
    # GEOS 3.11 raises on the coordinates of an empty point instead of giving NaN.
    there = ~(shapely.is_missing(points) | shapely.is_empty(points))
    xy[there] = shapely.get_coordinates(points[there])
    return xy


@dataclass(frozen=True)
class Place:
    """Land and neighbours of the units of one area; positions are those within the area.

    Parameters
    ----------
    land, perimeter : (n,) square metres and metres; 0 without geometry, 1 where nobody asked.
    touching : first and second unit of each pair that shares a point.
    borders : first and second unit, and the length of the border they share.
    """

    land: np.ndarray
    perimeter: np.ndarray
    touching: tuple[np.ndarray, ...]
    borders: tuple[np.ndarray, ...]

    def value(self, name: str, x: np.ndarray, t: np.ndarray) -> tuple[float, int, float, str]:
        """Compute one index of `PLACE`.

        Parameters
        ----------
        name : one of `PLACE`.
        x, t : (n,) the group and its population.

        Returns
        -------
        The value (NaN where undefined), the number of units used, their population, and a note.
        """
        here = (self.land > 0) & (t > 0)
        value = float(self.values((name,), x[None], t)[name][0])
        lost = "units without geometry left out" if (t[~here] > 0).any() else ""
        why = ""
        X, T = x[here].sum(), t[here].sum()
        if np.isnan(value) and 0 < X < T:
            why = "no touching units"
            if name in _OF_BORDERS:
                why = "no borders that match"
            elif name == "absolute_concentration":
                land = self.land[here]
                equal = land.max() <= land.min() * _SAME_LAND
                why = "units of equal size" if equal else "group fills all units"
        note = "; ".join(filter(None, (why, lost)))
        return value, int(here.sum()), float(T), note

    def values(
        self,
        names: Collection[str],
        x: np.ndarray,
        t: np.ndarray,
        look: Callable[[], None] | None = None,
    ) -> dict[str, np.ndarray]:
        """Compute indices of `PLACE` for R sets of counts of the same units.

        Parameters
        ----------
        names : of `PLACE`.
        x : (R, n) the group.
        t : (n,) its population; or (R, n), but not for the two indices of land.
        look : called now and then; it may raise.

        Returns
        -------
        Per name the values (R,), NaN where undefined.
        """
        here = (self.land > 0) & (t > 0)
        x, t = np.where(here, x, 0.0), np.where(here, t, 0.0)
        X, T = x.sum(axis=-1), t.sum(axis=-1)
        # Delta compares the group with the land, so it needs no others.
        group = np.where(X > 0, X, np.nan)
        both = np.where((X > 0) & (X < T), X, np.nan)
        made: dict[str, np.ndarray] = {}
        neighbours = [name for name in names if name in ("dissimilarity_morrill", *_OF_BORDERS)]
        if neighbours:
            gap = t * (both / T)[:, None]
            gap -= x
            D = np.abs(gap, out=gap).sum(axis=-1) * T / (2.0 * both * (T - both))
            p = np.divide(x, np.where(t > 0, t, 1.0), out=gap)
            for pairs in (self.touching, self.borders):
                asked = [name for name in neighbours if (name in _OF_BORDERS) == (len(pairs) > 2)]
                gaps = self._gaps(asked, pairs, p, here, look) if asked else {}
                made |= {name: D - gaps[name] for name in asked}
        if "delta" in names:
            land = np.where(here, self.land, 0.0)
            land /= max(land.sum(), 1e-300)
            made["delta"] = np.abs(x / group[:, None] - land).sum(axis=-1) / 2.0
        if "absolute_concentration" in names:
            made["absolute_concentration"] = _absolute_concentration(x, t, self.land, both)
        return made

    def _gaps(
        self,
        names: Sequence[str],
        pairs: tuple[np.ndarray, ...],
        p: np.ndarray,
        here: np.ndarray,
        look: Callable[[], None] | None,
    ) -> dict[str, np.ndarray]:
        """Return the mean difference in p (R, n) between neighbours; NaN without neighbours."""
        first, second, *length = pairs
        if here.ndim == 1 or here.all():
            here = np.broadcast_to(here, p.shape)[:1]
            known = np.flatnonzero(here[0, first] & here[0, second])
            first, second = first.take(known), second.take(known)
            length = [values.take(known) for values in length]
        made: dict[str, list[np.ndarray]] = {name: [] for name in names}
        at_once = max(1, _GAPS // max(len(first), 1))
        for start in range(0, len(p), at_once):
            if look is not None:
                look()
            some = slice(start, start + at_once)
            gap = p[some].take(first, axis=1)
            gap -= p[some].take(second, axis=1)
            np.abs(gap, out=gap)
            there = here[some] if len(here) > 1 else here
            weight = there.take(first, axis=1) & there.take(second, axis=1)
            weight = weight * length[0] if length else weight.astype(float)
            whole = weight.sum(axis=-1)
            whole = np.where(whole > 0, whole, np.nan)
            for name in names:
                weighed = weight
                if name == "dissimilarity_wong_shape":
                    ratio = self.perimeter / np.where(there, self.land, np.inf)
                    shape = ratio.take(first, axis=1) + ratio.take(second, axis=1)
                    weighed = weight * shape / (2.0 * ratio.max(axis=-1, keepdims=True))
                weighed = np.broadcast_to(weighed, gap.shape)
                made[name].append(np.einsum("ij,ij->i", gap, weighed) / whole)
        return {name: np.concatenate(parts) for name, parts in made.items()}


def _absolute_concentration(
    x: np.ndarray, t: np.ndarray, land: np.ndarray, X: np.ndarray
) -> np.ndarray:
    """Return Massey and Denton's ACO (R,) for groups x (R, n); NaN where units are equally large.

    The group's mean land, placed between the least and the most it could be: if the group filled
    the smallest units that house as many people, and the largest.
    """
    order = np.argsort(land, kind="stable")
    mean = np.einsum("ij,j->i", x, land) / X
    t, land = t[order], land[order]
    enough = np.nan_to_num(X) * (1 - 1e-12)  # sums in another order differ in the last digit
    least, most = _first_land(t, land, enough), _first_land(t[::-1], land[::-1], enough)
    span = np.where(most > least * _SAME_LAND, most - least, np.nan)
    return 1.0 - (mean - least) / span


def _first_land(t: np.ndarray, land: np.ndarray, enough: np.ndarray) -> np.ndarray:
    """Return the mean land of people in the first units that house enough of them."""
    people, land = np.cumsum(t), np.cumsum(t * land)
    last = np.searchsorted(people, enough)
    return land[last] / np.maximum(people[last], 1e-300)


class Land:
    """Land and neighbours of all units, to be cut into areas.

    Parameters
    ----------
    geometry : (n,) polygons; None or empty where a unit has none.
    usable : (n,) False for units that take no part, also not as a neighbour.
    wanted : index ids; what none of them needs is not looked for.
    """

    def __init__(self, geometry: np.ndarray, usable: np.ndarray, wanted: frozenset[str]) -> None:
        # What no index asks for is not measured: vertices are many.
        there = ~(shapely.is_missing(geometry) | shapely.is_empty(geometry))
        self.land = self.perimeter = there.astype(float)
        if wanted & {"delta", "absolute_concentration", "dissimilarity_wong_shape"}:
            self.land = np.nan_to_num(shapely.area(geometry))
        if "dissimilarity_wong_shape" in wanted:
            self.perimeter = np.nan_to_num(shapely.length(geometry))
        used = usable & (self.land > 0)
        nobody = np.empty(0, np.int64)
        self.touching: tuple[np.ndarray, ...] = (nobody, nobody)
        self.borders: tuple[np.ndarray, ...] = (nobody, nobody, np.empty(0))
        if "dissimilarity_morrill" in wanted:
            near = contiguity(geometry, mask=used)
            first, second = near.rows, near.indices.astype(np.int64)
            self.touching = (first[first < second], second[first < second])
        if wanted & {"dissimilarity_wong", "dissimilarity_wong_shape"}:
            self.borders = shared_borders(np.where(used, geometry, None))

    def of(self, units: Units) -> list[Place]:
        """Cut into the areas of `units`; neighbours in another area do not count."""
        number, position = np.full(len(self.land), -1), np.zeros(len(self.land), np.int64)
        number[units.rows] = units.code
        position[units.rows] = np.arange(len(units.rows)) - units.starts[units.code]
        touching = _cut_pairs(self.touching, number, position, len(units.starts))
        borders = _cut_pairs(self.borders, number, position, len(units.starts))
        return [
            Place(
                self.land[units.rows[i]],
                self.perimeter[units.rows[i]],
                _sorted(near),
                _sorted(shared),
            )
            for i, near, shared in zip(units.slices(), touching, borders, strict=True)
        ]


def _cut_pairs(
    pairs: tuple[np.ndarray, ...], number: np.ndarray, position: np.ndarray, n_areas: int
) -> list[tuple[np.ndarray, ...]]:
    """Return for each area the pairs inside it, by position."""
    first, second = pairs[:2]
    inside = np.flatnonzero((number[first] == number[second]) & (number[first] >= 0))
    inside = inside[np.argsort(number[first[inside]], kind="stable")]
    sizes = np.bincount(number[first[inside]], minlength=n_areas)
    return [
        (position[first[rows]], position[second[rows]], *(values[rows] for values in pairs[2:]))
        for rows in np.split(inside, np.cumsum(sizes)[:-1])
    ]


def _sorted(pairs: tuple[np.ndarray, ...]) -> tuple[np.ndarray, ...]:
    """Put pairs in order of their units: then no sum depends on the order in which they came."""
    first, second = np.minimum(*pairs[:2]), np.maximum(*pairs[:2])
    order = np.lexsort((second, first))
    return first[order], second[order], *(values[order] for values in pairs[2:])
