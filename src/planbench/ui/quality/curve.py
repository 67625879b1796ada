"""What another limit would change: the share beyond each limit, painted with the chosen one."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QMouseEvent, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QWidget

from planbench.domain.schedule import Numbers
from planbench.engines.quality.result import MetricResult
from planbench.ui import text
from planbench.ui.paint import upright
from planbench.ui.theme import current_theme
from planbench.ui.translation import tr

_STEPS = 96


def beyond(spread: Numbers, limits: Numbers, side: str) -> npt.NDArray[np.int64]:
    """How many of the values lie beyond each limit, on the side that counts."""
    ordered = np.sort(spread)
    if side == "above":
        return ordered.size - np.searchsorted(ordered, limits, side="right")
    if side == "at-or-above":
        return ordered.size - np.searchsorted(ordered, limits, side="left")
    return np.searchsorted(ordered, limits, side="left" if side == "below" else "right")


def limits_around(result: MetricResult) -> Numbers:
    """Limits worth asking about: around the one in force, as far as there are values."""
    spread, limit = result.found.spread, result.found.limit
    assert spread is not None
    assert limit is not None
    if limit > 0:
        reach = float(np.clip(np.max(spread, initial=limit), 1.5 * limit, 4 * limit))
        return np.linspace(0.0, reach, _STEPS + 1)
    low = float(np.clip(np.min(spread, initial=0.0), -60.0, -5.0))
    return np.linspace(low, 20.0, _STEPS + 1)


class ThresholdCurve(QWidget):
    """The curve; hovering reads another limit."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFixedHeight(150)
        self.setMouseTracking(True)
        self._result: MetricResult | None = None
        self._limits: Numbers = np.zeros(0)
        self._shares: Numbers = np.zeros(0)
        self._hover = -1

    def show_result(self, result: MetricResult | None) -> bool:
        """Draw for another metric; False when it has no limit on the single object."""
        found = result.found if result else None
        usable = found is not None and found.spread is not None and found.limit is not None
        usable = usable and found is not None and found.spread is not None and found.spread.size > 1
        self._result = result if usable else None
        self._hover = -1
        if usable and result is not None and found is not None and found.spread is not None:
            self._limits = limits_around(result)
            self._shares = beyond(found.spread, self._limits, found.beyond) / found.spread.size
            self.setAccessibleName(
                tr("If the limit were different: {here}").format(here=self._said(self._here()))
            )
        self.update()
        return usable

    def _here(self) -> float:
        assert self._result is not None
        assert self._result.found.limit is not None
        return self._result.found.limit

    def _share_at(self, limit: float) -> float:
        assert self._result is not None
        found = self._result.found
        assert found.spread is not None
        return float(beyond(found.spread, np.array([limit]), found.beyond)[0]) / found.spread.size

    def _unit(self) -> str:
        assert self._result is not None
        return "" if self._result.found.values_unit == "n" else f"{text.NARROW}d"

    def _said(self, limit: float) -> str:
        share = text.percent(self._share_at(limit))
        return tr("{share} at {limit}{unit}").format(
            share=share,
            limit=text.number(limit, 0 if limit == int(limit) else 1),
            unit=self._unit(),
        )

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._hover = int(event.position().x())
        self.update()

    def leaveEvent(self, event: object) -> None:
        self._hover = -1
        self.update()

    def _plot(self) -> QRectF:
        return QRectF(38, 14, self.width() - 50, self.height() - 36)

    def paintEvent(self, event: QPaintEvent) -> None:
        if self._result is None:
            return
        painter = upright(self)
        theme = current_theme()
        plot = self._plot()
        top = self._top()
        self._grid(painter, plot, top)
        low, high = float(self._limits[0]), float(self._limits[-1])

        def at(limit: float, share: float) -> QPointF:
            x = plot.left() + (limit - low) / (high - low) * plot.width()
            return QPointF(x, plot.bottom() - min(share / top, 1.0) * plot.height())

        line = [at(a, b) for a, b in zip(self._limits.tolist(), self._shares.tolist(), strict=True)]
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(theme.color("remaining-edge"), 2))
        painter.drawPolyline(QPolygonF(line))
        limit = self._here()
        if plot.left() <= self._hover <= plot.right():
            share = (self._hover - plot.left()) / plot.width()
            limit = float(round(low + share * (high - low)))
        mark = at(limit, self._share_at(limit))
        dash = QPen(theme.color("text-muted"), 1)
        dash.setDashPattern([3, 3])
        painter.setPen(dash)
        painter.drawLine(QPointF(mark.x(), plot.top()), QPointF(mark.x(), plot.bottom()))
        painter.setPen(QPen(theme.color("accent"), 2))
        painter.setBrush(theme.color("surface-raised"))
        painter.drawEllipse(mark, 4, 4)
        self._tag(painter, plot, mark, self._said(limit))

    def _top(self) -> float:
        result = self._result
        assert result is not None
        asked = result.threshold if result.unit == "ratio" and result.threshold else 0.0
        here = self._share_at(self._here())
        return min(1.0, max(1.3 * here, 2.0 * asked, 0.1))

    def _grid(self, painter: QPainter, plot: QRectF, top: float) -> None:
        theme = current_theme()
        painter.setFont(theme.font("tick", tabular=True))
        result = self._result
        assert result is not None
        if result.unit == "ratio" and result.threshold:
            height = min(result.threshold / top, 1.0) * plot.height()
            zone = QRectF(plot.left(), plot.bottom() - height, plot.width(), height)
            painter.fillRect(zone, theme.color("positive-soft"))
        for share in (0.0, 0.5, 1.0):
            y = round(plot.bottom() - share * plot.height())
            painter.fillRect(QRectF(plot.left(), y, plot.width(), 1), theme.color("border"))
            painter.setPen(theme.color("text-muted"))
            area = QRectF(0, y - 8, plot.left() - 6, 16)
            flags = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
            painter.drawText(area, flags, text.percent(share * top, 0 if top >= 0.1 else 1))
        low, high = float(self._limits[0]), float(self._limits[-1])
        for part in (0.0, 0.25, 0.5, 0.75, 1.0):
            limit = low + part * (high - low)
            x = plot.left() + part * plot.width()
            words = text.number(round(limit)) + (self._unit() if part == 1.0 else "")
            area = QRectF(x - 24, plot.bottom() + 4, 48, 14)
            if part == 1.0:
                area.moveRight(self.width())
            place = Qt.AlignmentFlag.AlignRight if part == 1.0 else Qt.AlignmentFlag.AlignHCenter
            painter.drawText(area, place, words)

    def _tag(self, painter: QPainter, plot: QRectF, mark: QPointF, words: str) -> None:
        theme = current_theme()
        painter.setFont(theme.font("small", tabular=True))
        width = painter.fontMetrics().horizontalAdvance(words) + 8
        x = mark.x() + 8 if mark.x() + 8 + width < plot.right() else mark.x() - 8 - width
        y = mark.y() - 20 if mark.y() - 20 > plot.top() - 12 else mark.y() + 6
        area = QRectF(x, y, width, 16)
        painter.fillRect(area, theme.color("surface-raised"))
        painter.setPen(theme.color("text"))
        painter.drawText(area, Qt.AlignmentFlag.AlignCenter, words)
