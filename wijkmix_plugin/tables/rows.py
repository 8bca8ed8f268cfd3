# SPDX-License-Identifier: GPL-2.0-or-later
"""Which rows of a source are read: their codes, one level, the gemeenten asked for, none twice."""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from ..errors import TableError, Text, listed
from .columns import Note, whole_names
from .join import WATER_CODE, level_of, lost_zeros
from .roles import PLACES, spelled, spellings
from .values import text

WATER_MARKS = ("JA", "B")
BUURT_CODE = r"^BU(\d{4})([0-9A-Z]{2})[0-9A-Z]{2}$"
IDENTITY = ("buurt_code", "buurt_name", "wijk_code", "gemeente_code", "gemeente_name")
NAMED = 10  # how many codes a message spells out


def identify(
    frame: pd.DataFrame, columns: Mapping[str, str]
) -> tuple[dict[str, np.ndarray], np.ndarray]:
    """Read codes and names, derive the codes above the buurt where its form allows, find water."""
    n = len(frame)
    identity = {
        role: text(frame[columns[role]]) if role in columns else np.full(n, None, dtype=object)
        for role in IDENTITY
    }
    codes = pd.Series(identity["buurt_code"], dtype=object)
    blank = np.flatnonzero(codes.isna())
    if len(blank):
        raise TableError(
            "{count} rows have no buurt code in the field {name} (first at row {row}). Fill it "
            "in, or remove them.",
            "{count} rijen hebben geen buurtcode in het veld {name} (de eerste is rij {row}). Vul "
            "de code in, of verwijder ze.",
            count=len(blank),
            name=columns["buurt_code"],
            row=blank[0] + 1,
        )
    parts = codes.str.extract(BUURT_CODE)
    for role, derived in (
        ("wijk_code", "WK" + parts[0] + parts[1]),
        ("gemeente_code", "GM" + parts[0]),
    ):
        given = pd.Series(identity[role], dtype=object)
        filled = given.where(given.notna(), derived)
        identity[role] = filled.where(filled.notna(), None).to_numpy(dtype=object)
    water = codes.str.match(WATER_CODE).to_numpy(dtype=bool)
    if "water" in columns:
        water |= np.isin(text(frame[columns["water"]]).astype(str), WATER_MARKS)
    if "quality" in columns:
        water |= text(frame[columns["quality"]]) == "water"
    return identity, water


def select(
    identity: Mapping[str, np.ndarray],
    water: np.ndarray,
    gemeente: Sequence[str] | None,
    columns: Mapping[str, str],
    notes: list[Note],
) -> np.ndarray:
    """Positions of the rows to keep: the gemeenten asked for, and one row a code."""
    rows = _finest_level(identity["buurt_code"], columns, notes)
    wanted = [item.strip() for item in gemeente or () if item.strip()]
    if wanted:
        part = {role: values[rows] for role, values in identity.items()}
        rows = rows[_in_gemeenten(part, wanted)]
    codes = pd.Series(identity["buurt_code"][rows])
    twice = codes.duplicated(keep=False).to_numpy()
    if not twice.any():
        return rows
    # The gemeenten of CBS come as a land row and a water row of one code.
    land = pd.Series(~water[rows]).groupby(codes.to_numpy()).transform("sum").to_numpy()
    surplus = twice & (land == 1) & water[rows]
    still = codes[~surplus].duplicated(keep=False)
    if still.any():
        names = codes[~surplus][still].unique()
        raise TableError(
            "{count} buurt codes occur more than once in the field {name}: {codes}. Every unit "
            "must be one row: dissolve the parts by code, or remove the surplus rows.",
            "{count} buurtcodes komen meer dan eens voor in het veld {name}: {codes}. Elke "
            "eenheid moet één rij zijn: voeg de delen samen op code, of verwijder de overtollige "
            "rijen.",
            count=len(names),
            name=columns["buurt_code"],
            codes=listed(names, NAMED),
        )
    notes.append(
        Note(
            "info",
            Text(
                "{n} codes have a land row and a water row; the water rows were left out: {codes}.",
                "{n} codes hebben een rij land en een rij water; de waterrijen zijn weggelaten: "
                "{codes}.",
            ).format(n=int(surplus.sum()), codes=listed(codes[surplus], NAMED)),
        )
    )
    return rows[~surplus]


def _finest_level(codes: np.ndarray, columns: Mapping[str, str], notes: list[Note]) -> np.ndarray:
    """Positions of the buurten, or of what is finest, in a table with rows of every level.

    StatLine and the KWB hold country, gemeenten, wijken and buurten below each other: together
    every dwelling would count four times.
    """
    levels = level_of(codes)
    there = [level for level in ("BU", "WK", "GM", "NL") if (levels == level).any()]
    if len(there) < 2:
        published = "canonical" not in PLACES.get(spelled(columns["buurt_code"]), {"canonical": 0})
        if published and len(lost_zeros(codes)):
            notes.append(
                Note(
                    "warning",
                    Text(
                        "The codes in the field {name} are numbers ({codes}): the letters BU and "
                        "the leading zeros are gone, and with them wijk and gemeente. Read the "
                        "field as text.",
                        "De codes in het veld {name} zijn getallen ({codes}): de letters BU en de "
                        "voorloopnullen zijn weg, en daarmee wijk en gemeente. Lees het veld als "
                        "tekst in.",
                    ).format(name=columns["buurt_code"], codes=listed(lost_zeros(codes)[:3])),
                )
            )
        return np.arange(len(codes))
    other = np.isin(levels, there[1:])
    notes.append(
        Note(
            "info",
            Text(
                "The table has rows of several levels; {n} rows of other levels than {level} were "
                "left out: {codes}.",
                "De tabel heeft rijen van meer niveaus; {n} rijen van andere niveaus dan {level} "
                "zijn weggelaten: {codes}.",
            ).format(n=int(other.sum()), level=there[0], codes=listed(codes[other], 3)),
        )
    )
    return np.flatnonzero(~other)


def _in_gemeenten(identity: Mapping[str, np.ndarray], wanted: Sequence[str]) -> np.ndarray:
    codes, names = (
        pd.Series(identity[role], dtype=object).fillna("").str.casefold()
        for role in ("gemeente_code", "gemeente_name")
    )
    if not (codes.any() or names.any()):
        raise TableError(
            "The layer cannot be limited to {wanted}: it has no column with codes or names of "
            "gemeenten. Looked for: {spellings}. Leave the choice of gemeente empty, or map the "
            "role gemeente_code to a field.",
            "De laag kan niet tot {wanted} worden beperkt: ze heeft geen kolom met codes of namen "
            "van gemeenten. Gezocht: {spellings}. Laat de keuze van gemeente leeg, of koppel de "
            "rol gemeente_code aan een veld.",
            wanted=listed(wanted),
            spellings=listed((*spellings("gemeente_code"), *spellings("gemeente_name"))),
        )
    there = set(codes) | set(names)
    wanted = whole_names(wanted, there)
    asked = {item.casefold() for item in wanted}
    unknown = [item for item in wanted if item.casefold() not in there]
    if unknown:
        spelled = pd.DataFrame(
            {role: identity[role] for role in ("gemeente_code", "gemeente_name")}
        ).drop_duplicates()
        labels: dict[str, str] = {}
        for code, name in spelled.itertuples(index=False):
            label = f"{name} ({code})" if name and code else str(name or code or "?")
            labels.update({str(key).casefold(): label for key in (code, name) if key})
        near = [
            labels[key]
            for item in unknown
            for key in difflib.get_close_matches(item.casefold(), list(labels), n=3, cutoff=0.6)
        ]
        raise TableError(
            "The layer has no gemeente {unknown}.{suggestion} It has: {there}.",
            "De laag heeft geen gemeente {unknown}.{suggestion_nl} Wel: {there}.",
            unknown=listed(map(repr, unknown)),
            suggestion=f" Did you mean {listed(dict.fromkeys(near))}?" if near else "",
            suggestion_nl=f" Bedoelt u {listed(dict.fromkeys(near))}?" if near else "",
            there=listed(sorted(set(labels.values())), 20),
        )
    return (codes.isin(asked) | names.isin(asked)).to_numpy()
