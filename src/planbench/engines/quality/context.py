"""Masks and columns that many metrics share, computed once a schedule.

Populations follow the distinctions that the metric sources draw (Winter 2011 p. 4-5, DCMA-EA PAM
200.1 section 4, DECM V5.0): tasks are neither milestones nor level of effort nor summaries and
have a duration; open means not complete.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from planbench.domain.calendars import WorkTable, build_work_table
from planbench.domain.errors import PlanbenchError
from planbench.domain.schedule import (
    ActivityType,
    Baseline,
    Flags,
    LagCalendar,
    LinkType,
    Numbers,
    Rows,
    Schedule,
    Status,
)
from planbench.domain.times import DAY, NO_TIME, Minutes
from planbench.engines.quality.result import Members

if TYPE_CHECKING:
    from planbench.engines.cpm.result import CpmResult

OTHER_PROJECT = "other project"
COMPLETE = "complete"
SUMMARY = "WBS summary"
EFFORT = "level of effort"
MILESTONE = "milestone"
NO_DURATION = "no duration"

_LONGEST_HORIZON = 400 * 366
"""Days; dates further apart than this are typing errors and are cut off."""


@dataclass(frozen=True)
class Dates:
    """The dates and floats the metrics read, all in the order of the activities."""

    early_start: Minutes
    early_finish: Minutes
    late_start: Minutes
    late_finish: Minutes
    total_float: Minutes


class Asker(Protocol):
    """Answers expressions over the fields of "activities" or "links", one value an object."""

    def holds(self, of: str, text: str) -> Flags:
        """For which objects an expression holds. Raises PlanbenchError."""

    def amounts(self, of: str, text: str) -> Numbers:
        """The number an expression gives for each object. Raises PlanbenchError."""


class CannotAsk(Exception):
    """An expression of a ruleset that this schedule cannot answer: the metric is not run."""


class Context:
    """One project (or all, with `project` None) of a schedule, ready to be measured.

    `dates` says whose dates count: "engine" (the calculation, `cpm`) or "stored" (the file's own).
    `previous` is the update before this one, for metrics over two updates.
    """

    def __init__(
        self,
        schedule: Schedule,
        cpm: CpmResult | None,
        baseline: Baseline | None = None,
        previous: Schedule | None = None,
        dates: str = "engine",
        project: int | None = None,
        asker: Asker | None = None,
    ) -> None:
        self.asker = asker
        self.told: set[str] = set()  # expressions asked since this was last emptied
        self.schedule = schedule
        self.activities = schedule.activities
        self.links = schedule.relationships
        self.cpm = cpm
        self.baseline = baseline
        self.previous = previous
        self.dates_of = dates
        self.project = project
        self.n = len(schedule.activities)
        self.shared: dict[Any, Any] = {}  # costly results that rulesets share

    # ------------------------------------------------------------ activities

    @cached_property
    def others(self) -> Flags:
        """Activities of other projects of the file."""
        if self.project is None:
            return np.zeros(self.n, dtype=bool)
        return np.asarray(self.activities.project != self.project)

    @cached_property
    def complete(self) -> Flags:
        """Complete activities: an actual finish or the status says so."""
        acts = self.activities
        return np.asarray((acts.status == Status.COMPLETE) | (acts.actual_finish != NO_TIME))

    @cached_property
    def milestone(self) -> Flags:
        """Start and finish milestones."""
        kind = self.activities.type
        return np.asarray(
            (kind == ActivityType.START_MILESTONE) | (kind == ActivityType.FINISH_MILESTONE)
        )

    @cached_property
    def effort(self) -> Flags:
        """Level of effort."""
        return np.asarray(self.activities.type == ActivityType.LEVEL_OF_EFFORT)

    @cached_property
    def summary(self) -> Flags:
        """WBS summaries."""
        return np.asarray(self.activities.type == ActivityType.WBS_SUMMARY)

    @cached_property
    def soft(self) -> Flags:
        """Level of effort and summaries: what other activities shape."""
        return self.effort | self.summary

    @cached_property
    def day(self) -> Numbers:
        """Working minutes of one day of each activity's own calendar."""
        if not self.schedule.calendars:
            return np.full(self.n, 480.0)
        per_day = np.array([c.minutes_per_day or 480.0 for c in self.schedule.calendars])
        return np.asarray(per_day[np.maximum(self.activities.calendar, 0)])

    @cached_property
    def data_date(self) -> Minutes:
        """Data date of each activity's project."""
        if not self.schedule.projects:
            return np.full(self.n, NO_TIME, dtype=np.int64)
        each = np.array([p.data_date for p in self.schedule.projects], dtype=np.int64)
        return np.asarray(each[np.maximum(self.activities.project, 0)])

    @cached_property
    def status_date(self) -> int:
        """Data date of the project under test (of the main one for all together)."""
        if self.project is None or not self.schedule.projects:
            return self.schedule.data_date
        return self.schedule.projects[self.project].data_date

    # ------------------------------------------------------------ populations

    def population(self, name: str) -> Members:
        """A named population of activities. Raises KeyError for an unknown name."""
        if name not in self.shared:
            self.shared[name] = self._population(name)
        found: Members = self.shared[name]
        return found

    def _population(self, name: str) -> Members:
        members = Members(np.zeros(self.n, dtype=np.int8))
        masks = {
            OTHER_PROJECT: self.others,
            COMPLETE: self.complete,
            SUMMARY: self.summary,
            EFFORT: self.effort,
            MILESTONE: self.milestone,
            NO_DURATION: self.activities.original_duration <= 0,
            "not complete": ~self.complete,
            "not a milestone": ~self.milestone,
            "not level of effort": ~self.effort,
            "not a WBS summary": ~self.summary,
            "not in progress": self.activities.status != Status.IN_PROGRESS,
            "started": self.activities.status != Status.NOT_STARTED,
        }
        for reason in POPULATIONS[name]:
            members = members.without(reason, masks[reason])
        return members

    def holds(self, of: str, text: str) -> Flags:
        """For which "activities" or "links" an expression holds. Raises CannotAsk."""
        found: Flags = self._asked("holds", of, text)
        return found

    def amounts(self, of: str, text: str) -> Numbers:
        """The number an expression gives for each object. Raises CannotAsk."""
        found: Numbers = self._asked("amounts", of, text)
        return found

    def _asked(self, what: str, of: str, text: str) -> Any:
        if self.asker is None:
            raise CannotAsk("no fields are there to ask")
        self.told.add(text)
        key = (what, of, text)
        if key not in self.shared:
            try:
                self.shared[key] = getattr(self.asker, what)(of, text)
            except PlanbenchError as error:
                raise CannotAsk(str(error).rstrip(".")) from error
        return self.shared[key]

    # ------------------------------------------------------------ relationships

    def links_into(self, members: Members, ends: str = "successor") -> Members:
        """Links counted by their ends.

        `ends`: "successor" or "either" end must be a member, or "any": every link into the
        project. The reason of a link that is left out is that of its successor.
        """
        n_links = len(self.links)
        if ends == "any":
            gone = self.others[self.links.successor]
            return Members(np.zeros(n_links, dtype=np.int8)).without(OTHER_PROJECT, gone)
        codes = members.codes[self.links.successor].copy()
        reasons = tuple(
            reason if place == 0 else f"successor: {reason}"
            for place, reason in enumerate(members.reasons)
        )
        if ends == "either":
            codes[members.inside[self.links.predecessor]] = 0
        return Members(codes, reasons)

    def count_links(self, rows: Rows | Flags, end: Rows) -> Minutes:
        """How many of the links (positions or mask) have each activity at `end`."""
        return np.bincount(end[rows], minlength=self.n)

    @cached_property
    def incoming(self) -> Minutes:
        """Predecessors of each activity, those outside the file included."""
        far = self.schedule.external_links
        inside = np.bincount(self.links.successor, minlength=self.n)
        return inside + self.count_links(far.incoming, far.activity)

    @cached_property
    def outgoing(self) -> Minutes:
        """Successors of each activity, those outside the file included."""
        far = self.schedule.external_links
        inside = np.bincount(self.links.predecessor, minlength=self.n)
        return inside + self.count_links(~far.incoming, far.activity)

    @cached_property
    def start_driven(self) -> Flags:
        """Activities with a predecessor that holds their start (FS or SS)."""
        far = self.schedule.external_links
        holds = (self.links.type == LinkType.FS) | (self.links.type == LinkType.SS)
        held = self.count_links(holds, self.links.successor)
        outside = far.incoming & ((far.type == LinkType.FS) | (far.type == LinkType.SS))
        return np.asarray(held + self.count_links(outside, far.activity) > 0)

    @cached_property
    def finish_drives(self) -> Flags:
        """Activities with a successor that waits for their finish (FS or FF)."""
        far = self.schedule.external_links
        waits = (self.links.type == LinkType.FS) | (self.links.type == LinkType.FF)
        used = self.count_links(waits, self.links.predecessor)
        outside = ~far.incoming & ((far.type == LinkType.FS) | (far.type == LinkType.FF))
        return np.asarray(used + self.count_links(outside, far.activity) > 0)

    @cached_property
    def ends_of_project(self) -> tuple[int, int]:
        """The project's own start and finish: where an open end is as it should be.

        The earliest starting activity without predecessor and the latest finishing one without
        successor, over all but level of effort and summaries, which do not count as logic here
        either; -1 where there is none. Where no dates are known it is the only candidate.
        """
        real = ~self.soft & ~self.others
        before, after = self._work_links
        found = []
        for ends, dates, least in (
            (real & (before == 0), self.start, True),
            (real & (after == 0), self.finish, False),
        ):
            row, able = _extreme(ends, dates, least), np.flatnonzero(ends)
            found.append(int(able[0]) if row < 0 and able.size == 1 else row)
        return found[0], found[1]

    @cached_property
    def _work_links(self) -> tuple[Minutes, Minutes]:
        """Predecessors and successors of each activity that are work themselves."""
        far, links = self.schedule.external_links, self.links
        before = self.count_links(~self.soft[links.predecessor], links.successor)
        after = self.count_links(~self.soft[links.successor], links.predecessor)
        before = before + self.count_links(far.incoming, far.activity)
        return before, after + self.count_links(~far.incoming, far.activity)

    @cached_property
    def lag_days(self) -> Numbers:
        """Lags in days of the predecessor's calendar."""
        return self.links.lag / self.day[self.links.predecessor]

    # ------------------------------------------------------------ dates

    @cached_property
    def dates(self) -> Dates | None:
        """The dates that count, None where the schedule could not be calculated."""
        acts = self.activities
        if self.dates_of == "stored":
            return Dates(
                acts.stored_early_start,
                acts.stored_early_finish,
                acts.stored_late_start,
                acts.stored_late_finish,
                acts.stored_total_float,
            )
        if self.cpm is None:
            return None
        cpm = self.cpm
        return Dates(
            cpm.early_start, cpm.early_finish, cpm.late_start, cpm.late_finish, cpm.total_float
        )

    @property
    def no_dates(self) -> str:
        """Why there are no dates, in words."""
        if self.dates_of == "stored":
            return "the file stores no such dates"
        return "the dates could not be calculated"

    @cached_property
    def start(self) -> Minutes:
        """Actual start, else early start, else what the file says; `NO_TIME` without any."""
        early = self.dates.early_start if self.dates else self.activities.stored_early_start
        return _first_known(self.activities.actual_start, early, self.activities.planned_start)

    @cached_property
    def finish(self) -> Minutes:
        """Actual finish, else early finish, else what the file says; `NO_TIME` without any."""
        early = self.dates.early_finish if self.dates else self.activities.stored_early_finish
        return _first_known(self.activities.actual_finish, early, self.activities.planned_finish)

    @cached_property
    def forecast_start(self) -> Minutes:
        """Early start as the file states it, else as calculated."""
        found = self.dates.early_start if self.dates else self.activities.stored_early_start
        return _first_known(self.activities.stored_early_start, found)

    @cached_property
    def forecast_finish(self) -> Minutes:
        """Early finish as the file states it, else as calculated."""
        found = self.dates.early_finish if self.dates else self.activities.stored_early_finish
        return _first_known(self.activities.stored_early_finish, found)

    @cached_property
    def float_days(self) -> Numbers:
        """Total float in own days, NaN where there is none."""
        if self.dates is None:
            return np.full(self.n, np.nan)
        return in_days(self.dates.total_float, self.day)

    @cached_property
    def target(self) -> int:
        """The completion milestone: the latest finishing open activity without successor.

        -1 when nothing is open.
        """
        open_ = ~self.complete & ~self.soft & ~self.others
        ends = open_ & (self._work_links[1] == 0)
        return _extreme(ends if ends.any() else open_, self.finish, least=False)

    @cached_property
    def work(self) -> WorkTable:
        """Working periods of all calendars over all dates of the schedule."""
        return self.work_over(self.start, self.finish)

    def work_over(self, *columns: Minutes) -> WorkTable:
        """Working periods of all calendars from the first to the last date of the columns."""
        known = [c[c != NO_TIME] for c in (*columns, np.array([self.status_date]))]
        instants = np.concatenate(known)
        first = int(instants.min()) // DAY - 8 if instants.size else 0
        last = int(instants.max()) // DAY + 8 if instants.size else 1
        return build_work_table(self.schedule.calendars, first, min(last, first + _LONGEST_HORIZON))

    def work_between(self, calendar: Rows, start: Minutes, finish: Minutes) -> Minutes:
        """Signed working minutes from start to finish, each on its own calendar row."""
        found = np.zeros(start.size, dtype=np.int64)
        for row in np.unique(calendar).tolist():
            here = calendar == row
            found[here] = self.work.work_between(row, start[here], finish[here])
        return found

    @cached_property
    def lag_calendar(self) -> Rows:
        """Calendar row on which the lag of each link runs; -1 for round the clock."""
        which = np.array([p.options.lag_calendar for p in self.schedule.projects], dtype=np.int8)
        defaults = np.array([max(p.calendar, 0) for p in self.schedule.projects], dtype=np.int32)
        if not which.size:
            return self.activities.calendar[self.links.predecessor]
        project = np.maximum(self.activities.project[self.links.successor], 0)
        option = which[project]
        found = self.activities.calendar[self.links.predecessor].copy()
        successor = option == LagCalendar.SUCCESSOR
        found[successor] = self.activities.calendar[self.links.successor][successor]
        found[option == LagCalendar.PROJECT] = defaults[project][option == LagCalendar.PROJECT]
        found[option == LagCalendar.ROUND_THE_CLOCK] = -1
        return found


_NOT_TASKS = (SUMMARY, EFFORT, MILESTONE, NO_DURATION)

POPULATIONS: dict[str, tuple[str, ...]] = {
    "open-tasks": (OTHER_PROJECT, COMPLETE, *_NOT_TASKS),
    "tasks": (OTHER_PROJECT, *_NOT_TASKS),
    "open-activities": (OTHER_PROJECT, COMPLETE, SUMMARY, EFFORT),
    "open-normal": (OTHER_PROJECT, COMPLETE, SUMMARY, EFFORT, MILESTONE),
    "activities": (OTHER_PROJECT, SUMMARY, EFFORT),
    "all-but-summaries": (OTHER_PROJECT, SUMMARY),
    "open-all-but-summaries": (OTHER_PROJECT, COMPLETE, SUMMARY),
    "everything": (OTHER_PROJECT,),
    "open-effort": (OTHER_PROJECT, COMPLETE, "not level of effort"),
    "summaries": (OTHER_PROJECT, "not a WBS summary"),
    "in-progress": (OTHER_PROJECT, SUMMARY, EFFORT, "not in progress"),
    "complete-activities": (OTHER_PROJECT, SUMMARY, EFFORT, "not complete"),
    "not-started": (OTHER_PROJECT, SUMMARY, EFFORT, MILESTONE, COMPLETE, "started"),
    "open-milestones": (OTHER_PROJECT, COMPLETE, "not a milestone"),
}
"""Named populations of activities: why somebody is left out, in the order it is asked."""


def in_days(minutes: Minutes, day: Numbers) -> Numbers:
    """Minutes as days of the given length; NaN for what is missing."""
    return np.where(minutes == NO_TIME, np.nan, minutes / day)


def _first_known(*columns: Minutes) -> Minutes:
    found = columns[0]
    for column in columns[1:]:
        found = np.where(found == NO_TIME, column, found)
    return found


def _extreme(mask: Flags, values: Minutes, least: bool) -> int:
    """Row of the smallest or largest known value under the mask (the first of equals), or -1."""
    rows = np.flatnonzero(mask & (values != NO_TIME))
    if not rows.size:
        return -1
    pick = np.argmin(values[rows]) if least else np.argmax(values[rows])
    return int(rows[pick])
