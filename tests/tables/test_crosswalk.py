# SPDX-License-Identifier: GPL-2.0-or-later
"""Two years on equal boundaries, or a refusal that names the codes."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from wijkmix.wijkmix_plugin.errors import TableError
from wijkmix.wijkmix_plugin.tables.crosswalk import on_equal_boundaries

COUNTS = np.array([[10.0, 30], [20, 20]])


def table(*rows):
    return pd.DataFrame(rows, columns=["from", "to", "weight"])


def test_equal_codes_in_another_order_and_padded():
    found, notes = on_equal_boundaries(COUNTS, ["A", "B"], ["B  ", "A"])
    assert found.tolist() == [[20, 20], [10, 30]]
    assert notes == []


def test_a_split_buurt_is_refused_by_name():
    with pytest.raises(TableError, match=r"first: A\. Only in the second: A1, A2"):
        on_equal_boundaries(COUNTS, ["A", "B"], ["A1", "A2", "B"])


def test_a_split_by_weights_says_what_can_be_wrong():
    weights = table(("A", "A1", 0.75), ("A", "A2", 0.25))
    found, notes = on_equal_boundaries(COUNTS, ["A", "B"], ["A1", "A2", "B"], weights)
    assert found.tolist() == [[7.5, 22.5], [2.5, 7.5], [20, 20]]
    # A quarter of 40 comes over to the one part, and does not to the other.
    assert "1 units were divided over 2" in notes[0].en
    assert "20 dwellings" in notes[0].en
    assert "Aanname" in notes[0].nl


def test_a_merger_is_exact_and_keeps_what_is_missing():
    weights = table(("A", "C", 1), ("B", "C", 1))
    found, notes = on_equal_boundaries(COUNTS, ["A", "B"], ["C"], weights)
    assert found.tolist() == [[30, 50]]
    assert notes == []
    gaps = np.array([[10.0, 30], [np.nan, np.nan]])
    assert np.isnan(on_equal_boundaries(gaps, ["A", "B"], ["C"], weights)[0]).all()


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        ([("A", "A1", 0.7), ("A", "A2", 0.2)], "do not add up to 1.*: A"),
        ([("A", "A1", 1.2), ("A", "A2", -0.2)], "below 0: A"),
        ([("X", "A1", 1)], "does not have|do not have: X"),
        ([("A", "Z", 1)], "do not have: Z"),
        ([("A", None, 1)], "empty"),
    ],
)
def test_a_crosswalk_that_does_not_work(rows, words):
    with pytest.raises(TableError, match=words):
        on_equal_boundaries(COUNTS, ["A", "B"], ["A1", "A2", "B"], table(*rows))


def test_a_code_twice():
    with pytest.raises(TableError, match="twice: A"):
        on_equal_boundaries(COUNTS, ["A", "A"], ["A", "B"])
