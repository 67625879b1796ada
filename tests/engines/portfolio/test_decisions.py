from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from planbench.engines.portfolio.balance import option_draws
from planbench.engines.portfolio.capacity import (
    as_asked,
    full_time_equivalents,
    heat_map,
    shortages,
    yearly_cost,
)
from planbench.engines.portfolio.decisions import (
    CORE,
    OUT,
    answer,
    binding_limits,
    decide,
    stability,
)
from planbench.engines.portfolio.ranking import ranked, slack_weeks, waterline
from planbench.engines.portfolio.register import Project, Register, Role, Settings
from planbench.engines.portfolio.selection import Limit, Option, Problem, limit_of, solve
from planbench.engines.portfolio.timing import Assumptions, build


def _budget(upper: float) -> Problem:
    """Worth 10, 9 and 8 for 6, 5 and 4 of a budget."""
    options = tuple(
        Option(name, "0000", value, cost=cost, gain=value)
        for name, value, cost in (("a", 10.0, 6.0), ("b", 9.0, 5.0), ("c", 8.0, 4.0))
    )
    weights = np.array([6.0, 5.0, 4.0])
    return Problem(options, (Limit("money", "budget", np.arange(3), weights, upper=upper),))


def test_a_rejected_project_hears_what_would_let_it_in_and_what_that_costs() -> None:
    problem = _budget(9.0)
    selection = solve(problem, gap=0.0)
    assert selection.chosen == (1, 2)
    found = {one.project: one for one in decide(problem, selection, gap=0.0)}
    assert found["a"].decision == "hold"
    assert found["a"].reason == "limits"
    assert found["a"].lets_in == (("money", pytest.approx(6.0)),)
    assert found["a"].loss == pytest.approx(17.0 - 10.0)
    assert found["a"].pushed == ("b", "c")
    assert found["b"].decision == "launch"
    assert found["b"].loss == pytest.approx(17.0 - 10.0)


def test_a_binding_limit_tells_what_more_of_it_is_worth() -> None:
    problem = _budget(9.95)
    (binding,) = binding_limits(problem, solve(problem, gap=0.0), gap=0.0)
    assert binding.removal_gain == pytest.approx(27.0 - 17.0)
    assert binding.step == pytest.approx(0.0995)
    assert binding.step_gain == pytest.approx(18.0 - 17.0)  # a and c for 10
    assert binding_limits(_budget(99.0), solve(_budget(99.0), gap=0.0), gap=0.0) == ()


def test_running_projects_stop_only_where_that_is_cheaper_and_allowed() -> None:
    base = Project(
        "P", "P", status="running", capex={4 * 2027: 50.0}, benefits={2028: 20.0}, exit_cost=10.0
    )
    for change, word in (
        ({}, "stop"),
        ({"must_do": True}, "continue"),
        ({"exit_cost": 45.0}, "continue"),
    ):
        register = Register(Settings("2026-10-01", 0.0), (replace(base, **change),))
        found = answer(build(register), gap=0.0)
        assert found.decisions[0].decision == word, change


def test_a_project_without_value_is_held_for_that_reason() -> None:
    options = (Option("a", "0000", -3.0), Option("b", "0000", 2.0))
    problem = Problem(options, ())
    found = decide(problem, solve(problem, gap=0.0), gap=0.0)
    assert [(one.decision, one.reason) for one in found] == [
        ("hold", "negative-value"),
        ("launch", "best"),
    ]
    assert found[0].loss == pytest.approx(3.0)
    kept = problem.with_limits(limit_of("a must be done", "must-do", [0], lower=1.0))
    forced = decide(kept, solve(kept, gap=0.0), gap=0.0)[0]
    assert (forced.decision, forced.reason, forced.rules) == (
        "launch",
        "forced",
        ("a must be done",),
    )


def test_an_infeasible_portfolio_comes_back_with_its_conflict() -> None:
    problem = _budget(9.0).with_limits(limit_of("all", "group", [0, 1, 2], lower=3.0))
    found = answer(problem, gap=0.0)
    assert not found.selection.found
    assert found.conflict is not None
    assert found.conflict.names == ("all", "money")


def test_core_and_out_by_how_often_values_choose_them() -> None:
    problem = _budget(9.0)
    draws = np.array([[10.0, 9.0, 8.0]] * 9 + [[50.0, 9.0, 8.0]])
    found = {one.project: one for one in stability(problem, draws, gap=0.0)}
    assert (found["a"].share, found["a"].kind) == (pytest.approx(0.1), OUT)
    assert (found["b"].share, found["b"].kind) == (pytest.approx(0.9), CORE)


def test_drawn_values_lie_around_the_values(by_hand: Any) -> None:
    register, _ = by_hand.case(3)
    problem = build(register, Assumptions())
    draws = option_draws(register, problem, 4000, own_spread=0.05)
    assert draws.shape == (4000, len(problem.options))
    middle = np.median(draws, axis=0)
    assert middle == pytest.approx(problem.values, abs=1.5)


# ---------------------------------------------------------------- capacity


def _people() -> Register:
    q = 4 * 2027
    return Register(
        Settings("2026-10-01", 0.05, 4),
        (
            Project(
                "A",
                "A",
                status="running",
                capex={q: 10.0, q + 1: 5.0},
                demand={"E": {q: 6.0, q + 1: 2.0}},
                exit_cost=3.0,
                deadline="2027-09-30",
            ),
            Project("B", "B", capex={q: 4.0}, demand={"E": {q: 5.0}}, p_success=0.5),
        ),
        (Role("E", "Engineers", capacity={q: 10.0, q + 1: 10.0}),),
    )


def test_shortages_name_the_projects_that_cause_them() -> None:
    register = _people()
    cells = heat_map(register, as_asked(register))
    (short,) = shortages(cells)
    assert short.causes == (("A", 6.0), ("B", 5.0))
    assert short.shortage == pytest.approx(1.0)
    assert short.share == pytest.approx(1.1)
    assert shortages(heat_map(register, as_asked(register), weighted=True)) == ()
    committed = heat_map(register, as_asked(register), committed=True)
    assert committed[0].causes == (("A", 6.0),)
    moved = heat_map(register, {"A": 0, "B": 1})
    assert [cell.demand for cell in moved] == [6.0, 7.0]


def test_demand_and_cost_add_up_whatever_the_plan() -> None:
    register = _people()
    plan = {"A": 1, "B": 0}
    demand = sum(cell.demand for cell in heat_map(register, plan))
    assert demand == pytest.approx(13.0)
    years = yearly_cost(register, plan)
    assert sum(year.cost for year in years) == pytest.approx(19.0)
    # fiscal years start in April and are named by their end
    assert {year.fiscal_year: year.cost for year in years} == {2027: 4.0, 2028: 15.0}
    stopped = yearly_cost(register, {"A": None, "B": None})
    assert [(year.fiscal_year, year.cost) for year in stopped] == [(2027, 3.0)]


def test_people_are_hours_over_the_hours_of_the_month() -> None:
    assert full_time_equivalents(336.0, 168.0) == 2.0
    with pytest.raises(ValueError, match="no working hours"):
        full_time_equivalents(1.0, 0.0)


# ---------------------------------------------------------------- ranking


def test_the_waterline_of_the_published_case() -> None:
    costs = [120_000.0, 50_000.0, 20_000.0, 15_000.0, 10_000.0]
    assert waterline(costs, 200_000.0) == (3, 190_000.0)
    assert waterline(costs, 1e9) == (5, 215_000.0)
    assert waterline(costs, 0.0) == (0, 0.0)
    assert waterline(costs, 200_000.0, [False, False, False, True, False]) == (4, 205_000.0)


def test_scarcity_and_urgency_rank_must_do_first() -> None:
    register = _people()
    rows = ranked(register, {"A": 8.0, "B": 10.0})
    assert [row.project for row in rows] == ["B", "A"]
    assert rows[0].bottleneck == "E"
    assert rows[0].per_bottleneck == pytest.approx(2.0)
    must = replace(register.projects[0], must_do=True)
    urgent = ranked(replace(register, projects=(must, register.projects[1])), {"A": 8.0, "B": 10.0})
    assert [row.project for row in urgent] == ["A", "B"]
    assert slack_weeks(register, "A") == pytest.approx(92 / 7)
    assert slack_weeks(register, "B") is None
