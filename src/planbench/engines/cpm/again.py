"""Calculating again after some durations changed: only what they reach is dated anew.

Forward, an activity is dated again when its duration changed or a predecessor's dates moved;
backward, when its duration changed or a successor's late dates moved. The dates themselves come
from the passes of `engines.cpm.passes`, given one activity at a time, so nothing can differ from a
whole run. Floats, driving flags and the longest path follow from what moved.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from planbench.domain.schedule import Flags, Rows, Schedule
from planbench.domain.times import NO_TIME, Minutes, known
from planbench.engines.cpm import calculate, floats, passes
from planbench.engines.cpm.columns import FAR, Links, Network, Nodes, Shares
from planbench.engines.cpm.network import prepare, with_durations
from planbench.engines.cpm.result import CpmResult
from planbench.engines.kernel import kernel
from planbench.engines.worktime import Work, shift

_COMPLETE = 2


@dataclass(frozen=True)
class Dated:
    """A calculated network, from which a schedule with other durations is quickly calculated."""

    network: Network
    result: CpmResult


def schedule_again(schedule: Schedule, before: Dated | None) -> Dated:
    """Calculate a schedule by P6's rules, from `before` where only durations differ.

    Raises LoopError and ScheduleError as scheduling does.
    """
    network = None if before is None else with_durations(before.network, schedule)
    if network is None or before is None:
        network = prepare(schedule)
        return Dated(network, calculate.run(network))
    return Dated(network, run_again(network, before.result, network.remaining))


def run_again(network: Network, before: CpmResult, remaining: Minutes) -> CpmResult:
    """`calculate.run(network, remaining)`, from the result of the same network before.

    What is as late as possible and expected finish dates make a whole run of it, as dates there
    depend on more than predecessors. Raises ScheduleError as `run` does.
    """
    nodes = network.nodes
    if nodes.alap.any() or known(nodes.expected_finish).any():
        return calculate.run(network, remaining)
    durations = calculate.usable(network, remaining)
    dates, same_ends = _dates(network, before, durations)
    if any(calculate.beyond(network, dates)):
        return calculate.run(network, remaining)
    driving, link_float = before.driving.copy(), before.relationship_float.copy()
    moved = (dates.es != before.early_start) | (dates.ef != before.early_finish)
    links = network.links
    touched = np.flatnonzero(moved[links.predecessor] | moved[links.successor])
    some = Links._make(column[touched] for column in links)
    stale = moved | (dates.ls != before.late_start) | (dates.lf != before.late_finish)
    stale[some.predecessor] = True
    rows = np.flatnonzero(stale if same_ends else np.ones_like(stale)).astype(np.int32)
    until = floats.worked_until(network.work, nodes, rows, dates.ef)
    driving[some.row] = False  # links with room to spare are passed over below
    floats.link_results(
        network.work, nodes, some, network.shares, dates.es, dates.ef, until, driving, link_float,
        np.full(stale.size, FAR),
    )  # fmt: skip
    total, free = before.total_float.copy(), before.free_float.copy()
    free[rows] = FAR
    _least_gaps(links, link_float, rows, free)
    return calculate.assembled(network, dates, rows, until, driving, link_float, total, free)


def _dates(network: Network, before: CpmResult, durations: Minutes) -> tuple[calculate.Dates, bool]:
    """The new dates, and whether floats run to the same ends as before."""
    w, nodes, links, shares = network.work, network.nodes, network.links, network.shares
    order, link_start = network.order, network.link_start
    touched = durations != before.remaining_duration
    es, ef = before.early_start.copy(), before.early_finish.copy()
    moved = np.zeros(es.size, dtype=bool)
    forward_again(w, nodes, links, shares, order, link_start, durations, touched, es, ef, moved)
    finishes, ends, late_end = calculate.ends_of(network, ef)
    _, ends_before, late_before = calculate.ends_of(network, before.early_finish)
    if (late_end != late_before).any():
        ls, lf = np.full(es.size, FAR), np.full(es.size, FAR)
        passes.backward(w, nodes, links, shares, order, link_start, durations, late_end, ef, ls, lf)
    else:
        ls, lf = before.late_start.copy(), before.late_finish.copy()
        touched |= moved & nodes.open_critical
        out, out_start = network.out_links()
        backward_again(
            w, nodes, links, shares, order, link_start, out, out_start, durations, late_end, ef,
            touched, ls, lf,
        )  # fmt: skip
    calculate.follow(network, finishes, es, ef, ls, lf)
    dates = calculate.Dates(es, ef, ls, lf, durations, finishes, ends)
    return dates, bool((ends == ends_before).all())


@kernel
def forward_again(
    w: Work, nodes: Nodes, links: Links, shares: Shares, order: Rows, link_start: Rows,
    remaining: Minutes, touched: Flags, es: Minutes, ef: Minutes, moved: Flags,
) -> None:  # fmt: skip
    """Early dates of what is touched and of all that this moves, in place; `moved` tells which."""
    for k in range(order.size):
        i = order[k]
        again = touched[i]
        for e in range(link_start[k], link_start[k + 1]):
            again |= moved[links.predecessor[e]]
        if again:
            start, finish = es[i], ef[i]
            passes.forward(
                w, nodes, links, shares, order[k : k + 1], link_start[k : k + 2], remaining, es, ef
            )
            moved[i] = es[i] != start or ef[i] != finish


@kernel
def backward_again(
    w: Work, nodes: Nodes, links: Links, shares: Shares, order: Rows, link_start: Rows, out: Rows,
    out_start: Rows, remaining: Minutes, late_end: Minutes, ef: Minutes, touched: Flags,
    ls: Minutes, lf: Minutes,
) -> None:  # fmt: skip
    """Late dates of what is touched and of all that this moves, in place.

    `out` are the links by predecessor, those of row i from `out_start[i]` on. `touched` comes to
    mark all that was dated again.
    """
    nothing = np.zeros(2, link_start.dtype)  # the pass is to hand nothing on to predecessors
    for k in range(order.size - 1, -1, -1):
        i = order[k]
        if not touched[i]:
            continue
        start, finish = ls[i], lf[i]
        ls[i] = lf[i] = FAR
        for j in range(out_start[i], out_start[i + 1]):
            e = out[j]
            s, kind = links.successor[e], links.type[e]
            t = ls[s] if kind < 2 else lf[s]
            if links.lag[e] != 0 and nodes.status[s] != _COMPLETE:
                t = shift(w, links.calendar[e], t, -links.lag[e])
            t -= links.minute[e]
            if kind & 1:
                ls[i] = min(ls[i], t)
            else:
                lf[i] = min(lf[i], t)
        passes.backward(
            w, nodes, links, shares, order[k : k + 1], nothing, remaining, late_end, ef, ls, lf
        )
        if ls[i] != start or lf[i] != finish:
            for e in range(link_start[k], link_start[k + 1]):
                touched[links.predecessor[e]] = True


@kernel
def _least_gaps(links: Links, link_float: Minutes, rows: Rows, free: Minutes) -> None:
    """The least float of the links that leave each activity of `rows`, where `free` is FAR."""
    wanted = np.zeros(free.size, np.bool_)
    for i in rows:
        wanted[i] = True
    for e in range(links.row.size):
        p, gap = links.predecessor[e], link_float[links.row[e]]
        if wanted[p] and gap != NO_TIME:
            free[p] = min(free[p], gap)
