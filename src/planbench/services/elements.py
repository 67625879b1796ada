"""Elements of the work breakdown structure that come, go and are named, as undoable steps.

Moves of elements are in `planbench.services.moving`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from planbench.domain.schedule import NO_ROW, Flags, Schedule, Wbs, make_table
from planbench.services.document import Document
from planbench.services.editing import EditError
from planbench.services.moving import family_of, in_place
from planbench.services.rewiring import SetRows, free_uids, joined, kept_baseline, without
from planbench.services.undo import Command, SetCells, SetSchedule

NEW_NAME = "New WBS element"
_TOUCHED = ("wbs.*", "activities.wbs")


@dataclass(frozen=True)
class NewElement:
    """The step that inserts a WBS element, and the uid it will have."""

    command: Command
    uid: str


def insert_element(document: Document, beside: int) -> NewElement:
    """The step that adds a WBS element behind another one, or as the last below the top element.

    `beside` is a row of the WBS; -1 makes the top element of a project that has none. The new
    code is the next free one of its level. Raises EditError where -1 is given and there is a WBS,
    or there is no project.
    """
    schedule = document.schedule
    wbs = schedule.wbs
    if not schedule.projects:
        raise EditError("There is no project to put a WBS element into.")
    if beside == NO_ROW:
        if len(wbs):
            raise EditError("Select the WBS element that the new one shall stand behind.")
        project, parent = schedule.main_project, NO_ROW
        code, name = schedule.projects[project].code, schedule.projects[project].name
    else:
        project, parent = int(wbs.project[beside]), int(wbs.parent[beside])
        parent = beside if parent == NO_ROW else parent
        code, name = next_element_code(schedule, parent), NEW_NAME
    (uid,) = free_uids(wbs.uid.tolist(), len(wbs))
    made = make_table(
        Wbs, 1, uid=[uid], code=[code], name=[name], parent=[parent], project=[project]
    )
    grown = replace(schedule, wbs=joined(wbs, made))
    after = beside if parent != beside else NO_ROW
    placed = in_place(grown, len(wbs), parent, after) or grown
    return NewElement(SetSchedule(f"Insert WBS element {code}", placed, _TOUCHED), uid)


def next_element_code(schedule: Schedule, parent: int) -> str:
    """A code that no element below `parent` has: one more than the highest number among them.

    The beginning and the width of that number are kept: after `S.09` comes `S.10`; without
    numbers the count of elements does.
    """
    taken = schedule.wbs.code[schedule.wbs.parent == parent].tolist()
    numbers = [found for code in taken if (found := re.fullmatch(r"(.*?)(\d{1,9})", code))]
    if not numbers:
        number = len(taken) + 1
        while str(number) in taken:
            number += 1
        return str(number)
    last = max(numbers, key=lambda found: int(found[2]))
    number = int(last[2]) + 1
    while (code := f"{last[1]}{number:0{len(last[2])}d}") in taken:
        number += 1
    return code


def rename_element(document: Document, wbs: int, text: str) -> Command | None:
    """The step that names a WBS element; None when it is called so already.

    Raises EditError for an empty name.
    """
    name = text.strip()
    if not name:
        raise EditError("A WBS element needs a name.")
    if document.schedule.wbs.name[wbs] == name:
        return None
    code = document.schedule.wbs.code[wbs]
    return SetCells(f"Rename WBS element {code}", "wbs", "name", [wbs], [name])


def recode_element(document: Document, wbs: int, text: str) -> Command | None:
    """The step that gives a WBS element another code; None when it has it already.

    Raises EditError for an empty code and for one that stands beside it already.
    """
    schedule, code = document.schedule, text.strip()
    if not code:
        raise EditError("A WBS element needs a code.")
    if schedule.wbs.code[wbs] == code:
        return None
    if code in schedule.wbs.code[family_of(schedule, wbs)].tolist():
        raise EditError(f"There is a WBS element “{code}” beside it already.")
    return SetCells(f"Set code of {schedule.wbs.name[wbs]}", "wbs", "code", [wbs], [code])


@dataclass(frozen=True)
class Branch:
    """What hangs on a WBS element: rows of the elements of its branch and of their activities."""

    elements: Flags
    activities: Flags

    @property
    def empty(self) -> bool:
        """Whether nothing but the element itself would go."""
        return int(self.elements.sum()) == 1 and not self.activities.any()

    @property
    def words(self) -> str:
        """Its content in words: "2 elements and 14 activities"."""
        below, work = int(self.elements.sum()) - 1, int(self.activities.sum())
        parts = [
            f"{count:,} {one if count == 1 else many}"
            for count, one, many in (
                (below, "element", "elements"),
                (work, "activity", "activities"),
            )
            if count
        ]
        return " and ".join(parts)


def branch_of(schedule: Schedule, wbs: int) -> Branch:
    """What hangs on a WBS element; parents come before their children."""
    inside = np.zeros(len(schedule.wbs), dtype=bool)
    inside[wbs] = True
    parent = schedule.wbs.parent
    for row in range(wbs + 1, len(schedule.wbs)):
        above = int(parent[row])
        inside[row] = above != NO_ROW and inside[above]
    own = schedule.activities.wbs
    known = (own >= 0) & (own < len(schedule.wbs))
    return Branch(inside, known & inside[np.where(known, own, 0)])


def delete_element(document: Document, wbs: int, with_content: bool) -> Command:
    """The step that takes a WBS element away, with all below it or its content moving up.

    What moves up stands where the element stood, in its order. Raises EditError for the top
    element of a project, and when no activity would be left.
    """
    schedule = document.schedule
    above = int(schedule.wbs.parent[wbs])
    if above == NO_ROW:
        raise EditError("The top element is the project itself: it cannot be deleted.")
    branch = branch_of(schedule, wbs)
    label = f"Delete WBS element {schedule.wbs.code[wbs]}"
    if not with_content:
        gone = np.zeros(len(schedule.wbs), dtype=bool)
        gone[wbs] = True
        return SetSchedule(label, _less(schedule, gone, above), _TOUCHED)
    if branch.activities.all():
        raise EditError("A schedule needs one activity at least: all of them are in this element.")
    less = _less(schedule, branch.elements, above)
    if not branch.activities.any():
        return SetSchedule(label, less, _TOUCHED)
    keep = ~branch.activities
    count = int(branch.activities.sum())
    words = f"{label} with {count:,} {'activity' if count == 1 else 'activities'}"
    baseline = None if document.baseline is None else kept_baseline(document.baseline, keep)
    return SetRows(words, without(less, keep), baseline)


def _less(schedule: Schedule, gone: Flags, above: int) -> Schedule:
    """The schedule without some elements; what hung on them hangs on `above` now."""
    wbs, keep = schedule.wbs, ~gone
    new_row = np.where(keep, np.cumsum(keep) - 1, NO_ROW).astype(np.int32)
    new_row[gone] = new_row[above]

    def renumbered(rows: Any) -> Any:
        known = (rows >= 0) & (rows < len(wbs))
        return np.where(known, new_row[np.where(known, rows, 0)], NO_ROW).astype(np.int32)

    fields, kept = schedule.udf_values, schedule.udf_values
    if len(fields):
        uids = set(wbs.uid[gone].tolist())
        about = schedule.udf_types.table[fields.type] == "PROJWBS"
        dead = [a and s in uids for a, s in zip(about, fields.subject.tolist(), strict=True)]
        kept = fields.take(~np.array(dead, dtype=bool)) if any(dead) else fields
    left = wbs.take(keep)
    return replace(
        schedule,
        wbs=left.with_columns(parent=renumbered(left.parent)),
        activities=schedule.activities.with_columns(wbs=renumbered(schedule.activities.wbs)),
        udf_values=kept,
    )
