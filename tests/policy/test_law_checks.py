# SPDX-License-Identifier: GPL-2.0-or-later
"""A check of the law has a day, counts for twelve months, and is kept by entry."""

from __future__ import annotations

from datetime import date

import pytest
from wijkmix.wijkmix_plugin.errors import PolicyError
from wijkmix.wijkmix_plugin.policy import catalogue as policy
from wijkmix.wijkmix_plugin.policy import law_checks
from wijkmix.wijkmix_plugin.policy.law_checks import (
    Check,
    LawChecks,
    is_due,
    is_watch_due,
    last_check,
    watch_check,
)

TODAY = date(2026, 11, 28)
ENTRY = "wbmgp-artikel-8"


def test_a_check_is_kept_changed_and_taken_back():
    noted = LawChecks().with_check(ENTRY, "2026-11-28", " wetten.nl ", TODAY)
    assert noted.get(ENTRY) == Check("2026-11-28", "wetten.nl")
    assert noted.with_check("inponden", "2026-01-01", "", TODAY).get(ENTRY) == noted.get(ENTRY)
    assert noted.with_check(ENTRY, "", "", TODAY).get(ENTRY) is None
    assert law_checks.loads(law_checks.dumps(noted)) == (noted, None)


@pytest.mark.parametrize(
    ("day", "note"),
    [("2026-11-29", ""), ("28-11-2026", ""), ("", "a note"), ("2026-11-28", "x" * 501)],
)
def test_what_says_nothing_is_refused(day, note):
    with pytest.raises(PolicyError) as found:
        LawChecks().with_check(ENTRY, day, note, TODAY)
    assert found.value.text.nl


@pytest.mark.parametrize(
    ("day", "due"),
    [(None, True), ("2025-11-28", True), ("2025-11-29", False), ("2026-11-28", False)],
)
def test_amber_after_twelve_months(catalogue, day, due):
    checks = LawChecks({} if day is None else {ENTRY: Check(day)})
    assert is_due(catalogue.get(ENTRY), catalogue, checks, TODAY) is due


def test_a_stored_check_of_the_future_does_not_count_and_does_not_break(catalogue):
    assert is_due(catalogue.get(ENTRY), catalogue, LawChecks({ENTRY: Check("2027-01-01")}), TODAY)


def test_the_watch_list_counts_where_it_covers_every_rule(data):
    watch = {item["id"]: item for item in data["legal_watch"]}
    entry = next(e for e in data["instruments"] if e["id"] == ENTRY)
    names = {rule["watch"] for rule in entry["legal"]}
    assert names == {"L03"}
    watch["L03"]["checked"] = {"date": "2026-06-01", "reference": "wetten.nl"}
    changed = policy.Catalogue(data)
    assert last_check(entry, changed, LawChecks()) == "2026-06-01"
    assert last_check(entry, changed, LawChecks({ENTRY: Check("2026-10-01")})) == "2026-10-01"
    assert not is_due(entry, changed, LawChecks(), TODAY)
    entry["legal"].append({**entry["legal"][0], "watch": None})
    assert last_check(entry, changed, LawChecks()) is None


def test_an_item_of_the_watch_list_is_checked_by_the_user_too(data):
    item = next(i for i in data["legal_watch"] if i["id"] == "L03")
    item["checked"] = {"date": "2025-01-01", "reference": "staatscourant"}
    changed = policy.Catalogue(data)
    assert watch_check(item, LawChecks()) == Check("2025-01-01", "staatscourant")
    assert is_watch_due(item, changed, LawChecks(), TODAY)
    own = LawChecks({"L03": Check("2026-10-01", "wetten.nl")})
    assert watch_check(item, own) == Check("2026-10-01", "wetten.nl")
    assert not is_watch_due(item, changed, own, TODAY)
    # What rests on that item only is checked with it.
    assert last_check(changed.get(ENTRY), changed, own) == "2026-10-01"
    assert not is_due(changed.get(ENTRY), changed, own, TODAY)
    assert watch_check({**item, "checked": None}, LawChecks()) is None


@pytest.mark.parametrize(
    "text",
    [
        "{",
        '{"version": 9}',
        '{"version": 1, "checks": []}',
        '{"version": 1, "checks": {"a": {"day": "2026-13-01"}}}',
        '{"version": 1, "checks": {"a": {"day": "20260101"}}}',
        '{"version": 1, "checks": {"a": "2026-01-01"}}',
        '{"version": 1, "checks": {"a": {"day": "2026-01-01", "note": 3}}}',
    ],
)
def test_what_cannot_be_read_may_not_be_written_over(text):
    checks, problem = law_checks.loads(text)
    assert checks == LawChecks()
    assert problem is not None
