"""What follows from the dates, compiled: floats, driving links, longest path, spans."""

from __future__ import annotations

import numpy as np

from planbench.domain.schedule import Codes, Flags, FloatType, Rows, Status
from planbench.domain.times import NO_TIME, Minutes
from planbench.engines.cpm.columns import FAR, FINISH_MILESTONE, OUTSIDE, Ends, Links, Nodes, Shares
from planbench.engines.cpm.passes import begin
from planbench.engines.kernel import kernel
from planbench.engines.worktime import (
    Work,
    finish_at_or_after,
    finish_form,
    shift,
    start_form,
    work,
    worked,
)

_COMPLETE = int(Status.COMPLETE)
_IN_PROGRESS = int(Status.IN_PROGRESS)
_START_FLOAT = int(FloatType.START)
_FINISH_FLOAT = int(FloatType.FINISH)


@kernel
def demand(
    w: Work, kind: int, calendar: int, lag: int, fixed: int, minute: int, dd: int, es: int, ef: int
) -> int:
    """Earliest instant a link allows at its successor's end, as it stands.

    `kind` to `minute` are the link's columns, `dd` is the data date of the successor, `es` and
    `ef` are the early dates of the predecessor. The forward pass holds the same lines.
    """
    if fixed != NO_TIME:
        return max(fixed + minute, dd)
    return max(shift(w, calendar, es if kind & 1 else ef, lag) + minute, dd)


@kernel
def explains(
    w: Work,
    shares: Shares,
    demanded: int,
    to_start: bool,
    calendar: int,
    share: int,
    es: int,
    ef: int,
) -> bool:
    """Whether a demand, in the form of an incomplete successor, is its early date.

    `to_start` where the demand is on a start, finish milestones excepted; `es` and `ef` are the
    early dates of the successor, `calendar` and `share` what it works on.
    """
    if to_start:
        if demanded > es:
            return False
        if share >= 0:
            return begin(w, shares, calendar, share, demanded) == es
        return start_form(w, calendar, demanded) == es
    return demanded <= ef and finish_at_or_after(w, calendar, demanded) == ef


@kernel
def worked_until(w: Work, nodes: Nodes, rows: Rows, dates: Minutes) -> Minutes:
    """Working minutes of an activity's calendar from the horizon's beginning to its date.

    Per activity, for those in `rows`; 0 for all others.
    """
    out, calendar = np.zeros(dates.size, np.int64), nodes.calendar
    for i in rows:
        if dates[i] != NO_TIME:
            out[i] = worked(w, calendar[i], dates[i])
    return out


@kernel
def link_results(
    w: Work,
    nodes: Nodes,
    links: Links,
    shares: Shares,
    es: Minutes,
    ef: Minutes,
    worked_finish: Minutes,
    driving: Flags,
    link_float: Minutes,
    free: Minutes,
) -> None:
    """Driving flags and floats of links (by relationship row), and free float from the gaps.

    A link's float is the work on the predecessor's calendar from its own date to the latest one
    that leaves the successor's early dates alone. `free` comes full of FAR; `worked_finish` is
    that of `worked_until` for the early finishes.
    """
    predecessor, successor, row = links.predecessor, links.successor, links.row
    kind_of_link, lag, lag_calendar = links.type, links.lag, links.calendar
    fixed, minute = links.fixed, links.minute
    kind, status, calendar, data_date = nodes.kind, nodes.status, nodes.calendar, nodes.data_date
    share_of = nodes.shares
    for e in range(row.size):
        p, s, t, own_lag = predecessor[e], successor[e], kind_of_link[e], lag[e]
        dd, c = data_date[s], calendar[s]
        base = es[p] if t & 1 else ef[p]
        if own_lag == 0 and fixed[e] == NO_TIME:
            asked = max(base + minute[e], dd)
        else:
            asked = demand(w, t, lag_calendar[e], own_lag, fixed[e], minute[e], dd, es[p], ef[p])
        if status[s] == _COMPLETE:
            driving[row[e]] = asked == es[s]
            continue
        latest = es[s] if t < 2 else ef[s]
        if own_lag != 0:
            latest = shift(w, lag_calendar[e], latest, -own_lag)
        own = worked(w, calendar[p], base) if t & 1 else worked_finish[p]
        gap = worked(w, calendar[p], latest) - own
        link_float[row[e]] = gap
        free[p] = min(free[p], gap)
        share = share_of[s]
        if gap > 0 and own_lag == 0 and asked == base and c == calendar[p] and share < 0:
            continue  # work between the demand and the date: many links end here
        to_start = t < 2 and kind[s] != FINISH_MILESTONE
        driving[row[e]] = explains(w, shares, asked, to_start, c, share, es[s], ef[s])


@kernel
def longest_path(
    nodes: Nodes,
    links: Links,
    order: Rows,
    link_start: Rows,
    finishes: Minutes,
    ef: Minutes,
    driving: Flags,
) -> Flags:
    """All that driving links lead back to from the incomplete activities that finish last."""
    status, project = nodes.status, nodes.project
    predecessor, row = links.predecessor, links.row
    path = np.zeros(ef.size, np.bool_)
    for k in range(order.size - 1, -1, -1):
        i = order[k]
        if status[i] != _COMPLETE and ef[i] == finishes[project[i]]:
            path[i] = True
        if path[i]:
            for e in range(link_start[k], link_start[k + 1]):
                if driving[row[e]]:
                    path[predecessor[e]] = True
    return path


@kernel
def activity_floats(
    w: Work,
    nodes: Nodes,
    rows: Rows,
    float_type: Codes,
    finishes: Minutes,
    es: Minutes,
    ef: Minutes,
    ls: Minutes,
    lf: Minutes,
    worked_finish: Minutes,
    total: Minutes,
    free: Minutes,
) -> None:
    """Total and free float of the activities in `rows`, in place.

    NO_TIME for complete activities and those without dates. On entry `free` is the least float of
    the links that leave each of them, FAR without any.
    """
    status, project, calendar = nodes.status, nodes.project, nodes.calendar
    kind, alap, expected_finish = nodes.kind, nodes.alap, nodes.expected_finish
    for i in rows:
        if status[i] == _COMPLETE or ef[i] == NO_TIME or lf[i] == NO_TIME:
            total[i] = free[i] = NO_TIME
            continue
        c, measure = calendar[i], float_type[project[i]]
        finish_float = worked(w, c, lf[i]) - worked_finish[i]
        if status[i] == _IN_PROGRESS or measure == _FINISH_FLOAT:
            total[i] = finish_float
        else:
            start_float = work(w, c, es[i], ls[i])
            total[i] = start_float if measure == _START_FLOAT else min(start_float, finish_float)
        if kind[i] == OUTSIDE or alap[i] or expected_finish[i] != NO_TIME:
            free[i] = 0
        elif free[i] == FAR:
            free[i] = max(0, work(w, c, ef[i], finishes[project[i]]))
        else:
            free[i] = max(0, free[i])


@kernel
def level_of_effort(
    w: Work,
    nodes: Nodes,
    ends: Ends,
    finishes: Minutes,
    actual_finish: Minutes,
    es: Minutes,
    ef: Minutes,
    ls: Minutes,
    lf: Minutes,
) -> None:
    """Level of effort spans the dates of the activities it is linked with.

    Links to its start (SS and FS in, SS and SF out) give the start, the others the finish. The
    finish of complete work is its actual one.
    """
    for k in range(ends.activity.size):
        i = ends.activity[k]
        c, end = nodes.calendar[i], finishes[nodes.project[i]]
        early_first, early_last, late_first, late_last = FAR, NO_TIME, FAR, NO_TIME
        for e in range(ends.start[k], ends.start[k + 1]):
            o, kind = ends.other[e], ends.type[e]
            if ends.incoming[e]:
                from_finish, to_start, lag = kind & 1 == 0, kind < 2, ends.lag[e]
            else:
                from_finish, to_start, lag = kind >= 2, kind & 1 == 1, -ends.lag[e]
            early, late = (ef[o], lf[o]) if from_finish else (es[o], ls[o])
            finished = ends.incoming[e] and from_finish and nodes.status[o] == _COMPLETE
            if finished and actual_finish[o] != NO_TIME:
                early = late = actual_finish[o]
            early = shift(w, ends.calendar[e], early, lag)
            late = shift(w, ends.calendar[e], late, lag)
            if to_start:
                early_first, late_first = min(early_first, early), min(late_first, late)
            else:
                early_last, late_last = max(early_last, early), max(late_last, late)
        first = nodes.data_date[i] if early_first == FAR else early_first
        es[i] = start_form(w, c, max(nodes.data_date[i], first))
        ef[i] = max(es[i], finish_form(w, c, end if early_last == NO_TIME else early_last))
        ls[i] = start_form(w, c, end if late_first == FAR else late_first)
        lf[i] = finish_form(w, c, end if late_last == NO_TIME else late_last)


@kernel
def wbs_summaries(
    summary: Flags,
    counted: Flags,
    wbs: Rows,
    parent: Rows,
    es: Minutes,
    ef: Minutes,
    ls: Minutes,
    lf: Minutes,
) -> None:
    """WBS summaries take the earliest and latest dates of the `counted` rows of their branch."""
    n = parent.size
    first, last = np.full(n, FAR), np.full(n, NO_TIME)
    late_first, late_last = np.full(n, FAR), np.full(n, NO_TIME)
    for i in range(es.size):
        b = wbs[i]
        if b >= 0 and counted[i] and es[i] != NO_TIME:
            first[b], last[b] = min(first[b], es[i]), max(last[b], ef[i])
            late_first[b], late_last[b] = min(late_first[b], ls[i]), max(late_last[b], lf[i])
    for b in range(n - 1, 0, -1):
        a = parent[b]
        if 0 <= a < b:
            first[a], last[a] = min(first[a], first[b]), max(last[a], last[b])
            late_first[a] = min(late_first[a], late_first[b])
            late_last[a] = max(late_last[a], late_last[b])
    for i in range(es.size):
        b = wbs[i]
        if summary[i] and b >= 0 and first[b] != FAR:
            es[i], ef[i], ls[i], lf[i] = first[b], last[b], late_first[b], late_last[b]


@kernel
def extremes(columns: tuple[Minutes, ...]) -> tuple[int, int]:
    """The first and the last date in any of the columns; (FAR, NO_TIME) where there is none."""
    first, last = FAR, NO_TIME
    for column in columns:
        for date in column:
            if date != NO_TIME:
                first, last = min(first, date), max(last, date)
    return first, last


@kernel
def finished_projects(
    status: Codes, project: Rows, order: Rows, actual_finish: Minutes, finishes: Minutes
) -> None:
    """Finishes, in place, of projects without open work in the order: the latest actual one."""
    open_ = np.zeros(finishes.size, np.bool_)
    latest = np.full(finishes.size, NO_TIME)
    for i in order:
        p = project[i]
        open_[p] |= status[i] != _COMPLETE
        latest[p] = max(latest[p], actual_finish[i])
    for p in range(finishes.size):
        if not open_[p]:
            finishes[p] = latest[p]
