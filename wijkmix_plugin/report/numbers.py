# SPDX-License-Identifier: GPL-2.0-or-later
"""How a value looks on paper: numbers in the reader's language, and text made safe for HTML."""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import date
from html import escape

from ..errors import number

NONE = "–"  # what is undefined or unknown prints as an en dash, never as 0

_MONTHS = {
    "nl": "januari februari maart april mei juni juli augustus september oktober november december",
    "en": "January February March April May June July August September October November December",
}


def esc(value: object) -> str:
    """Text for HTML content or a quoted attribute; what is missing becomes an en dash."""
    return NONE if is_missing(value) else escape(str(value), quote=True)


def is_missing(value: object) -> bool:
    """Tell whether a cell holds no value (None, NaN, NaT or pandas' NA)."""
    if value is None or type(value).__name__ in ("NAType", "NaTType"):
        return True
    return isinstance(value, float) and math.isnan(value)


def bilingual(value: object, lang: str) -> str:
    """Take the sentence in `lang` out of a Text, a mapping or a plain string (not escaped)."""
    if isinstance(value, Mapping):
        return str(value.get(lang) or value.get("en") or value.get("nl") or "")
    if hasattr(value, "get"):
        return str(value.get(lang))
    return "" if is_missing(value) else str(value)


class Numbers:
    """Formats numbers as Dutch or English readers write them (1.234,5 or 1,234.5)."""

    def __init__(self, lang: str) -> None:
        self.lang = lang

    def decimal(self, value: object, digits: int = 2) -> str:
        """Write `value` with a fixed number of digits; undefined gives an en dash."""
        if is_missing(value):
            return NONE
        finite = float(value)  # type: ignore[arg-type]
        return number(finite, digits).get(self.lang) if math.isfinite(finite) else NONE

    def integer(self, value: object) -> str:
        """Write a count; fractional counts (from percentages) are rounded for reading."""
        return self.decimal(value, 0)

    def percent(self, value: object, digits: int = 0) -> str:
        """Write a percentage that is already on the scale 0-100."""
        text = self.decimal(value, digits)
        return text if text == NONE else f"{text}%"

    def part(self, part: object, whole: object, digits: int = 0) -> str:
        """Write `part` as a percentage of `whole`; undefined when the whole is 0 or unknown."""
        if is_missing(part) or is_missing(whole) or not float(whole):  # type: ignore[arg-type]
            return NONE
        share = 100 * float(part) / float(whole)  # type: ignore[arg-type]
        least = 10.0**-digits
        if 0 < share < least / 2:
            return f"< {self.percent(least, digits)}"  # little is not nothing
        return self.percent(share, digits)

    def p_value(self, value: object) -> str:
        """Write a p-value; a very small one as a bound."""
        if is_missing(value):
            return NONE
        number = float(value)  # type: ignore[arg-type]
        return f"< {self.decimal(0.001, 3)}" if number < 0.001 else self.decimal(number, 3)

    def plain(self, value: object) -> str:
        """Write a parameter or threshold with the digits it has (0.5 -> 0,5; 99999 -> 99.999)."""
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            return bilingual(value, self.lang) or NONE
        if is_missing(value):
            return NONE
        digits = (
            0
            if float(value).is_integer()
            else min(len(f"{value:.6f}".rstrip("0").split(".")[1]), 6)
        )
        return self.decimal(value, digits)

    def day(self, iso: object) -> str:
        """Write the date of an ISO date or date-time in words; what is no date stays as found."""
        try:
            found = date.fromisoformat(str(iso)[:10])
        except ValueError:
            return bilingual(iso, self.lang) or NONE
        return f"{found.day} {_MONTHS[self.lang].split()[found.month - 1]} {found.year}"

    def month(self, iso: object) -> str:
        """Write a year and month ("2024-09") in words."""
        parts = str(iso).split("-")
        if len(parts) < 2 or not (parts[0].isdigit() and parts[1].isdigit()):
            return bilingual(iso, self.lang) or NONE
        return f"{_MONTHS[self.lang].split()[(int(parts[1]) - 1) % 12]} {parts[0]}"
