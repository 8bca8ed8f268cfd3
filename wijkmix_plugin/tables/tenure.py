# SPDX-License-Identifier: GPL-2.0-or-later
"""Percentages or counts of tenure to counts per unit; what is not used is said, with its code."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Literal

import numpy as np
import pandas as pd

from ..errors import TableError, Text, listed
from .columns import Note
from .roles import COUNTS, SHARES
from .values import FLOAT_NOISE, Numbers, impossible

SUM_TOLERANCE = 2.0  # percent points: three rounded percentages may add to 98..102
UNKNOWN_LIMIT = 10.0  # percent of dwellings; more of unknown ownership is low quality
# No output on fewer dwellings than this: it says too much about too few homes. CBS publishes tenure
# from 20 on, so this meets tables of one's own.
MIN_DWELLINGS = 10

THREE_CLASSES = ("koop", "corp", "overig")
TWO_CLASSES = ("koop", "huur")
HOUSEHOLDS = "households used for dwellings"
NAMED = 10  # how many codes a message spells out


class Verdict:
    """Which units carry counts, and what is to be said of each."""

    def __init__(self, codes: np.ndarray, water: np.ndarray, notes: list[Note]) -> None:
        self.codes = codes
        self.water = water
        self.notes = notes
        self.used = ~water
        # Units whose dwellings are really their households.
        self.households = np.zeros(len(codes), dtype=bool)
        self.reasons = np.full(len(codes), "", dtype=object)

    def say(self, where: np.ndarray, reason: str | np.ndarray, *, use: bool) -> None:
        """Give units a reason to be partial; without `use` they lose their counts."""
        where = where & self.used
        new = np.broadcast_to(np.asarray(reason, dtype=object), where.shape)[where]
        old = self.reasons[where]
        self.reasons[where] = np.where(old == "", new, old + "; " + new)
        if not use:
            self.used = self.used & ~where

    def note(
        self, severity: Literal["info", "warning"], where: np.ndarray, en: str, nl: str
    ) -> None:
        """Add a note on some units: {n} of them, with their {codes}."""
        if where.any():
            values = {"n": int(where.sum()), "codes": listed(self.codes[where], NAMED)}
            self.notes.append(Note(severity, Text(en, nl).format(**values)))

    def refuse(self, where: np.ndarray, reason: str | np.ndarray, en: str, nl: str) -> None:
        """Take the counts of some units away, and name their codes."""
        self.note("warning", where & self.used, en, nl)
        self.say(where, reason, use=False)

    def quality(
        self, dwellings: np.ndarray, counts: Mapping[str, np.ndarray], classes: Sequence[str]
    ) -> np.ndarray:
        """One word a unit, or "partial" with the reasons; the later line wins."""
        known = np.logical_and.reduce([~np.isnan(counts[f"n_{c}"]) for c in classes])
        rejected = ~self.used & (self.reasons != "")
        quality = np.full(len(self.codes), "ok", dtype=object)
        partial = self.reasons != ""
        quality[partial] = "partial (" + self.reasons[partial] + ")"
        quality[~known & ~rejected] = "suppressed"
        quality[dwellings == 0] = "no dwellings"
        quality[self.water] = "water"
        self.used = self.used & known & (dwellings != 0)
        return quality


def dwellings_of(read: Mapping[str, Numbers], verdict: Verdict) -> np.ndarray:
    """Dwellings per unit; where unknown its counts add up to them, or its households serve."""
    nothing = np.full(len(verdict.codes), np.nan)
    dwellings = read["dwellings"].values if "dwellings" in read else nothing
    negative = impossible(dwellings, "count")
    verdict.refuse(
        negative,
        "dwellings below zero, not used",
        "Fewer than 0 dwellings, not used ({n}): {codes}. Correct them in the source.",
        "Minder dan 0 woningen, niet gebruikt ({n}): {codes}. Verbeter ze in de bron.",
    )
    dwellings = np.where(negative, np.nan, dwellings)
    open_ = np.isnan(dwellings) & ~negative
    if "n_koop" in read:
        count = _with_gaps(read, COUNTS, len(dwellings))
        split = pd.DataFrame([count["n_corp"], count["n_overig"]])
        # n_huur is the two together, where it is published.
        huur = _filled(split.sum(min_count=2), _filled(count["n_huur"], split.sum(min_count=1)))
        parts = pd.DataFrame([count["n_koop"], huur, count["n_unknown"]])
        dwellings = np.where(open_, parts.sum(min_count=1).to_numpy(), dwellings)
    elif "households" in read:
        households = read["households"].values
        serve = open_ & ~np.isnan(households) & verdict.used
        dwellings = np.where(serve, households, dwellings)
        verdict.households |= serve
        serve &= households > 0
        known = ~np.isnan(read["share_koop"].values)
        verdict.say(serve & known, HOUSEHOLDS, use=True)
        verdict.note(
            "info",
            serve,
            "Number of dwellings unknown, the number of households serves as weight ({n}): "
            "{codes}.",
            "Aantal woningen onbekend, het aantal huishoudens dient als gewicht ({n}): {codes}.",
        )
    verdict.used = verdict.used & (dwellings != 0)
    return dwellings


def from_shares(
    read: Mapping[str, Numbers], dwellings: np.ndarray, verdict: Verdict
) -> tuple[dict[str, np.ndarray], tuple[str, ...]]:
    """Turn percentages into counts, in three classes or two."""
    share = _with_gaps(read, SHARES, len(dwellings))
    verdict.refuse(
        np.logical_or.reduce([impossible(values, "percent") for values in share.values()]),
        "tenure share outside 0-100, not used",
        "Tenure percentage below 0 or above 100, not used ({n}): {codes}. Correct them in the "
        "source.",
        "Eigendomspercentage onder 0 of boven 100, niet gebruikt ({n}): {codes}. Verbeter ze in "
        "de bron.",
    )
    koop, corp, overig = share["share_koop"], share["share_corp"], share["share_overig_huur"]
    huur, unknown = share["share_huur"], np.nan_to_num(share["share_unknown"])
    has_koop, split = ~np.isnan(koop), ~np.isnan(koop + corp + overig)
    can_split = {"share_corp", "share_overig_huur"} <= set(read)
    classes = _classes(has_koop, split, can_split, verdict)
    three = koop + corp + overig + unknown
    if classes == TWO_CLASSES:
        huur = _filled(huur, share["share_huur_derived"])
        huur = _derived(huur, 100 - koop - unknown, "share_huur_derived" in read, verdict)
        # The split that a few units do have is kept, but only where it adds up.
        adds_up = np.abs(three - 100) <= SUM_TOLERANCE + FLOAT_NOISE
        corp, overig = np.where(adds_up, corp, np.nan), np.where(adds_up, overig, np.nan)
    total = three if classes == THREE_CLASSES else koop + huur + unknown
    off = np.abs(total - 100) > SUM_TOLERANCE + FLOAT_NOISE
    verdict.refuse(
        off,
        _per_unit("tenure shares add to {:g}, not used", total, off),
        "Tenure percentages add to less than 98 or more than 102, not used ({n}): {codes}. "
        "Correct them in the source.",
        "Eigendomspercentages zijn samen minder dan 98 of meer dan 102, niet gebruikt ({n}): "
        "{codes}. Verbeter ze in de bron.",
    )
    if classes == THREE_CLASSES:
        _refuse_unsplit(has_koop & ~split, verdict)
    _say_unknown_ownership(unknown, verdict)
    _refuse_unpublished(read, has_koop, verdict)
    verdict.refuse(
        has_koop & np.isnan(dwellings),
        "number of dwellings unknown, not used",
        "Tenure percentages but no number of dwellings, not used ({n}): {codes}.",
        "Wel eigendomspercentages, geen aantal woningen; niet gebruikt ({n}): {codes}.",
    )
    _refuse_small(dwellings, has_koop, verdict)
    shares = (koop, corp, overig, share["share_unknown"], huur)
    return {
        name: values / 100 * dwellings for name, values in zip(COUNTS, shares, strict=True)
    }, classes


def from_counts(
    read: Mapping[str, Numbers], dwellings: np.ndarray, verdict: Verdict
) -> tuple[dict[str, np.ndarray], tuple[str, ...]]:
    """Take counts as they are: our own table, or dwellings counted per area."""
    count = _with_gaps(read, COUNTS, len(dwellings))
    verdict.refuse(
        np.logical_or.reduce([impossible(values, "count") for values in count.values()]),
        "tenure count below zero, not used",
        "Tenure count below 0, not used ({n}): {codes}. Correct them in the source.",
        "Aantal woningen naar eigendom onder 0, niet gebruikt ({n}): {codes}. Verbeter ze in de "
        "bron.",
    )
    koop, corp, overig = count["n_koop"], count["n_corp"], count["n_overig"]
    unknown = np.nan_to_num(count["n_unknown"])
    has_koop, split = ~np.isnan(koop), ~np.isnan(koop + corp + overig)
    classes = _classes(has_koop, split, {"n_corp", "n_overig"} <= set(read), verdict)
    if classes == TWO_CLASSES:
        huur = _filled(count["n_huur"], corp + overig)
        count["n_huur"] = _derived(huur, dwellings - koop - unknown, False, verdict)
    else:
        _refuse_unsplit(has_koop & ~split, verdict)
    known = np.add.reduce([count[f"n_{name}"] for name in classes])
    total = known + unknown
    shown = verdict.used & ~np.isnan(total) & ~np.isnan(dwellings)
    if (
        shown.any()
        and (np.abs(total[shown] - 100) <= SUM_TOLERANCE).all()
        and np.median(np.abs(dwellings[shown] - total[shown])) > SUM_TOLERANCE
    ):
        raise TableError(
            "The fields for n_koop and the other counts hold percentages: they add to 100 in "
            "every unit, whatever its number of dwellings. Map the roles share_koop, share_corp "
            "and share_overig_huur to them instead.",
            "De velden voor n_koop en de andere aantallen bevatten percentages: ze zijn in elke "
            "eenheid samen 100, hoeveel woningen die ook heeft. Koppel in plaats daarvan de "
            "rollen share_koop, share_corp en share_overig_huur eraan.",
        )
    _refuse_small(dwellings, has_koop, verdict)
    with np.errstate(invalid="ignore", divide="ignore"):
        _say_unknown_ownership(unknown / total * 100, verdict)
    return count, classes


def _with_gaps(read: Mapping[str, Numbers], roles: Iterable[str], n: int) -> dict[str, np.ndarray]:
    return {role: read[role].values if role in read else np.full(n, np.nan) for role in roles}


def _filled(values: np.ndarray, otherwise: np.ndarray) -> np.ndarray:
    return np.where(np.isnan(values), otherwise, values)


def _classes(
    has_koop: np.ndarray, split: np.ndarray, can_split: bool, verdict: Verdict
) -> tuple[str, ...]:
    """Three classes, unless fewer than half of the units with koop also split the rest."""
    n_koop, n_split = int((has_koop & verdict.used).sum()), int((split & verdict.used).sum())
    if can_split and 2 * n_split >= n_koop:
        return THREE_CLASSES
    if not n_koop:
        return TWO_CLASSES
    verdict.notes.append(
        Note(
            "warning",
            Text(
                "Two classes: {split} of the {koop} buurten with an owner-occupied share split "
                "the rented dwellings into corporation and other landlords. Every result says "
                "owner-occupied against rented.",
                "Twee klassen: {split} van de {koop} buurten met een aandeel koop splitsen de "
                "huurwoningen in corporatie en overige verhuurders. Elk resultaat gaat over koop "
                "tegenover huur.",
            ).format(split=n_split, koop=n_koop),
        )
    )
    return TWO_CLASSES


def _derived(huur: np.ndarray, rest: np.ndarray, already: bool, verdict: Verdict) -> np.ndarray:
    """Rented where published, else what owner-occupied leaves; with a note."""
    gap = np.isnan(huur) & ~np.isnan(rest) & verdict.used
    if gap.any() or already:
        verdict.notes.append(
            Note(
                "info",
                Text(
                    "The rented dwellings are (in part) derived as what is not owner-occupied.",
                    "De huurwoningen zijn (deels) afgeleid als wat geen koop is.",
                ),
            )
        )
    return np.where(gap, rest, huur)


def _refuse_unsplit(where: np.ndarray, verdict: Verdict) -> None:
    verdict.refuse(
        where,
        "rented dwellings not split, not used",
        "Owner-occupied share but not both rented shares, not used ({n}): {codes}.",
        "Wel een aandeel koop, niet beide aandelen huur; niet gebruikt ({n}): {codes}.",
    )


def _say_unknown_ownership(percent: np.ndarray, verdict: Verdict) -> None:
    """Mark units of which much is unknown; their known part is used."""
    much = percent > UNKNOWN_LIMIT
    verdict.note(
        "warning",
        much & verdict.used,
        "Ownership of more than 10% of the dwellings is unknown; the shares are of the rest "
        "({n}): {codes}.",
        "Het eigendom van meer dan 10% van de woningen is onbekend; de aandelen gaan over de "
        "rest ({n}): {codes}.",
    )
    verdict.say(much, _per_unit("ownership unknown {:g} %", percent, much), use=True)


def _refuse_unpublished(
    read: Mapping[str, Numbers], has_koop: np.ndarray, verdict: Verdict
) -> None:
    """Say of figures that are not out yet that they are not; of a whole table too."""
    early = ~has_koop & read["share_koop"].not_in_release & verdict.used
    nothing = verdict.used.any() and not (has_koop & verdict.used).any()
    if nothing and early.any():
        verdict.note(
            "warning",
            early,
            "There is no tenure in this table: this is a first release, tenure is not in it yet "
            "(code -99995). Use the next release of this year, or another year.",
            "Er staat geen eigendom in deze tabel: dit is een eerste uitgave, eigendom zit er nog "
            "niet in (code -99995). Gebruik de volgende uitgave van dit jaar, of een ander jaar.",
        )
    elif nothing:
        verdict.note(
            "warning",
            verdict.used,
            "None of the {n} buurten has tenure figures. Either this is a first release and "
            "tenure is not in it yet (use the next release of this year, or another year), or CBS "
            "keeps the figures of these small areas to itself.",
            "Geen van de {n} buurten heeft cijfers over eigendom. Of dit is een eerste uitgave en "
            "eigendom zit er nog niet in (gebruik de volgende uitgave van dit jaar, of een ander "
            "jaar), of CBS houdt de cijfers van deze kleine gebieden geheim.",
        )
    else:
        verdict.note(
            "warning",
            early,
            "Tenure is not in this release yet (code -99995, {n}): {codes}. Use the next release "
            "of "
            "this year, or another year.",
            "Eigendom zit nog niet in deze uitgave (code -99995, {n}): {codes}. Gebruik de "
            "volgende "
            "uitgave van dit jaar, of een ander jaar.",
        )
    verdict.say(early, "tenure not in this release", use=False)


def note_changed(column: Numbers | None, verdict: Verdict) -> None:
    """Name what CBS marks as recoded or redrawn since the year before."""
    if column is None:
        return
    for mark, en, nl in (
        (
            2.0,
            "Another code than the year before, the same boundary ({n}): {codes}. A comparison "
            "with an earlier year needs a crosswalk.",
            "Een andere code dan het jaar ervoor, dezelfde grens ({n}): {codes}. Een vergelijking "
            "met een eerder jaar vraagt een omzettabel.",
        ),
        (
            3.0,
            "Redrawn since the year before ({n}): {codes}. Figures of earlier years are of another "
            "area, also where the code is the same.",
            "Opnieuw begrensd sinds het jaar ervoor ({n}): {codes}. Cijfers van eerdere jaren gaan "
            "over een ander gebied, ook waar de code dezelfde is.",
        ),
    ):
        verdict.note("info", (column.values == mark) & ~verdict.water, en, nl)


def _refuse_small(dwellings: np.ndarray, shown: np.ndarray, verdict: Verdict) -> None:
    """Show nothing of a handful of homes.

    A number of households tells nothing of that: CBS looked at the dwellings.
    """
    with np.errstate(invalid="ignore"):
        small = shown & (dwellings > 0) & (dwellings < MIN_DWELLINGS) & ~verdict.households
    verdict.refuse(
        small,
        f"fewer than {MIN_DWELLINGS} dwellings, not shown",
        f"Fewer than {MIN_DWELLINGS} dwellings, tenure not shown ({{n}}): {{codes}}. It would say "
        "too much about too few homes.",
        f"Minder dan {MIN_DWELLINGS} woningen, eigendom niet getoond ({{n}}): {{codes}}. Het zou "
        "te veel zeggen over te weinig woningen.",
    )


def _per_unit(template: str, values: np.ndarray, where: np.ndarray) -> np.ndarray:
    """Fill a template with a number per unit, rounded to one decimal, where asked."""
    result = np.full(len(values), "", dtype=object)
    result[where] = [template.format(round(float(v), 1)) for v in values[where]]
    return result
