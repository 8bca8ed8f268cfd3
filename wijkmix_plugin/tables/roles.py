# SPDX-License-Identifier: GPL-2.0-or-later
"""What a column means, and how each channel and year of CBS spells it. Data only."""

from __future__ import annotations

import re
from typing import Literal, NamedTuple

from ..errors import Text

Kind = Literal["code", "text", "count", "percent", "number"]


class Role(NamedTuple):
    """The meaning of a column, whatever a source calls it.

    Parameters
    ----------
    name : canonical name, or for a role that is only read: the name a mapping uses.
    kind : "code" and "text" are text; a "count" or "number" is never below zero; a "percent" lies
        in 0-100.
    unit : as printed.
    label, meaning : for headers and for the user guide.
    """

    name: str
    kind: Kind
    unit: str
    label: Text
    meaning: Text


def _by_name(*roles: Role) -> dict[str, Role]:
    return {role.name: role for role in roles}


# The canonical columns, in their order.
ROLES: dict[str, Role] = _by_name(
    Role(
        "buurt_code",
        "code",
        "",
        Text("Buurt code", "Buurtcode"),
        Text("Code of the unit, unique.", "Code van de eenheid, uniek."),
    ),
    Role(
        "buurt_name",
        "text",
        "",
        Text("Buurt", "Buurt"),
        Text("Name of the unit.", "Naam van de eenheid."),
    ),
    Role(
        "wijk_code",
        "code",
        "",
        Text("Wijk code", "Wijkcode"),
        Text("Code of the wijk it lies in.", "Code van de wijk waarin zij ligt."),
    ),
    Role(
        "gemeente_code",
        "code",
        "",
        Text("Gemeente code", "Gemeentecode"),
        Text("Code of the gemeente it lies in.", "Code van de gemeente waarin zij ligt."),
    ),
    Role(
        "gemeente_name",
        "text",
        "",
        Text("Gemeente", "Gemeente"),
        Text("Name of the gemeente.", "Naam van de gemeente."),
    ),
    Role(
        "year",
        "number",
        "",
        Text("Year", "Jaar"),
        Text("Year of the figures.", "Jaar van de cijfers."),
    ),
    Role(
        "dwellings",
        "count",
        "dwellings",
        Text("Dwellings", "Woningen"),
        Text(
            "Dwelling stock; households where the source has no dwellings.",
            "Woningvoorraad; huishoudens waar de bron geen woningen heeft.",
        ),
    ),
    Role(
        "n_koop",
        "count",
        "dwellings",
        Text("Owner-occupied dwellings", "Koopwoningen"),
        Text(
            "Number of owner-occupied dwellings.", "Aantal woningen dat de eigenaar zelf bewoont."
        ),
    ),
    Role(
        "n_corp",
        "count",
        "dwellings",
        Text("Corporation rental dwellings", "Corporatiewoningen"),
        Text(
            "Number of rented dwellings owned by a housing corporation; says nothing about the "
            "rent.",
            "Aantal huurwoningen van een woningcorporatie; zegt niets over de huurprijs.",
        ),
    ),
    Role(
        "n_overig",
        "count",
        "dwellings",
        Text("Other rental dwellings", "Overige huurwoningen"),
        Text(
            "Number of rented dwellings of other landlords.",
            "Aantal huurwoningen van overige verhuurders.",
        ),
    ),
    Role(
        "n_unknown",
        "count",
        "dwellings",
        Text("Dwellings, ownership unknown", "Woningen, eigendom onbekend"),
        Text(
            "Number of dwellings of unknown ownership; in no share.",
            "Aantal woningen met onbekend eigendom; telt in geen aandeel mee.",
        ),
    ),
    Role(
        "n_huur",
        "count",
        "dwellings",
        Text("Rented dwellings", "Huurwoningen"),
        Text(
            "Number of rented dwellings; only where the source does not split them by landlord.",
            "Aantal huurwoningen; alleen waar de bron ze niet naar verhuurder splitst.",
        ),
    ),
    Role(
        "households",
        "count",
        "households",
        Text("Households", "Huishoudens"),
        Text("Number of private households.", "Aantal particuliere huishoudens."),
    ),
    Role(
        "inhabitants",
        "count",
        "persons",
        Text("Inhabitants", "Inwoners"),
        Text("Number of inhabitants.", "Aantal inwoners."),
    ),
    Role(
        "woz",
        "number",
        "x 1000 euro",
        Text("Mean WOZ value", "Gemiddelde WOZ-waarde"),
        Text(
            "Mean assessed value of dwellings.",
            "Gemiddelde waarde van woningen volgens de Wet WOZ.",
        ),
    ),
    Role(
        "share_multifamily",
        "percent",
        "%",
        Text("Multi-family dwellings", "Meergezinswoningen"),
        Text(
            "Share of dwellings in a building with several.",
            "Aandeel woningen in een gebouw met meer woningen.",
        ),
    ),
    Role(
        "share_before_2000",
        "percent",
        "%",
        Text("Built before 2000", "Bouwjaar tot 2000"),
        Text("Share of dwellings built before 2000.", "Aandeel woningen van voor 2000."),
    ),
    Role(
        "share_lowinc",
        "percent",
        "%",
        Text("Low-income households", "Huishoudens met laag inkomen"),
        Text(
            "Share of households among the 40% with the lowest income of the country.",
            "Aandeel huishoudens dat landelijk tot de 40% met het laagste inkomen hoort.",
        ),
    ),
    Role(
        "land_ha",
        "number",
        "ha",
        Text("Land area", "Oppervlakte land"),
        Text("Area of land without water.", "Oppervlakte zonder water."),
    ),
    Role(
        "address_density",
        "number",
        "addresses/km2",
        Text("Surrounding address density", "Omgevingsadressendichtheid"),
        Text(
            "Mean number of addresses within one kilometre, per square kilometre.",
            "Gemiddeld aantal adressen binnen een kilometer, per vierkante kilometer.",
        ),
    ),
    Role(
        "quality",
        "text",
        "",
        Text("Data quality", "Gegevenskwaliteit"),
        Text(
            "ok, partial (reason), suppressed, no dwellings or water.",
            "ok, partial (reden), suppressed (niet gepubliceerd), no dwellings (geen woningen) of "
            "water.",
        ),
    ),
)

# Read, but not in the canonical table: percentages become counts, the water mark becomes a quality,
# and the mark of a changed boundary follows the table where the source has it.
SOURCE_ROLES: dict[str, Role] = _by_name(
    Role(
        "water",
        "text",
        "",
        Text("Water mark", "Watervlag"),
        Text("JA or B: no land of the gemeente.", "JA of B: geen land van de gemeente."),
    ),
    Role(
        "boundary_change",
        "number",
        "",
        Text("Change since the year before", "Wijziging sinds het jaar ervoor"),
        Text(
            "As CBS marks it: 1 unchanged, 2 another code, 3 redrawn.",
            "Zoals CBS het merkt: 1 ongewijzigd, 2 andere code, 3 andere grens.",
        ),
    ),
    Role(
        "share_koop",
        "percent",
        "%",
        Text("Owner-occupied", "Koopwoningen"),
        Text("Share of all dwellings.", "Aandeel van alle woningen."),
    ),
    Role(
        "share_huur",
        "percent",
        "%",
        Text("Rented", "Huurwoningen"),
        Text("Share of all dwellings.", "Aandeel van alle woningen."),
    ),
    Role(
        "share_huur_derived",
        "percent",
        "%",
        Text("Rented, derived", "Huurwoningen, afgeleid"),
        Text(
            "100 minus the owner-occupied share, derived by whoever made the table.",
            "100 min het aandeel koop, afgeleid door wie de tabel maakte.",
        ),
    ),
    Role(
        "share_corp",
        "percent",
        "%",
        Text("Corporation rental", "Corporatiehuur"),
        Text(
            "Share of ALL dwellings, though CBS' column name sounds like a share of the rented "
            "ones.",
            "Aandeel van ALLE woningen, al klinkt de kolomnaam van CBS als een deel van de "
            "huurwoningen.",
        ),
    ),
    Role(
        "share_overig_huur",
        "percent",
        "%",
        Text("Other rental", "Overige huur"),
        Text("Share of all dwellings.", "Aandeel van alle woningen."),
    ),
    Role(
        "share_unknown",
        "percent",
        "%",
        Text("Ownership unknown", "Eigendom onbekend"),
        Text("Share of all dwellings.", "Aandeel van alle woningen."),
    ),
)

ALL_ROLES: dict[str, Role] = {**ROLES, **SOURCE_ROLES}

# What a canonical table always has, also where the source has nothing.
ALWAYS = tuple(ROLES)[:11]
# The canonical columns with numbers.
NUMBERS = tuple(name for name, role in ROLES.items() if role.kind not in ("code", "text"))
COUNTS = ("n_koop", "n_corp", "n_overig", "n_unknown", "n_huur")
SHARE_OF_COUNT = {
    "n_koop": "share_koop",
    "n_corp": "share_corp",
    "n_overig": "share_overig_huur",
    "n_unknown": "share_unknown",
    "n_huur": "share_huur",
}

SHARES = (*SHARE_OF_COUNT.values(), "share_huur_derived")

# --- The one table of spellings: where a figure comes from, what it is called there, and when.
#
# A name is spelled as published; the same in lower case is read too, for that is what a database
# makes of it. "#" stands for the number that StatLine appends to a name and that shifts with every
# year (Koopwoningen_40 in 2020, _47 in 2024). Where a channel knows two names for one thing in one
# file, the first is taken. A further channel is a further entry in these dictionaries.


class Channel(NamedTuple):
    """Where CBS publishes the key figures (kerncijfers).

    Parameters
    ----------
    label : what it is called.
    first, last : years that it has; None is open.
    """

    label: Text
    first: int | None = None
    last: int | None = None


CHANNELS: dict[str, Channel] = {
    "snake_case": Channel(
        Text(
            "Wijk- en Buurtkaart: GeoPackage, PDOK download and OGC API",
            "Wijk- en Buurtkaart: GeoPackage, download en OGC API van PDOK",
        ),
        2013,
    ),
    "camelCase": Channel(Text("PDOK WFS", "PDOK WFS"), 2022),
    "shapefile": Channel(
        Text(
            "Wijk- en Buurtkaart with short headings (shapefile, GeoPackage)",
            "Wijk- en Buurtkaart met korte koppen (shapefile, GeoPackage)",
        ),
        2013,
        2022,
    ),
    "canonical": Channel(Text("WijkMix", "WijkMix")),
    "statline_odata3": Channel(Text("StatLine, OData 3 and CSV", "StatLine, OData 3 en CSV"), 2013),
    "statline_odata4": Channel(Text("StatLine, OData 4", "StatLine, OData 4"), 2013),
    "kwb": Channel(Text("KWB workbook", "KWB-werkboek"), 2013),
}

# Tables that people join to a map; a map that has all figures itself leaves them aside.
BESIDE_A_MAP = ("statline_odata3", "statline_odata4", "kwb")

# channel -> role -> spellings
SPELLINGS: dict[str, dict[str, tuple[str, ...]]] = {
    # CBS Wijk- en Buurtkaart 2024 v2 (GeoPackage) and 2024 v1 (PDOK WFS dump). v2 dropped
    # percentage_woningen_met_eigendom_onbekend, the building-year classes and the income columns
    # of v1. Its classes of 2024, more and less than ten years old, are another figure than before
    # and since 2000 and are not read. PDOK's OGC API was not seen; its documentation has these.
    "snake_case": {
        "buurt_code": ("buurtcode",),
        "buurt_name": ("buurtnaam",),
        "wijk_code": ("wijkcode",),
        "gemeente_code": ("gemeentecode",),
        "gemeente_name": ("gemeentenaam",),
        "year": ("jaar",),
        "water": ("water",),
        "boundary_change": ("indelingswijziging_wijken_en_buurten",),
        "dwellings": ("woningvoorraad",),
        "households": ("aantal_huishoudens",),
        "inhabitants": ("aantal_inwoners",),
        "woz": ("gemiddelde_woningwaarde",),
        "share_koop": ("percentage_koopwoningen",),
        "share_huur": ("percentage_huurwoningen",),
        "share_huur_derived": ("percentage_huurwoningen_afgeleid",),
        "share_corp": ("perc_huurwoningen_in_bezit_woningcorporaties",),
        "share_overig_huur": ("perc_huurwoningen_in_bezit_overige_verhuurders",),
        "share_unknown": ("percentage_woningen_met_eigendom_onbekend",),
        "share_multifamily": ("percentage_meergezinswoning",),
        "share_before_2000": ("percentage_bouwjaarklasse_tot_2000",),
        "share_lowinc": ("percentage_huishoudens_met_laag_inkomen",),
        "land_ha": ("oppervlakte_land_in_ha",),
        "address_density": ("omgevingsadressendichtheid",),
    },
    # PDOK WFS 2023 and 2024 as served.
    "camelCase": {
        "buurt_code": ("buurtcode",),
        "buurt_name": ("buurtnaam",),
        "wijk_code": ("wijkcode",),
        "gemeente_code": ("gemeentecode",),
        "gemeente_name": ("gemeentenaam",),
        "year": ("jaar",),
        "water": ("water",),
        "boundary_change": ("indelingswijzigingWijkenEnBuurten",),
        "dwellings": ("woningvoorraad",),
        "households": ("aantalHuishoudens",),
        "inhabitants": ("aantalInwoners",),
        "woz": ("gemiddeldeWoningwaarde",),
        "share_koop": ("percentageKoopwoningen",),
        "share_huur": ("percentageHuurwoningen",),
        "share_corp": ("percHuurwoningenInBezitWoningcorporaties",),
        "share_overig_huur": ("percHuurwoningenInBezitOverigeVerhuurders",),
        "share_unknown": ("percentageWoningenMetEigendomOnbekend",),
        "share_multifamily": ("percentageMeergezinswoning",),
        "share_before_2000": ("percentageBouwjaarklasseTot2000",),
        "share_lowinc": ("percentageHuishoudensMetLaagInkomen",),
        "land_ha": ("oppervlakteLandInHa",),
        "address_density": ("omgevingsadressendichtheid",),
    },
    # CBS Wijk- en Buurtkaart to 2022, headings of at most ten letters. The tenure names and
    # WONINGEN stand in public scripts that read the shapefiles of 2009 to 2022 (2014 has no split
    # of rental). P_OV_HUURW, P_HH_LI and IND_WBI were not seen in a file or a script.
    "shapefile": {
        "buurt_code": ("BU_CODE",),
        "buurt_name": ("BU_NAAM",),
        "wijk_code": ("WK_CODE",),
        "gemeente_code": ("GM_CODE",),
        "gemeente_name": ("GM_NAAM",),
        "water": ("WATER",),
        "boundary_change": ("IND_WBI",),
        "dwellings": ("WONINGEN",),
        "households": ("AANTAL_HH",),
        "inhabitants": ("AANT_INW",),
        "woz": ("WOZ",),
        "share_koop": ("P_KOOPWON",),
        "share_huur": ("P_HUURWON",),
        "share_corp": ("P_HUURCORP",),
        "share_overig_huur": ("P_OV_HUURW", "P_HUUROVVH"),
        "share_unknown": ("P_HUKO_ONB",),
        "share_multifamily": ("P_MGEZW",),
        "share_before_2000": ("P_WONT2000",),
        "share_lowinc": ("P_HH_LI",),
        "land_ha": ("OPP_LAND",),
        "address_density": ("OAD",),
    },
    # Our own output, and counts made from dwellings.
    "canonical": {name: (name,) for name in (*ROLES, "boundary_change")},
    # StatLine, OData 3, one row a region of every level; codes padded to ten characters. The names
    # of 2024 are those of table 85984NED, the older ones stand in public scripts that read the
    # tables of 2013 (82339NED) to 2023. Codering is the code whatever program fetched the table;
    # some put the name in WijkenEnBuurten, and write it in WijkenEnBuurten_label beside the code.
    # HuishoudensMetEenLaagInkomen is another figure (the low-income line) and is not read. The CSV
    # of StatLine's site has the titles behind these names (see `spelled`); of the key figures none
    # was seen, but one of the same site with SES scores, whose headings are so.
    "statline_odata3": {
        "buurt_code": (
            "Codering_#",
            "Regiocode (gemeente, wijk, buurt) (code)",
            "WijkenEnBuurten",
            "RegioS",
        ),
        "buurt_name": ("WijkenEnBuurten_label", "Wijken en buurten"),
        "gemeente_name": ("Gemeentenaam_#",),
        "boundary_change": (
            "IndelingswijzigingGemeenteWijkBuurt_#",
            "IndelingswijzigingWijkenEnBuurten_#",
        ),
        "dwellings": ("Woningvoorraad_#",),
        "households": ("HuishoudensTotaal_#",),
        "inhabitants": ("AantalInwoners_#",),
        "woz": ("GemiddeldeWOZWaardeVanWoningen_#", "GemiddeldeWoningwaarde_#"),
        "share_koop": ("Koopwoningen_#",),
        "share_huur": ("HuurwoningenTotaal_#",),
        "share_corp": ("InBezitWoningcorporatie_#",),
        "share_overig_huur": ("InBezitOverigeVerhuurders_#",),
        "share_unknown": ("EigendomOnbekend_#",),
        "share_multifamily": ("PercentageMeergezinswoning_#",),
        "share_before_2000": ("BouwjaarVoor2000_#",),
        "share_lowinc": ("k_40HuishoudensMetLaagsteInkomen_#", "HuishoudensMetLaagInkomen_#"),
        "land_ha": ("OppervlakteLand_#",),
        "address_density": ("Omgevingsadressendichtheid_#",),
    },
    # StatLine, OData 4: these are the codes in its column Measure (see statline.py). No file was
    # seen; they stand in several public scripts for 86165NED (2025), and 1014800_1 in one that
    # reads older tables. The codes of unknown ownership and of building years to 2023 were found
    # nowhere.
    "statline_odata4": {
        "buurt_code": ("WijkenEnBuurten", "RegioS"),
        "dwellings": ("M000297",),
        "households": ("1050010_2",),
        "inhabitants": ("T001036",),
        "woz": ("M001642",),
        "share_koop": ("1014800", "1014800_1"),
        "share_huur": ("1014850_2",),
        "share_corp": ("A047047",),
        "share_overig_huur": ("A047048",),
        "share_multifamily": ("ZW10340",),
        "share_lowinc": ("D000186",),
        "land_ha": ("A047044",),
        "address_density": ("ST0003",),
    },
    # KWB workbook, one row a region of every level. The headings are those of 2023; g_woz and
    # gwb_code alone stand in public scripts that read those of 2013 to 2019. p_bj_me10 (2024 on,
    # more than ten years old) is another figure than before 2000 and is not read.
    "kwb": {
        "buurt_code": ("gwb_code_10", "gwb_code"),
        "buurt_name": ("regio",),
        "gemeente_name": ("gm_naam",),
        "boundary_change": ("ind_wbi",),
        "dwellings": ("a_woning",),
        "households": ("a_hh",),
        "inhabitants": ("a_inw",),
        "woz": ("g_wozbag", "g_woz"),
        "share_koop": ("p_koopw",),
        "share_huur": ("p_huurw",),
        "share_corp": ("p_wcorpw",),
        "share_overig_huur": ("p_ov_hw",),
        "share_unknown": ("p_e_o_w",),
        "share_multifamily": ("p_mgezw",),
        "share_before_2000": ("p_bjj2k",),
        "share_lowinc": ("p_hh_li",),
        "land_ha": ("a_lan_ha",),
        "address_density": ("ste_oad",),
    },
}

# The years of a spelling where they are not those of its channel: first, last; None is open.
YEARS: dict[str, tuple[int | None, int | None]] = {
    "percentage_woningen_met_eigendom_onbekend": (None, 2024),
    "percentageWoningenMetEigendomOnbekend": (None, 2024),
    "EigendomOnbekend_#": (None, 2023),
    "p_e_o_w": (None, 2023),
    "percentage_bouwjaarklasse_tot_2000": (None, 2024),
    "percentageBouwjaarklasseTot2000": (None, 2024),
    "BouwjaarVoor2000_#": (None, 2023),
    "p_bjj2k": (None, 2023),
    "g_woz": (None, 2019),
    "g_wozbag": (2020, None),
    "GemiddeldeWoningwaarde_#": (None, 2018),
    "HuishoudensMetLaagInkomen_#": (None, 2015),
    "k_40HuishoudensMetLaagsteInkomen_#": (2016, None),
    "RegioS": (None, 2013),
    "1014800": (2024, None),
    "1014800_1": (None, 2023),
}

# Squares and postcodes, which serve as blocks: percentages in tens beside a count of corporation
# dwellings (see squares.py). The first are the columns of 100 m squares as published; those of
# PDOK's WFS and of the files to 2020 stand in public scripts, as do the codes of postcodes.
BLOCK_SPELLINGS: dict[str, dict[str, tuple[str, ...]]] = {
    "snake_case": {
        "buurt_code": ("crs28992res100m", "crs28992res500m", "postcode6", "postcode"),
        "dwellings": ("aantal_woningen",),
        "share_koop": ("percentage_koopwoningen",),
        "share_huur": ("percentage_huurwoningen",),
        "n_corp": ("aantal_huurwoningen_in_bezit_woningcorporaties",),
    },
    "camelCase": {
        "buurt_code": ("crs28992res100m", "crs28992res500m", "postcode6", "postcode"),
        "dwellings": ("aantalWoningen",),
        "share_koop": ("percentageKoopwoningen",),
        "share_huur": ("percentageHuurwoningen",),
        "n_corp": ("aantalHuurwoningenInBezitWoningcorporaties",),
    },
    "shapefile": {
        "buurt_code": ("C28992R100", "C28992R500", "PC6", "PC4"),
        "dwellings": ("WONING",),
        "share_koop": ("P_KOOPWON",),
        "share_huur": ("P_HUURWON",),
        "n_corp": ("WON_HCORP",),
    },
}


def spellings(role: str) -> tuple[str, ...]:
    """Every known spelling of a role, in the order of the channels, each once."""
    names = (name for channel in SPELLINGS.values() for name in channel.get(role, ()))
    return tuple(dict.fromkeys(names))


def spelled(name: str) -> str:
    """Spell a name as the table does: no spaces around it, StatLine's number as "#".

    The CSV of StatLine's site has titles with their branch and unit, such as "Wonen/Woningen naar
    eigendom/Koopwoningen (%)": without spaces and signs that is the name in OData 3.
    """
    name = name.strip()
    if name in ROLE_OF_SPELLING:
        return name
    titled = _TITLE.match(name)
    if titled is None:
        return _NUMBER.sub("_#", name)
    letters = "".join(sign for sign in titled["title"].lower() if sign.isalnum())
    form = ("k_" if letters[:1].isdigit() else "") + letters + "_#"
    unit = _UNITS.get(ALL_ROLES[ROLE_OF_SPELLING[form]].kind) if form in ROLE_OF_SPELLING else None
    return form if unit is None or titled["unit"] == unit else name


def role_of(name: str) -> str | None:
    """Return the role of a column by its name."""
    return ROLE_OF_SPELLING.get(spelled(name))


_NUMBER = re.compile(r"_\d+$")
_TITLE = re.compile(r"(?:.*/)?(?P<title>[^/]+?) *\((?P<unit>[^()]*)\)$")
_UNITS = {"percent": "%", "count": "aantal"}

ROLE_OF_SPELLING: dict[str, str] = {
    form: role for role in ALL_ROLES for name in spellings(role) for form in (name, name.lower())
}
# spelling -> channel -> its place among the names of that role there
PLACES: dict[str, dict[str, int]] = {}
for _channel, _table in SPELLINGS.items():
    for _names in _table.values():
        for _place, _name in enumerate(_names):
            for _form in (_name, _name.lower()):
                PLACES.setdefault(_form, {}).setdefault(_channel, _place)
