# SPDX-License-Identifier: GPL-2.0-or-later
"""The commands of scripts/: the demo leaves whole results or none, and numpy stays that of QGIS."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
SAMPLE = ROOT / "resources" / "sample" / "wijkmix_sample.gpkg"
RESULTS = {"scan.gpkg", "report.html", "map.png", "scan.qgz"}


def in_env(*command: str, cwd: Path) -> subprocess.CompletedProcess:
    """Run a command through scripts/env, as a user would."""
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("QGIS_", "PYTHON"))}
    return subprocess.run(
        [str(ROOT / "scripts" / "env"), *command],
        cwd=cwd,
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def demo(target: Path, *arguments: str, change: str = "") -> subprocess.CompletedProcess:
    """Run the demo in a QGIS of its own, with its results in a folder of the test."""
    program = (
        "import sys; from pathlib import Path; sys.path.insert(0, sys.argv.pop(1)); import demo;"
        f"demo.TARGET = Path(sys.argv.pop(1));{change}\ndemo.main()"
    )
    folder = str(ROOT / "scripts")
    return in_env("python", "-c", program, folder, str(target), *arguments, cwd=target.parent)


def test_the_demo_leaves_results_that_open_styled(tmp_path, qgis_app) -> None:
    from qgis.core import QgsProject
    from qgis.PyQt.QtGui import QImage

    target = tmp_path / "demo"
    done = demo(target)
    assert done.returncode == 0, done.stderr[-2000:]
    said = done.stdout.splitlines()
    assert said.index("") == 10, "a summary of ten lines"
    assert len([line for line in said if line.startswith("Look closer")]) == 3
    assert not any("0 candidates, 0 provisional" in line for line in said), "every flag is shown"
    assert {Path(line.strip()).name for line in said[-4:]} == RESULTS
    assert [path.name for path in tmp_path.iterdir()] == ["demo"]
    assert {path.name for path in target.iterdir()} == RESULTS
    assert "<html" in (target / "report.html").read_text(encoding="utf-8")
    picture = QImage(str(target / "map.png"))
    colours = {picture.pixel(x, y) for x in range(0, 1200, 7) for y in range(100, 1100, 7)}
    assert len(colours) > 5

    # Also after the folder has moved: the project refers to its neighbours.
    moved = target.rename(tmp_path / "elsewhere")
    project = QgsProject()
    assert project.read(str(moved / "scan.qgz"))
    layers = project.mapLayers().values()
    assert len(layers) == 8
    assert all(layer.isValid() for layer in layers)
    assert {Path(layer.source().split("|")[0]).parent for layer in layers} == {moved}
    drawn = [layer for layer in layers if layer.isSpatial()]
    assert len(drawn) == 6
    assert len({layer.renderer().dump() for layer in drawn}) == 6, "each view has its own style"
    group = project.layerTreeRoot().findGroups()[0]
    order = [node.name() for node in group.findLayers() if node.layer().isSpatial()]
    assert order.index("Densification: candidates for study") < order.index("Tenure mix")
    for layer in drawn:
        assert json.loads(layer.customProperty("wijkmix/provenance"))["seed"] == 12345


def test_a_failing_demo_leaves_nothing_of_its_own(tmp_path) -> None:
    target = tmp_path / "demo"
    target.mkdir()
    (target / "scan.gpkg").write_text("of an earlier run")
    fail = "\ndef fail(*_): raise demo.DemoError('no map today')\ndemo.draw_map = fail"
    done = demo(target, change=fail)
    assert done.returncode == 1
    assert done.stderr.endswith("demo: no map today\n")
    assert [path.name for path in tmp_path.iterdir()] == ["demo"]
    assert (target / "scan.gpkg").read_text() == "of an earlier run"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["nowhere.gpkg"], "does not exist"),
        ([str(ROOT / "LICENSE")], "no vector layer"),
        ([str(SAMPLE)], "several layers; name one of them: .*buurten"),
        ([str(SAMPLE), "nope"], "no layer 'nope'"),
        ([str(SAMPLE), "blokken"], "blok|column|kolom|field"),
        (["--help"], "usage"),
        (["a", "b", "c"], "usage"),
    ],
)
def test_what_the_demo_cannot_use_is_refused(tmp_path, arguments, message) -> None:
    done = demo(tmp_path / "demo", *arguments)
    assert done.returncode == 1
    assert re.search(rf"^demo: .*({message})", done.stderr, re.M), done.stderr[-2000:]
    assert "Traceback" not in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_qgis_process_runs_the_scan(tmp_path) -> None:
    sample = tmp_path / "sample.gpkg"
    shutil.copy(SAMPLE, sample)
    done = in_env(
        *(
            "qgis_process",
            "--json",
            "run",
            "wijkmix:scan",
            "--",
            f"INPUT={sample}|layername=buurten",
        ),
        *("PERMUTATIONS=999", f"OUTPUT={tmp_path / 'scan.gpkg'}", f"REPORT={tmp_path / 'r.html'}"),
        cwd=tmp_path,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    results = json.loads(done.stdout)["results"]
    assert results["N_BUURTEN"] > results["N_USED"] >= 60
    assert (tmp_path / "scan.gpkg").exists()
    assert (tmp_path / "r.html").exists()


def test_numpy_and_scipy_are_those_of_qgis(tmp_path) -> None:
    """The field's most painful complaint: a plugin's pip that replaced numpy under GDAL."""
    done = in_env(
        "python",
        "-c",
        "import numpy, scipy; from osgeo import gdal_array; import geopandas, esda, libpysal;"
        "print(numpy.__file__); print(scipy.__file__); print(gdal_array.__file__)",
        cwd=tmp_path,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    for path in done.stdout.split():
        assert path.startswith("/usr/lib/python3/dist-packages/")
