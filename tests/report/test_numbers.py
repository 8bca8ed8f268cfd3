# SPDX-License-Identifier: GPL-2.0-or-later
from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from wijkmix.wijkmix_plugin.errors import Text
from wijkmix.wijkmix_plugin.report.account import quality_words
from wijkmix.wijkmix_plugin.report.numbers import NONE, Numbers, bilingual, esc
from wijkmix.wijkmix_plugin.report.page import Page

MINUS = "\N{MINUS SIGN}"


@pytest.mark.parametrize(
    ("value", "digits", "nl", "en"),
    [
        (1234567.891, 1, "1.234.567,9", "1,234,567.9"),
        (-0.5, 2, f"{MINUS}0,50", f"{MINUS}0.50"),
        (-0.0001, 2, "0,00", "0.00"),
        (0, 0, "0", "0"),
        (np.float64(0.3126), 3, "0,313", "0.313"),
        (float("nan"), 2, NONE, NONE),
        (None, 2, NONE, NONE),
        (pd.NA, 2, NONE, NONE),
        (float("inf"), 2, NONE, NONE),
    ],
)
def test_decimals_follow_the_language(value, digits, nl, en):
    assert Numbers("nl").decimal(value, digits) == nl
    assert Numbers("en").decimal(value, digits) == en


def test_numbers_of_a_quality_note_follow_the_language(result, catalogue):
    dutch, english = (Page(result, catalogue, lang) for lang in ("nl", "en"))
    words = "partial (ownership unknown 12.3457 %; tenure shares add to 96.5, not used)"
    assert "12,3% onbekend" in quality_words(dutch, words)
    assert "tellen op tot 96,5%" in quality_words(dutch, words)
    assert "12.3% unknown" in quality_words(english, words)


def test_a_small_part_is_not_nothing():
    assert Numbers("nl").part(1, 1000) == "< 1%"
    assert Numbers("nl").part(1, 100_000, 1) == "< 0,1%"
    assert Numbers("nl").part(0, 1000) == "0%"
    assert Numbers("nl").part(1, 0) == NONE


def test_p_values_and_plain_numbers():
    assert Numbers("nl").p_value(0.00001) == "< 0,001"
    assert Numbers("en").p_value(0.0419) == "0.042"
    assert Numbers("nl").plain(99_999) == "99.999"
    assert Numbers("nl").plain(0.05) == "0,05"
    assert Numbers("nl").plain(None) == NONE


def test_dates_in_words():
    assert Numbers("nl").day("2026-03-05") == "5 maart 2026"
    assert Numbers("en").day("2026-03-05T12:00:00") == "5 March 2026"
    assert Numbers("nl").month("2024-09") == "september 2024"
    assert Numbers("nl").day("<b>") == "<b>"  # what is no date stays, and is escaped where printed


def test_escaping_covers_text_and_attributes():
    assert esc("<b a=\"x\" b='y'>&") == "&lt;b a=&quot;x&quot; b=&#x27;y&#x27;&gt;&amp;"
    assert esc(float("nan")) == NONE


def test_bilingual_takes_any_form():
    assert bilingual(Text("yes", "ja"), "nl") == "ja"
    assert bilingual({"en": "yes", "nl": "ja"}, "en") == "yes"
    assert bilingual({"en": "yes"}, "nl") == "yes"
    assert bilingual("plain", "nl") == "plain"
