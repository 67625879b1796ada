"""The longest path by update: which activities it runs over, and how much float the others have."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from planbench.engines.compare.series import Series
from planbench.ui.compare.models import PathModel
from planbench.ui.compare.words import path_words
from planbench.ui.translation import tr
from planbench.ui.widgets import Label, Surface, TableView


class PathsView(QWidget):
    """`chosen(id)` with the id of the activity in the row that was chosen."""

    chosen = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self.model = PathModel()
        self.table = TableView(tr("Longest path by update"))
        self.table.setModel(self.model)
        self.table.row_changed.connect(self._row_changed)
        head = Surface("surface-raised", "b")
        row = QHBoxLayout(head)
        row.setContentsMargins(16, 10, 12, 10)
        self.words = Label("", "prose", wrap=True)
        row.addWidget(self.words, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(head)
        column.addWidget(self.table, 1)

    def show_series(self, series: Series) -> None:
        """Show the path of another series."""
        self.model.show_series(series)
        self.words.setText(path_words(series))
        self.table.apply_columns()

    def _row_changed(self, row: int) -> None:
        if row >= 0:
            self.chosen.emit(self.model.lines[row].id)
