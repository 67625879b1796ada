"""Calendars of P6 XML: a standard week and dated exceptions, in and out.

P6 writes the last minute that is worked, so a shift until 16:00 finishes at 15:59. Other programs
write 16:00; which of the two a file means shows in the minutes it uses.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from planbench.domain.calendars import Calendar, Shifts, normal_shifts
from planbench.domain.times import DAY, day_number
from planbench.exchange.repairs import Repairs
from planbench.exchange.xer.calendars import CalendarTextError, minute_of_day, write_calendar
from planbench.exchange.xml_records import Record
from planbench.exchange.xml_text import leaf, node

DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")

_EMPTY_WEEK = "(0||DaysOfWeek()(" + "".join(f"(0||{k}()())" for k in range(1, 8)) + "))"
"""A week without work as it is written; left out where the base calendar's week counts."""


def finishes_inclusive(calendars: Iterable[Record]) -> bool:
    """Whether finishes are last minutes worked, as P6 writes them.

    Shifts change at full five minutes; finishes one minute before such a change are last minutes.
    """
    votes = 0
    for calendar in calendars:
        for day in _days(calendar):
            for shift in day.all("WorkTime"):
                minute = shift.get("Finish")[3:5]
                votes += (minute[-1:] in ("4", "9")) - (minute[-1:] in ("0", "5"))
    return votes >= 0


def _days(calendar: Record) -> Iterable[Record]:
    for part in calendar.children:
        if part.tag in ("StandardWorkWeek", "HolidayOrExceptions"):
            yield from part.children


def calendar_text(calendar: Record, inclusive: bool, where: str, repairs: Repairs) -> str:
    """The working time of a calendar object in the grammar of XER files, "" without any.

    Days and shifts that cannot be read are listed and left out.
    """
    week: list[Shifts] | None = None
    exceptions: dict[int, Shifts] = {}
    for part in calendar.children:
        if part.tag == "StandardWorkWeek":
            week = week or [()] * 7
            for day in part.children:
                name = day.get("DayOfWeek").capitalize()
                if name in DAYS:
                    week[DAYS.index(name)] = _shifts(day, inclusive, f"{where} {name}", repairs)
        elif part.tag == "HolidayOrExceptions":
            for day in part.children:
                text = day.get("Date")
                try:
                    number = day_number(dt.date.fromisoformat(text[:10]))
                except ValueError:
                    repairs.add(
                        "bad-date", "error", f"{where} Date", f"{text!r} is no date", "left out"
                    )
                    continue
                exceptions[number] = _shifts(day, inclusive, f"{where} {text[:10]}", repairs)
    if week is None and not exceptions:
        return ""
    text = write_calendar(Calendar("", "", tuple(week or [()] * 7), exceptions))
    return text if week is not None else text.replace(_EMPTY_WEEK, "")


def _shifts(day: Record, inclusive: bool, where: str, repairs: Repairs) -> Shifts:
    found = []
    for shift in day.all("WorkTime"):
        start_text, finish_text = shift.get("Start"), shift.get("Finish")
        if not start_text and not finish_text:
            continue
        try:
            start, finish = minute_of_day(start_text[:8]), minute_of_day(finish_text[:8])
        except CalendarTextError as error:
            repairs.add("bad-calendar", "error", where, str(error), "the shift left out")
            continue
        if inclusive and finish % DAY:
            finish += 1
        found.append((start, finish if finish > start else DAY))
    return normal_shifts(found)


def write_week(calendar: Calendar) -> str:
    """The week and the exceptions of a calendar as the last parts of its object."""
    week = "".join(
        node("StandardWorkHours", leaf("DayOfWeek", DAYS[k]), _write_shifts(calendar.week[k]))
        for k in (6, 0, 1, 2, 3, 4, 5)
    )
    exceptions = "".join(
        node("HolidayOrException", leaf("Date", _date(day)), _write_shifts(shifts))
        for day, shifts in sorted(calendar.exceptions.items())
    )
    return node("StandardWorkWeek", week) + node("HolidayOrExceptions", exceptions)


def _date(day: int) -> str:
    return f"{(dt.date(1970, 1, 1) + dt.timedelta(days=day)).isoformat()}T00:00:00"


def _write_shifts(shifts: Shifts) -> str:
    return "".join(
        node("WorkTime", leaf("Start", _clock(start)), leaf("Finish", _clock(finish - 1)))
        for start, finish in shifts
    )


def _clock(minute: int) -> str:
    return f"{minute // 60:02d}:{minute % 60:02d}:00"
