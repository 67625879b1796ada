"""From the tables of an XER file to a Schedule."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from planbench.domain.calendars import STANDARD_WEEK, Calendar
from planbench.domain.errors import ImportRefused
from planbench.domain.schedule import (
    NO_ROW,
    Activities,
    Constraint,
    ExternalLinks,
    LinkType,
    PercentType,
    Project,
    Relationships,
    Rows,
    Schedule,
    Source,
    Status,
    make_table,
)
from planbench.domain.times import NO_TIME, from_iso, latest
from planbench.exchange.imported import Imported, Progress
from planbench.exchange.repairs import Repairs
from planbench.exchange.xer import terms
from planbench.exchange.xer.calendars import read_calendars
from planbench.exchange.xer.columns import (
    LAST_YEAR,
    UNKNOWN_ROW,
    Ids,
    codes,
    dates,
    durations,
    ids,
    lookup,
    numbers,
    words,
)
from planbench.exchange.xer.document import XerDocument, XerTable, parse_document
from planbench.exchange.xer.extras import read_extras
from planbench.exchange.xer.projects import read_projects, read_wbs


def looks_like_xer(data: bytes) -> bool:
    """Whether the bytes begin like an XER file, in any encoding."""
    head = data[:4096].replace(b"\x00", b"")
    for mark in (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff"):
        head = head.removeprefix(mark)
    head = head.lstrip()
    return head.startswith((b"ERMHDR\t", b"%T\t")) or b"\n%T\t" in head


def read_xer(
    data: bytes, name: str = "", encoding: str | None = None, progress: Progress | None = None
) -> Imported:
    """Read an XER file.

    Every table the domain knows becomes columns; the others stay in `Imported.raw`. Faults are
    mended and listed. Raises ImportRefused when the file holds neither projects nor activities,
    or when `encoding` is unknown.
    """
    tell = progress or (lambda done, total, text: None)
    repairs = Repairs()
    tell(0, 10, "Reading the file")
    document = parse_document(data, repairs, encoding, progress)
    if all(document.table(table) is None for table in ("PROJECT", "TASK")):
        raise ImportRefused(
            "it has neither a PROJECT nor a TASK table",
            name,
            "Export the project itself, not only its dictionaries.",
        )
    schedule = schedule_of(document, repairs, tell)
    header = document.header
    source = Source(
        name,
        "xer",
        document.version,
        hashlib.sha256(data).hexdigest(),
        _exported(header[2]) if len(header) > 2 else NO_TIME,
        document.encoding,
    )
    tell(10, 10, "Read")
    return Imported(replace(schedule, source=source), repairs.result(), document)


def _exported(text: str) -> int:
    try:
        return from_iso(text)
    except (ValueError, OverflowError):
        return NO_TIME


def schedule_of(
    document: XerDocument, repairs: Repairs, tell: Callable[[int, int, str], None]
) -> Schedule:
    """The schedule that the tables of a document describe, without its source.

    Other formats of P6 come here too, once their objects lie in the same tables.
    """
    tables = _Tables(document)
    tell(2, 10, "Reading projects and calendars")
    calendar_table = tables["CALENDAR"]
    calendars = list(read_calendars(_calendar_rows(calendar_table), repairs))
    if not calendars:
        repairs.add(
            "no-calendar",
            "warning",
            "CALENDAR",
            "the file has no calendar",
            "one of Monday to Friday 08:00 to 16:00 was made",
        )
        calendars.append(Calendar("standard", "Standard", STANDARD_WEEK))
    calendar_ids = ids(calendar_table, "clndr_id")
    task, project_table = _with_ids(tables["TASK"], "task_id", repairs), tables["PROJECT"]
    projects, project_row, project_ids = read_projects(
        document, project_table, task, calendar_ids, calendar_table, repairs
    )
    wbs, wbs_row, projects = read_wbs(
        tables["PROJWBS"], task, projects, project_ids, project_row, repairs
    )
    tell(3, 10, "Reading activities")
    calendar_row = _activity_calendars(task, calendar_ids, projects, project_row, repairs)
    activities = _activities(task, project_row, wbs_row, calendar_row, repairs)
    task_ids = ids(task, "task_id")
    tell(6, 10, "Reading relationships")
    relationships, external = _links(tables["TASKPRED"], task_ids, projects, activities, repairs)
    tell(8, 10, "Reading codes, resources and notes")
    projects = tuple(
        _with_data_date(row, project, activities, repairs) for row, project in enumerate(projects)
    )
    schedule = Schedule(projects, tuple(calendars), activities, relationships, external, wbs)
    return read_extras(schedule, tables.get, task_ids, calendar_ids, repairs)


class _Tables:
    """Tables by name; an absent one is empty."""

    def __init__(self, document: XerDocument) -> None:
        self._document = document
        nothing = np.zeros(0, dtype=np.int64)
        self._empty = XerTable("", (), b"", (0, 0), nothing, nothing, nothing, "utf-8")

    def get(self, name: str) -> XerTable:
        """The table, an empty one where the file has none."""
        return self._document.table(name) or replace(self._empty, name=name)

    __getitem__ = get


def _calendar_rows(table: XerTable) -> list[dict[str, str]]:
    names = words(table, "clndr_name")
    return [dict(row, clndr_name=name) for row, name in zip(table.rows(), names, strict=True)]


def _with_ids(task: XerTable, key: str, repairs: Repairs) -> XerTable:
    """The table without rows that have no id."""
    start, end = task.bounds(key)
    there = end > start
    if there.all():
        return task
    for row in np.flatnonzero(~there).tolist():
        repairs.add(
            "row-without-id", "error", f"{task.name} row {row + 1}", f"{key} is empty", "left out"
        )
    kept = np.flatnonzero(there)
    place = {int(old): new for new, old in enumerate(kept.tolist())}
    merged = {place[row]: what for row, what in task.merged.items() if row in place}
    return replace(task, start=task.start[kept], end=task.end[kept], merged=merged)


def _activity_calendars(
    task: XerTable,
    calendar_ids: Ids,
    projects: tuple[Project, ...],
    project: Rows,
    repairs: Repairs,
) -> Rows:
    """Calendar row of each activity; those without a known one take their project's."""
    wanted = ids(task, "clndr_id")
    rows = lookup(calendar_ids, wanted)
    if not calendar_ids.as_texts():  # a missing table is told once
        return np.zeros(len(task), dtype=np.int32)
    texts = wanted.as_texts() if (rows == UNKNOWN_ROW).any() else []
    for row in np.flatnonzero(rows == UNKNOWN_ROW).tolist():
        repairs.add(
            "unknown-calendar",
            "warning",
            f"TASK row {row + 1} clndr_id",
            f"calendar {texts[row]!r} is not in the file",
            "the project's calendar taken",
        )
    blank = np.flatnonzero(rows == NO_ROW)
    if blank.size:
        repairs.add(
            "unknown-calendar",
            "info",
            f"TASK row {int(blank[0]) + 1} clndr_id",
            f"{blank.size} activities name no calendar",
            "the project's calendar taken",
        )
    own = np.array([max(item.calendar, 0) for item in projects], dtype=np.int32)
    return np.where(rows >= 0, rows, own[project]).astype(np.int32)


def _activities(
    task: XerTable, project: Rows, wbs: Rows, calendar: Rows, repairs: Repairs
) -> Activities:
    n = len(task)
    original = durations(task, "target_drtn_hr_cnt", repairs)
    remaining = durations(task, "remain_drtn_hr_cnt", repairs)
    start, finish = dates(task, "act_start_date", repairs), dates(task, "act_end_date", repairs)
    status = _status(task, start, finish, repairs)
    original, remaining = _durations(original, remaining, status, repairs)
    code = words(task, "task_code")
    uid = _unique_uids(task, repairs)
    first, second = (
        codes(task, name, terms.CONSTRAINTS, Constraint.NONE, repairs)
        for name in ("cstr_type", "cstr_type2")
    )
    instants = {
        column: dates(task, name, repairs, _last_year(column))
        for column, name in terms.ACTIVITY_DATES.items()
    }
    return make_table(
        Activities,
        n,
        uid=uid,
        code=[a or b for a, b in zip(code, uid, strict=True)],
        name=words(task, "task_name"),
        project=project,
        wbs=wbs,
        calendar=calendar,
        type=codes(task, "task_type", terms.ACTIVITY_TYPES, 0, repairs),
        status=status,
        original_duration=original,
        remaining_duration=remaining,
        actual_start=start,
        actual_finish=finish,
        constraint=first,
        constraint2=second,
        percent_type=codes(
            task, "complete_pct_type", terms.PERCENT_TYPES, PercentType.DURATION, repairs
        ),
        physical_percent=numbers(task, "phys_complete_pct", repairs),
        stored_total_float=durations(task, "total_float_hr_cnt", repairs),
        stored_free_float=durations(task, "free_float_hr_cnt", repairs),
        stored_longest_path=codes(task, "driving_path_flag", {"Y": 1, "N": 0}, -1, repairs),
        levelling_priority=codes(task, "priority_type", terms.PRIORITIES, 2, repairs),
        **instants,
    )


def _last_year(column: str) -> int:
    """Years are only bounded by what a calendar can hold where the dates steer scheduling."""
    return 9998 if column.startswith(("stored_", "planned_")) else LAST_YEAR


def _unique_uids(task: XerTable, repairs: Repairs) -> list[str]:
    """Ids of the activities; one that repeats gets a suffix, links go to its first row."""
    uids = [text.strip() for text in task.texts("task_id")]
    if len(set(uids)) == len(uids):
        return uids
    seen = set(uids)
    used: dict[str, int] = {}  # the last number that each id was given
    for row, uid in enumerate(uids):
        if uid in used:
            k = used[uid] + 1
            while f"{uid}-{k}" in seen:
                k += 1
            uids[row], used[uid] = f"{uid}-{k}", k
            seen.add(uids[row])
            repairs.add(
                "duplicate-id",
                "error",
                f"TASK row {row + 1} task_id",
                f"{uid!r} occurs before",
                f"kept as {uids[row]!r}, links go to the first one",
            )
        used.setdefault(uid, 1)
    return uids


def _status(
    task: XerTable,
    start: npt.NDArray[np.int64],
    finish: npt.NDArray[np.int64],
    repairs: Repairs,
) -> npt.NDArray[np.int8]:
    """Status as written; where it is empty or unknown, what the actual dates say."""
    written = codes(task, "status_code", terms.STATUS, -1, repairs)
    derived = np.where(
        finish != NO_TIME,
        Status.COMPLETE,
        np.where(start != NO_TIME, Status.IN_PROGRESS, Status.NOT_STARTED),
    ).astype(np.int8)
    status = np.where(written < 0, derived, written).astype(np.int8)
    lacking = (status == Status.COMPLETE) & ((finish == NO_TIME) | (start == NO_TIME))
    lacking |= (status == Status.IN_PROGRESS) & (start == NO_TIME)
    for row in np.flatnonzero(lacking).tolist():
        repairs.add(
            "status-without-dates",
            "warning",
            f"TASK row {row + 1}",
            "started or complete without the actual dates of it",
            "kept as it is",
        )
    return status


def _durations(
    original: npt.NDArray[np.int64],
    remaining: npt.NDArray[np.int64],
    status: npt.NDArray[np.int8],
    repairs: Repairs,
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Both durations complete: nothing remains of what is done, all of what has not begun."""
    lost = (original == NO_TIME) & (remaining == NO_TIME) & (status != Status.COMPLETE)
    if lost.any():
        repairs.add(
            "no-duration",
            "warning",
            f"TASK row {int(np.flatnonzero(lost)[0]) + 1}",
            f"{int(lost.sum())} activities have no duration",
            "taken as zero",
        )
    remaining = np.where(
        remaining != NO_TIME, remaining, np.where(status == Status.COMPLETE, 0, original)
    )
    original = np.where(original != NO_TIME, original, np.where(remaining < 0, 0, remaining))
    negative = ((original < 0) & (original != NO_TIME)) | ((remaining < 0) & (remaining != NO_TIME))
    for row in np.flatnonzero(negative).tolist():
        repairs.add(
            "negative-duration", "error", f"TASK row {row + 1}", "a duration is negative", "zero"
        )
    return np.maximum(original, 0), np.maximum(remaining, 0)


def _links(
    table: XerTable,
    task_ids: Ids,
    projects: tuple[Project, ...],
    activities: Activities,
    repairs: Repairs,
) -> tuple[Relationships, ExternalLinks]:
    """Links within the file, and those of which one end lies elsewhere."""
    before, after = ids(table, "pred_task_id"), ids(table, "task_id")
    predecessor, successor = lookup(task_ids, before), lookup(task_ids, after)
    kind = codes(table, "pred_type", terms.LINK_TYPES, LinkType.FS, repairs)
    lag = durations(table, "lag_hr_cnt", repairs, 0)
    uid = table.texts("task_pred_id")
    own = (predecessor >= 0) & (predecessor == successor)
    for row in np.flatnonzero(own).tolist():
        repairs.add(
            "self-link",
            "error",
            f"TASKPRED row {row + 1}",
            f"{activities.code[successor[row]]} is its own predecessor",
            "left out",
        )
    inside = (predecessor >= 0) & (successor >= 0) & ~own
    relationships = make_table(
        Relationships,
        int(inside.sum()),
        uid=[uid[row] for row in np.flatnonzero(inside).tolist()] if not inside.all() else uid,
        predecessor=predecessor[inside],
        successor=successor[inside],
        type=kind[inside],
        lag=lag[inside],
    )
    outside = np.flatnonzero((predecessor >= 0) ^ (successor >= 0))
    for row in np.flatnonzero((predecessor < 0) & (successor < 0)).tolist():
        repairs.add(
            "dangling-link",
            "error",
            f"TASKPRED row {row + 1}",
            "neither of its activities is in the file",
            "left out",
        )
    if not outside.size:
        return relationships, make_table(ExternalLinks, 0)
    incoming = predecessor[outside] < 0
    other = np.where(incoming, _picked(before, outside), _picked(after, outside))
    far = np.where(
        incoming,
        np.array(table.texts("pred_proj_id"), dtype=object)[outside],
        np.array(table.texts("proj_id"), dtype=object)[outside],
    )
    _report_external(table, outside, other, far, projects, activities, repairs)
    external = make_table(
        ExternalLinks,
        outside.size,
        uid=np.array(uid, dtype=object)[outside],
        activity=np.where(incoming, successor[outside], predecessor[outside]),
        incoming=incoming,
        other_uid=other,
        other_project=far,
        type=kind[outside],
        lag=lag[outside],
    )
    return relationships, external


def _picked(column: Ids, rows: npt.NDArray[np.int64]) -> npt.NDArray[np.object_]:
    return np.array(column.as_texts(), dtype=object)[rows]


def _report_external(
    table: XerTable,
    rows: npt.NDArray[np.int64],
    other: npt.NDArray[np.object_],
    far: npt.NDArray[np.object_],
    projects: tuple[Project, ...],
    activities: Activities,
    repairs: Repairs,
) -> None:
    """A link into a project that is in the file with its activities should have had both ends."""
    full = {projects[row].uid for row in np.unique(activities.project).tolist()}
    for row, uid, project in zip(rows.tolist(), other.tolist(), far.tolist(), strict=True):
        here = not project or project in full
        repairs.add(
            "dangling-link" if here else "external-link",
            "error" if here else "info",
            f"TASKPRED row {row + 1}",
            f"activity {uid!r} is not in the file",
            "kept as a link to outside the file",
        )


def _with_data_date(
    row: int, project: Project, activities: Activities, repairs: Repairs
) -> Project:
    """The project with a data date: its planned start where the file has none."""
    if project.data_date != NO_TIME or not (activities.project == row).any():
        return project
    found = project.planned_start
    if found == NO_TIME:
        mine = activities.project == row
        starts = np.concatenate(
            [
                column[mine]
                for column in (
                    activities.actual_start,
                    activities.stored_early_start,
                    activities.planned_start,
                )
            ]
        )
        found = -latest(np.where(starts == NO_TIME, NO_TIME, -starts), NO_TIME)
    absent = found in (NO_TIME, -NO_TIME)
    repairs.add(
        "no-data-date",
        "warning",
        f"PROJECT {project.code}",
        "the project has no data date",
        "none can be made up" if absent else "its earliest start taken",
    )
    return project if absent else replace(project, data_date=found)
