# SPDX-License-Identifier: GPL-2.0-or-later
"""The flags: which buurten are candidates for further study, why, and what belongs with them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from ..errors import Text
from ..policy import explain
from ..policy.goals import MAIN_GOALS
from . import charts, maps
from .figures import figure, short_code
from .maps import MapClass
from .numbers import bilingual, esc
from .page import FLAG_NAMES, FLAGS, Page
from .reasons import (
    STATUS,
    Reasons,
    condition_counts,
    reading_notes,
    reasons_table,
    unknown_list,
)

_MAP_LABELS = 250
_OF_FLAG = Text("this flag", "deze vlag")


def flags_section(page: Page, base: maps.Base | None, first: int = 3) -> str:
    """Return the whole section on flags; with two classes it says why there are none.

    `first` is the number of its first map.
    """
    if page.two_classes:
        return page.t(
            "<p><b>Two classes: owner-occupied and rented.</b> The source does not split the "
            "rented dwellings into housing corporations and other landlords. All flags need that "
            "split, so this report flags no buurt. That says nothing about the buurten.</p>",
            "<p><b>Twee klassen: koop en huur.</b> De bron splitst de huurwoningen niet in "
            "corporaties en overige verhuurders. Alle vlaggen hebben die splitsing nodig; daarom "
            "geeft dit rapport geen enkele buurt een vlag. Dat zegt niets over de buurten "
            "zelf.</p>",
        )
    reasons = [explain.read(text) for text in page.column("flag_reasons")]
    intro = page.t(
        "<p>A flag means <b>candidate for further study</b>: the figures meet conditions that "
        "WijkMix has derived from the policy literature. It is no advice to intervene and no "
        "judgement on a buurt or the people in it. All thresholds are assumptions ({mark}) and can "
        "be changed. Missing data count as unknown, never as no.</p>",
        "<p>Een vlag betekent <b>kandidaat voor nader onderzoek</b>: de cijfers voldoen aan "
        "voorwaarden die WijkMix uit de beleidsliteratuur heeft afgeleid. Het is geen advies om in "
        "te grijpen en geen oordeel over een buurt of de mensen die er wonen. Alle drempels zijn "
        "aannames ({mark}) en kunnen worden aangepast. Ontbrekende gegevens tellen als onbekend, "
        "nooit als nee.</p>",
        mark=page.t("assumption", "aanname"),
    )
    intro += goal_mark(page) + vulnerable_rule(page) + reading_notes(page, reasons)
    return intro + "".join(
        _flag(page, base, flag, reasons, number) for number, flag in enumerate(FLAGS, start=first)
    )


def goal_mark(page: Page) -> str:
    """Say that flags stand without a goal, or which goal was recorded."""
    if page.goal_set:
        return page.t(
            "<p>Main goal recorded in the project: <b>{goal}</b>.</p>",
            "<p>Hoofddoel, vastgelegd in het project: <b>{goal}</b>.</p>",
            goal=MAIN_GOALS[page.decisions.goals.main].get(page.lang),
        )
    return page.t(
        "<p><b>The goal of this analysis has not been recorded</b> (see the questions below).</p>",
        "<p><b>Het doel van deze analyse is niet vastgelegd</b> (zie de vragen hieronder).</p>",
    )


def goal_tag(page: Page) -> str:
    """Return the mark of a flag as long as no goal was recorded."""
    if page.goal_set:
        return ""
    return f' <span class="mark">{page.t("goal not recorded", "doel niet vastgelegd")}</span>'


def vulnerable_rule(page: Page) -> str:
    """Say what counts as a vulnerable area here."""
    rule = page.provenance.get("vulnerable_rule")
    if rule:
        return page.t(
            "<p>What counts as a vulnerable area is not defined in the source. Here: {rule}.</p>",
            "<p>Wat een kwetsbaar gebied is, legt de bron niet vast. Hier: {rule}.</p>",
            rule=bilingual(rule, page.lang),
        )
    return ""


def flagged(page: Page) -> list[str]:
    """Return the flags that at least one buurt carries."""
    if page.two_classes:
        return []
    return [f for f in FLAGS if any(s in STATUS for s in page.column(f"flag_{f}"))]


def _flag(
    page: Page, base: maps.Base | None, flag: str, reasons: Sequence[Reasons], number: int
) -> str:
    status = page.column(f"flag_{flag}")
    members = [i for i in page.in_code_order.tolist() if status[i] in STATUS]
    unknown = [i for i in page.in_code_order.tolist() if status[i] == "unknown"]
    name = page.say(FLAG_NAMES[flag])
    found = Counter(s for s in status.tolist() if s)
    total = page.t(
        "<p>Buurten looked at: {n}. Candidates: <b>{c}</b>. Provisional (the defining conditions "
        "are met, but some data are missing): <b>{p}</b>. Cannot be assessed for lack of data: "
        "<b>{u}</b>. The order below is that of the codes; it is no ranking.</p>",
        "<p>Bekeken buurten: {n}. Kandidaten: <b>{c}</b>. Voorlopig (aan de bepalende voorwaarden "
        "is voldaan, maar er ontbreken gegevens): <b>{p}</b>. Niet te beoordelen doordat gegevens "
        "ontbreken: <b>{u}</b>. De volgorde hieronder is die van de codes; het is geen "
        "rangorde.</p>",
        c=page.numbers.integer(found["candidate"]),
        p=page.numbers.integer(found["provisional"]),
        n=page.numbers.integer(sum(found.values())),
        u=page.numbers.integer(found["unknown"]),
    )
    parts = [
        f'<section class="flag" id="flag-{flag}"><h3>{name}{goal_tag(page)}</h3>',
        what_it_seeks(page, flag),
        total,
        _map(page, base, flag, status, members, number),
        companions_box(page, flag),
        condition_counts(page, flag, reasons, status),
    ]
    if members:
        parts.append(reasons_table(page, flag, members, reasons, status))
    if unknown:
        parts.append(unknown_list(page, flag, unknown, reasons))
    if members:
        parts.append(instrument_list(page, flag))
    return "".join(parts) + "</section>"


def what_it_seeks(page: Page, flag: str) -> str:
    """Return what the flag looks for: the source's words and the conditions made of them."""
    entry = page.entries[page.knowledge("candidate_flags")[flag]["defining_instrument"]]
    items = []
    for trigger in entry["triggers"]:
        items.append(f"{basis_mark(page, trigger)} {page.say(trigger)}")
    return page.items(items, kind="plain")


def _map(
    page: Page,
    base: maps.Base | None,
    flag: str,
    status: np.ndarray,
    members: Sequence[int],
    number: int,
) -> str:
    keys = np.array([s if s else "none" for s in status.tolist()], dtype=object)
    keys[page.column("quality") == "water"] = "water"
    colours = {**charts.FLAG_COLOURS[flag], **charts.STATUS_COLOURS}
    classes = [MapClass(key, colours[key], label) for key, label in charts.FLAG_LABELS.items()]
    classes.append(MapClass("water", "#e3eef5", Text("water", "water")))
    labels: list[tuple[float, float, str]] = []
    if base is not None and len(members) <= _MAP_LABELS:
        codes = page.column("buurt_code")
        labels = [
            (float(base.anchors[i, 0]), float(base.anchors[i, 1]), short_code(codes[i]))
            for i in members
        ]
    return figure(
        page,
        base,
        ident=f"map-{flag}",
        title=page.t(
            "Map {n}. {flag}: candidates for further study",
            "Kaart {n}. {flag}: kandidaten voor nader onderzoek",
            n=number,
            flag=FLAG_NAMES[flag].get(page.lang),
        ),
        keys=keys,
        classes=classes,
        note=page.t(
            "The labels are the last characters of the buurt code, where there is room; the table "
            "names every flagged buurt.",
            "De opschriften zijn de laatste tekens van de buurtcode, waar daar plaats voor is; de "
            "tabel noemt elke buurt met een vlag.",
        )
        if labels
        else "",
        labels=labels,
    )


def companions_box(page: Page, flag: str, of: Text = _OF_FLAG, *, brief: bool = True) -> str:
    """Return what must never be left out beside a physical flag, or what else `of` names.

    A `brief` box names the companions, whose cards stand in the same report; else it says what
    each of them is.
    """
    rule = page.knowledge("candidate_flags")[flag]
    domains = page.knowledge("domains")
    carded = flag in flagged(page)
    groups: dict[str, list[str]] = {}
    for ident in rule["must_show"]:
        entry = page.entries[ident]
        if brief:
            groups.setdefault(entry["domain"], []).append(_named(page, entry, carded))
        else:
            name = f"<b>{page.say(entry['label'])}</b> ({esc(entry['nr'])}): "
            groups.setdefault(entry["domain"], []).append(name + page.say(entry["what"]))
    warnings: dict[str, list[str]] = {}
    for told in page.catalogue.side_effects(flag):
        text = f"{page.say(told)} {basis_mark(page, told)}"
        warnings.setdefault(page.label("caveats", told["type"]), []).append(text)
    between = "; " if brief else "<br>"
    return (
        '<aside class="must"><h4>'
        + page.t(
            "Only together with this: what always belongs with it",
            "Alleen hiermee samen: wat er altijd bij hoort",
        )
        + "</h4>"
        + page.t(
            "<p>Physical intervention is never enough by itself. Never present {of} without "
            "these companions and warnings.</p>",
            "<p>Een fysieke ingreep is nooit genoeg op zichzelf. Toon {of} nooit zonder "
            "deze begeleiding en waarschuwingen.</p>",
            of=page.say(of),
        )
        + page.items(
            f"<b>{page.say(domains[domain])}:</b> {between.join(found)}"
            for domain, found in groups.items()
        )
        + page.items(
            (f"<b>{kind}.</b> {page.run_on(found)}" for kind, found in warnings.items()),
            kind="warn",
        )
        + "</aside>"
    )


def _named(page: Page, entry: Mapping[str, Any], carded: bool) -> str:
    """Name an instrument, with the way to its card where that is in the report."""
    text = f"{esc(entry['nr'])} {page.say(entry['label'])}"
    return f'<a href="#i-{esc(entry["nr"])}">{text}</a>' if carded else text


def basis_mark(page: Page, item: Mapping[str, Any]) -> str:
    """Mark whether the source says it or WijkMix does: an assumption, or a remark."""
    basis = item.get("basis")
    if basis == "source":
        return f'<span class="mark src">{page.t("source", "bron")}</span>'
    if basis == "own":
        return f'<span class="mark">{page.label("bases", "own")}</span>'
    return page.assumption


# -- instruments -----------------------------------------------------------------------------------


def instrument_list(page: Page, flag: str) -> str:
    """Return the names of the instruments of a flag, by domain; its companions stand in the box."""
    rule = page.knowledge("candidate_flags")[flag]
    domains = page.knowledge("domains")
    groups: dict[str, list[str]] = {}
    for ident in dict.fromkeys([rule["defining_instrument"], *rule["instruments"]]):
        if ident not in rule["must_show"]:
            entry = page.entries[ident]
            groups.setdefault(entry["domain"], []).append(_named(page, entry, True))
    items = [
        f"<b>{page.say(domains[domain])}:</b> {'; '.join(entries)}"
        for domain, entries in groups.items()
    ]
    title = page.t(
        "Instruments to read about, beside those companions",
        "Instrumenten om over te lezen, naast die begeleiding",
    )
    return f"<h4>{title}</h4>{page.items(items, kind='plain')}"
