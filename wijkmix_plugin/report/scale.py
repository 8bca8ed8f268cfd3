# SPDX-License-Identifier: GPL-2.0-or-later
"""At which scale the mix is: the spectrum per gemeente and wijk, and the mosaic classes."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from ..errors import Text
from ..measures import grain
from . import charts, figures, maps
from .maps import MapClass
from .numbers import NONE, esc, is_missing
from .page import Page

# In the order of a bar, coarse to fine.
PARTS = (
    "spectrum_gemeente",
    "spectrum_wijk",
    "spectrum_buurt",
    "spectrum_block",
    "spectrum_within",
)
AROUND = "env_minus_block_"
PROFILE = "spatial_theil_h"
# The levels of the sheet, coarse to fine.
LEVEL_NAMES = {
    "gemeente": Text("Gemeenten", "Gemeenten"),
    "wijk": Text("Wijken", "Wijken"),
    "buurt": Text("Buurten", "Buurten"),
    "block": Text("Blocks", "Blokken"),
}
# For column heads.
SHORT = {
    "spectrum_gemeente": Text("gemeenten", "gemeenten"),
    "spectrum_wijk": Text("wijken", "wijken"),
    "spectrum_buurt": Text("buurten", "buurten"),
    "spectrum_block": Text("blocks", "blokken"),
    "spectrum_within": Text("inside blocks", "in blokken"),
    "spectrum_rest": Text("inside buurten", "in buurten"),
}
MOSAIC = {
    "mosaic_buurt": Text("Mosaic of buurten", "Mozaïek van buurten"),
    "mosaic_block": Text("Mosaic of blocks", "Mozaïek van blokken"),
    "mosaic_corrected": Text("Above chance", "Boven toeval"),
    "mosaic_corrected_panden": Text("Above chance, panden", "Boven toeval, panden"),
}
_Z = {name: name.replace("corrected", "z") for name in MOSAIC if "corrected" in name}
CLASS = {
    "mosaic": Text("mosaic", "mozaïek"),
    "fine": Text("fine", "fijn"),
    "between": Text("between", "tussen"),
    "one-sided": Text("one-sided", "eenzijdig"),
}


def scale_section(page: Page, base: maps.Base | None) -> str:
    """Return the spectrum, the mosaic index per wijk, and with blocks the map of its classes."""
    blocks = has_blocks(page)
    body = _intro(page) + _levels_at_hand(page, blocks)
    per = _gemeenten(page)
    if len(per):
        body += _spectrum_table(page, per, blocks)
    else:
        body += page.t(
            "<p>The scale spectrum could not be computed; the remarks on the data say why.</p>",
            "<p>Het schaalspectrum was niet te berekenen; de opmerkingen bij de gegevens zeggen "
            "waarom.</p>",
        )
    body += _sheet(page)
    wijken = page.result.wijken
    if wijken is None or not len(wijken):
        return body
    if blocks:
        body += _around(page, wijken) + _mosaic_map(page, base)
    if len(wijken) > figures.MANY_WIJKEN:
        return body + page.t(
            "<p>The {n} wijken are too many for this report; their spectrum and mosaic index are "
            "in the output layer WIJKEN.</p>",
            "<p>De {n} wijken zijn te veel voor dit rapport; hun schaalspectrum en mozaïekindex "
            "staan in de uitvoerlaag WIJKEN.</p>",
            n=page.numbers.integer(len(wijken)),
        )
    return body + _wijken(page, figures.in_code_order(page, wijken), blocks)


def has_blocks(page: Page) -> bool:
    """Tell whether the scan was given blocks that could be used."""
    wijken = page.result.wijken
    return wijken is not None and "mosaic_block" in wijken and wijken["mosaic_block"].notna().any()


def _intro(page: Page) -> str:
    return page.t(
        "<p>A gemeente can be as mixed as can be and still have uniform wijken; a wijk can be "
        "mixed while every block in it is uniform. The scale spectrum takes the diversity of an "
        "area apart: which part is difference between its wijken, which part between buurten "
        "inside those wijken, and so on, down to what is mixed inside the finest units at hand. "
        "The parts add up to 100%. No level is better than another.</p>",
        "<p>Een gemeente kan volop gemengd zijn en toch eenvormige wijken hebben; een wijk kan "
        "gemengd zijn terwijl elk blok erin eenvormig is. Het schaalspectrum haalt de diversiteit "
        "van een gebied uit elkaar: welk deel is verschil tussen de wijken, welk deel verschil "
        "tussen buurten binnen die wijken, enzovoort, tot wat gemengd is binnen de fijnste "
        "eenheden die er zijn. De delen tellen op tot 100%. Geen niveau is beter dan een "
        "ander.</p>",
    )


def _levels_at_hand(page: Page, blocks: bool) -> str:
    """Say which levels are missing, and what follows from that."""
    if not blocks and page.provenance.get("variant") == "block":
        return page.t(
            "<p><b>The levels below the buurt are not shown.</b> The scan was given blocks, but "
            "its table of wijken is not at hand here, or none of the blocks could be used; what "
            "follows rests on buurten. The report of the run itself has the rest.</p>",
            "<p><b>De niveaus onder de buurt staan er niet bij.</b> De scan kreeg blokken, maar de "
            "tabel met wijken is hier niet beschikbaar, of geen enkel blok was bruikbaar; wat "
            "volgt berust op buurten. Het rapport van de berekening zelf heeft de rest.</p>",
        )
    if not blocks:
        return page.t(
            "<p><b>Missing levels: block and building (pand).</b> A scan of buurten only cannot "
            "test insight 9 of the source: whether uniform blocks make up a mixed wijk. A wijk "
            "that is a clear mosaic of blocks (0.33) may show next to nothing on buurten (0.01). "
            "What can be seen is how much of the mix lies between wijken and between buurten. Give "
            "the scan a layer of blocks (squares of CBS, PC6 areas, complexes) to split the grey "
            "part.</p>",
            "<p><b>Ontbrekende niveaus: blok en pand.</b> Een scan van alleen buurten kan inzicht "
            "9 niet toetsen: of eenvormige blokken samen een gemengde wijk vormen. Een wijk die "
            "een duidelijk mozaïek van blokken is (0,33), kan op buurten bijna niets laten zien "
            "(0,01). Wel te zien is hoeveel van de menging tussen wijken en tussen buurten ligt. "
            "Geef de scan een laag met blokken (vierkanten van het CBS, PC6-gebieden, complexen) "
            "om het grijze deel uit te splitsen.</p>",
        )
    what = (
        page.t(
            "Blocks are squares of 100 m or 500 m of CBS here: a proxy, for a square may cut "
            "through a block or hold several.",
            "Blokken zijn hier vierkanten van 100 m of 500 m van het CBS: een benadering, want een "
            "vierkant kan een blok doorsnijden of er meer bevatten.",
        )
        if page.provenance.get("blocks_are_squares")
        else page.t(
            "Blocks are the areas or points of the layer that was given with the scan.",
            "Blokken zijn de vlakken of punten van de laag die bij de scan is gegeven.",
        )
    )
    return page.t(
        "<p>{what} <b>Missing level: building (pand).</b> A pand of a few dwellings is uniform by "
        "chance; the algorithm Scale spectrum goes down to it. All levels are summed from the "
        "blocks that count, so wijken and gemeenten can differ a little from the tables "
        "above.</p>",
        "<p>{what} <b>Ontbrekend niveau: pand.</b> Een pand met weinig woningen is door toeval "
        "eenvormig; het algoritme Schaalspectrum gaat tot op het pand. Alle niveaus zijn opgeteld "
        "uit de blokken die meetellen; wijken en gemeenten kunnen dus iets afwijken van de "
        "tabellen hierboven.</p>",
    ).format(what=what)


# -- gemeenten -------------------------------------------------------------------------------------


def _gemeenten(page: Page) -> pd.DataFrame:
    """Return the spectrum of every gemeente, a column per part; all together last."""
    table = page.result.indices
    if table is None or not len(table):
        return pd.DataFrame()
    rows = table[table["index"].isin(PARTS)]
    if not len(rows):
        return pd.DataFrame()
    wide = rows.pivot(index="area", columns="index", values="value")
    wide["n_units"] = rows.groupby("area")["n_units"].first()
    wide["n_total"] = rows.groupby("area")["n_total"].first()
    order = [code for code in page.gemeenten if code in wide.index]
    order += ["all"] if len(order) != 1 and "all" in wide.index else []
    return wide.loc[order]


def _spectrum_table(page: Page, table: pd.DataFrame, blocks: bool) -> str:
    present = [name for name in PARTS if name in table and table[name].notna().any()]
    if not present:
        return _undivided(page)
    rows = [
        [
            esc(page.area(code)),
            _bar(page, page.area(code), values, blocks, width=120),
            *(f"={_share(page, values[name])}" for name in present),
            f"={page.numbers.integer(values['n_units'])}",
            f"={page.numbers.integer(values['n_total'])}",
        ]
        for code, values in zip(table.index, table.to_dict("records"), strict=True)
    ]
    head = [
        page.t("Gemeente", "Gemeente"),
        page.t("Scale spectrum", "Schaalspectrum"),
        *_heads(page, present, blocks),
        "=" + (page.t("Blocks", "Blokken") if blocks else page.t("Buurten", "Buurten")),
        "=" + page.t("Dwellings", "Woningen"),
    ]
    title = page.t(
        "Scale spectrum per gemeente, alphabetical ({n})",
        "Schaalspectrum per gemeente, op alfabet ({n})",
        n=page.numbers.integer(len(table) - ("all" in table.index)),
    )
    body = _legend(page, present, blocks) + page.table(head, rows, kind="mix wide")
    return page.fold(title, body, opened=len(rows) <= figures.LONG)


# -- the same index at every scale ----------------------------------------------------------------


def _sheet(page: Page) -> str:
    """Return D and H of the whole at every level and distance, side by side."""
    table = page.result.indices
    if table is None or not len(table):
        return ""
    whole = table[table["area"] == "all"]
    single = whole[~whole["index"].isin((PROFILE, grain.AROUND_H))].set_index("index")
    levels = [name for name in LEVEL_NAMES if _at(single, f"theil_h_{name}") is not None]
    if len(page.gemeenten) < 2:
        levels = [name for name in levels if name != "gemeente"]
    if not levels:
        return ""
    number = page.numbers
    steps = {name: _at(single, f"dissimilarity_{name}") for name in levels}
    below = False
    rows = [
        [
            page.say(LEVEL_NAMES[name]),
            f"={number.decimal(steps[name], 3)}",
            f"={number.decimal(_at(single, f'theil_h_{name}'), 3)}",
        ]
        for name in levels
    ]
    for index, words in (
        (PROFILE, page.t("Buurten within {m} m", "Buurten binnen {m} m")),
        (grain.AROUND_H, page.t("Blocks within {m} m", "Blokken binnen {m} m")),
    ):
        around = whole[(whole["index"] == index) & whole["group"].isin(("all", None))]
        around = around.dropna(subset=["bandwidth", "value"]).sort_values("bandwidth")
        below |= bool((around["value"] < 0).any())
        rows += [
            [words.format(m=number.integer(m)), f"={NONE}", f"={number.decimal(h, 3)}"]
            for m, h in zip(around["bandwidth"], around["value"], strict=True)
        ]
    head = [
        page.t("Scale", "Schaal"),
        "=" + _contrast(page, single),
        "=" + page.t("Theil's H, all classes", "Theils H, alle klassen"),
    ]
    text = page.t(
        "<p>The same index says something else at every scale: how uneven a place is, depends on "
        "the unit that is looked at. Beside the levels stands H of the surroundings within a "
        "distance, whatever borders lie between.</p>",
        "<p>Dezelfde index zegt op elke schaal iets anders: hoe ongelijk een gebied is, hangt af "
        "van de eenheid waarnaar u kijkt. Naast de niveaus staat H van de omgeving binnen een "
        "afstand, welke grens er ook tussen ligt.</p>",
    )
    as_zero = page.t(
        '<p class="note">Read an H below 0 as 0.</p>',
        '<p class="note">Lees een H onder 0 als 0.</p>',
    )
    title = page.t("The same index at every scale", "Dezelfde index op elke schaal")
    where = page.area(page.gemeenten[0] if len(page.gemeenten) == 1 else "all")
    return (
        f'<h3 id="scale-sheet">{title}: {esc(where)}</h3>{text}'
        + page.table(head, rows)
        + (as_zero if below else "")
        + _monotone(page, [v for v in steps.values() if v is not None])
        + _grain_ratio(page, _at(single, grain.GRAIN_RATIO))
    )


def _at(rows: pd.DataFrame, index: str) -> float | None:
    """Return the value of an index, None where there is none."""
    value = rows["value"].get(index)
    return None if is_missing(value) else float(value)


def _contrast(page: Page, rows: pd.DataFrame) -> str:
    """Name the two groups of D."""
    found = rows[[str(name).startswith("dissimilarity_") for name in rows.index]].iloc[0]
    pair = (page.say(charts.TENURE_LABELS.get(found[c], found[c])) for c in ("group", "versus"))
    return "D, " + page.t("{0} and {1}", "{0} en {1}").format(*pair).lower()


def _monotone(page: Page, steps: Sequence[float]) -> str:
    """Say whether D holds what it must: no lower at a finer level, on the same dwellings."""
    if len(steps) < 2:
        return ""
    if all(fine >= coarse - 1e-9 for coarse, fine in itertools.pairwise(steps)):
        return page.t(
            '<p class="note">✓ Checked: D is nowhere lower at a finer level. That must be so, for '
            "the levels count the same dwellings; a rise says that the difference lies inside the "
            "coarser units.</p>",
            '<p class="note">✓ Gecontroleerd: D is nergens lager op een fijner niveau. Dat hoort '
            "zo, want de niveaus tellen dezelfde woningen; een stijging zegt dat het verschil "
            "binnen de grovere eenheden ligt.</p>",
        )
    return page.t(
        '<p class="note">⚠ D is lower at a finer level, which cannot be on the same dwellings: '
        "the table was changed after the run.</p>",
        '<p class="note">⚠ D is lager op een fijner niveau; dat kan niet bij dezelfde woningen: '
        "de tabel is na de berekening gewijzigd.</p>",
    )


def _grain_ratio(page: Page, ratio: float | None) -> str:
    if ratio is None:
        return ""
    near, far = (page.numbers.integer(metres) for metres in grain.GRAIN_RADII)
    return page.t(
        '<p class="note">Grain: H within {far} m is <b>{ratio}</b> times H within {near} m. Near 1 '
        "the grain is coarse (large areas are alike), near 0 it is fine. The distances are an "
        "{mark}.</p>",
        '<p class="note">Korrel: H binnen {far} m is <b>{ratio}</b> keer H binnen {near} m. Dicht '
        "bij 1 is de korrel grof (grote gebieden lijken op elkaar), dicht bij 0 fijn. De afstanden "
        "zijn een {mark}.</p>",
    ).format(far=far, near=near, ratio=page.numbers.decimal(ratio), mark=page.assumption)


def _key(name: str, blocks: bool) -> str:
    """Return the class of a part: what is inside buurten is not split further without blocks."""
    return "spectrum_rest" if name == "spectrum_within" and not blocks else name


def _bar(page: Page, name: str, values: Mapping[str, object], blocks: bool, *, width: float) -> str:
    shares = {
        _key(part, blocks): 100.0 * float(values[part])  # type: ignore[arg-type]
        for part in PARTS
        if not is_missing(values.get(part))
    }
    return charts.stacked_bar(
        shares,
        lang=page.lang,
        width=width,
        height=12,
        name=name,
        colours=charts.LEVEL_COLOURS,
        labels=charts.LEVEL_LABELS,
    )


def _share(page: Page, value: object) -> str:
    return page.numbers.part(value, 1.0)


def _heads(page: Page, present: Sequence[str], blocks: bool) -> list[str]:
    keys = [_key(name, blocks) for name in present]
    return [f"={figures.swatch(charts.LEVEL_COLOURS[k])} {page.say(SHORT[k])}" for k in keys]


def _legend(page: Page, present: Sequence[str], blocks: bool) -> str:
    entries = "".join(
        f"<li>{figures.swatch(charts.LEVEL_COLOURS[key])}{page.say(charts.LEVEL_LABELS[key])}</li>"
        for key in (_key(name, blocks) for name in present)
    )
    return f'<ul class="legend">{entries}</ul>'


def _undivided(page: Page) -> str:
    return page.t(
        "<p>Every area here is hardly mixed: there is next to nothing to divide over levels.</p>",
        "<p>Elk gebied is hier nauwelijks gemengd: er valt bijna niets over niveaus te "
        "verdelen.</p>",
    )


# -- one place -------------------------------------------------------------------------------------


def place_section(page: Page, wijk: object, gemeente: object) -> str:
    """Return the spectrum and the mosaic index of one wijk, with the spectrum of its gemeente."""
    blocks = has_blocks(page)
    per = _gemeenten(page)
    wijken = page.result.wijken
    own = wijken[wijken["wijk_code"] == wijk] if wijken is not None else pd.DataFrame()
    areas: list[tuple[str, dict]] = []
    if len(own):
        areas.append((f"Wijk {wijk}", own.iloc[0].to_dict()))
    if gemeente in per.index:
        areas.append((page.area(gemeente), per.loc[gemeente].to_dict()))
    present = [part for part in PARTS if any(not is_missing(v.get(part)) for _, v in areas)]
    body = _levels_at_hand(page, blocks)
    if not present:
        return body + _undivided(page)
    rows = [
        [
            esc(name),
            _bar(page, name, values, blocks, width=120),
            *(f"={_share(page, values.get(part))}" for part in present),
        ]
        for name, values in areas
    ]
    head = [
        page.t("Area", "Gebied"),
        page.t("Scale spectrum", "Schaalspectrum"),
        *_heads(page, present, blocks),
    ]
    body += _legend(page, present, blocks) + page.table(head, rows, kind="mix wide")
    return body + (_mosaic_facts(page, areas[0][1], blocks) if len(own) else "")


def _mosaic_facts(page: Page, values: Mapping[str, object], blocks: bool) -> str:
    """Return the mosaic index of one wijk, and with blocks its class, patch and borders."""
    number = page.numbers
    shown = [name for name in MOSAIC if not is_missing(values.get(name))]
    rows = [[page.say(MOSAIC[name]), f"={_mosaic_cell(page, values, name, 3)}"] for name in shown]
    if blocks:
        kind = values.get("mosaic_class")
        words = NONE if is_missing(kind) else page.say(charts.MOSAIC_LABELS.get(str(kind), kind))
        rows.append([page.t("Class", "Klasse"), f"={words}"])
        for name, digits, label in (
            ("n_blocks", 0, page.t("Blocks that count", "Blokken die meetellen")),
            ("block_dwellings", 0, page.t("Their dwellings", "Hun woningen")),
            ("patch_size", 0, page.t("Patch (dwellings)", "Vlek (woningen)")),
            ("edge_contrast", 2, page.t("Contrast at borders", "Contrast aan grenzen")),
        ):
            if name in values:
                rows.append([label, f"={number.decimal(values[name], digits)}"])
    if not rows:
        return ""
    head = [page.t("Wijk", "Wijk"), "=" + page.t("Value", "Waarde")]
    note = _mosaic_note(page, shown)
    if blocks:
        note += f'<p class="note">{_limits(page)}</p>'
        note += _patch_note(page) if not is_missing(values.get("patch_size")) else ""
    return page.table(head, rows) + note


# -- around blocks ---------------------------------------------------------------------------------


def _around(page: Page, wijken: pd.DataFrame) -> str:
    """Return diversity against distance around blocks, per gemeente; "" where it was not made."""
    radii = {int(n.removeprefix(AROUND)): n for n in wijken if str(n).startswith(AROUND)}
    needed = ["gemeente_code", "block_dwellings", "block_diversity", *radii.values()]
    if not radii or any(name not in wijken for name in needed):
        return ""
    known = wijken[needed].dropna()
    if not len(known):
        return ""
    metres = sorted(radii)
    weight = known["block_dwellings"].to_numpy(dtype=float)
    values = np.column_stack(
        [known["block_diversity"].to_numpy(dtype=float)]
        + [(known["block_diversity"] + known[radii[m]]).to_numpy(dtype=float) for m in metres]
    )

    def mean(rows: np.ndarray) -> np.ndarray:
        return np.average(values[rows], axis=0, weights=weight[rows])

    code = known["gemeente_code"].to_numpy(dtype=object)
    lines = {page.area(g): mean(code == g) for g in page.gemeenten if (code == g).any()}
    whole = page.area("all")
    if len(lines) != 1:
        lines[whole] = mean(np.full(len(known), True))
    name = whole if whole in lines else next(iter(lines))
    label = page.t("diversity within that distance", "diversiteit binnen die afstand")
    chart = charts.profile_line(
        metres,
        {name: lines[name][1:].tolist()},
        lang=page.lang,
        x_label=page.t("distance from the block (m)", "afstand van het blok (m)"),
        y_label=label,
        title=page.t("Diversity around blocks", "Diversiteit rond blokken"),
        logarithmic=True,
        y_range=(0.0, 1.0),
        width=520,
        height=260,
    )
    head = [
        page.t("Gemeente", "Gemeente"),
        "=" + page.t("inside the block", "in het blok"),
        *(f"={page.numbers.integer(m)} m" for m in metres),
    ]
    rows = [
        [esc(area), *(f"={page.numbers.decimal(v)}" for v in found)]
        for area, found in lines.items()
    ]
    text = page.t(
        "<p>Around the average dwelling: the diversity of its block, and of all blocks within a "
        "distance, whatever borders lie between. A line that rises steeply says that uniform "
        "blocks stand in mixed surroundings; one that hardly rises, that the mix is inside the "
        "blocks, or that a large area is uniform. At the edge of the layer surroundings are not "
        "complete. The distances are an {mark}.</p>",
        "<p>Rond de gemiddelde woning: de diversiteit van haar blok, en van alle blokken binnen "
        "een afstand, welke grens er ook tussen ligt. Een lijn die steil stijgt, zegt dat "
        "eenvormige blokken in een gemengde omgeving staan; een lijn die nauwelijks stijgt, dat de "
        "menging in de blokken zit, of dat een groot gebied eenvormig is. Aan de rand van de laag "
        "zijn omgevingen niet volledig. De afstanden zijn een {mark}.</p>",
    ).format(mark=page.assumption)
    title = page.t("Diversity around blocks", "Diversiteit rond blokken")
    return f"<h3>{title}</h3>{text}<div>{chart}</div>" + page.table(head, rows, kind="wide")


# -- wijken ----------------------------------------------------------------------------------------


def _wijken(page: Page, wijken: pd.DataFrame, blocks: bool) -> str:
    present = [name for name in PARTS if name in wijken and wijken[name].notna().any()]
    mosaic = [name for name in MOSAIC if name in wijken and wijken[name].notna().any()]
    patch = blocks and "patch_size" in wijken and bool(wijken["patch_size"].notna().any())
    number = page.numbers
    rows = []
    for name, values in zip(
        figures.wijk_names(page, wijken), wijken.to_dict("records"), strict=True
    ):
        cells = [esc(name)]
        if present:
            cells.append(_bar(page, name, values, blocks, width=96))
            cells += [f"={_share(page, values[part])}" for part in present]
        cells += [f"={_mosaic_cell(page, values, part, 2)}" for part in mosaic]
        if blocks:
            kind = values.get("mosaic_class")
            cells.append(esc(None) if is_missing(kind) else page.say(CLASS.get(str(kind), kind)))
        if patch:
            cells.append(f"={number.integer(values['patch_size'])}")
        rows.append(cells)
    head = [page.t("Wijk", "Wijk")]
    if present:
        head += [page.t("Scale spectrum", "Schaalspectrum"), *_heads(page, present, blocks)]
    head += [f"={page.say(MOSAIC[name])}" for name in mosaic]
    if blocks:
        head.append(page.t("Class", "Klasse"))
    if patch:
        head.append("=" + page.t("Patch", "Vlek"))
    title = page.t(
        "Scale spectrum and mosaic index per wijk, in code order ({n})",
        "Schaalspectrum en mozaïekindex per wijk, op codevolgorde ({n})",
        n=number.integer(len(wijken)),
    )
    body = page.table(head, rows, kind="mix wide" if present else "wide") + _mosaic_note(
        page, mosaic
    )
    if patch:
        body += _patch_note(page)
    return page.fold(title, body, opened=len(wijken) <= figures.LONG)


def _mosaic_cell(page: Page, values: Mapping[str, object], name: str, digits: int) -> str:
    """Return a value of the index, with its z where it is set against chance."""
    text = page.numbers.decimal(values[name], digits)
    z = values.get(_Z.get(name, ""))
    return text if is_missing(z) else f"{text}<br><small>z {page.numbers.decimal(z, 1)}</small>"


def _mosaic_note(page: Page, shown: Sequence[str]) -> str:
    """Say what the mosaic index is and what the level at hand can tell."""
    if not shown:
        return ""
    text = page.t(
        "Mosaic index: diversity of the wijk minus the mean diversity of its parts, from 0 to 1; "
        "high where uniform parts make a mixed wijk. Small parts are uniform by chance too.",
        "Mozaïekindex: de diversiteit van de wijk min de gemiddelde diversiteit van haar delen, "
        "van 0 tot 1; hoog waar eenvormige delen samen een gemengde wijk vormen. Kleine delen zijn "
        "ook door toeval eenvormig.",
    )
    if "mosaic_corrected" in shown:
        text += page.t(
            " Above chance: what is left after taking off the mean of 999 shuffles of the same "
            "dwellings over the same blocks.",
            " Boven toeval: wat overblijft na aftrek van het gemiddelde van 999 keer schudden van "
            "dezelfde woningen over dezelfde blokken.",
        )
        text += page.t(
            " A building of a corporation is uniform by construction, so against shuffled "
            "dwellings nearly every wijk stands out (a large z).",
            " Een gebouw van een corporatie is vanzelf eenvormig, dus tegenover geschudde woningen "
            "valt bijna elke wijk op (een grote z).",
        )
        text += (
            page.t(
                " Panden: the same with whole buildings (panden) shuffled over the places in the "
                "blocks, the stricter test. What is left there follows from which buildings stand "
                "together; where only the first is high, uniform buildings explain it.",
                " Panden: hetzelfde met hele panden geschud over de plaatsen in de blokken, de "
                "strengere toets. Wat daar overblijft, komt doordat soortgelijke panden bij elkaar "
                "staan; is alleen de eerste hoog, dan verklaren eenvormige panden het.",
            )
            if "mosaic_corrected_panden" in shown
            else page.t(
                " The stricter test shuffles whole buildings: give blocks as rows per building, "
                "with the fields blok and pand.",
                " De strengere toets schudt hele panden: geef daarvoor blokken als rijen per pand, "
                "met de velden blok en pand.",
            )
        )
    if "mosaic_block" not in shown:
        text += page.t(
            " Without a layer of blocks it compares buurten only, and cannot tell whether blocks "
            "inside a buurt are uniform.",
            " Zonder een laag met blokken vergelijkt ze alleen buurten, en kan ze niet laten zien "
            "of blokken binnen een buurt eenvormig zijn.",
        )
    text += page.t(
        " An en dash: hardly mixed, no block with enough dwellings, or one block only.",
        " Een streepje: nauwelijks gemengd, geen blok met genoeg woningen, of maar één blok.",
    )
    return f'<p class="note">{text}</p>'


def _patch_note(page: Page) -> str:
    theta = (page.provenance.get("parameters") or {}).get("theta", 0.8)
    return page.t(
        '<p class="note">Patch: how many dwellings the uniform patch holds in which the average '
        "dwelling stands; touching blocks in which the same tenure has {theta} or more "
        "({mark}) make one patch. The layer WIJKEN has it for four such shares.</p>",
        '<p class="note">Vlek: hoeveel woningen de eenvormige vlek telt waarin de gemiddelde '
        "woning staat; aangrenzende blokken waarin dezelfde eigendomsvorm {theta} of meer heeft "
        "({mark}), vormen samen een vlek. De laag WIJKEN heeft dit voor vier zulke "
        "aandelen.</p>",
        theta=page.numbers.part(theta, 1.0),
        mark=page.t("assumption", "aanname"),
    )


def _mosaic_map(page: Page, base: maps.Base | None) -> str:
    """Return the map of the four classes: one class per wijk, in colours without an order."""
    kinds = page.column("mosaic_class")
    water = page.column("quality") == "water"
    keys = np.where(water, "water", np.where(pd.isna(kinds), "nodata", kinds))
    classes = [
        MapClass(key, charts.MOSAIC_COLOURS[key], label, charts.MAP_LINES.get(key, ""))
        for key, label in charts.MOSAIC_LABELS.items()
    ]
    classes += [
        MapClass(
            "nodata",
            "none",
            Text("no blocks, or one block only", "geen blokken, of maar één blok"),
        ),
        MapClass("water", "#e3eef5", Text("water", "water")),
    ]
    return figures.figure(
        page,
        base,
        ident="map-mosaic",
        title=page.t(
            "Mosaic map, block variant: one class per wijk",
            "Mozaïekkaart, blokvariant: één klasse per wijk",
        ),
        keys=keys,
        classes=classes,
        note=_limits(page),
        labels=figures.place_names(page, base),
        wijken=page.column("wijk_code"),
    )


def _limits(page: Page) -> str:
    """Say which limits the classes have, and that they are choices."""
    chosen = page.provenance.get("parameters") or {}
    number = page.numbers
    return page.t(
        "One-sided: diversity of the wijk below {one}. Of the others: mosaic where H beyond "
        "chance is {mosaic} or more, finely mixed where it is {fine} or less. These limits are "
        "an {mark}; the source gives none. No class is better than another: that a wijk is a "
        "mosaic does not say that this works.",
        "Eenzijdig: diversiteit van de wijk onder {one}. Van de andere: mozaïek waar H boven "
        "toeval {mosaic} of meer is, fijn gemengd waar die {fine} of minder is. Deze grenzen "
        "zijn een {mark}; de bron geeft er geen. Geen klasse is beter dan een andere: dat een "
        "wijk een mozaïek is, zegt niet dat dit werkt.",
        one=number.plain(chosen.get("limit_diversity", 0.5)),
        mosaic=number.plain(chosen.get("limit_mosaic", 0.6)),
        fine=number.plain(chosen.get("limit_fine", 0.2)),
        mark=page.t("assumption", "aanname"),
    )
