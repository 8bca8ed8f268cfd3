# SPDX-License-Identifier: GPL-2.0-or-later
"""A crosswalk between two years, from their outlines and, where given, from dwellings as points."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from ..errors import GeometryError, Text, listed
from .columns import Note
from .crosswalk import EQUAL, other_areas
from .points_in_areas import PointsInAreas
from .values import text

# A smaller part of the area of a unit is taken for two drawings of one border.
SLIVER = 0.02
NAMED = 10


class Pairs(NamedTuple):
    """Units of two years that share something.

    Parameters
    ----------
    first, second : int64 positions.
    amount : float64, shared area or number of dwellings.
    """

    first: np.ndarray
    second: np.ndarray
    amount: np.ndarray


def shared_area(one: Any, two: Any) -> Pairs:
    """Return the pairs of outlines that overlap, with their shared area.

    Parameters
    ----------
    one, two : GeoDataFrames in one metric coordinate system.
    """
    import shapely

    shapes = []
    for frame in (one, two):
        found = frame.geometry.to_numpy()
        broken = ~shapely.is_valid(found) & ~shapely.is_missing(found)
        shapes.append(np.where(broken, shapely.make_valid(found), found))
    first, second = shapely.STRtree(shapes[1]).query(shapes[0], predicate="intersects")
    amount = shapely.area(shapely.intersection(shapes[0][first], shapes[1][second]))
    kept = amount > 0
    return Pairs(first[kept], second[kept], amount[kept])


def shared_dwellings(
    one: Any, two: Any, chunks: Iterable[tuple[np.ndarray, np.ndarray]]
) -> tuple[Pairs, int]:
    """Return the pairs of units that dwellings stand in, and how many stand in no pair.

    Parameters
    ----------
    chunks : x and y of the dwellings; memory holds one chunk.
    """
    before, after = (PointsInAreas(frame.geometry.to_numpy()) for frame in (one, two))
    counts: dict[int, int] = {}
    outside = 0
    for x, y in chunks:
        i, j = before.find(x, y), after.find(x, y)
        inside = (i >= 0) & (j >= 0)
        outside += int((~inside).sum())
        keys, found = np.unique(i[inside] * len(two) + j[inside], return_counts=True)
        for key, n in zip(keys.tolist(), found.tolist(), strict=True):
            counts[key] = counts.get(key, 0) + n
    keys = np.array(sorted(counts), dtype=np.int64)
    amount = np.array([counts[key] for key in keys.tolist()], dtype=float)
    return Pairs(keys // max(len(two), 1), keys % max(len(two), 1), amount), outside


def crosswalk(
    one: Any, two: Any, area: Pairs, dwellings: Pairs | None = None
) -> tuple[pd.DataFrame, list[Note]]:
    """Work out which part of every unit of one year lies in which unit of the other.

    Parameters
    ----------
    one, two : GeoDataFrames with `buurt_code`, and `boundary_change` and `year` where known.
    area, dwellings : see `shared_area` and `shared_dwellings`.

    Returns
    -------
    frame : `from, to, weight, basis`, by code; weights of a unit add up to 1. `basis` is
        `dwellings` where its dwellings were counted, else `area`. A unit that keeps its code and
        its area is left out.
    notes : list of Note
        How many units were divided, and codes that lie in no unit of the other year.

    Raises
    ------
    GeometryError
        No unit of one year overlaps one of the other.

    Notes
    -----
    Parts under 2 % of the area are left out as two drawings of one border, unless a unit would get
    nothing at all; so is what a unit whose code and outline stayed (an overlap of 99 %) shares with
    its neighbours. Both years should be drawn at the same scale. Dwellings are
    those of one moment; what was built or demolished in between stands in the weights.
    """
    if not len(area.first):
        raise GeometryError(
            "The outlines of the two years do not overlap anywhere. Look whether both are of the "
            "same place and in the right coordinate system.",
            "De omtrekken van de twee jaren overlappen nergens. Kijk of beide van dezelfde plek "
            "zijn en in het juiste coördinatenstelsel staan.",
        )
    before, after = (text(frame["buurt_code"]) for frame in (one, two))
    same = _unchanged(one, two, area, before, after)
    rows = _by_area(_without(area, same), len(two))
    if dwellings is not None and len(dwellings.first):
        rows = _by_dwellings(rows, _without(dwellings, same))
    rows["from"], rows["to"] = before[rows["first"]], after[rows["second"]]
    alone = rows.groupby("first")["to"].transform("size") == 1
    stays = alone & (rows["from"] == rows["to"]) & ~rows["from"].isin(other_areas(one, two)[0])
    result = rows[~stays].sort_values(["from", "to"])
    result = result[["from", "to", "weight", "basis"]].reset_index(drop=True)
    divided = result.groupby("from").size()
    notes = [
        Note(
            "info",
            Text(
                "{same} units keep their code and area; {n} are converted, of which {divided} are "
                "divided ({area} by area).",
                "{same} eenheden houden hun code en gebied; {n} worden omgezet, waarvan {divided} "
                "verdeeld ({area} naar oppervlakte).",
            ).format(
                same=int(stays.sum()),
                n=len(divided),
                divided=int((divided > 1).sum()),
                area=int(
                    result.loc[result["from"].isin(divided[divided > 1].index)]
                    .drop_duplicates("from")["basis"]
                    .eq("area")
                    .sum()
                ),
            ),
        )
    ]
    lonely = [
        *before[~np.isin(np.arange(len(before)), rows["first"])],
        *after[~np.isin(np.arange(len(after)), rows["second"])],
    ]
    if lonely:
        notes.append(
            Note(
                "warning",
                Text(
                    "These units lie in no unit of the other year, so the two years cannot be "
                    "compared there ({n}): {codes}.",
                    "Deze eenheden liggen in geen eenheid van het andere jaar, dus daar zijn de "
                    "twee jaren niet te vergelijken ({n}): {codes}.",
                ).format(n=len(lonely), codes=listed(lonely, NAMED)),
            )
        )
    return result, notes


def _unchanged(
    one: Any, two: Any, area: Pairs, before: np.ndarray, after: np.ndarray
) -> dict[int, int]:
    """Return first -> second of the units that keep their code and their outline."""
    import shapely

    first, second = (
        shapely.area(frame.geometry.to_numpy())[rows]
        for frame, rows in ((one, area.first), (two, area.second))
    )
    equal = area.amount / (first + second - area.amount) >= EQUAL
    equal &= before[area.first] == after[area.second]
    same = dict(zip(area.first[equal].tolist(), area.second[equal].tolist(), strict=True))
    # A small unit that is new lies within these alone: then the largest of them gave it up.
    stayed = np.isin(area.first, list(same))
    others = set(area.second[~stayed].tolist()) | set(same.values())
    order = np.argsort(area.amount)
    giver = dict(zip(area.second[order].tolist(), area.first[order].tolist(), strict=True))
    for second, first in giver.items():
        if second not in others:
            same.pop(first, None)
    return same


def _without(pairs: Pairs, same: dict[int, int]) -> Pairs:
    """Leave out what units that did not change share with others: outlines that lie askew."""
    mine = np.full(int(pairs.first.max(initial=0)) + 1, -1)
    for first, second in same.items():
        if first < len(mine):
            mine[first] = second
    own = mine[pairs.first] == pairs.second
    touched = (mine[pairs.first] >= 0) | np.isin(pairs.second, list(same.values()))
    kept = own | ~touched
    return Pairs(pairs.first[kept], pairs.second[kept], pairs.amount[kept])


def _by_area(area: Pairs, n_second: int) -> pd.DataFrame:
    """Return the parts of every unit by area, without slivers."""
    rows = pd.DataFrame({"first": area.first, "second": area.second, "amount": area.amount})
    whole = rows.groupby("first")["amount"]
    part = rows["amount"] / whole.transform("sum")
    largest = rows["amount"] == whole.transform("max")
    kept = (part >= SLIVER) | largest
    # Nobody is left with nothing: a small unit may be cut out of a large one.
    reached = np.zeros(n_second, dtype=bool)
    reached[rows.loc[kept, "second"]] = True
    best = rows.groupby("second")["amount"].transform("max") == rows["amount"]
    kept |= best & ~reached[rows["second"]]
    rows = rows[kept].copy()
    rows["weight"] = rows["amount"] / rows.groupby("first")["amount"].transform("sum")
    rows["basis"] = "area"
    return rows


def _by_dwellings(rows: pd.DataFrame, dwellings: Pairs) -> pd.DataFrame:
    """Replace the parts of units whose dwellings were counted.

    A unit of the second year without dwellings keeps a row with weight 0 from where it lies: so it
    is told from one that nobody knows.
    """
    counted = pd.DataFrame(
        {"first": dwellings.first, "second": dwellings.second, "amount": dwellings.amount}
    )
    counted["weight"] = counted["amount"] / counted.groupby("first")["amount"].transform("sum")
    counted["basis"] = "dwellings"
    known = rows["first"].isin(counted["first"])
    pairs = set(zip(counted["first"], counted["second"], strict=True))
    empty = rows[known & ~rows["second"].isin(counted["second"])].assign(
        weight=0.0, basis="dwellings"
    )
    empty = empty[
        [
            pair not in pairs
            for pair in zip(empty["first"].tolist(), empty["second"].tolist(), strict=True)
        ]
    ]
    return pd.concat([rows[~known], counted, empty], ignore_index=True)
