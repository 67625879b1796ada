"""The network of a Microsoft Project schedule as plain columns for compiled passes.

Nodes are the activities in row order and after them one *spread* node for all links that ask the
same of one summary: "finish to start, two days of lag" is asked once of all that lies beneath it,
however many predecessors ask it. A summary itself is the node in which the dates of what lies
beneath it gather. So links of summaries cost what plain links cost, not their product.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from planbench.domain.calendars import Calendar
from planbench.domain.schedule import Codes, Flags, Rows, Schedule, ScheduleOptions
from planbench.domain.times import Minutes
from planbench.engines.worktime import Work

FAR = 1 << 62
"""A limit that is not there."""

LEAF, SUMMARY, SPREAD, NOTHING = 0, 1, 2, 3
"""Kinds of node. NOTHING takes part in no pass: inactive activities and level of effort."""

WAITING, RUNNING, DONE, PINNED = 0, 1, 2, 3
"""How the dates of a leaf come about: calculated, from its actual start, actual, entered."""

LINK, CHILD, COLLECT = 0, 1, 2
"""Roles of edges: a link into a leaf, what gathers in a summary, a link into a spread node."""


class Tasks(NamedTuple):
    """Per node. Dates that do not exist are NO_TIME, upper limits FAR."""

    kind: Codes  # LEAF, SUMMARY, SPREAD, NOTHING
    state: Codes  # WAITING, RUNNING, DONE, PINNED
    project: Rows
    calendar: Rows  # valid position in the work table; the endless clock for elapsed durations
    milestone: Flags
    span: Minutes  # working minutes from start to finish, pauses of splits included
    start: Minutes  # actual or entered start
    finish: Minutes  # actual or entered finish
    resume: Minutes  # when interrupted work goes on, NO_TIME for work that was not interrupted
    remaining: Minutes
    delay: Minutes  # levelling delay, minutes of the clock
    start_low: Minutes  # start no earlier than, its own and those of its summaries
    finish_low: Minutes  # finish no earlier than
    start_high: Minutes  # start no later than
    own_finish_high: Minutes  # finish no later than
    finish_high: Minutes  # the same with those of its summaries and all deadlines
    must_start: Minutes
    must_finish: Minutes
    honor: Flags  # constraint dates win over links
    other_end: Flags  # as late as possible; scheduled from the finish: as soon as possible
    shares: Rows  # its first row of `Network.shares`, -1 where the duration counts


class Edges(NamedTuple):
    """Grouped by the node they lead into, along `Network.order`."""

    source: Rows
    role: Codes  # LINK, CHILD, COLLECT
    from_finish: Flags
    to_start: Flags
    lag: Minutes
    calendar: Rows  # on which the lag runs, ROUND_THE_CLOCK for elapsed lags
    relationship: Rows  # position in the schedule, -1 for edges that are no link of their own


Shares = Minutes
"""What resources of resource-driven activities do, one row an assignment.

Columns: calendar, delay, working minutes of all work, working minutes of the remaining work, and
how many more rows of the same activity follow.
"""


@dataclass
class Network:
    """A schedule prepared for its passes.

    Edges `edge_start[k]:edge_start[k + 1]` lead into node `order[k]`. `work` is widened in place
    when dates run beyond its horizon; nothing else ever changes.
    """

    schedule: Schedule
    options: tuple[ScheduleOptions, ...]  # per project, as used
    calendars: tuple[Calendar, ...]
    work: Work
    tasks: Tasks
    edges: Edges
    shares: Shares
    order: Rows
    edge_start: Rows
    start: Minutes  # per project: where activities without predecessors begin
    finish: Minutes  # per project: where to end when scheduled from the finish, else NO_TIME
