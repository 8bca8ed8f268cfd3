# SPDX-License-Identifier: GPL-2.0-or-later
"""Indicator columns as a user supplies them: numbers, yes and no, cluster labels, read strictly."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from typing import Any

import pandas as pd

from ..errors import TableError, Text, exact, listed
from ..tables.roles import NUMBERS
from ..tables.values import number_columns
from .catalogue import Catalogue
from .conditions import CLUSTERS, UNTESTED

YES = frozenset({"true", "t", "1", "ja", "j", "yes", "y", "waar"})
NO = frozenset({"false", "f", "0", "nee", "n", "no", "onwaar"})
TENURE = ("share_koop", "share_corp", "share_overig_huur")
LAND = ("owner_public", "owner_market")
# What an indicator can be, by its kind; a difference of two runs as far below 0.
BOUNDS = {"percent": (0, 100), "index": (0, 1), "ratio": (0, math.inf), "count": (0, math.inf)}
DIFFERENCES = ("env_minus_block", "tenure_change", "delta_lowinc")
NOISE = 1e-6
_SHOWN = 10
# Numbers that a scan writes beside the indicators.
_BESIDE = re.compile(r"n_neighbours|local_divergence|lq_[a-z]+|moran_[a-z]+_(?:i|lag|p|q)")


def clean(frame: pd.DataFrame, catalogue: Catalogue) -> pd.DataFrame:
    """Return the frame with every indicator of the catalogue in the kind that conditions compare.

    Numbers become float64, with the missing codes of the CBS (<= -99990) as NaN; yes and no become
    True, False or None; cluster labels stay. The counts of the canonical table and what stands
    beside the indicators become numbers too; other columns stay as they are.

    Raises
    ------
    TableError
        A value is neither of the kind of its indicator nor a mark of a missing one, or outside the
        bounds of that kind, or a column of percentages holds fractions; the message names the
        column and the values.
    """
    cleaned = {}
    for name in frame.columns:
        if name not in catalogue.indicators:
            continue
        column = frame[name]
        kind = catalogue.indicators[name].get("kind", "number")
        if kind == "boolean":
            cleaned[name] = pd.Series(
                yes_or_no(column.tolist(), name), index=frame.index, dtype=object
            )
        elif kind == "cluster":
            cleaned[name] = _labels(column)
        else:
            cleaned[name] = number_columns(frame[[name]], [name])[name]
            _refuse_outside(cleaned[name], kind, frame)
    percents = {n: c for n, c in cleaned.items() if catalogue.indicators[n]["kind"] == "percent"}
    # Shares of one whole add up to 100, so a small one beside large ones is no fraction; and a
    # change of a share may be small.
    for parts in (TENURE, LAND):
        there = [name for name in parts if name in percents]
        if there:
            together = pd.concat([percents.pop(name) for name in there])
            _refuse_fractions(together, ", ".join(there))
    for name, column in percents.items():
        if name not in DIFFERENCES:
            _refuse_fractions(column, name)
    rest = [
        name
        for name in map(str, frame.columns)
        if name not in cleaned and (name in NUMBERS or _BESIDE.fullmatch(name))
    ]
    return number_columns(frame, rest).assign(**cleaned)


def yes_or_no(found: Sequence[Any], what: str) -> list[bool | None]:
    """Read yes and no in the spellings that layers use; what is empty is None.

    Raises
    ------
    TableError
        Anything else was found; the message names `what` and the values.
    """
    result: list[bool | None] = []
    strange: list[str] = []
    for value in found:
        text = (
            "" if value is None or value != value else str(value).strip().lower().removesuffix(".0")
        )
        result.append(True if text in YES else False if text in NO else None)
        if text and text not in YES and text not in NO:
            strange.append(str(value))
    if strange:
        raise TableError(
            "{what} must be yes or no (true/false, 1/0, ja/nee) or empty; found: {values}.",
            "{what} moet ja of nee zijn (true/false, 1/0, ja/nee) of leeg; gevonden: {values}.",
            what=what,
            values=listed(sorted(set(map(str, strange))), _SHOWN),
        )
    return result


def _labels(column: pd.Series) -> pd.Series:
    found = column.astype(object).where(column.notna(), None)
    strange = [v for v in found if v is not None and v not in CLUSTERS and v not in UNTESTED]
    if strange:
        raise TableError(
            "{name} must hold cluster labels ({known}); found: {values}.",
            "{name} moet clusterlabels bevatten ({known}); gevonden: {values}.",
            name=column.name,
            known=", ".join(CLUSTERS),
            values=listed(sorted(set(map(str, strange))), _SHOWN),
        )
    return found


def _refuse_outside(column: pd.Series, kind: str, frame: pd.DataFrame) -> None:
    """Refuse a number that its indicator cannot have: a threshold would be met by it, or missed."""
    name = str(column.name)
    low, high = BOUNDS.get(kind, (-math.inf, math.inf))
    if name in DIFFERENCES:
        low = -high
    wrong = ((column < low - NOISE) | (column > high + NOISE)).to_numpy()
    if not wrong.any():
        return
    row = int(wrong.argmax())
    there = frame["buurt_code"].iloc[row] if "buurt_code" in frame else None
    where = Text("of unit {code}", "van eenheid {code}").format(code=there)
    if not isinstance(there, str) or not there:
        where = Text("in row {row}", "in rij {row}").format(row=row + 1)
    bounds = Text("from {low} to {high}", "van {low} tot {high}").format(
        low=exact(low), high=exact(high)
    )
    if math.isinf(high):
        bounds = Text("{low} or more", "{low} of meer").format(low=exact(low))
    raise TableError(
        "{name} is a number {bounds}, and {where} it is {value} ({n} such values). Mend the "
        "column, or leave it out.",
        "{name} is een getal {bounds}, en {where} is het {value} ({n} zulke waarden). Herstel de "
        "kolom, of laat haar weg.",
        name=name,
        bounds=bounds,
        where=where,
        value=exact(float(column.iloc[row])),
        n=int(wrong.sum()),
    )


def _refuse_fractions(column: pd.Series, name: str) -> None:
    """Refuse 0-1 where 0-100 is due: every threshold would be missed, without a word."""
    known = column.dropna()
    if known.empty or known.min() < 0 or not 0 < known.max() <= 1:
        return
    raise TableError(
        "{name} is a percentage (0-100), and its values go from {low} to {high}: they look "
        "like fractions. Multiply the column by 100. If they really are percentages of 1 or less, "
        "leave the column out.",
        "{name} is een percentage (0-100), en de waarden lopen van {low} tot {high}: dat "
        "lijken fracties. Vermenigvuldig de kolom met 100. Zijn het echt percentages van 1 of "
        "minder, laat de kolom dan weg.",
        name=name,
        low=exact(known.min()),
        high=exact(known.max()),
    )
