"""The dialog in which the steps of an activity are edited."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QDialog, QGridLayout, QLineEdit, QVBoxLayout, QWidget

from planbench.domain.errors import PlanbenchError
from planbench.services.document import Document
from planbench.services.steps import StepLine, read_number, set_steps, steps_of, steps_percent
from planbench.ui.schedule.foot import dialog_foot
from planbench.ui.translation import tr
from planbench.ui.widgets.buttons import Button
from planbench.ui.widgets.forms import empty_grid, line_edit
from planbench.ui.widgets.labels import Label

if TYPE_CHECKING:
    from planbench.ui.schedule.workspace import ScheduleWorkspace

Fields = tuple[QLineEdit, QLineEdit, QLineEdit, Button]


class StepsDialog(QDialog):
    """Name, weight and percent complete of every step; taken as one step that can be undone."""

    def __init__(self, space: ScheduleWorkspace, document: Document, row: int) -> None:
        super().__init__(space)
        self._space, self._document, self._row = space, document, row
        acts = document.schedule.activities
        self.setWindowTitle(tr("Steps of {code}").format(code=acts.code[row]))
        self.setMinimumWidth(520)
        self._uid = str(acts.uid[row])
        self._uids: list[str] = []
        self.rows: list[Fields] = []
        self._grid = QGridLayout()
        self._grid.setHorizontalSpacing(8)
        self._grid.setVerticalSpacing(4)
        self._grid.setColumnStretch(0, 1)
        self.total = Label("", "body", "text-muted", tabular=True)
        self.error = Label("", "small", "negative", wrap=True)
        self.error.hide()
        self.more = Button(tr("Add a step"), "quiet", "plus", in_card=True)
        self.more.clicked.connect(lambda _on=False: self.add())
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 16, 20, 16)
        column.setSpacing(10)
        column.addWidget(Label(str(acts.name[row]), "strong"))
        column.addLayout(self._grid)
        for part in (self.more, self.total, self.error):
            column.addWidget(part)
        column.addStretch(1)
        column.addLayout(dialog_foot(self, tr("Set"), self.take))
        self._show(steps_of(document.schedule, row) or (StepLine(tr("Step 1")),))

    def _show(self, steps: Sequence[StepLine]) -> None:
        empty_grid(self._grid)
        titles = (tr("Step"), tr("Weight"), tr("Complete, %"))
        for place, title in enumerate(titles):
            self._grid.addWidget(Label(title, "small", "text-muted"), 0, place)
        self._uids, self.rows = [], []
        for one in steps:
            self._put(one)
        self._tell()

    def _put(self, one: StepLine) -> None:
        number = len(self.rows) + 1
        drop = Button("", "quiet", "x", tip=tr("Remove step {n}").format(n=number), in_card=True)
        fields = (
            self._edit(one.name, tr("Name of step {n}").format(n=number)),
            self._edit(f"{one.weight:g}", tr("Weight of step {n}").format(n=number), 72),
            self._edit(f"{one.percent:g}", tr("Percent of step {n}").format(n=number), 88),
            drop,
        )
        drop.clicked.connect(lambda _on=False: self._remove(fields))
        for place, widget in enumerate(fields):
            self._grid.addWidget(widget, number, place)
        self._uids.append(one.uid)
        self.rows.append(fields)

    def _edit(self, text: str, name: str, width: int = 0) -> QLineEdit:
        return line_edit(text, name, self._tell, width, self)

    def add(self) -> None:
        """One more step at the end."""
        self._put(StepLine(tr("Step {n}").format(n=len(self.rows) + 1)))
        self.rows[-1][0].setFocus()
        self.rows[-1][0].selectAll()
        self._tell()

    def _remove(self, fields: Fields) -> None:
        place = self.rows.index(fields)
        left: list[QWidget] = list(self.rows.pop(place))
        self._uids.pop(place)
        for widget in left:
            self._grid.removeWidget(widget)
            widget.hide()
            widget.deleteLater()
        self._tell()

    def _read(self) -> list[StepLine]:
        """The steps as they stand in the fields. Raises PlanbenchError."""
        return [
            StepLine(
                name.text().strip(),
                read_number(weight.text(), tr("weight")),
                read_number(percent.text(), tr("percent")),
                uid,
            )
            for (name, weight, percent, _), uid in zip(self.rows, self._uids, strict=True)
        ]

    def _tell(self) -> None:
        """What the steps make together, or what is wrong."""
        try:
            whole = steps_percent(self._read())
        except PlanbenchError as error:
            self._refuse(error.line)
            return
        self.error.hide()
        told = tr("Together {percent} % complete, each step by its weight")
        self.total.setText("" if whole is None else told.format(percent=f"{whole:.4g}"))

    def _refuse(self, words: str) -> None:
        self.error.setText(words)
        self.error.show()

    def take(self) -> None:
        """Set the steps, unless something is wrong."""
        uids = self._document.schedule.activities.uid
        if self._row >= len(uids) or uids[self._row] != self._uid:
            self._refuse(tr("The schedule has changed since: open the steps again."))
            return
        try:
            self._space.desk.push(set_steps(self._document, self._row, self._read()))
        except PlanbenchError as error:
            self._refuse(error.line)
            return
        self.accept()


def ask_for_steps(space: ScheduleWorkspace) -> StepsDialog | None:
    """Let the user edit the steps of the selected activity."""
    document, row = space.state.document, space.desk.activity
    if document is None or row < 0:
        return None
    return space.show_dialog(StepsDialog(space, document, row))
