"""The dialog of baselines: which ones are measured against, copies, updates, for some or all."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtWidgets import QDialog, QGridLayout, QHBoxLayout, QVBoxLayout

from planbench.domain.errors import PlanbenchError
from planbench.domain.schedule import Baseline, Rows
from planbench.domain.times import NO_TIME
from planbench.services.baselining import (
    COSTS,
    DATES,
    DURATIONS,
    all_baselines,
    assign_baselines,
    copy_baseline,
    delete_baseline,
    own_place,
    rename_baseline,
    update_baseline,
)
from planbench.services.document import Document
from planbench.services.undo import Command
from planbench.ui import text
from planbench.ui.translation import tr
from planbench.ui.widgets import Button, Column, ComboBox, FlatTableModel, Label, TableView
from planbench.ui.widgets.forms import check_box, line_edit

if TYPE_CHECKING:
    from planbench.ui.schedule.workspace import ScheduleWorkspace

ALL, SELECTED, SHOWN = 0, 1, 2


class BaselinesDialog(QDialog):
    """Baselines in a table; their places, and what is copied from where to where, below it.

    Everything it does is a step that can be undone; it stays open until it is closed.
    """

    def __init__(self, space: ScheduleWorkspace) -> None:
        super().__init__(space)
        self._space = space
        self.setWindowTitle(tr("Baselines"))
        self.resize(740, 600)
        self.lines = FlatTableModel()
        self.table = TableView(tr("Baselines"))
        self.table.setModel(self.lines)
        self.places = [ComboBox([], name) for name in (tr("Primary"), tr("Second"), tr("Third"))]
        self.source = ComboBox([], tr("From"))
        self.target = ComboBox([], tr("Into"))
        self.name = line_edit("", tr("Name of the baseline"), lambda: self._say(""))
        self.scope = ComboBox([tr("All activities"), "", tr("Activities shown")], tr("For"))
        self.figures = {
            DATES: check_box(tr("Dates"), True),
            DURATIONS: check_box(tr("Durations"), True),
            COSTS: check_box(tr("Costs"), True),
        }
        self.error = Label("", "small", "negative", wrap=True)
        self._buttons()
        self._lay_out()
        self.target.currentIndexChanged.connect(self._target_chosen)
        space.state.result_changed.connect(self._result)
        space.state.document_changed.connect(self.reject)
        self.fill()

    def _buttons(self) -> None:
        self.assign = Button(tr("Assign"), "default", "target", tip=tr("Measure against these"))
        self.assign.clicked.connect(lambda _on=False: self._take(self._assigned))
        self.rename = Button(
            tr("Rename"), "default", "pencil", tip=tr("Give the baseline the name at the left")
        )
        self.rename.clicked.connect(
            lambda _on=False: self._take(
                lambda document: rename_baseline(document, self._target, self.name.text())
            )
        )
        self.delete = Button(tr("Delete"), "default", "trash", tip=tr("Delete the baseline"))
        self.delete.clicked.connect(
            lambda _on=False: self._take(lambda document: delete_baseline(document, self._target))
        )
        self.copy = Button(tr("Copy"), "primary", "copy")
        self.copy.setDefault(True)
        self.copy.clicked.connect(lambda _on=False: self._take(self._copied))
        self.close_ = Button(tr("Close"), "default")
        self.close_.clicked.connect(lambda _on=False: self.accept())

    def _lay_out(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 16, 20, 16)
        column.setSpacing(10)
        column.addWidget(self.table, 1)
        column.addWidget(Label(tr("Measured against"), "strong"))
        line = QHBoxLayout()
        line.setSpacing(8)
        for box, words in zip(self.places, (tr("Primary"), tr("Second"), tr("Third")), strict=True):
            part = QVBoxLayout()
            part.setSpacing(2)
            part.addWidget(Label(words, "small", "text-muted"))
            part.addWidget(box)
            line.addLayout(part, 1)
        held = QVBoxLayout()
        held.addStretch(1)
        held.addWidget(self.assign)
        line.addLayout(held)
        column.addLayout(line)
        column.addWidget(Label(tr("Copy or update"), "strong"))
        grid = QGridLayout()
        grid.setHorizontalSpacing(8)
        grid.setVerticalSpacing(6)
        rows = (
            (tr("From"), self.source),
            (tr("Into"), self.target),
            (tr("Name"), self.name),
            (tr("For"), self.scope),
        )
        for at, (words, field) in enumerate(rows):
            grid.addWidget(Label(words, "body", "text-muted"), at, 0)
            grid.addWidget(field, at, 1)
        grid.addWidget(self.delete, 1, 2)
        grid.addWidget(self.rename, 2, 2)
        grid.addWidget(Label(tr("What"), "body", "text-muted"), 4, 0)
        what = QHBoxLayout()
        what.setSpacing(16)
        for check in self.figures.values():
            what.addWidget(check)
        what.addStretch(1)
        grid.addLayout(what, 4, 1)
        grid.setColumnStretch(1, 1)
        column.addLayout(grid)
        column.addWidget(self.error)
        foot = QHBoxLayout()
        foot.addStretch(1)
        foot.addWidget(self.close_)
        foot.addWidget(self.copy)
        column.addLayout(foot)

    # ------------------------------------------------------------ what there is

    @property
    def _document(self) -> Document | None:
        return self._space.state.document

    @property
    def _target(self) -> int:
        """Place among the schedule's own baselines, -1 for a new one."""
        return self.target.currentIndex() - 1

    def fill(self) -> None:
        """Show the baselines of the document as they are now."""
        document = self._document
        if document is None:
            return
        found, own = all_baselines(document), document.schedule.baselines
        self._list(document, found)
        names = [one.name for one in found]
        first = document.baseline
        more = [at for at, one in enumerate(found) if own_place(document, one) >= 0]
        places = [at for at in more if own_place(document, first) != own_place(document, found[at])]
        chosen = [
            next((at for at, one in enumerate(found) if one is first), own_place(document, first)),
            *[*places, -1, -1][:2],
        ]
        for box, at in zip(self.places, chosen, strict=True):
            _offer(box, [tr("None"), *names], at + 1)
            box.setEnabled(bool(found))
        self.assign.setEnabled(bool(found))
        _offer(self.source, [tr("Present dates"), *names], self.source.currentIndex())
        target = min(self.target.currentIndex(), len(own))
        _offer(self.target, [tr("New baseline"), *(one.name for one in own)], target)
        selected = len(self._space.selected_activities())
        self.scope.setItemText(
            SELECTED,
            tr("Selected: {n}").format(n=text.counted(selected, tr("activity"), tr("activities"))),
        )
        self._target_chosen()

    def _list(self, document: Document, found: tuple[Baseline, ...]) -> None:
        roles = dict.fromkeys(range(len(found)), "")
        order = [at for at, one in enumerate(found) if own_place(document, one) >= 0]
        first = document.baseline
        lead = [
            at
            for at, one in enumerate(found)
            if one is first or 0 <= own_place(document, first) == own_place(document, one)
        ]
        for at, words in zip(
            [*lead[:1], *(one for one in order if one not in lead)],
            (tr("Primary"), tr("Second"), tr("Third")) if lead else (tr("Second"), tr("Third")),
            strict=False,
        ):
            roles[at] = words
        dates = [text.long_date(one.data_date) for one in found]
        counts = [int((one.columns.finish != NO_TIME).sum()) for one in found]
        budgets = [float(np.nansum(one.columns.cost)) for one in found]
        own = [own_place(document, one) >= 0 for one in found]
        kept = [tr("in this schedule") if mine else tr("update of the project") for mine in own]
        self.lines.set_data(
            [
                Column("name", tr("Name"), 150, values=[one.name for one in found], stretch=True),
                Column("role", tr("Place"), 76, values=[roles[at] for at in range(len(found))]),
                Column("date", tr("Data date"), 100, values=dates),
                Column("count", tr("Activities"), 80, True, counts, text.number),
                Column("cost", tr("Cost"), 120, True, budgets, _cost),
                Column("kept", tr("Kept"), 140, values=kept),
            ],
            len(found),
        )
        self.table.apply_columns()

    def _target_chosen(self, _at: int = 0) -> None:
        """A new baseline is copied, one that is there is updated, renamed or deleted."""
        document = self._document
        if document is None:
            return
        there = self._target >= 0
        self.copy.setText(tr("Update") if there else tr("Copy"))
        for button in (self.rename, self.delete):
            button.setEnabled(there)
        own = document.schedule.baselines
        self.name.setText(own[self._target].name if there else self._new_name(own))
        self._say("")

    @staticmethod
    def _new_name(own: tuple[Baseline, ...]) -> str:
        taken = {one.name for one in own}
        number = len(own) + 1
        while (name := tr("Baseline {n}").format(n=number)) in taken:
            number += 1
        return name

    # ------------------------------------------------------------ what is done

    def _rows(self) -> Rows | None:
        """The activities that are meant, None for all of them."""
        plan = self._space.plan
        if self.scope.currentIndex() == ALL:
            return None
        if self.scope.currentIndex() == SELECTED:
            return np.array(self._space.selected_activities(), dtype=np.int32)
        rows = (plan.activity_of(node) for node in plan.rows.nodes.tolist())
        return np.array([row for row in rows if row >= 0], dtype=np.int32)

    def _copied(self, document: Document) -> Command:
        found, at = all_baselines(document), self.source.currentIndex() - 1
        source = found[at] if at >= 0 else None
        what = [key for key, box in self.figures.items() if box.isChecked()]
        if self._target >= 0:
            return update_baseline(document, self._target, source, self._rows(), what)
        return copy_baseline(document, self.name.text(), source, self._rows(), what)

    def _assigned(self, document: Document) -> Command:
        found = all_baselines(document)
        chosen = [box.currentIndex() - 1 for box in self.places]
        more = [found[at] for at in chosen[1:] if at >= 0]
        return assign_baselines(document, found[chosen[0]] if chosen[0] >= 0 else None, more)

    def _take(self, step: Callable[[Document], Command]) -> None:
        """Take a step, or say why it cannot be."""
        document = self._document
        if document is None or not self._space.desk.settled:
            return
        try:
            self._space.desk.push(step(document))
        except PlanbenchError as error:
            self._say(error.line)
            return
        self._say("")
        self.fill()

    def _say(self, words: str) -> None:
        self.error.setText(words)

    def _result(self, kind: str) -> None:
        if kind == "baseline":  # also by undo, or from the bar above
            self.fill()


def _cost(value: float) -> str:
    return text.number(round(value)) if value else ""


def _offer(box: ComboBox, entries: list[str], at: int) -> None:
    """Other entries; none of the signals that the user's choice would send."""
    blocked = box.blockSignals(True)
    box.clear()
    box.addItems(entries)
    box.setCurrentIndex(at if 0 <= at < len(entries) else 0)
    box.blockSignals(blocked)


def ask_for_baselines(space: ScheduleWorkspace) -> BaselinesDialog | None:
    """Let the user copy, update and assign baselines."""
    if space.state.document is None or not len(space.plan.schedule):
        return None
    return space.show_dialog(BaselinesDialog(space))
