"""The card that tells what moves the finish, by the measure that is chosen."""

from __future__ import annotations

from typing import Any

from PySide6.QtWidgets import QVBoxLayout, QWidget

from planbench.engines.risk.result import RiskResult
from planbench.services.document import Document
from planbench.services.risk_measures import Measure, Mover, measures_of, movers
from planbench.ui.risk.models import MoverModel
from planbench.ui.state import AppState
from planbench.ui.translation import tr, tr_data
from planbench.ui.widgets import Card, ComboBox, Label, TableView


class MoverCard(Card):
    """A table with a bar by activity, risk or cost line; the measure's definition stands below."""

    def __init__(self, state: AppState) -> None:
        super().__init__(tr("What moves the finish"))
        self.state = state
        self.model = MoverModel()
        self.table = TableView(tr("What moves the finish"))
        self.table.setModel(self.model)
        self.table.row_changed.connect(self._chosen)
        self.table.row_activated.connect(self._open)
        self.measures: tuple[Measure, ...] = ()
        self.choice = ComboBox((), tr("Measure"))
        self.choice.setToolTip(tr("Which measure the table is sorted by"))
        self.choice.activated.connect(lambda _index: self.refresh())
        self.add_tool(self.choice)
        self.definition = Label("", "small", "text-muted", wrap=True)
        self.definition.setContentsMargins(14, 4, 14, 8)
        inner = QWidget()
        inside = QVBoxLayout(inner)
        inside.setContentsMargins(0, 0, 0, 0)
        inside.setSpacing(0)
        inside.addWidget(self.table, 1)
        inside.addWidget(self.definition)
        self.set_body(inner)
        self._document: Document | None = None
        self._result: RiskResult | None = None
        self._known: dict[str, tuple[Mover, ...]] = {}  # of this result, by measure

    @property
    def measure(self) -> Measure:
        """The measure that is chosen."""
        return self.measures[max(self.choice.currentIndex(), 0)]

    def show_result(self, document: Document, result: RiskResult) -> None:
        """List the measures of a run, those of risks first, and show the chosen one."""
        if result is not self._result:
            self._known = {}
        self._document, self._result = document, result
        wanted = measures_of(result)
        if wanted != self.measures:
            kept = self.choice.currentText()
            titles = [tr_data(measure.title) for measure in wanted]
            self.measures = wanted
            self.choice.clear()
            self.choice.addItems(titles)
            if kept in titles:
                self.choice.setCurrentText(kept)
        self.refresh()

    def refresh(self) -> None:
        """Show the chosen measure, working it out beside the window where that takes time."""
        document, result = self._document, self._result
        if document is None or result is None or not self.measures:
            return
        measure = self.measure
        self.definition.setText(f"{tr_data(measure.definition)}.")
        if measure.id not in self._known and not measure.again:
            self._known[measure.id] = movers(document, measure)
        self.model.show_movers(measure, self._known.get(measure.id, ()))
        self.table.apply_columns()
        if measure.id in self._known:
            return

        def work(context: Any) -> tuple[Mover, ...]:
            return movers(document, measure, context)

        def done(found: tuple[Mover, ...]) -> None:
            if self._result is result:
                self._known[measure.id] = found
                if self.measure is measure:
                    self.refresh()

        self.state.run("risk-measure", tr_data(measure.title), work, done)

    def _chosen(self, row: int) -> None:
        if 0 <= row < len(self.model.movers) and self.model.movers[row].row >= 0:
            self.state.select(self.model.movers[row].row)

    def _open(self, row: int) -> None:
        if 0 <= row < len(self.model.movers) and self.model.movers[row].row >= 0:
            self.state.select(self.model.movers[row].row)
            self.state.workspace_requested.emit("schedule")
