# SPDX-License-Identifier: GPL-2.0-or-later
"""Stacked bars, one per area, drawn with QPainter in the colours of the theme."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from qgis.PyQt.QtCore import QRectF, QSize, Qt
from qgis.PyQt.QtGui import QBrush, QColor, QFontMetricsF, QPainter, QPalette, QPen
from qgis.PyQt.QtWidgets import QSizePolicy, QWidget

from . import texts

# The colours of the map beside it: the palette of Okabe and Ito (2008), which colour-blind readers
# tell apart.
COLOURS = {"koop": "#0072b2", "corp": "#e69f00", "overig": "#009e73", "huur": "#e69f00"}


@dataclass
class Bar:
    """One area: its title, what stands to the right of it, and percentages (None: unknown).

    A class that does not apply to this area has no percentage.
    """

    title: str
    aside: str
    shares: tuple[float | None, ...] | None


def readable_on(colour: QColor) -> str:
    """Return black or white, whichever contrasts more (relative luminance as in WCAG 2)."""

    def linear(part: float) -> float:
        return part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4

    luminance = (
        0.2126 * linear(colour.redF())
        + 0.7152 * linear(colour.greenF())
        + 0.0722 * linear(colour.blueF())
    )
    return "#000000" if (luminance + 0.05) ** 2 > 1.05 * 0.05 else "#ffffff"


class MixBars(QWidget):
    """Stacked bars that share one legend; the numbers are also its accessible description."""

    def __init__(
        self,
        parent: QWidget | None = None,
        *,
        colours: Mapping[str, str] = COLOURS,
        words: Callable[[str], str] = texts.tenure,
    ) -> None:
        super().__init__(parent)
        self._colours, self._words = colours, words
        self._classes: tuple[str, ...] = ()
        self._bars: list[Bar] = []
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setMinimumWidth(120)

    def show_bars(self, classes: tuple[str, ...], bars: list[Bar]) -> None:
        self._classes, self._bars = classes, bars
        self.setAccessibleDescription("; ".join(self._spoken(bar) for bar in bars))
        self.setToolTip(texts.tip("\n".join(self._spoken(bar) for bar in bars)))
        self.updateGeometry()
        self.update()

    def bars(self) -> list[Bar]:
        return self._bars

    def _spoken(self, bar: Bar) -> str:
        if bar.shares is None:
            return f"{bar.title}: {texts.NONE}"
        parts = (
            f"{self._words(name)} {texts.percent(share, 1)}"
            for name, share in zip(self._classes, bar.shares, strict=True)
            if share is not None
        )
        return f"{bar.title}: " + ", ".join(parts)

    # -- geometry --------------------------------------------------------------------------

    def _row(self) -> float:
        return QFontMetricsF(self.font()).height()

    def _legend(self, width: float) -> list[tuple[str, float, int]]:
        """Return class, left edge and row of every legend entry, wrapped to the width."""
        metrics = QFontMetricsF(self.font())
        row, left, places = 0, 0.0, []
        for name in self._classes:
            wide = self._row() * 1.3 + metrics.horizontalAdvance(self._words(name))
            if left > 0 and left + wide > width:
                row, left = row + 1, 0.0
            places.append((name, left, row))
            left += wide + self._row()
        return places

    def _height(self, width: float) -> int:
        legend = self._legend(width)
        rows = legend[-1][2] + 1 if legend else 0
        row = self._row()
        return int(rows * row * 1.3 + len(self._bars) * row * 2.7 + row * 0.4)

    def sizeHint(self) -> QSize:
        width = max(self.width(), self.minimumWidth())
        return QSize(300, self._height(width))

    def minimumSizeHint(self) -> QSize:
        return QSize(self.minimumWidth(), self.sizeHint().height())

    def resizeEvent(self, event) -> None:
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width():
            self.updateGeometry()

    # -- painting --------------------------------------------------------------------------

    def paintEvent(self, _event) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        ink = self.palette().color(QPalette.ColorRole.WindowText)
        row = self._row()
        top = 0.0
        legend = self._legend(self.width())
        for name, left, line in legend:
            y = line * row * 1.3
            swatch = QRectF(left, y + row * 0.15, row * 0.9, row * 0.7)
            painter.setPen(QPen(ink, 0.5))
            painter.setBrush(QBrush(QColor(self._colours[name])))
            painter.drawRect(swatch)
            painter.setPen(ink)
            painter.drawText(
                QRectF(left + row * 1.2, y, self.width() - left - row, row),
                Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter,
                self._words(name),
            )
            top = y + row * 1.3
        for place, bar in enumerate(self._bars):
            self._paint_bar(painter, bar, top + row * 0.4 + place * row * 2.7, ink, place == 0)
        painter.end()

    def _paint_bar(
        self, painter: QPainter, bar: Bar, top: float, ink: QColor, strong: bool
    ) -> None:
        row, width = self._row(), float(self.width())
        font = self.font()
        font.setBold(strong)
        painter.setFont(font)
        metrics = QFontMetricsF(font)
        aside = metrics.horizontalAdvance(bar.aside)
        title = metrics.elidedText(
            bar.title, Qt.TextElideMode.ElideRight, max(width - aside - row, row)
        )
        painter.setPen(ink)
        line = QRectF(0, top, width, row)
        middle = Qt.AlignmentFlag.AlignVCenter
        painter.drawText(line, Qt.AlignmentFlag.AlignLeft | middle, title)
        painter.drawText(line, Qt.AlignmentFlag.AlignRight | middle, bar.aside)
        frame = QRectF(0.5, top + row * 1.1, width - 1, row * 1.2)
        if bar.shares is None:
            # Hatched, not empty: unknown is not a share of nothing.
            painter.setPen(QPen(ink, 0.7))
            painter.setBrush(QBrush(ink, Qt.BrushStyle.BDiagPattern))
            painter.drawRect(frame)
            return
        left = frame.left()
        for name, share in zip(self._classes, bar.shares, strict=True):
            if share is None:
                continue
            part = QRectF(left, frame.top(), frame.width() * share / 100, frame.height())
            left = part.right()
            colour = QColor(self._colours[name])
            painter.fillRect(part, colour)
            label = texts.percent(share)
            if part.width() > metrics.horizontalAdvance(label) + row * 0.4:
                painter.setPen(QColor(readable_on(colour)))
                painter.drawText(part, Qt.AlignmentFlag.AlignCenter, label)
        painter.setPen(QPen(ink, 0.7))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRect(frame)
