"""The float paths to a milestone as a list: number, what they are, slack, length."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from planbench.scenes.facts import NEAR_DAYS
from planbench.scenes.formats import THIN, days_text
from planbench.ui import paint, text
from planbench.ui.theme import current_theme
from planbench.ui.translation import tr

_STEP = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}


@dataclass(frozen=True)
class PathLine:
    """One path as shown; slack in days."""

    number: int
    name: str
    slack: float
    activities: int

    @property
    def kind(self) -> str:
        """critical, near or free."""
        return "critical" if self.slack <= 0 else "near" if self.slack <= NEAR_DAYS else "free"

    def slack_text(self) -> str:
        """`▲ 0 d`, `◆ 8 d`, `96 d`."""
        mark = {"critical": "▲ ", "near": "◆ ", "free": ""}[self.kind]
        return f"{mark}{days_text(self.slack)}{THIN}d"


class PathList(QWidget):
    """One path is chosen; up and down choose another. `chosen(index)`."""

    chosen = Signal(int)

    ROW = 53

    def __init__(self) -> None:
        super().__init__()
        self.lines: list[PathLine] = []
        self.index = -1
        self._hover = -1
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self._tell()

    def show_lines(self, lines: list[PathLine], index: int) -> None:
        """Show other paths."""
        self.lines, self.index = lines, index
        self._tell()
        self.updateGeometry()
        self.update()

    def choose(self, index: int) -> None:
        """Choose a path."""
        if 0 <= index < len(self.lines):
            self.index = index
            self._tell()
            self.update()
            self.chosen.emit(index)

    def _tell(self) -> None:
        self.setAccessibleName(tr("Float paths"))
        if 0 <= self.index < len(self.lines):
            line = self.lines[self.index]
            count = text.counted(line.activities, tr("activity"), tr("activities"))
            told = tr("Path {number}, {name}, {slack_text}, {count}").format(
                number=line.number, name=line.name, slack_text=line.slack_text(), count=count
            )
            self.setAccessibleDescription(told)

    def sizeHint(self) -> QSize:
        return QSize(200, self.ROW * len(self.lines))

    def minimumSizeHint(self) -> QSize:
        return QSize(80, self.ROW * len(self.lines))

    def _row_at(self, y: float) -> int:
        row = int(y // self.ROW)
        return row if 0 <= row < len(self.lines) else -1

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._hover = self._row_at(event.position().y())
        self.update()

    def leaveEvent(self, event: object) -> None:
        self._hover = -1
        self.update()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self.choose(self._row_at(event.position().y()))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = _STEP.get(Qt.Key(event.key()), 0)
        if step:
            self.choose(self.index + step)
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter, theme = paint.upright(self), current_theme()
        keyboard = self.window().testAttribute(Qt.WidgetAttribute.WA_KeyboardFocusChange)
        most = max((line.slack for line in self.lines), default=0.0) or 1.0
        for row, line in enumerate(self.lines):
            area = QRect(0, row * self.ROW, self.width(), self.ROW)
            here = row == self.index
            role = "selection" if here else "hover" if row == self._hover else ""
            if role:
                painter.fillRect(area, theme.color(role))
            paint.rule(painter, 0, area.bottom(), self.width(), "grid-line")
            if here:
                painter.fillRect(QRect(0, area.top(), 2, area.height()), theme.color("accent"))
            self._line(painter, area, line, here, most)
            if here and self.hasFocus() and keyboard:
                paint.focus_ring(painter, area, 3)

    def _line(
        self, painter: QPainter, area: QRect, line: PathLine, here: bool, most: float
    ) -> None:
        theme, right = current_theme(), self.width() - 14
        inks = {"critical": "critical-text", "near": "near-critical-text", "free": "text"}
        painter.setFont(theme.font("body" if line.kind == "free" else "strong", tabular=True))
        painter.setPen(theme.color(inks[line.kind]))
        slack = line.slack_text()
        wide = painter.fontMetrics().horizontalAdvance(slack)
        upper = QRect(0, area.top() + 8, self.width(), 18)
        paint.text_left(painter, slack, right - wide, upper, right + 1)
        painter.setFont(theme.font("body", tabular=True))
        painter.setPen(theme.color("text-muted"))
        paint.text_left(painter, str(line.number), 14, upper, 36)
        painter.setFont(theme.font("strong" if here else "body"))
        painter.setPen(theme.color("text"))
        paint.text_left(painter, line.name, 36, upper, right - wide - 8)
        count = text.counted(line.activities, tr("activity"), tr("activities"))
        painter.setFont(theme.font("small", tabular=True))
        painter.setPen(theme.color("text-muted"))
        wide = painter.fontMetrics().horizontalAdvance(count)
        lower = QRect(0, area.top() + 28, self.width(), 16)
        paint.text_left(painter, count, right - wide, lower, right + 1)
        track = QRectF(36, area.top() + 34, max(20, right - wide - 48), 5)
        paint.box(painter, track, 2, theme.color("surface-sunken"))
        bars = {"critical": "critical", "near": "near-critical", "free": "remaining"}
        track.setWidth(max(3.0, track.width() * min(1.0, max(line.slack, 0.0) / most)))
        paint.box(painter, track, 2, theme.color(bars[line.kind]))
