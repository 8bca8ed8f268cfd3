# SPDX-License-Identifier: GPL-2.0-or-later
"""View 2: the flags of a buurt, with every condition, its value and its threshold."""

from __future__ import annotations

import json
from typing import Any

from qgis.PyQt.QtCore import QCoreApplication

from . import entry_html, texts
from .page import hanging, paragraph
from .texts import esc

FLAGS = ("herstructurering", "verdichting", "grondverwerving")


def reasons_of(values: dict[str, Any]) -> dict[str, Any]:
    """Return the record of the conditions; {} where it is absent or not readable."""
    text = values.get("flag_reasons")
    try:
        found = json.loads(text) if isinstance(text, str) else None
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def statuses(values: dict[str, Any]) -> dict[str, str | None]:
    """Return the status of every flag of a buurt."""
    return {name: values.get(f"flag_{name}") for name in FLAGS}


def render(values: dict[str, Any], origin: dict[str, Any] | None, catalogue: Any) -> str:
    translate = QCoreApplication.translate
    reasons = reasons_of(values)
    body = [
        paragraph(
            translate(
                "WijkMix",
                "A flag says that a buurt may be worth studying. It is no advice and no judgement, "
                "and says nothing about the people who live there.",
            ),
            "muted",
        ),
        *(_summary(name, status, catalogue) for name, status in statuses(values).items()),
    ]
    for name, status in statuses(values).items():
        symbol, word, sentence = texts.status(catalogue, status)
        title = f"{symbol} {texts.flag(catalogue, name)}: {word}"
        body.append(f'<h2><a name="{name}"></a>{esc(title)}</h2>')
        body.append(paragraph(sentence))
        body.append(_conditions(reasons.get(name), catalogue))
        if status in ("candidate", "provisional"):
            text = translate("WijkMix", "Matching instruments")
            body.append(f'<p><a href="flag:{name}">{esc(text)}</a></p>')
            body.append(entry_html.companions(name, catalogue))
    body.append(_vulnerable(values, origin))
    return "".join(body)


def _summary(name: str, status: str | None, catalogue: Any) -> str:
    symbol, word, _ = texts.status(catalogue, status)
    link = f'<a href="#{name}">{esc(texts.flag(catalogue, name))}</a>'
    return hanging(f"{esc(symbol)} {link}: {esc(word)}")


def _conditions(reason: Any, catalogue: Any) -> str:
    """Return every condition as a line; alternatives (one is enough) as a list of their own."""
    conditions = reason.get("conditions") if isinstance(reason, dict) else None
    if not isinstance(conditions, list):
        return paragraph(
            QCoreApplication.translate("WijkMix", "The layer has no record of the conditions."),
            "muted",
        )
    groups: dict[str, list[dict[str, Any]]] = {}
    for place, condition in enumerate(c for c in conditions if isinstance(c, dict)):
        name = str(condition.get("group") or "")
        key = name if name.startswith("any") else f"all-{place}"
        groups.setdefault(key, []).append(condition)
    lines = []
    for members in groups.values():
        if len(members) == 1:
            lines.append(hanging(_condition(members[0], catalogue)))
        else:
            title = QCoreApplication.translate("WijkMix", "At least one of these:")
            lines.append(hanging(f"• {esc(title)}"))
            lines += [hanging(_condition(member, catalogue), 1) for member in members]
    return "".join(lines)


def _condition(condition: dict[str, Any], catalogue: Any) -> str:
    """Say the outcome in a symbol and a word, the value, what was asked and whose limit it is."""
    translate = QCoreApplication.translate
    symbol, word = texts.outcome(condition.get("result"))
    value = condition.get("value")
    asked = _asked(condition, catalogue)
    line = translate("WijkMix", "{indicator}: {value}").format(
        indicator=_indicator(str(condition.get("ind")), catalogue),
        value=translate("WijkMix", "no data")
        if value is None
        else _show(value, catalogue, condition.get("threshold")),
    )
    text = f"{symbol} <b>{esc(word)}</b>: {esc(line)}<br>{esc(asked)}"
    if condition.get("defining"):
        text += " <i>(" + esc(translate("WijkMix", "defining condition")) + ")</i>"
    return text


def _asked(condition: dict[str, Any], catalogue: Any) -> str:
    translate = QCoreApplication.translate
    threshold = condition.get("threshold")
    template = {
        ">=": translate("WijkMix", "Condition: at least {limit}"),
        ">": translate("WijkMix", "Condition: more than {limit}"),
        "<=": translate("WijkMix", "Condition: at most {limit}"),
        "<": translate("WijkMix", "Condition: less than {limit}"),
        "==": translate("WijkMix", "Condition: {limit}"),
        "!=": translate("WijkMix", "Condition: not {limit}"),
    }.get(str(condition.get("op")), translate("WijkMix", "Condition: {limit}"))
    limit = (
        translate("WijkMix", "a limit that is not set")
        if threshold is None
        else _limit(threshold, catalogue)
    )
    text = template.format(limit=limit)
    reference = str(condition.get("ref") or "")
    if reference.startswith("$"):
        known = catalogue.parameters if catalogue is not None else {}
        key = reference[1:]
        name = texts.both(known[key]["label"]) if key in known else key
        text += " " + translate("WijkMix", "(assumption: {name})").format(name=name)
    elif catalogue is not None and reference in catalogue.value_refs:
        text += f" ({texts.both(catalogue.value_refs[reference]['label'])})"
    return text


def _indicator(name: str, catalogue: Any) -> str:
    known = catalogue.indicators if catalogue is not None else {}
    return texts.both(known[name]["label"]) if name in known else name


def _show(value: Any, catalogue: Any, threshold: Any = None) -> str:
    """Write a value; with more digits where two would hide on which side of the threshold it is."""
    if isinstance(value, str):
        return texts.label(catalogue, "clusters", value)
    if isinstance(value, float) and not value.is_integer():
        digits = 2
        if isinstance(threshold, (int, float)) and not isinstance(threshold, bool):
            while digits < 6 and value != threshold and round(value, digits) == threshold:
                digits += 1
        return texts.number(value, digits)
    return texts.exact(value)


def _limit(value: Any, catalogue: Any) -> str:
    return _show(value, catalogue) if isinstance(value, str) else texts.exact(value)


def _vulnerable(values: dict[str, Any], origin: dict[str, Any] | None) -> str:
    translate = QCoreApplication.translate
    title = translate("WijkMix", "Vulnerable area: {answer}").format(
        answer=texts.yes_no(values.get("vulnerable"))
    )
    rule = texts.both((origin or {}).get("vulnerable_rule")) or translate(
        "WijkMix", "The rule used is not recorded with this layer."
    )
    return f"<h2>{esc(title)}</h2>" + paragraph(
        translate("WijkMix", "Rule: {rule}").format(rule=rule)
    )
