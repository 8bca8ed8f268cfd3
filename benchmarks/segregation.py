# SPDX-License-Identifier: GPL-2.0-or-later
"""Segregation indices, their inference and the spatial profile, beside PySAL's `segregation`.

Run with `scripts/env python benchmarks/segregation.py`. The units are the 14,566 Dutch buurten of
2024 with three groups: owner-occupied as published, rental split in two at random (one seed).
Borders that match are those of a made-up country. Implementations take turns on the same input in
one process; the agreement
of their results is checked in the same run. `--quick` leaves out what takes PySAL seconds.
"""

from __future__ import annotations

import argparse
import contextlib
import datetime
import io
import subprocess
import sys
import warnings
from pathlib import Path

import geopandas as gpd
import numpy as np
import shapely
from common import DATA, extra_peak, in_turn, seconds, table, timed, versions
from made_up import country
from wijkmix.wijkmix_plugin.measures import inference, segregation
from wijkmix.wijkmix_plugin.measures.segregation import (
    BIAS_CORRECTED,
    MANY_GROUPS,
    ONE_GROUP,
    PLACE,
    SPATIAL,
    indices,
)

# Else this file would be the package `segregation`.
sys.path.remove(str(Path(__file__).resolve().parent))

GROUPS = ("koop", "corp", "overig")
ASPATIAL = (*ONE_GROUP, *MANY_GROUPS)
BANDWIDTHS = [500, 1000, 2000, 4000, 8000]


def buurten(n: int | None = None) -> gpd.GeoDataFrame:
    """Return the buurten with whole counts of three groups; of another number a grid of squares."""
    rng = np.random.default_rng(2024)
    path = DATA / "nl_buurten_2024.gpkg"
    if n is None and path.exists():
        frame = gpd.read_file(
            path, layer="buurten", columns=["aantal_huishoudens", "percentage_koopwoningen"]
        )
        homes = frame["aantal_huishoudens"].fillna(0).clip(lower=0).to_numpy()
        share = frame["percentage_koopwoningen"].to_numpy() / 100
    else:
        n = n or 14_566
        side = int(np.ceil(np.sqrt(n)))
        # As dense as the real ones: 2.4 km2 a unit.
        x, y = np.divmod(np.arange(n), side)
        frame = gpd.GeoDataFrame(
            geometry=shapely.box(x * 1550, y * 1550, (x + 1) * 1550, (y + 1) * 1550),
            crs="EPSG:28992",
        )
        homes, share = rng.gamma(1, 580, n), rng.beta(2.5, 1.8, n)
    share = np.where(np.isnan(share), rng.beta(2.5, 1.8, len(frame)), share)
    homes = np.maximum(homes, 1)
    corp = rng.beta(2, 1.5, len(frame)) * (1 - share)
    counts = np.rint(np.column_stack([share, corp, 1 - share - corp]) * homes[:, None])
    counts[counts.sum(axis=1) == 0, 0] = 1
    result = gpd.GeoDataFrame(counts, columns=list(GROUPS), geometry=frame.geometry.values)
    result["total"] = counts.sum(axis=1)
    return result.set_crs(frame.crs)


def quietly(call, *arguments, **options):
    """Call without PySAL's warnings and progress bars."""
    with warnings.catch_warnings(), contextlib.redirect_stderr(io.StringIO()):
        warnings.simplefilter("ignore")
        return call(*arguments, **options)


def one(found, index, group="all"):
    rows = found[(found["index"] == index) & (found["group"] == group)]
    return float(rows["value"].iloc[0])


def against(name, ours, theirs, rounds, agree, *, memory=True):
    """Return a row: both medians, their ratio, both peaks, and how far the results are apart."""
    found = in_turn({"ours": ours, "theirs": theirs}, rounds)
    peaks = [extra_peak(call) if memory else float("nan") for call in (ours, theirs)]
    row = [
        name,
        seconds(found["theirs"]),
        seconds(found["ours"]),
        f"{found['theirs'] / found['ours']:.1f}",
        *(f"{peak:.0f} MB" if peak == peak else "" for peak in reversed(peaks)),
        agree(),
    ]
    print("  " + " | ".join(map(str, row)), flush=True)
    return row


def apart(a, b):
    return f"{abs(a - b):.1g}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--slow-rounds", type=int, default=2)
    parser.add_argument("--quick", action="store_true")
    arguments = parser.parse_args()
    warnings.simplefilter("ignore")
    from segregation import multigroup, singlegroup
    from segregation.dynamics import compute_multiscalar_profile
    from segregation.inference import SingleValueTest

    rounds, slow = arguments.rounds, arguments.slow_rounds
    frame = buurten()
    plain = frame[[*GROUPS, "total"]]
    counts = frame[list(GROUPS)].to_numpy()
    geometry = np.asarray(frame.geometry.values)
    packages = ("numpy", "scipy", "pandas", "geopandas", "shapely", "segregation", "libpysal")
    print(f"{datetime.date.today()}; {versions(*packages)}")
    print(f"{len(frame):,} units, {int(frame['total'].sum()):,} homes\n", flush=True)

    def all_plain():
        return indices(counts, GROUPS, which=ASPATIAL)

    def only(index, **more):
        return lambda: indices(counts, GROUPS, which=[index], **more)

    def peer(kind, data=frame, **more):
        return lambda: quietly(kind, data, "koop", "total", **more).statistic

    def only_koop(index, **more):
        total = counts.sum(axis=1)
        return lambda: indices(counts[:, :1], ("koop",), total=total, which=[index], **more)

    wong = {"standardize": False}
    found = all_plain()
    rows = [
        against(
            f"all {len(ASPATIAL)} aspatial indices (ours) against one D (PySAL), layer",
            all_plain,
            peer(singlegroup.Dissim),
            4 * rounds,
            lambda: apart(one(found, "dissimilarity", "koop"), peer(singlegroup.Dissim)()),
        ),
        against(
            "the same, table without geometry",
            all_plain,
            peer(singlegroup.Dissim, plain),
            4 * rounds,
            lambda: apart(one(found, "dissimilarity", "koop"), peer(singlegroup.Dissim, plain)()),
        ),
    ]

    def every_peer():
        names = (
            "Dissim",
            "Gini",
            "Entropy",
            "Isolation",
            "Interaction",
            "CorrelationR",
            "Atkinson",
        )
        for name in names:
            for group in GROUPS:
                quietly(getattr(singlegroup, name), plain, group, "total")
        for name in (
            *("MultiDissim", "MultiInfoTheory", "MultiDivergence", "MultiRelativeDiversity"),
            *("MultiNormExposure", "MultiSquaredCoefVar", "SimpsonsInteraction", "MultiDiversity"),
        ):
            quietly(getattr(multigroup, name), plain, list(GROUPS))

    corrected = "dissimilarity_bias_corrected"
    rows.append(
        against(
            "bias-corrected D, one group (PySAL: 500 samples)",
            only_koop(corrected),
            peer(singlegroup.BiasCorrectedDissim, plain),
            slow,
            lambda: apart(
                one(only(corrected)(), corrected, "koop"),
                peer(singlegroup.BiasCorrectedDissim, plain)(),
            ),
        )
    )
    if not arguments.quick:
        rows.append(
            against(
                "multigroup Gini",
                only("multigroup_gini"),
                lambda: quietly(multigroup.MultiGini, plain, list(GROUPS)),
                slow,
                lambda: apart(
                    one(found, "multigroup_gini"),
                    quietly(multigroup.MultiGini, plain, list(GROUPS)).statistic,
                ),
            )
        )
        # Borders that match, as in an official map; the published ones were simplified one by one.
        clean = frame.set_geometry(country(len(frame)), crs=frame.crs)
        for layer, index, kind, more, turns in (
            (clean, "dissimilarity_morrill", singlegroup.SpatialDissim, {}, slow),
            (frame, "dissimilarity_morrill", singlegroup.SpatialDissim, {}, slow),
            (clean, "dissimilarity_wong", singlegroup.BoundarySpatialDissim, wong, 1),
            (clean, "dissimilarity_wong_shape", singlegroup.PARDissim, {}, 1),
        ):
            ours = only_koop(index, geometry=np.asarray(layer.geometry.values))
            theirs = peer(kind, layer, **more)
            kept = "borders match" if layer is clean else "not all borders match"
            rows.append(
                against(
                    f"{index}, neighbours included; {kept}",
                    ours,
                    theirs,
                    turns,
                    lambda ours=ours, index=index, theirs=theirs: apart(
                        one(ours(), index, "koop"), theirs()
                    ),
                )
            )
        rows.append(
            against(
                "spatial H at 0.5, 1, 2, 4 and 8 km, triangular (another quantity in PySAL)",
                only(
                    "spatial_theil_h", geometry=geometry, bandwidths=BANDWIDTHS, kernel="triangular"
                ),
                lambda: quietly(
                    compute_multiscalar_profile,
                    frame,
                    multigroup.MultiInfoTheory,
                    groups=list(GROUPS),
                    distances=BANDWIDTHS,
                ),
                1,
                lambda: "not compared",
            )
        )

    def replicates(simulate, number):
        return lambda: simulate(found, counts, GROUPS, replicates=number)

    def test(approach, number):
        fitted = quietly(singlegroup.Dissim, plain, "koop", "total")
        return lambda: quietly(
            SingleValueTest, fitted, number, null_approach=approach, n_jobs=2, backend="loky"
        )

    rows.append(
        against(
            "bootstrap, 999 replicates of all 30 values (PySAL: of one D)",
            replicates(inference.bootstrap, 999),
            test("bootstrap", 999),
            slow,
            lambda: "",
            memory=False,
        )
    )
    if not arguments.quick:
        rows.append(
            against(
                "random allocation, 999 replicates of all 30 values (PySAL: one D, sizes free)",
                replicates(inference.random_allocation, 999),
                test("systematic", 999),
                slow,
                lambda: "",
                memory=False,
            )
        )
    # Last: numba's threads in PySAL's Gini forbid the forks that weigh memory.
    rows.append(
        against(
            "all 30 aspatial values (PySAL: without multigroup Gini)",
            all_plain,
            every_peer,
            rounds,
            lambda: "",
            memory=False,
        )
    )
    head = ["what", "PySAL", "WijkMix", "ratio", "PySAL, peak", "WijkMix, peak", "difference"]
    print("\n" + table(head, rows) + "\n")
    print(
        table(["first call in a fresh Python", "seconds, imports included"], first_calls()) + "\n"
    )
    print(table(["WijkMix", "1,500", "14,500", "100,000"], growth()))


FIRST = {
    "WijkMix, all aspatial indices": (
        "from wijkmix.wijkmix_plugin.measures.segregation import indices, ONE_GROUP, MANY_GROUPS\n"
        "indices(c, 'abc', which=(*ONE_GROUP, *MANY_GROUPS))"
    ),
    "PySAL, one D": (
        "import pandas as pd\nfrom segregation.singlegroup import Dissim\n"
        "d = pd.DataFrame(c, columns=list('abc')); d['t'] = c.sum(axis=1)\nDissim(d, 'a', 't')"
    ),
    "PySAL, one Gini": (
        "import pandas as pd\nfrom segregation.singlegroup import Gini\n"
        "d = pd.DataFrame(c, columns=list('abc')); d['t'] = c.sum(axis=1)\nGini(d, 'a', 't')"
    ),
}


def first_calls():
    """Time the first call in a Python of its own, three times each."""
    start = "import numpy as np\nc = np.random.default_rng(1).gamma(1, 200, (14566, 3))\n"
    rows = []
    for name, code in FIRST.items():
        command = [sys.executable, "-W", "ignore", "-c", start + code]
        took = sorted(
            timed(lambda command=command: subprocess.run(command, check=True)) for _ in range(3)
        )
        rows.append([name, seconds(took[1])])
    return rows


def around(counts, geometry, kernel):
    """Deal the people 99 times over units, for the indices of surroundings."""
    arguments = {"geometry": geometry, "kernel": kernel}
    found = indices(counts, GROUPS, which=SPATIAL, bandwidths=BANDWIDTHS, **arguments)
    return inference.random_allocation(found, counts, GROUPS, replicates=99, **arguments)


def growth():
    """Time and weigh each kind of work over n, on a made-up country."""
    frames = {n: buurten(n).set_geometry(country(n)) for n in (1_500, 14_500, 100_000)}
    data = {
        n: (f[list(GROUPS)].to_numpy(), np.asarray(f.geometry.values)) for n, f in frames.items()
    }
    tasks = {
        "all aspatial indices": lambda c, g: indices(c, GROUPS, which=ASPATIAL),
        "multigroup Gini": lambda c, g: indices(c, GROUPS, which=["multigroup_gini"]),
        "bias-corrected D, 3 groups": lambda c, g: indices(
            c, GROUPS, which=["dissimilarity_bias_corrected"]
        ),
        "Morrill's D, neighbours included": lambda c, g: indices(
            c, GROUPS, which=["dissimilarity_morrill"], geometry=g
        ),
        "Wong's D, borders included": lambda c, g: indices(
            c, GROUPS, which=["dissimilarity_wong"], geometry=g
        ),
        "spatial H, 5 bandwidths, step": lambda c, g: indices(
            c, GROUPS, which=["spatial_theil_h"], geometry=g, bandwidths=BANDWIDTHS
        ),
        "spatial H, 5 bandwidths, gaussian": lambda c, g: indices(
            c,
            GROUPS,
            which=["spatial_theil_h"],
            geometry=g,
            bandwidths=BANDWIDTHS,
            kernel="gaussian",
        ),
        "bootstrap, 99 replicates": lambda c, g: inference.bootstrap(
            indices(c, GROUPS, which=ASPATIAL), c, GROUPS, replicates=99
        ),
        "random allocation, 99 replicates": lambda c, g: inference.random_allocation(
            indices(c, GROUPS, which=ASPATIAL), c, GROUPS, replicates=99
        ),
        "random allocation of land, neighbours and corrected D, 99 replicates": lambda c, g: (
            inference.random_allocation(
                indices(c, GROUPS, which=[*PLACE, BIAS_CORRECTED], geometry=g),
                c,
                GROUPS,
                geometry=g,
                replicates=99,
            )
        ),
        "random allocation of surroundings, 5 bandwidths, step, 99 replicates": lambda c, g: around(
            c, g, "step"
        ),
        "random allocation of surroundings, 5 bandwidths, gaussian, 99 replicates": lambda c, g: (
            around(c, g, "gaussian")
        ),
        "local indices": lambda c, g: segregation.local_indices(c, GROUPS),
    }
    rows = []
    for name, task in tasks.items():
        cells = []
        for n, (counts, geometry) in data.items():
            call = lambda c=counts, g=geometry, task=task: task(c, g)  # noqa: E731
            took = in_turn({"": call}, 3 if n > 50_000 else 5)[""]
            cells.append(f"{seconds(took)}, {extra_peak(call):.0f} MB")
        rows.append([name, *cells])
        print("  " + " | ".join(rows[-1]), flush=True)
    return rows


if __name__ == "__main__":
    main()
