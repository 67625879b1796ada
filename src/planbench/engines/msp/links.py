"""What links tell after both passes: which of them drive, how far they could slip, summaries."""

from __future__ import annotations

import numpy as np

from planbench.domain.schedule import Flags, Rows
from planbench.domain.times import NO_TIME, Minutes
from planbench.engines.kernel import kernel
from planbench.engines.msp.columns import (
    CHILD,
    DONE,
    FAR,
    LEAF,
    RUNNING,
    SPREAD,
    SUMMARY,
    WAITING,
    Edges,
    Network,
    Shares,
    Tasks,
)
from planbench.engines.msp.passes import back, begin
from planbench.engines.worktime import Work, shift, work


@kernel
def roll_up(
    tasks: Tasks, edges: Edges, order: Rows, edge_start: Rows, low: Minutes, high: Minutes
) -> None:
    """Earliest start and latest finish of what lies beneath into each summary."""
    for k in range(order.size):
        i = order[k]
        if tasks.kind[i] != SUMMARY:
            continue
        low[i], high[i] = NO_TIME, NO_TIME
        for e in range(edge_start[k], edge_start[k + 1]):
            p = edges.source[e]
            if low[p] != NO_TIME:
                low[i] = low[p] if low[i] == NO_TIME else min(low[i], low[p])
                high[i] = max(high[i], high[p])


@kernel
def summary_floats(
    w: Work, tasks: Tasks, n: int, es: Minutes, ef: Minutes, ls: Minutes, lf: Minutes,
    total: Minutes,
) -> None:  # fmt: skip
    """Smaller of start and finish slack of open summaries; the finish slack of those begun."""
    for i in range(n):
        if tasks.kind[i] == SUMMARY and tasks.state[i] != DONE and es[i] != NO_TIME:
            c = tasks.calendar[i]
            total[i] = work(w, c, ef[i], lf[i])
            if tasks.state[i] != RUNNING:
                total[i] = min(total[i], work(w, c, es[i], ls[i]))


def link_results(
    network: Network, start: Minutes, finish: Minutes, ends: Minutes, total: Minutes
) -> tuple[Flags, Flags, Minutes, Minutes, Flags]:
    """(driving per edge and per relationship, float per relationship, free slack and path by node).

    Spread nodes get their dates in `start` and `finish`.
    """
    m, nodes = len(network.schedule.relationships), start.size
    driving, gap = np.zeros(m, dtype=bool), np.full(m, NO_TIME)
    free, path = np.full(nodes, FAR), np.zeros(nodes, dtype=bool)
    drives = np.zeros(network.edges.source.size, dtype=bool)
    _driving(
        network.work, network.tasks, network.edges, network.shares, network.order,
        network.edge_start, start, finish, drives,
    )  # fmt: skip
    needs = np.full(nodes, FAR), np.full(nodes, FAR)
    _slips(
        network.work, network.tasks, network.edges, network.order, network.edge_start,
        start, finish, *needs, gap, free,
    )  # fmt: skip
    _longest_path(
        network.tasks, network.edges, network.order, network.edge_start, start, finish, ends,
        drives, np.zeros(nodes, dtype=bool), path,
    )  # fmt: skip
    own = network.edges.relationship >= 0
    driving[network.edges.relationship[own]] = drives[own]
    free = np.maximum(np.minimum(free, total), 0)  # never negative, never above the total slack
    return drives, driving, gap, np.where(total == NO_TIME, NO_TIME, free), path


@kernel
def _driving(
    w: Work, tasks: Tasks, edges: Edges, shares: Shares, order: Rows, edge_start: Rows,
    start: Minutes, finish: Minutes, drives: Flags,
) -> None:  # fmt: skip
    """Mark the edges whose demand is the start of what they lead to; dates of spread nodes too."""
    for k in range(order.size):
        i = order[k]
        kind = tasks.kind[i]
        if kind == SPREAD:
            start[i] = NO_TIME
            for e in range(edge_start[k], edge_start[k + 1]):
                p = edges.source[e]
                start[i] = max(start[i], finish[p] if edges.from_finish[e] else start[p])
            finish[i] = start[i]
        elif kind == SUMMARY or tasks.state[i] != WAITING:
            continue
        for e in range(edge_start[k], edge_start[k + 1]):
            p = edges.source[e]
            t = finish[p] if edges.from_finish[e] else start[p]
            if t == NO_TIME:
                continue
            if kind == LEAF:
                t = shift(w, edges.calendar[e], t, edges.lag[e])
                if not edges.to_start[e]:
                    t = back(w, tasks, shares, i, t)
                t = begin(w, tasks, shares, i, t)
                if tasks.delay[i]:
                    t = begin(w, tasks, shares, i, t + tasks.delay[i])
            drives[e] = t == start[i]


@kernel
def _slips(
    w: Work, tasks: Tasks, edges: Edges, order: Rows, edge_start: Rows, start: Minutes,
    finish: Minutes, finish_need: Minutes, start_need: Minutes, gap: Minutes, free: Minutes,
) -> None:  # fmt: skip
    """Working minutes by which each predecessor could slip alone, per link and per node.

    `finish_need` and `start_need` are room for the dates that successors need, FAR throughout.
    What has started needs nothing for its start any more, what is complete nothing at all.
    """
    for k in range(order.size - 1, -1, -1):
        i = order[k]
        kind, state = tasks.kind[i], tasks.state[i]
        for e in range(edge_start[k], edge_start[k + 1]):
            p = edges.source[e]
            if edges.role[e] == CHILD:
                inner = tasks.kind[p] == SUMMARY
                if finish_need[i] != FAR:
                    if inner:
                        finish_need[p] = min(finish_need[p], finish_need[i])
                    else:
                        slip = work(w, tasks.calendar[p], finish[p], finish_need[i])
                        free[p] = min(free[p], slip)
                if start_need[i] != FAR and start[p] == start[i]:
                    if inner:
                        start_need[p] = min(start_need[p], start_need[i])
                    else:
                        slip = work(w, tasks.calendar[p], start[p], start_need[i])
                        free[p] = min(free[p], slip)
                continue
            need = finish_need[i]
            if kind == LEAF:
                if state == DONE or (state == RUNNING and edges.to_start[e]):
                    continue
                need = start[i] - tasks.delay[i] if edges.to_start[e] else finish[i]
                need = shift(w, edges.calendar[e], need, -edges.lag[e])
            base = finish[p] if edges.from_finish[e] else start[p]
            if tasks.kind[p] == SPREAD:
                finish_need[p] = min(finish_need[p], need)
                continue
            if need == FAR or base == NO_TIME:
                continue
            slip = work(w, tasks.calendar[p], base, need)
            gap[edges.relationship[e]] = slip
            free[p] = min(free[p], slip)
            if tasks.kind[p] == SUMMARY:
                if edges.from_finish[e]:
                    finish_need[p] = min(finish_need[p], need)
                else:
                    start_need[p] = min(start_need[p], need)


@kernel
def _longest_path(
    tasks: Tasks, edges: Edges, order: Rows, edge_start: Rows, start: Minutes, finish: Minutes,
    ends: Minutes, drives: Flags, by_start: Flags, path: Flags,
) -> None:  # fmt: skip
    """Leaves that are not complete from which driving links lead to a project's finish."""
    for k in range(order.size - 1, -1, -1):
        i = order[k]
        kind = tasks.kind[i]
        if kind == LEAF:
            path[i] |= finish[i] == ends[tasks.project[i]]
            path[i] &= tasks.state[i] != DONE
        for e in range(edge_start[k], edge_start[k + 1]):
            p = edges.source[e]
            if edges.role[e] == CHILD:
                if path[i] and finish[p] == finish[i]:
                    path[p] = True
                if by_start[i] and start[p] == start[i]:
                    if tasks.kind[p] == SUMMARY:
                        by_start[p] = True
                    else:
                        path[p] = True
            elif path[i] and drives[e]:
                if tasks.kind[p] == SUMMARY and not edges.from_finish[e]:
                    by_start[p] = True
                else:
                    path[p] = True
        if kind == SUMMARY:
            path[i] = False
