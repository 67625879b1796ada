from __future__ import annotations

import math
from dataclasses import replace
from itertools import combinations, pairwise
from typing import Any

import numpy as np
import pytest

from planbench.engines.portfolio.conflict import conflict
from planbench.engines.portfolio.decisions import chosen_delays
from planbench.engines.portfolio.frontier import (
    cost_of,
    distance,
    efficient,
    frontier,
    risk_frontier,
)
from planbench.engines.portfolio.selection import (
    Limit,
    Option,
    Problem,
    Synergy,
    broken_limits,
    choice_value,
    limit_of,
    solve,
    solve_in_order,
)
from planbench.engines.portfolio.synthetic import synthetic_register
from planbench.engines.portfolio.timing import Assumptions, build

CASES = 500


@pytest.mark.parametrize("block", range(10))
def test_the_optimum_is_the_best_of_all_combinations(by_hand: Any, block: int) -> None:
    outcomes = []
    for seed in range(block * CASES // 10, (block + 1) * CASES // 10):
        register, given = by_hand.case(seed)
        best = by_hand.best(register, given)
        problem = build(register, given)
        found = solve(problem, gap=0.0)
        outcomes.append(best is not None)
        if best is None:
            assert found.status == "infeasible", seed
            continue
        assert found.status == "optimal", seed
        assert found.value == pytest.approx(best, abs=1e-5), seed
        plan = chosen_delays(problem, found.chosen)
        assert by_hand.value(register, given, plan) == pytest.approx(best, abs=1e-5), seed
        if given.overspend_price is None:
            assert broken_limits(problem, found.chosen) == {}, seed
        assert found.bound >= found.value - 1e-9
    assert any(outcomes)


def test_holding_options_by_their_reduced_cost_loses_nothing(
    by_hand: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    direct, worth = [], []
    for seed in range(60):
        problem = build(*by_hand.case(seed))
        direct.append(solve(problem, gap=0.0))
        with monkeypatch.context() as patch:
            patch.setattr("planbench.engines.portfolio.selection.DIRECT", 0)
            patch.setattr("planbench.engines.portfolio.selection.LEAST_GAP", 1e-3)
            worth.append(solve(problem, gap=0.0))
    assert [one.status for one in direct] == [one.status for one in worth]
    for one, other in zip(direct, worth, strict=True):
        assert one.value == pytest.approx(other.value, abs=1e-6, nan_ok=True)
        if other.found:
            assert other.gap <= 1e-6


def test_a_large_portfolio_is_within_the_gap_of_what_is_proven() -> None:
    problem = build(synthetic_register(40, starts=4, quarters=12, roles=3))
    assert len(problem.options) == 160
    loose = solve(problem, gap=0.01)
    exact = solve(problem, gap=1e-4)
    assert loose.gap <= 0.01
    assert loose.value <= exact.bound + 1e-6
    assert exact.value <= loose.bound + 1e-6
    assert broken_limits(problem, loose.chosen) == {}


def test_every_kind_of_rule_occurs_and_some_cases_have_no_solution(by_hand: Any) -> None:
    kinds: set[str] = set()
    without = 0
    for seed in range(CASES):
        register, given = by_hand.case(seed)
        kinds |= {link.kind for link in register.links}
        kinds |= {limit.kind for limit in register.group_limits}
        kinds |= {name for name in ("carry_over", "hire", "cover") if getattr(given, name)}
        kinds |= {p.status for p in register.projects}
        kinds |= {"shared" for p in register.projects if p.fund_shares}
        kinds |= {"reserve" for budget in register.budgets if budget.reserve}
        without += by_hand.best(register, given) is None
    assert kinds >= {"requires", "excludes", "together", "finish_start", "synergy"}
    assert kinds >= {"share", "count", "cover", "mean-risk", "carry_over", "hire"}
    assert kinds >= {"candidate", "running", "shared", "reserve"}
    assert 20 < without < CASES / 2


def test_the_answer_does_not_depend_on_the_order_of_rows(by_hand: Any) -> None:
    for seed in range(20):
        register, given = by_hand.case(seed)
        turned = replace(
            register,
            projects=register.projects[::-1],
            roles=register.roles[::-1],
            budgets=register.budgets[::-1],
            links=register.links[::-1],
            group_limits=register.group_limits[::-1],
        )
        one, other = build(register, given), build(turned, given)
        first, second = solve(one, gap=0.0), solve(other, gap=0.0)
        assert first.status == second.status
        assert chosen_delays(one, first.chosen) == chosen_delays(other, second.chosen)
        again = solve(one, gap=0.0)
        assert (again.chosen, again.value) == (first.chosen, first.value) or not first.found


def _minimal(problem: Problem, names: tuple[str, ...]) -> bool:
    """By trying: these limits contradict each other, and no fewer of all limits do."""
    everything = sorted({limit.name for limit in problem.limits})

    def holds(kept: set[str]) -> bool:
        return solve(problem.without(set(everything) - kept), gap=1.0).found

    if holds(set(names)):
        return False
    return all(holds(set(names) - {name}) for name in names)


def test_without_a_solution_the_conflicting_limits_are_named(by_hand: Any) -> None:
    seen = 0
    for seed in range(120):
        register, given = by_hand.case(seed)
        problem = build(register, given)
        if solve(problem, gap=1.0).found:
            continue
        seen += 1
        found = conflict(problem)
        assert found is not None
        assert found.smallest
        assert _minimal(problem, found.names), seed
        assert found.relief
    assert seen >= 5


def test_the_set_is_the_smallest_and_not_only_irreducible() -> None:
    options = tuple(Option(name, "0000", 1.0) for name in "abc")
    problem = Problem(
        options,
        (
            limit_of("a must", "must-do", [0], lower=1.0),
            limit_of("b must", "must-do", [1], lower=1.0),
            limit_of("c must", "must-do", [2], lower=1.0),
            limit_of("at most two", "group", [0, 1, 2], upper=2.0),
            limit_of("not c", "forced-out", [2], upper=0.0),
        ),
    )
    found = conflict(problem)
    assert found is not None
    assert found.names == ("c must", "not c")
    assert conflict(problem.without({"c must"})) is None


def test_relief_tells_by_how_much_a_budget_would_have_to_grow() -> None:
    problem = Problem(
        (Option("a", "0000", 5.0), Option("b", "0000", 5.0)),
        (
            limit_of("a must", "must-do", [0], lower=1.0),
            limit_of("b must", "must-do", [1], lower=1.0),
            Limit("budget", "budget", np.array([0, 1]), np.array([30.0, 25.0]), upper=40.0),
        ),
    )
    found = conflict(problem)
    assert found is not None
    assert found.names == ("a must", "b must", "budget")
    assert found.relief == (("budget", pytest.approx(15.0)),)


def _mknap(path: Any) -> list[tuple[float, Problem]]:
    """The seven instances of Petersen: n, m, optimum; profits; weights; capacities."""
    numbers = iter(float(word) for word in path.read_text().split())
    made = []
    for _ in range(int(next(numbers))):
        n, m, optimum = int(next(numbers)), int(next(numbers)), next(numbers)
        options = tuple(Option(f"{k:02d}", "0000", next(numbers)) for k in range(n))
        weights = np.array([[next(numbers) for _ in range(n)] for _ in range(m)])
        limits = tuple(
            Limit(f"row {k}", "budget", np.arange(n), row, upper=next(numbers))
            for k, row in enumerate(weights)
        )
        made.append((optimum, Problem(options, limits)))
    return made


def test_published_optima_of_the_multidimensional_knapsack(shared: Any) -> None:
    cases = _mknap(shared / "oracles" / "mknap" / "mknap1.txt")
    assert [optimum for optimum, _ in cases] == [3800, 8706.1, 4015, 6120, 12400, 10618, 16537]
    for optimum, problem in cases:
        assert solve(problem, gap=0.0).value == pytest.approx(optimum)


def test_a_second_objective_breaks_ties_of_the_first() -> None:
    options = tuple(Option(name, "0000", 10.0) for name in "abc")
    problem = Problem(options, (limit_of("one", "group", [0, 1, 2], upper=1.0),))
    found = solve_in_order(problem, np.array([1.0, 3.0, 2.0]), gap=0.0)
    assert found.chosen == (1,)
    assert found.value == 10.0
    given = solve_in_order(
        problem.with_values(np.array([10.0, 9.0, 4.0])), np.array([1.0, 3.0, 9.0]), give=0.2
    )
    assert given.chosen == (1,)
    assert given.value == 9.0


def test_synergies_count_once_and_both_ways() -> None:
    options = (Option("a", "0000", 5.0), Option("b", "0000", 4.0))
    both = Problem(options, (), synergies=(Synergy("a", "b", 3.0),))
    assert solve(both, gap=0.0).value == pytest.approx(12.0)
    assert choice_value(both, [0, 1]) == 12.0
    apart = Problem(options, (), synergies=(Synergy("a", "b", -6.0),))
    assert solve(apart, gap=0.0).chosen == (0,)


def test_no_options_and_no_limits_are_no_trouble() -> None:
    assert solve(Problem((), ())).value == 0.0
    impossible = Limit("x", "must-do", np.array([], dtype=np.int64), np.array([]), lower=1.0)
    assert solve(Problem((), (impossible,))).status == "infeasible"


def test_the_frontier_rises_and_holds_the_best_of_each_budget(by_hand: Any) -> None:
    looked_at = 0
    for seed in range(40):
        register, given = by_hand.case(seed)
        given = replace(given, total_budget=None)
        problem = build(register, given)
        points = frontier(problem, 9, gap=0.0)
        if not points:
            assert not solve(problem, gap=0.0).found
            continue
        looked_at += 1
        assert all(a.budget <= b.budget and a.value <= b.value for a, b in pairwise(points))
        for point in points[:: max(1, len(points) // 3)]:
            best = by_hand.best(register, replace(given, total_budget=point.budget))
            assert point.value == pytest.approx(best, abs=1e-4)
            assert point.cost <= point.budget + 1e-6
        kept = efficient(points)
        assert all(a.cost < b.cost and a.value < b.value for a, b in pairwise(kept))
        top = points[-1]
        assert distance(points, top.cost, top.value - 5.0) == pytest.approx(5.0)
        assert distance(points, -1.0, 0.0) is None
        assert cost_of(problem, top.chosen) == pytest.approx(top.cost)
    assert looked_at > 20


def test_the_risk_frontier_gives_up_value_for_less_shortfall() -> None:
    dice = np.random.default_rng(11)
    options = tuple(Option(f"{k}", "0000", 0.0, cost=1.0) for k in range(6))
    draws = dice.normal([9.0, 8.5, 8.0, 7.0, 6.5, 6.0], [9.0, 7.0, 6.0, 3.0, 1.5, 0.5], (60, 6))
    problem = Problem(options, (limit_of("two", "group", range(6), upper=2.0),))
    target = 12.0
    points = risk_frontier(problem, draws, target, (0.0, 1.0, 5.0, 50.0), gap=0.0)
    assert len(points) > 1
    assert all(a.mean > b.mean and a.shortfall > b.shortfall for a, b in pairwise(points))
    pairs = [list(pair) for size in range(3) for pair in combinations(range(6), size)]
    for point in points:
        best = max(
            draws[:, pair].sum(axis=1).mean()
            - point.aversion * np.maximum(0, target - draws[:, pair].sum(axis=1)).mean()
            for pair in pairs
        )
        assert point.mean - point.aversion * point.shortfall == pytest.approx(best)


def test_bucket_targets_are_kept_within_their_tolerance() -> None:
    register = synthetic_register(12, starts=1, quarters=8, roles=1)
    buckets = ("core", "adjacent", "new")
    projects = tuple(
        replace(project, bucket=buckets[k % 3]) for k, project in enumerate(register.projects)
    )
    settings = replace(
        register.settings, bucket_targets_pct={"core": 50.0, "adjacent": 30.0, "new": 20.0}
    )
    register = replace(register, projects=projects, settings=settings, budgets=())
    given = Assumptions(bucket_tolerance_pct=8.0, use_capacity=False, force_in=("P001",))
    problem = build(register, given)
    found = solve(problem, gap=0.0)
    assert found.found
    total = cost_of(problem, found.chosen)
    for bucket, share in settings.bucket_targets_pct.items():
        inside = [
            n for n in found.chosen if register.by_id[problem.options[n].item].bucket == bucket
        ]
        assert abs(100 * cost_of(problem, inside) / total - share) <= 8.0 + 1e-6
    free = solve(build(register, replace(given, bucket_tolerance_pct=None)), gap=0.0)
    assert free.value > found.value


def test_a_time_limit_still_tells_the_gap() -> None:
    dice = np.random.default_rng(4)
    n, m = 60, 15
    options = tuple(
        Option(f"{k:03d}", "0000", float(v)) for k, v in enumerate(dice.integers(50, 99, n))
    )
    limits = tuple(
        Limit(f"row {k}", "budget", np.arange(n), row.astype(float), upper=float(row.sum() / 2))
        for k, row in enumerate(dice.integers(1, 99, (m, n)))
    )
    found = solve(Problem(options, limits), gap=0.0, seconds=0.3)
    if found.status == "none-found":
        pytest.skip("nothing was found so quickly on this machine")
    assert found.found
    assert found.bound >= found.value
    assert found.gap == pytest.approx((found.bound - found.value) / found.value)


def test_assumptions_that_name_what_is_not_there_are_refused(by_hand: Any) -> None:
    from planbench.domain.errors import ModelError

    register, _ = by_hand.case(1)
    for given in (
        Assumptions(force_in=("nobody",)),
        Assumptions(budgets={"1999 A": 1.0}),
        Assumptions(capacities={"R1 1999Q1": 1.0}),
        Assumptions(cover=("D9",)),
        Assumptions(objective="luck"),
    ):
        with pytest.raises(ModelError):
            build(register, given)


def test_overrides_change_the_limits_they_name(by_hand: Any) -> None:
    register, _ = by_hand.case(1)
    given = Assumptions(budgets={"2027 A": 7.0}, budget_factor=2.0, capacities={"R1 2027Q2": 3.0})
    uppers = {limit.name: limit.upper for limit in build(register, given).limits}
    assert uppers["budget 2027 A"] == 14.0
    assert uppers["capacity R1 2027Q2"] == 3.0
    assert all(math.isfinite(upper) for name, upper in uppers.items() if name.startswith("budget"))


def test_a_must_do_is_never_below_the_line(by_hand: Any) -> None:
    """PPM-11: in every case that has an answer, whatever else is worth more."""
    seen = 0
    for seed in range(150):
        register, given = by_hand.case(seed)
        problem = build(register, given)
        found = solve(problem, gap=0.0)
        must = [p.id for p in register.projects if p.must_do]
        if found.found and must:
            seen += 1
            plan = chosen_delays(problem, found.chosen)
            assert all(plan[name] is not None for name in must), seed
    assert seen >= 10
