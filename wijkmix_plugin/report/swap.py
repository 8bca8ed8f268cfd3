# SPDX-License-Identifier: GPL-2.0-or-later
"""The smallest swap on paper: an arithmetical lower bound, its limits and their shadow prices."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from ..errors import Text
from ..measures.swap import Swap
from ..policy import scenario_words
from . import figures, maps, plan
from .document import document, subtitle
from .maps import MapClass
from .numbers import esc
from .page import Page

SAYS = Text(
    "Arithmetical lower bound, not a plan: it knows no costs, leases or residents.",
    "Rekenkundige ondergrens, geen plan: kosten, huurcontracten en bewoners zitten er niet in.",
)
ORIGIN = {
    "source": Text("Layer", "Laag"),
    "attribution": Text("Data", "Gegevens"),
    "group": Text("Group", "Groep"),
    "total": Text("All dwellings", "Alle woningen"),
    "limits": Text("Limits", "Grenzen"),
    "versions": Text("Software", "Software"),
}
MOST_UNITS = 40
_CHANGES = (
    ("gain", "#0072B2", Text("more of the group", "meer van de groep")),
    ("loss", "#E69F00", Text("less of the group", "minder van de groep")),
    ("same", "#f2f2f2", Text("no change", "geen verandering")),
    ("nodata", "none", Text("takes no part", "doet niet mee")),
)


@dataclass
class SwapResult:
    """A swap with the units it is about; `frame` has the identity of units where there is one."""

    frame: pd.DataFrame
    swap: Swap
    group: str
    provenance: Mapping[str, Any] = field(default_factory=dict)
    classes: tuple[str, ...] = ()


def render_swap(result: SwapResult, catalogue: Any, *, lang: str = "nl") -> str:
    """Write the report of a smallest swap."""
    page = Page(result, catalogue, lang)
    base = figures.map_base(page)
    sections = [
        ("summary", page.t("In short", "In het kort"), _summary(page, result.swap)),
        ("limits", page.t("Limits and their price", "Grenzen en hun prijs"), _limits(page, result)),
        (
            "units",
            page.t("Per unit", "Per eenheid"),
            _map(page, result, base) + _units(page, result),
        ),
        ("sources", page.t("Origin", "Herkomst"), plan.origin_section(page, ORIGIN)),
    ]
    title = page.t("The smallest swap", "De kleinste ruil") + f": {_group(page, result.group)}"
    what = page.t("<b>lower bound, not a plan</b>", "<b>ondergrens, geen plan</b>")
    return document(page, title, subtitle(page, None, what), sections, maps.shared_shapes(base))


def _group(page: Page, name: str) -> str:
    short = name.removeprefix("n_")
    return esc(page.tenure(short)) if short in ("koop", "corp", "overig", "huur") else esc(name)


def _summary(page: Page, swap: Swap) -> str:
    rows = [
        [page.t("D as it is", "D zoals die is"), "=" + page.numbers.decimal(swap.before, 4)],
        [page.t("D after the swap", "D na de ruil"), "=" + page.numbers.decimal(swap.after, 4)],
        [
            page.t("Lowest D within the limits", "Laagste D binnen de grenzen"),
            "=" + page.numbers.decimal(swap.lowest, 4),
        ],
        [
            page.t(
                "Dwellings that leave the group, and as many that join it",
                "Woningen die de groep verlaten, en evenveel die erbij komen",
            ),
            "=" + page.numbers.decimal(swap.moved, 1),
        ],
        [
            page.t("Dwellings for 0.01 less D", "Woningen voor 0,01 minder D"),
            "=" + page.numbers.decimal(swap.rate / 100, 1),
        ],
    ]
    head = [page.t("What", "Wat"), "=" + page.t("Value", "Waarde")]
    return (
        f'<div class="must"><p><b>{page.say(SAYS)}</b></p></div>'
        + page.items(page.say(note) for note in swap.notes)
        + page.table(head, rows, kind="key")
    )


def _limits(page: Page, result: SwapResult) -> str:
    swap = result.swap
    text = page.t(
        "<p>A shadow price says how much D would fall for one more dwelling of room in a unit. It "
        "is 0 while the target or the number of dwellings is what binds, and for units on the side "
        "with room to spare.</p>",
        "<p>Een schaduwprijs zegt hoeveel D zou dalen met ruimte voor één woning meer in een "
        "eenheid. Hij is 0 zolang het doel of het aantal woningen bindt, en voor eenheden aan de "
        "kant die ruimte over heeft.</p>",
    )
    rows = []
    for name in dict.fromkeys(str(v) for v in swap.limit if v is not None):
        here = swap.limit == name
        priced = here & (swap.price > 0)
        rows.append(
            [
                esc(scenario_words.word(name, page.lang)),
                "=" + page.numbers.integer(int(here.sum())),
                "=" + page.numbers.integer(int(priced.sum())),
                "="
                + page.numbers.decimal(float(swap.price[priced].max()) if priced.any() else 0.0, 8),
            ]
        )
    if not rows:
        return text + page.t(
            "<p>No limit of a unit holds D up here.</p>",
            "<p>Geen grens van een eenheid houdt D hier tegen.</p>",
        )
    head = [
        page.t("Limit", "Grens"),
        "=" + page.t("Units", "Eenheden"),
        "=" + page.t("with a price", "met een prijs"),
        "=" + page.t("Less D per dwelling", "Minder D per woning"),
    ]
    return text + page.table(head, rows)


def _map(page: Page, result: SwapResult, base: maps.Base | None) -> str:
    if base is None:
        return ""
    change = result.swap.change
    keys = np.full(len(change), "same", dtype=object)
    keys[change > 0.05] = "gain"
    keys[change < -0.05] = "loss"
    keys[np.isnan(change)] = "nodata"
    return figures.figure(
        page,
        base,
        ident="map-swap",
        title=page.t("One of the smallest swaps", "Een van de kleinste ruilen"),
        keys=keys,
        classes=[MapClass(*c) for c in _CHANGES],
        note=page.t(
            "Many swaps are equally small. This one asks of every unit the same part of what it "
            "can do.",
            "Veel ruilen zijn even klein. Deze vraagt van elke eenheid hetzelfde deel van wat zij "
            "kan.",
        ),
    )


def _units(page: Page, result: SwapResult) -> str:
    if "buurt_code" not in result.frame:
        return page.t(
            "<p>The units are in the output layer.</p>",
            "<p>De eenheden staan in de uitvoerlaag.</p>",
        )
    change = result.swap.change
    codes, names = page.column("buurt_code"), page.column("buurt_name")
    order = [k for k in page.in_code_order if abs(np.nan_to_num(change[k])) > 0.05]
    rows = [
        [
            f"{esc(names[k] or codes[k])} <small>{esc(codes[k])}</small>",
            f"={'+' if change[k] > 0 else ''}{page.numbers.decimal(change[k], 1)}",
            esc(scenario_words.word(result.swap.limit[k], page.lang))
            if result.swap.limit[k]
            else "",
        ]
        for k in order
    ]
    head = [
        page.t("Buurt", "Buurt"),
        "=" + page.t("Change of the group", "Verandering van de groep"),
        page.t("Limit", "Grens"),
    ]
    caption = page.t("{n} that change", "{n} die veranderen").format(n=page.units(len(rows)))
    if len(rows) > MOST_UNITS:
        return page.fold(caption, page.table(head, rows))
    return page.table(head, rows, caption=caption)
