# SPDX-License-Identifier: GPL-2.0-or-later
"""Units whose borders are the same vertices, found without sorting and without comparing shapes.

Works through millions of vertices in pieces that fit the processor's cache, and keeps little more
than two positions for each of them.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import shapely

PIECE = 1 << 18
# Odd numbers with well spread bits, for multiplicative hashing.
ODD = 0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F, 0xD6E8FEB86659FD93


def meet(shapes: np.ndarray, xy: np.ndarray, *, edges: bool) -> tuple[np.ndarray, np.ndarray]:
    """Return the pairs of units that share a vertex (or an edge), and who may touch others besides.

    Parameters
    ----------
    shapes : ndarray of shapely polygons, shape (n,)
    xy : ndarray of float, shape (v, 2)
        All their vertices, finite numbers. -0.0 becomes 0.0 in place.
    edges : bool
        Whether a pair must share an edge.

    Returns
    -------
    pairs : ndarray of int64
        low * n + high, ascending, each pair once.
    ragged : ndarray of int
        Units with an edge whose two ends are not an edge of any other unit, or are an edge of one
        that goes along it in the same direction.
    """
    n = len(shapes)
    size = shapely.get_num_coordinates(shapes)
    # A running count of units; faster than np.repeat.
    unit = np.empty(len(xy), np.int32)
    unit.fill(0)
    unit[np.cumsum(size)[:-1]] = 1
    np.cumsum(unit, out=unit)
    place = _alike(xy.view(np.complex128).ravel())
    ring_end = _ring_ends(shapes, size, place)
    first, last = _runs(place, ring_end)
    begin, end = place[first], place[last]
    mine, yours = unit[first], unit[begin]

    # Edges that no run covers, near corners and on the outline, are looked up one by one.
    long = last > first
    edge = long & (mine != yours)
    low, high = np.minimum(begin, end), np.maximum(begin, end)
    stop = np.flatnonzero(ring_end)
    rest = _uncovered(
        np.concatenate([first[edge], low[edge], stop]),
        np.concatenate([last[edge], high[edge], stop + 1]),
        len(xy),
    )
    # Along a run only two units meet, except where runs of several units have the same host.
    shared = _overlap(low[long], high[long] - 1)
    if len(shared):
        rows = _rows_in(place, _marked(len(xy), shared, shared + 1))
        rows = rows[:-1][np.diff(rows) == 1]
        rest = distinct(np.concatenate([rest, rows[~ring_end[rows]]]))
    rest = rest[place[rest] != place[rest + 1]]
    owner = unit[rest]
    one, other = _same_edges(place[rest], place[rest + 1])
    one, other = one[owner[one] != owner[other]], other[owner[one] != owner[other]]
    # Units that go along an edge in the same direction lie on the same side of it: they overlap.
    onward = place[rest] < place[rest + 1]
    along = onward[one] == onward[other]
    ragged = owner[~_marked(len(rest), one, other) | _marked(len(rest), one[along], other[along])]
    along = edge & (begin < end)
    ragged = distinct(np.concatenate([ragged, mine[along], yours[along]]))
    one, other = owner[one], owner[other]
    if not edges:
        rows = _rows_in(place, _marked(len(xy), _overlap(low, high), low[~long]))
        one, other = _meetings(place[rows], rows)
        one, other = unit[one], unit[other]
    codes = [_codes(mine[edge], yours[edge], n), _codes(one, other, n)]
    return distinct(np.concatenate(codes)), ragged


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


def distinct(codes: np.ndarray) -> np.ndarray:
    """Return the distinct non-negative integers, ascending."""
    codes = codes[radix_order(codes)]
    return codes[np.append(True, codes[1:] != codes[:-1])[: len(codes)]]


def _each_piece(work: Callable[[int, int], np.ndarray | None], length: int) -> list:
    """Call work(start, stop) for all pieces of a length, and return what it returns, in order.

    In several threads where that pays: numpy lets go of Python's lock while it works.
    """
    starts = range(0, length, PIECE)
    threads = min(os.cpu_count() or 1, len(starts) // 2, 4)

    def some(part: int) -> list:
        mine = starts[part * len(starts) // threads : (part + 1) * len(starts) // threads]
        return [work(start, min(start + PIECE, length)) for start in mine]

    if threads < 2:
        return [work(start, min(start + PIECE, length)) for start in starts]
    with ThreadPoolExecutor(threads) as pool:
        return [found for part in pool.map(some, range(threads)) for found in part]


def _join(parts: list) -> np.ndarray:
    return np.concatenate([np.empty(0, np.int64), *parts])


def _ring_ends(shapes: np.ndarray, size: np.ndarray, place: np.ndarray) -> np.ndarray:
    """Return True for the last vertex of every ring."""
    stop = np.cumsum(size) - 1
    last = np.zeros(len(place), bool)
    last[stop] = True
    # A single ring ends where it began. Making the rings of all units would take as long as all the
    # rest together.
    several = (place[stop - size + 1] != place[stop]) | (shapely.get_num_geometries(shapes) > 1)
    # Part by part: get_rings passes over what is not a plain polygon.
    parts, owner = shapely.get_parts(shapes[several], return_index=True)
    rings, part = shapely.get_rings(parts, return_index=True)
    before = (stop + 1)[several] - np.cumsum(size[several])
    last[before[owner[part]] + np.cumsum(shapely.get_num_coordinates(rings)) - 1] = True
    return last


def _runs(place: np.ndarray, ring_end: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the first and last positions of the runs of guests.

    A guest is a row whose place is another row, its host. A run ends where guests, or their hosts,
    are not vertices in a row of one ring.
    """

    def ends(start: int, stop: int) -> np.ndarray:
        # From two rows before to one after: a step is compared with the one before it, and a row
        # with the steps on both its sides.
        back = min(start, 2)
        host = place[start - back : min(stop + 1, len(place))]
        guest = host != np.arange(start - back, start - back + len(host), dtype=np.int32)
        ahead = np.diff(host)
        step = (ahead == 1) | (ahead == -1)
        step &= guest[1:]
        step &= guest[:-1]
        step &= ~ring_end[start - back : start - back + len(step)]
        step &= ~ring_end.take(np.minimum(host[1:], host[:-1]))
        step[1:] &= (ahead[1:] == ahead[:-1]) | ~step[:-1]
        here = slice(back, back + stop - start)
        first = guest & ~np.append(False, step)
        last = guest & ~np.append(step, False)
        return np.concatenate(
            [np.flatnonzero(first[here]) + start, -1 - start - np.flatnonzero(last[here])]
        )

    found = _join(_each_piece(ends, len(place)))
    return found[found >= 0], -1 - found[found < 0]


def _uncovered(start: np.ndarray, stop: np.ndarray, length: int) -> np.ndarray:
    """Return the positions below `length` that are in none of the half-open intervals."""
    order = radix_order(start)
    reach = np.maximum.accumulate(stop[order])
    return _ranges(np.append(0, reach), np.append(start[order], length))


def _overlap(low: np.ndarray, high: np.ndarray) -> np.ndarray:
    """Return the positions that are in two or more of the closed intervals."""
    order = radix_order(low)
    low, high = low[order], high[order]
    return _ranges(low[1:], np.minimum(high[1:], np.maximum.accumulate(high)[:-1]) + 1)


def _ranges(start: np.ndarray, stop: np.ndarray) -> np.ndarray:
    """Return start, start + 1, ... stop - 1 of every interval, one after the other."""
    length = np.maximum(stop - start, 0)
    shift = np.repeat(start - (np.cumsum(length) - length), length)
    return shift + np.arange(len(shift))


def _same_edges(start: np.ndarray, end: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the pairs of rows with the same edge, given the places of both its ends."""
    low, high = np.minimum(start, end).astype(np.uint64), np.maximum(start, end).astype(np.uint64)
    return _meetings(_alike(low << np.uint64(32) | high), np.arange(len(low)))


def _meetings(place: np.ndarray, rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return all pairs of rows in the same place."""
    order = np.argsort(place, kind="stable")
    place, rows = place[order], rows[order]
    one, other = [np.empty(0, np.int64)], [np.empty(0, np.int64)]
    # Each row meets the next in its place, the one after that, and so on.
    left = np.flatnonzero(place[1:] == place[:-1])
    far = 1
    while len(left):
        one.append(rows[left])
        other.append(rows[left + far])
        far += 1
        left = left[: np.searchsorted(left, len(rows) - far)]
        left = left[place[left] == place[left + far]]
    return np.concatenate(one), np.concatenate(other)


def _codes(one: np.ndarray, other: np.ndarray, n: int) -> np.ndarray:
    """Return low * n + high for pairs of units, without pairs of one unit."""
    one, other = one[one != other].astype(np.int64), other[one != other].astype(np.int64)
    return np.minimum(one, other) * n + np.maximum(one, other)


def _alike(items: np.ndarray, odd: int = ODD[0]) -> np.ndarray:
    """Give every item the position of one fixed item equal to it.

    A hash table without chains: every item writes its position at its hash and then reads who is
    there. Equal items find the same one; those that find another one try again with a next hash.
    Which of several equal items is the fixed one may differ from run to run.

    Parameters
    ----------
    items : ndarray of complex128 or uint64
        -0.0 becomes 0.0 in place.

    Returns
    -------
    ndarray of int32
        The position of the fixed item.
    """
    length = len(items)
    words = items.view(np.uint64).reshape(length, items.itemsize // 8)
    place = np.empty(length, np.int32)
    bits = max(2 * length - 1, 2).bit_length()
    table = np.empty(1 << bits, np.int32)
    slot = np.empty(length, np.int32)

    def write(start: int, stop: int) -> None:
        if items.dtype == np.complex128:
            items[start:stop] += 0.0  # -0.0 and 0.0 are the same place
        key = words[start:stop, 0] * np.uint64(odd)
        key ^= words[start:stop, -1]
        # Round coordinates differ in their first bits only; a product spreads bits upwards.
        key ^= key >> np.uint64(32)
        key *= np.uint64(ODD[1])
        key >>= np.uint64(64 - bits)
        slot[start:stop] = key
        table[slot[start:stop]] = np.arange(start, stop, dtype=np.int32)

    def read(start: int, stop: int) -> np.ndarray:
        there = table.take(slot[start:stop], out=place[start:stop], mode="clip")
        return np.flatnonzero(items.take(there) != items[start:stop]) + start

    _each_piece(write, length)
    strangers = _join(_each_piece(read, length))
    if len(strangers):
        del slot, table
        again = _alike(items[strangers], odd * ODD[2] % 2**64)
        place[strangers] = strangers[again]
    return place


def _rows_in(place: np.ndarray, wanted: np.ndarray) -> np.ndarray:
    """Return the rows whose place is wanted, ascending."""

    def found(start: int, stop: int) -> np.ndarray:
        return np.flatnonzero(wanted.take(place[start:stop])) + start

    return _join(_each_piece(found, len(place)))


def _marked(length: int, *positions: np.ndarray) -> np.ndarray:
    marked = np.zeros(length, bool)
    for some in positions:
        marked[some] = True
    return marked
