"""The Capacity view: demand by role and month, who is short and why, and people moved about."""

from __future__ import annotations

from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from planbench.engines.portfolio.capacity import Cell, as_asked, heat_map, shortages
from planbench.engines.portfolio.register import Register
from planbench.ui import text
from planbench.ui.portfolio.desk import Desk
from planbench.ui.portfolio.heat import HeatMap, cell_words
from planbench.ui.portfolio.move import MoveCard
from planbench.ui.portfolio.rows import Rows, table
from planbench.ui.portfolio.selection import COUNTED, scrolled
from planbench.ui.portfolio.words import call_name, money
from planbench.ui.translation import tr
from planbench.ui.widgets import Card, CellLook, Column, ComboBox, ElidedLabel, SegmentedControl


class CapacityPage(QWidget):
    """Roles against months for the plan on the table."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self.desk = desk
        self.heat = HeatMap()
        self.heat.chosen.connect(self._cell_chosen)
        self.fine = SegmentedControl([tr("Months"), tr("Quarters")], tr("Periods"))
        self.fine.changed.connect(lambda _index: self._show_cells())
        self.counted = ComboBox(COUNTED, tr("Which demand"))
        self.counted.activated.connect(lambda _index: self._show_cells())
        self.whose = SegmentedControl([tr("Plan"), tr("As asked")], tr("Which plan"))
        self.whose.changed.connect(lambda _index: self._show_cells())
        self.said = ElidedLabel("", "body", "text-muted")
        self.shorts = Rows(
            [
                Column("role", tr("Role"), 150, stretch=True, sortable=False),
                Column("period", tr("When"), 74, sortable=False, elide=False),
                Column("need", tr("Needed"), 64, right=True, sortable=False),
                Column("has", tr("Available"), 72, right=True, sortable=False),
                Column("short", tr("Short"), 58, right=True, sortable=False),
                Column("causes", tr("Needed by"), 220, stretch=True, sortable=False),
            ]
        )
        self.short_table = table(tr("Shortages"), self.shorts)
        self.short_table.row_changed.connect(self._short_chosen)
        self.mover = MoveCard(desk)
        self._lay()
        for signal in (desk.opened, desk.changed, desk.planned):
            signal.connect(self.refresh)

    def _lay(self) -> None:
        self.heat_card = Card(tr("Demand in capacity, %"), "")
        self.heat_card.add_tool(self.whose)
        self.heat_card.add_tool(self.counted)
        self.heat_card.add_tool(self.fine)
        body = QWidget()
        column = QVBoxLayout(body)
        column.setContentsMargins(0, 0, 0, 8)
        area = scrolled(self.heat, across=True)
        area.horizontalScrollBar().valueChanged.connect(lambda _value: self.heat.update())
        column.addWidget(area, 1)
        line = QHBoxLayout()
        line.setContentsMargins(14, 0, 12, 2)
        line.addWidget(self.said)
        column.addLayout(line)
        self.heat_card.set_body(body)
        self.heat_card.setMinimumHeight(268)  # six roles in a low window
        self.short_card = Card(tr("Shortages"), "")
        self.short_card.set_body(self.short_table)
        for card in (self.heat_card, self.short_card, self.mover):
            card.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Ignored)
        lower = QHBoxLayout()
        lower.setSpacing(12)
        lower.addWidget(self.short_card, 1)
        lower.addWidget(self.mover, 1)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(12, 12, 12, 12)
        whole.setSpacing(12)
        whole.addWidget(self.heat_card, 9)
        whole.addLayout(lower, 10)

    def panes(self) -> list[QWidget]:
        """Where F6 stops."""
        return [self.heat, self.short_table, self.mover.role]

    def showEvent(self, event: object) -> None:
        super().showEvent(event)  # type: ignore[arg-type]
        self.refresh()

    def refresh(self) -> None:
        """Everything anew, when it is on screen."""
        if self.desk.register is None or not self.isVisible():
            return
        self._show_cells()
        self.mover.refresh()

    def _show_cells(self) -> None:
        desk, register = self.desk, self.desk.register
        if register is None:
            return
        which = self.counted.currentIndex()
        cells = heat_map(
            register,
            as_asked(register) if self.whose.index else desk.plan,
            weighted=which == 1,
            committed=which == 2,
            monthly=not self.fine.index,
        )
        self.heat.show_cells(register, cells)
        self._short = shortages(cells)
        names = {role.id: role.name for role in register.roles}
        self.shorts.show(
            [
                (
                    CellLook(names[cell.role]),
                    CellLook(cell.period),
                    CellLook(money(cell.demand)),
                    CellLook(money(cell.capacity)),
                    CellLook(money(cell.shortage), "late"),
                    CellLook(
                        ", ".join(f"{call_name(register, p)} {money(a)}" for p, a in cell.causes)
                    ),
                )
                for cell in self._short
            ],
            tips=[cell_words(register, cell) for cell in self._short],
        )
        self.short_table.apply_columns()
        count = len(self._short)
        periods = (tr("month"), tr("months")) if not self.fine.index else (tr("quarter"),)
        note = text.counted(count, *periods) if count else tr("nobody is short")
        self.short_card.set_title(tr("Shortages"), note)
        if not register.roles:
            self.said.setText(tr("The register names no critical roles."))
        else:
            self.said.setText(tr("Choose a cell to read who needs it."))
            self._show_fullest(register, cells)
        self.said.set_role("text-muted")

    def _show_fullest(self, register: Register, cells: tuple[Cell, ...]) -> None:
        """Where nobody is short: who comes nearest to it."""
        used = [cell for cell in cells if cell.demand > 0 and cell.share is not None]
        if used and not self._short:
            fullest = max(used, key=lambda cell: cell.share or 0.0)
            self.said.setText(
                tr("No role is short. Fullest: {cell}").format(cell=cell_words(register, fullest))
            )

    def _cell_chosen(self, cell: Cell) -> None:
        if self.desk.register is not None:
            self.said.setText(cell_words(self.desk.register, cell))
            self.said.set_role("late" if cell.shortage else "text-muted")

    def _short_chosen(self, row: int) -> None:
        if 0 <= row < len(self._short):
            self.heat.choose(self._short[row])
