"""Running a prepared network: both passes, slack, driving links, the longest path, summaries."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from planbench.domain.errors import ScheduleError
from planbench.domain.schedule import Critical, Flags, Rows, Status
from planbench.domain.times import DAY, NO_TIME, Minutes, known
from planbench.engines.cpm.horizon import packed_calendars, wider
from planbench.engines.cpm.result import CpmResult
from planbench.engines.msp import links, passes
from planbench.engines.msp.columns import (
    FAR,
    LEAF,
    NOTHING,
    PINNED,
    RUNNING,
    SUMMARY,
    WAITING,
    Network,
)
from planbench.engines.msp.network import used_calendars
from planbench.engines.worktime import first_minute, last_minute


@dataclass
class Dates:
    """Dates of all nodes as the passes leave them, and what the last pass each way was given.

    `forward_held` and `backward_held` mark the nodes whose late (early) dates counted for their
    successors (predecessors); `finish_limit` and `start_limit` are what links ask of late dates.
    """

    es: Minutes
    ef: Minutes
    ls: Minutes
    lf: Minutes  # of running work before it meets its early finish
    logic: Minutes
    begins: Minutes  # per project
    ends: Minutes  # per project
    forward_held: Flags
    backward_held: Flags
    pull: bool
    finish_limit: Minutes
    start_limit: Minutes


@dataclass
class Calculation:
    """A calculated network with all that the result was made of, by node and by edge.

    `start` and `finish` are the scheduled dates: late ones for what waits for its last moment.
    """

    network: Network
    dates: Dates
    start: Minutes
    finish: Minutes
    drives: Flags
    result: CpmResult


def run(network: Network) -> CpmResult:
    """Calculate a prepared network. Raises ScheduleError when dates run off any horizon."""
    return calculate(network).result


def calculate(network: Network) -> Calculation:
    """`run`, keeping what explains the result. Raises ScheduleError as that does."""
    while True:
        dates = _passes(network)
        early, late = _beyond(network, dates)
        if not early and not late:
            return _result(network, dates)
        _widen(network, dates, early, late)


def _passes(network: Network) -> Dates:
    """Early dates first, or late ones where the schedule runs from its finish."""
    tasks, n, nodes = network.tasks, len(network.schedule.activities), network.tasks.kind.size
    es, ef, ls, lf, logic, some, more = (np.full(nodes, NO_TIME) for _ in range(7))
    nobody, projects = np.zeros(nodes, dtype=bool), network.start.size
    ends = np.full(projects, NO_TIME)
    dates = Dates(es, ef, ls, lf, logic, ends.copy(), ends, nobody, nobody, False, some, more)
    from_finish = known(network.finish)
    mixed = from_finish.any() and not from_finish.all()
    if from_finish.any() and not mixed:
        dates.ends[:] = network.finish
        _backward(network, dates, nobody, True)
        begins = _first_starts(network, dates)
        dates.begins = begins
        _forward(network, dates, nobody, begins)
        if tasks.other_end.any():
            _backward(network, dates, tasks.other_end, True)
        return dates
    begins = np.where(from_finish, network.finish, network.start)
    dates.begins = begins
    _forward(network, dates, nobody, begins)
    passes.project_ends(tasks, n, dates.es, dates.ef, dates.ends)
    _backward(network, dates, nobody, False)
    if tasks.other_end.any():
        _forward(network, dates, tasks.other_end, begins)
    return dates


def _forward(network: Network, d: Dates, held: Flags, begins: Minutes) -> None:
    d.forward_held = held
    passes.forward(
        network.work, network.tasks, network.edges, network.shares, network.order,
        network.edge_start, begins, held, d.ls, d.lf, d.es, d.ef, d.logic,
    )  # fmt: skip


def _backward(network: Network, d: Dates, held: Flags, pull: bool) -> None:
    d.backward_held, d.pull = held, pull
    d.finish_limit.fill(FAR)
    d.start_limit.fill(FAR)
    passes.backward(
        network.work, network.tasks, network.edges, network.shares, network.order,
        network.edge_start, d.ends, pull, held, d.es, d.ef, d.finish_limit, d.start_limit, d.ls,
        d.lf,
    )  # fmt: skip


def _first_starts(network: Network, dates: Dates) -> Minutes:
    """Per project the earliest late start: where a schedule from the finish begins."""
    leaves = network.tasks.kind == LEAF
    begins = np.full(network.start.size, FAR)
    np.minimum.at(begins, network.tasks.project[leaves], dates.ls[leaves])
    return np.where(begins == FAR, network.finish, begins)


def _beyond(network: Network, dates: Dates) -> tuple[bool, bool]:
    """Whether any date stands at the (beginning, end) of the horizon or outside it."""
    low, high = first_minute(network.work), last_minute(network.work)
    early = late = False
    for column in (dates.es, dates.ef, dates.ls, dates.lf):
        there = column[network.tasks.kind == LEAF]
        if there.size:
            early |= bool(there.min() <= low)
            late |= bool(there.max() >= high)
    return early, late


def _widen(network: Network, dates: Dates, early: bool, late: bool) -> None:
    """Give the network a longer work table. Raises ScheduleError naming the culprit."""
    low, high = first_minute(network.work), last_minute(network.work)
    try:
        first, last = wider(low // DAY, high // DAY, early, late)
    except ScheduleError as error:
        order = network.order[network.tasks.kind[network.order] == LEAF]
        too_late = order[(dates.ef[order] >= high) | (dates.lf[order] >= high)]
        too_early = order[(dates.ls[order] <= low) | (dates.es[order] <= low)][::-1]
        rows = too_late if too_late.size else too_early
        where = str(network.schedule.activities.code[rows[0]]) if rows.size else ""
        raise ScheduleError(error.what, f"activity {where}", error.mend) from None
    network.work = packed_calendars(
        network.calendars,
        first,
        last,
        lambda: used_calendars(network.tasks, network.edges, network.shares),
    )


def _result(network: Network, dates: Dates) -> Calculation:
    tasks, schedule = network.tasks, network.schedule
    own = {name: getattr(dates, name).copy() for name in ("es", "ef", "ls", "lf")}
    d = replace(dates, **own)
    acts, n, nodes = schedule.activities, len(schedule.activities), network.tasks.kind.size
    leaf = tasks.kind[:n] == LEAF
    has_in = np.zeros(nodes, dtype=bool)
    sizes = np.diff(network.edge_start)
    has_in[network.order[sizes > 0]] = True
    total = np.full(nodes, NO_TIME)
    passes.floats(
        network.work, tasks, n, d.es, d.ef, d.ls, d.lf, d.logic, has_in, total
    )  # fmt: skip
    total[tasks.other_end] = 0  # what waits for its last moment has no slack left
    running = tasks.state == RUNNING
    d.lf = np.where(running & (tasks.kind == LEAF), np.maximum(d.lf, d.ef), d.lf)
    from_finish = known(network.finish).all() and bool(network.finish.size)
    late = (tasks.kind == LEAF) & (tasks.state == WAITING) & (tasks.other_end != from_finish)
    start, finish = np.where(late, d.ls, d.es), np.where(late, d.lf, d.ef)
    _summaries(network, d, start, finish)
    links.summary_floats(network.work, tasks, n, d.es, d.ef, d.ls, d.lf, total)
    last = np.full(network.start.size, NO_TIME)
    passes.project_ends(tasks, n, start, finish, last)
    drives, driving, gap, free, path = links.link_results(network, start, finish, last, total)
    started = known(acts.actual_start) & (acts.status != Status.NOT_STARTED)
    ended = known(acts.actual_finish) & (acts.status == Status.COMPLETE)
    shown = np.where(tasks.kind[:n] == NOTHING, acts.planned_start, start[:n])
    until = np.where(tasks.kind[:n] == NOTHING, acts.planned_finish, finish[:n])
    unsaid = ~known(acts.remaining_duration)
    remaining = np.where(unsaid, acts.original_duration, acts.remaining_duration)
    order: Rows = network.order[network.order < n]
    result = CpmResult(
        early_start=d.es[:n].copy(),
        early_finish=d.ef[:n].copy(),
        late_start=d.ls[:n].copy(),
        late_finish=d.lf[:n].copy(),
        total_float=total[:n].copy(),
        free_float=free[:n].copy(),
        remaining_duration=np.where(acts.status == Status.COMPLETE, 0, np.maximum(remaining, 0)),
        start=np.where(started, acts.actual_start, shown),
        finish=np.where(ended, acts.actual_finish, until),
        critical=_critical(network, total[:n], path[:n]),
        longest_path=path[:n].copy(),
        driving=driving,
        relationship_float=gap,
        project_finish=_finishes(network, until, leaf),
        order=order[leaf[order]],
    )
    return Calculation(network, dates, start, finish, drives, result)


def _summaries(network: Network, d: Dates, start: Minutes, finish: Minutes) -> None:
    """Dates of summaries; work entered by hand counts with its entered dates, late ones as well."""
    tasks = network.tasks
    pinned = (tasks.kind == LEAF) & (tasks.state == PINNED)
    late = np.where(pinned, d.es, d.ls), np.where(pinned, d.ef, d.lf)
    for low, high in ((d.es, d.ef), late, (start, finish)):
        links.roll_up(tasks, network.edges, network.order, network.edge_start, low, high)
    summary = tasks.kind == SUMMARY
    d.ls[summary], d.lf[summary] = late[0][summary], late[1][summary]


def _finishes(network: Network, finish: Minutes, leaf: Flags) -> Minutes:
    """Per project the latest finish of its leaves, NO_TIME without any."""
    out = np.full(network.start.size, NO_TIME)
    np.maximum.at(out, network.tasks.project[: leaf.size][leaf], finish[leaf])
    return out


def _critical(network: Network, total: Minutes, path: Flags) -> Flags:
    """What is not complete and critical by its project's definition."""
    project = network.tasks.project[: total.size]
    threshold = np.array([o.critical_threshold for o in network.options], dtype=np.int64)
    by_path = np.array([o.critical == Critical.LONGEST_PATH for o in network.options])
    return known(total) & np.where(by_path[project], path, total <= threshold[project])
