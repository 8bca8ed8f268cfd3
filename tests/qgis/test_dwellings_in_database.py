# SPDX-License-Identifier: GPL-2.0-or-later
"""`wijkmix:aggregate_dwellings` on PostGIS finds what QGIS finds row by row."""

from __future__ import annotations

import random
import threading
import time

import pytest
from qgis.core import (
    QgsFeature,
    QgsGeometry,
    QgsProcessingException,
    QgsProcessingFeatureSourceDefinition,
    QgsProcessingFeedback,
    QgsVectorLayer,
)

MAP = '{"KW": "koop", "SH": "corp", "PH": "overig", "é": "overig", "": "unknown"}'
IN_DATABASE = "The dwellings were counted in the database; only the counts came here."
COLUMNS = {
    "vhe": "text",
    'Soort "eigendom"': "text",
    "complex": "text",
    "code": "text",
    "nummer": "double precision",
    "vbo": "text",
}
TENURE = 'Soort "eigendom"'


def made_up(n: int, seed: int) -> list[tuple]:
    """Return rows with everything that may be wrong: column values and WKT, None for NULL."""
    chance = random.Random(seed)
    rows = []
    for _ in range(n):
        # On a lattice of 50 m: a third of the points lies on a border or a corner of buurten.
        x, y = 119_950 + 50 * chance.randrange(20), 479_950 + 50 * chance.randrange(12)
        wkt = chance.choice([None, "Point EMPTY", *[f"Point({x} {y})"] * 18])
        rows.append(
            (
                chance.choice([None, " ", *(f"v{chance.randrange(n)}" for _ in range(6))]),
                chance.choice(["KW", "sh ", " Ph", "KW\t", "É", None, "", "\xa0koop", "corp"]),
                chance.choice([None, "A", "B ", "c", "d", f"{chance.randrange(40)}"]),
                chance.choice([None, "BU9", " ", f"BU0001{chance.randrange(9):04d} "]),
                chance.choice([None, 1.0, 2.0, 3.0]),
                chance.choice(
                    [None, "0363010000000009", f"03630100000000{chance.randrange(9):02d}"]
                ),
                wkt,
            )
        )
    return rows


def quoted(value) -> str:
    if value is None:
        return "NULL"
    return str(value) if isinstance(value, float) else "'" + str(value).replace("'", "''") + "'"


def in_database(postgis, name, rows, columns=COLUMNS, shape="Point, 28992"):
    """Make a table of the rows."""
    names = [c.replace('"', '""') for c in columns]
    spec = ", ".join(f'"{n}" {t}' for n, t in zip(names, columns.values(), strict=True))
    values = ",".join(
        f"({', '.join(map(quoted, row[:-1]))}, {f'ST_GeomFromText({quoted(row[-1])}, 28992)'})"
        for row in rows
    )
    postgis.sql(
        f'DROP TABLE IF EXISTS "{name}" CASCADE',
        f'CREATE TABLE "{name}" (id serial PRIMARY KEY, {spec}, geom geometry({shape}))',
        'INSERT INTO "{}" ({}, geom) VALUES {}'.format(
            name, ", ".join(f'"{n}"' for n in names), values
        ),
    )


def in_memory(rows, columns=COLUMNS, kind="Point?crs=EPSG:28992"):
    """Return the same rows as a layer that the database knows nothing of."""
    kinds = {"text": "string", "double precision": "double"}
    found = QgsVectorLayer(kind, "lijst", "memory")
    from qgis.core import QgsField
    from qgis.PyQt.QtCore import QMetaType

    types = {"string": QMetaType.Type.QString, "double": QMetaType.Type.Double}
    found.dataProvider().addAttributes([QgsField(n, types[kinds[t]]) for n, t in columns.items()])
    found.updateFields()
    features = []
    for row in rows:
        feature = QgsFeature(found.fields())
        feature.setAttributes(list(row[:-1]))
        if row[-1] is not None and kind != "None":
            feature.setGeometry(QgsGeometry.fromWkt(row[-1]))
        features.append(feature)
    assert found.dataProvider().addFeatures(features)[0]
    found.updateExtents()
    return found


@pytest.fixture
def both(run, table_of, buurten, postgis):
    """Return a function that runs both ways on the same data and compares all that comes out."""

    def go(table, memory, *, areas=None, **more):
        areas = areas or buurten(columns=8, rows=4)
        found = []
        for dwellings in (table, memory):
            parameters = {
                "DWELLINGS": dwellings,
                "TENURE": TENURE,
                "TENURE_MAP": MAP,
                "AREAS": areas,
                "AREA_CODE": "buurtcode",
                "MIN_DWELLINGS": 1,
                "OUTPUT": "TEMPORARY_OUTPUT",
                "UNMATCHED": "TEMPORARY_OUTPUT",
                **more,
            }
            addresses = parameters.get("ADDRESSES")
            if isinstance(addresses, tuple):
                parameters["ADDRESSES"] = addresses[len(found)]
            result = run("aggregate_dwellings", parameters)
            log = [line for line in run.log if line != IN_DATABASE]
            found.append(
                (
                    table_of(result["OUTPUT"]),
                    table_of(result["UNMATCHED"]),
                    result["N_COUNTED"],
                    result["N_UNMATCHED"],
                    log,
                )
            )
            assert (IN_DATABASE in run.log) == (dwellings is table)
        there, here = found
        for one, other in zip(there, here, strict=True):
            assert one == other
        return there

    return go


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("more", [{}, {"DWELLING_ID": "vhe", "COMPLEX": "complex"}])
def test_by_point_as_row_by_row(both, postgis, seed, more):
    rows = made_up(700, seed)
    in_database(postgis, "woningen", rows)
    areas, left, counted, n_left, log = both(postgis.layer("woningen"), in_memory(rows), **more)
    assert counted > 200
    assert n_left == len(left) > 50
    reasons = {row["reason"] for row in left}
    assert {"outside the areas", "no point"} <= reasons
    if more:
        assert {"same dwelling again", "same dwelling in two areas"} <= reasons
        assert any("complexes lie in more than one area" in line for line in log)
        assert any("rows of different tenure" in line for line in log)
    assert sum(row["dwellings"] for row in areas) == counted


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("more", [{}, {"DWELLING_ID": "vhe", "COMPLEX": "complex"}])
def test_by_code_as_row_by_row(both, postgis, seed, more):
    rows = made_up(500, seed)
    in_database(postgis, "woningen", rows)
    table, memory = postgis.layer("woningen", shape=""), in_memory(rows, kind="None")
    _, left, counted, _, _ = both(table, memory, CODE="code", MIN_DWELLINGS=12, **more)
    assert counted > 100
    assert {"no code", "code not found"} <= {row["reason"] for row in left}


def test_by_number_as_row_by_row(both, postgis, buurten):
    def numbered(rows):
        for number, row in enumerate(rows):
            row["nummer"] = float(number)

    rows = made_up(200, 5)
    in_database(postgis, "woningen", rows)
    table, memory = postgis.layer("woningen", shape=""), in_memory(rows, kind="None")
    areas = buurten(columns=2, rows=2, change=numbered)
    _, left, _, _, _ = both(table, memory, areas=areas, CODE="nummer", AREA_CODE="nummer")
    assert {row["code"] for row in left} == {None}


def test_by_address_as_row_by_row(both, postgis, buurten):
    rows = made_up(300, 6)
    addresses = made_up(40, 7)
    in_database(postgis, "woningen", rows)
    in_database(postgis, "adressen", addresses)
    _, left, counted, _, _ = both(
        postgis.layer("woningen", shape=""),
        in_memory(rows, kind="None"),
        CODE="vbo",
        ADDRESSES=(postgis.layer("adressen"), in_memory(addresses)),
        ADDRESS_CODE="vbo",
        DWELLING_ID="vhe",
    )
    assert counted > 50
    assert {"no code", "code not found", "outside the areas"} <= {row["reason"] for row in left}


def test_areas_that_overlap_as_row_by_row(both, postgis, buurten):
    rows = made_up(400, 11)
    in_database(postgis, "rijen", rows)

    def wider(rows):
        for number, row in enumerate(rows):
            x, y = 120_000 + 100 * (number % 8), 480_000 + 100 * (number // 8)
            row["wkt"] = f"Polygon(({x} {y},{x + 170} {y},{x + 170} {y + 60},{x} {y + 60},{x} {y}))"

    areas = buurten(columns=8, rows=4, change=wider)
    for more in ({}, {"CODE": "vbo", "ADDRESSES": (postgis.layer("rijen"), in_memory(rows))}):
        if more:
            more["ADDRESS_CODE"] = "vbo"
        log = both(postgis.layer("rijen"), in_memory(rows), areas=areas, **more)[4]
        assert any("points lie in more than one area" in line for line in log)


def test_only_the_rows_that_the_layer_shows(both, postgis):
    rows = made_up(300, 8)
    some = [row for row in rows if row[2] == "A"]
    # First, so that their keys are their numbers.
    in_database(postgis, "woningen", some + [row for row in rows if row[2] != "A"])
    both(postgis.layer("woningen", sql="\"complex\" = 'A'"), in_memory(some))
    query = "(SELECT * FROM woningen WHERE complex = 'A')".replace('"', '\\"')
    both(postgis.layer(query), in_memory(some))


def test_shapes_and_views_and_other_schemas(both, postgis):
    rows = [row for row in made_up(120, 9) if row[-1] and "EMPTY" not in row[-1]]
    squares = [(*row[:-1], QgsGeometry.fromWkt(row[-1]).buffer(10, 1).asWkt(3)) for row in rows]
    in_database(postgis, "panden", squares, shape="Polygon, 28992")
    postgis.sql(
        'CREATE SCHEMA IF NOT EXISTS "Eigen ""bezit"""',
        'CREATE OR REPLACE VIEW "Eigen ""bezit"""."De panden" AS SELECT * FROM panden',
    )
    memory = in_memory(squares, kind="Polygon?crs=EPSG:28992")
    layer = postgis.layer("De panden", schema='Eigen \\"bezit\\"', type="Polygon", srid="28992")
    both(layer, memory)


def test_points_in_another_system_as_row_by_row(both, postgis):
    # In the middles of buurten, where a metre between two ways of turning coordinates is nothing.
    rows = [
        (
            "v",
            ("KW", "SH")[n % 2],
            None,
            None,
            None,
            None,
            f"Point({120_050 + 100 * (n % 7)} 480050)",
        )
        for n in range(100)
    ]
    in_database(postgis, "woningen", rows)
    postgis.sql(
        "DROP TABLE IF EXISTS elders",
        'CREATE TABLE elders AS SELECT id, "Soort ""eigendom""", ST_Transform(geom, 4326) AS geom '
        "FROM woningen",
    )
    areas, *_ = both(postgis.layer("elders", type="Point", srid="4326"), in_memory(rows))
    assert [row["dwellings"] for row in areas[:8]] == [15, 15, 14, 14, 14, 14, 14, 0]


def call(run, buurten, layer, feedback=None, **more):
    parameters = {
        "DWELLINGS": layer,
        "TENURE": TENURE,
        "TENURE_MAP": MAP,
        "AREAS": buurten(columns=8, rows=4),
        "AREA_CODE": "buurtcode",
        "OUTPUT": "TEMPORARY_OUTPUT",
        **more,
    }
    return run("aggregate_dwellings", parameters, feedback=feedback)


def test_what_is_refused_is_refused_as_row_by_row(run, buurten, postgis):
    rows = made_up(300, 10)
    in_database(postgis, "woningen", rows)
    said = []
    for layer in (postgis.layer("woningen"), in_memory(rows)):
        with pytest.raises(QgsProcessingException, match="4 tenure values have no class") as error:
            call(run, buurten, layer, TENURE_MAP='{"KW": "koop"}')
        said.append(str(error.value).replace(IN_DATABASE, ""))
        with pytest.raises(QgsProcessingException, match="None of the codes in field vhe") as error:
            call(run, buurten, layer, CODE="vhe")
    assert said[0] == said[1]
    assert '"ph" (' in said[0]
    empty = postgis.layer("woningen", sql="false")
    with pytest.raises(QgsProcessingException, match="holds no dwellings"):
        call(run, buurten, empty)
    with pytest.raises(QgsProcessingException, match="holds no addresses"):
        call(
            run,
            buurten,
            postgis.layer("woningen", shape=""),
            CODE="vbo",
            ADDRESSES=empty,
            ADDRESS_CODE="vbo",
        )


def test_what_the_database_does_not_hold_is_read_row_by_row(run, table_of, buurten, postgis):
    rows = [("v", "KW", None, None, None, None, "Point(120050 480050)")] * 30
    in_database(postgis, "woningen", rows)
    layer = postgis.layer("woningen")
    layer.selectByIds([f.id() for f in layer.getFeatures()][:12])
    from qgis.core import QgsProject

    QgsProject.instance().addMapLayer(layer)
    part = QgsProcessingFeatureSourceDefinition(layer.id(), selectedFeaturesOnly=False)
    part.filterExpression = '"id" <= 13'
    for given, n in ((layer, 30), (part, 13)):
        found = call(run, buurten, given)
        assert (found["N_COUNTED"], IN_DATABASE in run.log) == (n, n == 30)
    chosen = QgsProcessingFeatureSourceDefinition(layer.id(), selectedFeaturesOnly=True)
    found = call(run, buurten, chosen)
    assert (found["N_COUNTED"], IN_DATABASE in run.log) == (12, False)
    layer.startEditing()
    layer.deleteFeature(next(layer.getFeatures()).id())
    found = call(run, buurten, layer)
    assert (found["N_COUNTED"], IN_DATABASE in run.log) == (29, False)
    layer.rollBack()
    QgsProject.instance().removeMapLayer(layer.id())


def test_an_account_that_may_only_read(run, buurten, postgis):
    rows = [("v", "KW", None, None, None, None, "Point(120050 480050)")] * 30
    in_database(postgis, "woningen", rows)
    postgis.sql(
        "DO $$ BEGIN CREATE ROLE lezer LOGIN; EXCEPTION WHEN duplicate_object THEN NULL; END $$",
        "ALTER ROLE lezer SET default_transaction_read_only = on",
        "REVOKE TEMPORARY ON DATABASE postgres FROM PUBLIC",
        "GRANT SELECT ON woningen TO lezer",
    )
    assert call(run, buurten, postgis.layer("woningen", user="lezer"))["N_COUNTED"] == 30
    assert IN_DATABASE in run.log


def slow_view(postgis, seconds):
    """Make a view that our statement, and no other, takes some seconds to read."""
    rows = [("v", "KW", None, None, None, None, "Point(120050 480050)")] * 10 * seconds
    in_database(postgis, "woningen", rows)
    postgis.sql(
        "CREATE VIEW traag AS SELECT * FROM woningen WHERE CASE WHEN current_query() LIKE "
        "'%WITH kind%' THEN pg_sleep(0.1) IS NOT NULL ELSE true END",
    )
    return postgis.layer("traag", type="Point", srid="28992")


def later(do):
    """Do something when our statement runs."""
    thread = threading.Timer(1, do)
    thread.start()
    return thread


def test_a_database_that_goes_away(run, buurten, postgis, tmp_path):
    layer = slow_view(postgis, 5)
    thread = later(postgis.stop)
    began = time.monotonic()
    try:
        with pytest.raises(QgsProcessingException, match=r"database did not answer.*Nothing was"):
            call(run, buurten, layer, OUTPUT=str(tmp_path / "uit.gpkg"))
        assert time.monotonic() - began < 4.5
    finally:
        thread.join()
        postgis.start()
    assert list(tmp_path.iterdir()) == []
    assert call(run, buurten, layer)["N_COUNTED"] == 50


def test_a_database_that_goes_away_row_by_row(run, buurten, postgis, tmp_path, monkeypatch):
    rows = [("v", "KW", None, None, None, None, "Point(120050 480050)")] * 30_000
    in_database(postgis, "woningen", rows)
    layer = postgis.layer("woningen")
    layer.selectAll()
    from qgis.core import QgsProject
    from wijkmix.wijkmix_plugin import qgis_io

    QgsProject.instance().addMapLayer(layer)
    chosen = QgsProcessingFeatureSourceDefinition(layer.id(), selectedFeaturesOnly=True)
    assert call(run, buurten, chosen)["N_COUNTED"] == 30_000
    stream = qgis_io.stream
    cuts = [postgis.stop]

    def cut(*args, **more):
        for number, part in enumerate(stream(*args, **more, size=1_000)):
            if number == 3:
                cuts.pop()()
            yield part

    monkeypatch.setattr(qgis_io, "stream", cut)
    try:
        with pytest.raises(QgsProcessingException, match=r"database did not answer.*Nothing was"):
            call(run, buurten, chosen, OUTPUT=str(tmp_path / "uit.gpkg"))
    finally:
        postgis.start()
    cuts.append(
        lambda: postgis.sql(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE query LIKE 'FETCH%' AND pid <> pg_backend_pid()"
        )
    )
    with pytest.raises(QgsProcessingException, match=r"stopped before the end.*Nothing was"):
        call(run, buurten, chosen, OUTPUT=str(tmp_path / "uit.gpkg"))
    QgsProject.instance().removeMapLayer(layer.id())
    assert list(tmp_path.iterdir()) == []


def test_a_connection_that_is_cut_is_made_again(run, buurten, postgis):
    layer = slow_view(postgis, 4)
    cut = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE '%traag%' AND "
    thread = later(lambda: postgis.sql(f"{cut} pid <> pg_backend_pid()"))
    # QGIS asks again; half an answer is never taken for a whole one.
    assert call(run, buurten, layer)["N_COUNTED"] == 40
    thread.join()


def test_cancel_stops_the_database(run, buurten, postgis):
    layer = slow_view(postgis, 20)
    feedback = QgsProcessingFeedback()
    thread = later(feedback.cancel)
    began = time.monotonic()
    with pytest.raises(QgsProcessingException):
        call(run, buurten, layer, feedback=feedback)
    thread.join()
    assert time.monotonic() - began < 10
    time.sleep(0.5)
    left = postgis.sql(
        "SELECT count(*) FROM pg_stat_activity WHERE state = 'active' AND query LIKE '%traag%' "
        "AND pid <> pg_backend_pid()"
    )
    assert left == [[0]]
