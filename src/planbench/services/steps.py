"""Steps of activities: read, weighed and edited as one undoable step."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from planbench.domain.schedule import PercentType, Schedule, Status, Steps, make_table
from planbench.engines.control.credit import weighted_steps
from planbench.services.document import Document
from planbench.services.editing import EditError
from planbench.services.rewiring import free_uids, joined
from planbench.services.undo import Command, Macro, SetCells, SetSchedule

MOST_STEPS = 200


@dataclass(frozen=True)
class StepLine:
    """One step: its name, its weight and how far it is (0..100); `uid` is "" for a new one."""

    name: str
    weight: float = 1.0
    percent: float = 0.0
    uid: str = ""


def steps_of(schedule: Schedule, row: int) -> tuple[StepLine, ...]:
    """The steps of an activity in their order."""
    mine = np.flatnonzero(schedule.steps.activity == row).tolist()
    return tuple(_line(schedule.steps, place) for place in mine)


def steps_percent(steps: Sequence[StepLine]) -> float | None:
    """Percent complete 0..100 that steps make, each by its weight; None without any weight."""
    heavy = [step for step in steps if step.weight > 0]
    if not heavy:
        return None
    return weighted_steps([step.weight for step in heavy], [step.percent for step in heavy])


def follows_steps(schedule: Schedule, row: int) -> bool:
    """Whether the physical percent of an activity follows from its steps, as P6 has it."""
    acts = schedule.activities
    project = int(acts.project[row])
    return (
        schedule.projects[project].percent_from_steps
        and acts.percent_type[row] == PercentType.PHYSICAL
        and bool((schedule.steps.activity == row).any())
    )


def set_steps(document: Document, row: int, steps: Sequence[StepLine]) -> Command | None:
    """The step that gives an activity these steps; None when it has them already.

    Where the project takes physical percents from steps, that of a started activity follows.
    Raises EditError for a step without a name, and for a weight or percent that cannot be.
    """
    schedule = document.schedule
    for one in steps:
        _check(one)
    if len(steps) > MOST_STEPS:
        raise EditError(f"An activity has {MOST_STEPS} steps at most.")
    if tuple(steps) == steps_of(schedule, row):
        return None
    table = schedule.steps
    fresh = iter(free_uids(table.uid.tolist(), len(table), sum(not one.uid for one in steps)))
    made = make_table(
        Steps,
        len(steps),
        uid=[one.uid or next(fresh) for one in steps],
        activity=[row] * len(steps),
        name=[one.name.strip() for one in steps],
        weight=[one.weight for one in steps],
        percent=[one.percent for one in steps],
    )
    changed = replace(schedule, steps=joined(table.take(table.activity != row), made))
    label = f"Set steps of {schedule.activities.code[row]}"
    command = SetSchedule(label, changed, ("steps.*",))
    percent, acts = steps_percent(steps), schedule.activities
    started = acts.status[row] == Status.IN_PROGRESS
    if percent is None or not started or not follows_steps(changed, row):
        return command
    follow = SetCells(label, "activities", "physical_percent", [row], [percent])
    return Macro(label, [command, follow])


def read_number(text: str, what: str) -> float:
    """A typed weight or percent. Raises EditError."""
    try:
        number = float(text.strip().rstrip("%").replace(",", "."))
    except ValueError:
        number = float("nan")
    if not np.isfinite(number):
        raise EditError(f"“{text}” is not a {what}.")
    return number


def _check(one: StepLine) -> None:
    if not one.name.strip():
        raise EditError("A step needs a name.")
    if not np.isfinite(one.weight) or one.weight < 0:
        raise EditError(f"The weight of “{one.name}” cannot be negative.")
    if not 0 <= one.percent <= 100:
        raise EditError(f"“{one.name}” is done between 0 and 100 %.")


def schedule_steps(schedule: Schedule) -> dict[int, tuple[StepLine, ...]]:
    """The steps of every activity that has any, by its row."""
    table = schedule.steps
    found: dict[int, list[StepLine]] = {}
    for place, row in enumerate(table.activity.tolist()):
        found.setdefault(row, []).append(_line(table, place))
    return {row: tuple(lines) for row, lines in found.items()}


def _line(table: Steps, place: int) -> StepLine:
    return StepLine(
        str(table.name[place]),
        float(table.weight[place]),
        float(table.percent[place]),
        str(table.uid[place]),
    )
