# SPDX-License-Identifier: GPL-2.0-or-later
"""`wijkmix:scan` and `wijkmix:prepare_buurten`: what comes out, what is refused and how."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from qgis.core import (
    QgsProcessingException,
    QgsProcessingFeedback,
    QgsProcessingUtils,
    QgsProject,
    QgsVectorLayer,
)

MEMORY = {"OUTPUT": "TEMPORARY_OUTPUT", "WIJKEN": "TEMPORARY_OUTPUT", "INDICES": "TEMPORARY_OUTPUT"}
FLAGS = ("flag_herstructurering", "flag_verdichting", "flag_grondverwerving")


def scan(run, layer, feedback=None, **more):
    parameters = {"INPUT": layer, "PERMUTATIONS": 999, **MEMORY, **more}
    return run("scan", parameters, feedback=feedback)


def test_scan_gives_numbers_that_can_be_checked_by_hand(run, buurten, table_of):
    results = scan(run, buurten())
    rows = table_of(results["OUTPUT"])
    assert results["N_BUURTEN"] == results["N_USED"] == len(rows) == 48
    first = rows[0]
    assert (first["n_koop"], first["n_corp"], first["n_overig"]) == (20, 160, 20)
    assert (first["share_koop"], first["share_corp"], first["share_overig_huur"]) == (10, 80, 10)
    assert first["dw_per_ha"] == 200
    # entropy of (0.1, 0.8, 0.1) over ln 3
    assert first["div_tenure"] == pytest.approx(0.581671, abs=1e-6)
    corp = sum(r["n_corp"] for r in rows) / sum(r["dwellings"] for r in rows)
    assert first["lq_corp"] == pytest.approx(0.8 / corp)
    assert first["quality"] == "ok"
    assert {r["moran_corp"] for r in rows} >= {"HH", "LL"}
    west = [r for i, r in enumerate(rows) if i % 8 < 4]
    assert all(r["vulnerable"] is True for r in west)
    reasons = json.loads(first["flag_reasons"])
    assert all(reasons[f.removeprefix("flag_")]["conditions"] for f in FLAGS)


def test_index_table_and_wijk_table(run, buurten, table_of):
    results = scan(run, buurten())
    rows = table_of(results["INDICES"])
    d = [r for r in rows if r["index"] == "dissimilarity" and r["group"] == "corp"]
    assert {r["area"] for r in d} == {"all", "GM0001"}
    buurt = table_of(results["OUTPUT"])
    corp, rest = [r["n_corp"] for r in buurt], [r["dwellings"] - r["n_corp"] for r in buurt]
    by_hand = sum(abs(a / sum(corp) - b / sum(rest)) for a, b in zip(corp, rest, strict=True)) / 2
    assert d[0]["value"] == pytest.approx(by_hand, abs=1e-12)
    wijken = table_of(results["WIJKEN"])
    assert [w["wijk_code"] for w in wijken] == ["WK000100", "WK000101", "WK000102"]
    assert sum(w["dwellings"] for w in wijken) == 48 * 200


def test_no_flag_for_land_where_people_are_vulnerable(run, buurten, table_of):
    rows = table_of(scan(run, buurten(), VULNERABLE="1")["OUTPUT"])
    assert {r["vulnerable"] for r in rows} == {True}
    assert {r["flag_grondverwerving"] for r in rows} == {"no"}


def test_the_rule_for_vulnerable_is_in_the_result_as_it_was_given(run, buurten, table_of, tmp_path):
    report = tmp_path / "report.html"
    rule = "BU00010000 BU00010001"
    rows = table_of(scan(run, buurten(), VULNERABLE=rule, REPORT=str(report))["OUTPUT"])
    assert [r["buurt_code"] for r in rows if r["vulnerable"]] == ["BU00010000", "BU00010001"]
    assert "own list of 2 codes (BU00010000, BU00010001)" in report.read_text(encoding="utf-8")
    scan(run, buurten(), VULNERABLE='"aantal_inwoners" > 1e6', REPORT=str(report))
    assert "aantal_inwoners&quot; &gt; 1e6" in report.read_text(encoding="utf-8")


def test_a_list_with_a_code_of_no_buurt_leaves_nothing(run, buurten, tmp_path):
    report = tmp_path / "report.html"
    refused(run, buurten(), "BU00019999", VULNERABLE="BU00019999", REPORT=str(report))
    assert not report.exists()


def test_no_flag_leaves_without_its_companions(run, buurten, table_of):
    for row in table_of(scan(run, buurten())["OUTPUT"]):
        raised = any(row[name] in ("candidate", "provisional") for name in FLAGS)
        assert (row["flag_companions"] is not None) == raised
        assert not raised or "E01 wijkeconomie-algemeen" in row["flag_companions"]


def test_every_flag_tells_how_firmly_it_stands(run, buurten, table_of, tmp_path):
    def land(rows):
        for row in rows:
            row["owner_public"] = 10.0

    report = str(tmp_path / "report.html")
    rows = table_of(scan(run, buurten(change=land), REPORT=report, VULNERABLE="0")["OUTPUT"])
    told = []
    for row in rows:
        for name in FLAGS:
            found = row[f"flag_robustness_{name.removeprefix('flag_')}"]
            assert (found is not None) == (row[name] in ("candidate", "provisional"))
            told += [found] if found else []
    assert told
    stays, _, total = told[0].partition("/")
    report = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert f"flag stays in {stays} of {total} variants" in report


def test_plan_and_land_data_decide_whether_there_is_a_flag(run, buurten, table_of, tmp_path):
    report = tmp_path / "report.html"

    def given(**fields):
        def change(rows):
            for row in rows:
                row.update(fields)
            # One corporation buurt with room between its homes.
            rows[0].update(
                oppervlakte_land_in_ha=50,
                percentage_koopwoningen=5,
                percentage_huurwoningen=95,
                perc_huurwoningen_in_bezit_woningcorporaties=94,
                perc_huurwoningen_in_bezit_overige_verhuurders=1,
            )

        layer = buurten(change=change)
        rows = table_of(scan(run, layer, VULNERABLE="0", REPORT=str(report))["OUTPUT"])
        return [(r["flag_verdichting"], r["flag_grondverwerving"]) for r in rows]

    def with_unknown(rows, densification, land):
        swap = [{"unknown": densification}, {"unknown": land}]
        return [tuple(s.get(f, f) for s, f in zip(swap, row, strict=True)) for row in rows]

    without = given()
    assert all({row[n] for row in without} == {"no", "unknown"} for n in (0, 1))
    page = report.read_text(encoding="utf-8")
    assert "No plan data: add a field free_capacity" in page
    assert "No land data: add a field owner_public" in page
    assert given(free_capacity=100.0) == with_unknown(without, "candidate", "unknown")
    assert given(owner_public=10.0) == with_unknown(without, "unknown", "provisional")
    both = given(free_capacity=100.0, owner_public=10.0)
    assert both == with_unknown(without, "candidate", "candidate")
    told = report.read_text(encoding="utf-8")
    assert "add a field" not in told
    used = told[told.index("Columns used") :]
    assert "free_capacity: <code>free_capacity</code>" in used
    assert "owner_market" not in used


def test_threshold_file_changes_the_threshold_in_the_reasons(run, buurten, table_of, tmp_path):
    own = tmp_path / "own.json"
    own.write_text('{"lq_high": 1.1}', encoding="utf-8")
    rows = table_of(scan(run, buurten(), PARAMETERS=str(own))["OUTPUT"])
    conditions = json.loads(rows[0]["flag_reasons"])["herstructurering"]["conditions"]
    assert [c["threshold"] for c in conditions if c["ref"] == "$lq_high"] == [1.1]
    own.write_text('{"lq_hihg": 1.1}', encoding="utf-8")
    with pytest.raises(QgsProcessingException, match="lq_hihg"):
        scan(run, buurten(), PARAMETERS=str(own))


def test_layers_come_in_styled_and_in_one_group(run, buurten, monkeypatch):
    from processing.gui import Postprocessing
    from qgis.core import QgsApplication, QgsProcessingContext, QgsProcessingOutputLayerDefinition

    project = QgsProject.instance()
    project.clear()
    context = QgsProcessingContext()
    context.setProject(project)
    layer = buurten()
    into = {
        name: QgsProcessingOutputLayerDefinition("TEMPORARY_OUTPUT", project) for name in MEMORY
    }
    parameters = {"INPUT": layer, "PERMUTATIONS": 999, **into}
    run("scan", parameters, context=context)
    algorithm = QgsApplication.processingRegistry().createAlgorithmById("wijkmix:scan")
    monkeypatch.setattr(Postprocessing, "iface", None)
    assert Postprocessing.handleAlgorithmResults(algorithm, context, None, parameters)
    groups = project.layerTreeRoot().findGroups()
    assert len(groups) == 1
    views = {node.layer().name(): node.layer() for node in groups[0].findLayers()}
    assert len(views) == 7
    renderers = {name: view.renderer() for name, view in views.items() if view.isSpatial()}
    assert sorted(r.type() for r in renderers.values()) == ["RuleRenderer"] * 4 + [
        "categorizedSymbol"
    ]
    for view in views.values():
        origin = json.loads(view.customProperty("wijkmix/provenance"))
        assert origin["seed"] == 12345
        assert origin["thresholds"]["lq_high"] == 1.5
    # A picture of a flag says in its legend that it does not stand by itself.
    legends = [[i.label() for i in r.legendSymbolItems()] for r in renderers.values()]
    assert "Prevails from 60% (assumption)" in [label for labels in legends for label in labels]
    told = [labels for labels in legends if "Candidate for further study" in labels]
    assert len(told) == 3
    for labels in told:
        assert labels[0] == "Only with what the field flag_companions names"
        assert "Provisional: some conditions unknown" in labels
    # And the legend stands unfolded in the list of layers, with its colours.
    for node in groups[0].findLayers():
        if node.layer().isSpatial() and node.layer().renderer().type() == "RuleRenderer":
            [heading] = node.layer().renderer().rootRule().children()
            assert node.customProperty("expandedLegendNodes") == [heading.ruleKey()]
    mix = next(v for v in views.values() if v.isSpatial())
    assert mix.attributeAlias(mix.fields().lookupField("share_corp"))
    project.clear()


def test_the_layer_says_whom_its_figures_are_from(run, buurten, tmp_path):
    from qgis.core import QgsLayerMetadata

    layer, path = buurten(), tmp_path / "report.html"
    scan(run, layer, REPORT=str(path))
    # It is not known to be of CBS: the report says so, and names the layer.
    assert "Source: as in the layer proef" in path.read_text(encoding="utf-8")
    metadata = QgsLayerMetadata()
    metadata.setRights(["Gemeente Proefstad, eigen telling"])
    layer.setMetadata(metadata)
    scan(run, layer, REPORT=str(path))
    page = path.read_text(encoding="utf-8")
    assert "Gemeente Proefstad, eigen telling" in page
    assert "Bron: CBS" not in page


def test_report_is_written_and_escapes_names(run, buurten, tmp_path):
    def nasty(rows):
        rows[0]["buurtnaam"] = "<script>alert(1)</script>"

    path = tmp_path / "report.html"
    results = scan(run, buurten(change=nasty), REPORT=str(path))
    assert results["REPORT"] == str(path)
    page = path.read_text(encoding="utf-8")
    assert "<script>alert" not in page
    assert "GM0001" in page or "Proefstad" in page


# -- bad input
# --------------------------------------------------------------------------------------------


def refused(run, layer, pattern, **more):
    with pytest.raises(QgsProcessingException, match=pattern) as caught:
        scan(run, layer, **more)
    return str(caught.value)


def test_a_point_layer_is_refused(run, buurten):
    def points(rows):
        for row in rows:
            row["wkt"] = "Point(120000 480000)"

    with pytest.raises(QgsProcessingException):
        scan(run, buurten(kind="Point", change=points))


def test_a_layer_without_cbs_columns_is_refused_with_what_was_looked_for(run):
    layer = QgsVectorLayer("MultiPolygon?crs=EPSG:28992&field=naam:string", "x", "memory")
    assert "naam" in refused(run, layer, "buurtcode")


def test_buurten_without_tenure_are_refused_with_what_was_looked_for(run, buurten):
    tenure = [c for c in buurten().fields().names() if "huurwoningen" in c or "koopwoningen" in c]
    assert len(tenure) == 4
    assert "woningvoorraad" in refused(run, buurten(drop=tenure), "percentage_koopwoningen")


def test_percentages_that_add_to_150_are_not_used_and_the_code_is_named(run, buurten, table_of):
    def wrong(rows):
        rows[3]["percentage_koopwoningen"] = 60

    results = scan(run, buurten(change=wrong))
    row = table_of(results["OUTPUT"])[3]
    assert row["n_koop"] is None
    assert row["share_corp"] is None
    assert row["moran_corp"] == "nodata"
    assert row["quality"] == "partial (tenure shares add to 150, not used)"
    assert any("BU00010003" in line for line in run.log)


def test_all_tenure_missing_says_first_release(run, shared):
    path = shared / "data" / "fixtures" / "baarn_buurten_2024_v1_no_tenure.geojson"
    layer = QgsVectorLayer(str(path), "baarn", "ogr")
    refused(run, layer, "first release")


def test_no_crs_is_refused(run, buurten):
    refused(run, buurten(crs=None), "no coordinate system")


def test_rd_coordinates_called_degrees_are_refused(run, shared):
    path = shared / "data" / "fixtures" / "amstelveen_2020_rd_without_crs.geojson"
    layer = QgsVectorLayer(str(path), "amstelveen", "ogr")
    refused(run, layer, "RD New")


def test_degrees_are_reprojected_and_said_so(run, buurten, table_of):
    from qgis.core import QgsCoordinateReferenceSystem, QgsCoordinateTransform, QgsGeometry

    to_degrees = QgsCoordinateTransform(
        QgsCoordinateReferenceSystem("EPSG:28992"),
        QgsCoordinateReferenceSystem("EPSG:4326"),
        QgsProject.instance(),
    )

    def degrees(rows):
        for row in rows:
            shape = QgsGeometry.fromWkt(row["wkt"])
            shape.transform(to_degrees)
            row["wkt"] = shape.asWkt(12)

    results = scan(run, buurten(change=degrees, crs="EPSG:4326"))
    layer = QgsProcessingUtils.mapLayerFromString(results["OUTPUT"], run.context)
    assert layer.crs().authid() == "EPSG:28992"
    assert any("28992" in line for line in run.log)


def test_broken_and_missing_geometry_stay_in_the_output(run, buurten, table_of):
    def broken(rows):
        rows[0]["wkt"] = None
        rows[1]["wkt"] = (
            "MultiPolygon(((120100 480000,120200 480100,120200 480000,120100 480100,120100 "
            "480000)))"
        )
        rows[2]["wkt"] = "MultiPolygon EMPTY"

    rows = table_of(scan(run, buurten(change=broken))["OUTPUT"])
    assert len(rows) == 48
    assert rows[0]["moran_corp"] == rows[2]["moran_corp"] == "nodata"
    assert rows[0]["share_corp"] == 80
    assert any("BU00010000" in line for line in run.log)


def test_duplicate_codes_are_refused_by_name(run, buurten):
    def twice(rows):
        rows[5]["buurtcode"] = rows[4]["buurtcode"]

    refused(run, buurten(change=twice), "BU00010004")


def test_one_buurt_gives_a_mix_and_no_clusters(run, buurten, table_of):
    results = scan(run, buurten(columns=1, rows=1))
    row = table_of(results["OUTPUT"])[0]
    assert row["share_koop"] == 70
    assert row["moran_corp_p"] is None
    assert row["moran_corp"] not in ("HH", "LL", "HL", "LH", "ns")


def test_a_group_that_is_absent_gives_null_with_a_note(run, buurten, table_of):
    def no_others(rows):
        for row in rows:
            row["percentage_koopwoningen"] += row["perc_huurwoningen_in_bezit_overige_verhuurders"]
            row["perc_huurwoningen_in_bezit_overige_verhuurders"] = 0

    rows = table_of(scan(run, buurten(change=no_others))["INDICES"])
    absent = [r for r in rows if r["index"] == "dissimilarity" and r["group"] == "overig"]
    assert absent
    assert all(r["value"] is None and r["note"] for r in absent)


def test_an_island_is_called_an_island(run, buurten, table_of):
    def away(rows):
        rows[0]["wkt"] = (
            "MultiPolygon(((150000 480000,150100 480000,150100 480100,150000 480100,150000 "
            "480000)))"
        )

    row = table_of(scan(run, buurten(change=away))["OUTPUT"])[0]
    assert row["moran_corp"] == "island"
    assert row["moran_corp_p"] is None
    assert row["n_neighbours"] == 0


def test_water_and_empty_buurten_stay_with_null(run, buurten, table_of):
    def wet(rows):
        rows[0]["water"] = "JA"
        rows[1]["woningvoorraad"] = 0

    rows = table_of(scan(run, buurten(change=wet))["OUTPUT"])
    assert (rows[0]["quality"], rows[1]["quality"]) == ("water", "no dwellings")
    assert rows[0]["share_koop"] is None
    assert rows[1]["div_tenure"] is None
    assert rows[2]["n_neighbours"] == 4


def test_a_cancelled_run_leaves_nothing(run, buurten, tmp_path):
    # Cancelled at the first sign of progress.
    target, report = tmp_path / "out.gpkg", tmp_path / "report.html"
    feedback = QgsProcessingFeedback(False)
    feedback.progressChanged.connect(lambda _: feedback.cancel())
    with pytest.raises(QgsProcessingException):
        scan(run, buurten(), feedback=feedback, OUTPUT=str(target), REPORT=str(report))
    assert list(tmp_path.iterdir()) == []


def test_an_output_that_cannot_be_written_is_refused_before_the_run(run, buurten, tmp_path):
    missing = tmp_path / "nowhere" / "out.gpkg"
    refused(run, buurten(), "nowhere", OUTPUT=str(missing))
    assert list(tmp_path.iterdir()) == []


def test_a_failure_while_writing_takes_the_first_file_away(run, buurten, tmp_path, monkeypatch):
    from wijkmix.wijkmix_plugin import qgis_io

    real, calls = qgis_io.write, []

    def full_disk(features, sink, where, tell):
        calls.append(where)
        if len(calls) == 2:
            raise OSError("No space left on device")
        real(features, sink, where, tell)

    monkeypatch.setattr(qgis_io, "write", full_disk)
    with pytest.raises((QgsProcessingException, OSError)):
        scan(
            run,
            buurten(),
            OUTPUT=str(tmp_path / "a.gpkg"),
            WIJKEN=str(tmp_path / "b.gpkg"),
        )
    assert len(calls) == 2
    assert list(tmp_path.iterdir()) == []


def test_vulnerable_must_be_yes_or_no(run, buurten):
    refused(run, buurten(), "Buurt 0", VULNERABLE="buurtnaam")


def test_own_units_without_a_gemeente_are_compared_with_the_whole(run, buurten, table_of, tmp_path):
    def own(rows):
        for number, row in enumerate(rows):
            row["buurtcode"] = f"complex {number}"

    drop = ("wijkcode", "gemeentecode", "gemeentenaam")
    outputs = {"WIJKEN": "TEMPORARY_OUTPUT", "INDICES": "TEMPORARY_OUTPUT"}
    parameters = {"PERMUTATIONS": 99, "OUTPUT": "TEMPORARY_OUTPUT", **outputs}
    report = str(tmp_path / "scan.html")
    found = run("scan", {"INPUT": buurten(change=own, drop=drop), "REPORT": report, **parameters})
    log = list(run.log)
    assert any("every unit is compared with the whole input" in line for line in log)
    assert {row["area"] for row in table_of(found["INDICES"])} == {"all"}
    rows = table_of(found["OUTPUT"])
    whole = run("scan", {"INPUT": buurten(), "REFERENCE": 1, **parameters})
    for name in ("lq_corp", "local_divergence", "share_lowinc_lq"):
        expected = [row[name] for row in table_of(whole["OUTPUT"])]
        assert [row[name] for row in rows] == pytest.approx(expected)


def test_an_unknown_gemeente_is_named(run, buurten):
    refused(run, buurten(), "Proefdorp", GEMEENTE="Proefdorp")


def test_heerlen_has_two_classes_and_no_corporation_numbers(run, shared, table_of):
    path = shared / "data" / "amsterdam_2023_heerlen_2024.gpkg"
    results = scan(run, QgsVectorLayer(f"{path}|layername=heerlen_2024", "heerlen", "ogr"))
    rows = table_of(results["OUTPUT"])
    assert all(r["n_corp"] is None and r["moran_corp"] is None for r in rows)
    assert any(r["moran_huur"] in ("HH", "LL", "ns") for r in rows)
    assert {r["flag_herstructurering"] for r in rows} <= {"unknown", "no", None}
    assert any("wo classes" in line for line in run.log)


def test_seed_makes_the_run_repeatable_and_row_order_does_not_matter(run, buurten, table_of):
    one = table_of(scan(run, buurten())["OUTPUT"])
    two = table_of(scan(run, buurten(change=lambda rows: rows.reverse()))["OUTPUT"])
    key = {r["buurt_code"]: r for r in two}
    for row in one:
        other = key[row["buurt_code"]]
        assert row["moran_corp_p"] == other["moran_corp_p"]
        assert row["flag_reasons"] == other["flag_reasons"]


# -- prepare_buurten
# --------------------------------------------------------------------------------------


def test_prepare_gives_the_canonical_table(run, buurten, table_of):
    rows = table_of(
        run("prepare_buurten", {"INPUT": buurten(), "OUTPUT": "TEMPORARY_OUTPUT"})["OUTPUT"]
    )
    first = (
        "buurt_code buurt_name wijk_code gemeente_code gemeente_name year "
        "dwellings n_koop n_corp n_overig n_unknown"
    )
    assert list(rows[0])[1 if "fid" in rows[0] else 0 :][:11] == first.split()
    assert rows[0]["year"] == 2024
    assert rows[0]["quality"] == "ok"


def test_prepare_reads_the_first_release_without_numbers(run, shared, table_of):
    path = shared / "data" / "fixtures" / "baarn_buurten_2024_v1_no_tenure.geojson"
    layer = QgsVectorLayer(str(path), "baarn", "ogr")
    rows = table_of(
        run("prepare_buurten", {"INPUT": layer, "OUTPUT": "TEMPORARY_OUTPUT"})["OUTPUT"]
    )
    assert len(rows) == 21
    assert all(r["n_koop"] is None and r["quality"] != "ok" for r in rows)
    assert any("irst release" in line for line in run.log)


def test_prepare_with_an_own_mapping(run, buurten, table_of):
    def renamed(rows):
        for row in rows:
            row["koop_pct"] = float(row["percentage_koopwoningen"])

    layer = buurten(change=renamed, drop=("percentage_koopwoningen",))
    mapping = json.dumps({"share_koop": "koop_pct"})
    rows = table_of(
        run("prepare_buurten", {"INPUT": layer, "MAPPING": mapping, "OUTPUT": "TEMPORARY_OUTPUT"})[
            "OUTPUT"
        ]
    )
    assert rows[0]["n_koop"] == 20
    with pytest.raises(QgsProcessingException, match="JSON"):
        run("prepare_buurten", {"INPUT": layer, "MAPPING": "{", "OUTPUT": "TEMPORARY_OUTPUT"})


def test_outputs_to_a_geopackage(run, buurten, tmp_path):
    target = tmp_path / "scan.gpkg"
    results = scan(run, buurten(), OUTPUT=str(target))
    assert Path(results["OUTPUT"]).exists()
    layer = QgsVectorLayer(results["OUTPUT"], "x", "ogr")
    assert layer.featureCount() == 48
