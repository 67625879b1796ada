"""Which columns the table shows, how wide, under which titles and on which side."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QSignalBlocker, Qt

from planbench.scenes.columns import Column
from planbench.scenes.fields import DEFAULT_COLUMNS, NARROW_COLUMNS
from planbench.ui.models.fields import all_in_window, in_window
from planbench.ui.schedule.choosing import ColumnDialog
from planbench.ui.schedule.ownfields import ask_for_own_fields

if TYPE_CHECKING:
    from planbench.ui.schedule.workspace import ScheduleWorkspace

NARROW_NAME = 232
"""Width of the name column in a narrow window."""


class ColumnDesk(QObject):
    """The columns of the Schedule workspace.

    `chosen` are those the user chose, None for as many as fit; `widths` (pixels), `titles` and
    `sides` ("left" or "right") go by column id where the user chose them.
    """

    def __init__(self, space: ScheduleWorkspace) -> None:
        super().__init__(space)
        self._space = space
        self.chosen: list[str] | None = None
        self.widths: dict[str, int] = {}
        self.titles: dict[str, str] = {}
        self.sides: dict[str, str] = {}

    def ids(self) -> list[str]:
        """The columns on screen, in order."""
        return [column.id for column in self._space.model.shown]

    def refresh(self) -> None:
        """Show the chosen columns, or those that fit the width."""
        space = self._space
        ids = self.chosen or list(NARROW_COLUMNS if space.narrow else DEFAULT_COLUMNS)
        known = space.plan.columns
        found = [self._dressed(in_window(known[one])) for one in ids if one in known]
        if _looks(space.model.shown) == _looks(found):
            return
        with space.quietly():
            space.model.show_columns(found)
            space.table.apply_columns()
            head = space.table.horizontalHeader()
            with QSignalBlocker(head):  # columns that were moved stand in the model's order now
                for number in range(len(found)):
                    head.moveSection(head.visualIndex(number), number)
            self.widen()
            space.table.select_row(space.node, scroll=False)
        self.show_sorting()
        space.share()

    def show_sorting(self) -> None:
        """Mark the sorted column in the header."""
        space, plan, ids = self._space, self._space.plan, self.ids()
        head, there = space.table.horizontalHeader(), plan.sort_column in ids
        head.setSortIndicatorShown(there)
        if there:
            number = ids.index(plan.sort_column)
            order = Qt.SortOrder.DescendingOrder if plan.descending else Qt.SortOrder.AscendingOrder
            space.model.sorted_by = (number, not plan.descending)
            head.setSortIndicator(number, order)

    def _dressed(self, column: Column) -> Column:
        """A column with the title and the side the user chose."""
        title = self.titles.get(column.id, column.title)
        return replace(column, title=title, align=self.sides.get(column.id, ""))

    def widen(self) -> None:
        """The widths the user chose, else the usual ones; names are narrow in a narrow window."""
        for number, column in enumerate(self._space.model.shown):
            usual = NARROW_NAME if self._space.narrow and number == 0 else column.width
            self._space.table.setColumnWidth(number, self.widths.get(column.id, usual))

    def choose(self, ids: list[str]) -> None:
        """Show these columns; the name always stays."""
        wanted = {*ids, "name"}
        kept = [one for one in self.ids() if one in wanted]
        known = self._space.plan.columns
        self.show(kept + [one for one in known if one in wanted and one not in kept])

    def reset(self) -> None:
        """Back to the columns that fit the width."""
        self.show(None)

    def show(self, ids: list[str] | None) -> None:
        """Show these columns in this order; with None those that fit the width."""
        self.chosen = ids
        self.refresh()
        self._space.layouts.remember()

    def ask(self) -> ColumnDialog:
        """Let the user choose columns, their order, titles and widths."""
        space = self._space
        shown = [
            replace(one, width=space.table.columnWidth(number))
            for number, one in enumerate(space.model.shown)
        ]
        return space.show_dialog(
            ColumnDialog(
                all_in_window(space.plan.columns),
                shown,
                self._take,
                space,
                lambda: ask_for_own_fields(space),
            )
        )

    def _take(self, columns: list[Column] | None) -> None:
        if columns is None:
            self.widths, self.titles, self.sides = {}, {}, {}
            self.reset()
            return
        space, known = self._space, all_in_window(self._space.plan.columns)
        before = {one.id: space.table.columnWidth(n) for n, one in enumerate(space.model.shown)}
        for one in columns:
            _keep(self.titles, one.id, one.title, known[one.id].title)
            _keep(self.sides, one.id, one.align, "")
            if one.width != before.get(one.id, known[one.id].width):
                self.widths[one.id] = one.width
        self.show([one.id for one in columns])
        self.widen()
        space.share()


def _keep(kept: dict[str, str], key: str, value: str, usual: str) -> None:
    """Remember a value where it is not the usual one."""
    if value == usual:
        kept.pop(key, None)
    else:
        kept[key] = value


def _looks(columns: Sequence[Column]) -> list[tuple[str, str, int, str]]:
    """What tells two sets of columns apart."""
    return [(column.id, column.title, column.width, column.align) for column in columns]
