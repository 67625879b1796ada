"""The projects of the library on one time axis: span, progress to the data date, baseline."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QPolygonF,
    QResizeEvent,
)
from PySide6.QtWidgets import QAbstractScrollArea, QFrame

from planbench.domain.times import DAY, NO_TIME
from planbench.ui import paint, text
from planbench.ui.home.figures import ProjectLine, finish_of
from planbench.ui.theme import current_theme, theme_manager
from planbench.ui.translation import tr
from planbench.ui.widgets.chart import date_ticks

NAMES = 260
HEADER = 28
LABELS = 120
"""Room at the right for a date and a movement."""


@dataclass(frozen=True)
class Span:
    """One project on the axis; instants in minutes, NO_TIME where unknown."""

    line: ProjectLine
    start: int
    data_date: int
    finish: int
    baseline: int


def span_of(line: ProjectLine) -> Span:
    """Start, data date, finish and baseline finish of a project's latest update."""
    latest = line.latest
    if latest is None:
        return Span(line, NO_TIME, NO_TIME, NO_TIME, NO_TIME)
    stated = latest.record.figures.get("planned_start")
    base = next((one for one in line.record.updates if one.id == line.record.baseline), None)
    return Span(
        line,
        NO_TIME if stated is None else int(stated),
        latest.record.data_date,
        latest.finish,
        NO_TIME if base is None else finish_of(base)[0],
    )


class Timeline(QAbstractScrollArea):
    """One row of 44 for each project. `opened(update)` on return or a double click."""

    opened = Signal(int)

    def __init__(self) -> None:
        super().__init__()
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setAccessibleName(tr("Projects on a time axis"))
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._spans: list[Span] = []
        self._current = 0
        theme_manager().changed.connect(self.viewport().update)

    def show_lines(self, lines: list[ProjectLine]) -> None:
        """Show these projects, in this order."""
        self._spans = [span_of(line) for line in lines]
        self._current = min(self._current, max(0, len(lines) - 1))
        self._measure()
        self._say()
        self.viewport().update()

    def _row(self) -> int:
        return current_theme().row["library"]

    def sizeHint(self) -> QSize:
        return QSize(800, 400)

    def _measure(self) -> None:
        room = self.viewport().height() - HEADER
        self.verticalScrollBar().setRange(0, max(0, len(self._spans) * self._row() - room))
        self.verticalScrollBar().setPageStep(max(1, room))
        self.verticalScrollBar().setSingleStep(self._row())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._measure()

    def reach(self) -> tuple[int, int] | None:
        """First and last instant on the axis, None when no project has a date."""
        known = [
            moment
            for span in self._spans
            for moment in (span.start, span.data_date, span.finish, span.baseline)
            if moment != NO_TIME
        ]
        if not known:
            return None
        low, high = min(known), max(known)
        margin = max(30 * DAY, (high - low) // 20)
        return low - margin, high + margin

    def x_of(self, moment: int) -> float:
        """Where an instant lies, in pixels of the viewport."""
        low, high = self.reach() or (0, 1)
        width = max(1, self.viewport().width() - NAMES - LABELS)
        return NAMES + (moment - low) / (high - low) * width

    def paintEvent(self, event: QPaintEvent) -> None:
        theme = current_theme()
        painter = paint.upright(self.viewport())
        area = self.viewport().rect()
        painter.fillRect(area, theme.color("surface-raised"))
        reach = self.reach()
        row = self._row()
        top = HEADER - self.verticalScrollBar().value()
        if reach is not None:
            for at, _label in date_ticks(*reach, most=10):
                line = QRectF(round(self.x_of(int(at))), HEADER, 1, area.height())
                painter.fillRect(line, theme.color("sightline"))
        for number, span in enumerate(self._spans):
            box = QRect(0, top + number * row, area.width(), row)
            if box.bottom() >= HEADER and box.top() < area.height():
                self._paint_row(painter, box, span, number == self._current)
        self._paint_header(painter, area, reach)

    def _paint_header(self, painter: QPainter, area: QRect, reach: tuple[int, int] | None) -> None:
        theme = current_theme()
        head = QRect(0, 0, area.width(), HEADER)
        painter.fillRect(head, theme.color("surface-header"))
        paint.rule(painter, 0, HEADER - 1, area.width(), "border-strong")
        painter.setFont(theme.font("small", tabular=True))
        painter.setPen(theme.color("text-muted"))
        paint.text_left(painter, tr("Project"), 8, head, NAMES)
        if reach is None:
            return
        for at, label in date_ticks(*reach, most=10):
            paint.text_left(painter, label, self.x_of(int(at)) + 5, head, area.width())

    def _paint_row(self, painter: QPainter, box: QRect, span: Span, current: bool) -> None:
        theme = current_theme()
        if current:
            painter.fillRect(
                box, theme.color("selection" if self.hasFocus() else "selection-inactive")
            )
            painter.fillRect(QRect(0, box.top(), 2, box.height()), theme.color("accent"))
        paint.rule(painter, 0, box.bottom(), box.width(), "grid-line")
        painter.setFont(theme.font("strong"))
        painter.setPen(theme.color("text"))
        paint.text_left(painter, span.line.record.name, 8, box, NAMES - 8)
        if NO_TIME in (span.start, span.finish) or span.finish <= span.start:
            painter.setFont(theme.font("body"))
            painter.setPen(theme.color("text-muted"))
            paint.text_left(painter, tr("No dates yet"), NAMES, box, box.right())
            return
        self._paint_span(painter, box, span)

    def _paint_span(self, painter: QPainter, box: QRect, span: Span) -> None:
        theme = current_theme()
        left, right = round(self.x_of(span.start)), round(self.x_of(span.finish))
        bar = QRectF(left, box.top() + 15, max(2, right - left), 12)
        paint.box(painter, bar, 2, theme.color("remaining"), theme.color("remaining-edge"))
        if span.data_date != NO_TIME and span.data_date > span.start:
            done = QRectF(bar)
            done.setRight(min(float(right), round(self.x_of(span.data_date))))
            paint.box(painter, done, 2, theme.color("progress"))
            x = round(self.x_of(span.data_date))
            painter.fillRect(QRectF(x, box.top() + 8, 1.5, 28), theme.color("data-date"))
        if span.baseline != NO_TIME:
            self._diamond(painter, self.x_of(span.baseline), box.top() + 34)
        latest = span.line.latest
        moved = latest.to_baseline if latest is not None else None
        painter.setFont(theme.font("small", tabular=True))
        painter.setPen(theme.color("text"))
        end = paint.text_left(
            painter, text.date(span.finish), right + 10, box.adjusted(0, -2, 0, -2), box.right()
        )
        if moved:
            painter.setPen(theme.color("late" if moved < 0 else "early"))
            words = f"{text.signed(moved)}{text.NARROW}d"
            paint.text_left(painter, words, end + 8, box.adjusted(0, -2, 0, -2), box.right())

    @staticmethod
    def _diamond(painter: QPainter, x: float, y: float) -> None:
        theme = current_theme()
        half = theme.gantt["baseline_milestone_half"]
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(theme.color("baseline-edge"), theme.gantt["milestone_edge"]))
        painter.setBrush(theme.color("surface-raised"))
        corners = ((x, y - half), (x + half, y), (x, y + half), (x - half, y))
        painter.drawPolygon(QPolygonF([QPointF(*corner) for corner in corners]))
        painter.restore()

    # Keys and mouse.

    def _say(self) -> None:
        if not self._spans:
            self.setAccessibleDescription("")
            return
        span = self._spans[self._current]
        words = tr("{name}: {words} to ").format(
            name=span.line.record.name, words=text.long_date(span.start) or tr("no start")
        )
        words += text.long_date(span.finish) or tr("no finish")
        self.setAccessibleDescription(words)

    def _go(self, row: int) -> None:
        self._current = max(0, min(len(self._spans) - 1, row))
        bar, size = self.verticalScrollBar(), self._row()
        top = self._current * size
        if top < bar.value():
            bar.setValue(top)
        elif top + size > bar.value() + bar.pageStep():
            bar.setValue(top + size - bar.pageStep())
        self._say()
        self.viewport().update()

    def _open(self) -> None:
        if self._spans:
            latest = self._spans[self._current].line.latest
            if latest is not None:
                self.opened.emit(latest.record.id)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        steps = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}
        if event.key() in steps:
            self._go(self._current + steps[Qt.Key(event.key())])
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._open()
        else:
            super().keyPressEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        y = event.position().y() - HEADER + self.verticalScrollBar().value()
        if event.position().y() > HEADER and 0 <= y // self._row() < len(self._spans):
            self._go(int(y // self._row()))

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        self.mousePressEvent(event)
        self._open()
