# SPDX-License-Identifier: GPL-2.0-or-later
"""Flags: statuses by hand, the reasons, thresholds, and what may never happen."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from wijkmix.wijkmix_plugin.errors import PolicyError
from wijkmix.wijkmix_plugin.policy import catalogue as policy
from wijkmix.wijkmix_plugin.policy import conditions, flags

FLAGS = flags.FLAGS
# A unit for which every condition of a flag is met.
MET = {
    "herstructurering": {
        "moran_corp": "HH", "lq_corp": 1.83, "div_tenure": 0.4, "share_earlypostwar": 70.0,
        "share_poor_label": 10.0, "condition_flag": False, "vulnerable": True,
    },
    "verdichting": {
        "free_capacity": 40.0, "div_tenure": 0.5, "lq_corp": 1.25, "dw_per_ha": 20.0,
    },
    "grondverwerving": {
        "moran_corp": "LL", "lq_corp": 0.4, "vulnerable": False, "free_capacity": 20.0,
        "owner_public": 10.0, "owner_market": 60.0,
    },
}  # fmt: skip


def frame_of(*units, gemeente="GM0001"):
    frame = pd.DataFrame(list(units), dtype=object)
    for name in frame:
        if name not in ("moran_corp", "vulnerable", "condition_flag", "quality", "gemeente_code"):
            frame[name] = frame[name].astype(float)
    if "gemeente_code" not in frame:
        frame["gemeente_code"] = gemeente
    return frame


def unit(flag, **other):
    return {**MET[flag], **other}


def status(catalogue, flag, **values):
    frame = frame_of(unit(flag, **values))
    if flag == "verdichting":  # a denser neighbour, so that the median lies above the unit
        frame = frame_of(unit(flag, **values), {"dw_per_ha": 100.0})
    return flags.evaluate_flags(frame, catalogue)[f"flag_{flag}"].iloc[0]


# -- the three flags by hand ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("flag", "values", "expected"),
    [
        ("herstructurering", {}, "candidate"),
        # Alternatives: one of the two concentrations is enough.
        ("herstructurering", {"moran_corp": "ns"}, "candidate"),
        ("herstructurering", {"lq_corp": 1.0}, "candidate"),
        ("herstructurering", {"moran_corp": "ns", "lq_corp": 1.49}, "no"),
        ("herstructurering", {"moran_corp": "island", "lq_corp": 1.49}, "unknown"),
        ("herstructurering", {"moran_corp": None, "lq_corp": 1.5}, "candidate"),
        ("herstructurering", {"div_tenure": 0.51}, "no"),
        ("herstructurering", {"div_tenure": None}, "unknown"),
        # Age and quality do not define the flag: unknown makes it provisional.
        ("herstructurering", {"share_earlypostwar": None}, "provisional"),
        ("herstructurering", {"share_earlypostwar": 10.0}, "no"),
        ("herstructurering", {"share_earlypostwar": 10.0, "condition_flag": True}, "candidate"),
        ("herstructurering", {"share_earlypostwar": 10.0, "condition_flag": None}, "provisional"),
        ("herstructurering", {"vulnerable": None}, "provisional"),
        ("herstructurering", {"vulnerable": False}, "no"),
        ("herstructurering", {"vulnerable": False, "lq_corp": None, "moran_corp": None}, "no"),
        ("verdichting", {}, "candidate"),
        # Without plan data there is no flag.
        ("verdichting", {"free_capacity": None}, "unknown"),
        ("verdichting", {"free_capacity": 19.0}, "no"),
        ("verdichting", {"lq_corp": 1.24}, "no"),
        ("verdichting", {"lq_corp": None}, "unknown"),
        ("verdichting", {"dw_per_ha": None}, "unknown"),
        ("verdichting", {"dw_per_ha": 200.0}, "no"),
        ("grondverwerving", {}, "candidate"),
        ("grondverwerving", {"owner_public": 30.0}, "candidate"),
        ("grondverwerving", {"owner_public": 30.0, "owner_market": 49.0}, "no"),
        # Without land data there is no flag, and it is not taken away either.
        ("grondverwerving", {"owner_public": None, "owner_market": None}, "unknown"),
        ("grondverwerving", {"owner_public": 30.0, "owner_market": None}, "unknown"),
        ("grondverwerving", {"owner_public": 10.0, "owner_market": None}, "candidate"),
        ("grondverwerving", {"free_capacity": None}, "provisional"),
        ("grondverwerving", {"moran_corp": "ns", "lq_corp": 0.51}, "no"),
        ("grondverwerving", {"moran_corp": "nodata", "lq_corp": None}, "unknown"),
        ("grondverwerving", {"vulnerable": None}, "unknown"),
        ("grondverwerving", {"vulnerable": True}, "no"),
    ],
)
def test_status(catalogue, flag, values, expected):
    assert status(catalogue, flag, **values) == expected


def test_missing_columns_are_unknown(catalogue):
    frame = pd.DataFrame({"gemeente_code": ["GM0001"] * 3})
    result = flags.evaluate_flags(frame, catalogue)
    assert set(result[[f"flag_{f}" for f in FLAGS]].to_numpy().ravel()) == {"unknown"}
    for text in result["flag_reasons"]:
        for flag in FLAGS:
            for condition in json.loads(text)[flag]["conditions"]:
                assert condition["value"] is None
                assert condition["result"] is None


def test_water_and_places_without_dwellings_are_not_evaluated(catalogue):
    frame = frame_of(
        *(
            unit("herstructurering", quality=q)
            for q in ("ok", "water", "no dwellings", "suppressed")
        )
    )
    result = flags.evaluate_flags(frame, catalogue)
    assert result["flag_herstructurering"].tolist() == ["candidate", None, None, "candidate"]
    reasons = [json.loads(text) for text in result["flag_reasons"]]
    assert reasons[1] == {"v": 1, "not_evaluated": "water"}
    assert reasons[2] == {"v": 1, "not_evaluated": "no dwellings"}
    assert set(reasons[3]) == {"v", *FLAGS}


def test_suppressed_tenure_is_unknown(catalogue):
    frame = frame_of(
        {"quality": "suppressed", "div_tenure": None, "lq_corp": None, "moran_corp": "nodata"}
    )
    result = flags.evaluate_flags(frame, catalogue)
    assert set(result.iloc[0, :3]) == {"unknown"}


def test_empty_frame(catalogue):
    result = flags.evaluate_flags(frame_of(unit("verdichting")).iloc[:0], catalogue)
    assert len(result) == 0
    assert list(result) == [*(f"flag_{f}" for f in FLAGS), "flag_reasons"]
    assert len(flags.robustness(pd.DataFrame(), catalogue)) == 0


def test_index_is_kept(catalogue):
    frame = frame_of(*(unit(f) for f in FLAGS))
    frame.index = [7, 3, 5]
    assert flags.evaluate_flags(frame, catalogue).index.tolist() == [7, 3, 5]
    assert flags.robustness(frame, catalogue).index.tolist() == [7, 3, 5]


# -- reasons -------------------------------------------------------------------------------------


def reasons(catalogue, frame, row=0, **thresholds):
    result = flags.evaluate_flags(frame, catalogue, parameters=thresholds or None)
    return json.loads(result["flag_reasons"].iloc[row])


def test_every_condition_is_listed_with_value_threshold_and_result(catalogue):
    found = reasons(catalogue, frame_of(unit("herstructurering", vulnerable=None)))
    assert found["v"] == 1
    assert found["herstructurering"]["status"] == "provisional"
    keys = ("ind", "op", "ref", "threshold", "value", "result", "group", "defining")
    listed = [tuple(c[k] for k in keys) for c in found["herstructurering"]["conditions"]]
    assert listed == [
        ("moran_corp", "==", None, "HH", "HH", True, "any-1", True),
        ("lq_corp", ">=", "$lq_high", 1.5, 1.83, True, "any-1", True),
        ("div_tenure", "<=", "$div_low", 0.5, 0.4, True, "all-2", True),
        ("share_earlypostwar", ">=", "$postwar_high", 60, 70.0, True, "any-3", False),
        ("share_poor_label", ">=", "$label_poor_high", 50, 10.0, False, "any-3", False),
        ("condition_flag", "==", None, True, False, False, "any-3", False),
        ("vulnerable", "==", None, True, None, None, "all-4", False),
    ]
    listed = [c for f in FLAGS for c in found[f]["conditions"]]
    assert all(set(c) - {"basis"} == set(keys) for c in listed)
    # A threshold is an assumption, whether of the catalogue or of the data; a label is none.
    assert {c["basis"] for c in listed if c["ref"]} == {"aanname"}
    assert not any("basis" in c for c in listed if c["ref"] is None)


def test_status_column_and_reasons_agree(catalogue):
    frame = random_frame(np.random.default_rng(3), 300)
    result = flags.evaluate_flags(frame, catalogue)
    for flag in FLAGS:
        told = [json.loads(t).get(flag, {}).get("status") for t in result["flag_reasons"]]
        assert told == result[f"flag_{flag}"].tolist()


def test_changing_a_threshold_changes_the_reasons_and_only_there(catalogue):
    frame = frame_of(unit("herstructurering", moran_corp="ns"))
    before, after = reasons(catalogue, frame), reasons(catalogue, frame, lq_high=2)
    assert after["herstructurering"]["status"] == "no"
    changed = [
        (b, a)
        for f in FLAGS
        for b, a in zip(before[f]["conditions"], after[f]["conditions"], strict=True)
        if a != b
    ]
    assert [(b["ref"], b["threshold"], a["threshold"]) for b, a in changed] == [
        ("$lq_high", 1.5, 2)
    ]


def test_threshold_that_is_taken_away_is_unknown(catalogue):
    frame = frame_of(unit("herstructurering", moran_corp="ns"))
    assert reasons(catalogue, frame, lq_high=None)["herstructurering"]["status"] == "unknown"


def test_unknown_threshold_is_refused(catalogue):
    with pytest.raises(PolicyError, match="lq_hihg"):
        flags.evaluate_flags(frame_of(unit("verdichting")), catalogue, parameters={"lq_hihg": 2})


def test_median_of_the_gemeente_by_hand(catalogue):
    frame = frame_of(
        *({"dw_per_ha": v, "gemeente_code": g, "quality": q} for v, g, q in [
            (10.0, "A", "ok"), (20.0, "A", "ok"), (90.0, "A", "suppressed"), (None, "A", "ok"),
            (0.0, "A", "water"), (40.0, "B", "ok"), (50.0, "B", "ok"), (60.0, None, "ok"),
        ])
    )  # fmt: skip
    result = flags.evaluate_flags(frame, catalogue)
    found = []
    for text in result["flag_reasons"]:
        listed = json.loads(text).get("verdichting", {}).get("conditions", ())
        found += [(c["threshold"], c["result"]) for c in listed if c["ref"] == "median_gemeente"]
    # A: 10, 20, 90 (water and a unit without value do not count); B: 40, 50; else unknown.
    assert found == [
        (20.0, True), (20.0, False), (20.0, False), (20.0, None),
        (45.0, True), (45.0, False), (None, None),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("reference", "expected"),
    [("p75_gemeente", 3.25), ("gemeente_mean", 3.0), ("user", None)],
)
def test_other_references_by_hand(data, reference, expected):
    place = next(e for e in data["instruments"] if e["id"] == "verdichting")
    trigger = next(t for t in place["triggers"] if t["expr"])
    trigger["expr"]["all"][3] = {"ind": "dw_per_ha", "op": "<", "val": reference}
    policy.validate(data)
    frame = pd.DataFrame(
        {
            "dw_per_ha": [1.0, 2, 3, 4],
            "gemeente_code": "A",
            "dwellings": [100.0, 100, 200, 100.0 * 2],
        }
    )
    # mean: (100 + 200 + 600 + 800) / 600 = 17 / 6; taken with other weights below
    if reference == "gemeente_mean":
        frame["dwellings"] = [0.0, 100, 200, 100]  # (200 + 600 + 400) / 400
    found = json.loads(flags.evaluate_flags(frame, policy.Catalogue(data))["flag_reasons"].iloc[0])[
        "verdichting"
    ]["conditions"][3]
    assert found["threshold"] == expected
    if reference == "gemeente_mean":
        without = flags.evaluate_flags(frame.drop(columns="dwellings"), policy.Catalogue(data))
        found = json.loads(without["flag_reasons"].iloc[0])["verdichting"]["conditions"][3]
        assert found["threshold"] is None


def test_names_and_labels_cannot_break_the_json(catalogue):
    frame = frame_of(unit("herstructurering", moran_corp='HH"}]\n<b>', quality='pa"rtial'))
    found = reasons(catalogue, frame)
    assert found["herstructurering"]["conditions"][0]["value"] == 'HH"}]\n<b>'
    assert found["herstructurering"]["conditions"][0]["result"] is False


# -- kinds of columns ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "column",
    [
        pd.Series([True, False, None], dtype=object),
        pd.Series([True, False, None], dtype="boolean"),
        pd.Series([1.0, 0.0, np.nan]),
        pd.Series([1, 0, None], dtype="Int64"),
        pd.Series([np.True_, np.False_, np.nan], dtype=object),
    ],
)
def test_ways_to_write_yes_and_no(catalogue, column):
    frame = frame_of(*[unit("grondverwerving")] * 3)
    frame["vulnerable"] = column
    result = flags.evaluate_flags(frame, catalogue)
    assert result["flag_grondverwerving"].tolist() == ["no", "candidate", "unknown"]


@pytest.mark.parametrize("dtype", ["float64", "float32", "Float64", object])
def test_ways_to_write_numbers(catalogue, dtype):
    frame = frame_of(*[unit("grondverwerving")] * 3)
    frame["free_capacity"] = pd.Series([20.0, 19.0, None], dtype=dtype)
    result = flags.evaluate_flags(frame, catalogue)
    assert result["flag_grondverwerving"].tolist() == ["candidate", "no", "provisional"]
    frame["free_capacity"] = [20.0, 19.0, np.inf]
    result = flags.evaluate_flags(frame, catalogue)
    assert result["flag_grondverwerving"].iloc[2] == "provisional"


@pytest.mark.parametrize(
    ("column", "value"),
    [("vulnerable", "ja"), ("vulnerable", 2), ("lq_corp", "veel"), ("moran_corp", 1.0)],
)
def test_values_of_another_kind_name_the_column(catalogue, column, value):
    frame = frame_of(unit("grondverwerving"), unit("grondverwerving"))
    frame[column] = frame[column].astype(object)
    frame.loc[1, column] = value
    with pytest.raises(PolicyError, match=f"Column {column}.*{value}"):
        flags.evaluate_flags(frame, catalogue)


# -- what may never happen -----------------------------------------------------------------------


def random_frame(random, n):
    """Any mix of values and gaps."""
    pick = lambda *values: random.choice(np.array(values, dtype=object), n)  # noqa: E731
    gap = lambda values: np.where(random.random(n) < 0.2, np.nan, values)  # noqa: E731
    return pd.DataFrame(
        {
            "gemeente_code": pick("GM0001", "GM0002", None),
            "quality": pick("ok", "ok", "ok", "suppressed", "water", "partial (x)"),
            "moran_corp": pick("HH", "LL", "HL", "LH", "ns", "island", "nodata", None),
            "lq_corp": gap(random.random(n) * 2),
            "div_tenure": gap(random.random(n)),
            "dw_per_ha": gap(random.random(n) * 80),
            "vulnerable": pick(True, False, None),
            "free_capacity": gap(random.integers(0, 60, n).astype(float)),
            "owner_public": gap(random.random(n) * 100),
            "owner_market": gap(random.random(n) * 100),
            "share_earlypostwar": gap(random.random(n) * 100),
            "condition_flag": pick(True, False, None),
        }
    )


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(1, 60), st.data())
def test_land_acquisition_never_in_a_vulnerable_area(seed, n, data):
    catalogue = policy.load()
    frame = random_frame(np.random.default_rng(seed), n)
    absent = data.draw(
        st.sets(st.sampled_from(["lq_corp", "moran_corp", "quality", "owner_public"]))
    )
    thresholds = {
        name: data.draw(st.one_of(st.none(), st.floats(0, 1)))
        for name in ("lq_low", "cap_min", "public_land_low")
    }
    result = flags.evaluate_flags(
        frame.drop(columns=list(absent)), catalogue, parameters=thresholds
    )
    raised = result["flag_grondverwerving"].isin(flags.RAISED)
    vulnerable = frame["vulnerable"].tolist()
    assert all(v is False for v, up in zip(vulnerable, raised, strict=True) if up)
    asked = ~(frame["quality"].eq("water") & ("quality" not in absent))
    told = result.loc[asked & frame["vulnerable"].eq(True), "flag_grondverwerving"]
    assert set(told) <= {"no"}


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_a_whole_frame_and_one_unit_give_the_same(seed):
    catalogue = policy.load()
    frame = random_frame(np.random.default_rng(seed), 12)
    result = flags.evaluate_flags(frame, catalogue)
    for row, text, *_ in zip(frame.to_dict("records"), result["flag_reasons"], strict=True):
        told = json.loads(text)
        if "not_evaluated" in told:
            assert row["quality"] == "water"
            continue
        median = next(
            c["threshold"]
            for c in told["verdichting"]["conditions"]
            if c["ref"] == "median_gemeente"
        )
        for flag in FLAGS:
            verdict, listed = conditions.explain(
                catalogue.flag_clauses(flag),
                row,
                catalogue.thresholds(),
                {("median_gemeente", "dw_per_ha"): median},
                catalogue.candidate_flags[flag]["defining_indicators"],
            )
            assert listed == told[flag]["conditions"]
            assert {"candidate": True, "no": False}.get(told[flag]["status"]) is verdict


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_row_order_does_not_matter(seed):
    catalogue = policy.load()
    random = np.random.default_rng(seed)
    frame = random_frame(random, 40)
    order = random.permutation(40)
    straight = flags.evaluate_flags(frame, catalogue)
    mixed = flags.evaluate_flags(frame.iloc[order].reset_index(drop=True), catalogue)
    pd.testing.assert_frame_equal(straight.iloc[order].reset_index(drop=True), mixed)


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_a_gap_never_turns_no_into_a_flag(seed):
    """Taking values away leaves a status or makes it less certain: no flag comes of it."""
    catalogue = policy.load()
    random = np.random.default_rng(seed)
    frame = random_frame(random, 40)
    frame["gemeente_code"], frame["quality"] = "GM0001", "ok"
    holed = frame.copy()
    for name in ("lq_corp", "div_tenure", "vulnerable", "free_capacity", "moran_corp"):
        holed[name] = holed[name].where(random.random(40) < 0.6, None)
    before = flags.evaluate_flags(frame, catalogue)
    after = flags.evaluate_flags(holed, catalogue)
    for flag in FLAGS:
        for old, new in zip(before[f"flag_{flag}"], after[f"flag_{flag}"], strict=True):
            assert (
                new
                in {
                    "candidate": {"candidate", "provisional", "unknown"},
                    "provisional": {"provisional", "unknown"},
                    "no": {"no", "provisional", "unknown"},
                    "unknown": {"unknown"},
                }[old]
            )
            assert new != "candidate" or old == "candidate"


def test_forbidden_data_never_drive_a_flag(data):
    place = next(e for e in data["instruments"] if e["id"] == "verdichting")
    trigger = next(t for t in place["triggers"] if t["expr"])
    trigger["expr"]["all"].append({"ind": "benefit_share_lq", "op": ">=", "par": "lq_mod"})
    with pytest.raises(PolicyError, match="benefit_share_lq"):
        flags.evaluate_flags(frame_of(unit("verdichting")), policy.Catalogue(data))
    data["indicators"]["pct_herkomst"] = data["indicators"]["share_corp"]
    trigger["expr"]["all"][-1] = {"ind": "pct_herkomst", "op": ">=", "val": 50}
    with pytest.raises(PolicyError, match="pct_herkomst"):
        flags.evaluate_flags(frame_of(unit("verdichting")), policy.Catalogue(data))


def test_forbidden_columns_beside_the_others_are_not_looked_at(catalogue):
    frame = frame_of(*(unit(f) for f in FLAGS))
    with_origin = frame.assign(percentage_met_herkomstland_nederland=[0, 50, 100], a_soz_wb=9)
    pd.testing.assert_frame_equal(
        flags.evaluate_flags(frame, catalogue), flags.evaluate_flags(with_origin, catalogue)
    )


def test_no_score_and_no_rank(catalogue):
    frame = frame_of(*(unit(f) for f in FLAGS))
    names = [*flags.evaluate_flags(frame, catalogue), *flags.robustness(frame, catalogue)]
    assert names == [
        "flag_herstructurering", "flag_verdichting", "flag_grondverwerving", "flag_reasons",
        *(f"flag_robustness_{f}" for f in FLAGS),
    ]  # fmt: skip
    assert "score" not in json.dumps(reasons(catalogue, frame))
    assert "rank" not in json.dumps(reasons(catalogue, frame))


# -- companions --------------------------------------------------------------------------------


def test_what_a_flag_is_never_shown_without_travels_with_it(catalogue):
    verdicts = pd.DataFrame(
        {
            "flag_herstructurering": ["candidate", "no", "no", None],
            "flag_verdichting": ["no", "no", "unknown", None],
            "flag_grondverwerving": ["no", "provisional", "no", None],
        }
    )
    found = flags.companions(verdicts, catalogue)
    assert found[2:] == [None, None]
    for text, flag in zip(found, ("herstructurering", "grondverwerving"), strict=False):
        entries = catalogue.companions(flag)
        assert sorted(text.split("; ")) == sorted(f"{e['nr']} {e['id']}" for e in entries)
    both = verdicts.assign(flag_grondverwerving="candidate")
    [first, *_] = flags.companions(both, catalogue)
    assert {*found[0].split("; "), *found[1].split("; ")} == set(first.split("; "))
    assert len(first.split("; ")) == len(set(first.split("; ")))
    assert flags.companions(verdicts.iloc[:0], catalogue) == []


# -- robustness ----------------------------------------------------------------------------------


def test_robustness_by_hand(catalogue):
    # cap_min 20: 16 and 24; div_low 0.5: 0.4 and 0.6; lq_mod 1.25: 1.0 and 1.5
    frame = frame_of(
        {"free_capacity": 100.0, "div_tenure": 0.3, "lq_corp": 1.6, "dw_per_ha": 10.0},
        {"free_capacity": 22.0, "div_tenure": 0.45, "lq_corp": 1.6, "dw_per_ha": 10.0},
        {"free_capacity": 20.0, "div_tenure": 0.5, "lq_corp": 1.25, "dw_per_ha": 10.0},
        {"free_capacity": None, "div_tenure": 0.45, "lq_corp": 1.6, "dw_per_ha": 10.0},
        {"free_capacity": 19.0, "div_tenure": 0.3, "lq_corp": 1.6, "dw_per_ha": 10.0},
        {"free_capacity": 99.0, "div_tenure": 0.3, "lq_corp": 1.6, "dw_per_ha": 90.0},
        {"dw_per_ha": 90.0}, {"dw_per_ha": 90.0}, {"dw_per_ha": 90.0}, {"dw_per_ha": 90.0},
    )  # fmt: skip
    found = flags.robustness(frame, catalogue)["flag_robustness_verdichting"].tolist()
    # Without a capacity there is no flag that could stay.
    assert found[:6] == ["6/6", "4/6", "3/6", None, None, None]


def test_robustness_moves_the_users_own_threshold_within_its_bounds(catalogue):
    unit_ = {"free_capacity": 100.0, "div_tenure": 0.95, "lq_corp": 1.6, "dw_per_ha": 10.0}
    frame = frame_of(unit_, {"dw_per_ha": 90.0})
    # 0.9: down to 0.72, up to 1 (not 1.08); the unit is no candidate at 0.9 itself
    own = {"div_low": 0.9}
    assert flags.robustness(frame, catalogue, parameters=own).iloc[0, 1] is None
    # 1.0 cannot go up: that is no variant. Down to 0.8 takes the flag away.
    own = {"div_low": 1.0}
    assert flags.robustness(frame, catalogue, parameters=own).iloc[0, 1] == "4/5"


def test_robustness_skips_a_threshold_that_is_not_set(catalogue):
    # cap_min is not set; lq_low 0.5, public_land_low 25 and market_land_high 50 move, and the
    # market land holds at 40 and 60.
    frame = frame_of(unit("grondverwerving", lq_corp=0.45))
    own = {"cap_min": None}
    assert flags.evaluate_flags(frame, catalogue, parameters=own).iloc[0, 2] == "provisional"
    found = flags.robustness(frame, catalogue, parameters=own)
    assert found["flag_robustness_grondverwerving"].tolist() == ["6/6"]


def test_robustness_where_no_variant_can_be_evaluated_says_so(data):
    # A cluster label and a known answer raise the flag; every figure with a threshold is missing.
    data["candidate_flags"]["grondverwerving"]["defining_indicators"] = ["moran_corp", "vulnerable"]
    known = policy.Catalogue(data)
    frame = frame_of({"moran_corp": "LL", "vulnerable": False})
    assert flags.evaluate_flags(frame, known)["flag_grondverwerving"].tolist() == ["provisional"]
    assert flags.robustness(frame, known)["flag_robustness_grondverwerving"].tolist() == ["0/0"]


def test_robustness_counts_per_unit_what_its_figures_allow(catalogue):
    # lq_low 0.5: 0.4 and 0.6; cap_min 20: 16 and 24; public_land_low 25: 20 and 30.
    known = {"moran_corp": "ns", "lq_corp": 0.45, "vulnerable": False, "free_capacity": 22.0}
    known["owner_public"] = 10.0
    frame = frame_of({**known, "owner_market": 5.0}, known, {**known, "free_capacity": None})
    found = flags.robustness(frame, catalogue)["flag_robustness_grondverwerving"].tolist()
    # lq_low 0.4 and cap_min 24 take the flag away.
    assert found == ["6/8", "4/6", "3/4"]


def test_robustness_skips_water(catalogue):
    frame = frame_of(unit("herstructurering", quality="water"))
    assert flags.robustness(frame, catalogue).iloc[0].tolist() == [None, None, None]


# -- the rule for vulnerable ---------------------------------------------------------------------


def test_low_income_proxy_is_labelled_as_an_assumption(catalogue):
    frame = pd.DataFrame({"share_lowinc_lq": [1.25, 1.24, np.nan, 3.0]})
    values, rule = flags.vulnerable_rule(frame, catalogue)
    assert values == [True, False, None, True]
    assert rule.nl.startswith("aanname:")
    assert "1,25" in rule.nl
    assert rule.en.startswith("assumption:")
    assert "1.25" in rule.en
    values, rule = flags.vulnerable_rule(frame, catalogue, parameters={"lq_mod": 3.0})
    assert values == [False, False, None, True]
    assert "3" in rule.nl


@pytest.mark.parametrize("parameters", [None, {"lq_mod": None}])
def test_without_figures_or_threshold_vulnerable_is_unknown(catalogue, parameters):
    frame = pd.DataFrame({"share_lowinc_lq": [2.0]}) if parameters else pd.DataFrame(index=range(1))
    values, rule = flags.vulnerable_rule(frame, catalogue, parameters=parameters)
    assert values == [None]
    assert rule.en.startswith("unknown")
    assert rule.nl.startswith("onbekend")
