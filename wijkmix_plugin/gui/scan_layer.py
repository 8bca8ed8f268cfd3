# SPDX-License-Identifier: GPL-2.0-or-later
"""The result of a scan as the dock sees it: read once, summed per wijk and gemeente."""

from __future__ import annotations

import math
import operator
from dataclasses import dataclass, field
from typing import Any

from qgis.core import (
    Qgis,
    QgsFeature,
    QgsFeatureRequest,
    QgsMapLayer,
    QgsProject,
    QgsVectorLayer,
)

from .. import qgis_io
from ..policy.goal_sheet import Loaded, level_of
from ..policy.scales import FINER_FIELD, Level, finer, values_of
from ..qgis_io import PROVENANCE, plain

# What makes a layer the result of a scan; the dock lives with every other column missing.
MARKS = ("buurt_code", "div_tenure", "flag_reasons")
THREE = ("koop", "corp", "overig")
TWO = ("koop", "huur")
# Which changes of a layer make the sums stale. Some come once per cell: a timer gathers them.
LAYER_SIGNALS = (
    "featureAdded",
    "featuresDeleted",
    "attributeValueChanged",
    "geometryChanged",
    "updatedFields",
    "subsetStringChanged",
    "dataChanged",
    "dataSourceChanged",
    "afterRollBack",
    "crsChanged",
)
# Where the numbers of a layer come from, as the run that made it recorded.
provenance = qgis_io.origin


def is_scan_layer(layer: QgsMapLayer | None) -> bool:
    return (
        isinstance(layer, QgsVectorLayer)
        and layer.isValid()
        and all(layer.fields().lookupField(name) >= 0 for name in MARKS)
    )


def is_block_map(layer: QgsMapLayer | None) -> bool:
    """Tell whether a layer holds the blocks of a scan: with codes of buurten, but no buurten."""
    return isinstance(layer, QgsVectorLayer) and all(
        layer.fields().lookupField(name) >= 0 for name in ("block_div", "edge_steepest")
    )


def choices(project: QgsProject) -> list[tuple[str, QgsVectorLayer]]:
    """Return the scans of a project with their labels, in the order of the layer tree.

    A scan is loaded as a group of views on one result (mix, clusters, flags): those are one choice,
    under the name of the group.
    """
    found: list[tuple[str, QgsVectorLayer]] = []
    seen = set()
    for node in project.layerTreeRoot().findLayers():
        layer = node.layer()
        if not is_scan_layer(layer):
            continue
        group = node.parent()
        record = layer.customProperty(PROVENANCE)
        if record and group is not None and group.parent() is not None:
            key = (group.name(), record)
            if key in seen:
                continue
            seen.add(key)
            found.append((group.name(), layer))
        else:
            found.append((layer.name(), layer))
    labels = numbered([label for label, _ in found])
    return [(label, layer) for label, (_, layer) in zip(labels, found, strict=True)]


def numbered(names: list[str]) -> list[str]:
    """Return names with a number where two share one: nobody could tell them apart."""
    return [
        name if names.count(name) == 1 else f"{name} ({names[: n + 1].count(name)})"
        for n, name in enumerate(names)
    ]


def diversity(counts: tuple[float, ...]) -> float | None:
    """Return entropy / ln K of a composition, as `div_tenure`; None without dwellings.

    Written out here in plain Python: the dock sums wijken and gemeenten itself, even with no
    library installed.
    """
    total = sum(counts)
    if total <= 0:
        return None
    parts = [n / total for n in counts if n > 0]
    return -sum(p * math.log(p) for p in parts) / math.log(len(counts))


@dataclass
class Mix:
    """The dwellings of one area per tenure class; `counts` is None where tenure is not known."""

    counts: tuple[float, ...] | None = None
    unknown: float = 0.0
    units: int = 0
    without: int = 0
    inside: float = 0.0  # dwellings times diversity, summed over the buurten

    def add(
        self, counts: tuple[float, ...] | None, unknown: float, inside: float | None = None
    ) -> None:
        """Add one buurt; `inside` is its dwellings times its diversity, where that is known."""
        self.units += 1
        self.inside += inside or 0.0
        if counts is None:
            self.without += 1
            return
        self.counts = tuple(map(operator.add, self.counts, counts)) if self.counts else counts
        self.unknown += unknown

    def merge(self, other: Mix) -> None:
        """Add all buurten of another area."""
        self.units += other.units
        self.without += other.without
        self.inside += other.inside
        self.unknown += other.unknown
        if other.counts:
            self.counts = (
                tuple(map(operator.add, self.counts, other.counts)) if self.counts else other.counts
            )

    @property
    def total(self) -> float:
        return sum(self.counts) if self.counts else 0.0

    @property
    def shares(self) -> tuple[float, ...] | None:
        """Percentages of the dwellings whose tenure is known."""
        return tuple(100 * n / self.total for n in self.counts) if self.total > 0 else None

    @property
    def diversity(self) -> float | None:
        return diversity(self.counts) if self.counts else None


@dataclass(eq=False)  # one object per feature: finding one among thousands compares identities
class Unit:
    """One buurt: what the picker needs, and where its full record is."""

    fid: int
    code: str
    name: str
    wijk: str
    gemeente: str
    gemeente_name: str


@dataclass
class ScanTable:
    """The attributes of one scan layer, read once; holds no layer."""

    classes: tuple[str, ...] = THREE
    units: list[Unit] = field(default_factory=list)
    by_fid: dict[int, Unit] = field(default_factory=dict)
    wijken: dict[str, Mix] = field(default_factory=dict)
    homes: dict[str, str] = field(default_factory=dict)  # the gemeente of each wijk with figures
    crossed: set[str] = field(default_factory=set)  # gemeenten that share a wijk with another
    gemeenten: dict[str, Mix] = field(default_factory=dict)
    whole: Mix = field(default_factory=Mix)
    # Every attribute and shape, from the first report on.
    frame: Any = field(default=None, compare=False)

    def label(self, unit: Unit) -> str:
        """Return name and code, with the gemeente where the layer has more than one."""
        text = f"{unit.name} ({unit.code})" if unit.name else unit.code
        where = unit.gemeente_name or unit.gemeente
        return f"{text}, {where}" if where and len(self.gemeenten) > 1 else text

    def same(self, unit: Unit | None) -> Unit | None:
        """Find a unit of an earlier reading again: by feature and code, else by its code."""
        if unit is None:
            return None
        found = self.by_fid.get(unit.fid)
        if found is not None and found.code == unit.code:
            return found
        return next((u for u in self.units if u.code == unit.code), None)


def classes_of(layer: QgsVectorLayer) -> tuple[str, ...]:
    """Return two classes where the table knows only owner-occupied and rented, else three."""
    return TWO if layer.fields().lookupField("n_huur") >= 0 else THREE


@qgis_io.many_small_objects()
def read_table(layer: QgsVectorLayer) -> ScanTable:
    """Read what the picker and the bars need: no geometry, no reasons."""
    classes = classes_of(layer)
    text = ("buurt_code", "buurt_name", "wijk_code", "gemeente_code", "gemeente_name")
    wanted = (*text, *(f"n_{c}" for c in classes), "n_unknown")
    places = [layer.fields().lookupField(name) for name in wanted]
    request = QgsFeatureRequest()
    request.setFlags(Qgis.FeatureRequestFlag.NoGeometry)
    request.setSubsetOfAttributes([p for p in places if p >= 0])
    table = ScanTable(classes)
    # Buurten are added up once, per wijk; gemeenten and the whole out of those.
    parts: dict[tuple[str, str], Mix] = {}
    for feature in layer.getFeatures(request):
        row = feature.attributes()
        values = [plain(row[p]) if 0 <= p < len(row) else None for p in places]
        code, name, wijk, gemeente, gemeente_name = (
            "" if v is None else str(v).strip() for v in values[:5]
        )
        known = values[5:-1]
        counts = (
            tuple(float(n) for n in known)
            if all(isinstance(n, (int, float)) for n in known)
            else None
        )
        unknown = float(values[-1]) if isinstance(values[-1], (int, float)) else 0.0
        unit = Unit(feature.id(), code, name, wijk, gemeente, gemeente_name)
        table.units.append(unit)
        table.by_fid[unit.fid] = unit
        inside = sum(counts) * (diversity(counts) or 0.0) if counts else None
        if (part := parts.get((gemeente, wijk))) is None:
            part = parts[gemeente, wijk] = Mix()
        part.add(counts, unknown, inside)
    for (gemeente, wijk), part in parts.items():
        if wijk:
            table.wijken.setdefault(wijk, Mix()).merge(part)
            if part.counts and table.homes.setdefault(wijk, gemeente) != gemeente:
                table.crossed |= {gemeente, table.homes[wijk]}
        if gemeente:
            table.gemeenten.setdefault(gemeente, Mix()).merge(part)
        table.whole.merge(part)
    table.units.sort(key=lambda u: (u.name.casefold(), u.code))
    return table


def record(layer: QgsVectorLayer, feature: QgsFeature) -> dict[str, Any]:
    """Return all attributes of one buurt by field name."""
    names = layer.fields().names()
    row = feature.attributes()
    return {name: plain(row[i]) for i, name in enumerate(names) if i < len(row)}


def loaded(table: ScanTable | None, origin: dict[str, Any] | None) -> Loaded:
    """Return at which level the figures of a scan are, as far as its codes and record tell."""
    if table is None:
        return Loaded()
    level = level_of(unit.code for unit in table.units)
    parameters = (origin or {}).get("parameters")
    if isinstance(parameters, dict) and parameters.get("blocks") is True:
        level = "blok"
    return Loaded(level, len(table.wijken))


def levels(
    table: ScanTable, unit: Unit, values: dict[str, Any], origin: dict[str, Any] | None
) -> list[Level]:
    """Return what blocks, wijk and gemeente of a buurt have, to ask its conditions again."""
    whole = (origin or {}).get("reference") == "all"
    wijk, gemeente = table.wijken.get(unit.wijk), table.gemeenten.get(unit.gemeente)
    reference = table.whole if whole else gemeente
    base = reference.counts if reference is not None else None

    def level(name: str, area: str, mix: Mix | None, against: tuple[float, ...] | None) -> Level:
        counts = mix.counts if mix is not None else None
        return Level(name, area, values_of(counts, table.classes, against))

    return [
        *finer(values.get(FINER_FIELD), (origin or {}).get("variant") == "block"),
        Level("buurt", unit.name or unit.code, None),
        level("wijk", unit.wijk, wijk, base),
        level("stad", unit.gemeente_name or unit.gemeente, gemeente, base if whole else None),
    ]
