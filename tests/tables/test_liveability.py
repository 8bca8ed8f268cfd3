# SPDX-License-Identifier: GPL-2.0-or-later
"""Scores of the Leefbaarometer beside buurten."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from wijkmix.wijkmix_plugin.errors import TableError
from wijkmix.wijkmix_plugin.policy import vulnerable
from wijkmix.wijkmix_plugin.tables import liveability

TABLE = pd.DataFrame(
    {
        "bu_code": ["BU2 ", "BU1", "WK1", None],
        "fys": [-0.25, 0.5, 1, 2],
        "Klasse lbm": ["zwak", "goed", "goed", None],
        "soc": [-99997, 0.125, 1, 2],
    }
)


def scores(codes=("BU1", "BU2", "BU3", None), table=TABLE, fields=("fys", "Klasse lbm", "soc")):
    return liveability.scores(
        codes, table, "bu_code", fields, layer="lbm", version="3.0", year=2022
    )


def test_every_dimension_has_a_column_of_its_own_name_and_year():
    found = scores()
    frame = found.frame
    assert list(frame) == ["lbm2022_fys", "lbm2022_klasse_lbm", "lbm2022_soc", "lbm_version"]
    np.testing.assert_array_equal(frame["lbm2022_fys"], [0.5, -0.25, np.nan, np.nan])
    np.testing.assert_array_equal(frame["lbm2022_soc"], [0.125, np.nan, np.nan, np.nan])
    assert frame["lbm2022_klasse_lbm"].tolist()[:2] == ["goed", "zwak"]
    assert frame["lbm_version"].tolist() == ["3.0 (2022)"] * 2 + [None] * 2
    assert "Leefbaarometer 3.0, 2022" in found.record[0].nl
    assert "meet deels zichzelf" in found.record[0].nl
    assert "Without: BU3" in found.notes[0].text.en


def test_a_rule_on_such_a_column_says_that_it_is_circular_and_of_which_year():
    warning = vulnerable.circular(scores().frame.columns[:1])
    assert "lbm2022_fys, year 2022" in warning.en


def test_a_code_twice_is_refused():
    table = pd.concat([TABLE, TABLE[1:2]], ignore_index=True)
    with pytest.raises(TableError, match=r"1 codes occur more than once in field bu_code.*BU1"):
        scores(table=table)


def test_codes_that_match_nothing_are_refused_with_a_reason():
    table = TABLE.assign(bu_code=["1", "2", "3", None])
    with pytest.raises(TableError, match="None of the codes in field bu_code") as caught:
        scores(("BU0001", "BU0002"), table)
    assert "als getal gelezen" in caught.value.text.nl


def test_two_scores_of_one_name_are_refused():
    table = TABLE.assign(FYS=1)
    with pytest.raises(TableError, match="fys, FYS"):
        scores(table=table, fields=("fys", "FYS"))
