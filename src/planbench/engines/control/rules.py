"""Measurements of progress by rules of credit: what is done, and what that earns.

A rule turns things that can be counted (steps, quantities, dates) into percent complete, so that
nobody types a percentage where a rule applies.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from planbench.domain.errors import ModelError
from planbench.engines.control.credit import by_units, weighted_steps

BY_TIME, BY_WORK, BY_COST = "duration percent", "work percent", "cost percent"
COMPUTED = (BY_TIME, BY_WORK, BY_COST)
"""Percents that follow from what the schedule reports is left: easy, and not objective."""

START_FINISH, MILESTONES, STEPS, UNITS, EQUIVALENT, PERCENT, APPORTIONED, EFFORT, PACKAGE = (
    "start/finish",
    "weighted milestones",
    "weighted steps",
    "units",
    "equivalent units",
    "percent, capped",
    "apportioned",
    "level of effort",
    "planning package",
)
TECHNIQUES = (
    START_FINISH, MILESTONES, STEPS, UNITS, EQUIVALENT, PERCENT, *COMPUTED, APPORTIONED, EFFORT,
    PACKAGE,
)  # fmt: skip

DRAFT, SUBMITTED, APPROVED, RETURNED = "draft", "submitted", "approved", "returned"
NEXT = {
    DRAFT: (SUBMITTED,),
    SUBMITTED: (APPROVED, RETURNED),
    RETURNED: (SUBMITTED, DRAFT),
    APPROVED: (DRAFT,),
}
"""What may become of a measurement."""

_STEPPED = (MILESTONES, STEPS, EQUIVALENT)


@dataclass(frozen=True)
class Step:
    """A step, milestone or stage of a commodity. `done` is 0..100, a milestone 0 or 100."""

    name: str
    weight: float
    done: float = 0.0


@dataclass(frozen=True)
class Measurement:
    """How an activity's progress is measured and what was measured last."""

    activity: str
    technique: str
    steps: tuple[Step, ...] = ()
    budgeted: float = 0.0  # quantity
    installed: float = 0.0
    unit: str = ""
    first: float = 0.0  # percent earned at the start (start/finish)
    percent: float = 0.0  # judged (percent, capped)
    cap: float = 90.0  # of a judged percent before the finish
    base: str = ""  # the activity that an apportioned one follows
    factor: float = 1.0  # of the base's percent
    state: str = DRAFT
    remark: str = ""


def measurement_json(one: Measurement) -> dict[str, Any]:
    """A measurement as JSON holds it."""
    return asdict(one)


def measurement_from(given: Mapping[str, Any]) -> Measurement:
    """A measurement from `measurement_json`."""
    steps = tuple(Step(**step) for step in given.get("steps", ()))
    return Measurement(**{**given, "steps": steps})


def checked(one: Measurement) -> Measurement:
    """The measurement. Raises ModelError when it does not fit its rule."""
    where = one.activity
    if one.technique not in TECHNIQUES:
        raise ModelError(f"there is no rule of credit “{one.technique}”", where)
    if one.technique in _STEPPED:
        total = sum(step.weight for step in one.steps)
        if not one.steps or any(step.weight <= 0 for step in one.steps):
            raise ModelError("every step needs a weight above zero", where)
        if one.technique != STEPS and abs(total - 100.0) > 1e-3:
            raise ModelError(f"the weights sum to {total:g}, not to 100", where)
        if any(not 0 <= step.done <= 100 for step in one.steps):
            raise ModelError("a step is done between 0 and 100 %", where)
        halves = [step for step in one.steps if step.done not in (0.0, 100.0)]
        if one.technique == MILESTONES and halves:
            raise ModelError(f"milestone “{halves[0].name}” is either reached or not", where)
    if one.technique == UNITS:
        by_units(one.installed, one.budgeted)
    if one.technique == PERCENT and not 0 <= one.percent <= 100:
        raise ModelError("percent complete lies between 0 and 100", where)
    if not 0 < one.factor <= 100:
        raise ModelError("the factor of apportioned work is above zero and 100 at most", where)
    if not 0 <= one.first <= 100 or not 0 <= one.cap <= 100:
        raise ModelError("what is earned at the start, and the cap, lie between 0 and 100", where)
    return one


def credited(
    one: Measurement, started: bool, finished: bool, base_percent: float | None = None
) -> float | None:
    """Percent complete 0..100 that a measurement earns; None for level of effort (by time).

    `base_percent` is that of the activity an apportioned one follows, or what the schedule
    computes for a technique of COMPUTED. Raises ModelError for a
    measurement that does not fit its rule, and for an apportioned one without a base.
    """
    checked(one)
    if one.technique == EFFORT:
        return None
    if one.technique == PACKAGE:
        return 0.0
    if finished:
        return 100.0
    if one.technique == START_FINISH:
        return one.first if started else 0.0
    if one.technique in _STEPPED:
        return weighted_steps(
            [step.weight for step in one.steps], [step.done for step in one.steps]
        )
    if one.technique == UNITS:
        return by_units(one.installed, one.budgeted)
    if one.technique == PERCENT:
        return min(one.percent, one.cap)
    if base_percent is None:
        if one.technique in COMPUTED:
            raise ModelError("the schedule computes no percent for it", one.activity)
        raise ModelError("the activity it is apportioned to is not known", one.activity)
    if one.technique in COMPUTED:
        return base_percent
    return min(one.factor * base_percent, 100.0)


def percents(
    measurements: Sequence[Measurement],
    started: Mapping[str, bool],
    finished: Mapping[str, bool],
    others: Mapping[str, float],
    computed: Mapping[str, Mapping[str, float]] | None = None,
) -> dict[str, float | None]:
    """Percent complete by activity of measurements; apportioned ones follow their base.

    `others` are percents of activities that have no measurement, `computed` those that the
    schedule computes, by technique of COMPUTED and activity. Raises ModelError for circles
    of apportioned work, and as `credited` does.
    """
    by_id = {one.activity: one for one in measurements}
    found: dict[str, float | None] = {}
    for one in measurements:
        chain: list[Measurement] = []
        code = one.activity
        while code in by_id and code not in found and by_id[code].technique == APPORTIONED:
            if by_id[code] in chain:
                raise ModelError("apportioned activities follow each other in a circle", code)
            chain.append(by_id[code])
            code = by_id[code].base
        if code in by_id and code not in found:
            last = by_id[code]
            given = (computed or {}).get(last.technique, {}).get(code)
            found[code] = credited(last, started.get(code, False), finished.get(code, False), given)
        percent = found.get(code) if code in found else others.get(code)
        for link in reversed(chain):
            mine = link.activity
            found[mine] = percent = credited(
                link, started.get(mine, False), finished.get(mine, False), percent
            )
    return found


def moved(one: Measurement, state: str) -> Measurement:
    """The measurement in another state. Raises ModelError when it may not go there."""
    if state not in NEXT[one.state]:
        raise ModelError(f"a measurement that is {one.state} cannot become {state}", one.activity)
    return replace(checked(one), state=state)


def earned_parts(one: Measurement, budget: float, percent: float) -> list[tuple[str, float]]:
    """What earned an activity's value: (step or rule, money); they sum to budget x percent."""
    whole = budget * percent / 100.0
    if one.technique not in _STEPPED:
        return [(one.technique, whole)]
    total = sum(step.weight * step.done for step in one.steps)
    if total <= 0:
        return [(step.name, 0.0) for step in one.steps]
    return [(step.name, whole * step.weight * step.done / total) for step in one.steps]
