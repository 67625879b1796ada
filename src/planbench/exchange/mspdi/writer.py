"""A Schedule as Microsoft Project XML."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from planbench.domain.calendars import Calendar, Shifts
from planbench.domain.schedule import NO_ROW, Schedule
from planbench.domain.times import NO_TIME
from planbench.exchange.mspdi import terms
from planbench.exchange.mspdi.custom import CustomFields
from planbench.exchange.mspdi.outline import TaskLine, task_lines
from planbench.exchange.mspdi.resources import FIXED_COST
from planbench.exchange.mspdi.task_fields import TaskWriter
from planbench.exchange.mspdi.timephased import TimephasedWriter
from planbench.exchange.mspdi.values import date_text, work_text
from planbench.exchange.xer.formats import plain, plain_ids
from planbench.exchange.xml_text import leaf, leaves, node

Calculated = Mapping[str, npt.NDArray[Any]]

_HEAD = (
    '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
    '<Project xmlns="http://schemas.microsoft.com/project">\n'
)


def write_mspdi(schedule: Schedule, calculated: Calculated | None = None) -> bytes:
    """The schedule as Microsoft Project XML, in UTF-8.

    `calculated` overrides the stored dates and floats by name (`early_start`, `late_finish`,
    `total_float` ...), each a column in activity order. A single project becomes the file's
    project; of several, each is a summary task of its own. What Project has no place for is left
    out: WBS branches without activities, links to outside the file, user-defined fields beyond its
    thirty texts, twenty numbers, ten costs and ten dates of tasks and as many of resources, code
    dictionaries beyond its ten, records over time of what was edited since. Activity ids go into a
    text field of that title where they differ from Project's own numbers.
    """
    return _Writer(schedule, calculated or {}).text().encode()


@dataclass
class _Writer:
    schedule: Schedule
    calculated: Calculated
    calendar: list[str] = field(init=False)
    task: list[str] = field(init=False)
    resource: list[str] = field(init=False)
    spread: TimephasedWriter = field(init=False)

    def __post_init__(self) -> None:
        self.calendar = plain_ids([item.uid for item in self.schedule.calendars])
        self.task = plain_ids(self.schedule.activities.uid.tolist())
        self.resource = plain_ids(self.schedule.resources.uid.tolist())
        self.spread = TimephasedWriter(self.schedule)

    def text(self) -> str:
        """The whole file."""
        lines = task_lines(self.schedule, self.task)
        fields = CustomFields(self.schedule, self.task)
        writer = TaskWriter(
            self.schedule,
            self.task,
            self.calendar,
            self.calculated,
            fields.of_task,
            self.spread,
        )
        return "".join(
            [
                _HEAD,
                self._project(),
                fields.codes,
                fields.definitions,
                node("Calendars", *self._calendars()),
                node("Tasks", self._project_task(lines), *writer.tasks(lines)),
                node("Resources", *self._resources(fields)),
                node("Assignments", *self._assignments()),
                "</Project>\n",
            ]
        )

    def _project(self) -> str:
        schedule = self.schedule
        if not schedule.projects:
            return ""
        main = schedule.projects[schedule.main_project]
        calendar = schedule.calendars[main.calendar] if schedule.calendars else Calendar("1", "")
        per_day = calendar.hours_per_day * 60.0
        finish = main.must_finish_by if main.schedule_from_finish else main.scheduled_finish
        return leaves(
            [
                ("SaveVersion", "14"),
                ("UID", main.uid),
                ("Name", main.code),
                ("Title", main.name),
                ("ScheduleFromStart", "0" if main.schedule_from_finish else "1"),
                ("StartDate", date_text(main.planned_start)),
                ("FinishDate", date_text(finish)),
                ("CriticalSlackLimit", plain(main.options.critical_threshold / per_day)),
                ("CurrencyCode", main.currency),
                ("CalendarUID", self.calendar[main.calendar] if main.calendar >= 0 else ""),
                ("MinutesPerDay", plain(per_day)),
                ("MinutesPerWeek", plain(calendar.hours_per_week * 60.0)),
                ("DaysPerMonth", "20"),
                ("DurationFormat", "7"),
                ("HonorConstraints", "1" if main.honor_constraints else "0"),
                ("StatusDate", date_text(main.data_date)),
            ]
        )

    def _project_task(self, lines: list[TaskLine]) -> str:
        """The project's own summary, Project's task 0."""
        schedule = self.schedule
        if not schedule.projects:
            return ""
        tops = np.flatnonzero(schedule.wbs.parent == NO_ROW)
        name = str(schedule.wbs.name[tops[0]]) if tops.size == 1 else ""
        name = name or schedule.projects[schedule.main_project].name
        return node(
            "Task",
            leaves(
                [
                    ("UID", "0"),
                    ("ID", "0"),
                    ("Name", name),
                    ("Type", "1"),
                    ("IsNull", "0"),
                    ("OutlineNumber", "0"),
                    ("OutlineLevel", "0"),
                    ("Summary", "1"),
                ]
            ),
        )

    def _calendars(self) -> list[str]:
        by_uid = dict(zip((c.uid for c in self.schedule.calendars), self.calendar, strict=True))
        worked = set(self.schedule.activities.calendar.tolist())
        worked |= {project.calendar for project in self.schedule.projects}
        made = []
        for row, calendar in enumerate(self.schedule.calendars):
            base = calendar.scope != "resource" or row in worked
            head = [
                ("UID", self.calendar[row]),
                ("Name", calendar.name),
                ("IsBaseCalendar", "1" if base else "0"),
                ("BaseCalendarUID", by_uid.get(calendar.base_uid, "-1")),
            ]
            days = [
                node("WeekDay", leaf("DayType", str(number + 1)), _hours(calendar.week[place]))
                for number, place in enumerate((6, 0, 1, 2, 3, 4, 5))
            ]
            body = node("WeekDays", *days)
            if calendar.exceptions:
                body += node("Exceptions", *_exceptions(calendar.exceptions))
            made.append(node("Calendar", leaves(head), body))
        return made

    def _resources(self, fields: CustomFields) -> list[str]:
        table = self.schedule.resources
        kinds = {"material": "0", "labor": "1", "nonlabor": "1"}
        made = []
        for row, uid in enumerate(self.resource):
            calendar = int(table.calendar[row])
            made.append(
                node(
                    "Resource",
                    leaves(
                        [
                            ("UID", uid),
                            ("ID", str(row + 1)),
                            ("Name", str(table.name[row])),
                            ("Type", kinds.get(str(table.kind[row]), "1")),
                            ("IsNull", "0"),
                            ("MaterialLabel", str(table.unit[row])),
                            ("Initials", str(table.code[row])),
                            ("MaxUnits", plain(float(table.max_units[row]))),
                            ("StandardRate", plain(float(table.price[row]))),
                            ("StandardRateFormat", "2"),
                            ("CalendarUID", self.calendar[calendar] if calendar >= 0 else ""),
                        ]
                    ),
                    *fields.of_resource.get(row, []),
                    self.spread.of("resource", NO_ROW, str(table.uid[row]), uid),
                )
            )
        for uid, name in self._cost_resources().items():
            head = [("UID", uid), ("ID", uid), ("Name", name), ("Type", "2")]
            made.append(node("Resource", leaves([*head, ("IsNull", "0"), ("IsCostResource", "1")])))
        return made

    def _cost_resources(self) -> dict[str, str]:
        """A cost resource for every name of an expense, by its number."""
        names = [n for n in dict.fromkeys(self.schedule.expenses.name.tolist()) if n != FIXED_COST]
        first = max((int(uid) for uid in self.resource), default=0) + 1
        return {str(first + k): name for k, name in enumerate(names)}

    def _assignments(self) -> list[str]:
        table = self.schedule.assignments
        uids = plain_ids(table.uid.tolist())
        made = []
        for row, uid in enumerate(uids):
            resource = int(table.resource[row])
            if resource < 0:
                continue
            done, left = float(table.actual_units[row]), float(table.remaining_units[row])
            spent, due = float(table.actual_cost[row]), float(table.remaining_cost[row])
            overtime = float(table.overtime_units[row])
            due_overtime = float(table.remaining_overtime_units[row])
            delay = int(table.delay[row])
            made.append(
                node(
                    "Assignment",
                    leaves(
                        [
                            ("UID", uid),
                            ("TaskUID", self.task[int(table.activity[row])]),
                            ("ResourceUID", self.resource[resource]),
                            ("ActualCost", plain(spent * 100.0)),
                            ("ActualOvertimeWork", work_text(overtime - due_overtime)),
                            ("ActualWork", work_text(done)),
                            ("Cost", plain((spent + due) * 100.0)),
                            ("Delay", "" if delay == NO_TIME else str(delay * 10)),
                            ("Finish", date_text(int(table.finish[row]))),
                            ("OvertimeWork", work_text(overtime)),
                            ("RemainingCost", plain(due * 100.0)),
                            ("RemainingOvertimeWork", work_text(due_overtime)),
                            ("RemainingWork", work_text(left)),
                            ("Start", date_text(int(table.start[row]))),
                            ("Units", plain(float(table.units_per_hour[row]))),
                            ("Work", work_text(done + left)),
                            ("WorkContour", str(int(table.contour[row]))),
                        ]
                    ),
                    self.spread.of_assignment(
                        "assignment", int(table.activity[row]), str(table.uid[row]), uid
                    ),
                )
            )
        number = max((int(uid) for uid in uids), default=0)
        made += self._expenses(number)
        made += self._splits(number + len(self.schedule.expenses))
        return made

    def _expenses(self, number: int) -> list[str]:
        table = self.schedule.expenses
        uid_of = {name: uid for uid, name in self._cost_resources().items()}
        made = []
        for row in range(len(table)):
            if table.name[row] == FIXED_COST:  # goes with its task
                continue
            spent, due = float(table.actual_cost[row]), float(table.remaining_cost[row])
            uid = str(number + row + 1)
            fields = [
                ("UID", uid),
                ("TaskUID", self.task[int(table.activity[row])]),
                ("ResourceUID", uid_of[str(table.name[row])]),
                ("ActualCost", plain(spent * 100.0)),
                ("Cost", plain((spent + due) * 100.0)),
                ("RemainingCost", plain(due * 100.0)),
            ]
            activity, subject = int(table.activity[row]), str(table.uid[row])
            over = self.spread.of_assignment("expense", activity, subject, uid)
            made.append(node("Assignment", leaves(fields), over))
        return made

    def _splits(self, number: int) -> list[str]:
        """An assignment to nobody for each split task, which spreads its work over the parts.

        Where records over time were read with one, and still fit, it has these.
        """
        table, schedule = self.schedule.splits, self.schedule
        made = []
        for row in sorted({*table.activity.tolist(), *self.spread.unassigned}):
            number += 1
            if row in self.spread.unassigned:
                head = self._nobody(number, row, *self.spread.unassigned[row])
                over = self.spread.of_assignment("unassigned", row, "", str(number))
                made.append(node("Assignment", leaves(head), over))
                continue
            chosen = np.flatnonzero(table.activity == row)
            calendar = schedule.calendars[int(schedule.activities.calendar[row])]
            parts: list[str] = []
            for k in chosen.tolist():
                start, finish = int(table.start[k]), int(table.finish[k])
                if parts:
                    parts.append(_timephased(int(table.finish[k - 1]), start, 0))
                parts.append(_timephased(start, finish, _worked(calendar, start, finish)))
            first, last = int(table.start[chosen[0]]), int(table.finish[chosen[-1]])
            head = self._nobody(number, row, date_text(first), date_text(last))
            made.append(node("Assignment", leaves(head), *parts))
        return made

    def _nobody(self, number: int, row: int, start: str, finish: str) -> list[tuple[str, str]]:
        """Fields of an activity's assignment to nobody."""
        return [
            ("UID", str(number)),
            ("TaskUID", self.task[row]),
            ("ResourceUID", terms.UNASSIGNED),
            ("Finish", finish),
            ("Start", start),
            ("Units", "1"),
        ]


def _worked(calendar: Calendar, start: int, finish: int) -> int:
    """Working minutes between two instants."""
    total = 0
    for day in range(start // 1440, finish // 1440 + 1):
        for a, b in calendar.shifts_on(day):
            total += max(0, min(day * 1440 + b, finish) - max(day * 1440 + a, start))
    return total


def _timephased(start: int, finish: int, minutes: int) -> str:
    return node(
        "TimephasedData",
        leaves(
            [
                ("Type", "1"),
                ("Start", date_text(start)),
                ("Finish", date_text(finish)),
                ("Unit", "0"),
                ("Value", work_text(minutes / 60.0)),
            ]
        ),
    )


def _hours(shifts: Shifts) -> str:
    """Whether a day is worked, and when."""
    if not shifts:
        return leaf("DayWorking", "0")
    times = [
        node("WorkingTime", leaf("FromTime", _clock(start)), leaf("ToTime", _clock(finish)))
        for start, finish in shifts
    ]
    return leaf("DayWorking", "1") + node("WorkingTimes", *times)


def _clock(minute: int) -> str:
    return f"{minute // 60 % 24:02d}:{minute % 60:02d}:00"


def _exceptions(days: Mapping[int, Shifts]) -> list[str]:
    """Runs of days with the same hours as one exception each."""
    runs: list[list[int]] = []
    for day in sorted(days):
        if runs and day == runs[-1][1] + 1 and days[day] == days[runs[-1][0]]:
            runs[-1][1] = day
        else:
            runs.append([day, day])
    made = []
    for first, last in runs:
        start, finish = (dt.date(1970, 1, 1) + dt.timedelta(days=day) for day in (first, last))
        period = leaf("FromDate", f"{start}T00:00:00") + leaf("ToDate", f"{finish}T23:59:00")
        made.append(
            node(
                "Exception",
                leaf("EnteredByOccurrences", "0"),
                node("TimePeriod", period),
                leaf("Occurrences", str(last - first + 1)),
                leaf("Type", "1"),
                _hours(days[first]),
            )
        )
    return made
