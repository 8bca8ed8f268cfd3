# SPDX-License-Identifier: GPL-2.0-or-later
"""View 3: the instruments that match a buurt or a flag, their companions, and all the others."""

from __future__ import annotations

from datetime import date
from typing import Any

from qgis.core import QgsProject
from qgis.PyQt.QtCore import QCoreApplication, QSize, Qt, QUrl, pyqtSignal
from qgis.PyQt.QtWidgets import (
    QGridLayout,
    QHBoxLayout,
    QLineEdit,
    QMenu,
    QSplitter,
    QStyle,
    QToolButton,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from ..errors import PolicyError
from ..policy import law_checks
from ..policy.catalogue import RAISED, is_choosable, needs_designation, own_mark
from ..policy.designation import NONE_LOADED, Designation, absent, read_day
from . import entry_html, own_catalogue, texts
from .designations import DesignationDialog
from .labels import label
from .page import Page, paragraph
from .stored_page import SCOPE, choice, project_entry

BUURT, ALL, UNFLAGGED, WATCH = "buurt", "all", "unflagged", "watch"
NO_SCALE = "none"
LAW_CHECKS = "law_checks"
ID_ROLE = Qt.ItemDataRole.UserRole
WIDE = 620  # pixels: from here on the entry stands beside the list


class InstrumentsPanel(QWidget):
    """A list that always holds the companions of a flag, and the entry that is read."""

    catalogue_changed = pyqtSignal(object)
    designation_changed = pyqtSignal()

    def __init__(self, catalogue: Any, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        translate = QCoreApplication.translate
        self._catalogue = catalogue
        self._statuses: dict[str, str | None] = {}
        self._place = ""
        self._entry = ""
        self._designation = absent(NONE_LOADED)
        self.scope = choice(translate("WijkMix", "Which instruments"), {})
        self.domain = choice(translate("WijkMix", "Domain"), {})
        self.scale = choice(translate("WijkMix", "Scale in the source"), {})
        self.actor = choice(translate("WijkMix", "Who acts"), {})
        self.find = QLineEdit()
        self.find.setClearButtonEnabled(True)
        self.find.setPlaceholderText(translate("WijkMix", "Search all words"))
        self.find.setAccessibleName(translate("WijkMix", "Search the instruments"))
        self.more = QToolButton()
        self.more.setText("…")
        self.more.setToolTip(translate("WijkMix", "Own catalogue and designated areas"))
        self.more.setAccessibleName(self.more.toolTip())
        self.more.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        menu = QMenu(self.more)
        self.choose_own = menu.addAction(translate("WijkMix", "Own catalogue (JSON)…"))
        self.drop_own = menu.addAction(translate("WijkMix", "Back to the shipped catalogue"))
        menu.addSeparator()
        self.designate = menu.addAction(translate("WijkMix", "Designated areas (Wbmgp)…"))
        self.more.setMenu(menu)
        self.notice = label("", small=True)
        self.notice.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.list = QTreeWidget()
        self.list.setHeaderHidden(True)
        self.list.setRootIsDecorated(False)
        self.list.setIndentation(10)
        self.list.setUniformRowHeights(True)
        self.list.setAccessibleName(translate("WijkMix", "Instruments"))
        self.list.setMinimumHeight(90)
        self.page = Page(translate("WijkMix", "The selected instrument"))
        self.splitter = QSplitter(Qt.Orientation.Vertical)
        self.splitter.addWidget(self.list)
        self.splitter.addWidget(self._build_reading())
        self.splitter.setChildrenCollapsible(False)
        self.splitter.setStretchFactor(0, 2)
        self.splitter.setStretchFactor(1, 3)
        bar = QGridLayout()
        top = QHBoxLayout()
        top.addWidget(self.scope, 1)
        top.addWidget(self.more)
        bar.addLayout(top, 0, 0, 1, 2)
        for place, widget in enumerate((self.domain, self.scale, self.actor, self.find)):
            bar.addWidget(widget, 1 + place // 2, place % 2)
        bar.setColumnStretch(0, 1)
        bar.setColumnStretch(1, 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 6, 0, 0)
        layout.addLayout(bar)
        layout.addWidget(self.notice)
        layout.addWidget(self.splitter, 1)
        self._fill()
        for box in (self.scope, self.domain, self.scale, self.actor):
            box.currentIndexChanged.connect(self.refresh)
        self.find.textChanged.connect(self.refresh)
        self.list.currentItemChanged.connect(self._chosen)
        self.page.anchorClicked.connect(self._follow)
        self.choose_own.triggered.connect(self._choose_own)
        self.drop_own.triggered.connect(self._drop_own)
        self.designate.triggered.connect(self._designate)
        self.scope.setCurrentIndex(self.scope.findData(ALL))
        self.refresh()

    def _build_reading(self) -> QWidget:
        """Return the entry, and below it when its law was checked."""
        translate = QCoreApplication.translate
        self.checked = QLineEdit()
        self.checked.setPlaceholderText(translate("WijkMix", "yyyy-mm-dd"))
        self.checked.setAccessibleName(translate("WijkMix", "Law checked on"))
        self.checked.setMaximumWidth(self.fontMetrics().horizontalAdvance("0000-00-00") + 24)
        self.check_note = QLineEdit()
        self.check_note.setAccessibleName(translate("WijkMix", "By whom, against what"))
        self.check_note.setPlaceholderText(self.check_note.accessibleName())
        line = QHBoxLayout()
        caption = label(translate("WijkMix", "Law checked"), self.checked)
        caption.setWordWrap(False)
        line.addWidget(caption)
        line.addWidget(self.checked)
        line.addWidget(self.check_note, 1)
        self.check_message = label("", small=True)
        self.check_message.hide()
        reading = QWidget()
        layout = QVBoxLayout(reading)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.page, 1)
        layout.addLayout(line)
        layout.addWidget(self.check_message)
        self.checked.editingFinished.connect(self._keep_check)
        self.check_note.editingFinished.connect(self._keep_check)
        return reading

    def _fill(self) -> None:
        """Offer what the catalogue has."""
        translate = QCoreApplication.translate
        catalogue = self._catalogue
        self._watched = {item["id"]: item for item in catalogue.legal_watch}
        self._search = {e["id"]: _haystack(e, catalogue) for e in catalogue.entries}
        for key, item in self._watched.items():
            told = f"{entry_html.watch_title(item)} {texts.both(item['source_states'])}"
            self._search[key] = told.casefold()
        flags = {
            name: translate("WijkMix", "Flag: {name}").format(name=texts.flag(catalogue, name))
            for name in catalogue.candidate_flags
        }
        loose = self._unflagged()
        offers = {
            self.scope: {
                BUURT: translate("WijkMix", "For the flags of the selected buurt"),
                **flags,
                UNFLAGGED: translate("WijkMix", "Belonging to no flag ({n})").format(n=len(loose)),
                ALL: translate("WijkMix", "All {n} entries").format(n=len(catalogue.entries)),
                WATCH: translate("WijkMix", "Law and policy watch list"),
            },
            self.domain: {
                "": translate("WijkMix", "All domains"),
                **{key: texts.both(name) for key, name in catalogue.domains.items()},
            },
            self.scale: {
                "": translate("WijkMix", "All scales"),
                **{key: texts.label(catalogue, "scales", key) for key in catalogue.scales},
                NO_SCALE: translate("WijkMix", "no scale in the source"),
            },
            self.actor: {
                "": translate("WijkMix", "All actors"),
                **{
                    key: texts.label(catalogue, "actors", key) for key in catalogue.labels["actors"]
                },
            },
        }
        for box, choices in offers.items():
            chosen = box.currentData()
            box.blockSignals(True)
            box.clear()
            for key, text in choices.items():
                box.addItem(text, key)
            box.setCurrentIndex(max(box.findData(chosen), 0))
            box.blockSignals(False)
        notice = own_catalogue.notice(catalogue)
        self.notice.setText(notice)
        self.notice.setVisible(bool(notice))
        self.drop_own.setEnabled(bool(own_catalogue.path()))

    def set_catalogue(self, catalogue: Any) -> None:
        """Read another catalogue: what was chosen stays where it has it too."""
        self._catalogue = catalogue
        self._fill()
        self.refresh()

    def show_buurt(
        self,
        place: str,
        statuses: dict[str, str | None],
        designation: Designation | None = None,
    ) -> None:
        """Match the flags of a buurt; an empty place means that none is selected."""
        first = not self._place
        self._place, self._statuses = place, statuses
        self._designation = designation or absent(NONE_LOADED)
        if first and place and self.scope.currentData() == ALL and not self._is_filtered():
            self.scope.setCurrentIndex(self.scope.findData(BUURT))
        elif not place and self.scope.currentData() == BUURT:
            self.scope.setCurrentIndex(self.scope.findData(ALL))
        else:
            self.refresh()

    def _is_filtered(self) -> bool:
        boxes = (self.domain, self.scale, self.actor)
        return bool(self.find.text()) or any(box.currentData() for box in boxes)

    def show_scope(self, scope: str) -> None:
        """Show a flag, the selected buurt or everything, with the filters off."""
        self.find.clear()
        for box in (self.domain, self.scale, self.actor):
            box.setCurrentIndex(0)
        self.scope.setCurrentIndex(max(self.scope.findData(scope), 0))

    def show_entry(self, key: str) -> None:
        """Read one entry or watched law; in the list where it is listed, else beside it."""
        if key not in self._catalogue.by_id and key not in self._watched:
            return
        item = next((i for i in self._items() if i.data(0, ID_ROLE) == key), None)
        self.list.blockSignals(True)
        self.list.setCurrentItem(item)
        self.list.blockSignals(False)
        self._read(key)

    def listed(self) -> list[str]:
        """Return the ids in the list, from top to bottom."""
        return [item.data(0, ID_ROLE) for item in self._items()]

    # -- the list --------------------------------------------------------------------------

    def refresh(self) -> None:
        shown = self.list.currentItem().data(0, ID_ROLE) if self.list.currentItem() else None
        groups = self._groups()
        for box in (self.domain, self.scale, self.actor):  # a law has none of these
            box.setEnabled(self.scope.currentData() != WATCH)
        self.list.blockSignals(True)
        self.list.clear()
        for title, keys in groups:
            head = QTreeWidgetItem([title])
            head.setFlags(Qt.ItemFlag.ItemIsEnabled)
            head.setToolTip(0, texts.tip(title))
            font = head.font(0)
            font.setBold(True)
            head.setFont(0, font)
            self.list.addTopLevelItem(head)
            for key in keys:
                head.addChild(self._item(key))
        self.list.expandAll()
        listed = self.listed()
        self.list.blockSignals(False)
        if shown in listed:
            self.show_entry(shown)
        elif listed:
            self.show_entry(listed[0])
        else:
            self.page.show_html(paragraph(self._nothing()))

    def _groups(self) -> list[tuple[str, list[str]]]:
        scope = self.scope.currentData()
        if scope == WATCH:
            words = self.find.text().casefold().split()
            found = [k for k in self._watched if all(w in self._search[k] for w in words)]
            return [(self.scope.currentText(), found)] if found else []
        if scope in (ALL, UNFLAGGED):
            loose = self._unflagged() if scope == UNFLAGGED else list(self._catalogue.by_id)
            return [
                (f"{texts.both(label)} ({len(keys)})", keys)
                for domain, label in self._catalogue.domains.items()
                if (
                    keys := self._fitting(
                        [k for k in loose if self._catalogue.get(k)["domain"] == domain]
                    )
                )
            ]
        groups = [group for name in self._flags() for group in self._flag_groups(name)]
        if scope == BUURT and self._designation.applies:
            wanted = [e["id"] for e in self._catalogue.entries if needs_designation(e)]
            title = QCoreApplication.translate("WijkMix", "Designated area (Wbmgp), in force")
            groups.append((title, self._fitting(wanted)))
        return groups

    def _unflagged(self) -> list[str]:
        """Return what belongs to no flag: to choose for its own sake, or beside something else."""
        shown = {
            entry["id"]
            for flag in self._catalogue.candidate_flags
            for entry in self._catalogue.matching(flag)
        }
        return [key for key in self._catalogue.by_id if key not in shown]

    def _flags(self) -> list[str]:
        """Return the flags whose instruments are listed."""
        scope = self.scope.currentData()
        if scope == BUURT:
            return [k for k, v in self._statuses.items() if v in RAISED]
        return [] if scope in (ALL, UNFLAGGED, WATCH) else [scope]

    def _flag_groups(self, name: str) -> list[tuple[str, list[str]]]:
        """Return matches and companions; these are never filtered, no measure goes without them."""
        translate = QCoreApplication.translate
        companions = [entry["id"] for entry in self._catalogue.companions(name)]
        matching = [entry["id"] for entry in self._catalogue.matching(name)]
        fitting = self._fitting([key for key in matching if key not in companions])
        label = texts.flag(self._catalogue, name)
        groups = [(translate("WijkMix", "{flag}: never without").format(flag=label), companions)]
        if fitting:
            title = translate("WijkMix", "{flag}: matching").format(flag=label)
            groups.insert(0, (title, fitting))
        return groups

    def _fitting(self, keys: list[str]) -> list[str]:
        domain, scale, actor = (
            box.currentData() or None for box in (self.domain, self.scale, self.actor)
        )
        words = self.find.text().casefold().split()
        selected = self._catalogue.select(
            domain=domain, scale=None if scale == NO_SCALE else scale, actor=actor
        )
        kept = {e["id"] for e in selected if scale != NO_SCALE or not e["scale"]["source"]}
        return [k for k in keys if k in kept and all(word in self._search[k] for word in words)]

    def _item(self, key: str) -> QTreeWidgetItem:
        item = QTreeWidgetItem()
        item.setData(0, ID_ROLE, key)
        if key in self._watched:
            item.setText(0, entry_html.watch_title(self._watched[key]))
            item.setToolTip(0, texts.tip(item.text(0)))
            return item
        entry = self._catalogue.get(key)
        text = entry_html.title(entry)
        if not is_choosable(entry):
            text = QCoreApplication.translate("WijkMix", "{title} (warning only)").format(
                title=text
            )
            item.setIcon(0, self.style().standardIcon(QStyle.StandardPixmap.SP_MessageBoxWarning))
            font = item.font(0)
            font.setItalic(True)
            item.setFont(0, font)
        elif needs_designation(entry) and not self._designation.applies:
            text = QCoreApplication.translate("WijkMix", "{title} (needs a designation)").format(
                title=text
            )
            item.setIcon(
                0, self.style().standardIcon(QStyle.StandardPixmap.SP_MessageBoxInformation)
            )
        mark = own_mark(self._catalogue, entry["id"])
        if mark is not None:
            text = f"{text} ({texts.both(mark)})"
        item.setText(0, text)
        item.setToolTip(0, texts.tip(text))
        return item

    def _items(self) -> list[QTreeWidgetItem]:
        heads = [self.list.topLevelItem(i) for i in range(self.list.topLevelItemCount())]
        return [head.child(i) for head in heads for i in range(head.childCount())]

    def _nothing(self) -> str:
        translate = QCoreApplication.translate
        if self.scope.currentData() == BUURT:
            if not self._place:
                return translate("WijkMix", "Select a buurt first, or choose All entries above.")
            return translate(
                "WijkMix",
                "{place} is no candidate for any flag, so no instrument is matched to it. Choose a "
                "flag or All entries above to read on.",
            ).format(place=self._place)
        return translate(
            "WijkMix", "No entry fits. Search for less, or choose all domains, scales and actors."
        )

    # -- reading ---------------------------------------------------------------------------

    def _chosen(self, item: QTreeWidgetItem | None) -> None:
        key = item.data(0, ID_ROLE) if item is not None else None
        if key:
            self._read(key)

    def _read(self, key: str) -> None:
        self._entry = key
        checks, problem = law_checks.loads(project_entry(LAW_CHECKS))
        check = checks.get(key)
        if key in self._watched:
            text = entry_html.render_watch(
                self._watched[key], self._catalogue, date.today(), checks
            )
        else:
            text = entry_html.render(
                self._catalogue.get(key),
                self._catalogue,
                date.today(),
                self._flags(),
                checks=checks,
                designation=self._designation,
            )
        self.page.show_html(text)
        for widget in (self.checked, self.check_note):
            widget.setEnabled(problem is None)
        self.checked.setText(check.day if check is not None else "")
        self.check_note.setText(check.note if check is not None else "")
        self._say_check(texts.both(problem))

    def _keep_check(self) -> None:
        """Keep the day and the note of what is read."""
        checks, problem = law_checks.loads(project_entry(LAW_CHECKS))
        typed, note = self.checked.text().strip(), self.check_note.text().strip()
        found = read_day(typed)
        day = typed if found is None else found.isoformat()
        old = checks.get(self._entry)
        if problem is not None or not self._entry or (day, note) == tuple(old or ("", "")):
            return
        try:
            new = checks.with_check(self._entry, day, note, date.today())
        except PolicyError as error:
            self._say_check(texts.both(error.text))
            return
        QgsProject.instance().writeEntry(SCOPE, LAW_CHECKS, law_checks.dumps(new))
        self._read(self._entry)

    def _say_check(self, text: str) -> None:
        self.check_message.setText(text)
        self.check_message.setVisible(bool(text))

    # -- the user's own catalogue and designations -------------------------------------------

    def _choose_own(self) -> None:
        path = own_catalogue.ask(self)
        if path:
            self.use_own(path)

    def use_own(self, path: str) -> None:
        """Take over a catalogue of the user's own, or keep this one and say why."""
        found, reason = own_catalogue.use(path)
        if found is None:
            self.notice.setText(reason)
            self.notice.show()
        else:
            self.catalogue_changed.emit(found)

    def _drop_own(self) -> None:
        own_catalogue.forget()
        self.catalogue_changed.emit(own_catalogue.load())

    def _designate(self) -> None:
        if DesignationDialog(self).exec():
            self.designation_changed.emit()

    def _follow(self, url: QUrl) -> None:
        if url.scheme() == "entry":
            self.show_entry(url.path())

    def resizeEvent(self, event) -> None:
        super().resizeEvent(event)
        wide = event.size().width() >= WIDE
        self.splitter.setOrientation(Qt.Orientation.Horizontal if wide else Qt.Orientation.Vertical)

    def minimumSizeHint(self) -> QSize:
        return QSize(200, 220)


def _haystack(entry: dict[str, Any], catalogue: Any) -> str:
    parts = [entry["nr"], entry["id"], *entry["label"].values(), *entry["what"].values()]
    parts += [texts.label(catalogue, "actors", a) for a in entry["actors"]]
    scales = (*entry["scale"]["source"], *entry["scale"]["assumed"])
    parts += [texts.label(catalogue, "scales", s) for s in scales]
    parts.append(texts.both(catalogue.domains.get(entry["domain"])))
    for rule in entry["legal"]:
        parts.append(texts.both(rule))
    return " ".join(parts).casefold()
