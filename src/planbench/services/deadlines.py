"""Deadlines of a project: from its events and packs to dates, a table, and a calendar file."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from planbench.domain.calendars import Calendar
from planbench.domain.errors import ModelError
from planbench.domain.schedule import Schedule
from planbench.domain.times import to_datetime
from planbench.engines.contract.deadlines import (
    REMINDERS,
    SERVED,
    SERVED_LATE,
    WAIVED,
    Deadline,
    Event,
    deadlines_of,
    next_due,
)
from planbench.services.contract import Binding
from planbench.services.document import Document

DATA_DATE = "data date"
"""The kind of the event that every update with a data date brings along."""


def project_deadlines(document: Document, binding: Binding, today: dt.date) -> tuple[Deadline, ...]:
    """All deadlines of a document's project as they stand on a day, by due date.

    The data date counts as an event of its own, unless one of that kind and day was written down.
    Raises ModelError when days are to be counted on a calendar that there is not.
    """
    events = with_data_date(document.schedule, binding.events)
    own = contract_calendar(document.schedule, binding.data.calendar)
    return deadlines_of(binding.pack, events, today, binding.data.holidays, own)


def with_data_date(schedule: Schedule, events: Sequence[Event]) -> tuple[Event, ...]:
    """The events and the one of a schedule's data date."""
    return with_event_of(schedule.data_date, events)


def with_event_of(data_date: int, events: Sequence[Event]) -> tuple[Event, ...]:
    """The events and the one of a data date."""
    moment = to_datetime(data_date)
    if moment is None:
        return tuple(events)
    day = moment.date()
    if any(e.kind == DATA_DATE and e.dates.get("date") == day for e in events):
        return tuple(events)
    own = Event(f"DD-{day:%Y%m%d}", DATA_DATE, "Data date of the update", "", {"date": day})
    return (*events, own)


def contract_calendar(schedule: Schedule, name: str) -> Calendar | None:
    """The schedule's calendar of that name, its default one for no name; None without any.

    Raises ModelError for a name that no calendar has.
    """
    for calendar in schedule.calendars:
        if calendar.name.casefold() == name.casefold():
            return calendar
    if name:
        raise ModelError(f"there is no calendar '{name}'", "contract data", "Choose another.")
    if not schedule.projects or not schedule.calendars:
        return None
    row = schedule.projects[schedule.main_project].calendar
    return schedule.calendars[max(row, 0)]


def deadline_json(one: Deadline) -> dict[str, Any]:
    """One deadline in the shape of `planbench contract`."""
    return {
        "id": one.rule.id,
        "clause": one.rule.clause,
        "title": one.rule.title,
        "who": one.rule.who,
        "event": one.event.id,
        "subject": one.event.subject,
        "starts": one.starts.isoformat(),
        "days": one.rule.days,
        "day_rule": one.rule.day_rule,
        "due": one.due.isoformat(),
        "met": one.met.isoformat() if one.met else None,
        "state": one.state,
        "days_left": one.days_left if one.pending else None,
        "expiry": one.rule.expiry or None,
    }


def deadlines_json(deadlines: Sequence[Deadline], today: dt.date) -> dict[str, Any]:
    """All deadlines with the day they were asked for and which comes next."""
    coming = next_due(deadlines)
    return {
        "as_of": today.isoformat(),
        "next": deadline_json(coming) if coming else None,
        "deadlines": [deadline_json(one) for one in deadlines],
    }


def deadlines_ics(document: Document, deadlines: Sequence[Deadline], stamp: dt.datetime) -> bytes:
    """The deadlines as a calendar file with reminders 14, 7, 3 and 1 days before.

    What was met or waived stays out. `stamp` is the moment of writing, in UTC.
    """
    from planbench.exchange.ics.writer import Day, write_ics

    project = document.schedule.projects[document.schedule.main_project].code or "project"
    days = [
        Day(
            f"{project}-{one.event.id}-{one.rule.id}@planbench",
            one.due,
            f"{one.rule.title}: {one.event.subject}",
            _description(one),
            ("Contract", one.rule.who),
            REMINDERS,
        )
        for one in deadlines
        if one.state not in (SERVED, SERVED_LATE, WAIVED)
    ]
    return write_ics(days, stamp, f"{document.title or project}: contract deadlines")


def _description(one: Deadline) -> str:
    kind = "" if one.rule.day_rule == "calendar" else f"{one.rule.day_rule} "
    lines = [
        f"Clause {one.rule.clause}, {one.rule.who}",
        f"{abs(one.rule.days)} {kind}days {'before' if one.rule.days < 0 else 'from'} "
        f"{one.starts.isoformat()} ({one.event.id})",
    ]
    return "\n".join([*lines, one.rule.expiry] if one.rule.expiry else lines)
