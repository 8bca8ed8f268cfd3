# SPDX-License-Identifier: GPL-2.0-or-later
"""How long the measures of scale take, with growth; agreement is checked in the same run.

Run with `scripts/env python benchmarks/scale.py [--quick | --many towns | --many corner]`; the
squares come from the open data beside the project.
"""

from __future__ import annotations

import argparse
import resource
import statistics
import time
from pathlib import Path

import numpy as np

DATA = Path(__file__).resolve().parent.parent.parent / "shared" / "data"
SCALES = [12, 25, 50, 100, 200, 400, 800, 1600, 3200, 6400, 12800, 25600, 51200]


def peak() -> float:
    """Return the peak memory of this process so far, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def timed(function, rounds: int = 5) -> tuple[float, float, object]:
    """Return the first call, the median of the next ones, and the last result."""
    start = time.perf_counter()
    result = function()
    first, times = time.perf_counter() - start, []
    for _ in range(rounds):
        start = time.perf_counter()
        result = function()
        times.append(time.perf_counter() - start)
    return first, statistics.median(times) if times else first, result


def squares(rounds: int) -> None:
    """Time the published squares of 100 m in the wijken of Rijnmond, 999 shuffles."""
    import geopandas as gpd
    from wijkmix.wijkmix_plugin.measures.mosaic import assign, mosaic, patch_sizes
    from wijkmix.wijkmix_plugin.measures.scale import scale_spectrum
    from wijkmix.wijkmix_plugin.tables.squares import FIELDS, square_counts

    frame = gpd.read_file(DATA / "rijnmond_vierkant100m_eigendom.gpkg")
    buurten = gpd.read_file(DATA / "rijnmond_buurten_2024.gpkg", layer="buurten")
    counts = square_counts(frame[list(FIELDS)])[0].to_numpy()
    shapes, areas = frame.geometry.to_numpy(), buurten.geometry.to_numpy()
    _, seconds, found = timed(lambda: assign(shapes, areas), rounds)
    print(f"assign {len(frame):,} squares to {len(buurten)} buurten: {seconds:.2f} s")
    wijk = np.append(buurten["wijkcode"].to_numpy(object), None)[found.parent]
    buurt = np.append(buurten["buurtcode"].to_numpy(object), None)[found.parent]
    _, seconds, _ = timed(
        lambda: scale_spectrum(counts, ("koop", "huur"), {"wijk": wijk, "buurt": buurt}), rounds
    )
    print(f"spectrum: {seconds:.2f} s")
    first, seconds, table = timed(lambda: mosaic(counts, wijk, replicates=999), rounds)
    print(
        f"mosaic, 999 shuffles, {len(table)} wijken: {seconds:.2f} s (first {first:.2f} s), "
        f"peak {peak():.0f} MB"
    )
    number = table.index.get_indexer(wijk)
    number[[w is None for w in wijk]] = -1
    _, seconds, _ = timed(lambda: patch_sizes(counts, shapes, number), rounds)
    print(f"patches at four thresholds: {seconds:.2f} s")


def national(n: int) -> None:
    """Time a made-up country: blocks of 20 dwellings on average, 120 to a wijk."""
    from wijkmix.wijkmix_plugin.measures.mosaic import mosaic

    rng = np.random.default_rng(1)
    shares = rng.dirichlet([0.5, 0.4, 0.3], n)
    counts = rng.multinomial(1, [1, 0, 0], n) + rng.poisson(shares * 19)
    wijk = np.arange(n) // 120
    first, _, _ = timed(lambda: mosaic(counts, wijk, replicates=999), 0)
    print(f"mosaic, 999 shuffles, {n:,} blocks: {first:.1f} s, peak {peak():.0f} MB")


def nearest_k(n: int, asked: int) -> None:
    """Compare the nearest k with a k-d-tree that returns all neighbours (timed on a part)."""
    from scipy.spatial import cKDTree
    from wijkmix.wijkmix_plugin.measures.surroundings import nearest

    rng = np.random.default_rng(2)
    points = rng.random((n, 2)) * 10_000
    counts = np.eye(3)[rng.integers(0, 3, n)]
    scales = [k for k in SCALES if k <= n]
    first, _, ours = timed(lambda: nearest(points, counts, scales), 0)
    rows = rng.choice(n, asked, replace=False)
    tree = cKDTree(points)
    start = time.perf_counter()
    theirs = np.empty((len(scales), asked, 3))
    for part in np.array_split(np.arange(asked), max(1, asked // 50)):
        _, near = tree.query(points[rows[part]], max(scales), workers=2)
        sums = np.cumsum(counts[near], axis=1)
        for number, k in enumerate(scales):
            theirs[number, part] = sums[:, k - 1]
    spent = (time.perf_counter() - start) * n / asked
    np.testing.assert_array_equal(ours[:, rows], theirs)
    print(
        f"nearest k, {len(scales)} scales, {n:,} points: {first:.1f} s; k-d-tree about "
        f"{spent:.0f} s ({asked} asked, equal), ratio {spent / first:.1f}, peak {peak():.0f} MB"
    )


def many(layout: str, n: int = 10_000_000, asked: int = 20_000) -> None:
    """Look around some units among ten million dwellings, in towns or with half in one corner."""
    from wijkmix.wijkmix_plugin.measures.surroundings import nearest

    rng = np.random.default_rng(4)
    points = np.empty((n, 2))
    if layout == "towns":
        middle, size = rng.random((400, 2)) * [250_000, 300_000], rng.pareto(1.2, 400) + 0.2
        wide = np.sqrt(size / size.sum()) * 30_000
        for part in np.array_split(np.arange(n), 10):
            town = rng.choice(400, len(part), p=size / size.sum())
            points[part] = middle[town] + rng.normal(size=(len(part), 2)) * wide[town, None]
    else:
        rng.random(out=points)
        points *= [250_000, 300_000]
        points[: n // 2] *= 0.1
    counts = np.zeros((n, 3))
    counts[np.arange(n), rng.integers(0, 3, n, dtype=np.int8)] = 1
    rows = rng.choice(n, asked, replace=False)
    before = peak()
    first, _, found = timed(lambda: nearest(points, counts, SCALES, asked=rows), 0)
    some = rng.choice(asked, 20, replace=False)
    for row in some:
        square = ((points - points[rows[row]]) ** 2).sum(axis=1)
        for number, k in ((4, SCALES[4]), (12, SCALES[12])):
            limit = np.partition(square, k - 1)[k - 1]
            np.testing.assert_array_equal(found[number, row], counts[square <= limit].sum(axis=0))
    print(
        f"nearest k, {len(SCALES)} scales, {asked:,} asked among {n:,} ({layout}): {first:.1f} s, "
        f"peak {peak():.0f} MB, of which the data {before:.0f} ({len(some)} looked at one by one)"
    )


def towns(rng, n: int) -> np.ndarray:
    """Return n different points in 400 towns of unequal size, in a country of 250 by 300 km."""
    middle = rng.random((400, 2)) * [250_000, 300_000]
    size = rng.pareto(1.2, 400) + 0.2
    town = rng.choice(400, n, p=size / size.sum())
    wide = np.sqrt(size[town] / size.sum()) * 30_000
    return middle[town] + rng.normal(size=(n, 2)) * wide[:, None]


def radii_on_raster(n: int) -> None:
    """Time radii on a raster of 100 m, and set the shares against looking unit by unit."""
    from wijkmix.wijkmix_plugin.measures import raster
    from wijkmix.wijkmix_plugin.measures.discs import Discs

    rng = np.random.default_rng(3)
    cells = np.unique(np.floor(towns(rng, 3 * n) / 100), axis=0)
    points = rng.permutation(cells)[:n] * 100 + 50
    counts = rng.integers(0, 30, (n, 3)) + rng.integers(0, 2, (n, 1)) / 3
    radii, all_of_them = [500, 1000, 2000, 4000, 8000], np.arange(n)
    grid = raster.lattice(points)
    first, _, made = timed(lambda: raster.Raster(grid, counts, radii), 0)
    size = grid.shape[0] * grid.shape[1]
    print(f"raster of {size:,} cells, {n:,} squares: made in {first:.2f} s")
    made.around(500)
    discs = Discs(points, counts)
    some = rng.choice(n, min(n, 5000), replace=False)
    for radius in radii:
        _, seconds, found = timed(lambda r=radius: made.around(r, all_of_them), 3)
        _, whole, _ = timed(lambda r=radius: made.around(r), 3)
        exact = discs.within(*points[some].T, radius)
        shares = [v / v.sum(axis=1, keepdims=True) for v in (found[some], exact)]
        error = np.abs(shares[0] - shares[1]).max()
        print(
            f"radius {radius}: {seconds:.2f} s for the squares, {whole:.2f} s for every cell, "
            f"largest error in a share {error:.1e} ({len(some):,} squares looked at one by one)"
        )
    print(f"peak {peak():.0f} MB")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="small sizes only")
    parser.add_argument("--many", choices=("towns", "corner"), help="only ten million dwellings")
    arguments = parser.parse_args()
    print(f"numpy {np.__version__}")
    if arguments.many:  # a run of its own: its peak is its own
        many(arguments.many)
        return
    if DATA.is_dir():
        squares(1 if arguments.quick else 5)
    for n in (14_500, 100_000) if arguments.quick else (14_500, 100_000, 400_000):
        national(n)
    radii_on_raster(40_000 if arguments.quick else 400_000)
    for n in (1_500, 14_500) if arguments.quick else (1_500, 14_500, 100_000):
        nearest_k(n, min(n, 500))


if __name__ == "__main__":
    main()
