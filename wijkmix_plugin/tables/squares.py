# SPDX-License-Identifier: GPL-2.0-or-later
"""CBS squares (100 m, 500 m) as blocks: percentages in tens and counts in fives to dwellings."""

from __future__ import annotations

from collections.abc import Container, Iterable
from typing import Any

import numpy as np
import pandas as pd

from ..errors import TableError, Text
from .columns import square_fields
from .roles import BLOCK_SPELLINGS, role_of
from .values import numbers

ROLES = ("dwellings", "share_koop", "share_huur", "n_corp")
DWELLINGS, KOOP, HUUR, CORP = (BLOCK_SPELLINGS["snake_case"][role][0] for role in ROLES)
FIELDS = (DWELLINGS, KOOP, HUUR, CORP)


def are_squares(columns: Iterable[str]) -> bool:
    """Tell whether a layer has the columns of CBS squares or postcodes with tenure."""
    return bool(square_fields(columns))


def as_counts(frame: Any, mapped: Container[str] = ()) -> tuple[Any, list[Text]]:
    """Give squares or postcodes with a code the columns of a canonical table.

    Parameters
    ----------
    frame : pandas or geopandas.
    mapped : columns that the user gave a role; with one of these among them the table is not taken
        for squares, nor is one that has a buurt code.

    Returns
    -------
    (frame, notes)
        The frame with `buurt_code`, `dwellings`, `n_koop`, `n_huur` and, where the corporation
        dwellings are there, `n_corp`, `n_overig`, in place of what they were made of. Another
        table is returned as it is.
    """
    fields = square_fields(frame.columns)
    coded = any(role_of(str(name)) == "buurt_code" for name in frame.columns)
    if "buurt_code" not in fields or coded or any(name in mapped for name in fields.values()):
        return frame, []
    counts, notes = square_counts(frame, ("koop", "huur"))
    result = frame.drop(columns=[name for role, name in fields.items() if role in ROLES])
    result = result.rename(columns={fields["buurt_code"]: "buurt_code"})
    result["dwellings"] = numbers(frame[fields["dwellings"]]).values
    result["n_koop"], result["n_huur"] = counts["n_koop"], counts["n_huur"]
    if "n_corp" in fields:
        counts, notes = square_counts(frame, ("koop", "corp", "overig"))
        result["n_corp"], result["n_overig"] = counts["n_corp"], counts["n_overig"]
    return result, notes


def square_counts(
    frame: pd.DataFrame, classes: tuple[str, ...] = ("koop", "huur")
) -> tuple[pd.DataFrame, list[Text]]:
    """Turn the columns of CBS squares into dwellings per class.

    Parameters
    ----------
    frame : DataFrame with the columns of squares or postcodes, as any channel spells them (the
        corporation field only for three classes).
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
    needed = ROLES if "corp" in classes else ROLES[:3]
    shipped = BLOCK_SPELLINGS["snake_case"]
    fields = square_fields(frame.columns) or {
        role: name for role in ROLES for name in shipped[role] if name in frame
    }
    absent = [shipped[role][0] for role in needed if role not in fields]
    if absent:
        raise TableError(
            "The squares lack {absent}. CBS publishes it in the file of squares (vierkanten).",
            "Bij de vierkanten ontbreekt {absent}. CBS publiceert dit in het bestand met "
            "vierkanten.",
            absent=", ".join(absent),
        )
    dwellings, koop, huur = (numbers(frame[fields[role]]).values for role in ROLES[:3])
    huur = np.where(np.isnan(huur) & (koop >= 100), 0.0, huur)
    koop = np.where(np.isnan(koop) & (huur >= 100), 0.0, koop)
    known = np.isfinite(koop + huur) & (koop + huur > 0)
    usable = known & (dwellings > 0)
    whole = np.where(usable, koop + huur, np.nan)
    n_koop = dwellings * koop / whole
    counts = {"n_koop": n_koop, "n_huur": dwellings * huur / whole}
    if "corp" in classes:
        rental = counts.pop("n_huur")
        corp = np.where(
            rental == 0, 0.0, np.minimum(numbers(frame[fields["n_corp"]]).values, rental)
        )
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
            "{part:.1f}% of the published dwellings); {left} have only a part of it, of which "
            "{nobody} no dwellings; what was suppressed is not worked out from the rest. "
            "Percentages are rounded to tens.",
            "CBS-vierkanten zijn een benadering van blokken. {used} van {n} hebben bruikbare "
            "eigendomscijfers ({classes}; {part:.1f}% van de gepubliceerde woningen); {left} "
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
