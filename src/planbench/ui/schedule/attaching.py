"""A text of the user's own beside the bars of the selected activities; it is kept in the layout."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QDialog, QVBoxLayout

from planbench.ui.schedule.foot import dialog_foot
from planbench.ui.translation import tr
from planbench.ui.widgets.fields import FormField
from planbench.ui.widgets.labels import Label

if TYPE_CHECKING:
    from planbench.ui.schedule.workspace import ScheduleWorkspace

LONGEST = 200


class AttachDialog(QDialog):
    """Asks for the text of some activities; an empty one takes it away."""

    def __init__(self, space: ScheduleWorkspace, codes: Sequence[str]) -> None:
        super().__init__(space)
        self._space, self._codes = space, tuple(codes)
        self.setWindowTitle(tr("Attach a text"))
        self.setMinimumWidth(420)
        given = dict(space.gantt.options.attached)
        about = codes[0] if len(codes) == 1 else tr("{n} activities").format(n=len(codes))
        self.words = FormField(tr("Text beside the bar of {about}").format(about=about))
        self.words.setText(next((given[one] for one in codes if one in given), ""))
        self.words.field.setMaxLength(LONGEST)
        self.words.field.selectAll()
        hint = tr("It is kept in the layout and printed; the schedule stays as it is.")
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 16, 20, 16)
        column.setSpacing(10)
        column.addWidget(self.words)
        column.addWidget(Label(hint, "small", "text-muted", wrap=True))
        column.addLayout(dialog_foot(self, tr("Attach"), self.take))
        self.words.field.setFocus()

    def take(self) -> None:
        """Show the text, or none where it is empty."""
        words, options = self.words.text().strip(), self._space.gantt.options
        kept = dict(options.attached)
        for code in self._codes:
            kept.pop(code, None)
            if words:
                kept[code] = words
        self._space.set_options(replace(options, attached=tuple(kept.items())))
        self.accept()


def ask_to_attach(space: ScheduleWorkspace) -> AttachDialog | None:
    """Let the user write beside the bars of the selected activities."""
    rows = space.selected_activities()
    if not rows:
        space.state.message.emit("info", tr("Select the activities whose bars get a text."))
        return None
    codes = space.plan.schedule.activities.code
    return space.show_dialog(AttachDialog(space, [str(codes[row]) for row in rows]))
