# SPDX-License-Identifier: GPL-2.0-or-later
"""The widget of the parameter MAPPING in a Processing dialog: its text, and a button beside it."""

from __future__ import annotations

import json
from typing import Any

from processing.gui.wrappers import DIALOG_STANDARD, WidgetWrapper
from qgis.core import QgsProcessingContext, QgsProcessingUtils, QgsProject
from qgis.PyQt.QtCore import QCoreApplication
from qgis.PyQt.QtWidgets import QHBoxLayout, QLineEdit, QPushButton, QToolTip, QWidget

from . import mapping

SOURCES = ("INPUT", "TABLE")


class MappingWrapper(WidgetWrapper):
    """JSON that may be typed; in the dialog of one run the columns can be chosen as well."""

    def createWidget(self, **_more: Any) -> QWidget:
        translate = QCoreApplication.translate
        self._sources: dict[str, Any] = {}
        self._filled = ""
        self.edit = QLineEdit()
        self.edit.setPlaceholderText(translate("WijkMix", "empty = as recognised"))
        self.edit.textChanged.connect(lambda: self.widgetValueHasChanged.emit(self))
        if self.dialogType != DIALOG_STANDARD:
            return self.edit
        self.button = QPushButton(translate("WijkMix", "Columns…"))
        self.button.clicked.connect(self._choose)
        widget = QWidget()
        row = QHBoxLayout(widget)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self.edit, 1)
        row.addWidget(self.button)
        widget.setFocusProxy(self.edit)
        return widget

    def setValue(self, value: Any) -> None:
        self.edit.setText("" if value is None else str(value))

    def value(self) -> str:
        return self.edit.text().strip()

    def postInitialize(self, wrappers: list[Any]) -> None:
        """Follow the inputs: a layer with columns chosen for before gets that choice again."""
        if self.dialogType != DIALOG_STANDARD:
            return
        for wrapper in wrappers:
            name = wrapper.parameterDefinition().name()
            if name in SOURCES:
                self._sources[name] = wrapper
                wrapper.widgetValueHasChanged.connect(self._source_changed)
        self._source_changed()

    def _source_changed(self, *_wrapper: Any) -> None:
        # What the user typed stays; what was filled in for another layer does not.
        if self.value() == self._filled:
            names, _ = self._columns(sampled=False)
            self._filled = mapping.as_text(mapping.recall(names))
            self.setValue(self._filled)

    def _columns(self, *, sampled: bool = True) -> tuple[list[str], dict[str, list[str]]]:
        """Return the columns of what is given, the table's joined to the layer's, and samples."""
        context = QgsProcessingContext()
        context.setProject(QgsProject.instance())
        found = []
        for name in SOURCES:
            value = self._sources[name].parameterValue() if name in self._sources else None
            source = QgsProcessingUtils.variantToSource(value, context) if value else None
            if source is not None:
                values = mapping.samples(source) if sampled else {}
                found.append((mapping.figures(source.fields().names()), values))
        if not found:
            return [], {}
        names, values = found[0]
        if len(found) > 1:
            from ..tables.join import joined_names

            names = joined_names(names, found[1][0])
            values = {**found[1][1], **values}
        return names, values

    def _choose(self) -> None:
        translate = QCoreApplication.translate
        names, values = self._columns()
        told = "" if names else translate("WijkMix", "Choose the input layer first.")
        if mapping.known_whole(names):
            told = translate("WijkMix", "Recognised as a whole; there is nothing to choose.")
        if told:
            place = self.button.mapToGlobal(self.button.rect().bottomLeft())
            QToolTip.showText(place, told)
            return
        try:
            now = json.loads(self.value() or "{}")
        except ValueError:
            now = {}
        if not isinstance(now, dict):
            now = {}
        chosen = mapping.choose(names, values, now, self.widget.window())
        if chosen is not None:
            self._filled = mapping.as_text(chosen)
            self.setValue(self._filled)
