"""Preparing a schedule for the passes: everything that does not depend on remaining durations."""

from __future__ import annotations

from dataclasses import fields, replace

import numpy as np

from planbench.domain.calendars import Calendar
from planbench.domain.errors import LoopError, ScheduleError
from planbench.domain.schedule import (
    Activities,
    ActivityType,
    Codes,
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
    Shares,
)
from planbench.engines.cpm.edges import in_order, lag_calendars, links_of_effort, network_links
from planbench.engines.cpm.horizon import (
    clock_per_work,
    first_horizon,
    longest_chain,
    packed_calendars,
)
from planbench.engines.cpm.nodes import left_of, node_columns, own_or_default, switches
from planbench.engines.cpm.ordering import network_order, shortest_loop
from planbench.engines.cpm.progress import actual_demands, remaining_lags
from planbench.engines.worktime import Work

_KINDS = np.full(len(ActivityType), TASK, dtype=np.int8)
_KINDS[ActivityType.START_MILESTONE] = START_MILESTONE
_KINDS[ActivityType.FINISH_MILESTONE] = FINISH_MILESTONE
_KINDS[ActivityType.LEVEL_OF_EFFORT] = OUTSIDE
_KINDS[ActivityType.WBS_SUMMARY] = OUTSIDE

_EFFORT = int(ActivityType.LEVEL_OF_EFFORT)
_RESOURCE_DEPENDENT = int(ActivityType.RESOURCE_DEPENDENT)
_COMPLETE = int(Status.COMPLETE)

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
    acts, links = schedule.activities, schedule.relationships
    project = np.clip(acts.project, 0, len(used) - 1).astype(np.int32)
    data_date = _data_dates(schedule, project, len(used))
    calendar, default = activity_calendars(schedule), _project_calendars(schedule)
    kind, on = _KINDS[acts.type], switches(schedule, used)
    remaining = left_of(kind, acts.status, acts.remaining_duration, acts.original_duration)
    taken, before, after, has_in, has_out = network_links(
        links.predecessor, links.successor, kind, acts.status, project, on
    )
    order, link_order, link_start, free_of_loops = network_order(kind != OUTSIDE, before, after)
    if not free_of_loops:
        loop = shortest_loop(len(acts), before, after)
        raise LoopError(tuple(acts.code[loop].tolist()))

    modes = np.array([o.lag_calendar for o in used], dtype=np.int8)
    lag, lag_calendar = lag_calendars(
        links.predecessor, links.successor, links.lag, modes, project, calendar, default
    )
    rows, before, after, types, lags, on_calendar, minute = in_order(
        taken, link_order, links.predecessor, links.successor, links.type, lag, lag_calendar,
        project, on,
    )  # fmt: skip
    work = _first_work(schedule, data_date, order, link_start, before, lags, calendar, remaining)
    planned = np.array([p.planned_start for p in schedule.projects] or [NO_TIME], dtype=np.int64)
    shares, share_of = _shares(schedule, calendar, remaining)
    nodes = node_columns(
        acts, on, project, calendar, kind, data_date, planned, has_in, has_out, share_of
    )
    fixed = actual_demands(work, acts, before, after, types, lags, on_calendar, on, project)
    left = remaining_lags(work, acts, before, types, lags, on_calendar, nodes)
    return Network(
        schedule=schedule,
        options=used,
        work=work,
        nodes=nodes,
        links=Links(rows, before, after, types, left, on_calendar, fixed, minute),
        shares=shares,
        ends=_ends(schedule, kind, lag, lag_calendar),
        order=order,
        link_start=link_start,
        remaining=remaining,
        must_finish=_must_finish(schedule, len(used)),
        data_date=data_date,
        own_finish=np.array([o.float_to_project_finish for o in used]),
    )


def _first_work(
    schedule: Schedule, data_date: Minutes, order: Rows, link_start: Rows, predecessor: Rows,
    lags: Minutes, calendar: Rows, remaining: Minutes,
) -> Work:  # fmt: skip
    """The work table that most likely holds all dates."""
    minutes = remaining * clock_per_work(calendars_of(schedule))[calendar]
    # a working week spreads a lag over at most some five times its length
    chain = longest_chain(order, link_start, predecessor, lags * 5, minutes)
    first, last = first_horizon(schedule, data_date, int(chain))
    return packed_calendars(calendars_of(schedule), first, last, lambda: used_calendars(schedule))


def remaining_durations(schedule: Schedule) -> Minutes:
    """What is left of each activity; the whole duration where a file says nothing of what is left.

    Milestones and complete work have nothing left.
    """
    acts = schedule.activities
    kind = _KINDS[acts.type]
    return left_of(kind, acts.status, acts.remaining_duration, acts.original_duration)


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
    acts, plain = schedule.activities, calendars_of(schedule)
    return own_or_default(acts.calendar, acts.project, _project_calendars(schedule), len(plain))


def used_calendars(schedule: Schedule) -> Rows:
    """Calendars, as positions that may repeat or lie outside, of all that works or has a lag."""
    projects = _project_calendars(schedule)
    return np.concatenate((activity_calendars(schedule), projects, schedule.resources.calendar))


def _project_calendars(schedule: Schedule) -> Rows:
    default = np.array([p.calendar for p in schedule.projects] or [0], dtype=np.int32)
    known_ = (default >= 0) & (default < len(calendars_of(schedule)))
    return np.where(known_, default, 0).astype(np.int32)


def _shares(schedule: Schedule, calendar: Rows, remaining: Minutes) -> tuple[Shares, Rows]:
    """Resources of resource-dependent activities with work left; first row per activity or -1."""
    acts, given = schedule.activities, schedule.assignments
    share_of = np.full(acts.type.size, -1, dtype=np.int32)
    depends = (acts.type == _RESOURCE_DEPENDENT) & (acts.status != _COMPLETE)
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
    effort = (acts.type == _EFFORT) & (acts.status != _COMPLETE)
    activity, start, other, rows, incoming = links_of_effort(
        effort, kind, links.predecessor, links.successor
    )
    return Ends(activity, start, other, incoming, links.type[rows], lag[rows], lag_calendar[rows])


def _must_finish(schedule: Schedule, n: int) -> Minutes:
    dates = np.full(n, FAR, dtype=np.int64)
    for row, project in enumerate(schedule.projects):
        if project.must_finish_by != NO_TIME:
            dates[row] = project.must_finish_by
    return dates
