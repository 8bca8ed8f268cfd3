# SPDX-License-Identifier: GPL-2.0-or-later
"""The actions of a scenario: entered by clicking a buurt, loaded from a table, exported again."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path

from qgis.core import QgsProject, QgsVectorLayer
from qgis.PyQt.QtCore import QCoreApplication, QDate, Qt, pyqtSignal
from qgis.PyQt.QtWidgets import (
    QAbstractItemView,
    QFileDialog,
    QGridLayout,
    QHBoxLayout,
    QHeaderView,
    QLineEdit,
    QMenu,
    QProgressBar,
    QPushButton,
    QSpinBox,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from ..errors import OutputError, PolicyError, Text
from ..policy import actions, scenario_words
from ..policy.actions import Action, Scenario
from . import texts
from .labels import label
from .scan_layer import Unit, plain
from .stored_page import StoredPage, choice, steady

FIELDS = actions.COLUMNS[:5]  # occupied may be absent
_TABLES = "CSV, Excel, OpenDocument, GeoPackage (*.csv *.txt *.xlsx *.xls *.ods *.gpkg *.dbf)"


class ActionTable(QTableWidget):
    """A table whose Delete key asks for its selected rows to go."""

    deleted = pyqtSignal()

    def keyPressEvent(self, event) -> None:
        if event.key() in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
            self.deleted.emit()
        else:
            super().keyPressEvent(event)


class ActionsPage(StoredPage):
    """A form, the table of actions, and the button that works them out."""

    key = "scenario"
    added = pyqtSignal()  # one action or more
    wanted = pyqtSignal()  # work it out
    stopped = pyqtSignal()

    def __init__(self, names: Callable[[str], str]) -> None:
        super().__init__()
        self._names = names  # code of a buurt -> its name, "" where the scan has none
        self._unit: Unit | None = None
        self._build()
        self.show_unit(None)

    def _build(self) -> None:
        translate = QCoreApplication.translate
        self.says = label(texts.both(actions.SAYS), small=True)
        self.stale = label("")
        self.stale.setAccessibleName(translate("WijkMix", "Changed stock"))
        self.stale.hide()
        self.unit = label("")
        self.unit.setAccessibleName(translate("WijkMix", "Buurt of the action"))
        self.year = steady(QSpinBox())
        self.year.setRange(actions.FIRST_YEAR, actions.LAST_YEAR)
        self.year.setValue(QDate.currentDate().year() + 1)
        lang = texts.language()
        self.action = choice(
            translate("WijkMix", "Action"),
            {name: scenario_words.word(name, lang) for name in actions.ACTIONS},
        )
        self.segment = choice(translate("WijkMix", "Segment"), {})
        self.n = steady(QSpinBox())
        self.n.setRange(1, actions.MOST)
        self.n.setGroupSeparatorShown(True)
        self.occupied = choice(
            translate("WijkMix", "Occupied"),
            {
                "": translate("WijkMix", "unknown"),
                "yes": translate("WijkMix", "yes"),
                "no": translate("WijkMix", "no"),
            },
        )
        self.add = QPushButton(translate("WijkMix", "Add action"))
        self.table = ActionTable(0, 5)
        self.table.setAccessibleName(translate("WijkMix", "Actions of the scenario"))
        self.table.setHorizontalHeaderLabels(
            [
                translate("WijkMix", "Buurt"),
                translate("WijkMix", "Year"),
                translate("WijkMix", "Action"),
                translate("WijkMix", "Number"),
                translate("WijkMix", "Occupied"),
            ]
        )
        self.table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.table.setTabKeyNavigation(False)  # Tab goes on to the buttons
        self.table.verticalHeader().hide()
        self.table.setMinimumHeight(130)
        head = self.table.horizontalHeader()
        head.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        head.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        head.setSectionResizeMode(2, QHeaderView.ResizeMode.Stretch)
        rows = self.table.verticalHeader()
        rows.setDefaultSectionSize(2 * self.fontMetrics().height() + 6)
        self.remove = QPushButton(translate("WijkMix", "Remove"))
        self.load = QPushButton(translate("WijkMix", "Load…"))
        self.load_menu = QMenu(self.load)
        self.load.setMenu(self.load_menu)
        self.export = QPushButton(translate("WijkMix", "Export…"))
        self.segments = QLineEdit()
        self.segments.setAccessibleName(translate("WijkMix", "Segments and their tenure (JSON)"))
        self.segments.setPlaceholderText(
            translate("WijkMix", "empty: sociaal is corp, midden is overig … (assumption)")
        )
        self.segments.setToolTip(json.dumps(actions.SEGMENTS, ensure_ascii=False))
        self.go = QPushButton(translate("WijkMix", "Work out"))
        self.running = QWidget()
        self.progress = QProgressBar()
        self.progress.setRange(0, 100)
        self.progress.setAccessibleName(translate("WijkMix", "Progress of the scenario"))
        self.stop = QPushButton(translate("WijkMix", "Stop"))
        self._lay_out()
        self.running.hide()
        self.add.clicked.connect(self._add)
        self.remove.clicked.connect(self.remove_selected)
        self.table.deleted.connect(self.remove_selected)
        self.table.itemSelectionChanged.connect(self._buttons)
        self.load_menu.aboutToShow.connect(self._fill_menu)
        self.export.clicked.connect(self._export)
        self.segments.editingFinished.connect(self._keep_segments)
        self.go.clicked.connect(self.wanted)
        self.stop.clicked.connect(self.stopped)

    def _lay_out(self) -> None:
        translate = QCoreApplication.translate
        layout = QVBoxLayout(self.body)
        layout.setContentsMargins(0, 0, 4, 0)
        layout.addWidget(self.says)
        layout.addWidget(self.stale)
        layout.addWidget(self.unit)
        form = QGridLayout()
        for place, (text, field) in enumerate(
            (
                (translate("WijkMix", "Year"), self.year),
                (translate("WijkMix", "Dwellings"), self.n),
                (translate("WijkMix", "Action"), self.action),
                (translate("WijkMix", "Segment"), self.segment),
                (translate("WijkMix", "Occupied"), self.occupied),
            )
        ):
            row, column = divmod(place, 2)
            field.setAccessibleName(text)
            form.addWidget(label(text, field), 2 * row, column)
            form.addWidget(field, 2 * row + 1, column)
        form.addWidget(self.add, 5, 1)
        form.setColumnStretch(0, 1)
        form.setColumnStretch(1, 1)
        layout.addLayout(form)
        layout.addWidget(self.table, 1)
        line = QHBoxLayout()
        for button in (self.remove, self.load, self.export):
            line.addWidget(button)
        layout.addLayout(line)
        layout.addWidget(label(translate("WijkMix", "Segments and their tenure"), self.segments))
        layout.addWidget(self.segments)
        layout.addWidget(self.go)
        row = QHBoxLayout(self.running)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self.progress, 1)
        row.addWidget(self.stop)
        layout.addWidget(self.running)

    # -- what the project keeps ------------------------------------------------------------

    def read(self) -> tuple[Scenario, Text | None]:
        return actions.loads(self.raw())

    def reload(self) -> None:
        found, problem = self.read()
        self.say(texts.both(problem))
        self.body.setEnabled(problem is None)
        self._show(found)

    def _show(self, found: Scenario) -> None:
        lang = texts.language()
        if not self.in_use(self.segments):
            self.segments.setText(found.segment_map)
        self._fill_segments(found)
        yes_no = {
            "yes": QCoreApplication.translate("WijkMix", "yes"),
            "no": QCoreApplication.translate("WijkMix", "no"),
            "": QCoreApplication.translate("WijkMix", "unknown"),
        }
        self.table.setRowCount(len(found.actions))
        for row, action in enumerate(found.actions):
            name = self._names(action.unit)
            words = (
                name or action.unit,
                str(action.year),
                f"{scenario_words.word(action.action, lang)}\n"
                f"{scenario_words.word(action.segment, lang)}",
                texts.number(action.n),
                yes_no[action.occupied],
            )
            for column, text in enumerate(words):
                item = QTableWidgetItem(text)
                tip = f"{name} ({action.unit})" if column == 0 and name else text
                item.setToolTip(texts.tip(tip))
                if column in (1, 3):
                    item.setTextAlignment(
                        Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
                    )
                self.table.setItem(row, column, item)
        self._buttons()

    def _fill_segments(self, found: Scenario) -> None:
        """Offer the segments of the map that holds, with the tenure of each."""
        tenures = dict(actions.SEGMENTS)
        try:
            own = json.loads(found.segment_map) if found.segment_map.strip() else None
        except ValueError:
            own = None
        if isinstance(own, dict) and own:
            tenures = {str(k).strip().casefold(): str(v) for k, v in own.items()}
        chosen = self.segment.currentData()
        self.segment.clear()
        lang = texts.language()
        for name, tenure in tenures.items():
            self.segment.addItem(scenario_words.word(name, lang), name)
            said = texts.tenure(tenure) if tenure in ("koop", "corp", "overig") else tenure
            self.segment.setItemData(
                self.segment.count() - 1, texts.tip(said), Qt.ItemDataRole.ToolTipRole
            )
        self.segment.setCurrentIndex(max(self.segment.findData(chosen), 0))

    def _buttons(self) -> None:
        self.remove.setEnabled(bool(self.table.selectionModel().selectedRows()))
        self.export.setEnabled(self.table.rowCount() > 0)

    def show_unit(self, unit: Unit | None) -> None:
        """Offer the buurt that the dock shows for an action."""
        self._unit = unit
        self.add.setEnabled(unit is not None)
        translate = QCoreApplication.translate
        if unit is None:
            self.unit.setText(translate("WijkMix", "Choose a buurt above or on the map."))
        else:
            name = f"{unit.name} ({unit.code})" if unit.name else unit.code
            self.unit.setText(translate("WijkMix", "Action in: {buurt}").format(buurt=name))

    def show_stale(self, text: str) -> None:
        """Say that the stock was edited after the scenario was made; "" where it was not."""
        self.stale.setText(f"⚠ {text}" if text else "")
        self.stale.setVisible(bool(text))

    def show_running(self, on: bool) -> None:
        self.running.setVisible(on)
        self.go.setEnabled(not on)
        self.progress.setValue(0)

    # -- changes ---------------------------------------------------------------------------

    def _add(self) -> None:
        if self._unit is None:
            return
        action = Action(
            self._unit.code,
            self.year.value(),
            self.action.currentData(),
            self.segment.currentData() or "",
            float(self.n.value()),
            self.occupied.currentData(),
        )
        if self.change(lambda found: actions.dumps(found.with_action(action))):
            self._show(self.read()[0])
            self.table.scrollToBottom()
            self.added.emit()

    def remove_selected(self) -> None:
        places = sorted({index.row() for index in self.table.selectionModel().selectedRows()})
        if places and self.change(lambda found: actions.dumps(found.without(places))):
            self._show(self.read()[0])
            if self.table.rowCount():
                self.table.selectRow(min(places[0], self.table.rowCount() - 1))

    def _keep_segments(self) -> None:
        text = self.segments.text().strip()
        found, problem = self.read()
        if problem is None and text != found.segment_map:
            self.change(lambda now: actions.dumps(replace(now, segment_map=text)))
            self._fill_segments(self.read()[0])

    # -- in and out ------------------------------------------------------------------------

    def _fill_menu(self) -> None:
        translate = QCoreApplication.translate
        self.load_menu.clear()
        self.load_menu.addAction(translate("WijkMix", "From a file…"), self._load_file)
        for layer in QgsProject.instance().mapLayers().values():
            if isinstance(layer, QgsVectorLayer) and all(
                layer.fields().lookupField(name) >= 0 for name in FIELDS
            ):
                self.load_menu.addAction(layer.name(), partial(self._load_layer, layer.id()))

    def _load_file(self) -> None:
        path, _ = QFileDialog.getOpenFileName(
            self, QCoreApplication.translate("WijkMix", "Load actions"), "", _TABLES
        )
        if path:
            self.load_path(path)

    def load_path(self, path: str) -> None:
        """Add the actions of a file; all of them or none."""
        # Text stays text: a code with a leading zero is no number.
        more = "|option:AUTODETECT_TYPE=NO" if path.lower().endswith((".csv", ".txt")) else ""
        layer = QgsVectorLayer(path + more, "actions", "ogr")
        if not layer.isValid():
            self.say(
                QCoreApplication.translate(
                    "WijkMix", "{path} cannot be read as a table. Give a CSV or a workbook."
                ).format(path=path)
            )
            return
        self._load_table(layer)

    def _load_layer(self, key: str) -> None:
        layer = QgsProject.instance().mapLayer(key)
        if isinstance(layer, QgsVectorLayer):
            self._load_table(layer)

    def _load_table(self, layer: QgsVectorLayer) -> None:
        translate = QCoreApplication.translate
        places = {name: layer.fields().lookupField(name) for name in actions.COLUMNS}
        absent = [name for name in FIELDS if places[name] < 0]
        if absent:
            self.say(
                translate(
                    "WijkMix", "The table lacks the columns {absent}. It needs: {wanted}."
                ).format(absent=", ".join(absent), wanted=", ".join(actions.COLUMNS))
            )
            return
        found: list[Action] = []
        try:
            for number, feature in enumerate(layer.getFeatures(), start=1):
                row = feature.attributes()
                values = {n: plain(row[p]) if p >= 0 else None for n, p in places.items()}
                found.append(actions.read_row(values, number))
        except PolicyError as error:
            self.say(texts.both(error.text))
            return

        def add(now: Scenario) -> str:
            for action in found:
                now = now.with_action(action)
            return actions.dumps(now)

        if self.change(add):
            self._show(self.read()[0])
            self.added.emit()
            self.say(translate("WijkMix", "{n} actions added.").format(n=texts.number(len(found))))

    def _export(self) -> None:
        path, _ = QFileDialog.getSaveFileName(
            self, QCoreApplication.translate("WijkMix", "Export the actions"), "", "CSV (*.csv)"
        )
        if path and Path(path).suffix.lower() != ".csv":
            path += ".csv"
        if path:
            self.export_to(path)

    def export_to(self, path: str) -> None:
        """Write the actions as CSV; no cell is read as a formula."""
        from ..report.files import write_csv

        try:
            write_csv(path, actions.COLUMNS, actions.rows(self.read()[0]))
        except OutputError as error:
            self.say(texts.both(error.text))
            return
        self.say(QCoreApplication.translate("WijkMix", "Written to {path}").format(path=path))
