# SPDX-License-Identifier: GPL-2.0-or-later
"""Surroundings, shared borders and the indices of places."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from wijkmix.wijkmix_plugin.errors import Cancelled, MeasureError
from wijkmix.wijkmix_plugin.measures import spatial
from wijkmix.wijkmix_plugin.measures.segregation import (
    BIAS_CORRECTED,
    INDICES,
    MANY_GROUPS,
    SPATIAL,
    indices,
)


def brute(points, counts, bandwidth, kernel):
    d = np.hypot(*(points[:, None, :] - points[None, :, :]).transpose(2, 0, 1))
    weight = {
        "step": (d <= bandwidth).astype(float),
        "triangular": np.maximum(0, 1 - d / bandwidth),
        "gaussian": np.where(d <= 4 * bandwidth, np.exp(-(d**2) / (2 * bandwidth**2)), 0),
    }[kernel]
    return weight @ counts


@pytest.mark.parametrize("kernel", spatial.KERNELS)
@pytest.mark.parametrize("n", [1, 2, 127, 128, 129, 700])
def test_surroundings_are_those_of_the_full_matrix(kernel, n):
    rng = np.random.default_rng(n)
    points = rng.uniform(0, 5000, (n, 2))
    points[n // 2 :] = np.round(points[n // 2 :], -2)  # many on the same spot or the same line
    counts = rng.gamma(1, 100, (n, 3))
    found = spatial.surroundings(points, counts, [100, 700, 20_000], kernel)
    for scale, bandwidth in enumerate([100, 700, 20_000]):
        expected = brute(points, counts, bandwidth, kernel)
        assert found[scale] == pytest.approx(expected, rel=1e-12)


def test_a_distance_equal_to_the_bandwidth_counts():
    points, counts = np.array([[0.0, 0], [300, 400], [600, 800]]), np.eye(3)
    found = spatial.surroundings(points, counts, [500], "step")[0]
    assert found.tolist() == [[1, 1, 0], [1, 1, 1], [0, 1, 1]]
    assert (
        spatial.surroundings(points, counts, [500], "triangular")[0].tolist() == np.eye(3).tolist()
    )


def test_distances_are_held_in_portions(monkeypatch):
    rng = np.random.default_rng(3)
    points, counts = rng.uniform(0, 10, (600, 2)), rng.gamma(1, 100, (600, 2))
    whole = spatial.surroundings(points, counts, [8])
    monkeypatch.setattr(spatial, "_DISTANCES", 128 * 128)
    assert spatial.surroundings(points, counts, [8]) == pytest.approx(whole, rel=1e-12)


def test_surroundings_report_stop_and_refuse():
    seen = []
    points, counts = np.random.default_rng(1).uniform(0, 10, (300, 2)), np.ones((300, 1))
    spatial.surroundings(points, counts, [1], progress=seen.append)
    assert seen == sorted(seen)
    assert seen[-1] == 100
    with pytest.raises(Cancelled):
        spatial.surroundings(points, counts, [1], cancelled=lambda: True)
    with pytest.raises(MeasureError, match="no kernel square"):
        spatial.surroundings(points, counts, [1], "square")
    # Asked more often than once for each block of 128: near a large bandwidth a million may lie.
    asked = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(spatial, "_DISTANCES", 128 * 128)
        spatial.surroundings(points, counts, [99], cancelled=lambda: asked.append(1))
    assert len(asked) >= 3 * 3
    for bandwidth in (0, -1, np.nan, np.inf):
        with pytest.raises(MeasureError, match="is not a distance"):
            spatial.surroundings(points, counts, [bandwidth])


# -- the indices of surroundings


def reference(counts, near):
    """The three indices from their definitions (Reardon and O'Sullivan 2004), term by term."""
    t, total = counts.sum(axis=1), counts.sum()
    overall = counts.sum(axis=0) / total
    pi = near / near.sum(axis=1, keepdims=True)
    interaction = (overall * (1 - overall)).sum()
    entropy = -sum(p * np.log(p) for p in overall)
    local = [-sum(p * np.log(p) for p in row if p > 0) for row in pi]
    return (
        1 - sum(t[u] * local[u] for u in range(len(t))) / (total * entropy),
        sum(t[u] * abs(pi[u] - overall).sum() for u in range(len(t))) / (2 * total * interaction),
        1 - sum(t[u] * (pi[u] * (1 - pi[u])).sum() for u in range(len(t))) / (total * interaction),
    )


@pytest.mark.parametrize("kernel", spatial.KERNELS)
def test_spatial_indices_by_their_definition(kernel):
    rng = np.random.default_rng(6)
    points, counts = rng.uniform(0, 3000, (60, 2)), rng.integers(0, 200, (60, 3)).astype(float)
    counts[:, 0] += 1
    table = indices(
        counts, "abc", geometry=shapely.points(points), bandwidths=[400, 1500], kernel=kernel
    )
    for bandwidth in (400, 1500):
        near = brute(points, counts, bandwidth, kernel)
        rows = table[(table["bandwidth"] == bandwidth) & (table["group"] == "all")]
        assert rows["value"].tolist() == pytest.approx(reference(counts, near), abs=1e-12)
        two = np.column_stack([counts[:, 1], counts[:, [0, 2]].sum(axis=1)])
        near_two = np.column_stack([near[:, 1], near[:, [0, 2]].sum(axis=1)])
        rows = table[(table["bandwidth"] == bandwidth) & (table["group"] == "b")]
        assert rows["value"].tolist() == pytest.approx(reference(two, near_two), abs=1e-12)


def test_a_small_bandwidth_gives_the_index_without_surroundings():
    rng = np.random.default_rng(7)
    points, counts = rng.uniform(0, 3000, (40, 2)), rng.integers(0, 200, (40, 3)).astype(float)
    table = indices(counts, "abc", geometry=shapely.points(points), bandwidths=[1e-6])
    found = table.set_index(["index", "group"])["value"]
    assert found["spatial_theil_h", "all"] == pytest.approx(found["multigroup_theil_h", "all"])
    assert found["spatial_dissimilarity", "a"] == pytest.approx(found["dissimilarity", "a"])
    assert found["spatial_relative_diversity", "all"] == pytest.approx(
        found["relative_diversity", "all"]
    )


def test_residents_weigh_not_the_surroundings():
    # A large mixed unit far from two small pure ones: with surroundings as weights (PySAL sums
    # counts over the kernel first) the two small ones would count double.
    counts = np.array([[500.0, 500], [10, 0], [10, 0]])
    points = shapely.points([[0, 0], [9000, 0], [9010, 0]])
    table = indices(counts, "ab", geometry=points, bandwidths=[100], which=["spatial_theil_h"])
    share = 520 / 1020
    entropy = -(share * np.log(share) + (1 - share) * np.log(1 - share))
    expected = 1 - 1000 * np.log(2) / (1020 * entropy)
    rows = table[table["group"] == "all"]
    assert rows["value"].item() == pytest.approx(expected)


def test_a_unit_without_geometry_is_left_out_and_said():
    counts = np.array([[5.0, 3], [2, 9], [4, 4]])
    some = np.array([shapely.Point(0, 0), None, shapely.Point(10, 0)], dtype=object)
    table = indices(counts, "ab", geometry=some, bandwidths=[5], which=["spatial_theil_h"])
    assert set(table["note"]) == {"units without geometry left out"}
    known = indices(counts[[0, 2]], "ab", geometry=some[[0, 2]], bandwidths=[5])
    row = known[(known["index"] == "spatial_theil_h") & (known["group"] == "all")]
    assert table["value"].iloc[-1] == pytest.approx(row["value"].item())
    assert table["n_units"].iloc[-1] == 2


# -- what every index does at the edges

NEIGHBOURS = ("dissimilarity_morrill", "dissimilarity_wong", "dissimilarity_wong_shape")


def every_index(counts, group, **more):
    """Return index -> row of `group` against the rest and of all groups, on a row of rectangles."""
    n = len(counts)
    left = 100.0 * np.arange(n)
    heights = more.pop("heights", 100.0 + 10.0 * np.arange(n))
    shapes = [
        shapely.Polygon([(x, 0), (x + 100, 0), (x + 100, 50), (x + 100, h), (x, h), (x, 50)])
        for x, h in zip(left, heights, strict=True)
    ]
    table = indices(
        *(np.array(counts, float), "abc"[: len(counts[0])]),
        geometry=np.array(shapes, dtype=object),
        bandwidths=[150],
        **more,
    )
    rows = table[(table["group"].isin([group, "all"])) & table["versus"].isin(["rest", None])]
    assert set(rows["index"]) == set(INDICES)
    assert not rows["note"].isin([""]).any()
    return rows.set_index(["index", "group"])


def of_the_group(index):
    return index not in MANY_GROUPS


@pytest.mark.parametrize("index", [i for i in INDICES if of_the_group(i)])
def test_an_absent_group_and_a_group_that_is_everybody(index):
    row = every_index([[0, 5], [0, 8], [0, 2]], "a").loc[(index, "a")]
    assert np.isnan(row["value"])
    assert row["note"] == "group absent"
    row = every_index([[5, 0], [8, 0], [2, 0]], "a").loc[(index, "a")]
    defined = {
        "isolation": 1.0,
        "interaction": 0.0,
        # It sets the group against the land, and needs nobody else.
        "delta": (abs(5 / 15 - 100 / 330) + abs(8 / 15 - 110 / 330) + abs(2 / 15 - 120 / 330)) / 2,
    }
    if index in defined:
        assert row["value"] == pytest.approx(defined[index], abs=1e-15)
        assert row["note"] is None
    else:
        assert np.isnan(row["value"])
        assert row["note"] == "rest absent"


@pytest.mark.parametrize("index", [*MANY_GROUPS, *SPATIAL])
def test_an_absent_group_among_many(index):
    counts = np.array([[5.0, 0, 5], [8, 0, 2], [1, 0, 4]])
    row = every_index(counts, "a").loc[(index, "all")]
    assert row["note"] == "group absent: b"
    without = every_index(counts[:, [0, 2]], "a").loc[(index, "all")]
    assert row["value"] == pytest.approx(without["value"], abs=1e-15)
    alone = every_index([[5, 0], [8, 0], [2, 0]], "a").loc[(index, "all")]
    if index in ("simpson_interaction", "entropy"):
        assert alone["value"] == 0
        assert alone["note"] == "group absent: b"
    else:
        assert np.isnan(alone["value"])
        assert alone["note"] == "only one group present; group absent: b"
    more = every_index(counts, "a", total=counts.sum(axis=1) + 3).loc[(index, "all")]
    assert more["value"] == pytest.approx(row["value"], abs=1e-15)
    assert more["note"] == "group absent: b; groups only, not the rest of the total"


@pytest.mark.parametrize("index", INDICES)
def test_one_unit(index):
    group = "a" if of_the_group(index) else "all"
    row = every_index([[6, 2]], "a").loc[(index, group)]
    without_others = {
        "absolute_concentration": "units of equal size; one unit",
        "dissimilarity_morrill": "no touching units; one unit",
        "dissimilarity_wong": "no borders that match; one unit",
        "dissimilarity_wong_shape": "no borders that match; one unit",
    }
    if index in without_others:
        assert np.isnan(row["value"])
        assert row["note"] == without_others[index]
        return
    known = {
        "isolation": 0.75,
        "interaction": 0.25,
        "simpson_interaction": 0.375,
        "entropy": -0.75 * np.log(0.75) - 0.25 * np.log(0.25),
    }
    assert row["value"] == pytest.approx(known.get(index, 0.0), abs=1e-15)
    assert row["note"] == "one unit"


@pytest.mark.parametrize("index", INDICES)
def test_zero_units_and_fractions(index):
    group = "a" if of_the_group(index) else "all"
    counts = np.array([[50.0, 30], [10, 70], [40, 20], [0, 0]])
    heights = [100.0, 110, 120, 130]
    row, without, parts = (
        every_index(c, "a", heights=heights[: len(c)]).loc[(index, group)]
        for c in (counts, counts[:3], counts / 7)
    )
    assert row["value"] == without["value"]
    assert (row["n_units"], row["n_excluded"]) == (3, 1)
    if index == BIAS_CORRECTED:
        # Smaller counts have more chance in them; half a person more or less is no jump.
        assert parts["value"] < row["value"]
        near = every_index(counts / 7.01, "a", heights=heights).loc[(index, group)]
        assert near["value"] == pytest.approx(parts["value"], abs=1e-3)
    else:
        assert parts["value"] == pytest.approx(row["value"], abs=1e-14)
    assert parts["note"] is row["note"] is None


# -- land, neighbours, borders

SQUARES = shapely.box(*np.array([[x, y, x + 1, y + 1] for y in range(4) for x in range(4)]).T)
LAYOUTS = {
    # Half of 16 pure blocks is A: D = 1, less the share of neighbours that differ.
    "chessboard": [(x + y) % 2 for y in range(4) for x in range(4)],
    "tiles": [(x // 2 + y // 2) % 2 for y in range(4) for x in range(4)],
    "halves": [x // 2 for y in range(4) for x in range(4)],
}


@pytest.mark.parametrize("layout", LAYOUTS)
def test_neighbours_count_where_places_matter(layout):
    a = np.array(LAYOUTS[layout], float)
    table = indices(np.column_stack([a, 1 - a]) * 100, "ab", geometry=SQUARES)
    found = table[table["versus"] == "rest"].set_index(["index", "group"])["value"]
    pairs = [(i, j) for i in range(16) for j in range(i)]
    queen = [(i, j) for i, j in pairs if abs(i % 4 - j % 4) <= 1 and abs(i // 4 - j // 4) <= 1]
    rook = [(i, j) for i, j in queen if i % 4 == j % 4 or i // 4 == j // 4]
    differ = [np.mean([abs(a[i] - a[j]) for i, j in near]) for near in (queen, rook)]
    assert found["dissimilarity", "a"] == 1
    assert found["dissimilarity_morrill", "a"] == pytest.approx(1 - differ[0], abs=1e-15)
    # All borders are as long, and all squares have the same shape.
    assert found["dissimilarity_wong", "a"] == pytest.approx(1 - differ[1], abs=1e-15)
    assert found["dissimilarity_wong_shape", "a"] == pytest.approx(1 - differ[1], abs=1e-15)


def test_shared_borders_are_measured_once_per_pair():
    left = shapely.from_wkt("POLYGON ((0 0, 2 0, 2 1, 2 3, 0 3, 0 0))")
    right = shapely.from_wkt("POLYGON ((2 0, 5 0, 5 1, 2 1, 2 0))")
    island = shapely.box(10, 10, 11, 11)
    multi = shapely.MultiPolygon([shapely.box(10, 11, 11, 12), shapely.box(-1, 0, 0, 3)])
    first, second, length = spatial.shared_borders(np.array([left, right, island, multi, None]))
    found = dict(zip(zip(first, second, strict=True), length, strict=True))
    assert found == {(0, 1): 1.0, (0, 3): 3.0, (2, 3): 1.0}
    assert spatial.shared_borders(np.array([None, None], dtype=object))[2].tolist() == []


def test_wong_weighs_by_the_length_of_the_border():
    # Widths 1, 1 and a third below both: borders 1 (left-right), 1 and 1 are not alike here.
    a, b = shapely.box(0, 2, 1, 5), shapely.from_wkt("POLYGON ((1 2, 4 2, 4 5, 1 5, 1 2))")
    c = shapely.from_wkt("POLYGON ((0 0, 4 0, 4 2, 1 2, 0 2, 0 0))")
    counts = np.array([[10.0, 0], [5, 5], [0, 10]])
    table = indices(counts, "ab", geometry=np.array([a, b, c]))
    found = table[table["versus"] == "rest"].set_index(["index", "group"])["value"]
    gaps, lengths = np.array([0.5, 1.0, 0.5]), np.array([3.0, 1.0, 3.0])
    d = found["dissimilarity", "a"]
    assert found["dissimilarity_wong", "a"] == pytest.approx(d - (gaps * lengths).sum() / 7)
    assert found["dissimilarity_morrill", "a"] == pytest.approx(d - gaps.mean())
    compact = np.array([8 / 3, 12 / 9, 12 / 8])
    shape = np.array([compact[0] + compact[1], compact[0] + compact[2], compact[1] + compact[2]])
    expected = d - (gaps * lengths * shape / (2 * compact.max())).sum() / 7
    assert found["dissimilarity_wong_shape", "a"] == pytest.approx(expected)


def test_delta_and_absolute_concentration_by_hand():
    # Land 1, 2, 3; the group has 6 + 2 + 0 of 8, the population is 8 each.
    land = shapely.box([0, 2, 5], 0, [1, 4, 8], 1)
    counts = np.array([[6.0, 2], [2, 6], [0, 8]])
    table = indices(counts, "ab", geometry=land)
    found = table.set_index(["index", "group", "versus"])["value"]
    delta = (abs(6 / 8 - 1 / 6) + abs(2 / 8 - 2 / 6) + abs(0 - 3 / 6)) / 2
    assert found["delta", "a", "rest"] == pytest.approx(delta)
    # 8 people fit in the smallest unit (land 1) or in the largest (land 3); their mean is 1.25.
    expected = 1 - (1.25 - 1) / (3 - 1)
    assert found["absolute_concentration", "a", "rest"] == pytest.approx(expected)


def test_places_that_are_not_there():
    same = shapely.box([0, 2, 5], 0, [1, 3, 6], 1)
    table = indices(np.array([[6.0, 2], [2, 6], [0, 8]]), "ab", geometry=same)
    notes = table[table["versus"] == "rest"].set_index(["index", "group"])
    assert notes.loc[("absolute_concentration", "a"), "note"] == "units of equal size"
    for index in NEIGHBOURS:
        assert np.isnan(notes.loc[(index, "a"), "value"])
    assert notes.loc[("dissimilarity_morrill", "a"), "note"] == "no touching units"
    assert notes.loc[("dissimilarity_wong", "a"), "note"] == "no borders that match"
    # Empty land is nobody's neighbour and nobody's land.
    with_empty = indices(
        np.array([[6.0, 2], [2, 6], [0, 8], [0, 0]]),
        "ab",
        geometry=np.append(same, shapely.box(1, 0, 2, 1)),
    )
    with_empty = with_empty[with_empty["versus"] == "rest"].set_index(["index", "group"])
    assert with_empty.loc[("delta", "a"), "value"] == notes.loc[("delta", "a"), "value"]
    assert np.isnan(with_empty.loc[("dissimilarity_morrill", "a"), "value"])


@settings(max_examples=60)
@given(
    arrays(float, st.tuples(st.integers(2, 9), st.integers(2, 3)), elements=st.integers(0, 60)),
    st.lists(st.integers(1, 30), min_size=9, max_size=9),
    st.sampled_from(spatial.KERNELS),
)
def test_bounds_of_places_and_surroundings(counts, widths, kernel):
    n, n_groups = counts.shape
    sizes = counts.sum(axis=0)
    assume((sizes > 0).all())
    edges = np.concatenate([[0], np.cumsum(widths[:n])]).astype(float)
    shapes = shapely.box(edges[:-1], 0, edges[1:], 10)
    table = indices(counts, "abc"[:n_groups], geometry=shapes, bandwidths=[5, 40], kernel=kernel)
    delta = table[table["index"] == "delta"]["value"]
    assert delta.between(0, 1).all()
    less = table[table["index"].isin(NEIGHBOURS)]["value"].dropna()
    assert ((less > -1) & (less <= 1)).all()
    for group, parts in [("all", sizes), *zip("abc", sizes, strict=False)]:
        share = parts / sizes.sum() if group == "all" else np.array([parts, sizes.sum() - parts])
        share = share / share.sum()
        entropy, interaction = -(share * np.log(share)).sum(), (share * (1 - share)).sum()
        k = len(share)
        bounds = {
            "spatial_theil_h": (1 - np.log(k) / entropy, 1),
            "spatial_dissimilarity": (0, (1 - share.min()) / interaction),
            "spatial_relative_diversity": (1 - (1 - 1 / k) / interaction, 1),
        }
        for index, (low, high) in bounds.items():
            found = table[(table["index"] == index) & (table["group"] == group)]["value"]
            assert found.between(low - 1e-9, high + 1e-9).all(), (index, group)


def test_concentration_may_pass_both_bounds_where_units_are_few():
    # The group fills the smallest unit and one place of the next; that the last unit counts whole
    # makes "the least it could be" larger than what it is.
    land = shapely.box([0, 1, 21], 0, [1, 21, 121], 1)
    counts = np.array([[10.0, 0], [1, 99], [0, 10]])
    found = indices(counts, "ab", geometry=land, which=["absolute_concentration"])["value"]
    least, most = (10 * 1 + 100 * 20) / 110, (10 * 100 + 100 * 20) / 110
    assert found[0] == pytest.approx(1 - ((10 * 1 + 1 * 20) / 11 - least) / (most - least))
    assert found[0] > 1


def test_neighbours_in_another_area_do_not_count():
    a = np.array(LAYOUTS["chessboard"], float)
    counts = np.column_stack([a, 1 - a]) * 100
    area = np.array([f"A{u // 8}" for u in range(16)])
    table = indices(counts, "ab", geometry=SQUARES, area=area)
    alone = indices(counts[:8], "ab", geometry=SQUARES[:8])
    for index in ("dissimilarity_morrill", "dissimilarity_wong", "delta"):
        both = [
            t[(t["index"] == index) & (t["group"] == "a") & (t["area"] == label)]["value"].iloc[0]
            for t, label in ((table, "A0"), (alone, "all"))
        ]
        assert both[0] == pytest.approx(both[1], abs=1e-14)


@settings(max_examples=25, deadline=None)
@given(st.randoms(use_true_random=False), st.integers(3, 40))
def test_row_order_changes_no_digit_of_places(random, n):
    rng = np.random.default_rng(n)
    x, y = np.divmod(np.arange(n), 6)
    shapes = shapely.box(x, y, x + 1, y + 1 + 0.2 * (y == 5) * rng.random(n))
    counts = np.round(rng.gamma(1, 50, (n, 2)), 2) + 0.01
    order = list(range(n))
    random.shuffle(order)
    arguments = {"bandwidths": [1.1, 3.0], "pairs": True}
    first = indices(counts, "ab", geometry=shapes, **arguments)
    second = indices(counts[order], "ab", geometry=shapes[order], **arguments)
    assert first.equals(second)


def test_row_order_changes_no_digit_of_places_with_equal_counts():
    rng = np.random.default_rng(4)
    x, y = np.divmod(np.arange(60), 8)
    shapes = shapely.box(x, y, x + 1, y + 1 + 0.3 * (y == 7) * rng.random(60))
    counts = np.add(rng.integers(0, 3, (60, 2)), [1.0, 0.0])  # few counts: many units alike
    first = indices(counts, "ab", geometry=shapes, pairs=True)
    for _ in range(20):
        order = rng.permutation(60)
        again = indices(counts[order], "ab", geometry=shapes[order], pairs=True)
        assert first.equals(again)
    plain = indices(counts, "ab", pairs=True)
    assert plain["value"].tolist() == first[~first["index"].isin(spatial.PLACE)]["value"].tolist()


def test_equal_land_that_differs_in_the_last_digits_is_equal():
    corner = np.array([0.1, 1.3, 2.7])
    land = shapely.box(corner, 0.1, corner + 0.3, 0.4)
    assert len(set(shapely.area(land))) > 1
    counts = np.array([[6.0, 2], [2, 6], [1, 8]])
    found = indices(counts, "ab", geometry=land, which=["absolute_concentration"])
    assert found["value"].isna().all()
    assert set(found["note"]) == {"units of equal size"}
    # A group that fills both units wherever it starts has no room to be concentrated.
    land = shapely.box([0, 1], 0, [1, 3], 1)
    full = indices(np.array([[9.0, 1], [8, 2]]), "ab", geometry=land)
    full = full[(full["index"] == "absolute_concentration") & (full["group"] == "a")]
    assert full["value"].isna().all()
    assert full["note"].tolist() == ["group fills all units"]


def test_an_empty_or_missing_polygon_has_no_point():
    shapes = np.array([shapely.box(0, 0, 2, 2), shapely.Polygon(), None], dtype=object)
    points = spatial.representative_points(shapes)
    assert points[0].tolist() == [1, 1]
    assert np.isnan(points[1:]).all()
