"""A table of activities beside its Gantt, scrolled and folded together, that is only looked at."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QSplitter

from planbench.scenes.gantt import NO_LINKS, GanttOptions
from planbench.ui.models.activities import ActivityModel
from planbench.ui.models.fields import in_window
from planbench.ui.schedule.gantt import GanttView
from planbench.ui.schedule.plan import Plan
from planbench.ui.schedule.table import ActivityTable


class Bars(QSplitter):
    """`plan` holds what is shown, `table` and `gantt` show it; `make` gives the Gantt of a plan."""

    def __init__(
        self, table_name: str, gantt_name: str, make: Callable[[Plan], GanttView] = GanttView
    ) -> None:
        super().__init__(Qt.Orientation.Horizontal)
        self.setChildrenCollapsible(False)
        self.plan = Plan(self)
        self.model = ActivityModel(self._sort, self.plan.is_folded, self)
        self.table = ActivityTable(self.model)
        self.table.setAccessibleName(table_name)
        self.gantt = make(self.plan)
        self.gantt.setAccessibleName(gantt_name)
        self.gantt.set_options(GanttOptions(links=NO_LINKS))
        self.addWidget(self.table)
        self.addWidget(self.gantt)
        self.setStretchFactor(0, 5)
        self.setStretchFactor(1, 6)
        mine, other = self.table.verticalScrollBar(), self.gantt.verticalScrollBar()
        mine.rangeChanged.connect(self._range)
        mine.valueChanged.connect(other.setValue)
        other.valueChanged.connect(mine.setValue)
        self.plan.plan_changed.connect(self.show_rows)
        self.plan.rows_changed.connect(self.show_rows)
        self.table.expander_toggled.connect(lambda node, opened: self.plan.fold(node, not opened))
        self.table.row_changed.connect(self.gantt.set_selected)
        self.gantt.picked.connect(lambda node: self.table.select_row(node, scroll=False))
        self.table.partner = self.gantt
        self.gantt.is_active = self.table.active

    def show_columns(self, keys: Sequence[str]) -> None:
        """Show these columns of the plan, as far as it has them, and all of its time."""
        columns = self.plan.columns
        self.model.show_columns([in_window(columns[key]) for key in keys if key in columns])
        self.table.apply_columns()
        self.show_rows()
        self.gantt.fit()

    def show_rows(self) -> None:
        """Show the rows of the plan as they are now."""
        self.model.show_plan(self.plan.table, self.plan.rows)
        self.table.viewport().update()

    def _range(self, low: int, high: int) -> None:
        bar = self.gantt.verticalScrollBar()
        bar.setRange(low, high)
        bar.setPageStep(self.table.verticalScrollBar().pageStep())
        bar.setSingleStep(self.table.row_height)

    def _sort(self, column: str, descending: bool, further: bool) -> None:
        self.plan.sort_by(column, descending, further)
