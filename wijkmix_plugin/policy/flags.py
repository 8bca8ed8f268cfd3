# SPDX-License-Identifier: GPL-2.0-or-later
"""Candidate flags: which buurten deserve a closer look, with every condition and threshold.

A flag is a reason to look, not a judgement: the policy source names no threshold at all, so each
one is a parameter of WijkMix and an assumption. Units are never ranked and nothing is added up.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from itertools import repeat
from typing import Any

import numpy as np
import pandas as pd

from ..errors import Text, exact
from .catalogue import FLAGS, RAISED, Catalogue, limits
from .conditions import (
    FALSE,
    FORBIDDEN_PATTERNS,
    OPERATORS,
    TRUE,
    UNKNOWN,
    UNTESTED,
    Clauses,
    Condition,
    basis,
    check_columns,
    combine,
    group_names,
    wrong_value,
)

__all__ = [
    "FLAGS",
    "FORBIDDEN_PATTERNS",
    "RAISED",
    "check_columns",
    "companions",
    "companions_of",
    "evaluate_flags",
    "robustness",
    "vulnerable_rule",
]

REASONS_VERSION = 1
# Nobody lives there, so there is nothing to study.
NOT_EVALUATED = ("water", "no dwellings")
VARIATION = 0.2
_OUTCOME_JSON = {TRUE: '"result":true}', UNKNOWN: '"result":null}', FALSE: '"result":false}'}


def evaluate_flags(
    frame: pd.DataFrame,
    catalogue: Catalogue,
    *,
    parameters: Mapping[str, float | None] | None = None,
) -> pd.DataFrame:
    """Evaluate the flags of every unit in three-valued logic.

    A flag is `candidate` where its expression is true, `no` where it is false; where it is unknown
    it is `provisional` if every group of conditions with a defining indicator is met, else
    `unknown`. So a missing value never makes a flag, and never takes one away.

    Parameters
    ----------
    frame : (n rows) columns named by indicator id (`share_*` in percent, `div_*` 0-1, `vulnerable`
        True, False or None, `moran_corp` labels), `gemeente_code` for references such as the
        median of the gemeente, and `quality`. A column that is absent is unknown everywhere.
    catalogue : holds the expressions, defining indicators and default thresholds.
    parameters : thresholds that replace the defaults.

    Returns
    -------
    DataFrame (n rows, same index) with `flag_<name>` (candidate, provisional, no, unknown; None
    where `quality` is water or no dwellings) and `flag_reasons`: JSON with per flag its status and
    every condition with `ind, op, ref, group, defining, threshold, value, result`, and
    `"basis":"aanname"` where it has a threshold, which is always an assumption.

    Raises
    ------
    PolicyError
        A condition reads forbidden data, a threshold is unknown, or a column holds values of
        another kind than its indicator.

    Notes
    -----
    Logic: Kleene (1952), strong three-valued logic.
    """
    judge = _Judge(frame, catalogue.thresholds(parameters))
    columns: dict[str, Any] = {}
    texts = []
    for flag in FLAGS:
        clauses = catalogue.flag_clauses(flag)
        defining = catalogue.candidate_flags[flag]["defining_indicators"]
        status = _status(clauses, defining, judge)
        columns[f"flag_{flag}"] = np.where(judge.used, status, None)
        texts.append(_flag_json(flag, clauses, defining, status, judge))
    quality = frame["quality"].tolist() if "quality" in frame else [None] * len(frame)
    columns["flag_reasons"] = [
        f'{{"v":{REASONS_VERSION},{",".join(parts)}}}'
        if used
        else json.dumps({"v": REASONS_VERSION, "not_evaluated": why})
        for used, why, *parts in zip(judge.used.tolist(), quality, *texts, strict=True)
    ]
    return pd.DataFrame(columns, index=frame.index, dtype=object)


def companions(verdicts: pd.DataFrame, catalogue: Catalogue) -> list[str | None]:
    """Return per unit what its flags are never shown without, so that it travels with every export.

    Parameters
    ----------
    verdicts : (n rows) with `flag_<name>`, as `evaluate_flags` gives them.

    Returns
    -------
    Numbers and ids such as "P04 terugkeer-herhuisvesting; P05 waterbedmonitoring" (n), in the order
    of the catalogue; None where no flag is raised.
    """
    told: dict[tuple[bool, ...], str | None] = {}
    raised = np.column_stack([verdicts[f"flag_{flag}"].isin(RAISED) for flag in FLAGS])
    for key in map(tuple, np.unique(raised, axis=0).tolist()):
        told[key] = companions_of([f for f, on in zip(FLAGS, key, strict=True) if on], catalogue)
    return [told[key] for key in map(tuple, raised.tolist())]


def companions_of(raised: Iterable[str], catalogue: Catalogue) -> str | None:
    """Return what these flags are never shown without, as `companions` writes it."""
    keys = {entry["id"] for flag in raised for entry in catalogue.companions(flag)}
    return "; ".join(f"{e['nr']} {e['id']}" for e in catalogue.entries if e["id"] in keys) or None


def robustness(
    frame: pd.DataFrame,
    catalogue: Catalogue,
    *,
    parameters: Mapping[str, float | None] | None = None,
) -> pd.DataFrame:
    """Count in how many variants a flag stays when its thresholds move by 20 per cent.

    Each threshold of a flag's expression moves by itself, once up and once down, within the bounds
    of its unit. A flag stays where it is still a candidate or provisional. Per unit only variants
    count that can be evaluated there: a threshold that moves where the figure is missing changes
    nothing and says nothing, and neither does one that its bounds keep in place.

    Returns
    -------
    DataFrame (same index) with `flag_robustness_<name>`: "4/6" is four of the six variants that
    could be evaluated, "0/0" that none could; None where there is no flag that could stay.

    Raises
    ------
    PolicyError
        As `evaluate_flags`.
    """
    judge = _Judge(frame, catalogue.thresholds(parameters))
    columns = {}
    for flag in FLAGS:
        clauses = catalogue.flag_clauses(flag)
        defining = catalogue.candidate_flags[flag]["defining_indicators"]
        raised = np.isin(_status(clauses, defining, judge), RAISED) & judge.used
        conditions = [c for clause in clauses for c in clause]
        stays = np.zeros(len(frame), dtype=int)
        variants = np.zeros(len(frame), dtype=int)
        for name in dict.fromkeys(c.parameter for c in conditions if c.parameter):
            base = judge.thresholds[name]
            if base is None:
                continue
            moved = [c for c in conditions if c.parameter == name]
            low, high = limits(catalogue.parameters[name]["unit"])
            for factor in (1 - VARIATION, 1 + VARIATION):
                value = min(max(base * factor, low), high)
                if value == base:
                    continue
                variant = judge.varied(name, value)
                told = np.any([variant.outcome(c) != UNKNOWN for c in moved], axis=0)
                stays += told & np.isin(_status(clauses, defining, variant), RAISED)
                variants += told
        columns[f"flag_robustness_{flag}"] = [
            f"{count}/{total}" if flagged else None
            for count, total, flagged in zip(
                stays.tolist(), variants.tolist(), raised.tolist(), strict=True
            )
        ]
    return pd.DataFrame(columns, index=frame.index, dtype=object)


def vulnerable_rule(
    frame: pd.DataFrame,
    catalogue: Catalogue,
    *,
    parameters: Mapping[str, float | None] | None = None,
) -> tuple[list[bool | None], Text]:
    """Derive `vulnerable` from low incomes, for users who give no rule of their own: an assumption.

    The policy source does not say what makes an area vulnerable. The proxy calls an area vulnerable
    where the location quotient of low-income households, `share_lowinc_lq`, is at least the
    threshold `lq_mod`.

    Returns
    -------
    True, False or None (unknown) per unit, and the rule in words, to be shown with every result.
    """
    limit = catalogue.thresholds(parameters)["lq_mod"]
    if "share_lowinc_lq" not in frame or limit is None:
        return [None] * len(frame), Text(
            "unknown: no rule was given, and the data have no share of low-income households",
            "onbekend: er is geen regel opgegeven en de gegevens hebben geen aandeel huishoudens "
            "met een laag inkomen",
        )
    values = [
        None if np.isnan(v) else bool(v >= limit)
        for v in _numbers(frame["share_lowinc_lq"]).tolist()
    ]
    return values, Text(
        "assumption: the share of low-income households is at least {limit} times that of the "
        "reference area",
        "aanname: het aandeel huishoudens met een laag inkomen is minstens {limit} keer dat van "
        "het referentiegebied",
    ).format(limit=exact(limit))


# -- outcomes ------------------------------------------------------------------------------------


class _Judge:
    """The conditions evaluated over a frame, each once."""

    def __init__(self, frame: pd.DataFrame, thresholds: Mapping[str, float | None]) -> None:
        self.frame = frame
        self.thresholds = thresholds
        self.used = (
            ~frame["quality"].isin(NOT_EVALUATED).to_numpy()
            if "quality" in frame
            else np.ones(len(frame), dtype=bool)
        )
        self._columns: dict[tuple[str, type], np.ndarray | None] = {}
        self._texts: dict[str, list[str]] = {}
        self._references: dict[tuple[str, str], np.ndarray] = {}
        self._outcomes: dict[Condition, np.ndarray] = {}

    def varied(self, name: str, value: float) -> _Judge:
        """Return the same with one other threshold, without doing the rest again."""
        other = _Judge.__new__(_Judge)
        other.__dict__.update(self.__dict__)
        other.thresholds = {**self.thresholds, name: value}
        other._outcomes = {c: o for c, o in self._outcomes.items() if c.parameter != name}
        return other

    def outcome(self, condition: Condition) -> np.ndarray:
        """Return 1, 0 (unknown) or -1 per unit."""
        if condition not in self._outcomes:
            self._outcomes[condition] = self._evaluate(condition)
        return self._outcomes[condition]

    def _evaluate(self, condition: Condition) -> np.ndarray:
        values = self.column(condition)
        threshold = self.threshold(condition)
        unknown = np.full(len(self.frame), UNKNOWN, dtype=np.int8)
        if values is None or threshold is None:
            return unknown
        compare = OPERATORS[condition.op]
        if values.dtype == np.int8:  # true, unknown, false
            met = compare(values, np.int8(TRUE if threshold else FALSE))
            known = values != UNKNOWN
        elif values.dtype == object:
            met = compare(values, threshold).astype(bool)
            known = np.not_equal(values, None).astype(bool)
        else:
            with np.errstate(invalid="ignore"):
                met = compare(values, threshold)
            known = np.isfinite(values) & np.isfinite(threshold)
        return np.where(known, np.where(met, TRUE, FALSE), UNKNOWN).astype(np.int8)

    def column(self, condition: Condition) -> np.ndarray | None:
        """Return the values: floats with NaN, labels with None, or int8 for true and false."""
        kind = type(condition.constant) if isinstance(condition.constant, (bool, str)) else float
        key = (condition.indicator, kind)
        if key not in self._columns:
            found = None
            if condition.indicator in self.frame:
                read = {bool: _truths, str: _labels, float: _numbers}[kind]
                found = read(self.frame[condition.indicator])
            self._columns[key] = found
        return self._columns[key]

    def threshold(self, condition: Condition) -> Any:
        """Return a number, label or truth value, or an array of numbers; None where unknown."""
        if condition.parameter is not None:
            return self.thresholds[condition.parameter]
        if condition.reference is None:
            return condition.constant
        key = (condition.reference, condition.indicator)
        if key not in self._references:
            self._references[key] = self._reference(condition)
        return self._references[key]

    def _reference(self, condition: Condition) -> np.ndarray:
        """Return a figure of the gemeente, from the units there that have a value."""
        nothing = np.full(len(self.frame), np.nan)
        values = self.column(condition)
        if values is None or "gemeente_code" not in self.frame:
            return nothing
        known = np.isfinite(values) & self.used
        numbers = pd.Series(np.where(known, values, np.nan))
        codes = pd.factorize(self.frame["gemeente_code"])[0]
        grouped = numbers.groupby(codes)
        if condition.reference == "median_gemeente":
            found = grouped.median()
        elif condition.reference == "p75_gemeente":
            found = grouped.quantile(0.75)
        elif condition.reference == "gemeente_mean":
            name = next((c for c in ("dwellings", "households") if c in self.frame), None)
            if name is None:
                return nothing
            weight = pd.Series(_numbers(self.frame[name])).where(known)
            total = weight.where(weight > 0).groupby(codes).sum(min_count=1)
            found = (numbers * weight).groupby(codes).sum(min_count=1) / total
        else:  # a value that only the user can give
            return nothing
        result = found.reindex(codes).to_numpy(dtype=float, copy=True)
        result[codes < 0] = np.nan
        return result

    def value_texts(self, condition: Condition) -> Iterable[str]:
        """Return the values as JSON, per unit."""
        values = self.column(condition)
        if values is None:
            return repeat("null", len(self.frame))
        if condition.indicator not in self._texts:
            self._texts[condition.indicator] = _json_list(values)
        return self._texts[condition.indicator]


def _status(clauses: Clauses, defining: Iterable[str], judge: _Judge) -> np.ndarray:
    """Return candidate, provisional, no or unknown per unit."""
    names = set(defining)
    sure = [clause for clause in clauses if any(c.indicator in names for c in clause)]
    verdict = combine(clauses, judge.outcome, np.minimum, np.maximum)
    defined = combine(sure, judge.outcome, np.minimum, np.maximum)
    status = np.full(len(verdict), "unknown", dtype=object)
    status[defined == TRUE] = "provisional"
    status[verdict == TRUE] = "candidate"
    status[verdict == FALSE] = "no"
    return status


# -- reading columns -----------------------------------------------------------------------------


def _numbers(column: pd.Series) -> np.ndarray:
    """Return floats; what is missing or infinite becomes NaN."""
    try:
        values = pd.to_numeric(column).to_numpy(dtype=float, na_value=np.nan, copy=True)
    except (ValueError, TypeError) as error:
        wrong = next(
            v for v in column.dropna() if pd.isna(pd.to_numeric(pd.Series([v]), errors="coerce"))[0]
        )
        raise wrong_value(str(column.name), wrong, "a number", "een getal") from error
    values[~np.isfinite(values)] = np.nan
    return values


def _truths(column: pd.Series) -> np.ndarray:
    """Return 1, 0 (unknown) or -1."""
    if column.dtype == bool:
        return np.where(column.to_numpy(), TRUE, FALSE).astype(np.int8)
    missing = column.isna().to_numpy()
    codes = {True: TRUE, False: FALSE}
    values = column.tolist()
    for value, gone in zip(values, missing, strict=True):
        if not gone and value not in (0, 1):
            raise wrong_value(str(column.name), value, "true or false", "waar of onwaar")
    return np.array(
        [UNKNOWN if gone else codes[v] for v, gone in zip(values, missing, strict=True)],
        dtype=np.int8,
    )


def _labels(column: pd.Series) -> np.ndarray:
    """Return labels; None where a unit has none or was not tested."""
    values = column.to_numpy(dtype=object, copy=True)
    values[column.isna().to_numpy() | np.isin(values.astype(str), UNTESTED)] = None
    for value in pd.unique(values):
        if value is not None and not isinstance(value, str):
            raise wrong_value(str(column.name), value, "a cluster label", "een clusterlabel")
    return values


# -- reasons as JSON -----------------------------------------------------------------------------


def _flag_json(
    flag: str, clauses: Clauses, defining: Iterable[str], status: np.ndarray, judge: _Judge
) -> list[str]:
    """Return `"flag":{...}` per unit, joined from pieces: a whole country passes here."""
    names = set(defining)
    pieces = [
        _condition_json(condition, group, condition.indicator in names, judge)
        for group, clause in zip(group_names(clauses), clauses, strict=True)
        for condition in clause
    ]
    return [
        f'"{flag}":{{"status":"{state}","conditions":[{",".join(parts)}]}}'
        for state, *parts in zip(status.tolist(), *pieces, strict=True)
    ]


def _condition_json(
    condition: Condition, group: str, defining: bool, judge: _Judge
) -> Iterable[str]:
    head = json.dumps(
        {
            "ind": condition.indicator,
            "op": condition.op,
            "ref": condition.ref,
            "group": group,
            "defining": defining,
            **basis(condition),
        },
        separators=(",", ":"),
    )[:-1]
    threshold = judge.threshold(condition)
    outcome = judge.outcome(condition).tolist()
    values = judge.value_texts(condition)
    if isinstance(threshold, np.ndarray):
        limits_text = _json_list(threshold)
        return [
            f'{head},"threshold":{limit},"value":{value},{_OUTCOME_JSON[result]}'
            for limit, value, result in zip(limits_text, values, outcome, strict=True)
        ]
    head = f'{head},"threshold":{json.dumps(threshold)},"value":'
    if judge.column(condition) is None:
        return repeat(f"{head}null,{_OUTCOME_JSON[UNKNOWN]}", len(outcome))
    return [
        f"{head}{value},{_OUTCOME_JSON[result]}"
        for value, result in zip(values, outcome, strict=True)
    ]


def _json_list(values: np.ndarray) -> list[str]:
    if values.dtype == np.int8:
        names = {TRUE: "true", UNKNOWN: "null", FALSE: "false"}
        return [names[v] for v in values.tolist()]
    if values.dtype == object:
        texts = {v: json.dumps(v) for v in pd.unique(values)}
        return [texts[v] for v in values.tolist()]
    # Ordinary numbers: repr is their JSON. A number that is missing is the only one unlike itself.
    return ["null" if v != v else repr(v) for v in values.tolist()]
