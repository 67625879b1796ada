"""What Compare paints: bars over and under, the steps of the movement, float erosion."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from planbench.domain.schedule import NO_ROW, ActivityType, Status
from planbench.domain.times import DAY, NO_TIME, from_datetime, to_datetime
from planbench.engines.compare.compare import Comparison
from planbench.engines.compare.halfstep import HalfStep
from planbench.engines.compare.series import Erosion
from planbench.ui import paint, text
from planbench.ui.compare.models import days_role, moved_days
from planbench.ui.theme import current_theme, theme_manager
from planbench.ui.translation import tr

_MOST = 400
_ROW, _HEAD, _LEFT = 24, 24, 300


class OverUnder(QWidget):
    """Bars of the older schedule above those of the newer one, activities that moved.

    `chosen(row)` with the row of the newer schedule on a click.
    """

    chosen = Signal(int)

    def __init__(self) -> None:
        super().__init__()
        self.setAccessibleName(tr("Bars of both updates"))
        self.comparison: Comparison | None = None
        self.rows: list[int] = []
        self.selected = -1
        theme_manager().changed.connect(self._repaint)

    def _repaint(self) -> None:
        self.update()

    def show_comparison(self, comparison: Comparison) -> None:
        """Activities that are open and moved by half a day, by early start; up to 400."""
        self.comparison = comparison
        shift = comparison.finish_shift
        days = np.where(shift == NO_TIME, 0, np.abs(shift)) / 480.0
        acts = comparison.new.activities
        spans = (ActivityType.LEVEL_OF_EFFORT, ActivityType.WBS_SUMMARY)  # only follow the others
        open_ = (acts.status != Status.COMPLETE) & ~np.isin(acts.type, spans)
        rows = np.flatnonzero(open_ & ((days >= 0.5) | comparison.new_cpm.longest_path))
        rows = rows[np.argsort(-days[rows] - 1e6 * comparison.new_cpm.longest_path[rows])][:_MOST]
        rows = rows[np.argsort(comparison.new_cpm.start[rows], kind="stable")]
        self.rows = [int(row) for row in rows]
        self.setFixedHeight(_HEAD + _ROW * max(1, len(self.rows)))
        self.update()

    def select(self, row: int) -> None:
        """Mark a row of the newer schedule."""
        self.selected = row
        self.update()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        place = int(event.position().y() - _HEAD) // _ROW
        if 0 <= place < len(self.rows):
            self.chosen.emit(self.rows[place])

    def paintEvent(self, event: QPaintEvent) -> None:
        comparison, theme = self.comparison, current_theme()
        painter = paint.upright(self)
        painter.fillRect(event.rect(), theme.color("surface-raised"))
        if comparison is None or not self.rows:
            return
        old, new = comparison.old_cpm, comparison.new_cpm
        rows = np.array(self.rows)
        first = max(int(new.start[rows].min()), comparison.new.data_date - 60 * DAY)
        last = int(new.finish[rows].max())
        partner = comparison.matching.old_of_new[rows]
        if (partner >= 0).any():
            last = max(last, int(old.finish[partner[partner >= 0]].max()))
        scale = (self.width() - _LEFT - 90) / max(DAY, last - first)

        def x(minute: int) -> float:
            return _LEFT + max(0, minute - first) * scale

        self._years(painter, x, first, last)
        for place, row in enumerate(self.rows):
            top = _HEAD + place * _ROW
            if top + _ROW >= event.rect().top() and top <= event.rect().bottom():
                self._bars(painter, x, row, top, comparison)
        line = x(comparison.new.data_date)
        painter.fillRect(QRectF(line, 0, 1.5, self.height()), theme.color("data-date"))

    def _years(self, painter: QPainter, x: Callable[[int], float], first: int, last: int) -> None:
        theme = current_theme()
        painter.fillRect(QRectF(0, 0, self.width(), _HEAD), theme.color("surface-header"))
        painter.setFont(theme.font("small", tabular=True))
        start, finish = to_datetime(first), to_datetime(last)
        if start is None or finish is None:
            return
        step = 3 if (finish - start).days < 1500 else 12
        for year in range(start.year, finish.year + 1):
            for month in range(1, 13, step):
                date = dt.datetime(year, month, 1)
                if not start <= date <= finish:
                    continue
                place = x(from_datetime(date))
                painter.fillRect(QRectF(place, 0, 1, self.height()), theme.color("grid-line"))
                painter.setPen(theme.color("text-muted"))
                words = str(year) if month == 1 else f"Q{(month + 2) // 3}"
                paint.text_left(painter, words, place + 4, QRectF(0, 0, 80, _HEAD), place + 60)

    def _bars(
        self,
        painter: QPainter,
        x: Callable[[int], float],
        row: int,
        top: int,
        comparison: Comparison,
    ) -> None:
        theme = current_theme()
        if row == self.selected:
            area = QRectF(0, top, self.width(), _ROW)
            painter.fillRect(area, theme.color("selection"))
            painter.fillRect(QRectF(0, top, 2, _ROW), theme.color("accent"))
        acts, new, old = comparison.new.activities, comparison.new_cpm, comparison.old_cpm
        painter.setFont(theme.font("body", tabular=True))
        painter.setPen(theme.color("text-muted"))
        area = QRectF(0, top, _LEFT, _ROW)
        paint.text_left(painter, str(acts.code[row]), 12, area, 88)
        painter.setPen(theme.color("text"))
        paint.text_left(painter, str(acts.name[row]), 92, area, _LEFT - 10)
        partner = int(comparison.matching.old_of_new[row])
        start, finish = int(new.start[row]), int(new.finish[row])
        critical = bool(new.critical[row])
        if partner != NO_ROW:
            a, b = x(int(old.start[partner])), x(int(old.finish[partner]))
            painter.fillRect(QRectF(a, top + 5, max(3, b - a), 5), theme.color("baseline-edge"))
        a, b = x(start), x(finish)
        role = "critical" if critical else "remaining-edge"
        painter.fillRect(QRectF(a, top + 12, max(3, b - a), 6), theme.color(role))
        if critical:
            keel = QRectF(a, top + 17, max(3, b - a), 2)
            painter.fillRect(keel, theme.color("critical-edge"))
        words, days = "new", 0.0
        if partner != NO_ROW:
            days = moved_days(int(old.finish[partner]), finish)
            words = f"{text.signed(days)}{text.NARROW}d"
        painter.setFont(theme.font("small", tabular=True))
        painter.setPen(theme.color(days_role(round(days))))
        end = max(b, x(int(old.finish[partner])) if partner != NO_ROW else b)
        paint.text_left(painter, words, end + 8, area, end + 80)
        paint.rule(painter, 0, top + _ROW - 1, self.width(), "grid-line")


class Waterfall(QWidget):
    """Where the days went: one bar a step from the older finish to the newer one."""

    def __init__(self) -> None:
        super().__init__()
        self.half: HalfStep | None = None
        self.setAccessibleName(tr("Where the days went"))
        theme_manager().changed.connect(self._repaint)

    def _repaint(self) -> None:
        self.update()

    def show_half(self, half: HalfStep | None) -> None:
        """Show the steps; nothing without a half-step."""
        self.half = half
        count = 0 if half is None else len(half.steps) + 2
        self.setFixedHeight(22 * count)
        if half is not None:
            parts = [
                tr("{name} {days} days").format(name=step.name, days=round(step.days))
                for step in half.steps
            ]
            self.setAccessibleName(
                tr("Where the days went: {parts}").format(parts=", ".join(parts))
            )
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        half, theme = self.half, current_theme()
        if half is None:
            return
        painter = paint.upright(self)
        stands = [0.0]
        for step in half.steps:
            stands.append(stands[-1] + step.days)
        low, high = min(stands), max(stands)
        left, right = 128.0, self.width() - 92.0
        scale = (right - left) / max(1.0, high - low)

        def x(days: float) -> float:
            return left + (days - low) * scale

        lines = [(tr("Older finish"), text.date(half.before), 0.0, 0.0, True)]
        for step, begin in zip(half.steps, stands, strict=False):
            name = step.name.capitalize() if step.name != "progress" else tr("Progress only")
            lines.append((name, f"{text.signed(step.days)} d", begin, step.days, False))
        lines.append((tr("Newer finish"), text.date(half.after), stands[-1], 0.0, True))
        for place, (name, words, begin, days, strong) in enumerate(lines):
            area = QRectF(0, place * 22, self.width(), 22)
            painter.setFont(theme.font("strong" if strong else "body", tabular=True))
            painter.setPen(theme.color("text"))
            paint.text_left(painter, name, 0, area, left - 8)
            if not strong:
                painter.setPen(theme.color(days_role(round(days))))
            painter.drawText(
                area, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, words
            )
            if strong:
                self._diamond(painter, x(begin), area.center().y())
            elif days:
                a, b = sorted((x(begin), x(begin + days)))
                bar = QRectF(a, area.top() + 6, max(2.0, b - a), 10)
                painter.fillRect(bar, theme.color(days_role(days)))

    def _diamond(self, painter: QPainter, x: float, y: float) -> None:
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(current_theme().color("milestone"))
        points = [QPointF(x, y - 5), QPointF(x + 5, y), QPointF(x, y + 5), QPointF(x - 5, y)]
        painter.drawPolygon(points)
        painter.restore()


class ErosionStrip(QWidget):
    """Least total float in days by area and update, warm where little is left."""

    def __init__(self) -> None:
        super().__init__()
        self.erosion: Erosion | None = None
        self.heads: list[str] = []
        self.setAccessibleName(tr("Float erosion by work area"))
        theme_manager().changed.connect(self._repaint)

    def _repaint(self) -> None:
        self.update()

    def show_erosion(self, erosion: Erosion, heads: list[str]) -> None:
        """Show the areas with the last five updates."""
        self.erosion, self.heads = erosion, heads[-5:]
        self.setFixedHeight(20 + 22 * len(erosion.areas))
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(300, self.height())

    def paintEvent(self, _event: QPaintEvent) -> None:
        theme, erosion = current_theme(), self.erosion
        if erosion is None:
            return
        painter = paint.upright(self)
        count = len(self.heads)
        cell = 38 if count > 3 else 44
        left = self.width() - cell * count
        painter.setFont(theme.font("small", tabular=True))
        painter.setPen(theme.color("text-muted"))
        centre = Qt.AlignmentFlag.AlignCenter
        for k, head in enumerate(self.heads):
            painter.drawText(QRectF(left + k * cell, 0, cell, 18), centre, head)
        for place, (area, days) in enumerate(zip(erosion.areas, erosion.days, strict=True)):
            row = QRectF(0, 20 + place * 22, self.width(), 22)
            painter.setPen(theme.color("text"))
            paint.text_left(painter, area, 0, row, left - 6)
            for k, value in enumerate(days[-count:]):
                box = QRectF(left + k * cell + 1, row.top() + 1, cell - 2, 20)
                if value is None:
                    painter.setPen(theme.color("text-disabled"))
                    painter.drawText(box, centre, text.DASH)
                    continue
                level = int(np.searchsorted([5, 20, 40, 60, 90], value, side="right"))
                fill = theme.diverging[(6, 5, 4, 3, 2, 1)[level]]
                paint.box(painter, box, 3, fill)
                dark = fill.lightnessF() < 0.52
                dark_text = theme.color("text" if not theme.dark else "text-inverse")
                light_text = theme.color("text-inverse" if not theme.dark else "text")
                painter.setPen(light_text if dark else dark_text)
                painter.drawText(box, centre, text.number(value))


def update_heads(dates: list[int]) -> list[str]:
    """`BL`-like short heads of updates: month and year of their data dates."""
    heads = []
    for minute in dates:
        moment = to_datetime(minute)
        heads.append("" if moment is None else f"{moment.month:02d}/{moment.year % 100:02d}")
    return heads
