# SPDX-License-Identifier: GPL-2.0-or-later
"""A QGIS with the provider registered, and small buurten layers with known numbers."""

from __future__ import annotations

import gc
import os
import sys
from pathlib import Path

import pytest

sys.path.append("/usr/share/qgis/python/plugins")

COLUMNS = (
    "buurtcode",
    "buurtnaam",
    "wijkcode",
    "gemeentecode",
    "gemeentenaam",
    "jaar",
    "water",
    "aantal_inwoners",
    "aantal_huishoudens",
    "woningvoorraad",
    "gemiddelde_woningwaarde",
    "percentage_koopwoningen",
    "percentage_huurwoningen",
    "perc_huurwoningen_in_bezit_woningcorporaties",
    "perc_huurwoningen_in_bezit_overige_verhuurders",
    "percentage_huishoudens_met_laag_inkomen",
    "oppervlakte_land_in_ha",
)
TEXT = {"buurtcode", "buurtnaam", "wijkcode", "gemeentecode", "gemeentenaam", "water"}


@pytest.fixture(scope="session", autouse=True)
def _no_layer_outlives_qgis(qgis_app):
    """Delete layers that are still held at the end: one that outlives QGIS crashes the process.

    QGIS never lets go of an exception from a Python algorithm, nor of the frames below it.
    """
    from qgis.core import QgsMapLayer
    from qgis.PyQt import sip

    yield
    gc.collect()
    for thing in gc.get_objects():
        if isinstance(thing, QgsMapLayer) and not sip.isdeleted(thing) and sip.ispyowned(thing):
            sip.delete(thing)


@pytest.fixture(scope="session")
def provider(qgis_app, qgis_processing):
    """The WijkMix provider, registered for the whole session."""
    from qgis.core import QgsApplication
    from wijkmix.processing_algs.provider import WijkMixProvider

    provider = WijkMixProvider()
    QgsApplication.processingRegistry().addProvider(provider)
    yield provider
    QgsApplication.processingRegistry().removeProvider(provider)


def layer_of(rows, fields, kind="Polygon?crs=EPSG:28992", name="eigen"):
    """Return a memory layer; a row's last value is WKT or None."""
    from qgis.core import QgsFeature, QgsGeometry, QgsVectorLayer

    spec = "&".join(f"field={f}:{t}" for f, t in fields.items())
    found = QgsVectorLayer(f"{kind}{'&' if '?' in kind else '?'}{spec}", name, "memory")
    features = []
    for row in rows:
        feature = QgsFeature(found.fields())
        feature.setAttributes(list(row[:-1]))
        if row[-1] is not None:
            feature.setGeometry(QgsGeometry.fromWkt(row[-1]))
        features.append(feature)
    assert found.dataProvider().addFeatures(features)[0]
    found.updateExtents()
    return found


def cell(column: int, row: int, size: float = 100.0) -> str:
    """Return a square as WKT, near the middle of RD New."""
    x, y = 120_000 + column * size, 480_000 + row * size
    return f"MultiPolygon((({x} {y},{x + size} {y},{x + size} {y + size},{x} {y + size},{x} {y})))"


@pytest.fixture
def buurten(qgis_app):
    """Return a factory: a grid of buurten in one gemeente, west corporation, east owner-occupied.

    `change(rows)` may edit the list of dicts; a row's `wkt` of None leaves the geometry out.
    """
    from qgis.core import QgsFeature, QgsGeometry, QgsVectorLayer

    def make(columns=8, rows=6, change=None, crs="EPSG:28992", drop=(), kind="MultiPolygon"):
        records = []
        for number in range(columns * rows):
            column, row = number % columns, number // columns
            west = column < columns // 2
            koop, corp = (10 + row, 80 - row) if west else (70 + row, 10)
            records.append(
                {
                    "buurtcode": f"BU0001{number:04d}",
                    "buurtnaam": f"Buurt {number}",
                    "wijkcode": f"WK0001{row // 2:02d}",
                    "gemeentecode": "GM0001",
                    "gemeentenaam": "Proefstad",
                    "jaar": 2024,
                    "water": "NEE",
                    "aantal_inwoners": 400,
                    "aantal_huishoudens": 190,
                    "woningvoorraad": 200,
                    "gemiddelde_woningwaarde": 250,
                    "percentage_koopwoningen": koop,
                    "percentage_huurwoningen": 100 - koop,
                    "perc_huurwoningen_in_bezit_woningcorporaties": corp,
                    "perc_huurwoningen_in_bezit_overige_verhuurders": 100 - koop - corp,
                    "percentage_huishoudens_met_laag_inkomen": 60 if west else 25,
                    "oppervlakte_land_in_ha": 1 if west else 4,
                    "wkt": cell(column, row),
                }
            )
        if change is not None:
            change(records)
        names = [c for c in COLUMNS if c not in drop]
        names += [c for c in records[0] if c not in names and c != "wkt" and c not in drop]
        fields = "&".join(
            f"field={c}:{'string' if isinstance(records[0][c], str) else 'double'}" for c in names
        )
        location = f"{kind}?{f'crs={crs}&' if crs else ''}{fields}"
        layer = QgsVectorLayer(location, "proef", "memory")
        if not crs:
            from qgis.core import QgsCoordinateReferenceSystem

            layer.setCrs(QgsCoordinateReferenceSystem())
        features = []
        for record in records:
            feature = QgsFeature(layer.fields())
            feature.setAttributes([record[c] for c in names])
            if record["wkt"] is not None and kind != "None":
                feature.setGeometry(QgsGeometry.fromWkt(record["wkt"]))
            features.append(feature)
        ok, _ = layer.dataProvider().addFeatures(features)
        if not ok:
            raise RuntimeError(layer.dataProvider().lastError())
        layer.updateExtents()
        return layer

    return make


# Two wijken of two buurten of two blocks of 100 dwellings: owner-occupied, corporation, other.
NESTED = [
    *[(90, 5, 5), (10, 80, 10), (10, 85, 5), (70, 10, 20)],
    *[(5, 95, 0), (0, 100, 0), (10, 80, 10), (20, 70, 10)],
]


@pytest.fixture
def nested_buurten(buurten):
    def four(rows):
        for number, row in enumerate(rows):
            both = zip(NESTED[2 * number], NESTED[2 * number + 1], strict=True)
            koop, corp, overig = (sum(pair) / 2 for pair in both)
            row["wijkcode"] = f"WK00010{number // 2 + 1}"
            row["percentage_koopwoningen"] = koop
            row["percentage_huurwoningen"] = corp + overig
            row["perc_huurwoningen_in_bezit_woningcorporaties"] = corp
            row["perc_huurwoningen_in_bezit_overige_verhuurders"] = overig

    return buurten(columns=4, rows=1, change=four)


@pytest.fixture
def nested_blocks(qgis_app):
    """Half a buurt each; as points, the middle of that half."""

    from qgis.core import QgsFeature, QgsGeometry, QgsVectorLayer

    def make(kind="Polygon", divide=1, east=0, n=8):
        names = ("n_koop", "n_corp", "n_overig")
        fields = "&".join(f"field={name}:double" for name in names)
        layer = QgsVectorLayer(f"{kind}?crs=EPSG:28992&{fields}", "complexen", "memory")
        features = []
        for number, row in enumerate(NESTED[:n]):
            feature = QgsFeature(layer.fields())
            feature.setAttributes([n / divide for n in row])
            x, y = 120_000 + 50 * number + east, 480_000
            square = f"{x} {y},{x + 50} {y},{x + 50} {y + 100},{x} {y + 100},{x} {y}"
            wkt = f"Polygon(({square}))" if kind == "Polygon" else f"Point({x + 25} {y + 50})"
            feature.setGeometry(QgsGeometry.fromWkt(wkt))
            features.append(feature)
        layer.dataProvider().addFeatures(features)
        layer.updateExtents()
        return layer

    return make


@pytest.fixture
def queued(qgis_app):
    """Every thread for tasks is busy: what starts now is queued until this event is set."""
    import threading

    from qgis.core import QgsApplication, QgsTask
    from qgis.PyQt.QtCore import QThreadPool
    from qgis.PyQt.QtTest import QTest

    go = threading.Event()
    tasks = QgsApplication.taskManager()
    full = [
        QgsTask.fromFunction("full", lambda _task: go.wait(20))
        for _ in range(QThreadPool.globalInstance().maxThreadCount() + 1)
    ]
    for task in full:
        tasks.addTask(task)
    yield go
    go.set()
    while tasks.countActiveTasks():
        QTest.qWait(25)


@pytest.fixture
def run(provider):
    """Return a function that runs an algorithm as the toolbox does: checks first, then the run."""
    from qgis.core import (
        QgsApplication,
        QgsProcessingContext,
        QgsProcessingException,
        QgsProcessingFeedback,
        QgsProject,
    )

    class Log(QgsProcessingFeedback):
        def __init__(self):
            super().__init__(False)
            self.lines = []

        def pushInfo(self, text):
            self.lines.append(text)

        def pushWarning(self, text):
            self.lines.append(text)

    def go(name, parameters, *, feedback=None, context=None):
        algorithm = QgsApplication.processingRegistry().createAlgorithmById(f"wijkmix:{name}")
        if context is None:
            context = QgsProcessingContext()
            context.setProject(QgsProject.instance())
        feedback = feedback or Log()
        ok, reason = algorithm.checkParameterValues(parameters, context)
        if not ok:
            raise QgsProcessingException(reason)
        context.setFeedback(feedback)
        results, ok = algorithm.run(parameters, context, feedback, {}, False)
        if not ok:
            raise QgsProcessingException("\n".join(getattr(feedback, "lines", [])))
        go.context, go.log = context, getattr(feedback, "lines", [])
        return results

    go.context, go.log = None, []
    yield go
    # Layers left in a context would be collected after QGIS has gone.
    go.context = None


@pytest.fixture
def table_of(run):
    """Return a function that gives an output as a list of dicts, NULL as None."""
    from qgis.core import QgsProcessingUtils, QgsVariantUtils

    def read(destination):
        layer = QgsProcessingUtils.mapLayerFromString(destination, run.context)
        names = layer.fields().names()
        return [
            {
                name: None if QgsVariantUtils.isNull(value) else value
                for name, value in zip(names, feature.attributes(), strict=True)
            }
            for feature in layer.getFeatures()
        ]

    return read


@pytest.fixture(scope="session")
def postgis(qgis_app):
    """A PostgreSQL with PostGIS; its absence is a skip here and a failure in CI."""
    sys.path.insert(0, str(Path(__file__).parent))
    import postgis_server

    reason = postgis_server.missing()
    if reason is not None:
        if os.environ.get("CI", "").lower() == "true":
            pytest.fail(f"{reason}, and CI=true")
        pytest.skip(reason)
    with postgis_server.running() as server:
        yield server
