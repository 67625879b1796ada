"""Demand against capacity by role and quarter, and against money by fund and fiscal year."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from planbench.engines.portfolio.quarters import day, fiscal_year, quarter_of
from planbench.engines.portfolio.register import Register

Plan = Mapping[str, int | None]
"""Delay in quarters of every project that goes on; None: not started, or stopped."""

NEAR, FULL, OVER = 0.85, 1.0, 1.1
"""Shares of demand in capacity from which a cell is nearly full, full, and far over."""


@dataclass(frozen=True)
class Cell:
    """Demand of one role in one quarter. `causes` are projects with their demand, largest first.

    `share` is demand / capacity, None without capacity; `shortage` what is missing, 0 if none.
    """

    role: str
    quarter: int
    demand: float
    capacity: float
    causes: tuple[tuple[str, float], ...]

    @property
    def share(self) -> float | None:
        """Demand in capacity."""
        return self.demand / self.capacity if self.capacity > 0 else None

    @property
    def shortage(self) -> float:
        """What is missing."""
        over = self.demand - self.capacity
        return over if over > 1e-9 * max(1.0, self.capacity) else 0.0


def as_asked(register: Register) -> dict[str, int | None]:
    """The plan in which every open project starts or goes on as asked."""
    return {project.id: 0 for project in register.open_projects}


def heat_map(
    register: Register, plan: Plan, *, weighted: bool = False, committed: bool = False
) -> tuple[Cell, ...]:
    """Cells of all roles and quarters with capacity or demand, by role and quarter.

    `weighted` counts candidates by their chance of success only, `committed` leaves them out.
    """
    by_cell: dict[tuple[str, int], dict[str, float]] = defaultdict(dict)
    for project in register.open_projects:
        delay = plan.get(project.id)
        if delay is None or (committed and not project.running):
            continue
        factor = project.p_success if weighted and not project.running else 1.0
        for role, demand in project.demand.items():
            for quarter, amount in demand.items():
                if amount:
                    by_cell[role, quarter + delay][project.id] = amount * factor
    capacity = {(role.id, q): c for role in register.roles for q, c in role.capacity.items()}
    made = []
    for role, quarter in sorted({*by_cell, *capacity}):
        parts = by_cell.get((role, quarter), {})
        causes = tuple(sorted(parts.items(), key=lambda part: (-part[1], part[0])))
        total = sum(parts[name] for name in sorted(parts))
        made.append(Cell(role, quarter, total, capacity.get((role, quarter), 0.0), causes))
    return tuple(made)


def shortages(cells: tuple[Cell, ...]) -> tuple[Cell, ...]:
    """Cells with more demand than capacity, largest shortage in capacity first."""
    short = [cell for cell in cells if cell.shortage]
    return tuple(
        sorted(short, key=lambda c: (-c.shortage / max(c.capacity, 1e-9), c.role, c.quarter))
    )


def full_time_equivalents(hours: float, month_hours: float) -> float:
    """People who work the hours of a month: hours / working hours of that month."""
    if month_hours <= 0:
        raise ValueError("the month has no working hours")
    return hours / month_hours


@dataclass(frozen=True)
class Year:
    """Cost of a plan in a fiscal year and fund. `budget` is None where none is set."""

    fiscal_year: int
    fund: str
    cost: float
    budget: float | None
    causes: tuple[tuple[str, float], ...]

    @property
    def over(self) -> float:
        """What is missing, 0 if nothing."""
        if self.budget is None or self.cost <= self.budget + 1e-9 * max(1.0, self.budget):
            return 0.0
        return self.cost - self.budget


def yearly_cost(register: Register, plan: Plan) -> tuple[Year, ...]:
    """Forward cost by fiscal year and fund, with exit costs of running projects that stop."""
    month = register.settings.fiscal_year_start_month
    now = quarter_of(day(register.settings.valuation_date))
    parts: dict[tuple[int, str], dict[str, float]] = defaultdict(lambda: defaultdict(float))
    for project in register.open_projects:
        delay = plan.get(project.id)
        if delay is None:
            if project.running and project.exit_cost:
                parts[fiscal_year(now, month), project.fund][project.id] += project.exit_cost
            continue
        growth = (1.0 + register.settings.escalation) ** (delay / 4)
        for quarter, amount in sorted(project.capex.items()):
            key = fiscal_year(quarter + delay, month), project.fund
            parts[key][project.id] += amount * growth
    budgets = {(b.fiscal_year, b.fund): b.amount for b in register.budgets}
    made = []
    for key in sorted({*parts, *budgets}):
        by_project = parts.get(key, {})
        causes = tuple(sorted(by_project.items(), key=lambda part: (-part[1], part[0])))
        cost = sum(by_project[name] for name in sorted(by_project))
        made.append(Year(*key, cost, budgets.get(key), causes))
    return tuple(made)
