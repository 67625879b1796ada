"""The Risk workspace: how sure the finish is, what moves it, and the ranges behind it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QFileDialog,
    QHBoxLayout,
    QMenu,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from planbench.domain.errors import PlanbenchError
from planbench.domain.times import DAY
from planbench.engines.risk.model import RiskModel
from planbench.engines.risk.result import Iteration, RiskResult
from planbench.services.document import Document
from planbench.services.preview import Preview
from planbench.services.register import Register, modelled, register_of
from planbench.services.risk import (
    check_model,
    default_model,
    read_model,
    readiness,
    sample_model,
    shapley,
    simulated,
    write_model,
)
from planbench.services.scenarios import compare_scenarios, keep_scenario, kept_scenarios
from planbench.ui import text
from planbench.ui.register.view import RegisterView
from planbench.ui.risk.finish import FinishChart, share_words
from planbench.ui.risk.models import MEASURES, OF_RISKS, TIPS, MoverModel, PercentileModel
from planbench.ui.risk.plots import (
    COST,
    FLOW,
    MERGES,
    NOTES,
    PLOTS,
    RESERVE,
    RUN,
    SETTLED,
    Plots,
    months,
)
from planbench.ui.risk.scenarios import Scenarios, comparable, compared
from planbench.ui.risk.shelf import Shelf
from planbench.ui.risk.workshop import WorkshopView
from planbench.ui.state import AppState
from planbench.ui.theme import current_theme
from planbench.ui.translation import tr
from planbench.ui.widgets import (
    Banner,
    Button,
    Card,
    ComboBox,
    EmptyState,
    Label,
    SegmentedControl,
    Stat,
    StatStrip,
    Surface,
    TableView,
    Toolbar,
)

_ALONE = tr("No comparison")

SIDES = (tr("Results"), tr("Register"), tr("Workshop"))


class RiskWorkspace(QWidget):
    """Results of the simulation of the open document, with its ranges at the side."""

    name = "risk"
    title = tr("Risk")
    icon = "dices"

    def __init__(self, state: AppState) -> None:
        super().__init__()
        self.state = state
        self._model: RiskModel | None = None
        self._chart: FinishChart | None = None
        self._edited = False
        self._narrow = False
        self.scenarios = Scenarios()
        self._extra_of: RiskResult | None = None  # the run that slow measures belong to
        self._build()
        self.go_to(0)
        state.document_changed.connect(self._document_changed)
        state.result_changed.connect(self._result_changed)
        self._document_changed()

    # Building.

    def _build(self) -> None:
        self.strip = StatStrip()
        self.banner = Banner("stale")
        self.banner.hide()
        self.sentence = Label("", "prose", wrap=True)
        self.percentiles = PercentileModel()
        self.levels = TableView(tr("Percentiles of the finish"))
        self.levels.setModel(self.percentiles)
        self.movers = MoverModel()
        self.table = TableView(tr("What moves the finish"))
        self.table.setModel(self.movers)
        self.table.row_changed.connect(self._mover_chosen)
        self.table.row_activated.connect(self._mover_opened)
        self.shelf = Shelf()
        self.shelf.model_changed.connect(self._ranges_changed)
        self._pages = QStackedWidget()
        self._nothing = EmptyState(
            tr("No schedule is open"),
            tr(
                "Risk runs the schedule some thousand times with durations drawn from ranges, and "
                "tells which finish is met how often. Open a schedule first."
            ),
        )
        self._first = EmptyState(
            tr("Nothing was simulated yet"),
            tr(
                "The ranges at the right say how far each remaining duration may vary. Keep the "
                "first "
                "one or enter your own, then run: the dates of 50 and 80 % confidence appear here."
            ),
            (tr("Run"), "play", self.run),
        )
        for page in (self._nothing, self._first, self._results_page()):
            self._pages.addWidget(page)
        self.register_view = RegisterView(self.state, lambda: self._model)
        self.register_view.changed.connect(self._register_changed)
        self.workshop = WorkshopView(self.state, self._whole_model)
        self.workshop.changed.connect(self.use_model)
        self.workshop.kept.connect(self._keep_preview)
        left = QVBoxLayout()
        left.setSpacing(0)
        left.addWidget(self._toolbar())
        left.addWidget(self.banner)
        self.sides = QStackedWidget()
        for side in (self._pages, self.register_view, self.workshop):
            self.sides.addWidget(side)
        left.addWidget(self.sides, 1)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addLayout(left, 1)
        row.addWidget(self.shelf)

    def _toolbar(self) -> Toolbar:
        bar = Toolbar(tr("Risk"))
        self.side = SegmentedControl(list(SIDES), tr("Side of the workspace"))
        self.side.changed.connect(self.go_to)
        bar.add(self.side)
        self.scope = ComboBox([tr("Project finish")], tr("Which finish"))
        self.scope.setMaximumWidth(300)
        self.scope.activated.connect(lambda _index: self._show_scope())
        bar.add(self.scope)
        self.against = ComboBox([_ALONE], tr("Compare with a kept run"))
        self.against.setMaximumWidth(260)
        self.against.activated.connect(lambda _index: self._against_chosen())
        bar.add(self.against)
        bar.add(self.register_view.search)
        bar.add_stretch()
        for tool in (*self.register_view.tools[1:], *self.workshop.tools):
            bar.add(tool)
        self.keep_button = Button(
            tr("Keep"), "tool", "plus", tip=tr("Keep this run, to compare later runs with it")
        )
        self.keep_button.clicked.connect(lambda _checked=False: self.keep())
        bar.add(self.keep_button)
        self.ranges_button = Button(
            tr("Ranges"), "tool", "sliders-horizontal", tip=tr("Show the ranges")
        )
        self.ranges_button.setCheckable(True)
        self.ranges_button.setChecked(True)
        self.ranges_button.toggled.connect(
            lambda on: self.shelf.setVisible(on and self.side.index == 0)
        )
        bar.add(self.ranges_button)
        self.model_button = Button(
            tr("Model"), "default", "file-text", tip=tr("Open or save the model")
        )
        self.model_button.clicked.connect(lambda _checked=False: self._model_menu())
        bar.add(self.model_button)
        self.run_button = Button(tr("Run"), "primary", "play", tip=tr("Simulate the open schedule"))
        self.run_button.clicked.connect(lambda _checked=False: self.run())
        bar.add(self.run_button)
        self._results_tools = [
            self.scope,
            self.keep_button,
            self.ranges_button,
            self.model_button,
            self.run_button,
        ]
        return bar

    def go_to(self, side: int) -> None:
        """Show the results, the register or the workshop."""
        self.side.set_index(side)
        self.sides.setCurrentIndex(side)
        for tool in self._results_tools:
            tool.setVisible(side == 0)
        for tool in self.register_view.tools:
            tool.setVisible(side == 1)
        for tool in self.workshop.tools:
            tool.setVisible(side == 2)
        self.against.setVisible(side == 0 and self.against.count() > 1)
        self.shelf.setVisible(side == 0 and self.ranges_button.isChecked())
        if side == 1:
            self.register_view.refresh()
            self.register_view.table.setFocus()
        if side == 2:
            self.workshop.shown()
        self._show_banner()

    def _results_page(self) -> QWidget:
        page = Surface("surface")
        column = QVBoxLayout(page)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.strip)
        words = QHBoxLayout()
        words.setContentsMargins(16, 10, 16, 2)
        words.addWidget(self.sentence, 1)
        column.addLayout(words)
        self.chart_card = Card(tr("Finish"), tr("share of the runs and confidence by date"))
        self.level_card = Card(tr("Percentiles"), tr("± is half of the 95 % interval"))
        self.level_card.set_body(self.levels)
        self.level_card.setFixedWidth(332)
        upper = QHBoxLayout()
        upper.setContentsMargins(12, 8, 12, 6)
        upper.setSpacing(12)
        upper.addWidget(self.chart_card, 1)
        upper.addWidget(self.level_card)
        column.addLayout(upper, 6)
        self.mover_card = Card(tr("What moves the finish"))
        self.measure = ComboBox(MEASURES[2:], tr("Measure"))
        self.measure.activated.connect(lambda _index: self._show_movers())
        self.mover_card.add_tool(self.measure)
        self.definition = Label("", "small", "text-muted", wrap=True)
        self.definition.setContentsMargins(14, 4, 14, 8)
        inner = QWidget()
        inside = QVBoxLayout(inner)
        inside.setContentsMargins(0, 0, 0, 0)
        inside.setSpacing(0)
        inside.addWidget(self.table, 1)
        inside.addWidget(self.definition)
        self.mover_card.set_body(inner)
        lower = QHBoxLayout()
        lower.setContentsMargins(12, 6, 12, 12)
        lower.setSpacing(12)
        lower.addWidget(self.mover_card, 5)
        self.plots = Plots()
        self.plots.table.row_activated.connect(self._plot_row_opened)
        self.plot_card = Card(tr("Behind the curve"))
        self.plot_choice = ComboBox((SETTLED,), tr("What is shown"))
        self.plot_choice.activated.connect(lambda _index: self._show_plot())
        self.plot_card.add_tool(self.plot_choice)
        self.plot_card.set_body(self.plots)
        lower.addWidget(self.plot_card, 6)
        column.addLayout(lower, 5)
        return page

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        narrow = self.window().width() < current_theme().frame["narrow_breakpoint"]
        if narrow != self._narrow:
            self._narrow = narrow
            self._fold()
            self._show_scope()

    def _fold(self) -> None:
        """In a narrow window the results come first; the ranges are one click away."""
        self.ranges_button.setChecked(not self._narrow or self._pages.currentIndex() != 2)

    def shown(self) -> None:
        """The workspace was gone to: a model that was kept with the update runs by itself."""
        document = self.state.document
        if document is not None and document.risk is None and document.risk_model is not None:
            self.run()
        if self._pages.currentIndex() == 2:
            self.table.setFocus()

    def panes(self) -> list[QWidget]:
        """Where F6 stops."""
        if self.side.index == 2:
            return [self.side, *self.workshop.answers.values()]
        if self.side.index == 1:
            return [self.side, *self.register_view.panes()]
        return [self.scope, self.table, *self.shelf.panes()]

    # The document and its result.

    def _document_changed(self) -> None:
        document = self.state.document
        ready = document is not None and len(document.schedule) > 0
        for part in (self.run_button, self.model_button, self.scope):
            part.setEnabled(ready)
        self.shelf.setEnabled(ready)
        self._edited = False
        self.scenarios.clear()
        if document is not None and ready:
            self._restore_scenarios(document)
            self._model = document.risk_model or default_model()
            self.shelf.show_model(self._model)
        self._open_register(document)
        self._show()

    def _open_register(self, document: Document | None) -> None:
        register = Register()
        if document is not None:
            try:
                register = register_of(document, self.state.library)
            except PlanbenchError as error:
                self.state.message.emit("error", error.line)
        self.register_view.show_register(register)
        self.workshop.open_document(document)

    def _whole_model(self) -> RiskModel | None:
        """The model that a run takes: with the register's open risks."""
        document = self.state.document
        if document is None or self._model is None:
            return None
        return modelled(document, self._model, self.register_view.register)

    def _keep_preview(self, name: str, preview: Preview) -> None:
        """A state of the workshop as a scenario, in the library where the update is."""
        document, model = self.state.document, self._whole_model()
        if document is None or model is None:
            return
        self.scenarios.kept[name] = preview.result
        self._list_kept(document.risk)
        if self.state.library is not None and document.update is not None:
            shown = replace(document, risk=preview.result, risk_model=model)
            try:
                keep_scenario(self.state.library, shown, name)
            except PlanbenchError as error:
                self.state.message.emit("error", error.line)

    def _register_changed(self) -> None:
        """The register's open risks are those of the next run."""
        document = self.state.document
        if document is not None and self._model is not None:
            self.shelf.show_model(modelled(document, self._model, self.register_view.register))
        self._edited = True
        self._show_banner()

    def _result_changed(self, kind: str) -> None:
        if kind in ("risk", "cpm"):
            self._show()
            if self.side.index == 1:
                self.register_view.refresh()

    def _show(self) -> None:
        document = self.state.document
        result = document.risk if document is not None else None
        self.keep_button.setEnabled(result is not None)
        self._list_kept(result)
        if document is None or result is None:
            self.banner.hide()
            self._pages.setCurrentIndex(0 if document is None else 1)
            self._fold()
            return
        codes = [tr("Project finish"), *result.watch]
        self.scope.clear()
        self.scope.addItems(codes)
        self._show_facts(document, result)
        self._show_banner()
        self._list_measures(result)
        self._show_movers()
        fresh = self._pages.currentIndex() != 2
        self._pages.setCurrentIndex(2)
        if fresh:
            self._fold()
        self._show_scope()

    def _show_scope(self) -> None:
        document = self.state.document
        result = document.risk if document is not None else None
        if document is None or result is None:
            return
        watched = self.scope.currentText() if self.scope.currentIndex() > 0 else ""
        if self._chart is None:
            self._chart = FinishChart()
            self.chart_card.set_body(self._chart.chart.widget)
            self._chart.chosen = self.look_at_run
        name = tr("Finish of the project")
        if watched:
            row = document.schedule.row_of_code[watched]
            name = f"{watched} {document.schedule.activities.name[row]}"
        self.chart_card.set_title(name, tr("share of the runs and confidence by date"))
        other = self.scenarios.kept.get(self.against.currentText())
        if other is not None and not comparable(result, other, watched):
            other = None
        self._chart.show_result(result, watched, other)
        self.percentiles.show_result(result, watched, other)
        self.level_card.setFixedWidth(332 if other is None else 404)
        self.levels.apply_columns()
        self.strip.set(figures(result, watched, self._narrow))
        self._show_plot()
        words = said(result, watched)
        if other is not None:
            words += f" {compared(result, other, watched)}"
        self.sentence.setText(words)

    def keep(self) -> None:
        """Keep the shown run; later runs can be laid over it."""
        document = self.state.document
        if document is None or document.risk is None:
            return
        name = self.scenarios.keep(document.risk)
        if self.state.library is not None and document.update is not None:
            try:
                keep_scenario(self.state.library, document, name)
            except PlanbenchError as error:
                self.state.message.emit("error", error.line)
                return
        self.state.message.emit(
            "info", tr("Kept as “{name}”. Change something and run again.").format(name=name)
        )

    def _restore_scenarios(self, document: Document) -> None:
        """The scenarios that the library keeps with the update; they are run when chosen."""
        if self.state.library is None:
            return
        try:
            kept = kept_scenarios(self.state.library, document)
        except PlanbenchError as error:
            self.state.message.emit("warning", error.line)
            return
        self.scenarios.stored = {scenario.name: scenario for scenario in kept}

    def _against_chosen(self) -> None:
        """Lay the chosen run under the shown one; a stored one is simulated first."""
        name, document = self.against.currentText(), self.state.document
        scenario = self.scenarios.stored.get(name)
        if scenario is None or name in self.scenarios.kept or document is None:
            self._show_scope()
            return

        def work(context: Any) -> RiskResult:
            return compare_scenarios(document, [scenario], context=context)[0].result

        def done(result: RiskResult) -> None:
            if self.state.document is document:
                self.scenarios.kept[name] = result
                self._list_kept(document.risk)
                self.against.setCurrentText(name)
                self._show_scope()

        self.state.run("risk-scenario", tr("Simulating “{name}”").format(name=name), work, done)

    def _list_kept(self, result: RiskResult | None) -> None:
        """The runs that the shown one can be laid over; the latest is chosen for a fresh run."""
        chosen = self.against.currentText()
        names = self.scenarios.names(result) if result is not None else []
        self.against.clear()
        self.against.addItems([_ALONE, *names])
        if names:
            latest = names[-1] if names[-1] in self.scenarios.kept else _ALONE
            self.against.setCurrentText(chosen if chosen in names else latest)
        self.against.setVisible(bool(names) and self.side.index == 0)

    def _show_movers(self) -> None:
        document = self.state.document
        if document is None or document.risk is None:
            return
        measure = self.measure.currentText()
        self._need(document, document.risk, measure)
        self.movers.show_result(document, document.risk, measure)
        self.table.apply_columns()
        self.mover_card.set_title(tr("What moves the finish"), "")
        self.definition.setText(f"{TIPS[measure]}.")

    def _list_measures(self, result: RiskResult) -> None:
        """Measures of risks come first where there is a register."""
        wanted = MEASURES if result.effects else MEASURES[len(OF_RISKS) :]
        if self._extra_of is not result:
            self._extra_of, self.movers.extra = result, {}
        if self.measure.count() != len(wanted):
            self.measure.clear()
            self.measure.addItems(wanted)
            self.measure.setToolTip(tr("Which measure the table is sorted by"))
        kept = self.plot_choice.currentText()
        names = [c for c in PLOTS if result.cost is not None or c not in (COST, FLOW)]
        self.plot_choice.clear()
        self.plot_choice.addItems(names)
        if kept in names:
            self.plot_choice.setCurrentText(kept)

    def _need(self, document: Document, result: RiskResult, measure: str) -> None:
        """Start what a measure takes longer for; the table follows when it is there."""
        if measure in self.movers.extra or measure not in ("Shared out", "Significance"):
            return
        model = document.risk_model
        if model is None:
            return

        def work(context: Any) -> Any:
            if measure == "Shared out":
                return shapley(
                    document,
                    model,
                    iterations=1024,
                    seed=result.seed,
                    mitigated=result.mitigated,
                    context=context,
                )
            found = np.flatnonzero(np.nan_to_num(result.criticality) > 0)
            rows = found.astype(np.int32)
            return rows, result.significance(rows)

        def done(found: Any) -> None:
            if self._extra_of is result:
                self.movers.extra[measure] = found
                self._show_movers()

        self.state.run("risk-measure", measure, work, done)

    def _show_plot(self) -> None:
        document, choice = self.state.document, self.plot_choice.currentText()
        result = document.risk if document is not None else None
        if document is None or result is None or not choice:
            return
        watched = self.scope.currentText() if self.scope.currentIndex() > 0 else ""
        self.plot_card.set_title(choice, NOTES[choice])
        if choice == COST and result.cost is not None:
            self.plots.show_cost(result.cost)
        elif choice == SETTLED:
            self.plots.show_settled(result, watched)
        elif choice == RESERVE:
            self.plots.model.show_reserves(result, watched)
            self.plots.show_table()
        elif choice == RUN:
            self.look_at_run(float(result.percentile(80)))
        else:
            self._work_out(document, result, choice)

    def _work_out(self, document: Document, result: RiskResult, choice: str) -> None:
        """Merges and cash flow run the blocks again, beside the window."""

        def work(context: Any) -> Any:
            if choice == MERGES:
                return result.merge_bias()
            assert result.cost is not None
            last = int(result.finish.max())
            return result.cost.flow(months(document.schedule.data_date, last))

        def done(found: Any) -> None:
            if document.risk is not result or self.plot_choice.currentText() != choice:
                return
            if choice == MERGES:
                self.plots.model.show_merges(document, found)
                self.plots.show_table()
            else:
                self.plots.show_flow(found)

        self.state.run("risk-plot", choice, work, done)

    def look_at_run(self, date: float) -> None:
        """The run whose finish is nearest to a date, as a schedule with what occurred."""
        document = self.state.document
        result = document.risk if document is not None else None
        if document is None or result is None:
            return
        watched = self.scope.currentText() if self.scope.currentIndex() > 0 else ""
        values = result.watch[watched] if watched else result.finish
        number = int(np.abs(values - int(date)).argmin())

        def done(run: Iteration) -> None:
            if document.risk is not result or document.cpm is None:
                return
            self.plot_choice.setCurrentText(RUN)
            self.plots.model.show_run(document, run)
            self.plots.show_table()
            fired = ", ".join(run.risks) or tr("no risk")
            said = tr("run {number}: {project_finish}; {fired}").format(
                number=text.number(number + 1),
                project_finish=text.date(run.project_finish),
                fired=fired,
            )
            self.plot_card.set_title(RUN, said)

        self.state.run("risk-plot", tr("One run"), lambda _context: result.iteration(number), done)

    def _plot_row_opened(self, row: int) -> None:
        if 0 <= row < len(self.plots.model.places) and self.plots.model.places[row] >= 0:
            self.state.select(self.plots.model.places[row])
            self.state.workspace_requested.emit("schedule")

    def _show_facts(self, document: Document, result: RiskResult) -> None:
        seconds = sum(result.seconds.values())
        kind = tr("Latin hypercube") if result.sampling == "lhs" else "random"
        lines = [
            tr("{iterations} runs, {kind}, seed {seed}").format(
                iterations=text.number(result.iterations), kind=kind, seed=result.seed
            ),
            tr("{seconds} s on {threads}").format(
                seconds=text.number(seconds, 1),
                threads=text.counted(result.threads, tr("thread"), tr("threads")),
            ),
            tr("Digest {digest}").format(digest=result.digest[:12]),
        ]
        lines += [
            tr("{ids} {text}").format(
                ids=text.counted(len(item.ids), tr("activity"), tr("activities")), text=item.text
            )
            for item in readiness(document)
        ]
        if result.idle:
            lines.append(tr("Without effect: {idle}").format(idle=", ".join(result.idle)))
        self.shelf.facts.setText("\n".join(lines))

    def _show_banner(self) -> None:
        document = self.state.document
        result = document.risk if document is not None else None
        if document is None or result is None or self.side.index == 2:
            self.banner.hide()  # the workshop's preview is always that of the model as it stands
        elif self._edited:
            self.banner.show_message(
                tr("The ranges or risks changed since this run."),
                kind="stale",
                action=tr("Run"),
                slot=self.run,
            )
        elif result.schedule_digest != document.schedule.digest:
            self.banner.show_message(
                tr("The schedule changed since this run."),
                kind="stale",
                action=tr("Run"),
                slot=self.run,
            )
        else:
            self.banner.hide()

    # Doing.

    def run(self) -> None:
        """Simulate in the background; the old result stays until the new one is there."""
        document, base = self.state.document, self._model
        settings = self.shelf.run_settings()
        if document is None or base is None or settings is None:
            return
        iterations, seed, after = settings
        try:
            model = modelled(document, base, self.register_view.register)
            check_model(document, model)
        except PlanbenchError as error:
            self.state.message.emit("error", error.line)
            return

        def work(context: Any) -> RiskResult:
            return simulated(
                document, model, iterations=iterations, seed=seed, mitigated=after, context=context
            )

        def done(result: RiskResult) -> None:
            document.risk, document.risk_model = result, model
            if self.state.document is document:
                self._edited = base is not self._model
                self.state.result_changed.emit("risk")

        self.state.run("risk", tr("Simulation"), work, done)

    def _ranges_changed(self, model: RiskModel) -> None:
        self._model = model
        self._edited = True
        self._show_banner()

    def use_model(self, model: RiskModel) -> None:
        """Work with another model from now on."""
        self.shelf.show_model(model)
        self._ranges_changed(model)

    def _model_menu(self) -> None:
        menu = QMenu(self)
        menu.addAction(tr("Open a model…"), self._open_model)
        menu.addAction(tr("Save the model…"), self._save_model)
        menu.addSeparator()
        menu.addAction(tr("One range for all open work"), lambda: self.use_model(default_model()))
        menu.addAction(tr("The sample's model"), self._sample_model)
        menu.exec(self.model_button.mapToGlobal(self.model_button.rect().bottomLeft()))

    def _open_model(self) -> None:
        document = self.state.document
        name, _ = QFileDialog.getOpenFileName(
            self, tr("Open a risk model"), "", tr("Risk model (*.json *.xlsx)")
        )
        if name and document is not None:
            try:
                self.use_model(read_model(Path(name), document))
            except PlanbenchError as error:
                self.state.message.emit("error", error.line)

    def _save_model(self) -> None:
        name, _ = QFileDialog.getSaveFileName(
            self,
            tr("Save the risk model"),
            "risk-model.json",
            tr("Risk model (*.json);;Risk model as a workbook (*.xlsx)"),
        )
        if name and self._model is not None:
            try:
                write_model(self._model, Path(name))
            except PlanbenchError as error:
                self.state.message.emit("error", error.line)

    def _sample_model(self) -> None:
        document = self.state.document
        if document is None:
            return
        try:
            model = sample_model(document)
            check_model(document, model)
        except (PlanbenchError, KeyError):
            self.state.message.emit("warning", tr("The sample's model fits the sample only."))
            return
        self.use_model(model)

    def _mover_chosen(self, row: int) -> None:
        if 0 <= row < len(self.movers.movers) and self.movers.movers[row].row >= 0:
            self.state.select(self.movers.movers[row].row)

    def _mover_opened(self, row: int) -> None:
        if 0 <= row < len(self.movers.movers) and self.movers.movers[row].row >= 0:
            self.state.select(self.movers.movers[row].row)
            self.state.workspace_requested.emit("schedule")


def figures(result: RiskResult, watched: str = "", narrow: bool = False) -> list[Stat]:
    """The strip: plan, P50, P80, P90, spread and runs; short dates where there is little room."""
    date_words = text.date if narrow else text.long_date
    plan = result.watch_deterministic[watched] if watched else result.deterministic
    sure = result.confidence(plan, watched)
    stats = [
        Stat(
            tr("Plan, no risk"),
            date_words(plan),
            tr("confidence {sure}").format(sure=share_words(sure)),
            note_role="text-muted" if sure >= 0.5 else "warning",
        )
    ]
    for level in (50, 80, 90):
        date = result.percentile(level, watched)
        width = result.interval(level, watched) / DAY
        note = tr("± {width} d, {signed} d to plan").format(
            width=text.number(width, 1), signed=text.signed((date - plan) / DAY)
        )
        stats.append(Stat(f"P{level}", date_words(date), note))
    values = result.watch[watched] if watched else result.finish
    spread = float(values.std()) / DAY
    stats.append(Stat(tr("Standard deviation"), f"{text.number(spread, 1)} d", tr("calendar days")))
    if result.cost is not None and not watched and not narrow:
        joint = share_words(result.cost.joint_at(80))
        note = tr("with P80 date: {joint}").format(joint=joint)
        stats.append(Stat(tr("Cost P80"), text.number(round(result.cost.percentile(80))), note))
    stats.append(
        Stat(tr("Runs"), text.number(result.iterations), tr("seed {seed}").format(seed=result.seed))
    )
    return stats


def said(result: RiskResult, watched: str = "") -> str:
    """The answer in one sentence."""
    plan = result.watch_deterministic[watched] if watched else result.deterministic
    sure = result.confidence(plan, watched)
    date = result.percentile(80, watched)
    days = round((date - plan) / DAY)
    width = text.number(result.interval(80, watched) / DAY, 1)
    start = tr("The calculated finish {plan} is met in {sure} of the runs").format(
        plan=text.long_date(plan), sure=share_words(sure)
    )
    if days <= 0:
        return tr("{start}; 80 % of them finish by {date}.").format(
            start=start, date=text.long_date(date)
        )
    return tr("{start}; to be 80 % sure, allow {days} more: {date} ± {width} d.").format(
        start=start,
        days=text.counted(days, tr("day"), tr("days")),
        date=text.long_date(date),
        width=width,
    )
