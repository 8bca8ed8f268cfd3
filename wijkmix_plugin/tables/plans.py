# SPDX-License-Identifier: GPL-2.0-or-later
"""A plan inventory to the dwellings that may still be built in every buurt."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pandas as pd
import shapely

from ..errors import TableError, Text, listed, number
from .added import UNDRAWN, Added, explain, no_overlap, pieces, shapeless, valid
from .columns import Note
from .land import positive, spelling
from .points_in_areas import PointsInAreas
from .values import text

# Plans of which nothing is free any more: built, being built or withdrawn.
DONE = frozenset(
    {
        *("gerealiseerd", "opgeleverd", "gereed", "voltooid", "afgerond"),
        *("in aanbouw", "in uitvoering", "in bouw"),
        *("vervallen", "ingetrokken", "geannuleerd", "afgewezen", "afgeblazen"),
    }
)
_NAMED = 20
# A plan that reaches over a border by less than this part of it is a matter of drawing.
_SLIVER = 0.01
_NOT_COVERED = Text(
    "no plan in this gemeente: the inventory is not about it",
    "geen plan in deze gemeente: de inventarisatie gaat er niet over",
)
_NO_NUMBER = Text(
    "a plan here has no number of dwellings", "een plan hier heeft geen aantal woningen"
)


def read_statuses(given: str) -> frozenset[str]:
    """Return the statuses of a comma-separated list."""
    return frozenset(spelling(part) for part in given.split(",")) - {""}


def capacity(
    areas: np.ndarray,
    shapes: np.ndarray,
    amounts: pd.Series,
    *,
    layer: str,
    statuses: Sequence[Any] | None = None,
    counted: frozenset[str] = frozenset(),
    gemeenten: Sequence[Any] | None = None,
    check: Callable[[], object] = lambda: None,
) -> Added:
    """Return how many dwellings plans hold in every buurt.

    Parameters
    ----------
    areas : (n,) polygons of the buurten in a metric system; None where there is none.
    shapes : (m,) polygons or points of the plans.
    amounts : (m,) dwellings in each.
    layer : the name of the layer of plans.
    statuses : (m,) status of each, if the layer has one.
    counted : statuses that count; empty: all but those in `DONE`.
    gemeenten : (n,) code of the gemeente of every buurt, if known.
    check : called now and then; raises to stop.

    Returns
    -------
    Added
        `free_capacity` and `plan_note`. In a gemeente without a single plan the capacity is
        unknown, and so it is where a plan has no number of dwellings.

    Raises
    ------
    GeometryError
        No plan lies in a buurt.
    TableError
        A number of dwellings is text or below 0; a status that is asked is on no plan, or none of
        the plans counts.
    """
    amount = positive(amounts)
    areas = valid(areas)
    use, told = _used(len(amount), statuses, counted, amount, layer)
    plan, area, part = _placed(areas, shapes, layer, check)
    # Which gemeenten the inventory is about, is told by all its plans, built ones too.
    covered = np.zeros(len(areas), dtype=bool)
    covered[area] = True
    if gemeenten is None:
        covered[:] = True
    else:
        code, _ = pd.factorize(pd.Series(text(pd.Series(gemeenten, dtype=object)), dtype=object))
        covered |= np.isin(code, np.unique(code[covered & (code >= 0)]))
    here = use[plan]
    blank = np.isnan(amount[plan]) & (part > _SLIVER)
    values = np.where(np.isnan(amount), 0, amount)[plan] * part
    free = np.bincount(area[here], weights=values[here], minlength=len(areas))
    unknown = np.bincount(area[here & blank], minlength=len(areas)) > 0
    undrawn = shapely.is_missing(areas)
    reasons = np.full(len(areas), None, dtype=object)
    explain(reasons, ~covered, _NOT_COVERED)
    explain(reasons, unknown, _NO_NUMBER)
    explain(reasons, undrawn, UNDRAWN)
    there = np.array([r is None for r in reasons], dtype=bool)
    frame = pd.DataFrame({"free_capacity": np.where(there, free, np.nan), "plan_note": reasons})
    total = np.nansum(amount[use])
    outside = max(total - values[here].sum(), 0)
    crossing = int((np.bincount(plan[here & (part > _SLIVER)], minlength=len(use)) > 1).sum())
    notes = [
        *shapeless(layer, shapes),
        *told,
        Note(
            "info" if there.all() else "warning",
            Text(
                "Plans that count: {n}, with {total_en} dwellings, of which {outside_en} outside "
                "the buurten; {blank} without a number. A capacity in {m} of {all} buurten. "
                "Where there is none, the field plan_note says why.",
                "Plannen die tellen: {n}, met {total_nl} woningen, waarvan {outside_nl} buiten de "
                "buurten; {blank} zonder aantal. Een bouwcapaciteit in {m} van {all} "
                "buurten. Is er geen, dan staat in het veld plan_note waarom.",
            ).format(
                n=int(use.sum()),
                total_en=number(total, 0).en,
                total_nl=number(total, 0).nl,
                outside_en=number(outside, 0).en,
                outside_nl=number(outside, 0).nl,
                blank=int((use & np.isnan(amount)).sum()),
                m=int(there.sum()),
                all=len(areas),
            ),
        ),
    ]
    if crossing:
        notes.append(
            Note(
                "warning",
                Text(
                    "{n} plans lie in more than one buurt; their dwellings are divided by area "
                    "(assumption).",
                    "{n} plannen liggen in meer dan één buurt; hun woningen zijn naar oppervlakte "
                    "verdeeld (aanname).",
                ).format(n=crossing),
            )
        )
    record = [
        Text(
            "Plans: layer {layer}. A buurt without a plan, in a gemeente that has one, has no "
            "building capacity (assumption); a plan across borders is divided by area "
            "(assumption).",
            "Plannen: laag {layer}. Een buurt zonder plan, in een gemeente die er wel een heeft, "
            "heeft geen bouwcapaciteit (aanname); een plan over grenzen heen is naar oppervlakte "
            "verdeeld (aanname).",
        ).format(layer=layer),
        *(note.text for note in told),
    ]
    return Added(frame, notes, record)


def _used(
    n: int,
    statuses: Sequence[Any] | None,
    counted: frozenset[str],
    amount: np.ndarray,
    layer: str,
) -> tuple[np.ndarray, list[Note]]:
    """Return which plans count, and what each status holds."""
    if statuses is None:
        return np.ones(n, dtype=bool), []
    names = pd.Series(text(pd.Series(statuses, dtype=object)), dtype=object).fillna("")
    keys = names.map(spelling)
    absent = sorted(counted - set(keys))
    if absent:
        raise TableError(
            "No plan in layer {layer} has the status {absent}; there are: {found}.",
            "Geen plan in laag {layer} heeft de status {absent}; er zijn: {found}.",
            layer=layer,
            absent=", ".join(absent),
            found=listed(sorted({name or "NULL" for name in names}), _NAMED),
        )
    use = (keys.isin(counted) if counted else ~keys.isin(DONE)).to_numpy()
    if not use.any():
        raise TableError(
            "No plan in layer {layer} counts: all have the status {found}. Say which statuses "
            "count.",
            "Geen plan in laag {layer} telt mee: alle hebben de status {found}. Zeg welke "
            "statussen meetellen.",
            layer=layer,
            found=listed(sorted({name or "NULL" for name in names}), _NAMED),
        )
    parts = {}
    for which in (True, False):
        parts[which] = "; ".join(
            f"{name or 'NULL'} ({np.nansum(amount[(names == name).to_numpy()]):.0f})"
            for name in sorted(set(names[use == which]))
        )
    return use, [
        Note(
            "info",
            Text(
                "Status of plans, with dwellings. Counted: {yes}. Not counted: {no}{why_en}.",
                "Status van plannen, met woningen. Geteld: {yes}. Niet geteld: {no}{why_nl}.",
            ).format(
                yes=parts[True],
                no=parts[False] or "-",
                why_en="" if counted else " (assumption)",
                why_nl="" if counted else " (aanname)",
            ),
        )
    ]


def _placed(
    areas: np.ndarray, shapes: np.ndarray, layer: str, check: Callable[[], object]
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return pairs of plans and areas, and the part (0-1) of the plan that lies there."""
    points = np.flatnonzero(shapely.get_dimensions(shapes) == 0)
    drawn = valid(shapes)
    found = pieces(drawn, areas, check)
    plan, area = found.shape, found.area
    part = shapely.area(found.part) / shapely.area(drawn[plan])
    middle = shapely.point_on_surface(shapes[points])
    x, y = shapely.get_x(middle), shapely.get_y(middle)
    if len(points):
        at = PointsInAreas(areas).find(x, y)
        inside = at >= 0
        plan, area = np.r_[plan, points[inside]], np.r_[area, at[inside]]
        part = np.r_[part, np.ones(int(inside.sum()))]
    if not len(plan):
        box = shapely.bounds(shapes)
        raise no_overlap(layer, box[:, [0, 2]].mean(axis=1), box[:, [1, 3]].mean(axis=1))
    return plan.astype(np.int64), area.astype(np.int64), part
