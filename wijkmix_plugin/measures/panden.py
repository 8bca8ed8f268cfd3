# SPDX-License-Identifier: GPL-2.0-or-later
"""Blocks that come as rows per building (pand): summed to blocks, with the panden inside them."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import pandas as pd
import shapely


class Summed(NamedTuple):
    """Rows summed to blocks.

    Attributes
    ----------
    counts : (n, K) dwellings of each block; NaN where one of its rows is not known.
    shapes : (n,) the union of its rows, of points the middle.
    row_block : position of the block of every row, -1 without one.
    panden : (m, K) dwellings of each pand; the parts of a pand in two blocks are two.
    pand_block : (m,) position of the block of each pand.
    """

    counts: np.ndarray
    shapes: np.ndarray
    row_block: np.ndarray
    panden: np.ndarray
    pand_block: np.ndarray


def to_blocks(
    counts: np.ndarray, shapes: np.ndarray, block: np.ndarray, pand: np.ndarray
) -> Summed:
    """Sum rows to blocks and panden.

    Parameters
    ----------
    counts : ndarray, shape (rows, K)
    shapes : ndarray of shapely geometry, shape (rows,)
        Polygons or points.
    block, pand : ndarray of labels, shape (rows,)
        None for a block leaves the row out; a row without a pand is a pand of its own.
    """
    row_block, names = pd.factorize(block, sort=True)
    inside = row_block >= 0
    summed = _sums(counts[inside], row_block[inside], len(names))
    of_row = pd.Series(shapes[inside]).groupby(row_block[inside], sort=True)
    place = np.empty(len(names), dtype=object)
    place[:] = [joined(rows.dropna().to_numpy()) for _, rows in of_row]
    label = pd.Series(pand, dtype=object)
    own = pd.Series([("row", number) for number in range(len(label))], dtype=object)
    keys = pd.DataFrame({"block": row_block, "pand": label.where(label.notna(), own)})[inside]
    which = keys.groupby(["block", "pand"], sort=False).ngroup().to_numpy()
    n_panden = int(which.max(initial=-1)) + 1
    home = np.zeros(n_panden, dtype=int)
    home[which] = row_block[inside]
    return Summed(summed, place, row_block, _sums(counts[inside], which, n_panden), home)


def joined(shapes: np.ndarray) -> Any:
    """Return polygons together, or the middle of points; None where there are none."""
    whole = shapely.union_all(shapely.make_valid(shapes))
    if shapely.is_empty(whole):
        return None
    if shapely.get_dimensions(whole) == 0:
        return shapely.centroid(whole)
    # What is no polygon is left of a broken one, and fits in no layer of polygons.
    parts = shapely.get_parts(whole)
    parts = parts[shapely.get_dimensions(parts) == 2]
    return shapely.union_all(parts) if len(parts) else None


def _sums(counts: np.ndarray, code: np.ndarray, n: int) -> np.ndarray:
    """Sum rows per code; a sum with an unknown part is unknown."""
    return np.column_stack([np.bincount(code, column, n) for column in counts.T])
