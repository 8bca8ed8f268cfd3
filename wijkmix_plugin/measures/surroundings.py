# SPDX-License-Identifier: GPL-2.0-or-later
"""What lies within radii and among the nearest k dwellings, and indices against the scale."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pandas as pd

from ..errors import Cancelled, MeasureError, Text, number
from .discs import Discs, Found
from .mix import composition, entropy, usable_rows
from .raster import LARGEST_ERROR, Raster, on_raster
from .segregation import spatial_values
from .spatial import check_bandwidths

DOMINANT = 0.8
PROFILE_COLUMNS = ("scale", "kind", "theil_h", "dissimilarity", "mean_diversity", "n_units")

# So many units in a row are guessed from the first of them.
_FAMILY = 16
# One in so many tells how far off the guesses are, and this part of the others should be right.
_FIRST = 16
_RIGHT = 0.7
# Half the width of the widest ring, in heights of a cell.
_WIDEST = 0.6


def nearest(
    points: np.ndarray,
    counts: np.ndarray,
    dwellings: Sequence[int],
    *,
    asked: np.ndarray | None = None,
    progress: Callable[[float], None] | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> np.ndarray:
    r"""Sum the counts of the nearest k dwellings around every unit, its own included.

    .. math:: \tilde n_u(k) = \sum_{v: d_{uv} \le r_u(k)} n_v, \qquad
        r_u(k) = \min \{r : \sum_{v: d_{uv} \le r} t_v \ge k\}

    Parameters
    ----------
    points : ndarray of float, shape (n, 2)
        Metres, finite.
    counts : ndarray of float, shape (n, K)
        0 or more, finite.
    dwellings : sequence of int
        The numbers k, 1 or more.
    asked : ndarray of int, shape (m,), optional
        Positions of the units to look around; all of them by default.
    progress, cancelled : callable, optional

    Returns
    -------
    ndarray of float, shape (number of k, m, K)
        At least k dwellings; NaN where all units together have fewer.

    Raises
    ------
    MeasureError
        A k below 1.
    Cancelled
        When `cancelled()` is true.

    Notes
    -----
    Bespoke neighbourhoods (Johnston et al. 2004; Östh, Clark and Malmberg 2015). Dwellings at the
    last distance tie, and all of them count: any way to break the tie would be arbitrary (flats
    stacked on one address). Exact, whatever the guesses are: a ring in which the k-th dwelling is
    thought to lie is counted, and moved until it does; see `Discs`. The first ring of a unit comes
    from a unit nearby, because distances to the k-th dwelling change little from place to place.
    """
    for wanted in dwellings:
        if not wanted >= 1:
            raise MeasureError(
                "The number of nearest dwellings is {k}; give whole numbers of 1 or more.",
                "Het aantal dichtstbijzijnde woningen is {k}; geef hele getallen van 1 of meer.",
                k=wanted,
            )
    points, counts = np.asarray(points, float), np.asarray(counts, float)
    around = points if asked is None else points[asked]
    result = np.full((len(dwellings), len(around), counts.shape[1]), np.nan)
    if not len(around) or not len(dwellings):
        return result
    discs = Discs(points, counts, cancelled)
    # Nobody is further than this from any place.
    furthest = float(np.hypot(*np.ptp(points, axis=0))) * 1.001 + discs.height
    search = _Search(discs, around, furthest)
    before: float | None = None
    done = 0.0
    work = float(np.sqrt(np.asarray(dwellings, float)).sum())
    for place in np.argsort(dwellings, kind="stable"):
        # Sums of fractions may miss k by the last digits: 20 times a twentieth is one.
        k = float(dwellings[place])
        if discs.whole >= k * (1.0 - 1e-12):
            result[place] = search.sums(k, before)
            before = k
        done += np.sqrt(k)
        if progress is not None:
            progress(100.0 * done / work)
    return result


def within(
    points: np.ndarray,
    counts: np.ndarray,
    radii: Sequence[float],
    *,
    asked: np.ndarray | None = None,
    told: Callable[[Text], None] | None = None,
    progress: Callable[[float], None] | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> np.ndarray:
    r"""Sum the counts within distances around every unit, its own included.

    .. math:: \tilde n_u(r) = \sum_{v: d_{uv} \le r} n_v

    Parameters
    ----------
    points : ndarray of float, shape (n, 2)
        Metres, finite.
    counts : ndarray of float, shape (n, K)
        0 or more, finite.
    radii : sequence of float
        Metres, above 0.
    asked : ndarray of int, shape (m,), optional
        Positions of the units to look around; all of them by default.
    told : callable, optional
        Called with a note where a raster did the counting.
    progress, cancelled : callable, optional

    Returns
    -------
    ndarray of float, shape (number of radii, m, K)

    Raises
    ------
    MeasureError
        A radius that is not above 0.
    Cancelled
        When `cancelled()` is true.

    Notes
    -----
    `spatial.surroundings` with the step kernel, by counting cells: exact, and the time grows with
    the circumference of the discs and not with their area. Many units that all lie on one square
    grid are counted on it (`Raster`), with the same result: for units that do not, a raster of 100
    m would be wrong by far more than 0.01 in the share of a thinly built place, so it is not used.
    """
    check_bandwidths(radii)
    points, counts = np.asarray(points, float), np.asarray(counts, float)
    around = points if asked is None else points[asked]
    result = np.empty((len(radii), len(around), counts.shape[1]))
    if not len(around) or not len(radii):
        return result
    raster = on_raster(points, counts, radii)
    if raster is not None:
        _on_raster(raster, result, radii, asked, progress, cancelled)
        if told is not None:
            told(_raster_note(raster))
        return result
    discs = Discs(points, counts, cancelled)
    order = _curve_order(*around.T)
    x, y = around[order].T
    done, work = 0.0, float(sum(radii)) * len(x)
    for row, radius in enumerate(radii):

        def one(part: slice, radius: float = radius) -> np.ndarray:
            return discs.within(x[part], y[part], radius)

        parts = discs.portions(np.full(len(x), radius))
        for part, sums in zip(parts, _on_threads(one, parts), strict=True):
            result[row, order[part]] = sums
            done += radius * len(sums)
            if progress is not None:
                progress(100.0 * done / work)
    return result


def _on_raster(
    raster: Raster,
    result: np.ndarray,
    radii: Sequence[float],
    asked: np.ndarray | None,
    progress: Callable[[float], None] | None,
    cancelled: Callable[[], bool] | None,
) -> None:
    """Fill the result from a raster."""
    at = np.arange(result.shape[1]) if asked is None else asked
    for row, radius in enumerate(radii):
        if cancelled is not None and cancelled():
            raise Cancelled
        result[row] = raster.around(radius, at)
        if progress is not None:
            progress(100.0 * (row + 1) / len(radii))


def _raster_note(raster: Raster) -> Text:
    rows, columns = raster.grid.shape
    return Text(
        "Radii: all {n} units lie on a grid of {size:g} m, so surroundings are counted on that "
        "raster ({rows} by {columns} cells) and not unit by unit. The largest error in a share is "
        "below {error:.9f}.",
        "Afstanden: alle {n} eenheden liggen op een raster van {size:g} m, dus de omgevingen zijn "
        "op dat raster geteld ({rows} bij {columns} cellen) en niet per eenheid. De grootste fout "
        "in een aandeel is kleiner dan {error:.9f}.",
    ).format(
        n=len(raster.at), size=raster.grid.size, rows=rows, columns=columns, error=LARGEST_ERROR
    )


class _Search:
    """The k-th dwelling around units, ring by ring."""

    def __init__(self, discs: Discs, points: np.ndarray, furthest: float) -> None:
        self.discs, self.furthest = discs, furthest
        # Units on one point have the same surroundings.
        place, self.unit = np.unique(points[:, 0] + 1j * points[:, 1], return_inverse=True)
        along = _curve_order(place.real, place.imag)
        self.x, self.y = place.real[along], place.imag[along]
        back = np.empty(len(along), np.intp)
        back[along] = np.arange(len(along))
        self.unit = back[self.unit.ravel()]
        n = len(self.x)
        self.radius, self.slope = np.zeros(n), np.zeros(n)
        self.found = np.empty((n, discs.fixed.groups))
        self.steps = [1]
        while self.steps[-1] * 4 * _FAMILY < n:
            self.steps.append(self.steps[-1] * _FAMILY)

    def sums(self, k: float, before: float | None) -> np.ndarray:
        """Return the counts of the nearest k around every unit; `before` is the k done before."""
        n, need = len(self.x), k * (1.0 - 1e-12)
        for step in reversed(self.steps):
            units = np.arange(0, n, step)
            if step == self.steps[-1]:
                if before is None:
                    guess = np.full(len(units), np.sqrt(k * self.discs.area / self.discs.whole))
                else:
                    guess = self.radius[units] * np.sqrt(k / before)
                slope = 2.0 * k / np.maximum(guess, self.discs.height)
                self._solve(units, guess, slope, 0.2 * guess + 0.1 * self.discs.height, need)
            else:
                units = units[units % (step * _FAMILY) > 0]
                self._generation(units, step * _FAMILY, need)
            # Were dwellings spread evenly, so many more came in per metre.
            self.slope[units] = 2.0 * k / np.maximum(self.radius[units], 0.5 * self.discs.height)
        return self.found[self.unit]

    def _generation(self, units: np.ndarray, step: int, need: float) -> None:
        """Solve for units, each guessed from the first of its family, `step` units long."""
        family = units // step
        first = family * step
        east, north = self._gradient(step)
        dx, dy = self.x[units] - self.x[first], self.y[units] - self.y[first]
        guess = self.radius[first] + east[family] * dx + north[family] * dy
        guess = np.maximum(guess, 0.0)
        slope = self.slope[first]
        # In discs whose middles are d apart, 4 r d / (pi r^2) of the dwellings differ. Were they
        # spread at random, this is how far that moves the k-th of them.
        away = np.maximum(np.hypot(dx, dy), 0.1 * self.discs.height)
        scale = np.sqrt(2.0 / np.pi * away / slope)
        some = np.arange(len(units)) % _FIRST == 0
        self._solve(units[some], guess[some], slope[some], 3.0 * scale[some], need)
        off = np.abs(self.radius[units[some]] - guess[some]) / scale[some]
        factor = max(1.0, float(np.quantile(off, _RIGHT)))
        rest = ~some
        self._solve(units[rest], guess[rest], slope[rest], factor * scale[rest], need)

    def _gradient(self, step: int) -> tuple[np.ndarray, np.ndarray]:
        """Return how the distance changes per metre east and north, at every `step`-th unit."""
        rows = np.arange(0, len(self.x), step)
        near = np.arange(len(rows))[:, None] + np.arange(-6, 7)
        near = rows[np.clip(near, 0, len(rows) - 1)]
        dx, dy, dr = (v[near] - v[rows, None] for v in (self.x, self.y, self.radius))
        # A plane through the unit itself, nearer units weighing more; held flat by a little.
        weight = 1.0 / np.maximum(dx * dx + dy * dy, self.discs.hair**2)
        xx = (weight * dx * dx).sum(axis=1) + 0.1
        yy = (weight * dy * dy).sum(axis=1) + 0.1
        xy = (weight * dx * dy).sum(axis=1)
        xr, yr = (weight * dx * dr).sum(axis=1), (weight * dy * dr).sum(axis=1)
        whole = xx * yy - xy * xy
        east, north = (yy * xr - xy * yr) / whole, (xx * yr - xy * xr) / whole
        # Nobody's k-th dwelling is further than that of another plus the way to that other.
        steep = np.maximum(np.hypot(east, north), 1.0)
        return east / steep, north / steep

    def _solve(
        self,
        units: np.ndarray,
        guess: np.ndarray,
        slope: np.ndarray,
        half: np.ndarray,
        need: float,
    ) -> None:
        """Move a ring around every unit until the k-th dwelling is in it."""
        # Wider rings would cost more than another round.
        widest = _WIDEST * self.discs.height
        low, high = np.zeros(len(units)), np.full(len(units), self.furthest)
        guess, half = np.minimum(guess, high), np.minimum(half, widest)
        left, rounds = np.arange(len(units)), 0
        while len(left):
            lo = np.maximum(guess[left] - half[left], low[left])
            hi = np.minimum(guess[left] + half[left], high[left])
            seen = self._look(units[left], lo, hi, need)
            done = np.isfinite(seen.square)
            self.radius[units[left[done]]] = np.sqrt(seen.square[done])
            self.found[units[left[done]]] = seen.sums[done]
            left, lo, hi = left[~done], lo[~done], hi[~done]
            below, upto = seen.below[~done], seen.upto[~done]
            further = upto < need
            low[left] = np.where(further, hi, low[left])
            high[left] = np.where(further, high[left], lo)
            # As many dwellings per metre as in the ring, or a part of what is usual.
            rate = np.maximum((upto - below) / (hi - lo), 0.2 * slope[left])
            jump = (need - np.where(further, upto, below)) / rate
            half[left] = np.minimum(np.maximum(2.0 * half[left], 0.3 * np.abs(jump)), widest)
            # From the ring's edge to where the k-th should be, and at least a ring further.
            further_on = np.sign(jump) * np.maximum(np.abs(jump), half[left])
            guess[left] = np.where(further, hi, lo) + further_on
            rounds += 1
            middle = (low[left] + high[left]) / 2.0
            wild = (guess[left] <= low[left]) | (guess[left] >= high[left]) | (rounds % 4 == 0)
            guess[left] = np.where(wild, middle, guess[left])

    def _look(self, units: np.ndarray, lo: np.ndarray, hi: np.ndarray, need: float) -> Found:
        """Look at the rings of many units, in portions, on two threads."""

        def one(part: slice) -> Found:
            rows = units[part]
            return self.discs.look(self.x[rows], self.y[rows], lo[part], hi[part], need)

        found = list(_on_threads(one, self.discs.portions(hi)))
        return Found(*(np.concatenate(parts) for parts in zip(*found, strict=True)))


def _on_threads(one: Callable, parts: Sequence[slice]) -> Iterator:
    """Call for every part: on two threads, for numpy computes outside Python's lock."""
    if len(parts) < 2:
        yield from map(one, parts)
        return
    with ThreadPoolExecutor(2) as pool:
        yield from pool.map(one, parts)


def _curve_order(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Order points along Morton's curve: those next to each other lie close together."""
    size = max(float(np.ptp(x)), float(np.ptp(y))) or 1.0
    code = np.zeros(len(x), np.int64)
    for shift, values in ((0, x), (1, y)):
        bits = ((values - values.min()) * (0xFFFF / size)).astype(np.int64)
        # Spread the 16 bits out, a gap after each.
        for move, mask in ((8, 0x00FF00FF), (4, 0x0F0F0F0F), (2, 0x33333333), (1, 0x55555555)):
            bits = (bits | (bits << move)) & mask
        code |= bits << shift
    return np.argsort(code, kind="stable")


def profile(
    points: np.ndarray,
    counts: np.ndarray,
    groups: Sequence[str],
    *,
    radii: Sequence[float] = (),
    dwellings: Sequence[int] = (),
    areas: Sequence[object] | None = None,
    least: float = 0.0,
    told: Callable[[Text], None] | None = None,
    progress: Callable[[float], None] | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    r"""Describe the composition around every unit, and how evenness changes with the scale.

    Parameters
    ----------
    points : ndarray, shape (n, 2)
        Metres; NaN leaves the unit out.
    counts : ndarray, shape (n, K)
        NaN or no dwellings leaves the unit out.
    groups : sequence of K str
    radii : sequence of float
        Metres.
    dwellings : sequence of int
        Numbers of nearest dwellings.
    areas : sequence of n labels, optional
        The administrative area of every unit; missing leaves the unit out of what follows from it.
    least : float
        What holds fewer dwellings has no values of its own (NaN); it counts in sums of others.
    told : callable, optional
        Called with a note on how it was counted, where that is not unit by unit.
    progress, cancelled : callable, optional

    Returns
    -------
    units : DataFrame, n rows
        Per scale s (`r<radius>` or `k<dwellings>`), from small to large: `div_s` (0-1) and
        `share_<group>_s` (percent).
        `mixed_from_r` and `mixed_from_k`: the first scale at which no group holds 80%; 0 where
        that is so in the unit itself, NaN where some group does at every scale. With `areas` also
        `div_area` of the unit's area, `div_same` of as many nearest dwellings as that area holds,
        both 0-1, and `border_hides`, the first minus the second: above 0 where the figure of the
        area looks more mixed than what lies around the unit.
    scales : DataFrame with `PROFILE_COLUMNS`
        First the units themselves (scale 0, kind "unit"), then kinds "radius" and "nearest"; with
        `areas` also "area" and "same size", at the size of the area of the average dwelling.
        `theil_h` and `dissimilarity` (of all groups) compare surroundings with the whole,
        weighted by the unit's own dwellings; `mean_diversity` is the weighted mean of div, 0-1.

    Raises
    ------
    MeasureError
        No scale, fewer than two groups, or no usable unit.

    Notes
    -----
    What borders hide: the same number of dwellings, once as the border cuts them and once around
    every unit. Where H of areas is below H of surroundings of the same size, borders cut through
    uniform places; a border that follows them gives a higher H.
    """
    if not len(radii) and not len(dwellings) and areas is None:
        raise MeasureError(
            "No scale is given. Give radii in metres, numbers of nearest dwellings, or both.",
            "Er is geen schaal opgegeven. Geef afstanden in meters, aantallen dichtstbijzijnde "
            "woningen, of beide.",
        )
    if len(groups) < 2:
        raise MeasureError(
            "Surroundings need at least two groups, and got {n}.",
            "Omgevingen vragen minstens twee groepen en kregen er {n}.",
            n=len(groups),
        )
    radii, dwellings = sorted(set(radii)), sorted(set(dwellings))
    used = np.isfinite(points).all(axis=1) & usable_rows(counts)
    if not used.any():
        raise MeasureError(
            "None of the {n} units has a place and usable counts. Check the fields.",
            "Geen van de {n} eenheden heeft een plek en bruikbare aantallen. Controleer de velden.",
            n=len(counts),
        )
    own = counts[used]
    jobs = [len(radii) > 0, len(dwellings) > 0, areas is not None]
    part = [0.0, 100.0 / sum(jobs)]

    def step(value: float) -> None:
        if progress is not None:
            progress(part[0] + value * (part[1] - part[0]) / 100.0)

    around = list(within(points[used], own, radii, told=told, progress=step, cancelled=cancelled))
    if radii:
        part[:] = [part[1], part[1] + 100.0 / sum(jobs)]
    around += list(nearest(points[used], own, dwellings, progress=step, cancelled=cancelled))
    scales = [(float(r), "radius", f"r{r:g}") for r in radii]
    scales += [(float(k), "nearest", f"k{k:g}") for k in dwellings]
    log_k = np.log(len(groups))
    units: dict[str, np.ndarray] = {}
    rows = [_row(0.0, "unit", own, own, log_k)]
    mixed = composition(own).max(axis=1) < DOMINANT - 1e-12
    mixed &= own.sum(axis=1) >= least
    first = {kind: np.where(mixed, 0.0, np.nan) for kind in ("radius", "nearest")}
    for (scale, kind, name), near in zip(scales, around, strict=True):
        shares = composition(np.where(near.sum(axis=1, keepdims=True) < least, np.nan, near))
        units[f"div_{name}"] = _spread(entropy(shares) / log_k, used)
        for group, column in zip(groups, shares.T, strict=True):
            units[f"share_{group.removeprefix('n_')}_{name}"] = _spread(100 * column, used)
        now = np.isnan(first[kind]) & (shares.max(axis=1) < DOMINANT - 1e-12)
        first[kind][now] = scale
        rows.append(_row(scale, kind, own, near, log_k))
    for kind, name, asked in (
        ("radius", "mixed_from_r", radii),
        ("nearest", "mixed_from_k", dwellings),
    ):
        if len(asked):
            units[name] = _spread(first[kind], used)
    if areas is not None:
        if dwellings:
            part[:] = [part[1], 100.0]
        label = pd.Series(list(areas), dtype=object)[used]
        inside, near = _same_size(points[used], own, label, step, cancelled)
        columns, added, note = _hidden(own, inside, near, log_k)
        small = inside.sum(axis=1) < least
        columns = {name: np.where(small, np.nan, values) for name, values in columns.items()}
        units |= {name: _spread(values, used) for name, values in columns.items()}
        rows += added
        if told is not None:
            told(note)
    return pd.DataFrame(units), pd.DataFrame(rows, columns=list(PROFILE_COLUMNS))


def _same_size(
    points: np.ndarray,
    counts: np.ndarray,
    labels: pd.Series,
    step: Callable[[float], None],
    cancelled: Callable[[], bool] | None,
) -> tuple[np.ndarray, np.ndarray]:
    """Return the counts of the area of every unit, and of as many nearest dwellings around it."""
    code, names = pd.factorize(labels, sort=True)
    inside, near = np.full(counts.shape, np.nan), np.full(counts.shape, np.nan)
    discs = Discs(points, counts, cancelled)
    furthest = float(np.hypot(*np.ptp(points, axis=0))) * 1.001 + discs.height
    order = np.argsort(code, kind="stable")
    bounds = np.searchsorted(code[order], np.arange(len(names) + 1))
    for area in range(len(names)):
        members = order[bounds[area] : bounds[area + 1]]
        inside[members] = counts[members].sum(axis=0)
        search = _Search(discs, points[members], furthest)
        near[members] = search.sums(float(inside[members[0]].sum()), None)
        step(100.0 * (area + 1) / len(names))
    return inside, near


def _hidden(
    own: np.ndarray, inside: np.ndarray, near: np.ndarray, log_k: float
) -> tuple[dict[str, np.ndarray], list[tuple], Text]:
    """Set areas against surroundings of the same size: columns of units, rows of scales, a note."""
    there = np.isfinite(inside).all(axis=1)
    area, around = composition(inside), composition(near)
    columns = {"div_area": entropy(area) / log_k, "div_same": entropy(around) / log_k}
    columns["border_hides"] = columns["div_area"] - columns["div_same"]
    weight = np.where(there, own.sum(axis=1), 0.0)
    whole = float(weight.sum())
    if not whole:
        return (
            columns,
            [],
            Text(
                "No unit has an area, so areas cannot be set against surroundings.",
                "Geen enkele eenheid heeft een gebied, dus gebieden zijn niet met omgevingen te "
                "vergelijken.",
            ),
        )
    size = float(round(float(np.nansum(weight * inside.sum(axis=1))) / whole))
    rows = [_row(size, kind, own, v, log_k) for kind, v in (("area", inside), ("same size", near))]
    uniform = [np.nan_to_num(v.max(axis=1)) >= DOMINANT - 1e-12 for v in (area, around)]
    hidden, drawn = (
        100.0 * float(weight[one & ~other & there].sum()) / whole
        for one, other in ((uniform[1], uniform[0]), (uniform[0], uniform[1]))
    )
    note = Text(
        "Borders: Theil's H is {area} between areas, and {same} between surroundings of as many "
        "dwellings around every unit. {hidden:.1f}% of the dwellings stand in surroundings of the "
        "size of their area where one class holds 80%, which the figure of their area does "
        "not show; {drawn:.1f}% stand in an area where one class holds 80%, and their "
        "surroundings are more mixed. The 80% is an assumption.",
        "Grenzen: Theils H is {area} tussen gebieden, en {same} tussen omgevingen van "
        "evenveel woningen rond elke eenheid. {hidden:.1f}% van de woningen staat in een omgeving "
        "ter grootte van het eigen gebied waarin een klasse 80% heeft, wat het cijfer van het "
        "gebied niet laat zien; {drawn:.1f}% staat in een gebied waarin een klasse 80% heeft, "
        "terwijl de omgeving gemengder is. Die 80% is een aanname.",
    )
    theil = [number(row[2], 3) if np.isfinite(row[2]) else "–" for row in rows]
    note = note.format(area=theil[0], same=theil[1], hidden=hidden, drawn=drawn)
    return columns, rows, note


def _spread(values: np.ndarray, used: np.ndarray) -> np.ndarray:
    result = np.full(len(used), np.nan)
    result[used] = values
    return result


def _row(scale: float, kind: str, own: np.ndarray, near: np.ndarray, log_k: float) -> tuple:
    there = np.isfinite(near).all(axis=1)
    if not there.any():
        return scale, kind, np.nan, np.nan, np.nan, 0
    theil, dissimilarity, _ = spatial_values(own[there], near[there])
    weight = own[there].sum(axis=1)
    mean = float(weight @ entropy(composition(near[there])) / weight.sum() / log_k)
    return scale, kind, theil, dissimilarity, mean, int(there.sum())
