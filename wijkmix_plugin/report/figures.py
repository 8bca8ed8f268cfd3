# SPDX-License-Identifier: GPL-2.0-or-later
"""The describing half of the report: key figures, tenure mix, segregation, clusters, maps."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from ..errors import Text
from ..measures import overview
from ..policy import explain, scenario_words
from . import charts, maps
from .maps import MapClass
from .numbers import NONE, esc, is_missing
from .page import FLAG_NAMES, FLAGS, Page

DOMINANT = 60  # percent: the limit of the tenure map, the same as in the style of the map layer
LONG = 60  # rows above which a table is folded
FEW = 40  # buurten listed by name without folding
_BESIDE = 3  # areas up to which the indices stand in columns
MANY_WIJKEN = 400  # above this the wijk table stays in the output layer
_LABELLED = 60  # gemeenten up to which all are named on a map
_LARGEST = 25  # of more than that, only these with most dwellings
_WIDE = 1.6  # width of a map by its height
_LARGER = 1.35  # names on a map that is smaller on paper
_NAMED = 1500  # buurten listed by name; more only by code

INDEX_NAMES = {
    "dissimilarity": Text("Dissimilarity D", "Dissimilariteit D"),
    "isolation": Text("Isolation", "Isolatie"),
    "theil_h": Text("Theil's H", "Theils H"),
    "multigroup_theil_h": Text("Theil's H, all classes", "Theils H, alle klassen"),
    "multigroup_dissimilarity": Text("D, all classes", "D, alle klassen"),
}


# -- maps ------------------------------------------------------------------------------------------


def map_base(page: Page) -> maps.Base | None:
    """Prepare the shapes once for all maps of the report; None where there is no geometry."""
    if "geometry" not in page.frame:
        return None
    many = len(page.gemeenten) > 1
    groups = page.column("gemeente_code" if many else "wijk_code")
    dry = page.column("quality") != "water"
    return maps.build(page.frame["geometry"].to_numpy(), groups, dry)


def figure(
    page: Page,
    base: maps.Base | None,
    *,
    ident: str,
    title: str,
    keys: np.ndarray,
    classes: Sequence[MapClass],
    note: str,
    labels: Sequence[tuple[float, float, str]] = (),
    wijken: np.ndarray | None = None,
    label_size: float = 9,
    outline: str = "",
) -> str:
    """Lay out a map with its title, its legend with counts, and how to read it.

    The legend counts buurten; given the wijk of each, it counts wijken.
    """
    dwellings = np.nan_to_num(page.floats("dwellings"))
    series = pd.Series(keys)
    count = series.value_counts()
    homes = pd.Series(dwellings).groupby(series).sum()
    shown = [c for c in classes if count.get(c.key, 0)]
    entries, spoken = [], []
    for c in shown:
        n = (
            page.units(count[c.key])
            if wijken is None
            else page.wijken(len(set(wijken[keys == c.key]) - {None}))
        )
        part = page.numbers.part(homes[c.key], dwellings.sum())
        spoken.append(f"{c.label.get(page.lang)}: {n}")
        words = page.t(
            "{label}: <b>{n}</b>",
            "{label}: <b>{n}</b>",
            label=c.label.get(page.lang),
            n=n,
        )
        if homes[c.key]:
            words += page.t(", {part} of the dwellings", ", {part} van de woningen", part=part)
        entries.append(f"<li>{swatch(c.colour, c.lines)}{words}</li>")
    legend = f'<ul class="legend">{"".join(entries)}</ul>'
    if base is None:
        return f"<figure><figcaption>{esc(title)}</figcaption>{legend}<p>{note}</p></figure>"
    # On paper the legend stands beside a map that is not wide: it is smaller there.
    beside = base.width < _WIDE * base.height
    drawing = maps.draw(
        base,
        keys,
        shown,
        title=title,
        description="; ".join(spoken),
        lang=page.lang,
        ident=ident,
        labels=labels,
        label_size=label_size * (_LARGER if beside else 1),
        outline=outline,
    )
    look = ' class="beside"' if beside else ""
    return (
        f'<figure id="{ident}"{look}><figcaption>{esc(title)}</figcaption>{drawing}{legend}'
        f'<p class="note">{note}</p></figure>'
    )


def swatch(colour: str, lines: str = "") -> str:
    """Return the small square of a legend; "none" is hatched and "dots" dotted."""
    fill = {"none": "url(#wm-hatch-key)", "dots": "url(#wm-dots-key)"}.get(colour, colour)
    box = '<rect x=".5" y=".5" width="15" height="11" '
    over = f'{box}fill="url(#wm-{lines}-key)"/>' if lines else ""
    return (
        f'<svg width="16" height="12" aria-hidden="true">{box}fill="{fill}" stroke="#4b515c"/>'
        f"{over}</svg>"
    )


def short_code(code: object) -> str:
    """Shorten a CBS code to the part within its gemeente (BU0363AA04 -> AA04)."""
    text = "" if is_missing(code) else str(code)
    return text[6:] if re.match(r"^(BU|WK)\d{4}\w", text) else text[:10]


def place_names(page: Page, base: maps.Base | None) -> list[tuple[float, float, str]]:
    """Return what helps to find one's way: gemeente names, or wijk codes within one gemeente."""
    if base is None:
        return []
    many = len(page.gemeenten) > 1
    groups = page.column("gemeente_code" if many else "wijk_code")
    weight = np.nan_to_num(page.floats("dwellings")) + 1e-6
    found = []
    for code, members in pd.Series(np.arange(len(groups))).groupby(pd.Series(groups)):
        at = members.to_numpy()
        at = at[np.isfinite(base.anchors[at, 0]) & (page.column("quality")[at] != "water")]
        if not at.size:
            continue
        centre = np.average(base.anchors[at], axis=0, weights=weight[at])
        nearest = at[np.argmin(((base.anchors[at] - centre) ** 2).sum(axis=1))]
        name = page.area(code) if many else short_code(code)
        found.append((float(weight[at].sum()), base.anchors[nearest], name))
    found.sort(key=lambda item: -item[0])
    shown = _LARGEST if many and len(found) > _LABELLED else len(found)
    return [(float(xy[0]), float(xy[1]), name) for _, xy, name in found[:shown]]


# -- sections --------------------------------------------------------------------------------------


def key_figures(page: Page) -> str:
    """Return the numbers a reader wants first, and nothing that judges."""
    number, frame = page.numbers, page.frame
    dwellings = page.floats("dwellings")
    used = page.used
    counts = np.nansum(page.counts[used], axis=0)
    total = float(counts.sum())
    rows = [
        (
            page.t("Buurten in the input", "Buurten in de invoer"),
            number.integer(len(frame)),
            page.t(
                "{n} with usable tenure figures, {m} without",
                "{n} met bruikbare eigendomscijfers, {m} zonder",
                n=number.integer(int(used.sum())),
                m=number.integer(int((~used).sum())),
            ),
        ),
        (
            page.t("Dwellings", "Woningen"),
            number.integer(np.nansum(dwellings)),
            page.t(
                "{part} lie in buurten with usable tenure figures",
                "{part} ligt in buurten met bruikbare eigendomscijfers",
                part=number.part(np.nansum(dwellings[used]), np.nansum(dwellings), 1),
            ),
        ),
    ]
    for name, n in zip(page.classes, counts, strict=True):
        rows.append(
            (
                esc(page.tenure(name)),
                number.part(n, total, 1),
                page.t(
                    "about {n} dwellings of known tenure",
                    "ongeveer {n} woningen met bekend eigendom",
                    n=number.integer(n),
                ),
            )
        )
    clusters = pd.Series(page.column(page.moran_column)).value_counts()
    found = ", ".join(
        f"{key} {number.integer(clusters[key])}"
        for key in ("HH", "LL", "HL", "LH")
        if key in clusters
    )
    rows.append(
        (
            page.t("Local Moran clusters", "Lokale Moran-clusters"),
            number.integer(sum(clusters.get(k, 0) for k in ("HH", "LL", "HL", "LH"))),
            esc(found) or page.t("no significant cluster", "geen significante cluster"),
        )
    )
    if not page.two_classes:
        reasons = [explain.read(text) for text in page.column("flag_reasons")]
        for flag in FLAGS:
            status = pd.Series(page.column(f"flag_{flag}")).value_counts()
            remark = page.t(
                "and {p} provisional; {u} cannot be assessed for lack of data",
                "en {p} voorlopig; {u} niet te beoordelen door ontbrekende gegevens",
                p=number.integer(status.get("provisional", 0)),
                u=number.integer(status.get("unknown", 0)),
            )
            # A 0 that only says that nobody gave the plan data would be read as "nothing found".
            waiting = sum(explain.met_otherwise(reason.get(flag)) for reason in reasons)
            if waiting:
                remark += page.t(
                    ", {w} of them only for lack of plan or land data",
                    ", waarvan {w} alleen door ontbrekende plan- of gronddata",
                    w=number.integer(waiting),
                )
            rows.append(
                (
                    page.t(
                        "Candidates: {flag}",
                        "Kandidaten: {flag}",
                        flag=FLAG_NAMES[flag].get(page.lang).lower(),
                    ),
                    number.integer(status.get("candidate", 0)),
                    remark,
                )
            )
    return page.table(
        [
            page.t("What", "Wat"),
            "=" + page.t("Number", "Aantal"),
            page.t("Remark", "Toelichting"),
        ],
        [(what, "=" + value, remark) for what, value, remark in rows],
        kind="key",
    )


def tenure_classes(page: Page) -> tuple[np.ndarray, list[MapClass]]:
    """Return the class of every unit by the tenure that prevails, and the classes."""
    shares = np.column_stack([page.floats(page.share_column(name)) for name in page.classes])
    keys = np.full(len(page.frame), "nodata", dtype=object)
    known = page.used & np.isfinite(shares).all(axis=1)
    keys[known] = "mixed"
    for k, name in enumerate(page.classes):
        keys[known & (np.nan_to_num(shares[:, k]) >= DOMINANT)] = name
    keys[page.column("quality") == "water"] = "water"
    classes = [
        MapClass(
            name,
            charts.TENURE_COLOURS[name],
            Text(f"{label.en}: {DOMINANT}% or more", f"{label.nl}: {DOMINANT}% of meer"),
            charts.MAP_LINES.get(name, ""),
        )
        for name in page.classes
        for label in [charts.TENURE_LABELS[name]]
    ]
    classes += [
        MapClass(
            "mixed",
            "#d9c6e0",
            Text(
                f"mixed: no tenure reaches {DOMINANT}%",
                f"gemengd: geen eigendomsvorm haalt {DOMINANT}%",
            ),
        ),
        MapClass("nodata", "none", Text("no usable figures", "geen bruikbare cijfers")),
        MapClass("water", "#e3eef5", Text("water", "water")),
    ]
    return keys, classes


def limit_note(page: Page) -> str:
    """Say what the limit of the tenure map is, and what the map cannot see."""
    return page.t(
        "The limit of {limit}% is a choice for this map ({mark}), not a norm. No class is "
        "better or worse than another. A buurt can be mixed while each block in it is uniform: "
        "this map cannot see that.",
        "De grens van {limit}% is een keuze voor deze kaart ({mark}), geen norm. Geen klasse "
        "is beter of slechter dan een andere. Een buurt kan gemengd zijn terwijl elk blok erin "
        "eenvormig is: dat ziet deze kaart niet.",
        limit=DOMINANT,
        mark=page.t("assumption", "aanname"),
    )


def tenure_map(page: Page, base: maps.Base | None) -> str:
    """Return the map of the tenure that prevails."""
    keys, classes = tenure_classes(page)
    return figure(
        page,
        base,
        ident="map-tenure",
        title=page.t(
            "Map 1. Tenure that prevails per buurt",
            "Kaart 1. Overheersende eigendomsvorm per buurt",
        ),
        keys=keys,
        classes=classes,
        note=limit_note(page),
        labels=place_names(page, base),
    )


def mix_rows(page: Page, table: pd.DataFrame, names: Sequence[str]) -> list[list[str]]:
    """Build rows with a bar, the shares, the diversity and the number of dwellings."""
    number = page.numbers
    rows = []
    columns = [page.share_column(c) for c in page.classes]
    for name, shares, diversity, known in zip(
        names,
        table[columns].to_numpy(dtype=float),
        table["div_tenure"].to_numpy(dtype=float),
        table[[f"n_{c}" for c in page.classes]].to_numpy(dtype=float).sum(axis=1),
        strict=True,
    ):
        bar = charts.stacked_bar(
            dict(zip(page.classes, shares, strict=True)),
            lang=page.lang,
            width=150,
            height=12,
            name=name,
        )
        rows.append(
            [
                esc(name),
                bar,
                *(f"={number.percent(s)}" for s in shares),
                f"={number.integer(known)}",
                f"={number.decimal(diversity)}",
            ]
        )
    return rows


def mix_head(page: Page, area: str) -> list[str]:
    """Return the heads over `mix_rows`, under a name for the areas."""
    return [
        area,
        page.t("Shares", "Verdeling"),
        *(
            f"={swatch(charts.TENURE_COLOURS[c])} {page.say(charts.TENURE_SHORT[c])}"
            for c in page.classes
        ),
        "=" + page.t("Dwellings of known tenure", "Woningen met bekend eigendom"),
        "=" + page.t("Diversity (0-1)", "Diversiteit (0-1)"),
    ]


def with_shares(page: Page, counts: pd.DataFrame) -> pd.DataFrame:
    """Add shares and diversity (entropy / ln K) to summed counts."""
    n = counts.to_numpy(dtype=float)
    total = n.sum(axis=1, keepdims=True)
    with np.errstate(divide="ignore", invalid="ignore"):
        p = np.where(total > 0, n / total, np.nan)
        entropy = -np.nansum(np.where(p > 0, p * np.log(p), 0.0), axis=1)
    shares = pd.DataFrame(
        100 * p, index=counts.index, columns=[page.share_column(c) for c in page.classes]
    )
    shares["div_tenure"] = np.where(total[:, 0] > 0, entropy / np.log(n.shape[1]), np.nan)
    return counts.join(shares)


def in_code_order(page: Page, wijken: pd.DataFrame) -> pd.DataFrame:
    """Order wijken by gemeente name and code: no order of severity."""
    place = {code: k for k, code in enumerate(page.gemeenten)}
    order = sorted(
        range(len(wijken)),
        key=lambda i: (
            place.get(wijken["gemeente_code"].iloc[i], len(place)),
            str(wijken["wijk_code"].iloc[i]),
        ),
    )
    return wijken.iloc[order]


def wijk_names(page: Page, wijken: pd.DataFrame) -> list[str]:
    """Name wijken by their code, with the gemeente where there are several."""
    several = len(page.gemeenten) > 1
    return [
        f"{code} ({page.area(g)})" if several else str(code)
        for code, g in zip(wijken["wijk_code"], wijken["gemeente_code"], strict=True)
    ]


def tenure_tables(page: Page) -> str:
    """Return stacked bars per gemeente and per wijk, in alphabetical and in code order."""
    n_columns = [f"n_{c}" for c in page.classes]
    counts = pd.DataFrame(page.counts, columns=n_columns)[page.used]
    gemeente = pd.Series(page.column("gemeente_code"))[page.used]
    present = set(gemeente)
    per = counts.groupby(gemeente).sum().reindex([g for g in page.gemeenten if g in present])
    whole = counts.sum().to_frame().T
    whole.index = pd.Index(["all"])
    together = pd.concat([per, whole]) if len(per) != 1 else per
    table = with_shares(page, together)
    names = [page.area(code) for code in table.index]
    body = page.table(
        mix_head(page, page.t("Gemeente", "Gemeente")), mix_rows(page, table, names), kind="mix"
    )
    title = page.t(
        "Tenure per gemeente, alphabetical ({n})",
        "Eigendom per gemeente, op alfabet ({n})",
        n=page.numbers.integer(len(per)),
    )
    parts = [page.fold(title, body, opened=len(per) <= LONG)]
    wijken = page.result.wijken
    if wijken is not None and len(wijken) and len(wijken) <= MANY_WIJKEN:
        wijken = in_code_order(page, wijken)
        names = wijk_names(page, wijken)
        head = mix_head(page, page.t("Wijk", "Wijk"))
        body = page.table(head, mix_rows(page, wijken, names), kind="mix")
        title = page.t(
            "Tenure per wijk, in code order ({n})",
            "Eigendom per wijk, op codevolgorde ({n})",
            n=page.numbers.integer(len(wijken)),
        )
        parts.append(page.fold(title, body, opened=len(wijken) <= LONG))
    elif wijken is not None and len(wijken):
        parts.append(
            page.t(
                "<p>The {n} wijken are too many for this report; they are all in the output layer "
                "WIJKEN.</p>",
                "<p>De {n} wijken zijn te veel voor dit rapport; ze staan allemaal in de "
                "uitvoerlaag WIJKEN.</p>",
                n=page.numbers.integer(len(wijken)),
            )
        )
    return "".join(parts)


def index_table(page: Page) -> str:
    """Return the segregation indices, a row per area: alphabetical, all areas last."""
    table = page.result.indices
    if table is None or not len(table):
        return page.t("<p>No index was computed.</p>", "<p>Er is geen index berekend.</p>")
    table = table[table["bandwidth"].isna()]  # those with a distance are the profile's
    table = table[~table["index"].isin(overview.SCALE_IDS)]  # scale has a section
    # An index of all classes together has no group of its own.
    groups = table["group"].where(table["group"].notna(), "").astype(str).replace("all", "")
    kinds = list(dict.fromkeys(zip(table["index"], groups, strict=True)))
    value = _cells(page, table, groups)
    facts = table.drop_duplicates("area").set_index("area")
    areas = [a for a in page.gemeenten if a in facts.index]
    areas += sorted((a for a in facts.index if a not in areas and a != "all"), key=str)
    if "all" in facts.index and len(areas) != 1:
        areas.append("all")
    elif "all" in facts.index and not areas:
        areas = ["all"]
    notes = _interval_note(page, table) + _index_notes(page, table)
    if len(areas) <= _BESIDE:
        return _indices_down(page, kinds, areas, value, facts) + notes
    body = _indices_across(page, kinds, areas, value, facts)
    title = page.t(
        "Segregation indices per area, alphabetical ({n})",
        "Segregatie-indices per gebied, op alfabet ({n})",
        n=page.numbers.integer(len(areas)),
    )
    return page.fold(title, body, opened=len(areas) <= LONG) + notes


def _cells(
    page: Page, table: pd.DataFrame, groups: pd.Series
) -> dict[tuple[object, str, str], str]:
    """Return every value, with below it what rounding leaves open."""
    ends = (table[n] if n in table else np.full(len(table), np.nan) for n in ("low", "high"))
    found = {}
    keys = zip(table["area"], table["index"], groups, strict=True)
    for key, number, low, high in zip(keys, table["value"], *ends, strict=True):
        found[key] = page.numbers.decimal(number, 3)
        if not (is_missing(low) or is_missing(high)):
            found[key] += (
                f"<br><small>{page.numbers.decimal(low, 3)}\N{EN DASH}"
                f"{page.numbers.decimal(high, 3)}</small>"
            )
    return found


def _interval_note(page: Page, table: pd.DataFrame) -> str:
    """Say what stands below a value, or that values are points."""
    known = "low" in table and table["low"].notna()
    if not np.any(known):
        return page.t(
            "<p class='note'>These are point values, without an interval: the counts were not made "
            "of rounded percentages.</p>",
            "<p class='note'>Dit zijn puntwaarden, zonder interval: de aantallen zijn niet uit "
            "afgeronde percentages gemaakt.</p>",
        )
    text = page.t(
        "With a value: the bounds between which it lies, for the percentages behind it were "
        "rounded to whole ones. They are certain, and so wide; they say nothing of other errors.",
        "Bij een waarde: waartussen zij ligt doordat de percentages erachter op hele zijn "
        "afgerond. Dit zijn zekere grenzen, dus ze zijn ruim; over andere fouten zeggen ze niets.",
    )
    if not np.all(known | table["value"].isna()):
        text += " " + page.t(
            "A value without them is a point value: with this many gemeenten the bounds are worked "
            "out for all together only.",
            "Een waarde zonder grenzen is een puntwaarde: bij zoveel gemeenten zijn de grenzen "
            "alleen voor alle samen berekend.",
        )
    return f"<p class='note'>{text}</p>"


def _indices_down(
    page: Page,
    kinds: Sequence[tuple[str, str]],
    areas: Sequence[object],
    value: Mapping[tuple[object, str, str], str],
    facts: pd.DataFrame,
) -> str:
    """Lay out few areas as columns, an index per row."""
    rows = []
    order = list(dict.fromkeys(index for index, _ in kinds))
    for index, group in sorted(kinds, key=lambda kind: order.index(kind[0])):
        name = page.say(INDEX_NAMES.get(index, index))
        if group:
            words = page.say(charts.TENURE_LABELS.get(group, group)).lower()
            name += f", {words} " + page.t("against the rest", "tegenover de rest")
        cells = (value.get((area, index, group), NONE) for area in areas)
        rows.append([name, *(f"={cell}" for cell in cells)])
    for column, words in (
        ("n_units", page.t("Buurten used", "Gebruikte buurten")),
        ("n_total", page.t("Dwellings of known tenure", "Woningen met bekend eigendom")),
    ):
        rows.append(
            [words, *(f"={page.numbers.integer(facts.at[area, column])}" for area in areas)]
        )
    return page.table(
        [page.t("Index", "Index"), *(f"={esc(page.area(area))}" for area in areas)],
        rows,
        kind="down",
    )


def _indices_across(
    page: Page,
    kinds: Sequence[tuple[str, str]],
    areas: Sequence[object],
    value: Mapping[tuple[object, str, str], str],
    facts: pd.DataFrame,
) -> str:
    """Lay out many areas as rows, an index per column."""
    by_index: dict[str, list[str]] = {}
    for index, group in kinds:
        by_index.setdefault(index, []).append(group)
    top = "".join(
        f'<th scope="colgroup" colspan="{len(members)}">'
        f"{page.say(INDEX_NAMES.get(index, index))}</th>"
        for index, members in by_index.items()
    )
    below = "".join(
        f'<th scope="col" class="n">{page.say(charts.TENURE_SHORT.get(g, g))}</th>'
        for members in by_index.values()
        for g in members
    )
    head = (
        f'<tr><th scope="col" rowspan="2">{page.t("Area", "Gebied")}</th>'
        f'<th scope="col" rowspan="2" class="n">{page.t("Buurten", "Buurten")}</th>'
        f'<th scope="col" rowspan="2" class="n">{page.t("Dwellings", "Woningen")}</th>{top}</tr>'
        f"<tr>{below}</tr>"
    )
    rows = []
    for area in areas:
        cells = "".join(
            f"<td class=n>{value.get((area, index, g), NONE)}</td>"
            for index, members in by_index.items()
            for g in members
        )
        rows.append(
            f'<tr><th scope="row">{esc(page.area(area))}</th>'
            f"<td class=n>{page.numbers.integer(facts.at[area, 'n_units'])}</td>"
            f"<td class=n>{page.numbers.integer(facts.at[area, 'n_total'])}</td>{cells}</tr>"
        )
    return f'<table class="indices"><thead>{head}</thead><tbody>{"".join(rows)}</tbody></table>'


def _index_notes(page: Page, table: pd.DataFrame) -> str:
    """Explain every index that is undefined, once per reason."""
    if "note" not in table:
        return ""
    usual = ("", overview.ROUNDED, overview.POINT)
    noted = table[table["note"].notna() & ~table["note"].astype(str).isin(usual)]
    if not len(noted):
        return ""
    items = []
    for note, rows in noted.groupby(noted["note"].astype(str), sort=True):
        where = ", ".join(dict.fromkeys(page.area(a) for a in rows["area"]))
        items.append(f"{esc(scenario_words.note(note, page.lang))} ({esc(where)})")
    return page.fold(
        page.t("Remarks with the indices", "Opmerkingen bij de indices"), page.items(items)
    )


def cluster_map(page: Page, base: maps.Base | None) -> str:
    """Return the map of the local Moran clusters."""
    keys = page.column(page.moran_column)
    water = page.column("quality") == "water"
    keys = np.where(water, "water", np.where(pd.isna(keys), "nodata", keys))
    classes = [
        MapClass(key, charts.CLUSTER_COLOURS[key], label, charts.MAP_LINES.get(key, ""))
        for key, label in charts.CLUSTER_LABELS.items()
    ]
    classes.append(MapClass("water", "#e3eef5", Text("water", "water")))
    labels = []
    if base is not None:
        room = 16 * base.pixel
        labels = [
            (float(base.anchors[i, 0]), float(base.anchors[i, 1]), str(keys[i]))
            for i in np.argsort(-base.sizes)
            if keys[i] in ("HH", "LL", "HL", "LH") and base.sizes[i] >= room
        ]
    share = page.t("the rented share", "het aandeel huur")
    if not page.two_classes:
        share = page.t("the corporation share", "het aandeel corporatiehuur")
    return figure(
        page,
        base,
        ident="map-cluster",
        title=page.t(
            "Map 2. Local Moran clusters of {share}",
            "Kaart 2. Lokale Moran-clusters van {share}",
            share=share,
        ),
        keys=keys,
        classes=classes,
        note=page.t(
            "High and low are relative to the mean of all buurten in this scan; adjoining buurten "
            "share a border or a corner. A cluster is a statistical pattern, not a problem.",
            "Hoog en laag zijn ten opzichte van het gemiddelde van alle buurten in deze scan; "
            "aangrenzende buurten delen een grens of een hoekpunt. Een cluster is een statistisch "
            "patroon, geen probleem.",
        ),
        labels=labels,
    )


def cluster_lists(page: Page) -> str:
    """List the buurten of each cluster by gemeente, in code order."""
    keys = page.column(page.moran_column)
    total = sum(1 for key in keys if key in ("HH", "LL", "HL", "LH"))
    parts = []
    for key in ("HH", "LL", "HL", "LH"):
        members = [i for i in page.in_code_order if keys[i] == key]
        if not members:
            continue
        content = page.codes(members) if total > _NAMED else _by_gemeente(page, members)
        title = page.t(
            "{label}: {n}",
            "{label}: {n}",
            label=charts.CLUSTER_LABELS[key].get(page.lang),
            n=page.units(len(members)),
        )
        parts.append(page.fold(title, content, opened=len(members) <= FEW))
    return "".join(parts)


def _by_gemeente(page: Page, members: Sequence[int]) -> str:
    names, codes = page.column("buurt_name"), page.column("buurt_code")
    groups: dict[object, list[str]] = {}
    gemeente = page.column("gemeente_code")
    for i in members:
        groups.setdefault(gemeente[i], []).append(f"{esc(names[i])} ({esc(codes[i])})")
    return "".join(
        f"<p><b>{esc(page.area(code))}</b>: {', '.join(items)}</p>"
        for code, items in groups.items()
    )
