# SPDX-License-Identifier: GPL-2.0-or-later
"""The conditions of a flag at other scales: whether the wijk says what the buurt says.

Only conditions on the tenure of dwellings can be asked again, for those figures add up; density,
capacity or land are known per buurt alone. Below the buurt a condition holds in one block and not
in the next: there it is asked in how much of the buurt it holds. A level without figures is listed
as such, with why: silence would read as agreement. Only the standard library is used.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from ..errors import Text
from .conditions import OPERATORS

# The ladder of units, fine to coarse, that a flag is checked on.
LADDER = ("straat", "blok", "buurt", "wijk", "stad")
HERE = "buurt"
_PREFIXES = ("share_", "lq_")
# The field of a scan with blocks that holds what blocks and streets say, and its version.
FINER_FIELD = "flag_scales"
FINER_VERSION = 1
# From this part of the dwellings on, a condition counts as met in the blocks of a buurt.
MOST = 0.5
NO_DATA = Text("no data", "geen gegevens")
_NO_BLOCKS = {
    "straat": Text(
        "no data: the scan had no blocks with a field for the street",
        "geen gegevens: de scan kreeg geen blokken met een veld voor de straat",
    ),
    "blok": Text("no data: the scan had no blocks", "geen gegevens: de scan kreeg geen blokken"),
}
_NONE_HERE = {
    "straat": Text(
        "no data: the blocks have no field for the street (straat, openbare_ruimte or pc6), or no "
        "street here has enough dwellings",
        "geen gegevens: de blokken hebben geen veld voor de straat (straat, openbare_ruimte of "
        "pc6), of geen straat heeft hier genoeg woningen",
    ),
    "blok": Text(
        "no data: no block here has enough dwellings",
        "geen gegevens: geen blok heeft hier genoeg woningen",
    ),
}


class Level(NamedTuple):
    """The tenure of one unit on the ladder.

    Attributes
    ----------
    level : one of LADDER.
    name : of the unit, "" where there is none.
    values : indicators by id; None without figures. One that is absent cannot be asked there.
    parts : for blocks and streets, what `flag_scales` holds of that level.
    why : why there are no figures.
    """

    level: str
    name: str
    values: Mapping[str, float] | None
    parts: Mapping[str, Any] | None = None
    why: Text = NO_DATA


class Checked(NamedTuple):
    """What one level says.

    Attributes
    ----------
    conditions : those that can be asked there, with the `value` and `result` of that level; None
        without figures. Of blocks and streets there is no value but a `share`: the part of the
        dwellings (0-1) in those where the condition holds; met from `MOST` on.
    why : why there are no figures.
    """

    level: str
    name: str
    conditions: tuple[dict[str, Any], ...] | None
    why: Text = NO_DATA


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


def finer(stored: Any, with_blocks: bool) -> list[Level]:
    """Return the levels below the buurt out of the field `flag_scales`, which is not trusted.

    Parameters
    ----------
    stored : the value of the field, None where the layer does not have it.
    with_blocks : whether the scan was given blocks, as its record says.
    """
    try:
        found = json.loads(stored) if isinstance(stored, str) else None
    except ValueError:
        found = None
    levels = []
    for level in ("straat", "blok"):
        parts = found.get(level) if isinstance(found, dict) else None
        if isinstance(parts, dict) and isinstance(parts.get("conditions"), list):
            told = " ".join(str(parts[name]) for name in ("units", "kind") if parts.get(name))
            levels.append(Level(level, f"({told})", None, parts))
        else:
            levels.append(
                Level(level, "", None, None, (_NONE_HERE if with_blocks else _NO_BLOCKS)[level])
            )
    return levels


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
        if isinstance(c, dict) and adds_up(str(c.get("ind"))) and _limit(c) is not None
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
        elif level is not None and level.parts is not None:
            parts = tuple(_in_parts(asked, level.parts))
            found.append(Checked(name, level.name, parts or None))
        elif level is None or level.values is None:
            here, why = (level.name, level.why) if level is not None else ("", NO_DATA)
            found.append(Checked(name, here, None, why))
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


def adds_up(indicator: str) -> bool:
    """Tell whether an indicator follows from dwellings per tenure, so that any level has it."""
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


def _in_parts(
    asked: Iterable[dict[str, Any]], parts: Mapping[str, Any]
) -> Iterable[dict[str, Any]]:
    """Return the conditions with the part of the dwellings in whose blocks each holds."""
    known = {}
    for told in parts["conditions"]:
        share = told.get("share") if isinstance(told, dict) else None
        if isinstance(share, (int, float)) and not isinstance(share, bool) and 0 <= share <= 1:
            known[told.get("ind"), told.get("op"), told.get("threshold")] = share
    for condition in asked:
        share = known.get((condition["ind"], condition["op"], condition["threshold"]))
        if share is not None:
            yield {**condition, "value": None, "share": share, "result": share >= MOST}
