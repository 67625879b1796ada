"""Months against quarters, budgets split over funds, reserves and carry-over."""

from __future__ import annotations

import datetime as dt
import itertools
import random
from dataclasses import replace
from typing import Any

import pytest

from planbench.domain.errors import ModelError
from planbench.engines.portfolio.capacity import as_asked, heat_map, shortages, yearly_cost
from planbench.engines.portfolio.months import days_in, month, month_name
from planbench.engines.portfolio.quarters import quarter
from planbench.engines.portfolio.register import Budget, Fund, Project, Register, Role, Settings
from planbench.engines.portfolio.selection import solve
from planbench.engines.portfolio.timing import Assumptions, build, options_of_plan

Q = quarter("2027Q1")
M = month("2027-01")
SETTINGS = Settings("2027-01-01", 0.05)


def test_months_are_written_and_counted_as_the_calendar_does() -> None:
    assert month_name(M) == "2027-01"
    assert M // 3 == Q
    assert [days_in(month(f"2028-{m:02d}")) for m in (1, 2, 4)] == [31, 29, 30]
    with pytest.raises(ModelError, match="not a month"):
        month("2027-13")


def _two(unit: str, **more: Any) -> Register:
    role = Role("R", "Fitters", unit, capacity={Q: 9.0, Q + 1: 9.0})
    first = Project("A", "a", p_success=1.0, capex={Q: 1.0}, benefits={2028: 5.0}, **more)
    second = Project("B", "b", capex={Q: 1.0}, benefits={2028: 5.0}, demand={"R": {Q: 4.0}})
    return Register(SETTINGS, (first, second), (role,))


def test_people_are_in_every_month_and_days_are_spread_by_the_calendar() -> None:
    people = heat_map(_two("FTE"), as_asked(_two("FTE")), monthly=True)
    assert [cell.demand for cell in people[:3]] == [4.0, 4.0, 4.0]
    days = heat_map(_two("vessel-days"), as_asked(_two("vessel-days")), monthly=True)
    wanted = [4.0 * days_in(M + k) / 90 for k in range(3)]
    assert [cell.demand for cell in days[:3]] == pytest.approx(wanted)
    assert sum(cell.demand for cell in days) == pytest.approx(4.0)
    assert [cell.period for cell in days[:2]] == ["2027-01", "2027-02"]


def test_a_month_that_is_short_is_named_with_its_causes_though_the_quarter_is_not() -> None:
    register = _two("FTE", demand_months={"R": {M + 1: 7.0}})
    assert shortages(heat_map(register, as_asked(register))) == ()
    (short,) = shortages(heat_map(register, as_asked(register), monthly=True))
    assert (short.period, short.shortage) == ("2027-02", pytest.approx(2.0))
    assert short.causes == (("A", 7.0), ("B", 4.0))
    late = heat_map(register, {"A": 1, "B": 0}, monthly=True)
    assert {c.period for c in late if ("A", 7.0) in c.causes} == {"2027-05"}
    found = solve(build(register), gap=0.0)
    assert len(found.chosen) == 1  # the month binds, not the mean of the quarter


def test_capacity_by_month_binds_as_trying_every_choice_says() -> None:
    """Random small cases: the optimum keeps every month, and no better choice does."""
    for seed in range(12):
        dice = random.Random(seed)
        role = Role(
            "R",
            "r",
            dice.choice(["FTE", "vessel-days"]),
            capacity={Q: 6.0, Q + 1: 6.0, Q + 2: 6.0},
            capacity_months={M + k: dice.uniform(1, 6) for k in dice.sample(range(9), 3)},
        )
        projects = tuple(
            Project(
                f"P{k}",
                "p",
                capex={Q: 1.0},
                benefits={2028: dice.uniform(2, 9)},
                delays=(0, 1),
                demand={"R": {Q: dice.uniform(0, 3)}},
                demand_months={"R": {M + dice.randrange(4): dice.uniform(0, 4)}},
            )
            for k in range(4)
        )
        register = Register(SETTINGS, projects, (role,))
        problem = build(register)
        best = max(
            sum(problem.options[n].value for n in options_of_plan(problem, plan))
            for picked in itertools.product((None, 0, 1), repeat=4)
            if (plan := {p.id: d for p, d in zip(projects, picked, strict=True)}) is not None
            and _keeps(register, plan)
        )
        assert solve(problem, gap=0.0).value == pytest.approx(best), seed


def _keeps(register: Register, plan: dict[str, int | None]) -> bool:
    """Written out by days: what each month of the nine needs, and whether it is there."""
    (role,) = register.roles
    fine = {m // 3 for m in role.capacity_months}
    for p in register.projects:
        for delay in p.delays:
            fine |= {m // 3 + delay for m in p.demand_months["R"]}
    for q in (Q, Q + 1, Q + 2):
        days = [days_in(3 * q + k) for k in range(3)]
        need, room = [0.0] * 3, [0.0] * 3
        for k in range(3):
            part = days[k] / sum(days) if role.unit == "vessel-days" else 1.0
            room[k] = role.capacity_months.get(3 * q + k, role.capacity[q] * part)
            for p in register.projects:
                delay = plan[p.id]
                if delay is not None:
                    given = p.demand_months["R"].get(3 * (q - delay) + k)
                    level = p.demand["R"].get(q - delay, 0.0) * part
                    need[k] += level if given is None else given
        if q not in fine:
            need, room = [sum(need)], [sum(room)]
        if any(n > r + 1e-9 for n, r in zip(need, room, strict=True)):
            return False
    return True


# ---------------------------------------------------------------- money


def _funded(**more: Any) -> Register:
    shared = Project(
        "A",
        "a",
        type="grid",
        capex={Q: 30.0, Q + 4: 10.0},
        benefits={2029: 90.0},
        fund_shares={"X": 0.75, "Y": 0.25},
    )
    alone = Project("B", "b", type="grid", fund="Y", capex={Q: 20.0}, benefits={2029: 60.0})
    budgets = (
        Budget(2027, "X", 40.0, 50.0, 5.0),
        Budget(2028, "X", 10.0),
        Budget(2027, "Y", 25.0),
        Budget(2028, "Y", 10.0),
    )
    funds = (Fund("X", "x", ("grid",)), Fund("Y", "y"))
    return Register(SETTINGS, (shared, alone), budgets=budgets, funds=funds, **more)


def test_a_cost_over_two_funds_weighs_on_both() -> None:
    register = _funded()
    years = {(y.fiscal_year, y.fund): y for y in yearly_cost(register, as_asked(register))}
    assert years[2027, "X"].cost == pytest.approx(22.5)
    assert years[2027, "Y"].cost == pytest.approx(7.5 + 20.0)
    assert years[2027, "Y"].over == pytest.approx(2.5)
    assert sum(y.cost for y in years.values()) == pytest.approx(60.0)
    found = solve(build(register), gap=0.0)
    assert len(found.chosen) == 1  # both together break Y 2027
    wide = replace(register, budgets=(*register.budgets[:2], Budget(2027, "Y", 27.5)))
    assert len(solve(build(wide), gap=0.0).chosen) == 2


def test_allocated_reserve_and_unallocated_are_the_envelope_of_each_period() -> None:
    """PPM-40, also with what is carried over: the envelope is the budget and what came in."""
    register = _funded()
    for carry in (False, True):
        for year in yearly_cost(register, as_asked(register), carry_over=carry):
            envelope = (year.budget or 0.0) + year.carried
            assert year.cost + year.reserve + year.unallocated == pytest.approx(envelope)
    years = yearly_cost(register, as_asked(register), carry_over=True)
    after = {(y.fiscal_year, y.fund): y for y in years}
    # 40 less the reserve of 5 less 22.5 is left; half of the 35 may go on
    assert after[2027, "X"].carried_out == pytest.approx(12.5)
    assert after[2028, "X"].carried == pytest.approx(12.5)


def test_carry_over_of_reserves_and_shares_is_the_same_in_the_solver() -> None:
    register = _funded()
    later = replace(register.projects[0], capex={Q: 10.0, Q + 4: 28.0})
    tight = replace(register, projects=(later, register.projects[1]))
    assert len(solve(build(tight), gap=0.0).chosen) == 1  # 21 on X in 2028 of 10
    with_carry = build(tight, Assumptions(carry_over=True))
    found = solve(with_carry, gap=0.0)
    assert len(found.chosen) == 2  # of the 27.5 left of 2027, 17.5 may go on
    assert found.carried["budget 2027 X"] <= 17.5 + 1e-9


def test_without_a_years_budget_its_carry_over_is_still_there() -> None:
    """Removing a limit never makes anything worse."""
    register = _funded()
    later = replace(register.projects[0], capex={Q: 10.0, Q + 4: 28.0})
    tight = replace(register, projects=(later, register.projects[1]))
    problem = build(tight, Assumptions(carry_over=True))
    best = solve(problem, gap=0.0).value
    for limit in problem.limits:
        assert solve(problem.without({limit.name}), gap=0.0).value >= best - 1e-9, limit.name


def test_the_reserve_is_given_to_nobody() -> None:
    register = _funded()
    most = replace(register.projects[0], capex={Q: 48.0})  # 36 on X of 40, of which 5 are held
    held = replace(register, projects=(most,))
    assert solve(build(held), gap=0.0).chosen == ()
    free = replace(held, budgets=(Budget(2027, "X", 40.0), *held.budgets[1:]))
    assert len(solve(build(free), gap=0.0).chosen) == 1


@pytest.mark.parametrize(
    ("shares", "kind", "words"),
    [
        ({"X": 0.5, "Y": 0.4}, "grid", "sum of 100"),
        ({"X": 1.5, "Y": -0.5}, "grid", "sum of 100"),
        ({"X": 0.5, "Z": 0.5}, "grid", "no fund 'Z'"),
        ({"X": 0.5, "Y": 0.5}, "digital", "does not pay for 'digital'"),
    ],
)
def test_eligibility_holds_for_every_fund_of_a_project(
    shares: dict[str, float], kind: str, words: str
) -> None:
    register = _funded()
    bad = replace(register.projects[0], fund_shares=shares, type=kind)
    with pytest.raises(ModelError, match=words):
        replace(register, projects=(bad, register.projects[1]))


@pytest.mark.parametrize("start", [1, 4, 7, 10])
def test_a_cost_curve_comes_back_from_fiscal_years_without_residual(start: int) -> None:
    """PPM-41: whatever the fiscal year, its periods add up to the curve."""
    dice = random.Random(start)
    curve = {Q + k: dice.uniform(0, 9) for k in range(15)}
    project = Project("A", "a", capex=curve, benefits={2035: 1.0})
    register = Register(replace(SETTINGS, fiscal_year_start_month=start), (project,))
    years = yearly_cost(register, {"A": 0})
    assert sum(y.cost for y in years) == pytest.approx(sum(curve.values()), abs=1e-12)
    for year in years:
        begin = dt.date(year.fiscal_year - (start > 1), start, 1)
        end = begin.replace(year=begin.year + 1)
        inside = (
            amount
            for q, amount in curve.items()
            if begin <= dt.date(q // 4, 3 * (q % 4) + 1, 1) < end
        )
        assert year.cost == pytest.approx(sum(inside), abs=1e-12)
