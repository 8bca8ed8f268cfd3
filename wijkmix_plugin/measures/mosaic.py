# SPDX-License-Identifier: GPL-2.0-or-later
"""Uniform blocks in a mixed wijk: the mosaic index against chance, its classes, and patches."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

import numpy as np
import pandas as pd
import shapely

from ..errors import Cancelled, MeasureError
from .inference import deal_one, whole_numbers
from .mix import canonical_order, composition, entropy, refuse_impossible_counts, usable_rows
from .neighbours import Neighbours, contiguity
from .scale import mosaic_index
from .spatial import shared_borders
from .surroundings import within

THETAS = (0.6, 0.7, 0.8, 0.9)
CLASSES = ("mosaic", "fine", "one-sided", "between")
CHANCE = ("mosaic_expected", "mosaic_corrected", "mosaic_z")

# Replicates times units held at once: 2 million numbers are 16 MB.
_AT_ONCE = 2_000_000


class Limits(NamedTuple):
    """Limits between the four classes: assumptions, for the source gives none.

    Parameters
    ----------
    diversity : D* of the wijk below this is one-sided.
    mosaic : H corrected for chance from this on is a mosaic.
    fine : H corrected for chance up to this is finely mixed.
    """

    diversity: float = 0.5
    mosaic: float = 0.6
    fine: float = 0.2


def mosaic(
    counts: np.ndarray,
    parents: Sequence[object],
    *,
    replicates: int = 999,
    seed: int = 12345,
    blocks: Sequence[object] | None = None,
    limits: Limits | None = None,
    progress: Callable[[float], None] | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> pd.DataFrame:
    r"""Compute the mosaic index per parent and what of it is more than chance.

    .. math:: HBHW^{corr}_w = HBHW_w - \overline{HBHW}_w^{shuffled}, \qquad
        z_w = HBHW^{corr}_w / s_w^{shuffled}

    Parameters
    ----------
    counts : ndarray, shape (n, K)
        Dwellings per unit and class; a row with NaN or without dwellings is left out.
    parents : sequence of n labels
        Missing leaves the unit out.
    replicates : int
        Number of shuffles, at least 2; 0 does none.
    seed : int
    blocks : sequence of n labels, optional
        The block in which each unit (pand) stands. With it whole units are shuffled over the places
        in the blocks of their parent (a corporation building is uniform by construction); without
        it every unit is a block, and its dwellings are shuffled.
    limits : Limits, optional
    progress, cancelled : callable, optional

    Returns
    -------
    DataFrame indexed by parent, in order of label
        The columns of `scale.mosaic_index`, and `mosaic_expected` (mean of the shuffles, 0-1),
        `mosaic_corrected` (mosaic - expected, at most 1, may be below 0), `mosaic_z` (NaN where the
        shuffles do not differ) and `mosaic_class`: one of `CLASSES`, None where there is one block
        in a mixed wijk, for then there is nothing to compare.

    Raises
    ------
    MeasureError
        One replicate, or counts that are negative or infinite.
    Cancelled
        When `cancelled()` is true.

    Notes
    -----
    Shuffled dwellings are whole: sizes of blocks are rounded, and class totals to what adds up to
    them. Every allocation is equally likely (multivariate hypergeometric). The class looks at
    mosaic_corrected / D*, the H that is more than chance, so that small blocks alone make no
    mosaic. A parent's draws depend on the seed and on its place among the labels only.
    """
    limits = limits or Limits()
    if replicates == 1 or replicates < 0:
        raise MeasureError(
            "The number of shuffles is {n}; give at least 2, or 0 for none.",
            "Het aantal schudbeurten is {n}; geef er minstens 2, of 0 voor geen.",
            n=replicates,
        )
    counts = np.asarray(counts, dtype=float)
    classes = [str(k + 1) for k in range(counts.shape[1])]
    refuse_impossible_counts(counts, classes, range(1, len(counts) + 1))
    labels = pd.Series(list(parents), dtype=object)
    used = usable_rows(counts)
    used &= labels.notna().to_numpy()
    block = pd.Series(np.arange(len(counts)) if blocks is None else list(blocks), dtype=object)
    used &= block.notna().to_numpy()
    code, names = pd.factorize(labels[used], sort=True)
    place = pd.factorize(block[used], sort=True)[0]
    units = counts[used]
    # One row per block of each parent; a block in two parents is two.
    pair, row_block = np.unique(np.column_stack([code, place]), axis=0, return_inverse=True)
    row_block = row_block.ravel()
    sums = np.column_stack([np.bincount(row_block, column) for column in units.T])
    sums = sums.reshape(len(pair), counts.shape[1])
    table = mosaic_index(sums, names[pair[:, 0]] if len(pair) else [])
    if blocks is None:
        # Equal sizes side by side: numpy then prepares a binomial draw once for all of them.
        size = np.rint(sums.sum(axis=1))
        order = np.lexsort((canonical_order([*sums.T]).argsort(), size, pair[:, 0]))
        cuts = np.flatnonzero(np.diff(pair[order, 0])) + 1
        tasks = [(part, None) for part in np.split(sums[order], cuts)] if len(sums) else []
    else:
        order = np.lexsort((canonical_order([*units.T]).argsort(), row_block))
        cuts = np.flatnonzero(np.diff(code[order])) + 1
        both = zip(np.split(units[order], cuts), np.split(row_block[order], cuts), strict=True)
        tasks = list(both) if len(units) else []
    chance = _shuffles(tasks, replicates, seed, progress, cancelled)
    table["mosaic_expected"] = chance[:, 0]
    table["mosaic_corrected"] = table["mosaic"] - chance[:, 0]
    with np.errstate(divide="ignore", invalid="ignore"):
        spread = np.where(chance[:, 1] > 1e-12, chance[:, 1], np.nan)
        table["mosaic_z"] = table["mosaic_corrected"] / spread
    table["mosaic_class"] = classify(table, limits)
    return table


def add_model(table: pd.DataFrame, other: pd.DataFrame, model: str) -> None:
    """Set what another null model gives beside the first, under `<column of CHANCE>_<model>`.

    Parameters
    ----------
    table, other : as `mosaic` returns them, of the same blocks.
    model : "dwellings" or "panden": what was shuffled for `other`.
    """
    for name in CHANCE:
        table[f"{name}_{model}"] = other[name].reindex(table.index)


def classify(table: pd.DataFrame, limits: Limits) -> np.ndarray:
    """Return one of `CLASSES` per row, None for a mixed parent with one block."""
    diversity = table["wijk_diversity"].to_numpy()
    excess = table["mosaic_corrected"].fillna(table["mosaic"]).to_numpy()
    theil = excess / np.where(diversity > 0, diversity, np.nan)
    named = np.select(
        [diversity < limits.diversity, theil >= limits.mosaic, theil <= limits.fine],
        ["one-sided", "mosaic", "fine"],
        "between",
    ).astype(object)
    named[(table["n_blocks"].to_numpy() < 2) & (named != "one-sided")] = None
    return named


def _shuffles(
    tasks: Sequence[tuple[np.ndarray, np.ndarray | None]],
    replicates: int,
    seed: int,
    progress: Callable[[float], None] | None,
    cancelled: Callable[[], bool] | None,
) -> np.ndarray:
    """Return mean and standard deviation of the shuffled index per task (parent)."""
    result = np.full((len(tasks), 2), np.nan)
    if not replicates:
        return result
    streams = np.random.SeedSequence(seed).spawn(len(tasks))

    def one(number: int) -> tuple[float, float]:
        if cancelled is not None and cancelled():
            raise Cancelled
        units, block = tasks[number]
        rng = np.random.default_rng(streams[number])
        draw = _deal if block is None else _move
        step = max(1, _AT_ONCE // max(units.size, 1))
        values = np.concatenate(
            [
                draw(units, block, min(step, replicates - start), rng)
                for start in range(0, replicates, step)
            ]
        )
        return float(values.mean()), float(values.std(ddof=1))

    # Two threads: numpy draws outside Python's lock. Each parent has a stream of its own.
    with ThreadPoolExecutor(2) as pool:
        for number, pair in enumerate(pool.map(one, range(len(tasks)))):
            result[number] = pair
            if progress is not None:
                progress(100.0 * (number + 1) / len(tasks))
    return result


def _deal(
    units: np.ndarray, block: np.ndarray | None, replicates: int, rng: np.random.Generator
) -> np.ndarray:
    """Return the index of each replicate with the dwellings dealt anew over the blocks."""
    capacity = np.rint(units.sum(axis=1)).astype(np.int64)
    people = int(capacity.sum())
    if people == 0:
        return np.full(replicates, np.nan)
    sizes = whole_numbers(units.sum(axis=0), people)
    k = np.arange(people + 1, dtype=float)
    x_log_x = k * np.log(np.maximum(k, 1.0))
    largest = x_log_x[: int(capacity.max()) + 1]
    left = np.broadcast_to(capacity, (replicates, len(capacity)))
    rest, alike = people, np.zeros(replicates)
    for size in sizes[:-1]:
        dealt = deal_one(left, size, rest, rng)
        alike += largest.take(dealt).sum(axis=1)
        left, rest = left - dealt, rest - size
    alike += largest.take(left).sum(axis=1)
    # T E = T ln T - sum n ln n, of the wijk and of its blocks.
    whole = x_log_x[people] - x_log_x[sizes].sum()
    inside = largest[capacity].sum() - alike
    return (whole - inside) / (people * np.log(units.shape[1]))


def _move(
    units: np.ndarray, block: np.ndarray | None, replicates: int, rng: np.random.Generator
) -> np.ndarray:
    """Return the index of each replicate with whole units moved over the places in the blocks."""
    if block is None:
        raise MeasureError(
            "Moving whole units needs to know the block of each.",
            "Hele eenheden verplaatsen kan alleen als van elk het blok bekend is.",
        )
    place = np.unique(block, return_inverse=True)[1].ravel()
    n, n_blocks = len(units), int(place.max()) + 1
    who = rng.permuted(np.broadcast_to(np.arange(n), (replicates, n)), axis=1)
    key = (np.arange(replicates)[:, None] * n_blocks + place).ravel()
    moved = np.stack(
        [np.bincount(key, column.take(who).ravel(), replicates * n_blocks) for column in units.T],
        axis=-1,
    )
    size = moved.sum(axis=1)
    own = np.where(size > 0, entropy(moved / np.where(size > 0, size, 1.0)[:, None]), 0.0)
    inside = (size * own).reshape(replicates, n_blocks).sum(axis=1) / units.sum()
    whole = entropy(composition(units.sum(axis=0, keepdims=True)))[0]
    return (whole - inside) / np.log(units.shape[1])


# -- where blocks lie


class Assigned(NamedTuple):
    """The parent of every block.

    Parameters
    ----------
    parent : (n,) position of the parent, -1 where there is none.
    straddles : (n,) True for a block with a parent that lies in a second one too.
    """

    parent: np.ndarray
    straddles: np.ndarray


def assign(shapes: np.ndarray, parents: np.ndarray) -> Assigned:
    """Give every block to the parent that holds most of it.

    Parameters
    ----------
    shapes : ndarray of shapely geometry, shape (n,)
        Polygons or points; None and empty ones get no parent.
    parents : ndarray of shapely polygons, shape (m,)

    Returns
    -------
    Assigned

    Notes
    -----
    Where in a polygon its dwellings stand is unknown, so area stands for dwellings: the parent with
    the largest part of the block decides, and a block of which more than half lies in no parent has
    none. A point on a border goes to the first parent.
    """
    n = len(shapes)
    parent = np.full(n, -1, dtype=np.int64)
    straddles = np.zeros(n, dtype=bool)
    there = np.flatnonzero(~(shapely.is_missing(shapes) | shapely.is_empty(shapes)))
    if not len(there) or not len(parents):
        return Assigned(parent, straddles)
    tree = shapely.STRtree(shapes[there])
    outer, inner = tree.query(parents, predicate="intersects")
    inner = there[inner]
    if not len(inner):  # blocks of another place
        return Assigned(parent, straddles)
    # Most blocks lie inside one parent, and need no areas.
    cut = np.bincount(inner, minlength=n)[inner] > 1
    alone = np.flatnonzero(~cut)
    shapely.prepare(parents)
    cut[alone] = ~shapely.contains_properly(parents[outer[alone]], shapes[inner[alone]])
    cut &= shapely.get_dimensions(shapes[inner]) == 2
    at, number = np.unique(outer[cut], return_inverse=True)
    block = shapely.make_valid(shapes[inner[cut]])
    area = np.zeros(len(inner))
    area[cut] = shapely.area(shapely.intersection(shapely.make_valid(parents[at])[number], block))
    whole = np.zeros(n)
    whole[inner[cut]] = shapely.area(block)
    order = np.lexsort((outer, -area, inner))
    first = order[np.concatenate([[True], inner[order][1:] != inner[order][:-1]])]
    parent[inner[first]] = outer[first]
    parent[np.bincount(inner, area, n) < (0.5 - 1e-9) * whole] = -1
    # A neighbour that is only touched, or overlapped by a sliver, takes no dwellings.
    real = cut & (area > 1e-3 * whole[inner])
    straddles = (np.bincount(inner[real], minlength=n) > 1) & (parent >= 0)
    return Assigned(parent, straddles)


def patch_sizes(
    counts: np.ndarray,
    geometry: np.ndarray,
    parents: np.ndarray,
    thetas: Sequence[float] = THETAS,
    *,
    tolerance: float = 0.0,
) -> tuple[np.ndarray, np.ndarray]:
    r"""Measure the uniform patch in which the average dwelling stands.

    Blocks of one parent that share a border and a dominant class (share at least theta) make one
    patch c of :math:`t_c` dwellings.

    .. math:: K_{eff} = \sum_c t_c^2 / \sum_c t_c

    Parameters
    ----------
    counts : ndarray, shape (n, K)
        NaN or no dwellings: no part of a patch.
    geometry : ndarray of shapely polygons, shape (n,)
    parents : ndarray of int, shape (n,)
        0 and up; -1 leaves the block out.
    thetas : sequence of float
        Shares above 0.5 and up to 1.
    tolerance : float
        Metres between blocks (a street) that still make them neighbours.

    Returns
    -------
    size, mixed : ndarray of float, shape (number of thetas, number of parents)
        K_eff in dwellings, NaN where no block has a dominant class; dwellings in blocks without.

    Raises
    ------
    MeasureError
        A theta outside (0.5, 1].
    """
    for theta in thetas:
        if not 0.5 < theta <= 1:
            raise MeasureError(
                "The share that makes a class dominant is {theta}; give more than 0.5 and at most "
                "1.",
                "Het aandeel waarbij een klasse overheerst is {theta}; geef meer dan 0,5 en "
                "hoogstens 1.",
                theta=theta,
            )
    n_parents = int(parents.max(initial=-1)) + 1
    used = (parents >= 0) & usable_rows(counts)
    size = np.where(used, np.nan_to_num(counts).sum(axis=1), 0.0)
    shares = composition(np.where(used[:, None], counts, np.nan))
    top = np.where(used, np.nan_to_num(shares).max(axis=1), 0.0)
    which = np.nan_to_num(shares).argmax(axis=1)
    touching = contiguity(geometry, rook=True, tolerance=tolerance, mask=used)
    one, other = touching.rows, touching.indices
    alike = (which[one] == which[other]) & (parents[one] == parents[other])
    effective, mixed = [], []
    for theta in thetas:
        # A share of 80 of 100 is 0.8 whatever the last digit of the division.
        uniform = used & (top >= theta - 1e-12)
        keep = alike & uniform[one] & uniform[other]
        links = Neighbours(
            np.concatenate([[0], np.cumsum(np.bincount(one[keep], minlength=touching.n))]),
            other[keep],
        )
        patch = links.components()
        total = np.bincount(patch, np.where(uniform, size, 0.0))
        home = np.full(len(total), -1)
        home[patch[uniform]] = parents[uniform]
        real = home >= 0
        squares = np.bincount(home[real], total[real] ** 2, n_parents)
        whole = np.bincount(home[real], total[real], n_parents)
        effective.append(squares / np.where(whole > 0, whole, np.nan))
        rest = used & ~uniform
        mixed.append(np.bincount(parents[rest], size[rest], n_parents))
    return np.array(effective), np.array(mixed)


def edge_contrast(
    values: np.ndarray, geometry: np.ndarray, parents: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    r"""Measure how much touching blocks differ, weighted by the border they share.

    .. math:: C = \sum L_{uv} |x_u - x_v| / \sum L_{uv}

    Parameters
    ----------
    values : ndarray of float, shape (n,)
        A share (0-1) or another number; NaN takes no part.
    geometry : ndarray of shapely polygons, shape (n,)
        Borders drawn once, through the same vertices.
    parents : ndarray of int, shape (n,)
        -1 leaves the block out.

    Returns
    -------
    contrast : ndarray, one per parent
        Over borders between two blocks of the parent; NaN where there is none.
    steepest : ndarray of float, shape (n,)
        The largest difference at any border of the block; NaN without neighbours.
    """
    there = np.flatnonzero(np.isfinite(values) & (parents >= 0) & ~shapely.is_missing(geometry))
    first, second, length = shared_borders(geometry[there])
    first, second = there[first], there[second]
    away = np.abs(values[first] - values[second])
    steepest = np.full(len(values), -np.inf)
    np.maximum.at(steepest, first, away)
    np.maximum.at(steepest, second, away)
    inside = parents[first] == parents[second]
    n_parents = int(parents.max(initial=-1)) + 1
    home = parents[first[inside]]
    borders = np.bincount(home, length[inside], n_parents)
    gaps = np.bincount(home, (length * away)[inside], n_parents)
    contrast = gaps / np.where(borders > 0, borders, np.nan)
    return contrast, np.where(np.isinf(steepest), np.nan, steepest)


def surroundings_minus_block(
    counts: np.ndarray,
    points: np.ndarray,
    radii: Sequence[float],
    *,
    progress: Callable[[float], None] | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> np.ndarray:
    r"""Set the diversity of what lies within a distance against that of the block itself.

    .. math:: \Delta_u(r) = (E(\tilde p_u(r)) - E_u) / \ln K

    Parameters
    ----------
    counts : ndarray, shape (n, K)
        NaN or no dwellings: NaN out, and no part of other surroundings.
    points : ndarray of float, shape (n, 2)
        Metres.
    radii : sequence of float

    Returns
    -------
    ndarray of float, shape (number of radii, n)
        -1 to 1. High: a uniform block in mixed surroundings; below 0: a mixed block in uniform
        ones. Surroundings overlap, so this is no decomposition and its mean may be below 0.
    """
    used = np.isfinite(points).all(axis=1) & usable_rows(counts)
    result = np.full((len(radii), len(counts)), np.nan)
    near = within(points[used], counts[used], radii, progress=progress, cancelled=cancelled)
    own = entropy(composition(counts[used]))
    for scale, around in enumerate(near):
        result[scale, used] = (entropy(composition(around)) - own) / np.log(counts.shape[1])
    return result
