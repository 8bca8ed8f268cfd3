# SPDX-License-Identifier: GPL-2.0-or-later
"""An output that is a table in PostGIS or SpatiaLite stands until a run has succeeded."""

from __future__ import annotations

import contextlib

import pytest
from qgis.core import (
    QgsCoordinateTransformContext,
    QgsProcessingException,
    QgsProject,
    QgsProviderConnectionException,
    QgsProviderRegistry,
    QgsVectorFileWriter,
    QgsVectorLayer,
)

from .feedback import Warnings

SHARES = ["percentage_koopwoningen", "percentage_huurwoningen"]


class Database:
    """A PostgreSQL or a SpatiaLite: the address of a table in it, and what that holds."""

    def __init__(self, kind, address):
        provider = QgsProviderRegistry.instance().providerMetadata(kind)
        self.kind, self.address = kind, address
        self.connection = provider.createConnection(address, {})
        self.schema = "public" if kind == "postgres" else ""

    def uri(self, name="t", column=" (geom)"):
        place = f'"{self.schema}"."{name}"' if self.schema else f'"{name}"'
        return f"{self.address} table={place}{column}"

    def output(self, name="t", column=" (geom)"):
        return f"{self.kind}:{self.uri(name, column)}"

    def names(self):
        asked = "SELECT name FROM sqlite_master WHERE type = 'table'"
        if self.schema:
            asked = "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"
        return {name for (name,) in self.connection.executeSql(asked)}

    def count(self, name="t"):
        ((n,),) = self.connection.executeSql(f'SELECT count(*) FROM "{name}"')
        return n


@pytest.fixture(params=["postgres", "spatialite"])
def database(request, buurten, tmp_path):
    if request.param == "postgres":
        uri = request.getfixturevalue("postgis").uri()
        found = Database("postgres", f"{uri} password='geheim'")
        for name in found.names() - {"spatial_ref_sys"}:
            found.connection.executeSql(f'DROP TABLE "{name}" CASCADE')
        return found
    path = str(tmp_path / "found.sqlite")
    options = QgsVectorFileWriter.SaveVectorOptions()
    options.driverName = "SpatiaLite"
    context = QgsCoordinateTransformContext()
    QgsVectorFileWriter.writeAsVectorFormatV3(buurten(rows=1), path, context, options)
    return Database("spatialite", f"dbname='{path}'")


@pytest.fixture
def earlier(run, buurten, database):
    """Put an earlier output there; return the parameters of a next run to it, and the tables."""
    parameters = {"INPUT": buurten(rows=5), "GROUPS": SHARES, "OUTPUT": database.output()}
    run("local_segregation", parameters)
    assert database.count() == 40
    return {**parameters, "INPUT": buurten()}, database.names()


@pytest.fixture
def half(monkeypatch):
    """Let the writing stop after twenty features."""
    from wijkmix.wijkmix_plugin import errors, qgis_io

    write = qgis_io.write

    def go(how):
        def stops(features, sink, where, tell):
            write(features[:20], sink, where, tell)
            if how == "full":
                raise errors.TableError("The disk is full.", "De schijf is vol.")
            if how == "stopped":
                tell.feedback.cancel()
                tell(1)
            if how == "broken":
                raise RuntimeError("broken")

        monkeypatch.setattr(qgis_io, "write", stops)

    return go


HOW = ["full", "silent", "stopped", "broken"]


@pytest.mark.parametrize("how", HOW)
def test_a_failed_run_leaves_it(run, database, earlier, half, how):
    parameters, names = earlier
    half(how)
    log = Warnings()
    with pytest.raises(QgsProcessingException):
        run("local_segregation", parameters, feedback=log)
    assert (database.count(), database.names()) == (40, names)
    assert QgsVectorLayer(database.uri(), "t", database.kind).featureCount() == 40
    assert not [line for line in log.found if "may not be whole" in line]


@pytest.mark.parametrize("how", HOW)
@pytest.mark.parametrize("name", ["local_segregation", "segregation_indices"])
def test_a_failed_run_leaves_no_table(run, buurten, database, half, name, how):
    names = database.names()
    half(how)
    output = database.output(column=" (geom)" if name == "local_segregation" else "")
    parameters = {"INPUT": buurten(), "GROUPS": SHARES, "OUTPUT": output}
    with pytest.raises(QgsProcessingException):
        run(name, parameters)
    assert database.names() == names


@pytest.mark.parametrize("how", HOW)
def test_a_failed_run_leaves_a_table_without_shapes(run, buurten, database, half, how):
    output = database.output("o'n", column="")
    parameters = {"INPUT": buurten(), "GROUPS": SHARES, "OUTPUT": output}
    run("segregation_indices", parameters)
    before, names = database.count("o'n"), database.names()
    half(how)
    with pytest.raises(QgsProcessingException):
        run("segregation_indices", {**parameters, "AREA_FIELD": "wijkcode"})
    assert (database.count("o'n"), database.names()) == (before, names)


def test_a_run_takes_its_place(run, database, earlier):
    parameters, names = earlier
    run("local_segregation", parameters)
    assert (database.count(), database.names()) == (48, names)
    found = QgsVectorLayer(database.uri(), "t", database.kind)
    assert (found.featureCount(), found.crs().authid()) == (48, "EPSG:28992")


def test_what_a_killed_run_moved_aside_is_put_back(run, database, earlier, monkeypatch):
    from wijkmix.processing_algs.base import WijkMixAlgorithm

    parameters, names = earlier
    database.connection.renameVectorTable(database.schema, "t", "wijkmix-0a1b-t")

    def refused(*_arguments):
        raise QgsProcessingException("no sink")

    with monkeypatch.context() as during:
        during.setattr(WijkMixAlgorithm, "parameterAsSink", refused)
        with pytest.raises(QgsProcessingException):
            run("local_segregation", parameters)
    assert (database.count(), database.names()) == (40, names)
    assert QgsVectorLayer(database.uri(), "t", database.kind).featureCount() == 40


def test_what_a_killed_run_moved_aside_is_told(run, database, earlier):
    parameters, names = earlier
    database.connection.executeSql('CREATE TABLE "wijkmix-0a1b-t" AS SELECT * FROM t')
    run("local_segregation", parameters)
    assert (database.count(), database.count("wijkmix-0a1b-t")) == (48, 40)
    assert database.names() == names | {"wijkmix-0a1b-t"}
    (told,) = (line for line in run.log if "was cut off" in line)
    assert "wijkmix-0a1b-t" in told
    assert "geheim" not in told


def test_a_table_that_cannot_be_taken_away_is_told(run, buurten, database, half, monkeypatch):
    from wijkmix.processing_algs import places

    def refused(_place):
        raise QgsProviderConnectionException(f"Connection failed: {database.address}")

    monkeypatch.setattr(places, "_remove", refused)
    half("full")
    log = Warnings()
    parameters = {"INPUT": buurten(), "GROUPS": SHARES, "OUTPUT": database.output()}
    with pytest.raises(QgsProcessingException, match="full") as error:
        run("local_segregation", parameters, feedback=log)
    assert [line for line in log.found if "may not be whole" in line]
    assert "geheim" not in " ".join([str(error.value), *log.found])


def test_the_input_is_not_its_own_output(run, database, earlier):
    parameters, _names = earlier
    layer = QgsVectorLayer(database.uri(), "t", database.kind)
    QgsProject.instance().addMapLayer(layer)
    with pytest.raises(QgsProcessingException, match="would be lost"):
        run("local_segregation", {**parameters, "INPUT": layer.id()})
    other = {**parameters, "INPUT": layer.id(), "OUTPUT": database.output("other")}
    run("local_segregation", other)
    QgsProject.instance().removeMapLayer(layer.id())
    assert (database.count(), database.count("other")) == (40, 40)


def test_two_outputs_in_one_table_are_refused(run, buurten, database):
    outputs = {"OUTPUT": database.output(), "INDICES": database.output(column="")}
    with pytest.raises(QgsProcessingException, match="both go to"):
        run("scan", {"INPUT": buurten(), **outputs})
    with pytest.raises(QgsProcessingException) as error:
        run("scan", {"INPUT": buurten(), **outputs})
    assert "geheim" not in str(error.value)


class TestPostgres:
    @pytest.fixture(params=["postgres"])
    def database(self, request, buurten, tmp_path, postgis):
        found = Database("postgres", f"{postgis.uri()} password='geheim'")
        for name in found.names() - {"spatial_ref_sys"}:
            found.connection.executeSql(f'DROP TABLE "{name}" CASCADE')
        return found

    def test_a_table_with_views_is_not_replaced(self, run, database, earlier):
        parameters, names = earlier
        database.connection.executeSql("CREATE VIEW shown AS SELECT * FROM t")
        with pytest.raises(QgsProcessingException, match=r"these views show .* shown"):
            run("local_segregation", parameters)
        assert (database.count(), database.names()) == (40, names)

    def test_styles_in_the_database_stay_with_the_table(self, run, database, earlier):
        parameters, _ = earlier
        layer = QgsVectorLayer(database.uri(), "t", "postgres")
        layer.saveStyleToDatabase("mine", "", True, "")
        run("local_segregation", parameters)
        assert layer.listStylesInDatabase()[2] == ["mine"]

    def test_a_table_that_cannot_be_made(self, run, buurten, database, postgis):
        database.connection.executeSql("DROP ROLE IF EXISTS reader")
        database.connection.executeSql("CREATE ROLE reader LOGIN")
        database.connection.executeSql("REVOKE CREATE ON SCHEMA public FROM PUBLIC")
        log = Warnings()
        output = f"postgres:{postgis.uri(user='reader')} password='geheim'"
        output += ' table="public"."t" (geom)'
        parameters = {"INPUT": buurten(), "GROUPS": SHARES, "OUTPUT": output}
        with pytest.raises(QgsProcessingException, match="permission denied") as error:
            run("local_segregation", parameters, feedback=log)
        assert "geheim" not in " ".join([str(error.value), *log.found])

    def test_a_server_that_is_not_there(self, run, buurten, database):
        where = "dbname='x' host=127.0.0.1 port=1 user='u' password='geheim'"
        output = f'postgres:{where} table="public"."t" (geom)'
        log = Warnings()
        with pytest.raises(QgsProcessingException, match="Connection failed") as error:
            run(
                "local_segregation",
                {"INPUT": buurten(), "GROUPS": SHARES, "OUTPUT": output},
                feedback=log,
            )
        assert "geheim" not in " ".join([str(error.value), *log.found])

    def test_a_server_that_goes_while_a_run_writes(
        self, run, database, earlier, postgis, monkeypatch
    ):
        """QGIS says that all was written."""
        from wijkmix.wijkmix_plugin import qgis_io

        write = qgis_io.write
        gone = []

        def stops(features, sink, where, tell):
            write(features[:20], sink, where, tell)
            postgis.stop()
            gone.append(True)
            write(features[20:], sink, where, tell)

        parameters, _names = earlier
        monkeypatch.setattr(qgis_io, "write", stops)
        log = Warnings()
        try:
            with pytest.raises(QgsProcessingException) as error:
                run("local_segregation", parameters, feedback=log)
        finally:
            if gone:
                postgis.start()
        (kept,) = (line for line in log.found if "is now called" in line)
        assert "wijkmix-" in kept
        assert [line for line in log.found if "may not be whole" in line]
        assert "geheim" not in " ".join([str(error.value), *log.found])
        # The connections that QGIS keeps find one by one that they were cut.
        for _ in range(5):
            with contextlib.suppress(QgsProviderConnectionException):
                assert len(database.names() - {"spatial_ref_sys", "t"}) == 1
                return
        pytest.fail("no connection after the server started again")
