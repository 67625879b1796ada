"""Working time against a calendar that is walked minute by minute on real dates."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from planbench.domain.calendars import Calendar, Shifts, build_work_table, normal_shifts
from planbench.domain.times import DAY, NO_TIME, day_number, from_iso, to_datetime
from planbench.engines import worktime as wt

FIRST = day_number(dt.date(2027, 3, 1))
LAST = FIRST + 12

moments = st.integers(0, 1440 // 15).map(lambda quarter: quarter * 15)
shifts = st.lists(st.tuples(moments, moments), max_size=3).map(normal_shifts)
calendars = st.builds(
    lambda week, odd: Calendar("1", "made up", tuple(week), odd),
    st.lists(shifts, min_size=7, max_size=7),
    st.dictionaries(st.integers(FIRST, LAST - 1), shifts, max_size=3),
).filter(lambda calendar: calendar.has_work and any(map(calendar.shifts_on, range(FIRST, LAST))))


class Minutewise:
    """Working time found by asking every minute of the horizon whether it is worked."""

    def __init__(self, calendar: Calendar) -> None:
        self.first, self.last = FIRST * DAY, LAST * DAY
        self.worked_minutes = [t for t in range(self.first, self.last) if works(calendar, t)]
        self.set = set(self.worked_minutes)

    def start_form(self, t: int) -> int:
        return next((m for m in self.worked_minutes if m >= t), self.last)

    def finish_form(self, t: int) -> int:
        return next((m + 1 for m in reversed(self.worked_minutes) if m < t), self.first)

    def work(self, a: int, b: int) -> int:
        low, high = min(a, b), max(a, b)
        total = sum(low <= m < high for m in self.worked_minutes)
        return total if a <= b else -total

    def plus(self, t: int, minutes: int) -> int:
        after = [m for m in self.worked_minutes if m >= t]
        if not minutes:
            return t
        return after[minutes - 1] + 1 if minutes <= len(after) else self.last

    def minus(self, t: int, minutes: int) -> int:
        before = [m for m in self.worked_minutes if m < t]
        if not minutes:
            return t
        return before[-minutes] if minutes <= len(before) else self.first


def works(calendar: Calendar, minute: int) -> bool:
    moment = to_datetime(minute)
    assert moment is not None
    day: Shifts | None = calendar.exceptions.get(day_number(moment.date()))
    if day is None:
        day = calendar.week[moment.weekday()]
    clock = moment.hour * 60 + moment.minute
    return any(start <= clock < finish for start, finish in day)


@settings(max_examples=60, deadline=None)
@given(
    calendars,
    calendars,
    st.integers(FIRST * DAY, LAST * DAY),
    st.integers(FIRST * DAY, LAST * DAY),
    st.integers(0, 4000),
)
def test_every_conversion_agrees_with_the_minutes(
    other: Calendar, calendar: Calendar, a: int, b: int, minutes: int
) -> None:
    w = wt.compiled(build_work_table((other, calendar), FIRST, LAST))
    slow = Minutewise(calendar)
    assert wt.start_form(w, 1, a) == slow.start_form(a)
    assert wt.finish_form(w, 1, a) == slow.finish_form(a)
    assert wt.work(w, 1, a, b) == slow.work(a, b)
    assert wt.plus(w, 1, a, minutes) == slow.plus(a, minutes)
    assert wt.minus(w, 1, a, minutes) == slow.minus(a, minutes)
    assert wt.shift(w, 1, a, minutes) == slow.plus(a, minutes)
    assert wt.shift(w, 1, a, -minutes) == slow.minus(a, minutes)
    ends_here = slow.finish_form(a) == a and a > slow.first
    assert wt.finish_at_or_after(w, 1, a) == (a if ends_here else slow.start_form(a))
    begins_here = slow.start_form(a) == a and a < slow.last
    assert wt.start_at_or_before(w, 1, a) == (a if begins_here else slow.finish_form(a))


@settings(max_examples=40, deadline=None)
@given(calendars, st.integers(FIRST * DAY, LAST * DAY), st.integers(1, 3000))
def test_work_put_on_is_work_measured(calendar: Calendar, t: int, minutes: int) -> None:
    w = wt.compiled(build_work_table((calendar,), FIRST, LAST))
    finish = wt.plus(w, 0, t, minutes)
    if finish < LAST * DAY:
        assert wt.work(w, 0, t, finish) == minutes
        assert wt.minus(w, 0, finish, minutes) == wt.start_form(w, 0, t)


OFFICE = Calendar("1", "Office", (((480, 720), (780, 1020)),) * 5 + ((), ()))


@pytest.mark.parametrize(
    ("function", "clock", "minutes", "expected"),
    [
        (wt.plus, "2027-03-05 16:00", 60, "2027-03-05 17:00"),  # Friday's end stays Friday
        (wt.plus, "2027-03-05 16:00", 61, "2027-03-08 08:01"),
        (wt.plus, "2027-03-06 03:00", 0, "2027-03-06 03:00"),  # no work: untouched on Saturday
        (wt.minus, "2027-03-08 09:00", 60, "2027-03-08 08:00"),
        (wt.minus, "2027-03-08 08:00", 60, "2027-03-05 16:00"),
        (wt.minus, "2027-03-05 13:00", 240, "2027-03-05 08:00"),
    ],
)
def test_plus_answers_in_finish_form_minus_in_start_form(
    function: object, clock: str, minutes: int, expected: str
) -> None:
    w = wt.compiled(build_work_table((OFFICE,), FIRST, LAST))
    assert function(w, 0, from_iso(clock), minutes) == from_iso(expected)  # type: ignore[operator]


def test_round_the_clock_lags_run_on_the_clock() -> None:
    w = wt.compiled(build_work_table((OFFICE,), FIRST, LAST))
    assert wt.shift(w, wt.ROUND_THE_CLOCK, 1000, -2000) == -1000


def test_instants_outside_the_horizon_stop_at_its_ends() -> None:
    w = wt.compiled(build_work_table((OFFICE,), FIRST, LAST))
    first, last = FIRST * DAY, LAST * DAY
    assert wt.plus(w, 0, first, 10**7) == last
    assert wt.minus(w, 0, last, 10**7) == first
    assert wt.start_form(w, 0, last + 5) == last
    assert wt.finish_form(w, 0, first - 5) == first
    assert wt.worked(w, 0, first - 10**6) == 0


def test_columns_keep_what_is_missing() -> None:
    w = wt.compiled(build_work_table((OFFICE,), FIRST, LAST))
    rows = np.zeros(2, dtype=np.int32)
    a = np.array([from_iso("2027-03-05 16:00"), NO_TIME])
    b = np.array([from_iso("2027-03-08 09:00"), 0])
    assert wt.work_each(w, rows, a, b).tolist() == [120, NO_TIME]
    assert wt.plus_each(w, rows, a, np.array([120, 5])).tolist() == [b[0], NO_TIME]
