"""What the library already knows of its projects that somebody should look at. No schedule opens.

Findings of the last round of a review, overdue actions, overdue contract deadlines, and contract
items that reviewers could not accept, as facts; the window puts them in words.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from planbench.domain.errors import ModelError
from planbench.engines.contract.deadlines import OVERDUE, Deadline, deadlines_of
from planbench.engines.findings.rounds import NEW, REGRESSED, round_from
from planbench.services.actions import actions_of
from planbench.services.contract import clock_of, load_binding
from planbench.services.deadlines import contract_calendar, with_event_of
from planbench.services.findings import ROUND

if TYPE_CHECKING:
    from planbench.services.library import Library
    from planbench.store.records import ProjectRecord, UpdateRecord

FINDINGS, ACTION, DEADLINE = "findings", "action", "deadline"
"""Kinds of matters."""


@dataclass(frozen=True)
class Matter:
    """One thing about a project. `update` is its latest one, `days` how long something is overdue.

    FINDINGS: `new` of the last round, `back` that came back. ACTION and DEADLINE: the one that is
    overdue longest as `subject`, `more` beside it.
    """

    project: int
    update: int
    kind: str
    subject: str = ""
    days: int = 0
    more: int = 0
    new: int = 0
    back: int = 0


def matters_of(
    library: Library, projects: Sequence[ProjectRecord], today: dt.date
) -> tuple[Matter, ...]:
    """What is worth a look in each project at its latest update.

    What this program does not understand is left out. Raises StoreError when the library cannot
    be read.
    """
    found: list[Matter] = []
    for project in projects:
        latest = project.latest
        if latest is None:
            continue
        day = clock_of(latest.data_date, today)
        for tell in (_findings, _actions, _deadlines):
            try:
                one = tell(library, latest, day)
            except ModelError:
                continue  # kept by a later program, or a calendar that is no more
            if one is not None:
                found.append(one)
    return tuple(found)


def _findings(library: Library, latest: UpdateRecord, day: dt.date) -> Matter | None:
    rounds = [round_from(dict(one.body)) for one in library.entries(ROUND, latest.project)]
    if not rounds:
        return None
    counts = max(rounds, key=lambda one: one.order).counts()
    new, back = counts[NEW], counts[REGRESSED]
    if not new + back:
        return None
    return Matter(latest.project, latest.id, FINDINGS, new=new, back=back)


def _actions(library: Library, latest: UpdateRecord, day: dt.date) -> Matter | None:
    late = [
        (dt.date.fromisoformat(one.due), one.title or one.name)
        for one in actions_of(library, latest.project)
        if one.state != "closed" and one.due and one.due < day.isoformat()
    ]
    if not late:
        return None
    due, subject = min(late)
    overdue = (day - due).days
    return Matter(latest.project, latest.id, ACTION, subject, overdue, len(late) - 1)


def _deadlines(library: Library, latest: UpdateRecord, day: dt.date) -> Matter | None:
    late = [one for one in _due(library, latest, day) if one.state == OVERDUE]
    if not late:
        return None
    first = min(late, key=lambda one: one.due)
    subject = f"{first.rule.title} ({first.event.subject})"
    return Matter(latest.project, latest.id, DEADLINE, subject, -first.days_left, len(late) - 1)


def _due(library: Library, latest: UpdateRecord, day: dt.date) -> tuple[Deadline, ...]:
    """The deadlines of a project; a calendar is read only where a rule counts days on one."""
    binding = load_binding(library, latest.project)
    if binding is None:
        return ()
    own = None
    if any(rule.day_rule == "contract" for rule in binding.pack.deadlines):
        own = contract_calendar(library.file.load_schedule(latest.id), binding.data.calendar)
    events = with_event_of(latest.data_date, binding.events)
    return deadlines_of(binding.pack, events, day, binding.data.holidays, own)
