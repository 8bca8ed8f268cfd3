# SPDX-License-Identifier: GPL-2.0-or-later
"""Build years and energy labels, counted by hand."""

from __future__ import annotations

import numpy as np
import pytest
from wijkmix.wijkmix_plugin.errors import TableError
from wijkmix.wijkmix_plugin.tables.building_stock import BuildingStock, label_of


def count(area, years=None, labels=None, n=2, minimum=4):
    stock = BuildingStock(n)
    area = np.asarray(area)
    for start in range(0, len(area), 3):  # chunks must not matter
        part = slice(start, start + 3)
        stock.add(
            area[part],
            None if years is None else years[part],
            None if labels is None else labels[part],
        )
    return stock.result(layer="panden", minimum=minimum)


def test_early_post_war_is_1945_to_1975_of_the_known_years():
    years = [1944, 1945, 1975, 1976, 0, 9999, 1005, None]
    found = count([0] * 8, years).frame
    assert found["share_earlypostwar"].tolist()[0] == 50
    assert found[["year_known", "year_unknown"]].values.tolist() == [[4, 4], [0, 0]]
    assert np.isnan(found["share_earlypostwar"][1])
    assert "0 dwellings with a known build year, 4 are needed" in found["stock_note"][1].en
    assert found["stock_note"][0] is None
    assert "share_poor_label" not in found


def test_years_that_cannot_be_are_named():
    found = count([0] * 6, [1950, 0, 9999, 0, -3, -99997])
    told = "\n".join(note.text.nl for note in found.notes)
    # A code of CBS for "missing" is no year that cannot be.
    assert "geteld als onbekend: 0 (2 x), -3 (1 x), 9999 (1 x)" in told


def test_years_may_be_text_but_no_words():
    assert count([0] * 4, ["1950", "1950", "1980", "1990"]).frame["share_earlypostwar"][0] == 50
    with pytest.raises(TableError, match="must be a number; found: oud"):
        count([0] * 4, ["1950", "oud", "1980", "1990"])


def test_poor_labels_are_e_to_g_of_those_with_a_label():
    labels = ["a++++", " E", "F", "G", "D", "H", None, "geen", "A +"]
    found = count([0, 0, 0, 0, 0, 0, 0, 1, -1], labels=labels)
    frame = found.frame
    assert frame["share_poor_label"].tolist()[0] == 60
    assert frame[["label_known", "label_unknown"]].values.tolist() == [[5, 2], [0, 1]]
    told = "\n".join(note.text.en for note in found.notes)
    assert "outside A++++ to G, counted as unknown: H (1 x)" in told
    assert "8 of 9 dwellings lie in a buurt" in told


def test_too_few_dwellings_give_no_share_for_either():
    found = count([0] * 4 + [1] * 3, [1950] * 7, ["E"] * 3 + [None] * 4).frame
    assert found["share_earlypostwar"].tolist()[0] == 100
    assert np.isnan(found["share_earlypostwar"][1])
    assert np.isnan(found["share_poor_label"]).all()
    assert "energy label" in found["stock_note"][0].en
    assert "build year" not in found["stock_note"][0].en
    assert found["stock_note"][1].nl == (
        "3 woningen met bekend bouwjaar, 4 zijn nodig; 0 woningen met een energielabel, 4 zijn "
        "nodig"
    )


def test_mostly_unknown_is_a_warning():
    def warned(unknown):
        found = count([0] * (4 + unknown), [1950] * 4 + [None] * unknown)
        return [n.text.en for n in found.notes if n.severity == "warning"]

    assert warned(4) == []
    assert warned(5) == [
        "In 1 of these buurten the build year of more than half of the dwellings is unknown."
    ]


@pytest.mark.parametrize(
    ("given", "label"),
    [("a+", "A+"), ("A ++", "A++"), ("g", "G"), ("", None), (None, None), ("A+++++", "A+++++")],
)
def test_labels_as_written(given, label):
    assert label_of(given) == label
