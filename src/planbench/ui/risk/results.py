"""The page of the results: figures, the curve with its percentiles, and the cards below it."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout

from planbench.engines.risk.result import RiskResult
from planbench.services.document import Document
from planbench.services.risk_watch import title_of
from planbench.ui.risk.behind import BehindCard
from planbench.ui.risk.finish import FinishChart
from planbench.ui.risk.models import PercentileModel
from planbench.ui.risk.movers import MoverCard
from planbench.ui.risk.scenarios import compared
from planbench.ui.risk.words import figures, said
from planbench.ui.state import AppState
from planbench.ui.translation import tr
from planbench.ui.widgets import Card, Label, StatStrip, Surface, TableView


class ResultsPage(Surface):
    """Shows one run, with another laid under it where one is chosen.

    `look_at(date)` is called with the date of a click on the curve.
    """

    def __init__(self, state: AppState, look_at: Callable[[float], None]) -> None:
        super().__init__("surface")
        self._look_at = look_at
        self.chart: FinishChart | None = None
        self.strip = StatStrip()
        self.sentence = Label("", "prose", wrap=True)
        self.percentiles = PercentileModel()
        self.levels = TableView(tr("Percentiles of the finish"))
        self.levels.setModel(self.percentiles)
        self.chart_card = Card(tr("Finish"))
        self.level_card = Card(tr("Percentiles"), tr("± is half of the 95 % interval"))
        self.level_card.set_body(self.levels)
        self.level_card.setFixedWidth(332)
        self.movers = MoverCard(state)
        self.behind = BehindCard(state)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.strip)
        words = QHBoxLayout()
        words.setContentsMargins(16, 10, 16, 2)
        words.addWidget(self.sentence, 1)
        column.addLayout(words)
        upper = QHBoxLayout()
        upper.setContentsMargins(12, 8, 12, 6)
        upper.setSpacing(12)
        upper.addWidget(self.chart_card, 1)
        upper.addWidget(self.level_card)
        column.addLayout(upper, 6)
        lower = QHBoxLayout()
        lower.setContentsMargins(12, 6, 12, 12)
        lower.setSpacing(12)
        lower.addWidget(self.movers, 5)
        lower.addWidget(self.behind, 6)
        column.addLayout(lower, 5)

    def show_result(
        self,
        document: Document,
        result: RiskResult,
        watched: str = "",
        other: RiskResult | None = None,
        narrow: bool = False,
    ) -> None:
        """Show a run for the project or a watched activity; `other` lies under it."""
        if self.chart is None:
            self.chart = FinishChart()
            self.chart_card.set_body(self.chart.chart.widget)
            self.chart.chosen = self._look_at
        name = tr("Finish of the project")
        if watched:
            name = title_of(document, watched)
        note = tr("runs and confidence by date; click the curve to see one run as a schedule")
        self.chart_card.set_title(name, tr("a click shows that run") if narrow else note)
        self.chart.show_result(result, watched, other)
        self.percentiles.show_result(result, watched, other)
        self.level_card.setFixedWidth(332 if other is None else 404)
        self.levels.apply_columns()
        self.strip.set(figures(result, watched, narrow))
        words = said(result, watched)
        if other is not None:
            words += f" {compared(result, other, watched)}"
        self.sentence.setText(words)
        self.movers.show_result(document, result)
        self.behind.show_result(document, result, watched)
