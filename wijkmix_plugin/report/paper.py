# SPDX-License-Identifier: GPL-2.0-or-later
"""A finished report for paper: HTML that Qt's rich text understands, and drawings beside it.

Qt's rich text knows no figures, no folds, no flexible boxes and no SVG; its drawing of SVG knows no
patterns and no references. Here a report is written over in what both know. What is open is all
there; a fold that is closed opens where it is short, and else is left out and says so.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html import escape
from html.parser import HTMLParser

import numpy as np

from ..errors import Text

LONGEST = 6_000  # characters of a closed fold, some two pages; more is left out
_LEFT_OUT = Text(
    "Not printed here for its length ({n} characters); it is in the HTML report.",
    "Hier niet afgedrukt door de lengte ({n} tekens); het staat in het HTML-rapport.",
)
_KEPT = {"h1", "h2", "h3", "b", "i", "small", "code", "cite", "sub", "sup", "br", "p"}
_BLOCKS = {"body", "main", "section", "details", "figure", "article", "aside", "div"}
_VOID = {"br", "meta", "img", "hr", "path", "rect", "circle", "line", "polyline", "use"}
_CAMEL = {"viewbox": "viewBox"}
# Never drawn: what a reader with a screen reader hears.
_UNSEEN = {"title", "desc"}
# The patterns of maps.py: paper below, ink, direction and width of the lines by their distance.
_PATTERNS = {
    "hatch": ("#ffffff", "#a4a9b3", -45.0, 0.18),
    "dots": ("#f6f1de", "#8d8460", 0.0, 0.32),
    "rising": ("", "#ffffff", -45.0, 0.22),
    "level": ("", "#ffffff", 0.0, 0.22),
    "inked": ("", "#1f2430", 0.0, 0.1),
}
_SIDES = ((0.8, 0.8), (-0.8, 0.8), (-0.8, -0.8), (0.8, -0.8))
_METHOD = (19, 25, 37, 19)  # percent: Qt would give the formulas too much
_ROW_COLOURS = {"met": "#e6eef7", "unk": "#f6f1de"}
MOST_POINTS = 16_000  # of one path; Qt takes twice as many for a broken file
MAP_HEIGHT = 0.46  # of the width of the text, at most
BESIDE = 0.58  # of the width of the text: a map that has its legend beside it


@dataclass
class Drawing:
    """One SVG in what Qt draws; sizes in pixels."""

    svg: str
    width: float
    height: float


@dataclass
class Paper:
    """A report for paper.

    Attributes
    ----------
    html : refers to the drawings as images "drawing:0", "drawing:1", …
    title, subtitle, source : plain text for the head and foot of every page.
    """

    html: str
    drawings: list[Drawing] = field(default_factory=list)
    title: str = ""
    subtitle: str = ""
    source: str = ""


def paper(document: str, width: float, lang: str) -> Paper:
    """Write a report over for paper.

    Parameters
    ----------
    document : a report as this package writes it.
    width : of the text on paper, in pixels.
    lang : {"nl", "en"}
    """
    writer = _Writer(width, lang)
    writer.feed(document)
    writer.close()
    return Paper(
        f"<html><body>{''.join(writer.out)}</body></html>",
        writer.drawings,
        *(re.sub(r"\s+", " ", text).strip() for text in writer.told.values()),
    )


class _Writer(HTMLParser):
    """Goes through a report once and writes as it goes."""

    def __init__(self, width: float, lang: str) -> None:
        super().__init__(convert_charrefs=True)
        self.width = width
        self.lang = lang
        self.out: list[str] = []
        self.drawings: list[Drawing] = []
        self.told = {"h1": "", "p.sub": "", "footer": ""}
        self._ends: list[str] = []  # what closes each open element
        self._tags: list[tuple[str, str]] = []  # open elements with their class
        self._skip = 0  # depth inside something that is not printed
        self._folds: list[int | None] = []  # where each closed fold starts; None: it is open
        self._column = 0  # of the cell in its row
        self._table = ""  # start of a table whose caption comes first
        self._art: _Art | None = None
        self._defs: dict[str, dict[str, str]] = {}

    # -- what the parser calls -----------------------------------------------------------------

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {_CAMEL.get(name, name): value or "" for name, value in attrs}
        if self._art is not None:
            self._art.start(tag, values)
            return
        kind = values.get("class", "")
        if self._skip:
            self._skip += tag not in _VOID
            if "id" in values and tag in ("path", "pattern"):
                self._defs[values["id"]] = values
            return
        if (
            tag in ("style", "title", "nav")
            or "screen" in kind.split()
            or (tag == "svg" and values.get("width") == "0")
        ):
            self._skip = 1
        elif tag == "svg":
            self._art = _Art(values, self._defs)
        elif tag not in _VOID or tag == "br":
            self._tags.append((tag, kind))
            start, end = self._open(tag, kind, values)
            self._put(start)
            self._ends.append(end)
            if tag == "br":
                self._tags.pop()
                self._ends.pop()

    def handle_endtag(self, tag: str) -> None:
        if self._art is not None:
            if self._art.end(tag):
                self._draw(self._art)
                self._art = None
            return
        if self._skip:
            self._skip -= tag not in _VOID
            return
        if tag in _VOID or not self._tags:
            return
        if tag == "details":
            self._shorten()
        self._tags.pop()
        self._put(self._ends.pop())
        if tag == "caption":
            self._flush()

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if self._art is not None or tag in _VOID:
            self.handle_starttag(tag, attrs)
            return
        self.handle_starttag(tag, attrs)
        self.handle_endtag(tag)

    def handle_data(self, data: str) -> None:
        if self._art is not None:
            self._art.text(data)
            return
        if self._skip:
            return
        for tag, kind in self._tags:
            key = f"{tag}.{kind}" if kind else tag
            if key in self.told:
                self.told[key] += data
        if self._tags and self._tags[-1][0] not in ("html", "body", "main") and not self._in_foot:
            self._put(escape(data, quote=False))

    # -- elements ------------------------------------------------------------------------------

    @property
    def _in_foot(self) -> bool:
        return any(tag == "footer" for tag, _ in self._tags)

    def _put(self, text: str) -> None:
        if text and self._table and not text.startswith("<h5"):
            if any(tag == "caption" for tag, _ in self._tags) or text == "</h5>":
                self.out.append(text)
                return
            self._flush()
        self.out.append(text)

    def _flush(self) -> None:
        table, self._table = self._table, ""
        self.out.append(table)

    def _open(self, tag: str, kind: str, values: dict[str, str]) -> tuple[str, str]:
        """Return how an element starts and ends on paper."""
        inside = {t for t, _ in self._tags[:-1]}
        if tag == "table":
            if self._table:
                self._flush()
            # Held back: its caption must stand before it.
            self._table = f'<table class="{kind}" width="100%" cellspacing="0" cellpadding="2">'
            return "", "</table>"
        if tag in ("thead", "tbody"):
            return f"<{tag}>", f"</{tag}>"
        if tag == "tr":
            self._column = 0
            return (f'<tr class="{kind}">' if kind else "<tr>"), "</tr>"
        if tag in ("th", "td"):
            return self._cell(tag, kind, values)
        if tag in ("caption", "figcaption"):
            return "<h5>", "</h5>"
        if tag == "summary":
            return "<h4>", "</h4>"
        if tag == "details":
            self._folds.append(None if "open" in values else len(self.out))
            return "", ""
        if tag == "h4" or (tag == "h3" and "article" in inside):
            return "<h4>", "</h4>"
        if tag == "aside":
            head = '<table class="box" border="1" width="100%" cellspacing="0" cellpadding="8">'
            return f'{head}<tr><td bgcolor="#fafafa">', "</td></tr></table>"
        if tag == "article":
            return "<hr>", ""
        if tag == "figure" and kind == "beside":
            return "", "</td></tr></table>"
        if tag == "p" and "article" in inside:
            return '<p class="card">', "</p>"
        if tag in ("ul", "ol", "li"):
            return self._list(tag, kind)
        if tag == "span":
            return f'<span class="{kind}">', "</span>"
        if tag == "p" and kind == "law":
            return '<table class="law" width="100%" cellpadding="6"><tr><td>', "</td></tr></table>"
        if tag == "small" and inside & {"td", "th"} and self._kind("table") == "matrix":
            return "<br><small>", "</small>"
        if tag in _KEPT:
            return (f'<{tag} class="{kind}">' if kind else f"<{tag}>"), f"</{tag}>"
        return "", ""

    def _cell(self, tag: str, kind: str, values: dict[str, str]) -> tuple[str, str]:
        more = "".join(
            f' {name}="{escape(values[name])}"' for name in ("colspan", "rowspan") if name in values
        )
        if "n" in kind.split():
            more += ' align="right"'
        colour = _ROW_COLOURS.get(kind)
        row = self._kind("tr")
        if row == "g":
            colour = "#f1f2f4"
        if colour:
            more += f' bgcolor="{colour}"'
        table = self._kind("table")
        if table == "method" and self._column < len(_METHOD):
            more += f' width="{_METHOD[self._column]}%"'
        self._column += 1
        if tag == "th" and values.get("scope") == "row" and "mix" in table.split():
            more += ' width="24%"'
        if any(t == "thead" for t, _ in self._tags):
            return f'<th class="{table}" valign="bottom"{more}>', "</th>"
        if tag == "th" and (table == "key" or row == "g"):
            return f'<td class="{table}"{more}><b>', "</b></td>"
        return f'<td class="{table}"{more}>', "</td>"

    def _kind(self, tag: str) -> str:
        """Return the class of the innermost open element of this name."""
        return next((k for t, k in reversed(self._tags) if t == tag), "")

    def _list(self, tag: str, kind: str) -> tuple[str, str]:
        if tag != "li":
            if kind == "legend" and self._kind("figure") != "beside":
                return '<p class="legend">', "</p>"
            return ("", "") if kind in ("plain", "legend") else (f"<{tag}>", f"</{tag}>")
        holder = next((k for t, k in reversed(self._tags[:-1]) if t in ("ul", "ol")), "")
        if holder == "legend":
            if self._kind("figure") == "beside":
                return '<p class="legend">', "</p>"
            return "", "&nbsp;&nbsp; "
        return ("<p>", "</p>") if holder == "plain" else ("<li>", "</li>")

    def _shorten(self) -> None:
        """Leave out the content of a closed fold that would fill pages, and say so."""
        if self._table:
            self._flush()
        start = self._folds.pop()
        if start is None:
            return
        length = sum(len(re.sub(r"<[^>]*>", "", piece)) for piece in self.out[start:])
        if length <= LONGEST:
            return
        end = next(k for k in range(start, len(self.out)) if self.out[k] == "</h4>")
        note = _LEFT_OUT.get(self.lang).format(n=f"{length:,}".replace(",", "."))
        self.out[end + 1 :] = [f'<p class="note">{note}</p>']

    def _draw(self, art: _Art) -> None:
        if not art.width or not art.height:
            return
        width, height = art.width, art.height
        limit = self.width
        beside = self._tags[-1] == ("figure", "beside")
        if art.is_map:
            limit *= BESIDE if beside else 1
            width, height = limit, limit * height / width
            if height > MAP_HEIGHT * self.width:
                width, height = width * MAP_HEIGHT * self.width / height, MAP_HEIGHT * self.width
        elif width > 400:  # a chart of its own; smaller ones stand in a line of text or a cell
            width, height = limit, limit * height / width
            if art.height > 200:
                width, height = 0.75 * width, 0.75 * height
        number = len(self.drawings)
        self.drawings.append(Drawing(art.svg(), width, height))
        image = f'<img src="drawing:{number}" width="{width:.0f}" height="{height:.0f}">'
        if beside:
            head = '<table class="beside" width="100%" cellspacing="0" cellpadding="0"><tr>'
            self._put(f'{head}<td width="{100 * BESIDE:.0f}%">{image}</td><td>')
            return
        self._put(f"<p>{image}</p>" if self._tags[-1][0] in _BLOCKS else image)
        if self._tags[-1][0] in ("li", "th"):
            self._put("&nbsp;")


# -- drawings --------------------------------------------------------------------------------------


class _Art:
    """One SVG while it is read: references are filled in, patterns become lines."""

    def __init__(self, values: dict[str, str], defs: dict[str, dict[str, str]]) -> None:
        self.defs = defs
        box = [float(v) for v in values.get("viewBox", "").split()]
        self.width = float(values.get("width") or (box[2] if box else 0))
        self.height = float(values.get("height") or (box[3] if box else 0))
        self.is_map = values.get("class") == "map"
        shown = box or [0.0, 0.0, self.width, self.height]
        self.out = [
            '<svg xmlns="http://www.w3.org/2000/svg" viewBox="'
            f'{" ".join(f"{v:g}" for v in shown)}" width="{self.width:g}" '
            f'height="{self.height:g}">'
        ]
        self._ends = ["</svg>"]
        self._unseen = 0
        self._twice: int | None = None  # where a group with a halo starts
        self._halo: dict[str, str] = {}

    def svg(self) -> str:
        return "".join(self.out)

    def start(self, tag: str, values: dict[str, str]) -> None:
        if self._unseen or tag in _UNSEEN:
            self._unseen += tag not in _VOID
            return
        if tag == "use":
            found = self.defs.get(values.pop("href", "").lstrip("#"), {})
            kept = {k: v for k, v in found.items() if k != "id"}
            self._shape("path", {**kept, **values})
        elif tag in _VOID:
            self._shape(tag, values)
        elif tag == "svg":
            # What it clips off lies outside the sheet, or below it, where the white comes over it.
            wide, high = float(values.get("width") or 0), float(values.get("height") or 0)
            self.out.append("<g>")
            self._ends.append(
                f'</g><rect x="0" y="{high:g}" width="{wide:g}" height="{wide + high:g}" '
                'fill="#ffffff"/>'
            )
        else:
            if tag == "g" and values.pop("paint-order", ""):
                self._twice, self._halo = len(self.out), values
            self.out.append(_tag(tag, values))
            self._ends.append(f"</{tag}>")

    def end(self, tag: str) -> bool:
        """Close an element; tell whether the drawing is complete."""
        if self._unseen:
            self._unseen -= tag not in _VOID
            return False
        if tag in _VOID:
            return False
        self.out.append(self._ends.pop())
        if tag == "g" and self._twice is not None:
            inside = self.out[self._twice + 1 : -1]
            plain = {k: v for k, v in self._halo.items() if not k.startswith("stroke")}
            white = {**plain, "fill": self._halo.get("stroke", "#ffffff")}
            far = float(self._halo.get("stroke-width") or 0) / 2
            # Qt strokes no text: copies on all sides make the halo.
            copies = [
                {**white, "transform": f"translate({x * far:.2f},{y * far:.2f})"} for x, y in _SIDES
            ]
            self.out[self._twice :] = [
                piece for look in (*copies, plain) for piece in (_tag("g", look), *inside, "</g>")
            ]
            self._twice = None
        return not self._ends

    def text(self, data: str) -> None:
        if not self._unseen and data.strip():
            self.out.append(escape(data, quote=False))

    def _shape(self, tag: str, values: dict[str, str]) -> None:
        pattern = re.fullmatch(r"url\(#([\w-]+)\)", values.get("fill", ""))
        if not pattern:
            self._draw(tag, values)
            return
        name = pattern.group(1)
        spacing = float(self.defs.get(name, {}).get("width") or 6)
        rings = _rings(values["d"]) if tag == "path" else [_corners(values)]
        kind = name.removeprefix("wm-").split("-")[0]
        paper, ink, degrees, width = _PATTERNS[kind]
        if paper:
            self._draw(tag, {**values, "fill": paper})
        lines = hatch(rings, spacing, degrees)
        look = {"fill": "none", "stroke": ink, "stroke-width": f"{spacing * width:.2f}"}
        if kind == "dots":
            look["stroke-dasharray"] = f"{0.32 * spacing:.2f},{0.68 * spacing:.2f}"
        for first in range(0, len(lines), MOST_POINTS // 2):
            part = lines[first : first + MOST_POINTS // 2]
            data = "".join(f"M{a:.1f} {b:.1f}L{c:.1f} {d:.1f}" for a, b, c, d in part)
            self.out.append(_tag("path", {**look, "d": data}, closed=True))

    def _draw(self, tag: str, values: dict[str, str]) -> None:
        for data in split(values["d"]) if tag == "path" else [""]:
            changed = {**values, "d": data} if data else values
            self.out.append(_tag(tag, changed, closed=True))


def _tag(tag: str, values: dict[str, str], *, closed: bool = False) -> str:
    inside = "".join(f' {k}="{escape(v)}"' for k, v in values.items() if k != "class")
    return f"<{tag}{inside}{'/' if closed else ''}>"


def _corners(values: dict[str, str]) -> np.ndarray:
    x, y, wide, high = (float(values.get(k) or 0) for k in ("x", "y", "width", "height"))
    return np.array([(x, y), (x + wide, y), (x + wide, y + high), (x, y + high)])


def _rings(data: str) -> list[np.ndarray]:
    """Read path data of the maps of this package: M, then l, h or v with steps, then z."""
    rings = []
    for part in data.split("M")[1:]:
        where = np.zeros(2)
        points = []
        first = True
        for command, numbers in re.findall(r"([lhvz]?)([^lhvz]*)", part):
            found = [float(n) for n in re.findall(r"-?\d+(?:\.\d+)?", numbers)]
            if first and found:
                where = np.array(found[:2])
                points.append(where)
                first = False
            elif command == "l":
                steps = np.array(found).reshape(-1, 2)
                points.extend(where + np.cumsum(steps, axis=0))
                where = points[-1]
            elif command in ("h", "v") and found:
                where = where + np.array([found[0], 0] if command == "h" else [0, found[0]])
                points.append(where)
        if len(points) > 2:
            rings.append(np.array(points))
    return rings


def split(data: str) -> list[str]:
    """Cut path data where it holds more points than Qt reads; a hole stays with what is around it.

    Parameters
    ----------
    data : as the maps of this package write it: rings that start with M, a hole after its outer
        ring.
    """
    if len(data) < 4 * MOST_POINTS:  # a point takes four signs at least
        return [data]
    parts, count = [""], 0
    around = np.array([0.0, 0.0, -1.0, -1.0])
    for text in data.split("M")[1:]:
        ring = np.concatenate(_rings("M" + text) or [np.zeros((1, 2))])
        box = np.concatenate([ring.min(axis=0), ring.max(axis=0)])
        hole = (box[:2] >= around[:2]).all() and (box[2:] <= around[2:]).all()
        if not hole:
            around = box
            if count > MOST_POINTS:
                parts.append("")
                count = 0
        parts[-1] += "M" + text
        count += len(ring) + 1
    return [part for part in parts if part]


def hatch(
    rings: list[np.ndarray], spacing: float, degrees: float
) -> list[tuple[float, float, float, float]]:
    """Return parallel lines inside rings, by the even-odd rule.

    Parameters
    ----------
    rings : arrays of shape (n, 2), closed or not.
    spacing : distance between the lines.
    degrees : direction of the lines.

    Returns
    -------
    list of (x1, y1, x2, y2)
    """
    if not rings:
        return []
    start = np.concatenate(rings)
    stop = np.concatenate([np.roll(ring, -1, axis=0) for ring in rings])
    angle = np.radians(degrees)
    along = np.array([np.cos(angle), np.sin(angle)])
    across = np.array([-along[1], along[0]])
    u1, v1, u2, v2 = start @ along, start @ across, stop @ along, stop @ across
    low = np.ceil(np.minimum(v1, v2) / spacing)
    high = np.ceil(np.maximum(v1, v2) / spacing)  # half open: a corner counts once
    count = np.maximum(high - low, 0).astype(int)
    edge = np.repeat(np.arange(len(count)), count)
    if not edge.size:
        return []
    line = low[edge] + np.arange(edge.size) - np.repeat(np.cumsum(count) - count, count)
    level = line * spacing
    u = u1[edge] + (level - v1[edge]) / (v2[edge] - v1[edge]) * (u2[edge] - u1[edge])
    order = np.lexsort((u, line))
    u, level, line = u[order], level[order], line[order]
    # Every line meets a closed border an even number of times.
    pairs = np.arange(0, len(u) - 1, 2)
    pairs = pairs[line[pairs] == line[pairs + 1]]
    a = np.outer(u[pairs], along) + np.outer(level[pairs], across)
    b = np.outer(u[pairs + 1], along) + np.outer(level[pairs], across)
    return [tuple(row) for row in np.column_stack([a, b]).tolist()]
