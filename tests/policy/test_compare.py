# SPDX-License-Identifier: GPL-2.0-or-later
"""Two scans side by side: settings, flags and the conditions that turned, worked out by hand."""

from __future__ import annotations

import json

import pandas as pd
import pytest
from wijkmix.wijkmix_plugin.policy import compare, flags
from wijkmix.wijkmix_plugin.policy.catalogue import FLAGS
from wijkmix.wijkmix_plugin.policy.compare import Difference, Unit

# Densification: div_low 0.5, lq_mod 1.25, below the median density of the gemeente, cap_min 20.
ROWS = (
    {"div_tenure": 0.45, "lq_corp": 1.3, "dw_per_ha": 10.0, "free_capacity": 30.0},
    {"div_tenure": 0.45, "lq_corp": 1.6, "dw_per_ha": 10.0, "free_capacity": 22.0},
    {"div_tenure": 0.90, "lq_corp": 1.6, "dw_per_ha": 90.0, "free_capacity": 99.0},
    {"div_tenure": 0.90, "lq_corp": 1.6, "dw_per_ha": 90.0, "free_capacity": 99.0},
)


def scan(catalogue, rows=ROWS, **thresholds):
    frame = pd.DataFrame(rows).assign(gemeente_code="GM0001")
    codes = [f"BU{n}" for n in range(len(rows))]
    result = flags.evaluate_flags(frame, catalogue, parameters=thresholds)
    units = {
        code: Unit(f"Buurt {code}", {f: result[f"flag_{f}"].iloc[n] for f in FLAGS})
        for n, code in enumerate(codes)
    }
    told = dict(zip(codes, result["flag_reasons"], strict=True))
    return units, {"thresholds": catalogue.thresholds(thresholds)}, told


def compared(before, after):
    asked = []

    def reasons(told):
        def give(codes):
            asked.append(codes)
            return {code: told[code] for code in codes}

        return give

    found = compare.compare(
        before[0], after[0], before[1], after[1], reasons(before[2]), reasons(after[2])
    )
    return found, asked


def test_the_same_scan_twice_differs_in_nothing(catalogue):
    one = scan(catalogue)
    found, asked = compared(one, one)
    assert found.is_same
    assert found.settings == []
    assert (found.both, found.only_before, found.only_after) == (4, 0, 0)
    assert asked == [[], []]


def test_a_higher_threshold_takes_a_flag_away_and_says_which(catalogue):
    found, asked = compared(scan(catalogue), scan(catalogue, lq_mod=1.5, cap_min=25))
    assert found.settings == [
        Difference("threshold", "lq_mod", 1.25, 1.5),
        Difference("threshold", "cap_min", 20, 25),
    ]
    changes = found.flags["verdichting"]
    assert [c.code for c in changes.vanished] == ["BU0", "BU1"]
    assert changes.appeared == changes.firmer == changes.weaker == []
    # Only what differs is read again.
    assert asked == [["BU0", "BU1"]] * 2
    first, second = changes.vanished
    assert [(f.before["ind"], f.after["ref"], f.by_limit) for f in first.flips] == [
        ("lq_corp", "$lq_mod", True)
    ]
    assert [(f.before["ind"], f.after["ref"]) for f in second.flips] == [
        ("free_capacity", "$cap_min")
    ]
    assert (first.before, first.after) == ("candidate", "no")
    back, _ = compared(scan(catalogue, lq_mod=1.5, cap_min=25), scan(catalogue))
    assert [c.code for c in back.flags["verdichting"].appeared] == ["BU0", "BU1"]


def test_other_figures_are_no_matter_of_the_limit(catalogue):
    rows = [dict(row) for row in ROWS]
    rows[1]["free_capacity"] = None
    rows[0]["div_tenure"] = 0.6
    found, _ = compared(scan(catalogue), scan(catalogue, rows))
    changes = found.flags["verdichting"]
    [gone, unknown] = changes.vanished
    assert [(f.before["value"], f.after["value"]) for f in gone.flips] == [(0.45, 0.6)]
    assert (unknown.code, unknown.before, unknown.after) == ("BU1", "candidate", "unknown")
    assert [(f.after["ind"], f.after["result"], f.by_limit) for f in unknown.flips] == [
        ("free_capacity", None, False)
    ]


def test_a_figure_that_does_not_define_a_flag_makes_it_weaker_or_firmer(catalogue):
    land = {"moran_corp": "LL", "vulnerable": False, "owner_public": 5.0}
    known = [{**row, **land} for row in ROWS]
    gone = [{**row, "free_capacity": None} for row in known]
    found, _ = compared(scan(catalogue, known), scan(catalogue, gone))
    [first, *_] = found.flags["grondverwerving"].weaker
    assert (first.code, first.before, first.after) == ("BU0", "candidate", "provisional")
    back, _ = compared(scan(catalogue, gone), scan(catalogue, known))
    assert [c.code for c in back.flags["grondverwerving"].firmer] == ["BU0", "BU1", "BU2", "BU3"]


def test_no_and_unknown_are_counted_only(catalogue):
    rows = [dict(row) for row in ROWS]
    rows[2]["free_capacity"] = 1.0  # land acquisition: from unknown to no
    found, _ = compared(scan(catalogue), scan(catalogue, rows))
    changes = found.flags["grondverwerving"]
    assert changes.other == 1
    assert not found.is_same
    assert changes.appeared == changes.vanished == []


def test_buurten_in_one_scan_only_are_counted(catalogue):
    before, after = scan(catalogue), scan(catalogue)
    del before[0]["BU0"]
    del after[0]["BU2"]
    del after[0]["BU3"]
    found, _ = compared(before, after)
    assert (found.both, found.only_before, found.only_after) == (1, 2, 1)


def test_a_condition_of_another_catalogue_stands_alone(catalogue):
    before, after = scan(catalogue), scan(catalogue)
    told = json.loads(after[2]["BU0"])
    conditions = told["verdichting"]["conditions"]
    conditions[-1] = {**conditions[-1], "ind": "own", "result": False}
    told["verdichting"]["status"] = "no"
    after[2]["BU0"] = json.dumps(told)
    after[0]["BU0"] = Unit("x", {**after[0]["BU0"].statuses, "verdichting": "no"})
    found, _ = compared(before, after)
    [change] = found.flags["verdichting"].vanished
    assert [(f.before is None, f.after is None) for f in change.flips] == [
        (False, True),
        (True, False),
    ]


@pytest.mark.parametrize("broken", [None, "{", "[]", '{"verdichting": 3}', "{}", 7])
def test_reasons_that_cannot_be_read_leave_the_change_without_conditions(catalogue, broken):
    before, after = scan(catalogue), scan(catalogue, lq_mod=1.5)
    before[2]["BU0"] = broken
    found, _ = compared(before, after)
    [change] = found.flags["verdichting"].vanished
    assert change.flips == ()


def test_settings_of_two_records():
    before = {
        "source": "a",
        "year": 2023,
        "date": "2026-01-01",
        "versions": {"numpy": "1"},
        "vulnerable_rule": {"en": "x", "nl": "y"},
        "reference": "gemeente",
        "parameters": {"reference": "gemeente", "alpha": 0.05},
        "thresholds": {"lq_high": 1.5, "gone": 1},
    }
    after = {
        **before,
        "year": 2024,
        "date": "2026-02-02",
        "versions": {"numpy": "2"},
        "reference": "all",
        "parameters": {"reference": "all", "alpha": 0.01},
        "thresholds": {"lq_high": 1.5},
    }
    assert compare.settings(before, after) == [
        Difference("record", "year", 2023, 2024),
        Difference("record", "reference", "gemeente", "all"),
        Difference("parameter", "alpha", 0.05, 0.01),
        Difference("threshold", "gone", 1, None),
    ]
    assert compare.settings({"thresholds": "x", "parameters": 3}, {}) == []
