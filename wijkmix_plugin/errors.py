# SPDX-License-Identifier: GPL-2.0-or-later
"""Texts in two languages, and the errors that carry them.

The core has no Qt, so it cannot ask Qt for a translation. A message that starts in the core is
written in both languages where it is raised; the surface (an algorithm, the dock, the report) asks
for the user's language.
"""

from __future__ import annotations

from collections.abc import Iterable
from string import Formatter
from typing import Any, NamedTuple


class Text(NamedTuple):
    """The same sentence in English and in Dutch."""

    en: str
    nl: str

    def format(self, **values: object) -> Text:
        """Fill the placeholders of both sentences, each with its own words and decimal mark."""
        return Text(
            _Filler("en").vformat(self.en, (), values), _Filler("nl").vformat(self.nl, (), values)
        )

    def get(self, lang: str) -> str:
        """Return the sentence in `lang` ("nl"; anything else is English)."""
        return self.nl if lang == "nl" else self.en


class _Filler(Formatter):
    """Fills a sentence in one language: `{n:,}` and `{part:.1f}` as its readers write numbers."""

    def __init__(self, lang: str) -> None:
        self._lang = lang

    def format_field(self, value: Any, format_spec: str) -> str:
        if isinstance(value, Text):
            value = value.get(self._lang)
        text = format(value, format_spec)
        is_dutch = self._lang == "nl" and isinstance(value, (int, float))
        return text.translate(_DUTCH) if is_dutch else text


def number(value: float, digits: int) -> Text:
    """Write a finite number as English and as Dutch readers do (1,234.5 and 1.234,5)."""
    text = f"{value:,.{digits}f}"
    if not text.strip("-0.,"):
        text = text.lstrip("-")  # no "-0.00"
    text = text.replace("-", "\N{MINUS SIGN}")
    return Text(text, text.translate(_DUTCH))


def exact(value: float) -> Text:
    """Write a finite number with the decimals that it has, six at most."""
    return number(value, len(f"{value:.6f}".rstrip("0").partition(".")[2]))


def listed(names: Iterable[object], limit: int = 20) -> str:
    """Spell out the first names and count the rest ("+5")."""
    found = [str(name) for name in names]
    shown = ", ".join(found[:limit])
    return shown if len(found) <= limit else f"{shown} … (+{len(found) - limit})"


_DUTCH = str.maketrans(",.", ".,")


class WijkMixError(Exception):
    """What is wrong, where (field, code, feature) and what to do, in both languages.

    Parameters
    ----------
    en, nl : str
        Format strings; `values` fills their placeholders.
    """

    def __init__(self, en: str, nl: str, **values: object) -> None:
        self.text = Text(en, nl).format(**values) if values else Text(en, nl)
        super().__init__(self.text.en)


class TableError(WijkMixError):
    """The columns or values of an input cannot be used."""


class GeometryError(WijkMixError):
    """The geometry or the coordinate system cannot be used."""


class MeasureError(WijkMixError):
    """A measure was asked for something it cannot compute."""


class PolicyError(WijkMixError):
    """The catalogue, a condition or a forbidden column stands in the way."""


class OutputError(WijkMixError):
    """A file cannot be written."""


class Cancelled(WijkMixError):  # noqa: N818 - not a mistake of anybody
    """The user stopped the run."""

    def __init__(self) -> None:
        super().__init__("Stopped by the user.", "Door de gebruiker gestopt.")
