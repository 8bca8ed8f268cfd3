# SPDX-License-Identifier: GPL-2.0-or-later
"""Polygons -> compact inline SVG maps.

Every vertex snaps to one fine grid, finer than the printed line. Neighbours that share a border
therefore still share it afterwards: no gaps, no overlaps, and no slow topological simplification.
A unit is written once; each map only groups the units by class.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import shapely

from ..errors import Text
from .charts import FONT, INK
from .numbers import Numbers, esc

_POLYGON, _MULTIPOLYGON = 3, 6
# Grid units along the longer side: on 180 mm paper 0.09 mm for a town, 0.14 mm for a whole country.
_FINE, _COARSE, _MANY_VERTICES = 2000, 1300, 80_000
_PAGE = 700.0  # pixels of the longer side: sizes of text and lines are given in these


@dataclass(frozen=True)
class MapClass:
    """One class of a map: its key, its colour ("none" hatched, "dots" dotted), its label.

    `lines` over the colour ("rising", "level", "inked") tell it from one that is as dark in grey.
    """

    key: str
    colour: str
    label: Text
    lines: str = ""


@dataclass(frozen=True)
class Base:
    """The drawn shapes of all units, in grid units with y downwards."""

    paths: list[str]
    borders: str
    anchors: np.ndarray  # (n, 2), NaN where there is no shape
    sizes: np.ndarray  # (n,), square root of the area
    width: int
    height: int
    metres: float  # per grid unit
    ident: str = ""  # tells the shapes of several maps in one document apart

    @property
    def pixel(self) -> float:
        """Grid units in one pixel of the page."""
        return max(self.width, self.height) / _PAGE


def build(
    geometry: np.ndarray,
    groups: np.ndarray,
    focus: np.ndarray,
    extent: tuple[float, float, float, float] | None = None,
) -> Base | None:
    """Snap the polygons to a grid and write them as SVG path data.

    Parameters
    ----------
    geometry : object array of shapely geometries, length n
        In a metric coordinate system; what is missing, empty or no polygon gets no path.
    groups : object array, length n
        The larger area (wijk, gemeente) of each unit; borders between areas are drawn on top.
    focus : bool array, length n
        The units that decide the extent (a large lake must not shrink the town).
    extent : (min x, min y, max x, max y), optional
        The extent itself.

    Returns
    -------
    Base or None
        None when there is nothing to draw.
    """
    shapes = np.asarray(geometry, dtype=object)
    n = len(shapes)
    kind = shapely.get_type_id(shapes)
    units = np.flatnonzero(np.isin(kind, (_POLYGON, _MULTIPOLYGON)) & ~shapely.is_empty(shapes))
    if not units.size:
        return None
    x, y, ring_of, unit_of = _rings(shapes[units])
    unit_of = units[unit_of]
    bounds = shapely.bounds(shapes)
    shown = bounds[units[focus[units]] if focus[units].any() else units]
    min_x, min_y = float(np.nanmin(shown[:, 0])), float(np.nanmin(shown[:, 1]))
    max_x, max_y = float(np.nanmax(shown[:, 2])), float(np.nanmax(shown[:, 3]))
    if extent is not None:
        min_x, min_y, max_x, max_y = extent
    longest = max(max_x - min_x, max_y - min_y)
    if not longest > 0 or not math.isfinite(longest):
        return None
    step = longest / (_FINE if len(x) <= _MANY_VERTICES else _COARSE)
    margin = 0.01 * longest
    col = np.rint((x - min_x + margin) / step).astype(np.int64)
    row = np.rint((max_y + margin - y) / step).astype(np.int64)
    keep = np.ones(len(col), dtype=bool)
    keep[1:] = (np.diff(col) != 0) | (np.diff(row) != 0) | (np.diff(ring_of) != 0)
    col, row, ring_of = col[keep], row[keep], ring_of[keep]

    start = np.flatnonzero(np.r_[True, np.diff(ring_of) != 0])
    end = np.r_[start[1:], len(col)]
    paths = _paths(col, row, start, end, unit_of, n)
    anchors = np.full((n, 2), np.nan)
    centre = shapely.point_on_surface(shapes[units])
    anchors[units, 0] = (shapely.get_x(centre) - min_x + margin) / step
    anchors[units, 1] = (max_y + margin - shapely.get_y(centre)) / step
    for unit in units.tolist():
        if not paths[unit]:  # smaller than the grid: a dot, so that nobody disappears
            paths[unit] = f"M{anchors[unit, 0]:.0f} {anchors[unit, 1]:.0f}h2v2h-2z"
    codes = np.unique(np.array([str(g) for g in groups], dtype=object), return_inverse=True)[1]
    return Base(
        paths=paths,
        borders=_borders(col, row, start, end, codes[unit_of]),
        anchors=anchors,
        sizes=np.sqrt(np.maximum(np.nan_to_num(shapely.area(shapes)), 0)) / step,
        width=math.ceil((max_x - min_x + 2 * margin) / step),
        height=math.ceil((max_y - min_y + 2 * margin) / step),
        metres=float(step),
    )


def _rings(shapes: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Return all rings in a row: x, y and ring number per vertex, and the unit of each ring."""
    kind, xy, offsets = shapely.to_ragged_array(shapes, include_z=False)
    rings, polygons = offsets[0], offsets[1]
    units = offsets[2] if int(kind) == _MULTIPOLYGON else np.arange(len(shapes) + 1)
    # to_ragged_array counts rings from the first shape's own start
    ring_of = np.repeat(np.arange(len(rings) - 1), np.diff(rings))
    rings_per_unit = np.diff(polygons[units])
    unit_of = np.repeat(np.arange(len(shapes)), rings_per_unit)
    return xy[:, 0], xy[:, 1], ring_of, unit_of


def _paths(
    col: np.ndarray,
    row: np.ndarray,
    start: np.ndarray,
    end: np.ndarray,
    unit_of: np.ndarray,
    n: int,
) -> list[str]:
    """Write path data per unit: an absolute first vertex, then steps; "z" closes the ring."""
    d_col, d_row = np.diff(col, prepend=0), np.diff(row, prepend=0)
    d_col[start], d_row[start] = col[start], row[start]
    words = list(map(str, np.column_stack([d_col, d_row]).ravel().tolist()))
    parts: list[list[str]] = [[] for _ in range(n)]
    for first, last, unit in zip(
        (2 * start).tolist(), (2 * end).tolist(), unit_of.tolist(), strict=True
    ):
        if last - first >= 8:  # three distinct vertices and the closing one
            parts[unit].append(
                f"M{words[first]} {words[first + 1]}l{' '.join(words[first + 2 : last - 2])}z"
            )
    return ["".join(part).replace(" -", "-") for part in parts]


def _borders(
    col: np.ndarray, row: np.ndarray, start: np.ndarray, end: np.ndarray, group_of_ring: np.ndarray
) -> str:
    """Write the lines between areas: edges that occur once within their area, drawn once."""
    point = (row - row.min()) * (int(col.max() - col.min()) + 1) + (col - col.min())
    inside = np.ones(len(point), dtype=bool)
    inside[end - 1] = False  # the last vertex of a ring starts no edge
    edge = np.flatnonzero(inside)
    if not edge.size:
        return ""
    ring = np.repeat(np.arange(len(start)), end - start)[edge]
    low = np.minimum(point[edge], point[edge + 1])
    high = np.maximum(point[edge], point[edge + 1])
    points = int(point.max()) + 1
    if points > 2**31:  # the pair would not fit in 64 bits
        return ""
    pair = np.unique(low * points + high, return_inverse=True)[1]
    within = pair.astype(np.int64) * (int(group_of_ring.max()) + 1) + group_of_ring[ring]
    _, back, count = np.unique(within, return_inverse=True, return_counts=True)
    single = np.flatnonzero(count[back] == 1)
    single = np.sort(single[np.unique(pair[single], return_index=True)[1]])
    drawn = edge[single]
    if not drawn.size:
        return ""
    breaks = np.flatnonzero(np.diff(drawn) != 1) + 1
    first = drawn[np.r_[0, breaks]]
    last = drawn[np.r_[breaks - 1, len(drawn) - 1]] + 1
    d_col = np.diff(col, prepend=0)
    d_row = np.diff(row, prepend=0)
    words = list(map(str, np.column_stack([d_col, d_row]).ravel().tolist()))
    lines = [
        f"M{x} {y}l{' '.join(words[2 * a + 2 : 2 * b + 2])}"
        for x, y, a, b in zip(
            col[first].tolist(), row[first].tolist(), first.tolist(), last.tolist(), strict=True
        )
    ]
    return "".join(lines).replace(" -", "-")


def shared_shapes(*bases: Base | None) -> str:
    """Return the invisible SVG with what all maps and legends use: land, borders, patterns."""
    parts = _patterns("-key", 1.0)
    for base in bases:
        if base is None:
            continue
        parts += (
            _patterns(base.ident, base.pixel)
            + f'<path id="wm-land{base.ident}" fill-rule="evenodd" d="{"".join(base.paths)}"/>'
            + f'<path id="wm-borders{base.ident}" fill="none" d="{base.borders}"/>'
        )
    return (
        '<svg width="0" height="0" style="position:absolute" aria-hidden="true">'
        f"<defs>{parts}</defs></svg>"
    )


def _patterns(suffix: str, p: float) -> str:
    """Hatching for "no data", dots for "cannot be assessed", lines for a colour alike in grey."""
    return (
        f'<pattern id="wm-hatch{suffix}" width="{6 * p:.1f}" height="{6 * p:.1f}" '
        'patternUnits="userSpaceOnUse" patternTransform="rotate(45)">'
        f'<rect width="{6 * p:.1f}" height="{6 * p:.1f}" fill="#ffffff"/>'
        f'<rect width="{1.1 * p:.1f}" height="{6 * p:.1f}" fill="#a4a9b3"/></pattern>'
        f'<pattern id="wm-dots{suffix}" width="{5 * p:.1f}" height="{5 * p:.1f}" '
        f'patternUnits="userSpaceOnUse"><rect width="{5 * p:.1f}" height="{5 * p:.1f}" '
        f'fill="#f6f1de"/><circle cx="{1.5 * p:.1f}" cy="{1.5 * p:.1f}" r="{0.8 * p:.1f}" '
        'fill="#8d8460"/></pattern>'
    ) + "".join(
        f'<pattern id="wm-{name}{suffix}" width="{8 * p:.1f}" height="{8 * p:.1f}" '
        f'patternUnits="userSpaceOnUse" patternTransform="rotate({angle})">'
        f'<rect width="{width * p:.1f}" height="{8 * p:.1f}" fill="{ink}"/></pattern>'
        for name, angle, width, ink in (
            ("rising", 45, 1.8, "#ffffff"),
            ("level", 90, 1.8, "#ffffff"),
            ("inked", 90, 0.8, INK),
        )
    )


def _fill(colour: str, ident: str) -> tuple[str, str]:
    """Fill and stroke of a class colour, which may name a pattern."""
    pattern = {"none": f"url(#wm-hatch{ident})", "dots": f"url(#wm-dots{ident})"}.get(colour)
    return (pattern, "none") if pattern else (colour, colour)


def draw(
    base: Base,
    keys: np.ndarray,
    classes: Sequence[MapClass],
    *,
    title: str,
    description: str,
    lang: str,
    ident: str,
    labels: Sequence[tuple[float, float, str]] = (),
    label_size: float = 9,
    outline: str = "",
) -> str:
    """Draw one map: units by class, borders, labels that do not overlap, scale bar and north.

    Parameters
    ----------
    base : Base
    keys : object array, length n
        Class key per unit; a unit whose key is in no class is not drawn.
    classes : sequence of MapClass
    title, description : str
        For readers who cannot see the map.
    lang : {"nl", "en"}
    ident : str
        Unique on the page.
    labels : sequence of (x, y, text)
        In grid units, the most important first.
    label_size : float
        In pixels.
    outline : str
        Path of the place that the map is about; drawn as a thick line.

    Returns
    -------
    str
        An SVG element that refers to the shapes of `shared_shapes`.
    """
    p = base.pixel
    members = {c.key: np.flatnonzero(keys == c.key).tolist() for c in classes}
    largest = max(classes, key=lambda c: len(members[c.key]))
    thin = len(base.paths) <= 3000
    body = []
    # The largest class is drawn as all land and the others over it: the page holds it only once.
    hidden = int(sum(map(len, members.values()))) < len(base.paths)
    for c in classes if hidden else [largest, *(c for c in classes if c is not largest)]:
        path = "".join(base.paths[i] for i in members[c.key])
        if not path:
            continue
        fill, edge = _fill(c.colour, base.ident)
        if c is largest and not hidden:
            body.append(f'<use href="#wm-land{base.ident}" fill="{fill}"/>')
        else:
            body.append(
                f'<path fill-rule="evenodd" fill="{fill}" stroke="{edge}" '
                f'stroke-width="{0.4 * p:.2f}" stroke-linejoin="round" d="{path}"/>'
            )
        if c.lines:
            body.append(
                f'<path fill-rule="evenodd" fill="url(#wm-{c.lines}{base.ident})" d="{path}"/>'
            )
    if thin:
        body.append(
            f'<use href="#wm-land{base.ident}" fill="none" stroke="#ffffff" '
            f'stroke-width="{0.7 * p:.2f}" stroke-linejoin="round"/>'
        )
    body.append(
        f'<use href="#wm-borders{base.ident}" stroke="#4b515c" '
        f'stroke-width="{(0.8 if thin else 0.5) * p:.2f}" stroke-linejoin="round"/>'
    )
    for colour, width in (("#ffffff", 5.5), (INK, 3)) if outline else ():
        body.append(
            f'<path fill="none" stroke="{colour}" stroke-width="{width * p:.2f}" '
            f'stroke-linejoin="round" d="{outline}"/>'
        )
    body.append(_labels(labels, p, label_size))
    below = 30 * p
    body.append(_scale_bar(base, lang))
    return (
        f'<svg class="map" viewBox="0 0 {base.width} {base.height + below:.0f}" role="img" '
        f'aria-labelledby="{ident}-t {ident}-d"><title id="{ident}-t">{esc(title)}</title>'
        f'<desc id="{ident}-d">{esc(description)}</desc>'
        f'<svg x="0" y="0" width="{base.width}" height="{base.height}" '
        f'viewBox="0 0 {base.width} {base.height}">{"".join(body[:-1])}</svg>{body[-1]}</svg>'
    )


def _labels(labels: Sequence[tuple[float, float, str]], p: float, size: float) -> str:
    """Place the labels in order of importance; one that would overlap a placed one is left out."""
    placed: list[tuple[float, float, float, float]] = []
    body = []
    for x, y, text in labels:
        if not (math.isfinite(x) and math.isfinite(y)) or not text:
            continue
        half_w, half_h = 0.31 * size * p * len(text), 0.6 * size * p
        box = (x - half_w, y - half_h, x + half_w, y + half_h)
        if any(box[0] < b[2] and b[0] < box[2] and box[1] < b[3] and b[1] < box[3] for b in placed):
            continue
        placed.append(box)
        body.append(f'<text x="{x:.0f}" y="{y + 0.35 * size * p:.0f}">{esc(text)}</text>')
    if not body:
        return ""
    return (
        f'<g font-family="{FONT}" font-size="{size * p:.1f}" text-anchor="middle" fill="{INK}" '
        f'stroke="#ffffff" stroke-width="{2.2 * p:.1f}" stroke-linejoin="round" '
        f'paint-order="stroke">{"".join(body)}</g>'
    )


def _scale_bar(base: Base, lang: str) -> str:
    """Draw a scale bar of a round length and a north arrow under the map."""
    p, numbers = base.pixel, Numbers(lang)
    most = 0.3 * base.width * base.metres
    power = 10.0 ** math.floor(math.log10(most))
    length = max(m * power for m in (1, 2, 5) if m * power <= most)
    text = (
        f"{numbers.plain(length / 1000)} km" if length >= 10_000 else f"{numbers.plain(length)} m"
    )
    x, y, wide = 4 * p, base.height + 12 * p, length / base.metres
    right = base.width - 14 * p
    north = Text("N", "N").get(lang)
    return (
        f'<g font-family="{FONT}" font-size="{13 * p:.1f}" fill="{INK}">'
        f'<rect x="{x:.1f}" y="{y:.1f}" width="{wide / 2:.1f}" height="{4 * p:.1f}" fill="{INK}"/>'
        f'<rect x="{x:.1f}" y="{y:.1f}" width="{wide:.1f}" height="{4 * p:.1f}" fill="none" '
        f'stroke="{INK}" stroke-width="{0.8 * p:.1f}"/>'
        f'<text x="{x:.1f}" y="{y + 16.5 * p:.1f}">0</text>'
        f'<text x="{x + wide:.1f}" y="{y + 16.5 * p:.1f}" text-anchor="middle">{text}</text>'
        f'<path d="M{right:.1f} {y - 8 * p:.1f}l{5 * p:.1f} {14 * p:.1f}l{-5 * p:.1f} {-4 * p:.1f}'
        f'l{-5 * p:.1f} {4 * p:.1f}z"/>'
        f'<text x="{right:.1f}" y="{y + 16.5 * p:.1f}" text-anchor="middle">{north}</text></g>'
    )
