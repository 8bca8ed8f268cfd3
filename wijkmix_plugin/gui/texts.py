# SPDX-License-Identifier: GPL-2.0-or-later
"""How the dock says things: numbers, states and labels in words, text made safe for HTML."""

from __future__ import annotations

import functools
import html
import re
from collections.abc import Mapping
from typing import Any

from qgis.PyQt.QtCore import QCoreApplication, QDate, QLocale

from .. import qgis_io

NONE = "–"

# Asked a thousand times while the panel is built; QGIS restarts for another language.
language = functools.cache(qgis_io.language)


def esc(value: Any) -> str:
    """Make data safe for HTML; what is missing becomes an en dash."""
    return NONE if value is None or value == "" else html.escape(str(value), quote=True)


def tip(text: str) -> str:
    """Make data safe for a tooltip, which Qt takes for HTML where it looks like it."""
    return f"<qt>{esc(text)}</qt>".replace("\n", "<br>")


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


def label(catalogue: Any, part: str, key: Any) -> str:
    """Return the catalogue's own word for a key; without a catalogue the key stands for itself."""
    return str(key) if catalogue is None else catalogue.label(part, str(key), language())


def flag(catalogue: Any, name: str) -> str:
    """Return the short name of a candidate flag."""
    return name if catalogue is None else both(catalogue.candidate_flags[name]["short"])


def status(catalogue: Any, value: str | None) -> tuple[str, str, str]:
    """Return a symbol, a short word and a sentence for the status of a flag."""
    known = {
        "candidate": ("●", QCoreApplication.translate("WijkMix", "All conditions are met.")),
        "provisional": (
            "◐",
            QCoreApplication.translate(
                "WijkMix",
                "The defining conditions are met and none has failed, but some data are missing.",
            ),
        ),
        "no": ("○", QCoreApplication.translate("WijkMix", "A necessary condition is not met.")),
        "unknown": (
            "?",
            QCoreApplication.translate("WijkMix", "Data for the defining conditions are missing."),
        ),
    }
    if value in known:
        symbol, sentence = known[value]
        return symbol, label(catalogue, "flag_status", value), sentence
    return (
        NONE,
        QCoreApplication.translate("WijkMix", "not evaluated"),
        QCoreApplication.translate("WijkMix", "This buurt has no homes or no usable figures."),
    )


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
    shown = exact(round(float(found), 1)) if found else ""
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
        "no geometry": QCoreApplication.translate(
            "WijkMix", "it has no geometry, so no dwelling could be placed in it"
        ),
        "tenure not in this release": QCoreApplication.translate(
            "WijkMix", "this release of the figures has no tenure yet"
        ),
    }.get(text.replace(found, "#", 1) if found else text, text).replace("{n}", shown)
