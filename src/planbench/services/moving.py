"""Moves in the work breakdown structure, as undoable steps: activities, and elements of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from planbench.domain.schedule import NO_ROW, Schedule
from planbench.services.document import Document
from planbench.services.editing import EditError
from planbench.services.undo import Command, SetCells, SetSchedule


def move_activities(document: Document, rows: Sequence[int], wbs: int) -> Command | None:
    """The step that puts activities into another WBS element; None when all are there already.

    Raises EditError when the element belongs to another project than an activity.
    """
    schedule = document.schedule
    acts = schedule.activities
    found = [row for row in rows if acts.wbs[row] != wbs]
    if not found:
        return None
    if (acts.project[found] != schedule.wbs.project[wbs]).any():
        raise EditError("An activity cannot move into the WBS of another project.")
    what = str(acts.code[found[0]]) if len(found) == 1 else f"{len(found)} activities"
    label = f"Move {what} to {schedule.wbs.name[wbs]}"
    return SetCells(label, "activities", "wbs", found, wbs)


def move_element(document: Document, wbs: int, parent: int, after: int = NO_ROW) -> Command | None:
    """The step that puts a WBS element below another one, behind `after` or as the last there.

    Raises EditError when it would stand below itself or in another project.
    """
    schedule = document.schedule
    above = schedule.wbs.parent.tolist()
    if parent == NO_ROW or above[wbs] == NO_ROW:
        raise EditError("The top element is the project itself: it stays where it is.")
    at = parent
    while at != NO_ROW:
        if at == wbs:
            raise EditError("A WBS element cannot stand below itself.")
        at = above[at]
    if schedule.wbs.project[wbs] != schedule.wbs.project[parent]:
        raise EditError("A WBS element cannot move into another project.")
    changed = in_place(schedule, wbs, parent, after)
    if changed is None:
        return None
    return SetSchedule(f"Move {schedule.wbs.name[wbs]}", changed, ("wbs.parent", "activities.wbs"))


def in_place(schedule: Schedule, wbs: int, parent: int, after: int = NO_ROW) -> Schedule | None:
    """The schedule with a WBS element below `parent`, behind `after` or last; None as it was."""
    children: dict[int, list[int]] = {}
    for row, of in enumerate(schedule.wbs.parent.tolist()):
        if row != wbs:
            children.setdefault(of, []).append(row)
    family = children.setdefault(parent, [])
    family.insert(family.index(after) + 1 if after in family else len(family), wbs)
    return _reordered(schedule, children)


def indent(document: Document, wbs: int) -> Command | None:
    """The step that puts a WBS element below the one before it.

    Raises EditError when it is the first of its level.
    """
    family = family_of(document.schedule, wbs)
    place = family.index(wbs)
    if place == 0:
        raise EditError("There is no element before it to stand below.")
    return move_element(document, wbs, family[place - 1])


def outdent(document: Document, wbs: int) -> Command | None:
    """The step that puts a WBS element beside the one it stands below, behind it.

    Raises EditError at the top level.
    """
    parents = document.schedule.wbs.parent
    above = int(parents[wbs])
    if above == NO_ROW or int(parents[above]) == NO_ROW:
        raise EditError("It stands at the top level of its project already.")
    return move_element(document, wbs, int(parents[above]), above)


def shift(document: Document, wbs: int, step: int) -> Command | None:
    """The step that swaps an element with the one before (-1) or behind it (1); None at the end."""
    schedule = document.schedule
    parent, family = int(schedule.wbs.parent[wbs]), family_of(schedule, wbs)
    place = family.index(wbs) + step
    if parent == NO_ROW or not 0 <= place < len(family):
        return None
    first, second = (wbs, family[place]) if step > 0 else (family[place], wbs)
    return move_element(document, first, parent, second)


def family_of(schedule: Schedule, wbs: int) -> list[int]:
    """The elements beside one, with it."""
    wbs_parent = schedule.wbs.parent
    found: list[int] = np.flatnonzero(wbs_parent == wbs_parent[wbs]).tolist()
    return found


def _reordered(schedule: Schedule, children: dict[int, list[int]]) -> Schedule | None:
    """The schedule with its WBS in this order (children by parent); None when that is as it was."""
    order: list[int] = []
    parent_of: dict[int, int] = {}
    open_ = list(reversed(children.get(NO_ROW, [])))
    while open_:
        row = open_.pop()
        order.append(row)
        below = children.get(row, [])
        parent_of |= dict.fromkeys(below, row)
        open_.extend(reversed(below))
    wbs = schedule.wbs
    rows = np.array(order, dtype=np.int32)
    new_row = np.full(len(wbs) + 1, NO_ROW, dtype=np.int32)
    new_row[rows] = np.arange(rows.size)
    parent = new_row[[parent_of.get(row, NO_ROW) for row in order]]
    if (rows == np.arange(rows.size)).all() and (parent == wbs.parent).all():
        return None
    own = schedule.activities.wbs
    own = new_row[np.where((own >= 0) & (own < len(wbs)), own, NO_ROW)]
    return replace(
        schedule,
        wbs=wbs.take(rows).with_columns(parent=parent),
        activities=schedule.activities.with_columns(wbs=own),
    )
