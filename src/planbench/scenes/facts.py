"""What the table and the Gantt show of each activity, as columns ready for the eye.

Times are minutes; floats and durations are days of the activity's own calendar (its hours per
day), NaN where there is no value. Calculated dates come from the scheduling result; without one
the dates stored in the file are shown, and `calculated` says so.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from planbench.domain.schedule import (
    Activities,
    ActivityType,
    Baseline,
    Codes,
    Flags,
    Numbers,
    PercentType,
    Schedule,
    Status,
)
from planbench.domain.times import DAY, NO_TIME, Minutes, known, minutes_column
from planbench.engines.cpm.result import CpmResult

BAND, TASK, START_MILESTONE, FINISH_MILESTONE, EFFORT, SUMMARY = range(6)
"""What is drawn for a row: a WBS band, a bar, a diamond at one end, a hatched line, a bracket."""

LONGEST_PATH, TOTAL_FLOAT = "longest_path", "total_float"
"""What makes a bar critical to the eye."""

NEAR_DAYS = 15.0
"""Total float up to which an activity that is not critical is near-critical."""

_KIND = {
    ActivityType.TASK: TASK,
    ActivityType.RESOURCE_DEPENDENT: TASK,
    ActivityType.START_MILESTONE: START_MILESTONE,
    ActivityType.FINISH_MILESTONE: FINISH_MILESTONE,
    ActivityType.LEVEL_OF_EFFORT: EFFORT,
    ActivityType.WBS_SUMMARY: SUMMARY,
}


@dataclass(frozen=True)
class Facts:
    """One row a node. All columns have the same length."""

    kind: Codes
    status: Codes
    start: Minutes
    finish: Minutes
    started: Flags  # the start has happened
    finished: Flags
    progress_to: Minutes  # where the dark part of the bar ends, NO_TIME without progress
    remaining_from: Minutes  # where the light part begins, NO_TIME when complete
    early_start: Minutes
    early_finish: Minutes
    late_start: Minutes
    late_finish: Minutes
    total_float: Numbers
    free_float: Numbers
    critical: Flags
    near: Flags
    longest_path: Flags
    percent: Numbers
    original: Numbers
    remaining: Numbers
    baseline_start: Minutes
    baseline_finish: Minutes
    start_variance: Numbers  # calendar days, negative is later than the baseline
    finish_variance: Numbers
    count: npt.NDArray[np.int32]  # activities in a band, 0 for activities

    def __len__(self) -> int:
        return int(self.kind.size)


def activity_facts(
    schedule: Schedule,
    cpm: CpmResult | None = None,
    baseline: Baseline | None = None,
    critical_by: str = LONGEST_PATH,
    near_days: float = NEAR_DAYS,
) -> Facts:
    """The facts of every activity, in row order.

    `critical_by` is `LONGEST_PATH` or `TOTAL_FLOAT` (zero or less). Completed activities are
    neither critical nor near-critical. Without `cpm` the stored values of the file are taken.
    """
    acts = schedule.activities
    n = len(acts)
    per_day = minutes_per_day(schedule)
    complete = acts.status == Status.COMPLETE
    started = known(acts.actual_start)
    early_start, early_finish, late_start, late_finish = _dates(acts, cpm)
    start = np.where(started, acts.actual_start, early_start)
    finish = np.where(complete & known(acts.actual_finish), acts.actual_finish, early_finish)
    start, finish = _one_ended(start, finish)
    total, free = (
        (acts.stored_total_float, acts.stored_free_float)
        if cpm is None
        else (cpm.total_float, cpm.free_float)
    )
    total_days = in_days(total, per_day)
    total_days[complete] = np.nan
    free_days = in_days(free, per_day)
    free_days[complete] = np.nan
    on_path = acts.stored_longest_path == 1 if cpm is None else cpm.longest_path
    # what has no float, complete work too, is not critical by it
    critical = on_path & ~complete if critical_by == LONGEST_PATH else total_days <= 0
    near = ~critical & (total_days <= near_days)
    remaining_work = acts.remaining_duration if cpm is None else cpm.remaining_duration
    data_date = _data_dates(schedule)
    under_way = started & ~complete
    remaining_from = np.where(under_way, np.maximum(early_start, start), start)
    remaining_from = np.where(under_way & ~known(early_start), data_date, remaining_from)
    baseline_start = baseline_finish = minutes_column(n)
    start_variance = finish_variance = np.full(n, np.nan)
    if baseline is not None:
        baseline_start, baseline_finish = _one_ended(
            baseline.columns.start, baseline.columns.finish
        )
        start_variance = variance_days(start, baseline_start)
        finish_variance = variance_days(finish, baseline_finish)
    return Facts(
        kind=_kinds(acts),
        status=acts.status,
        start=start,
        finish=finish,
        started=started,
        finished=complete & known(acts.actual_finish),
        progress_to=_progress_end(started, complete, start, finish, data_date),
        remaining_from=np.where(complete, NO_TIME, remaining_from),
        early_start=early_start,
        early_finish=early_finish,
        late_start=late_start,
        late_finish=late_finish,
        total_float=total_days,
        free_float=free_days,
        critical=critical,
        near=near,
        longest_path=on_path & ~complete,
        percent=percent_complete(schedule, remaining_work),
        original=in_days(acts.original_duration, per_day),
        remaining=in_days(remaining_work, per_day),
        baseline_start=baseline_start,
        baseline_finish=baseline_finish,
        start_variance=start_variance,
        finish_variance=finish_variance,
        count=np.zeros(n, dtype=np.int32),
    )


def _dates(acts: Activities, cpm: CpmResult | None) -> tuple[Minutes, ...]:
    if cpm is not None:
        return cpm.early_start, cpm.early_finish, cpm.late_start, cpm.late_finish
    early_start = _first_known(acts.stored_early_start, acts.stored_start, acts.planned_start)
    early_finish = _first_known(acts.stored_early_finish, acts.stored_finish, acts.planned_finish)
    return early_start, early_finish, acts.stored_late_start, acts.stored_late_finish


def _first_known(*columns: Minutes) -> Minutes:
    found = columns[0]
    for column in columns[1:]:
        found = np.where(found == NO_TIME, column, found)
    return found


def _one_ended(start: Minutes, finish: Minutes) -> tuple[Minutes, Minutes]:
    """A bar needs both ends: one that is missing is taken from the other (milestones)."""
    return np.where(start == NO_TIME, finish, start), np.where(finish == NO_TIME, start, finish)


def _progress_end(
    started: Flags, complete: Flags, start: Minutes, finish: Minutes, data_date: Minutes
) -> Minutes:
    """Complete work is dark to its end, work under way to the data date."""
    end = np.where(complete, finish, np.maximum(np.minimum(data_date, finish), start))
    end = np.where(~complete & (data_date == NO_TIME), start, end)
    return np.where(started, end, NO_TIME)


def _data_dates(schedule: Schedule) -> Minutes:
    """Each activity's project's data date."""
    if not schedule.projects:
        return minutes_column(len(schedule))
    dates = np.array([project.data_date for project in schedule.projects], dtype=np.int64)
    found: Minutes = dates[np.clip(schedule.activities.project, 0, dates.size - 1)]
    return found


def _kinds(acts: Activities) -> Codes:
    table = np.zeros(len(ActivityType), dtype=np.int8)
    for kind, drawn in _KIND.items():
        table[kind] = drawn
    found: Codes = table[acts.type]
    return found


def minutes_per_day(schedule: Schedule) -> Numbers:
    """Working minutes that count as a day for each activity; 480 where it has no calendar."""
    days = [calendar.minutes_per_day or 480.0 for calendar in schedule.calendars]
    table = np.array([*days, 480.0])
    rows = schedule.activities.calendar
    found: Numbers = table[np.where((rows >= 0) & (rows < len(days)), rows, len(days))]
    return found


def in_days(minutes: Minutes, per_day: Numbers) -> Numbers:
    """Days of working minutes, NaN where there is no value."""
    days: Numbers = minutes / per_day
    days[minutes == NO_TIME] = np.nan
    return days


def variance_days(now: Minutes, baseline: Minutes) -> Numbers:
    """Baseline minus current in whole calendar days (negative: later); NaN without either."""
    there = (now != NO_TIME) & (baseline != NO_TIME)
    late = np.where(there, now // DAY - baseline // DAY, 0)
    return np.where(there, -late.astype(np.float64), np.nan)


def percent_complete(schedule: Schedule, remaining_work: Minutes) -> Numbers:
    """Percent complete by each activity's own percent type (0..100).

    Duration: (original - remaining) / original. Physical: as entered. Units: actual units over
    actual plus remaining ones; without units, as duration. Complete is 100, not started 0.
    """
    acts = schedule.activities
    original = np.where(known(acts.original_duration), acts.original_duration, 0)
    remaining = np.where(known(remaining_work), remaining_work, 0)
    has_work = original > 0
    done = np.where(has_work, 100.0 * (1.0 - remaining / np.maximum(original, 1)), 0.0)
    done = np.clip(done, 0.0, 100.0)
    if len(schedule.assignments):
        n, rows = len(acts), schedule.assignments.activity
        actual = np.bincount(rows, schedule.assignments.actual_units, n)
        whole = actual + np.bincount(rows, schedule.assignments.remaining_units, n)
        by_units = (acts.percent_type == PercentType.UNITS) & (whole > 0)
        done = np.where(by_units, 100.0 * actual / np.where(whole > 0, whole, 1.0), done)
    done = np.where(acts.percent_type == PercentType.PHYSICAL, acts.physical_percent, done)
    done = np.where(acts.status == Status.NOT_STARTED, 0.0, done)
    return np.where(acts.status == Status.COMPLETE, 100.0, done)
