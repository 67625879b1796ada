"""The legend below the bars: every mark that is in sight, and its word."""

from __future__ import annotations

from PySide6.QtCore import QTimer
from PySide6.QtGui import QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QWidget

from planbench.scenes.print_page import build_legend
from planbench.scenes.print_setup import LEGEND
from planbench.ui import paint
from planbench.ui.schedule.gantt import GanttView
from planbench.ui.theme import current_theme
from planbench.ui.translation import tr

PAD = 12
DELAY = 150
"""Milliseconds after the last move before the legend looks at the picture again."""


class Legend(QWidget):
    """Shows the marks of a Gantt while it is wanted."""

    def __init__(self, gantt: GanttView, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._gantt = gantt
        self.wanted = False
        self.styles: tuple[str, ...] = ()
        self.setAccessibleName(tr("Legend"))
        self.setFixedHeight(int(LEGEND) + 8)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(DELAY)
        self._timer.timeout.connect(self.refresh)
        gantt.moved.connect(self._moved)
        gantt.plan.plan_changed.connect(self._moved)
        gantt.plan.rows_changed.connect(self._moved)
        self.hide()

    def want(self, wanted: bool) -> None:
        """Show or hide it."""
        self.wanted = wanted
        self.setVisible(wanted)
        self.refresh()

    def _moved(self) -> None:
        if self.wanted:
            self._timer.start()

    def refresh(self) -> None:
        """Show the marks that are in sight now."""
        if self.wanted:
            self.styles = tuple(self._gantt.scene().styles())
            scene = build_legend(self.styles, self._gantt.pen.text_width, self.width() - 2 * PAD)
            words = ", ".join(text for *_, text in scene.items("label"))
            self.setAccessibleDescription(words)
            self.update()

    def resizeEvent(self, event: QResizeEvent) -> None:
        self.refresh()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter, pen = paint.upright(self), self._gantt.pen
        painter.fillRect(self.rect(), current_theme().color("surface-raised"))
        paint.rule(painter, 0, 0, self.width())
        painter.translate(PAD, 4)
        pen.paint(painter, build_legend(self.styles, pen.text_width, self.width() - 2 * PAD))
