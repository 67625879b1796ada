"""Planned, earned and actual value of a whole project at a data date, from cost items upwards."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from planbench.domain.calendars import Calendar, WorkTable, build_work_table
from planbench.domain.schedule import NO_ROW, Codes, Flags, Numbers, Rows
from planbench.domain.times import DAY, NO_TIME, Minutes, earliest, latest
from planbench.engines.control.credit import earned_share
from planbench.engines.control.earned_schedule import adherence, earned_time
from planbench.engines.control.indices import (
    Values,
    cost_forecasts,
    duration_forecasts,
    ratio,
    to_complete_schedule,
)
from planbench.engines.control.spread import Accrual, planned_share


@dataclass(frozen=True)
class Scope:
    """The work that is measured: activities by column, and the cost items that hang on them.

    An activity is of the baseline, of the update, or of both; one that the update dropped keeps
    its budget, one that it added has none.
    """

    calendars: tuple[Calendar, ...]
    project_calendar: int
    data_date: int
    calendar: Rows  # by activity, of the baseline
    start: Minutes  # baseline dates
    finish: Minutes
    technique: Codes  # Technique
    percent: Numbers  # 0..100
    started: Flags
    finished: Flags
    item_activity: Rows
    item_account: Rows  # NO_ROW: on no account
    item_budget: Numbers
    item_actual: Numbers
    item_accrual: Codes  # Accrual


@dataclass(frozen=True)
class Measured:
    """Figures of a project. Columns by cost item; times in working hours of the project."""

    values: Values
    item_pv: Numbers
    item_ev: Numbers
    planned_hours: float  # PD
    actual_hours: float  # AT
    earned_hours: float  # ES
    earned_date: int  # the minute of ES
    start: int
    finish: int  # of the baseline
    p_factor: float | None
    curve_time: Minutes
    curve_pv: Numbers  # cumulative planned value at curve_time

    @property
    def spi_t(self) -> float | None:
        """SPI(t) = ES / AT."""
        return ratio(self.earned_hours, self.actual_hours)

    @property
    def sv_t(self) -> float:
        """SV(t) = ES - AT, working hours."""
        return self.earned_hours - self.actual_hours

    @property
    def tspi(self) -> float | None:
        """Pace at which the planned duration is still met."""
        return to_complete_schedule(self.planned_hours, self.earned_hours, self.actual_hours)

    @property
    def eac(self) -> dict[str, float | None]:
        """Estimates at completion by performance factor."""
        return cost_forecasts(self.values, self.spi_t)

    @property
    def eac_t(self) -> dict[str, float | None]:
        """Duration forecasts in working hours, by method."""
        return duration_forecasts(
            self.values, self.planned_hours, self.actual_hours, self.earned_hours
        )


class Plan:
    """A scope's planned value at any minute."""

    def __init__(self, scope: Scope) -> None:
        self.scope = scope
        self.start = earliest(scope.start, scope.data_date)
        self.finish = latest(scope.finish, scope.data_date)
        ends = [self.start, self.finish, scope.data_date]
        self.work: WorkTable = build_work_table(
            scope.calendars, min(ends) // DAY - 1, max(ends) // DAY + 2
        )
        items = scope.item_activity
        self._columns = (scope.calendar[items], scope.start[items], scope.finish[items])

    def of_items(self, at: int) -> Numbers:
        """Cumulative planned value of every cost item."""
        calendar, start, finish = self._columns
        share = planned_share(self.work, calendar, start, finish, at, self.scope.item_accrual)
        return share * self.scope.item_budget

    def total(self, at: int) -> float:
        """Cumulative planned value of all items."""
        return float(self.of_items(at).sum())

    def hours(self, start: int, finish: int) -> float:
        """Working hours between two minutes on the project's calendar."""
        ends = np.array([start, finish], dtype=np.int64)
        worked = self.work.worked(self.scope.project_calendar, ends)
        return float(worked[1] - worked[0]) / 60.0


def measure(scope: Scope, curve: Minutes | None = None) -> Measured:
    """Figures of a scope at its data date; `curve` names the minutes of the planned curve."""
    plan, now = Plan(scope), scope.data_date
    planned = planned_share(plan.work, scope.calendar, scope.start, scope.finish, now)
    share = earned_share(scope.technique, scope.percent, scope.started, scope.finished, planned)
    # what falls due at the start is earned there, as it is planned
    begun = (scope.item_accrual == Accrual.AT_START) & scope.started[scope.item_activity]
    item_ev = np.where(begun, 1.0, share[scope.item_activity]) * scope.item_budget
    item_pv = plan.of_items(now)
    values = Values(
        float(scope.item_budget.sum()),
        float(item_pv.sum()),
        float(item_ev.sum()),
        float(scope.item_actual.sum()),
    )
    reached = earned_time(plan.total, values.ev, plan.start, plan.finish, now)
    n = scope.start.size
    at_reached = _by(scope.item_activity, plan.of_items(reached), n)
    times = np.zeros(0, dtype=np.int64) if curve is None else curve
    return Measured(
        values,
        item_pv,
        item_ev,
        plan.hours(plan.start, plan.finish),
        plan.hours(plan.start, now),
        plan.hours(plan.start, reached),
        reached,
        plan.start,
        plan.finish,
        adherence(at_reached, _by(scope.item_activity, item_ev, n)),
        times,
        np.array([plan.total(int(at)) for at in times.tolist()]),
    )


def _by(keys: Rows, amounts: Numbers, n: int) -> Numbers:
    """Amounts summed by key 0..n-1; those without a key are left out."""
    chosen = keys >= 0
    total = np.bincount(keys[chosen], amounts[chosen], minlength=n)[:n]
    return np.asarray(total, dtype=np.float64)


def summed(keys: Rows, scope: Scope, measured: Measured, n: int) -> list[Values]:
    """Values by key 0..n-1 of the cost items, for example their activity or account."""
    columns = (scope.item_budget, measured.item_pv, measured.item_ev, scope.item_actual)
    rows = zip(*(_by(keys, column, n).tolist() for column in columns), strict=True)
    return [Values(*row) for row in rows]


def rolled_up(values: list[Values], parent: Rows) -> list[Values]:
    """Values of a tree with those of all branches below; parents come before their children."""
    total = list(values)
    for row in range(len(total) - 1, -1, -1):
        above = int(parent[row])
        if above != NO_ROW:
            total[above] = total[above] + total[row]
    return total


def month_ends(start: int, finish: int) -> Minutes:
    """The first minute after each month from the one of `start` to that of `finish`."""
    if NO_TIME in (start, finish):
        return np.zeros(0, dtype=np.int64)
    first = np.datetime64(start, "m").astype("datetime64[M]") + 1
    last = np.datetime64(finish, "m").astype("datetime64[M]") + 1
    months = np.arange(first, last + 1)
    return months.astype("datetime64[m]").astype(np.int64)
