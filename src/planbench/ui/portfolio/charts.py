"""The frontier and the bubble chart."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QFontMetricsF

from planbench.engines.portfolio.frontier import Point, efficient
from planbench.ui.portfolio.words import money
from planbench.ui.theme import current_theme
from planbench.ui.translation import tr
from planbench.ui.widgets.chart import Chart, pen


@dataclass(frozen=True)
class Mark:
    """A named plan on the frontier chart; the strong one is on the table."""

    name: str
    cost: float
    value: float
    strong: bool = False


class FrontierChart:
    """The best value at each cost, and where plans stand below it.

    `chosen(point)` is called when a point of the frontier was clicked.
    """

    def __init__(self, chosen: Callable[[Point], None]) -> None:
        self.chart = Chart(tr("Efficient frontier"))
        self.chart.widget.viewport().setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.points: tuple[Point, ...] = ()
        self.marks: list[Mark] = []
        self._chosen = chosen
        self._budget: float | None = None
        self._unit = ""

    def show_points(
        self, points: Sequence[Point], marks: Sequence[Mark], unit: str, budget: float | None
    ) -> None:
        """Draw another frontier with the plans beside it."""
        self.points, self.marks = tuple(efficient(points)), list(marks)
        self._unit, self._budget = unit, budget
        self.chart.painted(self._draw)

    def _draw(self, chart: Chart) -> None:
        import pyqtgraph as pg

        theme, plot = current_theme(), chart.plot
        cost = [point.cost for point in self.points]
        value = [point.value for point in self.points]
        every = [*cost, *(mark.cost for mark in self.marks)]
        heights = [*value, *(mark.value for mark in self.marks)]
        if not every:
            return
        low, high = min(every), max([*every, self._budget or 0.0])
        bottom, top = min(heights), max(heights)
        wide, tall = max(high - low, 1.0), max(top - bottom, 1.0)
        plot.setXRange(low - 0.06 * wide, high + 0.1 * wide, padding=0)
        plot.setYRange(bottom - 0.1 * tall, top + 0.16 * tall, padding=0)
        if cost:
            fill = QColor(theme.sequential[0])
            floor = bottom - 0.1 * tall
            plot.plot(cost, value, pen=pen("accent", 2.0), fillLevel=floor, brush=QBrush(fill))
            plot.addItem(self._dots(pg))
        if self._budget is not None:
            span = [bottom - 0.1 * tall, top + 0.1 * tall]
            plot.plot([self._budget] * 2, span, pen=pen("text", 1.0, "reference"))
        for mark in self.marks:
            self._spot(chart, mark)
        frame = (low - 0.06 * wide, bottom - 0.1 * tall, 1.16 * wide, 1.26 * tall)
        self._names(chart, frame)
        plot.setLabel("bottom", tr("Forward cost, {unit}").format(unit=self._unit), **_ink())
        plot.setLabel("left", tr("Value, {unit}").format(unit=self._unit), **_ink())

    def _dots(self, pg: Any) -> Any:
        dots = pg.ScatterPlotItem(
            [point.cost for point in self.points],
            [point.value for point in self.points],
            size=7,
            pen=pen("accent", 1.5),
            brush=QBrush(current_theme().color("surface-raised")),
            hoverable=True,
            hoverSize=11,
            data=list(self.points),
            tip=_point_words,
        )
        dots.sigClicked.connect(lambda _dots, spots, *_more: self._clicked(spots))
        return dots

    def _clicked(self, spots: Any) -> None:
        if len(spots):
            self._chosen(spots[0].data())

    def _spot(self, chart: Chart, mark: Mark) -> None:
        import pyqtgraph as pg

        theme = current_theme()
        spot = pg.ScatterPlotItem(
            [mark.cost],
            [mark.value],
            size=13 if mark.strong else 10,
            symbol="o" if mark.strong else "d",
            pen=pen("accent" if mark.strong else "text-muted", 1.5),
            brush=QBrush(theme.color("accent" if mark.strong else "surface-raised")),
            hoverable=True,
            tip=lambda x, y, data: tr("{name}: {y} for {x}").format(
                name=mark.name, y=money(y), x=money(x)
            ),
        )
        spot.setZValue(5)
        chart.plot.addItem(spot)

    def _names(self, chart: Chart, frame: tuple[float, float, float, float]) -> None:
        """Names of the plans where there is room; one without room is left to its tooltip."""
        metrics = QFontMetricsF(current_theme().font("small", tabular=True))
        room = _room(chart)
        spots = {mark: _spot(room, frame, mark.cost, mark.value) for mark in self.marks}
        taken = [QRectF(p.x() - 6, p.y() - 6, 12, 12) for p in spots.values()]
        for mark in sorted(self.marks, key=lambda one: not one.strong):
            words = f"{mark.name}, {money(mark.value)}"
            wide = metrics.horizontalAdvance(words) + (16 if mark.strong else 10)
            for anchor in _ANCHORS:
                at = spots[mark]
                box = QRectF(at.x() - anchor[0] * wide, at.y() - anchor[1] * 18, wide, 18)
                if room.contains(box) and not any(box.intersects(other) for other in taken):
                    label = chart.label(words, "text", strong=mark.strong, anchor=anchor)
                    label.setPos(mark.cost, mark.value)
                    label.setZValue(6)
                    chart.plot.addItem(label, ignoreBounds=True)
                    taken.append(box)
                    break


_ANCHORS = ((1.05, 1.35), (0.5, 1.4), (-0.05, 1.35), (0.5, -0.4), (1.05, -0.3), (-0.08, 0.5))
"""Where a name may stand by its point, the best place first: above at the left."""


def _room(chart: Chart) -> QRectF:
    """About the pixels between the axes of a chart."""
    wide, high = chart.widget.width() - 70.0, chart.widget.height() - 60.0
    return QRectF(0, 0, max(160.0, wide), max(80.0, high))


def _spot(room: QRectF, frame: tuple[float, float, float, float], x: float, y: float) -> QPointF:
    """Where a point lies in the room; `frame` is left, bottom, width and height in its units."""
    return QPointF(
        (x - frame[0]) / frame[2] * room.width(),
        room.height() - (y - frame[1]) / frame[3] * room.height(),
    )


def _ink() -> dict[str, str]:
    return {"color": current_theme().hex("text-muted"), "font-size": "10px"}


def _point_words(x: float, y: float, data: Any) -> str:
    gap = (
        tr(", proven within {words:.1f} %").format(words=100 * data.gap) if data is not None else ""
    )
    return tr("{y} for {x}{gap}. Click to put this plan on the table.").format(
        y=money(y), x=money(x), gap=gap
    )


@dataclass(frozen=True)
class Bubble:
    """A project on the bubble chart."""

    project: str
    name: str
    risk: float
    value: float
    cost: float
    colour: QColor
    going: bool


class BubbleChart:
    """Risk across, value upwards, cost as area, bucket as colour; dashed where not in the plan."""

    def __init__(self, chosen: Callable[[str], None]) -> None:
        self.chart = Chart(tr("Risk and value of the projects"))
        self.chart.widget.viewport().setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.bubbles: list[Bubble] = []
        self._chosen = chosen
        self._axis, self._current = "", ""

    def show_bubbles(self, bubbles: Sequence[Bubble], axis: str, current: str) -> None:
        """Draw other projects; `axis` says what `value` is."""
        self.bubbles = sorted(bubbles, key=lambda one: -one.cost)
        self._axis, self._current = axis, current
        self.again()

    def again(self) -> None:
        """Draw once more: where names have room depends on the size."""
        self.chart.painted(self._draw)

    def _draw(self, chart: Chart) -> None:
        import pyqtgraph as pg

        if not self.bubbles:
            return
        plot = chart.plot
        most = max(one.cost for one in self.bubbles) or 1.0
        top = max(one.value for one in self.bubbles)
        bottom = min(0.0, *(one.value for one in self.bubbles))
        right = max(one.risk for one in self.bubbles)
        tall, wide = max(top - bottom, 1e-9), max(right, 0.1)
        plot.setXRange(-0.09 * wide, right + 0.22 * wide, padding=0)
        plot.setYRange(bottom - 0.16 * tall, top + 0.16 * tall, padding=0)
        plot.plot([-wide, 2 * wide], [0, 0], pen=pen("border-strong", 1.0))
        for one in self.bubbles:
            fill = QColor(one.colour)
            fill.setAlphaF(0.62 if one.going else 0.1)
            edge = pen(one.colour, 2.5 if one.project == self._current else 1.2)
            if not one.going:
                edge = pen(one.colour, 1.2, "reference")
            spot = pg.ScatterPlotItem(
                [one.risk],
                [one.value],
                size=12 + 48 * (one.cost / most) ** 0.5,
                pen=edge,
                brush=QBrush(fill),
                hoverable=True,
                data=[one],
                tip=lambda x, y, data: _bubble_words(data),
            )
            spot.sigClicked.connect(lambda _spot, spots, *_more: self._clicked(spots))
            plot.addItem(spot)
        frame = (-0.09 * wide, bottom - 0.16 * tall, right + 0.31 * wide, 1.32 * tall)
        self._names(chart, frame, most)
        for words, x, y, place in (
            ("pearls", -0.08 * wide, top + 0.15 * tall, (0, 0)),
            ("oysters", right + 0.21 * wide, top + 0.15 * tall, (1, 0)),
            (tr("bread and butter"), -0.08 * wide, bottom - 0.15 * tall, (0, 1)),
            (tr("white elephants"), right + 0.21 * wide, bottom - 0.15 * tall, (1, 1)),
        ):
            label = chart.label(words, "text-muted", anchor=place)
            label.setPos(x, y)
            plot.addItem(label, ignoreBounds=True)
        axis = plot.getAxis("bottom")
        axis.enableAutoSIPrefix(False)
        axis.setTicks([[(k / 10, f"{10 * k} %") for k in range(11)]])
        plot.setLabel("bottom", tr("Chance of failure"), **_ink())
        plot.setLabel("left", self._axis, **_ink())

    def _names(self, chart: Chart, frame: tuple[float, float, float, float], most: float) -> None:
        """Names in their bubbles or beside them, the costliest first; without room none."""
        metrics = QFontMetricsF(current_theme().font("small", tabular=True))
        room, taken = _room(chart), list[QRectF]()
        for one in sorted(self.bubbles, key=lambda b: (b.project != self._current, -b.cost)):
            radius = 6 + 24 * (one.cost / most) ** 0.5
            at = _spot(room, frame, one.risk, one.value)
            size = metrics.horizontalAdvance(one.name) + 8, metrics.height() + 8
            beside = radius + size[0] / 2
            inside = [(0.0, 0.0)] if 2 * radius >= size[0] - 6 else []
            offsets = [
                *inside,
                (0.0, -radius - 8),
                (beside, 0.0),
                (0.0, radius + 8),
                (-beside, 0.0),
            ]
            for dx, dy in offsets:
                box = QRectF(0, 0, size[0], size[1] - 8)  # the letters without their margin
                box.moveCenter(at + QPointF(dx, dy))
                if room.contains(box) and not any(box.intersects(other) for other in taken):
                    ink = "text" if one.going else "text-muted"
                    place = (0.5 - dx / size[0], 0.5 - dy / size[1])
                    label = chart.label(one.name, ink, anchor=place)
                    label.setPos(one.risk, one.value)
                    label.setZValue(6)
                    chart.plot.addItem(label, ignoreBounds=True)
                    taken.append(box)
                    break

    def _clicked(self, spots: Any) -> None:
        if len(spots):
            self._chosen(spots[0].data().project)


def _bubble_words(one: Bubble) -> str:
    place = "" if one.going else tr(" Not in the plan.")
    return tr(
        "{name}: {value} upwards, cost {cost}, chance of failure {words:.0f} %.{place}"
    ).format(
        name=one.name,
        value=money(one.value),
        cost=money(one.cost),
        words=100 * one.risk,
        place=place,
    )
