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
"""A packed work table: positions of its columns, first and last day, then the columns.

One array instead of ten: compiled functions count the references of every array that they are
handed, which made each conversion ten times slower.
"""

_FIRST_DAY, _LAST_DAY = 8, 9


def compiled(table: WorkTable) -> Work:
    """The table packed into one array for the functions of this module."""
    columns = (
        table.start,
        table.finish,
        table.before,
        table.offset,
        table.by_day,
        table.day_offset,
        table.by_work,
        table.work_offset,
    )
    places = 10 + np.concatenate(([0], np.cumsum([column.size for column in columns[:-1]])))
    head = [*places.tolist(), table.first_day, table.last_day]
    return np.concatenate([np.array(head, dtype=np.int64), *columns]).astype(np.int64)


def first_minute(w: Work) -> int:
    """The beginning of the horizon."""
    return int(w[_FIRST_DAY]) * DAY


def last_minute(w: Work) -> int:
    """The end of the horizon."""
    return int(w[_LAST_DAY]) * DAY


@kernel
def _first(w: Work, c: int) -> int:
    """Position of the first period of calendar c; that of c + 1 is one after its last."""
    return int(w[w[3] + c])


@kernel
def _start(w: Work, p: int) -> int:
    return int(w[w[0] + p])


@kernel
def _finish(w: Work, p: int) -> int:
    return int(w[w[1] + p])


@kernel
def _before(w: Work, p: int) -> int:
    return int(w[w[2] + p])


@kernel
def _period(w: Work, c: int, t: int) -> int:
    """Position of the first period of calendar c that ends after t; `_first(w, c + 1)` for none."""
    day = t // DAY - w[_FIRST_DAY]
    if day < 0:
        return _first(w, c)
    last = w[_LAST_DAY] - w[_FIRST_DAY]
    if day > last:
        day = last
    end = _first(w, c + 1)
    p = int(w[w[4] + w[w[5] + c] + day])
    while p < end and _finish(w, p) <= t:
        p += 1
    return p


@kernel
def _period_by_work(w: Work, c: int, minutes: int) -> int:
    """Position of a period of calendar c with no more than `minutes` of work before it.

    It is the last one or close to it: those that follow it are looked at by the caller.
    """
    return int(w[w[6] + w[w[7] + c] + minutes // WORK_STEP])


@kernel
def start_form(w: Work, c: int, t: int) -> int:
    """The first moment at or after t from which work can be done."""
    p = _period(w, c, t)
    if p == _first(w, c + 1):
        return int(w[_LAST_DAY]) * DAY
    begin = _start(w, p)
    return max(begin, t)


@kernel
def finish_form(w: Work, c: int, t: int) -> int:
    """The last moment at or before t up to which work can have been done."""
    p = _period(w, c, t)
    if p < _first(w, c + 1) and _start(w, p) < t:
        return t
    if p == _first(w, c):
        return int(w[_FIRST_DAY]) * DAY
    return _finish(w, p - 1)


@kernel
def finish_at_or_after(w: Work, c: int, t: int) -> int:
    """T itself if work can end there, else the next work start."""
    p = _period(w, c, t)
    end = _first(w, c + 1)
    if p < end and _start(w, p) < t:
        return t
    if p > _first(w, c) and _finish(w, p - 1) == t:
        return t
    if p == end:
        return int(w[_LAST_DAY]) * DAY
    return _start(w, p)


@kernel
def start_at_or_before(w: Work, c: int, t: int) -> int:
    """T itself if work can begin there, else the previous work finish."""
    p = _period(w, c, t)
    if p < _first(w, c + 1) and _start(w, p) <= t:
        return t
    if p == _first(w, c):
        return int(w[_FIRST_DAY]) * DAY
    return _finish(w, p - 1)


@kernel
def worked(w: Work, c: int, t: int) -> int:
    """Working minutes of calendar c from the beginning of the horizon to t."""
    p = _period(w, c, t)
    if p == _first(w, c + 1):
        return _before(w, p - 1) + _finish(w, p - 1) - _start(w, p - 1)
    return _before(w, p) + max(0, t - _start(w, p))


@kernel
def work(w: Work, c: int, a: int, b: int) -> int:
    """Signed working minutes from a to b on calendar c."""
    return worked(w, c, b) - worked(w, c, a)


@kernel
def plus(w: Work, c: int, t: int, minutes: int) -> int:
    """T moved later by working minutes, in finish form; none leave t untouched."""
    if minutes <= 0:
        return t
    end = _first(w, c + 1)
    target = worked(w, c, t) + minutes
    if target > _before(w, end - 1) + _finish(w, end - 1) - _start(w, end - 1):
        return int(w[_LAST_DAY]) * DAY
    p = _period_by_work(w, c, target)
    if _before(w, p) >= target:
        p -= 1
    while p + 1 < end and _before(w, p + 1) < target:
        p += 1
    return _start(w, p) + target - _before(w, p)


@kernel
def minus(w: Work, c: int, t: int, minutes: int) -> int:
    """T moved earlier by working minutes, in start form; none leave t untouched."""
    if minutes <= 0:
        return t
    target = worked(w, c, t) - minutes
    if target < 0:
        return int(w[_FIRST_DAY]) * DAY
    end = _first(w, c + 1)
    p = _period_by_work(w, c, target)
    while p + 1 < end and _before(w, p + 1) <= target:
        p += 1
    return _start(w, p) + target - _before(w, p)


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
