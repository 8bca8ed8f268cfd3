# SPDX-License-Identifier: GPL-2.0-or-later
"""Three-valued logic: the truth tables by hand, every expression of the catalogue, bad input."""

from __future__ import annotations

import json
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from wijkmix.wijkmix_plugin.errors import PolicyError
from wijkmix.wijkmix_plugin.policy import conditions
from wijkmix.wijkmix_plugin.policy.conditions import (
    Condition,
    check_columns,
    compare,
    explain,
    parse,
    truth,
)

INDICATORS = {
    "a": {"kind": "boolean"},
    "b": {"kind": "boolean"},
    "c": {"kind": "boolean"},
    "x": {"kind": "ratio"},
    "moran": {"kind": "cluster"},
}
PARAMETERS = ("high", "unset")
T, U, F = True, None, False


def is_true(name):
    return {"ind": name, "op": "==", "val": True}


def evaluate(expression, **values):
    clauses = parse(expression, INDICATORS, PARAMETERS)
    return explain(clauses, values, {"high": 1.5, "unset": None})[0]


# -- Kleene's tables, by hand --------------------------------------------------------------------

AND = [
    (T, T, T), (T, U, U), (T, F, F),
    (U, T, U), (U, U, U), (U, F, F),
    (F, T, F), (F, U, F), (F, F, F),
]  # fmt: skip
OR = [
    (T, T, T), (T, U, T), (T, F, T),
    (U, T, T), (U, U, U), (U, F, U),
    (F, T, T), (F, U, U), (F, F, F),
]  # fmt: skip


@pytest.mark.parametrize(("a", "b", "expected"), AND)
def test_and(a, b, expected):
    assert evaluate({"all": [is_true("a"), is_true("b")]}, a=a, b=b) is expected


@pytest.mark.parametrize(("a", "b", "expected"), OR)
def test_or(a, b, expected):
    assert evaluate({"any": [is_true("a"), is_true("b")]}, a=a, b=b) is expected


@pytest.mark.parametrize(("a", "expected"), [(T, F), (U, U), (F, T)])
def test_not(a, expected):
    assert evaluate({"not": is_true("a")}, a=a) is expected


def test_absent_value_is_unknown_and_never_false():
    assert evaluate({"all": [is_true("a")]}) is None
    assert evaluate({"not": {"all": [is_true("a")]}}) is None
    # A sure failure elsewhere decides all the same.
    assert evaluate({"all": [is_true("a"), is_true("b")]}, b=False) is False


TREES = st.recursive(
    st.sampled_from("abc").map(is_true),
    lambda inner: st.one_of(
        st.lists(inner, min_size=1, max_size=3).map(lambda m: {"all": m}),
        st.lists(inner, min_size=1, max_size=3).map(lambda m: {"any": m}),
        inner.map(lambda m: {"not": m}),
    ),
    max_leaves=7,
)
VALUES = st.fixed_dictionaries({name: st.sampled_from([T, U, F]) for name in "abc"})


def by_the_book(node, values):
    """Kleene's logic on the expression as written."""
    if "all" in node:
        parts = [by_the_book(m, values) for m in node["all"]]
        return False if False in parts else None if None in parts else True
    if "any" in node:
        parts = [by_the_book(m, values) for m in node["any"]]
        return True if True in parts else None if None in parts else False
    if "not" in node:
        inner = by_the_book(node["not"], values)
        return None if inner is None else not inner
    return values[node["ind"]]


@given(TREES, VALUES)
def test_one_form_for_all_expressions_changes_no_outcome(tree, values):
    clauses = parse(tree, INDICATORS, PARAMETERS)
    assert explain(clauses, values, {})[0] is by_the_book(tree, values)


@given(TREES, VALUES)
def test_more_knowledge_never_turns_an_answer_round(tree, values):
    clauses = parse(tree, INDICATORS, PARAMETERS)
    before = explain(clauses, values, {})[0]
    for guess in (True, False):
        filled = {k: guess if v is None else v for k, v in values.items()}
        after = explain(clauses, filled, {})[0]
        assert after is not None
        assert before in (None, after)


# -- single conditions ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("op", "value", "expected"),
    [
        (">=", 1.5, T), (">=", 1.49, F), (">", 1.5, F), (">", 1.51, T),
        ("<=", 1.5, T), ("<=", 1.51, F), ("<", 1.5, F), ("<", 1.49, T),
        ("==", 1.5, T), ("==", 1.0, F), ("!=", 1.5, F), ("!=", 1.0, T),
        (">=", None, U), (">=", math.nan, U), (">=", math.inf, U), ("<", -math.inf, U),
        (">=", 2, T), (">=", np.float32(2), T), (">=", np.int64(2), T), (">=", 0, F),
    ],
)  # fmt: skip
def test_numbers(op, value, expected):
    assert evaluate({"ind": "x", "op": op, "par": "high"}, x=value) is expected


@pytest.mark.parametrize("op", [">=", "<", "=="])
def test_threshold_that_is_not_set_is_unknown(op):
    assert evaluate({"ind": "x", "op": op, "par": "unset"}, x=1.0) is None
    assert evaluate({"not": {"ind": "x", "op": op, "par": "unset"}}, x=1.0) is None


@pytest.mark.parametrize(
    ("label", "expected"),
    [
        ("HH", T), ("LL", F), ("ns", F),
        ("island", U), ("nodata", U), ("", U), (None, U), (math.nan, U),
    ],
)  # fmt: skip
def test_unit_that_was_not_tested_is_unknown(label, expected):
    assert evaluate({"ind": "moran", "op": "==", "val": "HH"}, moran=label) is expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [(True, T), (1, T), (1.0, T), (np.True_, T), (False, F), (0, F), (np.False_, F), (None, U)],
)
def test_truth_values(value, expected):
    assert evaluate(is_true("a"), a=value) is expected


@pytest.mark.parametrize(
    ("expression", "values", "column"),
    [
        (is_true("a"), {"a": "ja"}, "a"),
        (is_true("a"), {"a": 7}, "a"),
        ({"ind": "x", "op": ">=", "par": "high"}, {"x": "veel"}, "x"),
        ({"ind": "x", "op": ">=", "par": "high"}, {"x": True}, "x"),
        ({"ind": "moran", "op": "==", "val": "HH"}, {"moran": 3.0}, "moran"),
    ],
)
def test_value_of_another_kind_is_an_error_that_names_the_column(expression, values, column):
    with pytest.raises(PolicyError, match=f"Column {column}"):
        evaluate(expression, **values)


def test_reference_values():
    clauses = parse({"ind": "x", "op": "<", "val": "median_gemeente"}, INDICATORS, PARAMETERS)
    result, rows = explain(clauses, {"x": 3.0}, {}, {("median_gemeente", "x"): 4.0})
    assert result is True
    assert rows[0]["ref"] == "median_gemeente"
    assert rows[0]["threshold"] == 4.0
    assert explain(clauses, {"x": 3.0}, {})[0] is None
    user = parse({"ind": "x", "op": ">=", "val": "user"}, INDICATORS, PARAMETERS)
    assert explain(user, {"x": 3.0}, {})[0] is None


def test_list_of_conditions():
    expression = {
        "all": [
            {
                "any": [
                    {"ind": "moran", "op": "==", "val": "HH"},
                    {"ind": "x", "op": ">=", "par": "high"},
                ]
            },
            {"not": is_true("a")},
        ]
    }  # fmt: skip
    clauses = parse(expression, INDICATORS, PARAMETERS)
    result, rows = explain(
        clauses, {"moran": "island", "x": 1.83, "a": False}, {"high": 1.5}, defining=["x"]
    )
    assert result is True
    assert rows == [
        {"ind": "moran", "op": "==", "ref": None, "threshold": "HH", "value": None,
         "result": None, "group": "any-1", "defining": False},
        {"ind": "x", "op": ">=", "ref": "$high", "threshold": 1.5, "value": 1.83,
         "result": True, "group": "any-1", "defining": True, "basis": "aanname"},
        {"ind": "a", "op": "!=", "ref": None, "threshold": True, "value": False,
         "result": True, "group": "all-2", "defining": False},
    ]  # fmt: skip
    json.dumps(rows)


def test_outcomes_of_one_condition():
    condition = Condition("x", ">=", constant=1.0)
    assert [truth(compare(condition, v, 1.0)) for v in (2.0, 0.5, None)] == [True, False, None]


# -- expressions of the catalogue ----------------------------------------------------------------


def expressions(catalogue):
    for entry in catalogue.entries:
        for trigger in entry["triggers"]:
            if trigger["expr"] is not None:
                yield entry, trigger["expr"]


def test_every_expression_of_the_catalogue_parses_and_is_unknown_without_data(catalogue):
    found = 0
    for entry, expression in expressions(catalogue):
        clauses = parse(expression, catalogue.indicators, catalogue.parameters, entry["id"])
        assert clauses
        if entry["nr"] != "E03":
            assert explain(clauses, {}, catalogue.thresholds())[0] is None
        found += 1
    assert found == 47


def test_the_agreed_percentage_has_no_default(catalogue):
    entry = catalogue.get("afspraken-percentage-betaalbaar")
    (clauses,) = catalogue.trigger_clauses(entry)
    plan = {"plan_affordable": 20.0}
    assert explain(clauses, plan, catalogue.thresholds())[0] is None
    assert explain(clauses, plan, catalogue.thresholds({"affordable_agreed": 30}))[0] is True


def test_inponden_by_hand(catalogue):
    # any(demand_gap; all(speckled 5..95; vulnerable))
    (clauses,) = catalogue.trigger_clauses(catalogue.get("inponden"))
    ask = lambda **values: explain(clauses, values, catalogue.thresholds())[0]  # noqa: E731
    assert ask(demand_gap=True) is True
    assert ask(demand_gap=False, speckled=50.0, vulnerable=True) is True
    assert ask(demand_gap=False, speckled=50.0, vulnerable=None) is None
    assert ask(demand_gap=False, speckled=3.0, vulnerable=None) is False
    assert ask(demand_gap=None, speckled=3.0, vulnerable=True) is None
    assert ask(demand_gap=False, speckled=96.0, vulnerable=True) is False


def test_selling_is_not_for_complexes_that_were_sold_before(catalogue):
    (clauses,) = catalogue.trigger_clauses(catalogue.get("verkoop-sociale-huur"))
    ask = lambda **values: explain(clauses, values, catalogue.thresholds())[0]  # noqa: E731
    assert ask(lq_corp=1.6, speckled=0.0) is True
    assert ask(lq_corp=1.6, speckled=5.0) is False
    assert ask(lq_corp=1.6) is None


def test_an_instrument_is_never_matched_on_benefits(catalogue):
    entry = catalogue.get("ondernemen-vanuit-uitkering")
    expression = next(t["expr"] for t in entry["triggers"] if t["expr"])
    clauses = parse(expression, catalogue.indicators, catalogue.parameters)
    with pytest.raises(PolicyError, match="benefit_share_lq"):
        explain(clauses, {"benefit_share_lq": 2.0}, catalogue.thresholds())
    assert check_columns(catalogue.indicators) == ["benefit_share_lq"]


# -- malformed expressions -----------------------------------------------------------------------


def deep(levels):
    node = is_true("a")
    for _ in range(levels):
        node = {"not": node}
    return node


@pytest.mark.parametrize(
    "expression",
    [
        None, {}, [], "lq_corp >= 1", {"all": []}, {"all": {}}, {"any": [None]},
        {"all": [is_true("a")], "any": [is_true("b")]}, {"none": [is_true("a")]},
        {"not": [is_true("a")]}, {"ind": "a"}, {"ind": "a", "op": "=="},
        {"ind": "a", "op": "=", "val": True}, {"ind": ["a"], "op": "==", "val": True},
        {"ind": "a", "op": ["=="], "val": True}, {"ind": "nergens", "op": "==", "val": True},
        {"ind": "x", "op": ">=", "par": "nergens"}, {"ind": "x", "op": ">=", "par": ["high"]},
        {"ind": "a", "op": ">=", "par": "high"}, {"ind": "a", "op": ">=", "val": True},
        {"ind": "a", "op": "==", "val": 1}, {"ind": "a", "op": "==", "val": "user"},
        {"ind": "x", "op": ">=", "val": True}, {"ind": "x", "op": ">=", "val": "veel"},
        {"ind": "x", "op": ">=", "val": math.nan}, {"ind": "x", "op": ">=", "val": None},
        {"ind": "moran", "op": "==", "val": "XX"}, {"ind": "moran", "op": ">", "val": "HH"},
        {"ind": "x", "op": ">=", "val": 1, "par": "high"},
        {"ind": "x", "op": ">=", "val": 1, "weight": 2},
        deep(20), deep(100_000),
        {"any": [{"all": [is_true(n) for n in "abc"]}] * 5},
    ],
)  # fmt: skip
def test_malformed_expressions_are_refused_with_the_place(expression):
    with pytest.raises(PolicyError, match="here"):
        parse(expression, INDICATORS, PARAMETERS, "here")


def test_the_place_is_exact():
    with pytest.raises(PolicyError, match=r"e\.all\[1\]\.any\[0\].*'nergens'") as raised:
        parse({"all": [is_true("a"), {"any": [is_true("nergens")]}]}, INDICATORS, PARAMETERS, "e")
    assert "onbekend" in raised.value.text.nl


# -- forbidden columns ---------------------------------------------------------------------------

PERSONS = [
    "percentage_met_herkomstland_nederland", "percentageMetHerkomstlandBuitenEuropa",
    "perc_geb_buiten_nl_met_herkomstlnd_buiten_europa", "Nederland_17", "BuitenEuropa_24",
    "a_nl_all", "a_eur_al", "a_neu_al", "a_geb_nl", "a_gbl_ne", "P_WEST_AL", "P_N_W_AL",
    "percentage_niet_westerse_migratieachtergrond", "NietWesters", "westers_pct", "pct_natio",
    "nationaliteit", "geboorteland", "GeborenInNederland", "pct_marokkaans", "turkse_achtergrond",
    "surinaams", "antillen", "religie", "pct_moslim", "kerkgang", "etniciteit", "ethnicity",
    "ervaren_gezondheid", "health_score", "chronisch_ziek", "a_wmo_t", "WmoClienten_93", "p_jz_tn",
    "percentage_jongeren_met_jeugdzorg_in_natura", "SterfteTotaal_27",
    "politiemeldingen", "aantal_misdrijven", "crime_rate", "verdachten", "Diefstal_uit_woning",
    "aantal_personen_met_een_ww_uitkering_totaal", "PersonenPerSoortUitkeringBijstand_87",
    "a_soz_wb", "a_soz_ow", "benefit_share_lq", "probleemschulden",
]  # fmt: skip
PLACES = [
    "percentage_koopwoningen", "percentageKoopwoningen", "p_koopw", "Koopwoningen_47",
    "perc_huurwoningen_in_bezit_woningcorporaties",
    "perc_huurwoningen_in_bezit_overige_verhuurders", "percentage_woningen_met_eigendom_onbekend",
    "InBezitWoningcorporatie_49", "p_wcorpw",
    "share_koop", "share_corp", "lq_corp", "moran_corp", "div_tenure", "vulnerable",
    "free_capacity", "owner_public", "share_lowinc_lq", "percentage_huishoudens_met_laag_inkomen",
    "p_hh_li", "geboorte_totaal", "GeboorteRelatief_26", "a_geb", "a_geh", "share_65", "care_homes",
    "ziekenhuis_incl_buitenpoli_gem_aantal_binnen_5_km", "omgevingsadressendichtheid",
    "combinatie", "internationale_school", "Westerpark", "buurtnaam", "woz", "oppervlakte",
]  # fmt: skip


def test_data_on_persons_are_recognised():
    assert check_columns(PERSONS) == PERSONS


def test_data_on_places_pass():
    assert check_columns(PLACES) == []


def schema_columns(folder):
    for path in sorted(folder.iterdir()):
        text = path.read_text(encoding="utf-8")
        if path.suffix == ".json":
            yield path.name, [item["wfs2023"] for item in json.loads(text)]
        else:
            yield path.name, [line.split("\t")[0].strip() for line in text.splitlines() if line]


# What CBS publishes about origin, health (care, deaths) and benefits, by the stem of its columns.
STEMS = (
    "herkom", "buiteneuropa_", "europaexclusief", "nederland_1", "nederland_2", "migratieachter",
    "a_nl_all", "a_eur_al", "a_neu_al", "a_geb_nl", "a_geb_eu", "a_geb_ne", "a_gbl_", "a_soz_",
    "uitkering", "bijstand", "jeugdzorg", "wmo", "sterfte", "_jz_", "herkmst", "westers", "marokko",
    "turkije", "suriname", "antillen", "geborenin", "vernieling", "misdrij", "diefstal",
)  # fmt: skip


def test_published_columns(shared):
    """Of every published column list exactly those on origin, care, deaths and benefits are hit."""
    seen = 0
    for name, columns in schema_columns(shared / "data" / "schema"):
        hit = set(check_columns(columns))
        meant = {c for c in columns if any(stem in c.lower() for stem in STEMS)}
        assert hit == meant, name
        tenure = [c for c in columns if "koopw" in c.lower() or "huurw" in c.lower()]
        assert not hit & set(tenure)
        seen += len(columns)
    assert seen > 1000


def test_forbidden_patterns_are_regular_expressions_in_lower_case():
    for pattern in (*conditions.FORBIDDEN_PATTERNS, *conditions.FORBIDDEN_CODES):
        assert pattern == pattern.lower()
