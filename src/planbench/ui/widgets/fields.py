"""Fields: search, choice, and a labelled field that says its error below itself."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QRect, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPaintEvent
from PySide6.QtWidgets import QComboBox, QLineEdit, QSizePolicy, QVBoxLayout, QWidget

from planbench.ui import paint
from planbench.ui.icons import draw_icon
from planbench.ui.theme import current_theme
from planbench.ui.translation import tr
from planbench.ui.widgets.labels import Label


class SearchField(QLineEdit):
    """A line with a magnifier. `Esc` clears it; `hint` is a shortcut shown while it is empty."""

    def __init__(self, placeholder: str, hint: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setPlaceholderText(placeholder)
        self.setAccessibleName(placeholder)
        self.setFont(current_theme().font("body"))
        self.setTextMargins(21, 0, 4, 0)
        self.setMinimumWidth(160)
        self._hint = hint
        self.textChanged.connect(lambda _text: self.update())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape and self.text():
            self.clear()
        else:
            super().keyPressEvent(event)

    def sizeHint(self) -> QSize:
        return QSize(220, current_theme().control["height"])

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        theme = current_theme()
        painter = paint.upright(self)
        middle = self.height() // 2
        draw_icon(painter, "search", QRect(10, middle - 7, 14, 14), "text-muted")
        if self._hint and not self.text():
            painter.setFont(theme.font("small"))
            width = painter.fontMetrics().horizontalAdvance(self._hint) + 12
            key = QRect(self.width() - width - 8, middle - 9, width, 18)
            paint.box(painter, key, 3, theme.color("surface-raised"), theme.color("border-strong"))
            painter.setPen(theme.color("text-muted"))
            painter.drawText(key, Qt.AlignmentFlag.AlignCenter, self._hint)


class ComboBox(QComboBox):
    """A drop-down with a name for those who cannot see its label."""

    def __init__(
        self, items: Sequence[str] = (), name: str = tr("Choice"), parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setAccessibleName(name)
        self.setFont(current_theme().font("body"))
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.addItems(list(items))
        self.view().setAccessibleName(name)


class FormField(QWidget):
    """A label above a field and, below it, what is wrong with what was typed.

    `edited(text)` on return or when the focus leaves with a new text.
    """

    edited = Signal(str)

    def __init__(self, label: str, text: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._label = Label(label, "small", "text-muted")
        self.field = QLineEdit(text)
        self.field.setAccessibleName(label)
        self._label.setBuddy(self.field)
        self._error = Label("", "small", "negative", wrap=True)
        self._error.hide()
        self._last = text
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        for part in (self._label, self.field, self._error):
            column.addWidget(part)
        self.field.editingFinished.connect(self._finished)

    def _finished(self) -> None:
        text = self.field.text()
        if text != self._last:
            self._last = text
            self.edited.emit(text)

    def text(self) -> str:
        return self.field.text()

    def setText(self, text: str) -> None:
        self._last = text
        self.field.setText(text)

    def set_error(self, text: str) -> None:
        """Say what is wrong, or with an empty text that all is well."""
        self.field.setProperty("error", bool(text))
        self.field.setAccessibleDescription(text)
        self._error.setText(text)
        self._error.setVisible(bool(text))
        self.field.update()
