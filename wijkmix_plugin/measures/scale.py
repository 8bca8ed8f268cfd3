# SPDX-License-Identifier: GPL-2.0-or-later
"""At which scale the mix is: diversity of a parent area against that of the units inside it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd


def _entropy(counts: np.ndarray) -> np.ndarray:
    """Return the Shannon entropy (nats) per row, NaN for rows without dwellings."""
    total = counts.sum(axis=1, keepdims=True)
    with np.errstate(divide="ignore", invalid="ignore"):
        share = counts / total
        terms = np.where(share > 0, -share * np.log(share), 0.0)
    return np.where(total[:, 0] > 0, terms.sum(axis=1), np.nan)


def mosaic_index(counts: np.ndarray, parents: Sequence[object]) -> pd.DataFrame:
    r"""Homogeneous units in heterogeneous parents (HBHW), per parent.

    .. math:: HBHW_w = (E_w - \bar E_w) / \ln K = D^*_w \cdot H_w

    with :math:`E_w` the entropy of the parent's summed counts and :math:`\bar E_w` the mean entropy of its units
    weighted by their dwellings.

    Parameters
    ----------
    counts : (n, K) array of dwellings per unit and class; rows with NaN or without dwellings are left out.
    parents : n labels; None or NaN leaves the unit out.

    Returns
    -------
    DataFrame indexed by parent, in order of label: `n_blocks`; `wijk_diversity` E_w / ln K and `block_diversity`,
    both 0-1; `theil_h` (0-1, NaN where E_w < 0.05 ln K: a ratio on next to nothing); `mosaic` (0-1).

    Notes
    -----
    Theil's decomposition of entropy (Theil and Finizza 1971; Reardon and Firebaugh 2002). The parent is
    aggregated from its units, so the identity holds exactly. Small units are uniform by chance alone: this
    value is not corrected for that.
    """
    counts = np.asarray(counts, dtype=float)
    labels = pd.Series(list(parents), dtype=object)
    used = np.isfinite(counts).all(axis=1) & (np.nan_to_num(counts).sum(axis=1) > 0)
    used &= labels.notna().to_numpy()
    codes, names = pd.factorize(labels[used], sort=True)
    units = counts[used]
    size = units.sum(axis=1)
    sums = np.zeros((len(names), counts.shape[1]))
    np.add.at(sums, codes, units)
    log_k = np.log(counts.shape[1])
    parent = _entropy(sums)
    with np.errstate(invalid="ignore", divide="ignore"):
        inside = np.bincount(codes, weights=size * _entropy(units), minlength=len(names))
        inside = inside / sums.sum(axis=1)
        theil = np.where(parent >= 0.05 * log_k, (parent - inside) / parent, np.nan)
    return pd.DataFrame(
        {
            "n_blocks": np.bincount(codes, minlength=len(names)),
            "wijk_diversity": parent / log_k,
            "block_diversity": inside / log_k,
            "theil_h": theil,
            # The difference is never negative (concavity of entropy); rounding may leave -1e-17.
            "mosaic": np.maximum((parent - inside) / log_k, 0.0),
        },
        index=pd.Index(names, dtype=object),
    )
