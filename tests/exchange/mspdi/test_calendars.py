"""Recurring exceptions, work weeks and inheritance against plain definitions of them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest

from planbench.domain.calendars import Calendar
from planbench.exchange.mspdi.calendars import DEFAULT_WEEK, read_calendars
from planbench.exchange.repairs import Repairs
from planbench.exchange.xml_records import read_records

FIRST, LAST = dt.date(2025, 1, 1), dt.date(2027, 12, 31)


def calendars(*bodies: str) -> tuple[Calendar, ...]:
    text = "<C>" + "".join(f"<Calendar>{body}</Calendar>" for body in bodies) + "</C>"
    root, _ = read_records(text.encode(), Repairs())
    return read_calendars(root.children, 8.0, 40.0, set(), Repairs())


def exception(**fields: object) -> str:
    body = "".join(f"<{name}>{value}</{name}>" for name, value in fields.items())
    return (
        "<UID>1</UID><Exceptions><Exception><TimePeriod>"
        f"<FromDate>{FIRST}T00:00:00</FromDate><ToDate>{LAST}T23:59:00</ToDate></TimePeriod>"
        f"<DayWorking>0</DayWorking>{body}</Exception></Exceptions>"
    )


def days_of(calendar: Calendar) -> list[dt.date]:
    return sorted(dt.date(1970, 1, 1) + dt.timedelta(days=day) for day in calendar.exceptions)


def nth(date: dt.date, n: int, fits: Callable[[dt.date], bool]) -> bool:
    """Whether a date is the n-th of its month that fits, the last for 5."""
    month = [date.replace(day=1) + dt.timedelta(days=k) for k in range(31)]
    month = [day for day in month if day.month == date.month and fits(day)]
    return date in month and month[-1 if n == 5 else n - 1] == date


CASES: dict[str, tuple[str, Callable[[dt.date], bool]]] = {
    "every third day": (exception(Type=7, Period=3), lambda d: (d - FIRST).days % 3 == 0),
    "each 25 December": (
        exception(Type=2, Month=11, MonthDay=25), lambda d: (d.month, d.day) == (12, 25),
    ),
    "each 29 February": (
        exception(Type=2, Month=1, MonthDay=29), lambda d: (d.month, d.day) == (2, 29),
    ),
    "last Monday of May": (
        exception(Type=3, Month=4, MonthPosition=4, MonthItem=4),
        lambda d: d.month == 5 and nth(d, 5, lambda x: x.weekday() == 0),
    ),
    "second weekday of October": (
        exception(Type=3, Month=9, MonthPosition=1, MonthItem=1),
        lambda d: d.month == 10 and nth(d, 2, lambda x: x.weekday() < 5),
    ),
    "31st of every second month": (
        exception(Type=4, Period=2, MonthDay=31), lambda d: d.day == 31 and d.month % 2 == 1,
    ),
    "first Sunday of every month": (
        exception(Type=5, Period=1, MonthPosition=0, MonthItem=3),
        lambda d: nth(d, 1, lambda x: x.weekday() == 6),
    ),
    "third weekend day of every third month": (
        exception(Type=5, Period=3, MonthPosition=2, MonthItem=2),
        lambda d: d.month % 3 == 1 and nth(d, 3, lambda x: x.weekday() > 4),
    ),
    "Monday and Friday of every other week": (
        exception(Type=6, Period=2, DaysOfWeek=2 + 32),
        lambda d: d.weekday() in (0, 4) and ((d - dt.date(2024, 12, 29)).days // 7) % 2 == 0,
    ),
    "every day": (exception(Type=1), lambda d: True),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_recurrences(case: str) -> None:
    body, fits = CASES[case]
    every = [FIRST + dt.timedelta(days=k) for k in range((LAST - FIRST).days + 1)]
    assert days_of(calendars(body)[0]) == [day for day in every if fits(day)]


def test_occurrences_end_a_recurrence() -> None:
    found = days_of(calendars(exception(Type=2, Month=6, MonthDay=4, Occurrences=2))[0])
    assert found == [dt.date(2025, 7, 4), dt.date(2026, 7, 4)]


DAY = (
    "<DayWorking>1</DayWorking><WorkingTimes><WorkingTime><FromTime>09:00:00</FromTime>"
    "<ToTime>10:00:00</ToTime></WorkingTime></WorkingTimes>"
)


def period(first: str, last: str) -> str:
    ends = f"<FromDate>{first}T00:00:00</FromDate><ToDate>{last}T23:59:00</ToDate>"
    return f"<TimePeriod>{ends}</TimePeriod>"


def shifts(calendar: Calendar, date: str) -> object:
    return calendar.shifts_on((dt.date.fromisoformat(date) - dt.date(1970, 1, 1)).days)


def test_own_exception_then_own_weekday_then_the_base() -> None:
    base = (
        "<UID>1</UID><IsBaseCalendar>1</IsBaseCalendar><BaseCalendarUID>-1</BaseCalendarUID>"
        f"<WeekDays><WeekDay><DayType>2</DayType>{DAY}</WeekDay>"
        f"<WeekDay><DayType>3</DayType>{DAY}</WeekDay></WeekDays><Exceptions><Exception>"
        f"{period('2026-02-02', '2026-02-03')}<DayWorking>0</DayWorking></Exception></Exceptions>"
    )
    own = (
        "<UID>2</UID><BaseCalendarUID>1</BaseCalendarUID><WeekDays><WeekDay><DayType>3</DayType>"
        "<DayWorking>1</DayWorking></WeekDay></WeekDays><Exceptions><Exception>"
        f"{period('2026-02-10', '2026-02-10')}<DayWorking>0</DayWorking></Exception></Exceptions>"
    )
    _, crew = calendars(base, own)
    assert crew.scope == "resource"
    assert shifts(crew, "2026-02-02") == ()  # Monday: the base's exception
    assert shifts(crew, "2026-02-09") == ((540, 600),)  # Monday: the base's weekday
    assert shifts(crew, "2026-02-03") == DEFAULT_WEEK[0]  # Tuesday: its own weekday
    assert shifts(crew, "2026-02-10") == ()  # Tuesday: its own exception
    assert shifts(crew, "2026-02-11") == ()  # Wednesday: nobody's


def test_work_weeks_yield_to_exceptions_and_old_exceptions_count() -> None:
    (found,) = calendars(
        "<UID>1</UID><WeekDays>"
        "<WeekDay><DayType>0</DayType><DayWorking>0</DayWorking>"
        f"{period('2026-03-02', '2026-03-02')}</WeekDay></WeekDays><WorkWeeks><WorkWeek>"
        f"{period('2026-03-01', '2026-03-31')}"
        f"<WeekDays><WeekDay><DayType>2</DayType>{DAY}</WeekDay>"
        "<WeekDay><DayType>4</DayType><DayWorking>0</DayWorking></WeekDay></WeekDays>"
        "</WorkWeek></WorkWeeks><Exceptions><Exception>"
        f"{period('2026-03-09', '2026-03-09')}<DayWorking>0</DayWorking></Exception></Exceptions>"
    )
    assert shifts(found, "2026-03-02") == ()
    assert shifts(found, "2026-03-09") == ()
    assert shifts(found, "2026-03-16") == ((540, 600),)
    assert shifts(found, "2026-03-04") == ()
    assert shifts(found, "2026-03-05") == DEFAULT_WEEK[3]
    assert shifts(found, "2026-04-06") == DEFAULT_WEEK[0]


def test_a_single_date_beats_a_recurrence() -> None:
    single = f"<Exception>{period('2026-03-02', '2026-03-02')}<Type>1</Type>{DAY}</Exception>"
    text = exception(Type=6, Period=1, DaysOfWeek=2)
    text = text.replace("<Exceptions>", f"<Exceptions>{single}")
    (found,) = calendars(text)
    assert shifts(found, "2026-03-02") == ((540, 600),)
    assert shifts(found, "2026-03-09") == ()
