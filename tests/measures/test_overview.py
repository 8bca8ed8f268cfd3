# SPDX-License-Identifier: GPL-2.0-or-later
"""The index table of a scan: what rounding leaves open, or the word that a value is a point."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from wijkmix.wijkmix_plugin.measures import overview, segregation

CLASSES = ("koop", "corp", "overig")


def town(gemeenten, units=60):
    """Return exact counts, the same from whole percentages, dwellings and gemeente codes."""
    rng = np.random.default_rng(3)
    exact = rng.integers(0, 400, (units, 3)).astype(float)
    dwellings = exact.sum(axis=1)
    rounded = np.round(100 * exact / dwellings[:, None]) / 100 * dwellings[:, None]
    codes = np.array([f"GM{i * gemeenten // units:04d}" for i in range(units)], dtype=object)
    return exact, rounded, dwellings, codes


def table(counts, dwellings, codes):
    return overview.index_table(
        pd.DataFrame(counts, columns=list(CLASSES)), CLASSES, codes, None, dwellings
    )


def test_the_interval_holds_the_exact_value():
    exact, rounded, dwellings, codes = town(2)
    found = table(rounded, dwellings, codes)
    truth = segregation.indices(exact, CLASSES, area=codes, which=overview.INDEX_IDS)
    assert found["area"].tolist() == truth["area"].tolist()
    assert (found["low"] <= truth["value"]).all()
    assert (truth["value"] <= found["high"]).all()
    assert (found["low"] < found["high"]).all()
    assert set(found["note"]) == {overview.ROUNDED}


def test_counts_that_were_no_percentages_are_points():
    exact, _, _, codes = town(2)
    exact[:, 2] = 0
    found = table(exact, exact.sum(axis=1), codes)
    assert found["low"].isna().all()
    # An index that is undefined keeps its own note.
    assert set(found.loc[found["value"].isna(), "note"]) == {"group absent"}
    known = found["value"].notna()
    assert set(found.loc[known, "note"]) == {overview.POINT, "group absent: overig"}


@pytest.mark.parametrize(("gemeenten", "each"), [(25, True), (26, False)])
def test_many_gemeenten_have_an_interval_for_the_whole_only(gemeenten, each):
    _, rounded, dwellings, codes = town(gemeenten, 104)
    found = table(rounded, dwellings, codes)
    whole = found["area"] == "all"
    assert found.loc[whole, "low"].notna().all()
    assert found.loc[~whole & found["value"].notna(), "low"].notna().all() == each
    assert (overview.POINT in set(found["note"])) != each
