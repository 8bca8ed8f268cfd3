# SPDX-License-Identifier: GPL-2.0-or-later
"""Candidate flags: which buurten deserve a closer look, with every condition, value and threshold.

A flag is a reason to look, not a judgement. Thresholds are assumptions of WijkMix; the policy source
gives none.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import numpy as np
import pandas as pd

from ..errors import PolicyError, Text
from .catalogue import Catalogue, leaves
from .kleene import FALSE, TRUE, UNKNOWN, compare, evaluate, is_missing

FLAGS = ("herstructurering", "verdichting", "grondverwerving")
STATUSES = ("candidate", "provisional", "no", "unknown")
# Rows of these qualities have no homes to speak of.
NOT_EVALUATED = ("water", "no dwellings")
# Origin, nationality, religion, health, police data and benefits or debts of persons never reach a
# flag.
_FORBIDDEN = re.compile(
    r"herkomst|migra|westers|niet_?west|natio|geboorteland|geb_?(in|buiten)_|_w_al$|_nw_al$"
    r"|a_(nl|eur|neu)_al|nederland_17|europa|relig|kerk|moskee|islam|moslim|marok|turk|surin|antil"
    r"|gezondheid|ziek(te|en)|zorggebruik|handicap|beperking|ggz|wmo|jeugdzorg"
    r"|politie|misdrijf|misdrijven|crimin|verdacht|overlast|diefstal"
    r"|uitkering|bijstand|a_soz|benefit|schuld|\bbsn\b|ethni|origin|race",
    re.IGNORECASE,
)
# Indicators that the catalogue describes and that may nevertheless not drive a flag.
_NOT_MEASURED = ("moran_corp", "moran_lowinc")


def check_columns(names: Iterable[str]) -> list[str]:
    """Return the names that look like data about persons that WijkMix keeps out of flags."""
    return [name for name in names if _FORBIDDEN.search(name)]


def evaluate_flags(
    frame: pd.DataFrame, catalogue: Catalogue, *, parameters: Mapping[str, float] | None = None
) -> pd.DataFrame:
    """Evaluate the three flags for every unit.

    Parameters
    ----------
    frame : columns are indicator ids (shares in percent 0-100; `vulnerable` True, False or None), with
        `gemeente_code` and `quality`. A missing column or value is unknown.
    parameters : thresholds that replace the catalogue's defaults.

    Returns
    -------
    DataFrame on the same index: `flag_<name>` for each flag, one of candidate (every condition met), provisional
    (the defining conditions met, none failed, some unknown), no, unknown, or None for water and units without
    dwellings; and `flag_reasons`, JSON with every condition, its value, threshold and result.

    Raises
    ------
    PolicyError
        A condition rests on forbidden data.
    """
    thresholds = catalogue.thresholds(parameters)
    skip = (
        frame["quality"].isin(NOT_EVALUATED).to_numpy()
        if "quality" in frame
        else np.zeros(len(frame), dtype=bool)
    )
    columns = {}
    pieces = []
    for name in FLAGS:
        status, reasons = _one_flag(frame, catalogue, name, thresholds)
        columns[f"flag_{name}"] = np.where(skip, None, status)
        pieces.append(reasons)
    quality = frame["quality"].tolist() if "quality" in frame else [None] * len(frame)
    columns["flag_reasons"] = np.array(
        [
            json.dumps({"v": 1, "not_evaluated": why})
            if gone
            else '{"v":1,' + ",".join(parts) + "}"
            for gone, why, *parts in zip(skip, quality, *pieces, strict=True)
        ],
        dtype=object,
    )
    return pd.DataFrame(columns, index=frame.index, dtype=object)


def _one_flag(
    frame: pd.DataFrame,
    catalogue: Catalogue,
    name: str,
    thresholds: Mapping[str, float | None],
) -> tuple[np.ndarray, list[str]]:
    """Return the status and the JSON of the reasons, per unit."""
    expression = catalogue.expression(name)
    defining = set(catalogue.candidate_flags[name].get("defining_indicators", ()))
    forbidden = check_columns(leaf["ind"] for leaf in leaves(expression))
    if forbidden:
        raise PolicyError(
            "Flag {name} may not rest on {ind}: data about origin, religion, health, police or "
            "benefits of persons "
            "stay out of flags. Take that condition out of the catalogue.",
            "Signaal {name} mag niet steunen op {ind}: gegevens over herkomst, religie, "
            "gezondheid, politie of "
            "uitkeringen van personen blijven buiten signalen. Haal die voorwaarde uit de "
            "catalogus.",
            name=name,
            ind=", ".join(forbidden),
        )
    groups = expression["all"] if "all" in expression else [expression]
    results = []
    defines = []
    conditions = []
    for number, group in enumerate(groups, start=1):
        found = {id(leaf): _leaf(frame, leaf, thresholds) for leaf in leaves(group)}
        results.append(_group_result(group, lambda leaf, found=found: found[id(leaf)][0]))
        is_defining = any(leaf["ind"] in defining for leaf in leaves(group))
        defines.append(is_defining)
        kind = next(iter(group)) if "ind" not in group else "all"
        for leaf in leaves(group):
            result, values, limits = found[id(leaf)]
            conditions.append(
                _condition_json(leaf, result, values, limits, f"{kind}-{number}", is_defining)
            )
    verdict = np.min(results, axis=0)
    sure = np.min([r for r, d in zip(results, defines, strict=True) if d], axis=0)
    status = np.select(
        [verdict == TRUE, verdict == FALSE, sure == TRUE],
        ["candidate", "no", "provisional"],
        "unknown",
    ).astype(object)
    texts = [
        f'"{name}":{{"status":"{state}","conditions":[{",".join(parts)}]}}'
        for state, *parts in zip(status, *conditions, strict=True)
    ]
    return status, texts


def _group_result(
    group: Mapping[str, Any], of: Callable[[Mapping[str, Any]], np.ndarray]
) -> np.ndarray:
    if "all" in group:
        return np.min([_group_result(item, of) for item in group["all"]], axis=0)
    if "any" in group:
        return np.max([_group_result(item, of) for item in group["any"]], axis=0)
    if "not" in group:
        return -_group_result(group["not"], of)
    return of(group)


def _leaf(
    frame: pd.DataFrame, leaf: Mapping[str, Any], thresholds: Mapping[str, float | None]
) -> tuple[np.ndarray, list[Any] | None, list[Any]]:
    """Return result (1, 0, -1), values (None where the column is missing) and thresholds, per unit."""
    n = len(frame)
    target = thresholds[leaf["par"]] if "par" in leaf else leaf["val"]
    if leaf["ind"] not in frame:
        limit = None if isinstance(target, str) and "par" not in leaf and "_" in target else target
        return np.zeros(n, dtype=np.int8), None, [limit] * n
    column = frame[leaf["ind"]]
    if column.dtype.kind == "O":
        values: list[Any] = [None if is_missing(v) else v for v in column.tolist()]
        if leaf["ind"] in _NOT_MEASURED:
            # An island or a buurt without figures was not tested: that is unknown, not "no
            # cluster".
            values = [None if v in ("island", "nodata") else v for v in values]
        limits = _limits(frame, column, target, leaf)
        result = np.array(
            [compare(v, leaf["op"], t) for v, t in zip(values, limits, strict=True)], dtype=np.int8
        )
        return result.reshape(n), values, limits
    numbers = column.to_numpy(dtype=float)
    limits = _limits(frame, column, target, leaf)
    edge = np.array([np.nan if t is None else t for t in limits], dtype=float)
    known = np.isfinite(numbers) & np.isfinite(edge)
    with np.errstate(invalid="ignore"):
        met = {
            "==": numbers == edge,
            "!=": numbers != edge,
            "<": numbers < edge,
            "<=": numbers <= edge,
            ">": numbers > edge,
            ">=": numbers >= edge,
        }[leaf["op"]]
    result = np.where(known, np.where(met, TRUE, FALSE), UNKNOWN).astype(np.int8)
    return (
        result,
        [v if ok else None for v, ok in zip(numbers.tolist(), np.isfinite(numbers), strict=True)],
        limits,
    )


def _limits(
    frame: pd.DataFrame, column: pd.Series, target: Any, leaf: Mapping[str, Any]
) -> list[Any]:
    """Return the threshold per unit; a reference such as median_gemeente is computed from the units themselves."""
    if "par" in leaf or not isinstance(target, str) or target not in _REFERENCES:
        return [target] * len(frame)
    numbers = pd.to_numeric(column, errors="coerce")
    area = frame["gemeente_code"]
    per_area = _REFERENCES[target](numbers, area, frame)
    return [None if is_missing(v) else float(v) for v in area.map(per_area).tolist()]


def _weighted_mean(numbers: pd.Series, area: pd.Series, frame: pd.DataFrame) -> pd.Series:
    weight = frame["dwellings"].where(numbers.notna())
    return (numbers * weight).groupby(area).sum(min_count=1) / weight.groupby(area).sum(min_count=1)


_REFERENCES: dict[str, Callable[[pd.Series, pd.Series, pd.DataFrame], pd.Series]] = {
    "median_gemeente": lambda numbers, area, frame: numbers.groupby(area).median(),
    "p75_gemeente": lambda numbers, area, frame: numbers.groupby(area).quantile(0.75),
    "gemeente_mean": _weighted_mean,
}
_RESULT_JSON = {TRUE: "true", UNKNOWN: "null", FALSE: "false"}


def _json(value: Any) -> str:
    if is_missing(value):
        return "null"
    if isinstance(value, bool | np.bool_):
        return "true" if value else "false"
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False)
    return repr(round(float(value), 6))


def _condition_json(
    leaf: Mapping[str, Any],
    result: np.ndarray,
    values: list[Any] | None,
    limits: list[Any],
    group: str,
    is_defining: bool,
) -> list[str]:
    """Return one condition as JSON per unit; built from pieces, since whole countries pass here."""
    reference = f"${leaf['par']}" if "par" in leaf else leaf["val"]
    head = (
        f'{{"ind":{json.dumps(leaf["ind"])},"op":{json.dumps(leaf["op"])},"ref":'
        f"{json.dumps(reference)},"
        f'"group":{json.dumps(group)},"defining":{json.dumps(is_defining)},"threshold":'
    )
    same = len({str(limit) for limit in limits}) <= 1
    limit_text = [_json(limits[0])] * len(limits) if same and limits else [_json(t) for t in limits]
    if values is None:
        return [f'{head}{t},"value":null,"result":null}}' for t in limit_text]
    return [
        f'{head}{t},"value":{_json(v)},"result":{_RESULT_JSON[r]}}}'
        for t, v, r in zip(limit_text, values, result.tolist(), strict=True)
    ]


def evaluate_one(
    expression: Mapping[str, Any],
    values: Mapping[str, Any],
    thresholds: Mapping[str, float | None],
) -> bool | None:
    """Evaluate a trigger for one unit: True, False, or None where data are missing.

    Thresholds that refer to other units (median_gemeente and such) are unknown here.
    """

    def leaf_result(leaf: Mapping[str, Any]) -> int:
        target = thresholds.get(leaf["par"]) if "par" in leaf else leaf["val"]
        if "par" not in leaf and target in _REFERENCES:
            target = None
        return compare(values.get(leaf["ind"]), leaf["op"], target)

    return {TRUE: True, UNKNOWN: None, FALSE: False}[evaluate(expression, leaf_result)]


def vulnerable_rule(
    frame: pd.DataFrame, catalogue: Catalogue, *, parameters: Mapping[str, float] | None = None
) -> tuple[list[bool | None], Text]:
    """Derive `vulnerable` from the location quotient of low-income households: an assumption, and said so.

    Returns
    -------
    values : True where `share_lowinc_lq` is at least the threshold `lq_mod`, False below, None where unknown.
    rule : the rule in words, for the layer, the report and the dock.
    """
    limit = catalogue.thresholds(parameters)["lq_mod"]
    if "share_lowinc_lq" not in frame or limit is None:
        return [None] * len(frame), Text(
            "unknown: no own rule was given and the layer has no share of low-income households",
            "onbekend: er is geen eigen regel opgegeven en de laag heeft geen aandeel huishoudens "
            "met laag inkomen",
        )
    values = [
        None if is_missing(v) else bool(v >= limit) for v in frame["share_lowinc_lq"].tolist()
    ]
    return values, Text(
        "assumption: the share of low-income households is at least {limit} times that of the "
        "reference area",
        "aanname: het aandeel huishoudens met laag inkomen is minstens {limit} keer dat van het "
        "referentiegebied",
    ).format(limit=limit)


def robustness(
    frame: pd.DataFrame, catalogue: Catalogue, *, parameters: Mapping[str, float] | None = None
) -> pd.DataFrame:
    """Count in how many variants a flag stays when each of its thresholds moves by 20 per cent, up and down.

    Returns
    -------
    DataFrame with `flag_robustness_<name>`: "4/6" where the unit is a candidate or provisional, else None.
    """
    base = catalogue.thresholds(parameters)
    columns = {}
    for name in FLAGS:
        status, _ = _one_flag(frame, catalogue, name, base)
        flagged = np.isin(status, ["candidate", "provisional"])
        used = dict.fromkeys(
            leaf["par"] for leaf in leaves(catalogue.expression(name)) if "par" in leaf
        )
        stays = np.zeros(len(frame), dtype=int)
        variants = 0
        for key in used:
            if base[key] is None:
                continue
            for factor in (0.8, 1.2):
                variants += 1
                moved, _ = _one_flag(frame, catalogue, name, {**base, key: base[key] * factor})
                stays += moved == status
        columns[f"flag_robustness_{name}"] = np.array(
            [f"{s}/{variants}" if f else None for s, f in zip(stays, flagged, strict=True)],
            dtype=object,
        )
    return pd.DataFrame(columns, index=frame.index)
