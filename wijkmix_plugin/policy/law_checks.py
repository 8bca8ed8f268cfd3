# SPDX-License-Identifier: GPL-2.0-or-later
"""When somebody checked the law, and what they noted: kept in the project."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any, NamedTuple

from ..errors import PolicyError, Text
from . import stored
from .catalogue import Catalogue, Entry, is_stale


class Check(NamedTuple):
    """One check: the day as 2026-11-28, and by whom, against what."""

    day: str
    note: str = ""


@dataclass(frozen=True)
class LawChecks:
    """The checks by id of the entry, or of the item of the watch list."""

    checks: dict[str, Check] = field(default_factory=dict)

    def get(self, entry_id: str) -> Check | None:
        """Return the check of an entry or item, None where nobody noted one."""
        return self.checks.get(entry_id)

    def with_check(self, entry_id: str, day: str, note: str, today: date) -> LawChecks:
        """Note a check; an empty day takes it back.

        Raises
        ------
        PolicyError
            The day is none or lies in the future, the note is too long, or there is a note only.
        """
        checks = {key: check for key, check in self.checks.items() if key != entry_id}
        kept = stored.check_length(note.strip(), stored.MAX_LINE, Text("Note", "Notitie"))
        if day:
            is_stale(day, today, day)  # refuses what is no day, and a day that is yet to come
            checks[entry_id] = Check(day, kept)
        elif kept:
            raise PolicyError(
                "Fill in the day of the check as well; a note alone does not say when.",
                "Vul ook de dag van de controle in; een notitie alleen zegt niet wanneer.",
            )
        return replace(self, checks=checks)


def watch_check(item: Mapping[str, Any], checks: LawChecks) -> Check | None:
    """Return the last check of an item of the watch list: the user's own or the catalogue's."""
    told = item.get("checked")
    listed = Check(told["date"], str(told.get("reference") or "")) if told else None
    known = [check for check in (listed, checks.get(item["id"])) if check is not None]
    return max(known, key=lambda check: check.day, default=None)


def last_check(entry: Entry, catalogue: Catalogue, checks: LawChecks) -> str | None:
    """Return the day on which the law behind an entry was last checked, None where it was not.

    A check of the entry itself counts, and so does that of the watch list where every rule of the
    entry is on it and was checked: the oldest of those.
    """
    watched = {item["id"]: watch_check(item, checks) for item in catalogue.legal_watch}
    found = [watched.get(rule.get("watch")) for rule in entry["legal"]]
    days = [check.day for check in found if check is not None]
    listed = [min(days)] if days and len(days) == len(found) else []
    own = checks.get(entry["id"])
    return max([*listed, *([own.day] if own is not None else [])], default=None)


def is_due(entry: Entry, catalogue: Catalogue, checks: LawChecks, today: date) -> bool:
    """Tell whether the law behind an entry is due for a check: twelve months after the last."""
    return _is_due(last_check(entry, catalogue, checks), catalogue, today)


def is_watch_due(
    item: Mapping[str, Any], catalogue: Catalogue, checks: LawChecks, today: date
) -> bool:
    """Tell the same of an item of the watch list."""
    check = watch_check(item, checks)
    return _is_due(check.day if check is not None else None, catalogue, today)


def _is_due(checked: str | None, catalogue: Catalogue, today: date) -> bool:
    # A check that is said to lie in the future says nothing; it is not an error to read it.
    known = checked if checked and checked <= today.isoformat() else None
    return is_stale(catalogue.meta["law_as_of"], today, known)


# -- to and from a project -----------------------------------------------------------------------


def dumps(checks: LawChecks) -> str:
    """Write the checks as versioned JSON."""
    return stored.dumps({"checks": {key: check._asdict() for key, check in checks.checks.items()}})


def loads(text: str) -> tuple[LawChecks, Text | None]:
    """Read checks; never raises.

    Returns
    -------
    The checks that can be read, and why they may not be written over (None if they may).
    """
    data, problem = stored.loads(text)
    found = data.get("checks", {})
    records = found if isinstance(found, dict) else {}
    checks = {
        stored.text(key): Check(record["day"], stored.text(record.get("note", "")))
        for key, record in records.items()
        if _is_check(record)
    }
    if problem is None and (not isinstance(found, dict) or len(checks) != len(records)):
        problem = stored.misfit("law checks")
    return LawChecks(checks), problem


def _is_check(record: Any) -> bool:
    if not isinstance(record, dict) or not isinstance(record.get("note", ""), str):
        return False
    day = record.get("day")
    try:
        return isinstance(day, str) and date.fromisoformat(day).isoformat() == day
    except ValueError:
        return False
