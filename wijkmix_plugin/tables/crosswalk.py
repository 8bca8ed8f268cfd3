# SPDX-License-Identifier: GPL-2.0-or-later
"""Two years on the same boundaries: by equal codes, or by a table of stated weights; else not."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from typing import Any

import numpy as np
import pandas as pd

from ..errors import TableError, Text, listed, number
from .values import numbers, text

# A unit is divided whole; weights may have been written with few decimals.
_WHOLE = 1e-6
_NAMED = 10
# Overlap of two outlines, shared area by joint area: from EQUAL on the same area, below _OTHER
# another one, and below _ALIKE a question (a buurt of which half is left has 0.5). Low, because
# outlines are drawn at many scales: the same 516 buurten of Amsterdam, once in full and once
# simplified, overlap for 0.40 to 0.99, half of them for less than 0.88.
EQUAL, _ALIKE, _OTHER = 0.99, 0.6, 0.25
_REDRAWN = 3  # CBS' mark of an area that was redrawn since the year before


def on_equal_boundaries(
    counts: np.ndarray,
    codes: Sequence[object],
    wanted: Sequence[object],
    crosswalk: pd.DataFrame | None = None,
    *,
    other_areas: Collection[str] = (),
    empty: Collection[str] = (),
) -> tuple[np.ndarray, list[Text]]:
    """Put counts of one year on the units of another.

    Parameters
    ----------
    counts : ndarray of float, shape (n, K)
        Dwellings per unit and group of the year to convert.
    codes, wanted : sequence of str
        Codes of its units, and of the units of the other year.
    crosswalk : DataFrame with `from`, `to`, `weight`, optional
        Which part (0-1) of the dwellings of unit `from` stands in unit `to`. Units that it does not
        name keep their code. A column `basis` may say `area` of a weight that is a part of the area
        and stands for the part of the dwellings.
    other_areas : codes that both years have, of areas that are not the same; see `other_areas`.
    empty : codes of units without homes (water), which need no counterpart.

    Returns
    -------
    counts : ndarray of float, shape (len(wanted), K)
        NaN where a part comes from a unit without figures.
    notes : list of Text
        How much of it is estimated, and up to how many dwellings that can be wrong.

    Raises
    ------
    TableError
        A code twice or empty; codes of one year that the other does not have, or that are another
        area there, and that the crosswalk does not convert; weights below 0 or that do not add up
        to 1. Codes are named.

    Notes
    -----
    A unit that is divided gives every group the same weight, although its parts may differ in
    tenure, so the counts of both parts can be off by up to the smaller of the part that comes over
    and the part that does not. By area the number of dwellings of a part is an estimate too, and
    can be off by up to the larger of the two. A crosswalk that names a code with itself and weight
    1 states that it is the same area.
    """
    before, after = _labels(codes), _labels(wanted)
    if crosswalk is None:
        crosswalk = pd.DataFrame({"from": [], "to": [], "weight": []})
    origin = _labels(crosswalk["from"].tolist(), once=False)
    target = _labels(crosswalk["to"].tolist(), once=False)
    weight = numbers(crosswalk["weight"]).values
    basis = text(crosswalk["basis"]) if "basis" in crosswalk else np.full(len(weight), None)
    _check_basis(basis)
    by_area = np.array([str(b or "").casefold() == "area" for b in basis], dtype=bool)
    unknown = sorted({*(set(origin) - set(before)), *(set(target) - set(after))})
    if unknown:
        raise TableError(
            "The crosswalk names codes that the tables do not have: {codes}. Correct its columns "
            "from and to.",
            "De omzettabel noemt codes die de tabellen niet hebben: {codes}. Verbeter de kolommen "
            "from en to.",
            codes=listed(unknown, _NAMED),
        )
    sums = dict.fromkeys(origin, 0.0)
    for code, part in zip(origin, weight, strict=True):
        sums[code] += part if part >= 0 else np.nan
    wrong = [code for code, total in sums.items() if not abs(total - 1) <= _WHOLE]
    if wrong:
        raise TableError(
            "The weights of these codes in the crosswalk do not add up to 1, or one is below 0: "
            "{codes}.",
            "De gewichten van deze codes in de omzettabel tellen niet op tot 1, of er is er een "
            "kleiner dan 0: {codes}.",
            codes=listed(wrong, _NAMED),
        )
    place = {code: row for row, code in enumerate(after)}
    without = set(_labels(list(empty), once=False))
    kept = [code for code in before if code not in sums]
    lost = [code for code in kept if code not in place and code not in without]
    new = [code for code in after if code not in {*kept, *target, *without}]
    moved_on = sorted({*kept} & {*after} & set(other_areas))
    if moved_on:
        raise TableError(
            "These codes are in both years, but of another area: {codes}. CBS marks them as "
            "redrawn, or their outlines overlap for less than a quarter. Give a crosswalk with "
            "from, to and weight for them; a row with the code twice and weight 1 states that it "
            "is the same area.",
            "Deze codes staan in beide jaren, maar van een ander gebied: {codes}. Het CBS merkt ze "
            "als opnieuw begrensd, of hun omtrekken overlappen voor minder dan een kwart. Geef er "
            "een omzettabel voor met from, to en weight; een rij met twee keer de code en gewicht "
            "1 stelt dat het hetzelfde gebied is.",
            codes=listed(moved_on, _NAMED),
        )
    if lost or new:
        raise TableError(
            "The two years do not have the same boundaries. Only in the first: {lost}. Only in the "
            "second: {new}. Give a crosswalk with from, to and weight for these codes.",
            "De twee jaren hebben niet dezelfde grenzen. Alleen in het eerste: {lost}. Alleen in "
            "het tweede: {new}. Geef een omzettabel met from, to en weight voor deze codes.",
            lost=listed(lost, _NAMED) or "-",
            new=listed(new, _NAMED) or "-",
        )
    kept = [code for code in kept if code in place]
    row_of = {code: row for row, code in enumerate(before)}
    rows = np.array([row_of[c] for c in (*kept, *origin)], np.int64)
    cells = np.array([place[c] for c in (*kept, *target)], np.int64)
    parts = np.concatenate([np.ones(len(kept)), weight])
    used = parts > 0
    result = np.zeros((len(after), counts.shape[1]))
    result[[place[c] for c in after if c in without and c not in {*kept, *target}]] = np.nan
    np.add.at(result, cells[used], counts[rows[used]] * parts[used, None])
    divided = used & (parts < 1 - _WHOLE)
    area = np.concatenate([np.zeros(len(kept), dtype=bool), by_area])
    return result, [
        note
        for chosen, told in ((divided & ~area, _BY_DWELLINGS), (divided & area, _BY_AREA))
        if chosen.any()
        for note in (_divided(told, counts, rows[chosen], cells[chosen], parts[chosen]),)
    ]


_BY_DWELLINGS = Text(
    "{n} units were divided over {m} by the weights of the crosswalk. The tenure of their parts is "
    "assumed alike; up to {amount} dwellings of these parts can be counted in the wrong tenure.",
    "{n} eenheden zijn verdeeld over {m} met de gewichten van de omzettabel. Aanname: hun delen "
    "hebben dezelfde verdeling van eigendom; tot {amount} woningen van deze delen kunnen bij het "
    "verkeerde eigendom zijn geteld.",
)
_BY_AREA = Text(
    "{n} units were divided over {m} by area. Their dwellings are assumed to stand evenly over it; "
    "up to {amount} dwellings of these parts can be counted in the wrong unit.",
    "{n} eenheden zijn verdeeld over {m} naar oppervlakte. Aanname: hun woningen staan er "
    "gelijkmatig over; tot {amount} woningen van deze delen kunnen bij de verkeerde eenheid zijn "
    "geteld.",
)


def _divided(
    told: Text, counts: np.ndarray, rows: np.ndarray, cells: np.ndarray, parts: np.ndarray
) -> Text:
    """Say what a division assumes, and how many dwellings that can misplace at most."""
    pick = np.maximum if told is _BY_AREA else np.minimum
    amount = number(float(np.nansum(counts[rows].sum(axis=1) * pick(parts, 1 - parts))), 0)
    return told.format(n=len(set(rows.tolist())), m=len(set(cells.tolist())), amount=amount)


def _check_basis(basis: Sequence[object]) -> None:
    odd = sorted({str(b) for b in basis if str(b or "dwellings").casefold() not in _BASES})
    if odd:
        raise TableError(
            "The crosswalk's column basis says {odd}. It may say dwellings or area, or be empty.",
            "De kolom basis van de omzettabel zegt {odd}. Er mag dwellings of area staan, of "
            "niets.",
            odd=listed(odd, _NAMED),
        )


_BASES = ("dwellings", "area")


def other_areas(one: Any, two: Any) -> tuple[list[str], list[Text]]:
    """Find the codes of two years that are not the same area in both.

    Parameters
    ----------
    one, two : canonical tables of two years. What they have is looked at: outlines of both (in one
        coordinate system), CBS' mark `boundary_change` of the later year, names.

    Returns
    -------
    codes : list of str
        Codes in both that are another area: outlines that overlap for less than a quarter, or a
        mark of CBS that outlines do not contradict (an overlap of 99% and more).
    notes : list of Text
        Outlines that overlap for less than 60%; without outlines: the same code, another name.

    Notes
    -----
    The mark tells of the last step only: what was redrawn in a year between two that are compared
    is seen by outlines alone.
    """
    before, after = _labels(one["buurt_code"].tolist()), _labels(two["buurt_code"].tolist())
    place = {code: row for row, code in enumerate(after)}
    rows = [(i, place[code]) for i, code in enumerate(before) if code in place]
    if not rows:
        return [], []
    left, right = (np.array(side, dtype=np.int64) for side in zip(*rows, strict=True))
    codes = np.array([before[i] for i in left], dtype=object)
    overlap = _overlap(one, two, left, right)
    marked = _marked(one, two, left, right)
    with np.errstate(invalid="ignore"):
        other = (overlap < _OTHER) | (marked & ~(overlap >= EQUAL))
        doubtful = (overlap < _ALIKE) & ~other
    notes = []
    if doubtful.any():
        notes.append(
            Text(
                "The same code, but outlines that overlap for less than 60% ({n}): {codes}. Part "
                "of their change may be a change of area.",
                "Dezelfde code, maar omtrekken die voor minder dan 60% overlappen ({n}): {codes}. "
                "Een deel van hun verandering kan een verandering van gebied zijn.",
            ).format(n=int(doubtful.sum()), codes=listed(codes[doubtful], _NAMED))
        )
    renamed = _renamed(one, two, left, right) & np.isnan(overlap) & ~other
    if renamed.any():
        notes.append(
            Text(
                "The same code, another name ({n}): {codes}. Look whether it is the same area: a "
                "code may have been given to another one.",
                "Dezelfde code, een andere naam ({n}): {codes}. Kijk of het hetzelfde gebied is: "
                "een code kan aan een ander gebied zijn gegeven.",
            ).format(n=int(renamed.sum()), codes=listed(codes[renamed], _NAMED))
        )
    return codes[other].tolist(), notes


def _overlap(one: Any, two: Any, left: np.ndarray, right: np.ndarray) -> np.ndarray:
    """Return shared area by joint area per pair; NaN where one of them is not drawn."""
    import shapely

    if not all(getattr(f, "active_geometry_name", None) for f in (one, two)):
        return np.full(len(left), np.nan)
    shapes = []
    for frame, rows in ((one, left), (two, right)):
        found = frame.geometry.to_numpy()[rows]
        broken = ~shapely.is_valid(found) & ~shapely.is_missing(found)
        found = np.where(broken, shapely.make_valid(found), found)
        shapes.append(found)
    shared = shapely.area(shapely.intersection(*shapes))
    joint = shapely.area(shapes[0]) + shapely.area(shapes[1]) - shared
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(joint > 0, shared / joint, np.nan)


def _marked(one: Any, two: Any, left: np.ndarray, right: np.ndarray) -> np.ndarray:
    """Tell which pairs CBS marks as redrawn in the later of the two years."""
    first, second = (
        numbers(frame["year"]).values[rows] if "year" in frame else np.full(len(rows), np.nan)
        for frame, rows in ((one, left), (two, right))
    )
    result = np.zeros(len(left), dtype=bool)
    for frame, rows, later in (
        (two, right, ~(first >= second)),
        (one, left, first > second),
    ):
        if "boundary_change" in frame:
            result |= (numbers(frame["boundary_change"]).values[rows] == _REDRAWN) & later
    return result


def _renamed(one: Any, two: Any, left: np.ndarray, right: np.ndarray) -> np.ndarray:
    if "buurt_name" not in one or "buurt_name" not in two:
        return np.zeros(len(left), dtype=bool)
    names = (text(frame["buurt_name"])[rows] for frame, rows in ((one, left), (two, right)))
    return np.array(
        [
            bool(old and new) and _letters(old) != _letters(new)
            for old, new in zip(*names, strict=True)
        ],
        dtype=bool,
    )


def _letters(name: str) -> str:
    """Return a name without capitals, spaces and signs: those come and go with the years."""
    return "".join(sign for sign in str(name).casefold() if sign.isalnum())


def _labels(codes: Sequence[object], *, once: bool = True) -> list[str]:
    """Return codes as text without the spaces that CBS pads them with."""
    labels = [code or "" for code in text(pd.Series(list(codes)))]
    twice = sorted(c for c, n in Counter(labels).items() if n > 1) if once else []
    if "" in labels or twice:
        raise TableError(
            "A code is empty or stands in a table twice: {codes}. Each unit needs a code of its "
            "own.",
            "Een code is leeg of staat twee keer in een tabel: {codes}. Elke eenheid moet een "
            "eigen code hebben.",
            codes=listed(twice, _NAMED) if twice else "''",
        )
    return labels
