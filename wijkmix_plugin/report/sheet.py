# SPDX-License-Identifier: GPL-2.0-or-later
"""The texts of one buurt for a sheet with a map: short, and never a flag without its companions."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..errors import Text
from ..policy import explain, scales, worklist
from ..policy.goals import MAIN_GOALS
from . import charts, decisions
from .numbers import bilingual, esc
from .page import FLAG_NAMES, FLAGS, Page
from .place import Place, chart, checked_scales
from .reasons import STATUS

_INDENT = 4 * "\N{NO-BREAK SPACE}"
_SYMBOLS = {"candidate": "●", "provisional": "◐", "no": "○", "unknown": "?"}


@dataclass(frozen=True)
class Sheet:
    """What stands on the sheet of one buurt; lines of text, in which names are escaped.

    Attributes
    ----------
    companions : what must never be left out beside a physical flag; "" where there is none.
    chart : an SVG with the mix beside wijk and gemeente.
    """

    title: str
    place: str
    flags: str
    companions: str
    conditions: str
    instruments: str
    decided: str
    chart: str


def sheet(page: Page, code: str, shown: Collection[str] = ()) -> Sheet:
    """Return the texts for one buurt.

    Parameters
    ----------
    page : the whole scan.
    code : of the buurt.
    shown : flags that the map shows; their companions belong on the sheet as well.

    Raises
    ------
    TableError
        The scan has no such buurt.
    """
    here = Place(page, code, "buurt")
    inner = here.inner
    status = {flag: None if page.two_classes else inner.column(f"flag_{flag}")[0] for flag in FLAGS}
    carried = [flag for flag in FLAGS if status[flag] in STATUS]
    physical = [flag for flag in FLAGS if flag in carried or flag in shown]
    return Sheet(
        title=f"Buurt {here.name}, {here.gemeente}",
        place=" · ".join(filter(None, [esc(code), _wijk(here), _year(page)])),
        flags=_flags(page, status),
        companions=_companions(page, physical),
        conditions="\n".join(_conditions(here, flag) for flag in FLAGS if status[flag]),
        instruments=_instruments(page, carried),
        decided=_decided(page, here),
        chart=chart(here, 560),
    )


def source(page: Page) -> str:
    """Return where the figures and the policy knowledge come from, and when."""
    meta = page.knowledge("meta")
    origin = page.provenance
    return page.t(
        "Figures: {data}. Scan of {day}; sheet of {made}. Policy knowledge: {title}, {month}; "
        "thresholds are assumptions of WijkMix. {notice}",
        "Cijfers: {data}. Scan van {day}; blad van {made}. Beleidskennis: {title}, {month}; "
        "drempels zijn aannames van WijkMix. {notice}",
        data=str(origin.get("attribution") or "–").rstrip("."),
        day=page.numbers.day(origin.get("date")),
        made=page.numbers.day(page.made or None),
        title=str(meta["source_title"]).split(".")[0],
        month=page.numbers.month(meta["source_date"]),
        notice=bilingual(meta["legal_notice"], page.lang),
    )


def limits(page: Page) -> str:
    """Return what may not be concluded from the sheet."""
    return page.t(
        "A flag means candidate for further study: no advice, no judgement, no ranking. Figures of "
        "areas say nothing about the people who live there. Whether blocks inside a buurt are "
        "mixed cannot be seen here. Corporation rental is not the same as social rent. Missing "
        "data count as unknown, never as no.",
        "Een vlag betekent kandidaat voor nader onderzoek: geen advies, geen oordeel, geen "
        "rangorde. Cijfers over gebieden zeggen niets over de mensen die er wonen. Of blokken "
        "binnen een buurt gemengd zijn, is hier niet te zien. Corporatiehuur is niet hetzelfde als "
        "sociale huur. Ontbrekende gegevens tellen als onbekend, nooit als nee.",
    )


def _wijk(here: Place) -> str:
    wijk = here.inner.column("wijk_code")[0]
    return "" if wijk is None else f"wijk {esc(wijk)}"


def _year(page: Page) -> str:
    if not page.result.year:
        return ""
    return page.t("figures of {year}", "cijfers van {year}", year=page.result.year)


def _flags(page: Page, status: dict[str, Any]) -> str:
    if page.two_classes:
        return page.t(
            "Two classes: owner-occupied and rented. Flags need the split of rental; there are "
            "none here.",
            "Twee klassen: koop en huur. Vlaggen vragen de splitsing van de huur; die zijn er hier "
            "niet.",
        )
    lines = [
        f"{_SYMBOLS.get(status[flag], '–')} <b>{page.say(FLAG_NAMES[flag])}</b>: "
        + page.say(charts.FLAG_LABELS.get(status[flag] or "none", str(status[flag])))
        for flag in FLAGS
    ]
    return "\n".join([*lines, _goal(page)])


def _goal(page: Page) -> str:
    if not page.goal_set:
        return page.t("Goal not recorded", "Doel niet vastgelegd")
    goal = page.say(MAIN_GOALS[page.decisions.goals.main])
    return page.t("Main goal: ", "Hoofddoel: ") + goal


def _companions(page: Page, physical: Collection[str]) -> str:
    """Return what always goes with physical flags: entries, and who may be harmed."""
    if not physical:
        return ""
    entries: dict[str, None] = {}
    warnings: dict[str, None] = {}
    for flag in physical:
        for ident in page.knowledge("candidate_flags")[flag]["must_show"]:
            entry = page.entries[ident]
            domain = page.say(page.knowledge("domains")[entry["domain"]])
            entries[f"• {esc(entry['nr'])} {page.say(entry['label'])} ({domain})"] = None
        for caveat in page.catalogue.side_effects(flag):
            kind = page.label("caveats", caveat["type"])
            warnings[f"⚠ {kind}: {page.say(caveat)}"] = None
    head = page.t(
        "<b>Only together with this.</b> Physical intervention is never enough by itself.",
        "<b>Alleen hiermee samen.</b> Een fysieke ingreep is nooit genoeg op zichzelf.",
    )
    names = ", ".join(page.say(FLAG_NAMES[flag]) for flag in physical)
    return "\n".join([f"{head} ({names})", *entries, *warnings])


def _conditions(here: Place, flag: str) -> str:
    page, inner = here.page, here.inner
    status = inner.column(f"flag_{flag}")[0]
    words = page.say(charts.FLAG_LABELS.get(status or "none", str(status)))
    lines = [f"<b>{page.say(FLAG_NAMES[flag])}</b>: {words}"]
    told = explain.read(inner.column("flag_reasons")[0]).get(flag)
    listed = told.get("conditions") if isinstance(told, dict) else None
    groups: dict[str, list[str]] = {}
    for place, condition in enumerate(listed if isinstance(listed, list) else ()):
        if isinstance(condition, dict):
            name = str(condition.get("group") or "")
            key = name if name.startswith("any") else f"all-{place}"
            groups.setdefault(key, []).append(_condition(page, condition))
    for members in groups.values():
        several = len(members) > 1
        if several:
            lines.append(page.t("one of these:", "één van deze:"))
        lines += [f"{_INDENT if several else ''}{member}" for member in members]
    if len(lines) == 1:
        lines.append(
            page.t(
                "The layer has no record of the conditions.",
                "De laag bevat geen verslag van de voorwaarden.",
            )
        )
    robust = explain.robustness(inner.column(f"flag_robustness_{flag}")[0])
    if robust is not None:
        lines.append(page.say(robust))
    if status in STATUS and scales.differs(checked_scales(here, flag)):
        lines.append(
            page.t(
                "⚠ Wijk or gemeente do not say the same as the buurt.",
                "⚠ Wijk of gemeente zegt niet hetzelfde als de buurt.",
            )
        )
    return "\n".join(lines)


def _condition(page: Page, condition: dict[str, Any]) -> str:
    symbol, word = explain.outcome(condition)
    limit = page.say(explain.limit(condition, page.catalogue))
    if explain.assumption(condition, page.catalogue) is not None:
        limit += page.t("; assumption", "; aanname")
    return (
        f"{symbol} {page.say(word)}: {page.say(explain.indicator(condition, page.catalogue))}: "
        f"{page.say(explain.value(condition, page.catalogue))} ("
        + page.t("asked: ", "gevraagd: ")
        + f"{limit})"
    )


def _instruments(page: Page, carried: Collection[str]) -> str:
    rules, domains = page.knowledge("candidate_flags"), page.knowledge("domains")
    wanted = {
        ident
        for flag in carried
        for ident in (
            rules[flag]["defining_instrument"],
            *rules[flag]["instruments"],
            *rules[flag]["must_show"],
        )
    }
    if not wanted:
        return page.t(
            "This buurt carries no flag, so no instruments are listed here.",
            "Deze buurt heeft geen vlag; daarom staan hier geen instrumenten.",
        )
    groups: dict[str, list[str]] = {}
    for ident, entry in page.entries.items():
        if ident in wanted:
            text = f"{esc(entry['nr'])} {page.say(entry['label'])}"
            groups.setdefault(entry["domain"], []).append(text)
    lines = [f"<b>{page.say(domains[d])}</b>: {'; '.join(names)}" for d, names in groups.items()]
    lines.append(
        page.t(
            "Options to read about, no recommendations; law, caveats and evidence stand in the "
            "report of the buurt.",
            "Mogelijkheden om over te lezen, geen aanbevelingen; recht, kanttekeningen en bewijs "
            "staan in het rapport van de buurt.",
        )
    )
    return "\n".join(lines)


def _decided(page: Page, here: Place) -> str:
    """Return what the worklist says of the buurt."""
    items = decisions.items_in(page, here.codes)
    if not items:
        return page.t("Not on the worklist.", "Staat niet op de werklijst.")
    item = items[0]
    lines = [page.t("On the worklist.", "Staat op de werklijst.")]
    for label, words in (
        (page.t("Owner", "Eigenaar"), item.owner),
        (page.t("Note", "Notitie"), item.note),
        (
            page.t("Goal", "Doel"),
            worklist.goal_name(item, page.decisions.goals, page.lang),
        ),
    ):
        if words.strip():
            short = " ".join(words.split())
            lines.append(f"{label}: {esc(short if len(short) <= 400 else short[:399] + '…')}")
    chosen = [esc(worklist.title(page.catalogue, k, page.lang)) for k in item.instruments]
    if chosen:
        lines.append(page.t("Chosen: ", "Gekozen: ") + "; ".join(chosen))
    lack = [page.say(page.catalogue.domains[d]) for d in worklist.lacking(page.catalogue, item)]
    if lack:
        lines.append(
            page.t("Still to choose, at least one of: ", "Nog te kiezen, minstens één uit: ")
            + "; ".join(lack)
        )
    return "\n".join(lines)


def flagged_codes(page: Page, flags: Collection[str] = FLAGS, wijk: str = "") -> list[str]:
    """Return the buurten that carry one of the flags, of one wijk if given, in code order."""
    if page.two_classes:
        return []
    carried = np.zeros(len(page.frame), dtype=bool)
    for flag in flags:
        carried |= np.isin(page.column(f"flag_{flag}").astype(str), list(STATUS))
    if wijk:
        carried &= page.column("wijk_code") == wijk
    codes = page.column("buurt_code")
    return [str(codes[i]) for i in page.in_code_order if carried[i] and codes[i] is not None]


NO_FLAGS = Text(
    "No buurt carries the flag that the map shows, so there is no sheet to make. Choose another "
    "map, or the sheet of one buurt.",
    "Geen enkele buurt heeft de vlag die de kaart toont; er is dus geen blad te maken. Kies een "
    "andere kaart, of het blad van één buurt.",
)
