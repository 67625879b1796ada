"""How many days the work table has to cover, and tables that are kept for the next run."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from planbench.domain.calendars import Calendar, build_work_table
from planbench.domain.errors import ScheduleError
from planbench.domain.schedule import Rows, Schedule
from planbench.domain.times import DAY, NO_TIME, Minutes
from planbench.engines.kernel import kernel
from planbench.engines.worktime import Work, compiled

SANE = 60
"""Years from the data dates within which dates of the file shape the first horizon."""

LONGEST = 120
"""Years of a horizon that is not widened any more."""

_BLOCK = 512
"""Days by which horizons grow: schedules that differ little share a table."""

_KEPT = 6
_packed: tuple[tuple[Sequence[Calendar], tuple[int, ...], int, int, Work], ...] = ()

_clock: tuple[Sequence[Calendar], Minutes] | None = None
"""What `clock_per_work` said last, kept as the packed tables are."""

_MANY = 64
"""Calendars beyond which those that nothing works on get no table of their own."""

_HEAD, _PER_CALENDAR, _PERIOD = 2, 4, 3
"""The layout of `planbench.engines.worktime.Work`."""


def packed_calendars(
    calendars: Sequence[Calendar],
    first_day: int,
    last_day: int,
    used: Callable[[], Rows] | None = None,
) -> Work:
    """The calendars over days [first, last), packed.

    The same array while the same calendars are asked for again: edits of a schedule share them.
    `used` gives positions of the calendars that count (those outside are ignored); where there
    are many calendars, all others are given the table of one of these.
    """
    global _packed
    chosen: tuple[int, ...] = ()
    if used is not None and len(calendars) > _MANY:
        found = np.unique(used())
        chosen = tuple(found[(found >= 0) & (found < len(calendars))].tolist()) or (0,)
    for kept, some, first, last, work in _packed:
        if kept is calendars and (some, first, last) == (chosen, first_day, last_day):
            return work
    work = _built(calendars, chosen, first_day, last_day)
    _packed = ((calendars, chosen, first_day, last_day, work), *_packed[: _KEPT - 1])
    return work


def _built(
    calendars: Sequence[Calendar], chosen: tuple[int, ...], first_day: int, last_day: int
) -> Work:
    """A packed table; with `chosen` only of these calendars, the others pointing to the first."""
    if not chosen:
        return compiled(build_work_table(calendars, first_day, last_day))
    table = build_work_table([calendars[c] for c in chosen], first_day, last_day)
    work, few = compiled(table), len(chosen)
    place = np.zeros(len(calendars), dtype=np.int64)
    place[list(chosen)] = np.arange(few)
    periods_at = _HEAD + _PER_CALENDAR * few
    lookups_at = periods_at + _PERIOD * table.start.size
    further = _PER_CALENDAR * (len(calendars) - few)  # the longer head moves all that follows
    head = work[_HEAD:periods_at].reshape(few, _PER_CALENDAR) + further
    return np.concatenate(
        (
            work[:_HEAD],
            head[place].ravel(),
            work[periods_at:lookups_at],
            work[lookups_at:] + further,
        )
    )


@kernel
def longest_chain(
    order: Rows, link_start: Rows, predecessor: Rows, lag: Minutes, minutes: Minutes
) -> int:
    """Largest sum of `minutes` (per row) and positive lags along any chain of links."""
    reach, best = np.zeros(minutes.size, np.int64), 0
    for k in range(order.size):
        longest = 0
        for e in range(link_start[k], link_start[k + 1]):
            longest = max(longest, reach[predecessor[e]] + max(0, lag[e]))
        reach[order[k]] = longest + minutes[order[k]]
        best = max(best, reach[order[k]])
    return best


def clock_per_work(calendars: Sequence[Calendar]) -> Minutes:
    """Minutes of clock per working minute of an ordinary week, rounded up, per calendar."""
    global _clock
    if _clock is not None and _clock[0] is calendars:
        return _clock[1]
    week = [sum(f - s for shifts in c.week for s, f in shifts) or 5 * 480 for c in calendars]
    clock = np.array([-(-7 * DAY // minutes) for minutes in week], dtype=np.int64)
    _clock = calendars, clock
    return clock


def first_horizon(schedule: Schedule, data_date: Minutes, chain: int) -> tuple[int, int]:
    """Days [first, last) that most likely hold all dates; `chain` in minutes of clock."""
    acts = schedule.activities
    limits = [project.must_finish_by for project in schedule.projects]
    dates = (
        acts.actual_start,
        acts.actual_finish,
        acts.constraint_date,
        acts.constraint2_date,
        acts.expected_finish,
        acts.external_early_start,
        acts.external_late_finish,
        acts.resume,
        acts.suspend,
        np.array(limits, dtype=np.int64),
    )
    low, high = _sane_span(dates, int(data_date.min()), int(data_date.max()))
    high += min(chain + chain // 4, SANE * 366 * DAY)
    first, last = low // DAY - 400, high // DAY + 400
    return first // _BLOCK * _BLOCK, -(-last // _BLOCK) * _BLOCK


@kernel
def _sane_span(columns: tuple[Minutes, ...], low: int, high: int) -> tuple[int, int]:
    """The span from `low` to `high`, widened by all dates that lie within sane reach of it."""
    first, last, reach = low, high, SANE * 366 * DAY
    for column in columns:
        for date in column:
            if date != NO_TIME and low - reach < date < high + reach:
                first, last = min(first, date), max(last, date)
    return first, last


def wider(first: int, last: int, too_early: bool, too_late: bool) -> tuple[int, int]:
    """The horizon with twice as many days on the sides that were too short.

    Raises ScheduleError when it would be longer than any project.
    """
    days = last - first
    if days > LONGEST * 366:
        raise ScheduleError(
            f"dates run more than {LONGEST} years {'ahead' if too_late else 'back'}",
            mend="Look for a mistyped duration, lag or constraint date.",
        )
    return first - days * too_early, last + days * too_late
