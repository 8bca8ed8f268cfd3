# SPDX-License-Identifier: GPL-2.0-or-later
"""The nearest k dwellings against a sort of all distances; profiles worked out by hand."""

from __future__ import annotations

import numpy as np
import pytest
from wijkmix.wijkmix_plugin.errors import Cancelled, MeasureError
from wijkmix.wijkmix_plugin.measures.segregation import indices
from wijkmix.wijkmix_plugin.measures.surroundings import nearest, profile


def by_sorting(points, counts, k):
    result = np.full(counts.shape, np.nan)
    weight = counts.sum(axis=1)
    for row, point in enumerate(points):
        squares = ((points - point) ** 2).sum(axis=1)
        order = np.argsort(squares, kind="stable")
        reach = np.cumsum(weight[order])
        if reach[-1] < k:
            continue
        limit = squares[order[np.searchsorted(reach, k)]]
        result[row] = counts[squares <= limit].sum(axis=0)
    return result


@pytest.mark.parametrize("kind", ["even", "clustered", "stacked", "raster", "line"])
def test_nearest_equals_sorting_all_distances(kind):
    rng = np.random.default_rng(11)
    n = 1500
    points = rng.random((n, 2)) * 5000
    if kind == "clustered":
        points = rng.normal(size=(n, 2)) ** 3 * 800 + rng.integers(0, 4, (n, 1)) * 9000
    if kind == "stacked":
        points = points[rng.integers(0, 60, n)]
    if kind == "raster":
        points = np.column_stack([np.arange(n) % 40, np.arange(n) // 40]) * 100.0 + 50
    if kind == "line":
        points[:, 1] = 7
    counts = rng.integers(0, 6, (n, 3)).astype(float)
    counts[0] = [1, 0, 0]
    ks = [1, 12, 100, 1000, 5000]
    found = nearest(points, counts, ks)
    for values, k in zip(found, ks, strict=True):
        np.testing.assert_allclose(values, by_sorting(points, counts, k), rtol=1e-12)


def test_more_points_than_one_round_of_bins():
    rng = np.random.default_rng(12)
    points, counts = rng.random((12_000, 2)), np.eye(2)[rng.integers(0, 2, 12_000)]
    found = nearest(points, counts, [6000])[0]
    rows = np.arange(0, 12_000, 1200)
    for row in rows:
        squares = ((points - points[row]) ** 2).sum(axis=1)
        limit = np.partition(squares, 5999)[5999]
        np.testing.assert_array_equal(found[row], counts[squares <= limit].sum(axis=0))


def test_all_dwellings_at_the_last_distance_count():
    points = np.array([[0.0, 0], [1, 0], [-1, 0], [0, 1], [5, 5]])
    counts = np.array([[1.0, 0], [1, 0], [0, 1], [0, 1], [1, 0]])
    found = nearest(points, counts, [1, 2, 4, 5, 6])
    assert found[0, 0].tolist() == [1, 0]
    assert found[1, 0].tolist() == [2, 2]  # three at distance 1
    assert found[2, 0].tolist() == [2, 2]
    assert found[3, 0].tolist() == [3, 2]
    assert np.isnan(found[4]).all()  # there are five


def test_rows_in_any_order():
    rng = np.random.default_rng(13)
    points, counts = rng.random((300, 2)), rng.integers(0, 9, (300, 2)).astype(float)
    mixed = rng.permutation(300)
    one, other = nearest(points, counts, [50]), nearest(points[mixed], counts[mixed], [50])
    np.testing.assert_array_equal(one[:, mixed], other)


def test_profile_by_hand():
    points = np.array([[0.0, 0], [100, 0], [1000, 0]])
    counts = np.array([[10.0, 0], [0, 10], [5, 5]])
    units, scales = profile(
        points, counts, ["n_koop", "n_huur"], radii=[100, 1000], dwellings=[10, 20]
    )
    assert units["div_r100"].tolist() == pytest.approx([1, 1, 1])
    assert units["share_koop_k10"].tolist() == [100, 0, 50]
    assert units["share_koop_r100"].tolist() == [50, 50, 50]
    assert units["mixed_from_r"].tolist() == [100, 100, 0]
    assert units["mixed_from_k"].tolist() == [20, 20, 0]
    assert scales["kind"].tolist() == ["unit", "radius", "radius", "nearest", "nearest"]
    # Two thirds of the dwellings are in pure units.
    # The third unit with its nearest 20 is (5, 15): an entropy of 0.811278 in units of ln 2.
    theil = [2 / 3, 0, 0, 2 / 3, (1 - 0.8112781245) / 3]
    assert scales["theil_h"].tolist() == pytest.approx(theil, abs=1e-9)
    assert scales["dissimilarity"].tolist() == pytest.approx([2 / 3, 0, 0, 2 / 3, 1 / 6], abs=1e-9)
    mean = [1 / 3, 1, 1, 1 / 3, 1 - (1 - 0.8112781245) / 3]
    assert scales["mean_diversity"].tolist() == pytest.approx(mean, abs=1e-9)


def test_radius_row_is_the_spatial_index():
    rng = np.random.default_rng(14)
    import shapely

    points, counts = rng.random((100, 2)) * 1000, rng.integers(1, 9, (100, 3)).astype(float)
    _, scales = profile(points, counts, ["a", "b", "c"], radii=[200])
    table = indices(counts, ["a", "b", "c"], geometry=shapely.points(points), bandwidths=[200])
    for name in ("theil_h", "dissimilarity"):
        rows = table[(table["index"] == f"spatial_{name}") & (table["group"] == "all")]
        assert len(rows) == 1
        assert scales[name].iloc[1] == pytest.approx(rows["value"].iloc[0], abs=1e-12)


def test_the_first_mixed_scale_is_the_smallest_in_whatever_order_they_are_asked():
    # Mixed within 1 m, and in as many dwellings; farther out one class has it all.
    points = np.array([[0.0, 0], [1, 0], [5, 0]])
    counts = np.array([[10.0, 0], [0, 10], [20, 20]])
    asked = {"radii": [9, 1, 9], "dwellings": [40, 20]}
    units, scales = profile(points, counts, ["a", "b"], **asked)
    assert units["mixed_from_r"].tolist() == [1, 1, 0]
    assert units["mixed_from_k"].tolist() == [20, 20, 0]
    assert scales["scale"].tolist() == [0, 1, 9, 20, 40]


def test_unusable_units_get_nothing_and_count_for_nobody():
    points = np.array([[0.0, 0], [1, 0], [np.nan, 0], [2, 0]])
    counts = np.array([[1.0, 1], [np.nan, 1], [4, 4], [0, 0]])
    units, scales = profile(points, counts, ["a", "b"], radii=[10], dwellings=[2, 3])
    assert units["div_r10"].isna().tolist() == [False, True, True, True]
    assert units["share_a_k2"].iloc[0] == 50
    assert units["div_k3"].isna().all()
    assert scales["n_units"].tolist() == [1, 1, 1, 0]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({}, "No scale"),
        ({"dwellings": [0]}, "1 or more"),
        ({"radii": [-5]}, "not a distance"),
        ({"groups": ["a"], "radii": [5]}, "two groups"),
        ({"counts": np.zeros((2, 2)), "radii": [5]}, "None of the 2 units"),
    ],
)
def test_refusals(change, message):
    given = {"counts": np.ones((2, 2)), "groups": ["a", "b"], **change}
    with pytest.raises(MeasureError, match=message):
        profile(np.zeros((2, 2)), given.pop("counts"), given.pop("groups"), **given)


def test_cancelled():
    with pytest.raises(Cancelled):
        nearest(np.zeros((2, 2)), np.ones((2, 2)), [1], cancelled=lambda: True)


# -- what borders hide: eight units on a line, ten dwellings each, a change of class in the middle

LINE = np.column_stack([np.arange(8) * 100.0, np.zeros(8)])
HALVES = np.array([[10.0, 0]] * 4 + [[0, 10.0]] * 4)


def test_a_border_across_uniform_places_hides_them():
    """The outer areas are pure, the middle one is half and half; H of the areas is 1/2."""
    areas = ["w"] * 2 + ["m"] * 4 + ["e"] * 2
    told: list = []
    units, scales = profile(LINE, HALVES, ["a", "b"], areas=areas, told=told.append)
    assert units["div_area"].tolist() == [0, 0, 1, 1, 1, 1, 0, 0]
    # The nearest 20 of an end are the first two units; the nearest 40 of the third unit are five
    # (one at 200 m on either side ties): four of a and one of b.
    near = [0, 0, 0.7219280949, 0.9709505945]
    assert units["div_same"].tolist() == pytest.approx(near + near[::-1], abs=1e-9)
    hides = [a - b for a, b in zip([0, 0, 1, 1], near, strict=True)]
    assert units["border_hides"].tolist() == pytest.approx(hides + hides[::-1], abs=1e-9)
    assert scales["kind"].tolist() == ["unit", "area", "same size"]
    assert scales["scale"].tolist() == [0, 30, 30]  # 20 for half of the dwellings, 40 for the rest
    theil = [1, 0.5, 1 - (0.7219280949 + 0.9709505945) / 4]
    assert scales["theil_h"].tolist() == pytest.approx(theil, abs=1e-9)
    # The third and the sixth unit: 4 of 5 nearby are alike, and their area is half and half.
    assert "25.0% of the dwellings stand in surroundings" in told[0].en
    assert "0.0% stand in an area" in told[0].en
    assert "0.500 between areas" in told[0].en


def test_a_border_that_follows_the_difference_hides_nothing():
    units, scales = profile(LINE, HALVES, ["a", "b"], areas=[1] * 4 + [2] * 4)
    assert units["div_area"].tolist() == [0] * 8
    assert (units["border_hides"] <= 0).all()
    assert units["border_hides"].min() < -0.5  # next to the border, surroundings are mixed
    area, same = scales["theil_h"].iloc[1:]
    assert area == 1 > same


def test_areas_agree_with_asking_each_number_by_itself():
    rng = np.random.default_rng(21)
    points, counts = rng.random((400, 2)) * 1000, rng.integers(0, 9, (400, 3)).astype(float)
    counts[:, 0] += 1
    areas = np.array([f"b{int(x // 250)}" for x in points[:, 0]], object)
    areas[::50] = None
    units, scales = profile(points, counts, ["a", "b", "c"], areas=areas, radii=[100])
    assert units["border_hides"].isna().sum() == 8
    assert scales["n_units"].tolist() == [400, 400, 392, 392]
    for name in ("b0", "b3"):
        members = np.flatnonzero(areas == name)
        k = int(counts[members].sum())
        share = nearest(points, counts, [k], asked=members)[0]
        share = share / share.sum(axis=1, keepdims=True)
        entropy = -(share * np.log(share)).sum(axis=1) / np.log(3)
        np.testing.assert_allclose(units["div_same"].to_numpy()[members], entropy, rtol=1e-12)
    _, none = profile(points, counts, ["a", "b", "c"], areas=[None] * 400)
    assert none["kind"].tolist() == ["unit"]


def test_what_holds_too_few_dwellings_has_no_values():
    points = np.array([[0.0, 0], [100, 0], [1000, 0]])
    counts = np.array([[3.0, 1], [0, 10], [8, 8]])
    arguments = {"radii": [50, 100], "dwellings": [4, 20], "areas": [1, 2, 2], "least": 10}
    units, scales = profile(points, counts, ["a", "b"], **arguments)
    assert units["div_r50"].isna().tolist() == [True, False, False]
    assert units["share_a_k4"].isna().tolist() == [True, False, False]
    assert units["share_a_r100"].iloc[0] == pytest.approx(100 * 3 / 14)  # enough of them there
    assert units["mixed_from_r"].tolist()[0] == 100  # and not 0: nothing is said of the unit itself
    assert units["border_hides"].isna().tolist() == [True, False, False]
    _, whole = profile(points, counts, ["a", "b"], **{**arguments, "least": 0})
    assert scales.equals(whole)  # of all together nothing is hidden
