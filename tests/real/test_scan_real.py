# SPDX-License-Identifier: GPL-2.0-or-later
"""The whole chain on published data, against numbers computed another way (SQL)."""

from __future__ import annotations

import json
import sqlite3

import geopandas as gpd
import pytest
from wijkmix.wijkmix_plugin.policy import catalogue
from wijkmix.wijkmix_plugin.scan import run_scan


@pytest.fixture(scope="module")
def amsterdam(shared):
    path = shared / "data" / "amsterdam_2023_heerlen_2024.gpkg"
    frame = gpd.read_file(path, layer="amsterdam_2023")
    return run_scan(frame, catalogue.load(), source="amsterdam_2023", permutations=9_999)


def test_dissimilarity_of_amsterdam_agrees_with_sql(shared, amsterdam):
    path = shared / "data" / "amsterdam_2023_heerlen_2024.gpkg"
    sql = """
        WITH u AS (
            SELECT woningvoorraad * perc_huurwoningen_in_bezit_woningcorporaties / 100.0 AS a,
                   woningvoorraad * (percentage_koopwoningen
                       + perc_huurwoningen_in_bezit_overige_verhuurders) / 100.0 AS b
            FROM amsterdam_2023
            WHERE water = 'NEE' AND woningvoorraad > 0 AND percentage_koopwoningen IS NOT NULL
              AND perc_huurwoningen_in_bezit_woningcorporaties IS NOT NULL
              AND perc_huurwoningen_in_bezit_overige_verhuurders IS NOT NULL)
        SELECT count(*), sum(abs(a / (SELECT sum(a) FROM u) - b / (SELECT sum(b) FROM u))) / 2
        FROM u
    """
    with sqlite3.connect(f"file:{path}?mode=ro", uri=True) as database:
        units, expected = database.execute(sql).fetchone()
    indices = amsterdam.indices
    row = indices[(indices["index"] == "dissimilarity") & (indices["group"] == "corp")]
    assert set(row["area"]) == {"all", "GM0363"}
    assert row["n_units"].tolist() == [units] * 2
    assert row["value"].tolist() == pytest.approx([expected] * 2, abs=1e-12)


def test_every_buurt_is_accounted_for(amsterdam):
    frame = amsterdam.frame
    assert len(frame) == 519
    left_out = {item["code"] for item in amsterdam.provenance["excluded"]}
    assert left_out == set(frame.loc[frame["share_koop"].isna(), "buurt_code"])
    assert len(left_out) == 85
    assert set(frame["moran_corp"]) <= {"HH", "LL", "HL", "LH", "ns", "island", "nodata"}
    assert set(frame.loc[frame["share_koop"].isna(), "moran_corp"]) == {"nodata"}


def test_flags_follow_from_the_conditions_they_list(amsterdam):
    """Recompute every status from the results in the reasons: nothing else may decide."""
    for row in amsterdam.frame.itertuples():
        reasons = json.loads(row.flag_reasons)
        for flag in ("herstructurering", "verdichting", "grondverwerving"):
            status = getattr(row, f"flag_{flag}")
            if status is None:
                assert reasons["not_evaluated"] == row.quality
                continue
            groups: dict[str, list] = {}
            for condition in reasons[flag]["conditions"]:
                groups.setdefault(condition["group"], []).append(condition)
            met, defining = [], []
            for conditions in groups.values():
                results = [c["result"] for c in conditions]
                outcome = True if True in results else None if None in results else False
                met.append(outcome)
                if any(c["defining"] for c in conditions):
                    defining.append(outcome)
            if all(m is True for m in met):
                expected = "candidate"
            elif False in met:
                expected = "no"
            else:
                expected = "provisional" if all(d is True for d in defining) else "unknown"
            assert status == expected, (row.buurt_code, flag)


def test_no_land_flag_in_a_vulnerable_buurt(amsterdam):
    frame = amsterdam.frame
    vulnerable = frame[frame["vulnerable"].eq(True)]
    assert len(vulnerable) > 50
    assert set(vulnerable["flag_grondverwerving"]) <= {"no", None}
    assert (vulnerable["flag_grondverwerving"] == "no").sum() > 50


def test_the_whole_country_in_two_classes(shared):
    frame = gpd.read_file(shared / "data" / "nl_buurten_2024.gpkg", layer="buurten")
    result = run_scan(frame, catalogue.load(), permutations=999)
    assert result.classes == ("koop", "huur")
    assert len(result.frame) == 14_566
    assert result.frame["moran_corp"].isna().all()
    assert result.frame["moran_huur"].isin(["HH", "LL"]).sum() > 300
    assert not result.frame["flag_herstructurering"].isin(["candidate", "provisional"]).any()
    # one row per gemeente and index, and the whole
    areas = result.indices[result.indices["index"] == "multigroup_theil_h"]["area"]
    assert areas.is_unique
    assert len(areas) == frame["gemeentecode"].nunique() + 1


def test_profile_of_amsterdam_falls_with_distance(amsterdam):
    rows = amsterdam.indices[amsterdam.indices["bandwidth"].notna()]
    assert set(rows["area"]) == {"all"}
    corp = rows[rows["group"] == "corp"].set_index("bandwidth")["value"]
    assert corp.index.tolist() == [500, 1000, 2000, 4000, 8000]
    assert corp.is_monotonic_decreasing
    alone = amsterdam.indices[
        (amsterdam.indices["index"] == "theil_h") & (amsterdam.indices["group"] == "corp")
    ]
    assert corp.iloc[0] < alone["value"].iloc[0]
