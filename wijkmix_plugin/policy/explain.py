# SPDX-License-Identifier: GPL-2.0-or-later
"""Conditions of a flag in words, in two languages: what was found, what was asked, what came of it.

Takes conditions as they stand in `flag_reasons`, which may come from a layer of any age or origin:
nothing in them is trusted to be there. Only the standard library is used.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from typing import Any

from ..errors import Text, exact, number
from .catalogue import Catalogue

SIGNS = {">=": "≥", "<=": "≤", "==": "=", "!=": "≠", ">": ">", "<": "<"}
_WORDS = {
    ">=": Text("at least {limit}", "minstens {limit}"),
    ">": Text("more than {limit}", "meer dan {limit}"),
    "<=": Text("at most {limit}", "hoogstens {limit}"),
    "<": Text("less than {limit}", "minder dan {limit}"),
    "!=": Text("not {limit}", "niet {limit}"),
}
_OUTCOMES = {
    True: ("✓", Text("met", "voldaan")),
    False: ("✗", Text("not met", "niet voldaan")),
    None: ("?", Text("unknown", "onbekend")),
}
_YES_NO = {True: Text("yes", "ja"), False: Text("no", "nee")}
_STREETS, _BLOCKS = Text("streets", "straten"), Text("blocks", "blokken")
IN_PARTS = Text(
    "Of blocks and streets ✓ means: so for at least half of the dwellings (an assumption). Small "
    "blocks are uniform by chance as well.",
    "Bij blokken en straten betekent ✓: geldt voor minstens de helft van de woningen (een "
    "aanname). Kleine blokken zijn ook door toeval eenvormig.",
)
_NO_DATA = Text("no data", "geen gegevens")
# Figures of no public layer, without which two flags stay unknown: the user has to add them.
_TO_ADD = {
    "free_capacity": Text("No plan data", "Geen plandata"),
    "owner_public": Text("No land data", "Geen gronddata"),
    "owner_market": Text("No land data", "Geen gronddata"),
}
_OWN_LIMIT = Text("its own limit", "eigen grens")
_NO_LIMIT = Text("a limit that is not set", "een grens die niet is ingevuld")
# Decimals that suit a reader, by kind of indicator; others have two.
_DECIMALS = {"percent": 0, "count": 0, "number": 1}
_MOST = 6


def read(reasons: Any) -> dict[str, Any]:
    """Parse the `flag_reasons` of one unit; what is no JSON object counts as no reasons."""
    try:
        found = json.loads(reasons) if isinstance(reasons, str) else None
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def outcome(condition: Mapping[str, Any]) -> tuple[str, Text]:
    """Return a sign and a word: met, not met or unknown."""
    result = condition.get("result")
    return _OUTCOMES[result if isinstance(result, bool) else None]


def indicator(condition: Mapping[str, Any], catalogue: Catalogue | None) -> Text:
    """Return the label of the indicator; an unknown one stands for itself."""
    name = str(condition.get("ind"))
    known = catalogue.indicators.get(name) if catalogue is not None else None
    return Text(known["label"]["en"], known["label"]["nl"]) if known else Text(name, name)


def value(
    condition: Mapping[str, Any], catalogue: Catalogue | None, *, brief: bool = False
) -> Text:
    """Return what was found; with more decimals where few would hide which side of the limit it is.

    `brief` leaves cluster labels as they are ("HH").
    """
    found = condition.get("value")
    if found is None:
        return _NO_DATA
    if not _is_number(found):
        return _word(found, catalogue, brief)
    digits = _decimals(condition, catalogue)
    threshold = condition.get("threshold")
    if isinstance(threshold, (int, float)) and _is_number(threshold) and found != threshold:
        while digits < _MOST and round(found, digits) == round(threshold, digits):
            digits += 1
    return number(found, digits)


def limit(
    condition: Mapping[str, Any],
    catalogue: Catalogue | None,
    *,
    brief: bool = False,
    named: bool = True,
    numbered: bool = True,
) -> Text:
    """Return what was asked: "at least 1.5" or, brief, "≥ 1.5".

    A limit that follows from the data (the median of the gemeente) comes with its name, its number
    or both; where each unit has its own, the number is no use.
    """
    threshold = condition.get("threshold")
    name = _reference(condition, catalogue) if named else None
    if threshold is None:
        text = _NO_LIMIT if name is None else name
    elif not numbered:
        text = _OWN_LIMIT if name is None else name
    elif _is_number(threshold):
        text = _threshold(condition, threshold, catalogue)
        if name is not None:
            text = Text(f"{name.en} ({text.en})", f"{name.nl} ({text.nl})")
    else:
        text = _word(threshold, catalogue, brief)
    sign = str(condition.get("op"))
    if brief:
        return Text(*(f"{SIGNS.get(sign, sign)}\N{NO-BREAK SPACE}{words}" for words in text))
    template = _WORDS.get(sign, Text("{limit}", "{limit}"))
    return template.format(limit=text)


def assumption(condition: Mapping[str, Any], catalogue: Catalogue | None) -> Text | None:
    """Return the label of the threshold, which the user may change; None where there is none."""
    name = str(condition.get("ref") or "")
    if not name.startswith("$"):
        return None
    known = catalogue.parameters.get(name[1:]) if catalogue is not None else None
    return Text(known["label"]["en"], known["label"]["nl"]) if known else Text(name[1:], name[1:])


def at_scale(condition: Mapping[str, Any], level: str, catalogue: Catalogue | None) -> Text:
    """Say what a level of `scales` tells about a condition, in one line."""
    sign, word = outcome(condition)
    name = indicator(condition, catalogue)
    if "share" in condition:
        asked, share = limit(condition, catalogue, brief=True), number(100 * condition["share"], 0)
        where = _STREETS if level == "straat" else _BLOCKS
        return Text(
            f"{sign} {name.en} {asked.en}: so in {where.en} with {share.en}% of the dwellings",
            f"{sign} {name.nl} {asked.nl}: geldt in {where.nl} met {share.nl}% van de woningen",
        )
    found = value(condition, catalogue)
    return Text(
        f"{sign} {name.en} {found.en}: {word.en}", f"{sign} {name.nl} {found.nl}: {word.nl}"
    )


def to_add(reason: Any, catalogue: Catalogue | None) -> list[Text]:
    """Say which plan or land data an unknown flag waits for, and how to give them."""
    wanted: dict[Text, list[str]] = {}
    for group in _open_groups(reason):
        for condition in group:
            name = str(condition.get("ind"))
            if name in _TO_ADD and condition.get("result") is None:
                wanted.setdefault(_TO_ADD[name], []).append(name)
    return [_how_to_add(what, names, catalogue) for what, names in wanted.items()]


def met_otherwise(reason: Any) -> bool:
    """Tell whether plan or land data are all that an unknown flag waits for."""
    groups = _open_groups(reason)
    return bool(groups) and all(any(c.get("ind") in _TO_ADD for c in group) for group in groups)


def _open_groups(reason: Any) -> list[list[Mapping[str, Any]]]:
    """Return the conditions (alternatives together) that may still turn out met or not met."""
    if not isinstance(reason, dict) or reason.get("status") != "unknown":
        return []
    listed = reason.get("conditions")
    groups: dict[str, list[Mapping[str, Any]]] = {}
    for condition in listed if isinstance(listed, list) else []:
        if isinstance(condition, dict):
            groups.setdefault(str(condition.get("group")), []).append(condition)
    results = {name: [c.get("result") for c in members] for name, members in groups.items()}
    return [m for name, m in groups.items() if True not in results[name] and None in results[name]]


def _how_to_add(what: Text, names: list[str], catalogue: Catalogue | None) -> Text:
    fields = []
    for lang in ("en", "nl"):
        told = []
        for name in names:
            known = catalogue.indicators.get(name) if catalogue is not None else None
            told.append(
                f"{name} ({known['label'][lang]}; {known['data'][lang]})" if known else name
            )
        fields.append((" or " if lang == "en" else " of ").join(told))
    return Text(
        f"{what.en}: add a field {fields[0]} to the layer that is scanned; Add indicators from own "
        "data (toolbox) makes it",
        f"{what.nl}: voeg aan de laag die wordt gescand een veld {fields[1]} toe; Indicatoren "
        "toevoegen uit eigen gegevens (Toolbox) maakt het",
    )


def robustness(told: Any, *, brief: bool = False) -> Text | None:
    """Put "4/6" of `flag_robustness_<flag>` into words; None where it is nothing of the kind."""
    stays, sign, total = str(told).partition("/")
    if not (sign and stays.isdecimal() and total.isdecimal() and int(stays) <= int(total)):
        return None
    if int(total) == 0 and brief:
        return Text("no variant could be evaluated", "geen variant te berekenen")
    if brief:
        return Text(
            "flag stays in {stays} of {total} variants",
            "vlag blijft in {stays} van {total} varianten",
        ).format(stays=stays, total=total)
    if int(total) == 0:
        return Text(
            "No variant of a threshold could be evaluated here: the figures are missing.",
            "Geen enkele variant van een drempel kon hier worden berekend: de cijfers ontbreken.",
        )
    return Text(
        "With each threshold 20% lower and higher, the flag stays in {stays} of the {total} "
        "variants that could be evaluated.",
        "Met elke drempel 20% lager en hoger blijft de vlag staan in {stays} van de {total} "
        "varianten die konden worden berekend.",
    ).format(stays=stays, total=total)


def _reference(condition: Mapping[str, Any], catalogue: Catalogue | None) -> Text | None:
    name = condition.get("ref")
    if catalogue is None or not isinstance(name, str) or name not in catalogue.value_refs:
        return None
    label = catalogue.value_refs[name]["label"]
    return Text(label["en"], label["nl"])


def _is_number(found: Any) -> bool:
    return isinstance(found, (int, float)) and not isinstance(found, bool) and math.isfinite(found)


def _word(found: Any, catalogue: Catalogue | None, brief: bool) -> Text:
    if isinstance(found, bool):
        return _YES_NO[found]
    text = str(found)
    if brief or catalogue is None:
        return Text(text, text)
    return Text(*(catalogue.label("clusters", text, lang) for lang in ("en", "nl")))


def _decimals(condition: Mapping[str, Any], catalogue: Catalogue | None) -> int:
    known = catalogue.indicators.get(str(condition.get("ind"))) if catalogue is not None else None
    return _DECIMALS.get(known["kind"], 2) if known else 2


def _threshold(condition: Mapping[str, Any], found: float, catalogue: Catalogue | None) -> Text:
    """Write a threshold with the decimals it has; a figure of the data as its indicator is."""
    if _reference(condition, catalogue) is not None:
        return value({**condition, "value": found, "threshold": condition.get("value")}, catalogue)
    return exact(found)
