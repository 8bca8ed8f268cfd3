# SPDX-License-Identifier: GPL-2.0-or-later
"""Two areas, or two years: how much an index differs, and why."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

import numpy as np
import pandas as pd

from ..errors import Cancelled, MeasureError
from .evenness import MANY_GROUPS, ONE_GROUP, Contrast, Units, all_units, check
from .inference import Row, Weighing, Weighted, check_replicates, on_threads, resamples, values_of
from .mix import canonical_order
from .segregation import ALL, REST


def compare(
    first: np.ndarray,
    second: np.ndarray,
    groups: Sequence[str],
    *,
    total_first: np.ndarray | None = None,
    total_second: np.ndarray | None = None,
    same_units: bool = False,
    which: Sequence[str] | None = None,
    replicates: int = 999,
    seed: int = 12345,
    level: float = 0.95,
    progress: Callable[[float], None] | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> pd.DataFrame:
    r"""Compare two areas, or two years of one area, on the same groups.

    The difference is split in what the composition of the two does to the index and what the
    unevenness does, by the Shapley value over the two ways to go from first to second:

    .. math::
        C = \tfrac12 [I(u_1, c_2) - I(u_1, c_1) + I(u_2, c_2) - I(u_2, c_1)], \qquad
        U = \tfrac12 [I(u_2, c_1) - I(u_1, c_1) + I(u_2, c_2) - I(u_1, c_2)]

    :math:`I(u_1, c_2)` is the index of the first area if its groups were as large as in the second,
    each spread over the units as it is: every count of group k times :math:`P_{2k} / P_{1k}`.

    Parameters
    ----------
    first, second : ndarray, shape (n, K) and (m, K)
        Counts per group.
    groups : sequence of K str
    total_first, total_second : ndarray, optional
        Populations, as `total` in `segregation.indices`; both or none.
    same_units : bool
        The rows of both are the same units (two years): units that are unusable in either are left
        out of both, and the bootstrap draws the same units in both.
    which : sequence of str, optional
        Ids among `ONE_GROUP` and `MANY_GROUPS`; None takes all.
    replicates, seed, level, progress, cancelled
        As in `bootstrap`.

    Returns
    -------
    DataFrame
        `index, group, versus, first, second, difference` (second minus first), `low, high` (its
        bootstrap interval), `composition, unevenness` (they add up to the difference) and `note`.
        The two parts are NaN where a group is absent in one of the two.

    Raises
    ------
    MeasureError, Cancelled
        As `bootstrap`.

    Notes
    -----
    Shapley decomposition: Shorrocks (2013). D of two groups does not change when a group grows
    everywhere in the same proportion (composition invariance, James and Taeuber 1985), so there
    the composition explains nothing, by construction. PySAL's DecomposeSegregation instead gives
    units the shares that units of the same rank have in the other area, which moves the
    composition and the unevenness at once.
    """
    check_replicates(replicates)
    if (total_first is None) != (total_second is None):
        raise MeasureError(
            "Give a total for both or for neither of the two; else their rests do not compare.",
            "Geef een totaal voor beide of voor geen van beide; anders is de rest niet te "
            "vergelijken.",
        )
    pair = [check(first, groups, total_first), check(second, groups, total_second)]
    if same_units:
        if len(pair[0][0]) != len(pair[1][0]):
            raise MeasureError(
                "The two tables have {a} and {b} units, so they are not the same units. Join them "
                "first, or compare them as two areas.",
                "De twee tabellen hebben {a} en {b} eenheden; het zijn dus niet dezelfde. Koppel "
                "ze eerst, of vergelijk ze als twee gebieden.",
                a=len(pair[0][0]),
                b=len(pair[1][0]),
            )
        both = pair[0][2] & pair[1][2]
        if not both.any():
            raise MeasureError(
                "None of the {n} units has usable figures in both years, so there is nothing to "
                "compare. Check whether both tables are of the same units.",
                "Geen van de {n} eenheden heeft in beide jaren bruikbare cijfers; er valt dus "
                "niets te vergelijken. Controleer of beide tabellen over dezelfde eenheden gaan.",
                n=len(both),
            )
        pair = [(counts, total, both) for counts, total, _ in pair]
        merged = np.hstack([np.column_stack([counts, total]) for counts, total, _ in pair])
        order = np.flatnonzero(both)
        order = order[canonical_order(list(merged[order].T))]
        sides = [_one_area(counts[order], total[order]) for counts, total, _ in pair]
    else:
        sides = [all_units(counts, total, usable, ALL) for counts, total, usable in pair]
    names = [str(name) for name in groups]
    wanted = _rows_to_compare(which, len(names))

    def look() -> None:
        if cancelled is not None and cancelled():
            raise Cancelled

    plain = [_pointvalues_of(units, wanted, look) for units in sides]
    crossed = _exchange_compositions(sides)
    mixed = [_pointvalues_of(units, wanted, look) for units in crossed]
    drawn = (
        [(resamples(sides[0], replicates, seed), sides)]
        if same_units
        else [(resamples(u, replicates, [seed, n]), [u]) for n, u in enumerate(sides, 1)]
    )
    spread: list[dict[Row, np.ndarray]] = []
    for number, (portions, some) in enumerate(drawn):
        those = [Weighing(units) for units in some]

        def tell(percent: float, number: int = number) -> None:
            if progress is not None:
                progress((100.0 * number + percent) / len(drawn))

        runs = [partial(_replicates_of, portion, those, wanted) for portion in portions]
        found = on_threads(runs, tell, cancelled)
        spread += [
            {row: np.concatenate([part[row] for part in parts]) for row in wanted}
            for parts in zip(*found, strict=True)
        ]
    tails = [(1 - level) / 2, (1 + level) / 2]
    records = []
    for row in wanted:
        one, two = (values[row] for values in plain)
        # first with the composition of the second, and the other way round
        one_as_two, two_as_one = (values[row] for values in mixed)
        change = spread[1][row] - spread[0][row]
        change = change[np.isfinite(change)]
        alone = min(len(units.rows) for units in sides) < 2
        known = len(change) and not alone and np.isfinite(two - one)
        low, high = (float(np.quantile(change, q)) if known else np.nan for q in tails)
        composition = 0.5 * (one_as_two - one + two - two_as_one)
        unevenness = 0.5 * (two_as_one - one + two - one_as_two)
        note = "" if np.isfinite(two - one) else _why_undefined(row.contrast, sides)
        if not note and not np.isfinite(composition):
            note = "group absent in one of the two"
        many = row.contrast.kind == "many"
        records.append(
            (
                row.name,
                ALL if many else names[row.contrast.group],
                None if many else REST,
                *(one, two, two - one, low, high, composition, unevenness),
                note or ("one unit" if alone else None),
            )
        )
    columns = ["index", "group", "versus", "first", "second", "difference", "low", "high"]
    return pd.DataFrame.from_records(
        records, columns=[*columns, "composition", "unevenness", "note"]
    )


def _replicates_of(
    portion: Callable[[], Weighted],
    sides: Sequence[Weighing],
    wanted: list[Row],
    look: Callable[[], None],
) -> list[dict[Row, np.ndarray]]:
    """Draw some replicates, the same of every side, and compute what is asked of them."""
    look()
    weights = portion().weights
    return [
        values_of(set(wanted), Weighted(side, weights), side.units.counts.shape[1], look)
        for side in sides
    ]


def _why_undefined(contrast: Contrast, sides: Sequence[Units]) -> str:
    """Return what is absent in one of two areas, so that an index has no value there."""
    for units in sides:
        present = np.count_nonzero(units.counts.sum(axis=0) > 0)
        if contrast.kind == "many":
            if present < 2:
                return "only one group present" if present else "group absent"
            continue
        x, t = contrast.numbers(units.counts, units.total)
        if not x.sum() > 0:
            return "group absent"
        if not np.maximum(t - x, 0.0).sum() > 0:
            return "rest absent"
    return "group absent"


def _one_area(counts: np.ndarray, total: np.ndarray) -> Units:
    """Take units in the order they have."""
    rows = np.arange(len(counts))
    return Units(np.array([ALL], dtype=object), np.zeros(1, np.int64), rows, counts, total)


def _rows_to_compare(which: Sequence[str] | None, n_groups: int) -> list[Row]:
    """Return the indices of each group against the rest, then those of all groups."""
    which = (*ONE_GROUP, *MANY_GROUPS) if which is None else which
    for name in which:
        if name not in ONE_GROUP and name not in MANY_GROUPS:
            raise MeasureError(
                "Index {name} cannot be compared. Choose from: {names}.",
                "Index {name} kan niet worden vergeleken. Kies uit: {names}.",
                name=name,
                names=", ".join((*ONE_GROUP, *MANY_GROUPS)),
            )
    one = [name for name in ONE_GROUP if name in which]
    many = [name for name in MANY_GROUPS if name in which and n_groups > 1]
    rows = [Row(name, Contrast("rest", k)) for k in range(n_groups) for name in one]
    return rows + [Row(name, Contrast("many", 0)) for name in many]


def _pointvalues_of(
    units: Units | None, rows: list[Row], look: Callable[[], None]
) -> dict[Row, float]:
    """Return the value of each row; NaN without units."""
    look()
    if units is None:
        return dict.fromkeys(rows, float("nan"))
    once = Weighted(Weighing(units), np.ones((1, len(units.rows))))
    values = values_of(set(rows), once, units.counts.shape[1], look)
    return {row: float(values[row][0]) for row in rows}


def _exchange_compositions(sides: list[Units]) -> list[Units | None]:
    """Give each area the composition of the other; None where a group is absent in one of them."""
    classes = []
    for units in sides:
        rest = np.maximum(units.total - units.counts.sum(axis=1), 0.0)
        classes.append(np.column_stack([units.counts, rest]))
    shares = [counts.sum(axis=0) / counts.sum() for counts in classes]
    result: list[Units | None] = []
    for counts, own, other in zip(classes, shares, reversed(shares), strict=True):
        if ((own > 0) != (other > 0)).any():
            result.append(None)
            continue
        scaled = counts * (other / np.where(own > 0, own, 1.0))
        result.append(_one_area(scaled[:, :-1], scaled.sum(axis=1)))
    return result
