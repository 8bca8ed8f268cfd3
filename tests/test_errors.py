# SPDX-License-Identifier: GPL-2.0-or-later
"""A sentence has the numbers and the words of its own language."""

from __future__ import annotations

import pytest
from wijkmix.wijkmix_plugin.errors import MeasureError, Text, exact

SENTENCE = Text("{n} of {what}", "{n} van {what}")


@pytest.mark.parametrize(
    ("template", "value", "en", "nl"),
    [
        ("{n:.1f}", 12.34, "12.3", "12,3"),
        ("{n:,.0f}", 12345.6, "12,346", "12.346"),
        ("{n:,}", 99999, "99,999", "99.999"),
        ("{n:+.1f}", -3.21, "-3.2", "-3,2"),
        ("{n}", "0.1-0.2", "0.1-0.2", "0.1-0.2"),  # a text stays as it is
        ("{n}", exact(0.05), "0.05", "0,05"),
    ],
)
def test_numbers_follow_the_language(template, value, en, nl):
    assert Text(template, template).format(n=value) == (en, nl)


def test_words_follow_the_language_in_sentences_and_in_errors():
    words = Text("dwellings", "woningen")
    assert SENTENCE.format(n=2, what=words) == ("2 of dwellings", "2 van woningen")
    error = MeasureError(*SENTENCE, n=1.5, what=words)
    assert error.text == ("1.5 of dwellings", "1,5 van woningen")


@pytest.mark.parametrize(
    ("value", "en", "nl"),
    [
        (96.5, "96.5", "96,5"),
        (1234567.0, "1,234,567", "1.234.567"),
        (1 / 3, "0.333333", "0,333333"),
    ],
)
def test_a_number_has_the_decimals_that_it_has(value, en, nl):
    assert exact(value) == (en, nl)
