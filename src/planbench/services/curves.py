"""Curves around the plan and the forecast: early and late envelope, and the fan of a risk run."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from planbench.domain.schedule import Numbers, Rows, Schedule, Status
from planbench.domain.times import NO_TIME, Minutes
from planbench.engines.control.measure import Plan, Scope

if TYPE_CHECKING:
    from planbench.services.document import Document

MOST_RUNS = 2_000
"""Runs of a simulation that a fan is made of: the first ones, which are as random as any."""

LOW, HIGH = 10, 90
"""Percentiles between which a fan lies."""


@dataclass(frozen=True)
class Fan:
    """Cumulative cost from the data date on, between two percentiles of a simulation's runs."""

    time: Minutes
    low: Numbers
    middle: Numbers
    high: Numbers


def envelope(
    scope: Scope, place: Rows, plan: Schedule, cpm: Any, times: Minutes
) -> tuple[Numbers, Numbers] | None:
    """Planned value at `times` with every activity at its early, and at its late dates.

    `place` is the row in `scope` of each activity of the plan, `cpm` the plan's calculation, if
    there is one: else the dates that it stores hold. What is done in the plan keeps the dates of
    the scope, what is under way its start. None where the plan has no late dates.
    """
    acts, curves = plan.activities, []
    status = acts.status
    early = (acts.stored_early_start, acts.stored_early_finish)
    late = (acts.stored_late_start, acts.stored_late_finish)
    if cpm is not None:
        early, late = (cpm.early_start, cpm.early_finish), (cpm.late_start, cpm.late_finish)
    if not (late[1] != NO_TIME).any():
        return None
    for start, finish in (early, late):
        known = (start != NO_TIME) & (finish != NO_TIME) & (start <= finish)
        moved = replace(scope, start=scope.start.copy(), finish=scope.finish.copy())
        fresh, open_ = known & (status == Status.NOT_STARTED), known & (status != Status.COMPLETE)
        moved.start[place[fresh]] = start[fresh]
        moved.finish[place[open_]] = finish[open_]
        spread = Plan(moved)
        curves.append(np.array([spread.total(int(at)) for at in times.tolist()]))
    return curves[0], curves[1]


def forecast_fan(document: Document, time: Minutes, curve: Numbers) -> Fan | None:
    """The forecast curve stretched to finish and cost of every run, as percentiles by month.

    `time` and `curve` are the forecast from the data date on. Cost varies only where the risk
    model says what something costs. None without a run of this very schedule.
    """
    risk = document.risk
    if risk is None or risk.schedule_digest != document.schedule.digest or time.size < 2:
        return None
    now, end = int(time[0]), int(time[-1])
    finish = np.maximum(risk.finish[:MOST_RUNS], now + 1)
    total = np.full(finish.size, float(curve[-1]))
    if risk.cost is not None:
        total = total + risk.cost.total[:MOST_RUNS] - risk.cost.at_plan
    spent, whole = float(curve[0]), float(curve[-1] - curve[0])
    if whole <= 0:
        return None
    last = max(end, int(np.percentile(finish, HIGH)))
    step = max((last - now) // 60, 1)
    grid = np.append(np.arange(now, last, step, dtype=np.int64), last)
    part = np.minimum((grid[None, :] - now) / (finish[:, None] - now), 1.0)
    shape = (curve - spent) / whole
    share = np.interp(part.ravel(), (time - now) / (end - now), shape).reshape(part.shape)
    values = spent + np.maximum(total - spent, 0.0)[:, None] * share
    low, middle, high = np.percentile(values, (LOW, 50, HIGH), axis=0)
    return Fan(grid, low, middle, high)
