# SPDX-License-Identifier: GPL-2.0-or-later
"""A separate table of kerncijfers beside the polygons, joined by code."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from ..errors import TableError, Text
from .columns import Note, listed
from .roles import ALL_ROLES, ROLE_OF_SPELLING, spellings
from .values import text

CBS_CODE = r"(?:BU[0-9A-Z]{8}|WK[0-9A-Z]{6}|GM\d{4})$"
NAMED = 10


def join_table(
    frame: Any, table: pd.DataFrame, mapping: Mapping[str, str | None] | None = None
) -> tuple[Any, list[Note]]:
    """Add the columns of a table to a layer, by buurt code.

    The table is what the user asked for: where both hold a figure of the same role the table's
    column replaces the layer's. Codes and names stay those of the layer.

    Parameters
    ----------
    frame : the layer as found (pandas or geopandas).
    mapping : the role buurt_code may name the layer's column of codes.
    table : kerncijfers as found. Its code column is recognised by its spelling, else as the only
        column that holds CBS codes (padding with spaces is accepted). Rows of other levels and
        other areas are left aside.

    Returns
    -------
    (frame, notes)
        The layer, rows in their order, and what did not match. Unmatched rows miss the figures.

    Raises
    ------
    TableError
        No code column in either; a code twice in the table; nothing matches.
    """
    code = _layer_code([str(c) for c in frame.columns], (mapping or {}).get("buurt_code"))
    table = pd.DataFrame(table).drop(columns="geometry", errors="ignore")
    key = _code_column(table)
    wanted = pd.Index(text(frame[code]))
    codes = pd.Series(text(table[key]), dtype=object)
    here = codes.isin(wanted.dropna()).to_numpy()
    if not here.any():
        raise TableError(
            "None of the {n} codes in the table's field {key} occurs in the layer (table: "
            "{theirs}; layer: {ours}). Most likely the table is of another year, or the codes "
            "were changed in between. Use a table and a layer of the same year.",
            "Geen van de {n} codes in het veld {key} van de tabel komt in de laag voor (tabel: "
            "{theirs}; laag: {ours}). Waarschijnlijk is de tabel van een ander jaar, of zijn de "
            "codes intussen gewijzigd. Gebruik een tabel en een laag van hetzelfde jaar.",
            n=codes.nunique(),
            key=key,
            theirs=listed(_like_buurten(codes)[:3]),
            ours=listed(wanted[:3]),
        )
    table, codes = table[here], codes[here]
    twice = codes[codes.duplicated()].unique()
    if len(twice):
        raise TableError(
            "{n} codes occur more than once in the table's field {key}: {codes}. Keep one row a "
            "code (one year, one subject).",
            "{n} codes komen meer dan eens voor in het veld {key} van de tabel: {codes}. Houd één "
            "rij per code over (één jaar, één onderwerp).",
            n=len(twice),
            key=key,
            codes=listed(twice, NAMED),
        )
    return _joined(frame, table.drop(columns=key).set_axis(codes.to_numpy()), wanted)


def _joined(frame: Any, table: pd.DataFrame, codes: pd.Index) -> tuple[Any, list[Note]]:
    ours = {str(c): ROLE_OF_SPELLING.get(str(c).strip()) for c in frame.columns}
    theirs = {str(c): ROLE_OF_SPELLING.get(str(c).strip()) for c in table.columns}
    figures = {r for r in theirs.values() if r and ALL_ROLES[r].kind not in ("code", "text")}
    replaced = [c for c, r in ours.items() if r in figures]
    surplus = [c for c, r in theirs.items() if r and r not in figures and r in ours.values()]
    taken = table.drop(columns=surplus)
    result = frame.drop(columns=replaced)
    taken = taken.loc[:, ~taken.columns.isin(result.columns)].reindex(codes)
    taken.index = result.index
    for name in taken.columns:
        result[name] = taken[name]
    notes = []
    if replaced:
        notes.append(
            Note(
                "info",
                Text(
                    "The table replaces these fields of the layer: {names}.",
                    "De tabel vervangt deze velden van de laag: {names}.",
                ).format(names=listed(replaced)),
            )
        )
    lost = ~codes.isin(table.index)
    if lost.any():
        notes.append(
            Note(
                "warning",
                Text(
                    "{n} of {total} rows of the layer have no row in the table and miss its "
                    "figures: {codes}. Look whether both are of the same year.",
                    "{n} van de {total} rijen van de laag hebben geen rij in de tabel en missen "
                    "de cijfers ervan: {codes}. Kijk of beide van hetzelfde jaar zijn.",
                ).format(n=int(lost.sum()), total=len(codes), codes=listed(codes[lost], NAMED)),
            )
        )
    return result, notes


def _layer_code(names: list[str], mapped: str | None) -> str:
    found = [mapped] if mapped else [n for n in names if n.strip() in spellings("buurt_code")]
    if len(found) != 1 or found[0] not in names:
        raise TableError(
            "The layer has no single column with buurt codes to join the table to. Looked for: "
            "{wanted}. Found: {found}. Map the role buurt_code to a field.",
            "De laag heeft niet één kolom met buurtcodes om de tabel aan te koppelen. Gezocht: "
            "{wanted}. Gevonden: {found}. Koppel de rol buurt_code aan een veld.",
            wanted=listed([mapped] if mapped else spellings("buurt_code")),
            found=listed(names, 40),
        )
    return found[0]


def _code_column(table: pd.DataFrame) -> str:
    """Return the column that holds the codes, by its name or, failing that, by what is in it."""
    named = [str(c) for c in table.columns if str(c).strip() in spellings("buurt_code")]
    if len(named) == 1:
        return named[0]
    holding = [
        str(name)
        for position, name in enumerate(table.columns)
        if _holds_codes(table.iloc[:, position])
    ]
    if len(holding) != 1:
        raise TableError(
            "The table has no recognisable column with buurt codes. Looked for: {wanted}, or the "
            "one column with codes such as BU03630000. Columns with such codes: {holding}. Found: "
            "{found}.",
            "De tabel heeft geen herkenbare kolom met buurtcodes. Gezocht: {wanted}, of de ene "
            "kolom met codes als BU03630000. Kolommen met zulke codes: {holding}. Gevonden: "
            "{found}.",
            wanted=listed(spellings("buurt_code")),
            holding=listed(holding) or "-",
            found=listed(map(str, table.columns), 40),
        )
    return holding[0]


def _holds_codes(column: pd.Series) -> bool:
    if pd.api.types.is_numeric_dtype(column.dtype):
        return False
    cells = pd.Series(text(column), dtype=object).dropna()
    return (
        bool(len(cells))
        and bool(cells.str.match(CBS_CODE).all())
        and bool(cells.str.startswith("BU").any())
    )


def _like_buurten(codes: pd.Series) -> np.ndarray:
    known = codes.dropna()
    buurten = known[known.str.startswith("BU")]
    return (buurten if len(buurten) else known).to_numpy()
