# SPDX-License-Identifier: GPL-2.0-or-later
"""Vulnerable by a list of codes or an expression, in words with every result."""

from __future__ import annotations

import pytest
from wijkmix.wijkmix_plugin.errors import PolicyError
from wijkmix.wijkmix_plugin.policy.vulnerable import by_list, circular, codes, stated

BUURTEN = ["BU03630000", "BU0363AB01", "BU0363AB02", "BU05990101", None]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("BU03630000", ["BU03630000"]),
        (" bu03630000, WK0363AB;GM0599\nBU03630000", ["BU03630000", "WK0363AB", "GM0599"]),
        ('"klasse" <= 3', None),
        ("BU0363", None),
        ("BU03630000 = 1", None),
        ("", None),
    ],
)
def test_a_list_of_codes_is_told_from_an_expression(text, found):
    assert codes(text) == found


def test_a_buurt_is_listed_itself_or_by_its_wijk_or_gemeente():
    assert by_list(["BU03630000"], BUURTEN) == [True, False, False, False, None]
    assert by_list(["WK0363AB"], BUURTEN) == [False, True, True, False, None]
    assert by_list(["GM0599", "BU0363AB02"], BUURTEN) == [False, False, True, True, None]


def test_a_code_of_no_buurt_is_named():
    with pytest.raises(PolicyError, match=r"2 codes of the list are of no buurt.*WK036301, GM0001"):
        by_list(["WK036301", "BU03630000", "GM0001"], BUURTEN)


def test_codes_of_wijken_are_no_buurten():
    with pytest.raises(PolicyError):
        by_list(["GM0363"], ["WK0363AB"])


def test_the_rule_in_words():
    rule = stated("BU03630000, GM0599")
    assert rule.nl.startswith("eigen lijst van 2 codes (BU03630000, GM0599)")
    assert "telt als niet kwetsbaar" in rule.nl
    assert stated('"klasse" <= 3', ["klasse"]).en == 'given by the user: "klasse" <= 3'
    # Braces in an expression are only text.
    assert stated("{x}", []).nl.endswith("{x}")
    circled = stated('"lbm24_klasse" <= 3', ["lbm24_klasse"])
    assert "meet deels zichzelf" in circled.nl
    assert "jaar 24" in circled.nl


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        (["Leefbaarometer_2022"], "year 2022"),
        (["lbm_klasse"], "not recorded"),
        (["leefbaarheid", "x"], "leefbaarheid: version and year"),
        (["album", "klasse2024", "lbms"], None),
        ([], None),
    ],
)
def test_the_leefbaarometer_comes_with_a_warning_and_its_year(fields, words):
    found = circular(fields)
    assert (found is None) if words is None else (words in found.en)
