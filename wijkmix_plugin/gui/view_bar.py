# SPDX-License-Identifier: GPL-2.0-or-later
"""The buttons that choose a view: in as many rows as the width of the panel asks for."""

from __future__ import annotations

from qgis.PyQt.QtCore import QRect, QSize
from qgis.PyQt.QtWidgets import QButtonGroup, QSizePolicy, QTabWidget, QToolButton, QWidget

GAP = 2


class ViewBar(QWidget):
    """Stands in for the bar of a tab widget, which hides behind arrows what does not fit.

    Arrow keys go from button to button; Tab leaves the bar.
    """

    def __init__(self, tabs: QTabWidget, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._tabs = tabs
        self._away: set[int] = set()
        self._group = QButtonGroup(self)
        for place in range(tabs.count()):
            button = QToolButton(self)
            button.setText(tabs.tabText(place))
            button.setCheckable(True)
            button.setAutoRaise(True)
            self._group.addButton(button, place)
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        tabs.tabBar().hide()
        self._group.idClicked.connect(tabs.setCurrentIndex)
        # A method of this object: Qt drops the connection when the bar goes.
        tabs.currentChanged.connect(self._follow)
        self._follow(tabs.currentIndex())

    def buttons(self) -> list[QToolButton]:
        return self._group.buttons()

    def offer(self, place: int, there: bool) -> None:
        """Offer a view, or leave it out as long as there is nothing to see."""
        if there == (place not in self._away):
            return
        self._away ^= {place}
        self._tabs.setTabVisible(place, there)
        self._tabs.tabBar().hide()
        self._group.button(place).setVisible(there)
        self._arrange()
        self.updateGeometry()

    def _offered(self) -> list[QToolButton]:
        return [b for b in self.buttons() if self._group.id(b) not in self._away]

    def _follow(self, place: int) -> None:
        button = self._group.button(place)
        if button is not None:
            button.setChecked(True)

    def _rows(self, width: int) -> list[QRect]:
        """Return where each button goes."""
        x = y = 0
        places = []
        for button in self._offered():
            size = button.sizeHint()
            if x and x + size.width() > width:
                x, y = 0, y + size.height() + GAP
            places.append(QRect(x, y, size.width(), size.height()))
            x += size.width() + GAP
        return places

    def heightForWidth(self, width: int) -> int:
        return max((place.bottom() + 1 for place in self._rows(width)), default=0)

    def sizeHint(self) -> QSize:
        return QSize(320, self.heightForWidth(320))

    def minimumSizeHint(self) -> QSize:
        sizes = [button.sizeHint() for button in self._offered()]
        return QSize(
            max((size.width() for size in sizes), default=0),
            max((size.height() for size in sizes), default=0),
        )

    def resizeEvent(self, event) -> None:
        self._arrange()
        super().resizeEvent(event)

    def _arrange(self) -> None:
        for button, place in zip(self._offered(), self._rows(self.width()), strict=True):
            button.setGeometry(place)
