# SPDX-License-Identifier: GPL-2.0-or-later
"""What a scan tells about scale: the spectrum of wijken and gemeenten, and what blocks add."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
import shapely

from ..errors import Text
from . import mosaic, scale
from .mix import composition, entropy, usable_rows
from .scale import HARDLY_MIXED, UNIT
from .spatial import representative_points

# The levels of the spectrum, coarse to fine; what is left is mixed inside the finest of them.
LEVELS = ("gemeente", "wijk", "buurt", "block")
PARTS = tuple(f"spectrum_{name}" for name in (*LEVELS, scale.WITHIN))
# Distances of surroundings minus block, in metres: an assumption.
RADII = (50, 100, 250, 500, 1000, 2000)
AROUND = tuple(f"env_minus_block_{radius}" for radius in RADII)
# The same index at every level, and Theil's H of surroundings of blocks at every distance.
SHEET = tuple(f"{index}_{name}" for index in ("dissimilarity", "theil_h") for name in LEVELS)
AROUND_H = "spatial_theil_h_block"
# H within the second distance over H within the first: near 1 coarse, near 0 fine.
GRAIN_RATIO = "grain_ratio"
GRAIN_RADII = (100, 1000)
PATCHES = tuple(f"patch_size_{round(100 * theta)}" for theta in mosaic.THETAS)


def spectrum(
    counts: np.ndarray,
    groups: Sequence[str],
    levels: Mapping[str, Sequence[object]],
    finest: str,
) -> tuple[pd.DataFrame, list[Text]]:
    """Return the scale spectrum, one row per area, one column per level.

    Parameters
    ----------
    counts : ndarray, shape (n, K)
        Dwellings of the finest units; NaN leaves a unit out.
    groups : sequence of K str
    levels : mapping of level to n labels, coarse to fine
        Names out of `LEVELS`. A level without any label is dropped, and said.
    finest : str
        Which of `LEVELS` the units themselves are.

    Returns
    -------
    table : DataFrame
        `area_level` ("all" or a level), `area`, the columns `PARTS` of the levels at hand (0-1,
        adding up to 1; NaN where the area is hardly mixed, for then there is next to nothing to
        divide, and at the levels not inside the area), the columns `SHEET` of the levels at hand
        (0-1; dissimilarity as in `scale.scale_spectrum`, NaN where one of its two groups is
        absent; H as the parts), `n_units` and `n_total` (dwellings).
    notes : list of Text

    Raises
    ------
    MeasureError
        As `scale.scale_spectrum`: levels that do not nest, no usable unit.
    """
    labels = {name: pd.Series(list(values), dtype=object) for name, values in levels.items()}
    there = {name: column for name, column in labels.items() if column.notna().any()}
    notes = [
        Text(
            "The scale spectrum lacks the level {level}: no unit has a code for it.",
            "In het schaalspectrum ontbreekt het niveau {level}: geen eenheid heeft er een code "
            "voor.",
        ).format(level=name)
        for name in labels
        if name not in there
    ]
    found = scale.scale_spectrum(counts, groups, there)
    rows = found.table
    keys = ["area_level", "area"]
    rows = rows.assign(level=rows["level"].replace(UNIT, finest))
    # An order of first appearance is coarse to fine, and by code inside a level.
    table = rows.drop_duplicates(keys)[[*keys, "n_total"]].set_index(keys)
    parts = rows.pivot(index=keys, columns="level", values="share").add_prefix("spectrum_")
    table = table.join(parts[[name for name in PARTS if name in parts]])
    for index in ("dissimilarity", "theil_h"):
        sheet = rows.pivot(index=keys, columns="level", values=index).add_prefix(f"{index}_")
        table = table.join(sheet[[name for name in SHEET if name in sheet]])
    first = rows.drop_duplicates(keys).set_index(keys)
    whole = first["entropy"] + first["between"]
    hardly = whole < HARDLY_MIXED * np.log(counts.shape[1])
    ratios = [n for n in table if n in PARTS or str(n).startswith("theil_h_")]
    table.loc[hardly, ratios] = np.nan
    units = rows[rows["level"] == finest].set_index(keys)["n_units"]
    table["n_units"] = units
    lost = usable_rows(counts)
    lost &= pd.DataFrame(there, index=range(len(counts))).isna().any(axis=1).to_numpy()
    if lost.any():
        notes.append(
            Text(
                "{n} units with {dwellings:,.0f} dwellings have no code at some level, and take no "
                "part in the scale spectrum.",
                "{n} eenheden met {dwellings:,.0f} woningen hebben op een niveau geen code, en "
                "doen niet mee in het schaalspectrum.",
            ).format(n=int(lost.sum()), dwellings=np.nansum(counts[lost]))
        )
    return table.reset_index(), notes


@dataclass(frozen=True)
class Grain:
    """What blocks tell.

    Parameters
    ----------
    wijken : DataFrame indexed by wijk
        The columns of `mosaic.mosaic`, `null_model` ("dwellings": what was shuffled), with panden
        those of `mosaic.CHANCE` once more for shuffled panden (`_panden`),
        `block_dwellings` (in the blocks that count), `patch_size` (at the theta that was asked),
        `PATCHES`, `mixed_dwellings`, `edge_contrast` (NaN for points) and `AROUND` (mean over the
        blocks, weighted by their dwellings; -1 to 1).
    buurten : DataFrame indexed by buurt
        `block_div` (0-1) and `AROUND`, means over the blocks weighted by their dwellings.
    blocks : DataFrame, one row per block in the order given
        `block_div`, `AROUND` and `edge_steepest` (0-1, the largest difference at a border; NaN for
        points). NaN for a block that was left out.
    around : dict of distance (m) to Theil's H of the surroundings of all blocks together
        (at most 1; a little below 0 where surroundings are alike); NaN where they are hardly mixed.
    ratio : H within 1000 m over H within 100 m, NaN where the latter is not above 0.
    """

    wijken: pd.DataFrame
    buurten: pd.DataFrame
    blocks: pd.DataFrame
    around: dict[int, float]
    ratio: float


def grain(
    counts: np.ndarray,
    groups: Sequence[str],
    shapes: np.ndarray,
    wijk: Sequence[object],
    buurt: Sequence[object],
    *,
    limits: mosaic.Limits | None = None,
    theta: float = 0.8,
    replicates: int = 999,
    seed: int = 12345,
    panden: tuple[np.ndarray, np.ndarray] | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> Grain:
    """Compute what blocks tell about their wijk and their buurt.

    Parameters
    ----------
    counts : ndarray, shape (n, K)
        NaN or no dwellings leaves a block out.
    groups : sequence of K str
    shapes : ndarray of shapely geometry, shape (n,)
        Metres. Patches and edges need polygons.
    wijk, buurt : sequence of n labels
        Missing leaves the block out.
    limits, theta, replicates, seed : see `mosaic`.
    panden : optional, dwellings per pand and class and the position of the block of each
        Adds the second null model.

    Raises
    ------
    MeasureError
        As `mosaic.mosaic` and `mosaic.patch_sizes`.
    Cancelled
        When `cancelled()` is true.
    """
    parent = pd.Series(list(wijk), dtype=object)
    nearer = pd.Series(list(buurt), dtype=object)
    used = usable_rows(counts)
    used &= parent.notna().to_numpy()
    counts = np.where(used[:, None], counts, np.nan)
    size = np.where(used, np.nan_to_num(counts).sum(axis=1), 0.0)
    wijken = mosaic.mosaic(
        counts, parent, replicates=replicates, seed=seed, limits=limits, cancelled=cancelled
    )
    if panden is not None:
        home = parent.where(pd.Series(used), None).to_numpy(dtype=object)[panden[1]]
        moved = mosaic.mosaic(
            panden[0], home, replicates=replicates, seed=seed, blocks=panden[1], cancelled=cancelled
        )
        mosaic.add_model(wijken, moved, "panden")
    number = pd.Index(wijken.index).get_indexer(pd.Index(parent, dtype=object))
    number = np.where(used, number, -1)
    n = len(wijken)
    # What chance was: dwellings dealt over the blocks.
    wijken["null_model"] = "dwellings"
    wijken["block_dwellings"] = np.bincount(number[used], size[used], n)
    for name in ("patch_size", *PATCHES, "mixed_dwellings", "edge_contrast"):
        wijken[name] = np.nan
    steepest = np.full(len(counts), np.nan)
    flat = shapely.get_dimensions(shapes[used])
    if len(flat) and (flat == 2).all():
        patch, mixed = mosaic.patch_sizes(counts, shapes, number, [theta, *mosaic.THETAS])
        for name, values in zip(("patch_size", *PATCHES), patch, strict=True):
            wijken[name] = values
        wijken["mixed_dwellings"] = mixed[0]
        group = next((k for k, name in enumerate(groups) if "corp" in name), 0)
        share = composition(counts)[:, group]
        wijken["edge_contrast"], steepest = mosaic.edge_contrast(share, shapes, number)
    own = entropy(composition(counts)) / np.log(counts.shape[1])
    around = mosaic.surroundings_minus_block(
        counts, representative_points(shapes), RADII, cancelled=cancelled
    )
    blocks = pd.DataFrame(dict(zip(AROUND, around, strict=True)))
    blocks.insert(0, "block_div", own)
    profile = _profile(counts[used], own[used], around[:, used])
    near, far = (profile[radius] for radius in GRAIN_RADII)
    blocks["edge_steepest"] = steepest
    return Grain(
        wijken.join(_means(blocks[list(AROUND)], parent, size)),
        _means(blocks[["block_div", *AROUND]], nearer, size),
        blocks,
        profile,
        # Where all surroundings are alike, what is left of H is rounding.
        far / near if near > 1e-12 else np.nan,
    )


def _profile(counts: np.ndarray, own: np.ndarray, around: np.ndarray) -> dict[int, float]:
    """Return H of surroundings per distance, out of what each differs from the block inside it."""
    if not len(counts):
        return dict.fromkeys(RADII, np.nan)
    size = counts.sum(axis=1)
    whole = entropy(composition(counts.sum(axis=0, keepdims=True)))[0] / np.log(counts.shape[1])
    if whole < HARDLY_MIXED:
        return dict.fromkeys(RADII, np.nan)
    inside = [np.average(own + more, weights=size) for more in around]
    return {r: float((whole - x) / whole) for r, x in zip(RADII, inside, strict=True)}


def _means(values: pd.DataFrame, area: pd.Series, size: np.ndarray) -> pd.DataFrame:
    """Return the means per area, weighted by dwellings; blocks without a value do not count."""
    result = {}
    for name in values:
        known = values[name].notna().to_numpy() & area.notna().to_numpy() & (size > 0)
        weight = pd.Series(size[known]).groupby(area[known].to_numpy(), sort=True)
        product = pd.Series((size * values[name].to_numpy())[known])
        result[name] = product.groupby(area[known].to_numpy(), sort=True).sum() / weight.sum()
    return pd.DataFrame(result)
