# SPDX-License-Identifier: GPL-2.0-or-later
"""The goals of a project as a form: main goal, seven questions and four steps, one at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from qgis.PyQt.QtCore import QCoreApplication, Qt, QTimer, QUrl
from qgis.PyQt.QtWidgets import (
    QCheckBox,
    QComboBox,
    QHBoxLayout,
    QLineEdit,
    QListWidget,
    QPushButton,
    QSpinBox,
    QStyledItemDelegate,
    QTableWidget,
    QTableWidgetItem,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from ..errors import Text
from ..policy import goal_sheet, goals
from ..policy.goal_sheet import Loaded, Sheet
from ..policy.goals import Goals, PartyGoal, Stake
from . import texts
from .labels import label
from .page import Page, paragraph
from .stored_page import Answer, StoredPage, choice, project_entry, steady
from .texts import esc

OVERVIEW = "overview"


def project_goals() -> Goals:
    """Return the goals that the open project holds."""
    return goals.loads(project_entry("goals"))[0]


def _said(choices: dict[str, Text]) -> dict[str, str]:
    return {key: texts.both(text) for key, text in choices.items()}


def conflict_text(found: list[goals.Conflict]) -> str:
    """Say in words on which subjects the parties want different things."""
    if not found:
        return QCoreApplication.translate(
            "WijkMix", "No differing goals between the parties recorded."
        )
    lines = [f"⚠ {texts.both(goals.conflict_text(conflict))}" for conflict in found]
    return "\n".join([*lines, texts.both(goals.SUBJECTS_ARE_OURS)])


class _Rows(QWidget):
    """A list of rows, with fields above it to fill in one more."""

    def __init__(
        self, name: str, fields: list[list[QWidget]], add: Callable, remove: Callable
    ) -> None:
        super().__init__()
        translate = QCoreApplication.translate
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        for row in fields:
            line = QHBoxLayout()
            for field in row:
                line.addWidget(field, 1)
            layout.addLayout(line)
        self.add = QPushButton(translate("WijkMix", "Add"))
        self.remove = QPushButton(translate("WijkMix", "Remove"))
        line = QHBoxLayout()
        line.addWidget(self.add, 1)
        line.addWidget(self.remove, 1)
        layout.addLayout(line)
        self.list = QListWidget()
        self.list.setAccessibleName(name)
        self.list.setWordWrap(True)
        self.list.setFixedHeight(self.fontMetrics().lineSpacing() * 7)
        layout.addWidget(self.list)
        self.list.currentRowChanged.connect(lambda row: self.remove.setEnabled(row >= 0))
        self.add.clicked.connect(add)
        self.remove.clicked.connect(remove)

    def show_rows(self, rows: Iterable[str]) -> None:
        self.list.clear()
        self.list.addItems(list(rows))
        self.remove.setEnabled(self.list.currentRow() >= 0)


class _ViewChoice(QStyledItemDelegate):
    """Chooses in a cell what a party thinks of a goal."""

    def createEditor(self, parent, _option, _index):
        box = QComboBox(parent)
        for key, text in {"": goals.NOT_ASKED, **goals.VIEWS}.items():
            box.addItem(texts.both(text), key)
        box.activated.connect(lambda _place: self._done(box))
        # Once it has its place; as a child of the box, so that it ends with it.
        timer = QTimer(box)
        timer.setSingleShot(True)
        timer.timeout.connect(box.showPopup)
        timer.start(0)
        return box

    def setEditorData(self, editor, index) -> None:
        editor.setCurrentIndex(editor.findData(index.data(Qt.ItemDataRole.UserRole)))

    def setModelData(self, editor, model, index) -> None:
        model.setData(index, editor.currentData(), Qt.ItemDataRole.UserRole)

    def _done(self, box: QComboBox) -> None:
        self.commitData.emit(box)
        self.closeEditor.emit(box)


class GoalsPage(StoredPage):
    """The main goal above; below it an overview, or one question or step to fill in."""

    key = "goals"

    def __init__(self, catalogue: Any, changed: Callable[[], None]) -> None:
        super().__init__()
        translate = QCoreApplication.translate
        self._catalogue = catalogue
        self._changed = changed
        self._loaded = Loaded()
        self._matrix = Goals()  # whose rows and columns the table of views has
        self.answers: dict[str, Answer] = {}
        layout = QVBoxLayout(self.body)
        layout.setContentsMargins(0, 0, 4, 0)
        unset = {"": texts.both(goals.NOT_SET)}
        self.main = choice(translate("WijkMix", "Main goal"), {**unset, **_said(goals.MAIN_GOALS)})
        layout.addWidget(label(translate("WijkMix", "Main goal"), self.main))
        layout.addWidget(self.main)
        self.section = choice(translate("WijkMix", "Question or step"), {})
        self.back, self.forth = QToolButton(), QToolButton()
        line = QHBoxLayout()
        line.addWidget(self.section, 1)
        for button, arrow, name, step in (
            (self.back, Qt.ArrowType.LeftArrow, translate("WijkMix", "Previous"), -1),
            (self.forth, Qt.ArrowType.RightArrow, translate("WijkMix", "Next"), 1),
        ):
            button.setArrowType(arrow)
            button.setToolTip(name)
            button.setAccessibleName(name)
            button.clicked.connect(lambda _on=False, by=step: self._move(by))
            line.addWidget(button)
        layout.addLayout(line)
        # Not a stack: that is as high as its highest page, and a short one would scroll.
        self.pages: list[QWidget] = []
        self._build_pages()
        for page in self.pages:
            layout.addWidget(page, 1)
        self.main.activated.connect(self._main)
        self.section.currentIndexChanged.connect(self._show_section)
        self._show_section(0)

    # -- the pages ---------------------------------------------------------------------------

    def _build_pages(self) -> None:
        translate = QCoreApplication.translate
        self.overview = Page(translate("WijkMix", "Overview of the goals"))
        self.overview.setMinimumHeight(160)
        self.overview.anchorClicked.connect(self._follow)
        self._add_page(OVERVIEW, self.overview)
        fields = {
            "wat": self._mixed_fields,
            "wie": self._stake_fields,
            "veranderingstheorie": self._mechanism_fields,
            "probleem-middel-doel": self._role_fields,
            "doelstellingen": self._party_fields,
            "schaal": self._level_fields,
            "tijd": self._year_fields,
        }
        for question in self._catalogue.questions:
            page = self._page(question)
            if question["id"] in fields:
                fields[question["id"]](page.layout())
            self._add_answer(page, question["id"], translate("WijkMix", "In your own words"))
        for step in self._catalogue.steps:
            page = self._page(step)
            if step.get("prompt"):
                page.layout().addWidget(label(texts.both(step["prompt"]), small=True))
            for item in step["items"]:
                self._add_answer(page, item["id"], texts.both(item), lines=2)
            self._add_answer(page, step["id"], translate("WijkMix", "Anything else"))
        for page in self.pages[1:]:
            page.layout().addStretch(1)

    def _page(self, part: dict[str, Any]) -> QWidget:
        page = QWidget()
        page.setAccessibleName(texts.both(part.get("short", part)))
        layout = QVBoxLayout(page)
        layout.setContentsMargins(0, 0, 0, 0)
        title = label(texts.both(part))
        font = title.font()
        font.setBold(True)
        title.setFont(font)
        layout.addWidget(title)
        self._add_page(part["id"], page)
        return page

    def _add_page(self, ident: str, page: QWidget) -> None:
        self.pages.append(page)
        self.section.addItem("", ident)

    def _add_answer(self, page: QWidget, ident: str, title: str, lines: int = 3) -> None:
        # On every page a field of the same title: its name says which question as well.
        name = f"{page.accessibleName()}: {title}"
        field = Answer(name, lambda text, ident=ident: self._answer(ident, text), lines)
        self.answers[ident] = field
        page.layout().addWidget(label(title, field))
        page.layout().addWidget(field)

    def _boxes(
        self, layout: Any, choices: dict[str, Text], remarks: dict[str, str], keep: Callable
    ) -> dict[str, QCheckBox]:
        """Add a box per choice, and below it in small print what is to be known of it."""
        boxes = {}
        for key, text in choices.items():
            box = boxes[key] = QCheckBox(texts.both(text))
            box.clicked.connect(lambda _on=False: keep())
            layout.addWidget(box)
            if key in remarks:
                box.setAccessibleDescription(remarks[key])
                remark = label(remarks[key], small=True)
                remark.setIndent(22)
                layout.addWidget(remark)
        return boxes

    def _mixed_fields(self, layout: Any) -> None:
        remark = texts.both(goals.NOT_MEASURED_TEXT)
        self.mixed = self._boxes(
            layout,
            goals.MIXED,
            dict.fromkeys(goals.NOT_MEASURED, remark),
            lambda: self._keep(lambda now: now.with_mixed(_checked(self.mixed))),
        )

    def _stake_fields(self, layout: Any) -> None:
        translate = QCoreApplication.translate
        self.group = choice(translate("WijkMix", "Group"), _said(goals.GROUPS))
        self.group.setEditable(True)
        self.group.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        self.group.setCurrentIndex(-1)
        self.group.lineEdit().setPlaceholderText(translate("WijkMix", "Group"))
        self.group.setToolTip(translate("WijkMix", "Choose a group, or type one of your own"))
        unit = {"": translate("WijkMix", "counted in…")}
        self.unit = choice(translate("WijkMix", "Unit"), {**unit, **_said(goals.UNITS)})
        self.benefit = _line(translate("WijkMix", "Benefit"))
        self.burden = _line(translate("WijkMix", "Burden"))
        self.stakes = _Rows(
            translate("WijkMix", "Groups with their benefit and burden"),
            [[self.group], [self.unit], [self.benefit, self.burden]],
            self._add_stake,
            self._remove_stake,
        )
        layout.addWidget(self.stakes)

    def _mechanism_fields(self, layout: Any) -> None:
        remarks = {}
        for key, mechanism in goals.MECHANISMS.items():
            status = goal_sheet.evidence(key, self._catalogue, texts.language())
            remarks[key] = f"{status[:1].upper()}{status[1:]}. {texts.both(mechanism.evidence)}"
        self.mechanisms = self._boxes(
            layout,
            {key: mechanism.name for key, mechanism in goals.MECHANISMS.items()},
            remarks,
            lambda: self._keep(lambda now: now.with_mechanisms(_checked(self.mechanisms))),
        )

    def _role_fields(self, layout: Any) -> None:
        unset = {"": texts.both(goals.UNANSWERED)}
        self.role = choice(
            QCoreApplication.translate("WijkMix", "Problem, means or end"),
            {**unset, **_said(goals.ROLES)},
        )
        layout.addWidget(self.role)
        self.role.activated.connect(
            lambda: self._keep(lambda now: now.with_role(self.role.currentData()))
        )

    def _party_fields(self, layout: Any) -> None:
        translate = QCoreApplication.translate
        self.party = _line(translate("WijkMix", "Party"))
        self.direction = choice(translate("WijkMix", "Direction"), _said(goals.DIRECTIONS))
        # The subjects are ours; the label below the list says so whatever is chosen.
        self.subject = choice(
            translate("WijkMix", "Subject (assumption of WijkMix)"), _said(goals.SUBJECTS)
        )
        self.degree = _line(translate("WijkMix", "How much"))
        self.own_goal = _line(translate("WijkMix", "The goal in its own words"))
        self.rows = _Rows(
            translate("WijkMix", "Goals of the parties"),
            [[self.party], [self.own_goal], [self.subject], [self.direction, self.degree]],
            self._add,
            self._remove,
        )
        self.parties, self.add, self.remove = self.rows.list, self.rows.add, self.rows.remove
        self.conflicts = label("")
        self.conflicts.setAccessibleName(translate("WijkMix", "Differing goals"))
        layout.addWidget(self.rows)
        layout.addWidget(self.conflicts)
        self.views_head = label(
            translate("WijkMix", "What the parties think of each other's goals"), small=True
        )
        self.views = QTableWidget()
        self.views.setAccessibleName(self.views_head.text())
        self.views.setItemDelegate(_ViewChoice(self.views))
        self.views.setEditTriggers(
            QTableWidget.EditTrigger.EditKeyPressed | QTableWidget.EditTrigger.AnyKeyPressed
        )
        self.views.verticalHeader().setMaximumWidth(150)
        for head in (self.views.verticalHeader(), self.views.horizontalHeader()):
            head.setTextElideMode(Qt.TextElideMode.ElideRight)
        self.views.setFixedHeight(self.fontMetrics().lineSpacing() * 9)
        layout.addWidget(self.views_head)
        layout.addWidget(self.views)
        self.party.returnPressed.connect(self._add)
        self.views.itemChanged.connect(self._view)
        self.views.itemClicked.connect(self._open_view)

    def _level_fields(self, layout: Any) -> None:
        translate = QCoreApplication.translate
        scales = {
            key: texts.label(self._catalogue, "scales", key) for key in self._catalogue.scales
        }
        unset = {"": texts.both(goals.UNANSWERED)}
        self.intervention = choice(
            translate("WijkMix", "Level of the intervention"), {**unset, **scales}
        )
        self.effect = choice(translate("WijkMix", "Level of the effect"), {**unset, **scales})
        self.coarse = label("")
        self.coarse.setAccessibleName(translate("WijkMix", "Figures that are too coarse"))
        for field in (self.intervention, self.effect):
            layout.addWidget(label(field.accessibleName(), field))
            layout.addWidget(field)
            field.activated.connect(
                lambda _i=0: self._keep(
                    lambda now: now.with_levels(
                        self.intervention.currentData() or "", self.effect.currentData() or ""
                    )
                )
            )
        layout.addWidget(self.coarse)

    def _year_fields(self, layout: Any) -> None:
        translate = QCoreApplication.translate
        self.first = self._spin(translate("WijkMix", "First effect, in years"))
        self.full = self._spin(translate("WijkMix", "Full effect, in years"))
        for field in (self.first, self.full):
            layout.addWidget(label(field.accessibleName(), field))
            layout.addWidget(field)
        self.moments = label("", small=True)
        layout.addWidget(self.moments)

    def _spin(self, name: str) -> QSpinBox:
        field = steady(QSpinBox())
        field.setAccessibleName(name)
        field.setRange(-1, goals.MAX_YEARS)
        field.setSpecialValueText(texts.both(goals.UNANSWERED))
        field.setValue(-1)
        field.editingFinished.connect(self._years)
        return field

    # -- showing -----------------------------------------------------------------------------

    def show_loaded(self, loaded: Loaded) -> None:
        """Take over what is known of the figures, for the warnings."""
        if loaded != self._loaded:
            self._loaded = loaded
            self._show_sheet(self.read()[0])

    def read(self) -> tuple[Goals, Text | None]:
        return goals.loads(self.raw())

    def reload(self) -> None:
        found, problem = self.read()
        self.say(texts.both(problem))
        self.body.setEnabled(problem is None)
        self._show(found)

    def _show(self, found: Goals) -> None:
        self.main.setCurrentIndex(self.main.findData(found.main))
        for boxes, chosen in ((self.mixed, found.mixed), (self.mechanisms, found.mechanisms)):
            for key, box in boxes.items():
                box.setChecked(key in chosen)
        self.role.setCurrentIndex(self.role.findData(found.role))
        for field, level in ((self.intervention, found.intervention), (self.effect, found.effect)):
            if field.findData(level) < 0:  # a level of another catalogue
                field.addItem(level, level)
            field.setCurrentIndex(field.findData(level))
        for spin, years in ((self.first, found.first), (self.full, found.full)):
            if not self.in_use(spin):
                spin.blockSignals(True)
                spin.setValue(-1 if years is None else years)
                spin.blockSignals(False)
        for ident, answer in self.answers.items():
            if not self.in_use(answer):
                kept = found.answers.get(ident, "")
                answer.show_text(self.drafts.get(answer.accessibleName(), kept))
        self.stakes.show_rows(self._stake_row(stake) for stake in found.stakes)
        self.rows.show_rows(texts.both(goal_sheet.goal_text(goal)) for goal in found.parties)
        self._show_views(found)
        self._show_sheet(found)

    def _show_views(self, found: Goals) -> None:
        """Show a row per goal and a column per party; the goal of a party itself is left as is."""
        names, asked = found.party_names, found.asked
        self._matrix = found
        for widget in (self.views_head, self.views):
            widget.setVisible(len(names) > 1)
        self.views.blockSignals(True)
        self.views.setRowCount(len(found.parties))
        self.views.setColumnCount(len(names))
        self.views.setHorizontalHeaderLabels(names)
        for row, goal in enumerate(found.parties):
            full = texts.both(goal_sheet.goal_text(goal))
            head = QTableWidgetItem(f"{goal.party}: {texts.both(goals.SUBJECTS[goal.subject])}")
            head.setToolTip(texts.tip(full))
            self.views.setVerticalHeaderItem(row, head)
            for column, name in enumerate(names):
                view = asked.get((name, goal), "")
                own = name == goal.party
                text = (
                    QCoreApplication.translate("WijkMix", "own goal")
                    if own
                    else texts.both(goals.VIEWS.get(view, goals.NOT_ASKED))
                )
                cell = QTableWidgetItem(text)
                cell.setData(Qt.ItemDataRole.UserRole, view)
                cell.setToolTip(texts.tip(f"{name}. {full}"))
                if own:
                    cell.setFlags(Qt.ItemFlag.NoItemFlags)
                self.views.setItem(row, column, cell)
        self.views.blockSignals(False)

    def _stake_row(self, stake: Stake) -> str:
        translate = QCoreApplication.translate
        parts = [texts.both(goal_sheet.stake_name(stake))]
        if stake.benefit:
            parts.append(translate("WijkMix", "benefit: {text}").format(text=stake.benefit))
        if stake.burden:
            parts.append(translate("WijkMix", "burden: {text}").format(text=stake.burden))
        return "; ".join(parts)

    def _show_sheet(self, found: Goals) -> None:
        """Mark what is answered, and show what follows from the answers."""
        sheet = goal_sheet.goal_sheet(found, self._catalogue, texts.language(), self._loaded)
        self.section.setItemText(0, self._progress(sheet))
        for place, section in enumerate(sheet.sections[1:], start=1):
            mark = (
                "✓" if section.answered == len(section.lines) else "…" if section.answered else "–"
            )
            name = (
                QCoreApplication.translate("WijkMix", "Question {n}: {name}")
                if section.kind == "question"
                else QCoreApplication.translate("WijkMix", "Step {n}: {name}")
            )
            self.section.setItemText(
                place, f"{mark} " + name.format(n=section.number, name=section.short)
            )
        self.overview.show_html(_overview(sheet), keep_place=True)
        self.conflicts.setText(conflict_text(goals.conflicts(found.parties)))
        by_id = {section.id: section for section in sheet.sections}
        levels = by_id.get("schaal")
        self.coarse.setText("\n".join(f"⚠ {w}" for w in levels.warnings) if levels else "")
        self.coarse.setVisible(bool(self.coarse.text()))
        found_moments = ", ".join(map(str, goal_sheet.moments(found)))
        self.moments.setText(
            QCoreApplication.translate(
                "WijkMix", "Years to measure (assumption: every five years and at each effect): {n}"
            ).format(n=found_moments)
            if found_moments
            else ""
        )

    def _progress(self, sheet: Sheet) -> str:
        return QCoreApplication.translate("WijkMix", "Overview: {n} of {total} answered").format(
            n=len(sheet.sections) - sheet.n_sections_open, total=len(sheet.sections)
        )

    def show_section(self, ident: str) -> None:
        """Open a question or step, or the overview."""
        place = self.section.findData(ident)
        if place >= 0:
            self.section.setCurrentIndex(place)

    def _show_section(self, place: int) -> None:
        for n, page in enumerate(self.pages):
            page.setVisible(n == place)
        self.back.setEnabled(place > 0)
        self.forth.setEnabled(place < len(self.pages) - 1)
        self.scroll.verticalScrollBar().setValue(0)

    def _move(self, by: int) -> None:
        self.section.setCurrentIndex(
            min(max(self.section.currentIndex() + by, 0), self.section.count() - 1)
        )

    def _follow(self, url: QUrl) -> None:
        if url.path() == "hoofddoel":
            self.main.setFocus()
        else:
            self.show_section(url.path())

    # -- keeping -----------------------------------------------------------------------------

    def _keep(self, make: Callable[[Goals], Goals]) -> bool:
        kept = self.change(lambda found: goals.dumps(make(found)))
        # What was refused does not stay on the screen as if it were kept.
        self._show(self.read()[0])
        return kept

    def _main(self) -> None:
        self._keep(lambda found: found.with_main(self.main.currentData()))
        self._changed()

    def _answer(self, ident: str, text: str) -> None:
        found, problem = self.read()
        name = self.answers[ident].accessibleName()
        if problem is None and (text != found.answers.get(ident, "") or name in self.drafts):
            self.change(lambda now: goals.dumps(now.with_answer(ident, text)), {name: text})
            self._show_sheet(self.read()[0])

    def _years(self) -> None:
        years = [None if s.value() < 0 else s.value() for s in (self.first, self.full)]
        found = self.read()[0]
        if years != [found.first, found.full]:
            self._keep(lambda now: now.with_years(*years))

    def _add_stake(self) -> None:
        text = self.group.currentText()
        place = self.group.findText(text)
        stake = Stake(
            text if place < 0 else self.group.itemData(place),
            self.unit.currentData(),
            self.benefit.text(),
            self.burden.text(),
        )
        if self._keep(lambda found: found.with_stake(stake)):
            self.group.setCurrentIndex(-1)
            self.benefit.clear()
            self.burden.clear()

    def _remove_stake(self) -> None:
        place = self.stakes.list.currentRow()
        if place >= 0:
            self._keep(lambda found: found.without_stake(place))

    def _add(self) -> None:
        goal = PartyGoal(
            self.party.text(),
            self.subject.currentData(),
            self.direction.currentData(),
            self.own_goal.text(),
            self.degree.text(),
        )
        if self._keep(lambda found: found.with_party(goal)):
            for field in (self.party, self.own_goal, self.degree):
                field.clear()

    def _view(self, cell: QTableWidgetItem) -> None:
        """Keep what was chosen in a cell."""
        goal = self._matrix.parties[cell.row()]
        party = self._matrix.party_names[cell.column()]
        view = cell.data(Qt.ItemDataRole.UserRole)
        self.change(lambda now: goals.dumps(now.with_view(party, goal, view)))
        found = self.read()[0]
        # Only the text: the editor of the cell is still closing.
        kept = found.asked.get((party, goal), "")
        self.views.blockSignals(True)
        cell.setText(texts.both(goals.VIEWS.get(kept, goals.NOT_ASKED)))
        self.views.blockSignals(False)
        self._show_sheet(found)

    def _open_view(self, cell: QTableWidgetItem) -> None:
        if cell.flags() & Qt.ItemFlag.ItemIsEditable:
            self.views.editItem(cell)

    def _remove(self) -> None:
        place = self.parties.currentRow()
        if place >= 0:
            self._keep(lambda found: found.without_party(place))


def _line(name: str) -> QLineEdit:
    field = QLineEdit()
    field.setAccessibleName(name)
    field.setPlaceholderText(name)
    field.setToolTip(name)
    return field


def _checked(boxes: dict[str, QCheckBox]) -> list[str]:
    return [key for key, box in boxes.items() if box.isChecked()]


def _overview(sheet: Sheet) -> str:
    """Return the goal sheet as HTML, each section a link to its fields."""
    body = [
        paragraph(
            QCoreApplication.translate(
                "WijkMix",
                "Figures do not say whether mixing is wanted, for whom and at which scale. Answer "
                "these with the parties involved. What is open is printed as not answered.",
            ),
            "muted",
        )
    ]
    for section in sheet.sections:
        number = f"{section.number}. " if section.number else ""
        body.append(
            f'<h3><a href="section:{esc(section.id)}">{esc(number + section.short)}</a></h3>'
        )
        if section.answered == 0:
            body.append(paragraph(section.lines[0].text, "muted"))
        else:
            body += [_overview_line(line) for line in section.lines]
        body += [f'<p><span class="amber">▲</span> {esc(w)}</p>' for w in section.warnings]
    return "".join(body)


def _overview_line(line: goal_sheet.Line) -> str:
    head = f"{esc(line.label)}: " if line.label else ""
    text = f"<b>{esc(line.text)}</b>" if line.answered else esc(line.text)
    remark = f" <i>({esc(line.remark)})</i>" if line.remark else ""
    return f'<p class="{"" if line.answered else "muted"}">{head}{text}{remark}</p>'
