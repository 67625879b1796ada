"""A table whose rows are made as looks: short lists that are shown, sorted and copied."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from planbench.ui.widgets import Button, CellLook, Column, FlatTableModel, TableView


class Rows(FlatTableModel):
    """Rows of looks; `sort_values` of a column are taken from `values` where given."""

    def __init__(self, columns: Sequence[Column]) -> None:
        super().__init__(columns, 0)
        self.looks: list[tuple[CellLook, ...]] = []
        self.keys: list[str] = []
        self.tips: list[str] = []

    def show(
        self,
        looks: Sequence[Sequence[CellLook]],
        *,
        keys: Sequence[str] = (),
        tips: Sequence[str] = (),
        values: Mapping[str, Sequence[Any]] | None = None,
        columns: Sequence[Column] | None = None,
    ) -> None:
        """Show other rows; `keys` name them, `tips` explain them."""
        self.looks = [tuple(row) for row in looks]
        self.keys, self.tips = list(keys), list(tips)
        spec = list(columns) if columns is not None else self.columns
        given = values or {}
        texts = [
            given.get(column.key, [row[k].text for row in self.looks])
            for k, column in enumerate(spec)
        ]
        self.set_data(
            [replace(c, sort_values=t) for c, t in zip(spec, texts, strict=True)], len(self.looks)
        )

    def look(self, row: int, column: int) -> CellLook:
        return self.looks[row][column]

    def tip(self, row: int, column: int) -> str:
        return self.tips[row] if self.tips else ""

    def row_of(self, key: str) -> int:
        """The row of a key, -1 when it is not there."""
        return self.keys.index(key) if key in self.keys else -1


def table(name: str, model: FlatTableModel, row: int = 0, header: int = 0) -> TableView:
    """A table with its model."""
    made = TableView(name, row, header)
    made.setModel(model)
    return made


def stacked(main: QWidget, words: QWidget, button: Button | None = None) -> QWidget:
    """A view above its sentence and what can be done about it."""
    made = QWidget()
    column = QVBoxLayout(made)
    column.setContentsMargins(0, 0, 0, 10)
    column.setSpacing(8)
    column.addWidget(main, 1)
    line = QHBoxLayout()
    line.setContentsMargins(14, 0, 12, 0)
    line.addWidget(words, 1)
    if button is not None:
        line.addWidget(button)
    column.addLayout(line)
    return made
