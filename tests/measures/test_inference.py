# SPDX-License-Identifier: GPL-2.0-or-later
"""Bootstrap and random allocation: the replicates themselves, and what is made of them."""

from __future__ import annotations

import os
import subprocess
import sys
import tracemalloc
from collections import Counter
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from wijkmix.wijkmix_plugin.errors import Cancelled, MeasureError
from wijkmix.wijkmix_plugin.measures import inference
from wijkmix.wijkmix_plugin.measures.evenness import all_units, check
from wijkmix.wijkmix_plugin.measures.segregation import MANY_GROUPS, ONE_GROUP, indices

from .conftest import BLOCKS, GROUPS

ASPATIAL = (*ONE_GROUP, *MANY_GROUPS)
BOTH = [inference.bootstrap, inference.random_allocation]


def town(units=40, seed=3, groups=3, mean=20):
    return np.rint(np.random.default_rng(seed).gamma(1.0, mean, (units, groups)))


def rows_of(table, groups):
    keys = zip(*(table[c] for c in ("index", "group", "versus", "bandwidth")), strict=True)
    return [inference._row(key, list(groups), ASPATIAL) for key in keys]


# -- each replicate is the index of a real table


@pytest.mark.parametrize("groups", ["ab", "abc"])
def test_a_bootstrap_replicate_is_the_index_of_the_drawn_units(groups, monkeypatch):
    counts = town(groups=len(groups))
    monkeypatch.setattr(inference, "_IN_CACHE", 4 * len(counts))  # four replicates at a time
    table = indices(counts, groups, which=ASPATIAL, pairs=True)
    units = all_units(*check(counts, groups), "all")
    rows = rows_of(table, groups)
    some = inference.resamples(units, 15, seed=7)[0]()
    assert (some.weights.sum(axis=1) == len(counts)).all()
    values = inference.values_of(set(rows), some, len(groups))
    for r in range(15):
        drawn = np.repeat(units.counts, some.weights[r].astype(int), axis=0)
        expected = indices(drawn, groups, which=ASPATIAL, pairs=True)["value"]
        found = [values[row][r] for row in rows]
        assert found == pytest.approx(expected.tolist(), abs=1e-12)


@pytest.mark.parametrize("rest", [0, 25])
def test_a_random_allocation_is_the_index_of_a_dealt_table(rest):
    counts = town()
    total = counts.sum(axis=1) + rest
    arguments = {"which": ASPATIAL, "pairs": True}
    table = indices(counts, "abc", total=total, **arguments)
    units = all_units(*check(counts, "abc", total), "all")
    rows = rows_of(table, "abc")
    some = inference._deals(units, 15, seed=7)[0]()
    assert (some.counts >= 0).all()
    assert (some.counts.sum(axis=1) == units.counts.sum(axis=0)).all()
    if rest:
        assert (some.counts.sum(axis=2) <= units.total).all()
    else:
        assert (some.counts.sum(axis=2) == units.total).all()
    values = inference.values_of(set(rows), some, 3)
    for r in range(15):
        expected = indices(some.counts[r], "abc", total=units.total, **arguments)["value"]
        found = [values[row][r] for row in rows]
        # Replicates sort shares by 32 bits, which can show in the tenth digit of a Gini.
        assert found == pytest.approx(expected.tolist(), abs=1e-9)


def test_every_deal_is_equally_likely():
    # 3 of 6 people over units of 3, 2 and 1: a multivariate hypergeometric distribution.
    left = np.broadcast_to(np.array([3, 2, 1]), (40_000, 3))
    drawn = inference.deal_one(left, 3, 6, np.random.default_rng(5))
    assert (drawn.sum(axis=1) == 3).all()
    seen = Counter(map(tuple, drawn.tolist()))
    law = stats.multivariate_hypergeom([3, 2, 1], 3)
    outcomes = [o for o in np.ndindex(4, 3, 2) if sum(o) == 3]
    assert set(seen) == set(outcomes)
    expected = np.array([law.pmf(o) for o in outcomes]) * len(drawn)
    observed = np.array([seen[o] for o in outcomes])
    assert stats.chisquare(observed, expected).pvalue > 0.001


@pytest.mark.parametrize("size", [0, 1, 57, 60])
def test_deals_of_nobody_everybody_and_nearly_everybody(size):
    left = np.broadcast_to(np.array([50, 0, 10]), (200, 3))
    drawn = inference.deal_one(left, size, 60, np.random.default_rng(1))
    assert (drawn.sum(axis=1) == size).all()
    assert (drawn >= 0).all()
    assert (drawn <= left).all()


@pytest.mark.parametrize("chance", [0.004, 0.3, 0.5, 0.93])
def test_tabulated_draws_are_binomial(chance):
    sizes = np.array([0, 1, 2, 9, 40, 254])
    n = np.broadcast_to(sizes, (80_000, len(sizes)))
    drawn = inference._binomial(n, chance, np.random.default_rng(6))
    assert drawn.shape == n.shape
    assert (drawn[:, 0] == 0).all()
    for column, size in enumerate(sizes[1:], start=1):
        expected = stats.binom.pmf(np.arange(size + 1), size, chance) * len(n)
        observed = np.bincount(drawn[:, column], minlength=size + 1)
        assert len(observed) == size + 1  # never more than there are
        often = expected > 10
        pairs = [*zip(observed[often], expected[often], strict=True)]
        pairs.append((observed[~often].sum(), expected[~often].sum()))
        seen, meant = np.array([pair for pair in pairs if pair[1] > 2]).T
        # What is seldom may even together be too little to test.
        assert stats.chisquare(seen, meant * seen.sum() / meant.sum()).pvalue > 1e-4


@pytest.mark.parametrize("chance", [1e-9, 0.2, 1 - 1e-9])
def test_distributions_of_the_table(chance):
    below = inference._distributions(60, chance)
    n, k = np.indices(below.shape)
    np.testing.assert_allclose(below, stats.binom.cdf(k, n, chance), 1e-12, 1e-15)
    assert (below[np.triu_indices(61)] == 1).all()


def test_deals_by_table_and_by_numpy_follow_one_law(monkeypatch):
    """Means, variances and covariances of a multivariate hypergeometric distribution."""
    capacity = np.array([30, 5, 0, 12, 1, 60])
    left = np.broadcast_to(capacity, (30_000, 6))
    law = stats.multivariate_hypergeom(capacity, 40)
    for limit in (inference._TABULATED, -1):
        monkeypatch.setattr(inference, "_TABULATED", limit)
        drawn = inference.deal_one(left, 40, 108, np.random.default_rng(7))
        assert (drawn.sum(axis=1) == 40).all()
        assert (drawn <= left).all()
        assert (drawn >= 0).all()
        np.testing.assert_allclose(drawn.mean(axis=0), law.mean(), atol=0.08)
        np.testing.assert_allclose(np.cov(drawn.T), law.cov(), atol=0.25)


@settings(max_examples=50)
@given(st.lists(st.floats(0, 300), min_size=1, max_size=6).filter(lambda a: sum(a) > 0))
def test_largest_remainder_keeps_the_total(amounts):
    total = round(sum(amounts))
    whole = inference.whole_numbers(np.array(amounts), total)
    assert sum(whole) == total
    scaled = np.array(amounts) * total / sum(amounts)
    assert (np.abs(np.array(whole) - scaled) < 1 + 1e-9).all()


# -- what is made of them


def test_interval_and_expectation_of_a_town():
    counts = town(units=120, mean=8)
    table = indices(counts, "abc")
    interval = inference.bootstrap(table, counts, "abc", replicates=499)
    known = interval["index"].isin(ASPATIAL)
    assert (interval["low"] < interval["high"])[known].all()
    inside = interval["value"].between(interval["low"] - 0.02, interval["high"] + 0.02)
    assert inside[known].all()
    assert interval[["expected", "z", "p"]].isna().all(axis=None)
    corrected = interval[interval["index"] == "dissimilarity_bias_corrected"]
    assert corrected[["low", "high"]].isna().all(axis=None)
    assert set(corrected["note"]) == {"no bootstrap for this index"}
    chance = inference.random_allocation(table, counts, "abc", replicates=499)
    evenness = chance[chance["index"].isin(["dissimilarity", "gini", "theil_h", "isolation"])]
    # The town was made with units that differ: far from chance, which itself is far from 0.
    assert (evenness["z"] > 20).all()
    assert evenness["p"].to_numpy() == pytest.approx(2 / 500)
    assert (chance.loc[chance["index"] == "dissimilarity", "expected"] > 0.05).all()
    # The correction takes off less than half of what is all chance.
    left = chance[chance["index"] == "dissimilarity_bias_corrected"]["expected"].to_numpy()
    whole = chance[chance["index"] == "dissimilarity"]["expected"].to_numpy()
    assert left / whole == pytest.approx(2 - np.sqrt(2), abs=0.06)
    fixed = chance[chance["index"].isin(["entropy", "simpson_interaction"])]
    assert fixed["expected"].to_numpy() == pytest.approx(fixed["value"].to_numpy())
    assert fixed[["z", "p"]].isna().all(axis=None)


def test_expected_squares_are_those_of_the_hypergeometric_distribution():
    # E of the correlation ratio of a random deal is (n - 1) / (T - 1), whatever the group.
    counts = town(units=30, groups=2)
    table = indices(counts, "ab", which=["correlation_ratio"])
    found = inference.random_allocation(table, counts, "ab", replicates=4000)
    exact = (len(counts) - 1) / (counts.sum() - 1)
    assert found["expected"].to_numpy() == pytest.approx(exact, rel=0.02)


def test_p_is_uniform_where_there_is_only_chance():
    rng = np.random.default_rng(11)
    below = []
    for _ in range(60):
        a = rng.binomial(15, 0.4, 25).astype(float)
        counts = np.column_stack([a, 15 - a])
        table = indices(counts, "ab", which=["theil_h"])
        found = inference.random_allocation(table, counts, "ab", replicates=99, seed=int(a.sum()))
        below.append(found["p"].iloc[0] < 0.25)
    # Two-sided p below 0.25 in a quarter of the towns: 15 of 60, sd 3.4.
    assert 4 <= sum(below) <= 26


def test_intervals_cover():
    # Towns drawn from one large pool of units: the interval should hold the pool's H mostly.
    rng = np.random.default_rng(2)
    p = rng.beta(2, 3, 20_000)
    pool = np.column_stack([p, 1 - p]) * rng.gamma(2, 100, 20_000)[:, None]
    truth = indices(pool, "ab", which=["theil_h"])["value"].iloc[0]
    held = 0
    for seed in range(60):
        town = pool[np.random.default_rng(seed).integers(len(pool), size=150)]
        table = indices(town, "ab", which=["theil_h"])
        found = inference.bootstrap(table, town, "ab", replicates=199, seed=seed).iloc[0]
        held += found["low"] <= truth <= found["high"]
    assert held >= 50  # 95 percent of 60 is 57


@pytest.mark.parametrize("infer", BOTH)
def test_areas_are_as_if_given_alone(infer):
    counts, area = town(units=30), np.array(list("abc") * 10)
    table = indices(counts, "xyz", area=area, which=ASPATIAL)
    together = infer(table, counts, "xyz", area=area, replicates=60)
    for name in "abc":
        part = area == name
        alone = infer(
            indices(counts[part], "xyz", which=ASPATIAL), counts[part], "xyz", replicates=60
        )
        own = together[together["area"] == name].reset_index(drop=True)
        filled = ["low", "high", "expected", "z", "p"]
        pd.testing.assert_frame_equal(own[filled], alone[filled], rtol=1e-9)
    assert together.loc[together["area"] == "all", "n_units"].eq(30).all()


@pytest.mark.parametrize("infer", BOTH)
def test_seed_decides_and_row_order_does_not(infer):
    counts = town() + 0.25
    order = np.random.default_rng(9).permutation(len(counts))
    table = indices(counts, "abc", which=ASPATIAL)
    first = infer(table, counts, "abc", replicates=80)
    shuffled = infer(table, counts[order], "abc", replicates=80)
    pd.testing.assert_frame_equal(first, shuffled, check_exact=True)
    other = infer(table, counts, "abc", replicates=80, seed=6)
    column = "low" if infer is inference.bootstrap else "z"
    assert (first[column].dropna() != other[column].dropna()).all()


@pytest.mark.parametrize("infer", BOTH)
def test_number_of_threads_changes_no_digit(infer, monkeypatch):
    counts = town(units=200)
    table = indices(counts, "abc", which=ASPATIAL)
    monkeypatch.setattr(inference, "_PORTION", 4000)  # many portions, so that threads share them
    found = []
    for threads in (1, 3):
        monkeypatch.setattr(inference, "_THREADS", threads)
        found.append(infer(table, counts, "abc", replicates=90))
    pd.testing.assert_frame_equal(*found, check_exact=True)


def test_threads_of_the_linear_algebra_change_no_digit():
    code = (
        "import sys; sys.path.insert(0, sys.argv[1]); import conftest\n"
        "import numpy as np\n"
        "from wijkmix.wijkmix_plugin.measures import inference, segregation\n"
        "import shapely\n"
        "random = np.random.default_rng(1)\n"
        "c = random.gamma(1, 200, (3000, 3))\n"
        "t = inference.bootstrap(segregation.indices(c, 'abc'), c, 'abc', replicates=60)\n"
        "print(t.to_csv(float_format='%.17g'))\n"
        "c, g = c[:700], shapely.points(random.uniform(0, 1000, (700, 2)))\n"
        "t = segregation.indices(c, 'abc', geometry=g, bandwidths=[200])\n"
        "more = {'geometry': g, 'kernel': 'gaussian', 'replicates': 60}\n"
        "t = inference.random_allocation(t, c, 'abc', **more)\n"
        "print(t.to_csv(float_format='%.17g'))"
    )
    found = []
    for threads in "12":
        limits = {f"{name}_NUM_THREADS": threads for name in ("OPENBLAS", "OMP", "MKL", "BLIS")}
        run = subprocess.run(
            [sys.executable, "-c", code, str(Path(__file__).parent.parent)],
            env={**os.environ, **limits},
            capture_output=True,
            text=True,
            check=True,
        )
        found.append(run.stdout)
    assert found[0] == found[1]
    assert found[0].count("\n") > 20


def test_fractions_are_dealt_as_whole_people_and_said():
    counts = town(units=20) + 0.3
    table = indices(counts, "abc", which=["dissimilarity"])
    found = inference.random_allocation(table, counts, "abc", replicates=50)
    assert set(found["note"]) == {"rounded to deal"}
    assert (found["value"] == table["value"]).all()
    assert inference.bootstrap(table, counts, "abc", replicates=50)["note"].isna().all()


def test_a_unit_that_rounds_to_nobody_leaves_the_others_their_chance():
    counts = np.array([[8.0, 2, 5], [3, 7, 1], [5, 5, 5], [0.2, 0.1, 0.1]])
    table = indices(counts, "abc", which=["interaction"], pairs=True)
    found = inference.random_allocation(table, counts, "abc", replicates=50)
    assert found[["expected", "z", "p"]].notna().all(axis=None)


def test_units_of_millions_need_no_table_of_millions():
    """The same town a million times as large is nowhere near chance, and takes no memory."""
    counts = town(units=20) * 1e6
    table = indices(counts, "abc", which=["theil_h", "mutual_information"])
    tracemalloc.start()
    found = inference.random_allocation(table, counts, "abc", replicates=30)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert most < 20e6
    assert found["expected"].between(0, 1e-5).all()
    assert set(found["p"]) == {2 / 31}


def test_logarithms_from_a_table_are_those_without():
    counts = town(units=30)
    dealt = inference._deals(all_units(*check(counts, "abc", None), "all"), 8, 1)[0]()
    few = inference._logarithms(dealt.total, 10)
    many = inference._logarithms(dealt.total, 10_000)
    k = dealt.counts[..., 0]
    for one, other in zip(few, many, strict=True):
        assert one(k) == pytest.approx(other(k), rel=1e-15)


def test_more_than_can_be_people_are_not_dealt():
    counts = town(units=5) * 1e9
    table = indices(counts, "abc", which=["dissimilarity"])
    with pytest.raises(MeasureError, match="more than there can be"):
        inference.random_allocation(table, counts, "abc", replicates=5)
    assert inference.bootstrap(table, counts, "abc", replicates=5)["low"].notna().all()


@pytest.mark.parametrize("infer", BOTH)
def test_undefined_rows_and_one_unit_stay_empty(infer):
    counts = np.array([[5.0, 0, 5], [8, 0, 2], [1, 0, 4]])
    found = infer(indices(counts, "abc", which=ASPATIAL), counts, "abc", replicates=30)
    absent = found[(found["group"] == "b") & (found["versus"] == "rest")]
    assert absent[["low", "high", "expected", "z", "p"]].isna().all(axis=None)
    assert set(absent["note"]) == {"group absent"}
    alone = infer(indices(counts[:1], "abc", which=ASPATIAL), counts[:1], "abc", replicates=30)
    assert alone[["low", "high", "expected", "z", "p"]].isna().all(axis=None)


def test_a_rare_group_that_is_not_drawn_is_left_out_of_the_interval():
    counts = np.array([[1.0, 9], [0, 10], [0, 10], [0, 10]])
    table = indices(counts, "ab", which=["dissimilarity"])
    found = inference.bootstrap(table, counts, "ab", replicates=200)
    assert found[["low", "high"]].notna().all(axis=None)


@pytest.mark.parametrize("infer", BOTH)
def test_refusals_progress_and_cancel(infer):
    table = indices(BLOCKS, GROUPS)
    with pytest.raises(MeasureError, match="1 replicates are too few"):
        infer(table, BLOCKS, GROUPS, replicates=1)
    seen = []
    infer(table, BLOCKS, GROUPS, replicates=20, progress=seen.append)
    assert seen == sorted(seen)
    assert seen[-1] == 100
    with pytest.raises(Cancelled):
        infer(table, BLOCKS, GROUPS, replicates=20, cancelled=lambda: True)


def test_replicates_of_many_areas_are_not_held_together(monkeypatch):
    monkeypatch.setattr(inference, "_PORTION", 20_000)  # else a portion outweighs the replicates
    areas, replicates = 120, 3000
    counts, area = town(units=3 * areas), np.repeat(np.arange(areas), 3)
    table = indices(counts, "abc", area=area, which=ASPATIAL)
    tracemalloc.start()
    inference.random_allocation(table, counts, "abc", area=area, replicates=replicates)
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert most < len(table) * replicates * 8 / 2


def test_level_is_a_chance():
    with pytest.raises(MeasureError, match="between 0 and 1"):
        inference.bootstrap(indices(BLOCKS, GROUPS), BLOCKS, GROUPS, level=95)
    narrow, wide = (
        inference.bootstrap(indices(BLOCKS, GROUPS), BLOCKS, GROUPS, level=level, replicates=200)
        for level in (0.5, 0.99)
    )
    known = wide["low"].notna()
    assert known.any()
    assert (wide["low"] <= narrow["low"])[known].all()
    assert (wide["high"] >= narrow["high"])[known].all()
