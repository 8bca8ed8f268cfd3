# SPDX-License-Identifier: GPL-2.0-or-later
"""Which column of a source plays which role."""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

from ..errors import TableError, Text, listed
from .roles import (
    ALL_ROLES,
    BESIDE_A_MAP,
    BLOCK_SPELLINGS,
    CHANNELS,
    COUNTS,
    PLACES,
    SHARE_OF_COUNT,
    SHARES,
    SPELLINGS,
    YEARS,
    role_of,
    spelled,
    spellings,
)


@dataclass(frozen=True)
class Note:
    """Something the reader of a result must know."""

    severity: Literal["info", "warning"]
    text: Text


def whole_names(parts: Sequence[str], known: Container[str]) -> list[str]:
    """Put names together that a list with commas cut: "Nuenen", "Gerwen en Nederwetten".

    Parameters
    ----------
    parts : what stands between the commas.
    known : names in small letters.
    """
    found = []
    first = 0
    while first < len(parts):
        # The longest that is a name, else the part as it is.
        ends = range(len(parts), first, -1)
        whole = ((", ".join(parts[first:end]), end) for end in ends)
        name, first = next(
            ((n, end) for n, end in whole if n.casefold() in known), (parts[first], first + 1)
        )
        found.append(name)
    return found


def detect_columns(
    columns: Iterable[str], mapping: Mapping[str, str | None] | None = None
) -> dict[str, str]:
    """Find the column of every role by its spelling.

    Names match exactly, after stripping spaces.

    Parameters
    ----------
    columns : the names found in the source.
    mapping : role -> column, which wins over the spellings; None or "" leaves a role out. `n_koop`
        and the other counts may name a column that CBS publishes as a percentage.

    Returns
    -------
    dict
        role -> column as spelled in the source.

    Raises
    ------
    TableError
        Two columns fit one role; the mapping names an unknown role or an absent column; there is
        no buurt code, no tenure, or nothing to turn percentages into counts with.
    """
    names = [str(c) for c in columns]
    check_delimiter(names)
    found = match(names, mapping)
    if "buurt_code" not in found:
        raise TableError(
            "No column with buurt codes was found. Looked for: {wanted}. Found: {found}. Choose "
            "the layer with buurten (not wijken or gemeenten), or map the role buurt_code to a "
            "field with a unique code.",
            "Er is geen kolom met buurtcodes gevonden. Gezocht: {wanted}. Gevonden: {found}. Kies "
            "de laag met buurten (niet wijken of gemeenten), of koppel de rol buurt_code aan een "
            "veld met een unieke code.",
            wanted=listed(spellings("buurt_code")),
            found=listed(names, 40),
        )
    if not {"share_koop", "n_koop"} & set(found):
        wanted = [
            spelling
            for role in ("share_koop", "share_corp", "share_overig_huur", "n_koop")
            for spelling in spellings(role)
        ]
        raise TableError(
            "No column with tenure was found: at least the owner-occupied share is needed. Looked "
            "for: {wanted}. Found: {found}. Choose a layer with the CBS kerncijfers, join a table "
            "that has them, or map the roles share_koop, share_corp and share_overig_huur to "
            "fields.",
            "Er is geen kolom met eigendom gevonden: ten minste het aandeel koopwoningen is "
            "nodig. Gezocht: {wanted}. Gevonden: {found}. Kies een laag met de CBS-kerncijfers, "
            "koppel er een tabel aan die ze heeft, of koppel de rollen share_koop, share_corp en "
            "share_overig_huur aan velden.",
            wanted=listed(wanted, 40),
            found=listed(names, 40),
        )
    if "n_koop" not in found and not {"dwellings", "households"} & set(found):
        raise TableError(
            "There are tenure percentages, but no column with dwellings or households to turn "
            "them into counts. Looked for: {wanted}. Found: {found}. Map the role dwellings to a "
            "field.",
            "Er zijn eigendomspercentages, maar er is geen kolom met woningen of huishoudens om "
            "er aantallen van te maken. Gezocht: {wanted}. Gevonden: {found}. Koppel de rol "
            "dwellings aan een veld.",
            wanted=listed((*spellings("dwellings"), *spellings("households"))),
            found=listed(names, 40),
        )
    counted, shared = ([r for r in found if r in group] for group in (COUNTS, SHARES))
    if counted and shared:
        raise TableError(
            "Tenure comes partly as counts ({counted}) and partly as percentages ({shared}). Use "
            "one "
            "kind: map the other roles too, or map them to nothing.",
            "Eigendom staat er deels als aantallen ({counted}) en deels als percentages "
            "({shared}). "
            "Gebruik één soort: koppel de andere rollen ook, of koppel ze aan niets.",
            counted=listed(f"{r}: {found[r]}" for r in counted),
            shared=listed(f"{r}: {found[r]}" for r in shared),
        )
    return found


def check_delimiter(names: Sequence[str]) -> None:
    """Refuse a text file that was read with the wrong delimiter: its headings are one name.

    Raises
    ------
    TableError
        One column, whose name holds headings that are known.
    """
    if len(names) != 1:
        return
    for sign, called, called_nl in (
        (";", "semicolon (;)", "puntkomma (;)"),
        (",", "comma (,)", "komma (,)"),
        ("\t", "tab", "tab"),
        ("|", "bar (|)", "streep (|)"),
    ):
        parts = [part.strip().strip('"') for part in str(names[0]).split(sign)]
        if len(parts) > 1 and any(role_of(part) for part in parts):
            raise TableError(
                "The table has one column, with all headings in its name: {name}. It was read with "
                "the wrong delimiter; load it again with a {sign}.",
                "De tabel heeft één kolom, met alle koppen in haar naam: {name}. Ze is met het "
                "verkeerde scheidingsteken gelezen; laad haar opnieuw met een {sign_nl}.",
                name=repr(str(names[0])[:60]),
                sign=called,
                sign_nl=called_nl,
            )


class Detection(NamedTuple):
    """What the names of a source's columns tell.

    Parameters
    ----------
    columns : role -> the one column that plays it, in the order of the roles.
    ambiguous : role -> the columns between which no choice was made.
    aside : columns of a table that was joined to a map which has all figures itself.
    """

    columns: dict[str, str]
    ambiguous: dict[str, list[str]]
    aside: list[str]


def detect(names: Sequence[str], mapping: Mapping[str, str | None] | None = None) -> Detection:
    """Find the column of every role, without asking whether they are enough.

    The mapping goes first. Of a map with all figures of its own, to which a whole table of
    StatLine or of the KWB was joined, that table is left aside. Else two columns for one figure
    are ambiguous, unless they are two names of one channel for it; of codes and names, which are
    alike in every channel, the map's own goes first.

    Raises
    ------
    TableError
        The mapping names an unknown role or an absent column.
    """
    chosen = _check_mapping(names, mapping or {})
    mapped_shares = {SHARE_OF_COUNT.get(role, role) for role in chosen}
    known = [name for name in names if role_of(name) is not None]
    joined = [name for name in known if PLACES[spelled(name)].keys() <= set(BESIDE_A_MAP)]
    own = [name for name in known if name not in joined]
    aside = joined if _complete(own) and _complete(joined) else []
    candidates: dict[str, list[str]] = {}
    for name in known:
        # A count and a percentage of the same class are two sources for one thing.
        role = SHARE_OF_COUNT.get(role_of(name) or "", role_of(name) or "")
        if name not in aside and role not in mapped_shares:
            candidates.setdefault(role, []).append(name)
    result = {role: name for role, name in chosen.items() if name is not None}
    ambiguous = {}
    for role, found in candidates.items():
        first = _first(role, found)
        if first is None:
            ambiguous[role] = found
        else:
            result[role_of(first) or role] = first
    columns = {role: result[role] for role in ALL_ROLES if role in result}
    return Detection(columns, ambiguous, aside)


def _complete(names: Iterable[str]) -> bool:
    """Whether columns make a table of tenure on their own."""
    roles = {role_of(name) for name in names}
    weighed = bool({"dwellings", "households"} & roles) and "share_koop" in roles
    return "buurt_code" in roles and (weighed or "n_koop" in roles)


def _first(role: str, names: list[str]) -> str | None:
    """Return the column that goes before the others; None where that would be a guess."""
    if len(names) == 1:
        return names[0]
    ranks: dict[tuple[int, int], list[str]] = {}
    for channel_place, channel in enumerate(SPELLINGS):
        places = {name: PLACES[spelled(name)].get(channel) for name in names}
        if ALL_ROLES[role].kind not in ("code", "text") and None in places.values():
            continue
        for name, place in places.items():
            if place is not None:
                ranks.setdefault((channel_place, place), []).append(name)
    best = ranks[min(ranks)] if ranks else []
    return best[0] if len(best) == 1 else None


def match(names: Sequence[str], mapping: Mapping[str, str | None] | None) -> dict[str, str]:
    """Role -> column for the roles that are there; two columns for one role are an error."""
    found = detect(names, mapping)
    for role, columns in found.ambiguous.items():
        raise TableError(
            "Several columns hold the role {role} ({label}): {found}. Remove all but one, or "
            "say which one with a mapping of {role} to a field.",
            "Meer kolommen passen bij de rol {role} ({label_nl}): {found}. Verwijder alle "
            "behalve één, of geef met een koppeling van {role} aan een veld aan welke het is.",
            role=role,
            label=ALL_ROLES[role].label.en,
            label_nl=ALL_ROLES[role].label.nl,
            found=listed(columns),
        )
    return found.columns


def square_fields(columns: Iterable[str]) -> dict[str, str]:
    """Return role -> column of a layer of squares or postcodes; empty where it is none.

    The columns are all of one channel; the roles are those of `BLOCK_SPELLINGS`, as far as present.
    """
    found = {str(name).strip(): str(name) for name in columns}
    for table in BLOCK_SPELLINGS.values():
        fields = {
            role: found[form]
            for role, names in table.items()
            for name in reversed(names)
            for form in (name.lower(), name)
            if form in found
        }
        if {"dwellings", "share_koop", "share_huur"} <= fields.keys():
            return fields
    return {}


def long_fields(columns: Iterable[str]) -> list[str]:
    """Return the columns with measure, value and region of StatLine's long table (OData 4)."""
    by_name = {str(name).strip(): str(name) for name in columns}
    regions = SPELLINGS["statline_odata4"]["buurt_code"]
    region = [by_name[name] for name in regions if name in by_name]
    if "Measure" not in by_name or "Value" not in by_name or not region:
        return []
    return [by_name["Measure"], by_name["Value"], region[0]]


def used_columns(
    names: Iterable[str], mapping: Mapping[str, str | None] | None, keep: Container[str] = ()
) -> list[str]:
    """Return the columns that may play a role or are kept, so that no other need be read."""
    names = list(names)
    blocks = set(square_fields(names).values())
    asked = {name for name in (mapping or {}).values() if name}
    return [n for n in names if role_of(n) or n in blocks or n in asked or n in keep]


def notes_on(
    names: Sequence[str], mapping: Mapping[str, str | None] | None, year: int | None
) -> list[Note]:
    """Say which columns were left aside, and which cannot be of this year."""
    found = detect(names, mapping)
    notes = []
    if found.aside:
        channels = {c for name in found.aside for c in PLACES[spelled(name)]}
        labels = [label for channel, label in CHANNELS.items() if channel in channels]
        notes.append(
            Note(
                "info",
                Text(
                    "The layer also has the figures of another table ({channel}), which are not "
                    "used: {names}. Map a role to one of them to use it.",
                    "De laag heeft ook de cijfers van een andere tabel ({channel_nl}), die niet "
                    "worden gebruikt: {names}. Koppel een rol aan zo'n veld om het te gebruiken.",
                ).format(
                    channel=" / ".join(channel.label.en for channel in labels),
                    channel_nl=" / ".join(channel.label.nl for channel in labels),
                    names=listed(found.aside, 5),
                ),
            )
        )
    odd = [
        name
        for name in found.columns.values()
        if year is not None and not _published(spelled(name), year)
    ]
    if odd:
        notes.append(
            Note(
                "warning",
                Text(
                    "The year is {year}, but these columns are of other years: {names}. Look "
                    "whether the year is right.",
                    "Het jaar is {year}, maar deze kolommen zijn van andere jaren: {names}. Kijk "
                    "of het jaar klopt.",
                ).format(year=year, names=listed(odd)),
            )
        )
    return notes


def _published(name: str, year: int) -> bool:
    first, last = YEARS.get(name, (None, None))
    return (first is None or first <= year) and (last is None or year <= last)


def _check_mapping(
    names: Sequence[str], mapping: Mapping[str, str | None]
) -> dict[str, str | None]:
    chosen: dict[str, str | None] = {}
    for role, name in mapping.items():
        if role not in ALL_ROLES or role == "quality":
            raise TableError(
                "The mapping names the role {role}, which does not exist. Roles are: {roles}.",
                "De koppeling noemt de rol {role}, die niet bestaat. De rollen zijn: {roles}.",
                role=repr(role),
                roles=listed((r for r in ALL_ROLES if r != "quality"), 40),
            )
        if name is None or name == "":
            chosen[role] = None
            continue
        if names.count(name) != 1:
            raise TableError(
                "The mapping sends the role {role} to the field {name}, which occurs {count} "
                "times in the table. Found: {found}.",
                "De koppeling stuurt de rol {role} naar het veld {name}, dat {count} keer in de "
                "tabel staat. Gevonden: {found}.",
                role=role,
                name=repr(name),
                count=names.count(name),
                found=listed(names, 40),
            )
        # A count mapped to what CBS publishes as a percentage means that percentage.
        published = ALL_ROLES.get(role_of(name) or "")
        percent = role in COUNTS and published is not None and published.kind == "percent"
        chosen[SHARE_OF_COUNT[role] if percent else role] = name
    figures = [name for role, name in chosen.items() if name and _is_figure(role)]
    twice = sorted({name for name in figures if figures.count(name) > 1})
    if twice:
        raise TableError(
            "The mapping gives more than one role the field {names}. Every figure has a field of "
            "its own.",
            "De koppeling geeft meer dan één rol het veld {names}. Elk cijfer heeft een eigen "
            "veld.",
            names=listed(twice),
        )
    return chosen


def _is_figure(role: str) -> bool:
    return ALL_ROLES[role].kind in ("count", "percent", "number")
