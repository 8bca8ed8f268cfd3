# SPDX-License-Identifier: GPL-2.0-or-later
"""Two years on the same boundaries: by equal codes, or by a table of stated weights; else not."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np
import pandas as pd

from ..errors import TableError, Text, number

# A unit is divided whole; weights may have been written with few decimals.
_WHOLE = 1e-6
_NAMED = 10


def on_equal_boundaries(
    counts: np.ndarray,
    codes: Sequence[object],
    wanted: Sequence[object],
    crosswalk: pd.DataFrame | None = None,
) -> tuple[np.ndarray, list[Text]]:
    """Put counts of one year on the units of another.

    Parameters
    ----------
    counts : ndarray of float, shape (n, K)
        Dwellings per unit and group of the year to convert.
    codes, wanted : sequence of str
        Codes of its units, and of the units of the other year.
    crosswalk : DataFrame with `from`, `to`, `weight`, optional
        Which part (0-1) of the dwellings of unit `from` stands in unit `to`. Units that it does not
        name keep their code.

    Returns
    -------
    counts : ndarray of float, shape (len(wanted), K)
        NaN where a part comes from a unit without figures.
    notes : list of Text
        How much of it is estimated: dwellings of units that were divided.

    Raises
    ------
    TableError
        A code twice or empty; codes of one year that the other does not have and the crosswalk does
        not convert; weights below 0 or that do not add up to 1. Codes are named.

    Notes
    -----
    A unit that is divided gives every group the same weight, although its parts may differ in
    tenure, so the counts of both parts can be off by up to the smaller of the part that comes over
    and the part that does not. Equal codes are taken for equal boundaries: a code that was given to
    another area cannot be seen from the codes.
    """
    before, after = _labels(codes), _labels(wanted)
    if crosswalk is None:
        crosswalk = pd.DataFrame({"from": [], "to": [], "weight": []})
    origin = _labels(crosswalk["from"].tolist(), once=False)
    target = _labels(crosswalk["to"].tolist(), once=False)
    weight = crosswalk["weight"].to_numpy(float)
    unknown = sorted({*(set(origin) - set(before)), *(set(target) - set(after))})
    if unknown:
        raise TableError(
            "The crosswalk names codes that the tables do not have: {codes}. Correct its columns "
            "from and to.",
            "De omzettabel noemt codes die de tabellen niet hebben: {codes}. Verbeter de kolommen "
            "from en to.",
            codes=_some(unknown),
        )
    sums = dict.fromkeys(origin, 0.0)
    for code, part in zip(origin, weight, strict=True):
        sums[code] += part if part >= 0 else np.nan
    wrong = [code for code, total in sums.items() if not abs(total - 1) <= _WHOLE]
    if wrong:
        raise TableError(
            "The weights of these codes in the crosswalk do not add up to 1, or one is below 0: "
            "{codes}.",
            "De gewichten van deze codes in de omzettabel tellen niet op tot 1, of er is er een "
            "kleiner dan 0: {codes}.",
            codes=_some(wrong),
        )
    place = {code: row for row, code in enumerate(after)}
    kept = [code for code in before if code not in sums]
    lost = [code for code in kept if code not in place]
    new = [code for code in after if code not in {*kept, *target}]
    if lost or new:
        raise TableError(
            "The two years do not have the same boundaries. Only in the first: {lost}. Only in the "
            "second: {new}. Give a crosswalk with from, to and weight for these codes.",
            "De twee jaren hebben niet dezelfde grenzen. Alleen in het eerste: {lost}. Alleen in "
            "het tweede: {new}. Geef een omzettabel met from, to en weight voor deze codes.",
            lost=_some(lost),
            new=_some(new),
        )
    row_of = {code: row for row, code in enumerate(before)}
    rows = np.array([row_of[c] for c in (*kept, *origin)], np.int64)
    cells = np.array([place[c] for c in (*kept, *target)], np.int64)
    parts = np.concatenate([np.ones(len(kept)), weight])
    used = parts > 0
    result = np.zeros((len(after), counts.shape[1]))
    np.add.at(result, cells[used], counts[rows[used]] * parts[used, None])
    divided = used & (parts < 1 - _WHOLE)
    if not divided.any():
        return result, []
    moved = counts[rows[divided]].sum(axis=1) * np.minimum(parts, 1 - parts)[divided]
    amount = number(float(np.nansum(moved)), 0)
    values = (len(set(rows[divided].tolist())), len(set(cells[divided].tolist())))
    return result, [
        Text(
            f"{values[0]} units were divided over {values[1]} by the weights of the crosswalk. "
            f"The tenure of their parts is assumed alike; up to {amount.en} dwellings of these "
            "parts can be counted in the wrong tenure.",
            f"{values[0]} eenheden zijn verdeeld over {values[1]} met de gewichten van de "
            "omzettabel. Aanname: hun delen hebben dezelfde verdeling van eigendom; tot "
            f"{amount.nl} woningen van deze delen kunnen bij het verkeerde eigendom zijn geteld.",
        )
    ]


def _labels(codes: Sequence[object], *, once: bool = True) -> list[str]:
    """Return codes as text without the spaces that CBS pads them with."""
    labels = ["" if c is None or c != c else str(c).strip() for c in codes]
    twice = sorted(c for c, n in Counter(labels).items() if n > 1) if once else []
    if "" in labels or twice:
        raise TableError(
            "A code is empty or stands in a table twice: {codes}. Each unit needs a code of its "
            "own.",
            "Een code is leeg of staat twee keer in een tabel: {codes}. Elke eenheid moet een "
            "eigen code hebben.",
            codes=_some(twice) if twice else "''",
        )
    return labels


def _some(codes: Sequence[str]) -> str:
    more = f", … ({len(codes)})" if len(codes) > _NAMED else ""
    return (", ".join(codes[:_NAMED]) or "-") + more
