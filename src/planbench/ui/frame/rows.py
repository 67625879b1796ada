"""The rows behind a count: a list that can be filtered, sorted and copied."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from PySide6.QtCore import Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QDialog, QFileDialog, QHBoxLayout, QVBoxLayout, QWidget

from planbench.domain.errors import PlanbenchError
from planbench.ui import text
from planbench.ui.translation import tr
from planbench.ui.widgets import (
    Button,
    CellLook,
    Column,
    FlatTableModel,
    Label,
    SearchField,
    Surface,
    TableView,
)


class _Model(FlatTableModel):
    """Rows of plain texts; `marks` gives the first column of each row a chip."""

    def __init__(
        self, columns: Sequence[Column], rows: Sequence[Sequence[str]], marks: Sequence[str]
    ) -> None:
        held = [
            Column(
                one.key,
                one.title,
                one.width,
                right=one.right,
                values=[row[number] for row in rows],
                elide=one.elide,
                stretch=one.stretch,
            )
            for number, one in enumerate(columns)
        ]
        super().__init__(held, len(rows))
        self._rows = rows
        self._marks = marks

    def look(self, row: int, column: int) -> CellLook:
        words = self._rows[row][column]
        if column == 0 and self._marks:
            return CellLook(words, chip=self._marks[row])
        return CellLook(words)

    def tip(self, row: int, column: int) -> str:
        return self._rows[row][column] if self.columns[column].elide else ""

    def show_matching(self, query: str, accepted: Callable[[Sequence[str]], bool]) -> None:
        words = query.casefold().split()
        wanted = [
            number
            for number, row in enumerate(self._rows)
            if accepted(row) and all(any(word in cell.casefold() for cell in row) for word in words)
        ]
        self.set_rows(np.array(wanted, dtype=np.int32))


class RowsDialog(QDialog):
    """A window with rows of text. `row_opened(row)` on return or a double click."""

    row_opened = Signal(int)

    def __init__(
        self,
        title: str,
        sentence: str,
        columns: Sequence[Column],
        rows: Sequence[Sequence[str]],
        marks: Sequence[str] = (),
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle(title)
        self.setAccessibleName(title)
        self.resize(980, 560)
        self.model = _Model(columns, rows, marks)
        self.table = TableView(title)
        self.table.setModel(self.model)
        self.table.fit_columns()
        self.table.row_activated.connect(self.row_opened)
        head = Surface("surface-raised", "b")
        column = QVBoxLayout(head)
        column.setContentsMargins(16, 12, 16, 12)
        column.setSpacing(4)
        column.addWidget(Label(title, "title"))
        column.addWidget(Label(sentence, "prose", "text-muted", wrap=True))
        bar = QHBoxLayout()
        self.filter = SearchField(tr("Filter rows"))
        self.filter.textChanged.connect(self._filter)
        self._count = Label("", "body", "text-muted", tabular=True)
        copy = Button(
            tr("Copy all"), "default", "copy", tip=tr("Copy the rows shown, with headers")
        )
        copy.clicked.connect(self.copy)
        bar.addWidget(self.filter)
        bar.addWidget(self._count)
        bar.addStretch(1)
        bar.addWidget(copy)
        export = Button(
            tr("Export…"), "default", "download", tip=tr("Write the rows shown to a file")
        )
        export.clicked.connect(self._ask_for_export)
        bar.addWidget(export)
        column.addSpacing(4)
        column.addLayout(bar)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        whole.addWidget(head)
        whole.addWidget(self.table, 1)
        self._filter("")
        self.table.setFocus()

    def _filter(self, query: str) -> None:
        self.model.show_matching(query, self.matches)
        self._count.setText(text.counted(self.model.rowCount(), tr("row"), tr("rows")))

    def matches(self, row: Sequence[str]) -> bool:
        """Whether a row is shown at all, whatever the filter says."""
        return True

    def copy(self) -> None:
        """Put the rows shown on the clipboard as a table."""
        self.table.copy(every_row=True)

    def _ask_for_export(self) -> None:
        path, _ = QFileDialog.getSaveFileName(
            self, tr("Export rows"), "rows.xlsx", tr("Excel workbook (*.xlsx);;CSV (*.csv)")
        )
        if path:
            try:
                self.export(path)
            except PlanbenchError as error:
                self._count.setText(error.line)

    def export(self, path: str) -> None:
        """Write the rows shown as CSV or, by any other ending, as a workbook.

        Raises PlanbenchError when the file cannot be written.
        """
        from planbench.services.tables import save_rows

        shown = [
            [self.model.cell(row, column).text for column in range(self.model.columnCount())]
            for row in range(self.model.rowCount())
        ]
        save_rows([one.title for one in self.model.columns], shown, path)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        # Return belongs to the table; a dialog would press a button with it.
        if event.key() in (0x01000004, 0x01000005):
            return
        super().keyPressEvent(event)


LISTED = 20_000
"""Values that differ which are listed at most."""
