"""Ways to group and to sift the activities of a plan besides the WBS.

A grouping's bands are the same whatever the dates are: bands without activities are not shown.
"""

from __future__ import annotations

import numpy as np

from planbench.domain.schedule import NO_ROW, ActivityType, Flags, Rows, Schedule, Status
from planbench.domain.times import DAY, NO_TIME
from planbench.scenes.facts import Facts
from planbench.scenes.outline import Outline, build_outline

BY_WBS, BY_NONE, BY_CALENDAR, BY_STATUS, BY_CRITICAL = (
    "wbs",
    "none",
    "calendar",
    "status",
    "critical",
)

QUICK_FILTERS: dict[str, str] = {
    "": "All activities",
    "critical": "Critical",
    "near": "Near-critical",
    "in-progress": "In progress",
    "not-started": "Not started",
    "next-weeks": "Next four weeks",
    "open-ends": "Open ends",
}
"""Filters that need no words, by what they are called."""

WEEKS = 4
"""Weeks after the data date that "Next four weeks" shows."""


def groupings(schedule: Schedule) -> dict[str, str]:
    """What a schedule can be grouped by: ids and titles, activity codes last."""
    found = {
        BY_WBS: "WBS",
        BY_NONE: "No groups",
        BY_STATUS: "Status",
        BY_CRITICAL: "Critical",
        BY_CALENDAR: "Calendar",
    }
    for row, name in enumerate(schedule.code_types.name.tolist()):
        found[f"code:{row}"] = str(name)
    return found


def grouped_outline(schedule: Schedule, facts: Facts, by: str = BY_WBS) -> Outline:
    """The tree of a schedule under one of its `groupings`; `facts` are those of its activities."""
    if by in (BY_WBS, BY_NONE):
        return build_outline(schedule, by == BY_WBS)
    names, band = _groups(schedule, facts, by)
    parent = np.full(len(names) + len(schedule), NO_ROW, dtype=np.int32)
    parent[len(names) :] = band
    return Outline(len(names), len(schedule), parent, tuple(names))


def _groups(schedule: Schedule, facts: Facts, by: str) -> tuple[list[str], Rows]:
    """Names of the bands, and the band of each activity."""
    acts = schedule.activities
    if by == BY_STATUS:
        order = (Status.IN_PROGRESS, Status.NOT_STARTED, Status.COMPLETE)
        place = np.zeros(len(Status), dtype=np.int32)
        place[list(order)] = np.arange(len(order))
        return ["In progress", "Not started", "Complete"], place[acts.status]
    if by == BY_CRITICAL:
        band = np.where(facts.critical, 0, np.where(facts.near, 1, 2))
        return ["Critical", "Near-critical", "Others"], band.astype(np.int32)
    if by == BY_CALENDAR:
        names = [calendar.name for calendar in schedule.calendars]
        known = (acts.calendar >= 0) & (acts.calendar < len(names))
        return [*names, "No calendar"], np.where(known, acts.calendar, len(names)).astype(np.int32)
    kind = int(by.removeprefix("code:"))
    values = np.flatnonzero(schedule.code_values.type == kind)
    names = [
        f"{schedule.code_values.code[v]}  {schedule.code_values.name[v]}".strip() for v in values
    ]
    place = np.full(len(schedule.code_values) + 1, len(names), dtype=np.int32)
    place[values] = np.arange(values.size)
    band = np.full(len(schedule), len(names), dtype=np.int32)
    assigned = schedule.code_assignments
    mine = schedule.code_values.type[assigned.value] == kind
    band[assigned.activity[mine]] = place[assigned.value[mine]]
    return [*names, "Without a value"], band


def quick_filter(name: str, schedule: Schedule, facts: Facts) -> Flags | None:
    """The activities that one of `QUICK_FILTERS` lets pass; None for all of them.

    Raises KeyError for an unknown filter.
    """
    QUICK_FILTERS[name]
    if not name:
        return None
    if name in ("critical", "near"):
        flags: Flags = facts.critical if name == "critical" else facts.near
        return flags
    if name == "in-progress":
        return np.asarray(facts.status == Status.IN_PROGRESS)
    if name == "not-started":
        return np.asarray(facts.status == Status.NOT_STARTED)
    if name == "open-ends":
        return open_ends(schedule)
    first = schedule.data_date
    there: Flags = (facts.start != NO_TIME) & (facts.finish != NO_TIME)
    there &= facts.status != Status.COMPLETE
    if first == NO_TIME:
        return there
    last = first + WEEKS * 7 * DAY
    return np.asarray(there & (facts.start < last) & (facts.finish >= first))


def open_ends(schedule: Schedule) -> Flags:
    """Activities without a predecessor or without a successor, links to other files counted.

    Levels of effort and WBS summaries take their dates from elsewhere and are left out.
    """
    n, links, outside = len(schedule), schedule.relationships, schedule.external_links
    driven = np.zeros(n, dtype=bool)
    drives = np.zeros(n, dtype=bool)
    driven[links.successor] = True
    drives[links.predecessor] = True
    driven[outside.activity[outside.incoming]] = True
    drives[outside.activity[~outside.incoming]] = True
    kinds = (ActivityType.LEVEL_OF_EFFORT, ActivityType.WBS_SUMMARY)
    return np.asarray(~(driven & drives) & ~np.isin(schedule.activities.type, kinds))
