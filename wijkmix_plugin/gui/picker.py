# SPDX-License-Identifier: GPL-2.0-or-later
"""Pick a buurt by name or code, with the buttons for the map beside it."""

from __future__ import annotations

from qgis.core import QgsApplication
from qgis.PyQt.QtCore import QCoreApplication, QStringListModel, Qt, pyqtSignal
from qgis.PyQt.QtWidgets import (
    QComboBox,
    QCompleter,
    QHBoxLayout,
    QLabel,
    QSizePolicy,
    QToolButton,
    QWidget,
)

from .scan_layer import ScanTable, Unit


def narrow(box: QComboBox) -> QComboBox:
    """Let a combo box shrink: its entries may be longer than the panel is wide."""
    box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
    box.setMinimumContentsLength(8)
    box.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
    return box


class BuurtPicker(QWidget):
    """A combo box that completes on any part of a name or code; fast with a whole country."""

    picked = pyqtSignal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        translate = QCoreApplication.translate
        self._units: list[Unit] = []
        self._labels = QStringListModel(self)
        self.box = narrow(QComboBox())
        self.box.setEditable(True)
        self.box.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        self.box.setAccessibleName(translate("WijkMix", "Buurt, by name or code"))
        self.box.lineEdit().setPlaceholderText(translate("WijkMix", "Name or code"))
        self.box.view().setUniformItemSizes(True)
        self.box.setModel(self._labels)
        completer = QCompleter(self._labels, self)
        completer.setFilterMode(Qt.MatchFlag.MatchContains)
        completer.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        completer.setCompletionMode(QCompleter.CompletionMode.PopupCompletion)
        completer.setMaxVisibleItems(12)
        self.box.setCompleter(completer)
        label = QLabel(translate("WijkMix", "Buurt"))
        label.setBuddy(self.box)
        self.map_button = QToolButton()
        self.map_button.setIcon(QgsApplication.getThemeIcon("/mActionIdentify.svg"))
        self.map_button.setCheckable(True)
        self.map_button.setToolTip(translate("WijkMix", "Click a buurt on the map"))
        self.map_button.setAccessibleName(translate("WijkMix", "Pick a buurt on the map"))
        self.zoom_button = QToolButton()
        self.zoom_button.setIcon(QgsApplication.getThemeIcon("/mActionZoomToSelected.svg"))
        self.zoom_button.setToolTip(translate("WijkMix", "Zoom to the buurt"))
        self.zoom_button.setAccessibleName(translate("WijkMix", "Zoom the map to the buurt"))
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(label)
        row.addWidget(self.box, 1)
        row.addWidget(self.map_button)
        row.addWidget(self.zoom_button)
        self.box.activated.connect(self._chosen)
        completer.activated.connect(self._completed)
        self.box.lineEdit().returnPressed.connect(self._entered)

    def set_table(self, table: ScanTable | None) -> None:
        """Offer the buurten of a table; nothing is chosen then."""
        self._units = table.units if table is not None else []
        self.box.blockSignals(True)
        self._labels.setStringList([table.label(unit) for unit in self._units])
        self.box.setCurrentIndex(-1)
        self.box.clearEditText()
        self.box.blockSignals(False)
        self.box.setEnabled(bool(self._units))
        self.map_button.setEnabled(bool(self._units))
        self.zoom_button.setEnabled(False)

    def show_unit(self, unit: Unit) -> None:
        self.box.blockSignals(True)
        self.box.setCurrentIndex(self._units.index(unit))
        self.box.lineEdit().setCursorPosition(0)  # the name counts, not the end of the line
        self.box.blockSignals(False)

    def _chosen(self, place: int) -> None:
        if 0 <= place < len(self._units):
            self.picked.emit(self._units[place])

    def _completed(self, text: str) -> None:
        labels = self._labels.stringList()
        if text in labels:
            self._chosen(labels.index(text))

    def _entered(self) -> None:
        """Take what was typed: a code, a name, or the only entry that holds it; else show which."""
        text = self.box.currentText().strip().casefold()
        if not text:
            return
        labels = [label.casefold() for label in self._labels.stringList()]
        exact = [
            place
            for place, unit in enumerate(self._units)
            if text in (labels[place], unit.code.casefold(), unit.name.casefold())
        ]
        found = exact or [place for place, label in enumerate(labels) if text in label]
        if len(found) == 1:
            self._chosen(found[0])
        else:
            self.box.completer().complete()
