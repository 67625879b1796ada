"""The Gantt pane: the time axis above, the visible bars below, scrolled with the table."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from PySide6.QtCore import QEvent, QPoint, QPointF, QRect, QSignalBlocker, Qt, Signal
from PySide6.QtGui import (
    QHelpEvent,
    QKeyEvent,
    QMouseEvent,
    QPaintEvent,
    QPen,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QAbstractScrollArea, QFrame, QToolTip, QWidget

from planbench.domain.schedule import NO_ROW, LinkType
from planbench.domain.times import DAY, NO_TIME
from planbench.scenes.formats import date_text
from planbench.scenes.gantt import GanttOptions, GanttPlan, Window, build_gantt
from planbench.scenes.metrics import Metrics
from planbench.scenes.primitives import Scene
from planbench.scenes.risk_fields import risk_marks
from planbench.scenes.timescale import TimeView, build_header, level_at
from planbench.ui.paint import upright
from planbench.ui.painter import ScenePainter
from planbench.ui.schedule.plan import Plan
from planbench.ui.schedule.words import tooltip
from planbench.ui.theme import Theme, current_theme, theme_manager
from planbench.ui.translation import tr

ZOOM_STEP = 1.25
"""Zoom factor of one notch of the wheel."""

GRAB = 5.0
"""Pixels around a bar's end where a drag begins a link."""

ROOM = 0.12
"""Share of the plan's length that can be scrolled to beyond either end."""


class TimeHeader(QWidget):
    """The two tiers above the bars. Dragging it zooms, as in P6; a double click fits the plan."""

    def __init__(self, view: GanttView) -> None:
        super().__init__(view)
        self._view = view
        self._grip: tuple[float, TimeView] | None = None
        self.setCursor(Qt.CursorShape.SizeHorCursor)
        self.setAccessibleName(tr("Time axis"))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = upright(self)
        self._view.pen.paint(painter, self._view.header_scene())

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self._grip = (event.position().x(), self._view.time)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._grip is not None:
            x, time = self._grip
            self._view.set_time(time.zoomed(2 ** ((event.position().x() - x) / 120.0), x))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self._grip = None

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        self._view.fit()


class GanttView(QAbstractScrollArea):
    """Paints the visible part of a plan's Gantt.

    Signals: `picked(node)` on a click on a row; `zoomed(name)` when the finest tier is another;
    `stepped(rows)` when up, down, home or end are pressed here; `linked(predecessor, successor,
    type)` when the end of one activity's bar was dragged to another one (activity rows).
    """

    moved = Signal()  # another part is shown
    picked = Signal(int)
    zoomed = Signal(str)
    stepped = Signal(int)
    linked = Signal(int, int, int)  # predecessor, successor, LinkType

    def __init__(self, plan: Plan, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.plan = plan
        self.options = GanttOptions()
        self.selected = NO_ROW
        self.time = TimeView(0.0, 1.0, 100.0)
        self._level = ""
        self._painted: tuple[tuple[Any, ...], Scene] | None = None  # how it looked, the picture
        self._gantt = GanttPlan(plan.schedule, plan.outline, plan.facts, plan.rows)
        self._grip: tuple[QPoint, TimeView, int] | None = None
        self._wire: tuple[int, bool, QPointF, QPointF] | None = None  # node, at its start, from, to
        self._fitted = True  # follows the pane's width until the user zooms or scrolls
        self.is_active: Callable[[], bool] = self.hasFocus
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setLayoutDirection(Qt.LayoutDirection.LeftToRight)  # time runs to the right
        self.setAccessibleName(tr("Gantt chart"))
        self.setAccessibleDescription(tr("The bars of the rows in the table beside it"))
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOn)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOn)
        self.viewport().setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.viewport().setMouseTracking(True)
        self._header = TimeHeader(self)
        self._themed(current_theme())
        theme_manager().changed.connect(self._themed)
        plan.plan_changed.connect(self._replan)
        plan.rows_changed.connect(self._rerow)
        self.horizontalScrollBar().valueChanged.connect(self._scrolled)
        self._replan()

    # ------------------------------------------------------------ what is shown

    def _themed(self, theme: Theme) -> None:
        self.metrics = Metrics.of_tokens(theme.gantt, theme.row["default"])
        self.pen = ScenePainter(theme, self.devicePixelRatioF())
        self._tier = float(theme.gantt["header"]["tier_height"])
        self.setViewportMargins(0, self.header_height, 0, 0)
        self._replan()
        self._header.update()

    def _replan(self) -> None:
        plan, before = self.plan, self._gantt
        self._gantt = GanttPlan(
            plan.schedule,
            plan.outline,
            plan.facts,
            plan.rows,
            plan.cpm,
            self.metrics,
            self.pen.text_width,
            plan.marked,
            tuple(one.columns for one in plan.extras.baselines),
            plan.texts_of,
            risk_marks(plan.extras, len(plan.schedule)),
        ).following(before)
        self._bars()
        self._repaint_unlike(before)
        if self._gantt.data_date != before.data_date:
            self._header.update()

    def _repaint_unlike(self, before: GanttPlan) -> None:
        """Paint what looks different since an earlier plan was painted."""
        if self._painted is None or self._painted[0] != self._look(before):
            self.viewport().update()
            return
        old, new, wide = self._painted[1], self.scene(), self.viewport().width()
        self._painted = self._look(self._gantt), new
        for top, bottom in new.strips_unlike(old):
            self.viewport().update(QRect(0, int(top), wide, int(bottom - top) + 1))

    def _look(self, plan: GanttPlan) -> tuple[Any, ...]:
        """All that a picture of the visible rows follows from."""
        area, scroll = self.viewport().size(), self.verticalScrollBar().value()
        return id(plan), self.time, self.options, self.selected, area, scroll, self.is_active()

    def _rerow(self) -> None:
        self._gantt = self._gantt.with_rows(self.plan.rows)
        self.viewport().update()

    def set_options(self, options: GanttOptions) -> None:
        """Show or hide parts of the picture, or count time otherwise."""
        taller = options.scale.tiers != self.options.scale.tiers
        self.options = options
        if taller:
            self.setViewportMargins(0, self.header_height, 0, 0)
            self._place_header()
        self.viewport().update()
        self._header.update()

    def set_selected(self, node: int) -> None:
        """Mark a node's row; its links, calendar and float whisker come with it."""
        if node != self.selected:
            self.selected = node
            self.viewport().update()

    # ------------------------------------------------------------ time

    def set_time(self, time: TimeView) -> None:
        """Show another stretch of time, kept within reach of the plan."""
        first, last = self._reach(time)
        span = time.width * DAY / time.px_per_day
        left = min(max(time.left, first), max(last - span, first))
        self._fitted = False
        self.time = TimeView(left, time.px_per_day, time.width, self.devicePixelRatioF())
        self._bars()
        self.viewport().update()
        self._header.update()
        self.moved.emit()
        name = level_at(time.px_per_day).name
        if name != self._level:
            self._level = name
            self.zoomed.emit(name)

    @property
    def fitted(self) -> bool:
        """Whether the whole plan is shown, at any width of the pane."""
        return self._fitted

    @property
    def level(self) -> str:
        """Name of the finest tier of the time axis."""
        return level_at(self.time.px_per_day).name

    def _reach(self, time: TimeView) -> tuple[float, float]:
        first, last = self.plan.span
        room = max((last - first) * ROOM, 60.0 * DAY, 120.0 * DAY / time.px_per_day)
        return first - room, last + room

    def zoom(self, factor: float, around: float | None = None) -> None:
        """Zoom around a pixel, the middle of the pane by default."""
        x = self.time.width / 2 if around is None else around
        self.set_time(self.time.zoomed(factor, x))

    def fit(self) -> None:
        """Show all of the plan's time."""
        first, last = self.plan.span
        if last > first or first:
            after = self.pen.text_width("00-MMM-00") + 24.0
            self.set_time(self.time.fitted(first, last, after=after))
        self._fitted = True

    def fit_rows(self, nodes: Sequence[int]) -> None:
        """Show the time of some nodes, all of the plan's without any."""
        rows = [node for node in nodes if 0 <= node < len(self.plan.facts)]
        start, finish = self.plan.facts.start[rows], self.plan.facts.finish[rows]
        there = (start != NO_TIME) & (finish != NO_TIME)
        if not there.any():
            self.fit()
            return
        first, last = int(start[there].min()), int(finish[there].max())
        after = self.pen.text_width("00-MMM-00") + 24.0
        self.set_time(self.time.fitted(first, max(last, first + 5 * DAY), after=after))

    def show_time(self, minute: int) -> None:
        """Bring an instant into sight."""
        if minute != NO_TIME and not self.time.left < minute < self.time.right:
            span = self.time.right - self.time.left
            self.set_time(
                TimeView(minute - span / 3, self.time.px_per_day, self.time.width, self.time.ratio)
            )

    def centre_time(self, minute: float) -> None:
        """Bring an instant to the middle of the pane, unless the whole plan is in sight."""
        time = self.time
        left = minute - time.width / 2 * DAY / time.px_per_day
        if not self._fitted:
            self.set_time(TimeView(left, time.px_per_day, time.width, time.ratio))

    def _bars(self) -> None:
        bar = self.horizontalScrollBar()
        first, last = self._reach(self.time)
        scale = self.time.px_per_day / DAY
        with QSignalBlocker(bar):
            bar.setRange(0, max(0, int((last - first) * scale - self.time.width)))
            bar.setPageStep(int(self.time.width))
            bar.setSingleStep(40)
            bar.setValue(int((self.time.left - first) * scale))

    def _scrolled(self, value: int) -> None:
        first, _ = self._reach(self.time)
        self._fitted = False
        left = first + value * DAY / self.time.px_per_day
        self.time = TimeView(left, self.time.px_per_day, self.time.width, self.time.ratio)
        self.viewport().update()
        self._header.update()

    # ------------------------------------------------------------ Qt

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        area = self.viewport().geometry()
        self._place_header()
        if self.pen.ratio != self.devicePixelRatioF():
            self._themed(current_theme())
        time = self.time
        wide = float(area.width())
        self.time = TimeView(time.left, time.px_per_day, wide, self.devicePixelRatioF())
        if self._fitted:
            self.fit()
        else:
            self.set_time(self.time)

    def _place_header(self) -> None:
        """Above the bars and the scroll bar too, so that the axis ends where the pane ends."""
        area, height = self.viewport().geometry(), self.header_height
        wide = self.width() - area.left()
        self._header.setGeometry(QRect(area.left(), area.top() - height, wide, height))

    @property
    def gantt_plan(self) -> GanttPlan:
        """What the scenes are made of."""
        return self._gantt

    @property
    def header_height(self) -> int:
        """Of the time axis."""
        return int(self.options.scale.tiers * self._tier)

    def scrollContentsBy(self, dx: int, dy: int) -> None:
        self.moved.emit()
        # Links come and go with the rows at their ends, so that nothing painted can be moved.
        self.viewport().update()

    def header_scene(self) -> Scene:
        """The picture of the time axis."""
        date = self._gantt.data_date
        flag = None
        if date != NO_TIME:
            width, height = current_theme().gantt["data_date"]["flag"]
            flag = (tr("DD {date}").format(date=date_text(date)), float(width), float(height))
        time = TimeView(
            self.time.left, self.time.px_per_day, float(self._header.width()), self.time.ratio
        )
        return build_header(time, self._tier, date, flag, self.options.scale)

    def scene(self) -> Scene:
        """The picture of the visible rows."""
        area = self.viewport().rect()
        scroll = self.verticalScrollBar().value()
        window = Window(self.time, float(area.height()), scroll)
        return build_gantt(self._gantt, window, self.options, self.selected)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = upright(self.viewport())
        self.pen.active = self.is_active()
        look = self._look(self._gantt)
        if self._painted is None or self._painted[0] != look:
            self._painted = look, self.scene()
        scene, whole = self._painted[1], self.viewport().height()
        for area in list(event.region()):  # type: ignore[call-overload]
            painter.setClipRect(area)
            some = area.height() < whole
            strip = scene.between(area.top(), area.bottom() + 1) if some else scene
            self.pen.paint(painter, strip)
        painter.setClipping(False)
        if self._wire is not None:
            painter.setPen(QPen(current_theme().color("accent"), 1.5, Qt.PenStyle.DashLine))
            painter.drawLine(self._wire[2], self._wire[3])

    def _end_at(self, place: QPointF) -> tuple[int, bool] | None:
        """(node, whether at its start) of the bar end of an activity under the mouse."""
        node = self._node_at(place.y())
        facts = self.plan.facts
        if self.plan.activity_of(node) == NO_ROW or facts.finish[node] == NO_TIME:
            return None
        ends = np.array([facts.finish[node], facts.start[node]])
        reach = np.abs(self.time.x(ends) - place.x())
        nearest = int(np.argmin(reach))
        return (node, nearest == 1) if reach[nearest] <= GRAB else None

    def _join(self, place: QPointF) -> None:
        """Link the activity whose bar end was dragged to the one it was dropped on."""
        assert self._wire is not None
        first, at_start, *_ = self._wire
        second, facts = self._node_at(place.y()), self.plan.facts
        rows = self.plan.activity_of(first), self.plan.activity_of(second)
        if NO_ROW in rows or rows[0] == rows[1] or facts.finish[second] == NO_TIME:
            return
        middle = (int(facts.start[second]) + int(facts.finish[second])) / 2
        kinds = {
            (False, True): LinkType.FS,
            (True, True): LinkType.SS,
            (False, False): LinkType.FF,
            (True, False): LinkType.SF,
        }
        into_start = self.time.at(place.x()) <= middle
        self.linked.emit(*rows, int(kinds[at_start, into_start]))

    def _node_at(self, y: float) -> int:
        row = int(y + self.verticalScrollBar().value()) // self.metrics.row
        return int(self.plan.rows.nodes[row]) if 0 <= row < len(self.plan.rows) else NO_ROW

    def mousePressEvent(self, event: QMouseEvent) -> None:
        end = self._end_at(event.position())
        if event.button() == Qt.MouseButton.LeftButton and end is not None:
            self.picked.emit(end[0])
            self._wire = (*end, event.position(), event.position())
            return
        if event.button() == Qt.MouseButton.LeftButton:
            self.picked.emit(self._node_at(event.position().y()))
        if event.button() in (Qt.MouseButton.LeftButton, Qt.MouseButton.MiddleButton):
            place = event.position().toPoint()
            self._grip = (place, self.time, self.verticalScrollBar().value())

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._wire is not None:
            self._wire = (*self._wire[:3], event.position())
            self.viewport().update()
            return
        if self._grip is None:
            over = self._end_at(event.position()) is not None
            shape = Qt.CursorShape.CrossCursor if over else Qt.CursorShape.ArrowCursor
            self.viewport().setCursor(shape)
            return
        place, time, scroll = self._grip
        move = event.position().toPoint() - place
        if move.manhattanLength() < 4 and self.cursor().shape() == Qt.CursorShape.ArrowCursor:
            return
        self.setCursor(Qt.CursorShape.ClosedHandCursor)
        left = time.at(-float(move.x()))
        self.set_time(TimeView(left, time.px_per_day, time.width, time.ratio))
        self.verticalScrollBar().setValue(scroll - move.y())

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if self._wire is not None:
            self._join(event.position())
            self._wire = None
            self.viewport().update()
        self._grip = None
        self.unsetCursor()

    def wheelEvent(self, event: QWheelEvent) -> None:
        turn = event.angleDelta()
        keys = event.modifiers()
        if keys & Qt.KeyboardModifier.ControlModifier:
            self.zoom(ZOOM_STEP ** (turn.y() / 120.0), event.position().x())
        elif keys & Qt.KeyboardModifier.ShiftModifier or abs(turn.x()) > abs(turn.y()):
            bar = self.horizontalScrollBar()
            bar.setValue(bar.value() - (turn.x() or turn.y()))
        else:
            bar = self.verticalScrollBar()
            pixels = event.pixelDelta().y()
            bar.setValue(bar.value() - (pixels or round(turn.y() / 120.0 * 3 * self.metrics.row)))
        event.accept()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key, bar = event.key(), self.horizontalScrollBar()
        steps = {
            Qt.Key.Key_Up: -1,
            Qt.Key.Key_Down: 1,
            Qt.Key.Key_PageUp: -(self.viewport().height() // self.metrics.row - 1),
            Qt.Key.Key_PageDown: self.viewport().height() // self.metrics.row - 1,
            Qt.Key.Key_Home: -len(self.plan.rows),
            Qt.Key.Key_End: len(self.plan.rows),
        }
        if key in steps:
            self.stepped.emit(steps[Qt.Key(key)])
        elif key in (Qt.Key.Key_Left, Qt.Key.Key_Right):
            bar.setValue(bar.value() + (80 if key == Qt.Key.Key_Right else -80))
        elif key in (Qt.Key.Key_Plus, Qt.Key.Key_Equal):
            self.zoom(ZOOM_STEP)
        elif key == Qt.Key.Key_Minus:
            self.zoom(1 / ZOOM_STEP)
        else:
            super().keyPressEvent(event)

    def viewportEvent(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            self._explain(event)
            return True
        return super().viewportEvent(event)

    def _explain(self, event: QHelpEvent) -> None:
        node = self._node_at(event.pos().y())
        text = tooltip(self.plan, node) if node >= 0 and self._on_bar(node, event.pos()) else ""
        if text:
            QToolTip.showText(event.globalPos(), text, self.viewport())
        else:
            QToolTip.hideText()

    def _on_bar(self, node: int, place: Any) -> bool:
        facts, point = self.plan.facts, QPointF(place)
        if facts.finish[node] == NO_TIME:
            return False
        minute = self.time.at(point.x())
        slack = 8.0 * DAY / self.time.px_per_day
        return bool(facts.start[node] - slack <= minute <= facts.finish[node] + slack)
