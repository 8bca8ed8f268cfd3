# SPDX-License-Identifier: GPL-2.0-or-later
"""A run whose QGIS is killed: what stood in the place of its output is not lost."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from qgis.core import (
    QgsCoordinateTransformContext,
    QgsProcessingException,
    QgsProviderRegistry,
    QgsVectorFileWriter,
    QgsVectorLayer,
)

SESSION = Path(__file__).with_name("cut_off_session.py")
SHARES = ["percentage_koopwoningen", "percentage_huurwoningen"]


@pytest.fixture
def buurten_file(buurten, tmp_path_factory):
    path = tmp_path_factory.mktemp("input") / "buurten.gpkg"
    QgsVectorFileWriter.writeAsVectorFormatV3(
        buurten(),
        str(path),
        QgsCoordinateTransformContext(),
        QgsVectorFileWriter.SaveVectorOptions(),
    )
    return path


@pytest.fixture
def kill(buurten_file):
    """Return a function that runs to an output in a QGIS that is killed at that moment."""

    def go(output, moment):
        command = [sys.executable, str(SESSION), str(buurten_file), str(output), moment]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as session:
            try:
                assert "ready" in iter(lambda: session.stdout.readline().strip(), "")
            finally:
                session.kill()

    return go


def table_in(path):
    return f"ogr:dbname='{path}' table=\"t\" (geom)"


def count(path, name=None):
    """Return how many features a file or table holds; None where there is none."""
    layer = QgsVectorLayer(f"{path}|layername={name}" if name else str(path), "x", "ogr")
    return layer.featureCount() if layer.isValid() else None


def kept_in(folder):
    return sorted(file for file in folder.iterdir() if "wijkmix" in file.name)


@pytest.fixture
def earlier(run, buurten):
    """Return a function that puts an earlier output of five rows of buurten there."""

    def make(output):
        parameters = {"INPUT": buurten(rows=5), "GROUPS": SHARES, "OUTPUT": str(output)}
        run("local_segregation", parameters)

    return make


def refused(_parameters, *_more):
    raise QgsProcessingException("no sink")


class TestAFile:
    @pytest.mark.parametrize("ending", ["gpkg", "shp"])
    def test_the_next_run_says_where_it_is(
        self, run, buurten_file, tmp_path, earlier, kill, ending
    ):
        path = tmp_path / f"found.{ending}"
        earlier(path)
        before = {file.name: file.read_bytes() for file in tmp_path.iterdir()}
        kill(path, "half")
        parameters = {"INPUT": str(buurten_file), "GROUPS": SHARES, "OUTPUT": str(path)}
        run("local_segregation", parameters)
        assert count(path) == 48
        kept = kept_in(tmp_path)
        (told,) = (line for line in run.log if "was cut off" in line)
        assert all(str(file) in told for file in kept)
        assert {file.name.split("-")[2]: file.read_bytes() for file in kept} == before

    @pytest.mark.parametrize("ending", ["gpkg", "shp"])
    def test_it_is_put_back_where_nothing_stands(
        self, run, buurten_file, tmp_path, earlier, kill, monkeypatch, ending
    ):
        from wijkmix.processing_algs.base import WijkMixAlgorithm

        path = tmp_path / f"found.{ending}"
        earlier(path)
        before = {file.name: file.read_bytes() for file in tmp_path.iterdir()}
        kill(path, "moved")
        assert not path.exists()
        parameters = {"INPUT": str(buurten_file), "GROUPS": SHARES, "OUTPUT": str(path)}
        with monkeypatch.context() as during:
            during.setattr(WijkMixAlgorithm, "parameterAsSink", refused)
            with pytest.raises(QgsProcessingException):
                run("local_segregation", parameters)
        assert {file.name: file.read_bytes() for file in tmp_path.iterdir()} == before
        run("local_segregation", parameters)
        assert (count(path), kept_in(tmp_path)) == (48, [])

    def test_of_two_runs_both_are_kept(self, run, buurten_file, tmp_path, earlier, kill):
        path = tmp_path / "found.gpkg"
        earlier(path)
        kill(path, "half")
        kill(path, "half")
        for file in tmp_path.glob("found*"):
            file.unlink()
        parameters = {"INPUT": str(buurten_file), "GROUPS": SHARES, "OUTPUT": str(path)}
        run("local_segregation", parameters)
        (told,) = (line for line in run.log if "was cut off" in line)
        whole = [file for file in kept_in(tmp_path) if file.suffix == ".gpkg"]
        assert len(whole) == 2
        assert all(str(file) in told for file in whole)
        assert 40 in [count(file) for file in whole]

    def test_the_name_of_another_output_is_left(self, run, buurten_file, tmp_path):
        other = tmp_path / ".wijkmix-12-my-found.gpkg"
        other.write_text("mine", encoding="utf-8")
        output = str(tmp_path / "found.gpkg")
        run(
            "local_segregation",
            {"INPUT": str(buurten_file), "GROUPS": SHARES, "OUTPUT": output},
        )
        assert other.read_text(encoding="utf-8") == "mine"
        assert not [line for line in run.log if "was cut off" in line]

    def test_a_table_for_it_leaves_the_other_tables(
        self, run, buurten_file, tmp_path, earlier, kill
    ):
        path = tmp_path / "found.gpkg"
        earlier(path)
        kill(path, "moved")
        parameters = {"INPUT": str(buurten_file), "GROUPS": SHARES, "OUTPUT": table_in(path)}
        run("local_segregation", parameters)
        assert (count(path, "found"), count(path, "t"), kept_in(tmp_path)) == (40, 48, [])


class TestATableInAGeoPackage:
    def tables(self, path):
        found = QgsProviderRegistry.instance().querySublayers(str(path))
        return sorted(table.name() for table in found)

    def test_the_next_run_says_where_it_is(self, run, buurten_file, tmp_path, earlier, kill):
        path = tmp_path / "found.gpkg"
        earlier(path)
        earlier(table_in(path))
        kill(table_in(path), "half")
        parameters = {"INPUT": str(buurten_file), "GROUPS": SHARES, "OUTPUT": table_in(path)}
        run("local_segregation", parameters)
        kept = [name for name in self.tables(path) if "wijkmix" in name]
        assert (count(path, "t"), [count(path, name) for name in kept]) == (48, [40])
        (told,) = (line for line in run.log if "was cut off" in line)
        assert kept[0] in told

    def test_it_is_put_back_where_nothing_stands(
        self, run, buurten_file, tmp_path, earlier, kill, monkeypatch
    ):
        from wijkmix.processing_algs.base import WijkMixAlgorithm

        path = tmp_path / "found.gpkg"
        earlier(path)
        earlier(table_in(path))
        kill(table_in(path), "moved")
        assert "t" not in self.tables(path)
        parameters = {"INPUT": str(buurten_file), "GROUPS": SHARES, "OUTPUT": table_in(path)}
        with monkeypatch.context() as during:
            during.setattr(WijkMixAlgorithm, "parameterAsSink", refused)
            with pytest.raises(QgsProcessingException):
                run("local_segregation", parameters)
        assert (self.tables(path), count(path, "t")) == (["found", "t"], 40)
        run("local_segregation", parameters)
        assert (self.tables(path), count(path, "t")) == (["found", "t"], 48)
