# SPDX-License-Identifier: GPL-2.0-or-later
"""Blocks from streets and panden, on towns drawn by hand."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from wijkmix.wijkmix_plugin.errors import Cancelled, GeometryError, MeasureError
from wijkmix.wijkmix_plugin.measures.street_blocks import build


def lines(*texts):
    return np.array([shapely.from_wkt(f"LINESTRING({text})") for text in texts], dtype=object)


def boxes(*corners):
    return np.array([shapely.box(*c) for c in corners], dtype=object)


# Two blocks of 100 by 100 m side by side, a third without houses, and a dead end in the first.
STREETS = lines(
    "0 0, 300 0",
    "0 100, 300 100",
    "0 0, 0 100",
    "100 0, 100 100",
    "200 0, 200 100",
    "300 0, 300 100",
    "50 0, 50 40",
)
PANDEN = boxes(
    (10, 10, 20, 20),  # the first block
    (60, 60, 90, 90),
    (95, 10, 115, 20),  # 5 of 20 m in the first, 15 in the second
    (150, 50, 160, 60),  # the second
    (400, 400, 410, 410),  # beyond all streets
)
COUNTS = np.array([[10.0, 0], [0, 20], [4, 4], [1, 2], [7, 7]])


def test_blocks_of_a_town_drawn_by_hand():
    built = build(STREETS, PANDEN, COUNTS)
    assert [shapely.bounds(s).tolist() for s in built.shapes] == [
        [0, 0, 100, 100],
        [100, 0, 200, 100],
    ]
    assert built.block.tolist() == [0, 0, 1, 1, -1]
    assert built.n_panden.tolist() == [2, 2]
    assert built.built.tolist() == [100 + 900, 200 + 100]
    assert built.counts.tolist() == [[10, 20], [5, 6]]
    dead_end, blocks, dwellings = (note.en for note in built.notes)
    assert "1 pieces of street (40 m) enclose nothing" in dead_end
    assert "2 blocks" in blocks
    assert "1 faces have none" in blocks
    assert "proxy" in blocks
    assert "1 of 5 panden lie in two" in blocks
    assert "1 lie in none" in blocks
    assert "41 dwellings are counted in blocks; 14 lie in no block" in dwellings
    assert all("benadering" in note.nl for note in built.notes[1:2])


def test_roads_as_areas_leave_the_blocks_between_them():
    roads = np.array([shapely.buffer(s, 5, cap_style="square") for s in STREETS[:6]])
    built = build(roads, PANDEN, COUNTS)
    assert built.n_panden.tolist() == [2, 2]
    np.testing.assert_allclose(shapely.bounds(built.shapes), [[5, 5, 95, 95], [105, 5, 195, 95]])
    assert built.block.tolist() == [0, 0, 1, 1, -1]


def test_dwellings_follow_their_pand_and_else_the_face():
    places = np.array(
        [
            [15.0, 15],
            [97, 15],  # in the first face, but its pand went to the second block
            [50, 90],  # in no pand
            [250, 50],  # in a face without panden
            [405, 405],  # in a pand without block
            [np.nan, 0],
        ]
    )
    counts = np.eye(6)
    built = build(STREETS, PANDEN, counts, places=places)
    assert built.counts.tolist() == [[1, 0, 1, 0, 0, 0], [0, 1, 0, 0, 0, 0]]
    assert "3 dwellings are counted in blocks; 3 lie in no block" in built.notes[-1].en


def test_a_block_with_an_unknown_pand_has_no_counts():
    counts = COUNTS.copy()
    counts[1] = np.nan
    built = build(STREETS, PANDEN, counts)
    assert np.isnan(built.counts[0]).all()
    assert built.counts[1].tolist() == [5, 6]
    assert "1 blocks have no counts" in built.notes[-1].en


def test_without_counts_there_are_only_panden():
    built = build(STREETS, PANDEN)
    assert built.counts is None
    assert built.n_panden.tolist() == [2, 2]
    assert len(built.notes) == 2


def test_order_of_streets_and_panden_does_not_matter():
    rng = np.random.default_rng(1)
    one = build(STREETS, PANDEN, COUNTS)
    streets, panden = rng.permutation(len(STREETS)), rng.permutation(len(PANDEN))
    other = build(STREETS[streets], PANDEN[panden], COUNTS[panden])
    assert shapely.equals(one.shapes, other.shapes).all()
    np.testing.assert_array_equal(one.counts, other.counts)
    np.testing.assert_array_equal(one.block[panden], other.block)


def test_streets_that_cross_without_a_node_enclose_as_well():
    streets = lines("0 -10, 0 110", "100 -10, 100 110", "-10 0, 110 0", "-10 100, 110 100")
    built = build(streets, PANDEN[:2])
    assert len(built.shapes) == 1
    assert "8 pieces of street (80 m)" in built.notes[0].en


@pytest.mark.parametrize(
    ("streets", "panden", "message"),
    [
        (lines("0 0, 300 0", "0 100, 300 100"), PANDEN, "enclose nothing"),
        (STREETS[:0], PANDEN, "0 usable"),
        (shapely.points([[0.0, 0.0]]), PANDEN, "0 usable"),
        (np.array([STREETS[0], PANDEN[0]]), PANDEN, "all of one kind"),
        (STREETS, PANDEN[:0], "no polygon"),
        (STREETS, np.array([None, shapely.Point(1, 1)]), "no polygon"),
        (STREETS, PANDEN[4:], "None of the 1 panden lies in one of the 3 faces"),
    ],
)
def test_refusals(streets, panden, message):
    with pytest.raises(GeometryError, match=message):
        build(streets, panden)


def test_a_gap_between_streets_is_not_closed():
    """The fourth side stops a metre short: nothing is guessed."""
    streets = lines("0 0, 100 0", "100 0, 100 100", "100 100, 0 100", "0 100, 0 1")
    with pytest.raises(GeometryError, match="leaves a gap"):
        build(streets, PANDEN)


def test_negative_counts_and_cancel():
    with pytest.raises(MeasureError, match="below 0"):
        build(STREETS, PANDEN, -COUNTS)
    with pytest.raises(Cancelled):
        build(STREETS, PANDEN, cancelled=lambda: True)
