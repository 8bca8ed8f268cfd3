# SPDX-License-Identifier: GPL-2.0-or-later
"""The neighbours of one buurt: found among the features around it, and drawn on the map."""

from __future__ import annotations

from typing import Any

from qgis.core import (
    Qgis,
    QgsGeometry,
    QgsRectangle,
    QgsUnitTypes,
    QgsVectorLayer,
    QgsWkbTypes,
)
from qgis.gui import QgsMapCanvas, QgsRubberBand
from qgis.PyQt.QtGui import QColor

from .. import qgis_io
from .moran_layer import MoranTable

# The one colour of Okabe and Ito that no map of ours uses.
COLOUR = QColor("#cc79a7")


def neighbours_of(layer: QgsVectorLayer, fid: int, table: MoranTable) -> list[int]:
    """Return the feature ids of the units with a value that are the neighbours of a unit.

    They are found as the run found them; where the layer does not tell, they touch the unit.

    Raises
    ------
    ImportError
        The libraries for geometry are missing.
    WijkMixError
        The layer holds something else than polygons, and the run does not say what to look for.
    """
    import numpy as np

    from ..measures.neighbours import find

    choice = _choice_of_the_run(layer)
    touching = choice["kind"] in ("queen", "rook") and not choice["join"]
    if touching or table.near is None:
        box = QgsRectangle()  # everywhere
        if touching:
            own = layer.getFeature(fid).geometry()
            if own.isNull() or own.isEmpty():
                return []
            box = own.boundingBox()
            # A hair more: a border that only touches the box still counts.
            box.grow(max(box.width(), box.height()) * 1e-6 + choice["tolerance"])
        fids, shapes, labels = qgis_io.shapes_in(layer, box, table.fields.cluster)
        used = [bool(label) and label != "nodata" for label in labels]
        table.near = fids, find(shapes, mask=np.array(used, bool), **choice)
    fids, near = table.near
    if touching:
        table.near = None  # of the surroundings of this unit only
    if fid not in fids:
        return []
    here = fids.index(fid)
    return [fids[i] for i in near.indices[near.indptr[here] : near.indptr[here + 1]]]


def _choice_of_the_run(layer: QgsVectorLayer) -> dict[str, Any]:
    """Return how a run of `local_morans_i` chose neighbours, in units of the layer."""
    asked = (qgis_io.origin(layer) or {}).get("parameters")
    asked = asked if isinstance(asked, dict) else {}
    metre = QgsUnitTypes.fromUnitToUnitFactor(Qgis.DistanceUnit.Meters, layer.crs().mapUnits())

    def length(name: str) -> float:
        value = asked.get(name)
        return value * metre if isinstance(value, (int, float)) else 0.0

    kind, k = asked.get("neighbours"), asked.get("k")
    return {
        "kind": kind if kind in ("rook", "nearest", "within") else "queen",
        "k": k if isinstance(k, int) else 6,
        "distance": length("distance"),
        "tolerance": length("tolerance"),
        "join": asked.get("join_islands") is True,
    }


class Band:
    """The neighbours as one coloured shape on the canvas."""

    def __init__(self, canvas: QgsMapCanvas) -> None:
        self._canvas = canvas
        self._band: QgsRubberBand | None = None

    def show(self, geometries: list[QgsGeometry], layer: QgsVectorLayer) -> None:
        if self._band is None:
            self._band = QgsRubberBand(self._canvas, Qgis.GeometryType.Polygon)
            self._band.setStrokeColor(COLOUR)
            shade = QColor(COLOUR)
            shade.setAlpha(70)
            self._band.setFillColor(shade)
            self._band.setWidth(3)
            self._band.setIcon(QgsRubberBand.IconType.ICON_FULL_BOX)
            self._band.setIconSize(9)
        self._band.reset(QgsWkbTypes.geometryType(layer.wkbType()))
        for geometry in geometries:
            self._band.addGeometry(geometry, layer)

    def size(self) -> int:
        """Return how many parts are drawn."""
        return self._band.size() if self._band is not None else 0

    def hide(self) -> None:
        if self._band is not None:
            self._band.reset(Qgis.GeometryType.Polygon)

    def remove(self) -> None:
        if self._band is not None:
            self._canvas.scene().removeItem(self._band)
            self._band = None
