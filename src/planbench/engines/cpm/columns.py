"""The prepared network: what the passes read, as plain columns that compiled code can take.

`Nodes` has one entry per activity in the schedule's row order, `Links` one per relationship that
takes part, grouped by successor in the order of the passes. Links of level-of-effort and WBS
summary activities, and those that progress override drops, are not among them.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np

from planbench.domain.schedule import Codes, Flags, Rows, Schedule, ScheduleOptions
from planbench.domain.times import Minutes
from planbench.engines.worktime import Work

FAR = int(np.iinfo(np.int64).max)
"""A late limit that is not there."""

TASK, START_MILESTONE, FINISH_MILESTONE, OUTSIDE = 0, 1, 2, 3
"""Kinds of node: how its dates are found. OUTSIDE takes part in neither pass."""


class Nodes(NamedTuple):
    """Per activity. Lower limits that do not exist are NO_TIME, upper limits FAR."""

    kind: Codes  # TASK, START_MILESTONE, FINISH_MILESTONE, OUTSIDE
    status: Codes  # domain Status
    project: Rows
    calendar: Rows  # valid position in the work table
    data_date: Minutes  # of its project
    floor: Minutes  # earliest start before any link: data date, planned start, resume date
    start_low: Minutes  # start on or after, start on, external early start
    finish_low: Minutes  # finish on or after, finish on
    start_high: Minutes  # start on or before, start on
    finish_high: Minutes  # finish on or before, finish on
    mandatory_start: Minutes
    mandatory_finish: Minutes
    expected_finish: Minutes  # where it is to be honoured
    external_finish: Minutes  # external late finish
    alap: Flags
    has_out: Flags  # has a link out in the network
    open_critical: Flags  # late finish of an open end is its own early finish
    held_start: Minutes  # dates that a complete activity keeps under "actual dates", else NO_TIME
    held_finish: Minutes
    shares: Rows  # its first row of `Network.shares`, -1 for work on the own calendar


class Links(NamedTuple):
    """Per relationship in the network, grouped by successor along `Network.order`."""

    row: Rows  # position in schedule.relationships
    predecessor: Rows  # activity rows
    successor: Rows
    type: Codes  # LinkType: even ones leave the predecessor's finish, 0 and 1 reach a start
    lag: Minutes  # what the predecessor's progress left of it, on `calendar`
    calendar: Rows  # position in the work table, ROUND_THE_CLOCK for a clock that never stops
    fixed: Minutes  # demand of a link that starts from an actual date, else NO_TIME
    minute: Codes  # 1 where an old P6 puts a finish one minute after a start


Shares = Minutes
"""Working time by resource of resource-dependent activities, one row a resource.

Columns: calendar, minutes, remaining duration of the activity that the minutes belong to, and
how many more rows of the same activity follow.
"""


class Ends(NamedTuple):
    """Links between level-of-effort activities and the network, grouped by the former."""

    activity: Rows  # the level-of-effort activities that are not complete
    start: Rows
    other: Rows
    incoming: Flags  # the other end is the predecessor
    type: Codes
    lag: Minutes
    calendar: Rows


@dataclass
class Network:
    """A schedule prepared for any number of runs with other remaining durations.

    Entries `link_start[k]:link_start[k + 1]` of `links` are the links into `order[k]`. `work` is
    widened in place when dates run beyond its horizon; nothing else ever changes.
    """

    schedule: Schedule
    options: tuple[ScheduleOptions, ...]  # per project, as used
    work: Work
    nodes: Nodes
    links: Links
    shares: Shares
    ends: Ends
    order: Rows
    link_start: Rows
    remaining: Minutes  # per activity, before expected finish dates
    must_finish: Minutes  # per project, FAR for none
    data_date: Minutes  # per project, guessed where the file has none
    own_finish: Flags  # per project: floats run to its own finish, else the latest of all
    _out: tuple[Rows, Rows] | None = field(default=None, repr=False)

    def out_links(self) -> tuple[Rows, Rows]:
        """(entries of `links` by predecessor, first one of each activity), made once."""
        if self._out is None:
            out = np.argsort(self.links.predecessor, kind="stable").astype(np.int32)
            rows = np.arange(self.nodes.kind.size + 1)
            first = np.searchsorted(self.links.predecessor[out], rows).astype(np.int32)
            self._out = out, first
        return self._out
