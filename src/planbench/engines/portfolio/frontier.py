"""The efficient frontier: the best value at each budget, and where a given choice stands."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from planbench.engines.portfolio.decisions import Step, silent
from planbench.engines.portfolio.selection import Problem, Selection, solve
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
