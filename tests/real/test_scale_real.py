# SPDX-License-Identifier: GPL-2.0-or-later
"""Squares of 100 m inside the buurten of Rijnmond: published data, checked by an other route."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pytest
import shapely
from wijkmix.wijkmix_plugin.measures.mosaic import THETAS, assign, mosaic, patch_sizes
from wijkmix.wijkmix_plugin.measures.scale import falls, scale_spectrum
from wijkmix.wijkmix_plugin.measures.spatial import representative_points, surroundings
from wijkmix.wijkmix_plugin.measures.surroundings import within
from wijkmix.wijkmix_plugin.tables.squares import FIELDS, square_counts


@pytest.fixture(scope="module")
def rijnmond(shared):
    squares = gpd.read_file(shared / "data" / "rijnmond_vierkant100m_eigendom.gpkg")
    buurten = gpd.read_file(shared / "data" / "rijnmond_buurten_2024.gpkg", layer="buurten")
    counts, notes = square_counts(squares[list(FIELDS)])
    buurten = buurten.sort_values("buurtcode", ignore_index=True)
    found = assign(squares.geometry.to_numpy(), buurten.geometry.to_numpy())
    return squares, buurten, counts.to_numpy(), found, notes


def codes_of(column, found):
    return np.append(column.to_numpy(dtype=object), None)[found.parent]


def test_squares_are_counted_and_lie_in_the_buurt_with_most_of_them(rijnmond):
    squares, buurten, counts, found, notes = rijnmond
    used = np.isfinite(counts).all(axis=1)
    assert len(squares) == 16_383
    # Counted in SQL: both percentages, or one of 100 and the other empty.
    assert used.sum() == 4_023 + 1_805 + 3_306 + 1_305
    assert "16383" in notes[0].en
    rows = np.flatnonzero(found.straddles)[::400]
    for row in rows:
        parts = shapely.area(
            shapely.intersection(
                shapely.make_valid(buurten.geometry.to_numpy()), squares.geometry.iloc[row]
            )
        )
        assert found.parent[row] == parts.argmax()
    assert len(rows) > 5


def test_spectrum_of_rijnmond(rijnmond):
    _, buurten, counts, found, _ = rijnmond
    levels = {n: codes_of(buurten[n], found) for n in ("gemeentecode", "wijkcode", "buurtcode")}
    table = scale_spectrum(counts, ("koop", "huur"), levels).table
    sums = table.groupby(["area_level", "area"])["share"].sum(min_count=1)
    assert np.abs(sums.dropna() - 1).max() < 1e-9
    assert falls(table).empty
    whole = table[table["area"] == "all"].set_index("level")
    # By hand from the counts: D of the squares, and of the buurten.
    inside = np.isfinite(counts).all(axis=1) & (found.parent >= 0)
    for level, code in (("unit", np.arange(inside.sum())), ("buurtcode", found.parent[inside])):
        koop, huur = (np.bincount(code, counts[inside, k]) for k in (0, 1))
        expected = np.abs(koop / koop.sum() - huur / huur.sum()).sum() / 2
        assert whole.loc[level, "dissimilarity"] == pytest.approx(expected, abs=1e-9)
    assert whole.loc["unit", "dissimilarity"] > whole.loc["buurtcode", "dissimilarity"] + 0.1


def test_mosaic_of_rijnmond(rijnmond):
    squares, buurten, counts, found, _ = rijnmond
    wijk = codes_of(buurten["wijkcode"], found)
    table = mosaic(counts, wijk, replicates=99)
    assert table["mosaic"].between(0, 1).all()
    assert (table["mosaic_expected"].dropna() > 0).any()
    mixed = table[(table["wijk_diversity"] > 0.5) & (table["n_blocks"] > 10)]
    assert (mixed["mosaic_z"] > 3).mean() > 0.9  # squares are far from dealt at random
    number = table.index.get_indexer(wijk)
    number[[w is None for w in wijk]] = -1
    effective, _ = patch_sizes(counts, squares.geometry.to_numpy(), number)
    assert effective.shape == (len(THETAS), len(table))
    dwellings = np.bincount(number[number >= 0], np.nan_to_num(counts.sum(1))[number >= 0])
    assert (np.nan_to_num(effective) <= dwellings + 1e-6).all()


def test_radii_of_rijnmond_on_the_raster(rijnmond):
    squares, _, counts, _, _ = rijnmond
    used = np.isfinite(counts).all(axis=1)
    points = representative_points(squares.geometry.to_numpy())[used]
    radii, told = [500.0, 2000.0, 8000.0], []
    found = within(points, counts[used], radii, told=told.append)
    assert "grid of 100 m" in told[0].en
    largest = 0.0
    for sums, radius in zip(found, radii, strict=True):
        exact = surroundings(points, counts[used], [radius])[0]  # every distance looked at
        shares, expected = (n / n.sum(axis=1, keepdims=True) for n in (sums, exact))
        largest = max(largest, np.abs(shares - expected).max())
    assert largest < 1e-12


def test_scan_of_rijnmond_with_squares_tells_blocks_from_buurten(shared):
    import geopandas as gpd
    from wijkmix.wijkmix_plugin.policy import catalogue
    from wijkmix.wijkmix_plugin.scan import run_scan

    buurten = gpd.read_file(shared / "data" / "rijnmond_buurten_2024.gpkg")
    blocks = gpd.read_file(shared / "data" / "rijnmond_vierkant100m_eigendom.gpkg")
    result = run_scan(buurten, catalogue.load(), blocks=blocks, permutations=999)
    wijken = result.wijken.set_index("wijk_code")
    known = wijken[wijken["mosaic_class"].notna()]
    assert len(known) > 100
    assert set(known["mosaic_class"]) <= {"mosaic", "fine", "one-sided", "between"}
    # The index says more at the scale of blocks than at that of buurten, and chance is taken off.
    both = known.dropna(subset=["mosaic_buurt", "mosaic_corrected"])
    assert (both["mosaic_block"] > both["mosaic_buurt"]).mean() > 0.9
    # One block, or one class only, leaves chance nothing to do.
    assert (both["mosaic_expected"] >= 0).all()
    mixed = both[(both["n_blocks"] > 2) & (both["mosaic_block"] > 0.01)]
    assert len(mixed) > 100
    assert (mixed["mosaic_corrected"] < mixed["mosaic_block"]).all()
    assert any("proxy" in note.text.en for note in result.notes)
    # The shares of every wijk and gemeente add up, and blocks add a level.
    parts = wijken[["spectrum_buurt", "spectrum_block", "spectrum_within"]].dropna()
    assert len(parts) > 100
    assert np.abs(parts.sum(axis=1) - 1).max() < 1e-9
    rows = result.indices[result.indices["index"].str.startswith("spectrum_")]
    sums = rows.groupby("area")["value"].sum(min_count=1)
    assert len(sums) == 13  # twelve gemeenten with squares, and all together
    assert np.abs(sums - 1).max() < 1e-9
    # By another route: H of the blocks of a wijk is what lies between its buurten and blocks.
    both = wijken.dropna(subset=["theil_h_block", "spectrum_within"])
    assert np.abs(both["theil_h_block"] + both["spectrum_within"] - 1).max() < 1e-9
    assert (wijken["patch_size_80"].dropna() <= wijken["block_dwellings"].max()).all()
    assert (wijken["patch_size"].dropna() == wijken["patch_size_80"].dropna()).all()
