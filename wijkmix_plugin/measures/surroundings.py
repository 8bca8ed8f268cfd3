# SPDX-License-Identifier: GPL-2.0-or-later
"""The nearest k dwellings around every unit, exactly, and indices against the scale."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import pandas as pd

from ..errors import Cancelled, MeasureError
from .mix import composition, entropy
from .segregation import _spatial_values
from .spatial import surroundings as within

DOMINANT = 0.8
PROFILE_COLUMNS = ("scale", "kind", "theil_h", "dissimilarity", "mean_diversity", "n_units")

# Units per cell: few make cells small and bounds sharp, many make fewer rounds.
_CELL = 16
# Distances are first counted in so many bins; only the bin of the k-th dwelling is sorted.
_BINS = 512


def nearest(
    points: np.ndarray,
    counts: np.ndarray,
    dwellings: Sequence[int],
    *,
    progress: Callable[[float], None] | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> np.ndarray:
    r"""Sum the counts of the nearest k dwellings around every unit, its own included.

    .. math:: \tilde n_u(k) = \sum_{v: d_{uv} \le r_u(k)} n_v, \qquad
        r_u(k) = \min \{r : \sum_{v: d_{uv} \le r} t_v \ge k\}

    Parameters
    ----------
    points : ndarray of float, shape (n, 2)
        Metres, finite.
    counts : ndarray of float, shape (n, K)
        0 or more, finite.
    dwellings : sequence of int
        The numbers k, 1 or more.
    progress, cancelled : callable, optional

    Returns
    -------
    ndarray of float, shape (number of k, n, K)
        At least k dwellings; NaN where all units together have fewer.

    Raises
    ------
    MeasureError
        A k below 1.
    Cancelled
        When `cancelled()` is true.

    Notes
    -----
    Bespoke neighbourhoods (Johnston et al. 2004; Östh, Clark and Malmberg 2015). Dwellings at the
    last distance tie, and all of them count: any way to break the tie would be arbitrary (flats
    stacked on one address). Exact: units are put in small cells. Cells that are near enough for
    every unit of the asking cell are added whole, those too far are left out, and only the points
    between are looked at one by one.
    """
    for k in dwellings:
        if not k >= 1:
            raise MeasureError(
                "The number of nearest dwellings is {k}; give whole numbers of 1 or more.",
                "Het aantal dichtstbijzijnde woningen is {k}; geef hele getallen van 1 of meer.",
                k=k,
            )
    points, counts = np.asarray(points, float), np.asarray(counts, float)
    n = len(points)
    result = np.full((len(dwellings), n, counts.shape[1]), np.nan)
    if n == 0:
        return result
    cells = _Cells(points, counts)
    for cell in range(len(cells.starts)):
        if cancelled is not None and cancelled():
            raise Cancelled
        low, high = cells.bounds(cell)
        by_low, by_high = np.argsort(low, kind="stable"), np.argsort(high, kind="stable")
        reach_low = np.cumsum(cells.total[by_low])
        reach_high = np.cumsum(cells.total[by_high])
        rows = cells.order[cells.slice(cell)]
        for number, k in enumerate(dwellings):
            # Sums of fractions may miss k by the last digits: 20 times a twentieth is one.
            need = k * (1.0 - 1e-12)
            if cells.whole < need:
                continue
            least = low[by_low[min(np.searchsorted(reach_low, need), len(low) - 1)]]
            most = high[by_high[min(np.searchsorted(reach_high, need), len(high) - 1)]]
            sure = high < least
            maybe = np.flatnonzero((low <= most) & ~sure)
            result[number, rows] = cells.take(cell, sure, maybe, need)
        if progress is not None:
            progress(100.0 * (cell + 1) / len(cells.starts))
    return result


class _Cells:
    """Points in small groups that lie close together, with their sums and how far they reach."""

    def __init__(self, points: np.ndarray, counts: np.ndarray) -> None:
        n = len(points)
        strip = max(1, round(np.sqrt(n / _CELL))) * _CELL
        order = np.argsort(points[:, 0], kind="stable")
        self.order = order[np.lexsort((points[order, 1], np.arange(n) // strip))]
        self.x, self.y = np.ascontiguousarray(points[self.order].T)
        self.counts = np.ascontiguousarray(counts[self.order])
        self.weight = self.counts.sum(axis=1)
        self.starts = np.arange(0, n, _CELL)
        self.sums = np.add.reduceat(self.counts, self.starts, axis=0)
        self.total = self.sums.sum(axis=1)
        self.whole = float(self.total.sum())
        middle = [
            (np.minimum.reduceat(v, self.starts) + np.maximum.reduceat(v, self.starts)) / 2
            for v in (self.x, self.y)
        ]
        self.cx, self.cy = middle
        size = np.diff(np.append(self.starts, n))
        away = np.hypot(self.x - self.cx.repeat(size), self.y - self.cy.repeat(size))
        self.radius = np.maximum.reduceat(away, self.starts)
        # A hair wider than computed: bounds must hold to the last digit.
        self.hair = 1e-9 * (1.0 + np.abs(points).max())

    def slice(self, cell: int) -> slice:
        return slice(self.starts[cell], min(self.starts[cell] + _CELL, len(self.x)))

    def bounds(self, cell: int) -> tuple[np.ndarray, np.ndarray]:
        """Return the least and the largest distance of a point here to one in each cell."""
        middle = np.hypot(self.cx - self.cx[cell], self.cy - self.cy[cell])
        spread = self.radius + (self.radius[cell] + self.hair)
        return middle - spread, middle + spread

    def take(self, cell: int, sure: np.ndarray, maybe: np.ndarray, need: float) -> np.ndarray:
        """Return the sums up to the k-th dwelling for every unit of a cell."""
        here = self.slice(cell)
        base = self.sums[sure].sum(axis=0)
        near = (self.starts[maybe][:, None] + np.arange(_CELL)).ravel()
        near = near[near < len(self.x)]
        # As seen from the middle of the cell the k-th dwelling lies in one bin; no unit of the
        # cell is further from the middle than `slack`, so its k-th lies that near to the bin.
        slack = self.radius[cell] + self.hair
        middle = np.hypot(self.x[near] - self.cx[cell], self.y[near] - self.cy[cell])
        left = need - base.sum()
        bins, width, first = _binned(middle)
        reach = np.cumsum(np.bincount(bins, self.weight[near], _BINS))
        hit = min(int(np.searchsorted(reach, left)), _BINS - 1)
        inner = first + hit * width - 2 * slack - width * 1e-6
        outer = first + (hit + 1) * width + 2 * slack + width * 1e-6
        inside = middle < inner
        base = base + self.counts[near[inside]].sum(axis=0)
        near = near[~inside & (middle <= outer)]
        counts, weight = self.counts[near], self.weight[near]
        # Squares of distances tell the order, and ties, without the rounding of a root.
        squares = np.subtract.outer(self.x[here], self.x[near]) ** 2
        squares += np.subtract.outer(self.y[here], self.y[near]) ** 2
        left = need - base.sum()
        limit = np.array([_kth(row, weight, left) for row in squares])
        return base + (squares <= limit[:, None]).astype(float) @ counts


def _binned(values: np.ndarray) -> tuple[np.ndarray, float, float]:
    """Return the bin of every value, the width of a bin and where the first begins."""
    first, last = float(values.min()), float(values.max())
    width = (last - first) / _BINS or 1.0
    bins = ((values - first) * (1.0 / width)).astype(np.int64)
    return np.minimum(bins, _BINS - 1, out=bins), width, first


def _kth(values: np.ndarray, weight: np.ndarray, need: float) -> float:
    """Return the smallest value up to which the weights add up to `need`."""
    if len(values) <= 4 * _BINS:
        order = np.argsort(values)
        at = int(np.searchsorted(np.cumsum(weight[order]), need))
        return float(values[order[min(at, len(order) - 1)]])
    bins, _, _ = _binned(values)
    reach = np.cumsum(np.bincount(bins, weight, _BINS))
    hit = min(int(np.searchsorted(reach, need)), _BINS - 1)
    there = np.flatnonzero(bins == hit)
    if not len(there):  # the last digits of the sum fell short
        return float(values.max())
    before = float(reach[hit - 1]) if hit else 0.0
    order = there[np.argsort(values[there])]
    at = int(np.searchsorted(before + np.cumsum(weight[order]), need))
    return float(values[order[min(at, len(order) - 1)]])


def profile(
    points: np.ndarray,
    counts: np.ndarray,
    groups: Sequence[str],
    *,
    radii: Sequence[float] = (),
    dwellings: Sequence[int] = (),
    progress: Callable[[float], None] | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    r"""Describe the composition around every unit, and how evenness changes with the scale.

    Parameters
    ----------
    points : ndarray, shape (n, 2)
        Metres; NaN leaves the unit out.
    counts : ndarray, shape (n, K)
        NaN or no dwellings leaves the unit out.
    groups : sequence of K str
    radii : sequence of float
        Metres.
    dwellings : sequence of int
        Numbers of nearest dwellings.
    progress, cancelled : callable, optional

    Returns
    -------
    units : DataFrame, n rows
        Per scale s (`r<radius>` or `k<dwellings>`): `div_s` (0-1) and `share_<group>_s` (percent).
        `mixed_from_r` and `mixed_from_k`: the first scale at which no group holds 80 %; 0 where
        that is so in the unit itself, NaN where some group does at every scale.
    scales : DataFrame with `PROFILE_COLUMNS`
        First the units themselves (scale 0, kind "unit"), then kinds "radius" and "nearest".
        `theil_h` and `dissimilarity` (of all groups) compare surroundings with the whole,
        weighted by the unit's own dwellings; `mean_diversity` is the weighted mean of div, 0-1.

    Raises
    ------
    MeasureError
        No scale, fewer than two groups, or no usable unit.
    """
    if not len(radii) and not len(dwellings):
        raise MeasureError(
            "No scale is given. Give radii in metres, numbers of nearest dwellings, or both.",
            "Er is geen schaal opgegeven. Geef afstanden in meters, aantallen dichtstbijzijnde "
            "woningen, of beide.",
        )
    if len(groups) < 2:
        raise MeasureError(
            "Surroundings need at least two groups, and got {n}.",
            "Omgevingen vragen minstens twee groepen en kregen er {n}.",
            n=len(groups),
        )
    used = np.isfinite(points).all(axis=1) & np.isfinite(counts).all(axis=1)
    used &= np.nan_to_num(counts).sum(axis=1) > 0
    if not used.any():
        raise MeasureError(
            "None of the {n} units has a place and usable counts. Check the fields.",
            "Geen van de {n} eenheden heeft een plek en bruikbare aantallen. Controleer de velden.",
            n=len(counts),
        )
    own = counts[used]
    part = [0.0, 50.0 if len(dwellings) else 100.0]

    def step(value: float) -> None:
        if progress is not None:
            progress(part[0] + value * (part[1] - part[0]) / 100.0)

    around = list(within(points[used], own, radii, progress=step, cancelled=cancelled))
    part[:] = [part[1] if len(radii) else 0.0, 100.0]
    around += list(nearest(points[used], own, dwellings, progress=step, cancelled=cancelled))
    scales = [(float(r), "radius", f"r{r:g}") for r in radii]
    scales += [(float(k), "nearest", f"k{k:g}") for k in dwellings]
    log_k = np.log(len(groups))
    units: dict[str, np.ndarray] = {}
    rows = [_row(0.0, "unit", own, own, log_k)]
    mixed = composition(own).max(axis=1) < DOMINANT - 1e-12
    first = {kind: np.where(mixed, 0.0, np.nan) for kind in ("radius", "nearest")}
    for (scale, kind, name), near in zip(scales, around, strict=True):
        shares = composition(near)
        units[f"div_{name}"] = _spread(entropy(shares) / log_k, used)
        for group, column in zip(groups, shares.T, strict=True):
            units[f"share_{group.removeprefix('n_')}_{name}"] = _spread(100 * column, used)
        now = np.isnan(first[kind]) & (shares.max(axis=1) < DOMINANT - 1e-12)
        first[kind][now] = scale
        rows.append(_row(scale, kind, own, near, log_k))
    for kind, name, asked in (
        ("radius", "mixed_from_r", radii),
        ("nearest", "mixed_from_k", dwellings),
    ):
        if len(asked):
            units[name] = _spread(first[kind], used)
    return pd.DataFrame(units), pd.DataFrame(rows, columns=list(PROFILE_COLUMNS))


def _spread(values: np.ndarray, used: np.ndarray) -> np.ndarray:
    result = np.full(len(used), np.nan)
    result[used] = values
    return result


def _row(scale: float, kind: str, own: np.ndarray, near: np.ndarray, log_k: float) -> tuple:
    there = np.isfinite(near).all(axis=1)
    if not there.any():
        return scale, kind, np.nan, np.nan, np.nan, 0
    theil, dissimilarity, _ = _spatial_values(own[there], near[there])
    weight = own[there].sum(axis=1)
    mean = float(weight @ entropy(composition(near[there])) / weight.sum() / log_k)
    return scale, kind, theil, dissimilarity, mean, int(there.sum())
