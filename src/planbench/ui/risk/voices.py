"""Painted parts of a card: the voices as whiskers, and the shape of the agreed range."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QWidget

from planbench.engines.risk.distributions import Distribution
from planbench.services.workshop import Opinion
from planbench.ui import paint
from planbench.ui.theme import current_theme
from planbench.ui.translation import tr

_NAMES = 150
_ROW = 34


class Voices(QWidget):
    """One line a person: best to worst case as a whisker, the likely one as a dot."""

    def __init__(self) -> None:
        super().__init__()
        self._opinions: tuple[Opinion, ...] = ()
        self._hidden = False
        self.setMinimumHeight(120)
        self.setAccessibleName(tr("Voices"))

    def show_opinions(self, opinions: Sequence[Opinion], hidden: bool) -> None:
        """Show these; `hidden` numbers the people instead of naming them."""
        self._opinions, self._hidden = tuple(opinions), hidden
        self.setMinimumHeight(max(120, len(opinions) * _ROW + 10))
        said = "; ".join(
            tr("{k}: {best:g} to {worst:g}, likely {likely:g} days").format(
                k=self._name(k), best=one.best, worst=one.worst, likely=one.likely
            )
            for k, one in enumerate(self._opinions)
        )
        self.setAccessibleName(tr("Voices: {words}").format(words=said or tr("none yet")))
        self.update()

    def _name(self, number: int) -> str:
        return (
            tr("Voice {number}").format(number=number + 1)
            if self._hidden
            else self._opinions[number].who
        )

    def sizeHint(self) -> QSize:
        return QSize(400, self.minimumHeight())

    def paintEvent(self, event: QPaintEvent) -> None:
        theme, painter = current_theme(), paint.upright(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(theme.font("prose", tabular=True))
        if not self._opinions:
            painter.setPen(theme.color("text-muted"))
            flags = (
                Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop | Qt.TextFlag.TextWordWrap
            )
            painter.drawText(
                self.rect(),
                flags,
                tr(
                    "Nobody was heard yet on this item. Imagine that it took far longer than "
                    "planned: what happened?"
                ),
            )
            return
        low = min(one.best for one in self._opinions)
        high = max(one.worst for one in self._opinions)
        span = max(high - low, 1e-9)
        left, right = _NAMES + 8.0, self.width() - 14.0

        def at(value: float) -> float:
            return left + (value - low) / span * (right - left)

        ink = theme.color("text")
        for number, one in enumerate(self._opinions):
            y = number * _ROW + _ROW / 2
            painter.setPen(ink)
            area = QRectF(0, y - 12, _NAMES, 24)
            paint.text_left(painter, self._name(number), 0, area, _NAMES)
            painter.setPen(QPen(theme.color("text-muted"), 1.6))
            painter.drawLine(QPointF(at(one.best), y), QPointF(at(one.worst), y))
            for end in (one.best, one.worst):
                painter.drawLine(QPointF(at(end), y - 6), QPointF(at(end), y + 6))
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(ink)
            painter.drawEllipse(QPointF(at(one.likely), y), 5, 5)


class RangeShape(QWidget):
    """The density of the range in the model now, and dashed the one before."""

    def __init__(self) -> None:
        super().__init__()
        self._laws: tuple[tuple[Distribution, float], ...] = ()
        self.setMinimumHeight(150)
        self.setAccessibleName(tr("Range in the model"))

    def show_laws(self, now: Distribution | None, before: Distribution | None, unit: float) -> None:
        """Show the laws; `unit` turns the values of the earlier one into days."""
        laws = [(now, 1.0)] if now is not None else []
        if before is not None:
            laws.append((before, unit))
        self._laws = tuple(laws) if now is not None else tuple(laws[:1])
        self._has_now = now is not None
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(380, 200)

    def paintEvent(self, event: QPaintEvent) -> None:
        theme, painter = current_theme(), paint.upright(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if not self._laws:
            painter.setFont(theme.font("prose"))
            painter.setPen(theme.color("text-muted"))
            flags = (
                Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop | Qt.TextFlag.TextWordWrap
            )
            painter.drawText(self.rect(), flags, tr("The model has no range for it."))
            return
        curves = [density(law, unit) for law, unit in self._laws]
        low = min(float(x[0]) for x, _ in curves)
        high = max(float(x[-1]) for x, _ in curves)
        top = max(float(y.max()) for _, y in curves)
        span = max(high - low, 1e-9)
        floor, wide = self.height() - 26.0, self.width() - 24.0

        def point(x: float, y: float) -> QPointF:
            return QPointF(12 + (x - low) / span * wide, floor - y / top * (floor - 8))

        for number, (xs, ys) in enumerate(curves):
            line = QPolygonF([point(float(x), float(y)) for x, y in zip(xs, ys, strict=True)])
            fresh = number == 0 and self._has_now
            if fresh:
                fill = QColor(theme.color("accent"))
                fill.setAlphaF(0.22)
                painter.setPen(Qt.PenStyle.NoPen)
                painter.setBrush(fill)
                painter.drawPolygon(QPolygonF([point(xs[0], 0), *line.toList(), point(high, 0)]))
            pen = QPen(theme.color("accent" if fresh else "text-muted"), 2.2 if fresh else 1.6)
            if not fresh:
                pen.setDashPattern([3, 2.5])
            painter.setPen(pen)
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawPolyline(line)
        paint.rule(painter, 12, floor, 12 + wide, "border-strong")
        painter.setFont(theme.font("small", tabular=True))
        painter.setPen(theme.color("text-muted"))
        for value in ticks(low, high):
            spot = point(value, 0)
            area = QRectF(spot.x() - 30, floor + 5, 60, 18)
            painter.drawText(area, Qt.AlignmentFlag.AlignCenter, f"{value:g}")


def density(law: Distribution, unit: float = 1.0) -> tuple[np.ndarray, np.ndarray]:
    """(values, density) of a law between its 0.1 and 99.9 %: the slope of its distribution."""
    # Closer towards both ends, where equal shares lie far apart.
    u = 0.5 - 0.499 * np.cos(np.linspace(0.0, np.pi, 241))
    x = np.asarray(law.quantile(u), dtype=np.float64) * unit
    if float(x[-1] - x[0]) <= 0:
        return np.array([x[0] - 1, x[0], x[0] + 1]), np.array([0.0, 1.0, 0.0])
    at = np.linspace(x[0], x[-1], 81)
    share = np.interp(at, np.maximum.accumulate(x), u)
    inner = np.maximum(np.diff(share), 0.0)
    middles = (at[1:] + at[:-1]) / 2
    return np.concatenate((at[:1], middles, at[-1:])), np.concatenate(([0.0], inner, [0.0]))


def ticks(low: float, high: float, most: int = 7) -> list[float]:
    """Round values between two, at most about `most`."""
    span = max(high - low, 1e-9)
    step = 10.0 ** np.floor(np.log10(span / most))
    step = next(step * k for k in (1, 2, 5, 10) if span / (step * k) <= most)
    first = np.ceil(low / step)
    return [float(k * step) for k in np.arange(first, np.floor(high / step) + 1)]
