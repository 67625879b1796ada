"""The whole plan squeezed into a narrow pane, with the part on screen framed."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QMouseEvent, QPainter, QPaintEvent, QPixmap, QResizeEvent
from PySide6.QtWidgets import QWidget

from planbench.domain.times import DAY
from planbench.scenes.density import build_density
from planbench.scenes.primitives import Scene
from planbench.ui.paint import upright
from planbench.ui.schedule.gantt import GanttView
from planbench.ui.theme import current_theme, theme_manager
from planbench.ui.translation import tr

WIDTH = 96


class Overview(QWidget):
    """A map of all rows over all time; a click or a drag scrolls there."""

    def __init__(self, gantt: GanttView, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._gantt = gantt
        self._picture: QPixmap | None = None
        self.setFixedWidth(WIDTH)
        self.setAccessibleName(tr("Overview of the whole plan"))
        self.setCursor(Qt.CursorShape.CrossCursor)
        gantt.plan.plan_changed.connect(self._redraw)
        gantt.plan.rows_changed.connect(self._redraw)
        theme_manager().changed.connect(self._redraw)
        gantt.moved.connect(self.update)

    def _redraw(self) -> None:
        self._picture = None
        self.update()

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._picture = None

    def _top(self) -> int:
        """Where the rows begin: beside those of the Gantt."""
        return self._gantt.header_height

    def lens(self) -> tuple[float, float, float, float]:
        """The frame around what the Gantt shows, as x, y, width and height."""
        gantt = self._gantt
        first, last = gantt.plan.span
        scale = (self.width() - 1) / max(last - first, DAY)
        left = max(0.0, (gantt.time.left - first) * scale)
        right = min(self.width() - 1.0, (gantt.time.right - first) * scale)
        rows = max(1, len(gantt.plan.rows) * gantt.metrics.row)
        high = self.height() - self._top()
        top = gantt.verticalScrollBar().value() / rows * high
        tall = min(gantt.viewport().height() / rows, 1.0) * high
        return left, self._top() + top, max(right - left, 4.0), max(tall, 4.0)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter, theme, gantt = upright(self), current_theme(), self._gantt
        painter.fillRect(self.rect(), theme.color("surface-header"))
        if self._picture is None:
            ratio = self.devicePixelRatioF()
            high = max(1, self.height() - self._top())
            self._picture = QPixmap(round(self.width() * ratio), round(high * ratio))
            self._picture.setDevicePixelRatio(ratio)
            first, last = gantt.plan.span
            scene = build_density(gantt.gantt_plan, self.width(), high, first, last, ratio)
            with QPainter(self._picture) as inner:
                gantt.pen.paint(inner, scene)
        painter.drawPixmap(0, self._top(), self._picture)
        lens = Scene(self.width(), self.height())
        lens.add("rects", "lens", [self.lens()])
        gantt.pen.paint(painter, lens)
        painter.fillRect(QRectF(0, 0, 1, self.height()), theme.color("border"))

    def _go(self, event: QMouseEvent) -> None:
        gantt, point = self._gantt, event.position()
        first, last = gantt.plan.span
        share = (point.y() - self._top()) / max(1, self.height() - self._top())
        row = int(min(max(share, 0.0), 1.0) * len(gantt.plan.rows))
        page = gantt.viewport().height()
        gantt.verticalScrollBar().setValue(row * gantt.metrics.row - page // 2)
        gantt.centre_time(first + (last - first) * point.x() / self.width())

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self._go(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if event.buttons() & Qt.MouseButton.LeftButton:
            self._go(event)
