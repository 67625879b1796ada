"""The Risk workspace: how sure the finish is, what moves it, and the ranges behind it."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import Any

from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QHBoxLayout,
    QMenu,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from planbench.domain.errors import PlanbenchError
from planbench.engines.risk.model import RiskModel
from planbench.engines.risk.result import RiskResult, RunFields
from planbench.services.document import Document
from planbench.services.preview import Preview
from planbench.services.register import Register, modelled, register_of
from planbench.services.risk import (
    check_model,
    default_model,
    readiness,
    simulated,
)
from planbench.services.risk_figures import why_despite
from planbench.services.risk_measures import run_fields
from planbench.services.risk_watch import title_of, watch, watchable, with_watched
from planbench.services.scenarios import keep_scenario
from planbench.ui.register.view import RegisterView
from planbench.ui.risk.against import Against
from planbench.ui.risk.model_button import ModelButton
from planbench.ui.risk.ready import ReadinessDialog
from planbench.ui.risk.results import ResultsPage
from planbench.ui.risk.run_view import RunView
from planbench.ui.risk.scenarios import Scenarios
from planbench.ui.risk.shelf import Shelf
from planbench.ui.risk.words import facts
from planbench.ui.risk.workshop import WorkshopView
from planbench.ui.state import AppState
from planbench.ui.theme import current_theme
from planbench.ui.translation import tr
from planbench.ui.widgets import (
    Banner,
    Button,
    ComboBox,
    EmptyState,
    SegmentedControl,
    Toolbar,
)

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
        self._edited = False
        self._narrow = False
        self.scenarios = Scenarios()
        self._build()
        self.go_to(0)
        state.document_changed.connect(self._document_changed)
        state.result_changed.connect(self._result_changed)
        self._document_changed()

    # Building.

    def _build(self) -> None:
        self.banner = Banner("stale")
        self.banner.hide()
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
        self.results = ResultsPage(self.state, self.look_at_run)
        self.run_view = RunView(self.state)
        self.run_view.closed.connect(self._close_run)
        for page in (self._nothing, self._first, self.results, self.run_view):
            self._pages.addWidget(page)
        self.register_view = RegisterView(self.state, lambda: self._model)
        self.register_view.changed.connect(self._register_changed)
        self.workshop = WorkshopView(self.state, self._whole_model)
        self.workshop.changed.connect(self.use_model)
        self.workshop.kept.connect(self._keep_preview)
        self.workshop.map_wanted.connect(self.register_view.map_risk)
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
        self.watch_button = Button(
            tr("Watch"),
            "tool",
            "eye",
            tip=tr("Show the finish of the selected activity or of a WBS element above it"),
        )
        self.watch_button.clicked.connect(lambda _checked=False: self._watch_menu())
        bar.add(self.watch_button)
        self.against = Against(self.state, self.scenarios)
        self.against.changed.connect(self._show_scope)
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
        self.model_button = ModelButton(self.state, lambda: self._model)
        self.model_button.opened.connect(self.use_model)
        self.model_button.warnings_wanted.connect(self.check_readiness)
        bar.add(self.model_button)
        self.run_button = Button(tr("Run"), "primary", "play", tip=tr("Simulate the open schedule"))
        self.run_button.clicked.connect(lambda _checked=False: self.run())
        bar.add(self.run_button)
        self._results_tools = [
            self.scope,
            self.watch_button,
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

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        narrow = self.window().width() < current_theme().frame["narrow_breakpoint"]
        if narrow != self._narrow:
            self._narrow = narrow
            self._fold()
            self._show_scope()

    def _fold(self) -> None:
        """In a narrow window the results come first; the ranges are one click away."""
        self.ranges_button.setChecked(not self._narrow or self._pages.currentIndex() < 2)

    def shown(self) -> None:
        """The workspace was gone to: a model that was kept with the update runs by itself."""
        document = self.state.document
        if document is not None and document.risk is None and document.risk_model is not None:
            self.simulate()
        if self._pages.currentIndex() == 2:
            self.results.movers.table.setFocus()

    def panes(self) -> list[QWidget]:
        """Where F6 stops."""
        if self.side.index == 2:
            return [self.side, *self.workshop.answers.values()]
        if self.side.index == 1:
            return [self.side, *self.register_view.panes()]
        if self._pages.currentWidget() is self.run_view:
            return [*self.run_view.panes(), *self.shelf.panes()]
        return [self.scope, self.results.movers.table, *self.shelf.panes()]

    # The document and its result.

    def _document_changed(self) -> None:
        document = self.state.document
        ready = document is not None and len(document.schedule) > 0
        for part in (self.run_button, self.model_button, self.scope):
            part.setEnabled(ready)
        self.shelf.setEnabled(ready)
        self.shelf.document = document
        self.shelf.templates.open_library(self.state.library)
        self._edited = False
        self.against.open_document(document)
        if document is not None and ready:
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
        self._list_runs(document.risk)
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
        self._list_runs(result)
        if document is None or result is None:
            self.banner.hide()
            self._pages.setCurrentIndex(0 if document is None else 1)
            self._fold()
            return
        self.scope.clear()
        self.scope.addItems([tr("Project finish"), *result.watch])
        self.shelf.facts.setText(facts(document, result))
        self._show_banner()
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
        other = self.against.other(result, self._watched)
        self.results.show_result(document, result, self._watched, other, self._narrow)

    @property
    def _watched(self) -> str:
        """The watched activity that is shown, "" for the project."""
        return self.scope.currentText() if self.scope.currentIndex() > 0 else ""

    def _watch_menu(self) -> None:
        document, row = self.state.document, self.state.selection
        if document is None or document.risk is None or row < 0:
            self.state.message.emit("info", tr("Run first, and select an activity anywhere."))
            return
        menu = QMenu(self)
        for name, rows in watchable(document, row).items():
            title = title_of(document, name).replace("&", "&&")
            menu.addAction(title, partial(self.watch, name, rows))
        menu.exec(self.watch_button.mapToGlobal(self.watch_button.rect().bottomLeft()))

    def watch(self, name: str, rows: Any) -> None:
        """Show the latest finish of some activities, once the runs were looked at again.

        The model keeps it, so that later runs tell it by themselves.
        """
        document = self.state.document
        result = document.risk if document is not None else None
        if document is None or result is None:
            return

        def done(_: None) -> None:
            if self.state.document is document and document.risk is result:
                self._keep_watched(document, name)
                self.scope.clear()
                self.scope.addItems([tr("Project finish"), *result.watch])
                self.scope.setCurrentText(name)
                self._show_scope()

        self.state.run(
            "risk-watch", name, lambda context: watch(document, name, rows, context), done
        )

    def _keep_watched(self, document: Document, name: str) -> None:
        if self._model is not None:
            self._model = with_watched(self._model, [name])
            self.shelf.model = with_watched(self.shelf.model, [name])
        if document.risk_model is not None:
            document.risk_model = with_watched(document.risk_model, [name])

    def look_at_run(self, date: float) -> None:
        """The run whose finish is nearest to a date, as a schedule with what occurred."""
        document = self.state.document
        if document is not None and document.risk is not None and document.cpm is not None:
            self.run_view.look_at(document, document.risk, date, self._watched)
            self._pages.setCurrentWidget(self.run_view)
            self._fold()
            self.run_view.table.setFocus()

    def _close_run(self) -> None:
        self._pages.setCurrentWidget(self.results)
        self.results.movers.table.setFocus()

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

    def _list_runs(self, result: RiskResult | None) -> None:
        self.against.show_runs(result)
        self.against.setVisible(self.against.count() > 1 and self.side.index == 0)

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
        """Simulate, once what may mislead is known or a reason was given to run all the same."""
        document = self.state.document
        if document is None:
            return
        if not why_despite(document, self.state.library) and readiness(document):
            self.check_readiness()
            return
        self.simulate()

    def check_readiness(self) -> None:
        """Show what may mislead, with the effect of lifting hard constraints."""
        document = self.state.document
        if document is not None:
            ReadinessDialog(self.state, document, self.simulate, self).open()

    def simulate(self) -> None:
        """Simulate in the background; the old result stays until the new one is there."""
        document, base = self.state.document, self._model
        settings = self.shelf.run_settings()
        if document is None or base is None or settings is None:
            return
        iterations, seed, after = settings
        cluster = self.shelf.cluster
        try:
            model = modelled(document, base, self.register_view.register)
            check_model(document, model)
        except PlanbenchError as error:
            self.state.message.emit("error", error.line)
            return

        def work(context: Any) -> RiskResult:
            return simulated(
                document,
                model,
                iterations=iterations,
                seed=seed,
                mitigated=after,
                cluster=cluster,
                context=context,
            )

        def done(result: RiskResult) -> None:
            document.risk, document.risk_model = result, model
            self.against.forget_pair()
            if self.state.document is document:
                self._edited = base is not self._model
                self.state.result_changed.emit("risk")
                self._work_out_fields(document, result)

        self.state.run("risk", tr("Simulation"), work, done)

    def _work_out_fields(self, document: Document, result: RiskResult) -> None:
        """Columns of the schedule that need the runs again follow the result."""

        def done(fields: RunFields) -> None:
            if document.risk is result:
                document.risk_fields = fields
                if self.state.document is document:
                    self.state.result_changed.emit("risk-fields")

        self.state.run(
            "risk-fields",
            tr("Columns of the run"),
            lambda context: run_fields(document, context),
            done,
        )

    def _ranges_changed(self, model: RiskModel) -> None:
        self._model = model
        self._edited = True
        self._show_banner()

    def use_model(self, model: RiskModel) -> None:
        """Work with another model from now on."""
        self.shelf.show_model(model)
        self._ranges_changed(model)
