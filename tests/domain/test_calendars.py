from __future__ import annotations

import datetime as dt

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from planbench.domain.calendars import (
    ROUND_THE_CLOCK_WEEK,
    STANDARD_WEEK,
    WORK_STEP,
    Calendar,
    build_work_table,
    normal_shifts,
)
from planbench.domain.times import DAY, day_number

FIRST, LAST = 20_000, 20_060


@st.composite
def shifts(draw: st.DrawFn) -> tuple[tuple[int, int], ...]:
    cuts = sorted(draw(st.sets(st.integers(0, 96), max_size=6)))
    pairs = [(a * 15, b * 15) for a, b in zip(cuts[::2], cuts[1::2], strict=False)]
    return normal_shifts(pairs)


@st.composite
def calendars(draw: st.DrawFn) -> Calendar:
    week = tuple(draw(shifts()) for _ in range(7))
    days = draw(st.dictionaries(st.integers(FIRST - 3, LAST + 3), shifts(), max_size=12))
    return Calendar("c", "drawn", week, days)


def slow_minutes(calendar: Calendar) -> list[int]:
    """Every working minute of the horizon, one by one."""
    week = calendar.week if calendar.has_work else STANDARD_WEEK
    found = []
    for day in range(FIRST, LAST):
        pattern = calendar.exceptions.get(day)
        if pattern is None:
            date = dt.date(1970, 1, 1) + dt.timedelta(days=day)
            pattern = week[date.weekday()]
        for start, finish in pattern:
            found += range(day * DAY + start, day * DAY + finish)
    return found


@settings(max_examples=40, deadline=None)
@given(calendars(), st.lists(st.integers(FIRST * DAY, LAST * DAY), min_size=1, max_size=20))
def test_worked_minutes_are_those_counted_one_by_one(
    calendar: Calendar, instants: list[int]
) -> None:
    minutes = np.array(slow_minutes(calendar), dtype=np.int64)
    if not minutes.size:
        return
    table = build_work_table([Calendar("0", "first"), calendar], FIRST, LAST)
    expected = [int((minutes < instant).sum()) for instant in instants]
    assert table.worked(1, np.array(instants, dtype=np.int64)).tolist() == expected


@settings(max_examples=40, deadline=None)
@given(calendars())
def test_the_look_ups_point_at_the_right_period(calendar: Calendar) -> None:
    table = build_work_table([Calendar("0", "first"), calendar], FIRST, LAST)
    low, high = int(table.offset[1]), int(table.offset[2])
    start, finish, before = table.periods(1)
    assert (start < finish).all()
    assert (start[1:] > finish[:-1]).all()
    for day in range(FIRST, LAST):
        row = int(table.by_day[table.day_offset[1] + day - FIRST])
        after = [i for i in range(low, high) if table.finish[i] > day * DAY]
        assert row == (after[0] if after else high - 1)
    total = int(before[-1] + finish[-1] - start[-1])
    for step in range(total // WORK_STEP + 1):
        row = int(table.by_work[table.work_offset[1] + step])
        assert row == max(i for i in range(low, high) if table.before[i] <= step * WORK_STEP)


def test_a_christmas_day_is_no_work_and_a_weekend_shift_is() -> None:
    christmas = day_number(dt.date(2026, 12, 25))  # a Friday
    saturday = christmas + 1
    calendar = Calendar("1", "5 d", exceptions={christmas: (), saturday: ((480, 720),)})
    assert calendar.shifts_on(christmas) == ()
    assert calendar.shifts_on(christmas - 1) == ((480, 960),)
    table = build_work_table([calendar], christmas - 10, christmas + 10)
    thursday_evening = np.array([(christmas - 1) * DAY + 960])
    monday_evening = np.array([(christmas + 3) * DAY + 960])
    assert table.work_between(0, thursday_evening, monday_evening).tolist() == [240 + 480]


def test_round_the_clock_is_one_period() -> None:
    table = build_work_table([Calendar("1", "24 h", ROUND_THE_CLOCK_WEEK)], FIRST, LAST)
    assert table.start.tolist() == [FIRST * DAY]
    assert table.finish.tolist() == [LAST * DAY]


def test_a_calendar_without_work_counts_as_the_standard_week() -> None:
    empty = Calendar("1", "empty", ((),) * 7)
    both = build_work_table([empty, Calendar("2", "standard")], FIRST, LAST)
    assert both.periods(0)[0].tolist() == both.periods(1)[0].tolist()


def test_shifts_are_sorted_and_joined() -> None:
    assert normal_shifts([(780, 1020), (480, 720), (720, 780), (60, 60)]) == ((480, 1020),)
