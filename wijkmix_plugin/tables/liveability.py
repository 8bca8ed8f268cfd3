# SPDX-License-Identifier: GPL-2.0-or-later
"""Scores of the Leefbaarometer beside buurten: dimensions apart, with version and year."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from ..errors import TableError, Text, listed
from .added import Added
from .columns import Note
from .dwellings import likely_reason
from .values import numbers, text

_NAMED = 10


def field_name(field: str, year: int) -> str:
    """Return the name that a score gets: its own, behind the instrument and the year."""
    return f"lbm{year}_{re.sub(r'[^0-9a-z]+', '_', field.strip().lower()).strip('_')}"


def scores(
    codes: Sequence[Any],
    table: pd.DataFrame,
    code: str,
    fields: Sequence[str],
    *,
    layer: str,
    version: str,
    year: int,
) -> Added:
    """Join the scores of a table to buurten by their code.

    Parameters
    ----------
    codes : (n,) codes of the buurten.
    table : the scores; other levels and other places in it are left aside.
    code : its column with codes of buurten.
    fields : its columns with scores.
    layer, version, year : the name of the table, and which Leefbaarometer it is.

    Returns
    -------
    Added
        Per score a column `lbm<year>_<own name>`, and `lbm_version`.

    Raises
    ------
    TableError
        A code twice in the table; no code occurs in the buurten; two scores of one name.
    """
    names = [field_name(field, year) for field in fields]
    if len(set(names)) < len(names):
        raise TableError(
            "Two scores would get one name: {fields}. Rename one of them.",
            "Twee scores zouden dezelfde naam krijgen: {fields}. Hernoem er een.",
            fields=listed(f for f, n in zip(fields, names, strict=True) if names.count(n) > 1),
        )
    wanted = pd.Series(text(pd.Series(codes, dtype=object)), dtype=object)
    found = pd.Series(text(table[code]), dtype=object)
    here = (found.isin(wanted.dropna()) & found.notna()).to_numpy()
    if not here.any():
        reason = likely_reason(found.tolist(), wanted.tolist())
        raise TableError(
            "None of the codes in field {code} of {layer} is of a buurt ({theirs}; buurten: "
            "{ours}). {reason}",
            "Geen van de codes in veld {code} van {layer} is van een buurt ({theirs}; buurten: "
            "{ours}). {reason_nl}",
            code=code,
            layer=layer,
            theirs=listed(found.dropna().unique()[:3]),
            ours=listed(wanted.dropna().unique()[:3]),
            reason=reason.en,
            reason_nl=reason.nl,
        )
    twice = found[here & found.duplicated(keep=False).to_numpy()].unique()
    if len(twice):
        raise TableError(
            "{n} codes occur more than once in field {code} of {layer}: {codes}. Keep one row a "
            "code (one year, one version).",
            "{n} codes komen meer dan eens voor in veld {code} van {layer}: {codes}. Houd één rij "
            "per code over (één jaar, één versie).",
            n=len(twice),
            code=code,
            layer=layer,
            codes=listed(twice, _NAMED),
        )
    row = pd.Series(np.flatnonzero(here), index=found[here]).reindex(wanted).to_numpy(dtype=float)
    matched = np.isfinite(row)
    frame = pd.DataFrame(index=pd.RangeIndex(len(wanted)))
    for field, name in zip(fields, names, strict=True):
        read = numbers(table[field])
        # A score may also be a class in words.
        column = read.values if not read.unreadable else text(table[field])
        frame[name] = pd.Series(column)[np.where(matched, row, 0).astype(int)].where(matched).values
    told = f"Leefbaarometer {version}, {year}"
    frame["lbm_version"] = np.where(matched, f"{version} ({year})", None)
    absent = wanted[~matched].dropna().unique()
    notes = [
        Note(
            "warning" if len(absent) else "info",
            Text(
                "{told}: scores for {n} of {total} buurten. Without: {absent}.",
                "{told}: scores voor {n} van {total} buurten. Zonder: {absent}.",
            ).format(
                told=told,
                n=int(matched.sum()),
                total=len(wanted),
                absent=listed(absent, _NAMED) or "-",
            ),
        )
    ]
    record = [
        Text(
            "{told}: table {layer}, fields {fields}. Each dimension stands by itself. The total, "
            "and the dimension on the housing stock, hold figures on the housing stock itself: a "
            "rule on tenure that rests on them partly measures itself. The total and the dimension "
            "on nuisance and unsafety rest on registered crime as well, which no flag may use.",
            "{told}: tabel {layer}, velden {fields}. Elke dimensie staat op zichzelf. Het totaal "
            "en de dimensie woningvoorraad bevatten zelf cijfers over de woningvoorraad: een "
            "regel over eigendom die erop rust, meet deels zichzelf. Het totaal en de dimensie "
            "overlast en onveiligheid rusten ook op geregistreerde criminaliteit, die geen vlag "
            "mag gebruiken.",
        ).format(told=told, layer=layer, fields=", ".join(fields))
    ]
    return Added(frame, notes, record)
