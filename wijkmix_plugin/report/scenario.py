# SPDX-License-Identifier: GPL-2.0-or-later
"""A scenario on paper: stock per year, indices before and after, uitruil, tests, flags, limits."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from ..errors import Text
from ..policy import (
    flags,
    scenario,
    scenario_balance,
    scenario_checks,
    scenario_flags,
    scenario_words,
)
from ..policy.actions import companion_flags
from ..policy.scenario_run import ScenarioResult
from . import decisions, figures, maps, plan
from .candidates import companions_box
from .charts import TENURE_SHORT, stacked_bar
from .document import document, subtitle
from .maps import MapClass
from .numbers import esc, is_missing
from .page import FLAG_NAMES, Page

SHOWN = ("dissimilarity", "isolation", "theil_h", "multigroup_theil_h")
_OF_PLAN = Text("this plan", "dit plan")
MOST_ROWS = 40  # of a table before the rest is folded
_WIDEST = 150.0  # pixels of the longest bar
_CHANGES = (
    (
        "more",
        "#0072B2",
        Text("more dwellings than at the start", "meer woningen dan bij het begin"),
    ),
    ("fewer", "#E69F00", Text("fewer dwellings", "minder woningen")),
    ("other", "#CC79A7", Text("as many, of other tenure", "evenveel, van andere eigendom")),
    ("same", "#f2f2f2", Text("no change", "geen verandering")),
    ("nodata", "none", Text("no usable figures", "geen bruikbare cijfers")),
)


def render_scenario(
    result: ScenarioResult,
    catalogue: Any,
    *,
    lang: str = "nl",
    monitoring: Any = None,
    project: decisions.Decisions | None = None,
) -> str:
    """Write the report of a scenario.

    Parameters
    ----------
    monitoring : a `policy.actions.Monitoring`, None where nobody has chosen one.
    project : holds the goals; None where they are not known, so that every question is open.
    """
    page = Page(result, catalogue, lang, project)
    base = figures.map_base(page)
    sections = [
        ("summary", page.t("In short", "In het kort"), _summary(page, result)),
        (
            "stock",
            page.t("The stock per year", "De voorraad per jaar"),
            _years(page, result) + _map(page, result, base) + _units(page, result),
        ),
        (
            "indices",
            page.t("Indices before and after", "Indices voor en na"),
            _indices(page, result.indices),
        ),
        (
            "balance",
            page.t("Uitruil: losses and gains", "Uitruil: verlies en winst"),
            _balance(page, result),
        ),
        (
            "phasing",
            page.t("New before demolition", "Nieuw vóór sloop"),
            _phasing(page, result.tests),
        ),
        (
            "groups",
            page.t("Stayers, leavers, newcomers", "Blijvers, vertrekkers, nieuwkomers"),
            _groups(page, result),
        ),
        (
            "social",
            page.t("The 30%: of the stock and of the plan", "De 30%: van voorraad en van plan"),
            _social(page, result.tests),
        ),
        (
            "flags",
            page.t("Flags that appear or vanish", "Vlaggen die verschijnen of verdwijnen"),
            _flags(page, result),
        ),
        (
            "companions",
            page.t("What belongs with the plan", "Wat bij het plan hoort"),
            _companions(page, result),
        ),
        ("questions", decisions.goals_title(page), decisions.goals_section(page)),
        ("monitoring", page.t("Measuring", "Meten"), plan.monitoring_section(page, monitoring)),
        ("actions", page.t("The actions", "De acties"), _actions(page, result)),
        (
            "limits",
            page.t("Limits of this report", "Grenzen van dit rapport"),
            _limits(page, result),
        ),
        ("sources", page.t("Origin", "Herkomst"), plan.origin_section(page, ORIGIN)),
    ]
    title = page.t("Scenario", "Scenario")
    names = [page.area(code) for code in page.gemeenten]
    if 0 < len(names) <= 3:
        title = f"{title}: {esc(', '.join(names))}"
    what = page.t("<b>stock only, no forecast</b>", "<b>alleen voorraad, geen voorspelling</b>")
    if result.incomplete is not None:
        what += " · " + page.t("<b>incomplete</b>", "<b>onvolledig</b>")
    return document(
        page, title, subtitle(page, result.base, what), sections, maps.shared_shapes(base)
    )


ORIGIN = {
    "source": Text("Layer of the stock", "Laag van de voorraad"),
    "year": Text("Year of the stock", "Jaar van de voorraad"),
    "attribution": Text("Data", "Gegevens"),
    "vulnerable_rule": Text("Rule for vulnerable areas", "Regel voor kwetsbare gebieden"),
    "fingerprint": Text("Fingerprint of the stock", "Vingerafdruk van de voorraad"),
    "segments": Text("Segments and their tenure", "Segmenten en hun eigendom"),
    "seed": Text("Random seed", "Startgetal"),
    "catalogue_version": Text("Catalogue", "Catalogus"),
    "versions": Text("Software", "Software"),
}


def _words(page: Page, code: object) -> str:
    return esc(scenario_words.word(code, page.lang) or None)


def _unit(page: Page, code: object) -> str:
    """Name a unit, with its code."""
    place = np.flatnonzero(page.column("buurt_code") == code)
    name = page.column("buurt_name")[place[0]] if len(place) else None
    return f"{esc(name)} <small>{esc(code)}</small>" if name else esc(code)


def says(page: Page) -> str:
    """Return what a scenario is and is not, in a box."""
    return f'<div class="must"><p><b>{page.say(scenario.SAYS)}</b></p></div>'


def _summary(page: Page, result: ScenarioResult) -> str:
    table = result.plan.table
    warned = [text for text, warns in result.notes if warns]
    first = ""
    if warned:
        first = f"<h3>{page.t('To know first', 'Vooraf te weten')}</h3>"
        first += page.items(page.say(text) for text in warned)
    if table.empty:
        nothing = page.t(
            "<p>The scenario holds no actions: nothing changes.</p>",
            "<p>Het scenario bevat geen acties: er verandert niets.</p>",
        )
        return says(page) + nothing + first
    sums = {name: float(table.loc[table["action"] == name, "n"].sum()) for name in scenario.ACTIONS}
    rows = [
        [_words(page, name), "=" + page.numbers.integer(n)] for name, n in sums.items() if n > 0
    ]
    start, end = np.nansum(result.counts), np.nansum(result.after[max(result.after)])
    rows.append(
        [
            page.t("Change of the stock", "Verandering van de voorraad"),
            "=" + plan.signed(page, end - start),
        ]
    )
    parts = [
        says(page),
        page.t(
            "<p>{n} actions in {units}, from {first} to {last}, on the stock of {base}.</p>",
            "<p>{n} acties in {units}, van {first} tot en met {last}, op de voorraad van "
            "{base}.</p>",
            n=page.numbers.integer(len(table)),
            units=page.units(table["place"].nunique()),
            first=int(table["year"].min()),
            last=int(table["year"].max()),
            base=result.base,
        ),
        page.table(
            [page.t("Action", "Actie"), "=" + page.t("Dwellings", "Woningen")], rows, kind="key"
        ),
    ]
    if result.flags is not None:
        last = result.flags[result.flags["year"] == max(result.after)]
        parts.append(
            page.t(
                "<p>Candidate flags in the last year: {more} appear, {fewer} vanish, {unknown} "
                "can no longer be assessed.</p>",
                "<p>Kandidaatvlaggen in het laatste jaar: {more} verschijnen, {fewer} verdwijnen, "
                "{unknown} zijn niet meer te beoordelen.</p>",
                more=page.numbers.integer(int((last["change"] == "appears").sum())),
                fewer=page.numbers.integer(int((last["change"] == "vanishes").sum())),
                unknown=page.numbers.integer(int((last["change"] == "becomes unknown").sum())),
            )
        )
    parts.append(first)
    late = result.tests[
        (result.tests["test"] == "new_before_demolition") & (result.tests["status"] == "not met")
    ]
    if len(late):
        areas = ", ".join(f"{r.area} ({int(r.year)})" for r in late.itertuples())
        parts.append(
            page.t(
                "<p><b>New before demolition is not met</b> in: {areas}.</p>",
                "<p><b>Nieuw vóór sloop wordt niet gehaald</b> in: {areas}.</p>",
                areas=areas,
            )
        )
    return "".join(parts)


# -- the stock -----------------------------------------------------------------------------------


def _years(page: Page, result: ScenarioResult) -> str:
    """Return the charts over years: a bar per year, as long as the stock is large."""
    note = page.t(
        "Dwellings of known tenure, counts beside shares; a bar is as long as the stock is large. "
        "A share can fall while the number grows.",
        "Woningen met bekende eigendom, aantallen naast aandelen; een balk is zo lang als de "
        "voorraad groot is. Een aandeel kan dalen terwijl het aantal groeit.",
    )
    every = np.ones(len(result.counts), dtype=bool)
    charts = [(page.t("All buurten", "Alle buurten"), every)]
    touched = np.zeros(len(every), dtype=bool)
    touched[result.plan.table["place"].to_numpy(dtype=np.int64)] = True
    if touched.any() and not touched.all():
        charts.insert(0, (page.t("The buurten with actions", "De buurten met acties"), touched))
    tables = (_chart(page, result, which, caption) for caption, which in charts)
    return "".join(tables) + f'<p class="note">{note}</p>'


def _chart(page: Page, result: ScenarioResult, which: np.ndarray, caption: str) -> str:
    moments = [(result.base, result.counts), *result.after.items()]
    sums = [(year, np.nansum(now[which], axis=0)) for year, now in moments]
    most = max((float(total.sum()) for _, total in sums), default=0.0) or 1.0
    head = [page.t("Year", "Jaar"), page.t("Mix", "Mix"), "=" + page.t("Dwellings", "Woningen")]
    head += [f"={page.say(TENURE_SHORT[name])}" for name in result.classes]
    rows = []
    for number, (year, total) in enumerate(sums):
        whole = float(total.sum())
        shares = {
            name: 100 * float(n) / whole if whole else None
            for name, n in zip(result.classes, total, strict=True)
        }
        when = page.t("{year} (start)", "{year} (begin)", year=year) if number == 0 else esc(year)
        bar = stacked_bar(
            shares, lang=page.lang, width=max(_WIDEST * whole / most, 1.0), name=str(year)
        )
        cells = [
            f"={page.numbers.integer(n)}<br>{page.numbers.percent(shares[name], 1)}"
            for name, n in zip(result.classes, total, strict=True)
        ]
        rows.append([when, bar, "=" + page.numbers.integer(whole), *cells])
    return page.table(head, rows, caption=caption)


def _map(page: Page, result: ScenarioResult, base: maps.Base | None) -> str:
    if base is None:
        return ""
    last = max(result.after)
    change = result.after[last] - result.counts
    total = change.sum(axis=1)
    keys = np.full(len(change), "same", dtype=object)
    keys[(np.abs(change) > 0.005).any(axis=1)] = "other"
    keys[total > 0.005] = "more"
    keys[total < -0.005] = "fewer"
    keys[np.isnan(total)] = "nodata"
    return figures.figure(
        page,
        base,
        ident="map-scenario",
        title=page.t(
            "Change of the stock in {year}", "Verandering van de voorraad in {year}", year=last
        ),
        keys=keys,
        classes=[MapClass(*c) for c in _CHANGES],
        note=page.t(
            "Since {base}. No class is better or worse than another.",
            "Sinds {base}. Geen klasse is beter of slechter dan een andere.",
            base=result.base,
        ),
    )


def _units(page: Page, result: ScenarioResult) -> str:
    """List every unit that the plan touches: number and share, before and at the end."""
    places = sorted(set(result.plan.table["place"]))
    if not places:
        return ""
    last = result.after[max(result.after)]
    head = [page.t("Buurt", "Buurt"), "=" + page.t("Dwellings", "Woningen")]
    head += [f"={page.say(TENURE_SHORT[name])}" for name in result.classes]
    names = page.column("buurt_name")
    rows = []
    for place in places:
        was, now = result.counts[place], last[place]
        cells = [f"={page.numbers.integer(was.sum())} → {page.numbers.integer(now.sum())}"]
        for k in range(len(result.classes)):
            cells.append(
                f"={page.numbers.integer(was[k])} → {page.numbers.integer(now[k])}<br>"
                f"{page.numbers.part(was[k], was.sum())} → {page.numbers.part(now[k], now.sum())}"
            )
        code = str(page.column("buurt_code")[place])
        rows.append([f"{esc(names[place] or code)} <small>{esc(code)}</small>", *cells])
    return _long(
        page,
        page.t(
            "Buurten with actions, {base} → {last}",
            "Buurten met acties, {base} → {last}",
            base=result.base,
            last=max(result.after),
        ),
        head,
        rows,
    )


def _long(page: Page, caption: str, head: Sequence[str], rows: list[list[str]]) -> str:
    """Return a table; behind a line that opens it where it is long."""
    if len(rows) <= MOST_ROWS:
        return page.table(head, rows, caption=caption)
    return page.fold(f"{caption} ({page.numbers.integer(len(rows))})", page.table(head, rows))


# -- indices -------------------------------------------------------------------------------------


def _between(page: Page, low: object, high: object, digits: int = 3) -> str:
    if is_missing(low) or is_missing(high):
        return ""
    return (
        f"<br><small>{page.numbers.decimal(low, digits)} {page.t('to', 'tot')} "
        f"{page.numbers.decimal(high, digits)}</small>"
    )


def index_rows(page: Page, table: pd.DataFrame, names: tuple[str, str, str]) -> list[list[str]]:
    """Return rows of indices: value and bounds before and after, change, interval, its two parts.

    `names` are the columns of the first value, the second and the change.
    """
    first, second, change = names
    rows = []
    for row in table.to_dict("records"):
        group = "" if row["group"] == "all" else page.tenure(str(row["group"]).removeprefix("n_"))
        label = page.say(figures.INDEX_NAMES.get(row["index"], row["index"]))
        cells = [
            "="
            + page.numbers.decimal(row[first], 3)
            + _between(page, row.get("before_low"), row.get("before_high")),
            "="
            + page.numbers.decimal(row[second], 3)
            + _between(page, row.get("after_low"), row.get("after_high")),
            "=" + plan.signed(page, row[change], 4) + _between(page, row["low"], row["high"], 4),
            "=" + plan.signed(page, row["composition"], 4),
            "=" + plan.signed(page, row["unevenness"], 4),
        ]
        rows.append([f"{label}{': ' if group else ''}{esc(group) if group else ''}", *cells])
    return rows


def index_head(page: Page, first: str, second: str) -> list[str]:
    """Return the heads that belong to `index_rows`."""
    return [
        page.t("Index", "Index"),
        f"={first}",
        f"={second}",
        "=" + page.t("Change", "Verandering"),
        "=" + page.t("by composition", "door samenstelling"),
        "=" + page.t("by unevenness", "door ongelijkheid"),
    ]


def _indices(page: Page, table: pd.DataFrame) -> str:
    if table.empty:
        return page.t(
            "<p>No level has more than one unit, so there is no unevenness to measure.</p>",
            "<p>Geen niveau heeft meer dan één eenheid, dus er is geen ongelijkheid te meten.</p>",
        )
    parts = [
        page.t(
            "<p>On the same boundaries, with the same units. Small print: before and after, the "
            "bounds that the rounding of CBS leaves; change, a 95% interval that holds the spread "
            "of the units and the rounding. An interval around 0 means: too small to call. Which "
            "part of the change follows from the composition of the whole alone stands apart.</p>",
            "<p>Op dezelfde grenzen, met dezelfde eenheden. Kleine druk: bij voor en na de grenzen "
            "die de afronding van het CBS openlaat; bij de verandering een 95%-interval met de "
            "spreiding van de eenheden en de afronding. Een interval rond 0 betekent: te klein om "
            "iets te zeggen. Welk deel van de verandering alleen uit de samenstelling van het "
            "geheel volgt, staat apart.</p>",
        )
    ]
    shown = table[table["index"].isin(SHOWN)]
    years = sorted(set(shown["year"]))
    for level in dict.fromkeys(shown["level"]):
        earlier: list[str] = []
        for year in reversed(years):
            rows = shown[(shown["level"] == level) & (shown["year"] == year)]
            if rows.empty:
                continue
            caption = page.t(
                "Between {n} units of the level {level}, in {year}",
                "Tussen {n} eenheden van het niveau {level}, in {year}",
                n=page.numbers.integer(rows["n_units"].iloc[0]),
                level=scenario_words.word(level, page.lang),
                year=int(year),
            )
            head = index_head(page, page.t("Before", "Voor"), page.t("After", "Na"))
            body = index_rows(page, rows, ("before", "after", "change"))
            (parts if year == years[-1] else earlier).append(
                page.table(head, body, caption=caption)
            )
        if earlier:
            parts.append(page.fold(page.t("Earlier years", "Eerdere jaren"), "".join(earlier)))
    return "".join(parts)


# -- uitruil, tests, groups ----------------------------------------------------------------------


def _balance(page: Page, result: ScenarioResult) -> str:
    whole = result.balance[result.balance["vulnerable"] == "all"]
    if whole.empty:
        return page.t("<p>No losses, no gains.</p>", "<p>Geen verlies, geen winst.</p>")
    verdict = scenario_balance.verdicts(result.balance)
    parts = [
        page.t(
            "<p>What goes in vulnerable areas is to come back outside them, in the same segment. "
            "Cumulative: gains outside less losses inside, up to and in each year.</p>",
            "<p>Wat in kwetsbare gebieden weggaat, moet erbuiten terugkomen, in hetzelfde segment. "
            "Opgeteld: winst erbuiten min verlies erbinnen, tot en met elk jaar.</p>",
        ),
        page.items(f"<b>{page.say(text)}</b>" for text in verdict)
        if verdict
        else page.t(
            "<p>The plan is balanced in every segment and year.</p>",
            "<p>Het plan is in elk segment en elk jaar in balans.</p>",
        ),
    ]
    rows = [
        [
            _words(page, r.segment),
            esc(int(r.year)),
            "=" + page.numbers.integer(r.gained),
            "=" + page.numbers.integer(r.lost),
            "=" + plan.signed(page, r.net),
            "=" + plan.signed(page, r.balance),
            _words(page, r.status),
            "=" + page.numbers.integer(r.lag_years),
            "=" + page.numbers.decimal(r.distance_km, 1),
        ]
        for r in whole.itertuples()
    ]
    head = [
        page.t("Segment", "Segment"),
        page.t("Up to", "Tot en met"),
        "=" + page.t("Gained", "Erbij"),
        "=" + page.t("Lost", "Eraf"),
        "=" + page.t("Net", "Saldo"),
        "=" + page.t("Outside less inside", "Buiten min binnen"),
        page.t("Status", "Status"),
        "=" + page.t("Longest wait (years)", "Langste wachttijd (jaar)"),
        "=" + page.t("Mean distance (km)", "Gemiddelde afstand (km)"),
    ]
    parts.append(_long(page, page.t("Balance", "Balans"), head, rows))
    if result.pairs.empty:
        return "".join(parts)
    pairs = [
        [
            _words(page, r.segment),
            f"{_unit(page, r.loss_unit)}, {int(r.loss_year)}",
            page.t("<b>comes back nowhere</b>", "<b>komt nergens terug</b>")
            if is_missing(r.gain_unit)
            else f"{_unit(page, r.gain_unit)}, {int(r.gain_year)}",
            "=" + page.numbers.integer(r.n),
            "=" + plan.signed(page, r.lag_years),
            "=" + page.numbers.decimal(r.distance_km, 1),
        ]
        for r in result.pairs.itertuples()
    ]
    head = [
        page.t("Segment", "Segment"),
        page.t("Lost in", "Eraf in"),
        page.t("Comes back in", "Terug in"),
        "=" + page.t("Dwellings", "Woningen"),
        "=" + page.t("Lag (years)", "Vertraging (jaar)"),
        "=" + page.t("Distance (km)", "Afstand (km)"),
    ]
    parts.append(
        _long(page, page.t("Pairs of losses and gains", "Paren van verlies en winst"), head, pairs)
    )
    note = page.t(
        "One way to match them, for discussion: losses in order of year, each with the nearest "
        "gain still open. Only areas known not to be vulnerable receive. Lag 0 or less: there in "
        "time.",
        "Eén manier om te koppelen, ter bespreking: verlies op volgorde van jaar, elk met de "
        "dichtstbijzijnde winst die nog open staat. Alleen gebieden die zeker niet kwetsbaar zijn, "
        "ontvangen. Vertraging 0 of minder: op tijd.",
    )
    return "".join(parts) + f'<p class="note">{note}</p>'


def _test_rows(page: Page, tests: pd.DataFrame) -> list[list[str]]:
    told = scenario_words.localised(tests, scenario_checks.AIM, page.lang)
    return [
        [
            _area(page, r.area),
            esc(int(r.year)),
            "=" + page.numbers.integer(r.value),
            _words(page, r.status),
            esc(r.note) if r.note else "",
        ]
        for r in told.itertuples()
    ]


def _area(page: Page, area: str) -> str:
    if area == "all":
        return page.t("all areas", "alle gebieden")
    return esc(page.area(area))


def _head(page: Page, value: str) -> list[str]:
    return [
        page.t("Area", "Gebied"),
        page.t("Year", "Jaar"),
        f"={value}",
        page.t("Status", "Status"),
        page.t("Note", "Opmerking"),
    ]


def _phasing(page: Page, tests: pd.DataFrame) -> str:
    rows = tests[tests["test"] == "new_before_demolition"]
    text = page.t(
        "<p>Social and affordable dwellings delivered before the year, less occupied dwellings "
        "demolished up to and in it, per wijk. At the start of a demolition the number must be 0 "
        "or more.</p>",
        "<p>Sociale en betaalbare woningen die voor het jaar zijn opgeleverd, min bewoonde "
        "woningen die tot en met dat jaar worden gesloopt, per wijk. Bij het begin van een sloop "
        "moet het getal 0 of meer zijn.</p>",
    )
    nothing = page.t(
        "<p>No occupied dwellings are demolished.</p>",
        "<p>Er worden geen bewoonde woningen gesloopt.</p>",
    )
    value = page.t("Delivered less demolished", "Opgeleverd min gesloopt")
    caption = page.t("Per wijk and year", "Per wijk en jaar")
    tested = _long(page, caption, _head(page, value), _test_rows(page, rows))
    parts = [text, nothing if rows.empty else tested]
    gone = tests[tests["test"] == "occupied_demolished"]
    if len(gone):
        value = page.t("Occupied homes demolished", "Bewoonde woningen gesloopt")
        last = int(gone["year"].max())
        gone = gone[gone["year"] == last]
        caption = page.t("Demolished up to and in {year}", "Gesloopt tot en met {year}", year=last)
        homes = [[row[0], row[2], row[4]] for row in _test_rows(page, gone)]
        heads = [head for place, head in enumerate(_head(page, value)) if place in (0, 2, 4)]
        parts.append(_long(page, caption, heads, homes))
    pace = tests[(tests["test"] == "pace") & (tests["area"] != "all")]
    if len(pace):
        shown = [
            [_area(page, r.area), esc(int(r.year)), "=" + page.numbers.percent(r.value, 1)]
            for r in pace.itertuples()
        ]
        caption = page.t(
            "Pace: part of the stock of the wijk that changes in the year",
            "Tempo: deel van de voorraad van de wijk dat in het jaar verandert",
        )
        heads = _head(page, page.t("Part", "Deel"))[:3]
        parts.append(_long(page, caption, heads, shown))
    return "".join(parts)


def _groups(page: Page, result: ScenarioResult) -> str:
    tests = result.tests
    parts = [
        page.t(
            "<p>Counts of homes, never of persons. Stayers and leavers add up to the homes "
            "occupied at the start. Where occupancy is unknown a home counts as occupied, so the "
            "number is a <b>maximum</b>.</p>",
            "<p>Aantallen woningen, nooit personen. Blijvers en vertrekkers tellen op tot de "
            "woningen die bij het begin bewoond waren. Is de bewoning onbekend, dan telt een "
            "woning als bewoond; het aantal is dan een <b>maximum</b>.</p>",
        )
    ]
    last = max(result.after)
    kinds = ("occupied_before", "stayers", "leavers", "newcomers")
    some = tests[tests["test"].isin(kinds) & (tests["year"] == last)]
    table = some.pivot_table(index="area", columns="test", values="value", sort=False)
    touched = [
        a for a in table.index if a == "all" or table.loc[a, "leavers"] or table.loc[a, "newcomers"]
    ]
    rows = [
        [_area(page, a), *("=" + page.numbers.integer(table.loc[a, kind]) for kind in kinds)]
        for a in touched
    ]
    names = [scenario_words.word(kind, page.lang) for kind in kinds]
    head = [page.t("Area", "Gebied"), f"={esc(names[0])}", f"={esc(names[1])}"]
    most = page.t("(maximum)", "(maximum)")
    head += [f"={esc(name)} {most}" for name in names[2:]]
    caption = page.t(
        "Up to and in {year}; wijken without leavers or newcomers are left out",
        "Tot en met {year}; wijken zonder vertrekkers of nieuwkomers staan er niet bij",
        year=last,
    )
    parts.append(_long(page, caption, head, rows))
    homes = tests[tests["test"].str.startswith("delivered")]
    earlier: list[str] = []
    for year in sorted(set(homes["year"]), reverse=True):
        told = scenario_words.localised(
            homes[homes["year"] == year], scenario_checks.AIM, page.lang
        )
        rows = [
            [
                _area(page, r.area),
                page.t("wijk", "wijk")
                if r.test == "delivered_wijk"
                else page.t("gemeente", "gemeente")
                if r.test == "delivered_gemeente"
                else page.t("region", "regio"),
                "=" + page.numbers.integer(r.value),
                _words(page, r.status),
                esc(r.note) if r.note else "",
            ]
            for r in told.itertuples()
        ]
        head = _head(page, page.t("Delivered", "Opgeleverd"))
        head[1] = page.t("Within", "Binnen")
        caption = page.t(
            "Social and affordable homes delivered for leavers, up to and in {year}",
            "Sociale en betaalbare woningen opgeleverd voor vertrekkers, tot en met {year}",
            year=int(year),
        )
        (parts if year == last else earlier).append(_long(page, caption, head, rows))
    if earlier:
        parts.append(page.fold(page.t("Earlier years", "Eerdere jaren"), "".join(earlier)))
    return "".join(parts)


def _social(page: Page, tests: pd.DataFrame) -> str:
    text = page.t(
        "<p>The source names 30 per cent social rental in two ways: of the stock, and of what is "
        "built. They are two questions and are never one number. Corporation dwellings stand in "
        "for social rental {mark}.</p>",
        "<p>De bron noemt 30 procent sociale huur op twee manieren: van de voorraad, en van wat "
        "wordt gebouwd. Dat zijn twee vragen en nooit één getal. Corporatiewoningen staan voor "
        "sociale huur {mark}.</p>",
    ).format(mark=page.assumption)
    parts = [text]
    told = scenario_words.localised(tests, scenario_checks.AIM, page.lang)
    for test, caption in (
        ("social_share_stock", page.t("Of the stock", "Van de voorraad")),
        ("social_share_plan", page.t("Of what is delivered", "Van wat wordt opgeleverd")),
    ):
        rows = [
            [
                _area(page, r.area),
                esc(int(r.year)),
                "=" + page.numbers.percent(r.value, 1),
                _words(page, r.status),
                esc(r.note) if r.note else "",
            ]
            for r in told[told["test"] == test].itertuples()
        ]
        parts.append(_long(page, caption, _head(page, page.t("Social", "Sociaal")), rows))
    return "".join(parts)


# -- flags, actions, limits ----------------------------------------------------------------------


def _flags(page: Page, result: ScenarioResult) -> str:
    table = result.flags
    if table is None:
        return f"<p>{page.say(scenario_flags.NOT_HERE)}</p>"
    intro = f"<p>{page.say(scenario_flags.SAYS)}</p>"
    if table.empty:
        return intro + page.t(
            "<p>No flag appears or vanishes.</p>", "<p>Er verschijnt of verdwijnt geen vlag.</p>"
        )
    last = table[table["year"] == table["year"].max()]
    parts = [intro]
    earlier: list[str] = []
    for year in sorted(set(table["year"]), reverse=True):
        rows = []
        for r in table[table["year"] == year].sort_values(["flag", "buurt_code"]).itertuples():
            told = scenario_flags.conditions_text(r.conditions, page.catalogue)
            was, now = (
                _words(page, v) if v else page.t("not assessed", "niet beoordeeld")
                for v in (r.before, r.after)
            )
            name = r.buurt_code if is_missing(r.buurt_name) else r.buurt_name
            rows.append(
                [
                    f"{esc(name)} <small>{esc(r.buurt_code)}</small>",
                    page.say(FLAG_NAMES[r.flag]),
                    f"<b>{_words(page, r.change)}</b><br><small>{was} → {now}</small>",
                    page.say(told).replace("; ", "<br>"),
                ]
            )
        head = [
            page.t("Buurt", "Buurt"),
            page.t("Flag", "Vlag"),
            page.t("What happens", "Wat gebeurt er"),
            page.t("Conditions that flipped", "Voorwaarden die omsloegen"),
        ]
        caption = page.t("In {year}", "In {year}", year=int(year))
        shown = parts if year == last["year"].iloc[0] else earlier
        shown.append(_long(page, caption, head, rows))
    if earlier:
        parts.append(page.fold(page.t("Earlier years", "Eerdere jaren"), "".join(earlier)))
    return "".join(parts)


def _companions(page: Page, result: ScenarioResult) -> str:
    """Return what no action and no flag that appears is shown without."""
    raised = ()
    if result.flags is not None:
        raised = result.flags.loc[result.flags["after"].isin(flags.RAISED), "flag"]
    found = companion_flags(result.plan.table["action"], raised)
    if not found:
        return page.t(
            "<p>The plan holds no action, and no flag appears.</p>",
            "<p>Het plan bevat geen actie en er verschijnt geen vlag.</p>",
        )
    parts = []
    for flag, actions in found.items():
        why = [
            page.t("in the plan: {what}", "in het plan: {what}", what=_words(page, a))
            for a in actions
        ]
        if flag in set(raised):
            why.append(page.t("a flag that appears", "een vlag die verschijnt"))
        parts.append(
            f"<h3>{page.say(FLAG_NAMES[flag])} <small>{'; '.join(why)}</small></h3>"
            + companions_box(page, flag, _OF_PLAN, brief=False)
        )
    return "".join(parts)


def _actions(page: Page, result: ScenarioResult) -> str:
    yes_no: Mapping[Any, str] = {
        True: page.t("yes", "ja"),
        False: page.t("no", "nee"),
        None: page.t("unknown", "onbekend"),
    }
    rows = [
        [
            f"{_unit(page, r.unit)}, {int(r.year)}",
            _words(page, r.action),
            _words(page, r.segment),
            "=" + page.numbers.integer(r.n),
            yes_no[r.occupied],
        ]
        for r in result.plan.table.itertuples()
    ]
    head = [
        page.t("Buurt, year", "Buurt, jaar"),
        page.t("Action", "Actie"),
        page.t("Segment", "Segment"),
        "=" + page.t("Dwellings", "Woningen"),
        page.t("Occupied", "Bewoond"),
    ]
    return _long(page, page.t("As entered", "Zoals ingevoerd"), head, rows)


def _limits(page: Page, result: ScenarioResult) -> str:
    found = [
        page.say(scenario.SAYS),
        page.t(
            "Vulnerable areas are those of today; what the plan does to that is not known.",
            "Kwetsbare gebieden zijn die van nu; wat het plan daarmee doet, is niet bekend.",
        ),
        page.t(
            "Which tenure a segment is, is an assumption unless you gave a map of your own.",
            "Welke eigendom een segment is, is een aanname, tenzij u een eigen koppeling gaf.",
        ),
        page.t(
            "A falling index is no success by itself: it says nothing about who lives where.",
            "Een dalende index is op zichzelf geen succes: hij zegt niets over wie waar woont.",
        ),
    ]
    assumed = result.provenance.get("assumptions") or []
    found += [page.say(text) for text in assumed]
    return page.items(found)
