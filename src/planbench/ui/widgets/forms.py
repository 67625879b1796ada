"""Small parts of forms: a check box in the theme's type, and parts side by side."""

from __future__ import annotations

from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QWidget

from planbench.ui.theme import current_theme
from planbench.ui.widgets.fields import ComboBox, FormField


def check_box(words: str, on: bool) -> QCheckBox:
    """A box with its words."""
    box = QCheckBox(words)
    box.setFont(current_theme().font("body"))
    box.setChecked(on)
    return box


def side_by_side(*parts: QWidget | None) -> QHBoxLayout:
    """Parts in a row; fields share the room that is left, None takes it up."""
    row = QHBoxLayout()
    row.setSpacing(8)
    for part in parts:
        if part is None:
            row.addStretch(1)
        else:
            row.addWidget(part, 1 if isinstance(part, (FormField, ComboBox)) else 0)
    return row
