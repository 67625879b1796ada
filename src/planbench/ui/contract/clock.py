"""The clock: due dates and the day asked for on a line of time."""

from __future__ import annotations

import datetime as dt

from PySide6.QtCore import QEvent, QPointF, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QHelpEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from planbench.engines.contract.deadlines import OPEN, WAIVED, Deadline
from planbench.ui import paint
from planbench.ui.contract import words
from planbench.ui.theme import current_theme
from planbench.ui.translation import tr

_MARGIN = 28
_MONTH = 30.44


class Clock(QWidget):
    """Deadlines as diamonds, labelled where there is room; `chosen(index)` on a click or keys."""

    chosen = Signal(int)

    def __init__(self) -> None:
        super().__init__()
        self.deadlines: tuple[Deadline, ...] = ()
        self._today = dt.date(2000, 1, 1)
        self.index = -1
        self.setAccessibleName(tr("Clock: no deadlines"))
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setMouseTracking(True)

    def sizeHint(self) -> QSize:
        return QSize(400, 132)

    minimumSizeHint = sizeHint

    def show_deadlines(self, deadlines: tuple[Deadline, ...], today: dt.date) -> None:
        """Show what is pending or was due not longer ago than three months."""
        early = today - dt.timedelta(days=92)
        kept = [one for one in deadlines if one.pending or one.due >= early]
        self.deadlines = tuple(one for one in kept if one.state != WAIVED)
        self._today, self.index = today, -1
        told = "; ".join(self._words(one) for one in self.deadlines)
        self.setAccessibleName(tr("Clock: {words}").format(words=told or tr("no deadlines")))
        self.update()

    def _words(self, one: Deadline) -> str:
        word = words.CLOCK[one.state][1].lower()
        left = words.days_left(one)
        return f"{one.rule.title}, {words.long_day(one.due)}, {word}{f', {left}' if left else ''}"

    # ------------------------------------------------------------ geometry

    def _span(self) -> tuple[dt.date, dt.date]:
        days = [one.due for one in self.deadlines] + [self._today]
        first, last = min(days) - dt.timedelta(days=6), max(days) + dt.timedelta(days=24)
        return first, last

    def _x(self, day: dt.date) -> float:
        first, last = self._span()
        share = (day - first).days / max((last - first).days, 1)
        return _MARGIN + share * (self.width() - 2 * _MARGIN)

    def _at(self, x: float) -> int:
        far = [(abs(self._x(one.due) - x), k) for k, one in enumerate(self.deadlines)]
        best = min(far, default=(99.0, -1))
        return best[1] if best[0] <= 9 else -1

    # ------------------------------------------------------------ hands

    def choose(self, index: int) -> None:
        """Choose a deadline as a click would."""
        self.index = index
        self.update()
        self.chosen.emit(index)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        index = self._at(event.position().x())
        if index >= 0:
            self.choose(index)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}.get(Qt.Key(event.key()), 0)
        if step and 0 <= self.index + step < len(self.deadlines):
            self.choose(self.index + step)
        elif not step:
            super().keyPressEvent(event)

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            index = self._at(event.pos().x())
            if index >= 0:
                one = self.deadlines[index]
                tip = [self._words(one), one.event.subject, words.counted_days(one)]
                QToolTip.showText(event.globalPos(), "\n".join([*tip, one.rule.expiry]), self)
            else:
                QToolTip.hideText()
            return True
        return super().event(event)

    # ------------------------------------------------------------ picture

    def paintEvent(self, event: QPaintEvent) -> None:
        theme = current_theme()
        painter = paint.upright(self)
        painter.fillRect(event.rect(), theme.color("surface-raised"))
        middle = self.height() // 2 - 6
        if not self.deadlines:
            painter.setFont(theme.font("prose"))
            painter.setPen(theme.color("text-muted"))
            told = tr(
                "No event starts a deadline. Write down notices and submissions under Events."
            )
            paint.text_left(painter, told, 16, QRect(0, 0, self.width(), 60), self.width() - 16)
            return
        paint.rule(painter, _MARGIN, middle, self.width() - _MARGIN, "border-strong")
        self._paint_months(painter, middle)
        self._paint_today(painter)
        self._paint_labels(painter, middle)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for index, one in enumerate(self.deadlines):
            _, _, role = words.CLOCK[one.state]
            self._diamond(painter, self._x(one.due), middle, role, one.state == OPEN, index)
        if self.hasFocus() and self.window().testAttribute(
            Qt.WidgetAttribute.WA_KeyboardFocusChange
        ):
            paint.focus_ring(painter, self.rect().adjusted(4, 4, -4, -4), 5)

    def _paint_months(self, painter: QPainter, middle: int) -> None:
        theme = current_theme()
        first, last = self._span()
        months = (last - first).days / _MONTH
        every = max(1, round(months / max((self.width() - 2 * _MARGIN) / 92, 1)))
        painter.setFont(theme.font("tick"))
        painter.setPen(theme.color("text-muted"))
        month = dt.date(first.year, first.month, 1)
        number = 0
        while month <= last:
            if month >= first and number % every == 0:
                x = round(self._x(month))
                painter.fillRect(QRect(x, middle - 4, 1, 9), theme.color("border-strong"))
                name = words.day(month)[3:]
                spot = QRect(x + 4, self.height() - 20, 60, 16)
                painter.drawText(spot, Qt.AlignmentFlag.AlignVCenter, name)
            month = (month + dt.timedelta(days=32)).replace(day=1)
            number += 1

    def _paint_today(self, painter: QPainter) -> None:
        theme = current_theme()
        x = round(self._x(self._today))
        pen = QPen(theme.color("accent"), 1, Qt.PenStyle.DotLine)
        painter.setPen(pen)
        painter.drawLine(x, 6, x, self.height() - 24)
        painter.setFont(theme.font("small"))
        painter.setPen(theme.color("accent-text"))
        spot = QRectF(x + 4, 4, 140, 16)
        painter.drawText(
            spot,
            Qt.AlignmentFlag.AlignVCenter,
            tr("as of {today}").format(today=words.day(self._today)),
        )

    def _paint_labels(self, painter: QPainter, middle: int) -> None:
        """Titles above and below the line by turns; those without room are dropped."""
        theme = current_theme()
        ends = {"up": -1.0, "down": -1.0}
        tops = {"up": middle - 36, "down": middle + 10}
        for index, one in enumerate(self.deadlines):
            title, date = one.rule.title, words.day(one.due)
            painter.setFont(theme.font("strong" if index == self.index else "body"))
            left = words.days_left(one)
            under = f"{date}{f', {left}' if left else ''}"
            width = painter.fontMetrics().horizontalAdvance(f"{title}  ")
            painter.setFont(theme.font("small", tabular=True))
            width = max(width, painter.fontMetrics().horizontalAdvance(f"{under}  ")) + 8
            x = min(self._x(one.due) - 6, self.width() - width - 4)
            side = next((name for name, end in ends.items() if end <= x), "")
            if not side:
                continue
            ends[side] = x + width
            self._label(painter, x, tops[side], title, under, one, index == self.index)

    def _label(
        self, painter: QPainter, x: float, top: int, title: str, under: str, one: Deadline, on: bool
    ) -> None:
        theme = current_theme()
        painter.setFont(theme.font("strong" if on else "body"))
        painter.setPen(theme.color("text"))
        flag = Qt.AlignmentFlag.AlignVCenter
        painter.drawText(QRectF(x, top, 600, 15), flag, title)
        painter.setFont(theme.font("small", tabular=True))
        role = {"negative": "negative", "warning": "warning"}.get(words.CLOCK[one.state][2])
        painter.setPen(theme.color(role or "text-muted"))
        painter.drawText(QRectF(x, top + 14, 600, 14), flag, under)

    def _diamond(
        self, painter: QPainter, x: float, y: float, role: str, hollow: bool, index: int
    ) -> None:
        theme = current_theme()
        size = 7.5 if index == self.index else 6.0
        points = [(x, y - size), (x + size, y), (x, y + size), (x - size, y)]
        painter.setBrush(theme.color("surface-raised" if hollow else role))
        painter.setPen(QPen(theme.color("text"), 2 if index == self.index else 1))
        painter.drawPolygon(QPolygonF([QPointF(*point) for point in points]))
