# SPDX-License-Identifier: GPL-2.0-or-later
"""Scenario and smallest swap on Amsterdam and on all buurten.

Run with `scripts/env python benchmarks/scenario.py`.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd

sys.path.insert(0, str(Path(__file__).resolve().parent))
from common import DATA, extra_peak, in_turn
from wijkmix.wijkmix_plugin import scan
from wijkmix.wijkmix_plugin.measures.swap import swap_bound
from wijkmix.wijkmix_plugin.policy import catalogue, scenario, scenario_run
from wijkmix.wijkmix_plugin.report.scenario import render_scenario

LAYERS = {
    "Amsterdam 2023": ("amsterdam_2023_heerlen_2024.gpkg", "amsterdam_2023"),
    "all buurten 2024": ("nl_buurten_2024.gpkg", "buurten"),
}


def main() -> None:
    """Print a row per layer and question."""
    shipped = catalogue.load()
    for name, (file, layer) in LAYERS.items():
        raw = gpd.read_file(DATA / file, layer=layer)
        found = scan.run_scan(raw, shipped, permutations=999)
        frame = pd.DataFrame(found.frame)
        counts = scenario_run.stock_counts(frame, found.classes)
        group, total = counts[:, 1], counts.sum(axis=1)
        limits = {
            "max_share": 0.2,
            "capacity": np.nan_to_num(0.1 * total),
            "released": np.nan_to_num(0.1 * group),
        }
        calls = {
            "swap, target": lambda g=group, t=total: swap_bound(g, t, target=0.2),
            "swap, every limit": lambda g=group, t=total, m=limits: swap_bound(
                g, t, target=0.0, **m
            ),
            "swap, whole dwellings": lambda g=group, t=total, m=limits: swap_bound(
                g, t, target=0.2, whole=True, **m
            ),
        }
        for what, seconds in in_turn(calls).items():
            peak = extra_peak(calls[what])
            print(f"| {what} | {name}, {len(frame)} | {seconds:.3f} s | {peak:.0f} MB |")
        known = scenario_run.stock_counts(frame, scenario_run.classes_of(frame))
        rich = frame.loc[np.isfinite(known).all(axis=1) & (known[:, 1] > 300), "buurt_code"].head(
            20
        )
        actions = pd.DataFrame(
            [(code, 2026 + i % 5, "sloop", "sociaal", 50, "ja") for i, code in enumerate(rich)],
            columns=list(scenario.COLUMNS),
        )
        start = time.perf_counter()
        result = scenario_run.run_scenario(frame, actions, shipped)
        middle = time.perf_counter()
        html = render_scenario(result, shipped)
        end = time.perf_counter()
        print(
            f"| scenario, 20 actions in 5 years | {name}, {len(frame)} | {middle - start:.1f} s; "
            f"report {end - middle:.2f} s, {len(html) / 1e6:.1f} MB | |"
        )


if __name__ == "__main__":
    main()
