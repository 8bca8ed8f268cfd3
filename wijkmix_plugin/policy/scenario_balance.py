# SPDX-License-Identifier: GPL-2.0-or-later
"""What goes in vulnerable areas set against what comes elsewhere, per segment and in pairs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from ..errors import Text, listed
from . import scenario_words
from .actions import (
    BUY,
    BUY_IN,
    DEMOLISH,
    SELL,
)
from .scenario import NAMED, THREE, Plan, years_of

NO_RULE = Text(
    "Which areas are vulnerable is not known, so what goes there is not set against what comes "
    "elsewhere. Take the result of a scan with a rule for vulnerable areas.",
    "Welke gebieden kwetsbaar zijn is niet bekend, dus wat daar weggaat wordt niet vergeleken met "
    "wat elders komt. Neem de uitkomst van een scan met een regel voor kwetsbare gebieden.",
)
PAIR_COLUMNS = [
    "segment",
    "loss_unit",
    "loss_year",
    "gain_unit",
    "gain_year",
    "n",
    "lag_years",
    "distance_km",
    "status",
]


def balance_table(
    plan: Plan,
    segments: Mapping[str, str],
    vulnerable: Sequence[bool | None] | None,
    base: int,
    place: np.ndarray | None = None,
) -> pd.DataFrame:
    """Return gains and losses per segment, cumulative per year, in and outside vulnerable areas.

    A loss in vulnerable areas is to come back outside them (uitruil): the plan is balanced in a
    year where, in that segment, the gains outside are at least the losses inside.

    Parameters
    ----------
    vulnerable : per unit True, False or None; None where there is no rule: then nothing is matched.
    place : (n, 2) coordinates in metres, for the distance.

    Returns
    -------
    DataFrame
        `segment, year, vulnerable` (yes, no, unknown, all), `gained, lost, net`; and in the rows
        of "all": `balance` (gains outside minus losses in vulnerable areas), `status`
        (balanced, not balanced, or not testable: no rule, or units of unknown vulnerability could
        tip it), `lag_years` (how long losses up to that year wait at most for gains up to that
        year, both in order of year; NULL while gains fall short) and `distance_km` (mean, from a
        lost dwelling to the one it is matched with: the nearest that is left, losses in order of
        year; another matching than that of the lag).

    Notes
    -----
    verkoop loses its segment and inponden and aankoop theirs; what they gain is of another tenure
    and is counted under the name of that tenure's first segment, or of the tenure itself where the
    plan speaks of it so.
    """
    moves = _moves(plan.table.assign(vulnerable=_marks(plan, vulnerable)), segments)
    rows = []
    for segment in sorted(set(moves["segment"])):
        own = moves[moves["segment"] == segment]
        for year in years_of(plan, base):
            done = own[own["year"] <= year]
            for kind in ("yes", "no", "unknown", "all"):
                some = done if kind == "all" else done[done["vulnerable"] == kind]
                gained = float(some.loc[some["n"] > 0, "n"].sum())
                lost = 0.0 - float(some.loc[some["n"] < 0, "n"].sum())  # no minus zero
                row = {
                    "segment": segment,
                    "year": year,
                    "vulnerable": kind,
                    "gained": gained,
                    "lost": lost,
                    "net": gained - lost,
                    "balance": None,
                    "status": None,
                    "lag_years": None,
                    "distance_km": None,
                }
                if kind == "all":
                    outside = done[(done["vulnerable"] == "no") & (done["n"] > 0)]["n"].sum()
                    inside = -done[(done["vulnerable"] == "yes") & (done["n"] < 0)]["n"].sum()
                    row["status"] = "not testable"
                    if vulnerable is not None:
                        row["balance"] = float(outside - inside)
                        open_ = done[done["vulnerable"] == "unknown"]["n"]
                        # Units of unknown vulnerability may tip it either way.
                        if outside >= inside - open_[open_ < 0].sum():
                            row["status"] = "balanced"
                        elif outside + open_[open_ > 0].sum() < inside:
                            row["status"] = "not balanced"
                    lag, far = (None, None) if vulnerable is None else _matched(done, place)
                    row["lag_years"], row["distance_km"] = lag, far
                rows.append(row)
    names = ["segment", "year", "vulnerable", "gained", "lost", "net", "balance", "status"]
    return pd.DataFrame(rows, columns=[*names, "lag_years", "distance_km"])


def _marks(plan: Plan, vulnerable: Sequence[bool | None] | None) -> np.ndarray:
    """Return per action whether its unit is vulnerable: yes, no, unknown."""
    if vulnerable is None:
        return np.full(len(plan.table), "unknown", dtype=object)
    marks = {True: "yes", False: "no"}
    return np.array([marks.get(vulnerable[p], "unknown") for p in plan.table["place"]], object)


def _moves(table: pd.DataFrame, segments: Mapping[str, str]) -> pd.DataFrame:
    """Return every loss (below 0) and gain of a segment by itself."""
    first: dict[str, str] = {}
    for segment, tenure in segments.items():
        if segment not in THREE:
            first.setdefault(tenure, segment)
    used = set(table["segment"])

    def name(tenure: str, beside: str) -> str:
        """Name a tenure as the plan does; where it does both or neither, as the action does."""
        words = {word for word in used if segments[word] == tenure}
        own = words == {tenure} or (beside in THREE and (tenure in words or not words))
        return tenure if own else first.get(tenure, tenure)

    rows = []
    for action in table.itertuples():
        other = {SELL: "koop", BUY_IN: "corp", BUY: "corp"}.get(action.action)
        base = (action.place, action.year, action.vulnerable)
        if other is None:
            sign = -1 if action.action == DEMOLISH else 1
            rows.append((*base, action.segment, sign * action.n))
            continue
        lost, gained = action.segment, name(other, action.segment)
        if segments[lost] == other:  # the segment says what the dwellings become
            source = "corp" if other == "koop" else "koop"
            lost, gained = name(source, action.segment), action.segment
        rows += [(*base, lost, -action.n), (*base, gained, action.n)]
    return pd.DataFrame(rows, columns=["place", "year", "vulnerable", "segment", "n"])


def _matched(own: pd.DataFrame, place: np.ndarray | None) -> tuple[int | None, float | None]:
    """Return the longest wait of a loss for its gain in years, and their mean distance in km."""
    losses = own[(own["vulnerable"] == "yes") & (own["n"] < 0)].sort_values(["year", "place"])
    gains = own[(own["vulnerable"] == "no") & (own["n"] > 0)].sort_values(["year", "place"])
    if losses.empty:
        return None, None
    lag: int | None = 0
    need = (-losses["n"]).cumsum().to_numpy()
    have = gains["n"].cumsum().to_numpy()
    at = np.searchsorted(have, need - 1e-9)
    if len(have) == 0 or at[-1] >= len(have):
        lag = None
    else:
        waits = gains["year"].to_numpy()[at] - losses["year"].to_numpy()
        lag = int(max(waits.max(), 0))
    if place is None or gains.empty:
        return lag, None
    found = [(n, far) for *_, n, far in _paired(own, place) if far is not None]
    total = sum(n for n, _ in found)
    return lag, sum(n * far for n, far in found) / total if total else None


def _paired(own: pd.DataFrame, place: np.ndarray | None) -> list[tuple]:
    """Match losses in vulnerable areas, in order of year, with the nearest gain still open.

    Returns unit and year of the loss, unit and year of the gain (None where none is left),
    dwellings, and distance in km. Without places the earliest gain comes first.
    """
    losses = own[(own["vulnerable"] == "yes") & (own["n"] < 0)].sort_values(["year", "place"])
    gains = own[(own["vulnerable"] == "no") & (own["n"] > 0)].sort_values(["year", "place"])
    left = gains["n"].to_numpy(dtype=float, copy=True)
    at, years = gains["place"].to_numpy(), gains["year"].to_numpy()
    rows: list[tuple] = []
    for unit, year, lost in zip(losses["place"], losses["year"], -losses["n"], strict=True):
        open_ = float(lost)
        far = np.arange(len(at), dtype=float)
        if place is not None and len(at):
            far = np.hypot(*(place[at] - place[unit]).T)
        for g in np.argsort(far, kind="stable"):
            moved = min(open_, left[g])
            if moved <= 0:
                continue
            left[g] -= moved
            open_ -= moved
            km = None if place is None else float(far[g]) / 1000
            rows.append((int(unit), int(year), int(at[g]), int(years[g]), float(moved), km))
        if open_ > 1e-9:
            rows.append((int(unit), int(year), None, None, open_, None))
    return rows


def pairs_table(
    plan: Plan,
    segments: Mapping[str, str],
    vulnerable: Sequence[bool | None] | None,
    units: Sequence[str],
    place: np.ndarray | None = None,
) -> pd.DataFrame:
    """Return which loss in a vulnerable area is matched with which gain outside them.

    One way to match them, for discussion: losses in order of year, each with the nearest gain of
    its segment that is still open. Only areas that are known not to be vulnerable receive.

    Returns
    -------
    DataFrame
        `segment, loss_unit, loss_year, gain_unit, gain_year, n, lag_years, distance_km, status`:
        "matched", or "unmatched" for dwellings that come back nowhere. `lag_years` is the year of
        the gain less that of the loss: 0 or less means that it is there in time. Empty without a
        rule for vulnerable areas.
    """
    rows = []
    if vulnerable is not None:
        moves = _moves(plan.table.assign(vulnerable=_marks(plan, vulnerable)), segments)
        for segment in sorted(set(moves["segment"])):
            for lost, year, gained, when, n, km in _paired(
                moves[moves["segment"] == segment], place
            ):
                matched = gained is not None
                rows.append(
                    (
                        segment,
                        units[lost],
                        year,
                        units[gained] if matched else None,
                        when,
                        n,
                        when - year if matched else None,
                        km,
                        "matched" if matched else "unmatched",
                    )
                )
    return pd.DataFrame(rows, columns=PAIR_COLUMNS)


def verdicts(balance: pd.DataFrame) -> list[Text]:
    """Say per segment in which years the plan is not balanced, or that this cannot be told."""
    found = []
    whole = balance[balance["vulnerable"] == "all"]
    for segment in dict.fromkeys(whole["segment"]):
        rows = whole[whole["segment"] == segment]
        for status, words in _VERDICTS.items():
            years = rows.loc[rows["status"] == status, "year"]
            if len(years):
                named = [scenario_words.word(segment, lang) for lang in ("en", "nl")]
                values = [{"segment": name, "years": listed(years, NAMED)} for name in named]
                found.append(Text(words.en.format(**values[0]), words.nl.format(**values[1])))
    return found


_VERDICTS = {
    "not balanced": Text(
        "Unbalanced plan: less {segment} is added outside vulnerable areas than is lost inside "
        "them, up to and including {years}.",
        "Plan niet in balans: van {segment} komt buiten kwetsbare gebieden minder bij dan er in "
        "weggaat, tot en met {years}.",
    ),
    "not testable": Text(
        "Whether the plan is balanced in {segment} cannot be told for {years}: of some areas it is "
        "not known whether they are vulnerable.",
        "Of het plan voor {segment} in balans is, valt voor {years} niet te zeggen: van sommige "
        "gebieden is niet bekend of zij kwetsbaar zijn.",
    ),
}
