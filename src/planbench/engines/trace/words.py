"""The causes of an activity's dates in plain English."""

from __future__ import annotations

from typing import TYPE_CHECKING

from planbench.domain.schedule import (
    ActivityType,
    Constraint,
    LagFormat,
    LinkType,
    Schedule,
    Status,
)
from planbench.domain.times import DAY, NO_TIME, to_datetime
from planbench.engines.cpm import follows_msp

if TYPE_CHECKING:
    from planbench.engines.cpm.result import CpmResult
    from planbench.engines.trace.causes import Cause, Reasons

LINK_WORDS = {
    LinkType.FS: "finish to start",
    LinkType.SS: "start to start",
    LinkType.FF: "finish to finish",
    LinkType.SF: "start to finish",
}

CONSTRAINT_WORDS = {
    Constraint.START_ON_OR_AFTER: "start on or after",
    Constraint.START_ON_OR_BEFORE: "start on or before",
    Constraint.START_ON: "start on",
    Constraint.FINISH_ON_OR_AFTER: "finish on or after",
    Constraint.FINISH_ON_OR_BEFORE: "finish on or before",
    Constraint.FINISH_ON: "finish on",
    Constraint.MANDATORY_START: "mandatory start",
    Constraint.MANDATORY_FINISH: "mandatory finish",
    Constraint.AS_LATE_AS_POSSIBLE: "as late as possible",
}

_MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]


def day(minute: int) -> str:
    """`26-Aug-2027`, whatever the machine's language."""
    moment = to_datetime(minute)
    if moment is None:
        return "an unknown date"
    return f"{moment.day:02d}-{_MONTHS[moment.month - 1]}-{moment.year}"


def amount(schedule: Schedule, row: int, minutes: int) -> str:
    """Working minutes in days of the activity's calendar: `8 d`, `2.5 d`."""
    acts, calendars = schedule.activities, schedule.calendars
    calendar = int(acts.calendar[row])
    per_day = calendars[calendar].minutes_per_day if 0 <= calendar < len(calendars) else 480.0
    days = round(minutes / (per_day or 480.0), 1)
    return f"{days:g} d"


def sentences(schedule: Schedule, result: CpmResult, reasons: Reasons) -> tuple[str, ...]:
    """One sentence each on the start, the finish, the late finish and the next predecessor."""
    acts, row = schedule.activities, reasons.row
    if acts.status[row] == Status.COMPLETE:
        dates = f"{day(int(acts.actual_start[row]))} to {day(int(acts.actual_finish[row]))}"
        return (f"Complete, {dates}.",)
    if acts.inactive[row]:
        return ("Inactive: it takes no part in the schedule.",)
    if result.early_start[row] == NO_TIME:
        if acts.type[row] == ActivityType.LEVEL_OF_EFFORT:
            return ("Has no dates: the rules of Microsoft Project know no level of effort.",)
        return ("Has no dates: nothing in its WBS branch is left to do.",)
    if reasons.early_start and reasons.early_start[0].kind == "span":
        what = (
            "the activities it is linked with"
            if acts.type[row] == ActivityType.LEVEL_OF_EFFORT
            else "the activities of its WBS branch"
        )
        span = f"{day(int(result.early_start[row]))} to {day(int(result.early_finish[row]))}"
        return (f"Spans {what}, {span}.",)
    told = [_start(schedule, result, reasons)]
    finish = _finish(schedule, result, reasons)
    told += [finish] if finish else []
    told += _levelled(schedule, row, reasons) + _at_late_dates(result, row)
    told.append(_late(schedule, result, reasons))
    if reasons.next_predecessor >= 0:
        links = schedule.relationships
        other = int(links.predecessor[reasons.next_predecessor])
        slack = amount(schedule, other, reasons.next_float)
        told.append(f"The next predecessor, {acts.code[other]}, leaves {slack} of free float.")
    return tuple(told)


def _when(instant: int, date: int) -> str:
    """The day of an instant as seen from a date close to it."""
    days = instant // DAY - date // DAY
    near = {0: "that day", -1: "the day before", 1: "the day after"}
    return near.get(days, f"on {day(instant)}")


def _levelled(schedule: Schedule, row: int, reasons: Reasons) -> list[str]:
    """The delay that levelling put into an early start, of schedules that keep it."""
    delay = int(schedule.activities.levelling_delay[row])
    kinds = {cause.kind for cause in reasons.early_start}
    if delay in (0, NO_TIME) or kinds & {"actual", "entered"} or not follows_msp(schedule):
        return []
    return [f"A levelling delay of {_elapsed(delay)} is in its start."]


def _at_late_dates(result: CpmResult, row: int) -> list[str]:
    """What is scheduled at its late dates says so: its early dates are not when it is done."""
    start, late = int(result.start[row]), int(result.late_start[row])
    if start != late or start == result.early_start[row]:
        return []
    return [f"Scheduled as late as possible, {day(start)} to {day(int(result.finish[row]))}."]


def _elapsed(minutes: int) -> str:
    return f"{round(minutes / DAY, 1):g} elapsed d"


def _lag(schedule: Schedule, relationship: int) -> str:
    links = schedule.relationships
    lag = int(links.lag[relationship])
    form = links.lag_format[relationship]
    if lag in (0, NO_TIME):
        return "no lag"
    if form in (LagFormat.PERCENT, LagFormat.ELAPSED_PERCENT):
        size = f"{abs(lag) / 100:g} % of its duration"
    elif form == LagFormat.ELAPSED:
        size = _elapsed(abs(lag))
    else:
        size = amount(schedule, int(links.predecessor[relationship]), abs(lag))
    return f"a lag of {size}" if lag > 0 else f"a lead of {size}"


def _link(schedule: Schedule, result: CpmResult, cause: Cause, date: int) -> str:
    """`F4130 finishes the day before; finish to start, no lag`."""
    links, acts = schedule.relationships, schedule.activities
    kind = LinkType(int(links.type[cause.relationship]))
    other = cause.activity
    leaves_finish = kind in (LinkType.FS, LinkType.FF)
    over = acts.status[other] == Status.COMPLETE
    if leaves_finish:
        verb, end = ("finished" if over else "finishes"), result.finish[other]
    else:
        begun = acts.status[other] != Status.NOT_STARTED
        verb, end = ("started" if begun else "starts"), result.start[other]
    told = f"{acts.code[other]} {verb} {_when(int(end), date)}"
    lag = _lag(schedule, cause.relationship)
    return f"{told}; {LINK_WORDS[kind]}, {lag}{_through(schedule, cause)}"


def _through(schedule: Schedule, cause: Cause) -> str:
    """The summary through which a link acts."""
    return f", through {schedule.activities.code[cause.via]}" if cause.via >= 0 else ""


def _constraint(schedule: Schedule, cause: Cause) -> str:
    """`of its constraint start on 26-Aug-2027`, or of its deadline, or of those of a summary."""
    what = "deadline"
    if cause.kind == "constraint":
        what = f"constraint {CONSTRAINT_WORDS[cause.constraint]}"
    if cause.via >= 0:
        summary = schedule.activities.code[cause.via]
        return f"of the {what} {day(cause.instant)} of its summary {summary}"
    return f"of its {what} {day(cause.instant)}"


def _start(schedule: Schedule, result: CpmResult, reasons: Reasons) -> str:
    acts, row = schedule.activities, reasons.row
    date = int(result.early_start[row])
    begun = acts.status[row] == Status.IN_PROGRESS
    lead = f"Starts {day(date)}"
    if reasons.early_start and reasons.early_start[0].kind == "actual":
        return f"Started {day(date)}."
    if begun:
        lead = f"Started {day(int(acts.actual_start[row]))}; the remaining work starts {day(date)}"
    if not reasons.early_start:
        return f"{lead}."
    cause, more = reasons.early_start[0], len(reasons.early_start) - 1
    if cause.kind == "link":
        told = f"{lead} because {_link(schedule, result, cause, date)}."
        others = [_name(schedule, other) for other in reasons.early_start[1:]]
        if others:
            told += f" So {'does' if more == 1 else 'do'} {_and(others)}."
    elif cause.kind == "constraint":
        told = f"{lead} because {_constraint(schedule, cause)}."
    elif cause.kind == "entered":
        return f"{lead}, as entered by hand: nothing moves it."
    elif cause.kind == "external":
        told = f"{lead} because of its external early start {day(cause.instant)}."
    elif cause.kind == "planned-start":
        told = f"{lead}: it has no predecessor, and the project is planned to start then."
    elif cause.kind == "resume":
        told = f"{lead}, when the suspended work resumes."
    elif cause.kind == "as-late-as-possible":
        told = f"{lead}, as late as possible without moving {_held_by(schedule, cause)}."
    else:
        waits = "the first working time from the data date" if cause.waits else "the data date"
        return f"{lead}, {waits}: nothing holds it back."
    if cause.waits and date // DAY - cause.instant // DAY > 1:
        told += " Its calendar has no working time in between."
    return told


def _held_by(schedule: Schedule, cause: Cause) -> str:
    if cause.activity < 0:
        return "the project's finish"
    return f"the early dates of {schedule.activities.code[cause.activity]}"


def _name(schedule: Schedule, cause: Cause) -> str:
    if cause.kind == "link":
        return str(schedule.activities.code[cause.activity])
    if cause.kind == "constraint":
        return f"its constraint {CONSTRAINT_WORDS[cause.constraint]}"
    return "its external early start"


def _and(names: list[str]) -> str:
    shown = names[:3]
    rest = len(names) - len(shown)
    if rest:
        shown.append(f"{rest} more")
    return shown[0] if len(shown) == 1 else f"{', '.join(shown[:-1])} and {shown[-1]}"


def _finish(schedule: Schedule, result: CpmResult, reasons: Reasons) -> str:
    row = reasons.row
    date = int(result.early_finish[row])
    if not reasons.early_finish:
        return f"Finishes {day(date)}."
    cause = reasons.early_finish[0]
    if cause.kind == "resources":
        return f"Finishes {day(date)}, when the last of its resources has done its work."
    if cause.kind == "resume":
        return f"Finishes {day(date)}: what remains is done from {day(cause.instant)} on."
    if cause.kind == "duration":
        if not cause.instant:
            return ""
        work = amount(schedule, row, cause.instant)
        return f"Finishes {day(date)} after {work} of work."
    if cause.kind == "expected-finish":
        return f"Finishes {day(date)} because that is its expected finish."
    if cause.kind == "link" and reasons.early_finish != reasons.early_start:
        return f"Finishes {day(date)} because {_link(schedule, result, cause, date)}."
    return ""


def _late(schedule: Schedule, result: CpmResult, reasons: Reasons) -> str:
    row = reasons.row
    date = int(result.late_finish[row])
    lead = f"May finish as late as {day(date)}"
    if not reasons.late_finish:
        return f"{lead}."
    cause = reasons.late_finish[0]
    if cause.kind == "in-progress":
        return (
            f"{lead}, its early finish; work in progress is given no earlier date, though the "
            f"logic asks for {day(cause.instant)}."
        )
    if cause.kind == "link":
        links = schedule.relationships
        kind = LinkType(int(links.type[cause.relationship]))
        to_start = kind in (LinkType.FS, LinkType.SS)
        code = schedule.activities.code[cause.activity]
        end = result.late_start if to_start else result.late_finish
        verb = "start" if to_start else "finish"
        late = _when(int(end[cause.activity]), date)
        told = f"{lead} because {code} may {verb} {late} at the latest"
        through = _through(schedule, cause)
        if kind == LinkType.FS and not links.lag[cause.relationship]:
            return f"{told}{through}."
        return f"{told}; {LINK_WORDS[kind]}, {_lag(schedule, cause.relationship)}{through}."
    if cause.kind in ("constraint", "deadline"):
        return f"{lead} because {_constraint(schedule, cause)}."
    if cause.kind == "external":
        return f"{lead} because of its external late finish {day(cause.instant)}."
    if cause.kind == "must-finish":
        return f"{lead} because the project must finish by {day(cause.instant)}."
    if cause.kind == "open-end":
        return f"{lead}: open ends count as critical."
    return f"{lead}, when the project finishes."
