"""The decision log of a workshop: what was said and agreed, newest first."""

from __future__ import annotations

from PySide6.QtWidgets import QDialog, QVBoxLayout, QWidget

from planbench.services.workshop import Session
from planbench.services.workshop_minutes import log_lines
from planbench.ui.translation import tr
from planbench.ui.widgets import Button, Column, FlatTableModel, Label, TableView
from planbench.ui.widgets.forms import side_by_side


class LogDialog(QDialog):
    """Shows the log; people are numbered where `names` is off."""

    def __init__(self, session: Session, names: bool, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(tr("Decision log"))
        self.resize(760, 480)
        parts = [_parts(line) for line in reversed(log_lines(session, names))]
        self.model = FlatTableModel(
            [
                Column("at", tr("Time"), 70, values=[one[0] for one in parts]),
                Column("card", tr("Item"), 110, values=[one[1] for one in parts]),
                Column("what", tr("What"), 400, values=[one[2] for one in parts], stretch=True),
            ],
            len(parts),
        )
        self.table = TableView(tr("Decision log"))
        self.table.setModel(self.model)
        close = Button(tr("Close"), "default")
        close.clicked.connect(lambda _checked=False: self.accept())
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 16, 20, 16)
        if not parts:
            column.addWidget(Label(tr("Nothing was decided yet."), "prose", "text-muted"))
        column.addWidget(self.table, 1)
        column.addLayout(side_by_side(None, close))


def _parts(line: str) -> tuple[str, str, str]:
    """(time, item, what) of a line of the log, `14:05 A100: agreed 5 / 9 / 20 d`."""
    at, _, rest = line.partition(" ")
    code, _, what = rest.partition(": ")
    return at, code, what
