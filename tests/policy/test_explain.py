# SPDX-License-Identifier: GPL-2.0-or-later
"""Conditions in words: both languages, decimals that tell on which side of a limit a value is."""

from __future__ import annotations

import json

import pandas as pd
import pytest
from wijkmix.wijkmix_plugin.errors import Text, number
from wijkmix.wijkmix_plugin.policy import catalogue, explain, flags


@pytest.fixture(scope="module")
def shipped():
    return catalogue.load()


def condition(ind="lq_corp", op=">=", ref=None, threshold=1.5, value=1.834, result=True):
    return {
        "ind": ind, "op": op, "ref": ref, "threshold": threshold, "value": value, "result": result,
        "group": "any-1", "defining": True,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("value", "digits", "en", "nl"),
    [
        (1234.5, 1, "1,234.5", "1.234,5"),
        (0.5, 2, "0.50", "0,50"),
        (-3.25, 2, "−3.25", "−3,25"),
        (-0.001, 2, "0.00", "0,00"),
        (7, 0, "7", "7"),
    ],
)
def test_numbers_as_readers_write_them(value, digits, en, nl):
    assert number(value, digits) == Text(en, nl)


@pytest.mark.parametrize(
    ("ind", "value", "threshold", "en"),
    [
        ("lq_corp", 1.834, 1.5, "1.83"),
        ("lq_corp", 1.4996, 1.5, "1.4996"),  # 1.50 would look as if the limit were reached
        ("lq_corp", 1.5, 1.5, "1.50"),
        ("lq_corp", 2.0, 1.5, "2.00"),
        ("div_tenure", 0.4999999, 0.5, "0.500000"),  # the most decimals there are
        ("share_earlypostwar", 72.6, 60.0, "73"),
        ("share_earlypostwar", 59.96, 60.0, "59.96"),
        ("free_capacity", 1250.0, 20, "1,250"),
        ("dw_per_ha", 41.26, 60.0, "41.3"),
        ("dw_per_ha", 41.26, 41.31, "41.26"),
        ("unheard_of", 0.123, None, "0.12"),
        ("vulnerable", False, False, "no"),
        ("moran_corp", "HH", "HH", "high surrounded by high (HH)"),
        ("moran_corp", None, "HH", "no data"),
    ],
)
def test_what_was_found(shipped, ind, value, threshold, en):
    found = condition(ind, value=value, threshold=threshold)
    assert explain.value(found, shipped).en == en


def test_dutch_has_decimal_commas_and_dutch_words(shipped):
    assert explain.value(condition(value=1.834), shipped).nl == "1,83"
    assert explain.value(condition("vulnerable", value=True), shipped).nl == "ja"
    assert explain.value(condition(value=None), shipped).nl == "geen gegevens"
    assert explain.limit(condition(), shipped).nl == "minstens 1,5"
    assert explain.outcome(condition(result=False)) == ("✗", Text("not met", "niet voldaan"))
    assert explain.indicator(condition("vulnerable"), shipped).nl.startswith("Kwetsba")


@pytest.mark.parametrize(
    ("op", "words", "sign"),
    [
        (">=", "at least 1.5", "≥\u00a01.5"),
        (">", "more than 1.5", ">\u00a01.5"),
        ("<=", "at most 1.5", "≤\u00a01.5"),
        ("<", "less than 1.5", "<\u00a01.5"),
        ("!=", "not 1.5", "≠\u00a01.5"),
        ("==", "1.5", "=\u00a01.5"),
    ],
)
def test_what_was_asked(shipped, op, words, sign):
    assert explain.limit(condition(op=op), shipped).en == words
    assert explain.limit(condition(op=op), shipped, brief=True).en == sign


def test_a_limit_from_the_data_is_named(shipped):
    asked = condition("dw_per_ha", "<", "median_gemeente", 40.52, 40.49)
    assert explain.limit(asked, shipped).en == "less than the median of the gemeente (40.52)"
    assert explain.limit(asked, shipped).nl == "minder dan de mediaan van de gemeente (40,52)"
    several = explain.limit(asked, shipped, brief=True, numbered=False)
    assert several.nl == "<\u00a0de mediaan van de gemeente"
    assert explain.limit(asked, shipped, brief=True, named=False).en == "<\u00a040.52"
    nothing = {**asked, "threshold": None}
    assert explain.limit(nothing, shipped).en == "less than the median of the gemeente"


def test_a_limit_that_is_not_set_or_differs(shipped):
    asked = condition("plan_affordable", "<", "$affordable_agreed", None, 20.0)
    assert explain.limit(asked, shipped).nl == "minder dan een grens die niet is ingevuld"
    assert explain.limit(condition(), shipped, numbered=False).en == "at least its own limit"


def test_whose_limit_it_is(shipped):
    label = shipped.parameters["lq_high"]["label"]
    assert explain.assumption(condition(ref="$lq_high"), shipped) == Text(label["en"], label["nl"])
    assert explain.assumption(condition(ref="median_gemeente"), shipped) is None
    assert explain.assumption(condition(ref="$gone"), shipped) == Text("gone", "gone")
    assert explain.assumption(condition(ref="$lq_high"), None) == Text("lq_high", "lq_high")


def test_labels_stay_short_where_asked(shipped):
    asked = condition("moran_corp", "==", None, "HH", "LH", False)
    assert explain.value(asked, shipped, brief=True) == Text("LH", "LH")
    assert explain.limit(asked, shipped, brief=True) == Text("=\u00a0HH", "=\u00a0HH")
    assert explain.limit(asked, shipped).en == "high surrounded by high (HH)"


@pytest.mark.parametrize("known", [True, False])
@pytest.mark.parametrize(
    "odd",
    [
        {},
        {"ind": None, "op": None, "ref": 3, "threshold": [1], "value": {"a": 1}, "result": "yes"},
        {"ind": [], "ref": [], "result": []},
        {"ind": "lq_corp", "op": "{x}", "threshold": "{y}", "value": "{z}", "ref": "$"},
        {"ind": "lq_corp", "op": ">=", "threshold": float("nan"), "value": float("inf")},
    ],
)
def test_nothing_in_a_condition_is_trusted(shipped, known, odd):
    book = shipped if known else None
    for text in (
        explain.indicator(odd, book),
        explain.value(odd, book),
        explain.limit(odd, book),
        explain.limit(odd, book, brief=True, named=False, numbered=False),
        explain.outcome(odd)[1],
    ):
        assert isinstance(text, Text)
        assert all(isinstance(words, str) and words for words in text)
    assert explain.outcome(odd)[0] == "?"


def test_every_condition_of_every_flag_has_words(shipped):
    frame = pd.DataFrame({"gemeente_code": ["GM1"], "dw_per_ha": [30.25], "lq_corp": [1.6]})
    reasons = json.loads(flags.evaluate_flags(frame, shipped)["flag_reasons"][0])
    for flag in flags.FLAGS:
        for listed in reasons[flag]["conditions"]:
            name = explain.indicator(listed, shipped)
            assert name.en != listed["ind"]
            assert name.nl != listed["ind"]
            asked = explain.limit(listed, shipped)
            assert asked.en != asked.nl or listed["threshold"] is None or "(" in asked.en


@pytest.mark.parametrize(
    ("told", "words"),
    [
        ("4/6", "blijft de vlag staan in 4 van de 6 varianten"),
        ("0/2", "0 van de 2 varianten"),
        ("0/0", "de cijfers ontbreken"),
        ("7/6", None),
        ("<b>/6", None),
        ("4", None),
        (None, None),
        ("", None),
    ],
)
def test_robustness_in_words(told, words):
    found = explain.robustness(told)
    assert (found is None) if words is None else (words in found.nl)


def test_robustness_in_few_words():
    assert explain.robustness("4/6", brief=True).nl == "vlag blijft in 4 van 6 varianten"
    assert explain.robustness("0/0", brief=True).nl == "geen variant te berekenen"
    assert explain.robustness("7/6", brief=True) is None


# -- data that the user has to add -----------------------------------------------------------------


def unknown(catalogue_, flag, **values):
    columns = {name: [value, 0] for name, value in values.items()}
    frame = pd.DataFrame({"gemeente_code": ["GM1", "GM1"], "dw_per_ha": [10.0, 90.0], **columns})
    return json.loads(flags.evaluate_flags(frame, catalogue_)["flag_reasons"].iloc[0])[flag]


def test_without_plan_data_it_says_so_and_how_to_add_them(shipped):
    told = unknown(shipped, "verdichting", div_tenure=0.3, lq_corp=2.0)
    assert told["status"] == "unknown"
    [text] = explain.to_add(told, shipped)
    assert text.nl == (
        "Geen plandata: voeg aan de laag die wordt gescand een veld free_capacity "
        "(Bouwcapaciteit (woningen); planinventarisatie van de gemeente) toe; Indicatoren "
        "toevoegen uit eigen gegevens (Toolbox) maakt het"
    )
    assert text.en.startswith("No plan data: add a field free_capacity")
    assert explain.met_otherwise(told)
    assert not explain.met_otherwise(unknown(shipped, "verdichting", div_tenure=0.3))


def test_without_land_data_it_names_the_fields_that_would_tell(shipped):
    known = {"lq_corp": 0.2, "vulnerable": False, "free_capacity": 50.0}
    told = unknown(shipped, "grondverwerving", **known)
    [text] = explain.to_add(told, shipped)
    assert text.nl.startswith("Geen gronddata: ")
    assert "owner_public" in text.nl
    assert "owner_market" in text.nl
    told = unknown(shipped, "grondverwerving", **known, owner_public=80.0)
    [text] = explain.to_add(told, shipped)
    assert "owner_public" not in text.nl


def test_a_flag_that_is_known_asks_for_nothing(shipped):
    told = unknown(shipped, "verdichting", div_tenure=0.9, lq_corp=2.0)
    assert told["status"] == "no"
    assert explain.to_add(told, shipped) == []
    assert not explain.met_otherwise(told)
    for strange in (None, [], {}, {"status": "unknown", "conditions": [None, 3]}):
        assert explain.to_add(strange, shipped) == []
        assert not explain.met_otherwise(strange)
