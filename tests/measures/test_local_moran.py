# SPDX-License-Identifier: GPL-2.0-or-later
"""Local Moran: formulas by hand, p-values against full enumeration, labels and refusals."""

from __future__ import annotations

from itertools import permutations
from math import comb

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from wijkmix.wijkmix_plugin.errors import Cancelled, MeasureError
from wijkmix.wijkmix_plugin.measures import lag_null
from wijkmix.wijkmix_plugin.measures.local_moran import benjamini_hochberg, local_moran
from wijkmix.wijkmix_plugin.measures.neighbours import Neighbours, from_pairs


def lattice(rows: int, columns: int, queen: bool = False) -> Neighbours:
    """Return the neighbours of the cells of a grid."""
    cell = np.arange(rows * columns).reshape(rows, columns)
    pairs = [(cell[:-1], cell[1:]), (cell[:, :-1], cell[:, 1:])]
    if queen:
        pairs += [(cell[:-1, :-1], cell[1:, 1:]), (cell[:-1, 1:], cell[1:, :-1])]
    first = np.concatenate([a.ravel() for a, _ in pairs])
    second = np.concatenate([b.ravel() for _, b in pairs])
    return from_pairs(rows * columns, first, second)


def ring(n: int) -> Neighbours:
    return from_pairs(n, np.arange(n), (np.arange(n) + 1) % n)


def all_permutations(y, neighbours, *, directed=False, x=None):
    """P-values from every permutation of the other values, one by one."""
    weights = np.ones(len(neighbours.indices))
    if neighbours.weights is not None:
        weights = neighbours.weights
    n, out = len(y), []
    for unit in range(n):
        row = slice(neighbours.indptr[unit], neighbours.indptr[unit + 1])
        near, w = neighbours.indices[row], weights[row]
        others = np.array([j for j in range(n) if j != unit])
        lags = []
        for order in permutations(others):
            dealt = np.array(y, float)
            dealt[others] = np.asarray(y, float)[list(order)]
            lags.append((w * dealt[near]).sum())
        lags, seen = np.array(lags), (w * np.asarray(y, float)[near]).sum()
        tail = min((lags >= seen - 1e-9).mean(), (lags <= seen + 1e-9).mean())
        out.append(tail if directed else min(1, 2 * tail))
    return np.array(out)


def exact_null(values, neighbours):
    """Exact two-sided p for whole numbers: count the subsets of every size with every sum."""
    values = np.asarray(values, int)
    k = neighbours.n_neighbours
    total = np.bincount(neighbours.rows, values[neighbours.indices], minlength=len(values))
    largest, width = int(k.max()), int(values.max() * k.max() + 1)
    p = np.full(len(values), np.nan)
    for own in np.unique(values):
        ways = np.zeros((largest + 1, width))
        ways[0, 0] = 1
        for value, count in zip(*np.unique(values, return_counts=True), strict=True):
            left = int(count - (value == own))
            new = ways.copy()
            for j in range(1, min(left, largest) + 1):
                new[j:, value * j :] += comb(left, j) * ways[: largest + 1 - j, : width - value * j]
            ways = new
        chance = ways / ways.sum(axis=1, keepdims=True)
        for unit in np.flatnonzero((values == own) & (k > 0)):
            row, seen = chance[k[unit]], int(total[unit])
            p[unit] = min(1, 2 * min(row[seen:].sum(), row[: seen + 1].sum()))
    return p


# -- the statistic ------------------------------------------------------------------------------


def test_formula_on_four_units_by_hand():
    # 1 - 2 - 3 - 6 in a row: mean 3, population variance 3.5, so z = (-2, -1, 0, 3) / sqrt(3.5).
    chain = from_pairs(4, [0, 1, 2], [1, 2, 3])
    result = local_moran([1, 2, 3, 6], chain)
    root = np.sqrt(3.5)
    assert result.z == pytest.approx(np.array([-2, -1, 0, 3]) / root, abs=1e-15)
    assert result.lag == pytest.approx(np.array([-1, -1, 1, 0]) / root, abs=1e-15)
    # esda and GeoDa carry (n - 1) / n = 3/4.
    assert result.i == pytest.approx(0.75 * np.array([2, 1, 0, 0]) / 3.5, abs=1e-15)
    # The sum of z * lag over the sum of z squared.
    assert result.overall.i == pytest.approx(3 / 14)
    assert result.overall.expected == pytest.approx(-1 / 3)


CHESSBOARD = np.indices((4, 4)).sum(axis=0) % 2
TILES = (np.indices((4, 4)) // 2).sum(axis=0) % 2
HALVES = np.indices((4, 4))[1] // 2


@pytest.mark.parametrize(
    ("layout", "rook", "queen"),
    [(CHESSBOARD, -1.0, -1 / 7), (TILES, 1 / 3, 5 / 21), (HALVES, 2 / 3, 11 / 21)],
)
def test_three_layouts_of_the_same_blocks(layout, rook, queen):
    # esda standardises the rows; the catalogue's table gives I with binary weights, that is the
    # average over pairs, so both are held here.
    for neighbours, expected in ((lattice(4, 4), rook), (lattice(4, 4, queen=True), queen)):
        z = 2 * layout.ravel() - 1.0
        assert (z[neighbours.rows] * z[neighbours.indices]).mean() == pytest.approx(expected)
        result = local_moran(layout.ravel(), neighbours)
        share = z * np.bincount(neighbours.rows, z[neighbours.indices]) / neighbours.n_neighbours
        assert result.overall.i == pytest.approx(share.mean())


def test_lag_does_not_see_missing_units_and_islands_stay_apart():
    # 0 - 1 - 2 - 3 - 4, with 5 alone, 6 only beside the missing 7.
    neighbours = from_pairs(8, [0, 1, 2, 3, 6], [1, 2, 3, 4, 7])
    values = np.array([1.0, 5, 2, 8, 3, 100, 4, np.nan])
    result = local_moran(values, neighbours)
    assert result.cluster[5:].tolist() == ["island", "island", "nodata"]
    assert np.isnan(result.p[5:]).all()
    assert np.isnan(result.lag[5:]).all()
    assert result.n_neighbours.tolist() == [1, 2, 2, 2, 1, 0, 0, 0]
    assert (result.n_used, result.n_islands, result.n_excluded) == (5, 2, 1)
    # The mean is over the seven values, so the islands count in it.
    z = (values - values[:7].mean()) / values[:7].std()
    assert result.lag[:5] == pytest.approx(
        [z[1], (z[0] + z[2]) / 2, (z[1] + z[3]) / 2, (z[2] + z[4]) / 2, z[3]]
    )


def test_one_missing_value_costs_one_unit():
    rng = np.random.default_rng(3)
    neighbours = lattice(30, 30)
    values = rng.normal(size=900)
    whole = local_moran(values, neighbours)
    values[450] = np.nan
    hole = local_moran(values, neighbours)
    assert hole.n_excluded == 1
    assert hole.n_used == 899
    assert np.isnan(hole.p).sum() == 1
    assert np.abs(np.delete(hole.p - whole.p, [449, 450, 451, 420, 480])).max() < 0.01


def test_weights_are_standardised_per_unit():
    base = lattice(6, 6)
    values = np.random.default_rng(0).normal(size=36)
    tripled = Neighbours(base.indptr, base.indices, np.full(len(base.indices), 3.0))
    a, b = local_moran(values, base), local_moran(values, tripled)
    np.testing.assert_array_equal(a.p, b.p)
    np.testing.assert_array_equal(a.i, b.i)


def test_bivariate_uses_the_lag_of_the_other_variable():
    rng = np.random.default_rng(1)
    neighbours = lattice(5, 5)
    x, y = rng.normal(size=25), rng.normal(size=25)
    result = local_moran(x, neighbours, with_values=y)
    zx, zy = (x - x.mean()) / x.std(), (y - y.mean()) / y.std()
    lag = np.bincount(neighbours.rows, zy[neighbours.indices]) / neighbours.n_neighbours
    assert result.lag == pytest.approx(lag)
    assert result.i == pytest.approx(24 / 25 * zx * lag)
    same = local_moran(x, neighbours, with_values=x)
    np.testing.assert_allclose(same.p, local_moran(x, neighbours).p, atol=0.002)


# -- p-values against every permutation --------------------------------------------------------


@pytest.mark.parametrize("n", [4, 5, 6, 7])
def test_tiny_graphs_equal_full_enumeration(n):
    values = np.random.default_rng(n).normal(size=n)
    for neighbours in (ring(n), from_pairs(n, [0, 0, 0, 1], [1, 2, 3, 2])):
        used = neighbours.n_neighbours > 0
        result = local_moran(values, neighbours)
        np.testing.assert_allclose(result.p[used], all_permutations(values, neighbours)[used])
        one = local_moran(values, neighbours, p_value="directed")
        np.testing.assert_allclose(
            one.p[used], all_permutations(values, neighbours, directed=True)[used]
        )


def test_tiny_graphs_with_ties_equal_full_enumeration():
    values = np.array([0.1, 0.2, 0.3, 0.3, 0.1, 0.2, 0.3])  # 0.1 + 0.2 != 0.3 in floats
    result = local_moran(values, ring(7))
    np.testing.assert_allclose(result.p, all_permutations(values, ring(7)))


def test_tiny_graph_with_uneven_weights_equals_full_enumeration():
    base = from_pairs(7, [0, 1, 2, 3, 4, 5, 6, 0], [1, 2, 3, 4, 5, 6, 0, 3])
    weights = np.random.default_rng(2).uniform(1, 4, len(base.indices))
    neighbours = Neighbours(base.indptr, base.indices, weights)
    values = np.random.default_rng(5).normal(size=7)
    result = local_moran(values, neighbours)
    np.testing.assert_allclose(result.p, all_permutations(values, neighbours))


def test_all_others_as_neighbours_have_one_possible_lag():
    values = np.array([1.0, 4, 2, 8, 5])
    first, second = np.triu_indices(5, 1)
    assert local_moran(values, from_pairs(5, first, second)).p.tolist() == [1.0] * 5


def all_but(n, missing):
    """Return lists of all others but the next few."""
    gone = [{i, *((i + j) % n for j in range(1, missing + 1))} for i in range(n)]
    rows = [[j for j in range(n) if j not in gone[i]] for i in range(n)]
    return Neighbours(
        np.arange(0, n * (n - 1 - missing) + 1, n - 1 - missing), np.concatenate(rows)
    )


@pytest.mark.parametrize("missing", [1, 2, 3])
def test_nearly_all_others_are_counted_by_what_is_left_out(monkeypatch, missing):
    asked = []
    counted = lag_null._all_draws
    monkeypatch.setattr(
        lag_null, "_all_draws", lambda n, k, **more: asked.append(k) or counted(n, k, **more)
    )
    values = np.random.default_rng(0).integers(0, 20, 60)
    neighbours = all_but(60, missing)
    result = local_moran(values, neighbours)
    np.testing.assert_allclose(result.p, exact_null(values, neighbours), rtol=1e-9)
    assert asked == [missing]


def test_draws_of_what_is_left_out_hardly_ever_hold_the_unit():
    values = np.random.default_rng(1).integers(0, 30, 120)
    values[[40, 41, 42, 43, 44, 45]] = 300  # what unit 39 leaves out
    neighbours = all_but(120, 6)
    exact = exact_null(values, neighbours)
    result = local_moran(values, neighbours, permutations=999)
    assert exact[39] < 1e-6
    # Of draws of 113 from 120 only one in 17 does not hold the unit.
    assert result.p[39] < 0.003
    tail = exact / 2
    assert (np.abs(result.p - exact) <= 10 * np.sqrt(tail * (1 - tail) / 999) + 4 / 999).all()


def test_two_values_are_hypergeometric():
    stats = pytest.importorskip("scipy.stats")
    rng = np.random.default_rng(8)
    neighbours = lattice(20, 20, queen=True)
    values = np.where(rng.random(400) < 0.3, 0.7, 0.1)
    result = local_moran(values, neighbours, permutations=99)
    high = values > 0.5
    k = neighbours.n_neighbours
    seen = np.bincount(neighbours.rows, high[neighbours.indices]).astype(int)
    others = stats.hypergeom(399, high.sum() - high, k)
    expected = np.minimum(1, 2 * np.minimum(others.sf(seen - 1), others.cdf(seen)))
    np.testing.assert_allclose(result.p, expected, rtol=1e-9)
    assert "exact" in result.notes[0].en


def test_sampled_p_agrees_with_the_exact_null():
    """Ties and an outlier: within sampling error."""
    rng = np.random.default_rng(4)
    neighbours = lattice(20, 20, queen=True)
    values = rng.poisson(6, 400)
    values[210] = 60
    exact = exact_null(values, neighbours)
    for draws, seed in ((999, 1), (9_999, 2), (99_999, 3)):
        result = local_moran(values, neighbours, permutations=draws, seed=seed)
        assert result.n_used == 400
        tail = exact / 2
        # Five standard errors of independent draws, and the one that is added to the count.
        tolerance = 10 * np.sqrt(tail * (1 - tail) / draws) + 4 / draws
        assert (np.abs(result.p - exact) <= tolerance).all()


def test_dealt_draws_are_unbiased_and_better_than_independent_ones():
    rng = np.random.default_rng(4)
    neighbours = lattice(25, 25, queen=True)
    values = rng.integers(0, 101, 625)
    exact = exact_null(values, neighbours)
    runs = np.array(
        [local_moran(values, neighbours, permutations=4_999, seed=s).p for s in range(12)]
    )
    off = runs - exact
    independent = 2 * np.sqrt(exact / 2 * (1 - exact / 2) / 4_999)
    # An independent draw would give a ratio of 1.
    assert np.sqrt((off**2).mean() / (independent**2).mean()) < 0.5
    # The mean over the seeds shrinks towards the exact p (the + 1 in count + 1 is 0.0002 to
    # 0.0004).
    assert np.abs(off.mean(axis=0)).mean() < 0.5 * np.abs(off).mean() + 0.0004


def test_uneven_weights_agree_with_independent_draws():
    rng = np.random.default_rng(9)
    base = lattice(12, 12, queen=True)
    weights = rng.uniform(0.2, 3, len(base.indices))
    neighbours = Neighbours(base.indptr, base.indices, weights)
    values = rng.gamma(1.0, size=144)
    result = local_moran(values, neighbours, permutations=19_999)
    z = (values - values.mean()) / values.std()
    for unit in (0, 13, 77, int(values.argmax())):
        row = slice(base.indptr[unit], base.indptr[unit + 1])
        w = weights[row] / weights[row].sum()
        others = np.delete(z, unit)
        draws = np.array([rng.permutation(others)[: len(w)] @ w for _ in range(20_000)])
        seen = w @ z[base.indices[row]]
        tail = min((draws >= seen).mean(), (draws <= seen).mean())
        tolerance = 10 * np.sqrt(2 * tail * (1 - tail) / 20_000) + 5e-4
        assert result.p[unit] == pytest.approx(min(1, 2 * tail), abs=tolerance)
        assert result.lag[unit] == pytest.approx(seen)


def test_a_unit_is_never_drawn_as_its_own_neighbour():
    """One unit holds all: were it drawn for itself, its neighbours' zeros would look rare."""
    values = np.arange(400) / 1e6
    values[110] = 1000.0
    neighbours = lattice(20, 20, queen=True)
    result = local_moran(values, neighbours, permutations=99_999)
    others = np.delete(np.arange(400), 110)
    rng = np.random.default_rng(0)
    seen = values[neighbours.indices[neighbours.indptr[110] : neighbours.indptr[111]]].sum()
    draws = values[others][rng.random((20_000, 399)).argpartition(8, axis=1)[:, :8]].sum(axis=1)
    tail = min((draws >= seen).mean(), (draws <= seen).mean())
    assert result.n_neighbours[110] == 8
    assert result.p[110] == pytest.approx(2 * tail, abs=10 * np.sqrt(tail / 20_000))


def test_one_extreme_value_does_not_spoil_the_draws_of_the_others():
    neighbours = lattice(20, 20, queen=True)
    values = np.random.default_rng(1).integers(0, 100, 400)
    values[7] = 2_000_000
    plain = values.copy()
    plain[7] = 99  # hardly matters to anyone who is not beside it
    far = np.setdiff1d(np.arange(400), [6, 7, 8, 26, 27, 28])
    exact = exact_null(plain, neighbours)
    runs = [local_moran(values, neighbours, permutations=9_999, seed=s).p for s in range(8)]
    spread = np.std(runs, axis=0)[far].mean()
    independent = (2 * np.sqrt(exact / 2 * (1 - exact / 2) / 9_999))[far].mean()
    assert spread < independent


# -- reproducible ------------------------------------------------------------------------------


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10_000), st.booleans(), st.booleans(), st.booleans())
def test_row_order_does_not_matter(seed, whole, bivariate, uneven):
    rng = np.random.default_rng(seed)
    base = lattice(9, 8)
    n = base.n
    weights = rng.choice([1.0, 2.0, 5.0], len(base.indices)) if uneven else None
    neighbours = Neighbours(base.indptr, base.indices, weights)
    values = rng.integers(0, 6, n).astype(float) if whole else rng.normal(size=n)
    values[rng.integers(0, n, 3)] = np.nan
    other = rng.normal(size=n) if bivariate else None
    order = rng.permutation(n)
    a = local_moran(values, neighbours, permutations=499, with_values=other)
    b = local_moran(
        values[order],
        neighbours.take(order),
        permutations=499,
        with_values=None if other is None else other[order],
    )
    for name in ("i", "lag", "z", "p", "q", "n_neighbours"):
        np.testing.assert_array_equal(getattr(a, name)[order], getattr(b, name), err_msg=name)
    assert a.cluster[order].tolist() == b.cluster.tolist()
    assert a.overall == b.overall


def test_same_seed_same_result_other_seed_other_draws():
    values = np.random.default_rng(0).normal(size=400)
    one, two, other = (
        local_moran(values, lattice(20, 20), permutations=999, seed=s).p for s in (7, 7, 8)
    )
    np.testing.assert_array_equal(one, two)
    assert (one != other).any()


def test_shift_and_scale_of_the_variable_do_not_matter():
    values = np.random.default_rng(0).normal(size=144)
    a = local_moran(values, lattice(12, 12), permutations=999)
    b = local_moran(3e5 * values + 7e6, lattice(12, 12), permutations=999)
    np.testing.assert_allclose(a.i, b.i, atol=1e-9)
    np.testing.assert_allclose(a.p, b.p, atol=1e-12)


@pytest.mark.parametrize("scale", [2.0**-1000, 2.0**1000])
def test_numbers_whose_squares_do_not_fit_are_as_good_as_others(scale):
    values = np.random.default_rng(0).normal(size=144)
    a = local_moran(values, lattice(12, 12), permutations=999)
    b = local_moran(values * scale, lattice(12, 12), permutations=999)
    np.testing.assert_array_equal(a.i, b.i)
    np.testing.assert_array_equal(a.p, b.p)
    one = np.zeros(144)
    one[50] = 1e308
    assert local_moran(one, lattice(12, 12)).overall.i == pytest.approx(-1 / 143)


def test_flips_between_seeds_are_foretold():
    rng = np.random.default_rng(11)
    neighbours = lattice(40, 40, queen=True)
    field = rng.normal(size=(44, 44))
    smooth = sum(field[r : r + 40, c : c + 40] for r in range(3) for c in range(3)).ravel()
    values = smooth + rng.normal(0, 4, 1600)
    runs = [
        local_moran(values, neighbours, permutations=999, correction="none", seed=s)
        for s in range(10)
    ]
    labels = np.array([[c in {"HH", "LL", "HL", "LH"} for c in r.cluster] for r in runs])
    flips = np.mean([(labels[a] != labels[b]).sum() for a in range(10) for b in range(a)])
    said = np.mean([r.n_could_flip for r in runs])
    assert 0.5 * flips < said < 2 * flips


# -- labels, q, notes --------------------------------------------------------------------------


def test_q_by_hand():
    p = np.array([0.04, 0.01, 0.03, 0.5])
    # Sorted .01 .03 .04 .5; times 4/rank: .04 .06 .0533 .5; running minimum from the right.
    assert benjamini_hochberg(p) == pytest.approx([0.16 / 3, 0.04, 0.16 / 3, 0.5])


def test_labels_of_a_planted_pattern():
    grid = np.random.default_rng(0).normal(50, 5, (14, 14))
    grid[1:6, 1:6] += 40  # a high block
    grid[8:13, 8:13] -= 40  # a low block
    grid[3, 3] = 0  # a low one inside the high block
    grid[10, 10] = 100
    result = local_moran(grid.ravel(), lattice(14, 14, queen=True))
    cluster = result.cluster.reshape(14, 14)
    assert (cluster[2, 2], cluster[9, 9], cluster[3, 3], cluster[10, 10]) == (
        "HH",
        "LL",
        "LH",
        "HL",
    )
    assert cluster[0, 13] == "ns"


def test_the_number_tested_is_told():
    values = np.random.default_rng(0).normal(size=150)
    values[:4] = np.nan
    told = local_moran(values, lattice(15, 10)).notes[-1]
    assert "of the 146 tested units" in told.en
    assert "van de 146 getoetste eenheden" in told.nl
    told = local_moran(np.where(values > 0, 1.0, 0.0), lattice(15, 10)).notes[-1]
    assert "of the 150 tested units are exact" in told.en


def test_q_counts_only_the_tested():
    values = np.random.default_rng(0).normal(size=150)
    neighbours = lattice(15, 10)
    few = local_moran(np.where(np.arange(150) < 100, values, np.nan), neighbours)
    tested = ~np.isnan(few.p)
    assert tested.sum() == few.n_used == 100
    np.testing.assert_array_equal(few.q[tested], benjamini_hochberg(few.p[tested]))
    assert np.isnan(few.q[~tested]).all()


def test_too_few_permutations_for_the_limit_is_said_with_the_number_that_would_do():
    values = np.random.default_rng(0).normal(size=400)
    notes = local_moran(values, lattice(20, 20), permutations=999).notes
    assert any("15,999 permutations would do" in note.en for note in notes)
    (dutch,) = (note.nl for note in notes if "15.999 permutaties" in note.nl)
    assert "geen p kleiner dan 0,0020, " in dutch
    assert "zich 0,00013 nodig heeft bij 400 toetsen" in dutch
    enough = local_moran(values, lattice(20, 20), permutations=15_999).notes
    assert not any("would do" in note.en for note in enough)
    plain = local_moran(values, lattice(20, 20), permutations=19, correction="none").warnings
    assert any("nothing can be significant" in note.en for note in plain)
    assert any("39 permutations would do" in note.en for note in plain)


def test_fewer_than_thirty_tested_units_is_a_note():
    values = np.arange(29.0)
    assert "Only 29 units" in local_moran(values, ring(29)).notes[0].en
    assert not any("Only" in n.en for n in local_moran(np.arange(30.0), ring(30)).notes)


# -- rates ---------------------------------------------------------------------------------------


def test_rates_by_hand():
    # Two halves: 10 of 100 and 30 of 100, mean rate 0.2; variance 0.01 - 0.2 / 100 = 0.008.
    events, base = np.array([10.0, 30, 10, 30]), np.full(4, 100.0)
    result = local_moran(events, ring(4), base=base)
    assert result.z == pytest.approx([-1, 1, -1, 1])
    # z before the second standardisation would be 0.1 / sqrt(0.008 + 0.002); equal bases hide it,
    # so an uneven base shows the shrinkage: the same rate is less extreme in a small population.
    events, base = np.array([1.0, 100, 60, 600, 30]), np.array([2.0, 200, 400, 4000, 200])
    z = local_moran(events, ring(5), base=base).z
    assert z[0] < z[1]


def test_equal_rates_of_fractional_counts_are_constant():
    base = np.random.default_rng(0).integers(50, 900, 100).astype(float)
    with pytest.raises(MeasureError, match=r"constant \(0\.3 in all units\)"):
        local_moran(0.3 * base, ring(100), base=base)


def test_no_population_is_missing_and_impossible_rates_are_refused():
    events, base = np.array([1.0, 3, 0, 2, 5, 1]), np.array([9.0, 9, 0, 9, 9, 9])
    result = local_moran(events, ring(6), base=base)
    assert result.cluster[2] == "nodata"
    assert result.n_excluded == 1
    for row, wrong in ((1, 2.0), (4, -1.0), (3, 0.0)):
        bad = base.copy()
        bad[row] = wrong
        with pytest.raises(MeasureError, match=f"row {row + 1}:"):
            local_moran(events, ring(6), base=bad)
    with pytest.raises(MeasureError, match="constant"):
        local_moran(np.zeros(6), ring(6), base=base)
    for even in (np.full(6, 12.0), np.array([12.0, 24, 36, 48, 60, 72])):
        with pytest.raises(MeasureError, match=r"constant \(0\.25 in all units\)"):
            local_moran(even / 4, ring(6), base=even)


# -- refusals and limits -------------------------------------------------------------------------


@pytest.mark.parametrize("values", [np.full(9, 4.0), np.full(9, 1e9) + 1e-7, np.zeros(9)])
def test_constant_is_refused(values):
    with pytest.raises(MeasureError, match="constant"):
        local_moran(values, ring(9))


def test_fewer_than_three_and_islands_only_are_refused():
    with pytest.raises(MeasureError, match="Only 2 units"):
        local_moran([1.0, 2.0, 3.0], from_pairs(3, [0], [1]))
    with pytest.raises(MeasureError, match="Only 0 units"):
        local_moran(np.arange(9.0), from_pairs(9, [], []))
    with pytest.raises(MeasureError, match="Only 0 units"):
        local_moran(np.full(9, np.nan), ring(9))


@pytest.mark.parametrize(
    "choice",
    [
        {"permutations": 0},
        {"permutations": -5},
        {"permutations": 10**12},
        {"alpha": 0.0},
        {"alpha": 1.5},
        {"p_value": "one-sided"},
        {"correction": "bonferroni"},
    ],
)
def test_choices_out_of_range_are_refused(choice):
    with pytest.raises(MeasureError):
        local_moran(np.arange(9.0), ring(9), **choice)


def test_values_and_neighbours_of_different_length_are_refused():
    with pytest.raises(MeasureError, match="9 and 8"):
        local_moran(np.arange(9.0), ring(8))


@pytest.mark.parametrize("weight", [0.0, -1.0, np.nan])
def test_weights_must_be_positive(weight):
    base = ring(6)
    weights = np.ones(len(base.indices))
    weights[3] = weight
    with pytest.raises(MeasureError, match="weight"):
        local_moran(np.arange(6.0), Neighbours(base.indptr, base.indices, weights))


@pytest.mark.parametrize("uneven", [False, True])
def test_a_billion_permutations_stop_when_asked_and_stay_small(uneven):
    import time
    import tracemalloc

    base = lattice(60, 60, queen=True)
    weights = 1 + np.arange(len(base.indices)) % 3 if uneven else None
    neighbours = Neighbours(base.indptr, base.indices, weights)
    values = np.random.default_rng(0).normal(size=3600)
    asked, told = [], []

    def stop() -> bool:
        asked.append(time.process_time())
        return len(asked) > 40

    tracemalloc.start()
    with pytest.raises(Cancelled):
        local_moran(values, neighbours, permutations=10**9, progress=told.append, cancelled=stop)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 150e6
    assert np.diff(asked).max() < 1
    assert told == sorted(told)


def test_many_neighbours_are_stopped_within_a_second():
    """Every unit is the neighbour of most others: no step between two questions is long."""
    import time

    rng = np.random.default_rng(0)
    pairs = np.flatnonzero(rng.random(2_500**2) < 0.7)
    neighbours = from_pairs(2_500, *np.divmod(pairs, 2_500))
    asked = [time.process_time()]

    def stop() -> bool:
        asked.append(time.process_time())
        return len(asked) > 60

    with pytest.raises(Cancelled):
        local_moran(rng.normal(size=2_500), neighbours, permutations=10**9, cancelled=stop)
    assert np.diff(asked).max() < 1


def test_progress_reaches_a_hundred():
    told: list[float] = []
    values = np.random.default_rng(0).normal(size=400)
    local_moran(values, lattice(20, 20), permutations=9_999, progress=told.append)
    assert told == sorted(told)
    assert told[-1] == 100
