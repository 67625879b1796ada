"""What set the dates of a schedule that follows Microsoft Project's rules.

Every cause is found by giving its demand to the functions of the passes themselves, so a cause
that is named leads to exactly the date that was calculated.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np

from planbench.domain.schedule import NO_ROW, Constraint, Rows
from planbench.domain.times import NO_TIME, known
from planbench.engines.msp import passes
from planbench.engines.msp.calculate import Calculation
from planbench.engines.msp.columns import (
    CHILD,
    COLLECT,
    DONE,
    FAR,
    NOTHING,
    PINNED,
    RUNNING,
    SPREAD,
    SUMMARY,
)
from planbench.engines.msp.edges import summary_above
from planbench.engines.trace.causes import Cause
from planbench.engines.worktime import shift, work

Causes = tuple[Cause, ...]
Limit = tuple[bool, int, Cause]
"""(whether it is on the finish, the date, what asks for it)"""


class MspLogic:
    """A calculated Microsoft Project network with the edges of each node at hand."""

    def __init__(self, calculation: Calculation) -> None:
        network = calculation.network
        self.calculation, self.network, self.dates = calculation, network, calculation.dates
        self.above: Rows = summary_above(network.schedule)
        self._position = np.full(network.tasks.kind.size, NO_ROW, dtype=np.int64)
        self._position[network.order] = np.arange(network.order.size)
        self._target = np.repeat(network.order, np.diff(network.edge_start))
        self._by_source = np.argsort(network.edges.source, kind="stable")
        nodes = np.arange(network.tasks.kind.size + 1)
        self._out = np.searchsorted(network.edges.source[self._by_source], nodes)

    def edges_into(self, node: int) -> list[int]:
        """Edges that lead into a node."""
        at, start = self.position(node), self.network.edge_start
        return list(range(int(start[at]), int(start[at + 1]))) if at >= 0 else []

    def edges_from(self, node: int) -> list[int]:
        """Edges that leave a node."""
        found: list[int] = self._by_source[self._out[node] : self._out[node + 1]].tolist()
        return found

    def position(self, node: int) -> int:
        """The place of a node in the order of the calculation, -1 for what is in no pass."""
        return int(self._position[node])

    def target(self, edge: int) -> int:
        """The node that an edge leads into."""
        return int(self._target[edge])

    def work(self, node: int, a: int, b: int) -> int:
        """Working minutes between two moments on the calendar of a node."""
        return int(work(self.network.work, int(self.network.tasks.calendar[node]), a, b))

    def before_lag(self, edge: int, instant: int) -> int:
        """The moment from which the lag of an edge leads to an instant."""
        edges = self.network.edges
        calendar, lag = int(edges.calendar[edge]), int(edges.lag[edge])
        return int(shift(self.network.work, calendar, instant, -lag))

    def reasons(self, row: int) -> tuple[Causes, Causes, Causes]:
        """Causes of the early start, the early finish and the late finish of an activity."""
        tasks = self.network.tasks
        if tasks.kind[row] == NOTHING:
            return (), (), ()
        if tasks.kind[row] == SUMMARY:
            span = (Cause("span", NO_TIME),)
            return span, span, span
        if tasks.state[row] == DONE:
            start, finish = int(tasks.start[row]), int(tasks.finish[row])
            return (
                (Cause("actual", start),),
                (Cause("actual", finish),),
                (Cause("actual", finish),),
            )
        starts = self._early_starts(row)
        return starts, self._early_finishes(row, starts), self._late_finishes(row)

    # ------------------------------------------------------------ early dates

    def _early_starts(self, row: int) -> Causes:
        tasks, d = self.network.tasks, self.dates
        if tasks.state[row] == PINNED:
            return (Cause("entered", int(tasks.start[row])),)
        if tasks.state[row] == RUNNING:
            return (Cause("actual", int(tasks.start[row])),)
        at_least = [(self._as_start(row, f, t), cause) for f, t, cause in self._demands(row)]
        linked = bool(at_least)
        floors = self._floors(row)
        at_least += [(self._as_start(row, f, t), cause) for f, t, cause in floors]
        if not floors:
            begins = int(d.begins[tasks.project[row]])
            at_least.append((begins, Cause("planned-start", begins)))
        wanted = max(start for start, _ in at_least)
        held = self._overruling(row, wanted, linked)
        chosen = [(self._as_start(row, f, t), cause) for f, t, cause in held] or at_least
        return tuple(self._reaching(row, chosen))

    def _as_start(self, row: int, on_finish: bool, t: int) -> int:
        w, tasks, shares = self.network.work, self.network.tasks, self.network.shares
        return int(passes.back(w, tasks, shares, row, t)) if on_finish else t

    def _reaching(self, row: int, chosen: list[tuple[int, Cause]]) -> Iterator[Cause]:
        """Those whose start, on the calendar and after levelling, is the early start."""
        w, tasks, shares = self.network.work, self.network.tasks, self.network.shares
        for start, cause in chosen:
            found = int(passes.begin(w, tasks, shares, row, start))
            waits = found > start and start == cause.instant
            if tasks.delay[row]:
                later = found + int(tasks.delay[row])
                found = int(passes.begin(w, tasks, shares, row, later))
            if found == self.dates.es[row]:
                yield replace(cause, waits=waits)

    def _demands(self, row: int) -> Iterator[Limit]:
        """What each link asks of the start or finish of a leaf, those of its summaries as well."""
        edges, tasks, d = self.network.edges, self.network.tasks, self.dates
        for e in self.edges_into(row):
            p = int(edges.source[e])
            t = self._left(e)
            if t == NO_TIME:
                continue
            lag, calendar = int(edges.lag[e]), int(edges.calendar[e])
            asked = int(shift(self.network.work, calendar, t, lag))
            on_finish = not edges.to_start[e]
            if tasks.kind[p] != SPREAD:
                yield on_finish, asked, self._link(e, asked, p)
                continue
            for inner in self.edges_into(p):
                if self._left(inner) == d.es[p]:
                    cause = self._link(inner, asked, int(edges.source[inner]))
                    links = self.network.schedule.relationships
                    via = int(links.successor[cause.relationship])
                    yield on_finish, asked, replace(cause, via=via)

    def _left(self, edge: int) -> int:
        """The date of the source from which an edge counts."""
        edges, d = self.network.edges, self.dates
        p = int(edges.source[edge])
        held = bool(d.forward_held[p])
        if edges.from_finish[edge]:
            return int(d.lf[p] if held else d.ef[p])
        return int(d.ls[p] if held else d.es[p])

    def _link(self, edge: int, instant: int, activity: int) -> Cause:
        return Cause("link", instant, int(self.network.edges.relationship[edge]), activity)

    def _floors(self, row: int) -> list[Limit]:
        """Dates that take the place of the project's start."""
        tasks, found = self.network.tasks, list[Limit]()
        low = int(tasks.start_low[row])
        if low != NO_TIME:
            found.append((False, low, self._dated(row, low, Constraint.START_ON_OR_AFTER)))
        low = int(tasks.finish_low[row])
        if low != NO_TIME:
            found.append((True, low, self._dated(row, low, Constraint.FINISH_ON_OR_AFTER)))
        return found

    def _dated(self, row: int, date: int, kind: Constraint) -> Cause:
        """A constraint of this kind and date, of the activity or of a summary above it."""
        acts = self.network.schedule.activities
        at = row
        while at >= 0:
            for which, when in (("constraint", "constraint_date"), ("constraint2",) * 2):
                when = when if when != "constraint2" else "constraint2_date"
                if getattr(acts, which)[at] == kind and getattr(acts, when)[at] == date:
                    return Cause("constraint", date, constraint=kind, via=at if at != row else -1)
            if kind == Constraint.FINISH_ON_OR_BEFORE and acts.deadline[at] == date:
                return Cause("deadline", date, via=at if at != row else -1)
            at = int(self.above[at])
        return Cause("constraint", date, constraint=kind)

    def _overruling(self, row: int, wanted: int, linked: bool) -> list[Limit]:
        """Constraints that put the start elsewhere than links and floors do, the last word last."""
        tasks, acts = self.network.tasks, self.network.schedule.activities
        alone = bool(tasks.honor[row]) or not linked
        kind = Constraint(int(acts.constraint[row]))
        found: list[Limit] = []
        if alone and tasks.start_high[row] != FAR and tasks.start_high[row] < wanted:
            found.append(self._own(False, int(tasks.start_high[row]), kind))
        if alone and tasks.own_finish_high[row] != FAR:
            t = int(tasks.own_finish_high[row])
            if self._as_start(row, True, t) < wanted:
                found.append(self._own(True, t, kind))
        for on_finish, column in ((False, tasks.must_start), (True, tasks.must_finish)):
            t = int(column[row])
            if t == NO_TIME:
                continue
            if alone or self._as_start(row, on_finish, t) >= wanted:
                found.append(self._own(on_finish, t, kind))
        return found

    def _own(self, on_finish: bool, date: int, kind: Constraint) -> Limit:
        return on_finish, date, Cause("constraint", date, constraint=kind)

    def _early_finishes(self, row: int, starts: Causes) -> Causes:
        w, tasks, shares = self.network.work, self.network.tasks, self.network.shares
        state, found = tasks.state[row], int(self.dates.ef[row])
        if state == PINNED and tasks.finish[row] != NO_TIME:
            return (Cause("entered", found),)
        if state == RUNNING and tasks.resume[row] != NO_TIME:
            return (Cause("resume", int(tasks.resume[row])),)
        if tasks.milestone[row]:
            return starts
        if found != passes.ahead(w, tasks, shares, row, self.dates.es[row]):
            # the finish is read as the start that a start-to-finish link asks from
            return tuple(cause for f, t, cause in self._demands(row) if f and t == found)
        kind: Any = "resources" if tasks.shares[row] >= 0 else "duration"
        return (Cause(kind, int(tasks.span[row])),)

    # ------------------------------------------------------------ late dates

    def _late_finishes(self, row: int) -> Causes:
        """All that allows exactly the late finish and nothing later.

        Work in progress is told its early finish where that is later, and then what asks for less.
        """
        tasks, d = self.network.tasks, self.dates
        causes = self._allowing(row)
        if tasks.state[row] == RUNNING and d.lf[row] < d.ef[row]:
            return (Cause("in-progress", int(d.lf[row])), *causes)
        return causes

    def _allowing(self, row: int) -> Causes:
        tasks, d = self.network.tasks, self.dates
        links = [(self._as_finish(row, f, t), cause) for f, t, cause in self._limits(row)]
        limits = [(t, cause) for t, cause in links if t != FAR]
        linked = bool(limits)
        own = self._ceilings(row)
        ends = int(d.ends[tasks.project[row]])
        lowest = min([ends, *(t for t, _ in (*limits, *own))])
        raised = self._raising(row, lowest, linked)
        chosen = raised or [*limits, *own]
        must = self._musts(row, lowest)
        found = list(self._reached(row, must or chosen))
        if found or must or raised:
            return tuple(found)
        kind: Any = "project-finish"
        if known(self.network.finish)[tasks.project[row]]:
            kind = "must-finish"
        return tuple(self._reached(row, [(ends, Cause(kind, ends))]))

    def _reached(self, row: int, chosen: list[tuple[int, Cause]]) -> Iterator[Cause]:
        w, tasks, shares = self.network.work, self.network.tasks, self.network.shares
        for t, cause in chosen:
            found = int(passes.end(w, tasks, shares, row, t))
            if found == self.dates.lf[row]:
                yield replace(cause, waits=found < t and t == cause.instant)

    def _as_finish(self, row: int, on_finish: bool, t: int) -> int:
        """A limit as one of the finish; none for starts that links do not hold, as in `_limit`."""
        w, tasks, shares = self.network.work, self.network.tasks, self.network.shares
        if on_finish:
            return t
        if tasks.state[row] in (RUNNING, PINNED) or tasks.milestone[row]:
            return FAR
        return int(passes.ahead(w, tasks, shares, row, t))

    def _ceilings(self, row: int) -> list[tuple[int, Cause]]:
        tasks, found = self.network.tasks, list[tuple[int, Cause]]()
        high = int(tasks.finish_high[row])
        if high != FAR:
            found.append((high, self._dated(row, high, Constraint.FINISH_ON_OR_BEFORE)))
        high = int(tasks.start_high[row])
        if high != FAR and tasks.state[row] != RUNNING:
            w, shares = self.network.work, self.network.shares
            cause = self._dated(row, high, Constraint.START_ON_OR_BEFORE)
            found.append((int(passes.ahead(w, tasks, shares, row, high)), cause))
        return found

    def _raising(self, row: int, lowest: int, linked: bool) -> list[tuple[int, Cause]]:
        """Scheduled from the finish: dates that let the finish be later than all else does."""
        tasks = self.network.tasks
        if not self.dates.pull or (linked and not tasks.honor[row]):
            return []
        w, shares = self.network.work, self.network.shares
        found = []
        for on_finish, t, cause in self._floors(row):
            finish = t if on_finish else int(passes.ahead(w, tasks, shares, row, t))
            if finish > lowest:
                found.append((finish, cause))
        return found

    def _musts(self, row: int, lowest: int) -> list[tuple[int, Cause]]:
        """Must start and must finish: the date itself, whatever else is asked, when honoured."""
        w, tasks, shares = self.network.work, self.network.tasks, self.network.shares
        kind = Constraint(int(self.network.schedule.activities.constraint[row]))
        found = []
        for on_finish, column in ((True, tasks.must_finish), (False, tasks.must_start)):
            t = int(column[row])
            if t == NO_TIME:
                continue
            finish = t if on_finish else int(passes.ahead(w, tasks, shares, row, t))
            if tasks.honor[row] or finish <= lowest:
                found.append((finish, Cause("constraint", t, constraint=kind)))
        return found

    def _limits(self, node: int) -> Iterator[Limit]:
        """What links ask of a node's late dates, those of the summaries above it as well."""
        edges, tasks, d = self.network.edges, self.network.tasks, self.dates
        for e in self.edges_from(node):
            i = self.target(e)
            if edges.role[e] == CHILD:
                begins = d.pull or d.forward_held.any() or d.es[node] == d.es[i]
                for on_finish, t, cause in self._limits(i):
                    if on_finish or begins:
                        yield on_finish, t, replace(cause, via=i if cause.via < 0 else cause.via)
            elif edges.role[e] == COLLECT:
                if tasks.state[i] != DONE and d.finish_limit[i] != FAR:
                    yield self._of_all_beneath(e, i)
            elif tasks.state[i] != DONE:
                t = self._asked_back(e, i)
                yield bool(edges.from_finish[e]), t, self._link(e, t, i)

    def _of_all_beneath(self, edge: int, spread: int) -> Limit:
        """The limit of a link into a summary: that of the leaf which allows least."""
        edges, d = self.network.edges, self.dates
        t = int(d.finish_limit[spread])
        leaves = [(self._asked_back(e, self.target(e)), e) for e in self.edges_from(spread)]
        leaf = next(self.target(e) for asked, e in leaves if asked == t)
        cause = self._link(edge, t, leaf)
        links = self.network.schedule.relationships
        via = int(links.successor[cause.relationship])
        return bool(edges.from_finish[edge]), t, replace(cause, via=via)

    def _asked_back(self, edge: int, leaf: int) -> int:
        """The date that an edge leaves to its source, from the late dates of a leaf."""
        edges, tasks, d = self.network.edges, self.network.tasks, self.dates
        held = bool(d.backward_held[leaf])
        spread = tasks.kind[edges.source[edge]] == SPREAD
        if not edges.to_start[edge]:
            t = d.ef[leaf] if held else d.lf[leaf]
        elif spread and tasks.state[leaf] == PINNED:
            t = tasks.start[leaf] - tasks.delay[leaf]
        else:
            t = (d.es[leaf] if held else d.ls[leaf]) - tasks.delay[leaf]
        return self.before_lag(edge, int(t))
