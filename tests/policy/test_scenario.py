# SPDX-License-Identifier: GPL-2.0-or-later
"""Scenarios, worked by hand."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from wijkmix.wijkmix_plugin.errors import PolicyError
from wijkmix.wijkmix_plugin.measures import rounding
from wijkmix.wijkmix_plugin.policy import scenario, scenario_checks
from wijkmix.wijkmix_plugin.policy.scenario_balance import (
    PAIR_COLUMNS,
    balance_table,
    pairs_table,
    verdicts,
)

UNITS = ["A", "B", "C"]
WIJK = ["W1", "W1", "W2"]
COUNTS = np.array([[20.0, 70, 10], [50, 30, 20], [80, 10, 10]])
SEGMENTS = scenario.read_segments("")
FRAME = pd.DataFrame(
    {
        "buurt_code": UNITS,
        "wijk_code": WIJK,
        "dwellings": [100.0, 105, 100],
        "n_unknown": [0.0, 5, np.nan],
    }
)


def actions(*rows):
    return pd.DataFrame(rows, columns=list(scenario.COLUMNS))


def plan_of(*rows, **more):
    return scenario.read_plan(actions(*rows), UNITS, SEGMENTS, **more)


PLAN = (
    ("A", 2026, "sloop", "sociaal", 40, "ja"),
    ("A", 2028, "nieuwbouw", "betaalbaar koop", 30, None),
    ("C", 2027, "nieuwbouw", "sociaal", 40, ""),
    ("B", 2026, "verkoop", "sociaal", 10, "no"),
    ("B", 2028, "inponden", "betaalbaar koop", 5, None),
)


def test_stock_after_every_year():
    plan = plan_of(*PLAN, base=2025)
    after = scenario.stock(COUNTS, plan, UNITS, scenario.THREE, 2025)
    assert list(after) == [2026, 2027, 2028]
    assert after[2026].tolist() == [[20, 30, 10], [60, 20, 20], [80, 10, 10]]
    assert after[2027].tolist() == [[20, 30, 10], [60, 20, 20], [80, 50, 10]]
    assert after[2028].tolist() == [[50, 30, 10], [55, 25, 20], [80, 50, 10]]
    table = scenario.unit_table(FRAME, COUNTS, after, scenario.THREE, 2025)
    assert len(table) == 12
    first, last = table.iloc[0], table.iloc[9]
    assert (first["moment"], first["year"], first["share_corp"]) == ("before", 2025, 70)
    assert (last["year"], last["dwellings"], last["change_n_corp"]) == (2028, 90, -40)
    assert last["share_corp"] == pytest.approx(100 * 30 / 90)
    assert last["change_share_corp"] == pytest.approx(100 * 30 / 90 - 70)
    assert table.iloc[1]["dwellings"] == 105
    assert table.iloc[11]["change_dwellings"] == 40
    assert table.iloc[11]["dwellings"] == 140
    assert np.isnan(table.iloc[11]["n_unknown"])


def test_a_sale_of_what_percentages_left_as_a_fraction_makes_no_dwellings():
    counts = np.array([[10.0, 19.6, 0], [50, 30, 20], [80, 10, 10]])
    plan = plan_of(
        ("A", 2026, "verkoop", "sociaal", 12, None),
        ("A", 2026, "verkoop", "sociaal", 8, None),
        ("A", 2026, "nieuwbouw", "midden", 3, None),
        ("B", 2026, "verkoop", "sociaal", 30, None),
    )
    after = scenario.stock(counts, plan, UNITS, scenario.THREE, 2025)[2026]
    np.testing.assert_allclose(after, [[29.6, 0, 3], [80, 0, 20], [80, 10, 10]])


def test_an_empty_scenario_changes_nothing():
    plan = plan_of()
    after = scenario.stock(COUNTS, plan, UNITS, scenario.THREE, 2025)
    table = scenario.index_table(FRAME, COUNTS, after, scenario.THREE, replicates=99)
    assert set(table["level"]) == {"buurt", "wijk"}
    assert set(table["year"]) == {2025}
    assert table["change"].notna().any()
    assert (table["change"].dropna() == 0).all()
    assert table["before"].notna().any()
    assert balance_table(plan, SEGMENTS, [True, False, None], 2025).empty


def test_indices_before_and_after():
    plan = plan_of(*PLAN)
    after = scenario.stock(COUNTS, plan, UNITS, scenario.THREE, 2025)
    table = scenario.index_table(FRAME, COUNTS, after, scenario.THREE, replicates=99)
    row = table[
        (table["year"] == 2028)
        & (table["level"] == "wijk")
        & (table["index"] == "dissimilarity")
        & (table["group"] == "corp")
        & (table["versus"] == "rest")
    ].iloc[0]
    # W1: 100 of 200 corporation before, W2 10 of 100; afterwards 55 of 190 and 50 of 140.
    assert row["before"] == pytest.approx(abs(100 / 110 - 100 / 190))
    assert row["after"] == pytest.approx(abs(55 / 105 - 135 / 225))
    assert row["change"] == pytest.approx(row["after"] - row["before"])
    assert row["n_units"] == 2


@pytest.mark.parametrize(
    ("row", "words"),
    [
        (("Z", 2026, "sloop", "sociaal", 1, None), 'does not have: "Z" \\(row 1\\).*another year'),
        (("A", 2026, "slopen", "sociaal", 1, None), 'Unknown actions: "slopen"'),
        (("A", 2026, "sloop", "studenten", 1, None), 'without a tenure: "studenten" \\(row 1\\)'),
        (("A", "ooit", "sloop", "sociaal", 1, None), 'no years: "ooit"'),
        (("A", 2026.5, "sloop", "sociaal", 1, None), "no years"),
        (("A", 2020, "sloop", "sociaal", 1, None), 'before that of the stock \\(2025\\): "2020"'),
        (("A", 2026, "sloop", "sociaal", 0, None), "no numbers of dwellings"),
        (("A", 2026, "sloop", "sociaal", "veel", None), '"veel" \\(row 1\\)'),
        (("A", 2026, "sloop", "sociaal", np.inf, None), "no numbers of dwellings"),
        (("A", 2026, "sloop", "sociaal", "1.000", None), '"1.000" \\(row 1\\)'),
        (("A", 2026, "sloop", "sociaal", 1, "bewoond"), 'not: "bewoond" \\(row 1\\)'),
    ],
)
def test_what_is_refused(row, words):
    with pytest.raises(PolicyError, match=words) as refused:
        plan_of(row, base=2025)
    assert "row" not in refused.value.text.nl


def test_more_than_stands():
    plan = plan_of(
        ("A", 2026, "sloop", "sociaal", 50, None), ("A", 2027, "sloop", "sociaal", 30, None)
    )
    with pytest.raises(PolicyError, match=r"A \(2027, corp: 30 > 20\)"):
        scenario.stock(COUNTS, plan, UNITS, scenario.THREE, 2025)
    # Built in a year does not stand at its start.
    plan = plan_of(
        ("C", 2026, "nieuwbouw", "sociaal", 50, None), ("C", 2026, "sloop", "sociaal", 30, None)
    )
    with pytest.raises(PolicyError, match=r"C \(2026, corp: 30 > 10\)"):
        scenario.stock(COUNTS, plan, UNITS, scenario.THREE, 2025)


def test_units_without_figures_and_doubled_codes():
    bare = COUNTS.copy()
    bare[0] = np.nan
    plan = plan_of(("A", 2026, "sloop", "sociaal", 1, None))
    with pytest.raises(PolicyError, match="without figures in 2026: A"):
        scenario.stock(bare, plan, UNITS, scenario.THREE, 2025)
    with pytest.raises(PolicyError, match="more than once: A"):
        scenario.read_plan(actions(), ["A", "A"], SEGMENTS)
    with pytest.raises(PolicyError, match="lack the columns segment, n"):
        scenario.read_plan(actions().drop(columns=["segment", "n"]), UNITS, SEGMENTS)


@pytest.mark.parametrize("text", ["{", "[]", '{"sociaal": "huur"}'])
def test_a_map_that_is_none(text):
    with pytest.raises(PolicyError, match="map of segments"):
        scenario.read_segments(text)


def test_the_year_of_the_stock():
    assert scenario.base_year([2024, 2024], [2026]) == (2024, [])
    for stock, actions, year in (
        ([None, None], [2026, 2027], 2025),
        ([], [], 0),
        ([2023, 2024], [], 2024),
    ):
        found, notes = scenario.base_year(stock, actions)
        assert found == year
        assert notes[0].en.startswith("Assumption")


def test_an_undefined_index_is_empty_with_its_reason():
    counts = np.array([[20.0, 0, 0], [0, 0, 0], [80, 0, 0]])
    after = scenario.stock(counts, plan_of(), UNITS, scenario.THREE, 2025)
    frame = FRAME.drop(columns="wijk_code")
    table = scenario.index_table(frame, counts, after, scenario.THREE, replicates=99)
    assert list(table.columns) == scenario.INDEX_COLUMNS
    undefined = table[table["before"].isna()]
    assert len(undefined)
    assert (undefined["note"].str.len() > 0).all()
    alone = scenario.index_table(
        frame.iloc[:1], counts[:1], {2025: counts[:1]}, scenario.THREE, replicates=99
    )
    assert list(alone.columns) == scenario.INDEX_COLUMNS
    assert alone.empty


def test_own_segments_replace_ours():
    assert scenario.read_segments('{"Zorg": "overig"}') == {
        "koop": "koop",
        "corp": "corp",
        "overig": "overig",
        "zorg": "overig",
    }


def test_a_segment_that_is_the_result_is_told():
    plan = plan_of(("A", 2026, "inponden", "sociaal", 5, None))
    assert "they come from koop" in plan.notes[0].en
    after = scenario.stock(COUNTS, plan, UNITS, scenario.THREE, 2025)
    assert after[2026][0].tolist() == [15, 75, 10]


def test_two_classes():
    plan = scenario.read_plan(
        actions(("A", 2026, "verkoop", "sociaal", 5, None)), UNITS, SEGMENTS, scenario.TWO
    )
    counts = np.array([[20.0, 80], [50, 50], [80, 20]])
    after = scenario.stock(counts, plan, UNITS, scenario.TWO, 2025)
    assert after[2026][0].tolist() == [25, 75]


def rows_of(table, **want):
    for name, value in want.items():
        table = table[table[name] == value]
    return table


def test_balance_of_losses_and_gains():
    place = np.array([[0.0, 0], [0, 1000], [3000, 4000]])
    plan = plan_of(*PLAN)
    table = balance_table(plan, SEGMENTS, [True, None, False], 2025, place)
    social = rows_of(table, segment="sociaal", vulnerable="all").set_index("year")
    assert social["balance"].tolist() == [-40, 0, 0]
    # In 2027 the 10 sold in B, of unknown vulnerability, could tip it; so could they in 2028.
    assert social["status"].tolist() == ["not balanced", "not testable", "not testable"]
    assert pd.isna(social.loc[2026, "lag_years"])
    assert social.loc[2028, "lag_years"] == 1
    assert social.loc[2028, "distance_km"] == pytest.approx(5)
    inside = rows_of(table, segment="sociaal", vulnerable="yes", year=2028).iloc[0]
    assert (inside["gained"], inside["lost"], inside["net"]) == (0, 40, -40)
    assert not (np.signbit(table["lost"]) | np.signbit(table["gained"])).any()
    # Sold in B, of unknown vulnerability: 10 lost in 2026, 5 back by 2028.
    other = rows_of(table, segment="sociaal", vulnerable="unknown", year=2028).iloc[0]
    assert (other["gained"], other["lost"]) == (5, 10)
    cheap = rows_of(table, segment="betaalbaar koop", vulnerable="all", year=2028).iloc[0]
    assert (cheap["gained"], cheap["lost"], cheap["net"]) == (40, 5, 35)


def test_a_plan_that_never_balances_and_one_without_a_rule():
    plan = plan_of(PLAN[0])
    table = balance_table(plan, SEGMENTS, [True, False, False], 2025)
    row = rows_of(table, vulnerable="all").iloc[0]
    assert (row["status"], row["lag_years"]) == ("not balanced", None)
    row = rows_of(balance_table(plan, SEGMENTS, None, 2025), vulnerable="all").iloc[0]
    assert (row["status"], row["balance"]) == ("not testable", None)


@pytest.mark.parametrize(
    ("bought", "lost"),
    [
        ("koop", "corp"),  # a plan in tenures
        ("koop", "sociaal"),  # the plan says sociaal of the same tenure
        ("betaalbaar koop", "corp"),
        ("betaalbaar koop", "sociaal"),
    ],
)
def test_a_purchase_counts_under_the_name_that_the_plan_has_for_it(bought, lost):
    plan = plan_of(
        ("B", 2026, "aankoop", bought, 5, None), ("A", 2027, "sloop", lost, 5, None), base=2025
    )
    table = balance_table(plan, SEGMENTS, [True, False, False], 2025)
    row = rows_of(table, segment=lost, vulnerable="all", year=2027).iloc[0]
    assert (row["balance"], row["status"]) == (0, "balanced")
    pairs = pairs_table(plan, SEGMENTS, [True, False, False], UNITS)
    assert pairs[pairs["segment"] == lost]["status"].tolist() == ["matched"]


def test_a_plan_in_tenures_and_segments_counts_what_it_gains_as_the_action_speaks():
    plan = plan_of(
        ("A", 2026, "sloop", "corp", 5, None),
        ("A", 2026, "sloop", "sociaal", 4, None),
        ("B", 2026, "aankoop", "koop", 5, None),
        ("B", 2026, "aankoop", "duur koop", 4, None),
    )
    table = balance_table(plan, SEGMENTS, [True, False, False], 2025)
    whole = rows_of(table, vulnerable="all").set_index("segment")
    assert whole.loc[["corp", "sociaal"], "balance"].tolist() == [0, 0]


def test_a_loss_of_unknown_vulnerability_is_no_balance():
    plan = plan_of(("A", 2026, "sloop", "sociaal", 10, None))
    for rule, status in (([None] * 3, "not testable"), ([False] * 3, "balanced")):
        table = balance_table(plan, SEGMENTS, rule, 2025)
        assert rows_of(table, vulnerable="all").iloc[0]["status"] == status


def test_segments_of_the_user_are_social_where_he_says_so():
    segments = scenario.read_segments('{"Sociale huur": "corp", "vrij": "koop"}')
    rows = actions(
        ("A", 2026, "nieuwbouw", "sociale huur", 10, None),
        ("B", 2028, "sloop", "sociale huur", 10, "ja"),
    )
    row = rows_of(
        outcome(scenario.read_plan(rows, UNITS, segments)), test="new_before_demolition"
    ).iloc[0]
    assert (row["value"], row["status"]) == (0, "met")


def test_what_the_plan_built_was_nobodys_home_before():
    plan = plan_of(
        ("A", 2026, "nieuwbouw", "sociaal", 500, None), ("A", 2028, "sloop", "sociaal", 400, "ja")
    )
    found = rows_of(outcome(plan), area="W1", year=2028).set_index("test")["value"]
    assert found["occupied_before"] == 200
    assert found["leavers"] == 100
    assert found["stayers"] == 100


def outcome(plan):
    after = scenario.stock(COUNTS, plan, UNITS, scenario.THREE, 2025)
    return scenario_checks.tests_of(plan, after, scenario.THREE, COUNTS.sum(axis=1), WIJK, 2025)


def test_new_before_demolition():
    # Demolition in year 1, delivery in year 3: fails. The other way round: met.
    late = plan_of(
        ("A", 2026, "sloop", "sociaal", 10, "yes"), ("B", 2028, "nieuwbouw", "sociaal", 10, None)
    )
    row = rows_of(outcome(late), test="new_before_demolition").iloc[0]
    assert (row["area"], row["year"], row["value"], row["status"]) == ("W1", 2026, -10, "not met")
    early = plan_of(
        ("B", 2026, "nieuwbouw", "sociaal", 10, None), ("A", 2028, "sloop", "sociaal", 10, "yes")
    )
    row = rows_of(outcome(early), test="new_before_demolition").iloc[0]
    assert (row["value"], row["status"], row["note"]) == (0, "met", "")
    # In the same year it is not there at the start; in another wijk, or dear, it does not count.
    for other in (
        ("B", 2028, "nieuwbouw", "sociaal", 10, None),
        ("C", 2026, "nieuwbouw", "sociaal", 10, None),
        ("B", 2026, "nieuwbouw", "duur koop", 10, None),
    ):
        plan = plan_of(other, ("A", 2028, "sloop", "sociaal", 10, None))
        row = rows_of(outcome(plan), test="new_before_demolition").iloc[0]
        assert row["status"] == "not met"
        assert "unknown occupancy" in row["note"]
    empty = plan_of(("A", 2026, "sloop", "sociaal", 10, "no"))
    assert rows_of(outcome(empty), test="new_before_demolition").empty


def test_three_groups_close():
    table = outcome(plan_of(*PLAN))
    for area, before, leavers, newcomers in (("W1", 190, 40, 30), ("all", 290, 40, 70)):
        found = rows_of(table, area=area, year=2028).set_index("test")["value"]
        assert found["occupied_before"] == before
        assert found["leavers"] == leavers
        assert found["stayers"] + found["leavers"] == before
        assert found["newcomers"] == newcomers


def test_social_share_of_stock_and_of_plan_stay_apart():
    table = rows_of(outcome(plan_of(*PLAN)), year=2028).set_index("test")
    assert table.loc["social_share_stock", "value"] == pytest.approx(100 * 105 / 330)
    assert table.loc["social_share_plan", "value"] == pytest.approx(100 * 40 / 70)


@given(
    st.lists(
        st.tuples(
            st.sampled_from(UNITS),
            st.integers(2026, 2030),
            st.sampled_from(scenario.ACTIONS),
            st.sampled_from(list(scenario.SEGMENTS)),
            st.integers(1, 40),
            st.sampled_from(["ja", "nee", None]),
        ),
        max_size=8,
    ),
    st.randoms(),
)
def test_totals_close_whatever_the_plan_and_its_order(rows, random):
    shuffled = list(rows)
    random.shuffle(shuffled)
    try:
        one = scenario.stock(COUNTS, plan_of(*rows), UNITS, scenario.THREE, 2025)
    except PolicyError:
        with pytest.raises(PolicyError):
            scenario.stock(COUNTS, plan_of(*shuffled), UNITS, scenario.THREE, 2025)
        return
    two = scenario.stock(COUNTS, plan_of(*shuffled), UNITS, scenario.THREE, 2025)
    assert all(np.allclose(one[year], two[year]) for year in one)
    end = one[max(one)]
    assert (end >= 0).all()
    built = sum(n for _, _, action, _, n, _ in rows if action in scenario.DELIVERS)
    gone = sum(n for _, _, action, _, n, _ in rows if action == "sloop")
    # A class that was short by rounding (half a dwelling) is the only slack.
    assert abs(end.sum() - COUNTS.sum() - built + gone) <= 0.5 * len(rows)
    balance = balance_table(plan_of(*rows), SEGMENTS, [True, False, None], 2025)
    if rows:
        last = balance[(balance["year"] == max(one)) & (balance["vulnerable"] == "all")]
        assert last["net"].sum() == pytest.approx(built - gone)


def test_pairs_of_losses_and_gains():
    plan = plan_of(
        ("A", 2026, "sloop", "sociaal", 50, "ja"),
        ("B", 2028, "nieuwbouw", "sociaal", 20, None),
        ("C", 2025, "nieuwbouw", "sociaal", 10, None),
        ("A", 2027, "nieuwbouw", "sociaal", 5, None),  # vulnerable itself: receives nothing
    )
    place = np.array([[0.0, 0], [3000, 4000], [0, 1000]])
    pairs = pairs_table(plan, SEGMENTS, [True, False, False], UNITS, place)
    assert list(pairs.columns) == PAIR_COLUMNS
    # C is 1 km away and serves first; then B at 5 km; 20 come back nowhere.
    rows = pairs[["loss_unit", "gain_unit", "gain_year", "n", "lag_years", "distance_km"]]
    assert rows.iloc[0].tolist() == ["A", "C", 2025, 10, -1, 1]
    assert rows.iloc[1].tolist() == ["A", "B", 2028, 20, 2, 5]
    assert rows.iloc[2].isna().tolist() == [False, True, True, False, True, True]
    assert pairs["status"].tolist() == ["matched", "matched", "unmatched"]
    assert pairs["n"].sum() == 50
    # The mean distance of the balance is that of the same pairs.
    balance = balance_table(plan, SEGMENTS, [True, False, False], 2024, place)
    row = rows_of(balance, vulnerable="all", year=2028).iloc[0]
    assert row["distance_km"] == pytest.approx((10 * 1 + 20 * 5) / 30)
    # Without places the earliest gain comes first; of unknown areas none receives.
    pairs = pairs_table(plan, SEGMENTS, [True, None, False], UNITS)
    assert pairs["gain_unit"].fillna("").tolist() == ["C", ""]
    assert pairs_table(plan, SEGMENTS, None, UNITS).empty


def test_unbalanced_plans_are_named():
    plan = plan_of(*PLAN)
    told = verdicts(balance_table(plan, SEGMENTS, [True, False, False], 2025))
    assert [t.en for t in told] == [
        "Unbalanced plan: less social rental is added outside vulnerable areas than is lost inside "
        "them, up to and including 2026."
    ]
    told = verdicts(balance_table(plan, SEGMENTS, None, 2025))
    assert all("cannot be told" in t.en for t in told)
    assert verdicts(balance_table(plan_of(), SEGMENTS, None, 2025)) == []


def test_homes_delivered_for_leavers():
    plan = plan_of(
        ("A", 2026, "sloop", "sociaal", 40, "ja"),
        ("B", 2027, "nieuwbouw", "sociaal", 30, None),
        ("C", 2027, "nieuwbouw", "betaalbaar koop", 15, None),
        ("C", 2027, "nieuwbouw", "duur koop", 99, None),
    )
    after = scenario.stock(COUNTS, plan, UNITS, scenario.THREE, 2025)

    def tests(wijk, gemeente):
        dwellings = COUNTS.sum(axis=1)
        return scenario_checks.tests_of(
            plan, after, scenario.THREE, dwellings, wijk, 2025, gemeente
        )

    table = tests(WIJK, ["G1", "G1", "G2"])
    found = {
        (r.test, r.area, r.year): (r.value, r.status)
        for r in table.itertuples()
        if r.test.startswith("delivered")
    }
    assert found == {
        ("delivered_wijk", "W1", 2026): (0, "not met"),
        ("delivered_gemeente", "G1", 2026): (0, "not met"),
        ("delivered_region", "all", 2026): (0, "not met"),
        ("delivered_wijk", "W1", 2027): (30, "not met"),
        ("delivered_gemeente", "G1", 2027): (30, "not met"),
        ("delivered_region", "all", 2027): (45, "met"),
    }
    # The 30 % per gemeente too: G2 has 10 of 100 + 114 left as social stock, none in its plan.
    of_g2 = rows_of(table, area="G2", year=2027).set_index("test")["value"]
    assert of_g2["social_share_stock"] == pytest.approx(100 * 10 / 214)
    assert of_g2["social_share_plan"] == 0
    # One gemeente is no region, and without codes nothing is tested.
    rows = rows_of(tests(None, ["G1"] * 3), year=2027).set_index("test")
    assert rows.loc["delivered_wijk", "status"] == "not testable"
    assert "no wijk codes" in rows.loc["delivered_wijk", "note"]
    assert rows.loc["delivered_gemeente", "value"] == 45
    assert rows.loc["delivered_region", "status"] == "not testable"


def statuses(plan, wijk, gemeente):
    after = scenario.stock(COUNTS, plan, UNITS, scenario.THREE, 2025)
    table = scenario_checks.tests_of(
        plan, after, scenario.THREE, COUNTS.sum(axis=1), wijk, 2025, gemeente
    )
    return {
        (r.test, r.area): (r.status, r.note)
        for r in table[table["year"] == table["year"].max()].itertuples()
        if r.test.startswith(("delivered", "new_before"))
    }


@pytest.mark.parametrize("none", [None, np.nan, " "])
def test_units_without_a_code_are_no_area_together(none):
    # A loses what B has got before, and nobody knows where either of them lies.
    plan = plan_of(
        ("B", 2026, "nieuwbouw", "sociaal", 10, None), ("A", 2027, "sloop", "sociaal", 10, "ja")
    )
    found = statuses(plan, [none, none, "W2"], [none, none, "G2"])
    assert found == {
        ("new_before_demolition", "unknown"): (
            "not testable",
            "of some units the wijk is not known",
        ),
        ("delivered_wijk", "unknown"): ("not testable", "of some units the wijk is not known"),
        ("delivered_gemeente", "unknown"): (
            "not testable",
            "of some units the gemeente is not known",
        ),
        ("delivered_region", "all"): (
            "not testable",
            "the table holds one gemeente: take the stock of the region",
        ),
    }


def test_units_without_a_code_may_tip_the_test_of_a_wijk():
    # W1 loses 10 and gets 10; in C, of no known wijk, 4 go (it may be W1), or 4 come.
    even = (
        ("B", 2026, "nieuwbouw", "sociaal", 10, None),
        ("A", 2027, "sloop", "sociaal", 10, "ja"),
    )
    where = ["W1", "W1", None], ["G1", "G2", None]
    lost = statuses(plan_of(*even, ("C", 2027, "sloop", "sociaal", 4, "ja")), *where)
    assert lost["new_before_demolition", "W1"][0] == "not testable"
    assert lost["delivered_wijk", "W1"][0] == "not testable"
    assert lost["delivered_region", "all"][0] == "not met"
    came = ("C", 2026, "nieuwbouw", "sociaal", 4, None)
    assert statuses(plan_of(*even, came), *where)["new_before_demolition", "W1"][0] == "met"
    short = statuses(plan_of(even[1], came), *where)
    assert short["new_before_demolition", "W1"][0] == "not met"
    assert short["delivered_wijk", "W1"][0] == "not met"
    assert short["delivered_gemeente", "G1"][0] == "not met"
    short = statuses(plan_of(even[1], (*came[:4], 10, None)), *where)
    assert short["new_before_demolition", "W1"][0] == "not testable"
    assert short["delivered_gemeente", "G1"][0] == "not testable"


def test_occupied_demolition_is_a_maximum_where_occupancy_is_unknown():
    for occupied, value, note in (("ja", 10, ""), (None, 10, "maximum"), ("nee", None, None)):
        plan = plan_of(("A", 2026, "sloop", "sociaal", 10, occupied))
        rows = rows_of(outcome(plan), test="occupied_demolished", area="W1")
        if value is None:
            assert rows.empty
        else:
            assert rows["value"].tolist() == [value]
            assert rows["note"].iloc[0].startswith(note)
            assert bool(rows["note"].iloc[0]) == bool(note)


def test_the_interval_carries_rounding():
    exact = np.array([[20.0, 70, 10], [50, 30, 20], [80, 10, 10]])
    assert rounding.rounded_base(exact, exact.sum(axis=1)) is None
    dwellings = np.array([333.0, 333, 333])
    counts = exact * 3.33
    base = rounding.rounded_base(counts, dwellings)
    assert base.tolist() == dwellings.tolist()
    plan = plan_of(("A", 2026, "sloop", "sociaal", 100, "ja"))
    after = scenario.stock(counts, plan, UNITS, scenario.THREE, 2025)
    frame = FRAME.assign(dwellings=dwellings)

    def row(rounded):
        table = scenario.index_table(
            frame, counts, after, scenario.THREE, rounded=rounded, replicates=99
        )
        return table[
            (table["level"] == "buurt")
            & (table["index"] == "dissimilarity")
            & (table["group"] == "corp")
        ].iloc[0]

    plain, wide = row(None), row(base)
    assert np.isnan(plain["before_low"])
    assert (plain["before"], plain["after"]) == (wide["before"], wide["after"])
    assert wide["before_low"] < wide["before"] < wide["before_high"]
    assert wide["after_low"] < wide["after"] < wide["after_high"]
    assert wide["low"] < plain["low"] <= plain["change"] <= plain["high"] < wide["high"]
    # Rounded in the same way before and after: far narrower than the two bounds taken apart.
    apart = wide["after_high"] - wide["before_low"] - wide["change"]
    assert wide["high"] - plain["high"] < apart / 4


def test_what_rounding_leaves_of_the_start_is_worked_out_once(monkeypatch):
    counts = np.array([[20.0, 70, 10], [50, 30, 20], [80, 10, 10]]) * 3.33
    base = rounding.rounded_base(counts, np.full(3, 333.0))
    rows = [("A", year, "sloop", "sociaal", 10, "ja") for year in (2026, 2028, 2031)]
    after = scenario.stock(counts, plan_of(*rows), UNITS, scenario.THREE, 2025)
    asked = []
    bound = rounding.rounding_interval
    monkeypatch.setattr(
        rounding, "rounding_interval", lambda *a, **k: asked.append(1) or bound(*a, **k)
    )
    frame = FRAME[["buurt_code"]].assign(dwellings=333.0)
    table = scenario.index_table(frame, counts, after, scenario.THREE, rounded=base, replicates=99)
    assert set(table["level"]) == {"buurt"}
    assert len(asked) == 1 + len(rows)
    first, *later = (
        table.loc[table["year"] == year, ["before_low", "before_high"]].to_numpy()
        for year in (2026, 2028, 2031)
    )
    assert np.isfinite(first).any()
    for found in later:
        np.testing.assert_array_equal(found, first)


def test_rounding_that_touches_nothing_widens_nothing():
    counts = COUNTS + 0.25
    plan = plan_of()
    after = scenario.stock(counts, plan, UNITS, scenario.THREE, 2025)
    base = rounding.rounded_base(counts, counts.sum(axis=1))
    table = scenario.index_table(FRAME, counts, after, scenario.THREE, rounded=base, replicates=99)
    assert (table[["change", "low", "high"]].dropna() == 0).all().all()


def test_the_fingerprint_follows_the_figures_and_not_the_order():
    frame = FRAME.assign(vulnerable=[True, False, None])
    first = scenario.fingerprint(frame, COUNTS, UNITS)
    turned = frame.iloc[::-1].reset_index(drop=True)
    assert scenario.fingerprint(turned, COUNTS[::-1], UNITS[::-1]) == first
    for other in (
        scenario.fingerprint(frame, COUNTS + np.eye(3), UNITS),
        scenario.fingerprint(frame.assign(vulnerable=[True, True, None]), COUNTS, UNITS),
        scenario.fingerprint(frame, COUNTS, ["A", "B", "D"]),
        scenario.fingerprint(frame.assign(dwellings=[100.0, 105, 101]), COUNTS, UNITS),
    ):
        assert other != first


def test_pace_is_what_changes_of_what_stands():
    plan = plan_of(
        ("A", 2026, "sloop", "sociaal", 20, "ja"),
        ("B", 2027, "nieuwbouw", "sociaal", 9, None),
        ("A", 2027, "verkoop", "sociaal", 9, None),
    )
    table = rows_of(outcome(plan), test="pace").set_index(["area", "year"])["value"]
    # W1 holds 200: 20 go in 2026; in 2027 18 of the 180 that are left change.
    assert table["W1", 2026] == pytest.approx(10)
    assert table["W1", 2027] == pytest.approx(10)
    assert table["all", 2026] == pytest.approx(100 * 20 / 300)
    assert ("W2", 2026) not in table.index
