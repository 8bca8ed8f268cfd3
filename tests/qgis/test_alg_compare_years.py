# SPDX-License-Identifier: GPL-2.0-or-later
"""`wijkmix:compare_years` in QGIS, on a made-up town and on Amsterdam, and what it refuses."""

from __future__ import annotations

import pytest
from qgis.core import (
    QgsFeature,
    QgsField,
    QgsGeometry,
    QgsPointXY,
    QgsProcessingException,
    QgsVectorLayer,
)
from qgis.PyQt.QtCore import QMetaType

OUT = dict.fromkeys(("OUTPUT", "WATERBED", "INDICES"), "TEMPORARY_OUTPUT")


@pytest.fixture
def years(run, buurten):
    """Return a factory of the two prepared years of the made-up town."""

    def make(change=None):
        found = []
        for edit in (None, change):
            results = run("prepare_buurten", {"INPUT": buurten(change=edit), "OUTPUT": "memory:"})
            found.append(run.context.takeResultLayer(results["OUTPUT"]))
        return {"FIRST": found[0], "SECOND": found[1], **OUT}

    return make


def test_nothing_changed(run, years, table_of):
    results = run("compare_years", years())
    assert any("constant" in line for line in run.log)
    for row in table_of(results["OUTPUT"]):
        assert row["moran_cluster"] is None
        assert row["n_change_n_corp"] == row["share_change_n_corp"] == 0
        assert row["low_n_corp"] < 0 < row["high_n_corp"]
    assert all(r["difference"] == 0 for r in table_of(results["INDICES"]))
    assert {r["area_class"] for r in table_of(results["WATERBED"])} == {"rest", "region"}


def test_one_treated_buurt_and_its_ring(run, years, table_of):
    def fewer(records):
        records[0]["percentage_koopwoningen"] += 20
        records[0]["percentage_huurwoningen"] -= 20
        records[0]["perc_huurwoningen_in_bezit_woningcorporaties"] -= 20

    # In words as layers hold them: nee is no.
    treated = "if(\"buurt_code\" = 'BU00010000', 'ja', 'nee')"
    results = run("compare_years", {**years(fewer), "TREATED": treated})
    row = table_of(results["OUTPUT"])[0]
    assert row["n_change_n_corp"] == pytest.approx(-40)
    assert row["share_change_n_corp"] == pytest.approx(-20)
    assert row["high_n_corp"] < 0
    table = {(r["area_class"], r["group"]): r for r in table_of(results["WATERBED"])}
    # A corner of the grid has three neighbours; its wijk holds two rows of eight.
    sizes = {c: table[c, "n_corp"]["n_units"] for c in ("treated", "ring", "district", "rest")}
    assert sizes == {"treated": 1, "ring": 3, "district": 12, "rest": 32}
    parts = sum(table[c, "n_corp"]["change"] for c in sizes)
    assert parts == pytest.approx(table["region", "n_corp"]["change"]) == pytest.approx(-40)
    for index in table_of(results["INDICES"]):
        if index["composition"] is not None:
            both = index["composition"] + index["unevenness"]
            assert both == pytest.approx(index["difference"], abs=1e-12)


def test_a_stadsdeel_is_a_class_of_its_own(run, years, table_of):
    asked = years()
    second = asked["SECOND"]
    second.dataProvider().addAttributes([QgsField("stadsdeel", QMetaType.Type.QString)])
    second.updateFields()
    place = second.fields().lookupField("stadsdeel")
    for feature in second.getFeatures():
        # Four rows of eight, in two wijken.
        name = "West" if int(feature["buurt_code"][-4:]) < 32 else None
        second.dataProvider().changeAttributeValues({feature.id(): {place: name}})
    treated = "\"buurt_code\" = 'BU00010000'"
    results = run("compare_years", {**asked, "TREATED": treated})
    table = table_of(results["WATERBED"])
    sizes = {r["area_class"]: r["n_units"] for r in table if r["group"] == "n_corp"}
    assert sizes == {
        **{"treated": 1, "ring": 3, "district": 12, "borough": 16},
        **{"rest": 16, "region": 48},
    }
    assert list(sizes) == ["treated", "ring", "district", "borough", "rest", "region"]
    assert table_of(results["OUTPUT"])[0]["stadsdeel"] == "West"


def test_a_redrawn_buurt_is_named_or_converted(run, years, table_of):
    def renamed(records):
        records[0]["buurtcode"] = "BU00019999"

    both = years(renamed)
    with pytest.raises(QgsProcessingException, match=r"BU00010000.*BU00019999"):
        run("compare_years", both)
    crosswalk = QgsVectorLayer(
        "None?field=from:string&field=to:string&field=weight:double", "c", "memory"
    )
    feature = QgsFeature(crosswalk.fields())
    feature.setAttributes(["BU00010000", "BU00019999", 1.0])
    assert crosswalk.dataProvider().addFeatures([feature])[0]
    results = run("compare_years", {**both, "CROSSWALK": crosswalk})
    assert all(r["n_change_n_corp"] == 0 for r in table_of(results["OUTPUT"]))


def test_a_code_that_was_given_to_another_area_is_named(run, years, table_of):
    def moved(records):
        # Two buurten swap places, and keep their codes and figures.
        records[0]["wkt"], records[9]["wkt"] = records[9]["wkt"], records[0]["wkt"]

    both = years(moved)
    with pytest.raises(QgsProcessingException, match=r"another area: BU00010000, BU00010009"):
        run("compare_years", both)
    crosswalk = QgsVectorLayer(
        "None?field=from:string&field=to:string&field=weight:double", "c", "memory"
    )
    features = []
    for code in ("BU00010000", "BU00010009"):
        feature = QgsFeature(crosswalk.fields())
        feature.setAttributes([code, code, 1.0])
        features.append(feature)
    assert crosswalk.dataProvider().addFeatures(features)[0]
    results = run("compare_years", {**both, "CROSSWALK": crosswalk})
    assert all(r["n_change_n_corp"] == 0 for r in table_of(results["OUTPUT"]))


def test_what_cbs_marks_as_redrawn_is_named(run, buurten):
    def marked(records):
        for number, record in enumerate(records):
            record["jaar"] = 2025
            record["indelingswijziging_wijken_en_buurten"] = 3 if number == 7 else 1

    found = []
    for edit in (None, marked):
        layer = buurten(change=edit, kind="None")
        results = run("prepare_buurten", {"INPUT": layer, "OUTPUT": "memory:"})
        found.append(run.context.takeResultLayer(results["OUTPUT"]))
    with pytest.raises(QgsProcessingException, match=r"another area: BU00010007\."):
        run("compare_years", {"FIRST": found[0], "SECOND": found[1], **OUT})


def test_water_in_one_of_the_years_is_no_reason_to_stop(run, years, table_of):
    def water(records):
        records[0].update(buurtcode="BU00019997", water="JA")

    def without(records):
        del records[0]

    found = []
    for edit in (without, water):
        found.append(years(edit)["SECOND"])
    results = run("compare_years", {"FIRST": found[0], "SECOND": found[1], **OUT})
    rows = {r["buurt_code"]: r for r in table_of(results["OUTPUT"])}
    assert rows["BU00019997"]["n_change_n_corp"] is None
    assert rows["BU00010001"]["n_change_n_corp"] == 0
    assert any("not before the second" in line for line in run.log)


def test_a_year_that_splits_rental_beside_one_that_does_not(run, years, table_of):
    def koop_only(records):
        for record in records:
            for name in ("woningcorporaties", "overige_verhuurders"):
                record[f"perc_huurwoningen_in_bezit_{name}"] = -99997

    results = run("compare_years", years(koop_only))
    rows = table_of(results["OUTPUT"])
    assert rows[0]["n_change_n_huur"] == pytest.approx(0)
    assert "n_change_n_corp" not in rows[0]


def test_a_crosswalk_by_area_says_how_far_off_it_may_be(run, years):
    def split(records):
        records[0]["buurtcode"] = "BU00018888"

    crosswalk = QgsVectorLayer(
        "None?field=from:string&field=to:string&field=weight:string&field=basis:string",
        "c",
        "memory",
    )
    features = []
    for to, weight in (("BU00018888", "0,75"), ("BU00010001", "0,25")):
        feature = QgsFeature(crosswalk.fields())
        feature.setAttributes(["BU00010000", to, weight, "area"])
        features.append(feature)
    assert crosswalk.dataProvider().addFeatures(features)[0]
    run("compare_years", {**years(split), "CROSSWALK": crosswalk})
    # 200 dwellings: each part may have all or none of them, 150 off.
    assert any("by area" in line and "300 dwellings" in line for line in run.log)


def squeezed(records):
    """Buurt 0 loses its eastern quarter to a new buurt, buurt 47 gets another code."""
    x, y = 120_000, 480_000
    shape = "MultiPolygon((({0} {2},{1} {2},{1} {3},{0} {3},{0} {2})))"
    new = {**records[0], "buurtcode": "BU00018888", "buurtnaam": "Nieuw"}
    records[0]["wkt"] = shape.format(x, x + 75, y, y + 100)
    new["wkt"] = shape.format(x + 75, x + 100, y, y + 100)
    records.append(new)
    records[47]["buurtcode"] = "BU00017777"
    for record in records:
        record["jaar"] = 2025


@pytest.mark.parametrize("points", [None, [10, 80, 90, 95]])
def test_a_crosswalk_is_made_of_outlines_and_used(run, buurten, years, table_of, points):
    both = {"FIRST": buurten(), "SECOND": buurten(change=squeezed), "OUTPUT": "memory:"}
    if points:
        layer = QgsVectorLayer("Point?crs=EPSG:28992&field=naam:string", "bag", "memory")
        features = []
        for east in points:
            feature = QgsFeature(layer.fields())
            place = QgsPointXY(120_000 + east, 480_050)
            feature.setGeometry(QgsGeometry.fromPointXY(place))
            features.append(feature)
        assert layer.dataProvider().addFeatures(features)[0]
        both["DWELLINGS"] = layer
    results = run("make_crosswalk", both)
    rows = {(r["from"], r["to"]): (r["weight"], r["basis"]) for r in table_of(results["OUTPUT"])}
    kept, basis = (0.25, "dwellings") if points else (0.75, "area")
    assert rows == {
        ("BU00010000", "BU00010000"): (kept, basis),
        ("BU00010000", "BU00018888"): (1 - kept, basis),
        ("BU00010047", "BU00017777"): (1, "area"),
    }
    assert any("46 units keep their code and area; 2 are converted" in x for x in run.log)
    crosswalk = run.context.takeResultLayer(results["OUTPUT"])
    done = run("compare_years", {**years(squeezed), "CROSSWALK": crosswalk})
    found = {r["buurt_code"]: r for r in table_of(done["OUTPUT"])}
    # 160 corporation dwellings of 200 before; 160 in each part after.
    assert found["BU00010000"]["n_change_n_corp"] == pytest.approx(160 - 160 * kept)
    assert found["BU00018888"]["n_change_n_corp"] == pytest.approx(160 * kept)
    assert found["BU00017777"]["n_change_n_corp"] == 0


def test_a_crosswalk_of_what_it_cannot_be_made_of(run, buurten):
    layer = buurten()
    bare = {"FIRST": layer, "SECOND": buurten(drop=("buurtcode",)), "OUTPUT": "memory:"}
    with pytest.raises(QgsProcessingException, match="no field with buurt codes"):
        run("make_crosswalk", bare)

    def away(records):
        for record in records:
            record["wkt"] = record["wkt"].replace("(12", "(92").replace(",12", ",92")

    with pytest.raises(QgsProcessingException, match="do not overlap anywhere"):
        run("make_crosswalk", {**bare, "SECOND": buurten(change=away)})


def test_what_is_refused(run, years, buurten):
    both = years()
    with pytest.raises(QgsProcessingException, match="buurt_code"):
        run("compare_years", {**both, "FIRST": buurten()})
    with pytest.raises(QgsProcessingException, match="nope"):
        run("compare_years", {**both, "TREATED": '"nope" = 1'})
    with pytest.raises(QgsProcessingException, match="cannot be read"):
        run("compare_years", {**both, "TREATED": "\"buurt_code\" = 'BU00010000' AND ("})
    with pytest.raises(QgsProcessingException, match="must be yes or no"):
        run("compare_years", {**both, "TREATED": '"buurt_code"'})
    with pytest.raises(QgsProcessingException, match="nope"):
        run("compare_years", {**both, "GROUPS": ["nope", "n_koop"]})


def test_the_report(run, years, tmp_path):
    def fewer(records):
        records[0]["percentage_koopwoningen"] += 20
        records[0]["percentage_huurwoningen"] -= 20
        records[0]["perc_huurwoningen_in_bezit_woningcorporaties"] -= 20

    report = tmp_path / "years.html"
    both = {**years(fewer), "TREATED": "\"buurt_code\" = 'BU00010000'", "REPORT": str(report)}
    found = run("compare_years", both)
    assert found["REPORT"] == str(report)
    html = report.read_text(encoding="utf-8")
    for words in ("Treated areas", "nothing of what caused it", "by composition", "Buurt 0"):
        assert words in html
    report.unlink()
    with pytest.raises(QgsProcessingException, match="nope"):
        run("compare_years", {**both, "GROUPS": ["nope", "n_koop"]})
    assert not report.exists()


def test_rental_that_is_split_in_few_units_is_not_split(run, years, table_of):
    both = years()
    for layer in (both["FIRST"], both["SECOND"]):
        provider = layer.dataProvider()
        assert provider.addAttributes([QgsField("n_huur", QMetaType.Type.Double)])
        layer.updateFields()
        names = layer.fields()
        change = {}
        for number, feature in enumerate(layer.getFeatures()):
            rented = feature["n_corp"] + feature["n_overig"]
            change[feature.id()] = {names.lookupField("n_huur"): rented}
            if number > 4:
                change[feature.id()] |= {names.lookupField(n): None for n in ("n_corp", "n_overig")}
        assert provider.changeAttributeValues(change)
    rows = table_of(run("compare_years", both)["OUTPUT"])
    assert sum(r["n_change_n_huur"] is not None for r in rows) == 48
    assert "n_change_n_corp" not in rows[0]


def years_of(path, name, fields):
    """Return two layers from one with the fields of two years side by side."""
    found = []
    for year in fields:
        query = ", ".join(f"{old} AS {new}" for new, old in year.items())
        layer = QgsVectorLayer(f"{path}|layername={name}", "s", "ogr")
        assert layer.setSubsetString(f"SELECT fid, geom, {query} FROM {name}")
        found.append(layer)
    return {"FIRST": found[0], "SECOND": found[1], **OUT}


def test_amsterdam_2005_to_2017(run, shared, table_of):
    path = shared / "data" / "amsterdam_buurtcombinaties_eigendom_2005_2017.gpkg"
    fields = [
        {
            "buurt_code": "bc_code",
            "wijk_code": "stadsdeel",
            "n_koop": f"won_eigenaar_{year}",
            "n_corp": f"won_corporatie_{year}",
            "n_overig": f"won_particulier_{year}",
        }
        for year in (2005, 2017)
    ]
    both = years_of(path, "buurtcombinaties", fields)
    results = run("compare_years", {**both, "TREATED": "\"buurt_code\" = 'T93'"})
    rows = [r for r in table_of(results["OUTPUT"]) if r["n_change_n_corp"] is not None]
    table = [r for r in table_of(results["WATERBED"]) if r["group"] == "n_corp"]
    city = next(r for r in table if r["area_class"] == "region")
    parts = [r["change"] for r in table if r["area_class"] != "region"]
    assert len(rows) == city["n_units"] > 90
    assert city["change"] == sum(parts) == sum(r["n_change_n_corp"] for r in rows)
    assert city["share_after"] < city["share_before"]


def test_amsterdam_2023_to_2024(run, shared, table_of):
    path = shared / "data" / "amsterdam_buurten_2023_2024.gpkg"
    fields = []
    for koop in ("percentage_koopwoningen", "percentage_koopwoningen_2024"):
        # Only the dwellings of 2023 are known, so only the share changes.
        fields.append(
            {
                "buurt_code": "buurtcode",
                "wijk_code": "wijkcode",
                "n_koop": f"woningvoorraad * {koop} / 100.0",
                "n_huur": f"woningvoorraad * (100 - {koop}) / 100.0",
            }
        )
    results = run("compare_years", years_of(path, "amsterdam_buurten", fields))
    rows = [r for r in table_of(results["OUTPUT"]) if r["share_change_n_koop"] is not None]
    assert len(rows) > 400
    # A change of one percentage point is within what two roundings leave open.
    small = [r for r in rows if abs(r["share_change_n_koop"]) <= 1.0 + 1e-9]
    assert small
    assert all(r["low_n_koop"] < 0 < r["high_n_koop"] for r in small)
    assert {r["moran_cluster"] for r in rows} <= {"HH", "LL", "HL", "LH", "ns", "island"}
