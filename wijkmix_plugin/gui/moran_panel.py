# SPDX-License-Identifier: GPL-2.0-or-later
"""The view "Clusters": the Moran scatterplot tied to the map, the neighbours of a buurt, a profile.

It reads a layer, and listens to it, only while it is visible.
"""

from __future__ import annotations

from functools import partial
from typing import Any

from qgis.core import Qgis, QgsApplication, QgsFeature, QgsPointXY, QgsProject, QgsVectorLayer
from qgis.gui import QgsMapCanvas
from qgis.PyQt.QtCore import QCoreApplication, QSize, Qt, QTimer, pyqtSignal
from qgis.PyQt.QtGui import QColor, QIcon, QPainter, QPixmap
from qgis.PyQt.QtWidgets import (
    QCheckBox,
    QComboBox,
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QScrollArea,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from .. import dependencies
from ..errors import WijkMixError
from . import scan_layer, texts
from .labels import html_label
from .map_tool import Outline, PickTool, feature_at
from .moran_layer import MoranTable, is_moran_layer, moran_fields, read_moran, views_of
from .near import Band, neighbours_of
from .near_text import NeighbourText
from .page import paragraph
from .picker import narrow
from .profile_panel import ProfilePanel
from .scan_layer import LAYER_SIGNALS, ScanTable, Unit
from .scatter import EDGE, MoranScatter
from .texts import esc, number

LEGEND = (("HH", "HL", "ns"), ("LL", "LH", "island"))


class MoranPanel(QScrollArea):
    """Shows the scan of the dock, or a layer of `local_morans_i` that the user chooses here."""

    picked = pyqtSignal(int)  # a feature of the scan
    picked_code = pyqtSignal(str)  # the code of a feature of another layer

    def __init__(
        self, catalogue: Any, canvas: QgsMapCanvas | None, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.catalogue = catalogue
        self._scan_id = ""
        self._scan_table: ScanTable | None = None
        self._own_id = ""
        self._read_id: str | None = None  # which layer the points are of
        self._table: MoranTable | None = None
        self._unit: Unit | None = None
        self._fid: int | None = None
        self._views: list[str] = []  # the layers that are listened to
        self._mirroring = False
        self._connections: list[tuple[Any, Any]] = []
        self._layer_connections: list[tuple[Any, Any]] = []
        self._canvas = canvas
        self._band = Band(canvas) if canvas is not None else None
        self._outline = Outline(canvas) if canvas is not None else None
        self._tool = PickTool(canvas) if canvas is not None else None
        self._stale = QTimer(self)
        self._stale.setSingleShot(True)
        self._stale.setInterval(150)
        self._stale.timeout.connect(self._read_again)
        self._build()
        if self._tool is not None:
            self._tool.clicked.connect(self._clicked)

    def _build(self) -> None:
        translate = QCoreApplication.translate
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        # Always there: one that comes and goes would resize the chart under the pointer.
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOn)
        self.source = narrow(QComboBox())
        self.source.setAccessibleName(translate("WijkMix", "Layer with a local Moran"))
        self.source.activated.connect(self._source_chosen)
        # The button beside the buurten of the scan is for those only.
        self.pick_button = QToolButton()
        self.pick_button.setIcon(QgsApplication.getThemeIcon("/mActionIdentify.svg"))
        self.pick_button.setCheckable(True)
        self.pick_button.setToolTip(translate("WijkMix", "Click a unit of this layer on the map"))
        self.pick_button.setAccessibleName(translate("WijkMix", "Pick a unit on the map"))
        self.pick_button.toggled.connect(self._pick_toggled)
        self.head = html_label(links=True)
        self.scatter = MoranScatter(self._name)
        self.scatter.brushed.connect(self._brushed)
        self.scatter.picked.connect(self._pick)
        self.scatter.cleared.connect(lambda: self._select_on_map(set()))
        legend = QGridLayout()
        legend.setSpacing(2)
        self.legend: dict[str, QToolButton] = {}
        for row, names in enumerate(LEGEND):
            for column, name in enumerate(names):
                button = QToolButton()
                button.setAutoRaise(True)
                button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
                button.setAccessibleName(texts.label(self.catalogue, "clusters", name))
                button.clicked.connect(partial(self._select_cluster, name))
                self.legend[name] = button
                legend.addWidget(button, row, column)
        self.hint = html_label(links=True)
        self.show_near = QCheckBox(translate("WijkMix", "Show neighbours on the map"))
        self.show_near.toggled.connect(self._show_unit)
        self.near = html_label(links=True)
        self.near.setAccessibleName(translate("WijkMix", "Neighbours of the buurt"))
        self.near.linkActivated.connect(self._link)
        self.profile = ProfilePanel()
        inside = QWidget()
        layout = QVBoxLayout(inside)
        row = QHBoxLayout()
        row.addWidget(self.source, 1)
        row.addWidget(self.pick_button)
        layout.addLayout(row)
        layout.addWidget(self.head)
        layout.addWidget(self.scatter)
        layout.addLayout(legend)
        layout.addWidget(self.hint)
        layout.addWidget(self.show_near)
        layout.addWidget(self.near)
        layout.addWidget(self.profile)
        layout.addStretch()
        self.setWidget(inside)

    # -- what the dock says ----------------------------------------------------------------

    def set_scan(self, layer: QgsVectorLayer | None, table: ScanTable | None) -> None:
        """Show another scan, or the same one read again."""
        self._scan_id = layer.id() if layer is not None else ""
        self._scan_table = table
        self._read_id = None
        if self.isVisible():
            self._refresh()

    def show_unit(self, unit: Unit | None) -> None:
        """Ring the buurt that the dock shows, and list its neighbours."""
        self._unit = unit
        if self.isVisible():
            self._find_unit()
            self._show_unit()

    def close_down(self) -> None:
        """Leave nothing behind: signals, timer, map tool, shapes on the map."""
        self._leave()
        if self._tool is not None:
            self._tool.hold(False)
            self._tool.deleteLater()
            self._tool = None
        self.profile.close_down()
        for shape in (self._band, self._outline):
            if shape is not None:
                shape.remove()
        self._band = self._outline = None
        self._scan_id = self._own_id = ""
        self._scan_table = self._table = self._unit = self._read_id = self._fid = None

    # -- only while visible ----------------------------------------------------------------

    def showEvent(self, event) -> None:
        super().showEvent(event)
        self._refresh()

    def hideEvent(self, event) -> None:
        super().hideEvent(event)
        self.pick_button.setChecked(False)
        self._leave()

    def _leave(self) -> None:
        self._stale.stop()
        self._disconnect(self._connections)
        self._disconnect(self._layer_connections)
        for shape in (self._band, self._outline):
            if shape is not None:
                shape.hide()

    @staticmethod
    def _connect(held: list[tuple[Any, Any]], signal: Any, slot: Any) -> None:
        signal.connect(slot)
        held.append((signal, slot))

    @staticmethod
    def _disconnect(held: list[tuple[Any, Any]]) -> None:
        for signal, slot in held:
            signal.disconnect(slot)
        held.clear()

    def _refresh(self) -> None:
        """Fill the chooser, read the layer where that has not been done, listen to it."""
        self._leave()
        project = QgsProject.instance()
        self._connect(self._connections, project.layersAdded, self._stale.start)
        self._connect(self._connections, project.layersWillBeRemoved, self._layers_going)
        self._connect(self._connections, project.layersRemoved, self._stale.start)
        if self._canvas is not None:
            self._connect(self._connections, self._canvas.mapToolSet, self._map_tool_set)
        self._list_sources()
        layer = self.layer()
        if layer is None:
            self._table, self._read_id = None, None
        elif self._read_id != layer.id() or self._own_id:
            self._table, self._read_id = read_moran(layer), layer.id()
        self._show_table()
        if layer is not None:
            views = views_of(layer)
            self._views = [view.id() for view in views]
            for view in views:
                slot = partial(self._selection_changed, view.id())
                self._connect(self._layer_connections, view.selectionChanged, slot)
            if self._own_id:
                for name in (*LAYER_SIGNALS, "nameChanged"):
                    self._connect(self._layer_connections, getattr(layer, name), self._edited)
            self.scatter.select(layer.selectedFeatureIds())
        self._find_unit()
        self._show_unit()

    def _read_again(self) -> None:
        if self.isVisible():
            self._refresh()

    def _edited(self, *_details: Any) -> None:
        self._stale.start()

    def _layers_going(self, layer_ids: list[str]) -> None:
        """Let go of layers while they still exist."""
        if not set(self._views).isdisjoint(layer_ids):
            self._disconnect(self._layer_connections)
        if (self._own_id or self._scan_id) in layer_ids:
            if self._own_id:
                self._own_id = ""
            else:
                self._scan_id, self._scan_table = "", None
            self._table = self._read_id = self._fid = None
            self._show_table()
            self._show_unit()
        self._stale.start()

    # -- which layer -----------------------------------------------------------------------

    def layer(self) -> QgsVectorLayer | None:
        """Return the layer whose points are shown, None where it has gone or lost its fields."""
        layer = QgsProject.instance().mapLayer(self._own_id or self._scan_id)
        return layer if isinstance(layer, QgsVectorLayer) and moran_fields(layer) else None

    def _list_sources(self) -> None:
        """Offer the scan and the layers of `local_morans_i`; hidden where there is no choice."""
        others = [
            layer for layer in QgsProject.instance().mapLayers().values() if is_moran_layer(layer)
        ]
        others.sort(key=lambda layer: (layer.name().casefold(), layer.id()))
        names = scan_layer.numbered([layer.name() for layer in others])
        choices = [(name, layer.id()) for name, layer in zip(names, others, strict=True)]
        if self._scan_id:
            above = QCoreApplication.translate("WijkMix", "The scan above")
            choices.insert(0, (above, ""))
        known = [layer_id for _, layer_id in choices]
        if self._own_id not in known:
            self._own_id = known[0] if known else ""
        self.source.clear()
        for name, layer_id in choices:
            self.source.addItem(name, layer_id)
        if known:
            self.source.setCurrentIndex(known.index(self._own_id))
        self.source.setVisible(bool(others))
        can_pick = bool(self._own_id) and self._tool is not None
        if not can_pick:
            self.pick_button.setChecked(False)
        self.pick_button.setVisible(can_pick)

    def _source_chosen(self, place: int) -> None:
        self._own_id = self.source.itemData(place) or ""
        self._fid = None
        self._refresh()

    def _show_table(self) -> None:
        table = self._table
        if table is None:
            self.head.setText(
                paragraph(
                    QCoreApplication.translate(
                        "WijkMix",
                        "There is no local Moran to draw. Run a scan, or the algorithm Local "
                        "Moran clusters of the toolbox.",
                    )
                )
            )
        else:
            self.head.setText(self._heading(table))
        self.scatter.show_points(table.points if table else [], table.overall if table else None)
        shown = table is not None and bool(table.points)
        self.scatter.setVisible(shown)
        self.hint.setVisible(shown)
        for name, button in self.legend.items():
            count = len(table.clusters.get(name, ())) if table is not None else 0
            word = texts.label(self.catalogue, "clusters", name)
            short = {
                "ns": QCoreApplication.translate("WijkMix", "n.s."),
                "island": QCoreApplication.translate("WijkMix", "island"),
            }.get(name, name)
            button.setText(f"{short} {number(count)}")
            button.setIcon(_swatch(name, button.devicePixelRatioF()))
            said = QCoreApplication.translate("WijkMix", "Select on the map: {label}")
            button.setToolTip(texts.tip(said.format(label=word)))
            button.setAccessibleName(f"{said.format(label=word)}, {number(count)}")
            button.setEnabled(count > 0)
            button.setVisible(table is not None)
        self._say_selected()

    def _heading(self, table: MoranTable) -> str:
        translate = QCoreApplication.translate
        untested = sum(len(fids) for fids in table.clusters.values()) - table.tested
        layer = self.layer()
        lines = [
            translate("WijkMix", "Moran's I {value}: the slope of the line").format(
                value=number(table.overall, 3)
            )
        ]
        lines.append(
            translate(
                "WijkMix", "{n} buurten tested, {without} not (no data or no neighbour)"
            ).format(n=number(table.tested), without=number(untested))
        )
        if table.not_drawn:
            lines.append(
                translate("WijkMix", "{n} cannot be drawn: their values are missing").format(
                    n=number(table.not_drawn)
                )
            )
        if layer is not None and layer.subsetString():
            lines.append(
                translate(
                    "WijkMix",
                    "The layer is filtered: only the buurten that are left are drawn, and the "
                    "line is theirs.",
                )
            )
        return f"<p><b>{esc(lines[0])}</b>" + "".join(f"<br>{esc(x)}" for x in lines[1:]) + "</p>"

    # -- selection: the map and the points are one -----------------------------------------

    def _brushed(self, fids: list[int], modifiers: Any) -> None:
        chosen = set(fids)
        if modifiers & Qt.KeyboardModifier.ShiftModifier:
            chosen = self.scatter.selected() | chosen
        elif modifiers & Qt.KeyboardModifier.ControlModifier:
            chosen = self.scatter.selected() - chosen
        self._select_on_map(chosen)

    def _select_cluster(self, name: str, _checked: bool = False) -> None:
        if self._table is not None:
            self._select_on_map(set(self._table.clusters.get(name, ())))

    def _select_on_map(self, fids: set[int]) -> None:
        layer = self.layer()
        if layer is not None:
            layer.selectByIds(list(fids))

    def _selection_changed(self, layer_id: str, *_details: Any) -> None:
        """Light up the points, and the same buurten in the other views on the result."""
        layer, changed = self.layer(), QgsProject.instance().mapLayer(layer_id)
        if self._mirroring or layer is None or changed is None:
            return
        fids = set(changed.selectedFeatureIds())
        self._mirroring = True
        try:
            for view in views_of(layer):
                if view.id() != layer_id and set(view.selectedFeatureIds()) != fids:
                    view.selectByIds(list(fids), Qgis.SelectBehavior.SetSelection)
        finally:
            self._mirroring = False
        self.scatter.select(fids)
        self._say_selected()

    def _say_selected(self) -> None:
        translate = QCoreApplication.translate
        count = len(self.scatter.selected())
        if count:
            text = translate(
                "WijkMix", "{n} selected, here and on the map. Esc in the chart clears."
            ).format(n=number(count))
        else:
            text = translate(
                "WijkMix",
                "Drag over points to select them on the map (Shift adds, Ctrl takes away). Click "
                "a point, or use the arrow keys, to pick a buurt.",
            )
        self.hint.setText(f"<small>{esc(text)}</small>")

    # -- one buurt -------------------------------------------------------------------------

    def _pick_toggled(self, on: bool) -> None:
        if self._tool is not None:
            self._tool.hold(on)

    def _map_tool_set(self, new: Any, _old: Any = None) -> None:
        self.pick_button.setChecked(new is not None and new == self._tool)

    def _clicked(self, point: QgsPointXY) -> None:
        """Pick the unit under a point of the map."""
        layer = self.layer()
        if layer is None or self._canvas is None:
            return
        feature = feature_at(layer, point, self._canvas)
        if feature is not None:
            self._pick(feature.id())

    def _pick(self, fid: int) -> None:
        layer = self.layer()
        if layer is None:
            return
        if not self._own_id:
            self.picked.emit(fid)
            return
        self._fid = fid
        code = scan_layer.record(layer, layer.getFeature(fid)).get("buurt_code")
        # The dock may know this buurt, and then says so through show_unit().
        if code:
            self.picked_code.emit(str(code))
        self._fid = fid
        self._show_unit()

    def _find_unit(self) -> None:
        """Find the buurt of the dock in the layer that is shown."""
        layer = self.layer()
        if layer is None:
            self._fid = None
        elif not self._own_id:
            self._fid = self._unit.fid if self._unit is not None else None
        elif self._unit is not None and layer.fields().lookupField("buurt_code") >= 0:
            code = self._unit.code.replace("'", "''")
            found = next(layer.getFeatures(f"\"buurt_code\" = '{code}'"), None)
            self._fid = found.id() if found is not None else None

    def _name(self, fid: int) -> str:
        """Return what a buurt is called, in the layer that is shown."""
        if not self._own_id and self._scan_table is not None:
            unit = self._scan_table.by_fid.get(fid)
            return (unit.name or unit.code) if unit is not None else str(fid)
        layer = self.layer()
        return _feature_name(layer, layer.getFeature(fid)) if layer is not None else str(fid)

    def _link(self, address: str) -> None:
        kind, _, fid = address.partition(":")
        if kind == "buurt" and fid.lstrip("-").isdigit():
            self._pick(int(fid))

    def _show_unit(self, _checked: bool = False) -> None:
        """Write about the buurt and its neighbours, and draw them where that is asked for."""
        layer, fid = self.layer(), self._fid
        for shape in (self._band, self._outline):
            if shape is not None:
                shape.hide()
        self.scatter.focus_on(fid)
        self.show_near.setVisible(self._table is not None and self._band is not None)
        feature = layer.getFeature(fid) if layer is not None and fid is not None else None
        if self._table is None or layer is None or feature is None or not feature.isValid():
            self.near.setText("")
            self.near.setVisible(False)
            return
        self.near.setVisible(True)
        found: list[int] = []
        problem = ""
        label = scan_layer.record(layer, feature).get(self._table.fields.cluster)
        if label and label != "nodata":
            try:
                found = neighbours_of(layer, feature.id(), self._table)
            except ImportError as error:
                missing = dependencies.message()
                problem = texts.both(missing) if missing is not None else str(error)
            except WijkMixError as error:
                problem = texts.both(error.text)
        near = [layer.getFeature(one) for one in found]
        about = NeighbourText(layer, self._table, self.catalogue, self._name)
        self.near.setText(about.render(feature, near, problem))
        if self.show_near.isChecked() and self.isVisible() and self._band is not None:
            self._band.show([one.geometry() for one in near], layer)
            if self._own_id and self._outline is not None:
                self._outline.show(feature.geometry(), layer)


def _feature_name(layer: QgsVectorLayer, feature: QgsFeature) -> str:
    values = scan_layer.record(layer, feature)
    for field in ("buurt_name", "buurt_code", layer.displayField()):
        if values.get(field) not in (None, ""):
            return str(values[field])
    return str(feature.id())


def _swatch(name: str, ratio: float) -> QIcon:
    """Return a dot in the colour that a cluster has on the map, sharp on a screen of that ratio."""
    from ..report.charts import CLUSTER_COLOURS

    picture = QPixmap(QSize(12, 12) * ratio)
    picture.setDevicePixelRatio(ratio)
    picture.fill(Qt.GlobalColor.transparent)
    painter = QPainter(picture)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(EDGE)
    painter.setBrush(QColor(CLUSTER_COLOURS[name]))
    painter.drawEllipse(1, 1, 10, 10)
    painter.end()
    return QIcon(picture)
