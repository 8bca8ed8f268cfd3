# SPDX-License-Identifier: GPL-2.0-or-later
"""How long it takes to place dwellings in 14,566 buurten, beside geopandas.sjoin in the same run.

Run with `scripts/env python benchmarks/points.py [--millions 1 10] [--own-only]`; the buurten come
from the open data beside the project, the points are made up: around the buurten's middles, as
dwellings are.
"""

from __future__ import annotations

import argparse
import resource
import statistics
import time
from pathlib import Path

import numpy as np

DATA = Path(__file__).resolve().parent.parent.parent / "shared" / "data"


def peak() -> float:
    """Return the peak memory of this process so far, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main() -> None:
    """Time both on the same points and compare what they find."""
    import geopandas as gpd
    import shapely
    from wijkmix.wijkmix_plugin.tables.dwellings import DwellingCount
    from wijkmix.wijkmix_plugin.tables.points_in_areas import PointsInAreas, cells_for

    parser = argparse.ArgumentParser()
    parser.add_argument("--millions", type=float, nargs="+", default=[1, 10])
    parser.add_argument("--own-only", action="store_true", help="measure memory without the peer")
    options = parser.parse_args()
    areas = gpd.read_file(DATA / "nl_buurten_2024.gpkg", layer="buurten", columns=["buurtcode"])
    middle = areas.geometry.representative_point()
    weight = np.sqrt(areas.area.to_numpy())
    print(f"{len(areas):,} buurten; {peak():.0f} MB before the points")
    for millions in options.millions:
        n = int(millions * 1e6)
        random = np.random.default_rng(12345)
        which = random.integers(0, len(areas), n)
        x = middle.x.to_numpy()[which] + random.normal(0, 0.4, n) * weight[which]
        y = middle.y.to_numpy()[which] + random.normal(0, 0.4, n) * weight[which]
        wkb = shapely.to_wkb(areas.geometry.to_numpy())

        def own(x=x, y=y, n=n, wkb=wkb):
            # Fresh shapes: the grid prepares them, which the second round must not find done.
            fresh = shapely.from_wkb(wkb)
            return PointsInAreas(fresh, cells=cells_for(n)).find(x, y)

        def peer(x=x, y=y):
            points = gpd.GeoDataFrame(geometry=gpd.points_from_xy(x, y), crs=areas.crs)
            return gpd.sjoin(points, areas[["geometry"]], how="left", predicate="intersects")

        calls = {"own": own} if options.own_only else {"own": own, "peer": peer}
        seconds: dict[str, list[float]] = {name: [] for name in calls}
        results = {}
        for _ in range(5 if n <= 2_000_000 else 1):
            for name, call in calls.items():
                start = time.perf_counter()
                results[name] = call()
                seconds[name].append(time.perf_counter() - start)
                if name == "own":
                    highest = peak()
        median = {name: statistics.median(found) for name, found in seconds.items()}
        print(f"{n:,} points: {median['own']:.2f} s; peak {highest:.0f} MB")
        found = results["own"]
        start = time.perf_counter()
        count = DwellingCount(len(areas), {"koop": "koop"})
        count.add(found.astype(np.int64), np.full(n, "koop", dtype=object))
        print(f"  counting them by tenure: {time.perf_counter() - start:.2f} s")
        if options.own_only:
            continue
        first = results["peer"]["index_right"].groupby(level=0).min().fillna(-1).to_numpy()
        ratios = [b / a for a, b in zip(seconds["own"], seconds["peer"], strict=True)]
        print(
            f"  geopandas.sjoin, points made included: {median['peer']:.2f} s; ratio "
            f"{median['peer'] / median['own']:.1f} ({min(ratios):.1f}-{max(ratios):.1f}); "
            f"differing points: {int((first != found).sum())}"
        )
        del results, first


if __name__ == "__main__":
    main()
