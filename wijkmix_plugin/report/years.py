# SPDX-License-Identifier: GPL-2.0-or-later
"""Two years on paper: what changed, where it adds up, and what composition alone explains."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from ..errors import Text
from ..policy import scenario_words
from . import figures, maps, plan
from .charts import CLUSTER_COLOURS, CLUSTER_LABELS, MAP_LINES
from .document import document, subtitle
from .maps import MapClass
from .numbers import esc
from .page import Page
from .scenario import SHOWN, index_head, index_rows

MOST_UNITS = 30
ORIGIN = {
    "source": Text("Layers", "Lagen"),
    "attribution": Text("Data", "Gegevens"),
    "treated": Text("Treated areas", "Behandelde gebieden"),
    "seed": Text("Random seed", "Startgetal"),
    "versions": Text("Software", "Software"),
}
SAYS = Text(
    "These tables count. They say what changed where, and nothing of what caused it.",
    "Deze tabellen tellen. Zij zeggen wat waar veranderde, en niets over de oorzaak.",
)


@dataclass
class Years:
    """What a comparison of two years found.

    Attributes
    ----------
    frame : one row per unit: identity, `n_change_*`, `share_change_*`, `low_*`, `high_*`,
        `area_class` and, with shapes, `moran_cluster` and `geometry`.
    groups : the count columns compared, such as n_corp.
    first, second : the years; None where the tables tell none.
    waterbed, indices : as `measures.waterbed` and `measures.change` give them.
    treated : whether the user named treated areas.
    """

    frame: pd.DataFrame
    groups: Sequence[str]
    first: int | None
    second: int | None
    waterbed: pd.DataFrame
    indices: pd.DataFrame
    treated: bool = False
    notes: list[tuple[Text, bool]] = field(default_factory=list)
    provenance: Mapping[str, Any] = field(default_factory=dict)

    @property
    def classes(self) -> tuple[str, ...]:
        """Tenure classes among the groups."""
        return tuple(name.removeprefix("n_") for name in self.groups)


def render_years(result: Years, catalogue: Any, *, lang: str = "nl") -> str:
    """Write the report of a comparison of two years."""
    page = Page(result, catalogue, lang)
    base = figures.map_base(page)
    first, second = _years(page, result)
    sections = [
        ("summary", page.t("In short", "In het kort"), _summary(page, result)),
        (
            "waterbed",
            page.t("The waterbed table", "De waterbedtabel"),
            _waterbed(page, result, first, second),
        ),
        (
            "indices",
            page.t("Change of the indices", "Verandering van de indices"),
            _indices(page, result, first, second),
        ),
        (
            "units",
            page.t("Change per buurt", "Verandering per buurt"),
            _clusters(page, result, base) + _units(page, result),
        ),
        (
            "limits",
            page.t("Limits of this report", "Grenzen van dit rapport"),
            _limits(page),
        ),
        ("sources", page.t("Origin", "Herkomst"), plan.origin_section(page, ORIGIN)),
    ]
    title = page.t("Two years compared", "Twee jaren vergeleken") + f": {first} – {second}"
    return document(page, title, subtitle(page, None), sections, maps.shared_shapes(base))


def _years(page: Page, result: Years) -> tuple[str, str]:
    names = page.t("first year", "eerste jaar"), page.t("second year", "tweede jaar")
    found = result.first, result.second
    if result.first == result.second:  # the tables do not tell them apart
        found = None, None
    first, second = (
        esc(year) if year is not None else name for year, name in zip(found, names, strict=True)
    )
    return first, second


def _group(page: Page, name: object) -> str:
    """Name a group: a tenure where it is one, else as the user called the field."""
    short = str(name).removeprefix("n_")
    return esc(page.tenure(short)) if short in ("koop", "corp", "overig", "huur") else esc(name)


def _summary(page: Page, result: Years) -> str:
    whole = result.waterbed[result.waterbed["area_class"] == "region"]
    rows = [
        [
            _group(page, r.group),
            "=" + page.numbers.integer(r.before),
            "=" + page.numbers.integer(r.after),
            "=" + plan.signed(page, r.change),
            "=" + page.numbers.percent(r.share_before, 1),
            "=" + page.numbers.percent(r.share_after, 1),
        ]
        for r in whole.itertuples()
    ]
    first, second = _years(page, result)
    head = [
        page.t("Tenure", "Eigendom"),
        f"={first}",
        f"={second}",
        "=" + page.t("Change", "Verandering"),
        f"={page.t('Share', 'Aandeel')} {first}",
        f"={page.t('Share', 'Aandeel')} {second}",
    ]
    known = int(whole["n_units"].iloc[0]) if len(whole) else 0
    text = page.t(
        "<p>{used} of {all} have figures in both years and are compared, on the same "
        "boundaries.</p>",
        "<p>{used} van {all} hebben cijfers in beide jaren en worden vergeleken, op dezelfde "
        "grenzen.</p>",
        used=page.numbers.integer(known),
        all=page.units(len(result.frame)),
    )
    warned = [text for text, warns in result.notes if warns]
    more = page.items(page.say(text) for text in warned) if warned else ""
    return (
        f'<div class="must"><p><b>{page.say(SAYS)}</b></p></div>{text}'
        f"{page.table(head, rows)}{more}"
    )


def _waterbed(page: Page, result: Years, first: str, second: str) -> str:
    intro = page.t(
        "<p>Does a change in treated areas come back as the opposite change elsewhere? The table "
        "adds up: the changes of all classes of area together are that of the whole. It counts and "
        "says nothing of causes.</p>",
        "<p>Staat tegenover een verandering in behandelde gebieden elders een omgekeerde? De tabel "
        "telt op: de veranderingen van alle soorten gebied zijn samen die van het geheel. Zij telt "
        "en zegt niets over oorzaken.</p>",
    )
    if not result.treated:
        intro += page.t(
            "<p><b>No treated areas were named</b>, so there is one class of area.</p>",
            "<p><b>Er zijn geen behandelde gebieden genoemd</b>, dus er is één soort gebied.</p>",
        )
    head = [
        page.t("Area", "Gebied"),
        "=" + page.t("Buurten", "Buurten"),
        f"={first}",
        f"={second}",
        "=" + page.t("Change", "Verandering"),
        f"={page.t('Share', 'Aandeel')} {first}",
        f"={page.t('Share', 'Aandeel')} {second}",
    ]
    parts = [intro]
    for group in dict.fromkeys(result.waterbed["group"]):
        some = result.waterbed[result.waterbed["group"] == group]
        rows = [
            [
                esc(scenario_words.word(r.area_class, page.lang)),
                "=" + page.numbers.integer(r.n_units),
                "=" + page.numbers.integer(r.before),
                "=" + page.numbers.integer(r.after),
                "=" + plan.signed(page, r.change),
                "=" + page.numbers.percent(r.share_before, 1),
                "=" + page.numbers.percent(r.share_after, 1),
            ]
            for r in some.itertuples()
        ]
        parts.append(page.table(head, rows, caption=_group(page, group)))
    return "".join(parts)


def _indices(page: Page, result: Years, first: str, second: str) -> str:
    table = result.indices[result.indices["index"].isin(SHOWN)]
    text = page.t(
        "<p>The change comes with a 95% interval (the same units drawn again in both years) and "
        "in two parts that add up: what the composition of the whole does to the index, and what "
        "the spread over the units does (Shapley). An interval around 0 means: too small to "
        "call.</p>",
        "<p>De verandering staat met een 95%-interval (dezelfde eenheden in beide jaren opnieuw "
        "getrokken) en in twee delen die optellen: wat de samenstelling van het geheel met de "
        "index doet, en wat de spreiding over de eenheden doet (Shapley). Een interval rond 0 "
        "betekent: te klein om iets te zeggen.</p>",
    )
    known = all(name in ("koop", "corp", "overig", "huur") for name in result.classes)
    named = table
    if not known:  # groups of the user's own go by their own names
        text += f"<p>{esc(', '.join(result.groups))}</p>"
        named = table[table["group"] == "all"]
    rows = index_rows(page, named, ("first", "second", "difference"))
    return text + page.table(index_head(page, first, second), rows)


def _clusters(page: Page, result: Years, base: maps.Base | None) -> str:
    if "moran_cluster" not in result.frame or base is None:
        return ""
    found = page.column("moran_cluster")
    keys = np.array(["nodata" if key is None else key for key in found], dtype=object)
    subject = page.column("moran_group")
    group = next((name for name in subject if name is not None), "")
    classes = [
        MapClass(key, CLUSTER_COLOURS[key], label, MAP_LINES.get(key, ""))
        for key, label in CLUSTER_LABELS.items()
    ]
    return figures.figure(
        page,
        base,
        ident="map-change",
        title=page.t(
            "Clusters of change of the share: {group}",
            "Clusters van verandering van het aandeel: {group}",
        ).format(group=_group(page, group)),
        keys=keys,
        classes=classes,
        note=page.t(
            "High: the share rose more than elsewhere (or fell less), together with that of the "
            "neighbours. Local Moran, corrected for many tests.",
            "Hoog: het aandeel steeg meer dan elders (of daalde minder), samen met dat van de "
            "buren. Lokale Moran, gecorrigeerd voor veel toetsen.",
        ),
    )


def _units(page: Page, result: Years) -> str:
    """List the buurten whose change stands clear of rounding and small numbers, by code."""
    parts = []
    for group in result.groups:
        change, low, high = (
            page.floats(f"{name}_{group}") for name in ("share_change", "low", "high")
        )
        clear = np.flatnonzero((low > 0) | (high < 0))
        order = [k for k in page.in_code_order if k in set(clear.tolist())]
        names, codes = page.column("buurt_name"), page.column("buurt_code")
        rows = [
            [
                f"{esc(names[k] or codes[k])} <small>{esc(codes[k])}</small>",
                "=" + plan.signed(page, page.floats(f"n_change_{group}")[k]),
                "=" + plan.signed(page, change[k], 1),
                f"={page.numbers.decimal(low[k], 1)} {page.t('to', 'tot')} "
                f"{page.numbers.decimal(high[k], 1)}",
            ]
            for k in order
        ]
        caption = page.t(
            "{group}: {n} with a change clear of small numbers and rounding",
            "{group}: {n} met een verandering die uitstijgt boven kleine aantallen en afronding",
        ).format(group=_group(page, group), n=page.units(len(rows)))
        head = [
            page.t("Buurt", "Buurt"),
            "=" + page.t("Dwellings", "Woningen"),
            "=" + page.t("Share (points)", "Aandeel (punten)"),
            "=" + page.t("95% interval", "95%-interval"),
        ]
        if not rows:
            parts.append(f"<p>{caption}.</p>")
        elif len(rows) > MOST_UNITS:
            parts.append(page.fold(caption, page.table(head, rows)))
        else:
            parts.append(page.table(head, rows, caption=caption))
    return "".join(parts)


def _limits(page: Page) -> str:
    return page.items(
        [
            page.say(SAYS),
            page.t(
                "A change of figures may be a change of definition or register. Compare years of "
                "the same source.",
                "Een verandering van cijfers kan een verandering van definitie of registratie "
                "zijn. Vergelijk jaren uit dezelfde bron.",
            ),
            page.t(
                "Stock says nothing of who moved. A falling index because low-income households "
                "left is no success.",
                "Voorraad zegt niets over wie verhuisde. Een dalende index doordat huishoudens met "
                "een laag inkomen vertrokken, is geen succes.",
            ),
        ]
    )
