# SPDX-License-Identifier: GPL-2.0-or-later
"""A report as PDF: whole, on A4, every line on one page and over no other, drawings in place."""

from __future__ import annotations

import importlib.util
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from qgis.PyQt.QtCore import QBuffer, QByteArray, QIODevice, QRectF
from qgis.PyQt.QtGui import QImage, QPainter, QPdfWriter, QTextCursor
from qgis.PyQt.QtSvg import QSvgRenderer

spec = importlib.util.spec_from_file_location(
    "wijkmix_report_town", Path(__file__).parent.parent / "report" / "conftest.py"
)
town = importlib.util.module_from_spec(spec)
spec.loader.exec_module(town)
HERE = "BU00100100"


@pytest.fixture(scope="module")
def documents(qgis_app):
    import pandas as pd
    from wijkmix.wijkmix_plugin.policy import catalogue
    from wijkmix.wijkmix_plugin.report import html, place, restore

    known = catalogue.load()
    scan = town.make_result()
    stored = restore.restore(pd.DataFrame(scan.frame), scan.provenance)
    wijk = stored.frame.set_index("buurt_code").at[HERE, "wijk_code"]
    return {
        "whole": html.render_scan(scan, known, lang="nl"),
        "buurt": place.render_place(stored, known, HERE, lang="en"),
        "wijk": place.render_place(stored, known, wijk, "wijk", lang="nl"),
    }


def laid_out(document):
    """Return the rich text as the PDF lays it out, its sheet, what it holds, and its writer."""
    from wijkmix.wijkmix_plugin.gui import pdf
    from wijkmix.wijkmix_plugin.report import paper

    buffer = QBuffer(QByteArray())
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    writer = QPdfWriter(buffer)
    writer.setResolution(pdf.DPI)
    sheet = pdf._Sheet()
    written = paper.paper(document, sheet.pixels, "nl")
    return pdf._document(written, writer, sheet), sheet, written, (writer, buffer)


def lines_of(document, *, tables=False):
    """Yield (block, top, bottom) of every line; of those in tables only where asked."""
    layout = document.documentLayout()
    root = document.rootFrame()
    block = document.begin()
    while block.isValid():
        if tables or QTextCursor(block).currentFrame() == root:
            corner = layout.blockBoundingRect(block).top()
            for number in range(block.layout().lineCount()):
                line = block.layout().lineAt(number)
                yield block, corner + line.y(), corner + line.y() + line.height()
        block = block.next()


@pytest.mark.parametrize("kind", ["whole", "buurt", "wijk"])
def test_a_pdf_is_whole_and_on_a4(documents, kind):
    from wijkmix.wijkmix_plugin.gui import pdf

    made = pdf.render(documents[kind], "nl")
    assert made.startswith(b"%PDF-")
    assert made.rstrip().endswith(b"%%EOF")
    boxes = set(re.findall(rb"/MediaBox \[0 0 (\d+\S*) (\d+\S*)\]", made))
    assert {(round(float(w)), round(float(h))) for w, h in boxes} == {(595, 842)}
    pages = len(re.findall(rb"/Type /Page\b(?!s)", made))
    assert pages == laid_out(documents[kind])[0].pageCount() > 5


@pytest.mark.parametrize("kind", ["whole", "buurt", "wijk"])
def test_no_line_crosses_a_page_or_another_line(documents, kind):
    document, sheet, *_ = laid_out(documents[kind])
    high, last = sheet.text.height(), 0.0
    assert sum(1 for _ in lines_of(document)) > 50
    for block, top, bottom in lines_of(document):
        assert top >= last - 2, block.text()[:60]
        assert int(top / high) == int((bottom - 2) / high), block.text()[:60]
        last = bottom
    for block, top, bottom in lines_of(document, tables=True):
        assert int((top + 1) / high) == int((bottom - 2) / high), block.text()[:60]


@pytest.mark.parametrize("kind", ["whole", "buurt", "wijk"])
def test_no_heading_stands_alone_at_the_foot_of_a_page(documents, kind):
    from wijkmix.wijkmix_plugin.gui import pdf

    document, sheet, *_ = laid_out(documents[kind])
    layout, high = document.documentLayout(), sheet.text.height()
    heads = 0
    block = document.begin()
    while block.isValid():
        following = block.next()
        if block.blockFormat().headingLevel() and following.isValid():
            heads += 1
            page = int(pdf._span(layout, block)[0] / high)
            assert int((pdf._span(layout, following)[0] + 1) / high) == page, block.text()
        block = following
    assert heads > 10


@pytest.mark.parametrize("kind", ["whole", "buurt", "wijk"])
def test_every_drawing_has_a_place_on_one_page_within_the_text(documents, kind):
    from wijkmix.wijkmix_plugin.gui import pdf

    document, sheet, written, _ = laid_out(documents[kind])
    placed = pdf._images(document)
    assert sorted(number for number, _ in placed) == list(range(len(written.drawings)))
    high, wide = sheet.text.height(), sheet.text.width()
    for number, base in placed:
        drawing = written.drawings[number]
        top = base.y() - drawing.height * sheet.scale
        assert int((top + 12) / high) == int((base.y() - 1) / high)
        assert base.x() >= 0
        assert base.x() + drawing.width * sheet.scale <= wide + 2


def test_qt_draws_every_drawing(documents):
    from wijkmix.wijkmix_plugin.report import paper

    for document in documents.values():
        for drawing in paper.paper(document, 660, "nl").drawings:
            renderer = QSvgRenderer(QByteArray(drawing.svg.encode("utf-8")))
            assert renderer.isValid()
            image = QImage(60, 60, QImage.Format.Format_ARGB32)
            image.fill(0)
            painter = QPainter(image)
            renderer.render(painter, QRectF(0, 0, 60, 60))
            painter.end()
            assert any(image.pixel(x, y) >> 24 for x in range(60) for y in range(60))


def test_qt_hatches_what_has_no_data(documents):
    """Qt draws no patterns: the hatching must be lines of our own, grey on white."""
    from wijkmix.wijkmix_plugin.report import paper

    drawing = max(paper.paper(documents["buurt"], 660, "nl").drawings, key=lambda d: len(d.svg))
    size = 3000
    image = QImage(size, size, QImage.Format.Format_RGB32)
    image.fill(0xFFFFFF)
    painter = QPainter(image)
    QSvgRenderer(QByteArray(drawing.svg.encode("utf-8"))).render(painter, QRectF(image.rect()))
    painter.end()
    seen = {image.pixel(x, y) & 0xFFFFFF for x in range(size) for y in range(0, size, 30)}
    assert 0xA4A9B3 in seen  # the hatching
    assert 0xE69F00 in seen or 0x0072B2 in seen  # a tenure


@pytest.mark.skipif(shutil.which("pdftotext") is None, reason="needs pdftotext (poppler)")
def test_every_page_has_title_date_source_and_number(documents, tmp_path):
    from wijkmix.wijkmix_plugin.gui import pdf

    path = tmp_path / "x.pdf"
    path.write_bytes(pdf.render(documents["buurt"], "en"))
    text = subprocess.run(
        ["pdftotext", "-layout", str(path), "-"], capture_output=True, check=True, text=True
    ).stdout
    pages = text.split("\f")[:-1]
    for number, page in enumerate(pages, start=1):
        assert f"Page {number} of {len(pages)}" in page
        assert "Buurt Buurt 4, Aalburg aan Zee" in page or "Buurt Buurt 4, Zuiderstad" in page
        assert "5 March 2026" in page
        assert "Bron: CBS, Kerncijfers" in page
    found = " ".join(text.split())
    assert "Only together with this: what always belongs with it" in found
    assert "not answered" in found
    assert not re.search(r"probleemwijk|achterstandswijk|\bworst\b|top 10", found.lower())


def test_names_are_text_and_never_markup(qgis_app):
    import pandas as pd
    from wijkmix.wijkmix_plugin.gui import pdf
    from wijkmix.wijkmix_plugin.policy import catalogue
    from wijkmix.wijkmix_plugin.report import place, restore

    attack = "<img src='/etc/passwd'><b>x</b>&amp;"
    scan = town.make_result(name=attack)
    stored = restore.restore(pd.DataFrame(scan.frame), scan.provenance)
    page = place.render_place(stored, catalogue.load(), HERE, lang="en")
    document, _, written, _ = laid_out(page)
    assert f"Buurt {attack} 4" in written.title
    assert attack in document.toPlainText()
    assert len(pdf._images(document)) == len(written.drawings)


def test_a_drawing_starts_where_its_line_does(documents):
    """In a cell that is aligned to its top Qt set it half its height too high."""
    from wijkmix.wijkmix_plugin.gui import pdf

    document, sheet, written, _kept = laid_out(documents["whole"])
    placed = dict(pdf._images(document))
    block, seen = document.begin(), 0
    while block.isValid():
        if block.text() == "\N{OBJECT REPLACEMENT CHARACTER}":
            name = block.begin().fragment().charFormat().toImageFormat().name()
            number = int(name.rpartition(":")[2])
            high = written.drawings[number].height * sheet.scale
            top = document.documentLayout().blockBoundingRect(block).top()
            assert placed[number].y() - high == pytest.approx(top, abs=sheet.scale)
            seen += 1
        block = block.next()
    assert seen > 10
