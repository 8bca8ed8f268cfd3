# SPDX-License-Identifier: GPL-2.0-or-later
"""Local Moran beside esda and GeoDa: spread over seeds, seconds at that spread, agreement, memory.

Run with `scripts/env python benchmarks/local_moran.py [--quick]`. Samples shared between units
share their error, so equal permutations are not equal precision: each row gives the spread
(standard deviation over seeds) of the number of units significant at 0.05, and a ratio of times is
only given against a row with at least that spread. `--quick` takes fewer seeds and leaves out what
takes minutes.
"""

from __future__ import annotations

import argparse
import tempfile
import time
import warnings
from pathlib import Path

import geopandas as gpd
import numpy as np
import pygeoda
from common import DATA, extra_peak, in_turn, seconds, table, timed, versions
from made_up import country
from wijkmix.wijkmix_plugin.measures import local_moran as moran
from wijkmix.wijkmix_plugin.measures.neighbours import Neighbours, contiguity


def smooth(near: Neighbours, seed: int = 3) -> np.ndarray:
    """Make a share that is alike among neighbours."""
    rng = np.random.default_rng(seed)
    values = rng.normal(size=near.n)
    k = np.maximum(near.n_neighbours, 1)
    for _ in range(2):
        around = np.bincount(near.rows, values[near.indices], minlength=near.n) / k
        values = 0.5 * values + around
    return values + rng.normal(0, values.std(), near.n)


def directed(values: np.ndarray, near: Neighbours, permutations: int, seed: int) -> np.ndarray:
    result = moran.local_moran(
        values,
        near,
        permutations=permutations,
        p_value="directed",
        correction="none",
        seed=seed,
    )
    return result.p


def opened(shapes: np.ndarray, values: np.ndarray, folder: Path) -> object:
    frame = gpd.GeoDataFrame({"value": values}, geometry=list(shapes), crs=28992)
    frame.to_file(folder / "layer.shp")
    return pygeoda.open(str(folder / "layer.shp"))


def engines(values: np.ndarray, near: Neighbours, layer: object, quick: bool) -> dict:
    """Return name -> (call with a seed that gives directed p-values, number of seeds)."""
    import esda

    graph = near.graph().transform("r")
    weights = pygeoda.queen_weights(layer)
    used = ~near.islands

    def ours(permutations):
        return lambda seed: directed(values, near, permutations, seed)[used]

    def pysal(permutations):
        def run(seed):
            found = esda.Moran_Local(
                values, graph, permutations=permutations, seed=seed, keep_simulations=False
            )
            return found.p_sim[used]

        return run

    def geoda(permutations, method):
        def run(seed):
            found = pygeoda.local_moran(
                weights,
                values.tolist(),
                permutations=permutations,
                permutation_method=method,
                cpu_threads=2,
                # GeoDa gives unit i the seed plus i: close seeds would be the same draws, moved on.
                seed=1_000_003 * (int(seed) + 1),
            )
            return np.array(found.lisa_pvalues())[used]

        return run

    out = {
        "WijkMix 999": (ours(999), 40),
        "WijkMix 9,999": (ours(9_999), 40),
        "WijkMix 99,999": (ours(99_999), 20),
        "WijkMix 999,999": (ours(999_999), 4 if quick else 8),
        "GeoDa lookup 999": (geoda(999, "lookup"), 20),
        "GeoDa exact 999": (geoda(999, "complete"), 6 if quick else 12),
        "esda 999": (pysal(999), 10 if quick else 20),
        "esda 9,999": (pysal(9_999), 4 if quick else 10),
    }
    return out


def compare(name: str, values: np.ndarray, near: Neighbours, layer: object, quick: bool) -> None:
    warnings.simplefilter("ignore")
    start = time.perf_counter()
    calls = engines(values, near, layer, quick)
    calls["esda 999"][0](0)
    first = time.perf_counter() - start
    print(f"\n### {name}: {near.n:,} units, queen; esda's first call {first:.1f} s\n")
    reference = directed(values, near, 9_999_999 if not quick else 999_999, 99)[~near.islands]
    spread, agree, times = {}, {}, {}
    for label, (call, seeds) in calls.items():
        runs = np.array([call(seed) for seed in range(seeds)])
        spread[label] = np.std((runs <= 0.05).sum(axis=1), ddof=1)
        agree[label] = ((runs <= 0.05) == (reference <= 0.05)).mean()
    # The slow ones are timed in fewer rounds, each in turn with a fast one.
    times = in_turn({label: (lambda c=call: c(5)) for label, (call, _) in calls.items()}, 5)
    rows = []
    for label in calls:
        rows.append(
            [
                label,
                f"{spread[label]:.1f}",
                seconds(times[label]),
                f"{agree[label]:.2%}",
            ]
        )
    print(table(["engine, permutations", "spread", "seconds", "labels as the reference"], rows))
    significant = (reference <= 0.05).sum()
    print(f"\nSignificant at 0.05 (directed): {significant:,} of {len(reference):,}.")
    for theirs in ("esda 9,999", "esda 999", "GeoDa exact 999", "GeoDa lookup 999"):
        equal = [o for o in calls if o.startswith("WijkMix") and spread[o] <= spread[theirs]]
        if equal:
            best = min(equal, key=times.__getitem__)
            print(
                f"- {best} (spread {spread[best]:.1f}) against {theirs} ({spread[theirs]:.1f}): "
                f"{times[theirs] / times[best]:.0f} times faster"
            )
    for permutations in (99_999, 999_999):
        peak = extra_peak(lambda p=permutations: directed(values, near, p, 1))
        print(f"- peak memory of {permutations:,} permutations: {peak:.0f} MB above the data")


def uneven(values: np.ndarray, near: Neighbours, quick: bool) -> None:
    """Weights that differ within a row take the general path."""
    import esda

    rng = np.random.default_rng(0)
    decay = Neighbours(near.indptr, near.indices, rng.uniform(0.5, 2, len(near.indices)))
    graph = decay.graph().transform("r")
    permutations = 999 if quick else 9_999
    found = in_turn(
        {
            "WijkMix": lambda: directed(values, decay, permutations, 1),
            "esda": lambda: esda.Moran_Local(
                values, graph, permutations=permutations, seed=1, keep_simulations=False
            ),
        },
        3,
    )
    print(
        f"\nUneven weights, {permutations:,} permutations: WijkMix {seconds(found['WijkMix'])}, "
        f"esda {seconds(found['esda'])} ({found['esda'] / found['WijkMix']:.1f}×)"
    )


def chain(source: Path, folder: Path) -> None:
    """From file to file: read, neighbours, test, write."""

    def ours():
        frame = gpd.read_file(folder / "chain.gpkg")
        near = contiguity(np.asarray(frame.geometry.values, dtype=object))
        found = moran.local_moran(frame["value"].to_numpy(), near)
        frame.assign(i=found.i, p=found.p, q=found.q, cluster=found.cluster).to_file(
            folder / "ours.gpkg"
        )

    def geoda():
        layer = pygeoda.open(str(source))
        found = pygeoda.local_moran(
            pygeoda.queen_weights(layer), list(layer["value"]), permutations=999, cpu_threads=2
        )
        frame = gpd.read_file(source)
        frame.assign(
            i=found.lisa_values(), p=found.lisa_pvalues(), cluster=found.lisa_clusters()
        ).to_file(folder / "geoda.gpkg")

    gpd.read_file(source).to_file(folder / "chain.gpkg")
    found = in_turn({"WijkMix": ours, "GeoDa": geoda}, 3)
    print(
        f"\nFile to file: WijkMix with 99,999 permutations and q {seconds(found['WijkMix'])}, "
        f"GeoDa "
        f"exact with 999 {seconds(found['GeoDa'])} ({found['GeoDa'] / found['WijkMix']:.1f}×)"
    )


def growth(quick: bool) -> None:
    rows = []
    for n in (1_500, 14_500) if quick else (1_500, 14_500, 100_000):
        near = contiguity(country(n, 2))
        values = smooth(near)
        directed(values, near, 99, 0)
        calls = {p: (lambda p=p, v=values, w=near: directed(v, w, p, 1)) for p in PLAIN}
        rows.append([f"{n:,}", *(seconds(timed(call)) for call in calls.values())])
    print("\n" + table(["units", *(f"{p:,}" for p in PLAIN)], rows))


PLAIN = (999, 99_999, 999_999)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true")
    quick = parser.parse_args().quick
    print(versions("numpy", "scipy", "esda", "libpysal", "numba", "pygeoda"))
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)

        shapes = country(14_494, 4)
        near = contiguity(shapes)
        values = smooth(near)
        compare("made-up country", values, near, opened(shapes, values, place), quick)
        uneven(values, near, quick)
        chain(place / "layer.shp", place)
        real = DATA / "nl_buurten_2024.gpkg"
        if real.exists():
            frame = gpd.read_file(real, layer="buurten", columns=["percentage_koopwoningen"])
            values = frame["percentage_koopwoningen"].to_numpy(float)
            keep = np.isfinite(values) & (values > -99990)
            shapes = np.asarray(frame.geometry.values, dtype=object)[keep]
            # GeoDa's neighbours are those with common vertices; the engines get the same lists.
            layer = opened(shapes, values[keep], place)
            weights = pygeoda.queen_weights(layer)
            lists = [sorted(weights.get_neighbors(i)) for i in range(len(shapes))]
            indptr = np.append(0, np.cumsum([len(row) for row in lists]))
            near = Neighbours(indptr, np.concatenate(lists).astype(np.int32))
            compare("buurten 2024, % owner-occupied", values[keep], near, layer, quick)
    growth(quick)


if __name__ == "__main__":
    main()
