"""The picture of the loading, on the time axis of the Gantt above it."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFontMetrics,
    QHelpEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QPolygonF,
    QWheelEvent,
)
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from planbench.domain.times import DAY
from planbench.engines.resources.profile import Profile
from planbench.scenes.resources import Line, LoadingScene, Rect, loading_scene, period_at
from planbench.ui import text
from planbench.ui.paint import upright
from planbench.ui.schedule.gantt import ZOOM_STEP, GanttView
from planbench.ui.theme import current_theme, theme_manager
from planbench.ui.translation import tr

BARS = (("progress", "done"), ("remaining", "remaining"), ("critical", tr("over the limit")))
CURVES = (("accent", "early"), ("late", "late"))
"""Colour roles and what they mean, for the legend."""


class LoadingLegend(QWidget):
    """Colours of the picture in words; what the picture does not show is not named."""

    def __init__(self, chart: LoadingChart) -> None:
        super().__init__()
        self._chart = chart
        self.setAccessibleName(tr("Legend of the loading"))
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        theme_manager().changed.connect(self.update)

    def entries(self) -> list[tuple[str, str, bool]]:
        """(colour role, words, whether it is a line)."""
        found = self._chart.found
        if found is None:
            return []
        if self._chart.curves:
            told = [(role, words, True) for role, words in CURVES]
        else:
            told = [
                (role, words, False)
                for (role, words), there in zip(
                    BARS,
                    (found.actual.any(), found.remaining.any(), found.over.any()),
                    strict=True,
                )
                if there
            ]
            told += [("text", tr("limit"), True)] if found.limit is not None else []
            told += [("late", tr("late dates"), True)] if found.slips else []
        return told + ([("baseline-edge", "baseline", True)] if found.baseline is not None else [])

    def tell(self) -> None:
        """The picture is another one."""
        self.setAccessibleDescription(", ".join(words for _, words, _ in self.entries()))
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        measure = QFontMetrics(current_theme().font("small"))
        wide = sum(measure.horizontalAdvance(words) + 34 for _, words, _ in self.entries())
        return QSize(wide, 20)

    def paintEvent(self, event: QPaintEvent) -> None:
        theme, painter, x = current_theme(), upright(self), 0
        painter.setFont(theme.font("small"))
        measure = QFontMetrics(painter.font())
        for role, words, line in self.entries():
            tall = 2 if line else 10
            painter.fillRect(x, (self.height() - tall) // 2, 14, tall, theme.color(role))
            wide = measure.horizontalAdvance(words) + 2
            painter.setPen(theme.color("text-muted"))
            painter.drawText(x + 20, 0, wide, self.height(), Qt.AlignmentFlag.AlignVCenter, words)
            x += wide + 32


class LoadingChart(QWidget):
    """Bars or running totals below the Gantt; they scroll and zoom with it.

    `picked(period)` when a bar is clicked or stepped to with the arrow keys, `opened()` when
    return is pressed or a bar double-clicked, `left()` on escape.
    """

    picked = Signal(int)
    opened = Signal()
    left = Signal()

    def __init__(self, gantt: GanttView, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._gantt = gantt
        self.found: Profile | None = None
        self.curves = False
        self.chosen = -1
        self.words = ""  # said in place of the picture
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMinimumHeight(72)
        self.setMouseTracking(True)
        self.setAccessibleName(tr("Loading over time"))
        gantt.moved.connect(self.update)
        gantt.plan.plan_changed.connect(self.update)
        theme_manager().changed.connect(self.update)

    def show_profile(self, found: Profile | None, words: str = "") -> None:
        """Show another profile, or words in its place; the chosen bar stays where it can."""
        mine = self.found
        keep = mine is not None and found is not None and mine.period == found.period
        self.found, self.words = found, words
        if not keep or found is None or self.chosen >= found.edges.size - 1:
            self.choose(-1)
        self._describe()
        self.update()

    def show_curves(self, on: bool) -> None:
        """Running totals instead of bars."""
        self.curves = on
        self.update()

    def choose(self, period: int) -> None:
        """Mark a bar; -1 for none."""
        if period != self.chosen:
            self.chosen = period
            self.picked.emit(period)
        self._describe()
        self.update()

    def _describe(self) -> None:
        told = self.tell(self.chosen) if self.chosen >= 0 else self.words
        self.setAccessibleDescription(told or tr("Arrow keys go from bar to bar, return opens one"))

    def tell(self, period: int) -> str:
        """A period in words, line by line."""
        found = self.found
        if found is None or not 0 <= period < found.edges.size - 1:
            return ""
        total, unit = found.total, found.unit
        first, last = int(found.edges[period]), int(found.edges[period + 1]) - 1

        def amount(value: float) -> str:
            return f"{text.number(value, 1)} {unit}".strip()

        when = (
            text.date(first) if found.period == "day" else f"{text.date(first)} – {text.date(last)}"
        )
        lines = [when]
        if self.curves and found.measure != "fte":
            lines.append(
                tr("Early, so far: {sum}").format(sum=amount(float(total[: period + 1].sum())))
            )
            lines.append(
                tr("Late, so far: {sum}").format(sum=amount(float(found.late[: period + 1].sum())))
            )
        lines.append(tr("Total: {total}").format(total=amount(float(total[period]))))
        if found.slips and not self.curves:
            late = amount(float(found.late[period]))
            lines.append(tr("At the late dates: {late}").format(late=late))
        if found.actual[period] > 0:
            lines.append(tr("Done: {actual}").format(actual=amount(float(found.actual[period]))))
        if found.limit is not None:
            cap = float(found.limit[period])
            lines.append(tr("Limit: {cap}").format(cap=amount(cap)))
            if found.over[period]:
                lines.append(
                    tr("Over the limit by {amount}").format(
                        amount=amount(float(total[period]) - cap)
                    )
                )
        if found.baseline is not None:
            lines.append(
                tr("Baseline: {baseline}").format(baseline=amount(float(found.baseline[period])))
            )
        return "\n".join(lines)

    # ------------------------------------------------------------ painting

    def scene(self) -> LoadingScene | None:
        """What is painted, None without a profile."""
        if self.found is None:
            return None
        return loading_scene(self.found, self._gantt.time, float(self.height() - 1), self.curves)

    def paintEvent(self, event: QPaintEvent) -> None:
        theme, painter = current_theme(), upright(self)
        painter.fillRect(self.rect(), theme.color("surface-raised"))
        scene = self.scene()
        if scene is None or not scene.ticks:
            painter.setPen(theme.color("text-muted"))
            painter.setFont(theme.font("body"))
            words = self.words or tr("Nothing to show")
            painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, words)
            return
        assert self.found is not None
        self._mark_chosen(painter)
        for y, _ in scene.ticks:
            painter.fillRect(QRectF(0, round(y), self.width(), 1), theme.color("border"))
        self._bars(painter, scene)
        self._lines(painter, scene)
        self._data_date(painter)
        self._write_ticks(painter, scene)

    def _mark_chosen(self, painter: QPainter) -> None:
        if self.chosen < 0 or self.found is None:
            return
        ends = self._gantt.time.x(self.found.edges[self.chosen : self.chosen + 2])
        area = QRectF(float(ends[0]), 0, float(ends[1] - ends[0]), self.height())
        role = "selection" if self.hasFocus() else "selection-inactive"
        painter.fillRect(area, current_theme().color(role))
        for x in (area.left(), area.right() - 1):
            painter.fillRect(QRectF(x, 0, 1, area.height()), current_theme().color("accent"))

    def _bars(self, painter: QPainter, scene: LoadingScene) -> None:
        theme = current_theme()

        def fill(rects: tuple[Rect, ...], role: str) -> None:
            for rect in rects:
                painter.fillRect(QRectF(*rect), theme.color(role))

        fill(scene.actual, "progress")
        fill(scene.remaining, "remaining")
        fill(scene.over, "critical")
        # The top edge in a second tone: what is over is told by more than its colour.
        for x, y, wide, _ in scene.over:
            painter.fillRect(QRectF(x, y, wide, 2), theme.color("critical-edge"))

    def _lines(self, painter: QPainter, scene: LoadingScene) -> None:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if scene.early and scene.late:  # what the float allows lies between the two
            band = QColor(current_theme().color("accent"))
            band.setAlphaF(0.12)
            points = [QPointF(x, y) for x, y in (*scene.early, *reversed(scene.late))]
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(band)
            painter.drawPolygon(QPolygonF(points))
            painter.setBrush(Qt.BrushStyle.NoBrush)
        self._line(painter, scene.baseline, "baseline-edge", 1.5, dashed=False)
        self._line(painter, scene.late, "late", 1.75, dashed=True)
        self._line(painter, scene.early, "accent", 2.0, dashed=False)
        self._line(painter, scene.limit, "text", 1.5, dashed=True)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)

    def _line(
        self, painter: QPainter, points: Line, role: str, width: float, *, dashed: bool
    ) -> None:
        if not points:
            return
        pen = QPen(current_theme().color(role), width)
        if dashed:
            pen.setDashPattern([4.0, 3.0])
        painter.setPen(pen)
        painter.drawPolyline(QPolygonF([QPointF(x, y) for x, y in points]))

    def _data_date(self, painter: QPainter) -> None:
        now = self._gantt.plan.schedule.data_date
        x = float((now - self._gantt.time.left) * self._gantt.time.px_per_day / DAY)
        if 0 <= x < self.width():
            painter.fillRect(
                QRectF(round(x), 0, 1, self.height()), current_theme().color("data-date")
            )

    def _write_ticks(self, painter: QPainter, scene: LoadingScene) -> None:
        """Amounts at the left, on a ground of their own, so that bars do not run through them."""
        assert self.found is not None
        theme, unit = current_theme(), self.found.unit
        font = theme.font("tick", tabular=True)
        painter.setFont(font)
        measure = QFontMetrics(font)
        for number, (y, amount) in enumerate(scene.ticks):
            decimals = 0 if amount == int(amount) else 1 if amount * 10 == int(amount * 10) else 2
            words = text.number(amount, decimals)
            if number == len(scene.ticks) - 1:
                words = f"{words} {unit}".strip()
            box = QRectF(4, y + 1, measure.horizontalAdvance(words) + 8, measure.height())
            ground = QColor(theme.color("surface-raised"))  # a copy: the theme's own is shared
            ground.setAlphaF(0.85)
            painter.fillRect(box, ground)
            painter.setPen(theme.color("text-muted"))
            painter.drawText(box, Qt.AlignmentFlag.AlignCenter, words)

    # ------------------------------------------------------------ mouse and keys

    def _period(self, x: float) -> int:
        return -1 if self.found is None else period_at(self.found, self._gantt.time.at(x))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self.choose(self._period(event.position().x()))

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        if self._period(event.position().x()) >= 0:
            self.opened.emit()

    def wheelEvent(self, event: QWheelEvent) -> None:
        steps = event.angleDelta().y() / 120.0
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self._gantt.zoom(ZOOM_STEP**steps, event.position().x())
            return
        bar = self._gantt.horizontalScrollBar()
        bar.setValue(bar.value() - int(steps * 3 * bar.singleStep()))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if self.found is None:
            super().keyPressEvent(event)
            return
        last, key = self.found.edges.size - 2, event.key()
        if key in (Qt.Key.Key_Left, Qt.Key.Key_Right):
            step = 1 if key == Qt.Key.Key_Right else -1
            now = self.chosen if self.chosen >= 0 else self._period(self.width() / 2)
            self._go(min(max(now + (step if self.chosen >= 0 else 0), 0), last))
        elif key in (Qt.Key.Key_Home, Qt.Key.Key_End):
            self._go(0 if key == Qt.Key.Key_Home else last)
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.chosen >= 0:
            self.opened.emit()
        elif key == Qt.Key.Key_Escape:
            self.choose(-1)
            self.left.emit()
        else:
            super().keyPressEvent(event)

    def _go(self, period: int) -> None:
        assert self.found is not None
        self.choose(period)
        self._gantt.show_time(int(self.found.edges[period : period + 2].mean()))

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            told = self.tell(self._period(event.pos().x()))
            QToolTip.showText(event.globalPos(), told, self)
            return True
        return super().event(event)
