"""The table of metrics: state, value, limit, population, and a bar against the limit."""

from __future__ import annotations

from typing import Any

import numpy as np
from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRectF, Signal
from PySide6.QtGui import QPainter, QResizeEvent
from PySide6.QtWidgets import QStyleOptionViewItem, QWidget

from planbench.engines.quality.result import FLAG, STATES, MetricResult, QualityReport
from planbench.services.quality import History
from planbench.ui import paint, text
from planbench.ui.quality import words
from planbench.ui.theme import current_theme
from planbench.ui.translation import tr, tr_data
from planbench.ui.widgets import CellLook, Column, FlatTableModel, TableView
from planbench.ui.widgets.delegate import CellDelegate

NUMBER, NAME, STATE, VALUE, LIMIT, POPULATION, TREND, BAR, ROWS = range(9)


_NARROW = 1150
"""Width of the table below which columns shrink."""


class MetricsModel(FlatTableModel):
    """One row a metric of the report in view."""

    def __init__(self) -> None:
        super().__init__()
        self.results: tuple[MetricResult, ...] = ()
        self._trends: list[tuple[float, ...]] = []

    def show_report(self, report: QualityReport | None, history: History) -> None:
        """Show the metrics of another report, with the values of earlier updates."""
        self.results = report.metrics if report else ()
        self._trends = [_trend(report, r, history) for r in self.results] if report else []
        values = [np.nan if r.value is None else r.value for r in self.results]
        states = [STATES.index(r.state) + r.informative for r in self.results]
        ids = [words.short_id(r.metric) for r in self.results]
        wide = max((len(name) for name in ids), default=2)
        columns = [
            Column("id", "#", 34 + 8 * max(0, wide - 2), values=ids, elide=False),
            Column("name", tr("Metric"), 190, values=[r.name for r in self.results], stretch=True),
            Column("state", tr("State"), 128, sort_values=np.array(states, dtype=np.int64)),
            Column("value", tr("Value"), 84, right=True, sort_values=np.array(values, dtype=float)),
            Column("limit", tr("Limit"), 80, right=True, sortable=False),
            Column("population", tr("Population"), 300, sortable=False),
            Column("trend", tr("Updates"), 76, sortable=False),
            Column("bar", tr("Against the limit"), 216, sortable=False),
            Column(
                "rows",
                tr("Rows"),
                64,
                right=True,
                sort_values=np.array([r.rows.size for r in self.results], dtype=np.int64),
            ),
        ]
        self.set_data(columns, len(self.results))

    def look(self, row: int, column: int) -> CellLook:
        result = self.results[row]
        flagged = result.state == FLAG
        if column == NUMBER:
            return CellLook(words.short_id(result.metric), role="text-muted")
        if column == NAME:
            return CellLook(tr_data(result.name), strong=flagged)
        if column == STATE:
            kind, word = words.state_chip(result)
            return CellLook(word, chip=kind)
        if column == VALUE:
            return CellLook(words.value(result.metric, result.value), strong=True)
        if column == LIMIT:
            return CellLook(words.limit(result.metric), role="text-muted")
        if column == POPULATION:
            return CellLook(words.population(result), role="text-muted")
        if column == TREND:
            return CellLook(spark=self._trends[row], role="warning" if flagged else "text-muted")
        if column == ROWS:
            number = int(result.rows.size)
            return CellLook(text.number(number) if number else text.DASH, link=bool(number))
        return CellLook()

    @property
    def has_trends(self) -> bool:
        """Whether any metric has values of earlier updates."""
        return any(self._trends)

    def tip(self, row: int, column: int) -> str:
        result = self.results[row]
        if column == STATE and result.reason:
            return result.reason[:1].upper() + result.reason[1:]
        return tr_data(result.metric.question) if column == NAME else ""


def _trend(report: QualityReport, result: MetricResult, history: History) -> tuple[float, ...]:
    """Values of the earlier updates and this one, nothing without any earlier."""
    earlier = history.get((report.ruleset_id, result.id), [])
    return (*earlier, result.value) if earlier and result.value is not None else ()


class _MetricsDelegate(CellDelegate):
    """Adds the bar against the limit."""

    def paint(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
    ) -> None:
        super().paint(painter, option, index)
        model = index.model()
        if index.column() == BAR and isinstance(model, MetricsModel):
            area: Any = option.rect
            inner = QRectF(area).adjusted(8, 0, -12, -1)
            draw_against_limit(painter, inner, model.results[model.source(index.row())])


def bar_shares(result: MetricResult) -> tuple[float, float] | None:
    """(share of the value, share of the limit) of the bar's length, None where there is no bar.

    Upper limits stand in the first quarter unless the value needs more room; for lower limits the
    bar ends a quarter above the limit.
    """
    value, limit = result.value, result.threshold
    if value is None or (limit is None and result.unit != "ratio"):
        return None
    if limit is None:
        return min(max(value, 0.0), 1.0), -1.0
    if result.better == "higher":
        scale = max(limit * 1.25, min(value, limit * 2)) or 1.0
        if result.unit == "ratio" and limit <= 1:
            scale = 1.0
    else:
        least = 0.2 if result.unit == "ratio" else 10.0
        scale = max(4 * limit, min(value * 1.1, 1.0) if result.unit == "ratio" else value, least)
    return min(max(value / scale, 0.0), 1.0), limit / scale


def draw_against_limit(painter: QPainter, area: QRectF, result: MetricResult) -> None:
    """The value as a bar on a track; where the limit is met the track is green."""
    shares = bar_shares(result)
    if shares is None:
        return
    theme = current_theme()
    share, limit = shares
    track = QRectF(area.left(), area.center().y() - 3, area.width(), 7)
    paint.box(painter, track, 2, theme.color("surface-sunken"))
    if limit >= 0:
        good = QRectF(track)
        if result.better == "higher":
            good.setLeft(track.left() + limit * track.width())
        else:
            good.setWidth(limit * track.width())
        if good.width() > 0:
            paint.box(painter, good, 2, theme.color("positive-soft"))
    bar = QRectF(track.left(), track.top() + 1, share * track.width(), 5)
    if share > 0:
        bar.setWidth(max(bar.width(), 3.0))
        role = "near-critical" if result.state == FLAG else "remaining-edge"
        paint.box(painter, bar, 2, theme.color(role))
    if limit >= 0:
        x = round(track.left() + limit * track.width())
        painter.fillRect(QRectF(x, track.top() - 3, 2, 13), theme.color("text"))


class MetricsTable(TableView):
    """The metrics; `opened(row)` when the rows behind a metric are asked for."""

    opened = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(tr("Metrics"), parent=parent)
        self.model_ = MetricsModel()
        self.setModel(self.model_)
        self.setItemDelegate(_MetricsDelegate(self))
        self.setSelectionMode(TableView.SelectionMode.SingleSelection)
        self.cell_clicked.connect(self._clicked)
        self.row_activated.connect(self.opened)

    def _clicked(self, row: int, column: int) -> None:
        if column == ROWS and self.model_.results[row].rows.size:
            self.opened.emit(row)

    def show_report(self, report: QualityReport | None, history: History) -> None:
        """Show the metrics of another report."""
        self.model_.show_report(report, history)
        self.apply_columns()
        self._fit()

    def _fit(self) -> None:
        """Columns by the room there is; trends only where there are any."""
        if not self.model_.columns:
            return
        narrow = self.viewport().width() < _NARROW
        self.setColumnHidden(TREND, not self.model_.has_trends)
        self.setColumnWidth(POPULATION, 236 if narrow else 300)
        self.setColumnWidth(BAR, 150 if narrow else 216)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def wanted_height(self) -> int:
        """Height at which every metric shows."""
        rows = self.model_.rowCount()
        return self.horizontalHeader().height() + rows * current_theme().row["default"] + 2
