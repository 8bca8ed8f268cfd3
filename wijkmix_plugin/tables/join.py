# SPDX-License-Identifier: GPL-2.0-or-later
"""A separate table of kerncijfers beside the polygons, joined by code."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Literal, NamedTuple

import numpy as np
import pandas as pd

from ..errors import TableError, Text, listed
from .columns import Note, check_delimiter, detect, long_fields
from .roles import ALL_ROLES, SHARE_OF_COUNT, role_of, spellings
from .statline import wide
from .values import text

CBS_CODE = r"(?:BU[0-9A-Z]{8}|WK[0-9A-Z]{6}|GM\d{4}|NL\d{2})$"
# Large inland water, outer water, and "Buitenland", also where the source has no water column.
WATER_CODE = r"BU.{4}999[78]$|BU0998"
# A code without BU: eight signs, or fewer where it was a number and began with zeros.
NUMBER = r"\d[0-9A-Z]{4,7}$"
DIGITS = 8
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
    table : kerncijfers as found, of any channel (the long table of OData 4 too). Its code column is
        recognised by its spelling, else as the only column that holds CBS codes (padding with
        spaces is accepted). Rows of other levels and other areas are left aside.

    Returns
    -------
    (frame, notes)
        The layer, rows in their order, and what did not match with the likely reason. Unmatched
        rows miss the figures.

    Raises
    ------
    TableError
        No code column in either; a code twice in the table; nothing matches: then the likely
        reason, one of a code that was read as a number, another way of writing, another level,
        another area, or another year.
    """
    code = _layer_code([str(c) for c in frame.columns], (mapping or {}).get("buurt_code"))
    table = wide(with_headings(pd.DataFrame(table).drop(columns="geometry", errors="ignore")))
    key = _code_column(table)
    wanted = pd.Index(text(frame[code]))
    codes = pd.Series(text(table[key]), dtype=object)
    here = codes.isin(wanted.dropna()).to_numpy()
    every = codes.dropna().unique()
    groups = unmatched(wanted.dropna().unique(), every)
    if not here.any():
        likely = max(groups, key=lambda group: (group.certain, len(group.codes))).reason
        theirs = _like_buurten(codes)
        raise TableError(
            "None of the {n} buurt codes in the table's field {key} occurs in the layer (table: "
            "{theirs}; layer: {ours}). {reason}",
            "Geen van de {n} buurtcodes in het veld {key} van de tabel komt in de laag voor "
            "(tabel: {theirs}; laag: {ours}). {reason_nl}",
            n=len(np.unique(theirs.astype(str))),
            key=key,
            theirs=listed(theirs[:3]),
            ours=listed(wanted[:3]),
            reason=likely.en,
            reason_nl=likely.nl,
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
    unplaced = _unplaced(every, wanted)
    frame, notes = _joined(frame, table.drop(columns=key).set_axis(codes.to_numpy()), wanted)
    for group in groups:
        n = int(wanted.isin(group.codes).sum())
        notes.append(
            Note(
                group.severity,
                Text(
                    "{n} of {total} rows of the layer have no row in the table and miss its "
                    "figures: {codes}. {reason}",
                    "{n} van de {total} rijen van de laag hebben geen rij in de tabel en missen "
                    "de cijfers ervan: {codes}. {reason_nl}",
                ).format(
                    n=n,
                    total=len(wanted),
                    codes=listed(group.codes, NAMED),
                    reason=group.reason.en,
                    reason_nl=group.reason.nl,
                ),
            )
        )
    if unplaced:
        notes.append(
            Note(
                "info",
                Text(
                    "{n} buurten of the table lie in the same gemeenten but not in the layer: "
                    "{codes}.",
                    "{n} buurten van de tabel liggen in dezelfde gemeenten maar niet in de laag: "
                    "{codes}.",
                ).format(n=len(unplaced), codes=listed(unplaced, NAMED)),
            )
        )
    return frame, notes


def _unplaced(theirs: Iterable[str], ours: pd.Index) -> list[str]:
    """Return the buurten of the table in the gemeenten of the layer that the layer has not."""
    have = set(ours.dropna())
    near = _gemeenten(have)
    return [
        code
        for code in theirs
        if code not in have and _gemeenten([code]) & near and not re.match(WATER_CODE, code)
    ]


def with_headings(table: pd.DataFrame) -> pd.DataFrame:
    """Take the headings from the first row where a reader of workbooks left them there.

    GDAL calls the columns of a sheet Field1, Field2 … where every cell is text, for then it cannot
    tell the headings from the rest.
    """
    names = [str(name) for name in table.columns]
    if not len(table) or not all(re.match(r"Field\d+$", name) for name in names):
        return table
    first = text(table.iloc[0])
    if "buurt_code" not in [role_of(str(name)) for name in first] and not long_fields(first):
        return table
    headings = [str(new or old) for new, old in zip(first, names, strict=True)]
    return table.iloc[1:].set_axis(headings, axis=1).reset_index(drop=True)


class Unmatched(NamedTuple):
    """Codes of the layer that the table does not have, for one reason.

    The reason is certain where the table has the same code in another form.
    """

    codes: list[str]
    reason: Text
    severity: Literal["info", "warning"] = "warning"
    certain: bool = False


def unmatched(ours: Iterable[str], theirs: Iterable[str]) -> list[Unmatched]:
    """Group the codes of a layer that a table does not have by the likely reason.

    A reason is given only where the codes show it: one that would match if it were text and not a
    number is never put down to another year, and one whose gemeente the table does not have at all
    is not called recoded.

    Parameters
    ----------
    ours, theirs : the distinct codes of layer and table, without padding.

    Returns
    -------
    list of Unmatched
        Empty where the table has them all.
    """
    have = set(theirs)
    missing = [code for code in ours if code not in have]
    groups = [
        _numbers(missing, have),
        _spelled_otherwise(missing, have),
        _water(missing),
        _another_level(have),
        _another_year(missing, have),
        _another_area(missing, have),
    ]
    result, done = [], set[str]()
    for place, (codes, reason, severity) in enumerate(groups):
        left = [code for code in (missing if codes is None else codes) if code not in done]
        if left:
            done.update(left)
            result.append(Unmatched(left, reason, severity, certain=place < 2))
    rest = [code for code in missing if code not in done]
    if rest:
        reason = Text("The table does not have these codes.", "De tabel heeft deze codes niet.")
        result.append(Unmatched(rest, reason))
    return result


_Group = tuple[list[str] | None, Text, Literal["info", "warning"]]


def _as_number(code: str) -> str:
    """Return what is left of a code without the letters BU and the leading zeros."""
    return code.removeprefix("BU").lstrip("0")


def _numbers(missing: list[str], have: set[str]) -> _Group:
    """Codes that would match with BU before them, and the zeros that a number does not keep."""
    theirs = {_as_number(code): code for code in have if re.match(NUMBER, code)}
    whole = {_as_number(code) for code in have if re.match(CBS_CODE, code)}
    found = [c for c in missing if re.match(CBS_CODE, c) and _as_number(c) in theirs]
    en, nl = "table", "tabel"
    short = any(len(theirs[_as_number(code)]) < DIGITS for code in found)
    if not found:
        found = [c for c in missing if re.match(NUMBER, c) and _as_number(c) in whole]
        en, nl = "layer", "laag"
        short = any(len(code) < DIGITS for code in found)
    if short:
        reason = Text(
            "The codes of the {en} are numbers: the letters BU and the leading zeros are gone; as "
            "text {n} would match. Read the field as text (when loading a CSV: no detection of "
            "field types; in a spreadsheet: format the column as text before the codes come in).",
            "De codes van de {nl} zijn getallen: de letters BU en de voorloopnullen zijn weg; als "
            "tekst zouden er {n} passen. Lees het veld als tekst (bij een CSV: geen veldtypen "
            "laten herkennen; in een spreadsheet: maak de kolom tekst voordat de codes erin "
            "komen).",
        )
    else:
        reason = Text(
            "The codes of the {en} lack the letters BU; with them {n} would match. Use the field "
            "that has the whole code (gwb_code_10 in the KWB), or put BU before them.",
            "De codes van de {nl} missen de letters BU; daarmee zouden er {n} passen. Gebruik het "
            "veld met de hele code (gwb_code_10 in de KWB), of zet BU ervoor.",
        )
    return found, reason.format(en=en, nl=nl, n=len(found)), "warning"


def _bare(code: str) -> str:
    return re.sub(r"[^0-9A-Z]", "", code.upper())


def _spelled_otherwise(missing: list[str], have: set[str]) -> _Group:
    forms = {_bare(code): code for code in have}
    found = [code for code in missing if _bare(code) in forms]
    reason = Text(
        "The same codes are written in another way in the table ({example}): capitals, spaces or "
        "signs differ. Write them alike.",
        "Dezelfde codes zijn in de tabel anders geschreven ({example}): hoofdletters, spaties of "
        "tekens verschillen. Schrijf ze gelijk.",
    ).format(example=repr(forms[_bare(found[0])]) if found else "")
    return found, reason, "warning"


def _water(missing: list[str]) -> _Group:
    reason = Text(
        "These are water or foreign areas, of which CBS has no figures.",
        "Dit zijn water of gebieden over de grens, waarvan CBS geen cijfers heeft.",
    )
    return [code for code in missing if re.match(WATER_CODE, code)], reason, "info"


def _another_level(have: set[str]) -> _Group:
    levels = {str(level) for level in level_of(np.array(sorted(have), dtype=object))}
    other = sorted(levels & {"WK", "GM"})
    reason = Text(
        "The table has no buurten, only wijken or gemeenten (codes with {levels}). Take the table "
        "of buurten.",
        "De tabel heeft geen buurten, alleen wijken of gemeenten (codes met {levels}). Neem de "
        "tabel van buurten.",
    ).format(levels=", ".join(other))
    return (None if other and "BU" not in levels else []), reason, "warning"


def _gemeenten(codes: Iterable[str]) -> set[str]:
    return {f"GM{code[2:6]}" for code in codes if re.match(r"BU\d{4}[0-9A-Z]{4}$", code)}


def _another_year(missing: list[str], have: set[str]) -> _Group:
    both = _gemeenten(have)
    found = [code for code in missing if _gemeenten([code]) & both]
    reason = Text(
        "Most likely the table is of another year, or the codes were changed in between: it has "
        "other codes for the same gemeente ({gemeenten}). Use a table and a layer of the same "
        "year.",
        "Waarschijnlijk is de tabel van een ander jaar, of zijn de codes intussen gewijzigd: ze "
        "heeft andere codes voor dezelfde gemeente ({gemeenten}). Gebruik een tabel en een laag "
        "van hetzelfde jaar.",
    ).format(gemeenten=listed(sorted(_gemeenten(found)), 5))
    return found, reason, "warning"


def _another_area(missing: list[str], have: set[str]) -> _Group:
    both = _gemeenten(have)
    found = [code for code in missing if _gemeenten([code]) - both] if both else []
    reason = Text(
        "The table has nothing of gemeente {gemeenten}: it is of another area, or of a year in "
        "which that gemeente had another code.",
        "De tabel heeft niets van gemeente {gemeenten}: ze gaat over een ander gebied, of over "
        "een jaar waarin die gemeente een andere code had.",
    ).format(gemeenten=listed(sorted(_gemeenten(found)), 5))
    return found, reason, "warning"


def _overlap(ours: Iterable[str], theirs: Iterable[str]) -> tuple[list[str], list[str]]:
    """Return the layer's columns that give way to the table's, and the table's that are left out.

    Figures are the table's, codes and names the layer's.
    """
    mine = {str(name): role_of(str(name)) for name in ours}
    other = {str(name): role_of(str(name)) for name in theirs}
    figures = {r for r in other.values() if r and ALL_ROLES[r].kind not in ("code", "text")}
    # A number and a percentage of one class are one thing.
    twins = {r for pair in SHARE_OF_COUNT.items() if figures & set(pair) for r in pair}
    replaced = [name for name, role in mine.items() if role in figures | twins]
    kept = {name for name in mine if name not in replaced}
    roles = set(mine.values())
    surplus = [
        name
        for name, role in other.items()
        if name in kept or (role and role not in figures and role in roles)
    ]
    return replaced, surplus


def joined_names(ours: Sequence[str], theirs: Sequence[str]) -> list[str]:
    """Return the columns that a layer has when a table is joined to it."""
    replaced, surplus = _overlap(ours, theirs)
    keys = [name for name in theirs if role_of(name) == "buurt_code"]
    kept = [name for name in ours if name not in replaced]
    return [*kept, *(name for name in theirs if name not in {*surplus, *keys})]


def _joined(frame: Any, table: pd.DataFrame, codes: pd.Index) -> tuple[Any, list[Note]]:
    replaced, surplus = _overlap(map(str, frame.columns), map(str, table.columns))
    result = frame.drop(columns=replaced)
    taken = table.drop(columns=surplus).reindex(codes)
    taken.index = result.index
    result = result.join(taken)
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
    return result, notes


def _layer_code(names: list[str], mapped: str | None) -> str:
    found = mapped or detect(names).columns.get("buurt_code")
    if found not in names:
        raise TableError(
            "The layer has no single column with buurt codes to join the table to. Looked for: "
            "{wanted}. Found: {found}. Map the role buurt_code to a field.",
            "De laag heeft niet één kolom met buurtcodes om de tabel aan te koppelen. Gezocht: "
            "{wanted}. Gevonden: {found}. Koppel de rol buurt_code aan een veld.",
            wanted=listed([mapped] if mapped else spellings("buurt_code")),
            found=listed(names, 40),
        )
    return str(found)


def _code_column(table: pd.DataFrame) -> str:
    """Return the column that holds the codes, by its name or, failing that, by what is in it."""
    names = [str(name) for name in table.columns]
    check_delimiter(names)
    named = [name for name in names if role_of(name) == "buurt_code"]
    holding = [name for position, name in enumerate(names) if _holds_codes(table.iloc[:, position])]
    # StatLine has the names of regions in the column of codes where a program put them there.
    known = [name for name in named if name in holding] or named
    first = detect(known).columns.get("buurt_code")
    if first is not None:
        return first
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


def level_of(codes: np.ndarray) -> np.ndarray:
    """Return BU, WK, GM or NL per code; "" for what is no code of CBS."""
    found = pd.Series(codes, dtype=object).fillna("").astype(str)
    return np.where(found.str.match(CBS_CODE), found.str[:2], "").astype(object)


def lost_zeros(codes: np.ndarray) -> np.ndarray:
    """Return the codes that are numbers: without BU, and perhaps without leading zeros."""
    found = pd.Series(codes, dtype=object).dropna().astype(str)
    return found[found.str.match(r"\d{5,8}$")].to_numpy()
