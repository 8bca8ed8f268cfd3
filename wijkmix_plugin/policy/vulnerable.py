# SPDX-License-Identifier: GPL-2.0-or-later
"""What counts as a vulnerable area: a rule of the user, in words with every result.

The policy source never says what makes an area vulnerable, so nobody but the user can: a list of
codes, or a field or expression. `flags.vulnerable_rule` is the stand-in where there is none.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from ..errors import PolicyError, Text, listed

_CODE = re.compile(r"BU[0-9A-Z]{8}|WK[0-9A-Z]{6}|GM[0-9A-Z]{4}")
_SEPARATORS = re.compile(r"[\s,;]+")
_LEEFBAAROMETER = re.compile(r"leefbaar|lbm[0-9_]|lbm$", re.IGNORECASE)
_YEAR = re.compile(r"20[0-9]{2}|(?<=[a-z_])[0-9]{2}(?![0-9])", re.IGNORECASE)
_SHOWN = 10

CIRCULAR = Text(
    "Leefbaarometer: its total holds figures on the housing stock itself, so a flag on tenure "
    "that rests on it partly measures itself. Take the score of a dimension without housing",
    "Leefbaarometer: het totaal bevat zelf cijfers over de woningvoorraad, dus een vlag op "
    "eigendom die erop rust, meet deels zichzelf. Neem de score van een dimensie zonder woningen",
)


def codes(text: str) -> list[str] | None:
    """Return the codes of a list of buurten, wijken or gemeenten; None where it is no list."""
    found = [part.upper() for part in _SEPARATORS.split(text.strip()) if part]
    return list(dict.fromkeys(found)) if found and all(map(_CODE.fullmatch, found)) else None


def by_list(wanted: Sequence[str], buurten: Sequence[object]) -> list[bool | None]:
    """Tell of every buurt whether it is on the list, itself or by its wijk or gemeente.

    The code of a buurt begins with that of its wijk and gemeente; a buurt without a code is
    unknown.

    Raises
    ------
    PolicyError
        A code of the list belongs to no buurt: a list of another year, or a slip.
    """
    known = ["" if code is None or code != code else str(code).strip().upper() for code in buurten]
    # "WK036301" covers every buurt whose code goes on with 036301.
    places: dict[str, list[int]] = {name: [] for name in wanted}
    lengths = sorted({len(name) for name in wanted})
    for place, code in enumerate(known):
        for length in lengths if code.startswith("BU") else ():
            for name in (f"{kind}{code[2:length]}" for kind in ("BU", "WK", "GM")):
                if len(name) == length and name in places:
                    places[name].append(place)
    absent = [name for name, found in places.items() if not found]
    if absent:
        raise PolicyError(
            "Vulnerable: {n} codes of the list are of no buurt in this layer: {codes}. Take the "
            "codes of the year of the layer, or leave these out.",
            "Kwetsbaar: {n} codes uit de lijst zijn van geen buurt in deze laag: {codes}. Neem de "
            "codes van het jaar van de laag, of laat deze weg.",
            n=len(absent),
            codes=listed(absent, _SHOWN),
        )
    inside = {place for found in places.values() for place in found}
    return [place in inside if code else None for place, code in enumerate(known)]


def stated(text: str, fields: Iterable[str] = ()) -> Text:
    """Put a rule of the user into words, with what should be known of its source.

    Parameters
    ----------
    text : the list, field or expression as given.
    fields : the fields that an expression reads.
    """
    wanted = codes(text)
    if wanted is not None:
        return Text(
            "own list of {n} codes ({codes}); every other buurt counts as not vulnerable",
            "eigen lijst van {n} codes ({codes}); elke andere buurt telt als niet kwetsbaar",
        ).format(n=len(wanted), codes=listed(wanted, _SHOWN))
    rule = Text(f"given by the user: {text}", f"door de gebruiker opgegeven: {text}")
    warning = circular(fields)
    return rule if warning is None else Text(f"{rule.en}. {warning.en}", f"{rule.nl}. {warning.nl}")


def circular(fields: Iterable[str]) -> Text | None:
    """Warn of a rule that rests on the Leefbaarometer, with the year as its fields name it."""
    found = [name for name in fields if _LEEFBAAROMETER.search(name)]
    if not found:
        return None
    years = sorted({match.group() for name in found for match in _YEAR.finditer(name)})
    names = ", ".join(found)
    if years:
        year = Text(f"{names}, year {', '.join(years)}", f"{names}, jaar {', '.join(years)}")
    else:
        year = Text(
            f"{names}: version and year are not recorded, write them beside the result",
            f"{names}: versie en jaar zijn niet vastgelegd, zet ze bij de uitkomst",
        )
    return Text(f"{CIRCULAR.en} ({year.en}).", f"{CIRCULAR.nl} ({year.nl}).")
