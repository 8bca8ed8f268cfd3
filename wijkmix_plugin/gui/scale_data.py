# SPDX-License-Identifier: GPL-2.0-or-later
"""What the view "Scale" shows: spectra from the sums of the dock, or from the tables of the scan.

Plain Python: a scan that is in the project can be read with no library installed.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Any

from qgis.core import (
    Qgis,
    QgsExpression,
    QgsFeature,
    QgsFeatureRequest,
    QgsPointXY,
    QgsProject,
    QgsRectangle,
    QgsVectorLayer,
)

from .. import qgis_io
from ..qgis_io import PROVENANCE
from . import scan_layer
from .scan_layer import Mix, ScanTable, Unit, diversity

# The parts of a spectrum, coarse to fine; the last one is what buurten alone cannot split further.
LEVELS = ("spectrum_wijk", "spectrum_buurt", "spectrum_block", "spectrum_within", "spectrum_rest")
SHEET_LEVELS = ("wijk", "buurt", "block")
# Fields that tell the table of wijken of a scan, and that of its indices.
WIJK_MARKS = ("wijk_code", "mosaic_buurt")
INDEX_MARKS = ("area", "index", "bandwidth", "value")
# Distances around a buurt, in metres: those of the profile in the report.
RADII = (500.0, 1000.0, 2000.0, 4000.0, 8000.0)
AROUND = "env_minus_block_"
# Below this part of its maximum the diversity of an area is too small to divide by.
HARDLY_MIXED = 0.05
DOMINANT = 0.8
THETAS = (60, 70, 80, 90)


@dataclass
class Spectrum:
    """The shares of one area (0-1, adding up to 1); none where it is hardly mixed or unknown."""

    shares: dict[str, float] = field(default_factory=dict)
    diversity: float | None = None


def of_wijk(mix: Mix | None) -> Spectrum:
    """Split the diversity of a wijk over its buurten."""
    if mix is None or not mix.total:
        return Spectrum()
    whole, inside = mix.diversity or 0.0, mix.inside / mix.total
    return Spectrum(_parts(whole, {"spectrum_buurt": whole - inside}, inside), whole)


def of_gemeente(table: ScanTable, gemeente: str) -> Spectrum:
    """Split the diversity of a gemeente over its wijken and their buurten.

    The gemeente is summed from its wijken, so the parts add up; without codes of wijken, or with
    one that lies in two gemeenten, there is nothing to split.
    """
    wijken = [table.wijken[code] for code, home in table.homes.items() if home == gemeente]
    wijken = [mix for mix in wijken if mix.counts and mix.total]
    if not wijken or gemeente in table.crossed:
        return Spectrum()
    counts = tuple(sum(column) for column in zip(*(m.counts or () for m in wijken), strict=True))
    total = sum(counts)
    whole = diversity(counts) or 0.0
    per_wijk = sum(m.total * (m.diversity or 0.0) for m in wijken) / total
    inside = sum(m.inside for m in wijken) / total
    between = {"spectrum_wijk": whole - per_wijk, "spectrum_buurt": per_wijk - inside}
    return Spectrum(_parts(whole, between, inside), whole)


def _parts(whole: float, between: dict[str, float], rest: float) -> dict[str, float]:
    if whole < HARDLY_MIXED:
        return {}
    # Rounding may leave -1e-17.
    return {k: max(v, 0.0) / whole for k, v in between.items()} | {"spectrum_rest": rest / whole}


# -- the tables of a scan that was given blocks ----------------------------------------------------


def sibling(layer: QgsVectorLayer, fields: tuple[str, ...]) -> QgsVectorLayer | None:
    """Return the other output of the same scan that has these fields, if it is in the project."""
    record = layer.customProperty(PROVENANCE)
    for other in QgsProject.instance().mapLayers().values() if record else ():
        if (
            isinstance(other, QgsVectorLayer)
            and other.isValid()
            and all(other.fields().lookupField(name) >= 0 for name in fields)
            and other.customProperty(PROVENANCE) == record
        ):
            return other
    return None


def rows(layer: QgsVectorLayer, column: str, value: str) -> list[dict[str, Any]]:
    """Return the rows of a table in which a column has a value."""
    request = QgsFeatureRequest()
    request.setFilterExpression(QgsExpression.createFieldEqualityExpression(column, value))
    request.setFlags(Qgis.FeatureRequestFlag.NoGeometry)
    return [scan_layer.record(layer, feature) for feature in layer.getFeatures(request)]


def from_wijk_row(row: dict[str, Any]) -> Spectrum:
    """Return the spectrum of a wijk as the scan wrote it, with blocks."""
    names = ("spectrum_buurt", "spectrum_block", "spectrum_within")
    shares = {name: row[name] for name in names if isinstance(row.get(name), float)}
    # Diversity of what the blocks hold; the mosaic index is that minus the mean inside them.
    known = [row.get("block_diversity"), row.get("mosaic_block")]
    whole = sum(known) if all(isinstance(n, (int, float)) for n in known) else None
    return Spectrum(shares, whole)


def from_index_rows(found: list[dict[str, Any]]) -> Spectrum:
    """Return the spectrum of a gemeente as the scan wrote it in its index table."""
    return Spectrum(
        {
            row["index"]: row["value"]
            for row in found
            if row.get("index") in LEVELS and isinstance(row.get("value"), float)
        }
    )


@dataclass
class Sheet:
    """The same index at every scale: None where it is not known."""

    levels: dict[str, tuple[float | None, float | None]] = field(default_factory=dict)  # D, H
    blocks: dict[float, float] = field(default_factory=dict)  # H of surroundings by distance
    ratio: float | None = None
    pair: tuple[str, str] = ("", "")


def sheet(area: list[dict[str, Any]], whole: list[dict[str, Any]]) -> Sheet:
    """Return D and H of an area per level, and H around blocks in the whole layer."""
    values = {row.get("index"): row for row in area}
    found = Sheet()
    for level in SHEET_LEVELS:
        pair = tuple(
            _float(values.get(f"{index}_{level}", {}).get("value"))
            for index in ("dissimilarity", "theil_h")
        )
        if any(value is not None for value in pair):
            found.levels[level] = (pair[0], pair[1])
            row = values.get(f"dissimilarity_{level}", {})
            found.pair = (str(row.get("group") or ""), str(row.get("versus") or ""))
    for row in whole:
        value, metres = _float(row.get("value")), _float(row.get("bandwidth"))
        if row.get("index") == "spatial_theil_h_block" and value is not None and metres is not None:
            found.blocks[metres] = value
        elif row.get("index") == "grain_ratio":
            found.ratio = value
    return found


def _float(value: Any) -> float | None:
    return value if isinstance(value, float) else None


def profile_of_layer(found: list[dict[str, Any]]) -> dict[float, float]:
    """Return Theil's H of surroundings by distance, of the whole layer, out of its index rows."""
    return {
        float(row["bandwidth"]): float(row["value"])
        for row in found
        if row.get("index") == "spatial_theil_h"
        and row.get("group") in ("all", None)
        and isinstance(row.get("bandwidth"), float)
        and isinstance(row.get("value"), float)
    }


# -- around one buurt ------------------------------------------------------------------------------


@dataclass
class Around:
    """Diversity against distance; `uniform` is the largest share of a class by distance (0-1)."""

    diversity: dict[float, float] = field(default_factory=dict)
    largest: dict[float, float] = field(default_factory=dict)


def around_blocks(values: dict[str, Any]) -> dict[float, float]:
    """Return the mean diversity around the blocks of a buurt, by distance, from its record."""
    own = values.get("block_div")
    if not isinstance(own, float):
        return {}
    found = {}
    for name, value in values.items():
        distance = name.removeprefix(AROUND)
        if name.startswith(AROUND) and distance.isdigit() and isinstance(value, float):
            found[float(distance)] = own + value
    return dict(sorted(found.items()))


def around_buurt(
    layer: QgsVectorLayer, feature: QgsFeature, classes: tuple[str, ...]
) -> Around | None:
    """Sum the buurten whose inner point lies within distances of that of one buurt.

    None where there is no place to measure from: no geometry, or no metres.
    """
    places = [layer.fields().lookupField(f"n_{name}") for name in classes]
    point = inner_point(feature)
    if point is None or min(places) < 0 or not qgis_io.in_metres(layer.crs()):
        return None
    far = max(RADII)
    request = QgsFeatureRequest(
        QgsRectangle(point.x() - far, point.y() - far, point.x() + far, point.y() + far)
    )
    request.setSubsetOfAttributes(places)
    near = []
    for other in layer.getFeatures(request):
        held = other.attributes()
        counts = [scan_layer.plain(held[p]) for p in places]
        if not all(isinstance(n, (int, float)) for n in counts):
            continue
        there = inner_point(other)
        if there is not None:
            near.append((math.dist((point.x(), point.y()), (there.x(), there.y())), counts))
    result = Around()
    for radius in RADII:
        inside = [counts for distance, counts in near if distance <= radius]
        sums = tuple(sum(column) for column in zip(*inside, strict=True))
        value = diversity(sums) if sums else None
        if value is not None:
            result.diversity[radius] = value
            result.largest[radius] = max(sums) / sum(sums)
    return result


def inner_point(feature: QgsFeature) -> QgsPointXY | None:
    """Return a point inside a feature, as the measures take it; None without geometry."""
    if not feature.hasGeometry():
        return None
    found = feature.geometry().pointOnSurface()
    return None if found.isNull() or found.isEmpty() else found.asPoint()


def gemeente_of(unit: Unit) -> str:
    """Return what the gemeente of a buurt is called."""
    return unit.gemeente_name or unit.gemeente
