# SPDX-License-Identifier: GPL-2.0-or-later
"""CBS squares: what is used, what is left out, and that nothing hidden is worked out."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from wijkmix.wijkmix_plugin.errors import TableError
from wijkmix.wijkmix_plugin.tables.squares import FIELDS, are_squares, square_counts

NAN = np.nan
# dwellings, koop %, huur %, corporation dwellings
ROWS = [
    (50, 60, 40, 15),
    (40, 80, 30, 10),  # tens that add up to 110
    (30, 100, NAN, NAN),  # nothing but owner-occupied
    (20, NAN, 100, NAN),  # nothing but rental
    (15, 90, NAN, NAN),  # the rental part is suppressed
    (NAN, 50, 50, NAN),  # percentages without dwellings
    (10, NAN, NAN, NAN),
    (-99997, -99997, -99997, -99997),
    (10, 0, 100, 25),  # more corporation dwellings than dwellings, by rounding
]


@pytest.fixture
def squares():
    return pd.DataFrame(ROWS, columns=list(FIELDS), dtype=float)


def test_two_classes(squares):
    counts, notes = square_counts(squares)
    koop = [30, 40 * 80 / 110, 30, 0, NAN, NAN, NAN, NAN, 0]
    np.testing.assert_allclose(counts["n_koop"], koop)
    np.testing.assert_allclose(
        counts.sum(axis=1, min_count=1)[[0, 1, 2, 3, 8]], [50, 40, 30, 20, 10]
    )
    assert counts.loc[4:7].isna().all().all()
    assert "5 of 9" in notes[0].en
    assert "2 have only a part" in notes[0].en
    assert "1 no dwellings" in notes[0].en


def test_three_classes_need_the_corporation_dwellings(squares):
    counts, _ = square_counts(squares, ("koop", "corp", "overig"))
    assert list(counts) == ["n_koop", "n_corp", "n_overig"]
    assert counts.loc[0].tolist() == [30, 15, 5]
    assert counts.loc[2].tolist() == [30, 0, 0]
    assert counts.loc[3].isna().all()
    assert counts.loc[8].tolist() == [0, 10, 0]


def test_columns(squares):
    assert are_squares(squares.columns)
    assert not are_squares(["aantal_woningen"])
    with pytest.raises(TableError, match="lack percentage_huurwoningen"):
        square_counts(squares.drop(columns="percentage_huurwoningen"))
