"""The roadmap of a portfolio: a bar for each project in quarters, before it becomes pixels."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from planbench.engines.portfolio.capacity import Plan
from planbench.engines.portfolio.quarters import day, quarter_of
from planbench.engines.portfolio.register import Register
from planbench.engines.portfolio.timing import Assumptions, make_option

MOST_DELAY = 40
"""Quarters by which a bar can be dragged at most: ten years."""


@dataclass(frozen=True)
class RoadBar:
    """A project on the roadmap: quarters from `start` to before `finish`.

    `going` is False for what the plan leaves out; its bar then stands where it would begin.
    `deadline` is the quarter of its deadline, `late` whether the bar ends after it. `moved` are
    quarters against what was solved, None where it was added or dropped, 0 where nothing changed.
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
            )
        )
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
