"""When assignments are worked: stretches of time with the units or the cost done in them.

An assignment has up to two stretches: what is done lies between the actual start and the data
date (or the actual finish), what remains between the remaining dates of its activity. The late
dates move only what has not begun or is not done; a baseline spreads the budget instead.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

import numpy as np

from planbench.domain.calendars import ROUND_THE_CLOCK_WEEK, Calendar, WorkTable, build_work_table
from planbench.domain.schedule import (
    ActivityType,
    Baseline,
    Codes,
    Contour,
    Flags,
    Numbers,
    Rows,
    Schedule,
    Status,
)
from planbench.domain.times import DAY, Minutes, known
from planbench.engines.cpm.network import activity_calendars, calendars_of
from planbench.engines.cpm.result import CpmResult
from planbench.engines.msp.shares import common

_P6_FORMATS = ("xer", "p6xml")


class Amount(Enum):
    """What is spread."""

    UNITS = "units"
    COST = "cost"


class Dates(Enum):
    """Between which dates."""

    EARLY = "early"
    LATE = "late"
    BASELINE = "baseline"


@dataclass(frozen=True)
class Spans:
    """Stretches of work, columns of equal length.

    `calendar` counts in the calendars of `assignment_calendars`; `delay` are working minutes after
    the start that pass before the work begins. `undated` is the amount of assignments whose
    activity has no dates, which is in no stretch.
    """

    assignment: Rows
    calendar: Rows
    start: Minutes
    finish: Minutes
    delay: Minutes
    contour: Codes
    amount: Numbers
    actual: Flags
    undated: float

    def __len__(self) -> int:
        return int(self.assignment.size)

    def take(self, chosen: Flags) -> Spans:
        """Some of the stretches."""
        return Spans(
            self.assignment[chosen],
            self.calendar[chosen],
            self.start[chosen],
            self.finish[chosen],
            self.delay[chosen],
            self.contour[chosen],
            self.amount[chosen],
            self.actual[chosen],
            self.undated,
        )


def assignment_calendars(schedule: Schedule) -> tuple[tuple[Calendar, ...], Rows]:
    """(calendars, calendar of each assignment).

    In P6 files work is done on the activity's calendar, on the resource's where the activity
    depends on its resources. Elsewhere it is done when both work, unless the activity ignores the
    calendars of its resources. Elapsed activities work round the clock.
    """
    acts, given = schedule.activities, schedule.assignments
    plain = calendars_of(schedule)
    calendars = [*plain, Calendar("", "Round the clock", ROUND_THE_CLOCK_WEEK)]
    on = activity_calendars(schedule)[given.activity].astype(np.int64)
    theirs = np.append(schedule.resources.calendar, -1)[given.resource].astype(np.int64)
    usable = (theirs >= 0) & (theirs < len(plain))
    if schedule.source.format in _P6_FORMATS:
        driven = usable & (acts.type[given.activity] == ActivityType.RESOURCE_DEPENDENT)
        on = np.where(driven, theirs, on)
    else:
        both = usable & (theirs != on) & ~acts.ignore_resource_calendar[given.activity]
        keys = on * len(plain) + theirs
        found, place = np.unique(keys[both], return_inverse=True)
        pairs = [divmod(key, len(plain)) for key in found.tolist()]
        on[both] = len(calendars) + place.reshape(-1)
        calendars += [common(plain[one], plain[other]) for one, other in pairs]
    on[acts.elapsed[given.activity]] = len(plain)
    return tuple(calendars), on.astype(np.int32)


def assignment_spans(
    schedule: Schedule,
    cpm: CpmResult,
    calendar: Rows,
    amount: Amount = Amount.UNITS,
    dates: Dates = Dates.EARLY,
    baseline: Baseline | None = None,
) -> Spans:
    """The stretches of every assignment; `calendar` as `assignment_calendars` gives it.

    Early and late dates spread actual and remaining amounts, baseline dates the budget. Contours
    shape assignments that have not begun; what is under way goes on evenly. Raises ValueError for
    baseline dates without a baseline.
    """
    given = schedule.assignments
    kind = "units" if amount is Amount.UNITS else "cost"
    if dates is Dates.BASELINE:
        if baseline is None:
            raise ValueError("there is no baseline")
        start, finish = baseline.columns.start, baseline.columns.finish
        budget = getattr(given, f"budget_{kind}")
        return _spans(schedule, calendar, [(start, finish, budget, False)])
    done, left = getattr(given, f"actual_{kind}"), getattr(given, f"remaining_{kind}")
    if dates is Dates.EARLY:
        start, finish = cpm.early_start, cpm.early_finish
    else:
        start = np.where(known(cpm.late_start), cpm.late_start, cpm.early_start)
        finish = np.where(known(cpm.late_finish), cpm.late_finish, cpm.early_finish)
    start, finish = _dated(start, finish, cpm)
    begun, until = _done_between(schedule, cpm)
    return _spans(schedule, calendar, [(begun, until, done, True), (start, finish, left, False)])


def _dated(start: Minutes, finish: Minutes, cpm: CpmResult) -> tuple[Minutes, Minutes]:
    """Remaining dates; where there are none those of the whole activity."""
    start = np.where(known(start), start, cpm.start)
    finish = np.where(known(finish), finish, cpm.finish)
    return start, np.maximum(start, finish)


def _done_between(schedule: Schedule, cpm: CpmResult) -> tuple[Minutes, Minutes]:
    """Actual start to actual finish or data date; units booked before a start lie at its date."""
    acts = schedule.activities
    now = np.array([project.data_date for project in schedule.projects] or [schedule.data_date])
    data_date = now[np.clip(acts.project, 0, now.size - 1)]
    begun = np.where(known(acts.actual_start), acts.actual_start, cpm.start)
    until = np.where(acts.status == Status.COMPLETE, cpm.finish, data_date)
    until = np.where(known(until), until, begun)
    return begun, np.where(known(begun), np.maximum(begun, until), begun)


def _spans(
    schedule: Schedule, calendar: Rows, parts: list[tuple[Minutes, Minutes, Numbers, bool]]
) -> Spans:
    given = schedule.assignments
    fresh = (given.actual_units == 0.0) & (given.actual_cost == 0.0)
    delay = np.where(known(given.delay) & fresh, np.maximum(given.delay, 0), 0)
    contour = np.where(fresh, given.contour, Contour.FLAT).astype(np.int8)
    taken: list[Spans] = []
    undated = 0.0
    for start, finish, amount, actual in parts:
        first, last = start[given.activity], finish[given.activity]
        dated = known(first) & known(last)
        undated += float(amount[~dated].sum())
        rows = np.flatnonzero(dated & (amount != 0.0)).astype(np.int32)
        taken.append(
            Spans(
                rows,
                calendar[rows],
                first[rows],
                last[rows],
                delay[rows],
                contour[rows],
                amount[rows],
                np.full(rows.size, actual),
                0.0,
            )
        )
    return Spans(
        np.concatenate([one.assignment for one in taken]),
        np.concatenate([one.calendar for one in taken]),
        np.concatenate([one.start for one in taken]),
        np.concatenate([one.finish for one in taken]),
        np.concatenate([one.delay for one in taken]),
        np.concatenate([one.contour for one in taken]),
        np.concatenate([one.amount for one in taken]),
        np.concatenate([one.actual for one in taken]),
        undated,
    )


def work_over(calendars: tuple[Calendar, ...], first: int, last: int) -> WorkTable:
    """The calendars' working time from the day of the minute `first` to that of `last`."""
    return build_work_table(calendars, first // DAY - 1, last // DAY + 2)
