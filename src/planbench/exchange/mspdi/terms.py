"""Microsoft Project's numbers for enumerated values and custom fields, and what they mean here."""

from __future__ import annotations

from planbench.domain.schedule import Constraint, LinkType

LINK_TYPES: dict[str, int] = {
    "0": LinkType.FF,
    "1": LinkType.FS,
    "2": LinkType.SF,
    "3": LinkType.SS,
}

CONSTRAINTS: dict[str, int] = {
    "0": Constraint.NONE,
    "1": Constraint.AS_LATE_AS_POSSIBLE,
    "2": Constraint.MANDATORY_START,
    "3": Constraint.MANDATORY_FINISH,
    "4": Constraint.START_ON_OR_AFTER,
    "5": Constraint.START_ON_OR_BEFORE,
    "6": Constraint.FINISH_ON_OR_AFTER,
    "7": Constraint.FINISH_ON_OR_BEFORE,
}
"""Must start on and must finish on win over links, as P6's mandatory dates do."""

ELAPSED_FORMATS = frozenset(map(str, (4, 6, 8, 10, 12, 20, 36, 38, 40, 42, 44, 52)))
"""Duration formats that run round the clock."""

PERCENT_FORMATS = frozenset(("19", "20", "51", "52"))
"""Lag formats in percent of the predecessor's duration."""

FIXED_DURATION = "1"
BASELINES = ("Baseline", *(f"Baseline {number}" for number in range(1, 11)))
"""What baselines are called by their number."""

UNASSIGNED = "-65535"
"""The resource of the assignment that carries the splits of a task."""

PRIORITIES = (1000, 750, 500, 250, 0)
"""Priority that each of our five levels is written as; 500 is normal in both."""

TASK_FIELDS = 0x0B400000
RESOURCE_FIELDS = 0x0C400000
ASSIGNMENT_FIELDS = 0x0F400000
"""First number of the fields of tasks, resources and assignments."""

FIELD_TABLES: dict[int, str] = {
    TASK_FIELDS: "TASK",
    RESOURCE_FIELDS: "RSRC",
    ASSIGNMENT_FIELDS: "TASKRSRC",
}

KINDS: dict[str, str] = {
    "Text": "text",
    "Number": "number",
    "Cost": "cost",
    "Date": "date",
    "Start": "date",
    "Finish": "date",
    "Flag": "indicator",
    "Duration": "text",
}
"""Kind of a user-defined field by the beginning of the custom field's name."""

_TASK_PLACES: dict[str, tuple[int, ...]] = {
    "Text": (51, 54, 57, 60, 63, *range(66, 71), *range(317, 337)),
    "Number": (*range(87, 92), *range(302, 317)),
    "Cost": (106, 107, 108, *range(258, 265)),
    "Date": tuple(range(265, 275)),
    "Start": (*range(52, 65, 3), *range(282, 291, 2)),
    "Finish": (*range(53, 66, 3), *range(283, 292, 2)),
    "Flag": (*range(72, 82), *range(292, 302)),
    "Duration": (103, 104, 105, *range(275, 282)),
}
_RESOURCE_PLACES: dict[str, tuple[int, ...]] = {
    "Text": (8, 9, 30, 31, 32, *range(97, 102), *range(225, 245)),
    "Number": (*range(112, 117), *range(205, 220)),
    "Cost": (123, 124, 125, *range(166, 173)),
    "Date": tuple(range(173, 183)),
    "Start": (*range(102, 107), *range(220, 225)),
    "Finish": (*range(107, 112), *range(190, 195)),
    "Flag": (*range(127, 136), 126, *range(195, 205)),
    "Duration": (117, 118, 119, *range(183, 190)),
}
"""Places of the custom fields of a kind behind the first number, in the order of their names."""


def _fields(first: int, places: dict[str, tuple[int, ...]]) -> dict[int, str]:
    return {
        first + place: f"{kind}{k}"
        for kind, own in places.items()
        for k, place in enumerate(own, 1)
    }


CUSTOM: dict[str, dict[int, str]] = {
    "TASK": _fields(TASK_FIELDS, _TASK_PLACES),
    "RSRC": _fields(RESOURCE_FIELDS, _RESOURCE_PLACES),
}
"""Name of each custom field by its number, for tasks and resources."""

OUTLINE_CODES: dict[int, str] = {
    TASK_FIELDS + 414 + 2 * k: f"Outline Code{k}" for k in range(1, 11)
}

ACTIVITY_ID = "Activity ID"
"""Title of the text field that carries activity ids, which Microsoft Project has no field for."""

_NAMES = """
    UID GUID ID Name Title SaveVersion LastSaved StartDate FinishDate ScheduleFromStart StatusDate
    CurrentDate CalendarUID MinutesPerDay MinutesPerWeek CriticalSlackLimit CurrencyCode
    CurrencySymbol HonorConstraints
    IsBaseCalendar BaseCalendarUID DayType DayWorking FromDate ToDate FromTime ToTime Occurrences
    Type Period DaysOfWeek Month MonthDay MonthItem MonthPosition
    IsNull Active Manual WBS OutlineNumber OutlineLevel Priority Start Finish Duration
    DurationFormat ManualStart ManualFinish ManualDuration Stop Resume Milestone ExternalTask
    EarlyStart EarlyFinish LateStart LateFinish FreeSlack TotalSlack FixedCost PercentComplete
    ActualStart ActualFinish ActualDuration RemainingDuration ConstraintType ConstraintDate
    Deadline LevelingDelay IgnoreResourceCalendar Notes PhysicalPercentComplete EarnedValueMethod
    PredecessorUID CrossProject CrossProjectName LinkLag LagFormat Number Cost
    Initials MaterialLabel MaxUnits StandardRate IsCostResource
    TaskUID ResourceUID Work ActualWork RemainingWork OvertimeWork ActualOvertimeWork
    RemainingOvertimeWork ActualCost RemainingCost Units Delay WorkContour Value Unit
    FieldID FieldName Alias ValueID ParentValueID FieldGUID ValueGUID Description
"""

FIELDS: frozenset[str] = frozenset(_NAMES.split())
"""Names of all fields that are read."""
