# SPDX-License-Identifier: GPL-2.0-or-later
"""One card per instrument: what, who, law with its date, caveats, evidence with note numbers."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import Any

from ..policy import law_checks
from ..policy.catalogue import is_stale
from .candidates import basis_mark, flagged
from .numbers import bilingual, esc
from .page import Page


def instruments_section(page: Page, chosen: Collection[str] = ()) -> str:
    """Return the cards of all instruments that belong to a flag in this report, or were chosen."""
    flags = flagged(page)
    if not flags and not chosen:
        return page.t(
            "<p>No buurt carries a flag, so no instruments are printed here. The dock of WijkMix "
            "shows the whole catalogue.</p>",
            "<p>Geen enkele buurt heeft een vlag; daarom staan hier geen instrumenten. Het "
            "paneel van WijkMix toont de hele catalogus.</p>",
        ) + watch_list(page)
    rules = page.knowledge("candidate_flags")
    wanted = {
        ident
        for flag in flags
        for ident in (
            rules[flag]["defining_instrument"],
            *rules[flag]["instruments"],
            *rules[flag]["must_show"],
        )
    }
    wanted.update(chosen)
    # The order of the catalogue: by domain, as in the source.
    entries = [entry for ident, entry in page.entries.items() if ident in wanted]
    shown = {entry["id"] for entry in entries}
    meta = page.knowledge("meta")
    intro = page.t(
        "<p>These instruments are options to read about, no recommendations. The texts summarise "
        "<cite>{title}</cite> by {authors}, {date}. The numbers in brackets are the note numbers "
        "of that publication.</p>",
        "<p>Deze instrumenten zijn mogelijkheden om over te lezen, geen aanbevelingen. De teksten "
        "vatten <cite>{title}</cite> samen, van {authors}, {date}. De nummers tussen haken zijn de "
        "nootnummers van die publicatie.</p>",
        title=meta["source_title"],
        authors=meta["source_authors"],
        date=page.numbers.month(meta["source_date"]),
    )
    cards = f'<div class="cards">{"".join(_card(page, e, shown) for e in entries)}</div>'
    return intro + law_warning(page) + cards + watch_list(page)


def watch_list(page: Page) -> str:
    """Return the law and policy to keep an eye on, also where no instrument rests on it."""
    checks, today = _checks(page), _today(page)
    rows = []
    for item in page.catalogue.legal_watch:
        check = law_checks.watch_check(item, checks)
        told = page.t("not checked yet", "nog niet gecheckt")
        if check is not None:
            told = _told(page, check)
        if today is not None and law_checks.is_watch_due(item, page.catalogue, checks, today):
            told += f"<br>▲ {_old(page)}"
        rows.append(
            [
                f"<b>{esc(item['id'])}</b> {page.say(item['name'])}",
                page.say(item["source_states"]),
                told,
            ]
        )
    head = [
        page.t("Law or policy", "Recht of beleid"),
        page.t("What the source says", "Wat de bron zegt"),
        page.t("Checked", "Gecheckt"),
    ]
    title = page.t(
        "Law and policy watch list: {n} subjects", "Wetgevingslijst: {n} onderwerpen", n=len(rows)
    )
    return page.fold(title, page.table(head, rows)) if rows else ""


def law_warning(page: Page) -> str:
    """Return the permanent sentence on law, and its age."""
    meta = page.knowledge("meta")
    text = page.t(
        "<p class='law'><b>{notice}</b> All legal statements are as of {date}; they may have "
        "changed.",
        "<p class='law'><b>{notice}</b> Alle juridische uitspraken zijn naar de stand van {date}; "
        "ze kunnen gewijzigd zijn.",
        notice=bilingual(meta["legal_notice"], page.lang),
        date=page.numbers.month(meta["law_as_of"]),
    )
    if _stale(page, str(meta["law_as_of"])):
        text += page.t(
            " <b>That was more than twelve months before this report.</b>",
            " <b>Dat was meer dan twaalf maanden voor dit rapport.</b>",
        )
    return text + "</p>"


def _today(page: Page) -> date | None:
    try:
        return date.fromisoformat(page.made[:10])
    except ValueError:
        return None


def _stale(page: Page, month: str) -> bool:
    made = _today(page)
    return made is not None and is_stale(month, made)


def _card(page: Page, entry: Mapping[str, Any], shown: set[str]) -> str:
    """Return one instrument in running text: all of it, in a third of the paper of a table."""
    domains, kinds = page.knowledge("domains"), page.knowledge("kinds")
    paragraphs = [
        [("", page.say(entry["what"]))],
        [
            (page.t("Who", "Wie"), _who(page, entry)),
            (page.t("Scale", "Schaal"), _scale(page, entry)),
            (page.t("Combine with", "Combineer met"), _with(page, entry, shown)),
            (page.t("Source", "Bron"), _source(page, entry)),
        ],
        [(page.t("Law and limits", "Recht en grenzen"), _law(page, entry))],
        [(page.t("When it may fit", "Wanneer het kan passen"), _triggers(page, entry))],
        [(page.t("Caveats", "Kanttekeningen"), _caveats(page, entry))],
        [(page.t("Evidence", "Bewijs"), _evidence(page, entry))],
    ]
    body = ""
    for rows in paragraphs:
        told = " ".join(f"<b>{name}:</b> {text}" if name else text for name, text in rows if text)
        body += f"<p>{told}</p>" if told else ""
    use = page.label("uses", entry["use"])
    kind = page.say(kinds[entry["kind"]])
    tags = ", ".join(t for t in (page.say(domains[entry["domain"]]), kind, use) if t)
    warn = " warning" if entry["kind"] == "waarschuwing" else ""
    return (
        f'<article class="card{warn}" id="i-{esc(entry["nr"])}"><h3>{esc(entry["nr"])} '
        f"{page.say(entry['label'])} <small>{tags}</small></h3>{body}</article>"
    )


def _sentence(text: str) -> str:
    return text if text.endswith((".", "!", "?")) else f"{text}."


def _who(page: Page, entry: Mapping[str, Any]) -> str:
    actors = ", ".join(page.label("actors", actor) for actor in entry["actors"])
    note = page.say(entry.get("actors_note") or "")
    return _sentence(f"{actors}. {note}" if note else actors)


def _law(page: Page, entry: Mapping[str, Any]) -> str:
    watch = {item["id"]: item for item in page.knowledge("legal_watch")}
    day = page.numbers.month(page.knowledge("meta")["law_as_of"])
    due = _is_due(page, entry)
    items = []
    for rule in entry["legal"]:
        text = page.say(rule)
        status = page.label("legal_status", rule["status_at_source"])
        tail = f"{status}; " + page.t("as of {day}", "stand {day}", day=day)
        item = watch.get(rule.get("watch"))
        if item:
            check = law_checks.watch_check(item, _checks(page))
            tail += f"; {esc(item['id'])} {page.say(item['name'])}"
            if check is not None or not due:  # what is due says below that it may have changed
                tail += f", {_told(page, check)}"
        items.append(f"{text} <small>({tail})</small>")
    if not items:
        return page.t("no rule named in the source", "geen regel genoemd in de bron")
    return page.run_on(items) + _own_check(page, entry)


def _own_check(page: Page, entry: Mapping[str, Any]) -> str:
    """Say when somebody of the project checked the law behind an entry, or that it is due."""
    own = _checks(page).get(entry["id"])
    parts = [f"<b>{_told(page, own)}</b>"] if own is not None else []
    if _is_due(page, entry):
        parts.append(f"▲ {_old(page)}")
    return f' <span class="mark">{"; ".join(parts)}</span>' if parts else ""


def _is_due(page: Page, entry: Mapping[str, Any]) -> bool:
    today = _today(page)
    return today is not None and law_checks.is_due(
        dict(entry), page.catalogue, _checks(page), today
    )


def _checks(page: Page) -> law_checks.LawChecks:
    return page.decisions.checks if page.decisions is not None else law_checks.LawChecks()


def _old(page: Page) -> str:
    return page.t(
        "older than twelve months, may have changed",
        "ouder dan twaalf maanden, kan gewijzigd zijn",
    )


def _told(page: Page, check: law_checks.Check | None) -> str:
    """Say when a law was checked and against what, or that it may have changed."""
    if check is None:
        return page.t("may have changed", "kan gewijzigd zijn")
    told = page.t("checked on {day}", "gecheckt op {day}", day=page.numbers.day(check.day))
    return f"{told}: {esc(check.note)}" if check.note else told


def _scale(page: Page, entry: Mapping[str, Any]) -> str:
    source = ", ".join(page.label("scales", s) for s in entry["scale"]["source"])
    assumed = ", ".join(page.label("scales", s) for s in entry["scale"]["assumed"])
    if assumed:
        assumed = f"{assumed} {page.assumption}"
    return _sentence("; ".join(part for part in (source, assumed) if part))


def _triggers(page: Page, entry: Mapping[str, Any]) -> str:
    return page.run_on(
        f"{page.say(t)} {basis_mark(page, t)} "
        f"<small>({page.label('measurable', t['measurable'])})</small>"
        for t in entry["triggers"]
    )


def _caveats(page: Page, entry: Mapping[str, Any]) -> str:
    return page.run_on(
        f"{page.label('caveats', c['type'])}: {page.say(c)} {basis_mark(page, c)}"
        for c in entry["caveats"]
    )


def _evidence(page: Page, entry: Mapping[str, Any]) -> str:
    items = []
    for claim in entry["evidence"]:
        notes = claim.get("footnotes") or ()
        where = f"[{_notes(page, notes)}]" if notes else page.t("[no note]", "[geen noot]")
        items.append(
            f"<i>{page.label('evidence', claim['direction'])}</i>: {page.say(claim)} {where}"
        )
    return page.run_on(items)


def _with(page: Page, entry: Mapping[str, Any], shown: set[str]) -> str:
    links = []
    for ident in entry.get("companions", ()):
        other = page.entries.get(ident)
        if other is None:
            continue
        nr = esc(other["nr"])
        there = ident in shown  # its card has its name
        links.append(f'<a href="#i-{nr}">{nr}</a>' if there else f"{nr} {page.say(other['label'])}")
    return _sentence(", ".join(links)) if links else ""


def _source(page: Page, entry: Mapping[str, Any]) -> str:
    section = bilingual(entry["source_section"], page.lang)
    notes = entry.get("source_footnotes") or ()
    text = page.t("section {section}", "paragraaf {section}", section=section)
    if notes:
        text += f"; {_notes(page, notes)}"
    return _sentence(text)


def _notes(page: Page, numbers: Sequence[int]) -> str:
    word = page.t("note", "noot") if len(numbers) == 1 else page.t("notes", "noten")
    return f"{word} {', '.join(str(n) for n in numbers)}"
