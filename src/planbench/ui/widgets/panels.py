"""What holds other things: toolbar, figures strip, cards, panes, banners, empty states."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRect, QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QScrollArea, QSizePolicy, QVBoxLayout, QWidget

from planbench.ui import paint
from planbench.ui.icons import draw_icon
from planbench.ui.theme import current_theme
from planbench.ui.widgets.buttons import Button, LinkButton
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
        painter = QPainter(self)
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
    """One figure of a strip: what it is, its value, and a note in a colour role."""

    label: str
    value: str
    note: str = ""
    role: str = "text"
    note_role: str = "text-muted"


class StatStrip(Surface):
    """The figures above a view, 84 high, side by side."""

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
            self._cells.addWidget(_StatCell(stat, index), 1)


class _StatCell(QWidget):
    def __init__(self, stat: Stat, index: int) -> None:
        super().__init__()
        self._stat = stat
        self._first = index == 0
        self.setMinimumWidth(90)
        self.setAccessibleName(f"{stat.label}: {stat.value} {stat.note}".strip())

    def paintEvent(self, event: QPaintEvent) -> None:
        theme = current_theme()
        painter = QPainter(self)
        stat = self._stat
        if not self._first:
            painter.fillRect(QRect(0, 12, 1, self.height() - 24), theme.color("border"))
        right = self.width() - 8
        for style, text, role, top, height in (
            ("small", stat.label, "text-muted", 13, 16),
            ("display", stat.value, stat.role, 28, 30),
            ("small", stat.note, stat.note_role, 56, 16),
        ):
            painter.setFont(theme.font(style, tabular=style != "display"))
            painter.setPen(theme.color(role))
            paint.text_left(painter, text, 16, QRect(0, top, self.width(), height), right)


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
        self._note = Label(note, "body", "text-muted")
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
        painter = QPainter(self)
        painter.fillRect(event.rect(), theme.color("surface"))
        fill, edge = theme.color("surface-raised"), theme.color("border")
        paint.box(painter, self.rect(), theme.radius["card"], fill, edge)


class _Drawing(QWidget):
    """The quiet picture of an empty view: three bars and their links."""

    def __init__(self) -> None:
        super().__init__()
        self.setFixedSize(128, 84)

    def paintEvent(self, event: QPaintEvent) -> None:
        theme = current_theme()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        fill, edge = theme.color("surface-sunken"), theme.color("border")
        bars = (QRectF(4, 14, 54, 12), QRectF(34, 38, 60, 12), QRectF(68, 62, 56, 12))
        painter.setPen(QPen(theme.color("border-strong"), 1))
        for first, second in ((bars[0], bars[1]), (bars[1], bars[2])):
            x = min(first.right() + 6, second.right() - 10)
            middle = first.center().y()
            path = [
                QPointF(first.right(), middle),
                QPointF(x, middle),
                QPointF(x, second.top()),
            ]
            painter.drawPolyline(path)
        for bar in bars:
            paint.box(painter, bar, 2, fill, edge)


class EmptyState(QWidget):
    """What an empty view says: one title, one sentence, the button that fills it.

    `action` and `second` are (text, icon, slot); without them there is no button.
    """

    def __init__(
        self,
        title: str,
        sentence: str,
        action: tuple[str, str, Callable[[], object]] | None = None,
        second: tuple[str, str, Callable[[], object]] | None = None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        row = QHBoxLayout()
        row.setSpacing(24)
        row.addWidget(_Drawing(), 0, Qt.AlignmentFlag.AlignTop)
        words = QVBoxLayout()
        words.setSpacing(8)
        words.addWidget(Label(title, "title"))
        text = Label(sentence, "prose", "text-muted", wrap=True)
        text.setMinimumWidth(360)
        text.setMaximumWidth(520)
        words.addWidget(text)
        if action or second:
            buttons = QHBoxLayout()
            buttons.setSpacing(8)
            for entry, kind in ((action, "primary"), (second, "quiet")):
                if entry is not None:
                    button = Button(entry[0], kind, entry[1])
                    slot = entry[2]
                    button.clicked.connect(lambda _checked=False, slot=slot: slot())
                    buttons.addWidget(button)
            buttons.addStretch(1)
            words.addSpacing(4)
            words.addLayout(buttons)
        row.addLayout(words)
        outer = QVBoxLayout(self)
        outer.addStretch(2)
        middle = QHBoxLayout()
        middle.addStretch(1)
        middle.addLayout(row)
        middle.addStretch(1)
        outer.addLayout(middle)
        outer.addStretch(3)


_BANNERS = {
    "error": ("negative-soft", "negative", "error"),
    "stale": ("warning-soft", None, "refresh"),
    "warning": ("warning-soft", None, "alert"),
    "info": ("info-soft", None, "info"),
}
_BANNER_INK = {"error": "negative", "stale": "warning", "warning": "warning", "info": "info"}


class Banner(QWidget):
    """A message inside a view: kind error, stale, warning or info. Hidden until `show_message`."""

    def __init__(self, kind: str = "info", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._kind = kind
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        row = QHBoxLayout(self)
        row.setContentsMargins(38, 8, 8, 8)
        row.setSpacing(12)
        column = QVBoxLayout()
        column.setSpacing(2)
        self._title = Label("", "strong")
        self._text = Label("", "prose", wrap=True)
        column.addWidget(self._title)
        column.addWidget(self._text)
        row.addLayout(column, 1)
        self._action = LinkButton("")
        row.addWidget(self._action, 0, Qt.AlignmentFlag.AlignVCenter)
        self._close = Button("", "quiet", "x", tip="Close this message", in_card=True)
        self._close.clicked.connect(self.hide)
        row.addWidget(self._close, 0, Qt.AlignmentFlag.AlignVCenter)
        self._slot: Callable[[], object] | None = None
        self._action.clicked.connect(self._act)
        self.hide()

    def _act(self) -> None:
        if self._slot is not None:
            self._slot()

    def show_message(
        self,
        text: str,
        title: str = "",
        *,
        kind: str | None = None,
        action: str = "",
        slot: Callable[[], object] | None = None,
        closable: bool = True,
    ) -> None:
        """Say what happened; `action` names what `slot` does about it."""
        self._kind = kind or self._kind
        self._title.setText(title)
        self._title.setVisible(bool(title))
        self._text.setText(text)
        self._slot = slot
        self._action.setText(action)
        self._action.setVisible(bool(action and slot))
        self._close.setVisible(closable)
        self.setAccessibleName(f"{title} {text}".strip())
        self.show()
        self.update()

    def text(self) -> str:
        return self._text.text()

    def paintEvent(self, event: QPaintEvent) -> None:
        theme = current_theme()
        fill, edge, icon = _BANNERS[self._kind]
        painter = QPainter(self)
        colour = theme.color(edge) if edge else None
        paint.box(painter, self.rect(), theme.radius["control"], theme.color(fill), colour)
        top = self._title.y() if self._title.isVisible() else self._text.y()
        spot = QRect(12, top + 1, 16, 16)
        draw_icon(painter, icon, spot, _BANNER_INK[self._kind])


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
        self.setAccessibleName(title or "Details")
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
        self.body = QVBoxLayout(content)
        self.body.setContentsMargins(13, 8, 13, 14)
        self.body.setSpacing(6)
        self.body.setAlignment(Qt.AlignmentFlag.AlignTop)
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


class ThinProgress(QWidget):
    """A bar of progress 6 high; without a total it shows an empty track."""

    def __init__(self, name: str = "Progress", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._share = 0.0
        self._name = name
        self.setAccessibleName(name)
        self.setMinimumWidth(60)
        self.setFixedHeight(8)

    def set(self, done: int, total: int) -> None:
        self._share = min(1.0, max(0.0, done / total)) if total > 0 else 0.0
        self.setAccessibleName(f"{self._name}: {round(self._share * 100)} %")
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(140, 8)

    def paintEvent(self, event: QPaintEvent) -> None:
        theme = current_theme()
        painter = QPainter(self)
        track = QRectF(0, 1, self.width(), 6)
        paint.box(painter, track, 3, theme.color("surface-sunken"))
        if self._share > 0:
            track.setWidth(max(6.0, track.width() * self._share))
            paint.box(painter, track, 3, theme.color("accent"))


class Toast(QWidget):
    """A short message at the foot of the window that goes by itself, with one action at most."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        row = QHBoxLayout(self)
        row.setContentsMargins(38, 6, 8, 6)
        row.setSpacing(12)
        self._text = Label("")
        self._action = LinkButton("")
        self._close = Button("", "quiet", "x", tip="Close this message", in_card=True)
        self._icon = "done"
        self._slot: Callable[[], object] | None = None
        for part in (self._text, self._action, self._close):
            row.addWidget(part)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self.hide)
        self._close.clicked.connect(self.hide)
        self._action.clicked.connect(self._act)
        self.hide()

    def _act(self) -> None:
        self.hide()
        if self._slot is not None:
            self._slot()

    def say(
        self,
        text: str,
        *,
        icon: str = "done",
        action: str = "",
        slot: Callable[[], object] | None = None,
    ) -> None:
        """Show a message above the status bar for a few seconds."""
        self._text.setText(text)
        self._icon, self._slot = icon, slot
        self._action.setText(action)
        self._action.setVisible(bool(action and slot))
        self.setAccessibleName(text)
        self.adjustSize()
        parent = self.parentWidget()
        if parent is not None:
            x = (parent.width() - self.width()) // 2
            self.move(x, parent.height() - self.height() - 44)
        self.show()
        self.raise_()
        self._timer.start(current_theme().motion["toast_stay_ms"])

    def paintEvent(self, event: QPaintEvent) -> None:
        theme = current_theme()
        painter = QPainter(self)
        fill, edge = theme.color("surface-overlay"), theme.color("border-strong")
        paint.box(painter, self.rect(), theme.radius["popup"], fill, edge)
        ink = {"done": "positive", "error": "negative", "alert": "warning"}.get(self._icon, "info")
        draw_icon(painter, self._icon, QRect(12, self.height() // 2 - 8, 16, 16), ink)
