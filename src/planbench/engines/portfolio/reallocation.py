"""People or plant moved from one project to another: when both then finish, what both are worth.

Each project has a team of the role: its demand by month in the plan. The giver loses the moved
units in the months of the move, the taker has them on top. Work that is not done stays to be done
and work ahead of the plan need not be done again, so the finish of a project is the moment at
which its team has worked off what the plan asks of it. Beyond its planned end the giver goes on
with the team of its last month, as far as the capacity left by all others allows. Costs come when
their part of the work is done; what follows the role's work moves as a whole: the role drives it.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from planbench.domain.errors import ModelError
from planbench.engines.portfolio.capacity import Cell, Plan, heat_map
from planbench.engines.portfolio.months import month_name
from planbench.engines.portfolio.quarters import day, quarter_of, years_from
from planbench.engines.portfolio.register import Project, Register, Role
from planbench.engines.portfolio.timing import Assumptions, present_values

LONGEST = 600
"""Months after which work that is not done is taken to be never done."""


@dataclass(frozen=True)
class Move:
    """`amount` units of a role in each month from `first` to `last`, both included."""

    role: str
    giver: str
    taker: str
    amount: float
    first: int
    last: int


@dataclass(frozen=True)
class Effect:
    """What a move does to a project.

    `before` and `after` are its finish in months: 24327.5 is the middle of that month. `late` are
    quarters after its deadline. `team` is what works on it in each month after the move.
    """

    project: str
    before: float
    after: float
    value_before: float
    value_after: float
    late_before: int
    late_after: int
    team: Mapping[int, float]

    @property
    def slip(self) -> float:
        """Months later, negative for earlier."""
        return self.after - self.before

    @property
    def gain(self) -> float:
        """Value won, negative where it is lost."""
        return self.value_after - self.value_before


@dataclass(frozen=True)
class Reallocation:
    """A move with its loser and winner; cells are those of the role by month."""

    move: Move
    giver: Effect
    taker: Effect
    before: tuple[Cell, ...]
    after: tuple[Cell, ...]

    @property
    def gain(self) -> float:
        """Value won by both together."""
        return self.giver.gain + self.taker.gain


def worked_off(work: float, team: Mapping[int, float]) -> tuple[dict[int, float], float]:
    """The months in which a team does the work, and when it is done (months, continuous).

    Raises ModelError when the team never does it.
    """
    used: dict[int, float] = {}
    left = work
    for number in sorted(team):
        if left <= 1e-9 * max(1.0, work):
            break
        done = min(left, team[number])
        if done > 0:
            used[number] = done
            left -= done
            end = number + done / team[number]
    if left > 1e-9 * max(1.0, work):
        raise ModelError("what it gives away is never made up for: nobody is free", "the move")
    return used, end


def reallocate(
    register: Register, plan: Plan, move: Move, assumptions: Assumptions | None = None
) -> Reallocation:
    """The effect of a move on the finish and value of both projects.

    Raises ModelError for a move that cannot be: unknown names, projects that do not go on or do
    not need the role then, more units than the giver has.
    """
    given = assumptions or Assumptions()
    role, giver, taker = _checked(register, plan, move)
    planned = {p.id: p.needs_monthly(role, plan[p.id] or 0) for p in (giver, taker)}
    window = range(move.first, move.last + 1)
    more = dict(planned[taker.id])
    begin, stop = _span(planned[taker.id])
    for number in window:
        if begin <= number <= stop:
            more[number] = more.get(number, 0.0) + move.amount
    cells = _cells(register, plan, role)
    taken, end = worked_off(sum(planned[taker.id].values()), more)
    winner = _effect(register, taker, plan, given, planned[taker.id], taken, end)
    less = dict(planned[giver.id])
    for number in window:
        less[number] = less.get(number, 0.0) - move.amount
    others = {taker.id: taken}
    less.update(_tail(register, plan, role, giver, planned[giver.id], others, given))
    rest, end = worked_off(sum(planned[giver.id].values()), less)
    loser = _effect(register, giver, plan, given, planned[giver.id], rest, end)
    after = _cells(_with_teams(register, plan, role, {giver.id: rest, taker.id: taken}), plan, role)
    return Reallocation(move, loser, winner, cells, after)


def _checked(register: Register, plan: Plan, move: Move) -> tuple[Role, Project, Project]:
    role = next((one for one in register.roles if one.id == move.role), None)
    if role is None:
        raise ModelError(f"there is no role '{move.role}'", "the move")
    for name in (move.giver, move.taker):
        if name not in register.by_id:
            raise ModelError(f"there is no project '{name}'", "the move")
        if plan.get(name) is None:
            raise ModelError(f"{name} does not go on in the plan", "the move")
    if move.giver == move.taker:
        raise ModelError("it gives to itself", "the move", "Choose two projects.")
    if not move.amount > 0 or move.last < move.first:
        raise ModelError(
            "the amount is not above 0, or its months end before they begin", "the move"
        )
    giver, taker = register.by_id[move.giver], register.by_id[move.taker]
    has = giver.needs_monthly(role, plan[giver.id] or 0)
    for number in range(move.first, move.last + 1):
        if has.get(number, 0.0) < move.amount - 1e-9:
            raise ModelError(
                f"{giver.id} has {has.get(number, 0.0):,.1f} {role.unit} in {month_name(number)}",
                "the move",
                "Move no more than that, or choose other months.",
            )
    needs = taker.needs_monthly(role, plan[taker.id] or 0)
    if not any(needs.values()):
        raise ModelError(f"{taker.id} does not need {role.name}", "the move")
    begin, stop = _span(needs)
    if move.last < begin or move.first > stop:
        raise ModelError(
            f"{taker.id} needs {role.name} from {month_name(begin)} to {month_name(stop)}",
            "the move",
            "Choose months within these.",
        )
    return role, giver, taker


def _span(levels: Mapping[int, float]) -> tuple[int, int]:
    """First and last month with work."""
    there = [number for number, amount in levels.items() if amount > 0]
    return min(there), max(there)


def _tail(
    register: Register,
    plan: Plan,
    role: Role,
    giver: Project,
    planned: Mapping[int, float],
    others: Mapping[str, Mapping[int, float]],
    given: Assumptions,
) -> dict[int, float]:
    """The team beyond the planned end: that of the last month, where others leave it free."""
    _, stop = _span(planned)
    team, has = planned[stop], role.monthly
    need: dict[int, float] = {}
    for project in register.open_projects:
        delay = plan.get(project.id)
        if delay is None or project.id == giver.id:
            continue
        levels = others.get(project.id) or project.needs_monthly(role, delay)
        for number, amount in levels.items():
            need[number] = need.get(number, 0.0) + amount
    made = {}
    last = max(has, default=0)
    for number in range(stop + 1, stop + 1 + LONGEST):
        free = math.inf
        if has and given.use_capacity:
            free = has.get(min(number, last), 0.0) * given.capacity_factor - need.get(number, 0.0)
        made[number] = max(0.0, min(team, free))
    return made


def _effect(
    register: Register,
    project: Project,
    plan: Plan,
    given: Assumptions,
    planned: Mapping[int, float],
    team: Mapping[int, float],
    end: float,
) -> Effect:
    delay = plan[project.id] or 0
    last = project.last_quarter
    stop = _span(planned)[1] + 1.0
    before = 3.0 * (last + delay + 1) if last is not None else stop
    shift = _Shift(planned, team)
    slip = end - stop
    late = [_late(project, finish) for finish in (before, before + slip)]
    values = [
        _value(register, project, delay, given, moved, by, quarters)
        for moved, by, quarters in ((None, 0.0, late[0]), (shift, slip, late[1]))
    ]
    return Effect(
        project.id, before, before + slip, values[0], values[1], late[0], late[1], dict(team)
    )


def _late(project: Project, finish: float) -> int:
    """Quarters by which a finish in months lies beyond the quarter of the deadline."""
    if not project.deadline or project.last_quarter is None:
        return 0
    return max(0, math.ceil(finish / 3 - 1e-9) - 1 - quarter_of(day(project.deadline)))


class _Shift:
    """By how many months what was planned for a moment comes later."""

    def __init__(self, planned: Mapping[int, float], team: Mapping[int, float]) -> None:
        self._plan, self._real = _grown(planned), _grown(team)

    def at(self, moment: float) -> float:
        """Months later than planned for `moment`, negative for earlier."""
        times, done = self._plan
        work = float(np.interp(moment, times, done))
        if work <= 0:
            return 0.0
        return _reached(self._real, work) - _reached(self._plan, work)


Grown = tuple[np.ndarray, np.ndarray]


def _grown(levels: Mapping[int, float]) -> Grown:
    """The work done by the ends of months, from the first on."""
    begin, stop = _span(levels)
    amounts = [levels.get(number, 0.0) for number in range(begin, stop + 1)]
    return np.arange(begin, stop + 2, dtype=np.float64), np.cumsum([0.0, *amounts])


def _reached(grown: Grown, work: float) -> float:
    """The first moment at which so much is done; a team may end a month before its last day."""
    times, done = grown
    k = int(np.searchsorted(done, min(work, done[-1]) - 1e-9 * done[-1]))
    if k == 0:
        return float(times[0])
    return float(times[k - 1] + (work - done[k - 1]) / (done[k] - done[k - 1]))


def _value(
    register: Register,
    project: Project,
    delay: int,
    given: Assumptions,
    shift: _Shift | None,
    slip: float,
    late: int,
) -> float:
    """Value of an option whose costs come later by the shift and whose benefits by the slip."""
    settings = register.settings
    rate = settings.discount_rate if given.discount_rate is None else given.discount_rate
    since = day(settings.valuation_date)
    benefit, spend = present_values(register, project, delay + slip / 3.0, given)
    if shift is not None:
        spend = 0.0
        for quarter, amount in sorted(project.capex.items()):
            later = shift.at(3.0 * (quarter + delay) + 1.5) / 12.0
            dearer = given.cost_factor * (1.0 + settings.escalation) ** (delay / 4 + later)
            when = years_from(since, quarter + delay) + 0.125 + later
            spend += amount * dearer * (1.0 + rate) ** -when
    loss = project.deadline_loss * late + (project.pause_cost * delay if project.running else 0.0)
    return project.p_success * benefit - spend - loss


def _with_teams(
    register: Register, plan: Plan, role: Role, teams: Mapping[str, Mapping[int, float]]
) -> Register:
    """The register in which these projects need the role as their teams work."""
    made = []
    for project in register.projects:
        if project.id in teams:
            back = 3 * (plan[project.id] or 0)
            months = {number - back: amount for number, amount in teams[project.id].items()}
            project = replace(
                project,
                demand={name: by for name, by in project.demand.items() if name != role.id},
                demand_months={**project.demand_months, role.id: months},
            )
        made.append(project)
    return replace(register, projects=tuple(made))


def _cells(register: Register, plan: Plan, role: Role) -> tuple[Cell, ...]:
    found = heat_map(register, plan, monthly=True)
    return tuple(cell for cell in found if cell.role == role.id)
