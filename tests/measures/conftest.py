# SPDX-License-Identifier: GPL-2.0-or-later
"""Counts that everybody can recompute, and two maps that ship with libpysal."""

from __future__ import annotations

import warnings

import numpy as np
import pytest

# Blocks (koop, corp, overig) of two wijken with two buurten each.
BLOCKS = np.array(
    [
        *((90, 5, 5), (10, 80, 10), (10, 85, 5), (70, 10, 20)),
        *((5, 95, 0), (0, 100, 0), (10, 80, 10), (20, 70, 10)),
    ],
    dtype=float,
)
GROUPS = ("koop", "corp", "overig")


@pytest.fixture(scope="session")
def sids():
    """Births in the 100 counties of North Carolina, 1974: not white, white (whole numbers)."""
    frame = _example("sids2.shp")
    counts = np.column_stack([frame["NWBIR74"], frame["BIR74"] - frame["NWBIR74"]])
    return frame, counts, ("nonwhite", "white")


@pytest.fixture(scope="session")
def georgia():
    """People in the 159 counties of Georgia, 1990: black, foreign-born, others (fractions)."""
    frame = _example("G_utm.shp")
    shares = np.column_stack([frame["PctBlack"], frame["PctFB"]]) / 100
    counts = np.column_stack([shares, 1 - shares.sum(axis=1)]) * frame[["TotPop90"]].to_numpy()
    return frame, counts, ("black", "foreign", "other")


def _example(name):
    pytest.importorskip("libpysal")
    import geopandas as gpd
    from libpysal.examples import get_path

    path = get_path(name)
    if path is None:
        pytest.skip("the example maps of libpysal are not here: Debian packages it without them")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        frame = gpd.read_file(path)
    # PySAL wants a projected system to be named; which one does not enter any formula.
    return frame.set_crs("EPSG:28992", allow_override=True)
