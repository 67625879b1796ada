"""Deadlines of a contract: events, the dates that follow from them, and where each stands.

Days are counted as in most forms of contract: the day of the event is not counted, the last day
is (28 days after 2 March is 30 March). All dates are whole days of the project.
"""

from __future__ import annotations

import calendar
import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from planbench.domain.calendars import Calendar
from planbench.domain.errors import ModelError
from planbench.domain.times import day_number
from planbench.engines.contract.pack import DeadlineRule, Pack
from planbench.engines.contract.terms import day_from

OPEN = "open"
SOON = "soon"
OVERDUE = "overdue"
SERVED = "served"
SERVED_LATE = "served-late"
WAIVED = "waived"
STATES = (OVERDUE, SOON, OPEN, SERVED_LATE, SERVED, WAIVED)

REMINDERS = (14, 7, 3, 1)
"""Days before a due date at which a calendar reminds; the first also makes it due soon."""

_FARTHEST = 3660
"""Days: a due date is never looked for further away."""


@dataclass(frozen=True)
class Event:
    """Something that happened under the contract: a notice, an instruction, a submission.

    `dates` are by name: "date" (when it happened), "aware", "notified", "quoted", "replied"...
    `waived` names deadlines that no longer apply to it, `proof` what shows that it was served.
    """

    id: str
    kind: str
    subject: str
    clause: str = ""
    dates: Mapping[str, dt.date] = field(default_factory=dict)
    waived: tuple[str, ...] = ()
    closed: bool = False
    proof: str = ""


@dataclass(frozen=True)
class Deadline:
    """One due date: the rule and event it follows from, and where it stands on the day asked for.

    `days_left` counts from that day to the due date, negative when it has passed.
    """

    rule: DeadlineRule
    event: Event
    starts: dt.date
    due: dt.date
    met: dt.date | None
    state: str
    days_left: int

    @property
    def pending(self) -> bool:
        """Whether somebody still has to act."""
        return self.state in (OPEN, SOON, OVERDUE)


def event_from(item: Any, where: str = "") -> Event:
    """An event from JSON. Raises ModelError for anything that it cannot be."""
    if not isinstance(item, Mapping):
        raise ModelError("an event is not an object", where)
    place = f"{where}, event {item.get('id', '?')}"
    known = {"id", "kind", "subject", "clause", "dates", "waived", "closed", "proof"}
    unknown = sorted(set(item) - known)
    if unknown:
        raise ModelError(f"'{unknown[0]}' is not known", place)
    for name in ("id", "kind", "subject"):
        if not isinstance(item.get(name), str) or not item[name].strip():
            raise ModelError(f"'{name}' is missing or not a text", place)
    dates = item.get("dates", {})
    if not isinstance(dates, Mapping):
        raise ModelError("'dates' is not an object", place)
    waived, closed = item.get("waived", []), item.get("closed", False)
    if not isinstance(waived, list | tuple) or not isinstance(closed, bool):
        raise ModelError("'waived' is a list of deadlines, 'closed' true or false", place)
    return Event(
        item["id"],
        item["kind"],
        item["subject"],
        str(item.get("clause", "")),
        {str(n): day_from(v, str(n), place) for n, v in dates.items() if v is not None},
        tuple(str(one) for one in waived),
        closed,
        str(item.get("proof", "")),
    )


def event_json(event: Event) -> dict[str, Any]:
    """An event as JSON; `event_from` reads the same back."""
    return {
        "id": event.id,
        "kind": event.kind,
        "subject": event.subject,
        "clause": event.clause,
        "dates": {name: day.isoformat() for name, day in event.dates.items()},
        "waived": list(event.waived),
        "closed": event.closed,
        "proof": event.proof,
    }


def due_date(
    rule: DeadlineRule,
    start: dt.date,
    holidays: Iterable[dt.date] = (),
    contract_calendar: Calendar | None = None,
) -> dt.date:
    """The last day on which a rule can be met that starts on a day.

    Raises ModelError when contract days are counted without a calendar, or on one without work.
    """
    free = frozenset(holidays)
    if rule.base == "month-end":
        start = start.replace(day=calendar.monthrange(start.year, start.month)[1])
    if rule.day_rule == "calendar":
        due = start + dt.timedelta(days=rule.days)
    else:
        due = _counted(rule, start, free, contract_calendar)
    while rule.roll and not _business(due, free):
        due += dt.timedelta(days=1)
    return due


def _counted(
    rule: DeadlineRule, day: dt.date, free: frozenset[dt.date], own: Calendar | None
) -> dt.date:
    """The day after as many business or contract days (before, for a negative number)."""
    if rule.day_rule == "contract" and own is None:
        raise ModelError(
            f"deadline {rule.id} counts days of the contract's calendar",
            "contract data",
            "Name that calendar in 'calendar'.",
        )
    step = dt.timedelta(days=1 if rule.days >= 0 else -1)
    left = abs(rule.days)
    for _ in range(_FARTHEST):
        if not left:
            return day
        day += step
        if rule.day_rule == "business":
            works = _business(day, free)
        else:
            assert own is not None
            works = bool(own.shifts_on(day_number(day)))
        left -= works
    raise ModelError(f"deadline {rule.id} finds no working days", "contract calendar")


def _business(day: dt.date, free: frozenset[dt.date]) -> bool:
    return day.weekday() < 5 and day not in free


def deadlines_of(
    pack: Pack,
    events: Sequence[Event],
    today: dt.date,
    holidays: Iterable[dt.date] = (),
    contract_calendar: Calendar | None = None,
) -> tuple[Deadline, ...]:
    """Every deadline that the events start, by due date.

    A rule whose starting date the event does not have yet starts nothing. Closed events keep what
    was met and drop what was not. Raises ModelError as `due_date` does.
    """
    free = tuple(holidays)
    found = []
    for event in events:
        for rule in pack.deadlines:
            start = event.dates.get(rule.starts)
            if rule.trigger != event.kind or start is None:
                continue
            met = _met(rule, event, events)
            if event.closed and met is None:
                continue
            due = due_date(rule, start, free, contract_calendar)
            state = _state(rule, event, due, met, today)
            found.append(Deadline(rule, event, start, due, met, state, (due - today).days))
    return tuple(sorted(found, key=lambda one: (one.due, one.event.id, one.rule.id)))


def _met(rule: DeadlineRule, event: Event, events: Sequence[Event]) -> dt.date | None:
    """When a deadline was met: by a date of the event, or by the next event of a kind."""
    if rule.met_by:
        return event.dates.get(rule.met_by)
    start = event.dates[rule.starts]
    later = [
        other.dates["date"]
        for other in events
        if other.kind == rule.met_by_event
        and other.id != event.id
        and "date" in other.dates
        and other.dates["date"] > start
    ]
    return min(later, default=None)


def _state(
    rule: DeadlineRule, event: Event, due: dt.date, met: dt.date | None, today: dt.date
) -> str:
    if rule.id in event.waived:
        return WAIVED
    if met is not None and met <= today:
        return SERVED if met <= due else SERVED_LATE
    if due < today:
        return OVERDUE
    return SOON if (due - today).days <= REMINDERS[0] else OPEN


def next_due(deadlines: Iterable[Deadline]) -> Deadline | None:
    """The pending deadline that comes next, overdue ones apart; None without any."""
    coming = [one for one in deadlines if one.pending and one.days_left >= 0]
    return min(coming, key=lambda one: one.due, default=None)
