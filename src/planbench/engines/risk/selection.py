"""Which activities of a schedule a part of the risk model speaks of."""

from __future__ import annotations

import numpy as np

from planbench.domain.errors import ModelError
from planbench.domain.schedule import Flags, Rows, Schedule
from planbench.engines.risk.model import Where


def wbs_paths(schedule: Schedule) -> list[str]:
    """Full path of every WBS node, codes joined by dots."""
    paths: list[str] = []
    for code, parent in zip(schedule.wbs.code.tolist(), schedule.wbs.parent.tolist(), strict=True):
        paths.append(f"{paths[parent]}.{code}" if parent >= 0 else code)
    return paths


def selected(schedule: Schedule, where: Where, at: str = "") -> Flags:
    """Mask of the activities that meet every condition.

    Raises ModelError for an id, WBS node, code or calendar that the schedule does not have.
    """
    mask = np.ones(len(schedule), dtype=np.bool_)
    if where.ids:
        mask &= _by_ids(schedule, where.ids, at)
    if where.wbs:
        mask &= _by_wbs(schedule, where.wbs, at)
    for kind, value in where.code:
        mask &= _by_code(schedule, kind, value, at)
    if where.calendar:
        mask &= _by_calendar(schedule, where.calendar, at)
    return mask


WBS = "WBS "
"""Begins the name of a WBS element among what is watched."""


def watched_rows(schedule: Schedule, name: str) -> Rows:
    """Rows of an activity by its id, or of what is in a WBS element by `WBS ` and its path.

    Raises ModelError for what the schedule does not have.
    """
    row = schedule.row_of_code.get(name)
    if row is not None:
        return np.array([row], dtype=np.int32)
    if name.startswith(WBS):
        inside = _by_wbs(schedule, name.removeprefix(WBS).strip(), "watch")
        return np.flatnonzero(inside).astype(np.int32)
    mend = "Correct or remove the id; a WBS element is written as WBS and its code."
    raise ModelError(f"there is no activity {name}", "watch", mend)


def _by_ids(schedule: Schedule, ids: tuple[str, ...], at: str) -> Flags:
    mask = np.zeros(len(schedule), dtype=np.bool_)
    for code in ids:
        row = schedule.row_of_code.get(code)
        if row is None:
            raise ModelError(f"there is no activity {code}", at, "Correct or remove the id.")
        mask[row] = True
    return mask


def _by_wbs(schedule: Schedule, text: str, at: str) -> Flags:
    paths = wbs_paths(schedule)
    inside = np.zeros(len(paths) + 1, dtype=np.bool_)  # the last one is for "no node"
    parents = schedule.wbs.parent.tolist()
    codes = schedule.wbs.code.tolist()
    for row, path in enumerate(paths):
        own = text in (path, codes[row], path.partition(".")[2])
        inside[row] = own or (parents[row] >= 0 and bool(inside[parents[row]]))
    if not inside.any():
        raise ModelError(f"there is no WBS node {text}", at, "Give its code or its whole path.")
    return inside[schedule.activities.wbs]


def _by_code(schedule: Schedule, kind: str, value: str, at: str) -> Flags:
    types, values = schedule.code_types, schedule.code_values
    rows = [
        row
        for row, (of, code, name) in enumerate(
            zip(values.type.tolist(), values.code.tolist(), values.name.tolist(), strict=True)
        )
        if of >= 0 and types.name[of] == kind and value in (code, name)
    ]
    if not rows:
        raise ModelError(f"there is no activity code {kind} with the value {value}", at)
    mask = np.zeros(len(schedule), dtype=np.bool_)
    given = schedule.code_assignments
    mask[given.activity[np.isin(given.value, rows)]] = True
    return mask


def _by_calendar(schedule: Schedule, name: str, at: str) -> Flags:
    rows = [
        row
        for row, calendar in enumerate(schedule.calendars)
        if name in (calendar.name, calendar.uid)
    ]
    if not rows:
        raise ModelError(f"there is no calendar {name}", at)
    return np.isin(schedule.activities.calendar, rows)
