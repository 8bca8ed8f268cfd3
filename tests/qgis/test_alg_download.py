# SPDX-License-Identifier: GPL-2.0-or-later
"""The download through QGIS' own network, against servers on loopback."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path
from urllib.request import urlopen

import pytest

SCRIPT = Path(__file__).with_name("pdok_server.py")
NATIONAL = Path(__file__).resolve().parents[3] / "shared" / "data" / "nl_buurten_2024.gpkg"


def serve(*arguments):
    process = subprocess.Popen(
        [sys.executable, str(SCRIPT), *map(str, arguments)], stdout=subprocess.PIPE, text=True
    )
    port = process.stdout.readline().strip()
    if not port:
        process.kill()
        raise RuntimeError(f"the server {arguments} did not start")
    return process, f"http://127.0.0.1:{port}"


@pytest.fixture(scope="module")
def replay():
    process, address = serve("replay")
    yield address
    process.kill()
    process.wait()


@pytest.fixture(autouse=True)
def own_cache(monkeypatch, tmp_path, qgis_app):
    """Keep the pages of each test apart, and do not wait between tries."""
    from qgis.core import QgsApplication
    from wijkmix.wijkmix_plugin.tables import pdok

    monkeypatch.setattr(QgsApplication, "qgisSettingsDirPath", lambda: str(tmp_path / "profile"))
    monkeypatch.setattr(pdok, "RETRY_AFTER", (0.1, 0.1, 0.1))
    return tmp_path / "profile" / "wijkmix" / "pdok"


def asked(address, fault):
    return json.loads(urlopen(f"{address}/asked").read()).get(fault, 0)


def parameters(address, fault, **more):
    return {
        "GEMEENTE": "GM0001",
        "YEAR": 2024,
        "LEVEL": "buurten",
        "SERVER": f"{address}/{fault}/ogc/v1",
        "OUTPUT": "TEMPORARY_OUTPUT",
        **more,
    }


def test_three_pages_make_a_layer_that_the_scan_reads(run, table_of, replay):
    results = run("download_buurten", parameters(replay, "fine", LEVEL=0))
    rows = table_of(results["OUTPUT"])
    assert [row["buurtcode"] for row in rows] == [f"BU0001{n:04d}" for n in range(12)]
    assert rows[0]["bron"].startswith("Bron: CBS, Kerncijfers wijken en buurten 2024")
    assert rows[0]["bron"].count("127.0.0.1") == 1
    layer = run.context.getMapLayer(results["OUTPUT"])
    assert layer.crs().authid() == "EPSG:28992"
    assert layer.getFeature(1).geometry().area() == pytest.approx(10_000)
    prepared = run("prepare_buurten", {"INPUT": layer, "OUTPUT": "TEMPORARY_OUTPUT"})
    koop = [row["n_koop"] for row in table_of(prepared["OUTPUT"])]
    assert koop == pytest.approx([20 + 10 * n for n in range(12)])


@pytest.mark.parametrize(
    ("fault", "requests"), [("once-500", 4), ("half", 4), ("truncated", 4), ("redirect", 4)]
)
def test_what_passes_does_not_stop_the_download(run, table_of, replay, fault, requests):
    results = run("download_buurten", parameters(replay, fault))
    assert len(table_of(results["OUTPUT"])) == 12
    assert asked(replay, fault) == requests


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        ("always-500", "did not answer.*500"),
        ("wrong", "no collection of areas"),
        ("login", "web page"),
        ("empty", "no buurten of GM0001"),
    ],
)
def test_what_cannot_be_used_is_told_and_leaves_no_file(run, replay, tmp_path, fault, words):
    from qgis.core import QgsProcessingException

    target = tmp_path / "out.gpkg"
    with pytest.raises(QgsProcessingException, match=words):
        run("download_buurten", parameters(replay, fault, OUTPUT=str(target)))
    assert not target.exists()


def test_a_server_that_is_not_there_is_told(run):
    from qgis.core import QgsProcessingException

    with pytest.raises(QgsProcessingException, match="did not answer"):
        run("download_buurten", parameters("http://127.0.0.1:9", "x"))


def test_stop_breaks_off_a_slow_page_and_the_next_run_has_the_first(run, replay, own_cache):
    from qgis.core import QgsProcessingException, QgsProcessingFeedback
    from qgis.PyQt.QtCore import QTimer

    feedback = QgsProcessingFeedback(False)
    QTimer.singleShot(1500, feedback.cancel)
    begin = time.monotonic()
    with pytest.raises(QgsProcessingException):
        run("download_buurten", parameters(replay, "slow"), feedback=feedback)
    assert 1 < time.monotonic() - begin < 6
    assert len(list(own_cache.glob("*.json"))) == 1


def test_in_the_background_qgis_stays_awake_and_stop_is_heard(replay, provider):
    from qgis.core import (
        QgsApplication,
        QgsProcessingAlgRunnerTask,
        QgsProcessingContext,
        QgsProcessingFeedback,
        QgsProject,
    )
    from qgis.PyQt.QtTest import QTest

    def task(fault):
        algorithm = QgsApplication.processingRegistry().createAlgorithmById(
            "wijkmix:download_buurten"
        )
        context = QgsProcessingContext()
        context.setProject(QgsProject.instance())
        feedback = QgsProcessingFeedback(False)
        made = QgsProcessingAlgRunnerTask(algorithm, parameters(replay, fault), context, feedback)
        ended = []
        made.executed.connect(lambda ok, results: ended.append(ok))
        QgsApplication.taskManager().addTask(made)
        made.held = (context, feedback)
        return made, ended

    for _ in range(2):  # QGIS takes its threads from a pool: the second run gets a used one
        whole, ended = task("fine")
        for _ in range(400):
            QTest.qWait(20)
            if ended:
                break
        assert ended == [True], whole.held[1].textLog()
    slow, ended = task("slow-too")
    gaps, last = [], time.monotonic()
    while not ended and len(gaps) < 500:
        QTest.qWait(10)
        gaps.append(time.monotonic() - last)
        last = time.monotonic()
        if len(gaps) == 50:
            slow.cancel()
    assert ended == [False]
    assert max(gaps) < 1


def test_degrees_become_rd_new(run, table_of, replay):
    results = run("download_buurten", parameters(replay, "degrees"))
    layer = run.context.getMapLayer(results["OUTPUT"])
    place = layer.getFeature(1).geometry().centroid().asPoint()
    # (5.205, 52.305) by the series of Schreutelkamp and Strang van Hees (2001).
    dphi, dlam = 0.36 * (52.305 - 52.15517440), 0.36 * (5.205 - 5.38720621)
    x = 155000 + 190094.945 * dlam - 11832.228 * dphi * dlam - 114.221 * dphi**2 * dlam
    y = 463000 + 309056.544 * dphi + 3638.893 * dlam**2 + 73.077 * dphi**2
    assert (place.x(), place.y()) == (pytest.approx(x, abs=2), pytest.approx(y, abs=2))
    assert any("longitude and latitude" in line for line in run.log)


def test_the_source_stays_with_a_loaded_layer(run, replay):
    from qgis.core import QgsProcessingContext, QgsProject

    context = QgsProcessingContext()
    context.setProject(QgsProject.instance())
    from qgis.core import QgsProcessingOutputLayerDefinition as Definition

    output = Definition("TEMPORARY_OUTPUT", QgsProject.instance())
    run("download_buurten", parameters(replay, "fine", OUTPUT=output), context=context)
    loading = context.layersToLoadOnCompletion()
    assert len(loading) == 1
    for key, details in loading.items():
        layer = context.getMapLayer(key)
        details.postProcessor().postProcessLayer(layer, context, None)
        assert details.name == "Proefstad buurten 2024"
        assert "CC BY 4.0" in layer.metadata().rights()[0]


@pytest.fixture(scope="module")
def real_server():
    if not NATIONAL.exists():
        pytest.skip("needs the national layer")
    if not Path("/usr/lib/qgis/server/libwfs3.so").exists():
        pytest.skip("needs QGIS Server (qgis-server-wfs, qgis-server-wfs3)")
    process, address = serve("qgis", NATIONAL)
    yield address
    process.kill()
    process.wait()


@pytest.mark.parametrize("service", ["wfs3", "ows?SERVICE=WFS"])
def test_qgis_server_gives_schiedam_as_published(run, table_of, real_server, service):
    from qgis.core import QgsVectorLayer

    layer = QgsVectorLayer(f"{NATIONAL}|layername=buurten", "nl", "ogr")
    layer.setSubsetString("gemeentecode = 'GM0606'")
    expected = {f["buurtcode"]: f for f in layer.getFeatures()}
    results = run(
        "download_buurten",
        {
            "GEMEENTE": "schiedam",
            "YEAR": 2024,
            "LEVEL": "buurten",
            "SERVER": f"{real_server}/{service}",
            "OUTPUT": "TEMPORARY_OUTPUT",
        },
    )
    got = run.context.getMapLayer(results["OUTPUT"])
    assert got.featureCount() == len(expected) > 30
    for feature in got.getFeatures():
        original = expected[feature["buurtcode"]]
        assert feature["percentage_koopwoningen"] == original["percentage_koopwoningen"]
        assert feature["woningvoorraad"] == original["woningvoorraad"]
        # QGIS Server writes eight decimals, and may write degrees.
        difference = feature.geometry().symDifference(original.geometry()).area()
        assert difference < 1e-3 * original.geometry().area() + 50
