"""Preparing a schedule for the passes: everything that does not depend on remaining durations."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields, replace

import numpy as np

from planbench.domain.calendars import Calendar
from planbench.domain.errors import LoopError, ScheduleError
from planbench.domain.schedule import (
    Activities,
    ActivityType,
    Codes,
    Constraint,
    Flags,
    LagCalendar,
    LinkType,
    Logic,
    Rows,
    Schedule,
    ScheduleOptions,
    Status,
)
from planbench.domain.times import NO_TIME, Minutes, known
from planbench.engines.cpm.columns import (
    FAR,
    FINISH_MILESTONE,
    OUTSIDE,
    START_MILESTONE,
    TASK,
    Ends,
    Links,
    Network,
    Nodes,
    Shares,
)
from planbench.engines.cpm.horizon import (
    clock_per_work,
    first_horizon,
    longest_chain,
    packed_calendars,
)
from planbench.engines.cpm.ordering import network_order, shortest_loop
from planbench.engines.cpm.progress import actual_demands, remaining_lags
from planbench.engines.worktime import ROUND_THE_CLOCK

_KINDS = np.full(len(ActivityType), TASK, dtype=np.int8)
_KINDS[ActivityType.START_MILESTONE] = START_MILESTONE
_KINDS[ActivityType.FINISH_MILESTONE] = FINISH_MILESTONE
_KINDS[ActivityType.LEVEL_OF_EFFORT] = OUTSIDE
_KINDS[ActivityType.WBS_SUMMARY] = OUTSIDE

_LEAST_UNITS = 0.001
"""Remaining units below this do not make a resource work."""


def calendars_of(schedule: Schedule) -> tuple[Calendar, ...]:
    """The schedule's calendars, or one standard week where it has none."""
    return schedule.calendars or (_STANDARD,)


_STANDARD = Calendar("", "Standard")


def prepare(schedule: Schedule, options: ScheduleOptions | None = None) -> Network:
    """Prepare a schedule for `run`. `options` replace those of all its projects.

    Raises LoopError with the shortest loop, ScheduleError when no project has a date to begin
    with.
    """
    used = tuple(options or project.options for project in schedule.projects)
    if not used:
        used = (options or ScheduleOptions(),)
    acts = schedule.activities
    n = len(acts)
    project = np.clip(acts.project, 0, len(used) - 1).astype(np.int32)
    data_date = _data_dates(schedule, project, len(used))
    calendar = activity_calendars(schedule)
    kind = _KINDS[acts.type]
    remaining = remaining_durations(schedule)
    taken = _network_links(schedule, used, project, kind)
    links = schedule.relationships
    predecessor, successor = links.predecessor[taken], links.successor[taken]
    order, link_order, link_start, free_of_loops = network_order(
        kind != OUTSIDE, predecessor, successor
    )
    if not free_of_loops:
        loop = shortest_loop(n, predecessor, successor)
        raise LoopError(tuple(acts.code[loop].tolist()))
    rows = taken[link_order].astype(np.int32)

    minutes = remaining * clock_per_work(calendars_of(schedule))[calendar]
    lag = np.where(known(links.lag), links.lag, 0)
    lag_calendar = _lag_calendars(schedule, used, project, calendar)
    chain_lag = (
        lag[rows] * 5
    )  # a working week spreads a lag over at most some five times its length
    chain = longest_chain(order, link_start, links.predecessor[rows], chain_lag, minutes)
    first, last = first_horizon(schedule, data_date, int(chain))
    work = packed_calendars(calendars_of(schedule), first, last, lambda: used_calendars(schedule))

    has_in, has_out = np.zeros(n, dtype=bool), np.zeros(n, dtype=bool)
    has_in[successor], has_out[predecessor] = True, True
    nodes, shares = _nodes(
        schedule, used, project, calendar, kind, data_date, has_in, has_out, remaining
    )
    left = remaining_lags(
        work, acts, rows, links, lag, lag_calendar, calendar, data_date[project], nodes.held_finish
    )
    in_links = Links(
        rows,
        np.ascontiguousarray(links.predecessor[rows]),
        np.ascontiguousarray(links.successor[rows]),
        np.ascontiguousarray(links.type[rows]),
        left,
        lag_calendar[rows],
        actual_demands(work, acts, rows, links, lag, lag_calendar, used, project),
        _minutes_after(schedule, used, project)[rows],
    )
    return Network(
        schedule=schedule,
        options=used,
        work=work,
        nodes=nodes,
        links=in_links,
        shares=shares,
        ends=_ends(schedule, kind, lag, lag_calendar),
        order=order,
        link_start=link_start,
        remaining=remaining,
        must_finish=_must_finish(schedule, len(used)),
        data_date=data_date,
        own_finish=np.array([o.float_to_project_finish for o in used]),
    )


def remaining_durations(schedule: Schedule) -> Minutes:
    """What is left of each activity; the whole duration where a file says nothing of what is left.

    Milestones and complete work have nothing left.
    """
    acts = schedule.activities
    kind = _KINDS[acts.type]
    unsaid = ~known(acts.remaining_duration)
    left = np.where(unsaid, acts.original_duration, acts.remaining_duration)
    idle = (acts.status == Status.COMPLETE) | (kind == START_MILESTONE) | (kind == FINISH_MILESTONE)
    return np.where(idle, 0, np.maximum(left, 0)).astype(np.int64)


_FREE = {"remaining_duration", "original_duration", "name", "physical_percent"}
"""Columns of activities on which nothing that `prepare` makes depends but the durations."""


def with_durations(network: Network, schedule: Schedule) -> Network | None:
    """The network for a schedule that differs from its own in durations alone, else None.

    Columns count as the same where they are the same arrays, as they are after an edit.
    """
    was, now = network.schedule, schedule
    for item in fields(Schedule):
        name = item.name
        if name != "activities" and getattr(was, name) is not getattr(now, name):
            return None
    for item in fields(Activities):
        name = item.name
        if name not in _FREE and getattr(was.activities, name) is not getattr(now.activities, name):
            return None
    if len(network.shares) or network.options != tuple(p.options for p in now.projects):
        return None  # what resources do depends on the durations as well
    return replace(network, schedule=now, remaining=remaining_durations(now))


def _data_dates(schedule: Schedule, project: Rows, n: int) -> Minutes:
    """Data date per project; where it is missing the planned start, or the first date there is."""
    found = np.full(n, NO_TIME, dtype=np.int64)
    acts = schedule.activities
    for row, item in enumerate(schedule.projects):
        found[row] = item.data_date if item.data_date != NO_TIME else item.planned_start
    for row in np.flatnonzero(found == NO_TIME).tolist():
        mine = project == row
        dates = [acts.actual_start[mine], acts.planned_start[mine], acts.stored_early_start[mine]]
        together = np.concatenate(dates)
        together = together[known(together)]
        if together.size:
            found[row] = together.min()
    if (found == NO_TIME).all() and len(acts):
        name = schedule.projects[0].code if schedule.projects else "the schedule"
        raise ScheduleError("there is no data date", name, "Set a data date and schedule again.")
    rest = found[found != NO_TIME]
    return np.where(found == NO_TIME, rest.max() if rest.size else 0, found)


def activity_calendars(schedule: Schedule) -> Rows:
    """Calendar per activity: its own, else its project's, else the first of `calendars_of`."""
    default = _project_calendars(schedule)
    project = np.clip(schedule.activities.project, 0, default.size - 1)
    own = schedule.activities.calendar
    known_ = (own >= 0) & (own < len(calendars_of(schedule)))
    return np.where(known_, own, default[project]).astype(np.int32)


def used_calendars(schedule: Schedule) -> Rows:
    """Calendars, as positions that may repeat or lie outside, of all that works or has a lag."""
    projects = _project_calendars(schedule)
    return np.concatenate((activity_calendars(schedule), projects, schedule.resources.calendar))


def _project_calendars(schedule: Schedule) -> Rows:
    default = np.array([p.calendar for p in schedule.projects] or [0], dtype=np.int32)
    known_ = (default >= 0) & (default < len(calendars_of(schedule)))
    return np.where(known_, default, 0).astype(np.int32)


def _network_links(
    schedule: Schedule, used: Sequence[ScheduleOptions], project: Rows, kind: Codes
) -> Rows:
    """Rows of the relationships that take part in the passes."""
    links, status = schedule.relationships, schedule.activities.status
    before, after = links.predecessor, links.successor
    taken = (kind[before] != OUTSIDE) & (kind[after] != OUTSIDE)
    override = np.array([o.logic == Logic.OVERRIDE for o in used])
    if override.any():
        # progress override: unfinished work does not hold what has started all the same
        broken = (status[before] != Status.COMPLETE) & (status[after] != Status.NOT_STARTED)
        taken &= ~(override[project[after]] & broken)
    alone = np.array([o.ignore_external for o in used])
    if alone.any() and len(used) > 1:
        # projects that came along as stubs were not open when the others were scheduled
        stub = np.array([not p.exported for p in schedule.projects])
        outer = stub[project[before]] != stub[project[after]]
        taken &= ~(outer & alone[project[after]])
    return np.flatnonzero(taken).astype(np.int32)


def _lag_calendars(
    schedule: Schedule, used: Sequence[ScheduleOptions], project: Rows, calendar: Rows
) -> Rows:
    """Calendar on which the lag of each relationship runs, by the successor's project."""
    links = schedule.relationships
    modes = np.array([o.lag_calendar for o in used], dtype=np.int8)
    if (modes == modes[0]).all():
        return _lag_calendar_of(schedule, LagCalendar(int(modes[0])), project, calendar)
    mode = modes[project[links.successor]]
    chosen = np.full(len(links), ROUND_THE_CLOCK, dtype=np.int32)
    for kind in np.unique(mode).tolist():
        one = _lag_calendar_of(schedule, LagCalendar(kind), project, calendar)
        chosen = np.where(mode == kind, one, chosen)
    return chosen


def _lag_calendar_of(schedule: Schedule, kind: LagCalendar, project: Rows, calendar: Rows) -> Rows:
    """Calendar of each lag where all projects have the same option."""
    links = schedule.relationships
    if kind == LagCalendar.PREDECESSOR:
        return calendar[links.predecessor]
    if kind == LagCalendar.SUCCESSOR:
        return calendar[links.successor]
    if kind == LagCalendar.PROJECT:
        return _project_calendars(schedule)[project[links.successor]]
    return np.full(len(links), ROUND_THE_CLOCK, dtype=np.int32)


def _minutes_after(schedule: Schedule, used: Sequence[ScheduleOptions], project: Rows) -> Codes:
    """1 for SF links of projects in which a finish comes one minute after the start it needs."""
    links = schedule.relationships
    if not any(o.sf_one_minute for o in used):
        return np.zeros(len(links), dtype=np.int8)
    late = np.array([o.sf_one_minute for o in used])[project[links.successor]]
    after: Codes = (late & (links.type == LinkType.SF)).astype(np.int8)
    return after


def _nodes(
    schedule: Schedule,
    used: Sequence[ScheduleOptions],
    project: Rows,
    calendar: Rows,
    kind: Codes,
    data_date: Minutes,
    has_in: Flags,
    has_out: Flags,
    remaining: Minutes,
) -> tuple[Nodes, Shares]:
    acts = schedule.activities
    complete, fresh = acts.status == Status.COMPLETE, acts.status == Status.NOT_STARTED
    outer = ~np.array([o.ignore_external for o in used])[project]
    expects = np.array([o.use_expected_finish for o in used])[project]
    opens = np.array([o.open_ends_critical for o in used])[project]
    actual = np.array([o.logic == Logic.ACTUAL_DATES for o in used])[project]

    dd = data_date[project]
    planned = np.array([p.planned_start for p in schedule.projects] or [NO_TIME], dtype=np.int64)
    floor = np.where(~has_in & fresh, np.maximum(dd, planned[project]), dd)
    resumes = (acts.status == Status.IN_PROGRESS) & known(acts.suspend)
    floor = np.where(resumes, np.maximum(floor, acts.resume), floor)

    n, held_by = len(acts), np.flatnonzero(acts.constraint | acts.constraint2)  # few have any
    pairs = [
        (kind_[held_by], date[held_by])
        for kind_, date in (
            (acts.constraint, acts.constraint_date),
            (acts.constraint2, acts.constraint2_date),
        )
    ]

    def lowest(allowed: Flags, *kinds: Constraint) -> Minutes:
        """Latest date of the constraints of these kinds, NO_TIME without any."""
        out = np.full(n, NO_TIME)
        for found, date in pairs:
            for one in kinds:
                hit = np.flatnonzero((found == one) & allowed[held_by])
                out[held_by[hit]] = np.maximum(out[held_by[hit]], date[hit])
        return out

    def highest(allowed: Flags, *kinds: Constraint) -> Minutes:
        """Earliest date of the constraints of these kinds, FAR without any."""
        out = np.full(n, FAR)
        for found, date in pairs:
            for one in kinds:
                hit = np.flatnonzero((found == one) & allowed[held_by] & known(date))
                out[held_by[hit]] = np.minimum(out[held_by[hit]], date[hit])
        return out

    every = np.ones(n, dtype=bool)
    alap = fresh & (
        (acts.constraint == Constraint.AS_LATE_AS_POSSIBLE)
        | (acts.constraint2 == Constraint.AS_LATE_AS_POSSIBLE)
    )
    held = actual & complete & known(acts.actual_start) & known(acts.actual_finish)
    shares, share_of = _shares(schedule, calendar, remaining)
    start_low = lowest(fresh, Constraint.START_ON_OR_AFTER, Constraint.START_ON)
    external = np.where(outer & fresh, acts.external_early_start, NO_TIME)
    nodes = Nodes(
        kind=kind,
        status=acts.status.copy(),
        project=project,
        calendar=calendar,
        data_date=dd,
        floor=floor,
        start_low=np.maximum(start_low, external),
        finish_low=lowest(every, Constraint.FINISH_ON_OR_AFTER, Constraint.FINISH_ON),
        start_high=highest(fresh, Constraint.START_ON_OR_BEFORE, Constraint.START_ON),
        finish_high=highest(every, Constraint.FINISH_ON_OR_BEFORE, Constraint.FINISH_ON),
        mandatory_start=lowest(fresh, Constraint.MANDATORY_START),
        mandatory_finish=lowest(every, Constraint.MANDATORY_FINISH),
        expected_finish=np.where(expects & ~alap & ~complete, acts.expected_finish, NO_TIME),
        external_finish=np.where(
            outer & known(acts.external_late_finish), acts.external_late_finish, FAR
        ),
        alap=alap,
        has_out=has_out,
        open_critical=opens & ~has_out & ~complete,
        held_start=np.where(held, acts.actual_start, NO_TIME),
        held_finish=np.where(held, acts.actual_finish, NO_TIME),
        shares=share_of,
    )
    return nodes, shares


def _shares(schedule: Schedule, calendar: Rows, remaining: Minutes) -> tuple[Shares, Rows]:
    """Resources of resource-dependent activities with work left; first row per activity or -1."""
    acts, given = schedule.activities, schedule.assignments
    share_of = np.full(len(acts), -1, dtype=np.int32)
    depends = (acts.type == ActivityType.RESOURCE_DEPENDENT) & (acts.status != Status.COMPLETE)
    if not depends.any() or not len(given):
        return np.zeros((0, 4), dtype=np.int64), share_of
    material = np.array([*(kind == "material" for kind in schedule.resources.kind), True])
    good = depends[given.activity] & ~material[given.resource]  # -1 is the last: no resource
    good &= (given.remaining_units >= _LEAST_UNITS) & (given.units_per_hour > 0)
    chosen = np.flatnonzero(good)
    chosen = chosen[np.argsort(given.activity[chosen], kind="stable")]
    activity = given.activity[chosen]
    owners, first, counts = np.unique(activity, return_index=True, return_counts=True)
    share_of[owners] = first
    own = schedule.resources.calendar[given.resource[chosen]]
    usable = (own >= 0) & (own < len(calendars_of(schedule)))
    hours = given.remaining_units[chosen] / given.units_per_hour[chosen]
    more = np.repeat(first + counts, counts) - np.arange(chosen.size) - 1
    columns = (
        np.where(usable, own, calendar[activity]),
        np.floor(hours * 60.0 + 0.5),
        remaining[activity],
        more,
    )
    return np.column_stack(columns).astype(np.int64), share_of


def _ends(schedule: Schedule, kind: Codes, lag: Minutes, lag_calendar: Rows) -> Ends:
    """Links between level of effort and the network, by level-of-effort activity."""
    acts, links = schedule.activities, schedule.relationships
    loe = (acts.type == ActivityType.LEVEL_OF_EFFORT) & (acts.status != Status.COMPLETE)
    rows = np.flatnonzero(loe).astype(np.int32)
    if not rows.size:
        none = np.zeros(0, dtype=np.int32)
        flags, kinds = np.zeros(0, dtype=bool), np.zeros(0, dtype=np.int8)
        return Ends(rows, np.zeros(1, dtype=np.int32), none, flags, kinds, lag[:0], none)
    into = np.flatnonzero(loe[links.successor] & (kind[links.predecessor] != OUTSIDE))
    out = np.flatnonzero(loe[links.predecessor] & (kind[links.successor] != OUTSIDE))
    owner = np.concatenate((links.successor[into], links.predecessor[out]))
    other = np.concatenate((links.predecessor[into], links.successor[out]))
    link = np.concatenate((into, out))
    incoming = np.arange(link.size) < into.size
    by_owner = np.argsort(owner, kind="stable")
    start = np.searchsorted(owner[by_owner], np.append(rows, len(acts)))
    link = link[by_owner]
    return Ends(
        rows,
        start.astype(np.int32),
        other[by_owner].astype(np.int32),
        incoming[by_owner],
        links.type[link],
        lag[link],
        lag_calendar[link],
    )


def _must_finish(schedule: Schedule, n: int) -> Minutes:
    dates = np.full(n, FAR, dtype=np.int64)
    for row, project in enumerate(schedule.projects):
        if project.must_finish_by != NO_TIME:
            dates[row] = project.must_finish_by
    return dates
