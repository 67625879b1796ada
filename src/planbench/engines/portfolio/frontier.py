"""Efficient frontiers: the best value at each budget or risk, and where a choice stands."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from planbench.engines.portfolio.decisions import Step, silent
from planbench.engines.portfolio.selection import (
    Floats,
    Limit,
    Problem,
    Selection,
    choice_value,
    solve,
)
from planbench.engines.portfolio.timing import total_limit

DEFAULT_POINTS = 25
MOST_GAP = 0.05
"""No point may lie further than this, relative to itself, below what is possible."""


@dataclass(frozen=True)
class Point:
    """The best choice found within a budget: `gap` is proven for that budget."""

    budget: float
    cost: float
    value: float
    gap: float
    chosen: tuple[int, ...]


def cost_of(problem: Problem, chosen: Sequence[int]) -> float:
    """Forward cost of chosen options."""
    return float(problem.costs[list(chosen)].sum())


def frontier(
    problem: Problem,
    points: int = DEFAULT_POINTS,
    *,
    gap: float = 0.01,
    seconds: float = 5.0,
    step: Step = silent,
) -> tuple[Point, ...]:
    """Best value at `points` evenly spaced budgets between the least and the most worth having.

    Each is proven to lie within `gap` of the highest value of all (one height for the whole
    curve); its own relative gap comes with it. All limits of the problem hold as well; a limit
    called total budget is replaced. Ascending budgets, values never fall. A solve is spared where
    the answer of the next higher budget fits.
    Empty when the problem has no solution.
    """
    free = problem.without({"total budget"})
    top = solve(free, gap=gap, seconds=seconds)
    least = solve(free.with_values(-free.costs), gap=1e-6, seconds=seconds)
    if not top.found or not least.found:
        return ()
    low, high = cost_of(free, least.chosen), cost_of(free, top.chosen)
    budgets = np.linspace(low, high, max(points, 2)) if high > low else np.array([high])
    found: list[Point] = []
    last = top
    for k, budget in enumerate(budgets[::-1].tolist()):
        step(k, budgets.size)
        room = budget + 1e-9 * max(1.0, abs(budget))
        if cost_of(free, last.chosen) > room:
            limited = free.with_limits(total_limit(free, room))
            own_gap = min(MOST_GAP, gap * abs(top.value) / max(abs(last.value), 1e-9))
            next_one = solve(limited, gap=own_gap, seconds=seconds)
            if not next_one.found:
                continue
            last = replace(next_one, bound=min(next_one.bound, last.bound))
        found.append(_point(free, budget, last))
    step(budgets.size, budgets.size)
    return _rising(found[::-1])


def _point(problem: Problem, budget: float, selection: Selection) -> Point:
    gap = max(0.0, selection.bound - selection.value) / max(abs(selection.value), 1e-9)
    return Point(budget, cost_of(problem, selection.chosen), selection.value, gap, selection.chosen)


def _rising(points: list[Point]) -> tuple[Point, ...]:
    """A choice that a smaller budget found also fits a larger one."""
    made: list[Point] = []
    for point in points:
        before = made[-1] if made else None
        if before is not None and before.value > point.value:
            bound = point.value + point.gap * max(abs(point.value), 1e-9)
            gap = max(0.0, bound - before.value) / max(abs(before.value), 1e-9)
            made.append(replace(before, budget=point.budget, gap=gap))
        else:
            made.append(point)
    return tuple(made)


def efficient(points: Sequence[Point]) -> tuple[Point, ...]:
    """The points that no other beats at the same or less cost."""
    kept: list[Point] = []
    for point in sorted(points, key=lambda p: (p.cost, -p.value)):
        if not kept or point.value > kept[-1].value + 1e-9:
            kept.append(point)
    return tuple(kept)


def distance(points: Sequence[Point], cost: float, value: float) -> float | None:
    """How much more value the frontier has at no more than this cost; None left of it."""
    best = max((p.value for p in points if p.cost <= cost * (1 + 1e-9)), default=-math.inf)
    return None if best == -math.inf else max(0.0, best - value)


@dataclass(frozen=True)
class RiskPoint:
    """A choice with its mean value over all draws and its mean shortfall below the target.

    `aversion` is what a unit of shortfall was weighed with against a unit of mean value.
    """

    aversion: float
    mean: float
    shortfall: float
    cost: float
    chosen: tuple[int, ...]


AVERSIONS = (0.0, 0.5, 1.0, 2.0, 4.0, 8.0, 16.0)


def risk_frontier(
    problem: Problem,
    draws: Floats,
    target: float,
    aversions: Sequence[float] = AVERSIONS,
    *,
    gap: float = 0.005,
    seconds: float = 10.0,
    step: Step = silent,
) -> tuple[RiskPoint, ...]:
    """Choices that trade mean value against falling short of a target, least averse first.

    `draws[k, n]` is the value of option n in draw k. For each aversion the choice maximises the
    mean less aversion times the mean shortfall below `target`, under all limits of the problem
    (the first lower partial moment; Fishburn 1977). Choices that another beats in both are left
    out. Synergies count in the mean, not in the draws.
    """
    count = len(draws)
    numbers = np.arange(len(problem.options), dtype=np.int64)
    averaged = problem.with_values(draws.mean(axis=0))
    found: dict[tuple[int, ...], RiskPoint] = {}
    for done, aversion in enumerate(sorted(aversions)):
        step(done, len(aversions))
        rows = (
            Limit(
                f"draw {k:05d}",
                "draw",
                numbers,
                -values,
                upper=-target,
                price=aversion / count,
                most_extra=math.inf,
            )
            for k, values in enumerate(draws)
        )
        weighed = averaged.with_limits(*rows) if aversion > 0 else averaged
        answer = solve(weighed, gap=gap, seconds=seconds)
        if answer.found and answer.chosen not in found:
            chosen = list(answer.chosen)
            sums = draws[:, chosen].sum(axis=1)
            found[answer.chosen] = RiskPoint(
                aversion,
                choice_value(averaged, chosen),
                float(np.maximum(0.0, target - sums).mean()),
                cost_of(problem, chosen),
                answer.chosen,
            )
    points = sorted(found.values(), key=lambda p: (-p.mean, p.shortfall))
    kept: list[RiskPoint] = []
    for point in points:
        if not kept or point.shortfall < kept[-1].shortfall - 1e-12:
            kept.append(point)
    return tuple(kept)
