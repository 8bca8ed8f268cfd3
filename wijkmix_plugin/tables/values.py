# SPDX-License-Identifier: GPL-2.0-or-later
"""Cells as published to numbers and text: what counts as missing is decided here alone."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from ..errors import TableError, listed

# CBS marks a missing number by -99995 (not in this release), -99997 (unknown, unreliable or
# secret) and, up to about 2020, -99999999. SES scores are rightly negative, so a plain minus sign
# means nothing.
MISSING_FROM = -99990.0
NOT_IN_RELEASE = -99995.0
# The marks of the xlsx and CSV channels; other text in a number column is reported.
MISSING_MARKS = frozenset({"", ".", "-", "x", "X", ",", "nan", "NaN", "None", "NULL", "<NA>"})
# A thousand and some, or one and a fraction.
EITHER = re.compile(r"[1-9]\d{0,2}[.,]\d{3}")

FLOAT_NOISE = 1e-9
_SHOWN = 10  # values in a message


class Numbers(NamedTuple):
    """One column of numbers.

    Parameters
    ----------
    values : float64, NaN where missing.
    not_in_release : True where CBS says that this release does not have the figure yet.
    unreadable : the distinct texts that are neither a number nor a known mark of a missing one.
    """

    values: np.ndarray
    not_in_release: np.ndarray
    unreadable: tuple[str, ...] = ()


def text(column: pd.Series) -> np.ndarray:
    """Text without padding; blank is None; whole numbers lose their ".0"."""
    if column.dtype == object:
        cells = column.to_numpy()
        if set(map(type, cells)) <= {str, type(None)}:  # the common case, five times as fast
            found = np.empty(len(cells), dtype=object)
            found[:] = [None if c is None else c.strip() or None for c in cells]
            return found
        column = column.map(_without_point)
    if pd.api.types.is_float_dtype(column.dtype) and (column.dropna() % 1 == 0).all():
        column = column.astype("Int64")
    result = column.astype("string").str.strip().to_numpy(dtype=object, na_value="")
    result[result == ""] = None
    return result


def _without_point(cell: Any) -> Any:
    return int(cell) if isinstance(cell, (float, np.floating)) and cell % 1 == 0 else cell


def numbers(column: pd.Series, *, count: bool = False) -> Numbers:
    """Numbers as float64, from any dtype; text may carry a decimal comma.

    Missing are values <= -99990, infinities, and text that is no number. Nothing missing becomes 0.
    Of a count, "1.234" is unreadable too, unless the column shows that its mark is the decimal one.
    """
    unreadable: tuple[str, ...] = ()
    if pd.api.types.is_numeric_dtype(column.dtype):
        values = column.to_numpy(dtype=float, na_value=np.nan)
    else:
        column = column.astype(object)
        values = pd.to_numeric(column, errors="coerce").to_numpy(dtype=float, na_value=np.nan)
        left = np.isnan(values) & column.notna().to_numpy(dtype=bool)
        if left.any():
            raw = column[left].astype(str).str.strip()
            values[left] = pd.to_numeric(raw.map(_decimal_point), errors="coerce")
            unreadable = _unreadable(raw, values[left])
        if count:
            either = _either(column)
            values[either] = np.nan
            unreadable += tuple(column[either].astype(str).str.strip().unique())
    with np.errstate(invalid="ignore"):
        not_in_release = values == NOT_IN_RELEASE
        missing = (values <= MISSING_FROM) | ~np.isfinite(values)
    return Numbers(np.where(missing, np.nan, values), not_in_release, unreadable)


def number_columns(frame: pd.DataFrame, names: Iterable[str]) -> pd.DataFrame:
    """Return the frame with these of its columns as numbers: a CSV gives text for all of them.

    Raises
    ------
    TableError
        A value is neither a number nor a mark of a missing one; the message names column and value.
    """
    found = {}
    for name in names:
        if name not in frame:
            continue
        read = numbers(frame[name])
        if read.unreadable:
            raise TableError(
                "{name} must hold numbers; found: {values}.",
                "{name} moet getallen bevatten; gevonden: {values}.",
                name=name,
                values=listed(sorted(read.unreadable), _SHOWN),
            )
        found[name] = read.values
    return frame.assign(**found)


def _decimal_point(cell: str) -> str:
    """1.234,5 and 1234,5 as 1234.5."""
    if cell.count(",") == 1:
        return cell.replace(".", "").replace(",", ".")
    return cell


def _either(column: pd.Series) -> np.ndarray:
    """Whether a cell may be a thousand times what it seems, and no other cell tells."""
    texts = column.where([isinstance(cell, str) for cell in column], "").str.strip()
    result = np.zeros(len(column), dtype=bool)
    for mark in ".,":
        marked = texts.str.fullmatch(rf"-?\d+[{mark}]\d+").to_numpy(dtype=bool)
        grouped = marked & texts.str.fullmatch(EITHER).to_numpy(dtype=bool)
        if (marked == grouped).all():
            result |= grouped
    return result


def _unreadable(raw: pd.Series, values: Any) -> tuple[str, ...]:
    odd = raw[np.isnan(values) & ~raw.isin(MISSING_MARKS).to_numpy()]
    return tuple(odd.unique())


def impossible(values: np.ndarray, kind: str) -> np.ndarray:
    """Below zero, or a percentage above 100. NaN is not impossible, only unknown."""
    with np.errstate(invalid="ignore"):
        wrong = values < -FLOAT_NOISE
        return wrong | (values > 100 + FLOAT_NOISE) if kind == "percent" else wrong
