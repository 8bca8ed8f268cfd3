# SPDX-License-Identifier: GPL-2.0-or-later
"""Neighbours beside libpysal's Graph, GeoDa and shapely's STRtree.

Run with `scripts/env python benchmarks/neighbours.py [--quick]`. Implementations take turns on the
same shapes in one process and their pairs are compared. GeoDa's layer is opened beforehand, shapely
geometries are made beforehand. `--quick` leaves out libpysal and the layer of 100,000 units.
"""

from __future__ import annotations

import argparse
import tempfile
import warnings
from pathlib import Path

import geopandas as gpd
import numpy as np
import pygeoda
import shapely
from common import DATA, extra_peak, in_turn, seconds, table, timed, versions
from made_up import country
from wijkmix.wijkmix_plugin.measures import neighbours


def directed(near: neighbours.Neighbours) -> set[tuple[int, int]]:
    return set(zip(near.rows.tolist(), near.indices.tolist(), strict=True))


def geoda_pairs(weights: object, n: int) -> set[tuple[int, int]]:
    return {(i, j) for i in range(n) for j in weights.get_neighbors(i)}


def tree(shapes: np.ndarray) -> np.ndarray:
    return shapely.STRtree(shapes).query(shapes, predicate="intersects")


def contiguity(
    name: str, shapes: np.ndarray, folder: Path, *, pysal: bool, rounds: int
) -> list[list[str]]:
    from libpysal.graph import Graph

    n = len(shapes)
    frame = gpd.GeoDataFrame({"row": np.arange(n)}, geometry=list(shapes), crs=28992)
    frame.to_file(folder / "layer.shp")
    layer = pygeoda.open(str(folder / "layer.shp"))
    rows = []
    for rook in (False, True):
        theirs = pygeoda.rook_weights if rook else pygeoda.queen_weights
        calls = {
            "WijkMix": lambda rook=rook: neighbours.contiguity(shapes, rook=rook),
            "GeoDa": lambda theirs=theirs: theirs(layer),
        }
        if not rook:
            calls["STRtree"] = lambda: tree(shapes)
        found = in_turn(calls, rounds)
        slow = np.nan
        if pysal:
            slow = timed(lambda rook=rook: Graph.build_contiguity(frame.geometry, rook=rook))
        ours = directed(neighbours.contiguity(shapes, rook=rook))
        geoda = geoda_pairs(theirs(layer), n)
        rows.append(
            [
                name,
                "rook" if rook else "queen",
                seconds(found["WijkMix"]),
                f"{extra_peak(lambda rook=rook: neighbours.contiguity(shapes, rook=rook)):.0f} MB",
                f"{seconds(found['GeoDa'])} ({found['GeoDa'] / found['WijkMix']:.1f}×)",
                "" if rook else f"{seconds(found['STRtree'])}",
                f"{seconds(slow)} ({slow / found['WijkMix']:.0f}×)" if pysal else "",
                f"{len(ours - geoda):,} more, {len(geoda - ours):,} fewer of {len(ours):,}",
            ]
        )
    return rows


def distances(name: str, shapes: np.ndarray, folder: Path, rounds: int) -> list[list[str]]:
    points = shapely.centroid(shapes)
    frame = gpd.GeoDataFrame({"row": np.arange(len(points))}, geometry=list(points), crs=28992)
    frame.to_file(folder / "points.shp")
    layer = pygeoda.open(str(folder / "points.shp"))
    rows = []
    for label, ours, theirs in (
        ("nearest 8", lambda: neighbours.nearest(points, 8), lambda: pygeoda.knn_weights(layer, 8)),
        (
            "within 3 km",
            lambda: neighbours.within(points, 3000),
            lambda: pygeoda.distance_weights(layer, 3000),
        ),
    ):
        found = in_turn({"WijkMix": ours, "GeoDa": theirs}, rounds)
        mine, geoda = directed(ours()), geoda_pairs(theirs(), len(points))
        rows.append(
            [
                name,
                label,
                seconds(found["WijkMix"]),
                f"{seconds(found['GeoDa'])} ({found['GeoDa'] / found['WijkMix']:.1f}×)",
                f"{len(mine ^ geoda):,} pairs differ of {len(mine):,}",
            ]
        )
    return rows


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true")
    quick = parser.parse_args().quick
    warnings.simplefilter("ignore")
    print(versions("numpy", "scipy", "shapely", "geopandas", "libpysal", "pygeoda"), "\n")
    rows, far = [], []
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        real = DATA / "nl_buurten_2024.gpkg"
        if real.exists():
            frame = gpd.read_file(real, layer="buurten", columns=["buurtcode"])
            shapes = np.asarray(frame.geometry.values, dtype=object)
            rows += contiguity("buurten 2024", shapes, place, pysal=not quick, rounds=9)
            far += distances("buurten 2024", shapes, place, 5)
        for n, points in ((1_500, 24), (14_494, 2), (14_494, 24), (100_000, 24)):
            if n == 100_000 and quick:
                continue
            shapes = country(n, points)
            name = f"made-up {n:,} × {shapely.get_num_coordinates(shapes).sum() / n:.0f}"
            rows += contiguity(name, shapes, place, pysal=not quick, rounds=3 if n > 50_000 else 9)
    head = ["units × vertices", "", "WijkMix", "peak", "GeoDa", "STRtree intersects"]
    print(table([*head, "libpysal Graph", "pairs against GeoDa"], rows), "\n")
    print(table(["units", "", "WijkMix", "GeoDa", "agreement"], far))


if __name__ == "__main__":
    main()
