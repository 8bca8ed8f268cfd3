# SPDX-License-Identifier: GPL-2.0-or-later
"""A designation counts with its area and its end date, or not at all."""

from __future__ import annotations

import json
from datetime import date, datetime

import pytest
from wijkmix.wijkmix_plugin.errors import PolicyError
from wijkmix.wijkmix_plugin.policy import designation
from wijkmix.wijkmix_plugin.policy.designation import Setting, judge, read_day

TODAY = date(2026, 11, 28)
LATER, PAST = date(2027, 12, 31), date(2026, 11, 27)


@pytest.mark.parametrize(
    ("share", "ends", "until", "words"),
    [
        (1.0, [LATER], LATER, "aangewezen tot en met 2027-12-31"),
        (0.12, [LATER], LATER, "12% van deze buurt"),
        (0.011, [LATER], LATER, "1% van deze buurt"),
        (1.0, [TODAY], TODAY, "tot en met 2026-11-28"),
        (0.5, [LATER, TODAY], TODAY, "tot en met 2026-11-28"),
        (0.6, [PAST, LATER], LATER, "60%"),
        (0.0, [PAST], None, "op 2026-11-27 geëindigd"),
        (0.0, [None], None, "geen leesbare einddatum"),
        (0.0, [], None, "buiten de aangewezen gebieden"),
        (0.005, [LATER], None, "buiten de aangewezen gebieden"),
    ],
)
def test_in_force_until_and_including_the_end_date(share, ends, until, words):
    found = judge(share, ends, TODAY)
    assert found.until == until
    assert found.applies == (until is not None)
    assert words in found.why.nl
    assert found.why.en != found.why.nl


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2027-12-31", LATER),
        ("31-12-2027", LATER),
        ("31/12/2027", LATER),
        ("20271231", LATER),
        (20271231, LATER),
        (20271231.0, LATER),
        (20271231.5, None),
        (float("nan"), None),
        ("2027-12-31T00:00:00", LATER),
        (datetime(2027, 12, 31, 9), LATER),
        (LATER, LATER),
        ("2027-02-30", None),
        ("31-12-27", None),
        ("2027", None),
        ("", None),
        (None, None),
        ("ooit", None),
    ],
)
def test_end_dates_as_layers_spell_them(text, day):
    assert read_day(text) == day


def test_a_layer_without_an_end_date_is_refused():
    for setting in (Setting("id", "a"), Setting("id", "a", until="ooit")):
        with pytest.raises(PolicyError, match="only with its end date"):
            designation.dumps(setting)
    for setting in (Setting(), Setting("id", "a", "einde"), Setting("id", "a", until="31-12-2027")):
        assert designation.loads(designation.dumps(setting)) == (setting, None)


@pytest.mark.parametrize(
    "text", ["{", "[]", '{"version": 9}', json.dumps({"version": 1, "layer": 3})]
)
def test_what_cannot_be_read_may_not_be_written_over(text):
    setting, problem = designation.loads(text)
    assert setting == Setting()
    assert problem is not None
