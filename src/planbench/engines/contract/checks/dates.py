"""Dates of the contract in the programme: milestones, sections, access, deliveries, calendars."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from planbench.domain.schedule import Constraint
from planbench.domain.times import DAY, NO_TIME, day_number
from planbench.engines.contract.checks.base import Check, Parameters
from planbench.engines.contract.facts import Facts, day_words, of_items
from planbench.engines.contract.result import (
    MET,
    NOT_APPLICABLE,
    NOT_MET,
    Outcome,
    Shown,
)
from planbench.engines.contract.terms import ENDING, STARTING, Milestone
from planbench.engines.trace.words import day as date_words

_HARD = (Constraint.MANDATORY_START, Constraint.MANDATORY_FINISH)
_FINISH_SIDE = (
    Constraint.FINISH_ON,
    Constraint.FINISH_ON_OR_BEFORE,
    Constraint.FINISH_ON_OR_AFTER,
    Constraint.MANDATORY_FINISH,
)


def _mapped(facts: Facts, kinds: list[str]) -> Iterator[tuple[Milestone, int]]:
    """The contract's milestones with their rows; -1 where the schedule has no such activity."""
    for one in facts.data.of_kind(kinds):
        yield one, facts.row_of(one.activity)


def _missing(one: Milestone) -> Shown:
    said = f"{one.activity} is not in the schedule" if one.activity else "no activity is mapped"
    return Shown(one.activity or one.name, -1, f"{one.name}: {said}")


def contract_dates(facts: Facts, parameters: Parameters) -> Outcome:
    """Each milestone of the contract is in the schedule, with its date where one is imposed.

    A constraint or deadline of the activity must be the contract date with the extension of time.
    An activity without one is held against nothing here (see `completion-met`).
    """
    found = []
    items = list(_mapped(facts, parameters["kinds"]))
    acts = facts.activities
    for one, row in items:
        if row < 0:
            found.append(_missing(one))
            continue
        due = day_number(one.due)
        for date in (acts.constraint_date[row], acts.constraint2_date[row], acts.deadline[row]):
            if date != NO_TIME and int(date) // DAY != due:
                said = f"{date_words(int(date))} in the schedule, {day_words(one.due)} due"
                found.append(Shown(one.activity, row, f"{one.name}: {said}"))
                break
    return of_items(
        found,
        len(items),
        "All {of} dates of the contract are in the schedule and agree",
        "{n} of {of} dates of the contract are missing or differ",
        f"the activities for {', '.join(parameters['kinds'])}",
    )


def access_planned(facts: Facts, parameters: Parameters) -> Outcome:
    """No work needs access before the contract gives it."""
    items = list(_mapped(facts, ["access"]))
    found = []
    for one, row in items:
        if row < 0:
            found.append(_missing(one))
        elif facts.start[row] != NO_TIME and int(facts.start[row]) // DAY < day_number(one.due):
            said = f"planned {date_words(int(facts.start[row]))}, contract {day_words(one.due)}"
            found.append(Shown(one.activity, row, f"{one.name}: {said}"))
    return of_items(
        found,
        len(items),
        "None of {of} access dates is planned earlier than the contract gives it",
        "{n} of {of} access dates are planned earlier than the contract gives them",
        "the activities for access",
    )


def milestones_linked(facts: Facts, parameters: Parameters) -> Outcome:
    """Starting milestones drive work and ending milestones wait for work."""
    found = []
    items = list(_mapped(facts, parameters["kinds"]))
    for one, row in items:
        if row < 0:
            found.append(_missing(one))
        elif one.kind in STARTING and not facts.outgoing[row]:
            found.append(Shown(one.activity, row, f"{one.name}: no successor"))
        elif one.kind in ENDING and not facts.incoming[row]:
            found.append(Shown(one.activity, row, f"{one.name}: no predecessor"))
    return of_items(
        found,
        len(items),
        "All {of} milestones stand in the network",
        "{n} of {of} milestones do not stand in the network",
        f"the activities for {', '.join(parameters['kinds'])}",
    )


def completion_met(facts: Facts, parameters: Parameters) -> Outcome:
    """No ending milestone is planned after its contract date with the extension of time."""
    found, best = [], ""
    items = list(_mapped(facts, parameters["kinds"]))
    for one, row in items:
        finish = NO_TIME if row < 0 else int(facts.finish[row])
        if row < 0:
            found.append(_missing(one))
        elif finish == NO_TIME:
            found.append(Shown(one.activity, row, f"{one.name}: no planned date"))
        else:
            spare = day_number(one.due) - finish // DAY
            said = f"planned {date_words(finish)}, due {day_words(one.due)}"
            if spare < 0:
                found.append(Shown(one.activity, row, f"{one.name}: {said}, {-spare} d late"))
            elif one.kind == "completion":
                best = f"; {one.name} {said}, {spare} d to spare"
    return of_items(
        found,
        len(items),
        "All {of} planned by their contract dates" + best,
        "{n} of {of} are planned after their contract dates" + best,
        f"the activities for {', '.join(parameters['kinds'])}",
    )


def by_logic(facts: Facts, parameters: Parameters) -> Outcome:
    """Planned dates of ending milestones are calculated, not imposed.

    A mandatory date or one that the finish must fall on imposes it; "on or before" only measures.
    """
    imposed = (*_HARD, Constraint.FINISH_ON, Constraint.START_ON, Constraint.FINISH_ON_OR_AFTER)
    found = []
    items = list(_mapped(facts, parameters["kinds"]))
    acts = facts.activities
    for one, row in items:
        if row < 0:
            found.append(_missing(one))
        elif acts.constraint[row] in imposed or acts.constraint2[row] in imposed:
            found.append(Shown(one.activity, row, f"{one.name}: its date is imposed"))
    return of_items(
        found,
        len(items),
        "All {of} dates follow from the logic",
        "{n} of {of} dates are imposed instead of calculated",
        f"the activities for {', '.join(parameters['kinds'])}",
    )


def key_dates_driven(facts: Facts, parameters: Parameters) -> Outcome:
    """Each open ending milestone has a predecessor that drives it."""
    cpm = facts.cpm
    found = []
    items = [
        (one, row)
        for one, row in _mapped(facts, parameters["kinds"])
        if row < 0 or not facts.complete[row]
    ]
    for one, row in items:
        if row < 0:
            found.append(_missing(one))
            continue
        links = facts.schedule.incoming.of(row)
        if cpm is None or not links.size or not cpm.driving[links].any():
            found.append(Shown(one.activity, row, f"{one.name}: nothing drives it"))
    if not items and facts.data.of_kind(parameters["kinds"]):
        return Outcome(MET, "All are reached")
    return of_items(
        found,
        len(items),
        "Each of {of} open milestones is driven by work",
        "{n} of {of} open milestones: no work drives the date",
        f"the activities for {', '.join(parameters['kinds'])}",
    )


def deliveries(facts: Facts, parameters: Parameters) -> Outcome:
    """Each long-lead item has a delivery milestone that work waits for, in time for its need."""
    least = float(parameters["least_days"])
    found = []
    for one in facts.data.deliveries:
        row = facts.row_of(one.activity)
        if row < 0:
            said = f"{one.activity} is not in the schedule" if one.activity else "no milestone"
            found.append(Shown(one.activity or one.name, -1, f"{one.name}: {said}"))
        elif not facts.outgoing[row]:
            found.append(Shown(one.activity, row, f"{one.name}: nothing waits for it"))
        elif one.needed is not None and facts.finish[row] != NO_TIME:
            spare = day_number(one.needed) - int(facts.finish[row]) // DAY
            if spare < least:
                said = f"{date_words(int(facts.finish[row]))}, needed {day_words(one.needed)}"
                found.append(Shown(one.activity, row, f"{one.name}: {said}"))
    return of_items(
        found,
        len(facts.data.deliveries),
        "All {of} long-lead items have a delivery in time that work waits for",
        "{n} of {of} long-lead items have no delivery in time that work waits for",
        "the list of long-lead items",
    )


def rest_days(facts: Facts, parameters: Parameters) -> Outcome:
    """No calendar that is used works on the contract's holidays or rest days.

    `except_calendars` are names of calendars that may, as agreed. Only holidays in the time of
    the schedule that fall on a working weekday of the calendar count.
    """
    data = facts.data
    schedule = facts.schedule
    if not data.holidays and not data.rest_days:
        return Outcome(NOT_APPLICABLE, "No holidays or rest days are listed in the contract data")
    allowed = {name.casefold() for name in parameters["except_calendars"]}
    used = np.unique(facts.activities.calendar[facts.open]).tolist()
    calendars = [
        schedule.calendars[row]
        for row in used
        if row >= 0 and schedule.calendars[row].name.casefold() not in allowed
    ]
    known = facts.finish[facts.finish != NO_TIME]
    last = int(known.max()) // DAY if known.size else 10**9
    first = 0 if facts.status_date == NO_TIME else facts.status_date // DAY
    days = [day_number(one) for one in data.holidays]
    days = [day for day in days if first <= day <= last]
    found = []
    for calendar in calendars:
        worked = [day for day in days if calendar.shifts_on(day)]
        weekdays = [number for number in data.rest_days if calendar.week[number - 1]]
        said = []
        if worked:
            named = ", ".join(date_words(day * DAY) for day in worked[:3])
            more = f" and {len(worked) - 3} more" if len(worked) > 3 else ""
            said.append(f"works on {named}{more}")
        if weekdays:
            said.append("works on rest days of the week")
        if said:
            found.append(Shown(calendar.name, -1, "; ".join(said)))
    if not calendars:
        return Outcome(NOT_APPLICABLE, "No open work uses a calendar that is held against this")
    return of_items(
        found,
        len(calendars),
        "All {of} calendars in use keep the listed days free",
        "{n} of {of} calendars in use work on listed days",
        "",
    )


def data_date(facts: Facts, parameters: Parameters) -> Outcome:
    """The data date is set and follows the previous one within `days`."""
    days = int(parameters["days"])
    now = facts.status_date
    if now == NO_TIME:
        return Outcome(NOT_MET, "The schedule has no data date", (), 1)
    if facts.previous is None or facts.previous.data_date == NO_TIME:
        return Outcome(MET, f"Data date {date_words(now)}", (), 1)
    gap = now // DAY - facts.previous.data_date // DAY
    if gap > days:
        words = f"{gap} days since the previous data date, {days} at most"
        return Outcome(NOT_MET, words, (Shown(date_words(now), -1, words),), 1)
    return Outcome(MET, f"Data date {date_words(now)}, {gap} days after the previous one", (), 1)


_ENDS = {"kinds": list(ENDING)}

CHECKS: dict[str, Check] = {
    "contract-dates": Check(contract_dates, _ENDS),
    "access-planned": Check(access_planned),
    "milestones-linked": Check(milestones_linked, _ENDS),
    "completion-met": Check(completion_met, _ENDS),
    "by-logic": Check(by_logic, _ENDS),
    "key-dates-driven": Check(key_dates_driven, {"kinds": ["key-date"]}),
    "deliveries": Check(deliveries, {"least_days": 0}),
    "rest-days": Check(rest_days, {"except_calendars": []}),
    "data-date": Check(data_date, {"days": 35}),
}
