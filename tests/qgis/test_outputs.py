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


class Warnings(QgsProcessingFeedback):
    def __init__(self):
        super().__init__(False)
        self.found = []

    def pushWarning(self, text):
        self.found.append(text)


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
        assert feedback.found == []
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


class TestAFailureOfTheWriting:
    """A run that fails takes its file away, and says what went wrong itself."""

    @pytest.fixture
    def fail(self, provider, buurten, tmp_path, monkeypatch):
        """Return a function that runs into an error nobody expected, with the sink open."""
        from qgis.core import QgsApplication
        from wijkmix.wijkmix_plugin import qgis_io

        registry = QgsApplication.processingRegistry()
        algorithm = registry.createAlgorithmById("wijkmix:prepare_buurten")
        path = tmp_path / "found.gpkg"
        sinks = []

        def write(_features, sink, _where):
            sinks.append(weakref.ref(sink))
            raise RuntimeError("the real error")

        def go(unlink):
            monkeypatch.setattr(qgis_io, "write", write)
            monkeypatch.setattr(Path, "unlink", unlink)
            parameters = {"INPUT": buurten(), "OUTPUT": str(path)}
            context = QgsProcessingContext()
            with pytest.raises(RuntimeError, match="the real error"):
                algorithm.processAlgorithm(parameters, context, QgsProcessingFeedback(False))
            return path

        go.sinks = sinks
        return go

    def test_the_file_goes_after_the_sink(self, fail):
        unlink = Path.unlink

        def as_windows(path, missing_ok=False):
            if any(sink() is not None for sink in fail.sinks):
                raise PermissionError("the file is open")
            unlink(path, missing_ok)

        assert not fail(as_windows).exists()

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
