# SPDX-License-Identifier: GPL-2.0-or-later
"""What a plan does to the stock: per unit and year, at every level, where it goes and when.

A scenario changes stock. It forecasts no income, no behaviour and no removals.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from ..errors import PolicyError, Text, listed
from ..measures import rounding, segregation
from ..measures.change import compare
from . import scenario_words
from .actions import (
    ACTIONS,
    AFFORDABLE,
    BUILD,
    BUY,
    BUY_IN,
    COLUMNS,
    CONVERT,
    DEMOLISH,
    OCCUPIED,
    SAYS,
    SEGMENTS,
    SELL,
    UNSURE,
)

__all__ = ["ACTIONS", "AFFORDABLE", "COLUMNS", "SAYS", "SEGMENTS"]  # the words of a plan

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
DELIVERS = (BUILD, CONVERT)
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
    "before_low",
    "before_high",
    "after_low",
    "after_high",
    "composition",
    "unevenness",
    "n_units",
    "note",
]
PAIR_COLUMNS = [
    "segment",
    "loss_unit",
    "loss_year",
    "gain_unit",
    "gain_year",
    "n",
    "lag_years",
    "distance_km",
    "status",
]
LEVELS = {"buurt": "buurt_code", "wijk": "wijk_code", "gemeente": "gemeente_code"}
NAMED = 10
BEFORE, AFTER = "before", "after"
UNKNOWN = "unknown"  # the area of units without a code


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
            codes=listed(twice[twice.duplicated()].unique(), NAMED),
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
            ).format(found=listed(sorted({int(y) for y in years}), NAMED), year=latest)
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
        year -> (n, K). Counts from percentages are fractions, so half a dwelling more may leave
        than there is; then no more comes elsewhere in the unit than what left.

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
        unit, amount = these["place"].to_numpy(), these["n"].to_numpy(dtype=float)
        source, target = (pd.Index(classes).get_indexer(these[c]) for c in ("source", "target"))
        goes, comes = source >= 0, target >= 0
        leave, come = np.zeros_like(now), np.zeros_like(now)
        np.add.at(leave, (unit[goes], source[goes]), amount[goes])
        bare = np.isnan(now).any(axis=1) & np.isin(np.arange(len(now)), unit)
        if bare.any():
            raise PolicyError(
                "Actions on units without figures in {year}: {units}. Their stock is unknown, so "
                "nothing can be added or taken away.",
                "Acties op eenheden zonder cijfers in {year}: {units}. Hun voorraad is onbekend, "
                "dus er kan niets bij of af.",
                year=year,
                units=listed((units[i] for i in np.flatnonzero(bare)), NAMED),
            )
        short = np.argwhere(leave > now + 0.5)
        if len(short):
            raise PolicyError(
                "More dwellings leave than stand there: {found}. Lower the number, or move the "
                "action to a later year.",
                "Er gaan meer woningen weg dan er staan: {found}. Verlaag het aantal, of zet de "
                "actie in een later jaar.",
                found=listed(
                    (
                        f"{units[i]} ({year}, {classes[k]}: {leave[i, k]:g} > {now[i, k]:g})"
                        for i, k in short
                    ),
                    NAMED,
                ),
            )
        left = np.minimum(now, leave) / np.where(leave > 0, leave, 1)
        amount = np.where(goes, amount * left[unit, source], amount)
        np.add.at(come, (unit[comes], target[comes]), amount[comes])
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
    rounded: np.ndarray | None = None,
    replicates: int = 999,
    seed: int = 12345,
    progress: Callable[[float], None] | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> pd.DataFrame:
    r"""Return every index before and after, per year and level, on the same boundaries.

    Parameters
    ----------
    rounded : (n,) dwellings of which whole percentages were published, from
        `rounding.rounded_base`; None where the counts are exact.

    Returns
    -------
    DataFrame
        `INDEX_COLUMNS`: see `measures.change.compare`. `before_low` to `after_high` are the bounds
        that rounding leaves (`measures.rounding`; NULL for indices without such bounds, and for
        exact counts). `low` and `high`, of the change, hold the bootstrap and the rounding:
        :math:`d \pm \sqrt{b^2 + r^2}` on either side, with r from draws of what was rounded off,
        the same before and after, since a plan adds and takes whole dwellings. A level with one
        unit has no unevenness to measure and is left out.
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
    drawn: dict[str, pd.DataFrame] = {}
    bounded: dict[str, pd.DataFrame] = {}
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
            both = (first.sum(axis=1) > 0) & (second.sum(axis=1) > 0)
            found.insert(len(found.columns) - 1, "n_units", int(both.sum()))
            for name in ("before_low", "before_high", "after_low", "after_high"):
                found[name] = np.nan
            if rounded is not None:
                sums = _added(rounded[usable][:, None], code, n)[:, 0]
                start, base = counts[usable], rounded[usable]
                more = {"code": code, "seed": seed, "cancelled": cancelled}
                if level not in drawn:  # the start is the same in every year
                    drawn[level] = rounding.draws(start, base, classes, **more)
                    bounded[level] = _bounds(found, first, classes, sums)
                later = _bounds(found, second, classes, sums)
                for name, bounds in (("before", bounded[level]), ("after", later)):
                    for end in ("low", "high"):
                        found[f"{name}_{end}"] = bounds[end].where(found[name].notna())
                moved = (now - counts)[usable]
                now_drawn = rounding.draws(start, base, classes, moved=moved, **more)
                rounding.widen(found, now_drawn - drawn[level], "change")
            parts.append(found[INDEX_COLUMNS])
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=INDEX_COLUMNS)


def _bounds(
    found: pd.DataFrame, counts: np.ndarray, classes: Sequence[str], base: np.ndarray
) -> pd.DataFrame:
    table = found[["index", "group", "versus"]].assign(
        area=segregation.ALL, value=0.0, low=np.nan, high=np.nan
    )
    return rounding.rounding_interval(table, counts, classes, base=base)


def fingerprint(frame: pd.DataFrame, counts: np.ndarray, codes: Sequence[str]) -> str:
    """Return a mark of the stock that a plan was made on; it changes with every figure in it.

    Parameters
    ----------
    frame : `dwellings` and, where there is a rule, `vulnerable`.
    counts : (n, K) dwellings per class.
    codes : of the units; their order does not matter.
    """
    marks = frame["vulnerable"] if "vulnerable" in frame else [None] * len(codes)
    rows = sorted(
        f"{code}|{dwellings:.4f}|{'|'.join(f'{n:.4f}' for n in row)}|{mark if mark == mark else ''}"
        for code, dwellings, row, mark in zip(
            codes, frame["dwellings"].astype(float), counts, marks, strict=True
        )
    )
    return hashlib.sha256("\n".join(rows).encode("utf-8")).hexdigest()[:16]


CHANGED = Text(
    "The stock was edited after this scenario was made, or another one was taken: its fingerprint "
    "is now {now}, and was {then}. Check the actions against the stock as it is now.",
    "De voorraad is gewijzigd nadat dit scenario is gemaakt, of er is een andere genomen: de "
    "vingerafdruk is nu {now} en was {then}. Loop de acties na op de voorraad zoals die nu is.",
)


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
    and is counted under the name of that tenure's first segment, or of the tenure itself where the
    plan speaks of it so.
    """
    moves = _moves(plan.table.assign(vulnerable=_marks(plan, vulnerable)), segments)
    rows = []
    for segment in sorted(set(moves["segment"])):
        own = moves[moves["segment"] == segment]
        for year in years_of(plan, base):
            done = own[own["year"] <= year]
            for kind in ("yes", "no", "unknown", "all"):
                some = done if kind == "all" else done[done["vulnerable"] == kind]
                gained = float(some.loc[some["n"] > 0, "n"].sum())
                lost = 0.0 - float(some.loc[some["n"] < 0, "n"].sum())  # no minus zero
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


def _marks(plan: Plan, vulnerable: Sequence[bool | None] | None) -> np.ndarray:
    """Return per action whether its unit is vulnerable: yes, no, unknown."""
    if vulnerable is None:
        return np.full(len(plan.table), "unknown", dtype=object)
    marks = {True: "yes", False: "no"}
    return np.array([marks.get(vulnerable[p], "unknown") for p in plan.table["place"]], object)


def _moves(table: pd.DataFrame, segments: Mapping[str, str]) -> pd.DataFrame:
    """Return every loss (below 0) and gain of a segment by itself."""
    first: dict[str, str] = {}
    for segment, tenure in segments.items():
        if segment not in THREE:
            first.setdefault(tenure, segment)
    used = set(table["segment"])

    def name(tenure: str, beside: str) -> str:
        """Name a tenure as the plan does; where it does both or neither, as the action does."""
        words = {word for word in used if segments[word] == tenure}
        own = words == {tenure} or (beside in THREE and (tenure in words or not words))
        return tenure if own else first.get(tenure, tenure)

    rows = []
    for action in table.itertuples():
        other = {SELL: "koop", BUY_IN: "corp", BUY: "corp"}.get(action.action)
        base = (action.place, action.year, action.vulnerable)
        if other is None:
            sign = -1 if action.action == DEMOLISH else 1
            rows.append((*base, action.segment, sign * action.n))
            continue
        lost, gained = action.segment, name(other, action.segment)
        if segments[lost] == other:  # the segment says what the dwellings become
            source = "corp" if other == "koop" else "koop"
            lost, gained = name(source, action.segment), action.segment
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
    found = [(n, far) for *_, n, far in _paired(own, place) if far is not None]
    total = sum(n for n, _ in found)
    return lag, sum(n * far for n, far in found) / total if total else None


def _paired(own: pd.DataFrame, place: np.ndarray | None) -> list[tuple]:
    """Match losses in vulnerable areas, in order of year, with the nearest gain still open.

    Returns unit and year of the loss, unit and year of the gain (None where none is left),
    dwellings, and distance in km. Without places the earliest gain comes first.
    """
    losses = own[(own["vulnerable"] == "yes") & (own["n"] < 0)].sort_values(["year", "place"])
    gains = own[(own["vulnerable"] == "no") & (own["n"] > 0)].sort_values(["year", "place"])
    left = gains["n"].to_numpy(dtype=float, copy=True)
    at, years = gains["place"].to_numpy(), gains["year"].to_numpy()
    rows: list[tuple] = []
    for unit, year, lost in zip(losses["place"], losses["year"], -losses["n"], strict=True):
        open_ = float(lost)
        far = np.arange(len(at), dtype=float)
        if place is not None and len(at):
            far = np.hypot(*(place[at] - place[unit]).T)
        for g in np.argsort(far, kind="stable"):
            moved = min(open_, left[g])
            if moved <= 0:
                continue
            left[g] -= moved
            open_ -= moved
            km = None if place is None else float(far[g]) / 1000
            rows.append((int(unit), int(year), int(at[g]), int(years[g]), float(moved), km))
        if open_ > 1e-9:
            rows.append((int(unit), int(year), None, None, open_, None))
    return rows


def pairs_table(
    plan: Plan,
    segments: Mapping[str, str],
    vulnerable: Sequence[bool | None] | None,
    units: Sequence[str],
    place: np.ndarray | None = None,
) -> pd.DataFrame:
    """Return which loss in a vulnerable area is matched with which gain outside them.

    One way to match them, for discussion: losses in order of year, each with the nearest gain of
    its segment that is still open. Only areas that are known not to be vulnerable receive.

    Returns
    -------
    DataFrame
        `segment, loss_unit, loss_year, gain_unit, gain_year, n, lag_years, distance_km, status`:
        "matched", or "unmatched" for dwellings that come back nowhere. `lag_years` is the year of
        the gain less that of the loss: 0 or less means that it is there in time. Empty without a
        rule for vulnerable areas.
    """
    rows = []
    if vulnerable is not None:
        moves = _moves(plan.table.assign(vulnerable=_marks(plan, vulnerable)), segments)
        for segment in sorted(set(moves["segment"])):
            for lost, year, gained, when, n, km in _paired(
                moves[moves["segment"] == segment], place
            ):
                matched = gained is not None
                rows.append(
                    (
                        segment,
                        units[lost],
                        year,
                        units[gained] if matched else None,
                        when,
                        n,
                        when - year if matched else None,
                        km,
                        "matched" if matched else "unmatched",
                    )
                )
    return pd.DataFrame(rows, columns=PAIR_COLUMNS)


def verdicts(balance: pd.DataFrame) -> list[Text]:
    """Say per segment in which years the plan is not balanced, or that this cannot be told."""
    found = []
    whole = balance[balance["vulnerable"] == "all"]
    for segment in dict.fromkeys(whole["segment"]):
        rows = whole[whole["segment"] == segment]
        for status, words in _VERDICTS.items():
            years = rows.loc[rows["status"] == status, "year"]
            if len(years):
                named = [scenario_words.word(segment, lang) for lang in ("en", "nl")]
                values = [{"segment": name, "years": listed(years, NAMED)} for name in named]
                found.append(Text(words.en.format(**values[0]), words.nl.format(**values[1])))
    return found


_VERDICTS = {
    "not balanced": Text(
        "Unbalanced plan: of {segment} less comes outside vulnerable areas than goes in them, up "
        "to and in {years}.",
        "Plan niet in balans: van {segment} komt buiten kwetsbare gebieden minder bij dan er in "
        "weggaat, tot en met {years}.",
    ),
    "not testable": Text(
        "Whether the plan is balanced in {segment} cannot be told for {years}: of some areas it is "
        "not known whether they are vulnerable.",
        "Of het plan voor {segment} in balans is, valt voor {years} niet te zeggen: van sommige "
        "gebieden is niet bekend of zij kwetsbaar zijn.",
    ),
}


def tests_of(
    plan: Plan,
    after: Mapping[int, np.ndarray],
    classes: Sequence[str],
    dwellings: np.ndarray,
    wijk: Sequence[Any] | None,
    base: int,
    gemeente: Sequence[Any] | None = None,  # noqa: PT028 - a table of tests, not one
) -> pd.DataFrame:
    r"""Return new before demolition, the three groups, and the social share of stock and plan.

    Parameters
    ----------
    wijk, gemeente : code per unit; None where the table has none.

    Returns
    -------
    DataFrame
        `test, area, year, value, status, note`. `area` is a wijk, or "all".

        new_before_demolition
            :math:`R_t` = social and affordable dwellings delivered before year t, less occupied
            dwellings demolished up to and in t, per wijk, in every year with demolition there:
            what has been delivered at the start of a demolition must cover it. Met where it is 0
            or more; not testable for units without a wijk code, and where they could tip it.
        occupied_before, stayers, leavers, newcomers
            Dwellings, cumulative: stayers + leavers = occupied before. Leavers are occupied
            dwellings demolished or sold; newcomers the new dwellings. Who returns is unknown, so
            leavers and newcomers are maxima.
        pace
            Percent of the dwellings at the start of the year that an action changes in it.
        occupied_demolished
            Occupied dwellings demolished, cumulative; a maximum where occupancy is not known.
        delivered_wijk, delivered_gemeente, delivered_region
            Social and affordable dwellings delivered up to and in the year in a wijk, a gemeente
            and all units together, where leavers are. Met where they are at least as many as the
            leavers of that area; not testable without the codes, where units without a code could
            tip it, or with one gemeente for the region.
        social_share_stock, social_share_plan
            Percent of the stock, and of the dwellings delivered since the start: two readings of
            the same aim of 30%, never one number; per gemeente too where there are several.
    """
    table = plan.table
    where, town = (_codes(codes, len(dwellings)) for codes in (wijk, gemeente))
    table = table.assign(wijk=where[table["place"]], gemeente=town[table["place"]])
    areas = sorted(set(table["wijk"])) if wijk is not None else []
    towns = sorted({*town} - {UNKNOWN}) if gemeente is not None else []
    rows: list[tuple] = []
    for area in areas or ["all"]:
        rows += _rolling(table, area)
    for year in years_of(plan, base):
        for area in (*areas, "all"):
            inside = np.ones(len(where), dtype=bool) if area == "all" else where == area
            these = table if area == "all" else table[table["wijk"] == area]
            rows += _groups(
                these[these["year"] <= year], area, year, np.where(inside, dwellings, 0)
            )
            rows += _demolished(these[these["year"] <= year], area, year)
            rows += _pace(these, area, year, float(np.nansum(dwellings[inside])))
        done = table[table["year"] <= year]
        rows += _delivered(done, year, wijk is not None, gemeente is not None, len(towns))
        rows += _social(done, after[year], classes, "all", year)
        for code in towns if len(towns) > 1 else ():
            now = after[year][town == code]
            rows += _social(done[done["gemeente"] == code], now, classes, code, year)
    return pd.DataFrame(rows, columns=["test", "area", "year", "value", "status", "note"])


def _codes(codes: Sequence[Any] | None, n: int) -> np.ndarray:
    if codes is None:
        return np.full(n, "all", dtype=object)
    words = ["" if pd.isna(c) else str(c).strip() for c in codes]
    return np.array([word or UNKNOWN for word in words], dtype=object)


def _tested(value: float, area: str, loose: tuple[float, float], what: str) -> tuple[str, str]:
    """Return the status of a number that must be 0 or more, and why it cannot be told.

    Units without a code (`loose`: what comes there, and what goes) may lie in any area.
    """
    come, gone = loose
    if area != UNKNOWN and value >= gone:
        return "met", ""
    if area != UNKNOWN and value + come < 0:
        return "not met", ""
    return "not testable", f"of some units the {what} is not known"


def _lived_in(table: pd.DataFrame) -> pd.DataFrame:
    """Return what goes and may be somebody's home: occupancy that is not known counts as yes."""
    gone = table[table["action"].isin((DEMOLISH, SELL))]
    return gone[gone["occupied"].map(lambda v: v is not False).astype(bool)]


def _demolished(table: pd.DataFrame, area: str, year: int) -> list[tuple]:
    gone = _lived_in(table)
    gone = gone[gone["action"] == DEMOLISH]
    if gone.empty:
        return []
    note = "" if gone["occupied"].notna().all() else _MAXIMUM
    return [("occupied_demolished", area, year, float(gone["n"].sum()), None, note)]


def _pace(table: pd.DataFrame, area: str, year: int, dwellings: float) -> list[tuple]:
    """Return how much of the stock at the start of the year is changed in it."""
    before, now = table[table["year"] < year], table[table["year"] == year]
    built = float(before.loc[before["action"].isin(DELIVERS), "n"].sum())
    stood = dwellings + built - float(before.loc[before["action"] == DEMOLISH, "n"].sum())
    if now.empty or not stood > 0:
        return []
    return [("pace", area, year, 100 * float(now["n"].sum()) / stood, None, "")]


def _delivered(
    table: pd.DataFrame, year: int, has_wijk: bool, has_gemeente: bool, towns: int
) -> list[tuple]:
    """Set what is delivered for leavers against the leavers, per wijk, per gemeente and in all."""
    gone = _lived_in(table)
    if gone.empty:
        return []
    new = table[table["action"].isin(DELIVERS) & table["affordable"].astype(bool)]
    rows: list[tuple] = []

    def add(test: str, area: str, column: str = "") -> None:
        left, came, loose = gone, new, (0.0, 0.0)
        if column:
            left, came = gone[gone[column] == area], new[new[column] == area]
            lost, won = (float(t.loc[t[column] == UNKNOWN, "n"].sum()) for t in (gone, new))
            loose = (won, lost)
        value = float(came["n"].sum())
        status, why = _tested(value - float(left["n"].sum()), area, loose, column)
        note = "" if left["occupied"].notna().all() else _MAXIMUM_LEAVERS
        rows.append((test, area, year, value, status, "; ".join(filter(None, (note, why)))))

    for test, column, there, absent in (
        ("delivered_wijk", "wijk", has_wijk, "the table has no wijk codes"),
        ("delivered_gemeente", "gemeente", has_gemeente, "the table has no gemeente codes"),
    ):
        if not there:
            rows.append((test, "all", year, None, "not testable", absent))
            continue
        for area in sorted(set(gone[column])):
            add(test, area, column)
    if towns > 1:
        add("delivered_region", "all")
    else:
        absent = "the table holds one gemeente: take the stock of the region"
        rows.append(("delivered_region", "all", year, None, "not testable", absent))
    return rows


_MAXIMUM_LEAVERS = "compared with a maximum of leavers: occupancy is not known of all dwellings"
_MAXIMUM = "maximum: occupancy is not known of all dwellings"


def _rolling(table: pd.DataFrame, area: str) -> list[tuple]:
    gone = table[(table["action"] == DEMOLISH) & (table["occupied"].map(lambda v: v is not False))]
    new = table[table["action"].isin(DELIVERS) & table["affordable"].astype(bool)]
    rows = []
    for year in sorted(set(gone.loc[gone["wijk"] == area, "year"])):
        came, went = new[new["year"] < year], gone[gone["year"] <= year]
        demolished = went[went["wijk"] == area]
        value = float(came.loc[came["wijk"] == area, "n"].sum() - demolished["n"].sum())
        won, lost = (float(t.loc[t["wijk"] == UNKNOWN, "n"].sum()) for t in (came, went))
        status, why = _tested(value, area, (won, lost), "wijk")
        sure = demolished["occupied"].notna().all()
        note = "" if sure else "dwellings of unknown occupancy count as occupied"
        note = "; ".join(filter(None, (note, why)))
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


def _social(
    table: pd.DataFrame, now: np.ndarray, classes: Sequence[str], area: str, year: int
) -> list[tuple]:
    if "corp" not in classes:
        note = "the stock is not split by landlord"
        return [
            (f"social_share_{what}", area, year, None, "not testable", note)
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
            (f"social_share_{what}", area, year, value, status, "dwellings of corporations")
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


def _refuse(wrong: pd.Series, values: pd.Series, text: Text) -> None:
    if wrong.any():
        rows = np.flatnonzero(wrong.to_numpy())
        found = listed((f'"{values.iloc[i]}" (row {i + 1})' for i in rows), NAMED)
        told = text.format(found=found)
        raise PolicyError(told.en, told.nl.replace("(row ", "(rij "))
