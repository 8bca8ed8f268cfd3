# SPDX-License-Identifier: GPL-2.0-or-later
"""How long `wijkmix:aggregate_dwellings` takes from a file or a database, and in what memory.

Run with `scripts/env python benchmarks/dwellings.py [--millions 2 10] [--folder FOLDER]`. One
made-up list, around the middles of the buurten of 2024, as CSV, GeoPackage, GeoParquet and a table
of a PostGIS that is started for it; beside each what QGIS needs to only pass over the rows. Every
figure comes from a process of its own.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import os
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parent.parent
DATA = ROOT.parent / "shared" / "data"
AREAS = f"{DATA / 'nl_buurten_2024.gpkg'}|layername=buurten"
PART = 250_000


def made_up(n: int, folder: Path) -> Path:
    """Write the list as CSV, in parts."""
    import geopandas as gpd

    areas = gpd.read_file(DATA / "nl_buurten_2024.gpkg", layer="buurten", columns=["buurtcode"])
    middle = areas.geometry.representative_point()
    x, y, spread = middle.x.to_numpy(), middle.y.to_numpy(), 0.4 * np.sqrt(areas.area.to_numpy())
    codes = areas["buurtcode"].to_numpy()
    random = np.random.default_rng(12345)
    path = folder / f"list_{n}.csv"
    with path.open("w", encoding="utf-8") as file:
        file.write("vbo;eigendom;straat;postcode;buurt;x;y\n")
        for start in range(0, n, PART):
            m = min(PART, n - start)
            which = random.integers(0, len(areas), m)
            east = x[which] + random.normal(0, 1, m) * spread[which]
            north = y[which] + random.normal(0, 1, m) * spread[which]
            tenure = np.array(["KW", "SH", "PH"])[random.integers(0, 3, m)]
            rows = zip(
                range(start, start + m),
                tenure,
                codes[which],
                east.tolist(),
                north.tolist(),
                strict=True,
            )
            file.write(
                "".join(
                    f"{i:016d};{t};Dorpsstraat {i % 300};{1000 + i % 9000}AB;{c};{u:.2f};{v:.2f}\n"
                    for i, t, c, u, v in rows
                )
            )
    return path


def as_parquet(csv: Path) -> Path:
    """Write the list as GeoParquet."""
    import pandas as pd
    import pyarrow as pa
    import pyarrow.parquet as pq
    import shapely

    crs = {"id": {"authority": "EPSG", "code": 28992}}
    column = {"encoding": "WKB", "geometry_types": ["Point"], "crs": crs}
    geo = {"version": "1.1.0", "primary_column": "geom", "columns": {"geom": column}}
    path, writer = csv.with_suffix(".parquet"), None
    for part in pd.read_csv(csv, sep=";", dtype={"vbo": str}, chunksize=PART):
        columns = {name: part[name] for name in ("vbo", "eigendom", "straat", "postcode", "buurt")}
        columns["geom"] = shapely.to_wkb(shapely.points(part["x"], part["y"]))
        table = pa.table(columns).replace_schema_metadata({"geo": json.dumps(geo)})
        writer = writer or pq.ParquetWriter(path, table.schema)
        writer.write_table(table)
    writer.close()
    return path


def as_geopackage(csv: Path) -> Path:
    """Write the list as a GeoPackage, by QGIS."""
    from qgis.core import QgsCoordinateTransformContext, QgsVectorFileWriter

    path = csv.with_suffix(".gpkg")
    options = QgsVectorFileWriter.SaveVectorOptions()
    options.driverName = "GPKG"
    QgsVectorFileWriter.writeAsVectorFormatV3(
        layer_of("csv", str(csv)), str(path), QgsCoordinateTransformContext(), options
    )
    return path


def in_postgis(csv: Path, server) -> str:
    """Copy the list into a table with a key and points, without an index."""
    server.psql("DROP TABLE IF EXISTS lijst")
    server.psql(
        "CREATE UNLOGGED TABLE lijst (id serial PRIMARY KEY, vbo text, eigendom text, straat text,"
        " postcode text, buurt text, x float8, y float8, geom geometry(Point, 28992))"
    )
    copy = f"\\copy lijst(vbo,eigendom,straat,postcode,buurt,x,y) FROM '{csv}' "
    server.psql(f"{copy} WITH (FORMAT csv, HEADER, DELIMITER ';')")
    server.psql("UPDATE lijst SET geom = ST_SetSRID(ST_MakePoint(x, y), 28992)")
    server.psql("VACUUM FULL ANALYZE lijst")
    shape = 'srid=28992 type=Point estimatedmetadata=true table="public"."lijst" (geom)'
    return f"{server.uri()} key='id' {shape}"


def layer_of(kind: str, source: str):
    """Return the list as a layer; GeoParquet as its path, which is how this QGIS is given it."""
    from qgis.core import QgsVectorLayer

    if kind == "csv":
        source = f"file://{source}?delimiter=;&type=csv&detectTypes=no&xField=x&yField=y"
        return QgsVectorLayer(f"{source}&crs=EPSG:28992", "list", "delimitedtext")
    if kind == "parquet":
        return source
    return QgsVectorLayer(source, "list", "postgres" if kind == "postgis" else "ogr")


def one(kind: str, how: str, source: str) -> None:
    """Measure one thing in this process and print it as JSON."""
    sys.path.append("/usr/share/qgis/python/plugins")
    from qgis.core import (
        QgsApplication,
        QgsProcessingContext,
        QgsProcessingFeedback,
        QgsVectorLayer,
    )

    app = QgsApplication([], False)
    app.initQgis()
    from processing.core.Processing import Processing
    from wijkmix.processing_algs.provider import WijkMixProvider

    Processing.initialize()
    provider = WijkMixProvider()
    QgsApplication.processingRegistry().addProvider(provider)
    layer, areas = layer_of(kind, source), QgsVectorLayer(AREAS, "areas", "ogr")
    start = time.perf_counter()
    if how == "pass":
        n = sum(1 for _ in layer.getFeatures())
    else:
        more = {"identifiers": {"DWELLING_ID": "vbo"}, "codes": {"CODE": "buurt"}}.get(how, {})
        algorithm = QgsApplication.processingRegistry().createAlgorithmById(
            "wijkmix:aggregate_dwellings"
        )
        parameters = {
            "DWELLINGS": layer,
            "TENURE": "eigendom",
            "TENURE_MAP": '{"KW": "koop", "SH": "corp", "PH": "overig"}',
            "AREAS": areas,
            "AREA_CODE": "buurtcode",
            "OUTPUT": "TEMPORARY_OUTPUT",
            **more,
        }
        found, ok = algorithm.run(parameters, QgsProcessingContext(), QgsProcessingFeedback())
        n = found["N_COUNTED"] if ok else None
    seconds = time.perf_counter() - start
    # Not getrusage: that starts at the peak of the process that started this one.
    status = Path("/proc/self/status").read_text(encoding="ascii")
    peak = int(re.search(r"VmHWM:\s*(\d+)", status)[1]) / 1024
    print(json.dumps({"n": n, "seconds": seconds, "peak": peak}), flush=True)
    os._exit(0)


def main() -> None:
    """Make the lists, and measure every way to count them."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--millions", type=float, nargs="+", default=[2, 10])
    parser.add_argument("--folder", type=Path, default=None, help="where the lists are made")
    parser.add_argument("--one", nargs=3, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.one:
        one(*options.one)
        return
    from qgis.core import QgsApplication

    spec = importlib.util.spec_from_file_location(
        "postgis_server", ROOT / "tests" / "qgis" / "postgis_server.py"
    )
    postgis_server = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(postgis_server)
    app = QgsApplication([], False)
    app.initQgis()
    with (
        tempfile.TemporaryDirectory(dir=options.folder) as made,
        postgis_server.running() as server,
    ):
        Path(made).chmod(0o755)
        for millions in options.millions:
            csv = made_up(int(millions * 1e6), Path(made))
            sources = {
                "csv": str(csv),
                "gpkg": str(as_geopackage(csv)),
                "parquet": str(as_parquet(csv)),
                "postgis": in_postgis(csv, server),
            }
            for kind, source in sources.items():
                for how in ("pass", "points", "identifiers", "codes"):
                    if kind == "parquet" and how == "pass":
                        continue  # the QGIS of Debian does not read it
                    command = [sys.executable, __file__, "--one", kind, how, source]
                    done = subprocess.run(command, capture_output=True, text=True, check=True)
                    found = json.loads(done.stdout.splitlines()[-1])
                    print(
                        f"{millions:g} million, {kind}, {how}: {found['seconds']:.1f} s, "
                        f"{found['peak']:.0f} MB, {found['n']:,} counted",
                        flush=True,
                    )
            for source in list(sources.values())[:3]:
                Path(source).unlink()


if __name__ == "__main__":
    main()
