# SPDX-License-Identifier: GPL-2.0-or-later
"""The mosaic index against chance, its classes, patches, edges and surroundings."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from scipy.stats import hypergeom
from wijkmix.wijkmix_plugin.errors import Cancelled, MeasureError
from wijkmix.wijkmix_plugin.measures.mosaic import (
    THETAS,
    Limits,
    assign,
    edge_contrast,
    mosaic,
    patch_sizes,
    surroundings_minus_block,
)
from wijkmix.wijkmix_plugin.measures.scale import mosaic_index

CASES = {
    "A": ([(100, 0), (0, 100)] * 2, "mosaic"),
    "B": ([(50, 50)] * 4, "fine"),
    "C": ([(100, 0)] * 4, "one-sided"),
    "D": ([(90, 10), (10, 90)] * 2, "between"),
    "E": ([(100, 0)] * 4 + [(0, 100)], "mosaic"),
    "F": ([(80, 20)] * 5, "fine"),
}


@pytest.mark.parametrize("case", CASES)
def test_the_four_classes(case):
    blocks, expected = CASES[case]
    row = mosaic(np.array(blocks, float), [case] * len(blocks), replicates=99).loc[case]
    assert row["mosaic_class"] == expected
    assert row["mosaic_corrected"] == pytest.approx(row["mosaic"] - row["mosaic_expected"])


def test_limits_move_the_classes():
    blocks = np.array(CASES["D"][0], float)
    row = mosaic(blocks, ["D"] * 4, replicates=99, limits=Limits(mosaic=0.5)).loc["D"]
    assert row["mosaic_class"] == "mosaic"


def expected_by_formula(sizes, totals):
    """Exact mean of the index over all allocations: one hypergeometric distribution per block."""
    T = sum(totals)

    def f(x):
        return np.where(x > 0, x * np.log(np.maximum(x, 1)), 0.0)

    inside = 0.0
    for t in sizes:
        inside += f(np.array(t))
        for total in totals:
            x = np.arange(t + 1)
            inside -= (hypergeom.pmf(x, T, total, t) * f(x)).sum()
    whole = f(np.array(T)) - sum(f(np.array(total)) for total in totals)
    return (whole - inside) / (T * np.log(len(totals)))


@pytest.mark.parametrize(
    ("size", "published"), [(5, 0.2155), (10, 0.0981), (20, 0.0463), (50, 0.0179), (100, 0.0090)]
)
def test_chance_alone_agrees_with_the_exact_mean_and_the_published_table(size, published):
    n = 40
    totals = (size * n * 2 // 5, size * n * 2 // 5, size * n // 5)
    counts = np.tile([size * 0.4, size * 0.4, size * 0.2], (n, 1))
    row = mosaic(counts, ["w"] * n, replicates=2000).loc["w"]
    exact = expected_by_formula([size] * n, totals)
    assert row["mosaic_expected"] == pytest.approx(exact, rel=0.01)
    assert exact == pytest.approx(published, rel=0.03)


def test_random_wijken_have_a_corrected_mean_near_zero():
    rng = np.random.default_rng(3)
    counts = rng.multinomial(12, [0.4, 0.4, 0.2], size=2000).astype(float)
    table = mosaic(counts, np.arange(2000) // 40, replicates=199)
    assert abs(table["mosaic_corrected"].mean()) < 0.01
    assert abs(table["mosaic_z"].mean()) < 0.5
    assert 0.6 < table["mosaic_z"].std() < 1.5


def test_whole_panden_are_a_stricter_chance():
    """Uniform panden: dwellings dealt one by one look like a mosaic, whole panden do not."""
    rng = np.random.default_rng(4)
    panden = np.zeros((200, 2))
    panden[np.arange(200), rng.integers(0, 2, 200)] = 20
    block = np.arange(200) // 4
    wijk = ["w"] * 200
    moved = mosaic(panden, wijk, blocks=block, replicates=499).loc["w"]
    sums = panden.reshape(50, 4, 2).sum(axis=1)
    dealt = mosaic(sums, ["w"] * 50, replicates=499).loc["w"]
    assert moved["mosaic"] == pytest.approx(dealt["mosaic"], abs=1e-12)
    assert moved["n_blocks"] == dealt["n_blocks"] == 50
    assert abs(moved["mosaic_z"]) < 3
    assert dealt["mosaic_z"] > 10


def test_moved_panden_against_every_order_by_hand():
    """Two blocks of two panden, two of each class: 4 of 6 orders mix both blocks, 2 neither."""
    panden = np.array([[10.0, 0], [10, 0], [0, 10], [0, 10]])
    row = mosaic(panden, ["w"] * 4, blocks=[1, 1, 2, 2], replicates=9999).loc["w"]
    assert row["mosaic"] == 1
    assert row["mosaic_expected"] == pytest.approx(1 / 3, abs=0.02)
    assert row["mosaic_z"] == pytest.approx((2 / 3) / np.sqrt(2 / 9), rel=0.03)


def test_rows_in_any_order_and_seeds():
    rng = np.random.default_rng(7)
    counts = rng.integers(0, 30, (200, 3)) + 0.25
    wijk = np.array([f"w{i // 50}" for i in range(200)])
    mixed = rng.permutation(200)
    one = mosaic(counts, wijk, replicates=99)
    other = mosaic(counts[mixed], wijk[mixed], replicates=99)
    np.testing.assert_allclose(
        one.drop(columns="mosaic_class").to_numpy(float),
        other.drop(columns="mosaic_class").to_numpy(float),
        rtol=1e-9,
    )
    assert (
        mosaic(counts, wijk, replicates=99, seed=1)["mosaic_expected"]
        .ne(one["mosaic_expected"])
        .all()
    )
    assert mosaic(counts, wijk, replicates=0)["mosaic_expected"].isna().all()


def test_one_block_and_empty_wijken():
    counts = np.array([[5.0, 5], [0, 0], [np.nan, 3], [9, 0]])
    table = mosaic(counts, ["one", "empty", "hidden", "pure"], replicates=99)
    assert table.index.tolist() == ["one", "pure"]
    assert table.loc["one", "mosaic"] == 0
    assert table.loc["one", "mosaic_class"] is None
    assert np.isnan(table.loc["one", "mosaic_z"])
    assert table.loc["pure", "mosaic_class"] == "one-sided"
    assert np.isnan(table.loc["pure", "theil_h"])
    assert mosaic(counts, [None] * 4, replicates=99).empty


def test_refused_and_cancelled():
    counts = np.array([[5.0, 5], [5, 5]])
    wrong = np.array([[5.0, 5], [-1, 9]])
    for measure in (mosaic, mosaic_index):
        with pytest.raises(MeasureError, match="Field 1 of unit 2 holds -1"):
            measure(wrong, ["W", "W"])
    with pytest.raises(MeasureError, match="at least 2"):
        mosaic(counts, ["w", "w"], replicates=1)
    with pytest.raises(Cancelled):
        mosaic(counts, ["w", "w"], cancelled=lambda: True)


# -- patches: the same half A, half B on a grid of 4 x 4, in three layouts

GRID = np.array([shapely.box(i % 4, i // 4, i % 4 + 1, i // 4 + 1) for i in range(16)])
X, Y = np.arange(16) % 4, np.arange(16) // 4
LAYOUTS = {"chessboard": (X + Y) % 2, "tiles": (X // 2 + Y // 2) % 2, "halves": X // 2}


@pytest.mark.parametrize(("layout", "size"), [("chessboard", 1), ("tiles", 4), ("halves", 8)])
def test_patch_size(layout, size):
    counts = np.column_stack([LAYOUTS[layout], 1 - LAYOUTS[layout]]).astype(float)
    effective, mixed = patch_sizes(counts, GRID, np.zeros(16, int))
    assert effective.tolist() == [[size]] * len(THETAS)
    assert (mixed == 0).all()


def test_patches_by_theta_and_parent():
    counts = np.array([[8.0, 2]] * 4 + [[1, 9]] * 4 + [[5, 5]] * 4 + [[np.nan, 1]] * 4)
    parents = np.array([0] * 8 + [1] * 8)
    effective, mixed = patch_sizes(counts, GRID, parents)
    np.testing.assert_allclose(effective[:, 0], [40, 40, 40, 40])
    np.testing.assert_allclose(mixed[:, 0], [0, 0, 0, 40])  # 0.8 is not 0.9
    assert np.isnan(effective[:, 1]).all()
    np.testing.assert_allclose(mixed[:, 1], 40)
    with pytest.raises(MeasureError, match=r"more than 0\.5"):
        patch_sizes(counts, GRID, parents, [0.5])


def test_a_street_between_blocks_is_bridged_by_the_tolerance():
    apart = np.array([shapely.box(0, 0, 50, 50), shapely.box(60, 0, 110, 50)])
    counts = np.array([[10.0, 0], [10, 0]])
    parents = np.zeros(2, int)
    assert patch_sizes(counts, apart, parents, [0.8])[0][0, 0] == 10
    assert patch_sizes(counts, apart, parents, [0.8], tolerance=11)[0][0, 0] == 20


def test_edge_contrast_by_hand():
    shapes = np.array([shapely.box(0, 0, 1, 2), shapely.box(1, 0, 2, 2), shapely.box(0, 2, 1, 3)])
    contrast, steepest = edge_contrast(np.array([0.2, 0.5, 1.0]), shapes, np.array([0, 0, 0]))
    # A border of 2 with 0.3, one of 1 with 0.8.
    assert contrast[0] == pytest.approx((2 * 0.3 + 1 * 0.8) / 3)
    np.testing.assert_allclose(steepest, [0.8, 0.3, 0.8])
    contrast, steepest = edge_contrast(np.array([0.2, np.nan, 1.0]), shapes, np.array([0, 0, 1]))
    assert np.isnan(contrast).all()
    np.testing.assert_allclose(steepest, [0.8, np.nan, 0.8])


def test_surroundings_minus_block_by_hand():
    points = np.array([[0.0, 0], [100, 0], [1000, 0]])
    counts = np.array([[10.0, 0], [0, 10], [5, 5]])
    delta = surroundings_minus_block(counts, points, [50, 100, 1000])
    np.testing.assert_allclose(delta[0], [0, 0, 0], atol=1e-12)
    np.testing.assert_allclose(delta[1], [1, 1, 0], atol=1e-12)
    np.testing.assert_allclose(delta[2], [1, 1, 0], atol=1e-12)
    points[1] = np.nan
    delta = surroundings_minus_block(counts, points, [1000])
    assert np.isnan(delta[0, 1])


# -- blocks on a border


def test_the_larger_part_decides_and_straddling_is_counted():
    parents = np.array([shapely.box(0, 0, 10, 10), shapely.box(10, 0, 20, 10)])
    blocks = np.array(
        [
            shapely.box(0, 0, 2, 2),
            shapely.box(9, 0, 13, 2),  # 1 of 4 in the first
            shapely.box(8, 5, 10, 6),  # touches the second
            shapely.box(30, 0, 31, 1),
            shapely.Point(15, 5),
            None,
            shapely.box(7, 0, 11, 2),  # 3 of 4 in the first
        ],
        dtype=object,
    )
    result = assign(blocks, parents)
    assert result.parent.tolist() == [0, 1, 0, -1, 1, -1, 0]
    assert result.straddles.tolist() == [False, True, False, False, False, False, True]


def test_blocks_of_another_place_get_no_parent():
    far = np.array([shapely.box(900, 900, 910, 910)])
    found = assign(far, np.array([shapely.box(0, 0, 100, 100)]))
    assert found.parent.tolist() == [-1]
    assert found.straddles.tolist() == [False]


def test_a_block_that_only_touches_or_lies_mostly_outside_has_no_parent():
    parents = np.array([shapely.box(0, 0, 10, 10), shapely.box(10, 0, 20, 10)])
    bowtie = shapely.Polygon([(4, 4), (6, 6), (6, 4), (4, 6)])
    blocks = np.array(
        [
            shapely.box(20, 0, 30, 10),  # shares a border with the second
            shapely.box(-99, 0, 1, 10),  # 1 of 100 inside
            shapely.box(-1, 0, 1, 10),  # half inside
            shapely.box(-1, 0, 2, 10),  # two of three inside
            shapely.box(8, 9, 11, 16),  # 2 + 1 of 21 inside
            shapely.box(7, 8, 11, 11),  # 6 + 2 of 12 inside
            shapely.Point(0, 5),
            shapely.transform(bowtie, lambda xy: xy - [5, 0]),  # half inside
        ],
        dtype=object,
    )
    result = assign(blocks, parents)
    assert result.parent.tolist() == [-1, -1, 0, 0, -1, 0, 0, 0]
    assert result.straddles.tolist() == [False] * 5 + [True, False, False]
