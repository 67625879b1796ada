"""Small parts of forms: a check box in the theme's type, and parts side by side."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QCheckBox, QGridLayout, QHBoxLayout, QLineEdit, QWidget

from planbench.ui.theme import current_theme
from planbench.ui.widgets.fields import ComboBox, FormField


def check_box(words: str, on: bool) -> QCheckBox:
    """A box with its words."""
    box = QCheckBox(words)
    box.setFont(current_theme().font("body"))
    box.setChecked(on)
    return box


def line_edit(
    words: str,
    name: str,
    edited: Callable[[], object],
    width: int = 0,
    parent: QWidget | None = None,
) -> QLineEdit:
    """A field with a text; `edited()` is called while its text is being typed."""
    field = QLineEdit(words, parent)
    field.setFont(current_theme().font("body", tabular=True))
    field.setAccessibleName(name)
    if width:
        field.setFixedWidth(width)
    field.textEdited.connect(lambda _text: edited())
    return field


def empty_grid(grid: QGridLayout) -> None:
    """Take everything out of a grid of widgets."""
    while grid.count():
        item = grid.takeAt(0)
        widget = item.widget() if item is not None else None
        if widget is not None:
            widget.hide()
            widget.deleteLater()


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
