"""Why there is no solution: the smallest set of limits that contradict each other.

Any set of limits that cannot hold together must hit every set whose removal makes the rest hold.
So the smallest hitting set of the removals found so far is tried, and either it is the answer or
it gives a new removal (implicit hitting sets; Ignatiev, Previti, Liffiton and Marques-Silva 2015).
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from planbench.engines.portfolio.selection import MEASURED, Problem, least_broken, solve

MOST_ROUNDS = 60
_STEP_SECONDS = 10.0


@dataclass(frozen=True)
class Conflict:
    """Limits that cannot hold together; `smallest` tells whether no smaller set exists.

    Without that proof the set is still irreducible: any one less and the rest can be kept.
    `relief` is the cheapest loosening found, as amounts by which limits would have to give way.
    """

    names: tuple[str, ...]
    smallest: bool
    relief: tuple[tuple[str, float], ...]


def conflict(problem: Problem, step: Callable[[int], None] = lambda _: None) -> Conflict | None:
    """The smallest conflicting set of a problem without a solution, None where there is one.

    `step` hears of each round and may raise to stop.
    """
    names = {limit.name for limit in problem.limits}
    removals: list[set[str]] = []
    for count in range(MOST_ROUNDS):
        step(count)
        guess = _smallest_hitting(removals)
        broken = least_broken(problem, names - guess, _STEP_SECONDS)
        if broken is None:
            return Conflict(tuple(sorted(guess)), True, _relief(problem))
        if not broken.amounts:
            return None
        removals.append(set(broken.amounts))
    return Conflict(tuple(_reduced(problem, sorted(names))), False, _relief(problem))


def _smallest_hitting(sets: list[set[str]]) -> set[str]:
    """A smallest set of names that has one of each set; of equal ones always the same."""
    from scipy.optimize import Bounds, LinearConstraint, milp

    if not sets:
        return set()
    names = sorted(set().union(*sets))
    matrix = np.array([[float(name in one) for name in names] for one in sets])
    n = len(names)
    answer = milp(
        1.0 + np.arange(n) * (0.5 / (n * (n + 1))),  # ties go to the first by name
        integrality=np.ones(n),
        bounds=Bounds(0, 1),
        constraints=LinearConstraint(matrix, 1, math.inf),
        options={"mip_rel_gap": 0.0},
    )
    return {name for name, value in zip(names, answer.x, strict=True) if value > 0.5}


def _holds(problem: Problem, names: set[str]) -> bool:
    gone = {limit.name for limit in problem.limits} - names
    plain = replace(problem.with_values(np.zeros(len(problem.options))), synergies=())
    return solve(plain.without(gone), seconds=_STEP_SECONDS).found


def _reduced(problem: Problem, names: list[str]) -> list[str]:
    """Leave out one after the other what is not needed for the contradiction."""
    needed = set(names)
    for name in names:
        if not _holds(problem, needed - {name}):
            needed.discard(name)
    return sorted(needed)


def _relief(problem: Problem) -> tuple[tuple[str, float], ...]:
    """The least loosening of amounts, each against its own size; of rules where that is no help."""
    amounts = {limit.name for limit in problem.limits if limit.kind in MEASURED}
    broken = least_broken(problem, amounts, _STEP_SECONDS) if amounts else None
    if broken is None:
        broken = least_broken(problem, {limit.name for limit in problem.limits}, _STEP_SECONDS)
    return tuple(sorted(broken.amounts.items())) if broken else ()
