# SPDX-License-Identifier: GPL-2.0-or-later
"""Dwellings to counts per area: fixtures worked by hand, order, disclosure."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from wijkmix.wijkmix_plugin.errors import TableError
from wijkmix.wijkmix_plugin.tables import dwellings
from wijkmix.wijkmix_plugin.tables.dwellings import DwellingCount, read_map

MAP = read_map('{"KW": "koop", "SH": "corp", "PH": "overig", "": "unknown"}')


def counted(area, tenure, **more):
    count = DwellingCount(3, MAP)
    count.add(np.array(area), tenure, **more)
    return count.result()


def notes(result):
    return " ".join(note.text.en for note in result.notes)


def test_counts_per_class():
    found = counted([0, 0, 1, 2, 0], ["KW", " sh ", "PH", None, "koop"])
    assert found.counts.tolist() == [[2, 1, 0, 0], [0, 0, 1, 0], [0, 0, 0, 1]]
    assert len(found.rows) == 0
    assert "5 dwellings counted in 3 areas" in notes(found)
    assert "20.0% of the dwellings is unknown" in notes(found)


def test_numbers_may_be_tenure_values():
    count = DwellingCount(1, read_map('{"1": "koop", "2": "corp", "": "unknown"}'))
    count.add(np.zeros(4, dtype=int), [1.0, 2.0, np.nan, 2])
    assert count.result().counts.tolist() == [[1, 2, 0, 1]]


def test_values_without_a_class_are_listed_with_number_and_row():
    with pytest.raises(TableError) as refused:
        counted([0, 0, 1, 1], ["KW", "erfpacht", "Erfpacht", "?"])
    assert '"erfpacht" (2 x, first row 2)' in refused.value.text.en
    assert '"?" (1 x, first row 4)' in refused.value.text.en
    count = DwellingCount(1, read_map('{"KW": "koop"}'))
    count.add(np.zeros(2, dtype=int), ["KW", "KW"])
    count.add(np.zeros(1, dtype=int), [None])
    with pytest.raises(TableError, match=r'"" \(1 x, first row 3\)'):
        count.result()


@pytest.mark.parametrize("text", ["[1]", "{", '"koop"', '{"KW": "own"}', '{"KW": ["koop"]}'])
def test_a_mapping_that_is_none(text):
    with pytest.raises(TableError, match="mapping of tenure values"):
        read_map(text)


@pytest.mark.parametrize("text", ['{"KW": "koop", " kw ": "corp"}', '{"A": "koop", "A": "corp"}'])
def test_a_value_with_two_classes_is_refused(text):
    with pytest.raises(TableError, match="to koop as well as to corp"):
        read_map(text)
    assert read_map('{"KW": "koop", "kw": "koop"}')["kw"] == "koop"


def test_what_is_not_counted_is_listed():
    area = [0, dwellings.OUTSIDE, dwellings.NO_PLACE, dwellings.NO_CODE, dwellings.CODE_UNKNOWN]
    found = counted(area, ["KW"] * 5, codes=["A", None, None, None, "Z"])
    assert found.rows.tolist() == [2, 3, 4, 5]
    assert found.codes.tolist() == [None, None, None, "Z"]
    assert found.reasons.tolist() == area[1:]
    assert set(area[1:]) < set(dwellings.REASONS)
    assert "1 dwellings (20.0%) lie outside the areas" in notes(found)


def test_a_dwelling_counts_once():
    # a twice alike; b with two tenures; c in two areas; two rows without identifier.
    ids = ["a", "a", "b", "b", "c", "c", None, None]
    area = [0, 0, 1, 1, 0, 2, 2, 2]
    tenure = ["KW", "KW", "KW", "SH", "KW", "KW", "PH", "PH"]
    found = counted(area, tenure, ids=ids)
    assert found.counts.tolist() == [[1, 0, 0, 0], [0, 0, 0, 1], [0, 0, 2, 0]]
    assert dict(zip(found.rows.tolist(), found.reasons.tolist(), strict=True)) == {
        2: dwellings.AGAIN,
        4: dwellings.AGAIN,
        5: dwellings.TWO_AREAS,
        6: dwellings.TWO_AREAS,
    }
    assert "1 dwellings have rows of different tenure" in notes(found)


@given(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 2), st.integers(0, 2))), st.randoms())
def test_neither_order_nor_chunks_matter(rows, random):
    def run(order, cut):
        count = DwellingCount(3, MAP)
        for part in (order[:cut], order[cut:]):
            count.add(
                np.array([a for _, a, _ in part], dtype=int),
                [("KW", "SH", "PH")[t] for _, _, t in part],
                ids=[f"id{i}" for i, _, _ in part],
            )
        return count.result().counts.tolist()

    shuffled = list(rows)
    random.shuffle(shuffled)
    assert run(rows, 0) == run(shuffled, len(shuffled) // 2)


def test_complexes_across_borders():
    found = counted([0, 0, 1, 1], ["SH"] * 4, complexes=["X", "Y", "Y", None])
    assert "1 of 2 complexes lie in more than one area: Y" in notes(found)


def test_codes():
    places = pd.Series([0, 1, 2], index=["BU1", "BU2", "BU3"])
    found = dwellings.by_code(["BU2", " BU1 ", None, "BU9", ""], places)
    assert found.tolist() == [1, 0, dwellings.NO_CODE, dwellings.CODE_UNKNOWN, dwellings.NO_CODE]


def test_lost_zeros_are_recognised():
    text = dwellings.likely_reason([3630000.0, 3630001.0], ["BU03630000", "BU03639999"]).en
    assert "1 of them do match" in text
    assert "BU03630000" in text
    assert "another year" in dwellings.likely_reason(["X"], ["BU03630000"]).en


@pytest.mark.parametrize(
    ("x", "y", "name"),
    [
        (121_000, 487_000, "28992"),
        (4.9, 52.4, "WGS 84 (EPSG"),
        (52.4, 4.9, "swapped"),
        (628_000, 5_804_000, "25831"),
        (545_000, 6_868_000, "3857"),
    ],
)
def test_which_system_coordinates_look_like(x, y, name):
    assert name in dwellings.looks_like(np.array([x, np.nan]), np.array([y, 0.0]))
    assert dwellings.looks_like(np.array([-1e9]), np.array([0.0])) is None


def test_person_columns():
    names = [
        "geb_datum",
        "date_of_birth",
        "bsn",
        "Achternaam",
        "E-mail",
        "tel",
        "geboorteDatum",
        "naam",
        "huurder",
        "vhe_nr",
    ]
    assert dwellings.person_columns(names) == names[:-1]
    kept = ["gemeentenaam", "straatnaam", "complexnaam", "tenure", "hotel", "postcode", "stage"]
    kept += ["complex_naam", "straatNaam", "buurt_name", "aantal_bewoners", "geboorte_totaal"]
    assert dwellings.person_columns(kept) == []
    assert dwellings.person_columns(["naam", "n_corp"], areas=True) == []
    # Beside a bsn it is the name of a person.
    assert dwellings.person_columns(["naam", "bsn"], areas=True) == ["naam", "bsn"]


def test_small_areas_and_their_guards():
    whole = np.zeros(5, dtype=int)
    small, guard = dwellings.suppressed(np.array([4, 200, 30, 0, 12]), 10, [whole])
    assert small.tolist() == [True, False, False, False, False]
    # Without a guard 4 = total - the rest; the next smallest is 12.
    assert guard.tolist() == [False, False, False, False, True]
    # Two small ones of 4 and 3 hold 7, under the minimum: a third joins them.
    small, guard = dwellings.suppressed(np.array([4, 3, 30, 40]), 10, [np.zeros(4, dtype=int)])
    assert guard.tolist() == [False, False, True, False]
    # Two of 6 hold 12 together: enough.
    small, guard = dwellings.suppressed(np.array([6, 6, 30]), 10, [np.zeros(3, dtype=int)])
    assert not guard.any()
    # A guard of the whole in another wijk is bare there, and asks for one of its own.
    wijk = np.array([0, 1, 1])
    small, guard = dwellings.suppressed(np.array([4, 20, 30]), 10, [np.zeros(3, dtype=int), wijk])
    assert guard.tolist() == [False, True, True]


@given(
    st.lists(st.tuples(st.integers(0, 40), st.integers(0, 3)), min_size=1, max_size=30),
    st.integers(1, 15),
)
def test_no_small_area_follows_from_a_total(rows, minimum):
    totals, wijk = np.array([t for t, _ in rows]), np.array([w for _, w in rows])
    levels = [np.zeros(len(rows), dtype=int), wijk]
    small, guard = dwellings.suppressed(totals, minimum, levels)
    assert (small == ((totals > 0) & (totals < minimum))).all()
    hidden = small | guard
    for level in levels:
        for parent in np.unique(level):
            held = totals[hidden & (level == parent)]
            rest = totals[~hidden & (level == parent) & (totals > 0)]
            if len(held) and len(rest):
                assert len(held) >= 2
                assert held.sum() >= minimum


def test_columns_of_areas():
    areas = pd.DataFrame({"buurtcode": ["A", "B", "C", "D"]})
    counts = np.array([[2, 1, 0, 0], [20, 0, 0, 0], [50, 10, 0, 5], [0, 0, 0, 0]])
    frame, said = dwellings.area_columns(areas, counts, 10)
    assert frame["quality"].tolist() == ["suppressed", "suppressed", "ok", "no dwellings"]
    assert np.isnan(frame["dwellings"].iloc[:2]).all()
    assert np.isnan(frame["n_koop"].iloc[:2]).all()
    assert frame["dwellings"].iloc[2:].tolist() == [65, 0]
    words = said[0].text.en
    assert "1 areas with fewer than 10 dwellings are not shown, and 1 more" in words
    assert "3 dwellings" not in words
    frame, said = dwellings.area_columns(areas, counts, 1)
    assert frame["dwellings"].tolist() == [3, 20, 65, 0]
    assert said == []


def test_small_areas_of_one_wijk_are_guarded_there():
    areas = pd.DataFrame({"buurtcode": list("ABCD"), "wijkcode": ["W1", "W1", "W2", "W2"]})
    counts = np.array([[3, 0, 0, 0], [90, 0, 0, 0], [20, 0, 0, 0], [30, 0, 0, 0]])
    frame, _ = dwellings.area_columns(areas, counts, 10)
    assert frame["quality"].tolist() == ["suppressed", "suppressed", "ok", "ok"]


def test_columns_that_own_counts_replace():
    names = ["buurtcode", "woningvoorraad", "percentage_koopwoningen", "n_corp", "inhabitants"]
    assert dwellings.replaced(names) == names[1:4]


def test_values_in_the_wrong_encoding_are_recognised():
    wrong = [
        "coöperatie".encode().decode("cp1252"),
        "coöperatie".encode("cp1252").decode("utf-8", "replace"),
    ]
    for value in wrong:
        with pytest.raises(TableError, match="another encoding"):
            counted([0], [value])
    with pytest.raises(TableError) as refused:
        counted([0], ["coöperatie"])
    assert "encoding" not in refused.value.text.en
