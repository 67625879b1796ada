"""The second card of the results: how cost, time, runs and merges lie behind the curve."""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtGui import QBrush, QColor
from PySide6.QtWidgets import QSizePolicy, QStackedWidget

from planbench.domain.times import DAY, NO_TIME, from_datetime, to_datetime
from planbench.engines.risk.cost import CostResult
from planbench.engines.risk.result import (
    Iteration,
    MergeBias,
    RiskResult,
    convergence,
    nearest_rank,
)
from planbench.engines.risk.spending import Bands
from planbench.services.document import Document
from planbench.ui import text
from planbench.ui.risk.finish import share_words
from planbench.ui.theme import current_theme
from planbench.ui.translation import tr
from planbench.ui.widgets import CellLook, Column, FlatTableModel, TableView
from planbench.ui.widgets.chart import Chart, pen

COST, SETTLED, RUN, MERGES, RESERVE, FLOW = (
    tr("Cost and time"),
    tr("Convergence"),
    tr("One run"),
    tr("Merges"),
    tr("Contingency"),
    tr("Cash flow"),
)
PLOTS = (SETTLED, RUN, MERGES, RESERVE, COST, FLOW)
"""What the card shows; the last two need costs in the model."""

NOTES = {
    COST: tr("each dot a run, the line meets both in 70 %"),
    SETTLED: tr("P80 after so many runs, with its 95 % interval"),
    RUN: tr("click the curve above: the run that finished there"),
    MERGES: tr("working days lost where links meet: mean of the latest less the latest mean"),
    RESERVE: tr("what each policy sets aside beyond the plan"),
    FLOW: tr("spent by the end of each month: P10 to P90, median, and the plan dashed"),
}

POLICIES = (50, 60, 70, 80, 90, 95)

_DOTS = 1500
_MOST = 300


class PlotTable(FlatTableModel):
    """Rows of the tables of the card; `places` are activity rows or -1."""

    def __init__(self) -> None:
        super().__init__()
        self.places: list[int] = []
        self.strong: set[int] = set()
        self._shares: list[float] = []

    def show_run(self, document: Document, run: Iteration) -> None:
        """The activities of a run that are driving or later than planned, by their start."""
        acts, cpm = document.schedule.activities, document.cpm
        assert cpm is not None
        there = (run.finish != NO_TIME) & (cpm.early_finish != NO_TIME) & ~run.absent
        later = np.where(there, run.finish - cpm.early_finish, 0) / DAY
        rows = np.flatnonzero(there & (run.driving | (np.abs(later) >= 1)))
        rows = rows[np.argsort(run.start[rows], kind="stable")]
        if rows.size > _MOST:
            rows = rows[run.driving[rows]][:_MOST]
        self.places = rows.tolist()
        self.strong = {k for k, row in enumerate(self.places) if run.driving[row]}
        most = float(np.abs(later[rows]).max(initial=0.0)) or 1.0
        self._shares = [abs(float(later[row])) / most for row in self.places]
        self._fill(
            ("id", tr("Id"), 92, False, [acts.code[row] for row in self.places]),
            ("name", tr("Name"), 170, False, [acts.name[row] for row in self.places]),
            ("start", tr("Start"), 84, False, [text.date(int(run.start[r])) for r in self.places]),
            (
                "finish",
                tr("Finish"),
                84,
                False,
                [text.date(int(run.finish[r])) for r in self.places],
            ),
            ("bar", "", 70, False, [""] * len(self.places)),
            (
                "later",
                tr("To plan, d"),
                84,
                True,
                [text.signed(float(later[r])) for r in self.places],
            ),
        )

    def show_merges(self, document: Document, found: MergeBias) -> None:
        """Activities by what merging costs them."""
        schedule = document.schedule
        acts = schedule.activities
        order = np.argsort(-found.minutes, kind="stable")
        order = order[found.minutes[order] > 0.5][:_MOST]
        self.places = found.rows[order].tolist()
        self.strong = set()
        days = [
            float(found.minutes[k]) / (schedule.calendars[c].minutes_per_day if c >= 0 else 480)
            for k, c in zip(order.tolist(), acts.calendar[found.rows[order]].tolist(), strict=True)
        ]
        most = max(days, default=1.0)
        self._shares = [day / most for day in days]
        self._fill(
            ("id", tr("Id"), 92, False, [acts.code[row] for row in self.places]),
            ("name", tr("Name"), 200, False, [acts.name[row] for row in self.places]),
            ("links", tr("Links"), 60, True, [str(int(found.links[k])) for k in order.tolist()]),
            ("bar", "", 110, False, [""] * len(days)),
            ("days", tr("Days"), 70, True, [text.number(day, 1) for day in days]),
        )

    def show_reserves(self, result: RiskResult, watched: str) -> None:
        """Time and cost beyond the plan by policy; with costs also how sure both are."""
        cost, plan = result.cost, _plan(result, watched)
        self.places, self.strong = [-1] * len(POLICIES), {POLICIES.index(80)}
        days = [(result.percentile(level, watched) - plan) / DAY for level in POLICIES]
        most = max(max(days), 1.0)
        self._shares = [max(day, 0.0) / most for day in days]
        columns: list[tuple[str, str, int, bool, list[str]]] = [
            ("level", tr("Policy"), 70, False, [f"P{level}" for level in POLICIES]),
            (
                "date",
                tr("Finish"),
                104,
                False,
                [text.long_date(result.percentile(level, watched)) for level in POLICIES],
            ),
            ("bar", "", 90, False, [""] * len(days)),
            ("days", tr("Time, d"), 80, True, [text.signed(day) for day in days]),
        ]
        if cost is not None:
            more = [cost.percentile(level) - cost.at_plan for level in POLICIES]
            both = [
                cost.joint(cost.percentile(level), nearest_rank(cost.finish, level))
                for level in POLICIES
            ]
            columns.append(("cost", tr("Cost"), 110, True, [text.signed(value) for value in more]))
            columns.append(
                ("both", tr("Both met"), 80, True, [share_words(value) for value in both])
            )
        self._fill(*columns)

    def _fill(self, *columns: tuple[str, str, int, bool, list[str]]) -> None:
        self.set_data(
            [
                Column(key, title, width, right, values, stretch=key == "name", sortable=False)
                for key, title, width, right, values in columns
            ],
            len(self.places),
        )

    def look(self, row: int, column: int) -> CellLook:
        if self.columns[column].key == "bar":
            return CellLook(bar=self._shares[row], bar_role="remaining-edge")
        return super().look(row, column)._replace(strong=row in self.strong)


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
        self._charts: dict[bool, Chart] = {}

    def _chart(self, dates: bool) -> Chart:
        if dates not in self._charts:
            self._charts[dates] = Chart(tr("Details of the simulation"), dates=dates)
            widget = self._charts[dates].widget
            widget.viewport().setFocusPolicy(Qt.FocusPolicy.NoFocus)
            self.addWidget(widget)
        return self._charts[dates]

    def show_table(self) -> None:
        """Show the table as it was filled."""
        self.table.apply_columns()
        self.setCurrentWidget(self.table)

    def show_cost(self, cost: CostResult) -> None:
        """Scatter of the runs with the lines that both are met at."""
        chart = self._chart(True)
        self.setCurrentWidget(chart.widget)
        chart.painted(lambda one: _draw_cost(one, cost))

    def show_settled(self, result: RiskResult, watched: str) -> None:
        """P80 over ever more runs."""
        values = result.watch[watched] if watched else result.finish
        chart = self._chart(False)
        self.setCurrentWidget(chart.widget)
        chart.painted(lambda one: _draw_settled(one, values))

    def show_flow(self, flow: Bands) -> None:
        """Cumulative cost by month."""
        chart = self._chart(True)
        self.setCurrentWidget(chart.widget)
        chart.painted(lambda one: _draw_flow(one, flow))


def _plan(result: RiskResult, watched: str) -> int:
    return result.watch_deterministic[watched] if watched else result.deterministic


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
