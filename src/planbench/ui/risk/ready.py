"""What of the schedule may mislead a simulation, before it is run."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtWidgets import QDialog, QHBoxLayout, QVBoxLayout, QWidget

from planbench.domain.errors import PlanbenchError
from planbench.domain.times import DAY
from planbench.services.document import Document
from planbench.services.risk import Readiness, readiness, rules_note
from planbench.services.risk_figures import Freed, Lifted, freed, lifted, run_despite
from planbench.ui import text
from planbench.ui.state import AppState
from planbench.ui.translation import tr
from planbench.ui.widgets import Button, Column, FlatTableModel, FormField, Label, TableView


class ReadyModel(FlatTableModel):
    """One line a warning."""

    def show_warnings(self, found: tuple[Readiness, ...]) -> None:
        """Fill with these."""
        self.set_data(
            [
                Column("count", tr("Activities"), 84, True, [str(len(w.ids)) for w in found]),
                Column("text", tr("What may mislead"), 400, values=[w.text for w in found],
                       stretch=True),
            ],
            len(found),
        )  # fmt: skip


class ReadinessDialog(QDialog):
    """Warnings with their activities, what lifting hard constraints would change, and a reason.

    `run()` is called once a reason was given, which is kept in the history of the document and in
    the journal of the library.
    """

    def __init__(
        self, state: AppState, document: Document, run: Callable[[], None], parent: QWidget
    ) -> None:
        super().__init__(parent)
        self.state, self.document, self._run = state, document, run
        self.setWindowTitle(tr("Before you trust it"))
        self.setMinimumWidth(620)
        self.warnings = readiness(document)
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 18, 20, 16)
        column.setSpacing(10)
        column.addWidget(Label(tr("What keeps a simulation from telling the truth"), "heading"))
        self.model = ReadyModel()
        self.table = TableView(tr("Warnings"))
        self.table.setModel(self.model)
        self.model.show_warnings(self.warnings)
        self.table.apply_columns()
        self.table.setMinimumHeight(150)
        self.table.row_activated.connect(lambda _row: self.show_activities())
        column.addWidget(self.table)
        self.effect = Label("", "body", "text-muted", wrap=True)
        column.addWidget(self.effect)
        note = rules_note(document)
        if note:
            column.addWidget(Label(f"{note}.", "small", "text-muted", wrap=True))
        self.reason = FormField(tr("Why it is run all the same"), document.risk_reason)
        column.addWidget(self.reason)
        column.addLayout(self._buttons())
        self._lift()

    def _buttons(self) -> QHBoxLayout:
        row = QHBoxLayout()
        self.show_button = Button(
            tr("Show in Schedule"), "default", "chart-gantt",
            tip=tr("Show the activities of the chosen warning alone in Schedule"),
        )  # fmt: skip
        self.show_button.clicked.connect(lambda _checked=False: self.show_activities())
        self.cancel = Button(tr("Cancel"), "quiet")
        self.cancel.clicked.connect(lambda _checked=False: self.reject())
        self.run_button = Button(
            tr("Run all the same"), "primary", "play", tip=tr("Log the reason and simulate")
        )
        self.run_button.clicked.connect(lambda _checked=False: self.take())
        row.addWidget(self.show_button)
        row.addStretch(1)
        row.addWidget(self.cancel)
        row.addWidget(self.run_button)
        return row

    def _lift(self) -> None:
        """Work out beside the window what hard constraints hold back."""
        document, result = self.document, self.document.risk
        self.effect.setText(tr("Working out what hard constraints hold back…"))

        def work(context: Any) -> tuple[Freed, Lifted | None]:
            return freed(document), None if result is None else lifted(document, context)

        self.state.run("risk-lift", tr("Lifting constraints"), work, self._tell)

    def _tell(self, found: tuple[Freed, Lifted | None]) -> None:
        dates, runs = found
        if not dates.ids:
            self.effect.setText(tr("No open activity has a hard constraint."))
            return
        words = tr(
            "Without the {count} hard constraints the calculated finish is {without} instead of "
            "{finish} ({days} d)"
        ).format(
            count=len(dates.ids),
            without=text.long_date(dates.without),
            finish=text.long_date(dates.finish),
            days=text.signed((dates.without - dates.finish) / DAY),
        )
        if runs is not None:
            words += tr("; in the last run P50 moves by {p50} d and P80 by {p80} d").format(
                p50=text.signed(runs.p50 / DAY), p80=text.signed(runs.p80 / DAY)
            )
        self.effect.setText(f"{words}.")

    def show_activities(self) -> None:
        """Show the activities of the chosen warning alone in Schedule."""
        row = max(self.table.current_row(), 0)
        if row >= len(self.warnings) or not self.warnings[row].ids:
            return
        warning, places = self.warnings[row], self.document.schedule.row_of_code
        self.state.isolate(warning.text, [places[code] for code in warning.ids])
        self.state.workspace_requested.emit("schedule")
        self.reject()

    def take(self) -> None:
        """Log the reason and run; a missing reason is asked for."""
        if self.warnings:
            try:
                run_despite(self.document, self.reason.text(), self.state.library)
            except PlanbenchError as error:
                self.reason.set_error(error.line)
                return
        self.accept()
        self._run()
