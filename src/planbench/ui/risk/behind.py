"""The card behind the curve: which plot or table is shown, and what it needs worked out."""

from __future__ import annotations

from textwrap import shorten
from typing import Any

import numpy as np

from planbench.domain.errors import ModelError
from planbench.engines.risk.result import RiskResult
from planbench.engines.risk.selection import watched_rows
from planbench.services.document import Document
from planbench.services.risk import correlation_json
from planbench.services.risk_figures import benefit, other_state, resource_load
from planbench.services.risk_watch import DURATION, FLOAT, cost_spread, spread, title_of
from planbench.ui.risk.plots import (
    ACTIONS,
    CORRELATION,
    COST,
    FLOW,
    LASTS,
    LOAD,
    MERGES,
    NOTES,
    RESERVE,
    SETTLED,
    SLACK,
    SPENT,
    Plots,
    months,
    plots_of,
)
from planbench.ui.state import AppState
from planbench.ui.translation import tr
from planbench.ui.widgets import Card, ComboBox


class BehindCard(Card):
    """Convergence, merges, contingency, money, resources, what actions buy, correlation."""

    def __init__(self, state: AppState) -> None:
        super().__init__(tr("Behind the curve"))
        self.state = state
        self.plots = Plots()
        self.plots.table.row_activated.connect(self._open)
        self.choice = ComboBox((SETTLED,), tr("What is shown"))
        self.choice.activated.connect(lambda _index: self.refresh())
        self.resource = ComboBox((), tr("Resource"))
        self.resource.setMaximumWidth(150)
        self.resource.activated.connect(lambda _index: self.refresh())
        self.resource.hide()
        state.selection_changed.connect(lambda _row: self._selected())
        self.add_tool(self.resource)
        self.add_tool(self.choice)
        self.set_body(self.plots)
        self._document: Document | None = None
        self._result: RiskResult | None = None
        self._watched = ""
        self._known: dict[str, Any] = {}  # of this result: what took a job

    def show_result(self, document: Document, result: RiskResult, watched: str) -> None:
        """Show a run for the project or a watched activity."""
        if result is not self._result:
            self._known = {}
        if document is not self._document:
            codes, titles = document.schedule.resources.code, document.schedule.resources.name
            given = document.schedule.assignments
            there = given.resource >= 0
            units = np.bincount(
                given.resource[there], given.remaining_units[there], minlength=codes.size
            )
            self.resource.clear()
            for row in np.argsort(-units, kind="stable")[: int((units > 0).sum())].tolist():
                self.resource.addItem(f"{codes[row]} {titles[row]}", str(codes[row]))
        self._document, self._result, self._watched = document, result, watched
        kept, names = self.choice.currentText(), plots_of(document, result)
        if [self.choice.itemText(k) for k in range(self.choice.count())] != names:
            self.choice.clear()
            self.choice.addItems(names)
            if kept in names:
                self.choice.setCurrentText(kept)
        self.refresh()

    def refresh(self) -> None:
        """Show the chosen plot; what needs the runs again is worked out beside the window."""
        document, result, choice = self._document, self._result, self.choice.currentText()
        if document is None or result is None or not choice:
            return
        self.set_title(choice, NOTES[choice])
        self.resource.setVisible(choice == LOAD)
        if choice == COST and result.cost is not None:
            self.plots.show_cost(result.cost)
        elif choice == SETTLED:
            self.plots.show_settled(result, self._watched)
        elif choice == SPENT:
            self.plots.show_spread(cost_spread(document))
        elif choice in (LASTS, SLACK) and not self._subject:
            self.plots.show_words(tr("Watch something above, or select an activity anywhere."))
        elif choice == RESERVE:
            self.plots.model.show_reserves(document, result, self._watched)
            self.plots.show_table()
        else:
            self._work_out(document, result, choice)

    @property
    def _subject(self) -> str:
        """What duration and float are told of: what is watched, else the selected activity."""
        row, document = self.state.selection, self._document
        if self._watched or document is None or not 0 <= row < len(document.schedule):
            return self._watched
        return str(document.schedule.activities.code[row])

    def _selected(self) -> None:
        if self.choice.currentText() in (LASTS, SLACK) and self.isVisible():
            self.refresh()

    def _work_out(self, document: Document, result: RiskResult, choice: str) -> None:
        resource = str(self.resource.currentData() or "")
        subject = self._subject
        key = f"{choice} {resource}" if choice == LOAD else choice
        if choice in (LASTS, SLACK):
            key = f"{choice} {subject}"
            self.set_title(choice, shorten(title_of(document, subject), 48, placeholder=" …"))
        if key in self._known:
            self._show_found(document, choice, self._known[key])
            return

        def work(context: Any) -> Any:
            if choice in (LASTS, SLACK):
                rows = watched_rows(document.schedule, subject)
                what = DURATION if choice == LASTS else FLOAT
                try:
                    return spread(document, what, subject, rows, context)
                except ModelError as error:
                    return error.what
            if choice == MERGES:
                return result.merge_bias()
            if choice == ACTIONS:
                return benefit(result, other_state(document, context))
            if choice == CORRELATION:
                return correlation_json(result)
            if choice == LOAD:
                return resource_load(document, resource)
            assert result.cost is not None
            last = int(result.finish.max())
            return result.cost.flow(months(document.schedule.data_date, last))

        def done(found: Any) -> None:
            if self._result is not result:
                return
            self._known[key] = found
            if self.choice.currentText() == choice and self._subject == subject:
                self._show_found(document, choice, found)

        self.state.run("risk-plot", choice, work, done)

    def _show_found(self, document: Document, choice: str, found: Any) -> None:
        model = self.plots.model
        if isinstance(found, str):
            self.plots.show_words(f"{found[:1].upper()}{found[1:]}.")
            return
        if choice in (LASTS, SLACK):
            self.plots.show_spread(found)
            return
        if choice == FLOW:
            self.plots.show_flow(found)
            return
        if choice == LOAD:
            self.plots.show_load(found)
            return
        if choice == MERGES:
            model.show_merges(document, found)
        elif choice == ACTIONS:
            model.show_actions(found)
        else:
            model.show_correlation(found)
        self.plots.show_table()

    def _open(self, row: int) -> None:
        places = self.plots.model.places
        if 0 <= row < len(places) and places[row] >= 0:
            self.state.select(places[row])
            self.state.workspace_requested.emit("schedule")
