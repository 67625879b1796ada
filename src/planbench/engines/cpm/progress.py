"""What progress did to the links: lags partly used up, demands that start from actual dates."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from planbench.domain.schedule import (
    Activities,
    Logic,
    Relationships,
    Rows,
    ScheduleOptions,
    Status,
)
from planbench.domain.times import NO_TIME, Minutes, known
from planbench.engines.kernel import kernel
from planbench.engines.worktime import Work, shift, work, work_each


def remaining_lags(
    w: Work,
    acts: Activities,
    rows: Rows,
    links: Relationships,
    lag: Minutes,
    lag_calendar: Rows,
    calendar: Rows,
    data_date: Minutes,
    held_finish: Minutes,
) -> Minutes:
    """The part of each positive lag that the predecessor's progress has not used up, per entry.

    Complete predecessor: lag-calendar work from its actual finish (FS, FF) or actual start (SS,
    SF) to the data date is gone. In progress: its actual duration is gone from lags after its
    start; its finish is still to come. Leads stay whole, and so do lags after activities that
    keep their actual dates (`held_finish`). `data_date` is per activity.
    """
    left = lag[rows]
    if (acts.status == Status.NOT_STARTED).all():
        return left
    before = links.predecessor[rows]
    candidates = (left > 0) & (acts.status[before] != Status.NOT_STARTED)
    candidates &= held_finish[before] == NO_TIME
    chosen = np.flatnonzero(candidates)
    if not chosen.size:
        return left
    p = before[chosen]
    from_start = (links.type[rows[chosen]] & 1) == 1
    complete = acts.status[p] == Status.COMPLETE
    since = np.where(from_start, acts.actual_start[p], acts.actual_finish[p])
    used = _lag_work(w, lag_calendar[rows[chosen]], since, data_date[p])
    active = np.flatnonzero(~complete)
    used[active] = np.where(
        from_start[active],
        actual_durations(w, acts, p[active], calendar, data_date),
        0,
    )
    left[chosen] = np.maximum(0, left[chosen] - np.maximum(0, used))
    return left


def actual_durations(
    w: Work, acts: Activities, rows: Rows, calendar: Rows, data_date: Minutes
) -> Minutes:
    """Minutes worked by activities in progress up to the data date, suspensions left out.

    `rows` are activity rows; `calendar` and `data_date` are per activity. 0 without a start.
    """
    start, dd, c = acts.actual_start[rows], data_date[rows], calendar[rows]
    suspend, resume = acts.suspend[rows], acts.resume[rows]
    halted = known(suspend) & (suspend < dd)
    until = np.where(halted, np.maximum(suspend, start), dd)
    minutes = np.maximum(0, work_each(w, c, start, until))
    again = halted & known(resume) & (resume < dd)
    minutes += np.where(again, np.maximum(0, work_each(w, c, np.maximum(resume, suspend), dd)), 0)
    return np.where(known(start), minutes, 0)


@kernel
def _lag_work(w: Work, calendars: Rows, since: Minutes, until: Minutes) -> Minutes:
    """Minutes on lag calendars; 0 where `since` is missing."""
    out = np.zeros(since.size, np.int64)
    for i in range(since.size):
        if since[i] != NO_TIME:
            if calendars[i] < 0:
                out[i] = until[i] - since[i]
            else:
                out[i] = work(w, calendars[i], since[i], until[i])
    return out


def actual_demands(
    w: Work,
    acts: Activities,
    rows: Rows,
    links: Relationships,
    lag: Minutes,
    lag_calendar: Rows,
    options: Sequence[ScheduleOptions],
    project: Rows,
) -> Minutes:
    """Demand of links that leave the start of an activity in progress from its actual start.

    So it is under "actual dates" and where start-to-start lags are counted from the actual start;
    NO_TIME for all other links.
    """
    out = np.full(rows.size, NO_TIME, dtype=np.int64)
    from_actual = np.array(
        [o.logic == Logic.ACTUAL_DATES or not o.lag_from_early_start for o in options]
    )
    if not from_actual.any():
        return out
    p = links.predecessor[rows]
    chosen = from_actual[project[links.successor[rows]]] & ((links.type[rows] & 1) == 1)
    chosen &= (acts.status[p] == Status.IN_PROGRESS) & known(acts.actual_start[p])
    at = np.flatnonzero(chosen)
    out[at] = _shift_each(w, lag_calendar[rows[at]], acts.actual_start[p[at]], lag[rows[at]])
    return out


@kernel
def _shift_each(w: Work, calendars: Rows, t: Minutes, lag: Minutes) -> Minutes:
    out = np.empty(t.size, np.int64)
    for i in range(t.size):
        out[i] = shift(w, calendars[i], t[i], lag[i])
    return out
