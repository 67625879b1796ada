"""Calendars of Microsoft Project: weeks, work weeks and exceptions with their recurrence.

A day's hours are looked up in the calendar's own exceptions, then its own weekdays, then in its
base calendar the same way. Within one calendar a dated exception beats a work week.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

from planbench.domain.calendars import Calendar, Shifts, normal_shifts
from planbench.domain.times import DAY
from planbench.exchange.mspdi.values import day_of, flag
from planbench.exchange.repairs import Repairs
from planbench.exchange.xml_records import Record

DEFAULT_DAY: Shifts = ((480, 720), (780, 1020))
"""Working hours of a day that is said to be worked without saying when."""

DEFAULT_WEEK: tuple[Shifts, ...] = (DEFAULT_DAY,) * 5 + ((), ())

_MOST_DAYS = 2_000_000
"""Days of all periods of a file that are written out."""

_LONGEST = 36600
"""Days (a hundred years) over which a recurrence or a work week is written out."""


@dataclass(frozen=True)
class _Own:
    """What one calendar says itself: hours by weekday (0 = Monday) and by day number."""

    week: dict[int, Shifts]
    days: dict[int, Shifts]
    base: str


def read_calendars(
    records: list[Record], per_day: float, per_week: float, used: set[str], repairs: Repairs
) -> tuple[Calendar, ...]:
    """The calendars with everything inherited written out, in file order.

    `per_day` and `per_week` are the project's hours for showing durations. `used` are the
    calendars that tasks or the project work on; one without hours there works the default week.
    """
    budget = _Budget()
    own = {record.get("UID"): _own(record, budget, repairs) for record in records}
    made = []
    for record in records:
        uid = record.get("UID")
        week, days = _written_out(uid, own, repairs)
        if not any(week):
            if uid in used:
                repairs.add(
                    "empty-calendar",
                    "warning",
                    f"Calendar {uid}",
                    f"calendar {record.get('Name')!r} has no working hours",
                    "taken as Monday to Friday 08:00 to 12:00 and 13:00 to 17:00",
                )
            week = DEFAULT_WEEK
        base = own[uid].base if own[uid].base in own else ""
        scope = "global" if flag(record, "IsBaseCalendar", not base) else "resource"
        name = record.get("Name") or f"Calendar {uid}"
        made.append(Calendar(uid, name, week, days, per_day, per_week, scope, base))
    return tuple(made)


class _Budget:
    """How many days may still be written out: a thousand periods of a century are an attack."""

    def __init__(self) -> None:
        self.left = _MOST_DAYS

    def take(self, days: int) -> int:
        """As many of these days as are left."""
        taken = max(0, min(days, self.left))
        self.left -= taken
        return taken


def _own(record: Record, budget: _Budget, repairs: Repairs) -> _Own:
    where = f"Calendar {record.get('UID')}"
    week: dict[int, Shifts] = {}
    days: dict[int, Shifts] = {}
    for period in _parts(record, "WorkWeeks", "WorkWeek"):
        plan = _week(period)
        first, last = _span(period, where, budget, repairs)
        for day in range(first, last):
            if (day + 3) % 7 in plan:
                days[day] = plan[(day + 3) % 7]
    for item in _parts(record, "WeekDays", "WeekDay"):
        if item.get("DayType") == "0":  # how versions before 2007 wrote exceptions
            first, last = _span(item, where, budget, repairs)
            days.update(dict.fromkeys(range(first, last), _shifts(item)))
    week.update(_week(record))
    single: set[int] = set()
    for item in _parts(record, "Exceptions", "Exception"):
        recurring = item.get("Type") not in ("", "1")
        shifts = _shifts(item)
        for day in _days(item, where, budget, repairs):
            if not recurring or day not in single:  # a single date beats a recurrence
                days[day] = shifts
            if not recurring:
                single.add(day)
    base = record.get("BaseCalendarUID")
    return _Own(week, days, base if base not in ("-1", record.get("UID")) else "")


def _parts(record: Record, outer: str, inner: str) -> Iterator[Record]:
    for group in record.all(outer):
        yield from group.all(inner)


def _week(record: Record) -> dict[int, Shifts]:
    found = {}
    for day in _parts(record, "WeekDays", "WeekDay"):
        kind = day.get("DayType")
        if kind in ("1", "2", "3", "4", "5", "6", "7"):
            found[(int(kind) + 5) % 7] = _shifts(day)
    return found


def _shifts(day: Record) -> Shifts:
    """Hours of a day; one that is worked without hours has the default ones."""
    if not flag(day, "DayWorking"):
        return ()
    found = []
    for period in _parts(day, "WorkingTimes", "WorkingTime"):
        start, finish = _minute(period.get("FromTime")), _minute(period.get("ToTime"))
        if start is not None and finish is not None:
            found.append((start, finish if finish > start else DAY))
    return normal_shifts(found) or DEFAULT_DAY


def _minute(text: str) -> int | None:
    hour, minute = text[0:2], text[3:5]
    if not (text[:5].isascii() and hour.isdigit() and minute.isdigit() and text[2:3] == ":"):
        return None
    total = int(hour) * 60 + int(minute)
    return total if total < DAY else None


def _span(item: Record, where: str, budget: _Budget, repairs: Repairs) -> tuple[int, int]:
    """(first day, day after the last) of a time period; empty where it cannot be read."""
    period = item.first("TimePeriod") or Record("TimePeriod")
    try:
        first, last = day_of(period.get("FromDate")), day_of(period.get("ToDate"))
    except (ValueError, OverflowError):
        repairs.add(
            "bad-date",
            "error",
            f"{where} {item.tag} {item.get('Name')}".strip(),
            "its time period cannot be read",
            "left out",
        )
        return 0, 0
    if last - first > _LONGEST:
        repairs.add(
            "long-period",
            "warning",
            f"{where} {item.tag} {item.get('Name')}".strip(),
            "it lasts for more than a hundred years",
            "its first hundred years taken",
        )
        last = first + _LONGEST
    wanted = last + 1 - first
    given = budget.take(wanted)
    if given < wanted:
        repairs.add(
            "too-many-days",
            "warning",
            f"{where} {item.tag} {item.get('Name')}".strip(),
            f"the periods of all calendars have more than {_MOST_DAYS} days",
            "days beyond left out",
        )
    return first, first + given


def _days(item: Record, where: str, budget: _Budget, repairs: Repairs) -> Iterator[int]:
    """The days of an exception, with its recurrence written out."""
    first, after = _span(item, where, budget, repairs)
    if after <= first:
        return
    kind = item.get("Type") or "1"
    limit = _whole(item, "Occurrences", 0) if kind != "1" else 0
    if kind in ("2", "4"):
        chosen = _by_day_of_month(item, first, after, kind == "2")
    elif kind in ("3", "5"):
        chosen = _by_position(item, first, after, kind == "3")
    elif kind == "6":
        chosen = _by_week(item, first, after)
    elif kind == "7":
        chosen = iter(range(first, after, max(1, _whole(item, "Period", 1))))
    else:
        chosen = iter(range(first, after))
    for count, day in enumerate(chosen):
        if limit and count >= limit:
            return
        yield day


def _whole(item: Record, name: str, default: int) -> int:
    text = item.get(name)
    return int(text) if text.isascii() and text.isdigit() and len(text) < 6 else default


def _date(day: int) -> dt.date:
    return dt.date(1970, 1, 1) + dt.timedelta(days=day)


def _months(item: Record, first: int, after: int, yearly: bool) -> Iterator[dt.date]:
    """The first days of the months that a yearly or monthly recurrence touches."""
    begin, end = _date(first), _date(after - 1)
    step = 12 if yearly else max(1, _whole(item, "Period", 1))
    at = begin.year * 12 + (_whole(item, "Month", 0) if yearly else begin.month - 1)
    while at <= end.year * 12 + end.month - 1:
        yield dt.date(at // 12, at % 12 + 1, 1)
        at += step


def _by_day_of_month(item: Record, first: int, after: int, yearly: bool) -> Iterator[int]:
    number = _whole(item, "MonthDay", 1)
    for month in _months(item, first, after, yearly):
        day = (month - dt.date(1970, 1, 1)).days + number - 1
        if first <= day < after and _date(day).month == month.month:
            yield day


def _by_position(item: Record, first: int, after: int, yearly: bool) -> Iterator[int]:
    """The n-th (or last) day, weekday, weekend day, Sunday, Monday ... of the months."""
    position, what = _whole(item, "MonthPosition", 0), _whole(item, "MonthItem", 0)

    def fits(day: dt.date) -> bool:
        number = (day.weekday() + 1) % 7  # 0 = Sunday
        if what <= 2:
            return (True, 0 < number < 6, number in (0, 6))[what]
        return number == what - 3

    for month in _months(item, first, after, yearly):
        days = [month + dt.timedelta(days=k) for k in range(31)]
        days = [day for day in days if day.month == month.month and fits(day)]
        if days:
            chosen = days[-1] if position >= 4 else days[min(position, len(days) - 1)]
            number = (chosen - dt.date(1970, 1, 1)).days
            if first <= number < after:
                yield number


def _by_week(item: Record, first: int, after: int) -> Iterator[int]:
    """The days of the week in the mask (1 = Sunday, 2 = Monday, 4 = Tuesday ...)."""
    mask, step = _whole(item, "DaysOfWeek", 0), max(1, _whole(item, "Period", 1))
    for day in range(first, after):
        sunday = (day + 4) % 7  # 0 = Sunday
        week = (day - sunday - (first - (first + 4) % 7)) // 7
        if mask >> sunday & 1 and week % step == 0:
            yield day


_MOST_BASES = 32
"""Calendars beneath one calendar; Project has one."""


def _written_out(
    uid: str, own: dict[str, _Own], repairs: Repairs
) -> tuple[tuple[Shifts, ...], dict[int, Shifts]]:
    """Week and exceptions with those of the base calendars, the nearest calendar first."""
    week: dict[int, Shifts] = {}
    days: dict[int, Shifts] = {}
    seen: list[str] = []
    at = uid
    while at in own and at not in seen and len(seen) < _MOST_BASES:
        seen.append(at)
        for day, shifts in own[at].days.items():
            if (day + 3) % 7 not in week:
                days.setdefault(day, shifts)
        week = {**own[at].week, **week}
        at = own[at].base
    if at in own:
        repairs.add(
            "calendar-loop",
            "warning",
            f"Calendar {uid}",
            f"the calendar is based on itself, or on more than {_MOST_BASES} others",
            "the base was ignored from there on",
        )
    if not week:
        return DEFAULT_WEEK, days
    return tuple(week.get(k, ()) for k in range(7)), days
