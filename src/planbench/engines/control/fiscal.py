"""Fiscal calendars: when the periods of an accounting year end.

A period is named like a month, `2026-09`, and there are twelve a year whatever their length; what
differs between calendars is the day on which each ends.
"""

from __future__ import annotations

import calendar as months
import datetime as dt
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from planbench.domain.errors import ModelError
from planbench.domain.times import DAY, NO_TIME, Minutes

MONTH, DATE, WEEKDAY, LISTED = "calendar month", "day of the month", "last weekday", "listed"
WEEKS = {"4-4-5": (4, 4, 5), "4-5-4": (4, 5, 4), "5-4-4": (5, 4, 4)}
RULES = (MONTH, DATE, WEEKDAY, *WEEKS, LISTED)
"""When a period ends: see FiscalCalendar."""

_EPOCH = dt.date(1970, 1, 1).toordinal()


@dataclass(frozen=True)
class FiscalCalendar:
    """Periods of an accounting year that begins with `first_month`.

    "calendar month": the last of the month. "day of the month": `day`, or the last of a shorter
    month. "last weekday": the last `weekday` (Monday 0) of the month. "4-4-5" and its kin: so many
    weeks a period, thirteen a quarter; the year ends with the last `weekday` of its last month,
    and the week that some years have more is in their last period. "listed": the days of `ends`
    (ISO), each that of the month in which it or the fortnight before it lies; months without one
    end with their last day.
    """

    first_month: int = 1
    rule: str = MONTH
    day: int = 25
    weekday: int = 4
    ends: tuple[str, ...] = ()

    @cached_property
    def _listed(self) -> dict[int, dt.date]:
        days = [dt.date.fromisoformat(one) for one in self.ends]
        return {_number(day - dt.timedelta(days=14)): day for day in days}

    def last_day(self, period: str) -> dt.date:
        """The day on which a period, `2026-09`, ends."""
        year, month = (int(part) for part in period.split("-"))
        return self._last(12 * year + month - 1)

    def _last(self, number: int) -> dt.date:
        """The last day of a period by its number, 12 x year + month - 1."""
        year, month = divmod(number, 12)
        month += 1
        if self.rule == DATE:
            return dt.date(year, month, min(self.day, months.monthrange(year, month)[1]))
        if self.rule == WEEKDAY:
            return _last_weekday(number, self.weekday)
        if self.rule in WEEKS:
            return self._by_weeks(number)
        if self.rule == LISTED and number in self._listed:
            return self._listed[number]
        return dt.date(year, month, months.monthrange(year, month)[1])

    def _by_weeks(self, number: int) -> dt.date:
        place = (number - (self.first_month - 1)) % 12
        final = number - place + 11  # the last period of this year
        if place == 11:
            return _last_weekday(final, self.weekday)
        weeks = WEEKS[self.rule]
        worked = 13 * (place // 3) + sum(weeks[: place % 3 + 1])
        return _last_weekday(final - 12, self.weekday) + dt.timedelta(weeks=worked)

    def period(self, day: dt.date) -> str:
        """The period that a day lies in."""
        number = _number(day) - 1
        while self._last(number) < day:
            number += 1
        return _name(number)

    def period_at(self, minute: int) -> str:
        """The period that ends at a minute or runs at it: the one of the minute before."""
        return self.period(dt.date.fromordinal(_EPOCH + (minute - 1) // DAY))

    def period_ends(self, start: int, finish: int) -> Minutes:
        """The first minute after each period from the one of `start` to that of `finish`."""
        if NO_TIME in (start, finish):
            return np.zeros(0, dtype=np.int64)
        number = self._at(start)
        found: list[int] = []
        while not found or found[-1] <= finish:
            found.append(_minute_after(self._last(number)))
            number += 1
        return np.array(found, dtype=np.int64)

    def _at(self, minute: int) -> int:
        """The number of the period that a minute lies in."""
        year, month = self.period(dt.date.fromordinal(_EPOCH + minute // DAY)).split("-")
        return 12 * int(year) + int(month) - 1

    def end_of(self, period: str) -> int:
        """The first minute after a period."""
        return _minute_after(self.last_day(period))

    def group(self, period: str, size: int) -> tuple[int, int]:
        """(fiscal year, place in it) of the `size` periods together that a period lies in.

        Years are named for the calendar year they begin in.
        """
        year, month = (int(part) for part in period.split("-"))
        year, offset = year + (month - self.first_month) // 12, (month - self.first_month) % 12
        return year, offset // size

    def group_name(self, group: tuple[int, int], size: int) -> str:
        """`FY2026`, `FY2026 Q3`, or `FY2026 P09` by single periods."""
        year, place = group
        if size == 12:
            return f"FY{year}"
        return f"FY{year} Q{place + 1}" if size == 3 else f"FY{year} P{place + 1:02}"


def checked_calendar(one: FiscalCalendar) -> FiscalCalendar:
    """The calendar. Raises ModelError when it makes no sense."""
    where = "fiscal calendar"
    if one.rule not in RULES:
        raise ModelError(f"there is no rule “{one.rule}”", where, f"Use {', '.join(RULES)}.")
    if not 1 <= one.first_month <= 12 or not 1 <= one.day <= 31 or not 0 <= one.weekday <= 6:
        raise ModelError("there is no such month or day", where)
    if one.rule == LISTED:
        for text in one.ends:
            try:
                dt.date.fromisoformat(text)
            except ValueError:
                raise ModelError(f"“{text}” is no date", where, "Write YYYY-MM-DD.") from None
        if not one.ends or len(one._listed) < len(set(one.ends)):
            raise ModelError("each month needs one period end at most, and one in all", where)
    return one


def _number(day: dt.date) -> int:
    return 12 * day.year + day.month - 1


def _name(number: int) -> str:
    year, month = divmod(number, 12)
    return f"{year:04}-{month + 1:02}"


def _last_weekday(number: int, weekday: int) -> dt.date:
    year, month = divmod(number, 12)
    last = dt.date(year, month + 1, months.monthrange(year, month + 1)[1])
    return last - dt.timedelta(days=(last.weekday() - weekday) % 7)


def _minute_after(day: dt.date) -> int:
    return (day.toordinal() + 1 - _EPOCH) * DAY
