# SPDX-License-Identifier: GPL-2.0-or-later
"""One card per instrument: what, who, law with its date, caveats, evidence with note numbers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from ..errors import Text
from .candidates import CAVEATS, flagged
from .numbers import esc
from .page import Page

ACTORS = {
    "gemeente": Text("municipality", "gemeente"),
    "corporatie": Text("housing corporation", "woningcorporatie"),
    "zorg_welzijn": Text("care and welfare", "zorg en welzijn"),
    "ondernemers": Text("businesses", "ondernemers"),
    "bewoners": Text("residents", "bewoners"),
    "rijk": Text("central government", "Rijk"),
    "marktpartij": Text("market parties", "marktpartijen"),
    "ontwerper": Text("designers", "ontwerpers"),
    "regio": Text("region", "regio"),
    "provincie": Text("province", "provincie"),
    "particuliere_eigenaar": Text("private owners", "particuliere eigenaren"),
    "burgemeester": Text("mayor", "burgemeester"),
    "school": Text("schools", "scholen"),
}
LAW = {
    "in_force_at_source": Text("in force at the source date", "van kracht op de brondatum"),
    "bill_at_source": Text(
        "bill at the source date, no law", "wetsvoorstel op de brondatum, geen wet"
    ),
    "policy_at_source": Text("policy aim at the source date", "beleidsdoel op de brondatum"),
    "historic_at_source": Text("past at the source date", "verleden tijd op de brondatum"),
    "agreement": Text("agreement, not statute", "afspraak, geen wet"),
    "none_named": Text("no rule named in the source", "geen regel genoemd in de bron"),
    "context": Text("context", "context"),
}
DIRECTIONS = {
    "for": Text("for", "voor"),
    "against": Text("against", "tegen"),
    "mixed": Text("mixed", "gemengd"),
    "none": Text("no study", "geen studie"),
    "context": Text("context", "context"),
}
USES = {
    "voorwaardelijk": Text("conditional", "voorwaardelijk"),
    "standaard": Text("general", "algemeen"),
    "waarschuwing": Text("warning only", "alleen als waarschuwing"),
}
_STALE = 365  # days after which a law statement needs a check


def instruments_section(page: Page) -> str:
    """Return the cards of all instruments that belong to a flag in this report."""
    flags = flagged(page)
    if not flags:
        return page.t(
            "<p>No buurt carries a flag, so no instruments are printed here. The dock of WijkMix "
            "shows the whole catalogue.</p>",
            "<p>Geen enkele buurt heeft een vlag; daarom staan hier geen instrumenten. Het paneel "
            "van WijkMix toont de hele catalogus.</p>",
        )
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
    # The order of the catalogue: by domain, as in the source.
    entries = [entry for ident, entry in page.entries.items() if ident in wanted]
    shown = {entry["id"] for entry in entries}
    meta = page.knowledge("meta")
    intro = page.t(
        "<p>These instruments are options to read about, no recommendations. The texts summarise "
        "<cite>{title}</cite> ({authors}; {date}). The numbers in brackets are the note numbers of "
        "that publication.</p>",
        "<p>Deze instrumenten zijn mogelijkheden om over te lezen, geen aanbevelingen. De teksten "
        "vatten <cite>{title}</cite> samen ({authors}; {date}). De nummers tussen haken zijn de "
        "nootnummers van die publicatie.</p>",
        title=meta["source_title"],
        authors=meta["source_authors"],
        date=page.numbers.month(meta["source_date"]),
    )
    return intro + law_warning(page) + "".join(_card(page, e, shown) for e in entries)


def law_warning(page: Page) -> str:
    """Return the permanent sentence on law, and its age."""
    meta = page.knowledge("meta")
    text = page.t(
        "<p class='law'><b>Check the law in force; WijkMix gives no legal advice.</b> All legal "
        "statements are as of {date}; they may have changed.",
        "<p class='law'><b>Controleer het geldende recht; WijkMix geeft geen juridisch advies.</b> "
        "Alle juridische uitspraken zijn naar de stand van {date}; ze kunnen gewijzigd zijn.",
        date=page.numbers.month(meta["law_as_of"]),
    )
    if _stale(page, str(meta["law_as_of"])):
        text += page.t(
            " <b>That was more than twelve months before this report.</b>",
            " <b>Dat was meer dan twaalf maanden voor dit rapport.</b>",
        )
    return text + "</p>"


def _stale(page: Page, month: str) -> bool:
    try:
        made = date.fromisoformat(str(page.provenance.get("date"))[:10])
        said = date.fromisoformat(f"{month[:7]}-01")
    except ValueError:
        return False
    return (made - said).days > _STALE


def _names(page: Page, idents: Iterable[str], words: Mapping[str, Text]) -> str:
    return ", ".join(page.say(words[i]) if i in words else esc(i.replace("_", " ")) for i in idents)


def _card(page: Page, entry: Mapping[str, Any], shown: set[str]) -> str:
    domains, kinds = page.knowledge("domains"), page.knowledge("kinds")
    rows = [
        (page.t("What", "Wat"), page.say(entry["what"])),
        (page.t("Who", "Wie"), _who(page, entry)),
        (page.t("Law and limits", "Recht en grenzen"), _law(page, entry)),
        (page.t("Scale", "Schaal"), _scale(page, entry)),
        (page.t("Caveats", "Kanttekeningen"), _caveats(page, entry)),
        (page.t("Evidence", "Bewijs"), _evidence(page, entry)),
        (page.t("Combine with", "Combineer met"), _with(page, entry, shown)),
        (page.t("Source", "Bron"), _source(page, entry)),
    ]
    body = "".join(f"<dt>{name}</dt><dd>{text}</dd>" for name, text in rows if text)
    use = USES.get(entry.get("use", ""))
    kind = page.say(kinds[entry["kind"]])
    tags = ", ".join(t for t in (page.say(domains[entry["domain"]]), kind, page.say(use)) if t)
    warn = " warning" if entry["kind"] == "waarschuwing" else ""
    return (
        f'<article class="card{warn}" id="i-{esc(entry["nr"])}"><h3>{esc(entry["nr"])} '
        f"{page.say(entry['label'])} <small>{tags}</small></h3><dl>{body}</dl></article>"
    )


def _who(page: Page, entry: Mapping[str, Any]) -> str:
    actors = _names(page, entry["actors"], ACTORS)
    note = entry.get("actors_note") or ""
    # The shipped note may exist in English only; a Dutch page then does without.
    if isinstance(note, Mapping):
        return f"{actors}. {page.say(note)}" if note else actors
    return f"{actors}. {esc(note)}" if note and page.lang == "en" else actors


def _law(page: Page, entry: Mapping[str, Any]) -> str:
    watch = {item["id"]: item for item in page.knowledge("legal_watch")}
    day = page.numbers.month(page.knowledge("meta")["law_as_of"])
    items = []
    for rule in entry["legal"]:
        text = page.say(rule)
        status = page.say(LAW.get(rule.get("status_at_source"), ""))
        tail = page.t("as of {day}", "stand {day}", day=day)
        if status:
            tail = f"{status}; {tail}"
        item = watch.get(rule.get("watch"))
        if item:
            tail += page.t(
                "; watch {id}: {name}, may have changed",
                "; volg {id}: {name}, kan gewijzigd zijn",
                id=item["id"],
                name=item["name"] if isinstance(item["name"], str) else item["name"].get(page.lang),
            )
        items.append(f"{text} <small>({tail})</small>")
    if not items:
        return page.t("no rule named in the source", "geen regel genoemd in de bron")
    return page.items(items) if len(items) > 1 else items[0]


def _scale(page: Page, entry: Mapping[str, Any]) -> str:
    source = ", ".join(esc(s) for s in entry["scale"].get("source", ()))
    assumed = ", ".join(esc(s) for s in entry["scale"].get("assumed", ()))
    if assumed:
        assumed = f"{assumed} {page.assumption}"
    return "; ".join(part for part in (source, assumed) if part)


def _caveats(page: Page, entry: Mapping[str, Any]) -> str:
    return page.items(
        f"{page.say(CAVEATS.get(c['type'], c['type']))}: {page.say(c)}"
        + ("" if c.get("basis") == "source" else f" {page.assumption}")
        for c in entry["caveats"]
    )


def _evidence(page: Page, entry: Mapping[str, Any]) -> str:
    items = []
    for claim in entry["evidence"]:
        notes = claim.get("footnotes") or ()
        number = page.t("note", "noot") if len(notes) == 1 else page.t("notes", "noten")
        where = f"[{number} {', '.join(str(n) for n in notes)}]" if notes else ""
        if not notes:
            where = page.t("[no note]", "[geen noot]")
        items.append(
            f"<b>{page.say(DIRECTIONS.get(claim['direction'], claim['direction']))}</b>: "
            f"{page.say(claim)} {where}"
        )
    return page.items(items)


def _with(page: Page, entry: Mapping[str, Any], shown: set[str]) -> str:
    links = []
    for ident in entry.get("companions", ()):
        other = page.entries.get(ident)
        if other is None:
            continue
        text = f"{esc(other['nr'])} {page.say(other['label'])}"
        links.append(f'<a href="#i-{esc(other["nr"])}">{text}</a>' if ident in shown else text)
    return "; ".join(links)


def _source(page: Page, entry: Mapping[str, Any]) -> str:
    section = str(entry["source_section"])
    if page.lang == "nl":
        section = section.replace("(also ", "(ook ")
    notes = entry.get("source_footnotes") or ()
    text = page.t("section {section}", "paragraaf {section}", section=section)
    if notes:
        text += page.t("; notes {notes}", "; noten {notes}", notes=", ".join(str(n) for n in notes))
    return text
