# SPDX-License-Identifier: GPL-2.0-or-later
"""The neighbours of one buurt: found among the features around it, and drawn on the map."""

from __future__ import annotations

from qgis.core import Qgis, QgsGeometry, QgsVectorLayer
from qgis.gui import QgsMapCanvas, QgsRubberBand
from qgis.PyQt.QtGui import QColor

from .. import qgis_io
from .moran_layer import MoranFields

# The one colour of Okabe and Ito that no map of ours uses.
COLOUR = QColor("#cc79a7")


def neighbours_of(layer: QgsVectorLayer, fid: int, names: MoranFields) -> list[int]:
    """Return the feature ids of the units with a value that touch a unit.

    Raises
    ------
    ImportError
        The libraries for geometry are missing.
    WijkMixError
        The layer holds something else than polygons.
    """
    import numpy as np

    from ..measures.neighbours import contiguity

    own = layer.getFeature(fid).geometry()
    if own.isNull() or own.isEmpty():
        return []
    box = own.boundingBox()
    # A hair more: a border that only touches the box still counts.
    box.grow(max(box.width(), box.height()) * 1e-6)
    fids, shapes, labels = qgis_io.shapes_in(layer, box, names.cluster)
    if fid not in fids:
        return []
    used = [bool(label) and label != "nodata" for label in labels]
    near = contiguity(shapes, mask=np.array(used))
    here = fids.index(fid)
    return [fids[i] for i in near.indices[near.indptr[here] : near.indptr[here + 1]]]


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
        self._band.reset(Qgis.GeometryType.Polygon)
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
