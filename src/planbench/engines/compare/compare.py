"""Two calculated schedules side by side: the register with what happened to dates and floats."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

import numpy as np

from planbench.domain.calendars import build_work_table
from planbench.domain.schedule import NO_ROW, Codes, Flags, Rows, Schedule, Status
from planbench.domain.times import DAY, NO_TIME, Minutes, known
from planbench.engines.compare.changes import Changes
from planbench.engines.compare.differences import find_changes
from planbench.engines.compare.matching import Matching, match
from planbench.engines.cpm import schedule_network
from planbench.engines.cpm.result import CpmResult
from planbench.engines.trace import driving_path

OFF, ON, ENTERS, LEAVES = range(4)
"""Where an activity stands to the longest path: on it in neither, both, the new, the old."""


@dataclass(frozen=True)
class Target:
    """The activity whose finish the comparison is about, with its rows (`NO_ROW`: not there)."""

    id: str
    old_row: int
    new_row: int


@dataclass(frozen=True)
class Comparison:
    """What changed from `old` to `new`, and the effect columns, by row of `new`.

    `finish_shift` and `float_shift` are working minutes of the activity's calendar in `new`
    (positive: later, more float), `NO_TIME` where either side has no value. With a `target`, what
    is said of the finish is said of the target's, and `path` is the driving path to it instead of
    the longest path.
    """

    old: Schedule
    new: Schedule
    old_cpm: CpmResult
    new_cpm: CpmResult
    matching: Matching
    changes: Changes
    finish_shift: Minutes
    float_shift: Minutes
    path: Codes
    target: Target | None = None

    @property
    def finishes(self) -> tuple[int, int]:
        """Finish of the main project, or of the target, in both."""
        return self.old_finish(self.old, self.old_cpm), self.new_finish(self.new, self.new_cpm)

    def old_finish(self, schedule: Schedule, cpm: CpmResult) -> int:
        """The finish in question in a schedule that has the rows of `old` at their places."""
        return _finish_of(schedule, cpm, None if self.target is None else self.target.old_row)

    def new_finish(self, schedule: Schedule, cpm: CpmResult) -> int:
        """The finish in question in a schedule that has the rows of `new` at their places."""
        return _finish_of(schedule, cpm, None if self.target is None else self.target.new_row)

    @property
    def movement_days(self) -> float | None:
        """Calendar days by which the finish moved, positive when it is later."""
        before, after = self.finishes
        return None if NO_TIME in (before, after) else (after - before) / DAY


def project_finish(schedule: Schedule, cpm: CpmResult) -> int:
    """Finish of the main project, `NO_TIME` without activities."""
    return int(cpm.project_finish[schedule.main_project]) if cpm.project_finish.size else NO_TIME


def _finish_of(schedule: Schedule, cpm: CpmResult, row: int | None) -> int:
    if row is None:
        return project_finish(schedule, cpm)
    return int(cpm.finish[row]) if row != NO_ROW else NO_TIME


def compare(
    old: Schedule,
    new: Schedule,
    old_cpm: CpmResult | None = None,
    new_cpm: CpmResult | None = None,
    mapping: Mapping[str, str] | None = None,
    refused: Collection[tuple[str, str]] = (),
    target: str = "",
) -> Comparison:
    """Compare two schedules; what is not calculated yet is calculated.

    `mapping` gives new ids by old id, `refused` pairs of ids that are not one activity, `target`
    the id (in `new`, else in `old`) of the activity whose finish counts instead of the project's.
    Raises LoopError and ScheduleError when one of the two cannot be calculated.
    """
    left = schedule_network(old) if old_cpm is None else old_cpm
    right = schedule_network(new) if new_cpm is None else new_cpm
    matching = match(old, new, mapping, refused)
    aim = _target(old, new, matching, target) if target else None
    changes = find_changes(old, new, matching)
    partner, there = matching.old_of_new, matching.old_of_new >= 0
    was = _taken(left.finish, partner, there)
    shift = working_shift(new, was, right.finish)
    floats = _taken(left.total_float, partner, there)
    both = known(floats) & known(right.total_float)
    float_shift = np.where(both, right.total_float - np.where(both, floats, 0), NO_TIME)
    before = path_flags(old, left, None if aim is None else aim.old_row)
    stood = np.where(there, before[partner] if before.size else False, False)
    stands = path_flags(new, right, None if aim is None else aim.new_row)
    path = np.select([stood & stands, stands, stood], [ON, ENTERS, LEAVES], OFF).astype(np.int8)
    return Comparison(old, new, left, right, matching, changes, shift, float_shift, path, aim)


def _target(old: Schedule, new: Schedule, matching: Matching, id_: str) -> Target:
    row = new.row_of_code.get(id_, NO_ROW)
    if row != NO_ROW:
        return Target(id_, int(matching.old_of_new[row]), row)
    row = old.row_of_code.get(id_, NO_ROW)
    return Target(id_, row, NO_ROW if row == NO_ROW else int(matching.new_of_old[row]))


def path_flags(schedule: Schedule, cpm: CpmResult, target: int | None) -> Flags:
    """Open activities on the longest path, or on the driving path to a row (`NO_ROW`: to none).

    What is complete cannot drive any more.
    """
    open_: Flags = schedule.activities.status != Status.COMPLETE
    if target is None:
        return cpm.longest_path & open_
    on = np.zeros(len(schedule), dtype=bool)
    if target != NO_ROW:
        on[list(driving_path(schedule, cpm, target).rows)] = True
    return on & open_


def _taken(values: Minutes, rows: Rows, there: Flags) -> Minutes:
    if not values.size:
        return np.full(rows.size, NO_TIME, dtype=np.int64)
    return np.where(there, values[rows], NO_TIME)


def working_shift(schedule: Schedule, before: Minutes, after: Minutes) -> Minutes:
    """Working minutes from one column of dates to another, each on its activity's calendar."""
    out = np.full(before.size, NO_TIME, dtype=np.int64)
    both = np.flatnonzero(known(before) & known(after))
    if not both.size:
        return out
    low = int(min(before[both].min(), after[both].min())) // DAY - 8
    high = int(max(before[both].max(), after[both].max())) // DAY + 9
    table = build_work_table(schedule.calendars, low, high)
    calendars = schedule.activities.calendar[both]
    for calendar in np.unique(calendars).tolist():
        rows = both[calendars == calendar]
        if 0 <= calendar < table.size:
            out[rows] = table.work_between(calendar, before[rows], after[rows])
        else:
            out[rows] = after[rows] - before[rows]
    return out


def change_effects(comparison: Comparison) -> tuple[Minutes, Minutes, Codes]:
    """By change: finish shift, float shift (minutes) and path of the activity it stands at."""
    rows = comparison.changes.new_row
    there = rows != NO_ROW
    return (
        _taken(comparison.finish_shift, rows, there),
        _taken(comparison.float_shift, rows, there),
        np.where(there, comparison.path[rows] if comparison.path.size else OFF, OFF).astype(
            np.int8
        ),
    )
