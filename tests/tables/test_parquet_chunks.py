# SPDX-License-Identifier: GPL-2.0-or-later
"""Parquet in chunks: columns as they are, the place of every shape, what is wrong said."""

from __future__ import annotations

import json
import sys

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import shapely
from wijkmix.wijkmix_plugin.errors import TableError
from wijkmix.wijkmix_plugin.tables import parquet_chunks


def write(path, columns, **geometry):
    geo = {"primary_column": "geom", "columns": {"geom": geometry}}
    table = pa.table(columns).replace_schema_metadata({"geo": json.dumps(geo)})
    pq.write_table(table, path)
    return path


def read(path, columns, shape=""):
    found = list(parquet_chunks.chunks(path, columns, shape))
    values = {c: [v for part in found for v in part[0][c].tolist()] for c in columns}
    return values, np.concatenate([f[1] for f in found]), np.concatenate([f[2] for f in found])


def test_columns_and_points(tmp_path, monkeypatch):
    monkeypatch.setattr(parquet_chunks, "CHUNK", 3)
    points = [shapely.Point(n, -n) for n in range(7)]
    shapes = [None if n == 2 else p.wkb for n, p in enumerate(points)]
    path = write(
        tmp_path / "a.parquet",
        {
            "code": ["A", None, "é", "", "A", "B", "B"],
            "n": pa.array([1, 2, None, 4, 5, 6, 7], pa.int32()),
            "soort": pa.array(["x", "y"] * 3 + ["x"]).dictionary_encode(),
            "dag": pa.array([0] * 7, pa.date32()),
            "geom": shapes,
        },
        encoding="WKB",
        geometry_types=["Point"],
        bbox=[0, -6, 6, 0],
    )
    found = parquet_chunks.contents(path)
    kinds = {"code": "text", "n": "whole", "soort": "text", "dag": "other"}
    assert found == (kinds, 7, "geom", ("Point",), "", (0, -6, 6, 0))
    values, x, y = read(path, ["code", "n", "soort"], "geom")
    assert values["code"] == ["A", None, "é", "", "A", "B", "B"]
    assert [v for v in values["n"] if v == v] == [1, 2, 4, 5, 6, 7]
    assert values["soort"] == ["x", "y", "x", "y", "x", "y", "x"]
    np.testing.assert_array_equal(x, [0, 1, np.nan, 3, 4, 5, 6])
    np.testing.assert_array_equal(y, [0, -1, np.nan, -3, -4, -5, -6])
    _, x, _ = read(path, ["code"])
    assert len(x) == 0


def test_other_shapes_and_encodings(tmp_path):
    shapes = [shapely.box(0, 0, 2, 2), shapely.Point(5, 6), shapely.Point()]
    path = write(tmp_path / "a.parquet", {"c": [1, 2, 3], "geom": [s.wkb for s in shapes]})
    _, x, y = read(path, ["c"], "geom")
    assert shapes[0].contains(shapely.Point(x[0], y[0]))
    assert (x[1], y[1]) == (5, 6)
    assert np.isnan(x[2])
    big = [shapely.to_wkb(shapely.Point(n, 1), byte_order=0) for n in range(3)]
    path = write(tmp_path / "b.parquet", {"c": [1, 2, 3], "geom": big})
    assert read(path, ["c"], "geom")[1].tolist() == [0, 1, 2]
    places = pa.array([{"x": 1.0, "y": 2.0}, None], pa.struct([("x", "float64"), ("y", "float64")]))
    path = write(tmp_path / "c.parquet", {"c": [1, 2], "geom": places}, encoding="point")
    np.testing.assert_array_equal(read(path, ["c"], "geom")[1], [1, np.nan])


def test_what_cannot_be_read(tmp_path, monkeypatch):
    path = tmp_path / "a.parquet"
    path.write_bytes(b"no")
    with pytest.raises(TableError, match=r"a\.parquet cannot be read as Parquet"):
        parquet_chunks.contents(path)
    whole = write(tmp_path / "b.parquet", {"c": list(range(100_000))}).read_bytes()
    torn = tmp_path / "c.parquet"
    torn.write_bytes(whole[:4] + b"\xff" * 5_000 + whole[5_004:])
    with pytest.raises(TableError, match=r"c\.parquet cannot be read as Parquet"):
        read(torn, ["c"])
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    monkeypatch.setitem(sys.modules, "pyarrow.parquet", None)
    assert not parquet_chunks.is_there()
    with pytest.raises(TableError, match="Install pyarrow"):
        parquet_chunks.reader()
