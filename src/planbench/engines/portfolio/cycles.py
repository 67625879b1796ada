"""Money in fiscal cycles: what was approved, bound, spent and is still to come, by fund.

Calendar months are split over the periods of the fiscal calendar by their days. A fiscal year is
named by the calendar year in which it ends, its periods like the month they stand for.
"""

from __future__ import annotations

import datetime as dt
import math
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from planbench.engines.control.fiscal import FiscalCalendar
from planbench.engines.portfolio.capacity import Plan
from planbench.engines.portfolio.envelopes import APPROVED, WAITING, Spend
from planbench.engines.portfolio.months import by_month, days_in, first_day, month, month_of
from planbench.engines.portfolio.quarters import day, fiscal_year
from planbench.engines.portfolio.register import CLOSED, Project, Register

YEARS, QUARTERS, PERIODS = 12, 3, 1
"""Periods together in a cycle."""

LEAST = 0.05
"""Smaller amounts are not worth a proposal."""


def calendar_of(register: Register) -> FiscalCalendar:
    """The fiscal calendar of the register's settings."""
    settings = register.settings
    return FiscalCalendar(settings.fiscal_year_start_month, settings.fiscal_periods)


@lru_cache(maxsize=4096)
def month_parts(calendar: FiscalCalendar, number: int) -> tuple[tuple[int, int], ...]:
    """(period, days) of a calendar month; periods are numbered like months."""
    begin, last = first_day(number), first_day(number + 1) - dt.timedelta(days=1)
    found = []
    while begin <= last:
        period = calendar.period(begin)
        end = min(calendar.last_day(period), last)
        found.append((month(period), (end - begin).days + 1))
        begin = end + dt.timedelta(days=1)
    return tuple(found)


def in_periods(amounts: Mapping[int, float], calendar: FiscalCalendar) -> dict[int, float]:
    """Amounts of calendar months in fiscal periods, by days; nothing is lost or added.

    What each month's last period gets is the rest, so that the parts add up to the month.
    """
    parts: dict[int, list[float]] = defaultdict(list)
    for number, amount in sorted(amounts.items()):
        left, split = amount, month_parts(calendar, number)
        for period, days in split[:-1]:
            part = amount * days / days_in(number)
            parts[period].append(part)
            left -= part
        parts[split[-1][0]].append(left)
    return {period: math.fsum(found) for period, found in sorted(parts.items())}


def monthly_cost(
    register: Register, project: Project, delay: int | None, factor: float = 1.0
) -> dict[int, float]:
    """What a plan still spends on a project, by calendar month; a stop pays its exit at once."""
    if delay is None:
        at = month_of(day(register.settings.valuation_date))
        return {at: project.exit_cost} if project.running and project.exit_cost else {}
    growth = factor * (1.0 + register.settings.escalation) ** (delay / 4)
    quarters = {quarter + delay: amount * growth for quarter, amount in project.capex.items()}
    return {one: amount for one, amount in by_month(quarters, {}, True).items() if amount}


@dataclass(frozen=True)
class Cycle:
    """A fiscal cycle of a fund. `limit` is what was approved for its fiscal year, else the budget.

    `used` is spent and to come from the beginning of the fiscal year to the end of the cycle.
    """

    fiscal_year: int
    place: int
    name: str
    fund: str
    limit: float | None
    committed: float
    spent: float
    forecast: float
    used: float

    @property
    def outlook(self) -> float:
        """Spent and still to come."""
        return self.spent + self.forecast

    @property
    def left(self) -> float | None:
        """Above 0 an underspend of the year so far, below 0 an overspend; None without limit."""
        return None if self.limit is None else self.limit - self.used


Lines = dict[tuple[int, str], list[float]]


def _lines(register: Register, plan: Plan, factor: float, only: str = "") -> Lines:
    """[committed, spent, to come] by period and fund, of all projects or one."""
    calendar = calendar_of(register)
    found: Lines = defaultdict(lambda: [0.0, 0.0, 0.0])
    booked: dict[str, list[Spend]] = defaultdict(list)
    for one in register.spending:
        booked[one.project].append(one)
    for project in register.projects:
        if only and project.id != only:
            continue
        mine, live = booked[project.id], project.status != CLOSED
        columns = (
            {one.month: one.committed for one in mine},
            {one.month: one.spent for one in mine},
            monthly_cost(register, project, plan.get(project.id), factor) if live else {},
        )
        for kind, amounts in enumerate(columns):
            for period, amount in in_periods(amounts, calendar).items():
                for fund, share in project.funding.items():
                    found[period, fund][kind] += share * amount
    return found


def limits(register: Register) -> dict[tuple[int, str], float]:
    """What each fund may spend in a fiscal year: approved requests, else the budget."""
    made = {(one.fiscal_year, one.fund): one.amount - one.reserve for one in register.budgets}
    asked: dict[tuple[int, str], float] = defaultdict(float)
    for one in register.requests:
        if one.decision == APPROVED:
            asked[one.fiscal_year, one.fund] += one.amount
    return {**made, **asked}


def cycles(
    register: Register, plan: Plan, size: int = YEARS, factor: float = 1.0
) -> tuple[Cycle, ...]:
    """Cycles of `size` fiscal periods by time and fund, with all that is spent or to come."""
    start = register.settings.fiscal_year_start_month
    sums: dict[tuple[int, int, str], list[float]] = defaultdict(lambda: [0.0, 0.0, 0.0])
    for (period, fund), amounts in sorted(_lines(register, plan, factor).items()):
        year = fiscal_year(period // 3, start)
        place = (period - (start - 1)) % 12 // size
        sums[year, place, fund] = [
            a + b for a, b in zip(sums[year, place, fund], amounts, strict=True)
        ]
    most = limits(register)
    used: dict[tuple[int, str], float] = defaultdict(float)
    made = []
    for (year, place, fund), (committed, spent, ahead) in sorted(sums.items()):
        used[year, fund] += spent + ahead
        part = (
            "" if size == YEARS else f" Q{place + 1}" if size == QUARTERS else f" P{place + 1:02}"
        )
        made.append(
            Cycle(
                year,
                place,
                f"FY{year}{part}",
                fund,
                most.get((year, fund)),
                committed,
                spent,
                ahead,
                used[year, fund],
            )
        )
    return tuple(made)


@dataclass(frozen=True)
class Allotment:
    """An envelope and what became of it; without a category the whole budget of the fund."""

    fiscal_year: int
    fund: str
    category: str
    amount: float
    carried: float
    reserve: float
    approved: float
    waiting: float

    @property
    def unallocated(self) -> float:
        """What nobody was given; approved + reserve + unallocated is the envelope."""
        return self.amount + self.carried - self.reserve - self.approved


def allotments(register: Register, carry_over: bool = True) -> tuple[Allotment, ...]:
    """Budgets and envelopes by year, fund and category, with what was approved and waits.

    What a budget has left goes to its fund's next year as far as its carry-over lets it.
    """
    given: dict[tuple[int, str, str], dict[str, float]] = {}
    for request in register.requests:
        bucket = register.by_id[request.project].bucket
        for category in dict.fromkeys(("", bucket)):
            sums = given.setdefault((request.fiscal_year, request.fund, category), {})
            sums[request.decision] = sums.get(request.decision, 0.0) + request.amount
    made, carried = [], dict[tuple[int, str], float]()
    for one in sorted(register.budgets, key=lambda b: (b.fiscal_year, b.fund)):
        key = (one.fiscal_year, one.fund)
        sums = given.get((*key, ""), {})
        budget = Allotment(
            *key,
            "",
            one.amount,
            carried.get(key, 0.0),
            one.reserve,
            sums.get(APPROVED, 0.0),
            sums.get(WAITING, 0.0),
        )
        if carry_over:
            most = (one.amount - one.reserve) * one.carry_over_pct / 100.0
            carried[one.fiscal_year + 1, one.fund] = min(most, max(0.0, budget.unallocated))
        made.append(budget)
    for part in register.envelopes:
        sums = given.get((part.fiscal_year, part.fund, part.category), {})
        held = (part.amount, 0.0, part.reserve, sums.get(APPROVED, 0.0), sums.get(WAITING, 0.0))
        made.append(Allotment(part.fiscal_year, part.fund, part.category, *held))
    return tuple(sorted(made, key=lambda a: (a.fiscal_year, a.fund, a.category)))


@dataclass(frozen=True)
class Shift:
    """Approved money of a project that would be better in another fiscal year of its fund."""

    project: str
    fund: str
    source: int
    target: int
    amount: float


def shifts(
    register: Register, plan: Plan, factor: float = 1.0, carry_over: bool = True
) -> tuple[Shift, ...]:
    """Proposals: underspends of approved money go to the years of the project that lack it.

    Each is within what the target year's budget and envelope still have.
    """
    free = {
        (a.fiscal_year, a.fund, a.category): a.unallocated for a in allotments(register, carry_over)
    }
    start = register.settings.fiscal_year_start_month
    approved: dict[tuple[str, str], dict[int, float]] = defaultdict(lambda: defaultdict(float))
    for one in register.requests:
        if one.decision == APPROVED:
            approved[one.project, one.fund][one.fiscal_year] += one.amount
    made = []
    for (name, fund), by_year in sorted(approved.items()):
        gaps: dict[int, float] = defaultdict(float, by_year)
        for (period, of), (_, spent, ahead) in _lines(register, plan, factor, name).items():
            if of == fund:
                gaps[fiscal_year(period // 3, start)] -= spent + ahead
        bucket = register.by_id[name].bucket
        for source in sorted(year for year in by_year if gaps[year] > LEAST):
            for target in sorted(year for year in gaps if gaps[year] < -LEAST):
                keys = [k for k in ((target, fund, ""), (target, fund, bucket)) if k in free]
                room = min([max(0.0, free[key]) for key in keys], default=0.0)
                amount = min(gaps[source], by_year[source], -gaps[target], room)
                if amount <= LEAST:
                    continue
                made.append(Shift(name, fund, source, target, amount))
                gaps[source] -= amount
                gaps[target] += amount
                for key in keys:
                    free[key] -= amount
    return tuple(made)
