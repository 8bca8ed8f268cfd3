# SPDX-License-Identifier: GPL-2.0-or-later
"""New before demolition, homes for leavers, the three groups, and the social share of a plan."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from .actions import (
    DEMOLISH,
    SELL,
)
from .scenario import DELIVERS, Plan, years_of

AIM = 30.0  # percent of social rental that the source names; of stock or of plan, never mixed
UNKNOWN = "unknown"  # the area of units without a code


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
