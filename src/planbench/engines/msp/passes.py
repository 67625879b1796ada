"""The compiled passes over the network of a Microsoft Project schedule.

Starts of work are in start form and finishes in finish form on the calendar of whoever works; a
milestone keeps the reading of the clock that reached it.
"""

from __future__ import annotations

from planbench.domain.schedule import Flags, Rows
from planbench.domain.times import NO_TIME, Minutes
from planbench.engines.kernel import kernel
from planbench.engines.msp.columns import (
    CHILD,
    DONE,
    FAR,
    LEAF,
    PINNED,
    RUNNING,
    SPREAD,
    SUMMARY,
    WAITING,
    Edges,
    Shares,
    Tasks,
)
from planbench.engines.worktime import Work, finish_form, minus, plus, shift, start_form, work


@kernel
def begin(w: Work, tasks: Tasks, shares: Shares, i: int, t: int) -> int:
    """The first moment at or after t at which task i can be worked on."""
    if tasks.milestone[i]:
        return t
    row = tasks.shares[i]
    if row < 0:
        return start_form(w, tasks.calendar[i], t)
    found = FAR
    for r in range(row, row + shares[row, 4] + 1):
        found = min(found, start_form(w, shares[r, 0], t))
    return found


@kernel
def end(w: Work, tasks: Tasks, shares: Shares, i: int, t: int) -> int:
    """The last moment at or before t up to which task i can have been worked on.

    Tasks entered by hand keep the reading that reached them, like milestones.
    """
    if tasks.milestone[i] or tasks.state[i] == PINNED:
        return t
    row = tasks.shares[i]
    if row < 0:
        return finish_form(w, tasks.calendar[i], t)
    found = -FAR
    for r in range(row, row + shares[row, 4] + 1):
        found = max(found, finish_form(w, shares[r, 0], t))
    return found


@kernel
def ahead(w: Work, tasks: Tasks, shares: Shares, i: int, start: int) -> int:
    """The finish of task i when it starts at `start`: that of the last of its resources."""
    row = tasks.shares[i]
    if row < 0:
        return plus(w, tasks.calendar[i], start, tasks.span[i])
    found = -FAR
    for r in range(row, row + shares[row, 4] + 1):
        c = shares[r, 0]
        own = start_form(w, c, plus(w, c, start, shares[r, 1]))
        found = max(found, plus(w, c, own, shares[r, 2]))
    return found


@kernel
def back(w: Work, tasks: Tasks, shares: Shares, i: int, finish: int) -> int:
    """The start of task i when it ends at `finish`: that of the first of its resources."""
    row = tasks.shares[i]
    if row < 0:
        if tasks.milestone[i]:
            return finish
        c = tasks.calendar[i]
        return minus(w, c, finish_form(w, c, finish), tasks.span[i])
    found = FAR
    for r in range(row, row + shares[row, 4] + 1):
        c = shares[r, 0]
        own = minus(w, c, finish_form(w, c, finish), shares[r, 2])
        found = min(found, minus(w, c, own, shares[r, 1]))
    return found


@kernel
def _resumed(w: Work, tasks: Tasks, shares: Shares, i: int) -> int:
    """The finish of interrupted work: what remains of it from the moment it went on."""
    row = tasks.shares[i]
    if row < 0:
        c = tasks.calendar[i]
        return plus(w, c, start_form(w, c, tasks.resume[i]), tasks.remaining[i])
    found = -FAR
    for r in range(row, row + shares[row, 4] + 1):
        c = shares[r, 0]
        found = max(found, plus(w, c, start_form(w, c, tasks.resume[i]), shares[r, 3]))
    return found


@kernel
def _early_start(
    w: Work, tasks: Tasks, shares: Shares, i: int, asked: int, begins: int
) -> tuple[int, int]:
    """(early start, start that links and floors alone would give); `asked` by links."""
    floor = tasks.start_low[i]
    if tasks.finish_low[i] != NO_TIME:
        floor = max(floor, back(w, tasks, shares, i, tasks.finish_low[i]))
    # a date takes the place of the project's start, even where it is earlier
    start = max(asked, begins if floor == NO_TIME else floor)
    logic = start
    alone = asked == NO_TIME or tasks.honor[i]
    if tasks.start_high[i] != FAR and alone:
        start = min(start, tasks.start_high[i])
    if tasks.own_finish_high[i] != FAR and alone:
        start = min(start, back(w, tasks, shares, i, tasks.own_finish_high[i]))
    if tasks.must_start[i] != NO_TIME:
        start = tasks.must_start[i] if alone else max(start, tasks.must_start[i])
    if tasks.must_finish[i] != NO_TIME:
        held = back(w, tasks, shares, i, tasks.must_finish[i])
        start = held if alone else max(start, held)
    start = begin(w, tasks, shares, i, start)
    if tasks.delay[i]:
        start = begin(w, tasks, shares, i, start + tasks.delay[i])
    return start, logic


@kernel
def forward(
    w: Work,
    tasks: Tasks,
    edges: Edges,
    shares: Shares,
    order: Rows,
    edge_start: Rows,
    begins: Minutes,
    held: Flags,
    ls: Minutes,
    lf: Minutes,
    es: Minutes,
    ef: Minutes,
    logic: Minutes,
) -> None:
    """Early dates into es and ef; `logic` gets the start before constraints overruled it.

    `begins` is the start per project. Successors of what is `held` count from its late dates, as
    that is when it will be done.
    """
    for k in range(order.size):
        i = order[k]
        kind = tasks.kind[i]
        if kind == SUMMARY:
            es[i], ef[i] = NO_TIME, NO_TIME
            for e in range(edge_start[k], edge_start[k + 1]):
                p = edges.source[e]
                one, two = (ls[p], lf[p]) if held[p] else (es[p], ef[p])
                if one != NO_TIME:
                    es[i] = one if es[i] == NO_TIME else min(es[i], one)
                    ef[i] = max(ef[i], two)
            continue
        if kind == LEAF and tasks.state[i] == DONE:
            es[i], ef[i] = tasks.start[i], tasks.finish[i]
            continue
        if kind == LEAF and tasks.state[i] == PINNED:
            es[i] = tasks.start[i]
            fixed = tasks.finish[i]
            ef[i] = ahead(w, tasks, shares, i, es[i]) if fixed == NO_TIME else fixed
            continue
        if kind == LEAF and tasks.state[i] == RUNNING:
            es[i] = tasks.start[i]
            if tasks.resume[i] != NO_TIME:
                ef[i] = _resumed(w, tasks, shares, i)
            else:
                ef[i] = ahead(w, tasks, shares, i, es[i])
            continue
        asked = NO_TIME
        for e in range(edge_start[k], edge_start[k + 1]):
            p = edges.source[e]
            t = _left(edges, e, held[p], es[p], ef[p], ls[p], lf[p])
            if t != NO_TIME and kind == LEAF:
                t = shift(w, edges.calendar[e], t, edges.lag[e])
                if not edges.to_start[e]:
                    t = back(w, tasks, shares, i, t)
            asked = max(asked, t)
        if kind == SPREAD:
            es[i] = ef[i] = asked
            continue
        begins_at = begins[tasks.project[i]]
        es[i], logic[i] = _early_start(w, tasks, shares, i, asked, begins_at)
        ef[i] = ahead(w, tasks, shares, i, es[i])
        if tasks.milestone[i]:
            continue
        reached = ef[i]
        for e in range(edge_start[k], edge_start[k + 1]):
            if edges.from_finish[e] or edges.to_start[e]:
                continue
            # a finish that a start asks for is read as that start: Monday 08:00, not Friday 17:00
            p = edges.source[e]
            t = _left(edges, e, held[p], es[p], ef[p], ls[p], lf[p])
            if t != NO_TIME:
                t = shift(w, edges.calendar[e], t, edges.lag[e])
                if reached == end(w, tasks, shares, i, t):
                    ef[i] = max(ef[i], t)


@kernel
def _left(edges: Edges, e: int, held: bool, es: int, ef: int, ls: int, lf: int) -> int:
    """The date of the predecessor from which edge e counts."""
    if edges.from_finish[e]:
        return lf if held else ef
    return ls if held else es


@kernel
def project_ends(tasks: Tasks, n: int, es: Minutes, ef: Minutes, out: Minutes) -> None:
    """Latest early finish of the leaves among the first n nodes, into `out` per project."""
    for i in range(n):
        if tasks.kind[i] == LEAF:
            out[tasks.project[i]] = max(out[tasks.project[i]], ef[i])


@kernel
def _late_finish(
    w: Work, tasks: Tasks, shares: Shares, i: int, limit: int, ends: int, pull: bool
) -> int:
    """The late finish of leaf i, in finish form of whoever works; `limit` is the links'."""
    finish = min(limit, ends, tasks.finish_high[i])
    if tasks.start_high[i] != FAR and tasks.state[i] != RUNNING:
        finish = min(finish, ahead(w, tasks, shares, i, tasks.start_high[i]))
    alone = tasks.honor[i] or limit == FAR
    if pull and alone:  # from the finish, the mirror of dates that pull the early start back
        if tasks.finish_low[i] != NO_TIME:
            finish = max(finish, tasks.finish_low[i])
        if tasks.start_low[i] != NO_TIME:
            finish = max(finish, ahead(w, tasks, shares, i, tasks.start_low[i]))
    if tasks.must_finish[i] != NO_TIME:
        finish = tasks.must_finish[i] if tasks.honor[i] else min(finish, tasks.must_finish[i])
    if tasks.must_start[i] != NO_TIME:
        held = ahead(w, tasks, shares, i, tasks.must_start[i])
        finish = held if tasks.honor[i] else min(finish, held)
    return end(w, tasks, shares, i, finish)


@kernel
def backward(
    w: Work,
    tasks: Tasks,
    edges: Edges,
    shares: Shares,
    order: Rows,
    edge_start: Rows,
    ends: Minutes,
    pull: bool,
    held: Flags,
    es: Minutes,
    ef: Minutes,
    finish_limit: Minutes,
    start_limit: Minutes,
    ls: Minutes,
    lf: Minutes,
) -> None:
    """Late dates into ls and lf, before the late finish of running work meets its early one.

    `ends` is the finish per project; `finish_limit` and `start_limit` are room for what links ask
    of finishes and starts, FAR throughout. Predecessors of what is `held` end by its early dates.
    `pull` where the schedule runs from its finish and early dates do not exist yet.
    """
    for k in range(order.size - 1, -1, -1):
        i = order[k]
        kind = tasks.kind[i]
        if kind == LEAF:
            if tasks.state[i] == DONE:
                ls[i], lf[i] = tasks.start[i], tasks.finish[i]
            else:
                ending = ends[tasks.project[i]]
                lf[i] = _late_finish(w, tasks, shares, i, finish_limit[i], ending, pull)
                running = tasks.state[i] == RUNNING
                ls[i] = tasks.start[i] if running else back(w, tasks, shares, i, lf[i])
        for e in range(edge_start[k], edge_start[k + 1]):
            p = edges.source[e]
            if edges.role[e] == CHILD:
                _limit(w, tasks, shares, p, True, finish_limit[i], finish_limit, start_limit)
                if start_limit[i] != FAR and (pull or es[p] == es[i]):
                    _limit(w, tasks, shares, p, False, start_limit[i], finish_limit, start_limit)
                continue
            t = finish_limit[i]
            if kind == LEAF:
                spread = tasks.kind[p] == SPREAD
                if tasks.state[i] == DONE and not spread:
                    continue
                one, two = (es[i], ef[i]) if held[i] else (ls[i], lf[i])
                if not edges.to_start[e]:
                    t = two
                elif spread and tasks.state[i] == PINNED:
                    t = tasks.start[i] - tasks.delay[i]
                else:
                    t = one - tasks.delay[i]
                t = shift(w, edges.calendar[e], t, -edges.lag[e])
                if spread:
                    finish_limit[p] = min(finish_limit[p], t)
                    continue
            elif tasks.state[i] == DONE:  # a summary of nothing but complete work asks for nothing
                continue
            if t != FAR:
                _limit(w, tasks, shares, p, edges.from_finish[e], t, finish_limit, start_limit)


@kernel
def _limit(
    w: Work,
    tasks: Tasks,
    shares: Shares,
    p: int,
    of_finish: bool,
    t: int,
    finish_limit: Minutes,
    start_limit: Minutes,
) -> None:
    """Hand a limit t of its finish or start on to node p.

    Limits of starts hold neither what has started, nor what was entered by hand, nor milestones.
    """
    if of_finish:
        finish_limit[p] = min(finish_limit[p], t)
    elif tasks.kind[p] == SUMMARY:
        start_limit[p] = min(start_limit[p], t)
    elif tasks.state[p] != RUNNING and tasks.state[p] != PINNED and not tasks.milestone[p]:
        finish_limit[p] = min(finish_limit[p], ahead(w, tasks, shares, p, t))


@kernel
def floats(
    w: Work, tasks: Tasks, n: int, es: Minutes, ef: Minutes, ls: Minutes, lf: Minutes,
    logic: Minutes, has_in: Flags, total: Minutes,
) -> None:  # fmt: skip
    """Total slack of leaves that are not complete: the smaller of start and finish slack.

    Where a constraint date pulled the start before what links ask for, the slack is negative by
    that much. Work in progress has its finish slack alone, and so has what was entered by hand,
    whose start need not be in working time.
    """
    for i in range(n):
        state = tasks.state[i]
        if tasks.kind[i] != LEAF or state == DONE:
            continue
        c = tasks.calendar[i]
        total[i] = work(w, c, ef[i], lf[i])
        if state in (RUNNING, PINNED):
            continue
        total[i] = min(total[i], work(w, c, es[i], ls[i]))
        if state == WAITING and has_in[i] and es[i] < logic[i]:
            total[i] = min(total[i], work(w, c, logic[i], es[i]))
