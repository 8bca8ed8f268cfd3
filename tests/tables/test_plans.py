# SPDX-License-Identifier: GPL-2.0-or-later
"""Plans to building capacity, on squares."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import shapely
from wijkmix.wijkmix_plugin.errors import GeometryError, TableError
from wijkmix.wijkmix_plugin.tables import plans

AREAS = np.array([shapely.box(100 * n, 0, 100 * n + 100, 100) for n in range(4)])
GEMEENTEN = ["GM1", "GM1", "GM1", "GM2"]


def capacity(shapes, amounts, areas=AREAS, **more):
    return plans.capacity(
        areas,
        np.array(shapes, dtype=object),
        pd.Series(amounts, name="woningen"),
        layer="plannen",
        **more,
    )


def test_a_plan_across_a_border_is_divided_by_area():
    # A quarter of the first plan lies in buurt 1.
    shapes = [shapely.box(25, 0, 125, 100), shapely.box(110, 0, 120, 10)]
    found = capacity(shapes, [40, 7], gemeenten=GEMEENTEN)
    np.testing.assert_allclose(found.frame["free_capacity"], [30, 17, 0, np.nan])
    assert "no plan in this gemeente" in found.frame["plan_note"][3].en
    told = "\n".join(note.text.nl for note in found.notes)
    assert "1 plannen liggen in meer dan één buurt" in told
    assert "naar oppervlakte verdeeld (aanname)" in told
    assert "bouwcapaciteit (aanname)" in found.record[0].nl


def test_points_count_where_they_are_and_outside_is_told():
    found = capacity(shapely.points([[50, 50], [60, 50], [900, 900]]), ["10", "2,5", "8"])
    np.testing.assert_allclose(found.frame["free_capacity"], [12.5, 0, 0, 0])
    assert any("with 20 dwellings, of which 8 outside" in n.text.en for n in found.notes)
    assert not any("divided by area" in n.text.en for n in found.notes)


def test_a_plan_without_a_number_leaves_its_buurt_unknown():
    found = capacity(AREAS[:3], [10, None, -99997], gemeenten=GEMEENTEN)
    np.testing.assert_allclose(found.frame["free_capacity"], [10, np.nan, np.nan, np.nan])
    assert "no number of dwellings" in found.frame["plan_note"][1].en


def test_what_is_built_or_withdrawn_is_not_free():
    statuses = ["Zacht plan", " gerealiseerd", None, "vervallen"]
    found = capacity(AREAS, [1, 2, 4, 8], statuses=statuses)
    assert found.frame["free_capacity"].tolist() == [1, 0, 4, 0]
    (told,) = [n.text.nl for n in found.notes if "Status" in n.text.nl]
    assert "Geteld: NULL (4); Zacht plan (1)." in told
    assert "Niet geteld: gerealiseerd (2); vervallen (8) (aanname)" in told
    counted = plans.read_statuses("Vervallen, zacht plan")
    found = capacity(AREAS, [1, 2, 4, 8], statuses=statuses, counted=counted)
    assert found.frame["free_capacity"].tolist() == [1, 0, 0, 8]


def test_a_status_that_no_plan_has_is_refused():
    with pytest.raises(TableError, match=r"status hard; there are: NULL, zacht"):
        capacity(AREAS[:2], [1, 2], statuses=["zacht", None], counted=plans.read_statuses("hard"))
    with pytest.raises(TableError, match="No plan in layer plannen counts"):
        capacity(AREAS[:2], [1, 2], statuses=["gerealiseerd"] * 2)


def test_a_built_plan_shows_that_the_inventory_is_about_its_gemeente():
    shapes = [AREAS[0], AREAS[3]]
    found = capacity(shapes, [5, 6], statuses=["zacht", "gerealiseerd"], gemeenten=GEMEENTEN)
    assert found.frame["free_capacity"].tolist() == [5, 0, 0, 0]


def test_numbers_below_zero_and_words_are_refused():
    with pytest.raises(TableError, match=r"woningen must hold.*found: -3 \(first in row 2\)"):
        capacity(AREAS[:2], [5, -3])
    with pytest.raises(TableError, match=r"found: veel \(first in row 2\)"):
        capacity(AREAS[:2], ["5", "veel"])


def test_plans_elsewhere_are_refused():
    with pytest.raises(GeometryError, match="plannen lies in a buurt"):
        capacity([shapely.box(900, 900, 910, 910)], [5])
    with pytest.raises(GeometryError, match="plannen lies in a buurt"):
        capacity([None], [5])


def test_a_buurt_without_polygon_is_unknown():
    found = capacity(AREAS[:1], [5], np.array([AREAS[0], None]))
    assert found.frame["free_capacity"].tolist()[0] == 5
    assert "no polygon" in found.frame["plan_note"][1].en
