# SPDX-License-Identifier: GPL-2.0-or-later
"""The conditions of flags asked of blocks and streets: in how much of a buurt each one holds."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np

from .catalogue import FLAGS, Catalogue
from .conditions import OPERATORS, Condition
from .scales import FINER_VERSION, adds_up


class Units(NamedTuple):
    """Blocks or streets.

    Attributes
    ----------
    level : "blok" or "straat".
    counts : (n, K) dwellings per class; NaN leaves a unit out.
    buurt : (n,) position of the buurt of each unit, negative for none.
    kind : what stands in for the level, "" where nothing does ("PC6" for streets).
    """

    level: str
    counts: np.ndarray
    buurt: np.ndarray
    kind: str = ""


def asked(
    catalogue: Catalogue, thresholds: Mapping[str, float | None] | None
) -> list[tuple[str, str, float]]:
    """Return the conditions of the flags that blocks can answer: indicator, operator, threshold."""
    limits = catalogue.thresholds(thresholds)
    found: dict[tuple[str, str, float], None] = {}
    for flag in FLAGS:
        for clause in catalogue.flag_clauses(flag):
            for condition in clause:
                limit = _limit(condition, limits)
                if limit is not None and adds_up(condition.indicator):
                    found[condition.indicator, condition.op, limit] = None
    return list(found)


def _limit(condition: Condition, limits: Mapping[str, float | None]) -> float | None:
    """Return a limit that holds at every level: a number that is no figure of the buurten."""
    if condition.reference is not None:
        return None
    limit = limits.get(condition.parameter) if condition.parameter else condition.constant
    if isinstance(limit, (bool, str)) or limit is None or not math.isfinite(limit):
        return None
    return float(limit)


def told(
    conditions: Sequence[tuple[str, str, float]],
    finer: Sequence[Units],
    classes: Sequence[str],
    base: np.ndarray,
) -> list[str | None]:
    """Ask the conditions of every block and street, and sum the dwellings where they hold.

    Parameters
    ----------
    conditions : as `asked` gives them.
    finer : the units of each level.
    classes : names of the K classes.
    base : (buurten, K) dwellings of the area that location quotients of a buurt compare with.

    Returns
    -------
    JSON per buurt, for the field `flag_scales`: per level the number of units, their dwellings,
    and per condition the part (0-1) of the dwellings in units where it holds; None without units.
    """
    texts: list[dict] = [{} for _ in base]
    for units in finer:
        size = units.counts.sum(axis=1)
        used = (units.buurt >= 0) & np.isfinite(size) & (size > 0)
        if not used.any():
            continue
        home, counts, size = units.buurt[used], units.counts[used], size[used]
        values = _values(counts, classes, base[home])
        n = np.bincount(home, minlength=len(base))
        dwellings = np.bincount(home, size, len(base))
        parts: list[list[dict]] = [[] for _ in base]
        for name, sign, limit in conditions:
            if name not in values:
                continue
            known = np.isfinite(values[name])
            met = known & OPERATORS[sign](np.where(known, values[name], 0.0), limit)
            whole = np.bincount(home, np.where(known, size, 0.0), len(base))
            holds = np.bincount(home, np.where(met, size, 0.0), len(base))
            for place in np.flatnonzero(whole > 0).tolist():
                share = round(float(holds[place] / whole[place]), 4)
                parts[place].append({"ind": name, "op": sign, "threshold": limit, "share": share})
        for place in np.flatnonzero(n).tolist():
            texts[place][units.level] = {
                "units": int(n[place]),
                "kind": units.kind,
                "dwellings": round(float(dwellings[place]), 1),
                "conditions": parts[place],
            }
    return [json.dumps({"v": FINER_VERSION, **text}) if text else None for text in texts]


def _values(counts: np.ndarray, classes: Sequence[str], base: np.ndarray) -> dict[str, np.ndarray]:
    """Return the indicators of every unit, as `scales.values_of` does for one."""
    shares = counts / counts.sum(axis=1, keepdims=True)
    logs = np.log(np.where(shares > 0, shares, 1.0))
    found = {"div_tenure": -(shares * logs).sum(axis=1) / np.log(counts.shape[1])}
    with np.errstate(divide="ignore", invalid="ignore"):
        quotient = shares / (base / base.sum(axis=1, keepdims=True))
    for place, name in enumerate(classes):
        found[f"share_{'overig_huur' if name == 'overig' else name}"] = 100 * shares[:, place]
        found[f"lq_{name}"] = np.where(base[:, place] > 0, quotient[:, place], np.nan)
    return found
