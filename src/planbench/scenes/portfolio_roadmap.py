"""The roadmap of a portfolio: a bar for each project in quarters, before it becomes pixels."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from planbench.engines.portfolio.capacity import Plan
from planbench.engines.portfolio.quarters import day, quarter_of, years_from
from planbench.engines.portfolio.register import Register
from planbench.engines.portfolio.timing import Assumptions, driver_weights, make_option

MOST_DELAY = 40
"""Quarters by which a bar can be dragged at most: ten years."""


@dataclass(frozen=True)
class RoadBar:
    """A project on the roadmap: quarters from `start` to before `finish`.

    `going` is False for what the plan leaves out; its bar then stands where it would begin.
    `deadline` is the quarter of its deadline, `late` whether the bar ends after it. `moved` are
    quarters against what was solved, None where it was added or dropped, 0 where nothing changed.
    `gates` are (quarter with its part, gate, decision); those still open move with the delay.
    """

    project: str
    name: str
    bucket: str
    start: int
    finish: int
    delay: int
    going: bool
    running: bool
    deadline: int | None
    late: bool
    moved: int | None
    gates: tuple[tuple[float, str, str], ...] = ()


LANE, BAR, ROLE = "lane", "bar", "role"
ROLES = "\0roles"
"""The title of the lane of the roles, which the window words."""


@dataclass(frozen=True)
class RoadLine:
    """A line of the roadmap: the title of a lane, the bar of a number, or a role by its id."""

    kind: str
    title: str = ""
    bar: int = -1


@dataclass(frozen=True)
class Arrow:
    """One bar waits for another: `after` its end, else only that it goes on."""

    source: int
    target: int
    after: bool


def road_bars(
    register: Register,
    plan: Plan,
    order: Sequence[str],
    *,
    solved: Plan | None = None,
    wanted: Mapping[str, int] | None = None,
) -> tuple[RoadBar, ...]:
    """Bars in the given order. `wanted` is the delay at which a project left out would begin."""
    made = []
    gates = _gates(register)
    for name in order:
        project = register.by_id[name]
        delay = plan.get(name)
        shown = delay if delay is not None else (wanted or {}).get(name, 0)
        option = make_option(register, project, shown, Assumptions())
        finish = max(option.finish, option.start + 1)
        deadline = quarter_of(day(project.deadline)) if project.deadline else None
        made.append(
            RoadBar(
                name,
                project.name or name,
                project.bucket,
                option.start,
                finish,
                shown,
                delay is not None,
                project.running,
                deadline,
                deadline is not None and finish - 1 > deadline,
                _moved(delay, (solved or plan).get(name)),
                tuple(
                    (when if decision else when + shown, gate, decision)
                    for when, gate, decision in gates.get(name, ())
                ),
            )
        )
    return tuple(made)


def _gates(register: Register) -> dict[str, list[tuple[float, str, str]]]:
    found: dict[str, list[tuple[float, str, str]]] = {}
    since = day(register.settings.valuation_date)
    now = -4.0 * years_from(since, 0)
    for gate in register.gates:
        if gate.date:
            when = now + (day(gate.date) - since).days / 365.25 * 4
            found.setdefault(gate.project, []).append((when, gate.gate, gate.decision))
    return found


def objectives_of(register: Register, judgement_set: str = "") -> dict[str, str]:
    """The driver each open project does most for, by impact times weight; "" for none."""
    weights = driver_weights(register, judgement_set) if register.drivers else {}
    made = {}
    for project in register.open_projects:
        worth = {name: project.impacts.get(name, 0.0) * weight for name, weight in weights.items()}
        best = max(worth, key=lambda name: worth[name], default="")
        made[project.id] = best if worth.get(best, 0.0) > 0 else ""
    return made


def by_objective(register: Register, order: Sequence[str], of: Mapping[str, str]) -> list[str]:
    """The projects in lanes of their objectives, the heaviest driver first; else in their order."""
    weights = driver_weights(register) if register.drivers else {}
    lanes = [*sorted(weights, key=lambda name: -weights[name]), ""]
    return sorted(order, key=lambda name: lanes.index(of.get(name, "")))


def road_lines(
    register: Register, bars: Sequence[RoadBar], of: Mapping[str, str] | None, roles: bool
) -> tuple[RoadLine, ...]:
    """Lines of bars, with a title above each objective of `of`, and of the roles below."""
    names = {driver.id: driver.name for driver in register.drivers}
    made: list[RoadLine] = []
    last: str | None = None
    for number, bar in enumerate(bars):
        lane = of.get(bar.project, "") if of is not None else None
        if lane != last:
            last = lane
            made.append(RoadLine(LANE, names.get(lane or "", "")))
        made.append(RoadLine(BAR, bar=number))
    if roles and register.roles:
        made += [RoadLine(LANE, ROLES), *(RoadLine(ROLE, role.id) for role in register.roles)]
    return tuple(made)


def arrows(register: Register, bars: Sequence[RoadBar]) -> tuple[Arrow, ...]:
    """What waits for what among the bars that go on."""
    at = {bar.project: number for number, bar in enumerate(bars) if bar.going}
    made = []
    for link in register.links:
        if link.a not in at or link.b not in at:
            continue
        if link.kind == "finish_start":
            made.append(Arrow(at[link.a], at[link.b], True))
        elif link.kind == "requires":
            made.append(Arrow(at[link.b], at[link.a], False))
    return tuple(made)


def _moved(now: int | None, before: int | None) -> int | None:
    if now is None or before is None:
        return 0 if now is before else None
    return now - before


def road_span(bars: Sequence[RoadBar], today: int) -> tuple[int, int]:
    """First and last quarter (exclusive) to be shown: whole years around all bars and today."""
    first = min([today, *(bar.start for bar in bars)])
    last = max([today + 4, *(bar.finish for bar in bars), *(bar.deadline or 0 for bar in bars)])
    return first // 4 * 4, (last + 4) // 4 * 4


def dragged(bar: RoadBar, quarters: int) -> int:
    """The delay of a bar that was dragged by so many quarters; not before it was asked for."""
    return max(0, min(MOST_DELAY, bar.delay + quarters))
