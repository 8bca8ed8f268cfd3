# SPDX-License-Identifier: GPL-2.0-or-later
"""Which candidate flags a plan makes appear or vanish, and through which conditions.

Only what follows from the stock is computed again. Income, vulnerability and all else about people
stay as they are, for a scenario forecasts none of it; what a plan changes but the table cannot
tell (the age of the dwellings that are left) becomes unknown where the plan builds or demolishes.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from ..errors import MeasureError, Text
from ..measures.local_moran import local_moran
from ..measures.mix import tenure_mix, usable_rows
from ..measures.neighbours import contiguity
from . import explain, flags
from .actions import BUILD, CONVERT, DEMOLISH
from .catalogue import Catalogue
from .scenario import Plan

COLUMNS = [
    "year",
    "buurt_code",
    "buurt_name",
    "flag",
    "before",
    "after",
    "change",
    "conditions",
]
NOT_HERE = Text(
    "Which flags appear or vanish is not worked out: the table has no indicators. Take the result "
    "of a scan.",
    "Welke vlaggen verschijnen of verdwijnen is niet doorgerekend: de tabel heeft geen "
    "indicatoren. Neem de uitkomst van een scan.",
)
SAYS = Text(
    "Flags before and after rest on the stock alone. Income and vulnerability are taken as they "
    "are; what the plan changes and the table does not tell is unknown. Quotients, medians and "
    "clusters compare with other buurten, so a flag can also change where nothing is built.",
    "Vlaggen voor en na berusten alleen op de voorraad. Inkomen en kwetsbaarheid gelden zoals zij "
    "zijn; wat het plan verandert en de tabel niet vertelt, is onbekend. Quotiënten, medianen en "
    "clusters vergelijken met andere buurten; een vlag kan dus ook veranderen waar niets wordt "
    "gebouwd.",
)
# What building and demolishing change, and what any change of owner changes, without the table
# telling how.
_OF_BUILDINGS = (
    *("share_earlypostwar", "share_poor_label", "condition_flag", "free_capacity"),
    *("share_multifamily", "share_before_2000", "div_type", "woz", "demand_gap"),
)
_OF_OWNERS = ("mosaic", "block_div", "env_minus_block", "exsold_share", "speckled", "spectrum")
_SHARED = ("share_koop", "share_corp", "share_overig_huur", "share_huur")
_COMPUTED = (*_SHARED, "div_tenure", "local_divergence", "lq_koop", "lq_corp", "lq_overig")


@dataclass(frozen=True)
class Settings:
    """As the scan that made the table was asked, so that nothing but the plan differs."""

    thresholds: Mapping[str, float | None] | None = None
    reference: str = "gemeente"
    permutations: int = 99_999
    seed: int = 12345
    alpha: float = 0.05


def flag_changes(
    frame: pd.DataFrame,
    counts: np.ndarray,
    after: Mapping[int, np.ndarray],
    classes: Sequence[str],
    plan: Plan,
    catalogue: Catalogue,
    settings: Settings | None = None,
    *,
    progress: Callable[[float], None] | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> pd.DataFrame:
    """Return the flags that differ from before the plan, per unit and year.

    Parameters
    ----------
    frame : canonical columns and indicators, as a scan writes them; `geometry` for the clusters,
        which stay unknown after the plan without it.
    counts : (n, K) dwellings per class at the start.
    after : year -> (n, K), from `scenario.stock`.
    settings : None for the defaults of a scan.

    Returns
    -------
    DataFrame
        `COLUMNS`: `before` and `after` are the status of the flag; `change` is "appears",
        "vanishes", "becomes unknown" or "changes" (between candidate and provisional);
        `conditions` is a list of dicts, one per condition whose outcome flipped, as in
        `flag_reasons` with `before` and `after` for the value and its outcome.

    Raises
    ------
    PolicyError, Cancelled
        As `flags.evaluate_flags` and `local_moran`.
    """
    settings = settings or Settings()
    near: dict[bytes, Any] = {}

    def judged(now: np.ndarray, touched: Plan | None) -> pd.DataFrame:
        state = _state(frame, counts, now, classes, touched, settings, near, cancelled)
        verdicts = flags.evaluate_flags(state, catalogue, parameters=settings.thresholds)
        return pd.DataFrame(verdicts)

    first = judged(counts, None)
    rows: list[tuple] = []
    for number, (year, now) in enumerate(after.items()):
        done = Plan(plan.table[plan.table["year"] <= year], [])
        rows += _compared(frame, first, judged(now, done), year)
        if progress is not None:
            progress(100.0 * (number + 1) / len(after))
    return pd.DataFrame(rows, columns=COLUMNS)


def _state(
    frame: pd.DataFrame,
    counts: np.ndarray,
    now: np.ndarray,
    classes: Sequence[str],
    done: Plan | None,
    settings: Settings,
    near: dict[bytes, Any],
    cancelled: Callable[[], bool] | None,
) -> pd.DataFrame:
    """Return the indicators that belong to a stock."""
    state = pd.DataFrame(frame.drop(columns="geometry", errors="ignore"))
    area = None
    if settings.reference == "gemeente" and "gemeente_code" in frame:
        area = frame["gemeente_code"].to_numpy(dtype=object)
    stock = pd.DataFrame(now, columns=[f"n_{name}" for name in classes], index=frame.index)
    mix = tenure_mix(stock, area)
    state = state.drop(columns=[c for c in _COMPUTED if c in state])
    state = state.assign(**{name: mix[name] for name in mix})
    with np.errstate(invalid="ignore", divide="ignore"):
        before = frame["dwellings"].astype(float).to_numpy()
        moved = np.nan_to_num((now - counts).sum(axis=1))
        if "land_ha" in frame:
            land = frame["land_ha"].astype(float).to_numpy()
            state["dw_per_ha"] = (before + moved) / np.where(land > 0, land, np.nan)
        elif "dw_per_ha" in frame:
            density = frame["dw_per_ha"].astype(float).to_numpy()
            grown = density * (before + moved) / np.where(before > 0, before, np.nan)
            state["dw_per_ha"] = np.where(moved == 0, density, grown)
    if "quality" in state:
        quality = state["quality"].to_numpy(dtype=object, copy=True)
        quality[(quality == "no dwellings") & (before + moved > 0)] = "ok"
        quality[(quality != "water") & (before > 0) & (before + moved <= 0)] = "no dwellings"
        state["quality"] = quality
    if "corp" in classes:
        state["moran_corp"] = _clusters(frame, now, mix, settings, near, cancelled)
    if done is not None and len(done.table):
        table = done.table
        built = table["place"][table["action"].isin((DEMOLISH, BUILD, CONVERT))]
        for names, places in ((_OF_BUILDINGS, built), (_OF_OWNERS, table["place"])):
            rows = np.unique(places.to_numpy(dtype=np.int64))
            for name in names:
                if name in state:
                    column = state[name].astype(object).to_numpy(copy=True)
                    column[rows] = None
                    state[name] = column
    return state


def _clusters(
    frame: pd.DataFrame,
    now: np.ndarray,
    mix: pd.DataFrame,
    settings: Settings,
    near: dict[bytes, Any],
    cancelled: Callable[[], bool] | None,
) -> np.ndarray | None:
    """Return the clusters of the corporation share as a scan does; None without shapes."""
    if "geometry" not in frame:
        return None
    shapes = frame["geometry"].to_numpy()
    drawn = np.array([shape is not None and not shape.is_empty for shape in shapes], dtype=bool)
    used = drawn & usable_rows(now)
    key = used.tobytes()
    if key not in near:
        near[key] = contiguity(shapes, mask=used)
    try:
        return local_moran(
            np.where(used, mix["share_corp"].to_numpy(), np.nan),
            near[key],
            permutations=settings.permutations,
            alpha=settings.alpha,
            seed=settings.seed,
            cancelled=cancelled,
        ).cluster
    except MeasureError:
        # The same share everywhere, or one unit: there are no clusters, before or after.
        return None


def _compared(
    frame: pd.DataFrame, first: pd.DataFrame, later: pd.DataFrame, year: int
) -> list[tuple]:
    rows = []
    names = frame["buurt_name"] if "buurt_name" in frame else [None] * len(frame)
    for flag in flags.FLAGS:
        pair = zip(first[f"flag_{flag}"], later[f"flag_{flag}"], strict=True)
        for place, (was, now) in enumerate(pair):
            change = _change(was, now)
            if change is None:
                continue
            sides = [
                explain.read(table["flag_reasons"].iloc[place]).get(flag, {}).get("conditions", [])
                for table in (first, later)
            ]
            rows.append(
                (
                    year,
                    frame["buurt_code"].iloc[place],
                    names.iloc[place] if hasattr(names, "iloc") else None,
                    flag,
                    was,
                    now,
                    change,
                    _flipped(*sides),
                )
            )
    return rows


def _change(was: str | None, now: str | None) -> str | None:
    """Name what became of a flag; None where nothing that a reader must know."""
    raised = was in flags.RAISED, now in flags.RAISED
    if raised == (False, True):
        return "appears"
    if raised == (True, False):
        return "becomes unknown" if now == "unknown" else "vanishes"
    return "changes" if raised == (True, True) and was != now else None


def _flipped(first: list[dict[str, Any]], later: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the conditions whose outcome differs; where a side has none, those of the other."""
    found = []
    blank: dict[str, Any] = {"value": None, "threshold": None, "result": None}
    n = max(len(first), len(later))
    sides = ([*side, *([blank] * (n - len(side)))] for side in (first, later))
    for was, now in zip(*sides, strict=True):
        if was.get("result") != now.get("result"):
            found.append({**was, **now, "before": was, "after": now})
    return found


def condition_text(condition: Mapping[str, Any], catalogue: Catalogue) -> Text:
    """Write a flipped condition: "share (at least 60): 62, met -> 55, not met"."""
    was, now = condition["before"], condition["after"]
    name = explain.indicator(condition, catalogue)
    limit = explain.limit(condition, catalogue, brief=True)
    values = explain.value(was, catalogue, brief=True), explain.value(now, catalogue, brief=True)
    words = explain.outcome(was)[1], explain.outcome(now)[1]
    return Text(
        *(
            f"{name.get(lang)} {limit.get(lang)}: {values[0].get(lang)} ({words[0].get(lang)}) → "
            f"{values[1].get(lang)} ({words[1].get(lang)})"
            for lang in ("en", "nl")
        )
    )


def conditions_text(conditions: Sequence[Mapping[str, Any]], catalogue: Catalogue) -> Text:
    """Write all flipped conditions of one flag in one line."""
    found = [condition_text(condition, catalogue) for condition in conditions]
    return Text("; ".join(t.en for t in found), "; ".join(t.nl for t in found))
