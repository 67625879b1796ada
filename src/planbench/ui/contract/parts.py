"""Small parts that the panes and pages of Contract share."""

from __future__ import annotations

from PySide6.QtWidgets import QHBoxLayout, QWidget

from planbench.ui.widgets import Label, Surface


def heading(words: str, left: int = 0) -> Label:
    """A small grey heading above a part of a pane, `left` pixels in."""
    label = Label(words, "small", "text-muted")
    font = label.font()
    font.setWeight(font.Weight.DemiBold)
    label.setFont(font)
    label.setContentsMargins(left, 6, 0, 2)
    return label


def bar(title: str, *parts: QWidget, at_right: bool = False) -> Surface:
    """A bar 40 high above a table: its title and what belongs to it."""
    made = Surface("surface-raised", "tb")
    made.setFixedHeight(40)
    row = QHBoxLayout(made)
    row.setContentsMargins(16, 0, 12, 0)
    row.setSpacing(8)
    row.addWidget(Label(title, "heading"))
    if at_right:
        row.addStretch(1)
    for part in parts:
        row.addWidget(part)
    if not at_right:
        row.addStretch(1)
    return made
