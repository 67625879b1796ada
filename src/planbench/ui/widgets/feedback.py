"""What the window says back: empty states, banners, progress, toasts."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QPointF, QRect, QRectF, QSize, Qt, QTimer
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from planbench.ui import paint
from planbench.ui.icons import draw_icon
from planbench.ui.theme import current_theme
from planbench.ui.translation import tr
from planbench.ui.widgets.buttons import Button, LinkButton
from planbench.ui.widgets.labels import Label


class _Drawing(QWidget):
    """The quiet picture of an empty view: three bars and their links."""

    def __init__(self) -> None:
        super().__init__()
        self.setFixedSize(128, 84)

    def paintEvent(self, event: QPaintEvent) -> None:
        theme = current_theme()
        painter = paint.upright(self)
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
        self._close = Button("", "quiet", "x", tip=tr("Close this message"), in_card=True)
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
        painter = paint.upright(self)
        colour = theme.color(edge) if edge else None
        paint.box(painter, self.rect(), theme.radius["control"], theme.color(fill), colour)
        top = self._title.y() if self._title.isVisible() else self._text.y()
        spot = QRect(12, top + 1, 16, 16)
        draw_icon(painter, icon, spot, _BANNER_INK[self._kind])


class ThinProgress(QWidget):
    """A bar of progress 6 high; without a total it shows an empty track."""

    def __init__(self, name: str = tr("Progress"), parent: QWidget | None = None) -> None:
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
        painter = paint.upright(self)
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
        self._close = Button("", "quiet", "x", tip=tr("Close this message"), in_card=True)
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
        painter = paint.upright(self)
        fill, edge = theme.color("surface-overlay"), theme.color("border-strong")
        paint.box(painter, self.rect(), theme.radius["popup"], fill, edge)
        ink = {"done": "positive", "error": "negative", "alert": "warning"}.get(self._icon, "info")
        draw_icon(painter, self._icon, QRect(12, self.height() // 2 - 8, 16, 16), ink)
