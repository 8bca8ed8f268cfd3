# SPDX-License-Identifier: GPL-2.0-or-later
from __future__ import annotations

import itertools
import math
import xml.etree.ElementTree as ET

import pytest
from wijkmix.wijkmix_plugin.report import charts

SVG = "{http://www.w3.org/2000/svg}"


def parts(svg, name):
    return ET.fromstring(svg).iter(f"{SVG}{name}")


def test_bar_widths_are_the_shares():
    svg = charts.stacked_bar({"koop": 25.0, "corp": 50.0, "overig": 25.0}, width=200, lang="nl")
    widths = [float(r.get("width")) for r in parts(svg, "rect")]
    assert widths == [50.0, 100.0, 50.0]
    assert [r.get("fill") for r in parts(svg, "rect")] == [
        charts.TENURE_COLOURS[c] for c in ("koop", "corp", "overig")
    ]


def test_bar_of_shares_that_do_not_add_to_100_fills_the_width():
    svg = charts.stacked_bar({"koop": 49.0, "huur": 49.0}, width=100)
    assert sum(float(r.get("width")) for r in parts(svg, "rect")) == pytest.approx(100)


@pytest.mark.parametrize("shares", [{}, {"koop": None, "huur": math.nan}, {"koop": 0.0}])
def test_bar_without_data_is_an_outline_and_says_so(shares):
    svg = charts.stacked_bar(shares, lang="nl")
    assert [r.get("fill") for r in parts(svg, "rect")] == ["none"]
    assert "geen gegevens" in svg


def test_bar_title_is_escaped_and_bilingual():
    name = '"><script>alert(1)</script>'
    svg = charts.stacked_bar({"koop": 100.0}, name=name, lang="en")
    assert "<script" not in svg
    assert "Owner-occupied 100%" in ET.fromstring(svg).get("aria-label")
    assert ET.fromstring(svg).get("aria-label").startswith(name)


def test_profile_breaks_at_missing_values_and_keeps_the_axis_in_order():
    svg = charts.profile_line(
        [100, 1000, 10_000, 100_000], {"H": [0.4, 0.3, math.nan, 0.1]}, logarithmic=True, lang="nl"
    )
    points = list(parts(svg, "circle"))
    assert len(points) == 3
    drawn = [p for p in parts(svg, "polyline") if len(p.get("points").split()) == 2]
    assert len(drawn) == 2  # the one unbroken run, and the key of the legend
    x = [float(c.get("cx")) for c in points]
    assert x == sorted(x)
    assert x[1] - x[0] == pytest.approx((x[2] - x[0]) / 3, abs=0.2)  # equal steps of the logarithm
    assert "10.000" in svg


def test_profile_of_nothing_says_so():
    assert "geen gegevens" in charts.profile_line([1, 2], {"H": [math.nan, math.nan]}, lang="nl")


def test_charts_stay_within_svg_tiny():
    """What Qt's SVG renderer does not know (CSS, references, nested drawings) must not come in."""
    for svg in (
        charts.stacked_bar({"koop": 60.0, "huur": 40.0}, values=True),
        charts.profile_line([1, 2, 3], {"a": [1, 2, 3], "b": [3, 2, 1]}),
    ):
        root = ET.fromstring(svg)
        names = {element.tag.removeprefix(SVG) for element in root.iter()}
        assert names <= {"svg", "title", "g", "rect", "line", "circle", "polyline", "text"}
        assert not any(element.get("style") or element.get("class") for element in root.iter())


def _luminance(colour):
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


# Machado, Oliveira and Fernandes (2009), severity 1.
BLINDNESS = {
    "protanopia": ((0.152286, 1.052583, -0.204868), (0.114503, 0.786281, 0.099216),
                   (-0.003882, -0.048116, 1.051998)),
    "deuteranopia": ((0.367322, 0.860646, -0.227968), (0.280085, 0.672501, 0.047413),
                     (-0.011820, 0.042940, 0.968881)),
    "tritanopia": ((1.255528, -0.076749, -0.178779), (-0.078411, 0.930809, 0.147602),
                   (0.004733, 0.691367, 0.303900)),
}  # fmt: skip


def _lab(colour, matrix):
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    seen = [min(max(sum(m * c for m, c in zip(row, linear, strict=True)), 0), 1) for row in matrix]
    to_xyz = ((0.4124, 0.3576, 0.1805), (0.2126, 0.7152, 0.0722), (0.0193, 0.1192, 0.9505))
    xyz = [sum(m * c for m, c in zip(row, seen, strict=True)) for row in to_xyz]
    f = [
        v ** (1 / 3) if v > 0.008856 else 7.787 * v + 16 / 116
        for v in (xyz[0] / 0.9505, xyz[1], xyz[2] / 1.089)
    ]
    return 116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])


@pytest.mark.parametrize("kind", BLINDNESS)
@pytest.mark.parametrize(
    "palette",
    [
        [charts.TENURE_COLOURS[c] for c in ("koop", "corp", "overig")] + ["#d9c6e0"],
        [charts.CLUSTER_COLOURS[c] for c in ("HH", "LL", "HL", "LH", "ns")],
        *[[*c.values(), charts.STATUS_COLOURS["no"]] for c in charts.FLAG_COLOURS.values()],
    ],
)
def test_classes_stay_apart_for_colour_blind_readers(kind, palette):
    labs = [_lab(colour, BLINDNESS[kind]) for colour in palette]
    nearest = min(math.dist(a, b) for k, a in enumerate(labs) for b in labs[:k])
    assert nearest > 12, f"two classes look alike with {kind}"


def test_figures_inside_bars_are_readable():
    for tenure in ("koop", "corp", "overig", "huur"):
        svg = charts.stacked_bar({tenure: 100.0}, values=True)
        ink = next(parts(svg, "text")).get("fill")
        light, dark = sorted(
            (_luminance(ink), _luminance(charts.TENURE_COLOURS[tenure])), reverse=True
        )
        assert (light + 0.05) / (dark + 0.05) >= 4.5


def _lightness(colour):
    """CIE L* of a colour: what is left of it on a grey print."""
    rgb = [int(colour[k : k + 2], 16) / 255 for k in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in rgb]
    y = sum(w * c for w, c in zip((0.2126, 0.7152, 0.0722), linear, strict=True))
    return 116 * y ** (1 / 3) - 16 if y > 0.008856 else 903.3 * y


@pytest.mark.parametrize(
    "colours",
    [
        {k: charts.TENURE_COLOURS[k] for k in ("koop", "corp", "overig")} | {"mixed": "#d9c6e0"},
        {k: v for k, v in charts.CLUSTER_COLOURS.items() if v != "none"},
        charts.MOSAIC_COLOURS,
        *(
            colours | {"no": charts.STATUS_COLOURS["no"]}
            for colours in charts.FLAG_COLOURS.values()
        ),
    ],
)
def test_classes_of_a_map_stay_apart_on_a_grey_print(colours):
    for one, other in itertools.combinations(colours, 2):
        apart = abs(_lightness(colours[one]) - _lightness(colours[other]))
        lined = charts.MAP_LINES.get(one) != charts.MAP_LINES.get(other)
        assert apart > 8 or lined, (one, other, apart)
