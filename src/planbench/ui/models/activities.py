"""The activity table's model: rows are nodes of the outline, columns those the user chose."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QGuiApplication

from planbench.domain.schedule import Flags
from planbench.scenes.columns import Column as PlanColumn
from planbench.scenes.columns import PlanTable
from planbench.scenes.facts import BAND, EFFORT, TASK
from planbench.scenes.formats import ACTUAL, THIN
from planbench.scenes.outline import RowMap
from planbench.services.assigning import can_edit
from planbench.ui.models.fields import cell_texts
from planbench.ui.translation import tr
from planbench.ui.widgets.table import CellLook, Column, FlatTableModel

Sorter = Callable[[str, bool, bool], None]


class ActivityModel(FlatTableModel):
    """A view of one `PlanTable`; folding, sorting and filtering arrive as a new row map.

    `sorter(column id, descending, further)` is asked to sort (further with Shift), as the order
    within bands is not the model's to know; `folded(band)` tells whether a band is closed.
    """

    def __init__(
        self, sorter: Sorter, folded: Callable[[int], bool], parent: QObject | None = None
    ) -> None:
        super().__init__((), 0, parent)
        self._sorter = sorter
        self.folded = folded
        self.plan: PlanTable | None = None
        self.refreshed = False  # the same rows stand there with other contents
        self.shown: tuple[PlanColumn, ...] = ()
        self.marked: Flags | None = None  # activities that stand out
        self.edited: Callable[[str], Any] = lambda _column: None  # flags per activity, or None

    def show_columns(self, columns: Sequence[PlanColumn]) -> None:
        """Show these columns in this order."""
        self.beginResetModel()
        self.shown = tuple(columns)
        self.columns = [
            Column(c.id, c.title, c.width, right=c.right, tip=c.tip, elide=not c.right)
            for c in columns
        ]
        self._looks.clear()
        self.endResetModel()

    def show_plan(
        self, plan: PlanTable | None, rows: RowMap | None, marked: Flags | None = None
    ) -> None:
        """Show another plan, or the same one with other rows, facts or marks."""
        before, same_marks = self.plan, marked is self.marked
        self.plan, self.marked = plan, marked
        self.refreshed = (
            before is not None
            and plan is not None
            and rows is not None
            and plan.outline is before.outline
            and same_marks
            and np.array_equal(self.rows, rows.nodes)
        )
        if self.refreshed:
            self._looks.clear()
            return
        self.set_rows(np.zeros(0, dtype=np.int32) if rows is None else rows.nodes)
        self._places = None if rows is None else rows.row_of

    def order(self, column: int) -> Any:
        """Every column can be sorted; the keys are the plan's business."""
        return self.rows

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        if 0 <= column < len(self.shown):
            descending = order == Qt.SortOrder.DescendingOrder
            self.sorted_by = (column, not descending)
            further = QGuiApplication.keyboardModifiers() & Qt.KeyboardModifier.ShiftModifier
            self._sorter(self.shown[column].id, descending, bool(further))

    def is_band(self, node: int) -> bool:
        """Whether a node is a WBS band."""
        return self.plan is not None and node < self.plan.outline.bands

    def can_edit(self, row: int, column: int) -> bool:
        """Whether a cell takes what is typed: a field of an activity."""
        return (
            not self.is_band(row)
            and 0 <= column < len(self.shown)
            and can_edit(self.shown[column].id)
        )

    def is_marked(self, node: int) -> bool:
        """Whether a node's activity stands out by passing the filter."""
        if self.plan is None or self.marked is None or self.is_band(node):
            return False
        return bool(self.marked[node - self.plan.outline.bands])

    def is_edited(self, row: int, column: int) -> bool:
        """Whether a cell differs from the update that was opened."""
        flags = self.edited(self.shown[column].id)
        if self.plan is None or flags is None or self.is_band(row):
            return False
        return bool(flags[row - self.plan.outline.bands])

    def row_kind(self, row: int) -> str:
        return "band" if self.is_band(row) else ""

    def look(self, row: int, column: int) -> CellLook:
        plan, spec = self.plan, self.shown[column]
        if plan is None:
            return CellLook()
        nodes = np.array([row], dtype=np.int32)
        text = cell_texts(spec, plan, nodes)[0]
        role = spec.roles(plan, nodes)[0] if spec.roles else "text"
        band = self.is_band(row)
        if spec.kind == "name":
            depth, count = int(plan.outline.depth[row]), int(plan.facts.count[row])
            return CellLook(
                text,
                role,
                strong=band,
                indent=depth,
                expander=not self.folded(row) if band else None,
                muted=f"{count:,}".replace(",", THIN) if band else "",
            )
        if spec.kind == "date" and text.endswith(ACTUAL):
            return CellLook(text[: -len(ACTUAL)], role, strong=band, muted=ACTUAL.strip())
        return CellLook(text, role, strong=band)

    def data(self, index: Any, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        found = super().data(index, role)
        if role == Qt.ItemDataRole.AccessibleTextRole and found and index.isValid():
            node, column = self.source(index.row()), index.column()
            edited = tr(", edited") if self.is_edited(node, column) else ""
            marked = tr(", marked") if column == 0 and self.is_marked(node) else ""
            return f"{found}{self._mark_words(node, column)}{marked}{edited}"
        return found

    def _mark_words(self, node: int, column: int) -> str:
        """What the shapes beside a float or a name say, in words."""
        plan, kind = self.plan, self.shown[column].kind
        if plan is None:
            return ""
        facts = plan.facts
        if kind == "float":
            if facts.critical[node]:
                return tr(", critical")
            return tr(", near-critical") if facts.near[node] else ""
        if kind == "name" and TASK < facts.kind[node] < EFFORT:
            return tr(", milestone")
        return ""

    def tip(self, row: int, column: int) -> str:
        plan = self.plan
        if plan is None:
            return ""
        if self.shown[column].kind == "name":
            name = plan.outline.band_name
            above = " › ".join(name(plan.schedule, band) for band in plan.outline.path(row))
            text = self.cell(int(self.place(row)), column).text
            return f"{text}\n{above}" if above else text
        return ""

    def find(self, text: str, after: int) -> int:
        """The next shown row whose name or ID begins with the text, going round; -1 for none."""
        plan = self.plan
        if plan is None or not text:
            return -1
        bands, wanted = plan.outline.bands, text.casefold()
        codes, names = plan.schedule.activities.code, plan.schedule.activities.name
        title, count = plan.outline.band_name, len(self.rows)
        kinds = plan.facts.kind
        for step in range(count):
            shown = (after + step) % count
            node = int(self.rows[shown])
            if kinds[node] == BAND:
                if title(plan.schedule, node).casefold().startswith(wanted):
                    return shown
            elif str(codes[node - bands]).casefold().startswith(wanted) or str(
                names[node - bands]
            ).casefold().startswith(wanted):
                return shown
        return -1
