# SPDX-License-Identifier: GPL-2.0-or-later
"""The WijkMix panel: choose a scan, click a buurt, see its mix, flags, instruments and origin."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

from qgis.core import Qgis, QgsMessageLog, QgsPointXY, QgsProject, QgsVectorLayer
from qgis.gui import QgsDockWidget
from qgis.PyQt.QtCore import QCoreApplication, Qt, QTimer, QUrl
from qgis.PyQt.QtGui import QDesktopServices
from qgis.PyQt.QtWidgets import (
    QComboBox,
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QScrollArea,
    QStackedWidget,
    QTabWidget,
    QVBoxLayout,
    QWidget,
)

from .. import dependencies
from ..errors import WijkMixError
from . import about_panel, designations, flags_panel, own_catalogue, print_layout, scan_layer, texts
from .compare_panel import ComparePanel
from .instruments_panel import InstrumentsPanel
from .map_tool import Outline, PickTool, feature_at
from .mix_panel import MixPanel
from .moran_panel import MoranPanel
from .page import Page, paragraph
from .picker import BuurtPicker, narrow
from .plan_panel import PlanPanel, project_goals
from .report_panel import ReportPanel, Shown
from .run_bar import RunBar
from .run_scan import RunPanel, ScanRun
from .scale_panel import ScalePanel
from .scan_layer import LAYER_SIGNALS, ScanTable, Unit
from .scenario_panel import ScenarioPanel
from .stored_page import project_entry
from .view_bar import ViewBar


class WijkMixDock(QgsDockWidget):
    """Shows what a scan found for one buurt; holds layer ids, never layers."""

    def __init__(self, iface: Any, parent: QWidget | None = None) -> None:
        super().__init__(parent or (iface.mainWindow() if iface is not None else None))
        self.setObjectName("WijkMixDock")
        self.setWindowTitle("WijkMix")
        self._iface = iface
        self._canvas = iface.mapCanvas() if iface is not None else None
        self._connections: list[tuple[Any, Any]] = []
        self._layer_connections: list[tuple[Any, Any]] = []
        self._layer_id = ""
        self._run_layer = ""
        self._table: ScanTable | None = None
        self._unit: Unit | None = None
        self._catalogue, problem = _load_catalogue()
        self._stale = QTimer(self)
        self._stale.setSingleShot(True)
        self._stale.setInterval(150)
        self._layers_changed = QTimer(self)
        self._layers_changed.setSingleShot(True)
        self._layers_changed.setInterval(0)
        self._build(problem)
        self._tool: PickTool | None = None
        self._outline: Outline | None = None
        if self._canvas is not None:
            self._tool = PickTool(self._canvas)
            self._outline = Outline(self._canvas)
        self._connect_all()
        message = dependencies.message()
        if message is not None:
            self.runs.say(texts.both(message))
        self._show_nothing()
        # After the window is drawn: reading a national layer takes longer than opening may.
        self._layers_changed.start()

    # -- the widgets -----------------------------------------------------------------------

    def _build(self, catalogue_problem: str) -> None:
        translate = QCoreApplication.translate
        body = QWidget()
        layout = QVBoxLayout(body)
        layout.setContentsMargins(6, 6, 6, 6)
        self.layer_box = narrow(QComboBox())
        self.layer_box.setAccessibleName(translate("WijkMix", "Scan layer"))
        self.layer_box.setToolTip(translate("WijkMix", "The scan that is shown"))
        label = QLabel(translate("WijkMix", "Scan"))
        label.setBuddy(self.layer_box)
        self.run_button = QPushButton(translate("WijkMix", "Run scan…"))
        self.run_button.setToolTip(
            translate("WijkMix", "Scan a layer of CBS buurten; takes seconds, in the background")
        )
        head = QHBoxLayout()
        head.addWidget(label)
        head.addWidget(self.layer_box, 1)
        head.addWidget(self.run_button)
        layout.addLayout(head)
        self.runs = RunBar()
        layout.addWidget(self.runs)
        self.stack = QStackedWidget()
        self.stack.addWidget(self._build_views(catalogue_problem))
        self.run_panel = RunPanel()
        self.stack.addWidget(_scrolled(self.run_panel))
        self.report_panel = ReportPanel(
            self._catalogue, lambda: Shown(self.layer(), self._table, self._unit)
        )
        self._report_page = _scrolled(self.report_panel)
        self.stack.addWidget(self._report_page)
        layout.addWidget(self.stack, 1)
        self.setWidget(body)

    def _build_views(self, catalogue_problem: str) -> QWidget:
        translate = QCoreApplication.translate
        views = QWidget()
        layout = QVBoxLayout(views)
        layout.setContentsMargins(0, 0, 0, 0)
        self.picker = BuurtPicker()
        layout.addWidget(self.picker)
        self.tabs = QTabWidget()
        self.tabs.setDocumentMode(True)
        self.mix = MixPanel()
        self.flags = Page(translate("WijkMix", "Flags of the buurt"))
        self.about = Page(translate("WijkMix", "Origin of the scan"))
        self.instruments: InstrumentsPanel | None = None
        third: QWidget
        if self._catalogue is not None:
            third = self.instruments = InstrumentsPanel(self._catalogue)
        else:
            third = Page(translate("WijkMix", "Instruments"))
            third.show_html(
                paragraph(translate("WijkMix", "The catalogue of instruments cannot be read."))
                + paragraph(catalogue_problem)
            )
        self.tabs.addTab(self.mix, translate("WijkMix", "Mix"))
        self.tabs.addTab(self.flags, translate("WijkMix", "Flags"))
        self.tabs.addTab(third, translate("WijkMix", "Instruments"))
        self.clusters = MoranPanel(self._catalogue, self._canvas)
        self.tabs.addTab(self.clusters, translate("WijkMix", "Clusters"))
        self.scale = ScalePanel()
        self.tabs.addTab(self.scale, translate("WijkMix", "Scale"))
        self.plan: PlanPanel | None = None
        if self._catalogue is not None:
            self.plan = PlanPanel(self._catalogue, lambda: self._select(self._unit))
            self.tabs.addTab(self.plan, translate("WijkMix", "Plan"))
        self.scenario: ScenarioPanel | None = None
        if self._catalogue is not None:
            self.scenario = ScenarioPanel(self._catalogue, self.layer)
            self.tabs.addTab(self.scenario, translate("WijkMix", "Scenario"))
        self.changes = ComparePanel(self._catalogue)
        self.tabs.addTab(self.changes, translate("WijkMix", "Differences"))
        self.tabs.addTab(self.about, translate("WijkMix", "About"))
        self.view_bar = ViewBar(self.tabs)
        self.view_bar.offer(self.tabs.indexOf(self.changes), False)
        layout.addWidget(self.view_bar)
        layout.addWidget(self.tabs, 1)
        # Below the views: beside the chooser of the scan it would not fit a narrow panel.
        self.report_button = QPushButton(translate("WijkMix", "Report…"))
        self.report_button.setToolTip(
            translate("WijkMix", "A report of the buurt, its wijk or the whole scan")
        )
        layout.addWidget(self.report_button, 0, Qt.AlignmentFlag.AlignLeft)
        return views

    # -- signals, all of them undone in close_down() ---------------------------------------

    def _connect(self, signal: Any, slot: Any) -> None:
        signal.connect(slot)
        self._connections.append((signal, slot))

    def _connect_all(self) -> None:
        project = QgsProject.instance()
        self._connect(project.layersAdded, self._layers_changed.start)
        self._connect(project.layersWillBeRemoved, self._layers_going)
        self._connect(project.layersRemoved, self._layers_removed)
        self._connect(project.cleared, self._layers_changed.start)
        self._connect(project.readProject, self._layers_changed.start)
        if self.plan is not None:
            self._connect(project.cleared, self.plan.reload)
            self._connect(project.readProject, self.plan.reload)
        if self.scenario is not None:
            self._connect(project.cleared, self.scenario.reload)
            self._connect(project.readProject, self.scenario.reload)
            self._connect(self._layers_changed.timeout, self.scenario.list_results)
            self._connect(self.scenario.linked, self._flag_link)
        self._connect(self._layers_changed.timeout, self._list_layers)
        self._connect(self._stale.timeout, self._reload)
        self._connect(self.layer_box.activated, self._layer_chosen)
        self._connect(self.picker.picked, self._select)
        self._connect(self.run_button.clicked, self.show_run_form)
        self._connect(self.run_panel.closed, self.show_views)
        self._connect(self.report_button.clicked, self.show_report_form)
        self._connect(self.report_panel.closed, self.show_views)
        self._connect(self.report_panel.layout_added, self._open_layout)
        self._connect(self.run_panel.started, self._run_started)
        self._connect(self.runs.ended, self._run_ended)
        self._connect(self.runs.report_asked, self._report_asked)
        self._connect(self.picker.map_button.toggled, self._pick_toggled)
        self._connect(self.picker.zoom_button.clicked, self._zoom)
        self._connect(self.flags.anchorClicked, self._flag_link)
        if self.instruments is not None:
            self._connect(self.instruments.catalogue_changed, self._set_catalogue)
            self._connect(self.instruments.designation_changed, lambda: self._select(self._unit))
        self._connect(self.clusters.picked, self._point_picked)
        self._connect(self.clusters.picked_code, self.select_code)
        self._connect(self.changes.picked_code, self.select_code)
        self._connect(self.changes.linked, self._flag_link)
        self._connect(self.visibilityChanged, self._shown)
        if self._tool is not None:
            self._connect(self._tool.clicked, self.pick_at)
            self._connect(self._canvas.mapToolSet, self._map_tool_set)

    def close_down(self) -> None:
        """Leave nothing behind: signals, map tool, outline, and a run that is still going."""
        self._stale.stop()
        self._layers_changed.stop()
        self._watch(None)
        for signal, slot in self._connections:
            signal.disconnect(slot)
        self._connections = []
        self.runs.close_down()
        self.report_panel.close_down()
        self.clusters.close_down()
        self.scale.close_down()
        if self.scenario is not None:
            self.scenario.close_down()
        if self._tool is not None:
            self._tool.hold(False)
            self._tool.deleteLater()
            self._tool = None
        if self._outline is not None:
            self._outline.remove()
            self._outline = None
        self._table, self._unit, self._layer_id = None, None, ""

    def unload(self) -> None:
        self.close_down()

    # -- which layer -----------------------------------------------------------------------

    def layer(self) -> QgsVectorLayer | None:
        """Return the scan layer that is shown, None where it has gone or lost its fields."""
        layer = QgsProject.instance().mapLayer(self._layer_id) if self._layer_id else None
        return layer if scan_layer.is_scan_layer(layer) else None

    def choose_layer(self, layer_id: str) -> None:
        """Show a scan layer, and keep the buurt where the other scan has it too."""
        self._layer_id = layer_id
        place = self.layer_box.findData(layer_id)
        if place >= 0:
            self.layer_box.setCurrentIndex(place)
        layer = self.layer()
        self._watch(layer)
        self._reload()

    def _list_layers(self) -> None:
        """Fill the chooser; keep what is shown where it still exists."""
        choices = scan_layer.choices(QgsProject.instance())
        self.layer_box.clear()
        for label, layer in choices:
            self.layer_box.addItem(label, layer.id())
            self.layer_box.setItemData(
                self.layer_box.count() - 1, texts.tip(label), Qt.ItemDataRole.ToolTipRole
            )
        self.layer_box.setEnabled(bool(choices))
        known = [layer.id() for _, layer in choices]
        if self._layer_id in known and self._table is not None:
            self.layer_box.setCurrentIndex(known.index(self._layer_id))
            self._offer_changes()
        elif known:
            self.choose_layer(known[0])
        else:
            self._layer_id = ""
            self._watch(None)
            self._reload()

    def _layers_going(self, layer_ids: list[str]) -> None:
        """Let go of the layer while it still exists; it may live on outside the project."""
        if self._layer_id in layer_ids:
            self._watch(None)

    def _layers_removed(self, layer_ids: list[str]) -> None:
        if self._layer_id in layer_ids:
            # At once, not by the timer: nothing of the layer may be asked for from here on.
            self._layer_id = ""
            self._reload()
        print_layout.drop_outlines(layer_ids)
        self._layers_changed.start()

    def _layer_chosen(self, place: int) -> None:
        self.choose_layer(self.layer_box.itemData(place) or "")

    def _watch(self, layer: QgsVectorLayer | None) -> None:
        for signal, slot in self._layer_connections:
            signal.disconnect(slot)
        self._layer_connections = []
        if layer is None:
            return
        slots = [(getattr(layer, name), self._layer_edited) for name in LAYER_SIGNALS]
        slots.append((layer.nameChanged, self._layers_changed.start))
        slots.append((layer.customPropertyChanged, self._property_changed))
        for signal, slot in slots:
            signal.connect(slot)
        self._layer_connections = slots

    def _layer_edited(self, *_details: Any) -> None:
        self._stale.start()
        self._layers_changed.start()

    def _property_changed(self, key: str) -> None:
        # Styles and other plugins set properties all the time; one of them is ours.
        if key == scan_layer.PROVENANCE:
            self._layer_edited()

    def _reload(self) -> None:
        """Read the layer again and find the buurt that was shown."""
        layer = self.layer()
        self._table = scan_layer.read_table(layer) if layer is not None else None
        self.picker.set_table(self._table)
        self._offer_changes()
        self.clusters.set_scan(layer, self._table)
        self.scale.set_scan(layer, self._table)
        if self.plan is not None:
            self.plan.goals.show_loaded(
                scan_layer.loaded(self._table, scan_layer.provenance(layer))
            )
        if self.scenario is not None:
            self.scenario.set_scan(self._table)
        if layer is None:
            self.picker.map_button.setChecked(False)
        self._select(self._table.same(self._unit) if self._table is not None else None)

    # -- which buurt -----------------------------------------------------------------------

    def select_code(self, code: str) -> bool:
        """Show the buurt with this code; tell whether there is one."""
        units = self._table.units if self._table is not None else []
        unit = next((u for u in units if u.code == code), None)
        if unit is not None:
            self._select(unit)
        return unit is not None

    def _point_picked(self, fid: int) -> None:
        unit = self._table.by_fid.get(fid) if self._table is not None else None
        if unit is not None:
            self._select(unit)

    def pick_at(self, point: QgsPointXY) -> None:
        """Show the buurt under a point of the map."""
        layer = self.layer()
        if layer is None or self._table is None or self._canvas is None:
            return
        feature = feature_at(layer, point, self._canvas)
        unit = self._table.by_fid.get(feature.id()) if feature is not None else None
        if unit is not None:
            self._select(unit)
        elif self._iface is not None:
            self._iface.messageBar().pushMessage(
                "WijkMix",
                QCoreApplication.translate(
                    "WijkMix", "There is no buurt of this scan at that point."
                ),
                Qgis.MessageLevel.Info,
                3,
            )

    def _select(self, unit: Unit | None) -> None:
        self._unit = unit
        self._offer_report()
        layer = self.layer()
        if unit is None or layer is None:
            self._show_nothing()
            return
        feature = layer.getFeature(unit.fid)
        if not feature.isValid():
            self._show_nothing()
            return
        self.picker.show_unit(unit)
        values = scan_layer.record(layer, feature)
        origin = scan_layer.provenance(layer)
        designation = designations.of_buurt(layer, feature.geometry(), date.today())
        self.mix.show_unit(
            self._catalogue,
            unit,
            values,
            self._table,
            origin,
            filtered=bool(layer.subsetString()),
        )
        self.flags.show_html(
            flags_panel.render(
                values,
                origin,
                self._catalogue,
                goal_set=project_goals().is_set,
                levels=scan_layer.levels(self._table, unit, values, origin),
            )
        )
        if self.plan is not None:
            self.plan.worklist.show_unit(flags_panel.marked(unit, values, designation))
        self.about.show_html(
            about_panel.render(self.layer_box.currentText(), origin, self._catalogue)
        )
        if self.instruments is not None:
            self.instruments.show_buurt(
                unit.name or unit.code, flags_panel.statuses(values), designation
            )
        self.clusters.show_unit(unit)
        self.scale.show_unit(unit)
        if self.scenario is not None:
            self.scenario.show_unit(unit)
        if self._outline is not None:
            self._outline.show(feature.geometry(), layer)
        self.picker.zoom_button.setEnabled(self._outline is not None)

    def _offer_changes(self) -> None:
        """Two scans in the project can be compared; with one there is no tab for it."""
        labels = [self.layer_box.itemText(n) for n in range(self.layer_box.count())]
        ids = [self.layer_box.itemData(n) for n in range(self.layer_box.count())]
        there = self.changes.offer(zip(labels, ids, strict=True), self._layer_id)
        self.view_bar.offer(self.tabs.indexOf(self.changes), there)

    def _offer_report(self) -> None:
        self.report_button.setEnabled(self.layer() is not None)
        self.report_panel.refresh()

    def _set_catalogue(self, catalogue: Any) -> None:
        """Read another catalogue everywhere."""
        self._catalogue = catalogue
        for panel in (self.clusters, self.report_panel, self.changes):
            panel.catalogue = catalogue
        self.instruments.set_catalogue(catalogue)
        self.plan.set_catalogue(catalogue)
        self.scenario.set_catalogue(catalogue)
        self._reload()

    def _show_nothing(self) -> None:
        """Say what to do next: scan first, or choose a buurt."""
        translate = QCoreApplication.translate
        layer = self.layer()
        self._offer_report()
        if self._outline is not None:
            self._outline.hide()
        self.picker.zoom_button.setEnabled(False)
        self.clusters.show_unit(None)
        if self.plan is not None:
            self.plan.worklist.show_unit(None)
        if self.instruments is not None:
            self.instruments.show_buurt("", {})
        if layer is not None:
            if self._table is not None and not self._table.units:
                body = paragraph(
                    translate(
                        "WijkMix",
                        "This scan layer shows no buurten: it is empty or filtered to nothing.",
                    )
                )
            else:
                body = paragraph(
                    translate(
                        "WijkMix",
                        "Choose a buurt: type its name or code above, or click it on the map.",
                    )
                )
            self.about.show_html(
                about_panel.render(
                    self.layer_box.currentText(), scan_layer.provenance(layer), self._catalogue
                )
            )
        else:
            body = (
                paragraph(translate("WijkMix", "There is no scan in this project yet."))
                + paragraph(
                    translate(
                        "WijkMix", "1. Add a layer of CBS buurten (polygons with the key figures)."
                    )
                )
                + paragraph(translate("WijkMix", "2. Press Run scan above."))
                + paragraph(
                    translate(
                        "WijkMix", "The instruments can be read without a scan, in their own tab."
                    )
                )
            )
            self.about.show_html(body)
        self.mix.show_message(body)
        self.flags.show_html(body)
        self.scale.show_unit(None, body)
        if self.scenario is not None:
            self.scenario.show_unit(None)

    def _flag_link(self, url: QUrl) -> None:
        if url.hasFragment():
            self.flags.scrollToAnchor(url.fragment())
        elif self.instruments is not None:
            if url.scheme() == "flag":
                self.instruments.show_scope(url.path())
            else:
                self.instruments.show_entry(url.path())
            self.tabs.setCurrentWidget(self.instruments)

    # -- the map ---------------------------------------------------------------------------

    def _shown(self, visible: bool) -> None:
        """Leave the map alone while the panel is closed or behind another."""
        if visible:
            self._select(self._unit)
            return
        self.picker.map_button.setChecked(False)
        if self._outline is not None:
            self._outline.hide()

    def _pick_toggled(self, on: bool) -> None:
        if self._tool is not None:
            self._tool.hold(on)

    def _map_tool_set(self, new: Any, _old: Any = None) -> None:
        self.picker.map_button.setChecked(new is not None and new == self._tool)

    def _zoom(self) -> None:
        layer = self.layer()
        if layer is None or self._unit is None or self._canvas is None:
            return
        self._canvas.zoomToFeatureIds(layer, [self._unit.fid])

    # -- the run ---------------------------------------------------------------------------

    def show_run_form(self) -> None:
        self.run_panel.prepare()
        self.stack.setCurrentIndex(1)

    def show_report_form(self) -> None:
        self.report_panel.refresh()
        self.stack.setCurrentWidget(self._report_page)

    def _report_asked(self, path: str) -> None:
        """Open the report of the run; with what the project has decided, it is made anew."""
        decided = any(project_entry(key) for key in ("goals", "worklist"))
        if decided or not Path(path).is_file():
            if QgsProject.instance().mapLayer(self._run_layer) is not None:
                self.choose_layer(self._run_layer)
            self.show_report_form()
            self.report_panel.open_whole()
        else:
            QDesktopServices.openUrl(QUrl.fromLocalFile(path))

    def _open_layout(self, layout: Any) -> None:
        if self._iface is None:
            return
        designer = self._iface.openLayoutDesigner(layout)
        if designer is None:
            return
        if layout.atlas().enabled():
            designer.setAtlasPreviewEnabled(True)
        # Once the window has its size; it knows its place on the screen only then.
        QTimer.singleShot(0, designer.view().zoomFull)

    def show_views(self) -> None:
        self.stack.setCurrentIndex(0)

    def _run_started(self, run: ScanRun) -> None:
        self.run_button.setEnabled(False)
        self.show_views()
        self.runs.start(run)

    def _run_ended(self, layer_id: str) -> None:
        self.run_button.setEnabled(True)
        self._run_layer = layer_id
        if QgsProject.instance().mapLayer(layer_id) is not None:
            self._list_layers()
            self.choose_layer(layer_id)


def _scrolled(panel: QWidget) -> QScrollArea:
    scroll = QScrollArea()
    scroll.setWidgetResizable(True)
    scroll.setFrameShape(QFrame.Shape.NoFrame)
    scroll.setWidget(panel)
    return scroll


def _load_catalogue() -> tuple[Any, str]:
    """Return the catalogue, or why it cannot be read: the rest of the panel works without it."""
    try:
        return own_catalogue.load(), ""
    except WijkMixError as error:
        QgsMessageLog.logMessage(error.text.en, "WijkMix", Qgis.MessageLevel.Warning)
        return None, texts.both(error.text)
