# SPDX-License-Identifier: GPL-2.0-or-later
"""The tenure conditions of a flag asked again for the wijk and the gemeente, by hand."""

from __future__ import annotations

import math

import pytest
from wijkmix.wijkmix_plugin.policy import scales
from wijkmix.wijkmix_plugin.policy.scales import Level, check, differs, values_of

CLASSES = ("koop", "corp", "overig")
CONDITIONS = [
    {"ind": "div_tenure", "op": "<=", "ref": "$div_low", "threshold": 0.5, "value": 0.4,
     "result": True, "group": "all-1"},
    {"ind": "lq_corp", "op": ">=", "ref": "$lq_high", "threshold": 1.5, "value": None,
     "result": None, "group": "any-2"},
    {"ind": "dw_per_ha", "op": "<", "ref": "median_gemeente", "threshold": 40, "value": 20,
     "result": True, "group": "all-3"},
    {"ind": "share_overig_huur", "op": ">=", "ref": "p75_gemeente", "threshold": 20, "value": 30,
     "result": True, "group": "all-4"},
    {"ind": "moran_corp", "op": "==", "ref": None, "threshold": "HH", "value": "HH",
     "result": True, "group": "any-2"},
]  # fmt: skip


def test_indicators_from_counts():
    found = values_of((25, 50, 25), CLASSES, (500, 250, 250))
    assert found["share_corp"] == 50
    assert found["share_overig_huur"] == 25
    assert found["lq_corp"] == 2
    assert found["lq_koop"] == 0.5
    expected = -(0.5 * math.log(0.25) + 0.5 * math.log(0.5)) / math.log(3)
    assert found["div_tenure"] == pytest.approx(expected, abs=1e-12)
    assert values_of((10, 0), ("koop", "huur"), (5, 5))["div_tenure"] == 0
    # The reference area against itself says nothing.
    assert "lq_corp" not in values_of((25, 50, 25), CLASSES, None)
    # A class that nobody has in the reference has no quotient.
    assert "lq_corp" not in values_of((25, 0, 25), CLASSES, (5, 0, 5))
    assert values_of(None, CLASSES, None) is None
    assert values_of((0, 0, 0), CLASSES, None) is None


def test_every_level_of_the_ladder_answers_or_says_that_it_cannot():
    wijk = Level("wijk", "WK1", {"div_tenure": 0.6, "lq_corp": 1.7})
    stad = Level("stad", "Proefstad", {"div_tenure": 0.5})
    found = check(CONDITIONS, [Level("buurt", "Een", None), wijk, stad])
    assert [c.level for c in found] == ["straat", "blok", "buurt", "wijk", "stad"]
    assert found[0].conditions is found[1].conditions is None
    # Density, the median's limit and the cluster are no matter of adding up.
    told = [[(c["ind"], c["value"], c["result"]) for c in level.conditions] for level in found[2:]]
    assert told == [
        [("div_tenure", 0.4, True), ("lq_corp", None, None)],
        [("div_tenure", 0.6, False), ("lq_corp", 1.7, True)],
        [("div_tenure", 0.5, True)],
    ]
    assert differs(found)


def test_levels_that_agree_or_cannot_answer_do_not_differ():
    assert not differs(check(CONDITIONS, [Level("wijk", "", {"div_tenure": 0.3})]))
    # The buurt itself does not know: nothing to differ from.
    assert not differs(check(CONDITIONS[1:2], [Level("wijk", "", {"lq_corp": 1.0})]))
    assert not differs(check(CONDITIONS, []))
    assert not differs([])


@pytest.mark.parametrize(
    "conditions",
    [
        None,
        "x",
        [],
        ["x", 3],
        [{}],
        CONDITIONS[2:],
        [{"ind": "div_tenure", "op": "~", "threshold": 0.5}],
        [{"ind": "div_tenure", "op": "<=", "threshold": True}],
        [{"ind": "div_tenure", "op": "<=", "threshold": float("nan")}],
        [{"ind": "div_tenure", "op": "<=", "threshold": "0.5"}],
    ],
)
def test_conditions_that_cannot_be_asked_again_give_nothing(conditions):
    assert check(conditions, [Level("wijk", "", {"div_tenure": 0.3})]) == []


def test_the_values_are_those_of_the_scan():
    """The same formulas as the measures: entropy over ln K, share against share."""
    import pandas as pd
    from wijkmix.wijkmix_plugin.measures import mix

    counts = pd.DataFrame(
        [[20.0, 60.0, 16.0], [70.0, 10.0, 4.0]], columns=["n_koop", "n_corp", "n_overig"]
    )
    measured = mix.tenure_mix(counts, None)
    reference = counts.sum().to_list()
    for row in range(2):
        found = values_of(counts.iloc[row].to_list(), CLASSES, reference)
        for name in ("div_tenure", "share_corp", "share_overig_huur", "lq_corp"):
            assert found[name] == pytest.approx(measured[name].iloc[row], abs=1e-12)
    assert scales.LADDER.index("buurt") == 2
