# SPDX-License-Identifier: GPL-2.0-or-later
"""The worklist of a project: the marked buurten, what goes with them, and the table to export."""

from __future__ import annotations

import tempfile
from dataclasses import replace
from datetime import date
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

from ..errors import OutputError, Text
from ..policy import goal_sheet, stored, worklist
from ..policy.goals import PartyGoal
from ..policy.worklist import Item, Worklist
from . import texts
from .goals_page import project_goals
from .labels import label
from .stored_page import Answer, StoredPage, choice

ID_ROLE = Qt.ItemDataRole.UserRole
TABLE = "worklist"
MOST = 200  # characters of a goal in a list; the whole of it is in its tip


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
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.setTextElideMode(Qt.TextElideMode.ElideRight)
        self.owner = QLineEdit()
        self.note = Answer(translate("WijkMix", "Note"), lambda _text: self._save())
        self.note.setPlaceholderText("")
        self.owner.setMaxLength(stored.MAX_LINE)
        self.owner.setAccessibleName(translate("WijkMix", "Owner"))
        self.goal = choice(translate("WijkMix", "Goal"), {})
        self._goals: list[PartyGoal | None] = []
        self.instruments = QListWidget()
        self.instruments.setAccessibleName(translate("WijkMix", "Chosen instruments"))
        self.instruments.setMinimumHeight(110)
        # A name that is cut off is whole in its tip; a second scroll bar helps nobody.
        self.instruments.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.instruments.setTextElideMode(Qt.TextElideMode.ElideRight)
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
        form.addRow(translate("WijkMix", "Goal"), self.goal)
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
        self.goal.activated.connect(lambda _place: self._save())
        self.list.currentItemChanged.connect(self._choose)
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
            row = QListWidgetItem()
            self._name_row(row, item)
            row.setData(ID_ROLE, item.code)
            self.list.addItem(row)
            if item.code == code or self.list.count() == 1:
                self.list.setCurrentItem(row)
        self.list.blockSignals(False)
        self._show_item()

    def _name_row(self, row: QListWidgetItem, item: Item) -> None:
        goal = worklist.goal_name(item, project_goals(), texts.language())
        name = self._draft(item)
        row.setText(f"{name} → {_short(goal)}" if goal else name)
        row.setToolTip(texts.tip(f"{name} → {goal}" if goal else name))

    def _choose(self, *_items: Any) -> None:
        self.say("")  # what was said of the other buurt is no longer to the point
        self._show_item()

    def _show_item(self) -> None:
        item = self._current(self.read()[0])
        for widget in (self.owner, self.note, self.goal, self.instruments, self.remove):
            widget.setEnabled(item is not None)
        self.export.setEnabled(self.list.count() > 0)
        item = item or Item("")
        self.owner.setText(item.owner)
        self.note.put(self.drafts.get(self._draft(item), item.note))
        self._show_goals(item)
        self.instruments.blockSignals(True)
        self.instruments.clear()
        designated = item.is_designated(date.today())
        for key in self._in_order(item):
            entry = self._catalogue.by_id.get(key)
            row = QListWidgetItem(worklist.title(self._catalogue, key, texts.language()))
            row.setData(ID_ROLE, key)
            chosen = key in item.instruments
            row.setCheckState(Qt.CheckState.Checked if chosen else Qt.CheckState.Unchecked)
            reason = worklist.refusal(entry, designated=designated) if entry is not None else None
            row.setToolTip(texts.tip(texts.both(reason) or row.text()))
            if reason is not None and not chosen:  # what was chosen before can be taken away
                row.setFlags(Qt.ItemFlag.NoItemFlags)
            self.instruments.addItem(row)
        self.instruments.blockSignals(False)
        self._show_companions(item)

    def _show_goals(self, item: Item) -> None:
        """Offer the goals of the parties, and the one chosen before that was removed since."""
        translate = QCoreApplication.translate
        found = project_goals()
        self._goals = [None, *found.parties]
        names = [
            translate("WijkMix", "not chosen")
            if found.parties
            else translate("WijkMix", "no goals of parties yet (Goals, question 5)")
        ]
        names += [texts.both(goal_sheet.goal_text(goal)) for goal in found.parties]
        if item.goal not in self._goals:
            self._goals.append(item.goal)
            names.append(worklist.goal_name(item, found, texts.language()))
        self.goal.clear()
        for place, name in enumerate(names):
            self.goal.addItem(_short(name))
            self.goal.setItemData(place, texts.tip(name), Qt.ItemDataRole.ToolTipRole)
        self.goal.setCurrentIndex(self._goals.index(item.goal))

    def _in_order(self, item: Item) -> list[str]:
        """Return the ids to choose from: those chosen, those of the flags, then all others."""
        known = self._catalogue.candidate_flags
        matching = [
            entry["id"]
            for flag in item.flags
            if flag in known
            for entry in self._catalogue.matching(flag)
        ]
        return list(dict.fromkeys([*item.instruments, *matching, *self._catalogue.by_id]))

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

    def _current(self, found: Worklist) -> Item | None:
        """Return the selected item, with the designation that holds for its buurt now."""
        item, unit = found.find(self._code()), self._unit
        if item is None or unit is None or unit.code != item.code:
            return item
        return replace(item, designated=unit.designated, until=unit.until)

    @staticmethod
    def _draft(item: Item) -> str:
        return f"{item.name} ({item.code})" if item.name else item.code

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
        """Keep what is filled in; a note that is refused does not hold back the rest."""
        found = self.read()[0]
        kept, old = found.find(self._code()), self._current(found)
        if kept is None or old is None:
            return
        rows = (self.instruments.item(i) for i in range(self.instruments.count()))
        chosen = tuple(
            row.data(ID_ROLE) for row in rows if row.checkState() == Qt.CheckState.Checked
        )
        goal = self._goals[self.goal.currentIndex()]
        new = replace(old, owner=self.owner.text(), goal=goal, instruments=chosen)
        if new != old and self.change(
            lambda now: worklist.dumps(now.with_item(new, self._catalogue))
        ):
            self._show_companions(new)
            self._name_row(self.list.currentItem(), new)
        note, draft = self.note.toPlainText(), self._draft(old)
        if note != kept.note or draft in self.drafts:
            self.change(
                lambda now: worklist.dumps(
                    now.with_item(replace(now.find(old.code) or new, note=note), self._catalogue)
                ),
                {draft: note},
            )

    def _remove(self) -> None:
        code = self._code()
        old = self.read()[0].find(code)
        if old is not None:
            self.drafts.pop(self._draft(old), None)
        if self.change(lambda now: worklist.dumps(now.without(code))):
            self._list(self.read()[0], "")

    def _export(self) -> None:
        path, kind = QFileDialog.getSaveFileName(
            self,
            QCoreApplication.translate("WijkMix", "Export the worklist"),
            "",
            "CSV (*.csv);;GeoPackage (*.gpkg)",
        )
        if path and Path(path).suffix.lower() not in (".csv", ".gpkg"):
            path += ".gpkg" if "gpkg" in kind else ".csv"
        if path:
            self.export_to(path)

    def export_to(self, path: str) -> None:
        """Write the table: a GeoPackage where the name says so, else CSV."""
        self.say(
            write_table(
                path,
                worklist.rows(self.read()[0], self._catalogue, texts.language(), project_goals()),
            )
        )


def _short(text: str) -> str:
    """Return a text as one line that is not too long."""
    line = " ".join(text.split())
    return line if len(line) <= MOST else line[: MOST - 1] + "…"


def write_table(path: str, rows: list[dict[str, str]]) -> str:
    """Write rows as a whole or not at all; return what happened, in words.

    A new file is written under another name first, and takes its place when it is whole. In a
    GeoPackage that is there already only this table changes, in one transaction.
    """
    from ..report.files import write_csv

    translate = QCoreApplication.translate
    target = Path(path)
    try:
        if target.suffix.lower() != ".gpkg":
            write_csv(target, worklist.COLUMNS, rows)
        elif target.exists():
            _write_into(target, rows)
        else:
            _write_new(target, rows)
    except OutputError as error:
        return texts.both(error.text)
    except (OSError, RuntimeError) as error:
        return translate(
            "WijkMix", "The worklist was not written; what was there is unchanged. {reason}"
        ).format(reason=error)
    return translate("WijkMix", "Written to {path}").format(path=path)


def _write_new(target: Path, rows: list[dict[str, str]]) -> None:
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=".wijkmix-") as folder:
        made = Path(folder) / target.name
        options = QgsVectorFileWriter.SaveVectorOptions()
        options.layerName = TABLE
        options.driverName = "GPKG"
        fields = QgsFields()
        for name in worklist.COLUMNS:
            fields.append(QgsField(name, QMetaType.Type.QString))
        project = QgsProject.instance()
        writer = QgsVectorFileWriter.create(
            str(made),
            fields,
            QgsWkbTypes.NoGeometry,
            project.crs(),
            project.transformContext(),
            options,
        )
        for row in rows:
            feature = QgsFeature(fields)
            feature.setAttributes([row[name] for name in worklist.COLUMNS])
            if writer.hasError() or not writer.addFeature(feature):
                raise RuntimeError(writer.errorMessage())
        if writer.hasError() or not writer.flushBuffer():
            raise RuntimeError(writer.errorMessage())
        del writer
        made.replace(target)


def _write_into(target: Path, rows: list[dict[str, str]]) -> None:
    """Replace the table in a GeoPackage, which may be open in QGIS; a failure rolls back."""
    from osgeo import gdal, ogr

    def done(result: Any) -> Any:
        """Return the result; GDAL reports by code or by exception, as other plugins set it."""
        if result is None or (isinstance(result, int) and result != 0):
            raise RuntimeError(gdal.GetLastErrorMsg())
        return result

    gdal.PushErrorHandler("CPLQuietErrorHandler")
    try:
        source = done(gdal.OpenEx(str(target), gdal.OF_VECTOR | gdal.OF_UPDATE))
        done(source.StartTransaction())
        try:
            table = done(source.CreateLayer(TABLE, None, ogr.wkbNone, ["OVERWRITE=YES"]))
            for name in worklist.COLUMNS:
                done(table.CreateField(ogr.FieldDefn(name, ogr.OFTString)))
            for row in rows:
                feature = ogr.Feature(table.GetLayerDefn())
                for name in worklist.COLUMNS:
                    feature.SetField(name, row[name])
                done(table.CreateFeature(feature))
        except Exception:
            source.RollbackTransaction()
            raise
        done(source.CommitTransaction())
    finally:
        gdal.PopErrorHandler()
