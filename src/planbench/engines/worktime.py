"""Clock time and working time: compiled conversions on the columns of a `WorkTable`.

Every instant of working time that ends one period and begins the next has two clock readings
(Friday 17:00 and Monday 08:00). *Start form* is the first moment at or after an instant from
which work can be done, *finish form* the last moment at or before it up to which work can have
been done. Adding work answers in finish form, taking work away in start form, and no work leaves
an instant as it stands.

All functions take constant time. Instants that would lie beyond the horizon of the table come
back as exactly its first or last minute; a caller that finds one of these in its results widens
the horizon and calculates again (`planbench.engines.cpm.network` does).
"""

from __future__ import annotations

import numpy as np

from planbench.domain.calendars import WORK_STEP, WorkTable
from planbench.domain.schedule import Rows
from planbench.domain.times import DAY, NO_TIME, Minutes
from planbench.engines.kernel import kernel

ROUND_THE_CLOCK = -1
"""The calendar number, in lags, of a clock that never stops."""

Work = Minutes
"""A packed work table.

First day, number of days, then four positions per calendar: its look-up by day, its look-up by
work, its first period and the place after its last one. A period is three numbers: start, finish,
minutes worked before it. The look-ups hold positions of periods. One array instead of ten, and
what belongs together side by side, because compiled functions count the references of every
array they are handed and because a conversion touches little more than two cache lines.
"""

_HEAD, _PER_CALENDAR, _PERIOD = 2, 4, 3


def compiled(table: WorkTable) -> Work:
    """The table packed into one array for the functions of this module."""
    periods_at = _HEAD + _PER_CALENDAR * table.size
    days_at = periods_at + _PERIOD * table.start.size
    works_at = days_at + table.by_day.size
    head = np.column_stack(
        (
            days_at + table.day_offset[:-1],
            works_at + table.work_offset[:-1],
            periods_at + _PERIOD * table.offset[:-1],
            periods_at + _PERIOD * table.offset[1:],
        )
    )
    periods = np.column_stack((table.start, table.finish, table.before))
    by_day = periods_at + _PERIOD * table.by_day.astype(np.int64)
    by_work = periods_at + _PERIOD * table.by_work.astype(np.int64)
    days = np.array([table.first_day, table.last_day - table.first_day])
    parts = (days, head.ravel(), periods.ravel(), by_day, by_work)
    return np.concatenate(parts).astype(np.int64)


def first_minute(w: Work) -> int:
    """The beginning of the horizon."""
    return int(w[0]) * DAY


def last_minute(w: Work) -> int:
    """The end of the horizon."""
    return int(w[0] + w[1]) * DAY


@kernel
def _end(w: Work) -> int:
    return int(w[0] + w[1]) * DAY


@kernel
def _period(w: Work, c: int, t: int) -> int:
    """Position of the first period of calendar c that ends after t, the end of c for none."""
    head = _HEAD + _PER_CALENDAR * c
    day = t // DAY - w[0]
    if day < 0:
        return int(w[head + 2])
    p, end = w[w[head] + min(day, w[1])], w[head + 3]
    while p < end and w[p + 1] <= t:
        p += _PERIOD
    return int(p)


@kernel
def start_form(w: Work, c: int, t: int) -> int:
    """The first moment at or after t from which work can be done."""
    p = _period(w, c, t)
    if p == w[_HEAD + _PER_CALENDAR * c + 3]:
        return _end(w)
    return max(t, int(w[p]))


@kernel
def finish_form(w: Work, c: int, t: int) -> int:
    """The last moment at or before t up to which work can have been done."""
    p = _period(w, c, t)
    head = _HEAD + _PER_CALENDAR * c
    if p < w[head + 3] and w[p] < t:
        return t
    if p == w[head + 2]:
        return int(w[0]) * DAY
    return int(w[p - 2])


@kernel
def finish_at_or_after(w: Work, c: int, t: int) -> int:
    """T itself if work can end there, else the next work start."""
    p = _period(w, c, t)
    head = _HEAD + _PER_CALENDAR * c
    if p < w[head + 3] and w[p] < t:
        return t
    if p > w[head + 2] and w[p - 2] == t:
        return t
    if p == w[head + 3]:
        return _end(w)
    return int(w[p])


@kernel
def start_at_or_before(w: Work, c: int, t: int) -> int:
    """T itself if work can begin there, else the previous work finish."""
    p = _period(w, c, t)
    head = _HEAD + _PER_CALENDAR * c
    if p < w[head + 3] and w[p] <= t:
        return t
    if p == w[head + 2]:
        return int(w[0]) * DAY
    return int(w[p - 2])


@kernel
def worked(w: Work, c: int, t: int) -> int:
    """Working minutes of calendar c from the beginning of the horizon to t."""
    p = _period(w, c, t)
    if p == w[_HEAD + _PER_CALENDAR * c + 3]:
        return int(w[p - 1] + w[p - 2] - w[p - 3])
    return int(w[p + 2]) + max(0, t - int(w[p]))


@kernel
def work(w: Work, c: int, a: int, b: int) -> int:
    """Signed working minutes from a to b on calendar c."""
    return worked(w, c, b) - worked(w, c, a)


@kernel
def plus(w: Work, c: int, t: int, minutes: int) -> int:
    """T moved later by working minutes, in finish form; none leave t untouched."""
    if minutes <= 0:
        return t
    head = _HEAD + _PER_CALENDAR * c
    end, target = w[head + 3], worked(w, c, t) + minutes
    if target > w[end - 1] + w[end - 2] - w[end - 3]:
        return _end(w)
    p = w[w[head + 1] + target // WORK_STEP]
    if w[p + 2] >= target:
        p -= _PERIOD
    while p + _PERIOD < end and w[p + _PERIOD + 2] < target:
        p += _PERIOD
    return int(w[p] + target - w[p + 2])


@kernel
def minus(w: Work, c: int, t: int, minutes: int) -> int:
    """T moved earlier by working minutes, in start form; none leave t untouched."""
    if minutes <= 0:
        return t
    head = _HEAD + _PER_CALENDAR * c
    end, target = w[head + 3], worked(w, c, t) - minutes
    if target < 0:
        return int(w[0]) * DAY
    p = w[w[head + 1] + target // WORK_STEP]
    while p + _PERIOD < end and w[p + _PERIOD + 2] <= target:
        p += _PERIOD
    return int(w[p] + target - w[p + 2])


@kernel
def shift(w: Work, c: int, t: int, lag: int) -> int:
    """T moved by a signed lag on calendar c, or on the clock for `ROUND_THE_CLOCK`."""
    if lag == 0:
        return t
    if c < 0:
        return t + lag
    return plus(w, c, t, lag) if lag > 0 else minus(w, c, t, -lag)


@kernel
def work_each(w: Work, calendars: Rows, a: Minutes, b: Minutes) -> Minutes:
    """Signed working minutes from a[i] to b[i] on calendars[i]; NO_TIME where one is missing."""
    out = np.empty(a.size, np.int64)
    for i in range(a.size):
        if a[i] == NO_TIME or b[i] == NO_TIME:
            out[i] = NO_TIME
        else:
            out[i] = work(w, calendars[i], a[i], b[i])
    return out


@kernel
def plus_each(w: Work, calendars: Rows, t: Minutes, minutes: Minutes) -> Minutes:
    """t[i] moved later by minutes[i] on calendars[i]; NO_TIME where one is missing."""
    out = np.empty(t.size, np.int64)
    for i in range(t.size):
        if t[i] == NO_TIME or minutes[i] == NO_TIME:
            out[i] = NO_TIME
        else:
            out[i] = plus(w, calendars[i], t[i], minutes[i])
    return out
