"""The Control workspace: progress, cost and time against the baseline."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QHBoxLayout,
    QSizePolicy,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from planbench.domain.errors import PlanbenchError
from planbench.engines.control.variances import Action, VarianceRule
from planbench.services import actions as log
from planbench.services.actions import ActionReport
from planbench.services.contract import as_of, today
from planbench.services.control import ControlReport, library_report
from planbench.services.control_views import cash_view, progress_view, standards_view
from planbench.services.cost import cost_report
from planbench.services.library import Library
from planbench.services.portfolio_board import orders_of
from planbench.services.programme import Programme, programme_of
from planbench.ui.control.actions import ActionsPane
from planbench.ui.control.behind import show_behind
from planbench.ui.control.cash import CashPane
from planbench.ui.control.charts import BullsEye, ValueChart
from planbench.ui.control.cost import CostPane
from planbench.ui.control.progress import ProgressPane
from planbench.ui.control.standards import StandardsPane
from planbench.ui.control.table import BreakdownModel
from planbench.ui.control.words import Money, figures, programme_rows, story
from planbench.ui.state import AppState
from planbench.ui.translation import tr
from planbench.ui.widgets import (
    Card,
    EmptyState,
    Label,
    SegmentedControl,
    StatStrip,
    Surface,
    TableView,
    Toolbar,
)

BREAKDOWNS = ("WBS", tr("Cost account"), tr("Programme"))
PROGRAMME = 2
"""Place of the breakdown by projects of the library."""

VIEWS = (tr("Earned value"), tr("Progress"), tr("Cost"), tr("Cash"), tr("Standards"))
EARNED, PROGRESS, COST, CASH, STANDARDS = range(5)
FIRST_VIEW = 2
"""Pages before it: nothing is open, nothing can be measured."""

Measurement = tuple[ControlReport, ActionReport, list[str]]


class ControlWorkspace(QWidget):
    """Earned value of the open document, measured whenever what it rests on has changed."""

    name = "control"
    title = tr("Control")
    icon = "control"

    def __init__(self, state: AppState) -> None:
        super().__init__()
        self.state = state
        self.report: ControlReport | None = None
        self.followed: ActionReport | None = None
        self._stale = True
        self._curves: ValueChart | None = None
        self._eye: BullsEye | None = None
        self._build()
        state.document_changed.connect(self._changed)
        state.result_changed.connect(self._result_changed)

    def _build(self) -> None:
        self.strip = StatStrip()
        self.strip.opened.connect(self._show_behind)
        self.words = Label("", "prose", wrap=True)
        self.words.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.model = BreakdownModel()
        self.table = TableView(tr("Variances by work area or cost account"))
        self.table.setModel(self.model)
        self.breakdown = SegmentedControl(list(BREAKDOWNS), tr("Breakdown"))
        self.breakdown.changed.connect(lambda _index: self._show_rows())
        self.table.row_activated.connect(self._drill)
        self.view = SegmentedControl(list(VIEWS), tr("View of Control"))
        self.view.changed.connect(lambda _index: self._show_view())
        bar = Toolbar(tr("Control"))
        bar.add(self.view)
        bar.add(self.breakdown)
        bar.add_stretch()
        self._pages = QStackedWidget()
        self._nothing = EmptyState(
            tr("No schedule is open"),
            tr(
                "Control measures progress, cost and time against a baseline. Open a schedule "
                "first."
            ),
        )
        self.trouble = Label("", "prose", wrap=True)
        self.trouble.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        poor = QWidget()
        column = QVBoxLayout(poor)
        column.addStretch(1)
        column.addWidget(
            EmptyState(
                tr("Nothing can be measured yet"),
                tr(
                    "Earned value needs a data date, and a plan whose activities have budgets: "
                    "costs "
                    "on their resources or expenses, in the baseline or in the update itself."
                ),
            )
        )
        column.addWidget(self.trouble)
        column.addStretch(1)
        self.cost = CostPane()
        self.cash = CashPane()
        self.cost.worked.connect(self._work)
        self.cost.imported.connect(self._imported)
        self.cash.chosen.connect(self._show_view)
        self.progress = ProgressPane()
        self.standards = StandardsPane()
        for pane in (self.cost, self.cash, self.progress):
            pane.wanted.connect(self._write)
        self.standards.wanted.connect(self._write_standards)
        self.progress.pushed.connect(self.state.push)
        views = (self._results(), self.progress, self.cost, self.cash, self.standards)
        for page in (self._nothing, poor, *views):
            self._pages.addWidget(page)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        whole.addWidget(bar)
        whole.addWidget(self._pages, 1)
        self.breakdown.setEnabled(False)

    def _results(self) -> QWidget:
        page = Surface("surface")
        column = QVBoxLayout(page)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.strip)
        self.curve_card = Card(tr("Planned, earned, actual"))
        self.eye_card = Card(tr("Updates"), tr("SPI(t) and CPI"))
        self.eye_card.setFixedWidth(372)
        self.word_card = Card(tr("In words"))
        self.word_card.setFixedWidth(300)
        told = QWidget()
        inner = QVBoxLayout(told)
        inner.setContentsMargins(16, 4, 16, 12)
        inner.addWidget(self.words, 1)
        self.word_card.set_body(told)
        # The words wrap, so the row has a height for its width: without this the charts' own
        # wish for height would leave the tables below a sliver in a low window.
        for card in (self.curve_card, self.eye_card, self.word_card):
            card.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Ignored)
        upper = QHBoxLayout()
        upper.setContentsMargins(12, 12, 12, 6)
        upper.setSpacing(12)
        upper.addWidget(self.curve_card, 1)
        upper.addWidget(self.eye_card)
        upper.addWidget(self.word_card)
        column.addLayout(upper, 6)
        self.row_card = Card(tr("Variances"))
        self.row_card.set_body(self.table)
        self.log = ActionsPane()
        self.log.open_wanted.connect(self._open_actions)
        self.log.kept.connect(self._keep_action)
        self.log.rules_kept.connect(self._keep_rules)
        self.log.cause_kept.connect(self._keep_cause)
        self.action_card = Card(tr("Actions"))
        for tool in self.log.tools():
            tool.setFixedHeight(20)  # no taller than the head of the card beside it
            self.action_card.add_tool(tool)
        self.action_card.set_body(self.log)
        lower = QHBoxLayout()
        lower.setContentsMargins(12, 6, 12, 12)
        lower.setSpacing(12)
        lower.addWidget(self.row_card, 1)
        lower.addWidget(self.action_card, 1)
        column.addLayout(lower, 5)
        return page

    def shown(self) -> None:
        """The workspace was gone to: measure if something has changed since."""
        if self._stale:
            self._measure()

    def panes(self) -> list[QWidget]:
        """Where F6 stops."""
        inner: dict[int, list[QWidget]] = {
            EARNED: [self.breakdown, self.table, self.log.table],
            PROGRESS: [self.progress.table],
            COST: [self.cost.choice, self.cost.table],
            CASH: [self.cash.scenario, self.cash.table],
            STANDARDS: [self.standards.pack, self.standards.table],
        }
        return [self.view, *inner[self.view.index]]

    def _result_changed(self, kind: str) -> None:
        if kind in ("cpm", "baseline", "risk"):
            self._changed()
        elif kind == "quality" and self.view.index == STANDARDS and self.isVisible():
            self._show_view()  # compliance is with the check profile, too

    def _changed(self) -> None:
        self._stale = True
        if self.isVisible():
            self._measure()

    def _measure(self) -> None:
        """Measure in the background; what was shown stays until then."""
        document, library = self.state.document, self.state.library
        if document is None:
            self.report = None
            self._stale = False
            self._pages.setCurrentIndex(0)
            self.breakdown.setEnabled(False)
            return
        if document.cpm is None and not document.problem:
            return  # the calculation is under way and will tell
        self._stale = False

        def work(_context: Any) -> Measurement | PlanbenchError:
            try:
                report = library_report(document, library)
                asked = orders_of(library, document.library_project)
                return report, log.action_report(document, library, report), asked
            except PlanbenchError as error:
                return error

        def done(result: Measurement | PlanbenchError) -> None:
            if self.state.document is document:
                self._show(result)

        self.state.run("control", tr("Control"), work, done)

    def _show(self, found: Measurement | PlanbenchError) -> None:
        if isinstance(found, PlanbenchError):
            self.report = self.followed = None
            self.trouble.setText(found.line)
            self._pages.setCurrentIndex(1)
            self.breakdown.setEnabled(False)
            self._show_view()
            return
        result, self.followed, asked = found
        self.report = result
        if self._curves is None or self._eye is None:
            self._curves, self._eye = ValueChart(), BullsEye()
            self.curve_card.set_body(self._curves.chart.widget)
            self.eye_card.set_body(self._eye.chart.widget)
        money = Money(result.measured.values.bac, result.currency)
        self.curve_card.set_title(
            tr("Planned, earned, actual"),
            tr(
                "{unit}: planned grey between early and late, earned blue, actual "
                "orange, forecast by CPI dashed{words}"
            ).format(unit=money.unit, words=tr(", P10 to P90") if result.fan else ""),
        )
        self._curves.show_report(result, money)
        self._eye.show_report(result)
        self.strip.set(figures(result, money))
        self.words.setText("\n\n".join([*asked, *story(result, money)]))
        self.breakdown.setEnabled(True)
        self._show_rows()
        self._show_actions(money)
        self._show_view()

    def _show_view(self) -> None:
        """Show the chosen view; all but the first are worked out when they are looked at."""
        view, report, document = self.view.index, self.report, self.state.document
        self.breakdown.setVisible(view == EARNED)
        if document is None:
            self._pages.setCurrentIndex(0)
            return
        if report is None:
            # standards need no budget: everything else does
            self._pages.setCurrentIndex(FIRST_VIEW + STANDARDS if view == STANDARDS else 1)
            if view == STANDARDS:
                self._work_out(view)
            return
        self._pages.setCurrentIndex(FIRST_VIEW + view)
        if view != EARNED:
            self._work_out(view)

    def _work_out(self, view: int) -> None:
        """Work a view out in the background and show it."""
        document, library, report = self.state.document, self.state.library, self.report
        assert document is not None
        asked = self.cash.asked

        def work(_context: Any) -> Any:
            if view == STANDARDS:
                return standards_view(document, library, report)
            assert report is not None
            if view == COST:
                return cost_report(document, library, report)
            if view == PROGRESS:
                return progress_view(document, library, report)
            return cash_view(document, library, report, asked)

        def done(found: Any) -> None:
            if self.state.document is not document or self.view.index != view:
                return
            if view == STANDARDS:
                self.standards.show_view(found)
                return
            if report is None or self.report is not report:
                return
            money = Money(report.measured.values.bac, report.currency)
            if view == COST:
                self.cost.show_report(found, report, money)
            elif view == PROGRESS:
                self.progress.show_view(found, money)
            else:
                self.cash.show_view(found, money)

        self.state.run("control-view", VIEWS[view], work, done)

    def _show_behind(self, figure: int) -> None:
        """The activities, estimates or order of work behind a figure of the strip."""
        if self.report is not None:
            show_behind(self.state, self.report, figure, self._measure, self)

    def _drill(self, row: int) -> None:
        """Go from a figure of a breakdown to the activities that earned it."""
        if self.report is None or not 0 <= row < len(self.model.lines):
            return
        line = self.model.lines[row]
        if self.breakdown.index == PROGRAMME:
            if line.row >= 0:
                self.state.update_wanted.emit(line.row, "control")
            return
        self.progress.narrow(self.breakdown.index, line.row, line.name)
        self.view.set_index(PROGRESS)

    def _show_actions(self, money: Money) -> None:
        document, library = self.state.document, self.state.library
        assert document is not None
        why_not = ""
        try:
            log.need_library(library, document.library_project)
        except PlanbenchError as error:
            why_not = error.line
        self.log.show_report(self.followed, money, as_of(document, today()), why_not)
        self.action_card.set_title(tr("Actions"), self.log.words())

    def _write(self, act: Callable[[Library, int], object]) -> None:
        """Write something down in the library, then measure again."""
        document = self.state.document
        if document is None:
            return
        try:
            act(*log.need_library(self.state.library, document.library_project))
        except PlanbenchError as error:
            self.state.message.emit("error", error.line)
            return
        self._measure()

    def _work(
        self, title: str, act: Callable[[Library, int], object], done: Callable[[Any], object]
    ) -> None:
        """Do something slow with the library in the background, then `done(what it gave)`."""
        document = self.state.document
        if document is None:
            return
        try:
            library, project = log.need_library(self.state.library, document.library_project)
        except PlanbenchError as error:
            self.state.message.emit("error", error.line)
            return

        def taken(found: object) -> None:
            if self.state.document is document:
                done(found)

        self.state.run("control-work", title, lambda _context: act(library, project), taken)

    def _imported(self, periods: int, postings: int) -> None:
        """A ledger came in: say so and measure again."""
        told = tr("{postings} postings in {periods} periods came in.")
        self.state.message.emit("info", told.format(postings=postings, periods=periods))
        self._measure()

    def _write_standards(self, act: Callable[[Library, int], object]) -> None:
        """Write something down about standards; Quality and Reports follow them."""
        self._write(act)
        self.state.result_changed.emit("standards")

    def _open_actions(self) -> None:
        report = self.followed
        if report is not None:
            self._write(lambda library, project: log.open_actions(library, project, report))

    def _keep_action(self, action: Action) -> None:
        what = f"{action.uid}: {action.state}"
        self._write(lambda library, project: log.keep_actions(library, project, [action], what))

    def _keep_rules(self, rules: tuple[VarianceRule, ...]) -> None:
        self._write(lambda library, project: log.keep_rules(library, project, rules))

    def _keep_cause(self, cause: log.Cause) -> None:
        self._write(lambda library, _project: log.keep_cause(library, cause))

    def _show_rows(self) -> None:
        if self.report is None:
            return
        if self.breakdown.index == PROGRAMME:
            self._read_programme()
            return
        money = Money(self.report.measured.values.bac, self.report.currency)
        by_account = self.breakdown.index == 1
        rows = self.report.cbs if by_account else [r for r in self.report.wbs if r.level <= 2]
        self.model.show_rows(rows, money)
        self.table.apply_columns()
        self.row_card.set_title(
            tr("Variances"),
            tr("by {breakdowns}").format(breakdowns=BREAKDOWNS[self.breakdown.index]),
        )

    def _read_programme(self) -> None:
        """The projects of the library at their latest updates, and their sums."""
        library, report = self.state.library, self.report
        if library is None or report is None:
            self.row_card.set_title(tr("Variances"), tr("a programme is that of a library"))
            self.model.show_rows([], Money(1.0, ""))
            return

        def done(found: Programme) -> None:
            if self.breakdown.index != PROGRAMME:
                return
            rows, unit, note = programme_rows(found, report.currency)
            self.model.show_rows(rows, unit)
            self.table.apply_columns()
            self.row_card.set_title(tr("Variances"), note)

        words = tr("Summing the projects")
        self.state.run("programme", words, lambda _: programme_of(library), done)
