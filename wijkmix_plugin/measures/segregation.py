# SPDX-License-Identifier: GPL-2.0-or-later
"""Segregation indices: how unevenly groups are spread, per area and unit by unit."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import chain, count

import numpy as np
import pandas as pd
import shapely

from ..errors import Cancelled, MeasureError
from . import spatial
from .evenness import (
    MANY_GROUPS,
    ONE_GROUP,
    Contrast,
    Sums,
    Units,
    all_units,
    bias_corrected,
    by_area,
    check,
    contrasts,
    ingredients_of,
    many_group_values,
    one_group_values,
    stacked,
    sums,
)
from .mix import composition, entropy

BIAS_CORRECTED = "dissimilarity_bias_corrected"
# These need polygons: land area, touching units, shared borders.
PLACE = spatial.PLACE
# These need a place for every unit, and bandwidths.
SPATIAL = ("spatial_theil_h", "spatial_dissimilarity", "spatial_relative_diversity")
INDICES = (*ONE_GROUP, BIAS_CORRECTED, *PLACE, *MANY_GROUPS, *SPATIAL)

COLUMNS = (
    "area",
    "index",
    "group",
    "versus",
    "bandwidth",
    "value",
    "low",
    "high",
    "expected",
    "z",
    "p",
    "n_units",
    "n_total",
    "n_excluded",
    "note",
)
# What `area` holds in the rows about all units, `group` in those about all groups together, and
# `versus` in those of a group against everybody else.
ALL = "all"
REST = "rest"

# What a group set against one other group can be asked: nothing that depends on third groups.
_PAIR = frozenset(
    {"dissimilarity", "gini", "theil_h", "correlation_ratio", "atkinson", BIAS_CORRECTED}
    | {"dissimilarity_morrill", "dissimilarity_wong", "dissimilarity_wong_shape"}
)


def indices(
    counts: np.ndarray,
    groups: Sequence[str],
    *,
    total: np.ndarray | None = None,
    area: Sequence[object] | None = None,
    which: Sequence[str] | None = None,
    pairs: bool = False,
    geometry: np.ndarray | None = None,
    bandwidths: Sequence[float] = (),
    kernel: str = "step",
    units: Sequence[object] | None = None,
    progress: Callable[[float], None] | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> pd.DataFrame:
    r"""Compute segregation indices for all units together and for each area by itself.

    Notation: unit u holds :math:`x_u` of the group in a population :math:`t_u`, so
    :math:`y_u = t_u - x_u` others and a share :math:`p_u = x_u / t_u`; capitals are sums over the
    units and :math:`P = X / T`; :math:`P_k` is the share of group k and :math:`E` an entropy in
    nats.

    ============================= =====================================================  =========
    index                         formula                                                bounds
    ============================= =====================================================  =========
    dissimilarity                 :math:`\sum t|p - P| / 2TP(1-P)`                       0-1
    gini                          :math:`\sum\sum t_u t_v|p_u - p_v| / 2T^2P(1-P)`       0-1
    theil_h                       :math:`1 - \sum t E_u / T E`                           0-1
    isolation                     :math:`\sum (x/X)(x/t)`                                P-1
    interaction                   :math:`\sum (x/X)(y/t)`                                0-(1-P)
    correlation_ratio             :math:`(isolation - P) / (1 - P)`                      0-1
    atkinson                      :math:`1 - (\sum\sqrt{xy})^2 / XY` (b = 0.5)           0-1
    dissimilarity_bias_corrected  :math:`2D - E[D^*]`                                    up to 1
    delta                         :math:`\frac12\sum|x/X - a/A|`, a the area             0-1
    absolute_concentration        Massey and Denton (1988), see the notes                about 0-1
    dissimilarity_morrill         D - mean of :math:`|p_u - p_v|` over touching units    -1-1
    dissimilarity_wong            the same, weighted by the length of the border         -1-1
    dissimilarity_wong_shape      the same, times the perimeter / area of both           -1-1
    multigroup_dissimilarity      :math:`\sum_k\sum t|p_k - P_k| / 2TI`                  0-1
    multigroup_gini               :math:`\sum_k\sum\sum t_u t_v|p_{uk}-p_{vk}| / 2T^2I`  0-1
    multigroup_theil_h            :math:`1 - \sum t E_u / T E`                           0-1
    mutual_information            :math:`E - \sum t E_u / T`                             0-E
    relative_diversity            :math:`1 - \sum t I_u / T I`                           0-1
    normalized_exposure           :math:`\sum_k \sum t(p_k-P_k)^2 / T(1-P_k)`            0-1
    squared_cv                    :math:`\sum_k \sum t(p_k-P_k)^2 / T(K-1)P_k`           0-1
    simpson_interaction           :math:`I = \sum_k P_k(1 - P_k)`                        0-(1-1/K)
    entropy                       :math:`E = -\sum_k P_k \ln P_k`                        0-ln K
    spatial_theil_h               :math:`1 - \sum t \tilde E_u / T E`                    to 1
    spatial_dissimilarity         :math:`\sum_k\sum t|\tilde p_k - P_k| / 2TI`           0 up
    spatial_relative_diversity    :math:`1 - \sum t \tilde I_u / T I`                    to 1
    ============================= =====================================================  =========

    A tilde marks the composition of the surroundings (`spatial.surroundings`), where the unit's own
    residents t are the weight and P, E and I are the true ones of the area.

    Parameters
    ----------
    counts : ndarray, shape (n, K)
        Counts per group, 0 or more, whole or not; NaN leaves the unit out.
    groups : sequence of K str
        Names of the groups.
    total : ndarray, shape (n,), optional
        Population of each unit, at least the sum of its groups; None is that sum. It decides who
        "the rest" is. Indices for many groups, and of a group against another, look at the groups
        only.
    area : sequence of n labels, optional
        Adds the indices of every area by itself, as if it had been given alone. A unit without a
        label counts in "all" only.
    which : sequence of str, optional
        Index ids; None computes all that the input allows.
    pairs : bool
        Also set each group against each other group.
    geometry : ndarray of shapely geometry, shape (n,), optional
        Polygons (metres) for `PLACE` and `SPATIAL`, or points for `SPATIAL` alone. Of a polygon its
        representative point counts.
    bandwidths : sequence of float
        Metres; each gives the `SPATIAL` indices once.
    kernel : {"step", "triangular", "gaussian"}
    units : sequence of n labels, optional
        What messages call a unit; its row number by default.
    progress, cancelled : callable, optional

    Returns
    -------
    DataFrame
        Columns `COLUMNS`, one row per index; areas in order of their label after "all". `group` is
        "all" for indices of many groups, `versus` is "rest", another group or None. `low, high,
        expected, z, p` are NaN: `inference` fills them. Undefined values are NaN and `note` says
        why. `n_units` and `n_total` are those that the index is made of; `n_excluded` are units of
        the area without usable counts.

    Raises
    ------
    MeasureError
        For negative or infinite counts, a total smaller than its groups (unit named), a group given
        twice, one group without a total, no usable unit, a bandwidth that is no distance, an
        unknown index, an index that needs polygons or bandwidths which are not there, an area
        called "all", as the whole is, or no area at all.
    Cancelled
        When `cancelled()` is true.

    Notes
    -----
    *Group absent*: its value is NaN, "group absent"; of a group that is everybody NaN, "rest
    absent", but isolation is 1, interaction 0, and delta sets it against the land. An absent group
    plays no part in the indices of many groups, also not in K; with one group present only
    simpson_interaction and entropy are defined: 0. *Zero units* are left out before anything else.
    *One unit*: the formula holds (D = 0), and the note says "one unit", for there was nothing to
    compare; without touching units or another size the indices of neighbours and
    absolute_concentration are NaN. *Fractions*: nothing is rounded but the number of draws of the
    bias-corrected D. The result does not depend on the order of the rows, to the last digit.

    absolute_concentration compares the group's mean land with the least and the most it could be,
    if the group filled the smallest or the largest units that house as many people. The last of
    those counts whole, so with few or unlike units the index can pass 0 and 1. Surroundings may be
    unlike the area: spatial_theil_h lies between 1 - ln K / E and 1, spatial_relative_diversity
    between 1 - (1 - 1/K) / I and 1, and spatial_dissimilarity is at most (1 - min P) / I.

    Sources: Duncan and Duncan (1955) D; Massey and Denton (1988) gini, theil_h, isolation,
    interaction, correlation_ratio, atkinson, delta, absolute_concentration; Allen et al. (2015) the
    bias-corrected D; Morrill (1991); Wong (1993); Reardon and Firebaugh (2002) the indices of many
    groups; Reardon and O'Sullivan (2004) and O'Sullivan and Wong (2007) the spatial ones. The
    docs (methods.md) treat each of them and the differences with other software.
    """
    wanted = _wanted(which, geometry, bandwidths)
    counts, total, usable = check(counts, groups, total, area, units)
    if area is not None and any(isinstance(name, str) and name == ALL for name in area):
        raise MeasureError(
            'There is an area called "{name}", and that is what all units together are called in '
            "the result. Give it another name.",
            'Er is een gebied dat "{name}" heet, en zo heten in de uitkomst alle eenheden samen. '
            "Geef het een andere naam.",
            name=ALL,
        )
    shapes = np.asarray(geometry, dtype=object)
    points = spatial.representative_points(shapes) if wanted & set(SPATIAL) else None
    drawn = wanted & {*PLACE, *SPATIAL}
    whole = all_units(counts, total, usable, ALL, shapely.bounds(shapes) if drawn else None)
    cuts = [whole]
    if area is not None:
        cut = by_area(whole, area)
        if not len(cut.areas):
            raise MeasureError(
                "No unit that can be used has an area. Choose another field for the area, or leave "
                "it empty.",
                "Geen eenheid die te gebruiken is heeft een gebied. Kies een ander veld voor het "
                "gebied, of laat het leeg.",
            )
        cuts.append(cut)
    land = spatial.Land(shapes, usable, wanted) if wanted & set(PLACE) else None
    tables = []
    for number, cut in enumerate(cuts):
        table = _Blocks([str(name) for name in groups])
        first, last = 100.0 * number / len(cuts), 100.0 * (number + 1) / len(cuts)
        step = _Step(progress, cancelled, first, last, plain=0.2 if points is not None else 1.0)
        _add_plain(table, cut, wanted, pairs, land, step)
        if points is not None:
            _add_spatial(table, cut, wanted, points, bandwidths, kernel, step)
        tables.append(table.frame(cut.areas, int((~usable).sum())))
    return _with_exclusions(tables, area, usable)


def local_indices(
    counts: np.ndarray,
    groups: Sequence[str],
    *,
    total: np.ndarray | None = None,
    area: Sequence[object] | None = None,
    units: Sequence[object] | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> pd.DataFrame:
    r"""Describe every unit against its reference area.

    .. math::
        LQ_{uk} = p_{uk} / P_k, \qquad E_u = -\sum_k p_{uk} \ln p_{uk}, \qquad
        I_u = \sum_k p_{uk} (1 - p_{uk}), \qquad L_u = \sum_k p_{uk} \ln (p_{uk} / P_k), \qquad
        d_{uk} = t_u |p_{uk} - P_k| / 2TP_k(1 - P_k)

    Parameters
    ----------
    counts, groups, total, units
        As in `indices`.
    area : sequence of n labels, optional
        Reference area of each unit; None takes all units together. A unit without a label gets no
        value that compares.
    cancelled : callable, optional

    Returns
    -------
    DataFrame, one row per unit in the order of the input
        - `lq_<group>`: location quotient, 0 and up, 1 = as the reference area;
        - `entropy`: nats, 0 to ln K; `diversity`: entropy / ln K, 0-1; `simpson`: the chance that
          two dwellings of the unit differ, 0 to 1 - 1/K;
        - `local_divergence`: nats, 0 and up; weighted by population its mean over the reference
          area is the mutual information;
        - `d_share_<group>`: the unit's part of D of the group against the rest; the parts of a
          reference area add up to its D.

        NaN for units without usable counts. Where a group is absent in the reference area its lq
        and d_share are NaN, where it is everybody its d_share. An area of one unit is its own
        reference: lq 1, local_divergence and d_share 0. Fractions are used as they are.

    Raises
    ------
    MeasureError
        As `indices`.

    Notes
    -----
    With one group the composition is that group and the rest of `total`; with more it is that of
    the groups. Shares in `lq` and `d_share` are of `total`. Isard (1960), Theil (1972), Simpson
    (1949), Theil and Finizza (1971), Duncan and Duncan (1955).
    """
    step = _Step(None, cancelled, 0.0, 100.0, plain=1.0)
    counts, total, usable = check(counts, groups, total, area, units)
    step.look()
    n, n_groups = counts.shape
    everything = all_units(counts, total, usable, ALL)
    step.look()
    known = by_area(everything, np.full(n, ALL) if area is None else area)
    rows, code = known.rows, known.code
    step.look()
    rest = np.maximum(total[:, None] - counts, 0.0)
    classes = counts if n_groups > 1 else np.hstack([counts, rest])
    own = composition(np.where(usable[:, None], classes, np.nan))
    around = np.full(own.shape, np.nan)
    around[rows] = composition(known.add(classes[rows]))[code]
    step.look()
    ratio = own / np.where(around > 0, around, np.nan)
    gap = (own * np.log(np.where(ratio > 0, ratio, 1.0))).sum(axis=1)
    step.look()

    T, X = known.add(known.total)[:, None], known.add(known.counts)
    Y = known.add(rest[rows])
    both = np.where((X > 0) & (Y > 0), X * Y, np.nan)
    quotient, part = np.full((n, n_groups), np.nan), np.full((n, n_groups), np.nan)
    share = known.counts / known.total[:, None]
    quotient[rows] = share / (np.where(X > 0, X, np.nan) / T)[code]
    # The same as t |p - P| / 2 T P (1 - P), without the loss in 1 - P.
    part[rows] = np.abs(known.counts * Y[code] - rest[rows] * X[code]) / (2.0 * both)[code]
    step.look()

    result = {f"lq_{name}": quotient[:, k] for k, name in enumerate(groups)}
    result["entropy"] = entropy(own)
    result["diversity"] = result["entropy"] / np.log(classes.shape[1])
    result["simpson"] = (own * (1.0 - own)).sum(axis=1)
    # Never negative by Gibbs' inequality; rounding may leave -1e-17.
    result["local_divergence"] = np.where(np.isnan(around[:, 0]), np.nan, np.maximum(gap, 0.0))
    result |= {f"d_share_{name}": part[:, k] for k, name in enumerate(groups)}
    return pd.DataFrame(result)


def profile(table: pd.DataFrame) -> pd.DataFrame:
    """Line up the spatial indices by bandwidth, for a chart of index against distance.

    Parameters
    ----------
    table : DataFrame from `indices` with bandwidths.

    Returns
    -------
    DataFrame
        `area, index, group, bandwidth, value`, ordered by them as they appear. Bandwidth 0 is the
        index without surroundings, where the table has it (multigroup_theil_h under
        spatial_theil_h, and so on).
    """
    plain = {
        ("spatial_theil_h", True): "multigroup_theil_h",
        ("spatial_dissimilarity", True): "multigroup_dissimilarity",
        ("spatial_relative_diversity", True): "relative_diversity",
        ("spatial_theil_h", False): "theil_h",
        ("spatial_dissimilarity", False): "dissimilarity",
        # For one group against the rest relative diversity is the correlation ratio.
        ("spatial_relative_diversity", False): "correlation_ratio",
    }
    areas, rows, values = _areas_and_rows(table)
    single = rows["bandwidth"].isna() & rows["versus"].isin([None, REST])
    known = {
        (index, group): place
        for place, index, group in zip(
            *(rows.index[single], rows["index"][single], rows["group"][single]), strict=True
        )
    }
    records, places = [], []
    at_distance = rows[rows["index"].isin(SPATIAL)]
    for (index, group), found in at_distance.groupby(["index", "group"], sort=False):
        start = known.get((plain[str(index), group == ALL], group))
        if start is not None:
            records.append((index, group, 0.0))
            places.append(start)
        ordered = found["bandwidth"].sort_values()
        records += [(index, group, bandwidth) for bandwidth in ordered]
        places += ordered.index.tolist()
    line = pd.DataFrame(records, columns=["index", "group", "bandwidth"])
    result = pd.concat([line] * len(areas), ignore_index=True)
    result.insert(0, "area", np.repeat(areas, len(line)))
    return result.assign(value=values[:, places].ravel())


def _areas_and_rows(table: pd.DataFrame) -> tuple[np.ndarray, pd.DataFrame, np.ndarray]:
    """Return the areas (A,) of a table from `indices`, the rows that each has, and their values.

    Every area has the same R rows in the same order; values are (A, R).
    """
    area = table["area"].to_numpy(dtype=object)
    size = int(np.count_nonzero(area == area[0]))
    rows = table.iloc[:size][["index", "group", "versus", "bandwidth"]].reset_index(drop=True)
    return area[::size], rows, table["value"].to_numpy(dtype=float).reshape(-1, size)


def wide(table: pd.DataFrame) -> pd.DataFrame:
    """Turn the table into one row per area, to join to a layer of areas.

    Parameters
    ----------
    table : DataFrame from `indices`.

    Returns
    -------
    DataFrame
        `area, n_units, n_total, n_excluded` (the largest numbers that an index of the area is made
        of), then a column per index: `<index>` of all groups, `<index>_<group>` of a group against
        the rest, `<index>_<group>_<versus>` of a pair, with `_<bandwidth>m` behind spatial ones
        (and `_2` behind a name that is taken: groups `a`, `b` and `a_b`).
    """
    areas, rows, values = _areas_and_rows(table)
    names: list[str] = []
    for index, group, versus, bandwidth in rows.itertuples(index=False):
        parts = [index]
        parts += [] if versus is None else [group] if versus == REST else [group, versus]
        parts += [] if np.isnan(bandwidth) else [f"{bandwidth:g}m"]
        plain = "_".join(parts)
        others = (f"{plain}_{n}" for n in count(2))
        names.append(next(name for name in chain([plain], others) if name not in names))
    numbers = {
        name: table[name].to_numpy().reshape(len(areas), -1).max(axis=1)
        for name in ("n_units", "n_total", "n_excluded")
    }
    start = pd.DataFrame({"area": areas, **numbers})
    return pd.concat([start, pd.DataFrame(values, columns=names)], axis=1)


# -- the rows of the table


class _Step:
    """Reports progress of one cut within its share of the whole, and stops on request."""

    def __init__(
        self,
        progress: Callable[[float], None] | None,
        cancelled: Callable[[], bool] | None,
        first: float,
        last: float,
        *,
        plain: float,
    ) -> None:
        self.progress, self.cancelled = progress, cancelled
        self.first, self.last, self.plain = first, last, plain

    def between(self, first: float, last: float) -> _Step:
        """Return the same for a part of this cut (0-1)."""
        size = self.last - self.first
        ends = self.first + size * first, self.first + size * last
        return _Step(self.progress, self.cancelled, *ends, plain=1.0)

    def look(self) -> None:
        """Stop when the user wants to."""
        if self.cancelled is not None and self.cancelled():
            raise Cancelled

    def __call__(self, part: float) -> None:
        """Report a part (0-1) of this cut."""
        self.look()
        if self.progress is not None:
            self.progress(self.first + (self.last - self.first) * part)


class _Blocks:
    """Gathers rows by index: in each block one row per area."""

    def __init__(self, names: list[str]) -> None:
        self.names = names
        self.blocks: list[tuple] = []

    def add(
        self,
        index: str,
        contrast: Contrast,
        value: np.ndarray,
        n_units: np.ndarray,
        n_total: np.ndarray,
        notes: np.ndarray,
        bandwidth: float = np.nan,
    ) -> None:
        """Add one index of all areas; arrays (A,)."""
        group = self.names[contrast.group]
        versus: str | None = REST
        if contrast.kind == "many":
            group, versus = ALL, None
        elif contrast.kind == "pair":
            versus = self.names[contrast.versus]
        self.blocks.append((index, group, versus, bandwidth, value, n_units, n_total, notes))

    def frame(self, areas: np.ndarray, n_excluded: int = 0) -> pd.DataFrame:
        """Return the table, areas in their order and the blocks of an area in theirs."""
        columns = list(zip(*self.blocks, strict=True)) or [()] * 8
        n_areas, n_blocks = len(areas), len(self.blocks)
        size = n_areas * n_blocks

        def tiled(values: tuple, kind: type = object) -> np.ndarray:
            return np.tile(np.array(values, dtype=kind), n_areas)

        def stacked(values: tuple, kind: type) -> np.ndarray:
            return np.array(values, dtype=kind).reshape(n_blocks, n_areas).T.ravel()

        # In the order of COLUMNS.
        return pd.DataFrame(
            {
                "area": np.repeat(areas, n_blocks),
                "index": tiled(columns[0]),
                "group": tiled(columns[1]),
                "versus": tiled(columns[2]),
                "bandwidth": tiled(columns[3], float),
                "value": stacked(columns[4], float),
                **{name: np.full(size, np.nan) for name in ("low", "high", "expected", "z", "p")},
                "n_units": stacked(columns[5], np.int64),
                "n_total": stacked(columns[6], float),
                "n_excluded": np.full(size, n_excluded),
                "note": stacked(columns[7], object),
            },
            copy=False,
        )


def _notes(size: int, *reasons: tuple[np.ndarray, str]) -> np.ndarray:
    """Return for each area the reasons that hold there, None where there is none."""
    notes = np.full(size, None, dtype=object)
    for holds, text in reasons:
        if holds.any():
            for i in np.flatnonzero(holds):
                notes[i] = text if notes[i] is None else f"{notes[i]}; {text}"
    return notes


def _with_exclusions(
    tables: list[pd.DataFrame], area: Sequence[object] | None, usable: np.ndarray
) -> pd.DataFrame:
    """Count the units left out, and add the areas of which nothing is left."""
    if area is None:
        return tables[0]
    codes, labels = pd.factorize(np.asarray(area, dtype=object), sort=True)
    excluded = np.bincount(codes[~usable & (codes >= 0)], minlength=len(labels))
    number = {label: i for i, label in enumerate(labels)}
    present = set(tables[1]["area"])
    for label in labels:
        if label not in present:
            nothing = tables[0].assign(
                area=label, value=np.nan, n_units=0, n_total=0.0, note="no usable units"
            )
            tables.append(nothing)
    by_label = pd.concat(tables[1:], ignore_index=True)
    position = by_label["area"].map(number).to_numpy()
    by_label["n_excluded"] = excluded[position]
    by_label = by_label.iloc[np.argsort(position, kind="stable")]
    return pd.concat([tables[0], by_label], ignore_index=True)


def _wanted(
    which: Sequence[str] | None, geometry: np.ndarray | None, bandwidths: Sequence[float]
) -> frozenset[str]:
    """Return the ids to compute, or raise for what is unknown or cannot be computed."""
    spatial.check_bandwidths(bandwidths)
    polygons = False
    if geometry is not None:
        kinds = set(shapely.get_type_id(np.asarray(geometry, dtype=object)).tolist()) - {-1}
        polygons = bool(kinds) and kinds <= {3, 6}
    if which is None:
        places = PLACE if polygons else ()
        scales = SPATIAL if geometry is not None and len(bandwidths) else ()
        return frozenset({*ONE_GROUP, BIAS_CORRECTED, *MANY_GROUPS, *places, *scales})
    for name in which:
        if name not in INDICES:
            raise MeasureError(
                "There is no index {name}. The indices are: {names}.",
                "Er is geen index {name}. De indices zijn: {names}.",
                name=name,
                names=", ".join(INDICES),
            )
        if name in PLACE and not polygons:
            raise MeasureError(
                "Index {name} uses the area or the borders of units, so it needs polygons. Give a "
                "polygon layer, or leave this index out.",
                "Index {name} gebruikt de oppervlakte of de grenzen van eenheden en vraagt dus "
                "vlakken. Geef een vlakkenlaag, of laat deze index weg.",
                name=name,
            )
        if name in SPATIAL and (geometry is None or not len(bandwidths)):
            raise MeasureError(
                "Index {name} needs a layer with geometry and at least one bandwidth in metres.",
                "Index {name} vraagt een laag met geometrie en minstens een bandbreedte in meters.",
                name=name,
            )
    return frozenset(which)


def _add_plain(
    table: _Blocks,
    units: Units,
    wanted: frozenset[str],
    pairs: bool,
    land: spatial.Land | None,
    step: _Step,
) -> None:
    """Add what needs no distances."""
    n_groups = units.counts.shape[1]
    needed = ingredients_of(wanted)
    one = [name for name in (*ONE_GROUP, BIAS_CORRECTED, *PLACE) if name in wanted]
    many = [name for name in MANY_GROUPS if name in wanted and n_groups > 1]
    places = land.of(units) if land is not None else None
    every = list(contrasts(n_groups, pairs=pairs)) if one or many else []
    # A pair is the same from either side, except for the chance to meet.
    once = [c for c in every if c.kind == "rest" or c.group < c.versus]
    found = []
    for number, contrast in enumerate(once):
        step(step.plain * number / (2 * len(once)))
        found.append(sums(units, contrast, needed))
    values = one_group_values(stacked(found)) if found else {}
    undefined = {name for name, value in values.items() if np.isnan(value).any()}
    for number, contrast in enumerate(every):
        ends = [step.plain * (len(every) + number + n) / (2 * len(every)) for n in (0, 1)]
        part = step.between(*ends)
        part(0.0)
        if contrast in once:
            names = one if contrast.kind == "rest" else [name for name in one if name in _PAIR]
            row = once.index(contrast)
            mine = {name: value[row] for name, value in values.items()}
            _add_one_group(table, units, contrast, found[row], mine, undefined, names, places, part)
        if contrast.kind == "pair" and "interaction" in wanted:
            _add_meeting(table, units, contrast)
    if many:
        against_rest = [s for s, c in zip(found, once, strict=True) if c.kind == "rest"]
        _add_many_groups(table, units, many, needed, against_rest)


def _add_one_group(
    table: _Blocks,
    units: Units,
    contrast: Contrast,
    s: Sums,
    values: dict[str, np.ndarray],
    undefined: set[str],
    names: Sequence[str],
    places: list[spatial.Place] | None,
    step: _Step,
) -> None:
    """Add the indices of one contrast; only those in `undefined` can be NaN."""
    x, t = contrast.numbers(units.counts, units.total)
    n_units = units.sizes if contrast.kind == "rest" else units.add((t > 0).astype(np.int64))
    if BIAS_CORRECTED in names:
        y = np.maximum(t - x, 0.0)
        corrected = []
        for number, i in enumerate(units.slices()):
            step(number / len(units.starts))
            corrected.append(bias_corrected(x[i], y[i], step.look))
        values = values | {BIAS_CORRECTED: np.array(corrected)}
    gone = "versus group absent" if contrast.kind == "pair" else "rest absent"
    absent = (~(s.group > 0), "group absent"), ((s.group > 0) & ~(s.rest > 0), gone)
    nothing_to_compare = n_units == 1, "one unit"
    usual = _notes(len(n_units), nothing_to_compare)
    for name in names:
        if name in PLACE:
            found = []
            for place, i in zip(places or [], units.slices(), strict=True):
                step.look()
                found.append(place.value(name, x[i], t[i]))
            value, number, people, said = (np.array(column) for column in zip(*found, strict=True))
            why = [(np.isnan(value) & holds, text) for holds, text in absent]
            why += [(said == text, text) for text in np.unique(said) if text]
            notes = _notes(len(value), *why, (number == 1, "one unit"))
            table.add(name, contrast, value, number, people, notes)
            continue
        value, notes = values[name], usual
        if name in undefined or name == BIAS_CORRECTED:
            why = [(np.isnan(value) & holds, text) for holds, text in absent]
            notes = _notes(len(value), *why, nothing_to_compare)
        table.add(name, contrast, value, n_units, s.total, notes)


def _add_meeting(table: _Blocks, units: Units, contrast: Contrast) -> None:
    """Add the chance that a member of the group meets one of the other group in its unit.

    Everybody in the unit can be met: isolation and the chances for all others add up to 1.
    """
    x, other = units.counts[:, contrast.group], units.counts[:, contrast.versus]
    X = units.add(x)
    value = units.add(x * other / units.total) / np.where(X > 0, X, np.nan)
    notes = _notes(len(X), (np.isnan(value), "group absent"), (units.sizes == 1, "one unit"))
    table.add("interaction", contrast, value, units.sizes, units.add(units.total), notes)


def _add_many_groups(
    table: _Blocks,
    units: Units,
    names: Sequence[str],
    needed: frozenset[str],
    against_rest: list[Sums],
) -> None:
    n_groups = units.counts.shape[1]
    t = units.counts.sum(axis=1)
    people = units.add(t)
    # Where the groups are everybody, the sums are those of each group against the rest.
    everybody = len(against_rest) == n_groups and np.array_equal(t, units.total)
    s = against_rest
    if not everybody:
        s = [sums(units, Contrast("many", k), needed) for k in range(n_groups)]
    values = many_group_values(stacked(s))
    n_units = units.add((t > 0).astype(np.int64))
    absent = ~(units.add(units.counts) > 0)
    reasons = _among_groups(table.names, absent, units.add(units.total) - people)
    reasons.append((n_units == 1, "one unit"))
    usual = _notes(len(people), *reasons)
    for name in names:
        undefined, notes = np.isnan(values[name]), usual
        if undefined.any():
            notes = _notes(len(people), *_too_few_groups(undefined, absent), *reasons)
        table.add(name, Contrast("many", 0), values[name], n_units, people, notes)


def _among_groups(
    names: Sequence[str], absent: np.ndarray, others: np.ndarray
) -> list[tuple[np.ndarray, str]]:
    """Return what to know of an index of many groups: who is absent (A, K), who is no group."""
    some = ~absent.all(axis=1)
    # Less than half a dwelling is rounding in the total, not people who were left out.
    return [
        *((absent[:, k] & some, f"group absent: {name}") for k, name in enumerate(names)),
        (others > 0.5, "groups only, not the rest of the total"),
    ]


def _too_few_groups(undefined: np.ndarray, absent: np.ndarray) -> list[tuple[np.ndarray, str]]:
    """Return why an index of many groups is undefined (A,)."""
    nobody = absent.all(axis=1)
    return [
        (undefined & nobody, "group absent"),
        (undefined & ~nobody, "only one group present"),
    ]


def _add_spatial(
    table: _Blocks,
    units: Units,
    wanted: frozenset[str],
    points: np.ndarray,
    bandwidths: Sequence[float],
    kernel: str,
    step: _Step,
) -> None:
    """Add the indices of surroundings; each area sees its own units only."""
    here = np.isfinite(points[units.rows]).all(axis=1)
    found: list[list[tuple]] = []
    for inside in units.slices():
        known = np.arange(inside.start, inside.stop)[here[inside]]
        done, size = inside.start, inside.stop - inside.start

        def report(percent: float, done: int = done, size: int = size) -> None:
            part = (done + size * percent / 100) / len(units.rows)
            step(step.plain + (1 - step.plain) * part)

        report(0.0)
        counts, total = units.counts[known], units.total[known]
        around = spatial.surroundings(
            points[units.rows[known]],
            np.column_stack([counts, total]),
            bandwidths,
            kernel,
            progress=report,
            cancelled=step.cancelled,
        )
        found.append(_spatial_rows(counts, total, around))
    lost = units.add((~here).astype(np.int64))
    for block in zip(*found, strict=True):
        contrast, scale = block[0][:2]
        sizes = np.array([row[3] for row in block])
        everybody, number = (np.array([row[n] for row in block]) for n in (4, 5))
        people, absent = sizes.sum(axis=1), ~(sizes > 0)
        for position, name in enumerate(SPATIAL):
            if name in wanted:
                value = np.array([row[2][position] for row in block])
                if contrast.kind == "rest":
                    why = [
                        (absent[:, 0], "group absent"),
                        (absent[:, 1] & ~absent[:, 0], "rest absent"),
                    ]
                else:
                    why = _too_few_groups(np.isnan(value), absent)
                    why += _among_groups(table.names, absent, everybody - people)
                notes = _notes(
                    len(value),
                    *why,
                    (lost > 0, "units without geometry left out"),
                    (number == 1, "one unit"),
                )
                table.add(name, contrast, value, number, people, notes, float(bandwidths[scale]))


def _spatial_rows(counts: np.ndarray, total: np.ndarray, around: np.ndarray) -> list[tuple]:
    """Return contrast, scale, values, sizes of the groups, everybody and the number of units.

    A tuple for each bandwidth and set of groups.
    """
    n_groups = counts.shape[1]
    rows = []
    for scale in range(len(around)):
        near, near_total = around[scale][:, :n_groups], around[scale][:, n_groups]
        for k in range(n_groups):
            own = np.column_stack([counts[:, k], np.maximum(total - counts[:, k], 0.0)])
            others = np.maximum(near_total - near[:, k], 0.0)
            values = spatial_values(own, np.column_stack([near[:, k], others]))
            rows.append(
                (Contrast("rest", k), scale, values, own.sum(axis=0), total.sum(), len(own))
            )
        if n_groups > 1:
            number = int(np.count_nonzero(counts.sum(axis=1) > 0))
            values = spatial_values(counts, near)
            sizes = counts.sum(axis=0)
            rows.append((Contrast("many", 0), scale, values, sizes, total.sum(), number))
    return rows


def spatial_values(own: np.ndarray, near: np.ndarray) -> tuple[float, float, float]:
    """Return the `SPATIAL` indices from the counts (n, K) of units and of their surroundings."""
    sizes = own.sum(axis=0)
    if np.count_nonzero(sizes > 0) < 2:
        return (np.nan, np.nan, np.nan)
    T = sizes.sum()
    share = sizes / T
    diversity = (share * (1.0 - share)).sum()
    weight = own.sum(axis=1)
    some = weight > 0
    weight, around = weight[some], composition(near[some])
    return (
        float(1.0 - (weight * entropy(around)).sum() / (T * entropy(share))),
        float((weight * np.abs(around - share).sum(axis=1)).sum() / (2.0 * T * diversity)),
        float(1.0 - (weight * (around * (1.0 - around)).sum(axis=1)).sum() / (T * diversity)),
    )
