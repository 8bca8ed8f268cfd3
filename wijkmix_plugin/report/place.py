# SPDX-License-Identifier: GPL-2.0-or-later
"""The report of one buurt or one wijk, out of a scan: the place in its surroundings, and why."""

from __future__ import annotations

import copy
from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import shapely

from ..errors import TableError, Text
from ..policy import explain, scales
from . import account, candidates, charts, decisions, figures, instruments, maps, reasons, scale
from .document import document, scan_subtitle
from .numbers import esc
from .page import FLAG_NAMES, FLAGS, Page

KINDS = ("buurt", "wijk")
_AROUND = 0.9  # of the size of the place is shown on either side of it
_LEAST = 400.0  # metres that are shown around a small place
_EDGE = 20.0  # metres left free beyond the last shape
_LABEL = 11  # pixels
_LONGEST = 40  # signs of a name on the map
_WIDE = 1.4  # least width of the map as a part of its height
_FACTS = {
    "dwellings": (Text("Dwellings", "Woningen"), 0, ""),
    "households": (Text("Households", "Huishoudens"), 0, ""),
    "inhabitants": (Text("Inhabitants", "Inwoners"), 0, ""),
    "woz": (
        Text("Mean dwelling value (WOZ)", "Gemiddelde woningwaarde (WOZ)"),
        0,
        " x 1.000 euro",
    ),
    "share_multifamily": (Text("Flats", "Meergezinswoningen"), 0, "%"),
    "share_before_2000": (Text("Built before 2000", "Gebouwd voor 2000"), 0, "%"),
    "dw_per_ha": (Text("Dwellings per hectare of land", "Woningen per hectare land"), 1, ""),
}


class Place:
    """The units of one buurt or wijk within a scan.

    Attributes
    ----------
    page : the whole scan.
    inner : the scan as if it had these units only.
    rows : positions of the units.
    """

    def __init__(self, page: Page, code: str, kind: str) -> None:
        column = "buurt_code" if kind == "buurt" else "wijk_code"
        self.page, self.code, self.kind = page, code, kind
        self.rows = np.flatnonzero(page.column(column) == code)
        if not self.rows.size:
            raise TableError(
                "The scan has no {kind} {code}. Choose one of its own.",
                "De scan heeft geen {kind} {code}. Kies er een uit de scan zelf.",
                kind=kind,
                code=code,
            )
        self.inner = subset(page, self.rows)
        self.codes = set(self.inner.column("buurt_code").tolist())

    @property
    def name(self) -> str:
        """Escaped name of the place."""
        if self.kind == "wijk":
            return esc(f"Wijk {self.code}")
        return esc(self.inner.column("buurt_name")[0] or self.code)

    @property
    def gemeente(self) -> str:
        """Escaped name of its gemeente."""
        return esc(self.page.area(self.inner.column("gemeente_code")[0]))


def subset(page: Page, rows: np.ndarray) -> Page:
    """Return a page on some units of a scan; its record names only what of these is left out."""
    result = copy.copy(page.result)
    result.frame = page.frame.iloc[rows].reset_index(drop=True)
    result.wijken = result.indices = None
    inner = Page(result, page.catalogue, page.lang, page.decisions)
    codes = set(inner.column("buurt_code").tolist())
    left = [
        unit
        for unit in page.provenance.get("excluded") or []
        if isinstance(unit, Mapping) and unit.get("code") in codes
    ]
    inner.provenance = {**page.provenance, "excluded": left}
    return inner


def render_place(
    result: Any,
    catalogue: Any,
    code: str,
    kind: str = "buurt",
    *,
    lang: str = "nl",
    project: decisions.Decisions | None = None,
) -> str:
    """Write the report of one buurt or one wijk.

    Parameters
    ----------
    result : Stored, ScanResult or alike
        The whole scan: the place is shown in its surroundings.
    catalogue : Catalogue
        The policy knowledge that explains the flags.
    code : str
        Code of the buurt or wijk.
    kind : {"buurt", "wijk"}
    lang : {"nl", "en"}
        Language of every sentence; anything else than "nl" is English.
    project : Decisions, optional
        Goals and worklist of a project.

    Returns
    -------
    str
        A complete HTML document. Every text from data is escaped.

    Raises
    ------
    TableError
        The scan has no such place.
    """
    page = Page(result, catalogue, lang, project)
    place = Place(page, code, kind)
    inner = place.inner
    near = _Surroundings(place)
    own = figures.map_base(inner) if kind == "wijk" else None
    worklist = decisions.worklist_section(page, place.codes)
    sections = [
        ("summary", page.t("In short", "In het kort"), _summary(place)),
        ("place", page.t("The place", "De plek"), near.maps()),
        ("mix", page.t("Tenure mix", "Menging"), _mix(place)),
        (
            "scale",
            page.t("At which scale", "Op welke schaal"),
            scale.place_section(
                page, inner.column("wijk_code")[0], inner.column("gemeente_code")[0]
            ),
        ),
        (
            "flags",
            page.t("Candidate for further study?", "Kandidaat voor nader onderzoek?"),
            candidates.flags_section(inner, own, 2) if kind == "wijk" else _flags(place),
        ),
        (
            "instruments",
            page.t("Instruments", "Instrumenten"),
            instruments.instruments_section(inner, decisions.chosen(page, place.codes)),
        ),
        ("worklist", page.t("Worklist", "Werklijst"), worklist),
        ("questions", decisions.goals_title(page), decisions.goals_section(page)),
        ("measuring", page.t("Measuring", "Meten"), decisions.monitoring_section(page)),
        (
            "limits",
            page.t("Limits of this report", "Grenzen van dit rapport"),
            account.limits(page),
        ),
        (
            "data",
            page.t("Data and what was left out", "Gegevens en wat niet meedoet"),
            _data(place),
        ),
        (
            "settings",
            page.t("Settings and thresholds", "Instellingen en drempels"),
            account.parameters(page),
        ),
        ("sources", page.t("Sources and versions", "Bronnen en versies"), account.sources(page)),
    ]
    shapes = maps.shared_shapes(own, near.base)
    return document(page, _title(place), scan_subtitle(page), sections, shapes)


def _title(place: Place) -> str:
    what = place.name if place.kind == "wijk" else f"Buurt {place.name}"
    return f"{what}, {place.gemeente}"


def _summary(place: Place) -> str:
    """Say what this is, what it is not, and the numbers one wants first."""
    page, inner = place.page, place.inner
    does = page.t(
        "This report describes the tenure mix of <b>{name}</b> ({code}) beside its surroundings, "
        "and which conditions for a closer look are met there. It is taken from a scan of {n}.",
        "Dit rapport beschrijft de eigendomsmix van <b>{name}</b> ({code}) naast die van de "
        "omgeving, en aan welke voorwaarden voor nader onderzoek daar is voldaan. Het komt uit "
        "een scan van {n}.",
        n=page.units(len(page.frame)),
        name=_plain_name(place),
        code=place.code,
    )
    nots = page.t(
        "It does not say what must be done, ranks nothing and judges nobody. A flag means "
        "<b>candidate for further study</b>, nothing more. Figures of areas say nothing about the "
        "people who live there.",
        "Het zegt niet wat er moet gebeuren, maakt geen ranglijst en oordeelt over niemand. Een "
        "vlag betekent <b>kandidaat voor nader onderzoek</b>, meer niet. Cijfers over gebieden "
        "zeggen niets over de mensen die er wonen.",
    )
    rows = [*_flag_rows(place), *_fact_rows(inner)]
    head = [page.t("What", "Wat"), page.t("Here", "Hier")]
    note = ""
    if page.decisions is not None and decisions.items_in(page, place.codes):
        note = page.t(
            "<p>On the worklist of the project: see Worklist.</p>",
            "<p>Staat op de werklijst van het project: zie Werklijst.</p>",
        )
    return f"<p>{does}</p><p>{nots}</p>" + page.table(head, rows, kind="key") + note


def _flag_rows(place: Place) -> list[list[str]]:
    page, inner = place.page, place.inner
    if page.two_classes:
        return []
    rows = []
    for flag in FLAGS:
        found = Counter(status or "none" for status in inner.column(f"flag_{flag}").tolist())
        words = [
            charts.FLAG_LABELS[key].get(page.lang)
            + (f": {page.units(found[key])}" if place.kind == "wijk" else "")
            for key in charts.FLAG_LABELS
            if found[key]
        ]
        rows.append([page.say(FLAG_NAMES[flag]), esc("; ".join(words)) + candidates.goal_tag(page)])
    return rows


def _fact_rows(inner: Page) -> list[list[str]]:
    """Return what is known of the place: sums of counts, and for one buurt its other figures."""
    rows = []
    for name, (label, digits, unit) in _FACTS.items():
        values = inner.floats(name)
        counted = name in ("dwellings", "households", "inhabitants")
        if not np.isfinite(values).any() or (len(values) > 1 and not counted):
            continue
        value = np.nansum(values) if counted else values[0]
        rows.append([inner.say(label), inner.numbers.decimal(value, digits) + esc(unit)])
    return rows


# -- maps ------------------------------------------------------------------------------------------


class _Surroundings:
    """The place among what lies around it, and within its gemeente."""

    def __init__(self, place: Place) -> None:
        self.place = place
        page = place.page
        self.base: maps.Base | None = None
        self.outline = ""
        self.near: Page | None = None
        if "geometry" not in page.frame:
            return
        shapes = page.frame["geometry"].to_numpy(dtype=object)
        own = shapes[place.rows]
        own = own[~(pd.isna(own) | shapely.is_empty(own))]
        if not own.size:
            return
        bounds = shapely.total_bounds(own)
        room = max(_AROUND * max(bounds[2] - bounds[0], bounds[3] - bounds[1]), _LEAST)
        west, south, east, north = (bounds + np.array([-room, -room, room, room])).tolist()
        # A sheet is wider than a map of it should be high.
        spare = (_WIDE * (north - south) - (east - west)) / 2
        if spare > 0:
            west, east = west - spare, east + spare
        drawn = shapely.bounds(shapes)
        with np.errstate(invalid="ignore"):
            seen = (drawn[:, 0] < east) & (drawn[:, 2] > west)
            seen &= (drawn[:, 1] < north) & (drawn[:, 3] > south)
        rows = np.flatnonzero(seen)
        # Nothing is drawn where the layer has nothing.
        land = shapely.total_bounds(shapes[rows])
        west, south = max(west, land[0] - _EDGE), max(south, land[1] - _EDGE)
        east, north = min(east, land[2] + _EDGE), min(north, land[3] + _EDGE)
        self.near = subset(page, rows)
        self.mine = np.isin(rows, place.rows)
        whole = shapely.union_all(shapely.make_valid(own), grid_size=0.5)
        wijk = self.near.column("wijk_code")
        base = maps.build(
            np.append(shapes[rows], whole),
            np.append(wijk, wijk[np.argmax(self.mine)]),
            np.append(self.mine, True),
            (west, south, east, north),
        )
        if base is not None:
            self.outline = base.paths[-1]
            self.base = replace(
                base,
                paths=base.paths[:-1],
                anchors=base.anchors[:-1],
                sizes=base.sizes[:-1],
                ident="-near",
            )

    def maps(self) -> str:
        """Return the map of the surroundings; without geometry it says so."""
        page = self.place.page
        base = self.base
        if base is None or self.near is None:
            return page.t(
                "<p>The layer has no geometry here, so there is no map.</p>",
                "<p>De laag heeft hier geen geometrie; daarom is er geen kaart.</p>",
            )
        keys, classes = figures.tenure_classes(self.near)
        names = [
            name if name is None or len(str(name)) <= _LONGEST else f"{str(name)[:_LONGEST]}…"
            for name in self.near.column("buurt_name")
        ]
        order = sorted(range(len(names)), key=lambda i: (not self.mine[i], -base.sizes[i]))
        labels = [
            (float(base.anchors[i, 0]), float(base.anchors[i, 1]), str(names[i]))
            for i in order
            if names[i] and (self.mine[i] or self._fits(i, str(names[i])))
        ]
        return figures.figure(
            self.near,
            self.base,
            ident="map-place",
            title=page.t(
                "Map 1. Tenure that prevails in and around {name}",
                "Kaart 1. Overheersende eigendomsvorm in en rond {name}",
                name="{name}",
            ).format(name=_plain_name(self.place)),
            keys=keys,
            classes=classes,
            note=page.t(
                "The thick line is the border of the place; the legend counts the buurten that are "
                "at least partly on this map. ",
                "De dikke lijn is de grens van de plek; de legenda telt de buurten die minstens "
                "deels op deze kaart staan. ",
            )
            + figures.limit_note(page),
            labels=labels,
            label_size=_LABEL,
            outline=self.outline,
        )

    def _fits(self, unit: int, name: str) -> bool:
        """Tell whether the name of a unit stays on the map, and its unit is not tiny."""
        if self.base is None:
            return False
        half = 0.31 * _LABEL * self.base.pixel * len(name)
        x, y = self.base.anchors[unit]
        room = _LABEL * self.base.pixel
        return bool(
            half < x < self.base.width - half
            and room < y < self.base.height - room
            and self.base.sizes[unit] > 40 * self.base.pixel
        )


def _plain_name(place: Place) -> str:
    """Return the name not escaped: a figure escapes its own title."""
    if place.kind == "wijk":
        return f"Wijk {place.code}"
    return str(place.inner.column("buurt_name")[0] or place.code)


# -- mix -------------------------------------------------------------------------------------------


def areas(place: Place) -> tuple[list[str], pd.DataFrame]:
    """Return the place, its wijk, its gemeente and the scan: names, and dwellings with shares."""
    page = place.page
    counts = pd.DataFrame(page.counts, columns=[f"n_{c}" for c in page.classes])
    found: list[tuple[str, np.ndarray]] = [(_plain_name(place), place.rows)]
    first = int(place.rows[0])
    for kind, column in (("wijk", "wijk_code"), ("gemeente", "gemeente_code")):
        codes = page.column(column)
        if kind == place.kind or codes[first] is None:
            continue
        name = page.area(codes[first]) if kind == "gemeente" else str(codes[first])
        found.append((f"{kind.capitalize()} {name}", np.flatnonzero(codes == codes[first])))
    if len(page.gemeenten) != 1:
        whole = Text("The whole scan", "De hele scan").get(page.lang)
        found.append((whole, np.arange(len(page.frame))))
    sums = []
    for _, rows in found:
        used = counts.iloc[rows[page.used[rows]]]
        sums.append(used.sum() if len(used) else used.sum() * np.nan)
    table = figures.with_shares(page, pd.DataFrame(sums, index=range(len(found))))
    return [name for name, _ in found], table


def chart(place: Place, width: float = 640) -> str:
    """Draw the mix of the place beside that of its wijk, its gemeente and the whole scan."""
    page = place.page
    names, table = areas(place)
    shares = table[[page.share_column(c) for c in page.classes]].to_numpy(dtype=float)
    known = table[[f"n_{c}" for c in page.classes]].to_numpy(dtype=float).sum(axis=1)
    return charts.mix_chart(
        [
            (
                name,
                Text("{n} dwellings", "{n} woningen")
                .format(n=page.numbers.integer(n))
                .get(page.lang)
                if np.isfinite(n)
                else "",
                dict(zip(page.classes, row.tolist(), strict=True)),
            )
            for name, row, n in zip(names, shares, known, strict=True)
        ],
        lang=page.lang,
        width=width,
        title=Text("Tenure mix of the place and around it", "Menging van de plek en eromheen").get(
            page.lang
        ),
    )


def _mix(place: Place) -> str:
    """Return the chart of the mix, and the numbers behind it."""
    page, inner = place.page, place.inner
    names, table = areas(place)
    parts = [
        f'<figure class="chart">{chart(place)}</figure>',
        page.table(
            [page.t("Area", "Gebied"), *_number_heads(page)],
            [[esc(name), *_number_cells(page, table.iloc[k])] for k, name in enumerate(names)],
        ),
        page.t(
            "<p class='note'>Shares are of the dwellings whose tenure is known. Diversity runs "
            "from 0 (one class) to 1 (all equal): a description, no score. Look at numbers beside "
            "shares.</p>",
            "<p class='note'>Aandelen zijn van de woningen met bekend eigendom. Diversiteit loopt "
            "van 0 (één klasse) tot 1 (alle even groot): een beschrijving, geen rapportcijfer. "
            "Kijk naast aandelen ook naar aantallen.</p>",
        ),
    ]
    if place.kind == "wijk":
        parts.append(_buurten(inner))
    else:
        parts.append(_measures(place))
    return "".join(parts)


def _number_heads(page: Page) -> list[str]:
    return [
        *(f"={page.say(charts.TENURE_SHORT[c])}" for c in page.classes),
        "=" + page.t("Dwellings of known tenure", "Woningen met bekend eigendom"),
        "=" + page.t("Diversity (0-1)", "Diversiteit (0-1)"),
    ]


def _number_cells(page: Page, row: pd.Series) -> list[str]:
    """Return share and number per class, so that no share stands by itself."""
    number = page.numbers
    counts = [float(row[f"n_{c}"]) for c in page.classes]
    return [
        *(
            f"={number.percent(row[page.share_column(c)], 1)}<br><small>{number.integer(n)}</small>"
            for c, n in zip(page.classes, counts, strict=True)
        ),
        f"={number.integer(sum(counts))}",
        f"={number.decimal(row['div_tenure'])}",
    ]


def _buurten(inner: Page) -> str:
    """Return the buurten of a wijk with their mix, in code order."""
    rows = inner.in_code_order
    frame = inner.frame.iloc[rows].reset_index(drop=True)
    names = [
        f"{name or ''} ({code})"
        for name, code in zip(
            inner.column("buurt_name")[rows], inner.column("buurt_code")[rows], strict=True
        )
    ]
    body = inner.table(
        figures.mix_head(inner, inner.t("Buurt", "Buurt")),
        figures.mix_rows(inner, frame, names),
        kind="mix",
    )
    title = inner.t(
        "The buurten of the wijk, in code order: {n}",
        "De buurten van de wijk, op codevolgorde: {n}",
        n=inner.units(len(rows)),
    )
    return f"<h3>{title}</h3>{body}"


def _measures(place: Place) -> str:
    """Return how the buurt compares with its reference area, and its local Moran cluster."""
    page, inner = place.page, place.inner
    number = page.numbers
    against = (
        page.t("the whole scan", "de hele scan")
        if page.result.reference == "all"
        else page.t("its gemeente", "haar gemeente")
    )
    rows = []
    for name in page.classes:
        value = inner.floats(f"lq_{name}")[0]
        if np.isfinite(value):
            words = page.t("Share compared with {area}", "Aandeel ten opzichte van {area}")
            rows.append(
                [
                    f"{page.say(charts.TENURE_LABELS[name])}: {words.format(area=against).lower()}",
                    page.t("{value} times", "{value} keer", value=number.decimal(value)),
                ]
            )
    value = inner.floats("local_divergence")[0]
    if np.isfinite(value):
        rows.append(
            [
                page.t(
                    "Local divergence from {area} (0 is the same mix)",
                    "Lokale divergentie van {area} (0 is dezelfde mix)",
                    area=against,
                ),
                number.decimal(value, 3),
            ]
        )
    label = inner.column(page.moran_column)[0]
    if label is not None:
        text = page.say(charts.CLUSTER_LABELS.get(label, label))
        p = inner.floats(f"{page.moran_column}_p")[0]
        if np.isfinite(p):
            q = inner.floats(f"{page.moran_column}_q")[0]
            text += page.t(
                " (p: {p}; corrected for many tests: {q}; {n} adjoining buurten)",
                " (p: {p}; gecorrigeerd voor veel toetsen: {q}; {n} aangrenzende buurten)",
                p=number.p_value(p),
                q=number.p_value(q),
                n=number.integer(inner.floats("n_neighbours")[0]),
            )
        rows.append([page.t("Local Moran cluster", "Lokale Moran-cluster"), text])
    if not rows:
        return ""
    return page.table(
        [page.t("Measure", "Maat"), page.t("This buurt", "Deze buurt")],
        rows,
        caption=page.t("Compared with {area}", "Vergeleken met {area}", area=against),
    )


# -- flags of one buurt ----------------------------------------------------------------------------


def _flags(place: Place) -> str:
    page, inner = place.page, place.inner
    if page.two_classes:
        return candidates.flags_section(inner, None)
    found = explain.read(inner.column("flag_reasons")[0])
    parts = [
        page.t(
            "<p>A flag means <b>candidate for further study</b>: no advice and no judgement. All "
            "thresholds are assumptions and can be changed; missing data count as unknown, never "
            "as no.</p>",
            "<p>Een vlag betekent <b>kandidaat voor nader onderzoek</b>: geen advies en geen "
            "oordeel. Alle drempels zijn aannames en kunnen worden aangepast; ontbrekende gegevens "
            "tellen als onbekend, nooit als nee.</p>",
        ),
        candidates.goal_mark(page),
        candidates.vulnerable_rule(page),
    ]
    for flag in FLAGS:
        status = inner.column(f"flag_{flag}")[0]
        words = page.say(charts.FLAG_LABELS.get(status or "none", str(status)))
        name = page.say(FLAG_NAMES[flag])
        parts.append(
            f'<section class="flag" id="flag-{flag}"><h3>{name}: {words}'
            f"{candidates.goal_tag(page)}</h3>"
        )
        parts.append(candidates.what_it_seeks(page, flag))
        wanted = explain.to_add(found.get(flag), page.catalogue)
        parts += [f"<p>{inner.say(text)}.</p>" for text in wanted]
        parts.append(reasons.unit_table(page, flag, found))
        parts.append(_robustness(inner, flag))
        parts.append(_scales(place, flag, status))
        if status in reasons.STATUS:
            parts.append(candidates.companions_box(page, flag))
            parts.append(candidates.instrument_list(page, flag))
        parts.append("</section>")
    return "".join(parts)


def _robustness(inner: Page, flag: str) -> str:
    told = explain.robustness(inner.column(f"flag_robustness_{flag}")[0])
    return "" if told is None else f"<p class='note'>{inner.say(told)}</p>"


def checked_scales(place: Place, flag: str) -> list[scales.Checked]:
    """Ask the conditions on tenure again of the blocks, the wijk and the gemeente of a buurt."""
    page = place.page
    told = explain.read(place.inner.column("flag_reasons")[0]).get(flag)
    asked = told.get("conditions") if isinstance(told, dict) else None
    first = int(place.rows[0])

    def dwellings(rows: np.ndarray) -> list[float]:
        return page.counts[rows & page.used].sum(axis=0).tolist()

    every = np.ones(len(page.frame), dtype=bool)
    of_wijk, of_gemeente = (
        (page.column(name) == page.column(name)[first], page.column(name)[first])
        for name in ("wijk_code", "gemeente_code")
    )
    whole = page.result.reference == "all"
    base = dwellings(every if whole else of_gemeente[0])
    with_blocks = page.provenance.get("variant") == "block"
    levels = scales.finer(place.inner.column(scales.FINER_FIELD)[0], with_blocks)
    levels.append(scales.Level("buurt", _plain_name(place), None))
    for level, (rows, code), name, against in (
        ("wijk", of_wijk, str(of_wijk[1]), base),
        ("stad", of_gemeente, page.area(of_gemeente[1]), base if whole else None),
    ):
        if code is not None:
            found = scales.values_of(dwellings(rows), page.classes, against)
            levels.append(scales.Level(level, name, found))
    return scales.check(asked, levels)


def _scales(place: Place, flag: str, status: str | None) -> str:
    """Return what every scale says of the conditions on tenure, or that it has no data."""
    page = place.page
    found = checked_scales(place, flag)
    if not found or (status not in reasons.STATUS and not scales.differs(found)):
        return ""
    rows = []
    for checked in found:
        if checked.conditions is None:
            words = page.say(checked.why)
        elif not checked.conditions:
            words = page.t(
                "cannot be asked: it is compared with itself",
                "niet te vragen: het gebied wordt met zichzelf vergeleken",
            )
        else:
            words = "; ".join(
                page.say(explain.at_scale(c, checked.level, page.catalogue))
                for c in checked.conditions
            )
        rows.append([f"{page.label('scales', checked.level)} {esc(checked.name or '')}", words])
    title = page.t(
        "The same at other scales (what follows from tenure alone)",
        "Hetzelfde op andere schalen (wat uit eigendom alleen volgt)",
    )
    table = page.table([page.t("Scale", "Schaal"), page.t("Outcome", "Uitkomst")], rows)
    note = ""
    if any("share" in c for checked in found for c in checked.conditions or ()):
        note = f"<p class='note'>{page.say(explain.IN_PARTS)}</p>"
    if scales.differs(found):
        note += page.t(
            "<p class='note'>⚠ The scales do not say the same: what shows here depends on the unit "
            "that is looked at.</p>",
            "<p class='note'>⚠ De schalen zeggen niet hetzelfde: wat hier blijkt, hangt af van de "
            "eenheid waarnaar u kijkt.</p>",
        )
    return f"<h4>{title}</h4>{table}{note}"


# -- data ------------------------------------------------------------------------------------------


def _data(place: Place) -> str:
    page, inner = place.page, place.inner
    parts = []
    if place.kind == "buurt":
        words = account.quality_words(page, inner.column("quality")[0])
        parts.append(
            page.t("<p>Data of this buurt: ", "<p>Gegevens van deze buurt: ")
            + (words if words != "ok" else page.t("usable", "bruikbaar"))
            + ".</p>"
        )
    else:
        parts.append(account.excluded(inner))
    title = page.t("Remarks on the data of the scan", "Opmerkingen bij de gegevens van de scan")
    return "".join(parts) + f"<h3>{title}</h3>" + account.data_notes(page)
