# SPDX-License-Identifier: GPL-2.0-or-later
"""The words of a scenario's tables in two languages: what their fixed codes and notes mean.

Codes stay codes, for models and scripts; whoever shows a table takes the words from here.
"""

from __future__ import annotations

from typing import Any

from ..errors import Text, number
from .actions import SAYS

TERMS = {
    # new before demolition, balance, pairs
    "met": Text("met", "gehaald"),
    "not met": Text("not met", "niet gehaald"),
    "balanced": Text("balanced", "in balans"),
    "not balanced": Text("not balanced", "niet in balans"),
    "not testable": Text("not testable", "niet toetsbaar"),
    "matched": Text("matched", "gekoppeld"),
    "unmatched": Text("comes back nowhere", "komt nergens terug"),
    "unknown": Text("unknown", "onbekend"),
    "all": Text("all", "alle"),
    # tests
    "scenario": Text("What a scenario is", "Wat een scenario is"),
    "new_before_demolition": Text(
        "New before demolition (delivered less demolished)",
        "Nieuw vóór sloop (opgeleverd min gesloopt)",
    ),
    "occupied_before": Text("Occupied at the start", "Bewoond bij het begin"),
    "stayers": Text("Stayers (homes)", "Blijvers (woningen)"),
    "leavers": Text("Leavers (homes)", "Vertrekkers (woningen)"),
    "newcomers": Text("Newcomers (homes)", "Nieuwkomers (woningen)"),
    "pace": Text("Stock changed in the year (%)", "Voorraad die in het jaar verandert (%)"),
    "occupied_demolished": Text("Occupied homes demolished", "Bewoonde woningen gesloopt"),
    "delivered_wijk": Text(
        "Delivered for leavers, in the wijk", "Opgeleverd voor vertrekkers, in de wijk"
    ),
    "delivered_gemeente": Text(
        "Delivered for leavers, in the gemeente", "Opgeleverd voor vertrekkers, in de gemeente"
    ),
    "delivered_region": Text(
        "Delivered for leavers, in the region", "Opgeleverd voor vertrekkers, in de regio"
    ),
    "social_share_stock": Text(
        "Social rental, part of the stock (%)", "Sociale huur, deel van de voorraad (%)"
    ),
    "social_share_plan": Text(
        "Social rental, part of what is delivered (%)",
        "Sociale huur, deel van wat wordt opgeleverd (%)",
    ),
    # moments and levels
    "before": Text("before", "voor"),
    "after": Text("after", "na"),
    "buurt": Text("buurt", "buurt"),
    "wijk": Text("wijk", "wijk"),
    "gemeente": Text("gemeente", "gemeente"),
    # flags
    "appears": Text("appears", "verschijnt"),
    "vanishes": Text("vanishes", "verdwijnt"),
    "becomes unknown": Text(
        "can no longer be assessed", "is niet meer te beoordelen: gegevens ontbreken"
    ),
    "changes": Text("changes", "verandert"),
    "herstructurering": Text("Restructuring", "Herstructurering"),
    "verdichting": Text("Densification", "Verdichting"),
    "grondverwerving": Text("Land acquisition", "Grondverwerving"),
    "candidate": Text("candidate for further study", "kandidaat voor nader onderzoek"),
    "provisional": Text("provisional candidate", "voorlopige kandidaat"),
    "no": Text("no candidate", "geen kandidaat"),
    # segments and tenures
    "sociaal": Text("social rental", "sociaal"),
    "midden": Text("middle rental", "midden"),
    "duur huur": Text("expensive rental", "duur huur"),
    "betaalbaar koop": Text("affordable owner-occupied", "betaalbaar koop"),
    "duur koop": Text("expensive owner-occupied", "duur koop"),
    "sloop": Text("demolition", "sloop"),
    "nieuwbouw": Text("new build", "nieuwbouw"),
    "verkoop": Text("sale", "verkoop"),
    "inponden": Text("bought into social rental", "inponden"),
    "transformatie": Text("conversion to dwellings", "transformatie"),
    "aankoop": Text("purchase", "aankoop"),
    # limits of the smallest swap
    "max_share": Text(
        "largest part that may change reached", "grootste deel dat mag veranderen bereikt"
    ),
    "not a receiver": Text("may not receive", "mag niet ontvangen"),
    "capacity": Text("no capacity left", "geen capaciteit meer"),
    "occupied": Text(
        "occupied, and no new home delivered yet", "bewoond, en nog geen nieuwe woning opgeleverd"
    ),
    # waterbed
    "treated": Text("Treated areas", "Behandelde gebieden"),
    "ring": Text("Ring around them", "Ring eromheen"),
    "district": Text("Rest of their wijken", "Rest van hun wijken"),
    "borough": Text("Rest of their stadsdelen", "Rest van hun stadsdelen"),
    "rest": Text("Rest", "Rest"),
    "region": Text("All together", "Alles samen"),
}
# What a code means in one field only.
OF_FIELD = {
    "vulnerable": {
        "yes": Text("vulnerable", "kwetsbaar"),
        "no": Text("not vulnerable", "niet kwetsbaar"),
    }
}
NOTES = {
    SAYS.en: SAYS.nl,
    "maximum: occupancy is not known of all dwellings": (
        "maximum: van niet alle woningen is de bewoning bekend"
    ),
    "maximum: who returns is not known": "maximum: wie terugkeert is niet bekend",
    "dwellings of unknown occupancy count as occupied": (
        "woningen met onbekende bewoning tellen als bewoond"
    ),
    "compared with a maximum of leavers: occupancy is not known of all dwellings": (
        "vergeleken met een maximum aan vertrekkers: van niet alle woningen is de bewoning bekend"
    ),
    "of some units the wijk is not known": "van sommige eenheden is de wijk niet bekend",
    "of some units the gemeente is not known": "van sommige eenheden is de gemeente niet bekend",
    "the table has no wijk codes": "de tabel heeft geen wijkcodes",
    "the table has no gemeente codes": "de tabel heeft geen gemeentecodes",
    "the table holds one gemeente: take the stock of the region": (
        "de tabel bevat één gemeente: neem de voorraad van de regio"
    ),
    "the stock is not split by landlord": "de voorraad is niet gesplitst naar verhuurder",
    "dwellings of corporations": "woningen van corporaties",
    "group absent": "groep ontbreekt",
    "group absent in one of the two": "groep ontbreekt in een van beide",
    "one unit": "één eenheid",
    "no usable units": "geen bruikbare eenheden",
    "rest absent": "de rest ontbreekt",
    "only one group present": "er is maar één groep",
}
_POINTS = Text("{points} points from {aim}%", "{points} punten ten opzichte van {aim}%")


def word(code: object, lang: str, field: str = "") -> str:
    """Return what a code means, in a field where that differs; an unknown one is itself."""
    text = "" if code is None or code != code else str(code)
    own = OF_FIELD.get(field, {})
    if text in own:
        return own[text].get(lang)
    return TERMS[text].get(lang) if text in TERMS else text


def note(text: object, lang: str) -> str:
    """Return a note of a table in a language."""
    found = "" if text is None or text != text else str(text)
    if lang != "nl" or found in NOTES:
        return NOTES.get(found, found) if lang == "nl" else found
    # Several in one, and those that name what they are about.
    parts = (part.partition(": ") for part in found.split("; "))
    return "; ".join(NOTES.get(head, head) + sign + tail for head, sign, tail in parts)


def points(value: float, aim: float, lang: str) -> str:
    """Say how far a share is from the aim of 30%."""
    gap = value - aim
    text = number(gap, 1)
    sign = "+" if gap >= 0.05 else ""
    return _POINTS.format(points=sign + text.get(lang), aim=f"{aim:g}").get(lang)


def localised(tests: Any, aim: float, lang: str) -> Any:
    """Return the frame of tests with notes and distances to the aim in words; codes stay codes."""
    result = tests.copy()
    result["note"] = [note(found, lang) for found in tests["note"]]
    result["status"] = [
        points(value, aim, lang)
        if str(test).startswith("social_share") and value is not None and value == value
        else status
        for test, value, status in zip(tests["test"], tests["value"], tests["status"], strict=True)
    ]
    return result
