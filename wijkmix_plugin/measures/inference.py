# SPDX-License-Identifier: GPL-2.0-or-later
"""How sure an index is: a bootstrap interval, and what pure chance would give."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Collection, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from functools import partial
from threading import Event
from typing import Any, NamedTuple, Protocol

import numpy as np
import pandas as pd
import shapely

from ..errors import Cancelled, MeasureError, exact
from . import spatial
from .evenness import (
    MANY_GROUPS,
    ONE_GROUP,
    Contrast,
    Sums,
    Units,
    all_units,
    bias_corrected,
    by_area,
    check,
    ingredients_of,
    many_group_values,
    minus_x_log,
    one_group_values,
    stacked,
)
from .mix import rank_order
from .segregation import ALL, BIAS_CORRECTED, INDICES, PLACE, REST, SPATIAL
from .spatial_allocation import Allocations, together

# Numbers per array that one thread holds: half a million are 4 MB. Results depend on this number
# (each portion has its own random stream), not on the number of threads.
_PORTION = 500_000
# Of these so many are worked through at a time: half of what a core holds in its own memory.
_IN_CACHE = 100_000
# Binomial draws are tabulated up to this n, where there are so many draws for each row of the
# table. 255 marks a bin of the table with two outcomes.
_TABULATED, _UNSETTLED = 254, 255
_BITS, _DRAWS_PER_ROW = 11, 300
# At most so many are dealt: counts of them are held in 32 bits.
_PEOPLE = 2**31 - 1
_THREADS = min(4, os.cpu_count() or 1)

_FILLED = ("low", "high", "expected", "z", "p")


class Row(NamedTuple):
    """Which index of which groups a row of the table is about."""

    name: str
    contrast: Contrast
    bandwidth: float = 0.0


class Drawn(NamedTuple):
    """Polygons or points of the units, and the kernel of what lies around them."""

    geometry: np.ndarray
    kernel: str


def bootstrap(
    table: pd.DataFrame,
    counts: np.ndarray,
    groups: Sequence[str],
    *,
    total: np.ndarray | None = None,
    area: Sequence[object] | None = None,
    replicates: int = 999,
    seed: int = 12345,
    level: float = 0.95,
    progress: Callable[[float], None] | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> pd.DataFrame:
    """Add a bootstrap interval to every index of evenness and exposure.

    In each replicate as many units as there are are drawn with replacement, and the index is
    computed on them, margins included. `low` and `high` are the quantiles (1 - level) / 2 and
    (1 + level) / 2 of the replicates.

    Parameters
    ----------
    table : DataFrame from `segregation.indices`, of the same input.
    counts, groups, total, area : as given there.
    replicates : int
    seed : int
    level : float
        Between 0 and 1.
    progress, cancelled : callable, optional

    Returns
    -------
    DataFrame
        A copy of `table` with `low` and `high`. They are NaN, and `note` says so, for indices of
        places (a resampled map has no neighbours) and the bias-corrected D, and with fewer than two
        units. Replicates in which the index is undefined (a rare group was not drawn) are left out.

    Raises
    ------
    MeasureError
        When `replicates` or `level` is not possible, or as `segregation.indices`.
    Cancelled
        When `cancelled()` is true.

    Notes
    -----
    Efron and Tibshirani (1993), percentile interval. It tells how much the index depends on which
    units there happen to be; it does not take off the bias of small units. Every area has the same
    stream of random numbers: its interval is the same alone and among others, and does not depend
    on the order of the rows.
    """
    check_replicates(replicates)
    if not 0 < level < 1:
        raise MeasureError(
            "The level of an interval lies between 0 and 1, for example 0.95; not {level}.",
            "Het niveau van een interval ligt tussen 0 en 1, bijvoorbeeld 0,95; niet {level}.",
            level=level,
        )
    tails = [(1 - level) / 2, (1 + level) / 2]

    def interval(value: float, replicates: np.ndarray) -> dict[str, float]:
        known = replicates[np.isfinite(replicates)]
        if not len(known):
            return {}
        return {
            "low": float(np.quantile(known, tails[0])),
            "high": float(np.quantile(known, tails[1])),
        }

    return _infer(
        table,
        (counts, groups, total, area),
        (*ONE_GROUP, *MANY_GROUPS),
        lambda units: resamples(units, replicates, seed),
        interval,
        "no bootstrap for this index",
        progress,
        cancelled,
    )


def random_allocation(
    table: pd.DataFrame,
    counts: np.ndarray,
    groups: Sequence[str],
    *,
    total: np.ndarray | None = None,
    area: Sequence[object] | None = None,
    geometry: np.ndarray | None = None,
    kernel: str = "step",
    replicates: int = 999,
    seed: int = 12345,
    progress: Callable[[float], None] | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> pd.DataFrame:
    r"""Add what pure chance gives for units of this size, and set the index against it.

    In each replicate all members of all groups are dealt over the units at random. Unit sizes and
    group sizes stay as they are, so every deal is as likely as any other (a multivariate
    hypergeometric draw).

    .. math::
        z = (value - expected) / s, \qquad
        p = \min(1, 2 \min(\#\{v_r \ge v\} + 1, \#\{v_r \le v\} + 1) / (R + 1))

    Parameters
    ----------
    table, counts, groups, total, area, replicates, seed, progress, cancelled
        As in `bootstrap`. The rest of `total` is dealt too.
    geometry, kernel
        As given to `segregation.indices`, for indices of land, neighbours and surroundings.

    Returns
    -------
    DataFrame
        A copy of `table` with `expected` (mean of the replicates), `z` (s is their standard
        deviation) and the two-sided `p`. They are NaN, and `note` says so, for indices of places
        without `geometry`; z and p are NaN where chance leaves nothing open (simpson_interaction,
        entropy, one unit). Replicates in which the index is undefined are left out.

    Raises
    ------
    MeasureError
        With more than 2^31 - 1 people, or as `bootstrap`.
    Cancelled
        When `cancelled()` is true.

    Notes
    -----
    Winship (1977), Carrington and Troske (1997): D is above 0 by chance alone, the more so the
    smaller the units and the group. Only whole people can be dealt: of fractional counts the
    unit totals are rounded, and the group totals by largest remainder; `note` says "rounded to
    deal". The value itself is never rounded.

    Land, neighbours and kernels stay as they are; the people are dealt in the same way with and
    without them. By chance an index of land is that of all people, not 0, and the bias-corrected D
    keeps 2 - sqrt(2) of what D has in large units. The time for surroundings grows with n times
    the units within each bandwidth times the replicates; the memory stays below some 300 MB.
    """
    check_replicates(replicates)
    return _infer(
        table,
        (counts, groups, total, area),
        INDICES if geometry is not None else [i for i in INDICES if i not in (*PLACE, *SPATIAL)],
        lambda units: _deals(units, replicates, seed),
        _against_chance,
        "no random allocation without geometry",
        progress,
        cancelled,
        drawn=None if geometry is None else Drawn(np.asarray(geometry, dtype=object), kernel),
        fractions="rounded to deal",
    )


def _against_chance(value: float, replicates: np.ndarray) -> dict[str, float]:
    """Return expected, z and p of a value among replicates."""
    known = replicates[np.isfinite(replicates)]
    if not len(known) or np.isnan(value):
        return {}
    mean, spread = float(known.mean()), float(known.std(ddof=1)) if len(known) > 1 else 0.0
    # Equal up to the last digits is equal: sums of the same numbers in another order.
    hair = 1e-12 * max(1.0, abs(mean))
    if spread <= hair:
        return {"expected": mean}
    above = np.count_nonzero(known >= value - hair) + 1
    below = np.count_nonzero(known <= value + hair) + 1
    return {
        "expected": mean,
        "z": (value - mean) / spread,
        "p": min(1.0, 2.0 * min(above, below) / (len(known) + 1)),
    }


def check_replicates(replicates: int) -> None:
    """Raise MeasureError for fewer than two replicates."""
    if replicates < 2:
        raise MeasureError(
            "{n} replicates are too few; give at least 2, and 999 for a result to report.",
            "{n} herhalingen is te weinig; geef er minstens 2, en 999 voor een resultaat om te "
            "melden.",
            n=replicates,
        )


# -- from the rows of the table to replicates and back


class Replicates(Protocol):
    """Some replicates of the units of one area.

    `everybody` tells whether the groups are the whole population.
    """

    everybody: bool

    def sums(self, contrast: Contrast, ingredients: frozenset[str]) -> Sums:
        """Return sums of arrays (replicates,)."""

    def meetings(self, contrast: Contrast) -> np.ndarray:
        """Return the sum of x_a x_b / t (replicates,) for groups a and b among everybody."""


class _Area(NamedTuple):
    """An area: its units, the rows of the table about it, and what draws its replicates."""

    units: Units
    place: spatial.Place | None
    rows: dict[int, Row | None]
    portions: Sequence[Callable[[], Any]]


def _infer(
    table: pd.DataFrame,
    data: tuple,
    possible: Collection[str],
    simulate: Callable[[Units], Sequence[Callable[[], Any]]],
    fill: Callable[[float, np.ndarray], dict[str, float]],
    refusal: str,
    progress: Callable[[float], None] | None,
    cancelled: Callable[[], bool] | None,
    drawn: Drawn | None = None,
    fractions: str = "",
) -> pd.DataFrame:
    """Simulate each area; `fill` turns a value and its replicates into cells of the table."""
    counts, groups, total, area = data
    counts, total, usable = check(counts, groups, total, area)
    where = None if drawn is None else shapely.bounds(drawn.geometry)
    whole = all_units(counts, total, usable, ALL, where)
    cuts = [whole] if area is None else [whole, by_area(whole, area)]
    asked = frozenset(table["index"])
    places: list[spatial.Place | None] = [None] * sum(len(cut.areas) for cut in cuts)
    if drawn is not None and asked & set(PLACE):
        land = spatial.Land(drawn.geometry, usable, asked)
        places = [place for cut in cuts for place in land.of(cut)]
    names = [str(name) for name in groups]
    keys = list(zip(*(table[c] for c in ("index", "group", "versus", "bandwidth")), strict=True))
    about: dict[object, list[int]] = {}
    for position, label in enumerate(table["area"]):
        about.setdefault(label, []).append(position)
    areas = []
    for units, place in zip((a for cut in cuts for a in each_area(cut)), places, strict=True):
        rows = {i: _row(keys[i], names, possible) for i in about.get(units.areas[0], [])}
        some = any(rows.values()) and len(units.rows) > 1
        areas.append(_Area(units, place, rows, simulate(units) if some else []))
    around = drawn is not None and asked & set(SPATIAL)
    plain = _part(progress, 0.0, 30.0 if around else 100.0)
    passes = [_simulated(areas, len(names), plain, cancelled)]
    if drawn is not None and around:
        rest = _part(progress, 30.0, 100.0)
        passes.append(_surrounded(areas, len(names), drawn, rest, cancelled))
    value, note = table["value"].to_numpy(float), table["note"].to_numpy(object, copy=True)
    cells = {name: table[name].to_numpy(float, copy=True) for name in _FILLED}
    # Area by area: the replicates of thousands of areas would take gigabytes.
    for one in passes:
        for area, found in zip(areas, one, strict=True):
            for i, row in area.rows.items():
                if row in found and not np.isnan(value[i]):
                    for name, cell in fill(float(value[i]), found[row]).items():
                        cells[name][i] = cell
    for units, _, rows, _ in areas:
        said = fractions if (units.counts != np.rint(units.counts)).any() else ""
        for i, row in rows.items():
            text = refusal if row is None else said
            if text and not np.isnan(value[i]):
                note[i] = f"{note[i]}; {text}" if note[i] else text
    return table.assign(**cells, note=note)


def _part(
    progress: Callable[[float], None] | None, first: float, last: float
) -> Callable[[float], None] | None:
    """Let a part of the work report within its share of the whole."""
    if progress is None:
        return None
    return lambda percent: progress(first + (last - first) * percent / 100.0)


def _simulated(
    areas: Sequence[_Area],
    n_groups: int,
    progress: Callable[[float], None] | None,
    cancelled: Callable[[], bool] | None,
) -> Iterator[dict[Row, np.ndarray]]:
    """Yield the replicates of every row without surroundings, per area."""
    stop = Event()
    work, done = float(sum(len(area.units.rows) for area in areas)), 0.0
    with ThreadPoolExecutor(_THREADS) as pool:
        waiting: deque[list[Future]] = deque()
        for area in areas:
            rows = {row for row in area.rows.values() if row and row.name not in SPATIAL}
            waiting.append(
                [
                    pool.submit(_run, portion, rows, area.place, n_groups, stop)
                    for portion in area.portions
                    if rows
                ]
            )
        try:
            for area in areas:
                runs = waiting.popleft()
                found = []
                for run in runs:
                    found.append(_wait(run, stop, cancelled))
                    done += len(area.units.rows) / len(runs)
                    if progress is not None:
                        progress(min(100.0, 100.0 * done / work))
                rows = set(found[0]) if found else set()
                yield {row: np.concatenate([part[row] for part in found]) for row in rows}
        finally:
            stop.set()  # after an error too, the threads have nothing more to do


def _surrounded(
    areas: Sequence[_Area],
    n_groups: int,
    drawn: Drawn,
    progress: Callable[[float], None] | None,
    cancelled: Callable[[], bool] | None,
) -> Iterator[dict[Row, np.ndarray]]:
    """Yield the replicates of the indices of surroundings, per area."""
    points = spatial.representative_points(drawn.geometry)
    work, done = sum(len(area.units.rows) for area in areas), 0
    for area in areas:
        first, done = done, done + len(area.units.rows)
        step = _part(progress, 100.0 * first / work, 100.0 * done / work)
        yield _surrounded_in(area, n_groups, points, drawn.kernel, step, cancelled)


def _surrounded_in(
    area: _Area,
    n_groups: int,
    points: np.ndarray,
    kernel: str,
    progress: Callable[[float], None] | None,
    cancelled: Callable[[], bool] | None,
) -> dict[Row, np.ndarray]:
    """Return the replicates of the indices of surroundings of one area."""
    rows = {row for row in area.rows.values() if row and row.name in SPATIAL}
    here = points[area.units.rows]
    known = np.flatnonzero(np.isfinite(here).all(axis=1))
    if not rows or not area.portions or len(known) < 2:
        return {}
    blocks = spatial.Blocks(here[known], kernel)
    order = known[blocks.order]
    bandwidths = sorted({row.bandwidth for row in rows})
    size = _portion_size(len(here))
    many = -(-together(len(order), n_groups) // size)
    groups = [area.portions[i : i + many] for i in range(0, len(area.portions), many)]
    part = 100.0 / (len(groups) * len(bandwidths))
    done = 0.0
    found: dict[Row, list[np.ndarray]] = {row: [] for row in rows}
    for portions in groups:
        some = _allocated(portions, order, blocks, n_groups, size, cancelled)
        for bandwidth in bandwidths:
            step = _part(progress, done, done + part)
            runs = [partial(some.sums, block, bandwidth) for block in range(len(blocks))]
            values = some.values(sum(on_threads(runs, step, cancelled)))
            done += part
            for row in rows:
                if row.bandwidth == bandwidth:
                    contrast = -1 if row.contrast.kind == "many" else row.contrast.group
                    found[row].append(values[contrast][SPATIAL.index(row.name)])
    return {row: np.concatenate(parts) for row, parts in found.items()}


def _allocated(
    portions: Sequence[Callable[[], _Dealt]],
    order: np.ndarray,
    blocks: spatial.Blocks,
    n_groups: int,
    size: int,
    cancelled: Callable[[], bool] | None,
) -> Allocations:
    """Draw portions of this size, and keep the people of the units in this order."""
    counts = np.empty((len(order), n_groups, size * len(portions)), np.int32)

    def keep(number: int, look: Callable[[], None]) -> tuple[int, np.ndarray, bool]:
        look()
        dealt = portions[number]()
        place = slice(number * size, number * size + len(dealt.counts))
        counts[:, :, place] = dealt.counts[:, order].transpose(1, 2, 0)
        return len(dealt.counts), dealt.total, dealt.everybody

    kept = on_threads([partial(keep, i) for i in range(len(portions))], None, cancelled)
    replicates = sum(many for many, _, _ in kept)
    _, total, everybody = kept[0]
    return Allocations(blocks, counts[:, :, :replicates], total[order], everybody=everybody)


def _run(
    portion: Callable[[], Any],
    rows: set[Row],
    place: spatial.Place | None,
    n_groups: int,
    stop: Event,
) -> dict[Row, np.ndarray]:
    """Draw some replicates and compute what is asked of them."""

    def look() -> None:
        if stop.is_set():
            raise Cancelled

    look()
    some = portion()
    others = {row for row in rows if row.name in (BIAS_CORRECTED, *PLACE)}
    values = values_of(rows - others, some, n_groups, look)
    for contrast in {row.contrast for row in others}:
        look()
        names = [row.name for row in others if row.contrast == contrast]
        x, t = contrast.numbers(some.counts, some.total)
        found = place.values(names, x, t, look) if place is not None else {}
        if BIAS_CORRECTED in names:
            found[BIAS_CORRECTED] = bias_corrected(x, t - x, look)
        values |= {Row(name, contrast): found[name] for name in names}
    return values


def on_threads(
    runs: Sequence[Callable[[Callable[[], None]], Any]],
    progress: Callable[[float], None] | None,
    cancelled: Callable[[], bool] | None,
) -> list[Any]:
    """Return what every run gives; each is handed what it calls now and then, to be stopped."""
    stop = Event()

    def look() -> None:
        if stop.is_set() or (len(runs) == 1 and cancelled is not None and cancelled()):
            raise Cancelled

    found: list[Any] = []
    if len(runs) == 1:  # a thread would cost more than many a run
        look()
        found.append(runs[0](look))
        if progress is not None:
            progress(100.0)
        return found
    with ThreadPoolExecutor(_THREADS) as pool:
        waiting = [pool.submit(run, look) for run in runs]
        try:
            for number, run in enumerate(waiting, 1):
                found.append(_wait(run, stop, cancelled))
                if progress is not None:
                    progress(100.0 * number / len(waiting))
        finally:
            stop.set()  # after an error too, the threads have nothing more to do
    return found


def _wait(run: Future, stop: Event, cancelled: Callable[[], bool] | None) -> Any:
    """Wait for a run, looking now and then whether the user wants to stop."""
    while True:
        if cancelled is not None and cancelled():
            # Whatever is running or waiting ends at its next look.
            stop.set()
            raise Cancelled
        if run in wait([run], timeout=0.1).done:
            return run.result()


def each_area(units: Units) -> Iterator[Units]:
    """Yield every area by itself."""
    for number, i in enumerate(units.slices()):
        yield Units(
            units.areas[number : number + 1],
            np.zeros(1, np.int64),
            units.rows[i],
            units.counts[i],
            units.total[i],
        )


def _row(key: tuple, names: list[str], possible: Collection[str]) -> Row | None:
    """Return what can be simulated of a row of the table, None when nothing can."""
    index, group, versus, bandwidth = key
    if index not in possible:
        return None
    if versus is None:
        contrast = Contrast("many", 0)
    elif versus == REST:
        contrast = Contrast("rest", names.index(group))
    else:
        contrast = Contrast("pair", names.index(group), names.index(versus))
    return Row(index, contrast, 0.0 if np.isnan(bandwidth) else float(bandwidth))


def values_of(
    rows: set[Row],
    some: Replicates,
    n_groups: int,
    look: Callable[[], None] | None = None,
) -> dict[Row, np.ndarray]:
    """Return the values (replicates,) of every row; `look` may raise in between."""
    needed = ingredients_of(frozenset(row.name for row in rows))
    made: dict[Contrast, Sums] = {}

    def sums(contrast: Contrast) -> Sums:
        # Where the groups are everybody, a group among all is a group against the rest.
        if contrast.kind == "many" and some.everybody:
            contrast = Contrast("rest", contrast.group)
        if contrast not in made:
            if look is not None:
                look()
            other = Contrast("rest", 1 - contrast.group)
            if some.everybody and n_groups == 2 and other in made:
                # Two groups that are everybody lie as far apart from either side.
                apart = made[other]
                mine = some.sums(contrast, needed - {"deviation", "differences"})
                made[contrast] = mine._replace(
                    deviation=apart.deviation, differences=apart.differences
                )
            else:
                made[contrast] = some.sums(contrast, needed)
        return made[contrast]

    many: dict[str, np.ndarray] = {}
    result: dict[Row, np.ndarray] = {}
    for row in sorted(rows):
        if row.contrast.kind == "many":
            if not many:
                each = [sums(Contrast("many", k)) for k in range(n_groups)]
                many = many_group_values(stacked(each))
            result[row] = many[row.name]
        elif row.contrast.kind == "pair" and row.name == "interaction":
            group = some.sums(row.contrast, frozenset()).group
            met = some.meetings(row.contrast)
            result[row] = met / np.where(group > 0, group, np.nan)
        else:
            result[row] = one_group_values(sums(row.contrast))[row.name]
    return result


# -- units drawn with replacement


class _Terms(NamedTuple):
    """What is summed over the units for a contrast; the last three in order of p, where needed."""

    names: tuple[str, ...]
    values: np.ndarray
    """(m, n), one row a name."""
    order: np.ndarray | None
    group: np.ndarray
    people: np.ndarray
    share: np.ndarray


class Weighing:
    """The units of one area, and what is summed over them: worked out once for all replicates."""

    def __init__(self, units: Units) -> None:
        self.units = units
        self.everybody = np.array_equal(units.counts.sum(axis=1), units.total)
        self._made: dict[tuple[Contrast, frozenset[str]], _Terms] = {}

    def terms(self, contrast: Contrast, ingredients: frozenset[str]) -> _Terms:
        """Return what is summed for these ingredients."""
        key = contrast, ingredients
        if key not in self._made:
            self._made[key] = self._terms(contrast, ingredients)
        return self._made[key]

    def _terms(self, contrast: Contrast, ingredients: frozenset[str]) -> _Terms:
        x, t = contrast.numbers(self.units.counts, self.units.total)
        y = np.maximum(t - x, 0.0)
        people = np.where(t > 0, t, 1.0)
        p = x / people
        terms = {"total": t, "group": x, "rest": y}
        if ingredients & {"entropy", "information"}:
            terms["information"] = minus_x_log(x, p)
            terms["entropy"] = terms["information"] + minus_x_log(y, y / people)
        if "squares" in ingredients:
            terms["squares"] = x * p
        if "roots" in ingredients:
            terms["roots"] = np.sqrt(x * y)
        order = None
        if ingredients & {"deviation", "differences"}:
            # The order by p is the same in every replicate.
            order = rank_order((p * 2.0**63).astype(np.uint64))
            x, t, p = x.take(order), t.take(order), p.take(order)
        return _Terms(tuple(terms), np.array(list(terms.values())), order, x, t, p)


class Weighted:
    """Replicates in which every unit counts a number of times.

    Parameters
    ----------
    weighing : Weighing of the units of one area.
    weights : (R, n) how often each unit was drawn.
    """

    def __init__(self, weighing: Weighing, weights: np.ndarray) -> None:
        self.weighing, self.weights = weighing, weights
        self.everybody = weighing.everybody

    def sums(self, contrast: Contrast, ingredients: frozenset[str]) -> Sums:
        """Return sums of arrays (R,)."""
        terms = self.weighing.terms(contrast, ingredients)
        size = max(1, _IN_CACHE // max(self.weights.shape[1], 1))
        found = [
            _weighted_sums(terms, self.weights[first : first + size])
            for first in range(0, len(self.weights), size)
        ]
        made = {name: np.concatenate([part[name] for part in found]) for name in found[0]}
        nothing = np.full(len(self.weights), np.nan)
        return Sums(*(made.get(name, nothing) for name in Sums._fields))

    def meetings(self, contrast: Contrast) -> np.ndarray:
        """Return the sum of x_a x_b / t."""
        counts = self.weighing.units.counts
        both = counts[:, contrast.group] * counts[:, contrast.versus]
        return _add(self.weights, both / self.weighing.units.total)


def _weighted_sums(terms: _Terms, weights: np.ndarray) -> dict[str, np.ndarray]:
    """Return the sums (R,) of each name, for some replicates."""
    made = {
        name: _add(weights, values) for name, values in zip(terms.names, terms.values, strict=True)
    }
    if terms.order is None:
        return made
    T, X = made["total"], made["group"]
    wt, wx = weights.take(terms.order, axis=1), weights.take(terms.order, axis=1)
    wt *= terms.people
    wx *= terms.group
    upto = np.cumsum(wt, axis=1)
    made["differences"] = 2.0 * np.einsum("ij,ij->i", wx, upto) - X * T
    made["differences"] -= np.einsum("ij,ij->i", wx, wt)
    # Sum of abs(x - P t) is twice the shortage in the units below P.
    P = X / np.where(T > 0, T, 1.0)
    below = np.searchsorted(terms.share, P)
    some = below > 0
    people_below = np.where(some, upto[np.arange(len(P)), below - 1], 0.0)
    starts = np.arange(len(P)) * wx.shape[1]
    edges = np.column_stack([starts, starts + np.minimum(below, wx.shape[1] - 1)]).ravel()
    group_below = np.add.reduceat(wx.ravel(), edges)[::2]
    group_below = np.where(below == wx.shape[1], X, np.where(some, group_below, 0.0))
    made["deviation"] = np.maximum(2.0 * (P * people_below - group_below), 0.0)
    return made


def _add(weights: np.ndarray, term: np.ndarray) -> np.ndarray:
    """Sum a term (n,) over the units of each replicate."""
    # Not a matrix product: the last digit of that depends on the number of threads.
    return np.einsum("ij,j->i", weights, term)


def _portion_size(n: int) -> int:
    """Return how many replicates of n units a portion holds."""
    return max(1, _PORTION // n)


def _portions(
    n: int, replicates: int, seed: int | list[int]
) -> list[tuple[int, np.random.SeedSequence]]:
    """Cut replicates into portions, each with a size and its own random stream."""
    most = _portion_size(n)
    sizes = [min(most, replicates - first) for first in range(0, replicates, most)]
    return list(zip(sizes, np.random.SeedSequence(seed).spawn(len(sizes)), strict=True))


def resamples(units: Units, replicates: int, seed: int | list[int]) -> list[Callable[[], Weighted]]:
    """Return what draws the bootstrap replicates, some at a time."""
    weighing = Weighing(units)

    def draw(size: int, stream: np.random.SeedSequence) -> Weighted:
        n = len(units.rows)
        weights = np.empty((size, n))
        random = np.random.default_rng(stream)
        for row in weights:
            row[:] = np.bincount(random.integers(n, size=n), minlength=n)
        return Weighted(weighing, weights)

    return [partial(draw, *portion) for portion in _portions(len(units.rows), replicates, seed)]


# -- people dealt over units


class _Dealt:
    """Replicates in which the members of the groups were dealt over the units.

    Parameters
    ----------
    counts : (R, n, K) whole numbers per group.
    total : (n,) population of each unit.
    everybody : whether the groups are the whole population.
    """

    def __init__(self, counts: np.ndarray, total: np.ndarray, *, everybody: bool) -> None:
        self.counts, self.total, self.everybody = counts, total, everybody

    def sums(self, contrast: Contrast, ingredients: frozenset[str]) -> Sums:
        whole_x, whole_t = contrast.numbers(self.counts, self.total)
        whole_t = np.broadcast_to(whole_t, whole_x.shape)
        x, t = whole_x.astype(float), whole_t.astype(float)
        y = t - x
        T, X, rest = t.sum(axis=1), x.sum(axis=1), y.sum(axis=1)
        made: dict[str, np.ndarray] = {}
        p = x / np.where(t > 0, t, 1.0)
        if "deviation" in ingredients:
            gap = t * -(X / np.where(T > 0, T, 1.0))[:, None]
            gap += x
            made["deviation"] = np.abs(gap, out=gap).sum(axis=1)
        if "differences" in ingredients:
            # 32 bits tell shares apart that differ by 2e-10.
            order = rank_order((p * 2.0**63).astype(np.uint64), digits=2)
            order += np.arange(len(x))[:, None] * x.shape[1]
            x_up, t_up = x.reshape(-1).take(order), t.reshape(-1).take(order)
            before = np.cumsum(t_up, axis=1)
            made["differences"] = 2.0 * np.einsum("ij,ij->i", x_up, before) - X * T
            made["differences"] -= np.einsum("ij,ij->i", x_up, t_up)
        if ingredients & {"entropy", "information"}:
            log, times_log = _logarithms(self.total, whole_x.size)
            x_log_x = times_log(whole_x).sum(axis=1)
            made["information"] = np.einsum("ij,ij->i", x, log(whole_t)) - x_log_x
            made["entropy"] = times_log(whole_t).sum(axis=1) - x_log_x
            made["entropy"] -= times_log(whole_t - whole_x).sum(axis=1)
        if "squares" in ingredients:
            made["squares"] = np.einsum("ij,ij->i", x, p)
        if "roots" in ingredients:
            made["roots"] = np.sqrt(x * y).sum(axis=1)
        nothing = np.full(len(x), np.nan)
        return Sums(T, X, rest, *(made.get(name, nothing) for name in Sums._fields[3:]))

    def meetings(self, contrast: Contrast) -> np.ndarray:
        both = self.counts[..., contrast.group] * self.counts[..., contrast.versus]
        # A unit of less than half a dwelling has nobody when dealt, and no meetings.
        return (both / np.maximum(self.total, 1)).sum(axis=1)


def _logarithms(
    total: np.ndarray, size: int
) -> tuple[Callable[[np.ndarray], np.ndarray], Callable[[np.ndarray], np.ndarray]]:
    """Return ln k and k ln k, 0 for nobody, of `size` whole numbers up to those of `total`."""

    def log(k: np.ndarray) -> np.ndarray:
        return np.log(np.maximum(k, 1.0))

    if total.max() >= size:  # a table would take longer, or not fit
        return log, lambda k: k * log(k)
    k = np.arange(total.max() + 1, dtype=float)
    return log(k).take, (k * log(k)).take


def _deals(units: Units, replicates: int, seed: int) -> list[Callable[[], _Dealt]]:
    """Return what draws the random allocations, some at a time."""
    if units.total.sum() > _PEOPLE:
        raise MeasureError(
            "Pure chance deals everybody over the units, and {n} are more than there can be "
            "({most}). Choose fields that count people or dwellings.",
            "Zuiver toeval verdeelt iedereen over de eenheden, en {n} zijn er meer dan er kunnen "
            "zijn ({most}). Kies velden die mensen of woningen tellen.",
            n=exact(float(units.total.sum())),
            most=_PEOPLE,
        )
    n_groups = units.counts.shape[1]
    rest = np.maximum(units.total - units.counts.sum(axis=1), 0.0)
    groups = units.counts
    if rest.sum() > 0.5:  # less is rounding, not people
        groups = np.column_stack([groups, rest])
    capacity = np.rint(groups.sum(axis=1)).astype(np.int64)
    sizes = whole_numbers(groups.sum(axis=0), int(capacity.sum()))

    def draw(size: int, stream: np.random.SeedSequence) -> _Dealt:
        rng = np.random.default_rng(stream)
        left = np.broadcast_to(capacity, (size, len(capacity)))
        people = int(capacity.sum())
        dealt = []
        for group in sizes[:-1]:
            dealt.append(deal_one(left, group, people, rng))
            left, people = left - dealt[-1], people - group
        counts = np.stack([*dealt, left][:n_groups], axis=-1)
        return _Dealt(counts, capacity, everybody=len(sizes) == n_groups)

    return [partial(draw, *portion) for portion in _portions(len(capacity), replicates, seed)]


def whole_numbers(amounts: np.ndarray, total: int) -> list[int]:
    """Round amounts to whole numbers that add up to `total` (largest remainder)."""
    scaled = amounts * (total / amounts.sum())
    result = np.floor(scaled).astype(np.int64)
    short = total - int(result.sum())
    result[np.argsort(result - scaled, kind="stable")[:short]] += 1
    return [int(size) for size in result]


def deal_one(left: np.ndarray, size: int, people: int, rng: np.random.Generator) -> np.ndarray:
    """Choose `size` of the people left in the units at random, per replicate.

    Parameters
    ----------
    left : (R, n) people not dealt yet per unit; every replicate has `people` of them.

    Returns
    -------
    (R, n) how many were chosen in each unit: every choice of `size` people equally likely.
    """
    # Let each be chosen with chance size / people. Given how many that makes, every set of that
    # many is equally likely; taking surplus members off at random, or adding missing ones, keeps
    # it so. That costs a square root of the people, where dealing them one by one costs them all.
    drawn = _binomial(left, size / people if people else 0.0, rng)
    surplus = drawn.sum(axis=1) - size
    for sign in (1, -1):
        rows = np.flatnonzero(sign * surplus > 0)
        if not len(rows):
            continue
        # All who may go (or come), numbered unit after unit and replicate after replicate.
        pool = drawn[rows] if sign > 0 else left[rows] - drawn[rows]
        ends = np.cumsum(pool)
        last = ends[pool.shape[1] - 1 :: pool.shape[1]]
        first = np.concatenate([[0], last[:-1]])
        member = _distinct(sign * surplus[rows], first, last, rng)
        unit = np.searchsorted(ends, member, side="right")
        drawn[rows] -= sign * np.bincount(unit, minlength=ends.size).reshape(pool.shape)
    return drawn


def _distinct(
    wanted: np.ndarray, first: np.ndarray, last: np.ndarray, rng: np.random.Generator
) -> np.ndarray:
    """Draw `wanted` different numbers from `first` up to but not with `last`, per row; sorted."""
    row = np.repeat(np.arange(len(wanted)), wanted)
    result = np.empty(0, np.int64)
    while len(row):
        result = np.union1d(result, rng.integers(first[row], last[row]))
        have = np.diff(np.searchsorted(result, first), append=len(result))
        row = np.repeat(np.arange(len(wanted)), wanted - have)
    return result


def _binomial(n: np.ndarray, chance: float, rng: np.random.Generator) -> np.ndarray:
    """Draw from Binomial(n, chance) for an array of many small n.

    Notes
    -----
    Where the numbers n are few and small against the draws, the distribution of each is tabulated,
    and a draw is a look-up: 11 random bits tell the outcome, unless two outcomes share that part of
    the distribution (less than one draw in a hundred), which the digits after them then settle.
    That is inversion, as exact as numpy's, and seven times as fast.
    """
    most = int(n.max(initial=0))
    if not 0.0 < chance < 1.0 or most > _TABULATED or n.size < _DRAWS_PER_ROW * (most + 1):
        return rng.binomial(n, chance)
    bins = 1 << _BITS
    below = _distributions(most, chance)
    # A row per n: the outcome of every bin, or `_UNSETTLED` where the next outcome begins in it.
    places = below * bins
    begins = np.ceil(places).astype(np.int64)
    begins += np.arange(most + 1)[:, None] * (bins + 1)
    table = np.bincount(begins.ravel(), minlength=(most + 1) * (bins + 1))
    table = np.cumsum(table.reshape(most + 1, bins + 1), axis=1)[:, :bins].astype(np.uint8)
    row, outcome = np.nonzero((places < bins) & (places != np.floor(places)))
    table[row, places[row, outcome].astype(np.int64)] = _UNSETTLED
    bits = np.frombuffer(rng.bytes(2 * n.size), np.uint16) >> (16 - _BITS)
    key = n.astype(np.int64).ravel()
    key <<= _BITS
    key += bits
    drawn = table.ravel().take(key)
    open_ones = np.flatnonzero(drawn == _UNSETTLED)
    drawn = drawn.astype(np.int64)
    if len(open_ones):
        key = key[open_ones]
        number = (rng.random(len(key)) + (key & (bins - 1))) / bins
        drawn[open_ones] = (below[key >> _BITS] <= number[:, None]).sum(axis=1)
    return drawn.reshape(n.shape)


def _distributions(most: int, chance: float) -> np.ndarray:
    """Return the chance of k or less (columns) for n = 0 … most (rows); 1 from k = n on."""
    exactly = np.zeros((most + 1, most + 1))
    exactly[0, 0] = 1.0
    for n in range(1, most + 1):
        exactly[n] = exactly[n - 1] * (1.0 - chance)
        exactly[n, 1:] += exactly[n - 1, :-1] * chance
    below = np.minimum(np.cumsum(exactly, axis=1), 1.0)
    below[np.triu_indices(most + 1)] = 1.0
    return below
