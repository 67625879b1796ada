"""One run of the simulation as a schedule: its dates as bars over the plan's, and what occurred."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QVBoxLayout, QWidget

from planbench.domain.schedule import NO_ROW, Baseline, BaselineColumns
from planbench.domain.times import NO_TIME
from planbench.engines.cpm.result import CpmResult
from planbench.engines.risk.result import Iteration, RiskResult
from planbench.services.document import Document
from planbench.ui import text
from planbench.ui.risk.bars import Bars
from planbench.ui.risk.finish import share_words
from planbench.ui.state import AppState
from planbench.ui.translation import tr
from planbench.ui.widgets import Button, Label, Surface, Toolbar

COLUMNS = ("id", "name", "remaining", "start", "finish", "variance")


class RunView(Surface):
    """Bars are the run's dates, the thin ones below them those of the plan; red ones drive.

    `closed()` when the user wants the results back.
    """

    closed = Signal()

    def __init__(self, state: AppState) -> None:
        super().__init__("surface-raised")
        self.state = state
        self.run: Iteration | None = None
        self._document: Document | None = None
        self._result: RiskResult | None = None
        self._watched = ""
        self._order: Any = np.zeros(0, dtype=np.int64)  # runs by their finish
        self.bars = Bars(tr("Activities of the run"), tr("Gantt chart of the run"))
        self.plan, self.table, self.gantt = self.bars.plan, self.bars.table, self.bars.gantt
        self.model = self.bars.model
        self.title = Label("", "heading")
        self.fired = Label("", "body", "text-muted", wrap=True)
        self.fired.setContentsMargins(16, 8, 16, 8)
        self._lay_out()
        self._connect()

    def _lay_out(self) -> None:
        bar = Toolbar()
        self.back = Button(tr("Back"), "tool", "arrow-left", tip=tr("Back to the results (Esc)"))
        self.back.clicked.connect(lambda _checked=False: self.closed.emit())
        bar.add(self.back)
        bar.add(self.title)
        bar.add_stretch()
        self.driving = Button(
            tr("Driving only"),
            "tool",
            "funnel",
            tip=tr("Only work that drives the finish"),
        )
        self.driving.setCheckable(True)
        self.driving.toggled.connect(lambda _on: self._isolate())
        bar.add(self.driving)
        self.earlier = Button(
            tr("Earlier"), "tool", "chevron-left", tip=tr("The run that finishes before this one")
        )
        self.earlier.clicked.connect(lambda _checked=False: self.step(-1))
        self.later = Button(
            tr("Later"), "tool", "chevron-right", tip=tr("The run that finishes after this one")
        )
        self.later.clicked.connect(lambda _checked=False: self.step(1))
        bar.add(self.earlier)
        bar.add(self.later)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(bar)
        column.addWidget(self.fired)
        column.addWidget(self.bars, 1)

    def _connect(self) -> None:
        self.table.row_changed.connect(self._chosen)
        self.table.row_activated.connect(self._open)
        escape = QShortcut(QKeySequence(Qt.Key.Key_Escape), self)
        escape.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        escape.activated.connect(self.closed)

    def panes(self) -> list[QWidget]:
        """Where F6 stops."""
        return [self.table, self.gantt]

    # ------------------------------------------------------------ the run

    def look_at(self, document: Document, result: RiskResult, date: float, watched: str) -> None:
        """Show the run whose finish (or that of a watched activity) is nearest to a date."""
        values = result.watch[watched] if watched else result.finish
        self._document, self._result, self._watched = document, result, watched
        self._order = np.argsort(values, kind="stable")
        self._load(int(np.abs(values - int(date)).argmin()))

    def step(self, by: int) -> None:
        """The run whose finish comes next, or before."""
        if self.run is None:
            return
        place = int(np.flatnonzero(self._order == self.run.number)[0]) + by
        if 0 <= place < self._order.size:
            self._load(int(self._order[place]))

    def _load(self, number: int) -> None:
        document, result = self._document, self._result
        assert document is not None
        assert result is not None

        def done(run: Iteration) -> None:
            if self._result is result and document.cpm is not None:
                self._show(document, result, run)

        self.state.run("risk-run", tr("One run"), lambda _context: result.iteration(number), done)

    def _show(self, document: Document, result: RiskResult, run: Iteration) -> None:
        first = self.run is None or self.plan.schedule is not document.schedule
        self.run = run
        assert document.cpm is not None
        self.plan.show(document.schedule, dates_of_run(document.cpm, run), plan_of(document))
        if first:
            self.bars.show_columns(COLUMNS)
        self._isolate()
        values = result.watch[self._watched] if self._watched else result.finish
        own = int(values[run.number])
        place = int(np.flatnonzero(self._order == run.number)[0])
        self.title.setText(
            tr("Run {number}: {name} {date}, later than {share} of the runs").format(
                number=text.number(run.number + 1),
                name=self._watched or tr("finish"),
                date=text.long_date(own),
                share=share_words(place / values.size),
            )
        )
        self.fired.setText(self._occurred(document, run))
        self.earlier.setEnabled(place > 0)
        self.later.setEnabled(place < values.size - 1)

    def _occurred(self, document: Document, run: Iteration) -> str:
        """Which risks, drivers and branches this run had."""
        model = document.risk_model
        titles = {risk.id: risk.title for risk in model.risks} if model is not None else {}
        risks = [f"{name} {titles.get(name, '')}".strip() for name in run.risks]
        parts = [tr("Occurred: {risks}").format(risks="; ".join(risks) or tr("no risk"))]
        if run.drivers:
            factors = [f"{name} × {text.number(value, 2)}" for name, value in run.drivers.items()]
            parts.append(tr("Drivers: {factors}").format(factors="; ".join(factors)))
        absent = np.flatnonzero(run.absent)
        if absent.size:
            codes = ", ".join(document.schedule.activities.code[absent[:8]].tolist())
            more = tr(" and {count} more").format(count=absent.size - 8) if absent.size > 8 else ""
            parts.append(tr("Not done: {codes}").format(codes=codes + more))
        return ". ".join(parts) + "."

    # ------------------------------------------------------------ rows

    def _isolate(self) -> None:
        run = self.run
        if run is not None:
            rows = np.flatnonzero(run.driving).tolist() if self.driving.isChecked() else ()
            self.plan.isolate(rows)

    def _chosen(self, node: int) -> None:
        row = self.plan.activity_of(node)
        if row != NO_ROW:
            self.state.select(row)

    def _open(self, node: int) -> None:
        if self.plan.activity_of(node) == NO_ROW:
            self.plan.fold(node, not self.plan.is_folded(node))
        else:
            self.state.workspace_requested.emit("schedule")


def dates_of_run(cpm: CpmResult, run: Iteration) -> CpmResult:
    """The run in the shape of a calculation. Floats are not known and stay out of sight."""
    unknown = np.full(run.start.size, NO_TIME, dtype=np.int64)
    begun = cpm.start != cpm.early_start
    return replace(
        cpm,
        early_start=run.start,
        early_finish=run.finish,
        late_start=unknown,
        late_finish=unknown,
        total_float=unknown,
        free_float=unknown,
        remaining_duration=run.duration,
        start=np.where(begun, cpm.start, run.start),
        finish=np.where(cpm.finish != cpm.early_finish, cpm.finish, run.finish),
        critical=run.driving,
        longest_path=run.driving,
    )


def plan_of(document: Document) -> Baseline:
    """The calculated dates without risk, to lay the run over."""
    cpm, n = document.cpm, len(document.schedule)
    assert cpm is not None
    columns = BaselineColumns(
        start=cpm.start,
        finish=cpm.finish,
        duration=np.full(n, NO_TIME, dtype=np.int64),
        cost=np.full(n, np.nan),
    )
    return Baseline(tr("Plan without risk"), document.schedule.data_date, columns)
