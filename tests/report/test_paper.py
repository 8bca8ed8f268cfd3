# SPDX-License-Identifier: GPL-2.0-or-later
"""A report for paper: nothing lost, nothing folded, drawings without references or patterns."""

from __future__ import annotations

import re
from html import unescape

import numpy as np
import pandas as pd
import pytest
from wijkmix.wijkmix_plugin.report import html, paper, place, restore

HERE = "BU00100100"
QT_TAGS = {
    *("html", "body", "h1", "h2", "h3", "h4", "h5", "p", "b", "i", "small", "code", "cite", "sub"),
    *("sup", "br", "hr", "ul", "ol", "li", "table", "thead", "tbody", "tr", "th", "td", "img"),
    "span",
}


@pytest.fixture(scope="module")
def documents(make, catalogue):
    scan = make()
    stored = restore.restore(pd.DataFrame(scan.frame), scan.provenance)
    wijk = stored.frame.set_index("buurt_code").at[HERE, "wijk_code"]
    return {
        (kind, lang): text
        for lang in ("nl", "en")
        for kind, text in (
            ("whole", html.render_scan(scan, catalogue, lang=lang)),
            ("buurt", place.render_place(stored, catalogue, HERE, lang=lang)),
            ("wijk", place.render_place(stored, catalogue, wijk, "wijk", lang=lang)),
        )
    }


def words(document):
    document = re.sub(r'(<svg class="map".*?)<svg.*?</svg>', r"\1", document, flags=re.S)
    for part in ("style", "title", "nav", "svg", "footer"):
        document = re.sub(rf"<{part}\b.*?</{part}>", " ", document, flags=re.S)
    document = re.sub(r"<p class='note screen'>.*?</p>", " ", document, flags=re.S)
    return re.sub(r"\s+", "", unescape(re.sub(r"<[^>]+>", "", document)))


@pytest.mark.parametrize("lang", ["nl", "en"])
@pytest.mark.parametrize("kind", ["whole", "buurt", "wijk"])
def test_every_word_of_a_report_is_on_paper(documents, kind, lang):
    document = documents[kind, lang]
    written = paper.paper(document, 660, lang)
    assert words(written.html) == words(document)
    assert {tag.lower() for tag in re.findall(r"<([a-zA-Z0-9]+)", written.html)} <= QT_TAGS
    opened = [t for t in re.findall(r"<([a-z0-9]+)", written.html) if t not in ("br", "hr", "img")]
    assert sorted(opened) == sorted(re.findall(r"</([a-z0-9]+)", written.html))
    assert f"<h1>{written.title}</h1>" in written.html.replace("&amp;", "&")
    assert written.source.startswith("Bron: CBS")
    assert "2026" in written.subtitle


@pytest.mark.parametrize("kind", ["whole", "buurt", "wijk"])
def test_every_drawing_is_whole_and_in_its_place(documents, kind):
    document = documents[kind, "nl"]
    written = paper.paper(document, 660, "nl")
    named = [int(n) for n in re.findall(r'src="drawing:(\d+)"', written.html)]
    assert named == list(range(len(written.drawings)))
    visible = re.sub(r'<svg width="0".*?</defs></svg>', "", document, flags=re.S)
    nested = re.sub(r'(<svg class="map".*?)<svg.*?</svg>', r"\1", visible, flags=re.S)
    assert len(named) == nested.count("<svg")
    for drawing in written.drawings:
        assert not re.search(r"<use|url\(|<pattern|<title|<desc|paint-order", drawing.svg)
        assert drawing.svg.count("<svg") == drawing.svg.count("</svg>") == 1
        assert drawing.svg.count("<g") == drawing.svg.count("</g>")
        assert 0 < drawing.width <= 660
        assert 0 < drawing.height <= 660
        assert 'viewBox="' in drawing.svg


def test_a_map_keeps_its_shapes_and_its_hatching(documents):
    written = paper.paper(documents["buurt", "nl"], 660, "nl")
    chart = max(written.drawings, key=lambda d: len(d.svg))
    land = re.search(r'id="wm-land-near"[^>]* d="([^"]*)"', documents["buurt", "nl"]).group(1)
    assert land in chart.svg
    assert 'stroke="#a4a9b3"' in chart.svg  # suppressed and empty buurten are hatched


def test_a_legend_stands_beside_a_map_that_is_not_wide(documents):
    document = documents["whole", "nl"]
    written = paper.paper(document, 660, "nl").html
    figures = re.findall(r'<figure id="[^"]*" class="beside">.*?</figure>', document, flags=re.S)
    tables = re.findall(r'<table class="beside".*?</table>', written, flags=re.S)
    assert len(tables) == len(figures) > 0
    for table, figure in zip(tables, figures, strict=True):
        first, second = table.split("</td><td>")
        assert "drawing:" in first
        assert second.count('<p class="legend">') == figure.count("<li>")
        assert second.count('<p class="note">') == 1


def test_lines_over_a_colour_leave_the_colour():
    square = 'd="M0 0l90 0 0 90-90 0z"'
    page = (
        '<body><section><svg width="0"><defs><pattern id="wm-rising-key" width="8"/></defs></svg>'
        f'<figure><svg width="90" height="90"><path fill="#d55e00" {square}/>'
        f'<path fill="url(#wm-rising-key)" {square}/></svg></figure></section></body>'
    )
    (drawing,) = paper.paper(page, 660, "nl").drawings
    fills = re.findall(r'fill="([^"]*)"', drawing.svg)
    assert fills == ["#d55e00", "none"]
    assert 'stroke="#ffffff"' in drawing.svg


def test_a_fold_that_is_too_long_is_left_out_and_said_so():
    long = f"<details><summary>All codes</summary><p>{'BU0001 ' * 9000}</p></details>"
    short = "<details open><summary>Few</summary><p>BU0002</p></details>"
    written = paper.paper(f"<html><body><section>{long}{short}</section></body></html>", 660, "en")
    assert "BU0001" not in written.html
    assert "<h4>All codes</h4>" in written.html
    assert "Not printed here for its length" in written.html
    assert "<h4>Few</h4><p>BU0002</p>" in written.html
    opened = long.replace("<details>", "<details open>")
    whole = paper.paper(f"<html><body><section>{opened}</section></body></html>", 660, "en")
    assert whole.html.count("BU0001") == 9000
    dutch = paper.paper(f"<html><body><section>{long}</section></body></html>", 660, "nl")
    assert "Hier niet afgedrukt" in dutch.html


def test_a_caption_stands_before_its_table_and_text_stays_text():
    page = (
        "<body><h1>A &amp; B</h1><table><caption>&lt;b&gt; 1</caption><tbody><tr>"
        '<th scope="row">x</th><td class=n>&lt;script&gt;</td></tr></tbody></table></body>'
    )
    written = paper.paper(page, 660, "en")
    assert written.title == "A & B"
    assert re.search(r"<h5>&lt;b&gt; 1</h5><table[^>]*><tbody><tr>", written.html)
    assert "&lt;script&gt;" in written.html
    assert "<script" not in written.html


# -- hatching ---------------------------------------------------------------------------------


def length(lines):
    return sum(np.hypot(c - a, d - b) for a, b, c, d in lines)


def test_lines_through_a_square_by_hand():
    square = np.array([(0.5, 0.5), (10.5, 0.5), (10.5, 10.5), (0.5, 10.5)])
    lines = paper.hatch([square], 2, 0)
    assert [(a, b, c, d) for a, b, c, d in lines] == [
        (0.5, y, 10.5, y) for y in (2.0, 4.0, 6.0, 8.0, 10.0)
    ]


def test_a_hole_is_not_hatched():
    outer = np.array([(0, 0.5), (9, 0.5), (9, 9.5), (0, 9.5)])
    hole = np.array([(3, 3.5), (6, 3.5), (6, 6.5), (3, 6.5)])
    lines = paper.hatch([outer, hole], 1, 0)
    assert length(lines) == pytest.approx(9 * 9 - 3 * 3)
    assert not [line for line in lines if line[1] == 5 and line[0] < 4 < line[2]]


@pytest.mark.parametrize("degrees", [-45, 0, 30, 90])
def test_hatching_fills_an_area_whatever_the_direction(degrees):
    rng = np.random.default_rng(1)
    angle = np.sort(rng.uniform(0, 2 * np.pi, 40))
    ring = np.column_stack([np.cos(angle), np.sin(angle)]) * rng.uniform(5, 10, 40)[:, None]
    x, y = ring[:, 0], ring[:, 1]
    area = abs(np.dot(x, np.roll(y, -1)) - np.dot(y, np.roll(x, -1))) / 2
    spacing = 0.05
    assert length(paper.hatch([ring], spacing, degrees)) * spacing == pytest.approx(area, rel=0.01)


def test_nothing_to_hatch():
    assert paper.hatch([], 2, 0) == []
    assert paper.hatch([np.array([(0.1, 0.1), (0.2, 0.1), (0.2, 0.2)])], 2, 0) == []


# -- long paths -------------------------------------------------------------------------------


def test_a_long_path_is_cut_between_shapes_and_never_from_its_hole(monkeypatch):
    def square(x, y, side):
        return f"M{x} {y}l{side} 0 0 {side} {-side} 0z"

    shapes = [square(100 * k, 0, 50) + square(100 * k + 10, 10, 20) for k in range(50)]
    monkeypatch.setattr(paper, "MOST_POINTS", 40)
    parts = paper.split("".join(shapes))
    assert "".join(parts) == "".join(shapes)
    assert len(parts) > 5
    assert all(part.count("M") % 2 == 0 for part in parts)
    assert paper.split(shapes[0]) == [shapes[0]]
