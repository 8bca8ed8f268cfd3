# SPDX-License-Identifier: GPL-2.0-or-later
"""A result as a scan gives it, for a small made-up town with enough of everything."""

from __future__ import annotations

import json
from types import SimpleNamespace

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from wijkmix.wijkmix_plugin.errors import Text
from wijkmix.wijkmix_plugin.policy import catalogue as policy_catalogue

SIDE = 300.0  # metres


def condition(ind, op, ref, threshold, value, result, group, defining):
    return {
        "ind": ind,
        "op": op,
        "ref": ref,
        "threshold": threshold,
        "value": value,
        "result": result,
        "group": group,
        "defining": defining,
    }


def reasons(row, median):
    """Conditions of one unit in the schema of the flags."""
    cluster, lq, div = row["moran_corp"], row["lq_corp"], row["div_tenure"]
    restructure = [
        condition("moran_corp", "==", None, "HH", cluster, cluster == "HH", "any-1", True),
        condition("lq_corp", ">=", "$lq_high", 1.5, lq, bool(lq >= 1.5), "any-1", True),
        condition("div_tenure", "<=", "$div_low", 0.5, div, bool(div <= 0.5), "all-2", True),
        condition("share_earlypostwar", ">=", "$postwar_high", 60.0, None, None, "any-3", False),
        condition(
            "vulnerable", "==", None, True, row["vulnerable"], row["vulnerable"], "all-4", False
        ),
    ]
    densify = [
        condition("free_capacity", ">=", "$cap_min", 20.0, None, None, "all-1", False),
        condition("div_tenure", "<=", "$div_low", 0.5, div, bool(div <= 0.5), "all-2", True),
        condition("lq_corp", ">=", "$lq_mod", 1.25, lq, bool(lq >= 1.25), "all-3", True),
        condition(
            "dw_per_ha",
            "<",
            "median_gemeente",
            median,
            row["dw_per_ha"],
            bool(row["dw_per_ha"] < median),
            "all-4",
            True,
        ),
    ]
    acquire = [
        condition("lq_corp", "<=", "$lq_low", 0.5, lq, bool(lq <= 0.5), "any-1", True),
        condition(
            "vulnerable",
            "==",
            None,
            False,
            row["vulnerable"],
            None if row["vulnerable"] is None else not row["vulnerable"],
            "all-2",
            True,
        ),
    ]
    return {
        "v": 1,
        "herstructurering": {"status": row["flag_herstructurering"], "conditions": restructure},
        "verdichting": {"status": row["flag_verdichting"], "conditions": densify},
        "grondverwerving": {"status": row["flag_grondverwerving"], "conditions": acquire},
    }


def make_result(rows=6, columns=8, *, two_classes=False, gemeenten=2, name="Buurt"):
    """A grid of square buurten: water, one without dwellings, one suppressed, the rest usable."""
    rng = np.random.default_rng(7)
    n = rows * columns
    x, y = np.meshgrid(np.arange(columns) * SIDE, np.arange(rows) * SIDE)
    shapes = shapely.box(x.ravel(), y.ravel(), x.ravel() + SIDE, y.ravel() + SIDE)
    dwellings = rng.integers(60, 900, n).astype(float)
    quality = np.full(n, "ok", dtype=object)
    quality[0], quality[1], quality[2] = "water", "no dwellings", "suppressed"
    quality[3] = "partial (ownership unknown 12 %)"
    dwellings[:2] = 0.0
    shares = rng.dirichlet((1.5, 1.0, 0.5), n)
    shares[n - 1] = (0.1, 0.9, 0.0)
    if two_classes:
        shares = np.column_stack([shares[:, 0], 1 - shares[:, 0]])
    classes = ("koop", "huur") if two_classes else ("koop", "corp", "overig")
    usable = ~np.isin(quality, ["water", "no dwellings", "suppressed"])
    gemeente = np.array([f"GM00{k * gemeenten // n + 10}" for k in range(n)])
    names = {"GM0010": "Zuiderstad", "GM0011": "Aalburg aan Zee", "GM0012": "Middelrode"}
    frame = pd.DataFrame(
        {
            "buurt_code": [f"BU{g[2:]}{k // 4:02d}{k % 4:02d}" for k, g in enumerate(gemeente)],
            "buurt_name": [f"{name} {k}" for k in range(n)],
            "wijk_code": [f"WK{g[2:]}{k // 4:02d}" for k, g in enumerate(gemeente)],
            "gemeente_code": gemeente,
            "gemeente_name": [names.get(g, g) for g in gemeente],
            "year": 2024,
            "dwellings": dwellings,
        }
    )
    for column in ("n_koop", "n_corp", "n_overig"):
        frame[column] = np.nan
    for k, c in enumerate(classes):
        frame[f"n_{c}"] = np.where(usable, shares[:, k] * dwellings, np.nan)
    frame["quality"] = quality
    for k, c in enumerate(classes):
        column = "share_overig_huur" if c == "overig" else f"share_{c}"
        frame[column] = np.where(usable, 100 * shares[:, k], np.nan)
    with np.errstate(divide="ignore", invalid="ignore"):
        entropy = -np.nansum(np.where(shares > 0, shares * np.log(shares), 0), axis=1)
    frame["div_tenure"] = np.where(usable, entropy / np.log(len(classes)), np.nan)
    main = "huur" if two_classes else "corp"
    overall = frame[f"n_{main}"].sum() / frame.loc[usable, "dwellings"].sum()
    frame[f"lq_{main}"] = np.where(usable, shares[:, 1] / overall, np.nan)
    clusters = np.array(["HH", "LL", "HL", "LH", "ns", "ns", "ns", "island"], dtype=object)
    label = np.where(usable, clusters[np.arange(n) % 8], "nodata")
    frame["moran_corp"] = None if two_classes else label
    if two_classes:
        frame["moran_huur"] = label
    frame["dw_per_ha"] = np.where(usable, dwellings / 9, np.nan)
    frame["vulnerable"] = np.where(usable, np.arange(n) % 3 == 0, None)
    flags = ("herstructurering", "verdichting", "grondverwerving")
    kinds = {
        "herstructurering": ["provisional", "no", "no", "unknown"],
        "verdichting": ["no", "candidate", "no", "no"],
        "grondverwerving": ["no", "no", "unknown", "provisional"],
    }
    for f in flags:
        values = np.array(kinds[f], dtype=object)[np.arange(n) % 4]
        frame[f"flag_{f}"] = None if two_classes else np.where(usable, values, None)
    frame["flag_reasons"] = None
    if not two_classes:
        median = float(frame["dw_per_ha"].median())
        frame["flag_reasons"] = [
            json.dumps(reasons(row, median)) if ok else None
            for row, ok in zip(frame.to_dict("records"), usable, strict=True)
        ]
    used = frame[usable]
    n_columns = [f"n_{c}" for c in classes]
    wijken = (
        used.groupby("wijk_code")
        .agg(
            gemeente_code=("gemeente_code", "first"),
            gemeente_name=("gemeente_name", "first"),
            n_units=("buurt_code", "size"),
            dwellings=("dwellings", "sum"),
            **{c: (c, "sum") for c in n_columns},
        )
        .reset_index()
    )
    total = wijken[n_columns].sum(axis=1)
    for c in classes:
        wijken["share_overig_huur" if c == "overig" else f"share_{c}"] = (
            100 * wijken[f"n_{c}"] / total
        )
    wijken["div_tenure"] = 0.5
    wijken["mosaic_buurt"] = 0.21
    index_rows = []
    for area in [*sorted(names)[:gemeenten], "all"]:
        for index in ("dissimilarity", "isolation", "theil_h"):
            for c in classes:
                index_rows.append((area, index, c, "rest", 0.3126 if area == "all" else np.nan))
        index_rows.append((area, "multigroup_theil_h", None, None, 0.187))
    indices = pd.DataFrame(index_rows, columns=["area", "index", "group", "versus", "value"])
    indices["n_units"], indices["n_total"], indices["n_excluded"] = int(usable.sum()), 12345.0, 3
    indices["note"], indices["bandwidth"] = None, np.nan
    profile = pd.DataFrame(
        [
            ("all", "spatial_theil_h", c or "all", "rest" if c else None, 30 / metres, metres)
            for metres in (500.0, 2000.0)
            for c in (*classes, None)
        ],
        columns=["area", "index", "group", "versus", "value", "bandwidth"],
    )
    indices = pd.concat([indices, profile], ignore_index=True)
    return SimpleNamespace(
        frame=gpd.GeoDataFrame(frame, geometry=shapes, crs="EPSG:28992"),
        wijken=wijken,
        indices=indices,
        classes=classes,
        year=2024,
        reference="gemeente",
        notes=[
            SimpleNamespace(
                severity="warning",
                text=Text("1 buurt adds to 150 percent.", "1 buurt telt op tot 150 procent."),
            )
        ],
        provenance={
            "title": "WijkMix scan",
            "source": "buurten_2024",
            "attribution": "Bron: CBS, Kerncijfers wijken en buurten; Kadaster (CC BY 4.0)",
            "date": "2026-03-05",
            "parameters": {
                "gemeente": [],
                "reference": "gemeente",
                "permutations": 99_999,
                "seed": 12345,
                "alpha": 0.05,
                "blocks": False,
            },
            "thresholds": {
                "lq_high": 1.5,
                "div_low": 0.5,
                "cap_min": 20,
                "affordable_agreed": None,
            },
            "seed": 12345,
            "permutations": 99_999,
            "alpha": 0.05,
            "reference": "gemeente",
            "vulnerable_rule": {
                "en": "low-income proxy (assumption)",
                "nl": "lage inkomens (aanname)",
            },
            "moran": {"n_used": int(usable.sum()), "n_islands": 5, "n_excluded": 3},
            "versions": {"wijkmix": "0.1.0", "numpy": "1.24.2", "shapely": "2.1.2"},
            "excluded": [
                {"code": c, "name": b, "reason": q}
                for c, b, q in zip(
                    frame.loc[~usable, "buurt_code"],
                    frame.loc[~usable, "buurt_name"],
                    quality[~usable],
                    strict=True,
                )
            ],
            "catalogue_version": "1.0.0",
            "crs": "EPSG:28992",
            "columns": {"share_koop": "percentage_koopwoningen"},
        },
    )


@pytest.fixture(scope="session")
def catalogue():
    return policy_catalogue.load()


@pytest.fixture(scope="session")
def make():
    """The maker itself, for tests that change a result."""
    return make_result


@pytest.fixture(scope="session")
def result():
    return make_result()


@pytest.fixture(scope="session")
def two():
    return make_result(two_classes=True)
