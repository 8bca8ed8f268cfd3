# SPDX-License-Identifier: GPL-2.0-or-later
"""A scenario as a project keeps it: what goes in comes out, and nothing else goes in."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from wijkmix.wijkmix_plugin.errors import PolicyError
from wijkmix.wijkmix_plugin.policy import actions, catalogue
from wijkmix.wijkmix_plugin.policy.actions import Action, Monitoring, Scenario

ONE = Action("BU1", 2026, "sloop", "sociaal", 40.0, "yes")


def test_what_goes_in_comes_out():
    found = Scenario((), '{"zorg": "corp"}', "abc", Monitoring(2026, (0, 5), ("lq_corp",), True))
    found = found.with_action(ONE).with_action(replace(ONE, unit="BU2", occupied=""))
    back, problem = actions.loads(actions.dumps(found))
    assert problem is None
    assert back == found
    assert found.without([0]).actions[0].unit == "BU2"
    assert found.without([0]).fingerprint == "abc"
    assert found.without([0, 1]).fingerprint == ""


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"unit": " "}, "no buurt"),
        ({"action": "slopen"}, "slopen is no action"),
        ({"segment": ""}, "no segment"),
        ({"year": 1}, "1 is no year"),
        ({"n": 0.0}, "0 is no number"),
        ({"n": float("nan")}, "nan is no number"),
        ({"unit": "x" * 600}, "600 characters"),
    ],
)
def test_what_is_refused(change, words):
    with pytest.raises(PolicyError, match=words) as refused:
        Scenario().with_action(replace(ONE, **change))
    assert refused.value.text.nl != refused.value.text.en


def test_there_is_an_end_to_it():
    full = Scenario(tuple(replace(ONE, year=2026) for _ in range(actions.MAX_ACTIONS)))
    with pytest.raises(PolicyError, match="more are not kept"):
        full.with_action(ONE)


@pytest.mark.parametrize(
    "text",
    [
        "{broken",
        "[]",
        '{"version": 9, "actions": []}',
        '{"version": 1, "actions": 5, "monitoring": {}}',
        '{"version": 1, "actions": [["BU1", "2026", "sloop", "sociaal", 4, "yes"]]}',
        '{"version": 1, "actions": [["BU1", 2026, "sloop", "sociaal", 1e400, ""]]}',
        '{"version": 1, "actions": [], "monitoring": {"start": true}}',
    ],
)
def test_newer_or_broken_is_said_and_not_written_over(text):
    found, problem = actions.loads(text)
    assert problem is not None
    assert found.actions == ()


def test_a_number_of_dwellings_of_400_digits_is_said():
    text = actions.dumps(Scenario((ONE,))).replace("40.0", "9" * 401)
    found, problem = actions.loads(text)
    assert problem is not None
    assert found.actions == ()


def test_rows_of_a_table():
    row = {"unit": "BU1", "year": 2026, "action": "Sloop", "segment": "Sociaal", "n": 40.0}
    assert actions.read_row(row, 1) == replace(ONE, occupied="")
    assert actions.read_row({**row, "occupied": "ja"}, 1) == ONE
    # As an export writes it, with the apostrophe against formulas.
    guarded = actions.rows(Scenario((replace(ONE, unit="=1+1", segment="@zorg"),)))[0]
    assert (guarded["unit"], guarded["segment"]) == ("'=1+1", "'@zorg")
    assert actions.read_row(guarded, 1) == replace(ONE, unit="=1+1", segment="@zorg")
    for change, words in (
        ({"year": "ooit"}, "Row 3: year is ooit"),
        ({"n": "1.000,5"}, "Row 3: n is 1.000,5"),
        ({"n": None}, "Row 3: n is -"),
        ({"occupied": "soms"}, "Row 3: occupied .* soms"),
        ({"action": "bouwen"}, "Row 3: bouwen is no action"),
        ({"unit": None}, "Row 3: .*no buurt"),
        ({"year": float("inf")}, "Row 3: year is inf"),
        ({"year": "9" * 401}, "Row 3: year is 999"),
        ({"n": -float("inf")}, "Row 3: n is -inf"),
    ):
        with pytest.raises(PolicyError, match=words):
            actions.read_row({**row, **change}, 3)


def test_a_thousand_is_never_one():
    # "1.000" is a thousand to a Dutch reader and one to a computer: neither is taken.
    row = {"unit": "BU1", "year": 2026, "action": "sloop", "segment": "sociaal", "n": "1.000"}
    with pytest.raises(PolicyError, match=r"1\.000"):
        actions.read_row(row, 1)


def test_years_to_measure():
    assert Monitoring().years == (0, 5, 10, 15, 20)
    assert Monitoring().moments() == ()
    assert Monitoring(2026, (0, 5)).moments() == (2026, 2031)
    assert actions.read_years("10, 0;5 5") == (0, 5, 10)
    for text in ("", "x", "-5", "101", "1.5", "٣"):
        with pytest.raises(PolicyError, match="no years"):
            actions.read_years(text)
    assert actions.read_monitoring({"start": 1, "years": ["a"]}) is None
    record = json.loads(json.dumps(actions.monitoring_record(Monitoring(2026))))
    assert actions.read_monitoring(record) == Monitoring(2026)


@given(st.text(max_size=200))
def test_no_text_of_a_project_breaks_the_reading(text):
    found, _ = actions.loads(text)
    assert isinstance(found, Scenario)


def test_every_action_goes_with_the_flag_of_its_instrument():
    shipped = catalogue.load()
    entries = {
        "sloop": "F05",
        "nieuwbouw": "F07",
        "verkoop": "F11",
        "inponden": "F13",
        "transformatie": "F05",
        "aankoop": "F12",
    }
    by_number = {entry["nr"]: entry for entry in shipped.entries}
    assert {name: by_number[number]["candidate_flags"] for name, number in entries.items()} == {
        name: [actions.FLAG_OF[name]] for name in actions.ACTIONS
    }


def test_flags_whose_companions_belong_with_a_plan():
    assert actions.companion_flags([], []) == {}
    assert actions.companion_flags(["verkoop", "sloop", "sloop"], ["grondverwerving"]) == {
        "herstructurering": ["sloop", "verkoop"],
        "grondverwerving": [],
    }
