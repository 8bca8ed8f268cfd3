# SPDX-License-Identifier: GPL-2.0-or-later
"""What every algorithm does with its outputs, and with layers that go while it runs."""

from __future__ import annotations

import importlib
import threading
import weakref
from pathlib import Path

import pytest
from qgis.core import (
    QgsCoordinateTransformContext,
    QgsFeature,
    QgsField,
    QgsGeometry,
    QgsPointXY,
    QgsProcessingContext,
    QgsProcessingException,
    QgsProcessingFeatureSourceDefinition,
    QgsProcessingFeedback,
    QgsProcessingOutputLayerDefinition,
    QgsProject,
    QgsProviderRegistry,
    QgsVectorFileWriter,
    QgsVectorLayer,
)
from qgis.PyQt.QtCore import QMetaType

from .feedback import Warnings


@pytest.mark.parametrize("ending", ["", ".gpkg", ".shp"])
def test_no_warning_that_a_format_keeps_no_aliases(run, buurten, tmp_path, ending):
    layer = buurten()
    layer.setFieldAlias(0, "our code")
    for name, more in (
        ("local_segregation", {"GROUPS": ["percentage_koopwoningen", "percentage_huurwoningen"]}),
        ("prepare_buurten", {}),
    ):
        feedback = Warnings()
        output = str(tmp_path / f"{name}{ending}") if ending else "TEMPORARY_OUTPUT"
        run(name, {"INPUT": layer, "OUTPUT": output, **more}, feedback=feedback)
        assert [text for text in feedback.found if "a shapefile keeps" not in text] == []
    assert layer.attributeAlias(0) == "our code"


@pytest.mark.parametrize("ending", ["", ".gpkg"])
def test_aliases_stand_on_the_layer_that_is_loaded(
    run, buurten, tmp_path, qgis_new_project, monkeypatch, ending
):
    from processing.gui import Postprocessing
    from qgis.core import QgsApplication

    monkeypatch.setattr(Postprocessing, "iface", None)
    project = QgsProject.instance()
    context = QgsProcessingContext()
    context.setProject(project)
    output = str(tmp_path / f"found{ending}") if ending else "TEMPORARY_OUTPUT"
    parameters = {
        "INPUT": buurten(),
        "FIELD": "percentage_koopwoningen",
        "PERMUTATIONS": 99,
        "OUTPUT": QgsProcessingOutputLayerDefinition(output, project),
    }
    run("local_morans_i", parameters, context=context)
    algorithm = QgsApplication.processingRegistry().createAlgorithmById("wijkmix:local_morans_i")
    assert Postprocessing.handleAlgorithmResults(algorithm, context, None, parameters)
    (layer,) = project.mapLayers().values()
    for name in ("moran_i", "moran_lag", "moran_p", "moran_q", "moran_cluster"):
        assert layer.attributeAlias(layer.fields().lookupField(name))


def test_each_figure_beside_the_own_fields_has_an_alias(
    run, nested_buurten, nested_blocks, qgis_new_project, monkeypatch
):
    from processing.gui import Postprocessing
    from qgis.core import QgsApplication

    monkeypatch.setattr(Postprocessing, "iface", None)
    groups = {"n_koop", "n_corp", "n_overig"}
    project = QgsProject.instance()
    for name, outputs, given in (
        (
            "scan",
            ("OUTPUT", "WIJKEN", "INDICES", "BLOCKS_OUT"),
            {"INPUT": nested_buurten, "BLOCKS": nested_blocks(), "PERMUTATIONS": 99},
        ),
        (
            "mosaic",
            ("OUTPUT", "BLOCKS_OUT"),
            {
                "INPUT": nested_blocks(),
                "PARENTS": nested_buurten,
                "PARENTS_FIELD": "wijkcode",
                "RADII": "75,300",
                "REPLICATES": 99,
            },
        ),
        (
            "surroundings_profile",
            ("OUTPUT", "PROFILE"),
            {"INPUT": nested_blocks(), "RADII": "150", "NEAREST": "40"},
        ),
    ):
        project.clear()
        context = QgsProcessingContext()
        context.setProject(project)
        parameters = given | {
            output: QgsProcessingOutputLayerDefinition("TEMPORARY_OUTPUT", project)
            for output in outputs
        }
        run(name, parameters, context=context)
        algorithm = QgsApplication.processingRegistry().createAlgorithmById(f"wijkmix:{name}")
        assert Postprocessing.handleAlgorithmResults(algorithm, context, None, parameters)
        layers = project.mapLayers().values()
        assert len(layers) >= len(outputs)
        for layer in layers:
            fields = [f.name() for f in layer.fields() if not f.alias()]
            assert set(fields) <= groups | {"fid"}, (name, layer.name())


def test_runs_that_load_nothing_leave_nothing_behind(run, buurten):
    from wijkmix.processing_algs import styling

    before = len(styling._waiting)
    run("prepare_buurten", {"INPUT": buurten(), "OUTPUT": "memory:"})
    assert len(styling._waiting) == before


SHARES = ["percentage_koopwoningen", "percentage_huurwoningen"]


def table_in(path, name="t"):
    return f"ogr:dbname='{path}' table=\"{name}\" (geom)"


def count(path, name=None):
    """Return how many features a file holds; None where there is no such file or table."""
    layer = QgsVectorLayer(f"{path}|layername={name}" if name else str(path), "x", "ogr")
    return layer.featureCount() if layer.isValid() else None


def tables_of(path):
    """Return the tables of a GeoPackage that QGIS shows."""
    return {found.name() for found in QgsProviderRegistry.instance().querySublayers(str(path))}


def with_fid(layer, kind, value):
    """Give every feature of a layer the same fid."""
    layer.dataProvider().addAttributes([QgsField("fid", kind)])
    layer.updateFields()
    index = layer.fields().lookupField("fid")
    values = {feature.id(): {index: value} for feature in layer.getFeatures()}
    assert layer.dataProvider().changeAttributeValues(values)
    return layer


class TestAFieldFid:
    """QGIS writes a field `fid` as the key of a GeoPackage."""

    @pytest.mark.parametrize("kind", ["Int", "LongLong", "Double", "QString"])
    @pytest.mark.parametrize("place", ["plain", "table"])
    @pytest.mark.parametrize("name", ["local_morans_i", "local_segregation", "swap_bound"])
    def test_one_that_cannot_be_a_key_gets_another_name(
        self, run, buurten, tmp_path, name, place, kind
    ):
        layer = with_fid(buurten(), getattr(QMetaType.Type, kind), "7" if kind == "QString" else 7)
        path = tmp_path / "found.gpkg"
        feedback = Warnings()
        output = str(path) if place == "plain" else table_in(path)
        run(name, {"INPUT": layer, "OUTPUT": output, **RUNS[name]}, feedback=feedback)
        found = QgsVectorLayer(str(path), "x", "ogr")
        assert [str(int(f["fid_1"])) for f in found.getFeatures()] == ["7"] * 48
        assert [text for text in feedback.found if "fid_1" in text]

    def test_one_that_can_stays(self, run, buurten, tmp_path):
        path = tmp_path / "found.gpkg"
        layer = saved(buurten(), tmp_path / "buurten.gpkg")
        layer.selectByIds([5, 9])
        chosen = QgsProcessingFeatureSourceDefinition(layer.id(), True)
        QgsProject.instance().addMapLayer(layer)
        feedback = Warnings()
        parameters = {"INPUT": chosen, "GROUPS": SHARES, "OUTPUT": str(path)}
        run("local_segregation", parameters, feedback=feedback)
        QgsProject.instance().removeMapLayer(layer.id())
        found = QgsVectorLayer(str(path), "x", "ogr")
        assert [f["fid"] for f in found.getFeatures()] == [5, 9]
        assert feedback.found == []


class TestNamesThatDifferInCapitals:
    """Most formats see them as one."""

    @pytest.fixture
    def layer(self, buurten):
        def make(*names):
            found = buurten()
            kind = QMetaType.Type.QString
            found.dataProvider().addAttributes([QgsField(name, kind) for name in names])
            found.updateFields()
            start = found.fields().count() - len(names)
            values = {start + n: name for n, name in enumerate(names)}
            rows = {feature.id(): values for feature in found.getFeatures()}
            assert found.dataProvider().changeAttributeValues(rows)
            return found

        return make

    @pytest.mark.parametrize("ending", ["gpkg", "csv", "geojson", "shp", "sqlite"])
    def test_a_field_gives_way_to_a_new_column(self, run, layer, tmp_path, ending):
        path = tmp_path / f"found.{ending}"
        parameters = {"INPUT": layer("MORAN_I"), "OUTPUT": str(path)}
        run("local_morans_i", {**parameters, **RUNS["local_morans_i"]})
        names = QgsVectorLayer(str(path), "x", "ogr").fields().names()
        assert [name for name in names if name.lower() == "moran_i"] == ["moran_i"]

    @pytest.mark.parametrize("ending", ["gpkg", "csv", "geojson"])
    def test_two_of_the_layer_both_stay(self, run, layer, tmp_path, ending):
        path = tmp_path / f"found.{ending}"
        feedback = Warnings()
        parameters = {"INPUT": layer("remark", "Remark", "Remark_1"), "OUTPUT": str(path)}
        run("local_segregation", {**parameters, "GROUPS": SHARES}, feedback=feedback)
        first = next(QgsVectorLayer(str(path), "x", "ogr").getFeatures())
        found = [first[name] for name in ("remark", "Remark_2", "Remark_1")]
        assert found == ["remark", "Remark", "Remark_1"]
        assert [text for text in feedback.found if "is called Remark_2" in text]


class TestTheEarlierOutput:
    """It stands until a run has succeeded."""

    @pytest.fixture
    def half(self, monkeypatch):
        """Let the writing stop after twenty features, as a full disk does."""
        from wijkmix.wijkmix_plugin import qgis_io
        from wijkmix.wijkmix_plugin.errors import TableError

        write = qgis_io.write

        def stops(features, sink, where, tell):
            write(features[:20], sink, where, tell)
            raise TableError("The disk is full.", "De schijf is vol.")

        def silently(features, sink, where, tell):
            write(features[:20], sink, where, tell)

        def go(*, silent=False):
            monkeypatch.setattr(qgis_io, "write", silently if silent else stops)

        return go

    @pytest.mark.parametrize("silent", [False, True])
    @pytest.mark.parametrize(
        "ending", ["gpkg", "shp", "geojson", "json", "dbf", "csv", "xlsx", "fgb"]
    )
    def test_a_failed_run_leaves_it(self, run, buurten, tmp_path, half, ending, silent):
        path = tmp_path / f"found.{ending}"
        parameters = {"INPUT": buurten(), "GROUPS": SHARES, "OUTPUT": str(path)}
        run("local_segregation", parameters)
        before = {file.name: file.read_bytes() for file in tmp_path.iterdir()}
        half(silent=silent)
        with pytest.raises(QgsProcessingException, match=r"full|20 of 48"):
            run("local_segregation", {**parameters, "INPUT": buurten()})
        assert {file.name: file.read_bytes() for file in tmp_path.iterdir()} == before

    @pytest.mark.parametrize("silent", [False, True])
    def test_a_failed_run_leaves_a_table(self, run, buurten, tmp_path, half, silent):
        path = tmp_path / "found.gpkg"
        saved(buurten(), path)
        parameters = {"INPUT": buurten(rows=5), "GROUPS": SHARES, "OUTPUT": table_in(path)}
        run("local_segregation", parameters)
        half(silent=silent)
        with pytest.raises(QgsProcessingException, match=r"full|20 of 48"):
            run("local_segregation", {**parameters, "INPUT": buurten()})
        assert (count(path, "t"), count(path, "found")) == (40, 48)
        assert tables_of(path) == {"t", "found"}
        layer = QgsVectorLayer(f"{path}|layername=t", "t", "ogr")
        assert "local_segregation" in layer.metadata().abstract()

    @pytest.mark.parametrize("silent", [False, True])
    def test_a_failed_run_leaves_no_new_table(self, run, buurten, tmp_path, half, silent):
        path = tmp_path / "found.gpkg"
        saved(buurten(), path)
        half(silent=silent)
        parameters = {"INPUT": buurten(), "GROUPS": SHARES, "OUTPUT": table_in(path)}
        with pytest.raises(QgsProcessingException, match=r"full|20 of 48"):
            run("local_segregation", parameters)
        assert tables_of(path) == {"found"}

    @pytest.mark.parametrize("name", ["zz", "zz.xyz", "new.gpkg", "in_new", "new.gdb", "new.SHP"])
    def test_a_failed_run_leaves_no_file(self, run, buurten, tmp_path, half, name):
        half()
        path = tmp_path / name
        output = table_in(path.with_suffix(".gpkg")) if name == "in_new" else str(path)
        with pytest.raises(QgsProcessingException, match="full"):
            run("local_segregation", {"INPUT": buurten(), "GROUPS": SHARES, "OUTPUT": output})
        assert list(tmp_path.iterdir()) == []

    @pytest.mark.parametrize("silent", [False, True])
    def test_what_a_failed_run_leaves_in_another_database_is_told(
        self, run, buurten, tmp_path, half, silent
    ):
        path = tmp_path / "found.sqlite"
        saved(buurten(), path, "SQLite")
        half(silent=silent)
        feedback = Warnings()
        parameters = {"INPUT": buurten(), "GROUPS": SHARES, "OUTPUT": table_in(path)}
        with pytest.raises(QgsProcessingException, match=r"full|20 of 48"):
            run("local_segregation", parameters, feedback=feedback)
        (told,) = (text for text in feedback.found if "may not be whole" in text)
        assert str(path) in told

    @pytest.mark.parametrize("name", ["local_segregation", "segregation_indices"])
    def test_a_table_in_a_database(self, run, buurten, postgis, name):
        column = " (geom)" if name == "local_segregation" else ""
        output = f'postgres:{postgis.uri()} estimatedmetadata=true table="public"."{name}"'
        run(name, {"INPUT": buurten(), "GROUPS": SHARES, "OUTPUT": f"{output}{column}"})
        assert postgis.sql(f"SELECT count(*) FROM {name}")[0][0] > 40

    @pytest.mark.parametrize("place", ["plain", "table"])
    def test_it_may_be_open_in_the_project(
        self, run, buurten, tmp_path, qgis_new_project, half, place
    ):
        path = tmp_path / "found.gpkg"
        output = str(path) if place == "plain" else table_in(path)
        parameters = {"INPUT": buurten(rows=5), "GROUPS": SHARES, "OUTPUT": output}
        found = run("local_segregation", parameters)
        layer = QgsProject.instance().addMapLayer(QgsVectorLayer(found["OUTPUT"], "t", "ogr"))
        rows = layer.getFeatures()
        next(rows)
        run("local_segregation", {**parameters, "INPUT": buurten()})
        assert count(found["OUTPUT"]) == 48
        half()
        with pytest.raises(QgsProcessingException, match="full"):
            run("local_segregation", parameters)
        assert count(found["OUTPUT"]) == 48

    @pytest.mark.parametrize("ending", ["shp", "sqlite", "sql"])
    def test_a_table_in_a_format_that_qgis_does_not_open_again(
        self, run, buurten, tmp_path, ending
    ):
        path = tmp_path / f"found.{ending}"
        run("segregation_indices", {"INPUT": buurten(), "GROUPS": SHARES, "OUTPUT": str(path)})
        before = {file.name for file in tmp_path.iterdir()}
        run("segregation_indices", {"INPUT": buurten(), "GROUPS": SHARES, "OUTPUT": str(path)})
        assert {file.name for file in tmp_path.iterdir()} == before != set()

    def test_a_run_takes_its_place(self, run, buurten, tmp_path):
        path = tmp_path / "found.gpkg"
        for output, name in ((str(path), "found"), (table_in(path), "t"), (table_in(path), "t")):
            run("local_segregation", {"INPUT": buurten(), "GROUPS": SHARES, "OUTPUT": output})
            assert count(path, name) == 48
        assert tables_of(path) == {"t", "found"}
        assert [file.name for file in tmp_path.iterdir()] == ["found.gpkg"]

    def test_styles_that_a_file_keeps_stay_with_the_table(self, run, buurten, tmp_path):
        path = tmp_path / "found.gpkg"
        parameters = {"INPUT": buurten(), "GROUPS": SHARES, "OUTPUT": table_in(path, "o'n")}
        run("local_segregation", parameters)
        layer = QgsVectorLayer(f"{path}|layername=o'n", "x", "ogr")
        layer.saveStyleToDatabase("mine", "", True, "")
        run("local_segregation", parameters)
        assert layer.listStylesInDatabase()[2] == ["mine"]
        assert tables_of(path) == {"o'n"}

    def test_one_that_cannot_be_moved_is_told(self, run, buurten, tmp_path, monkeypatch):
        path = tmp_path / "found.gpkg"
        path.write_text("mine", encoding="utf-8")

        def refused(_path, _target):
            raise PermissionError("in use")

        monkeypatch.setattr(Path, "replace", refused)
        parameters = {"INPUT": buurten(), "GROUPS": SHARES, "OUTPUT": str(path)}
        with pytest.raises(QgsProcessingException, match=r"in use.*It is unchanged"):
            run("local_segregation", parameters)
        assert path.read_text(encoding="utf-8") == "mine"

    def test_a_shapefile_of_which_a_part_is_open_is_as_it_was(
        self, run, buurten, tmp_path, monkeypatch
    ):
        path = tmp_path / "found.shp"
        parameters = {"INPUT": buurten(rows=5), "GROUPS": SHARES, "OUTPUT": str(path)}
        run("local_segregation", parameters)
        before = {file.name: file.read_bytes() for file in tmp_path.iterdir()}
        replace = Path.replace

        def as_windows(path, target):
            if path.name == "found.dbf":
                raise PermissionError("in use")
            return replace(path, target)

        monkeypatch.setattr(Path, "replace", as_windows)
        parameters = {"INPUT": buurten(), "GROUPS": SHARES, "OUTPUT": str(path)}
        with pytest.raises(QgsProcessingException, match=r"unchanged.*a layer of the project"):
            run("local_segregation", parameters)
        assert {file.name: file.read_bytes() for file in tmp_path.iterdir()} == before

    def test_one_that_cannot_be_put_back_is_named(self, run, buurten, tmp_path, half, monkeypatch):
        path = tmp_path / "found.gpkg"
        path.write_text("mine", encoding="utf-8")
        replace = Path.replace

        def once(path, target):
            monkeypatch.setattr(Path, "replace", refused)
            return replace(path, target)

        def refused(_path, _target):
            raise PermissionError("in use")

        monkeypatch.setattr(Path, "replace", once)
        half()
        feedback = Warnings()
        parameters = {"INPUT": buurten(), "GROUPS": SHARES, "OUTPUT": str(path)}
        with pytest.raises(QgsProcessingException):
            run("local_segregation", parameters, feedback=feedback)
        (file,) = tmp_path.iterdir()
        assert file.read_text(encoding="utf-8") == "mine"
        assert file.name in feedback.found[-1]


class TestTwoRunsAtOnce:
    @pytest.mark.parametrize("kind", ["file", "table"])
    def test_the_second_is_refused_while_the_first_goes(
        self, run, buurten, tmp_path, monkeypatch, kind
    ):
        from wijkmix.wijkmix_plugin import qgis_io

        path = tmp_path / "found.gpkg"
        output = str(path) if kind == "file" else table_in(path, "t")
        parameters = {"INPUT": buurten(), "GROUPS": SHARES, "OUTPUT": output}
        run("local_segregation", parameters)
        write = qgis_io.write
        refusals = []

        def with_another(features, sink, where, tell):
            monkeypatch.setattr(qgis_io, "write", write)
            write(features, sink, where, tell)
            del sink  # QGIS never lets go of an exception, nor of this frame
            with pytest.raises(QgsProcessingException) as refused:
                run("local_segregation", {**parameters, "INPUT": buurten(rows=5)})
            refusals.append(str(refused.value))
            beside = {**parameters, "OUTPUT": str(tmp_path / "beside.gpkg")}
            run("local_segregation", beside)

        monkeypatch.setattr(qgis_io, "write", with_another)
        run("local_segregation", parameters)
        assert ["that has not ended" in text for text in refusals] == [True]
        assert count(path, "t" if kind == "table" else None) == 48
        assert sorted(file.name for file in tmp_path.iterdir()) == ["beside.gpkg", "found.gpkg"]

    def test_a_place_is_free_again_after_a_failure(self, run, buurten, tmp_path, monkeypatch):
        from wijkmix.wijkmix_plugin import errors, qgis_io

        def fails(*_arguments):
            raise errors.TableError("the disk went", "de schijf ging")

        path = tmp_path / "found.gpkg"
        parameters = {"INPUT": buurten(), "GROUPS": SHARES, "OUTPUT": str(path)}
        with monkeypatch.context() as during:
            during.setattr(qgis_io, "write", fails)
            with pytest.raises(QgsProcessingException):
                run("local_segregation", parameters)
        run("local_segregation", parameters)
        assert count(path) == 48


class TestPlacesThatMeet:
    @pytest.mark.parametrize("other", ["found.gpkg", "sub/../found.gpkg", "found", "FOUND"])
    def test_two_outputs_in_one_place_are_refused(self, run, buurten, tmp_path, other):
        (tmp_path / "sub").mkdir()
        one = tmp_path / "found.gpkg"
        two = str(tmp_path / other)
        if other == "FOUND":
            one, two = table_in(one, "t"), table_in(one, "T")
        parameters = {"INPUT": buurten(), "OUTPUT": str(one), "INDICES": two}
        with pytest.raises(QgsProcessingException, match="both go to"):
            run("scan", parameters)
        assert not (tmp_path / "found.gpkg").exists()

    def test_a_report_in_the_place_of_a_layer_is_refused(self, run, buurten, tmp_path):
        path = str(tmp_path / "found.geojson")
        with pytest.raises(QgsProcessingException, match="both go to"):
            run("scan", {"INPUT": buurten(), "OUTPUT": path, "REPORT": path})

    def test_tables_of_one_file_are_fine(self, run, buurten, tmp_path):
        path = tmp_path / "found.gpkg"
        outputs = {"OUTPUT": table_in(path, "one"), "INDICES": table_in(path, "two")}
        run("scan", {"INPUT": buurten(), "PERMUTATIONS": 99, **outputs})
        assert tables_of(path) == {"one", "two"}

    @pytest.mark.parametrize("given", ["path", "name", "layer"])
    @pytest.mark.parametrize("output", ["plain", "link", "table"])
    def test_an_output_in_the_place_of_the_input_is_refused(
        self, run, buurten, tmp_path, qgis_new_project, given, output
    ):
        path = tmp_path / "buurten.gpkg"
        layer = saved(buurten(), path)
        (tmp_path / "link.gpkg").symlink_to(path)
        before = path.read_bytes()
        QgsProject.instance().addMapLayer(layer)
        source = {"path": str(path), "name": f"{path}|layername=buurten", "layer": layer.id()}
        target = {
            "plain": str(path),
            "link": str(tmp_path / "link.gpkg"),
            "table": table_in(path, "buurten"),
        }
        parameters = {
            "INPUT": QgsProcessingFeatureSourceDefinition(source[given], False, 9),
            "GROUPS": SHARES,
            "OUTPUT": target[output],
        }
        with pytest.raises(QgsProcessingException, match="would be lost"):
            run("local_segregation", parameters)
        assert path.read_bytes() == before

    @pytest.mark.parametrize("given", ["", "|layername=buurten"])
    def test_another_table_of_the_input_s_file_is_fine(self, run, buurten, tmp_path, given):
        path = tmp_path / "buurten.gpkg"
        saved(buurten(), path)
        parameters = {"INPUT": f"{path}{given}", "GROUPS": SHARES, "OUTPUT": table_in(path)}
        run("local_segregation", parameters)
        assert (count(path, "t"), count(path, "buurten")) == (48, 48)

    def test_a_text_file_is_not_its_own_output(self, run, buurten, tmp_path):
        path = tmp_path / "buurten.csv"
        saved(buurten(), path, "CSV")
        layer = QgsVectorLayer(f"{path.as_uri()}?delimiter=,", "x", "delimitedtext")
        QgsProject.instance().addMapLayer(layer)
        parameters = {"INPUT": layer.id(), "GROUPS": SHARES, "OUTPUT": str(path)}
        with pytest.raises(QgsProcessingException, match="would be lost"):
            run("local_segregation", parameters)
        QgsProject.instance().removeMapLayer(layer.id())


def test_a_failure_is_told_with_its_reason(run, buurten, tmp_path, monkeypatch):
    """And not as a file that is open elsewhere."""
    from wijkmix.processing_algs.base import WijkMixAlgorithm

    monkeypatch.setattr(WijkMixAlgorithm, "_rename_key", lambda *_: None)
    layer = with_fid(buurten(), QMetaType.Type.Int, 7)
    for output in (str(tmp_path / "found.gpkg"), table_in(tmp_path / "found.gpkg")):
        with pytest.raises(QgsProcessingException, match=r"UNIQUE|0 of 48"):
            run("local_segregation", {"INPUT": layer, "GROUPS": SHARES, "OUTPUT": output})
    assert list(tmp_path.iterdir()) == []


class TestAFailureOfTheWriting:
    """A run that fails takes its file away, and says what went wrong itself."""

    @pytest.fixture
    def fail(self, provider, buurten, tmp_path, monkeypatch):
        """Return a function that runs into an error, of a kind or other, with the sink open."""
        from qgis.core import QgsApplication
        from wijkmix.wijkmix_plugin import errors, qgis_io

        registry = QgsApplication.processingRegistry()
        algorithm = registry.createAlgorithmById("wijkmix:prepare_buurten")
        path = tmp_path / "found.gpkg"
        sinks = []

        def write(_features, sink, _where, _tell):
            sinks.append(weakref.ref(sink))
            if go.is_expected:
                raise errors.TableError("the real error", "de echte fout")
            raise RuntimeError("the real error")

        def go(unlink, *, is_expected=False):
            go.is_expected = is_expected
            monkeypatch.setattr(qgis_io, "write", write)
            monkeypatch.setattr(Path, "unlink", unlink)
            parameters = {"INPUT": buurten(), "OUTPUT": str(path)}
            context = QgsProcessingContext()
            kind = QgsProcessingException if is_expected else RuntimeError
            with pytest.raises(kind, match="the real error"):
                algorithm.processAlgorithm(parameters, context, QgsProcessingFeedback(False))
            return path

        go.sinks = sinks
        return go

    @pytest.mark.parametrize("is_expected", [False, True])
    def test_the_file_goes_after_the_sink(self, fail, is_expected):
        unlink = Path.unlink

        def as_windows(path, missing_ok=False):
            if any(sink() is not None for sink in fail.sinks):
                raise PermissionError("the file is open")
            unlink(path, missing_ok)

        assert not fail(as_windows, is_expected=is_expected).exists()

    def test_a_file_that_cannot_go_does_not_hide_the_error(self, fail):
        def refused(_path, missing_ok=False):
            raise PermissionError("the file is open")

        fail(refused)


CORP = "perc_huurwoningen_in_bezit_woningcorporaties"
RUNS = {
    "local_morans_i": {"FIELD": CORP, "PERMUTATIONS": 99},
    "local_segregation": {"GROUPS": SHARES},
    "swap_bound": {"GROUP": CORP, "TOTAL": "woningvoorraad", "MAX_DWELLINGS": 4},
    "aggregate_dwellings": {"AREA_CODE": "buurtcode", "TENURE": "t", "TENURE_MAP": '{"k": "koop"}'},
}
CORES = {
    "local_morans_i": ("local_moran", "local_moran"),
    "local_segregation": ("segregation", "local_indices"),
    "swap_bound": ("swap", "swap_bound"),
}


@pytest.mark.parametrize("kind", ["memory", "gpkg"])
@pytest.mark.parametrize("name", RUNS)
def test_a_layer_may_be_removed_during_the_run(
    run, buurten, table_of, tmp_path, qgis_new_project, monkeypatch, name, kind
):
    project = QgsProject.instance()
    layer = buurten()
    if kind == "gpkg":
        layer = saved(layer, tmp_path / "buurten.gpkg")
    project.addMapLayer(layer)
    parameters = {"OUTPUT": "TEMPORARY_OUTPUT", **RUNS[name]}
    if name == "aggregate_dwellings":
        parameters |= {"AREAS": layer.id(), "DWELLINGS": dwellings()}
        from wijkmix.wijkmix_plugin.tables import dwellings as core

        called = "area_columns"
    else:
        parameters["INPUT"] = layer.id()
        module, called = CORES[name]
        core = importlib.import_module(f"wijkmix.wijkmix_plugin.measures.{module}")
    compute, key = getattr(core, called), layer.id()
    del layer

    def removed(*data, **more):
        project.removeMapLayer(key)
        return compute(*data, **more)

    monkeypatch.setattr(core, called, removed)
    found = run(name, parameters)
    assert project.mapLayers() == {}
    rows = table_of(found["OUTPUT"])
    assert [row["buurtcode"] for row in rows] == [f"BU0001{n:04d}" for n in range(48)]


def test_blocks_that_go_before_they_are_read_are_not_left_out_in_silence(
    run, nested_buurten, nested_blocks, qgis_new_project, monkeypatch
):
    from wijkmix.wijkmix_plugin import qgis_io

    project = QgsProject.instance()
    blocks = project.addMapLayer(nested_blocks()).id()
    read = qgis_io.read

    def removed(*data, **more):
        project.removeMapLayer(blocks)
        return read(*data, **more)

    monkeypatch.setattr(qgis_io, "read", removed)
    with pytest.raises(QgsProcessingException, match="cannot be opened"):
        run("scan", {"INPUT": nested_buurten, "BLOCKS": blocks, "OUTPUT": "memory:"})


def test_a_layer_may_be_edited_during_the_run(
    run, buurten, table_of, tmp_path, qgis_new_project, monkeypatch
):
    from wijkmix.wijkmix_plugin.measures import swap

    layer = saved(buurten(), tmp_path / "buurten.gpkg")
    QgsProject.instance().addMapLayer(layer)
    compute = swap.swap_bound

    def edited(*data, **more):
        layer.startEditing()
        layer.deleteFeature(1)
        assert layer.commitChanges()
        return compute(*data, **more)

    monkeypatch.setattr(swap, "swap_bound", edited)
    found = run("swap_bound", {"INPUT": layer, "OUTPUT": "memory:", **RUNS["swap_bound"]})
    assert len(table_of(found["OUTPUT"])) == 48


@pytest.mark.parametrize("name", ["candidate_flags", "aggregate_dwellings", "add_indicators"])
def test_layers_of_the_project_are_asked_in_the_main_thread(
    provider, buurten, qgis_new_project, monkeypatch, name
):
    from qgis.core import QgsApplication, QgsProcessingAlgRunnerTask
    from qgis.PyQt.QtTest import QTest
    from wijkmix.processing_algs.base import WijkMixAlgorithm

    asked = []
    ask = WijkMixAlgorithm.parameterAsVectorLayer

    def noted(*arguments):
        asked.append(threading.current_thread() is threading.main_thread())
        return ask(*arguments)

    monkeypatch.setattr(WijkMixAlgorithm, "parameterAsVectorLayer", noted)
    project = QgsProject.instance()
    areas = project.addMapLayer(buurten(change=lambda rows: [r.update(lq_corp=1) for r in rows]))
    homes = project.addMapLayer(dwellings())
    parameters = {
        "candidate_flags": {"INPUT": areas.id()},
        "aggregate_dwellings": {
            **RUNS["aggregate_dwellings"],
            "AREAS": areas.id(),
            "DWELLINGS": homes.id(),
        },
        "add_indicators": {"INPUT": areas.id(), "DWELLINGS": homes.id(), "LABEL": "t"},
    }[name]
    context, feedback = QgsProcessingContext(), QgsProcessingFeedback(False)
    context.setProject(project)
    algorithm = QgsApplication.processingRegistry().createAlgorithmById(f"wijkmix:{name}")
    task = QgsProcessingAlgRunnerTask(
        algorithm, {**parameters, "OUTPUT": "memory:"}, context, feedback
    )
    ended = []
    task.executed.connect(lambda ok, _results: ended.append(ok))
    QgsApplication.taskManager().addTask(task)
    for _ in range(500):
        QTest.qWait(20)
        if ended:
            break
    assert ended == [True], feedback.textLog()
    assert asked
    assert all(asked)


def saved(layer, path, driver="GPKG"):
    options = QgsVectorFileWriter.SaveVectorOptions()
    options.driverName = driver
    QgsVectorFileWriter.writeAsVectorFormatV3(
        layer, str(path), QgsCoordinateTransformContext(), options
    )
    return QgsVectorLayer(str(path), "buurten", "ogr")


def dwellings():
    """Return one owner-occupied dwelling, in the first buurt."""
    layer = QgsVectorLayer("Point?crs=EPSG:28992&field=t:string", "woningen", "memory")
    feature = QgsFeature(layer.fields())
    feature.setAttributes(["k"])
    feature.setGeometry(QgsGeometry.fromPointXY(QgsPointXY(120_050, 480_050)))
    assert layer.dataProvider().addFeatures([feature])[0]
    layer.updateExtents()
    return layer


def test_both_years_may_be_removed_during_the_run(
    run, buurten, table_of, qgis_new_project, monkeypatch
):
    from wijkmix.wijkmix_plugin.tables import crosswalk

    project = QgsProject.instance()
    parameters = dict.fromkeys(("OUTPUT", "WATERBED", "INDICES"), "TEMPORARY_OUTPUT")
    for name in ("FIRST", "SECOND"):
        made = run("prepare_buurten", {"INPUT": buurten(), "OUTPUT": "memory:"})
        layer = run.context.takeResultLayer(made["OUTPUT"])
        parameters[name] = project.addMapLayer(layer).id()
    compute = crosswalk.on_equal_boundaries

    def removed(*data, **more):
        project.clear()
        return compute(*data, **more)

    monkeypatch.setattr(crosswalk, "on_equal_boundaries", removed)
    parameters |= {"TREATED": "\"buurt_code\" = 'BU00010000'", "REPORT": "TEMPORARY_OUTPUT"}
    found = run("compare_years", parameters)
    classes = [row["area_class"] for row in table_of(found["OUTPUT"])]
    assert classes.count("treated") == 1


def test_a_csv_of_our_own_is_read_back_by_its_path(run, buurten, table_of, tmp_path):
    """A CSV by path has text in every field, and nothing where a number is missing."""

    def unknown(rows):
        for name in rows[0]:
            if "percentage" in name or "perc_" in name:
                rows[5][name] = None

    made = {}
    for ending in (".csv", ".gpkg"):
        prepared, scanned = (str(tmp_path / f"{name}{ending}") for name in ("stock", "scan"))
        layer = buurten(change=unknown)
        run("prepare_buurten", {"INPUT": layer, "OUTPUT": prepared})
        run("scan", {"INPUT": layer, "OUTPUT": scanned, "PERMUTATIONS": 99})
        plan = QgsVectorLayer(
            "None?field=unit:string&field=year:int&field=action:string&field=segment:string&field=n:int",
            "plan",
            "memory",
        )
        action = QgsFeature(plan.fields())
        action.setAttributes(["BU00010000", 2026, "sloop", "sociaal", 2])
        assert plan.dataProvider().addFeatures([action])[0]
        memory = "TEMPORARY_OUTPUT"
        jobs = {
            "compare_years": (
                {"FIRST": prepared, "SECOND": prepared, "INDICES": memory, "WATERBED": memory},
                "INDICES",
            ),
            "scenario": (
                {"INPUT": prepared, "ACTIONS": plan, "INDICES": memory, "BALANCE": memory}
                | {"TESTS": memory},
                "INDICES",
            ),
            "candidate_flags": ({"INPUT": scanned}, "OUTPUT"),
        }
        for name, (parameters, output) in jobs.items():
            results = run(name, {"OUTPUT": memory, **parameters})
            made[name, ending] = table_of(results[output])
    for name in jobs:
        for one, two in zip(made[name, ".csv"], made[name, ".gpkg"], strict=True):
            for field in one:
                if field not in ("fid", "area", "note") and isinstance(two[field], (int, float)):
                    assert one[field] == pytest.approx(two[field], abs=1e-4), (name, field)


def test_text_where_counts_are_due_is_named(run, buurten):
    found = run("prepare_buurten", {"INPUT": buurten(), "OUTPUT": "memory:"})
    stock = run.context.takeResultLayer(found["OUTPUT"])
    place = stock.fields().lookupField("n_koop")
    stock.dataProvider().deleteAttributes([place])
    stock.dataProvider().addAttributes([QgsField("n_koop", QMetaType.Type.QString)])
    stock.updateFields()
    place = stock.fields().lookupField("n_koop")
    first = next(stock.getFeatures()).id()
    assert stock.dataProvider().changeAttributeValues({first: {place: "veel"}})
    outputs = dict.fromkeys(("OUTPUT", "WATERBED", "INDICES"), "TEMPORARY_OUTPUT")
    with pytest.raises(QgsProcessingException, match="n_koop must hold numbers; found: veel"):
        run("compare_years", {"FIRST": stock, "SECOND": stock, **outputs})
