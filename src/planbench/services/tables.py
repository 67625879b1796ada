"""Tables of a schedule out to Excel or CSV, and back in: checked, shown as a difference, undoable.

A file that comes back is never applied as it is. `read_changes` matches its rows by id and gives
the cells that differ, rows that are new, and what was refused with the reason; `apply_changes`
makes one undoable step of the first two. Columns and rows that a file leaves out stay as they are.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from planbench.domain.errors import PlanbenchError
from planbench.domain.schedule import (
    NO_ROW,
    ActivityType,
    LinkType,
    PercentType,
    Relationships,
    Schedule,
    Status,
    empty_table,
)
from planbench.domain.times import NO_TIME, to_datetime
from planbench.exchange.tables.sheets import (
    Cell,
    Formula,
    Grid,
    Value,
    read_csv,
    read_xlsx,
    write_csv,
    write_xlsx,
)
from planbench.services.convert import save
from planbench.services.document import Document
from planbench.services.editing import CONSTRAINT_NAMES, edit_cell
from planbench.services.undo import Command, Macro, SetCells


@dataclass(frozen=True)
class Column:
    """A column of an exported table. `edit` names the field it changes, "" for one to read."""

    key: str
    title: str
    values: Callable[[Schedule], list[Value]]
    edit: str = ""


def _plain(table: str, name: str) -> Callable[[Schedule], list[Value]]:
    def values(schedule: Schedule) -> list[Value]:
        found: list[Value] = getattr(getattr(schedule, table), name).tolist()
        return found

    return values


def _hours(table: str, name: str) -> Callable[[Schedule], list[Value]]:
    def values(schedule: Schedule) -> list[Value]:
        column = getattr(getattr(schedule, table), name).tolist()
        return [None if one == NO_TIME else round(one / 60.0, 4) for one in column]

    return values


def _dates(name: str) -> Callable[[Schedule], list[Value]]:
    def values(schedule: Schedule) -> list[Value]:
        return [to_datetime(one) for one in getattr(schedule.activities, name).tolist()]

    return values


def _words(table: str, name: str, words: dict[int, str]) -> Callable[[Schedule], list[Value]]:
    def values(schedule: Schedule) -> list[Value]:
        return [words[one] for one in getattr(getattr(schedule, table), name).tolist()]

    return values


def _named(table: str, name: str, of: str, what: str) -> Callable[[Schedule], list[Value]]:
    """Texts of the rows referred to: column `what` of table `of`."""

    def values(schedule: Schedule) -> list[Value]:
        other = getattr(schedule, of)
        if isinstance(other, tuple):
            texts = [getattr(one, what) for one in other]
        else:
            texts = getattr(other, what).tolist()
        rows = getattr(getattr(schedule, table), name).tolist()
        return [texts[row] if row != NO_ROW else None for row in rows]

    return values


def _spelled(kinds: Iterable[Any]) -> dict[int, str]:
    return {int(kind): kind.name.replace("_", " ").capitalize() for kind in kinds}


_CONSTRAINTS = {int(kind): name for kind, name in CONSTRAINT_NAMES.items()}
_LINKS = {int(kind): kind.name for kind in LinkType}

TABLES: dict[str, tuple[Column, ...]] = {
    "activities": (
        Column("project", "Project", _named("activities", "project", "projects", "code")),
        Column("id", "Activity ID", _plain("activities", "code")),
        Column("name", "Activity name", _plain("activities", "name"), "name"),
        Column("wbs", "WBS", _named("activities", "wbs", "wbs", "code")),
        Column("type", "Type", _words("activities", "type", _spelled(ActivityType))),
        Column("status", "Status", _words("activities", "status", _spelled(Status))),
        Column(
            "calendar",
            "Calendar",
            _named("activities", "calendar", "calendars", "name"),
            "calendar",
        ),
        Column(
            "original",
            "Original duration (h)",
            _hours("activities", "original_duration"),
            "original",
        ),
        Column(
            "remaining",
            "Remaining duration (h)",
            _hours("activities", "remaining_duration"),
            "remaining",
        ),
        Column("start", "Actual start", _dates("actual_start"), "start"),
        Column("finish", "Actual finish", _dates("actual_finish"), "finish"),
        Column(
            "constraint",
            "Constraint",
            _words("activities", "constraint", _CONSTRAINTS),
            "constraint",
        ),
        Column("constraint_date", "Constraint date", _dates("constraint_date"), "constraint_date"),
        Column(
            "percent", "Physical % complete", _plain("activities", "physical_percent"), "percent"
        ),
    ),
    "relationships": (
        Column("uid", "Link", _plain("relationships", "uid")),
        Column(
            "predecessor",
            "Predecessor",
            _named("relationships", "predecessor", "activities", "code"),
        ),
        Column(
            "successor", "Successor", _named("relationships", "successor", "activities", "code")
        ),
        Column("type", "Type", _words("relationships", "type", _LINKS)),
        Column("lag", "Lag (h)", _hours("relationships", "lag")),
    ),
    "wbs": (
        Column("uid", "WBS node", _plain("wbs", "uid")),
        Column("code", "WBS", _plain("wbs", "code")),
        Column("name", "WBS name", _plain("wbs", "name")),
        Column("parent", "Parent node", _named("wbs", "parent", "wbs", "uid")),
    ),
    "resources": (
        Column("id", "Resource ID", _plain("resources", "code")),
        Column("name", "Resource name", _plain("resources", "name")),
        Column("kind", "Kind", _plain("resources", "kind")),
        Column("unit", "Unit", _plain("resources", "unit")),
        Column("max", "Most units per hour", _plain("resources", "max_units")),
        Column("price", "Price per unit", _plain("resources", "price")),
    ),
    "assignments": (
        Column("uid", "Assignment", _plain("assignments", "uid")),
        Column("activity", "Activity ID", _named("assignments", "activity", "activities", "code")),
        Column("resource", "Resource ID", _named("assignments", "resource", "resources", "code")),
        Column("budget", "Budgeted units", _plain("assignments", "budget_units")),
        Column("actual", "Actual units", _plain("assignments", "actual_units")),
        Column("remaining", "Remaining units", _plain("assignments", "remaining_units")),
        Column("cost", "Budgeted cost", _plain("assignments", "budget_cost")),
    ),
    "codes": (
        Column(
            "activity", "Activity ID", _named("code_assignments", "activity", "activities", "code")
        ),
        Column(
            "code",
            "Code",
            lambda s: _of(s.code_types.name, s.code_values.type[s.code_assignments.value]),
        ),
        Column("value", "Value", _named("code_assignments", "value", "code_values", "code")),
        Column("name", "Value name", _named("code_assignments", "value", "code_values", "name")),
    ),
    "udfs": (
        Column("table", "Table", _named("udf_values", "type", "udf_types", "table")),
        Column("subject", "Row", _plain("udf_values", "subject")),
        Column("field", "Field", _named("udf_values", "type", "udf_types", "name")),
        Column("value", "Value", _plain("udf_values", "value")),
    ),
}
"""The tables that can be exported, with all their columns. Durations are in hours."""


def _of(texts: Any, rows: Any) -> list[Value]:
    found: list[Value] = texts[rows].tolist()
    return found


def exported_grid(schedule: Schedule, table: str, columns: Iterable[str] = ()) -> Grid:
    """A table of a schedule with these columns (keys), all without any.

    Raises PlanbenchError for a table or column that there is not.
    """
    if table not in TABLES:
        raise PlanbenchError(
            f"there is no table “{table}”", mend=f"Choose one of {', '.join(TABLES)}."
        )
    known = {column.key: column for column in TABLES[table]}
    wanted = tuple(columns) or tuple(known)
    for key in wanted:
        if key not in known:
            raise PlanbenchError(
                f"there is no column “{key}”", table, f"Choose from {', '.join(known)}."
            )
    found = [known[key].values(schedule) for key in wanted]
    return Grid(table, tuple(known[key].title for key in wanted), list(zip(*found, strict=True)))


def all_sheets(schedule: Schedule) -> list[Grid]:
    """Every table that has rows, the activities in any case."""
    grids = [exported_grid(schedule, table) for table in TABLES]
    return [grid for grid in grids if grid.rows or grid.name == "activities"]


def save_rows(titles: Iterable[str], rows: Iterable[Iterable[str]], path: str) -> None:
    """Write rows of texts as CSV or, by any other ending, as a workbook. Raises PlanbenchError."""
    grid = Grid("rows", tuple(titles), [tuple(row) for row in rows])
    save(write_csv(grid) if path.lower().endswith(".csv") else write_xlsx([grid]), path)


# ---------------------------------------------------------------- back in


@dataclass(frozen=True)
class Change:
    """A cell that differs: `line` of the file (titles are line 1), what stood there, what comes."""

    line: int
    id: str
    title: str
    before: str
    after: str


@dataclass(frozen=True)
class Refusal:
    """A row or cell that is not taken, and why."""

    line: int
    id: str
    title: str
    value: str
    reason: str


@dataclass
class Changes:
    """What applying a file would do."""

    changed: list[Change] = field(default_factory=list)
    refused: list[Refusal] = field(default_factory=list)
    unchanged: int = 0  # rows
    ignored: tuple[str, ...] = ()  # titles of columns that are only read, or unknown
    cells: dict[str, dict[int, Any]] = field(default_factory=dict)  # column -> row -> value
    digest: str = ""  # of the schedule it was compared with


def read_grid(data: bytes, name: str, table: str = "activities") -> Grid:
    """The grid of a CSV, or the sheet of a workbook called like the table, else its only one.

    Raises ImportRefused when there is no such grid in it.
    """
    if not data.startswith(b"PK"):
        return read_csv(data, name)
    grids = read_xlsx(data, name)
    found = [grid for grid in grids if grid.name.casefold() == table]
    if not found and len(grids) > 1:
        raise PlanbenchError(f"there is no sheet “{table}”", name, "Name the sheet like the table.")
    return found[0] if found else grids[0]


def read_changes(document: Document, grid: Grid) -> Changes:
    """What a grid of activities changes in a document, cell by cell; the document stays as it is.

    Rows are matched by activity id, and project where the grid has it. Raises PlanbenchError when
    there is no id column or a title is repeated.
    """
    schedule = document.schedule
    columns = {column.title.casefold(): column for column in TABLES["activities"]}
    titles = [title.casefold() for title in grid.titles]
    for title in titles:
        if title and titles.count(title) > 1:
            raise PlanbenchError(f"the column “{title}” is there twice", grid.name)
    if "activity id" not in titles:
        raise PlanbenchError(
            "there is no column “Activity ID”", grid.name, "Rows are matched by it."
        )
    fields = [columns.get(title) for title in titles]
    edits = [(k, one) for k, one in enumerate(fields) if one is not None and one.edit]
    changes = Changes(digest=schedule.digest)
    keys = [k for k, one in enumerate(fields) if one is not None and one.key in ("id", "project")]
    used = {k for k, _ in edits} | set(keys)
    changes.ignored = tuple(t for k, t in enumerate(grid.titles) if t and k not in used)
    old = {one.key: one.values(schedule) for _, one in edits}
    id_at = titles.index("activity id")
    project_at = titles.index("project") if "project" in titles else -1
    rows = _rows_by_id(schedule, project_at >= 0)
    seen: set[int] = set()
    for line, given in enumerate(grid.rows, 2):
        if all(value is None for value in given):
            continue
        code = given[id_at]
        told = "" if code is None else _told(code)
        row, reason = _match(rows, code, given[project_at] if project_at >= 0 else "")
        if not reason and row in seen:
            reason = "This activity is in the file twice; the first row counts."
        if reason:
            changes.refused.append(Refusal(line, told, "Activity ID", told, reason))
            continue
        seen.add(row)
        _compare(document, changes, line, row, [(one, given[k]) for k, one in edits], old)
    return changes


def _rows_by_id(schedule: Schedule, with_project: bool) -> dict[tuple[str, str], list[int]]:
    codes, projects = schedule.activities.code.tolist(), schedule.activities.project.tolist()
    found: dict[tuple[str, str], list[int]] = {}
    for row, (code, project) in enumerate(zip(codes, projects, strict=True)):
        key = (code, schedule.projects[project].code if with_project else "")
        found.setdefault(key, []).append(row)
    return found


def _match(rows: dict[tuple[str, str], list[int]], code: Cell, project: Cell) -> tuple[int, str]:
    if code is None:
        return NO_ROW, "There is no activity id."
    if not isinstance(code, str):
        return NO_ROW, "This id is not a text: the spreadsheet may have changed it."
    found = rows.get((code, "" if project is None else str(project)), [])
    if not found:
        return NO_ROW, "There is no such activity; insert it in Schedule first."
    if len(found) > 1:
        return NO_ROW, "Several activities have this id."
    return found[0], ""


def _told(value: Cell) -> str:
    if value is None:
        return ""
    if isinstance(value, Formula):
        return value.text
    if isinstance(value, dt.datetime):
        return value.strftime("%Y-%m-%d %H:%M")
    return f"{value:.10g}" if isinstance(value, float) else str(value)


_ORDER = ("name", "calendar", "start", "finish", "original", "remaining", "percent")


def _compare(
    document: Document,
    changes: Changes,
    line: int,
    row: int,
    given: list[tuple[Column, Cell]],
    old: dict[str, list[Value]],
) -> None:
    """Try the cells of one row that differ on a schedule of this row alone."""
    schedule, code = document.schedule, str(document.schedule.activities.code[row])
    wanted: dict[str, tuple[Column, str]] = {}
    for column, value in given:
        before = old[column.key][row]
        try:
            text = _typed(column, value)
        except PlanbenchError as error:
            changes.refused.append(Refusal(line, code, column.title, _told(value), error.line))
            continue
        if text != _typed(column, before):
            wanted[column.key] = (column, text)
    if not wanted:
        changes.unchanged += 1
        return
    one = schedule.activities.take(np.array([row]))
    alone = Document(
        replace(schedule, activities=one, relationships=empty_table(Relationships), baselines=())
    )
    order = [*_ORDER, "constraint", "constraint_date"]
    if "constraint_date" in wanted and wanted["constraint_date"][1]:
        kind = wanted.get("constraint")
        if kind is not None and one.constraint_date[0] == NO_TIME:
            _date_first(alone, wanted["constraint_date"][1])
    for key in (key for key in order if key in wanted):
        column, text = wanted[key]
        before = _told(old[key][row])
        try:
            command = _edited(alone, column, text)
        except PlanbenchError as error:
            changes.refused.append(Refusal(line, code, column.title, text, error.line))
            continue
        if command is not None:
            command.redo(alone)
        changes.changed.append(Change(line, code, column.title, before, text.removesuffix("h")))
    for name, values in alone.schedule.activities.columns():
        if values[0] != getattr(schedule.activities, name)[row]:
            changes.cells.setdefault(name, {})[row] = values[0]


def _edited(alone: Document, column: Column, text: str) -> Command | None:
    measured = alone.schedule.activities.percent_type[0]
    if column.key == "percent" and measured != PercentType.PHYSICAL:
        raise PlanbenchError("Its percent complete is not a physical one.")
    return edit_cell(alone, 0, column.edit, text)


def _date_first(alone: Document, text: str) -> None:
    """A constraint that comes with its date needs no date to start from."""
    from planbench.domain.times import from_iso

    moment = np.array([from_iso(text)], dtype=np.int64)
    alone.schedule = alone.schedule.with_activities(constraint_date=moment)


_NUMBER = re.compile(r"[+-]?\d+(\.\d+)?")
_DATE = re.compile(r"\d{4}-\d\d-\d\d([ T]\d\d:\d\d(:\d\d)?)?")


def _typed(column: Column, value: Cell) -> str:
    """A cell as `edit_cell` reads it, exactly; raises PlanbenchError for another type.

    Decimal commas, dates in other orders and Excel's day numbers are refused, never guessed.
    """
    if isinstance(value, Formula):
        raise PlanbenchError("A formula is not taken. Put its value there.")
    if column.key in ("start", "finish", "constraint_date"):
        return _date_text(value)
    if column.key in ("original", "remaining", "percent"):
        if value is None:
            raise PlanbenchError("A number is needed here.")
        if isinstance(value, str):
            if not _NUMBER.fullmatch(value.strip()):
                raise PlanbenchError("This is not a number such as 12.5.")
            value = float(value)
        if isinstance(value, bool | dt.datetime):
            raise PlanbenchError("This is not a number such as 12.5.")
        text = f"{value:.4f}".rstrip("0").rstrip(".")
        return text if column.key == "percent" else f"{text}h"
    if value is None:
        return ""
    if not isinstance(value, str):
        raise PlanbenchError("This is not a text: the spreadsheet may have changed it.")
    return value.strip()


def _date_text(value: Cell) -> str:
    if value is None:
        return ""
    if isinstance(value, dt.datetime):
        return value.strftime("%Y-%m-%d %H:%M")
    if isinstance(value, str) and _DATE.fullmatch(value.strip()):
        try:
            moment = dt.datetime.fromisoformat(value.strip())
        except ValueError:
            raise PlanbenchError("There is no such date.") from None
        return moment.strftime("%Y-%m-%d %H:%M")
    raise PlanbenchError("This is not a date such as 2026-05-03 08:00.")


def apply_changes(document: Document, changes: Changes, label: str = "Import table") -> Command:
    """The one step that takes over all changes.

    Raises PlanbenchError when there are none, or the schedule is no longer the compared one.
    """
    if changes.digest != document.schedule.digest:
        raise PlanbenchError("the schedule was changed in between", mend="Compare again.")
    if not changes.cells:
        raise PlanbenchError("the file changes nothing")
    return Macro(
        label,
        [
            SetCells(label, "activities", name, list(cells), list(cells.values()))
            for name, cells in changes.cells.items()
        ],
    )
