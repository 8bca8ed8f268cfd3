# SPDX-License-Identifier: GPL-2.0-or-later
from __future__ import annotations

import json
from dataclasses import replace

import pytest
from wijkmix.wijkmix_plugin.errors import PolicyError
from wijkmix.wijkmix_plugin.policy import catalogue as policy
from wijkmix.wijkmix_plugin.policy import worklist
from wijkmix.wijkmix_plugin.policy.goals import Goals, PartyGoal
from wijkmix.wijkmix_plugin.policy.worklist import Item, Worklist

WARNING, WBMGP = "selectie-particuliere-verhuur", "wbmgp-artikel-8"


@pytest.fixture(scope="module")
def shipped():
    return policy.load()


def test_a_buurt_is_on_the_list_once_and_keeps_its_place(shipped):
    found = Worklist().with_item(Item("BU1", "Een"), shipped).with_item(Item("BU2"), shipped)
    found = found.with_item(Item("BU1", "Een", note="anders"), shipped)
    assert [(i.code, i.note) for i in found.items] == [("BU1", "anders"), ("BU2", "")]
    assert [i.code for i in found.without("BU1").items] == ["BU2"]
    assert found.without("BU9") == found


def test_an_entry_that_only_warns_cannot_be_chosen(shipped):
    with pytest.raises(PolicyError, match="cannot be chosen"):
        Worklist().with_item(Item("BU1", instruments=(WARNING,), designated=True), shipped)


def test_wbmgp_needs_a_designation(shipped):
    with pytest.raises(PolicyError, match="official designation") as found:
        Worklist().with_item(Item("BU1", instruments=(WBMGP,)), shipped)
    assert "officiële aanwijzing" in found.value.text.nl
    chosen = Worklist().with_item(Item("BU1", instruments=(WBMGP,), designated=True), shipped)
    assert chosen.items[0].instruments == (WBMGP,)


def test_no_physical_choice_or_flag_without_social_and_economic_companions(shipped):
    physical = [e["id"] for e in shipped.entries if e["domain"] == "fysiek"]
    assert len(physical) == 13
    items = [Item("BU1", instruments=(key,)) for key in physical]
    items += [Item("BU1", flags=(flag,)) for flag in policy.FLAGS]
    for item in items:
        found = {e["domain"] for e in worklist.companions(shipped, item)}
        assert {"sociaal", "economisch"} <= found, item


def test_the_companions_of_a_flag_are_those_of_the_catalogue(shipped):
    found = worklist.companions(shipped, Item("BU1", flags=("verdichting",)))
    assert {e["id"] for e in found} == {e["id"] for e in shipped.companions("verdichting")}


def test_what_was_chosen_is_no_companion_as_well(shipped):
    item = Item("BU1", flags=("verdichting",), instruments=("wijkeconomie-algemeen",))
    assert "wijkeconomie-algemeen" not in [e["id"] for e in worklist.companions(shipped, item)]
    assert worklist.companions(shipped, Item("BU1")) == []


def test_a_note_of_100000_characters_is_refused(shipped):
    with pytest.raises(PolicyError, match="Note: 100000 characters are too many"):
        Worklist().with_item(Item("BU1", note="n" * 100_000), shipped)
    with pytest.raises(PolicyError, match="Owner"):
        Worklist().with_item(Item("BU1", owner="n" * 501), shipped)
    with pytest.raises(PolicyError, match="no code"):
        Worklist().with_item(Item(" "), shipped)


def test_an_unknown_instrument_is_refused_unless_it_was_there(shipped):
    with pytest.raises(PolicyError, match="no entry eigen"):
        Worklist().with_item(Item("BU1", instruments=("eigen",)), shipped)
    old = Worklist((Item("BU1", instruments=("eigen",)),))
    kept = old.with_item(replace(old.items[0], note="x"), shipped)
    assert kept.items[0].instruments == ("eigen",)
    [row] = worklist.rows(kept, shipped, "nl", Goals())
    assert row["instruments"] == "eigen (niet in deze catalogus)"


@pytest.mark.parametrize("start", ["=1+1", "+1", "-1", "@x", "\t=1", "\r=1", " =1", "\n=1"])
def test_no_cell_is_read_as_a_formula(shipped, start):
    item = Item(start, start, start, start, (start,), (start,))
    [row] = worklist.rows(Worklist((item,)), shipped, "en", Goals())
    assert set(row) == set(worklist.COLUMNS)
    for name in ("buurt_code", "buurt_name", "owner", "note", "flags", "instruments"):
        assert row[name].startswith("'"), name
    assert worklist.guarded("gewoon - tekst") == "gewoon - tekst"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("x;=cmd|' /C calc'!A0", "x;'=cmd|' /C calc'!A0"),
        ("x,+1", "x,'+1"),
        ("x\n=1", "x\n'=1"),
        ("x;-1", "x;'-1"),
        ("- one\n- two", "'- one\n- two"),
        ("12, -5 and more; + that", "12, -5 and more; + that"),
        ("a=b", "a=b"),
        ("  ", "  "),
    ],
)
def test_a_formula_after_a_separator_is_none_either(text, expected):
    assert worklist.guarded(text) == expected


@pytest.mark.parametrize(
    ("until", "words"),
    [
        ("2999-12-31", "aangewezen tot en met 2999-12-31"),
        ("2001-01-01", "niet meer van kracht"),
        ("", "zonder einddatum"),
    ],
)
def test_a_choice_under_a_designation_says_until_when(shipped, until, words):
    item = Item("BU1", instruments=(WBMGP,), designated=True, until=until)
    [row] = worklist.rows(Worklist((item,)), shipped, "nl", Goals())
    assert words in row["instruments"]


def test_after_the_end_date_the_entries_cannot_be_chosen_any_more(shipped):
    with pytest.raises(PolicyError, match="official designation"):
        Worklist().with_item(
            Item("BU1", instruments=(WBMGP,), designated=True, until="2001-01-01"), shipped
        )
    # What was chosen before is kept, so that a note can still be written.
    old = Worklist((Item("BU1", instruments=(WBMGP,), designated=True, until="2001-01-01"),))
    changed = old.with_item(replace(old.items[0], note="x"), shipped)
    assert changed.items[0].note == "x"


def test_the_table_names_instruments_and_companions_and_no_score(shipped):
    item = Item("BU1", "Een", flags=("herstructurering",), instruments=("inponden",))
    [row] = worklist.rows(Worklist((item,)), shipped, "nl", Goals())
    assert row["flags"] == "Kandidaat voor onderzoek: herstructurering"
    assert row["instruments"].startswith("F13 ")
    assert "E01 " in row["companions"]
    assert not {"score", "rank"} & set(row)


def test_what_is_written_is_read_again():
    item = Item("BU1", "x", "ik", "a\nb\t\x07{}", ("verdichting",), ("inponden",), True)
    text = worklist.dumps(Worklist((replace(item, name="É😀"),)))
    assert text.isascii()
    assert worklist.loads(text) == (Worklist((replace(item, name="É😀"),)), None)
    assert worklist.loads("") == (Worklist(), None)


def test_the_goal_of_a_buurt_is_kept_and_named(shipped):
    goal = PartyGoal("=corp", "social", "more", "voor\nstarters", "30%")
    goals = Goals().with_party(goal)
    found = Worklist((Item("BU1", goal=goal), Item("BU2")))
    assert worklist.loads(worklist.dumps(found)) == (found, None)
    first, second = worklist.rows(found, shipped, "nl", goals)
    assert first["goal"] == "'=corp: Sociale huurwoningen (aanname): meer, 30%. voor\nstarters"
    assert second["goal"] == ""
    assert [worklist.is_linked(item, goals) for item in found.items] == [True, False]
    # A party that takes its goal back does not change what was chosen in silence.
    [gone, _] = worklist.rows(found, shipped, "nl", Goals())
    assert gone["goal"].endswith("(niet meer bij de doelen)")
    assert not worklist.is_linked(found.items[0], Goals())


def test_a_list_of_the_first_version_is_read_and_written_again():
    old = {"code": "BU1", "name": "x", "owner": "ik", "note": "n", "flags": ["verdichting"]}
    old |= {"instruments": ["inponden"], "designated": True, "until": "2999-12-31"}
    found, problem = worklist.loads(json.dumps({"version": 1, "items": [old]}))
    assert problem is None
    assert found.items[0].goal is None
    assert found.items[0].until == "2999-12-31"
    assert json.loads(worklist.dumps(found))["version"] == 2
    assert worklist.loads(worklist.dumps(found)) == (found, None)


def test_a_newer_version_shows_what_it_can():
    text = json.dumps({"version": 3, "items": [{"code": "BU1", "colour": 3}, {"c": 1}]})
    found, problem = worklist.loads(text)
    assert [i.code for i in found.items] == ["BU1"]
    assert "newer WijkMix" in problem.en


@pytest.mark.parametrize(
    "items",
    [
        {},
        [1],
        [{"code": ""}],
        [{"code": 1}],
        [{"code": "a", "note": None}],
        [{"code": "a", "flags": "verdichting"}],
        [{"code": "a", "instruments": [1]}],
        [{"code": "a", "designated": "yes"}],
        [{"code": "a", "goal": "x"}],
        [{"code": "a", "goal": {"party": "p", "subject": "origin", "direction": "more"}}],
        [{"code": "a"}, {"code": "a"}],
    ],
)
def test_a_damaged_list_may_not_be_written_over(items):
    _, problem = worklist.loads(json.dumps({"version": 1, "items": items}))
    assert "untouched" in problem.en
