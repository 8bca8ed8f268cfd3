# SPDX-License-Identifier: GPL-2.0-or-later
"""Click a buurt on the map: which one lies under the point, and its outline drawn on top."""

from __future__ import annotations

from qgis.core import (
    Qgis,
    QgsCoordinateTransform,
    QgsCsException,
    QgsFeature,
    QgsFeatureRequest,
    QgsGeometry,
    QgsPointXY,
    QgsProject,
    QgsRectangle,
    QgsVectorLayer,
)
from qgis.gui import QgsMapCanvas, QgsMapTool, QgsRubberBand
from qgis.PyQt.QtCore import Qt, pyqtSignal
from qgis.PyQt.QtGui import QColor


def feature_at(layer: QgsVectorLayer, point: QgsPointXY, canvas: QgsMapCanvas) -> QgsFeature | None:
    """Return the feature of the layer under a point of the canvas (in the canvas' CRS)."""
    transform = QgsCoordinateTransform(
        canvas.mapSettings().destinationCrs(), layer.crs(), QgsProject.instance().transformContext()
    )
    reach = 0.0  # a point or a line is hardly ever hit exactly
    if layer.geometryType() != Qgis.GeometryType.Polygon:
        reach = QgsMapTool.searchRadiusMU(canvas)
    try:
        place = transform.transform(point)
        box = QgsRectangle(place, place)
        if reach:
            around = QgsGeometry.fromPointXY(point).boundingBox()
            around.grow(reach)
            box = transform.transformBoundingBox(around)
    except QgsCsException:
        return None  # the point lies outside what the layer's CRS can express
    request = QgsFeatureRequest(box)
    request.setSubsetOfAttributes([])
    request.setInvalidGeometryCheck(Qgis.InvalidGeometryCheck.NoCheck)
    here = QgsGeometry.fromPointXY(place)
    hit = QgsGeometry.fromRect(box) if reach else here
    found = [
        feature for feature in layer.getFeatures(request) if feature.geometry().intersects(hit)
    ]
    return min(found, key=lambda feature: feature.geometry().distance(here), default=None)


class PickTool(QgsMapTool):
    """A map tool that passes on where was clicked."""

    clicked = pyqtSignal(QgsPointXY)

    def __init__(self, canvas: QgsMapCanvas) -> None:
        super().__init__(canvas)
        self.setCursor(Qt.CursorShape.CrossCursor)

    def hold(self, on: bool) -> None:
        """Become the tool of the canvas, or give it back."""
        if on:
            self.canvas().setMapTool(self)
        else:
            self.canvas().unsetMapTool(self)

    def flags(self) -> QgsMapTool.Flags:
        return QgsMapTool.Flag.ShowContextMenu

    def canvasReleaseEvent(self, event) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self.clicked.emit(event.mapPoint())


class Outline:
    """The outline of the selected buurt on the canvas."""

    def __init__(self, canvas: QgsMapCanvas) -> None:
        self._canvas = canvas
        self._band: QgsRubberBand | None = None

    def show(self, geometry: QgsGeometry, layer: QgsVectorLayer) -> None:
        if self._band is None:
            self._band = QgsRubberBand(self._canvas, Qgis.GeometryType.Polygon)
            self._band.setColor(QColor(20, 20, 20))
            self._band.setSecondaryStrokeColor(QColor(255, 255, 255))
            self._band.setFillColor(QColor(0, 0, 0, 0))
            self._band.setWidth(3)
        self._band.setToGeometry(geometry, layer)

    def hide(self) -> None:
        if self._band is not None:
            self._band.reset(Qgis.GeometryType.Polygon)

    def remove(self) -> None:
        if self._band is not None:
            self._canvas.scene().removeItem(self._band)
            self._band = None
