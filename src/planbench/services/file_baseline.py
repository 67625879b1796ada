"""A baseline that came inside a file, or from another file, as the plan to measure against."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from planbench.domain.schedule import (
    Baseline,
    Expenses,
    Numbers,
    Rows,
    Schedule,
    Status,
    make_table,
)
from planbench.domain.times import NO_TIME
from planbench.services.baselines import budgets


def schedule_of_baseline(schedule: Schedule, baseline: Baseline) -> Schedule:
    """The schedule as its baseline has it: those dates and budgets, nothing begun.

    A baseline knows cost by activity: it is shared over the activity's cost items like their
    budgets, and is an expense of its own where there are none. Where the baseline says nothing of
    cost at all, today's budgets hold. Activities without baseline dates have no budget.
    """
    columns, n = baseline.columns, len(schedule)
    nothing = np.full(n, NO_TIME, dtype=np.int64)
    own = budgets(schedule)
    own = own if own.size else np.zeros(n)
    known = not np.isnan(columns.cost).all() if n else False
    cost = np.nan_to_num(columns.cost) if known else np.nan_to_num(own)
    cost = np.where(columns.finish == NO_TIME, 0.0, cost)
    items = [(t.activity, t.budget_cost) for t in (schedule.assignments, schedule.expenses)]
    total = np.zeros(n)
    for activity, budget in items:
        on = activity >= 0
        total += np.bincount(activity[on], budget[on], minlength=n)[:n]
    factor = np.divide(cost, total, out=np.zeros(n), where=total != 0)

    def scaled(activity: Rows, budget: Numbers) -> Numbers:
        return np.where(activity >= 0, budget * factor[np.maximum(activity, 0)], 0.0)

    (on_resource, resource), (on_expense, expense) = items
    extra = np.flatnonzero((total == 0) & (cost != 0))
    old, more = schedule.expenses, extra.size
    expenses = make_table(
        Expenses,
        len(old) + more,
        uid=[*old.uid.tolist(), *(f"baseline {row}" for row in extra.tolist())],
        activity=np.concatenate((on_expense, extra)).astype(np.int32),
        name=[*old.name.tolist(), *["Baseline cost"] * more],
        account=np.concatenate((old.account, np.full(more, -1))).astype(np.int32),
        budget_cost=np.concatenate((scaled(on_expense, expense), cost[extra])),
    )
    made = schedule.with_activities(
        stored_start=columns.start,
        stored_finish=columns.finish,
        stored_early_start=nothing,
        stored_early_finish=nothing,
        stored_late_start=nothing,
        stored_late_finish=nothing,
        actual_start=nothing,
        actual_finish=nothing,
        status=np.full(n, Status.NOT_STARTED, dtype=np.int8),
    )
    assignments = schedule.assignments.with_columns(budget_cost=scaled(on_resource, resource))
    return replace(made, assignments=assignments, expenses=expenses)
