# SPDX-License-Identifier: GPL-2.0-or-later
"""The mosaic index against hand-computed wijken."""

from __future__ import annotations

import numpy as np
import pytest

from wijkmix.wijkmix_plugin.measures.scale import mosaic_index

# case: blocks (koop, corporatie) -> D*_w, mean block diversity, H, HBHW
CASES = {
    "mosaic": ([(100, 0), (0, 100)] * 2, 1, 0, 1, 1),
    "fine": ([(50, 50)] * 4, 1, 1, 0, 0),
    "one-sided": ([(100, 0)] * 4, 0, 0, None, 0),
    "between": ([(90, 10), (10, 90)] * 2, 1, 0.468996, 0.531004, 0.531004),
    "80/20 mosaic": ([(100, 0)] * 4 + [(0, 100)], 0.721928, 0, 1, 0.721928),
    "80/20 fine": ([(80, 20)] * 5, 0.721928, 0.721928, 0, 0),
}


@pytest.mark.parametrize("case", CASES)
def test_two_class_wijken(case):
    blocks, wijk, block, theil, mosaic = CASES[case]
    row = mosaic_index(np.array(blocks, float), ["W"] * len(blocks)).loc["W"]
    assert row["wijk_diversity"] == pytest.approx(wijk, abs=1e-6)
    assert row["block_diversity"] == pytest.approx(block, abs=1e-6)
    assert row["mosaic"] == pytest.approx(mosaic, abs=1e-6)
    if theil is None:
        assert np.isnan(row["theil_h"])
    else:
        assert row["theil_h"] == pytest.approx(theil, abs=1e-6)


BLOCKS = np.array(
    [(90, 5, 5), (10, 80, 10), (10, 85, 5), (70, 10, 20), (5, 95, 0), (0, 100, 0), (10, 80, 10), (20, 70, 10)],
    float,
)


def test_block_and_buurt_variant_differ():
    """A clear mosaic of blocks is invisible on buurten: buurt data cannot test the ninth insight."""
    block = mosaic_index(BLOCKS, ["W1"] * 4 + ["W2"] * 4)["mosaic"]
    assert block.tolist() == pytest.approx([0.328193, 0.073444], abs=1e-6)
    buurten = BLOCKS.reshape(4, 2, 3).sum(axis=1)
    buurt = mosaic_index(buurten, ["W1", "W1", "W2", "W2"])["mosaic"]
    assert buurt.tolist() == pytest.approx([0.006041, 0.060786], abs=1e-6)


def test_units_without_dwellings_or_parent_are_left_out():
    counts = np.vstack([BLOCKS, [[np.nan] * 3, [0, 0, 0], [5, 5, 5]]])
    table = mosaic_index(counts, ["W1"] * 4 + ["W2"] * 4 + ["W1", "W1", None])
    assert table["n_blocks"].tolist() == [4, 4]
    assert table["mosaic"].tolist() == pytest.approx([0.328193, 0.073444], abs=1e-6)
