# SPDX-License-Identifier: GPL-2.0-or-later
"""A scan out of its layer: the fields and the stored record of the run give what a report needs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from ..errors import MeasureError, TableError, Text
from ..measures import overview
from .numbers import bilingual

MARKS = ("buurt_code", "div_tenure", "flag_reasons")
_TEXTS = ("buurt_code", "buurt_name", "wijk_code", "gemeente_code", "gemeente_name", "quality")
_NO_RECORD = Text(
    "The layer has no record of the run that made it: parameters, thresholds and versions are "
    "unknown.",
    "De laag bevat geen verslag van de berekening: parameters, drempels en versies zijn onbekend.",
)
_BLOCKS = Text(
    "The scan used finer blocks. Their results per wijk stand in its table of wijken and in the "
    "report of the run; the layer of buurten does not hold them.",
    "De scan gebruikte fijnere blokken. De uitkomsten daarvan per wijk staan in de wijktabel en in "
    "het rapport van de berekening; de laag met buurten bevat ze niet.",
)


class Remark(NamedTuple):
    """A note on the data, as a scan gives it."""

    severity: str
    text: Text


@dataclass
class Stored:
    """What a report needs of a scan; the same names as in the result of a run.

    Attributes
    ----------
    frame : one row per buurt of the layer.
    wijken, indices : computed again from the buurten of the layer, with what the run wrote about
        blocks where that is at hand.
    """

    frame: pd.DataFrame
    wijken: pd.DataFrame | None
    indices: pd.DataFrame | None
    classes: tuple[str, ...]
    year: int | None
    reference: str
    notes: list[Remark] = field(default_factory=list)
    provenance: dict[str, Any] = field(default_factory=dict)


def restore(
    frame: pd.DataFrame,
    record: Mapping[str, Any] | None,
    *,
    tables: bool = True,
    blocks: tuple[pd.DataFrame | None, pd.DataFrame | None] = (None, None),
) -> Stored:
    """Build the result of a scan from its layer.

    Parameters
    ----------
    frame : the attributes of the layer, and its polygons in a metric system as `geometry`.
    record : what the run stored with the layer; None where it is lost.
    tables : also compute the indices again (for the report of a whole); without it the index table
        holds the scale spectrum only.
    blocks : the tables of wijken and of indices that a scan with blocks wrote, None where they are
        not at hand; the buurten alone cannot give what they tell.

    Raises
    ------
    TableError
        The layer has no rows, or lacks the fields of a scan.
    """
    absent = [name for name in MARKS if name not in frame]
    if absent or not len(frame):
        raise TableError(
            "There is nothing to report: the layer has no buurten, or lacks {fields}. Choose the "
            "layer of a scan, and take away its filter.",
            "Er valt niets te rapporteren: de laag heeft geen buurten, of mist {fields}. Kies de "
            "laag van een scan, en haal een filter weg.",
            fields=", ".join(absent) or ", ".join(MARKS),
        )
    origin = dict(record or {})
    classes = ("koop", "huur") if "n_huur" in frame else ("koop", "corp", "overig")
    frame = frame.copy()
    for name in (*_TEXTS, *(f"n_{c}" for c in classes), "n_unknown", "dwellings"):
        if name not in frame:
            frame[name] = None if name in _TEXTS else np.nan
    for name in (f"n_{c}" for c in classes):
        frame[name] = pd.to_numeric(frame[name], errors="coerce")
    counts = frame[[f"n_{c}" for c in classes]]
    total = counts.sum(axis=1, skipna=False)
    for c in classes:
        name = "share_overig_huur" if c == "overig" else f"share_{c}"
        if name not in frame:
            frame[name] = 100 * frame[f"n_{c}"] / total.where(total > 0)
    notes = [
        Remark(str(note.get("severity")), Text(bilingual(note, "en"), bilingual(note, "nl")))
        for note in origin.get("notes") or ()
        if isinstance(note, Mapping)
    ]
    if record is None:
        notes.append(Remark("warning", _NO_RECORD))
    area = frame["gemeente_code"].to_numpy(dtype=object)
    try:
        spectrum, _ = overview.spectrum(frame, counts.to_numpy(dtype=float), classes)
        names = dict(zip(area, frame["gemeente_name"], strict=True))
        indices = overview.spectrum_rows(spectrum, classes, names)
    except MeasureError as error:
        spectrum = overview.NO_SPECTRUM.copy()
        indices = pd.DataFrame()
        notes.append(Remark("warning", error.text))
    wijken = overview.wijk_table(frame, counts, spectrum).reset_index(names="wijk_code")
    parameters = origin.get("parameters")
    if isinstance(parameters, Mapping) and parameters.get("blocks"):
        if blocks[0] is None:
            notes.append(Remark("info", _BLOCKS))
        else:
            wijken, indices = _with_blocks(wijken, blocks[0], blocks[1])
    if tables:
        shapes = frame["geometry"].to_numpy() if "geometry" in frame else None
        dwellings = frame["dwellings"].to_numpy(dtype=float)
        table = overview.index_table(counts, classes, area, shapes, dwellings)
        indices = pd.concat([table, indices], ignore_index=True) if len(indices) else table
    return Stored(
        frame=frame,
        wijken=wijken,
        indices=indices,
        classes=classes,
        year=_year(frame, origin),
        reference=str(origin.get("reference") or "gemeente"),
        notes=notes,
        provenance=origin,
    )


def _with_blocks(
    wijken: pd.DataFrame, told: pd.DataFrame, rows: pd.DataFrame | None
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the wijken with the columns that blocks gave, and the spectrum by blocks."""
    own = [c for c in told if c not in wijken or str(c).startswith("spectrum_")]
    told = told.drop_duplicates("wijk_code").set_index("wijk_code")[
        [c for c in own if c != "geometry"]
    ]
    kept = wijken[[c for c in wijken if c not in told]]
    wijken = kept.join(told, on="wijk_code")
    if rows is None:
        return wijken, pd.DataFrame()
    spectrum = rows[rows["index"].isin(overview.SCALE_IDS)]
    return wijken, spectrum.reset_index(drop=True)


def _year(frame: pd.DataFrame, origin: Mapping[str, Any]) -> int | None:
    told = origin.get("year")
    if isinstance(told, int):
        return told
    found = pd.to_numeric(frame["year"], errors="coerce").dropna() if "year" in frame else ()
    years = {int(value) for value in found}
    return years.pop() if len(years) == 1 else None
