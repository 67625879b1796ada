"""The second card of the results: how cost, time, runs and merges lie behind the curve."""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtGui import QBrush, QColor
from PySide6.QtWidgets import QSizePolicy, QStackedWidget

from planbench.domain.times import DAY, from_datetime, to_datetime
from planbench.engines.risk.cost import CostResult
from planbench.engines.risk.result import (
    RiskResult,
    convergence,
    nearest_rank,
)
from planbench.engines.risk.spending import Bands
from planbench.services.document import Document
from planbench.services.risk_watch import Spread
from planbench.ui import text
from planbench.ui.risk.finish import share_words
from planbench.ui.risk.plot_tables import PlotTable
from planbench.ui.risk.spread import draw_spread
from planbench.ui.theme import current_theme
from planbench.ui.translation import tr
from planbench.ui.widgets import Label, TableView
from planbench.ui.widgets.chart import Chart, pen

COST, SETTLED, MERGES, RESERVE, FLOW, LOAD, ACTIONS, CORRELATION, LASTS, SLACK, SPENT = (
    tr("Cost and time"),
    tr("Convergence"),
    tr("Merges"),
    tr("Contingency"),
    tr("Cash flow"),
    tr("Resources"),
    tr("Actions"),
    tr("Correlation"),
    tr("Duration"),
    tr("Float"),
    tr("Total cost"),
)

NOTES = {
    COST: tr("each dot a run, the line meets both in 70 %"),
    SETTLED: tr("P80 after so many runs, with its 95 % interval"),
    MERGES: tr("working days lost where links meet: mean of the latest less the latest mean"),
    RESERVE: tr("what each policy sets aside beyond the plan"),
    FLOW: tr("spent by the end of each month: P10 to P90, median, and the plan dashed"),
    LOAD: tr("units by month: P10 to P90, median, and the plan dashed"),
    ACTIONS: tr("before and after the actions, same random numbers"),
    LASTS: tr("of the watched or selected activity; percentiles with half of their 95 % interval"),
    SLACK: tr("total float of the watched or selected activity, the least of a WBS element"),
    SPENT: tr("runs and confidence by total cost, percentiles with half of their 95 % interval"),
    CORRELATION: tr("asked and achieved by ranks; bold where the asked ones contradict each other"),
}


def plots_of(document: Document, result: RiskResult) -> list[str]:
    """What the card can show of a run."""
    model = document.risk_model
    found = [SETTLED, LASTS, SLACK, MERGES, RESERVE]
    if result.cost is not None:
        found += [SPENT, COST, FLOW]
    if len(document.schedule.assignments):
        found.append(LOAD)
    if model is not None and any(risk.mitigated for risk in model.risks):
        found.append(ACTIONS)
    if result.correlated:
        found.append(CORRELATION)
    return found


_DOTS = 1500
_DATES, _RUNS, _VALUES = "dates", "runs", "values"  # what a horizontal axis shows


class Plots(QStackedWidget):
    """A chart or a table, whichever the choice needs."""

    def __init__(self) -> None:
        super().__init__()
        # a chart would like more room than there is; the finish above comes first
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Ignored)
        self.setMinimumHeight(100)
        self.model = PlotTable()
        self.table = TableView(tr("Details of the simulation"))
        self.table.setModel(self.model)
        self.addWidget(self.table)
        self._words = Label("", "body", "text-muted", wrap=True)
        self._words.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._words.setMargin(16)
        self.addWidget(self._words)
        self._charts: dict[str, Chart] = {}

    def _chart(self, axis: str) -> Chart:
        """The chart for one kind of horizontal axis: each keeps labels and ticks of its own."""
        if axis not in self._charts:
            self._charts[axis] = Chart(tr("Details of the simulation"), dates=axis == _DATES)
            widget = self._charts[axis].widget
            widget.viewport().setFocusPolicy(Qt.FocusPolicy.NoFocus)
            self.addWidget(widget)
        return self._charts[axis]

    def show_table(self) -> None:
        """Show the table as it was filled."""
        self.table.apply_columns()
        self.setCurrentWidget(self.table)

    def show_words(self, words: str) -> None:
        """Say why there is nothing to see."""
        self._words.setText(words)
        self.setCurrentWidget(self._words)

    def show_cost(self, cost: CostResult) -> None:
        """Scatter of the runs with the lines that both are met at."""
        chart = self._chart(_DATES)
        self.setCurrentWidget(chart.widget)
        chart.painted(lambda one: _draw_cost(one, cost))

    def show_settled(self, result: RiskResult, watched: str) -> None:
        """P80 over ever more runs."""
        values = result.watch[watched] if watched else result.finish
        chart = self._chart(_RUNS)
        self.setCurrentWidget(chart.widget)
        chart.painted(lambda one: _draw_settled(one, values))

    def show_spread(self, spread: Spread) -> None:
        """Histogram and S-curve of a duration, a float or the cost."""
        chart = self._chart(_VALUES)
        self.setCurrentWidget(chart.widget)
        chart.painted(lambda one: draw_spread(one, spread))

    def show_flow(self, flow: Bands) -> None:
        """Cumulative cost by month."""
        chart = self._chart(_DATES)
        self.setCurrentWidget(chart.widget)
        chart.painted(lambda one: _draw_flow(one, flow))

    def show_load(self, load: Bands) -> None:
        """Units of a resource by month."""
        chart = self._chart(_DATES)
        self.setCurrentWidget(chart.widget)
        chart.painted(lambda one: _draw_load(one, load))


def joint_line(cost: CostResult, joint: float, points: int = 40) -> tuple[list[int], list[float]]:
    """(dates, costs) of the pairs whose joint confidence is as wanted.

    For every date from the first that can be the least cost which this share of all runs keeps
    together with the date.
    """
    order = np.sort(cost.finish)
    n = order.size
    need = int(np.ceil(joint * n - 1e-9))
    dates, costs = [], []
    for place in np.linspace(need - 1, n - 1, points).astype(np.int64).tolist():
        inside = np.sort(cost.total[cost.finish <= order[place]])
        dates.append(int(order[place]))
        costs.append(float(inside[need - 1]))
    return dates, costs


def _draw_cost(chart: Chart, cost: CostResult) -> None:
    import pyqtgraph as pg

    plot = chart.plot
    step = max(cost.total.size // _DOTS, 1)
    late, spent = cost.finish[::step].astype(float), cost.total[::step]
    date, money = nearest_rank(cost.finish, 80.0), cost.percentile(80.0)
    met = (late <= date) & (spent <= money)
    for mask, role in ((met, "positive"), (~met, "text-muted")):
        colour = QColor(current_theme().color(role))
        colour.setAlphaF(0.55)
        dots = pg.ScatterPlotItem(
            late[mask], spent[mask], size=4, pen=pg.mkPen(None), brush=QBrush(colour)
        )
        plot.addItem(dots)
    low, high = float(late.min()), nearest_rank(cost.finish, 99.5)
    bottom, top = float(spent.min()), float(np.quantile(spent, 0.995))
    for ends in (([date, date], [bottom, top]), ([low, high], [money, money])):
        plot.plot(*ends, pen=pen("text", 1.25, "reference"))
    for joint, width, above in ((0.5, 1.4, 0), (0.7, 2.4, 1)):
        dates, costs = joint_line(cost, joint)
        plot.plot([float(one) for one in dates], costs, pen=pen("accent", width))
        label = chart.label(
            tr("{joint:.0%} joint").format(joint=joint), "accent-text", anchor=(1, above)
        )
        label.setPos(min(float(dates[-1]), float(high)), costs[-1])
        plot.addItem(label, ignoreBounds=True)
    both = share_words(cost.joint(money, date))
    words = tr("P80 of each: {both} meet both").format(both=both)
    label = chart.label(words, "text", strong=True, anchor=(0, 0))
    label.setPos(low, top)
    plot.addItem(label, ignoreBounds=True)
    plot.setXRange(low, float(high), padding=0.04)
    plot.setYRange(bottom, top, padding=0.06)
    _money_axis(chart, bottom, top)


def _money_axis(chart: Chart, low: float, high: float) -> None:
    from planbench.ui.risk.voices import ticks

    unit, name = (1e6, "M") if high >= 2e6 else (1e3, "k") if high >= 2e3 else (1.0, "")
    marks = [
        (at * unit, f"{at + 0.0:g}{text.NARROW}{name}") for at in ticks(low / unit, high / unit, 6)
    ]
    chart.plot.getAxis("left").setTicks([marks])


def _draw_settled(chart: Chart, values: Any) -> None:
    import pyqtgraph as pg

    steps = convergence(values, (80.0,))
    at = np.array([step.iterations for step in steps], dtype=float)
    last = steps[-1].levels[80.0][0]
    middle = np.array([(step.levels[80.0][0] - last) / DAY for step in steps])
    reach = np.array([step.levels[80.0][1] / DAY for step in steps])
    band = QColor(current_theme().color("accent"))
    band.setAlphaF(0.16)
    edges = [pg.PlotDataItem(at, middle + sign * reach) for sign in (-1, 1)]
    chart.plot.addItem(pg.FillBetweenItem(*edges, brush=QBrush(band)))
    chart.plot.plot(at, middle, pen=pen("accent", 2.0))
    chart.plot.plot([at[0], at[-1]], [0, 0], pen=pen("text-muted", 1.0, "reference"))
    muted = current_theme().hex("text-muted")
    chart.plot.setLabel("bottom", tr("Runs"), color=muted)
    chart.plot.setLabel("left", tr("Days from the last P80"), color=muted)
    chart.plot.enableAutoRange()
    words = tr("After {at} runs ± {reach} d").format(
        at=text.number(int(at[-1])), reach=text.number(float(reach[-1]), 1)
    )
    label = chart.label(words, "text", strong=True, anchor=(1, 0))
    label.setPos(at[-1], float((middle + reach).max()))
    chart.plot.addItem(label)


def months(first: int, last: int) -> np.ndarray:
    """Firsts of months around two instants."""
    begin, end = to_datetime(first), to_datetime(last)
    assert begin is not None
    assert end is not None
    stop = end.year * 12 + end.month
    edges = [
        from_datetime(dt.datetime(month // 12, month % 12 + 1, 1))
        for month in range(begin.year * 12 + begin.month - 1, stop + 1)
    ]
    return np.array(edges, dtype=np.int64)


def _draw_flow(chart: Chart, flow: Bands) -> None:
    import pyqtgraph as pg

    ends = flow.edges[1:].astype(float)
    band = QColor(current_theme().color("accent"))
    band.setAlphaF(0.18)
    low, high = (pg.PlotDataItem(ends, flow.cumulative[level]) for level in (10, 90))
    chart.plot.addItem(pg.FillBetweenItem(low, high, brush=QBrush(band)))
    chart.plot.plot(ends, flow.cumulative[50], pen=pen("accent", 2.2))
    chart.plot.plot(ends, np.cumsum(flow.planned), pen=pen("text-muted", 1.5, "reference"))
    chart.plot.enableAutoRange()
    _money_axis(chart, 0.0, float(flow.cumulative[90].max()))


def _draw_load(chart: Chart, load: Bands) -> None:
    """Steps by month."""
    import pyqtgraph as pg

    edges = load.edges.astype(float)

    def steps(values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        return np.repeat(edges, 2)[1:-1], np.repeat(values, 2)

    band = QColor(current_theme().color("accent"))
    band.setAlphaF(0.18)
    low, high = (pg.PlotDataItem(*steps(load.levels[level])) for level in (10, 90))
    chart.plot.addItem(pg.FillBetweenItem(low, high, brush=QBrush(band)))
    chart.plot.plot(*steps(load.levels[50]), pen=pen("accent", 2.2))
    chart.plot.plot(*steps(load.planned), pen=pen("text-muted", 1.5, "reference"))
    chart.plot.enableAutoRange()
    busy = np.flatnonzero((load.levels[90] > 0) | (load.planned > 0))
    if busy.size:
        chart.plot.setXRange(edges[busy[0]], edges[busy[-1] + 1], padding=0.05)
    _money_axis(chart, 0.0, float(max(load.levels[90].max(), load.planned.max())))
