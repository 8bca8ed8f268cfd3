# SPDX-License-Identifier: GPL-2.0-or-later
"""What a column means, and how each channel and year of CBS spells it. Data only."""

from __future__ import annotations

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
            "Share of households among the 40 % with the lowest income of the country.",
            "Aandeel huishoudens dat landelijk tot de 40 % met het laagste inkomen hoort.",
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

# Read, but not written: percentages become counts, and the water mark becomes a quality.
SOURCE_ROLES: dict[str, Role] = _by_name(
    Role(
        "water",
        "text",
        "",
        Text("Water mark", "Watervlag"),
        Text("JA or B: no land of the gemeente.", "JA of B: geen land van de gemeente."),
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
COUNTS = ("n_koop", "n_corp", "n_overig", "n_unknown", "n_huur")
SHARE_OF_COUNT = {
    "n_koop": "share_koop",
    "n_corp": "share_corp",
    "n_overig": "share_overig_huur",
    "n_unknown": "share_unknown",
    "n_huur": "share_huur",
}

SHARES = (*SHARE_OF_COUNT.values(), "share_huur_derived")

# channel -> role -> spellings. A further channel is a further entry here.
SPELLINGS: dict[str, dict[str, tuple[str, ...]]] = {
    # CBS Wijk- en Buurtkaart 2024 v2 (GeoPackage) and 2024 v1 (PDOK WFS dump). v2 dropped
    # percentage_woningen_met_eigendom_onbekend, the building-year classes and the income columns
    # of v1.
    "snake_case": {
        "buurt_code": ("buurtcode",),
        "buurt_name": ("buurtnaam",),
        "wijk_code": ("wijkcode",),
        "gemeente_code": ("gemeentecode",),
        "gemeente_name": ("gemeentenaam",),
        "year": ("jaar",),
        "water": ("water",),
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
    # CBS Wijk- en Buurtkaart to 2021 (shapefile and GeoPackage), headings of at most ten letters.
    # WONINGEN, P_HUURWON, P_OV_HUURW and P_HH_LI were not seen in a file of CBS.
    "shapefile": {
        "buurt_code": ("BU_CODE",),
        "buurt_name": ("BU_NAAM",),
        "wijk_code": ("WK_CODE",),
        "gemeente_code": ("GM_CODE",),
        "gemeente_name": ("GM_NAAM",),
        "water": ("WATER",),
        "dwellings": ("WONINGEN",),
        "households": ("AANTAL_HH",),
        "inhabitants": ("AANT_INW",),
        "woz": ("WOZ",),
        "share_koop": ("P_KOOPWON",),
        "share_huur": ("P_HUURWON",),
        "share_corp": ("P_HUURCORP",),
        "share_overig_huur": ("P_OV_HUURW",),
        "share_multifamily": ("P_MGEZW",),
        "share_before_2000": ("P_WONT2000",),
        "share_lowinc": ("P_HH_LI",),
        "land_ha": ("OPP_LAND",),
        "address_density": ("OAD",),
    },
    # Our own output, and counts made from dwellings.
    "canonical": {name: (name,) for name in ROLES},
}


def spellings(role: str) -> tuple[str, ...]:
    """Every known spelling of a role, in the order of the channels, each once."""
    names = (name for channel in SPELLINGS.values() for name in channel.get(role, ()))
    return tuple(dict.fromkeys(names))


ROLE_OF_SPELLING: dict[str, str] = {name: role for role in ALL_ROLES for name in spellings(role)}
