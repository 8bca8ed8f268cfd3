# SPDX-License-Identifier: GPL-2.0-or-later
"""The worklist of a project: the marked buurten, what goes with them, and the table to export."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

from qgis.core import (
    QgsFeature,
    QgsField,
    QgsFields,
    QgsProject,
    QgsVectorFileWriter,
    QgsWkbTypes,
)
from qgis.PyQt.QtCore import QCoreApplication, QMetaType, Qt
from qgis.PyQt.QtWidgets import (
    QFileDialog,
    QFormLayout,
    QHBoxLayout,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QVBoxLayout,
)

from ..errors import Text
from ..policy import worklist
from ..policy.worklist import Item, Worklist
from . import texts
from .stored_page import Answer, StoredPage, label

ID_ROLE = Qt.ItemDataRole.UserRole


class WorklistPage(StoredPage):
    """The marked buurten, with note, owner and instruments, and the export."""

    key = "worklist"

    def __init__(self, catalogue: Any) -> None:
        super().__init__()
        translate = QCoreApplication.translate
        self._catalogue = catalogue
        self._unit: Item | None = None
        self.mark = QPushButton(translate("WijkMix", "Mark this buurt for study"))
        self.list = QListWidget()
        self.list.setAccessibleName(translate("WijkMix", "Worklist"))
        self.list.setMinimumHeight(80)
        self.owner = QLineEdit()
        self.note = Answer(translate("WijkMix", "Note"), lambda _text: self._save())
        self.note.setPlaceholderText("")
        self.owner.setAccessibleName(translate("WijkMix", "Owner"))
        self.instruments = QListWidget()
        self.instruments.setAccessibleName(translate("WijkMix", "Chosen instruments"))
        self.instruments.setMinimumHeight(110)
        self.companions = label("")
        self.remove = QPushButton(translate("WijkMix", "Remove from the list"))
        self.export = QPushButton(translate("WijkMix", "Export…"))
        layout = QVBoxLayout(self.body)
        layout.setContentsMargins(0, 0, 4, 0)
        layout.addWidget(self.mark)
        layout.addWidget(self.list, 1)
        form = QFormLayout()
        form.addRow(translate("WijkMix", "Owner"), self.owner)
        form.addRow(translate("WijkMix", "Note"), self.note)
        layout.addLayout(form)
        layout.addWidget(label(translate("WijkMix", "Chosen instruments"), self.instruments))
        layout.addWidget(self.instruments, 2)
        layout.addWidget(self.companions)
        line = QHBoxLayout()
        line.addWidget(self.remove)
        line.addWidget(self.export)
        layout.addLayout(line)
        self.mark.clicked.connect(self._mark)
        self.remove.clicked.connect(self._remove)
        self.export.clicked.connect(self._export)
        self.owner.editingFinished.connect(self._save)
        self.list.currentItemChanged.connect(lambda *_: self._show_item())
        self.instruments.itemChanged.connect(lambda *_: self._save())
        self.show_unit(None)

    def show_unit(self, unit: Item | None) -> None:
        """Offer the buurt that is shown in the panel for marking."""
        self._unit = unit
        self.mark.setEnabled(unit is not None)

    def read(self) -> tuple[Worklist, Text | None]:
        return worklist.loads(self.raw())

    def reload(self) -> None:
        found, problem = self.read()
        self.say(texts.both(problem))
        self.body.setEnabled(problem is None)
        self._list(found, self._code())

    def _code(self) -> str:
        item = self.list.currentItem()
        return item.data(ID_ROLE) if item is not None else ""

    def _list(self, found: Worklist, code: str) -> None:
        self.list.blockSignals(True)
        self.list.clear()
        for item in found.items:
            row = QListWidgetItem(f"{item.name} ({item.code})" if item.name else item.code)
            row.setData(ID_ROLE, item.code)
            self.list.addItem(row)
            if item.code == code or self.list.count() == 1:
                self.list.setCurrentItem(row)
        self.list.blockSignals(False)
        self._show_item()

    def _show_item(self) -> None:
        item = self.read()[0].find(self._code())
        for widget in (self.owner, self.note, self.instruments, self.remove):
            widget.setEnabled(item is not None)
        self.export.setEnabled(self.list.count() > 0)
        item = item or Item("")
        self.owner.setText(item.owner)
        self.note.setPlainText(item.note)
        self.instruments.blockSignals(True)
        self.instruments.clear()
        for key in dict.fromkeys([*item.instruments, *self._catalogue.by_id]):
            entry = self._catalogue.by_id.get(key)
            row = QListWidgetItem(worklist.title(self._catalogue, key, texts.language()))
            row.setData(ID_ROLE, key)
            row.setCheckState(
                Qt.CheckState.Checked if key in item.instruments else Qt.CheckState.Unchecked
            )
            reason = (
                worklist.refusal(entry, designated=item.designated) if entry is not None else None
            )
            row.setToolTip(texts.both(reason) or row.text())
            if reason is not None:
                row.setFlags(Qt.ItemFlag.NoItemFlags)
            self.instruments.addItem(row)
        self.instruments.blockSignals(False)
        self._show_companions(item)

    def _show_companions(self, item: Item) -> None:
        found = worklist.companions(self._catalogue, item)
        names = "; ".join(f"{e['nr']} {texts.both(e['label'])}" for e in found)
        self.companions.setText(
            QCoreApplication.translate("WijkMix", "Always together with: {names}").format(
                names=names
            )
            if found
            else ""
        )

    def _mark(self) -> None:
        unit = self._unit
        if unit is None:
            return
        found = self.read()[0]
        if found.find(unit.code) is not None or self.change(
            lambda now: worklist.dumps(now.with_item(unit, self._catalogue))
        ):
            self._list(self.read()[0], unit.code)

    def _save(self) -> None:
        old = self.read()[0].find(self._code())
        if old is None:
            return
        rows = (self.instruments.item(i) for i in range(self.instruments.count()))
        chosen = tuple(
            row.data(ID_ROLE) for row in rows if row.checkState() == Qt.CheckState.Checked
        )
        new = replace(
            old, owner=self.owner.text(), note=self.note.toPlainText(), instruments=chosen
        )
        if new != old and self.change(
            lambda now: worklist.dumps(now.with_item(new, self._catalogue))
        ):
            self._show_companions(new)

    def _remove(self) -> None:
        code = self._code()
        if self.change(lambda now: worklist.dumps(now.without(code))):
            self._list(self.read()[0], "")

    def _export(self) -> None:
        path, _ = QFileDialog.getSaveFileName(
            self,
            QCoreApplication.translate("WijkMix", "Export the worklist"),
            "",
            "CSV (*.csv);;GeoPackage (*.gpkg)",
        )
        if path:
            self.export_to(path)

    def export_to(self, path: str) -> None:
        """Write the table: a GeoPackage where the name says so, else CSV."""
        self.say(
            write_table(path, worklist.rows(self.read()[0], self._catalogue, texts.language()))
        )


def write_table(path: str, rows: list[dict[str, str]]) -> str:
    """Write rows with QGIS' writer; return what happened, in words."""
    translate = QCoreApplication.translate
    options = QgsVectorFileWriter.SaveVectorOptions()
    options.driverName = "GPKG" if path.lower().endswith(".gpkg") else "CSV"
    options.layerName = "worklist"
    if options.driverName == "GPKG" and Path(path).exists():
        # Other tables of the file stay.
        options.actionOnExistingFile = (
            QgsVectorFileWriter.ActionOnExistingFile.CreateOrOverwriteLayer
        )
    fields = QgsFields()
    for name in worklist.COLUMNS:
        fields.append(QgsField(name, QMetaType.Type.QString))
    project = QgsProject.instance()
    writer = QgsVectorFileWriter.create(
        path, fields, QgsWkbTypes.NoGeometry, project.crs(), project.transformContext(), options
    )
    for row in rows:
        feature = QgsFeature(fields)
        feature.setAttributes([row[name] for name in worklist.COLUMNS])
        writer.addFeature(feature)
    failed = writer.errorMessage() if writer.hasError() else ""
    del writer
    if failed:
        return translate("WijkMix", "The worklist was not written: {reason}").format(reason=failed)
    return translate("WijkMix", "Written to {path}").format(path=path)
