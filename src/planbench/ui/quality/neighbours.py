"""A small Gantt of one activity between its neighbours, as evidence beside a finding."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QLineF, QRect, QRectF, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from planbench.domain.times import DAY, NO_TIME
from planbench.engines.findings.excerpt import Near, excerpt
from planbench.services.document import Document
from planbench.ui import paint, text
from planbench.ui.quality.words import days
from planbench.ui.theme import current_theme
from planbench.ui.translation import tr
from planbench.ui.widgets.chart import date_ticks


class Neighbours(QWidget):
    """The picture; a fixed height, and hidden where there is nothing to draw."""

    ROW = 22

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._bars: Sequence[Near] = ()
        self._data_date = NO_TIME
        self._float = ""

    def show_activity(self, document: Document, row: int) -> bool:
        """Draw an activity between its neighbours; False when there is nothing to draw."""
        bars = excerpt(document.schedule, document.cpm, row)
        slack = _float_words(document, row) if bars else ""
        return self.show_bars(bars, document.schedule.data_date, slack)

    def show_bars(self, bars: Sequence[Near], data_date: int, slack: str) -> bool:
        """Draw an excerpt that was kept; `slack` is what is written at the float."""
        self._bars, self._data_date, self._float = bars, data_date, slack
        self.setFixedHeight(20 + self.ROW * len(self._bars) + 6)
        self.setAccessibleName(
            ", ".join(
                tr("{code} {start} to {finish}").format(
                    code=b.key, start=text.date(b.start), finish=text.date(b.finish)
                )
                for b in self._bars
            )
        )
        self.update()
        return bool(self._bars)

    def _range(self) -> tuple[float, float]:
        ends = [b.finish for b in self._bars]
        ends += [b.late_finish for b in self._bars if b.chosen and b.late_finish is not None]
        low, high = min(b.start for b in self._bars), max(ends)
        room = max((high - low) * 0.06, 3.0 * DAY)
        return low - room, high + room

    def paintEvent(self, event: QPaintEvent) -> None:
        if not self._bars:
            return
        painter, theme = paint.upright(self), current_theme()
        painter.setFont(theme.font("strong", tabular=True))
        names = max(painter.fontMetrics().horizontalAdvance(b.key) for b in self._bars)
        left = min(names + 14, 132)
        low, high = self._range()
        scale = (self.width() - left - 2) / (high - low)

        def x(instant: float) -> float:
            return left + (instant - low) * scale

        whole = QRect(0, 0, self.width(), self.height())
        paint.box(painter, whole, theme.radius["control"], theme.color("surface"))
        painter.setFont(theme.font("tick", tabular=True))
        for instant, label in date_ticks(low, high, max(2, (self.width() - left) // 84)):
            line = QRectF(round(x(instant)), 4, 1, self.height() - 8)
            painter.fillRect(line, theme.color("grid-line"))
            painter.setPen(theme.color("text-muted"))
            area = QRect(round(x(instant)) + 4, 2, 78, 16)
            if area.left() + 40 < self.width():
                painter.drawText(area, Qt.AlignmentFlag.AlignVCenter, label)
        if low < self._data_date < high:
            spot = QRectF(round(x(self._data_date)), 4, 1.5, self.height() - 8)
            painter.fillRect(spot, theme.color("data-date"))
        for place, bar in enumerate(self._bars):
            area = QRect(0, 20 + place * self.ROW, self.width(), self.ROW)
            painter.setFont(theme.font("strong" if bar.chosen else "small", tabular=True))
            painter.setPen(theme.color("text" if bar.chosen else "text-muted"))
            paint.text_left(painter, bar.key, 6, area, left - 2)
            middle = area.center().y() + 0.5
            if bar.milestone:
                _diamond(painter, x(bar.finish), middle, bar.critical)
            else:
                done = x(bar.start if bar.until is None else bar.until)
                _bar(painter, bar, x(bar.start), x(bar.finish), middle, done)
            if bar.chosen and bar.late_finish is not None:
                self._whisker(painter, x(bar.finish), x(bar.late_finish), middle)

    def _whisker(self, painter: QPainter, start: float, finish: float, middle: float) -> None:
        """Total float as a dashed line with an end tick; negative float runs to the left."""
        theme = current_theme()
        if abs(finish - start) >= 4:
            role = "late" if finish < start else "text-muted"
            line = QPen(theme.color(role), 1.0)
            line.setDashPattern([3, 2])
            painter.setPen(line)
            painter.drawLine(QLineF(start, middle + 8, finish, middle + 8))
            painter.fillRect(QRectF(finish, middle + 4, 1.25, 7), theme.color(role))
        painter.setFont(theme.font("small", tabular=True))
        painter.setPen(theme.color("text"))
        width = painter.fontMetrics().horizontalAdvance(self._float)
        area = QRect(0, int(middle) - 10, self.width(), 16)
        if start + 6 + width < self.width() - 4:
            paint.text_left(painter, self._float, start + 6, area, self.width())


def _bar(
    painter: QPainter, bar: Near, start: float, finish: float, middle: float, until: float
) -> None:
    theme = current_theme()
    fill = theme.color("critical" if bar.critical else "remaining")
    edge = theme.color("critical-edge" if bar.critical else "remaining-edge")
    area = QRectF(round(start), middle - 5, max(3.0, round(finish) - round(start)), 10)
    paint.box(painter, area, 2, fill, edge)
    if bar.until is not None and until > start:
        area.setWidth(min(area.width(), max(2.0, until - start)))
        paint.box(painter, area, 2, theme.color("progress"))


def _diamond(painter: QPainter, at: float, middle: float, critical: bool) -> None:
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.translate(at, middle)
    painter.rotate(45)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(current_theme().color("critical" if critical else "milestone"))
    painter.drawRect(QRectF(-4, -4, 8, 8))
    painter.restore()


def _float_words(document: Document, row: int) -> str:
    cpm, acts = document.cpm, document.schedule.activities
    if cpm is None or cpm.total_float[row] == NO_TIME:
        return ""
    calendar = document.schedule.calendars[int(acts.calendar[row])]
    return tr("{days} float").format(
        days=days(int(cpm.total_float[row]) / (calendar.minutes_per_day or 480.0))
    )
