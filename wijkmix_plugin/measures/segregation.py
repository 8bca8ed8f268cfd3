# SPDX-License-Identifier: GPL-2.0-or-later
"""Segregation indices: how unevenly groups are spread over units, per area, and unit by unit.

Every index is made of a few sums over units (`Sums`). The same formulas then serve the value itself,
bootstrap replicates and random allocations, one number or an array at a time.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

import numpy as np
import pandas as pd
import shapely

from ..errors import Cancelled, MeasureError
from . import spatial
from .mix import (
    canonical_order,
    composition,
    entropy,
    rank_order,
    refuse_impossible_counts,
)
from .neighbours import contiguity

ONE_GROUP = (
    "dissimilarity",
    "gini",
    "theil_h",
    "isolation",
    "interaction",
    "correlation_ratio",
    "atkinson",
)
BIAS_CORRECTED = "dissimilarity_bias_corrected"
# These need polygons: land area, touching units, shared borders.
PLACE = (
    "delta",
    "absolute_concentration",
    "dissimilarity_morrill",
    "dissimilarity_wong",
    "dissimilarity_wong_shape",
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
# These need points and bandwidths.
SPATIAL = ("spatial_theil_h", "spatial_dissimilarity", "spatial_relative_diversity")
INDICES = (*ONE_GROUP, BIAS_CORRECTED, *PLACE, *MANY_GROUPS, *SPATIAL)

COLUMNS = (
    "area",
    "index",
    "group",
    "versus",
    "bandwidth",
    "value",
    "low",
    "high",
    "expected",
    "z",
    "p",
    "n_units",
    "n_total",
    "n_excluded",
    "note",
)
# What `area` holds in the rows about all units, `group` in those about all groups, and `versus` in
# those of a group against everybody else.
ALL = "all"
REST = "rest"

# A group set against another group: only what depends on these two alone.
_PAIR_INDICES = frozenset(
    {"dissimilarity", "gini", "theil_h", "correlation_ratio", "atkinson", BIAS_CORRECTED}
    | {"dissimilarity_morrill", "dissimilarity_wong", "dissimilarity_wong_shape"}
)
# Which sum each index is made of, apart from the margins.
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
    "dissimilarity_morrill": "deviation",
    "dissimilarity_wong": "deviation",
    "dissimilarity_wong_shape": "deviation",
}


class Sums(NamedTuple):
    """Sums over units for a group x in a population t, with y = t - x and p = x / t.

    All arrays have the same shape: one number per area, or per replicate. What was not asked for
    holds NaN.
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
    """Which group is set against what."""

    kind: Literal["rest", "pair", "many"]
    group: int
    versus: int = -1

    def numbers(self, counts: np.ndarray, total: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return x and t of this contrast: the group and the population it is compared in."""
        x = counts[..., self.group]
        if self.kind == "rest":
            return x, total
        if self.kind == "pair":
            return x, x + counts[..., self.versus]
        return x, counts.sum(axis=-1)


@dataclass(frozen=True)
class Part:
    """The usable units of one area, in canonical order.

    Parameters
    ----------
    area : label of the area, or "all".
    rows : positions of the units in the input.
    counts : (n, K) counts per group.
    total : (n,) population of the units.
    n_excluded : number of units of the area that have no usable counts.
    """

    area: object
    rows: np.ndarray
    counts: np.ndarray
    total: np.ndarray
    n_excluded: int


def prepare(
    counts: np.ndarray,
    groups: Sequence[str],
    total: np.ndarray | None = None,
    area: Sequence[object] | None = None,
    units: Sequence[object] | None = None,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Check the counts and tell which units can be used.

    Parameters
    ----------
    counts, groups, total, area, units
        As in `indices`.

    Returns
    -------
    counts : ndarray of float, shape (n, K)
    total : ndarray of float, shape (n,)
    usable : ndarray of bool, shape (n,)
        False where a count or the total is missing, or the total is 0.

    Raises
    ------
    MeasureError
        See `indices`.
    """
    counts = np.asarray(counts, dtype=float)
    if counts.ndim != 2 or counts.shape[1] != len(groups) or not len(groups):
        raise MeasureError(
            "The counts have the shape {shape}; give one column for each of the {k} groups.",
            "De aantallen hebben de vorm {shape}; geef een kolom voor elk van de {k} groepen.",
            shape=counts.shape,
            k=len(groups),
        )
    names = [str(name) for name in groups]
    for name in names:
        if names.count(name) > 1:
            raise MeasureError(
                "Group {name} is given twice; choose each field once.",
                "Groep {name} is twee keer opgegeven; kies elk veld een keer.",
                name=name,
            )
    units = np.arange(1, len(counts) + 1) if units is None else np.asarray(units, dtype=object)
    for what in (total, area):
        if what is not None and len(what) != len(counts):
            raise MeasureError(
                "There are {a} values for {b} units; give one for each unit.",
                "Er zijn {a} waarden bij {b} eenheden; geef er een per eenheid.",
                a=len(what),
                b=len(counts),
            )
    refuse_impossible_counts(counts, names, units)
    if total is None:
        if len(groups) == 1:
            raise MeasureError(
                "There is one group ({name}) and no total, so there is nothing to compare it with. "
                "Give the total, or a second group.",
                "Er is een groep ({name}) en geen totaal, dus er is niets om mee te vergelijken. "
                "Geef het totaal, of een tweede groep.",
                name=names[0],
            )
        total = counts.sum(axis=1)
    else:
        total = np.asarray(total, dtype=float)
        refuse_impossible_counts(total[:, None], ["TOTAL"], units)
        summed = counts.sum(axis=1)
        # Fractional counts add up to their total but for the last digits.
        short = np.flatnonzero(summed > total * (1 + 1e-9) + 1e-9)
        if len(short):
            raise MeasureError(
                "In unit {unit} the groups add up to {groups}, more than its total {total}. Units "
                "where this is so: {n}. Choose the total that the groups are part of.",
                "In eenheid {unit} tellen de groepen op tot {groups}, meer dan het totaal {total}. "
                "Eenheden waar dit zo is: {n}. Kies het totaal waar de groepen deel van zijn.",
                unit=units[short[0]],
                groups=f"{summed[short[0]]:g}",
                total=f"{total[short[0]]:g}",
                n=len(short),
            )
        total = np.maximum(total, summed)
    usable = np.isfinite(counts).all(axis=1) & (np.nan_to_num(total) > 0)
    if not usable.any():
        raise MeasureError(
            "None of the {n} units can be used: every one has an empty count or a total of 0. Check "
            "the chosen fields.",
            "Geen van de {n} eenheden is bruikbaar: overal is een aantal leeg of het totaal 0. "
            "Controleer de gekozen velden.",
            n=len(counts),
        )
    return counts, total, usable


def parts(
    counts: np.ndarray,
    total: np.ndarray,
    usable: np.ndarray,
    area: Sequence[object] | None = None,
    points: np.ndarray | None = None,
) -> list[Part]:
    """Cut the units into all of them and those of each area, each in canonical order.

    Parameters
    ----------
    counts, total, usable
        From `prepare`.
    area : sequence of n labels, optional
    points : ndarray, shape (n, 2), optional
        Where given, they settle the order of units with equal counts.

    Returns
    -------
    list of Part
        "all" first, then the areas in order of their label.
    """
    rows = np.flatnonzero(usable)
    values = np.column_stack([counts[rows], total[rows]])
    if points is not None:
        values = np.column_stack([values, np.nan_to_num(points[rows])])
    rows = rows[canonical_order(values)]
    result = [Part(ALL, rows, counts[rows], total[rows], int((~usable).sum()))]
    if area is None:
        return result
    codes, labels = pd.factorize(np.asarray(area, dtype=object), sort=True)
    excluded = np.bincount(codes[~usable & (codes >= 0)], minlength=len(labels))
    rows = rows[codes[rows] >= 0]
    rows = rows[np.argsort(codes[rows], kind="stable")]
    ends = np.cumsum(np.bincount(codes[rows], minlength=len(labels)))
    for code, inside in enumerate(np.split(rows, ends[:-1])):
        result.append(
            Part(labels[code], inside, counts[inside], total[inside], int(excluded[code]))
        )
    return result


def indices(
    counts: np.ndarray,
    groups: Sequence[str],
    *,
    total: np.ndarray | None = None,
    area: Sequence[object] | None = None,
    which: Sequence[str] | None = None,
    pairs: bool = False,
    geometry: np.ndarray | None = None,
    bandwidths: Sequence[float] = (),
    kernel: str = "step",
    units: Sequence[object] | None = None,
    progress: Callable[[float], None] | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> pd.DataFrame:
    r"""Compute segregation indices for all units together and for each area by itself.

    Notation: unit u holds :math:`x_u` of the group in a population :math:`t_u`, so
    :math:`y_u = t_u - x_u` others and a share :math:`p_u = x_u / t_u`; capitals are sums over the
    units and :math:`P = X / T`; :math:`P_k` is the share of group k and :math:`E` an entropy in
    nats.

    ============================= =====================================================  =========
    index                         formula                                                bounds
    ============================= =====================================================  =========
    dissimilarity                 :math:`\sum t|p - P| / 2TP(1-P)`                       0-1
    gini                          :math:`\sum\sum t_u t_v|p_u - p_v| / 2T^2P(1-P)`       0-1
    theil_h                       :math:`1 - \sum t E_u / T E`                           0-1
    isolation                     :math:`\sum (x/X)(x/t)`                                P-1
    interaction                   :math:`\sum (x/X)(y/t)`                                0-(1-P)
    correlation_ratio             :math:`(isolation - P) / (1 - P)`                      0-1
    atkinson                      :math:`1 - (\sum\sqrt{xy})^2 / XY` (b = 0.5)           0-1
    dissimilarity_bias_corrected  :math:`2D - E[D^*]`                                    up to 1
    delta                         :math:`\frac12\sum|x/X - a/A|`, a the area             0-1
    absolute_concentration        Massey and Denton (1988), see the notes                up to 1
    dissimilarity_morrill         D - mean of :math:`|p_u - p_v|` over touching units    up to 1
    dissimilarity_wong            the same, weighted by the length of the border         up to 1
    dissimilarity_wong_shape      the same, times the perimeter / area of both           up to 1
    multigroup_dissimilarity      :math:`\sum_k\sum t|p_k - P_k| / 2TI`                  0-1
    multigroup_gini               :math:`\sum_k\sum\sum t_u t_v|p_{uk}-p_{vk}| / 2T^2I`  0-1
    multigroup_theil_h            :math:`1 - \sum t E_u / T E`                           0-1
    mutual_information            :math:`E - \sum t E_u / T`                             0-E
    relative_diversity            :math:`1 - \sum t I_u / T I`                           0-1
    normalized_exposure           :math:`\sum_k \sum t(p_k-P_k)^2 / T(1-P_k)`            0-1
    squared_cv                    :math:`\sum_k \sum t(p_k-P_k)^2 / T(K-1)P_k`           0-1
    simpson_interaction           :math:`I = \sum_k P_k(1 - P_k)`                        0-(1-1/K)
    entropy                       :math:`E = -\sum_k P_k \ln P_k`                        0-ln K
    spatial_theil_h               :math:`1 - \sum t \tilde E_u / T E`                    up to 1
    spatial_dissimilarity         :math:`\sum_k\sum t|\tilde p_k - P_k| / 2TI`           0 up
    spatial_relative_diversity    :math:`1 - \sum t \tilde I_u / T I`                    up to 1
    ============================= =====================================================  =========

    A tilde marks the composition of the surroundings (`spatial.surroundings`), where the unit's own
    residents t are the weight and P, E and I are the true ones of the area.

    Parameters
    ----------
    counts : ndarray, shape (n, K)
        Counts per group, 0 or more, whole or not; NaN leaves the unit out.
    groups : sequence of K str
        Names of the groups.
    total : ndarray, shape (n,), optional
        Population of each unit, at least the sum of its groups; None is that sum. It decides who
        "the rest" is. Indices for many groups, and of a group against another, look at the groups
        only.
    area : sequence of n labels, optional
        Adds the indices of every area by itself, as if it had been given alone. A unit without a
        label counts in "all" only.
    which : sequence of str, optional
        Index ids; None computes all that the input allows.
    pairs : bool
        Also set each group against each other group.
    geometry : ndarray of shapely geometry, shape (n,), optional
        Polygons (metres) for `PLACE` and `SPATIAL`, or points for `SPATIAL` alone. Of a polygon its
        representative point counts.
    bandwidths : sequence of float
        Metres; each gives the `SPATIAL` indices once.
    kernel : {"step", "triangular", "gaussian"}
    units : sequence of n labels, optional
        What messages call a unit; its row number by default.
    progress, cancelled : callable, optional

    Returns
    -------
    DataFrame
        Columns `COLUMNS`, one row per index; areas in order of their label after "all". `group` is
        "all" for indices of many groups, `versus` is "rest", another group or None. `low, high,
        expected, z, p` are NaN: `inference` fills them. Undefined values are NaN and `note` says
        why. `n_units` and `n_total` are those that the index is made of; `n_excluded` are units of
        the area without usable counts.

    Raises
    ------
    MeasureError
        For negative or infinite counts, a total smaller than its groups (unit named), a group given
        twice, one group without a total, no usable unit, a bandwidth that is no distance, an
        unknown index, or an index that needs polygons or bandwidths which are not there.
    Cancelled
        When `cancelled()` is true.

    Notes
    -----
    *Group absent*: everything that divides by its size is NaN, "group absent" (isolation of a group
    that is everybody is 1, and defined). An absent group plays no part in the indices of many
    groups, also not in K. *Zero units* are left out before anything else. *One unit*: the formula
    holds (D = 0), and the note says "one unit", for there was nothing to compare. *Fractions*:
    nothing is rounded. The result does not depend on the order of the rows, to the last digit.

    Sources: Duncan and Duncan (1955) D; Massey and Denton (1988) gini, theil_h, isolation,
    interaction, correlation_ratio, atkinson, delta, absolute_concentration; Allen et al. (2015) the
    bias-corrected D; Morrill (1991); Wong (1993); Reardon and Firebaugh (2002) the indices of many
    groups; Reardon and O'Sullivan (2004) and O'Sullivan and Wong (2007) the spatial ones. The
    docs (methods.md) treat each of them and the differences with other software.
    """
    wanted = _wanted(which, geometry, bandwidths)
    counts, total, usable = prepare(counts, groups, total, area, units)
    shapes = None if geometry is None else np.asarray(geometry, dtype=object)
    points = _representative_points(shapes) if shapes is not None and bandwidths else None
    cut = parts(counts, total, usable, area, points)
    places = _Places(shapes, cut, wanted) if shapes is not None else None
    names = [str(name) for name in groups]
    table = _Table(names)
    for number, part in enumerate(cut):
        if cancelled is not None and cancelled():
            raise Cancelled
        _add_plain_rows(table, part, wanted, pairs, places.of(number) if places else None)
        if points is not None and wanted & set(SPATIAL):
            share = 100.0 / len(cut)

            def step(percent: float, before: float = number * share, share: float = share) -> None:
                if progress is not None:
                    progress(before + percent / 100 * share)

            _add_spatial_rows(table, part, wanted, points, bandwidths, kernel, step, cancelled)
        if progress is not None:
            progress(100.0 * (number + 1) / len(cut))
    return table.frame()


def contrasts(n_groups: int, *, pairs: bool) -> Iterator[Contrast]:
    """Yield every group against the rest and, with `pairs`, the groups against each other."""
    for group in range(n_groups):
        yield Contrast("rest", group)
    if pairs:
        for group in range(n_groups):
            for versus in range(n_groups):
                if versus != group:
                    yield Contrast("pair", group, versus)


def sums(x: np.ndarray, t: np.ndarray, ingredients: frozenset[str]) -> Sums:
    """Sum over the units (first axis) what the indices are made of.

    Parameters
    ----------
    x, t : ndarray, shape (n,)
        The group and its population; t may be 0.
    ingredients : names of `Sums` to compute besides the margins.

    Returns
    -------
    Sums of scalars.
    """
    y = np.maximum(t - x, 0.0)
    T, X, Y = t.sum(), x.sum(), y.sum()
    nothing = np.float64(np.nan)
    made = dict.fromkeys(("deviation", "differences", "entropy", "information"), nothing)
    made |= dict.fromkeys(("squares", "roots"), nothing)
    p = x / np.where(t > 0, t, 1.0)
    if "deviation" in ingredients and T > 0:
        made["deviation"] = np.abs(x - t * (X / T)).sum()
    if "differences" in ingredients:
        order = rank_order((p * 2.0**63).astype(np.uint64))
        made["differences"] = lorenz(x[order], t[order])
    if ingredients & {"entropy", "information"}:
        information = minus_x_log(x, t)
        made["information"] = information.sum()
        if "entropy" in ingredients:
            made["entropy"] = (information + minus_x_log(y, t)).sum()
    if "squares" in ingredients:
        made["squares"] = (x * p).sum()
    if "roots" in ingredients:
        made["roots"] = np.sqrt(x * y).sum()
    return Sums(T, X, Y, **made)


def lorenz(x: np.ndarray, t: np.ndarray) -> np.ndarray:
    """Return half of sum sum t_u t_v abs(p_u - p_v), for units (first axis) in order of p = x / t.

    In that order the sum over pairs is that of x_v T_before - t_v X_before, one pass instead of
    n x n differences.
    """
    before = np.cumsum(t, axis=0)
    return (x * (2.0 * before - t)).sum(axis=0) - x.sum(axis=0) * before[-1]


def minus_x_log(x: np.ndarray, t: np.ndarray) -> np.ndarray:
    """Return -x ln(x / t), 0 where x is 0."""
    some = x > 0
    return -x * np.log(np.where(some, x, 1.0) / np.where(some, t, 1.0))


def one_group_values(s: Sums) -> dict[str, np.ndarray]:
    """Return the `ONE_GROUP` indices from their sums, NaN where undefined."""
    T, X, Y = s.total, s.group, s.rest
    with np.errstate(divide="ignore", invalid="ignore"):
        both = np.where((X > 0) & (Y > 0), 1.0, np.nan)
        XY = X * Y * both
        whole = minus_x_log(X, T) + minus_x_log(Y, T)
        isolation = s.squares / np.where(X > 0, X, np.nan)
        values = {
            "dissimilarity": s.deviation * T / (2.0 * XY),
            "gini": s.differences / XY,
            "theil_h": 1.0 - s.entropy / (whole * both),
            "isolation": isolation,
            "interaction": 1.0 - isolation,
            "correlation_ratio": (isolation - X / T) / (Y / T) * both,
            "atkinson": 1.0 - s.roots**2 / XY,
        }
    # All of them lie between 0 and 1; the last digit may not.
    return {name: np.clip(value, 0.0, 1.0) for name, value in values.items()}


def many_group_values(s: Sequence[Sums]) -> dict[str, np.ndarray]:
    """Return the `MANY_GROUPS` indices from the sums of each group, NaN where undefined."""
    T = s[0].total
    with np.errstate(divide="ignore", invalid="ignore"):
        share = np.stack([one.group / T for one in s])
        diversity = (share * (1.0 - share)).sum(axis=0)
        whole = minus_x_log(share, np.ones_like(share)).sum(axis=0)
        present = (share > 0).sum(axis=0)
        two = np.where(present > 1, 1.0, np.nan)
        within = sum(one.information for one in s) / T
        squares = np.stack([one.squares for one in s])
        spread = squares / T - share**2
        exists = np.where(share > 0, share, np.inf)
        values = {
            "multigroup_dissimilarity": sum(o.deviation for o in s) / (2.0 * T * diversity * two),
            "multigroup_gini": sum(one.differences for one in s) / (T * T * diversity * two),
            "multigroup_theil_h": 1.0 - within / (whole * two),
            "relative_diversity": 1.0 - (1.0 - squares.sum(axis=0) / T) / (diversity * two),
            "normalized_exposure": (spread / np.where(share < 1, 1 - share, np.nan)).sum(axis=0),
            "squared_cv": (spread / exists).sum(axis=0) / ((present - 1) * two),
        }
    values = {name: np.clip(value, 0.0, 1.0) for name, value in values.items()}
    return {
        **values,
        "mutual_information": np.maximum((whole - within) * two, 0.0),
        "simpson_interaction": diversity,
        "entropy": whole,
    }


def ingredients_of(wanted: frozenset[str]) -> frozenset[str]:
    """Return the names of the `Sums` that these indices are made of."""
    return frozenset(_INGREDIENT[name] for name in wanted if name in _INGREDIENT)


def local_indices(
    counts: np.ndarray,
    groups: Sequence[str],
    *,
    total: np.ndarray | None = None,
    area: Sequence[object] | None = None,
    units: Sequence[object] | None = None,
) -> pd.DataFrame:
    r"""Describe every unit against its reference area.

    .. math::
        LQ_{uk} = p_{uk} / P_k, \qquad E_u = -\sum_k p_{uk} \ln p_{uk}, \qquad
        I_u = \sum_k p_{uk} (1 - p_{uk}), \qquad L_u = \sum_k p_{uk} \ln (p_{uk} / P_k), \qquad
        d_{uk} = t_u |p_{uk} - P_k| / 2TP_k(1 - P_k)

    Parameters
    ----------
    counts, groups, total, units
        As in `indices`.
    area : sequence of n labels, optional
        Reference area of each unit; None takes all units together. A unit without a label gets no
        value that compares.

    Returns
    -------
    DataFrame, one row per unit in the order of the input
        - `lq_<group>`: location quotient, 0 and up, 1 = as the reference area;
        - `entropy`: nats, 0 to ln K; `diversity`: entropy / ln K, 0-1; `simpson`: the chance that
          two dwellings of the unit differ, 0 to 1 - 1/K;
        - `local_divergence`: nats, 0 and up; weighted by population its mean over the reference
          area is the mutual information;
        - `d_share_<group>`: the unit's part of D of the group against the rest; the parts of a
          reference area add up to its D.

        NaN for units without usable counts, and where the group or the rest is absent in the
        reference area.

    Raises
    ------
    MeasureError
        As `indices`.

    Notes
    -----
    With one group the composition is that group and the rest of `total`; with more it is that of
    the groups. Shares in `lq` and `d_share` are of `total`. Isard (1960), Theil (1972), Simpson
    (1949), Theil and Finizza (1971), Duncan and Duncan (1955).
    """
    counts, total, usable = prepare(counts, groups, total, area, units)
    reference = np.full(len(counts), ALL, dtype=object) if area is None else area
    n, k = counts.shape
    lq, d_share = np.full((n, k), np.nan), np.full((n, k), np.nan)
    divergence = np.full(n, np.nan)
    classes = counts if k > 1 else np.column_stack([counts, np.maximum(total - counts[:, 0], 0.0)])
    shares = composition(np.where(usable[:, None], classes, np.nan))
    for part in parts(counts, total, usable, reference)[1:]:
        if not len(part.rows):
            continue
        own = shares[part.rows]
        around = composition(classes[part.rows].sum(axis=0, keepdims=True))
        ratio = own / np.where(around > 0, around, np.nan)
        log = np.log(np.where(ratio > 0, ratio, 1.0))
        divergence[part.rows] = np.maximum((own * log).sum(axis=1), 0.0)
        T, X = part.total.sum(), part.counts.sum(axis=0)
        some = np.where(X > 0, X, np.nan)
        lq[part.rows] = part.counts / part.total[:, None] / (some / T)
        rest = np.maximum(part.total[:, None] - part.counts, 0.0).sum(axis=0)
        gap = np.abs(part.counts - part.total[:, None] * (X / T))
        d_share[part.rows] = gap * T / (2.0 * some * np.where(rest > 0, rest, np.nan))
    result = {f"lq_{name}": lq[:, i] for i, name in enumerate(groups)}
    result["entropy"] = entropy(shares)
    result["diversity"] = result["entropy"] / np.log(classes.shape[1])
    result["simpson"] = (shares * (1.0 - shares)).sum(axis=1)
    result["local_divergence"] = divergence
    result |= {f"d_share_{name}": d_share[:, i] for i, name in enumerate(groups)}
    return pd.DataFrame(result)


def profile(table: pd.DataFrame) -> pd.DataFrame:
    """Line up the spatial indices by bandwidth, for a chart of index against distance.

    Parameters
    ----------
    table : DataFrame from `indices` with bandwidths.

    Returns
    -------
    DataFrame
        `area, index, group, bandwidth, value`, ordered by them as they appear. Bandwidth 0 is the
        index without surroundings, where the table has it (multigroup_theil_h under
        spatial_theil_h, and so on).
    """
    plain = {
        ("spatial_theil_h", True): "multigroup_theil_h",
        ("spatial_dissimilarity", True): "multigroup_dissimilarity",
        ("spatial_relative_diversity", True): "relative_diversity",
        ("spatial_theil_h", False): "theil_h",
        ("spatial_dissimilarity", False): "dissimilarity",
        # For one group against the rest relative diversity is the correlation ratio.
        ("spatial_relative_diversity", False): "correlation_ratio",
    }
    known = {
        (area, index, group): value
        for area, index, group, versus, value in zip(
            *(table[c] for c in ("area", "index", "group", "versus", "value")), strict=True
        )
        if versus in (None, REST)
    }
    records = []
    at_distance = table[table["index"].isin(SPATIAL)]
    for (area, index, group), rows in at_distance.groupby(["area", "index", "group"], sort=False):
        start = known.get((area, plain[index, group == ALL], group))
        if start is not None:
            records.append((area, index, group, 0.0, start))
        rows = rows.sort_values("bandwidth")
        records += [
            (area, index, group, b, v)
            for b, v in zip(rows["bandwidth"], rows["value"], strict=True)
        ]
    return pd.DataFrame(records, columns=["area", "index", "group", "bandwidth", "value"])


# -- the rows of the table


class _Table:
    """Gathers the rows of the result."""

    def __init__(self, names: list[str]) -> None:
        self.names = names
        self.records: list[tuple] = []

    def add(
        self,
        part: Part,
        index: str,
        contrast: Contrast,
        value: float,
        n_units: int,
        n_total: float,
        notes: Sequence[str],
        bandwidth: float = np.nan,
    ) -> None:
        many = contrast.kind == "many"
        pair = contrast.kind == "pair"
        self.records.append(
            (
                part.area,
                index,
                ALL if many else self.names[contrast.group],
                None if many else self.names[contrast.versus] if pair else REST,
                bandwidth,
                float(value),
                *[np.nan] * 5,
                int(n_units),
                float(n_total),
                part.n_excluded,
                "; ".join(note for note in notes if note) or None,
            )
        )

    def frame(self) -> pd.DataFrame:
        return pd.DataFrame.from_records(self.records, columns=list(COLUMNS))


def _wanted(
    which: Sequence[str] | None, geometry: np.ndarray | None, bandwidths: Sequence[float]
) -> frozenset[str]:
    """Return the ids to compute, or raise for what is unknown or cannot be computed."""
    spatial.check_bandwidths(bandwidths)
    polygons = False
    if geometry is not None:
        kinds = set(shapely.get_type_id(np.asarray(geometry, dtype=object)).tolist()) - {-1}
        polygons = bool(kinds) and kinds <= {3, 6}
    if which is None:
        wanted = {*ONE_GROUP, BIAS_CORRECTED, *MANY_GROUPS}
        wanted |= set(PLACE) if polygons else set()
        return frozenset(wanted | (set(SPATIAL) if len(bandwidths) else set()))
    for name in which:
        if name not in INDICES:
            raise MeasureError(
                "There is no index {name}. The indices are: {names}.",
                "Er is geen index {name}. De indices zijn: {names}.",
                name=name,
                names=", ".join(INDICES),
            )
        if name in PLACE and not polygons:
            raise MeasureError(
                "Index {name} needs polygons: it uses their area or their borders. Give a polygon "
                "layer, or leave this index out.",
                "Index {name} heeft vlakken nodig: hij gebruikt hun oppervlakte of grenzen. Geef "
                "een vlakkenlaag, of laat deze index weg.",
                name=name,
            )
        if name in SPATIAL and (geometry is None or not len(bandwidths)):
            raise MeasureError(
                "Index {name} needs a layer with geometry and at least one bandwidth in metres.",
                "Index {name} heeft een laag met geometrie en minstens een bandbreedte in meters "
                "nodig.",
                name=name,
            )
    return frozenset(which)


def _add_plain_rows(
    table: _Table, part: Part, wanted: frozenset[str], pairs: bool, place: _Place | None
) -> None:
    """Add the rows that need no distances."""
    n_groups = part.counts.shape[1]
    needed = ingredients_of(wanted)
    one = [name for name in (*ONE_GROUP, BIAS_CORRECTED, *PLACE) if name in wanted]
    if one:
        for contrast in contrasts(n_groups, pairs=pairs):
            _add_one_group(table, part, contrast, one, needed, place)
    many = [name for name in MANY_GROUPS if name in wanted]
    if many and n_groups > 1:
        _add_many_groups(table, part, many, needed)


def _add_one_group(
    table: _Table,
    part: Part,
    contrast: Contrast,
    wanted: Sequence[str],
    needed: frozenset[str],
    place: _Place | None,
) -> None:
    x, t = contrast.numbers(part.counts, part.total)
    # A pair is the same seen from either side, but for the chance to meet.
    mirrored = contrast.kind == "pair" and contrast.versus < contrast.group
    s = None if mirrored else sums(x, t, needed)
    values = {} if s is None else one_group_values(s)
    n_units, n_total = int(np.count_nonzero(t > 0)), float(t.sum())
    one_unit = "one unit" if n_units == 1 else ""
    for name in wanted:
        if contrast.kind == "pair" and name == "interaction":
            value, reason = _meeting(part, contrast)
            table.add(part, name, contrast, value, n_units, n_total, [reason, one_unit])
            continue
        if s is None or (contrast.kind == "pair" and name not in _PAIR_INDICES):
            continue
        absent = _absent(s.group, s.rest, contrast.kind)
        if name in PLACE:
            if place is not None:
                value, units, people, reason = place.value(name, x, t)
                table.add(part, name, contrast, value, units, people, [absent or reason])
            continue
        if name == BIAS_CORRECTED:
            value = np.nan if absent else bias_corrected(x, np.maximum(t - x, 0.0))
        else:
            value = values[name]
        reason = absent if np.isnan(value) else ""
        table.add(part, name, contrast, value, n_units, n_total, [reason, one_unit])


def _absent(X: float, Y: float, kind: str) -> str:
    """Return why an index of a group is undefined, "" when it is not."""
    if not X > 0:
        return "group absent"
    if not Y > 0:
        return "versus group absent" if kind == "pair" else "rest absent"
    return ""


def _meeting(part: Part, contrast: Contrast) -> tuple[float, str]:
    """Return the chance that a member of the group meets one of the other group in its unit.

    The unit's whole population can be met: isolation and the chances for all others add up to 1.
    """
    x, y = part.counts[:, contrast.group], part.counts[:, contrast.versus]
    X = x.sum()
    if not X > 0:
        return np.nan, "group absent"
    return float((x * y / part.total).sum() / X), ""


def _add_many_groups(
    table: _Table, part: Part, wanted: Sequence[str], needed: frozenset[str]
) -> None:
    names, n_groups = table.names, part.counts.shape[1]
    together = Contrast("many", 0)
    t = part.counts.sum(axis=1)
    values = many_group_values([sums(part.counts[:, k], t, needed) for k in range(n_groups)])
    sizes = part.counts.sum(axis=0)
    absent = [names[k] for k in range(n_groups) if not sizes[k] > 0]
    n_units = int(np.count_nonzero(t > 0))
    notes = [
        "group absent: " + ", ".join(absent) if absent else "",
        "one unit" if n_units == 1 else "",
        # A fraction of a dwelling is rounding in the total, not a group that was left out.
        "groups only, not the rest of the total" if part.total.sum() - t.sum() > 0.5 else "",
    ]
    for name in wanted:
        undefined = np.isnan(values[name])
        reason = "only one group present" if undefined else ""
        table.add(part, name, together, values[name], n_units, t.sum(), [reason, *notes])


def _add_spatial_rows(
    table: _Table,
    part: Part,
    wanted: frozenset[str],
    points: np.ndarray,
    bandwidths: Sequence[float],
    kernel: str,
    progress: Callable[[float], None],
    cancelled: Callable[[], bool] | None,
) -> None:
    n_groups = part.counts.shape[1]
    here = np.isfinite(points[part.rows]).all(axis=1)
    counts, total = part.counts[here], part.total[here]
    lost = int((~here).sum())
    notes = [f"{lost} units without geometry left out" if lost else ""]
    around = spatial.surroundings(
        points[part.rows[here]],
        np.column_stack([counts, total]),
        bandwidths,
        kernel,
        progress=progress,
        cancelled=cancelled,
    )
    for scale, bandwidth in enumerate(bandwidths):
        near, near_total = around[scale][:, :n_groups], around[scale][:, n_groups]
        populations = [
            (
                Contrast("rest", k),
                np.column_stack([counts[:, k], total - counts[:, k]]),
                np.column_stack([near[:, k], near_total - near[:, k]]),
            )
            for k in range(n_groups)
        ]
        if n_groups > 1:
            populations.append((Contrast("many", 0), counts, near))
        for contrast, own, surrounding in populations:
            values, reason = _spatial_values(np.maximum(own, 0.0), np.maximum(surrounding, 0.0))
            n_units = int(np.count_nonzero(own.sum(axis=1) > 0))
            for name in SPATIAL:
                if name in wanted:
                    table.add(
                        part,
                        name,
                        contrast,
                        values[name],
                        n_units,
                        own.sum(),
                        [reason, *notes],
                        float(bandwidth),
                    )


def _spatial_values(own: np.ndarray, near: np.ndarray) -> tuple[dict[str, float], str]:
    """Return the `SPATIAL` indices of counts (n, K), given those of the surroundings (n, K)."""
    weight, sizes = own.sum(axis=1), own.sum(axis=0)
    if np.count_nonzero(sizes > 0) < 2:
        return dict.fromkeys(SPATIAL, np.nan), "only one group present"
    T = weight.sum()
    share = sizes / T
    diversity = (share * (1.0 - share)).sum()
    around = composition(near)
    some = weight > 0
    weight, around = weight[some], around[some]
    return {
        "spatial_theil_h": 1.0 - (weight * entropy(around)).sum() / (T * entropy(share)),
        "spatial_dissimilarity": (weight * np.abs(around - share).sum(axis=1)).sum()
        / (2.0 * T * diversity),
        "spatial_relative_diversity": 1.0
        - (weight * (around * (1.0 - around)).sum(axis=1)).sum() / (T * diversity),
    }, ""


# -- places: land, touching units, borders


def _representative_points(geometry: np.ndarray) -> np.ndarray:
    """Return a point inside each geometry (n, 2), NaN where there is none."""
    points = shapely.point_on_surface(geometry)
    return np.column_stack([shapely.get_x(points), shapely.get_y(points)])


@dataclass(frozen=True)
class _Place:
    """Land and neighbours of the units of one part; positions are those in the part."""

    land: np.ndarray
    perimeter: np.ndarray
    touching: tuple[np.ndarray, np.ndarray]
    borders: tuple[np.ndarray, np.ndarray, np.ndarray]

    def value(self, name: str, x: np.ndarray, t: np.ndarray) -> tuple[float, int, float, str]:
        """Return the value, the number of units, their population and what there is to say."""
        here = (self.land > 0) & (t > 0)
        lost = int((~here & (t > 0)).sum())
        note = f"{lost} units without geometry left out" if lost else ""
        n_units, n_total = int(here.sum()), float(t[here].sum())
        X, Y = x[here].sum(), (t - x)[here].sum()
        if not (X > 0 and Y > 0):
            # Delta compares with land, not with other groups.
            if not (X > 0 and name == "delta"):
                return np.nan, n_units, n_total, note
        if name == "delta":
            gap = x[here] / X - self.land[here] / self.land[here].sum()
            return float(np.abs(gap).sum() / 2.0), n_units, n_total, note
        if name == "absolute_concentration":
            value = _absolute_concentration(x[here], t[here], self.land[here])
            same = "units of equal area" if np.isnan(value) else ""
            return value, n_units, n_total, same or note
        D = one_group_values(sums(x[here], t[here], frozenset({"deviation"})))["dissimilarity"]
        first, second = self.touching if name == "dissimilarity_morrill" else self.borders[:2]
        known = here[first] & here[second]
        first, second = first[known], second[known]
        weight = np.ones(len(first))
        if name != "dissimilarity_morrill":
            weight = self.borders[2][known]
        p = x / np.where(t > 0, t, 1.0)
        gap = np.abs(p[first] - p[second])
        if not weight.sum() > 0:
            return np.nan, n_units, n_total, "no touching units"
        # Sorted, so that the sum does not depend on the order of the pairs.
        order = np.lexsort((gap, weight))
        gap, weight = gap[order], weight[order]
        if name == "dissimilarity_wong_shape":
            ratio = self.perimeter / np.where(here, self.land, 1.0)
            shape = (ratio[first] + ratio[second])[order] / (2.0 * ratio[here].max())
            return float(D - (gap * weight * shape).sum() / weight.sum()), n_units, n_total, note
        return float(D - (gap * weight).sum() / weight.sum()), n_units, n_total, note


def _absolute_concentration(x: np.ndarray, t: np.ndarray, land: np.ndarray) -> float:
    """Return Massey and Denton's ACO; NaN where all units are equally large.

    The group's mean land against the least and the most it could have: all of it in the smallest
    units that together house as many, or in the largest.
    """
    order = np.argsort(land, kind="stable")
    x, t, land = x[order], t[order], land[order]
    X = x.sum()
    enough = X * (1 - 1e-12)  # whole numbers that add up to X in another order
    smallest = slice(0, int(np.searchsorted(np.cumsum(t), enough)) + 1)
    largest = slice(len(t) - 1 - int(np.searchsorted(np.cumsum(t[::-1]), enough)), len(t))
    mean = (x * land).sum() / X
    least = (t[smallest] * land[smallest]).sum() / t[smallest].sum()
    most = (t[largest] * land[largest]).sum() / t[largest].sum()
    if not most > least:
        return np.nan
    return float(1.0 - (mean - least) / (most - least))


class _Places:
    """Land and neighbours of all units, cut into parts."""

    def __init__(self, geometry: np.ndarray, cut: list[Part], wanted: frozenset[str]) -> None:
        self.cut = cut
        self.wanted = bool(wanted & set(PLACE))
        if not self.wanted:
            return
        n = len(geometry)
        used = np.zeros(n, bool)
        used[cut[0].rows] = True
        self.land = np.nan_to_num(shapely.area(geometry))
        self.perimeter = np.nan_to_num(shapely.length(geometry))
        used &= self.land > 0
        nobody = (np.empty(0, np.int64), np.empty(0, np.int64))
        touching, borders = nobody, (*nobody, np.empty(0))
        if "dissimilarity_morrill" in wanted:
            near = contiguity(geometry, mask=used)
            once = near.rows < near.indices
            touching = (near.rows[once], near.indices[once].astype(np.int64))
        if wanted & {"dissimilarity_wong", "dissimilarity_wong_shape"}:
            borders = spatial.shared_borders(np.where(used, geometry, None))
        self.touching = self._by_part(n, touching)
        self.borders = self._by_part(n, borders)

    def _by_part(self, n: int, pairs: tuple[np.ndarray, ...]) -> list[tuple[np.ndarray, ...]]:
        """Cut pairs of units into those inside each part, as positions in the part."""
        first, second = pairs[:2]
        position = np.zeros(n, np.int64)
        position[self.cut[0].rows] = np.arange(len(self.cut[0].rows))
        result = [(position[first], position[second], *pairs[2:])]
        if len(self.cut) == 1:
            return result
        number = np.full(n, -1)
        for code, part in enumerate(self.cut[1:]):
            number[part.rows] = code
            position[part.rows] = np.arange(len(part.rows))
        inside = np.flatnonzero((number[first] == number[second]) & (number[first] >= 0))
        inside = inside[np.argsort(number[first[inside]], kind="stable")]
        sizes = np.bincount(number[first[inside]], minlength=len(self.cut) - 1)
        for rows in np.split(inside, np.cumsum(sizes)[:-1]):
            result.append(
                (position[first[rows]], position[second[rows]], *(p[rows] for p in pairs[2:]))
            )
        return result

    def of(self, number: int) -> _Place | None:
        """Return the land and neighbours of one part."""
        if not self.wanted:
            return None
        rows = self.cut[number].rows
        return _Place(
            self.land[rows], self.perimeter[rows], self.touching[number], self.borders[number]
        )


# -- the bias of D in small units

# From this count on the normal distribution serves; its error in an expected distance is then
# below 0.2 percent.
_LARGE = 30


def bias_corrected(x: np.ndarray, y: np.ndarray) -> float:
    r"""Correct D for the unevenness that small units have by chance: 2D - E[D*].

    D* is the D of a sample in which every member of a group draws a unit anew, with the observed
    chances: X draws with :math:`x_u / X` and Y draws with :math:`y_u / Y`. What the sampling adds
    to D once more is taken off.

    Parameters
    ----------
    x, y : ndarray, shape (n,)
        Counts of the two groups, both present.

    Returns
    -------
    float
        At most D; may be below 0 where D is all chance.

    Notes
    -----
    Allen, Burgess, Davidson and Windmeijer (2015). They, and PySAL, take the mean over simulated
    samples; here E[D*] is computed: exactly in units with fewer than 30 of either group, by the
    normal distribution elsewhere. Hence no random seed.
    """
    D = np.abs(x / x.sum() - y / y.sum()).sum() / 2.0
    return float(2.0 * D - _expected_distance(x, y).sum() / 2.0)


def _expected_distance(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Return E abs(x*/X - y*/Y) per unit, for binomial x* and y* with the observed chances."""
    X, Y = x.sum(), y.sum()
    p, q = x / X, y / Y
    mean = p - q
    result = np.abs(mean)  # exact where one of the two is 0: nothing can change the sign
    spread = np.sqrt(p * (1.0 - p) / X + q * (1.0 - q) / Y)
    both = (x > 0) & (y > 0) & (spread > 0)
    if not both.any():
        return result
    from scipy.special import erf

    ratio = mean[both] / spread[both]
    folded = np.sqrt(2.0 / np.pi) * np.exp(-0.5 * ratio**2) + ratio * erf(ratio / np.sqrt(2.0))
    result[both] = spread[both] * folded
    for few, many in ((x, y), (y, x)):
        rows = np.flatnonzero(both & (few < _LARGE) & ((few < many) | ((few == many) & (few is x))))
        result[rows] = _exact_distance(few[rows], many[rows], few.sum(), many.sum())
    return result


def _exact_distance(few: np.ndarray, many: np.ndarray, N: float, M: float) -> np.ndarray:
    """Return E abs(a/N - b/M) for binomial a with mean `few` (small) and b with mean `many`."""
    from scipy.special import betainc, gammaln

    # Draws come in whole numbers, so the group sizes do too; the means stay as they are.
    N, M = max(1.0, np.rint(N)), max(1.0, np.rint(M))
    p, q = np.minimum(few / N, 1.0), np.minimum(many / M, 1.0)

    def below(k: np.ndarray, size: float, chance: np.ndarray) -> np.ndarray:
        inside = np.clip(k, 0.0, max(size - 1.0, 0.0))
        value = betainc(size - inside, inside + 1.0, 1.0 - chance)
        return np.where(k < 0, 0.0, np.where(k >= size, 1.0, value))

    result = np.zeros(len(few))
    highest = int(min(N, np.ceil(_LARGE + 8 * np.sqrt(_LARGE) + 12)))
    last = np.minimum(np.ceil(few + 8 * np.sqrt(few) + 12), N)
    mass = np.zeros(len(few))
    for a in range(highest + 1):
        on = np.flatnonzero(last >= a)
        if not len(on):
            break
        log = gammaln(N + 1) - gammaln(a + 1) - gammaln(N - a + 1)
        with np.errstate(divide="ignore"):
            rest = (N - a) * np.log1p(-p[on]) if a < N else 0.0
        chance = np.exp(log + a * np.log(p[on]) + rest)
        at = a * M / N
        floor = np.floor(at * (1 + 1e-15))
        low = at * below(floor, M, q[on])
        low -= M * q[on] * below(floor - 1.0, M - 1.0, q[on])
        distance = (2.0 * low + M * q[on] - at) / M
        result[on] += chance * distance
        mass[on] += chance
    return result / mass
