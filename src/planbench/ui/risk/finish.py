"""The chart of a simulated finish: share of runs by date, and how sure each date is."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QBrush, QGuiApplication
from PySide6.QtWidgets import QMenu

from planbench.domain.times import DAY
from planbench.engines.risk.result import RiskResult, nearest_rank
from planbench.ui import text
from planbench.ui.theme import current_theme
from planbench.ui.translation import tr
from planbench.ui.widgets.chart import Chart, pen

MARKED = (10, 50, 80, 90)
"""Percentiles with a ring, a drop line and a tag."""

_BARS = 60


class FinishChart:
    """Histogram and S-curve of the project or of one watched activity.

    `chart.widget` goes into a layout. Hovering reads a date and its confidence; the right button
    copies the picture or the data.
    """

    def __init__(self) -> None:
        self.chart = Chart(tr("Distribution of the finish"), dates=True, right_axis=True)
        self._result: RiskResult | None = None
        self._watched = ""
        self._other: Any = None
        self._values: Any = np.zeros(0, dtype=np.int64)
        self._top = 1.0
        self._hover: Any = None
        self.chosen: Callable[[float], None] | None = None  # told the date of a click
        widget = self.chart.widget
        widget.viewport().setFocusPolicy(Qt.FocusPolicy.NoFocus)  # the tables tell the same
        widget.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        widget.customContextMenuRequested.connect(self._menu)
        widget.scene().sigMouseMoved.connect(self._moved)
        widget.scene().sigMouseClicked.connect(self._clicked)

    def show_result(
        self, result: RiskResult | None, watched: str = "", other: RiskResult | None = None
    ) -> None:
        """Draw another result; the curve of the run it is compared with is dashed."""
        self._result, self._watched, self._other = result, watched, None
        if other is not None:
            self._other = np.sort(other.watch[watched] if watched else other.finish)
        if result is not None:
            self._values = np.sort(result.watch[watched] if watched else result.finish)
        self.chart.painted(self._draw)

    @property
    def deterministic(self) -> int:
        """The calculated finish of what is shown."""
        assert self._result is not None
        if self._watched:
            return self._result.watch_deterministic[self._watched]
        return self._result.deterministic

    def reading(self, minute: float) -> str:
        """What hovering over a date says."""
        share = float(np.searchsorted(self._values, minute, side="right")) / self._values.size
        return tr("{minute}: {share} of the runs finish by then").format(
            minute=text.long_date(int(minute)), share=share_words(share)
        )

    def _span(self) -> tuple[float, float]:
        low, high = float(self._values[0]), float(self._values[-1])
        low = min(low, float(self.deterministic))
        if self._other is not None:
            low = min(low, float(nearest_rank(self._other, 0.5)))
        high = max(high, low + DAY)
        # a far tail of a few runs may not squeeze the rest
        most = float(nearest_rank(self._values, 99.5))
        high = min(high, most + 0.15 * (most - low)) if most > low else high
        if self._other is not None:
            high = max(high, float(nearest_rank(self._other, 99.5)))
        room = 0.04 * (high - low)
        return low - room, high + room

    def _draw(self, chart: Chart) -> None:
        if self._result is None:
            return
        import pyqtgraph as pg

        theme = current_theme()
        low, high = self._span()
        width = max((high - low) / _BARS, 1.0)
        width = max(round(width / DAY), 1) * DAY if width > DAY / 2 else width
        first = low // width * width
        edges = np.arange(first, high + width, width)
        counts, _ = np.histogram(self._values, edges)
        shares = counts / self._values.size * 100.0
        self._top = max(float(shares.max(initial=0.0)) * 1.12, 1e-9)
        bars = pg.BarGraphItem(
            x0=edges[:-1],
            width=width * 0.94,
            y0=0,
            height=shares,
            pen=pg.mkPen(None),
            brush=QBrush(theme.sequential[2]),
        )
        chart.plot.addItem(bars)
        if self._other is not None:
            self._curve(chart, self._other, pen("text-muted", 2.0, "pre"))
        self._curve(chart, self._values, pen("accent", 2.5))
        chart.plot.setXRange(low, high, padding=0)
        chart.plot.setYRange(0, self._top * 1.12, padding=0)
        right = chart.plot.getAxis("right")
        right.setGrid(False)  # the grid is that of the left axis
        right.setTicks([[(self._top * k / 5, f"{20 * k}{text.NARROW}%") for k in range(6)]])
        chart.plot.getAxis("left").setTicks([_left_ticks(self._top)])
        self._reference(chart)
        for level in MARKED:
            self._mark(chart, level, low, high)
        self._hover = chart.label("", "text-muted", anchor=(0, 0))
        self._hover.setPos(low + 0.3 * (high - low), self._top * 1.12)
        self._hover.setZValue(30)
        chart.plot.addItem(self._hover, ignoreBounds=True)

    def _curve(self, chart: Chart, values: Any, line: Any) -> None:
        step = max(values.size // 600, 1)
        at = np.append(np.arange(0, values.size, step), values.size - 1)
        shares = (at + 1) / values.size * self._top
        chart.plot.plot(values[at].astype(float), shares, pen=line)

    def _reference(self, chart: Chart) -> None:
        """The calculated finish as an upright dashed line with its name."""
        at = float(self.deterministic)
        line = pen("text-muted", 1.25, "reference")
        chart.plot.plot([at, at], [0, self._top], pen=line)
        label = chart.label(
            tr("Plan {at}").format(at=text.date(int(at))), "text-muted", anchor=(0, 1)
        )
        label.setPos(at, self._top * 0.995)
        chart.plot.addItem(label, ignoreBounds=True)

    def _mark(self, chart: Chart, level: int, low: float, high: float) -> None:
        import pyqtgraph as pg

        theme = current_theme()
        at = nearest_rank(self._values, level)
        height = level / 100.0 * self._top
        if not low <= at <= high:
            return
        chart.plot.plot([float(at)] * 2, [0, height], pen=pen("accent", 1.0))
        ring = pg.ScatterPlotItem(
            [float(at)],
            [height],
            size=9,
            pen=pen("accent", 2.0),
            brush=QBrush(theme.color("surface-raised")),
        )
        ring.setZValue(20)
        chart.plot.addItem(ring)
        left = level == 80 or at > low + 0.8 * (high - low)  # P80 beside P90, not below it
        tag = chart.label(
            f"P{level}  {text.long_date(at)}",
            strong=level in (50, 80),
            anchor=(1.06 if left else -0.06, 0.5),
            fill=QBrush(theme.color("surface-raised")),
            border=pen("border-strong", 1.0),
        )
        tag.setPos(float(at), height)
        tag.setZValue(25)
        chart.plot.addItem(tag, ignoreBounds=True)

    def _moved(self, point: QPointF) -> None:
        if self._hover is None or self._result is None:
            return
        box = self.chart.plot.vb
        inside = box.sceneBoundingRect().contains(point)
        self._hover.setText(self.reading(box.mapSceneToView(point).x()) if inside else "")

    def _clicked(self, event: Any) -> None:
        box = self.chart.plot.vb
        point = event.scenePos()
        inside = box.sceneBoundingRect().contains(point)
        if inside and self.chosen is not None and self._result is not None:
            self.chosen(box.mapSceneToView(point).x())

    def _menu(self, point: Any) -> None:
        menu = QMenu(self.chart.widget)
        menu.addAction(tr("Copy picture"), self.chart.copy_picture)
        menu.addAction(tr("Copy data"), self.copy_data)
        menu.exec(self.chart.widget.mapToGlobal(point))

    def copy_data(self) -> None:
        """Put the percentiles on the clipboard, one a line."""
        lines = [tr("Confidence %\tFinish")]
        lines += [
            f"{level}\t{text.long_date(nearest_rank(self._values, level))}"
            for level in range(1, 101)
        ]
        QGuiApplication.clipboard().setText("\n".join(lines))


def share_words(share: float) -> str:
    """A share of runs; what is small but there never reads as nothing."""
    if 0 < share < 0.001:
        return tr("less than 0.1{narrow}%").format(narrow=text.NARROW)
    return text.percent(share)


def _left_ticks(top: float) -> list[tuple[float, str]]:
    """Round percentages of runs up to the top."""
    for step in (0.5, 1, 2, 5, 10, 20, 25, 50):
        if top / step <= 6:
            break
    ticks = np.arange(0.0, top + step / 1000, step).tolist()
    return [(at, f"{at:g}{text.NARROW}%") for at in ticks]
