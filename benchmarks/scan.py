# SPDX-License-Identifier: GPL-2.0-or-later
"""How long `wijkmix:scan` takes against what QGIS itself needs to read and write the same layer.

Run with `scripts/env python benchmarks/scan.py [FILE.gpkg|LAYER ...]`; by default the open data
files beside the project. Rounds alternate (A B A B); medians and their ratio are printed, with peak
memory and the first, cold call as a figure of its own.
"""

from __future__ import annotations

import argparse
import resource
import statistics
import tempfile
import time
from pathlib import Path

START = time.perf_counter()
DATA = Path(__file__).resolve().parent.parent.parent / "shared" / "data"


def peak() -> float:
    """Return the peak memory of this process so far, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def floor(layer, folder: Path) -> float:
    """Read every feature and write it to a GeoPackage: what no algorithm can avoid."""
    from qgis.core import QgsFeatureSink, QgsProject, QgsVectorFileWriter

    start = time.perf_counter()
    options = QgsVectorFileWriter.SaveVectorOptions()
    options.driverName = "GPKG"
    target = folder / "floor.gpkg"
    target.unlink(missing_ok=True)
    features = list(layer.getFeatures())
    writer = QgsVectorFileWriter.create(
        str(target),
        layer.fields(),
        layer.wkbType(),
        layer.crs(),
        QgsProject.instance().transformContext(),
        options,
    )
    writer.addFeatures(features, QgsFeatureSink.Flag.FastInsert)
    del writer
    return time.perf_counter() - start


def scan(layer, folder: Path, permutations: int) -> float:
    """Run the whole scan from the layer to files on disk, report included."""
    from qgis.core import QgsApplication, QgsProcessingContext, QgsProcessingFeedback, QgsProject

    for old in folder.glob("scan*"):
        old.unlink()
    start = time.perf_counter()
    algorithm = QgsApplication.processingRegistry().createAlgorithmById("wijkmix:scan")
    context = QgsProcessingContext()
    context.setProject(QgsProject.instance())
    parameters = {
        "INPUT": layer,
        "PERMUTATIONS": permutations,
        "OUTPUT": str(folder / "scan.gpkg"),
        "WIJKEN": str(folder / "scan_wijken.gpkg"),
        "INDICES": str(folder / "scan_indices.gpkg"),
        "REPORT": str(folder / "scan.html"),
    }
    _, ok = algorithm.run(parameters, context, QgsProcessingFeedback(False), {}, False)
    if not ok:
        raise SystemExit("the scan failed")
    return time.perf_counter() - start


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "layers",
        nargs="*",
        default=[
            f"{DATA / 'amsterdam_2023_heerlen_2024.gpkg'}|amsterdam_2023",
            f"{DATA / 'nl_buurten_2024.gpkg'}|buurten",
        ],
    )
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--permutations", type=int, default=99_999)
    arguments = parser.parse_args()

    from qgis.core import Qgis, QgsApplication, QgsVectorLayer

    application = QgsApplication([], False)
    application.initQgis()
    from wijkmix.processing_algs.provider import WijkMixProvider

    provider = WijkMixProvider()
    application.processingRegistry().addProvider(provider)
    print(f"QGIS {Qgis.version()}, {arguments.permutations:,} permutations")
    print(f"QGIS and the provider ready after {time.perf_counter() - START:.2f} s")
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        for number, text in enumerate(arguments.layers):
            path, _, name = text.partition("|")
            layer = QgsVectorLayer(f"{path}|layername={name}", name, "ogr")
            if not layer.isValid():
                raise SystemExit(f"cannot open {text}")
            first = scan(layer, folder, arguments.permutations)
            floor(layer, folder)
            pairs = [
                (scan(layer, folder, arguments.permutations), floor(layer, folder))
                for _ in range(arguments.rounds)
            ]
            ours = statistics.median(a for a, _ in pairs)
            theirs = statistics.median(b for _, b in pairs)
            ratio = statistics.median(a / b for a, b in pairs)
            cold = " (cold imports)" if number == 0 else ""
            print(
                f"{name}: {layer.featureCount():,} units; scan {ours:.2f} s, read and write "
                f"{theirs:.2f} s, ratio {ratio:.1f}; first call {first:.2f} s{cold}; "
                f"peak {peak():.0f} MB"
            )
            del layer  # a layer may not outlive QGIS
    application.processingRegistry().removeProvider(provider)
    application.exitQgis()


if __name__ == "__main__":
    main()
