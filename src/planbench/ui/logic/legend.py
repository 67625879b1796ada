"""The line below a picture of a network: what its lines mean."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtWidgets import QHBoxLayout, QWidget

from planbench.ui.widgets import Label, Surface


def line_legend(lead: QWidget, lines: Iterable[tuple[str, str]]) -> QWidget:
    """`lead` at the left, then each (role of the colour, words) of a line."""
    legend = Surface("surface", "t")
    legend.setFixedHeight(28)
    row = QHBoxLayout(legend)
    row.setContentsMargins(16, 0, 16, 0)
    row.setSpacing(8)
    row.addWidget(lead, 1)
    for role, words in lines:
        mark = Surface(role)
        mark.setFixedSize(18, 2)
        row.addWidget(mark)
        row.addWidget(Label(words, "small", "text-muted"))
    return legend
