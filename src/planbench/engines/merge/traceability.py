"""Whether a master schedule hangs together: along the network, and up and down its levels.

Horizontal: no loops, no project that stands apart, no link that leads nowhere, interfaces known
on both sides and in time, and a delay of critical work that reaches the finish. Vertical: every
activity under a node of its own project, summaries that span what lies beneath them, the same
milestone on the same day in every project, codes that all projects carry. Status: one data date,
nothing actual after it. The questions are those of the GAO Schedule Assessment Guide's practice
on tracing a schedule; limits and tolerances are ours and stand in each finding.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from planbench.domain.calendars import build_work_table
from planbench.domain.errors import LoopError, ScheduleError
from planbench.domain.schedule import NO_ROW, ActivityType, LinkType, Schedule, Status
from planbench.domain.times import DAY, NO_TIME, Minutes, to_iso
from planbench.engines.merge.combine import Merged
from planbench.engines.merge.links import Crossing

if TYPE_CHECKING:
    from planbench.engines.cpm.result import CpmResult

HORIZONTAL, VERTICAL, STATUS = "horizontal", "vertical", "status"

PUSHES = (30, 600)
"""Working days by which the push test lengthens critical work."""

SLACK = 0.1
"""Share of a push that other calendars along the way may swallow, and two days at least."""

NEAR_DAYS = 7.0
"""Data dates further apart than this hinder a programme."""

MILESTONES = (ActivityType.START_MILESTONE, ActivityType.FINISH_MILESTONE)


@dataclass(frozen=True)
class Finding:
    """One break in the trace. Rows are those of the merged schedule, NO_ROW where none is meant.

    `days` says how far apart two dates are, or how much of a delay was lost.
    """

    check: str
    direction: str  # HORIZONTAL, VERTICAL or STATUS
    severity: str  # info, warning, error
    project: str
    text: str
    activity: int = NO_ROW
    other: int = NO_ROW
    days: float | None = None


def traceability(merged: Merged) -> tuple[tuple[Finding, ...], CpmResult | None]:
    """All findings, and the calculated dates; None where a loop or a missing date forbids them."""
    from planbench.engines.cpm import schedule_network

    schedule = merged.schedule
    found: list[Finding] = []
    cpm: CpmResult | None = None
    try:
        cpm = schedule_network(schedule)
    except LoopError as error:
        found.append(_loop(schedule, error))
    except ScheduleError as error:
        found.append(Finding("no-dates", HORIZONTAL, "error", "", error.line))
    found += _apart(merged)
    found += _dangling(schedule)
    found += _interfaces(merged, cpm)
    if cpm is not None:
        found += _pushed(schedule, cpm)
    found += _without_node(schedule)
    found += _summaries(schedule)
    found += _milestones(schedule, cpm)
    found += _uncoded(schedule)
    found += _data_dates(schedule)
    found += _late_actuals(schedule)
    return tuple(found), cpm


def _code(schedule: Schedule, row: int) -> str:
    return str(schedule.activities.code[row])


def _project(schedule: Schedule, row: int) -> str:
    return schedule.projects[int(schedule.activities.project[row])].code


# ------------------------------------------------------------ horizontal


def _loop(schedule: Schedule, error: LoopError) -> Finding:
    rows = [schedule.row_of_code.get(code, NO_ROW) for code in error.cycle]
    projects = dict.fromkeys(_project(schedule, row) for row in rows if row != NO_ROW)
    across = f", across the projects {', '.join(projects)}" if len(projects) > 1 else ""
    return Finding(
        "loop", HORIZONTAL, "error", next(iter(projects), ""), f"{error.what}{across}",
        rows[0] if rows else NO_ROW, rows[1] if len(rows) > 1 else NO_ROW,
    )  # fmt: skip


def _apart(merged: Merged) -> Iterator[Finding]:
    """Projects that no link joins to any other."""
    schedule = merged.schedule
    links, project = schedule.relationships, schedule.activities.project
    at = np.array([crossing.relationship for crossing in merged.crossings], dtype=np.int64)
    joined = set(project[links.predecessor[at]].tolist()) | set(
        project[links.successor[at]].tolist()
    )
    for row in np.unique(project).tolist():
        if row not in joined:
            code = schedule.projects[row].code
            text = f"no link joins {code} to another project"
            first = int(np.flatnonzero(project == row)[0])
            yield Finding("project-apart", HORIZONTAL, "warning", code, text, first)


def _dangling(schedule: Schedule) -> Iterator[Finding]:
    """Links to activities that are in none of the files."""
    table = schedule.external_links
    for k, row in enumerate(table.activity.tolist()):
        way = "predecessor" if table.incoming[k] else "successor"
        text = (
            f"the {way} of {_code(schedule, row)} is activity {table.other_uid[k]} of project "
            f"{table.other_project[k]}, which is in no file"
        )
        yield Finding("link-outside", HORIZONTAL, "warning", _project(schedule, row), text, row)


def _interfaces(merged: Merged, cpm: CpmResult | None) -> Iterator[Finding]:
    """Links between projects that one side does not know, or whose giver comes too late."""
    schedule = merged.schedule
    links = schedule.relationships
    for crossing in merged.crossings:
        giver = int(links.predecessor[crossing.relationship])
        receiver = int(links.successor[crossing.relationship])
        ends = f"{_code(schedule, giver)} > {_code(schedule, receiver)}"
        if not crossing.both_sides:
            text = f"only one of the two files knows the link {ends}"
            yield Finding(
                "interface-one-side", HORIZONTAL, "warning", _project(schedule, receiver), text,
                receiver, giver,
            )  # fmt: skip
        if cpm is None:
            continue
        yield from _late_giver(schedule, cpm, crossing, giver, receiver)


def _late_giver(
    schedule: Schedule, cpm: CpmResult, crossing: Crossing, giver: int, receiver: int
) -> Iterator[Finding]:
    links, at = schedule.relationships, crossing.relationship
    from_start = links.type[at] in (LinkType.SS, LinkType.SF)
    date = int((cpm.start if from_start else cpm.finish)[giver])
    if date == NO_TIME:
        return
    lag = int(links.lag[at])
    demand = date + (lag if lag != NO_TIME else 0)
    for name, need, words, given in (
        ("interface-moved", crossing.stand_in, "reckoned with", demand),
        ("interface-late", crossing.agreed, "is promised", date),
    ):
        days = (given - need) / DAY if need != NO_TIME else 0.0
        late_only = name == "interface-late" and days < 0
        if abs(days) < 1.0 or late_only:
            continue
        text = (
            f"{_code(schedule, giver)} gives on {_day(given)}, {_code(schedule, receiver)} "
            f"{words} {_day(need)}: {days:+.0f} d"
        )
        severity = "error" if days > 0 else "info"
        yield Finding(
            name, HORIZONTAL, severity, _project(schedule, receiver), text, receiver, giver, days
        )


def _day(minute: int) -> str:
    return (to_iso(minute) or "?")[:10]


def _pushed(schedule: Schedule, cpm: CpmResult) -> Iterator[Finding]:
    """Delays of each project's most critical work that do not reach the project's finish."""
    rows = [
        row
        for number in range(len(schedule.projects))
        if (row := _most_critical(schedule, cpm, number)) != NO_ROW
    ]
    for days in PUSHES:
        for row in rows:
            finding = _push(schedule, cpm, row, days)
            if finding is not None:
                yield finding


def _most_critical(schedule: Schedule, cpm: CpmResult, project: int) -> int:
    """The unfinished task with the least float, the first in time of several."""
    acts = schedule.activities
    usable = (acts.project == project) & (acts.type == ActivityType.TASK)
    usable &= (acts.status != Status.COMPLETE) & (cpm.total_float != NO_TIME)
    usable &= (cpm.remaining_duration > 0) & (acts.expected_finish == NO_TIME)
    usable &= ~acts.manual & ~acts.inactive
    found = np.flatnonzero(usable)
    if not found.size:
        return NO_ROW
    order = np.lexsort((cpm.early_start[found], ~cpm.longest_path[found], cpm.total_float[found]))
    return int(found[order[0]])


def _push(schedule: Schedule, cpm: CpmResult, row: int, days: int) -> Finding | None:
    """What is lost of a push of one activity; None where its project's finish follows."""
    from planbench.engines.cpm import schedule_network

    acts = schedule.activities
    project, own = int(acts.project[row]), max(int(acts.calendar[row]), 0)
    calendar = schedule.calendars[own]
    shift = round(days * calendar.minutes_per_day)
    fixed = acts.fixed_duration.copy()
    fixed[row] = True  # else Microsoft Project's rules would take the old length from its work
    longer: dict[str, Any] = {"fixed_duration": fixed}
    for name in ("original_duration", "remaining_duration"):  # whichever the rules go by
        column = np.where(getattr(acts, name) != NO_TIME, getattr(acts, name), 0)
        column[row] += shift
        longer[name] = column
    try:
        pushed = schedule_network(schedule.with_activities(**longer))
    except ScheduleError:
        return None  # a century away: it did move
    before, after = int(cpm.project_finish[project]), int(pushed.project_finish[project])
    table = build_work_table((calendar,), before // DAY - 1, max(after, before) // DAY + 2)
    moved = int(table.work_between(0, np.array([before]), np.array([after]))[0])
    wanted = shift - max(int(cpm.total_float[row]), 0)
    day = calendar.minutes_per_day
    lost = (wanted - moved) / day
    if lost <= max(2.0, SLACK * days):
        return None
    name = schedule.projects[project].code
    slack = max(int(cpm.total_float[row]), 0) / day
    text = (
        f"{days} d more on {_code(schedule, row)} (float {slack:.0f} d) move the finish of "
        f"{name} by {moved / day:.0f} d instead of {wanted / day:.0f} d"
    )
    return Finding("push-lost", HORIZONTAL, "error", name, text, row, NO_ROW, lost)


# ------------------------------------------------------------ vertical


def _without_node(schedule: Schedule) -> Iterator[Finding]:
    """Activities that roll up to no node, or to one of another project."""
    acts, wbs = schedule.activities, schedule.wbs
    of_node = np.append(wbs.project, NO_ROW)[acts.wbs]
    for row in np.flatnonzero(of_node != acts.project).tolist():
        why = "lies under no WBS node"
        if of_node[row] != NO_ROW:
            why = f"lies under a WBS node of {schedule.projects[int(of_node[row])].code}"
        text = f"{_code(schedule, row)} {why}"
        yield Finding("no-node", VERTICAL, "error", _project(schedule, row), text, row)


def _stored(schedule: Schedule) -> tuple[Minutes, Minutes]:
    """Start and finish as the files have them: actual, else early."""
    acts = schedule.activities
    return (
        np.where(acts.actual_start != NO_TIME, acts.actual_start, acts.stored_early_start),
        np.where(acts.actual_finish != NO_TIME, acts.actual_finish, acts.stored_early_finish),
    )


def _summaries(schedule: Schedule) -> Iterator[Finding]:
    """WBS summary activities whose stored dates are not those of what lies beneath their node."""
    acts, wbs = schedule.activities, schedule.wbs
    summary = acts.type == ActivityType.WBS_SUMMARY
    if not summary.any():
        return
    start, finish = _stored(schedule)
    low = np.full(len(wbs), np.iinfo(np.int64).max)
    high = np.full(len(wbs), NO_TIME)
    detail = ~summary & (acts.wbs != NO_ROW) & (acts.type != ActivityType.LEVEL_OF_EFFORT)
    begun = detail & (start != NO_TIME)
    ended = detail & (finish != NO_TIME)
    np.minimum.at(low, acts.wbs[begun], start[begun])
    np.maximum.at(high, acts.wbs[ended], finish[ended])
    for node in range(len(wbs) - 1, -1, -1):  # parents come before their children
        above = int(wbs.parent[node])
        if above != NO_ROW:
            low[above], high[above] = min(low[above], low[node]), max(high[above], high[node])
    for row in np.flatnonzero(summary & (acts.wbs != NO_ROW)).tolist():
        node = int(acts.wbs[row])
        for what, own, below in (
            ("starts", int(start[row]), int(low[node])),
            ("finishes", int(finish[row]), int(high[node])),
        ):
            nothing = below in (NO_TIME, np.iinfo(np.int64).max)
            if nothing or own in (NO_TIME, below):
                continue
            days = (own - below) / DAY
            text = (
                f"{_code(schedule, row)} {what} on {_day(own)}, what lies beneath it on "
                f"{_day(below)}: {days:+.1f} d"
            )
            yield Finding(
                "summary-differs", VERTICAL, "warning", _project(schedule, row), text, row,
                days=days,
            )  # fmt: skip


def _milestones(schedule: Schedule, cpm: CpmResult | None) -> Iterator[Finding]:
    """Milestones of the same name in several projects that stand on different days."""
    acts = schedule.activities
    date = _stored(schedule)[1] if cpm is None else cpm.finish
    named: dict[str, list[int]] = {}
    for row in np.flatnonzero(np.isin(acts.type, MILESTONES) & (date != NO_TIME)).tolist():
        named.setdefault(" ".join(str(acts.name[row]).split()).casefold(), []).append(row)
    for rows in named.values():
        first = rows[0]
        for row in rows[1:]:
            days = int(date[row]) // DAY - int(date[first]) // DAY
            if acts.project[row] == acts.project[first] or not days:
                continue
            text = (
                f"{acts.name[row]} is on {_day(int(date[row]))} in {_code(schedule, row)} and on "
                f"{_day(int(date[first]))} in {_code(schedule, first)}: {days:+d} d"
            )
            yield Finding(
                "milestone-differs", VERTICAL, "warning", _project(schedule, row), text, row, first,
                float(days),
            )  # fmt: skip


def _uncoded(schedule: Schedule) -> Iterator[Finding]:
    """Codes that several projects use, and the activities that do not carry them."""
    acts, given = schedule.activities, schedule.code_assignments
    kinds = schedule.code_values.type[given.value]
    for kind in np.unique(kinds).tolist():
        coded = np.zeros(len(acts), dtype=bool)
        coded[given.activity[kinds == kind]] = True
        users = np.unique(acts.project[coded])
        if users.size < 2:
            continue
        for project in users.tolist():
            rows = np.flatnonzero((acts.project == project) & ~coded)
            if rows.size:
                name = schedule.projects[project].code
                text = (
                    f"{rows.size} activities of {name} carry no value of the code "
                    f"{schedule.code_types.name[kind]}"
                )
                yield Finding("uncoded", VERTICAL, "info", name, text, int(rows[0]))


# ------------------------------------------------------------ status


def _data_dates(schedule: Schedule) -> Iterator[Finding]:
    dates = [
        (p.data_date, p.code) for p in schedule.projects if p.exported and p.data_date != NO_TIME
    ]
    if len({date for date, _ in dates}) < 2:
        return
    (first, one), (last, other) = min(dates), max(dates)
    days = (last - first) / DAY
    text = (
        f"the data dates lie {days:.0f} d apart: {one} {_day(first)}, {other} {_day(last)} "
        f"(more than {NEAR_DAYS:.0f} d is too much)"
    )
    severity = "warning" if days > NEAR_DAYS else "info"
    yield Finding("data-dates", STATUS, severity, one, text, days=days)


def _late_actuals(schedule: Schedule) -> Iterator[Finding]:
    """Actual dates after the data date of their project."""
    acts = schedule.activities
    dates = np.array([p.data_date for p in schedule.projects] or [NO_TIME], dtype=np.int64)
    limit = dates[acts.project]
    late = (acts.actual_start > limit) | (acts.actual_finish > limit)
    late &= limit != NO_TIME
    for project in np.unique(acts.project[late]).tolist():
        rows = np.flatnonzero(late & (acts.project == project))
        name = schedule.projects[project].code
        text = (
            f"{rows.size} activities of {name} have actual dates after {_day(int(dates[project]))}"
        )
        yield Finding("actual-after-data-date", STATUS, "error", name, text, int(rows[0]))
