# SPDX-License-Identifier: GPL-2.0-or-later
"""At which scale the mix is: the diversity of an area, split over the levels inside it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from ..errors import MeasureError, Text
from .evenness import check
from .mix import canonical_order, composition, entropy, refuse_impossible_counts, usable_rows

WHOLE = "all"
UNIT = "unit"
WITHIN = "within"
SPECTRUM_COLUMNS = (
    "area",
    "area_level",
    "level",
    "entropy",
    "between",
    "share",
    "theil_h",
    "dissimilarity",
    "multigroup_dissimilarity",
    "variance_ratio",
    "n_units",
    "n_total",
)

# Below this part of its maximum the diversity of an area is too small to divide by.
HARDLY_MIXED = 0.05


def mosaic_index(counts: np.ndarray, parents: Sequence[object]) -> pd.DataFrame:
    r"""Homogeneous units in heterogeneous parents (HBHW), per parent.

    .. math:: HBHW_w = (E_w - \bar E_w) / \ln K = D^*_w \cdot H_w

    with :math:`E_w` the entropy of the parent's summed counts and :math:`\bar E_w` the mean entropy
    of its units weighted by their dwellings.

    Parameters
    ----------
    counts : ndarray, shape (n, K)
        Dwellings per unit and class; rows with NaN or without dwellings are left out.
    parents : sequence of n labels
        None or NaN leaves the unit out.

    Returns
    -------
    DataFrame indexed by parent, in order of label
        `n_blocks`; `wijk_diversity` E_w / ln K and `block_diversity`, both 0-1; `theil_h` (0-1, NaN
        where E_w < 0.05 ln K: a ratio on next to nothing); `mosaic` (0-1).

    Raises
    ------
    MeasureError
        A count that is negative or infinite.

    Notes
    -----
    Theil's decomposition of entropy (Theil and Finizza 1971; Reardon and Firebaugh 2002). The
    parent is aggregated from its units, so the identity holds exactly. Small units are uniform by
    chance alone: this value is not corrected for that, `mosaic.mosaic` is.
    """
    counts = np.asarray(counts, dtype=float)
    classes = [str(k + 1) for k in range(counts.shape[1])]
    refuse_impossible_counts(counts, classes, range(1, len(counts) + 1))
    labels = pd.Series(list(parents), dtype=object)
    used = usable_rows(counts)
    used &= labels.notna().to_numpy()
    codes, names = pd.factorize(labels[used], sort=True)
    units = counts[used]
    size = units.sum(axis=1)
    sums = np.zeros((len(names), counts.shape[1]))
    np.add.at(sums, codes, units)
    log_k = np.log(counts.shape[1])
    parent = entropy(composition(sums))
    with np.errstate(invalid="ignore", divide="ignore"):
        inside = np.bincount(
            codes, weights=size * entropy(composition(units)), minlength=len(names)
        )
        inside = inside / sums.sum(axis=1)
        theil = np.where(parent >= HARDLY_MIXED * log_k, (parent - inside) / parent, np.nan)
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


@dataclass(frozen=True)
class Spectrum:
    """The scale spectrum of every area, and what has to be told beside it.

    Parameters
    ----------
    table : DataFrame with the columns `SPECTRUM_COLUMNS`.
    notes : list of Text.
    n_excluded : units left out for want of counts or of a label.
    """

    table: pd.DataFrame
    notes: list[Text]
    n_excluded: int


def scale_spectrum(
    counts: np.ndarray,
    groups: Sequence[str],
    levels: Mapping[str, Sequence[object]],
    *,
    group: str | None = None,
    versus: str | None = None,
    units: Sequence[object] | None = None,
) -> Spectrum:
    r"""Split the diversity of every area over the nested levels inside it.

    With the mean entropy :math:`\bar E_\ell = \sum_{u \in \ell} (t_u / T) E_u` of the areas of a
    level, from coarse (1) to fine (m), the units themselves last:

    .. math::
        E = [E - \bar E_1] + [\bar E_1 - \bar E_2] + \dots + [\bar E_{m-1} - \bar E_m] + \bar E_m

    Parameters
    ----------
    counts : ndarray, shape (n, K)
        Dwellings of the finest units per class, K at least 2; a row with NaN or without dwellings
        is left out.
    groups : sequence of K str
    levels : mapping of level name to n labels, coarse to fine
        A unit with a missing label at any level is left out. The unit itself is not among them.
    group, versus : str, optional
        The group of `dissimilarity` and `variance_ratio`, and the one that D sets it against. By
        default the group whose name holds "corp", else the second; against the first other one.
    units : sequence of n labels, optional
        What messages call a unit; its row number by default.

    Returns
    -------
    Spectrum
        One row per area and level. Areas are "all" and every area of every level; `area_level` is
        the level of the area. The levels inside it end with "unit" (the units themselves) and
        "within" (what is mixed inside the units). Per row:

        - `entropy`: mean entropy at the level, nats; `between`: what this level adds, nats, 0 and
          up; `share`: `between` / E of the area, 0-1, adding up to 1; NaN where E is 0;
        - `theil_h` 0-1: (E - entropy) / E, NaN where E is 0; `dissimilarity` 0-1 of group against
          versus, NaN where one of them is absent; `multigroup_dissimilarity` 0-1;
          `variance_ratio` 0-1 of the group against all others, :math:`\sum t(p - P)^2 / TP(1-P)`,
          NaN where P is 0 or 1; all NaN in the row "within";
        - `n_units`: areas of that level; `n_total`: dwellings.

    Raises
    ------
    MeasureError
        Impossible counts; fewer than two groups; a level that does not nest in the coarser one
        (labels named); an unknown group; no usable unit.

    Notes
    -----
    Parents are summed from their units, so the parts add up exactly. H, D and the variance ratio
    cannot fall from a level to a finer one on the same dwellings, which is checked. Theil and
    Finizza (1971); Reardon and Firebaugh (2002); Duncan and Duncan (1955).
    """
    if len(groups) < 2:
        raise MeasureError(
            "The scale spectrum needs at least two groups, and got {n}. Choose the count fields of "
            "all tenure classes.",
            "Het schaalspectrum vraagt minstens twee groepen en kreeg er {n}. Kies de velden met "
            "aantallen van alle eigendomsklassen.",
            n=len(groups),
        )
    counts, total, usable = check(counts, groups, units=units)
    first, second = _pair(groups, group, versus)
    labels = {}
    for name, values in levels.items():
        if name in (WHOLE, UNIT, WITHIN):
            raise MeasureError(
                "A level cannot be called {name}; rename the field.",
                "Een niveau kan niet {name} heten; hernoem het veld.",
                name=name,
            )
        column = pd.Series(list(values), dtype=object)
        if len(column) != len(counts):
            raise MeasureError(
                "Level {level} has {a} labels for {b} units; give one for each unit.",
                "Niveau {level} heeft {a} codes bij {b} eenheden; geef er een per eenheid.",
                level=name,
                a=len(column),
                b=len(counts),
            )
        usable &= column.notna().to_numpy()
        labels[name] = column
    if not usable.any():
        raise MeasureError(
            "No unit has both counts and a label at every level ({levels}). Check the fields.",
            "Geen enkele eenheid heeft zowel aantallen als een code op elk niveau ({levels}). "
            "Controleer de velden.",
            levels=", ".join(levels),
        )
    codes = [np.zeros(int(usable.sum()), dtype=np.int64)]
    names: list[np.ndarray] = [np.array([WHOLE], dtype=object)]
    for column in labels.values():
        code, found = pd.factorize(column[usable], sort=True)
        codes.append(code)
        names.append(np.asarray(found, dtype=object))
    counts = counts[usable]
    # Sums must not depend on the order of the rows, to the last digit.
    order = canonical_order([*counts.T, *(code.astype(float) for code in codes)])
    counts = counts[order]
    ladder = [code[order] for code in codes] + [np.arange(len(counts))]
    titles = [WHOLE, *labels]
    _refuse_crossing(ladder[:-1], names, titles)
    table = _spectra(counts, ladder, names, titles, first, second)
    left_out = int((~usable).sum())
    return Spectrum(table, _spectrum_notes(table, left_out, len(usable), total, usable), left_out)


def against_official(
    table: pd.DataFrame, official: Sequence[float], levels: Mapping[str, Sequence[object]]
) -> tuple[pd.DataFrame, Text]:
    """Set the dwellings of every area, summed from units, against an official total.

    Parameters
    ----------
    table : DataFrame
        A spectrum.
    official : sequence of m float
        Dwellings of m areas of the finest level, as published; NaN is unknown.
    levels : mapping of level name to m labels
        In which area of each level those lie, coarse to fine.

    Returns
    -------
    columns, note
        `official_total`, that of the row's area, NaN where that of a part is not known, and `gap`,
        `n_total` minus that: below 0 where units are missing (suppressed, or left out). For the
        whole, the areas of the coarsest level that are in the table count.
    """
    totals: dict[tuple[str, object], float] = {}
    for name, codes in levels.items():
        parts = pd.Series(np.asarray(official, float)).groupby(np.asarray(codes, object))
        sums = parts.sum(min_count=1).where(parts.apply(lambda part: part.notna().all()))
        totals |= {(name, code): float(value) for code, value in sums.items()}
    coarsest = next(iter(levels))
    found = table.loc[table["area_level"] == coarsest, "area"].unique()
    totals[WHOLE, WHOLE] = float(sum(totals.get((coarsest, code), np.nan) for code in found))
    keys = zip(table["area_level"], table["area"], strict=True)
    column = np.array([totals.get(key, np.nan) for key in keys], float)
    result = pd.DataFrame({"official_total": column, "gap": table["n_total"] - column})
    finest = [*levels][-1]
    own = result.assign(area=table["area"], n=table["n_total"])[table["area_level"] == finest]
    own = own.drop_duplicates("area").dropna()
    return result, _gap_note(own, finest)


def _gap_note(own: pd.DataFrame, level: str) -> Text:
    """Say how far the areas of the finest level are off, and which one most."""
    if own.empty:
        return Text(
            "No area of level {level} has an official total to compare with.",
            "Geen gebied van niveau {level} heeft een officieel totaal om mee te vergelijken.",
        ).format(level=level)
    total = float(own["official_total"].sum())
    row = own.loc[own["gap"].abs().idxmax()]
    return Text(
        "{n} areas of level {level} hold {sum:,.0f} dwellings summed from units, and {total:,.0f} "
        "officially: {part:+.1f}%. The largest gap is {gap:+,.0f} of {its:,.0f}, in {area}; all of "
        "them are in the field gap.",
        "{n} gebieden van niveau {level} hebben {sum:,.0f} woningen, opgeteld uit eenheden, en "
        "officieel {total:,.0f}: {part:+.1f}%. Het grootste verschil is {gap:+,.0f} van "
        "{its:,.0f}, in {area}; ze staan alle in het veld gap.",
    ).format(
        n=len(own),
        level=level,
        sum=float(own["n"].sum()),
        total=total,
        part=100.0 * float(own["gap"].sum()) / total if total else 0.0,
        gap=float(row["gap"]),
        its=float(row["official_total"]),
        area=row["area"],
    )


def pair(
    groups: Sequence[str], group: str | None = None, versus: str | None = None
) -> tuple[str, str]:
    """Return the group of `dissimilarity`, and the one that it is set against."""
    first, second = _pair(groups, group, versus)
    return groups[first], groups[second]


def _pair(groups: Sequence[str], group: str | None, versus: str | None) -> tuple[int, int]:
    """Return the positions of the two groups that D compares."""
    names = [str(name) for name in groups]
    for asked in (group, versus):
        if asked is not None and asked not in names:
            raise MeasureError(
                "Group {group} is not among the groups: {groups}.",
                "Groep {group} hoort niet bij de groepen: {groups}.",
                group=asked,
                groups=", ".join(names),
            )
    if group is None:
        free = [name for name in names if name != versus]
        group = next((name for name in free if "corp" in name.lower()), None)
        group = group or (free[1] if len(free) == len(names) else free[0])
    if versus is None:
        versus = next(name for name in names if name != group)
    if versus == group:
        raise MeasureError(
            "Group {group} cannot be compared with itself; choose another one.",
            "Groep {group} kan niet met zichzelf worden vergeleken; kies een andere.",
            group=group,
        )
    return names.index(group), names.index(versus)


def _refuse_crossing(
    ladder: Sequence[np.ndarray], names: Sequence[np.ndarray], titles: Sequence[str]
) -> None:
    """Raise MeasureError where an area lies in two areas of the coarser level."""
    for fine in range(2, len(ladder)):
        coarse = fine - 1
        pairs = np.unique(np.column_stack([ladder[fine], ladder[coarse]]), axis=0)
        twice = np.flatnonzero(pairs[1:, 0] == pairs[:-1, 0])
        if not len(twice):
            continue
        at = twice[0]
        crossing = np.unique(pairs[twice, 0])
        raise MeasureError(
            "Level {fine} does not nest in level {coarse}: {code} lies in {a} and in {b}. Areas "
            "where this is so: {n} ({list}). Give the levels coarse to fine, or correct the codes.",
            "Niveau {fine} past niet in niveau {coarse}: {code} ligt in {a} en in {b}. Gebieden "
            "waar dit zo is: {n} ({list}). Geef de niveaus van grof naar fijn, of verbeter de "
            "codes.",
            fine=titles[fine],
            coarse=titles[coarse],
            code=names[fine][pairs[at, 0]],
            a=names[coarse][pairs[at, 1]],
            b=names[coarse][pairs[at + 1, 1]],
            n=len(crossing),
            list=", ".join(str(name) for name in names[fine][crossing[:10]])
            + (", …" if len(crossing) > 10 else ""),
        )


def _spectra(
    counts: np.ndarray,
    ladder: Sequence[np.ndarray],
    names: Sequence[np.ndarray],
    titles: Sequence[str],
    first: int,
    second: int,
) -> pd.DataFrame:
    """Return the spectrum of every area of every level but the units."""
    sums = [_add(counts, code) for code in ladder]
    # One unit of each area tells in which coarser area it lies.
    member = [np.unique(code, return_index=True)[1] for code in ladder]
    parts = []
    for level in range(len(ladder) - 1):
        area = sums[level]
        T = area.sum(axis=1)
        whole = entropy(composition(area))
        before = whole
        for finer in range(level + 1, len(ladder) + 1):
            if finer == len(ladder):
                values = {"level": WITHIN, "entropy": before, "between": before}
                values |= dict.fromkeys(SPECTRUM_COLUMNS[6:11], np.nan)
            else:
                inside = sums[finer]
                parent = ladder[level][member[finer]]
                mean = np.bincount(
                    parent, inside.sum(axis=1) * entropy(composition(inside)), len(area)
                )
                mean = mean / T
                values = {
                    "level": titles[finer] if finer < len(titles) else UNIT,
                    "entropy": mean,
                    "between": np.maximum(before - mean, 0.0),
                    "theil_h": (1.0 - mean / np.where(whole > 0, whole, np.nan)).clip(0.0, 1.0),
                    **_contrasts(inside, area, parent, first, second),
                    "n_units": np.bincount(parent, minlength=len(area)).astype(float),
                }
                before = mean
            values["share"] = values["between"] / np.where(whole > 0, whole, np.nan)
            values |= {"area": names[level], "area_level": titles[level], "n_total": T}
            values |= {"_area": np.arange(len(area)), "_at": finer}
            parts.append(pd.DataFrame(values).assign(_level=level))
    table = pd.concat(parts, ignore_index=True)
    table = table.sort_values(["_level", "_area", "_at"], kind="stable", ignore_index=True)
    return table[list(SPECTRUM_COLUMNS)]


def _add(counts: np.ndarray, code: np.ndarray) -> np.ndarray:
    """Sum counts per code."""
    return np.column_stack([np.bincount(code, column) for column in counts.T])


def _contrasts(
    inside: np.ndarray, area: np.ndarray, parent: np.ndarray, first: int, second: int
) -> dict[str, np.ndarray]:
    """Return D of two groups, D of all groups and the variance ratio, per area."""
    own, T = inside.sum(axis=1), area.sum(axis=1)
    with np.errstate(divide="ignore", invalid="ignore"):
        P = area / T[:, None]
        away = np.abs(
            inside[:, first] / area[parent, first] - inside[:, second] / area[parent, second]
        )
        deviation = np.abs(inside - own[:, None] * P[parent]).sum(axis=1)
        squares = (inside[:, first] - own * P[parent, first]) ** 2 / own
        mixed = (P * (1.0 - P)).sum(axis=1)
        # Rounding may leave 1e-17 where a group is everybody.
        present = (area > 0).sum(axis=1) > 1
        both = (area[:, first] > 0) & (area[:, first] < T)
        spread = T * P[:, first] * (1.0 - P[:, first])
        pair = np.bincount(parent, away, len(area)) / 2.0
        many = np.bincount(parent, deviation, len(area)) / (2.0 * T * mixed)
        ratio = np.bincount(parent, squares, len(area)) / spread
    return {
        "dissimilarity": np.where((area[:, [first, second]] > 0).all(axis=1), pair, np.nan),
        "multigroup_dissimilarity": np.where(present, many, np.nan),
        "variance_ratio": np.where(both, ratio, np.nan),
    }


def falls(table: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of a spectrum where H, D or the variance ratio is below the coarser level.

    On the same dwellings that cannot be; a row here means that the levels were not built from the
    same units.
    """
    rows = table[table["level"] != WITHIN]
    indices = ["theil_h", "dissimilarity", "multigroup_dissimilarity", "variance_ratio"]
    steps = rows.groupby(["area_level", "area"], sort=False)[indices].diff()
    return rows[(steps < -1e-9).any(axis=1)]


def _spectrum_notes(
    table: pd.DataFrame, left_out: int, n: int, total: np.ndarray, usable: np.ndarray
) -> list[Text]:
    notes = []
    if left_out:
        lost = float(np.nansum(total[~usable]))
        notes.append(
            Text(
                "{left_out} of {n} units are left out: no usable counts, or no label at some "
                "level. They hold {lost:,.0f} known dwellings, which the totals lack.",
                "{left_out} van {n} eenheden tellen niet mee: geen bruikbare aantallen, of geen "
                "code op een niveau. Ze hebben {lost:,.0f} bekende woningen, die in de totalen "
                "ontbreken.",
            ).format(left_out=left_out, n=n, lost=lost)
        )
    falling = falls(table)
    if len(falling):
        raise MeasureError(
            "An index falls from a level to a finer one at {level} of {area}: the levels are not "
            "built from the same dwellings.",
            "Een index daalt van een niveau naar een fijner niveau bij {level} van {area}: de "
            "niveaus zijn niet uit dezelfde woningen opgebouwd.",
            level=falling["level"].iloc[0],
            area=falling["area"].iloc[0],
        )
    notes.append(
        Text(
            "Checked: D, H and the variance ratio nowhere fall towards a finer level.",
            "Gecontroleerd: D, H en de variantieverhouding dalen nergens naar een fijner niveau.",
        )
    )
    if table["level"].nunique() == 2:
        notes.append(
            Text(
                "No level was given: only the difference between the units and the whole is shown.",
                "Er is geen niveau opgegeven: alleen het verschil tussen de eenheden en het geheel "
                "is te zien.",
            )
        )
    return notes
