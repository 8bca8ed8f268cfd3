# SPDX-License-Identifier: GPL-2.0-or-later
"""How the dock says things: numbers, states and labels in words, text made safe for HTML."""

from __future__ import annotations

import html
import re
from collections.abc import Mapping
from typing import Any

from qgis.core import QgsApplication
from qgis.PyQt.QtCore import QCoreApplication, QDate, QLocale

NONE = "–"


def language() -> str:
    """Return "nl" for a Dutch QGIS, else "en"."""
    return "nl" if QgsApplication.locale().lower().startswith("nl") else "en"


def esc(value: Any) -> str:
    """Make data safe for HTML; what is missing becomes an en dash."""
    return NONE if value is None or value == "" else html.escape(str(value), quote=True)


def both(value: Any) -> str:
    """Return a Text, a mapping {"en", "nl"} or a plain string in the user's language."""
    lang = language()
    if isinstance(value, Mapping):
        return str(value.get(lang) or value.get("en") or value.get("nl") or "")
    if hasattr(value, "get"):
        return str(value.get(lang))
    return "" if value is None else str(value)


def number(value: Any, digits: int = 0) -> str:
    """Write a number as readers of the interface language do; undefined gives an en dash."""
    if isinstance(value, bool) or not isinstance(value, (int, float)) or value != value:
        return NONE
    text = QLocale(language()).toString(float(value), "f", digits)
    return text.lstrip("-") if not text.strip("-0.,") else text


def exact(value: Any) -> str:
    """Write a parameter or threshold with the digits it has."""
    if isinstance(value, bool):
        return yes_no(value)
    if not isinstance(value, (int, float)):
        return both(value)
    return number(value, len(f"{value:.6f}".rstrip("0").partition(".")[2]))


def percent(value: Any, digits: int = 0) -> str:
    text = number(value, digits)
    return text if text == NONE else f"{text}%"


def p_value(name: str, value: Any) -> str:
    """Write "p = 0.013", and "p < 0.001" for what is smaller."""
    if isinstance(value, (int, float)) and value < 0.001:
        return f"{name} < {number(0.001, 3)}"
    return f"{name} = {number(value, 3)}"


def yes_no(value: bool | None) -> str:
    if value is None:
        return QCoreApplication.translate("WijkMix", "unknown")
    if value:
        return QCoreApplication.translate("WijkMix", "yes")
    return QCoreApplication.translate("WijkMix", "no")


def day(iso: Any) -> str:
    """Write an ISO date in words; a month ("2024-09") without a day."""
    text = str(iso)
    date = QDate.fromString(text[:10], "yyyy-MM-dd")
    if date.isValid():
        return QLocale(language()).toString(date, "d MMMM yyyy")
    month = QDate.fromString(text[:7] + "-01", "yyyy-MM-dd")
    return QLocale(language()).toString(month, "MMMM yyyy") if month.isValid() else text


def tenure(name: str) -> str:
    """Return the words for a tenure class."""
    return {
        "koop": QCoreApplication.translate("WijkMix", "Owner-occupied"),
        "corp": QCoreApplication.translate("WijkMix", "Corporation rental"),
        "overig": QCoreApplication.translate("WijkMix", "Other rental"),
        "huur": QCoreApplication.translate("WijkMix", "Rented"),
        "unknown": QCoreApplication.translate("WijkMix", "Ownership unknown"),
    }[name]


def flag(name: str) -> str:
    """Return the short name of a candidate flag."""
    return {
        "herstructurering": QCoreApplication.translate("WijkMix", "Restructuring"),
        "verdichting": QCoreApplication.translate("WijkMix", "Densification"),
        "grondverwerving": QCoreApplication.translate("WijkMix", "Land acquisition"),
        "mozaiek": QCoreApplication.translate("WijkMix", "Mosaic pattern (descriptive)"),
    }.get(name, name)


def status(value: str | None) -> tuple[str, str, str]:
    """Return a symbol, a short word and a sentence for the status of a flag."""
    return {
        "candidate": (
            "●",
            QCoreApplication.translate("WijkMix", "candidate for further study"),
            QCoreApplication.translate("WijkMix", "All conditions are met."),
        ),
        "provisional": (
            "◐",
            QCoreApplication.translate("WijkMix", "provisional candidate"),
            QCoreApplication.translate(
                "WijkMix",
                "The defining conditions are met and none has failed, but some data are missing.",
            ),
        ),
        "no": (
            "○",
            QCoreApplication.translate("WijkMix", "no candidate"),
            QCoreApplication.translate("WijkMix", "A necessary condition is not met."),
        ),
        "unknown": (
            "?",
            QCoreApplication.translate("WijkMix", "cannot be told"),
            QCoreApplication.translate("WijkMix", "Data for the defining conditions are missing."),
        ),
    }.get(
        value or "",
        (
            "–",
            QCoreApplication.translate("WijkMix", "not evaluated"),
            QCoreApplication.translate("WijkMix", "This buurt has no usable tenure figures."),
        ),
    )


def outcome(value: bool | None) -> tuple[str, str]:
    """Return a symbol and a word for one condition."""
    if value is None:
        return "?", QCoreApplication.translate("WijkMix", "unknown")
    if value:
        return "✓", QCoreApplication.translate("WijkMix", "met")
    return "✗", QCoreApplication.translate("WijkMix", "not met")


def cluster(label: str | None) -> str:
    """Return the words for a cluster label."""
    return {
        "HH": QCoreApplication.translate("WijkMix", "high surrounded by high (HH)"),
        "LL": QCoreApplication.translate("WijkMix", "low surrounded by low (LL)"),
        "HL": QCoreApplication.translate("WijkMix", "high surrounded by low (HL)"),
        "LH": QCoreApplication.translate("WijkMix", "low surrounded by high (LH)"),
        "ns": QCoreApplication.translate("WijkMix", "no significant cluster (ns)"),
        "island": QCoreApplication.translate("WijkMix", "not tested: no neighbouring buurt"),
        "nodata": QCoreApplication.translate("WijkMix", "not tested: no usable figures"),
    }.get(label or "", QCoreApplication.translate("WijkMix", "not tested"))


def quality(value: Any) -> str | None:
    """Return the words for the quality note of a row; None where nothing has to be said."""
    text = "" if value is None else str(value)
    if text in ("", "ok"):
        return None
    if text.startswith("partial (") and text.endswith(")"):
        parts = text[len("partial (") : -1].split("; ")
        return QCoreApplication.translate("WijkMix", "Use with care: {reason}").format(
            reason="; ".join(_reason(part) for part in parts)
        )
    return {
        "suppressed": QCoreApplication.translate(
            "WijkMix", "The tenure figures of this buurt are not published (suppressed)."
        ),
        "no dwellings": QCoreApplication.translate("WijkMix", "This buurt has no dwellings."),
        "water": QCoreApplication.translate("WijkMix", "This area is water."),
    }.get(text, text)


def _reason(text: str) -> str:
    """Return the words for one reason of a partial row, which the table writes in short English."""
    number_in = re.search(r"(?<=add to )[0-9.]+|(?<=unknown )[0-9.]+(?= %)", text)
    found = number_in.group() if number_in else ""
    return {
        "households used for dwellings": QCoreApplication.translate(
            "WijkMix", "the number of households stands in for the number of dwellings"
        ),
        "ownership unknown # %": QCoreApplication.translate(
            "WijkMix", "ownership unknown for {n}% of the dwellings"
        ),
        "tenure shares add to #, not used": QCoreApplication.translate(
            "WijkMix", "the tenure percentages add up to {n}, so they are not used"
        ),
        "tenure share outside 0-100, not used": QCoreApplication.translate(
            "WijkMix", "a tenure percentage is below 0 or above 100, so it is not used"
        ),
        "number of dwellings unknown, not used": QCoreApplication.translate(
            "WijkMix", "the number of dwellings is unknown, so the percentages are not used"
        ),
        "dwellings below zero, not used": QCoreApplication.translate(
            "WijkMix", "the number of dwellings is below zero, so it is not used"
        ),
        "tenure count below zero, not used": QCoreApplication.translate(
            "WijkMix", "a number of dwellings per tenure is below zero, so it is not used"
        ),
        "rented dwellings not split, not used": QCoreApplication.translate(
            "WijkMix", "the rented dwellings are not split by landlord, so they are not used"
        ),
        "tenure not in this release": QCoreApplication.translate(
            "WijkMix", "this release of the figures has no tenure yet"
        ),
    }.get(text.replace(found, "#", 1) if found else text, text).replace("{n}", found)


def actor(name: str) -> str:
    return {
        "gemeente": QCoreApplication.translate("WijkMix", "municipality"),
        "corporatie": QCoreApplication.translate("WijkMix", "housing corporation"),
        "marktpartij": QCoreApplication.translate("WijkMix", "market party"),
        "rijk": QCoreApplication.translate("WijkMix", "central government"),
        "provincie": QCoreApplication.translate("WijkMix", "province"),
        "regio": QCoreApplication.translate("WijkMix", "region"),
        "ontwerper": QCoreApplication.translate("WijkMix", "designer"),
        "bewoners": QCoreApplication.translate("WijkMix", "residents"),
        "zorg_welzijn": QCoreApplication.translate("WijkMix", "care and welfare"),
        "particuliere_eigenaar": QCoreApplication.translate("WijkMix", "private owner"),
        "burgemeester": QCoreApplication.translate("WijkMix", "mayor"),
        "school": QCoreApplication.translate("WijkMix", "school"),
        "ondernemers": QCoreApplication.translate("WijkMix", "entrepreneurs"),
    }.get(name, name.replace("_", " "))


def scale(name: str) -> str:
    return {
        "perceel": QCoreApplication.translate("WijkMix", "parcel"),
        "pand": QCoreApplication.translate("WijkMix", "building"),
        "portiek": QCoreApplication.translate("WijkMix", "entrance (portiek)"),
        "complex": QCoreApplication.translate("WijkMix", "complex"),
        "straat": QCoreApplication.translate("WijkMix", "street"),
        "blok": QCoreApplication.translate("WijkMix", "block"),
        "buurt": QCoreApplication.translate("WijkMix", "buurt"),
        "wijk": QCoreApplication.translate("WijkMix", "wijk"),
        "stadsdeel": QCoreApplication.translate("WijkMix", "city district"),
        "stad": QCoreApplication.translate("WijkMix", "city"),
        "regio": QCoreApplication.translate("WijkMix", "region"),
        "rijk": QCoreApplication.translate("WijkMix", "country"),
        "school": QCoreApplication.translate("WijkMix", "school"),
    }.get(name, name)


def basis(name: str | None) -> str:
    """Say whose statement it is."""
    return {
        "source": QCoreApplication.translate("WijkMix", "stated by the source"),
        "assumption": QCoreApplication.translate("WijkMix", "WijkMix's own assumption"),
        "own": QCoreApplication.translate("WijkMix", "WijkMix's own remark"),
    }.get(name or "", QCoreApplication.translate("WijkMix", "origin not stated"))


def evidence(direction: str) -> str:
    return {
        "for": QCoreApplication.translate("WijkMix", "for"),
        "against": QCoreApplication.translate("WijkMix", "against"),
        "mixed": QCoreApplication.translate("WijkMix", "mixed"),
        "none": QCoreApplication.translate("WijkMix", "no evidence cited"),
        "context": QCoreApplication.translate("WijkMix", "context"),
    }.get(direction, direction)


def legal_status(value: str | None) -> str:
    """Say what a rule was on the date of the source; a bill is never called a law."""
    return {
        "in_force_at_source": QCoreApplication.translate("WijkMix", "in force on the source date"),
        "bill_at_source": QCoreApplication.translate("WijkMix", "bill on the source date"),
        "policy_at_source": QCoreApplication.translate(
            "WijkMix", "policy aim on the source date, no statute"
        ),
        "historic_at_source": QCoreApplication.translate(
            "WijkMix", "historic: already past on the source date"
        ),
        "agreement": QCoreApplication.translate("WijkMix", "agreement, no statute"),
        "context": QCoreApplication.translate("WijkMix", "background"),
        "none_named": QCoreApplication.translate("WijkMix", "no statute named by the source"),
    }.get(value or "", str(value))


def caveat(kind: str) -> str:
    return {
        "legal": QCoreApplication.translate("WijkMix", "Law"),
        "evidence": QCoreApplication.translate("WijkMix", "Evidence"),
        "market": QCoreApplication.translate("WijkMix", "Market"),
        "displacement": QCoreApplication.translate("WijkMix", "Displacement"),
        "discrimination": QCoreApplication.translate("WijkMix", "Discrimination"),
        "waterbed": QCoreApplication.translate("WijkMix", "Waterbed effect"),
        "privacy": QCoreApplication.translate("WijkMix", "Privacy"),
        "other": QCoreApplication.translate("WijkMix", "Note"),
    }.get(kind, kind)


def measurable(value: str | None) -> str:
    return {
        "yes": QCoreApplication.translate("WijkMix", "measurable"),
        "partly": QCoreApplication.translate("WijkMix", "partly measurable"),
        "no": QCoreApplication.translate("WijkMix", "not measurable"),
    }.get(value or "", "")
