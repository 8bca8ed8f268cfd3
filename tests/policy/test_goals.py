# SPDX-License-Identifier: GPL-2.0-or-later
from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from wijkmix.wijkmix_plugin.errors import PolicyError, Text
from wijkmix.wijkmix_plugin.policy import goals, stored
from wijkmix.wijkmix_plugin.policy.goals import Goals, PartyGoal, Stake


def wish(party, direction, subject="social", note=""):
    return PartyGoal(party, subject, direction, note)


def test_nothing_is_answered_and_no_goal_is_set_by_default():
    empty = Goals()
    assert not empty.is_set
    assert empty.is_empty
    assert empty.shown("wat") == Text("not answered", "niet beantwoord")
    assert goals.NOT_SET.nl == "doel niet vastgelegd"


def test_the_main_goal_is_one_of_two_and_can_be_taken_back():
    chosen = Goals().with_main("residents")
    assert chosen.is_set
    assert not chosen.with_main("").is_set
    with pytest.raises(PolicyError, match="Choose one of area, residents"):
        Goals().with_main("both")


def test_an_answer_of_blanks_is_no_answer():
    answered = Goals().with_answer("wat", "  woningtypen ")
    assert answered.answer("wat") == "woningtypen"
    assert answered.with_answer("wat", " \n ").shown("wat") == goals.UNANSWERED


def test_an_answer_of_100000_characters_is_refused_and_the_old_one_kept():
    answered = Goals().with_answer("wat", "kort")
    with pytest.raises(PolicyError, match="100000 characters are too many; at most 20000") as found:
        answered.with_answer("wat", "a" * 100_000)
    assert "hoogstens 20000" in found.value.text.nl
    assert answered.answer("wat") == "kort"


def test_braces_in_an_answer_are_only_text():
    assert Goals().with_answer("wat", "{0} {x}").answer("wat") == "{0} {x}"


def test_opposite_directions_on_one_subject_are_a_conflict():
    parties = [
        wish("gemeente", "less"),
        wish("corporatie", "more"),
        wish("bewoners", "more", "facilities"),
        wish("corporatie", "more", "facilities"),
        wish("gemeente", "more", "density"),
        wish("bewoners", "same", "density"),
    ]
    social, density = goals.conflicts(parties)
    assert (social.subject, social.opposite) == ("social", True)
    assert [w.party for w in social.wishes] == ["gemeente", "corporatie"]
    assert (density.subject, density.opposite) == ("density", False)
    assert goals.conflicts([]) == []
    assert goals.conflicts([wish("a", "more"), wish("a", "less")])[0].opposite


def test_a_party_needs_a_name_and_known_choices():
    for bad in (wish("  ", "more"), wish("a", "up"), wish("a", "more", "origin")):
        with pytest.raises(PolicyError):
            Goals().with_party(bad)
    full = Goals()
    for number in range(goals.MAX_PARTIES):
        full = full.with_party(wish(f"p{number}", "more"))
    with pytest.raises(PolicyError, match="200 goals already"):
        full.with_party(wish("one more", "more"))
    assert full.without_party(0).parties[0].party == "p1"


@given(
    st.sampled_from(["", *goals.MAIN_GOALS]),
    st.dictionaries(st.text(max_size=9), st.text(min_size=1, max_size=40), max_size=5),
    st.lists(
        st.builds(
            wish,
            st.text(st.characters(exclude_categories=["Cs", "Cc", "Zs"]), min_size=1, max_size=9),
            st.sampled_from(list(goals.DIRECTIONS)),
            st.sampled_from(list(goals.SUBJECTS)),
        ),
        max_size=4,
    ),
)
def test_what_is_written_is_read_again(main, answers, parties):
    clean = {stored.text(k): stored.text(v) for k, v in answers.items()}
    before = Goals(main, clean, tuple(parties))
    text = goals.dumps(before)
    assert text.isascii()
    assert text.isprintable()
    assert goals.loads(text) == (before, None)


def test_a_newer_version_is_shown_and_may_not_be_written_over():
    text = json.dumps({"version": 9, "main": "area", "answers": {"wat": "x"}, "extra": 1})
    found, problem = goals.loads(text)
    assert found.main == "area"
    assert found.answer("wat") == "x"
    assert f"newer WijkMix (version 9; this one knows {goals.VERSION})" in problem.en
    assert "nieuwere WijkMix" in problem.nl


@pytest.mark.parametrize(
    "text",
    [
        "{",
        "[]",
        "[" * 100_000,
        '"x"',
        "{}",
        '{"version": true}',
        '{"version": "1"}',
        '{"version": 0}',
        '{"version": 1, "answers": []}',
        '{"version": 1, "answers": {"wat": 3}}',
        '{"version": 1, "main": ["area"]}',
        '{"version": 1, "main": "all"}',
        '{"version": 1, "parties": {}}',
        '{"version": 1, "parties": [{"party": "a", "subject": "x", "direction": "more"}]}',
        '{"version": 2, "mixed": ["skin"]}',
        '{"version": 2, "mixed": "tenure"}',
        '{"version": 2, "mechanisms": [["peers"]]}',
        '{"version": 2, "stakes": [{"unit": "club"}]}',
        '{"version": 2, "stakes": [{"group": "stayers", "unit": "street"}]}',
        '{"version": 2, "role": "cause"}',
        '{"version": 2, "first": -1}',
        '{"version": 2, "full": true}',
        '{"version": 2, "effect": 3}',
    ],
)
def test_what_cannot_be_read_is_said_and_never_raised(text):
    _, problem = goals.loads(text)
    assert "untouched" in problem.en
    assert "onaangeroerd" in problem.nl


def test_views_on_the_goals_of_others_are_kept_and_go_with_the_goal():
    first, second = PartyGoal("a", "social", "more", "x" * 50), PartyGoal("b", "mix", "more")
    found = Goals().with_party(first).with_party(second)
    found = found.with_view("b", first, "against").with_view("a", second, "neutral")
    found = found.with_view("b", first, "support")
    assert found.asked == {("a", second): "neutral", ("b", first): "support"}
    assert goals.loads(goals.dumps(found)) == (found, None)
    assert goals.dumps(found).count("x" * 50) == 1
    assert found.with_view("b", first, "").asked == {("a", second): "neutral"}
    assert found.with_view("c", first, "support") == found
    with pytest.raises(PolicyError):
        found.with_view("b", first, "perhaps")
    # Without its goal a party is no longer among those asked.
    assert found.without_party(0).views == ()


@pytest.mark.parametrize(
    "views",
    [
        {},
        [3],
        [{"party": "a", "goal": 1, "view": "support"}],
        [{"party": "a", "goal": True, "view": "support"}],
        [{"party": "a", "goal": 0, "view": "hates"}],
        [{"party": "a", "goal": 0, "view": ["support"]}],
        [{"party": "z", "goal": 0, "view": "support"}],
        [{"party": "a", "goal": 0, "view": "support"}] * 2,
    ],
)
def test_damaged_views_may_not_be_written_over(views):
    party = {"party": "a", "subject": "mix", "direction": "more"}
    _, problem = goals.loads(json.dumps({"version": 3, "parties": [party], "views": views}))
    assert "untouched" in problem.en


def test_goals_of_the_second_version_have_no_views():
    party = {"party": "a", "subject": "mix", "direction": "more", "note": "", "degree": ""}
    found, problem = goals.loads(json.dumps({"version": 2, "main": "area", "parties": [party]}))
    assert problem is None
    assert found.parties == (PartyGoal("a", "mix", "more"),)
    assert json.loads(goals.dumps(found))["version"] == 3


def test_goals_of_the_first_version_are_read_and_written_again():
    first = json.dumps(
        {
            "version": 1,
            "main": "area",
            "answers": {"wat": "woningtypen", "stap-2": "regio"},
            "parties": [{"party": "a", "subject": "social", "direction": "less", "note": ""}],
        }
    )
    found, problem = goals.loads(first)
    assert problem is None
    assert found == Goals("area", {"wat": "woningtypen", "stap-2": "regio"}, (wish("a", "less"),))
    again, problem = goals.loads(goals.dumps(found.with_role("means")))
    assert (again.main, again.role, problem) == ("area", "means", None)


def test_the_choices_of_the_questions_are_kept():
    full = (
        Goals()
        .with_mixed(["tenure", "origin", "tenure"])
        .with_mechanisms(["peers"])
        .with_role("combination")
        .with_levels("straat", "wijk")
        .with_years(2, 20)
        .with_stake(Stake(" stayers ", "household", "a garden", ""))
    )
    assert full.mixed == ("tenure", "origin")
    assert full.stakes == (Stake("stayers", "household", "a garden"),)
    assert goals.loads(goals.dumps(full)) == (full, None)
    assert not full.is_empty
    changed = full.with_stake(Stake("stayers", "household", "", "noise"))
    assert changed.stakes == (Stake("stayers", "household", "", "noise"),)
    assert full.without_stake(0).stakes == ()


@pytest.mark.parametrize(
    "wrong",
    [
        lambda: Goals().with_mixed(["religion"]),
        lambda: Goals().with_mechanisms(["luck"]),
        lambda: Goals().with_role("cause"),
        lambda: Goals().with_years(-1, None),
        lambda: Goals().with_years(None, True),
        lambda: Goals().with_years(10, 5),
        lambda: Goals().with_stake(Stake("stayers")),
        lambda: Goals().with_stake(Stake(" ", "", "x")),
        lambda: Goals().with_stake(Stake("stayers", "street", "x")),
        lambda: Goals().with_stake(Stake("stayers", "", "x" * 501)),
        lambda: Goals().with_levels("x" * 501, ""),
    ],
)
def test_choices_that_do_not_exist_are_refused(wrong):
    with pytest.raises(PolicyError) as found:
        wrong()
    assert found.value.text.nl


def test_something_else_is_in_words_and_not_compared():
    assert goals.conflicts([wish("a", "more", "other"), wish("b", "less", "other")]) == []


@pytest.mark.parametrize(
    ("data", "level", "coarser"),
    [
        ("buurt", "straat", True),
        ("buurt", "buurt", False),
        ("blok", "straat", False),
        ("buurt", "wijk", False),
        ("wijk", "buurt", True),
        ("", "straat", False),
        ("buurt", "school", False),
        ("buurt", "", False),
    ],
)
def test_figures_that_are_coarser_than_a_level(data, level, coarser):
    assert goals.is_coarser(data, level) is coarser


def test_half_a_surrogate_pair_does_not_reach_the_screen():
    found, problem = goals.loads('{"version": 1, "answers": {"wat": "a\\ud800\\u0000b"}}')
    assert problem is None
    assert found.answer("wat") == "a?b"


def test_an_empty_project_has_no_goals_and_no_problem():
    assert goals.loads("") == (Goals(), None)
