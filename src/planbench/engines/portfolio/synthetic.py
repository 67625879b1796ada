"""Invented portfolios of any size for measurements and tests; the same for the same seed."""

from __future__ import annotations

import numpy as np

from planbench.engines.portfolio.register import (
    Budget,
    Factor,
    Project,
    Register,
    Role,
    Settings,
)

FIRST = 4 * 2027


def synthetic_register(
    projects: int, starts: int = 8, quarters: int = 20, roles: int = 6, seed: int = 7
) -> Register:
    """Projects of 4 to 12 quarters with budgets and capacities over `quarters` quarters.

    Each may start at once or up to `starts` - 1 quarters later. The budgets pay for half of all
    cost; the roles could carry 80 % of all demand if it came evenly, which it does not.
    """
    dice = np.random.default_rng(seed)
    role_ids = [f"R{k + 1}" for k in range(roles)]
    made = tuple(_project(dice, k, starts, quarters, role_ids) for k in range(projects))
    cost, demand = np.zeros(quarters), np.zeros((roles, quarters))
    for project in made:
        for quarter, amount in project.capex.items():
            cost[min(quarter - FIRST, quarters - 1)] += amount
        for r, role in enumerate(role_ids):
            for quarter, amount in project.demand.get(role, {}).items():
                demand[r, min(quarter - FIRST, quarters - 1)] += amount
    years = -(-quarters // 4)
    yearly = 0.5 * cost.sum() / years
    capacity = 0.8 * demand.sum(axis=1) / quarters
    return Register(
        Settings("2026-10-01", 0.07),
        made,
        tuple(
            Role(role, role, capacity={FIRST + q: float(capacity[r]) for q in range(quarters)})
            for r, role in enumerate(role_ids)
        ),
        tuple(Budget(2027 + y, "F", float(yearly)) for y in range(years)),
        factors=tuple(Factor(f"F{k + 1}", f"Driver {k + 1}", sigma=0.1) for k in range(5)),
    )


def _project(
    dice: np.random.Generator, number: int, starts: int, quarters: int, roles: list[str]
) -> Project:
    length = int(dice.integers(4, 13))
    start = FIRST + int(dice.integers(0, max(1, quarters // 3)))
    spread = dice.uniform(0.5, 1.5, length)
    cost = float(dice.lognormal(3.5, 0.8))
    capex = {start + k: float(cost * part / spread.sum()) for k, part in enumerate(spread)}
    yearly = cost * float(dice.uniform(0.10, 0.28))
    first = (start + length) // 4 + 1
    used = dice.choice(len(roles), size=int(dice.integers(1, len(roles) + 1)), replace=False)
    return Project(
        f"P{number + 1:03d}",
        f"Project {number + 1}",
        fund="F",
        start_quarter=start,
        p_success=float(dice.uniform(0.7, 1.0)),
        delays=tuple(range(starts)),
        capex=capex,
        benefits={first + k: yearly for k in range(12)},
        demand={
            roles[r]: {start + k: float(dice.uniform(0.5, 6.0)) for k in range(length)}
            for r in sorted(used.tolist())
        },
        loadings={f"F{k + 1}": (float(dice.uniform(0, 0.8)), 0.2) for k in range(5)},
    )
