# SPDX-License-Identifier: GPL-2.0-or-later
"""Official designations (Wbmgp): where they hold and until when; never derived from figures.

Whoever has the decision loads its areas as a layer, with the day on which it ends. Without both, no
buurt is designated.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from ..errors import PolicyError, Text
from . import stored

# Borders of two sources never lie on each other exactly: less than this is no overlap.
MIN_SHARE = 0.01
WHOLE_SHARE = 0.99

NONE_LOADED = Text(
    "No designation is loaded. Choose the layer with the designated areas and its end date.",
    "Er is geen aanwijzing geladen. Kies de laag met de aangewezen gebieden en de einddatum.",
)
NO_LAYER = Text(
    "The layer with the designated areas ({name}) is not in this project. Add it again, or "
    "choose another.",
    "De laag met de aangewezen gebieden ({name}) zit niet in dit project. Voeg die weer toe of "
    "kies een andere.",
)
NO_FIELD = Text(
    "The layer with the designated areas ({name}) has no field {field} for the end date. Choose "
    "the field, or one end date for all areas.",
    "De laag met de aangewezen gebieden ({name}) heeft geen veld {field} voor de einddatum. Kies "
    "het veld, of één einddatum voor alle gebieden.",
)
OUTSIDE = Text(
    "This buurt lies outside the designated areas.",
    "Deze buurt ligt buiten de aangewezen gebieden.",
)
ENDED = Text("The designation ended on {day}.", "De aanwijzing is op {day} geëindigd.")
UNDATED = Text(
    "The designated area has no end date that can be read, and without one it does not count.",
    "Het aangewezen gebied heeft geen leesbare einddatum, en zonder einddatum telt het niet.",
)
WHOLE = Text(
    "This buurt is designated until and including {day}.",
    "Deze buurt is aangewezen tot en met {day}.",
)
PART = Text(
    "{percent}% of this buurt is designated, until and including {day}.",
    "{percent}% van deze buurt is aangewezen, tot en met {day}.",
)


@dataclass(frozen=True)
class Setting:
    """Which layer holds the designated areas, and where their end date is.

    Attributes
    ----------
    layer, name : id of the layer in the project, and the name that it had.
    field : field with the end date of each area; "" where one date holds for all.
    until : that date, as 2027-12-31.
    """

    layer: str = ""
    name: str = ""
    field: str = ""
    until: str = ""


class Designation(NamedTuple):
    """How it stands with one buurt.

    Attributes
    ----------
    share : part of the area of the buurt in which a designation is in force, 0-1.
    until : the last day on which all of that holds, None where nothing does.
    why : the same in words, or why there is none.
    """

    share: float
    until: date | None
    why: Text

    @property
    def applies(self) -> bool:
        """Whether a designation is in force in this buurt, or in part of it."""
        return self.until is not None


def absent(why: Text) -> Designation:
    """Return that there is no designation, and why."""
    return Designation(0.0, None, why)


def judge(share: float, ends: Iterable[date | None], today: date) -> Designation:
    """Say how it stands with a buurt.

    Parameters
    ----------
    share : part of the buurt that lies in areas that are in force, 0-1.
    ends : end dates of all areas that the buurt lies in; None where it cannot be read.
    today : an area is in force up to and including its end date.
    """
    found = list(ends)
    current = [day for day in found if in_force(day, today)]
    if current and share >= MIN_SHARE:
        until = min(day for day in current if day is not None)
        if share >= WHOLE_SHARE:
            return Designation(share, until, WHOLE.format(day=until))
        percent = max(round(100 * share), 1)
        return Designation(share, until, PART.format(percent=percent, day=until))
    past = [day for day in found if day is not None and not in_force(day, today)]
    if past:
        return absent(ENDED.format(day=max(past)))
    return absent(UNDATED if any(day is None for day in found) else OUTSIDE)


def in_force(until: date | None, today: date) -> bool:
    """Tell whether an area with this end date is in force; one without an end date is not."""
    return until is not None and today <= until


def read_day(value: object) -> date | None:
    """Read an end date as layers spell it: 2027-12-31, 31-12-2027, 20271231; None for all else."""
    if isinstance(value, date):
        return date(value.year, value.month, value.day)
    if isinstance(value, float) and value.is_integer():
        value = int(value)  # many a layer keeps 20271231 in a field of real numbers
    text = str(value or "").strip().split("T")[0].split(" ")[0].replace("/", "-")
    if text.isdigit() and len(text) == len("20271231"):
        text = f"{text[:4]}-{text[4:6]}-{text[6:]}"
    parts = text.split("-")
    if len(parts) == len("dmy") and all(part.isdigit() for part in parts):
        if len(parts[2]) == len("2027"):
            parts.reverse()
        try:
            return date(*map(int, parts)) if len(parts[0]) == len("2027") else None
        except ValueError:
            return None
    return None


# -- to and from a project -----------------------------------------------------------------------


def dumps(setting: Setting) -> str:
    """Write the setting as versioned JSON.

    Raises
    ------
    PolicyError
        There is a layer but no end date, neither a field nor a day.
    """
    if setting.layer and not setting.field and read_day(setting.until) is None:
        raise PolicyError(
            "A designation counts only with its end date. Choose the field that holds it, or give "
            "one date for all areas.",
            "Een aanwijzing telt alleen met einddatum. Kies het veld waarin die staat, of geef één "
            "datum voor alle gebieden.",
        )
    return stored.dumps(vars(setting))


def loads(text: str) -> tuple[Setting, Text | None]:
    """Read a setting; never raises.

    Returns
    -------
    The setting, and why it may not be written over (None if it may).
    """
    data, problem = stored.loads(text)
    words = {name: data.get(name, "") for name in ("layer", "name", "field", "until")}
    if problem is None and not all(isinstance(word, str) for word in words.values()):
        problem = stored.misfit("designation")
    return Setting(**{name: stored.text(word) for name, word in words.items()}), problem
