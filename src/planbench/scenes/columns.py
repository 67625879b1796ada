"""The columns of an activity table: titles, texts for the eye, and what sorts them.

Texts are made for a handful of visible rows at a time; sorting keys for all activities at once.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from planbench.domain.schedule import (
    ActivityType,
    Constraint,
    Flags,
    Rows,
    Schedule,
    Status,
)
from planbench.scenes.facts import EFFORT, TASK, Facts
from planbench.scenes.formats import date_text, days_text, number_text
from planbench.scenes.outline import Outline, Ranks, rank_numbers, rank_texts

TYPE_WORDS = {
    ActivityType.TASK: "Task",
    ActivityType.START_MILESTONE: "Start milestone",
    ActivityType.FINISH_MILESTONE: "Finish milestone",
    ActivityType.LEVEL_OF_EFFORT: "Level of effort",
    ActivityType.WBS_SUMMARY: "WBS summary",
    ActivityType.RESOURCE_DEPENDENT: "Resource dependent",
}
STATUS_WORDS = {
    Status.NOT_STARTED: "Not started",
    Status.IN_PROGRESS: "In progress",
    Status.COMPLETE: "Complete",
}
CONSTRAINT_WORDS = {
    Constraint.NONE: "",
    Constraint.START_ON_OR_AFTER: "Start on or after",
    Constraint.START_ON_OR_BEFORE: "Start on or before",
    Constraint.START_ON: "Start on",
    Constraint.FINISH_ON_OR_AFTER: "Finish on or after",
    Constraint.FINISH_ON_OR_BEFORE: "Finish on or before",
    Constraint.FINISH_ON: "Finish on",
    Constraint.MANDATORY_START: "Mandatory start",
    Constraint.MANDATORY_FINISH: "Mandatory finish",
    Constraint.AS_LATE_AS_POSSIBLE: "As late as possible",
}


@dataclass(frozen=True)
class PlanTable:
    """What columns read: the schedule, its outline, and the facts of all nodes."""

    schedule: Schedule
    outline: Outline
    facts: Facts

    def own(self, name: str) -> npt.NDArray[Any]:
        """A column of the facts, of activities only."""
        column: npt.NDArray[Any] = getattr(self.facts, name)[self.outline.bands :]
        return column

    @cached_property
    def code_texts(self) -> dict[int, list[str]]:
        """Texts of the code assigned to each activity, by code type; made for one type at once."""
        return {}

    def codes_of(self, type_row: int) -> list[str]:
        """Each activity's value of one activity code, empty without one."""
        found = self.code_texts.get(type_row)
        if found is None:
            schedule = self.schedule
            found = [""] * len(schedule)
            mine = schedule.code_values.type[schedule.code_assignments.value] == type_row
            pairs = zip(
                schedule.code_assignments.activity[mine].tolist(),
                schedule.code_values.code[schedule.code_assignments.value[mine]].tolist(),
                strict=True,
            )
            for row, text in pairs:
                found[row] = str(text)
            self.code_texts[type_row] = found
        return found


Texts = Callable[[PlanTable, Rows], list[str]]
Key = Callable[[PlanTable, bool], Ranks]


@dataclass(frozen=True)
class Column:
    """One column. `texts(table, nodes)` gives what is shown, `rank(table, descending)` the order.

    `roles` gives a colour role per node where it is not plain text; `kind` is "name", "text",
    "number", "date" or "float" and decides alignment and marks.
    """

    id: str
    title: str
    width: int
    kind: str
    texts: Texts
    rank: Key
    tip: str
    roles: Callable[[PlanTable, Rows], list[str]] | None = None

    @property
    def right(self) -> bool:
        """Numbers stand right."""
        return self.kind in ("number", "float")


def _numbers(name: str, form: Callable[[float], str]) -> tuple[Texts, Key]:
    def texts(table: PlanTable, nodes: Rows) -> list[str]:
        return [form(value) for value in getattr(table.facts, name)[nodes].tolist()]

    def rank(table: PlanTable, descending: bool) -> Ranks:
        return rank_numbers(table.own(name), descending)

    return texts, rank


def _durations(name: str) -> tuple[Texts, Key]:
    """Days; milestones have no duration to speak of."""
    plain, rank = _numbers(name, days_text)

    def texts(table: PlanTable, nodes: Rows) -> list[str]:
        kinds = table.facts.kind[nodes].tolist()
        pairs = zip(plain(table, nodes), kinds, strict=True)
        return ["" if TASK < kind < EFFORT else text for text, kind in pairs]

    return texts, rank


def _dates(name: str, happened: str = "") -> tuple[Texts, Key]:
    def texts(table: PlanTable, nodes: Rows) -> list[str]:
        values = getattr(table.facts, name)[nodes].tolist()
        if not happened:
            return [date_text(value) for value in values]
        flags = getattr(table.facts, happened)[nodes].tolist()
        return [date_text(value, flag) for value, flag in zip(values, flags, strict=True)]

    def rank(table: PlanTable, descending: bool) -> Ranks:
        return rank_numbers(table.own(name), descending)

    return texts, rank


def _by_row(all_texts: Callable[[PlanTable], list[str]]) -> tuple[Texts, Key]:
    """A text column given by a list over all activities; bands stay empty."""

    def texts(table: PlanTable, nodes: Rows) -> list[str]:
        bands, column = table.outline.bands, all_texts(table)
        return ["" if node < bands else column[node - bands] for node in nodes.tolist()]

    def rank(table: PlanTable, descending: bool) -> Ranks:
        return rank_texts(all_texts(table), descending)

    return texts, rank


def _words(name: str, words: dict[Any, str]) -> tuple[Texts, Key]:
    plain = {int(key): word for key, word in words.items()}

    def texts(table: PlanTable, nodes: Rows) -> list[str]:
        bands, column = table.outline.bands, getattr(table.schedule.activities, name)
        return ["" if node < bands else plain[int(column[node - bands])] for node in nodes.tolist()]

    def rank(table: PlanTable, descending: bool) -> Ranks:
        column = getattr(table.schedule.activities, name).astype(np.int64)
        return rank_numbers(column, descending)

    return texts, rank


def _object_column(name: str) -> tuple[Texts, Key]:
    def texts(table: PlanTable, nodes: Rows) -> list[str]:
        bands, column = table.outline.bands, getattr(table.schedule.activities, name)
        return ["" if node < bands else str(column[node - bands]) for node in nodes.tolist()]

    def rank(table: PlanTable, descending: bool) -> Ranks:
        return rank_texts(getattr(table.schedule.activities, name).tolist(), descending)

    return texts, rank


def _name_texts(table: PlanTable, nodes: Rows) -> list[str]:
    bands = table.outline.bands
    own, band = table.schedule.activities.name, table.outline.band_name
    schedule = table.schedule
    return [band(schedule, n) if n < bands else str(own[n - bands]) for n in nodes.tolist()]


def _calendar_texts(table: PlanTable, nodes: Rows) -> list[str]:
    bands, rows = table.outline.bands, table.schedule.activities.calendar
    names = [calendar.name for calendar in table.schedule.calendars]
    found = []
    for node in nodes.tolist():
        row = int(rows[node - bands]) if node >= bands else -1
        found.append(names[row] if 0 <= row < len(names) else "")
    return found


def _calendar_rank(table: PlanTable, descending: bool) -> Ranks:
    rows = table.schedule.activities.calendar
    names = [calendar.name for calendar in table.schedule.calendars]
    texts = [names[row] if 0 <= row < len(names) else "" for row in rows.tolist()]
    return rank_texts(texts, descending)


def _constraint_dates(table: PlanTable, nodes: Rows) -> list[str]:
    bands, dates = table.outline.bands, table.schedule.activities.constraint_date
    return ["" if n < bands else date_text(int(dates[n - bands])) for n in nodes.tolist()]


def _constraint_rank(table: PlanTable, descending: bool) -> Ranks:
    return rank_numbers(table.schedule.activities.constraint_date, descending)


def _flag_texts(name: str) -> tuple[Texts, Key]:
    def texts(table: PlanTable, nodes: Rows) -> list[str]:
        return ["Yes" if flag else "" for flag in getattr(table.facts, name)[nodes].tolist()]

    def rank(table: PlanTable, descending: bool) -> Ranks:
        flags: Flags = table.own(name)
        return rank_numbers((~flags).astype(np.int64), descending)

    return texts, rank


def float_roles(table: PlanTable, nodes: Rows) -> list[str]:
    """Critical and near-critical floats in their colours; the table adds the shapes."""
    facts = table.facts
    critical, near = facts.critical[nodes].tolist(), facts.near[nodes].tolist()
    return [
        "critical-text" if c else "near-critical-text" if n else "text"
        for c, n in zip(critical, near, strict=True)
    ]


def _variance_roles(name: str) -> Callable[[PlanTable, Rows], list[str]]:
    def roles(table: PlanTable, nodes: Rows) -> list[str]:
        values = getattr(table.facts, name)[nodes].tolist()
        return ["late" if v < 0 else "early" if v > 0 else "text-muted" for v in values]

    return roles


def _muted(table: PlanTable, nodes: Rows) -> list[str]:
    return ["text-muted"] * nodes.size


def _percent(value: float) -> str:
    return number_text(value)


def _variance(value: float) -> str:
    return number_text(value, sign=True)


def columns_of(schedule: Schedule) -> dict[str, Column]:
    """All columns of a schedule by id, in the chooser's order; activity codes come last."""
    longest = max((len(code) for code in schedule.activities.code.tolist()), default=0)
    made = [
        Column(
            "name",
            "Activity name",
            276,
            "name",
            _name_texts,
            _object_column("name")[1],
            "Name of the activity or WBS element",
        ),
        Column(
            "id",
            "ID",
            min(max(60, 18 + 8 * longest), 132),
            "text",
            *_object_column("code"),
            "Activity ID, as in the source",
            _muted,
        ),
        Column(
            "remaining",
            "Rem.\ndur.",
            50,
            "number",
            *_durations("remaining"),
            "Remaining duration, days of the activity's calendar",
        ),
        Column(
            "original",
            "Orig.\ndur.",
            50,
            "number",
            *_durations("original"),
            "Original duration, days of the activity's calendar",
        ),
        Column(
            "start",
            "Start",
            96,
            "date",
            *_dates("start", "started"),
            "Actual start where there is one (A), else early start",
        ),
        Column(
            "finish",
            "Finish",
            96,
            "date",
            *_dates("finish", "finished"),
            "Actual finish where there is one (A), else early finish",
        ),
        Column(
            "float",
            "Total\nfloat",
            56,
            "float",
            *_numbers("total_float", days_text),
            "Total float, days of the activity's calendar; a band shows its smallest",
            float_roles,
        ),
        Column(
            "free_float",
            "Free\nfloat",
            50,
            "number",
            *_numbers("free_float", days_text),
            "Free float, days of the activity's calendar",
        ),
        Column(
            "percent",
            "%",
            40,
            "number",
            *_numbers("percent", _percent),
            "Percent complete by the activity's own type; a band weighs by original duration",
        ),
        Column(
            "variance",
            "BL finish\nvar.",
            62,
            "number",
            *_numbers("finish_variance", _variance),
            "Baseline finish less finish, calendar days; negative is later",
            _variance_roles("finish_variance"),
        ),
        Column(
            "start_variance",
            "BL start\nvar.",
            62,
            "number",
            *_numbers("start_variance", _variance),
            "Baseline start less start, calendar days; negative is later",
            _variance_roles("start_variance"),
        ),
        Column("baseline_start", "BL start", 84, "date", *_dates("baseline_start"), "Baseline"),
        Column("baseline_finish", "BL finish", 84, "date", *_dates("baseline_finish"), "Baseline"),
        Column("early_start", "Early start", 84, "date", *_dates("early_start"), "Early start"),
        Column("early_finish", "Early finish", 84, "date", *_dates("early_finish"), "Early finish"),
        Column("late_start", "Late start", 84, "date", *_dates("late_start"), "Late start"),
        Column("late_finish", "Late finish", 84, "date", *_dates("late_finish"), "Late finish"),
        Column(
            "longest_path",
            "Longest\npath",
            62,
            "text",
            *_flag_texts("longest_path"),
            "On the longest path, traced back from the latest finish",
        ),
        Column("type", "Type", 112, "text", *_words("type", TYPE_WORDS), "Activity type"),
        Column("status", "Status", 88, "text", *_words("status", STATUS_WORDS), "Status"),
        Column("calendar", "Calendar", 140, "text", _calendar_texts, _calendar_rank, "Calendar"),
        Column(
            "constraint",
            "Constraint",
            126,
            "text",
            *_words("constraint", CONSTRAINT_WORDS),
            "Primary constraint",
        ),
        Column(
            "constraint_date",
            "Constraint\ndate",
            84,
            "date",
            _constraint_dates,
            _constraint_rank,
            "Date of the primary constraint",
        ),
    ]
    made += _code_columns(schedule)
    return {column.id: column for column in made}


def _code_columns(schedule: Schedule) -> list[Column]:
    made = []
    for row, name in enumerate(schedule.code_types.name.tolist()):

        def all_texts(table: PlanTable, row: int = row) -> list[str]:
            return table.codes_of(row)

        texts, rank = _by_row(all_texts)
        made.append(Column(f"code:{row}", str(name), 96, "text", texts, rank, "Activity code"))
    return made


DEFAULT_COLUMNS = ("name", "id", "remaining", "start", "finish", "float", "percent", "variance")
NARROW_COLUMNS = ("name", "remaining", "start", "finish", "float", "variance")
