# SPDX-License-Identifier: GPL-2.0-or-later
"""Land by class of owner to the part of every buurt that public and market parties own."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
import shapely

from ..errors import TableError, Text, listed, number
from .added import UNDRAWN, Added, explain, no_overlap, pieces, shapeless, valid
from .columns import Note
from .dwellings import read_classes
from .points_in_areas import PointsInAreas
from .values import numbers, text

CLASSES = ("gemeente", "corporatie", "markt", "particulier", "overig", "onbekend")
UNKNOWN = CLASSES.index("onbekend")
_NAMED = 20
# Which classes an indicator of the catalogue adds up.
INDICATORS = {"owner_public": ("gemeente", "corporatie"), "owner_market": ("markt",)}
# Spellings that need no mapping. State, province and water board are no gemeente: other.
_SPELLINGS = {
    "gemeente": ("gem", "gem.", "gemeentelijk", "gemeentegrond", "gemeentelijk eigendom"),
    "corporatie": (
        *("corp", "corporaties", "woningcorporatie", "woningcorporaties", "wooncorporatie"),
        *("woningstichting", "woningbouwvereniging", "toegelaten instelling"),
    ),
    "markt": (
        *("marktpartij", "marktpartijen", "ontwikkelaar", "ontwikkelaars", "projectontwikkelaar"),
        *("projectontwikkelaars", "belegger", "beleggers", "bouwbedrijf"),
    ),
    "particulier": (
        *("particulieren", "particuliere eigenaar", "natuurlijk persoon", "natuurlijke persoon"),
        *("eigenaar-bewoner", "eigenaar-bewoners"),
    ),
    "overig": (
        *("overige", "overige eigenaren", "anders", "rijk", "rijksoverheid", "staat", "de staat"),
        *("provincie", "waterschap", "hoogheemraadschap"),
    ),
    "onbekend": ("", "-", "unknown", "niet bekend", "n.b.", "nb"),
}
# More land than the buurt is: from here on points overlap, or are counted in the wrong buurt.
_MOST = 1.05
_TOO_MUCH = Text(
    "there is more land than the buurt is large: parcels overlap",
    "er is meer grond dan de buurt groot is: percelen overlappen",
)
# Two owners on less than this part of a buurt are slivers between drawings.
_SLIVER = 1e-3


def read_map(given: str) -> dict[str, str]:
    """Read the mapping of owners: JSON, value -> one of `CLASSES`.

    Values match without regard to case or spaces around them. The classes and their common Dutch
    spellings need no mapping.

    Raises
    ------
    TableError
        Not a JSON object, or a value is mapped to something else or to two classes.
    """
    known = {name: name for name in CLASSES}
    known |= {word: name for name, those in _SPELLINGS.items() for word in those}
    return known | read_classes(
        given,
        Text("owners", "eigenaren"),
        CLASSES,
        '{"Woonstad": "corporatie", "BV": "markt", "": "onbekend"}',
        spelling,
    )


def spelling(value: object) -> str:
    """Return a word of the user without case and spare spaces."""
    return " ".join(str(value).split()).casefold()


def owners(values: Sequence[Any], classes: Mapping[str, str]) -> tuple[np.ndarray, dict[str, int]]:
    """Return the position in `CLASSES` of every owner, and how often a value without class occurs.

    "Gemeente Rotterdam" is a gemeente. A value without a class is unknown.
    """
    place, distinct = pd.factorize(pd.Series(values, dtype=object), use_na_sentinel=False)
    kinds = np.full(len(distinct), UNKNOWN)
    strange: dict[str, int] = {}
    for n, value in enumerate(text(pd.Series(distinct, dtype=object))):
        key = "" if value is None else spelling(value)
        name = classes.get(key)
        if name is None and key.startswith("gemeente "):
            name = "gemeente"
        if name is None:
            strange[value] = strange.get(value, 0) + int((place == n).sum())
        else:
            kinds[n] = CLASSES.index(name)
    return kinds[place], strange


def shares(
    areas: np.ndarray,
    shapes: np.ndarray,
    values: Sequence[Any],
    classes: Mapping[str, str],
    *,
    layer: str,
    date: str | None = None,
    sizes: pd.Series | None = None,
    least_known: float = 90.0,
    check: Callable[[], object] = lambda: None,
) -> Added:
    """Return which part of every buurt the classes of owners of an indicator own.

    Parameters
    ----------
    areas : (n,) polygons of the buurten in a metric system; None where there is none.
    shapes : (m,) polygons of the land, or points.
    values : (m,) owner of each.
    classes : as `read_map` returns them.
    layer, date : the name of the land layer, and of which day it is.
    sizes : (m,) square metres of each; needed for points only, which have no area.
    least_known : percent of a buurt whose owner must be known: an assumption.
    check : called now and then; raises to stop.

    Returns
    -------
    Added
        `owner_public, owner_market, land_unknown` (percent of the area of the buurt), `land_date`
        and `land_note`. A share is undefined where too little is known, or where there is more land
        than buurt.

    Raises
    ------
    GeometryError
        No land lies in a buurt.
    TableError
        Sizes miss, are text or below 0; of no land is the owner known.

    Notes
    -----
    Land that two classes own by the layer is of an unknown owner, unless one indicator holds both
    classes. Land that the layer does not have is of an unknown owner, water too.
    """
    kinds, strange = owners(values, classes)
    areas = valid(areas)
    whole = shapely.area(areas)
    points = shapely.get_dimensions(shapes) == 0
    by_point = bool(points.any())
    notes = shapeless(layer, shapes)
    if strange:
        notes.append(_strange(strange))
    if by_point:
        owned, known = _of_points(areas, shapes, kinds, sizes, layer)
        twice = np.zeros(len(areas))
    else:
        owned, known, twice = _of_polygons(areas, shapes, kinds, layer, check)
    if not known.any():
        raise TableError(
            "Of no land in layer {layer} is the owner known; its values are: {values}. Say in the "
            "mapping which class each of them is, for example {example}.",
            "Van geen grond in laag {layer} is de eigenaar bekend; de waarden zijn: {values}. Zeg "
            "in de koppeling welke klasse elk ervan is, bijvoorbeeld {example}.",
            layer=layer,
            values=listed(strange or ["NULL"], _NAMED),
            example=json.dumps({next(iter(strange), ""): "gemeente"}, ensure_ascii=False),
        )
    with np.errstate(invalid="ignore", divide="ignore"):
        unknown = 100 * (1 - known / whole)
        part = {name: 100 * amount / whole for name, amount in owned.items()}
    too_much = unknown < 100 * (1 - _MOST)
    reasons = np.full(len(areas), None, dtype=object)
    unclear = unknown > 100 - least_known + 1e-9
    for place in np.flatnonzero(unclear):
        reasons[place] = Text(
            "of {unknown}% of the land the owner is unknown; at most {limit}% may be (assumption)",
            "van {unknown}% van de grond is de eigenaar onbekend; dat mag hooguit {limit}% zijn "
            "(aanname)",
        ).format(unknown=f"{unknown[place]:.0f}", limit=f"{100 - least_known:g}")
    explain(reasons, too_much, _TOO_MUCH)
    undrawn = ~(whole > 0)
    explain(reasons, undrawn, UNDRAWN)
    there = np.array([r is None for r in reasons], dtype=bool)
    frame = pd.DataFrame(
        {name: np.where(there, np.clip(p, 0, 100), np.nan) for name, p in part.items()}
    )
    frame["land_unknown"] = np.where(undrawn | too_much, np.nan, np.clip(unknown, 0, 100))
    frame["land_date"] = date
    frame["land_note"] = reasons
    notes += _notes(kinds, shapes, sizes, by_point, there, twice, whole)
    record = [
        Text(
            "Land by owner: layer {layer}, {en}. Shares are of the area of the buurt; without a "
            "known owner for at least {least}% of it there is none (assumption).",
            "Grond naar eigenaar: laag {layer}, {nl}. Aandelen zijn van de oppervlakte van de "
            "buurt; is niet van ten minste {least}% de eigenaar bekend, dan is er geen aandeel "
            "(aanname).",
        ).format(
            layer=layer,
            en=f"of {date}" if date else "date not given",
            nl=f"van {date}" if date else "datum niet opgegeven",
            least=f"{least_known:g}",
        )
    ]
    if by_point:
        record.append(
            Text(
                "Land given as points counts as a whole in the buurt of its point (assumption).",
                "Grond die als punt is gegeven, telt geheel mee in de buurt van dat punt "
                "(aanname).",
            )
        )
    return Added(frame, notes, record)


def _strange(strange: Mapping[str, int]) -> Note:
    return Note(
        "warning",
        Text(
            "{n} values of the owner have no class and count as unknown: {values}. Add them to "
            "the mapping of owners.",
            "{n} waarden van de eigenaar hebben geen klasse en tellen als onbekend: {values}. Zet "
            "ze in de koppeling van eigenaren.",
        ).format(
            n=len(strange),
            values=listed(
                [f'"{v}" ({n} x)' for v, n in sorted(strange.items(), key=lambda i: -i[1])], _NAMED
            ),
        ),
    )


def _of_points(
    areas: np.ndarray, shapes: np.ndarray, kinds: np.ndarray, sizes: pd.Series | None, layer: str
) -> tuple[dict[str, np.ndarray], np.ndarray]:
    """Return the square metres per indicator and of a known owner, by points with a size."""
    if sizes is None:
        raise TableError(
            "Layer {layer} holds points, which have no area. Choose the field with the square "
            "metres of each, or a layer of polygons.",
            "Laag {layer} bevat punten, en die hebben geen oppervlakte. Kies het veld met de "
            "vierkante meters van elk, of een laag met vlakken.",
            layer=layer,
        )
    amount = positive(sizes)
    there = ~(shapely.is_missing(shapes) | shapely.is_empty(shapes))
    x, y = np.full((2, len(shapes)), np.nan)
    middle = shapely.point_on_surface(shapes[there])
    x[there], y[there] = shapely.get_x(middle), shapely.get_y(middle)
    area = PointsInAreas(areas).find(x, y)
    inside = area >= 0
    if not inside.any():
        raise no_overlap(layer, x, y)
    counted = inside & (kinds != UNKNOWN) & np.isfinite(amount)

    def total(rows: np.ndarray) -> np.ndarray:
        return np.bincount(area[rows], weights=amount[rows], minlength=len(areas))

    owned = {
        name: total(counted & np.isin(kinds, [CLASSES.index(c) for c in those]))
        for name, those in INDICATORS.items()
    }
    return owned, total(counted)


def positive(column: pd.Series) -> np.ndarray:
    """Return amounts as float64, NaN where missing.

    Raises
    ------
    TableError
        Text, or below 0; the message names the field, values and the first row.
    """
    read = numbers(column)
    below = np.flatnonzero(read.values < 0)
    if read.unreadable or len(below):
        values = read.unreadable or [f"{v:g}" for v in read.values[below]]
        odd = column.astype(str).str.strip().isin(read.unreadable).to_numpy()
        first = np.flatnonzero(odd)[0] if read.unreadable else below[0]
        raise TableError(
            "Field {field} must hold numbers of 0 or more, or nothing; found: {values} (first in "
            "row {row}).",
            "Veld {field} moet getallen van 0 of meer bevatten, of leeg zijn; gevonden: {values} "
            "(voor het eerst in rij {row}).",
            field=column.name,
            values=listed(dict.fromkeys(values), _NAMED),
            row=int(first) + 1,
        )
    return read.values


def _of_polygons(
    areas: np.ndarray,
    shapes: np.ndarray,
    kinds: np.ndarray,
    layer: str,
    check: Callable[[], object],
) -> tuple[dict[str, np.ndarray], np.ndarray, np.ndarray]:
    """Return the square metres per indicator, of a known owner, and of two owners at once."""
    shapes = valid(shapes)
    found = pieces(shapes, areas, check)
    if not len(found.area):
        box = shapely.bounds(shapes)
        raise no_overlap(layer, box[:, [0, 2]].mean(axis=1), box[:, [1, 3]].mean(axis=1))
    indicator_of = {CLASSES.index(c): n for n, those in INDICATORS.items() for c in those}
    group = np.array([indicator_of.get(k, "rest") for k in range(len(CLASSES))])
    owned = {name: np.zeros(len(areas)) for name in INDICATORS}
    known, twice = np.zeros((2, len(areas)))
    use = kinds[found.shape] != UNKNOWN
    area, part, name = found.area[use], found.part[use], group[kinds[found.shape[use]]]
    order = np.argsort(area, kind="stable")
    places, starts = np.unique(area[order], return_index=True)
    for here, rows in zip(places, np.split(order, starts[1:]), strict=False):
        check()
        parts, groups = part[rows], name[rows]
        if _is_apart(parts):
            amounts = {g: float(shapely.area(parts[groups == g]).sum()) for g in set(groups)}
        else:
            amounts, twice[here] = _exclusive(parts, groups, _SLIVER * shapely.area(areas[here]))
        known[here] = sum(amounts.values())
        for g in owned.keys() & amounts.keys():
            owned[g][here] = amounts[g]
    return owned, known, twice


def _is_apart(parts: np.ndarray) -> bool:
    """Tell whether polygons surely do not overlap; False where that is not plain to see.

    Parcels border on each other. Joining them along their borders takes a tenth of the time of a
    union; the outcome is valid, and as large as all parcels, only where none overlap.
    """
    try:
        joined = shapely.coverage_union_all(parts)
    except shapely.GEOSException:
        return False
    total = shapely.area(parts).sum()
    return bool(shapely.is_valid(joined)) and abs(shapely.area(joined) - total) <= 1e-9 * total


def _exclusive(
    parts: np.ndarray, groups: np.ndarray, sliver: float
) -> tuple[dict[str, float], float]:
    """Return what each group has for itself, and what several have, all of it if a sliver."""
    united = {g: shapely.union_all(parts[groups == g]) for g in set(groups)}
    amounts = {g: float(shapely.area(u)) for g, u in united.items()}
    twice = sum(amounts.values()) - shapely.area(shapely.union_all(list(united.values())))
    if twice > sliver:
        for g, u in united.items():
            others = shapely.union_all([v for h, v in united.items() if h != g])
            amounts[g] = float(shapely.area(shapely.difference(u, others)))
    return amounts, float(twice)


def _notes(
    kinds: np.ndarray,
    shapes: np.ndarray,
    sizes: pd.Series | None,
    by_point: bool,
    there: np.ndarray,
    twice: np.ndarray,
    whole: np.ndarray,
) -> list[Note]:
    amount = numbers(sizes).values if by_point and sizes is not None else shapely.area(shapes)
    told = []
    for n, name in enumerate(CLASSES):
        rows = kinds == n
        if rows.any():
            told.append((name, number(np.nansum(amount[rows]) / 10_000, 1), int(rows.sum())))
    notes = [
        Note(
            "info",
            Text(
                "Land in the layer, in and outside the buurten: {en}.",
                "Grond in de laag, in en buiten de buurten: {nl}.",
            ).format(
                en=", ".join(f"{name} {size.en} ha ({n} x)" for name, size, n in told),
                nl=", ".join(f"{name} {size.nl} ha ({n} x)" for name, size, n in told),
            ),
        ),
        Note(
            "info" if there.all() else "warning",
            Text(
                "Shares of land in {n} of {total} buurten. Where there is none, the field "
                "land_note says why.",
                "Aandelen van de grond in {n} van {total} buurten. Is er geen, dan staat in het "
                "veld land_note waarom.",
            ).format(n=int(there.sum()), total=len(there)),
        ),
    ]
    double = twice > _SLIVER * whole
    if double.any():
        notes.append(
            Note(
                "warning",
                Text(
                    "In {n} buurten land has owners of two classes at once, {size} ha in all; it "
                    "counts as of an unknown owner.",
                    "In {n} buurten heeft grond eigenaren van twee klassen tegelijk, samen {size} "
                    "ha; die telt als van een onbekende eigenaar.",
                ).format(n=int(double.sum()), size=f"{twice[double].sum() / 10_000:.1f}"),
            )
        )
    missing = int(np.isnan(amount).sum()) if by_point else 0
    if missing:
        notes.append(
            Note(
                "warning",
                Text(
                    "{n} points have no area and do not count.",
                    "{n} punten hebben geen oppervlakte en tellen niet mee.",
                ).format(n=missing),
            )
        )
    return notes
