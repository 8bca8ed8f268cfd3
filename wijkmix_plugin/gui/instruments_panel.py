# SPDX-License-Identifier: GPL-2.0-or-later
"""View 3: the instruments that match a buurt or a flag, their companions, and all the others."""

from __future__ import annotations

from datetime import date
from typing import Any

from qgis.PyQt.QtCore import QCoreApplication, QSize, Qt, QUrl
from qgis.PyQt.QtWidgets import (
    QComboBox,
    QGridLayout,
    QLineEdit,
    QSplitter,
    QStyle,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from ..policy.catalogue import is_choosable, needs_designation
from . import entry_html, texts
from .page import Page, paragraph

BUURT, ALL = "buurt", "all"
ID_ROLE = Qt.ItemDataRole.UserRole
WIDE = 620  # pixels: from here on the entry stands beside the list


class InstrumentsPanel(QWidget):
    """A list that always holds the companions of a flag, and the entry that is read."""

    def __init__(self, catalogue: Any, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        translate = QCoreApplication.translate
        self._catalogue = catalogue
        self._statuses: dict[str, str | None] = {}
        self._place = ""
        self._search = {e["id"]: _haystack(e, catalogue) for e in catalogue.entries}
        self.scope = QComboBox()
        self.scope.setAccessibleName(translate("WijkMix", "Which instruments"))
        self.scope.addItem(translate("WijkMix", "For the flags of the selected buurt"), BUURT)
        for name in catalogue.candidate_flags:
            self.scope.addItem(
                translate("WijkMix", "Flag: {name}").format(name=texts.flag(catalogue, name)), name
            )
        self.scope.addItem(
            translate("WijkMix", "All {n} entries").format(n=len(catalogue.entries)), ALL
        )
        self.domain = QComboBox()
        self.domain.setAccessibleName(translate("WijkMix", "Domain"))
        self.domain.addItem(translate("WijkMix", "All domains"), "")
        for key, label in catalogue.domains.items():
            self.domain.addItem(texts.both(label), key)
        for box in (self.scope, self.domain):
            box.setMinimumContentsLength(8)
            box.setSizeAdjustPolicy(
                QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon
            )
        self.find = QLineEdit()
        self.find.setClearButtonEnabled(True)
        self.find.setPlaceholderText(translate("WijkMix", "Search all words"))
        self.find.setAccessibleName(translate("WijkMix", "Search the instruments"))
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
        self.splitter.addWidget(self.page)
        self.splitter.setChildrenCollapsible(False)
        self.splitter.setStretchFactor(0, 2)
        self.splitter.setStretchFactor(1, 3)
        bar = QGridLayout()
        bar.addWidget(self.scope, 0, 0, 1, 2)
        bar.addWidget(self.domain, 1, 0)
        bar.addWidget(self.find, 1, 1)
        bar.setColumnStretch(0, 1)
        bar.setColumnStretch(1, 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 6, 0, 0)
        layout.addLayout(bar)
        layout.addWidget(self.splitter, 1)
        self.scope.currentIndexChanged.connect(self.refresh)
        self.domain.currentIndexChanged.connect(self.refresh)
        self.find.textChanged.connect(self.refresh)
        self.list.currentItemChanged.connect(self._chosen)
        self.page.anchorClicked.connect(self._follow)
        self.scope.setCurrentIndex(self.scope.findData(ALL))
        self.refresh()

    def show_buurt(self, place: str, statuses: dict[str, str | None]) -> None:
        """Match the flags of a buurt; an empty place means that none is selected."""
        first = not self._place
        self._place, self._statuses = place, statuses
        if first and place and self.scope.currentData() == ALL and not self.find.text():
            self.scope.setCurrentIndex(self.scope.findData(BUURT))
        elif not place and self.scope.currentData() == BUURT:
            self.scope.setCurrentIndex(self.scope.findData(ALL))
        else:
            self.refresh()

    def show_scope(self, scope: str) -> None:
        """Show a flag, the selected buurt or everything, with the filters off."""
        self.find.clear()
        self.domain.setCurrentIndex(0)
        self.scope.setCurrentIndex(max(self.scope.findData(scope), 0))

    def show_entry(self, key: str) -> None:
        """Read one entry; in the list where it is listed, else beside it."""
        entry = self._catalogue.by_id.get(key)
        if entry is None:
            return
        item = next((i for i in self._items() if i.data(0, ID_ROLE) == key), None)
        self.list.blockSignals(True)
        self.list.setCurrentItem(item)
        self.list.blockSignals(False)
        self._read(entry)

    def listed(self) -> list[str]:
        """Return the ids in the list, from top to bottom."""
        return [item.data(0, ID_ROLE) for item in self._items()]

    # -- the list --------------------------------------------------------------------------

    def refresh(self) -> None:
        shown = self.list.currentItem().data(0, ID_ROLE) if self.list.currentItem() else None
        groups = self._groups()
        self.list.blockSignals(True)
        self.list.clear()
        for title, keys in groups:
            head = QTreeWidgetItem([title])
            head.setFlags(Qt.ItemFlag.ItemIsEnabled)
            head.setToolTip(0, title)
            font = head.font(0)
            font.setBold(True)
            head.setFont(0, font)
            self.list.addTopLevelItem(head)
            for key in keys:
                head.addChild(self._item(self._catalogue.get(key)))
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
        if scope == ALL:
            return [
                (f"{texts.both(label)} ({len(keys)})", keys)
                for domain, label in self._catalogue.domains.items()
                if (
                    keys := self._fitting(
                        [e["id"] for e in self._catalogue.entries if e["domain"] == domain]
                    )
                )
            ]
        return [group for name in self._flags() for group in self._flag_groups(name)]

    def _flags(self) -> list[str]:
        """Return the flags whose instruments are listed."""
        scope = self.scope.currentData()
        if scope == BUURT:
            return [k for k, v in self._statuses.items() if v in ("candidate", "provisional")]
        return [] if scope == ALL else [scope]

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
        domain = self.domain.currentData()
        words = self.find.text().casefold().split()
        return [
            key
            for key in keys
            if (not domain or self._catalogue.get(key)["domain"] == domain)
            and all(word in self._search[key] for word in words)
        ]

    def _item(self, entry: dict[str, Any]) -> QTreeWidgetItem:
        text = entry_html.title(entry)
        item = QTreeWidgetItem()
        if not is_choosable(entry):
            text = QCoreApplication.translate("WijkMix", "{title} (warning only)").format(
                title=text
            )
            item.setIcon(0, self.style().standardIcon(QStyle.StandardPixmap.SP_MessageBoxWarning))
            font = item.font(0)
            font.setItalic(True)
            item.setFont(0, font)
        elif needs_designation(entry):
            text = QCoreApplication.translate("WijkMix", "{title} (needs a designation)").format(
                title=text
            )
            item.setIcon(
                0, self.style().standardIcon(QStyle.StandardPixmap.SP_MessageBoxInformation)
            )
        item.setText(0, text)
        item.setToolTip(0, text)
        item.setData(0, ID_ROLE, entry["id"])
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
            "WijkMix", "No entry has these words. Search for less, or choose All domains."
        )

    # -- reading ---------------------------------------------------------------------------

    def _chosen(self, item: QTreeWidgetItem | None) -> None:
        key = item.data(0, ID_ROLE) if item is not None else None
        if key:
            self._read(self._catalogue.get(key))

    def _read(self, entry: dict[str, Any]) -> None:
        self.page.show_html(entry_html.render(entry, self._catalogue, date.today(), self._flags()))

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
