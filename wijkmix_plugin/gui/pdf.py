# SPDX-License-Identifier: GPL-2.0-or-later
"""A report as PDF on A4, with Qt's rich text: title, date, source and page number on every page."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from qgis.PyQt.QtCore import (
    QBuffer,
    QByteArray,
    QCoreApplication,
    QIODevice,
    QMarginsF,
    QPointF,
    QRectF,
    QSizeF,
    Qt,
    QUrl,
)
from qgis.PyQt.QtGui import (
    QAbstractTextDocumentLayout,
    QColor,
    QFont,
    QFontMetricsF,
    QGuiApplication,
    QImage,
    QPageLayout,
    QPageSize,
    QPainter,
    QPalette,
    QPdfWriter,
    QPen,
    QTextBlock,
    QTextCursor,
    QTextDocument,
    QTextFormat,
    QTextOption,
)

from ..errors import OutputError

if TYPE_CHECKING:
    from qgis.PyQt.QtSvg import QSvgRenderer

    from ..report.paper import Drawing, Paper

DPI = 600
MOST_BREAKS = 60
INDENT = 7.0  # pixels
SIDE, TOP, BOTTOM = 17.0, 15.0, 22.0  # millimetres of margin
FAMILIES = ["Source Sans 3", "Noto Sans", "Open Sans", "Segoe UI", "Helvetica Neue", "DejaVu Sans"]
INK, GREY = "#1f2430", "#474d59"
# A table has no margin below: where that reaches the next page, Qt prints the head of the table
# there, over what follows.
STYLE = """
h1 {font-size: 17pt; margin-top: 0; margin-bottom: 2px;}
h2 {font-size: 13pt; margin-top: 18px; margin-bottom: 6px;}
h3 {font-size: 10.5pt; margin-top: 12px; margin-bottom: 4px;}
h4 {font-size: 9pt; margin-top: 8px; margin-bottom: 3px;}
h5 {font-size: 9pt; margin-top: 8px; margin-bottom: 3px;}
p {margin-top: 3px; margin-bottom: 3px;}
ul, ol {margin-top: 3px; margin-bottom: 3px; }
li {margin-top: 1px; margin-bottom: 1px;}
.sub, .note, small {color: #474d59;}
.note, .legend, small {font-size: 8pt;}
.mark {background-color: #fdf6dd; color: #5a4708; font-size: 7.5pt;}
.src {background-color: #eaf2fa; color: #1d3c5c;}
.codes, .card {font-size: 7.5pt;}
.card {margin-top: 1px; margin-bottom: 1px;}
table {border-collapse: collapse; margin-top: 4px; margin-bottom: 0;}
th {font-size: 8pt; text-align: left; border-bottom: 1px solid #1f2430;}
td {font-size: 8pt; vertical-align: top; border-bottom: 1px solid #d9dce1;}
th, td {padding-left: 4px; padding-right: 4px;}
img {vertical-align: baseline;}
th.matrix, td.matrix {font-size: 7pt;}
th.indices, td.indices, th.wide, td.wide {font-size: 7.5pt;}
table.box {border: 1px solid #1f2430;}
table.box td {border: 1px solid #1f2430; font-size: 8.5pt;}
table.law td {background-color: #fdf6dd; border: 1px solid #8a6d1d; font-size: 8.5pt;}
table.beside td {border-bottom: 0px solid #ffffff;}
"""


def render(page: str, lang: str) -> bytes:
    """Return a report as a PDF.

    Raises
    ------
    OutputError
        Qt could not make it.
    """
    from qgis.PyQt.QtSvg import QSvgRenderer  # not every QGIS has it from the start

    from ..report import paper

    data = QByteArray()
    buffer = QBuffer(data)
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    writer = QPdfWriter(buffer)
    writer.setResolution(DPI)
    writer.setPageLayout(
        QPageLayout(
            QPageSize(QPageSize.PageSizeId.A4),
            QPageLayout.Orientation.Portrait,
            QMarginsF(0, 0, 0, 0),
        )
    )
    writer.setCreator("WijkMix")
    sheet = _Sheet()
    written = paper.paper(page, sheet.pixels, lang)
    writer.setTitle(written.title)
    document = _document(written, writer, sheet)
    painter = QPainter()
    if not painter.begin(writer):
        raise OutputError(
            "The PDF could not be made: Qt cannot paint on it.",
            "De PDF kon niet worden gemaakt: Qt kan er niet op tekenen.",
        )
    placed = _images(document)
    drawings = [QSvgRenderer(QByteArray(d.svg.encode("utf-8"))) for d in written.drawings]
    pages = document.pageCount()
    for number in range(pages):
        if number:
            writer.newPage()
        _page(painter, document, sheet, number)
        _drawings(painter, sheet, number, placed, drawings, written.drawings)
        _foot(painter, sheet, written, number, pages)
    painter.end()
    buffer.close()
    return bytes(data)


class _Sheet:
    """The measures of a page in dots of the writer."""

    def __init__(self) -> None:
        self.dot = DPI / 25.4  # a millimetre
        self.text = QRectF(
            SIDE * self.dot,
            TOP * self.dot,
            (210 - 2 * SIDE) * self.dot,
            # Whole dots: Qt's layout counts in 64ths, and would drift away from the pages drawn.
            math.floor((297 - TOP - BOTTOM) * self.dot),
        )
        screen = QGuiApplication.primaryScreen()
        # Qt takes pixels of a page for those of the screen.
        self.scale = DPI / (screen.logicalDotsPerInchY() if screen is not None else 96)

    @property
    def pixels(self) -> float:
        """Width of the text in pixels of a page; a little room for the borders of tables."""
        return math.floor(self.text.width() / self.scale) - 2


def _font(points: float) -> QFont:
    font = QFont()
    font.setFamilies(FAMILIES)
    font.setPointSizeF(points)
    return font


def _document(written: Paper, writer: QPdfWriter, sheet: _Sheet) -> QTextDocument:
    document = QTextDocument()
    document.setUndoRedoEnabled(False)
    document.setUseDesignMetrics(True)
    document.setDocumentMargin(0)
    document.setDefaultFont(_font(9))
    document.setIndentWidth(INDENT * sheet.scale)
    document.setDefaultStyleSheet(STYLE)
    document.documentLayout().setPaintDevice(writer)
    # The rich text only keeps room; the drawings come over it, sharp at any size.
    room = QImage(1, 1, QImage.Format.Format_ARGB32)
    room.fill(Qt.GlobalColor.transparent)
    for number in range(len(written.drawings)):
        url = QUrl(f"drawing:{number}")
        document.addResource(QTextDocument.ResourceType.ImageResource, url, room)
    document.setHtml(written.html)
    document.setPageSize(QSizeF(2 * math.floor(sheet.text.width() / 2), sheet.text.height()))
    _keep_heads(document, sheet.text.height())
    return document


def _keep_heads(document: QTextDocument, high: float) -> None:
    """Start a page before a heading that would stand alone, and before a line cut in two."""
    layout = document.documentLayout()
    left = MOST_BREAKS
    block = document.begin()
    while block.isValid() and left:
        following = block.next()
        if block.blockFormat().headingLevel() and following.isValid():
            first = block
            while following.blockFormat().headingLevel() and following.next().isValid():
                following = following.next()
            top, bottom = _span(layout, following)
            # Of what follows, a few lines must stay with the heading.
            bottom = min(bottom, top + 0.045 * high)
            if math.floor(_span(layout, first)[0] / high) != math.floor(bottom / high):
                _break_before(document, first)
                left -= 1
        elif _crosses(layout, block, high):
            _break_before(document, block)
            left -= 1
        block = following


def _crosses(layout: QAbstractTextDocumentLayout, block: QTextBlock, high: float) -> bool:
    """Tell whether a line lies on two pages: after a long table Qt loses count of the page."""
    top = layout.blockBoundingRect(block).top()
    lines = (block.layout().lineAt(k) for k in range(block.layout().lineCount()))
    return any(
        math.floor((top + line.y() + 1) / high)
        != math.floor((top + line.y() + line.height() - 2) / high)
        for line in lines
    )


def _span(layout: QAbstractTextDocumentLayout, block: QTextBlock) -> tuple[float, float]:
    """Return where the lines of a block begin and end on the long page."""
    top = layout.blockBoundingRect(block).top()
    lines = block.layout()
    if lines is None or not lines.lineCount():
        return top, top
    last = lines.lineAt(lines.lineCount() - 1)
    return top + lines.lineAt(0).y(), top + last.y() + last.height()


def _break_before(document: QTextDocument, block: QTextBlock) -> None:
    cursor = QTextCursor(block)
    table = cursor.currentTable()
    policy = QTextFormat.PageBreakFlag.PageBreak_AlwaysBefore
    if table is None:
        form = block.blockFormat()
        form.setPageBreakPolicy(policy)
        cursor.setBlockFormat(form)
    elif table.cellAt(0, 0).firstCursorPosition().block() == block:
        look = table.format()
        look.setPageBreakPolicy(policy)
        table.setFormat(look)
    else:
        return
    _layout_again(document)


def _layout_again(document: QTextDocument) -> None:
    """Lay out everything: Qt keeps old lines, with their gaps, until the width changes a little."""
    size = document.pageSize()
    wide = size.width() + (1 if size.width() % 2 else -1)
    document.setPageSize(QSizeF(wide, size.height()))


def _images(document: QTextDocument) -> list[tuple[int, QPointF]]:
    """Return the number of every drawing, and where its lower left corner is on the long page."""
    layout = document.documentLayout()
    found = []
    block = document.begin()
    while block.isValid():
        text = block.layout()
        if text is not None and "￼" in block.text():
            # Of a block in a table, Qt gives the place as well.
            corner = layout.blockBoundingRect(block).topLeft()
            it = block.begin()
            while not it.atEnd():
                piece = it.fragment()
                form = piece.charFormat()
                if form.isImageFormat():
                    name = form.toImageFormat().name()
                    for place in range(piece.length()):
                        at = piece.position() - block.position() + place
                        line = text.lineForTextPosition(at)
                        x = line.cursorToX(at)
                        x = x[0] if isinstance(x, tuple) else x
                        base = corner + QPointF(x, line.y() + line.ascent())
                        found.append((int(name.rpartition(":")[2]), base))
                it += 1
        block = block.next()
    return found


def _page(painter: QPainter, document: QTextDocument, sheet: _Sheet, number: int) -> None:
    high = sheet.text.height()
    painter.save()
    painter.translate(sheet.text.left(), sheet.text.top() - number * high)
    clip = QRectF(0, number * high, sheet.text.width(), high)
    painter.setClipRect(clip.adjusted(-sheet.dot, 0, sheet.dot, 0))
    context = QAbstractTextDocumentLayout.PaintContext()
    context.clip = clip
    palette = QPalette()
    palette.setColor(QPalette.ColorRole.Text, QColor(INK))
    context.palette = palette
    document.documentLayout().draw(painter, context)
    painter.restore()


def _drawings(
    painter: QPainter,
    sheet: _Sheet,
    number: int,
    placed: list[tuple[int, QPointF]],
    renderers: list[QSvgRenderer],
    drawings: list[Drawing],
) -> None:
    high = sheet.text.height()
    for which, base in placed:
        drawing = drawings[which]
        wide, tall = drawing.width * sheet.scale, drawing.height * sheet.scale
        # Its foot tells the page: its head may stick out of the line by a hair.
        if math.floor((base.y() - 1) / high) != number:
            continue
        top = base.y() - tall - number * high
        painter.save()
        area = QRectF(sheet.text.left() + base.x(), sheet.text.top() + top, wide, tall)
        painter.setClipRect(area)
        renderers[which].render(painter, area)
        painter.restore()


def _foot(painter: QPainter, sheet: _Sheet, written: Paper, number: int, pages: int) -> None:
    """Write source, title, date and page number under the text."""
    painter.save()
    font = _font(7.5)
    painter.setFont(font)
    line = 3.6 * sheet.dot
    left, right = sheet.text.left(), sheet.text.right()
    top = sheet.text.bottom() + 4 * sheet.dot
    painter.setPen(QPen(QColor("#b9bec8"), 0.2 * sheet.dot))
    painter.drawLine(QPointF(left, top), QPointF(right, top))
    painter.setPen(QColor(GREY))
    of = QCoreApplication.translate("WijkMix", "Page {n} of {pages}").format(
        n=number + 1, pages=pages
    )
    metrics = QFontMetricsF(font, painter.device())
    room = metrics.horizontalAdvance(of) + 4 * sheet.dot
    head = f"{written.title} · {written.subtitle}" if written.subtitle else written.title
    for row, text in enumerate((head, written.source)):
        wide = right - left - (0 if row else room)
        short = metrics.elidedText(text, Qt.TextElideMode.ElideRight, wide)
        area = QRectF(left, top + sheet.dot + row * line, wide, line)
        painter.drawText(area, short, QTextOption(Qt.AlignmentFlag.AlignLeft))
    area = QRectF(left, top + sheet.dot, right - left, line)
    painter.drawText(area, of, QTextOption(Qt.AlignmentFlag.AlignRight))
    painter.restore()
