# SPDX-License-Identifier: GPL-2.0-or-later
"""CBS squares (100 m, 500 m) as blocks: percentages in tens and counts in fives to dwellings."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pandas as pd

from ..errors import TableError, Text
from .values import numbers

DWELLINGS = "aantal_woningen"
KOOP = "percentage_koopwoningen"
HUUR = "percentage_huurwoningen"
CORP = "aantal_huurwoningen_in_bezit_woningcorporaties"
FIELDS = (DWELLINGS, KOOP, HUUR, CORP)


def are_squares(columns: Iterable[str]) -> bool:
    """Tell whether a layer has the columns of CBS squares with tenure."""
    return {DWELLINGS, KOOP, HUUR} <= set(columns)


def square_counts(
    frame: pd.DataFrame, classes: tuple[str, ...] = ("koop", "huur")
) -> tuple[pd.DataFrame, list[Text]]:
    """Turn the columns of CBS squares into dwellings per class.

    Parameters
    ----------
    frame : DataFrame with `FIELDS` (the corporation field only for three classes).
    classes : ("koop", "huur") or ("koop", "corp", "overig").

    Returns
    -------
    counts : DataFrame with `n_<class>`, index of the frame, NaN where a square cannot be used.
    notes : list of Text

    Raises
    ------
    TableError
        A needed column is missing.

    Notes
    -----
    Both percentages are needed, and they are scaled to 100 together, for each is rounded to tens.
    100 percent of one says that there is none of the other. A percentage of less whose counterpart
    is suppressed is not filled up from 100: what was hidden stays hidden, and the square is left
    out. Corporation dwellings cannot exceed the rental ones.
    """
    needed = [DWELLINGS, KOOP, HUUR] + ([CORP] if "corp" in classes else [])
    absent = [name for name in needed if name not in frame]
    if absent:
        raise TableError(
            "The squares lack {absent}. CBS publishes it in the file of squares (vierkanten).",
            "Bij de vierkanten ontbreekt {absent}. CBS publiceert dit in het bestand met "
            "vierkanten.",
            absent=", ".join(absent),
        )
    dwellings, koop, huur = (numbers(frame[name]).values for name in (DWELLINGS, KOOP, HUUR))
    huur = np.where(np.isnan(huur) & (koop >= 100), 0.0, huur)
    koop = np.where(np.isnan(koop) & (huur >= 100), 0.0, koop)
    known = np.isfinite(koop + huur) & (koop + huur > 0)
    usable = known & (dwellings > 0)
    whole = np.where(usable, koop + huur, np.nan)
    n_koop = dwellings * koop / whole
    counts = {"n_koop": n_koop, "n_huur": dwellings * huur / whole}
    if "corp" in classes:
        rental = counts.pop("n_huur")
        corp = np.where(rental == 0, 0.0, np.minimum(numbers(frame[CORP]).values, rental))
        bare = np.isnan(corp)
        counts = {"n_koop": np.where(bare, np.nan, n_koop), "n_corp": corp}
        counts["n_overig"] = rental - corp
    result = pd.DataFrame(counts, index=frame.index)
    with_tenure = np.isfinite(koop) | np.isfinite(huur)
    left = int((with_tenure & result.isna().any(axis=1).to_numpy()).sum())
    nobody = int((known & ~(dwellings > 0)).sum())
    used = result.notna().all(axis=1).to_numpy()
    notes = [
        Text(
            "CBS squares are a proxy for blocks. {used} of {n} have usable tenure ({classes}; "
            "{part:.1f} % of the published dwellings); {left} have only a part of it, of which "
            "{nobody} no dwellings; what was suppressed is not worked out from the rest. "
            "Percentages are rounded to tens.",
            "CBS-vierkanten zijn een benadering van blokken. {used} van {n} hebben bruikbare "
            "eigendomscijfers ({classes}; {part:.1f} % van de gepubliceerde woningen); {left} "
            "hebben er maar een deel van, waarvan {nobody} geen woningen; wat is onderdrukt, wordt "
            "niet uit de rest afgeleid. Percentages zijn afgerond op tientallen.",
        ).format(
            used=int(used.sum()),
            n=len(frame),
            classes=", ".join(classes),
            part=100 * np.nansum(dwellings[used]) / max(np.nansum(dwellings), 1.0),
            left=left,
            nobody=nobody,
        )
    ]
    return result, notes
