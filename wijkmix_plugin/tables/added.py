# SPDX-License-Identifier: GPL-2.0-or-later
"""What the readers of own data share: their answer per buurt, and what lies in which buurt."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
import shapely

from ..errors import GeometryError, Text
from .columns import Note
from .dwellings import looks_like

# Where the record of a layer keeps what belongs with such figures: layer of origin -> texts.
OWN_DATA = "own_data"
# Field -> layer of origin, and what the field tells.
IN_FIELDS = {
    "land_date": ("LAND", Text("Land by owner: of {known}.", "Grond naar eigenaar: van {known}.")),
    "lbm_version": ("LEEFBAAROMETER", Text("Leefbaarometer {known}.", "Leefbaarometer {known}.")),
}
UNDRAWN = Text("the buurt has no polygon", "de buurt heeft geen vlak")


class Added(NamedTuple):
    """Columns for buurten, made of own data.

    Parameters
    ----------
    frame : one row per buurt, in their order; a column `…_note` holds a Text that says why a figure
        is not there, or None.
    notes : what the reader must know of this run.
    record : what belongs with the figures wherever they go: date, version, assumptions.
    """

    frame: pd.DataFrame
    notes: list[Note]
    record: list[Text]


def recorded(record: Mapping[str, Any] | None) -> list[Note]:
    """Return what the record of a layer says of figures made of own data."""
    kept = (record or {}).get(OWN_DATA)
    texts = [t for those in kept.values() for t in those] if isinstance(kept, Mapping) else []
    return [
        Note("info", Text(str(t["en"]), str(t["nl"])))
        for t in texts
        if isinstance(t, Mapping) and {"en", "nl"} <= set(t)
    ]


def record_of(values: Mapping[str, Iterable[Any]]) -> dict[str, list[dict[str, str]]]:
    """Return such a record from the fields that hold a date or version, by their name.

    A file keeps its fields where the record of a layer is lost.
    """
    found = {}
    for name, (origin, sentence) in IN_FIELDS.items():
        known = sorted({str(v) for v in values.get(name, ()) if v})
        if known:
            found[origin] = [sentence.format(known=", ".join(known))._asdict()]
    return found


class Pieces(NamedTuple):
    """Parts of shapes in areas: position of the shape and of the area, and the part itself."""

    shape: np.ndarray
    area: np.ndarray
    part: np.ndarray


def valid(shapes: np.ndarray) -> np.ndarray:
    """Return polygons that can be measured: broken ones mended, what is no polygon None."""
    found = np.array(shapes, dtype=object)
    found[shapely.get_dimensions(found) < 2] = None
    broken = ~shapely.is_valid(found) & ~shapely.is_missing(found)
    found[broken] = shapely.make_valid(found[broken])
    return found


def pieces(
    shapes: np.ndarray, areas: np.ndarray, check: Callable[[], object] = lambda: None
) -> Pieces:
    """Lay polygons over areas.

    Parameters
    ----------
    shapes, areas : valid polygons or None, as `valid` gives them, in one metric system.
    check : called now and then; raises to stop.
    """
    tree = shapely.STRtree(shapes)
    shapely.prepare(areas)
    area, shape = tree.query(areas, predicate="intersects")
    part = shapes[shape]
    # Most parcels lie in one buurt as a whole, and need no cutting.
    cut = np.flatnonzero(~shapely.covers(areas[area], part))
    for start in range(0, len(cut), 10_000):
        check()
        some = cut[start : start + 10_000]
        part[some] = shapely.intersection(areas[area[some]], part[some])
    kept = shapely.area(part) > 0
    return Pieces(shape[kept], area[kept], part[kept])


def explain(reasons: np.ndarray, where: np.ndarray, why: Text) -> None:
    """Put one reason where `where` is True: numpy itself would take a Text for two values."""
    for place in np.flatnonzero(where):
        reasons[place] = why


def shapeless(layer: str, shapes: np.ndarray) -> list[Note]:
    """Say how many features of a layer have no point or polygon that can be read."""
    n = int((shapely.is_missing(shapes) | shapely.is_empty(shapes)).sum())
    if not n:
        return []
    return [
        Note(
            "warning",
            Text(
                "{n} features of layer {layer} have no place that can be read, and do not count.",
                "{n} objecten van laag {layer} hebben geen leesbare plaats en tellen niet mee.",
            ).format(n=n, layer=layer),
        )
    ]


def no_overlap(layer: str, x: np.ndarray, y: np.ndarray) -> GeometryError:
    """Return the error for a layer that lies in none of the buurten.

    Parameters
    ----------
    layer : its name.
    x, y : where its features lie, in the system of the buurten.
    """
    like = looks_like(np.asarray(x, dtype=float), np.asarray(y, dtype=float))
    hint = (
        Text("", "")
        if like is None
        else Text(
            " Seen from the buurten its coordinates look like {like}.",
            " Gezien vanuit de buurten lijken de coördinaten op {like}.",
        ).format(like=like)
    )
    return GeometryError(
        "Nothing of layer {layer} lies in a buurt. Look whether it is of the same place, and "
        "whether both layers have the right coordinate system." + hint.en,
        "Niets van laag {layer} ligt in een buurt. Kijk of ze van dezelfde plaats is, en of beide "
        "lagen het juiste coördinatenstelsel hebben." + hint.nl,
        layer=layer,
    )
