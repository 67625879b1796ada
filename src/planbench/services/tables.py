"""Tables of a schedule out to Excel or CSV, and back in: checked, shown as a difference, undoable.

A file that comes back is never applied as it is. `read_changes` matches its rows by id and gives
the cells that differ, rows that are new, and what was refused with the reason; `apply_changes`
makes one undoable step of the first two. Columns and rows that a file leaves out stay as they are.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from planbench.domain.errors import PlanbenchError
from planbench.domain.schedule import (
    NO_ROW,
    Activities,
    ActivityType,
    Baseline,
    PercentType,
    Relationships,
    Schedule,
    empty_baseline,
    empty_table,
    make_table,
)
from planbench.domain.times import DAY, NO_TIME, from_iso
from planbench.exchange.tables.sheets import (
    Cell,
    Grid,
    read_csv,
    read_xlsx,
    write_csv,
    write_xlsx,
)
from planbench.services import table_cells as cells
from planbench.services.convert import as_shown, save
from planbench.services.document import Document
from planbench.services.editing import edit_cell
from planbench.services.rewiring import SetRows
from planbench.services.table_columns import (
    TABLES,
    TYPE_WORDS,
    Column,
    all_sheets,
    exported_grid,
    left_out,
    model_table,
)
from planbench.services.table_readers import READERS
from planbench.services.table_rows import (
    Addition,
    Change,
    Changes,
    Given,
    Refusal,
    Rows,
    fresh_uids,
    one_of,
    places,
)
from planbench.services.undo import Command, SetSchedule

__all__ = [
    "TABLES",
    "Addition",
    "Cells",
    "Change",
    "Changes",
    "Column",
    "Refusal",
    "all_sheets",
    "apply_changes",
    "exported_grid",
    "left_out",
    "paste_changes",
    "read_all_changes",
    "read_changes",
    "read_grid",
    "read_grids",
    "save_rows",
    "table_of",
]

_READ_ORDER = (
    "accounts", "resources", "resource_rates", "roles", "wbs", "activities", "relationships",
    "external_links", "splits", "steps", "code_types", "code_values", "codes", "udf_types", "udfs",
    "assignments", "expenses", "notes",
)  # fmt: skip
"""Tables of a workbook in the order in which they come in: those referred to first."""

_TOLD_BY = (
    "external_links", "relationships", "assignments", "codes", "udfs", "notes", "expenses",
    "splits", "steps", "activities", "resource_rates", "resources", "roles", "udf_types",
    "code_values", "code_types", "accounts", "wbs",
)  # fmt: skip
"""Tables in the order in which titles tell them, those with more needed columns first."""


def save_rows(titles: Iterable[str], rows: Iterable[Iterable[str]], path: str) -> None:
    """Write rows of texts as CSV or, by any other ending, as a workbook. Raises PlanbenchError."""
    grid = Grid("rows", tuple(titles), [tuple(row) for row in rows])
    save(write_csv(grid) if path.lower().endswith(".csv") else write_xlsx([grid]), path)


# ---------------------------------------------------------------- back in


def read_grids(data: bytes, name: str) -> list[Grid]:
    """The one grid of a CSV, or all sheets of a workbook. Raises ImportRefused."""
    return read_xlsx(data, name) if data.startswith(b"PK") else [read_csv(data, name)]


def read_grid(data: bytes, name: str, table: str = "activities") -> Grid:
    """The grid of a CSV, or the sheet of a workbook called like the table, else its only one.

    Raises ImportRefused when there is no such grid in it.
    """
    grids = read_grids(data, name)
    found = [grid for grid in grids if grid.name.casefold() == table]
    if not found and len(grids) > 1:
        raise PlanbenchError(f"there is no sheet “{table}”", name, "Name the sheet like the table.")
    return found[0] if found else grids[0]


def table_of(grid: Grid) -> str:
    """The table that a grid is of, by its name or else by its titles; "" for none."""
    name = grid.name.casefold()
    titles = {title.casefold() for title in grid.titles}
    for table in (name, *_TOLD_BY):
        if table in TABLES:
            reader = _reader(table)
            known = {column.key: column.title.casefold() for column in TABLES[table]}
            if all(known[key] in titles for key in reader.needs):
                return table
    return name if name in TABLES else ""


def _reader(table: str) -> type[Rows]:
    return _ActivityRows if table == "activities" else READERS[table]


def read_changes(document: Document, grid: Grid, table: str = "activities") -> Changes:
    """What a grid of a table changes in a document, row by row; the document stays as it is.

    Activities are matched by activity id, and project where the grid has it, the rows of other
    tables as their readers in `services.table_readers` say. Raises PlanbenchError when a column
    that is needed for it is not there or a title is repeated.
    """
    return _reader(table)(document.schedule, grid).read(as_shown(document, document.schedule))


def read_all_changes(document: Document, grids: Sequence[Grid]) -> Changes:
    """What all grids of a file change together, told from each other by name or titles.

    Raises PlanbenchError when no grid is of a known table, or one cannot be matched.
    """
    known = [(table, grid) for grid in grids if (table := table_of(grid))]
    if not known:
        needed = "Activity ID, or Predecessor and Successor, for example"
        raise PlanbenchError("no sheet has the columns of a table", grids[0].name, needed)
    whole = Changes(digest=document.schedule.digest)
    ignored = [f"sheet {grid.name}" for grid in grids if not table_of(grid)]
    schedule = document.schedule
    for table, grid in sorted(known, key=lambda one: _READ_ORDER.index(one[0])):
        reader = _reader(table)(schedule, grid)
        if schedule is not document.schedule:
            reader.renamed(document.schedule)
        part = reader.read(as_shown(document, schedule))
        schedule = part.after or schedule
        whole.changed += part.changed
        whole.added += part.added
        whole.refused += part.refused
        whole.unchanged += part.unchanged
        ignored += [f"{table}: {title}" if len(known) > 1 else title for title in part.ignored]
    whole.ignored = tuple(ignored)
    whole.after = None if schedule is document.schedule else schedule
    return whole


_ORDER = (
    "name", "calendar", "start", "finish", "original", "remaining", "percent", "constraint",
    "constraint_date",
)  # fmt: skip
"""Fields in an order in which each finds what it depends on."""


class _ActivityRows(Rows):
    """Activities, found by their id and project. Each row is tried on a schedule of it alone."""

    table = "activities"
    needs = ("id",)

    def __init__(self, schedule: Schedule, grid: Grid) -> None:
        super().__init__(schedule, grid)
        codes, projects = schedule.activities.code.tolist(), schedule.activities.project.tolist()
        names = [project.code for project in schedule.projects]
        with_project = "project" in {title.casefold() for title in grid.titles}
        self.rows: dict[tuple[str, str], list[int]] = {}
        for row, (code, project) in enumerate(zip(codes, projects, strict=True)):
            key = (code, names[project] if with_project else "")
            self.rows.setdefault(key, []).append(row)
        self.nodes = places(schedule.wbs.code.tolist())
        self.uids = fresh_uids(schedule.activities.uid.tolist(), len(grid.rows))

    def _key(self, given: Given) -> tuple[str, str]:
        code = cells.text(given["id"])
        if not code:
            raise PlanbenchError("There is no activity id.")
        return code, cells.text(given.get("project"))

    def _find(self, given: Given) -> int:
        found = self.rows.get(self._key(given), [])
        if len(found) > 1:
            raise PlanbenchError("Several activities have this id.")
        return found[0] if found else NO_ROW

    # rows that are there

    def _compare(self, line: int, row: int, name: str, given: Given) -> None:
        wanted: dict[str, str] = {}
        for key, cell in given.items():
            column, before = self.columns[key], self.old[key][row]
            try:
                if not column.edit:
                    self._keep(row, key, cell)
                elif (text := _typed(key, cell)) != _typed(key, before):
                    wanted[key] = text
            except PlanbenchError as error:
                self._refuse(line, name, column.title, cells.told(cell), error)
        if not wanted:
            self.changes.unchanged += 1
            return
        alone = self._alone(self.schedule.activities.take(np.array([row])), wanted)
        for key in (key for key in _ORDER if key in wanted):
            title, text = self.columns[key].title, wanted[key]
            try:
                _edit(alone, key, text)
            except PlanbenchError as error:
                self._refuse(line, name, title, text, error)
                continue
            before = cells.told(self.old[key][row])
            self.changes.changed.append(Change(line, name, title, before, text.removesuffix("h")))
        for model, values in alone.schedule.activities.columns():
            if values[0] != getattr(self.schedule.activities, model)[row]:
                self.cells.setdefault(model, {})[row] = values[0]

    def _keep(self, row: int, key: str, cell: Cell) -> None:
        if not (cells.same(cell, self.old[key][row]) or self.is_former(row, key, cell)):
            raise PlanbenchError(self.read_only(key))

    def _refuse(self, line: int, name: str, title: str, value: str, error: PlanbenchError) -> None:
        self.changes.refused.append(Refusal(line, name, title, value, error.line))

    def _alone(self, one: Activities, wanted: dict[str, str]) -> Document:
        """A document of one activity; a constraint that comes with its date needs none before."""
        schedule = self.schedule
        both = "constraint" in wanted and wanted.get("constraint_date", "")
        if both and one.constraint_date[0] == NO_TIME:
            moment = np.array([from_iso(both) - DAY], dtype=np.int64)  # another day than it gets
            one = one.with_columns(constraint_date=moment)
        links = empty_table(Relationships)
        return Document(replace(schedule, activities=one, relationships=links, baselines=()))

    # rows that are new

    def _make(self, given: Given) -> dict[str, Any]:
        key = self._key(given)
        project = self._project(key[1])
        name = cells.text(given.get("name"))
        if not name:
            raise PlanbenchError("A new activity needs an activity name.")
        kind = _kind(given.get("type"))
        calendar = self._calendar(cells.text(given.get("calendar")), project)
        duration = _duration(given.get("original"), kind)
        row = len(self.schedule) + len(self.new.get("activities", []))
        made = make_table(
            Activities,
            1,
            uid=[self.uids[row - len(self.schedule)]],
            code=[key[0]],
            name=[name],
            project=[project],
            wbs=[self._node(cells.text(given.get("wbs")), project)],
            calendar=[calendar],
            type=[kind],
            percent_type=[PercentType.PHYSICAL if given.get("percent") else PercentType.DURATION],
            original_duration=[duration],
            remaining_duration=[duration],
            stored_longest_path=[-1],
            levelling_priority=[2],
            levelling_delay=[0],
        )
        wanted = {
            one: _typed(one, given[one])
            for one in ("start", "finish", "remaining", "percent", "constraint", "constraint_date")
            if given.get(one) is not None
        }
        alone = self._alone(made, wanted)
        for one in (one for one in _ORDER if one in wanted):
            _edit(alone, one, wanted[one])
        self.rows[key] = [row]
        self.seen.add(row)
        return {column: values[0] for column, values in alone.schedule.activities.columns()}

    def _project(self, code: str) -> int:
        if not code:
            return self.schedule.main_project
        return one_of(places([one.code for one in self.schedule.projects]), code, "project")

    def _calendar(self, name: str, project: int) -> int:
        if name:
            return one_of(places([one.name for one in self.schedule.calendars]), name, "calendar")
        own = self.schedule.projects[project].calendar
        return own if own != NO_ROW or not self.schedule.calendars else 0

    def _node(self, code: str, project: int) -> int:
        wbs = self.schedule.wbs
        if code:
            found = [row for row in self.nodes.get(code, []) if wbs.project[row] == project]
            if len(found) != 1:
                many = (
                    "Several WBS nodes have this code." if found else f"There is no WBS “{code}”."
                )
                raise PlanbenchError(many)
            return found[0]
        tops = np.flatnonzero((wbs.parent == NO_ROW) & (wbs.project == project)).tolist()
        if len(tops) > 1:
            raise PlanbenchError("A new activity needs its WBS.")
        return int(tops[0]) if tops else NO_ROW


def _kind(cell: Cell) -> int:
    word = cells.text(cell)
    if not word:
        return int(ActivityType.TASK)
    known = {name.casefold(): kind for kind, name in TYPE_WORDS.items()}
    if word.casefold() not in known:
        raise PlanbenchError(f"There is no activity type “{word}”.")
    return known[word.casefold()]


def _duration(cell: Cell, kind: int) -> int:
    milestone = kind in (ActivityType.START_MILESTONE, ActivityType.FINISH_MILESTONE)
    if cell is None:
        if milestone:
            return 0
        raise PlanbenchError("A new activity needs its original duration.")
    minutes = cells.minutes(cell)
    if minutes < 0:
        raise PlanbenchError("A duration cannot be negative.")
    if milestone and minutes:
        raise PlanbenchError("A milestone has no duration.")
    return minutes


def _edit(alone: Document, key: str, text: str) -> None:
    measured = alone.schedule.activities.percent_type[0]
    if key == "percent" and measured != PercentType.PHYSICAL:
        raise PlanbenchError("Its percent complete is not a physical one.")
    command = edit_cell(alone, 0, key, text)
    if command is not None:
        command.redo(alone)


def _typed(key: str, value: Cell) -> str:
    """A cell as `edit_cell` reads it, exactly; raises PlanbenchError for another type."""
    if key in ("start", "finish", "constraint_date"):
        found = cells.moment(value)
        if found is None:
            return ""
        # midnight is how a spreadsheet keeps a date without a time
        return found.strftime("%Y-%m-%d %H:%M" if found.hour or found.minute else "%Y-%m-%d")
    if key in ("original", "remaining", "percent"):
        text = f"{cells.number(value):.4f}".rstrip("0").rstrip(".")
        return text if key == "percent" else f"{text}h"
    return cells.text(value)


# ---------------------------------------------------------------- a block from the clipboard


@dataclass(frozen=True)
class Cells:
    """Where a block goes: the cells from its upper left corner on, as a table shows them.

    `rows` are activities, NO_ROW for a band; `fields` the ids of the columns, "" for one that
    cannot be edited; `titles` what these are called; `shown(k, c)` the text in row k, column c.
    """

    rows: Sequence[int]
    fields: Sequence[str]
    titles: Sequence[str]
    shown: Callable[[int, int], str]


def paste_changes(document: Document, cells: Cells, block: Sequence[Sequence[str]]) -> Changes:
    """What a block of texts changes when it is put over cells, each as if it was typed there.

    A text that is shown there already changes nothing. A first row of the columns' titles is left
    out. What goes beyond the cells is refused.
    """
    changes = Changes(digest=document.schedule.digest)
    if len(block) > 1 and list(block[0]) == list(cells.titles[: len(block[0])]):
        block = block[1:]
    trial = Document(document.schedule, baseline=document.baseline, cpm=document.cpm)
    for place, line in enumerate(block):
        if place >= len(cells.rows):
            reason = "There are no rows left for it."
            changes.refused.append(Refusal(place + 1, "", "", "  ".join(line), reason))
            continue
        _paste_row(trial, changes, cells, place, line)
    if trial.schedule is not document.schedule:
        changes.after = trial.schedule
    return changes


def _paste_row(
    trial: Document, changes: Changes, target: Cells, place: int, line: Sequence[str]
) -> None:
    row, touched, number = target.rows[place], False, place + 1
    code = str(trial.schedule.activities.code[row]) if row != NO_ROW else ""
    for column, text in enumerate(line):
        if column >= len(target.fields):
            reason = "There are no columns left for it."
            changes.refused.append(Refusal(number, code, "", text, reason))
            continue
        title, shown = target.titles[column], target.shown(place, column)
        if text.strip() == shown.strip():
            continue
        try:
            command = _pasted(trial, row, target.fields[column], text)
        except PlanbenchError as error:
            changes.refused.append(Refusal(number, code, title, text, error.line))
            continue
        if command is not None:
            command.redo(trial)
            touched = True
            changes.changed.append(Change(number, code, title, shown, text))
    if not touched:
        changes.unchanged += 1


def _pasted(trial: Document, row: int, name: str, text: str) -> Command | None:
    if row == NO_ROW:
        raise PlanbenchError("This row is no activity.")
    if not name:
        raise PlanbenchError("This column cannot be edited.")
    return edit_cell(trial, row, name, text)


def apply_changes(document: Document, changes: Changes, label: str = "Import table") -> Command:
    """The one step that takes over all changes.

    Raises PlanbenchError when there are none, or the schedule is no longer the compared one.
    """
    if changes.digest != document.schedule.digest:
        raise PlanbenchError("the schedule was changed in between", mend="Compare again.")
    if changes.after is None:
        raise PlanbenchError("the file changes nothing")
    more = len(changes.after) - len(document.schedule)
    if more:
        grown = tuple(_grown(one, more) for one in changes.after.baselines)
        baseline = None if document.baseline is None else _grown(document.baseline, more)
        return SetRows(label, replace(changes.after, baselines=grown), baseline)
    return SetSchedule(label, changes.after, _touched(document.schedule, changes.after))


def _grown(baseline: Baseline, more: int) -> Baseline:
    added = empty_baseline(more)
    columns = {n: np.concatenate((c, getattr(added, n))) for n, c in baseline.columns.columns()}
    return replace(baseline, columns=type(added)(**columns))


def _touched(before: Schedule, after: Schedule) -> set[str]:
    """The columns that are other objects now."""
    found = set()
    for name in TABLES:
        table = model_table(name)
        old, new = getattr(before, table), getattr(after, table)
        found |= {
            f"{table}.{column}"
            for column, values in new.columns()
            if getattr(old, column) is not values
        }
    return found
