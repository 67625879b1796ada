"""What a change did to the finish: undo it in the newer schedule, calculate again, look."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields, replace
from typing import Any

import numpy as np

from planbench.domain.schedule import (
    NO_ROW,
    Activities,
    Constraint,
    Relationships,
    Schedule,
    Status,
)
from planbench.domain.times import DAY, NO_TIME
from planbench.engines.compare.changes import Changes
from planbench.engines.compare.compare import Comparison
from planbench.engines.compare.matching import Matching
from planbench.engines.cpm import schedule_network

REVERTIBLE = frozenset(
    (
        "activity-added",
        "activity-deleted",
        "activity-type",
        "duration",
        "progress",
        "actual-changed",
        "calendar",
        "calendar-content",
        "constraint",
        "logic-added",
        "logic-deleted",
        "logic-type",
        "lag",
        "option",
        "project",
    )
)
"""Types of changes that dates can follow from; undoing another one moves nothing."""

_COLUMNS = {
    "constraint": ("constraint", "constraint_date"),
    "constraint2": ("constraint2", "constraint2_date"),
}


def reverted(
    old: Schedule, new: Schedule, matching: Matching, changes: Changes, chosen: Sequence[int]
) -> Schedule:
    """`new` with the chosen changes undone. Rows of `new` keep their places.

    A deleted activity comes back at the end with its links to activities that are still there; an
    added one loses its links and takes no time. Activities that come back have the status that
    `old` gives them.
    """
    picked = np.asarray(chosen, dtype=np.int64)
    kinds = changes.type[picked]
    back = picked[kinds == "activity-deleted"]
    schedule = _options_back(old, new, changes, picked)
    schedule = _calendars_back(old, schedule, changes, picked)
    calendars, place = _calendar_places(old, schedule, matching)
    schedule = replace(schedule, calendars=calendars)
    deleted = changes.old_row[back]
    schedule, row_of_old = _with_deleted(old, schedule, matching, deleted, place)
    columns = {name: column.copy() for name, column in schedule.activities.columns()}
    gone = changes.new_row[picked[kinds == "activity-added"]]
    _fields_back(old, columns, place, changes, picked)
    _emptied(columns, gone)
    links = _links_back(old, schedule, row_of_old, changes, picked, gone, deleted)
    return replace(schedule, activities=Activities(**columns), relationships=links)


def _options_back(old: Schedule, new: Schedule, changes: Changes, picked: Any) -> Schedule:
    kinds, fields_ = changes.type[picked], changes.field[picked]
    names = fields_[kinds == "option"].tolist()
    target = "must_finish_by" in fields_[kinds == "project"].tolist()
    if not names and not target:
        return new
    was = old.projects[old.main_project]
    projects = list(new.projects)
    row = new.main_project
    options = {name: getattr(was.options, name) for name in names}
    projects[row] = replace(
        projects[row],
        options=replace(projects[row].options, **options),
        must_finish_by=was.must_finish_by if target else projects[row].must_finish_by,
    )
    return replace(new, projects=tuple(projects))


def _calendars_back(old: Schedule, new: Schedule, changes: Changes, picked: Any) -> Schedule:
    mine = picked[changes.type[picked] == "calendar-content"]
    if not mine.size:
        return new
    calendars = list(new.calendars)
    for k in mine.tolist():
        calendars[int(changes.new_item[k])] = old.calendars[int(changes.old_item[k])]
    return replace(new, calendars=tuple(calendars))


def _with_deleted(
    old: Schedule, new: Schedule, matching: Matching, rows: Any, place: Any
) -> tuple[Schedule, Any]:
    """`new` with rows of `old` at its end, and the row of every old activity in it."""
    row_of_old = matching.new_of_old.copy()
    if not len(rows):
        return new, row_of_old
    row_of_old[rows] = len(new) + np.arange(len(rows))
    extra = old.activities.take(rows)
    extra = extra.with_columns(
        calendar=place[extra.calendar],
        wbs=np.full(len(rows), NO_ROW, dtype=np.int32),
        project=np.full(len(rows), new.main_project, dtype=np.int32),
    )
    joined = {
        name: np.concatenate((column, getattr(extra, name)))
        for name, column in new.activities.columns()
    }
    return replace(new, activities=Activities(**joined)), row_of_old


def _calendar_places(old: Schedule, new: Schedule, matching: Matching) -> tuple[Any, Any]:
    """Calendars of `new`, then those of `old` without a partner; where each old one is."""
    calendars, places = list(new.calendars), []
    for calendar, partner in zip(old.calendars, matching.calendar_new_of_old, strict=True):
        places.append(partner if partner >= 0 else len(calendars))
        if partner < 0:
            calendars.append(calendar)
    same = len(calendars) == len(new.calendars)
    return (new.calendars if same else tuple(calendars)), np.array([*places, -1], dtype=np.int32)


def _fields_back(
    old: Schedule, columns: dict[str, Any], place: Any, changes: Changes, picked: Any
) -> None:
    names = {item.name for item in fields(Activities)}
    simple = np.isin(
        changes.type[picked].astype(str), ("duration", "progress", "actual-changed", "constraint")
    )
    chosen = picked[simple]
    wanted = changes.field[chosen]
    for field in set(wanted.tolist()):
        mine = chosen[wanted == field]
        source, target = changes.old_row[mine], changes.new_row[mine]
        for name in _COLUMNS.get(field, (field,)):
            if name in names:
                columns[name][target] = getattr(old.activities, name)[source]
    for kind, name in (("activity-type", "type"), ("calendar", "calendar")):
        mine = picked[changes.type[picked] == kind]
        values = getattr(old.activities, name)[changes.old_row[mine]]
        if name == "calendar":
            values = place[values]
        columns[name][changes.new_row[mine]] = values


def _emptied(columns: dict[str, Any], rows: Any) -> None:
    idle = rows[columns["status"][rows] == Status.NOT_STARTED] if len(rows) else rows
    columns["original_duration"][idle] = 0
    columns["remaining_duration"][idle] = 0
    for name in ("constraint", "constraint2"):
        columns[name][rows] = Constraint.NONE
        columns[f"{name}_date"][rows] = NO_TIME


def _links_back(
    old: Schedule,
    schedule: Schedule,
    row_of_old: Any,
    changes: Changes,
    picked: Any,
    gone: Any,
    back: Any,
) -> Relationships:
    was, now = old.relationships, schedule.relationships
    kinds = changes.type[picked].astype(str)
    columns = {name: column.copy() for name, column in now.columns()}
    edited = picked[np.isin(kinds, ("lag", "logic-type"))]
    for name in ("type", "lag", "lag_format"):
        columns[name][changes.new_item[edited]] = getattr(was, name)[changes.old_item[edited]]
    keep = np.ones(len(now), dtype=bool)
    keep[changes.new_item[picked[kinds == "logic-added"]]] = False
    if len(gone):
        lost = np.zeros(len(schedule), dtype=bool)
        lost[gone] = True
        keep &= ~(lost[now.predecessor] | lost[now.successor])
    again = np.zeros(len(was), dtype=bool)
    again[changes.old_item[picked[kinds == "logic-deleted"]]] = True
    if len(back):
        returned = np.zeros(len(old), dtype=bool)
        returned[back] = True
        again |= returned[was.predecessor] | returned[was.successor]
    ends = row_of_old[was.predecessor], row_of_old[was.successor]
    rows = np.flatnonzero(again & (ends[0] != NO_ROW) & (ends[1] != NO_ROW))
    extra = was.take(rows).with_columns(predecessor=ends[0][rows], successor=ends[1][rows])
    joined = {
        name: np.concatenate((column[keep], getattr(extra, name)))
        for name, column in columns.items()
    }
    return Relationships(**joined)


def finish_effect(comparison: Comparison, chosen: Sequence[int]) -> float | None:
    """Calendar days by which the finish would move if the chosen changes were undone.

    Positive: it would come later, so the change drew it forward. None without a finish. Raises
    LoopError where undoing closes a loop of links.
    """
    schedule = reverted(
        comparison.old, comparison.new, comparison.matching, comparison.changes, chosen
    )
    after = comparison.new_finish(schedule, schedule_network(schedule))
    before = comparison.finishes[1]
    return None if NO_TIME in (after, before) else (after - before) / DAY
