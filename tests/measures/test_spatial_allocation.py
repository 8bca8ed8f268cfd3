# SPDX-License-Identifier: GPL-2.0-or-later
"""Random allocation of the indices of land, neighbours and surroundings, and of the corrected D."""

from __future__ import annotations

from itertools import product

import numpy as np
import pandas as pd
import pytest
import shapely
from scipy import stats
from wijkmix.wijkmix_plugin.errors import Cancelled
from wijkmix.wijkmix_plugin.measures import inference, spatial, spatial_allocation
from wijkmix.wijkmix_plugin.measures.evenness import all_units, check
from wijkmix.wijkmix_plugin.measures.segregation import (
    BIAS_CORRECTED,
    INDICES,
    PLACE,
    SPATIAL,
    indices,
)

FILLED = ["expected", "z", "p"]
CERTAIN = ("entropy", "simpson_interaction")


def streets(n, seed=1):
    """Polygons of unequal size that share their borders, as the blocks of a town do."""
    rng = np.random.default_rng(seed)
    x, y = (np.cumsum(rng.uniform(50, 150, n + 1)) for _ in range(2))
    i, j = np.divmod(np.arange(n), max(2, int(np.sqrt(n))))
    return shapely.box(x[i], y[j], x[i + 1], y[j + 1]).astype(object)


def people(n, groups, seed=2, most=9):
    counts = np.random.default_rng(seed).integers(0, most, (n, groups)).astype(float)
    counts[:, 0] += 1
    return counts


@pytest.mark.parametrize(
    ("groups", "rest", "kernel"),
    [("ab", 0, "step"), ("abc", 0, "gaussian"), ("abc", 7, "triangular"), ("a", 9, "step")],
)
@pytest.mark.parametrize("together", [1000, 5])
def test_the_replicates_are_the_indices_of_dealt_tables(
    groups, rest, kernel, together, monkeypatch
):
    """One by one by the public function, of units of which one has no geometry."""
    n, replicates = 150, 12
    monkeypatch.setattr(inference, "_PORTION", 5 * n)
    monkeypatch.setattr(spatial_allocation, "_TOGETHER", together)
    monkeypatch.setattr(spatial_allocation, "_AT_ONCE", 64)
    monkeypatch.setattr(spatial, "_GAPS", 500)
    counts, shapes = people(n, len(groups)), streets(n)
    shapes[7] = None
    total = counts.sum(axis=1) + rest
    arguments = {"bandwidths": [120, 400], "kernel": kernel, "pairs": True}
    table = indices(counts, groups, total=total, geometry=shapes, **arguments)
    found = inference.random_allocation(
        table,
        counts,
        groups,
        total=total,
        geometry=shapes,
        kernel=kernel,
        replicates=replicates,
    )
    units = all_units(*check(counts, groups, total), "all", shapely.bounds(shapes))
    values = []
    for portion in inference._deals(units, replicates, 12345):
        for dealt in portion().counts:
            again = indices(
                dealt, groups, total=units.total, geometry=shapes[units.rows], **arguments
            )
            values.append(again["value"].to_numpy())
    values = np.array(values)
    assert set(found["index"]) >= {BIAS_CORRECTED, *PLACE, *SPATIAL}
    assert found["expected"].to_numpy() == pytest.approx(values.mean(axis=0), abs=1e-9)
    open_ones = ~found["index"].isin(CERTAIN)
    z = (found["value"] - values.mean(axis=0)) / values.std(axis=0, ddof=1)
    assert found["z"][open_ones].to_numpy() == pytest.approx(z[open_ones].to_numpy(), rel=1e-6)
    above = (values >= found["value"].to_numpy() - 1e-12).sum(axis=0) + 1
    below = (values <= found["value"].to_numpy() + 1e-12).sum(axis=0) + 1
    p = np.minimum(1, 2 * np.minimum(above, below) / (replicates + 1))
    assert found["p"][open_ones].to_numpy() == pytest.approx(p[open_ones])


@pytest.mark.parametrize("kernel", spatial.KERNELS)
def test_expected_is_the_mean_over_all_allocations(kernel):
    """Four units, fourteen people, six of the group: every way to deal them, by its chance."""
    sizes = np.array([5, 4, 3, 2])
    shapes = np.array(
        [
            shapely.box(0, 0, 2, 2),
            shapely.box(2, 0, 5, 2),
            shapely.box(0, 2, 2, 7),
            shapely.Point(),
        ],
        dtype=object,
    )
    shapes[3] = shapely.box(2, 2, 5, 3)
    arguments = {"geometry": shapes, "bandwidths": [2.5], "kernel": kernel}
    law = stats.multivariate_hypergeom(sizes, 6)
    values, chances = [], []
    for x in product(*(range(size + 1) for size in sizes)):
        if sum(x) == 6:
            counts = np.column_stack([x, sizes - x]).astype(float)
            values.append(indices(counts, "ab", **arguments)["value"].to_numpy())
            chances.append(law.pmf(x))
    values, chances = np.array(values), np.array(chances)
    assert chances.sum() == pytest.approx(1)
    expected = chances @ values
    spread = np.sqrt(chances @ (values - expected) ** 2)
    observed = np.array([[5.0, 0], [1, 3], [0, 3], [0, 2]])
    table = indices(observed, "ab", **arguments)
    replicates = 4000
    found = inference.random_allocation(
        table, observed, "ab", geometry=shapes, kernel=kernel, replicates=replicates
    )
    off = np.abs(found["expected"] - expected)
    assert (off <= 4.5 * spread / np.sqrt(replicates) + 1e-9).all()
    open_ones = spread > 1e-9
    z = (found["value"] - expected)[open_ones] / spread[open_ones]
    assert found["z"][open_ones].to_numpy() == pytest.approx(z.to_numpy(), rel=0.1, abs=0.1)
    # Two-sided by the exact distribution; 4000 replicates tell it to some hundredths.
    above = (chances[:, None] * (values >= found["value"].to_numpy() - 1e-9)).sum(axis=0)
    below = (chances[:, None] * (values <= found["value"].to_numpy() + 1e-9)).sum(axis=0)
    p = np.minimum(1, 2 * np.minimum(above, below))[open_ones]
    assert found["p"][open_ones].to_numpy() == pytest.approx(p, abs=0.04)


def test_seed_decides_and_row_order_does_not():
    n = 80
    # Few different counts: many units are told apart by their place alone.
    counts, shapes = people(n, 2, most=3), streets(n)
    order = np.random.default_rng(9).permutation(n)
    arguments = {"bandwidths": [300], "pairs": True}
    table = indices(counts, "ab", geometry=shapes, **arguments)
    first, other = (
        inference.random_allocation(table, counts, "ab", geometry=shapes, replicates=60, seed=seed)
        for seed in (12345, 6)
    )
    shuffled = inference.random_allocation(
        indices(counts[order], "ab", geometry=shapes[order], **arguments),
        counts[order],
        "ab",
        geometry=shapes[order],
        replicates=60,
    )
    pd.testing.assert_frame_equal(first, shuffled, check_exact=True)
    assert (first["z"].dropna() != other["z"].dropna()).all()
    # The people are dealt the same way whether there is a map or not.
    plain = inference.random_allocation(
        indices(counts, "ab", pairs=True), counts, "ab", replicates=60
    )
    same = first[~first["index"].isin([*PLACE, *SPATIAL])].reset_index(drop=True)
    pd.testing.assert_frame_equal(plain, same, check_exact=True)


def test_number_of_threads_changes_no_digit(monkeypatch):
    n = 400
    counts, shapes = people(n, 3), streets(n)
    table = indices(counts, "abc", geometry=shapes, bandwidths=[200, 900], kernel="gaussian")
    monkeypatch.setattr(inference, "_PORTION", 10 * n)
    found = []
    for threads in (1, 3):
        monkeypatch.setattr(inference, "_THREADS", threads)
        found.append(
            inference.random_allocation(
                table, counts, "abc", geometry=shapes, kernel="gaussian", replicates=60
            )
        )
    pd.testing.assert_frame_equal(*found, check_exact=True)


def test_areas_are_as_if_given_alone():
    n = 60
    counts, shapes, area = people(n, 2), streets(n), np.repeat(list("xyz"), n // 3)
    table = indices(counts, "ab", geometry=shapes, area=area, bandwidths=[250])
    together = inference.random_allocation(
        table, counts, "ab", geometry=shapes, area=area, replicates=40
    )
    for name in "xyz":
        part = area == name
        alone = inference.random_allocation(
            indices(counts[part], "ab", geometry=shapes[part], bandwidths=[250]),
            counts[part],
            "ab",
            geometry=shapes[part],
            replicates=40,
        )
        own = together[together["area"] == name].reset_index(drop=True)
        pd.testing.assert_frame_equal(own[FILLED], alone[FILLED], rtol=1e-9)
    every = together["index"].isin([BIAS_CORRECTED, *PLACE, *SPATIAL])
    assert together[every & together["value"].notna()][FILLED].notna().all(axis=None)


def test_a_place_that_chance_cannot_change_has_no_p():
    # Everybody is near everybody: surroundings are the whole, whoever lives where.
    counts, shapes = people(20, 2), streets(20)
    table = indices(counts, "ab", geometry=shapes, bandwidths=[1e6], which=SPATIAL)
    found = inference.random_allocation(table, counts, "ab", geometry=shapes, replicates=30)
    assert found["expected"].to_numpy() == pytest.approx(0, abs=1e-12)
    assert found[["z", "p"]].isna().all(axis=None)


def test_what_has_no_value_or_no_map_stays_empty_and_says_why():
    same = shapely.box([0, 2, 5], 0, [1, 3, 6], 1)
    counts = np.array([[6.0, 2], [2, 6], [0, 8]])
    table = indices(counts, "ab", geometry=same)
    found = inference.random_allocation(table, counts, "ab", geometry=same, replicates=30)
    for index, note in (
        ("dissimilarity_morrill", "no touching units"),
        ("absolute_concentration", "units of equal size"),
    ):
        rows = found[found["index"] == index]
        assert set(rows["note"]) == {note}
        assert rows[FILLED].isna().all(axis=None)
    assert found[found["index"] == "delta"][FILLED].notna().all(axis=None)
    without = inference.random_allocation(table, counts, "ab", replicates=30)
    rows = without[without["index"] == "delta"]
    assert set(rows["note"]) == {"no random allocation without geometry"}
    assert rows[FILLED].isna().all(axis=None)
    alone = indices(counts[:1], "ab", geometry=same[:1], bandwidths=[5])
    one = inference.random_allocation(alone, counts[:1], "ab", geometry=same[:1], replicates=30)
    assert one[FILLED].isna().all(axis=None)


def test_units_that_round_to_nobody_are_left_out_of_their_replicates():
    counts, shapes = people(30, 3) + 0.2, streets(30)
    counts[:3] = 0.1
    table = indices(counts, "abc", geometry=shapes, bandwidths=[200], pairs=True)
    found = inference.random_allocation(table, counts, "abc", geometry=shapes, replicates=30)
    defined = found["value"].notna() & ~found["index"].isin(CERTAIN)
    assert found[defined][FILLED].notna().all(axis=None)
    assert set(found["note"][found["value"].notna()]) == {"rounded to deal"}


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("kernel", ["step", "triangular", "gaussian"])
def test_a_unit_that_rounds_to_nobody_and_sees_nobody_leaves_the_others_their_chance(kernel):
    counts, shapes = people(30, 2), streets(30)
    counts[3] = 0.2, 0.1
    arguments = {"geometry": shapes, "kernel": kernel}
    table = indices(counts, "ab", which=SPATIAL, bandwidths=[1, 200], **arguments)
    found = inference.random_allocation(table, counts, "ab", replicates=19, **arguments)
    assert found[FILLED].notna().all(axis=None)


@pytest.mark.filterwarnings("error")
def test_deals_that_leave_the_groups_nobody_with_a_place_are_left_out():
    counts, total, shapes = np.array([[1.0, 0], [1, 0], [0, 1], [2, 0]]), np.full(4, 3), streets(4)
    shapes[3] = None
    total[3] = 40
    arguments = {"total": total, "geometry": shapes}
    table = indices(counts, "ab", which=SPATIAL, bandwidths=[1], **arguments)
    found = inference.random_allocation(table, counts, "ab", replicates=99, **arguments)
    rest = found[found["group"] == "a"]
    assert rest[["expected", "p"]].notna().all(axis=None)


@pytest.mark.filterwarnings("error")
def test_an_area_without_any_geometry_has_nothing_of_places():
    counts, shapes = people(10, 2), streets(10)
    shapes[5:] = None
    arguments = {"geometry": shapes, "area": list("xxxxxyyyyy")}
    table = indices(counts, "ab", bandwidths=[200], **arguments)
    found = inference.random_allocation(table, counts, "ab", replicates=19, **arguments)
    delta = found[(found["index"] == "delta") & (found["area"] == "y")]
    assert set(delta["note"]) == {"units without geometry left out"}
    assert delta[["value", *FILLED]].isna().all(axis=None)
    others = found[(found["index"] == "delta") & (found["area"] == "x")]
    assert others[["value", *FILLED]].notna().all(axis=None)


def test_progress_rises_and_a_stop_is_heeded_between_blocks():
    n = 500
    counts, shapes = people(n, 2), streets(n)
    area = np.repeat(list("vw"), n // 2)
    table = indices(counts, "ab", geometry=shapes, area=area, bandwidths=[200, 400])
    seen = []
    arguments = {"geometry": shapes, "area": area, "replicates": 20}
    inference.random_allocation(table, counts, "ab", progress=seen.append, **arguments)
    assert seen == sorted(seen)
    assert seen[-1] == pytest.approx(100)
    assert len([percent for percent in seen if percent > 30]) > 8
    seen.clear()
    with pytest.raises(Cancelled):
        inference.random_allocation(
            table,
            counts,
            "ab",
            progress=seen.append,
            cancelled=lambda: bool(seen) and seen[-1] > 40,
            **arguments,
        )
    assert seen[-1] < 60


@pytest.mark.parametrize("kernel", spatial.KERNELS)
def test_sums_of_people_are_exact_in_any_order(kernel):
    """A weight is off by no more than half a unit of what 52 bits leave beside the people."""
    rng = np.random.default_rng(5)
    points = rng.uniform(0, 3000, (300, 2))
    blocks = spatial.Blocks(points, kernel)
    counts = rng.integers(0, 500, (300, 2, 3))
    total = counts.sum(axis=(1, 2))
    some = spatial_allocation.Allocations(blocks, counts, total, everybody=False)
    near = np.concatenate([some._near(block, 500.0, lambda: None) for block in range(len(blocks))])
    columns = np.column_stack([counts.reshape(300, -1), total])[np.argsort(blocks.order)]
    expected = spatial.surroundings(points, columns.astype(float), [500.0], kernel)[0]
    expected = expected[blocks.order]
    most = total.sum() * 2.0 ** (int(total.sum()).bit_length() - 53)
    assert np.abs(near[:, :2].reshape(300, -1) - expected[:, :-1]).max() <= most + 1e-9
    assert np.abs(near[:, 2, 0] - expected[:, -1]).max() <= most + 1e-9
    grid = near * 2.0 ** (52 - int(total.sum()).bit_length())
    assert (grid == np.rint(grid)).all()


def test_every_index_is_dealt():
    counts, shapes = people(40, 3), streets(40)
    table = indices(counts, "abc", geometry=shapes, bandwidths=[200], pairs=True)
    assert set(table["index"]) == set(INDICES)
    found = inference.random_allocation(table, counts, "abc", geometry=shapes, replicates=30)
    assert found["expected"].notna().all()
    assert set(found["note"]) == {None}, found[found["note"].notna()]
    assert found[~found["index"].isin(CERTAIN)][FILLED].notna().all(axis=None)
