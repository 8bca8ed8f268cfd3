# SPDX-License-Identifier: GPL-2.0-or-later
"""`wijkmix:candidate_flags`: statuses worked out by hand, other thresholds, and what is refused."""

from __future__ import annotations

import json

import pytest
from qgis.core import (
    QgsApplication,
    QgsFeature,
    QgsGeometry,
    QgsProcessingException,
    QgsProcessingFeedback,
    QgsProcessingUtils,
    QgsProject,
    QgsVectorLayer,
)
from wijkmix.wijkmix_plugin import qgis_io

from .conftest import cell

FLAGS = ("herstructurering", "verdichting", "grondverwerving")
TYPES = {
    "buurt_code": "string", "gemeente_code": "string", "quality": "string", "moran_corp": "string",
    "div_tenure": "double", "lq_corp": "double", "dw_per_ha": "double", "free_capacity": "double",
    "share_earlypostwar": "double", "share_lowinc_lq": "double", "owner_public": "double",
    "owner_market": "double", "vulnerable": "bool",
}  # fmt: skip
# One buurt that meets every condition of restructuring and densification, one of land acquisition,
# one in between, one in the water. Density: the median of the gemeente is 40.
ROWS = (
    {
        "buurt_code": "BU00010001", "gemeente_code": "GM0001", "quality": "ok", "moran_corp": "HH",
        "div_tenure": 0.3, "lq_corp": 2.0, "dw_per_ha": 20.0, "free_capacity": 50.0,
        "share_earlypostwar": 80.0, "share_lowinc_lq": 1.6, "owner_public": 90.0,
        "owner_market": 5.0, "vulnerable": True,
    },
    {
        "buurt_code": "BU00010002", "gemeente_code": "GM0001", "quality": "ok", "moran_corp": "LL",
        "div_tenure": 0.4, "lq_corp": 0.2, "dw_per_ha": 40.0, "free_capacity": 22.0,
        "share_earlypostwar": 5.0, "share_lowinc_lq": 0.5, "owner_public": 10.0,
        "owner_market": 70.0, "vulnerable": False,
    },
    {
        "buurt_code": "BU00010003", "gemeente_code": "GM0001", "quality": "ok", "moran_corp": "ns",
        "div_tenure": 0.9, "lq_corp": 1.0, "dw_per_ha": 60.0, "free_capacity": 0.0,
        "share_earlypostwar": 20.0, "share_lowinc_lq": 1.0, "owner_public": 50.0,
        "owner_market": 10.0, "vulnerable": False,
    },
    {"buurt_code": "BU00010099", "gemeente_code": "GM0001", "quality": "water"},
)  # fmt: skip


@pytest.fixture
def units(qgis_app):
    """Return a factory of layers with indicators; `types` and rows may be changed."""

    def make(rows=ROWS, types=TYPES, kind="MultiPolygon", drop=()):
        names = [name for name in types if name not in drop]
        fields = "&".join(f"field={name}:{types[name]}" for name in names)
        crs = "" if kind == "None" else "crs=EPSG:28992&"
        layer = QgsVectorLayer(f"{kind}?{crs}{fields}", "buurten met cijfers", "memory")
        features = []
        for number, row in enumerate(rows):
            feature = QgsFeature(layer.fields())
            feature.setAttributes([row.get(name) for name in names])
            if kind == "MultiPolygon":
                feature.setGeometry(QgsGeometry.fromWkt(cell(number, 0)))
            elif kind == "Point":
                feature.setGeometry(QgsGeometry.fromWkt(f"Point({number} 0)"))
            elif kind == "LineString":
                feature.setGeometry(QgsGeometry.fromWkt(f"LineString({number} 0, 9 9)"))
            features.append(feature)
        ok, _ = layer.dataProvider().addFeatures(features)
        if not ok:
            raise RuntimeError(layer.dataProvider().lastError())
        return layer

    return make


@pytest.fixture
def flags(run, table_of):
    """Return a function that runs the algorithm and gives its rows."""

    def go(layer, **more):
        parameters = {"INPUT": layer, "OUTPUT": "TEMPORARY_OUTPUT", **more}
        go.results = run("candidate_flags", parameters)
        return table_of(go.results["OUTPUT"])

    return go


def statuses(rows):
    return {row["buurt_code"][-2:]: tuple(row[f"flag_{f}"] for f in FLAGS) for row in rows}


def test_statuses_worked_out_by_hand(flags, units):
    rows = flags(units())
    assert statuses(rows) == {
        "01": ("candidate", "candidate", "no"),
        "02": ("no", "no", "candidate"),
        "03": ("no", "no", "no"),
        "99": (None, None, None),
    }
    assert [flags.results[f"N_{f.upper()}"] for f in FLAGS] == [1, 1, 1]


def test_every_condition_comes_with_value_and_threshold(flags, units):
    reasons = json.loads(flags(units())[0]["flag_reasons"])
    found = {c["ind"]: c for c in reasons["verdichting"]["conditions"]}
    assert found["dw_per_ha"]["threshold"] == 40
    assert (found["dw_per_ha"]["value"], found["dw_per_ha"]["ref"]) == (20, "median_gemeente")
    assert (found["free_capacity"]["threshold"], found["free_capacity"]["value"]) == (20, 50)
    assert {c["result"] for c in found.values()} == {True}


def test_robustness_counts_the_variants_in_which_a_flag_stays(flags, units):
    rows = flags(units())
    # Densification rests on cap_min, div_low and lq_mod; 50, 0.3 and 2.0 stand all six variants.
    assert rows[0]["flag_robustness_verdichting"] == "6/6"
    # Land acquisition rests on lq_low, cap_min, public_land_low, market_land_high: of eight
    # variants only cap_min 24 is above the capacity of 22.
    assert rows[1]["flag_robustness_grondverwerving"] == "7/8"
    assert rows[2]["flag_robustness_grondverwerving"] is None
    assert rows[3]["flag_robustness_verdichting"] is None


def test_a_missing_column_is_unknown_never_false_and_is_said(flags, run, units):
    rows = flags(units(drop=("free_capacity",)))
    assert statuses(rows)["01"][1] == "unknown"
    assert statuses(rows)["02"][2] == "provisional"
    conditions = json.loads(rows[0]["flag_reasons"])["verdichting"]["conditions"]
    (capacity,) = [c for c in conditions if c["ind"] == "free_capacity"]
    assert (capacity["value"], capacity["result"]) == (None, None)
    (line,) = [line for line in run.log if line.startswith("No data")]
    assert "capacity" in line.lower()


def test_own_thresholds_change_status_and_reasons(flags, units, tmp_path):
    own = tmp_path / "own.json"
    own.write_text('{"cap_min": 60}', encoding="utf-8")
    rows = flags(units(), PARAMETERS=str(own))
    assert statuses(rows)["01"][1] == "no"
    conditions = json.loads(rows[0]["flag_reasons"])["verdichting"]["conditions"]
    assert [c["threshold"] for c in conditions if c["ref"] == "$cap_min"] == [60]


def test_land_acquisition_never_where_people_are_vulnerable(flags, units):
    rows = flags(units(), VULNERABLE="true")
    assert {row["flag_grondverwerving"] for row in rows} == {"no", None}
    assert {row["vulnerable"] for row in rows} == {True}
    rows = flags(units(), VULNERABLE="NULL")
    assert statuses(rows)["02"][2] == "unknown"


def test_without_a_rule_low_income_stands_in_and_is_called_an_assumption(flags, run, units):
    rows = flags(units(drop=("vulnerable",)))
    assert [row["vulnerable"] for row in rows] == [True, False, False, None]
    assert any("assumption" in line and "1.25" in line for line in run.log)
    rows = flags(units(drop=("vulnerable", "share_lowinc_lq")))
    assert [row["vulnerable"] for row in rows] == [None] * 4
    assert statuses(rows)["02"][2] == "unknown"


def test_the_rule_that_held_is_told(flags, run, units):
    def told():
        (line,) = [line for line in run.log if line.startswith("Vulnerable area")]
        return line

    flags(units())
    assert "the field vulnerable of the layer" in told()
    assert "not recorded" in told()
    flags(units(), VULNERABLE='"share_lowinc_lq" > 1.5')
    assert 'given by the user: "share_lowinc_lq" > 1.5' in told()


def test_companions_are_named_for_every_flag_that_is_found(flags, run, units):
    flags(units())
    for flag in ("Restructuring", "Densification", "Land acquisition"):
        (line,) = [line for line in run.log if line.startswith(f"{flag}: never")]
        assert "E01" in line
        assert "S09" in line


def test_a_table_and_points_work_as_well(flags, run, units):
    expected = statuses(flags(units()))
    assert statuses(flags(units(kind="None"))) == expected
    layer = QgsProcessingUtils.mapLayerFromString(flags.results["OUTPUT"], run.context)
    assert not layer.isSpatial()
    assert statuses(flags(units(kind="Point"))) == expected


def test_an_empty_layer_gives_an_empty_output_with_all_fields(flags, run, units):
    assert flags(units(rows=())) == []
    layer = QgsProcessingUtils.mapLayerFromString(flags.results["OUTPUT"], run.context)
    written = {f"flag_{f}" for f in FLAGS} | {f"flag_robustness_{f}" for f in FLAGS}
    assert written | {"flag_reasons"} <= set(layer.fields().names())


def test_own_fields_missing_codes_and_older_flags(flags, units):
    types = {
        **TYPES,
        "free_capacity": "string",
        "flag_verdichting": "string",
        "eigenaar": "string",
        "benefit_share_lq": "double",
    }
    old = {"flag_verdichting": "candidate", "eigenaar": "Jansen", "benefit_share_lq": 3.0}
    rows = flags(
        units(
            rows=[
                {**ROWS[0], **old, "free_capacity": "50,5"},
                {**ROWS[1], **old, "free_capacity": "-99997", "owner_public": -99997},
            ],
            types=types,
        )
    )
    assert [row["free_capacity"] for row in rows] == [50.5, None]
    assert rows[1]["owner_public"] is None
    # The median of two densities, 20 and 40, is 30.
    assert statuses(rows)["01"][1] == "candidate"
    assert statuses(rows)["02"][1:] == ("no", "provisional")
    assert not {"eigenaar", "benefit_share_lq"} & set(rows[0])


def test_no_field_ranks(flags, units):
    names = " ".join(flags(units())[0])
    assert "score" not in names
    assert "rank" not in names


def test_flags_of_a_scan_are_the_same_as_in_the_scan(run, flags, buurten, table_of):
    results = run("scan", {"INPUT": buurten(), "PERMUTATIONS": 999, "OUTPUT": "TEMPORARY_OUTPUT"})
    scanned = table_of(results["OUTPUT"])
    layer = QgsProcessingUtils.mapLayerFromString(results["OUTPUT"], run.context)
    again = flags(layer.clone())
    for before, after in zip(scanned, again, strict=True):
        assert {k: after[k] for k in before} == before


def test_layers_come_in_as_views_that_know_their_origin(run, units, monkeypatch):
    from processing.gui import Postprocessing
    from qgis.core import QgsProcessingContext, QgsProcessingOutputLayerDefinition

    project = QgsProject.instance()
    project.clear()
    context = QgsProcessingContext()
    context.setProject(project)
    layer = units()
    origin = {
        "attribution": "Bron: proef",
        "vulnerable_rule": {"en": "own list", "nl": "eigen lijst"},
    }
    layer.setCustomProperty("wijkmix/provenance", json.dumps(origin))
    parameters = {
        "INPUT": layer,
        "OUTPUT": QgsProcessingOutputLayerDefinition("TEMPORARY_OUTPUT", project),
    }
    run("candidate_flags", parameters, context=context)
    algorithm = QgsApplication.processingRegistry().createAlgorithmById("wijkmix:candidate_flags")
    monkeypatch.setattr(Postprocessing, "iface", None)
    assert Postprocessing.handleAlgorithmResults(algorithm, context, None, parameters)
    (group,) = project.layerTreeRoot().findGroups()
    views = [node.layer() for node in group.findLayers()]
    assert len(views) == 3
    for view in views:
        assert view.renderer().type() == "RuleRenderer"
        assert view.attributeAlias(view.fields().lookupField("flag_robustness_verdichting"))
        record = json.loads(view.customProperty("wijkmix/provenance"))
        assert record["thresholds"]["cap_min"] == 20
        assert record["attribution"] == "Bron: proef"
        assert record["vulnerable_rule"]["nl"] == "eigen lijst"
    assert any("own list" in line for line in run.log)
    project.clear()


# -- bad input -------------------------------------------------------------------------------------


def refused(run, layer, pattern, **more):
    parameters = {"INPUT": layer, "OUTPUT": "TEMPORARY_OUTPUT", **more}
    with pytest.raises(QgsProcessingException, match=pattern):
        run("candidate_flags", parameters)


def test_a_layer_without_indicators_is_refused_with_what_was_looked_for(run, units):
    types = {"buurt_code": "string", "vulnerable": "bool"}
    refused(run, units(types=types), "moran_corp.*div_tenure.*owner_market")


def test_lines_are_refused(run, units):
    refused(run, units(kind="LineString"), "holds lines")


def test_text_in_a_column_of_numbers_is_refused_by_name(run, units):
    rows = [{**ROWS[0], "free_capacity": "veel"}]
    layer = units(rows=rows, types={**TYPES, "free_capacity": "string"})
    refused(run, layer, "free_capacity must hold numbers; found: veel")


def test_no_flag_leaves_without_its_companions(flags, units):
    rows = flags(units())
    assert "P04 terugkeer-herhuisvesting" in rows[0]["flag_companions"]
    assert "E01 wijkeconomie-algemeen" in rows[1]["flag_companions"]
    assert rows[2]["flag_companions"] is rows[3]["flag_companions"] is None


def test_vulnerable_by_a_list_of_codes(flags, run, units):
    rows = flags(units(), VULNERABLE="BU00010002, bu00010001")
    # Land acquisition never where it is vulnerable, and buurt 3 is not on the list.
    assert [row["vulnerable"] for row in rows] == [True, True, False, False]
    assert rows[1]["flag_grondverwerving"] == "no"
    assert "own list of 2 codes (BU00010002, BU00010001)" in "\n".join(run.log)


def test_a_list_with_a_code_of_no_buurt_is_refused(run, units):
    refused(
        run, units(), "1 codes of the list are of no buurt.*BU00019999", VULNERABLE="BU00019999"
    )


def test_a_list_without_codes_in_the_layer_is_refused(run, units):
    refused(run, units(drop=("buurt_code",)), "no field buurt_code", VULNERABLE="BU00010001")


def test_a_rule_on_the_leefbaarometer_comes_with_a_warning(flags, run, units):
    rows = [{**row, "lbm24_klasse": n} for n, row in enumerate(ROWS)]
    layer = units(rows=rows, types={**TYPES, "lbm24_klasse": "double"})
    found = flags(layer, VULNERABLE='"lbm24_klasse" >= 1')
    assert [row["vulnerable"] for row in found] == [False, True, True, True]
    assert "partly measures itself" in "\n".join(run.log)
    assert "year 24" in "\n".join(run.log)


def test_fractions_in_a_column_of_percentages_are_refused(run, units):
    rows = [{**row, "owner_public": n / 10, "owner_market": n / 10} for n, row in enumerate(ROWS)]
    refused(run, units(rows=rows), r"owner_market is a percentage.*Multiply the column by 100")


def test_strange_cluster_labels_are_refused(run, units):
    refused(run, units(rows=[{**ROWS[0], "moran_corp": "High-High"}]), "High-High")


@pytest.mark.parametrize(
    ("text", "pattern"),
    [
        ('{"cap_minn": 3}', "cap_minn"),
        ('{"cap_min": "veel"}', "cap_min"),
        ('{"div_low": 5}', "div_low"),
        ("[1]", "names with values"),
        ("{", "cannot be read"),
    ],
)
def test_wrong_thresholds_are_refused(run, units, tmp_path, text, pattern):
    own = tmp_path / "own.json"
    own.write_text(text, encoding="utf-8")
    refused(run, units(), pattern, PARAMETERS=str(own))


def test_an_absent_file_with_thresholds_is_refused(run, units, tmp_path):
    refused(run, units(), "none.json", PARAMETERS=str(tmp_path / "none.json"))


def test_a_cancelled_run_leaves_nothing(run, units, tmp_path):
    feedback = QgsProcessingFeedback(False)
    feedback.progressChanged.connect(lambda _: feedback.cancel())
    parameters = {"INPUT": units(), "OUTPUT": str(tmp_path / "out.gpkg")}
    with pytest.raises(QgsProcessingException):
        run("candidate_flags", parameters, feedback=feedback)
    assert list(tmp_path.iterdir()) == []


# -- the rule for vulnerable areas, here and in the scan -------------------------------------------


@pytest.fixture(params=["candidate_flags", "scan"])
def refused_rule(request, run, units, buurten):
    """Return a function that expects an algorithm to refuse a rule before it starts."""

    def expect(text, pattern, field=None):
        if request.param == "scan":

            def change(rows):
                if field:
                    for row in rows:
                        row[field] = 50.0

            layer = buurten(change=change)
        else:
            layer = units(types={**TYPES, field: "double"} if field else TYPES)
        algorithm = QgsApplication.processingRegistry().createAlgorithmById(
            f"wijkmix:{request.param}"
        )
        from qgis.core import QgsProcessingContext

        ok, reason = algorithm.checkParameterValues(
            {"INPUT": layer, "VULNERABLE": text, "OUTPUT": "TEMPORARY_OUTPUT"},
            QgsProcessingContext(),
        )
        assert not ok
        assert pattern in reason

    return expect


def test_a_rule_on_origin_is_refused(refused_rule):
    name = "percentage_met_herkomstland_buiten_europa"
    refused_rule(f'"{name}" > 40', name, field=name)


def test_a_rule_on_benefits_by_a_detour_is_refused(refused_rule):
    name = "aantal_personen_met_uitkering_onder_aowlft"
    refused_rule("attribute(concat('aantal_personen_met_uit', 'kering')) > 5", name, field=name)


def test_a_rule_on_an_absent_field_is_refused(refused_rule):
    refused_rule('"niet_hier" > 1', "niet_hier")


def test_a_rule_that_cannot_be_read_is_refused(refused_rule):
    refused_rule("1 +", "1 +")


# -- units finer than a buurt ----------------------------------------------------------------------


def parcels(units, side, codes, kind="MultiPolygon"):
    """Return units of some metres wide with codes of their own."""
    rows = [{**ROWS[1], "buurt_code": code} for code in codes]
    layer = units(rows=rows, kind=kind)
    if kind == "MultiPolygon":
        shapes = {
            feature.id(): QgsGeometry.fromWkt(
                f"MultiPolygon((({x} 0, {x + side} 0, {x + side} {side}, {x} {side}, {x} 0)))"
            )
            for x, feature in zip(range(0, 9999, 500), layer.getFeatures(), strict=False)
        }
        layer.dataProvider().changeGeometryValues(shapes)
    return layer


@pytest.mark.parametrize(
    ("side", "codes", "kind", "expected"),
    [
        (20, ["ASD-1", "ASD-2", "ASD-3"], "MultiPolygon", True),
        (400, ["ASD-1", "ASD-2", "ASD-3"], "MultiPolygon", False),
        # Small buurten are buurten; parcels that name their buurt are none.
        (20, ["BU00010001", "BU00010002", "BU00010003"], "MultiPolygon", False),
        (400, ["BU00010001", "BU00010001", "BU00010003"], "MultiPolygon", True),
        (0, ["ASD-1", "ASD-2", "ASD-3"], "Point", True),
        (0, ["ASD-1", "ASD-2", "ASD-3"], "None", False),
    ],
)
def test_flags_of_parcels_are_marked_as_internal(run, units, tmp_path, side, codes, kind, expected):
    file = tmp_path / "flags.gpkg"
    run("candidate_flags", {"INPUT": parcels(units, side, codes, kind), "OUTPUT": str(file)})
    record = qgis_io.origin(QgsVectorLayer(str(file), "flags", "ogr"))
    assert ("internal" in record) == expected
    assert any("internal use" in line for line in run.log) == expected


@pytest.mark.parametrize("ending", [".shp", ".gpkg"])
def test_a_shapefile_that_cuts_names_and_reasons_is_told(run, units, tmp_path, ending):
    run("candidate_flags", {"INPUT": units(), "OUTPUT": str(tmp_path / f"flags{ending}")})
    told = [line for line in run.log if "a shapefile keeps" in line]
    assert len(told) == (ending == ".shp")
    for line in told:
        names, texts = line.split("Texts that are cut, and in how many rows: ")
        assert "flag_herstructurering → flag_herst" in names
        assert "div_tenure" not in names
        assert texts.startswith("flag_reasons")
        assert "GeoPackage" in texts
