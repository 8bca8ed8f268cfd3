# SPDX-License-Identifier: GPL-2.0-or-later
"""What PySAL's `segregation` says of the same counts, under our names."""

from __future__ import annotations

import warnings

import numpy as np

# Those that PySAL computes by the definition used here; the others are treated in the tests.
ONE_GROUP = {
    "dissimilarity": "Dissim",
    "gini": "Gini",
    "theil_h": "Entropy",
    "isolation": "Isolation",
    "interaction": "Interaction",
    "correlation_ratio": "CorrelationR",
    "atkinson": "Atkinson",
}
PLACE = {
    "delta": "Delta",
    "absolute_concentration": "AbsoluteConcentration",
    "dissimilarity_morrill": "SpatialDissim",
    "dissimilarity_wong": "BoundarySpatialDissim",
    "dissimilarity_wong_shape": "PARDissim",
}
# By default PySAL lets every unit weigh the same here, however long its borders.
_OPTIONS = {"dissimilarity_wong": {"standardize": False}}
MANY_GROUPS = {
    "multigroup_dissimilarity": "MultiDissim",
    "multigroup_gini": "MultiGini",
    "multigroup_theil_h": "MultiInfoTheory",
    "mutual_information": "MultiDivergence",
    "relative_diversity": "MultiRelativeDiversity",
    "normalized_exposure": "MultiNormExposure",
    "squared_cv": "MultiSquaredCoefVar",
    "simpson_interaction": "SimpsonsInteraction",
    "entropy": "MultiDiversity",
}


def frame_of(geometry, counts, groups):
    import geopandas as gpd

    frame = gpd.GeoDataFrame(geometry=np.asarray(geometry), crs="EPSG:28992")
    for k, name in enumerate(groups):
        frame[name] = counts[:, k]
    # PySAL refuses a total that is smaller than a group in the last digit.
    frame["total"] = np.maximum(counts.sum(axis=1), counts.max(axis=1))
    return frame


def one_group(frame, group, names, versus=None):
    """Return index -> value of a group against the rest, or against another group."""
    from segregation import singlegroup

    if versus is not None:
        frame = frame.assign(total=frame[group] + frame[versus])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return {
            ours: getattr(singlegroup, theirs)(
                frame, group_pop_var=group, total_pop_var="total", **_OPTIONS.get(ours, {})
            ).statistic
            for ours, theirs in names.items()
        }


def many_groups(frame, groups):
    """Return index -> value of all groups."""
    from segregation import multigroup

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return {
            ours: getattr(multigroup, theirs)(frame, groups=list(groups)).statistic
            for ours, theirs in MANY_GROUPS.items()
        }


def local_values(frame, groups):
    """Return column -> values per unit, under our names."""
    from segregation import local

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        quotient = local.MultiLocationQuotient(frame, list(groups)).statistics
        # PySAL calls the normalised entropy "local entropy" and the plain one "local diversity".
        values = {
            "entropy": local.MultiLocalDiversity(frame, list(groups)).statistics,
            "diversity": local.MultiLocalEntropy(frame, list(groups)).statistics,
            "simpson": local.MultiLocalSimpsonInteraction(frame, list(groups)).statistics,
        }
    values |= {f"lq_{group}": quotient[:, k] for k, group in enumerate(groups)}
    return {column: np.asarray(found, dtype=float) for column, found in values.items()}
