"""The dialog that says how rows are grouped and sorted, in several levels."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtWidgets import QDialog, QHBoxLayout, QVBoxLayout, QWidget

from planbench.scenes.groups import MOST_LEVELS
from planbench.ui.models.fields import levels_in_window, names_in_window
from planbench.ui.schedule.fieldbox import FieldBox
from planbench.ui.schedule.foot import dialog_foot
from planbench.ui.schedule.plan import Plan
from planbench.ui.translation import tr
from planbench.ui.widgets.buttons import SegmentedControl
from planbench.ui.widgets.labels import Label

NOTHING = "—"
MOST_SORTS = 4
"""Columns that can be sorted by."""


class ArrangeDialog(QDialog):
    """Levels of bands and columns to sort by; `apply(grouping, sorting)` takes them."""

    def __init__(
        self,
        plan: Plan,
        apply: Callable[[Sequence[str], Sequence[tuple[str, bool]]], object],
        parent: QWidget,
    ) -> None:
        super().__init__(parent)
        self._apply = apply
        self.setWindowTitle(tr("Group and sort"))
        self.setMinimumWidth(420)
        levels = {"": NOTHING, **levels_in_window(plan.columns)}
        columns = {"": NOTHING, **names_in_window(plan.columns.values())}
        self.levels = [
            FieldBox(levels, tr("Group level {n}").format(n=n + 1), _at(plan.grouping, n))
            for n in range(MOST_LEVELS)
        ]
        self.sorts = [
            FieldBox(
                columns,
                tr("Sort by, place {n}").format(n=n + 1),
                _at([one for one, _ in plan.sorting], n),
            )
            for n in range(MOST_SORTS)
        ]
        self.ways = [
            SegmentedControl(("Up", "Down"), tr("Direction of place {n}").format(n=n + 1))
            for n in range(MOST_SORTS)
        ]
        for way, (_, down) in zip(self.ways, plan.sorting, strict=False):
            way.set_index(1 if down else 0)
        self._lay_out()

    def _lay_out(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 16, 20, 16)
        column.setSpacing(6)
        column.addWidget(Label(tr("Group by"), "strong"))
        for number, box in enumerate(self.levels):
            column.addLayout(_line(tr("then") if number else tr("first"), box))
        column.addSpacing(10)
        column.addWidget(Label(tr("Sort within the bands by"), "strong"))
        for number, (box, way) in enumerate(zip(self.sorts, self.ways, strict=True)):
            column.addLayout(_line(tr("then") if number else tr("first"), box, way))
        column.addSpacing(10)
        column.addLayout(dialog_foot(self, tr("Apply"), self.take))

    def take(self) -> None:
        """Group and sort so; levels left open are passed over."""
        grouping = list(dict.fromkeys(box.key for box in self.levels if box.key))
        pairs = zip(self.sorts, self.ways, strict=True)
        sorting = {box.key: way.index == 1 for box, way in reversed(list(pairs)) if box.key}
        self._apply(grouping, list(sorting.items())[::-1])
        self.accept()


def _at(keys: Sequence[str], place: int) -> str:
    return keys[place] if place < len(keys) else ""


def _line(word: str, *parts: QWidget) -> QHBoxLayout:
    row = QHBoxLayout()
    row.setSpacing(8)
    label = Label(word, "body", "text-muted")
    label.setFixedWidth(36)
    row.addWidget(label)
    for number, part in enumerate(parts):
        row.addWidget(part, 0 if number else 1)
    return row
