"""One schedule as the baseline of another."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from planbench.domain.errors import ScheduleError
from planbench.domain.schedule import Baseline, BaselineColumns, Flags, Numbers, Schedule
from planbench.domain.times import NO_TIME, Minutes

if TYPE_CHECKING:
    from planbench.engines.cpm.result import CpmResult


def aligned_baseline(
    schedule: Schedule, other: Schedule, name: str, cpm: CpmResult | None = None
) -> Baseline:
    """`other` as a baseline of `schedule`, matched by activity id (the first where ids repeat).

    Start and finish are the actual dates where there are any, else those of `cpm`, else those
    that `other` stores; a schedule that stores none is calculated. Activities that `other` does
    not know, or that have no date there, have none in the baseline.
    """
    rows_of = other.row_of_code
    rows = np.array(
        [rows_of.get(code, -1) for code in schedule.activities.code.tolist()], dtype=np.int64
    )
    start, finish = baseline_dates(other, cpm)
    found = rows >= 0
    columns = BaselineColumns(
        _taken(start, rows, found),
        _taken(finish, rows, found),
        _taken(other.activities.original_duration, rows, found),
        _taken_costs(budgets(other), rows, found),
    )
    return Baseline(name, other.data_date, columns)


def _taken(values: Minutes, rows: Minutes, found: Flags) -> Minutes:
    if not values.size:
        return np.full(rows.size, NO_TIME, dtype=np.int64)
    return np.where(found, values[rows], NO_TIME)


def _taken_costs(values: Numbers, rows: Minutes, found: Flags) -> Numbers:
    if not values.size:
        return np.full(rows.size, np.nan)
    return np.where(found, values[rows], np.nan)


def baseline_dates(schedule: Schedule, cpm: CpmResult | None = None) -> tuple[Minutes, Minutes]:
    """Start and finish of every activity as a baseline shows them, minutes since the epoch."""
    acts = schedule.activities
    start = _first_known(acts.stored_start, acts.stored_early_start)
    finish = _first_known(acts.stored_finish, acts.stored_early_finish)
    if cpm is None and len(schedule) and not (finish != NO_TIME).any():
        cpm = _calculated(schedule)
    if cpm is not None:
        start, finish = cpm.start, cpm.finish
    else:
        start = _first_known(start, acts.planned_start)
        finish = _first_known(finish, acts.planned_finish)
    return _first_known(acts.actual_start, start), _first_known(acts.actual_finish, finish)


def _calculated(schedule: Schedule) -> CpmResult | None:
    """The schedule calculated, None when it cannot be."""
    from planbench.engines.cpm import schedule_network

    try:
        return schedule_network(schedule)
    except ScheduleError:
        return None


def _first_known(first: Minutes, second: Minutes) -> Minutes:
    return np.where(first != NO_TIME, first, second)


def same_baseline(one: Baseline, other: Baseline) -> bool:
    """Whether two are one baseline: of one name, with the same dates."""
    return one is other or (
        one.name == other.name
        and np.array_equal(one.columns.start, other.columns.start)
        and np.array_equal(one.columns.finish, other.columns.finish)
    )


def budgets(schedule: Schedule) -> Numbers:
    """Budgeted cost of every activity, NaN for one that bears no cost at all."""
    n = len(schedule)
    total, bears = np.zeros(n), np.zeros(n, dtype=bool)
    for table in (schedule.assignments, schedule.expenses):
        on = table.activity >= 0
        total += np.bincount(table.activity[on], table.budget_cost[on], minlength=n)
        bears[table.activity[on]] = True
    return np.where(bears, total, np.nan)
