"""Which other run lies under the shown one."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import Signal

from planbench.domain.errors import PlanbenchError
from planbench.engines.risk.result import RiskResult
from planbench.services.document import Document
from planbench.services.risk_figures import other_state
from planbench.services.scenarios import compare_scenarios, kept_scenarios
from planbench.ui.risk.scenarios import Scenarios, comparable
from planbench.ui.state import AppState
from planbench.ui.translation import tr
from planbench.ui.widgets import ComboBox

ALONE = tr("No comparison")
BEFORE, AFTER = tr("Before actions"), tr("After actions")


class Against(ComboBox):
    """Kept runs, those of the library, and the shown run on the other side of its actions.

    What was not run yet is simulated when it is chosen. `changed()` when another run is to be laid
    under the shown one.
    """

    changed = Signal()

    def __init__(self, state: AppState, scenarios: Scenarios) -> None:
        super().__init__([ALONE], tr("Compare with a kept run"))
        self.state, self.scenarios = state, scenarios
        self._pair: dict[str, RiskResult] = {}  # the shown run before or after actions
        self.setMaximumWidth(260)
        self.activated.connect(lambda _index: self.choose())

    def open_document(self, document: Document | None) -> None:
        """Forget all runs, and list the scenarios that the library keeps with the update."""
        self.scenarios.clear()
        self._pair.clear()
        if self.state.library is None or document is None:
            return
        try:
            kept = kept_scenarios(self.state.library, document)
        except PlanbenchError as error:
            self.state.message.emit("warning", error.line)
            return
        self.scenarios.stored = {scenario.name: scenario for scenario in kept}

    def forget_pair(self) -> None:
        """The shown run is another one."""
        self._pair.clear()

    def other(self, result: RiskResult, watched: str) -> RiskResult | None:
        """The run to lay under a shown one."""
        name = self.currentText()
        found = self._pair.get(name) or self.scenarios.kept.get(name)
        return found if found is not None and comparable(result, found, watched) else None

    def show_runs(self, result: RiskResult | None) -> None:
        """List what the shown run can be compared with; the latest is chosen for a fresh run."""
        chosen = self.currentText()
        names = self.scenarios.names(result) if result is not None else []
        pair = self._other_side(result)
        self.clear()
        self.addItems([ALONE, *pair, *names])
        if names:
            latest = names[-1] if names[-1] in self.scenarios.kept else ALONE
            self.setCurrentText(chosen if chosen in [*pair, *names] else latest)
        elif chosen in pair and chosen in self._pair:
            self.setCurrentText(chosen)

    def _other_side(self, result: RiskResult | None) -> list[str]:
        document = self.state.document
        model = document.risk_model if document is not None else None
        if result is None or model is None or not any(risk.mitigated for risk in model.risks):
            return []
        return [BEFORE if result.mitigated else AFTER]

    def choose(self) -> None:
        """Lay the chosen run under the shown one, once it was simulated."""
        name, document = self.currentText(), self.state.document
        if document is None:
            return
        if name in (BEFORE, AFTER) and name not in self._pair:
            self._run(document, name, self._pair, lambda context: other_state(document, context))
        elif name in self.scenarios.stored and name not in self.scenarios.kept:
            scenario = self.scenarios.stored[name]
            self._run(
                document,
                name,
                self.scenarios.kept,
                lambda context: compare_scenarios(document, [scenario], context=context)[0].result,
            )
        else:
            self.changed.emit()

    def _run(self, document: Document, name: str, into: dict[str, RiskResult], work: Any) -> None:
        result = document.risk

        def done(other: RiskResult) -> None:
            if self.state.document is document and document.risk is result:
                into[name] = other
                self.show_runs(document.risk)
                self.setCurrentText(name)
                self.changed.emit()

        self.state.run("risk-scenario", tr("Simulating “{name}”").format(name=name), work, done)
