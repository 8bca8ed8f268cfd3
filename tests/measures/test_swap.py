# SPDX-License-Identifier: GPL-2.0-or-later
"""The smallest swap against hand counts, every possible swap, and the linear programme in HiGHS."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from wijkmix.wijkmix_plugin.errors import MeasureError
from wijkmix.wijkmix_plugin.measures.swap import swap_bound


def dissimilarity(x, t):
    x, t = np.asarray(x, float), np.asarray(t, float)
    return 0.5 * np.abs(x / x.sum() - (t - x) / (t - x).sum()).sum()


def programme(
    x, t, *, target=None, dwellings=None, max_share=1.0, receivers=None, room=np.inf, free=np.inf
):
    """Solve the textbook programme as it stands, with HiGHS: the value minimised, or None."""
    from scipy.optimize import linprog

    x, t = np.asarray(x, float), np.asarray(t, float)
    n, size, everybody = len(x), x.sum(), t.sum()
    may = np.ones(n, bool) if receivers is None else np.asarray(receivers)
    slope = 1 / size + 1 / (everybody - size)
    gap = x / size - (t - x) / (everybody - size)
    eye = np.eye(n)
    # e >= gap + slope (u - v) and e >= the same with the other sign
    rows = np.vstack([np.hstack([k * slope * eye, -k * slope * eye, -eye]) for k in (1, -1)])
    moved, d = np.r_[np.ones(n), np.zeros(2 * n)], np.r_[np.zeros(2 * n), np.full(n, 0.5)]
    bound, least = (d, moved) if target is not None else (moved, d)
    takes = np.minimum(np.minimum(max_share * t, t - x), room) * may
    top = np.r_[takes, np.minimum(np.minimum(max_share * t, x), free)]
    found = linprog(
        least,
        A_ub=np.vstack([rows, bound]),
        b_ub=np.r_[-gap, gap, target if dwellings is None else dwellings],
        A_eq=np.r_[np.ones(n), -np.ones(n), np.zeros(n)][None],
        b_eq=[0.0],
        bounds=[*((0.0, max(limit, 0.0)) for limit in top), *([(0.0, None)] * n)],
        method="highs",
    )
    return None if found.status == 2 else found.fun


def test_four_units_by_hand():
    # 40 of 80: P = 1/2, excess (10, 5, -5, -10); T P (1 - P) = 20, D = 30 / 40.
    x, t = [20, 15, 5, 0], [20, 20, 20, 20]
    found = swap_bound(x, t, target=0.25)
    assert (found.before, found.after, found.moved) == pytest.approx((0.75, 0.25, 10))
    # Every unit two thirds of its distance: 15 had to move for D = 0, 10 do.
    assert found.change == pytest.approx([-20 / 3, -10 / 3, 10 / 3, 20 / 3])
    assert found.rate == 20
    assert found.reached
    assert not found.price.any()
    assert set(found.limit) == {None}
    assert "0.2 more" in found.notes[1].en
    assert swap_bound(x, t, dwellings=10).after == pytest.approx(0.25)


def test_the_limits_by_hand():
    # A tenth of 20 may change: 2 each way, 4 in all: D = (30 - 8) / 40.
    found = swap_bound([20, 15, 5, 0], [20] * 4, target=0, max_share=0.1)
    assert not found.reached
    assert (found.lowest, found.after, found.moved) == pytest.approx((0.55, 0.55, 4))
    assert list(found.limit) == ["max_share"] * 4
    assert "0.5500" in found.notes[1].en
    assert "0,5500" in found.notes[1].nl
    # Both sides run out at once, so room on one side alone is worth nothing.
    assert list(found.price) == [0, 0, 0, 0]
    # Only the third unit may grow: it takes 5, worth 10 / 40.
    found = swap_bound([20, 15, 5, 0], [20] * 4, target=0, receivers=[0, 0, 1, 0])
    assert found.change == pytest.approx([-10 / 3, -5 / 3, 5, 0])
    assert found.after == pytest.approx(0.5)
    assert list(found.limit) == [None, None, None, "not a receiver"]
    assert found.price == pytest.approx([0, 0, 0, 1 / 20])


def test_the_shadow_price_is_what_one_more_dwelling_brings():
    x, t = np.array([50.0, 40, 3, 1, 0]), np.array([60.0] * 5)
    # Givers may give 60 in all; of the receivers only the third is open, for 15.8 (P t = 18.8).
    tight = swap_bound(x, t, target=0, max_share=0.2, receivers=[1, 1, 1, 0, 0])
    assert list(tight.limit) == ["max_share", "max_share", "max_share"] + ["not a receiver"] * 2
    assert tight.price == pytest.approx(np.array([0, 0, 1, 1, 1]) / tight.rate)
    wider = swap_bound(x, t, target=0, max_share=13 / 60, receivers=[1, 1, 1, 0, 0])
    assert tight.after - wider.after == pytest.approx(tight.price[2])


def test_d_zero_takes_the_group_members_of_the_textbook_that_have_no_place_to_go():
    """The textbook lets units grow: D X move. With units as they are: D X (1 - P) in and out."""
    x, t = np.array([30.0, 12, 6, 2]), np.array([40.0, 40, 60, 60])
    rest = t - x
    d = dissimilarity(x, t)
    leave = np.maximum(x - x.sum() * rest / rest.sum(), 0).sum()
    assert leave == pytest.approx(d * x.sum())
    found = swap_bound(x, t, target=0)
    assert found.moved == pytest.approx(d * x.sum() * (1 - x.sum() / t.sum()))
    assert dissimilarity(x + found.change, t) == pytest.approx(0, abs=1e-12)
    # Replacement index of Farley and Taeuber: both directions, per dwelling.
    share = x.sum() / t.sum()
    assert 2 * found.moved / t.sum() == pytest.approx(2 * d * share * (1 - share))


@pytest.mark.parametrize("max_share", [1.0, 0.4])
@pytest.mark.parametrize("receivers", [None, (True, False, True, True)])
def test_whole_dwellings_against_every_possible_swap(max_share, receivers):
    random = np.random.default_rng(4)
    for _ in range(12):
        t = random.integers(1, 6, 4)
        x = random.integers(0, t + 1)
        if not 0 < x.sum() < t.sum():
            continue
        cap = np.floor(max_share * t + 1e-9)
        may = np.ones(4, bool) if receivers is None else np.array(receivers)
        ranges = [
            range(-int(min(c, g)), int(min(c, s - g) if ok else 0) + 1)
            for c, g, s, ok in zip(cap, x, t, may, strict=True)
        ]
        swaps = [np.array(c) for c in itertools.product(*ranges) if sum(c) == 0]
        values = [(np.abs(c).sum() / 2, dissimilarity(x + c, t)) for c in swaps]
        limits = {"max_share": max_share, "receivers": receivers, "whole": True}
        for most in range(6):
            found = swap_bound(x, t, dwellings=most, **limits)
            best = min(d for moved, d in values if moved <= most)
            assert found.after == pytest.approx(best)
            assert found.moved == min(m for m, d in values if m <= most and d <= best + 1e-9)
        for target in (0.0, 0.1, 0.3, 0.6):
            found = swap_bound(x, t, target=target, **limits)
            enough = [moved for moved, d in values if d <= target + 1e-9]
            assert found.reached == bool(enough)
            if enough:
                assert found.moved == min(enough)
            else:
                assert found.after == pytest.approx(min(d for _, d in values))
            assert (found.change == np.round(found.change)).all()


UNITS = st.lists(
    st.tuples(st.floats(0.5, 300), st.floats(0, 1), st.booleans()), min_size=2, max_size=8
)


@given(UNITS, st.floats(0, 1), st.floats(0, 1))
def test_the_linear_programme_finds_nothing_better(units, target, max_share):
    t = np.array([u[0] for u in units])
    x = t * [u[1] for u in units]
    may = np.array([u[2] for u in units])
    if not 0.01 < x.sum() / t.sum() < 0.99:
        return
    limits = {"max_share": max_share, "receivers": may}
    lowest = programme(x, t, dwellings=t.sum(), **limits)
    found = swap_bound(x, t, target=target, **limits)
    assert found.lowest == pytest.approx(lowest, abs=1e-6)
    if target > lowest + 1e-6:
        assert found.moved == pytest.approx(programme(x, t, target=target, **limits), abs=1e-4)
    few = 0.1 * t.sum()
    found = swap_bound(x, t, dwellings=few, **limits)
    assert found.after == pytest.approx(programme(x, t, dwellings=few, **limits), abs=1e-6)


@given(UNITS, st.floats(0, 1), st.booleans(), st.randoms(use_true_random=False))
def test_a_swap_keeps_to_its_limits_and_to_no_order(units, max_share, whole, random):
    t = np.array([u[0] for u in units])
    x = t * [u[1] for u in units]
    may = np.array([u[2] for u in units])
    if not 0.01 < x.sum() / t.sum() < 0.99:
        return
    args = {"max_share": max_share, "receivers": may, "whole": whole}
    found = swap_bound(x, t, target=0.2, **args)
    after = x + found.change
    assert found.change.sum() == pytest.approx(0, abs=1e-7)
    assert (after >= -1e-7).all()
    assert (after <= t + 1e-7).all()
    assert (np.abs(found.change) <= max_share * t + 1e-7).all()
    assert (found.change[~may] <= 0).all()
    assert dissimilarity(after, t) == pytest.approx(found.after, abs=1e-9)
    order = list(range(len(t)))
    random.shuffle(order)
    again = swap_bound(x[order], t[order], target=0.2, **(args | {"receivers": may[order]}))
    assert again.moved == pytest.approx(found.moved, abs=1e-9)
    if len(set(units)) == len(units) and not whole:
        assert again.change == pytest.approx(found.change[order], abs=1e-9)
    wider = swap_bound(x, t, target=0.2, **(args | {"max_share": min(1.0, max_share + 0.2)}))
    assert wider.lowest <= found.lowest + 1e-9


def test_units_without_figures_take_no_part():
    found = swap_bound([20, np.nan, 0, 3, 0], [20, 20, 20, np.nan, 0], target=0)
    assert np.isnan(found.change[[1, 3, 4]]).all()
    assert found.change[[0, 2]] == pytest.approx([-10, 10])
    assert found.limit[1] is None


def test_a_target_already_reached_moves_nothing():
    found = swap_bound([10, 12], [20, 20], target=0.5)
    assert found.moved == 0
    assert found.reached


@pytest.mark.parametrize(
    ("group", "total", "asked", "words"),
    [
        ([1, 2], [4, 4], {}, "one of the two"),
        ([1, 2], [4, 4], {"target": 0.1, "dwellings": 3}, "one of the two"),
        ([1, 2], [4, 4], {"target": 1.2}, "runs from 0"),
        ([1, 2], [4, 4], {"dwellings": -1}, "0 or more"),
        ([1, 2], [4, 4], {"dwellings": 1, "max_share": 10}, "between 0 and 1"),
        ([1, 5], [4, 4], {"target": 0.1}, "Row 2 has 5"),
        ([-1, 2], [4, 4], {"target": 0.1}, "Row 1 has −1"),
        ([0, 0], [4, 4], {"target": 0.1}, "does not exist"),
        ([4, 4], [4, 4], {"target": 0.1}, "does not exist"),
        ([np.nan], [4], {"target": 0.1}, "nothing to swap"),
        ([1, 2], [4], {"target": 0.1}, "same units"),
    ],
)
def test_what_is_refused(group, total, asked, words):
    with pytest.raises(MeasureError, match=words):
        swap_bound(group, total, **asked)


def test_capacity_and_what_is_released_by_hand():
    # P t = 10: the first unit could lose 10 and the second 5; the last two could gain 5 and 10.
    x, t = [20, 15, 5, 0], [20] * 4
    # Of the first 3 homes are vacant, of the second none: nothing occupied goes.
    found = swap_bound(x, t, target=0, released=[3, 0, 20, 20])
    assert not found.reached
    assert found.moved == pytest.approx(3)
    assert found.change[:2] == pytest.approx([-3, 0])
    assert list(found.limit[:2]) == ["occupied", "occupied"]
    assert found.price == pytest.approx([1 / 20, 1 / 20, 0, 0])
    assert found.after == pytest.approx((30 - 6) / 40)
    # One new home delivered for the second unit releases one of its homes: D falls by 1 / 20.
    more = swap_bound(x, t, target=0, released=[3, 1, 20, 20])
    assert found.after - more.after == pytest.approx(1 / 20)
    # The last unit has room for 4, the third for none that is known.
    found = swap_bound(x, t, target=0, capacity=[0, 0, np.nan, 4])
    assert found.change[2:] == pytest.approx([0, 4])
    assert list(found.limit[2:]) == ["capacity", "capacity"]
    for bad in ([1, -1, 0, 0], [1, 2]):
        with pytest.raises(MeasureError, match="number of capacity"):
            swap_bound(x, t, target=0, capacity=bad)
        with pytest.raises(MeasureError, match="number of released"):
            swap_bound(x, t, target=0, released=bad)


def test_an_infeasible_target_names_the_limits_that_make_it_so():
    x, t = [20, 15, 5, 0], [20] * 4
    found = swap_bound(x, t, target=0, max_share=0.9, released=[3, 0, 0, 0], capacity=[0, 0, 5, 10])
    told = " ".join(note.en for note in found.notes)
    assert "out of reach" in told
    # Without the limit on what is occupied all 15 can move, and D comes to 0.
    assert (
        "limit on occupied dwellings (nothing occupied goes before new is delivered) D could"
        in told
    )
    assert "go down to 0.0000" in told
    assert "limit on capacity by itself does not stand in the way" in told
    assert "limit on the part of a unit that may change by itself does not stand" in told
    assert all(note.nl != note.en for note in found.notes)
    # A target within reach needs no such list.
    assert len(swap_bound(x, t, target=0.7, max_share=0.9).notes) == 2


@given(UNITS, st.floats(0, 1), st.lists(st.floats(0, 60), min_size=8, max_size=8))
def test_every_limit_against_the_linear_programme(units, target, numbers):
    t = np.array([u[0] for u in units])
    x = t * [u[1] for u in units]
    if not 0.01 < x.sum() / t.sum() < 0.99:
        return
    n = len(t)
    room, free = np.array(numbers[:n]), np.array(numbers[::-1][:n])
    found = swap_bound(x, t, target=target, capacity=room, released=free)
    best = programme(x, t, target=max(target, found.lowest + 1e-7), room=room, free=free)
    assert best is not None
    assert found.moved == pytest.approx(best, abs=1e-3)
    assert (found.change <= room + 1e-9).all()
    assert (-found.change <= free + 1e-9).all()


def test_whole_dwellings_keep_to_every_limit():
    x, t = np.array([9.0, 8, 1, 0]), np.array([10.0] * 4)
    found = swap_bound(x, t, target=0, capacity=[0, 0, 1.9, 3], released=[2.5, 9, 0, 0], whole=True)
    assert found.change.tolist() == [-2, -2, 1, 3]
