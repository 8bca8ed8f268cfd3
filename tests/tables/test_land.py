# SPDX-License-Identifier: GPL-2.0-or-later
"""Land by owner, on squares whose parts can be counted by hand."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from wijkmix.wijkmix_plugin.errors import GeometryError, TableError
from wijkmix.wijkmix_plugin.tables import land

# Two buurten of one hectare beside each other.
AREAS = np.array([shapely.box(0, 0, 100, 100), shapely.box(100, 0, 200, 100)])


def shares(shapes, values, areas=AREAS, given="", **more):
    shapes = np.array(shapes, dtype=object)
    return land.shares(areas, shapes, values, land.read_map(given), layer="grond", **more)


def test_shares_are_of_the_area_of_the_buurt():
    # Half a hectare of the gemeente lies in either buurt; 40 % of the first is of a market party.
    found = shares(
        [
            shapely.box(50, 0, 150, 100),
            shapely.box(0, 0, 40, 100),
            shapely.box(40, 0, 50, 100),
            shapely.box(150, 0, 200, 100),
        ],
        ["Gemeente Proefstad", " markt ", "corporatie", "particulier"],
        date="2024-01-01",
    )
    np.testing.assert_allclose(found.frame["owner_public"], [60, 50])
    np.testing.assert_allclose(found.frame["owner_market"], [40, 0])
    np.testing.assert_allclose(found.frame["land_unknown"], [0, 0], atol=1e-9)
    assert found.frame["land_note"].isna().all()
    assert set(found.frame["land_date"]) == {"2024-01-01"}
    assert "of 2024-01-01" in found.record[0].en
    assert "(aanname)" in found.record[0].nl


def test_unknown_land_stays_in_the_area_and_too_much_of_it_gives_no_share():
    # 8 % of the first buurt and 20 % of the second is not in the layer.
    shapes = [shapely.box(0, 0, 92, 100), shapely.box(100, 0, 180, 100)]
    found = shares(shapes, ["gemeente", "gemeente"])
    np.testing.assert_allclose(found.frame["owner_public"], [92, np.nan])
    np.testing.assert_allclose(found.frame["land_unknown"], [8, 20])
    assert found.frame["land_note"][0] is None
    assert "20%" in found.frame["land_note"][1].en
    assert "aanname" in found.frame["land_note"][1].nl
    found = shares(shapes, ["gemeente", "gemeente"], least_known=80)
    np.testing.assert_allclose(found.frame["owner_public"], [92, 80])
    assert "date not given" in found.record[0].en


def test_a_value_without_class_counts_as_unknown_and_is_named():
    shapes = [shapely.box(0, 0, 95, 100), shapely.box(95, 0, 100, 100), *AREAS[1:]]
    found = shares(shapes, ["gemeente", "Stichting X", None], least_known=90)
    np.testing.assert_allclose(found.frame["owner_public"], [95, np.nan])
    (note,) = [n for n in found.notes if "Stichting X" in n.text.en]
    assert note.severity == "warning"
    assert '"Stichting X" (1 x)' in note.text.nl
    given = '{"stichting x": "corporatie", "": "markt"}'
    found = shares(shapes, ["gemeente", "Stichting X", None], given=given)
    np.testing.assert_allclose(found.frame["owner_public"], [100, 0])
    np.testing.assert_allclose(found.frame["owner_market"], [0, 100])


def test_no_owner_known_at_all_asks_for_the_mapping():
    with pytest.raises(TableError, match="Stichting X") as caught:
        shares(AREAS, ["Stichting X", "Stichting X"])
    assert '{"Stichting X": "gemeente"}' in caught.value.text.nl


def test_land_of_two_owners_is_of_nobody_known():
    # The gemeente has all of the first buurt, a market party claims a tenth of it as well.
    shapes = [AREAS[0], shapely.box(0, 0, 10, 100), AREAS[1], AREAS[1]]
    found = shares(shapes, ["gemeente", "markt", "gemeente", "corporatie"])
    np.testing.assert_allclose(found.frame["owner_public"], [90, 100])
    np.testing.assert_allclose(found.frame["owner_market"], [0, 0])
    np.testing.assert_allclose(found.frame["land_unknown"], [10, 0], atol=1e-9)
    assert any("0.1 ha" in n.text.en for n in found.notes)


def test_points_carry_their_own_area():
    shapes = shapely.points([[50, 50], [50, 60], [150, 50], [500, 500]])
    sizes = pd.Series([6000.0, 4000.0, 11_000.0, 5.0], name="m2")
    found = shares(shapes, ["gemeente", "markt", "gemeente", "gemeente"], sizes=sizes)
    np.testing.assert_allclose(found.frame["owner_public"], [60, np.nan])
    np.testing.assert_allclose(found.frame["owner_market"], [40, np.nan])
    assert "more land than" in found.frame["land_note"][1].en
    assert any("assumption" in text.en and "point" in text.en for text in found.record)
    with pytest.raises(TableError, match="square metres"):
        shares(shapes, ["gemeente"] * 4)
    with pytest.raises(TableError, match=r"m2 must hold numbers of 0 or more.*-5.*row 4"):
        shares(shapes, ["gemeente"] * 4, sizes=pd.Series([1, 2, 3, -5.0], name="m2"))


@pytest.mark.parametrize("value", [[5, 1], ["x"], '"markt"', "{"])
def test_a_mapping_that_is_no_object_is_refused(value):
    with pytest.raises(TableError, match="not a JSON object"):
        land.read_map(value if isinstance(value, str) else str(value).replace("'", '"'))


def test_a_mapping_to_no_class_is_refused():
    with pytest.raises(TableError, match=r"Woonstad.*gemeente, corporatie, markt"):
        land.read_map('{"Woonstad": "corp"}')
    with pytest.raises(TableError, match="bv to markt as well as to overig"):
        land.read_map('{"BV": "markt", "bv": "overig"}')


def test_broken_and_empty_shapes_do_no_harm():
    bow = shapely.Polygon([(0, 0), (100, 100), (100, 0), (0, 100)])  # two triangles, half of it
    found = shares([bow, None, *AREAS[1:]], ["markt"] * 3, np.array([*AREAS, None]), least_known=50)
    np.testing.assert_allclose(found.frame["owner_market"], [50, 100, np.nan])
    assert "no polygon" in found.frame["land_note"][2].en
    assert "1 features of layer grond have no place" in found.notes[0].text.en


def test_land_of_another_place_is_refused_with_what_it_looks_like():
    away = shapely.box(4.1, 52.1, 4.2, 52.2)
    with pytest.raises(GeometryError, match=r"grond lies in a buurt.*WGS 84"):
        shares([away], ["gemeente"], np.array([shapely.box(120_000, 480_000, 120_100, 480_100)]))


@given(
    st.lists(
        st.tuples(*[st.integers(0, 10)] * 2, *[st.integers(1, 3)] * 2, st.sampled_from("gmpo")),
        min_size=1,
        max_size=12,
    )
)
def test_parts_never_exceed_the_whole_whatever_overlaps_or_borders(rows):
    names = {"g": "gemeente", "m": "markt", "p": "particulier", "o": "onbekend"}
    shapes = [
        shapely.box(20 * x, 20 * y - 50, 20 * (x + w), 20 * (y + h) - 50) for x, y, w, h, _ in rows
    ]
    try:
        found = shares(shapes, [names[row[-1]] for row in rows], least_known=0).frame
    except (GeometryError, TableError):
        return
    total = found[["owner_public", "owner_market", "land_unknown"]].sum(axis=1)
    assert (total <= 100 + 1e-6).all()
    assert found["owner_public"].ge(0).all()
    # What only one owner claims can be had from the shapes themselves, buurt by buurt.
    for place, area in enumerate(AREAS):
        of = {
            key: shapely.union_all([s for s, r in zip(shapes, rows, strict=True) if r[-1] == key])
            for key in "gmp"
        }
        mine = shapely.difference(of["g"], shapely.union_all([of["m"], of["p"]]))
        expected = shapely.area(shapely.intersection(mine, area)) / 100
        # Overlaps below a thousandth of the buurt are left: slivers.
        assert found["owner_public"][place] == pytest.approx(expected, abs=0.1 + 1e-6)
