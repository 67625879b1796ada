"""Rows of tables beside the activities that come back: changed, new or refused, row by row.

Each table says how its rows are found again, which columns may change, and what a new row needs.
Nothing is ever deleted: rows that a file leaves out stay.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, ClassVar

import numpy as np

from planbench.domain.errors import PlanbenchError
from planbench.domain.schedule import (
    NO_ROW,
    Schedule,
    Table,
    make_table,
)
from planbench.exchange.tables.sheets import Cell, Grid, Value
from planbench.services import table_cells as cells
from planbench.services.table_columns import TABLES, Column, model_table

Parsers = Mapping[str, Callable[[Cell], Any]]

Given = Mapping[str, Cell]
"""The cells of a row by the key of their column."""


@dataclass(frozen=True)
class Change:
    """A cell that differs: `line` of the file (titles are line 1), what stood there, what comes."""

    line: int
    id: str
    title: str
    before: str
    after: str
    table: str = "activities"


@dataclass(frozen=True)
class Addition:
    """A row that comes in, and what it holds in words."""

    line: int
    id: str
    what: str
    table: str = "activities"


@dataclass(frozen=True)
class Refusal:
    """A row or cell that is not taken, and why."""

    line: int
    id: str
    title: str
    value: str
    reason: str
    table: str = "activities"


@dataclass
class Changes:
    """What applying a file would do."""

    changed: list[Change] = field(default_factory=list)
    added: list[Addition] = field(default_factory=list)
    refused: list[Refusal] = field(default_factory=list)
    unchanged: int = 0  # rows
    ignored: tuple[str, ...] = ()  # titles of columns that are unknown
    after: Schedule | None = None  # None when nothing would change
    digest: str = ""  # of the schedule it was compared with


def titled(grid: Grid, table: str) -> list[Column | None]:
    """The columns of a table that a grid has, by their titles; None for unknown ones.

    Raises PlanbenchError for a title that is there twice.
    """
    known = {column.title.casefold(): column for column in TABLES[table]}
    titles = [title.casefold() for title in grid.titles]
    for title in titles:
        if title and titles.count(title) > 1:
            raise PlanbenchError(f"the column “{title}” is there twice", grid.name)
    return [known.get(title) for title in titles]


class Rows:
    """Reads the rows of one table. Subclasses say what a table is like."""

    table = ""
    needs: tuple[str, ...] = ()
    """Keys of the columns that a grid must have."""

    parsers: ClassVar[Parsers] = {}
    """How the columns that may change are read; the value is that of the model."""

    shown_only: tuple[str, ...] = ()
    """Keys of further columns that a new row may not take."""

    def __init__(self, schedule: Schedule, grid: Grid) -> None:
        self.schedule, self.grid = schedule, grid
        self.shown = schedule
        self.changes = Changes(digest=schedule.digest)
        self.columns = {column.key: column for column in TABLES[self.table]}
        self.cells: dict[str, dict[int, Any]] = {}
        self.new: dict[str, list[dict[str, Any]]] = {}
        self.old: dict[str, list[Value]] = {}
        self.made: list[tuple[int, str, Given]] = []
        self.former: Schedule | None = None
        self.was: dict[str, list[Value]] = {}
        self.seen: set[int] = set()
        self.activities = places(schedule.activities.code.tolist())

    # what a table is like

    def _find(self, given: Given) -> int:
        """Row that a line means, NO_ROW for a new one. Raises PlanbenchError for neither."""
        raise NotImplementedError

    def _make(self, given: Given) -> dict[str, Any]:
        """Columns of a new row. Raises PlanbenchError for what cannot be."""
        raise NotImplementedError

    def _name(self, given: Given) -> str:
        """What the line is called in the preview."""
        return cells.told(given.get(self.needs[0]))

    def _locked(self, row: int, key: str) -> str:
        """Why a cell of an existing row cannot change, "" when it can."""
        return "" if key in self.parsers else self.read_only(key)

    def read_only(self, key: str) -> str:
        """What keeps a column as it is."""
        if not self.columns[key].locked:
            return "This column only counts for new rows."
        return "This column is shown only; a table does not change it."

    # reading

    def renamed(self, before: Schedule) -> None:
        """Take names of `before` as well: earlier tables of the file may have renamed rows."""
        self.former = before

    def is_former(self, row: int, key: str, cell: Cell) -> bool:
        """Whether a cell shows what stood there before other tables of the file renamed it."""
        if self.former is None:
            return False
        if key not in self.was:
            self.was[key] = self.columns[key].values(self.former)
        return row < len(self.was[key]) and cells.same(cell, self.was[key][row])

    def read(self, shown: Schedule | None = None) -> Changes:
        """What the grid would change; the schedule stays as it is.

        `shown` is the schedule as tables show it, where that differs: with calculated dates.
        """
        self.shown = shown or self.schedule
        places = titled(self.grid, self.table)
        keys = [column.key for column in places if column is not None]
        for key in self.needs:
            if key not in keys:
                title = self.columns[key].title
                raise PlanbenchError(f"there is no column “{title}”", self.grid.name)
        self.old = {key: self.columns[key].values(self.shown) for key in keys}
        pairs = zip(places, self.grid.titles, strict=True)
        self.changes.ignored = tuple(title for column, title in pairs if column is None and title)
        for line, row in enumerate(self.grid.rows, 2):
            if all(cell is None for cell in row):
                continue
            given = {c.key: cell for c, cell in zip(places, row, strict=True) if c is not None}
            self._line(line, given)
        self.changes.after = self.result()
        self._tell_not_taken()
        return self.changes

    def _tell_not_taken(self) -> None:
        """One line for each new row with cells that say something else than what it became."""
        after = self.changes.after
        if after is None or not self.made:
            return
        first = len(getattr(after, self.model)) - len(self.made)
        values = {
            key: self.columns[key].values(after)[first:]
            for key in self.old
            if self.columns[key].locked or key in self.shown_only
        }
        for place, (line, name, given) in enumerate(self.made):
            lost = [
                key
                for key, column in values.items()
                if given[key] is not None and not cells.same(given[key], column[place])
            ]
            if lost:
                title = ", ".join(self.columns[key].title for key in lost)
                value = ", ".join(cells.told(given[key]) for key in lost)
                reason = "A new row does not take what these columns say."
                self.changes.refused.append(Refusal(line, name, title, value, reason, self.table))

    def _line(self, line: int, given: Given) -> None:
        name, title = self._name(given), self.columns[self.needs[0]].title
        try:
            row = self._unseen(given)
            if row == NO_ROW:
                made = self._make(given)
                self.add(self.model, made)
                self.changes.added.append(Addition(line, name, self.words(given), self.table))
                self.made.append((line, name, given))
                return
        except PlanbenchError as error:
            self.changes.refused.append(Refusal(line, name, title, name, error.line, self.table))
            return
        self.seen.add(row)
        self._compare(line, row, name, given)

    def _unseen(self, given: Given) -> int:
        row = self._find(given)
        if row != NO_ROW and row in self.seen:
            raise PlanbenchError("This row is in the file twice; the first one counts.")
        return row

    def _parsed(self, row: int, key: str, cell: Cell) -> Any:
        """The value of a cell of an existing row. Raises PlanbenchError."""
        reason = self._locked(row, key)
        if reason:
            raise PlanbenchError(reason)
        return self.parsers[key](cell)

    def _compare(self, line: int, row: int, name: str, given: Given) -> None:
        touched = False
        for key, cell in given.items():
            title, before = self.columns[key].title, self.old[key][row]
            if cells.same(cell, before) or self.is_former(row, key, cell):
                continue
            touched = True
            try:
                value = self._parsed(row, key, cell)
                if before is not None and value == self._parsed(row, key, before):
                    continue
            except PlanbenchError as error:
                told = cells.told(cell)
                self.changes.refused.append(
                    Refusal(line, name, title, told, error.line, self.table)
                )
                continue
            self._put(row, key, value)
            self.changes.changed.append(
                Change(line, name, title, cells.told(before), cells.told(cell), self.table)
            )
        if not touched:
            self.changes.unchanged += 1

    def words(self, given: Given) -> str:
        """What a new row holds beside what it is called by."""
        parts = [
            f"{self.columns[key].title}: {cells.told(cell)}"
            for key, cell in given.items()
            if cell is not None and cells.told(cell) not in self._name(given)
        ]
        return ", ".join(parts)

    # collecting

    @property
    def model(self) -> str:
        """The model's name of the table."""
        return model_table(self.table)

    def _put(self, row: int, key: str, value: Any) -> None:
        """A cell of an existing row gets another value."""
        self.cells.setdefault(self.columns[key].model, {})[row] = value

    def add(self, table: str, columns: dict[str, Any]) -> int:
        """A new row of a table of the model; its position."""
        rows = self.new.setdefault(table, [])
        rows.append(columns)
        return len(getattr(self.schedule, table)) + len(rows) - 1

    def result(self) -> Schedule | None:
        """The schedule with all changes, None without any."""
        if not self.cells and not self.new:
            return None
        changed: dict[str, Table] = {}
        table: Table = getattr(self.schedule, self.model)
        columns = {}
        for name, values in self.cells.items():
            column = getattr(table, name).copy()
            column[list(values)] = list(values.values())
            columns[name] = column
        changed[self.model] = table.with_columns(**columns)
        for name, rows in self.new.items():
            changed[name] = joined(changed.get(name, getattr(self.schedule, name)), rows)
        return replace(self.schedule, **changed)  # type: ignore[arg-type]

    # looking up

    def activity(self, cell: Cell) -> int:
        """Row of an activity by its id. Raises PlanbenchError."""
        return one_of(self.activities, cells.text(cell), "activity")


def joined(table: Table, rows: Sequence[Mapping[str, Any]]) -> Table:
    """A table with rows after its own, each given by its columns; ids are made where absent."""
    n = len(rows)
    names = {name for row in rows for name in row}
    columns = {name: [row[name] for row in rows] for name in names}
    if hasattr(table, "uid") and "uid" not in columns:
        columns["uid"] = fresh_uids(table.uid.tolist(), n)
    made = make_table(type(table), n, **columns)
    return type(table)(
        **{name: np.concatenate((c, getattr(made, name))) for name, c in table.columns()}
    )


def fresh_uids(taken: Iterable[str], n: int) -> list[str]:
    """N ids that are free."""
    known = set(taken)
    number = len(known)
    found: list[str] = []
    while len(found) < n:
        number += 1
        if f"new-{number}" not in known:
            found.append(f"new-{number}")
    return found


def places(names: Sequence[str]) -> dict[str, list[int]]:
    """Rows of each name."""
    found: dict[str, list[int]] = {}
    for row, name in enumerate(names):
        found.setdefault(name, []).append(row)
    return found


def one_of(rows: Mapping[str, list[int]], name: str, what: str) -> int:
    """The one row of a name. Raises PlanbenchError for none and several."""
    if not name:
        raise PlanbenchError(f"There is no {what} id.")
    found = rows.get(name, [])
    if len(found) != 1:
        many = f"Several rows have the {what} id “{name}”."
        raise PlanbenchError(many if found else f"There is no {what} “{name}”.")
    return found[0]


def filled(value: str, what: str) -> str:
    """The text, if there is one. Raises PlanbenchError."""
    if not value:
        raise PlanbenchError(f"{what} is needed here.")
    return value


def text_needed(what: str) -> Callable[[Cell], str]:
    """A reader of texts that must not be empty."""
    return lambda cell: filled(cells.text(cell), what)
