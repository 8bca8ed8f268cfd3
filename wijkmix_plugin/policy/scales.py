# SPDX-License-Identifier: GPL-2.0-or-later
"""The conditions of a flag at other scales: whether the wijk says what the buurt says.

Only conditions on the tenure of dwellings can be asked again, for those figures add up; density,
capacity or land are known per buurt alone. A level without figures is listed as such: silence
would read as agreement. Only the standard library is used.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from .conditions import OPERATORS

# The ladder of units, fine to coarse, that a flag is checked on.
LADDER = ("straat", "blok", "buurt", "wijk", "stad")
HERE = "buurt"
_PREFIXES = ("share_", "lq_")


class Level(NamedTuple):
    """The tenure of one unit on the ladder.

    Attributes
    ----------
    level : one of LADDER.
    name : of the unit, "" where there is none.
    values : indicators by id; None without figures. One that is absent cannot be asked there.
    """

    level: str
    name: str
    values: Mapping[str, float] | None


class Checked(NamedTuple):
    """What one level says.

    Attributes
    ----------
    conditions : those that can be asked there, with the `value` and `result` of that level; None
        without figures.
    """

    level: str
    name: str
    conditions: tuple[dict[str, Any], ...] | None


def values_of(
    counts: Sequence[float] | None, classes: Sequence[str], reference: Sequence[float] | None
) -> dict[str, float] | None:
    """Return the indicators that follow from dwellings per tenure class.

    Parameters
    ----------
    counts : dwellings per class of the unit.
    classes : names of the classes, as in `share_<class>`.
    reference : dwellings per class of the area that location quotients compare with; None for
        that area itself, where each is one by definition.
    """
    if counts is None or not sum(counts) > 0:
        return None
    total = sum(counts)
    parts = [n / total for n in counts if n > 0]
    found = {"div_tenure": -sum(p * math.log(p) for p in parts) / math.log(len(counts))}
    for place, name in enumerate(classes):
        share = counts[place] / total
        found[f"share_{'overig_huur' if name == 'overig' else name}"] = 100 * share
        if reference is not None and reference[place] > 0:
            found[f"lq_{name}"] = share / (reference[place] / sum(reference))
    return found


def check(conditions: Any, levels: Iterable[Level]) -> list[Checked]:
    """Ask the conditions of a flag again at every level of the ladder, fine to coarse.

    Parameters
    ----------
    conditions : as in `flag_reasons`, not trusted; at the level of the buurt they stand as they
        are.
    levels : what is known of the others; a level of the ladder that is not given has no figures.

    Returns
    -------
    One item a level; [] where no condition can be asked at another level.
    """
    asked = [
        c
        for c in (conditions if isinstance(conditions, list) else [])
        if isinstance(c, dict) and _adds_up(str(c.get("ind"))) and _limit(c) is not None
    ]
    if not asked:
        return []
    known = {level.level: level for level in levels}
    found = []
    for name in LADDER:
        level = known.get(name)
        if name == HERE:
            here = level.name if level is not None else ""
            found.append(Checked(name, here, tuple(dict(c) for c in asked)))
        elif level is None or level.values is None:
            found.append(Checked(name, level.name if level is not None else "", None))
        else:
            again = tuple(_again(c, level.values) for c in asked if c["ind"] in level.values)
            found.append(Checked(name, level.name, again))
    return found


def differs(found: Iterable[Checked]) -> bool:
    """Tell whether a level says otherwise than the buurt of a condition that both can answer."""
    levels = [checked for checked in found if checked.conditions]
    here = next((c for c in levels if c.level == HERE), None)
    if here is None:
        return False
    own = {_key(c): c.get("result") for c in here.conditions or ()}
    return any(
        own.get(_key(c)) is not None and c["result"] is not None and c["result"] is not own[_key(c)]
        for level in levels
        if level.level != HERE
        for c in level.conditions or ()
    )


def _key(condition: Mapping[str, Any]) -> tuple[str, ...]:
    return tuple(str(condition.get(name)) for name in ("ind", "op", "ref"))


def _adds_up(indicator: str) -> bool:
    if indicator == "div_tenure":
        return True
    return indicator.startswith(_PREFIXES) and indicator.split("_", 1)[1] in (
        "koop",
        "corp",
        "overig",
        "overig_huur",
        "huur",
    )


def _limit(condition: Mapping[str, Any]) -> float | None:
    """Return a limit that holds at every level: not a median of the buurten."""
    limit = condition.get("threshold")
    ref = condition.get("ref")
    if ref is not None and not str(ref).startswith("$"):
        return None
    if isinstance(limit, bool) or not isinstance(limit, (int, float)) or not math.isfinite(limit):
        return None
    return limit if condition.get("op") in OPERATORS else None


def _again(condition: Mapping[str, Any], values: Mapping[str, float]) -> dict[str, Any]:
    value = values[condition["ind"]]
    result = bool(OPERATORS[condition["op"]](value, condition["threshold"]))
    return {**condition, "value": value, "result": result}
