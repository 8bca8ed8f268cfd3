# SPDX-License-Identifier: GPL-2.0-or-later
"""Conditions in three-valued logic (Kleene): missing data is unknown, never false."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import Any

TRUE, UNKNOWN, FALSE = 1, 0, -1
RESULT = {TRUE: True, UNKNOWN: None, FALSE: False}


def is_missing(value: Any) -> bool:
    """Is this NULL in any of its forms (None, NaN)?"""
    return value is None or value != value


def compare(value: Any, op: str, threshold: Any) -> int:
    """Compare one value with its threshold; unknown where either is missing.

    Parameters
    ----------
    op : one of ``== != < <= > >=``.

    Returns
    -------
    TRUE (1), UNKNOWN (0) or FALSE (-1).
    """
    if is_missing(value) or is_missing(threshold):
        return UNKNOWN
    if op in ("==", "!="):
        # A flag may come as a bool, a number or a text; a cluster label as text.
        same = bool(value) == threshold if isinstance(threshold, bool) else value == threshold
        return TRUE if same == (op == "==") else FALSE
    left, right = float(value), float(threshold)
    if math.isnan(left) or math.isnan(right):
        return UNKNOWN
    met = {
        "<": left < right,
        "<=": left <= right,
        ">": left > right,
        ">=": left >= right,
    }[op]
    return TRUE if met else FALSE


def all_of(results: Iterable[int]) -> int:
    """Kleene's and: false if any is false, unknown if any is unknown, else true."""
    return min(results, default=TRUE)


def any_of(results: Iterable[int]) -> int:
    """Kleene's or: true if any is true, unknown if any is unknown, else false."""
    return max(results, default=FALSE)


def evaluate(expression: Mapping[str, Any], leaf_result: Any) -> int:
    """Evaluate an expression, asking `leaf_result(leaf)` for every single condition."""
    if "all" in expression:
        return all_of(evaluate(item, leaf_result) for item in expression["all"])
    if "any" in expression:
        return any_of(evaluate(item, leaf_result) for item in expression["any"])
    if "not" in expression:
        return -evaluate(expression["not"], leaf_result)
    return leaf_result(expression)
