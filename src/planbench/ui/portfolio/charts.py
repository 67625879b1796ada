"""The frontier and the bubble chart."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtGui import QBrush, QColor

from planbench.engines.portfolio.frontier import Point, efficient
from planbench.ui.portfolio.words import money
from planbench.ui.theme import current_theme
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
        self.chart = Chart("Efficient frontier")
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
        placed: list[tuple[float, float]] = []
        for mark in sorted(self.marks, key=lambda one: not one.strong):
            self._mark(chart, mark, placed, wide, tall)
        plot.setLabel("bottom", f"Forward cost, {self._unit}", **_ink())
        plot.setLabel("left", f"Value, {self._unit}", **_ink())

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

    def _mark(
        self,
        chart: Chart,
        mark: Mark,
        placed: list[tuple[float, float]],
        wide: float,
        tall: float,
    ) -> None:
        import pyqtgraph as pg

        theme = current_theme()
        spot = pg.ScatterPlotItem(
            [mark.cost],
            [mark.value],
            size=13 if mark.strong else 10,
            symbol="o" if mark.strong else "d",
            pen=pen("accent" if mark.strong else "text-muted", 1.5),
            brush=QBrush(theme.color("accent" if mark.strong else "surface-raised")),
        )
        spot.setZValue(5)
        chart.plot.addItem(spot)
        near = sum(
            abs(mark.cost - x) < 0.25 * wide and abs(mark.value - y) < 0.08 * tall
            for x, y in placed
        )
        placed.append((mark.cost, mark.value))
        words = f"{mark.name}, {money(mark.value)}"
        label = chart.label(words, "text", strong=mark.strong, anchor=(1.04, 0.6 - 1.1 * near))
        if near or mark.cost < sum(self._ends()) / 2:
            label = chart.label(words, "text", strong=mark.strong, anchor=(-0.04, 0.4 - 1.1 * near))
        label.setPos(mark.cost, mark.value)
        label.setZValue(6)
        chart.plot.addItem(label, ignoreBounds=True)

    def _ends(self) -> tuple[float, float]:
        every = [*(p.cost for p in self.points), *(m.cost for m in self.marks)]
        return min(every), max(every)


def _ink() -> dict[str, str]:
    return {"color": current_theme().hex("text-muted"), "font-size": "10px"}


def _point_words(x: float, y: float, data: Any) -> str:
    gap = f", proven within {100 * data.gap:.1f} %" if data is not None else ""
    return f"{money(y)} for {money(x)}{gap}. Click to put this plan on the table."


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
        self.chart = Chart("Risk and value of the projects")
        self.chart.widget.viewport().setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.bubbles: list[Bubble] = []
        self._chosen = chosen
        self._axis, self._current = "", ""

    def show_bubbles(self, bubbles: Sequence[Bubble], axis: str, current: str) -> None:
        """Draw other projects; `axis` says what `value` is."""
        self.bubbles = sorted(bubbles, key=lambda one: -one.cost)
        self._axis, self._current = axis, current
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
        for one in self.bubbles:
            label = chart.label(one.name, "text" if one.going else "text-muted", anchor=(0.5, 0.5))
            label.setPos(one.risk, one.value + (0.0 if one.cost > 0.25 * most else 0.055 * tall))
            plot.addItem(label, ignoreBounds=True)
        for words, x, y, place in (
            ("pearls", -0.08 * wide, top + 0.15 * tall, (0, 0)),
            ("oysters", right + 0.21 * wide, top + 0.15 * tall, (1, 0)),
            ("bread and butter", -0.08 * wide, bottom - 0.15 * tall, (0, 1)),
            ("white elephants", right + 0.21 * wide, bottom - 0.15 * tall, (1, 1)),
        ):
            label = chart.label(words, "text-muted", anchor=place)
            label.setPos(x, y)
            plot.addItem(label, ignoreBounds=True)
        axis = plot.getAxis("bottom")
        axis.enableAutoSIPrefix(False)
        axis.setTicks([[(k / 10, f"{10 * k} %") for k in range(11)]])
        plot.setLabel("bottom", "Chance of failure", **_ink())
        plot.setLabel("left", self._axis, **_ink())

    def _clicked(self, spots: Any) -> None:
        if len(spots):
            self._chosen(spots[0].data().project)


def _bubble_words(one: Bubble) -> str:
    place = "" if one.going else " Not in the plan."
    return (
        f"{one.name}: {money(one.value)} upwards, cost {money(one.cost)}, "
        f"chance of failure {100 * one.risk:.0f} %.{place}"
    )
