# SPDX-License-Identifier: GPL-2.0-or-later
"""A page on something that the project keeps, and the fields that such pages are made of."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from qgis.core import Qgis, QgsMessageLog, QgsProject
from qgis.PyQt.QtCore import QCoreApplication, QEvent, QObject, Qt, QTimer
from qgis.PyQt.QtWidgets import (
    QComboBox,
    QFrame,
    QPlainTextEdit,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from ..errors import PolicyError, Text
from ..policy import goals
from . import texts
from .labels import label

SCOPE = "WijkMix"
WAIT = 600  # milliseconds after the last key before what is typed is kept


def project_entry(key: str) -> str:
    """Return what the open project keeps under a key of ours."""
    return QgsProject.instance().readEntry(SCOPE, key, "")[0]


class StoredPage(QWidget):
    """A page on one entry of the project, which it reads again before every change.

    A text that is refused stays in its field, and comes back there, until it fits or is given up:
    `drafts` holds it by the name of its field.
    """

    key = ""

    def __init__(self) -> None:
        super().__init__()
        self.drafts: dict[str, str] = {}
        self._forgetting = False
        self.message = label(selectable=True)
        self.message.setAccessibleName(QCoreApplication.translate("WijkMix", "Message"))
        self.body = QWidget()
        self.scroll = QScrollArea()
        self.scroll.setWidgetResizable(True)
        self.scroll.setFrameShape(QFrame.Shape.NoFrame)
        self.scroll.setWidget(self.body)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 4, 0, 0)
        layout.addWidget(self.message)
        layout.addWidget(self.scroll, 1)

    def read(self) -> tuple[Any, Text | None]:
        raise NotImplementedError

    def raw(self) -> str:
        return project_entry(self.key)

    def change(self, make: Callable[[Any], str], drafts: dict[str, str] | None = None) -> bool:
        """Apply a change to what the project holds now, which another panel may have changed.

        `drafts` are the texts that this change would keep, by field: one that is refused is not
        lost.
        """
        found, problem = self.read()
        try:
            if problem is not None:
                raise PolicyError(problem.en, problem.nl)
            QgsProject.instance().writeEntry(SCOPE, self.key, make(found))
        except PolicyError as error:
            self.drafts.update(drafts or {})
            self.say(texts.both(error.text))
            return False
        for name in drafts or {}:
            self.drafts.pop(name, None)
        self.say("")
        return True

    def say(self, text: str) -> None:
        """Show a message; without one, say which texts are still not kept."""
        if not text and self.drafts:
            text = QCoreApplication.translate(
                "WijkMix",
                "Too long, and not in the project yet: {names}. The text stands in its field; "
                "shorten it there.",
            ).format(names="; ".join(self.drafts))
        self.message.setText(text)
        self.message.setVisible(bool(text))

    def forget(self) -> None:
        """Another project was opened: refused texts of the old one go to the log, not nowhere."""
        for name, text in self.drafts.items():
            QgsMessageLog.logMessage(
                QCoreApplication.translate(
                    "WijkMix", "Not kept, because it was too long ({name}): {text}"
                ).format(name=name, text=text),
                "WijkMix",
                Qgis.MessageLevel.Warning,
            )
        lost = bool(self.drafts)
        self.drafts.clear()
        self._forgetting = True
        self.reload()
        self._forgetting = False
        if lost and not self.message.text():
            self.say(
                QCoreApplication.translate(
                    "WijkMix",
                    "A text that was too long to keep went with the other project. It is in the "
                    "log messages, tab WijkMix.",
                )
            )

    def in_use(self, field: QWidget) -> bool:
        """Return whether somebody types in a field, in the project that is open.

        What was typed in another one may not be kept in this one when the field is left.
        """
        return field.hasFocus() and not self._forgetting

    def showEvent(self, event) -> None:
        self.reload()
        super().showEvent(event)

    def reload(self) -> None:
        raise NotImplementedError


class Answer(QPlainTextEdit):
    """A field for an answer, kept a moment after the last key. Tab goes on to the next field."""

    def __init__(self, name: str, keep: Callable[[str], None], lines: int = 3) -> None:
        super().__init__()
        self._keep = keep
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(WAIT)
        self._timer.timeout.connect(self._save)
        self.textChanged.connect(self._timer.start)
        self.setTabChangesFocus(True)
        self.setAccessibleName(name)
        self.setPlaceholderText(texts.both(goals.UNANSWERED))
        self.setFixedHeight(self.fontMetrics().lineSpacing() * lines + 10)

    def show_text(self, text: str) -> None:
        """Show what is kept, unless it stands there already."""
        if self.toPlainText() != text:
            self.put(text)

    def put(self, text: str) -> None:
        self.blockSignals(True)
        self.setPlainText(text)
        self.blockSignals(False)
        self._timer.stop()

    def _save(self) -> None:
        self._timer.stop()
        self._keep(self.toPlainText())

    def focusOutEvent(self, event) -> None:
        super().focusOutEvent(event)
        self._save()


class _NoWheel(QObject):
    """Lets the page scroll where the wheel would change a field that nobody chose."""

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Wheel and not watched.hasFocus():
            event.ignore()
            return True
        return False


def steady(field: QWidget) -> Any:
    """Return the field, deaf to the wheel until it has the focus."""
    field.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
    field.installEventFilter(_NoWheel(field))
    return field


def choice(name: str, choices: dict[str, str]) -> QComboBox:
    """Return a combo box of keys with their texts, which may be narrower than its longest text."""
    box = steady(QComboBox())
    box.setAccessibleName(name)
    box.setMinimumContentsLength(8)
    box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
    for key, text in choices.items():
        box.addItem(text, key)
        box.setItemData(box.count() - 1, texts.tip(text), Qt.ItemDataRole.ToolTipRole)
    return box
