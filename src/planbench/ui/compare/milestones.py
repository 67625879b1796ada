"""The milestone trend: forecasts by update, above the diagonal on which they come true."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QMouseEvent, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QSplitter, QToolTip, QWidget

from planbench.domain.times import DAY, NO_TIME
from planbench.engines.compare.series import Series, Trend, slip_days
from planbench.ui import paint, text
from planbench.ui.compare.models import TrendModel, days_role
from planbench.ui.theme import current_theme, theme_manager
from planbench.ui.translation import tr
from planbench.ui.widgets import TableView
from planbench.ui.widgets.chart import date_ticks

_LEFT, _TOP, _RIGHT, _BOTTOM = 92.0, 34.0, 210.0, 30.0
_NEAR = 10.0
"""Pixels within which a point is under the pointer."""


class MilestoneChart(QWidget):
    """Across when it was said, up what was said: a line that rises slips.

    One that ends on the diagonal was reached. `chosen(number)`: the place of the one clicked.
    """

    chosen = Signal(int)

    def __init__(self) -> None:
        super().__init__()
        self.items: tuple[Trend, ...] = ()
        self.dates: list[int] = []
        self.selected = -1
        self.setMouseTracking(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumHeight(220)
        self.setAccessibleName(tr("Milestone trend"))
        theme_manager().changed.connect(self._repaint)

    def _repaint(self) -> None:
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(600, 380)

    def show_series(self, series: Series) -> None:
        """Draw the milestones of another series."""
        self.items = series.milestones
        self.dates = [one.data_date for one in series.schedules]
        self.selected = -1
        said = [
            tr("{id} slips {days} days").format(id=one.id, days=text.signed(slip_days(one) or 0.0))
            for one in self.items[:12]
        ]
        self.setAccessibleDescription(", ".join(said))
        self.update()

    def select(self, number: int) -> None:
        """Draw one line strong, with its dates."""
        self.selected = number if number < len(self.items) else -1
        self.update()

    # Where things are.

    def _plot(self) -> QRectF:
        return QRectF(
            _LEFT, _TOP, max(80.0, self.width() - _LEFT - _RIGHT), self.height() - _TOP - _BOTTOM
        )

    def _ranges(self) -> tuple[int, int, int, int]:
        """First and last data date, first and last forecast, with a little room."""
        first, last = min(self.dates), max(self.dates)
        room = max(DAY, (last - first) // 25)
        told = [date for one in self.items for date in one.dates if date != NO_TIME]
        low, high = min([first, *told]), max([last, *told])
        over = max(DAY, (high - low) // 25)
        return first - room, last + room, low - over, high + over

    def point(self, number: int, update: int) -> QPointF | None:
        """Where a forecast stands, None where there is none."""
        date = self.items[number].dates[update]
        return None if date == NO_TIME else self._at(self.dates[update], date)

    def _at(self, said: int, date: int) -> QPointF:
        plot, (a, b, low, high) = self._plot(), self._ranges()
        return QPointF(
            plot.left() + (said - a) / (b - a) * plot.width(),
            plot.bottom() - (date - low) / (high - low) * plot.height(),
        )

    def _nearest(self, place: QPointF) -> tuple[int, int] | None:
        """(milestone, update) of the forecast under the pointer."""
        best, found = _NEAR, None
        for number in range(len(self.items)):
            for update in range(len(self.dates)):
                at = self.point(number, update)
                if at is not None:
                    far = max(abs(at.x() - place.x()), abs(at.y() - place.y()))
                    if far < best or (far == best and number == self.selected):
                        best, found = far, (number, update)
        return found

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        found = self._nearest(event.position()) if self.items else None
        self.setCursor(Qt.CursorShape.PointingHandCursor if found else Qt.CursorShape.ArrowCursor)
        if found is None:
            QToolTip.hideText()
            return
        number, update = found
        one = self.items[number]
        words = tr("{id} {name}\n{date}, said at {said}").format(
            id=one.id,
            name=one.name,
            date=text.date(one.dates[update]),
            said=text.date(self.dates[update]),
        )
        QToolTip.showText(event.globalPosition().toPoint(), words, self)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        found = self._nearest(event.position()) if self.items else None
        if found is not None:
            self.chosen.emit(found[0])

    # Painting.

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter, theme = paint.upright(self), current_theme()
        painter.fillRect(self.rect(), theme.color("surface-raised"))
        if not self.items or not self.dates:
            painter.setPen(theme.color("text-muted"))
            painter.setFont(theme.font("body"))
            centre = Qt.AlignmentFlag.AlignCenter
            painter.drawText(self.rect(), centre, tr("None of the updates has a milestone"))
            return
        self._grid(painter)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        order = [n for n in range(len(self.items)) if n != self.selected]
        for number in [*order, *([self.selected] if self.selected >= 0 else [])]:
            self._line(painter, number)
        self._labels(painter)

    def _grid(self, painter: QPainter) -> None:
        theme, plot = current_theme(), self._plot()
        a, b, low, high = self._ranges()
        painter.setFont(theme.font("small", tabular=True))
        for at, _ in date_ticks(low, high, max(3, int(plot.height() // 30))):
            y = self._at(a, int(at)).y()
            paint.rule(painter, plot.left(), y, plot.right(), "grid-line")
            painter.setPen(theme.color("text-muted"))
            area = QRectF(0, y - 9, _LEFT - 10, 18)
            right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
            painter.drawText(area, right, text.date(int(at)))
        free = -1e9
        for date in self.dates:
            x = self._at(date, low).x()
            painter.fillRect(QRectF(x, plot.top(), 1, plot.height()), theme.color("grid-line"))
            if x - free >= 70:
                painter.setPen(theme.color("text-muted"))
                area = QRectF(x - 45, plot.bottom() + 4, 90, 18)
                painter.drawText(area, Qt.AlignmentFlag.AlignCenter, text.date(date))
                free = x
        painter.setPen(theme.color("text-muted"))
        paint.text_left(painter, tr("Forecast"), 12, QRectF(0, 6, _LEFT, 18), _LEFT)
        paint.text_left(
            painter,
            tr("by data date of the update"),
            plot.left(),
            QRectF(0, 6, 10, 18),
            plot.right(),
        )
        first, last = max(a, low), min(b, high)
        if last > first:
            pen = QPen(theme.color("text-muted"), 1)
            pen.setDashPattern([4, 3])
            painter.setPen(pen)
            painter.drawLine(self._at(first, first), self._at(last, last))

    def _role(self, number: int) -> str:
        slip = slip_days(self.items[number])
        role = days_role(0 if slip is None else round(slip))
        return "text-muted" if role == "text" else role

    def _line(self, painter: QPainter, number: int) -> None:
        theme, strong = current_theme(), number == self.selected
        colour = theme.color("accent" if strong else self._role(number))
        painter.setPen(QPen(colour, 2.5 if strong else 1.25))
        run: list[QPointF] = []
        for update in range(len(self.dates)):
            at = self.point(number, update)
            if at is not None:
                run.append(at)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawPolyline(QPolygonF(run))
        reached = self.items[number].reached
        for update in range(len(self.dates)):
            at = self.point(number, update)
            if at is None:
                continue
            done = bool(reached) and reached[update]
            painter.setBrush(colour if done else theme.color("surface-raised"))
            size = 4.5 if strong else 3.5
            corners = [(0, -size), (size, 0), (0, size), (-size, 0)]
            painter.drawPolygon(QPolygonF([QPointF(at.x() + x, at.y() + y) for x, y in corners]))

    def _labels(self, painter: QPainter) -> None:
        """At the last forecast, the most moved first; what would overlap is left out."""
        theme = current_theme()
        painter.setFont(theme.font("small", tabular=True))
        slips = [slip_days(one) for one in self.items]
        order = sorted(
            range(len(self.items)),
            key=lambda n: (n != self.selected, -abs(slips[n] or 0.0)),
        )
        taken: list[float] = []
        for number in order:
            last = [at for u in range(len(self.dates)) if (at := self.point(number, u))]
            if not last or any(abs(last[-1].y() - y) < 15 for y in taken):
                continue
            taken.append(last[-1].y())
            one, slip = self.items[number], slips[number]
            days = "" if slip is None else f"  {text.signed(slip)}{text.NARROW}d"
            painter.setPen(
                theme.color("accent-text" if number == self.selected else self._role(number))
            )
            x = last[-1].x() + 12
            area = QRectF(x, last[-1].y() - 9, 10, 18)
            paint.text_left(painter, f"{one.id}{days}", x, area, self.width() - 6)


class MilestonesView(QSplitter):
    """Chart above, table below; choosing in one chooses in the other. `chosen(id)` either way."""

    chosen = Signal(str)

    def __init__(self) -> None:
        super().__init__(Qt.Orientation.Vertical)
        self.setChildrenCollapsible(False)
        self.chart, self.model = MilestoneChart(), TrendModel()
        self.table = TableView(tr("Milestones by update"))
        self.table.setModel(self.model)
        self.table.row_changed.connect(self._choose)
        self.chart.chosen.connect(self.table.select_row)
        self.chart.chosen.connect(self._choose)
        self.addWidget(self.chart)
        self.addWidget(self.table)
        self.setSizes([420, 360])

    def show_series(self, series: Series, target: str) -> None:
        """Show the milestones of another series; that whose finish counts is chosen."""
        self.chart.show_series(series)
        self.model.show_series(series)
        self.table.apply_columns()
        ids = [one.id for one in series.milestones]
        if target in ids:
            self.chart.select(ids.index(target))
            self.table.select_row(ids.index(target))

    def _choose(self, number: int) -> None:
        self.chart.select(number)
        if number >= 0:
            self.chosen.emit(self.chart.items[number].id)
