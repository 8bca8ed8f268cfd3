# SPDX-License-Identifier: GPL-2.0-or-later
"""Agreement with PySAL's `segregation` on two maps that ship with libpysal, to 1e-9."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from wijkmix.wijkmix_plugin.measures.segregation import indices, local_indices

from . import pysal_oracle as pysal

pytest.importorskip("segregation", reason="PySAL's segregation is not installed")


@pytest.fixture(params=["sids", "georgia"])
def case(request):
    frame, counts, groups = request.getfixturevalue(request.param)
    geometry = np.asarray(frame.geometry.values)
    table = indices(counts, groups, geometry=geometry, pairs=True)
    return pysal.frame_of(geometry, counts, groups), counts, groups, table


def ours(table, group, versus="rest"):
    rows = table[(table["group"] == group) & (table["versus"] == versus)]
    return rows.set_index("index")["value"].to_dict()


def test_one_group(case):
    frame, _, groups, table = case
    for group in groups:
        for index, value in pysal.one_group(frame, group, pysal.ONE_GROUP).items():
            assert ours(table, group)[index] == pytest.approx(value, abs=1e-9), (index, group)


def test_one_group_against_another(case):
    frame, _, groups, table = case
    names = {i: c for i, c in pysal.ONE_GROUP.items() if i not in ("isolation", "interaction")}
    for group, versus in itertools.combinations(groups, 2):
        for index, value in pysal.one_group(frame, group, names, versus=versus).items():
            found = ours(table, group, versus)[index]
            assert found == pytest.approx(value, abs=1e-9), (index, group, versus)


def test_one_group_of_a_larger_total(case):
    frame, counts, groups, _ = case
    total = counts.sum(axis=1) * 1.5 + 40
    for k, group in enumerate(groups):
        table = indices(counts[:, [k]], [group], total=total)
        for index, value in pysal.one_group(
            frame.assign(total=total), group, pysal.ONE_GROUP
        ).items():
            assert ours(table, group)[index] == pytest.approx(value, abs=1e-9), (index, group)


def test_places(case):
    frame, _, groups, table = case
    for group in groups:
        for index, value in pysal.one_group(frame, group, pysal.PLACE).items():
            assert ours(table, group)[index] == pytest.approx(value, abs=1e-9), (index, group)


def test_many_groups(case):
    frame, _, groups, table = case
    found = table[table["group"] == "all"].set_index("index")["value"]
    for index, value in pysal.many_groups(frame, groups).items():
        assert found[index] == pytest.approx(value, abs=1e-9), index


def test_local_indices(case):
    frame, counts, groups, _ = case
    found = local_indices(counts, groups)
    for column, values in pysal.local_values(frame, groups).items():
        assert found[column].to_numpy() == pytest.approx(values, abs=1e-9), column


@pytest.mark.parametrize("case", ["sids", "georgia"], indirect=True)
def test_bias_corrected(case):
    from segregation.singlegroup import BiasCorrectedDissim

    # Whole numbers only: PySAL draws from a multinomial of int(sum).
    frame, counts, groups, _ = case
    counts = np.rint(counts)
    data = pysal.frame_of(np.asarray(frame.geometry.values), counts, groups)
    np.random.seed(3)  # noqa: NPY002 - PySAL draws from the global stream
    theirs = BiasCorrectedDissim(data, groups[0], "total", B=400).statistic
    table = indices(counts, groups, which=["dissimilarity_bias_corrected"])
    # Their mean over 400 samples has a standard error of some 0.0001.
    assert table["value"].iloc[0] == pytest.approx(theirs, abs=5e-4)
