# SPDX-License-Identifier: GPL-2.0-or-later
"""The scale spectrum on paper: a bar per area, of levels that a user named."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from ..errors import Text
from ..measures import scale
from . import charts, figures, plan
from .document import document, subtitle
from .numbers import esc
from .page import Page

ORIGIN = {
    "source": Text("Layer", "Laag"),
    "groups": Text("Groups", "Groepen"),
    "levels": Text("Levels, coarse to fine", "Niveaus, van grof naar fijn"),
    "contrast": Text("Groups of D", "Groepen van D"),
    "excluded": Text("Units left out", "Eenheden die niet meedoen"),
    "reason": Text("Sensitive data", "Gevoelige gegevens"),
    "versions": Text("Software", "Software"),
}
# What a level is called, by the start of its field in lower case.
_LEVELS = {
    "regio": Text("regions", "regio's"),
    "gemeente": Text("gemeenten", "gemeenten"),
    "wijk": Text("wijken", "wijken"),
    "buurt": Text("buurten", "buurten"),
    "straat": Text("streets", "straten"),
    "blok": Text("blocks", "blokken"),
    "block": Text("blocks", "blokken"),
    "complex": Text("complexes", "complexen"),
    "pand": Text("panden", "panden"),
}
# A level has the colour that it has in the report of a scan; more of these light hues (Tol 2021)
# for the others, for a ladder may have many rungs.
_KNOWN = {
    "gemeente": charts.LEVEL_COLOURS["spectrum_gemeente"],
    "wijk": charts.LEVEL_COLOURS["spectrum_wijk"],
    "buurt": charts.LEVEL_COLOURS["spectrum_buurt"],
    scale.UNIT: charts.LEVEL_COLOURS["spectrum_block"],
}
_OTHERS = ("#99DDFF", "#44BB99", "#AAAA00", "#C6B2D6")
_WITHIN = charts.LEVEL_COLOURS["spectrum_within"]


@dataclass
class SpectrumResult:
    """A spectrum with what it is about.

    Attributes
    ----------
    table : as `scale.scale_spectrum` returns it.
    levels : names of the levels, coarse to fine, without the unit.
    """

    table: pd.DataFrame
    levels: Sequence[str]
    provenance: Mapping[str, Any] = field(default_factory=dict)
    frame: pd.DataFrame = field(default_factory=pd.DataFrame)
    classes: tuple[str, ...] = ()


def render_spectrum(result: SpectrumResult, catalogue: Any, *, lang: str = "nl") -> str:
    """Write the report of a scale spectrum."""
    page = Page(result, catalogue, lang)
    sections = [
        ("summary", page.t("In short", "In het kort"), _summary(page)),
        ("spectrum", page.t("Scale spectrum", "Schaalspectrum"), _areas(page, result)),
        (
            "indices",
            page.t("The same index at every level", "Dezelfde index op elk niveau"),
            _indices(page, result),
        ),
        ("sources", page.t("Origin", "Herkomst"), plan.origin_section(page, ORIGIN)),
    ]
    title = page.t("At which scale is the mix?", "Op welke schaal zit de menging?")
    return document(page, title, subtitle(page, None), sections)


def _named(level: str) -> Text:
    if level == scale.UNIT:
        return Text("the units themselves", "de eenheden zelf")
    start = level.lower()
    return next((t for name, t in _LEVELS.items() if start.startswith(name)), Text(level, level))


def _looks(levels: Sequence[str]) -> tuple[dict[str, str], dict[str, Text]]:
    """Return a colour and words for every part, coarse to fine."""
    ladder = [*levels, scale.UNIT]
    colours: dict[str, str] = {}
    words = {}
    others = itertools.cycle(_OTHERS)
    for name in ladder:
        known = next((c for start, c in _KNOWN.items() if name.lower().startswith(start)), None)
        colours[name] = next(others) if known is None or known in colours.values() else known
        named = _named(name)
        words[name] = Text(f"Between {named.en}", f"Tussen {named.nl}")
    colours[scale.WITHIN] = _WITHIN
    words[scale.WITHIN] = Text("Mixed inside the units", "Gemengd binnen de eenheden")
    return colours, words


def _summary(page: Page) -> str:
    return page.t(
        "<p>The diversity of an area, taken apart: which part is difference between the areas of "
        "each level, and which is mixed inside the finest units. The parts add up to 100%. No "
        "level is better than another. Small units are uniform by chance, so the finest level "
        "tends to look larger than it is.</p>",
        "<p>De diversiteit van een gebied, uit elkaar gehaald: welk deel is verschil tussen de "
        "gebieden van elk niveau, en welk deel is gemengd binnen de fijnste eenheden. De delen "
        "tellen op tot 100%. Geen niveau is beter dan een ander. Kleine eenheden zijn door toeval "
        "eenvormig; het fijnste niveau lijkt dus al gauw groter dan het is.</p>",
    )


def _areas(page: Page, result: SpectrumResult) -> str:
    """Return a table of bars per level of areas, all together first."""
    colours, words = _looks(result.levels)
    parts = []
    for level, rows in result.table.groupby("area_level", sort=False):
        wide = rows.pivot(index="area", columns="level", values="share")
        size = rows.drop_duplicates("area").set_index("area")["n_total"]
        if level == scale.WHOLE:
            title = page.t("All areas together", "Alle gebieden samen")
        else:
            title = page.say(_named(str(level))).capitalize()
        title += f" ({page.numbers.integer(len(wide))})"
        if len(wide) > figures.MANY_WIJKEN:
            parts.append(
                f"<p>{title}: "
                + page.t(
                    "too many for this report; they are in the output table.",
                    "te veel voor dit rapport; ze staan in de uitvoertabel.",
                )
                + "</p>"
            )
            continue
        order = [name for name in words if name in wide and wide[name].notna().any()]
        head = [
            page.t("Area", "Gebied"),
            page.t("Scale spectrum", "Schaalspectrum"),
            *(f"={figures.swatch(colours[name])} {page.say(words[name])}" for name in order),
            "=" + page.t("Dwellings", "Woningen"),
        ]
        body = [
            [
                esc(page.area(area)),
                charts.stacked_bar(
                    {name: 100.0 * share[name] for name in order},
                    lang=page.lang,
                    width=160,
                    height=12,
                    name=page.area(area),
                    colours=colours,
                    labels=words,
                ),
                *(f"={page.numbers.part(share[name], 1.0)}" for name in order),
                f"={page.numbers.integer(size[area])}",
            ]
            for area, share in zip(wide.index, wide.to_dict("records"), strict=True)
        ]
        table = page.table(head, body, kind="mix wide")
        parts.append(page.fold(title, table, opened=len(body) <= figures.LONG))
    return "".join(parts)


def _indices(page: Page, result: SpectrumResult) -> str:
    """Return the indices of the whole, a row per level."""
    table = result.table
    whole = table[(table["area_level"] == scale.WHOLE) & (table["level"] != scale.WITHIN)]
    number = page.numbers
    names = ("theil_h", "dissimilarity", "multigroup_dissimilarity", "variance_ratio")
    rows = [
        [
            page.say(_named(str(row["level"]))).capitalize(),
            *(f"={number.decimal(row[name], 3)}" for name in names),
            f"={number.integer(row['n_units'])}",
        ]
        for row in whole.to_dict("records")
    ]
    head = [
        page.t("Level", "Niveau"),
        "=" + page.t("Theil's H", "Theils H"),
        "=" + page.t("D of two groups", "D van twee groepen"),
        "=" + page.t("D of all groups", "D van alle groepen"),
        "=" + page.t("Variance ratio", "Variantieverhouding"),
        "=" + page.t("Number", "Aantal"),
    ]
    note = page.t(
        "<p class='note'>None of them is lower at a finer level: the levels count the same "
        "dwellings.</p>",
        "<p class='note'>Geen ervan is lager op een fijner niveau: de niveaus tellen dezelfde "
        "woningen.</p>",
    )
    return page.table(head, rows) + note
