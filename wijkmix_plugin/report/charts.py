# SPDX-License-Identifier: GPL-2.0-or-later
"""Small charts as SVG text, and the colours and words of the classes they show.

Only basic shapes and presentation attributes (SVG Tiny 1.2): the same string serves a browser and
Qt's SVG renderer. The colours stay apart for readers with protanopia, deuteranopia and tritanopia,
and never carry a meaning alone: each class also has a label. No colour says good or bad.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np

from ..errors import Text
from .numbers import Numbers, esc

INK = "#1f2430"
GREY = "#5b6270"
FONT = "Source Sans 3, Noto Sans, DejaVu Sans, Arial, sans-serif"

# The palette of Okabe and Ito (2008), the same as in the styles of the map layers.
TENURE_COLOURS = {
    "koop": "#0072B2",
    "corp": "#E69F00",
    "overig": "#009E73",
    "huur": "#E69F00",
    "unknown": "#b9bcc2",
}
_WHITE_INK = ("#0072B2",)  # the other classes are too light for white figures
TENURE_LABELS = {
    "koop": Text("Owner-occupied", "Koop"),
    "corp": Text("Housing corporation rental", "Corporatiehuur"),
    "overig": Text("Other rental", "Overige huur"),
    "huur": Text("Rented", "Huur"),
    "unknown": Text("Ownership unknown", "Eigendom onbekend"),
}
# For column heads.
TENURE_SHORT = {
    "koop": Text("Owner", "Koop"),
    "corp": Text("Corp.", "Corp."),
    "overig": Text("Other", "Overig"),
    "huur": Text("Rented", "Huur"),
}
# The levels of the scale spectrum: light hues of Tol (2021) that keep apart for the colour-blind,
# none of them a tenure's. What buurten alone cannot split further is grey, as what is not known.
LEVEL_COLOURS = {
    "spectrum_gemeente": "#BBCC33",
    "spectrum_wijk": "#77AADD",
    "spectrum_buurt": "#EE8866",
    "spectrum_block": "#EEDD88",
    "spectrum_within": "#FFAABB",
    "spectrum_rest": "#DDDDDD",
}
LEVEL_LABELS = {
    "spectrum_gemeente": Text("Between gemeenten", "Tussen gemeenten"),
    "spectrum_wijk": Text("Between wijken", "Tussen wijken"),
    "spectrum_buurt": Text("Between buurten inside wijken", "Tussen buurten binnen wijken"),
    "spectrum_block": Text("Between blocks inside buurten", "Tussen blokken binnen buurten"),
    "spectrum_within": Text("Mixed inside blocks", "Gemengd binnen blokken"),
    "spectrum_rest": Text("Inside buurten, not split further", "Binnen buurten, niet uitgesplitst"),
}
# None of the four is the good one: no green, no red, no order.
MOSAIC_COLOURS = {
    "mosaic": "#CC79A7",
    "fine": "#56B4E9",
    "between": "#EAE0A0",
    "one-sided": "#A08F7A",
}
MOSAIC_LABELS = {
    "mosaic": Text("mosaic: uniform blocks", "mozaïek: homogene blokken"),
    "fine": Text("finely mixed: mixed inside blocks", "fijn gemengd: gemengd binnen blokken"),
    "between": Text("between the two", "tussenvorm"),
    "one-sided": Text("one-sided wijk", "eenzijdige wijk"),
}
CLUSTER_COLOURS = {
    "HH": "#D55E00",
    "LL": "#0072B2",
    "HL": "#F0E442",
    "LH": "#56B4E9",
    "ns": "#ececea",
    "island": "#cfc3dc",
    "nodata": "none",
}
CLUSTER_LABELS = {
    "HH": Text("HH: high, among high", "HH: hoog, tussen hoog"),
    "LL": Text("LL: low, among low", "LL: laag, tussen laag"),
    "HL": Text("HL: high, among low", "HL: hoog, tussen laag"),
    "LH": Text("LH: low, among high", "LH: laag, tussen hoog"),
    "ns": Text("not significant", "niet significant"),
    "island": Text("no neighbour, not tested", "zonder buur, niet getoetst"),
    "nodata": Text("no data, not tested", "geen gegevens, niet getoetst"),
}
# Over the colour of a class on a map that would be as dark as another on a grey print.
MAP_LINES = {
    "overig": "rising",
    "HH": "rising",
    "HL": "inked",
    "mosaic": "rising",
    "one-sided": "level",
}
FLAG_COLOURS = {
    "herstructurering": {"candidate": "#882255", "provisional": "#d9a3c0"},
    "verdichting": {"candidate": "#332288", "provisional": "#b3a8e0"},
    "grondverwerving": {"candidate": "#117733", "provisional": "#9fd0ae"},
}
STATUS_COLOURS = {"unknown": "dots", "no": "#f1f1ef", "none": "none"}
FLAG_LABELS = {
    "candidate": Text("candidate for further study", "kandidaat voor nader onderzoek"),
    "provisional": Text(
        "provisional candidate: data are missing", "voorlopige kandidaat: er ontbreken gegevens"
    ),
    "unknown": Text(
        "cannot be assessed: data are missing", "niet te beoordelen: er ontbreken gegevens"
    ),
    "no": Text("conditions not met", "voldoet niet aan de voorwaarden"),
    "none": Text("not assessed", "niet beoordeeld"),
}


def _svg(width: float, height: float, title: str, body: str) -> str:
    """Wrap `body`; the title is what a screen reader says and what a pointer shows."""
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width:g}" height="{height:g}" '
        f'viewBox="0 0 {width:g} {height:g}" role="img" aria-label="{esc(title)}">'
        f"<title>{esc(title)}</title>{body}</svg>"
    )


def _text(
    x: float, y: float, text: str, *, size: float = 11, anchor: str = "start", fill: str = INK
) -> str:
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" font-family="{FONT}" font-size="{size:g}" '
        f'text-anchor="{anchor}" fill="{fill}">{esc(text)}</text>'
    )


def _upright(x: float, y: float, text: str) -> str:
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" transform="rotate(-90 {x:.1f} {y:.1f})" '
        f'font-family="{FONT}" font-size="11" text-anchor="middle" fill="{INK}">{esc(text)}</text>'
    )


def _line(
    x1: float, y1: float, x2: float, y2: float, stroke: str = "#c9ccd2", width: float = 1
) -> str:
    return (
        f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" stroke="{stroke}" '
        f'stroke-width="{width:g}"/>'
    )


def stacked_bar(
    shares: Mapping[str, float | None],
    *,
    lang: str = "nl",
    width: float = 240,
    height: float = 14,
    values: bool = False,
    name: str = "",
    colours: Mapping[str, str] = TENURE_COLOURS,
    labels: Mapping[str, Text] = TENURE_LABELS,
) -> str:
    """Draw one horizontal bar of shares.

    Parameters
    ----------
    shares : mapping of class to percentage
        Tenure classes, or those of `colours`; drawn in the given order; percentages 0-100. A
        missing share is left out; with no share at all the bar is an empty outline.
    lang : {"nl", "en"}
    width, height : float
        Size in pixels.
    values : bool
        Also print the percentages inside the parts wide enough to hold them.
    name : str
        What the bar is about; opens its title.
    colours, labels : mapping of class to colour and to words
        Of other classes than tenure, such as `LEVEL_COLOURS`.

    Returns
    -------
    str
        An SVG element.
    """
    numbers = Numbers(lang)
    known = {
        key: float(v) for key, v in shares.items() if v is not None and math.isfinite(v) and v >= 0
    }
    total = sum(known.values())
    said = ", ".join(f"{labels[key].get(lang)} {numbers.percent(v)}" for key, v in known.items())
    if not total:
        said = Text("no data", "geen gegevens").get(lang)
    title = f"{name}: {said}" if name else said
    body, x = [], 0.0
    for key, value in known.items() if total else ():
        wide = width * value / total
        if wide > 0:
            body.append(
                f'<rect x="{x:.1f}" y="0" width="{wide:.1f}" height="{height:g}" '
                f'fill="{colours[key]}" stroke="#ffffff" stroke-width="0.8"/>'
            )
        if values and wide >= 30:  # room for "100%"
            ink = "#ffffff" if colours[key] in _WHITE_INK else INK
            body.append(
                _text(
                    x + wide / 2, height / 2 + 4, numbers.percent(value), anchor="middle", fill=ink
                )
            )
        x += wide
    if not total:
        body.append(
            f'<rect x="0.5" y="0.5" width="{width - 1:g}" height="{height - 1:g}" fill="none" '
            'stroke="#9aa0aa" stroke-width="1"/>'
        )
    return _svg(width, height, title, "".join(body))


def mix_chart(
    rows: Sequence[tuple[str, str, Mapping[str, float | None]]],
    *,
    lang: str = "nl",
    width: float = 640,
    title: str = "",
) -> str:
    """Draw the mix of several areas under each other, with a legend on top.

    Parameters
    ----------
    rows : sequence of (name, remark, shares)
        Shares as for `stacked_bar`; areas without shares say that there are no data.
    lang : {"nl", "en"}
    width : float
        In pixels.
    title : str
        What the chart shows.

    Returns
    -------
    str
        An SVG element.
    """
    numbers = Numbers(lang)
    left, top, row = 0.36 * width, 26.0, 34.0
    wide = width - left - 6
    keys = list(dict.fromkeys(k for _, _, shares in rows for k in shares))
    labels = {key: TENURE_LABELS[key].get(lang) for key in keys}
    # Over the bars where the legend fits there, else further to the left.
    x = max(0.0, min(left, width - sum(31 + 6.6 * len(label) for label in labels.values())))
    body = []
    for key, label in labels.items():
        body.append(
            f'<rect x="{x:.1f}" y="3" width="12" height="12" fill="{TENURE_COLOURS[key]}"/>'
        )
        body.append(_text(x + 17, 13, label))
        x += 17 + 6.6 * len(label) + 14
    room = int(left / 6.2)
    for number, (name, remark, shares) in enumerate(rows):
        y = top + row * number
        known = {k: float(v) for k, v in shares.items() if v is not None and math.isfinite(v)}
        total = sum(known.values())
        short = name if len(name) <= room else f"{name[: room - 1].rstrip()}…"
        body.append(_text(0, y + (11 if remark else 17), short, size=12))
        if remark:
            body.append(_text(0, y + 24, remark, size=10, fill=GREY))
        at = left
        for key, value in known.items() if total > 0 else ():
            part = wide * value / total
            if part <= 0:
                continue
            body.append(
                f'<rect x="{at:.1f}" y="{y:.1f}" width="{part:.1f}" height="24" '
                f'fill="{TENURE_COLOURS[key]}" stroke="#ffffff" stroke-width="1"/>'
            )
            if part >= 34:  # room for "100%"
                ink = "#ffffff" if TENURE_COLOURS[key] in _WHITE_INK else INK
                said = numbers.percent(value)
                body.append(_text(at + part / 2, y + 16, said, anchor="middle", fill=ink))
            at += part
        if not total > 0:
            note = Text("no data", "geen gegevens").get(lang)
            body.append(_text(left, y + 16, note, fill=GREY))
    return _svg(width, top + row * len(rows), title, "".join(body))


def ticks(low: float, high: float, wanted: int = 5) -> list[float]:
    """Return round numbers between low and high, for an axis."""
    span = high - low
    if not math.isfinite(span) or span <= 0:
        return [low]
    raw = span / max(wanted, 1)
    power = 10.0 ** math.floor(math.log10(raw))
    step = next(m * power for m in (1, 2, 2.5, 5, 10) if m * power >= raw * 0.999)
    first = math.ceil(low / step - 1e-9)
    return [k * step for k in range(first, math.floor(high / step + 1e-9) + 1)]


_PROFILE_COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#5b6270")
_PROFILE_DASHES = ("", "6 3", "2 3", "8 3 2 3", "1 4")


def profile_line(
    positions: Sequence[float],
    series: Mapping[str, Sequence[float]],
    *,
    lang: str = "nl",
    x_label: str = "",
    y_label: str = "",
    title: str = "",
    logarithmic: bool = False,
    y_range: tuple[float, float] | None = None,
    width: float = 360,
    height: float = 220,
) -> str:
    """Draw values against a scale (a radius, or the nearest k dwellings), a line per series.

    Parameters
    ----------
    positions : sequence of float
        The scales, in drawing order.
    series : mapping of label to sequence of float
        One value per position; NaN breaks the line. Lines differ in colour and in dash.
    lang : {"nl", "en"}
    x_label, y_label, title : str
    logarithmic : bool
        Space the positions by their logarithm (they must be positive).
    y_range : tuple, optional
        Limits of the vertical axis; by default the data with some room.
    width, height : float
        Size in pixels.

    Returns
    -------
    str
        An SVG element.
    """
    numbers = Numbers(lang)
    x = np.asarray(positions, dtype=float)
    lines = {name: np.asarray(v, dtype=float) for name, v in series.items()}
    title = title or Text("Profile over scales", "Profiel over schalen").get(lang)
    every = np.concatenate(list(lines.values())) if lines else np.array([])
    finite = every[np.isfinite(every)]
    if not x.size or not finite.size:
        note = Text("no data", "geen gegevens").get(lang)
        return _svg(width, height, title, _text(width / 2, height / 2, note, anchor="middle"))
    at = np.log(x) if logarithmic else x
    spread = float(at.max() - at.min()) or 1.0
    low, high = y_range or (float(finite.min()), float(finite.max()))
    if y_range is None:
        pad = 0.08 * (high - low) or 0.1 * abs(high) or 1.0
        low, high = low - pad, high + pad
    legend = 16.0 * len(lines)
    left, top, right, bottom = 50.0, 10.0 + legend, width - 22.0, height - 40.0
    px = left + (at - at.min()) / spread * (right - left)
    digits = 2 if high - low < 2 else 0
    body = []
    for tick in ticks(low, high, 4):
        py = bottom - (tick - low) / (high - low) * (bottom - top)
        body.append(_line(left, py, right, py, "#e3e5e9"))
        body.append(
            _text(left - 5, py + 3, numbers.decimal(tick, digits), size=10, anchor="end", fill=GREY)
        )
    last = -math.inf
    for position, where in sorted(
        zip(x.tolist(), px.tolist(), strict=True), key=lambda pair: pair[1]
    ):
        body.append(_line(where, bottom, where, bottom + 4, GREY))
        if where - last >= 34:  # labels would run into each other
            body.append(
                _text(
                    where, bottom + 15, numbers.plain(position), size=10, anchor="middle", fill=GREY
                )
            )
            last = where
    body.append(_line(left, bottom, right, bottom, GREY))
    for number, (name, value) in enumerate(lines.items()):
        colour = _PROFILE_COLOURS[number % len(_PROFILE_COLOURS)]
        dash = _PROFILE_DASHES[number % len(_PROFILE_DASHES)]
        style = f'fill="none" stroke="{colour}" stroke-width="2"' + (
            f' stroke-dasharray="{dash}"' if dash else ""
        )
        heights = bottom - (value - low) / (high - low) * (bottom - top)
        run: list[str] = []
        for here, there in [*zip(px.tolist(), heights.tolist(), strict=True), (0.0, math.nan)]:
            if math.isfinite(there):
                run.append(f"{here:.1f},{there:.1f}")
                body.append(f'<circle cx="{here:.1f}" cy="{there:.1f}" r="2.5" fill="{colour}"/>')
            else:
                if len(run) > 1:
                    body.append(f'<polyline points="{" ".join(run)}" {style}/>')
                run = []
        y_key = 12.0 + 16 * number
        key = f"{left:.1f},{y_key - 4:.1f} {left + 26:.1f},{y_key - 4:.1f}"
        body.append(f'<polyline points="{key}" {style}/>')
        body.append(_text(left + 32, y_key, name))
    body.append(_text((left + right) / 2, height - 8, x_label, anchor="middle"))
    body.append(_upright(11, (top + bottom) / 2, y_label))
    return _svg(width, height, title, "".join(body))
