"""Early dates of one activity after another, by the forward pass that scheduled the network."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

import numpy as np

from planbench.domain.errors import ModelError
from planbench.domain.schedule import NO_ROW, Flags, Rows, Schedule
from planbench.domain.times import NO_TIME, Minutes, known
from planbench.engines.cpm import follows_msp, prepare, run
from planbench.engines.worktime import Work, work

if TYPE_CHECKING:
    from planbench.engines.cpm.result import CpmResult


class Dates(Protocol):
    """A network whose activities are given their dates one by one, predecessors first.

    Nodes are the rows of activities and after them whatever else the network needs.
    """

    plain: CpmResult
    order: Rows  # nodes of the network, predecessors first
    before: Rows  # predecessor and successor node of every edge
    after: Rows
    es: Minutes  # by node
    ef: Minutes
    works: Flags  # by activity: it uses resources

    def place(self, node: int) -> None:
        """Give a node its early dates from those of what leads to it."""

    def hold(self, node: int, until: int) -> None:
        """From now on the node starts no earlier than this moment."""

    def release(self, node: int) -> None:
        """Take back what `hold` said."""

    def work(self, row: int, a: int, b: int) -> int:
        """Working minutes between two moments on an activity's calendar."""


def dates_of(schedule: Schedule) -> Dates:
    """The network of a schedule by the rules that its main project follows.

    Raises LoopError and ScheduleError as scheduling does; ModelError for a plan of Microsoft
    Project that is scheduled from its finish, where levelling would have to run backward.
    """
    return MspDates(schedule) if follows_msp(schedule) else P6Dates(schedule)


class _Network:
    """What both kinds have in common: where each node stands in the order, and the work table."""

    def __init__(self, order: Rows, start: Rows, nodes: int, w: Work, calendar: Rows) -> None:
        self.order = order
        self._start, self._work, self._calendar = start, w, calendar
        self._position = np.full(nodes, NO_ROW, dtype=np.int64)
        self._position[order] = np.arange(order.size)

    def _one(self, node: int) -> tuple[Rows, Rows]:
        """The order and the first links of a network of one node."""
        k = int(self._position[node])
        return self.order[k : k + 1], self._start[k : k + 2]

    def work(self, row: int, a: int, b: int) -> int:
        """Working minutes between two moments on an activity's calendar."""
        return int(work(self._work, int(self._calendar[row]), a, b))


class P6Dates(_Network):
    """By the rules of P6."""

    def __init__(self, schedule: Schedule) -> None:
        from planbench.engines.cpm.columns import OUTSIDE

        network = prepare(schedule)
        self.plain = run(network)
        nodes = network.nodes
        super().__init__(
            network.order, network.link_start, nodes.kind.size, network.work, nodes.calendar
        )
        self.before, self.after = network.links.predecessor, network.links.successor
        self.es, self.ef = self.plain.early_start.copy(), self.plain.early_finish.copy()
        self.works = nodes.kind != OUTSIDE
        self._network = network
        self._nodes = nodes._replace(floor=nodes.floor.copy())
        self._remaining = network.remaining.copy()

    def place(self, node: int) -> None:
        """Early dates from those of the predecessors."""
        from planbench.engines.cpm.passes import forward

        network = self._network
        self._remaining[node] = network.remaining[node]
        forward(
            network.work, self._nodes, network.links, network.shares, *self._one(node),
            self._remaining, self.es, self.ef,
        )  # fmt: skip

    def hold(self, node: int, until: int) -> None:
        """No earlier than a moment."""
        self._nodes.floor[node] = max(int(self._nodes.floor[node]), until)

    def release(self, node: int) -> None:
        """As early as the logic allows."""
        self._nodes.floor[node] = self._network.nodes.floor[node]


class MspDates(_Network):
    """By the rules of Microsoft Project. What is moved loses the levelling delay that it had."""

    def __init__(self, schedule: Schedule) -> None:
        from planbench.engines.msp import calculate_msp
        from planbench.engines.msp.columns import LEAF

        calculation = calculate_msp(schedule)
        network, dates = calculation.network, calculation.dates
        if known(network.finish).any():
            raise ModelError(
                "a plan that is scheduled from its finish cannot be levelled",
                schedule.source.name,
                "Schedule it from its start first.",
            )
        self.plain = calculation.result
        tasks, edges = network.tasks, network.edges
        super().__init__(
            network.order, network.edge_start, tasks.kind.size, network.work, tasks.calendar
        )
        self.before = edges.source
        self.after = np.repeat(network.order, np.diff(network.edge_start))
        self.es, self.ef = dates.es.copy(), dates.ef.copy()
        self.works = tasks.kind[: len(schedule)] == LEAF
        self._network, self._dates = network, dates
        self._tasks = tasks._replace(start_low=tasks.start_low.copy(), delay=tasks.delay.copy())
        self._nobody = np.zeros(tasks.kind.size, dtype=bool)
        self._logic = np.full(tasks.kind.size, NO_TIME)

    def place(self, node: int) -> None:
        """Early dates from those of all that leads to a node."""
        from planbench.engines.msp.passes import forward

        network, dates = self._network, self._dates
        forward(
            network.work, self._tasks, network.edges, network.shares, *self._one(node),
            dates.begins, self._nobody, dates.ls, dates.lf, self.es, self.ef, self._logic,
        )  # fmt: skip

    def hold(self, node: int, until: int) -> None:
        """No earlier than a moment, which takes the place of a levelling delay."""
        tasks = self._tasks
        begins = int(self._dates.begins[tasks.project[node]])
        tasks.start_low[node] = max(int(tasks.start_low[node]), begins, until)
        tasks.delay[node] = 0

    def release(self, node: int) -> None:
        """As early as logic and the delay that it had allow."""
        self._tasks.start_low[node] = self._network.tasks.start_low[node]
        self._tasks.delay[node] = self._network.tasks.delay[node]
