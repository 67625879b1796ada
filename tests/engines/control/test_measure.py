"""Spreading, rules of credit and sums against slow and obvious ways."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from planbench.domain.calendars import STANDARD_WEEK, Calendar, build_work_table
from planbench.domain.errors import ModelError
from planbench.domain.times import DAY, NO_TIME, from_datetime
from planbench.engines.control.credit import Technique, by_units, earned_share, weighted_steps
from planbench.engines.control.earned_schedule import adherence, earned_time
from planbench.engines.control.indices import Values
from planbench.engines.control.measure import month_ends, rolled_up
from planbench.engines.control.spread import Accrual, in_cents, planned_share

MONDAY = from_datetime(dt.datetime(2026, 9, 7))
WEEK = Calendar("1", "Week", STANDARD_WEEK)


def share_by_minutes(start: int, finish: int, at: int) -> float:
    """The share of a span done at `at`, counted minute by minute."""
    works = [WEEK.shifts_on(m // DAY) for m in range(start, finish)]
    minutes = [
        m
        for m, shifts in zip(range(start, finish), works, strict=True)
        if any(s <= m % DAY < f for s, f in shifts)
    ]
    if finish <= at:
        return 1.0
    return sum(m < at for m in minutes) / len(minutes) if minutes else 0.0


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 4000), st.integers(0, 9000), st.integers(-500, 14000))
def test_planned_share_is_that_of_counted_minutes(begin: int, length: int, at: int) -> None:
    start, finish = MONDAY + begin, MONDAY + begin + length
    work = build_work_table([WEEK], MONDAY // DAY - 2, MONDAY // DAY + 20)
    one = np.array([start], dtype=np.int64)
    row = np.zeros(1, dtype=np.int32)
    share = planned_share(work, row, one, one + length, MONDAY + at)
    assert share[0] == pytest.approx(share_by_minutes(start, finish, MONDAY + at))


def test_costs_at_the_start_and_at_the_finish() -> None:
    work = build_work_table([WEEK], MONDAY // DAY - 2, MONDAY // DAY + 20)
    start = np.full(4, MONDAY + 480, dtype=np.int64)
    finish = np.full(4, MONDAY + 960, dtype=np.int64)
    start[3] = NO_TIME
    kinds = np.array([Accrual.UNIFORM, Accrual.AT_START, Accrual.AT_FINISH, 0], dtype=np.int8)
    rows = np.zeros(4, dtype=np.int32)
    shares = [
        planned_share(work, rows, start, finish, MONDAY + at, kinds).tolist()
        for at in (479, 480, 720, 960)
    ]
    assert shares == [[0, 0, 0, 0], [0, 1, 0, 0], [0.5, 1, 0, 0], [1, 1, 1, 0]]


@settings(max_examples=60, deadline=None)
@given(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=20))
def test_cents_sum_to_the_total(amounts: list[float]) -> None:
    total = round(sum(amounts), 2)
    shown = in_cents(amounts, total)
    assert round(100 * float(shown.sum())) == round(100 * total)
    assert np.abs(shown - np.array(amounts)).max() <= 0.0101


def test_rules_of_credit() -> None:
    rules = [
        Technique.PERCENT,
        Technique.ZERO_HUNDRED,
        Technique.FIFTY_FIFTY,
        Technique.QUARTER,
        Technique.LEVEL_OF_EFFORT,
        Technique.PLANNING_PACKAGE,
    ]

    def shares(started: bool, finished: bool) -> list[float]:
        n = len(rules)
        return earned_share(
            np.array(rules, dtype=np.int8),
            np.full(n, 40.0),
            np.full(n, started),
            np.full(n, finished),
            np.full(n, 0.3),
        ).tolist()

    assert shares(False, False) == [0.4, 0, 0, 0, 0.3, 0]
    assert shares(True, False) == [0.4, 0, 0.5, 0.25, 0.3, 0]
    assert shares(True, True) == [1, 1, 1, 1, 0.3, 0]


def test_steps_and_quantities() -> None:
    # receive 10, erect 60, weld 20, test 10: received, and half erected
    assert weighted_steps([10, 60, 20, 10], [100, 50, 0, 0]) == 40
    assert by_units(30, 120) == 25
    with pytest.raises(ModelError):
        weighted_steps([0, 0], [1, 1])
    with pytest.raises(ModelError):
        by_units(121, 120)


def test_time_of_what_is_earned() -> None:
    def plan(minute: int) -> float:  # stands still from 100 to 200
        return float(min(minute, 100) + max(minute - 200, 0))

    assert earned_time(plan, 50, 0, 300, 80) == 50
    assert earned_time(plan, 100, 0, 300, 250) == 200
    assert earned_time(plan, 100, 0, 300, 150) == 150  # on plan
    assert earned_time(plan, 200, 0, 300, 250) == 300


def test_adherence() -> None:
    assert adherence(np.array([10.0, 10.0]), np.array([10.0, 10.0])) == 1
    assert adherence(np.array([10.0, 10.0]), np.array([5.0, 15.0])) == 0.75
    assert adherence(np.zeros(2), np.zeros(2)) is None


def test_a_branch_holds_what_is_below() -> None:
    parent = np.array([-1, 0, 0, 1], dtype=np.int32)
    total = rolled_up([Values(), Values(1, 2, 3, 4), Values(10), Values(100)], parent)
    assert [v.bac for v in total] == [111, 101, 10, 100]


def test_months() -> None:
    ends = month_ends(MONDAY, MONDAY + 60 * DAY)
    first, last = (from_datetime(dt.datetime(2026, month, 1)) for month in (10, 12))
    assert ends[0] == first
    assert ends[-1] == last
