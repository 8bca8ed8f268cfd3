# SPDX-License-Identifier: GPL-2.0-or-later
"""The tables of a scan that follow from its buurten alone: indices, and the mix of the wijken."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
import shapely

from ..errors import Text
from . import grain, mix, rounding, scale, segregation

INDEX_IDS = ("dissimilarity", "isolation", "theil_h", "multigroup_theil_h")
# Distances of the profile, and up to how many buurten it is made: for the whole country it would
# take as long as a third of the scan, and one profile of the country answers nobody's question.
PROFILE_METRES = (500.0, 1000.0, 2000.0, 4000.0, 8000.0)
PROFILE_UNITS = 5_000
# Indices of the index table that tell of scale.
SCALE_IDS = (*grain.PARTS, *grain.SHEET, grain.AROUND_H, grain.GRAIN_RATIO)
# Up to how many gemeenten each gets the bounds of rounding: for one it takes as long as its indices
# for a hundred.
INTERVAL_AREAS = 25
# Codes in the column `note`.
ROUNDED = "low and high: bounds of rounding to whole percentages"
POINT = "point value"
# What stands in for a spectrum that cannot be made.
NO_SPECTRUM = pd.DataFrame(columns=["area_level", "area"])


def index_table(
    counts: pd.DataFrame,
    classes: Sequence[str],
    area: np.ndarray,
    shapes: np.ndarray | None,
    dwellings: np.ndarray,
) -> pd.DataFrame:
    """Return the indices of a scan per gemeente and for all, and H against distance.

    Parameters
    ----------
    counts : dwellings per unit (rows) and tenure class (columns, in the order of `classes`); a row
        with NaN takes no part.
    classes : names of the classes.
    area : gemeente code per unit, None where it has none.
    shapes : shapely polygons in a metric system, None where there are none; then there is no
        profile over distances, and neither is there for more than `PROFILE_UNITS` units.
    dwellings : all dwellings per unit, what published percentages are of.

    Returns
    -------
    DataFrame with the columns of `segregation.indices`. Where the counts were made of whole
    percentages `low` and `high` are what rounding leaves open, of the whole and of up to
    `INTERVAL_AREAS` gemeenten; `note` says so, or that a value is a point value.
    """
    values = counts.to_numpy(dtype=float)
    known = mix.usable_rows(values)
    areas = None if pd.isna(area[known]).all() else area
    table = segregation.indices(values, classes, area=areas, which=INDEX_IDS)
    table = _with_rounding(table, values, classes, areas, dwellings)
    if shapes is None or len(counts) > PROFILE_UNITS:
        return table
    drawn = known & ~(pd.isna(shapes) | shapely.is_empty(shapes))
    if not drawn.any():
        return table
    profile = segregation.indices(
        np.where(drawn[:, None], values, np.nan),
        classes,
        which=["spatial_theil_h"],
        geometry=shapes,
        bandwidths=PROFILE_METRES,
    )
    return pd.concat([table, profile]).reset_index(drop=True)


def _with_rounding(
    table: pd.DataFrame,
    values: np.ndarray,
    classes: Sequence[str],
    area: np.ndarray | None,
    dwellings: np.ndarray,
) -> pd.DataFrame:
    """Add what rounding leaves open, and say of every value whether it has that."""
    base = rounding.rounded_base(values, np.asarray(dwellings, dtype=float))
    if base is not None:
        few = area is not None and len(pd.unique(area)) <= INTERVAL_AREAS
        each = area if few else None
        table = rounding.rounding_interval(table, values, classes, base=base, area=each)
    kind = np.where(table["low"].notna(), ROUNDED, POINT)
    plain = table["value"].notna() & table["note"].isna()
    return table.assign(note=table["note"].where(~plain, kind))


def labels(frame: pd.DataFrame, column: str, position: np.ndarray) -> np.ndarray:
    """Return a column of `frame` at positions; None for a negative one and where it has no value.

    Parameters
    ----------
    position : int array, such as the buurt of every block.
    """
    values = frame[column].to_numpy(dtype=object)
    found = values[position] if len(values) else np.full(len(position), None, dtype=object)
    return np.where((position < 0) | pd.isna(found), None, found)


def spectrum(
    frame: pd.DataFrame,
    counts: np.ndarray,
    classes: Sequence[str],
    position: np.ndarray | None = None,
) -> tuple[pd.DataFrame, list[Text]]:
    """Split the diversity of gemeenten and wijken over the levels inside them.

    Parameters
    ----------
    frame : one row per buurt with `buurt_code`, `wijk_code` and `gemeente_code`.
    counts : dwellings per unit and class; units are the buurten, or blocks.
    classes : names of the classes.
    position : the buurt (a row of `frame`) of every block, negative for none; None where the units
        are the buurten.

    Returns
    -------
    The table of `grain.spectrum`, and what to know about it.

    Raises
    ------
    MeasureError
        The codes do not nest, or no unit counts.
    """
    levels = ["gemeente", "wijk"] if position is None else ["gemeente", "wijk", "buurt"]
    where = np.arange(len(frame)) if position is None else position
    return grain.spectrum(
        counts,
        [f"n_{c}" for c in classes],
        {name: labels(frame, f"{name}_code", where) for name in levels},
        "buurt" if position is None else "block",
    )


def spectrum_rows(
    table: pd.DataFrame, classes: Sequence[str], names: Mapping[str, str]
) -> pd.DataFrame:
    """Return the spectrum of the gemeenten and of all together as rows of the index table.

    With it comes the same index (dissimilarity, Theil's H) at every level.

    Parameters
    ----------
    table : as `spectrum` returns it.
    classes : names of the classes.
    names : of the gemeenten, by code.
    """
    areas = table[table["area_level"].isin(["all", "gemeente"])]
    parts = [name for name in (*grain.PARTS, *grain.SHEET) if name in table]
    rows = areas.melt(["area", "n_units", "n_total"], parts, var_name="index", value_name="value")
    of_gemeenten = rows["index"].str.endswith("_gemeente")
    rows = rows[~(of_gemeenten & (rows["area"] != "all"))]
    of_two = rows["index"].str.startswith("dissimilarity")
    first, second = scale.pair(classes)
    rows = rows.assign(
        group=np.where(of_two, first, "all"),
        versus=np.where(of_two, second, None),
        note=np.where(rows["value"].isna() & ~of_two, "hardly mixed", None),
    )
    rows["area_name"] = rows["area"].map(names)
    return rows.reset_index(drop=True)


def around_rows(told: grain.Grain) -> pd.DataFrame:
    """Return Theil's H of the surroundings of blocks per distance, and the grain ratio, as rows."""
    shared = {"area": "all", "group": "all"}
    rows = [
        {**shared, "index": grain.AROUND_H, "bandwidth": float(radius), "value": value}
        for radius, value in told.around.items()
    ]
    rows.append({**shared, "index": grain.GRAIN_RATIO, "value": told.ratio})
    return pd.DataFrame(rows)


def wijk_table(
    frame: pd.DataFrame, counts: pd.DataFrame, table: pd.DataFrame, *, blocks: bool = False
) -> pd.DataFrame:
    """Sum buurten to wijken, with their mix and the mosaic index of their buurten.

    Parameters
    ----------
    frame : one row per buurt with `wijk_code`, `gemeente_code`, `gemeente_name` and `dwellings`.
    counts : dwellings per tenure class, the same rows.
    table : as `spectrum` returns it, or NO_SPECTRUM.
    blocks : whether that goes down to blocks.

    Returns
    -------
    DataFrame, one row per wijk with usable figures, indexed by its code, in code order.
    """
    usable = counts.notna().all(axis=1) & frame["wijk_code"].notna()
    keys = frame.loc[usable, "wijk_code"]
    grouped = frame.loc[usable].groupby(keys, sort=True)
    wijken = grouped[["gemeente_code", "gemeente_name"]].first()
    wijken["n_units"] = grouped.size()
    wijken["dwellings"] = grouped["dwellings"].sum()
    wijken[counts.columns] = counts[usable].groupby(keys).sum()
    shares = mix.tenure_mix(wijken[list(counts.columns)], None)
    wijken = wijken.join(
        shares[[c for c in shares.columns if c.startswith("share_") or c == "div_tenure"]]
    )
    buurt = scale.mosaic_index(counts.to_numpy(), frame["wijk_code"])
    wijken["theil_h_buurt"] = buurt["theil_h"]
    wijken["mosaic_buurt"] = buurt["mosaic"]
    inside = table[table["area_level"] == "wijk"].set_index("area")
    finest = ["spectrum_block"] if blocks else []
    for name in ("spectrum_buurt", *finest, "spectrum_within"):
        wijken[name] = inside.get(name, np.nan)
    return wijken
