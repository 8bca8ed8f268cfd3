# SPDX-License-Identifier: GPL-2.0-or-later
"""Indicator columns as users supply them: no code read as a number, no word as a truth."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from wijkmix.wijkmix_plugin.errors import TableError
from wijkmix.wijkmix_plugin.policy import catalogue, indicators


@pytest.fixture(scope="module")
def shipped():
    return catalogue.load()


def test_numbers_lose_missing_codes_and_read_text(shipped):
    frame = pd.DataFrame(
        {"free_capacity": ["20", "7,5", "-99997", ".", None], "owner_public": [10, -99997, 0, 5, 1]}
    )
    clean = indicators.clean(frame, shipped)
    assert clean["free_capacity"].dtype == float
    np.testing.assert_array_equal(clean["free_capacity"], [20, 7.5, np.nan, np.nan, np.nan])
    np.testing.assert_array_equal(clean["owner_public"], [10, np.nan, 0, 5, 1])


def test_text_that_is_no_number_is_refused_by_name(shipped):
    frame = pd.DataFrame({"free_capacity": ["20", "veel"]})
    with pytest.raises(TableError, match=r"free_capacity must hold numbers; found: veel") as caught:
        indicators.clean(frame, shipped)
    assert "free_capacity moet getallen bevatten; gevonden: veel" in caught.value.text.nl


@pytest.mark.parametrize(
    ("value", "meant"),
    [
        (True, True), (1, True), (1.0, True), ("1", True), ("ja", True), (" Ja ", True),
        ("waar", True), (False, False), (0, False), (0.0, False), ("0", False), ("nee", False),
        ("FALSE", False), (None, None), (float("nan"), None), ("", None), (np.True_, True),
        (np.False_, False),
    ],
)  # fmt: skip
def test_yes_and_no_in_the_spellings_of_layers(shipped, value, meant):
    frame = pd.DataFrame({"condition_flag": pd.Series([value], dtype=object)})
    (found,) = indicators.clean(frame, shipped)["condition_flag"]
    assert found is meant


def test_other_words_and_numbers_are_no_yes_or_no(shipped):
    with pytest.raises(TableError, match=r"vulnerable must be yes or no .*found: 2, misschien"):
        indicators.clean(pd.DataFrame({"vulnerable": ["ja", "misschien", 2]}), shipped)


def test_cluster_labels_are_checked(shipped):
    labels = ["HH", "ns", "island", "nodata", None]
    clean = indicators.clean(pd.DataFrame({"moran_corp": labels}), shipped)
    assert clean["moran_corp"].tolist() == labels
    with pytest.raises(TableError, match=r"moran_corp must hold cluster labels .*found: High-High"):
        indicators.clean(pd.DataFrame({"moran_corp": ["High-High", "HH"]}), shipped)


def test_other_columns_index_and_input_stay_as_they_are(shipped):
    frame = pd.DataFrame({"naam": ["veel", None], "free_capacity": ["1", "2"]}, index=[7, 3])
    before = frame.copy()
    clean = indicators.clean(frame, shipped)
    assert clean["naam"].tolist() == ["veel", None]
    assert clean.index.tolist() == [7, 3]
    pd.testing.assert_frame_equal(frame, before)


def test_a_long_list_of_wrong_values_is_cut(shipped):
    frame = pd.DataFrame({"free_capacity": [f"x{n:02d}" for n in range(30)]})
    with pytest.raises(TableError, match=r"x00, .*x09 … \(\+20\)\."):
        indicators.clean(frame, shipped)


@pytest.mark.parametrize(
    ("name", "value", "bounds"),
    [
        ("div_tenure", 35.0, "from 0 to 1, and of unit BU2 it is 35"),
        ("lq_corp", -1.0, "0 or more, and of unit BU2 it is −1"),
        ("share_koop", 101.0, "from 0 to 100, and of unit BU2 it is 101"),
        ("free_capacity", -3.0, "0 or more, and of unit BU2 it is −3"),
        ("env_minus_block", -1.5, "from −1 to 1, and of unit BU2 it is −1.5"),
    ],
)
def test_what_an_indicator_cannot_be_is_refused(shipped, name, value, bounds):
    frame = pd.DataFrame({"buurt_code": ["BU1", "BU2"], name: [0.5, value]})
    with pytest.raises(TableError, match=rf"{name} is a number {bounds}") as caught:
        indicators.clean(frame, shipped)
    assert "BU2" in caught.value.text.nl
    with pytest.raises(TableError, match="in row 2"):
        indicators.clean(frame[[name]], shipped)


def test_what_lies_on_the_bounds_passes(shipped):
    frame = pd.DataFrame(
        {
            "div_tenure": [0.0, 1.0 + 1e-12, -99997],
            "tenure_change": [-1.0, 1.0, 0.0],
            "delta_lowinc": [-100.0, 100.0, 3.0],
            "dw_per_ha": [-2.0, 1e9, 0.0],
        }
    )
    assert indicators.clean(frame, shipped)["delta_lowinc"].tolist() == [-100.0, 100.0, 3.0]


def test_no_rows(shipped):
    frame = pd.DataFrame({"free_capacity": [], "vulnerable": [], "moran_corp": []}, dtype=object)
    clean = indicators.clean(frame, shipped)
    assert len(clean) == 0
    assert list(clean) == ["free_capacity", "vulnerable", "moran_corp"]


@pytest.mark.parametrize(
    "columns",
    [
        {"owner_market": [0.6, 0.1, None]},
        {"owner_public": [1.0, 0.0]},
        {"share_koop": [0.4, 0.2], "share_corp": [0.5, 0.1], "share_overig_huur": [0.1, 0.7]},
    ],
)
def test_fractions_where_percentages_are_due_are_refused(shipped, columns):
    with pytest.raises(
        TableError, match=r"look like fractions\. Multiply the column by 100"
    ) as found:
        indicators.clean(pd.DataFrame(columns), shipped)
    assert "lijken fracties" in found.value.text.nl
    assert next(iter(columns)) in found.value.text.nl


@pytest.mark.parametrize(
    "columns",
    [
        {"owner_market": [0.6, 1.01]},
        {"owner_public": [0.0, 0.0, None]},
        {"owner_public": [None, None]},
        {"share_koop": [40.0, 99.5], "share_overig_huur": [0.4, 0.5]},
        {"owner_public": [60.0, 12.5], "owner_market": [0.4, 0.5]},
        {"delta_lowinc": [0.4, 0.5]},
        {"div_tenure": [0.4, 0.5]},
        {"lq_corp": [0.4, 0.5]},
    ],
)
def test_small_numbers_that_may_be_right_pass(shipped, columns):
    frame = pd.DataFrame(columns)
    assert len(indicators.clean(frame, shipped)) == len(frame)
