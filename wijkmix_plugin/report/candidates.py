# SPDX-License-Identifier: GPL-2.0-or-later
"""The flags: which buurten are candidates for further study, why, and what belongs with them."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from ..errors import Text
from . import charts, maps
from .figures import figure, short_code
from .maps import MapClass
from .numbers import esc, is_missing
from .page import FLAG_NAMES, FLAGS, Page

_OPEN = 60  # flagged buurten up to which the reasons are shown unfolded
_DETAILED = 1500  # flagged buurten up to which every condition of each is printed
_MAP_LABELS = 250
SYMBOLS = {">=": "≥", "<=": "≤", "==": "=", "!=": "≠", ">": ">", "<": "<"}
OUTCOMES = {
    True: ("met", "✓", Text("met", "voldaan")),
    False: ("not", "✗", Text("not met", "niet voldaan")),
    None: ("unk", "?", Text("unknown", "onbekend")),
}
_STATUS = {
    "candidate": Text("candidate", "kandidaat"),
    "provisional": Text("provisional", "voorlopig"),
}
Reasons = Mapping[str, Mapping[str, Any]]


def flags_section(page: Page, base: maps.Base | None) -> str:
    """Return the whole section on flags; with two classes it says why there are none."""
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
    reasons = [_read(text) for text in page.column("flag_reasons")]
    intro = page.t(
        "<p>A flag means <b>candidate for further study</b>: the figures meet conditions that "
        "WijkMix has derived from the policy literature. It is no advice to intervene and no "
        "judgement on a buurt or the people in it. All thresholds are assumptions ({mark}) and can "
        "be changed. Missing data count as unknown, never as no. The goal of this analysis has not "
        "been recorded: <b>goal not recorded</b> (see Open questions).</p>",
        "<p>Een vlag betekent <b>kandidaat voor nader onderzoek</b>: de cijfers voldoen aan "
        "voorwaarden die WijkMix uit de beleidsliteratuur heeft afgeleid. Het is geen advies om in "
        "te grijpen en geen oordeel over een buurt of de mensen die er wonen. Alle drempels zijn "
        "aannames ({mark}) en kunnen worden aangepast. Ontbrekende gegevens tellen als onbekend, "
        "nooit als nee. Het doel van deze analyse is niet vastgelegd: <b>doel niet vastgelegd</b> "
        "(zie Open vragen).</p>",
        mark=page.t("assumption", "aanname"),
    )
    return intro + "".join(
        _flag(page, base, flag, reasons, number) for number, flag in enumerate(FLAGS, start=3)
    )


def flagged(page: Page) -> list[str]:
    """Return the flags that at least one buurt carries."""
    if page.two_classes:
        return []
    return [f for f in FLAGS if any(s in _STATUS for s in page.column(f"flag_{f}"))]


def _read(text: object) -> Reasons:
    """Parse the reasons of one unit; what is no JSON object counts as no reasons."""
    if is_missing(text):
        return {}
    try:
        found = json.loads(str(text))
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _flag(
    page: Page, base: maps.Base | None, flag: str, reasons: Sequence[Reasons], number: int
) -> str:
    status = page.column(f"flag_{flag}")
    members = [i for i in page.in_code_order.tolist() if status[i] in _STATUS]
    unknown = [i for i in page.in_code_order.tolist() if status[i] == "unknown"]
    name = page.say(FLAG_NAMES[flag])
    found = Counter(s for s in status.tolist() if s)
    total = page.t(
        "<p><b>{c}</b> candidates and <b>{p}</b> provisional candidates out of {n} assessed "
        "buurten; {u} cannot be assessed for lack of data. The order below is that of the codes; "
        "it is no ranking.</p>",
        "<p><b>{c}</b> kandidaten en <b>{p}</b> voorlopige kandidaten op {n} beoordeelde buurten; "
        "{u} zijn niet te beoordelen doordat gegevens ontbreken. De volgorde hieronder is die van "
        "de codes; het is geen rangorde.</p>",
        c=page.numbers.integer(found["candidate"]),
        p=page.numbers.integer(found["provisional"]),
        n=page.numbers.integer(sum(found.values())),
        u=page.numbers.integer(found["unknown"]),
    )
    parts = [
        f'<section class="flag" id="flag-{flag}"><h3>{name}</h3>',
        _what(page, flag),
        total,
        _map(page, base, flag, status, members, number),
        _companions(page, flag),
        _condition_counts(page, flag, reasons, status),
    ]
    if members:
        parts.append(_reasons(page, flag, members, reasons, status))
    if unknown:
        parts.append(_unknown(page, flag, unknown, reasons))
    if members:
        parts.append(_instruments(page, flag))
    return "".join(parts) + "</section>"


def _what(page: Page, flag: str) -> str:
    """Return what the flag looks for: the source's words and the conditions made of them."""
    entry = page.entries[page.knowledge("candidate_flags")[flag]["defining_instrument"]]
    items = []
    for trigger in entry["triggers"]:
        mark = page.assumption if trigger["basis"] != "source" else _source_mark(page)
        items.append(f"{mark} {page.say(trigger)}")
    return page.items(items, kind="plain")


def _source_mark(page: Page) -> str:
    return f'<span class="mark src">{page.t("source", "bron")}</span>'


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


def _companions(page: Page, flag: str) -> str:
    """Return what must never be left out beside a physical flag."""
    rule = page.knowledge("candidate_flags")[flag]
    domains = page.knowledge("domains")
    items = []
    for ident in rule["must_show"]:
        entry = page.entries[ident]
        items.append(
            f"<b>{page.say(entry['label'])}</b> ({page.say(domains[entry['domain']])}, "
            f"{esc(entry['nr'])}): {page.say(entry['what'])}"
        )
    warnings = [
        f"<b>{page.say(CAVEATS[caveat['type']])}.</b> {page.say(caveat)} {_basis(page, caveat)}"
        for caveat in side_effects(page, flag)
    ]
    return (
        '<aside class="must"><h4>'
        + page.t(
            "Only together with this: what always belongs with it",
            "Alleen hiermee samen: wat er altijd bij hoort",
        )
        + "</h4>"
        + page.t(
            "<p>Physical intervention is never enough by itself. Never present this flag without "
            "these companions and warnings.</p>",
            "<p>Een fysieke ingreep is nooit genoeg op zichzelf. Toon deze vlag nooit zonder deze "
            "begeleiding en waarschuwingen.</p>",
        )
        + page.items(items)
        + page.items(warnings, kind="warn")
        + "</aside>"
    )


CAVEATS = {
    "displacement": Text("Displacement", "Verdringing"),
    "waterbed": Text("Waterbed effect", "Waterbedeffect"),
    "evidence": Text("Evidence", "Bewijs"),
    "legal": Text("Law", "Recht"),
    "discrimination": Text("Discrimination", "Discriminatie"),
    "privacy": Text("Privacy", "Privacy"),
    "market": Text("Market", "Markt"),
    "other": Text("Mind", "Let op"),
}


def _basis(page: Page, item: Mapping[str, Any]) -> str:
    """Mark whether the source says it or WijkMix does."""
    return _source_mark(page) if item.get("basis") == "source" else page.assumption


def side_effects(page: Page, flag: str) -> list[Mapping[str, Any]]:
    """Return the displacement and waterbed caveats of a flag.

    Those of the defining instrument and the obligatory companions; where they name none of a type,
    the first among the other instruments of the flag.
    """
    rule = page.knowledge("candidate_flags")[flag]
    near = [rule["defining_instrument"], *rule["must_show"]]
    found: list[Mapping[str, Any]] = []
    for kind in ("displacement", "waterbed"):
        own = [c for i in near for c in page.entries[i]["caveats"] if c["type"] == kind]
        other = [
            c for i in rule["instruments"] for c in page.entries[i]["caveats"] if c["type"] == kind
        ]
        for caveat in own or other[:1]:
            if caveat not in found:
                found.append(caveat)
    return found


# -- conditions ------------------------------------------------------------------------------------

Key = tuple[str, str, str, str]


def _key(condition: Mapping[str, Any]) -> Key:
    """Identify a condition across units, whatever its threshold there."""
    return (
        str(condition.get("group") or ""),
        str(condition.get("ind")),
        str(condition.get("op")),
        str(condition.get("ref") if condition.get("ref") is not None else condition.get("val")),
    )


def _columns(
    flag: str, members: Sequence[int], reasons: Sequence[Reasons]
) -> dict[Key, dict[str, Any]]:
    """Every condition that some unit lists, in the order of the rule, with its thresholds."""
    found: dict[Key, dict[str, Any]] = {}
    for i in members:
        for condition in reasons[i].get(flag, {}).get("conditions", ()):
            entry = found.setdefault(
                _key(condition),
                {"thresholds": {}, "defining": bool(condition.get("defining")), "any": condition},
            )
            entry["thresholds"][repr(condition.get("threshold"))] = condition.get("threshold")
    return found


def _value(page: Page, indicator: str, value: object) -> str:
    """Write a value of an indicator with a sensible number of digits."""
    if isinstance(value, bool):
        return page.t("yes", "ja") if value else page.t("no", "nee")
    if is_missing(value):
        return esc(None)
    if isinstance(value, (int, float)):
        digits = (
            0 if indicator.startswith(("share_", "owner_")) or indicator == "free_capacity" else 2
        )
        if indicator == "dw_per_ha":
            digits = 1
        return page.numbers.decimal(value, digits)
    return esc(value)


def _name(page: Page, indicator: str) -> str:
    known = page.knowledge("indicators").get(indicator)
    return page.say(known["label"]) if known else esc(indicator)


_REFERENCES = {
    "median_gemeente": Text("median of the gemeente", "mediaan van de gemeente"),
    "p75_gemeente": Text("75th percentile of the gemeente", "75e percentiel van de gemeente"),
    "gemeente_mean": Text("mean of the gemeente", "gemiddelde van de gemeente"),
}


def _limit(page: Page, key: Key, entry: Mapping[str, Any]) -> str:
    """Write the right-hand side of a condition, marked as an assumption."""
    indicator, operator, reference = key[1], key[2], key[3]
    several = len(entry["thresholds"]) > 1
    threshold = next(iter(entry["thresholds"].values()))
    text = SYMBOLS.get(operator, esc(operator)) + "\N{NO-BREAK SPACE}"
    if reference in _REFERENCES:
        text += page.say(_REFERENCES[reference])
        if not several and not is_missing(threshold):
            text += f" ({_value(page, indicator, threshold)})"
    else:
        text += (
            _value(page, indicator, threshold)
            if not several
            else page.t("own limit", "eigen grens")
        )
    return f"{text} {page.assumption}"


def _condition_counts(page: Page, flag: str, reasons: Sequence[Reasons], status: np.ndarray) -> str:
    """Return how many assessed buurten meet each condition: shows where data are missing."""
    members = [i for i, s in enumerate(status.tolist()) if s]
    columns = _columns(flag, members, reasons)
    if not columns:
        return ""
    counts: dict[Key, Counter[object]] = {key: Counter() for key in columns}
    for i in members:
        for condition in reasons[i].get(flag, {}).get("conditions", ()):
            counts[_key(condition)][condition.get("result")] += 1
    rows = []
    for key, entry in columns.items():
        needed = page.t("one of these", "één hiervan") if key[0].startswith("any") else ""
        defining = page.t("defining", "bepalend") if entry["defining"] else ""
        rows.append(
            [
                f"{_name(page, key[1])} {_limit(page, key, entry)}",
                ", ".join(word for word in (defining, needed) if word),
                *(f"={page.numbers.integer(counts[key][r])}" for r in (True, False, None)),
            ]
        )
    return page.table(
        [
            page.t("Condition", "Voorwaarde"),
            page.t("Kind", "Soort"),
            "=" + page.t("met", "voldaan"),
            "=" + page.t("not met", "niet voldaan"),
            "=" + page.t("unknown", "onbekend"),
        ],
        rows,
        caption=page.t(
            "Conditions and in how many assessed buurten they hold",
            "Voorwaarden, en in hoeveel beoordeelde buurten eraan wordt voldaan",
        ),
    )


def _reasons(
    page: Page,
    flag: str,
    members: Sequence[int],
    reasons: Sequence[Reasons],
    status: np.ndarray,
) -> str:
    """Return every flagged buurt with every condition, its value and its outcome, in code order."""
    gemeente = page.column("gemeente_code")
    total = page.numbers.integer(len(members))
    if len(members) > _DETAILED:
        groups: dict[object, list[int]] = {}
        for i in members:
            groups.setdefault(gemeente[i], []).append(i)
        lists = "".join(
            f"<p><b>{esc(page.area(g))}</b></p>{page.codes(m)}" for g, m in groups.items()
        )
        note = page.t(
            "<p>{n} buurten are too many to print every condition of each. All codes are below; "
            "the conditions are in the field flag_reasons of the output layer.</p>",
            "<p>{n} buurten zijn te veel om van elk alle voorwaarden af te drukken. Alle codes "
            "staan hieronder; de voorwaarden staan in het veld flag_reasons van de "
            "uitvoerlaag.</p>",
            n=total,
        )
        title = page.t("All {n} flagged buurten", "Alle {n} buurten met deze vlag", n=total)
        return note + page.fold(title, lists)
    columns = _columns(flag, members, reasons)
    head = _matrix_head(page, columns)
    wide = 3 + len(columns)
    body: list[str] = []
    last: object = None
    wijk = page.column("wijk_code")
    for i in members:
        place = (gemeente[i], wijk[i])
        if place != last:
            where = page.t(
                "{gemeente}, wijk {wijk}",
                "{gemeente}, wijk {wijk}",
                gemeente=page.area(gemeente[i]),
                wijk=wijk[i],
            )
            body.append(f'<tr class="g"><th colspan="{wide}" scope="rowgroup">{where}</th></tr>')
            last = place
        body.append(_matrix_row(page, i, flag, columns, reasons[i], str(status[i])))
    table = f'<table class="matrix"><thead>{head}</thead><tbody>{"".join(body)}</tbody></table>'
    title = page.t(
        "All {n} flagged buurten with every condition",
        "Alle {n} buurten met deze vlag, met elke voorwaarde",
        n=total,
    )
    return page.fold(title, table, opened=len(members) <= _OPEN)


def _matrix_head(page: Page, columns: Mapping[Key, Mapping[str, Any]]) -> str:
    cells = []
    for key, entry in columns.items():
        notes = []
        if key[0].startswith("any"):
            notes.append(page.t("one of these", "één hiervan"))
        if entry["defining"]:
            notes.append(page.t("defining", "bepalend"))
        small = f"<small>{', '.join(notes)}</small>" if notes else ""
        cells.append(
            f'<th scope="col">{_name(page, key[1])} {_limit(page, key, entry)}{small}</th>'
        )
    return (
        f'<tr><th scope="col">{page.t("Buurt", "Buurt")}</th>'
        f'<th scope="col" class="n">{page.t("Dwellings", "Woningen")}</th>'
        f'<th scope="col">{page.t("Status", "Status")}</th>{"".join(cells)}</tr>'
    )


def _matrix_row(
    page: Page,
    i: int,
    flag: str,
    columns: Mapping[Key, Mapping[str, Any]],
    reasons: Reasons,
    status: str,
) -> str:
    listed = {_key(c): c for c in reasons.get(flag, {}).get("conditions", ())}
    cells = []
    for key, entry in columns.items():
        condition = listed.get(key)
        if condition is None:
            cells.append(f"<td>{esc(None)}</td>")
            continue
        look, symbol, word = OUTCOMES[condition.get("result")]
        value = (
            "" if condition.get("result") is None else _value(page, key[1], condition.get("value"))
        )
        if len(entry["thresholds"]) > 1 and condition.get("result") is not None:
            value += (
                f" {SYMBOLS.get(key[2], '')} {_value(page, key[1], condition.get('threshold'))}"
            )
        gap = "<br>" if value else ""
        cells.append(
            f'<td class="{look}">{value}{gap}<small>{symbol} {page.say(word)}</small></td>'
        )
    return (
        f'<tr><th scope="row">{esc(page.column("buurt_name")[i])} '
        f"<small>{esc(page.column('buurt_code')[i])}</small></th>"
        f"<td class=n>{page.numbers.integer(page.floats('dwellings')[i])}</td>"
        f"<td>{page.say(_STATUS[status])}</td>{''.join(cells)}</tr>"
    )


def _unknown(page: Page, flag: str, members: Sequence[int], reasons: Sequence[Reasons]) -> str:
    """Return which data the buurten that cannot be assessed lack, and all their codes."""
    missing: Counter[str] = Counter()
    for i in members:
        conditions = reasons[i].get(flag, {}).get("conditions", ())
        missing.update({str(c.get("ind")) for c in conditions if c.get("result") is None})
    lacks = page.items(
        page.t("{name}: missing in {n} buurten", "{name}: ontbreekt in {n} buurten").format(
            name=_name(page, indicator), n=page.numbers.integer(n)
        )
        for indicator, n in sorted(missing.items())
    )
    title = page.t(
        "{n} buurten cannot be assessed: which data are missing",
        "{n} buurten zijn niet te beoordelen: welke gegevens ontbreken",
        n=page.numbers.integer(len(members)),
    )
    return page.fold(title, lacks + page.codes(members))


# -- instruments -----------------------------------------------------------------------------------


def _instruments(page: Page, flag: str) -> str:
    rule = page.knowledge("candidate_flags")[flag]
    must = set(rule["must_show"])
    domains = page.knowledge("domains")
    groups: dict[str, list[str]] = {}
    for ident in dict.fromkeys(
        [rule["defining_instrument"], *rule["instruments"], *rule["must_show"]]
    ):
        entry = page.entries[ident]
        text = f'<a href="#i-{esc(entry["nr"])}">{esc(entry["nr"])} {page.say(entry["label"])}</a>'
        if ident in must:
            text += page.t(" (always with it)", " (hoort er altijd bij)")
        groups.setdefault(entry["domain"], []).append(text)
    items = [
        f"<b>{page.say(domains[domain])}</b>: {'; '.join(entries)}"
        for domain, entries in groups.items()
    ]
    title = page.t("Instruments to read about", "Instrumenten om over te lezen")
    return f"<h4>{title}</h4>{page.items(items, kind='plain')}"
