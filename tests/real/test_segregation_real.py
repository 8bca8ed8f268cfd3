# SPDX-License-Identifier: GPL-2.0-or-later
"""Segregation on real Dutch data: agreement with PySAL, known relations, certainty."""

from __future__ import annotations

import importlib.util
import itertools
import warnings
from pathlib import Path

import numpy as np
import pytest
from wijkmix.wijkmix_plugin.measures import change, inference, mix, rounding
from wijkmix.wijkmix_plugin.measures.segregation import (
    MANY_GROUPS,
    ONE_GROUP,
    indices,
    local_indices,
)
from wijkmix.wijkmix_plugin.tables import cbs

GROUPS = ("koop", "corp", "overig")
ASPATIAL = (*ONE_GROUP, *MANY_GROUPS)
LAYERS = {
    "amsterdam": ("amsterdam_2023_heerlen_2024.gpkg", "amsterdam_2023"),
    "rijnmond": ("rijnmond_buurten_2024.gpkg", "buurten"),
}


def oracle():
    """Return the module with PySAL's values that the tests of the measures use."""
    pytest.importorskip("segregation", reason="PySAL's segregation is not installed")
    path = Path(__file__).parent.parent / "measures" / "pysal_oracle.py"
    spec = importlib.util.spec_from_file_location("pysal_oracle", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def towns(shared):
    """The canonical tables of Amsterdam and Rijnmond."""
    import geopandas as gpd

    found = {}
    for name, (file, layer) in LAYERS.items():
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            raw = gpd.read_file(shared / "data" / file, layer=layer)
        found[name] = cbs.to_canonical(raw).frame
    return found


@pytest.fixture(params=LAYERS)
def town(request, towns):
    """Frame, counts and which units have usable counts."""
    frame = towns[request.param]
    counts = frame[[f"n_{name}" for name in GROUPS]].to_numpy(float)
    usable = ~np.isnan(counts).any(axis=1) & (np.nan_to_num(counts).sum(axis=1) > 0)
    return frame, counts, usable


def row(table, index, group="all", area="all"):
    found = table[(table["index"] == index) & (table["group"] == group) & (table["area"] == area)]
    return found[found["versus"].isin(["rest", None])].iloc[0]


def test_agrees_with_pysal(town):
    pysal = oracle()
    frame, counts, usable = town
    # PySAL must not see what cannot be used.
    data = pysal.frame_of(frame.geometry.values[usable], counts[usable], GROUPS)
    table = indices(counts, GROUPS, which=ASPATIAL, pairs=True)
    for group in GROUPS:
        for index, value in pysal.one_group(data, group, pysal.ONE_GROUP).items():
            assert row(table, index, group)["value"] == pytest.approx(value, abs=1e-9), index
    pair = {i: c for i, c in pysal.ONE_GROUP.items() if i not in ("isolation", "interaction")}
    for group, versus in itertools.combinations(GROUPS, 2):
        found = table[(table["group"] == group) & (table["versus"] == versus)].set_index("index")
        for index, value in pysal.one_group(data, group, pair, versus=versus).items():
            assert found.loc[index, "value"] == pytest.approx(value, abs=1e-9), index
    for index, value in pysal.many_groups(data, GROUPS).items():
        assert row(table, index)["value"] == pytest.approx(value, abs=1e-9), index
    assert row(table, "dissimilarity", "corp")["n_excluded"] == (~usable).sum()


def test_places_agree_with_pysal_on_borders_that_match(towns):
    pysal = oracle()
    frame = towns["amsterdam"]
    counts = frame[[f"n_{name}" for name in GROUPS]].to_numpy(float)
    usable = ~np.isnan(counts).any(axis=1)
    geometry = frame.geometry.to_numpy()
    table = indices(counts, GROUPS, geometry=geometry, which=tuple(pysal.PLACE))
    data = pysal.frame_of(frame.geometry.values[usable], counts[usable], GROUPS)
    for group in GROUPS:
        for index, value in pysal.one_group(data, group, pysal.PLACE).items():
            assert row(table, index, group)["value"] == pytest.approx(value, abs=1e-9), index


def test_land_agrees_with_pysal(town):
    pysal = oracle()
    frame, counts, usable = town
    names = {i: pysal.PLACE[i] for i in ("delta", "absolute_concentration")}
    geometry = frame.geometry.to_numpy()
    table = indices(counts, GROUPS, geometry=geometry, which=tuple(names))
    data = pysal.frame_of(frame.geometry.values[usable], counts[usable], GROUPS)
    for group in GROUPS:
        for index, value in pysal.one_group(data, group, names).items():
            assert row(table, index, group)["value"] == pytest.approx(value, abs=1e-9), index


def test_local_values_agree_with_pysal(town):
    pysal = oracle()
    frame, counts, usable = town
    data = pysal.frame_of(frame.geometry.values[usable], counts[usable], GROUPS)
    found = local_indices(counts, GROUPS)
    assert found[~usable].isna().all(axis=None)
    for column, values in pysal.local_values(data, GROUPS).items():
        assert found.loc[usable, column].to_numpy() == pytest.approx(values, abs=1e-9), column


def test_areas_of_rijnmond(towns):
    frame = towns["rijnmond"]
    counts = frame[[f"n_{name}" for name in GROUPS]].to_numpy(float)
    area = frame["gemeente_code"].to_numpy(object)
    table = indices(counts, GROUPS, area=area, which=ASPATIAL)
    assert table["area"].nunique() == 15
    each = table[table["area"] != "all"]
    assert each["n_units"].groupby(each["area"]).max().sum() == table["n_units"].max()
    # Mutual information: what all units differ is what gemeenten differ and what differs inside.
    used = ~np.isnan(counts).any(axis=1)
    names, place = np.unique(area[used].astype(str), return_inverse=True)
    gemeenten = np.zeros((len(names), 3))
    np.add.at(gemeenten, place, counts[used])
    between = row(indices(gemeenten, GROUPS), "mutual_information")["value"]
    size = gemeenten.sum(axis=1) / gemeenten.sum()
    within = sum(
        share * row(table, "mutual_information", area=name)["value"]
        for name, share in zip(names, size, strict=True)
    )
    whole = row(table, "mutual_information")["value"]
    assert between + within == pytest.approx(whole, abs=1e-12)


def test_wijken_are_not_more_segregated_than_their_buurten(town):
    frame, counts, usable = town
    _, wijk = np.unique(
        frame["wijk_code"].to_numpy(object)[usable].astype(str), return_inverse=True
    )
    wijken = np.zeros((wijk.max() + 1, 3))
    np.add.at(wijken, wijk, counts[usable])
    which = [i for i in ASPATIAL if i != "interaction"]
    fine = indices(counts, GROUPS, which=which)["value"].to_numpy()
    coarse = indices(wijken, GROUPS, which=which)["value"].to_numpy()
    assert (coarse <= fine + 1e-12).all()


def test_chance_explains_little_and_the_correction_less(town):
    _, counts, _ = town
    table = indices(counts, GROUPS, which=["dissimilarity", "dissimilarity_bias_corrected"])
    found = inference.random_allocation(table, counts, GROUPS, replicates=99)
    for group in GROUPS:
        d = row(found, "dissimilarity", group)
        assert 0 < d["expected"] < 0.05 < d["value"]
        assert d["p"] == pytest.approx(0.02)
        corrected = row(found, "dissimilarity_bias_corrected", group)["value"]
        # Taking off what sampling adds leaves less than D, by less than pure chance would add.
        assert d["value"] - d["expected"] < corrected < d["value"]


def test_rounding_bounds_hold_the_counts_that_were_rounded(shared):
    import geopandas as gpd

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        frame = gpd.read_file(
            shared / "data" / "amsterdam_buurtcombinaties_eigendom_2005_2017.gpkg"
        )
    for year in (2005, 2009, 2013, 2017):
        columns = [f"won_{name}_{year}" for name in ("eigenaar", "corporatie", "particulier")]
        exact = frame[columns].dropna().to_numpy(float)
        exact = exact[exact.sum(axis=1) > 0]
        total = exact.sum(axis=1)
        published = np.rint(100 * exact / total[:, None]) / 100 * total[:, None]
        truth = indices(exact, GROUPS)
        found = rounding.rounding_interval(
            indices(published, GROUPS), published, GROUPS, base=total
        )
        known = found["low"].notna()
        assert known.sum() == 4 * 3 + 2
        assert (found["low"] <= truth["value"])[known].all(), year
        assert (found["high"] >= truth["value"])[known].all(), year
        width = found["high"] - found["low"]
        assert width[known].max() < 0.06


def test_amsterdam_became_less_uneven_and_not_by_composition(shared):
    import geopandas as gpd

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        frame = gpd.read_file(
            shared / "data" / "amsterdam_buurtcombinaties_eigendom_2005_2017.gpkg"
        )
    years = [
        frame[[f"won_{n}_{year}" for n in ("eigenaar", "corporatie", "particulier")]].to_numpy(
            float
        )
        for year in (2005, 2017)
    ]
    found = change.compare(*years, GROUPS, same_units=True, replicates=199)
    h = found[found["index"] == "multigroup_theil_h"].iloc[0]
    assert h["high"] < 0
    assert h["unevenness"] < h["difference"] / 2 < 0
    assert h["composition"] + h["unevenness"] == pytest.approx(h["difference"], abs=1e-12)


def test_mix_of_every_buurt(town):
    frame, counts, usable = town
    area = frame["gemeente_code"].to_numpy(object)
    found = mix.tenure_mix(frame[[f"n_{name}" for name in GROUPS]], area)
    assert found["div_tenure"].notna().to_numpy().tolist() == usable.tolist()
    assert found["div_tenure"][usable].between(0, 1).all()
    for name in np.unique(area[usable].astype(str)):
        here = usable & (area == name)
        table = indices(counts[here], GROUPS, which=["mutual_information"])
        weight = counts[here].sum(axis=1)
        mean = (weight * found["local_divergence"][here]).sum() / weight.sum()
        assert mean == pytest.approx(table["value"].iloc[0], abs=1e-12)
