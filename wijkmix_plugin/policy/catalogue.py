# SPDX-License-Identifier: GPL-2.0-or-later
"""The policy catalogue: instruments, indicators, thresholds and flags, as data in two languages.

Needs only the standard library, so that the dock shows the instruments with no library installed.
"""

from __future__ import annotations

import datetime
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ..errors import PolicyError

SHIPPED = (
    Path(__file__).resolve().parent.parent.parent / "resources" / "catalogue" / "catalogue.json"
)
SCHEMA_VERSION = 1
STALE_AFTER_MONTHS = 12


@dataclass(frozen=True)
class Catalogue:
    """The catalogue as loaded; entries are plain dicts in the shape of catalogue.schema.json."""

    data: dict[str, Any]
    by_id: dict[str, dict[str, Any]] = field(default_factory=dict)

    @property
    def meta(self) -> dict[str, Any]:
        """Title, source, dates and disclaimers."""
        return self.data["meta"]

    @property
    def version(self) -> str:
        """The version of the catalogue."""
        return self.meta["catalogue_version"]

    @property
    def domains(self) -> dict[str, dict[str, str]]:
        """Domain id -> label per language."""
        return self.data["domains"]

    @property
    def kinds(self) -> dict[str, dict[str, str]]:
        """Kind id -> label per language."""
        return self.data["kinds"]

    @property
    def scales(self) -> list[str]:
        """The ladder of spatial scales, fine to coarse."""
        return self.data["scales"]

    @property
    def indicators(self) -> dict[str, dict[str, Any]]:
        """Indicator id -> label, formula and data."""
        return self.data["indicators"]

    @property
    def parameters(self) -> dict[str, dict[str, Any]]:
        """Threshold id -> default, unit and label; every one is an assumption."""
        return self.data["parameters"]

    @property
    def instruments(self) -> list[dict[str, Any]]:
        """The instruments of the source's third chapter."""
        return self.data["instruments"]

    @property
    def process_instruments(self) -> list[dict[str, Any]]:
        """Process entries and preconditions from outside that chapter."""
        return self.data["process_instruments"]

    @property
    def entries(self) -> list[dict[str, Any]]:
        """All entries, in the order of the source."""
        return self.instruments + self.process_instruments

    @property
    def candidate_flags(self) -> dict[str, dict[str, Any]]:
        """Flag id -> label, defining instrument, matching instruments, obligatory companions."""
        return self.data["candidate_flags"]

    @property
    def legal_watch(self) -> list[dict[str, Any]]:
        """Laws and policies that may have changed since the source."""
        return self.data["legal_watch"]

    @property
    def insights(self) -> list[dict[str, Any]]:
        """The nine insights of the source."""
        return self.data["insights"]

    @property
    def questions(self) -> list[dict[str, Any]]:
        """The seven questions to answer before mixing."""
        return self.data["questions"]

    @property
    def steps(self) -> list[dict[str, Any]]:
        """The four steps from aims to execution."""
        return self.data["steps"]

    def get(self, key: str) -> dict[str, Any]:
        """Return the entry with this id.

        Raises
        ------
        PolicyError
            No such entry.
        """
        try:
            return self.by_id[key]
        except KeyError:
            raise PolicyError(
                "The catalogue has no entry {key}.", "De catalogus heeft geen item {key}.", key=key
            ) from None

    def matching(self, flag: str) -> list[dict[str, Any]]:
        """Return the instruments of a flag, the obligatory companions included, without repeats."""
        known = self.candidate_flags[flag]
        keys = dict.fromkeys([*known["instruments"], *known["must_show"]])
        return [self.get(key) for key in keys]

    def companions(self, flag: str) -> list[dict[str, Any]]:
        """Return the entries that must be shown wherever the flag is."""
        return [self.get(key) for key in self.candidate_flags[flag]["must_show"]]

    def expression(self, flag: str) -> dict[str, Any]:
        """Return the trigger expression that defines a flag."""
        entry = self.get(self.candidate_flags[flag]["defining_instrument"])
        return next(t["expr"] for t in entry["triggers"] if t["expr"])

    def thresholds(self, override: Mapping[str, float] | None = None) -> dict[str, float | None]:
        """Return every threshold with its default, or with the user's value."""
        values = {key: spec["default"] for key, spec in self.parameters.items()}
        values.update(override or {})
        return values

    def check_thresholds(self, values: Any) -> dict[str, float | None]:
        """Return the user's thresholds, checked.

        Raises
        ------
        PolicyError
            Not an object of known names and finite numbers; names what is wrong and what is known.
        """
        if not isinstance(values, Mapping):
            raise PolicyError(
                "The thresholds must be one JSON object, name and number, such as {example}.",
                "De drempelwaarden moeten één JSON-object zijn, naam en getal, zoals {example}.",
                example='{"lq_high": 1.8}',
            )
        for key, value in values.items():
            if key not in self.parameters:
                raise PolicyError(
                    "There is no threshold {key}; known are: {known}.",
                    "Er is geen drempelwaarde {key}; bekend zijn: {known}.",
                    key=key,
                    known=", ".join(self.parameters),
                )
            number = isinstance(value, (int, float)) and not isinstance(value, bool)
            if value is not None and not (number and abs(value) < float("inf")):
                raise PolicyError(
                    "Threshold {key} must be a number; found {value}.",
                    "Drempelwaarde {key} moet een getal zijn; gevonden: {value}.",
                    key=key,
                    value=repr(value),
                )
        return dict(values)


def load(path: Path | None = None) -> Catalogue:
    """Load and check the shipped catalogue, or another in the same shape.

    Raises
    ------
    PolicyError
        The file cannot be read, comes from a newer version, or names what does not exist.
    """
    path = path or SHIPPED
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise PolicyError(
            "The catalogue {path} cannot be read: {reason}.",
            "De catalogus {path} is niet te lezen: {reason}.",
            path=str(path),
            reason=str(error),
        ) from error
    validate(data, str(path))
    entries = data["instruments"] + data["process_instruments"]
    return Catalogue(data, {entry["id"]: entry for entry in entries})


def validate(data: Any, where: str) -> None:
    """Check what the schema cannot: versions, unique ids, and that every name that is used exists.

    Raises
    ------
    PolicyError
        Says where and what.
    """

    def fail(en: str, nl: str, **values: object) -> None:
        raise PolicyError(f"{{where}}: {en}", f"{{where}}: {nl}", where=where, **values)

    if not isinstance(data, dict) or "meta" not in data:
        fail("this is no WijkMix catalogue.", "dit is geen WijkMix-catalogus.")
    version = data.get("schema_version", data["meta"].get("schema_version"))
    if not isinstance(version, int) or version > SCHEMA_VERSION:
        fail(
            "schema version {version} is not known here; update WijkMix.",
            "schemaversie {version} is hier niet bekend; werk WijkMix bij.",
            version=version,
        )
    entries = data["instruments"] + data["process_instruments"]
    ids = [entry["id"] for entry in entries]
    twice = sorted({key for key in ids if ids.count(key) > 1})
    if twice:
        fail(
            "these ids stand twice: {ids}.",
            "deze id's staan er dubbel in: {ids}.",
            ids=", ".join(twice),
        )
    known = set(ids)
    for name, flag in data["candidate_flags"].items():
        for key in [flag["defining_instrument"], *flag["must_show"], *flag["instruments"]]:
            if key not in known:
                fail(
                    "flag {name} refers to {key}, which does not exist.",
                    "signaal {name} verwijst naar {key}, dat niet bestaat.",
                    name=name,
                    key=key,
                )
    for entry in entries:
        if entry["domain"] not in data["domains"]:
            fail(
                "{id}: unknown domain {d}.",
                "{id}: onbekend domein {d}.",
                id=entry["id"],
                d=entry["domain"],
            )
        for trigger in entry["triggers"]:
            for leaf in leaves(trigger["expr"]):
                if leaf["ind"] not in data["indicators"]:
                    fail(
                        "{id}: unknown indicator {ind}.",
                        "{id}: onbekende indicator {ind}.",
                        id=entry["id"],
                        ind=leaf["ind"],
                    )
                if "par" in leaf and leaf["par"] not in data["parameters"]:
                    fail(
                        "{id}: unknown threshold {par}.",
                        "{id}: onbekende drempelwaarde {par}.",
                        id=entry["id"],
                        par=leaf["par"],
                    )


def leaves(expression: Mapping[str, Any] | None) -> list[Mapping[str, Any]]:
    """Return the single conditions of an expression, in order."""
    if not expression:
        return []
    if "ind" in expression:
        return [expression]
    inner = expression.get("all") or expression.get("any") or [expression.get("not")]
    return [leaf for item in inner for leaf in leaves(item)]


def is_stale(date: str, today: datetime.date, checked: str | None = None) -> bool:
    """Is a legal statement older than twelve months, counted from the later of both dates?

    Parameters
    ----------
    date, checked : ISO year and month, or full date: of the source, and of the user's own check.
    """
    newest = max(_first_day(text) for text in (date, checked) if text)
    months = (today.year - newest.year) * 12 + today.month - newest.month
    return months > STALE_AFTER_MONTHS or (months == STALE_AFTER_MONTHS and today.day >= newest.day)


def _first_day(text: str) -> datetime.date:
    parts = [int(part) for part in text.split("-")]
    return datetime.date(
        parts[0], parts[1] if len(parts) > 1 else 1, parts[2] if len(parts) > 2 else 1
    )
