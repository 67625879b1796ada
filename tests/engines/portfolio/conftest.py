"""Random small portfolios, and their best plan by trying every combination.

The reference knows the rules only as a board would tell them: it shares no code with the engine.
"""

from __future__ import annotations

import itertools
import random
from collections.abc import Callable
from typing import Any

import pytest

from planbench.engines.portfolio.envelopes import Envelope
from planbench.engines.portfolio.register import (
    Budget,
    Driver,
    GroupLimit,
    Link,
    Project,
    Register,
    Role,
    Settings,
)
from planbench.engines.portfolio.timing import Assumptions

FIRST = 4 * 2027  # 2027Q1; the valuation day is 2026-10-01, one quarter before
RATE = 0.08


def _project(dice: random.Random, name: str, lone: bool) -> Project:
    running = dice.random() < 0.3
    start = FIRST + dice.randrange(3)
    length = dice.randrange(1, 5)
    roles = dice.sample(["R1", "R2"], dice.randrange(0, 3))
    must = dice.random() < 0.1
    return Project(
        name,
        name,
        status="running" if running else "candidate",
        bucket=dice.choice(["core", "new"]),
        fund=dice.choice(["A", "B"]),
        start_quarter=start,
        p_success=dice.choice([1.0, 0.9, 0.6]),
        deadline=dice.choice(["", "2027-12-31", "2028-06-30"]),
        hard_deadline=dice.random() < 0.2,
        deadline_loss=dice.choice([0.0, 3.0]),
        exit_cost=dice.choice([0.0, 5.0, 20.0]),
        pause_cost=dice.choice([0.0, 1.0]),
        must_do=must,
        forced_out=not must and dice.random() < 0.07,
        delays=(0,) if lone else tuple(sorted({0, *dice.sample([1, 2, 4], 2)})),
        capex={start + k: float(dice.randrange(2, 25)) for k in range(length)},
        benefits={year: float(dice.randrange(0, 30)) for year in range(2028, 2032)},
        demand={
            role: {start + k: float(dice.randrange(1, 9)) for k in range(length)} for role in roles
        },
        impacts={"D1": dice.choice([0.0, 3.0, 9.0])},
        fund_shares=dice.choice([{}, {}, {"A": 0.25, "B": 0.75}]),
    )


def _links(dice: random.Random, names: list[str]) -> tuple[Link, ...]:
    made = {}
    for _ in range(dice.randrange(0, 4)):
        kind = dice.choice(["requires", "excludes", "together", "finish_start", "synergy"])
        a, b = dice.sample(names, 2)
        lag, value = dice.randrange(-2, 2), float(dice.choice([-15, 10, 25]))
        made[kind, *sorted((a, b))] = Link(
            kind, a, b, lag if kind == "finish_start" else 0, value if kind == "synergy" else 0.0
        )
    return tuple(made.values())


def _groups(dice: random.Random) -> tuple[GroupLimit, ...]:
    choices = [
        GroupLimit("count", "bucket", "core", dice.choice([None, 1]), dice.choice([1, 2])),
        GroupLimit("share", "bucket", "core", None, dice.choice([0.5, 0.7])),
        GroupLimit("share", "bucket", "new", 0.2, None),
        GroupLimit("cover", group="D1", least=1),
        GroupLimit("mean-risk", most=dice.choice([0.15, 0.3])),
    ]
    return tuple(dice.sample(choices, dice.choice([0, 0, 1, 2])))


def random_case(seed: int) -> tuple[Register, Assumptions]:
    """A portfolio of three or four projects with a bit of everything."""
    dice = random.Random(seed)
    names = [f"P{k}" for k in range(dice.choice([3, 4, 4]))]
    month = dice.choice([1, 4, 7, 10])
    register = Register(
        Settings("2026-10-01", RATE, month, escalation=dice.choice([0.0, 0.04])),
        tuple(_project(dice, name, dice.random() < 0.4) for name in names),
        tuple(
            Role(
                role,
                role,
                hire_cost=dice.choice([0.5, 2.0]),
                max_extra=dice.choice([0.0, 3.0]),
                capacity={FIRST + k: float(dice.randrange(6, 20)) for k in range(6)},
            )
            for role in ("R1", "R2")
        ),
        tuple(
            Budget(
                year,
                fund,
                float(dice.randrange(15, 80)),
                dice.choice([0.0, 30.0]),
                dice.choice([0.0, 0.0, 5.0]),
            )
            for year in (2027, 2028)
            for fund in "AB"
        ),
        links=_links(dice, names),
        group_limits=_groups(dice),
        drivers=(Driver("D1", "First"),),
        envelopes=tuple(
            Envelope(year, "A", "core", float(dice.randrange(8, 40)), dice.choice([0.0, 3.0]))
            for year in dice.choice([(), (), (2027,), (2027, 2028)])
        ),
    )
    free = [p.id for p in register.projects if not p.must_do and not p.forced_out]
    pick = dice.sample(free, min(1, len(free))) if dice.random() < 0.15 else []
    inside = dice.random() < 0.5
    return register, Assumptions(
        carry_over=dice.random() < 0.4,
        hire=dice.random() < 0.4,
        allowed_over_pct=dice.choice([0.0, 0.0, 10.0]),
        overspend_price=dice.choice([None, None, None, 0.8]),
        total_budget=dice.choice([None, None, 70.0]),
        force_in=tuple(pick) if inside else (),
        force_out=() if inside else tuple(pick),
        cover=("D1",) if dice.random() < 0.1 else (),
    )


def _worth(register: Register, p: Project, delay: int | None) -> float:
    if delay is None:
        return -p.exit_cost if p.status == "running" else 0.0
    grown = (1 + register.settings.escalation) ** (delay / 4)
    total = 0.0
    for q, amount in p.capex.items():
        total -= amount * grown / (1 + RATE) ** ((q + delay - FIRST + 1) / 4 + 0.125)
    for year, amount in p.benefits.items():
        part = max(0.0, min(1.0, 2032 - year - delay / 4))
        middle = (year - 2027) + 0.25 + delay / 4 + 0.5
        total += p.p_success * part * amount / (1 + RATE) ** middle
    if p.deadline:
        due = FIRST + (3 if p.deadline == "2027-12-31" else 5)
        total -= p.deadline_loss * max(0, max(p.capex) + delay - due)
    return total - (p.pause_cost * delay if p.status == "running" else 0.0)


def _year(quarter: int, month: int) -> int:
    """Named by the year it ends in: count month by month."""
    year, first_month = quarter // 4, 3 * (quarter % 4) + 1
    return year + 1 if month > 1 and first_month >= month else year


def _allowed(register: Register, given: Assumptions, plan: dict[str, int | None]) -> bool:
    ps = {p.id: p for p in register.projects}
    on = {name: delay for name, delay in plan.items() if delay is not None}
    for p in register.projects:
        if (p.must_do or p.id in given.force_in) and p.id not in on:
            return False
        if (p.forced_out or p.id in given.force_out) and p.id in on:
            return False
        if p.id in on and p.hard_deadline and p.deadline:
            due = FIRST + (3 if p.deadline == "2027-12-31" else 5)
            if max(p.capex) + on[p.id] > due:
                return False
    for link in register.links:
        a, b = link.a in on, link.b in on
        if link.kind == "requires" and a and not b:
            return False
        if link.kind == "excludes" and a and b:
            return False
        if link.kind == "together" and a != b:
            return False
        if link.kind == "finish_start" and b:
            if not a:
                return False
            begin = (ps[link.b].start_quarter or 0) + on[link.b]
            if max(ps[link.a].capex) + 1 + on[link.a] + link.lag_quarters > begin:
                return False
    return _groups_hold(register, given, on)


def _costs(register: Register, on: dict[str, int]) -> dict[str, float]:
    return {
        p.id: sum(p.capex.values()) * (1 + register.settings.escalation) ** (on[p.id] / 4)
        for p in register.projects
        if p.id in on
    }


def _groups_hold(register: Register, given: Assumptions, on: dict[str, int]) -> bool:
    ps = {p.id: p for p in register.projects}
    costs = _costs(register, on)
    total = sum(costs.values())
    eps = 1e-6
    if given.total_budget is not None and total > given.total_budget + eps:
        return False
    strong = sum(ps[name].impacts["D1"] >= 9 for name in on)
    if given.cover and strong < 1:
        return False
    for limit in register.group_limits:
        if limit.kind == "cover":
            if strong < 1:
                return False
        elif limit.kind == "mean-risk":
            risk = sum((1 - ps[n].p_success) * c for n, c in costs.items())
            if risk > (limit.most or 0) * total + eps:
                return False
        else:
            mine = [n for n in on if ps[n].bucket == limit.group]
            amount: float = len(mine)
            if limit.kind == "share":
                amount = sum(costs[n] for n in mine)
            scale = total if limit.kind == "share" else 1.0
            if limit.least is not None and amount < limit.least * scale - eps:
                return False
            if limit.most is not None and amount > limit.most * scale + eps:
                return False
    return True


def _payers(p: Project) -> list[tuple[str, float]]:
    return [("A", 0.25), ("B", 0.75)] if p.fund_shares else [(p.fund, 1.0)]


def _paid(register: Register, given: Assumptions, plan: dict[str, int | None]) -> float | None:
    """What must be paid for hired units and overspending; None where it is not to be had."""
    price, month = 0.0, register.settings.fiscal_year_start_month
    spent: dict[tuple[int, str], float] = {}
    need: dict[tuple[str, int], float] = {}
    core: dict[tuple[int, str], float] = {}
    for p in register.projects:
        delay = plan[p.id]
        if delay is None:
            if p.status == "running":
                for fund, share in _payers(p):
                    key = (_year(FIRST - 1, month), fund)
                    spent[key] = spent.get(key, 0.0) + share * p.exit_cost
                    if p.bucket == "core":
                        core[key] = core.get(key, 0.0) + share * p.exit_cost
            continue
        grown = (1 + register.settings.escalation) ** (delay / 4)
        for q, amount in p.capex.items():
            for fund, share in _payers(p):
                key = (_year(q + delay, month), fund)
                spent[key] = spent.get(key, 0.0) + share * amount * grown
                if p.bucket == "core":
                    core[key] = core.get(key, 0.0) + share * amount * grown
        for role, by_quarter in p.demand.items():
            for q, amount in by_quarter.items():
                need[role, q + delay] = need.get((role, q + delay), 0.0) + amount
    for one in register.envelopes:
        over = core.get((one.fiscal_year, one.fund), 0.0) - (one.amount - one.reserve)
        if over > 1e-6:
            if given.overspend_price is None:
                return None
            price += given.overspend_price * over
    for fund in "AB":
        carry = 0.0
        for budget in sorted(register.budgets, key=lambda b: b.fiscal_year):
            if budget.fund != fund:
                continue
            room = budget.amount - budget.reserve + carry
            over = spent.get((budget.fiscal_year, fund), 0.0) - room
            if over > 1e-6:
                if given.overspend_price is None:
                    return None
                price += given.overspend_price * over
            carry = 0.0
            if given.carry_over:
                most = (budget.amount - budget.reserve) * budget.carry_over_pct / 100
                carry = min(max(0.0, -over), most)
    for role in register.roles:
        for q, capacity in role.capacity.items():
            short = need.get((role.id, q), 0.0) - capacity * (1 + given.allowed_over_pct / 100)
            if short > 1e-6:
                if not given.hire or short > role.max_extra + 1e-6:
                    return None
                price += short * role.hire_cost
    return price


def value_of_plan(
    register: Register, given: Assumptions, plan: dict[str, int | None]
) -> float | None:
    """Value of a plan, None where a rule forbids it."""
    if not _allowed(register, given, plan):
        return None
    price = _paid(register, given, plan)
    if price is None:
        return None
    total = sum(_worth(register, p, plan[p.id]) for p in register.projects)
    for link in register.links:
        if link.kind == "synergy" and plan[link.a] is not None and plan[link.b] is not None:
            total += link.value
    return total - price


def best_by_hand(register: Register, given: Assumptions) -> float | None:
    """The best value of all combinations, None where none is allowed."""
    choices = [[None, *p.delays] for p in register.projects]
    names = [p.id for p in register.projects]
    found = (
        value_of_plan(register, given, dict(zip(names, picked, strict=True)))
        for picked in itertools.product(*choices)
    )
    return max((value for value in found if value is not None), default=None)


@pytest.fixture(scope="session")
def by_hand() -> Any:
    """The reference: `case(seed)`, `best(register, given)` and `value(register, given, plan)`."""

    class ByHand:
        case: Callable[..., Any] = staticmethod(random_case)
        best: Callable[..., Any] = staticmethod(best_by_hand)
        value: Callable[..., Any] = staticmethod(value_of_plan)

    return ByHand
