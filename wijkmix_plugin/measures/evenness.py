# SPDX-License-Identifier: GPL-2.0-or-later
"""Sums over units and the evenness indices made of them.

Every index of evenness and exposure is a formula of a few sums over units. The formulas stand here
once and serve one value, one per area, one per bootstrap replicate and one per random allocation.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

import numpy as np
import pandas as pd

from ..errors import MeasureError, Text, exact
from .mix import canonical_order, rank_order, refuse_impossible_counts

ONE_GROUP = (
    "dissimilarity",
    "gini",
    "theil_h",
    "isolation",
    "interaction",
    "correlation_ratio",
    "atkinson",
)
MANY_GROUPS = (
    "multigroup_dissimilarity",
    "multigroup_gini",
    "multigroup_theil_h",
    "mutual_information",
    "relative_diversity",
    "normalized_exposure",
    "squared_cv",
    "simpson_interaction",
    "entropy",
)
# Which sum an index is made of, apart from the margins.
_INGREDIENT = {
    "dissimilarity": "deviation",
    "gini": "differences",
    "theil_h": "entropy",
    "isolation": "squares",
    "interaction": "squares",
    "correlation_ratio": "squares",
    "atkinson": "roots",
    "multigroup_dissimilarity": "deviation",
    "multigroup_gini": "differences",
    "multigroup_theil_h": "information",
    "mutual_information": "information",
    "relative_diversity": "squares",
    "normalized_exposure": "squares",
    "squared_cv": "squares",
}


class Sums(NamedTuple):
    """Sums over units for a group x in a population t, with y = t - x and p = x / t.

    All arrays have the same shape: one number per area, or per replicate. What was not asked for
    is NaN.
    """

    total: np.ndarray
    """Sum of t."""
    group: np.ndarray
    """Sum of x."""
    rest: np.ndarray
    """Sum of y."""
    deviation: np.ndarray
    """Sum of abs(x - P t), with P = group / total."""
    differences: np.ndarray
    """Half the sum over all pairs of units of t_u t_v abs(p_u - p_v)."""
    entropy: np.ndarray
    """Sum of t times the entropy of (p, 1 - p), in nats."""
    information: np.ndarray
    """Sum of -x ln p: the group's part in the entropy of a composition."""
    squares: np.ndarray
    """Sum of x p."""
    roots: np.ndarray
    """Sum of the square root of x y."""


class Contrast(NamedTuple):
    """Which group is set against what: everybody else, one other group, or (many) all groups."""

    kind: Literal["rest", "pair", "many"]
    group: int
    versus: int = -1

    def numbers(self, counts: np.ndarray, total: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return x and t: the group, and the population in which it is compared."""
        x = np.ascontiguousarray(counts[..., self.group])
        if self.kind == "rest":
            return x, total
        if self.kind == "pair":
            return x, x + counts[..., self.versus]
        return x, counts.sum(axis=-1)


def contrasts(n_groups: int, *, pairs: bool) -> Iterator[Contrast]:
    """Yield each group against the rest and, with `pairs`, each group against each other one."""
    for group in range(n_groups):
        yield Contrast("rest", group)
        if pairs:
            for versus in range(n_groups):
                if versus != group:
                    yield Contrast("pair", group, versus)


@dataclass(frozen=True)
class Units:
    """The usable units, in canonical order within each area.

    Parameters
    ----------
    areas : (A,) labels of the areas that have usable units.
    starts : (A,) where each area begins in `rows`, `counts` and `total`.
    rows : (n,) positions of the units in the input.
    counts : (n, K) counts per group.
    total : (n,) population of each unit.
    """

    areas: np.ndarray
    starts: np.ndarray
    rows: np.ndarray
    counts: np.ndarray
    total: np.ndarray

    @property
    def code(self) -> np.ndarray:
        """The area (0 to A - 1) of every unit."""
        return np.repeat(np.arange(len(self.starts)), self.sizes)

    @property
    def sizes(self) -> np.ndarray:
        """Number of units per area."""
        return np.diff(np.append(self.starts, len(self.rows)))

    def slices(self) -> Iterator[slice]:
        """Yield the place of each area."""
        for start, size in zip(self.starts.tolist(), self.sizes.tolist(), strict=True):
            yield slice(start, start + size)

    def add(self, values: np.ndarray) -> np.ndarray:
        """Sum values (n, ...) per area."""
        if len(self.starts) == 1:
            return values.sum(axis=0, keepdims=True)
        return np.add.reduceat(values, self.starts, axis=0)


def check(
    counts: np.ndarray,
    groups: Sequence[str],
    total: np.ndarray | None = None,
    area: Sequence[object] | None = None,
    units: Sequence[object] | None = None,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Refuse counts that cannot be, and tell which units can be used.

    Parameters
    ----------
    counts, groups, total, area, units
        As in `segregation.indices`.

    Returns
    -------
    counts : ndarray of float, shape (n, K)
    total : ndarray of float, shape (n,)
    usable : ndarray of bool, shape (n,)
        False where a count or the total is missing, or the total is 0.

    Raises
    ------
    MeasureError
        As in `segregation.indices`.
    """
    counts = np.asarray(counts, dtype=float)
    names = [str(name) for name in groups]
    if counts.ndim != 2 or not names or counts.shape[1] != len(names):
        raise MeasureError(
            "The counts have the shape {shape}; give one column for each of the {k} groups.",
            "De aantallen hebben de vorm {shape}; geef een kolom voor elk van de {k} groepen.",
            shape=counts.shape,
            k=len(names),
        )
    for name in names:
        if names.count(name) > 1:
            raise MeasureError(
                "Group {name} is given twice; choose each field once.",
                "Groep {name} is twee keer opgegeven; kies elk veld een keer.",
                name=name,
            )
    for what in (total, area):
        if what is not None and len(what) != len(counts):
            raise MeasureError(
                "There are {a} values for {b} units; give one for each unit.",
                "Er zijn {a} waarden bij {b} eenheden; geef er een per eenheid.",
                a=len(what),
                b=len(counts),
            )
    called = range(1, len(counts) + 1) if units is None else units
    refuse_impossible_counts(counts, names, called)
    summed = np.add.reduce(list(counts.T))
    if total is None:
        if len(names) == 1:
            raise MeasureError(
                "There is one group ({name}) and no total, so there is nothing to compare it with. "
                "Give the total, or a second group.",
                "Er is een groep ({name}) en geen totaal, dus er is niets om mee te vergelijken. "
                "Geef het totaal, of een tweede groep.",
                name=names[0],
            )
        total = summed
    else:
        total = np.asarray(total, dtype=float)
        refuse_impossible_counts(total[:, None], ["TOTAL"], called)
        _refuse_small_total(summed, total, called)
        # Fractional counts add up to their total but for the last digits.
        total = np.where(np.isnan(summed), total, np.maximum(total, summed))
    usable = (summed >= 0) & (total > 0)  # neither of them NaN
    if not usable.any():
        raise MeasureError(
            "None of the {n} units can be used: {why}. Choose other fields, or correct these.",
            "Geen van de {n} eenheden is bruikbaar: {why}. Kies andere velden, of verbeter deze.",
            n=len(counts),
            why=_why_none(counts, names, total),
        )
    return counts, total, usable


def _why_none(counts: np.ndarray, names: Sequence[str], total: np.ndarray) -> Text:
    """Say why no unit can be used: which counts are empty, and how many totals are 0."""
    empty = np.isnan(counts)
    holes = [name for name, hole in zip(names, empty.T, strict=True) if hole.any()]
    if np.isnan(total[~empty.any(axis=1)]).any():
        holes.append("TOTAL")
    number = int((empty.any(axis=1) | np.isnan(total)).sum())
    reasons = []
    if number:
        text = Text("a count is empty in {n} ({fields})", "een aantal is leeg bij {n} ({fields})")
        reasons.append(text.format(n=number, fields=", ".join(holes)))
    if (total == 0).any():
        text = Text("the total is 0 in {n}", "het totaal is 0 bij {n}")
        reasons.append(text.format(n=int((total == 0).sum())))
    if not reasons:
        return Text("there are no rows", "er zijn geen rijen")
    en, nl = zip(*reasons, strict=True)
    return Text(" and ".join(en), " en ".join(nl))


def _refuse_small_total(summed: np.ndarray, total: np.ndarray, called: Sequence[object]) -> None:
    """Raise MeasureError when groups add up to more than their total."""
    short = np.flatnonzero(summed > total * (1 + 1e-9) + 1e-9)
    if len(short):
        raise MeasureError(
            "In unit {unit} the groups add up to {groups}, more than its total {total}. Units "
            "where this is so: {n}. Choose the total that the groups are part of.",
            "In eenheid {unit} tellen de groepen op tot {groups}, meer dan het totaal {total}. "
            "Eenheden waar dit zo is: {n}. Kies het totaal waar de groepen deel van zijn.",
            unit=list(called)[short[0]],
            groups=exact(summed[short[0]]),
            total=exact(total[short[0]]),
            n=len(short),
        )


def all_units(
    counts: np.ndarray,
    total: np.ndarray,
    usable: np.ndarray,
    label: object,
    where: np.ndarray | None = None,
) -> Units:
    """Put all usable units in canonical order, as one area.

    Parameters
    ----------
    counts, total, usable
        From `check`.
    label : the name of that area.
    where : ndarray, shape (n, m), optional
        Settles the order of units with equal counts, and changes no other; NaN where not known.

    Returns
    -------
    Units
    """
    rows = np.flatnonzero(usable)
    if where is not None:
        rows = rows[canonical_order(list(np.nan_to_num(where[rows]).T))]
    if where is not None or len(rows) < len(counts):
        counts, total = counts[rows], total[rows]
    columns = np.ascontiguousarray(counts.T)
    known = list(columns)
    if not np.array_equal(np.add.reduce(columns), total):
        known.append(total)
    order = canonical_order(known)
    return Units(
        np.array([label], dtype=object),
        np.zeros(1, np.int64),
        rows.take(order),
        columns.take(order, axis=1).T,
        total.take(order),
    )


def by_area(units: Units, area: Sequence[object]) -> Units:
    """Regroup units by their label, areas in order of label; units without a label drop out."""
    codes, labels = pd.factorize(np.asarray(area, dtype=object), sort=True)
    code = codes[units.rows]
    order = np.argsort(code, kind="stable")
    order = order[np.count_nonzero(code < 0) :]
    sizes = np.bincount(code[order], minlength=len(labels))
    there = np.flatnonzero(sizes)
    starts = np.concatenate([[0], np.cumsum(sizes[there])])[:-1]
    return Units(labels[there], starts, units.rows[order], units.counts[order], units.total[order])


def ingredients_of(wanted: frozenset[str]) -> frozenset[str]:
    """Return the names of the `Sums` that these indices are made of."""
    return frozenset(_INGREDIENT[name] for name in wanted if name in _INGREDIENT)


def sums(units: Units, contrast: Contrast, ingredients: frozenset[str]) -> Sums:
    """Sum over the units of each area what the indices are made of.

    Parameters
    ----------
    units : Units
    contrast : Contrast
    ingredients : names of `Sums` to compute besides the margins.

    Returns
    -------
    Sums of arrays (A,).
    """
    x, t = contrast.numbers(units.counts, units.total)
    y = np.maximum(t - x, 0.0)
    T, X = units.add(t), units.add(x)
    made: dict[str, np.ndarray] = {}
    # A unit may be without the two groups of a pair; nobody's share is 0.
    people = t if contrast.kind == "rest" else np.where(t > 0, t, 1.0)
    p = x / people
    code = units.code if len(units.starts) > 1 else None
    if "deviation" in ingredients:
        # x - P t, written so that a rest of next to nobody is not lost in 1 - P.
        Y = units.add(y)
        here = (X[0], Y[0]) if code is None else (X[code], Y[code])
        apart = units.add(np.abs(x * here[1] - y * here[0]))
        made["deviation"] = apart / np.where(T > 0, T, 1.0)
    if "differences" in ingredients:
        order = _ascending(p)
        if code is not None:
            order = order[np.argsort(code[order], kind="stable")]
        x_up, t_up = x.take(order), t.take(order)
        # The sum over pairs is that of x_v T_before - t_v X_before in order of p: one pass
        # instead of n x n differences.
        before = _running_total(t_up)
        if code is not None:
            before -= (before[units.starts] - t_up[units.starts])[code]
        before *= 2.0
        before -= t_up
        before *= x_up
        made["differences"] = units.add(before) - X * T
    if ingredients & {"entropy", "information"}:
        information = minus_x_log(x, p)
        made["information"] = units.add(information)
        if "entropy" in ingredients:
            made["entropy"] = units.add(information + minus_x_log(y, y / people))
    if "squares" in ingredients:
        made["squares"] = units.add(x * p)
    if "roots" in ingredients:
        made["roots"] = units.add(np.sqrt(x * y))
    nothing = np.full(len(T), np.nan)
    return Sums(T, X, units.add(y), *(made.get(name, nothing) for name in Sums._fields[3:]))


def _ascending(p: np.ndarray) -> np.ndarray:
    """Return the order of shares from low to high."""
    if len(p) < 20_000:
        # Two digits tell so few shares apart nearly always; looking is cheaper than the third.
        order = rank_order((p * (2.0**32 - 1)).astype(np.uint32), 2)
        ordered = p.take(order)
        if (ordered[1:] >= ordered[:-1]).all():
            return order
    return rank_order((p * 2.0**63).astype(np.uint64))


def _running_total(counts: np.ndarray) -> np.ndarray:
    """Return the cumulative sum of counts of 0 or more."""
    if counts.max() < 2**31:  # so that no sum of them leaves 64 bits
        whole = counts.astype(np.int64)
        if (whole == counts).all():  # integers add up eight times as fast
            return np.cumsum(whole).astype(float)
    return np.cumsum(counts)


def stacked(found: Sequence[Sums]) -> Sums:
    """Return sums of arrays (m, ...) from m sums of arrays (...)."""
    return Sums(*map(np.array, zip(*found, strict=True)))


def minus_x_log(x: np.ndarray, p: np.ndarray) -> np.ndarray:
    """Return -x ln p, 0 where x is 0."""
    # Where p is 0 so is x, and any finite logarithm will do.
    log = np.log(np.maximum(p, 1e-300))
    log *= -x
    return log


def one_group_values(s: Sums) -> dict[str, np.ndarray]:
    """Return the `ONE_GROUP` indices from their sums, NaN where undefined."""
    T, X, rest = s.total, s.group, s.rest
    with np.errstate(divide="ignore", invalid="ignore"):
        product = np.where((X > 0) & (rest > 0), X * rest, np.nan)
        isolation = s.squares / np.where(X > 0, X, np.nan)
        whole = minus_x_log(X, X / T) + minus_x_log(rest, rest / T)
        values = {
            "dissimilarity": s.deviation * T / (2.0 * product),
            "gini": s.differences / product,
            "theil_h": 1.0 - s.entropy / np.where(np.isnan(product), np.nan, whole),
            "isolation": isolation,
            "interaction": 1.0 - isolation,
            "correlation_ratio": (isolation - X / T) * T * X / product,
            "atkinson": 1.0 - s.roots**2 / product,
        }
    return {name: _between_0_and_1(value) for name, value in values.items()}


def _between_0_and_1(value: np.ndarray) -> np.ndarray:
    """Take off what the last digit may have too much; NaN stays."""
    return np.minimum(np.maximum(value, 0.0), 1.0)


def many_group_values(s: Sums) -> dict[str, np.ndarray]:
    """Return the `MANY_GROUPS` indices from the sums (K, ...) of K groups, NaN where undefined."""
    T = s.total[0]
    with np.errstate(divide="ignore", invalid="ignore"):
        share = s.group / T
        present = (share > 0).sum(axis=0)
        two = np.where(present > 1, 1.0, np.nan)
        diversity = (share * (1.0 - share)).sum(axis=0)
        whole = minus_x_log(share, share).sum(axis=0)
        within = s.information.sum(axis=0) / T
        deviation = s.deviation.sum(axis=0)
        differences = s.differences.sum(axis=0)
        squares = s.squares / T
        spread = squares - share**2
        values = {
            "multigroup_dissimilarity": deviation / (2.0 * T * diversity * two),
            "multigroup_gini": differences / (T * T * diversity * two),
            "multigroup_theil_h": 1.0 - within / (whole * two),
            "relative_diversity": 1.0 - (1.0 - squares.sum(axis=0)) / (diversity * two),
            # An absent group adds 0 to both sums.
            "normalized_exposure": (spread / np.where(share < 1, 1 - share, np.nan)).sum(axis=0),
            "squared_cv": (spread / np.where(share > 0, share, np.inf)).sum(axis=0)
            / ((present - 1) * two),
        }
    return {
        **{name: _between_0_and_1(value) for name, value in values.items()},
        "mutual_information": np.maximum((whole - within) * two, 0.0),
        "simpson_interaction": np.where(T > 0, diversity, np.nan),
        "entropy": np.where(T > 0, whole, np.nan),
    }


# -- the bias of D in small units

# From this count on the normal distribution serves; the error in an expected distance is then
# below 0.2 percent.
_LARGE = 30
_LAST = _LARGE + 56  # ten standard deviations further: nothing is lost in double precision


def bias_corrected(
    x: np.ndarray, y: np.ndarray, look: Callable[[], None] | None = None
) -> np.ndarray:
    r"""Correct D for the unevenness that small units have by chance: 2D - E[D*].

    D* is the D of a sample in which every member of a group draws a unit anew, with the observed
    chances: X draws with :math:`x_u / X` and Y draws with :math:`y_u / Y`. What the sampling adds
    to D once more is taken off.

    Parameters
    ----------
    x, y : ndarray, shape (n,) or (R, n)
        Counts of the two groups, or R of them in which each group is as large.
    look : callable, optional
        Called now and then in a long computation; it may raise.

    Returns
    -------
    float, or ndarray of shape (R,)
        At most D; may be below 0 where D is all chance. NaN when a group is absent.

    Notes
    -----
    Allen, Burgess, Davidson and Windmeijer (2015). They, and PySAL, take the mean over simulated
    samples; here E[D*] is computed: exactly in units with fewer than 30 of either group, by the
    normal distribution elsewhere. Hence no random seed.
    """
    size_x, size_y = (float(counts.sum(axis=-1).flat[0]) for counts in (x, y))
    if not (size_x > 0 and size_y > 0):
        return np.full(x.shape[:-1], np.nan)
    D = np.abs(x / size_x - y / size_y).sum(axis=-1) / 2.0
    expected = _expected_distance(x.ravel(), y.ravel(), size_x, size_y, look)
    return 2.0 * D - expected.reshape(x.shape).sum(axis=-1) / 2.0


def _expected_distance(
    x: np.ndarray,
    y: np.ndarray,
    size_x: float,
    size_y: float,
    look: Callable[[], None] | None,
) -> np.ndarray:
    """Return E abs(x*/X - y*/Y) per unit, for binomial x* and y* with the observed chances."""
    mean_x, mean_y = x / size_x, y / size_y
    var = mean_x * (1.0 - mean_x) / size_x
    var += mean_y * (1.0 - mean_y) / size_y
    result = _folded(mean_x - mean_y, np.sqrt(var))
    # Where one of the two is 0, chance cannot turn the sign.
    certain = (x == 0) | (y == 0)
    result[certain] = np.abs(mean_x - mean_y)[certain]
    few = np.flatnonzero(~certain & ((x < _LARGE) | (y < _LARGE)))
    if len(few):
        # Units with the same two counts have the same expectation; whole numbers recur often.
        pairs, place = np.unique(x[few] + 1j * y[few], return_inverse=True)
        result[few] = _few(pairs.real, pairs.imag, size_x, size_y, look)[place.ravel()]
    return result


def _few(
    x: np.ndarray,
    y: np.ndarray,
    size_x: float,
    size_y: float,
    look: Callable[[], None] | None,
) -> np.ndarray:
    """Return E abs(x*/X - y*/Y) where x or y is below `_LARGE`."""
    result = np.empty(len(x))
    few_x, few_y = x < _LARGE, y < _LARGE
    for rows in _portions(few_x & few_y, look):
        result[rows] = _two_small(x[rows], y[rows], size_x, size_y)
    for few, size, other, size_other, here in (
        (x, size_x, y, size_y, few_x & ~few_y),
        (y, size_y, x, size_x, few_y & ~few_x),
    ):
        for rows in _portions(here, look):
            # Exact in the small count, normal in the large one.
            mean = other[rows, None] / size_other
            distance = _folded(
                mean - np.arange(_LAST + 1) / size, np.sqrt(mean * (1.0 - mean) / size_other)
            )
            result[rows] = (_binomial(few[rows], size) * distance).sum(axis=1)
    return result


def _portions(here: np.ndarray, look: Callable[[], None] | None) -> Iterator[np.ndarray]:
    """Yield the places where it holds, some at a time: tables of 4096 x 87 numbers."""
    rows = np.flatnonzero(here)
    for start in range(0, len(rows), 4096):
        if look is not None:
            look()
        yield rows[start : start + 4096]


def _folded(mean: np.ndarray, spread: np.ndarray) -> np.ndarray:
    """Return E abs(z) of a normal z."""
    from scipy.special import erf

    ratio = mean / np.where(spread > 0, spread, 1.0)
    value = spread * np.sqrt(2.0 / np.pi) * np.exp(-0.5 * ratio**2)
    value += mean * erf(ratio / np.sqrt(2.0))
    return np.where(spread > 0, value, np.abs(mean))


def _binomial(mean: np.ndarray, size: float) -> np.ndarray:
    """Return the chances of 0 to `_LAST` successes in `size` draws, one row per mean."""
    from scipy.special import gammaln, xlog1py, xlogy

    # Draws come in whole numbers, so a fractional group size is rounded; the mean stays.
    size = max(1.0, float(np.rint(size)), float(np.ceil(mean.max(initial=0.0))))
    k = np.arange(_LAST + 1)
    on = k <= size
    ways = gammaln(size + 1) - gammaln(k + 1) - gammaln(np.where(on, size - k, 0.0) + 1)
    p = (mean / size)[:, None]
    chance = np.exp(ways + xlogy(k, p) + xlog1py(np.where(on, size - k, 0.0), -p)) * on
    return chance / chance.sum(axis=1, keepdims=True)


def _two_small(x: np.ndarray, y: np.ndarray, size_x: float, size_y: float) -> np.ndarray:
    """Return E abs(x*/X - y*/Y) by summing over all outcomes, for means below `_LARGE`."""
    k = np.arange(_LAST + 1)
    at = k * (size_y / size_x)  # the y* that equals each x*
    column = np.minimum(np.floor(at * (1 + 1e-15)), _LAST).astype(int)
    chance = _binomial(y, size_y)
    mean = (chance * k).sum(axis=1, keepdims=True)
    up_to = np.cumsum(chance, axis=1)[:, column]
    part = np.cumsum(chance * k, axis=1)[:, column]
    distance = 2.0 * (at * up_to - part) + mean - at
    return (_binomial(x, size_x) * distance).sum(axis=1) / size_y
