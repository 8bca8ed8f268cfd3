# SPDX-License-Identifier: GPL-2.0-or-later
"""The labels of the panel: plain text, which data can never make HTML of, and text with markup."""

from __future__ import annotations

from qgis.PyQt.QtCore import Qt
from qgis.PyQt.QtWidgets import QLabel, QWidget


def label(
    text: str = "",
    buddy: QWidget | None = None,
    *,
    small: bool = False,
    selectable: bool = False,
) -> QLabel:
    """Return plain text that wraps."""
    made = QLabel(text)
    made.setTextFormat(Qt.TextFormat.PlainText)
    made.setWordWrap(True)
    if buddy is not None:
        made.setBuddy(buddy)
    if small:
        font = made.font()
        font.setPointSizeF(font.pointSizeF() * 0.9)
        made.setFont(font)
    if selectable:
        made.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    return made


def html_label(*, links: bool = False) -> QLabel:
    """Return a label for text with markup, which wraps and can be copied."""
    made = QLabel()
    made.setTextFormat(Qt.TextFormat.RichText)
    made.setWordWrap(True)
    flags = Qt.TextInteractionFlag
    made.setTextInteractionFlags(
        (flags.TextBrowserInteraction if links else flags.TextSelectableByMouse)
        | flags.TextSelectableByKeyboard
    )
    made.setMinimumWidth(100)
    made.setAlignment(Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeft)
    return made
