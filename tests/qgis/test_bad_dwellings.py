# SPDX-License-Identifier: GPL-2.0-or-later
"""Lists of dwellings as they come: every fault is named, and nothing half-written is left."""

from __future__ import annotations

import os
import subprocess

import pytest
from qgis.core import (
    QgsCoordinateTransformContext,
    QgsProcessingException,
    QgsVectorFileWriter,
    QgsVectorLayer,
)

MAP = '{"KW": "koop", "SH": "corp", "PH": "overig"}'


@pytest.fixture
def count(run, buurten):
    """Return a function that counts a list by code in four buurten."""

    def go(dwellings, **more):
        parameters = {
            "DWELLINGS": dwellings,
            "TENURE": "eigendom",
            "TENURE_MAP": MAP,
            "AREAS": buurten(columns=4, rows=1),
            "AREA_CODE": "buurtcode",
            "OUTPUT": "TEMPORARY_OUTPUT",
        }
        return run("aggregate_dwellings", {**parameters, **more})

    return go


def text_layer(path, content, *, delimiter=";", encoding="UTF-8", options="&detectTypes=no"):
    path.write_bytes(content)
    uri = f"file://{path}?delimiter={delimiter}&type=csv&encoding={encoding}{options}"
    layer = QgsVectorLayer(uri, "lijst", "delimitedtext")
    assert layer.isValid()
    return layer


LINES = b"code;eigendom\n" + b"BU00010000;KW\n" * 20


def test_another_delimiter(count, tmp_path):
    layer = text_layer(tmp_path / "a.csv", LINES, delimiter=",")
    with pytest.raises(QgsProcessingException, match=r'one field, "code;eigendom".*by ";"'):
        count(layer)
    layer = text_layer(tmp_path / "b.csv", LINES.replace(b";", b"\t"))
    with pytest.raises(QgsProcessingException, match="separated by tab"):
        count(layer)


def test_another_encoding(count, tmp_path):
    content = "code;eigendom\n" + "BU00010000;coöperatie\n" * 20
    mapped = '{"coöperatie": "corp"}'
    for written, read in (("cp1252", "UTF-8"), ("utf-8", "windows-1252")):
        path = tmp_path / f"{written}.csv"
        layer = text_layer(path, content.encode(written), encoding=read)
        with pytest.raises(QgsProcessingException, match="another encoding"):
            count(layer, CODE="code", TENURE_MAP=mapped)
        right = {"cp1252": "windows-1252"}.get(written, written)
        layer = text_layer(path, content.encode(written), encoding=right)
        assert count(layer, CODE="code", TENURE_MAP=mapped)["N_COUNTED"] == 20


def test_codes_that_lost_their_zeros_in_a_file(count, tmp_path):
    content = b"code;eigendom\n" + b"10000;KW\n" * 20
    for options in ("&detectTypes=no", "&detectTypes=yes"):
        layer = text_layer(tmp_path / "a.csv", content, options=options)
        with pytest.raises(QgsProcessingException, match=r"read as numbers.*BU00010000"):
            count(layer, CODE="code")


@pytest.mark.parametrize(
    ("point", "name"),
    [("52.3;4.9", "swapped"), ("628000;5804000", "25831"), ("545000;6868000", "3857")],
)
def test_points_in_another_system_than_the_layer_says(count, tmp_path, point, name):
    content = b"eigendom;x;y\n" + f"KW;{point}\n".encode() * 20
    options = "&xField=x&yField=y&crs=EPSG:28992"
    layer = text_layer(tmp_path / "a.csv", content, options=options)
    with pytest.raises(QgsProcessingException, match=f"look like .*{name}.* says EPSG:28992"):
        count(layer)


def test_points_in_a_database_in_another_system(count, postgis):
    postgis.sql(
        "DROP TABLE IF EXISTS scheef CASCADE",
        "CREATE TABLE scheef (id serial PRIMARY KEY, eigendom text, geom geometry(Point, 28992))",
        "INSERT INTO scheef (eigendom, geom) SELECT 'KW', "
        "ST_SetSRID(ST_MakePoint(4.9, 52.3), 28992) FROM generate_series(1, 20)",
    )
    with pytest.raises(QgsProcessingException, match=r"look like WGS 84.* says EPSG:28992"):
        count(postgis.layer("scheef"))


def test_a_workbook(count, table_of, tmp_path):
    # With a number: from text alone GDAL would not know the names of the columns for what they are.
    content = b"code;eigendom;kamers\n" + b"BU00010000;KW;4\n" * 20
    table = text_layer(tmp_path / "a.csv", content, options="&detectTypes=yes")
    options = QgsVectorFileWriter.SaveVectorOptions()
    options.driverName = "XLSX"
    options.layerName = "lijst"
    path = str(tmp_path / "lijst.xlsx")
    QgsVectorFileWriter.writeAsVectorFormatV3(table, path, QgsCoordinateTransformContext(), options)
    layer = QgsVectorLayer(path, "lijst", "ogr")
    assert layer.featureCount() == 20
    found = count(layer, CODE="code")
    assert [row["dwellings"] for row in table_of(found["OUTPUT"])] == [20, 0, 0, 0]


@pytest.fixture
def mounted(tmp_path):
    """Return a function that mounts a small disk, writable or not."""
    if os.getuid() != 0:
        pytest.skip("mounting a small disk needs root")
    place = tmp_path / "schijf"
    place.mkdir()

    def mount(options):
        command = ["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(place)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            pytest.skip(f"no disk can be mounted here: {done.stderr.strip()}")
        return place

    yield mount
    subprocess.run(["umount", "-l", str(place)], capture_output=True, check=False)


@pytest.mark.parametrize("end", ["gpkg", "shp", "geojson", "csv"])
@pytest.mark.parametrize("output", ["OUTPUT", "UNMATCHED"])
def test_a_full_disk(count, buurten, tmp_path, mounted, end, output):
    rows = b"".join(b"BU0001%04d;KW\n" % (n % 9) for n in range(20_000))
    layer = text_layer(tmp_path / "a.csv", b"code;eigendom\n" + rows)
    place = mounted("size=150k")
    # Whichever of the two outputs is too big: neither stays.
    (place / "vol").write_bytes(b"x" * (140_000 if output == "OUTPUT" else 1))
    both = {"OUTPUT": str(place / f"uit.{end}"), "UNMATCHED": str(place / f"rest.{end}")}
    if output == "OUTPUT":
        both = {"OUTPUT": both["OUTPUT"], "AREAS": buurten(columns=40, rows=10)}
    with pytest.raises(QgsProcessingException, match=r"could not be (written|made)|is full"):
        count(layer, CODE="code", **both)
    assert [p.name for p in place.iterdir()] == ["vol"]


def test_a_disk_that_may_not_be_written(count, tmp_path, mounted):
    layer = text_layer(tmp_path / "a.csv", LINES)
    place = mounted("size=1m,ro")
    with pytest.raises(QgsProcessingException, match=r"cannot be written|could not be made"):
        count(layer, CODE="code", OUTPUT=str(place / "uit.gpkg"))
    assert list(place.iterdir()) == []
