"""Per activity, compiled: limits, floors and switches that the passes read.

One loop over all activities instead of a numpy call for each column: for a plan of a few thousand
activities the calls would cost more than the passes.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from planbench.domain.schedule import (
    Activities,
    Codes,
    Constraint,
    Flags,
    Logic,
    Rows,
    Schedule,
    ScheduleOptions,
    Status,
)
from planbench.domain.times import NO_TIME, Minutes
from planbench.engines.cpm.columns import FAR, FINISH_MILESTONE, START_MILESTONE, Nodes
from planbench.engines.kernel import kernel

_NOT_STARTED, _IN_PROGRESS = int(Status.NOT_STARTED), int(Status.IN_PROGRESS)
_COMPLETE = int(Status.COMPLETE)
_OVERRIDE, _ACTUAL = int(Logic.OVERRIDE), int(Logic.ACTUAL_DATES)

_START_FROM, _START_BY = int(Constraint.START_ON_OR_AFTER), int(Constraint.START_ON_OR_BEFORE)
_FINISH_FROM, _FINISH_BY = int(Constraint.FINISH_ON_OR_AFTER), int(Constraint.FINISH_ON_OR_BEFORE)
_START_ON, _FINISH_ON = int(Constraint.START_ON), int(Constraint.FINISH_ON)
_MUST_START, _MUST_FINISH = int(Constraint.MANDATORY_START), int(Constraint.MANDATORY_FINISH)
_ALAP = int(Constraint.AS_LATE_AS_POSSIBLE)

OVERRIDE, ALONE, STUB, SF_MINUTE, FROM_ACTUAL, EXPECTED, OPEN_ENDS, ACTUAL_DATES = range(8)
"""Columns of the switches: one row a project, as its options say."""


def switches(schedule: Schedule, used: Sequence[ScheduleOptions]) -> Flags:
    """What the options of each project switch on, in the columns named above.

    A stub came along with the others and was not open when they were scheduled.
    """
    stubs = [not project.exported for project in schedule.projects] or [False]
    rows = [
        (
            o.logic == _OVERRIDE,
            o.ignore_external,
            stub,
            o.sf_one_minute,
            o.logic == _ACTUAL or not o.lag_from_early_start,
            o.use_expected_finish,
            o.open_ends_critical,
            o.logic == _ACTUAL,
        )
        for o, stub in zip(used, stubs, strict=True)
    ]
    return np.array(rows, dtype=np.bool_)


@kernel
def own_or_default(calendar: Rows, project: Rows, default: Rows, calendars: int) -> Rows:
    """Calendar per activity: its own where there is one of `calendars`, else its project's."""
    out = np.empty(calendar.size, np.int32)
    for i in range(calendar.size):
        own = calendar[i]
        if 0 <= own < calendars:
            out[i] = own
        else:
            out[i] = default[min(max(project[i], 0), default.size - 1)]
    return out


@kernel
def left_of(kind: Codes, status: Codes, remaining: Minutes, original: Minutes) -> Minutes:
    """Remaining durations, the original ones where a file does not say what is left."""
    out = np.zeros(kind.size, np.int64)
    for i in range(kind.size):
        if status[i] != _COMPLETE and kind[i] != START_MILESTONE and kind[i] != FINISH_MILESTONE:
            left = remaining[i] if remaining[i] != NO_TIME else original[i]
            out[i] = max(left, 0)
    return out


def node_columns(
    acts: Activities,
    on: Flags,
    project: Rows,
    calendar: Rows,
    kind: Codes,
    data_date: Minutes,
    planned: Minutes,
    has_in: Flags,
    has_out: Flags,
    shares: Rows,
) -> Nodes:
    """The nodes of the passes. `on` are the `switches`; `planned` are planned starts by project.

    `has_in` and `has_out` tell which activities have links of the network on either side,
    `shares` where the resources of each are.
    """
    (
        dates, floor, start_low, finish_low, start_high, finish_high, must_start, must_finish,
        expected, external, alap, open_critical, held_start, held_finish,
    ) = _limits(
        acts.status, project, data_date, planned, on, has_in, has_out,
        (acts.constraint, acts.constraint2), (acts.constraint_date, acts.constraint2_date),
        (acts.suspend, acts.resume), (acts.external_early_start, acts.external_late_finish),
        (acts.actual_start, acts.actual_finish), acts.expected_finish,
    )  # fmt: skip
    return Nodes(
        kind=kind,
        status=acts.status.copy(),
        project=project,
        calendar=calendar,
        data_date=dates,
        floor=floor,
        start_low=start_low,
        finish_low=finish_low,
        start_high=start_high,
        finish_high=finish_high,
        mandatory_start=must_start,
        mandatory_finish=must_finish,
        expected_finish=expected,
        external_finish=external,
        alap=alap,
        has_out=has_out,
        open_critical=open_critical,
        held_start=held_start,
        held_finish=held_finish,
        shares=shares,
    )


@kernel
def _limits(
    status: Codes, project: Rows, data_date: Minutes, planned: Minutes, on: Flags, has_in: Flags,
    has_out: Flags, constraint: tuple[Codes, Codes], constrained: tuple[Minutes, Minutes],
    pause: tuple[Minutes, Minutes], outside: tuple[Minutes, Minutes],
    actual: tuple[Minutes, Minutes], expected_finish: Minutes,
) -> tuple[
    Minutes, Minutes, Minutes, Minutes, Minutes, Minutes, Minutes, Minutes, Minutes, Minutes,
    Flags, Flags, Minutes, Minutes,
]:  # fmt: skip
    """The columns of `Nodes` from `data_date` to `held_finish` that are not given."""
    n = status.size
    dates, floor = np.empty(n, np.int64), np.empty(n, np.int64)
    start_low, finish_low = np.full(n, NO_TIME), np.full(n, NO_TIME)
    start_high, finish_high = np.full(n, FAR), np.full(n, FAR)
    must_start, must_finish = np.full(n, NO_TIME), np.full(n, NO_TIME)
    expected, external = np.full(n, NO_TIME), np.full(n, FAR)
    alap, open_critical = np.zeros(n, np.bool_), np.zeros(n, np.bool_)
    held_start, held_finish = np.full(n, NO_TIME), np.full(n, NO_TIME)
    for i in range(n):
        p = project[i]
        fresh, complete = status[i] == _NOT_STARTED, status[i] == _COMPLETE
        lowest = data_date[p]
        dates[i] = lowest
        if fresh and not has_in[i]:
            lowest = max(lowest, planned[p])
        if status[i] == _IN_PROGRESS and pause[0][i] != NO_TIME:
            lowest = max(lowest, pause[1][i])
        floor[i] = lowest
        for j in range(2):
            found, date = constraint[j][i], constrained[j][i]
            if found == 0:
                continue
            # constraints on starts mean nothing to work that has begun
            if fresh and found in (_START_FROM, _START_ON):
                start_low[i] = max(start_low[i], date)
            if found in (_FINISH_FROM, _FINISH_ON):
                finish_low[i] = max(finish_low[i], date)
            if date != NO_TIME:
                if fresh and found in (_START_BY, _START_ON):
                    start_high[i] = min(start_high[i], date)
                if found in (_FINISH_BY, _FINISH_ON):
                    finish_high[i] = min(finish_high[i], date)
            if found == _MUST_START and fresh:
                must_start[i] = max(must_start[i], date)
            if found == _MUST_FINISH:
                must_finish[i] = max(must_finish[i], date)
            if found == _ALAP and fresh:
                alap[i] = True
        if not on[p, ALONE]:
            if fresh:
                start_low[i] = max(start_low[i], outside[0][i])
            if outside[1][i] != NO_TIME:
                external[i] = outside[1][i]
        if on[p, EXPECTED] and not alap[i] and not complete:
            expected[i] = expected_finish[i]
        open_critical[i] = on[p, OPEN_ENDS] and not has_out[i] and not complete
        known = actual[0][i] != NO_TIME and actual[1][i] != NO_TIME
        if on[p, ACTUAL_DATES] and complete and known:
            held_start[i], held_finish[i] = actual[0][i], actual[1][i]
    return (
        dates, floor, start_low, finish_low, start_high, finish_high, must_start, must_finish,
        expected, external, alap, open_critical, held_start, held_finish,
    )  # fmt: skip
