# SPDX-License-Identifier: GPL-2.0-or-later
"""The local Moran of a layer as points: standardised value against the mean of the neighbours."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Any

from qgis.core import Qgis, QgsFeatureRequest, QgsMapLayer, QgsProject, QgsVectorLayer

from .. import qgis_io
from .scan_layer import is_scan_layer, plain

# What makes a layer the result of `local_morans_i`.
MARKS = ("moran_i", "moran_lag", "moran_cluster")
UNTESTED = ("nodata", "island")


@dataclass(frozen=True)
class MoranFields:
    """The names of the fields that hold a local Moran; those that a layer lacks are empty."""

    value: str
    i: str
    lag: str
    p: str
    q: str
    cluster: str

    def names(self) -> list[str]:
        return [self.value, self.i, self.lag, self.p, self.q, self.cluster]


@dataclass(frozen=True)
class Point:
    """One tested unit."""

    fid: int
    z: float
    lag: float
    cluster: str


@dataclass
class MoranTable:
    """The tested units of one layer; holds no layer."""

    fields: MoranFields
    points: list[Point] = field(default_factory=list)
    by_fid: dict[int, Point] = field(default_factory=dict)
    # Units per label, those that were not tested among them.
    clusters: dict[str, list[int]] = field(default_factory=dict)
    # The units whose label does not follow from a number that can be drawn.
    not_drawn: int = 0
    overall: float | None = None
    # Features and their neighbours, once they were looked for in the whole layer.
    near: Any = None

    @property
    def tested(self) -> int:
        return sum(len(fids) for name, fids in self.clusters.items() if name not in UNTESTED)


def is_moran_layer(layer: QgsMapLayer | None) -> bool:
    """Tell whether a layer that is no scan holds a local Moran."""
    return (
        isinstance(layer, QgsVectorLayer)
        and layer.isValid()
        and not is_scan_layer(layer)
        and all(layer.fields().lookupField(name) >= 0 for name in MARKS)
    )


def moran_fields(layer: QgsVectorLayer) -> MoranFields | None:
    """Return which fields hold the local Moran of a layer; None where it has none."""
    here = layer.fields()

    def known(name: str) -> str:
        return name if name and here.lookupField(name) >= 0 else ""

    if is_scan_layer(layer):
        name, value = (
            ("moran_huur", "share_huur")
            if here.lookupField("n_huur") >= 0
            else ("moran_corp", "share_corp")
        )
        cluster = known(name)
    else:
        # Which field was tested the layer does not say; its points are in standard deviations.
        name, value, cluster = "moran", "", known("moran_cluster")
    i = known(f"{name}_i")
    if not (i and cluster):
        return None
    return MoranFields(
        known(value), i, known(f"{name}_lag"), known(f"{name}_p"), known(f"{name}_q"), cluster
    )


def views_of(layer: QgsVectorLayer) -> list[QgsVectorLayer]:
    """Return the layer and the other views on the same result: the map may show any of them."""
    project = QgsProject.instance()
    record = layer.customProperty(qgis_io.PROVENANCE)
    node = project.layerTreeRoot().findLayer(layer.id())
    group = node.parent() if node is not None else None
    if not record or group is None or group.parent() is None:
        return [layer]
    others = [
        other.layer()
        for other in group.findLayers()
        if isinstance(other.layer(), QgsVectorLayer)
        and other.layer().customProperty(qgis_io.PROVENANCE) == record
        and other.layer().fields().names() == layer.fields().names()
        and other.layer().featureCount() == layer.featureCount()
    ]
    return [layer, *(other for other in others if other.id() != layer.id())]


def read_moran(layer: QgsVectorLayer) -> MoranTable | None:
    """Read the points of the scatterplot; None where the layer holds no local Moran.

    The local I of a unit is (n - 1) / n times its z times its lag, so that two of the three give
    the other. The lag of the run is preferred to one worked out here: the value of a unit may have
    been edited since, and a filter may hide part of the units that the mean was taken over.
    """
    names = moran_fields(layer)
    if names is None:
        return None
    table = MoranTable(names)
    rows = _rows(layer, names)
    values = [row.value for row in rows if row.cluster != "nodata" and row.value is not None]
    mean = sum(values) / len(values) if values else 0.0
    deviation = math.sqrt(sum((v - mean) ** 2 for v in values) / len(values)) if values else 0.0
    n = _units_of_the_run(layer) or sum(row.cluster != "nodata" for row in rows)
    scale = n / (n - 1) if n > 1 else 1.0
    total, used = 0.0, 0
    for row in rows:
        table.clusters.setdefault(row.cluster, []).append(row.fid)
        if row.cluster in UNTESTED:
            continue
        own = (row.value - mean) / deviation if row.value is not None and deviation > 0 else None
        z, lag = own, row.lag
        if row.i is not None:
            total, used = total + row.i * scale, used + 1
            if lag:
                z = row.i * scale / lag
            elif lag is None and own:
                lag = row.i * scale / own
        if z is None or lag is None:
            table.not_drawn += 1
            continue
        point = Point(row.fid, z, lag, row.cluster)
        table.points.append(point)
        table.by_fid[row.fid] = point
    table.overall = total / used if used else None
    return table


@dataclass
class _Row:
    fid: int
    value: float | None
    i: float | None
    lag: float | None
    cluster: str


def _rows(layer: QgsVectorLayer, names: MoranFields) -> list[_Row]:
    wanted = [names.value, names.i, names.lag, names.cluster]
    places = [layer.fields().lookupField(name) if name else -1 for name in wanted]
    request = QgsFeatureRequest()
    request.setFlags(Qgis.FeatureRequestFlag.NoGeometry)
    request.setSubsetOfAttributes([p for p in places if p >= 0])
    rows = []
    for feature in layer.getFeatures(request):
        held = feature.attributes()
        value, i, lag = (_number(held[p]) if 0 <= p < len(held) else None for p in places[:3])
        label = plain(held[places[3]]) if places[3] < len(held) else None
        rows.append(_Row(feature.id(), value, i, lag, str(label) if label else "nodata"))
    return rows


def _number(value: Any) -> float | None:
    value = plain(value)
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return None
    return float(value) if math.isfinite(value) else None


def _units_of_the_run(layer: QgsVectorLayer) -> int | None:
    """Return over how many units the run took its mean, as it recorded."""
    facts = (qgis_io.origin(layer) or {}).get("moran")
    if not isinstance(facts, dict):
        return None
    parts = (facts.get("n_used"), facts.get("n_islands"))
    return sum(parts) if all(type(part) is int for part in parts) and sum(parts) > 1 else None
