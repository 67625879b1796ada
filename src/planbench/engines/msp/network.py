"""Preparing a schedule for the passes of Microsoft Project's rules."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from planbench.domain.calendars import ROUND_THE_CLOCK_WEEK, Calendar, build_work_table
from planbench.domain.errors import LoopError, ScheduleError
from planbench.domain.schedule import (
    NO_ROW,
    ActivityType,
    Codes,
    Constraint,
    Flags,
    Rows,
    Schedule,
    ScheduleOptions,
    Status,
)
from planbench.domain.times import DAY, NO_TIME, Minutes, known
from planbench.engines.cpm.horizon import (
    clock_per_work,
    first_horizon,
    longest_chain,
    packed_calendars,
)
from planbench.engines.cpm.network import activity_calendars, calendars_of
from planbench.engines.cpm.ordering import network_order, shortest_loop
from planbench.engines.msp.columns import (
    DONE,
    FAR,
    LEAF,
    NOTHING,
    PINNED,
    RUNNING,
    SPREAD,
    SUMMARY,
    WAITING,
    Edges,
    Network,
    Shares,
    Tasks,
)
from planbench.engines.msp.edges import Raw, edges_of, summary_above
from planbench.engines.msp.shares import assignment_shares, with_common_calendars

_CLOCK = Calendar("", "Round the clock", ROUND_THE_CLOCK_WEEK, {}, 24.0, 168.0)


def prepare(schedule: Schedule, options: ScheduleOptions | None = None) -> Network:
    """Prepare a schedule. Raises LoopError with the shortest loop and ScheduleError."""
    used = tuple(options or project.options for project in schedule.projects)
    used = used or (options or ScheduleOptions(),)
    acts = schedule.activities
    project = np.clip(acts.project, 0, len(used) - 1).astype(np.int32)
    start, finish = _bounds(schedule, project, len(used))
    own = calendars_of(schedule)
    calendar = np.where(acts.elapsed, len(own), activity_calendars(schedule)).astype(np.int32)
    kind = np.where(acts.type == ActivityType.WBS_SUMMARY, SUMMARY, LEAF)
    # level of effort, which Microsoft Project has not, spans what others decide
    idle = acts.inactive | (acts.type == ActivityType.LEVEL_OF_EFFORT)
    kind = np.where(idle, NOTHING, kind).astype(np.int8)
    state = _states(schedule)
    above = summary_above(schedule)
    raw = edges_of(schedule, kind, above, calendar)
    order, by_node, edge_start = _order(schedule, kind, raw)
    pairs, shares, share_of = assignment_shares(schedule, kind, state, calendar, len(own))
    calendars = with_common_calendars(schedule.calendars, (*own, _CLOCK), pairs)
    tasks = _tasks(schedule, raw, project, calendar, kind, state, share_of, calendars)
    edges = Edges(
        raw.source[by_node],
        raw.role[by_node],
        raw.from_finish[by_node],
        raw.to_start[by_node],
        raw.lag[by_node],
        raw.calendar[by_node],
        raw.relationship[by_node],
    )
    clock = clock_per_work(calendars)
    minutes = tasks.span * clock[tasks.calendar] + tasks.delay
    if len(shares):
        busy = (shares[:, 1] + shares[:, 2]) * clock[shares[:, 0]]
        rows = np.flatnonzero(share_of >= 0)
        for row in rows.tolist():
            first = int(share_of[row])
            minutes[row] = max(
                int(minutes[row]), int(busy[first : first + int(shares[first, 4]) + 1].max())
            )
    chain = longest_chain(order, edge_start, edges.source, edges.lag * 5, minutes)
    bounds = np.where(known(start), start, finish)
    first_day, last_day = first_horizon(schedule, bounds, int(chain))
    return Network(
        schedule=schedule,
        options=used,
        calendars=calendars,
        work=packed_calendars(
            calendars, first_day, last_day, lambda: used_calendars(tasks, edges, shares)
        ),
        tasks=tasks,
        edges=edges,
        shares=shares,
        order=order,
        edge_start=edge_start,
        start=start,
        finish=finish,
    )


def used_calendars(tasks: Tasks, edges: Edges, shares: Shares) -> Rows:
    """Calendars, as positions that may repeat or lie outside, of all that works or has a lag."""
    return np.concatenate((tasks.calendar, edges.calendar, shares[:, 0].astype(np.int32)))


def _bounds(schedule: Schedule, project: Rows, n: int) -> tuple[Minutes, Minutes]:
    """(start, finish) per project: one of them, the other is NO_TIME and follows.

    A project without its own dates takes the first date of its activities; projects without any
    take the others' earliest. Raises ScheduleError when there is none at all.
    """
    acts = schedule.activities
    start, finish = np.full(n, NO_TIME), np.full(n, NO_TIME)
    for row, item in enumerate(schedule.projects):
        if item.schedule_from_finish and item.must_finish_by != NO_TIME:
            finish[row] = item.must_finish_by
        else:
            start[row] = item.planned_start if item.planned_start != NO_TIME else item.data_date
    for row in np.flatnonzero(~known(start) & ~known(finish)).tolist():
        mine = project == row
        dates = np.concatenate([acts.planned_start[mine], acts.actual_start[mine]])
        dates = dates[known(dates)]
        if dates.size:
            start[row] = dates.min()
    missing = ~known(start) & ~known(finish)
    if missing.all() and len(acts):
        name = schedule.projects[0].code if schedule.projects else "the schedule"
        raise ScheduleError("there is no project start", name, "Set one and schedule again.")
    if missing.any():
        there = np.where(known(start), start, finish)
        start[missing] = there[~missing].min() if (~missing).any() else 0
    return start, finish


def _states(schedule: Schedule) -> Codes:
    """How the dates of each activity come about."""
    acts = schedule.activities
    started = known(acts.actual_start) & (acts.status == Status.IN_PROGRESS)
    done = (acts.status == Status.COMPLETE) & known(acts.actual_start) & known(acts.actual_finish)
    pinned = acts.manual & known(acts.planned_start)
    state = np.select([done, pinned, started], [DONE, PINNED, RUNNING], WAITING)
    return state.astype(np.int8)


def _order(schedule: Schedule, kind: Codes, raw: Raw) -> tuple[Rows, Rows, Rows]:
    """(order of the nodes, edges by node, first edge of each node). Raises LoopError."""
    inside = np.concatenate((kind != NOTHING, np.ones(raw.spread_of.size, dtype=bool)))
    order, by_node, edge_start, free = network_order(inside, raw.source, raw.target)
    if not free:
        loop = shortest_loop(inside.size, raw.source, raw.target)
        n = kind.size  # a link into a summary is named by the summary
        rows = [int(i) if i < n else int(raw.spread_of[i - n]) for i in loop.tolist()]
        cycle = [row for k, row in enumerate(rows) if row != rows[k - 1]]
        raise LoopError(tuple(schedule.activities.code[cycle].tolist()))
    return order, by_node, edge_start


def _tasks(
    schedule: Schedule,
    raw: Raw,
    project: Rows,
    calendar: Rows,
    kind: Codes,
    state: Codes,
    share_of: Rows,
    calendars: Sequence[Calendar],
) -> Tasks:
    """The columns of all nodes; spread nodes have a kind, a state and a project."""
    acts, more = schedule.activities, raw.spread_of.size
    duration = durations(schedule)
    one = (acts.constraint, acts.constraint_date)

    def dated(missing: int, *kinds: Constraint) -> Minutes:
        chosen = np.isin(one[0], kinds) & known(one[1])
        return np.where(chosen, one[1], missing)

    start_low, finish_high = _inherited(schedule)
    from_finish = np.array(
        [p.schedule_from_finish and p.must_finish_by != NO_TIME for p in schedule.projects]
        or [False]
    )[project]
    alap = acts.constraint == Constraint.AS_LATE_AS_POSSIBLE
    asap = acts.constraint == Constraint.NONE
    waiting = (state == WAITING) & (kind == LEAF)
    honor = np.array([p.honor_constraints for p in schedule.projects] or [True])[project]
    stopped = (state == RUNNING) & known(acts.suspend) & known(acts.resume)
    span = _split_spans(schedule, calendar, calendars, duration, share_of)
    remaining = np.where(known(acts.remaining_duration), acts.remaining_duration, duration)
    # what remains is counted from the resume date only where work stopped without being split
    stopped &= (acts.resume > acts.suspend) & (remaining > 0) & (span == duration)

    def padded(column: Any, fill: int = 0) -> Any:
        return np.concatenate((column, np.full(more, fill))).astype(column.dtype)

    running = state == RUNNING
    done = state == DONE
    ended = np.where(done, acts.actual_finish, NO_TIME)
    begun = np.where(done | running, acts.actual_start, NO_TIME)
    return Tasks(
        kind=padded(kind, SPREAD),
        state=np.concatenate((state, _spread_states(raw, kind, done))).astype(np.int8),
        project=np.concatenate((project, project[raw.spread_of])).astype(np.int32),
        calendar=padded(calendar),
        milestone=padded(duration == 0),
        span=padded(np.where(kind == LEAF, span, 0)),
        start=padded(np.where(state == PINNED, acts.planned_start, begun), NO_TIME),
        finish=padded(np.where(state == PINNED, acts.planned_finish, ended), NO_TIME),
        resume=padded(np.where(stopped, acts.resume, NO_TIME), NO_TIME),
        remaining=padded(np.maximum(remaining, 0)),
        delay=padded(np.where(known(acts.levelling_delay), acts.levelling_delay, 0)),
        start_low=padded(start_low, NO_TIME),
        finish_low=padded(dated(NO_TIME, Constraint.FINISH_ON_OR_AFTER), NO_TIME),
        start_high=padded(dated(FAR, Constraint.START_ON_OR_BEFORE), FAR),
        own_finish_high=padded(dated(FAR, Constraint.FINISH_ON_OR_BEFORE), FAR),
        finish_high=padded(finish_high, FAR),
        must_start=padded(dated(NO_TIME, Constraint.START_ON, Constraint.MANDATORY_START), NO_TIME),
        must_finish=padded(
            dated(NO_TIME, Constraint.FINISH_ON, Constraint.MANDATORY_FINISH), NO_TIME
        ),
        honor=padded(honor),
        other_end=padded(waiting & np.where(from_finish, asap, alap)),
        shares=padded(share_of, NO_ROW),
    )


def durations(schedule: Schedule) -> Minutes:
    """Whole duration per activity, none of milestones."""
    acts = schedule.activities
    found = np.where(known(acts.original_duration), acts.original_duration, acts.remaining_duration)
    instant = (acts.type == ActivityType.START_MILESTONE) | (
        acts.type == ActivityType.FINISH_MILESTONE
    )
    return np.where(instant | ~known(found), 0, np.maximum(found, 0))


def _spread_states(raw: Raw, kind: Codes, done: Flags) -> Codes:
    """DONE for spread nodes into summaries of nothing but complete work, else WAITING."""
    n, more = kind.size, raw.spread_of.size
    out = (raw.source >= n) & (raw.target < n)
    open_ = np.bincount(raw.source[out & ~done[np.minimum(raw.target, n - 1)]] - n, minlength=more)
    return np.where(open_ > 0, WAITING, DONE).astype(np.int8)


def _inherited(schedule: Schedule) -> tuple[Minutes, Minutes]:
    """(start no earlier than, latest finish) per activity.

    A summary's start-no-earlier-than and finish-no-later-than dates and its deadline hold for all
    that lies beneath it. A second constraint "finish on or before", which Microsoft Project has
    not, counts as a deadline.
    """
    acts, wbs = schedule.activities, schedule.wbs
    low = np.where(acts.constraint == Constraint.START_ON_OR_AFTER, acts.constraint_date, NO_TIME)
    capped = (acts.constraint == Constraint.FINISH_ON_OR_BEFORE) & known(acts.constraint_date)
    high = np.where(capped, acts.constraint_date, FAR)
    high = np.minimum(high, np.where(known(acts.deadline), acts.deadline, FAR))
    second = (acts.constraint2 == Constraint.FINISH_ON_OR_BEFORE) & known(acts.constraint2_date)
    high = np.minimum(high, np.where(second, acts.constraint2_date, FAR))
    summary = (acts.type == ActivityType.WBS_SUMMARY) & (acts.wbs >= 0)
    if not summary.any() or not ((low[summary] != NO_TIME) | (high[summary] != FAR)).any():
        return low, high
    node_low, node_high = np.full(len(wbs), NO_TIME), np.full(len(wbs), FAR)
    np.maximum.at(node_low, acts.wbs[summary], low[summary])
    np.minimum.at(node_high, acts.wbs[summary], high[summary])
    for node, parent in enumerate(wbs.parent.tolist()):  # parents come before their children
        if parent >= 0:
            node_low[node] = max(node_low[node], node_low[parent])
            node_high[node] = min(node_high[node], node_high[parent])
    placed = acts.wbs >= 0
    low = np.where(placed, np.maximum(low, node_low[acts.wbs]), low)
    return low, np.where(placed, np.minimum(high, node_high[acts.wbs]), high)


def _split_spans(
    schedule: Schedule,
    calendar: Rows,
    calendars: Sequence[Calendar],
    duration: Minutes,
    share_of: Rows,
) -> Minutes:
    """Working time from the first to the last part of split activities, the duration of others."""
    parts, acts = schedule.splits, schedule.activities
    span = duration.copy()
    if not len(parts):
        return span
    rows, first = np.unique(parts.activity, return_index=True)
    last = np.append(first[1:], len(parts)) - 1
    by_row = np.argsort(parts.activity, kind="stable")
    low, high = parts.start[by_row][first], parts.finish[by_row][last]
    table = build_work_table(calendars, int(low.min()) // DAY - 1, int(high.max()) // DAY + 2)
    for c in np.unique(calendar[rows]).tolist():
        mine = calendar[rows] == c
        span[rows[mine]] = np.maximum(
            span[rows[mine]], table.work_between(int(c), low[mine], high[mine])
        )
    usable = (duration > 0) & ~acts.elapsed & (share_of < 0)
    return np.where(usable, span, duration)
