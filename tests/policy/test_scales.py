# SPDX-License-Identifier: GPL-2.0-or-later
"""The tenure conditions of a flag asked again for the wijk and the gemeente, by hand."""

from __future__ import annotations

import json
import math

import pytest
from wijkmix.wijkmix_plugin.policy import explain, scales
from wijkmix.wijkmix_plugin.policy.scales import Level, check, differs, finer, values_of

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


def parts_of(*shares):
    conditions = [
        {"ind": ind, "op": op, "threshold": limit, "share": share}
        for ind, op, limit, share in shares
    ]
    return {"units": 12, "dwellings": 480.0, "kind": "", "conditions": conditions}


def test_blocks_say_in_how_much_of_the_buurt_a_condition_holds():
    stored = json.dumps({"v": 1, "blok": parts_of(("div_tenure", "<=", 0.5, 0.25))})
    found = check(CONDITIONS, finer(stored, True))
    assert found[0].conditions is None
    assert "straat, openbare_ruimte or pc6" in found[0].why.en
    (told,) = found[1].conditions
    assert found[1].name == "(12)"
    assert (told["ind"], told["share"], told["result"]) == ("div_tenure", 0.25, False)
    said = explain.at_scale(told, "blok", None)
    assert said.en == "✗ div_tenure ≤\N{NO-BREAK SPACE}0.5: so in blocks with 25% of the dwellings"
    assert said.nl.endswith("geldt in blokken met 25% van de woningen")
    assert "straten met" in explain.at_scale(told, "straat", None).nl
    # The buurt says it is met.
    assert differs(found)
    half = json.dumps({"blok": parts_of(("div_tenure", "<=", 0.5, 0.5))})
    assert not differs(check(CONDITIONS, finer(half, True)))


@pytest.mark.parametrize(
    "stored",
    [
        None,
        3,
        "x",
        "[]",
        '{"blok": 3}',
        '{"blok": {"conditions": 3}}',
        '{"blok": {"conditions": ["x", {"ind": "div_tenure", "op": "<=", "threshold": 0.5}]}}',
        json.dumps({"blok": parts_of(("div_tenure", "<=", 0.4, 0.25))}),  # another threshold
        json.dumps({"blok": parts_of(("div_tenure", "<=", 0.5, 25))}),
        json.dumps({"blok": parts_of(("div_tenure", "<=", 0.5, True))}),
    ],
)
def test_blocks_that_say_nothing_of_it_have_no_figures(stored):
    found = check(CONDITIONS, finer(stored, False))
    assert found[0].conditions is found[1].conditions is None
    assert found[0].why.nl.startswith("geen gegevens: de scan kreeg geen blokken")


def test_shares_of_blocks_by_hand():
    np = pytest.importorskip("numpy")
    from wijkmix.wijkmix_plugin.policy import catalogue, finer_scales

    asked = finer_scales.asked(catalogue.load(), {"lq_high": 1.6})
    assert ("lq_corp", ">=", 1.6) in asked
    assert all(scales.adds_up(name) for name, _, _ in asked)
    counts = np.array([[20, 0, 0], [0, 60, 0], [10, 10, 10], [np.nan] * 3, [50, 0, 0]], float)
    buurt = np.array([0, 0, 0, 0, 2])
    base = np.array([[1.0, 1, 2]] * 3)
    texts = finer_scales.told(
        [("div_tenure", "<=", 0.5), ("lq_corp", ">=", 1.5), ("share_koop", ">", 30)],
        [finer_scales.Units("blok", counts, buurt, "PC6")],
        CLASSES,
        base,
    )
    assert texts[1] is None
    first = json.loads(texts[0])["blok"]
    assert (first["units"], first["dwellings"], first["kind"]) == (3, 110, "PC6")
    # Two uniform blocks of 20 and 60; corporation 100 and 33 % against 25 %, so 4 and 1.33.
    shares = [c["share"] for c in first["conditions"]]
    assert shares == pytest.approx([80 / 110, 60 / 110, 50 / 110], abs=1e-4)
    assert json.loads(texts[2])["blok"]["conditions"][0]["share"] == 1
    # Each block says what `values_of` says of it alone.
    values = values_of([10, 10, 10], CLASSES, [1, 1, 2])
    assert values["div_tenure"] == pytest.approx(1)
    assert values["lq_corp"] == pytest.approx(4 / 3)
