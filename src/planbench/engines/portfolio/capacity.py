"""Demand against capacity by role and quarter, and against money by fund and fiscal year."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, replace

from planbench.engines.portfolio.months import month_name
from planbench.engines.portfolio.quarters import day, fiscal_year, quarter_name, quarter_of
from planbench.engines.portfolio.register import Register

Plan = Mapping[str, int | None]
"""Delay in quarters of every project that goes on; None: not started, or stopped."""

NEAR, FULL, OVER = 0.85, 1.0, 1.1
"""Shares of demand in capacity from which a cell is nearly full, full, and far over."""


@dataclass(frozen=True)
class Cell:
    """Demand of one role in one quarter, or in one month of it where `month` is given.

    `causes` are projects with their demand, largest first. `share` is demand / capacity, None
    without capacity; `shortage` what is missing, 0 if none.
    """

    role: str
    quarter: int
    demand: float
    capacity: float
    causes: tuple[tuple[str, float], ...]
    month: int | None = None

    @property
    def period(self) -> str:
        """The quarter or month as people write it."""
        return quarter_name(self.quarter) if self.month is None else month_name(self.month)

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
    register: Register,
    plan: Plan,
    *,
    weighted: bool = False,
    committed: bool = False,
    monthly: bool = False,
) -> tuple[Cell, ...]:
    """Cells of all roles and quarters (or months) with capacity or demand, by role and time.

    `weighted` counts candidates by their chance of success only, `committed` leaves them out. A
    quarter is the mean of its months, or their sum for units that add up.
    """
    parts: dict[tuple[str, int], dict[str, float]] = defaultdict(dict)
    there: dict[tuple[str, int], float] = {}
    for role in register.roles:
        has = role.monthly if monthly else role.quarterly
        there.update({(role.id, period): amount for period, amount in has.items()})
    roles = {role.id: role for role in register.roles}
    for project in register.open_projects:
        delay = plan.get(project.id)
        if delay is None or (committed and not project.running):
            continue
        factor = project.p_success if weighted and not project.running else 1.0
        for name in project.demanded:
            if monthly:
                needs = project.needs_monthly(roles[name], delay)
            else:
                needs = {q + delay: a for q, a in project.needs(roles[name]).items()}
            for period, amount in needs.items():
                if amount:
                    parts[name, period][project.id] = amount * factor
    return tuple(
        _cell(name, period, parts.get((name, period), {}), there.get((name, period), 0.0), monthly)
        for name, period in sorted({*parts, *there})
    )


def _cell(role: str, period: int, by_project: Mapping[str, float], has: float, m: bool) -> Cell:
    causes = tuple(sorted(by_project.items(), key=lambda part: (-part[1], part[0])))
    total = sum(by_project[name] for name in sorted(by_project))
    return Cell(role, period // 3 if m else period, total, has, causes, period if m else None)


def shortages(cells: tuple[Cell, ...]) -> tuple[Cell, ...]:
    """Cells with more demand than capacity, largest shortage in capacity first."""
    short = [cell for cell in cells if cell.shortage]
    return tuple(
        sorted(
            short,
            key=lambda c: (-c.shortage / max(c.capacity, 1e-9), c.role, c.quarter, c.month or 0),
        )
    )


def full_time_equivalents(hours: float, month_hours: float) -> float:
    """People who work the hours of a month: hours / working hours of that month."""
    if month_hours <= 0:
        raise ValueError("the month has no working hours")
    return hours / month_hours


@dataclass(frozen=True)
class Year:
    """Cost of a plan in a fiscal year and fund. `budget` is None where none is set.

    Of the budget `reserve` is held back; `carried` came over from the year before.
    """

    fiscal_year: int
    fund: str
    cost: float
    budget: float | None
    causes: tuple[tuple[str, float], ...]
    reserve: float = 0.0
    carried: float = 0.0
    carried_out: float = 0.0

    @property
    def room(self) -> float:
        """What may be allocated: budget and what was carried over, less the reserve."""
        return (self.budget or 0.0) + self.carried - self.reserve

    @property
    def over(self) -> float:
        """What is missing, 0 if nothing."""
        if self.budget is None or self.cost <= self.room + 1e-9 * max(1.0, self.room):
            return 0.0
        return self.cost - self.room

    @property
    def unallocated(self) -> float:
        """What nobody was given: allocated + reserve + unallocated is the envelope.

        Below 0 where more is allocated than there is.
        """
        return self.room - self.cost


def yearly_cost(
    register: Register, plan: Plan, *, factor: float = 1.0, carry_over: bool = False
) -> tuple[Year, ...]:
    """Forward cost by fiscal year and fund, with exit costs of running projects that stop.

    Costs but not exit costs are multiplied by `factor`. With `carry_over` as much as the budget
    allows of what is left goes to the fund's next year.
    """
    month = register.settings.fiscal_year_start_month
    now = quarter_of(day(register.settings.valuation_date))
    parts: dict[tuple[int, str], dict[str, float]] = defaultdict(lambda: defaultdict(float))
    for project in register.open_projects:
        delay = plan.get(project.id)
        growth = factor * (1.0 + register.settings.escalation) ** ((delay or 0) / 4)
        for fund, share in project.funding.items():
            if delay is None:
                if project.running and project.exit_cost:
                    parts[fiscal_year(now, month), fund][project.id] += share * project.exit_cost
                continue
            for quarter, amount in sorted(project.capex.items()):
                key = fiscal_year(quarter + delay, month), fund
                parts[key][project.id] += share * amount * growth
    budgets = {(b.fiscal_year, b.fund): b for b in register.budgets}
    carried: dict[tuple[int, str], float] = {}
    made = []
    for key in sorted({*parts, *budgets}):
        by_project, budget = parts.get(key, {}), budgets.get(key)
        causes = tuple(sorted(by_project.items(), key=lambda part: (-part[1], part[0])))
        cost = sum(by_project[name] for name in sorted(by_project))
        year = Year(*key, cost, None, causes)
        if budget is not None:
            came = carried.get(key, 0.0)
            year = Year(*key, cost, budget.amount, causes, budget.reserve, came)
            after = (key[0] + 1, key[1])
            if carry_over and after in budgets:
                most = (budget.amount - budget.reserve) * budget.carry_over_pct / 100.0
                carried[after] = min(most, max(0.0, year.unallocated))
                year = replace(year, carried_out=carried[after])
        made.append(year)
    return tuple(made)
