"""A workspace that is not there yet says so: one title, one sentence, what it will do."""

from __future__ import annotations

from PySide6.QtWidgets import QVBoxLayout, QWidget

from planbench.ui.widgets import EmptyState, Surface, Toolbar


class Placeholder(QWidget):
    """The view of a workspace still to come. It has no controls."""

    def __init__(self, name: str, title: str, icon: str, promise: str) -> None:
        super().__init__()
        self.name, self.title, self.icon = name, title, icon
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(Toolbar(title))
        ground = Surface("surface")
        inner = QVBoxLayout(ground)
        inner.addWidget(EmptyState(f"{title} is not in this version yet", promise))
        column.addWidget(ground, 1)

    def shown(self) -> None:
        """Nothing to prepare."""
