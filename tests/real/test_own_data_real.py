# SPDX-License-Identifier: GPL-2.0-or-later
"""Own data on the outlines of real buurten: the squares of CBS stand in for plans, land and homes.

Expected values come from geopandas, which goes about it in another way.
"""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from wijkmix.wijkmix_plugin.tables import building_stock, land, plans
from wijkmix.wijkmix_plugin.tables.points_in_areas import PointsInAreas

BUILT = {
    "aantal_woningen_bouwjaar_voor_1945": 1930,
    "aantal_woningen_bouwjaar_45_tot_65": 1945,
    "aantal_woningen_bouwjaar_65_tot_75": 1974,
    "aantal_woningen_bouwjaar_75_tot_85": 1980,
    "aantal_woningen_bouwjaar_85_tot_95": 1990,
    "aantal_woningen_bouwjaar_95_tot_05": 2000,
    "aantal_woningen_bouwjaar_05_tot_15": 2010,
    "aantal_woningen_bouwjaar_15_en_later": 2020,
}


@pytest.fixture(scope="module")
def buurten(shared):
    return gpd.read_file(shared / "data" / "rijnmond_buurten_2024.gpkg")


@pytest.fixture(scope="module")
def squares(shared):
    return gpd.read_file(shared / "data" / "rijnmond_vierkant100m_eigendom.gpkg")


def test_dwellings_of_squares_divided_by_area_come_near_the_official_numbers(buurten, squares):
    found = plans.capacity(
        buurten.geometry.to_numpy(),
        squares.geometry.to_numpy(),
        squares["aantal_woningen"].fillna(0),
        layer="vierkanten",
        gemeenten=buurten["gemeentecode"],
    ).frame["free_capacity"]
    # Of the gemeenten whose squares are not in the file, the capacity is unknown and not 0.
    near = gpd.sjoin(buurten, squares[["geometry"]], predicate="intersects")
    there = buurten["gemeentecode"].isin(near["gemeentecode"])
    assert 0 < there.sum() < len(buurten)
    np.testing.assert_array_equal(found.notna(), there)
    assert found.sum() == pytest.approx(squares["aantal_woningen"].sum(), rel=0.005)
    official = buurten["woningvoorraad"].where(buurten["woningvoorraad"] > 200)
    known = official.notna() & (found > 0)
    assert np.corrcoef(found[known], official[known])[0, 1] > 0.98
    # A little below, for squares of fewer than five dwellings tell nothing.
    assert 0.95 < (found / official)[known].median() < 1


def test_shares_of_land_are_those_of_an_overlay(buurten, squares):
    rotterdam = buurten[buurten["gemeentecode"] == "GM0599"].reset_index(drop=True)
    owner = np.where(squares["percentage_koopwoningen"].fillna(0) > 50, "markt", "gemeente")
    found = land.shares(
        rotterdam.geometry.to_numpy(),
        squares.geometry.to_numpy(),
        owner,
        land.read_map(""),
        layer="vierkanten",
        least_known=0,
    ).frame
    parcels = squares[["geometry"]].assign(owner=owner)
    areas = rotterdam[["geometry"]].assign(place=range(len(rotterdam)))
    areas["geometry"] = areas.geometry.make_valid()
    parts = gpd.overlay(parcels, areas, how="intersection")
    by_owner = parts.area.groupby([parts["place"], parts["owner"]]).sum().unstack(fill_value=0)
    by_owner = by_owner.reindex(range(len(rotterdam)), fill_value=0)
    percent = 100 * by_owner.div(areas.area, axis=0)
    np.testing.assert_allclose(found["owner_public"], percent["gemeente"], atol=1e-6)
    np.testing.assert_allclose(found["owner_market"], percent["markt"], atol=1e-6)
    assert found["owner_market"].max() > 30


def test_early_post_war_homes_are_those_of_a_spatial_join(buurten, squares):
    middle = squares.geometry.centroid
    area = PointsInAreas(buurten.geometry.to_numpy()).find(middle.x, middle.y)
    counts = squares[list(BUILT)].clip(lower=0).fillna(0).astype(int)
    stock = building_stock.BuildingStock(len(buurten))
    for name, year in BUILT.items():
        n = counts[name].to_numpy()
        stock.add(np.repeat(area, n), np.full(n.sum(), year))
    found = stock.result(layer="vierkanten").frame
    points = gpd.GeoDataFrame(counts, geometry=middle, crs=squares.crs)
    joined = gpd.sjoin(points, buurten[["geometry"]], predicate="intersects")
    # Where outlines overlap, the first buurt has it.
    joined = joined.sort_values("index_right").loc[lambda f: ~f.index.duplicated()]
    sums = joined.groupby("index_right")[list(BUILT)].sum().reindex(buurten.index, fill_value=0)
    total = sums.sum(axis=1)
    early = sums[list(BUILT)[1:3]].sum(axis=1)
    expected = (100 * early / total).where(total >= 10)
    pd.testing.assert_series_equal(
        found["share_earlypostwar"], expected, check_names=False, check_index=False
    )
    assert (found["share_earlypostwar"] > 60).sum() > 50
