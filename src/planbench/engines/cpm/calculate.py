"""Running a prepared network: both passes, as late as possible, floats, longest path."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from planbench.domain.errors import ScheduleError
from planbench.domain.schedule import ActivityType, Critical, Flags, Rows, Status
from planbench.domain.times import DAY, NO_TIME, Minutes, known
from planbench.engines.cpm import floats, passes
from planbench.engines.cpm.columns import FAR, OUTSIDE, Network
from planbench.engines.cpm.horizon import packed_calendars, wider
from planbench.engines.cpm.network import calendars_of, used_calendars
from planbench.engines.cpm.result import CpmResult
from planbench.engines.worktime import first_minute, last_minute

_NOT_STARTED, _COMPLETE = int(Status.NOT_STARTED), int(Status.COMPLETE)
_WBS_SUMMARY = int(ActivityType.WBS_SUMMARY)


@dataclass
class Dates:
    """Early and late dates, early ones before the ALAP step as well."""

    es: Minutes
    ef: Minutes
    ls: Minutes
    lf: Minutes
    remaining: Minutes
    finishes: Minutes  # per project, before the ALAP step
    float_ends: Minutes  # per project: where the free float of open ends runs to


def run(network: Network, remaining: Minutes | None = None) -> CpmResult:
    """Calculate a prepared network, with other remaining durations (minutes by row) where given.

    Expected finish dates still have the last word on the durations of their activities. Raises
    ScheduleError when dates run beyond any sensible horizon.
    """
    durations = network.remaining if remaining is None else usable(network, remaining)
    while True:
        dates = _passes(network, durations)
        early, late = beyond(network, dates)
        if not early and not late:
            return _result(network, dates)
        _widen(network, dates, early, late)


def usable(network: Network, remaining: Minutes) -> Minutes:
    """Durations as the passes need them: none negative, none of milestones and complete work."""
    given = np.maximum(np.asarray(remaining, dtype=np.int64), 0)
    nodes = network.nodes
    idle = (nodes.status == _COMPLETE) | ((nodes.kind != 0) & (nodes.kind != OUTSIDE))
    return np.where(idle, 0, given)


def _passes(network: Network, durations: Minutes) -> Dates:
    w, nodes, links, shares = network.work, network.nodes, network.links, network.shares
    order, link_start = network.order, network.link_start
    n = nodes.kind.size
    es, ef = np.full(n, NO_TIME), np.full(n, NO_TIME)
    ls, lf = np.full(n, FAR), np.full(n, FAR)
    remaining = durations.copy()
    passes.forward(w, nodes, links, shares, order, link_start, remaining, es, ef)
    finishes, ends, late_end = ends_of(network, ef)
    passes.backward(w, nodes, links, shares, order, link_start, remaining, late_end, ef, ls, lf)
    if nodes.alap.any():
        limit = np.full(n, FAR)
        passes.as_late_as_possible(
            w, nodes, links, shares, order, link_start, remaining, finishes, limit, es, ef
        )
    follow(network, finishes, es, ef, ls, lf)
    return Dates(es, ef, ls, lf, remaining, finishes, ends)


def ends_of(network: Network, ef: Minutes) -> tuple[Minutes, Minutes, Minutes]:
    """Per project (latest early finish, where floats run to, where late dates begin)."""
    finishes = passes.project_finishes(network.nodes, network.order, network.data_date, ef)
    ends = finishes
    if not network.own_finish.all():
        used = np.bincount(network.nodes.project, minlength=finishes.size) > 0
        common = finishes[used].max() if used.any() else 0
        ends = np.where(network.own_finish, finishes, common)
    return finishes, ends, np.where(network.must_finish != FAR, network.must_finish, ends)


def follow(
    network: Network, finishes: Minutes, es: Minutes, ef: Minutes, ls: Minutes, lf: Minutes
) -> None:
    """Dates of level of effort and WBS summaries from those of the others, in place."""
    nodes, acts, wbs = network.nodes, network.schedule.activities, network.schedule.wbs
    outside = nodes.kind == OUTSIDE
    if outside.any():
        w = network.work
        ls[outside] = lf[outside] = NO_TIME
        floats.level_of_effort(w, nodes, network.ends, finishes, acts.actual_finish, es, ef, ls, lf)
        open_ = nodes.status != _COMPLETE
        summary = (acts.type == _WBS_SUMMARY) & open_
        floats.wbs_summaries(summary, open_ & ~summary, acts.wbs, wbs.parent, es, ef, ls, lf)


def beyond(network: Network, dates: Dates) -> tuple[bool, bool]:
    """Whether any date stands at the (beginning, end) of the horizon or outside it."""
    low, high = first_minute(network.work), last_minute(network.work)
    first, last = floats.extremes((dates.es, dates.ef, dates.ls, dates.lf))
    return first <= low, last >= high


def _widen(network: Network, dates: Dates, early: bool, late: bool) -> None:
    """Give the network a longer work table. Raises ScheduleError naming the culprit."""
    try:
        days = first_minute(network.work) // DAY, last_minute(network.work) // DAY
        first, last = wider(*days, early, late)
    except ScheduleError as error:
        high, low = last_minute(network.work), first_minute(network.work)
        order = network.order
        late_rows = order[(dates.ef[order] >= high) | (dates.lf[order] >= high)]
        early_rows = order[(dates.ls[order] <= low) | (dates.es[order] <= low)][::-1]
        rows = late_rows if late_rows.size else early_rows
        where = str(network.schedule.activities.code[rows[0]]) if rows.size else ""
        raise ScheduleError(error.what, f"activity {where}", error.mend) from None
    schedule = network.schedule
    network.work = packed_calendars(
        calendars_of(schedule), first, last, lambda: used_calendars(schedule)
    )


def _result(network: Network, dates: Dates) -> CpmResult:
    w, nodes, links = network.work, network.nodes, network.links
    n, m = nodes.kind.size, len(network.schedule.relationships)
    es, ef, rows = dates.es, dates.ef, np.arange(n, dtype=np.int32)
    driving, link_float, free = np.zeros(m, dtype=bool), np.full(m, NO_TIME), np.full(n, FAR)
    until = floats.worked_until(w, nodes, rows, ef)
    floats.link_results(w, nodes, links, network.shares, es, ef, until, driving, link_float, free)
    total = np.full(n, NO_TIME)
    return assembled(network, dates, rows, until, driving, link_float, total, free)


def assembled(
    network: Network,
    dates: Dates,
    rows: Rows,
    until: Minutes,
    driving: Flags,
    link_float: Minutes,
    total: Minutes,
    free: Minutes,
) -> CpmResult:
    """The result once the links are known; `until` is `floats.worked_until` of early finishes.

    `total` and `free` are in place for all activities but `rows`, for which `free` holds the
    least float of the links that leave them, FAR without any.
    """
    w, nodes, links, acts = network.work, network.nodes, network.links, network.schedule.activities
    es, ef, ls, lf = dates.es, dates.ef, dates.ls, dates.lf
    last = passes.project_finishes(nodes, network.order, network.data_date, ef)
    path = floats.longest_path(nodes, links, network.order, network.link_start, last, ef, driving)
    float_type = np.array([o.float_type for o in network.options], dtype=np.int8)
    floats.activity_floats(
        w, nodes, rows, float_type, dates.float_ends, es, ef, ls, lf, until, total, free
    )
    started = known(acts.actual_start) & (acts.status != _NOT_STARTED)
    finished = known(acts.actual_finish) & (acts.status == _COMPLETE)
    return CpmResult(
        early_start=es,
        early_finish=ef,
        late_start=ls,
        late_finish=lf,
        total_float=total,
        free_float=free,
        remaining_duration=dates.remaining,
        start=np.where(started, acts.actual_start, es),
        finish=np.where(finished, acts.actual_finish, ef),
        critical=_critical(network, total, path),
        longest_path=path,
        driving=driving,
        relationship_float=link_float,
        project_finish=_project_finishes(network, dates.finishes, last),
        order=network.order,
    )


def _critical(network: Network, total: Minutes, path: Flags) -> Flags:
    """Incomplete activities that are critical by their project's definition."""
    project = network.nodes.project
    threshold = np.array([o.critical_threshold for o in network.options], dtype=np.int64)
    by_path = np.array([o.critical == Critical.LONGEST_PATH for o in network.options])
    incomplete = known(total)
    return incomplete & np.where(by_path[project], path, total <= threshold[project])


def _project_finishes(network: Network, finishes: Minutes, last: Minutes) -> Minutes:
    """Latest early finish per project, of finished projects the latest actual finish."""
    nodes, actual = network.nodes, network.schedule.activities.actual_finish
    out = np.maximum(finishes, last)
    floats.finished_projects(nodes.status, nodes.project, network.order, actual, out)
    return out
