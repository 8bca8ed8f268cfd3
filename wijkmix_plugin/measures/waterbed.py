# SPDX-License-Identifier: GPL-2.0-or-later
"""Change of units between two years, with what its figures leave open, and where it adds up."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from ..errors import MeasureError
from .neighbours import Neighbours

TREATED, RING, DISTRICT, BOROUGH = "treated", "ring", "district", "borough"
REST, REGION = "rest", "region"


def unit_change(
    first: np.ndarray, second: np.ndarray, groups: Sequence[str], *, z: float = 1.959964
) -> pd.DataFrame:
    r"""Return the change of every unit in counts and in percentage points, with an interval.

    .. math::
        d = p_2 - p_1, \qquad
        \text{low} = d - \sqrt{(p_2 - l_2)^2 + (u_1 - p_1)^2} - r, \quad
        \text{high} = d + \sqrt{(u_2 - p_2)^2 + (p_1 - l_1)^2} + r

    with l and u the score limits of Wilson (1927) of each year's share (Newcombe 1998, method 10)
    and r half a percentage point for each year whose counts are not whole: those were made from
    whole percentages.

    Parameters
    ----------
    first, second : ndarray of float, shape (n, K)
        Dwellings per unit and group; all groups together are the unit's dwellings.
    groups : sequence of K str
    z : float
        Normal quantile; 1.96 gives 95 %.

    Returns
    -------
    DataFrame
        Per group `n_change_<group>`, `share_change_<group>`, `low_<group>`, `high_<group>` (all
        but the first in percentage points, -100 to 100). NaN where a year has no figures; the
        last three also where it has no dwellings.

    Raises
    ------
    MeasureError
        The two do not have the same shape, or a count is below 0.

    Notes
    -----
    The dwellings are counted, not sampled: the interval says how far shares of so few dwellings
    wander without anything structural. It takes the years for independent, while most dwellings
    stand in both, so it is on the wide side.
    """
    first, second = np.asarray(first, float), np.asarray(second, float)
    if first.shape != second.shape or first.shape[1:] != (len(groups),):
        raise MeasureError(
            "The two years have different numbers of units or groups, so they do not compare.",
            "De twee jaren hebben verschillende aantallen eenheden of groepen; ze zijn niet te "
            "vergelijken.",
        )
    if (first < 0).any() or (second < 0).any():
        raise MeasureError(
            "A count is below 0. Correct the counts: missing figures must be empty.",
            "Een aantal is kleiner dan 0. Verbeter de aantallen: ontbrekende cijfers moeten leeg "
            "zijn.",
        )
    known = np.isfinite(first).all(axis=1) & np.isfinite(second).all(axis=1)
    shares, limits, rounding = [], [], 0.0
    for counts in (first, second):
        total = counts.sum(axis=1, keepdims=True)
        total = np.where((total > 0) & known[:, None], total, np.nan)
        p = counts / total
        middle = (p + z * z / (2 * total)) / (1 + z * z / total)
        half = np.sqrt(p * (1 - p) / total + (z / (2 * total)) ** 2) * z / (1 + z * z / total)
        shares.append(p)
        limits.append((np.minimum(middle - half, p), np.maximum(middle + half, p)))
        whole = np.abs(counts - np.round(counts)) < 1e-6
        rounding += 0.0 if whole[known].all() else 0.005
    d = shares[1] - shares[0]
    low = d - np.hypot(shares[1] - limits[1][0], limits[0][1] - shares[0]) - rounding
    high = d + np.hypot(limits[1][1] - shares[1], shares[0] - limits[0][0]) + rounding
    columns: dict[str, np.ndarray] = {}
    for k, name in enumerate(groups):
        columns[f"n_change_{name}"] = np.where(known, second[:, k] - first[:, k], np.nan)
        columns[f"share_change_{name}"] = 100 * d[:, k]
        columns[f"low_{name}"] = 100 * np.maximum(low[:, k], -1.0)
        columns[f"high_{name}"] = 100 * np.minimum(high[:, k], 1.0)
    return pd.DataFrame(columns)


def area_classes(
    treated: np.ndarray,
    near: Neighbours,
    district: Sequence[object] | None = None,
    borough: Sequence[object] | None = None,
) -> np.ndarray:
    """Give every unit one class: treated, ring, district, borough or rest.

    Parameters
    ----------
    treated : ndarray of bool, shape (n,)
    near : Neighbours
        Untreated neighbours of treated units are the ring.
    district : sequence, optional
        Wijk; what else lies in one with a treated unit is "district".
    borough : sequence, optional
        Stadsdeel; what else lies in one with a treated unit, and in no such wijk, is "borough".
        In either, units with a missing or blank label are in none.

    Returns
    -------
    ndarray of object, shape (n,)
    """
    treated = np.asarray(treated, bool)
    classes = np.full(len(treated), REST, dtype=object)
    for name, labels in ((BOROUGH, borough), (DISTRICT, district)):
        if labels is not None:
            label = pd.Series(list(labels), dtype=object)
            named = label.notna() & (label.astype(str).str.strip() != "")
            classes[named & label.isin(label[named & treated])] = name
    classes[near.indices[treated[near.rows]]] = RING
    classes[treated] = TREATED
    return classes


def waterbed(
    first: np.ndarray, second: np.ndarray, groups: Sequence[str], classes: Sequence[object]
) -> pd.DataFrame:
    """Add up two years per class of area and for the whole region.

    Parameters
    ----------
    first, second : ndarray of float, shape (n, K)
        Dwellings per unit and group, as in `unit_change`.
    groups : sequence of K str
    classes : sequence, shape (n,)
        As `area_classes` gives.

    Returns
    -------
    DataFrame
        `area_class, group, before, after, change, share_before, share_after, n_units`, of the units
        with figures in both years. The changes of the classes add up to that of the region. The
        table counts; it says nothing of what caused what.
    """
    first, second = np.asarray(first, float), np.asarray(second, float)
    known = np.isfinite(first).all(axis=1) & np.isfinite(second).all(axis=1)
    classes = np.asarray(classes, dtype=object)
    records = []
    for name in (TREATED, RING, DISTRICT, BOROUGH, REST, REGION):
        rows = known & ((classes == name) | (name == REGION))
        if not rows.any():
            continue
        sums = first[rows].sum(axis=0), second[rows].sum(axis=0)
        for k, group in enumerate(groups):
            before, after = float(sums[0][k]), float(sums[1][k])
            shares = [100 * s[k] / s.sum() if s.sum() > 0 else np.nan for s in sums]
            records.append((name, group, before, after, after - before, *shares, int(rows.sum())))
    columns = ["area_class", "group", "before", "after", "change", "share_before", "share_after"]
    return pd.DataFrame.from_records(records, columns=[*columns, "n_units"])
