# SPDX-License-Identifier: GPL-2.0-or-later
"""What a plan does to the stock: per unit and year, at every level, where it goes and when.

A scenario changes stock. It forecasts no income, no behaviour and no removals.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from ..errors import PolicyError, Text
from ..measures.change import compare

SAYS = Text(
    "A scenario changes stock only: it forecasts no income, no behaviour and no removals.",
    "Een scenario verandert alleen de voorraad: het voorspelt geen inkomen, gedrag of verhuizing.",
)
NO_RULE = Text(
    "Which areas are vulnerable is not known, so what goes there is not set against what comes "
    "elsewhere. Take the result of a scan with a rule for vulnerable areas.",
    "Welke gebieden kwetsbaar zijn is niet bekend, dus wat daar weggaat wordt niet vergeleken met "
    "wat elders komt. Neem de uitkomst van een scan met een regel voor kwetsbare gebieden.",
)
THREE = ("koop", "corp", "overig")
TWO = ("koop", "huur")
SHARES = {
    "koop": "share_koop",
    "corp": "share_corp",
    "overig": "share_overig_huur",
    "huur": "share_huur",
}
# Our assumption, replaced by a map of the user's own; the five segments are those of the source.
SEGMENTS = {
    "sociaal": "corp",
    "midden": "overig",
    "duur huur": "overig",
    "betaalbaar koop": "koop",
    "duur koop": "koop",
}
AFFORDABLE = ("sociaal", "betaalbaar koop")
DEMOLISH, BUILD, SELL, BUY_IN, CONVERT, BUY = (
    "sloop",
    "nieuwbouw",
    "verkoop",
    "inponden",
    "transformatie",
    "aankoop",
)
ACTIONS = (DEMOLISH, BUILD, SELL, BUY_IN, CONVERT, BUY)
DELIVERS = (BUILD, CONVERT)
OCCUPIED = {
    "yes": True,
    "ja": True,
    "true": True,
    "1": True,
    "no": False,
    "nee": False,
    "false": False,
    "0": False,
}
UNSURE = ("", "unknown", "onbekend", "?")
AIM = 30.0  # percent of social rental that the source names; of stock or of plan, never mixed
INDEX_COLUMNS = [
    "year",
    "level",
    "index",
    "group",
    "versus",
    "before",
    "after",
    "change",
    "low",
    "high",
    "composition",
    "unevenness",
    "n_units",
    "note",
]
COLUMNS = ("unit", "year", "action", "segment", "n", "occupied")
LEVELS = {"buurt": "buurt_code", "wijk": "wijk_code", "gemeente": "gemeente_code"}
NAMED = 10
BEFORE, AFTER = "before", "after"


def read_segments(given: str) -> dict[str, str]:
    """Read the map of segments: JSON, segment -> koop | corp | overig; empty takes `SEGMENTS`.

    Raises
    ------
    PolicyError
        Not a JSON object, or a segment goes to something else.
    """
    found: Any = {}
    if given.strip():
        try:
            found = json.loads(given)
        except ValueError as error:
            found = str(error)
    if not isinstance(found, dict) or any(v not in THREE for v in found.values()):
        raise PolicyError(
            "The map of segments is not a JSON object of segment and koop, corp or overig: "
            "{given}. Write for example {example}.",
            "De koppeling van segmenten is geen JSON-object van segment en koop, corp of overig: "
            "{given}. Schrijf bijvoorbeeld {example}.",
            given=given,
            example=json.dumps(SEGMENTS),
        )
    own = {str(k).strip().casefold(): str(v) for k, v in found.items()}
    return {**{name: name for name in THREE}, **(own or SEGMENTS)}


@dataclass(frozen=True)
class Plan:
    """The actions, checked: one row each.

    Parameters
    ----------
    table : DataFrame
        `place` (position of the unit), `year`, `action`, `segment`, `n`, `occupied` (True, False,
        None), and `source`, `target`: the tenure that loses and gains, None where there is none.
    notes : list of Text
    """

    table: pd.DataFrame
    notes: list[Text]


def read_plan(
    actions: pd.DataFrame,
    units: Sequence[str],
    segments: Mapping[str, str],
    classes: Sequence[str] = THREE,
    base: int | None = None,
) -> Plan:
    """Check a table of actions.

    Parameters
    ----------
    actions : `unit, year, action, segment, n, occupied`; occupied is yes, no or unknown (blank),
        in English or Dutch. The segment of sloop, nieuwbouw and transformatie is that of the
        dwellings; of verkoop, inponden and aankoop that of the dwellings before.
    units : codes of the units.
    segments : from `read_segments`.
    classes : `THREE`, or `TWO` where the stock is not split by landlord.
    base : year of the stock; actions may not come before it.

    Raises
    ------
    PolicyError
        Names the rows (from 1) and what is wrong: a missing column, an unknown unit, action or
        segment, a year or number that is none, a year before the stock's, doubled unit codes.
    """
    absent = [name for name in COLUMNS[:5] if name not in actions]
    if absent:
        raise PolicyError(
            "The actions lack the columns {absent}. They need: {all}.",
            "De acties missen de kolommen {absent}. Nodig zijn: {all}.",
            absent=", ".join(absent),
            all=", ".join(COLUMNS),
        )
    place = {code: number for number, code in enumerate(units)}
    if len(place) != len(units):
        twice = pd.Series(list(units))
        raise PolicyError(
            "Unit codes occur more than once: {codes}. Give each unit one row.",
            "Codes van eenheden komen meer dan eens voor: {codes}. Geef elke eenheid één rij.",
            codes=_some(twice[twice.duplicated()].unique()),
        )
    table = pd.DataFrame(
        {
            "unit": [_word(v) for v in actions["unit"]],
            "action": [_word(v).casefold() for v in actions["action"]],
            "segment": [_word(v).casefold() for v in actions["segment"]],
            "year": pd.to_numeric(actions["year"], errors="coerce").to_numpy(dtype=float),
            "n": [_count(v) for v in actions["n"]],
        }
    )
    given = actions["occupied"] if "occupied" in actions else [None] * len(table)
    words = pd.Series([_word(v).casefold() for v in given], dtype=object, index=table.index)
    _refuse(
        ~words.isin((*OCCUPIED, *UNSURE)),
        words,
        Text(
            "Occupied is yes, no or unknown, and not: {found}.",
            "Occupied is ja, nee of onbekend, en niet: {found}.",
        ),
    )
    table["occupied"] = pd.Series(
        [OCCUPIED.get(word) for word in words], dtype=object, index=table.index
    )
    _refuse(
        ~table["unit"].isin(place),
        table["unit"],
        Text(
            "Actions on units that the layer does not have: {found}. Most likely the scenario was "
            "made on the boundaries of another year; use the codes of this layer.",
            "Acties op eenheden die de laag niet heeft: {found}. Waarschijnlijk is het scenario "
            "gemaakt op de grenzen van een ander jaar; gebruik de codes van deze laag.",
        ),
    )
    _refuse(
        ~table["action"].isin(ACTIONS),
        table["action"],
        Text(
            "Unknown actions: {found}. Known are: " + ", ".join(ACTIONS) + ".",
            "Onbekende acties: {found}. Bekend zijn: " + ", ".join(ACTIONS) + ".",
        ),
    )
    _refuse(
        ~table["segment"].isin(segments),
        table["segment"],
        Text(
            "Segments without a tenure: {found}. Add each to the map of segments.",
            "Segmenten zonder eigendomsklasse: {found}. Zet elk in de koppeling van segmenten.",
        ),
    )
    whole = (table["year"] % 1 == 0) & table["year"].between(1900, 2200)
    _refuse(
        ~whole,
        pd.Series([_word(v) for v in actions["year"]]),
        Text("These are no years: {found}.", "Dit zijn geen jaren: {found}."),
    )
    if base is not None:
        _refuse(
            table["year"] < base,
            table["year"].where(whole, 0).astype(int),
            Text(
                f"Years before that of the stock ({base}): {{found}}. Put the years in order, or "
                "take the stock of an earlier year.",
                f"Jaren voor dat van de voorraad ({base}): {{found}}. Zet de jaren op volgorde, of "
                "neem de voorraad van een eerder jaar.",
            ),
        )
    _refuse(
        ~(np.isfinite(table["n"]) & (table["n"] > 0)),
        pd.Series([_word(v) for v in actions["n"]]),
        Text(
            "These are no numbers of dwellings above 0: {found}.",
            "Dit zijn geen aantallen woningen boven 0: {found}.",
        ),
    )
    table["year"] = table["year"].astype(int)
    table.insert(0, "place", table["unit"].map(place).astype(np.int64))
    notes = _tenures(table, segments, classes)
    return Plan(table, notes)


def _tenures(
    table: pd.DataFrame, segments: Mapping[str, str], classes: Sequence[str]
) -> list[Text]:
    """Add which tenure loses and which gains."""

    def known(tenure: str) -> str:
        return tenure if tenure in classes else "huur"

    gains, loses, assumed = [], [], set()
    for action, segment in zip(table["action"], table["segment"], strict=True):
        own = segments[segment]
        if action == DEMOLISH:
            lose, gain = known(own), None
        elif action in DELIVERS:
            lose, gain = None, known(own)
        elif action == SELL:
            if own == "koop":
                assumed.add((action, segment, "corp"))
            lose, gain = known("corp" if own == "koop" else own), "koop"
        else:
            if own == "corp":
                assumed.add((action, segment, "koop"))
            lose, gain = known("koop" if own == "corp" else own), known("corp")
        loses.append(lose)
        gains.append(gain)
    table["source"] = pd.Series(loses, dtype=object, index=table.index)
    table["target"] = pd.Series(gains, dtype=object, index=table.index)
    # Social is what the user's own map sends to corporations, whatever its name.
    table["affordable"] = [s in AFFORDABLE or segments[s] == "corp" for s in table["segment"]]
    return [
        Text(
            "Assumption: {action} with segment {segment} is read as what the dwellings become; "
            "they come from {tenure}.",
            "Aanname: {action} met segment {segment} is gelezen als wat de woningen worden; zij "
            "komen uit {tenure}.",
        ).format(action=action, segment=segment, tenure=tenure)
        for action, segment, tenure in sorted(assumed)
    ]


def base_year(stock: Sequence[Any], actions: Sequence[Any]) -> tuple[int, list[Text]]:
    """Return the year of the stock, and what had to be assumed.

    A stock of several years is that of the last; one without a year is that of the year before the
    first action.
    """
    years, first = (
        pd.to_numeric(pd.Series(list(found)), errors="coerce").dropna()
        for found in (stock, actions)
    )
    if len(years):
        if years.nunique() == 1:
            return int(years.iloc[0]), []
        latest = int(years.max())
        return latest, [
            Text(
                "Assumption: the stock holds several years ({found}); {year} is the start.",
                "Aanname: de voorraad bevat meer jaren ({found}); {year} geldt als begin.",
            ).format(found=_some(sorted({int(y) for y in years})), year=latest)
        ]
    year = int(first.min()) - 1 if len(first) else 0
    return year, [
        Text(
            "Assumption: the stock tells no year; {year}, the year before the first action, is "
            "taken as the start.",
            "Aanname: de voorraad noemt geen jaar; {year}, het jaar voor de eerste actie, geldt "
            "als begin.",
        ).format(year=year)
    ]


def years_of(plan: Plan, base: int) -> list[int]:
    """Return the years in which something happens; the base year where nothing does."""
    return sorted(set(plan.table["year"])) or [base]


def stock(
    counts: np.ndarray, plan: Plan, units: Sequence[str], classes: Sequence[str], base: int
) -> dict[int, np.ndarray]:
    """Return the stock after every year.

    Parameters
    ----------
    counts : (n, K) dwellings per class at the start; NaN where unknown.

    Returns
    -------
    dict
        year -> (n, K).

    Raises
    ------
    PolicyError
        More dwellings leave a class than stand there at the start of the year (half a dwelling of
        rounding apart); names unit and year. A unit without figures is named too.
    """
    now = counts.astype(float).copy()
    result = {}
    for year in years_of(plan, base):
        these = plan.table[plan.table["year"] == year]
        leave, come = np.zeros_like(now), np.zeros_like(now)
        for number, tenure in enumerate(classes):
            for column, into in (("source", leave), ("target", come)):
                rows = these[these[column] == tenure]
                np.add.at(into[:, number], rows["place"].to_numpy(), rows["n"].to_numpy())
        bare = np.isnan(now).any(axis=1) & ((leave + come) > 0).any(axis=1)
        if bare.any():
            raise PolicyError(
                "Actions on units without figures in {year}: {units}. Their stock is unknown, so "
                "nothing can be added or taken away.",
                "Acties op eenheden zonder cijfers in {year}: {units}. Hun voorraad is onbekend, "
                "dus er kan niets bij of af.",
                year=year,
                units=_some(units[i] for i in np.flatnonzero(bare)),
            )
        short = np.argwhere(leave > now + 0.5)
        if len(short):
            raise PolicyError(
                "More dwellings leave than stand there: {found}. Lower the number, or move the "
                "action to a later year.",
                "Er gaan meer woningen weg dan er staan: {found}. Verlaag het aantal, of zet de "
                "actie in een later jaar.",
                found=_some(
                    f"{units[i]} ({year}, {classes[k]}: {leave[i, k]:g} > {now[i, k]:g})"
                    for i, k in short
                ),
            )
        now = np.maximum(now - leave, 0) + come
        result[year] = now
    return result


def unit_table(
    frame: pd.DataFrame,
    counts: np.ndarray,
    after: Mapping[int, np.ndarray],
    classes: Sequence[str],
    base: int,
) -> pd.DataFrame:
    """Return unit by year: stock, shares of known tenure in percent, and the change since before.

    Parameters
    ----------
    frame : columns that identify the units, and `dwellings`; `n_unknown`, where it is there, is not
        touched by a plan.
    """
    start = frame["dwellings"].astype(float).to_numpy()
    unknown = frame["n_unknown"].astype(float).to_numpy() if "n_unknown" in frame else np.nan
    parts = []
    with np.errstate(invalid="ignore", divide="ignore"):
        first = 100 * counts / counts.sum(axis=1, keepdims=True)
        for year, moment, now in (
            (base, BEFORE, counts),
            *((year, AFTER, now) for year, now in after.items()),
        ):
            part = frame.drop(columns=["dwellings", "n_unknown"], errors="ignore").copy()
            part["year"], part["moment"] = year, moment
            change = np.where(np.isnan(now).any(axis=1), 0.0, (now - counts).sum(axis=1))
            part["dwellings"] = start + change
            shares = 100 * now / now.sum(axis=1, keepdims=True)
            for k, tenure in enumerate(classes):
                part[f"n_{tenure}"] = now[:, k]
            part["n_unknown"] = unknown
            for k, tenure in enumerate(classes):
                part[SHARES[tenure]] = shares[:, k]
            part["change_dwellings"] = (now - counts).sum(axis=1)
            for k, tenure in enumerate(classes):
                part[f"change_n_{tenure}"] = now[:, k] - counts[:, k]
            for k, tenure in enumerate(classes):
                part[f"change_{SHARES[tenure]}"] = shares[:, k] - first[:, k]
            parts.append(part)
    return pd.concat(parts, ignore_index=True)


def index_table(
    frame: pd.DataFrame,
    counts: np.ndarray,
    after: Mapping[int, np.ndarray],
    classes: Sequence[str],
    *,
    replicates: int = 999,
    seed: int = 12345,
    progress: Callable[[float], None] | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> pd.DataFrame:
    """Return every index before and after, per year and level, on the same boundaries.

    Returns
    -------
    DataFrame
        `INDEX_COLUMNS`: see `measures.change.compare`. A level with one unit has no unevenness to
        measure and is left out.
    """
    known = np.isfinite(counts).all(axis=1)
    levels = []
    for level, column in LEVELS.items():
        if column not in frame:
            continue
        label = frame[column].to_numpy(dtype=object)
        usable = known & ~pd.isna(label)
        code, names = pd.factorize(pd.Series(label[usable]))
        if len(names) > 1:
            levels.append((level, usable, code, len(names)))
    parts = []
    for number, (year, now) in enumerate(after.items()):
        for at, (level, usable, code, n) in enumerate(levels):
            first, second = (_added(c[usable], code, n) for c in (counts, now))
            done = (number * len(levels) + at) / (len(after) * len(levels))
            step = 1 / (len(after) * len(levels))

            def tell(percent: float, done: float = done, step: float = step) -> None:
                if progress is not None:
                    progress(100 * done + step * percent)

            found = compare(
                first,
                second,
                classes,
                same_units=True,
                replicates=replicates,
                seed=seed,
                progress=tell,
                cancelled=cancelled,
            )
            found = found.rename(
                columns={"first": "before", "second": "after", "difference": "change"}
            )
            found.insert(0, "year", year)
            found.insert(1, "level", level)
            found.insert(len(found.columns) - 1, "n_units", n)
            parts.append(found)
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=INDEX_COLUMNS)


def _added(counts: np.ndarray, code: np.ndarray, n: int) -> np.ndarray:
    result = np.zeros((n, counts.shape[1]))
    np.add.at(result, code, counts)
    return result


def balance_table(
    plan: Plan,
    segments: Mapping[str, str],
    vulnerable: Sequence[bool | None] | None,
    base: int,
    place: np.ndarray | None = None,
) -> pd.DataFrame:
    """Return gains and losses per segment, cumulative per year, in and outside vulnerable areas.

    A loss in vulnerable areas is to come back outside them (uitruil): the plan is balanced in a
    year where, in that segment, the gains outside are at least the losses inside.

    Parameters
    ----------
    vulnerable : per unit True, False or None; None where there is no rule: then nothing is matched.
    place : (n, 2) coordinates in metres, for the distance.

    Returns
    -------
    DataFrame
        `segment, year, vulnerable` (yes, no, unknown, all), `gained, lost, net`; and in the rows
        of "all": `balance` (gains outside minus losses in vulnerable areas), `status`
        (balanced, not balanced, or not testable: no rule, or units of unknown vulnerability could
        tip it), `lag_years` (how long losses up to that year wait at most for gains up to that
        year, both in order of year; NULL while gains fall short) and `distance_km` (mean, from a
        lost dwelling to the one it is matched with: the nearest that is left, losses in order of
        year; another matching than that of the lag).

    Notes
    -----
    verkoop loses its segment and inponden and aankoop theirs; what they gain is of another tenure
    and is counted under the name of that tenure's first segment.
    """
    table = plan.table
    mark = np.full(len(table), "unknown", dtype=object)
    if vulnerable is not None:
        marks = {True: "yes", False: "no"}
        mark = np.array([marks.get(vulnerable[p], "unknown") for p in table["place"]], object)
    moves = _moves(table.assign(vulnerable=mark), segments)
    rows = []
    for segment in sorted(set(moves["segment"])):
        own = moves[moves["segment"] == segment]
        for year in years_of(plan, base):
            done = own[own["year"] <= year]
            for kind in ("yes", "no", "unknown", "all"):
                some = done if kind == "all" else done[done["vulnerable"] == kind]
                gained = float(some.loc[some["n"] > 0, "n"].sum())
                lost = float(-some.loc[some["n"] < 0, "n"].sum())
                row = {
                    "segment": segment,
                    "year": year,
                    "vulnerable": kind,
                    "gained": gained,
                    "lost": lost,
                    "net": gained - lost,
                    "balance": None,
                    "status": None,
                    "lag_years": None,
                    "distance_km": None,
                }
                if kind == "all":
                    outside = done[(done["vulnerable"] == "no") & (done["n"] > 0)]["n"].sum()
                    inside = -done[(done["vulnerable"] == "yes") & (done["n"] < 0)]["n"].sum()
                    row["status"] = "not testable"
                    if vulnerable is not None:
                        row["balance"] = float(outside - inside)
                        open_ = done[done["vulnerable"] == "unknown"]["n"]
                        # Units of unknown vulnerability may tip it either way.
                        if outside >= inside - open_[open_ < 0].sum():
                            row["status"] = "balanced"
                        elif outside + open_[open_ > 0].sum() < inside:
                            row["status"] = "not balanced"
                    lag, far = (None, None) if vulnerable is None else _matched(done, place)
                    row["lag_years"], row["distance_km"] = lag, far
                rows.append(row)
    names = ["segment", "year", "vulnerable", "gained", "lost", "net", "balance", "status"]
    return pd.DataFrame(rows, columns=[*names, "lag_years", "distance_km"])


def _moves(table: pd.DataFrame, segments: Mapping[str, str]) -> pd.DataFrame:
    """Return every loss (below 0) and gain of a segment by itself."""
    first: dict[str, str] = {}
    for segment, tenure in segments.items():
        if segment not in THREE:
            first.setdefault(tenure, segment)
    rows = []
    for action in table.itertuples():
        other = {SELL: "koop", BUY_IN: "corp", BUY: "corp"}.get(action.action)
        base = (action.place, action.year, action.vulnerable)
        if other is None:
            sign = -1 if action.action == DEMOLISH else 1
            rows.append((*base, action.segment, sign * action.n))
            continue
        lost, gained = action.segment, first.get(other, other)
        if segments[lost] == other:  # the segment says what the dwellings become
            source = "corp" if other == "koop" else "koop"
            lost, gained = first.get(source, source), action.segment
        rows += [(*base, lost, -action.n), (*base, gained, action.n)]
    return pd.DataFrame(rows, columns=["place", "year", "vulnerable", "segment", "n"])


def _matched(own: pd.DataFrame, place: np.ndarray | None) -> tuple[int | None, float | None]:
    """Return the longest wait of a loss for its gain in years, and their mean distance in km."""
    losses = own[(own["vulnerable"] == "yes") & (own["n"] < 0)].sort_values(["year", "place"])
    gains = own[(own["vulnerable"] == "no") & (own["n"] > 0)].sort_values(["year", "place"])
    if losses.empty:
        return None, None
    lag: int | None = 0
    need = (-losses["n"]).cumsum().to_numpy()
    have = gains["n"].cumsum().to_numpy()
    at = np.searchsorted(have, need - 1e-9)
    if len(have) == 0 or at[-1] >= len(have):
        lag = None
    else:
        waits = gains["year"].to_numpy()[at] - losses["year"].to_numpy()
        lag = int(max(waits.max(), 0))
    if place is None or gains.empty:
        return lag, None
    left = gains["n"].to_numpy(dtype=float).copy()
    where = place[gains["place"].to_numpy()]
    total = metres = 0.0
    for unit, lost in zip(losses["place"], -losses["n"], strict=True):
        open_ = lost
        far = np.hypot(*(where - place[unit]).T)
        for g in np.argsort(far, kind="stable"):
            moved = min(open_, left[g])
            left[g] -= moved
            open_ -= moved
            total += moved
            metres += moved * far[g]
            if open_ <= 0:
                break
    return lag, metres / total / 1000 if total else None


def tests_of(
    plan: Plan,
    after: Mapping[int, np.ndarray],
    classes: Sequence[str],
    dwellings: np.ndarray,
    wijk: Sequence[Any] | None,
    base: int,
) -> pd.DataFrame:
    r"""Return new before demolition, the three groups, and the social share of stock and plan.

    Returns
    -------
    DataFrame
        `test, area, year, value, status, note`. `area` is a wijk, or "all".

        new_before_demolition
            :math:`R_t` = social and affordable dwellings delivered before year t, less occupied
            dwellings demolished up to and in t, per wijk, in every year with demolition there:
            what has been delivered at the start of a demolition must cover it. Met where it is 0
            or more.
        occupied_before, stayers, leavers, newcomers
            Dwellings, cumulative: stayers + leavers = occupied before. Leavers are occupied
            dwellings demolished or sold; newcomers the new dwellings. Who returns is unknown, so
            leavers and newcomers are maxima.
        social_share_stock, social_share_plan
            Percent of the stock, and of the dwellings delivered since the start: two readings of
            the same aim of 30 %, never one number.
    """
    table = plan.table
    where = np.full(len(dwellings), "all", dtype=object)
    if wijk is not None:
        where = np.array(["unknown" if pd.isna(w) else str(w) for w in wijk], dtype=object)
    table = table.assign(wijk=where[table["place"]])
    areas = sorted(set(table["wijk"])) if wijk is not None else []
    rows: list[tuple] = []
    for area in areas or ["all"]:
        rows += _rolling(table[(table["wijk"] == area) | (area == "all")], area)
    for year in years_of(plan, base):
        for area in (*areas, "all"):
            inside = np.ones(len(where), dtype=bool) if area == "all" else where == area
            these = table if area == "all" else table[table["wijk"] == area]
            rows += _groups(
                these[these["year"] <= year], area, year, np.where(inside, dwellings, 0)
            )
        rows += _social(table[table["year"] <= year], after[year], classes, year)
    return pd.DataFrame(rows, columns=["test", "area", "year", "value", "status", "note"])


_MAXIMUM = "maximum: occupancy is not known of all dwellings"


def _rolling(table: pd.DataFrame, area: str) -> list[tuple]:
    gone = table[(table["action"] == DEMOLISH) & (table["occupied"].map(lambda v: v is not False))]
    new = table[table["action"].isin(DELIVERS) & table["affordable"].astype(bool)]
    rows = []
    for year in sorted(set(gone["year"])):
        demolished = gone[gone["year"] <= year]
        value = float(new.loc[new["year"] < year, "n"].sum() - demolished["n"].sum())
        sure = demolished["occupied"].notna().all()
        note = "" if sure else "dwellings of unknown occupancy count as occupied"
        status = "met" if value >= 0 else "not met"
        rows.append(("new_before_demolition", area, year, value, status, note))
    return rows


def _groups(table: pd.DataFrame, area: str, year: int, dwellings: np.ndarray) -> list[tuple]:
    stood = np.nan_to_num(dwellings)
    gone = table[table["action"].isin((DEMOLISH, SELL))]
    empty = gone["occupied"].map(lambda v: v is False).to_numpy(dtype=bool)
    vacant, lived_in = (
        np.bincount(some["place"].to_numpy(dtype=np.int64), some["n"], len(stood))
        for some in (gone[empty], gone[~empty])
    )
    # What the plan built and takes away again was nobody's home before.
    homes = stood - np.minimum(vacant, stood)
    before = float(homes.sum())
    leavers = float(np.minimum(lived_in, homes).sum())
    newcomers = float(table.loc[table["action"].isin(DELIVERS), "n"].sum())
    return [
        (test, area, year, value, None, _MAXIMUM if test == "occupied_before" else note)
        for test, value, note in (
            ("occupied_before", before, ""),
            ("stayers", before - leavers, ""),
            ("leavers", leavers, "maximum: who returns is not known"),
            ("newcomers", newcomers, "maximum: who returns is not known"),
        )
    ]


def _social(table: pd.DataFrame, now: np.ndarray, classes: Sequence[str], year: int) -> list[tuple]:
    if "corp" not in classes:
        note = "the stock is not split by landlord"
        return [
            (f"social_share_{what}", "all", year, None, "not testable", note)
            for what in ("stock", "plan")
        ]
    total = np.nansum(now)
    social = np.nansum(now[:, list(classes).index("corp")])
    built = table[table["action"].isin(DELIVERS)]
    planned = float(built["n"].sum())
    own = float(built.loc[built["target"] == "corp", "n"].sum())
    rows = []
    for what, part, whole in (("stock", social, total), ("plan", own, planned)):
        value = 100 * float(part) / float(whole) if whole else None
        status = "not testable" if value is None else f"{value - AIM:+.1f} points from {AIM:g} %"
        rows.append(
            (f"social_share_{what}", "all", year, value, status, "dwellings of corporations")
        )
    return rows


def _word(value: Any) -> str:
    if value is None or (isinstance(value, float) and np.isnan(value)):
        return ""
    if isinstance(value, float) and value % 1 == 0:
        return str(int(value))
    return str(value).strip()


def _count(value: Any) -> float:
    """Return a number; of text only plain digits, for 1.000 may be one or a thousand."""
    if isinstance(value, str) and not re.fullmatch(r"\s*\d+\s*", value):
        return float("nan")
    found = pd.to_numeric(value, errors="coerce")
    return float("nan") if found is None else float(found)


def _some(found: Any) -> str:
    names = [str(name) for name in found]
    shown = ", ".join(names[:NAMED])
    return shown if len(names) <= NAMED else f"{shown} … (+{len(names) - NAMED})"


def _refuse(wrong: pd.Series, values: pd.Series, text: Text) -> None:
    if wrong.any():
        rows = np.flatnonzero(wrong.to_numpy())
        found = _some(f'"{values.iloc[i]}" (row {i + 1})' for i in rows)
        told = text.format(found=found)
        raise PolicyError(told.en, told.nl.replace("(row ", "(rij "))
