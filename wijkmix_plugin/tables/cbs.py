# SPDX-License-Identifier: GPL-2.0-or-later
"""Raw CBS columns to the canonical buurten table: nothing guessed, nothing repaired in silence."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from ..errors import TableError, Text, listed
from .columns import Note, detect_columns, notes_on, used_columns
from .join import join_table
from .roles import ALL_ROLES, COUNTS, ROLES
from .rows import identify, select
from .squares import as_counts
from .statline import wide
from .tenure import (
    HOUSEHOLDS,
    NAMED,
    TWO_CLASSES,
    Verdict,
    dwellings_of,
    from_counts,
    from_shares,
    note_changed,
)
from .values import EITHER, Numbers, impossible, numbers, text

if TYPE_CHECKING:
    import geopandas as gpd

__all__ = [
    "CanonicalTable",
    "Note",
    "detect_columns",
    "join_table",
    "notes_on",
    "to_canonical",
    "used_columns",
]

EXTRA = tuple(ROLES)[tuple(ROLES).index("households") : tuple(ROLES).index("quality")]


@dataclass
class CanonicalTable:
    """The canonical buurten table and what was learnt while making it.

    Attributes
    ----------
    frame : canonical columns, then the columns kept as found, geometry last; RangeIndex in input
        order. Counts are float64 and NaN where unknown; missing text is None.
    classes : ("koop", "corp", "overig") or ("koop", "huur").
    year : of all rows, or None.
    columns : role -> column of the source.
    notes : what was not used, and why.
    """

    frame: gpd.GeoDataFrame | pd.DataFrame
    classes: tuple[str, ...]
    year: int | None
    columns: dict[str, str]
    notes: list[Note] = field(default_factory=list)

    @property
    def n_columns(self) -> list[str]:
        """The count columns of the classes."""
        return [f"n_{name}" for name in self.classes]


def to_canonical(
    frame: gpd.GeoDataFrame | pd.DataFrame,
    *,
    year: int | None = None,
    mapping: Mapping[str, str | None] | None = None,
    keep: Sequence[str] = (),
    gemeente: Sequence[str] | None = None,
) -> CanonicalTable:
    """Turn a layer as found into the canonical buurten table.

    A tenure percentage p of w dwellings becomes the count n = p / 100 * w. It is not normalised:
    the counts of a unit add to what was published, 98-102 % of its dwellings. CBS' corporation
    share is a share of all dwellings, not of the rented ones, and is read so.

    Parameters
    ----------
    frame : columns as found, with or without geometry: any channel of the kerncijfers (also the
        long table of OData 4, and tables with rows of every level, of which the buurten are
        taken), squares or postcodes with a code, or an earlier canonical table.
    year : year of the figures; wins over the column `jaar`.
    mapping : role -> column, see `detect_columns`.
    keep : columns to pass through unchanged.
    gemeente : codes or names to keep, in any case; None or empty keeps all.

    Returns
    -------
    CanonicalTable
        Rows in input order. Water, units without dwellings or with fewer than 10
        (`tenure.MIN_DWELLINGS`), and units without usable tenure stay, with NaN counts and the
        reason in `quality`.

    Raises
    ------
    TableError
        As `detect_columns`; no rows; an unknown gemeente; buurt codes that are missing or occur
        twice; a kept column that is absent or bears a canonical name; counts that are really
        percentages.

    References
    ----------
    CBS, Toelichting Wijk- en Buurtkaart; CBS, Kerncijfers wijken en buurten: tenure is published
    from 20 dwellings and up to 50 % unknown ownership, in whole percentages.
    """
    frame, texts = as_counts(wide(frame), {name for name in (mapping or {}).values() if name})
    columns = detect_columns(frame.columns, mapping)
    keep = _check_keep(keep, columns, frame)
    if not len(frame):
        raise TableError(
            "The layer has no rows: there is nothing to read. Choose another layer, or clear its "
            "filter or selection.",
            "De laag heeft geen rijen: er valt niets te lezen. Kies een andere laag, of haal het "
            "filter of de selectie weg.",
        )
    notes = [Note("info", item) for item in texts]

    identity, water = identify(frame, columns)
    rows = select(identity, water, gemeente, columns, notes)
    if len(rows) != len(frame):
        frame, water = frame.iloc[rows], water[rows]
        identity = {role: values[rows] for role, values in identity.items()}

    read = _read_numbers(frame, columns, identity["buurt_code"], notes)
    verdict = Verdict(identity["buurt_code"], water, notes)
    earlier = text(frame[columns["quality"]]) if "quality" in columns else None
    if earlier is not None:
        verdict.households |= pd.Series(earlier).str.contains(HOUSEHOLDS, na=False).to_numpy(bool)
    dwellings = dwellings_of(read, verdict)
    if "n_koop" in columns:
        counts, classes = from_counts(read, dwellings, verdict)
    else:
        counts, classes = from_shares(read, dwellings, verdict)
    quality = verdict.quality(dwellings, counts, classes)
    if earlier is not None:
        quality = _with_earlier(quality, earlier)
    _note_absent(read, columns, notes)
    note_changed(read.get("boundary_change"), verdict)

    years, single_year = _year(read.pop("year", None), year, len(frame), notes)
    notes += notes_on([str(c) for c in frame.columns], mapping, single_year)
    data: dict[str, Any] = {**identity, "year": years, "dwellings": dwellings, "quality": quality}
    for name in COUNTS:
        if name != "n_huur" or classes == TWO_CLASSES:
            data[name] = np.where(verdict.used, counts[name], np.nan)
    data |= {role: read[role].values for role in EXTRA if role in read}

    index = pd.RangeIndex(len(frame))
    result = pd.DataFrame({role: data[role] for role in ROLES if role in data}, index=index)
    if "boundary_change" in read:
        result["boundary_change"] = read["boundary_change"].values
    for name in keep:
        result[name] = frame[name].array
    return CanonicalTable(
        frame=_with_geometry(result, frame),
        classes=classes,
        year=single_year,
        columns=columns,
        notes=notes,
    )


def _check_keep(keep: Sequence[str], columns: Mapping[str, str], frame: pd.DataFrame) -> list[str]:
    """Return the columns to pass through, without those that are read as their namesake."""
    wanted = [name for name in dict.fromkeys(keep) if columns.get(name) != name]
    clash = [name for name in wanted if name in ROLES or name == "geometry"]
    if clash:
        raise TableError(
            "The fields {names} cannot be kept: the canonical table has columns of that name. "
            "Rename them first.",
            "De velden {names} kunnen niet mee: de voorbereide tabel heeft kolommen met die naam. "
            "Hernoem ze eerst.",
            names=listed(clash),
        )
    absent = [name for name in wanted if list(frame.columns).count(name) != 1]
    if absent:
        raise TableError(
            "The fields {names} cannot be kept: each must be in the table once. Found: {found}.",
            "De velden {names} kunnen niet mee: elk moet één keer in de tabel staan. Gevonden: "
            "{found}.",
            names=listed(absent),
            found=listed(map(str, frame.columns), 40),
        )
    return wanted


def _read_numbers(
    frame: pd.DataFrame, columns: Mapping[str, str], codes: np.ndarray, notes: list[Note]
) -> dict[str, Numbers]:
    """Every number column by role; what cannot be true outside tenure becomes NaN, with a note."""
    read: dict[str, Numbers] = {}
    for role, name in columns.items():
        kind = ALL_ROLES[role].kind
        if kind in ("code", "text"):
            continue
        column = numbers(frame[name], count=kind == "count")
        if column.unreadable:
            notes.append(
                Note(
                    "warning",
                    Text(
                        "The number field {name} holds text, read as missing: {found}.",
                        "Het getalveld {name} bevat tekst, gelezen als ontbrekend: {found}.",
                    ).format(name=name, found=listed(map(repr, column.unreadable), NAMED)),
                )
            )
            if either := [found for found in column.unreadable if EITHER.fullmatch(found)]:
                notes.append(
                    Note(
                        "warning",
                        Text(
                            "{found} in {name} may be a thousand and more, or one and a fraction. "
                            "Write the numbers of this field without a separator of thousands.",
                            "{found} in {name} kan duizend en meer zijn, of een getal met "
                            "decimalen. Schrijf de getallen van dit veld zonder punt of komma "
                            "voor duizendtallen.",
                        ).format(name=name, found=either[0]),
                    )
                )
        if role in EXTRA:
            wrong = impossible(column.values, kind)
            if wrong.any():
                notes.append(
                    Note(
                        "warning",
                        Text(
                            "The field {name} has values that cannot be (below 0, or above 100 "
                            "%), not used: {codes}.",
                            "Het veld {name} heeft waarden die niet kunnen (onder 0, of boven 100 "
                            "%), niet gebruikt: {codes}.",
                        ).format(name=name, codes=listed(codes[wrong], NAMED)),
                    )
                )
                column = column._replace(values=np.where(wrong, np.nan, column.values))
        read[role] = column
    return read


def _year(
    column: Numbers | None, asked: int | None, n: int, notes: list[Note]
) -> tuple[np.ndarray, int | None]:
    """Years per row (int64, or NaN where unknown) and the one year of the table."""
    found = np.full(n, np.nan) if column is None else column.values
    present = sorted({int(y) for y in found[~np.isnan(found)]})
    if asked is not None:
        if present and present != [asked]:
            notes.append(
                Note(
                    "warning",
                    Text(
                        "The table says its year is {found}; {asked} was asked for and is used.",
                        "Volgens de tabel is het jaar {found}; gevraagd en gebruikt is {asked}.",
                    ).format(found=listed(map(str, present)), asked=asked),
                )
            )
        return np.full(n, asked, dtype=np.int64), asked
    if len(present) > 1:
        notes.append(
            Note(
                "warning",
                Text(
                    "The table mixes the years {found}: compare its units with care.",
                    "De tabel bevat verschillende jaren, {found}: wees voorzichtig met "
                    "vergelijken.",
                ).format(found=listed(map(str, present))),
            )
        )
    whole = not np.isnan(found).any()
    return (
        found.astype(np.int64) if whole else found,
        present[0] if len(present) == 1 else None,
    )


def _with_earlier(quality: np.ndarray, earlier: np.ndarray) -> np.ndarray:
    """Keep the reasons that an earlier pass over the raw figures gave."""
    partial = pd.Series(earlier, dtype=object).str.match(r"partial \(").fillna(False).to_numpy(bool)
    return np.where(partial & np.isin(quality, ("ok", "suppressed")), earlier, quality)


def _note_absent(
    read: Mapping[str, Numbers], columns: Mapping[str, str], notes: list[Note]
) -> None:
    """Name the side columns that this release does not have at all."""
    absent = [
        columns[role]
        for role in EXTRA
        if role in read and len(read[role].values) and read[role].not_in_release.all()
    ]
    if absent:
        notes.append(
            Note(
                "info",
                Text(
                    "Not in this release (code -99995 in every row): {names}.",
                    "Niet in deze uitgave (code -99995 in elke rij): {names}.",
                ).format(names=listed(absent)),
            )
        )


def _with_geometry(result: pd.DataFrame, frame: Any) -> Any:
    """Put the geometry of the source last, if it has any."""
    if getattr(frame, "active_geometry_name", None) is None:
        return result
    import geopandas as gpd

    return gpd.GeoDataFrame(result, geometry=frame.geometry.to_numpy(), crs=frame.crs)
