# SPDX-License-Identifier: GPL-2.0-or-later
"""The goal sheet prints every question and step, answered or not, in both languages."""

from __future__ import annotations

import pytest
from wijkmix.wijkmix_plugin.policy import catalogue as policy
from wijkmix.wijkmix_plugin.policy.goal_sheet import Line, Loaded, goal_sheet, moments
from wijkmix.wijkmix_plugin.policy.goals import Goals, PartyGoal, Stake


def section(sheet, ident):
    return next(s for s in sheet.sections if s.id == ident)


def test_an_empty_sheet_prints_not_answered_everywhere(catalogue):
    sheet = goal_sheet(Goals(), catalogue, "nl")
    assert [s.kind for s in sheet.sections] == ["goal"] + ["question"] * 7 + ["step"] * 4
    assert [s.number for s in sheet.sections] == ["", *"1234567", *"1234"]
    texts = {line.text for s in sheet.sections for line in s.lines}
    assert texts == {"niet beantwoord", "doel niet vastgelegd"}
    # The main goal; five questions of one answer, two of two; 3 + 6 + 3 + 8 items of the steps.
    assert sheet.n_open == 1 + 5 + 2 * 2 + 20
    assert sheet.n_sections_open == 12
    assert not sheet.is_set


def test_who_was_asked_about_a_goal_and_who_was_not_is_printed(catalogue):
    wish = PartyGoal("gemeente", "social", "more")
    goals = Goals().with_party(wish).with_party(PartyGoal("corporatie", "social", "more"))
    goals = goals.with_party(PartyGoal("huurders", "stay", "more"))
    assert len(section(goal_sheet(goals, catalogue, "nl"), "doelstellingen").lines) == 3
    goals = goals.with_view("corporatie", wish, "support")
    lines = section(goal_sheet(goals, catalogue, "nl"), "doelstellingen").lines
    assert lines[3:] == (
        Line(
            "Over gemeente: Sociale huurwoningen (aanname): meer",
            "steunt: corporatie; niet gevraagd: huurders",
        ),
    )


@pytest.mark.parametrize("lang", ["nl", "en"])
def test_every_answer_is_printed(catalogue, lang):
    goals = (
        Goals()
        .with_main("residents")
        .with_mixed(["tenure", "lifestyle"])
        .with_stake(Stake("leavers", "household", "", "a move"))
        .with_mechanisms(["role_models"])
        .with_role("means")
        .with_party(PartyGoal("X", "social", "less", "spread", "30%"))
        .with_party(PartyGoal("Y", "social", "more"))
        .with_levels("straat", "wijk")
        .with_years(3, 12)
        .with_answer("wat", "and more")
        .with_answer("stap-4-fasering", "first build")
    )
    sheet = goal_sheet(goals, catalogue, lang, Loaded("buurt", 1))
    nl = lang == "nl"
    assert sheet.is_set
    assert section(sheet, "wat").lines == (
        Line(
            "",
            "Eigendomsvorm; Leefstijl (niet door WijkMix gemeten)"
            if nl
            else "Tenure; Lifestyle (not measured by WijkMix)",
        ),
        Line("In woorden" if nl else "In words", "and more"),
    )
    [stake] = section(sheet, "wie").lines
    assert stake.text == (
        "voordeel: niet beantwoord; last: a move" if nl else "benefit: not answered; burden: a move"
    )
    [mechanism] = section(sheet, "veranderingstheorie").lines
    assert mechanism.text == ("bewijs: tegen (noot 36)" if nl else "evidence: against (note 36)")
    assert mechanism.remark
    parties = section(sheet, "doelstellingen")
    assert parties.lines[0].text == (
        "Sociale huurwoningen (aanname): minder, 30%. spread"
        if nl
        else "Social rental homes (assumption): less, 30%. spread"
    )
    assert parties.warnings[0].startswith("Tegengestelde" if nl else "Opposite")
    assert ("aanname" if nl else "assumption") in parties.warnings[1]
    levels = section(sheet, "schaal")
    assert [line.answered for line in levels.lines] == [True, True]
    [coarse] = levels.warnings
    assert ("grover dan straat" if nl else "coarser than street") in coarse
    assert section(sheet, "stap-2").warnings
    assert [line.text for line in section(sheet, "tijd").lines] == [
        "3 jaar" if nl else "3 years",
        "12 jaar" if nl else "12 years",
        "0, 3, 5, 10, 12",
    ]
    assert section(sheet, "stap-4").answered == 1


def test_without_knowledge_of_the_figures_there_is_no_warning(catalogue):
    sheet = goal_sheet(Goals().with_levels("straat", "straat"), catalogue, "nl")
    assert not any(s.warnings for s in sheet.sections)


@pytest.mark.parametrize(
    ("first", "full", "expected"),
    [(None, None, ()), (None, 5, (0, 5)), (0, 0, (0,)), (7, None, (0, 5, 7))],
)
def test_measuring_moments_follow_from_the_term(first, full, expected):
    assert moments(Goals().with_years(first, full)) == expected


def test_a_question_of_another_catalogue_is_asked_in_words(data):
    data["questions"].append(
        {
            "nr": 8,
            "id": "extra",
            "en": "Why?",
            "nl": "Waarom?",
            "short": {"en": "Why", "nl": "Waarom"},
        }
    )
    sheet = goal_sheet(Goals().with_answer("extra", "so"), policy.Catalogue(data), "en")
    assert section(sheet, "extra").lines == (Line("", "so"),)
