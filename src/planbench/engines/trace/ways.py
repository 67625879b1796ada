"""How one gets from an activity to what it follows, under the rules of either program.

A *place* is an activity's row or, in Microsoft Project's network, a helper between activities: a
summary through whose start or finish a link leaves, or what a link asks of all beneath a summary.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple, Protocol

import numpy as np

from planbench.domain.schedule import Schedule, Status
from planbench.domain.times import NO_TIME
from planbench.engines.msp.columns import CHILD, DONE, LEAF, RUNNING, SPREAD, SUMMARY

if TYPE_CHECKING:
    from planbench.engines.cpm.result import CpmResult
    from planbench.engines.trace.msp import MspLogic


class Way(NamedTuple):
    """One step back: its relationship (-1 inside a summary), the place it comes from, its float."""

    relationship: int
    place: int
    slack: int  # working minutes on the calendar of what it comes from; NO_TIME where it asks none
    drives: bool


class Ways(Protocol):
    """The steps back from each place of a network."""

    def place(self, row: int) -> int:
        """The place of an activity."""

    def row(self, place: int) -> int:
        """The activity of a place, -1 for helpers."""

    def into(self, place: int) -> Iterator[Way]:
        """All steps back from a place, in file order of their links."""

    def is_open(self, place: int) -> bool:
        """Whether something of it is left to do."""

    def rank(self, place: int) -> int:
        """A number greater than that of every place from which a way leads here."""


class PlainWays:
    """Every relationship joins two activities."""

    def __init__(self, schedule: Schedule, result: CpmResult) -> None:
        self._schedule, self._result = schedule, result
        self._rank = np.full(len(schedule), -1, dtype=np.int64)
        self._rank[result.order] = np.arange(result.order.size)

    def place(self, row: int) -> int:
        """The row itself."""
        return row

    def row(self, place: int) -> int:
        """The place itself."""
        return place

    def into(self, place: int) -> Iterator[Way]:
        """All relationships into an activity."""
        links, result = self._schedule.relationships, self._result
        for k in self._schedule.incoming.of(place).tolist():
            slack, drives = int(result.relationship_float[k]), bool(result.driving[k])
            yield Way(k, int(links.predecessor[k]), slack, drives)

    def is_open(self, place: int) -> bool:
        """Whether an activity is not complete."""
        return bool(self._schedule.activities.status[place] != Status.COMPLETE)

    def rank(self, place: int) -> int:
        """Its place in the order of the calculation, -1 outside the network."""
        return int(self._rank[place])


class MspWays:
    """Links of summaries lead on into what lies beneath them.

    Places are twice the node of the network; a summary reached by its start is one more.
    """

    def __init__(self, logic: MspLogic) -> None:
        self._logic, self._tasks = logic, logic.network.tasks
        self._start, self._finish = logic.calculation.start, logic.calculation.finish

    def place(self, row: int) -> int:
        """Of an activity's own node."""
        return 2 * row

    def row(self, place: int) -> int:
        """The activity of a place; summaries are helpers."""
        node = place // 2
        return node if self._tasks.kind[node] == LEAF else -1

    def is_open(self, place: int) -> bool:
        """Whether something of a node is left to do."""
        return bool(self._tasks.state[place // 2] != DONE)

    def rank(self, place: int) -> int:
        """Its place in the order of the calculation."""
        return self._logic.position(place // 2)

    def into(self, place: int) -> Iterator[Way]:
        """Edges back from a node; from a summary those to what makes its start or its finish."""
        node, by_start = divmod(place, 2)
        edges = self._logic.network.edges
        for e in self._logic.edges_into(node):
            p = int(edges.source[e])
            if edges.role[e] == CHILD:
                inner = 2 * p + (by_start if self._tasks.kind[p] == SUMMARY else 0)
                yield from self._child(node, p, inner, bool(by_start))
                continue
            from_start = self._tasks.kind[p] == SUMMARY and not edges.from_finish[e]
            slack, drives = self._slack(e, node, p), bool(self._logic.calculation.drives[e])
            yield Way(int(edges.relationship[e]), 2 * p + int(from_start), slack, drives)

    def _child(self, node: int, p: int, inner: int, by_start: bool) -> Iterator[Way]:
        dates = self._start if by_start else self._finish
        if dates[p] == NO_TIME or (by_start and dates[p] != dates[node]):
            return
        slack = 0 if by_start else self._logic.work(p, int(dates[p]), int(dates[node]))
        yield Way(-1, inner, slack, bool(dates[p] == dates[node]))

    def _slack(self, edge: int, node: int, source: int) -> int:
        """Working minutes by which the source may slip before the edge asks for a later date."""
        tasks, edges = self._tasks, self._logic.network.edges
        state = tasks.state[node]
        if state == DONE or (state == RUNNING and edges.to_start[edge]):
            return NO_TIME
        base = int((self._finish if edges.from_finish[edge] else self._start)[source])
        if base == NO_TIME or self._start[node] == NO_TIME:
            return NO_TIME
        need = int(self._start[node] if edges.to_start[edge] else self._finish[node])
        if tasks.kind[node] == LEAF:
            if edges.to_start[edge]:
                need -= int(tasks.delay[node])
            need = self._logic.before_lag(edge, need)
        # what a link asks of a whole summary has no calendar of its own
        on = node if tasks.kind[source] == SPREAD else source
        return self._logic.work(on, base, need)


def ways_of(schedule: Schedule, result: CpmResult, logic: object = None) -> Ways:
    """The ways of a result; `logic` is what `prepared` gives, made anew where it is needed."""
    from planbench.engines.cpm import follows_msp

    if not follows_msp(schedule):
        return PlainWays(schedule, result)
    from planbench.engines.trace.msp import MspLogic
    from planbench.engines.trace.why import prepared

    found = logic if isinstance(logic, MspLogic) else prepared(schedule, result)
    assert isinstance(found, MspLogic)
    return MspWays(found)
