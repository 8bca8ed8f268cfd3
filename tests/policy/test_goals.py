# SPDX-License-Identifier: GPL-2.0-or-later
from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from wijkmix.wijkmix_plugin.errors import PolicyError, Text
from wijkmix.wijkmix_plugin.policy import goals, stored
from wijkmix.wijkmix_plugin.policy.goals import Goals, PartyGoal


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
    assert "newer WijkMix (version 9; this one knows 1)" in problem.en
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
    ],
)
def test_what_cannot_be_read_is_said_and_never_raised(text):
    _, problem = goals.loads(text)
    assert "untouched" in problem.en
    assert "onaangeroerd" in problem.nl


def test_half_a_surrogate_pair_does_not_reach_the_screen():
    found, problem = goals.loads('{"version": 1, "answers": {"wat": "a\\ud800\\u0000b"}}')
    assert problem is None
    assert found.answer("wat") == "a?b"


def test_an_empty_project_has_no_goals_and_no_problem():
    assert goals.loads("") == (Goals(), None)
