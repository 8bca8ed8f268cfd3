# SPDX-License-Identifier: GPL-2.0-or-later
"""`wijkmix:swap_bound` in QGIS, and what it refuses."""

from __future__ import annotations

import time

import pytest
from qgis.core import QgsFeature, QgsProcessingException, QgsVectorLayer

UNITS = [(20, 20, 0), (15, 20, 0), (5, 20, 1), (0, 20, None), (None, 20, 1)]


def layer():
    found = QgsVectorLayer(
        "None?field=code:string&field=corp:double&field=total:double&field=open:int", "p", "memory"
    )
    features = []
    for number, values in enumerate(UNITS):
        feature = QgsFeature(found.fields())
        feature.setAttributes([f"BU{number}", *values])
        features.append(feature)
    assert found.dataProvider().addFeatures(features)[0]
    return found


def call(run, **more):
    parameters = {"INPUT": layer(), "GROUP": "corp", "TOTAL": "total"}
    return run("swap_bound", {**parameters, "OUTPUT": "TEMPORARY_OUTPUT", **more})


def test_a_target(run, table_of):
    results = call(run, TARGET_D=0.25)
    assert results["D_BEFORE"] == pytest.approx(0.75)
    assert results["D_AFTER"] == pytest.approx(0.25)
    assert results["MOVED"] == pytest.approx(10)
    assert results["STATUS"].startswith("optimal")
    assert "not a plan" in results["STATUS"]
    rows = table_of(results["OUTPUT"])
    assert [r["code"] for r in rows] == ["BU0", "BU1", "BU2", "BU3", "BU4"]
    changes = [r["change_corp"] for r in rows]
    assert changes == [*(pytest.approx(v) for v in (-20 / 3, -10 / 3, 10 / 3, 20 / 3)), None]


def test_fields_are_found_whatever_their_capitals(run):
    assert call(run, GROUP="Corp", TOTAL="TOTAL", TARGET_D=0.25)["MOVED"] == pytest.approx(10)


def test_a_number_of_dwellings_in_whole_dwellings(run, table_of):
    results = call(run, MAX_DWELLINGS=4, INTEGER=True)
    assert results["D_AFTER"] == pytest.approx(0.55)
    assert {r["change_corp"] for r in table_of(results["OUTPUT"])} == {-3, -1, 1, 3, None}


def test_receivers_out_of_reach(run, table_of):
    results = call(run, TARGET_D=0, RECEIVERS='"open" = 1')
    assert results["D_AFTER"] == pytest.approx(0.5)
    assert results["STATUS"].startswith("infeasible")
    assert table_of(results["OUTPUT"])[3]["limit"] == "not a receiver"


def test_receivers_as_words(run):
    said = "CASE WHEN \"open\" = 1 THEN 'ja' WHEN \"open\" = 0 THEN 'nee' END"
    results = call(run, TARGET_D=0, MAX_DWELLINGS="", RECEIVERS=said)
    assert results["D_AFTER"] == pytest.approx(0.5)


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({}, "one of the two"),
        ({"TARGET_D": 0.1, "MAX_DWELLINGS": 3}, "one of the two"),
        ({"TARGET_D": 0.1, "TOTAL": "nope"}, "no field nope|TOTAL|Total"),
        ({"TARGET_D": 0.1, "GROUP": "code"}, "holds text"),
        ({"TARGET_D": 0.1, "RECEIVERS": '"nope" = 1'}, "nope"),
        ({"TARGET_D": 0.1, "RECEIVERS": '"open" = ('}, "cannot be read"),
        ({"TARGET_D": 0.1, "RECEIVERS": '"total"'}, "must be yes or no.*20"),
        ({"TARGET_D": "", "MAX_DWELLINGS": ""}, "one of the two"),
        ({"TARGET_D": 0.1, "GROUP": "total", "TOTAL": "corp"}, "larger than"),
    ],
)
def test_what_is_refused(run, more, words):
    with pytest.raises(QgsProcessingException, match=words):
        call(run, **more)


@pytest.mark.parametrize(
    ("file", "name", "limit"),
    [("amsterdam_2023_heerlen_2024", "amsterdam_2023", 1), ("nl_buurten_2024", "buurten", 30)],
)
def test_real_sizes(run, shared, file, name, limit):
    path = f"{shared}/data/{file}.gpkg|layername={name}"
    prepared = run("prepare_buurten", {"INPUT": path, "OUTPUT": "TEMPORARY_OUTPUT"})["OUTPUT"]
    start = time.perf_counter()
    results = run(
        "swap_bound",
        {
            "INPUT": run.context.getMapLayer(prepared),
            "GROUP": "n_koop",
            "TOTAL": "dwellings",
            "TARGET_D": 0.2,
            "MAX_SHARE": 0.5,
            "OUTPUT": "TEMPORARY_OUTPUT",
        },
    )
    assert time.perf_counter() - start < limit
    assert results["D_AFTER"] == pytest.approx(0.2, abs=1e-9)
    assert "Shadow price of the target" in results["STATUS"]


def test_capacity_released_and_the_report(run, table_of, tmp_path):
    report = tmp_path / "swap.html"
    results = call(run, TARGET_D=0, RELEASED="open", REPORT=str(report))
    # One home of the third unit is released; the two that would have to lose have none.
    assert results["MOVED"] == 0
    assert "infeasible" in results["STATUS"]
    assert "Without the limit on occupied dwellings" in results["STATUS"]
    rows = table_of(results["OUTPUT"])
    assert [r["limit"] for r in rows[:2]] == ["occupied", "occupied"]
    assert "lower bound, not a plan" in report.read_text(encoding="utf-8")
    results = call(run, TARGET_D=0, CAPACITY="open")
    # The third unit has room for one, the fourth for none that is known.
    assert results["MOVED"] == pytest.approx(1)
    assert table_of(results["OUTPUT"])[3]["limit"] == "capacity"
    with pytest.raises(QgsProcessingException, match="holds text"):
        call(run, TARGET_D=0, CAPACITY="code")
    with pytest.raises(QgsProcessingException, match=r"no field nope|Capacity"):
        call(run, TARGET_D=0, CAPACITY="nope")
    with pytest.raises(QgsProcessingException):
        call(run, TARGET_D=2, REPORT=str(tmp_path / "none.html"))
    assert not (tmp_path / "none.html").exists()
