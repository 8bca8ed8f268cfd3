# SPDX-License-Identifier: GPL-2.0-or-later
"""The words of a scenario, and the scenario that a project keeps: actions and when to measure.

Only the standard library is used: the panel draws up a plan with no other library installed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from ..errors import PolicyError, Text, exact
from . import stored
from .catalogue import FLAGS
from .worklist import guarded

SAYS = Text(
    "A scenario changes stock only: it forecasts no income, no behaviour and no removals.",
    "Een scenario verandert alleen de voorraad: het voorspelt geen inkomen, gedrag of verhuizing.",
)
# Our assumption, replaced by a map of the user's own; the five segments are those of the source.
SEGMENTS = {
    "sociaal": "corp",
    "midden": "overig",
    "duur huur": "overig",
    "betaalbaar koop": "koop",
    "duur koop": "koop",
}
AFFORDABLE = ("sociaal", "betaalbaar koop")
DEMOLISH, BUILD, SELL, BUY_IN, CONVERT, BUY = (
    "sloop",
    "nieuwbouw",
    "verkoop",
    "inponden",
    "transformatie",
    "aankoop",
)
ACTIONS = (DEMOLISH, BUILD, SELL, BUY_IN, CONVERT, BUY)
# Every action is physical in the source (F05, F07, F11 to F13), so it goes with the companions of
# the flag that its instrument belongs to.
FLAG_OF = {
    DEMOLISH: "herstructurering",
    BUILD: "verdichting",
    SELL: "herstructurering",
    BUY_IN: "herstructurering",
    CONVERT: "herstructurering",
    BUY: "herstructurering",
}
OCCUPIED = {
    "yes": True,
    "ja": True,
    "true": True,
    "1": True,
    "no": False,
    "nee": False,
    "false": False,
    "0": False,
}
UNSURE = ("", "unknown", "onbekend", "?")
COLUMNS = ("unit", "year", "action", "segment", "n", "occupied")
MAX_ACTIONS = 5000
FIRST_YEAR, LAST_YEAR = 1900, 2200
MOST = 1_000_000  # dwellings in one action


def companion_flags(planned: Iterable[str], appearing: Iterable[str]) -> dict[str, list[str]]:
    """Return the flags whose companions belong with a plan, with the actions that ask for them.

    Parameters
    ----------
    planned : the actions of the plan.
    appearing : the flags that it makes appear; one that no action asks for has an empty list.
    """
    done, raised = set(planned), set(appearing)
    asked = {f: [a for a in ACTIONS if a in done and FLAG_OF[a] == f] for f in FLAGS}
    return {flag: found for flag, found in asked.items() if found or flag in raised}


# -- when to measure what


@dataclass(frozen=True)
class Monitoring:
    """When a plan is measured, and by which indicators.

    Attributes
    ----------
    start : the year that the counting starts; 0 while nobody has chosen it.
    years : years after the start.
    indicators : ids of the catalogue, in the order of choosing.
    chosen : False while these are our suggestion, an assumption.
    """

    start: int = 0
    years: tuple[int, ...] = (0, 5, 10, 15, 20)
    indicators: tuple[str, ...] = ("share_corp", "div_tenure", "lq_corp")
    chosen: bool = False

    def moments(self) -> tuple[int, ...]:
        """Return the calendar years; none without a start."""
        return tuple(self.start + year for year in self.years) if self.start else ()


SUGGESTED = Text(
    "Assumption: measuring after 0, 5, 10, 15 and 20 years follows the horizon of twenty years of "
    "the policy source. Choose your own years.",
    "Aanname: meten na 0, 5, 10, 15 en 20 jaar volgt uit de horizon van twintig jaar in de "
    "beleidsbron. Kies eigen jaren.",
)


def read_years(text: str) -> tuple[int, ...]:
    """Read years after the start: "0, 5, 10".

    Raises
    ------
    PolicyError
        A part is no whole number from 0 to 100, or there is none.
    """
    parts = [part for part in re.split(r"[,;\s]+", text.strip()) if part]
    if not parts or any(not part.isascii() or not part.isdigit() for part in parts):
        raise _no_years(text)
    years = sorted({int(part) for part in parts})
    if years[-1] > 100 or len(years) > 30:
        raise _no_years(text)
    return tuple(years)


def _no_years(text: str) -> PolicyError:
    return PolicyError(
        "These are no years after the start: {text}. Write whole numbers from 0 to 100, separated "
        "by commas, such as 0, 5, 10, 15, 20.",
        "Dit zijn geen jaren na het begin: {text}. Schrijf gehele getallen van 0 tot 100, "
        "gescheiden door komma's, zoals 0, 5, 10, 15, 20.",
        text=text[:80] or "-",
    )


# -- the actions


@dataclass(frozen=True)
class Action:
    """One action; `occupied` is "yes", "no" or "" (unknown)."""

    unit: str
    year: int
    action: str
    segment: str
    n: float
    occupied: str = ""

    def row(self) -> tuple[str, int, str, str, float, str]:
        """Return the values of `COLUMNS`."""
        return (self.unit, self.year, self.action, self.segment, self.n, self.occupied)


@dataclass(frozen=True)
class Scenario:
    """What a project keeps of a scenario.

    Attributes
    ----------
    actions : in the order of entering.
    segment_map : JSON of segment and tenure as the user gave it; empty is `SEGMENTS`.
    fingerprint : of the stock that the actions were made on, as the last run gave it.
    monitoring : see `Monitoring`.
    """

    actions: tuple[Action, ...] = ()
    segment_map: str = ""
    fingerprint: str = ""
    monitoring: Monitoring = Monitoring()

    def with_action(self, action: Action) -> Scenario:
        """Add an action.

        Raises
        ------
        PolicyError
            It cannot be one, or there are too many.
        """
        if len(self.actions) >= MAX_ACTIONS:
            raise PolicyError(
                "A scenario holds {n} actions, and more are not kept. Keep a longer table in a "
                "file, and run the algorithm on that.",
                "Een scenario bevat {n} acties, en meer worden er niet bewaard. Bewaar een langere "
                "tabel in een bestand, en voer het algoritme daarop uit.",
                n=MAX_ACTIONS,
            )
        return replace(self, actions=(*self.actions, checked(action)))

    def without(self, places: Sequence[int]) -> Scenario:
        """Take actions away by their places."""
        gone = set(places)
        kept = tuple(a for place, a in enumerate(self.actions) if place not in gone)
        # A scenario without actions was made on no stock.
        return replace(self, actions=kept, fingerprint=self.fingerprint if kept else "")


def checked(action: Action) -> Action:
    """Return the action where it can be one.

    Raises
    ------
    PolicyError
        No unit, an unknown action, no segment, a year or number out of bounds.
    """
    if not action.unit.strip():
        raise PolicyError(
            "The action has no buurt. Choose one on the map or by its name.",
            "De actie heeft geen buurt. Kies er een op de kaart of op naam.",
        )
    if action.action not in ACTIONS:
        raise PolicyError(
            "{action} is no action. Known are: {known}.",
            "{action} is geen actie. Bekend zijn: {known}.",
            action=action.action[:40] or "-",
            known=", ".join(ACTIONS),
        )
    if not action.segment.strip():
        raise PolicyError(
            "The action in {unit} has no segment. Choose one: {known}.",
            "De actie in {unit} heeft geen segment. Kies er een: {known}.",
            unit=action.unit,
            known=", ".join(SEGMENTS),
        )
    if not FIRST_YEAR <= action.year <= LAST_YEAR:
        raise PolicyError(
            "{year} is no year of an action in {unit}.",
            "{year} is geen jaar voor een actie in {unit}.",
            year=action.year,
            unit=action.unit,
        )
    if not 0 < action.n <= MOST:
        raise PolicyError(
            "{n} is no number of dwellings in {unit}: give a number above 0.",
            "{n} is geen aantal woningen in {unit}: geef een getal boven 0.",
            n=exact(action.n),
            unit=action.unit,
        )
    limit = stored.MAX_LINE
    return replace(
        action,
        unit=stored.check_length(action.unit.strip(), limit, Text("Buurt", "Buurt")),
        segment=stored.check_length(action.segment.strip(), limit, Text("Segment", "Segment")),
    )


def read_row(values: Mapping[str, Any], place: int) -> Action:
    """Read a row of a table (from 1) with the columns `COLUMNS`.

    Raises
    ------
    PolicyError
        Names the row, what stands there and what was expected.
    """

    def word(name: str) -> str:
        value = values.get(name)
        if value is None or (isinstance(value, float) and value != value):
            return ""
        if isinstance(value, float) and value % 1 == 0:
            return str(int(value))
        return str(value).strip()

    numbers = {}
    for name in ("year", "n"):
        found = word(name)
        if not re.fullmatch(r"\d{1,15}", found, re.ASCII):
            raise PolicyError(
                "Row {row}: {name} is {found}, and must be a whole number without separators.",
                "Rij {row}: {name} is {found}, en moet een geheel getal zonder scheidingstekens "
                "zijn.",
                row=place,
                name=name,
                found=found[:40] or "-",
            )
        numbers[name] = float(found)
    occupied = word("occupied").casefold()
    if occupied not in (*OCCUPIED, *UNSURE):
        raise PolicyError(
            "Row {row}: occupied is yes, no or unknown, and not: {found}.",
            "Rij {row}: occupied is ja, nee of onbekend, en niet: {found}.",
            row=place,
            found=occupied[:40],
        )
    known = {True: "yes", False: "no", None: ""}[OCCUPIED.get(occupied)]
    try:
        return checked(
            Action(
                # The apostrophe that keeps a spreadsheet from reading a formula is not part of it.
                word("unit").removeprefix("'"),
                int(numbers["year"]),
                word("action").casefold(),
                word("segment").removeprefix("'").casefold(),
                numbers["n"],
                known,
            )
        )
    except PolicyError as error:
        text = error.text
        raise PolicyError(
            "Row {row}: {english}", "Rij {row}: {dutch}", row=place, english=text.en, dutch=text.nl
        ) from error


def rows(scenario: Scenario) -> list[dict[str, str]]:
    """Return the table for export: texts that no spreadsheet reads as a formula."""
    return [
        {
            name: guarded(f"{value:g}" if isinstance(value, float) else str(value))
            for name, value in zip(COLUMNS, action.row(), strict=True)
        }
        for action in scenario.actions
    ]


# -- to and from a project


def dumps(scenario: Scenario) -> str:
    """Write as versioned JSON."""
    return stored.dumps(
        {
            "actions": [list(action.row()) for action in scenario.actions],
            "segment_map": scenario.segment_map,
            "fingerprint": scenario.fingerprint,
            "monitoring": monitoring_record(scenario.monitoring),
        }
    )


def monitoring_record(found: Monitoring) -> dict[str, Any]:
    """Return a monitoring plan as plain data."""
    return {
        "start": found.start,
        "years": list(found.years),
        "indicators": list(found.indicators),
        "chosen": found.chosen,
    }


def read_monitoring(record: Any) -> Monitoring | None:
    """Read what `monitoring_record` gave; None where it is something else."""
    if not isinstance(record, Mapping):
        return None
    start, years, names = (record.get(name) for name in ("start", "years", "indicators"))
    sound = _whole(start, 0, LAST_YEAR) and isinstance(record.get("chosen"), bool)
    sound = sound and isinstance(years, list) and all(_whole(y, 0, 100) for y in years)
    sound = sound and isinstance(names, list) and all(isinstance(n, str) for n in names)
    if not sound:
        return None
    return Monitoring(
        int(start or 0),
        tuple(sorted(set(years or ()))),
        tuple(dict.fromkeys(map(stored.text, names or ()))),
        bool(record.get("chosen")),
    )


def loads(text: str) -> tuple[Scenario, Text | None]:
    """Read a scenario; never raises.

    Returns
    -------
    What can be read, and why it may not be written over (None if it may).
    """
    data, problem = stored.loads(text)
    if not data:
        return Scenario(), problem
    found = data.get("actions", [])
    records = found if isinstance(found, list) else []
    actions = [_action(record) for record in records]
    words = [data.get(name, "") for name in ("segment_map", "fingerprint")]
    monitoring = read_monitoring(data.get("monitoring"))
    sound = isinstance(found, list) and None not in actions and monitoring is not None
    sound = sound and all(isinstance(word, str) for word in words)
    if problem is None and not sound:
        problem = stored.misfit("scenario")
    return (
        Scenario(
            tuple(action for action in actions if action is not None),
            stored.text(words[0]),
            stored.text(words[1]),
            monitoring or Monitoring(),
        ),
        problem,
    )


def _action(record: Any) -> Action | None:
    if not isinstance(record, list) or len(record) != len(COLUMNS):
        return None
    unit, year, action, segment, n, occupied = record
    if not all(isinstance(word, str) for word in (unit, action, segment, occupied)):
        return None
    if not _whole(year, FIRST_YEAR, LAST_YEAR) or occupied not in ("yes", "no", ""):
        return None
    if isinstance(n, bool) or not isinstance(n, (int, float)) or not n <= MOST:
        return None
    try:
        return checked(Action(stored.text(unit), year, action, segment, float(n), occupied))
    except PolicyError:
        return None


def _whole(value: Any, low: int, high: int) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and low <= value <= high
