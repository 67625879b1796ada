"""The command palette: commands, workspaces and activities behind `Ctrl+K`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QEvent, QObject, QRect, Qt, QTimer
from PySide6.QtGui import QKeyEvent, QPaintEvent
from PySide6.QtWidgets import QLineEdit, QVBoxLayout, QWidget

from planbench.ui import paint
from planbench.ui.icons import draw_icon
from planbench.ui.theme import current_theme
from planbench.ui.translation import tr
from planbench.ui.widgets import CellLook, Column, FlatTableModel, Label, TableView

SHOWN = 60
"""Entries that are listed at once."""


@dataclass(frozen=True)
class Choice:
    """One entry: what it is called, what it is (or its key), its icon, what it does."""

    text: str
    kind: str
    icon: str
    run: Callable[[], object]


class _Model(FlatTableModel):
    def __init__(self) -> None:
        columns = [
            Column("text", tr("Entry"), 400, stretch=True),
            Column("kind", tr("Kind"), 140, right=True),
        ]
        super().__init__(columns, 0)
        self.choices: list[Choice] = []

    def show_choices(self, choices: list[Choice]) -> None:
        self.choices = choices
        self.set_data(self.columns, len(choices))

    def look(self, row: int, column: int) -> CellLook:
        choice = self.choices[row]
        if column == 0:
            return CellLook(choice.text, icon=choice.icon)
        return CellLook(choice.kind, role="text-muted")


def matches(query: str, text: str) -> bool:
    """Every word of the query occurs in the text; case does not matter."""
    folded = text.casefold()
    return all(word in folded for word in query.casefold().split())


class ActivityIndex:
    """Finds activities by id or name; the texts are folded once per schedule."""

    def __init__(self, codes: Sequence[Any], names: Sequence[Any]) -> None:
        self._codes = [str(code) for code in codes]
        self._names = [str(name) for name in names]
        pairs = zip(self._codes, self._names, strict=True)
        self._folded = [f"{code} {name}".casefold() for code, name in pairs]

    def find(self, query: str, most: int) -> list[tuple[int, str]]:
        """Rows and titles of the first matches: ids that begin with the query stand first."""
        words = query.casefold().split()
        if not words:
            return []
        whole = query.casefold().strip()
        first: list[int] = []
        others: list[int] = []
        for row, text in enumerate(self._folded):
            if words[0] in text and all(word in text for word in words):
                (first if text.startswith(whole) else others).append(row)
                if len(first) >= most:
                    break
        rows = (first + others)[:most]
        return [(row, f"{self._codes[row]}  {self._names[row]}") for row in rows]


class Palette(QWidget):
    """A panel over the window's top. Arrows choose, return does it, escape closes.

    `source(query)` gives the entries that match.
    """

    def __init__(self, parent: QWidget, source: Callable[[str], list[Choice]]) -> None:
        super().__init__(parent)
        self._source = source
        self.setAccessibleName(tr("Command palette"))
        self.field = QLineEdit()
        self.field.setFrame(False)
        self.field.setFont(current_theme().font("title"))
        self.field.setPlaceholderText(tr("Type a command, a workspace or an activity"))
        self.field.setAccessibleName(tr("Type a command, a workspace or an activity"))
        self.field.textChanged.connect(self._search_soon)
        self.field.installEventFilter(self)
        self.model = _Model()
        self.list = TableView(tr("Matching entries"), row_height=34)
        self.list.horizontalHeader().hide()
        self.list.setModel(self.model)
        self.list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.list.cell_clicked.connect(lambda row, _column: self._run(row))
        column = QVBoxLayout(self)
        column.setContentsMargins(1, 1, 1, 6)
        column.setSpacing(0)
        self.field.setTextMargins(42, 0, 12, 0)
        self.field.setFixedHeight(46)
        column.addWidget(self.field)
        column.addSpacing(2)
        column.addWidget(self.list, 1)
        self._nothing = Label(tr("Nothing goes by that name."), "body", "text-muted")
        self._nothing.setContentsMargins(16, 8, 16, 8)
        column.addWidget(self._nothing)
        self._wait = QTimer(self)
        self._wait.setSingleShot(True)
        self._wait.setInterval(40)
        self._wait.timeout.connect(self._search)
        self.hide()

    def open(self, text: str = "") -> None:
        """Show the palette with a text already typed."""
        parent = self.parentWidget()
        assert parent is not None
        width = min(640, parent.width() - 48)
        self.setGeometry((parent.width() - width) // 2, 56, width, 100)
        self.field.setText(text)
        self._search()
        self.show()
        self.raise_()
        self.field.setFocus()

    def close_palette(self) -> None:
        """Put the palette away and give the keyboard back."""
        self._wait.stop()
        self.hide()
        parent = self.parentWidget()
        if parent is not None:
            parent.setFocus()

    def _search_soon(self) -> None:
        self._wait.start()

    def _search(self) -> None:
        self._wait.stop()
        self.model.show_choices(self._source(self.field.text())[:SHOWN])
        found = len(self.model.choices)
        self._nothing.setVisible(not found)
        self.list.setVisible(bool(found))
        if found:
            self.list.select_row(0)
        parent = self.parentWidget()
        assert parent is not None
        rows = 34 * min(found, 12) or 40
        self.resize(self.width(), min(56 + rows, parent.height() - 96))

    def _run(self, row: int) -> None:
        if 0 <= row < len(self.model.choices):
            choice = self.model.choices[row]
            self.close_palette()
            choice.run()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self.field:
            if event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
                return self._key(event)
            if event.type() == QEvent.Type.FocusOut and self.isVisible():
                self._wait.stop()
                self.hide()
        return super().eventFilter(watched, event)

    def _key(self, event: QKeyEvent) -> bool:
        key = event.key()
        if key == Qt.Key.Key_Escape:
            self.close_palette()
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._search()
            self._run(self.list.current_row())
        elif key in (Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_PageUp, Qt.Key.Key_PageDown):
            steps = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1, Qt.Key.Key_PageUp: -10}
            row = self.list.current_row() + steps.get(Qt.Key(key), 10)
            self.list.select_row(max(0, min(len(self.model.choices) - 1, row)))
        else:
            return False
        return True

    def paintEvent(self, event: QPaintEvent) -> None:
        theme = current_theme()
        painter = paint.upright(self)
        fill, edge = theme.color("surface-raised"), theme.color("border-strong")
        paint.box(painter, self.rect(), theme.radius["popup"], fill, edge)
        draw_icon(painter, "search", QRect(16, 16, 16, 16), "text-muted")
        paint.rule(painter, 1, 48, self.width() - 1)
