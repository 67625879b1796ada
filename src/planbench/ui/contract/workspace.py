"""The Contract workspace: the items of a pack with their evidence, events, deadlines, data."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QFileDialog,
    QHBoxLayout,
    QMenu,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from planbench.domain.errors import PlanbenchError, StoreError
from planbench.domain.times import to_datetime
from planbench.engines.contract.deadlines import next_due
from planbench.engines.contract.pack import Rule
from planbench.engines.contract.result import NOT_MET, RuleResult
from planbench.services import contract as service
from planbench.services.contract_view import ContractReport, contract_report
from planbench.ui.contract import words
from planbench.ui.contract.checklist import ROWS, Checklist
from planbench.ui.contract.clock import Clock
from planbench.ui.contract.data import DataPage
from planbench.ui.contract.events import EventsPage
from planbench.ui.contract.files import KINDS, write_file
from planbench.ui.contract.item import ItemPane
from planbench.ui.contract.sidebar import Sidebar
from planbench.ui.contract.strip import Strip
from planbench.ui.state import AppState
from planbench.ui.theme import current_theme
from planbench.ui.translation import tr
from planbench.ui.widgets import (
    Banner,
    Button,
    EmptyState,
    Label,
    SegmentedControl,
    Surface,
    Toolbar,
)

VIEWS = (tr("Programme checklist"), tr("Events and deadlines"), tr("Contract data"))


class ContractWorkspace(QWidget):
    """Holds the open document against the pack of its project, whenever either has changed."""

    name = "contract"
    title = tr("Contract")
    icon = "contract"

    def __init__(self, state: AppState) -> None:
        super().__init__()
        self.state = state
        self.report: ContractReport | None = None
        self._stale = True
        self._pack = ""  # chosen to look at; "" for the project's own
        self._clock: dt.date | None = None
        self._state = ""  # items of this state alone
        self._item = ""
        self._narrow: bool | None = None
        self._build()
        state.document_changed.connect(self._document_changed)
        state.result_changed.connect(self._result_changed)
        state.schedule_edited.connect(self._schedule_edited)
        self._document_changed()

    # ------------------------------------------------------------ building

    def _build(self) -> None:
        self.sidebar, self.list, self.item = Sidebar(), Checklist(), ItemPane()
        self.strip = Strip()
        self.clock, self.events, self.data = Clock(), EventsPage(), DataPage()
        self.banner = Banner("info")
        self._pages = QStackedWidget()
        self._pages.addWidget(
            EmptyState(
                tr("No schedule is open"),
                tr(
                    "Contract holds a programme against what its form of contract asks: FIDIC, "
                    "NEC or "
                    "an owner's specification. It keeps evidence, counts deadlines and writes the "
                    "compliance report."
                ),
                (
                    tr("Choose a project"),
                    "home",
                    lambda: self.state.workspace_requested.emit("home"),
                ),
            )
        )
        self._pages.addWidget(self._work_page())
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self._toolbar())
        column.addWidget(self._pages, 1)
        self.sidebar.pack_chosen.connect(self._pack_chosen)
        self.sidebar.bind_wanted.connect(self._bind)
        self.sidebar.restore_wanted.connect(self._restore)
        self.strip.state_chosen.connect(self._filter)
        self.list.row_changed.connect(self._item_chosen)
        self.list.cell_clicked.connect(self._cell_clicked)
        self.list.row_activated.connect(lambda _row: self.item.setFocus())
        self.item.activity_chosen.connect(self.state.select)
        self.item.activity_opened.connect(self._open_activity)
        self.item.evidence_given.connect(self._evidence_given)
        self.item.file_named.connect(self._file_named)
        self.item.word_given.connect(self._word_given)
        self.item.rule_edited.connect(self._rule_edited)
        self.clock.chosen.connect(self._deadline_chosen)
        self.events.kept.connect(self._event_kept)
        self.events.deleted.connect(self._event_deleted)
        self.data.kept.connect(self._data_kept)

    def _toolbar(self) -> Toolbar:
        bar = Toolbar(tr("Contract"))
        self.views = SegmentedControl(list(VIEWS), tr("View"))
        self.views.changed.connect(self._turn)
        bar.add(self.views)
        bar.add_stretch()
        self.days = SegmentedControl([tr("Data date"), tr("Today")], tr("Day of the clock"))
        self.days.setToolTip(tr("The day on which deadlines are counted"))
        self.days.changed.connect(self._day_chosen)
        bar.add(self.days)
        self.packs_button = Button(
            tr("Packs"), "tool", "list-tree", tip=tr("Show or hide the packs")
        )
        self.packs_button.setCheckable(True)
        self.packs_button.setChecked(True)
        self.packs_button.toggled.connect(self.sidebar.setVisible)
        bar.add(self.packs_button)
        self.evidence_button = Button(
            tr("Item"), "tool", "details", tip=tr("Show or hide the item")
        )
        self.evidence_button.setCheckable(True)
        self.evidence_button.setChecked(True)
        self.evidence_button.toggled.connect(self._show_item_pane)
        bar.add(self.evidence_button)
        self.again = Button(
            tr("Check again"), "default", "refresh", tip=tr("Check the programme anew")
        )
        self.again.clicked.connect(lambda _checked=False: self.run())
        bar.add(self.again)
        self.out = Button(
            tr("Report"), "primary", "file-text", tip=tr("Write the compliance report")
        )
        menu = QMenu(self.out)
        for title, ending in (
            (tr("Compliance report as web page…"), "html"),
            (tr("Compliance report as workbook…"), "xlsx"),
            (tr("Deadlines as calendar…"), "ics"),
            (tr("Pack as file…"), "json"),
        ):
            menu.addAction(title).triggered.connect(
                lambda _checked=False, ending=ending: self.ask_for_export(ending)
            )
        self.menu = menu
        self.out.clicked.connect(
            lambda _checked=False: menu.popup(self.out.mapToGlobal(self.out.rect().bottomLeft()))
        )
        bar.add(self.out)
        return bar

    def _work_page(self) -> QWidget:
        page = QWidget()
        self._views = QStackedWidget()
        self._views.addWidget(self._checklist_page())
        self._views.addWidget(self.events)
        self._views.addWidget(self.data)
        middle = QVBoxLayout()
        middle.setSpacing(0)
        middle.addWidget(self.banner)
        middle.addWidget(self._views, 1)
        row = QHBoxLayout(page)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addWidget(self.sidebar)
        row.addLayout(middle, 1)
        row.addWidget(self.item)
        return page

    def _checklist_page(self) -> QWidget:
        page = QWidget()
        column = QVBoxLayout(page)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.strip)
        column.addWidget(self.list, 1)
        head = Surface("surface-sunken", "tb")
        head.setFixedHeight(34)
        row = QHBoxLayout(head)
        row.setContentsMargins(16, 0, 16, 0)
        row.setSpacing(8)
        row.addWidget(Label(tr("Clock"), "heading"))
        self._clock_note = Label("", "body", "text-muted")
        self._next = Label("", "body", "text-muted")
        row.addWidget(self._clock_note)
        row.addStretch(1)
        row.addWidget(self._next)
        column.addWidget(head)
        column.addWidget(self.clock)
        return page

    # ------------------------------------------------------------ running

    def shown(self) -> None:
        """The workspace came to the front: check what has changed since."""
        if self._stale:
            self.run()

    def panes(self) -> list[QWidget]:
        """Where F6 stops."""
        first = (self.list, self.events.table, self.data.tables[0])[self.views.index]
        return [self.sidebar.packs, first, self.clock, self.item.tabs]

    def _document_changed(self) -> None:
        self._pack, self._clock, self._state, self.report = "", None, "", None
        there = self.state.document is not None
        self._pages.setCurrentIndex(1 if there else 0)
        for part in (self.views, self.days, self.again, self.out):
            part.setVisible(there)
        for part in (self.packs_button, self.evidence_button):
            part.setVisible(there)
        self.list.show_report(None)
        self.item.show_result(None, None, None, "")
        self.banner.hide()
        self._changed()

    def _result_changed(self, kind: str) -> None:
        if kind in ("cpm", "baseline"):
            self._changed()

    def _schedule_edited(self, _touched: object) -> None:
        """The dates are of the schedule before: a calculation follows, and with it a check."""
        self._stale = True

    def _changed(self) -> None:
        self._stale = True
        if self.isVisible():
            self.run()

    def run(self) -> None:
        """Check in the background; what was shown stays until then."""
        document, library = self.state.document, self.state.library
        if document is None:
            return
        if document.cpm is None and not document.problem:
            return  # the calculation is under way and will tell
        pack, day, asked = self._pack, self._clock, replace(document)

        def work(context: Any) -> ContractReport:
            return contract_report(asked, library, pack, day, service.today(), context)

        def done(report: ContractReport) -> None:
            if self.state.document is document and document.schedule is asked.schedule:
                self._show(report)

        self._stale = False
        self.again.setEnabled(False)
        job = self.state.run("contract", tr("Checking the contract"), work, done)
        job.finished.connect(lambda: self.again.setEnabled(True))
        job.failed.connect(self._failed)

    def _failed(self, error: BaseException) -> None:
        self._stale = True
        told = error.line if isinstance(error, PlanbenchError) else str(error)
        self.banner.show_message(told, tr("The check did not finish"), kind="error")

    # ------------------------------------------------------------ showing

    def _why_not(self) -> str:
        """Why nothing can be written down, in words; "" when it can."""
        document, library = self.state.document, self.state.library
        if document is None or library is None or document.library_project is None:
            return tr("File the schedule in the library to keep evidence, events and packs.")
        return str(library.read_only)

    def _show(self, report: ContractReport) -> None:
        self.report = report
        why_not = self._why_not()
        binding = report.binding
        self._show_banner(report, why_not)
        mine = binding.pack.id if report.bound and not self._pack else ""
        if report.bound and self._pack:
            mine = self._bound_pack()
        shipped = {pack.id: pack for pack in service.shipped_packs()}
        edited = binding.pack != shipped.get(binding.pack.id)
        self.sidebar.show_packs(report.packs, binding.pack, mine, edited, why_not)
        self.sidebar.show_data(binding.data)
        self.strip.show_report(report)
        self._show_list()
        self._show_clock(report)
        self.events.show_report(report, why_not)
        assert self.state.document is not None
        rows = self.state.document.schedule.row_of_code
        self.data.show_data(binding.data, lambda code: code in rows, why_not)

    def _show_banner(self, report: ContractReport, why_not: str) -> None:
        self.banner.hide()
        if report.bound:
            return
        self.banner.show_message(
            tr(
                "The contract data are a first proposal from the schedule itself. Look "
                "through it, then bind the project. {why_not}"
            )
            .format(why_not=why_not)
            .strip(),
            tr("This project is not bound to a contract yet"),
            kind="info",
            action="" if why_not else tr("Bind to this pack"),
            slot=None if why_not else self._bind,
            closable=False,
        )

    def _bound_pack(self) -> str:
        document, library = self.state.document, self.state.library
        assert document is not None
        entries = library.entries(service.BINDING, document.library_project)
        return str(entries[0].body["pack"]) if entries else ""

    def _show_list(self) -> None:
        self.list.show_report(self.report, self._state)
        results, rows = self.list.model_.results, self.list.model_.rows.tolist()
        same = [row for row in rows if results[row].rule.id == self._item]
        flagged = [row for row in rows if results[row].state == NOT_MET]
        wanted = next(iter([*same, *flagged, *rows]), -1)
        if wanted >= 0:
            self.list.select_row(wanted)
            self._item_chosen(wanted)

    def _show_clock(self, report: ContractReport) -> None:
        self.clock.show_deadlines(report.deadlines, report.as_of)
        date = to_datetime(self.state.document.schedule.data_date) if self.state.document else None
        self.days.blockSignals(True)
        self.days.set_index(0 if date is not None and date.date() == report.as_of else 1)
        self.days.blockSignals(False)
        overdue = sum(one.pending and one.days_left < 0 for one in report.deadlines)
        told = tr("as of {as_of}").format(as_of=words.long_day(report.as_of))
        self._clock_note.setText(
            tr("{told}, {overdue} overdue").format(told=told, overdue=overdue) if overdue else told
        )
        coming = next_due(report.deadlines)
        self._next.setText(
            tr("next: {title} {coming}").format(
                title=coming.rule.title, coming=words.days_left(coming)
            )
            if coming
            else ""
        )

    def result(self) -> RuleResult | None:
        """The item in view."""
        row = self.list.current_row()
        return self.list.model_.results[row] if row >= 0 else None

    def _item_chosen(self, row: int) -> None:
        if row < 0 or self.report is None:
            return
        result = self.list.model_.results[row]
        self._item = result.rule.id
        binding = self.report.binding
        evidence = binding.evidence.get(result.rule.id)
        decision = binding.decisions.get(result.rule.id)
        self.item.show_result(result, evidence, decision, self._why_not())
        document, library = self.state.document, self.state.library
        lines: tuple[Any, ...] = ()
        if document is not None and library is not None and document.library_project is not None:
            lines = service.history_of(
                library, document.library_project, binding.pack.id, result.rule.id
            )
        self.item.show_history(lines)

    def _cell_clicked(self, row: int, column: int) -> None:
        """The number of rows is a door: Schedule shows the activities behind it alone."""
        result = self.list.model_.results[row]
        rows = sorted({one.row for one in result.shown if one.row >= 0})
        if column == ROWS and rows:
            self.state.isolate(tr("Contract {id}").format(id=result.rule.id), rows)
            self.state.workspace_requested.emit("schedule")

    def _open_activity(self, row: int) -> None:
        self.state.select(row)
        self.state.workspace_requested.emit("schedule")

    def _filter(self, state: str) -> None:
        self._state = "" if state == self._state else state
        self._show_list()

    def _deadline_chosen(self, index: int) -> None:
        one = self.clock.deadlines[index]
        left = words.days_left(one)
        self._next.setText(
            f"{one.rule.title}, {one.event.id}: {words.long_day(one.due)}"
            f"{f', {left}' if left else ''}, {words.counted_days(one)}"
        )

    def _turn(self, index: int) -> None:
        self._views.setCurrentIndex(index)
        self.item.setVisible(index == 0 and self.evidence_button.isChecked())
        self.evidence_button.setEnabled(index == 0)

    def _show_item_pane(self, shown: bool) -> None:
        self.item.setVisible(shown and self.views.index == 0)

    def _day_chosen(self, index: int) -> None:
        document = self.state.document
        if document is None:
            return
        moment = to_datetime(document.schedule.data_date)
        self._clock = service.today() if index or moment is None else moment.date()
        self.run()

    def _pack_chosen(self, name: str) -> None:
        self._pack, self._state = name, ""
        self.run()

    # ------------------------------------------------------------ writing down

    def _write(self, act: Callable[[Any, int], object]) -> None:
        """Write something down in the library, then check again."""
        document, library = self.state.document, self.state.library
        if self._why_not() or document is None or self.report is None:
            return
        project, binding = document.library_project, self.report.binding
        if project is None:
            return
        try:
            if not self.report.bound:
                service.bind(library, project, binding.pack.id, binding.data)
            act(library, project)
        except StoreError as error:
            self.banner.show_message(error.line, tr("Nothing was kept"), kind="error")
            return
        self.run()

    def _bind(self) -> None:
        report = self.report
        if report is not None:
            pack, data = report.binding.pack.id, report.binding.data
            self._write(lambda library, project: service.bind(library, project, pack, data))

    def _restore(self) -> None:
        if self.report is not None:
            pack = self.report.binding.pack.id
            self._write(lambda library, project: service.drop_pack(library, project, pack))

    def _evidence_given(self, evidence: service.Evidence) -> None:
        if self.report is not None:
            pack = self.report.binding.pack.id
            self._write(lambda lib, project: service.keep_evidence(lib, project, pack, evidence))

    def _file_named(self, evidence: service.Evidence, path: Path) -> None:
        """Read the file's hash in the background, then keep the evidence with it."""

        def work(_context: Any) -> service.Evidence:
            return service.with_file(evidence, path)

        self.state.run(
            "contract-file", tr("Reading {name}").format(name=path.name), work, self._evidence_given
        )

    def _word_given(self, decision: service.Decision) -> None:
        if self.report is not None:
            pack = self.report.binding.pack.id
            self._write(lambda lib, project: service.keep_decision(lib, project, pack, decision))

    def _rule_edited(self, rule: Rule) -> None:
        if self.report is not None:
            pack = self.report.binding.pack.with_rule(rule)
            self._write(lambda library, project: service.keep_pack(library, project, pack))

    def _event_kept(self, event: Any) -> None:
        self._write(lambda library, project: service.keep_event(library, project, event))

    def _event_deleted(self, name: str) -> None:
        self._write(lambda library, project: service.drop_event(library, project, name))

    def _data_kept(self, data: Any) -> None:
        if self.report is not None:
            pack = self._bound_pack() if self.report.bound else self.report.binding.pack.id
            self._write(lambda library, project: service.bind(library, project, pack, data))

    # ------------------------------------------------------------ files

    def ask_for_export(self, ending: str) -> None:
        """Let the user name a file and write the report, the calendar or the pack."""
        if self.report is None:
            return
        name = f"{self.report.binding.pack.id}.{ending}"
        path, _ = QFileDialog.getSaveFileName(
            self, tr("Write to"), name, f"{KINDS[ending]} (*.{ending})"
        )
        if path:
            self.export_to(Path(path), ending)

    def export_to(self, path: Path, ending: str) -> None:
        """Write the report (html, xlsx), the deadlines (ics) or the pack (json) in a job."""
        document, report = self.state.document, self.report
        assert document is not None
        assert report is not None

        def work(_context: Any) -> None:
            write_file(document, report, path, ending)

        self.state.run(
            "contract-export",
            tr("Writing {name}").format(name=path.name),
            work,
            lambda _done: self.state.message.emit(
                "info", tr("Written to {path}").format(path=path)
            ),
        )

    # ------------------------------------------------------------ room

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        narrow = self.window().width() < current_theme().frame["narrow_breakpoint"]
        if narrow != self._narrow:
            self._narrow = narrow
            self.packs_button.setChecked(not narrow)
        self.list.fit()
