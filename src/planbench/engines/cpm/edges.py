"""Per relationship, compiled: which take part in the passes, on which calendar their lags run.

As `planbench.engines.cpm.nodes`, one loop each instead of a numpy call for each column.
"""

from __future__ import annotations

import numpy as np

from planbench.domain.schedule import Codes, Flags, LagCalendar, LinkType, Rows, Status
from planbench.domain.times import NO_TIME, Minutes
from planbench.engines.cpm.columns import OUTSIDE
from planbench.engines.cpm.nodes import ALONE, OVERRIDE, SF_MINUTE, STUB
from planbench.engines.kernel import kernel
from planbench.engines.worktime import ROUND_THE_CLOCK

_PREDECESSOR, _SUCCESSOR = int(LagCalendar.PREDECESSOR), int(LagCalendar.SUCCESSOR)
_OF_PROJECT = int(LagCalendar.PROJECT)
_SF = int(LinkType.SF)
_NOT_STARTED, _COMPLETE = int(Status.NOT_STARTED), int(Status.COMPLETE)


@kernel
def network_links(
    predecessor: Rows, successor: Rows, kind: Codes, status: Codes, project: Rows, on: Flags
) -> tuple[Rows, Rows, Rows, Flags, Flags]:
    """Relationships that take part in the passes: (rows, predecessors, successors, ...).

    Then per activity, whether a link of these comes in and whether one goes out. `on` are the
    `planbench.engines.cpm.nodes.switches`. Under progress override unfinished work does not hold
    what has started all the same; links with stubs are left out where external ones are ignored.
    """
    n, m, size = kind.size, predecessor.size, 0
    rows, before, after = np.empty(m, np.int32), np.empty(m, np.int32), np.empty(m, np.int32)
    has_in, has_out = np.zeros(n, np.bool_), np.zeros(n, np.bool_)
    for e in range(m):
        b, a = predecessor[e], successor[e]
        if kind[b] == OUTSIDE or kind[a] == OUTSIDE:
            continue
        p = project[a]
        if on[p, OVERRIDE] and status[b] != _COMPLETE and status[a] != _NOT_STARTED:
            continue
        if on[p, ALONE] and on[project[b], STUB] != on[p, STUB]:
            continue
        rows[size], before[size], after[size] = e, b, a
        has_in[a] = has_out[b] = True
        size += 1
    return rows[:size], before[:size], after[:size], has_in, has_out


@kernel
def lag_calendars(
    predecessor: Rows, successor: Rows, lag: Minutes, mode: Codes, project: Rows, calendar: Rows,
    default: Rows,
) -> tuple[Minutes, Rows]:  # fmt: skip
    """(lags, missing ones as none; calendar that each runs on), by the successor's project.

    `mode` (LagCalendar) and the calendar `default` are per project, `calendar` per activity.
    """
    lags, on = np.empty(lag.size, np.int64), np.empty(lag.size, np.int32)
    for e in range(lag.size):
        lags[e] = 0 if lag[e] == NO_TIME else lag[e]
        p = project[successor[e]]
        if mode[p] == _PREDECESSOR:
            on[e] = calendar[predecessor[e]]
        elif mode[p] == _SUCCESSOR:
            on[e] = calendar[successor[e]]
        elif mode[p] == _OF_PROJECT:
            on[e] = default[p]
        else:
            on[e] = ROUND_THE_CLOCK
    return lags, on


@kernel
def in_order(
    taken: Rows, link_order: Rows, predecessor: Rows, successor: Rows, kind: Codes, lag: Minutes,
    lag_calendar: Rows, project: Rows, on: Flags,
) -> tuple[Rows, Rows, Rows, Codes, Minutes, Rows, Codes]:  # fmt: skip
    """Columns of the links that were taken, along the order of the passes.

    (rows, predecessors, successors, types, lags, calendars, minutes): the last is 1 for SF links
    of projects in which a finish comes one minute after the start that it needs.
    """
    m = link_order.size
    rows, before, after = np.empty(m, np.int32), np.empty(m, np.int32), np.empty(m, np.int32)
    types, lags = np.empty(m, np.int8), np.empty(m, np.int64)
    calendars, minutes = np.empty(m, np.int32), np.zeros(m, np.int8)
    for k in range(m):
        e = taken[link_order[k]]
        rows[k], before[k], after[k] = e, predecessor[e], successor[e]
        types[k], lags[k], calendars[k] = kind[e], lag[e], lag_calendar[e]
        if kind[e] == _SF and on[project[successor[e]], SF_MINUTE]:
            minutes[k] = 1
    return rows, before, after, types, lags, calendars, minutes


@kernel
def links_of_effort(
    effort: Flags, kind: Codes, predecessor: Rows, successor: Rows
) -> tuple[Rows, Rows, Rows, Rows, Flags]:
    """Links between open level of effort and the network, grouped by the former.

    (level-of-effort activities, first entry of each, other ends, relationship rows, whether the
    other end is the predecessor). Of each activity those that come in stand first.
    """
    n, m, count, size = effort.size, predecessor.size, 0, 0
    place = np.full(n, -1, np.int32)
    for i in range(n):
        if effort[i]:
            place[i] = count
            count += 1
    owners, start = np.empty(count, np.int32), np.zeros(count + 1, np.int32)
    for i in range(n):
        if effort[i]:
            owners[place[i]] = i
    for e in range(m):
        b, a = predecessor[e], successor[e]
        if effort[a] and kind[b] != OUTSIDE:
            start[place[a] + 1] += 1
            size += 1
        if effort[b] and kind[a] != OUTSIDE:
            start[place[b] + 1] += 1
            size += 1
    for k in range(count):
        start[k + 1] += start[k]
    fill = start[:-1].copy()
    other, rows = np.empty(size, np.int32), np.empty(size, np.int32)
    incoming = np.zeros(size, np.bool_)
    for arriving in (True, False):
        for e in range(m):
            own, far = predecessor[e], successor[e]
            if arriving:
                own, far = far, own
            if effort[own] and kind[far] != OUTSIDE:
                at = fill[place[own]]
                other[at], rows[at], incoming[at] = far, e, arriving
                fill[place[own]] += 1
    return owners, start, other, rows, incoming
