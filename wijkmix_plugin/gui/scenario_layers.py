# SPDX-License-Identifier: GPL-2.0-or-later
"""The results of scenarios that are in a project, and which of them a next run may replace."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from qgis.core import QgsProject, QgsVectorLayer

from .. import qgis_io

TABLES = ("OUTPUT", "INDICES", "BALANCE", "TESTS", "PAIRS", "FLAGS")
# The name that a run of the panel gave its layer; without it, it is not ours to take out.
OURS = "wijkmix/scenario_layer"
REPORT = "wijkmix/scenario_report"


@dataclass
class Made:
    """What one run left in the project: the record of the run, and its tables by layer id."""

    when: str  # ISO; no two runs have the same
    record: dict[str, Any]
    ids: dict[str, str] = field(default_factory=dict)

    def layer(self, table: str) -> QgsVectorLayer | None:
        found = QgsProject.instance().mapLayer(self.ids.get(table, ""))
        return found if isinstance(found, QgsVectorLayer) else None

    def layers(self) -> list[QgsVectorLayer]:
        return [layer for layer in map(self.layer, self.ids) if layer is not None]


def results() -> list[Made]:
    """Return what is in the project, of the panel or the toolbox, the newest run first."""
    found: dict[str, Made] = {}
    for layer in QgsProject.instance().mapLayers().values():
        record = qgis_io.origin(layer) or {}
        when, table = record.get("made"), record.get("table")
        if isinstance(when, str) and table in TABLES:
            found.setdefault(when, Made(when, record)).ids[table] = layer.id()
    return sorted(found.values(), key=lambda made: made.when, reverse=True)


def mark(made: Made, report: str) -> None:
    """Note that the panel made these layers, as they are now called, and where the report is."""
    for layer in made.layers():
        layer.setCustomProperty(OURS, layer.name())
        layer.setCustomProperty(REPORT, report)


def replaceable(made: Made) -> bool:
    """Tell whether nobody has renamed, edited or saved a layer that the panel made."""
    return all(
        layer.customProperty(OURS) == layer.name()
        and layer.providerType() == "memory"
        and not layer.isModified()
        for layer in made.layers()
    )


def take_out_before(new: Made) -> int:
    """Take out what earlier runs on the same stock left, and return how many layers that were."""
    source = new.record.get("source")
    old = [
        layer.id()
        for made in results()
        if made.when < new.when and made.record.get("source") == source and replaceable(made)
        for layer in made.layers()
    ]
    QgsProject.instance().removeMapLayers(old)
    return len(old)
