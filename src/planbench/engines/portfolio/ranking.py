"""Projects in a row: scarcity and urgency, and the waterline under what a limit can carry."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from planbench.engines.portfolio.capacity import as_asked, heat_map
from planbench.engines.portfolio.quarters import day, last_day
from planbench.engines.portfolio.register import Register


@dataclass(frozen=True)
class Rank:
    """A project's place. `per_bottleneck` is value for each unit of the scarcest role it uses.

    `slack_weeks` is the time from its finish as asked to its deadline, None without one.
    """

    project: str
    value: float
    bottleneck: str
    per_bottleneck: float | None
    slack_weeks: float | None
    must_do: bool


def bottleneck(register: Register) -> str:
    """The role with the highest demand in capacity in any quarter if all go on as asked."""
    shares = [
        (cell.share, cell.role)
        for cell in heat_map(register, as_asked(register))
        if cell.share is not None
    ]
    return min(shares, key=lambda pair: (-pair[0], pair[1]))[1] if shares else ""


def slack_weeks(register: Register, project: str, delay: int = 0) -> float | None:
    """Weeks from the end of the last quarter of cost (or the forecast finish) to the deadline."""
    found = register.by_id[project]
    if not found.deadline:
        return None
    if found.forecast_finish and not delay:
        finish = day(found.forecast_finish)
    elif found.last_quarter is not None:
        finish = last_day(found.last_quarter + delay)
    else:
        return None
    return (day(found.deadline) - finish).days / 7


def ranked(register: Register, values: dict[str, float]) -> tuple[Rank, ...]:
    """Projects in the order in which scarce roles are best given away.

    Must-do first; then those that need no bottleneck, by value; then the others by value for each
    unit of it; last those without value. Equals by the tighter deadline, then by id.
    """
    role = bottleneck(register)
    scarce = next((one for one in register.roles if one.id == role), None)
    rows = []
    for project in register.open_projects:
        if project.id in values:
            need = sum(project.needs(scarce).values()) if scarce is not None else 0.0
            value = values[project.id]
            per = value / need if need > 0 else None
            slack = slack_weeks(register, project.id)
            rows.append(Rank(project.id, value, role, per, slack, project.must_do))
    return tuple(sorted(rows, key=_order))


def _order(rank: Rank) -> tuple[bool, bool, bool, float, float, str]:
    worth = rank.value if rank.per_bottleneck is None else rank.per_bottleneck
    slack = float("inf") if rank.slack_weeks is None else rank.slack_weeks
    needs = rank.per_bottleneck is not None
    return (not rank.must_do, rank.value <= 0, needs, -worth, slack, rank.project)


def waterline(
    costs: Sequence[float], target: float, must: Sequence[bool] = ()
) -> tuple[int, float]:
    """How many projects from the top a target carries, and their sum.

    The line is drawn above the first that no longer fits; a must-do below it moves the line
    under itself, whatever the target says.
    """
    count, total, running = 0, 0.0, 0.0
    last_must = max((k for k, needed in enumerate(must) if needed), default=-1)
    for k, cost in enumerate(costs):
        running += cost
        if running > target * (1 + 1e-12) and k > last_must:
            break
        count, total = k + 1, running
    return count, total
