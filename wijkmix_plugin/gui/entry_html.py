# SPDX-License-Identifier: GPL-2.0-or-later
"""One entry of the catalogue as a page: what, who, law, triggers, caveats, evidence, source."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import Any

from qgis.PyQt.QtCore import QCoreApplication

from ..policy import law_checks
from ..policy.catalogue import is_choosable, needs_designation, own_mark
from ..policy.designation import NONE_LOADED, Designation, absent
from ..policy.law_checks import Check, LawChecks
from . import texts
from .page import box, heading, items, paragraph
from .texts import esc

NONE_CHECKED = LawChecks()


def title(entry: dict[str, Any]) -> str:
    return f"{entry['nr']}  {texts.both(entry['label'])}"


def render(
    entry: dict[str, Any],
    catalogue: Any,
    today: date,
    flags: Iterable[str] = (),
    *,
    checks: LawChecks = NONE_CHECKED,
    designation: Designation | None = None,
) -> str:
    """Return the page of an entry, with the companions of the flags it is read under.

    `checks` are when the user checked the law; `designation` how it stands with the buurt shown.
    """
    translate = QCoreApplication.translate
    kind = texts.both(catalogue.kinds.get(entry["kind"], entry["kind"]))
    domain = texts.both(catalogue.domains.get(entry["domain"], entry["domain"]))
    use = texts.label(catalogue, "uses", entry["use"])
    body = [f"<h2>{esc(title(entry))}</h2>", paragraph(f"{domain} · {kind} · {use}", "muted")]
    mark = own_mark(catalogue, entry["id"])
    if mark is not None:
        text = f"{texts.both(mark)}: {Path(str(catalogue.meta.get('own'))).name}"
        body.append(f"<p><b>{esc(text[:1].upper() + text[1:])}</b></p>")
    if not is_choosable(entry):
        body.append(
            box(
                "⚠ "
                + esc(
                    translate(
                        "WijkMix",
                        "Warning only. The source describes this and does not recommend it; it "
                        "cannot be chosen as an instrument.",
                    )
                )
            )
        )
    elif needs_designation(entry):
        body.append(_designated(designation or absent(NONE_LOADED)))
    body.append(paragraph(texts.both(entry["what"])))
    for name in flags:
        flag = catalogue.candidate_flags[name]
        if entry["id"] in flag["instruments"] and entry["id"] not in flag["must_show"]:
            body.append(companions(name, catalogue))
    body.append(_section(translate("WijkMix", "Who"), [_actors(entry, catalogue)]))
    body.append(_law(entry, catalogue, today, checks))
    body.append(_section(translate("WijkMix", "Scale"), _scales(entry, catalogue)))
    body.append(_section(translate("WijkMix", "When it may fit"), _triggers(entry, catalogue)))
    body.append(_section(translate("WijkMix", "Caveats"), _caveats(entry, catalogue)))
    body.append(_section(translate("WijkMix", "Evidence"), _evidence(entry, catalogue)))
    body.append(_companions(entry, catalogue))
    notes = ", ".join(str(n) for n in entry.get("source_footnotes") or [])
    where = translate("WijkMix", "{title}, section {section}").format(
        title=str(catalogue.meta["source_title"]).split(".")[0], section=entry["source_section"]
    )
    if notes:
        where += "; " + translate("WijkMix", "notes {numbers}").format(numbers=notes)
    body.append(_section(translate("WijkMix", "Source"), [esc(where)]))
    return "".join(body)


def _designated(found: Designation) -> str:
    """Say whether the entry applies to the buurt, and why."""
    translate = QCoreApplication.translate
    text = translate(
        "WijkMix",
        "Only inside an area that is officially designated under the Wbmgp. WijkMix never derives "
        "one from figures.",
    )
    if not found.applies:
        text += " " + translate(
            "WijkMix", "This entry matches no buurt here and cannot be chosen; it is here to read."
        )
    return box(f"{'' if found.applies else '⚠ '}{esc(text)}<br><b>{esc(texts.both(found.why))}</b>")


def _section(name: str, lines: list[str]) -> str:
    return heading(name) + items(lines) if lines else ""


def _actors(entry: dict[str, Any], catalogue: Any) -> str:
    text = esc(", ".join(texts.label(catalogue, "actors", a) for a in entry["actors"]))
    note = texts.both(entry.get("actors_note"))
    return f"{text}<br>{esc(note)}" if note else text


def _law(entry: dict[str, Any], catalogue: Any, today: date, checks: LawChecks) -> str:
    """Return every rule with its status and date; amber, and in words, when that date is old."""
    translate = QCoreApplication.translate
    watched = {item["id"]: item for item in catalogue.legal_watch}
    lines = []
    for rule in entry["legal"]:
        status = texts.label(catalogue, "legal_status", rule["status_at_source"])
        line = f"{esc(texts.both(rule))}<br><i>{esc(status)}</i>"
        item = watched.get(rule.get("watch"))
        if item is not None:
            name = translate("WijkMix", "watch list {id}: {name}").format(
                id=item["id"], name=item["name"]
            )
            line += f' · <a href="entry:{esc(item["id"])}">{esc(name)}</a>'
            found = law_checks.watch_check(item, checks)
            if found is not None:
                line += ". " + esc(_checked(found.day, found.note))
        lines.append(line)
    due = law_checks.is_due(entry, catalogue, checks, today)
    return (
        heading(translate("WijkMix", "Law"))
        + items(lines)
        + _stand(catalogue, checks.get(entry["id"]), due)
    )


def _stand(catalogue: Any, check: Check | None, due: bool) -> str:
    """Say of when the law is told here, when it was checked, and that it is old."""
    translate = QCoreApplication.translate
    stand = translate("WijkMix", "As it stood in {month}.").format(
        month=texts.day(catalogue.meta["law_as_of"])
    )
    if check is not None:
        stand += " " + _checked(check.day, check.note)
    stand = esc(stand)
    if due:
        mark = translate("WijkMix", "Older than 12 months, may have changed.")
        stand += f' <span class="amber">▲ {esc(mark)}</span>'
    notice = texts.both(catalogue.meta["legal_notice"])
    return f"<p>{stand}<br><b>{esc(notice)}</b></p>"


def watch_title(item: dict[str, Any]) -> str:
    return f"{item['id']}  {item['name']}"


def render_watch(item: dict[str, Any], catalogue: Any, today: date, checks: LawChecks) -> str:
    """Return the page of an item of the watch list, with the entries that rest on it."""
    translate = QCoreApplication.translate
    resting = [
        link(entry)
        for entry in catalogue.entries
        if any(rule.get("watch") == item["id"] for rule in entry["legal"])
    ]
    return (
        f"<h2>{esc(watch_title(item))}</h2>"
        + paragraph(translate("WijkMix", "Law and policy watch list"), "muted")
        + _section(
            translate("WijkMix", "What the source says"), [esc(texts.both(item["source_states"]))]
        )
        + _stand(
            catalogue,
            law_checks.watch_check(item, checks),
            law_checks.is_watch_due(item, catalogue, checks, today),
        )
        + heading(translate("WijkMix", "Instruments that refer to it"))
        + (items(resting) or paragraph(translate("WijkMix", "No instrument refers to it.")))
    )


def _checked(day: str, note: str) -> str:
    text = QCoreApplication.translate("WijkMix", "Checked on {day}").format(day=texts.day(day))
    return f"{text} ({note})." if note else f"{text}."


def _scales(entry: dict[str, Any], catalogue: Any) -> list[str]:
    lines = []
    for key, basis in (("source", "source"), ("assumed", "assumption")):
        found = [texts.label(catalogue, "scales", s) for s in entry["scale"].get(key) or []]
        if found:
            lines.append(f"{esc(', '.join(found))} {_basis(basis, catalogue)}")
    return lines


def _basis(basis: str, catalogue: Any, more: str = "") -> str:
    """Say in words whose statement it is."""
    parts = [texts.label(catalogue, "bases", basis), *([more] if more else [])]
    return f"<i>({esc('; '.join(parts))})</i>"


def _triggers(entry: dict[str, Any], catalogue: Any) -> list[str]:
    return [
        esc(texts.both(trigger))
        + " "
        + _basis(
            trigger["basis"],
            catalogue,
            texts.label(catalogue, "measurable", trigger["measurable"]),
        )
        for trigger in entry["triggers"]
    ]


def _caveats(entry: dict[str, Any], catalogue: Any) -> list[str]:
    return [
        f"<b>{esc(texts.label(catalogue, 'caveats', item['type']))}</b>: "
        f"{esc(texts.both(item))} {_basis(item['basis'], catalogue)}"
        for item in entry["caveats"]
    ]


def _evidence(entry: dict[str, Any], catalogue: Any) -> list[str]:
    lines = []
    for item in entry["evidence"]:
        direction = texts.label(catalogue, "evidence", item["direction"])
        line = f"<b>{esc(direction)}</b>: {esc(texts.both(item))}"
        if item.get("footnotes"):
            notes = ", ".join(str(n) for n in item["footnotes"])
            note = QCoreApplication.translate("WijkMix", "notes {numbers}").format(numbers=notes)
            line += f" <i>({esc(note)})</i>"
        lines.append(line)
    return lines


def _companions(entry: dict[str, Any], catalogue: Any) -> str:
    lines = [link(catalogue.get(key)) for key in entry.get("companions") or []]
    return _section(QCoreApplication.translate("WijkMix", "Goes together with"), lines)


def companions(flag: str, catalogue: Any) -> str:
    """Return what a flag is never shown without, as one paragraph of links."""
    if catalogue is None:
        return ""
    title = QCoreApplication.translate("WijkMix", "Never without:")
    links = "; ".join(link(entry) for entry in catalogue.companions(flag))
    return f"<p><b>{esc(title)}</b> {links}</p>"


def side_effects(flag: str, catalogue: Any) -> str:
    """Return the displacement and waterbed caveats of a flag."""
    if catalogue is None:
        return ""
    return items(_caveats({"caveats": catalogue.side_effects(flag)}, catalogue))


def link(entry: dict[str, Any]) -> str:
    return f'<a href="entry:{esc(entry["id"])}">{esc(title(entry))}</a>'
