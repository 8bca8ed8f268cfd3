# SPDX-License-Identifier: GPL-2.0-or-later
"""The view "Scenario": draw up actions, work them out in the background, read the result.

Built when it is first shown.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from qgis.core import (
    QgsApplication,
    QgsFeature,
    QgsProcessing,
    QgsProcessingContext,
    QgsProcessingFeatureSource,
    QgsProcessingOutputLayerDefinition,
    QgsProject,
    QgsVectorLayer,
)
from qgis.PyQt.QtCore import QCoreApplication, QTimer, QUrl, pyqtSignal
from qgis.PyQt.QtWidgets import QTabWidget, QVBoxLayout, QWidget

from .. import dependencies, qgis_io
from ..errors import WijkMixError
from ..policy import actions, goals, worklist
from ..policy.actions import Scenario
from . import scenario_layers, texts
from .actions_page import ActionsPage
from .monitoring_page import MonitoringPage
from .run_scan import ScanRun
from .scan_layer import ScanTable, Unit
from .scenario_layers import TABLES, Made
from .scenario_result import ResultPage
from .stored_page import project_entry

ALGORITHM = "wijkmix:scenario"


class ScenarioPanel(QWidget):
    """Actions, result and measuring plan of the project that is open."""

    linked = pyqtSignal(QUrl)

    def __init__(self, catalogue: Any, layer: Callable[[], QgsVectorLayer | None]) -> None:
        super().__init__()
        self._catalogue = catalogue
        self._layer = layer
        self._names: dict[str, str] = {}
        self._unit: Unit | None = None
        self._marked: tuple[str, str] | None = None
        self._run: ScanRun | None = None
        self._table: QgsVectorLayer | None = None  # the actions of the run; it only borrows them
        self.tabs: QTabWidget | None = None
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        self._check = QTimer(self)
        self._check.setSingleShot(True)
        self._check.setInterval(0)
        self._check.timeout.connect(self._check_stock)

    def _build(self) -> None:
        translate = QCoreApplication.translate
        self.plan = ActionsPage(lambda code: self._names.get(code, ""))
        self.result = ResultPage(self._catalogue)
        self.monitoring = MonitoringPage(self._catalogue)
        self.tabs = QTabWidget()
        for page, text in (
            (self.plan, translate("WijkMix", "Actions")),
            (self.result, translate("WijkMix", "Result")),
            (self.monitoring, translate("WijkMix", "Measuring")),
        ):
            self.tabs.addTab(page, text)
        self.layout().addWidget(self.tabs)
        self.result.linked.connect(self.linked)
        self.plan.added.connect(self._remember_stock)
        self.plan.wanted.connect(self.run)
        self.plan.stopped.connect(self._stop)
        self.plan.show_unit(self._unit)
        for made in scenario_layers.results():
            self._watch_edits(made)

    def showEvent(self, event) -> None:
        if self.tabs is None:
            self._build()
        super().showEvent(event)
        self.plan.reload()
        self._check.start()

    # -- what the dock tells ---------------------------------------------------------------

    def set_scan(self, table: ScanTable | None) -> None:
        """Take another scan, or the same one read again after a change."""
        self._marked = None
        units = table.units if table is not None else []
        self._names = {unit.code: unit.name for unit in units}
        if self.tabs is not None and self.isVisible():
            self.plan.reload()
            self._check.start()

    def set_catalogue(self, catalogue: Any) -> None:
        """Offer the indicators of another catalogue for measuring."""
        self._catalogue = catalogue
        if self.tabs is not None:
            self.monitoring.set_catalogue(catalogue)
            self.result.catalogue = catalogue

    def show_unit(self, unit: Unit | None) -> None:
        """Offer a buurt for an action."""
        self._unit = unit
        if self.tabs is not None:
            self.plan.show_unit(unit)

    def reload(self, *_details: Any) -> None:
        """Read the project again: another one was opened, or this one closed."""
        if self.tabs is not None:
            self.plan.forget()
            self.monitoring.forget()
            self.result.reload()
            self._check.start()

    def list_results(self) -> None:
        """Look which results are in the project: layers came or went."""
        if self.tabs is not None:
            self.result.reload()

    def close_down(self) -> None:
        """Stop a run that is still going and hear no more of it."""
        self._check.stop()
        if self._run is not None:
            self._run.progressed.disconnect(self._progressed)
            self._run.ended.disconnect(self._ended)
            self._run.finish()
            self._run = None
        self._table = None

    # -- is the stock still what it was ----------------------------------------------------

    def _mark(self) -> tuple[str, str]:
        """Return the fingerprint of the stock, and why there is none; read once per state of it."""
        if self._marked is None:
            self._marked = self._read_mark()
        return self._marked

    def _read_mark(self) -> tuple[str, str]:
        layer = self._layer()
        if layer is None or dependencies.message() is not None:
            return "", ""
        from ..policy import catalogue, scenario_run

        try:
            return scenario_run.stock_mark(_frame(layer), catalogue.load()), ""
        except WijkMixError as error:
            return "", texts.both(error.text)

    def _remember_stock(self) -> None:
        """Keep what stock the first action was made on."""
        if not self._stored().fingerprint:
            mark, _ = self._mark()
            self.plan.change(lambda now: actions.dumps(replace(now, fingerprint=mark)))

    def _check_stock(self) -> None:
        then = self._stored().fingerprint
        if self.tabs is None or not self.isVisible():
            return
        text = ""
        if then:
            now, text = self._mark()
            if now and now != then:
                from ..policy import scenario

                text = texts.both(scenario.CHANGED.format(now=now, then=then))
        self.plan.show_stale(text)

    def _stored(self) -> Scenario:
        return actions.loads(QgsProject.instance().readEntry("WijkMix", "scenario", "")[0])[0]

    # -- the run ---------------------------------------------------------------------------

    def run(self) -> None:
        """Check and start; what is wrong is said on the page of actions, before anything runs."""
        translate = QCoreApplication.translate
        algorithm = QgsApplication.processingRegistry().createAlgorithmById(ALGORITHM)
        layer = self._layer()
        if layer is None:
            self.plan.say(
                translate(
                    "WijkMix", "There is no scan in this project: run one first, it is the stock."
                )
            )
            return
        if algorithm is None:
            self.plan.say(
                translate(
                    "WijkMix",
                    "The algorithm wijkmix:scenario is not there. Enable the plugins Processing "
                    "and WijkMix in the plugin manager.",
                )
            )
            return
        found = self._stored()
        self._table = _table(found)
        project = QgsProject.instance()
        parameters: dict[str, Any] = {
            "INPUT": layer.id(),
            "ACTIONS": self._table,
            "SEGMENT_MAP": found.segment_map,
            "FINGERPRINT": found.fingerprint,
            "GOALS": project_entry("goals") or goals.dumps(goals.Goals()),
            "COMPANIONS": json.dumps(self._companions(found)),
            "MONITORING": json.dumps(actions.monitoring_record(found.monitoring)),
            "REPORT": QgsProcessing.TEMPORARY_OUTPUT,
        }
        for name in TABLES:
            parameters[name] = QgsProcessingOutputLayerDefinition(
                QgsProcessing.TEMPORARY_OUTPUT, project
            )
        run = ScanRun(algorithm, parameters)
        problem = run.check()
        self.plan.say(problem)
        if problem:
            run.deleteLater()
            return
        self._run = run
        run.progressed.connect(self._progressed)
        run.ended.connect(self._ended)
        self.plan.show_running(True)
        run.start()

    def _companions(self, found: Scenario) -> dict[str, list[str]]:
        """Return of which domains the worklist has a measure, for the buurten of the plan."""
        planned = {action.unit for action in found.actions}
        listed, _ = worklist.loads(project_entry("worklist"))
        return {
            item.code: sorted(worklist.domains(self._catalogue, item))
            for item in listed.items
            if item.code in planned
        }

    def _progressed(self, percent: float) -> None:
        self.plan.progress.setValue(int(percent))

    def _stop(self) -> None:
        if self._run is not None:
            self._run.cancel()

    def _ended(self, ok: bool, results: dict[str, Any], problem: str) -> None:
        self._run, self._table = None, None
        self.plan.show_running(False)
        if not ok:
            self.plan.say(problem)
            return
        mark = str(results.get("FINGERPRINT") or "")
        found = self._stored()
        if found.actions and found.fingerprint != mark:
            self.plan.change(lambda now: actions.dumps(replace(now, fingerprint=mark)))
        self.plan.show_stale("")
        layer = QgsProject.instance().mapLayer(str(results.get("OUTPUT") or ""))
        when = (qgis_io.origin(layer) or {}).get("made")
        made = next((made for made in scenario_layers.results() if made.when == when), None)
        if made is not None:
            scenario_layers.mark(made, str(results.get("REPORT") or ""))
            self._watch_edits(made)
            self.result.show_result(made.when, scenario_layers.take_out_before(made))
        self.tabs.setCurrentWidget(self.result)

    def _watch_edits(self, made: Made) -> None:
        for layer in made.layers():
            layer.afterCommitChanges.connect(self._edited)

    def _edited(self) -> None:
        """Leave to the user what he has edited."""
        self.sender().removeCustomProperty(scenario_layers.OURS)


def _table(found: Scenario) -> QgsVectorLayer:
    """Return the actions as a layer that is in no project."""
    kinds = ("string(0)", "integer", "string(0)", "string(0)", "double", "string(0)")
    fields = "&".join(
        f"field={name}:{kind}" for name, kind in zip(actions.COLUMNS, kinds, strict=True)
    )
    layer = QgsVectorLayer(f"None?{fields}", "actions", "memory")
    features = []
    for action in found.actions:
        feature = QgsFeature(layer.fields())
        feature.setAttributes(list(action.row()))
        features.append(feature)
    layer.dataProvider().addFeatures(features)
    return layer


def _frame(layer: QgsVectorLayer) -> Any:
    """Return of a stock what its fingerprint is made of."""
    names = layer.fields().names()
    wanted = ("buurt_code", "dwellings", "n_koop", "n_corp", "n_overig", "n_huur", "vulnerable")
    source = QgsProcessingFeatureSource(layer, QgsProcessingContext())
    with qgis_io.many_small_objects():
        return qgis_io.read(source, [n for n in wanted if n in names], geometry=False)
