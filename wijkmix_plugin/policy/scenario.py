# SPDX-License-Identifier: GPL-2.0-or-later
"""A plan of actions, and what it does to the stock: per unit and year, and at every level.

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
from .actions import (
    ACTIONS,
    AFFORDABLE,
    BUILD,
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

THREE = ("koop", "corp", "overig")
TWO = ("koop", "huur")
SHARES = {
    "koop": "share_koop",
    "corp": "share_corp",
    "overig": "share_overig_huur",
    "huur": "share_huur",
}
DELIVERS = (BUILD, CONVERT)
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
        area=segregation.ALL, value=0.0, low=np.nan, high=np.nan, note=None
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
