"""Activities and WBS nodes as tasks of Microsoft Project."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from planbench.domain.schedule import (
    NO_ROW,
    Constraint,
    LagFormat,
    PercentType,
    Schedule,
    Status,
)
from planbench.domain.times import NO_TIME
from planbench.exchange.mspdi import terms
from planbench.exchange.mspdi.outline import TaskLine
from planbench.exchange.mspdi.resources import FIXED_COST
from planbench.exchange.mspdi.timephased import TimephasedWriter
from planbench.exchange.mspdi.values import date_text, duration_text
from planbench.exchange.xer.formats import plain
from planbench.exchange.xml_text import leaves, node

_DAYS, _ELAPSED_DAYS, _PERCENT, _ELAPSED_PERCENT = "7", "8", "19", "20"
_LAG_FORMATS = {
    int(LagFormat.WORKING): _DAYS,
    int(LagFormat.ELAPSED): _ELAPSED_DAYS,
    int(LagFormat.PERCENT): _PERCENT,
    int(LagFormat.ELAPSED_PERCENT): _ELAPSED_PERCENT,
}
_CONSTRAINTS: dict[int, str] = {
    int(Constraint.START_ON): "2",
    int(Constraint.FINISH_ON): "3",
    **{kind: word for word, kind in terms.CONSTRAINTS.items()},
}
_LINK_TYPES = {int(kind): word for word, kind in terms.LINK_TYPES.items()}

Fields = list[tuple[str, str]]


class TaskWriter:
    """Tasks of one schedule. `custom` has the custom fields and codes of each activity."""

    def __init__(
        self,
        schedule: Schedule,
        task: list[str],
        calendar: list[str],
        calculated: Mapping[str, npt.NDArray[Any]],
        custom: dict[int, tuple[list[str], list[str]]],
        spread: TimephasedWriter,
    ) -> None:
        self.schedule = schedule
        self.task = task
        self.calendar = calendar
        self.custom = custom
        self.spread = spread
        projects = schedule.projects
        self.usual = projects[schedule.main_project].calendar if projects else NO_ROW
        self.links = self._links()
        self.numbers = baseline_numbers([one.name for one in schedule.baselines])
        self.notes: dict[int, list[str]] = {}
        for row, text in zip(schedule.notes.activity.tolist(), schedule.notes.text, strict=True):
            self.notes.setdefault(row, []).append(str(text))
        self.fixed: dict[int, float] = {}
        costs = schedule.expenses
        for row in np.flatnonzero(costs.name == FIXED_COST).tolist():
            activity = int(costs.activity[row])
            self.fixed[activity] = self.fixed.get(activity, 0.0) + float(costs.budget_cost[row])
        self.stored = {
            name: calculated.get(name, getattr(schedule.activities, f"stored_{name}"))
            for name in (
                "early_start", "early_finish", "late_start", "late_finish", "total_float",
                "free_float",
            )
        }  # fmt: skip

    def tasks(self, lines: list[TaskLine]) -> list[str]:
        """The tasks in the order of the lines."""
        made = []
        for number, line in enumerate(lines, 1):
            if line.activity >= 0:
                made.append(self._task(number, line))
            else:
                wbs = self.schedule.wbs
                head = self._head(number, line, str(wbs.name[line.node]), "1")
                made.append(node("Task", leaves([*head, ("Summary", "1")])))
        return made

    def _head(self, number: int, line: TaskLine, name: str, kind: str) -> Fields:
        label = str(self.schedule.wbs.code[line.node]) if line.node >= 0 else line.number
        return [
            ("UID", line.uid),
            ("ID", str(number)),
            ("Name", name),
            ("Type", kind),
            ("IsNull", "0"),
            ("WBS", label),
            ("OutlineNumber", line.number),
            ("OutlineLevel", str(line.level)),
        ]

    def _task(self, number: int, line: TaskLine) -> str:
        table, row = self.schedule.activities, line.activity

        def at(name: str) -> int:
            return int(getattr(table, name)[row])

        def date(name: str) -> str:
            return date_text(at(name))

        def bit(value: bool) -> str:
            return "1" if value else "0"

        manual, elapsed = bool(table.manual[row]), bool(table.elapsed[row])
        status = at("status")
        start, finish = self._shown(row)
        duration, remaining = at("original_duration"), at("remaining_duration")
        milestone = duration == 0 and line.node < 0
        percent = self._percent(duration, remaining, status)
        delay, priority = at("levelling_delay"), at("levelling_priority")
        head = self._head(number, line, str(table.name[row]), bit(bool(table.fixed_duration[row])))
        head[3:3] = [("Active", bit(not table.inactive[row])), ("Manual", bit(manual))]
        dates = {name: date_text(int(self.stored[name][row])) for name in self.stored}
        constraint = at("constraint")
        fields: Fields = [
            *head,
            ("Priority", str(terms.PRIORITIES[min(max(priority, 0), 4)])),
            ("Start", date_text(start)),
            ("Finish", date_text(finish)),
            ("Duration", duration_text(duration)),
            ("ManualStart", date_text(start) if manual else ""),
            ("ManualFinish", date_text(finish) if manual else ""),
            ("ManualDuration", duration_text(duration) if manual else ""),
            ("DurationFormat", _ELAPSED_DAYS if elapsed else _DAYS),
            ("Stop", date("suspend")),
            ("Resume", date("resume")),
            ("Milestone", bit(milestone)),
            ("Summary", bit(line.node >= 0)),
            ("EarlyStart", dates["early_start"]),
            ("EarlyFinish", dates["early_finish"]),
            ("LateStart", dates["late_start"]),
            ("LateFinish", dates["late_finish"]),
            ("FreeSlack", _tenths(int(self.stored["free_float"][row]))),
            ("TotalSlack", _tenths(int(self.stored["total_float"][row]))),
            ("FixedCost", plain(self.fixed[row] * 100.0) if row in self.fixed else ""),
            ("PercentComplete", str(percent)),
            ("ActualStart", date("actual_start")),
            ("ActualFinish", date("actual_finish")),
            ("ActualDuration", duration_text(max(duration - remaining, 0) if percent else 0)),
            ("RemainingDuration", duration_text(remaining)),
            ("ConstraintType", _CONSTRAINTS[constraint]),
            ("CalendarUID", self._calendar(row)),
            ("ConstraintDate", date("constraint_date") if constraint else ""),
            ("Deadline", date_text(self._deadline(row))),
            ("LevelingDelay", _tenths(delay) if delay != NO_TIME else "0"),
            ("LevelingDelayFormat", _ELAPSED_DAYS),
            ("IgnoreResourceCalendar", bit(bool(table.ignore_resource_calendar[row]))),
            ("Notes", "\n\n".join(self.notes.get(row, []))),
            ("PhysicalPercentComplete", plain(float(table.physical_percent[row]))),
            ("EarnedValueMethod", bit(at("percent_type") == PercentType.PHYSICAL)),
        ]
        custom, codes = self.custom.get(row, ([], []))
        links = self.links.get(row, [])
        over = self.spread.of("task", row, "", line.uid)
        baselines = self._baselines(row, line.uid)
        return node("Task", leaves(fields), *links, *custom, *baselines, *codes, over)

    def _shown(self, row: int) -> tuple[int, int]:
        """Start and finish as Project shows them: actual, planned, else early."""
        table = self.schedule.activities

        def first(*columns: Any) -> int:
            found = (int(column[row]) for column in columns)
            return next((value for value in found if value != NO_TIME), NO_TIME)

        own = self.schedule.projects[int(table.project[row])].options.engine == "msp"
        plan = (table.planned_start, table.planned_finish)
        early = (self.stored["early_start"], self.stored["early_finish"])
        one, two = (plan, early) if own else (early, plan)
        if own:
            return first(one[0], two[0]), first(one[1], two[1])
        return (
            first(table.actual_start, one[0], two[0]),
            first(table.actual_finish, one[1], two[1]),
        )

    def _deadline(self, row: int) -> int:
        """The deadline; a second constraint that only caps the late finish is one as well."""
        table = self.schedule.activities
        deadline = int(table.deadline[row])
        if deadline == NO_TIME and table.constraint2[row] == Constraint.FINISH_ON_OR_BEFORE:
            deadline = int(table.constraint2_date[row])
        return deadline

    @staticmethod
    def _percent(duration: int, remaining: int, status: int) -> int:
        """Percent complete by duration; 1 to 99 while in progress."""
        if status == Status.COMPLETE:
            return 100
        if status == Status.NOT_STARTED or duration <= 0:
            return 0
        return min(max(round(100.0 * (duration - remaining) / duration), 0), 99)

    def _calendar(self, row: int) -> str:
        table = self.schedule.activities
        own = int(table.calendar[row])
        if table.calendar_chosen[row] or own != self.usual:
            return self.calendar[own] if own >= 0 else "-1"
        return "-1"

    def _links(self) -> dict[int, list[str]]:
        """Predecessor links by successor."""
        found: dict[int, list[str]] = {}
        table = self.schedule.relationships
        columns = (table.predecessor, table.successor, table.type, table.lag, table.lag_format)
        for before, after, kind, lag, form in zip(*(c.tolist() for c in columns), strict=True):
            share = form in (LagFormat.PERCENT, LagFormat.ELAPSED_PERCENT)
            text = leaves(
                [
                    ("PredecessorUID", self.task[before]),
                    ("Type", _LINK_TYPES[kind]),
                    ("CrossProject", "0"),
                    ("LinkLag", plain(lag / 100.0) if share else str(lag * 10)),
                    ("LagFormat", _LAG_FORMATS[form]),
                ]
            )
            found.setdefault(after, []).append(node("PredecessorLink", text))
        return found

    def _baselines(self, row: int, uid: str) -> list[str]:
        """The first eleven baselines as Project's baselines 0 to 10."""
        made = []
        for number, place in self.numbers.items():
            columns = self.schedule.baselines[place].columns
            cost = float(columns.cost[row])
            values = [
                ("Cost", "" if cost != cost else plain(cost * 100.0)),
                ("Duration", duration_text(int(columns.duration[row]))),
                ("Finish", date_text(int(columns.finish[row]))),
                ("Start", date_text(int(columns.start[row]))),
            ]
            over = self.spread.of("task", row, "", uid, str(number))
            if over or any(text for _, text in values):
                made.append(node("Baseline", over, leaves([("Number", str(number)), *values])))
        return made


def baseline_numbers(names: Sequence[str]) -> dict[int, int]:
    """Which baseline is written under each of Project's numbers 0 to 10, in their order.

    Those that are called after a number of Project keep it, others take the first free one.
    """
    found: dict[int, int] = {}
    free = list(range(11))
    for place, name in enumerate(names):
        number = terms.BASELINES.index(name) if name in terms.BASELINES else -1
        if number in free:
            free.remove(number)
            found[number] = place
    for place in range(len(names)):
        if free and place not in found.values():
            found[free.pop(0)] = place
    return dict(sorted(found.items()))


def _tenths(minutes: int) -> str:
    return "" if minutes == NO_TIME else str(minutes * 10)
