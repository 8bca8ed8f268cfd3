# SPDX-License-Identifier: GPL-2.0-or-later
"""Exact sums over discs: up to a distance, or just far enough to hold k dwellings."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from ..errors import Cancelled
from .mix import hash_units

# Cells are so many times as high as they are wide: to cross a row costs more than to cross a cell.
_FLAT = 3.0
# Cells get smaller until a dense one holds about a place, but there are not more of them than this
# times the number of places.
_CELLS_PER_PLACE = 16
_CROWDED = 3.0
# Where a cell begins is told from the first of a block of cells, with a small number each.
_SHIFT = 4
_BLOCK = 1 << _SHIFT
# Places sorted at once.
_ROWS_SORTED = 1 << 20
# Rows of cells that one portion of the work crosses: what it holds stays in the processor's cache.
_ROWS_AT_ONCE = 1 << 14
# Places looked at one by one at once: half a million take about 60 MB.
_PLACES_AT_ONCE = 1 << 19
# Distances in a ring are counted in so many bins; only the bin of the k-th dwelling is sorted.
_BINS = 32


class Found(NamedTuple):
    """What a look at a ring around every unit tells.

    Parameters
    ----------
    below : (n,) dwellings nearer than the ring.
    upto : (n,) dwellings up to the end of the ring.
    square : (n,) squared distance of the k-th dwelling; NaN where that is not in the ring.
    sums : (n, K) counts up to and with that distance; meaningless where `square` is NaN.
    """

    below: np.ndarray
    upto: np.ndarray
    square: np.ndarray
    sums: np.ndarray


class Discs:
    """Places in a grid of cells, row after row, with running sums of their counts.

    Of a disc, the cells that lie wholly inside are two look-ups per row of cells. Only the places
    in the cells that its border crosses are looked at one by one, so a disc costs as much as its
    circumference and not as its area.

    Parameters
    ----------
    points : ndarray of float, shape (n, 2)
        Metres, finite.
    counts : ndarray of float, shape (n, K)
        0 or more, finite. Rows on the same point become one place.
    cancelled : callable, optional
        Asked now and then; when true, `Cancelled` is raised.
    """

    def __init__(
        self,
        points: np.ndarray,
        counts: np.ndarray,
        cancelled: Callable[[], bool] | None = None,
    ) -> None:
        self.cancelled = cancelled
        self._go_on()
        there = np.flatnonzero(counts.any(axis=1))
        x, y = points[there].T if len(there) < len(points) else points.T
        self._lay_grid(x, y)
        bits = np.uint64(max(int(self.n_rows * self.n_columns).bit_length(), 1))
        # Within a cell by a hash of the place, so that stacked dwellings lie side by side.
        key = hash_units([x, y])
        key >>= bits
        key |= self._cell(x, y).astype(np.uint64) << (np.uint64(64) - bits)
        self._go_on()
        order = np.argsort(key, kind="stable")
        self._go_on()
        del key
        self.fixed = Fixed(counts)
        # x, y and the packed counts of a place side by side: it is seldom in the processor's cache,
        # and then one look into memory brings all of it.
        places = np.empty((len(order), 2 + self.fixed.n_columns))
        for start in range(0, len(order), _ROWS_SORTED):
            part = order[start : start + _ROWS_SORTED]
            rows = places[start : start + _ROWS_SORTED]
            rows[:, 0], rows[:, 1] = x[part], y[part]
            here = counts[there[part]]
            for number in range(self.fixed.n_columns):
                rows[:, 2 + number].view(np.int64)[:] = self.fixed.pack(here, number)
        del x, y, there, order
        self._go_on()
        self.places = _merged(places)
        del places
        self.running = np.zeros((len(self.places) + 1, self.fixed.n_columns), np.int64)
        np.cumsum(self.places[:, 2:].view(np.int64), axis=0, out=self.running[1:])
        self.whole = float(self.fixed.total(list(self.running[-1:].T))[0])
        self._tabulate()

    @property
    def x(self) -> np.ndarray:
        """Metres east, per place."""
        return self.places[:, 0]

    @property
    def y(self) -> np.ndarray:
        """Metres north, per place."""
        return self.places[:, 1]

    @property
    def weight(self) -> np.ndarray:
        """Return the dwellings of every place, of all classes."""
        return self.fixed.total(list(self.places[:, 2:].view(np.int64).T))

    def _go_on(self) -> None:
        if self.cancelled is not None and self.cancelled():
            raise Cancelled

    # -- the grid

    def _lay_grid(self, x: np.ndarray, y: np.ndarray) -> None:
        """Choose the size of the cells: small enough for where places are dense."""
        n = max(len(x), 1)
        some = slice(None, None, n // 500_000 + 1)
        (self.x0, wide), (self.y0, high) = _middle(x[some]), _middle(y[some])
        longest = max(wide, high) or 1.0
        # Places on a line still get cells along it.
        self.area = max(wide * high, longest * longest / n)
        self.height = float(np.sqrt(self.area / n))
        # More than the rounding of any coordinate or distance: bounds hold to the last digit.
        self.hair = 1e-9 * (longest + max(np.abs(v).max(initial=0.0) for v in (x, y)))
        while True:
            self.width = self.height / _FLAT
            self.n_rows = int(high * (1.0 / self.height)) + 1
            self.n_columns = int(wide * (1.0 / self.width)) + 1
            finer = 2.0 * _FLAT * self.area / self.height**2
            if finer > _CELLS_PER_PLACE * n or not len(x):
                break
            # How many others the average place finds in its square of cells.
            square = self._row(y[some]) * (self.n_columns + 1) + self._column(x[some]) // int(_FLAT)
            held = np.unique(square, return_counts=True)[1].astype(float)
            others = (float((held**2).sum() / held.sum()) - 1.0) * some.step
            if others + 1.0 <= _CROWDED:
                break
            self.height /= np.sqrt(2.0)

    # Rounded alike for places and for bounds, and never falling: a place that is left of a bound
    # never gets a column right of the bound's. The outermost rows and columns have no end.
    def _column(self, x: np.ndarray) -> np.ndarray:
        column = (x - self.x0) * (1.0 / self.width)
        np.maximum(column, 0.0, out=column)
        return np.minimum(column, self.n_columns - 1.0, out=column).astype(np.int64)

    def _row(self, y: np.ndarray) -> np.ndarray:
        row = (y - self.y0) * (1.0 / self.height)
        np.maximum(row, 0.0, out=row)
        return np.minimum(row, self.n_rows - 1.0, out=row).astype(np.int64)

    def _cell(self, x: np.ndarray, y: np.ndarray) -> np.ndarray:
        cell = self._row(y)
        cell *= self.n_columns
        cell += self._column(x)
        return cell

    def _tabulate(self) -> None:
        """Note where every cell begins, and between which y the places of every row lie."""
        held = np.zeros(self.n_rows, np.int64)
        for start in range(0, len(self.places), _ROWS_SORTED):
            held += np.bincount(self._row(self.y[start : start + _ROWS_SORTED]), None, self.n_rows)
        starts = np.concatenate([[0], np.cumsum(held)])
        # Each row has at least one more entry, where it ends.
        self.stride = -(-(self.n_columns + 1) // _BLOCK) * _BLOCK
        blocks = self.stride // _BLOCK
        self.base = np.empty(self.n_rows * blocks, np.int32)
        for kind in (np.uint8, np.uint16, np.int32):
            self.beyond = np.zeros(0, kind)  # the last one goes before the next one comes
            self.beyond = np.empty(self.n_rows * self.stride, kind)
            if self._fill(starts):
                break
        self.low, self.high = np.full(self.n_rows, np.inf), np.full(self.n_rows, -np.inf)
        full = np.flatnonzero(held)
        if len(full):
            self.low[full] = np.minimum.reduceat(self.y, starts[full])
            self.high[full] = np.maximum.reduceat(self.y, starts[full])

    def _fill(self, starts: np.ndarray) -> bool:
        """Fill the table of cells; False where a block has more places than its numbers can tell.

        Parameters
        ----------
        starts : (n_rows + 1,) where the places of every row of cells begin.
        """
        blocks = self.stride // _BLOCK
        at_once = max(1, (1 << 21) // self.stride)
        for row in range(0, self.n_rows, at_once):
            self._go_on()
            rows = min(at_once, self.n_rows - row)
            first, last = starts[row], starts[row + rows]
            here = self._row(self.y[first:last])
            here -= row
            here *= self.stride
            here += self._column(self.x[first:last])
            here += 1
            begin = np.cumsum(np.bincount(here, minlength=rows * self.stride))
            begin += first
            begin = begin.reshape(rows * blocks, _BLOCK)
            self.base[row * blocks : (row + rows) * blocks] = begin[:, 0]
            begin -= begin[:, :1].copy()
            if begin[:, -1].max() > np.iinfo(self.beyond.dtype).max:
                return False
            self.beyond[row * self.stride : (row + rows) * self.stride] = begin.ravel()
        return True

    def _begin(self, cell: np.ndarray) -> np.ndarray:
        """Return the first place of cells (of the table)."""
        begin = self.base.take(cell >> _SHIFT)
        begin += self.beyond.take(cell)
        return begin

    # -- looks

    def portions(self, reach: np.ndarray) -> list[slice]:
        """Split units that look so far around them in portions of about equal work."""
        rows = np.minimum(2.0 * reach / self.height + 2.0, self.n_rows)
        portion = (np.cumsum(rows) / _ROWS_AT_ONCE).astype(np.int64)
        cuts = [0, *(np.flatnonzero(np.diff(portion)) + 1).tolist(), len(reach)]
        return [slice(*pair) for pair in pairwise(cuts)]

    def within(self, x: np.ndarray, y: np.ndarray, radius: float) -> np.ndarray:
        """Return the counts up to and with a distance around every unit, shape (n, K)."""
        square = np.full(len(x), radius * radius)
        ring = self._ring(x, y, square, square)
        if ring is None:
            half = len(x) // 2
            return np.concatenate(
                [self.within(x[:half], y[:half], radius), self.within(x[half:], y[half:], radius)]
            )
        return self._sums(ring, ring.square <= radius * radius)

    def look(
        self, x: np.ndarray, y: np.ndarray, lo: np.ndarray, hi: np.ndarray, need: float
    ) -> Found:
        """Look for dwelling number `need` in the ring lo <= d < hi (hi > 0) around every unit."""
        hi2 = hi * hi
        # The unit's own place is at distance 0: a ring from there on has nothing below it.
        lo2 = np.where(lo > 0, lo * lo, -0.01 * hi2)
        ring = self._ring(x, y, lo2, hi2 + 1e-8 * (hi2 - lo2))
        if ring is None:
            half = len(x) // 2
            parts = [
                self.look(x[part], y[part], lo[part], hi[part], need)
                for part in (slice(half), slice(half, None))
            ]
            return Found(*(np.concatenate(pair) for pair in zip(*parts, strict=True)))
        return self._settle(ring, lo2, hi2, need)

    def _ring(self, x: np.ndarray, y: np.ndarray, lo2: np.ndarray, hi2: np.ndarray) -> _Ring | None:
        """Sum what lies surely inside, and gather the border; None where that is too much."""
        self._go_on()
        n = len(x)
        rows = self._rows(x, y, lo2, hi2)
        # One slice of places left and one right per row.
        length = rows.end - rows.start
        ends = np.cumsum(length)
        many = int(ends[-1]) if len(ends) else 0
        if many > _PLACES_AT_ONCE and n > 1:
            return None
        size = _sum_runs(length, 2 * rows.size)
        held = self.running.take(rows.right, axis=0)
        held -= self.running.take(rows.left, axis=0)
        sure = [_sum_runs(column, rows.size) for column in held.T]
        place = self.places.take(_positions(rows.start, length, ends), axis=0)
        unit = _owners(size)
        square = place[:, 0] - x.take(unit)
        square *= square
        across = place[:, 1] - y.take(unit)
        across *= across
        square += across
        return _Ring(sure, unit, list(place[:, 2:].view(np.int64).T), square, size)

    def _rows(self, x: np.ndarray, y: np.ndarray, lo2: np.ndarray, hi2: np.ndarray) -> _Rows:
        """Split the cells of each row into those surely inside and those the border crosses."""
        lo2, hi2 = lo2 * (1.0 - 1e-12), hi2 * (1.0 + 1e-12)
        reach = np.sqrt(hi2) + self.hair
        first, last = self._row(y - reach), self._row(y + reach)
        size = last - first + 1
        unit = _owners(size)
        row = np.arange(len(unit))
        row += (first - (np.cumsum(size) - size)).take(unit)
        # How far the nearest and the farthest place of the row can be up or down.
        above = y.take(unit)
        below = self.low.take(row)
        below -= above
        above -= self.high.take(row)
        near = np.maximum(below, above)
        np.maximum(near, 0.0, out=near)
        near *= near
        far = np.minimum(below, above, out=below)
        far *= far
        # Half the width of the disc there: all that may count, and all that surely does.
        outer = hi2.take(unit)
        outer -= near
        inner = lo2.take(unit)
        inner -= far
        missed, sure = outer < 0, inner > 0
        for half in (outer, inner):
            np.maximum(half, 0.0, out=half)
            np.sqrt(half, out=half)
        outer += self.hair
        inner -= self.hair
        middle = x.take(unit)
        row *= self.stride
        bounds = []
        for edge in (middle - outer, middle - inner, middle + inner, middle + outer):
            bounds.append(self._column(edge))
            bounds[-1] += row
        bounds[1] += 1
        bounds[3] += 1
        sure &= bounds[2] > bounds[1]
        for inside in (1, 2):
            np.copyto(bounds[inside], bounds[3], where=~sure)
        left_out, left, right, right_out = (self._begin(bound) for bound in bounds)
        for position in (left_out, left, right):
            np.copyto(position, right_out, where=missed)
        start = np.column_stack([left_out, right]).ravel()
        end = np.column_stack([left, right_out]).ravel()
        return _Rows(size, left, right, start, end)

    def _settle(self, ring: _Ring, lo2: np.ndarray, hi2: np.ndarray, need: float) -> Found:
        """Find the k-th dwelling among the places of the border, and add up to it."""
        n, stride = len(ring.size), _BINS + 2
        # Bin 0 is nearer than the ring, the last one beyond it. The bins follow the order of the
        # distances whatever is rounded; a hair less than _BINS keeps all below hi out of the last.
        bins = ring.square - lo2.take(ring.unit)
        bins *= (_BINS * (1.0 - 1e-9) / np.maximum(hi2 - lo2, 1e-300)).take(ring.unit)
        bins += 1.0
        np.maximum(bins, 0.0, out=bins)
        np.minimum(bins, _BINS + 1.0, out=bins)
        number = bins.astype(np.int64)
        number += ring.unit * stride
        weight = self.fixed.total(ring.packed)
        held = np.bincount(number, weight, n * stride).reshape(n, stride)
        reach = np.cumsum(held, axis=1) + self.fixed.total(ring.sure)[:, None]
        hit = (reach < need).sum(axis=1)
        found = (hit > 0) & (hit <= _BINS)
        # -1: in a bin before that of the k-th dwelling, 0: in that bin, 1: after it.
        kind = np.sign(np.arange(stride) - hit[:, None]).astype(np.int8)
        kind[~found] = 1
        kind = kind.ravel().take(number)
        inside = kind < 0
        edge = np.flatnonzero(kind == 0)
        unit, square = ring.unit.take(edge), ring.square.take(edge)
        order = np.lexsort((square, unit))
        edge, square = edge[order], square[order]
        many = np.bincount(unit, minlength=n)
        starts = np.cumsum(many) - many
        running = np.concatenate([[0.0], np.cumsum(weight.take(edge))])
        before = reach[np.arange(n), np.maximum(hit - 1, 0)] - running.take(starts)
        short = running[1:] + before.take(unit) < need
        at = np.bincount(unit[short], minlength=n)
        # Where the last digits of a sum fall short, the last place of the bin is meant.
        at = starts + np.minimum(at, np.maximum(many - 1, 0))
        limit = np.full(n, np.nan)
        limit[found] = square[at[found]]
        inside[edge[square <= limit.take(unit)]] = True
        return Found(reach[:, 0], reach[:, _BINS], limit, self._sums(ring, inside))

    def _sums(self, ring: _Ring, inside: np.ndarray) -> np.ndarray:
        """Return the counts of the cells inside and of those places of the border."""
        sums = []
        for sure, packed in zip(ring.sure, ring.packed, strict=True):
            sums.append(sure + _sum_runs(packed * inside, ring.size))
        return self.fixed.unpack(sums)


class Fixed:
    """Counts as whole numbers, several packed in one of 64 bits: sums are exact in any order.

    A field is as wide as the sum of all needs, so fields never run into each other. Counts with
    fractions are multiplied by a power of two, and what that leaves gets fields of its own.
    """

    def __init__(self, counts: np.ndarray) -> None:
        self.groups = counts.shape[1]
        totals = [float(column.sum()) for column in counts.T]
        self.scales = [1.0]
        top = max(int(max(totals, default=0.0)).bit_length(), 1)
        self.bits = top + 1
        if top > 60 or any((column != np.floor(column)).any() for column in counts.T):
            coarse = 2.0 ** (60 - top)
            self.scales = [coarse, coarse * 2.0 ** (60 - len(counts).bit_length())]
            self.bits = 62
        self.fields = len(self.scales) * self.groups
        self.per_column = 62 // self.bits
        self.n_columns = -(-self.fields // self.per_column)

    def pack(self, counts: np.ndarray, number: int) -> np.ndarray:
        """Return column `number` of the packed counts."""
        packed = np.zeros(len(counts), np.int64)
        first = number * self.per_column
        for field in range(first, min(first + self.per_column, self.fields)):
            part, group = divmod(field, self.groups)
            values = counts[:, group] * self.scales[0]
            if part:
                values -= np.floor(values)
                values = np.rint(values * (self.scales[1] / self.scales[0]))
            packed += values.astype(np.int64) << ((field - first) * self.bits)
        return packed

    def unpack(self, columns: Sequence[np.ndarray]) -> np.ndarray:
        """Return the counts, shape (n, K), that packed sums stand for."""
        result = np.zeros((len(columns[0]), self.groups))
        for field in range(self.fields):
            result[:, field % self.groups] += self._field(columns, field)
        return result

    def total(self, columns: Sequence[np.ndarray]) -> np.ndarray:
        """Return the sum over the groups that packed sums stand for."""
        if len(self.scales) > 1:
            result = np.zeros(len(columns[0]))
            for field in range(self.fields):
                result += self._field(columns, field)
            return result
        # Whole numbers: the lowest field of every column, then the next ones, with one mask.
        mask = (1 << self.bits) - 1
        whole = np.zeros(len(columns[0]), np.int64)
        for number, column in enumerate(columns):
            fields = min(self.per_column, self.fields - number * self.per_column)
            rest = column
            for field in range(fields):
                if field:
                    rest = rest >> self.bits
                whole += rest if field == fields - 1 else rest & mask
        return whole.astype(float)

    def _field(self, columns: Sequence[np.ndarray], field: int) -> np.ndarray:
        column, place = divmod(field, self.per_column)
        values = columns[column] >> (place * self.bits)
        values &= (1 << self.bits) - 1
        return values / self.scales[field // self.groups]


def _merged(places: np.ndarray) -> np.ndarray:
    """Make one place of rows with the same x and y that follow each other; uses up its input."""
    new = np.ones(len(places), bool)
    new[1:] = (places[1:, 0] != places[:-1, 0]) | (places[1:, 1] != places[:-1, 1])
    if new.all():
        return places
    starts = np.flatnonzero(new)
    sums = []
    for number in range(2, places.shape[1]):
        packed = places[:, number].copy().view(np.int64)
        sums.append(np.add.reduceat(packed, starts))
    # In place, for there may be millions: a row never moves to after where it was.
    for start in range(0, len(starts), _ROWS_SORTED):
        part = starts[start : start + _ROWS_SORTED]
        places[start : start + len(part)] = places[part]
    merged = places[: len(starts)]
    for number, column in enumerate(sums, start=2):
        merged[:, number].view(np.int64)[:] = column
    return merged.copy() if 2 * len(merged) < len(places) else merged


def _middle(values: np.ndarray) -> tuple[float, float]:
    """Return where the values begin and how far they go, but for a few that lie far out."""
    if not len(values):
        return 0.0, 0.0
    least, most = float(values.min()), float(values.max())
    low, high = (float(v) for v in np.quantile(values, [0.002, 0.998]))
    low, high = max(least, low - 0.1 * (high - low)), min(most, high + 0.1 * (high - low))
    return low, high - low


class _Rows(NamedTuple):
    """Per unit `size` rows of cells: the places surely inside, and two slices that may be."""

    size: np.ndarray
    left: np.ndarray
    right: np.ndarray
    start: np.ndarray
    end: np.ndarray


class _Ring(NamedTuple):
    """Packed sums of what is surely inside; the places to look at, `size` of them per unit."""

    sure: list[np.ndarray]
    unit: np.ndarray
    packed: list[np.ndarray]
    square: np.ndarray
    size: np.ndarray


def _owners(size: np.ndarray) -> np.ndarray:
    """Return size[0] times 0, size[1] times 1, and so on."""
    # Twice as fast as np.repeat.
    ends = np.cumsum(size)
    total = int(ends[-1]) if len(ends) else 0
    owner = np.bincount(ends[:-1], minlength=total + 1)[:total]
    return np.cumsum(owner, out=owner)


def _positions(first: np.ndarray, length: np.ndarray, ends: np.ndarray) -> np.ndarray:
    """Return first[0], first[0] + 1, … (length[0] of them), first[1], and so on."""
    there = np.flatnonzero(length)
    if not len(there):
        return np.zeros(0, np.int64)
    step = np.ones(int(ends[-1]), np.int64)
    first, length, ends = first.take(there), length.take(there), ends.take(there)
    step[0] = first[0]
    step[ends[:-1]] = first[1:] - (first[:-1] + length[:-1] - 1)
    return np.cumsum(step, out=step)


def _sum_runs(values: np.ndarray, size: np.ndarray) -> np.ndarray:
    """Sum the first size[0] values, the next size[1], …; of none the sum is 0."""
    result = np.zeros(len(size), np.int64)
    some = size > 0
    if some.any():
        result[some] = np.add.reduceat(values, (np.cumsum(size) - size)[some], dtype=np.int64)
    return result
