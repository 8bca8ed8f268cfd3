# SPDX-License-Identifier: GPL-2.0-or-later
"""Local Moran's I with conditional permutation, from one null distribution per number of neighbours."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import combinations
from math import comb

import numpy as np

from ..errors import Cancelled, MeasureError, Text
from .neighbours import Neighbours

# Sums of the same values in another order differ in their last bits. In standard deviations; the values
# are standardised, so this is far above that noise and far below any difference that means something.
TIE = 1e-9
CHUNK = 100_000  # samples held in memory at a time
ENUMERATE = 50_000  # with so few possible neighbourhoods all of them are counted instead of sampled


@dataclass
class LocalMoran:
    """What `local_moran` found; arrays in the order of the units."""

    i: np.ndarray
    lag: np.ndarray
    z: np.ndarray
    p: np.ndarray
    q: np.ndarray
    cluster: np.ndarray
    n_neighbours: np.ndarray
    n_used: int
    n_islands: int
    n_excluded: int
    permutations: int
    seed: int
    alpha: float
    notes: list[Text] = field(default_factory=list)


def local_moran(
    values: np.ndarray,
    neighbours: Neighbours,
    *,
    permutations: int = 99_999,
    p_value: str = "two-sided",
    correction: str = "fdr",
    alpha: float = 0.05,
    seed: int = 12345,
    base: np.ndarray | None = None,
    with_values: np.ndarray | None = None,
    progress: Callable[[float], None] | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> LocalMoran:
    """Local Moran's I (Anselin 1995), tested by conditional permutation.

    Formula
        I_i = (n - 1) / n * z_i * lag_i, lag_i = mean of z over the neighbours of i, z = (x - mean) / standard
        deviation (dividing by n): the scaling of esda and GeoDa.
    """
    x = np.array(values, float)
    y = x if with_values is None else np.array(with_values, float)
    n = len(x)
    valid = np.isfinite(x) & np.isfinite(y)
    near = neighbours.subset(valid)
    k = near.n_neighbours
    tested = k > 0
    n_used = int(tested.sum())
    if n_used < 3:
        raise MeasureError(
            "Only {n} units have a value and a neighbour with a value; local Moran needs at least 3.",
            "Maar {n} eenheden hebben een waarde en een buur met een waarde; lokale Moran vraagt er minstens 3.",
            n=n_used,
        )
    units = np.flatnonzero(valid)
    m = len(units)
    z, zy = np.full(n, np.nan), np.full(n, np.nan)
    z[units] = _standardise(x[units])
    zy[units] = z[units] if with_values is None else _standardise(y[units])
    rows = near.rows
    total = np.bincount(rows, zy[near.indices], minlength=n)
    lag = np.full(n, np.nan)
    lag[tested] = total[tested] / k[tested]
    i = (m - 1) / m * z * lag

    p_ge, p_le = np.full(n, np.nan), np.full(n, np.nan)
    ids = np.flatnonzero(tested)
    position = np.cumsum(valid) - 1
    p_ge[ids], p_le[ids] = _tails(
        zy[units], position[ids], total[ids], k[ids], permutations, seed, progress, cancelled
    )
    tail = np.minimum(p_ge, p_le)
    p = np.minimum(2 * tail, 1) if p_value == "two-sided" else tail
    q = np.full(n, np.nan)
    q[ids] = _benjamini_hochberg(p[ids])

    cluster = np.full(n, "nodata", object)
    cluster[valid] = "island"
    cluster[tested] = "ns"
    sure = tested & ((q if correction == "fdr" else p) <= alpha)
    names = np.array(["LL", "LH", "HL", "HH"], object)
    cluster[sure] = names[(2 * (z > 0) + (lag > 0))[sure]]
    return LocalMoran(
        i, lag, z, p, q, cluster, k, n_used, int((valid & ~tested).sum()), int((~valid).sum()),
        permutations, seed, alpha,
    )  # fmt: skip


def _standardise(values):
    z = values - values.mean()
    spread = z.std()
    if not spread > 1e-12 * max(1.0, np.abs(values).max()):
        raise MeasureError(
            "All values are the same ({value:g}), so there is no high and low to compare.",
            "Alle waarden zijn gelijk ({value:g}), dus er is geen hoog en laag om te vergelijken.",
            value=float(values[0]),
        )
    return z / spread


def _benjamini_hochberg(p):
    order = np.argsort(p, kind="stable")
    scaled = p[order] * len(p) / np.arange(1, len(p) + 1)
    q = np.empty_like(p)
    q[order] = np.minimum(np.minimum.accumulate(scaled[::-1])[::-1], 1)
    return q


def _tails(y, unit, total, k, permutations, seed, progress, cancelled):
    """P(sum >= observed) and P(sum <= observed) for each tested unit, over draws from the others."""
    n = len(y)
    order = np.argsort(y, kind="stable")
    rank = np.empty(n, np.int64)
    rank[order] = np.arange(n)
    y, unit = y[order], rank[unit]
    ge, le, size = (
        np.zeros(len(k), np.int64),
        np.zeros(len(k), np.int64),
        np.zeros(len(k), np.int64),
    )
    degrees = [int(d) for d in np.unique(k)]
    few = [d for d in degrees if comb(n, d) <= ENUMERATE]
    for d in few:
        subsets = np.array(list(combinations(range(n), d)))
        _count(y[subsets].sum(axis=1), d, k, total, ge, le, size)
        sums = y[subsets].sum(axis=1)
        for j in np.flatnonzero(k == d):
            own = sums[(subsets == unit[j]).any(axis=1)]
            ge[j] -= (own >= total[j] - TIE).sum()
            le[j] -= (own <= total[j] + TIE).sum()
            size[j] -= len(own)
    exact = np.isin(k, few)
    many = [d for d in degrees if d not in few]
    if many:
        rng = np.random.default_rng(seed)
        done = 0
        while done < permutations:
            if cancelled is not None and cancelled():
                raise Cancelled
            blocks = max(1, min(CHUNK // n, -(-(permutations - done) // n)))
            width = min(n, permutations - done)
            # Each row of `deal` is a shuffled population. Sample s of a row takes the units at s + shift_0,
            # s + shift_1, ...: different units, every set of k equally likely.
            deal = rng.permuted(np.broadcast_to(np.arange(n), (blocks, n)).copy(), axis=1)
            shift = rng.permutation(n)[: max(many)]
            twice = y[np.concatenate([deal, deal], axis=1)]
            place = np.empty_like(deal)
            np.put_along_axis(place, deal, np.broadcast_to(np.arange(n), deal.shape), axis=1)
            left = permutations - done - (blocks - 1) * n
            last = min(n, left)
            sums = np.zeros((blocks, n))
            for c, s in enumerate(shift):
                sums += twice[:, s : s + n]
                d = c + 1
                if d not in many:
                    continue
                flat = sums.reshape(-1)[: (blocks - 1) * n + last]
                _count(flat, d, k, total, ge, le, size)
                members = np.flatnonzero(k == d)
                for b in range(blocks):
                    at = (place[b, unit[members]][:, None] - shift[:d]) % n
                    inside = at < (last if b == blocks - 1 else n)
                    own = sums[b, at]
                    ge[members] -= ((own >= total[members, None] - TIE) & inside).sum(axis=1)
                    le[members] -= ((own <= total[members, None] + TIE) & inside).sum(axis=1)
                    size[members] -= inside.sum(axis=1)
            done += (blocks - 1) * n + last
            if progress is not None:
                progress(100 * done / permutations)
    plus = np.where(exact, 0, 1)
    return (ge + plus) / (size + plus), (le + plus) / (size + plus)


def _count(sums, d, k, total, ge, le, size):
    members = np.flatnonzero(k == d)
    sums = np.sort(sums)
    ge[members] += len(sums) - np.searchsorted(sums, total[members] - TIE, "left")
    le[members] += np.searchsorted(sums, total[members] + TIE, "right")
    size[members] += len(sums)
