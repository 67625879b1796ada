"""A first proposal of contract data from what a schedule itself says."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import numpy as np

from planbench.domain.schedule import ActivityType, Constraint, Schedule
from planbench.domain.times import NO_TIME, to_datetime
from planbench.engines.contract.terms import ContractData, Milestone, Term
from planbench.engines.quality.context import Context

if TYPE_CHECKING:
    from planbench.engines.cpm.result import CpmResult

_ENDS = (Constraint.FINISH_ON_OR_BEFORE, Constraint.FINISH_ON, Constraint.MANDATORY_FINISH)

_WORDS = {
    "review": ("review", "approval"),
    "test": ("test", "inspection", "commissioning"),
    "others": ("client", "employer", "owner", "others"),
    "procurement": ("procurement", "manufacture", "delivery"),
    "safety": ("safety", "hse"),
}


def propose(schedule: Schedule, cpm: CpmResult | None) -> ContractData:
    """Milestones that are dated by constraint, the completion, and codes whose names say it.

    Finish milestones with a finish constraint or deadline are proposed as key dates with that
    date; the latest open activity without successor as completion where the project has a date
    that it must finish by. Code values whose name holds a word are proposed for that word.
    """
    facts = Context(schedule, cpm)
    acts = schedule.activities
    dated = np.isin(acts.constraint, _ENDS) | (acts.deadline != NO_TIME)
    rows = np.flatnonzero(dated & (acts.type == ActivityType.FINISH_MILESTONE)).tolist()
    last = facts.target
    found = []
    for row in rows:
        date = acts.constraint_date[row] if acts.constraint[row] in _ENDS else acts.deadline[row]
        if row != last and (day := _day(int(date))):
            found.append(Milestone("key-date", str(acts.name[row]), str(acts.code[row]), day))
    if last >= 0:
        must = schedule.projects[schedule.main_project].must_finish_by
        dates = (must, int(acts.constraint_date[last]), int(acts.deadline[last]))
        day = next((d for d in map(_day, dates) if d), None)
        if day:
            name, code = str(acts.name[last]), str(acts.code[last])
            found.append(Milestone("completion", name, code, day))
    return ContractData(tuple(found), terms=_terms(schedule))


def _day(minute: int) -> dt.date | None:
    moment = to_datetime(minute)
    return None if moment is None else moment.date()


def _terms(schedule: Schedule) -> dict[str, Term]:
    """Words of the contract that the names of code values speak for."""
    values = schedule.code_values
    found: dict[str, Term] = {}
    for word, signs in _WORDS.items():
        by_type: dict[int, list[str]] = {}
        for kind, code, name in zip(
            values.type.tolist(), values.code.tolist(), values.name.tolist(), strict=True
        ):
            if any(sign in str(name).casefold() for sign in signs):
                by_type.setdefault(kind, []).append(str(code))
        if by_type:
            kind = max(by_type, key=lambda one: len(by_type[one]))
            found[word] = Term(str(schedule.code_types.name[kind]), tuple(by_type[kind]))
    return found
