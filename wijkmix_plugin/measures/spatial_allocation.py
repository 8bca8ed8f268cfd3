# SPDX-License-Identifier: GPL-2.0-or-later
"""The indices of surroundings for many random allocations at once."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from .evenness import minus_x_log
from .spatial import Blocks

# Allocations looked at together: so many share the weights of a block, which cost as much as the
# sums of some hundred. Of more than 45 million counts (180 MB) there are fewer.
_TOGETHER = 1000
_HELD = 45_000_000
# Units around a block whose people are added at a time.
_AT_ONCE = 1024


def together(n: int, n_groups: int) -> int:
    """Return how many allocations of n units to look at together."""
    return max(1, min(_TOGETHER, _HELD // max(n * n_groups, 1)))


class Allocations:
    """R random allocations of people over units, and who lives around each unit.

    Parameters
    ----------
    blocks : the n units with a place.
    counts : (n, K, R) whole people per group, units in the order of `blocks`.
    total : (n,) population of each unit, the same in every allocation.
    everybody : whether the groups are the whole population.
    """

    def __init__(
        self, blocks: Blocks, counts: np.ndarray, total: np.ndarray, *, everybody: bool
    ) -> None:
        self.blocks, self.counts, self.total, self.everybody = blocks, counts, total, everybody
        # Not the same in every allocation where there are units without a place.
        self.sizes = counts.sum(axis=0)

    def sums(self, block: int, bandwidth: float, look: Callable[[], None]) -> np.ndarray:
        """Sum over the units of a block what the indices are made of.

        Returns
        -------
        (contrasts, 3, R)
            Each group against the rest, then all groups: the sums of t times the entropy, the
            distance to the whole and the interaction of the surroundings.
        """
        near = self._near(block, bandwidth, look)
        own = self.blocks.units(block)
        n_groups, replicates = self.counts.shape[1:]
        made = np.zeros((n_groups + 1, 3, replicates))
        t, people = self.total[own].astype(float), near[:, -1, :1]
        # Around a unit that has nobody when dealt there may be nobody; it has no part in the sums.
        people = np.where(people > 0, people, 1.0)
        share = self.sizes / max(self.total.sum(), 1)
        for k in range(n_groups):
            look()
            p = near[:, k] / people
            mine, others = minus_x_log(p, p), minus_x_log(1.0 - p, 1.0 - p)
            terms = mine, np.abs(p - share[k]), p * (1.0 - p)
            entropy, gap, interaction = (np.einsum("i,ij->j", t, values) for values in terms)
            made[k] = entropy + np.einsum("i,ij->j", t, others), 2.0 * gap, 2.0 * interaction
            if self.everybody:
                made[-1] += entropy, gap, interaction
        if not self.everybody:
            there = self.counts[own].sum(axis=1)
            people = near[:, :-1].sum(axis=1)
            people[people == 0] = 1.0
            share = self.sizes / np.maximum(self.sizes.sum(axis=0), 1)
            for k in range(n_groups):
                look()
                p = near[:, k] / people
                terms = minus_x_log(p, p), np.abs(p - share[k]), p * (1.0 - p)
                made[-1] += [np.einsum("ij,ij->j", there, values) for values in terms]
        return made

    def _near(self, block: int, bandwidth: float, look: Callable[[], None]) -> np.ndarray:
        """Return who lives around the units of a block: groups and all people (units, K + 1, R)."""
        n_groups, replicates = self.counts.shape[1:]
        # Where the groups are everybody, the last one is what the others leave.
        dealt = n_groups - 1 if self.everybody and n_groups > 1 else n_groups
        units = len(self.total[self.blocks.units(block)])
        held = np.zeros((units, dealt * replicates))
        people = np.zeros(units)
        for near, weight in self.blocks.weights(block, bandwidth):
            seen = np.flatnonzero(weight.any(axis=0))
            for start in range(0, len(seen), _AT_ONCE):
                look()
                some = seen[start : start + _AT_ONCE]
                exact, some = self._exact(weight[:, some]), near[some]
                counts = self.counts[some, :dealt].reshape(len(some), -1).astype(float)
                held += exact @ counts
                people += exact @ self.total[some].astype(float)
        result = np.empty((units, n_groups + 1, replicates))
        result[:, :dealt] = held.reshape(units, dealt, replicates)
        result[:, -1] = people[:, None]
        if dealt < n_groups:
            result[:, dealt] = people[:, None] - result[:, :dealt].sum(axis=1)
        return result

    def _exact(self, weight: np.ndarray) -> np.ndarray:
        """Round weights so that sums of whole people are exact, and no thread changes a digit."""
        # A multiple of 2^-s times less than 2^(52-s) people: every product and every sum fits.
        scale = 2.0 ** (52 - int(self.total.sum()).bit_length())
        weight = weight * scale
        np.rint(weight, out=weight)
        weight /= scale
        return weight

    def values(self, sums: np.ndarray) -> list[tuple[np.ndarray, np.ndarray, np.ndarray]]:
        """Return the three indices (R,) of each contrast from its sums over all blocks.

        In the order of `segregation.SPATIAL`; NaN where fewer than two groups are present.
        """
        sizes = self.sizes.astype(float)
        people = np.full(sizes.shape[1:], float(self.total.sum()))
        contrasts = [(people, np.array([size, people - size])) for size in sizes]
        contrasts.append((sizes.sum(axis=0), sizes))
        found = []
        for (T, groups), (entropy, gap, interaction) in zip(contrasts, sums, strict=True):
            share = groups / np.where(T > 0, T, np.nan)
            diversity = np.where(
                (share > 0).sum(axis=0) > 1, (share - share**2).sum(axis=0), np.nan
            )
            whole = minus_x_log(share, share).sum(axis=0)
            found.append(
                (
                    1.0 - entropy / (T * np.where(np.isnan(diversity), np.nan, whole)),
                    gap / (2.0 * T * diversity),
                    1.0 - interaction / (T * diversity),
                )
            )
        return found
