"""The two passes, compiled. The rules are Primavera P6's, to the minute.

Dates of a link are kept as they stand until they are put into the form (see
`planbench.engines.worktime`) of the activity that they reach; most of P6's odd clock readings
come from where exactly that happens.
"""

from __future__ import annotations

import numpy as np

from planbench.domain.schedule import Rows, Status
from planbench.domain.times import NO_TIME, Minutes
from planbench.engines.cpm.columns import (
    FAR,
    FINISH_MILESTONE,
    START_MILESTONE,
    Links,
    Nodes,
    Shares,
)
from planbench.engines.kernel import kernel
from planbench.engines.worktime import (
    Work,
    finish_at_or_after,
    finish_form,
    minus,
    plus,
    shift,
    start_at_or_before,
    start_form,
    work,
)

_COMPLETE = int(Status.COMPLETE)
_NOT_STARTED = int(Status.NOT_STARTED)


@kernel
def _share(shares: Shares, j: int, remaining: int) -> int:
    """Working minutes of one resource when the activity's remaining duration is `remaining`."""
    whole = shares[j, 2]
    if remaining == whole or whole == 0:
        return int(shares[j, 1])
    return int((shares[j, 1] * remaining + whole // 2) // whole)


@kernel
def begin(w: Work, shares: Shares, c: int, k: int, t: int) -> int:
    """Start form of t: the first moment at which the activity, or one of its resources, works.

    `c` is the activity's calendar and `k` its first row of `shares`, -1 without any.
    """
    if k < 0:
        return start_form(w, c, t)
    best = FAR
    for j in range(k, k + shares[k, 3] + 1):
        best = min(best, start_form(w, shares[j, 0], t))
    return best


@kernel
def ahead(w: Work, shares: Shares, c: int, k: int, t: int, remaining: int) -> int:
    """Finish of work that begins at t: when the last of its resources is done."""
    if k < 0:
        return plus(w, c, t, remaining)
    best = t
    for j in range(k, k + shares[k, 3] + 1):
        best = max(best, plus(w, shares[j, 0], t, _share(shares, j, remaining)))
    return best


@kernel
def back(w: Work, shares: Shares, c: int, k: int, t: int, remaining: int) -> int:
    """Start of work that finishes at t: when the first of its resources has to begin."""
    if k < 0:
        return minus(w, c, t, remaining)
    best = t
    for j in range(k, k + shares[k, 3] + 1):
        best = min(best, minus(w, shares[j, 0], t, _share(shares, j, remaining)))
    return best


@kernel
def forward(
    w: Work,
    nodes: Nodes,
    links: Links,
    shares: Shares,
    order: Rows,
    link_start: Rows,
    remaining: Minutes,
    es: Minutes,
    ef: Minutes,
) -> None:
    """Early dates in place; `remaining` is recounted where an expected finish is honoured."""
    predecessor, kind_of_link, lag = links.predecessor, links.type, links.lag
    lag_calendar, fixed_demand, minute = links.calendar, links.fixed, links.minute
    kind, status, calendar, data_date = nodes.kind, nodes.status, nodes.calendar, nodes.data_date
    floor, start_low, finish_low = nodes.floor, nodes.start_low, nodes.finish_low
    mandatory_start, mandatory_finish = nodes.mandatory_start, nodes.mandatory_finish
    expected_finish, held_start, held_finish = (
        nodes.expected_finish,
        nodes.held_start,
        nodes.held_finish,
    )
    share_of = nodes.shares
    for k in range(order.size):
        i = order[k]
        start, finish, dd = floor[i], NO_TIME, data_date[i]
        for e in range(link_start[k], link_start[k + 1]):
            # the lag runs from the date as it stands; a lead does not reach before the data date
            t = fixed_demand[e]
            if t == NO_TIME:
                p = predecessor[e]
                t = es[p] if kind_of_link[e] & 1 else ef[p]
                if lag[e] != 0:
                    t = shift(w, lag_calendar[e], t, lag[e])
            t = max(t + minute[e], dd)
            if kind_of_link[e] < 2:
                start = max(start, t)
            else:
                finish = max(finish, t)
        if status[i] == _COMPLETE:
            # on no calendar: the data date as it stands, unless an open predecessor pushes it
            es[i] = ef[i] = max(start, finish)
            if held_finish[i] != NO_TIME:
                es[i], ef[i] = held_start[i], held_finish[i]
        elif kind[i] == FINISH_MILESTONE:
            # one instant for both dates, in the clock reading of whatever demanded it
            t = max(max(start, finish), max(start_low[i], finish_low[i]))
            fixed = max(mandatory_start[i], mandatory_finish[i])
            if fixed != NO_TIME:
                t = max(fixed, dd)
            es[i] = ef[i] = finish_at_or_after(w, calendar[i], t)
        else:
            c, share = calendar[i], share_of[i]
            start = max(start, start_low[i])
            start = start_form(w, c, start) if share < 0 else begin(w, shares, c, share, start)
            left = remaining[i]
            if expected_finish[i] != NO_TIME:
                fresh = status[i] == _NOT_STARTED
                left = _expected(w, c, start, finish, left, expected_finish[i], fresh)
                remaining[i] = left
            if finish_low[i] != NO_TIME:
                t = back(w, shares, c, share, finish_low[i], left)
                start = max(start, begin(w, shares, c, share, t))
            kept = NO_TIME
            if finish != NO_TIME:
                # the finish a link demands is kept only if the start counted back from it is
                # strictly later than every other demand on the start
                finish = finish_at_or_after(w, c, finish)
                t = back(w, shares, c, share, finish, left)
                t = begin(w, shares, c, share, t)
                if t > start:
                    start, kept = t, finish
            if mandatory_start[i] != NO_TIME:
                start = begin(w, shares, c, share, max(dd, mandatory_start[i]))
                kept = NO_TIME
            if mandatory_finish[i] != NO_TIME:
                t = back(w, shares, c, share, mandatory_finish[i], left)
                start = begin(w, shares, c, share, max(dd, t))
                kept = NO_TIME
            es[i] = start
            if kept != NO_TIME:
                ef[i] = kept
            elif share < 0:  # the short way for nearly all: no resources to look at
                ef[i] = plus(w, c, start, left)
            else:
                ef[i] = ahead(w, shares, c, share, start, left)


@kernel
def _expected(
    w: Work, c: int, start: int, finish: int, remaining: int, expected: int, fresh: bool
) -> int:
    """Remaining duration of an activity that is to finish at `expected`.

    A link that needs a later finish voids the date, and so does a start after it unless work has
    begun: then nothing remains.
    """
    if finish > expected or (fresh and expected < start):
        return remaining
    return max(0, work(w, c, start, expected))


@kernel
def project_finishes(nodes: Nodes, order: Rows, data_date: Minutes, ef: Minutes) -> Minutes:
    """Per project the latest early finish of incomplete activities, else the data date."""
    project, status = nodes.project, nodes.status
    latest = data_date.copy()
    seen = np.zeros(latest.size, np.bool_)
    for i in order:
        if status[i] != _COMPLETE:
            p = project[i]
            latest[p] = max(latest[p], ef[i]) if seen[p] else ef[i]
            seen[p] = True
    return latest


@kernel
def backward(
    w: Work,
    nodes: Nodes,
    links: Links,
    shares: Shares,
    order: Rows,
    link_start: Rows,
    remaining: Minutes,
    late_end: Minutes,
    ef: Minutes,
    ls: Minutes,
    lf: Minutes,
) -> None:
    """Late dates in place. `late_end`: per project, where activities without successors end.

    On entry ls and lf are full of FAR: they gather the demands of the successors.
    """
    predecessor, kind_of_link, lag = links.predecessor, links.type, links.lag
    lag_calendar, minute = links.calendar, links.minute
    kind, status, calendar, project = nodes.kind, nodes.status, nodes.calendar, nodes.project
    start_high, finish_high = nodes.start_high, nodes.finish_high
    mandatory_start, mandatory_finish = nodes.mandatory_start, nodes.mandatory_finish
    external, has_out, open_critical = nodes.external_finish, nodes.has_out, nodes.open_critical
    held_start, held_finish, share_of = nodes.held_start, nodes.held_finish, nodes.shares
    for k in range(order.size - 1, -1, -1):
        i = order[k]
        finish = late_end[project[i]]
        if open_critical[i]:
            finish = min(finish, ef[i])
        if external[i] != FAR:
            finish = min(finish, external[i]) if has_out[i] else external[i]
        finish, start = min(finish, lf[i]), ls[i]
        complete = status[i] == _COMPLETE
        if complete:
            ls[i] = lf[i] = min(start, finish)
            if held_finish[i] != NO_TIME:
                ls[i], lf[i] = held_start[i], held_finish[i]
        elif kind[i] == START_MILESTONE:
            t = min(min(start, finish), min(start_high[i], finish_high[i]))
            fixed = max(mandatory_start[i], mandatory_finish[i])
            if fixed != NO_TIME:
                t = fixed
            ls[i] = lf[i] = start_at_or_before(w, calendar[i], t)
        else:
            c, share, left = calendar[i], share_of[i], remaining[i]
            finish = finish_form(w, c, min(finish, finish_high[i]))
            low, kept = FAR, NO_TIME
            if start != FAR:
                low = start_at_or_before(w, c, start)
            if start_high[i] != FAR:
                low = min(low, start_form(w, c, start_high[i]))
            if low != FAR:
                t = ahead(w, shares, c, share, low, left)
                if t <= finish:  # on a tie the start keeps the clock reading that was demanded
                    kept, finish = low, t
            if mandatory_start[i] != NO_TIME:
                kept = begin(w, shares, c, share, mandatory_start[i])
                finish = ahead(w, shares, c, share, kept, left)
            if mandatory_finish[i] != NO_TIME:
                kept, finish = NO_TIME, finish_form(w, c, mandatory_finish[i])
            lf[i] = finish
            if kept != NO_TIME:
                ls[i] = kept
            elif share < 0:
                ls[i] = minus(w, c, finish, left)
            else:
                ls[i] = back(w, shares, c, share, finish, left)
        for e in range(link_start[k], link_start[k + 1]):
            t = ls[i] if kind_of_link[e] < 2 else lf[i]
            if lag[e] != 0 and not complete:
                t = shift(w, lag_calendar[e], t, -lag[e])
            t -= minute[e]
            p = predecessor[e]
            if kind_of_link[e] & 1:
                ls[p] = min(ls[p], t)
            else:
                lf[p] = min(lf[p], t)


@kernel
def as_late_as_possible(
    w: Work,
    nodes: Nodes,
    links: Links,
    shares: Shares,
    order: Rows,
    link_start: Rows,
    remaining: Minutes,
    finishes: Minutes,
    limit: Minutes,
    es: Minutes,
    ef: Minutes,
) -> None:
    """Moves ALAP activities, last one first, so late that no successor's early date moves.

    `limit` is scratch space full of FAR: the latest finish that the successors leave.
    """
    calendar, share_of, alap = nodes.calendar, nodes.shares, nodes.alap
    for k in range(order.size - 1, -1, -1):
        i = order[k]
        if alap[i]:
            c = calendar[i]
            t = finishes[nodes.project[i]] if limit[i] == FAR else limit[i]
            t = finish_form(w, c, t)
            if t > ef[i]:
                ef[i] = t
                es[i] = back(w, shares, c, share_of[i], t, remaining[i])
                if nodes.kind[i] == START_MILESTONE:
                    es[i] = ef[i] = start_form(w, c, t)
        if nodes.status[i] == _COMPLETE:
            continue
        for e in range(link_start[k], link_start[k + 1]):
            p = links.predecessor[e]
            if alap[p]:
                kind = links.type[e]
                early = es[i] if kind < 2 else ef[i]
                t = shift(w, links.calendar[e], early, -links.lag[e])
                if kind & 1:
                    t = start_form(w, calendar[p], t)
                    t = ahead(w, shares, calendar[p], share_of[p], t, remaining[p])
                limit[p] = min(limit[p], t)
