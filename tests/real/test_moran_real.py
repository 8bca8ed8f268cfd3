# SPDX-License-Identifier: GPL-2.0-or-later
"""Neighbours and local Moran on real layers, against esda, libpysal and pygeoda."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from wijkmix.wijkmix_plugin.measures.local_moran import local_moran
from wijkmix.wijkmix_plugin.measures.neighbours import (
    Neighbours,
    contiguity,
    join_islands,
    nearest,
    within,
)

geopandas = pytest.importorskip("geopandas")

KOOP, CORP = "percentage_koopwoningen", "perc_huurwoningen_in_bezit_woningcorporaties"
WOZ, HOMES = "gemiddelde_woningwaarde", "woningvoorraad"


def column(frame, name: str) -> np.ndarray:
    values = frame[name].to_numpy(float)
    return np.where(values <= -99990, np.nan, values)


def shapes(frame) -> np.ndarray:
    return np.asarray(frame.geometry.values, dtype=object)


def pairs(neighbours: Neighbours) -> set[tuple[int, int]]:
    return set(zip(neighbours.rows.tolist(), neighbours.indices.tolist(), strict=True))


@pytest.fixture(scope="module")
def amsterdam(shared):
    return geopandas.read_file(
        shared / "data/amsterdam_2023_heerlen_2024.gpkg", layer="amsterdam_2023"
    )


@pytest.fixture(scope="module")
def rijnmond(shared):
    return geopandas.read_file(shared / "data/rijnmond_buurten_2024.gpkg", layer="buurten")


@pytest.fixture(scope="module")
def country(shared):
    return geopandas.read_file(
        shared / "data/nl_buurten_2024.gpkg", layer="buurten", columns=[KOOP, "gemeentecode"]
    )


@pytest.fixture
def geoda(tmp_path):
    """Open shapes in pygeoda."""
    pygeoda = pytest.importorskip("pygeoda")

    def opened(geometry):
        target = tmp_path / "layer.shp"
        frame = geopandas.GeoDataFrame({"row": range(len(geometry))}, geometry=list(geometry))
        frame.set_crs(28992).to_file(target)
        return pygeoda, pygeoda.open(str(target))

    return opened


def geoda_pairs(weights, n: int) -> set[tuple[int, int]]:
    return {(i, j) for i in range(n) for j in weights.get_neighbors(i)}


# -- neighbours ----------------------------------------------------------------------------------


def test_every_layer_equals_comparing_its_shapes(amsterdam, rijnmond, country, shared):
    full = geopandas.read_file(
        shared / "data/amsterdam_buurten_2023_2024.gpkg", layer="amsterdam_buurten"
    )
    for frame in (amsterdam, rijnmond, country, full):
        geometry = shapes(frame)
        tree = shapely.STRtree(geometry).query(geometry, predicate="intersects")
        expected = {(a, b) for a, b in tree.T.tolist() if a != b}
        assert pairs(contiguity(geometry)) == expected


@pytest.mark.parametrize("rook", [False, True])
def test_geoda_and_libpysal_on_amsterdam(amsterdam, geoda, rook):
    graph = pytest.importorskip("libpysal.graph")
    geometry = shapes(amsterdam)
    ours = pairs(contiguity(geometry, rook=rook))
    pygeoda, layer = geoda(geometry)
    weights = (pygeoda.rook_weights if rook else pygeoda.queen_weights)(layer)
    theirs = geoda_pairs(weights, len(geometry))
    index = geopandas.GeoSeries(geometry)
    built = graph.Graph.build_contiguity(index, rook=rook).adjacency
    pysal = {pair for pair, weight in built.items() if weight > 0}
    assert theirs == pysal
    # Both look at vertices only. What they miss touches or overlaps without common vertices.
    assert theirs <= ours
    extra = ours - theirs
    assert len(extra) <= 0.02 * len(ours)
    for a, b in extra:
        relation = geometry[a].relate(geometry[b])
        assert relation[0] == "2" or (relation[4] == "1" if rook else relation[4] != "F")


def test_rijnmond_slivers_and_overlaps(rijnmond, geoda):
    """Simplified shape by shape, so hardly a border is the same in both units."""
    geometry = shapes(rijnmond)
    pygeoda, layer = geoda(geometry)
    theirs = geoda_pairs(pygeoda.queen_weights(layer), len(geometry))
    touching = pairs(contiguity(geometry))
    near = pairs(contiguity(geometry, tolerance=10))
    assert theirs < touching < near
    # Vertices alone leave half of the real neighbours out.
    assert len(theirs) < 0.6 * len(near)
    for a, b in near - touching:
        assert 0 < shapely.distance(geometry[a], geometry[b]) <= 10
    mean = contiguity(geometry, tolerance=10).n_neighbours.mean()
    assert 5 < mean < 7


def test_gemeente_borders_of_the_country_need_a_tolerance(country):
    geometry = shapes(country)
    gemeente = country["gemeentecode"].to_numpy()
    counts = {}
    for tolerance in (0, 5, 25):
        near = contiguity(geometry, tolerance=tolerance)
        across = gemeente[near.rows] != gemeente[near.indices]
        counts[tolerance] = (int(across.sum()), int((~across).sum()), near.components().max() + 1)
    assert counts[0][0] < counts[5][0] < counts[25][0]
    # Within a gemeente the borders are drawn once: a tolerance adds little there.
    assert counts[25][1] < 1.03 * counts[0][1]
    assert counts[25][2] < counts[0][2]


def test_islands_of_the_country_join_the_nearest(country):
    geometry = shapes(country)
    near = contiguity(geometry, tolerance=25)
    joined = join_islands(near, geometry)
    assert near.islands.sum() > 0
    assert joined.islands.sum() == 0
    assert pairs(near) < pairs(joined)


@pytest.mark.parametrize("k", [1, 6])
def test_nearest_as_geoda(amsterdam, geoda, k):
    geometry = shapes(amsterdam)
    pygeoda, layer = geoda(geometry)
    theirs = geoda_pairs(pygeoda.knn_weights(layer, k), len(geometry))
    assert pairs(nearest(geometry, k)) == theirs


def test_within_as_geoda_and_libpysal(amsterdam, geoda):
    graph = pytest.importorskip("libpysal.graph")
    geometry = shapes(amsterdam)
    # As points: of a unit with holes or parts GeoDa takes another centre than the centroid.
    pygeoda, layer = geoda(shapely.centroid(geometry))
    ours = pairs(within(geometry, 1500))
    assert ours == geoda_pairs(pygeoda.distance_weights(layer, 1500), len(geometry))
    points = geopandas.GeoSeries(shapely.centroid(geometry))
    band = graph.Graph.build_distance_band(points, 1500).adjacency
    assert ours == {pair for pair, weight in band.items() if weight > 0}


# -- local Moran ---------------------------------------------------------------------------------


def combinations(amsterdam, rijnmond):
    """Six pairs of a variable and weights, whole and heavy-tailed, with islands and uneven k."""
    for frame, name, build in (
        (amsterdam, CORP, contiguity),
        (amsterdam, KOOP, lambda g: contiguity(g, rook=True)),
        (amsterdam, WOZ, lambda g: nearest(g, 6)),
        (amsterdam, HOMES, lambda g: within(g, 1200)),
        (rijnmond, KOOP, lambda g: contiguity(g, tolerance=10)),
        (rijnmond, "omgevingsadressendichtheid", lambda g: nearest(g, 4)),
    ):
        values = column(frame, name)
        used = np.isfinite(values)
        yield values[used], build(shapes(frame)[used])


def combination(amsterdam, rijnmond, number: int):
    values, near = list(combinations(amsterdam, rijnmond))[number]
    return values, near, ~near.islands


@pytest.mark.parametrize("number", range(6))
def test_against_esda(amsterdam, rijnmond, number):
    """I to 1e-12; p, directed and two-sided, within 5 standard errors of esda's 9,999 draws.

    esda's own draws are counted here, equal lags in both tails; in esda's `p_sim` they count in one
    tail only, so with whole numbers it may be smaller by the chance of a tie.
    """
    esda = pytest.importorskip("esda")
    draws = 9_999
    values, near, used = combination(amsterdam, rijnmond, number)
    theirs = esda.Moran_Local(values, near.graph().transform("r"), permutations=draws, seed=1)
    directed = local_moran(values, near, p_value="directed")
    two_sided = local_moran(values, near)
    np.testing.assert_allclose(directed.i[used], theirs.Is[used], rtol=0, atol=1e-12)
    drawn, seen = theirs.rlisas[used], theirs.Is[used][:, None]
    tail = np.minimum((drawn >= seen - 1e-9).sum(axis=1), (drawn <= seen + 1e-9).sum(axis=1))
    tail = (tail + 1) / (draws + 1)
    p = directed.p[used]
    tolerance = 5 * np.sqrt(p * (1 - p) / draws) + 2 / draws
    assert (np.abs(p - tail) <= tolerance).all()
    assert (np.abs(two_sided.p[used] - np.minimum(1, 2 * tail)) <= 2 * tolerance).all()
    tie = tie_chance(values, near)[used]
    assert (np.abs(p - theirs.p_sim[used]) <= tolerance + tie).all()


def tie_chance(values: np.ndarray, near: Neighbours) -> np.ndarray:
    """Chance that a random sum equals the observed one, estimated from draws with replacement."""
    rng = np.random.default_rng(0)
    k = near.n_neighbours
    total = np.bincount(near.rows, values[near.indices], minlength=len(values))
    out = np.zeros(len(values))
    for size in np.unique(k[k > 0]):
        sums = rng.choice(values, (20_000, size)).sum(axis=1)
        for unit in np.flatnonzero(k == size):
            out[unit] = np.isclose(sums, total[unit], rtol=1e-12).mean()
    return 1.5 * out


@pytest.mark.parametrize("number", range(6))
def test_against_geoda(amsterdam, rijnmond, number, tmp_path):
    """I to 1e-12; p within 8 standard errors of 9,999 independent draws, beside ties.

    GeoDa's draws scatter twice as wide as independent ones (root mean square over 700 units against
    exact p-values), and it never draws a unit without neighbours: these are left out here.
    """
    pygeoda = pytest.importorskip("pygeoda")
    draws = 9_999
    values, near, used = combination(amsterdam, rijnmond, number)
    values, near = values[used], near.take(np.flatnonzero(used))
    lines = [f"0 {near.n} layer row"]
    for row in range(near.n):
        mine = near.indices[near.indptr[row] : near.indptr[row + 1]]
        lines += [f"{row} {len(mine)}", " ".join(map(str, mine))]
    lists = tmp_path / "lists.gal"
    lists.write_text("\n".join(lines) + "\n")
    weights = pygeoda.read_gal(str(lists), list(map(str, range(near.n))))
    theirs = pygeoda.local_moran(weights, list(values), permutations=draws, seed=1)
    ours = local_moran(values, near, p_value="directed")
    np.testing.assert_allclose(ours.i, theirs.lisa_values(), rtol=0, atol=1e-12)
    tolerance = 8 * np.sqrt(ours.p * (1 - ours.p) / draws) + 2 / draws + tie_chance(values, near)
    assert (np.abs(ours.p - theirs.lisa_pvalues()) <= tolerance).all()


def test_bivariate_rates_and_global_against_esda(amsterdam):
    esda = pytest.importorskip("esda")
    koop, woz, homes = (column(amsterdam, name) for name in (KOOP, WOZ, HOMES))
    used = np.isfinite(koop + woz + homes)
    koop, woz, homes = koop[used], woz[used], homes[used]
    near = contiguity(shapes(amsterdam)[used])
    row = near.graph().transform("r")
    tested = ~near.islands
    quick = {"permutations": 99, "seed": 1}

    two = esda.Moran_Local_BV(koop, woz, row, keep_simulations=False, **quick)
    ours = local_moran(koop, near, with_values=woz, permutations=999)
    np.testing.assert_allclose(ours.i[tested], two.Is[tested], atol=1e-12)

    events = np.floor(koop / 100 * homes)
    rate = esda.Moran_Local_Rate(events, homes, row, **quick)
    ours = local_moran(events, near, base=homes, permutations=999)
    np.testing.assert_allclose(ours.i[tested], rate.Is[tested], atol=1e-12)

    for values in (koop, woz):
        whole = esda.Moran(values, row, permutations=0)
        ours = local_moran(values, near, permutations=99).overall
        assert ours.i == pytest.approx(whole.I, abs=1e-12)
        assert ours.expected == pytest.approx(whole.EI, abs=1e-12)
        assert ours.z == pytest.approx(whole.z_rand, rel=1e-9)
        assert ours.p == pytest.approx(whole.p_rand, rel=1e-6, abs=1e-300)


def test_bivariate_global_moments_are_those_of_permutations(amsterdam):
    koop, woz = column(amsterdam, KOOP), column(amsterdam, WOZ)
    used = np.isfinite(koop + woz)
    koop, woz = koop[used], woz[used]
    near = contiguity(shapes(amsterdam)[used])
    overall = local_moran(koop, near, with_values=woz, permutations=99).overall
    rng = np.random.default_rng(0)
    x = (koop - koop.mean()) / koop.std()
    pull = np.bincount(near.indices, x[near.rows] / near.n_neighbours[near.rows], minlength=len(x))
    y = (woz - woz.mean()) / woz.std()
    draws = np.array([pull @ rng.permutation(y) for _ in range(4_000)])
    draws /= (~near.islands).sum()
    assert overall.i == pytest.approx(pull @ y / (~near.islands).sum())
    score = (overall.i - draws.mean()) / draws.std()
    assert overall.z == pytest.approx(score, rel=0.05)


def test_one_missing_value_among_the_country_costs_one_unit(country):
    values = column(country, KOOP)
    near = contiguity(shapes(country))
    whole = local_moran(values, near)
    values[np.flatnonzero(np.isfinite(whole.p))[1000]] = np.nan
    hole = local_moran(values, near)
    assert hole.n_excluded == whole.n_excluded + 1
    lost = (np.isfinite(whole.p) & ~np.isfinite(hole.p)).sum()
    assert 1 <= lost <= 2  # the unit, and a unit that had no other neighbour
    labels = {"HH", "LL", "HL", "LH"}
    changed = sum(a != b for a, b in zip(whole.cluster, hole.cluster, strict=True))
    assert sum(c in labels for c in hole.cluster) > 500
    # The unit, its neighbours, and those at the limit that other draws tip over.
    assert changed <= 10 + 2 * (whole.n_could_flip + hole.n_could_flip)


def test_islands_and_missing_units_are_labelled_not_tested(country):
    result = local_moran(column(country, KOOP), contiguity(shapes(country)), permutations=999)
    for label in ("island", "nodata"):
        units = result.cluster == label
        assert units.any()
        assert np.isnan(result.p[units]).all()
        assert np.isnan(result.q[units]).all()
        assert (result.n_neighbours[units] == 0).all()
    assert result.n_used + result.n_islands + result.n_excluded == len(country)
    assert result.n_used == np.isfinite(result.p).sum()


def test_more_permutations_than_memory_for_the_country(country):
    """A million permutations of 14,566 buurten, in less than 150 MB above the data."""
    import tracemalloc

    values, near = column(country, KOOP), contiguity(shapes(country))
    tracemalloc.start()
    result = local_moran(values, near, permutations=999_999)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 150e6
    assert result.p[np.isfinite(result.p)].min() < 1e-4
    assert result.n_could_flip < 20


def test_spread_over_seeds_of_the_country(country):
    values, near = column(country, KOOP), contiguity(shapes(country))
    counts = [
        np.sum(local_moran(values, near, correction="none", seed=s).p <= 0.05) for s in range(12)
    ]
    assert np.std(counts) < 7
