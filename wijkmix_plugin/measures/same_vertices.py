# SPDX-License-Identifier: GPL-2.0-or-later
"""Units whose borders are the same vertices, found without sorting and without comparing shapes.

Works through millions of vertices in pieces that fit the processor's cache, and keeps little more
than two positions for each of them.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import shapely

PIECE = 1 << 15
# Odd numbers with well spread bits, for multiplicative hashing.
ODD = 0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F, 0xD6E8FEB86659FD93


def meet(shapes: np.ndarray, xy: np.ndarray, *, edges: bool) -> tuple[np.ndarray, np.ndarray]:
    """Return the pairs of units that share a vertex (or an edge), and who has an edge of its own.

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
        Units with an edge whose two ends are not an edge of any other unit.
    """
    n = len(shapes)
    for piece in _pieces(len(xy)):
        xy[piece] += 0.0  # -0.0 and 0.0 are the same place
    size = shapely.get_num_coordinates(shapes)
    # A running count of units; faster than np.repeat.
    unit = np.zeros(len(xy), np.int32)
    unit[np.cumsum(size)[:-1]] = 1
    np.cumsum(unit, out=unit)
    place = _alike(xy.view(np.complex128).ravel())
    guest = _guests(place)
    ring_end = _ring_ends(shapes, size, place)
    host = place.take(guest)
    first, last = _runs(guest, host, ring_end)
    mine, yours = unit[guest[first]], unit[host[first]]

    # Edges that no run covers, near corners and on the outline, are looked up one by one.
    edge = (last > first) & (mine != yours)
    low, high = np.minimum(host[first], host[last]), np.maximum(host[first], host[last])
    stop = np.flatnonzero(ring_end)
    rest = _uncovered(
        np.concatenate([guest[first][edge], low[edge], stop]),
        np.concatenate([guest[last][edge], high[edge], stop + 1]),
        len(xy),
    )
    start, end = place[rest].astype(np.uint64), place[rest + 1].astype(np.uint64)
    rest, start, end = rest[start != end], start[start != end], end[start != end]
    ends = np.minimum(start, end) << np.uint64(32) | np.maximum(start, end)
    same = _alike(ends)
    codes, met = _meetings(same, _guests(same), unit[rest], n)
    ragged = np.unique(unit[rest[~met]])
    if not edges:
        # Along a run only two units meet, except in the places of several runs.
        crowded = np.zeros(len(xy), bool)
        crowded[_overlap(low, high)] = True
        corner = crowded.take(host)
        corner[first[last == first]] = True
        codes, _ = _meetings(place, guest[corner], unit, n)
    return distinct(np.concatenate([_codes(mine[edge], yours[edge], n), codes])), ragged


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


def _pieces(length: int) -> Iterator[slice]:
    for start in range(0, length, PIECE):
        yield slice(start, min(start + PIECE, length))


def _ring_ends(shapes: np.ndarray, size: np.ndarray, place: np.ndarray) -> np.ndarray:
    """Return True for the last vertex of every ring."""
    stop = np.cumsum(size) - 1
    last = np.zeros(len(place), bool)
    last[stop] = True
    # A single ring ends where it began. Making the rings of all units would take as long as all the
    # rest together.
    several = (place[stop - size + 1] != place[stop]) | (shapely.get_num_geometries(shapes) > 1)
    rings, owner = shapely.get_rings(shapes[several], return_index=True)
    before = (stop + 1)[several] - np.cumsum(size[several])
    last[before[owner] + np.cumsum(shapely.get_num_coordinates(rings)) - 1] = True
    return last


def _runs(
    guest: np.ndarray, host: np.ndarray, ring_end: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Split the guests where they, or their hosts, are not vertices in a row of one ring.

    Returns the first and the last guest of each run.
    """
    if not len(guest):
        return np.empty(0, np.int64), np.empty(0, np.int64)
    ahead = np.diff(host)
    step = (np.diff(guest) == 1) & (np.abs(ahead) == 1)
    step[1:] &= (ahead[1:] == ahead[:-1]) | ~step[:-1]
    step &= ~(ring_end.take(guest[:-1]) | ring_end.take(np.minimum(host[1:], host[:-1])))
    last = np.append(np.flatnonzero(~step), len(guest) - 1)
    return np.append(0, last[:-1] + 1), last


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


def _meetings(
    place: np.ndarray, guest: np.ndarray, unit: np.ndarray, n: int
) -> tuple[np.ndarray, np.ndarray]:
    """Return the pairs of units in the same place, and which rows share theirs with another unit.

    Pairs are low * n + high, perhaps several times.
    """
    codes, met = [np.empty(0, np.int64)], np.zeros(len(place), bool)
    order = radix_order(place[guest])
    rows = guest[order]
    host = place[rows]
    start = np.flatnonzero(np.append(True, host[1:] != host[:-1])[: len(host)])
    while len(rows):
        # In each place one row receives all others that are left there, and then leaves.
        true = np.flatnonzero(unit[rows] != unit[host])
        met[rows[true]] = met[host[true]] = True
        codes.append(_codes(unit[rows[true]], unit[host[true]], n))
        first = np.zeros(len(rows), bool)
        first[start] = True
        size = np.diff(np.append(start, len(rows)))
        host = np.repeat(rows[start], size)[~first]
        rows = rows[~first]
        start = (np.cumsum(size - 1) - (size - 1))[size > 1]
    return np.concatenate(codes), met


def _codes(one: np.ndarray, other: np.ndarray, n: int) -> np.ndarray:
    """Return low * n + high for pairs of units, without repeats in a row: borders are long."""
    new = np.append(True, (one[1:] != one[:-1]) | (other[1:] != other[:-1]))[: len(one)]
    one, other = one[new].astype(np.int64), other[new].astype(np.int64)
    return np.minimum(one, other) * n + np.maximum(one, other)


def _alike(items: np.ndarray, odd: int = ODD[0]) -> np.ndarray:
    """Give every item the position of one fixed item equal to it.

    A hash table without chains: every item writes its position at its hash and then reads who is
    there. Equal items find the same one; those that find another one try again with a next hash.

    Parameters
    ----------
    items : ndarray of complex128 or uint64

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
    for piece in _pieces(length):
        key = words[piece, 0] * np.uint64(odd)
        key ^= words[piece, -1]
        # Round coordinates differ in their first bits only; a product spreads bits upwards.
        key ^= key >> np.uint64(32)
        key *= np.uint64(ODD[1])
        key >>= np.uint64(64 - bits)
        slot[piece] = key
        table[slot[piece]] = np.arange(piece.start, piece.stop, dtype=np.int32)
    strangers = [np.empty(0, np.int32)]
    for piece in _pieces(length):
        there = table.take(slot[piece], out=place[piece], mode="clip")
        moved = np.flatnonzero(there != np.arange(piece.start, piece.stop, dtype=np.int32))
        differ = items.take(there.take(moved)) != items[piece].take(moved)
        strangers.append(moved[np.flatnonzero(differ)].astype(np.int32) + np.int32(piece.start))
    other = np.concatenate(strangers)
    if len(other):
        del slot, table
        place[other] = other[_alike(items[other], odd * ODD[2] % 2**64)]
    return place


def _guests(place: np.ndarray) -> np.ndarray:
    """Return the rows whose place is another row, ascending."""
    found = [
        (np.flatnonzero(place[p] != np.arange(p.start, p.stop, dtype=np.int32)) + p.start)
        for p in _pieces(len(place))
    ]
    return np.concatenate([np.empty(0, np.int32), *found]).astype(np.int32)
