# SPDX-License-Identifier: GPL-2.0-or-later
"""The main job in one pass: a buurten layer in, what outputs, report and dock need out."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from .errors import Cancelled, MeasureError, TableError, Text
from .measures import grain, local_moran, mix, mosaic, neighbours, overview
from .measures import panden as by_pand
from .policy import finer_scales, flags, indicators
from .policy.catalogue import Catalogue
from .policy.conditions import BASIS
from .policy.scales import FINER_FIELD
from .tables import cbs, squares
from .tables.added import OWN_DATA, recorded
from .tables.cbs import Note
from .tables.tenure import MIN_DWELLINGS
from .tables.values import text

if TYPE_CHECKING:
    import geopandas as gpd

# What blocks tell about a wijk: its diversity inside them, the mosaic index beside what chance
# gives for blocks of this size, how large uniform patches are, and what lies around the blocks.
BLOCK_COLUMNS = (
    "n_blocks",
    "block_dwellings",
    "block_diversity",
    "theil_h_block",
    "mosaic_block",
    "mosaic_expected",
    "mosaic_corrected",
    "mosaic_z",
    *(f"{name}_panden" for name in mosaic.CHANCE),
    "mosaic_class",
    "null_model",
    "patch_size",
    *grain.PATCHES,
    "mixed_dwellings",
    "edge_contrast",
    *grain.AROUND,
)
# Beside the cluster label: local I, mean of the neighbours, p and adjusted p.
MORAN_SUFFIXES = ("i", "lag", "p", "q")
# What the scan computes itself; the other indicators of the catalogue are taken from the layer
# where it has them.
COMPUTED = frozenset(
    [
        "share_koop",
        "share_corp",
        "share_overig_huur",
        "div_tenure",
        "local_divergence",
        "lq_corp",
        "moran_corp",
        "dw_per_ha",
        "share_lowinc_lq",
        "mosaic",
        "block_div",
        "env_minus_block",
        "spectrum",
    ]
)


# Fields of blocks that name their street; PC6 areas stand in for streets, and are called so.
STREET_FIELDS = {
    **dict.fromkeys(("straat", "straatnaam", "openbare_ruimte", "openbareruimte", "street"), ""),
    **dict.fromkeys(("openbareruimtenaam", "openbare_ruimte_naam"), ""),
    **dict.fromkeys(("pc6", "postcode6"), "PC6"),
}


# Rows per building: fields of its block and of the building itself.
BLOCK_FIELDS = ("blok", "block", "blok_id", "block_id")
PAND_FIELDS = ("pand", "pand_id", "pandidentificatie", "pand_identificatie")


@dataclass
class ScanResult:
    """Everything a scan knows.

    Attributes
    ----------
    frame : one row per buurt in input order: canonical columns, indicators, flags, geometry.
    wijken : one row per wijk.
    indices : one row per index, area and group; `area` is a gemeente code or "all".
    classes : ("koop", "corp", "overig") or ("koop", "huur").
    reference : "gemeente" or "all": what location quotients and local divergence compare with.
    notes : what the user should know about the data.
    provenance : where the result came from, fit for JSON.
    blocks : one row per block in input order, with its own diversity and that around it; None
        without blocks. What is too small to show is empty.
    """

    frame: gpd.GeoDataFrame
    wijken: pd.DataFrame
    indices: pd.DataFrame
    classes: tuple[str, ...]
    year: int | None
    reference: str
    notes: list[Note] = field(default_factory=list)
    provenance: dict[str, Any] = field(default_factory=dict)
    blocks: gpd.GeoDataFrame | None = None


def wanted_columns(
    columns: Iterable[str],
    catalogue: Catalogue,
    mapping: Mapping[str, str | None] | None = None,
) -> list[str]:
    """Return the columns of a layer that a scan uses, so that no other is read."""
    columns = list(columns)
    used = {*cbs.detect_columns(columns, mapping).values(), *_kept(columns, catalogue)}
    return [name for name in columns if name in used]


def _kept(columns: Iterable[str], catalogue: Catalogue) -> list[str]:
    """Return the user's own indicator columns (capacity, land ownership), never forbidden ones."""
    own = [c for c in columns if c in catalogue.indicators and c not in COMPUTED]
    forbidden = set(flags.check_columns(own))
    return [c for c in own if c not in forbidden]


def run_scan(
    frame: gpd.GeoDataFrame,
    catalogue: Catalogue,
    *,
    source: str = "",
    attribution: str = "",
    mapping: Mapping[str, str | None] | None = None,
    gemeente: list[str] | None = None,
    reference: str = "gemeente",
    blocks: gpd.GeoDataFrame | None = None,
    blocks_source: str = "",
    limits: mosaic.Limits | None = None,
    theta: float = 0.8,
    thresholds: Mapping[str, float] | None = None,
    vulnerable_rule: Text | None = None,
    record: Mapping[str, Any] | None = None,
    permutations: int = 99_999,
    seed: int = 12345,
    alpha: float = 0.05,
    progress: Callable[[float], None] | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> ScanResult:
    """Run the whole chain on a layer as found.

    Parameters
    ----------
    frame : raw CBS columns and polygons in a metric CRS; may hold indicator columns of the
        catalogue under their own ids, `vulnerable` (True, False, None) among them.
    source, attribution : the layer's name, and whom its figures are from as the layer says it.
    mapping : role -> column, the user's own choice; see `tables.columns.detect_columns`.
    gemeente : codes or names to keep; None keeps all.
    blocks : optional polygons or points with counts `n_koop, n_corp, n_overig` (or `n_huur`), or
        squares of CBS as published.
    blocks_source : the name of that layer.
    limits, theta : limits of the four mosaic classes, and the share from which a tenure dominates a
        block; assumptions.
    thresholds : parameters of the catalogue to override.
    vulnerable_rule : what made the column `vulnerable`, in words, where the caller made it.
    record : what is stored with the layer of the run that made it; what it says of indicators from
        own data (their date, version and assumptions) goes with the result.
    permutations, seed, alpha : of the local Moran.

    Raises
    ------
    TableError, GeometryError, PolicyError
        What is wrong, where, and what to do.
    Cancelled
        `cancelled` returned True.
    """

    def step(percent: float) -> None:
        if cancelled is not None and cancelled():
            raise Cancelled
        if progress is not None:
            progress(percent)

    step(0)
    canonical = cbs.to_canonical(
        frame, mapping=mapping, keep=_kept(frame.columns, catalogue), gemeente=gemeente
    )
    table, notes = canonical.frame, [*recorded(record), *canonical.notes]
    counts = table[canonical.n_columns]
    known = counts.notna().all(axis=1).to_numpy() & (counts.sum(axis=1) > 0).to_numpy()
    if not known.any():
        reason = next((n.text for n in notes if n.severity == "warning"), Text("", ""))
        raise TableError(
            "No buurt in {source} has usable tenure figures, so there is nothing to scan. "
            "{reason_en}",
            "Geen enkele buurt in {source} heeft bruikbare eigendomscijfers, dus er valt niets te "
            "scannen. {reason_nl}",
            source=source or "the layer",
            reason_en=reason.en,
            reason_nl=reason.nl,
        )
    step(10)

    area = table["gemeente_code"].to_numpy(dtype=object)
    if reference == "gemeente" and pd.isna(area[known]).all():
        reference = "all"
        text = Text(
            "No usable row has the code of its gemeente, so every unit is compared with the whole "
            "input.",
            "Geen bruikbare rij heeft de code van haar gemeente, dus elke eenheid wordt vergeleken "
            "met de hele invoer.",
        )
        notes.append(Note("warning", text))
    result = pd.DataFrame(table.drop(columns="geometry"))
    kept = _kept(result.columns, catalogue)
    extra = indicators.clean(result[["buurt_code", *kept]], catalogue)[kept]
    result = result.drop(columns=kept)
    measures = mix.tenure_mix(counts, area if reference == "gemeente" else None)
    result = pd.concat([result, measures], axis=1)
    step(20)

    two_classes = "huur" in canonical.classes
    moran_notes, moran_facts = _add_moran(
        result, table, known, two_classes, permutations, seed, alpha, progress, cancelled
    )
    notes += moran_notes
    step(60)

    if "land_ha" in result:
        land = result["land_ha"].where(result["land_ha"] > 0)
        result["dw_per_ha"] = result["dwellings"] / land
    if "share_lowinc" in result:
        result["share_lowinc_lq"] = _location_quotient(
            result, "share_lowinc", area if reference == "gemeente" else None
        )
    result = pd.concat([result, extra], axis=1)
    derived = add_vulnerable(result, catalogue, thresholds)
    rule = vulnerable_rule or derived
    verdicts = flags.evaluate_flags(result, catalogue, parameters=thresholds)
    verdicts["flag_companions"] = flags.companions(verdicts, catalogue)
    robust = flags.robustness(result, catalogue, parameters=thresholds)
    result = pd.concat([result, verdicts, robust], axis=1)
    step(75)

    indices = overview.index_table(
        counts,
        canonical.classes,
        area,
        table.geometry.to_numpy(),
        table["dwellings"].to_numpy(dtype=float),
    )
    names = dict(zip(table["gemeente_code"], table["gemeente_name"], strict=True))
    indices["area_name"] = [names.get(a) for a in indices["area"]]
    limits = limits or mosaic.Limits()
    found = None
    if blocks is not None:
        found = _blocks(blocks, table, result, canonical.classes, limits, theta, seed, cancelled)
        notes += found.notes
        _add_blocks(result, found.grain)
        told = finer_scales.told(
            finer_scales.asked(catalogue, thresholds),
            found.finer,
            canonical.classes,
            _reference_counts(counts, area if reference == "gemeente" else None),
        )
        result[FINER_FIELD] = pd.Series(told, index=result.index, dtype=object)
    spectrum, spectrum_notes = _spectrum(result, counts, canonical.classes, found)
    notes += spectrum_notes
    wijken = _wijken(result, counts, spectrum, found)
    if len(spectrum):
        rows = overview.spectrum_rows(spectrum, canonical.classes, names)
        indices = pd.concat([indices, rows], ignore_index=True)
    if found is not None:
        indices = pd.concat([indices, overview.around_rows(found.grain)], ignore_index=True)
    step(90)

    return ScanResult(
        frame=_with_geometry(result, table),
        wijken=wijken,
        indices=indices,
        classes=canonical.classes,
        year=canonical.year,
        reference=reference,
        notes=notes,
        blocks=None if blocks is None or found is None else _block_map(blocks, result, found),
        provenance={
            "title": "WijkMix scan",
            "source": source,
            "attribution": attribution,
            "date": datetime.date.today().isoformat(),
            "year": canonical.year,
            "classes": list(canonical.classes),
            "columns": {**canonical.columns, **{name: name for name in kept}},
            "parameters": {
                "gemeente": gemeente or [],
                "reference": reference,
                "permutations": permutations,
                "seed": seed,
                "alpha": alpha,
                "blocks": blocks is not None,
                **(
                    {}
                    if found is None
                    else {
                        "blocks_layer": blocks_source,
                        "limit_diversity": limits.diversity,
                        "limit_mosaic": limits.mosaic,
                        "limit_fine": limits.fine,
                        "theta": theta,
                        "null_models": ["dwellings", *(["panden"] if found.panden else [])],
                        "min_dwellings": MIN_DWELLINGS,
                    }
                ),
            },
            "variant": "buurt" if found is None else "block",
            "blocks_are_squares": found is not None and found.squares,
            "thresholds": catalogue.thresholds(thresholds),
            "thresholds_basis": BASIS,
            "seed": seed,
            "permutations": permutations,
            "alpha": alpha,
            "reference": reference,
            "vulnerable_rule": {"en": rule.en, "nl": rule.nl},
            OWN_DATA: (record or {}).get(OWN_DATA, {}),
            "moran": moran_facts,
            "excluded": [
                {"code": c, "name": n, "reason": q}
                for c, n, q in zip(
                    result.loc[~known, "buurt_code"],
                    result.loc[~known, "buurt_name"],
                    result.loc[~known, "quality"],
                    strict=True,
                )
            ],
            "versions": versions(),
            "catalogue_version": catalogue.version,
            "crs": table.crs.to_string() if table.crs is not None else None,
            "notes": [{"severity": n.severity, "en": n.text.en, "nl": n.text.nl} for n in notes],
        },
    )


def versions() -> dict[str, str]:
    """Return the versions of the plugin and of the libraries that the numbers rest on."""
    found = {"wijkmix": plugin_version()}
    for name in ("numpy", "pandas", "shapely", "geopandas", "libpysal", "esda"):
        try:
            found[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            found[name] = "-"
    return found


def plugin_version() -> str:
    """Return the version in metadata.txt."""
    text = (Path(__file__).parent.parent / "metadata.txt").read_text(encoding="utf-8")
    return next(
        (
            line.split("=", 1)[1].strip()
            for line in text.splitlines()
            if line.startswith("version=")
        ),
        "",
    )


def _add_moran(
    result: pd.DataFrame,
    table: gpd.GeoDataFrame,
    known: np.ndarray,
    two_classes: bool,
    permutations: int,
    seed: int,
    alpha: float,
    progress: Callable[[float], None] | None,
    cancelled: Callable[[], bool] | None,
) -> tuple[list[Note], dict[str, Any]]:
    """Add the local Moran columns of the corporation share (two classes: of the rented share)."""
    name, share = ("moran_huur", "share_huur") if two_classes else ("moran_corp", "share_corp")
    if two_classes:
        result["moran_corp"] = None
        for suffix in MORAN_SUFFIXES:
            result[f"moran_corp_{suffix}"] = np.nan
    shapes = table.geometry.to_numpy()
    drawn = ~(pd.isna(shapes) | table.geometry.is_empty.to_numpy())
    notes = []
    if (known & ~drawn).any():
        codes = ", ".join(map(str, table.loc[known & ~drawn, "buurt_code"][:20]))
        notes.append(
            Note(
                "warning",
                Text(
                    "{n} buurten have no geometry and take no part in the local Moran: {codes}.",
                    "{n} buurten hebben geen geometrie en doen niet mee in de lokale Moran: "
                    "{codes}.",
                ).format(n=int((known & ~drawn).sum()), codes=codes),
            )
        )
    used = known & drawn
    values = np.where(used, result[share].to_numpy(dtype=float), np.nan)
    try:
        near = neighbours.contiguity(shapes, mask=used, cancelled=cancelled)
        moran = local_moran.local_moran(
            values,
            near,
            permutations=permutations,
            alpha=alpha,
            seed=seed,
            progress=None if progress is None else (lambda p: progress(20 + 0.4 * p)),
            cancelled=cancelled,
        )
    except MeasureError as error:
        # One buurt, or the same share everywhere: the rest of the scan still stands.
        notes.append(Note("warning", error.text))
        result[name] = np.where(used, None, "nodata")
        for suffix in MORAN_SUFFIXES:
            result[f"{name}_{suffix}"] = np.nan
        result["n_neighbours"] = np.nan
        return notes, {"variable": share, "n_used": 0, "reason": error.text.en}
    result[name] = moran.cluster
    for suffix in MORAN_SUFFIXES:
        result[f"{name}_{suffix}"] = getattr(moran, suffix)
    result["n_neighbours"] = np.where(used, moran.n_neighbours, np.nan)
    notes += [Note("warning" if text in moran.warnings else "info", text) for text in moran.notes]
    return notes, {
        "variable": share,
        "n_used": int(moran.n_used),
        "n_islands": int(moran.n_islands),
        "n_excluded": int(moran.n_excluded),
        "neighbours": "queen",
        "p_value": "two-sided",
        "correction": "Benjamini-Hochberg FDR",
    }


def _location_quotient(
    result: pd.DataFrame, column: str, reference: np.ndarray | None
) -> np.ndarray:
    """Divide a household percentage by the household-weighted mean of the reference area."""
    share = result[column].to_numpy(dtype=float)
    weight = (result["households"] if "households" in result else result["dwellings"]).to_numpy(
        dtype=float
    )
    usable = np.isfinite(share) & np.isfinite(weight) & (weight > 0)
    codes, labels = pd.factorize(
        pd.Series(np.zeros(len(share)) if reference is None else reference, dtype=object)
    )
    usable &= codes >= 0
    top = np.bincount(codes[usable], weights=(share * weight)[usable], minlength=len(labels))
    base = np.bincount(codes[usable], weights=weight[usable], minlength=len(labels))
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = top / base
        quotient = share / np.where(codes >= 0, mean[np.maximum(codes, 0)], np.nan)
    return np.where(np.isfinite(quotient), quotient, np.nan)


def add_vulnerable(
    result: pd.DataFrame, catalogue: Catalogue, thresholds: Mapping[str, float] | None
) -> Text:
    """Keep the user's rule; without one take the low-income proxy, labelled as an assumption."""
    if "vulnerable" in result:
        return Text(
            "given by the user (field or expression)",
            "door de gebruiker opgegeven (veld of expressie)",
        )
    values, rule = flags.vulnerable_rule(result, catalogue, parameters=thresholds)
    result["vulnerable"] = pd.Series(values, index=result.index, dtype=object)
    return rule


@dataclass
class _Found:
    """What was worked out of the blocks: their counts, where they lie, what they tell."""

    columns: list[str]
    shapes: np.ndarray
    counts: np.ndarray
    buurt: np.ndarray  # position of the buurt of each block that counts, -1 for the others
    finer: list[finer_scales.Units]
    grain: grain.Grain
    notes: list[Note]
    squares: bool
    panden: bool  # whether whole panden were shuffled too


def _blocks(
    blocks: gpd.GeoDataFrame,
    table: gpd.GeoDataFrame,
    result: pd.DataFrame,
    classes: tuple[str, ...],
    limits: mosaic.Limits,
    theta: float,
    seed: int,
    cancelled: Callable[[], bool] | None,
) -> _Found:
    """Give every block to the buurt that holds most of it, and measure wijken and buurten."""
    counts, texts = _block_counts(blocks, classes)
    shapes = blocks.geometry.to_numpy()
    rows, row_block = counts, np.arange(len(counts))
    summed = _summed(blocks, counts, texts)
    if summed is not None:
        counts, shapes, row_block = summed.counts, summed.shapes, summed.row_block
    placed = mosaic.assign(shapes, table.geometry.to_numpy())
    outside = placed.parent < 0
    small = ~(np.nan_to_num(counts).sum(axis=1) >= MIN_DWELLINGS)
    used = ~small & ~outside
    held = np.nansum(counts[used])
    known = result[[f"n_{c}" for c in classes]].to_numpy(dtype=float)
    texts.append(
        Text(
            "{used} of {n} blocks are used; {small} have fewer than {minimum} dwellings, or no "
            "usable counts, and {outside} lie in no buurt of this scan, or for more than half "
            "outside it. {straddles} lie in two buurten or more and count in the one that holds "
            "most of their area. The blocks used hold {held:,.0f} dwellings of known tenure, the "
            "buurten {known:,.0f}.",
            "{used} van {n} blokken zijn gebruikt; {small} hebben minder dan {minimum} woningen, "
            "of geen bruikbare aantallen, en {outside} liggen in geen buurt van deze scan, of "
            "voor meer dan de helft erbuiten. {straddles} liggen in twee of meer buurten en "
            "tellen mee in de buurt met het grootste deel van hun oppervlak. De gebruikte blokken "
            "hebben {held:,.0f} woningen met bekend eigendom, de buurten {known:,.0f}.",
        ).format(
            used=int(used.sum()),
            n=len(counts),
            small=int(small.sum()),
            minimum=MIN_DWELLINGS,
            outside=int(outside.sum()),
            straddles=int(placed.straddles.sum()),
            held=held,
            known=np.nansum(known),
        )
    )
    buurt = np.where(used, placed.parent, -1)
    at_row = np.where(row_block >= 0, placed.parent[row_block], -1)
    streets = _streets(blocks, rows, at_row)
    counts = np.where(used[:, None], counts, np.nan)
    columns = [f"n_{c}" for c in classes]
    told = grain.grain(
        counts,
        columns,
        shapes,
        overview.labels(result, "wijk_code", buurt),
        # A position, for two buurten may carry one code.
        np.where(buurt >= 0, buurt.astype(object), None),
        limits=limits,
        theta=theta,
        seed=seed,
        panden=None if summed is None else (summed.panden, summed.pand_block),
        cancelled=cancelled,
    )
    notes = [Note("info", text) for text in texts]
    finer = [*streets, finer_scales.Units("blok", counts, buurt)]
    return _Found(
        columns,
        shapes,
        counts,
        buurt,
        finer,
        told,
        notes,
        squares.are_squares(blocks.columns),
        summed is not None,
    )


def _field(frame: pd.DataFrame, spellings: Iterable[str]) -> str | None:
    """Return the field of a layer with one of these names, in any case."""
    names = {str(name).lower(): name for name in frame.columns}
    return next((names[name] for name in spellings if name in names), None)


def _summed(
    blocks: gpd.GeoDataFrame, counts: np.ndarray, texts: list[Text]
) -> by_pand.Summed | None:
    """Sum rows per building to blocks, where the layer has both; None where a row is a block."""
    block, pand = _field(blocks, BLOCK_FIELDS), _field(blocks, PAND_FIELDS)
    if block is None or pand is None:
        return None
    label = text(blocks[block])
    if len(pd.unique(label[pd.notna(label)])) in (0, len(blocks)):
        return None
    found = by_pand.to_blocks(counts, blocks.geometry.to_numpy(), label, text(blocks[pand]))
    texts.append(
        Text(
            "{rows} rows of buildings make {blocks} blocks, by the fields {block} and {pand}; "
            "{lost} rows have no block. Whole panden are shuffled too.",
            "{rows} rijen met panden vormen {blocks} blokken, volgens de velden {block} en "
            "{pand}; {lost} rijen hebben geen blok. Ook hele panden worden geschud.",
        ).format(
            rows=len(blocks),
            blocks=len(found.counts),
            block=block,
            pand=pand,
            lost=int((found.row_block < 0).sum()),
        )
    )
    return found


def _streets(
    blocks: gpd.GeoDataFrame, counts: np.ndarray, parent: np.ndarray
) -> list[finer_scales.Units]:
    """Sum the blocks to streets inside their buurt, where they have a field for the street.

    Blocks that are too small by themselves count as well: addresses make streets. A street below
    the least number of dwellings does not.
    """
    found = _field(blocks, STREET_FIELDS)
    if found is None:
        return []
    street = text(blocks[found])
    used = (parent >= 0) & np.isfinite(counts).all(axis=1) & pd.notna(street)
    rows = pd.DataFrame(counts[used]).groupby([parent[used], street[used]], sort=True).sum()
    rows = rows[rows.sum(axis=1) >= MIN_DWELLINGS]
    home = rows.index.get_level_values(0).to_numpy(dtype=int)
    return [finer_scales.Units("straat", rows.to_numpy(float), home, STREET_FIELDS[found.lower()])]


def _reference_counts(counts: pd.DataFrame, area: np.ndarray | None) -> np.ndarray:
    """Return per buurt the dwellings of what location quotients compare with."""
    known = counts.where(counts.notna().all(axis=1), 0.0)
    key = np.zeros(len(counts)) if area is None else pd.factorize(area)[0]
    return known.groupby(key).transform("sum").to_numpy(dtype=float)


def _add_blocks(result: pd.DataFrame, told: grain.Grain) -> None:
    """Add what blocks tell about a buurt, and about the wijk that it lies in."""
    for name in ("mosaic", "mosaic_class"):
        result[name] = result["wijk_code"].map(told.wijken[name])
    result["mosaic_class"] = result["mosaic_class"].astype(object)
    buurten = told.buurten.reindex(range(len(result)))
    for name in ("block_div", *grain.AROUND):
        result[name] = buurten[name].to_numpy(dtype=float)


def _block_map(blocks: gpd.GeoDataFrame, result: pd.DataFrame, found: _Found) -> gpd.GeoDataFrame:
    """Return the blocks with where they lie, the dwellings that count and what they tell."""
    import geopandas as gpd

    table = pd.DataFrame(
        {
            name: overview.labels(result, name, found.buurt)
            for name in ("buurt_code", "buurt_name", "wijk_code", "gemeente_code", "mosaic_class")
        }
    )
    for place, name in enumerate(found.columns):
        table[name] = found.counts[:, place]
    table = pd.concat([table, found.grain.blocks], axis=1)
    return gpd.GeoDataFrame(table, geometry=found.shapes, crs=blocks.crs)


def _spectrum(
    result: pd.DataFrame, counts: pd.DataFrame, classes: tuple[str, ...], found: _Found | None
) -> tuple[pd.DataFrame, list[Note]]:
    """Split the diversity of gemeenten and wijken over the levels inside them."""
    try:
        if found is None:
            table, texts = overview.spectrum(result, counts.to_numpy(dtype=float), classes)
        else:
            table, texts = overview.spectrum(result, found.counts, classes, found.buurt)
    except MeasureError as error:
        # Codes that do not nest, or no block that counts: the rest of the scan still stands.
        return overview.NO_SPECTRUM.copy(), [Note("warning", error.text)]
    return table, [Note("info", text) for text in texts]


def _wijken(
    result: pd.DataFrame, counts: pd.DataFrame, spectrum: pd.DataFrame, found: _Found | None
) -> pd.DataFrame:
    """Aggregate buurten to wijken, with the mosaic index of buurten and of blocks if given."""
    wijken = overview.wijk_table(result, counts, spectrum, blocks=found is not None)
    if found is not None:
        block = found.grain.wijken.rename(
            columns={"theil_h": "theil_h_block", "mosaic": "mosaic_block"}
        )
        wijken = wijken.join(block[[name for name in BLOCK_COLUMNS if name in block]])
    return wijken.reset_index(names="wijk_code")


def _block_counts(
    blocks: gpd.GeoDataFrame, classes: tuple[str, ...]
) -> tuple[np.ndarray, list[Text]]:
    """Return the dwellings per class of every block: counts as given, or worked out of squares."""
    columns = [f"n_{c}" for c in classes]
    absent = [c for c in columns if c not in blocks]
    if not absent:
        counts = blocks[columns].apply(pd.to_numeric, errors="coerce").to_numpy(dtype=float)
        mix.refuse_impossible_counts(counts, columns, range(1, len(counts) + 1))
        return counts, []
    if squares.are_squares(blocks.columns):
        table, texts = squares.square_counts(pd.DataFrame(blocks), classes)
        return table.to_numpy(dtype=float), texts
    raise _no_counts(absent, blocks.columns)


def check_block_fields(columns: Iterable[str]) -> list[str]:
    """Return the count fields of a layer of blocks; [] for squares of CBS.

    Raises
    ------
    TableError
        The layer has neither; that it lacks one of three is told once the classes are known.
    """
    columns = list(columns)
    for classes in (("koop", "corp", "overig"), ("koop", "huur")):
        found = [f"n_{c}" for c in classes]
        if set(found) <= set(columns):
            return found
    if squares.are_squares(columns):
        return []
    three = ("n_koop", "n_corp", "n_overig")
    raise _no_counts([c for c in three if c not in columns], columns)


def _no_counts(absent: Iterable[str], columns: Iterable[str]) -> TableError:
    return TableError(
        "The block layer lacks the count fields {absent}; it has: {found}. Give every block its "
        "number of dwellings per tenure in fields of these names, or take the squares of CBS.",
        "De blokkenlaag mist de telvelden {absent}; aanwezig zijn: {found}. Geef elk blok het "
        "aantal woningen per eigendomsvorm in velden met deze namen, of neem de vierkanten van "
        "het CBS.",
        absent=", ".join(absent),
        found=", ".join(c for c in columns if c != "geometry"),
    )


def _with_geometry(result: pd.DataFrame, table: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    import geopandas as gpd

    return gpd.GeoDataFrame(result, geometry=table.geometry.to_numpy(), crs=table.crs)
