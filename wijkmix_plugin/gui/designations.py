# SPDX-License-Identifier: GPL-2.0-or-later
"""The layer with officially designated areas (Wbmgp): choose it, and which buurten lie in it."""

from __future__ import annotations

from datetime import date
from typing import Any

from qgis.core import (
    Qgis,
    QgsCoordinateTransform,
    QgsCsException,
    QgsFeatureRequest,
    QgsFieldProxyModel,
    QgsGeometry,
    QgsProject,
    QgsVectorLayer,
)
from qgis.gui import QgsFieldComboBox, QgsMapLayerComboBox
from qgis.PyQt.QtCore import QCoreApplication, QDate, QDateTime
from qgis.PyQt.QtWidgets import (
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QLineEdit,
    QVBoxLayout,
    QWidget,
)

from ..errors import PolicyError
from ..policy import designation
from ..policy.designation import Designation, Setting
from . import texts
from .labels import label
from .stored_page import SCOPE, project_entry

KEY = "designation"


def setting() -> Setting:
    """Return what the open project holds."""
    return designation.loads(project_entry(KEY))[0]


def of_buurt(layer: QgsVectorLayer, shape: QgsGeometry, today: date) -> Designation:
    """Say how it stands with a buurt, given its shape in the system of its layer."""
    chosen = setting()
    if not chosen.layer:
        return designation.absent(designation.NONE_LOADED)
    areas = QgsProject.instance().mapLayer(chosen.layer)
    if not isinstance(areas, QgsVectorLayer) or not areas.isValid():
        return designation.absent(designation.NO_LAYER.format(name=chosen.name))
    place = areas.fields().lookupField(chosen.field) if chosen.field else -1
    if chosen.field and place < 0:
        return designation.absent(designation.NO_FIELD.format(name=chosen.name, field=chosen.field))
    if shape.isEmpty() or shape.area() <= 0:
        return designation.absent(designation.OUTSIDE)
    to_buurt = QgsCoordinateTransform(areas.crs(), layer.crs(), QgsProject.instance())
    request = QgsFeatureRequest()
    request.setSubsetOfAttributes([place] if place >= 0 else [])
    request.setDestinationCrs(layer.crs(), to_buurt.context())
    request.setFilterRect(shape.boundingBox())
    # A shape that crosses itself still says where it is.
    request.setInvalidGeometryCheck(Qgis.InvalidGeometryCheck.NoCheck)
    found: dict[date | None, list[QgsGeometry]] = {}
    try:
        for feature in areas.getFeatures(request):
            end = _day(feature.attribute(place)) if place >= 0 else _day(chosen.until)
            overlap = feature.geometry().makeValid().intersection(shape)
            if not overlap.isEmpty():  # which a geometry that is absent is as well
                found.setdefault(end, []).append(overlap)
    except QgsCsException:
        return designation.absent(designation.NO_LAYER.format(name=chosen.name))
    # Many small areas count together; a border that is shared is no area.
    ends = [end for end, parts in found.items() if _share(parts, shape) >= designation.MIN_SHARE]
    current = [part for end in ends if designation.in_force(end, today) for part in found[end]]
    return designation.judge(_share(current, shape), ends, today)


def _share(parts: list[QgsGeometry], shape: QgsGeometry) -> float:
    return QgsGeometry.unaryUnion(parts).area() / shape.area() if parts else 0.0


def _day(value: Any) -> date | None:
    if isinstance(value, QDateTime):
        value = value.date()
    if isinstance(value, QDate):
        return date(value.year(), value.month(), value.day()) if value.isValid() else None
    return designation.read_day(value if isinstance(value, (str, int, float)) else None)


class DesignationDialog(QDialog):
    """Choose the layer, and where its end date is."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        translate = QCoreApplication.translate
        self.setWindowTitle(translate("WijkMix", "Designated areas (Wbmgp)"))
        self.layers = QgsMapLayerComboBox()
        self.layers.setFilters(Qgis.LayerFilter.PolygonLayer)
        self.layers.setAllowEmptyLayer(True, translate("WijkMix", "none"))
        self.layers.setMinimumContentsLength(8)
        self.layers.setSizeAdjustPolicy(
            QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon
        )
        self.field = QgsFieldComboBox()
        self.field.setFilters(
            QgsFieldProxyModel.Filter.Date
            | QgsFieldProxyModel.Filter.DateTime
            | QgsFieldProxyModel.Filter.String
            | QgsFieldProxyModel.Filter.Numeric
        )
        self.field.setAllowEmptyFieldName(True)
        self.until = QLineEdit()
        self.until.setPlaceholderText("2027-12-31")
        self.message = label("")
        form = QFormLayout()
        form.setRowWrapPolicy(QFormLayout.RowWrapPolicy.WrapAllRows)
        form.addRow(translate("WijkMix", "&Layer with the designated areas"), self.layers)
        form.addRow(translate("WijkMix", "&Field with the end date of each area"), self.field)
        form.addRow(translate("WijkMix", "or &one end date for all areas"), self.until)
        buttons = QDialogButtonBox(
            QDialogButtonBox.StandardButton.Ok | QDialogButtonBox.StandardButton.Cancel
        )
        layout = QVBoxLayout(self)
        layout.addWidget(
            label(
                translate(
                    "WijkMix",
                    "The Wbmgp holds only in areas that were officially designated, and only until "
                    "the decision ends. WijkMix never derives such an area from figures: load the "
                    "decision as polygons, with its end date. After that day the area no longer "
                    "counts.",
                )
            )
        )
        layout.addLayout(form)
        layout.addWidget(self.message)
        layout.addWidget(buttons)
        self.layers.layerChanged.connect(self._layer_changed)
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        self._problem = designation.loads(project_entry(KEY))[1]
        self._show(setting())
        buttons.button(QDialogButtonBox.StandardButton.Ok).setEnabled(self._problem is None)
        self.resize(340, self.sizeHint().height())

    def _show(self, chosen: Setting) -> None:
        self.layers.setLayer(QgsProject.instance().mapLayer(chosen.layer))
        # Without a layer the box would show no line at all, instead of its empty choice.
        self.layers.setCurrentIndex(max(self.layers.currentIndex(), 0))
        self._layer_changed(self.layers.currentLayer())
        self.field.setField(chosen.field)
        self.until.setText(chosen.until)
        self._say(texts.both(self._problem))

    def _layer_changed(self, layer: Any) -> None:
        self.field.setLayer(layer)
        for widget in (self.field, self.until):
            widget.setEnabled(layer is not None)

    def _say(self, text: str) -> None:
        self.message.setText(text)
        self.message.setVisible(bool(text))

    def accept(self) -> None:
        """Keep the choice, or say what is missing."""
        layer = self.layers.currentLayer()
        chosen = Setting()
        if layer is not None:
            field = self.field.currentField()
            chosen = Setting(
                layer.id(), layer.name(), field, "" if field else self.until.text().strip()
            )
        try:
            QgsProject.instance().writeEntry(SCOPE, KEY, designation.dumps(chosen))
        except PolicyError as error:
            self._say(texts.both(error.text))
            return
        super().accept()
