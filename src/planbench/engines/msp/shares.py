"""Resource-driven activities: how long each assignment takes, and on which calendar."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from planbench.domain.calendars import Calendar, Shifts, build_work_table
from planbench.domain.schedule import ActivityType, Codes, Contour, Numbers, Rows, Schedule
from planbench.domain.times import DAY, Minutes, known
from planbench.engines.cpm.network import activity_calendars, calendars_of
from planbench.engines.msp.columns import DONE, LEAF, Shares

_MEAN = np.full(len(Contour), np.nan)
_MEAN[Contour.FLAT] = 1.0
_MEAN[[Contour.BACK_LOADED, Contour.FRONT_LOADED]] = 0.6
_MEAN[[Contour.DOUBLE_PEAK, Contour.EARLY_PEAK, Contour.LATE_PEAK, Contour.BELL]] = 0.5
_MEAN[Contour.TURTLE] = 0.7
"""Mean share of its units that an assignment of each contour uses."""

_P6_FORMATS = ("xer", "p6xml")

Pair = tuple[int, int]


def assignment_shares(
    schedule: Schedule, kind: Codes, state: Codes, calendar: Rows, clock: int
) -> tuple[tuple[Pair, ...], Shares, Rows]:
    """(calendars to intersect, shares, first share per activity or -1).

    The pairs name the activity's and the resource's calendar; the k-th pair has the number
    `clock + 1 + k` in the shares. `clock` is the number of the endless clock. Activities of fixed
    or elapsed duration, entered by hand or complete have no shares, nor have those of P6 files
    unless they depend on resources.
    """
    acts, given = schedule.activities, schedule.assignments
    share_of = np.full(len(acts), -1, dtype=np.int32)
    driven = (kind == LEAF) & (state != DONE) & ~acts.fixed_duration & ~acts.elapsed
    driven &= (acts.original_duration != 0) & (acts.type != ActivityType.FINISH_MILESTONE)
    driven &= acts.type != ActivityType.START_MILESTONE
    if schedule.source.format in _P6_FORMATS:
        driven &= acts.type == ActivityType.RESOURCE_DEPENDENT
    if not len(given) or not driven.any():
        return (), np.zeros((0, 5), dtype=np.int64), share_of
    working = np.array([*(word != "material" for word in schedule.resources.kind), False])
    good = driven[given.activity] & working[given.resource]  # -1 is the last: no resource
    good &= (given.budget_units > 0.0) & (given.units_per_hour > 0.0)
    chosen = np.flatnonzero(good).astype(np.int32)
    chosen = chosen[np.argsort(given.activity[chosen], kind="stable")]
    if not chosen.size:
        return (), np.zeros((0, 5), dtype=np.int64), share_of
    activity = given.activity[chosen]
    pairs, on = _calendars(schedule, activity, given.resource[chosen], clock)
    owners, first, counts = np.unique(activity, return_index=True, return_counts=True)
    share_of[owners] = first
    pace = given.units_per_hour[chosen] * _MEAN[given.contour[chosen]]
    work = given.budget_units[chosen] - given.overtime_units[chosen]
    left = given.remaining_units[chosen] - given.remaining_overtime_units[chosen]
    edited, resumed = _edited(schedule, chosen, on, clock, pairs)
    shares = np.column_stack(
        (
            on,
            np.where(known(given.delay[chosen]), given.delay[chosen], 0),
            _minutes(work, pace, edited),
            _minutes(left, pace, resumed),
            np.repeat(first + counts, counts) - np.arange(chosen.size) - 1,
        )
    )
    return pairs, shares.astype(np.int64), share_of


def _minutes(hours: Numbers, pace: Numbers, edited: Minutes) -> Minutes:
    """Minutes that work takes at its pace; where there is none, the span of the edited contour."""
    whole = np.floor(np.maximum(hours, 0.0) * 60.0 / pace + 0.5)
    return np.where(np.isnan(pace), edited, np.nan_to_num(whole)).astype(np.int64)


def _calendars(
    schedule: Schedule, activity: Rows, resource: Rows, clock: int
) -> tuple[tuple[Pair, ...], Rows]:
    """(pairs to intersect, calendar number of each assignment)."""
    acts = schedule.activities
    default = np.array([max(p.calendar, 0) for p in schedule.projects] or [0], dtype=np.int32)
    project = np.clip(acts.project[activity], 0, default.size - 1)
    of_resource = schedule.resources.calendar[resource]
    usable = (of_resource >= 0) & (of_resource < clock)
    of_resource = np.where(usable, of_resource, np.minimum(default[project], clock - 1))
    of_task = activity_calendars(schedule)[activity]
    chosen = acts.calendar_chosen[activity]
    alone = chosen & acts.ignore_resource_calendar[activity]
    both = chosen & ~alone & (of_task != of_resource)
    on = np.where(alone, of_task, of_resource)
    keys = of_task.astype(np.int64) * (clock + 1) + of_resource
    found, place = np.unique(keys[both], return_inverse=True)
    on = on.astype(np.int32)
    on[both] = clock + 1 + place.reshape(-1)
    return tuple(divmod(key, clock + 1) for key in found.tolist()), on


def _edited(
    schedule: Schedule, chosen: Rows, on: Rows, clock: int, pairs: tuple[Pair, ...]
) -> tuple[Minutes, Minutes]:
    """(stored span, its part after the resume date) of assignments with an edited contour."""
    acts, given = schedule.activities, schedule.assignments
    start, finish = given.start[chosen], given.finish[chosen]
    span, left = np.zeros(chosen.size, dtype=np.int64), np.zeros(chosen.size, dtype=np.int64)
    rows = np.flatnonzero(np.isnan(_MEAN[given.contour[chosen]]) & known(start) & known(finish))
    if not rows.size:
        return span, left
    resume = acts.resume[given.activity[chosen]]
    later = np.maximum(start, np.where(known(resume), resume, start))
    own = calendars_of(schedule)
    calendars = with_common_calendars(schedule.calendars, (*own, own[0]), pairs)
    first, last = int(start[rows].min()) // DAY - 1, int(finish[rows].max()) // DAY + 2
    table = build_work_table(calendars, first, last)
    for c in np.unique(on[rows]).tolist():
        mine = rows[on[rows] == c]
        span[mine] = np.maximum(table.work_between(c, start[mine], finish[mine]), 0)
        left[mine] = np.maximum(table.work_between(c, later[mine], finish[mine]), 0)
    return span, left


_KEPT = 4
_extended: tuple[tuple[object, tuple[Pair, ...], tuple[Calendar, ...]], ...] = ()


def with_common_calendars(
    source: object, calendars: Sequence[Calendar], pairs: tuple[Pair, ...]
) -> tuple[Calendar, ...]:
    """The calendars and after them the intersection of each pair.

    The same tuple for the same `source` and pairs, so that work tables are kept as well.
    """
    global _extended
    for kept, its_pairs, made in _extended:
        if kept is source and its_pairs == pairs and made[: len(calendars)] == tuple(calendars):
            return made
    made = (*calendars, *(common(calendars[a], calendars[b]) for a, b in pairs))
    _extended = ((source, pairs, made), *_extended[: _KEPT - 1])
    return made


def common(task: Calendar, resource: Calendar) -> Calendar:
    """Time that is working in both calendars; the task's alone where an ordinary week has none."""
    week = tuple(_both(a, b) for a, b in zip(task.week, resource.week, strict=True))
    if not any(week):
        return task
    days = {
        day: _both(task.shifts_on(day), resource.shifts_on(day))
        for day in {*task.exceptions, *resource.exceptions}
    }
    name = f"{task.name} and {resource.name}"
    return Calendar("", name, week, days, task.hours_per_day, task.hours_per_week)


def _both(one: Shifts, other: Shifts) -> Shifts:
    """Shifts that two days have in common."""
    pairs = ((max(s, u), min(f, v)) for s, f in one for u, v in other)
    return tuple((s, f) for s, f in pairs if s < f)
