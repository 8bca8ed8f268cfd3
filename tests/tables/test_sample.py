# SPDX-License-Identifier: GPL-2.0-or-later
"""The synthetic town: it is what its script draws, and it holds what its readme promises."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from wijkmix.wijkmix_plugin.tables.cbs import CanonicalTable, to_canonical

ROOT = Path(__file__).resolve().parent.parent.parent
SAMPLE = ROOT / "resources" / "sample" / "wijkmix_sample.gpkg"
CORP = "perc_huurwoningen_in_bezit_woningcorporaties"


@pytest.fixture(scope="module")
def script():
    spec = importlib.util.spec_from_file_location(
        "wijkmix_make_sample", ROOT / "scripts" / "make_sample.py"
    )
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def buurten() -> gpd.GeoDataFrame:
    return gpd.read_file(SAMPLE, layer="buurten")


@pytest.fixture(scope="module")
def blokken() -> gpd.GeoDataFrame:
    return gpd.read_file(SAMPLE, layer="blokken")


@pytest.fixture(scope="module")
def table(buurten) -> CanonicalTable:
    return to_canonical(buurten)


def plain(layer: gpd.GeoDataFrame) -> pd.DataFrame:
    return pd.DataFrame(layer.drop(columns="geometry"))


def test_the_same_seed_draws_the_same_town(script):
    for once, again in zip(script.build(), script.build(), strict=True):
        pd.testing.assert_frame_equal(plain(once), plain(again))
        assert once.geometry.to_wkb().tolist() == again.geometry.to_wkb().tolist()


def test_another_seed_draws_another_town(script, buurten):
    other = script.build(script.SEED + 1)[0]
    assert not other.geometry.iloc[0].equals(buurten.geometry.iloc[0])


def test_the_file_is_what_the_script_draws(script, tmp_path, buurten, blokken):
    path = script.main(tmp_path)
    for name, kept in (("buurten", buurten), ("blokken", blokken)):
        fresh = gpd.read_file(path, layer=name)
        pd.testing.assert_frame_equal(plain(fresh), plain(kept))
        assert fresh.crs == kept.crs
        # another GEOS may round a vertex to the other side of the 0.1 m grid
        assert fresh.symmetric_difference(kept).area.max() < 5.0


def test_it_is_a_town_of_two_gemeenten(buurten):
    land = buurten[buurten.water == "NEE"]
    assert len(land) >= 60
    assert land.wijkcode.nunique() >= 12
    assert sorted(land.gemeentenaam.unique()) == ["Oosterhage", "Vlietmeer"]
    assert buurten.gemeentecode.isin(["GM9001", "GM9002"]).all()
    assert buurten.buurtcode.is_unique
    assert land.buurtnaam.is_unique
    assert (buurten.buurtcode.str[2:6] == buurten.gemeentecode.str[2:]).all()
    assert (land.buurtcode.str[:8].str[2:] == land.wijkcode.str[2:]).all()
    assert buurten.crs.to_epsg() == 28992
    assert SAMPLE.stat().st_size < 600_000


def test_polygons_are_valid_share_their_borders_and_leave_no_gaps(buurten, blokken):
    for layer in (buurten, blokken):
        assert layer.is_valid.all()
        assert not layer.is_empty.any()
    shapes = buurten.geometry.to_numpy()
    left, right = shapely.STRtree(shapes).query(shapes, predicate="overlaps")
    overlap = shapely.area(shapely.intersection(shapes[left], shapes[right]))
    assert not len(overlap) or overlap.max() < 1.0
    # what lies inside the town is covered once: its parts add up to the whole
    whole = shapely.union_all(shapes)
    assert shapely.area(shapes).sum() == pytest.approx(whole.area, abs=50)
    holes = [
        shapely.Polygon(ring).area for part in shapely.get_parts(whole) for ring in part.interiors
    ]
    assert sum(holes) < 50


def test_no_buurt_is_a_box(buurten):
    assert (buurten.count_coordinates() > 12).all()
    filled = buurten.area / shapely.area(shapely.minimum_rotated_rectangle(buurten.geometry))
    assert filled.max() < 0.97


def test_the_island_touches_water_only(buurten):
    island = buurten[buurten.buurtnaam == "Meereiland"].geometry.iloc[0]
    near = buurten[buurten.distance(island) < 1]
    assert sorted(near.buurtnaam) == ["Groot binnenwater", "Meereiland"]


def test_all_kinds_of_missing_figures_are_there(buurten, table):
    quality = table.frame.set_index("buurt_name").quality
    counts = quality.value_counts()
    assert table.classes == ("koop", "corp", "overig")
    assert table.year == 2024
    assert counts["water"] == 2
    assert counts["no dwellings"] == 2
    assert counts["partial (tenure not in this release)"] == 3
    assert counts["suppressed"] >= 3
    assert counts["ok"] >= 80
    assert quality[["Vismarkt", "Landgoed Vliethoeve"]].tolist() == ["suppressed"] * 2
    assert (buurten.percentage_huishoudens_met_laag_inkomen == -99995).any()
    assert set(buurten[CORP][buurten[CORP] < 0]) == {-99995, -99997}


def test_figures_hang_together_as_published_ones_do(buurten):
    known = buurten[buurten.percentage_koopwoningen >= 0]
    rented = known[CORP] + known.perc_huurwoningen_in_bezit_overige_verhuurders
    assert (known.percentage_koopwoningen + rented).between(98, 102).all()
    assert (known.percentage_huurwoningen - rented).abs().max() <= 1
    land = buurten[buurten.water == "NEE"]
    assert (land.aantal_inwoners % 5 == 0).all()
    assert (land.aantal_huishoudens % 5 == 0).all()
    assert (land.mannen + land.vrouwen == land.aantal_inwoners).all()
    assert (known.woningvoorraad >= 20).all()


def test_one_gemeente_joined_its_plans_and_land(buurten):
    own = buurten[["free_capacity", "owner_public", "owner_market"]]
    joined = (buurten.gemeentecode == "GM9001") & (buurten.water == "NEE")
    assert own[joined].notna().all(axis=None)
    assert own[~joined].isna().all(axis=None)
    assert own.owner_public[joined].add(own.owner_market[joined]).between(0, 100).all()
    assert (own.free_capacity[joined] % 5 == 0).all()


def test_blocks_divide_their_buurt_and_add_up_to_it(buurten, blokken):
    assert blokken.blok_code.is_unique
    parts = blokken.n_koop + blokken.n_corp + blokken.n_overig
    assert (parts == blokken.woningen).all()
    known = buurten[buurten.percentage_koopwoningen >= 0].set_index("buurtcode")
    sums = blokken.groupby("buurtcode")[["woningen", "n_koop", "n_corp", "n_overig"]].sum()
    assert (sums.loc[known.index].woningen == known.woningvoorraad).all()
    for count, share in (("n_koop", "percentage_koopwoningen"), ("n_corp", CORP)):
        exact = 100 * sums[count] / sums.woningen
        assert (exact.loc[known.index] - known[share]).abs().max() <= 0.5
    per_buurt = blokken.buurtcode.value_counts()
    assert per_buurt.between(6, 10).all()
    area = blokken.dissolve("buurtcode").area
    whole = buurten.set_index("buurtcode").area.loc[area.index]
    np.testing.assert_allclose(area, whole, rtol=2e-3)


def entropy(counts: pd.DataFrame) -> np.ndarray:
    share = counts.div(counts.sum(axis=1), axis=0).to_numpy()
    return -np.where(share > 0, share * np.log(np.where(share > 0, share, 1)), 0).sum(axis=1)


def test_the_plan_can_be_read_from_the_figures(blokken):
    names = ["n_koop", "n_corp", "n_overig"]
    wijk = blokken.groupby("wijkcode")[names].sum()
    mixed = pd.Series(entropy(wijk) / np.log(3), index=wijk.index)
    weight = blokken.woningen
    inside = (pd.Series(entropy(blokken[names].clip(lower=0))) / np.log(3)).fillna(0) * weight
    inside = inside.groupby(blokken.wijkcode).sum() / weight.groupby(blokken.wijkcode).sum()
    one_sided, fine, mosaic = "WK900102", "WK900101", "WK900103"
    assert mixed[one_sided] < 0.55
    assert wijk.n_corp[one_sided] / wijk.loc[one_sided].sum() > 0.75
    assert mixed[fine] > 0.9
    assert inside[fine] > 0.9
    # mixed as a wijk, uniform in every block
    assert mixed[mosaic] > 0.8
    assert inside[mosaic] == 0
    for suburb in ("WK900105", "WK900202"):
        assert wijk.n_koop[suburb] / wijk.loc[suburb].sum() > 0.8


def test_the_mosaic_is_invisible_in_the_buurten(table):
    frame = table.frame[table.frame.wijk_code == "WK900103"]
    share = frame.n_corp / frame.dwellings
    assert share.between(0.25, 0.6).all()


def test_the_readme_counts_right(buurten, blokken):
    readme = (SAMPLE.parent / "README.md").read_text(encoding="utf-8")
    assert f"| `buurten` | {len(buurten)} |" in readme
    assert f"| `blokken` | {len(blokken)} |" in readme
    assert "synthetic" in readme
