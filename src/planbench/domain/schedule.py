"""The schedule as columns: one neutral model for every file format.

A `Schedule` is immutable. Tables are frozen dataclasses of equally long numpy columns; rows are
referred to by position (int32), which is stable within one Schedule. Times are minutes (see
`planbench.domain.times`), costs are float64 in the project's currency, texts are object columns
of str. Edits build a new Schedule that shares the columns they did not touch.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field, replace
from enum import IntEnum
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from planbench.domain.calendars import Calendar
from planbench.domain.tables import (
    NO_ROW,
    Accounts,
    Assignments,
    CodeAssignments,
    CodeTypes,
    CodeValues,
    Contour,
    Expenses,
    ExternalLinks,
    Notes,
    ResourceRates,
    Resources,
    Roles,
    Splits,
    Steps,
    Table,
    Timephased,
    UdfTypes,
    UdfValues,
    Wbs,
    column_kind,
    empty_table,
    make_table,
)
from planbench.domain.times import NO_TIME, Minutes, minutes_column

__all__ = [
    "NO_ROW",
    "TABLES",
    "Accounts",
    "Activities",
    "Activity",
    "ActivityType",
    "Adjacency",
    "Assignments",
    "Baseline",
    "BaselineColumns",
    "CodeAssignments",
    "CodeTypes",
    "CodeValues",
    "Codes",
    "Constraint",
    "Contour",
    "Critical",
    "Expenses",
    "ExternalLinks",
    "Flags",
    "FloatType",
    "LagCalendar",
    "LagFormat",
    "LinkType",
    "Logic",
    "Notes",
    "Numbers",
    "PercentType",
    "Project",
    "Relationships",
    "ResourceRates",
    "Resources",
    "Roles",
    "Rows",
    "Schedule",
    "ScheduleOptions",
    "Source",
    "Splits",
    "Status",
    "Steps",
    "Table",
    "Texts",
    "Timephased",
    "UdfTypes",
    "UdfValues",
    "Wbs",
    "adjacency",
    "column_kind",
    "empty_baseline",
    "empty_table",
    "make_table",
]

Rows = npt.NDArray[np.int32]
Codes = npt.NDArray[np.int8]
Numbers = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
Texts = npt.NDArray[np.object_]


class ActivityType(IntEnum):
    """What kind of activity a row is."""

    TASK = 0
    START_MILESTONE = 1
    FINISH_MILESTONE = 2
    LEVEL_OF_EFFORT = 3
    WBS_SUMMARY = 4
    RESOURCE_DEPENDENT = 5


class Status(IntEnum):
    """Progress of an activity."""

    NOT_STARTED = 0
    IN_PROGRESS = 1
    COMPLETE = 2


class LinkType(IntEnum):
    """Relationship type; predecessor end first."""

    FS = 0
    SS = 1
    FF = 2
    SF = 3


class Constraint(IntEnum):
    """Date constraints, in P6's terms."""

    NONE = 0
    START_ON_OR_AFTER = 1
    START_ON_OR_BEFORE = 2
    START_ON = 3
    FINISH_ON_OR_AFTER = 4
    FINISH_ON_OR_BEFORE = 5
    FINISH_ON = 6
    MANDATORY_START = 7
    MANDATORY_FINISH = 8
    AS_LATE_AS_POSSIBLE = 9


class PercentType(IntEnum):
    """How percent complete is measured."""

    DURATION = 0
    PHYSICAL = 1
    UNITS = 2


class Logic(IntEnum):
    """How progress that breaks the logic is treated."""

    RETAINED = 0
    OVERRIDE = 1
    ACTUAL_DATES = 2


class LagCalendar(IntEnum):
    """The calendar on which lags run."""

    PREDECESSOR = 0
    SUCCESSOR = 1
    PROJECT = 2
    ROUND_THE_CLOCK = 3


class FloatType(IntEnum):
    """How total float is measured."""

    FINISH = 0
    START = 1
    SMALLEST = 2


class Critical(IntEnum):
    """What makes an activity critical."""

    TOTAL_FLOAT = 0
    LONGEST_PATH = 1


@dataclass(frozen=True)
class ScheduleOptions:
    """Scheduling options of one project, as P6 stores them in SCHEDOPTIONS and PROJECT."""

    logic: Logic = Logic.RETAINED
    lag_calendar: LagCalendar = LagCalendar.PREDECESSOR
    float_type: FloatType = FloatType.FINISH
    critical: Critical = Critical.TOTAL_FLOAT
    critical_threshold: int = 0  # minutes of total float
    open_ends_critical: bool = False
    use_expected_finish: bool = True
    lag_from_early_start: bool = True
    float_to_project_finish: bool = True  # each project's own finish, not the latest of all
    ignore_external: bool = False
    sf_one_minute: bool = False  # P6 before version 7 put SF finishes one minute after the start
    engine: str = "p6"  # or "msp"


@dataclass(frozen=True)
class Project:
    """One project of a file."""

    uid: str
    code: str
    name: str
    data_date: int = NO_TIME
    planned_start: int = NO_TIME
    must_finish_by: int = NO_TIME
    scheduled_finish: int = NO_TIME
    last_scheduled: int = NO_TIME
    calendar: int = NO_ROW  # default calendar
    currency: str = ""
    exported: bool = True  # False: a stub that came along for its links
    options: ScheduleOptions = field(default_factory=ScheduleOptions)
    schedule_from_finish: bool = False  # Microsoft Project: backwards from must_finish_by
    honor_constraints: bool = True  # Microsoft Project: constraint dates win over links
    percent_from_steps: bool = False  # P6: physical percents follow from the steps


@dataclass(frozen=True)
class Activities(Table):
    """One row an activity. Durations are working minutes of the activity's own calendar."""

    uid: Texts  # id in the source (task_id, ObjectId, UID)
    code: Texts  # what planners call the activity id
    name: Texts
    project: Rows
    wbs: Rows
    calendar: Rows
    type: Codes  # ActivityType
    status: Codes  # Status
    original_duration: Minutes
    remaining_duration: Minutes
    actual_start: Minutes
    actual_finish: Minutes
    planned_start: Minutes
    planned_finish: Minutes
    expected_finish: Minutes
    suspend: Minutes
    resume: Minutes
    external_early_start: Minutes
    external_late_finish: Minutes
    constraint: Codes  # Constraint
    constraint_date: Minutes
    constraint2: Codes
    constraint2_date: Minutes
    percent_type: Codes  # PercentType
    physical_percent: Numbers  # 0..100
    # what the file itself says was calculated
    stored_early_start: Minutes
    stored_early_finish: Minutes
    stored_late_start: Minutes
    stored_late_finish: Minutes
    stored_total_float: Minutes
    stored_free_float: Minutes
    stored_longest_path: Codes  # 1, 0, or -1 where the file does not say
    stored_start: Minutes  # remaining (levelled) start and finish, where stored
    stored_finish: Minutes
    levelling_priority: Codes  # 0 top .. 4 lowest, 2 normal
    # what only Microsoft Project knows; the defaults mean that there is nothing of it
    deadline: Minutes  # caps the late finish
    manual: Flags  # keeps its planned start and finish (entered by hand, or another plan's)
    inactive: Flags  # stays in the plan but neither works nor passes dates on
    elapsed: Flags  # the durations run round the clock instead of on the calendar
    levelling_delay: Minutes  # elapsed minutes by which levelling moves the start
    fixed_duration: Flags  # assignments do not change the duration
    ignore_resource_calendar: Flags  # assignments work on the activity's calendar alone
    calendar_chosen: Flags  # the calendar is the activity's own choice, not the project's


class LagFormat(IntEnum):
    """What the lag of a relationship counts."""

    WORKING = 0  # working minutes of the calendar that the scheduling options name
    ELAPSED = 1  # minutes round the clock
    PERCENT = 2  # hundredths of a percent of the predecessor's duration
    ELAPSED_PERCENT = 3  # the same, the share running round the clock


@dataclass(frozen=True)
class Relationships(Table):
    """One row a link between two activities of this schedule."""

    uid: Texts
    predecessor: Rows
    successor: Rows
    type: Codes  # LinkType
    lag: Minutes
    lag_format: Codes  # LagFormat

    def by_end(self, end: str, n: int) -> Adjacency:
        """Rows by "predecessor" or "successor" of n activities.

        Kept with the table: a schedule whose activities alone were edited has the same links.
        """
        kept: dict[tuple[str, int], Adjacency] = self.__dict__.setdefault("_by_end", {})
        if (end, n) not in kept:
            kept[end, n] = adjacency(getattr(self, end), n)
        return kept[end, n]


@dataclass(frozen=True)
class BaselineColumns(Table):
    """A baseline's figures in the order of the activities they are compared with."""

    start: Minutes
    finish: Minutes
    duration: Minutes  # original duration, working minutes
    cost: Numbers  # NaN where there is none


@dataclass(frozen=True)
class Baseline:
    """A named baseline with columns aligned to `Schedule.activities`."""

    name: str
    data_date: int
    columns: BaselineColumns


@dataclass(frozen=True)
class Source:
    """Where a schedule came from."""

    name: str = ""
    format: str = ""  # xer, p6xml, mspdi, ...
    version: str = ""
    sha256: str = ""
    exported: int = NO_TIME
    encoding: str = ""


_TABLE_CLASSES: dict[str, type[Table]] = {
    "activities": Activities,
    "relationships": Relationships,
    "external_links": ExternalLinks,
    "wbs": Wbs,
    "code_types": CodeTypes,
    "code_values": CodeValues,
    "code_assignments": CodeAssignments,
    "udf_types": UdfTypes,
    "udf_values": UdfValues,
    "resources": Resources,
    "assignments": Assignments,
    "expenses": Expenses,
    "accounts": Accounts,
    "notes": Notes,
    "splits": Splits,
    "steps": Steps,
    "roles": Roles,
    "resource_rates": ResourceRates,
    "timephased": Timephased,
}

TABLES: tuple[str, ...] = tuple(_TABLE_CLASSES)
"""Names of the column tables of a Schedule."""


@dataclass(frozen=True)
class Schedule:
    """All of a schedule file: projects, activities, links and what hangs on them."""

    projects: tuple[Project, ...] = ()
    calendars: tuple[Calendar, ...] = ()
    activities: Activities = field(default_factory=lambda: empty_table(Activities))
    relationships: Relationships = field(default_factory=lambda: empty_table(Relationships))
    external_links: ExternalLinks = field(default_factory=lambda: empty_table(ExternalLinks))
    wbs: Wbs = field(default_factory=lambda: empty_table(Wbs))
    code_types: CodeTypes = field(default_factory=lambda: empty_table(CodeTypes))
    code_values: CodeValues = field(default_factory=lambda: empty_table(CodeValues))
    code_assignments: CodeAssignments = field(default_factory=lambda: empty_table(CodeAssignments))
    udf_types: UdfTypes = field(default_factory=lambda: empty_table(UdfTypes))
    udf_values: UdfValues = field(default_factory=lambda: empty_table(UdfValues))
    resources: Resources = field(default_factory=lambda: empty_table(Resources))
    assignments: Assignments = field(default_factory=lambda: empty_table(Assignments))
    expenses: Expenses = field(default_factory=lambda: empty_table(Expenses))
    accounts: Accounts = field(default_factory=lambda: empty_table(Accounts))
    notes: Notes = field(default_factory=lambda: empty_table(Notes))
    splits: Splits = field(default_factory=lambda: empty_table(Splits))
    steps: Steps = field(default_factory=lambda: empty_table(Steps))
    roles: Roles = field(default_factory=lambda: empty_table(Roles))
    resource_rates: ResourceRates = field(default_factory=lambda: empty_table(ResourceRates))
    timephased: Timephased = field(default_factory=lambda: empty_table(Timephased))
    baselines: tuple[Baseline, ...] = ()
    source: Source = field(default_factory=Source)

    def __len__(self) -> int:
        return len(self.activities)

    @property
    def main_project(self) -> int:
        """Position of the first exported project that has activities (0 when none has)."""
        used = set(np.unique(self.activities.project).tolist())
        for row, project in enumerate(self.projects):
            if row in used and project.exported:
                return row
        return min(used, default=0)

    @property
    def data_date(self) -> int:
        """Data date of the main project, `NO_TIME` without one."""
        return self.projects[self.main_project].data_date if self.projects else NO_TIME

    @cached_property
    def row_of_code(self) -> dict[str, int]:
        """Position of each activity id; the first one where ids repeat."""
        rows: dict[str, int] = {}
        for row, code in enumerate(self.activities.code.tolist()):
            rows.setdefault(code, row)
        return rows

    @cached_property
    def incoming(self) -> Adjacency:
        """Relationships by successor."""
        return self.relationships.by_end("successor", len(self.activities))

    @cached_property
    def outgoing(self) -> Adjacency:
        """Relationships by predecessor."""
        return self.relationships.by_end("predecessor", len(self.activities))

    def activity(self, row: int) -> Activity:
        """One activity as a plain object."""
        return Activity(self, row)

    def with_activities(self, **columns: npt.NDArray[Any]) -> Schedule:
        """A new schedule with some activity columns replaced."""
        return replace(self, activities=self.activities.with_columns(**columns))

    @cached_property
    def digest(self) -> str:
        """SHA-256 of everything that was read, independent of the machine (not of `source`)."""
        total = hashlib.sha256()
        for name in TABLES:
            table: Table = getattr(self, name)
            for column_name, column in table.columns():
                total.update(f"{name}.{column_name}:{column.size};".encode())
                if column.dtype == object:
                    total.update("\x1f".join(map(str, column.tolist())).encode())
                else:
                    total.update(_portable(column))
        for calendar in self.calendars:
            total.update(repr((calendar, sorted(calendar.exceptions.items()))).encode())
        total.update(repr(self.projects).encode())
        for baseline in self.baselines:
            total.update(baseline.name.encode())
            for _, column in baseline.columns.columns():
                total.update(_portable(column))
        return total.hexdigest()


def _portable(column: npt.NDArray[Any]) -> bytes:
    """The column's values, byte for byte the same on every machine."""
    return column.astype(column.dtype.newbyteorder("<")).tobytes()


@dataclass(frozen=True)
class Adjacency:
    """Rows grouped by a key: those of key k are `rows[start[k]:start[k + 1]]`, in file order."""

    start: Rows
    rows: Rows

    def of(self, key: int) -> Rows:
        """The rows of one key."""
        return self.rows[self.start[key] : self.start[key + 1]]


def adjacency(keys: Rows, n: int) -> Adjacency:
    """Group the positions of `keys` by their value 0..n-1 (compressed sparse rows)."""
    start = np.zeros(n + 1, dtype=np.int32)
    np.cumsum(np.bincount(keys, minlength=n)[:n], out=start[1:])
    return Adjacency(start, np.argsort(keys, kind="stable").astype(np.int32))


@dataclass(frozen=True)
class Activity:
    """One row of `Schedule.activities` as an object, for panels and messages."""

    schedule: Schedule
    row: int

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        value = getattr(self.schedule.activities, name)[self.row]
        return value.item() if isinstance(value, np.generic) else value

    @property
    def kind(self) -> ActivityType:
        """The activity's type."""
        return ActivityType(int(self.schedule.activities.type[self.row]))

    @property
    def state(self) -> Status:
        """The activity's status."""
        return Status(int(self.schedule.activities.status[self.row]))

    @property
    def own_calendar(self) -> Calendar:
        """The calendar the activity works on."""
        return self.schedule.calendars[int(self.schedule.activities.calendar[self.row])]

    @property
    def predecessors(self) -> Rows:
        """Positions of its incoming relationships."""
        return self.schedule.incoming.of(self.row)

    @property
    def successors(self) -> Rows:
        """Positions of its outgoing relationships."""
        return self.schedule.outgoing.of(self.row)


def empty_baseline(n: int) -> BaselineColumns:
    """Baseline columns without a single value."""
    return BaselineColumns(
        minutes_column(n), minutes_column(n), minutes_column(n), np.full(n, np.nan)
    )
