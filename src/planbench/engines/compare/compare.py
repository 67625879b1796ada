"""Two calculated schedules side by side: the register with what happened to dates and floats."""

from __future__ import annotations

from collections.abc import Mapping
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

OFF, ON, ENTERS, LEAVES = range(4)
"""Where an activity stands to the longest path: on it in neither, both, the new, the old."""


@dataclass(frozen=True)
class Comparison:
    """What changed from `old` to `new`, and the effect columns, by row of `new`.

    `finish_shift` and `float_shift` are working minutes of the activity's calendar in `new`
    (positive: later, more float), `NO_TIME` where either side has no value.
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

    @property
    def finishes(self) -> tuple[int, int]:
        """Finish of the main project in both."""
        return project_finish(self.old, self.old_cpm), project_finish(self.new, self.new_cpm)

    @property
    def movement_days(self) -> float | None:
        """Calendar days by which the finish moved, positive when it is later."""
        before, after = self.finishes
        return None if NO_TIME in (before, after) else (after - before) / DAY


def project_finish(schedule: Schedule, cpm: CpmResult) -> int:
    """Finish of the main project, `NO_TIME` without activities."""
    return int(cpm.project_finish[schedule.main_project]) if cpm.project_finish.size else NO_TIME


def compare(
    old: Schedule,
    new: Schedule,
    old_cpm: CpmResult | None = None,
    new_cpm: CpmResult | None = None,
    mapping: Mapping[str, str] | None = None,
) -> Comparison:
    """Compare two schedules; what is not calculated yet is calculated.

    `mapping` gives new ids by old id. Raises LoopError and ScheduleError when one of the two
    cannot be calculated.
    """
    left = schedule_network(old) if old_cpm is None else old_cpm
    right = schedule_network(new) if new_cpm is None else new_cpm
    matching = match(old, new, mapping)
    changes = find_changes(old, new, matching)
    partner, there = matching.old_of_new, matching.old_of_new >= 0
    was = _taken(left.finish, partner, there)
    shift = working_shift(new, was, right.finish)
    floats = _taken(left.total_float, partner, there)
    both = known(floats) & known(right.total_float)
    float_shift = np.where(both, right.total_float - np.where(both, floats, 0), NO_TIME)
    before = _on_path(old, left)
    stood = np.where(there, before[partner] if before.size else False, False)
    stands = _on_path(new, right)
    path = np.select([stood & stands, stands, stood], [ON, ENTERS, LEAVES], OFF).astype(np.int8)
    return Comparison(old, new, left, right, matching, changes, shift, float_shift, path)


def _on_path(schedule: Schedule, cpm: CpmResult) -> Flags:
    """Open activities on the longest path: what is complete cannot drive any more."""
    open_: Flags = schedule.activities.status != Status.COMPLETE
    return cpm.longest_path & open_


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
