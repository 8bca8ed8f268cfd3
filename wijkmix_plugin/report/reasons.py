# SPDX-License-Identifier: GPL-2.0-or-later
"""Why a buurt carries a flag: every condition, its value, its threshold and its outcome."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np

from ..errors import Text
from ..policy import explain
from .figures import FEW
from .numbers import esc
from .page import FLAGS, Page

_OPEN = 150  # flagged buurten up to which the reasons are shown unfolded
_DETAILED = 1500  # flagged buurten up to which every condition of each is printed
STATUS = {
    "candidate": Text("candidate", "kandidaat"),
    "provisional": Text("provisional", "voorlopig"),
}
_LOOKS = {True: "met", False: "not", None: "unk"}
# Column heads must fit a sheet of paper; the table of conditions above has the full names.
_SHORT = {
    "moran_corp": Text("Moran cluster", "Moran-cluster"),
    "lq_corp": Text("LQ corp. rental", "LQ corp.huur"),
    "div_tenure": Text("diversity", "diversiteit"),
    "dw_per_ha": Text("dwellings per ha", "woningen per ha"),
    "vulnerable": Text("vulnerable", "kwetsbaar"),
    "free_capacity": Text("capacity", "capaciteit"),
    "share_earlypostwar": Text("built 1945-1975 (%)", "bouwjaar 1945-1975 (%)"),
    "share_poor_label": Text("poor label (%)", "slecht label (%)"),
    "condition_flag": Text("poor state", "slechte staat"),
    "owner_public": Text("public land (%)", "publieke grond (%)"),
    "owner_market": Text("market land (%)", "grond markt (%)"),
}
Reasons = Mapping[str, Mapping[str, Any]]


class Key(NamedTuple):
    """What identifies a condition across units, whatever its threshold there."""

    group: str
    indicator: str
    operator: str
    reference: str


@dataclass
class Condition:
    """One condition of a flag as it occurs in a set of units."""

    key: Key
    listed: Mapping[str, Any]  # as in the first unit that lists it
    letter: str = ""  # of the alternatives it belongs to, of which one suffices
    thresholds: dict[str, Any] = field(default_factory=dict)
    outcomes: Counter[bool | None] = field(default_factory=Counter)

    @property
    def varies(self) -> bool:
        """Whether units have thresholds of their own (a median per gemeente)."""
        return len(self.thresholds) > 1


def _listed(reasons: Reasons, flag: str) -> Sequence[Mapping[str, Any]]:
    of_flag = reasons.get(flag)
    return of_flag.get("conditions", ()) if isinstance(of_flag, Mapping) else ()


def _key(condition: Mapping[str, Any]) -> Key:
    return Key(
        str(condition.get("group") or ""),
        str(condition.get("ind")),
        str(condition.get("op")),
        str(condition.get("ref")),
    )


def _conditions(
    flag: str, members: Sequence[int], reasons: Sequence[Reasons]
) -> dict[Key, Condition]:
    """Collect every condition that some unit lists, in the order of the rule."""
    found: dict[Key, Condition] = {}
    for i in members:
        for listed in _listed(reasons[i], flag):
            key = _key(listed)
            if key not in found:
                found[key] = Condition(key, listed)
            found[key].thresholds[repr(listed.get("threshold"))] = listed.get("threshold")
            found[key].outcomes[listed.get("result")] += 1
    alternatives = dict.fromkeys(key.group for key in found if key.group.startswith("any"))
    letters = dict(zip(alternatives, "ABCDEFGH", strict=False))
    for key, condition in found.items():
        condition.letter = letters.get(key.group, "")
    return found


# -- words -----------------------------------------------------------------------------------------


def _name(page: Page, condition: Mapping[str, Any]) -> str:
    return page.say(explain.indicator(condition, page.catalogue))


def _short(page: Page, condition: Condition) -> str:
    name = condition.key.indicator
    return page.say(_SHORT[name]) if name in _SHORT else _name(page, condition.listed)


def _limit(page: Page, condition: Condition) -> str:
    """Write the right-hand side of a condition."""
    return page.say(
        explain.limit(condition.listed, page.catalogue, brief=True, numbered=not condition.varies)
    )


def _kind(page: Page, condition: Condition) -> str:
    words = []
    if condition.letter:
        words.append(page.t("one of {x}", "één van {x}", x=condition.letter))
    if condition.listed.get("defining"):
        words.append(page.t("defining", "bepalend"))
    return ", ".join(words)


def _letters(page: Page) -> str:
    return page.t(
        "<p class='note'>Of conditions with the same letter one suffices; all others are needed. "
        "Defining: must be met and known before a buurt can be a provisional candidate.</p>",
        "<p class='note'>Van voorwaarden met dezelfde letter is één genoeg; alle andere zijn "
        "nodig. Bepalend: moet bekend en vervuld zijn voordat een buurt voorlopig kandidaat kan "
        "zijn.</p>",
    )


def reading_notes(page: Page, reasons: Sequence[Reasons]) -> str:
    """Return how the tables of all flags are read, once for all of them."""
    told = _letters(page) if any(reasons) else ""
    if any(page.column(f"flag_robustness_{flag}").any() for flag in FLAGS):
        told += page.t(
            "<p class='note'>Below a status: in how many variants the flag stays when each "
            "threshold by itself is 20% lower or higher. Only variants that can be worked out with "
            "the figures of the buurt count. A flag that disappears by a small change is a weak "
            "signal.</p>",
            "<p class='note'>Onder een status: in hoeveel varianten de vlag blijft als elke "
            "drempel op zichzelf 20% lager of hoger is. Alleen varianten die met de cijfers van de "
            "buurt te berekenen zijn, tellen mee. Een vlag die bij een kleine wijziging verdwijnt, "
            "is een zwak signaal.</p>",
        )
    return told


# -- tables ----------------------------------------------------------------------------------------


def condition_counts(page: Page, flag: str, reasons: Sequence[Reasons], status: np.ndarray) -> str:
    """Return how many buurten meet each condition: shows at once where data are missing."""
    members = [i for i, s in enumerate(status.tolist()) if s]
    rows = [
        [
            f"{_name(page, condition.listed)} {_limit(page, condition)} {page.assumption}",
            _kind(page, condition),
            *(f"={page.numbers.integer(condition.outcomes[r])}" for r in (True, False, None)),
        ]
        for condition in _conditions(flag, members, reasons).values()
    ]
    if not rows:
        return ""
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
            "The conditions, and for how many of the buurten looked at they hold",
            "De voorwaarden, en voor hoeveel van de bekeken buurten ze gelden",
        ),
    )


def unit_table(page: Page, flag: str, reasons: Reasons) -> str:
    """Return every condition of a flag for one buurt: outcome, value, threshold, whose limit."""
    rows = []
    for condition in _conditions(flag, [0], [reasons]).values():
        listed = condition.listed
        symbol, word = explain.outcome(listed)
        known = explain.assumption(listed, page.catalogue)
        mark = f"{page.assumption} {page.say(known)}" if known is not None else ""
        rows.append(
            [
                _name(page, listed),
                page.say(explain.value(listed, page.catalogue)),
                page.say(explain.limit(listed, page.catalogue)) + (f"<br>{mark}" if mark else ""),
                f"{symbol} {page.say(word)}",
                _kind(page, condition),
            ]
        )
    if not rows:
        return page.t(
            "<p>The layer has no record of the conditions.</p>",
            "<p>De laag bevat geen verslag van de voorwaarden.</p>",
        )
    note = ""
    if any(row[-1] for row in rows):
        note = _letters(page)
    return (
        page.table(
            [
                page.t("Condition", "Voorwaarde"),
                page.t("Here", "Hier"),
                page.t("Asked", "Gevraagd"),
                page.t("Outcome", "Uitkomst"),
                page.t("Kind", "Soort"),
            ],
            rows,
            kind="conditions",
        )
        + note
    )


def reasons_table(
    page: Page,
    flag: str,
    members: Sequence[int],
    reasons: Sequence[Reasons],
    status: np.ndarray,
) -> str:
    """Return every flagged buurt with every condition, in code order; too many: all codes."""
    gemeente, wijk = page.column("gemeente_code"), page.column("wijk_code")
    units = page.units(len(members))
    if len(members) > _DETAILED:
        groups: dict[object, list[int]] = {}
        for i in members:
            groups.setdefault(gemeente[i], []).append(i)
        lists = "".join(
            f"<p><b>{esc(page.area(g))}</b></p>{page.codes(m)}" for g, m in groups.items()
        )
        note = page.t(
            "<p>{n} are too many to print every condition of each. All codes are below; the "
            "conditions are in the field flag_reasons of the output layer.</p>",
            "<p>{n} is te veel om van elk alle voorwaarden af te drukken. Alle codes staan "
            "hieronder; de voorwaarden staan in het veld flag_reasons van de uitvoerlaag.</p>",
            n=units,
        )
        if any(page.column(f"flag_robustness_{flag}")[members]):
            note += page.t(
                "<p>In how many variants of the thresholds each flag stays is in the field "
                "{field}.</p>",
                "<p>In hoeveel varianten van de drempels elke vlag blijft, staat in het veld "
                "{field}.</p>",
                field=f"flag_robustness_{flag}",
            )
        title = page.t("All flagged: {n}", "Alle met deze vlag: {n}", n=units)
        return note + page.fold(title, lists)
    every = _conditions(flag, members, reasons)
    # A condition that is unknown for all of them is told once, not in a column of question marks.
    unknown = [c for c in every.values() if set(c.outcomes) == {None}]
    columns = {key: c for key, c in every.items() if c not in unknown}
    told = ""
    if unknown:
        words = "; ".join(
            f"{_name(page, c.listed)} {_limit(page, c)} {page.assumption}" for c in unknown
        )
        told = (
            page.t(
                "<p>Unknown for every buurt below, since the data are missing: ",
                "<p>Onbekend voor elke buurt hieronder, doordat de gegevens ontbreken: ",
            )
            + f"{words}.</p>"
        )
    body: list[str] = []
    last: object = None
    for i in members:
        place = (gemeente[i], wijk[i])
        if place != last:
            where = f"{esc(page.area(gemeente[i]))}, wijk {esc(wijk[i])}"
            body.append(
                f'<tr class="g"><th colspan="{3 + len(columns)}" scope="rowgroup">{where}</th></tr>'
            )
            last = place
        body.append(_row(page, i, flag, columns, reasons[i], str(status[i])))
    table = (
        f'<table class="matrix"><thead>{_head(page, columns)}</thead>'
        f"<tbody>{''.join(body)}</tbody></table>"
    )
    title = page.t(
        "All flagged, with every condition: {n}",
        "Alle met deze vlag, met elke voorwaarde: {n}",
        n=units,
    )
    return page.fold(title, told + table, opened=len(members) <= _OPEN)


def _head(page: Page, columns: Mapping[Key, Condition]) -> str:
    cells = "".join(
        f'<th scope="col">{_short(page, c)} {_limit(page, c)}'
        f"<small>{', '.join(w for w in (_kind(page, c), page.t('assumption', 'aanname')) if w)}"
        "</small></th>"
        for c in columns.values()
    )
    return (
        f'<tr><th scope="col">{page.t("Buurt", "Buurt")}</th>'
        f'<th scope="col" class="n">{page.t("Dwellings", "Woningen")}</th>'
        f'<th scope="col">{page.t("Status", "Status")}</th>{cells}</tr>'
    )


def _row(
    page: Page,
    i: int,
    flag: str,
    columns: Mapping[Key, Condition],
    reasons: Reasons,
    status: str,
) -> str:
    listed = {_key(c): c for c in _listed(reasons, flag)}
    cells = []
    for key, column in columns.items():
        condition = listed.get(key)
        if condition is None:
            cells.append(f"<td>{esc(None)}</td>")
            continue
        symbol, word = explain.outcome(condition)
        result = condition.get("result")
        text = ""
        if result is not None:
            text = page.say(explain.value(condition, page.catalogue, brief=True))
            if column.varies:
                limit = explain.limit(condition, page.catalogue, brief=True, named=False)
                text += f" ({page.say(limit)})"
        look = _LOOKS.get(result, "unk")
        cells.append(f'<td class="{look}">{text}<small>{symbol} {page.say(word)}</small></td>')
    robust = explain.robustness(page.column(f"flag_robustness_{flag}")[i], brief=True)
    firm = f"<small>{page.say(robust)}</small>" if robust is not None else ""
    return (
        f'<tr><th scope="row">{esc(page.column("buurt_name")[i])} '
        f"<small>{esc(page.column('buurt_code')[i])}</small></th>"
        f"<td class=n>{page.numbers.integer(page.floats('dwellings')[i])}</td>"
        f"<td>{page.say(STATUS[status])}{firm}</td>{''.join(cells)}</tr>"
    )


def unknown_list(page: Page, flag: str, members: Sequence[int], reasons: Sequence[Reasons]) -> str:
    """Return which data the buurten that cannot be assessed lack, and all their codes."""
    missing: Counter[str] = Counter()
    for i in members:
        missing.update(
            {str(c.get("ind")) for c in _listed(reasons[i], flag) if c.get("result") is None}
        )
    lacks = page.run_on(
        f"{_name(page, {'ind': indicator})}: "
        + page.t("missing in {n}", "ontbreekt in {n}", n=page.units(n))
        for indicator, n in sorted(missing.items())
    )
    wanted = Counter(
        t for i in members for t in explain.to_add(reasons[i].get(flag), page.catalogue)
    )
    told = page.items(f"{page.units(n)}: <b>{page.say(text)}</b>" for text, n in wanted.items())
    close = [i for i in members if explain.met_otherwise(reasons[i].get(flag))]
    if close:
        told += page.t(
            "<p>Every other condition is met in {n}: there, plan or land data decide.</p>",
            "<p>Aan alle andere voorwaarden is voldaan in {n}: daar beslissen plan- of "
            "gronddata.</p>",
            n=page.units(len(close)),
        ) + page.codes(close)
    title = page.t(
        "Cannot be assessed, and which data are missing: {n}",
        "Niet te beoordelen, en welke gegevens ontbreken: {n}",
        n=page.units(len(members)),
    )
    return told + page.fold(
        title, f"<p>{lacks}</p>{page.codes(members)}", opened=len(members) <= FEW
    )
