# SPDX-License-Identifier: GPL-2.0-or-later
"""What differs between two scans: the settings, the flags, and the conditions that turned.

Buurten are matched by code and never ranked. Only the standard library is used.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from . import explain
from .catalogue import FLAGS, RAISED

# What a scan records that can make its flags differ, in the order of reading. Versions of
# libraries and the day of the run are left out: they make no other flag.
RECORDED = ("source", "year", "reference", "vulnerable_rule", "catalogue_version")


class Unit(NamedTuple):
    """A buurt of one scan: its name and the status of each flag, None where it has none."""

    name: str
    statuses: Mapping[str, str | None]


class Difference(NamedTuple):
    """A setting that differs.

    Attributes
    ----------
    kind : "record", "parameter" or "threshold".
    name : key in the record of the scan.
    before, after : values as recorded; None where one of the two has none.
    """

    kind: str
    name: str
    before: Any
    after: Any


class Flip(NamedTuple):
    """A condition whose outcome differs: as it stood in either scan, None where it had none."""

    before: Mapping[str, Any] | None
    after: Mapping[str, Any] | None

    @property
    def by_limit(self) -> bool:
        """Whether the limit moved, and not the figure: another setting, no other data."""
        if self.before is None or self.after is None:
            return False
        moved = self.before.get("threshold") != self.after.get("threshold")
        return moved and self.before.get("value") == self.after.get("value")


class Change(NamedTuple):
    """One buurt whose flag differs, with the conditions that turned."""

    code: str
    name: str
    before: str | None
    after: str | None
    flips: tuple[Flip, ...]


@dataclass
class FlagChanges:
    """What happened to one flag; buurten in the order of their codes.

    Attributes
    ----------
    appeared, vanished : no candidate before, or none after.
    firmer, weaker : provisional to candidate, and back.
    other : number of buurten that went from "no" to "unknown" or the like.
    """

    appeared: list[Change] = field(default_factory=list)
    vanished: list[Change] = field(default_factory=list)
    firmer: list[Change] = field(default_factory=list)
    weaker: list[Change] = field(default_factory=list)
    other: int = 0

    @property
    def lists(self) -> dict[str, list[Change]]:
        """The lists by name, in the order of reading."""
        return {
            "appeared": self.appeared,
            "vanished": self.vanished,
            "firmer": self.firmer,
            "weaker": self.weaker,
        }


@dataclass
class Comparison:
    """Two scans side by side.

    Attributes
    ----------
    settings : what was asked differently.
    flags : changes by flag.
    both : number of buurten in both scans.
    only_before, only_after : number of buurten in one of them only.
    """

    settings: list[Difference]
    flags: dict[str, FlagChanges]
    both: int
    only_before: int
    only_after: int

    @property
    def is_same(self) -> bool:
        """Whether no flag differs."""
        return not any(
            changes.other or any(changes.lists.values()) for changes in self.flags.values()
        )


Reasons = Callable[[list[str]], Mapping[str, Any]]


def compare(
    before: Mapping[str, Unit],
    after: Mapping[str, Unit],
    before_origin: Mapping[str, Any] | None,
    after_origin: Mapping[str, Any] | None,
    before_reasons: Reasons,
    after_reasons: Reasons,
) -> Comparison:
    """Compare two scans.

    Parameters
    ----------
    before, after : units by code.
    before_origin, after_origin : what the runs recorded, None where there is no record.
    before_reasons, after_reasons : give `flag_reasons` by code, for the codes asked: only those
        of buurten that differ are read.
    """
    shared = sorted(before.keys() & after.keys())
    differing = [c for c in shared if before[c].statuses != after[c].statuses]
    old, new = before_reasons(differing), after_reasons(differing)
    flags = {flag: FlagChanges() for flag in FLAGS}
    for code in differing:
        told = explain.read(old.get(code)), explain.read(new.get(code))
        for flag, changes in flags.items():
            was, now = before[code].statuses.get(flag), after[code].statuses.get(flag)
            if was == now:
                continue
            kind = _kind(was, now)
            if kind is None:
                changes.other += 1
                continue
            name = after[code].name or before[code].name
            flips = _flips(told[0].get(flag), told[1].get(flag))
            changes.lists[kind].append(Change(code, name, was, now, flips))
    return Comparison(
        settings(before_origin or {}, after_origin or {}),
        flags,
        len(shared),
        len(before) - len(shared),
        len(after) - len(shared),
    )


def settings(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Difference]:
    """Return the settings that differ between two records, thresholds last."""
    found = [Difference("record", n, before.get(n), after.get(n)) for n in RECORDED]
    for part, kind in (("parameters", "parameter"), ("thresholds", "threshold")):
        old, new = _mapping(before.get(part)), _mapping(after.get(part))
        names = [n for n in dict.fromkeys([*old, *new]) if n not in RECORDED]
        found += [Difference(kind, str(n), old.get(n), new.get(n)) for n in names]
    return [difference for difference in found if difference.before != difference.after]


def _kind(was: str | None, now: str | None) -> str | None:
    if (was in RAISED) != (now in RAISED):
        return "appeared" if now in RAISED else "vanished"
    if was in RAISED:
        return "firmer" if now == "candidate" else "weaker"
    return None


def _flips(before: Any, after: Any) -> tuple[Flip, ...]:
    """Pair the conditions of two records by what they ask, and keep those that turned out other."""
    old, new = _conditions(before), _conditions(after)
    if not old or not new:
        return ()
    pairs = [(old.get(key), new.get(key)) for key in dict.fromkeys([*old, *new])]
    return tuple(
        Flip(was, now)
        for was, now in pairs
        if was is None or now is None or was.get("result") is not now.get("result")
    )


def _conditions(reason: Any) -> dict[tuple[str, ...], Mapping[str, Any]]:
    found = _mapping(reason).get("conditions")
    return {
        tuple(str(c.get(name)) for name in ("ind", "op", "ref", "group")): c
        for c in (found if isinstance(found, list) else [])
        if isinstance(c, dict)
    }


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}
