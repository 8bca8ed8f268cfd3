# SPDX-License-Identifier: GPL-2.0-or-later
"""The tenure mix of one unit: shares, diversity, location quotients, divergence.

The small tools that the other measures build on are here too: composition, entropy, and the order
that makes every sum independent of the order of the rows.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
import pandas as pd

from ..errors import MeasureError


def canonical_order(columns: Sequence[np.ndarray]) -> np.ndarray:
    """Order units by their values: then no sum and no draw depends on the order of the input.

    Parameters
    ----------
    columns : sequence of ndarray of float, each of shape (n,)
        What is known of the units; no NaN.

    Returns
    -------
    ndarray of int, shape (n,)
        Positions. Units that are equal in every column keep their order, which no result can tell.
    """
    # Any order will do that follows from the values alone, and sorting one key is ten times faster
    # than sorting by m columns. Two different units with the same key are next to impossible, and
    # caught.
    key = hash_units(columns)
    digits = 2 if len(key) < 20_000 else 3
    order = rank_order(key, digits)
    ranked = key.take(order)
    ranked >>= np.uint64(64 - 16 * digits)
    same = np.flatnonzero(ranked[1:] == ranked[:-1])
    one, other = order.take(same), order.take(same + 1)
    if any((column.take(one) != column.take(other)).any() for column in columns):
        return np.lexsort(columns)
    return order


def hash_units(columns: Sequence[np.ndarray]) -> np.ndarray:
    """Return an unsigned 64-bit key per unit; units with equal values have equal keys."""
    key = np.zeros(len(columns[0]), dtype=np.uint64)
    for column in columns:
        bits = (column + 0.0).view(np.uint64)  # + 0.0: minus zero is zero
        key ^= bits
        bits >>= np.uint64(29)
        key += bits
        key *= np.uint64(0x9E3779B97F4A7C15)
        key ^= key >> np.uint64(32)
    return key


def rank_order(key: np.ndarray, digits: int = 3) -> np.ndarray:
    """Order unsigned keys (32 or 64 bits) along the last axis by their first `digits` of 16 bits.

    Keys that are equal so far keep their order.
    """
    # numpy sorts 16-bit integers by counting: three such rounds beat one comparison sort fivefold.
    places = range(key.itemsize // 2 - digits, key.itemsize // 2)
    first, *others = ((key >> key.dtype.type(16 * n)).astype(np.uint16) for n in places)
    order = first.argsort(axis=-1, kind="stable")
    start = None
    if key.ndim > 1:  # where each row begins in the flat array
        start = np.arange(len(key))[:, None] * key.shape[1]
        order += start
    for digit in others:
        again = digit.reshape(-1).take(order).argsort(axis=-1, kind="stable")
        if start is not None:
            again += start
        order = order.reshape(-1).take(again)
    return order if start is None else order - start


def composition(counts: np.ndarray) -> np.ndarray:
    """Return the share of each class per row (0-1), NaN for rows without a usable total."""
    total = counts.sum(axis=1)
    return counts / np.where(total > 0, total, np.nan)[:, None]


def usable_rows(counts: np.ndarray) -> np.ndarray:
    """Tell which rows have a count of every class, and a dwelling."""
    return np.isfinite(counts).all(axis=1) & (np.nan_to_num(counts).sum(axis=1) > 0)


def entropy(shares: np.ndarray) -> np.ndarray:
    r"""Shannon entropy per row, in nats.

    .. math:: E_u = -\sum_k p_{uk} \ln p_{uk}, \qquad 0 \ln 0 = 0

    Parameters
    ----------
    shares : ndarray of float, shape (..., K)
        Compositions (0-1).

    Returns
    -------
    ndarray of float, shape (...)
        Between 0 (one class) and ln K (all classes alike); NaN where a share is NaN.
    """
    # An ln of 1 stands in for ln 0: the product is 0 either way.
    terms = shares * np.log(np.where(shares > 0, shares, 1.0))
    return 0.0 - terms.sum(axis=-1)


def tenure_mix(counts: pd.DataFrame, reference: Sequence[object] | None = None) -> pd.DataFrame:
    r"""Describe the mix of every unit, by itself and against its reference area.

    With counts :math:`n_{uk}`, shares :math:`p_{uk} = n_{uk} / \sum_k n_{uk}` and the composition
    :math:`P_k` of all units of the same reference area together:

    .. math::
        D^*_u = E_u / \ln K, \qquad L_u = \sum_k p_{uk} \ln (p_{uk} / P_k), \qquad
        LQ_{uk} = p_{uk} / P_k

    Parameters
    ----------
    counts : DataFrame, shape (n, K)
        Dwellings per class, columns `n_<class>`, whole numbers or not. A row with NaN in any class
        or without dwellings is left out of the reference and gets NaN.
    reference : sequence of n labels, optional
        The reference area of each unit; None takes all units together. A unit whose label is
        missing has no location quotient and no divergence.

    Returns
    -------
    DataFrame
        Index of `counts`, all float:

        - `share_<class>`: percent, 0-100; of `overig` it is called `share_overig_huur`;
        - `div_tenure`: normalised entropy, 0 (one class only) to 1 (all K classes alike), where K
          is the number of columns, also when a class does not occur; NaN when there is one column;
        - `local_divergence`: nats, 0 (as the reference area) and up; its mean weighted by dwellings
          is the mutual information of the area, so the map adds up;
        - `lq_<class>`: 1 where the unit is as its reference area; NaN when the class does not occur
          there.

    Raises
    ------
    MeasureError
        When a count is negative or infinite, or `reference` has another length.

    Notes
    -----
    Entropy: Theil (1972). Location quotient: Isard (1960). Local divergence: the unit's term of
    Theil's mutual information (Theil and Finizza 1971), called divergence index by Roberto (2016).
    """
    values = counts.to_numpy(dtype=float)
    refuse_impossible_counts(values, [str(name) for name in counts.columns], counts.index)
    if reference is not None and len(reference) != len(values):
        raise MeasureError(
            "There are {a} reference areas for {b} units; give one for each unit.",
            "Er zijn {a} referentiegebieden bij {b} eenheden; geef er een per eenheid.",
            a=len(reference),
            b=len(values),
        )
    classes = [str(name).removeprefix("n_") for name in counts.columns]
    usable = ~np.isnan(values).any(axis=1)
    usable &= np.where(usable[:, None], values, 0.0).sum(axis=1) > 0
    shares = composition(np.where(usable[:, None], values, np.nan))
    around = _reference_composition(values, usable, reference)
    absent = np.where(around > 0, around, np.nan)
    quotient = shares / absent
    divergence = (shares * np.log(np.where(quotient > 0, quotient, 1.0))).sum(axis=1)
    result = {
        "share_overig_huur" if name == "overig" else f"share_{name}": 100 * shares[:, column]
        for column, name in enumerate(classes)
    }
    classes_known = np.log(len(classes)) if len(classes) > 1 else np.nan
    result["div_tenure"] = entropy(shares) / classes_known
    # Never negative by Gibbs' inequality; rounding may leave -1e-17.
    result["local_divergence"] = np.where(
        np.isnan(around).any(axis=1), np.nan, np.maximum(divergence, 0.0)
    )
    for column, name in enumerate(classes):
        result[f"lq_{name}"] = quotient[:, column]
    return pd.DataFrame(result, index=counts.index)


def refuse_impossible_counts(
    values: np.ndarray, names: Sequence[str], units: Iterable[object]
) -> None:
    """Raise MeasureError for the first negative or infinite count; NaN is no error."""
    if values.size and values.min() >= 0 and values.max() < np.inf:  # and no NaN
        return
    with np.errstate(invalid="ignore"):
        wrong = (values < 0) | np.isinf(values)
    if not wrong.any():
        return
    row, column = (int(i[0]) for i in np.nonzero(wrong))
    advice = ("correct them or leave them empty.", "verbeter ze of maak ze leeg.")
    if values[row, column] <= -99990:
        advice = (
            "this is the CBS code for a missing value, so prepare the table first.",
            "dit is de CBS-code voor een ontbrekende waarde, dus bereid de tabel eerst voor.",
        )
    raise MeasureError(
        "Field {field} of unit {unit} holds {value}; a count is 0 or more. Wrong units: {n}; "
        "{advice}",
        "Veld {field} van eenheid {unit} bevat {value}; een aantal is 0 of meer. Foute eenheden: "
        "{n}; {advies}",
        field=names[column],
        unit=list(units)[row],
        value=f"{values[row, column]:g}",
        n=int(wrong.any(axis=1).sum()),
        advice=advice[0],
        advies=advice[1],
    )


def _reference_composition(
    values: np.ndarray, usable: np.ndarray, reference: Sequence[object] | None
) -> np.ndarray:
    """Return per unit the composition (0-1) of its reference area, NaN where there is none."""
    n, classes = values.shape
    around = np.full((n, classes), np.nan)
    if reference is None:
        codes = np.zeros(n, dtype=np.int64)
    else:
        codes = pd.factorize(np.asarray(reference, dtype=object))[0].astype(np.int64)
    rows = np.flatnonzero(usable & (codes >= 0))
    if len(rows):
        rows = rows[canonical_order(list(values[rows].T))]
        sums = [
            np.bincount(codes[rows], weights=values[rows, k], minlength=codes.max() + 1)
            for k in range(classes)
        ]
        inside = codes >= 0
        around[inside] = composition(np.column_stack(sums))[codes[inside]]
    return around
