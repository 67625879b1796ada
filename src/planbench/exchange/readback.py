"""What a written file does not hold: it is read back and compared with what was to be written.

No format holds everything of a schedule. Instead of a list of promises, the file itself is asked:
every table and column is compared, rows matched by what identifies them, and each column with a
difference becomes one line of the export's report.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import fields, replace
from enum import IntEnum
from typing import Any

import numpy as np
import numpy.typing as npt

from planbench.domain.calendars import Calendar
from planbench.domain.reports import Repair
from planbench.domain.schedule import (
    NO_ROW,
    TABLES,
    ActivityType,
    Constraint,
    Contour,
    LagFormat,
    LinkType,
    PercentType,
    Project,
    Schedule,
    Status,
    Table,
)
from planbench.domain.times import NO_TIME, to_datetime

Pairs = npt.NDArray[np.int64]
"""Row in the file of each row that was to be written, -1 where there is none."""

_TARGETS = {
    "project": "projects", "wbs": "wbs", "calendar": "calendars", "activity": "activities",
    "predecessor": "activities", "successor": "activities", "resource": "resources",
    "account": "accounts", "value": "code_values", "role": "roles",
}  # fmt: skip
"""Table that a column of rows refers to by its name; `parent` and `type` depend on the table."""

_TYPES = {"code_values": "code_types", "udf_values": "udf_types"}

_OWNERS = {"TASK": "activities", "PROJECT": "projects", "PROJWBS": "wbs", "RSRC": "resources"}
"""Table whose uids the values of user-defined fields refer to."""

_WORDS: dict[str, type[IntEnum]] = {
    "activities.type": ActivityType, "activities.status": Status,
    "activities.constraint": Constraint, "activities.constraint2": Constraint,
    "activities.percent_type": PercentType, "relationships.type": LinkType,
    "relationships.lag_format": LagFormat, "external_links.type": LinkType,
    "assignments.contour": Contour,
}  # fmt: skip
"""What the numbers of a column stand for."""

_MOMENTS = frozenset(
    ["data_date", "planned_start", "must_finish_by", "scheduled_finish", "last_scheduled"]
)
"""Instants of a project."""

_NOTHING_AT_ZERO = frozenset({"levelling_delay", "delay"})
"""Columns in which no minutes are the same as none given."""

_ASIDE = frozenset([("udf_values", "subject"), ("timephased", "subject"), ("timephased", "fits")])
"""Columns that follow from others."""

_PARTS = (
    "projects", "calendars", "wbs", "activities", "relationships", "external_links", "resources",
    "accounts", "code_types", "code_values", "code_assignments", "udf_types", "udf_values",
    "roles", "resource_rates", "assignments", "expenses", "notes", "splits", "steps",
    "timephased",
)  # fmt: skip
"""Tables in an order in which those referred to come first."""


def differences(wanted: Schedule, found: Schedule) -> tuple[Repair, ...]:
    """One line for every table and column in which `found` is not what was `wanted`.

    Codes: `not-written` for rows and values that are lost, `written-otherwise` for values that came
    back as others, `added` for rows nobody asked for, `renumbered` for ids. `Repair.where` names
    table and column. Positions of rows do not count, and `source` is left out. Where the row of a
    reference is lost itself, the reference is not told once more.
    """
    return _Comparison(wanted, found).lines()


class _Comparison:
    def __init__(self, wanted: Schedule, found: Schedule) -> None:
        self.wanted, self.found = wanted, found
        self.pairs: dict[str, Pairs] = {}
        self.told: list[Repair] = []
        self._microsoft = any(one.options.engine == "msp" for one in wanted.projects)

    def lines(self) -> tuple[Repair, ...]:
        for name in _PARTS:
            ours, theirs = _keys(self, name)
            self.pairs[name] = _paired(ours, theirs)
            self._rows(name, ours)
        self._objects("projects", _project_fields)
        self._objects("calendars", _calendar_fields)
        for name in TABLES:
            self._table(name)
        self._baselines()
        return tuple(self.told)

    def _rows(self, name: str, keys: Sequence[Hashable]) -> None:
        pairs = self.pairs[name]
        lost = np.flatnonzero(pairs < 0).tolist()
        if lost:
            first = self._name(name, lost[0])
            words = f"{len(lost):,} of {pairs.size:,} rows, the first {first}"
            self._tell("not-written", "warning", _label(name), words, "left out")
        more = len(getattr(self.found, name)) - (pairs.size - len(lost))
        if more > 0:
            words = f"{more:,} rows that the schedule does not have"
            self._tell("added", "info", _label(name), words, "put in for the format")

    def _tell(self, code: str, severity: str, where: str, message: str, action: str) -> None:
        self.told.append(Repair(code, severity, where, message, action))

    def _objects(self, name: str, parts: Callable[[Any], dict[str, object]]) -> None:
        """Projects or calendars, field by field."""
        ours, theirs = getattr(self.wanted, name), getattr(self.found, name)
        failed: dict[str, list[tuple[int, object, object]]] = {}
        for row, other in enumerate(self.pairs[name].tolist()):
            if other < 0:
                continue
            before, after = parts(ours[row]), parts(theirs[other])
            for key, value in before.items():
                if key == "calendar":
                    value = int(self._moved("calendars", np.array([value]))[0])
                if value != after[key] and value != _LOST:
                    failed.setdefault(key, []).append((row, before[key], after[key]))
        for key, rows in failed.items():
            row, one, other = rows[0]
            if key in _MOMENTS:
                one, other = _minutes(key, int(str(one))), _minutes(key, int(str(other)))
            elif key == "calendar":
                one = _name_of(self.wanted, "calendars", int(str(one)))
                other = _name_of(self.found, "calendars", int(str(other)))
            self._column(name, key, len(rows), len(ours), row, one, other)

    def _moved(self, target: str, rows: npt.NDArray[Any]) -> Pairs:
        """Rows referred to as rows of the file; `_LOST` where that row is not there."""
        there = np.append(np.where(self.pairs[target] < 0, _LOST, self.pairs[target]), NO_ROW)
        moved: Pairs = there[rows]
        return moved

    def _table(self, name: str) -> None:
        ours, theirs, pairs = (
            getattr(self.wanted, name),
            getattr(self.found, name),
            self.pairs[name],
        )
        rows = np.flatnonzero(pairs >= 0)
        others = pairs[rows]
        kinds = {item.name: str(item.type) for item in fields(type(ours))}
        for column, values in ours.columns():
            before, after = values[rows], getattr(theirs, column)[others]
            if kinds[column] == "Rows":
                moved = self._moved(_target(name, column), before)
                failed = (moved != after) & (moved != _LOST)
            elif (name, column) in _ASIDE or (column == "calendar_chosen" and not self._microsoft):
                continue  # what its key is made of, and what only Microsoft Project asks for
            elif kinds[column] == "Numbers":
                failed = ~np.isclose(before, after, rtol=1e-6, atol=1e-6, equal_nan=True)
            else:
                if column in _NOTHING_AT_ZERO:
                    before, after = (np.where(v == NO_TIME, 0, v) for v in (before, after))
                failed = np.asarray(before != after, dtype=bool)
            wrong = np.flatnonzero(failed)
            if wrong.size:
                at = int(wrong[0])
                one, other = before[at], after[at]
                if kinds[column] == "Rows":
                    target = _target(name, column)
                    one = _name_of(self.wanted, target, int(one))
                    other = _name_of(self.found, target, int(other))
                elif f"{name}.{column}" in _WORDS:
                    words = _WORDS[f"{name}.{column}"]
                    one, other = words(int(one)), words(int(other))
                elif kinds[column] == "Minutes":
                    one, other = _minutes(column, int(one)), _minutes(column, int(other))
                first = int(rows[at])
                self._column(name, column, int(wrong.size), len(ours), first, one, other)

    def _column(
        self, name: str, column: str, count: int, total: int, row: int, one: object, other: object
    ) -> None:
        where = _label(name, column)
        words = f"{count:,} of {total:,}, the first at {self._name(name, row)}"
        before, after = _short(one), _short(other)
        if column == "uid":
            self._tell("renumbered", "info", where, words, f"{before} became {after}")
        elif before == "nothing":
            self._tell("added", "info", where, words, f"{after} put in for the format")
        elif after in ("nothing", "0", "no"):
            self._tell("not-written", "warning", where, words, f"{before} is left out")
        else:
            self._tell("written-otherwise", "warning", where, words, f"{before} became {after}")

    def _name(self, name: str, row: int) -> str:
        return _name_of(self.wanted, name, row)

    def _baselines(self) -> None:
        found = {baseline.name: baseline for baseline in self.found.baselines}
        pairs = self.pairs["activities"]
        rows = np.flatnonzero(pairs >= 0)
        for baseline in self.wanted.baselines:
            other = found.get(baseline.name)
            where = f"Baseline {baseline.name}"
            if other is None:
                self._tell("not-written", "warning", where, "the baseline", "left out")
                continue
            if baseline.data_date != other.data_date:
                words = f"{_minutes('date', baseline.data_date)}"
                self._tell("not-written", "warning", f"{where}, data date", words, "left out")
            for column, values in baseline.columns.columns():
                before, after = values[rows], getattr(other.columns, column)[pairs[rows]]
                failed = ~np.isclose(before, after, rtol=1e-6, atol=1e-6, equal_nan=True)
                if failed.any():
                    words = f"{int(failed.sum()):,} of {len(self.wanted):,}"
                    self._tell(
                        "not-written", "warning", f"{where}, {column}", words, "left out or changed"
                    )


_LOST = -2


def _target(table: str, column: str) -> str:
    if column == "parent":
        return table
    return _TYPES[table] if column == "type" else _TARGETS[column]


def _label(table: str, column: str = "") -> str:
    words = table.replace("_", " ").capitalize().replace("Udf", "UDF").replace("Wbs", "WBS")
    return f"{words}, {column.replace('_', ' ').replace('uid', 'id')}" if column else words


_SPANS = ("duration", "float", "lag", "delay")


def _minutes(column: str, value: int) -> str:
    if value == NO_TIME:
        return "nothing"
    if any(word in column for word in _SPANS):
        return f"{value / 60.0:.6g}h"
    moment = to_datetime(value)
    return moment.strftime("%Y-%m-%d %H:%M") if moment else "nothing"


def _short(value: object) -> str:
    if isinstance(value, np.generic):
        value = value.item()
    if value is None or value == "" or value == NO_TIME:
        return "nothing"
    if isinstance(value, IntEnum):
        return value.name.replace("_", " ").lower() if len(value.name) > 2 else value.name
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:.6g}"
    text = " ".join(str(value).split())
    return text if len(text) <= 40 else f"{text[:39]}…"


def _name_of(schedule: Schedule, table: str, row: int) -> str:
    """How a row is called in a message."""
    if row < 0:
        return "nothing"
    rows = getattr(schedule, table)
    if isinstance(rows, tuple):
        return str(getattr(rows[row], "code", "") or rows[row].name)
    for column in ("code", "name", "topic"):
        if hasattr(rows, column):
            text = str(getattr(rows, column)[row])
            if text and table != "expenses":
                return _short(text)
    if hasattr(rows, "activity"):
        return _name_of(schedule, "activities", int(rows.activity[row]))
    if table == "relationships":
        ends = (int(rows.predecessor[row]), int(rows.successor[row]))
        return " > ".join(_name_of(schedule, "activities", end) for end in ends)
    return f"row {row + 1}"


def _project_fields(project: Project) -> dict[str, object]:
    own: dict[str, object] = {f.name: getattr(project, f.name) for f in fields(project)}
    del own["options"]
    options = {item.name: getattr(project.options, item.name) for item in fields(project.options)}
    return own | options


def _calendar_fields(calendar: Calendar) -> dict[str, object]:
    own: dict[str, object] = {f.name: getattr(calendar, f.name) for f in fields(calendar)}
    own["exceptions"] = dict(calendar.exceptions)
    for name in ("hours_per_day", "hours_per_week"):
        own[name] = round(float(getattr(calendar, name)), 6)
    return own


# ---------------------------------------------------------------- which row is which


def _paired(ours: Sequence[Hashable], theirs: Sequence[Hashable]) -> Pairs:
    """Rows with equal keys; the n-th of equal keys belongs to the n-th."""
    where = {key: row for row, key in enumerate(_numbered(theirs))}
    return np.array([where.get(key, -1) for key in _numbered(ours)], dtype=np.int64)


def _numbered(keys: Iterable[Hashable]) -> Iterable[tuple[Hashable, int]]:
    seen: Counter[Hashable] = Counter()
    for key in keys:
        seen[key] += 1
        yield key, seen[key]


def _keys(comparison: _Comparison, name: str) -> tuple[Sequence[Hashable], Sequence[Hashable]]:
    """What identifies the rows of a table on either side."""
    return _side(comparison, name, True), _side(comparison, name, False)


def _side(comparison: _Comparison, name: str, ours: bool) -> Sequence[Hashable]:
    """Rows referred to are told as rows of the file on both sides."""
    schedule = comparison.wanted if ours else comparison.found

    def at(target: str, rows: npt.NDArray[Any]) -> list[int]:
        found: list[int] = (comparison._moved(target, rows) if ours else rows).tolist()
        return found

    if name == "projects":
        if len(comparison.wanted.projects) == len(comparison.found.projects) == 1:
            return [0]
        return _uids_or(comparison, name, ours, lambda s: [p.code for p in s.projects])
    if name == "calendars":
        return _uids_or(comparison, name, ours, lambda s: [c.name for c in s.calendars])
    table: Table = getattr(schedule, name)
    if name == "wbs":
        return _uids_or(comparison, name, ours, _paths)
    if name in ("activities", "resources", "accounts", "roles"):
        return _uids_or(comparison, name, ours, lambda s: getattr(s, name).code.tolist())
    if name in ("code_types", "udf_types"):
        return _uids_or(comparison, name, ours, lambda s: getattr(s, name).name.tolist())
    if name == "code_values":
        codes = schedule.code_values
        if _same_uids(comparison, name):
            return _uids(schedule, name)
        return list(zip(at("code_types", codes.type), codes.code.tolist(), strict=True))
    if name == "udf_values":
        return _user_keys(comparison, ours, at)
    columns = {
        "relationships": ("predecessor", "successor"),
        "external_links": ("activity", "incoming", "other_uid"),
        "code_assignments": ("activity", "value"),
        "assignments": ("activity", "resource"),
        "expenses": ("activity", "name"),
        "notes": ("activity", "topic"),
        "splits": ("activity", "start"),
        "steps": ("activity", "name"),
        "timephased": ("activity", "owner", "baseline", "type", "start"),
        "resource_rates": ("resource", "start"),
    }[name]
    lists = []
    for column in columns:
        values = getattr(table, column)
        lists.append(at(_TARGETS[column], values) if values.dtype == np.int32 else values.tolist())
    return list(zip(*lists, strict=True))


def _uids(schedule: Schedule, name: str) -> list[str]:
    rows = getattr(schedule, name)
    return [row.uid for row in rows] if isinstance(rows, tuple) else rows.uid.tolist()


def _same_uids(comparison: _Comparison, name: str) -> bool:
    """Whether ids tell the rows apart: most of them are on both sides."""
    ours, theirs = _uids(comparison.wanted, name), _uids(comparison.found, name)
    common = set(ours) & set(theirs)
    return len(common) == len(set(ours)) == len(ours) or set(theirs) <= common


def _uids_or(
    comparison: _Comparison, name: str, ours: bool, other: Callable[[Schedule], list[Any]]
) -> list[Any]:
    schedule = comparison.wanted if ours else comparison.found
    return _uids(schedule, name) if _same_uids(comparison, name) else other(schedule)


def _paths(schedule: Schedule) -> list[Any]:
    """Names of each WBS node and of those above it, without the root: formats write it anew."""
    found: list[Any] = []
    names, parents = schedule.wbs.name.tolist(), schedule.wbs.parent.tolist()
    projects = schedule.wbs.project.tolist()
    for name, parent, project in zip(names, parents, projects, strict=True):
        found.append((*found[parent], name) if 0 <= parent < len(found) else (project,))
    return found


def _user_keys(
    comparison: _Comparison, ours: bool, at: Callable[[str, npt.NDArray[Any]], list[int]]
) -> list[Any]:
    schedule = comparison.wanted if ours else comparison.found
    values, types = schedule.udf_values, schedule.udf_types
    tables = types.table[values.type].tolist() if len(values) else []
    place: dict[str, dict[str, int]] = {}
    for table, target in _OWNERS.items():
        uids = _uids(schedule, target)
        rows = at(target, np.arange(len(uids)))
        place[table] = dict(zip(uids, rows, strict=True))
    kinds = at("udf_types", values.type)
    return [
        (kind, place.get(table, {}).get(subject, subject))
        for kind, table, subject in zip(kinds, tables, values.subject.tolist(), strict=True)
    ]


def with_calculated(schedule: Schedule, calculated: Any) -> Schedule:
    """The schedule with calculated columns as its stored ones: what a writer is asked to write."""
    columns = {
        f"stored_{name}": np.asarray(values).astype(
            getattr(schedule.activities, f"stored_{name}").dtype
        )
        for name, values in calculated.items()
    }
    return replace(schedule, activities=schedule.activities.with_columns(**columns))
