# SPDX-License-Identifier: GPL-2.0-or-later
"""The smallest swap: how many dwellings would have to differ in tenure for D to reach a value."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from ..errors import MeasureError, Text, exact, number

# Room and deviations below this many dwellings are rounding of the arithmetic.
TINY = 1e-9


@dataclass
class Swap:
    """What `swap_bound` found.

    Parameters
    ----------
    change : ndarray of float, shape (n,)
        Dwellings of the group that a unit gains or loses; NaN where a unit takes no part.
    limit : ndarray of object, shape (n,)
        The limit that keeps a unit from coming to the overall share: "max_share", "not a
        receiver", "capacity" or "occupied"; None where no limit does, and while the target or the
        number of dwellings binds.
    price : ndarray of float, shape (n,)
        Shadow price: by how much D falls for one more dwelling of room in this unit. It is 0 while
        the target or the number of dwellings is what binds, and for whole dwellings.
    before, after, lowest : float
        D as it is, after the swap, and the lowest that the limits of the units allow.
    moved : float
        Dwellings that leave the group, and as many that join it: half the sum of abs(change).
    rate : float
        Dwellings to move for each unit of D: the shadow price of the target; its inverse is that
        of the number of dwellings.
    reached : bool
        False when the target is below `lowest`; the swap is then the one that reaches `lowest`.
    notes : list of Text
        The result in words: what binds, and at what price.
    """

    change: np.ndarray
    limit: np.ndarray
    price: np.ndarray
    before: float
    after: float
    lowest: float
    moved: float
    rate: float
    reached: bool
    notes: list[Text] = field(default_factory=list)


def swap_bound(
    group: np.ndarray,
    total: np.ndarray,
    *,
    target: float | None = None,
    dwellings: float | None = None,
    max_share: float = 1.0,
    receivers: np.ndarray | None = None,
    capacity: np.ndarray | None = None,
    released: np.ndarray | None = None,
    whole: bool = False,
) -> Swap:
    r"""Find the least number of dwellings to swap for a target D, or the lowest D within a number.

    With the unit totals :math:`t_i` and the group's total :math:`X` fixed, :math:`T = \sum t_i`
    and :math:`P = X / T`,

    .. math:: D(x) = \frac{\sum_i |x_i - P t_i|}{2 T P (1 - P)}

    is convex and piecewise linear, so both questions are linear programmes in the gains u and the
    losses v: minimise :math:`\sum u_i` subject to :math:`D(x + u - v) \le` target (or D subject to
    :math:`\sum u_i \le` dwellings), :math:`\sum u_i = \sum v_i`, :math:`0 \le u_i \le
    \min(s t_i, t_i - x_i, c_i)` (0 where not a receiver) and :math:`0 \le v_i \le \min(s t_i, x_i,
    r_i)`, with c the capacity and r what is released.

    They are solved exactly without a solver. One dwelling that goes from a unit above the overall
    share to one below it takes :math:`1 / (T P (1 - P))` off D, and no dwelling takes more, so

    .. math::
        \text{moved} = (D_0 - D_1) \, T P (1 - P), \qquad
        \text{moved} \le \min\Big(\sum_i \min(v_i^{max}, (x_i - P t_i)^+), \;
        \sum_i \min(u_i^{max}, (P t_i - x_i)^+)\Big)

    Whole dwellings: the gains of the first, second, … dwelling of a unit do not increase, so taking
    the largest gains first, as many on either side, is optimal (Fox 1966; Ibaraki and Katoh 1988).

    Among equal optima: every unit gives, or takes, the same part of what it usefully can, so the
    answer does not depend on the order of the rows. Whole dwellings are the largest remainders of
    that; exact ties go to the unit that is larger, then to the one further from the overall share,
    and only units alike in all of this are told apart by their place in the table.

    Parameters
    ----------
    group, total : ndarray of float, shape (n,)
        Dwellings of the group and all dwellings. A unit with NaN or without dwellings takes no
        part.
    target : float, optional
        D to reach, 0-1. Give this or `dwellings`.
    dwellings : float, optional
        Most dwellings that may leave the group (as many join it).
    max_share : float
        Largest part s of a unit's dwellings that may change, 0-1.
    receivers : ndarray of bool, shape (n,), optional
        Where the group may grow; None: everywhere.
    capacity : ndarray of float, shape (n,), optional
        Most dwellings of the group that a unit can take in; unknown is none. None: no limit.
    released : ndarray of float, shape (n,), optional
        Dwellings of the group that may go without anybody losing a home: those that are vacant, and
        as many as new ones have been delivered for. Nothing occupied then goes before new is there.
        Unknown is none. None: no limit.
    whole : bool
        Change whole dwellings only.

    Returns
    -------
    Swap

    Raises
    ------
    MeasureError
        Not one of `target` and `dwellings`; a value out of bounds; a group larger than its unit;
        a group that is absent or everybody, so that D does not exist.

    Notes
    -----
    The textbook reading of D, the part of the group that would have to move for an even spread
    (Duncan and Duncan 1955), lets units grow and shrink: D X dwellings. Here units keep their
    number of dwellings and every dwelling that leaves the group is made up for by one that joins,
    so D = 0 takes D X (1 - P): half the replacement index of Farley and Taeuber (1968), 2 D P
    (1 - P), times T. A bound for discussion, not a plan: it knows no costs, leases or people.
    """
    x, t = np.array(group, float), np.array(total, float)
    _check_choice(target, dwellings, max_share)
    used = np.isfinite(x) & np.isfinite(t) & (t > 0)
    _check_counts(x, t, used)
    may_grow = np.ones(len(x), bool) if receivers is None else np.asarray(receivers, bool)
    room, free = (
        np.full(len(x), np.inf) if given is None else _room(given, len(x), *what)
        for given, what in (
            (capacity, ("capacity", "capaciteit")),
            (released, ("released dwellings", "vrijgekomen woningen")),
        )
    )
    x, t, grow, room, free = (values[used] for values in (x, t, may_grow, room, free))
    everybody, size = t.sum(), x.sum()
    if not 0 < size < everybody:
        raise MeasureError(
            "The group has {x} of {t} dwellings, so its dissimilarity does not exist. Choose a "
            "group that is somewhere but not everything.",
            "De groep heeft {x} van {t} woningen; dan bestaat de dissimilariteit niet. Kies een "
            "groep die ergens voorkomt maar niet alles is.",
            x=exact(size),
            t=exact(everybody),
        )
    overall = size / everybody
    rate = everybody * overall * (1 - overall)
    excess = x - overall * t
    limits = _Limits(x, t, max_share, grow, room, free, whole)
    give, take = limits.give(), limits.take()
    before = float(np.abs(excess).sum() / (2 * rate))
    solve = _whole if whole else _fractional
    most = solve(excess, give, take, t, np.inf)
    lowest = _dissimilarity(excess, most, rate)
    if dwellings is not None:
        wanted = float(dwellings)
    elif whole:
        wanted = _fewest(excess, give, take, 2 * rate * (before - float(target or 0.0)))
    else:
        wanted = max(before - float(target or 0.0), 0.0) * rate
    change = solve(excess, give, take, t, wanted)
    after = _dissimilarity(excess, change, rate)
    reached = target is None or after <= target + 1e-12 + TINY / rate
    out_of_room = dwellings is not None and wanted > np.abs(most).sum() / 2 + TINY
    exhausted = not reached or out_of_room
    limit, price = _held(excess, change, limits, rate if exhausted and not whole else 0.0)
    if not exhausted:
        limit[:] = None
    change, limit, price = (_placed(values, used) for values in (change, limit, price))
    moved = float(np.abs(change[used]).sum() / 2)
    result = Swap(change, limit, price, before, after, lowest, moved, rate, reached)
    result.notes = _in_words(result, target, wanted, exhausted, whole)
    if not reached:
        result.notes += _lifted(limits, excess, t, rate, lowest, solve)
    return result


@dataclass
class _Limits:
    """How many dwellings of the group every unit may give and take."""

    x: np.ndarray
    t: np.ndarray
    share: float
    grow: np.ndarray
    room: np.ndarray
    free: np.ndarray
    whole: bool

    def give(self) -> np.ndarray:
        return self._counted(np.minimum(np.minimum(self.share * self.t, self.x), self.free))

    def take(self) -> np.ndarray:
        most = np.minimum(np.minimum(self.share * self.t, self.t - self.x), self.room)
        return self._counted(np.where(self.grow, most, 0.0))

    def _counted(self, most: np.ndarray) -> np.ndarray:
        return np.floor(most + TINY) if self.whole else most

    def names(self) -> tuple[np.ndarray, np.ndarray]:
        """Return per unit the limit that holds what it gives, and what it takes."""
        share = self.share * self.t
        giving = np.where(self.free < share, "occupied", "max_share").astype(object)
        taking = np.where(self.room < share, "capacity", "max_share").astype(object)
        taking[~self.grow] = "not a receiver"
        return giving, taking

    def without(self, name: str) -> _Limits:
        """Return the same with one of the limits lifted."""
        n = len(self.x)
        lifted: dict[str, dict[str, Any]] = {
            "max_share": {"share": 1.0},
            "not a receiver": {"grow": np.ones(n, bool)},
            "capacity": {"room": np.full(n, np.inf)},
            "occupied": {"free": np.full(n, np.inf)},
        }
        return replace(self, **lifted[name])

    def given(self) -> list[str]:
        """Return the limits that were set at all."""
        return [
            name
            for name, there in (
                ("max_share", self.share < 1),
                ("not a receiver", not self.grow.all()),
                ("capacity", np.isfinite(self.room).any()),
                ("occupied", np.isfinite(self.free).any()),
            )
            if there
        ]


def _lifted(
    limits: _Limits,
    excess: np.ndarray,
    total: np.ndarray,
    rate: float,
    lowest: float,
    solve: Callable[..., np.ndarray],
) -> list[Text]:
    """Say of each limit how low D could go without it: which of them make it infeasible."""
    notes = []
    for name in limits.given():
        other = limits.without(name)
        most = solve(excess, other.give(), other.take(), total, np.inf)
        reach = _dissimilarity(excess, most, rate)
        note = (
            Text(
                "Without the limit on {limit} D could go down to {reach}.",
                "Zonder de grens op {limit} kon D dalen tot {reach}.",
            )
            if reach < lowest - 1e-12
            else Text(
                "The limit on {limit} by itself does not stand in the way.",
                "De grens op {limit} staat op zichzelf niet in de weg.",
            )
        )
        notes.append(note.format(limit=LIMITS[name], reach=number(reach, 4)))
    return notes


LIMITS = {
    "max_share": Text(
        "the part of a unit that may change", "het deel van een eenheid dat mag veranderen"
    ),
    "not a receiver": Text("where the group may grow", "waar de groep mag groeien"),
    "capacity": Text("capacity", "capaciteit"),
    "occupied": Text(
        "occupied dwellings (nothing occupied goes before new is delivered)",
        "bewoonde woningen (niets bewoonds weg voordat nieuw is opgeleverd)",
    ),
}


def _room(given: np.ndarray, n: int, en: str, nl: str) -> np.ndarray:
    """Return a number of dwellings per unit; what is unknown is none."""
    found = np.array(given, float)
    wrong = np.flatnonzero(found < 0) if len(found) == n else np.array([-1])
    if len(wrong):
        raise MeasureError(
            "The number of {english} is below 0 in row {row}, or there is not one number per unit. "
            "Correct the numbers.",
            "Het aantal {dutch} is kleiner dan 0 in rij {row}, of er is niet één getal per "
            "eenheid. Verbeter de getallen.",
            english=en,
            dutch=nl,
            row=int(wrong[0]) + 1,
        )
    return np.nan_to_num(found, nan=0.0, posinf=np.inf)


def _check_choice(target: float | None, dwellings: float | None, max_share: float) -> None:
    if (target is None) == (dwellings is None):
        raise MeasureError(
            "Give either a target for D or a number of dwellings: one of the two.",
            "Geef een doel voor D of een aantal woningen: een van de twee.",
        )
    if target is not None and not 0 <= target <= 1:
        raise MeasureError(
            "The target for D is {value}; D runs from 0 (even) to 1 (apart).",
            "Het doel voor D is {value}; D loopt van 0 (gelijk verdeeld) tot 1 (gescheiden).",
            value=target,
        )
    if dwellings is not None and not (dwellings >= 0 and np.isfinite(dwellings)):
        raise MeasureError(
            "The number of dwellings is {value}; give a number of 0 or more.",
            "Het aantal woningen is {value}; geef een getal van 0 of meer.",
            value=dwellings,
        )
    if not 0 <= max_share <= 1:
        raise MeasureError(
            "The largest part of a unit that may change is {value}; give a part between 0 and 1, "
            "such as 0.1 for 10%.",
            "Het grootste deel van een eenheid dat mag veranderen is {value}; geef een deel tussen "
            "0 en 1, zoals 0,1 voor 10%.",
            value=max_share,
        )


def _check_counts(x: np.ndarray, t: np.ndarray, used: np.ndarray) -> None:
    if len(x) != len(t):
        raise MeasureError(
            "There are {x} counts of the group and {t} totals; they must be of the same units.",
            "Er zijn {x} aantallen van de groep en {t} totalen; het moeten dezelfde eenheden zijn.",
            x=len(x),
            t=len(t),
        )
    known = np.isfinite(x) & np.isfinite(t)
    wrong = np.flatnonzero(known & ((x < 0) | (t < 0) | (x > t * (1 + 1e-9))))
    if len(wrong):
        row = wrong[0]
        raise MeasureError(
            "Row {row} has {x} dwellings of the group and {t} in all, and {n} rows in total have a "
            "count below 0 or a group larger than the total. Correct the counts.",
            "Rij {row} heeft {x} woningen van de groep en {t} in totaal; in {n} rijen is een "
            "aantal kleiner dan 0 of de groep groter dan het totaal. Verbeter de aantallen.",
            row=row + 1,
            x=exact(x[row]),
            t=exact(t[row]),
            n=len(wrong),
        )
    if not used.any():
        raise MeasureError(
            "No unit has dwellings and a count of the group, so there is nothing to swap.",
            "Geen eenheid heeft woningen en een aantal van de groep; er valt niets te ruilen.",
        )


def _dissimilarity(excess: np.ndarray, change: np.ndarray, rate: float) -> float:
    return float(np.abs(excess + change).sum() / (2 * rate))


def _fractional(
    excess: np.ndarray, give: np.ndarray, take: np.ndarray, total: np.ndarray, wanted: float
) -> np.ndarray:
    """Move what is wanted and useful, each unit the same part of what it usefully can."""
    rooms = np.minimum(give, np.maximum(excess, 0.0)), np.minimum(take, np.maximum(-excess, 0.0))
    moved = min(wanted, *(float(room.sum()) for room in rooms))
    if moved <= TINY:
        return np.zeros(len(excess))
    return rooms[1] * (moved / rooms[1].sum()) - rooms[0] * (moved / rooms[0].sum())


def _gains(excess: np.ndarray, room: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return how many whole dwellings bring a unit 1 nearer, and what one more brings (-1 to 1)."""
    full = np.minimum(np.floor(np.maximum(excess, 0.0) + TINY), room)
    rest = excess - full
    # A dwelling beyond the share: from `rest` above it to 1 - rest below, or further below.
    last = np.where(rest >= 0, 2 * np.minimum(rest, 1.0) - 1, -1.0)
    return full, np.where(room > full, last, -np.inf)


def _total_gain(excess: np.ndarray, room: np.ndarray) -> tuple[float, np.ndarray]:
    """Return the gain from full dwellings, and the partial gains, largest first, down to -1."""
    full, last = _gains(excess, room)
    return float(full.sum()), -np.sort(-last[last > -1])


def _fewest(excess: np.ndarray, give: np.ndarray, take: np.ndarray, needed: float) -> float:
    """Return how many whole dwellings must move for the sum of abs(excess) to fall by `needed`."""
    if needed <= TINY:
        return 0.0
    givers, takers = _total_gain(excess, give), _total_gain(-excess, take)
    sides = []
    most = int(min(full + len(partial) for full, partial in (givers, takers)))
    for full, partial in (givers, takers):
        steps = np.arange(most + 1)
        over = np.clip(steps - int(full), 0, len(partial))
        sides.append(np.minimum(steps, full) + np.append(0.0, np.cumsum(partial))[over])
    enough = np.flatnonzero(sides[0] + sides[1] >= needed - TINY)
    return float(enough[0]) if len(enough) else np.inf


def _whole(
    excess: np.ndarray, give: np.ndarray, take: np.ndarray, total: np.ndarray, wanted: float
) -> np.ndarray:
    """Move whole dwellings, the largest gains first; no more than still bring D down."""
    sides = [_total_gain(excess, give), _total_gain(-excess, take)]
    moved = int(min(full for full, _ in sides))
    limit = min(wanted, *(full + len(partial) for full, partial in sides))
    while moved + 1 <= limit + TINY:
        step = 0.0
        for full, partial in sides:
            step += 1.0 if moved + 1 <= full else partial[moved - int(full)]
        if step <= TINY:
            break
        moved += 1
    moved = int(min(moved, np.floor(wanted + TINY) if np.isfinite(wanted) else moved))
    losses = _share_out(excess, give, total, moved)
    return _share_out(-excess, take, total, moved) - losses


def _share_out(excess: np.ndarray, room: np.ndarray, total: np.ndarray, moved: int) -> np.ndarray:
    """Deal out whole dwellings of equal gain in proportion, by largest remainders."""
    full, last = _gains(excess, room)
    deal = min(moved, int(full.sum()))
    result = np.floor(full * (deal / full.sum()) + TINY) if deal else np.zeros(len(excess))
    remainder = full * (deal / full.sum()) - result if deal else result
    size, far = np.round(total, 9), np.round(excess, 9)
    short = deal - int(result.sum())
    if short:
        order = np.lexsort((-far, -size, -np.round(remainder, 9)))
        open_ = order[(result < full)[order]]
        result[open_[:short]] += 1
    if moved > deal:
        # Every full dwelling is dealt, so what is left are the partial gains, largest first.
        result[np.lexsort((-far, -size, -last))[: moved - deal]] += 1
    return result


def _held(
    excess: np.ndarray, change: np.ndarray, limits: _Limits, rate: float
) -> tuple[np.ndarray, np.ndarray]:
    """Return per unit what holds it back, and its shadow price where the limits bind (rate > 0)."""
    limit = np.full(len(excess), None, dtype=object)
    price = np.zeros(len(excess))
    rooms = limits.give(), limits.take()
    sides = ((np.maximum(excess, 0.0), rooms[0]), (np.maximum(-excess, 0.0), rooms[1]))
    useful = [float(np.minimum(want, room).sum()) for want, room in sides]
    left = np.abs(excess + change) > TINY
    for side, (want, room) in enumerate(sides):
        held = (want > room + TINY) & left
        limit[held] = limits.names()[side][held]
        # Only the side that runs out first; where both do at once, room on one alone is no use.
        if rate > 0 and useful[side] < useful[1 - side] - TINY:
            price[held] = 1.0 / rate
    return limit, price


def _placed(values: np.ndarray, used: np.ndarray) -> np.ndarray:
    """Put the values of the units used in their places, and nothing in the others."""
    empty = None if values.dtype == object else np.nan
    result = np.full(len(used), empty, dtype=values.dtype)
    result[used] = values
    return result


def _in_words(
    result: Swap, target: float | None, asked: float, exhausted: bool, whole: bool
) -> list[Text]:
    """Say what was found, what binds and at what price."""
    notes = [
        Text(
            "Arithmetical lower bound, not a plan: {moved} dwellings of the group become something "
            "else and as many become the group; D goes from {before} to {after}.",
            "Rekenkundige ondergrens, geen plan: {moved} woningen van de groep worden iets anders "
            "en evenveel worden van de groep; D gaat van {before} naar {after}.",
        )
    ]
    values = {"moved": number(result.moved, 0 if whole else 1)}
    values |= {name: number(getattr(result, name), 4) for name in ("before", "after", "lowest")}
    values["per"] = number(result.rate / 100, 1)
    values["target"] = number(target if target is not None else 0.0, 4)
    if target is not None and result.reached:
        notes.append(
            Text(
                "Shadow price of the target: 0.01 less D takes {per} more dwellings.",
                "Schaduwprijs van het doel: 0,01 minder D vraagt {per} woningen meer.",
            )
        )
    elif target is None and not exhausted and asked > 0:
        notes.append(
            Text(
                "Shadow price of the number of dwellings: {per} more take 0.01 off D.",
                "Schaduwprijs van het aantal woningen: {per} meer halen 0,01 van D af.",
            )
        )
    if not result.reached:
        notes.append(
            Text(
                "The target {target} is out of reach: within the limits D cannot go below "
                "{lowest}. That swap is given.",
                "Het doel {target} is onbereikbaar: binnen de grenzen komt D niet onder {lowest}. "
                "Die ruil is gegeven.",
            )
        )
    if exhausted:
        n = {name: int((result.limit == name).sum()) for name in LIMITS}
        bound, priced = int(sum(n.values())), int((result.price > 0).sum())
        if bound:
            found = [f"{n[name]}× {LIMITS[name].en}" for name in LIMITS if n[name]]
            gevonden = [f"{n[name]}× {LIMITS[name].nl}" for name in LIMITS if n[name]]
            values["limits"] = Text("; ".join(found), "; ".join(gevonden))
            values["priced"] = Text(str(priced), str(priced))
            notes.append(
                Text(
                    "What holds D up, in units: {limits}. One dwelling more in one of the {priced} "
                    "units with a shadow price takes 0.01 / {per} off D.",
                    "Wat D tegenhoudt, in eenheden: {limits}. Een woning meer in een van de "
                    "{priced} eenheden met een schaduwprijs haalt 0,01 / {per} van D af.",
                )
            )
        elif whole:
            notes.append(
                Text(
                    "Whole dwellings cannot spread any more evenly than this.",
                    "Met hele woningen kan het niet gelijker verdeeld worden dan dit.",
                )
            )
    return [note.format(**values) for note in notes]
