"""The dialog in which curtains are written down, one a line."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QDialog, QPlainTextEdit, QVBoxLayout

from planbench.scenes.curtains import CurtainError, read_curtains
from planbench.ui.schedule.foot import dialog_foot
from planbench.ui.theme import current_theme
from planbench.ui.translation import tr
from planbench.ui.widgets.labels import Label

if TYPE_CHECKING:
    from planbench.ui.schedule.workspace import ScheduleWorkspace


class CurtainDialog(QDialog):
    """First day, last day and name of every curtain."""

    def __init__(self, space: ScheduleWorkspace) -> None:
        super().__init__(space)
        self._space = space
        self.setWindowTitle(tr("Curtains"))
        self.setMinimumWidth(460)
        self.lines = QPlainTextEdit("\n".join(space.gantt.options.curtains))
        self.lines.setFont(current_theme().font("body", tabular=True))
        self.lines.setAccessibleName(tr("Curtains, one a line"))
        self.lines.setTabChangesFocus(True)
        self.error = Label("", "small", "negative", wrap=True)
        self.error.hide()
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 16, 20, 16)
        column.setSpacing(10)
        hint = tr("One a line: first day, last day, name. 2026-12-20 2027-01-05 Winter shutdown")
        column.addWidget(Label(hint, "small", "text-muted", wrap=True))
        column.addWidget(self.lines, 1)
        column.addWidget(self.error)
        column.addLayout(dialog_foot(self, tr("Show"), self.take))

    def take(self) -> None:
        """Draw these curtains, or say which one cannot be read."""
        try:
            found = read_curtains(self.lines.toPlainText())
        except CurtainError as error:
            self.error.setText(error.line)
            self.error.show()
            return
        self._space.set_options(replace(self._space.gantt.options, curtains=found))
        self.accept()


def ask_for_curtains(space: ScheduleWorkspace) -> CurtainDialog:
    """Let the user write down which stretches of time stand out."""
    return space.show_dialog(CurtainDialog(space))
