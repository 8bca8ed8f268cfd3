# SPDX-License-Identifier: GPL-2.0-or-later
"""Texts in two languages, and the errors that carry them.

The core has no Qt, so it cannot ask Qt for a translation. A message that starts in the core is
written in both languages where it is raised; the surface (an algorithm, the dock, the report) asks
for the user's language.
"""

from __future__ import annotations

from typing import NamedTuple


class Text(NamedTuple):
    """The same sentence in English and in Dutch."""

    en: str
    nl: str

    def format(self, **values: object) -> Text:
        """Fill the placeholders of both sentences."""
        return Text(self.en.format(**values), self.nl.format(**values))

    def get(self, lang: str) -> str:
        """Return the sentence in `lang` ("nl"; anything else is English)."""
        return self.nl if lang == "nl" else self.en


def number(value: float, digits: int) -> Text:
    """Write a finite number as English and as Dutch readers do (1,234.5 and 1.234,5)."""
    text = f"{value:,.{digits}f}"
    if not text.strip("-0.,"):
        text = text.lstrip("-")  # no "-0.00"
    text = text.replace("-", "\N{MINUS SIGN}")
    return Text(text, text.translate(_DUTCH))


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
