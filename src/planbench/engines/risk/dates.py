"""Dating one activity in all iterations of a block, compiled.

`t` is `Plan.table`, `links` is `Plan.links`; `head`, `wt` and `ct` are the columns of `Axes`.
`work` and `clock` hold two rows an activity, start and finish: on its own work axis and, where
somebody needs it, by the clock; `scratch` has eight rows; `before` is the working time before each
day by calendar, `lost` the days without work by weather (see `planbench.engines.risk.weather`).
"""

from __future__ import annotations

from typing import Any

import numpy as np

from planbench.domain.times import NO_TIME
from planbench.engines.cpm.passes import ahead, back, begin
from planbench.engines.kernel import row_kernel
from planbench.engines.risk.clock import raise_to_work, to_finish, to_start, to_work
from planbench.engines.risk.network import (
    BY_CLOCK,
    CALENDAR,
    CLOCK,
    COMPLETE,
    DATE,
    DATE_CLOCK,
    FINISH,
    FINISH_CLOCK,
    FINISH_FLOOR,
    FINISHES,
    FINISHES_BY_CLOCK,
    FLOOR,
    FLOOR_CLOCK,
    FORM,
    FROM_WORK,
    LAG,
    LAG_CALENDAR,
    LOW,
    LOW_CLOCK,
    MINUTE,
    MODE,
    NEVER,
    PIN_FINISH,
    PIN_FINISH_CLOCK,
    PIN_START,
    PIN_START_CLOCK,
    PINNED,
    READ_FINISH,
    READ_START,
    RESOURCE,
    SAME,
    SEGMENT,
    SEGMENT_END,
    SHARE,
    SOURCE,
    TASK,
    WEATHER,
)
from planbench.engines.risk.weather import span_after, span_before
from planbench.engines.worktime import finish_at_or_after

_ZERO = np.int32(0)


@row_kernel
def fill(row: Any, value: Any) -> None:
    """Set a row to one value."""
    for v in range(row.size):
        row[v] = value


@row_kernel
def copy(row: Any, of: Any) -> None:
    """Make a row equal to another one; a slice would first copy it to new memory."""
    for v in range(row.size):
        row[v] = of[v]


@row_kernel
def raise_to(row: Any, by: Any) -> None:
    """Raise a row to another one."""
    for v in range(row.size):
        row[v] = max(row[v], by[v])


@row_kernel
def _raise_moved(row: Any, by: Any, lag: Any) -> None:
    for v in range(row.size):
        row[v] = max(row[v], np.int32(by[v] + lag))


@row_kernel
def _begin_moved(row: Any, by: Any, lag: Any, least: Any) -> None:
    for v in range(row.size):
        row[v] = max(least, np.int32(by[v] + lag))


@row_kernel
def clock_demand(
    t: Any,
    links: Any,
    head: Any,
    wt: Any,
    ct: Any,
    work: Any,
    clock: Any,
    e: Any,
    own: Any,
    tmp: Any,
) -> None:
    """Demand of link e by the clock, into `own`; `tmp` is scratch."""
    source = links[e, SOURCE]
    mode, lag = links[e, MODE], links[e, LAG]
    if mode == CLOCK:
        copy(own, clock[source])
    elif mode == FROM_WORK:
        c = t[source >> 1, CALENDAR]
        if lag > 0:
            to_finish(head, ct, c, work[source], lag, own)
        else:
            to_start(head, ct, c, work[source], lag, own)
    else:
        c = links[e, LAG_CALENDAR]
        to_work(head, wt, c, clock[source], _ZERO, tmp)
        if lag > 0:
            to_finish(head, ct, c, tmp, lag, own)
        else:
            to_start(head, ct, c, tmp, lag, own)
    if links[e, MINUTE] != 0:
        for v in range(own.size):
            own[v] += np.int32(1)


@row_kernel
def _raise_by_clock(
    t: Any,
    links: Any,
    head: Any,
    wt: Any,
    ct: Any,
    work: Any,
    clock: Any,
    scratch: Any,
    a: Any,
    b: Any,
    limit: Any,
) -> None:
    """Raise `limit` by the demands of links a..b that are made by the clock (scratch 3, 4)."""
    for e in range(a, b):
        if links[e, MODE] == CLOCK and links[e, MINUTE] == 0:
            raise_to(limit, clock[links[e, SOURCE]])
        else:
            clock_demand(t, links, head, wt, ct, work, clock, e, scratch[3], scratch[4])
            raise_to(limit, scratch[3])


@row_kernel
def _limit(
    t: Any,
    links: Any,
    head: Any,
    wt: Any,
    ct: Any,
    work: Any,
    clock: Any,
    scratch: Any,
    c: Any,
    a: Any,
    b: Any,
    d: Any,
    least: Any,
    limit: Any,
) -> None:
    """Latest of `least` and the demands of links a..b on the work axis and b..d by the clock."""
    first = a
    if b > a and links[a, MODE] == SAME:
        _begin_moved(limit, work[links[a, SOURCE]], links[a, LAG], least)
        first = a + 1
    else:
        fill(limit, least)
    for e in range(first, b):
        if links[e, MODE] == SAME:
            _raise_moved(limit, work[links[e, SOURCE]], links[e, LAG])
        else:
            raise_to_work(head, wt, c, clock[links[e, SOURCE]], links[e, LAG], limit)
    if d == b:
        return
    if d == b + 1 and links[b, MODE] == CLOCK and links[b, MINUTE] == 0:
        raise_to_work(head, wt, c, clock[links[b, SOURCE]], _ZERO, limit)
        return
    instants = scratch[2]
    clock_demand(t, links, head, wt, ct, work, clock, b, instants, scratch[4])
    if d > b + 1:
        _raise_by_clock(t, links, head, wt, ct, work, clock, scratch, b + 1, d, instants)
    raise_to_work(head, wt, c, instants, _ZERO, limit)


@row_kernel
def _readings(t: Any, head: Any, ct: Any, work: Any, clock: Any, scratch: Any, j: Any) -> None:
    """Clock readings that others need; work without duration stays in start form."""
    c = t[j, CALENDAR]
    if t[j, READ_START]:
        to_start(head, ct, c, work[2 * j], _ZERO, clock[2 * j])
    if t[j, READ_FINISH]:
        start, finish, out = work[2 * j], work[2 * j + 1], clock[2 * j + 1]
        to_finish(head, ct, c, finish, _ZERO, out)
        least = np.int32(1)
        for v in range(out.size):
            least = min(least, np.int32(finish[v] - start[v]))
        if least == 0:
            own = scratch[1]
            to_start(head, ct, c, start, _ZERO, own)
            for v in range(out.size):
                if start[v] == finish[v]:
                    out[v] = own[v]


@row_kernel
def _end_at(
    head: Any,
    ct: Any,
    c: Any,
    before: Any,
    lost: Any,
    start: Any,
    limit: Any,
    length: Any,
    span: Any,
    back: Any,
) -> None:
    """Move work in weather that would end before `limit` to end there; `span` follows."""
    span_before(head, ct, c, before[c], lost, limit, length, back)
    for v in range(start.size):
        if limit[v] > start[v] + span[v]:
            span[v] = min(back[v], np.int32(limit[v] - start[v]))
            start[v] = np.int32(limit[v] - span[v])


@row_kernel
def _plain(
    t: Any,
    links: Any,
    head: Any,
    wt: Any,
    ct: Any,
    work: Any,
    clock: Any,
    duration: Any,
    scratch: Any,
    before: Any,
    lost: Any,
    j: Any,
) -> None:
    """An activity that is dated on its own work axis."""
    start, finish, length = work[2 * j], work[2 * j + 1], duration[j]
    c, weather, span = t[j, CALENDAR], t[j, WEATHER], length
    a, b, d = t[j, SEGMENT], t[j, BY_CLOCK], t[j, FINISHES]
    _limit(t, links, head, wt, ct, work, clock, scratch, c, a, b, d, t[j, FLOOR], start)
    if weather >= 0:
        span = scratch[6]
        span_after(head, ct, c, before[c], lost[weather], start, length, span)
    a, b, d = d, t[j, FINISHES_BY_CLOCK], t[j, SEGMENT_END]
    least = max(t[j, LOW], t[j, FINISH_FLOOR])
    if d > a or least != NEVER:
        limit = scratch[0]
        _limit(t, links, head, wt, ct, work, clock, scratch, c, a, b, d, least, limit)
        if weather >= 0:
            _end_at(head, ct, c, before, lost[weather], start, limit, length, span, scratch[7])
        else:
            for v in range(start.size):
                start[v] = max(start[v], np.int32(limit[v] - length[v]))
    for v in range(start.size):
        finish[v] = np.int32(start[v] + span[v])
    if t[j, READ_START] or t[j, READ_FINISH]:
        _readings(t, head, ct, work, clock, scratch, j)


@row_kernel
def _task(
    t: Any,
    links: Any,
    head: Any,
    wt: Any,
    ct: Any,
    work: Any,
    clock: Any,
    duration: Any,
    scratch: Any,
    before: Any,
    lost: Any,
    j: Any,
) -> None:
    """A task whose finish may keep the clock reading that a link demands."""
    c, weather = t[j, CALENDAR], t[j, WEATHER]
    start, finish, length = work[2 * j], work[2 * j + 1], duration[j]
    span = length
    a, b, d = t[j, SEGMENT], t[j, BY_CLOCK], t[j, FINISHES]
    _limit(t, links, head, wt, ct, work, clock, scratch, c, a, b, d, t[j, FLOOR], start)
    if weather >= 0:
        span = scratch[6]
        span_after(head, ct, c, before[c], lost[weather], start, length, span)
    low = t[j, LOW]
    if low != NEVER:
        fill(scratch[0], low)
        if weather >= 0:
            _end_at(head, ct, c, before, lost[weather], start, scratch[0], length, span, scratch[7])
        else:
            for v in range(start.size):
                start[v] = max(start[v], np.int32(low - length[v]))
    demanded, limit, governed = scratch[0], scratch[2], scratch[5]
    fill(demanded, max(t[j, FINISH_CLOCK], _ZERO))
    _raise_by_clock(t, links, head, wt, ct, work, clock, scratch, d, t[j, SEGMENT_END], demanded)
    to_work(head, wt, c, demanded, _ZERO, limit)
    some = np.int32(0)
    for v in range(start.size):
        over = np.int32(limit[v] > start[v] + span[v])
        governed[v] = over
        some |= over
    if weather >= 0:
        _end_at(head, ct, c, before, lost[weather], start, limit, length, span, scratch[7])
    else:
        for v in range(start.size):
            start[v] = max(start[v], np.int32(limit[v] - length[v]))
    for v in range(start.size):
        finish[v] = np.int32(start[v] + span[v])
    _readings(t, head, ct, work, clock, scratch, j)
    if some:
        _keep_demanded(head, ct, c, limit, demanded, governed, scratch[3], clock[2 * j + 1])


@row_kernel
def _keep_demanded(
    head: Any, ct: Any, c: Any, limit: Any, demanded: Any, governed: Any, own: Any, out: Any
) -> None:
    """Where a demand governs, its clock reading stays if work can end there, else work starts."""
    to_finish(head, ct, c, limit, _ZERO, own)
    other = np.int32(0)
    for v in range(out.size):
        if governed[v] != 0:
            out[v] = demanded[v]
            other |= np.int32(own[v] != demanded[v])
    if other:
        for v in range(out.size):
            governed[v] &= np.int32(own[v] != demanded[v])
        to_start(head, ct, c, limit, _ZERO, own)
        for v in range(out.size):
            if governed[v] != 0:
                out[v] = own[v]


@row_kernel
def _by_clock(
    t: Any, links: Any, head: Any, wt: Any, ct: Any, work: Any, clock: Any, scratch: Any, j: Any
) -> None:
    """Finish milestones and complete activities: one instant in the reading that demanded it."""
    c = t[j, CALENDAR]
    instant = clock[2 * j]
    fill(instant, max(t[j, FLOOR_CLOCK], t[j, FINISH_CLOCK]))
    a, b = t[j, SEGMENT], t[j, SEGMENT_END]
    _raise_by_clock(t, links, head, wt, ct, work, clock, scratch, a, b, instant)
    to_work(head, wt, c, instant, _ZERO, work[2 * j])
    if t[j, FORM] == FINISH:
        demanded, governed = scratch[0], scratch[5]
        copy(demanded, instant)
        fill(governed, np.int32(1))
        _keep_demanded(head, ct, c, work[2 * j], demanded, governed, scratch[3], instant)
    copy(work[2 * j + 1], work[2 * j])
    copy(clock[2 * j + 1], instant)


@row_kernel
def _pinned(
    t: Any,
    head: Any,
    ct: Any,
    work: Any,
    clock: Any,
    duration: Any,
    scratch: Any,
    before: Any,
    lost: Any,
    j: Any,
) -> None:
    """A mandatory date holds the activity whatever its predecessors say."""
    start, finish, length = work[2 * j], work[2 * j + 1], duration[j]
    fill(start, t[j, PIN_START])
    if t[j, PIN_FINISH] != NEVER:
        date, pin = t[j, DATE], t[j, PIN_FINISH]
        for v in range(start.size):
            start[v] = max(date, np.int32(pin - length[v]))
    elif t[j, WEATHER] >= 0:
        c, length = t[j, CALENDAR], scratch[6]
        span_after(head, ct, c, before[c], lost[t[j, WEATHER]], start, duration[j], length)
    for v in range(start.size):
        finish[v] = np.int32(start[v] + length[v])
    _readings(t, head, ct, work, clock, scratch, j)


@row_kernel
def _on_resources(
    t: Any,
    links: Any,
    head: Any,
    wt: Any,
    ct: Any,
    work: Any,
    clock: Any,
    duration: Any,
    scratch: Any,
    j: Any,
    origin: Any,
    calendars: Any,
    shares: Any,
) -> None:
    """An activity on the calendars of its resources, by the calculation's own functions."""
    c = t[j, CALENDAR]
    a, b, d = t[j, SEGMENT], t[j, FINISHES], t[j, SEGMENT_END]
    first, last = scratch[0], scratch[2]
    fill(first, t[j, FLOOR_CLOCK])
    _raise_by_clock(t, links, head, wt, ct, work, clock, scratch, a, b, first)
    fill(last, t[j, FINISH_CLOCK])
    _raise_by_clock(t, links, head, wt, ct, work, clock, scratch, b, d, last)
    for v in range(first.size):
        low = first[v] + origin
        finish = NO_TIME if last[v] == NEVER else last[v] + origin
        left = np.int64(duration[j, v])
        s, f = _one_on_resources(t[j], origin, calendars, shares, low, finish, left)
        clock[2 * j, v] = np.int32(s - origin)
        clock[2 * j + 1, v] = np.int32(f - origin)
    to_work(head, wt, c, clock[2 * j], _ZERO, work[2 * j])
    to_work(head, wt, c, clock[2 * j + 1], _ZERO, work[2 * j + 1])


@row_kernel
def _one_on_resources(
    row: Any, origin: Any, calendars: Any, shares: Any, low: Any, finish: Any, left: Any
) -> Any:
    """(start, finish) of one iteration, minutes since the epoch."""
    c, k = int(row[CALENDAR]), int(row[SHARE])
    start = begin(calendars, shares, c, k, low)
    if row[LOW_CLOCK] != NEVER:
        t = back(calendars, shares, c, k, row[LOW_CLOCK] + origin, left)
        start = max(start, begin(calendars, shares, c, k, t))
    kept = NO_TIME
    if finish != NO_TIME:
        finish = finish_at_or_after(calendars, c, finish)
        t = begin(calendars, shares, c, k, back(calendars, shares, c, k, finish, left))
        if t > start:
            start, kept = t, finish
    if row[PIN_START_CLOCK] != NEVER:
        start = begin(calendars, shares, c, k, row[PIN_START_CLOCK] + origin)
        kept = NO_TIME
    if row[PIN_FINISH_CLOCK] != NEVER:
        t = back(calendars, shares, c, k, row[PIN_FINISH_CLOCK] + origin, left)
        start = begin(calendars, shares, c, k, max(row[DATE_CLOCK] + origin, t))
        kept = NO_TIME
    if kept == NO_TIME:
        kept = ahead(calendars, shares, c, k, start, left)
    return start, kept


@row_kernel
def date_activity(
    t: Any,
    links: Any,
    head: Any,
    wt: Any,
    ct: Any,
    work: Any,
    clock: Any,
    duration: Any,
    scratch: Any,
    before: Any,
    lost: Any,
    j: Any,
    origin: Any,
    calendars: Any,
    shares: Any,
) -> None:
    """Start and finish of activity j in every iteration of the block."""
    form = t[j, FORM]
    if form == TASK:
        _task(t, links, head, wt, ct, work, clock, duration, scratch, before, lost, j)
    elif form in (FINISH, COMPLETE):
        _by_clock(t, links, head, wt, ct, work, clock, scratch, j)
    elif form == PINNED:
        _pinned(t, head, ct, work, clock, duration, scratch, before, lost, j)
    elif form == RESOURCE:
        _on_resources(
            t, links, head, wt, ct, work, clock, duration, scratch, j, origin, calendars, shares
        )
    else:
        _plain(t, links, head, wt, ct, work, clock, duration, scratch, before, lost, j)
