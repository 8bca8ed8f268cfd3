# SPDX-License-Identifier: GPL-2.0-or-later
"""The null distribution of the sum of a unit's neighbours, had they been drawn at random.

Conditional permutation keeps the value of unit i where it is and deals the other n - 1 values over
the other n - 1 places. What then lands on its k neighbours is a draw of k different units from the
others, so the null distribution depends only on k and on leaving out i: units with equal k share
their samples.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import chain, combinations
from itertools import permutations as arrangements
from math import comb, inf, perm

import numpy as np

from ..errors import Cancelled

# Sums of the same values in another order differ in their last bits. The values are standardised,
# so this is far above that noise and far below any difference that means something.
TIE = 2.0**-29
# So few possible draws are all counted instead of sampled.
ENUMERATE = 50_000
# Samples are drawn in independent sets: their differences tell how far another seed would be off,
# and their size bounds the memory.
SETS, LARGEST_SET, MOST_DRAWN = 4, 25_000, 4_000_000
GOLDEN = (5**0.5 - 1) / 2
BLOCK = 2_000_000  # numbers in one block of weighted sums


@dataclass(frozen=True)
class Tails:
    """Tail probabilities of the observed sums, NaN for units without neighbours.

    Parameters
    ----------
    high, low : ndarray of float
        Probability of a sum at least, and at most, the observed one.
    error : ndarray of float
        Standard error of the smaller of the two; 0 where it was computed exactly.
    drawn : ndarray of bool
        True where the probability was estimated from samples.
    """

    high: np.ndarray
    low: np.ndarray
    error: np.ndarray
    drawn: np.ndarray


class _Counts:
    """How many draws lie in each tail of each unit, set after set."""

    def __init__(self, n: int) -> None:
        self.total = np.zeros((3, n), np.int64)  # in the high tail, in the low tail, all
        self.sets = 0
        self.share, self.square = np.zeros((2, n)), np.zeros((2, n))

    def add(self, counted: np.ndarray) -> None:
        """Add the counts of one set of draws, shaped as `total`."""
        self.total += counted
        self.sets += 1
        share = counted[:2] / np.maximum(counted[2], 1)
        self.share += share
        self.square += share**2

    def error(self) -> np.ndarray:
        """Return the standard error of the smaller tail share."""
        high, low, size = self.total
        smaller, every = np.where(high <= low, 0, 1), np.arange(len(size))
        if self.sets < 2:
            share = self.total[smaller, every] / np.maximum(size, 1)
            return np.sqrt(share * (1 - share) / np.maximum(size, 1))
        mean = self.share[smaller, every] / self.sets
        variance = self.square[smaller, every] / self.sets - mean**2
        return np.sqrt(np.maximum(variance, 0) / (self.sets - 1))


def tails(
    y: np.ndarray,
    degree: np.ndarray,
    total: np.ndarray,
    weights: dict[int, np.ndarray],
    *,
    permutations: int,
    seed: int,
    progress: Callable[[float], None] | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> Tails:
    """Compare each unit's observed sum with draws from the other units.

    Two values only: the exact hypergeometric probability. Few possible draws (`ENUMERATE`): all of
    them, exactly. Otherwise `permutations` samples shared by the units with the same number of
    neighbours, less the samples that hold the unit itself, and then (count + 1) / (samples + 1).

    Parameters
    ----------
    y : ndarray of float, shape (n,)
        The values that are drawn, standardised, ascending.
    degree : ndarray of int, shape (n,)
        Number of neighbours; 0 is not tested.
    total : ndarray of float, shape (n,)
        Observed (weighted) sum of `y` over the neighbours.
    weights : dict of int to ndarray
        For units whose neighbours weigh differently: their weights.
    permutations, seed : int
        Number of samples and start of the random numbers.
    progress, cancelled : callable, optional
        Told the percentage done; asked whether to stop.

    Returns
    -------
    Tails
    """
    n = len(y)
    high, low, error = np.full(n, np.nan), np.full(n, np.nan), np.full(n, np.nan)
    even = degree > 0
    even[list(weights)] = False
    if np.count_nonzero(np.diff(y) > TIE) == 1:
        for k in np.unique(degree[even]):
            members = np.flatnonzero(even & (degree == k))
            high[members], low[members] = _hypergeometric(y, members, degree, total)
        even[:] = False
    # Of those with most others as neighbours, the units left out are drawn: fewer of those draws
    # hold the unit itself.
    turned = even & (2 * degree > n - 1)
    degree = np.where(turned, n - 1 - degree, degree)
    total = np.where(turned, y.sum() - y - total, total)
    everyone = turned & (degree == 0)
    high[everyone] = low[everyone] = 1
    even &= ~everyone
    # Ascending totals: neighbouring look-ups then touch neighbouring memory.
    by_total = np.argsort(total, kind="stable")
    by_total = by_total[even[by_total]]
    todo = {int(k): by_total[degree[by_total] == k] for k in np.unique(degree[even])}
    uneven = {
        int(k): [u for u in weights if degree[u] == k] for k in np.unique(degree[list(weights)])
    }

    exact = np.zeros((3, n), np.int64)
    for k in [k for k in todo if _draws(n, k) <= ENUMERATE]:
        members = todo.pop(k)
        units = _all_draws(n, k, ordered=False)
        sums = y[units].sum(axis=0)
        exact[:, members] = _count(sums, _nearly_sorted(sums), total[members])
        at, draw = _holding(units, members, n)
        exact -= _count_own(at, sums[draw], total)
    for k in [k for k in uneven if k < 9 and perm(n, k) <= ENUMERATE]:  # 9! is more
        exact += _count_uneven(
            _all_draws(n, k, ordered=True), y, uneven.pop(k), total, weights, cancelled
        )
    counted = exact[2] > 0
    high[counted], low[counted] = exact[:2, counted] / exact[2, counted]
    error[~np.isnan(high)] = 0

    drawn = np.zeros(n, bool)
    if todo or uneven:
        shared: np.ndarray = np.zeros(n, _index_type(n))
        for k, members in todo.items():
            shared[members] = k
            drawn[members] = True
        drawn[list(chain.from_iterable(uneven.values()))] = True
        last = max([*todo, *uneven])
        counts = _Counts(n)
        rng = np.random.default_rng(seed)
        sizes = _set_sizes(permutations, last)
        for size in sizes:
            units, sums = np.empty((last, size), _index_type(n)), np.empty((last, size))
            counted = np.zeros((3, n), np.int64)
            for k, order in enumerate(_deal(y, units, sums, rng), start=1):
                if cancelled is not None and cancelled():
                    raise Cancelled
                if k in todo:
                    counted[:, todo[k]] = _count(sums[k - 1], order, total[todo[k]])
                if k in uneven:
                    counted += _count_uneven(units[:k], y, uneven[k], total, weights, cancelled)
            # Draws that hold the unit itself are no draws from the others.
            step = np.arange(last, dtype=shared.dtype)[:, None]
            found = np.flatnonzero(shared.take(units) > step)
            unit = units.reshape(-1)[found]
            own = sums[shared[unit].astype(np.intp) - 1, found % size]
            counted -= _count_own(unit, own, total)
            counts.add(counted)
            if progress is not None:
                progress(100 * counts.sets / len(sizes))
        high[drawn], low[drawn] = (counts.total[:2, drawn] + 1) / (counts.total[2, drawn] + 1)
        error[drawn] = counts.error()[drawn]
    high[turned], low[turned] = low[turned], high[turned]
    return Tails(high, low, error, drawn)


def _draws(n: int, k: int) -> float:
    """Return how many draws of k from n there are; infinite where that takes long to compute."""
    return comb(n, k) if k < 20 else inf


def _index_type(n: int) -> type:
    return np.uint16 if n <= 2**16 else np.int32


def _set_sizes(permutations: int, last: int) -> list[int]:
    largest = max(1, min(LARGEST_SET, MOST_DRAWN // last))
    sets = max(1, min(SETS, permutations // 128), -(-permutations // largest))
    return [permutations // sets + (s < permutations % sets) for s in range(sets)]


def _deal(
    y: np.ndarray, units: np.ndarray, sums: np.ndarray, rng: np.random.Generator
) -> Iterator[np.ndarray]:
    """Draw samples that grow by one unit at a time, into the rows of `units` and `sums`.

    Every sample is a uniform draw of different units, but the samples are not independent: before
    each new unit they are put in order of their sum so far, and the new units are dealt along that
    order by a low-discrepancy sequence with a random start. Low and high sums then get the whole
    range of new values evenly, and the error of a tail shrinks much faster than with independent
    draws (array-RQMC: L'Ecuyer, Lecot and Tuffin 2008, Operations Research 56).

    Yields the (nearly) ascending order of the sums after each unit.
    """
    n = len(y)
    size = units.shape[1]
    order = np.arange(size)
    sequence = order * GOLDEN % 1 * n
    for c, new in enumerate(units):
        place = (sequence + rng.random() * n).astype(np.int32)
        new[order] = np.where(place >= n, place - n, place)
        # A unit that the sample already holds is drawn again until it is a new one.
        again = np.flatnonzero((units[:c] == new).any(axis=0))
        while again.size:
            new[again] = rng.integers(0, n, again.size)
            again = again[(units[:c, again] == new[again]).any(axis=0)]
        np.add(sums[c - 1] if c else 0.0, y.take(new), out=sums[c])
        order = _nearly_sorted(sums[c])
        yield order


def _nearly_sorted(sums: np.ndarray) -> np.ndarray:
    """Return the order of the sums in 65,536 steps; 16-bit integers sort ten times faster.

    The steps are finest where the sums are dense, so that one extreme value cannot push all others
    into a single step (unsorted sums would be dealt alike, step after step).
    """
    some, middle = slice(None, None, len(sums) // 256 + 1), len(sums) // (len(sums) // 256 + 1) // 2
    off = sums - np.partition(sums[some], middle)[middle]
    size = np.abs(off)
    scale = np.partition(size[some], middle)[middle] or size.mean()
    if scale == 0:
        return np.arange(len(sums))
    return np.argsort((32_767.5 * (1 + off / (scale + size))).astype(np.uint16), kind="stable")


def _count(sums: np.ndarray, order: np.ndarray, seen: np.ndarray) -> np.ndarray:
    """Count the sums at least and at most each observed one, and all."""
    # Without the noise of rounding, what is nearly sorted has long runs, which a merge sort uses.
    ordered = np.sort(np.rint(sums.take(order) * (2 / TIE)), kind="stable")
    high = len(sums) - np.searchsorted(ordered, (seen - TIE) * (2 / TIE), "left")
    low = np.searchsorted(ordered, (seen + TIE) * (2 / TIE), "right")
    return np.stack([high, low, np.full(len(seen), len(sums))])


def _count_own(unit: np.ndarray, own: np.ndarray, total: np.ndarray) -> np.ndarray:
    """Count, per unit, the draws in each tail (and all) among draws `own` that hold the unit."""
    own = np.rint(own * (2 / TIE))
    seen = total[unit]
    high, low = own >= (seen - TIE) * (2 / TIE), own <= (seen + TIE) * (2 / TIE)
    return np.stack(
        [np.bincount(unit[mask], minlength=len(total)) for mask in (high, low, slice(None))]
    )


def _holding(units: np.ndarray, members: np.ndarray, n: int) -> tuple[np.ndarray, np.ndarray]:
    """Return every case of a draw that holds a member: which unit, which draw."""
    is_member = np.zeros(n, bool)
    is_member[members] = True
    found = np.flatnonzero(is_member[units])
    return units.reshape(-1)[found], found % units.shape[1]


def _count_uneven(
    units: np.ndarray,
    y: np.ndarray,
    members: list[int],
    total: np.ndarray,
    weights: dict[int, np.ndarray],
    cancelled: Callable[[], bool] | None = None,
) -> np.ndarray:
    """Count the draws in each tail (and all) of the members, each with weights of its own."""
    n, size = len(y), units.shape[1]
    values = y[units]
    counted = np.zeros((3, n), np.int64)
    row = np.zeros(n, np.intp)
    step = max(1, BLOCK // size)
    for start in range(0, len(members), step):
        if cancelled is not None and cancelled():
            raise Cancelled
        block = np.array(members[start : start + step])
        sums = np.stack([weights[int(unit)] for unit in block]) @ values
        seen = total[block][:, None]
        counted[0, block] = (sums >= seen - TIE).sum(axis=1)
        counted[1, block] = (sums <= seen + TIE).sum(axis=1)
        counted[2, block] = size
        unit, draw = _holding(units, block, n)
        row[block] = np.arange(len(block))
        counted -= _count_own(unit, sums[row[unit], draw], total)
    return counted


def _all_draws(n: int, k: int, *, ordered: bool) -> np.ndarray:
    """Return every draw of k from n as columns; ordered: every arrangement of it too."""
    draws = arrangements(range(n), k) if ordered else combinations(range(n), k)
    return np.fromiter(chain.from_iterable(draws), np.int64).reshape(-1, k).T.copy()


def _hypergeometric(
    y: np.ndarray, members: np.ndarray, degree: np.ndarray, total: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Return both tails for members of equal degree where `y` has two values."""
    low, high = y[0], y[-1]
    k = int(degree[members[0]])
    is_high = y > (low + high) / 2
    seen = np.rint((total[members] - k * low) / (high - low)).astype(int)
    above, below = np.empty(len(members)), np.empty(len(members))
    for own in (False, True):
        # `others` units to draw from, of which `marked` have the high value.
        others, marked = len(y) - 1, int(is_high.sum()) - own
        first, last = max(0, k - (others - marked)), min(k, marked)
        j = np.arange(first, last)
        ratio = (marked - j) * (k - j) / ((j + 1) * (others - marked - k + j + 1.0))
        log = np.concatenate([[0.0], np.cumsum(np.log(ratio))])
        chance = np.exp(log - log.max())
        chance /= chance.sum()
        mine = is_high[members] == own
        above[mine] = np.cumsum(chance[::-1])[::-1][seen[mine] - first]
        below[mine] = np.cumsum(chance)[seen[mine] - first]
    return np.minimum(above, 1), np.minimum(below, 1)
