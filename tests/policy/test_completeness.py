# SPDX-License-Identifier: GPL-2.0-or-later
"""When a scenario is called incomplete, and why."""

from __future__ import annotations

from wijkmix.wijkmix_plugin.policy.completeness import incomplete
from wijkmix.wijkmix_plugin.policy.goals import Goals

BOTH = ["sociaal", "economisch"]


def whole(catalogue):
    goals = Goals().with_main("area")
    for step in catalogue.steps:
        for item in step["items"]:
            goals = goals.with_answer(item["id"], "ja")
    return goals


def test_a_goal_every_step_and_companions_make_it_whole(catalogue):
    units = {"BU1": "Hof", "BU2": ""}
    assert incomplete(whole(catalogue), {"BU1": BOTH, "BU2": BOTH}, units, catalogue) is None


def test_each_lack_is_a_reason_of_its_own(catalogue):
    goals, units, chosen = whole(catalogue), {"BU1": "Hof", "BU2": ""}, {"BU1": BOTH, "BU2": BOTH}
    found = incomplete(goals.with_main(""), chosen, units, catalogue)
    assert found.nl == "Scenario onvolledig: het hoofddoel is niet vastgelegd."
    step = catalogue.steps[1]
    found = incomplete(goals.with_answer(step["items"][0]["id"], ""), chosen, units, catalogue)
    total = len(step["items"])
    assert found.nl == (
        f"Scenario onvolledig: niet beantwoord van de stappen: stap 2 (1 van {total})."
    )
    found = incomplete(goals, {"BU1": ["sociaal"], "BU2": BOTH}, units, catalogue)
    assert found.nl.endswith("maatregel gekozen voor Hof (BU1).")
    found = incomplete(goals, {"BU1": BOTH}, units, catalogue)
    assert found.nl.endswith("maatregel gekozen voor BU2.")


def test_what_was_not_given_is_not_taken_for_an_answer(catalogue):
    found = incomplete(None, None, {"BU1": ""}, catalogue)
    assert found.en == (
        "Incomplete scenario: the goals were not given, so every question counts as not answered; "
        "which social and economic measures go with it was not given."
    )
    assert "measures" not in incomplete(None, None, {}, catalogue).en  # a plan without actions


def test_many_units_are_counted_and_not_all_named(catalogue):
    units = {f"BU{n}": "" for n in range(25)}
    assert incomplete(whole(catalogue), {}, units, catalogue).en.endswith("BU9 … (+15).")
