# SPDX-License-Identifier: GPL-2.0-or-later
"""Blocks from streets and buildings: the faces between streets that hold panden."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import shapely

from ..errors import Cancelled, GeometryError, MeasureError, Text
from .mosaic import assign

# Streets are brought to whole centimetres, so that an end which lies on another street but for the
# last digits of its coordinates meets it.
_CENTIMETRE = 0.01


@dataclass(frozen=True)
class StreetBlocks:
    """Blocks, what stands in them, and what has to be told beside them.

    Parameters
    ----------
    shapes : (b,) polygons, from west to east and south to north.
    counts : (b, K) dwellings; NaN where those of some pand are not known. None without counts.
    n_panden : (b,) panden of which the largest part lies in the block.
    built : (b,) square metres of those panden.
    block : (p,) position of the block of every pand, -1 where there is none.
    notes : list of Text
    """

    shapes: np.ndarray
    counts: np.ndarray | None
    n_panden: np.ndarray
    built: np.ndarray
    block: np.ndarray
    notes: list[Text]


def build(
    streets: np.ndarray,
    panden: np.ndarray,
    counts: np.ndarray | None = None,
    *,
    places: np.ndarray | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> StreetBlocks:
    """Make blocks of the faces between streets, and give each the panden that stand in it.

    Parameters
    ----------
    streets : ndarray of shapely geometry, shape (s,)
        Centre lines (NWB), or the areas of the roads themselves (BGT); not both. Metres.
    panden : ndarray of shapely polygons, shape (p,)
    counts : ndarray of float, shape (p, K) or (m, K), optional
        Dwellings per class: of every pand, or of every one of `places`. NaN is not known.
    places : ndarray of float, shape (m, 2), optional
        Where dwellings are (verblijfsobjecten). One inside a pand goes to the block of that pand,
        any other to the block that it lies in.
    cancelled : callable, optional

    Returns
    -------
    StreetBlocks

    Raises
    ------
    GeometryError
        No street, no pand, lines and areas mixed, streets that close no face, or no pand inside a
        face.
    MeasureError
        A count below 0.
    Cancelled
        When `cancelled()` is true.

    Notes
    -----
    A face is what streets enclose; one without panden (a field, a canal) is no block. It is a proxy
    for the block of buildings that a passer-by sees: back paths that are in the street layer cut
    blocks in two, and blocks at the rim, where the streets end, are missed. A pand that lies in two
    faces goes to the one with most of its area. Streets that end without meeting another one
    enclose nothing and change nothing. Coordinates of streets are rounded to centimetres.
    """

    def go_on() -> None:
        if cancelled is not None and cancelled():
            raise Cancelled

    usable = ~(shapely.is_missing(panden) | shapely.is_empty(panden))
    usable &= shapely.get_dimensions(panden) == 2
    if not usable.any():
        raise GeometryError(
            "The layer of panden has no polygon. Give the BAG panden of the area.",
            "De laag met panden heeft geen enkel vlak. Geef de BAG-panden van het gebied.",
        )
    if counts is not None and (counts < 0).any():
        raise MeasureError(
            "Some counts of dwellings are below 0: a count is 0 or more. Check the fields.",
            "Sommige aantallen woningen zijn kleiner dan 0: een aantal is 0 of meer. Controleer de "
            "velden.",
        )
    go_on()
    faces, notes = _faces(streets)
    go_on()
    whole = np.where(usable, panden, None)
    found = assign(whole, faces)
    go_on()
    held = np.unique(found.parent[found.parent >= 0])
    if not len(held):
        raise GeometryError(
            "None of the {n} panden lies in one of the {faces} faces between streets. Do both "
            "layers cover the same place?",
            "Geen van de {n} panden ligt in een van de {faces} vlakken tussen straten. Gaan beide "
            "lagen over dezelfde plek?",
            n=int(usable.sum()),
            faces=len(faces),
        )
    number = np.full(len(faces) + 1, -1)
    number[held] = np.arange(len(held))
    block = number[found.parent]
    shapes = faces[held]
    inside = block >= 0
    notes.append(
        Text(
            "{blocks} blocks: the faces between streets with at least one pand ({empty} faces have "
            "none). They are a proxy for blocks of buildings. {straddles} of {n} panden lie in two "
            "or more faces and went to the one with the largest part; {outside} lie in none, "
            "or for more than half outside all, and are left out.",
            "{blocks} blokken: de vlakken tussen straten met minstens een pand ({empty} vlakken "
            "hebben er geen). Ze zijn een benadering van bouwblokken. {straddles} van {n} panden "
            "liggen in twee of meer vlakken en zijn ingedeeld bij dat met het grootste deel; "
            "{outside} liggen in geen vlak, of voor meer dan de helft buiten alle, en tellen niet "
            "mee.",
        ).format(
            blocks=len(held),
            empty=len(faces) - len(held),
            straddles=int(found.straddles.sum()),
            n=int(usable.sum()),
            outside=int((usable & ~inside).sum()),
        )
    )
    summed = None
    if counts is not None:
        home = block if places is None else _blocks_of_places(places, whole, block, shapes)
        summed = _sums(counts, home, len(held))
        notes.append(_lost(counts, home, summed))
    area = np.where(usable, shapely.area(whole), 0.0)
    return StreetBlocks(
        shapes,
        summed,
        np.bincount(block[inside], minlength=len(held)),
        np.bincount(block[inside], area[inside], len(held)),
        block,
        notes,
    )


def _faces(streets: np.ndarray) -> tuple[np.ndarray, list[Text]]:
    """Return what streets enclose, and what is to be told about them."""
    streets = streets[~(shapely.is_missing(streets) | shapely.is_empty(streets))]
    kinds = np.unique(shapely.get_dimensions(streets))
    if not len(streets) or kinds[0] < 1 or len(kinds) > 1:
        raise GeometryError(
            "The streets must be lines (NWB, centre lines) or areas of roads (BGT), all of one "
            "kind; this layer has {n} usable features.",
            "De straten moeten lijnen (NWB, hartlijnen) of wegvlakken (BGT) zijn, alle van een "
            "soort; deze laag heeft {n} bruikbare objecten.",
            n=int((shapely.get_dimensions(streets) >= 1).sum()) if len(streets) else 0,
        )
    roads = kinds[0] == 2
    if roads:
        streets = shapely.make_valid(streets)
    lines = shapely.union_all(streets, grid_size=_CENTIMETRE)
    if roads:
        lines = shapely.boundary(lines)
    found, _, dangles, _ = shapely.polygonize_full(shapely.get_parts(lines))
    faces = shapely.get_parts(found)
    if roads and len(faces):
        # What lies on the road is no block.
        tree = shapely.STRtree(streets)
        on_road = tree.query(shapely.point_on_surface(faces), predicate="intersects")[0]
        faces = np.delete(faces, np.unique(on_road))
    if not len(faces):
        raise GeometryError(
            "The {n} streets enclose nothing: no street meets others on all sides. Give all "
            "streets of the area, with ends that touch (a line that stops short of the next one "
            "leaves a gap).",
            "De {n} straten omsluiten niets: nergens sluiten straten rondom op elkaar aan. Geef "
            "alle straten van het gebied, met einden die elkaar raken (een lijn die net voor de "
            "volgende stopt, laat een gat).",
            n=len(streets),
        )
    corner = shapely.bounds(faces)
    faces = faces[np.lexsort((corner[:, 1], corner[:, 0]))]
    loose = shapely.get_parts(dangles)
    notes = []
    if len(loose):
        notes.append(
            Text(
                "{n} pieces of street ({length:,.0f} m) enclose nothing (dead ends, and streets at "
                "the rim of the layer).",
                "{n} stukken straat ({length:,.0f} m) omsluiten niets (doodlopende straten en "
                "straten aan de rand van de laag).",
            ).format(n=len(loose), length=float(shapely.length(loose).sum()))
        )
    return faces, notes


def _blocks_of_places(
    places: np.ndarray, panden: np.ndarray, block: np.ndarray, shapes: np.ndarray
) -> np.ndarray:
    """Return the block of every place: that of its pand, else the one around it, else -1."""
    home = np.full(len(places), -1)
    there = np.flatnonzero(np.isfinite(places).all(axis=1))
    points = shapely.points(places[there])
    for areas, number in ((shapes, np.arange(len(shapes))), (panden, block)):
        which, area = shapely.STRtree(areas).query(points, predicate="intersects")
        real = number[area] >= 0
        # Backwards, so that the first of the areas that touch a place is what stays.
        which, area = which[real], area[real]
        order = np.lexsort((-area, which))
        home[there[which[order]]] = number[area[order]]
    return home


def _sums(counts: np.ndarray, home: np.ndarray, blocks: int) -> np.ndarray:
    """Sum counts per block, NaN where some of them are not known."""
    inside = home >= 0
    rows, home = counts[inside], home[inside]
    summed = np.column_stack([np.bincount(home, column, blocks) for column in rows.T])
    return summed.reshape(blocks, counts.shape[1])


def _lost(counts: np.ndarray, home: np.ndarray, summed: np.ndarray) -> Text:
    total = counts.sum(axis=1)
    return Text(
        "{held:,.0f} dwellings are counted in blocks; {lost:,.0f} lie in no block. {unknown} "
        "blocks have no counts, because those of a row in them are missing: fill in 0 where there "
        "is no dwelling.",
        "{held:,.0f} woningen zijn in blokken geteld; {lost:,.0f} liggen in geen blok. {unknown} "
        "blokken hebben geen aantallen, omdat die van een rij erin ontbreken: vul 0 in waar geen "
        "woning is.",
    ).format(
        held=float(np.nansum(summed)),
        lost=float(np.nansum(total[home < 0])),
        unknown=int(np.isnan(summed).any(axis=1).sum()),
    )
