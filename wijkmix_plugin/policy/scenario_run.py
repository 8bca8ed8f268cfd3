# SPDX-License-Identifier: GPL-2.0-or-later
"""A scenario in one pass: a stock and a table of actions in, every table of it out."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from ..errors import TableError, Text, listed
from ..measures import rounding
from . import indicators, scenario, scenario_balance, scenario_checks, scenario_flags
from .catalogue import FLAGS, Catalogue
from .completeness import incomplete
from .goals import Goals
from .scenario import Plan
from .scenario_flags import Settings

IDENTITY = ("buurt_code", "buurt_name", "wijk_code", "gemeente_code", "gemeente_name")
CODE = IDENTITY[0]
_EMPTY = Text(
    "Built in, while nothing stood there: {units}. These count in wijk and gemeente, not in the "
    "indices between buurten, which compare units that have dwellings before and after.",
    "Hier wordt gebouwd terwijl er niets stond: {units}. Deze tellen mee in wijk en gemeente, niet "
    "in de indices tussen buurten, die eenheden vergelijken met woningen voor en na.",
)
_SEVERAL = 10


@dataclass
class ScenarioResult:
    """Everything a scenario knows.

    Attributes
    ----------
    frame, counts : the stock at the start, and its dwellings per class (n, K).
    plan : the actions, checked.
    after : year -> (n, K).
    units, indices, balance, pairs, tests, flags : tables, see `scenario` and `scenario_flags`.
        `tests` opens with what a scenario is; `flags` is None where the table has no indicators.
    notes : what the user should know, with True for a warning.
    incomplete : what the scenario lacks to be whole, one of the notes; None where it lacks nothing.
    """

    frame: pd.DataFrame
    counts: np.ndarray
    classes: tuple[str, ...]
    plan: Plan
    base: int
    after: dict[int, np.ndarray]
    units: pd.DataFrame
    indices: pd.DataFrame
    balance: pd.DataFrame
    pairs: pd.DataFrame
    tests: pd.DataFrame
    flags: pd.DataFrame | None
    fingerprint: str
    incomplete: Text | None = None
    notes: list[tuple[Text, bool]] = field(default_factory=list)
    provenance: dict[str, Any] = field(default_factory=dict)


def classes_of(frame: pd.DataFrame) -> tuple[str, ...]:
    """Return the finest tenures that the stock has figures of, for as many units as any.

    Raises
    ------
    TableError
        It has neither.
    """
    classes: tuple[str, ...] = scenario.THREE
    known = {
        names: int(frame[[f"n_{t}" for t in names]].notna().all(axis=1).sum())
        for names in (scenario.THREE, scenario.TWO)
        if all(f"n_{t}" in frame for t in names)
    }
    # A source that splits rental in a few gemeenten only is a source of two classes.
    if known.get(scenario.THREE, 0) < max(known.get(scenario.TWO, 0), 1):
        classes = scenario.TWO
    absent = [f"n_{tenure}" for tenure in classes if f"n_{tenure}" not in frame]
    if absent:
        raise TableError(
            "The stock lacks the counts {absent}. Run Prepare buurten on it first.",
            "De voorraad mist de aantallen {absent}. Voer er eerst Buurten voorbereiden op uit.",
            absent=", ".join(absent),
        )
    return classes


def stock_counts(frame: pd.DataFrame, classes: tuple[str, ...]) -> np.ndarray:
    """Return the dwellings per class; a unit without any dwellings has 0 of each."""
    counts = frame[[f"n_{tenure}" for tenure in classes]].astype(float).to_numpy(copy=True)
    counts[(frame["dwellings"].astype(float) == 0).to_numpy()] = 0.0
    return counts


def stock_mark(frame: pd.DataFrame, catalogue: Catalogue) -> str:
    """Return the fingerprint of a stock as `run_scenario` would.

    Raises
    ------
    TableError
        The stock lacks its counts, or holds something else than numbers.
    """
    frame = indicators.clean(frame, catalogue)
    counts = stock_counts(frame, classes_of(frame))
    return scenario.fingerprint(frame, counts, [str(code) for code in frame[CODE]])


def run_scenario(
    frame: pd.DataFrame,
    actions: pd.DataFrame,
    catalogue: Catalogue,
    *,
    segment_map: str = "",
    place: np.ndarray | None = None,
    settings: Settings | None = None,
    made_on: str = "",
    goals: Goals | None = None,
    companions: Mapping[str, Collection[str]] | None = None,
    seed: int = 12345,
    progress: Callable[[float], None] | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> ScenarioResult:
    """Work out a plan.

    Parameters
    ----------
    frame : canonical columns, and the indicators of the catalogue where it has them.
    actions, segment_map : as `scenario.read_plan` and `scenario.read_segments` take them.
    place : (n, 2) metres, for distances.
    settings : of the scan behind `frame`, so that flags differ by the plan alone.
    made_on : fingerprint of the stock that the actions were drawn up for; empty: not known.
    goals, companions : as `completeness.incomplete` takes them; None: not known.

    Raises
    ------
    TableError, PolicyError, Cancelled
        What is wrong, where, and what to do.
    """
    notes: list[tuple[Text, bool]] = [(scenario.SAYS, False)]
    frame = indicators.clean(frame, catalogue)
    classes = classes_of(frame)
    codes = [str(code) for code in frame[CODE]]
    segments = scenario.read_segments(segment_map)
    years = frame["year"].tolist() if "year" in frame else []
    moments = actions["year"].tolist() if "year" in actions else []
    base, assumed = scenario.base_year(years, moments)
    plan = scenario.read_plan(actions, codes, segments, classes, base)
    counts = stock_counts(frame, classes)
    after = scenario.stock(counts, plan, codes, classes, base)
    lacks = incomplete(goals, companions, _touched(frame, codes, plan), catalogue)
    notes += [(lacks, True)] if lacks is not None else []
    notes += [(text, True) for text in (*assumed, *plan.notes)]
    mark = scenario.fingerprint(frame, counts, codes)
    if made_on.strip() and made_on.strip() != mark:
        notes.append((scenario.CHANGED.format(now=mark, then=made_on.strip()), True))
    vulnerable = frame["vulnerable"].tolist() if "vulnerable" in frame else None
    if vulnerable is None or all(v is None for v in vulnerable):
        vulnerable = None
        notes.append((scenario_balance.NO_RULE, True))
    empty = (counts.sum(axis=1) == 0) & (after[max(after)].sum(axis=1) > 0)
    if empty.any():
        notes.append((_EMPTY.format(units=listed(np.array(codes)[empty], _SEVERAL)), True))
    dwellings = frame["dwellings"].astype(float).to_numpy()
    indices = scenario.index_table(
        frame,
        counts,
        after,
        classes,
        rounded=rounding.rounded_base(counts, dwellings),
        seed=seed,
        progress=None if progress is None else (lambda p: progress(0.7 * p)),
        cancelled=cancelled,
    )
    kept = [n for n in (*IDENTITY, "dwellings", "n_unknown", "geometry") if n in frame]
    balance = scenario_balance.balance_table(plan, segments, vulnerable, base, place)
    notes += [(text, True) for text in scenario_balance.verdicts(balance)] if vulnerable else []
    flagged = None
    if any(f"flag_{name}" in frame for name in FLAGS):
        flagged = scenario_flags.flag_changes(
            frame,
            counts,
            after,
            classes,
            plan,
            catalogue,
            settings,
            progress=None if progress is None else (lambda p: progress(70 + 0.25 * p)),
            cancelled=cancelled,
        )
    else:
        notes.append((scenario_flags.NOT_HERE, False))
    groups = (frame[n].tolist() if n in frame else None for n in ("wijk_code", "gemeente_code"))
    wijk, gemeente = groups
    return ScenarioResult(
        frame=frame,
        counts=counts,
        classes=classes,
        plan=plan,
        base=base,
        after=after,
        units=scenario.unit_table(frame[kept], counts, after, classes, base),
        indices=indices,
        balance=balance,
        pairs=scenario_balance.pairs_table(plan, segments, vulnerable, codes, place),
        tests=_with_words(
            scenario_checks.tests_of(plan, after, classes, dwellings, wijk, base, gemeente), base
        ),
        flags=flagged,
        fingerprint=mark,
        incomplete=lacks,
        notes=notes,
        provenance={
            "title": "WijkMix scenario",
            "says": {"en": scenario.SAYS.en, "nl": scenario.SAYS.nl},
            "year": base,
            "classes": list(classes),
            "seed": seed,
            "fingerprint": mark,
            "segments": {k: v for k, v in segments.items() if k not in scenario.THREE},
            "actions": plan.table[list(scenario.COLUMNS)].astype(object).to_dict("records"),
            "assumptions": [{"en": t.en, "nl": t.nl} for t in (*assumed, *plan.notes)],
        },
    )


def _touched(frame: pd.DataFrame, codes: list[str], plan: Plan) -> dict[str, str]:
    """Return code and name of every unit with an action, in the order of the stock."""
    places = sorted({int(place) for place in plan.table["place"]})
    names = frame["buurt_name"].tolist() if "buurt_name" in frame else codes
    return {
        codes[i]: names[i] if isinstance(names[i], str) and names[i] != codes[i] else ""
        for i in places
    }


def _with_words(tests: pd.DataFrame, base: int) -> pd.DataFrame:
    """Put in front what a scenario is: the table travels without its layer."""
    first = pd.DataFrame([("scenario", "all", base, None, None, scenario.SAYS.en)])
    first.columns = tests.columns
    return pd.concat([first.astype(tests.dtypes), tests], ignore_index=True)


def settings_of(origin: Mapping[str, Any], catalogue: Catalogue) -> Settings:
    """Return how a scan was asked, from the record it left with its layer; else the defaults."""
    given = origin.get("thresholds")
    known = (
        {k: v for k, v in given.items() if k in catalogue.parameters}
        if isinstance(given, Mapping)
        else {}
    )

    def whole(name: str, default: int, least: int) -> int:
        value = origin.get(name)
        return value if type(value) is int and value >= least else default

    alpha = origin.get("alpha")
    return Settings(
        thresholds=catalogue.check_thresholds(known),
        reference="all" if origin.get("reference") == "all" else "gemeente",
        permutations=whole("permutations", 99_999, 1),
        seed=whole("seed", 12345, 0),
        alpha=alpha if isinstance(alpha, float) and 0 < alpha < 1 else 0.05,
    )
