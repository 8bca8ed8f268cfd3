# SPDX-License-Identifier: GPL-2.0-or-later
"""Flags before and after a plan, on a town small enough to follow by hand."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import shapely
from wijkmix.wijkmix_plugin.errors import TableError
from wijkmix.wijkmix_plugin.policy import catalogue, scenario, scenario_flags, scenario_run

SEGMENTS = scenario.read_segments("")
# B is all corporation rental; the gemeente as a whole has 160 of 400, so lq of B is 2.5.
COUNTS = np.array([[80.0, 20, 0], [0, 100, 0], [80, 20, 0], [80, 20, 0]])
UNITS = ["A", "B", "C", "D"]


@pytest.fixture(scope="module")
def shipped():
    return catalogue.load()


def town(**more):
    frame = pd.DataFrame(
        {
            "buurt_code": UNITS,
            "buurt_name": [f"Buurt {u}" for u in UNITS],
            "gemeente_code": "G",
            "dwellings": COUNTS.sum(axis=1),
            "quality": "ok",
            "vulnerable": pd.Series([False, True, False, False], dtype=object),
            "share_earlypostwar": [0.0, 90, 0, 0],
            "land_ha": [1.0, 4, 1, 1],
            "free_capacity": [0.0, 50, 0, 0],
        }
    )
    return frame.assign(**more)


def changes(shipped, *rows, frame=None, counts=COUNTS):
    table = pd.DataFrame(rows, columns=list(scenario.COLUMNS))
    plan = scenario.read_plan(table, UNITS, SEGMENTS)
    after = scenario.stock(counts, plan, UNITS, scenario.THREE, 2025)
    frame = town() if frame is None else frame
    return scenario_flags.flag_changes(frame, counts, after, scenario.THREE, plan, shipped)


def test_no_action_changes_no_flag(shipped):
    assert changes(shipped).empty


def test_a_flag_vanishes_with_the_conditions_that_flipped(shipped):
    # 60 of the 100 are sold: lq 0.4 / (100/400) = 1.6 still high, but now diverse (40/60).
    found = changes(shipped, ("B", 2026, "verkoop", "sociaal", 60, None))
    of_b = found[found["buurt_code"] == "B"].set_index("flag")
    row = of_b.loc["herstructurering"]
    assert (row["before"], row["change"], row["year"]) == ("candidate", "vanishes", 2026)
    flipped = {c["ind"]: c for c in row["conditions"]}
    assert "div_tenure" in flipped
    div = flipped["div_tenure"]
    assert (div["before"]["value"], div["before"]["result"]) == (0, True)
    shares = np.array([0.6, 0.4])
    assert div["after"]["value"] == pytest.approx(-(shares * np.log(shares)).sum() / np.log(3))
    assert div["after"]["result"] is False
    told = scenario_flags.conditions_text(row["conditions"], shipped)
    assert "Diversiteit eigendom" in told.nl
    assert "(voldaan) → " in told.nl
    assert "(niet voldaan)" in told.nl


def test_a_flag_appears(shipped):
    # A loses its owner-occupied dwellings and becomes as one-sided as B, in a vulnerable area.
    frame = town(
        vulnerable=pd.Series([True, True, False, False], dtype=object),
        share_earlypostwar=[90.0, 90, 0, 0],
    )
    found = changes(shipped, ("A", 2026, "inponden", "betaalbaar koop", 80, None), frame=frame)
    row = found[(found["buurt_code"] == "A") & (found["flag"] == "herstructurering")].iloc[0]
    # Without shapes its cluster is unknown, so it was not sure to be none before.
    assert (row["before"], row["change"]) == ("unknown", "appears")
    assert row["after"] in ("candidate", "provisional")


def test_what_the_table_cannot_tell_becomes_unknown_and_never_false(shipped):
    # After demolition nobody knows how old the dwellings are that are left.
    found = changes(shipped, ("B", 2026, "sloop", "sociaal", 10, None))
    row = found[(found["buurt_code"] == "B") & (found["flag"] == "herstructurering")].iloc[0]
    assert (row["before"], row["after"], row["change"]) == ("candidate", "provisional", "changes")
    ages = [c for c in row["conditions"] if c["ind"] == "share_earlypostwar"]
    assert [(c["before"]["result"], c["after"]["result"]) for c in ages] == [(True, None)]
    # Selling changes no age: the flag stays as it was.
    found = changes(shipped, ("B", 2026, "verkoop", "sociaal", 5, None))
    assert "herstructurering" not in set(found.loc[found["buurt_code"] == "B", "flag"])


def test_vulnerability_is_not_forecast(shipped):
    for rows in changes(shipped, ("B", 2026, "sloop", "sociaal", 10, None))["conditions"]:
        assert "vulnerable" not in {c["ind"] for c in rows}


def test_an_empty_buurt_that_is_built_in_is_judged(shipped):
    counts = COUNTS.copy()
    counts[3] = 0
    frame = town(dwellings=counts.sum(axis=1), quality=["ok", "ok", "ok", "no dwellings"])
    frame["vulnerable"] = pd.Series([False, True, False, True], dtype=object)
    frame["share_earlypostwar"] = [0.0, 90, 0, np.nan]
    found = changes(
        shipped, ("D", 2026, "nieuwbouw", "sociaal", 80, None), frame=frame, counts=counts
    )
    row = found[(found["buurt_code"] == "D") & (found["flag"] == "herstructurering")].iloc[0]
    assert row["before"] is None
    assert row["change"] == "appears"


def test_clusters_follow_the_stock(shipped):
    # Two rows of ten: the west all corporation rental, then sold down to the mean of the town.
    n = 20
    counts = np.array([[10.0, 90, 0] if k % 10 < 5 else [90, 10, 0] for k in range(n)])
    units = [f"U{k}" for k in range(n)]
    shapes = [shapely.box(k % 10, k // 10, k % 10 + 1, k // 10 + 1) for k in range(n)]
    frame = pd.DataFrame(
        {
            "buurt_code": units,
            "gemeente_code": "G",
            "dwellings": 100.0,
            "quality": "ok",
            "vulnerable": pd.Series([True] * n, dtype=object),
            "geometry": shapes,
        }
    )
    table = pd.DataFrame(
        [(units[k], 2026, "verkoop", "sociaal", 80, None) for k in range(n) if k % 10 < 5],
        columns=list(scenario.COLUMNS),
    )
    plan = scenario.read_plan(table, units, SEGMENTS)
    after = scenario.stock(counts, plan, units, scenario.THREE, 2025)
    found = scenario_flags.flag_changes(frame, counts, after, scenario.THREE, plan, shipped)
    of_one = found[(found["buurt_code"] == "U1") & (found["flag"] == "herstructurering")].iloc[0]
    flipped = {c["ind"]: c for c in of_one["conditions"]}
    assert flipped["moran_corp"]["before"]["value"] == "HH"
    assert flipped["moran_corp"]["after"]["value"] != "HH"


def test_a_stock_split_in_few_units_is_one_of_two_classes():
    frame = pd.DataFrame(
        {
            "n_koop": [1.0, 2, 3],
            "n_corp": [1.0, np.nan, np.nan],
            "n_overig": [1.0, np.nan, np.nan],
        }
    )
    assert scenario_run.classes_of(frame) == scenario.THREE
    assert scenario_run.classes_of(frame.assign(n_huur=[2.0, 5, 1])) == scenario.TWO
    assert scenario_run.classes_of(frame.assign(n_huur=[2.0, np.nan, np.nan])) == scenario.THREE
    with pytest.raises(TableError, match="n_huur"):
        scenario_run.classes_of(pd.DataFrame({"n_koop": [1.0]}))
