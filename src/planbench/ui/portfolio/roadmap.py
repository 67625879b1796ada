"""The roadmap: a bar for each project that can be dragged; budgets and capacity follow."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import (
    QColor,
    QHelpEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
)
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from planbench.engines.portfolio.quarters import day, quarter_name, years_from
from planbench.scenes.portfolio_roadmap import (
    BAR,
    Arrow,
    RoadBar,
    RoadLine,
    arrows,
    by_objective,
    dragged,
    objectives_of,
    road_bars,
    road_lines,
    road_span,
)
from planbench.ui import paint, text
from planbench.ui.portfolio import lanes
from planbench.ui.portfolio.desk import Desk
from planbench.ui.portfolio.words import group_colour, on_fill
from planbench.ui.theme import current_theme
from planbench.ui.translation import tr

_HEAD = 26
_TOGGLE = (Qt.Key.Key_Return, Qt.Key.Key_Enter)


class Roadmap(QWidget):
    """Bars of the plan on the table.

    Dragging a bar changes its start by quarters, arrow keys do the same for the current one;
    Delete takes it out, Return brings it in. A click selects, a double click brings in or out.
    `show_lanes` sets objectives above their projects and roles with their use below.
    """

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self.desk = desk
        self.bars: tuple[RoadBar, ...] = ()
        self.lines: tuple[RoadLine, ...] = ()
        self.arrows: tuple[Arrow, ...] = ()
        self._place: dict[int, int] = {}
        self._objectives = self._roles = False
        self._first, self._last, self._now = 0, 4, 0.0
        self._grip: tuple[RoadBar, float] | None = None
        self._hover = -1
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAccessibleName(tr("Roadmap"))

    def show_plan(self) -> None:
        """Draw the plan on the table; the axis stays while a bar is dragged."""
        desk, register = self.desk, self.desk.register
        if register is None:
            self.bars = self.lines = ()
            self.update()
            return
        of = objectives_of(register, desk.assumptions.judgement_set) if self._objectives else None
        order = desk.order() if of is None else by_objective(register, desk.order(), of)
        solved = desk.solved.plan if desk.solved is not None and not desk.stale else None
        wanted = {
            name: wish.delay
            for name, one in desk.decisions.items()
            if (wish := one.fits or one.instead) is not None and wish.active
        }
        self.bars = road_bars(register, desk.plan, order, solved=solved, wanted=wanted)
        self.lines = road_lines(register, self.bars, of, self._roles)
        self.arrows = arrows(register, self.bars)
        self._place = {line.bar: k for k, line in enumerate(self.lines) if line.kind == BAR}
        today = day(register.settings.valuation_date)
        self._now = -4.0 * years_from(today, 0)
        if self._grip is None:
            self._first, self._last = road_span(self.bars, int(self._now))
            self.updateGeometry()
        self._tell()
        self.update()

    def show_lanes(self, objectives: bool, roles: bool) -> None:
        """Show projects by objective or by rank, and the use of the roles below or not."""
        self._objectives, self._roles = objectives, roles
        self.show_plan()

    def _tell(self) -> None:
        found = next((bar for bar in self.bars if bar.project == self.desk.current), None)
        if found is not None:
            self.setAccessibleDescription(bar_words(found))

    def sizeHint(self) -> QSize:
        return QSize(600, _HEAD + 30 * max(1, len(self.lines)))

    def minimumSizeHint(self) -> QSize:
        return QSize(360, _HEAD + 20 * max(1, len(self.lines)))

    # Geometry.

    @property
    def _names(self) -> float:
        return min(230.0, max(120.0, self.width() * 0.24))

    @property
    def _row(self) -> float:
        return min(34.0, max(20.0, (self.height() - _HEAD) / max(1, len(self.lines))))

    @property
    def _quarter(self) -> float:
        return (self.width() - self._names - 12) / max(1, self._last - self._first)

    def _top(self, number: int) -> float:
        """Where the line of a bar begins."""
        return _HEAD + self._place[number] * self._row

    def _x(self, quarter: float) -> float:
        return self._names + (quarter - self._first) * self._quarter

    def area(self, number: int) -> QRectF:
        """Where the bar of a row lies."""
        bar = self.bars[number]
        left, right = self._x(bar.start), self._x(bar.finish)
        high = min(12.0, self._row - 8)
        middle = self._top(number) + 0.5 * self._row
        return QRectF(left, middle - high / 2, max(4.0, right - left - 1), high)

    def _row_at(self, y: float) -> int:
        row = int((y - _HEAD) // self._row)
        return self.lines[row].bar if 0 <= row < len(self.lines) and y >= _HEAD else -1

    # The user.

    def mousePressEvent(self, event: QMouseEvent) -> None:
        row = self._row_at(event.position().y())
        if row < 0 or event.button() != Qt.MouseButton.LeftButton:
            return
        bar = self.bars[row]
        self.desk.select(bar.project)
        if self._on_bar(row, event.position()):
            self._grip = bar, event.position().x()

    def _on_bar(self, row: int, point: QPointF) -> bool:
        return self.area(row).adjusted(-3, -5, 3, 5).contains(point)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        point = event.position()
        if self._grip is not None:
            bar, start = self._grip
            delay = dragged(bar, round((point.x() - start) / self._quarter))
            if not bar.going and delay == bar.delay and abs(point.x() - start) < 4:
                return
            if self.desk.plan.get(bar.project) != delay:
                self.desk.drag({**self.desk.plan, bar.project: delay})
            return
        row = self._row_at(point.y())
        if row != self._hover:
            self._hover = row
            self.update()
        on_bar = row >= 0 and self._on_bar(row, point)
        self.setCursor(Qt.CursorShape.SizeHorCursor if on_bar else Qt.CursorShape.ArrowCursor)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if self._grip is None:
            return
        bar, _ = self._grip
        self._grip = None
        delay = self.desk.plan.get(bar.project)
        if delay is None:
            self.desk.drop_drag()
            return
        if not self.desk.tried(self.desk.move, bar.project, delay):
            self.desk.drop_drag()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        row = self._row_at(event.position().y())
        if row >= 0:
            self._grip = None
            self._toggle(self.bars[row])

    def leaveEvent(self, event: QEvent) -> None:
        self._hover = -1
        self.update()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = event.key()
        if key == Qt.Key.Key_Escape and self._grip is not None:
            self._grip = None
            self.desk.drop_drag()
            return
        row = next((k for k, b in enumerate(self.bars) if b.project == self.desk.current), -1)
        if key in (Qt.Key.Key_Up, Qt.Key.Key_Down) and self.bars:
            step = 1 if key == Qt.Key.Key_Down else -1
            row = min(len(self.bars) - 1, max(0, row + step))
            self.desk.select(self.bars[row].project)
        elif row < 0:
            super().keyPressEvent(event)
        elif key in (Qt.Key.Key_Left, Qt.Key.Key_Right) and self.bars[row].going:
            bar = self.bars[row]
            delay = dragged(bar, 1 if key == Qt.Key.Key_Right else -1)
            self.desk.tried(self.desk.move, bar.project, delay)
        elif key in _TOGGLE or (key == Qt.Key.Key_Delete and self.bars[row].going):
            self._toggle(self.bars[row])
        else:
            super().keyPressEvent(event)

    def _toggle(self, bar: RoadBar) -> None:
        words = (
            tr("Take out {project}").format(project=bar.project)
            if bar.going
            else tr("Bring in {project}").format(project=bar.project)
        )
        delay = None if bar.going else bar.delay
        self.desk.tried(self.desk.move, bar.project, delay, words)

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            row = self._row_at(event.pos().y())
            words = bar_words(self.bars[row]) if row >= 0 else ""
            QToolTip.showText(event.globalPos(), words, self)
            return True
        return super().event(event)

    # Painting.

    def paintEvent(self, event: QPaintEvent) -> None:
        if not self.bars or self.desk.register is None:
            return
        painter = paint.upright(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._grid(painter)
        self._lanes(painter)
        for arrow in self.arrows:
            lanes.draw_arrow(painter, self.area(arrow.source), self.area(arrow.target), arrow.after)
        for number in range(len(self.bars)):
            self._line(painter, number)
        self._today(painter)

    def _lanes(self, painter: QPainter) -> None:
        """The titles of objectives, and what each role is used in every quarter."""
        register, check = self.desk.register, self.desk.check
        assert register is not None
        for k, line in enumerate(self.lines):
            row = QRectF(0, _HEAD + k * self._row, self.width(), self._row)
            if line.kind == lanes.LANE:
                words = tr("Roles, % of capacity") if line.title == lanes.ROLES else line.title
                lanes.draw_title(painter, words or tr("No objective"), row)
            elif line.kind == lanes.ROLE and check is not None:
                role = next(one for one in register.roles if one.id == line.title)
                columns = {
                    quarter: (self._x(quarter), self._quarter)
                    for quarter in range(self._first, self._last)
                }
                cells = [cell for cell in check.cells if cell.role == role.id]
                lanes.draw_role(painter, role.name, row, self._names, cells, columns)

    def _grid(self, painter: QPainter) -> None:
        theme = current_theme()
        bottom = _HEAD + self._row * len(self.lines)
        for number, bar in enumerate(self.bars):
            top = self._top(number)
            band = QRectF(0, top, self.width(), self._row)
            if bar.project == self.desk.current:
                painter.fillRect(band, theme.color("selection"))
                painter.fillRect(QRectF(0, top, 2, self._row), theme.color("accent"))
            elif number == self._hover:
                painter.fillRect(band, theme.color("hover"))
            paint.rule(painter, 0, int(top + self._row) - 1, self.width(), "grid-line")
        paint.rule(painter, 0, _HEAD - 1, self.width(), "border-strong")
        painter.setFont(theme.font("strong", tabular=True))
        for quarter in range(self._first, self._last, 4):
            x = self._x(quarter)
            painter.fillRect(QRectF(int(x), 0, 1, bottom), theme.color("sightline"))
            painter.setPen(theme.color("text"))
            painter.drawText(QPointF(x + 7, 17), str(quarter // 4))

    def _line(self, painter: QPainter, number: int) -> None:
        theme, bar, area = current_theme(), self.bars[number], self.area(number)
        register = self.desk.register
        assert register is not None
        row = QRectF(0, self._top(number), self.width(), self._row)
        painter.setFont(theme.font("body"))
        painter.setPen(theme.color("text" if bar.going else "text-muted"))
        end = paint.text_left(painter, bar.name, 14, row, self._names - 10)
        painter.setFont(theme.font("small"))
        painter.setPen(theme.color("text-muted"))
        if bar.running and end + 50 < self._names:
            paint.text_left(painter, "running", end + 8, row, self._names)
        if bar.going:
            fill = group_colour(register, bar.bucket)
            paint.box(painter, area, 2, fill)
            self._notches(painter, bar, area, on_fill(fill))
        else:
            pen = QPen(theme.color("text-muted"), 1)
            pen.setDashPattern([3, 3])
            painter.setPen(pen)
            painter.setBrush(theme.color("surface-raised"))
            painter.drawRoundedRect(area.adjusted(0.5, 0.5, -0.5, -0.5), 2, 2)
        for when, _gate, decision in bar.gates:
            if self._first <= when <= self._last:
                lanes.draw_gate(painter, self._x(when), area, decision)
        if bar.deadline is not None:
            self._deadline(painter, bar, area)
        self._note(painter, bar, area, row)

    def _notches(self, painter: QPainter, bar: RoadBar, area: QRectF, ink: QColor) -> None:
        """Three thin lines say that the bar can be gripped, while the mouse is over its row."""
        if self._hover < 0 or self.bars[self._hover].project != bar.project or area.width() < 24:
            return
        for step in (-4, 0, 4):
            painter.fillRect(QRectF(area.center().x() + step, area.top() + 3, 1, 6), ink)

    def _deadline(self, painter: QPainter, bar: RoadBar, area: QRectF) -> None:
        assert bar.deadline is not None
        theme = current_theme()
        x, y, reach = self._x(bar.deadline + 1), area.center().y(), 5.5
        painter.setPen(QPen(theme.color("surface-raised"), 1))
        painter.setBrush(theme.color("critical" if bar.late and bar.going else "milestone"))
        painter.drawPolygon(
            [
                QPointF(x, y - reach),
                QPointF(x + reach, y),
                QPointF(x, y + reach),
                QPointF(x - reach, y),
            ]
        )

    def _note(self, painter: QPainter, bar: RoadBar, area: QRectF, row: QRectF) -> None:
        theme = current_theme()
        role, said = "text-muted", ""
        if not bar.going:
            said = tr("stop") if bar.running else tr("not in the plan")
        elif bar.late:
            role, said = "critical-text", tr("▲ after its deadline")
        if bar.moved:
            quarters = text.counted(abs(bar.moved), tr("quarter"), tr("quarters"))
            said = tr("{quarters} {words}").format(
                quarters=quarters, words=tr("later") if bar.moved > 0 else tr("earlier")
            )
        elif bar.moved is None:
            said = tr("brought in by hand") if bar.going else tr("taken out by hand")
        x = area.right() + 10
        if bar.deadline is not None:
            x = max(x, self._x(bar.deadline + 1) + 12 if bar.deadline + 1 >= bar.finish else x)
        painter.setFont(theme.font("small"))
        painter.setPen(theme.color(role))
        wide = painter.fontMetrics().horizontalAdvance(said)
        if x + wide > self.width() - 4:
            x = area.left() - wide - 8
        if x > self._names:
            paint.text_left(painter, said, x, row, x + wide + 2)

    def _today(self, painter: QPainter) -> None:
        x = self._x(self._now)
        bottom = _HEAD + self._row * len(self.lines)
        painter.fillRect(
            QRectF(round(x), _HEAD, 1.5, bottom - _HEAD), current_theme().color("data-date")
        )


def bar_words(bar: RoadBar) -> str:
    """A bar in words, for the tooltip and for those who do not see it."""
    said = tr("{name}: {start} to {quarter_name}").format(
        name=bar.name, start=quarter_name(bar.start), quarter_name=quarter_name(bar.finish - 1)
    )
    if bar.bucket:
        said += f", {bar.bucket}"
    if not bar.going:
        said += tr("; not in the plan. Drag it or press Return to bring it in")
    elif bar.delay:
        said += tr("; {delay} after it was asked for").format(
            delay=text.counted(bar.delay, tr("quarter"), tr("quarters"))
        )
    if bar.deadline is not None:
        said += tr("; deadline in {deadline}").format(deadline=quarter_name(bar.deadline))
        said += tr(", which it misses") if bar.late and bar.going else ""
    for when, gate, decision in bar.gates:
        said += tr("; gate {gate} in {quarter}: {decision}").format(
            gate=gate, quarter=quarter_name(int(when)), decision=decision or tr("open")
        )
    return f"{said}."
