# SPDX-License-Identifier: GPL-2.0-or-later
"""The Moran scatterplot: drawn once for a whole country, brushed with the mouse or the keyboard."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from qgis.PyQt.QtCore import QCoreApplication, QEvent, QPointF, QRectF, QSize, Qt, pyqtSignal
from qgis.PyQt.QtGui import QColor, QFontMetricsF, QPainter, QPalette, QPen, QPixmap, QPolygonF
from qgis.PyQt.QtWidgets import QSizePolicy, QToolTip, QWidget

from . import texts
from .moran_layer import Point

# Pixels within which a click or a pointer means a point.
REACH = 7.0
# Least important first: significant units lie on top.
ORDER = ("ns", "LH", "HL", "LL", "HH")
EDGE = QColor("#3a3f4a")


class MoranScatter(QWidget):
    """Points with the line whose slope is the global Moran's I; the numbers are also spoken."""

    brushed = pyqtSignal(object, object)  # feature ids inside the rectangle, keyboard modifiers
    picked = pyqtSignal(object)  # the feature id of one point
    cleared = pyqtSignal()

    def __init__(self, name_of: Callable[[int], str], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._name_of = name_of
        self._points: list[Point] = []
        self._slope: float | None = None
        self._selected: set[int] = set()
        self._focus: int | None = None
        self._drawn: QPixmap | None = None
        self._from: QPointF | None = None
        self._to: QPointF | None = None
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMinimumWidth(160)
        self.setAccessibleName(QCoreApplication.translate("WijkMix", "Moran scatterplot"))

    def sizeHint(self) -> QSize:
        # By the width alone: what is written under the chart must not move its points.
        return QSize(300, min(max(int(0.75 * self.width()), 220), 460))

    def minimumSizeHint(self) -> QSize:
        return QSize(self.minimumWidth(), self.sizeHint().height())

    def resizeEvent(self, event) -> None:
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width():
            self.updateGeometry()

    # -- what is shown ---------------------------------------------------------------------

    def show_points(self, points: list[Point], slope: float | None) -> None:
        self._points = sorted(points, key=lambda point: (point.z, point.lag, point.fid))
        self._slope = slope
        self._selected, self._focus = set(), None
        self._redraw()

    def points(self) -> list[Point]:
        """Return the points in the order of their value."""
        return self._points

    def select(self, fids: Iterable[int]) -> None:
        """Light points up: the selection of the map."""
        self._selected = set(fids)
        self._redraw()

    def selected(self) -> set[int]:
        return self._selected

    def focus_on(self, fid: int | None) -> None:
        """Ring one point: the buurt that was picked."""
        self._focus = fid
        self.update()

    def _redraw(self) -> None:
        self._drawn = None
        said = QCoreApplication.translate(
            "WijkMix", "Moran scatterplot of {n} buurten, {selected} selected"
        )
        lit = sum(point.fid in self._selected for point in self._points)
        self.setAccessibleDescription(
            said.format(n=texts.number(len(self._points)), selected=texts.number(lit))
        )
        self.update()

    # -- geometry --------------------------------------------------------------------------

    def _frame(self) -> QRectF:
        row = QFontMetricsF(self.font()).height()
        return QRectF(row * 3.4, row * 0.4, self.width() - row * 3.9, self.height() - row * 2.9)

    def _spans(self) -> tuple[float, float, float, float]:
        """Return the limits of both axes; the origin is always inside."""

        def span(values: list[float]) -> tuple[float, float]:
            low, high = min([0.0, *values]), max([0.0, *values])
            room = 0.05 * (high - low) or 1.0
            return low - room, high + room

        return *span([p.z for p in self._points]), *span([p.lag for p in self._points])

    def place(self, z: float, lag: float) -> QPointF:
        """Return where a value and a lag are drawn."""
        return self._placing()(z, lag)

    def _placing(self) -> Callable[[float, float], QPointF]:
        frame = self._frame()
        x0, x1, y0, y1 = self._spans()
        left, bottom = frame.left(), frame.bottom()
        wide, high = frame.width() / (x1 - x0), frame.height() / (y1 - y0)
        return lambda z, lag: QPointF(left + (z - x0) * wide, bottom - (lag - y0) * high)

    def _inside(self, box: QRectF) -> list[int]:
        place = self._placing()
        return [p.fid for p in self._points if box.contains(place(p.z, p.lag))]

    def nearest(self, where: QPointF) -> Point | None:
        """Return the point that a click means, None where there is none near enough."""
        place = self._placing()

        def distance(point: Point) -> float:
            off = place(point.z, point.lag) - where
            return off.x() ** 2 + off.y() ** 2

        found = min(self._points, key=distance, default=None)
        return found if found is not None and distance(found) <= REACH**2 else None

    # -- mouse and keyboard ----------------------------------------------------------------

    def mousePressEvent(self, event) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self._from = self._to = QPointF(event.pos())

    def mouseMoveEvent(self, event) -> None:
        if self._from is not None:
            self._to = QPointF(event.pos())
            self.update()

    def mouseReleaseEvent(self, event) -> None:
        if event.button() != Qt.MouseButton.LeftButton or self._from is None:
            return
        start, end = self._from, QPointF(event.pos())
        self._from = self._to = None
        self.update()
        if (end - start).manhattanLength() > 4:
            box = QRectF(start, end).normalized()
            self.brushed.emit(self._inside(box), event.modifiers())
            return
        point = self.nearest(end)
        if point is not None:
            self.picked.emit(point.fid)

    def keyPressEvent(self, event) -> None:
        key = event.key()
        if key == Qt.Key.Key_Escape and (self._from is not None or self._selected):
            if self._from is not None:
                self._from = self._to = None
                self.update()
            else:
                self.cleared.emit()
        elif self._points and key in (
            Qt.Key.Key_Left,
            Qt.Key.Key_Right,
            Qt.Key.Key_Home,
            Qt.Key.Key_End,
        ):
            self.picked.emit(self._points[self._step(key)].fid)
        else:
            super().keyPressEvent(event)

    def _step(self, key: int) -> int:
        last = len(self._points) - 1
        here = next((i for i, p in enumerate(self._points) if p.fid == self._focus), None)
        if key == Qt.Key.Key_Home or (here is None and key == Qt.Key.Key_Right):
            return 0
        if key == Qt.Key.Key_End or here is None:
            return last
        return max(here - 1, 0) if key == Qt.Key.Key_Left else min(here + 1, last)

    def event(self, event) -> bool:
        if event.type() == QEvent.Type.ToolTip:
            point = self.nearest(QPointF(event.pos()))
            if point is None:
                QToolTip.hideText()
            else:
                said = QCoreApplication.translate(
                    "WijkMix", "{name}: {z} standard deviations, neighbours {lag}"
                ).format(
                    name=self._name_of(point.fid),
                    z=texts.number(point.z, 2),
                    lag=texts.number(point.lag, 2),
                )
                QToolTip.showText(event.globalPos(), texts.esc(said), self)
            return True
        return super().event(event)

    def changeEvent(self, event) -> None:
        super().changeEvent(event)
        self._drawn = None

    # -- painting --------------------------------------------------------------------------

    def paintEvent(self, _event) -> None:
        ratio = self.devicePixelRatioF()
        if self._drawn is None or self._drawn.size() != self.size() * ratio:
            self._drawn = QPixmap(self.size() * ratio)
            self._drawn.setDevicePixelRatio(ratio)
            self._drawn.fill(Qt.GlobalColor.transparent)
            painter = QPainter(self._drawn)
            self._paint_chart(painter)
            painter.end()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.drawPixmap(0, 0, self._drawn)
        ink = self.palette().color(QPalette.ColorRole.WindowText)
        paper = self.palette().color(QPalette.ColorRole.Window)
        focus = next((p for p in self._points if p.fid == self._focus), None)
        if focus is not None:
            where = self.place(focus.z, focus.lag)
            for colour, width in ((paper, 5.0), (ink, 2.2)):
                painter.setPen(QPen(colour, width))
                painter.drawEllipse(where, 7.0, 7.0)
        if self._from is not None and self._to is not None:
            box = QRectF(self._from, self._to).normalized()
            shade = QColor(self.palette().color(QPalette.ColorRole.Highlight))
            painter.setPen(QPen(shade, 1.2))
            shade.setAlpha(50)
            painter.setBrush(shade)
            painter.drawRect(box)
        if self.hasFocus():
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(self.palette().color(QPalette.ColorRole.Highlight), 1))
            painter.drawRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5))
        painter.end()

    def _paint_chart(self, painter: QPainter) -> None:
        painter.setFont(self.font())
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        ink = self.palette().color(QPalette.ColorRole.WindowText)
        if not self._points:
            painter.setPen(ink)
            painter.drawText(
                self.rect(),
                Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap,
                QCoreApplication.translate("WijkMix", "There is nothing to draw."),
            )
            return
        from ..report.charts import CLUSTER_COLOURS

        self._paint_axes(painter, ink)
        place = self._placing()
        spots: dict[tuple[bool, str], list[QPointF]] = {}
        for point in self._points:
            key = (point.fid in self._selected, point.cluster)
            spots.setdefault(key, []).append(place(point.z, point.lag))
        size = 4.0 if len(self._points) > 2000 else 5.5
        any_lit = any(lit for lit, _ in spots)
        names = [*ORDER, *sorted({name for _, name in spots} - set(ORDER))]
        for lit in (False, True):
            # With a selection the rest steps back: the same is lit here as on the map.
            painter.setOpacity(0.22 if any_lit and not lit else 1.0)
            for name in names:
                here = spots.get((lit, name))
                if not here:
                    continue
                wide = size - 1 if name == "ns" and not lit else size + lit
                fill = QColor(CLUSTER_COLOURS.get(name, CLUSTER_COLOURS["ns"]))
                for colour, width in ((ink if lit else EDGE, wide + 1.2 + lit), (fill, wide)):
                    pen = QPen(colour, width)
                    pen.setCapStyle(Qt.PenCapStyle.RoundCap)
                    painter.setPen(pen)
                    painter.drawPoints(QPolygonF(here))
        painter.setOpacity(1.0)
        self._paint_slope(painter, ink)

    def _paint_axes(self, painter: QPainter, ink: QColor) -> None:
        from ..report.charts import ticks

        frame, place = self._frame(), self._placing()
        x0, x1, y0, y1 = self._spans()
        row = QFontMetricsF(self.font()).height()
        faint, soft = QColor(ink), QColor(ink)
        faint.setAlpha(35)
        soft.setAlpha(150)
        for tick in ticks(x0, x1):
            at = place(tick, 0.0).x()
            painter.setPen(QPen(soft if abs(tick) < 1e-9 else faint, 1))
            painter.drawLine(QPointF(at, frame.top()), QPointF(at, frame.bottom()))
            painter.setPen(ink)
            painter.drawText(
                QRectF(at - row * 2, frame.bottom() + row * 0.1, row * 4, row),
                Qt.AlignmentFlag.AlignCenter,
                texts.number(tick, 1),
            )
        for tick in ticks(y0, y1):
            at = place(0.0, tick).y()
            painter.setPen(QPen(soft if abs(tick) < 1e-9 else faint, 1))
            painter.drawLine(QPointF(frame.left(), at), QPointF(frame.right(), at))
            painter.setPen(ink)
            painter.drawText(
                QRectF(row, at - row / 2, row * 2.2, row),
                Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter,
                texts.number(tick, 1),
            )
        middle = Qt.AlignmentFlag.AlignCenter
        under = QCoreApplication.translate("WijkMix", "own value (standard deviations)")
        beside = QCoreApplication.translate("WijkMix", "mean of the neighbours")
        painter.drawText(QRectF(0, self.height() - row * 1.4, self.width(), row), middle, under)
        painter.save()
        painter.translate(row * 0.6, frame.center().y())
        painter.rotate(-90)
        painter.drawText(QRectF(-frame.height(), -row / 2, 2 * frame.height(), row), middle, beside)
        painter.restore()
        painter.setPen(soft)
        for name, at in (
            ("HH", Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignTop),
            ("LL", Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignBottom),
            ("HL", Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignBottom),
            ("LH", Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop),
        ):
            painter.drawText(frame.adjusted(4, 2, -4, -2), at, name)

    def _paint_slope(self, painter: QPainter, ink: QColor) -> None:
        """Draw the line through the origin whose slope is the global Moran's I."""
        if self._slope is None:
            return
        x0, x1, _, _ = self._spans()
        place = self._placing()
        painter.save()
        painter.setClipRect(self._frame())
        painter.setPen(QPen(ink, 1.6, Qt.PenStyle.DashLine))
        painter.drawLine(place(x0, self._slope * x0), place(x1, self._slope * x1))
        painter.restore()
