"""Calendars: a week of shifts with exceptions, and their working periods as columns.

A shift is (start, finish) in minutes of its day, 0 <= start < finish <= 1440. Weekday 0 is
Monday. An exception replaces the shifts of one day (none: a holiday). The compiled form,
`WorkTable`, lists the working periods of all calendars of a schedule over a horizon of days, with
look-up tables so that each conversion between clock and working time takes constant time.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from planbench.domain.times import DAY, Minutes

Shift = tuple[int, int]
Shifts = tuple[Shift, ...]

STANDARD_WEEK: tuple[Shifts, ...] = (((480, 960),),) * 5 + ((), ())
"""Monday to Friday 08:00 to 16:00: what P6 assumes where a calendar says nothing."""

ROUND_THE_CLOCK_WEEK: tuple[Shifts, ...] = (((0, DAY),),) * 7

WORK_STEP = 256
"""Working minutes between two entries of the look-up from work to period."""


@dataclass(frozen=True)
class Calendar:
    """One calendar. `exceptions` maps day numbers (since 1970-01-01) to the shifts of that day.

    `hours_per_day` (and per week, month, year) only convert durations for display and for
    metrics; they do not shape working time. `scope` is "global", "project" or "resource".
    """

    uid: str
    name: str
    week: tuple[Shifts, ...] = STANDARD_WEEK
    exceptions: Mapping[int, Shifts] = field(default_factory=dict)
    hours_per_day: float = 8.0
    hours_per_week: float = 40.0
    scope: str = "global"
    base_uid: str = ""

    def shifts_on(self, day: int) -> Shifts:
        """Shifts of a day given by its number since 1970-01-01 (a Thursday)."""
        found = self.exceptions.get(day)
        return self.week[(day + 3) % 7] if found is None else found

    @property
    def minutes_per_day(self) -> float:
        """Working minutes that count as one day on screen and in metrics."""
        return self.hours_per_day * 60.0

    @property
    def has_work(self) -> bool:
        """Whether an ordinary week has any working time."""
        return any(self.week)


def normal_shifts(shifts: Sequence[Shift]) -> Shifts:
    """Sorted shifts without overlaps; touching ones are joined."""
    joined: list[Shift] = []
    for start, finish in sorted(shifts):
        if finish <= start:
            continue
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(joined[-1][1], finish))
        else:
            joined.append((start, finish))
    return tuple(joined)


@dataclass(frozen=True)
class WorkTable:
    """Working periods of several calendars over the days [first_day, last_day).

    Calendar c owns the periods `offset[c]:offset[c + 1]` of `start`, `finish` (minutes since the
    epoch) and `before` (working minutes of the horizon before the period). Two look-ups, each per
    calendar as well, make conversions constant: `by_day[day_offset[c] + d]` is the first period
    that ends after the beginning of day d of the horizon, and `by_work[work_offset[c] + k]` the
    last period with `before <= k * WORK_STEP`; both are positions in `start`.
    """

    first_day: int
    last_day: int
    start: Minutes
    finish: Minutes
    before: Minutes
    offset: Minutes
    by_day: npt.NDArray[np.int32]
    day_offset: Minutes
    by_work: npt.NDArray[np.int32]
    work_offset: Minutes

    @property
    def size(self) -> int:
        """Number of calendars."""
        return self.offset.size - 1

    @property
    def first_minute(self) -> int:
        """The beginning of the horizon."""
        return self.first_day * DAY

    @property
    def last_minute(self) -> int:
        """The end of the horizon."""
        return self.last_day * DAY

    def periods(self, calendar: int) -> tuple[Minutes, Minutes, Minutes]:
        """(start, finish, before) of one calendar, as views."""
        rows = slice(int(self.offset[calendar]), int(self.offset[calendar + 1]))
        return self.start[rows], self.finish[rows], self.before[rows]

    def worked(self, calendar: int, instants: Minutes) -> Minutes:
        """Working minutes from the beginning of the horizon to each instant (vectorised)."""
        start, finish, before = self.periods(calendar)
        row = np.searchsorted(start, instants, side="right") - 1
        safe = np.maximum(row, 0)
        inside = before[safe] + np.minimum(instants, finish[safe]) - start[safe]
        return np.where(row < 0, 0, inside)

    def work_between(self, calendar: int, start: Minutes, finish: Minutes) -> Minutes:
        """Signed working minutes from start to finish on one calendar (vectorised)."""
        return self.worked(calendar, finish) - self.worked(calendar, start)


def build_work_table(calendars: Sequence[Calendar], first_day: int, last_day: int) -> WorkTable:
    """Compile calendars over the days [first_day, last_day).

    A calendar without any working time in its week is compiled as the standard week, as P6 does.
    """
    starts, finishes, befores, by_days, by_works = [], [], [], [], []
    offset, day_offset, work_offset = [0], [0], [0]
    for calendar in calendars:
        start, finish = _periods(calendar, first_day, last_day)
        before = np.concatenate(([0], np.cumsum(finish - start)[:-1])).astype(np.int64)
        total = int(before[-1] + finish[-1] - start[-1])
        day_starts = np.arange(first_day, last_day + 1, dtype=np.int64) * DAY
        by_day = np.searchsorted(finish, day_starts, side="right")
        steps = np.arange(0, total + WORK_STEP + 1, WORK_STEP, dtype=np.int64)
        by_work = np.searchsorted(before, steps, side="right") - 1
        base = offset[-1]
        starts.append(start)
        finishes.append(finish)
        befores.append(before)
        by_days.append(np.minimum(by_day, start.size - 1) + base)
        by_works.append(by_work + base)
        offset.append(base + start.size)
        day_offset.append(day_offset[-1] + by_day.size)
        work_offset.append(work_offset[-1] + by_work.size)
    return WorkTable(
        first_day,
        last_day,
        _joined(starts),
        _joined(finishes),
        _joined(befores),
        np.array(offset, dtype=np.int64),
        _joined(by_days).astype(np.int32),
        np.array(day_offset, dtype=np.int64),
        _joined(by_works).astype(np.int32),
        np.array(work_offset, dtype=np.int64),
    )


def _joined(parts: list[Minutes]) -> Minutes:
    return np.concatenate(parts).astype(np.int64) if parts else np.zeros(0, dtype=np.int64)


def _periods(calendar: Calendar, first_day: int, last_day: int) -> tuple[Minutes, Minutes]:
    """Working periods of one calendar; periods that touch at midnight are joined."""
    week = calendar.week if calendar.has_work else STANDARD_WEEK
    days = np.arange(first_day, last_day, dtype=np.int64)
    plain = np.ones(days.size, dtype=bool)
    pairs: list[npt.NDArray[np.int64]] = []
    for day, shifts in calendar.exceptions.items():
        if first_day <= day < last_day:
            plain[day - first_day] = False
            pairs += [np.array([[day * DAY + s, day * DAY + f]]) for s, f in shifts]
    weekday = (days + 3) % 7
    for number, shifts in enumerate(week):
        chosen = days[plain & (weekday == number)] * DAY
        pairs += [np.column_stack((chosen + s, chosen + f)) for s, f in shifts]
    found = np.concatenate(pairs) if pairs else np.zeros((0, 2), dtype=np.int64)
    if not found.size:  # exceptions that cover the whole horizon: one day of work at its end
        found = np.array([[last_day * DAY - DAY, last_day * DAY]], dtype=np.int64)
    found = found[np.argsort(found[:, 0], kind="stable")]
    fresh = np.concatenate(([True], found[1:, 0] > found[:-1, 1]))
    last = np.concatenate((np.flatnonzero(fresh)[1:] - 1, [found.shape[0] - 1]))
    return found[fresh, 0].copy(), found[last, 1].copy()
