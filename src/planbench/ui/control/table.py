"""Variances by WBS or cost account, as a table."""

from __future__ import annotations

from collections.abc import Sequence

from planbench.services.control import Row
from planbench.ui import text
from planbench.ui.control.words import Money, index, share
from planbench.ui.translation import tr
from planbench.ui.widgets import CellLook, Column, FlatTableModel


class BreakdownModel(FlatTableModel):
    """The rows of a breakdown: budget, progress, variances and indices."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: list[Row] = []

    def show_rows(self, lines: Sequence[Row], money: Money) -> None:
        """Fill with the rows of one breakdown."""
        self.lines = list(lines)
        values = [line.values for line in lines]

        def amounts(key: str, title: str, numbers: list[float], signed: bool = False) -> Column:
            write = text.signed if signed else text.number
            shown = [write(number / money.factor, 1) for number in numbers]
            return Column(key, title, 96, True, shown, sort_values=numbers)

        columns = [
            Column("code", tr("Id"), 150, values=[line.code for line in lines]),
            Column("name", tr("Work"), 240, values=[line.name for line in lines], stretch=True),
            amounts("bac", tr("Budget, {unit}").format(unit=money.unit), [v.bac for v in values]),
            Column("planned", tr("Planned"), 76, True, [share(v.planned) for v in values]),
            Column("earned", tr("Earned"), 76, True, [share(v.earned) for v in values]),
            amounts(
                "sv", tr("Schedule, {unit}").format(unit=money.unit), [v.sv for v in values], True
            ),
            amounts("cv", tr("Cost, {unit}").format(unit=money.unit), [v.cv for v in values], True),
            Column("spi", "SPI", 60, True, [index(v.spi) for v in values]),
            Column("cpi", "CPI", 60, True, [index(v.cpi) for v in values]),
            amounts("ac", tr("Actual, {unit}").format(unit=money.unit), [v.ac for v in values]),
        ]
        self.set_data(columns, len(self.lines))

    def look(self, row: int, column: int) -> CellLook:
        shown, line = super().look(row, column), self.lines[row]
        key = self.columns[column].key
        if key == "code":
            return shown._replace(indent=line.level)
        if key == "name":
            return shown._replace(strong=line.level == 0)
        variance = {"sv": line.values.sv, "cv": line.values.cv}.get(key, 0.0)
        return shown._replace(role="warning") if variance < -0.005 else shown
