# SPDX-License-Identifier: GPL-2.0-or-later
"""What is about a person leaves with no output; what is about a few homes is said."""

from __future__ import annotations

import pytest

PERSONS = ("bsn", "naam", "e_mail")
CALLS = {
    "local_segregation": {"GROUPS": ["koop", "corp"]},
    "local_morans_i": {"FIELD": "corp", "PERMUTATIONS": 99},
    "swap_bound": {"GROUP": "corp", "TOTAL": "woningvoorraad", "MAX_DWELLINGS": 10},
}


def with_persons(rows):
    for number, row in enumerate(rows):
        row["koop"], row["corp"] = float(100 + number % 3), float(100 - number % 3)
        row.update({name: f"{name}-{number}" for name in PERSONS})


@pytest.mark.parametrize("name", CALLS)
def test_person_columns_stay_behind_and_are_named(run, buurten, table_of, name):
    layer = buurten(change=with_persons)
    result = run(name, {"INPUT": layer, "OUTPUT": "TEMPORARY_OUTPUT", **CALLS[name]})
    row = table_of(result["OUTPUT"])[0]
    assert not set(PERSONS) & set(row)
    assert row["buurtnaam"] == "Buurt 0"
    [told] = [line for line in run.log if "about persons" in line]
    assert all(name in told for name in PERSONS)


def test_a_name_of_a_place_stays(run, buurten, table_of):
    def named(rows):
        for number, row in enumerate(rows):
            row["koop"], row["corp"], row["naam"] = 90.0, 100.0 + number, f"Plaats {number}"

    call = {"INPUT": buurten(change=named), "OUTPUT": "TEMPORARY_OUTPUT"}
    result = run("local_segregation", {**call, **CALLS["local_segregation"]})
    assert table_of(result["OUTPUT"])[0]["naam"] == "Plaats 0"
    assert not any("about persons" in line for line in run.log)


def test_units_of_a_few_homes_are_counted_in_the_log(run, buurten):
    def few(rows):
        for number, row in enumerate(rows):
            row["koop"], row["corp"] = (2.0, 1.0) if number < 3 else (5.0, 5.0)
        rows[5]["koop"] = rows[5]["corp"] = 0.0

    call = {"INPUT": buurten(change=few), "OUTPUT": "TEMPORARY_OUTPUT"}
    run("local_segregation", {**call, **CALLS["local_segregation"]})
    assert any("3 of 48 units hold fewer than 10" in line for line in run.log)
    call["INPUT"] = buurten(change=with_persons)
    run("local_segregation", {**call, **CALLS["local_segregation"]})
    assert not any("hold fewer than" in line for line in run.log)
