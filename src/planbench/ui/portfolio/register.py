"""The Register view: every table of the portfolio, edited in place and checked as a whole."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QGuiApplication, QKeySequence
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from planbench.domain.errors import PlanbenchError
from planbench.services.blocks import read_block
from planbench.services.portfolio_library import Tables, register_from, tables_of
from planbench.ui import text
from planbench.ui.portfolio.desk import Desk
from planbench.ui.portfolio.rows import Rows, table
from planbench.ui.translation import tr
from planbench.ui.widgets import (
    Banner,
    Button,
    CellLook,
    Column,
    FlatTableModel,
    Label,
    SearchField,
    Surface,
)

TITLES = {
    "settings": tr("Settings"),
    "projects": tr("Projects"),
    "start_options": tr("Start options"),
    "capex": tr("Cost by quarter"),
    "project_benefits": tr("Benefits by year"),
    "demand": tr("Demand by quarter or month"),
    "roles": tr("Roles"),
    "capacity": tr("Capacity"),
    "funds": tr("Funds"),
    "project_funds": tr("Funds of projects"),
    "budgets": tr("Budgets"),
    "envelopes": tr("Envelopes of categories"),
    "requests": tr("Requests for money"),
    "spending": tr("Spending by month"),
    "dependencies": tr("Dependencies"),
    "group_limits": tr("Group limits"),
    "drivers": tr("Drivers"),
    "driver_judgements": tr("Judgements"),
    "driver_scores": tr("Impacts on drivers"),
    "criteria": tr("Scoring criteria"),
    "criterion_measures": tr("Measures of criteria"),
    "strategic_risks": tr("Strategic risks"),
    "risk_loadings": tr("Risk loadings"),
    "delays": tr("Deliveries"),
    "suppliers": tr("Suppliers"),
    "cause_codes": tr("Causes"),
    "benefits": tr("Benefits register"),
    "gates": tr("Gates"),
}
"""The tables in the order shown, with what each is called."""


def typed(words: str) -> Any:
    """A cell as typed: nothing, a number, or words."""
    words = words.strip()
    if not words:
        return None
    plain = words.replace("\u2212", "-").replace("\u202f", "").replace(" ", "")
    try:
        number = float(plain)
    except ValueError:
        return words
    if not np.isfinite(number):
        return words
    return int(number) if number.is_integer() and "." not in plain else number


def shown(value: Any) -> str:
    """A cell as words; whole numbers without decimals."""
    if value is None:
        return ""
    if isinstance(value, float):
        return f"{value:.10g}"
    return str(value)


class Sheet(FlatTableModel):
    """One table of the register; `changed` takes the label and the rows after an edit."""

    def __init__(self, page: RegisterPage) -> None:
        super().__init__()
        self.page = page
        self.name = ""
        self.cells: list[list[Any]] = []

    def show(self, name: str, rows: Sequence[Sequence[Any]]) -> None:
        """Show another table; its first row are the titles."""
        self.name = name
        titles = [str(title) for title in rows[0]]
        self.cells = [list(row) for row in rows[1:]]
        columns = []
        for k, title in enumerate(titles):
            values = [row[k] for row in self.cells]
            numbers = all(isinstance(v, (int, float)) for v in values if v is not None)
            right = numbers and any(v is not None for v in values)
            longest = max([0, *(len(shown(v)) for v in values)])
            wide = max(64, min(260, 7 * longest + 24), 7 * len(title) + 26)
            order: list[Any] | np.ndarray[Any, Any] = [shown(v).casefold() for v in values]
            if right:
                order = np.array([np.inf if v is None else float(v) for v in values])
            words = title.replace("_", " ").capitalize()
            columns.append(
                Column(
                    title,
                    words.replace(" id", " ID").replace(" pct", ", %"),
                    wide,
                    right=right,
                    sort_values=order,
                    editable=True,
                    elide=not right,
                )
            )
        self.set_data(columns, len(self.cells))

    def look(self, row: int, column: int) -> CellLook:
        value = self.cells[row][column]
        return CellLook(shown(value), "text" if value is not None else "text-muted")

    def tip(self, row: int, column: int) -> str:
        return shown(self.cells[row][column])

    def put(self, row: int, column: int, text: str) -> bool:
        value = typed(text)
        if value == self.cells[row][column]:
            return False
        cells = [list(one) for one in self.cells]
        cells[row][column] = value
        title = self.columns[column].title.casefold()
        key = shown(self.cells[row][0]) or tr("row {row}").format(row=row + 1)
        return self.page.take(
            tr("{titles}: {title} of {key}").format(titles=TITLES[self.name], title=title, key=key),
            self.name,
            cells,
            soon=True,
        )


class RegisterPage(QWidget):
    """Tables at the left, the cells of the chosen one at the right."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self.desk = desk
        self._tables: Tables = {}
        self._of: object = None
        self._waiting = ""  # the table with added rows that are not whole yet
        self.names = Rows(
            [
                Column("name", tr("Table"), 150, stretch=True, sortable=False),
                Column("rows", tr("Rows"), 60, right=True, sortable=False),
            ]
        )
        self.list = table(tr("Tables of the register"), self.names)
        self.list.setFixedWidth(230)
        self.list.row_changed.connect(lambda _row: self._show_sheet())
        self.sheet = Sheet(self)
        self.grid = table(tr("Cells"), self.sheet)
        self.banner = Banner("error")
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addWidget(self.list)
        line = Surface("border")
        line.setFixedWidth(1)
        row.addWidget(line)
        column = QVBoxLayout()
        column.setSpacing(0)
        column.addWidget(self._head())
        column.addWidget(self.banner)
        column.addWidget(self.grid, 1)
        row.addLayout(column, 1)
        desk.opened.connect(self.refresh)
        desk.changed.connect(self.refresh)

    def _head(self) -> QWidget:
        head = Surface("surface-raised", "b")
        row = QHBoxLayout(head)
        row.setContentsMargins(14, 7, 12, 8)
        row.setSpacing(8)
        self.title = Label("", "heading")
        self.note = Label("", "body", "text-muted")
        row.addWidget(self.title)
        row.addWidget(self.note)
        row.addStretch(1)
        self.search = SearchField(tr("Find in this table"))
        self.search.textChanged.connect(lambda _text: self._filter())
        row.addWidget(self.search)
        self.add = Button(tr("Add row"), "default", "plus", tip=tr("A copy below the current row"))
        self.add.clicked.connect(lambda _on=False: self.add_row())
        self.drop = Button(
            tr("Delete rows"), "default", "trash-2", tip=tr("Delete the selected rows")
        )
        self.drop.clicked.connect(lambda _on=False: self.delete_rows())
        row.addWidget(self.add)
        row.addWidget(self.drop)
        self._key(tr("Add a row"), "Ins", self.add_row)
        self._key(tr("Delete the selected rows"), "Ctrl+Del", self.delete_rows)
        self._key(tr("Paste cells"), "Ctrl+V", self.paste)
        return head

    def _key(self, words: str, key: str, slot: Any) -> None:
        action = QAction(words, self)
        action.setShortcut(QKeySequence(key))
        action.setShortcutContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        action.triggered.connect(lambda _on=False: slot())
        self.addAction(action)

    def panes(self) -> list[QWidget]:
        """Where F6 stops."""
        return [self.list, self.grid]

    # Showing.

    def refresh(self) -> None:
        """Show the register again if it is another one."""
        register = self.desk.register
        if register is None or register is self._of:
            return
        self._of = register
        self._tables = tables_of(register)
        self.banner.hide()
        known = [name for name in TITLES if name in self._tables]
        chosen = max(0, self.list.current_row())
        looks = [
            (
                CellLook(TITLES[name]),
                CellLook(text.number(len(self._tables[name]) - 1), "text-muted"),
            )
            for name in known
        ]
        self.names.show(looks, keys=known)
        if self.sheet.name not in known:
            chosen = known.index("projects")
        self.list.apply_columns()
        self.list.select_row(chosen)
        self._show_sheet()

    def show_table(self, name: str) -> None:
        """Go to a table."""
        self.list.select_row(self.names.row_of(name))
        self._show_sheet()

    def _show_sheet(self) -> None:
        row = self.list.current_row()
        if not 0 <= row < len(self.names.keys):
            return
        name = self.names.keys[row]
        other = name != self.sheet.name
        column = self.grid.currentIndex().column()
        line = self.grid.currentIndex().row()
        place = self.grid.verticalScrollBar().value()
        if self._waiting:
            self._waiting = ""
            self.banner.hide()
        self.sheet.show(name, self._tables[name])
        self.grid.apply_columns()
        self.title.setText(TITLES[name])
        count = len(self.sheet.cells)
        self.note.setText(
            tr("{count}; type into a cell, Ctrl+V pastes a block").format(
                count=text.counted(count, tr("row"), tr("rows"))
            )
        )
        self._filter()
        if not other and 0 <= line < self.sheet.rowCount():
            self.grid.setCurrentIndex(self.sheet.index(line, max(0, column)))
            self.grid.verticalScrollBar().setValue(place)

    def _filter(self) -> None:
        words = self.search.text().casefold().split()
        rows = [
            k
            for k, row in enumerate(self.sheet.cells)
            if all(any(word in shown(cell).casefold() for cell in row) for word in words)
        ]
        if len(rows) != self.sheet.rowCount():
            self.sheet.set_rows(np.array(rows, dtype=np.int32))

    # Editing.

    def take(self, label: str, name: str, cells: list[list[Any]], *, soon: bool = False) -> bool:
        """Check the register with these rows and take it; what is wrong is said in a banner.

        `soon` shows it after the editor of the cell has gone. While rows were added that are not
        whole yet, the table waits for the other cells and only then becomes the register's.
        """
        from PySide6.QtCore import QTimer

        titles = self._tables[name][0]
        try:
            made = register_from({**self._tables, name: [titles, *cells]}, TITLES[name])
            if soon:
                self.sheet.cells = cells
                QTimer.singleShot(0, lambda: self.desk.tried(self.desk.apply, label, register=made))
            else:
                self.desk.apply(label, register=made)
        except PlanbenchError as error:
            if self._waiting == name:
                self._wait(error.line, cells, soon)
                return soon
            self.banner.show_message(error.line, tr("The cell was not changed"), kind="error")
            return False
        self._waiting = ""
        self.banner.hide()
        return True

    def _wait(self, why: str, cells: list[list[Any]], in_place: bool) -> None:
        """Show rows that are not whole yet; the register stays as it was."""
        if in_place:
            self.sheet.cells = cells
        else:
            titles = self._tables[self.sheet.name][0]
            self.sheet.show(self.sheet.name, [titles, *cells])
            self.grid.apply_columns()
        self.banner.show_message(why, tr("Not kept until it is whole"), kind="warning")

    def add_row(self) -> None:
        """A copy of the current row below it, with an id of its own in lists of things.

        What cannot be as it stands, such as a budget twice for a year, waits until it is changed.
        """
        if self.desk.register is None:
            return
        cells = [list(row) for row in self.sheet.cells]
        at = self.grid.current_row()
        titles = self._tables[self.sheet.name][0]
        new: list[Any] = list(cells[at]) if 0 <= at < len(cells) else [None] * len(titles)
        if self.sheet.name in _OWN_ID:
            new[0] = _free_id([shown(row[0]) for row in cells], shown(new[0]))
        place = at + 1 if 0 <= at < len(cells) else len(cells)
        label = tr("Add to {casefold}").format(casefold=TITLES[self.sheet.name].casefold())
        self._waiting = self.sheet.name
        made = [*cells[:place], new, *cells[place:]]
        if any(cell is not None for cell in new):
            self.take(label, self.sheet.name, made)
        else:
            self._wait(tr("Fill in its cells."), made, False)
        self.grid.select_row(place)

    def delete_rows(self) -> None:
        """Delete the selected rows."""
        gone = set(self.grid.selected_rows())
        if not gone or self.desk.register is None:
            return
        kept = [row for k, row in enumerate(self.sheet.cells) if k not in gone]
        count = text.counted(len(gone), tr("row"), tr("rows"))
        self.take(
            tr("Delete {count} of {casefold}").format(
                count=count, casefold=TITLES[self.sheet.name].casefold()
            ),
            self.sheet.name,
            kept,
        )

    def paste(self) -> None:
        """Put a block of cells in place, from the current cell on."""
        block = read_block(QGuiApplication.clipboard().text())
        index = self.grid.currentIndex()
        if not block or not index.isValid():
            return
        cells = [list(row) for row in self.sheet.cells]
        for down, line in enumerate(block):
            if index.row() + down >= self.sheet.rowCount():
                break
            row = self.sheet.source(index.row() + down)
            for across, words in enumerate(line):
                if index.column() + across < len(cells[row]):
                    cells[row][index.column() + across] = typed(words)
        self.take(
            tr("Paste into {casefold}").format(casefold=TITLES[self.sheet.name].casefold()),
            self.sheet.name,
            cells,
        )


_OWN_ID = (
    "projects",
    "roles",
    "funds",
    "drivers",
    "strategic_risks",
    "delays",
    "benefits",
    "requests",
)
"""Tables whose first column names each row once."""


def _free_id(taken: Sequence[str], like: str) -> str:
    """The next id that is free: P12 gives P13."""
    head = like.rstrip("0123456789")
    digits = len(like) - len(head)
    number = int(like[len(head) :] or 0) + 1
    while f"{head}{number:0{digits}d}" in taken:
        number += 1
    return f"{head}{number:0{digits}d}"
