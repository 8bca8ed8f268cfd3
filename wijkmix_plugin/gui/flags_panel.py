# SPDX-License-Identifier: GPL-2.0-or-later
"""View 2: the flags of a buurt, with every condition, its value and its threshold."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from qgis.PyQt.QtCore import QCoreApplication

from ..policy import explain, scales
from ..policy.catalogue import FLAGS, RAISED
from ..policy.designation import Designation
from ..policy.goals import NOT_SET
from ..policy.scales import Checked, Level
from ..policy.worklist import Item
from . import entry_html, texts
from .page import hanging, heading, paragraph
from .texts import esc


def statuses(values: dict[str, Any]) -> dict[str, str | None]:
    """Return the status of every flag of a buurt."""
    return {name: values.get(f"flag_{name}") for name in FLAGS}


def marked(unit: Any, values: dict[str, Any], designation: Designation) -> Item:
    """Return a buurt as the worklist would keep it, with its flags and designation."""
    flags = (k for k, v in statuses(values).items() if v in RAISED)
    until = designation.until.isoformat() if designation.until is not None else ""
    return Item(unit.code, unit.name or "", flags=tuple(flags), designated=bool(until), until=until)


def render(
    values: dict[str, Any],
    origin: dict[str, Any] | None,
    catalogue: Any,
    *,
    goal_set: bool = False,
    levels: Iterable[Level] = (),
) -> str:
    """Return the flags of a buurt as HTML; `levels` are the units that it lies in."""
    levels = tuple(levels)
    translate = QCoreApplication.translate
    reasons = explain.read(values.get("flag_reasons"))
    body = [
        paragraph(
            translate(
                "WijkMix",
                "A flag says that a buurt may be worth studying. It is no advice and no judgement, "
                "and says nothing about the people who live there.",
            ),
            "muted",
        ),
        "" if goal_set else f"<p><b>{esc(texts.both(NOT_SET).capitalize())}</b></p>",
        *(_summary(name, status, catalogue) for name, status in statuses(values).items()),
    ]
    for name, status in statuses(values).items():
        symbol, word, sentence = texts.status(catalogue, status)
        title = f"{symbol} {texts.flag(catalogue, name)}: {word}"
        body.append(f'<h2><a name="{name}"></a>{esc(title)}</h2>')
        body.append(paragraph(sentence))
        reason = reasons.get(name)
        wanted = explain.to_add(reason, catalogue)
        body += [paragraph(f"⚠ {texts.both(text)}.") for text in wanted]
        body.append(_conditions(reason, catalogue))
        asked = reason.get("conditions") if isinstance(reason, dict) else None
        told = scales.check(asked, levels)
        if status in RAISED or scales.differs(told):
            body.append(_scales(told, catalogue))
        firm = explain.robustness(values.get(f"flag_robustness_{name}"))
        if firm is not None:
            body.append(paragraph(texts.both(firm), "muted"))
        if status in RAISED:
            text = translate("WijkMix", "Matching instruments")
            body.append(f'<p><a href="flag:{name}">{esc(text)}</a></p>')
            body.append(entry_html.companions(name, catalogue))
            body.append(entry_html.side_effects(name, catalogue))
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


def _scales(found: list[Checked], catalogue: Any) -> str:
    """Return what every scale says of the conditions on tenure, or that it has no data."""
    translate = QCoreApplication.translate
    if not found:
        return ""
    lines = []
    for level in found:
        head = texts.label(catalogue, "scales", level.level)
        if level.name:
            head = f"{head} {level.name}"
        if level.conditions is None:
            told = texts.both(level.why)
        elif not level.conditions:
            told = translate("WijkMix", "cannot be asked: it is compared with itself")
        else:
            told = "; ".join(
                texts.both(explain.at_scale(c, level.level, catalogue)) for c in level.conditions
            )
        lines.append(hanging(f"• <b>{esc(head)}</b>: {esc(told)}"))
    title = translate("WijkMix", "The same at other scales (what follows from tenure alone)")
    body = heading(title) + "".join(lines)
    if any("share" in c for level in found for c in level.conditions or ()):
        body += paragraph(texts.both(explain.IN_PARTS), "muted")
    if scales.differs(found):
        body += paragraph(
            translate(
                "WijkMix",
                "⚠ The scales do not say the same: what shows here depends on the unit that is "
                "looked at.",
            )
        )
    return body


def _condition(condition: dict[str, Any], catalogue: Any) -> str:
    """Say the outcome in a symbol and a word, the value, what was asked and whose limit it is."""
    translate = QCoreApplication.translate
    symbol, word = explain.outcome(condition)
    name, value = explain.indicator(condition, catalogue), explain.value(condition, catalogue)
    asked = translate("WijkMix", "Condition: {limit}").format(
        limit=texts.both(explain.limit(condition, catalogue))
    )
    assumption = explain.assumption(condition, catalogue)
    if assumption is not None:
        name_of_limit = translate("WijkMix", "(assumption: {name})").format(
            name=texts.both(assumption)
        )
        asked += f" {name_of_limit}"
    text = (
        f"{symbol} <b>{esc(texts.both(word))}</b>: {esc(texts.both(name))}: "
        f"{esc(texts.both(value))}<br>{esc(asked)}"
    )
    if condition.get("defining"):
        text += " <i>(" + esc(translate("WijkMix", "defining condition")) + ")</i>"
    return text


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
