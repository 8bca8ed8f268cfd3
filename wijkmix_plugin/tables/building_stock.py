# SPDX-License-Identifier: GPL-2.0-or-later
"""Dwellings with build year and energy label to the share of early post-war and of poor labels."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from ..errors import TableError, Text, listed
from .added import Added
from .columns import Note
from .values import numbers, text

EARLY_POSTWAR = (1945, 1975)  # both included
# The BAG writes 1005 for a year that nobody knows, others 0 or 9999.
KNOWN_YEARS = (1006, 2100)
LABELS = ("A++++", "A+++", "A++", "A+", "A", "B", "C", "D", "E", "F", "G")
POOR = ("E", "F", "G")
_NO_LABEL = frozenset({"", "-", "geen", "geen label", "onbekend", "unknown", "nvt", "n.v.t."})
_NAMED = 20


class BuildingStock:
    """Counts dwellings per area by build year and energy label, chunk by chunk.

    Parameters
    ----------
    n_areas : number of areas.
    """

    def __init__(self, n_areas: int) -> None:
        self._n = n_areas
        self._counts: dict[str, np.ndarray] = {}
        self._total = self._outside = 0
        self._odd_years: dict[str, int] = {}
        self._odd_labels: dict[str, int] = {}
        self._unreadable: dict[str, None] = {}

    def add(
        self,
        area: np.ndarray,
        years: Sequence[Any] | None = None,
        labels: Sequence[Any] | None = None,
    ) -> None:
        """Count one chunk.

        Parameters
        ----------
        area : (m,) position of the area, negative where there is none.
        years, labels : (m,) as found; None where the list does not have them.
        """
        inside = np.asarray(area) >= 0
        area = np.asarray(area)[inside]
        self._total += len(inside)
        self._outside += int((~inside).sum())
        if years is not None:
            read = numbers(pd.Series(years))
            self._unreadable |= dict.fromkeys(read.unreadable)
            year = read.values[inside]
            known = (year >= KNOWN_YEARS[0]) & (year <= KNOWN_YEARS[1])
            early = (year >= EARLY_POSTWAR[0]) & (year < EARLY_POSTWAR[1] + 1)
            for value, n in zip(
                *np.unique(year[~known & np.isfinite(year)], return_counts=True), strict=True
            ):
                key = f"{value:g}"
                self._odd_years[key] = self._odd_years.get(key, 0) + int(n)
            self._count("year_known", area[known])
            self._count("year_unknown", area[~known])
            self._count("early", area[known & early])
        if labels is not None:
            place, distinct = pd.factorize(
                pd.Series(labels, dtype=object)[inside], use_na_sentinel=False
            )
            names = [label_of(v) for v in text(pd.Series(distinct, dtype=object))]
            for n, name in enumerate(names):
                if name is not None and name not in LABELS:
                    self._odd_labels[name] = self._odd_labels.get(name, 0) + int((place == n).sum())
            known = np.array([name in LABELS for name in names], dtype=bool)[place]
            poor = np.array([name in POOR for name in names], dtype=bool)[place]
            self._count("label_known", area[known])
            self._count("label_unknown", area[~known])
            self._count("poor", area[poor])

    def _count(self, name: str, area: np.ndarray) -> None:
        if name not in self._counts:
            self._counts[name] = np.zeros(self._n, dtype=np.int64)
        self._counts[name] += np.bincount(area, minlength=self._n)

    @property
    def inside(self) -> int:
        """The number of dwellings in an area so far."""
        return self._total - self._outside

    def result(self, *, layer: str, minimum: int = 10) -> Added:
        """Return the shares.

        Parameters
        ----------
        layer : the name of the list.
        minimum : dwellings of a known year or label from which a share is given.

        Returns
        -------
        Added
            `share_earlypostwar, year_known, year_unknown` and `share_poor_label, label_known,
            label_unknown`, as far as the list has them, and `stock_note`.

        Raises
        ------
        TableError
            A build year is text.
        """
        if self._unreadable:
            raise TableError(
                "The build year must be a number; found: {values}. Choose the field with the year.",
                "Het bouwjaar moet een getal zijn; gevonden: {values}. Kies het veld met het jaar.",
                values=listed(self._unreadable, _NAMED),
            )
        frame = pd.DataFrame(index=pd.RangeIndex(self._n))
        reasons = np.full(self._n, None, dtype=object)
        notes = [self._placed()]
        record = [
            Text(
                "Dwellings: layer {layer}. A share needs at least {minimum} dwellings of which it "
                "is known.",
                "Woningen: laag {layer}. Een aandeel vraagt ten minste {minimum} woningen waarvan "
                "het bekend is.",
            ).format(layer=layer, minimum=minimum)
        ]
        for kind, hit, indicator in (
            ("year", "early", "share_earlypostwar"),
            ("label", "poor", "share_poor_label"),
        ):
            if hit not in self._counts:
                continue
            known, unknown = (self._counts[f"{kind}_{k}"] for k in ("known", "unknown"))
            enough = known >= minimum
            frame[indicator] = np.where(
                enough, 100 * self._counts[hit] / np.maximum(known, 1), np.nan
            )
            frame[f"{kind}_known"], frame[f"{kind}_unknown"] = known, unknown
            for place in np.flatnonzero(~enough):
                told = _FEW[kind].format(n=known[place], minimum=minimum)
                before = reasons[place]
                reasons[place] = (
                    told
                    if before is None
                    else Text(f"{before.en}; {told.en}", f"{before.nl}; {told.nl}")
                )
            amounts = {"known": int(known.sum()), "unknown": int(unknown.sum())}
            told = _TOLD[kind].format(n=int(enough.sum()), total=self._n, **amounts)
            notes.append(Note("info", told))
            mostly = int((enough & (unknown > known)).sum())
            if mostly:
                notes.append(Note("warning", _MOSTLY[kind].format(n=mostly)))
        frame["stock_note"] = reasons
        for odd, sentence in ((self._odd_years, _ODD_YEARS), (self._odd_labels, _ODD_LABELS)):
            if odd:
                most = sorted(odd.items(), key=lambda item: (-item[1], item[0]))
                values = listed([f"{v} ({n} x)" for v, n in most], _NAMED)
                notes.append(Note("warning", sentence.format(values=values)))
        return Added(frame, notes, record)

    def _placed(self) -> Note:
        return Note(
            "info",
            Text(
                "{inside} of {total} dwellings lie in a buurt.",
                "{inside} van {total} woningen liggen in een buurt.",
            ).format(inside=self.inside, total=self._total),
        )


def label_of(value: str | None) -> str | None:
    """Return an energy label as it is written, None where there is none; other text as it is."""
    if value is None or value.strip().casefold() in _NO_LABEL:
        return None
    name = value.replace(" ", "").upper()
    return name if name in LABELS else value


_FEW = {
    "year": Text(
        "{n} dwellings with a known build year, {minimum} are needed",
        "{n} woningen met bekend bouwjaar, {minimum} zijn nodig",
    ),
    "label": Text(
        "{n} dwellings with an energy label, {minimum} are needed",
        "{n} woningen met een energielabel, {minimum} zijn nodig",
    ),
}
_TOLD = {
    "year": Text(
        "Build year: known of {known} dwellings, unknown of {unknown}; a share in {n} of {total} "
        "buurten.",
        "Bouwjaar: bekend van {known} woningen, onbekend van {unknown}; een aandeel in {n} van "
        "{total} buurten.",
    ),
    "label": Text(
        "Energy label: known of {known} dwellings, unknown of {unknown}; a share in {n} of "
        "{total} buurten.",
        "Energielabel: bekend van {known} woningen, onbekend van {unknown}; een aandeel in {n} "
        "van {total} buurten.",
    ),
}
_MOSTLY = {
    "year": Text(
        "In {n} of these buurten the build year of more than half of the dwellings is unknown.",
        "In {n} van die buurten is het bouwjaar van meer dan de helft van de woningen onbekend.",
    ),
    "label": Text(
        "In {n} of these buurten more than half of the dwellings have no energy label.",
        "In {n} van die buurten heeft meer dan de helft van de woningen geen energielabel.",
    ),
}
_ODD_YEARS = Text(
    "Build years that cannot be, counted as unknown: {values}.",
    "Bouwjaren die niet kunnen, geteld als onbekend: {values}.",
)
_ODD_LABELS = Text(
    "Energy labels outside A++++ to G, counted as unknown: {values}.",
    "Energielabels buiten A++++ tot en met G, geteld als onbekend: {values}.",
)
