# SPDX-License-Identifier: GPL-2.0-or-later
"""The policy knowledge as data: instruments, triggers, thresholds, law; with the user's own on top.

Entries are plain dictionaries, as in catalogue.json and its schema, with texts as
`{"nl": ..., "en": ...}`. Only the standard library is used: the catalogue reads without any of the
libraries that the measures need.
"""

from __future__ import annotations

import copy
import difflib
import json
import math
from collections.abc import Iterable, Mapping
from datetime import date
from pathlib import Path
from typing import Any

from ..errors import PolicyError, Text, exact
from . import conditions, schema
from .conditions import Clauses

FOLDER = Path(__file__).parent.parent.parent / "resources" / "catalogue"
SCHEMA_VERSION = 1
# The physical flags, which are never shown without social and economic companions.
FLAGS = ("herstructurering", "verdichting", "grondverwerving")
RAISED = ("candidate", "provisional")  # what a flag says where there is reason to look
ENTRY_PARTS = ("instruments", "process_instruments")
DESIGNATION = "wbmgp_area"
LAW_VALID_MONTHS = 12

Entry = dict[str, Any]


class Catalogue:
    """A catalogue that was checked.

    Attributes
    ----------
    data : everything, as in the JSON file.
    warnings : what the user should know about an override that was not used.
    own : entries of the user's own file by id: "new", or "changed" where it alters a shipped one.
    """

    def __init__(
        self,
        data: dict[str, Any],
        warnings: Iterable[Text] = (),
        own: Mapping[str, str] | None = None,
    ) -> None:
        self.data = data
        self.warnings = tuple(warnings)
        self.own = dict(own or {})
        self.meta: dict[str, Any] = data["meta"]
        self.domains: dict[str, dict[str, str]] = data["domains"]
        self.kinds: dict[str, dict[str, str]] = data["kinds"]
        self.labels: dict[str, dict[str, dict[str, str]]] = data["labels"]
        self.indicators: dict[str, dict[str, Any]] = data["indicators"]
        self.parameters: dict[str, dict[str, Any]] = data["parameters"]
        self.instruments: list[Entry] = data["instruments"]
        self.process_instruments: list[Entry] = data["process_instruments"]
        self.entries: list[Entry] = [*self.instruments, *self.process_instruments]
        self.legal_watch: list[dict[str, Any]] = data["legal_watch"]
        self.insights: list[dict[str, Any]] = data["insights"]
        self.questions: list[dict[str, Any]] = data["questions"]
        self.steps: list[dict[str, Any]] = data["steps"]
        self.value_refs: dict[str, dict[str, Any]] = data["value_refs"]
        self.candidate_flags: dict[str, dict[str, Any]] = data["candidate_flags"]
        self.scales: list[str] = data["scales"]
        self.by_id: dict[str, Entry] = {entry["id"]: entry for entry in self.entries}

    @property
    def version(self) -> str:
        """The version of the catalogue; one with the user's own changes says so."""
        return self.meta["catalogue_version"] + ("+own" if self.meta.get("own") else "")

    def get(self, entry_id: str) -> Entry:
        """Return the entry with this id.

        Raises
        ------
        PolicyError
            There is none.
        """
        if entry_id not in self.by_id:
            raise PolicyError(
                "The catalogue has no entry {id}.",
                "De catalogus heeft geen onderdeel {id}.",
                id=entry_id,
            )
        return self.by_id[entry_id]

    def label(self, part: str, key: str, lang: str) -> str:
        """Return a label, such as ("actors", "gemeente"); an unknown key stands for itself."""
        found = self.labels.get(part, {}).get(key)
        return found[lang] if found else key

    def select(
        self, *, domain: str | None = None, scale: str | None = None, actor: str | None = None
    ) -> list[Entry]:
        """Return the entries of a domain, a scale named by the source, or an actor, in order."""
        return [
            entry
            for entry in self.entries
            if (domain is None or entry["domain"] == domain)
            and (scale is None or scale in entry["scale"]["source"])
            and (actor is None or actor in entry["actors"])
        ]

    def matching(self, flag: str) -> list[Entry]:
        """Return what belongs to a flag: its own instrument, the others by domain, companions last.

        Raises
        ------
        PolicyError
            There is no such flag.
        """
        rule = self._flag(flag)
        places = list(self.domains)
        others = [key for key in rule["instruments"] if key not in rule["must_show"]]
        others.sort(key=lambda key: places.index(self.by_id[key]["domain"]))
        keys = dict.fromkeys([rule["defining_instrument"], *others, *rule["must_show"]])
        return [self.by_id[key] for key in keys]

    def companions(self, flag: str) -> list[Entry]:
        """Return the entries that must be shown wherever the flag is, in order."""
        return [self.by_id[key] for key in self._flag(flag)["must_show"]]

    def side_effects(self, flag: str) -> list[dict[str, Any]]:
        """Return the displacement and waterbed caveats of a flag.

        Those of the defining instrument and the obligatory companions; where they name none of a
        type, the first among the other instruments of the flag.
        """
        rule = self._flag(flag)
        near = [rule["defining_instrument"], *rule["must_show"]]
        found: list[dict[str, Any]] = []
        for kind in ("displacement", "waterbed"):
            own, other = (
                [c for i in ids for c in self.by_id[i]["caveats"] if c["type"] == kind]
                for ids in (near, rule["instruments"])
            )
            found += [c for c in own or other[:1] if c not in found]
        return found

    def trigger_clauses(self, entry: Entry) -> list[Clauses]:
        """Return the expressions of an entry's triggers that may be matched with data.

        An expression on data that may never be used (R31) is left out: such an entry is there to
        read and matches no area.
        """
        found = [
            conditions.parse(t["expr"], self.indicators, self.parameters, entry["id"])
            for t in entry["triggers"]
            if t["expr"] is not None
        ]
        return [clauses for clauses in found if not conditions.forbidden_indicators(clauses)]

    def flag_clauses(self, flag: str) -> Clauses:
        """Return the expression of a flag: the first one of its defining instrument.

        Raises
        ------
        PolicyError
            There is no such flag, its instrument has no expression, the expression reads data that
            may never be used, or land acquisition could be flagged in a vulnerable area.
        """
        rule = self._flag(flag)
        entry = self.by_id[rule["defining_instrument"]]
        for place, trigger in enumerate(entry["triggers"]):
            if trigger["expr"] is not None:
                where = f"{entry['id']}.triggers[{place}].expr"
                break
        else:
            raise PolicyError(
                "Flag {flag}: its instrument {entry} has no trigger expression. Give it one.",
                "Vlag {flag}: het bijbehorende instrument {entry} heeft geen uitdrukking als "
                "signaal. Voeg die toe.",
                flag=flag,
                entry=entry["id"],
            )
        clauses = conditions.parse(trigger["expr"], self.indicators, self.parameters, where)
        conditions.refuse_forbidden(clauses)
        guarded = "vulnerable" in rule["defining_indicators"]
        guarded = guarded and conditions.excludes_vulnerable(clauses)
        if flag == "grondverwerving" and not guarded:
            raise PolicyError(
                "{where}: land acquisition is only for areas that are not vulnerable. Keep the "
                "condition {rule} among those that must all hold and define the flag.",
                "{where}: grondverwerving is alleen voor gebieden die niet kwetsbaar zijn. Houd de "
                "voorwaarde {rule} bij de voorwaarden die alle moeten gelden en die de vlag "
                "bepalen.",
                where=where,
                rule='{"ind": "vulnerable", "op": "==", "val": false}',
            )
        return clauses

    def _flag(self, flag: str) -> dict[str, Any]:
        if flag not in self.candidate_flags:
            raise PolicyError(
                "There is no flag {flag}. Choose one of {known}.",
                "De vlag {flag} bestaat niet. Kies uit {known}.",
                flag=flag,
                known=", ".join(self.candidate_flags),
            )
        return self.candidate_flags[flag]

    # -- thresholds --------------------------------------------------------------------------

    def thresholds(self, own: Mapping[str, float | None] | None = None) -> dict[str, float | None]:
        """Return every parameter with its default or, where given, the user's own value."""
        values = {key: p["default"] for key, p in self.parameters.items()}
        values.update(self.check_thresholds(own or {}))
        return values

    def check_thresholds(self, values: Any) -> dict[str, float | None]:
        """Return the user's own thresholds after a check of names and values.

        Raises
        ------
        PolicyError
            A name is unknown or a value is no number within the bounds of its unit.
        """
        if not isinstance(values, Mapping):
            raise PolicyError(
                "The thresholds must be names with values, such as {example}.",
                "De drempelwaarden moeten namen met waarden zijn, zoals {example}.",
                example='{"lq_high": 1.8}',
            )
        for name, value in values.items():
            self._check_threshold(name, value)
        return dict(values)

    def _check_threshold(self, name: Any, value: Any) -> None:
        if name not in self.parameters:
            near = difflib.get_close_matches(str(name), self.parameters, n=3) or self.parameters
            raise PolicyError(
                "The threshold {name} does not exist. Is it one of: {near}?",
                "De drempelwaarde {name} bestaat niet. Bedoelt u een van: {near}?",
                name=name,
                near=", ".join(near),
            )
        if value is None:
            return
        low, high = limits(self.parameters[name]["unit"])
        number = isinstance(value, (int, float)) and not isinstance(value, bool)
        if not number or not math.isfinite(value) or not low <= value <= high:
            raise PolicyError(
                "The threshold {name} is {value!r}; give a number from {low} to {high} ({unit}).",
                "De drempelwaarde {name} is {value!r}; geef een getal van {low} tot {high} "
                "({unit}).",
                name=name,
                value=value,
                low=exact(low),
                high=exact(high),
                unit=self.parameters[name]["unit"],
            )


def limits(unit: str) -> tuple[float, float]:
    """Return the lowest and highest sensible value of a parameter with this unit."""
    return 0.0, {"0-1": 1.0, "%": 100.0, "ratio": 1000.0}.get(unit, 1e6)


# -- what an entry is ----------------------------------------------------------------------------


def is_choosable(entry: Entry) -> bool:
    """Tell whether an entry can be chosen; one that only warns cannot."""
    return entry["kind"] != "waarschuwing" and entry["use"] != "alleen-waarschuwing"


def needs_designation(entry: Entry) -> bool:
    """Tell whether an entry applies only where an official designation (Wbmgp) is loaded."""
    return any(leaf["ind"] == DESIGNATION for t in entry["triggers"] for leaf in leaves(t["expr"]))


def leaves(expression: Mapping[str, Any] | None) -> list[Mapping[str, Any]]:
    """Return the single conditions of an expression as written, in order."""
    if not expression:
        return []
    if "ind" in expression:
        return [expression]
    members = expression.get("all") or expression.get("any") or [expression["not"]]
    return [leaf for member in members for leaf in leaves(member)]


def is_stale(as_of: str, today: date, checked: str | None = None) -> bool:
    """Tell whether a statement on law is due for a check: twelve months after its latest date.

    Parameters
    ----------
    as_of : "2024-09" or "2024-09-30"; a month counts from its first day.
    today : the date of reading.
    checked : the day on which the user checked the law, if any.

    Raises
    ------
    PolicyError
        A date is none, or the check lies in the future.
    """
    dates = [_day(text) for text in (as_of, checked) if text]
    if checked and dates[-1] > today:
        raise PolicyError(
            "The law was checked on {day}, which lies in the future. Correct the date.",
            "Het recht is gecheckt op {day}, en dat ligt in de toekomst. Verbeter de datum.",
            day=checked,
        )
    last = max(dates)
    months = (today.year - last.year) * 12 + today.month - last.month
    return months - (today.day < last.day) >= LAW_VALID_MONTHS


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text if len(text) > len("2024-09") else f"{text}-01")
    except ValueError as error:
        raise PolicyError(
            "{text!r} is no date. Write it as 2024-09 or 2024-09-30.",
            "{text!r} is geen datum. Schrijf die als 2024-09 of 2024-09-30.",
            text=text,
        ) from error


# -- reading -------------------------------------------------------------------------------------


def load(path: Path | str | None = None, override: Path | str | None = None) -> Catalogue:
    """Read the catalogue.

    Parameters
    ----------
    path : another whole catalogue in place of the shipped one.
    override : a file of the user with entries and values that change or extend it, by id. A broken
        one is left aside and leaves a warning.

    Raises
    ------
    PolicyError
        The catalogue at `path` cannot be read or is not valid.
    """
    data = _read(Path(path) if path else FOLDER / "catalogue.json")
    if path:
        validate(data)
    if override is None:
        return Catalogue(data)
    try:
        return extended(data, override)
    except PolicyError as error:
        warning = Text(
            "Your own catalogue {path} is not used; the shipped one is. {reason}",
            "Uw eigen catalogus {path} wordt niet gebruikt; de meegeleverde wel. {reason}",
        ).format(path=override, reason=error.text)
        return Catalogue(data, [warning])


def extended(data: dict[str, Any], override: Path | str) -> Catalogue:
    """Return a catalogue with a file of the user on top.

    Raises
    ------
    PolicyError
        The file cannot be read, or does not fit.
    """
    own = _read(Path(override))
    _check_version(own)
    merged = merge(data, own)
    validate(merged)
    merged["meta"] = {**merged["meta"], "own": str(override)}
    return Catalogue(merged, own=_own_entries(data, merged))


def _own_entries(shipped: dict[str, Any], merged: dict[str, Any]) -> dict[str, str]:
    known = {entry["id"]: entry for part in ENTRY_PARTS for entry in shipped[part]}
    return {
        entry["id"]: "changed" if entry["id"] in known else "new"
        for part in ENTRY_PARTS
        for entry in merged[part]
        if known.get(entry["id"]) != entry
    }


def own_mark(catalogue: Catalogue, entry_id: str) -> Text | None:
    """Say that an entry is from the user's own file, or altered by it; None where it is shipped."""
    return _OWN_MARKS.get(catalogue.own.get(entry_id, ""))


_OWN_MARKS = {
    "new": Text("own catalogue", "eigen catalogus"),
    "changed": Text("changed by own catalogue", "gewijzigd door eigen catalogus"),
}


def _read(path: Path) -> dict[str, Any]:
    try:
        data = json.loads(path.read_text(encoding="utf-8-sig"))
    except (OSError, ValueError, RecursionError) as error:
        raise PolicyError(
            "The catalogue {path} cannot be read: {reason}. Give a JSON file in UTF-8.",
            "De catalogus {path} is niet te lezen: {reason}. Geef een JSON-bestand in UTF-8.",
            path=path,
            reason=str(error) or type(error).__name__,
        ) from error
    if not isinstance(data, dict):
        raise PolicyError(
            "The catalogue {path} holds no object. See catalogue.schema.json for its form.",
            "De catalogus {path} bevat geen object. Zie catalogue.schema.json voor de vorm.",
            path=path,
        )
    return data


def merge(base: dict[str, Any], own: Mapping[str, Any]) -> dict[str, Any]:
    """Return `base` with the user's own entries and values: by id, field by field, new ones last.

    An entry that names a flag joins the instruments of that flag.
    """
    merged = _merged(copy.deepcopy(base), own)
    flags = merged.get("candidate_flags")
    for part in ENTRY_PARTS:
        for entry in merged[part] if isinstance(merged.get(part), list) else ():
            for flag in entry.get("candidate_flags") or () if isinstance(entry, dict) else ():
                rule = flags.get(flag) if isinstance(flags, dict) else None
                listed = rule.get("instruments") if isinstance(rule, dict) else None
                if isinstance(listed, list) and entry.get("id") not in listed:
                    listed.append(entry.get("id"))
    return merged


def _merged(base: Any, own: Any) -> Any:
    if isinstance(base, dict) and isinstance(own, Mapping):
        return {**base, **{k: _merged(base[k], v) if k in base else v for k, v in own.items()}}
    if isinstance(base, list) and isinstance(own, list) and _have_ids([*base, *own]):
        by_id = {item["id"]: item for item in base}
        for item in own:
            by_id[item["id"]] = _merged(by_id.get(item["id"], {}), item)
        return list(by_id.values())
    return own


def _have_ids(items: list[Any]) -> bool:
    return all(isinstance(item, dict) and isinstance(item.get("id"), str) for item in items)


# -- checking ------------------------------------------------------------------------------------


def validate(data: dict[str, Any]) -> None:
    """Check a catalogue: its form, and that everything it names exists.

    Raises
    ------
    PolicyError
        The first thing that is wrong, and where.
    """
    _check_version(data)
    rules = json.loads((FOLDER / "catalogue.schema.json").read_text(encoding="utf-8"))
    for problem in schema.problems(data, rules):
        raise _invalid(".".join(map(str, problem.path)) or "-", problem.en, problem.nl)
    for where, kind, name, known in _names(data):
        if name not in known:
            raise _invalid(
                where, f"{kind} {name!r} does not exist", f"{kind} {name!r} bestaat niet"
            )
    found: set[str] = set()
    for part in ENTRY_PARTS:
        for entry in data[part]:
            _check_entry(entry, data, found)
    catalogue = Catalogue(data)
    for flag in data["candidate_flags"]:
        _check_flag(flag, catalogue)


def _check_version(data: Mapping[str, Any]) -> None:
    version = data.get("schema_version", SCHEMA_VERSION)
    if not isinstance(version, int) or version > SCHEMA_VERSION:
        raise PolicyError(
            "schema_version is {version!r}, and this WijkMix knows {known}. Update the plugin, or "
            "use a catalogue of version {known}.",
            "schema_version is {version!r}, en deze WijkMix kent {known}. Werk de plug-in bij, of "
            "gebruik een catalogus van versie {known}.",
            version=version,
            known=SCHEMA_VERSION,
        )


def _names(data: dict[str, Any]) -> Iterable[tuple[str, str, str, Iterable[str]]]:
    """Yield (where, what it is, name, known names) for everything that points elsewhere."""
    labels = data["labels"]
    entries = {e["id"] for part in ENTRY_PARTS for e in data[part]}
    watch = {item["id"] for item in data["legal_watch"]}
    for part in ENTRY_PARTS:
        for entry in data[part]:
            here = f"{part}.{entry['id']}"
            for scale in (*entry["scale"]["source"], *entry["scale"]["assumed"]):
                yield f"{here}.scale", "scale", scale, data["scales"]
            for actor in entry["actors"]:
                yield f"{here}.actors", "actor", actor, labels["actors"]
            for flag in entry["candidate_flags"]:
                yield f"{here}.candidate_flags", "flag", flag, data["candidate_flags"]
            for other in entry["companions"]:
                yield f"{here}.companions", "id", other, entries
            for caveat in entry["caveats"]:
                yield f"{here}.caveats", "type", caveat["type"], labels["caveats"]
            for rule in entry["legal"]:
                yield f"{here}.legal", "status", rule["status_at_source"], labels["legal_status"]
                if rule["watch"] is not None:
                    yield f"{here}.legal", "watch", rule["watch"], watch
    for flag, rule in data["candidate_flags"].items():
        here = f"candidate_flags.{flag}"
        for other in (rule["defining_instrument"], *rule["must_show"], *rule["instruments"]):
            yield here, "id", other, entries
        for name in rule["defining_indicators"]:
            yield f"{here}.defining_indicators", "indicator", name, data["indicators"]
    for insight in data["insights"]:
        for name in insight["indicators"]:
            yield f"insights.{insight['nr']}", "indicator", name, data["indicators"]
    for scale in data["scales"]:
        yield "scales", "label", scale, labels["scales"]
    for name, parameter in data["parameters"].items():
        yield f"parameters.{name}.unit", "unit", parameter["unit"], labels["units"]


def _check_entry(entry: Entry, data: dict[str, Any], found: set[str]) -> None:
    for key in (entry["id"], entry["nr"]):
        if key in found:
            raise _invalid(
                key, "this id or number occurs twice", "dit id of nummer komt dubbel voor"
            )
        found.add(key)
    for place, trigger in enumerate(entry["triggers"]):
        if trigger["expr"] is not None:
            where = f"{entry['id']}.triggers[{place}].expr"
            conditions.parse(trigger["expr"], data["indicators"], data["parameters"], where)
    if entry["candidate_flags"] and (needs_designation(entry) or not is_choosable(entry)):
        raise _invalid(
            f"{entry['id']}.candidate_flags",
            "an entry that warns or needs a designation belongs to no flag",
            "een onderdeel dat waarschuwt of een aanwijzing vraagt, hoort bij geen vlag",
        )


def _check_flag(flag: str, catalogue: Catalogue) -> None:
    rule = catalogue.candidate_flags[flag]
    clauses = catalogue.flag_clauses(flag)
    used = {c.indicator for clause in clauses for c in clause}
    for name in rule["defining_indicators"]:
        if name not in used:
            raise _invalid(
                f"candidate_flags.{flag}.defining_indicators",
                f"{name} is not in the expression of {rule['defining_instrument']}",
                f"{name} staat niet in de uitdrukking van {rule['defining_instrument']}",
            )
    if flag not in FLAGS:
        return
    domains = {entry["domain"] for entry in catalogue.companions(flag)}
    if not {"sociaal", "economisch"} <= domains:
        raise _invalid(
            f"candidate_flags.{flag}.must_show",
            "a physical flag goes with at least one social and one economic instrument",
            "bij een fysieke vlag hoort minstens één sociaal en één economisch instrument",
        )


def _invalid(where: str, en: str, nl: str) -> PolicyError:
    return PolicyError(
        "Catalogue, {where}: {what_en}. See catalogue.schema.json for what is allowed.",
        "Catalogus, {where}: {what_nl}. Zie catalogue.schema.json voor wat mag.",
        where=where,
        what_en=en,
        what_nl=nl,
    )
