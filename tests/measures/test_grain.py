# SPDX-License-Identifier: GPL-2.0-or-later
"""What a scan tells about scale, on a small gemeente that can be computed by hand."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from wijkmix.wijkmix_plugin.errors import MeasureError
from wijkmix.wijkmix_plugin.measures import grain, mosaic, segregation

GROUPS = ("koop", "corp", "overig")
# Two wijken of two buurten of two blocks of 100 dwellings.
BLOCKS = np.array(
    [
        *([90, 5, 5], [10, 80, 10], [10, 85, 5], [70, 10, 20]),
        *([5, 95, 0], [0, 100, 0], [10, 80, 10], [20, 70, 10]),
    ],
    dtype=float,
)
WIJK = np.repeat(["W1", "W2"], 4).astype(object)
BUURT = np.repeat(["B11", "B12", "B21", "B22"], 2).astype(object)
GEMEENTE = np.full(8, "G", dtype=object)
SQUARES = np.array([shapely.box(100 * i, 0, 100 * i + 100, 100) for i in range(8)])


def row(table, level, area):
    return table[(table["area_level"] == level) & (table["area"] == area)].iloc[0]


def test_spectrum_of_the_gemeente():
    levels = {"gemeente": GEMEENTE, "wijk": WIJK, "buurt": BUURT}
    table, notes = grain.spectrum(BLOCKS, GROUPS, levels, "block")
    found = row(table, "gemeente", "G")
    names = ["spectrum_wijk", "spectrum_buurt", "spectrum_block", "spectrum_within"]
    expected = [0.126362, 0.044559, 0.223244, 0.605835]
    assert found[names].tolist() == pytest.approx(expected, abs=1e-6)
    assert found["n_units"] == 8
    assert found["n_total"] == 800
    assert not notes
    whole = row(table, "all", "all")
    assert whole["spectrum_gemeente"] == pytest.approx(0, abs=1e-12)
    parts = [name for name in grain.PARTS if name in table]
    assert table[parts].sum(axis=1).tolist() == pytest.approx([1.0] * len(table), abs=1e-9)


def test_the_same_index_at_every_level():
    levels = {"gemeente": GEMEENTE, "wijk": WIJK, "buurt": BUURT}
    table, _ = grain.spectrum(BLOCKS, GROUPS, levels, "block")
    found = row(table, "gemeente", "G")
    names = [f"theil_h_{level}" for level in ("wijk", "buurt", "block")]
    assert found[names].tolist() == pytest.approx([0.126362, 0.170921, 0.394165], abs=1e-6)
    names = [f"dissimilarity_{level}" for level in ("wijk", "buurt", "block")]
    assert found[names].tolist() == pytest.approx([0.494352, 0.494352, 0.715615], abs=1e-6)
    # On any dwellings D never falls from a level to a finer one.
    rng = np.random.default_rng(3)
    for _ in range(20):
        counts = rng.integers(1, 100, (8, 3)).astype(float)
        table, _ = grain.spectrum(counts, GROUPS, levels, "block")
        steps = row(table, "all", "all")[["dissimilarity_gemeente", *names]].to_numpy(float)
        assert (np.diff(steps) >= -1e-12).all()


def test_h_of_surroundings_is_that_of_the_index():
    found = grain.grain(BLOCKS, GROUPS, SQUARES, WIJK, BUURT, replicates=99)
    table = segregation.indices(
        BLOCKS,
        GROUPS,
        which=["spatial_theil_h"],
        geometry=SQUARES,
        bandwidths=[float(radius) for radius in grain.RADII],
    )
    table = table[table["group"] == "all"].set_index("bandwidth")["value"]
    assert list(found.around) == list(grain.RADII)
    for radius, value in found.around.items():
        assert value == pytest.approx(table[radius], abs=1e-12)
    assert found.ratio == pytest.approx(table[1000] / table[100])
    alike = grain.grain(np.tile([1.0, 1, 1], (8, 1)), GROUPS, SQUARES, WIJK, BUURT, replicates=2)
    assert np.isnan(alike.ratio)


def test_buurten_alone_hide_what_blocks_show():
    buurten = BLOCKS.reshape(4, 2, 3).sum(axis=1)
    levels = {"gemeente": GEMEENTE[::2], "wijk": WIJK[::2]}
    table, _ = grain.spectrum(buurten, GROUPS, levels, "buurt")
    assert "spectrum_block" not in table
    found = row(table, "wijk", "W1")
    # Mosaic index 0.006041 on buurten = diversity of the wijk times this share.
    diversity = mosaic.mosaic(BLOCKS, WIJK, replicates=0).loc["W1", "wijk_diversity"]
    assert found["spectrum_buurt"] * diversity == pytest.approx(0.006041, abs=1e-6)
    assert found["spectrum_buurt"] + found["spectrum_within"] == pytest.approx(1, abs=1e-12)
    assert np.isnan(row(table, "gemeente", "G").get("spectrum_gemeente", np.nan))


def test_a_wijk_that_is_hardly_mixed_has_no_shares():
    counts = np.array([[100.0, 0, 0], [99.0, 1, 0], [50, 50, 0]])
    table, _ = grain.spectrum(counts, GROUPS, {"wijk": ["A", "A", "B"]}, "buurt")
    assert np.isnan(row(table, "wijk", "A")["spectrum_within"])
    assert row(table, "wijk", "B")["spectrum_within"] == pytest.approx(1)


def test_a_level_without_codes_is_dropped_and_said():
    levels = {"gemeente": GEMEENTE, "wijk": [None] * 8}
    table, notes = grain.spectrum(BLOCKS, GROUPS, levels, "buurt")
    assert "spectrum_wijk" not in table
    found = row(table, "gemeente", "G")
    assert found["spectrum_buurt"] + found["spectrum_within"] == pytest.approx(1)
    assert "wijk" in notes[0].nl


def test_units_without_a_code_are_counted():
    wijk = WIJK.copy()
    wijk[0] = None
    table, notes = grain.spectrum(BLOCKS, GROUPS, {"gemeente": GEMEENTE, "wijk": wijk}, "buurt")
    assert row(table, "gemeente", "G")["n_total"] == 700
    assert notes[0].en.startswith("1 units with 100 dwellings")


def test_levels_that_do_not_nest_are_refused():
    gemeente = np.array(["G", "H"] * 4, dtype=object)
    with pytest.raises(MeasureError, match="W1"):
        grain.spectrum(BLOCKS, GROUPS, {"gemeente": gemeente, "wijk": WIJK}, "buurt")


def test_blocks_tell_about_wijk_and_buurt():
    found = grain.grain(BLOCKS, GROUPS, SQUARES, WIJK, BUURT, replicates=99)
    wijken = found.wijken
    assert wijken["mosaic"].tolist() == pytest.approx([0.328193, 0.073444], abs=1e-6)
    assert wijken["block_dwellings"].tolist() == [400, 400]
    # W2, theta 0.8: blocks of 95, 100 and 80 % corporation touch and make one patch of 300.
    assert wijken.loc["W2", "patch_size"] == wijken.loc["W2", "patch_size_80"] == 300
    assert wijken.loc["W2", "mixed_dwellings"] == 100
    # W1: koop 100, then two corporation blocks together 200; the last one is mixed.
    assert wijken.loc["W1", "patch_size_80"] == pytest.approx((100**2 + 200**2) / 300)
    assert wijken.loc["W1", "patch_size_90"] == 100
    assert wijken.loc["W1", "edge_contrast"] == pytest.approx((0.75 + 0.05 + 0.75) / 3)
    own = -(0.9 * np.log(0.9) + 0.1 * np.log(0.05)) / np.log(3)
    other = -(0.8 * np.log(0.8) + 0.2 * np.log(0.1)) / np.log(3)
    b11 = found.buurten.loc["B11"]
    assert b11["block_div"] == pytest.approx((own + other) / 2)
    # The middle of a neighbour is 100 m away: within 50 m there is the block alone.
    assert b11["env_minus_block_50"] == 0
    assert b11["env_minus_block_100"] > 0.1
    # Within 2 km lies everything: E of the gemeente, for every block.
    everywhere = (0.823822 - (own + other) / 2 * np.log(3)) / np.log(3)
    assert b11["env_minus_block_2000"] == pytest.approx(everywhere, abs=1e-6)
    assert wijken.loc["W1", "env_minus_block_50"] == 0


def test_points_have_no_patches_and_limits_decide_the_class():
    points = shapely.centroid(SQUARES)
    strict = grain.grain(BLOCKS, GROUPS, points, WIJK, BUURT, replicates=99)
    assert strict.wijken["patch_size"].isna().all()
    assert strict.wijken["edge_contrast"].isna().all()
    assert strict.wijken.loc["W1", "mosaic_class"] == "between"
    lenient = mosaic.Limits(diversity=0.3, mosaic=0.3, fine=0.2)
    found = grain.grain(BLOCKS, GROUPS, points, WIJK, BUURT, replicates=99, limits=lenient)
    assert found.wijken.loc["W1", "mosaic_class"] == "mosaic"


def test_a_block_without_counts_or_wijk_takes_no_part():
    counts, wijk = BLOCKS.copy(), WIJK.copy()
    counts[0] = np.nan
    wijk[7] = None
    found = grain.grain(counts, GROUPS, SQUARES, wijk, BUURT, replicates=99)
    assert found.wijken["block_dwellings"].tolist() == [300, 300]
    assert found.wijken["n_blocks"].tolist() == [3, 3]
    assert found.buurten.loc["B11", "env_minus_block_50"] == 0


def test_no_usable_block_gives_empty_tables():
    found = grain.grain(BLOCKS * np.nan, GROUPS, SQUARES, WIJK, BUURT, replicates=99)
    assert found.wijken.empty
    assert found.buurten.empty
    assert np.isnan(found.around[500])
    assert np.isnan(found.ratio)
