"""Tasks of Microsoft Project as activities, WBS and links.

Every summary task is a WBS node and, but for the project's own summary, an activity of type
WBS_SUMMARY in that node as well, so that its links, constraint and dates are kept.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from planbench.domain.schedule import (
    NO_ROW,
    Activities,
    ActivityType,
    Baseline,
    Constraint,
    ExternalLinks,
    LagFormat,
    LinkType,
    PercentType,
    Relationships,
    Status,
    Wbs,
    empty_baseline,
    make_table,
)
from planbench.domain.times import NO_TIME
from planbench.exchange.mspdi import terms
from planbench.exchange.mspdi.values import Reader, flag
from planbench.exchange.repairs import Repairs
from planbench.exchange.xml_records import Record


@dataclass(frozen=True)
class Outline:
    """The tasks of a file: which are activities, and where they lie.

    `rows` are the tasks that are activities, `wbs_of` their WBS rows, `summary` which of them are
    summaries; `row_of` finds an activity by its UID.
    """

    rows: list[Record]
    wbs_of: list[int]
    summary: list[bool]
    wbs: Wbs
    row_of: dict[str, int]


def read_outline(tasks: list[Record], code: str, name: str, repairs: Repairs) -> Outline:
    """Sort the tasks into summaries and activities by their outline level.

    Blank rows and tasks without UID are left out. `code` and `name` are the project's, for the
    root node where the file has no project summary.
    """
    kept: list[Record] = []
    seen: set[str] = set()
    for task in tasks:
        uid = task.get("UID")
        if flag(task, "IsNull") or not uid or uid in seen:
            if uid in seen or (not uid and not flag(task, "IsNull")):
                what = f"the UID {uid!r} occurs before" if uid else "it has no UID"
                repairs.add(
                    "duplicate-id" if uid else "row-without-id",
                    "error",
                    f"Task {task.get('ID')}",
                    what,
                    "left out",
                )
            continue
        seen.add(uid)
        kept.append(task)
    levels = [0 if task.get("UID") == "0" else max(1, _level(task)) for task in kept]
    deeper = [b > a for a, b in zip(levels, [*levels, 0][1:], strict=True)]
    nodes: list[tuple[str, str, str, int]] = [("0", code, name, NO_ROW)]
    open_nodes: list[tuple[int, int]] = [(0, 0)]  # (level, WBS row)
    rows, wbs_of, summary = [], [], []
    for task, level, has_children in zip(kept, levels, deeper, strict=True):
        if level == 0:
            nodes[0] = ("0", code, task.get("Name") or name, NO_ROW)
            continue
        while open_nodes[-1][0] >= level:
            open_nodes.pop()
        if has_children:
            label = task.get("WBS", "OutlineNumber", "UID")
            nodes.append((task.get("UID"), label, task.get("Name"), open_nodes[-1][1]))
            open_nodes.append((level, len(nodes) - 1))
        rows.append(task)
        wbs_of.append(open_nodes[-1][1])
        summary.append(has_children)
    uids, codes, names, parents = zip(*nodes, strict=True)
    wbs = make_table(
        Wbs,
        len(nodes),
        uid=list(uids),
        code=list(codes),
        name=list(names),
        parent=parents,
        project=[0] * len(nodes),
    )
    row_of = {task.get("UID"): row for row, task in enumerate(rows)}
    return Outline(rows, wbs_of, summary, wbs, row_of)


def _level(task: Record) -> int:
    text = task.get("OutlineLevel")
    if text.isascii() and text.isdigit() and len(text) < 5:
        return int(text)
    return task.get("OutlineNumber").count(".") + 1


def read_activities(
    outline: Outline, calendar_of: dict[str, int], project_calendar: int, repairs: Repairs
) -> Activities:
    """One activity a task. Durations of elapsed tasks count round the clock."""
    reader = Reader(repairs)
    rows = [
        _activity(task, reader, calendar_of, project_calendar, summary)
        for task, summary in zip(outline.rows, outline.summary, strict=True)
    ]
    columns = {name: [row[name] for row in rows] for name in (rows[0] if rows else ())}
    n = len(rows)
    return make_table(Activities, n, project=[0] * n, wbs=outline.wbs_of, **columns)


def _activity(
    task: Record,
    reader: Reader,
    calendar_of: dict[str, int],
    project_calendar: int,
    summary: bool,
) -> dict[str, Any]:
    """The columns of one task."""
    start, finish = reader.instant(task, "Start"), reader.instant(task, "Finish")
    manual = flag(task, "Manual")
    external = flag(task, "ExternalTask")
    if manual:
        start = reader.instant(task, "ManualStart") if start == NO_TIME else start
        finish = reader.instant(task, "ManualFinish") if finish == NO_TIME else finish
    status, actual_start, actual_finish = _progress(task, reader, start, finish)
    duration = _duration(task, reader, manual)
    if duration < 0:
        duration = 0
        reader.repairs.add(
            "negative-duration", "error", f"Task {task.get('UID')} Duration", "negative", "zero"
        )
    remaining = _remaining(task, reader, duration, status)
    kind = ActivityType.TASK
    if summary:
        kind = ActivityType.WBS_SUMMARY
    elif duration == 0 and flag(task, "Milestone", True):
        kind = ActivityType.FINISH_MILESTONE
    chosen = calendar_of.get(task.get("CalendarUID"))
    if chosen is None and task.get("CalendarUID") not in ("", "-1", "0"):
        reader.repairs.add(
            "unknown-calendar",
            "warning",
            f"Task {task.get('UID')} CalendarUID",
            f"calendar {task.get('CalendarUID')!r} is not in the file",
            "the project's calendar taken",
        )
    constraint, date = _constraint(task, reader)
    stop, resume = NO_TIME, NO_TIME
    if status == Status.IN_PROGRESS:
        stop, resume = reader.instant(task, "Stop"), reader.instant(task, "Resume")
    open_start = start if status == Status.NOT_STARTED else resume
    delay = reader.tenths(task, "LevelingDelay", 0)
    if external:
        reader.repairs.add(
            "external-task",
            "info",
            f"Task {task.get('UID')}",
            "it belongs to another project",
            "kept with its dates",
        )
    return {
        "uid": task.get("UID"),
        "code": task.get("UID"),
        "name": task.get("Name"),
        "calendar": project_calendar if chosen is None else chosen,
        "calendar_chosen": chosen is not None,
        "type": kind,
        "status": status,
        "original_duration": duration,
        "remaining_duration": remaining,
        "actual_start": actual_start,
        "actual_finish": actual_finish,
        "planned_start": start,
        "planned_finish": finish,
        "suspend": stop,
        "resume": resume,
        "constraint": constraint,
        "constraint_date": date,
        "percent_type": PercentType.PHYSICAL
        if task.get("EarnedValueMethod") == "1"
        else PercentType.DURATION,
        "physical_percent": reader.number(task, "PhysicalPercentComplete"),
        "stored_start": open_start if status != Status.COMPLETE else NO_TIME,
        "stored_finish": finish if status != Status.COMPLETE else NO_TIME,
        "stored_longest_path": -1,
        "levelling_priority": _priority(reader.number(task, "Priority", 500.0)),
        "deadline": reader.instant(task, "Deadline"),
        "manual": manual or external,
        "inactive": not flag(task, "Active", True),
        "elapsed": task.get("DurationFormat") in terms.ELAPSED_FORMATS,
        "levelling_delay": delay or NO_TIME,
        "fixed_duration": task.get("Type") == terms.FIXED_DURATION,
        "ignore_resource_calendar": flag(task, "IgnoreResourceCalendar"),
        **_stored(task, reader),
    }


def _progress(task: Record, reader: Reader, start: int, finish: int) -> tuple[Status, int, int]:
    """Status with the actual dates, which follow from the percentage where they are missing."""
    actual_start = reader.instant(task, "ActualStart")
    actual_finish = reader.instant(task, "ActualFinish")
    percent = reader.number(task, "PercentComplete")
    if actual_finish != NO_TIME or percent >= 100.0:
        done_at = finish if actual_finish == NO_TIME else actual_finish
        return Status.COMPLETE, start if actual_start == NO_TIME else actual_start, done_at
    if actual_start != NO_TIME or percent > 0.0:
        return Status.IN_PROGRESS, start if actual_start == NO_TIME else actual_start, NO_TIME
    return Status.NOT_STARTED, NO_TIME, NO_TIME


def _duration(task: Record, reader: Reader, manual: bool) -> int:
    found = reader.duration(task, "Duration")
    if found == NO_TIME and manual:
        found = reader.duration(task, "ManualDuration")
    return 0 if found == NO_TIME else found


def _remaining(task: Record, reader: Reader, duration: int, status: Status) -> int:
    """What is left: as written, else by the percentage."""
    if status == Status.COMPLETE:
        return 0
    found = reader.duration(task, "RemainingDuration")
    if found != NO_TIME:
        return max(found, 0)
    if status == Status.NOT_STARTED:
        return duration
    done = reader.duration(task, "ActualDuration")
    if done == NO_TIME:
        done = int(duration * reader.number(task, "PercentComplete") / 100.0 + 0.5)
    return max(duration - done, 0)


def _constraint(task: Record, reader: Reader) -> tuple[int, int]:
    word = task.get("ConstraintType") or "0"
    kind = terms.CONSTRAINTS.get(word)
    if kind is None:
        reader.repairs.add(
            "unknown-value",
            "warning",
            f"Task {task.get('UID')} ConstraintType",
            f"{word!r} is not known",
            "no constraint taken",
        )
        kind = Constraint.NONE
    dated = kind not in (Constraint.NONE, Constraint.AS_LATE_AS_POSSIBLE)
    return kind, reader.instant(task, "ConstraintDate") if dated else NO_TIME


def _priority(value: float) -> int:
    """One of our five levels for a priority of 0 to 1000: the nearest."""
    return int(np.argmin([abs(value - level) for level in terms.PRIORITIES]))


def _stored(task: Record, reader: Reader) -> dict[str, int]:
    """What the file says was calculated. A slack left out beside four dates means none."""
    names = ("EarlyStart", "EarlyFinish", "LateStart", "LateFinish")
    dates = [reader.instant(task, name) for name in names]
    default = NO_TIME if NO_TIME in dates else 0
    return {
        "stored_early_start": dates[0],
        "stored_early_finish": dates[1],
        "stored_late_start": dates[2],
        "stored_late_finish": dates[3],
        "stored_total_float": reader.tenths(task, "TotalSlack", default),
        "stored_free_float": reader.tenths(task, "FreeSlack", default),
    }


def read_links(outline: Outline, repairs: Repairs) -> tuple[Relationships, ExternalLinks]:
    """Links between tasks of the file, and those to other files or to tasks that are missing."""
    inner: list[tuple[int, int, int, int, int]] = []
    outer: list[tuple[int, str, str, int, int]] = []
    reader = Reader(repairs)
    for row, task in enumerate(outline.rows):
        for link in task.all("PredecessorLink"):
            where = f"Task {task.get('UID')} PredecessorLink"
            word = link.get("Type") or "1"
            kind = terms.LINK_TYPES.get(word)
            if kind is None:
                repairs.add(
                    "unknown-value", "warning", where, f"type {word!r} is not known", "taken as FS"
                )
                kind = LinkType.FS
            uid = link.get("PredecessorUID")
            lag, lag_format = _lag(link, reader)
            before = outline.row_of.get(uid)
            if before == row:
                repairs.add(
                    "self-link", "error", where, "the task is its own predecessor", "left out"
                )
            elif before is not None and not flag(link, "CrossProject"):
                inner.append((before, row, kind, lag, lag_format))
            else:
                far = link.get("CrossProjectName")
                repairs.add(
                    "external-link" if far else "dangling-link",
                    "info" if far else "error",
                    where,
                    f"task {uid or far!r} is not in the file",
                    "kept as a link to outside the file",
                )
                outer.append((row, uid or far, far, kind, lag))
    predecessor, successor, kinds, lags, formats = zip(*inner, strict=True) if inner else [()] * 5
    relationships = make_table(
        Relationships,
        len(inner),
        uid=[str(k) for k in range(1, len(inner) + 1)],
        predecessor=predecessor,
        successor=successor,
        type=kinds,
        lag=lags,
        lag_format=formats,
    )
    activity, other, project, kinds, lags = zip(*outer, strict=True) if outer else [()] * 5
    external = make_table(
        ExternalLinks,
        len(outer),
        uid=[str(k) for k in range(len(inner) + 1, len(inner) + len(outer) + 1)],
        activity=activity,
        incoming=[True] * len(outer),
        other_uid=list(other),
        other_project=list(project),
        type=kinds,
        lag=lags,
    )
    return relationships, external


def _lag(link: Record, reader: Reader) -> tuple[int, int]:
    """(lag, its format): minutes, or hundredths of a percent of the predecessor's duration."""
    word = link.get("LagFormat")
    elapsed = word in terms.ELAPSED_FORMATS
    if word in terms.PERCENT_FORMATS:
        share = round(reader.number(link, "LinkLag") * 100.0)
        return share, LagFormat.ELAPSED_PERCENT if elapsed else LagFormat.PERCENT
    lag = reader.tenths(link, "LinkLag", 0)
    return lag, LagFormat.ELAPSED if elapsed else LagFormat.WORKING


def read_baselines(outline: Outline, repairs: Repairs) -> tuple[Baseline, ...]:
    """The up to eleven baselines that tasks carry, by number."""
    reader = Reader(repairs)
    found: dict[int, Baseline] = {}
    for row, task in enumerate(outline.rows):
        for item in task.all("Baseline"):
            text = item.get("Number") or "0"
            if not (text.isascii() and text.isdigit() and len(text) <= 2):
                continue
            number = int(text)
            if number not in found:
                known = number < len(terms.BASELINES)
                name = terms.BASELINES[number] if known else f"Baseline {number}"
                found[number] = Baseline(name, NO_TIME, empty_baseline(len(outline.rows)))
            columns = found[number].columns
            columns.start[row] = reader.instant(item, "Start")
            columns.finish[row] = reader.instant(item, "Finish")
            columns.duration[row] = reader.duration(item, "Duration")
            columns.cost[row] = reader.money(item, "Cost", np.nan)
    return tuple(found[number] for number in sorted(found))
