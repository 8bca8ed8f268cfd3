# SPDX-License-Identifier: GPL-2.0-or-later
"""Run wijkmix:scan without a window and leave a GeoPackage, a report, a map and a QGIS project."""

from __future__ import annotations

import json
import os
import shutil
import sys
import tempfile
import time
import traceback
from pathlib import Path
from typing import Any

import wijkmix
from osgeo import gdal
from qgis.core import (
    Qgis,
    QgsApplication,
    QgsLayout,
    QgsLayoutExporter,
    QgsLayoutItemLabel,
    QgsLayoutItemLegend,
    QgsLayoutItemMap,
    QgsLayoutItemScaleBar,
    QgsLayoutPoint,
    QgsLayoutSize,
    QgsLegendStyle,
    QgsProcessingContext,
    QgsProcessingException,
    QgsProcessingFeedback,
    QgsProcessingOutputLayerDefinition,
    QgsProject,
    QgsProviderRegistry,
    QgsReferencedRectangle,
    QgsTextFormat,
    QgsVariantUtils,
    QgsVectorLayer,
)
from qgis.PyQt.QtGui import QFont

ROOT = Path(__file__).resolve().parent.parent
SAMPLE = ROOT / "resources" / "sample" / "wijkmix_sample.gpkg"
TARGET = ROOT / "build" / "demo"
FLAGS = {
    "herstructurering": "restructuring",
    "verdichting": "densification",
    "grondverwerving": "land acquisition",
}


class DemoError(Exception):
    """What the user did or has to do; shown without a traceback."""


class Feedback(QgsProcessingFeedback):
    """Prints what the user should know; the summary says the rest."""

    def pushWarning(self, warning: str) -> None:
        """Show a note of the algorithm."""
        print(f"note: {warning}", file=sys.stderr)


def open_layer(path: Path, name: str | None) -> QgsVectorLayer:
    """Return a layer of a file; without a name it must hold one layer only."""
    if not path.is_file():
        raise DemoError(f"{path} does not exist; give a GeoPackage (or another vector file)")
    layers = QgsProviderRegistry.instance().querySublayers(str(path))
    names = [layer.name() for layer in layers if layer.type() == Qgis.LayerType.Vector]
    if not names:
        raise DemoError(f"{path} holds no vector layer that QGIS can read")
    if name is None and len(names) > 1:
        raise DemoError(f"{path} holds several layers; name one of them: {', '.join(names)}")
    if name is not None and name not in names:
        raise DemoError(f"{path} has no layer {name!r}; it has: {', '.join(names)}")
    name = name or names[0]
    layer = QgsVectorLayer(f"{path}|layername={name}", name, "ogr")
    if not layer.isValid():
        raise DemoError(f"layer {name!r} of {path} cannot be opened")
    return layer


def run_scan(layer: QgsVectorLayer, blocks: QgsVectorLayer | None, folder: Path) -> dict[str, Any]:
    """Run the algorithm as QGIS would, and load its styled outputs into the project."""
    # Needs a running application, so not at the top.
    from processing.gui.Postprocessing import handleAlgorithmResults

    project = QgsProject.instance()
    project.setCrs(layer.crs())
    context, feedback = QgsProcessingContext(), Feedback()
    context.setProject(project)
    parameters: dict[str, Any] = {"INPUT": layer, "REPORT": str(folder / "report.html")}
    if blocks is not None:
        parameters["BLOCKS"] = blocks
    for output, table in (
        ("OUTPUT", '"buurten" (geom)'),
        ("WIJKEN", '"wijken"'),
        ("INDICES", '"indices"'),
    ):
        sink = f"ogr:dbname='{folder / 'scan.gpkg'}' table={table}"
        parameters[output] = QgsProcessingOutputLayerDefinition(sink, project)

    algorithm = QgsApplication.processingRegistry().createAlgorithmById("wijkmix:scan")
    for ok, reason in (
        algorithm.canExecute(),
        algorithm.checkParameterValues(parameters, context),
    ):
        if not ok:
            raise DemoError(reason)
    try:
        results, _ = algorithm.run(parameters, context, feedback, {}, False)
    except QgsProcessingException as error:
        raise DemoError(str(error)) from error
    if not handleAlgorithmResults(algorithm, context, feedback, parameters):
        raise DemoError("the results could not be loaded into a project")
    return results


def text_format(size: float) -> QgsTextFormat:
    """Return the font of the page; every Debian with QGIS has it."""
    style = QgsTextFormat.fromQFont(QFont("DejaVu Sans"))
    style.setSize(size)
    return style


def text_item(layout: QgsLayout, text: str, size: float, x: float, y: float, width: float) -> None:
    """Put a text on the page (millimetres)."""
    item = QgsLayoutItemLabel(layout)
    item.setTextFormat(text_format(size))
    item.setText(text)
    layout.addLayoutItem(item)
    item.attemptMove(QgsLayoutPoint(x, y))
    item.attemptResize(QgsLayoutSize(width, 2 * size))


def draw_map(layer: QgsVectorLayer, title: str, credit: str, target: Path) -> None:
    """Export the layers that are switched on, with legend, scale and source, as a PNG."""
    project = QgsProject.instance()
    root = project.layerTreeRoot()
    shown = [
        found
        for found in root.layerOrder()
        if root.findLayer(found.id()).isVisible() and found.isSpatial()
    ]
    layout = QgsLayout(project)
    layout.initializeDefaults()  # A4 landscape

    drawing = QgsLayoutItemMap(layout)
    layout.addLayoutItem(drawing)
    drawing.attemptMove(QgsLayoutPoint(5, 17))
    drawing.attemptResize(QgsLayoutSize(205, 180))
    drawing.setLayers(shown)
    drawing.setFrameEnabled(True)
    extent = layer.extent()
    extent.scale(1.05)
    drawing.zoomToExtent(extent)

    legend = QgsLayoutItemLegend(layout)
    legend.setAutoUpdateModel(False)
    group = legend.model().rootGroup()
    group.clear()
    for found in shown:
        group.addLayer(found)
    for part in (QgsLegendStyle.Style.Subgroup, QgsLegendStyle.Style.SymbolLabel):
        style = legend.style(part)
        style.setTextFormat(text_format(8))
        legend.setStyle(part, style)
    layout.addLayoutItem(legend)
    legend.attemptMove(QgsLayoutPoint(213, 17))

    scale = QgsLayoutItemScaleBar(layout)
    scale.setLinkedMap(drawing)
    scale.applyDefaultSize()
    layout.addLayoutItem(scale)
    scale.attemptMove(QgsLayoutPoint(213, 180))

    text_item(layout, f"WijkMix: {title}", 14, 5, 5, 280)
    text_item(layout, credit, 7, 5, 199, 280)

    settings = QgsLayoutExporter.ImageExportSettings()
    settings.dpi = 150
    if QgsLayoutExporter(layout).exportToImage(str(target), settings) != QgsLayoutExporter.Success:
        raise DemoError(f"the map could not be written to {target}")


def summary(layer: QgsVectorLayer, indices: QgsVectorLayer, origin: dict[str, Any]) -> list[str]:
    """Return ten lines on what the scan found."""
    rows = [
        dict(zip(layer.fields().names(), f.attributes(), strict=True)) for f in layer.getFeatures()
    ]
    used = [row for row in rows if not QgsVariantUtils.isNull(row["share_koop"])]
    gemeenten = sorted({row["gemeente_name"] for row in rows if row["gemeente_name"]})
    total = {
        name: sum(row[f"n_{name}"] for row in used if row[f"n_{name}"])
        for name in origin["classes"]
    }
    dwellings = sum(total.values())
    shares = ", ".join(f"{name} {100 * n / dwellings:.1f} %" for name, n in total.items())
    whole = {
        (f["index"], f["group"]): f["value"] for f in indices.getFeatures() if f["area"] == "all"
    }

    def index(name: str) -> str:
        return ", ".join(
            f"{group or 'all groups'} {value:.3f}" if group else f"{value:.3f}"
            for (index, group), value in whole.items()
            if index == name and value is not None
        )

    cluster = "moran_huur" if "huur" in origin["classes"] else "moran_corp"
    counts = dict.fromkeys(("HH", "LL", "HL", "LH", "ns", "island", "nodata"), 0)
    for row in rows:
        if row[cluster] in counts:
            counts[row[cluster]] += 1
    where = ", ".join(gemeenten[:4]) + (f" and {len(gemeenten) - 4} more" if gemeenten[4:] else "")
    lines = [
        f"Source      {origin['source']} ({origin['year']}): {len(rows)} buurten in {where}",
        f"Used        {len(used)} buurten with tenure figures, {len(rows) - len(used)} without",
        f"Tenure      {shares} of {dwellings:,.0f} dwellings",
        f"Unevenness  dissimilarity: {index('dissimilarity')}",
        f"            multigroup Theil H: {index('multigroup_theil_h')}",
        f"Clusters    {', '.join(f'{n} {label}' for label, n in counts.items())} ({cluster})",
    ]
    for flag, meaning in FLAGS.items():
        found = [row[f"flag_{flag}"] for row in rows]
        lines.append(
            f"Look closer {meaning}: {found.count('candidate')} candidates, "
            f"{found.count('provisional')} provisional, {found.count('unknown')} unknown"
        )
    lines.append(f"Vulnerable  {origin['vulnerable_rule']['en']}")
    return lines


def demo(arguments: list[str]) -> None:
    """Scan into a folder of its own, and put that in place only when all of it is there."""
    if len(arguments) > 2 or any(argument.startswith("-") for argument in arguments):
        raise DemoError("usage: scripts/demo [GPKG [LAYER]]")
    start = time.perf_counter()
    blocks = None
    if arguments:
        layer = open_layer(Path(arguments[0]).resolve(), arguments[1] if arguments[1:] else None)
    else:
        layer = open_layer(SAMPLE, "buurten")
        blocks = open_layer(SAMPLE, "blokken")

    TARGET.parent.mkdir(parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix="demo.", dir=TARGET.parent))
    try:
        run_scan(layer, blocks, folder)
        project = QgsProject.instance()
        layers = {
            found.source().split("layername=")[-1]: found for found in project.mapLayers().values()
        }
        buurten, indices = layers["buurten"], layers["indices"]
        origin = json.loads(buurten.customProperty("wijkmix/provenance"))
        title, credit = f"{origin['source']} ({origin['year']})", origin["attribution"]
        if not arguments:
            title = "the sample town"
        draw_map(buurten, title, credit, folder / "map.png")
        project.setTitle(f"WijkMix: {title}")
        project.viewSettings().setDefaultViewExtent(
            QgsReferencedRectangle(buurten.extent(), buurten.crs())
        )
        if not project.write(str(folder / "scan.qgz")):
            raise DemoError(f"the project could not be written: {project.error()}")
        lines = summary(buurten, indices, origin)
        project.clear()  # closes the GeoPackage, so that it is one whole file
        folder.chmod(0o755)
        shutil.rmtree(TARGET, ignore_errors=True)
        folder.replace(TARGET)
    finally:
        shutil.rmtree(folder, ignore_errors=True)

    print("\n".join(lines))
    print(f"\nDone in {time.perf_counter() - start:.1f} s. Results:")
    for name in ("scan.gpkg", "report.html", "map.png", "scan.qgz"):
        print(f"  {TARGET / name}")


def main() -> None:
    """Run the demo inside a QGIS, say what went wrong, and end the program."""
    application = QgsApplication([], True)
    application.initQgis()
    # What GDAL says on the way is noise here: what fails, QGIS and the checks below tell.
    gdal.PushErrorHandler("CPLQuietErrorHandler")
    plugin = wijkmix.classFactory(None)  # the provider lives as long as its plugin
    plugin.initProcessing()
    status = 1
    try:
        demo(sys.argv[1:])
        status = 0
    except DemoError as error:
        print(f"demo: {error}", file=sys.stderr)
    except Exception:
        traceback.print_exc()
    sys.stdout.flush()
    sys.stderr.flush()
    # Not sys.exit: Python would then free layers in an order of its own, some after QGIS is gone.
    os._exit(status)


if __name__ == "__main__":
    main()
