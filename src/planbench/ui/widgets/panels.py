"""What holds other things: toolbar, figures strip, cards, panes, banners, empty states."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QRect, QSize, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import (
    QAbstractButton,
    QBoxLayout,
    QFrame,
    QHBoxLayout,
    QScrollArea,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from planbench.ui import paint
from planbench.ui.theme import current_theme
from planbench.ui.translation import tr
from planbench.ui.widgets.buttons import Button
from planbench.ui.widgets.feedback import Banner as Banner
from planbench.ui.widgets.feedback import EmptyState as EmptyState
from planbench.ui.widgets.labels import ElidedLabel, Label


class Surface(QWidget):
    """A plain area filled with a role, with border lines on the sides named in `lines` (tblr)."""

    def __init__(
        self, role: str = "surface-raised", lines: str = "", parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._role, self._lines = role, lines

    def paintEvent(self, event: QPaintEvent) -> None:
        theme = current_theme()
        painter = paint.upright(self)
        painter.fillRect(event.rect(), theme.color(self._role))
        edge = theme.color("border")
        width, height = self.width(), self.height()
        sides = {
            "t": QRect(0, 0, width, 1),
            "b": QRect(0, height - 1, width, 1),
            "l": QRect(0, 0, 1, height),
            "r": QRect(width - 1, 0, 1, height),
        }
        for side in self._lines:
            painter.fillRect(sides[side], edge)


class Toolbar(Surface):
    """A workspace's toolbar, 44 high: title, views, scope, then actions at the right.

    In a window narrower than the token's breakpoint its buttons show their icons alone; the
    primary button keeps its words.
    """

    def __init__(self, title: str = "", parent: QWidget | None = None) -> None:
        super().__init__("surface-raised", "b", parent)
        self.setFixedHeight(current_theme().frame["workspace_toolbar"])
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(16, 0, 12, 1)
        self._row.setSpacing(8)
        if title:
            self._row.addWidget(Label(title, "title"))
            self._row.addSpacing(8)

    def add(self, widget: QWidget) -> QWidget:
        """Put a control at the end of the row."""
        self._row.addWidget(widget)
        return widget

    def add_line(self) -> None:
        """A thin upright line between groups."""
        line = Surface("border")
        line.setFixedSize(1, 20)
        self._row.addSpacing(4)
        self._row.addWidget(line)
        self._row.addSpacing(4)

    def add_stretch(self) -> None:
        """What follows stands at the right."""
        self._row.addStretch(1)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        narrow = self.window().width() < current_theme().frame["narrow_breakpoint"]
        for button in self.findChildren(Button):
            if button.kind != "primary":
                button.set_compact(narrow)


@dataclass(frozen=True)
class Stat:
    """One figure of a strip: what it is, its value, and a note in a colour role.

    A `door` can be clicked or entered: the strip then says which one was.
    """

    label: str
    value: str
    note: str = ""
    role: str = "text"
    note_role: str = "text-muted"
    door: bool = False


class StatStrip(Surface):
    """The figures above a view, 84 high, side by side. `opened(index)` when a door was opened."""

    opened = Signal(int)

    def __init__(self, stats: Sequence[Stat] = (), parent: QWidget | None = None) -> None:
        super().__init__("surface-raised", "b", parent)
        self.setFixedHeight(current_theme().frame["kpi_strip"])
        self._cells = QHBoxLayout(self)
        self._cells.setContentsMargins(0, 0, 0, 1)
        self._cells.setSpacing(0)
        self.set(stats)

    def set(self, stats: Sequence[Stat]) -> None:
        """Show other figures."""
        while self._cells.count():
            item = self._cells.takeAt(0)
            widget = item.widget() if item is not None else None
            if widget is not None:
                widget.hide()
                widget.deleteLater()
        for index, stat in enumerate(stats):
            cell: QWidget
            if stat.door:
                door = _StatDoor(stat, index)
                door.clicked.connect(lambda _checked=False, index=index: self.opened.emit(index))
                cell = door
            else:
                cell = _StatCell(stat, index)
            self._cells.addWidget(cell, 1)


class _StatCell(QWidget):
    def __init__(self, stat: Stat, index: int) -> None:
        super().__init__()
        self._stat, self._first = stat, index == 0
        self.setMinimumWidth(90)
        self.setAccessibleName(_stat_words(stat))

    def paintEvent(self, event: QPaintEvent) -> None:
        _paint_stat(paint.upright(self), self.rect(), self._stat, self._first)


class _StatDoor(QAbstractButton):
    def __init__(self, stat: Stat, index: int) -> None:
        super().__init__()
        self._stat, self._first = stat, index == 0
        self.setMinimumWidth(90)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAccessibleName(_stat_words(stat))

    def sizeHint(self) -> QSize:
        return QSize(120, current_theme().frame["kpi_strip"] - 1)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = paint.upright(self)
        if self.underMouse():
            painter.fillRect(self.rect(), current_theme().color("hover"))
        _paint_stat(painter, self.rect(), self._stat, self._first)
        keyboard = self.window().testAttribute(Qt.WidgetAttribute.WA_KeyboardFocusChange)
        if self.hasFocus() and keyboard:
            paint.focus_ring(painter, self.rect().adjusted(4, 4, -4, -4), 5)


def _stat_words(stat: Stat) -> str:
    return f"{stat.label}: {stat.value} {stat.note}".strip()


def _paint_stat(painter: QPainter, area: QRect, stat: Stat, first: bool) -> None:
    theme = current_theme()
    if not first:
        painter.fillRect(QRect(0, 12, 1, area.height() - 24), theme.color("border"))
    right = area.width() - 8
    for style, text, role, top, height in (
        ("small", stat.label, "text-muted", 13, 16),
        ("display", stat.value, stat.role, 28, 30),
        ("small", stat.note, stat.note_role, 56, 16),
    ):
        painter.setFont(theme.font(style, tabular=style != "display"))
        painter.setPen(theme.color(role))
        paint.text_left(painter, text, 16, QRect(0, top, area.width(), height), right)


class Card(Surface):
    """A rounded frame for a chart: title row on top, the chart as `body` below."""

    def __init__(self, title: str = "", note: str = "", parent: QWidget | None = None) -> None:
        super().__init__("surface-raised", "", parent)
        self.setAccessibleName(title)
        column = QVBoxLayout(self)
        column.setContentsMargins(1, 1, 1, 1)
        column.setSpacing(0)
        head = QHBoxLayout()
        head.setContentsMargins(14, 8, 10, 8)
        head.setSpacing(8)
        self._title = Label(title, "heading")
        # a long note is cut rather than makes its workspace wider than the window
        self._note = ElidedLabel(note, "body", "text-muted")
        head.addWidget(self._title)
        head.addWidget(self._note)
        head.addStretch(1)
        self._head = head
        column.addLayout(head)
        self._column = column

    def set_title(self, title: str, note: str = "") -> None:
        self._title.setText(title)
        self._note.setText(note)
        self.setAccessibleName(title)

    def add_tool(self, widget: QWidget) -> None:
        """A control at the right end of the title row."""
        self._head.addWidget(widget)

    def set_body(self, widget: QWidget) -> None:
        """The chart itself; it takes all the room below the title."""
        self._column.addWidget(widget, 1)

    def paintEvent(self, event: QPaintEvent) -> None:
        theme = current_theme()
        painter = paint.upright(self)
        painter.fillRect(event.rect(), theme.color("surface"))
        fill, edge = theme.color("surface-raised"), theme.color("border")
        paint.box(painter, self.rect(), theme.radius["card"], fill, edge)


class FoldingRow(QWidget):
    """Widgets side by side, or below each other where longer words leave no room for that."""

    def __init__(self, *widgets: QWidget, spacing: int = 8) -> None:
        super().__init__()
        self._widgets = widgets
        self._row = QBoxLayout(QBoxLayout.Direction.LeftToRight, self)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.setSpacing(spacing)
        for widget in widgets:
            self._row.addWidget(widget)

    def _wide(self) -> int:
        """The width that all of them take side by side."""
        gaps = self._row.spacing() * (len(self._widgets) - 1)
        return sum(widget.sizeHint().width() for widget in self._widgets) + gaps

    def sizeHint(self) -> QSize:
        return QSize(self._wide(), super().sizeHint().height())

    def minimumSizeHint(self) -> QSize:
        hints = [widget.sizeHint() for widget in self._widgets]
        return QSize(max(one.width() for one in hints), super().minimumSizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        fits = event.size().width() >= self._wide()
        way = QBoxLayout.Direction.LeftToRight if fits else QBoxLayout.Direction.TopToBottom
        if way != self._row.direction():
            self._row.setDirection(way)
            self.updateGeometry()


class SidePane(Surface):
    """A pane at a side of a workspace: a head with a title and tools, and a scrolled body.

    `side` is the side on which it stands; its border line faces the work area. `body` is a column
    to which sections are added.
    """

    def __init__(
        self, title: str = "", width: int = 0, side: str = "right", parent: QWidget | None = None
    ) -> None:
        super().__init__("surface-raised", "l" if side == "right" else "r", parent)
        theme = current_theme()
        self.setFixedWidth(width or theme.frame["details_pane"])
        self.setAccessibleName(title or tr("Details"))
        column = QVBoxLayout(self)
        column.setContentsMargins(1, 0, 1, 0)
        column.setSpacing(0)
        self._head = QHBoxLayout()
        self._head.setContentsMargins(13, 10, 10, 6)
        self._head.setSpacing(4)
        self._title = ElidedLabel(title, "heading")
        self._head.addWidget(self._title, 1)
        if title:
            column.addLayout(self._head)
        self._scroll = QScrollArea()
        self._scroll.setWidgetResizable(True)
        self._scroll.setFrameShape(QFrame.Shape.NoFrame)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        content = Surface("surface-raised")
        outer = QVBoxLayout(content)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(0)
        self.body = QVBoxLayout()
        self.body.setContentsMargins(13, 8, 13, 14)
        self.body.setSpacing(6)
        outer.addLayout(self.body)
        # Spare height goes below the sections, not between them.
        outer.addStretch()
        self._scroll.setWidget(content)
        column.addWidget(self._scroll, 1)

    def set_title(self, title: str) -> None:
        self._title.setText(title)

    def add_tool(self, widget: QWidget) -> None:
        """A control at the right end of the head."""
        self._head.addWidget(widget)

    def add_section(self, title: str, note: str = "") -> None:
        """A line and a small heading inside the body."""
        if self.body.count():
            line = Surface("border")
            line.setFixedHeight(1)
            self.body.addSpacing(6)
            self.body.addWidget(line)
            self.body.addSpacing(4)
        row = QHBoxLayout()
        row.setSpacing(6)
        heading = Label(title, "small", "text-muted")
        font = heading.font()
        font.setWeight(font.Weight.DemiBold)
        heading.setFont(font)
        row.addWidget(heading)
        row.addWidget(Label(note, "small", "text-muted"))
        row.addStretch(1)
        self.body.addLayout(row)
