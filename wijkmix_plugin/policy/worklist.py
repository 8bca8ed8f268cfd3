# SPDX-License-Identifier: GPL-2.0-or-later
"""The buurten that somebody wants to study: who, why, and with which instruments.

The order is that of marking; there is no score and nothing to rank by.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from ..errors import PolicyError, Text
from . import stored
from .catalogue import FLAGS, Catalogue, Entry, is_choosable, needs_designation, own_mark
from .designation import in_force, read_day
from .goal_sheet import goal_text
from .goals import Goals, PartyGoal, read_party

# Version 1 had no goal per buurt; it is read as it is.
VERSION = 2
MAX_ITEMS = 5000
NEEDED = ("sociaal", "economisch")
COLUMNS = (
    "buurt_code",
    "buurt_name",
    "status",
    "flags",
    "owner",
    "note",
    "goal",
    "instruments",
    "companions",
)
STATUS = Text("marked for further study", "gemarkeerd voor nader onderzoek")

WARNS = Text(
    "{name} only warns: the source does not recommend it, so it cannot be chosen.",
    "{name} is alleen een waarschuwing: de bron raadt dit niet aan, dus kiezen kan niet.",
)
UNDESIGNATED = Text(
    "{name} applies only where an official designation (Wbmgp) is in force, and none is loaded for "
    "this buurt.",
    "{name} geldt alleen waar een officiële aanwijzing (Wbmgp) van kracht is, en voor deze buurt "
    "is er geen geladen.",
)


@dataclass(frozen=True)
class Item:
    """One buurt that was marked.

    Attributes
    ----------
    flags : names of the flags it was a candidate for when it was marked.
    instruments : ids of the chosen entries; companions are not stored but follow from these.
    designated : whether an official Wbmgp designation was loaded for this buurt.
    until : the last day of that designation, as 2027-12-31; "" where it is not known.
    goal : which goal of a party the measures serve, None where nobody chose; kept whole, for the
        party may take it back.
    """

    code: str
    name: str = ""
    owner: str = ""
    note: str = ""
    flags: tuple[str, ...] = ()
    instruments: tuple[str, ...] = ()
    designated: bool = False
    until: str = ""
    goal: PartyGoal | None = None

    def is_designated(self, today: date) -> bool:
        """Whether the designation is still in force."""
        return self.designated and (not self.until or in_force(read_day(self.until), today))


@dataclass(frozen=True)
class Worklist:
    """The marked buurten in the order of marking, each code once."""

    items: tuple[Item, ...] = ()

    def find(self, code: str) -> Item | None:
        """Return what is marked under a code, None where nothing is."""
        return next((item for item in self.items if item.code == code), None)

    def with_item(self, item: Item, catalogue: Catalogue | None) -> Worklist:
        """Add a buurt, or change what is said about it.

        Raises
        ------
        PolicyError
            A text is too long, the list is full, or an instrument cannot be chosen.
        """
        new = _checked(item, self.find(item.code), catalogue)
        if self.find(item.code) is not None:
            return Worklist(tuple(new if old.code == new.code else old for old in self.items))
        if len(self.items) >= MAX_ITEMS:
            raise PolicyError(
                "The worklist holds {n} buurten, and more are not kept. Remove some first.",
                "De werklijst bevat {n} buurten, en meer worden er niet bewaard. Verwijder er "
                "eerst een paar.",
                n=MAX_ITEMS,
            )
        return Worklist((*self.items, new))

    def without(self, code: str) -> Worklist:
        """Take a buurt off the list."""
        return Worklist(tuple(item for item in self.items if item.code != code))


def _checked(item: Item, old: Item | None, catalogue: Catalogue | None) -> Item:
    if not item.code.strip():
        raise PolicyError(
            "The buurt has no code. Mark a buurt of a scan that has codes.",
            "De buurt heeft geen code. Markeer een buurt uit een scan met codes.",
        )
    new = replace(
        item,
        code=stored.check_length(item.code, stored.MAX_LINE, Text("Code", "Code")),
        name=stored.check_length(item.name, stored.MAX_LINE, Text("Name", "Naam")),
        owner=stored.check_length(item.owner, stored.MAX_LINE, Text("Owner", "Eigenaar")),
        note=stored.check_length(item.note, stored.MAX_TEXT, Text("Note", "Notitie")),
        instruments=tuple(dict.fromkeys(item.instruments)),
    )
    kept = old.instruments if old is not None else ()
    for key in new.instruments:
        # What was chosen with another catalogue, or under a designation that ended since, stays
        # until somebody removes it; a note can still be written.
        if catalogue is None or (
            key in kept and (key not in catalogue.by_id or needs_designation(catalogue.get(key)))
        ):
            continue
        reason = refusal(catalogue.get(key), designated=new.is_designated(date.today()))
        if reason is not None:
            raise PolicyError(reason.en, reason.nl)
    return new


def refusal(entry: Entry, *, designated: bool) -> Text | None:
    """Return why an entry cannot be chosen, None where it can."""
    if not is_choosable(entry):
        return _named(entry, WARNS)
    if needs_designation(entry) and not designated:
        return _named(entry, UNDESIGNATED)
    return None


def _named(entry: Entry, reason: Text) -> Text:
    return Text(
        reason.en.format(name=entry["label"]["en"]), reason.nl.format(name=entry["label"]["nl"])
    )


def companions(catalogue: Catalogue, item: Item) -> list[Entry]:
    """Return what goes with the choices and flags of a buurt, in the order of the catalogue.

    For every physical flag of the buurt and every chosen physical entry: the companions of the
    flag, and of the flags that the entry belongs to. An entry without a flag takes those that all
    physical flags share, so that a physical measure never stands alone.
    """
    flags = {flag for flag in item.flags if flag in FLAGS}
    keys: set[str] = set()
    for key in item.instruments:
        entry = catalogue.by_id.get(key)
        if entry is None:
            continue
        keys.update(entry.get("companions") or ())
        own = [flag for flag in entry["candidate_flags"] if flag in FLAGS]
        flags.update(own)
        if entry["domain"] == "fysiek" and not own:
            shared = [{e["id"] for e in catalogue.companions(flag)} for flag in FLAGS]
            keys |= set.intersection(*shared)
    for flag in flags:
        keys.update(entry["id"] for entry in catalogue.companions(flag))
    return [e for e in catalogue.entries if e["id"] in keys and e["id"] not in item.instruments]


def is_physical(catalogue: Catalogue, item: Item) -> bool:
    """Tell whether a buurt carries a physical flag, or a physical instrument was chosen for it."""
    chosen = (catalogue.by_id.get(key) for key in item.instruments)
    return bool(set(item.flags) & set(FLAGS)) or any(
        entry is not None and entry["domain"] == "fysiek" for entry in chosen
    )


def lacking(catalogue: Catalogue, item: Item) -> list[str]:
    """Return the domains of which a physical item has no chosen instrument yet.

    At least one social and one economic measure belong to every physical one (step 3 of the
    source); companions that nobody chose do not count.
    """
    if not is_physical(catalogue, item):
        return []
    found = domains(catalogue, item)
    return [domain for domain in NEEDED if domain not in found]


def is_linked(item: Item, goals: Goals) -> bool:
    """Tell whether the measures of a buurt serve a goal that is still among the goals."""
    return item.goal is not None and item.goal in goals.parties


def goal_name(item: Item, goals: Goals, lang: str) -> str:
    """Name the goal of a buurt, "" where there is none; one that was removed says so."""
    if item.goal is None:
        return ""
    name = goal_text(item.goal).get(lang)
    gone = Text("no longer among the goals", "niet meer bij de doelen")
    return name if is_linked(item, goals) else f"{name} ({gone.get(lang)})"


def domains(catalogue: Catalogue, item: Item) -> set[str]:
    """Return the domains of the instruments that were chosen for a buurt."""
    chosen = (catalogue.by_id.get(key) for key in item.instruments)
    return {entry["domain"] for entry in chosen if entry is not None}


# -- out -----------------------------------------------------------------------------------------


# What makes a spreadsheet take a cell for a formula. In the middle of a text it does where the cell
# is cut at a separator of another language, so there as well; a list with "- " stays as it is.
_STARTS = re.compile(r"^ *(?=[=+\-@\t\r\n|])")
_INSIDE = re.compile(r"(?<=[;,\t\r\n])(?=[=+@|]|-[^ -])")


def guarded(value: str) -> str:
    """Return a text that no spreadsheet reads as a formula: = + - @ | get an apostrophe in front.

    A tab or line end in front is a way round the check, so those count as well.
    """
    if not value.strip():
        return value
    inside = _INSIDE.sub("'", value)
    return f"'{inside}" if _STARTS.match(value) else inside


def rows(worklist: Worklist, catalogue: Catalogue, lang: str, goals: Goals) -> list[dict[str, str]]:
    """Return the table of the worklist, a mapping of COLUMNS to guarded texts per buurt."""
    return [
        {name: guarded(value) for name, value in _row(item, catalogue, lang, goals).items()}
        for item in worklist.items
    ]


def _row(item: Item, catalogue: Catalogue, lang: str, goals: Goals) -> dict[str, str]:
    known = catalogue.candidate_flags
    return {
        "buurt_code": item.code,
        "buurt_name": item.name,
        "status": STATUS.get(lang),
        "flags": "; ".join(
            known[flag]["label"]["nl" if lang == "nl" else "en"] if flag in known else flag
            for flag in item.flags
        ),
        "owner": item.owner,
        "note": item.note,
        "goal": goal_name(item, goals, lang),
        "instruments": "; ".join(_chosen(catalogue, key, item, lang) for key in item.instruments),
        "companions": "; ".join(
            title(catalogue, entry["id"], lang) for entry in companions(catalogue, item)
        ),
    }


def title(catalogue: Catalogue, key: str, lang: str) -> str:
    """Name an entry; one that this catalogue does not have says so."""
    entry = catalogue.by_id.get(key)
    if entry is None:
        return (
            Text("{key} (not in this catalogue)", "{key} (niet in deze catalogus)")
            .get(lang)
            .format(key=key)
        )
    name = f"{entry['nr']} {entry['label']['nl' if lang == 'nl' else 'en']}"
    mark = own_mark(catalogue, key)
    return name if mark is None else f"{name} ({mark.get(lang)})"


def _chosen(catalogue: Catalogue, key: str, item: Item, lang: str) -> str:
    """Name a chosen entry; one that rests on a designation says until when, or that it ended."""
    name = title(catalogue, key, lang)
    entry = catalogue.by_id.get(key)
    if entry is None or not needs_designation(entry):
        return name
    state = (
        Text("designated until {day}", "aangewezen tot en met {day}")
        if item.is_designated(date.today()) and item.until
        else Text("designation without an end date", "aanwijzing zonder einddatum")
        if item.designated and not item.until
        else Text("designation no longer in force", "aanwijzing niet meer van kracht")
    )
    return f"{name} ({state.get(lang).format(day=item.until)})"


# -- to and from a project -----------------------------------------------------------------------


def dumps(worklist: Worklist) -> str:
    """Write the worklist as versioned JSON."""
    items = [
        {**vars(item), "goal": None if item.goal is None else vars(item.goal)}
        for item in worklist.items
    ]
    return stored.dumps({"items": items}, VERSION)


def loads(text: str) -> tuple[Worklist, Text | None]:
    """Read a worklist; never raises.

    Returns
    -------
    The items as far as they can be read, and why they may not be written over (None if they may).
    """
    data, problem = stored.loads(text, VERSION)
    if not data:
        return Worklist(), problem
    found = data.get("items", [])
    items = {}
    sound = isinstance(found, list)
    for record in found if isinstance(found, list) else ():
        item = _item(record)
        if item is None or item.code in items:
            sound = False
        else:
            items[item.code] = item
    if problem is None and not sound:
        problem = stored.misfit("worklist")
    return Worklist(tuple(items.values())), problem


def _item(record: Any) -> Item | None:
    if not isinstance(record, Mapping):
        return None
    words = {name: record.get(name, "") for name in ("code", "name", "owner", "note")}
    lists = {name: record.get(name, []) for name in ("flags", "instruments")}
    sound = all(isinstance(word, str) for word in words.values()) and words["code"]
    sound = sound and isinstance(record.get("designated", False), bool)
    for members in lists.values():
        sound = sound and isinstance(members, list) and all(isinstance(m, str) for m in members)
    goal = read_party(record.get("goal"))
    if not sound or (goal is None and record.get("goal") is not None):
        return None
    texts = {name: stored.text(word) for name, word in words.items()}
    until = record.get("until", "")
    return Item(
        texts["code"],
        texts["name"],
        texts["owner"],
        texts["note"],
        tuple(map(stored.text, lists["flags"])),
        tuple(map(stored.text, lists["instruments"])),
        record.get("designated", False),
        stored.text(until),
        goal,
    )
