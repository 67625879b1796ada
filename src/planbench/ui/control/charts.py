"""The two pictures of Control: value over time, and where the updates stand in the bull's-eye."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtGui import QBrush, QColor

from planbench.services.control import ControlReport
from planbench.ui import text
from planbench.ui.control.words import Money
from planbench.ui.theme import current_theme
from planbench.ui.translation import tr
from planbench.ui.widgets.chart import Chart, pen

PLANNED, EARNED, ACTUAL = "text-muted", "accent", "warning"
"""Colour roles of the three curves."""


def _quiet(chart: Chart) -> None:
    chart.widget.viewport().setFocusPolicy(Qt.FocusPolicy.NoFocus)


class ValueChart:
    """Planned value as a curve, earned value and actual cost as the updates measured them."""

    def __init__(self) -> None:
        self.chart = Chart(tr("Planned, earned and actual value over time"), dates=True)
        self._report: ControlReport | None = None
        self._money = Money(1.0, "")
        _quiet(self.chart)

    def show_report(self, report: ControlReport, money: Money) -> None:
        """Draw another report."""
        self._report, self._money = report, money
        self.chart.painted(self._draw)

    def _draw(self, chart: Chart) -> None:
        report, factor = self._report, self._money.factor
        if report is None:
            return
        measured = report.measured
        plot, time = chart.plot, measured.curve_time.astype(float)
        self._bands(chart)
        plot.plot(time, measured.curve_pv / factor, pen=pen(PLANNED, 2.0))
        if report.forecast.size:
            ahead = report.forecast_time.astype(float)
            plot.plot(ahead, report.forecast / factor, pen=pen(ACTUAL, 2.0, "forecast"))
        dates = np.array([point.data_date for point in report.history], dtype=float)
        earned = np.array([point.values.ev for point in report.history]) / factor
        actual = np.array([point.values.ac for point in report.history]) / factor
        self._line(chart, dates, actual, ACTUAL)
        self._line(chart, dates, earned, EARNED)
        fan = report.fan
        highest = [] if fan is None else [float(fan.high[-1])]
        top = max([measured.values.bac, *report.forecast.tolist(), *highest]) / factor
        first = float(measured.start)
        ends = report.forecast_time if fan is None else fan.time
        last = float(max([measured.finish, *report.forecast_time.tolist(), *ends.tolist()]))
        plot.setXRange(first, last + 0.02 * (last - first), padding=0)
        plot.setYRange(0, top * 1.12, padding=0)
        budget = measured.values.bac / factor
        plot.plot([first, last], [budget] * 2, pen=pen("text-muted", 1.0, "reference"))
        now = float(report.data_date)
        plot.plot([now, now], [0, top * 1.04], pen=pen("accent", 1.25))
        self._write(
            chart,
            tr("Data date {data_date}").format(data_date=text.date(report.data_date)),
            now,
            top * 1.11,
            (0.5, 0),
        )
        self._write(
            chart,
            tr("Budget {bac}").format(bac=self._money.of(measured.values.bac)),
            first,
            budget,
            (0, 1),
        )
        if report.forecast.size:
            end = report.forecast[-1] / factor
            at = float(report.forecast_time[-1])
            self._write(
                chart, tr("Forecast {eac}").format(eac=self._money.of(report.eac)), at, end, (1, 1)
            )

    def _bands(self, chart: Chart) -> None:
        """Between early and late dates of the plan, and between P10 and P90 of the forecast."""
        import pyqtgraph as pg

        report, factor = self._report, self._money.factor
        assert report is not None
        bands = []
        if report.early is not None and report.late is not None:
            bands.append((report.measured.curve_time, report.late, report.early, PLANNED, 34))
        if report.fan is not None:
            bands.append((report.fan.time, report.fan.low, report.fan.high, ACTUAL, 52))
        for time, low, high, role, strength in bands:
            fill = QColor(current_theme().color(role))  # a copy: the theme's own stays as it is
            fill.setAlpha(strength)
            ends = [pg.PlotDataItem(time.astype(float), edge / factor) for edge in (low, high)]
            for edge in ends:
                edge.setPen(None)
                chart.plot.addItem(edge)
            chart.plot.addItem(pg.FillBetweenItem(*ends, brush=QBrush(fill)))

    def _line(self, chart: Chart, dates: Any, values: Any, role: str) -> None:
        import pyqtgraph as pg

        chart.plot.plot(dates, values, pen=pen(role, 2.0))
        dots = pg.ScatterPlotItem(
            dates,
            values,
            size=7,
            pen=pen(role, 2.0),
            brush=QBrush(current_theme().color("surface-raised")),
        )
        chart.plot.addItem(dots)

    def _write(
        self, chart: Chart, words: str, x: float, y: float, anchor: tuple[float, float]
    ) -> None:
        label = chart.label(words, "text", strong=True, anchor=anchor)
        label.setPos(x, y)
        chart.plot.addItem(label, ignoreBounds=True)


class BullsEye:
    """SPI(t) across, CPI upwards; the path of the updates, the last one filled."""

    def __init__(self) -> None:
        self.chart = Chart(tr("Schedule and cost index of the updates"))
        self._report: ControlReport | None = None
        _quiet(self.chart)

    def show_report(self, report: ControlReport) -> None:
        """Draw another report."""
        self._report = report
        self.chart.painted(self._draw)

    def _points(self) -> list[tuple[float, float, int]]:
        points = self._report.history if self._report is not None else ()
        return [
            (point.spi_t, point.values.cpi, point.data_date)
            for point in points
            if point.spi_t is not None and point.values.cpi is not None
        ]

    def _draw(self, chart: Chart) -> None:
        import pyqtgraph as pg

        theme, plot, points = current_theme(), chart.plot, self._points()
        reach = max([0.2, *(max(abs(s - 1), abs(c - 1)) * 1.15 for s, c, _ in points)])
        # Both at once: with a locked aspect the second of two calls would undo the first.
        plot.setAspectLocked(True)
        plot.setRange(xRange=(1 - reach, 1 + reach), yRange=(1 - reach, 1 + reach), padding=0)
        for radius in (0.15, 0.10, 0.05):
            turn = np.linspace(0, 2 * math.pi, 90)
            plot.plot(
                1 + radius * np.cos(turn), 1 + radius * np.sin(turn), pen=pen("border-strong", 1.0)
            )
        for ends in (([1 - 9, 1 + 9], [1, 1]), ([1, 1], [1 - 9, 1 + 9])):
            plot.plot(*ends, pen=pen("text-muted", 1.25))
        for words, x, y, anchor in (
            (tr("late, under cost"), -1, 1, (0, 0)),
            (tr("early, under cost"), 1, 1, (1, 0)),
            (tr("late, over cost"), -1, -1, (0, 1)),
            (tr("early, over cost"), 1, -1, (1, 1)),
        ):
            label = chart.label(words, "text-muted", anchor=anchor)
            label.setPos(1 + x * reach, 1 + y * reach)
            plot.addItem(label, ignoreBounds=True)
        plot.setLabel("bottom", tr("Schedule index, SPI(t)"), color=theme.hex("text-muted"))
        plot.setLabel("left", tr("Cost index, CPI"), color=theme.hex("text-muted"))
        if not points:
            return
        across, up = [p[0] for p in points], [p[1] for p in points]
        plot.plot(across, up, pen=pen("accent", 1.5))
        fill = [QBrush(theme.color("surface-raised"))] * (len(points) - 1)
        dots = pg.ScatterPlotItem(
            across,
            up,
            size=[8] * (len(points) - 1) + [12],
            pen=pen("accent", 2.0),
            brush=[*fill, QBrush(theme.color("accent"))],
        )
        plot.addItem(dots)
        label = chart.label(text.date(points[-1][2]), "text", strong=True, anchor=(1.15, 0.5))
        label.setPos(across[-1], up[-1])
        plot.addItem(label, ignoreBounds=True)
