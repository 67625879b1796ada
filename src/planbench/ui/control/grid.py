"""Plain tables of Control: columns of texts, amounts below zero in the colour of a warning."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from planbench.ui import text
from planbench.ui.control.words import Money
from planbench.ui.widgets import CellLook, Column, FlatTableModel


def words(key: str, title: str, width: int, values: Sequence[str], stretch: bool = False) -> Column:
    """A column of texts."""
    return Column(key, title, width, values=list(values), stretch=stretch)


def amounts(
    key: str, title: str, values: Sequence[float | None], money: Money, signed: bool = False
) -> Column:
    """A column of amounts in the unit of `money`, dashes for none."""
    write = text.signed if signed else text.number
    shown = [text.DASH if one is None else write(one / money.factor, 2) for one in values]
    order = [float("-inf") if one is None else one for one in values]
    return Column(key, f"{title}, {money.unit}", 108, True, shown, sort_values=order)


@dataclass(frozen=True)
class Sheet:
    """Everything a table shows: columns, rows to be set off, rows that warn, and chips by cell."""

    columns: list[Column]
    count: int
    strong: frozenset[int] = frozenset()
    warned: frozenset[int] = frozenset()
    chips: dict[tuple[int, str], str] = field(default_factory=dict)  # (row, key) -> kind
    nothing: str = ""  # what to say when there are no rows


class SheetModel(FlatTableModel):
    """A table of a sheet."""

    def __init__(self) -> None:
        super().__init__()
        self.sheet = Sheet([], 0)

    def show_sheet(self, sheet: Sheet) -> None:
        """Show another sheet."""
        self.sheet = sheet
        self.set_data(sheet.columns, sheet.count)

    def look(self, row: int, column: int) -> CellLook:
        shown = super().look(row, column)
        chip = self.sheet.chips.get((row, self.columns[column].key))
        if chip:
            return CellLook(shown.text, chip=chip)
        if row in self.sheet.strong:
            shown = shown._replace(strong=True)
        return shown._replace(role="warning") if row in self.sheet.warned else shown

    def tip(self, row: int, column: int) -> str:
        told: Any = self.columns[column].values
        return str(told[row]) if told is not None and not self.columns[column].right else ""
