# SPDX-License-Identifier: GPL-2.0-or-later
"""What rounding leaves open: bounds of an index, given that its percentages were rounded."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from itertools import pairwise

import numpy as np
import pandas as pd

from ..errors import Cancelled, MeasureError
from .evenness import (
    MANY_GROUPS,
    ONE_GROUP,
    Contrast,
    Sums,
    Units,
    all_units,
    by_area,
    check,
    ingredients_of,
    many_group_values,
    minus_x_log,
    one_group_values,
    sums,
)
from .inference import each_area
from .segregation import ALL, REST

# The share of a group in the whole area is known within a range too; it is cut in this many steps.
_STEPS = 8
# A whole number that was randomly rounded to a multiple of 5 was at most this much higher or lower.
FIVES = 4.0
_ROUNDED = (
    "dissimilarity",
    "theil_h",
    "isolation",
    "interaction",
    "multigroup_dissimilarity",
    "multigroup_theil_h",
)


def rounding_interval(
    table: pd.DataFrame,
    counts: np.ndarray,
    groups: Sequence[str],
    *,
    base: np.ndarray | None = None,
    step: float = 1.0,
    base_error: float = 0.0,
    count_error: float = 0.0,
    area: Sequence[object] | None = None,
    progress: Callable[[float], None] | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> pd.DataFrame:
    r"""Add the range that an index can have, given that what is behind it was rounded.

    A published percentage of `base` may have been half a `step` higher or lower, so a count
    :math:`n_{uk}` lies within :math:`h_u = base_u \cdot step / 200` of what is given; a published
    count lies within `count_error` of it. `low` and `high` are bounds that no combination of such
    counts can pass.

    Parameters
    ----------
    table : DataFrame from `segregation.indices`, of the same counts without `total`.
    counts : ndarray, shape (n, K)
        Percentage times base.
    groups : sequence of K str
    base : ndarray, shape (n,), optional
        What the percentages are of (all dwellings). None takes the sum of the counts, as large as
        it can be when the groups are everybody: each percentage may have lost half a step.
    step : float
        Percentage points; 1 for whole percentages, 0 for counts that come from no percentage.
    base_error : float
        How far the base itself may be off: 0 when it is exact, 5 when it was randomly rounded to a
        multiple of 5, as CBS does with households and inhabitants.
    count_error : float
        How far each count may be off by itself: `FIVES` when whole numbers were randomly rounded
        to multiples of 5. A unit of which all counts are 0 then counts in the bounds too.
    area : as in `segregation.indices`
    progress, cancelled : callable, optional

    Returns
    -------
    DataFrame
        A copy of `table` with `low` and `high` for dissimilarity, theil_h, isolation and
        interaction of a group against the rest, and for multigroup_dissimilarity and
        multigroup_theil_h; NaN for other indices, and `note` says so.

    Raises
    ------
    MeasureError
        When `step` or an error is negative, or as `segregation.indices`.
    Cancelled
        When `cancelled()` is true.

    Notes
    -----
    Shares of units are bounded one by one, and an average over units by giving each unit the
    largest or smallest weight it can have (a ratio of sums is extreme where every term is: found
    by Dinkelbach's iteration, 1967). The bounds hold for certain, so they are wider than what
    simulated rounding errors, which mostly cancel out, would show.
    """
    if min(step, base_error, count_error) < 0 or step * len(groups) >= 200:
        raise MeasureError(
            "A rounding step and an error are 0 or more, and the steps of all groups together less "
            "than 200 points; not {step} and {error}.",
            "Een afrondingsstap en een fout zijn 0 of meer, en de stappen van alle groepen samen "
            "minder dan 200 punten; niet {step} en {error}.",
            step=step,
            error=min(base_error, count_error),
        )
    counts, total, usable = check(counts, groups, None, area)
    if count_error > 0:
        usable |= total == 0  # nobody was published there, but a few may live there
    names = [str(name) for name in groups]
    largest = total / (1.0 - step * len(names) / 200.0)
    base = largest if base is None else np.asarray(base, float)
    relative = np.where(total > 0, base_error / np.where(base > 0, base, np.inf), 0.0)
    half = (base + base_error) * step / 200.0 + count_error
    low = np.maximum(counts * (1.0 - relative)[:, None] - half[:, None], 0.0)
    high = counts * (1.0 + relative)[:, None] + half[:, None]

    def look() -> None:
        if cancelled is not None and cancelled():
            raise Cancelled

    look()
    whole = all_units(counts, total, usable, ALL)
    look()
    areas = [whole] if area is None else [whole, *each_area(by_area(whole, area))]
    bounds = {}
    for number, units in enumerate(areas):

        def tell(part: float, number: int = number) -> None:
            look()
            if progress is not None:
                progress(100.0 * (number + part) / len(areas))

        for row, cell in _bounds(low[units.rows], high[units.rows], tell).items():
            index, group = row
            bounds[units.areas[0], index, ALL if group < 0 else names[group]] = cell
    if progress is not None:
        progress(100.0)
    lows, highs = table["low"].to_numpy(float, copy=True), table["high"].to_numpy(float, copy=True)
    notes = table["note"].to_numpy(object, copy=True)
    keys = zip(
        *(table[name] for name in ("area", "index", "group", "versus", "value")), strict=True
    )
    for place, (label, index, group, versus, value) in enumerate(keys):
        if np.isnan(value):
            continue
        if index in _ROUNDED and versus in (None, REST):
            lows[place], highs[place] = bounds.get((label, index, group), (np.nan, np.nan))
        else:
            text = "no bounds of rounding for this index"
            notes[place] = f"{notes[place]}; {text}" if notes[place] else text
    return table.assign(low=lows, high=highs, note=notes)


def rounded_base(counts: np.ndarray, base: np.ndarray) -> np.ndarray | None:
    """Return what whole percentages were taken of, per unit; None where the counts are whole.

    Parameters
    ----------
    counts : ndarray, shape (n, K)
        Dwellings per class; NaN where unknown. Counts made of percentages are no whole numbers.
    base : ndarray, shape (n,)
        All dwellings of the unit; where that is unknown the sum of the counts stands in.
    """
    known = np.isfinite(counts).all(axis=1)
    if (np.abs(counts[known] - np.round(counts[known])) < 1e-6).all():
        return None
    base = np.where(np.isfinite(base), base, counts.sum(axis=1))
    return np.where(known, base, 0.0)


DRAWS = 99  # enough for the ends of an interval that mostly is that of the bootstrap
_EVERY = ingredients_of(frozenset((*ONE_GROUP, *MANY_GROUPS)))


def draws(
    counts: np.ndarray,
    base: np.ndarray,
    groups: Sequence[str],
    *,
    moved: np.ndarray | None = None,
    code: np.ndarray | None = None,
    seed: int | Sequence[int] = 12345,
    cancelled: Callable[[], bool] | None = None,
) -> pd.DataFrame:
    r"""Return every index in every draw of what rounding to whole percentages left off.

    Parameters
    ----------
    counts : ndarray, shape (n, K)
    base : ndarray, shape (n,)
        As `rounded_base` gives; a count lies within base / 200 of what is given, drawn uniformly.
    moved : ndarray, shape (n, K), optional
        Known whole dwellings that come or go after the rounding.
    code : ndarray of int, shape (n,), optional
        Number of the larger unit that each belongs to; the indices are between those.
    seed : int or ints
        The same seed draws the same.

    Returns
    -------
    DataFrame, shape (indices, `DRAWS`)
        Index of id, group and versus ("" where there is none).

    Raises
    ------
    Cancelled
        When `cancelled()` is true.
    """
    generator = np.random.default_rng(seed)
    half = (base / 200)[:, None]
    found = []
    for _ in range(DRAWS):
        if cancelled is not None and cancelled():
            raise Cancelled
        drawn = np.maximum(counts + generator.uniform(-1, 1, counts.shape) * half, 0.0)
        if moved is not None:
            drawn = np.maximum(drawn + moved, 0.0)
        if code is not None:
            drawn = np.column_stack([np.bincount(code, column) for column in drawn.T])
        total = drawn.sum(axis=1)
        rows = np.flatnonzero(total > 0)
        start = np.zeros(1, np.int64)
        units = Units(np.array([ALL], dtype=object), start, rows, drawn[rows], total[rows])
        found.append([sums(units, Contrast("rest", k), _EVERY) for k in range(len(groups))])
    each = Sums(*np.array(found)[..., 0].transpose(2, 1, 0))  # arrays (groups, draws)
    values = {
        (name, str(group), REST): row
        for name, rows in one_group_values(each).items()
        for group, row in zip(groups, rows, strict=True)
    }
    if len(groups) > 1:
        values |= {(name, ALL, ""): row for name, row in many_group_values(each).items()}
    return pd.DataFrame(list(values.values()), index=pd.MultiIndex.from_tuples(values))


def widen(table: pd.DataFrame, differences: pd.DataFrame, change: str) -> None:
    r"""Add what rounding leaves open to the interval of a change.

    On either side :math:`\sqrt{b^2 + r^2}`: b of the interval as it is, r of the draws (95 %).

    Parameters
    ----------
    table : DataFrame
        `index, group, versus, low, high` and the column named by `change`; changed in place.
    differences : DataFrame from `draws`, of the second moment less those of the first.
    """
    keys = pd.MultiIndex.from_arrays([table["index"], table["group"], table["versus"].fillna("")])
    values = differences.reindex(keys).to_numpy(dtype=float)
    middle = table[change].to_numpy(dtype=float)
    known = np.isfinite(values).all(axis=1)
    for name, q, sign in (("low", 0.025, -1.0), ("high", 0.975, 1.0)):
        end = np.where(known, np.quantile(np.where(known[:, None], values, 0.0), q, axis=1), middle)
        spread = np.maximum(sign * (table[name].to_numpy(dtype=float) - middle), 0.0)
        table[name] = middle + sign * np.hypot(spread, np.maximum(sign * (end - middle), 0.0))


def _bounds(
    low: np.ndarray, high: np.ndarray, tell: Callable[[float], None]
) -> dict[tuple[str, int], tuple[float, float]]:
    """Return bounds of the `_ROUNDED` indices, for counts (n, K) between `low` and `high`.

    `tell` is told now and then which part (0-1) is done; it may raise.

    Keys are the index and the number of the group, -1 for all groups. D and H are both the mean
    distance of the units' shares from that of the area, over its greatest possible value.
    """
    n_groups = low.shape[1]
    others_low = low.sum(axis=1, keepdims=True) - low
    others_high = high.sum(axis=1, keepdims=True) - high
    with np.errstate(invalid="ignore", divide="ignore"):
        shares_low = np.nan_to_num(low / (low + others_high))
        shares_high = np.where(high > 0, high / (high + others_low), 0.0)
    weights = low.sum(axis=1), high.sum(axis=1)
    result = {}
    many: dict[str, list[tuple[float, float]]] = {"gap": [], "divergence": [], "I": [], "E": []}
    for k in range(n_groups):

        def look(step: int, k: int = k) -> None:
            tell((k + step / (3 * _STEPS)) / n_groups)

        p = shares_low[:, k], np.clip(shares_high[:, k], shares_low[:, k], 1.0)
        P = _mean(p[0], p[0], *weights)[0], _mean(p[1], p[1], *weights)[1]
        pieces = list(pairwise(np.linspace(*P, _STEPS + 1)))
        gap = [_mean_gap(p, piece, weights, partial(look, n)) for n, piece in enumerate(pieces)]
        apart, part = [], []
        for n, piece in enumerate(pieces):
            look(_STEPS + 2 * n)
            apart.append(_mean(*_distances(_binary_divergence, p, piece), *weights))
            look(_STEPS + 2 * n + 1)
            part.append(_mean(*_distances(_divergence, p, piece), *weights))
        variance = [_range_of_concave(lambda v: 2.0 * v * (1.0 - v), 0.5, *i) for i in pieces]
        whole = [_range_of_concave(_binary_entropy, 0.5, *piece) for piece in pieces]
        result["dissimilarity", k] = _ratio_bounds(gap, variance)
        result["theil_h", k] = _ratio_bounds(apart, whole)
        result["isolation", k] = _isolation_bounds(p, weights)
        result["interaction", k] = _complement(result["isolation", k])
        many["gap"].append(_hull(gap))
        many["divergence"].append(_hull(part))
        many["I"].append(_hull(variance))
        many["E"].append(_range_of_concave(lambda v: minus_x_log(v, v), np.exp(-1), *P))
    added = {name: [tuple(np.sum(found, axis=0))] for name, found in many.items()}
    result["multigroup_dissimilarity", -1] = _ratio_bounds(added["gap"], added["I"])
    result["multigroup_theil_h", -1] = _ratio_bounds(added["divergence"], added["E"])
    if len(low) == 1:  # one unit is as mixed as the whole, whatever was rounded
        uneven = "dissimilarity", "theil_h", "multigroup_dissimilarity", "multigroup_theil_h"
        result |= {row: (0.0, 0.0) for row in result if row[0] in uneven}
    return result


# Over all units the differences p - P cancel out, so a multiple of them may be added to every
# distance: it changes no mean, and each multiple bounds the mean in its own way.
_SLOPES = (-1.0, -0.5, 0.0, 0.5, 1.0)


def _mean_gap(
    p: tuple[np.ndarray, np.ndarray],
    piece: tuple[float, float],
    weights: tuple[np.ndarray, np.ndarray],
    look: Callable[[], None],
) -> tuple[float, float]:
    """Bound the mean of abs(p - P); `look` may raise."""
    found = []
    for slope in _SLOPES:
        look()

        def distance(share: np.ndarray, P: float, slope: float = slope) -> np.ndarray:
            return np.abs(share - P) + slope * (share - P)

        found.append(_mean(*_distances(distance, p, piece), *weights))
    return max(a for a, _ in found), min(b for _, b in found)


def _divergence(p: np.ndarray, P: float) -> np.ndarray:
    """Return p ln(p / P) - p + P: 0 where p is P, and over all groups the local divergence."""
    return np.maximum(p * np.log(np.maximum(p, 1e-300) / max(P, 1e-300)) - p + P, 0.0)


def _binary_divergence(p: np.ndarray, P: float) -> np.ndarray:
    return _divergence(p, P) + _divergence(1.0 - p, 1.0 - P)


def _binary_entropy(p: np.ndarray) -> np.ndarray:
    return minus_x_log(p, p) + minus_x_log(1.0 - p, 1.0 - p)


def _distances(
    distance: Callable, p: tuple[np.ndarray, np.ndarray], piece: tuple[float, float]
) -> tuple[np.ndarray, np.ndarray]:
    """Bound the distance between a share within `p` and one within `piece`.

    The distance is convex and 0 where both are equal, so it is least where they are nearest and
    greatest in a corner.
    """
    corners = [distance(share, end) for share in p for end in piece]
    least = np.where(p[0] > piece[1], corners[1], np.where(p[1] < piece[0], corners[2], 0.0))
    return least, np.max(corners, axis=0)


def _range_of_concave(
    function: Callable, peak: float, low: float, high: float
) -> tuple[float, float]:
    """Return the least and the greatest value of a concave function between `low` and `high`."""
    ends = function(np.array([low, high, np.clip(peak, low, high)]))
    return float(ends[:2].min()), float(ends[2])


def _hull(ranges: Sequence[tuple[float, float]]) -> tuple[float, float]:
    return min(a for a, _ in ranges), max(b for _, b in ranges)


def _mean(
    low: np.ndarray, high: np.ndarray, least: np.ndarray, most: np.ndarray
) -> tuple[float, float]:
    """Bound the mean of values between `low` and `high` with weights between `least` and `most`."""

    def extreme(values: np.ndarray, sign: int) -> float:
        mean = float(np.average(values, weights=least + most))
        for _ in range(100):
            # What pulls the mean further out gets its full weight, the rest as little as it can.
            weight = np.where(sign * (values - mean) > 0, most, least)
            if not weight.sum() > 0:
                break
            further = float((weight * values).sum() / weight.sum())
            if sign * (further - mean) <= 0:
                break
            mean = further
        return mean

    return extreme(low, -1), extreme(high, 1)


def _isolation_bounds(
    p: tuple[np.ndarray, np.ndarray], weights: tuple[np.ndarray, np.ndarray]
) -> tuple[float, float]:
    """Bound the sum of w p p over the sum of w p, for shares and weights between bounds."""

    def extreme(sign: int) -> float:
        # The sum of w p (p - ratio) is 0 at the ratio itself, and each term can be made as large
        # (or as small) as possible by itself.
        ratio = float(sign < 0)
        for _ in range(100):
            if sign > 0:
                at_ends = [v * (v - ratio) for v in p]
                share = np.where(at_ends[1] >= at_ends[0], p[1], p[0])
            else:
                share = np.clip(ratio / 2.0, *p)
            weight = np.where(sign * share * (share - ratio) > 0, weights[1], weights[0])
            size = float((weight * share).sum())
            if not size > 0:
                break
            further = float((weight * share * share).sum()) / size
            if sign * (further - ratio) <= 0:
                break
            ratio = further
        return ratio

    return extreme(-1), extreme(1)


def _ratio_bounds(
    above: Sequence[tuple[float, float]], below: Sequence[tuple[float, float]]
) -> tuple[float, float]:
    """Bound a ratio between 0 and 1, given bounds of its two parts in each of several cases."""
    low = min(a / d if d > 0 else 0.0 for (a, _), (_, d) in zip(above, below, strict=True))
    high = max(b / c if c > 0 else 1.0 for (_, b), (c, _) in zip(above, below, strict=True))
    return float(np.clip(low, 0.0, 1.0)), float(np.clip(high, 0.0, 1.0))


def _complement(bounds: tuple[float, float]) -> tuple[float, float]:
    return 1.0 - bounds[1], 1.0 - bounds[0]
