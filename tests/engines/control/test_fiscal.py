"""Fiscal calendars against slow obvious counting and against calendars that companies publish."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from planbench.domain.errors import ModelError
from planbench.domain.times import DAY, NO_TIME
from planbench.engines.control import fiscal
from planbench.engines.control.fiscal import FiscalCalendar, checked_calendar
from planbench.engines.control.measure import month_ends

EPOCH = dt.date(1970, 1, 1)

calendars = st.builds(
    FiscalCalendar,
    st.integers(1, 12),
    st.sampled_from(fiscal.RULES[:-1]),
    st.integers(1, 31),
    st.integers(0, 6),
)


@settings(max_examples=60, deadline=None)
@given(calendars, st.integers(2020, 2035), st.integers(1, 12))
def test_every_day_is_in_one_period_and_periods_follow_each_other(
    calendar: FiscalCalendar, year: int, month: int
) -> None:
    name = f"{year}-{month:02}"
    end = calendar.last_day(name)
    assert calendar.period(end) == name
    after = calendar.period(end + dt.timedelta(days=1))
    assert after == (f"{year + 1}-01" if month == 12 else f"{year}-{month + 1:02}")
    day = end
    while calendar.period(day) == name:  # back to the first day
        day -= dt.timedelta(days=1)
    length = (end - day).days
    assert 17 <= length <= 45
    assert calendar.last_day(calendar.period(day)) == day


@given(st.integers(18_000 * DAY, 24_000 * DAY), st.integers(0, 900 * DAY))
@settings(max_examples=40, deadline=None)
def test_calendar_months_are_those_of_the_curves(start: int, length: int) -> None:
    mine = FiscalCalendar().period_ends(start, start + length)
    assert np.array_equal(mine, month_ends(start, start + length))


def test_weeks_of_a_year_that_ends_on_the_last_saturday_of_september() -> None:
    # 2023 had 53 weeks by this rule: it ended on 30 September 2023, the year before on 24 September
    calendar = FiscalCalendar(10, "4-4-5", weekday=5)
    assert calendar.last_day("2022-09") == dt.date(2022, 9, 24)
    assert calendar.last_day("2022-10") == dt.date(2022, 10, 22)
    assert calendar.last_day("2022-12") == dt.date(2022, 12, 24)  # 13 weeks
    assert calendar.last_day("2023-09") == dt.date(2023, 9, 30)
    assert (dt.date(2023, 9, 30) - calendar.last_day("2023-08")).days == 42  # 5 weeks and one more
    assert (calendar.last_day("2024-09") - dt.date(2023, 9, 30)).days == 52 * 7


def test_last_weekday_and_listed_days() -> None:
    fridays = FiscalCalendar(rule=fiscal.WEEKDAY, weekday=4)
    assert fridays.last_day("2026-10") == dt.date(2026, 10, 30)
    assert fridays.period(dt.date(2026, 10, 31)) == "2026-11"
    listed = FiscalCalendar(rule=fiscal.LISTED, ends=("2026-05-02", "2026-05-30"))
    assert listed.last_day("2026-04") == dt.date(2026, 5, 2)
    assert listed.period(dt.date(2026, 5, 3)) == "2026-05"
    assert listed.period(dt.date(2026, 5, 31)) == "2026-06"
    assert listed.last_day("2026-06") == dt.date(2026, 6, 30)


def test_groups_of_a_year_from_april() -> None:
    calendar = FiscalCalendar(4)
    assert calendar.group_name(calendar.group("2026-03", 3), 3) == "FY2025 Q4"
    assert calendar.group_name(calendar.group("2026-04", 3), 3) == "FY2026 Q1"
    assert calendar.group_name(calendar.group("2026-04", 1), 1) == "FY2026 P01"
    assert calendar.group_name(calendar.group("2027-03", 12), 12) == "FY2026"


def test_the_minute_after_a_period_is_its_end() -> None:
    calendar = FiscalCalendar(rule=fiscal.DATE, day=25)
    end = calendar.end_of("2026-09")
    assert end == ((dt.date(2026, 9, 26) - EPOCH).days) * DAY
    assert calendar.period_at(end) == "2026-09"
    assert calendar.period_at(end + 1) == "2026-10"
    assert calendar.period_ends(end, end).tolist() == [calendar.end_of("2026-10")]
    assert calendar.period_ends(NO_TIME, end).size == 0


@pytest.mark.parametrize(
    "wrong",
    [
        FiscalCalendar(13),
        FiscalCalendar(rule="moon"),
        FiscalCalendar(day=32),
        FiscalCalendar(weekday=7),
        FiscalCalendar(rule=fiscal.LISTED),
        FiscalCalendar(rule=fiscal.LISTED, ends=("2026-13-01",)),
        FiscalCalendar(rule=fiscal.LISTED, ends=("2026-05-20", "2026-05-30")),
    ],
)
def test_calendars_without_sense_are_refused(wrong: FiscalCalendar) -> None:
    with pytest.raises(ModelError):
        checked_calendar(wrong)
