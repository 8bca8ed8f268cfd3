# SPDX-License-Identifier: GPL-2.0-or-later
"""Local and global Moran's I: high and low values that lie together more than by chance."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from math import ceil, erfc, floor, frexp, inf, log10, sqrt
from typing import NamedTuple

import numpy as np

from ..errors import MeasureError, Text, exact, number
from . import lag_null
from .neighbours import Neighbours
from .same_vertices import radix_order

FEW = 30  # below this many tested units a map of clusters says little
MOST = 2_000_000_000  # permutations; more would take hours and change nothing


class GlobalMoran(NamedTuple):
    """Global Moran's I, its expectation under the null, its z score and two-sided p."""

    i: float
    expected: float
    z: float
    p: float


@dataclass
class LocalMoran:
    """What `local_moran` found.

    Arrays are in the order of the units; floats are NaN where a unit was not tested.

    Parameters
    ----------
    i, lag, z : ndarray of float
        Local I; mean of z over the neighbours (bivariate: of the other variable); standardised
        value.
    p, q : ndarray of float
        P-value, and p adjusted for the number of tested units (Benjamini-Hochberg).
    cluster : ndarray of str
        HH, LL, HL, LH, ns (not significant), island (no neighbour with a value), nodata (no value).
    n_neighbours : ndarray of int
        Number of neighbours with a value.
    n_used, n_islands, n_excluded : int
        Units tested, units with a value but no neighbour, units without a value.
    n_could_flip : int
        Units so near the limit that another seed could change their label.
    overall : GlobalMoran
        The global statistic on the same data.
    permutations, seed, alpha
        As asked.
    notes : list of Text
        What the reader should know about this run.
    warnings : list of Text
        Those of the notes that put the labels in doubt.
    """

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
    n_could_flip: int
    overall: GlobalMoran
    permutations: int
    seed: int
    alpha: float
    notes: list[Text] = field(default_factory=list)
    warnings: list[Text] = field(default_factory=list)


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
    r"""Test every unit for a neighbourhood that is unusually alike or unlike (Anselin 1995).

    .. math:: I_i = \frac{n - 1}{n} z_i \sum_j w_{ij} z_j, \qquad \sum_j w_{ij} = 1

    with z standardised by the population standard deviation over the n units that have a value: the
    scaling of esda and GeoDa. (spdep leaves out (n - 1) / n.) Units with a value but without
    neighbours count in the mean, the deviation and the draws, as in esda; they are never tested.
    (GeoDa leaves them out of the draws.)

    The p-value comes from conditional permutation: the share of draws of neighbours from the other
    n - 1 units whose lag is at least (upper tail) or at most (lower tail) the observed one, ties
    within 1e-9 standard deviation counted in both, (count + 1) / (draws + 1). "two-sided" is twice
    the smaller tail, at most 1; "directed" is the smaller tail itself, what GeoDa and esda report.
    Where all draws can be counted (two values, few units, one neighbour) p is exact and the
    permutations are not used.

    Parameters
    ----------
    values : ndarray of float, shape (n,)
        The variable; NaN = missing. With `base`: the number of events.
    neighbours : Neighbours
        Weights are standardised per unit over the neighbours that have a value.
    permutations : int
        Draws for each number of neighbours, 1 or more.
    p_value : {"two-sided", "directed"}
        See above.
    correction : {"fdr", "none"}
        Whether the labels look at q or at p. q is always given: Benjamini and Hochberg (1995) over
        the tested units only.
    alpha : float
        Significance limit, between 0 and 1.
    seed : int
        Start of the random numbers. The result does not depend on the order of the rows.
    base : ndarray of float, optional
        Population at risk: the rate `values / base` is standardised by empirical Bayes (Assuncao
        and Reis 1999), which keeps small populations from looking extreme. Base 0 with 0 events is
        missing.
    with_values : ndarray of float, optional
        Bivariate: the lag and the draws are those of this variable.
    progress, cancelled : callable, optional
        Told the percentage done; asked whether to stop.

    Returns
    -------
    LocalMoran

    Raises
    ------
    MeasureError
        Fewer than 3 units to test, a constant variable, a rate above 1, a parameter out of range.
    Cancelled
        When `cancelled` says so.

    References
    ----------
    Anselin (1995) Geographical Analysis 27. Assuncao and Reis (1999) Statistics in Medicine 18.
    Benjamini and Hochberg (1995) JRSS B 57. Cliff and Ord (1981) Spatial Processes.
    """
    _check_choices(permutations, p_value, correction, alpha)
    x = np.asarray(values, float)
    n = len(x)
    columns = [np.asarray(c, float) for c in (x, base, with_values) if c is not None]
    if any(len(column) != neighbours.n for column in columns):
        raise MeasureError(
            "The values and the neighbour lists have different lengths ({a} and {b}).",
            "De waarden en de burenlijsten zijn niet even lang ({a} en {b}).",
            a=n,
            b=neighbours.n,
        )
    valid = np.all([np.isfinite(column) for column in columns], axis=0)
    if base is not None:
        valid &= ~_no_population(x, columns[1], valid)

    # Everything is computed in the order of the values, so that rounding and draws cannot depend on
    # the order of the rows.
    units = np.flatnonzero(valid)
    units = units[np.lexsort([column[units] for column in reversed(columns)])]
    near = neighbours.take(units, cancelled=cancelled)
    k = near.n_neighbours
    tested = k > 0
    n_used = int(tested.sum())
    if n_used < 3:
        raise MeasureError(
            "Only {n} units have a value and a neighbour with a value; local Moran needs at least "
            "3. Without a value: {missing}; with a value but without a neighbour: {alone}. Check "
            "the field, and how neighbours are found: a tolerance helps where borders do not meet, "
            "a larger distance where units lie far apart, and islands can be joined to the nearest "
            "unit.",
            "Maar {n} eenheden hebben een waarde en een buur met een waarde; lokale Moran vraagt "
            "er minstens 3. Zonder waarde: {missing}; met een waarde maar zonder buur: {alone}. "
            "Controleer het veld, en hoe buren worden gevonden: een tolerantie helpt waar grenzen "
            "niet aansluiten, een grotere afstand waar eenheden ver uiteen liggen, en eilanden "
            "kunt u verbinden met de dichtstbijzijnde eenheid.",
            n=n_used,
            missing=n - len(units),
            alone=len(units) - n_used,
        )
    z = _standardise(x[units] if base is None else _rates(x[units], columns[1][units]))
    y = z if with_values is None else _standardise(columns[-1][units], second=True)

    near, weight, uneven = _row_weights(near, y)
    total = np.bincount(near.rows, weight * y[near.indices], minlength=len(units))
    lag = np.divide(total, k, out=np.full(len(units), np.nan), where=tested)
    i = (len(units) - 1) / len(units) * z * lag

    null = _null(y, near, weight, uneven, total, permutations, seed, progress, cancelled)
    tail = np.minimum(null.high, null.low)
    sides = 2 if p_value == "two-sided" else 1
    p = np.minimum(sides * tail, 1)
    q = np.full(len(units), np.nan)
    q[tested] = benjamini_hochberg(p[tested])

    looked_at = q if correction == "fdr" else p
    significant = tested & (np.nan_to_num(looked_at, nan=inf) <= alpha)
    names = np.array(["LL", "LH", "HL", "HH"], object)
    cluster = np.where(tested, "ns", "island").astype(object)
    cluster[significant] = names[(2 * (z > 0) + (lag > 0))[significant]]

    limit = _limit(p[tested], significant[tested], correction, alpha)
    n_could_flip = _could_flip(p[null.drawn] - limit, sides * null.error[null.drawn])

    warnings = _doubts(n_used, null.drawn[tested], permutations, sides, correction, alpha)

    def in_place(array: np.ndarray, missing: object) -> np.ndarray:
        out = np.full(n, missing, array.dtype)
        out[units] = array
        return out

    return LocalMoran(
        i=in_place(i, np.nan),
        lag=in_place(lag, np.nan),
        z=in_place(z, np.nan),
        p=in_place(p, np.nan),
        q=in_place(q, np.nan),
        cluster=in_place(cluster, "nodata"),
        n_neighbours=in_place(k, 0),
        n_used=n_used,
        n_islands=len(units) - n_used,
        n_excluded=n - len(units),
        n_could_flip=n_could_flip,
        overall=_global_moran(z, y, lag, near, weight / np.maximum(k, 1)[near.rows]),
        permutations=permutations,
        seed=seed,
        alpha=alpha,
        notes=[*warnings, _precision(n_used, null.drawn[tested], n_could_flip)],
        warnings=warnings,
    )


def benjamini_hochberg(p: np.ndarray) -> np.ndarray:
    """Adjust p-values for the number of tests, controlling the false discovery rate.

    q of the r-th smallest of m p-values is the smallest of p_s m / s over all s >= r, at most 1
    (Benjamini and Hochberg 1995).

    Parameters
    ----------
    p : ndarray of float, shape (m,)

    Returns
    -------
    ndarray of float, shape (m,)
    """
    order = np.argsort(p, kind="stable")
    scaled = p[order] * (len(p) / np.arange(1, len(p) + 1))
    q = np.empty_like(p)
    q[order] = np.minimum(np.minimum.accumulate(scaled[::-1])[::-1], 1)
    return q


def _check_choices(permutations: int, p_value: str, correction: str, alpha: float) -> None:
    if not 1 <= permutations <= MOST:
        raise MeasureError(
            "The number of permutations is {n}; choose between 1 and {most}.",
            "Het aantal permutaties is {n}; kies er tussen 1 en {most}.",
            n=permutations,
            most=MOST,
        )
    if not 0 < alpha < 1:
        raise MeasureError(
            "The significance limit is {alpha}; choose one between 0 and 1, such as 0.05.",
            "De significantiegrens is {alpha}; kies er een tussen 0 en 1, zoals 0,05.",
            alpha=alpha,
        )
    for value, known in ((p_value, ("two-sided", "directed")), (correction, ("fdr", "none"))):
        if value not in known:
            raise MeasureError(
                "{value!r} is not a choice here; choose {known}.",
                "{value!r} is hier geen keuze; kies {known}.",
                value=value,
                known=" / ".join(known),
            )


def _no_population(events: np.ndarray, base: np.ndarray, valid: np.ndarray) -> np.ndarray:
    """Return the units without population; refuse what cannot be a rate."""
    # Counts from rounded percentages may pass their base by a hair.
    wrong = valid & ((base < 0) | (events < 0) | (events > base * (1 + 1e-9)))
    if wrong.any():
        row = int(np.flatnonzero(wrong)[0])
        raise MeasureError(
            "The rate cannot be computed (rows: {count}); the first is row {row}: {events} of "
            "{base}. The base must be a total that contains the field: choose another one, or "
            "correct these rows.",
            "Het aandeel is niet te berekenen (rijen: {count}); de eerste is rij {row}: "
            "{events} van {base}. De basis moet een totaal zijn waar het veld in zit: kies een "
            "andere, of verbeter deze rijen.",
            count=int(wrong.sum()),
            row=row + 1,
            events=exact(events[row]),
            base=exact(base[row]),
        )
    return valid & (base == 0)


def _rates(events: np.ndarray, base: np.ndarray) -> np.ndarray:
    """Standardise rates by empirical Bayes, as esda's `assuncao_rate`."""
    mean = events.sum() / base.sum()
    rate = events / base
    if np.ptp(rate) <= 1e-12 * rate.max():  # rounding is no difference
        return rate
    variance = (base * (rate - mean) ** 2).sum() / base.sum() - mean / base.mean()
    per_unit = variance + mean / base
    return (rate - mean) / np.sqrt(np.where(per_unit < 0, mean / base, per_unit))


def _standardise(values: np.ndarray, *, second: bool = False) -> np.ndarray:
    # In exact powers of two, so that no square is too large or too small for a number.
    scaled = np.ldexp(values, -frexp(np.abs(values).max())[1])
    z = scaled - scaled.mean()
    deviation = z.std()
    if not deviation > 1e-12 * np.abs(scaled).max():
        raise MeasureError(
            "The {which} is constant ({value:g} in all units), so there is no high "
            "and no low. Choose another field.",
            "De {which} is constant ({value:g} in alle eenheden), dus er is geen "
            "hoog en geen laag. Kies een ander veld.",
            which=Text("second variable", "tweede variabele")
            if second
            else Text("variable", "variabele"),
            value=float(values[0]),
        )
    return z / deviation


def _row_weights(near: Neighbours, y: np.ndarray) -> tuple[Neighbours, np.ndarray, np.ndarray]:
    """Return weights that sum to the number of neighbours, and the units where they differ.

    The neighbours come back in the order of their values, then weights: sums must not depend on the
    order of the rows.
    """
    if near.weights is None:
        return near, np.ones(len(near.indices)), np.empty(0, np.intp)
    if not (np.isfinite(near.weights) & (near.weights > 0)).all():
        raise MeasureError(
            "Neighbours need a positive weight; leave a pair out instead of giving it weight 0.",
            "Buren vragen een positief gewicht; laat een paar weg in plaats van het gewicht 0.",
        )
    rows = near.rows
    order = np.lexsort((near.weights, y[near.indices], rows))
    near = Neighbours(near.indptr, near.indices[order], near.weights[order])
    mean = np.bincount(rows, near.weights, minlength=near.n) / np.maximum(near.n_neighbours, 1)
    weight = near.weights / mean[rows]
    differs = np.zeros(near.n, bool)
    differs[rows[np.abs(weight - 1) > 1e-12]] = True
    # Equal weights are exactly equal, so that their sums can be looked up among unweighted sums.
    return near, np.where(differs[rows], weight, 1.0), np.flatnonzero(differs)


def _null(
    y: np.ndarray,
    near: Neighbours,
    weight: np.ndarray,
    uneven: np.ndarray,
    total: np.ndarray,
    permutations: int,
    seed: int,
    progress: Callable[[float], None] | None,
    cancelled: Callable[[], bool] | None,
) -> lag_null.Tails:
    """Put the units in the order that the null distribution wants, and back."""
    k = near.n_neighbours
    shape = np.bincount(near.rows, weight**2.5, minlength=near.n)
    order = np.lexsort((shape, total, k, y))
    lists = {}
    for unit in uneven:
        own = weight[near.indptr[unit] : near.indptr[unit + 1]]
        lists[unit] = np.sort(own)[::-1]
    place = np.empty(near.n, np.intp)
    place[order] = np.arange(near.n)
    found = lag_null.tails(
        y[order],
        k[order],
        total[order],
        {int(place[unit]): own for unit, own in lists.items()},
        permutations=permutations,
        seed=seed,
        progress=progress,
        cancelled=cancelled,
    )
    # Units that are alike in everything that matters get the p of the first of them, so that it
    # cannot matter which of them came first.
    key = np.stack([y, k, total, shape])[:, order]
    new = np.concatenate([[True], (key[:, 1:] != key[:, :-1]).any(axis=0)])
    first = np.maximum.accumulate(np.where(new, np.arange(near.n), 0))[place]
    return lag_null.Tails(
        found.high[first], found.low[first], found.error[first], found.drawn[first]
    )


def _limit(p: np.ndarray, significant: np.ndarray, correction: str, alpha: float) -> float:
    """Return the p at which a label changes."""
    if correction == "none":
        return alpha
    return alpha * max(int(significant.sum()), 1) / len(p)


def _could_flip(distance: np.ndarray, error: np.ndarray) -> int:
    """Return the expected number of units on the other side of the limit with another seed.

    The difference between two runs is normal with twice the variance of one.
    """
    near = np.abs(distance) < 8 * error
    far = np.abs(distance[near]) / error[near]
    return round(sum(erfc(d / 2) / 2 for d in far.tolist()))


def _global_moran(
    z: np.ndarray, y: np.ndarray, lag: np.ndarray, near: Neighbours, weight: np.ndarray
) -> GlobalMoran:
    """Global Moran's I with row-standardised weights.

    One variable: moments under randomisation (Cliff and Ord 1981, as `esda.Moran`'s `p_rand`). Two:
    the exact permutation moments of a sum of products (Hoeffding 1951). Two-sided normal p.
    """
    n = len(z)
    rows, cols = near.rows, near.indices
    linked = near.n_neighbours > 0
    s0 = int(linked.sum())
    i = n / s0 * _sum(z[linked] * lag[linked]) / _sum(z**2)
    if y is z:
        s1 = _sum(weight**2) + _mutual(rows, cols, weight)
        s2 = _sum((linked + _column_sums(cols, weight, n)) ** 2)
        b2 = n * _sum(z**4) / _sum(z**2) ** 2
        expected = -1 / (n - 1)
        square = np.nan
        if n > 3:
            square = (
                n * ((n * n - 3 * n + 3) * s1 - n * s2 + 3 * s0**2)
                - b2 * ((n * n - n) * s1 - 2 * n * s2 + 6 * s0**2)
            ) / ((n - 1) * (n - 2) * (n - 3) * s0**2)
        variance = square - expected**2
    else:
        expected = 0.0
        pull = _column_sums(cols, weight * z[rows], n)
        variance = (_sum(pull**2) - _sum(pull) ** 2 / n) * n / (n - 1) / s0**2
    if not variance > 0:
        return GlobalMoran(i, expected, np.nan, np.nan)
    score = (i - expected) / sqrt(variance)
    return GlobalMoran(i, expected, score, erfc(abs(score) / sqrt(2)))


def _mutual(rows: np.ndarray, cols: np.ndarray, weight: np.ndarray) -> float:
    """Return the sum of w_ij w_ji over all ordered pairs."""
    there = radix_order(cols)
    there = there[radix_order(rows[there])]
    back = radix_order(rows)
    back = back[radix_order(cols[back])]
    if np.array_equal(rows[there], cols[back]) and np.array_equal(cols[there], rows[back]):
        return _sum(weight[there] * weight[back])
    n = int(max(rows.max(), cols.max())) + 1
    _, one, other = np.intersect1d(
        rows[there] * n + cols[there],
        cols[back].astype(np.int64) * n + rows[back],
        assume_unique=True,
        return_indices=True,
    )
    return _sum(weight[there[one]] * weight[back[other]])


def _sum(terms: np.ndarray) -> float:
    """Add up exactly, in whole multiples of a small power of two: the same in any order."""
    top = float(np.abs(terms).max(initial=0)) * len(terms)
    if top == 0:
        return 0.0
    unit = 2.0 ** (frexp(top)[1] - 62)
    return float(np.rint(terms / unit).astype(np.int64).sum()) * unit


def _column_sums(cols: np.ndarray, terms: np.ndarray, n: int) -> np.ndarray:
    """Add up per column, in multiples that 53 bits hold: the same in any order."""
    most = int(np.bincount(cols, minlength=1).max())
    unit = 2.0 ** (frexp(float(np.abs(terms).max(initial=0)) * most)[1] - 52)
    return np.bincount(cols, np.rint(terms / unit), minlength=n) * unit


def _doubts(
    n_used: int, drawn: np.ndarray, permutations: int, sides: int, correction: str, alpha: float
) -> list[Text]:
    """Return why the labels may say less than they seem to."""
    doubts = []
    if n_used < FEW:
        doubts.append(
            Text(
                "Only {n} units were tested; with fewer than {few} a cluster map says little.",
                "Er zijn maar {n} eenheden getoetst; met minder dan {few} zegt een clusterkaart "
                "weinig.",
            ).format(n=n_used, few=FEW)
        )
    smallest = sides / (permutations + 1)
    wanted = alpha / n_used if correction == "fdr" else alpha
    if not drawn.any() or smallest <= wanted:
        return doubts
    if correction == "fdr":
        text = Text(
            "With {p:,} permutations no p is below {smallest}, while one unit on its own needs "
            "{wanted} among {n:,} tests: only units in larger groups can be significant. "
            "{enough:,} permutations would do.",
            "Met {p:,} permutaties is geen p kleiner dan {smallest}, terwijl één eenheid op "
            "zich {wanted} nodig heeft bij {n:,} toetsen: alleen eenheden in grotere groepen "
            "kunnen significant zijn. Met {enough:,} permutaties kan het wel.",
        )
    else:
        text = Text(
            "With {p:,} permutations no p is below {smallest}, so nothing can be significant at "
            "{wanted}. {enough:,} permutations would do.",
            "Met {p:,} permutaties is geen p kleiner dan {smallest}, dus niets kan significant "
            "zijn bij {wanted}. Met {enough:,} permutaties kan het wel.",
        )
    enough = ceil(round(sides / wanted, 6)) - 1
    doubts.append(
        text.format(
            p=permutations,
            smallest=_two_digits(smallest),
            wanted=_two_digits(wanted),
            n=n_used,
            enough=enough,
        )
    )
    return doubts


def _two_digits(p: float) -> Text:
    """Write a small p with two digits that count, without an exponent."""
    return number(p, 1 - floor(log10(p)))


def _precision(n_used: int, drawn: np.ndarray, n_could_flip: int) -> Text:
    """Return how far the p-values can be trusted."""
    if not drawn.any():
        return Text(
            "The p-values of the {total} tested units are exact: all possible draws were counted, "
            "no permutations were needed.",
            "De p-waarden van de {total} getoetste eenheden zijn exact: alle mogelijke trekkingen "
            "zijn geteld, permutaties waren niet nodig.",
        ).format(total=n_used)
    return Text(
        "The draws are random: with another seed about {n} of the {total} tested units would get "
        "another label.",
        "De trekkingen zijn toevallig: met een ander startgetal zouden ongeveer {n} van de {total} "
        "getoetste eenheden een ander label krijgen.",
    ).format(n=n_could_flip, total=n_used)
