"""Edits of single fields of an activity: what was typed, checked and turned into undoable steps.

Every edit gives a command for the undo stack, or None when nothing would change; what cannot be
is refused with an `EditError` in one line. Fields that hang together (remaining duration and
original duration before the start, actual dates and status) are changed in one step. Rows and
relationships are edited by `planbench.services.rewiring`.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from planbench.domain.errors import PlanbenchError
from planbench.domain.schedule import (
    NO_ROW,
    ActivityType,
    Constraint,
    PercentType,
    Schedule,
    Status,
)
from planbench.domain.times import DAY, NO_TIME, from_hours
from planbench.scenes import formats
from planbench.scenes.columns import CONSTRAINT_WORDS, PERCENT_WORDS, TYPE_WORDS
from planbench.scenes.formats import date_text
from planbench.services.document import Document
from planbench.services.undo import Command, Macro, SetCells

CONSTRAINT_NAMES: dict[Constraint, str] = {**CONSTRAINT_WORDS, Constraint.NONE: "None"}

FIELDS: dict[str, tuple[str, ...]] = {
    "name": ("name",),
    "id": ("code",),
    "type": ("type",),
    "percent_type": ("percent_type",),
    "constraint2": ("constraint2",),
    "constraint2_date": ("constraint2_date",),
    "expected_finish": ("expected_finish",),
    "original": ("original_duration",),
    "remaining": ("remaining_duration",),
    "start": ("actual_start",),
    "finish": ("actual_finish",),
    "percent": ("physical_percent",),
    "constraint": ("constraint",),
    "constraint_date": ("constraint_date",),
    "calendar": ("calendar",),
}
"""What can be edited, by the id of its column in the table, and the activity columns behind it."""

_WORDS: dict[str, dict[Any, str]] = {
    "constraint": CONSTRAINT_NAMES,
    "constraint2": CONSTRAINT_NAMES,
    "type": TYPE_WORDS,
    "percent_type": PERCENT_WORDS,
}

MOST_DAYS = 20_000
"""Longest duration that is taken, in days: more is a slip of the finger."""

_WORKS = (ActivityType.TASK, ActivityType.RESOURCE_DEPENDENT)
_MARKS = (ActivityType.START_MILESTONE, ActivityType.FINISH_MILESTONE)
_AT_FINISH = (
    Constraint.FINISH_ON_OR_AFTER,
    Constraint.FINISH_ON_OR_BEFORE,
    Constraint.FINISH_ON,
    Constraint.MANDATORY_FINISH,
)
_DATELESS = (Constraint.NONE, Constraint.AS_LATE_AS_POSSIBLE)


class EditError(PlanbenchError):
    """Something was typed that the field cannot take."""


def edit_cell(document: Document, row: int, field: str, text: str) -> Command | None:
    """The step that puts a typed text into a field (one of `FIELDS`) of an activity.

    Durations are days of the activity's calendar, or carry a unit ("5d", "40h", "2w", "90m");
    dates are `dd-MMM-yy`, `dd.mm.yyyy` or ISO, with or without a time; an empty date takes an
    actual date or constraint away. None when nothing would change.
    Raises EditError in one line for what cannot be, KeyError for an unknown field.
    """
    return _EDITORS[field](document, row, text.strip())


def field_text(schedule: Schedule, row: int, field: str) -> str:
    """What stands in a field when its editing begins, in the words `edit_cell` reads."""
    activity = schedule.activity(row)
    value = getattr(activity, FIELDS[field][0])
    if field in ("original", "remaining"):
        return "" if value == NO_TIME else f"{value / day_length(schedule, row):.4g}"
    if field in ("start", "finish", "constraint_date", "constraint2_date", "expected_finish"):
        return date_text(value)
    if field == "percent":
        return f"{value:.4g}"
    if field in _WORDS:
        return _WORDS[field][value]
    if field == "calendar":
        return schedule.calendars[value].name if value != NO_ROW else ""
    return str(value)


def choices(schedule: Schedule, field: str) -> tuple[str, ...]:
    """What a field can be chosen from; nothing where it is typed."""
    if field in _WORDS:
        return tuple(_WORDS[field].values())
    if field == "calendar":
        return tuple(one.name for one in schedule.calendars if one.scope != "resource")
    return ()


def why_locked(schedule: Schedule, row: int, field: str) -> str:
    """Why a field of an activity cannot be edited at all, "" when it can."""
    kind = ActivityType(int(schedule.activities.type[row]))
    state = Status(int(schedule.activities.status[row]))
    if field in ("original", "remaining") and kind in _MARKS:
        return "A milestone has no duration."
    if field in ("original", "remaining") and kind not in _WORKS:
        return "This duration follows from other activities."
    if field == "remaining" and state == Status.COMPLETE:
        return "The activity is complete. Take its actual finish away first."
    if field == "percent":
        return _why_no_percent(schedule, row, state)
    return ""


def _why_no_percent(schedule: Schedule, row: int, state: Status) -> str:
    if state == Status.NOT_STARTED:
        return "The activity has not started. Enter its actual start first."
    if state == Status.COMPLETE:
        return "The activity is complete. Take its actual finish away first."
    measured = PercentType(int(schedule.activities.percent_type[row]))
    if measured == PercentType.UNITS:
        return "Its percent complete follows from the units of its resources."
    if measured == PercentType.PHYSICAL and (schedule.steps.activity == row).any():
        project = schedule.projects[int(schedule.activities.project[row])]
        if project.percent_from_steps:
            return "Its percent complete follows from its steps: edit those in the details."
    if measured == PercentType.DURATION and not int(schedule.activities.original_duration[row]):
        return "Its percent complete follows from a duration, which is zero."
    return ""


# ---------------------------------------------------------------- reading


def day_length(schedule: Schedule, row: int) -> float:
    """Working minutes that count as a day of an activity; 480 without a calendar."""
    calendar = int(schedule.activities.calendar[row])
    known = 0 <= calendar < len(schedule.calendars)
    return (schedule.calendars[calendar].minutes_per_day if known else 0.0) or 480.0


def read_duration(text: str, per_day: float, per_week: float = 0.0) -> int:
    """Working minutes of a typed duration; `per_day` and `per_week` are working minutes.

    Raises EditError.
    """
    found = re.fullmatch(
        r"([+-]?\d{1,9}(?:[.,]\d{1,9})?)\s*(w|wk|d|day|h|hr|m|min)?s?", text.strip().lower()
    )
    if found is None:
        raise EditError(f"“{text}” is not a duration. Type days, such as 5 or 2.5d, or 40h.")
    amount = float(found[1].replace(",", "."))
    unit = (found[2] or "d")[0]
    minutes = {"w": per_week or 5 * per_day, "d": per_day, "h": 60.0, "m": 1.0}[unit]
    return from_hours(amount * minutes / 60.0)


def read_date(text: str) -> tuple[int, bool]:
    """(minutes since the epoch, whether a time of day was given) of a typed date.

    Raises EditError.
    """
    try:
        return formats.read_date(text)
    except ValueError:
        raise EditError(f"“{text}” is not a date. Type it as 03-May-26 or 2026-05-03.") from None


def _moment(schedule: Schedule, row: int, text: str, at_finish: bool, now: int) -> int:
    """A typed date as an instant: without a time, where work of that day begins or ends.

    The day that stands there already (`now`) keeps its time.
    """
    minute, timed = read_date(text)
    if timed:
        return minute
    if now != NO_TIME and now // DAY == minute // DAY:
        return now
    calendar = int(schedule.activities.calendar[row])
    shifts = schedule.calendars[calendar].shifts_on(minute // DAY) if calendar != NO_ROW else ()
    if not shifts:
        return minute + (960 if at_finish else 480)
    return minute + (shifts[-1][1] if at_finish else shifts[0][0])


# ---------------------------------------------------------------- the fields


def _name(document: Document, row: int, text: str) -> Command | None:
    if not text:
        raise EditError("An activity needs a name.")
    return _step(document, row, "Rename", name=text)


def _duration(document: Document, row: int, text: str, field: str) -> Command | None:
    schedule = document.schedule
    _refuse_locked(schedule, row, field)
    calendar = int(schedule.activities.calendar[row])
    per_day = day_length(schedule, row)
    week = schedule.calendars[calendar].hours_per_week * 60 if calendar != NO_ROW else 0.0
    if text == field_text(schedule, row, field):
        return None  # what is shown is rounded: it must not replace what is behind it
    minutes = read_duration(text, per_day, week)
    if minutes < 0:
        raise EditError("A duration cannot be negative.")
    if minutes > MOST_DAYS * per_day:
        raise EditError(f"{text} is longer than {MOST_DAYS:,} days.")
    if schedule.activities.status[row] == Status.NOT_STARTED:  # nothing is done: both are one
        return _step(
            document,
            row,
            "Set duration of",
            original_duration=minutes,
            remaining_duration=minutes,
        )
    return _step(document, row, f"Set {field} duration of", **{f"{field}_duration": minutes})


def _original(document: Document, row: int, text: str) -> Command | None:
    return _duration(document, row, text, "original")


def _remaining(document: Document, row: int, text: str) -> Command | None:
    return _duration(document, row, text, "remaining")


def _not_in_the_future(schedule: Schedule, row: int, minute: int, word: str) -> int:
    """An actual date is at most the data date; on that very day it is cut to it."""
    date = schedule.projects[int(schedule.activities.project[row])].data_date
    if date == NO_TIME or minute <= date:
        return minute
    if minute // DAY == date // DAY:
        return date
    raise EditError(
        f"An actual {word} cannot lie after the data date, {date_text(date)}. "
        "To hold the activity to a date, set a constraint."
    )


def _actual_start(document: Document, row: int, text: str) -> Command | None:
    schedule = document.schedule
    activity = schedule.activity(row)
    if not text:
        if activity.actual_start == NO_TIME:
            return None
        return _step(
            document,
            row,
            "Clear progress of",
            actual_start=NO_TIME,
            actual_finish=NO_TIME,
            status=Status.NOT_STARTED,
            remaining_duration=activity.original_duration,
            physical_percent=0.0,
            suspend=NO_TIME,
            resume=NO_TIME,
        )
    minute = _moment(schedule, row, text, False, activity.actual_start)
    minute = _not_in_the_future(schedule, row, minute, "start")
    if activity.actual_finish != NO_TIME and minute > activity.actual_finish:
        raise EditError(
            f"The actual start cannot lie after the actual finish, "
            f"{date_text(activity.actual_finish)}."
        )
    if activity.kind in _MARKS:
        return _reach(document, row, minute)
    status = max(int(activity.status), int(Status.IN_PROGRESS))
    return _step(document, row, "Set actual start of", actual_start=minute, status=status)


def _reach(document: Document, row: int, minute: int) -> Command | None:
    """A milestone is reached in one instant."""
    return _step(
        document,
        row,
        "Set actual date of",
        actual_start=minute,
        actual_finish=minute,
        status=Status.COMPLETE,
        remaining_duration=0,
        physical_percent=100.0,
    )


def _actual_finish(document: Document, row: int, text: str) -> Command | None:
    schedule = document.schedule
    activity = schedule.activity(row)
    if not text:
        if activity.actual_finish == NO_TIME:
            return None
        if activity.kind in _MARKS:
            return _actual_start(document, row, "")
        return _step(
            document,
            row,
            "Clear actual finish of",
            actual_finish=NO_TIME,
            status=Status.IN_PROGRESS,
        )
    minute = _moment(schedule, row, text, True, activity.actual_finish)
    minute = _not_in_the_future(schedule, row, minute, "finish")
    if activity.kind in _MARKS:
        return _reach(document, row, minute)
    if activity.actual_start == NO_TIME:
        raise EditError("The activity has not started. Enter its actual start first.")
    if minute < activity.actual_start:
        raise EditError(
            f"The actual finish cannot lie before the actual start, "
            f"{date_text(activity.actual_start)}."
        )
    return _step(
        document,
        row,
        "Set actual finish of",
        actual_finish=minute,
        status=Status.COMPLETE,
        remaining_duration=0,
        physical_percent=100.0,
    )


def _percent(document: Document, row: int, text: str) -> Command | None:
    schedule = document.schedule
    _refuse_locked(schedule, row, "percent")
    try:
        value = float(text.rstrip("% ").replace(",", "."))
    except ValueError:
        raise EditError(f"“{text}” is not a percentage. Type a number from 0 to 100.") from None
    if not 0 <= value <= 100:
        raise EditError("Percent complete goes from 0 to 100.")
    if schedule.activities.percent_type[row] == PercentType.PHYSICAL:
        return _step(document, row, "Set percent complete of", physical_percent=value)
    left = int(schedule.activities.original_duration[row]) * (1 - value / 100.0)
    return _step(document, row, "Set percent complete of", remaining_duration=round(left))


def _chosen(field: str, text: str) -> int:
    """The code of one of a field's words. Raises EditError."""
    for code, name in _WORDS[field].items():
        if name.casefold() == (text or "None").casefold():
            return int(code)
    raise EditError(f"There is no {field.rstrip('2').replace('_', ' ')} “{text}”.")


def _constraint(document: Document, row: int, text: str, second: str = "") -> Command | None:
    """Set one of the two constraints; a date it needs is where the activity stands."""
    kind = Constraint(_chosen("constraint", text))
    column = f"constraint{second}"
    if kind in _DATELESS:
        date = NO_TIME
    else:
        date = int(getattr(document.schedule.activities, f"{column}_date")[row])
        date = _present_date(document, row, kind in _AT_FINISH) if date == NO_TIME else date
    words = "Set second constraint of" if second else "Set constraint of"
    return _step(document, row, words, **{column: kind, f"{column}_date": date})


def _second_constraint(document: Document, row: int, text: str) -> Command | None:
    acts = document.schedule.activities
    kind = _chosen("constraint", text)
    if kind and not acts.constraint[row]:
        raise EditError("Choose the primary constraint first, then a second one.")
    if kind == Constraint.AS_LATE_AS_POSSIBLE:
        raise EditError("“As late as possible” can only be a primary constraint.")
    return _constraint(document, row, text, "2")


def _present_date(document: Document, row: int, at_finish: bool) -> int:
    """Where a new constraint holds an activity at first: where it stands."""
    acts, cpm = document.schedule.activities, document.cpm
    current = cpm if cpm is not None and cpm.start.size == len(acts) else None
    if current is not None:
        found = int((current.finish if at_finish else current.start)[row])
    else:
        found = int((acts.stored_early_finish if at_finish else acts.stored_early_start)[row])
    if found == NO_TIME:
        raise EditError("The activity has no date yet. Schedule (F9) before constraining it.")
    return found


def _constraint_date(document: Document, row: int, text: str, second: str = "") -> Command | None:
    schedule, column = document.schedule, f"constraint{second}"
    kind = Constraint(int(getattr(schedule.activities, column)[row]))
    if not text:
        return _constraint(document, row, "None", second)
    if kind in _DATELESS:
        raise EditError("Choose a constraint first, then its date.")
    now = int(getattr(schedule.activities, f"{column}_date")[row])
    minute = _moment(schedule, row, text, kind in _AT_FINISH, now)
    return _step(document, row, "Set constraint date of", **{f"{column}_date": minute})


def _second_date(document: Document, row: int, text: str) -> Command | None:
    return _constraint_date(document, row, text, "2")


def _expected_finish(document: Document, row: int, text: str) -> Command | None:
    """The date that sets the remaining duration when the options say so; empty takes it away."""
    schedule = document.schedule
    if schedule.activities.status[row] == Status.COMPLETE and text:
        raise EditError("The activity is complete. Take its actual finish away first.")
    if ActivityType(int(schedule.activities.type[row])) not in _WORKS and text:
        raise EditError("Only activities with work of their own have an expected finish.")
    now = int(schedule.activities.expected_finish[row])
    minute = _moment(schedule, row, text, True, now) if text else NO_TIME
    return _step(document, row, "Set expected finish of", expected_finish=minute)


def _code(document: Document, row: int, text: str) -> Command | None:
    """Another activity ID, which no other activity of the project has."""
    acts = document.schedule.activities
    if not text:
        raise EditError("An activity needs an ID.")
    same = (acts.code == text) & (acts.project == acts.project[row])
    same[row] = False
    if same.any():
        raise EditError(f"There is an activity with the ID “{text}” already.")
    return _step(document, row, "Set ID of", code=text)


def _type(document: Document, row: int, text: str) -> Command | None:
    """Another type; a milestone has no duration, and what becomes a task gets one of a day."""
    schedule = document.schedule
    kind = ActivityType(_chosen("type", text))
    now = ActivityType(int(schedule.activities.type[row]))
    if kind == now:
        return None
    if schedule.activities.status[row] != Status.NOT_STARTED and (kind in _MARKS or now in _MARKS):
        raise EditError("The activity has started. Take its actual dates away first.")
    if kind in _MARKS and bool((schedule.assignments.activity == row).any()):
        raise EditError("A milestone has no resources. Take them off the activity first.")
    lengths: dict[str, Any] = {}
    if kind in _MARKS or now in _MARKS:
        length = 0 if kind in _MARKS else round(day_length(schedule, row))
        lengths = {"original_duration": length, "remaining_duration": length}
    return _step(document, row, "Set type of", type=kind, **lengths)


def _percent_type(document: Document, row: int, text: str) -> Command | None:
    kind = _chosen("percent_type", text)
    return _step(document, row, "Set percent type of", percent_type=kind)


def _calendar(document: Document, row: int, text: str) -> Command | None:
    """Another calendar; durations keep their working hours."""
    if text == field_text(document.schedule, row, "calendar"):
        return None
    for number, calendar in enumerate(document.schedule.calendars):
        if calendar.name.casefold() == text.casefold():
            return _step(document, row, "Set calendar of", calendar=number, calendar_chosen=True)
    raise EditError(f"There is no calendar “{text}”.")


_EDITORS: dict[str, Callable[[Document, int, str], Command | None]] = {
    "name": _name,
    "original": _original,
    "remaining": _remaining,
    "start": _actual_start,
    "finish": _actual_finish,
    "percent": _percent,
    "constraint": _constraint,
    "constraint_date": _constraint_date,
    "calendar": _calendar,
    "id": _code,
    "type": _type,
    "percent_type": _percent_type,
    "constraint2": _second_constraint,
    "constraint2_date": _second_date,
    "expected_finish": _expected_finish,
}


def _refuse_locked(schedule: Schedule, row: int, field: str) -> None:
    reason = why_locked(schedule, row, field)
    if reason:
        raise EditError(reason)


def _step(document: Document, row: int, words: str, **values: Any) -> Command | None:
    """Set these columns of one activity in one step, leaving out what stays."""
    acts = document.schedule.activities
    label = f"{words} {acts.code[row]}"
    steps = [
        SetCells(label, "activities", column, [row], [value])
        for column, value in values.items()
        if getattr(acts, column)[row] != value
    ]
    if not steps:
        return None
    return steps[0] if len(steps) == 1 else Macro(label, steps)
