"""The scoring model of a register: criteria with value functions and gates, measured for each."""

from __future__ import annotations

from dataclasses import dataclass

from planbench.engines.portfolio.priority import Criterion, Scores, scored
from planbench.engines.portfolio.register import Project, Register
from planbench.engines.portfolio.timing import present_values, priorities

NEVER = 99.0
"""Years of payback that stand for never."""


@dataclass(frozen=True)
class Scoring:
    """Scores with the measures they were made of, by project and criterion."""

    scores: Scores
    measures: dict[str, dict[str, float]]


def scoring(register: Register, judgement_set: str = "") -> Scoring | None:
    """All open projects by the criteria of the register; None where it has none.

    Raises ModelError where a project has no measure and the criterion is none that the register
    measures by itself.
    """
    if not register.criteria or not register.open_projects:
        return None
    criteria = [
        Criterion(c.id, c.weight, c.low, c.high, c.shape, c.gate) for c in register.criteria
    ]
    priority = priorities(register, judgement_set) if register.drivers else {}
    measures = {
        project.id: {**_measured(register, project, priority), **project.measures}
        for project in register.open_projects
    }
    return Scoring(scored(criteria, measures), measures)


def _measured(register: Register, project: Project, priority: dict[str, float]) -> dict[str, float]:
    """What the register itself knows: see ScoringCriterion."""
    from planbench.services.portfolio import investment

    benefit, cost = present_values(register, project)
    gain = project.p_success * benefit
    payback = investment(register, project).payback_years
    return {
        "npv": gain - cost,
        "bcr": gain / cost if cost > 0 else 0.0,
        "p_success": project.p_success,
        "alignment": priority.get(project.id, 0.0),
        "payback": NEVER if payback is None else payback,
    }
