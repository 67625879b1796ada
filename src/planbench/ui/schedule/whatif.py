"""The strip that says that an update was edited, and what can be done with that."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QHBoxLayout

from planbench.ui.translation import tr
from planbench.ui.widgets.buttons import LinkButton
from planbench.ui.widgets.labels import Label
from planbench.ui.widgets.panels import Surface

if TYPE_CHECKING:
    from planbench.ui.schedule.workspace import ScheduleWorkspace


class WhatIfBar(Surface):
    """Shown while the document differs from the update it was opened as."""

    def __init__(self, space: ScheduleWorkspace) -> None:
        super().__init__("info-soft", "b", space)
        self.setAccessibleName(tr("What-if"))
        self.words = Label("", "body")
        state = space.state
        self.keep = LinkButton(tr("Save what-if"))
        self.keep.clicked.connect(lambda _on=False: state.what_if_wanted.emit("keep"))
        self.drop = LinkButton(tr("Drop edits"))
        self.drop.clicked.connect(lambda _on=False: state.what_if_wanted.emit("drop"))
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 5, 12, 5)
        row.setSpacing(16)
        row.addWidget(self.words, 1)
        row.addWidget(self.keep)
        row.addWidget(self.drop)
        self.hide()

    def tell(self, label: str) -> None:
        """Name the what-if; hide without a name."""
        self.words.setText(tr("{label}: the imported update stays as it was.").format(label=label))
        self.setVisible(bool(label))
