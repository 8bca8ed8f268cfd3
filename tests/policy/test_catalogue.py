# SPDX-License-Identifier: GPL-2.0-or-later
"""The shipped catalogue is whole, bilingual and well formed, and a user's own cannot break it."""

from __future__ import annotations

import json
import re
import sys
from datetime import date

import jsonschema
import pytest
from wijkmix.wijkmix_plugin.errors import PolicyError
from wijkmix.wijkmix_plugin.policy import catalogue as policy
from wijkmix.wijkmix_plugin.policy import schema as own_schema
from wijkmix.wijkmix_plugin.policy.catalogue import is_stale, load

NUMBERS = {"F": 13, "W": 8, "S": 18, "E": 12, "P": 7}
FLAGS = ("herstructurering", "verdichting", "grondverwerving")


def walk(node, path=()):
    yield path, node
    if isinstance(node, dict):
        for key, value in node.items():
            yield from walk(value, (*path, key))
    elif isinstance(node, list):
        for place, value in enumerate(node):
            yield from walk(value, (*path, place))


# -- what is in it -------------------------------------------------------------------------------


def test_51_instruments_and_7_process_entries(catalogue):
    assert len(catalogue.instruments) == 51
    assert len(catalogue.process_instruments) == 7
    assert len({e["id"] for e in catalogue.entries}) == len({e["nr"] for e in catalogue.entries})
    expected = [f"{letter}{k:02d}" for letter, n in NUMBERS.items() for k in range(1, n + 1)]
    assert [e["nr"] for e in catalogue.entries] == expected


def test_same_ids_and_triggers_as_the_domain_catalogue(catalogue, shared):
    source = json.loads((shared / "domain" / "catalogue.json").read_text(encoding="utf-8"))
    both = source["instruments"] + source["process_instruments"]
    assert [e["id"] for e in both] == [e["id"] for e in catalogue.entries]
    for ours, theirs in zip(catalogue.entries, both, strict=True):
        assert [t["expr"] for t in ours["triggers"]] == [t["expr"] for t in theirs["triggers"]]
        for key in ("companions", "candidate_flags", "source_footnotes", "scale", "actors"):
            assert ours[key] == theirs[key]
    for part in ("indicators", "parameters", "candidate_flags", "value_refs"):
        assert list(catalogue.data[part]) == list(source[part])
    defaults = {k: p["default"] for k, p in source["parameters"].items()}
    assert catalogue.thresholds() == defaults


def test_nothing_unverified_is_shipped(catalogue):
    for path, node in walk(catalogue.data):
        if isinstance(node, dict):
            assert not {"own_knowledge_unverified", "confidence"} & set(node), path


def test_everything_is_in_dutch_and_english(catalogue):
    for path, node in walk(catalogue.data):
        if isinstance(node, dict) and {"nl", "en"} & set(node):
            assert node.get("nl", "").strip(), path
            assert node.get("en", "").strip(), path
        if path and isinstance(path[-1], str) and path[-1].endswith(("_en", "_nl")):
            assert path == ("meta", "disclaimer_en") or path == ("meta", "disclaimer_nl")
    # Longer texts that are the same in both languages were not translated.
    same = [
        (path, node["nl"])
        for path, node in walk(catalogue.data)
        if isinstance(node, dict)
        and node.get("nl") == node.get("en")
        and len(node.get("nl", "")) > 40
    ]
    assert same == []


def test_no_word_that_judges_an_area(catalogue):
    forbidden = re.compile(
        r"probleemwijk|probleembuurt|achterstandswijk|achterstandsbuurt|achterstandsscore|getto"
        r"|moet(en)? (worden )?gesloopt|problem (district|neighbourhood)|must be demolished|ghetto"
        r"|slechtste wijk|worst (district|neighbourhood)|\bLISA\b",
        re.IGNORECASE,
    )
    found = [
        (path, node)
        for path, node in walk(catalogue.data)
        if isinstance(node, str) and forbidden.search(node)
    ]
    assert found == []


def test_no_score_and_no_rank(catalogue):
    names = {path[-1] for path, _ in walk(catalogue.data) if path and isinstance(path[-1], str)}
    assert not {n for n in names if re.search(r"score|rank|top10|worst", n)}


def test_a_bill_is_never_called_a_law(catalogue):
    bill = catalogue.get("wet-versterking-regie")
    assert {rule["status_at_source"] for rule in bill["legal"]} == {"bill_at_source"}
    assert catalogue.labels["legal_status"]["bill_at_source"] == {
        "nl": "wetsvoorstel op de brondatum",
        "en": "bill at the source date",
    }


def test_every_key_that_is_used_has_a_label(catalogue):
    labels = catalogue.labels
    for entry in catalogue.entries:
        assert entry["use"] in labels["uses"]
        assert entry["kind"] in catalogue.kinds
        for trigger in entry["triggers"]:
            assert trigger["basis"] in labels["bases"]
            assert trigger["measurable"] in labels["measurable"]
        for caveat in entry["caveats"]:
            assert caveat["basis"] in labels["bases"]
        for claim in entry["evidence"]:
            assert claim["direction"] in labels["evidence"]
    assert set(labels["flag_status"]) == {"candidate", "provisional", "no", "unknown"}
    assert catalogue.label("actors", "corporatie", "nl") == "woningcorporatie"
    assert catalogue.label("actors", "nobody", "nl") == "nobody"


# -- flags, instruments, companions --------------------------------------------------------------


@pytest.mark.parametrize("flag", [*FLAGS, "mozaiek"])
def test_flag_leads_to_instruments_and_companions(catalogue, flag):
    rule = catalogue.candidate_flags[flag]
    found = [e["id"] for e in catalogue.matching(flag)]
    assert found[0] == rule["defining_instrument"]
    assert set(found) == {rule["defining_instrument"], *rule["instruments"], *rule["must_show"]}
    assert len(found) == len(set(found))
    assert [e["id"] for e in catalogue.companions(flag)] == rule["must_show"]
    if flag in FLAGS:
        assert {"sociaal", "economisch"} <= {e["domain"] for e in catalogue.companions(flag)}
    for entry in catalogue.entries:
        assert (flag in entry["candidate_flags"]) == (entry["id"] in rule["instruments"])


def test_unknown_flag_and_entry_are_named(catalogue):
    with pytest.raises(PolicyError, match=r"sloop.*herstructurering"):
        catalogue.matching("sloop")
    with pytest.raises(PolicyError, match="nergens"):
        catalogue.get("nergens")


def test_warning_and_designation_entries(catalogue):
    warning = [e["nr"] for e in catalogue.entries if not policy.is_choosable(e)]
    designated = [e["nr"] for e in catalogue.entries if policy.needs_designation(e)]
    assert warning == ["W03"]
    assert designated == ["W04", "W05", "W06"]


def test_select_by_scale_and_actor(catalogue):
    assert [e["nr"] for e in catalogue.select(scale="portiek")] == ["W01", "W02", "S07"]
    assert [e["nr"] for e in catalogue.select(actor="burgemeester")] == [
        e["nr"] for e in catalogue.entries if "burgemeester" in e["actors"]
    ]
    assert len(catalogue.select(domain="sociaal")) == 18
    assert len(catalogue.select()) == 58


def test_triggers_that_may_be_matched(catalogue):
    own = {e["nr"]: catalogue.trigger_clauses(e) for e in catalogue.entries}
    assert own["E03"] == []  # benefits of persons: to read, never to match
    assert len(own["F09"]) == 2
    with_expression = {e["nr"] for e in catalogue.entries if any(t["expr"] for t in e["triggers"])}
    assert {nr for nr, found in own.items() if found} == with_expression - {"E03"}


# -- thresholds ----------------------------------------------------------------------------------


def test_thresholds(catalogue):
    assert catalogue.thresholds({"lq_high": 1.8})["lq_high"] == 1.8
    assert catalogue.thresholds()["affordable_agreed"] is None
    assert catalogue.thresholds({"affordable_agreed": 30})["affordable_agreed"] == 30
    assert {p["basis"] for p in catalogue.parameters.values()} == {"assumption"}


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"lq_hihg": 1.8}, "lq_hihg.*lq_high"),
        ({"lq_high": "1.8"}, "lq_high"),
        ({"lq_high": True}, "lq_high"),
        ({"lq_high": float("nan")}, "lq_high"),
        ({"div_low": 1.5}, "div_low.*from 0 to 1"),
        ({"postwar_high": 101}, "postwar_high.*from 0 to 100"),
        ({"cap_min": -1}, "cap_min"),
        ([1.8], "names with values"),
        (None, "names with values"),
    ],
)
def test_wrong_thresholds(catalogue, values, message):
    with pytest.raises(PolicyError, match=message):
        catalogue.check_thresholds(values)


# -- law with its date ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("as_of", "today", "checked", "stale"),
    [
        ("2024-09", date(2025, 8, 31), None, False),
        ("2024-09", date(2025, 9, 1), None, True),
        ("2024-09", date(2026, 11, 1), "2026-02-10", False),
        ("2024-09", date(2027, 2, 9), "2026-02-10", False),
        ("2024-09", date(2027, 2, 10), "2026-02-10", True),
        ("2024-09", date(2025, 1, 1), "2023-01-01", False),
        ("2024-02-29", date(2025, 2, 28), None, False),
        ("2024-02-29", date(2025, 3, 1), None, True),
    ],
)
def test_law_is_due_for_a_check_after_twelve_months(as_of, today, checked, stale):
    assert is_stale(as_of, today, checked) is stale


@pytest.mark.parametrize(("as_of", "checked"), [("september", None), ("2024-09", "2031-01-01")])
def test_dates_that_cannot_be(as_of, checked):
    with pytest.raises(PolicyError):
        is_stale(as_of, date(2026, 1, 1), checked)


# -- the schema ----------------------------------------------------------------------------------


def test_shipped_catalogue_fits_the_schema(data, schema):
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.Draft202012Validator(schema).validate(data)
    assert list(own_schema.problems(data, schema)) == []
    policy.validate(data)


def change(path, value):
    """Set or, for None, delete what lies at a path."""

    def apply(data):
        node = data
        for step in path[:-1]:
            node = node[step]
        if value is None:
            del node[path[-1]]
        else:
            node[path[-1]] = value

    return apply


BROKEN = {
    "version of the future": change(["schema_version"], 2),
    "version is text": change(["schema_version"], "1"),
    "part missing": change(["legal_watch"], None),
    "unknown part": change(["scores"], []),
    "no Dutch": change(["instruments", 0, "label", "nl"], None),
    "empty English": change(["instruments", 0, "what", "en"], ""),
    "third language": change(["instruments", 0, "what", "fr"], "terrain"),
    "unknown domain": change(["instruments", 0, "domain"], "magie"),
    "unknown kind": change(["instruments", 0, "kind"], "dwang"),
    "number of another form": change(["instruments", 0, "nr"], "1"),
    "id with spaces": change(["instruments", 0, "id"], "Grond beleid"),
    "no caveat": change(["instruments", 0, "caveats"], []),
    "caveat without basis": change(["instruments", 0, "caveats", 0, "basis"], None),
    "evidence of an unknown direction": change(["instruments", 0, "evidence", 0, "direction"], "+"),
    "footnote as text": change(["instruments", 0, "evidence", 0, "footnotes"], ["46"]),
    "trigger without expr": change(["instruments", 0, "triggers", 0, "expr"], None),
    "expression of nothing": change(["instruments", 0, "triggers", 0, "expr"], {}),
    "expression with two keys": change(
        ["instruments", 0, "triggers", 0, "expr"], {"all": [{}], "any": [{}]}
    ),
    "empty all": change(["instruments", 0, "triggers", 0, "expr"], {"all": []}),
    "condition with val and par": change(
        ["instruments", 0, "triggers", 0, "expr"],
        {"ind": "lq_corp", "op": ">", "val": 1, "par": "lq_high"},
    ),
    "unknown operator": change(
        ["instruments", 0, "triggers", 0, "expr"], {"ind": "lq_corp", "op": "=~", "val": 1}
    ),
    "parameter as text": change(["parameters", "lq_high", "default"], "1.5"),
    "flag missing": change(["candidate_flags", "grondverwerving"], None),
    "flag without companions": change(["candidate_flags", "verdichting", "must_show"], []),
    "flag twice": change(["instruments", 0, "candidate_flags"], ["grondverwerving"] * 2),
    "check without reference": change(["legal_watch", 0, "checked"], {"date": "2026-01-01"}),
    "check on no day": change(
        ["legal_watch", 0, "checked"], {"date": "2026-13-01", "reference": "wetten.nl"}
    ),
}


@pytest.mark.parametrize("name", BROKEN)
def test_broken_catalogues_are_rejected_by_the_schema_and_by_us(data, schema, name):
    BROKEN[name](data)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.Draft202012Validator(schema).validate(data)
    assert list(own_schema.problems(data, schema))
    with pytest.raises(PolicyError):
        policy.validate(data)


DANGLING = {
    "unknown indicator": (
        change(["instruments", 0, "triggers", 0, "expr"], {"ind": "nergens", "op": ">", "val": 1}),
        r"grondbeleid-grondposities.triggers\[0\].expr.*nergens",
    ),
    "unknown parameter": (
        change(
            ["instruments", 0, "triggers", 0, "expr"], {"ind": "lq_corp", "op": ">", "par": "q"}
        ),
        r"triggers\[0\].expr.*'q'",
    ),
    "text where a number is due": (
        change(
            ["instruments", 0, "triggers", 0, "expr"], {"ind": "lq_corp", "op": ">", "val": "HH"}
        ),
        "lq_corp",
    ),
    "number where truth is due": (
        change(
            ["instruments", 0, "triggers", 0, "expr"], {"ind": "vulnerable", "op": "==", "val": 1}
        ),
        "vulnerable",
    ),
    "companion": (change(["instruments", 0, "companions"], ["nergens"]), "companions.*nergens"),
    "watch": (change(["instruments", 0, "legal", 0, "watch"], "L99"), "L99"),
    "actor": (change(["instruments", 0, "actors"], ["koning"]), "koning"),
    "scale": (change(["instruments", 0, "scale", "source"], ["maan"]), "maan"),
    "flag": (change(["instruments", 0, "candidate_flags"], ["nergens"]), "nergens"),
    "legal status": (change(["instruments", 0, "legal", 0, "status_at_source"], "x"), "'x'"),
    "number twice": (change(["instruments", 1, "nr"], "F01"), "F01.*twice"),
    "companion of a flag": (
        change(["candidate_flags", "verdichting", "must_show"], ["nergens"]),
        "candidate_flags.verdichting.*nergens",
    ),
    "defining indicator that defines nothing": (
        change(["candidate_flags", "verdichting", "defining_indicators"], ["mosaic"]),
        "mosaic",
    ),
    "only physical companions": (
        change(["candidate_flags", "verdichting", "must_show"], ["nieuwbouw-voor-sloop"]),
        "social",
    ),
    "warning in a flag": (change(["instruments", 15, "candidate_flags"], ["verdichting"]), "warn"),
    "unit without label": (change(["parameters", "lq_high", "unit"], "el"), "'el'"),
}


@pytest.mark.parametrize("name", DANGLING)
def test_names_that_lead_nowhere(data, name):
    apply, message = DANGLING[name]
    apply(data)
    with pytest.raises(PolicyError, match=message):
        policy.validate(data)


def test_the_schema_reader_refuses_rules_it_does_not_know():
    with pytest.raises(NotImplementedError):
        list(own_schema.problems({}, {"dependentRequired": {}}))
    # True is no 1 and no number, in JSON.
    assert list(own_schema.problems(True, {"const": 1}))
    assert list(own_schema.problems(True, {"type": "number"}))
    assert not list(own_schema.problems(1.0, {"type": "integer", "const": 1}))


# -- what may never be ---------------------------------------------------------------------------


def entry_place(data, key):
    return next(k for k, e in enumerate(data["instruments"]) if e["id"] == key)


def test_land_acquisition_stays_out_of_vulnerable_areas_whatever_the_catalogue_says(data):
    place = entry_place(data, "grondbeleid-grondposities")
    trigger = next(t for t in data["instruments"][place]["triggers"] if t["expr"])
    conditions = trigger["expr"]["all"]
    without = [c for c in conditions if c.get("ind") != "vulnerable"]
    either = {"any": [c for c in conditions if c.get("ind") == "vulnerable"] + without[-1]["any"]}
    for members in (
        without,
        [*without, either],
        [*without, {"ind": "vulnerable", "op": "==", "val": True}],
    ):
        trigger["expr"] = {"all": members}
        with pytest.raises(PolicyError, match="not vulnerable"):
            policy.validate(data)
    trigger["expr"] = {"all": [*without, {"not": {"ind": "vulnerable", "op": "==", "val": True}}]}
    policy.validate(data)
    data["candidate_flags"]["grondverwerving"]["defining_indicators"] = ["lq_corp"]
    with pytest.raises(PolicyError, match="not vulnerable"):
        policy.validate(data)


def test_no_flag_from_benefits(data):
    place = entry_place(data, "verdichting")
    trigger = next(t for t in data["instruments"][place]["triggers"] if t["expr"])
    trigger["expr"]["all"].append({"ind": "benefit_share_lq", "op": ">=", "par": "lq_mod"})
    with pytest.raises(PolicyError, match="benefit_share_lq"):
        policy.validate(data)


# -- the user's own ------------------------------------------------------------------------------


def write(path, content):
    path.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
    return path


def test_own_catalogue_changes_and_extends_by_id(catalogue, tmp_path):
    new = {**catalogue.get("verdichting"), "id": "eigen-instrument", "nr": "X01"}
    new["companions"] = []
    own = write(
        tmp_path / "own.json",
        {
            "schema_version": 1,
            "parameters": {"lq_high": {"default": 1.8}},
            "instruments": [{"id": "inponden", "what": {"en": "Ours.", "nl": "Onze."}}, new],
            "legal_watch": [
                {"id": "L03", "checked": {"date": "2026-10-01", "reference": "wetten.overheid.nl"}}
            ],
        },
    )
    merged = load(override=own)
    assert merged.warnings == ()
    assert merged.thresholds()["lq_high"] == 1.8
    assert merged.parameters["lq_high"]["label"] == catalogue.parameters["lq_high"]["label"]
    assert merged.get("inponden")["what"] == {"en": "Ours.", "nl": "Onze."}
    assert merged.get("inponden")["caveats"] == catalogue.get("inponden")["caveats"]
    assert len(merged.entries) == 59
    assert "eigen-instrument" in [e["id"] for e in merged.matching("verdichting")]
    assert merged.version == "1.0.0+own"
    assert catalogue.version == "1.0.0"
    # The shipped data are read anew each time and stay as they are.
    assert len(load().entries) == 58


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("{broken", "cannot be read"),
        ("[1, 2]", "no object"),
        ("[" * 100_000, "cannot be read"),
        ({"schema_version": 2}, "Update the plugin"),
        ({"schema_version": "one"}, "Update the plugin"),
        ({"instruments": [{"id": "half-an-entry"}]}, "half-an-entry"),
        ({"instruments": [{"nr": "no id at all"}]}, "instruments"),
        ({"instruments": {"a": 1}}, "instruments"),
        ({"instruments": None}, "instruments"),
        ({"candidate_flags": []}, "candidate_flags"),
        ({"parameters": {"lq_high": 1.8}}, "parameters.lq_high"),
        ({"parameters": {"nieuw": {"default": 1}}}, "parameters.nieuw"),
        ({"scores": {"GM0363": 1}}, "scores"),
        (
            {"candidate_flags": {"verdichting": {"instruments": ["nergens"]}}},
            "candidate_flags.verdichting",
        ),
    ],
)
def test_broken_own_catalogue_keeps_the_shipped_one_and_says_why(
    catalogue, tmp_path, content, reason
):
    kept = load(override=write(tmp_path / "own.json", content))
    assert kept.data == catalogue.data
    assert kept.version == "1.0.0"
    assert len(kept.warnings) == 1
    assert "own.json" in kept.warnings[0].en
    assert "own.json" in kept.warnings[0].nl
    assert reason in kept.warnings[0].en


def test_own_catalogue_that_is_not_there(tmp_path):
    kept = load(override=tmp_path / "absent.json")
    assert "absent.json" in kept.warnings[0].nl
    assert len(kept.entries) == 58


def test_braces_in_names_do_not_trip_the_messages(tmp_path):
    own = write(tmp_path / "own.json", {"instruments": [{"id": "{en} {0} %s"}]})
    assert "{en} {0} %s" in load(override=own).warnings[0].en


def test_another_whole_catalogue(data, tmp_path):
    data["meta"]["catalogue_version"] = "2.1.0"
    assert load(write(tmp_path / "other.json", data)).version == "2.1.0"
    del data["domains"]
    with pytest.raises(PolicyError, match="domains"):
        load(write(tmp_path / "other.json", data))
    with pytest.raises(PolicyError, match="cannot be read"):
        load(tmp_path / "none.json")


def test_byte_order_mark_is_no_problem(catalogue, tmp_path):
    own = tmp_path / "own.json"
    own.write_bytes(b"\xef\xbb\xbf" + b'{"parameters": {"lq_high": {"default": 2}}}')
    assert load(override=own).thresholds()["lq_high"] == 2


# -- only the standard library -------------------------------------------------------------------


def test_catalogue_and_conditions_need_no_library(catalogue):
    import subprocess
    from pathlib import Path

    root = Path(policy.__file__).parents[2]
    code = (
        "import importlib.util, sys\n"
        f"spec = importlib.util.spec_from_file_location('wijkmix', r'{root / '__init__.py'}',\n"
        f"    submodule_search_locations=[r'{root}'])\n"
        "sys.modules['wijkmix'] = importlib.util.module_from_spec(spec)\n"
        "from wijkmix.wijkmix_plugin.policy import catalogue, conditions\n"
        "found = catalogue.load()\n"
        "catalogue.validate(found.data)\n"
        "outside = {'numpy', 'pandas', 'scipy', 'qgis', 'jsonschema'} & set(sys.modules)\n"
        "print(len(found.entries), sorted(outside))\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "58 []"


def test_entries_of_the_own_catalogue_are_marked(catalogue, tmp_path):
    new = {**catalogue.get("verdichting"), "id": "eigen-instrument", "nr": "X01", "companions": []}
    same = {"id": "uitruilafspraken", "nr": catalogue.get("uitruilafspraken")["nr"]}
    own = {"instruments": [{"id": "inponden", "what": {"en": "Ours.", "nl": "Onze."}}, new, same]}
    merged = load(override=write(tmp_path / "own.json", own))
    assert merged.own == {"inponden": "changed", "eigen-instrument": "new"}
    assert policy.own_mark(merged, "eigen-instrument").nl == "eigen catalogus"
    assert policy.own_mark(merged, "inponden").nl == "gewijzigd door eigen catalogus"
    assert policy.own_mark(merged, "verdichting") is None
    assert catalogue.own == {}
