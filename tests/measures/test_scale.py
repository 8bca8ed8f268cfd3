# SPDX-License-Identifier: GPL-2.0-or-later
"""The mosaic index against hand-computed wijken."""

from __future__ import annotations

import numpy as np
import pytest
from wijkmix.wijkmix_plugin.errors import MeasureError
from wijkmix.wijkmix_plugin.measures.scale import (
    against_official,
    falls,
    mosaic_index,
    scale_spectrum,
)
from wijkmix.wijkmix_plugin.measures.segregation import indices

# case: blocks (koop, corporatie) -> D*_w, mean block diversity, H, HBHW
CASES = {
    "mosaic": ([(100, 0), (0, 100)] * 2, 1, 0, 1, 1),
    "fine": ([(50, 50)] * 4, 1, 1, 0, 0),
    "one-sided": ([(100, 0)] * 4, 0, 0, None, 0),
    "between": ([(90, 10), (10, 90)] * 2, 1, 0.468996, 0.531004, 0.531004),
    "80/20 mosaic": ([(100, 0)] * 4 + [(0, 100)], 0.721928, 0, 1, 0.721928),
    "80/20 fine": ([(80, 20)] * 5, 0.721928, 0.721928, 0, 0),
}


@pytest.mark.parametrize("case", CASES)
def test_two_class_wijken(case):
    blocks, wijk, block, theil, mosaic = CASES[case]
    row = mosaic_index(np.array(blocks, float), ["W"] * len(blocks)).loc["W"]
    assert row["wijk_diversity"] == pytest.approx(wijk, abs=1e-6)
    assert row["block_diversity"] == pytest.approx(block, abs=1e-6)
    assert row["mosaic"] == pytest.approx(mosaic, abs=1e-6)
    if theil is None:
        assert np.isnan(row["theil_h"])
    else:
        assert row["theil_h"] == pytest.approx(theil, abs=1e-6)


BLOCKS = np.array(
    [
        (90, 5, 5),
        (10, 80, 10),
        (10, 85, 5),
        (70, 10, 20),
        (5, 95, 0),
        (0, 100, 0),
        (10, 80, 10),
        (20, 70, 10),
    ],
    float,
)


def test_block_and_buurt_variant_differ():
    """A clear mosaic of blocks is invisible on buurten: they cannot test the ninth insight."""
    block = mosaic_index(BLOCKS, ["W1"] * 4 + ["W2"] * 4)["mosaic"]
    assert block.tolist() == pytest.approx([0.328193, 0.073444], abs=1e-6)
    buurten = BLOCKS.reshape(4, 2, 3).sum(axis=1)
    buurt = mosaic_index(buurten, ["W1", "W1", "W2", "W2"])["mosaic"]
    assert buurt.tolist() == pytest.approx([0.006041, 0.060786], abs=1e-6)


def test_units_without_dwellings_or_parent_are_left_out():
    counts = np.vstack([BLOCKS, [[np.nan] * 3, [0, 0, 0], [5, 5, 5]]])
    table = mosaic_index(counts, ["W1"] * 4 + ["W2"] * 4 + ["W1", "W1", None])
    assert table["n_blocks"].tolist() == [4, 4]
    assert table["mosaic"].tolist() == pytest.approx([0.328193, 0.073444], abs=1e-6)


# -- the spectrum: gemeente > wijk > buurt > block, every number worked out by hand (catalogue, C9)

GROUPS = ("koop", "corp", "overig")
WIJK = ["W1"] * 4 + ["W2"] * 4
BUURT = ["B11"] * 2 + ["B12"] * 2 + ["B21"] * 2 + ["B22"] * 2


def spectrum(counts=BLOCKS, levels=None, **more):
    levels = {"wijk": WIJK, "buurt": BUURT} if levels is None else levels
    return scale_spectrum(counts, GROUPS, levels, **more)


def test_spectrum_of_the_worked_gemeente():
    table = spectrum().table
    whole = table[table["area"] == "all"].set_index("level")
    assert whole.index.tolist() == ["wijk", "buurt", "unit", "within"]
    assert whole["between"].tolist() == pytest.approx(
        [0.104100, 0.036709, 0.183913, 0.499100], abs=1e-6
    )
    assert whole["share"].tolist() == pytest.approx(
        [0.126362, 0.044559, 0.223244, 0.605835], abs=1e-6
    )
    for index, values in {
        "theil_h": [0.126362, 0.170921, 0.394165],
        "dissimilarity": [0.494352, 0.494352, 0.715615],
        "variance_ratio": [0.188571, 0.218009, 0.533160],
    }.items():
        assert whole[index].tolist()[:3] == pytest.approx(values, abs=1e-6)
        assert np.isnan(whole[index].iloc[3])
    assert whole["n_units"].tolist()[:3] == [2, 4, 8]
    assert (whole["n_total"] == 800).all()


def test_every_wijk_and_buurt_has_its_own_spectrum():
    table = spectrum().table
    assert table.groupby("area")["share"].sum().tolist() == pytest.approx([1] * 7, abs=1e-9)
    w1 = table[table["area"] == "W1"].set_index("level")
    # The mosaic index of W1 times ln 3 is what its buurten and blocks add; buurten alone: 0.006041.
    assert w1.loc["buurt", "between"] / np.log(3) == pytest.approx(0.006041, abs=1e-6)
    assert w1.loc[["buurt", "unit"], "between"].sum() / np.log(3) == pytest.approx(
        0.328193, abs=1e-6
    )
    assert set(table["area_level"]) == {"all", "wijk", "buurt"}


def test_the_recursion_of_h():
    """H(block) = H(buurt) + sum over buurten of t E / T E times their own H(block)."""
    table = spectrum().table.set_index(["area", "level"])
    expected = table.loc[("all", "buurt"), "theil_h"]
    E = table.loc["all"]["between"].sum()
    for buurt in set(BUURT):
        own = table.loc[buurt]
        expected += (
            own["n_total"].iloc[0] * own["between"].sum() / (800 * E) * own["theil_h"].iloc[0]
        )
    assert table.loc[("all", "unit"), "theil_h"] == pytest.approx(expected, abs=1e-12)


def test_uniform_area_has_no_shares():
    table = scale_spectrum(np.array([[10.0, 0], [5, 0]]), ("a", "b"), {"w": ["x", "y"]}).table
    whole = table[table["area"] == "all"]
    assert whole["share"].isna().all()
    assert whole["theil_h"].isna().all()
    assert whole["dissimilarity"].isna().all()
    assert whole["variance_ratio"].isna().all()
    assert (whole["between"] == 0).all()


def test_two_groups_either_way_round_give_the_same_d_and_v():
    two = BLOCKS[:, :2]
    one = scale_spectrum(two, ("a", "b"), {"wijk": WIJK}, group="a").table
    other = scale_spectrum(two, ("a", "b"), {"wijk": WIJK}, group="b").table
    for index in ("dissimilarity", "variance_ratio"):
        np.testing.assert_allclose(one[index], other[index], atol=1e-12)
    np.testing.assert_allclose(one["dissimilarity"], one["multigroup_dissimilarity"], atol=1e-12)


def test_rows_in_any_order_give_the_same_digits():
    rng = np.random.default_rng(5)
    counts = rng.random((300, 3)) * 50
    wijk, buurt = np.arange(300) // 100, np.arange(300) // 10
    levels = {"wijk": wijk, "buurt": buurt}
    mixed = rng.permutation(300)
    shuffled = {"wijk": wijk[mixed], "buurt": buurt[mixed]}
    one, other = spectrum(counts, levels).table, spectrum(counts[mixed], shuffled).table
    assert one.equals(other)
    assert falls(one).empty
    assert (one["between"] >= 0).all()
    sums = one.groupby(["area_level", "area"])["share"].sum()
    assert np.abs(sums - 1).max() < 1e-9


def test_segregation_module_agrees():
    values = indices(BLOCKS, GROUPS, which=["multigroup_theil_h", "multigroup_dissimilarity"])
    values = values.set_index("index")["value"]
    unit = spectrum().table.set_index(["area", "level"]).loc[("all", "unit")]
    assert unit["theil_h"] == pytest.approx(values["multigroup_theil_h"], abs=1e-12)
    expected = values["multigroup_dissimilarity"]
    assert unit["multigroup_dissimilarity"] == pytest.approx(expected, abs=1e-12)


def test_levels_that_do_not_nest_are_refused_with_their_codes():
    wrong = [*BUURT[:4], "B12", *BUURT[5:]]
    with pytest.raises(MeasureError, match="B12 lies in W1 and in W2") as refused:
        spectrum(levels={"wijk": WIJK, "buurt": wrong})
    assert "past niet" in refused.value.text.nl
    with pytest.raises(MeasureError, match="coarse to fine"):
        spectrum(levels={"buurt": BUURT, "wijk": WIJK})


def test_units_without_counts_or_label_are_counted_and_left_out():
    counts = np.vstack([BLOCKS, [[np.nan] * 3, [0, 0, 0], [5, 5, 5]]])
    levels = {"wijk": [*WIJK, "W1", "W3", "W1"], "buurt": [*BUURT, "B11", "B31", None]}
    result = spectrum(counts, levels)
    assert result.n_excluded == 3
    assert result.table.equals(spectrum().table)  # W3 is empty and has no rows
    assert "3 of 11 units" in result.notes[0].en
    assert "15 known dwellings" in result.notes[0].en


def test_one_block_in_a_wijk():
    table = spectrum(BLOCKS[:1], {"wijk": ["W"]}).table
    own = table[table["area"] == "W"].set_index("level")
    assert own.loc["unit", "share"] == 0
    assert own.loc["within", "share"] == 1
    assert own.loc["unit", "theil_h"] == 0


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"counts": -BLOCKS}, "a count is 0 or more"),
        ({"counts": np.full((8, 3), np.nan)}, "None of the 8 units"),
        ({"levels": {"wijk": [None] * 8}}, "label at every level"),
        ({"levels": {"wijk": ["W"] * 3}}, "3 labels for 8 units"),
        ({"levels": {"within": WIJK}}, "cannot be called within"),
        ({"group": "huur"}, "huur is not among"),
        ({"group": "corp", "versus": "corp"}, "with itself"),
    ],
)
def test_refusals(change, message):
    with pytest.raises(MeasureError, match=message):
        spectrum(**change)


def test_one_group_is_refused():
    with pytest.raises(MeasureError, match="at least two groups"):
        scale_spectrum(BLOCKS[:, :1], ("koop",), {"wijk": WIJK})


def test_gap_with_official_totals_by_hand():
    table = spectrum().table
    # Four buurten of 200 dwellings; B12 has 230 officially, B22 is not known, and B31 has no units.
    official = [200.0, 230, 190, np.nan, 50]
    levels = {"wijk": ["W1", "W1", "W2", "W2", "W1"], "buurt": ["B11", "B12", "B21", "B22", "B31"]}
    columns, note = against_official(table, official, levels)
    seen = columns.assign(area=table["area"]).drop_duplicates("area").set_index("area")
    assert seen.loc[["B11", "B12", "B21"], "gap"].tolist() == [0, -30, 10]
    assert seen.loc["B22"].isna().all()
    assert seen.loc["W1"].tolist() == [480, -80]  # the buurt without units is missing from the sum
    assert seen.loc[["W2", "all"]].isna().all(axis=None)
    assert "3 areas of level buurt hold 600" in note.en
    assert "620 officially: -3.2%" in note.en
    assert "-30 of 230, in B12" in note.en
    assert "officieel 620: -3,2%" in note.nl
    levels = {"wijk": WIJK[::2], "buurt": BUURT[::2]}
    whole, _ = against_official(table, [200, 200, 200, 240], levels)
    assert whole["official_total"].iloc[0] == 840
    assert whole["gap"].iloc[0] == -40
    _, nothing = against_official(table, [np.nan] * 4, levels)
    assert "No area of level buurt" in nothing.en
