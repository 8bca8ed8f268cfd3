# SPDX-License-Identifier: GPL-2.0-or-later
"""The flags on published Dutch figures."""

from __future__ import annotations

import json

import geopandas as gpd
import pytest
from wijkmix.wijkmix_plugin import scan
from wijkmix.wijkmix_plugin.policy import catalogue as policy
from wijkmix.wijkmix_plugin.policy import flags

LAYERS = {
    "amsterdam": ("amsterdam_2023_heerlen_2024.gpkg", "amsterdam_2023", 519),
    "heerlen": ("amsterdam_2023_heerlen_2024.gpkg", "heerlen_2024", 57),
    "rijnmond": ("rijnmond_buurten_2024.gpkg", "buurten", 702),
}


@pytest.fixture(scope="module")
def catalogue():
    return policy.load()


@pytest.fixture(scope="module")
def scanned(shared, catalogue):
    found = {}

    def get(name):
        if name not in found:
            file, layer, n = LAYERS[name]
            frame = gpd.read_file(shared / "data" / file, layer=layer)
            assert len(frame) == n
            found[name] = scan.run_scan(frame, catalogue, permutations=999).frame
        return found[name]

    return get


@pytest.mark.parametrize("name", LAYERS)
def test_every_buurt_has_a_status_and_its_reasons(scanned, catalogue, name):
    frame = scanned(name)
    for row in frame.to_dict("records"):
        told = json.loads(row["flag_reasons"])
        empty = row["quality"] in flags.NOT_EVALUATED
        for flag in flags.FLAGS:
            if empty:
                assert row[f"flag_{flag}"] is None
                assert told["not_evaluated"] == row["quality"]
                continue
            status = row[f"flag_{flag}"]
            assert told[flag]["status"] == status
            groups = {}
            for c in told[flag]["conditions"]:
                groups.setdefault(c["group"], []).append(c)
            outcome = [
                True if any(c["result"] for c in g)
                else None if any(c["result"] is None for c in g)
                else False
                for g in groups.values()
            ]  # fmt: skip
            assert (status == "no") == (False in outcome)
            assert (status == "candidate") == all(outcome)
            if status == "provisional":
                assert all(
                    o for o, g in zip(outcome, groups.values(), strict=True) if g[0]["defining"]
                )


@pytest.mark.parametrize("name", LAYERS)
def test_no_land_acquisition_in_a_vulnerable_or_unknown_area(scanned, name):
    frame = scanned(name)
    raised = frame["flag_grondverwerving"].isin(flags.RAISED)
    assert all(v is False for v in frame.loc[raised, "vulnerable"])


def test_amsterdam_has_no_candidates_without_plans_and_land(scanned):
    """Capacity, land ownership, age and labels are not in the layer: no flag can be complete."""
    frame = scanned("amsterdam")
    for flag in flags.FLAGS:
        counts = frame[f"flag_{flag}"].value_counts()
        assert "candidate" not in counts
        # Age and labels do not define restructuring; plans and land define the other two.
        assert ("provisional" in counts) == (flag == "herstructurering")
        assert 0 < counts["unknown"] < counts["no"]


def test_rijnmond_has_no_income_figures_so_vulnerable_is_unknown(scanned):
    frame = scanned("rijnmond")
    assert frame["vulnerable"].isna().all()
    assert not frame["flag_grondverwerving"].isin(flags.RAISED).any()
    assert frame["flag_herstructurering"].eq("provisional").any()


def test_two_classes_leave_the_flags_unknown_or_no(scanned):
    """Heerlen tells owner-occupied from rented only; corporation rental is unknown there."""
    frame = scanned("heerlen")
    for flag in flags.FLAGS:
        assert set(frame[f"flag_{flag}"].dropna()) <= {"no", "unknown"}


def test_known_capacity_makes_candidates(scanned, catalogue):
    frame = scanned("amsterdam").copy()
    frame["free_capacity"] = 100.0
    before = frame["flag_verdichting"]
    after = flags.evaluate_flags(frame, catalogue)["flag_verdichting"]
    known = frame[["div_tenure", "lq_corp", "dw_per_ha"]].notna().all(axis=1)
    decided = known & (before == "unknown")
    assert decided.any()
    assert (after[decided] == "candidate").all()
    assert (after[before == "no"] == "no").all()
    robust = flags.robustness(frame, catalogue)["flag_robustness_verdichting"]
    assert robust.notna().equals(after.isin(flags.RAISED))
    assert set(robust.dropna()) <= {f"{k}/6" for k in range(7)}


def test_published_origin_and_benefit_columns_change_nothing(shared, scanned, catalogue):
    file, layer, _ = LAYERS["rijnmond"]
    raw = gpd.read_file(shared / "data" / file, layer=layer)
    forbidden = flags.check_columns(raw.columns)
    assert len(forbidden) > 20
    without = scan.run_scan(raw.drop(columns=forbidden), catalogue, permutations=999).frame
    assert without["flag_reasons"].tolist() == scanned("rijnmond")["flag_reasons"].tolist()
