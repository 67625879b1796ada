"""What goes into a merge: schedules, links between them, and the choices of the planner."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from planbench.domain.calendars import Calendar, normal_shifts
from planbench.domain.reports import Repair
from planbench.domain.schedule import NO_ROW, Flags, Rows, Schedule
from planbench.domain.times import NO_TIME


@dataclass(frozen=True)
class LinkRequest:
    """A relationship to be made between activities of different schedules.

    A project is named by its id or its file; "" where the activity id is enough. `lag` counts
    working days ("d") or hours ("h") of the calendar that the scheduling options name. `agreed`
    is the date of the interface, if one was agreed.
    """

    predecessor_project: str
    predecessor: str
    successor_project: str
    successor: str
    type: int = 0  # LinkType
    lag: float = 0.0
    lag_unit: str = "d"
    agreed: int = NO_TIME
    where: str = ""


@dataclass(frozen=True)
class CodeRule:
    """The value of an activity code under its name in the master.

    `value` "N*" takes all that begin with N, "*" all; the most exact rule counts. A master value
    that ends in * keeps what follows the beginning.
    """

    type: str
    value: str
    to_type: str
    to_value: str = ""  # "": as it is called


@dataclass(frozen=True)
class MergeOptions:
    """Choices of the planner."""

    match_calendars: bool = True  # same working time is one calendar
    match_resources: bool = True
    resources_by_name: bool = False  # other ids, but the same name and kind: one resource
    latest_data_date: bool = False  # all projects take the latest data date of all
    programme_float: bool = False  # floats run to the finish of the programme, not the project's
    codes: tuple[CodeRule, ...] = ()


@dataclass(frozen=True)
class Part:
    """One schedule to be merged and what it is called in the report."""

    schedule: Schedule
    name: str


@dataclass
class Notes:
    """What the merge did, in the order in which it was done."""

    found: list[Repair] = field(default_factory=list)

    def add(self, code: str, severity: str, where: str, message: str, action: str) -> None:
        """Note one thing; `severity` is info, warning (a conflict) or error."""
        self.found.append(Repair(code, severity, where, message, action))


@dataclass
class Placing:
    """Where the rows of one part stand in the merged schedule.

    `rows[table]` is the merged row of every row of the part, with NO_ROW at the end so that a
    reference to no row stays one. `kept[table]` are the rows that the part brings along.
    """

    part: Part
    rows: dict[str, Rows] = field(default_factory=dict)
    kept: dict[str, Flags] = field(default_factory=dict)
    base: dict[str, int] = field(default_factory=dict)  # first row of what hangs on activities
    project_uids: list[str] = field(default_factory=list)  # of all merged projects

    @property
    def label(self) -> str:
        """A short name that tells the part's rows from others': its project's id."""
        schedule = self.part.schedule
        if schedule.projects:
            return schedule.projects[schedule.main_project].code or self.part.name
        return self.part.name

    def place(self, table: str, rows: list[int], kept: list[bool]) -> None:
        """Set the merged rows of a table."""
        self.rows[table] = np.array([*rows, NO_ROW], dtype=np.int32)
        self.kept[table] = np.array(kept, dtype=np.bool_)

    def place_after(self, table: str, base: int, kept: Flags) -> int:
        """Place the kept rows one after the other from `base` on; the next free row."""
        rows = np.where(kept, base + np.cumsum(kept) - 1, NO_ROW)
        self.rows[table] = np.append(rows, NO_ROW).astype(np.int32)
        self.kept[table] = kept
        return base + int(kept.sum())


def span_of(parts: tuple[Part, ...]) -> tuple[int, int]:
    """Days [first, last) in which the parts work: all their dates with ten years on either side."""
    dates = [
        column[column != NO_TIME]
        for part in parts
        for name, column in part.schedule.activities.columns()
        if name.startswith(("actual_", "planned_", "stored_"))
        and name.endswith(("start", "finish"))
    ]
    own = [p.data_date for part in parts for p in part.schedule.projects if p.data_date != NO_TIME]
    together = np.concatenate([*dates, np.array(own, dtype=np.int64)])
    if not together.size:
        return -(10**6), 10**6
    decade = 3653
    return int(together.min() // 1440) - decade, int(together.max() // 1440) + decade


def free_name(name: str, label: str, taken: set[str], longest: int = 0) -> str:
    """`name` with the label behind it, and a number where that is taken as well (any case).

    Cut to `longest` characters where that is given.
    """
    for number in range(1, 1_000_000):
        tail = f" ({label})" if number == 1 else f" ({label} {number})"
        made = f"{name[: longest - len(tail)] if longest else name}{tail}"
        if made.casefold() not in taken:
            return made
    raise AssertionError("a million equal names")


def fresh_uids(wanted: list[str]) -> list[str]:
    """Ids as plain numbers of their own: as wanted where they are so, else above all others."""
    used: set[str] = set()
    found: list[str] = []
    for uid in wanted:
        good = uid.isascii() and uid.isdigit() and len(uid) < 10 and str(int(uid)) == uid
        found.append(uid if good and uid not in used else "")
        used.add(found[-1])
    last = max((int(uid) for uid in found if uid), default=0)
    for row, uid in enumerate(found):
        if not uid:
            last += 1
            found[row] = str(last)
    return found


def effective(calendar: Calendar, span: tuple[int, int]) -> tuple[object, ...]:
    """What makes two calendars the same: their week, their exceptions in the span, their hours."""
    week = tuple(normal_shifts(day) for day in calendar.week)
    exceptions = tuple(
        (day, normal_shifts(shifts))
        for day, shifts in sorted(calendar.exceptions.items())
        if span[0] <= day < span[1] and normal_shifts(shifts) != week[(day + 3) % 7]
    )
    return week, exceptions, calendar.hours_per_day, calendar.hours_per_week
