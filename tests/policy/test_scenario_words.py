# SPDX-License-Identifier: GPL-2.0-or-later
"""Every code and note that a scenario writes has words in both languages."""

from __future__ import annotations

import numpy as np
import pandas as pd
from wijkmix.wijkmix_plugin.policy import scenario, scenario_checks, scenario_words

UNITS = ["A", "B"]


def made(classes=scenario.THREE, wijk=("W1", "W2"), gemeente=("G1", "G1")):
    rows = [
        ("A", 2026, "sloop", "sociaal", 10, None),
        ("B", 2026, "nieuwbouw", "sociaal", 10, None),
        ("B", 2027, "verkoop", "sociaal", 5, "ja"),
    ]
    frame = pd.DataFrame(rows, columns=list(scenario.COLUMNS))
    plan = scenario.read_plan(frame, UNITS, scenario.read_segments(""), classes)
    counts = np.full((2, len(classes)), 50.0)
    after = scenario.stock(counts, plan, UNITS, classes, 2025)
    return scenario_checks.tests_of(plan, after, classes, counts.sum(axis=1), wijk, 2025, gemeente)


def test_codes_and_notes_are_known():
    for table in (made(), made(scenario.TWO), made(wijk=None, gemeente=None)):
        assert set(table["test"]) <= set(scenario_words.TERMS)
        assert set(table["note"].dropna()) - {""} <= set(scenario_words.NOTES)
        told = scenario_words.localised(table, scenario_checks.AIM, "nl")
        assert not set(told["note"]) & (set(scenario_words.NOTES) - {""})
        assert table["status"].isna().any()
        assert set(told["test"]) == set(table["test"])


def test_the_distance_to_the_aim_in_words():
    told = scenario_words.localised(made(), scenario_checks.AIM, "nl")
    told = told[told["test"] == "social_share_stock"].set_index("year")
    # 100 corporation dwellings of 300 at the start; 10 go and 10 come in 2026.
    share = 100 * 100 / 300
    assert told.loc[2026, "value"] == share
    assert told.loc[2026, "status"] == "+3,3 punten ten opzichte van 30%"
    assert scenario_words.points(25.0, 30.0, "en") == "−5.0 points from 30%"


def test_a_word_of_the_user_stays():
    assert scenario_words.word("Sociale huur", "nl") == "Sociale huur"
    assert scenario_words.word(None, "nl") == ""
    assert scenario_words.note("eigen notitie", "nl") == "eigen notitie"


def test_no_is_one_thing_of_an_area_and_another_of_a_flag():
    assert scenario_words.word("no", "nl", "vulnerable") == "niet kwetsbaar"
    assert scenario_words.word("no", "nl", "after") == "geen kandidaat"
    assert scenario_words.word("yes", "en", "vulnerable") == "vulnerable"
