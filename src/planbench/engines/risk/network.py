"""The network as the simulation runs it: columns in topological order, links sorted by form.

The rules are those of `planbench.engines.cpm`; what differs is the number line. An activity is
mostly dated on the work axis of its own calendar (working minutes since the beginning of the
horizon), where a link between two activities of one calendar is an addition. Clock readings are
made only where another calendar, a finish milestone or an end of the project asks for them.

Activities that are complete and depend on nothing open keep the dates of the calculation and are
not simulated. An expected finish has already set the remaining duration; runs do not move it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from planbench.domain.calendars import ROUND_THE_CLOCK_WEEK, Calendar
from planbench.domain.schedule import Rows, Status
from planbench.domain.times import DAY, NO_TIME, Minutes, latest
from planbench.engines.cpm.columns import FINISH_MILESTONE, Network
from planbench.engines.cpm.horizon import packed_calendars
from planbench.engines.cpm.network import calendars_of, used_calendars
from planbench.engines.cpm.result import CpmResult
from planbench.engines.kernel import kernel
from planbench.engines.risk.clock import Axes, Int32, build_axes, work_all
from planbench.engines.worktime import ROUND_THE_CLOCK, Work, shift

WORK, TASK, FINISH, COMPLETE, PINNED, RESOURCE = range(6)
"""How an activity is dated: on its work axis alone; as a task whose finish reading is demanded by
a link; as a finish milestone with a clock reading; complete yet pushed by open work; by a
mandatory date; on the calendars of its resources."""

SAME, LAGGED, CLOCK, FROM_WORK, GENERAL = range(5)
"""How a link's demand is made: on the common work axis; lag on the successor's axis; the
predecessor's clock reading; lag on the predecessor's axis; lag on a third calendar."""

NEVER = -(1 << 30)
"""A lower limit that is not there, in work or clock minutes."""

_COMPLETE = int(Status.COMPLETE)


(
    FORM,
    CALENDAR,
    FLOOR,  # earliest start before any simulated link, work axis
    LOW,  # finish on or after
    FINISH_FLOOR,  # finish demanded by links from settled work
    PIN_START,  # mandatory dates
    PIN_FINISH,
    DATE,  # data date
    FLOOR_CLOCK,  # the last six by the clock
    LOW_CLOCK,
    FINISH_CLOCK,
    PIN_START_CLOCK,
    PIN_FINISH_CLOCK,
    DATE_CLOCK,
    SHARE,  # first row of the network's shares, -1 for work on the own calendar
    READ_START,  # whether a clock reading of the start is needed
    READ_FINISH,
    SEGMENT,  # links that demand the start on the work axis begin here,
    BY_CLOCK,  # those that demand it by the clock,
    FINISHES,  # the finish on the work axis,
    FINISHES_BY_CLOCK,  # the finish by the clock,
    SEGMENT_END,  # and all end here
    WEATHER,  # which weather it works in, -1 for none
) = range(23)
"""Columns of `Plan.table`; limits that do not exist are NEVER."""

SOURCE, MODE, LAG, LAG_CALENDAR, MINUTE = range(5)
"""Columns of `Plan.links`; SOURCE is 2j for the start of activity j and 2j + 1 for its finish."""


class Plan(NamedTuple):
    """The simulated activities and their links as two tables that compiled code takes."""

    table: Int32  # (activities, 23)
    links: Int32  # (links, 5), grouped by successor
    ends: Int32  # activities that can finish last in the target project
    node: Rows  # activity row in the schedule

    @property
    def form(self) -> Int32:
        """How each activity is dated."""
        return self.table[:, FORM]

    @property
    def calendar(self) -> Int32:
        """Calendar of each activity."""
        return self.table[:, CALENDAR]


@dataclass(frozen=True)
class SimNetwork:
    """All that the passes read: the plan, its axes, and the CPM network for resource calendars."""

    plan: Plan
    axes: Axes
    network: Network
    work: Work  # over the same horizon as the axes
    project: int
    project_calendar: int
    position: Rows  # per activity row of the schedule: position in the plan, -1 if not simulated

    @property
    def size(self) -> int:
        """Number of simulated activities."""
        return int(self.plan.node.size)

    def clock(self, instants: Any) -> Any:
        """Minutes since the epoch of instants of the horizon."""
        return np.asarray(instants, dtype=np.int64) + self.axes.first_minute


def build_network(
    network: Network,
    cpm: CpmResult,
    project: int,
    last_day: int,
    readings: Rows | None = None,
) -> SimNetwork:
    """Prepare a calculated network for runs that finish before `last_day`.

    `readings` are activity rows whose clock readings are wanted besides the needed ones.
    """
    schedule, nodes = network.schedule, network.nodes
    calendars = calendars_of(schedule)
    clock_calendar = len(calendars)
    calendars = (*calendars, Calendar("", "", ROUND_THE_CLOCK_WEEK))

    settled = _settled(nodes, network.links, network.order, network.link_start)
    rows = network.order[~settled[network.order]].astype(np.int32)
    n = rows.size
    position = np.full(len(schedule), -1, dtype=np.int32)
    position[rows] = np.arange(n, dtype=np.int32)

    links = network.links
    owner = position[links.successor]
    constant = (links.fixed != NO_TIME) | (position[links.predecessor] < 0)
    fixed = np.maximum(nodes.mandatory_start, nodes.mandatory_finish)
    held = (fixed != NO_TIME) & (nodes.status != _COMPLETE)
    live = np.flatnonzero((owner >= 0) & ~constant & ~held[links.successor])
    floor, finish = nodes.floor.copy(), np.full(len(schedule), NO_TIME, dtype=np.int64)
    np.maximum(floor, nodes.start_low, out=floor)
    _fold(
        network.work,
        nodes,
        links,
        np.flatnonzero((owner >= 0) & constant),
        cpm.early_start,
        cpm.early_finish,
        floor,
        finish,
    )

    milestone = nodes.kind == FINISH_MILESTONE
    opened = milestone & (nodes.status != _COMPLETE)
    np.maximum(floor, np.where(opened, nodes.finish_low, NO_TIME), out=floor)
    fast = milestone & held
    floor[fast] = np.maximum(fixed, nodes.data_date)[fast]
    finish[fast] = NO_TIME

    lag_calendar = np.where(
        links.calendar[live] == ROUND_THE_CLOCK, clock_calendar, links.calendar[live]
    )
    used = np.zeros(len(calendars), dtype=np.bool_)
    used[nodes.calendar[rows]] = True
    used[lag_calendar[links.lag[live] != 0]] = True
    main_calendar = max(schedule.projects[project].calendar, 0) if schedule.projects else 0
    used[main_calendar] = True
    first_day = _first_day(network, rows, live)
    axes = build_axes(calendars, used.tolist(), first_day, last_day)

    form = _forms(nodes, rows)
    columns = _columns(network, rows, axes, floor, finish)
    order, mode, segment, needs = _link_forms(
        network,
        position,
        live,
        lag_calendar,
        form,
        finish[rows] != NO_TIME,
        _ends(network, rows, position, live, project),
        readings,
    )
    live, lag_calendar = live[order], lag_calendar[order]
    source = 2 * position[links.predecessor[live]] + 1 - (links.type[live] & 1)
    columns |= {
        FORM: form,
        CALENDAR: nodes.calendar[rows],
        READ_START: needs[0::2],
        READ_FINISH: needs[1::2],
        **{SEGMENT + k: segment[k : 4 * n : 4] for k in range(4)},
        SEGMENT_END: segment[4::4],
        WEATHER: np.full(n, -1),
    }
    table = np.zeros((n, len(columns)), dtype=np.int32)
    for column, values in columns.items():
        table[:, column] = values
    of_links = (source, mode[order], links.lag[live], lag_calendar, links.minute[live])
    plan = Plan(
        table,
        np.ascontiguousarray(np.column_stack(of_links).astype(np.int32)),
        _ends(network, rows, position, live, project).astype(np.int32),
        rows,
    )
    hard = bool((form == RESOURCE).any())
    work = network.work
    if hard:
        work = packed_calendars(
            calendars_of(schedule), first_day, last_day, lambda: used_calendars(schedule)
        )
    return SimNetwork(plan, axes, network, work, project, main_calendar, position)


def _first_day(network: Network, rows: Rows, live: Any) -> int:
    """A day before everything that a run can reach backwards."""
    nodes = network.nodes
    dates = [
        network.data_date,
        *(column[rows] for column in (nodes.floor, nodes.mandatory_start, nodes.mandatory_finish)),
    ]
    known = np.concatenate([d[d != NO_TIME] for d in dates])
    lead = -int(network.links.lag[live].min(initial=0))
    first = int(known.min()) if known.size else 0
    return first // DAY - 60 - 8 * lead // DAY


@kernel
def _settled(nodes: Any, links: Any, order: Any, link_start: Any) -> Any:
    """Mask of complete activities whose dates no run can change."""
    settled = np.zeros(nodes.status.size, dtype=np.bool_)
    for k in range(order.size):
        i = order[k]
        if nodes.status[i] != _COMPLETE:
            continue
        done = True
        if nodes.held_finish[i] == NO_TIME:
            for e in range(link_start[k], link_start[k + 1]):
                if links.fixed[e] == NO_TIME and not settled[links.predecessor[e]]:
                    done = False
        settled[i] = done
    return settled


@kernel
def _fold(
    work: Any, nodes: Any, links: Any, chosen: Any, es: Any, ef: Any, floor: Any, finish: Any
) -> None:
    """Demands that never change become part of the floor of their successor."""
    for e in chosen:
        t = links.fixed[e]
        if t == NO_TIME:
            p = links.predecessor[e]
            t = shift(work, links.calendar[e], es[p] if links.type[e] & 1 else ef[p], links.lag[e])
        t = max(t + links.minute[e], nodes.data_date[links.successor[e]])
        s = links.successor[e]
        if links.type[e] < 2:
            floor[s] = max(floor[s], t)
        else:
            finish[s] = max(finish[s], t)


def _forms(nodes: Any, rows: Rows) -> Int32:
    form = np.full(rows.size, WORK, dtype=np.int32)
    pinned = np.maximum(nodes.mandatory_start[rows], nodes.mandatory_finish[rows]) != NO_TIME
    form[pinned] = PINNED
    form[nodes.kind[rows] == FINISH_MILESTONE] = FINISH
    form[nodes.shares[rows] >= 0] = RESOURCE
    form[nodes.status[rows] == _COMPLETE] = COMPLETE
    return form


def _columns(
    network: Network, rows: Rows, axes: Axes, floor: Minutes, finish: Minutes
) -> dict[int, Any]:
    """Limits of the activities on their work axes."""
    nodes = network.nodes
    calendar = nodes.calendar[rows].astype(np.int64)
    origin = axes.first_minute

    def on_axis(instants: Minutes) -> Int32:
        there = instants != NO_TIME
        made = np.full(rows.size, NEVER, dtype=np.int64)
        work = np.zeros(int(there.sum()), dtype=np.int64)
        work_all(axes.head, axes.work, calendar[there], instants[there] - origin, work)
        made[there] = work
        return made.astype(np.int32)

    def on_clock(instants: Minutes) -> Int32:
        return np.where(instants == NO_TIME, NEVER, instants - origin).astype(np.int32)

    milestone = nodes.kind[rows] == FINISH_MILESTONE
    mandatory_start = nodes.mandatory_start[rows]
    mandatory_finish = nodes.mandatory_finish[rows]
    date = network.data_date[nodes.project[rows]]
    kept_start = np.where(mandatory_start == NO_TIME, NO_TIME, np.maximum(mandatory_start, date))
    return {
        FLOOR_CLOCK: on_clock(floor[rows]),
        FLOOR: on_axis(floor[rows]),
        LOW: on_axis(np.where(milestone, NO_TIME, nodes.finish_low[rows])),
        FINISH_FLOOR: on_axis(finish[rows]),
        FINISH_CLOCK: on_clock(finish[rows]),
        PIN_START: on_axis(kept_start),
        PIN_FINISH: on_axis(mandatory_finish),
        DATE: on_axis(date),
        LOW_CLOCK: on_clock(nodes.finish_low[rows]),
        PIN_START_CLOCK: on_clock(kept_start),
        PIN_FINISH_CLOCK: on_clock(mandatory_finish),
        DATE_CLOCK: on_clock(date),
        SHARE: nodes.shares[rows].astype(np.int32),
    }


def _ends(network: Network, rows: Rows, position: Rows, live: Any, project: int) -> Any:
    """Open activities of a project that no successor always outlasts.

    A finish-to-start or finish-to-finish link without a lead to an open activity that no
    mandatory date holds means that the successor finishes no earlier.
    """
    nodes, links = network.nodes, network.links
    s = links.successor[live]
    free = np.maximum(nodes.mandatory_start[s], nodes.mandatory_finish[s]) == NO_TIME
    later = (
        (links.type[live] % 2 == 0)
        & (links.lag[live] >= 0)
        & (nodes.status[s] != _COMPLETE)
        & (nodes.project[s] == project)
        & free
    )
    candidate = (nodes.project[rows] == project) & (nodes.status[rows] != _COMPLETE)
    candidate[position[links.predecessor[live[later]]]] = False
    return np.flatnonzero(candidate)


def _link_forms(
    network: Network,
    position: Rows,
    live: Any,
    lag_calendar: Any,
    form: Int32,
    finish_limit: Any,
    ends: Any,
    readings: Rows | None,
) -> tuple[Any, Int32, Int32, Any]:
    """(order of the links, mode of each, segments, which clock readings are needed).

    Settles the forms from the last activity to the first, since whether a clock reading of an
    activity is needed depends on what its successors ask for.
    """
    links = network.links
    n = form.size
    owner = position[links.successor[live]]
    before = position[links.predecessor[live]]
    calendar = network.nodes.calendar
    needs = np.zeros(2 * n, dtype=np.bool_)
    needs[2 * ends + 1] = True
    if readings is not None:
        chosen = position[readings]
        chosen = chosen[chosen >= 0].astype(np.int64)
        needs[2 * chosen] = needs[2 * chosen + 1] = True
    by_owner = np.argsort(owner, kind="stable").astype(np.int32)
    start = np.zeros(n + 1, dtype=np.int32)
    np.cumsum(np.bincount(owner, minlength=n)[:n], out=start[1:])
    mode = np.zeros(live.size, dtype=np.int32)
    group = np.zeros(live.size, dtype=np.int32)
    _settle_forms(
        start,
        by_owner,
        before,
        links.type[live],
        links.lag[live],
        links.minute[live],
        lag_calendar.astype(np.int32),
        calendar[links.predecessor[live]],
        calendar[links.successor[live]],
        finish_limit,
        form,
        needs,
        mode,
        group,
    )
    key = owner.astype(np.int64) * 4 + group
    order = np.argsort(key, kind="stable")
    segment = np.zeros(4 * n + 1, dtype=np.int32)
    np.cumsum(np.bincount(key, minlength=4 * n)[: 4 * n], out=segment[1:])
    return order, mode, segment, needs


@kernel
def _settle_forms(
    start: Any,
    by_owner: Any,
    before: Any,
    kind: Any,
    lag: Any,
    minute: Any,
    lag_calendar: Any,
    from_calendar: Any,
    to_calendar: Any,
    finish_limit: Any,
    form: Any,
    needs: Any,
    mode: Any,
    group: Any,
) -> None:
    for j in range(form.size - 1, -1, -1):
        reading = needs[2 * j] or needs[2 * j + 1]
        if form[j] == FINISH and not reading:
            form[j] = WORK
        if form[j] == WORK and needs[2 * j + 1]:
            limited = finish_limit[j]
            for x in range(start[j], start[j + 1]):
                if kind[by_owner[x]] >= 2:
                    limited = True
            if limited:
                form[j] = TASK
        for x in range(start[j], start[j + 1]):
            e = by_owner[x]
            to_finish = kind[e] >= 2
            on_axis = form[j] == WORK or (form[j] == TASK and not to_finish)
            base = 2 * before[e] + 1 - (kind[e] & 1)
            if (
                on_axis
                and minute[e] == 0
                and from_calendar[e] == to_calendar[e]
                and (lag[e] == 0 or lag_calendar[e] == to_calendar[e])
            ):
                mode[e] = SAME
            elif on_axis and minute[e] == 0 and lag[e] != 0 and lag_calendar[e] == to_calendar[e]:
                mode[e] = LAGGED
                needs[base] = True
            elif lag[e] == 0:
                mode[e] = CLOCK
                needs[base] = True
            elif lag_calendar[e] == from_calendar[e]:
                mode[e] = FROM_WORK
            else:
                mode[e] = GENERAL
                needs[base] = True
            group[e] = (2 if to_finish else 0) + (0 if mode[e] <= LAGGED else 1)


def last_finish(cpm: CpmResult) -> int:
    """The latest early finish of the calculation, in minutes since the epoch."""
    return latest(cpm.early_finish)
