# SPDX-License-Identifier: GPL-2.0-or-later
"""The section on scale: bars that add up, missing levels said, classes without good and bad."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd
import pytest
from wijkmix.wijkmix_plugin.report import charts, html, place, restore

LEVELS = {"wijk": 0.126362, "buurt": 0.044559, "block": 0.223244, "within": 0.605835}


def with_spectrum(town, *, blocks, source="squares"):
    """Add what the scan adds: the shares of fixture C9, or those of its buurten alone."""
    shares = dict(LEVELS)
    if not blocks:
        shares["within"] += shares.pop("block")
    areas = ["GM0010", "GM0011", "all"]
    rows = [
        {"area": area, "index": f"spectrum_{level}", "value": share, "n_units": 8, "n_total": 800}
        for area in areas
        for level, share in shares.items()
    ]
    rows.append(
        {"area": "all", "index": "spectrum_gemeente", "value": 0.0, "n_units": 8, "n_total": 800}
    )
    town.indices = pd.concat([town.indices, pd.DataFrame(rows)], ignore_index=True)
    inside = {k: v for k, v in shares.items() if k != "wijk"}
    for level, share in inside.items():
        town.wijken[f"spectrum_{level}"] = share / sum(inside.values())
    if blocks:
        town.wijken["mosaic_block"] = 0.328193
        town.wijken["mosaic_corrected"] = 0.31
        town.wijken["mosaic_class"] = ["mosaic", "fine", "between", "one-sided"] * (
            len(town.wijken) // 4
        ) + ["mosaic", "fine", "between"][: len(town.wijken) % 4]
        town.wijken.loc[0, ["mosaic_class", "mosaic_block", "mosaic_corrected"]] = None
        town.wijken["patch_size"] = 123.4
        town.wijken["block_diversity"] = 0.2
        town.wijken["block_dwellings"] = np.arange(len(town.wijken)) + 1.0
        for radius, more in ((50, 0.0), (500, 0.25), (2000, 0.4)):
            town.wijken[f"env_minus_block_{radius}"] = more
        first = town.wijken["gemeente_code"] == "GM0010"
        town.wijken.loc[first, "env_minus_block_500"] = 0.05
        found = town.wijken.set_index("wijk_code")["mosaic_class"]
        town.frame["mosaic_class"] = town.frame["wijk_code"].map(found)
        town.provenance["blocks_are_squares"] = source == "squares"
        town.provenance["parameters"] |= {
            **{"limit_diversity": 0.45, "limit_mosaic": 0.65, "limit_fine": 0.25},
            "theta": 0.75,
        }
    return town


def section(document):
    return re.search(r'<section id="scale">.*?</section>', document, flags=re.S).group()


def bars(text):
    """Return the widths of the parts of each bar by colour."""
    found = []
    for svg in re.findall(r'<svg [^>]*role="img".*?</svg>', text, flags=re.S):
        parts = re.findall(r'width="([0-9.]+)" height="12" fill="(#\w+)"', svg)
        if parts:
            found.append({colour: float(width) for width, colour in parts})
    return found


@pytest.fixture
def blocks(make):
    return with_spectrum(make(), blocks=True)


@pytest.mark.parametrize("lang", ["nl", "en"])
def test_one_bar_per_gemeente_and_wijk_that_fills_its_width(blocks, catalogue, lang):
    found = bars(section(html.render_scan(blocks, catalogue, lang=lang)))
    assert len(found) == 3 + len(blocks.wijken)
    assert all(sum(bar.values()) == pytest.approx(120, abs=0.3) for bar in found[:3])
    assert all(sum(bar.values()) == pytest.approx(96, abs=0.3) for bar in found[3:])
    expected = {charts.LEVEL_COLOURS[f"spectrum_{k}"]: 120 * v for k, v in LEVELS.items()}
    assert found[0] == pytest.approx(expected, abs=0.06)


def test_the_bar_says_its_numbers_to_a_screen_reader(blocks, catalogue):
    text = section(html.render_scan(blocks, catalogue, lang="nl"))
    assert (
        "Zuiderstad: Tussen wijken 13%, Tussen buurten binnen wijken 4%, Tussen blokken binnen "
        "buurten 22%, Gemengd binnen blokken 61%"
    ) in text


def test_without_blocks_the_missing_levels_are_said_and_the_rest_is_grey(make, catalogue):
    town = with_spectrum(make(), blocks=False)
    text = section(html.render_scan(town, catalogue, lang="nl"))
    assert "Ontbrekende niveaus: blok en pand" in text
    assert "kan inzicht 9 niet toetsen" in text
    assert charts.LEVEL_COLOURS["spectrum_rest"] in text
    assert charts.LEVEL_COLOURS["spectrum_block"] not in text
    assert charts.LEVEL_COLOURS["spectrum_within"] not in text
    assert "map-mosaic" not in text
    english = section(html.render_scan(town, catalogue, lang="en"))
    assert "cannot test insight 9" in english


def test_with_blocks_the_map_has_four_classes_and_counts_wijken(blocks, catalogue):
    text = section(html.render_scan(blocks, catalogue, lang="nl"))
    assert "Ontbrekend niveau: pand" in text
    assert "vierkanten van 100 m" in text
    figure = re.search(r'<figure id="map-mosaic".*?</figure>', text, flags=re.S).group()
    assert "blokvariant" in figure
    for colour in charts.MOSAIC_COLOURS.values():
        assert colour in figure
    counted = [int(n) for n in re.findall(r"<b>(\d+) wijk(?:en)?</b>", figure)]
    # One wijk has no class; water and wijken without figures hold the others.
    assert sum(counted[:4]) == blocks.wijken["mosaic_class"].notna().sum()
    # The limits that were chosen, and what they are.
    assert "0,45" in figure
    assert "0,65" in figure
    assert "0,25" in figure
    assert "aanname" in figure
    assert "75%" in text


def test_diversity_around_blocks_is_a_mean_over_dwellings(blocks, catalogue):
    text = section(html.render_scan(blocks, catalogue, lang="en"))
    table = text.split("Diversity around blocks</h3>")[1].split("</table>")[0]
    rows = re.findall(r"<tr><th scope=\"row\">(.*?)</th>(.*?)</tr>", table)
    cells = {name: re.findall(r"<td class=n>(.*?)</td>", row) for name, row in rows}
    assert cells["Zuiderstad"] == ["0.20", "0.20", "0.25", "0.60"]
    assert cells["Aalburg aan Zee"] == ["0.20", "0.20", "0.45", "0.60"]
    weight = blocks.wijken["block_dwellings"]
    first = weight[blocks.wijken["gemeente_code"] == "GM0010"].sum() / weight.sum()
    assert float(cells["All areas together"][2]) == pytest.approx(0.45 - 0.2 * first, abs=0.005)
    assert "assumption" in text


def with_sheet(town, steps=(0.4944, 0.4944, 0.7156)):
    """Add D and H of fixture C9 at every level, and H around blocks."""
    rows = []
    for level, d, h in zip(
        ("wijk", "buurt", "block"), steps, (0.1264, 0.1709, 0.3942), strict=True
    ):
        for index, value in (("dissimilarity", d), ("theil_h", h)):
            row = {"area": "all", "index": f"{index}_{level}", "value": value, "group": "all"}
            pair = {"group": "corp", "versus": "koop"} if index == "dissimilarity" else {}
            rows.append(row | pair)
    for metres, h in ((100, 0.3), (1000, 0.15)):
        row = {"area": "all", "index": "spatial_theil_h_block", "group": "all"}
        rows.append(row | {"bandwidth": float(metres), "value": h})
    rows.append({"area": "all", "index": "grain_ratio", "group": "all", "value": 0.5})
    town.indices = pd.concat([town.indices, pd.DataFrame(rows)], ignore_index=True)
    return town


def test_the_same_index_stands_side_by_side_at_every_scale(blocks, catalogue):
    document = html.render_scan(with_sheet(blocks), catalogue, lang="nl")
    text = section(document).split('id="scale-sheet"')[1]
    table = text.split("</table>")[0]
    rows = re.findall(r"<tr><th scope=\"row\">(.*?)</th>(.*?)</tr>", table)
    cells = {name: re.findall(r"<td class=n>(.*?)</td>", row) for name, row in rows}
    assert cells["Wijken"] == ["0,494", "0,126"]
    assert cells["Blokken"] == ["0,716", "0,394"]
    assert cells["Blokken binnen 1.000 m"] == ["–", "0,150"]
    assert cells["Buurten binnen 500 m"] == ["–", "0,060"]
    assert "D is nergens lager op een fijner niveau" in text
    assert "<b>0,50</b> keer H binnen 100 m" in text
    # They are told here, not among the indices of the whole.
    other = re.search(r'<section id="segregation">.*?</section>', document, flags=re.S).group()
    assert "dissimilarity_" not in other
    assert "grain_ratio" not in other


def test_the_scale_sheet_names_the_only_gemeente(make, catalogue):
    for gemeenten, where in ((1, "Zuiderstad"), (2, "Alle gebieden samen")):
        town = with_sheet(with_spectrum(make(gemeenten=gemeenten), blocks=True))
        text = section(html.render_scan(town, catalogue, lang="nl"))
        assert f"Dezelfde index op elke schaal: {where}</h3>" in text


def test_an_h_below_zero_is_explained_where_it_stands(blocks, catalogue):
    def said(town):
        text = section(html.render_scan(town, catalogue, lang="nl"))
        return "Lees een H onder 0 als 0." in text.split('id="scale-sheet"')[1]

    town = with_sheet(blocks)
    assert not said(town)
    town.indices.loc[town.indices["value"] == 0.15, "value"] = -0.006
    assert said(town)


def test_a_d_that_falls_is_not_believed(blocks, catalogue):
    town = with_sheet(blocks, steps=(0.49, 0.7, 0.6))
    text = section(html.render_scan(town, catalogue, lang="en"))
    assert "D is lower at a finer level" in text
    assert "Checked" not in text


def test_both_null_models_stand_side_by_side_and_say_how_to_read_them(blocks, catalogue):
    without = section(html.render_scan(blocks, catalogue, lang="nl"))
    assert "valt bijna elke wijk op" in without
    assert "geef daarvoor blokken als rijen per pand" in without
    blocks.wijken["mosaic_z"] = 41.3
    blocks.wijken["mosaic_corrected_panden"] = 0.07
    blocks.wijken["mosaic_z_panden"] = 1.2
    text = section(html.render_scan(blocks, catalogue, lang="nl"))
    assert "Boven toeval, panden" in text
    assert "0,31<br><small>z 41,3</small>" in text
    assert "0,07<br><small>z 1,2</small>" in text
    assert "de strengere toets. Wat daar overblijft" in text
    assert "geef daarvoor blokken als rijen per pand" not in text


def test_own_blocks_are_not_called_squares(make, catalogue):
    town = with_spectrum(make(), blocks=True, source="own")
    text = section(html.render_scan(town, catalogue, lang="nl"))
    assert "vierkanten van 100 m" not in text


def test_what_is_hardly_mixed_has_an_empty_bar_and_dashes(blocks, catalogue):
    names = [f"spectrum_{k}" for k in ("buurt", "block", "within")]
    blocks.wijken.loc[1, names] = np.nan
    text = section(html.render_scan(blocks, catalogue, lang="nl"))
    code = blocks.wijken["wijk_code"][1]
    row = re.search(rf"<tr><th[^>]*>{code}.*?</tr>", text, flags=re.S).group()
    assert "geen gegevens" in row
    assert row.count("–") >= 3


def test_without_any_spectrum_the_report_says_so(result, catalogue):
    text = section(html.render_scan(result, catalogue, lang="en"))
    assert "could not be computed" in text
    assert "Mosaic of buurten" in text


def test_the_spectrum_is_no_segregation_index(blocks, catalogue):
    document = html.render_scan(blocks, catalogue, lang="nl")
    other = re.search(r'<section id="segregation">.*?</section>', document, flags=re.S).group()
    assert "spectrum_" not in other


def test_colours_of_levels_and_classes_differ_from_each_other_and_from_tenure():
    levels, classes = set(charts.LEVEL_COLOURS.values()), set(charts.MOSAIC_COLOURS.values())
    assert len(levels) == len(charts.LEVEL_COLOURS)
    assert len(classes) == len(charts.MOSAIC_COLOURS) == 4
    assert not (levels | classes) & set(charts.TENURE_COLOURS.values())


# -- out of the layer of a scan, and of one place --------------------------------------------------


@pytest.mark.parametrize("lang", ["nl", "en"])
def test_a_report_out_of_the_layer_has_what_the_tables_of_the_run_tell(blocks, catalogue, lang):
    record = {**blocks.provenance, "variant": "block"}
    record["parameters"] = {**record["parameters"], "blocks": True}
    frame = pd.DataFrame(blocks.frame)
    found = restore.restore(frame, record, blocks=(blocks.wijken, blocks.indices))
    text = section(html.render_scan(found, catalogue, lang=lang))
    assert "0.33" in text or "0,33" in text
    assert charts.LEVEL_COLOURS["spectrum_block"] in text
    assert "map-mosaic" in text
    assert len(found.wijken) == len(blocks.wijken)
    # Without them it says so, and not that there were no blocks.
    without = section(html.render_scan(restore.restore(frame, record), catalogue, lang=lang))
    assert "cannot test insight 9" not in without
    assert "kan inzicht 9 niet toetsen" not in without
    said = "table of wijken is not at hand" if lang == "en" else "wijken is hier niet beschikbaar"
    assert said in without
    assert charts.LEVEL_COLOURS["spectrum_block"] not in without


def test_the_report_of_a_wijk_has_its_bar_and_that_of_its_gemeente(blocks, catalogue):
    record = {**blocks.provenance, "variant": "block"}
    record["parameters"] = {**record["parameters"], "blocks": True}
    tables = (blocks.wijken, blocks.indices)
    found = restore.restore(pd.DataFrame(blocks.frame), record, tables=False, blocks=tables)
    code = blocks.wijken["wijk_code"][1]
    text = section(place.render_place(found, catalogue, code, "wijk", lang="en"))
    both = bars(text)
    assert len(both) == 2
    assert all(sum(bar.values()) == pytest.approx(120, abs=0.3) for bar in both)
    assert charts.LEVEL_COLOURS["spectrum_wijk"] in both[1]
    assert charts.LEVEL_COLOURS["spectrum_wijk"] not in both[0]
    assert f"Wijk {code}: Between buurten inside wijken" in text
    kind = blocks.wijken["mosaic_class"][1]
    assert charts.MOSAIC_LABELS[kind].en in text
    assert ">0.328<" in text
    assert "assumption" in text


def test_the_report_of_a_buurt_without_blocks_says_what_is_missing(make, catalogue):
    town = make()
    found = restore.restore(pd.DataFrame(town.frame), town.provenance, tables=False)
    code = town.frame["buurt_code"][10]
    text = section(place.render_place(found, catalogue, code, lang="nl"))
    assert "kan inzicht 9 niet toetsen" in text
    assert len(bars(text)) == 2
    assert charts.LEVEL_COLOURS["spectrum_rest"] in text


def test_a_buurt_without_wijk_or_figures_gets_no_bar(make, catalogue):
    town = make()
    town.frame["wijk_code"] = None
    found = restore.restore(pd.DataFrame(town.frame), town.provenance, tables=False)
    text = section(place.render_place(found, catalogue, town.frame["buurt_code"][0], lang="en"))
    assert "Wijk None" not in text


@pytest.mark.parametrize(
    ("lang", "words"),
    [
        ("en", ("Shuffled for chance", "dwellings, whole buildings")),
        ("nl", ("Geschud voor toeval", "woningen, hele panden")),
    ],
)
def test_what_was_shuffled_is_said_in_words(blocks, catalogue, lang, words):
    blocks.provenance["parameters"]["null_models"] = ["dwellings", "panden"]
    document = html.render_scan(blocks, catalogue, lang=lang)
    settings = document[document.index('id="settings"') :].split("</section>")[0]
    for word in words:
        assert word in settings
    assert "null_models" not in settings
