# SPDX-License-Identifier: GPL-2.0-or-later
"""Which column plays which role, and what is said when that is not clear."""

from __future__ import annotations

import pytest
from wijkmix.wijkmix_plugin.errors import TableError, listed
from wijkmix.wijkmix_plugin.tables import roles
from wijkmix.wijkmix_plugin.tables.columns import detect_columns

SNAKE = [
    "buurtcode",
    "woningvoorraad",
    "percentage_koopwoningen",
    "perc_huurwoningen_in_bezit_woningcorporaties",
    "perc_huurwoningen_in_bezit_overige_verhuurders",
]
CAMEL = [
    "buurtcode",
    "woningvoorraad",
    "percentageKoopwoningen",
    "percHuurwoningenInBezitWoningcorporaties",
    "percHuurwoningenInBezitOverigeVerhuurders",
]


def error(columns, mapping=None) -> TableError:
    with pytest.raises(TableError) as caught:
        detect_columns(columns, mapping)
    assert caught.value.text.en != caught.value.text.nl
    return caught.value


def test_snake_case_and_camel_case_give_the_same_roles():
    assert set(detect_columns(SNAKE)) == set(detect_columns(CAMEL))
    assert detect_columns(CAMEL)["share_corp"] == "percHuurwoningenInBezitWoningcorporaties"


@pytest.mark.parametrize("channel", roles.SPELLINGS)
def test_every_spelling_of_a_channel_is_found(channel):
    spelled = {role: names[0] for role, names in roles.SPELLINGS[channel].items()}
    assert detect_columns(spelled.values()) == spelled


def test_a_spelling_belongs_to_one_role():
    for channel, table in roles.SPELLINGS.items():
        for role, names in table.items():
            assert role in roles.ALL_ROLES, channel
            for name in names:
                assert roles.ROLE_OF_SPELLING[name] == role


def test_spaces_around_a_name_do_not_matter_and_the_name_is_returned_as_found():
    found = detect_columns([*SNAKE[:2], " percentage_koopwoningen "])
    assert found["share_koop"] == " percentage_koopwoningen "


def test_case_does_matter():
    message = error(["buurtcode", "woningvoorraad", "Percentage_Koopwoningen"]).text
    assert "Percentage_Koopwoningen" in message.en


def test_the_column_of_another_year_is_not_taken():
    found = detect_columns([*SNAKE, "percentage_koopwoningen_2024", "aantal_huishoudens_2024"])
    assert found["share_koop"] == "percentage_koopwoningen"
    assert "households" not in found
    error(["buurtcode", "woningvoorraad", "percentage_koopwoningen_2024"])


def test_no_tenure_lists_what_was_looked_for_and_what_was_found():
    for text in error(["buurtcode", "kleur", "hoogte"]).text:
        assert "percentage_koopwoningen" in text
        assert "percentageKoopwoningen" in text
        assert "perc_huurwoningen_in_bezit_woningcorporaties" in text
        assert "kleur, hoogte" in text


def test_no_code_lists_what_was_looked_for_and_what_was_found():
    for text in error(["name", "percentage_koopwoningen"]).text:
        assert "buurtcode" in text
        assert "name, percentage_koopwoningen" in text


def test_percentages_of_nothing_are_refused():
    for text in error(["buurtcode", "percentage_koopwoningen"]).text:
        assert "woningvoorraad" in text
        assert "aantal_huishoudens" in text
    assert detect_columns(["buurtcode", "percentage_koopwoningen", "aantal_huishoudens"])


def test_two_columns_for_one_role_are_an_error_that_lists_them():
    for text in error([*SNAKE, "percentageKoopwoningen"]).text:
        assert "percentage_koopwoningen, percentageKoopwoningen" in text
        assert "share_koop" in text
    # the same name twice, told apart by a space only
    twice = error([*SNAKE, "percentage_koopwoningen "]).text.en
    assert "percentage_koopwoningen, percentage_koopwoningen ." in twice


def test_the_users_mapping_wins_over_spellings_and_over_ambiguity():
    names = [*SNAKE, "percentageKoopwoningen", "own"]
    assert detect_columns(names, {"share_koop": "own"})["share_koop"] == "own"
    assert (
        detect_columns(names, {"share_koop": "percentageKoopwoningen"})["share_koop"]
        == "percentageKoopwoningen"
    )


@pytest.mark.parametrize("nothing", [None, ""])
def test_a_role_mapped_to_nothing_is_left_out(nothing):
    names = [*SNAKE, "gemiddelde_woningwaarde"]
    assert "woz" in detect_columns(names)
    assert "woz" not in detect_columns(names, {"woz": nothing})


def test_a_count_mapped_to_a_published_percentage_is_that_percentage():
    mapping = {"n_koop": SNAKE[2], "n_corp": SNAKE[3], "n_overig": SNAKE[4]}
    assert detect_columns(SNAKE, mapping) == detect_columns(SNAKE)


def test_a_mapping_to_an_unknown_role_or_an_absent_field_says_so():
    for text in error(SNAKE, {"koop": "percentage_koopwoningen"}).text:
        assert "'koop'" in text
        assert "share_koop" in text
    for text in error(SNAKE, {"share_koop": "weg"}).text:
        assert "'weg'" in text
        assert "woningvoorraad" in text
    error(SNAKE, {"quality": "woningvoorraad"})


@pytest.mark.parametrize(
    ("sign", "words", "woorden"),
    [(";", "semicolon (;)", "puntkomma (;)"), (",", "comma", "komma"), ("\t", "tab", "tab")],
)
def test_a_file_read_with_the_wrong_delimiter(sign, words, woorden):
    text = error([sign.join(f'"{name}"' for name in SNAKE)]).text
    assert "wrong delimiter" in text.en
    assert words in text.en
    assert "verkeerde scheidingsteken" in text.nl
    assert woorden in text.nl
    # one column that is just unknown is something else
    assert "delimiter" not in error(["a;b"]).text.en


def test_one_field_is_not_two_figures():
    for text in error([*SNAKE, "x"], {"share_koop": "x", "share_corp": "x"}).text:
        assert "x." in text
    same = {"buurt_name": "buurtcode", "buurt_code": "buurtcode"}
    assert detect_columns(SNAKE, same)["buurt_name"] == "buurtcode"


def test_counts_and_percentages_are_not_mixed():
    for text in error([*SNAKE, "mijn_koop"], {"n_koop": "mijn_koop"}).text:
        assert "n_koop: mijn_koop" in text
        assert "share_corp: perc_huurwoningen_in_bezit_woningcorporaties" in text
    # a count and a percentage of the same class are two columns for one thing
    assert "n_koop" in error([*SNAKE, "n_koop"]).text.en


def test_roles_are_described_in_both_languages_and_in_the_order_of_the_contract():
    assert tuple(roles.ROLES)[:11] == (
        "buurt_code",
        "buurt_name",
        "wijk_code",
        "gemeente_code",
        "gemeente_name",
        "year",
        "dwellings",
        "n_koop",
        "n_corp",
        "n_overig",
        "n_unknown",
    )
    assert tuple(roles.ROLES)[-1] == "quality"
    for name, role in roles.ALL_ROLES.items():
        assert role.name == name
        assert all(role.label)
        assert all(role.meaning)


def test_long_lists_are_cut_and_counted():
    assert listed("abc", 3) == "a, b, c"
    assert listed("abcde", 3) == "a, b, c … (+2)"


def test_the_short_headings_of_the_shapefile_give_the_same_table() -> None:
    import pandas as pd
    from wijkmix.wijkmix_plugin.tables import cbs

    rows = {
        ("BU_CODE", "buurtcode"): ["BU00010001", "BU00010002"],
        ("BU_NAAM", "buurtnaam"): ["Noord", "Zuid"],
        ("WK_CODE", "wijkcode"): ["WK000100", "WK000100"],
        ("GM_CODE", "gemeentecode"): ["GM0001", "GM0001"],
        ("WATER", "water"): ["NEE", "NEE"],
        ("WONINGEN", "woningvoorraad"): [200, 100],
        ("WOZ", "gemiddelde_woningwaarde"): [250, -99999999],
        ("P_KOOPWON", "percentage_koopwoningen"): [40, -99999999],
        ("P_HUURWON", "percentage_huurwoningen"): [60, -99999999],
        ("P_HUURCORP", "perc_huurwoningen_in_bezit_woningcorporaties"): [45, -99999999],
        ("P_OV_HUURW", "perc_huurwoningen_in_bezit_overige_verhuurders"): [15, -99999999],
    }
    short, long = (
        cbs.to_canonical(pd.DataFrame({name[i]: v for name, v in rows.items()}), year=2020).frame
        for i in (0, 1)
    )
    pd.testing.assert_frame_equal(short, long)
    assert short["n_corp"].tolist()[0] == 90.0
    assert short["n_koop"].isna().tolist() == [False, True]
