"""What progress did to the links: lags partly used up, demands that start from actual dates."""

from __future__ import annotations

import numpy as np

from planbench.domain.schedule import Activities, Codes, Flags, Rows, Status
from planbench.domain.times import NO_TIME, Minutes
from planbench.engines.cpm.columns import Nodes
from planbench.engines.cpm.nodes import FROM_ACTUAL
from planbench.engines.kernel import kernel
from planbench.engines.worktime import Work, shift, work

_NOT_STARTED, _IN_PROGRESS = int(Status.NOT_STARTED), int(Status.IN_PROGRESS)
_COMPLETE = int(Status.COMPLETE)


def remaining_lags(
    w: Work,
    acts: Activities,
    predecessor: Rows,
    types: Codes,
    lag: Minutes,
    lag_calendar: Rows,
    nodes: Nodes,
) -> Minutes:
    """The part of each positive lag that the predecessor's progress has not used up, per entry.

    Complete predecessor: lag-calendar work from its actual finish (FS, FF) or actual start (SS,
    SF) to the data date is gone. In progress: its actual duration is gone from lags after its
    start; its finish is still to come. Leads stay whole, and so do lags after activities that
    keep their actual dates.
    """
    actual, pause = (acts.actual_start, acts.actual_finish), (acts.suspend, acts.resume)
    return _remaining_lags(
        w, predecessor, types, lag, lag_calendar, nodes.status, actual, pause, nodes.calendar,
        nodes.data_date, nodes.held_finish,
    )  # fmt: skip


@kernel
def _remaining_lags(
    w: Work, predecessor: Rows, types: Codes, lag: Minutes, lag_calendar: Rows, status: Codes,
    actual: tuple[Minutes, Minutes], pause: tuple[Minutes, Minutes], calendar: Rows,
    data_date: Minutes, held_finish: Minutes,
) -> Minutes:  # fmt: skip
    left = lag.copy()
    for e in range(lag.size):
        p = predecessor[e]
        if lag[e] <= 0 or status[p] == _NOT_STARTED or held_finish[p] != NO_TIME:
            continue
        from_start, used = types[e] & 1 == 1, 0
        if status[p] == _COMPLETE:
            since = actual[0][p] if from_start else actual[1][p]
            if since != NO_TIME:
                if lag_calendar[e] < 0:
                    used = data_date[p] - since
                else:
                    used = work(w, lag_calendar[e], since, data_date[p])
        elif from_start:
            used = _actual_duration(
                w, calendar[p], actual[0][p], pause[0][p], pause[1][p], data_date[p]
            )
        left[e] = max(0, lag[e] - max(0, used))
    return left


@kernel
def _actual_duration(w: Work, c: int, start: int, suspend: int, resume: int, dd: int) -> int:
    """Minutes worked on calendar c from a start to the data date, a suspension left out.

    0 without a start.
    """
    if start == NO_TIME:
        return 0
    if suspend == NO_TIME or suspend >= dd:
        return max(0, work(w, c, start, dd))
    minutes = max(0, work(w, c, start, max(suspend, start)))
    if resume != NO_TIME and resume < dd:
        minutes += max(0, work(w, c, max(resume, suspend), dd))
    return minutes


def actual_demands(
    w: Work,
    acts: Activities,
    predecessor: Rows,
    successor: Rows,
    types: Codes,
    lag: Minutes,
    lag_calendar: Rows,
    on: Flags,
    project: Rows,
) -> Minutes:
    """Demand of links that leave the start of an activity in progress from its actual start.

    So it is under "actual dates" and where start-to-start lags are counted from the actual start
    (`on`, the `planbench.engines.cpm.nodes.switches`); NO_TIME for all other links.
    """
    if not on[:, FROM_ACTUAL].any():
        return np.full(lag.size, NO_TIME)
    return _actual_demands(
        w, predecessor, successor, types, lag, lag_calendar, acts.status, acts.actual_start, on,
        project,
    )  # fmt: skip


@kernel
def _actual_demands(
    w: Work, predecessor: Rows, successor: Rows, types: Codes, lag: Minutes, lag_calendar: Rows,
    status: Codes, actual_start: Minutes, on: Flags, project: Rows,
) -> Minutes:  # fmt: skip
    out = np.full(lag.size, NO_TIME)
    for e in range(lag.size):
        p = predecessor[e]
        if types[e] & 1 == 0 or not on[project[successor[e]], FROM_ACTUAL]:
            continue
        if status[p] == _IN_PROGRESS and actual_start[p] != NO_TIME:
            out[e] = shift(w, lag_calendar[e], actual_start[p], lag[e])
    return out
