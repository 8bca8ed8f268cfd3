# SPDX-License-Identifier: GPL-2.0-or-later
"""What a cell means: numbers, text, and the many ways to say that there is nothing."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from wijkmix.wijkmix_plugin.tables.values import numbers, text


@pytest.mark.parametrize(
    "cell", [-99990, -99991, -99995, -99997, -99999, -99999999, np.nan, np.inf, -np.inf]
)
@pytest.mark.parametrize("dtype", [float, object])
def test_a_missing_code_is_nan_and_never_zero(cell, dtype):
    result = numbers(pd.Series([cell, 3], dtype=dtype)).values
    assert np.isnan(result[0])
    assert result[1] == 3.0


@pytest.mark.parametrize("cell", [-99989.9, -5, -0.321, 0])
def test_a_plain_negative_number_stays(cell):
    assert numbers(pd.Series([cell])).values[0] == cell


@pytest.mark.parametrize(
    "cell", [".", " . ", "", "   ", "-", "x", ",", "nan", "-99997", "-99995,0", None, pd.NA]
)
def test_missing_marks_in_text_are_nan_and_not_reported(cell):
    result = numbers(pd.Series([cell, "7"], dtype=object))
    assert np.isnan(result.values[0])
    assert result.values[1] == 7.0
    assert result.unreadable == ()


def test_other_text_is_missing_and_reported_once():
    result = numbers(pd.Series(["geheim", "geheim", "5", "ca. 3"], dtype=object))
    assert np.isnan(result.values[[0, 1, 3]]).all()
    assert result.unreadable == ("geheim", "ca. 3")


@pytest.mark.parametrize(
    ("cell", "value"),
    [("12,5", 12.5), (" 40 ", 40.0), ("1.234,5", 1234.5), ("12.5", 12.5), (12.5, 12.5), (3, 3.0)],
)
def test_decimal_comma_and_padding(cell, value):
    assert numbers(pd.Series([cell, None], dtype=object)).values[0] == value


@pytest.mark.parametrize("cell", ["1.234", "1,234", " 12.500 "])
def test_a_count_that_may_be_a_thousand_or_one_is_reported_and_not_guessed(cell):
    result = numbers(pd.Series(["950", cell, 7], dtype=object), count=True)
    np.testing.assert_array_equal(result.values, [950, np.nan, 7])
    assert result.unreadable == (cell.strip(),)


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        (["74.415", "74.4"], [74.415, 74.4]),
        (["74,415", "0,5"], [74.415, 0.5]),
        (["0.125"], [0.125]),
        (["1.234", "1.234,5"], [np.nan, 1234.5]),
        (["1.234", "0,5"], [np.nan, 0.5]),
    ],
)
def test_a_count_is_read_where_the_column_tells_which_mark_is_decimal(cells, expected):
    column = pd.Series(cells, dtype=object)
    np.testing.assert_array_equal(numbers(column, count=True).values, expected)


def test_every_dtype_reads_the_same():
    expected = [40.0, np.nan, 0.0]
    columns = [
        pd.Series([40, -99997, 0], dtype="int32"),
        pd.Series([40, -99997, 0], dtype="int64"),
        pd.Series([40, np.nan, 0], dtype="float32"),
        pd.Series([40, None, 0], dtype="Int64"),
        pd.Series([40, None, 0], dtype="Float64"),
        pd.Series([np.int64(40), None, np.float32(0)], dtype=object),
        pd.Series(["40", pd.NA, "0"], dtype="string"),
        pd.Series(["40", None, "0"], dtype="category"),
    ]
    for column in columns:
        result = numbers(column)
        np.testing.assert_array_equal(result.values, expected)
        assert result.values.dtype == np.float64


def test_not_in_this_release_is_told_from_secret():
    for dtype in (int, float, str):
        column = pd.Series([-99995, -99997, 5]).astype(dtype)
        assert numbers(column).not_in_release.tolist() == [True, False, False]


def test_text_is_stripped_and_blank_is_none():
    result = text(pd.Series(["BU03630000  ", "", "  ", None, np.nan, " Dorp Noord"], dtype=object))
    assert result.tolist() == ["BU03630000", None, None, None, None, "Dorp Noord"]


def test_a_code_read_as_a_number_keeps_its_digits():
    assert text(pd.Series([3630000.0, np.nan])).tolist() == ["3630000", None]
    assert text(pd.Series([3630000, 7])).tolist() == ["3630000", "7"]
    mixed = pd.Series([363.0, np.float32(34), None, np.inf, "BU01", "7.0"], dtype=object)
    assert text(mixed).tolist() == ["363", "34", None, "inf", "BU01", "7.0"]


def test_reading_leaves_the_source_as_it_was():
    column = pd.Series([40, -99997, 0], dtype=float)
    words = pd.Series([" a ", "", None], dtype=object)
    numbers(column)
    text(words)
    assert column.tolist() == [40, -99997, 0]
    assert words.tolist() == [" a ", "", None]
