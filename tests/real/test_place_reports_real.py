# SPDX-License-Identifier: GPL-2.0-or-later
"""Reports of places in real data: each can be made, tells its own numbers and judges nobody."""

from __future__ import annotations

import re
from html import unescape

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from wijkmix.wijkmix_plugin.policy import catalogue as policy_catalogue
from wijkmix.wijkmix_plugin.report import paper, place, restore, sheet
from wijkmix.wijkmix_plugin.report.page import FLAGS, Page
from wijkmix.wijkmix_plugin.scan import run_scan

FORBIDDEN = r"probleemwijk|achterstandswijk|slechtste|\bworst\b|\btop 10\b|moet(en)? gesloopt"


@pytest.fixture(scope="module")
def catalogue():
    return policy_catalogue.load()


@pytest.fixture(scope="module", params=["amsterdam_2023", "heerlen_2024"])
def town(request, shared, catalogue):
    path = shared / "data" / "amsterdam_2023_heerlen_2024.gpkg"
    frame = gpd.read_file(path, layer=request.param)
    scan = run_scan(frame, catalogue, source=request.param, permutations=999)
    return scan, restore.restore(pd.DataFrame(scan.frame), scan.provenance)


def text_of(document):
    return unescape(re.sub(r"<[^>]+>", " ", re.sub(r"<style>.*?</style>", " ", document)))


def test_the_layer_gives_the_tables_of_its_scan_again(town):
    scan, stored = town
    keys = ["area", "index", "group", "bandwidth"]
    one = scan.indices.set_index(keys)["value"].astype(float)
    two = stored.indices.set_index(keys)["value"].astype(float)
    assert sorted(map(str, one.index)) == sorted(map(str, two.index))
    np.testing.assert_allclose(two.to_numpy(), one.to_numpy(), rtol=1e-12, equal_nan=True)
    pd.testing.assert_frame_equal(
        stored.wijken[scan.wijken.columns], scan.wijken, check_dtype=False
    )


def test_every_kind_of_buurt_has_a_report_and_a_sheet(town, catalogue):
    _, stored = town
    frame = stored.frame
    status = frame[[f"flag_{flag}" for flag in FLAGS]].astype(str).agg("-".join, axis=1)
    kinds = frame.groupby([status, frame["quality"].astype(str)])["buurt_code"].first()
    page = Page(stored, catalogue, "nl")
    assert len(kinds) >= 3
    for number, code in enumerate(kinds):
        lang = "nl" if number % 2 else "en"
        document = place.render_place(stored, catalogue, code, lang=lang)
        assert not re.search(FORBIDDEN, text_of(document).lower())
        row = frame[frame["buurt_code"] == code].iloc[0]
        if row["n_koop"] == row["n_koop"]:
            share = f"{100 * row['n_koop'] / row[[f'n_{c}' for c in stored.classes]].sum():.1f}%"
            assert (share.replace(".", ",") if lang == "nl" else share) in document
        written = paper.paper(document, 660, lang)
        assert len(written.drawings) == written.html.count("<img")
        told = sheet.sheet(page, code)
        flagged = any(row[f"flag_{flag}"] in ("candidate", "provisional") for flag in FLAGS)
        assert bool(told.companions) == flagged
        assert ('class="must"' in document) == flagged


def test_a_wijk_of_each_town_has_a_report(town, catalogue):
    _, stored = town
    for wijk in sorted(set(stored.frame["wijk_code"].dropna()))[:5]:
        document = place.render_place(stored, catalogue, wijk, "wijk", lang="nl")
        members = stored.frame.loc[stored.frame["wijk_code"] == wijk, "buurt_code"]
        assert all(code in document for code in members)
        assert not re.search(FORBIDDEN, text_of(document).lower())
