# SPDX-License-Identifier: GPL-2.0-or-later
"""The plan of a project: what mixing is for, and which buurten somebody wants to study."""

from __future__ import annotations

from collections.abc import Callable
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
    QComboBox,
    QFileDialog,
    QFormLayout,
    QFrame,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QPlainTextEdit,
    QPushButton,
    QScrollArea,
    QTabWidget,
    QVBoxLayout,
    QWidget,
)

from ..errors import PolicyError, Text
from ..policy import goals, worklist
from ..policy.goals import Goals, PartyGoal
from ..policy.worklist import Item, Worklist
from . import texts

SCOPE = "WijkMix"
ID_ROLE = Qt.ItemDataRole.UserRole


def project_goals() -> Goals:
    """Return the goals that the open project holds."""
    return goals.loads(QgsProject.instance().readEntry(SCOPE, "goals", "")[0])[0]


class _Stored(QWidget):
    """A page on one entry of the project, which it reads again before every change."""

    key = ""

    def __init__(self) -> None:
        super().__init__()
        self.message = QLabel()
        self.message.setWordWrap(True)
        self.message.setTextFormat(Qt.TextFormat.PlainText)
        self.message.setAccessibleName(QCoreApplication.translate("WijkMix", "Message"))
        self.body = QWidget()
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setWidget(self.body)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 4, 0, 0)
        layout.addWidget(self.message)
        layout.addWidget(scroll, 1)

    def read(self) -> tuple[Any, Text | None]:
        raise NotImplementedError

    def raw(self) -> str:
        return QgsProject.instance().readEntry(SCOPE, self.key, "")[0]

    def change(self, make: Callable[[Any], str]) -> bool:
        """Apply a change to what the project holds now, which another panel may have changed."""
        found, problem = self.read()
        try:
            if problem is not None:
                raise PolicyError(problem.en, problem.nl)
            QgsProject.instance().writeEntry(SCOPE, self.key, make(found))
        except PolicyError as error:
            self.say(texts.both(error.text))
            return False
        self.say("")
        return True

    def say(self, text: str) -> None:
        self.message.setText(text)
        self.message.setVisible(bool(text))

    def showEvent(self, event) -> None:
        self.reload()
        super().showEvent(event)

    def reload(self) -> None:
        raise NotImplementedError


class Answer(QPlainTextEdit):
    """A field for an answer; leaving it keeps the answer. Tab goes on to the next field."""

    def __init__(self, name: str, keep: Callable[[str], None]) -> None:
        super().__init__()
        self._keep = keep
        self.setTabChangesFocus(True)
        self.setAccessibleName(name)
        self.setPlaceholderText(texts.both(goals.UNANSWERED))
        self.setFixedHeight(self.fontMetrics().lineSpacing() * 3 + 10)

    def focusOutEvent(self, event) -> None:
        super().focusOutEvent(event)
        self._keep(self.toPlainText())


def _choice(name: str, choices: dict[str, Text]) -> QComboBox:
    box = QComboBox()
    box.setAccessibleName(name)
    box.setMinimumContentsLength(8)
    box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
    for key, text in choices.items():
        box.addItem(texts.both(text), key)
    return box


def _label(text: str, buddy: QWidget | None = None) -> QLabel:
    label = QLabel(text)
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setWordWrap(True)
    if buddy is not None:
        label.setBuddy(buddy)
    return label


def conflict_text(found: list[goals.Conflict]) -> str:
    """Say in words on which subjects the parties want different things."""
    translate = QCoreApplication.translate
    if not found:
        return translate("WijkMix", "No differing goals between the parties recorded.")
    lines = []
    for conflict in found:
        head = (
            translate("WijkMix", "⚠ Opposite goals: {subject}")
            if conflict.opposite
            else translate("WijkMix", "⚠ Differing goals: {subject}")
        ).format(subject=texts.both(goals.SUBJECTS[conflict.subject]))
        wishes = (
            f"{w.party}: {texts.both(goals.DIRECTIONS[w.direction])}" for w in conflict.wishes
        )
        lines.append(f"{head} ({'; '.join(wishes)})")
    return "\n".join(lines)


class GoalsPage(_Stored):
    """The main goal, the parties and their wishes, seven questions and four steps."""

    key = "goals"

    def __init__(self, catalogue: Any, changed: Callable[[], None]) -> None:
        super().__init__()
        translate = QCoreApplication.translate
        self._changed = changed
        layout = QVBoxLayout(self.body)
        layout.setContentsMargins(0, 0, 4, 0)
        unset = {"": Text(goals.NOT_SET.en, goals.NOT_SET.nl)}
        self.main = _choice(translate("WijkMix", "Main goal"), {**unset, **goals.MAIN_GOALS})
        layout.addWidget(_label(translate("WijkMix", "Main goal"), self.main))
        layout.addWidget(self.main)
        self.party = QLineEdit()
        self.party.setAccessibleName(translate("WijkMix", "Party"))
        self.party.setPlaceholderText(translate("WijkMix", "Party"))
        self.direction = _choice(translate("WijkMix", "Direction"), goals.DIRECTIONS)
        self.subject = _choice(translate("WijkMix", "Subject"), goals.SUBJECTS)
        self.add = QPushButton(translate("WijkMix", "Add goal"))
        self.remove = QPushButton(translate("WijkMix", "Remove goal"))
        self.parties = QListWidget()
        self.parties.setAccessibleName(translate("WijkMix", "Goals of the parties"))
        self.parties.setWordWrap(True)
        self.parties.setFixedHeight(90)
        self.conflicts = _label("")
        self.conflicts.setAccessibleName(translate("WijkMix", "Differing goals"))
        layout.addWidget(_label(translate("WijkMix", "Goals of the parties"), self.party))
        for row in (
            (self.party,),
            (self.direction, self.subject),
            (self.add, self.remove),
        ):
            line = QHBoxLayout()
            for widget in row:
                line.addWidget(widget, 1)
            layout.addLayout(line)
        layout.addWidget(self.parties)
        layout.addWidget(self.conflicts)
        self.answers: dict[str, Answer] = {}
        for part in (*catalogue.questions, *catalogue.steps):
            title = texts.both(part)
            field = Answer(title, lambda text, ident=part["id"]: self._answer(ident, text))
            field.setToolTip("\n".join(texts.both(i) for i in part.get("items", ())))
            self.answers[part["id"]] = field
            layout.addWidget(_label(title, field))
            layout.addWidget(field)
        self.main.activated.connect(self._main)
        self.add.clicked.connect(self._add)
        self.party.returnPressed.connect(self._add)
        self.remove.clicked.connect(self._remove)

    def read(self) -> tuple[Goals, Text | None]:
        return goals.loads(self.raw())

    def reload(self) -> None:
        found, problem = self.read()
        self.say(texts.both(problem))
        self.body.setEnabled(problem is None)
        self.main.setCurrentIndex(self.main.findData(found.main))
        self._show_parties(found)
        for ident, field in self.answers.items():
            if not field.hasFocus() and field.toPlainText() != found.answers.get(ident, ""):
                field.setPlainText(found.answers.get(ident, ""))

    def _show_parties(self, found: Goals) -> None:
        self.parties.clear()
        for goal in found.parties:
            self.parties.addItem(
                f"{goal.party}: {texts.both(goals.SUBJECTS[goal.subject])}: "
                f"{texts.both(goals.DIRECTIONS[goal.direction])}"
            )
        self.conflicts.setText(conflict_text(goals.conflicts(found.parties)))

    def _main(self) -> None:
        self.change(lambda found: goals.dumps(found.with_main(self.main.currentData())))
        self._changed()

    def _answer(self, ident: str, text: str) -> None:
        found, problem = self.read()
        if problem is None and text != found.answers.get(ident, ""):
            self.change(lambda now: goals.dumps(now.with_answer(ident, text)))

    def _add(self) -> None:
        goal = PartyGoal(
            self.party.text(), self.subject.currentData(), self.direction.currentData()
        )
        if self.change(lambda found: goals.dumps(found.with_party(goal))):
            self.party.clear()
            self._show_parties(self.read()[0])

    def _remove(self) -> None:
        place = self.parties.currentRow()
        if place >= 0 and self.change(lambda found: goals.dumps(found.without_party(place))):
            self._show_parties(self.read()[0])


class WorklistPage(_Stored):
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
        self.companions = _label("")
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
        layout.addWidget(_label(translate("WijkMix", "Chosen instruments"), self.instruments))
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


class PlanPanel(QTabWidget):
    """Goals and worklist of the project that is open."""

    def __init__(self, catalogue: Any, changed: Callable[[], None]) -> None:
        super().__init__()
        translate = QCoreApplication.translate
        self.goals = GoalsPage(catalogue, changed)
        self.worklist = WorklistPage(catalogue)
        self.addTab(self.goals, translate("WijkMix", "Goals"))
        self.addTab(self.worklist, translate("WijkMix", "Worklist"))
        self.reload()

    def reload(self, *_details: Any) -> None:
        """Read the project again: another one was opened, or this one closed."""
        self.goals.reload()
        self.worklist.reload()
