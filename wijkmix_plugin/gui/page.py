# SPDX-License-Identifier: GPL-2.0-or-later
"""What the views share: a browser that reads nothing from outside, colours of the theme."""

from __future__ import annotations

from qgis.PyQt.QtCore import QEvent, Qt, QUrl
from qgis.PyQt.QtGui import QPalette
from qgis.PyQt.QtWidgets import QFrame, QTextBrowser, QWidget

from .texts import esc


class Page(QTextBrowser):
    """Rich text made by WijkMix: its links stay inside, it loads no file and no address."""

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(name)
        self.setOpenLinks(False)
        self.setOpenExternalLinks(False)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setTabChangesFocus(True)
        self.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextBrowserInteraction
            | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        self._body = ""

    def loadResource(self, _kind: int, _name: QUrl):
        return None

    def show_html(self, body: str, *, keep_place: bool = False) -> None:
        """Show a body in the colours of the theme."""
        self._body = body
        place = self.verticalScrollBar().value() if keep_place else 0
        self.setHtml(_style(self) + body)
        self.verticalScrollBar().setValue(place)

    def changeEvent(self, event) -> None:
        super().changeEvent(event)
        if event.type() in (QEvent.Type.PaletteChange, QEvent.Type.StyleChange) and getattr(
            self, "_body", ""
        ):
            self.show_html(self._body, keep_place=True)


def is_dark(widget: QWidget) -> bool:
    return widget.palette().color(QPalette.ColorRole.Base).lightnessF() < 0.5


def _style(widget: QWidget) -> str:
    """Return the style sheet; colours only where words carry the meaning as well."""
    dark = is_dark(widget)
    amber, edge = ("#ffb52e", "#6b6b6b") if dark else ("#8a4b00", "#b0b0b0")
    link = "#8ab8ff" if dark else "#0b57a4"
    muted = "#b4b4b4" if dark else "#5a5a5a"
    return (
        "<style>"
        "h2 {font-size: large; margin-top: 10px; margin-bottom: 4px;}"
        "h3 {font-size: medium; margin-top: 10px; margin-bottom: 2px;}"
        "p {margin-top: 3px; margin-bottom: 3px;}"
        "ul {margin-left: 14px; -qt-list-indent: 0; margin-top: 2px; margin-bottom: 4px;}"
        "li {margin-top: 3px;}"
        "td, th {padding: 2px 6px 2px 0; text-align: left; vertical-align: top;}"
        f"a {{color: {link};}}"
        f".amber {{color: {amber}; font-weight: bold;}}"
        f".muted {{color: {muted};}}"
        f".box {{border: 1px solid {edge};}}"
        "</style>"
    )


def box(body: str) -> str:
    """Frame a warning: a one-cell table, the one frame that Qt's rich text draws."""
    return (
        '<table class="box" border="1" cellspacing="0" width="100%" '
        'style="border-collapse: collapse; margin-top: 6px; margin-bottom: 6px">'
        f'<tr><td style="padding: 6px">{body}</td></tr></table>'
    )


def items(lines: list[str]) -> str:
    return "<ul>" + "".join(f"<li>{line}</li>" for line in lines) + "</ul>" if lines else ""


def hanging(line: str, level: int = 0) -> str:
    """Return a line whose first sign hangs out: a list whose bullet is a symbol of our own."""
    left = 16 * (level + 1)
    return f'<p style="margin-left: {left}px; text-indent: -16px">{line}</p>'


def heading(text: str) -> str:
    return f"<h3>{esc(text)}</h3>"


def paragraph(text: str, kind: str = "") -> str:
    """Return one escaped paragraph."""
    return f'<p class="{kind}">{esc(text)}</p>' if kind else f"<p>{esc(text)}</p>"
