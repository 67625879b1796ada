"""What moves the score of a ruleset: over the updates, and metric by metric."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QMouseEvent, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QHBoxLayout, QToolTip, QVBoxLayout, QWidget

from planbench.engines.quality.result import QualityReport
from planbench.engines.quality.score import SCORE_VERSION, Score
from planbench.services.score_history import ScorePoint, moved_by
from planbench.ui import paint, text
from planbench.ui.quality import words
from planbench.ui.quality.split import headed
from planbench.ui.theme import current_theme, theme_manager
from planbench.ui.translation import tr
from planbench.ui.widgets import CellLook, Column, FlatTableModel, Label, Surface, TableView

_DESCENDING = Qt.SortOrder.DescendingOrder


class ScoreTrend(QWidget):
    """Both scores over the updates of the project; away while there is one update alone."""

    def __init__(self) -> None:
        super().__init__()
        self.points: list[ScorePoint] = []
        self.setFixedHeight(176)
        self.setMouseTracking(True)
        self.hide()
        theme_manager().changed.connect(self._repaint)

    def _repaint(self) -> None:
        self.update()

    def show_points(self, points: list[ScorePoint]) -> None:
        """Draw another history."""
        self.points = points
        self.setVisible(len(points) > 1)
        told = [f"{one.label} {text.number(one.by_records)}" for one in points]
        self.setAccessibleName(tr("Score by records: {told}").format(told=", ".join(told)))
        self.update()

    def _plot(self) -> QRectF:
        return QRectF(52, 18, max(60.0, self.width() - 250.0), self.height() - 48.0)

    def _range(self) -> tuple[float, float]:
        """Least and greatest score on the axis, in tens."""
        told = [score for one in self.points for score in (one.by_records, one.by_metrics)]
        low, high = 10.0 * (min(told) // 10), 10.0 * -(-max(told) // 10)
        return (low, high) if high > low else (max(0.0, low - 10), low + 10)

    def place(self, update: int, score: float) -> QPointF:
        """Where a score of an update stands; updates stand by their data dates."""
        plot, (low, high) = self._plot(), self._range()
        dates = [one.data_date for one in self.points]
        first, last = min(dates), max(dates)
        share = (
            (dates[update] - first) / (last - first)
            if last > first
            else update / max(1, len(dates) - 1)
        )
        y = plot.bottom() - (score - low) / (high - low) * plot.height()
        return QPointF(plot.left() + share * plot.width(), y)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        x = event.position().x()
        if not self.points:
            return
        spots = [self.place(update, 0.0).x() for update in range(len(self.points))]
        near = min(range(len(spots)), key=lambda update: abs(spots[update] - x))
        one = self.points[near]
        told = tr("{label}, {date}\n{records} by records, {metrics} by metrics").format(
            label=one.label,
            date=text.date(one.data_date),
            records=text.number(one.by_records, 1),
            metrics=text.number(one.by_metrics, 1),
        )
        QToolTip.showText(event.globalPosition().toPoint(), told, self)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter, theme = paint.upright(self), current_theme()
        painter.fillRect(self.rect(), theme.color("surface-raised"))
        paint.rule(painter, 0, self.height() - 1, self.width(), "border")
        if len(self.points) < 2:
            return
        self._grid(painter)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        last = self.points[-1]
        records = [one.by_records for one in self.points]
        metrics = [one.by_metrics for one in self.points]
        apart = abs(self.place(0, records[-1]).y() - self.place(0, metrics[-1]).y()) >= 16
        lift = 0.0 if apart else 8.0 if last.by_records < last.by_metrics else -8.0
        self._line(painter, "text-muted", metrics, tr("by metrics"), -lift)
        self._line(painter, "accent", records, tr("by records"), lift)

    def _grid(self, painter: QPainter) -> None:
        theme = current_theme()
        plot, (low, high) = self._plot(), self._range()
        painter.setFont(theme.font("small", tabular=True))
        right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        for score in np.linspace(low, high, 3 if (high - low) % 20 == 0 else 2).tolist():
            y = self.place(0, score).y()
            paint.rule(painter, plot.left(), y, plot.right(), "grid-line")
            painter.setPen(theme.color("text-muted"))
            painter.drawText(QRectF(0, y - 9, plot.left() - 8, 18), right, text.number(score))
        free = -1e9
        for update, one in enumerate(self.points):
            x = self.place(update, low).x()
            if x - free >= 66:
                area = QRectF(x - 45, plot.bottom() + 6, 90, 18)
                painter.drawText(area, Qt.AlignmentFlag.AlignCenter, text.date(one.data_date))
                free = x

    def _line(
        self, painter: QPainter, role: str, scores: list[float], name: str, shift: float
    ) -> None:
        """One score with its name at the end; the one in grey runs dashed."""
        theme = current_theme()
        spots = [self.place(update, score) for update, score in enumerate(scores)]
        pen = QPen(theme.color(role), 2)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        dashed = QPen(pen)
        if role != "accent":
            dashed.setDashPattern([4.0, 3.0])
        painter.setPen(dashed)
        painter.drawPolyline(QPolygonF(spots))
        painter.setPen(pen)
        painter.setBrush(theme.color("surface-raised"))
        for spot in spots:
            painter.drawEllipse(spot, 3.5, 3.5)
        painter.setPen(theme.color("accent-text" if role == "accent" else role))
        area = QRectF(0, spots[-1].y() - 9 + shift, 10, 18)
        said = f"{text.number(scores[-1])} {name}"
        paint.text_left(painter, said, spots[-1].x() + 12, area, self.width() - 6)


class ScoreModel(FlatTableModel):
    """One row a metric that takes part, in points of 100."""

    def show_score(
        self, report: QualityReport | None, moved: Mapping[str, float] | None = None
    ) -> None:
        """Show what moves another score; `moved` are points by metric since the update before."""
        score = None if report is None else report.score
        if report is None or score is None:
            self.set_data([], 0)
            return
        by_id = {one.id: one for one in report.metrics}
        results = [by_id[share.metric] for share in score.shares]
        shares = score.shares
        columns = [
            Column("name", tr("Metric"), 230, values=[one.name for one in results], stretch=True),
            Column("state", tr("State"), 120, sort_values=[one.state for one in results]),
            _points(
                tr("Weight"), [share.weight for share in shares], tr("In the score by metrics")
            ),
            _points(
                tr("Credit"),
                [100 * share.credit for share in shares],
                tr("Of 100: meets, or half of how near it is"),
            ),
            _points(
                tr("Takes, by metrics"),
                [share.by_metrics for share in shares],
                tr("Adds up to what is missing by metrics"),
            ),
            _points(
                "Takes, by records",
                [share.by_records for share in shares],
                tr(
                    "Adds up to what is missing by records; an activity behind several is shared "
                    "out"
                ),
            ),
            _points(
                tr("Mended alone"),
                [share.alone for share in shares],
                tr("What the score by records gains when this metric alone finds nothing"),
            ),
            Column(
                "records",
                tr("Activities"),
                92,
                right=True,
                values=[share.records for share in shares],
                format=text.number,
                sort_values=np.array([share.records for share in shares], dtype=np.int64),
            ),
        ]
        if moved:
            points = [moved.get(share.metric, 0.0) for share in shares]
            tip = tr("Points it gave or took since the update before; they add up to the movement")
            columns.insert(6, _points(tr("Since before"), points, tip, _signed))
        self._states = [words.state_chip(one) for one in results]
        self.set_data(columns, len(shares))

    def look(self, row: int, column: int) -> CellLook:
        if column == 1:
            kind, word = self._states[row]
            return CellLook(word, chip=kind)
        return super().look(row, column)


def _points(
    title: str, values: list[float], tip: str, shown: Callable[[float], str] | None = None
) -> Column:
    return Column(
        title,
        title,
        84,
        right=True,
        values=values,
        format=shown or _figure,
        sort_values=np.array(values, dtype=np.float64),
        tip=tip,
    )


def _figure(value: float) -> str:
    if not value:
        return text.DASH
    return text.number(value, 0 if abs(value - round(value)) < 0.05 and value >= 1 else 1)


def _signed(points: float) -> str:
    return text.DASH if abs(points) < 0.05 else text.signed(points, 1)


class ScoreView(QWidget):
    """Both scores of a ruleset and what each metric takes from them.

    `metric_opened(id)` when the rows behind a metric are asked for.
    """

    metric_opened = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self.model = ScoreModel()
        self.table = TableView(tr("What moves the score"))
        self.table.setModel(self.model)
        self.table.row_activated.connect(self._opened)
        head = Surface("surface-raised", "b")
        row = QHBoxLayout(head)
        row.setContentsMargins(16, 10, 12, 10)
        row.setSpacing(8)
        self._words = Label("", "prose", wrap=True)
        row.addWidget(self._words, 1)
        self.trend = ScoreTrend()
        below = QWidget()
        column = QVBoxLayout(below)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.trend)
        column.addWidget(self.table, 1)
        self.setLayout(headed(head, below))
        self._report: QualityReport | None = None

    def show_report(self, report: QualityReport | None, history: list[ScorePoint]) -> None:
        """Explain another score, with those of the updates before."""
        self._report = report
        self.model.show_score(report, moved_by(history))
        self.trend.show_points(history)
        self.table.apply_columns()
        self.table.fit_columns()
        if self.model.columns:
            column = next(
                n for n, one in enumerate(self.model.columns) if one.key == "Takes, by records"
            )
            self.table.sortByColumn(column, _DESCENDING)
        score = None if report is None else report.score
        self._words.setText("" if score is None else score_sentence(score))

    def _opened(self, row: int) -> None:
        report = self._report
        if report is not None and report.score is not None:
            self.metric_opened.emit(report.score.shares[row].metric)


def score_sentence(score: Score) -> str:
    """Both scores in plain words."""
    if score.by_records is None or score.by_metrics is None:
        return tr("No metric with a limit could be measured, so there is no score.")
    return tr(
        "{by_records} of 100 by records: {passing} of {records} pass every "
        "metric. {by_metrics} of 100 by metrics: the mean of their credits by "
        "weight. The weights are ours; the help tells how both are made (version "
        "{score_version})."
    ).format(
        by_records=text.number(score.by_records),
        passing=text.number(score.passing),
        records=text.counted(score.records, tr("activity"), tr("activities")),
        by_metrics=text.number(score.by_metrics),
        score_version=SCORE_VERSION,
    )
