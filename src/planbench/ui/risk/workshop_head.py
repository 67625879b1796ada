"""How far a workshop came, in one line: its name, the item, and a bar of what was agreed."""

from __future__ import annotations

from PySide6.QtWidgets import QHBoxLayout

from planbench.domain.schedule import Schedule
from planbench.services.workshop import Session
from planbench.ui.translation import tr
from planbench.ui.widgets import Label, PartsBar


class SessionHead(QHBoxLayout):
    """`show_session` says where a session stands."""

    def __init__(self, wide: int) -> None:
        super().__init__()
        self.setSpacing(16)
        self.item = Label("", "heading")
        self.addWidget(self.item)
        self.progress = PartsBar()
        self.progress.setFixedWidth(wide)
        self.addWidget(self.progress)
        self.addStretch(1)

    def show_session(self, session: Session) -> None:
        """Show the item on the table and how many were agreed on."""
        total, done = len(session.cards), sum(one.agreed is not None for one in session.cards)
        self.item.setText(
            tr("{title}   Item {at} of {total}").format(
                title=session.title, at=session.at + 1, total=total
            )
        )
        self.progress.set([(done, "accent"), (total - done, "surface-sunken")])
        self.progress.setAccessibleName(
            tr("{done} of {total} agreed").format(done=done, total=total)
        )


def where_words(schedule: Schedule, code: str) -> str:
    """The activity's id and the WBS node that it stands in."""
    node = int(schedule.activities.wbs[schedule.row_of_code[code]])
    return f"{code}  {schedule.wbs.name[node] if node >= 0 else ''}"
