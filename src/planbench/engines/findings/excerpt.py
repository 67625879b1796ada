"""The excerpt of the path around an activity, kept with a finding and drawn as a small Gantt."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from planbench.domain.schedule import ActivityType, Rows, Schedule
from planbench.domain.times import NO_TIME

if TYPE_CHECKING:
    from planbench.engines.cpm.result import CpmResult

MOST = 2
"""Neighbours kept on each side."""

_MILESTONES = (int(ActivityType.START_MILESTONE), int(ActivityType.FINISH_MILESTONE))


class Near(NamedTuple):
    """One bar of the excerpt; instants in minutes, None where there is none."""

    key: str
    start: int
    finish: int
    until: int | None  # work is done up to here
    late_finish: int | None
    critical: bool
    milestone: bool
    chosen: bool


def near_from(one: Any) -> Near:
    """A bar from JSON. Raises TypeError or ValueError when it is none."""
    key, start, finish, until, late, critical, milestone, chosen = one
    return Near(
        str(key),
        int(start),
        int(finish),
        None if until is None else int(until),
        None if late is None else int(late),
        bool(critical),
        bool(milestone),
        bool(chosen),
    )


def neighbours(schedule: Schedule, cpm: CpmResult, row: int) -> list[int]:
    """Up to two predecessors, the activity, up to two successors; driving ones first, by start."""
    links = schedule.relationships

    def some(positions: Rows, ends: Rows) -> list[int]:
        order = np.argsort(~cpm.driving[positions], kind="stable")
        found = dict.fromkeys(int(end) for end in ends[positions[order]] if int(end) != row)
        return sorted(list(found)[:MOST], key=lambda one: int(cpm.start[one]))

    before = some(schedule.incoming.of(row), links.predecessor)
    after = some(schedule.outgoing.of(row), links.successor)
    return [*before, row, *(one for one in after if one not in before)]


def excerpt(schedule: Schedule, cpm: CpmResult | None, row: int) -> tuple[Near, ...]:
    """An activity between its neighbours, empty without calculated dates."""
    if cpm is None or row < 0:
        return ()
    acts, made = schedule.activities, []
    for one in neighbours(schedule, cpm, row):
        start, finish = int(cpm.start[one]), int(cpm.finish[one])
        if start == NO_TIME and finish == NO_TIME:
            continue
        start, finish = (finish if start == NO_TIME else start), max(start, finish)
        begun, done = int(acts.actual_start[one]), int(acts.actual_finish[one])
        until = done if done != NO_TIME else schedule.data_date
        late = int(cpm.late_finish[one])
        made.append(
            Near(
                str(acts.code[one]),
                start,
                finish,
                min(until, finish) if (begun, done) != (NO_TIME, NO_TIME) else None,
                late if done == NO_TIME and late != NO_TIME else None,
                bool(cpm.critical[one]) and done == NO_TIME,
                int(acts.type[one]) in _MILESTONES,
                one == row,
            )
        )
    return tuple(made)
