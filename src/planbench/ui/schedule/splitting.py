"""The dialog that shows how an activity is split before it is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QDialog, QGridLayout, QHBoxLayout, QLineEdit, QSpinBox, QVBoxLayout

from planbench.domain.errors import PlanbenchError
from planbench.scenes.formats import number_text
from planbench.services.document import Document
from planbench.services.editing import day_length
from planbench.services.splitting import MOST_PARTS, Split, plan_split, split_activity
from planbench.ui.schedule.foot import dialog_foot
from planbench.ui.theme import current_theme
from planbench.ui.translation import tr
from planbench.ui.widgets.forms import empty_grid, line_edit
from planbench.ui.widgets.labels import Label

if TYPE_CHECKING:
    from planbench.ui.schedule.workspace import ScheduleWorkspace


class SplitDialog(QDialog):
    """Parts of an activity: how many, how they are called, how long they are.

    Below them stands where links, resources, costs, codes and the rest go. The last part takes
    the duration that the others leave.
    """

    def __init__(self, space: ScheduleWorkspace, document: Document, row: int) -> None:
        super().__init__(space)
        self._space, self._document, self._row = space, document, row
        acts = document.schedule.activities
        self.split: Split | None = None
        self._per_day = day_length(document.schedule, row)
        self.setWindowTitle(tr("Split {code}").format(code=acts.code[row]))
        self.setMinimumWidth(640)
        self.count = QSpinBox()
        self.count.setRange(2, MOST_PARTS)
        self.count.setFont(current_theme().font("body"))
        for part in (self.count, self.count.lineEdit()):
            part.setAccessibleName(tr("Number of parts"))
        self.codes: list[QLineEdit] = []
        self.names: list[QLineEdit] = []
        self.days: list[QLineEdit] = []
        self.amounts: list[Label] = []
        self._grid = QGridLayout()
        self._grid.setHorizontalSpacing(8)
        self._grid.setVerticalSpacing(4)
        self.words = Label("", "body", wrap=True)
        self.error = Label("", "small", "negative", wrap=True)
        self.error.hide()
        self._lay_out(str(acts.name[row]))
        self.count.valueChanged.connect(self._fill)
        self._fill(2)

    def _lay_out(self, name: str) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 16, 20, 16)
        column.setSpacing(10)
        column.addWidget(Label(name, "strong"))
        head = QHBoxLayout()
        head.setSpacing(8)
        head.addWidget(Label(tr("Parts"), "body", "text-muted"))
        head.addWidget(self.count)
        head.addStretch(1)
        column.addLayout(head)
        column.addLayout(self._grid)
        column.addWidget(self.error)
        column.addWidget(Label(tr("What goes where"), "small", "text-muted"))
        column.addWidget(self.words)
        column.addStretch(1)
        column.addLayout(dialog_foot(self, tr("Split"), self.take))

    def _fill(self, count: int) -> None:
        """Offer other parts: equally long, with the next free IDs."""
        self._clear()
        for place, title in enumerate((tr("ID"), tr("Name"), tr("Days"), tr("Units, cost"))):
            self._grid.addWidget(Label(title, "small", "text-muted"), 0, place)
        try:
            split = plan_split(self._document, self._row, count)
        except PlanbenchError as error:
            self._refuse(error.line)
            return
        for place, part in enumerate(split.parts):
            number = place + 1
            days = f"{part.duration / self._per_day:.4g}"
            self.codes.append(self._edit(part.code, tr("ID of part {n}").format(n=number), 96))
            self.names.append(self._edit(part.name, tr("Name of part {n}").format(n=number)))
            self.days.append(self._edit(days, tr("Days of part {n}").format(n=number), 64))
            self.amounts.append(Label("", "body", "text-muted", tabular=True))
            line = (self.codes[-1], self.names[-1], self.days[-1], self.amounts[-1])
            for at, widget in enumerate(line):
                self._grid.addWidget(widget, number, at)
        self.codes[0].setReadOnly(True)
        self.days[-1].setReadOnly(True)
        self._show(split)

    def _clear(self) -> None:
        empty_grid(self._grid)
        self.codes, self.names, self.days, self.amounts = [], [], [], []

    def _edit(self, text: str, name: str, width: int = 0) -> QLineEdit:
        return line_edit(text, name, self._plan, width, self)

    def _plan(self) -> bool:
        """Work the split out as it stands in the fields, or say what is wrong."""
        try:
            split = plan_split(
                self._document,
                self._row,
                len(self.codes),
                lengths=[field.text() for field in self.days[:-1]],
                codes=[field.text() for field in self.codes],
                names=[field.text() for field in self.names],
            )
        except PlanbenchError as error:
            self._refuse(error.line)
            return False
        self._show(split)
        return True

    def _show(self, split: Split) -> None:
        self.split = split
        self.error.hide()
        self.days[-1].setText(f"{split.parts[-1].duration / self._per_day:.4g}")
        for label, part in zip(self.amounts, split.parts, strict=True):
            some = part.units or part.cost
            amount = f"{number_text(part.units)}, {number_text(part.cost)}"
            label.setText(amount if some else tr("none"))
        self.words.setText("\n".join(split.words))
        wide = max(self.width(), self.minimumWidth()) - 40
        self.words.setMinimumHeight(self.words.heightForWidth(wide))

    def _refuse(self, words: str) -> None:
        self.split = None
        self.error.setText(words)
        self.error.show()

    def take(self) -> None:
        """Split so, unless something is wrong."""
        if self.split is None and not self._plan():
            return
        assert self.split is not None
        try:
            self._space.desk.push(split_activity(self._document, self.split))
        except PlanbenchError as error:
            self._refuse(error.line)
            return
        self.accept()


def ask_for_split(space: ScheduleWorkspace) -> SplitDialog | None:
    """Let the user split the selected activity; says why where it cannot be."""
    document, row = space.state.document, space.desk.activity
    if document is None or row < 0:
        return None
    try:
        plan_split(document, row)
    except PlanbenchError as error:
        space.state.message.emit("warning", error.line)
        return None
    return space.show_dialog(SplitDialog(space, document, row))
