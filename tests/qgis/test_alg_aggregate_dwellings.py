# SPDX-License-Identifier: GPL-2.0-or-later
"""`wijkmix:aggregate_dwellings` in QGIS: by point, by code, by address, and what it refuses."""

from __future__ import annotations

import pytest
from qgis.core import (
    QgsGeometry,
    QgsProcessingException,
    QgsProcessingFeedback,
    QgsVectorLayer,
)

from . import conftest

MAP = '{"KW": "koop", "SH": "corp", "PH": "overig", "": "unknown"}'


def layer_of(rows, fields, kind="Point?crs=EPSG:28992", name="lijst"):
    return conftest.layer_of(rows, fields, kind, name)


def at(column, row, east=0):
    """Return a point in a cell of the grid of buurten."""
    return f"Point({120_050 + 100 * column + east} {480_050 + 100 * row})"


FIELDS = {"vhe": "string", "eigendom": "string", "bsn": "string", "complex": "string"}
ROWS = [
    *((f"a{n}", "KW", "9", "X", at(0, 0)) for n in range(12)),
    *((f"b{n}", " sh", "9", "Y", at(1, 0)) for n in range(11)),
    ("b0", "SH", "9", "Y", at(1, 0)),
    ("c0", "PH", "9", "Y", at(2, 0)),
    ("d0", None, "9", None, at(0, 0)),
    ("e0", "KW", "9", None, at(50, 50)),
    ("f0", "KW", "9", None, None),
]


def call(run, buurten, rows=ROWS, fields=FIELDS, **more):
    kind = more.pop("kind", "Point?crs=EPSG:28992")
    parameters = {
        "DWELLINGS": layer_of(rows, fields, kind),
        "TENURE": "eigendom",
        "TENURE_MAP": MAP,
        "AREAS": more.pop("areas", None) or buurten(columns=4, rows=1),
        "AREA_CODE": "buurtcode",
        "OUTPUT": "TEMPORARY_OUTPUT",
        "UNMATCHED": "TEMPORARY_OUTPUT",
    }
    return run("aggregate_dwellings", {**parameters, **more})


def test_by_point(run, table_of, buurten):
    found = call(run, buurten, DWELLING_ID="vhe", COMPLEX="complex", MIN_DWELLINGS=1)
    rows = table_of(found["OUTPUT"])
    names = ("dwellings", "n_koop", "n_corp", "n_overig", "n_unknown", "quality")
    assert [[row[n] for n in names] for row in rows] == [
        [13, 12, 0, 0, 1, "ok"],
        [11, 0, 11, 0, 0, "ok"],
        [1, 0, 0, 1, 0, "ok"],
        [0, 0, 0, 0, 0, "no dwellings"],
    ]
    assert (found["N_COUNTED"], found["N_UNMATCHED"]) == (25, 3)
    # What CBS said of dwellings and tenure gives way, the rest stays.
    assert "woningvoorraad" not in rows[0]
    assert "percentage_koopwoningen" not in rows[0]
    assert rows[0]["aantal_huishoudens"] == 190
    left = table_of(found["UNMATCHED"])
    assert [(row["row"], row["reason"]) for row in left] == [
        (24, "same dwelling again"),
        (27, "outside the areas"),
        (28, "no point"),
    ]
    log = "\n".join(run.log)
    assert "left out and are in no output: bsn" in log
    assert "1 of 2 complexes lie in more than one area: Y" in log
    assert "bsn" not in {*rows[0], *left[0]}


def test_small_areas_are_hidden_with_a_guard(run, table_of, buurten):
    found = call(run, buurten, DWELLING_ID="vhe")
    assert [row["dwellings"] for row in table_of(found["OUTPUT"])] == [13, None, None, 0]
    quality = [row["quality"] for row in table_of(found["OUTPUT"])]
    assert quality == ["ok", "suppressed", "suppressed", "no dwellings"]


def square(west, east):
    return f"Polygon(({west} 0,{east} 0,{east} 100,{west} 100,{west} 0))"


AREAS = [("BU1", square(0, 100)), ("BU2", square(60, 200)), ("BU3", None)]


def test_areas_that_overlap_or_have_no_geometry_are_told(run, table_of, buurten):
    """Ten of the twenty dwellings in BU2 lie in BU1 too, which comes first."""
    rows = [("KW", f"Point({62 + 4 * n} 50)") for n in range(20)]
    areas = layer_of(AREAS, {"buurtcode": "string"}, "Polygon?crs=EPSG:28992", "gebieden")
    found = call(run, buurten, rows, {"eigendom": "string"}, areas=areas, MIN_DWELLINGS=1)
    assert [(r["dwellings"], r["n_koop"], r["quality"]) for r in table_of(found["OUTPUT"])] == [
        (10, 10, "ok"),
        (10, 10, "ok"),
        (None, None, "partial (no geometry)"),
    ]
    log = "\n".join(run.log)
    assert "10 points lie in more than one area" in log
    assert "BU1 / BU2" in log
    assert "1 areas have no geometry" in log


def test_addresses_in_two_areas_are_told_and_codes_need_no_geometry(run, table_of, buurten):
    places = [(f"a{n}", f"Point({62 + 4 * n} 50)") for n in range(20)]
    rows = [("KW", f"a{n}", None) for n in range(20)]
    areas = layer_of(AREAS, {"buurtcode": "string"}, "Polygon?crs=EPSG:28992", "gebieden")
    fields = {"eigendom": "string", "vbo": "string"}
    more = {"kind": "None", "areas": areas, "MIN_DWELLINGS": 1, "CODE": "vbo"}
    addresses = layer_of(places, {"vbo": "string"})
    call(run, buurten, rows, fields, ADDRESSES=addresses, ADDRESS_CODE="vbo", **more)
    assert any("10 points lie in more than one area" in line for line in run.log)
    coded = [("KW", "BU3", None)] * 12
    found = call(run, buurten, coded, fields, **more)
    assert [r["dwellings"] for r in table_of(found["OUTPUT"])] == [0, 0, 12]
    assert not any("geometry" in line or "more than one area" in line for line in run.log)


def test_by_code(run, table_of, buurten):
    rows = [("KW", "BU00010000", None)] * 20 + [("SH", "BU00010001 ", None)] * 15
    rows += [("KW", "BU9", None), ("KW", None, None)]
    fields = {"eigendom": "string", "BuurtCode": "string"}
    found = call(run, buurten, rows, fields, kind="None")
    assert [row["dwellings"] for row in table_of(found["OUTPUT"])] == [20, 15, 0, 0]
    left = table_of(found["UNMATCHED"])
    assert [(row["code"], row["reason"]) for row in left] == [
        ("BU9", "code not found"),
        (None, "no code"),
    ]


def test_by_address(run, table_of, buurten):
    addresses = layer_of(
        [("0363010000000001", at(0, 0)), ("0363010000000002", at(1, 0))], {"vbo": "string"}
    )
    rows = [("KW", "0363010000000001", None)] * 12 + [("SH", "0363010000000002", None)] * 13
    rows.append(("SH", "0363010000000009", None))
    found = call(
        run,
        buurten,
        rows,
        {"eigendom": "string", "adres": "string"},
        kind="None",
        CODE="adres",
        ADDRESSES=addresses,
        ADDRESS_CODE="vbo",
    )
    assert [row["dwellings"] for row in table_of(found["OUTPUT"])] == [12, 13, 0, 0]
    assert [row["code"] for row in table_of(found["UNMATCHED"])] == ["0363010000000009"]


def test_points_in_another_system_are_brought_over(run, table_of, buurten):
    from qgis.core import QgsCoordinateReferenceSystem, QgsCoordinateTransform, QgsProject

    to = QgsCoordinateTransform(
        QgsCoordinateReferenceSystem("EPSG:28992"),
        QgsCoordinateReferenceSystem("EPSG:4326"),
        QgsProject.instance(),
    )
    shape = QgsGeometry.fromWkt(at(2, 0))
    shape.transform(to)
    rows = [("KW", shape.asWkt(10))] * 12
    found = call(run, buurten, rows, {"eigendom": "string"}, kind="Point?crs=EPSG:4326")
    assert [row["dwellings"] for row in table_of(found["OUTPUT"])] == [0, 0, 12, 0]


def test_the_result_goes_into_a_scan(run, table_of, buurten):
    rows = []
    for column in range(8):
        for row in range(6):
            n = 40 + column
            rows += [("KW" if i < 5 * column else "SH", at(column, row, i)) for i in range(n)]
    found = call(run, buurten, rows, {"eigendom": "string"}, areas=buurten())
    layer = run.context.getMapLayer(found["OUTPUT"])
    scan = run("scan", {"INPUT": layer, "OUTPUT": "TEMPORARY_OUTPUT", "PERMUTATIONS": 999})
    scanned = table_of(scan["OUTPUT"])
    assert scanned[0]["dwellings"] == 40
    assert scanned[7]["n_koop"] == 35
    assert scanned[7]["share_koop"] == pytest.approx(100 * 35 / 47)


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"TENURE_MAP": "{"}, "not a JSON object"),
        ({"TENURE_MAP": '{"KW": "eigen"}'}, "something else than koop"),
        ({"TENURE_MAP": '{"KW": "koop", "": "unknown", "PH": "overig"}'}, r'"sh" \(12 x, first'),
        ({"TENURE": "bsn"}, "about a person"),
        ({"TENURE": "nope"}, "nope|TENURE|Tenure"),
        ({"CODE": "vhe"}, "None of the codes"),
        ({"DWELLING_ID": "nope"}, "no field nope"),
        ({"AREA_CODE": "gemeentecode"}, "no code of their own.*GM0001"),
        ({"kind": "Point?crs=EPSG:4326"}, "looks like RD New"),
        ({"kind": "Point?crs=EPSG:25831"}, r"look like RD New \(EPSG:28992\), but the layer says"),
        ({"kind": "None"}, "table without places"),
        ({"rows": []}, "holds no dwellings"),
        ({"OUTPUT": "/no/such/folder/out.gpkg"}, "cannot be written"),
    ],
)
def test_what_is_refused(run, buurten, more, words):
    with pytest.raises(QgsProcessingException, match=words):
        call(run, buurten, **more)


def test_codes_that_lost_their_zeros(run, buurten):
    rows = [("KW", 10000, None)] * 12
    fields = {"eigendom": "string", "buurtcode": "integer"}
    with pytest.raises(QgsProcessingException, match=r"read as numbers.*BU00010000"):
        call(run, buurten, rows, fields, kind="None")


def test_a_refusal_leaves_no_file(run, buurten, tmp_path):
    for more in ({"TENURE_MAP": "{}"}, {"CODE": "vhe"}):
        with pytest.raises(QgsProcessingException):
            call(run, buurten, OUTPUT=str(tmp_path / "a.gpkg"), **more)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("broken", ["BU00010000", 'BU0001"0000', '"BU00010000;KW'])
@pytest.mark.parametrize("provider", ["delimitedtext", "ogr"])
def test_a_broken_line_of_a_csv_is_named(run, buurten, tmp_path, broken, provider):
    path = tmp_path / "lijst.csv"
    lines = ["code;eigendom", *["BU00010000;KW"] * 2_000, broken, *["BU00010000;KW"] * 9]

    def call_on(lines):
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")
        uri = f"file://{path}?delimiter=;&detectTypes=no&type=csv"
        table = QgsVectorLayer(uri if provider == "delimitedtext" else str(path), "l", provider)
        assert table.isValid()
        return call(run, buurten, DWELLINGS=table, CODE="code", UNMATCHED=None, OUTPUT=str(out))

    out = tmp_path / "uit.gpkg"
    with pytest.raises(QgsProcessingException, match=r"Line 2002 of lijst\.csv is broken"):
        call_on(lines)
    assert [p.name for p in tmp_path.iterdir()] == ["lijst.csv"]
    del lines[2001]
    assert call_on(lines)["N_COUNTED"] == 2009


def test_a_csv_is_checked_as_qgis_reads_it(run, buurten, tmp_path):
    path = tmp_path / "lijst.csv"
    lines = ["stand 1-1-2024, alle complexen", "code\teigendom\tnoot"]
    lines += ["BU00010000\tKW\t'5\" buis'"] * 12
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    uri = f"file://{path}?delimiter=%5Ct&quote='&skipLines=1&detectTypes=no&type=csv"
    table = QgsVectorLayer(uri, "l", "delimitedtext")
    assert table.featureCount() == 12
    assert call(run, buurten, DWELLINGS=table, CODE="code")["N_COUNTED"] == 12
    with path.open("a", encoding="utf-8") as file:
        file.write("BU00010000\n")
    table = QgsVectorLayer(uri, "l", "delimitedtext")
    with pytest.raises(QgsProcessingException, match=r"Line 15 of lijst\.csv is broken"):
        call(run, buurten, DWELLINGS=table, CODE="code")


def test_cancel(run, buurten):
    feedback = QgsProcessingFeedback()
    feedback.cancel()
    parameters = {
        "DWELLINGS": layer_of(ROWS, FIELDS),
        "TENURE": "eigendom",
        "TENURE_MAP": MAP,
        "AREAS": buurten(columns=4, rows=1),
        "AREA_CODE": "buurtcode",
        "OUTPUT": "TEMPORARY_OUTPUT",
    }
    with pytest.raises(QgsProcessingException):
        run("aggregate_dwellings", parameters, feedback=feedback)


@pytest.mark.parametrize("crs", ["EPSG:28992", "EPSG:4326"])
@pytest.mark.parametrize("by", ["point", "code", "number"])
def test_a_text_file_is_counted_as_row_by_row(run, table_of, buurten, tmp_path, crs, by):
    from qgis.core import QgsCoordinateReferenceSystem, QgsCoordinateTransform, QgsProject
    from wijkmix.wijkmix_plugin import qgis_io

    to = QgsCoordinateTransform(
        QgsCoordinateReferenceSystem("EPSG:28992"),
        QgsCoordinateReferenceSystem(crs),
        QgsProject.instance(),
    )
    lines = ['vhe;eigendom;"code";nr;complex;x;y']
    for n in range(500):
        place = to.transform(120_050 + 100 * (n % 9), 480_050)
        x, y = (place.x(), place.y()) if n % 50 else ("", "")
        tenure = ("KW", " sh", '"PH"', "")[n % 4]
        lines.append(f"v{n % 450};{tenure};BU0001{n % 6:04d};{n % 6};{n % 30};{x};{y}")
    path = tmp_path / "met spatie é.csv"
    path.write_text("\r\n".join(lines) + "\r\n", encoding="utf-8")
    place = f"&xField=x&yField=y&crs={crs}" if by == "point" else "&geomType=none"
    uri = f"file://{path}?delimiter=;&detectTypes=yes&type=csv{place}"

    def numbered(rows):
        for number, row in enumerate(rows):
            row["nr"] = float(number)

    areas = buurten(columns=5, rows=1, change=numbered)
    more = {"point": {}, "code": {"CODE": "code"}, "number": {"CODE": "nr", "AREA_CODE": "nr"}}[by]
    found = []
    for subset in ("", "true"):
        layer = QgsVectorLayer(uri, "l", "delimitedtext")
        assert layer.isValid()
        layer.setSubsetString(subset)
        assert qgis_io.text_file(qgis_io.behind(layer)).is_plain == (subset == "")
        result = call(
            run, buurten, DWELLINGS=layer, areas=areas, DWELLING_ID="vhe", COMPLEX="complex", **more
        )
        log = [line for line in run.log if "Results" not in line]
        found.append((table_of(result["OUTPUT"]), table_of(result["UNMATCHED"]), log))
    for fast, slow in zip(*found, strict=True):
        assert fast == slow
    assert len(found[0][1]) > 50


def test_a_text_file_that_a_layer_shows_otherwise_is_left_to_qgis(buurten, tmp_path):
    from qgis.core import QgsProcessingFeatureSourceDefinition
    from wijkmix.wijkmix_plugin import qgis_io

    path = tmp_path / "lijst.csv"
    path.write_text("code;eigendom\nA;KW\n", encoding="utf-8")

    def is_plain(options, asked=None):
        uri = f"file://{path}?delimiter=;&type=csv{options}"
        layer = QgsVectorLayer(uri, "l", "delimitedtext")
        return qgis_io.text_file(qgis_io.behind(layer), asked).is_plain

    assert is_plain("")
    for odd in ("&useHeader=no", "&escape=\\", "&skipEmptyFields=yes", "&subset=true"):
        assert not is_plain(odd), odd
    part = QgsProcessingFeatureSourceDefinition(str(path), selectedFeaturesOnly=True)
    assert not is_plain("", part)


def test_a_broken_line_of_points_is_named_and_bad_numbers_are_no_point(run, buurten, tmp_path):
    path = tmp_path / "lijst.csv"
    uri = f"file://{path}?delimiter=;&detectTypes=no&type=csv&xField=x&yField=y&crs=EPSG:28992"
    lines = ["eigendom;x;y", *["KW;120050;480050"] * 20, "KW;geen;480050"]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    found = call(run, buurten, DWELLINGS=QgsVectorLayer(uri, "l", "delimitedtext"))
    assert (found["N_COUNTED"], found["N_UNMATCHED"]) == (20, 1)
    path.write_text("\n".join([*lines, "KW;1200504"]) + "\n", encoding="utf-8")
    with pytest.raises(QgsProcessingException, match=r"Line 23 of lijst\.csv is broken"):
        call(run, buurten, DWELLINGS=QgsVectorLayer(uri, "l", "delimitedtext"))


def parquet_of(path, rows, crs='{"id": {"authority": "EPSG", "code": 28992}}', **more):
    """Write rows (tenure, complex, place) as GeoParquet."""
    import json

    import pyarrow as pa
    import pyarrow.parquet as pq
    import shapely

    shapes = [None if row[-1] is None else shapely.from_wkt(row[-1]) for row in rows]
    known = [s for s in shapes if s is not None and not s.is_empty]
    told = {"encoding": "WKB", "geometry_types": ["Point"], **more}
    if crs:
        told["crs"] = json.loads(crs)
    if known:
        told["bbox"] = shapely.total_bounds(known).tolist()
    geo = {"version": "1.1.0", "primary_column": "geom", "columns": {"geom": told}}
    table = pa.table(
        {
            "eigendom": [row[0] for row in rows],
            "complex": [row[1] for row in rows],
            "BSN": ["9"] * len(rows),
            "geom": [None if s is None else s.wkb for s in shapes],
        }
    )
    pq.write_table(table.replace_schema_metadata({"geo": json.dumps(geo)}), path)
    return str(path)


def test_geoparquet_is_counted_as_a_layer(run, table_of, buurten, tmp_path, monkeypatch):
    from wijkmix.wijkmix_plugin.tables import parquet_chunks

    rows = [
        (("KW", " sh", None, "PH")[n % 4], n % 30 or None, at(n % 5, 0) if n % 40 else None)
        for n in range(500)
    ]
    monkeypatch.setattr(parquet_chunks, "CHUNK", 70)
    path = parquet_of(tmp_path / "lijst.parquet", rows)
    memory = layer_of(rows, {"eigendom": "string", "complex": "integer"})
    found = []
    for dwellings in (path, memory):
        result = call(run, buurten, DWELLINGS=dwellings, COMPLEX="complex")
        log = [line for line in run.log if "Results" not in line]
        found.append((table_of(result["OUTPUT"]), table_of(result["UNMATCHED"]), log))
    assert "left out and are in no output: BSN" in found[0][2][0]
    del found[0][2][0]
    for parquet, layer in zip(*found, strict=True):
        assert parquet == layer
    assert len(found[0][1]) > 100


def test_what_is_wrong_with_parquet_is_said(run, buurten, tmp_path, monkeypatch):
    from wijkmix.wijkmix_plugin.tables import parquet_chunks

    rows = [("KW", 1, at(0, 0))] * 20
    path = parquet_of(tmp_path / "a.parquet", rows, crs=None)
    with pytest.raises(QgsProcessingException, match="looks like RD New"):
        call(run, buurten, DWELLINGS=path)
    path = parquet_of(tmp_path / "a.parquet", rows, crs='{"id": {"authority": "X", "code": 1}}')
    with pytest.raises(QgsProcessingException, match="no coordinate system"):
        call(run, buurten, DWELLINGS=path)
    path = parquet_of(tmp_path / "a.parquet", [])
    with pytest.raises(QgsProcessingException, match="holds no dwellings"):
        call(run, buurten, DWELLINGS=path)
    (tmp_path / "b.parquet").write_bytes(b"PAR1 and no more")
    with pytest.raises(QgsProcessingException, match=r"b\.parquet cannot be read as Parquet"):
        call(run, buurten, DWELLINGS=str(tmp_path / "b.parquet"))

    def absent():
        raise parquet_chunks.TableError("Parquet cannot be read here", "Parquet kan hier niet")

    monkeypatch.setattr(parquet_chunks, "reader", absent)
    with pytest.raises(QgsProcessingException, match="Parquet cannot be read here"):
        call(run, buurten, DWELLINGS=path)


@pytest.mark.parametrize("driver", ["GPKG", "FlatGeobuf"])
@pytest.mark.parametrize("kind", ["Point", "MultiPoint", "Polygon"])
def test_a_file_of_columns_is_counted_as_row_by_row(
    run, table_of, buurten, tmp_path, driver, kind, monkeypatch
):
    from qgis.core import QgsCoordinateTransformContext, QgsVectorFileWriter
    from wijkmix.wijkmix_plugin import qgis_io

    rows = []
    for n in range(400):
        shape = QgsGeometry.fromWkt(at(n % 5, 0))
        if kind == "MultiPoint":
            shape.convertToMultiType()
        elif kind == "Polygon":
            shape = shape.buffer(3, 2)
        tenure = ("KW", " sh", None, "PH")[n % 4]
        vhe, number = f"é{n % 350}" if n % 9 else None, n % 30 if n % 7 else None
        rows.append((vhe, tenure, number, f"BU0001{n % 6:04d}", shape.asWkt() if n % 40 else None))
    fields = {"vhe": "string", "eigendom": "string", "complex": "integer", "code": "string"}
    options = QgsVectorFileWriter.SaveVectorOptions()
    options.driverName = driver
    path = str(tmp_path / f"lijst.{'gpkg' if driver == 'GPKG' else 'fgb'}")
    layer = layer_of(rows, fields, f"{kind}?crs=EPSG:28992")
    QgsVectorFileWriter.writeAsVectorFormatV3(layer, path, QgsCoordinateTransformContext(), options)
    used = []
    original = qgis_io.stream
    monkeypatch.setattr(qgis_io, "stream", lambda *a, **m: used.append(1) or original(*a, **m))
    for more in ({}, {"CODE": "code"}):
        found = []
        for subset in ("", "1 = 1"):
            layer = QgsVectorLayer(path, "l", "ogr")
            layer.setSubsetString(subset)
            result = call(
                run, buurten, DWELLINGS=layer, DWELLING_ID="vhe", COMPLEX="complex", **more
            )
            assert bool(used) == bool(subset)
            used.clear()
            log = [line for line in run.log if "Results" not in line]
            found.append((table_of(result["OUTPUT"]), table_of(result["UNMATCHED"]), log))
        for fast, slow in zip(*found, strict=True):
            assert fast == slow
        assert len(found[0][1]) > 100
