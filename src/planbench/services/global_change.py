"""Global change: if a condition holds, set these fields, else those; shown before it is done.

Everything is worked out on a copy; what is applied is the very schedule that the preview showed,
as one undoable step.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from planbench.domain.errors import PlanbenchError
from planbench.domain.schedule import Rows, Schedule
from planbench.domain.times import DAY, NO_TIME
from planbench.scenes.columns import Column, PlanTable
from planbench.scenes.filters import Group, find_column, form, matching, read_filter, write_filter
from planbench.scenes.formats import date_text
from planbench.services.assigning import can_edit, edit_rows
from planbench.services.document import Document
from planbench.services.editing import EditError
from planbench.services.own_fields import SetOwnFields
from planbench.services.undo import Command, Macro, SetSchedule

THEN, ELSE = "then", "else"

_COPY = re.compile(r"\[([^\]]+)\]\s*(?:([+\-*/&])\s*(.+))?")


@dataclass(frozen=True)
class Change:
    """A field and what it is set to: a text as it would be typed, or from another field.

    `[Field]` copies, `[Field] + 5` calculates (+ - * /; days for dates), `[Field] & text` joins.
    """

    field: str  # id of a column that can be edited
    value: str


@dataclass(frozen=True)
class GlobalChange:
    """If `condition` holds for an activity it is changed by `then`, else by `otherwise`."""

    condition: Group
    then: tuple[Change, ...]
    otherwise: tuple[Change, ...] = ()


@dataclass(frozen=True)
class ChangeLine:
    """What happens to one field of one activity; `why` says that it refuses."""

    row: int
    code: str
    name: str
    branch: str  # THEN or ELSE
    field: str
    before: str
    after: str
    why: str = ""


@dataclass(frozen=True)
class Preview:
    """A global change worked out on `base`: its lines, and the step that makes it (None: none)."""

    base: Schedule
    lines: tuple[ChangeLine, ...]
    passing: int  # activities for which the condition holds
    command: Command | None

    @property
    def changed(self) -> int:
        """Activities that change."""
        return len({line.row for line in self.lines if not line.why})

    @property
    def refused(self) -> int:
        """Cells that stay as they are, because they cannot be so."""
        return sum(bool(line.why) for line in self.lines)


def changeable(columns: Mapping[str, Column]) -> dict[str, str]:
    """Fields that can be set, by id, with their names; ids are left out, as they differ."""
    return {key: one.name for key, one in columns.items() if can_edit(key) and key != "id"}


def preview_change(
    document: Document,
    change: GlobalChange,
    table: PlanTable,
    columns: Mapping[str, Column],
    parameters: Mapping[str, str] | None = None,
) -> Preview:
    """Work a global change out; the document stays as it is.

    `table` holds the activities of the document without bands, `columns` its fields. The condition
    and all values are read before anything changes, so that the order of changes of different
    fields does not matter. Raises EditError for a change without a field or with one that cannot
    be read, FilterError for a condition that cannot be asked.
    """
    if not change.then and not change.otherwise:
        raise EditError("Say which field is to be set.")
    passes = matching(change.condition, table, columns, parameters)
    trial = replace(document, history=[])
    lines: list[ChangeLine] = []
    for branch, flags, changes in (
        (THEN, passes, change.then),
        (ELSE, ~passes, change.otherwise),
    ):
        rows = np.flatnonzero(flags)
        for one in changes:
            lines += _change(trial, table, columns, rows.tolist(), one, branch)
    count = len({line.row for line in lines if not line.why})
    label = f"Global change of {'1 activity' if count == 1 else f'{count:,} activities'}"
    steps: list[Command] = []
    if trial.schedule is not document.schedule:
        steps.append(SetSchedule(label, trial.schedule))
    if trial.own_fields is not document.own_fields:
        steps.append(SetOwnFields(label, trial.own_fields))
    command = Macro(label, steps) if len(steps) > 1 else steps[0] if steps else None
    return Preview(document.schedule, tuple(lines), int(passes.sum()), command)


def _change(
    trial: Document,
    table: PlanTable,
    columns: Mapping[str, Column],
    rows: list[int],
    one: Change,
    branch: str,
) -> list[ChangeLine]:
    """Make one change on the trial; what it did, cell by cell."""
    column = columns.get(one.field)
    if column is None or one.field not in changeable(columns):
        raise EditError(f"The field “{one.field or 'nothing'}” cannot be set.")
    if not rows:
        return []
    nodes = np.array(rows, dtype=np.int32)
    before = column.texts(table, nodes)
    after = _values(one.value, table, columns, nodes)
    refused: dict[int, str] = {}
    try:
        found = edit_rows(trial, rows, one.field, after)
        refused = dict(found.refused)
        if found.command is not None:
            found.command.redo(trial)
    except EditError as error:  # no row can take it
        refused = dict.fromkeys(rows, error.line)
    codes, names = trial.schedule.activities.code, trial.schedule.activities.name
    lines = []
    for row, old, new in zip(rows, before, after, strict=True):
        if row in refused or old != new:
            line = ChangeLine(
                row, str(codes[row]), str(names[row]), branch, column.name, old, new,
                refused.get(row, ""),
            )  # fmt: skip
            lines.append(line)
    return lines


def _values(value: str, table: PlanTable, columns: Mapping[str, Column], nodes: Rows) -> list[str]:
    """What every activity's field is set to, as it would be typed."""
    found = _COPY.fullmatch(value.strip())
    if found is None:
        return [value.strip()] * nodes.size
    source = find_column(columns, found[1].strip())
    if source is None:
        raise EditError(f"There is no field “{found[1]}”.")
    kind, sign, operand = form(source), found[2] or "", (found[3] or "").strip()
    if sign == "&":
        return [f"{text} {operand}".strip() for text in source.texts(table, nodes)]
    if kind not in ("number", "date"):
        if sign:
            raise EditError(f"“{source.name}” is no number: only & joins a text to it.")
        return source.texts(table, nodes)
    values = source.values(table)[nodes]
    amount = _number(operand) if sign else 0.0
    if kind == "date":
        if sign not in ("", "+", "-"):
            raise EditError("Days are added to a date or taken off it.")
        shift = round(amount * DAY) * (-1 if sign == "-" else 1)
        return [_moment(int(one), shift) for one in values.tolist()]
    if sign == "/" and amount == 0:
        raise EditError("Nothing can be divided by zero.")
    return [_worked_out(float(one), sign, amount) for one in values.tolist()]


def _number(text: str) -> float:
    try:
        number = float(text.replace(",", ".").removesuffix("d"))
    except ValueError:
        number = float("nan")
    if not np.isfinite(number):
        raise EditError(f"“{text}” is not a number.")
    return number


def _moment(minute: int, shift: int) -> str:
    return "" if minute == NO_TIME else date_text(minute + shift)


def _worked_out(value: float, sign: str, amount: float) -> str:
    if not np.isfinite(value):
        return ""
    made = {
        "": value,
        "+": value + amount,
        "-": value - amount,
        "*": value * amount,
        "/": value / amount if amount else value,
    }[sign]
    return f"{made:.10g}"


def write_report(
    path: Path, preview: Preview, change: GlobalChange, columns: Mapping[str, Column]
) -> None:
    """Write a preview as a workbook. Raises PlanbenchError when it cannot be written."""
    from planbench.exchange.tables.sheets import Grid, write_xlsx

    titles = ("Activity ID", "Name", "Branch", "Field", "Before", "After", "Left as it is because")
    rows = [
        (one.code, one.name, one.branch, one.field, one.before, one.after, one.why)
        for one in preview.lines
    ]
    told: list[tuple[str | int, ...]] = [
        ("If", write_filter(change.condition, columns)),
        *(("Then", f"{columns[one.field].name} = {one.value}") for one in change.then),
        *(("Else", f"{columns[one.field].name} = {one.value}") for one in change.otherwise),
        ("Activities that change", preview.changed),
        ("Cells left as they are", preview.refused),
    ]
    grids = [Grid("Global change", ("What", "Value"), [*told]), Grid("Cells", titles, [*rows])]
    try:
        path.write_bytes(write_xlsx(grids))
    except OSError as error:
        raise PlanbenchError(f"cannot be written: {error.strerror}", str(path)) from error


# ---------------------------------------------------------------- kept under a name


KIND, SHELF = "planbench global change", "global changes"


def change_json(change: GlobalChange, columns: Mapping[str, Column]) -> dict[str, Any]:
    """A global change as plain values: its condition as text, fields by their ids."""
    return {
        "if": write_filter(change.condition, columns),
        "then": [[one.field, one.value] for one in change.then],
        "else": [[one.field, one.value] for one in change.otherwise],
    }


def parse_change(values: Any, columns: Mapping[str, Column], where: str = "") -> GlobalChange:
    """The global change of such values.

    Raises EditError where they are none, FilterError for a condition that this schedule cannot
    be asked.
    """
    if not isinstance(values, dict) or not isinstance(values.get("if", ""), str):
        raise EditError("this is not a global change", where)
    branches = []
    for key in ("then", "else"):
        lines = values.get(key, [])
        if not isinstance(lines, list) or not all(
            isinstance(one, list) and len(one) == 2 and all(isinstance(part, str) for part in one)
            for one in lines
        ):
            raise EditError("this is not a global change", where)
        branches.append(tuple(Change(*one) for one in lines))
    return GlobalChange(read_filter(values.get("if", ""), columns), *branches)
