"""The Schedule workspace: table, Gantt and details over one plan."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Any, TypeVar

from PySide6.QtCore import QEvent, QObject, QSignalBlocker, Qt, QTimer
from PySide6.QtGui import QGuiApplication, QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QDialog, QHBoxLayout, QSplitter, QStackedLayout, QVBoxLayout, QWidget

from planbench.domain.schedule import NO_ROW, Schedule
from planbench.domain.times import from_datetime
from planbench.scenes.facts import LONGEST_PATH, TOTAL_FLOAT
from planbench.scenes.filters import Group
from planbench.scenes.gantt import GanttOptions
from planbench.services.document import Document
from planbench.services.jobs import JobContext
from planbench.ui.details.pane import DetailsPane, DetailsStrip, look_up_history
from planbench.ui.exchange.clipboard import paste
from planbench.ui.models.activities import ActivityModel
from planbench.ui.quality.review.hooks import offer_findings
from planbench.ui.resources.pane import ResourcePane
from planbench.ui.schedule.arranging import ArrangeDialog
from planbench.ui.schedule.columndesk import ColumnDesk
from planbench.ui.schedule.desk import EditingDesk
from planbench.ui.schedule.elements import ElementDesk
from planbench.ui.schedule.filtering import FilterDialog, ParameterBar
from planbench.ui.schedule.gantt import GanttView
from planbench.ui.schedule.layouts import LayoutDesk
from planbench.ui.schedule.legend import Legend
from planbench.ui.schedule.moving import MovingDesk
from planbench.ui.schedule.notices import AloneBanner, DatesBanner
from planbench.ui.schedule.overview import Overview
from planbench.ui.schedule.plan import Plan, extras_of, prepare_reasons
from planbench.ui.schedule.table import ActivityTable
from planbench.ui.schedule.toolbar import ScheduleBar
from planbench.ui.schedule.whatif import WhatIfBar
from planbench.ui.state import AppState
from planbench.ui.theme import current_theme
from planbench.ui.translation import tr
from planbench.ui.widgets.panels import EmptyState

D = TypeVar("D", bound=QDialog)

FILTER_DELAY = 120
"""Milliseconds after the last key before the filter runs."""


_SHOWN = {"cpm", "baseline", "quality", "risk", "risk-fields", "own fields"}
"""Results that rows and columns tell."""

_REASONS_AFTER = 200
"""Milliseconds after new dates until their reasons are prepared, so that painting comes first."""


class ScheduleWorkspace(QWidget):
    """Activities as a table and a Gantt that scroll as one, with the details of the selected."""

    name = "schedule"
    title = tr("Schedule")
    icon = "schedule"

    def __init__(self, state: AppState, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.state = state
        self.node = NO_ROW
        self._quiet = False  # selection changes that come from replacing rows
        self._split_by_user = False
        self._pane_open: bool | None = None  # what the user wants; None: as wide as fits
        self.plan = Plan(self)
        self.model = ActivityModel(self._sort, self.plan.is_folded, self)
        self.table = ActivityTable(self.model)
        self.gantt = GanttView(self.plan)
        self.overview = Overview(self.gantt)
        self.legend = Legend(self.gantt)
        self.pane = DetailsPane(self.plan)
        self.strip = DetailsStrip(self.plan)
        self.banner = DatesBanner(self.schedule)
        self.parameters = ParameterBar(self.plan)
        self.alone = AloneBanner(lambda: state.isolate("", ()))
        self.columns = ColumnDesk(self)
        self.desk = EditingDesk(self)
        self.elements = ElementDesk(self)
        self.moves = MovingDesk(self)
        self.model.edited = self.plan.edited
        self.layouts = LayoutDesk(self)
        self.what_if = WhatIfBar(self)
        self.bar = ScheduleBar(self)
        self._filter_timer = QTimer(self)
        self._filter_timer.setSingleShot(True)
        self._filter_timer.setInterval(FILTER_DELAY)
        self._lay_out()
        self._connect()
        self.narrow: bool | None = None
        self._fit_width()
        self._open()

    # ------------------------------------------------------------ building

    def _lay_out(self) -> None:
        self.splitter = QSplitter(Qt.Orientation.Horizontal)
        self.resources = ResourcePane(self.state, self.table, self.gantt, self.splitter)
        self.splitter.setChildrenCollapsible(False)
        self.splitter.addWidget(self.table)
        self.splitter.addWidget(self.gantt)
        self.splitter.setStretchFactor(0, 0)
        self.splitter.setStretchFactor(1, 1)
        self.table.setMinimumWidth(160)
        self.gantt.setMinimumWidth(160)
        work = QVBoxLayout()
        work.setSpacing(0)
        work.addWidget(self.banner)
        work.addWidget(self.what_if)
        work.addWidget(self.parameters)
        work.addWidget(self.alone)
        above = QWidget()
        panes = QHBoxLayout(above)
        panes.setContentsMargins(0, 0, 0, 0)
        panes.setSpacing(0)
        panes.addWidget(self.splitter, 1)
        panes.addWidget(self.overview)
        self.overview.hide()
        self.halves = QSplitter(Qt.Orientation.Vertical)
        self.halves.setChildrenCollapsible(False)
        self.halves.addWidget(above)
        self.halves.addWidget(self.resources)
        self.halves.setStretchFactor(0, 1)
        self.halves.setSizes([560, 260])
        self.resources.hide()
        work.addWidget(self.halves, 1)
        work.addWidget(self.legend)
        work.addWidget(self.strip)
        content = QWidget()
        row = QHBoxLayout(content)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addLayout(work, 1)
        row.addWidget(self.pane)
        full = QWidget()
        column = QVBoxLayout(full)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.bar)
        column.addWidget(content, 1)
        empty = EmptyState(
            tr("No schedule open"),
            tr(
                "Open an update in Home, or drop a schedule file on the window, to see its "
                "activities "
                "as a table and a Gantt chart."
            ),
            (tr("Go to Home"), "home", lambda: self.state.workspace_requested.emit("home")),
        )
        self._stack = QStackedLayout(self)
        self._stack.addWidget(empty)
        self._stack.addWidget(full)

    def _connect(self) -> None:
        state, plan = self.state, self.plan
        state.document_changed.connect(self._open)
        state.result_changed.connect(self._result)
        self._explaining = QTimer(self)
        self._explaining.setSingleShot(True)
        self._explaining.setInterval(_REASONS_AFTER)
        self._explaining.timeout.connect(self._explain)
        state.selection_changed.connect(self._selected)
        state.isolation_changed.connect(self._isolate)
        plan.plan_changed.connect(self._show_rows)
        plan.rows_changed.connect(self._show_rows)
        plan.refused.connect(lambda words: self.state.message.emit("warning", words))
        self.table.row_changed.connect(self._row_changed)
        self.table.expander_toggled.connect(self._toggled)
        self.table.row_activated.connect(self._activated)
        self.table.zoom_wheel.connect(lambda steps: self.gantt.zoom(1.25**steps))
        self.table.paste_wanted.connect(lambda: paste(state, self.table, self))
        self.gantt.picked.connect(self.select_node)
        self.gantt.stepped.connect(self._step)
        self.table.menu_requested.connect(lambda _node, point: self.desk.menu(point))
        offer_findings(state, self.gantt, self.selected_activities)
        self.pane.gone.connect(self.go_to)
        self.pane.history_wanted.connect(lambda: look_up_history(state, plan))
        self.pane.closed.connect(lambda: self.open_details(False))
        self.strip.opened.connect(lambda: self.open_details(True))
        mine, other = self.table.verticalScrollBar(), self.gantt.verticalScrollBar()
        mine.rangeChanged.connect(self._range)
        mine.valueChanged.connect(other.setValue)
        other.valueChanged.connect(mine.setValue)
        self.bar.filter.textChanged.connect(lambda _text: self._filter_timer.start())
        self._filter_timer.timeout.connect(self._filter)
        self.splitter.splitterMoved.connect(self._split)
        self.table.partner = self.gantt
        self.gantt.is_active = self.table.active
        for widget in (self.table, self.gantt):
            widget.installEventFilter(self)

    def _range(self, low: int, high: int) -> None:
        bar = self.gantt.verticalScrollBar()
        bar.setRange(low, high)
        bar.setPageStep(self.table.verticalScrollBar().pageStep())
        bar.setSingleStep(self.table.row_height)
        bar.setValue(self.table.verticalScrollBar().value())

    # ------------------------------------------------------------ the document

    def shown(self) -> None:
        """The workspace came to the front."""
        self.table.setFocus()

    def _open(self) -> None:
        document = self.state.document
        self.layouts.hold()
        self.node = NO_ROW
        if document is None:
            self._stack.setCurrentIndex(0)
            self.plan.show(Schedule(), None, None)
            self.desk.opened()
            return
        self._stack.setCurrentIndex(1)
        self.plan.tell_history(None)
        self.plan.show(document.schedule, document.cpm, document.baseline, extras_of(document))
        self.desk.opened()
        self.tell_what_if()
        self.columns.refresh()
        self.gantt.set_options(replace(self.gantt.options, today=_now()))
        self.columns.show_sorting()
        self.gantt.fit()
        self.layouts.restore()
        self.resources.setVisible(self.resources.restore())
        if self.state.selection != NO_ROW:  # chosen in another view before this one was made
            self._selected(self.state.selection)
        self.banner.tell(document)
        self._explain()
        self._isolate()

    def _result(self, kind: str) -> None:
        document = self.state.document
        if document is not None and kind in _SHOWN:
            self.elements.holding(
                lambda: self.plan.show(
                    document.schedule, document.cpm, document.baseline, extras_of(document)
                )
            )
            self.banner.tell(document)
            self._explaining.start()  # the new dates are painted first
        if document is not None and kind == "cpm":
            self.desk.dated()

    def refresh(self) -> None:
        """Sort, filter and group anew, and look up anew what stands beside the schedule (F5)."""
        document = self.state.document
        if document is not None:
            self.plan.tell_history(None)
            self._result("baseline")
            self._show_details(self.plan.activity_of(self.node))

    def tell_what_if(self) -> None:
        """Say that the document was edited, and offer to keep or drop that."""
        document = self.state.document
        self.what_if.tell(document.update_label if document and self.desk.edited else "")

    def _explain(self) -> None:
        """Prepare the reasons of dates in the background."""
        schedule, cpm = self.plan.schedule, self.plan.cpm
        if cpm is None or not len(schedule) or self.state.closed:
            return

        def work(context: JobContext) -> Any:
            context.report(0, 1, tr("Following the logic"))
            return prepare_reasons(schedule, cpm)

        self.state.run(
            "reasons",
            tr("Reasons of dates"),
            work,
            lambda network: self.plan.explain_with(network, cpm),
        )

    def _isolate(self) -> None:
        """Show the activities alone that another workspace picked out, or all again."""
        found = self.state.isolated
        self.plan.isolate(found[1] if found else ())
        self.alone.tell(found)
        if found is not None:
            self.gantt.fit()

    def schedule(self) -> None:
        """Calculate the open document in the background (F9)."""
        document = self.state.document
        if document is None:
            return

        def work(context: JobContext) -> Document:
            from planbench.services.scheduling import recalculate

            context.report(0, 1, tr("Calculating dates and floats"))
            # On a copy: the window keeps the old result until the new one is whole.
            copy = replace(document, history=list(document.history))
            recalculate(copy)
            return copy

        def done(copy: Document) -> None:
            if self.state.document is document and copy.schedule is document.schedule:
                document.cpm, document.agreement = copy.cpm, copy.agreement
                document.problem = copy.problem
                self.state.result_changed.emit("cpm")

        self.state.run("schedule", tr("Schedule"), work, done)

    # ------------------------------------------------------------ rows and columns

    @contextmanager
    def quietly(self) -> Iterator[None]:
        """Rows or columns are replaced inside: what the table selects then is not the user's."""
        self._quiet = True
        try:
            yield
        finally:
            self._quiet = False

    def _show_rows(self) -> None:
        """Put the plan's rows into the table; the selected node stays selected."""
        place = self.table.verticalScrollBar().value()
        node, several = self.node, self.table.selected_rows()
        size = self.model.plan.outline.size if self.model.plan is not None else 0
        self._quiet = True
        self.model.show_plan(self.plan.table, self.plan.rows, self.plan.marked)
        self.table.empty_text = (
            tr("No activity contains “{query}”").format(query=self.plan.query)
            if self.plan.query.split()
            else tr("No activity passes the filter")
            if self.plan.sifted
            else ""
        )
        if self.model.refreshed and self.table.current_row() == node:
            self.table.refresh_rows()  # what is selected stays so
        else:
            self.table.viewport().update()
            self.table.select_row(node, scroll=False)
            if len(several) > 1 and size == self.plan.outline.size:
                self.table.select_also(several)
        self._quiet = False
        self.table.verticalScrollBar().setValue(place)
        self.gantt.set_selected(node if self._row_of(node) >= 0 else NO_ROW)
        self.bar.show_counts(self.plan.matching, len(self.plan.schedule), self.plan.query)

    def _row_of(self, node: int) -> int:
        rows = self.plan.rows.row_of
        return int(rows[node]) if 0 <= node < rows.size else NO_ROW

    def ask_for_filter(self) -> FilterDialog:
        """Let the user build a filter."""
        return self.show_dialog(FilterDialog(self.plan, self.take_filter, self))

    def take_filter(self, wanted: Group, highlight: bool) -> None:
        """Show what a filter lets pass, or mark it."""
        self.plan.mark_matching(highlight)
        self.plan.ask(wanted, self.plan.parameters)
        self.keep_in_sight()

    def ask_for_arrangement(self) -> ArrangeDialog:
        """Let the user group and sort in several levels."""
        return self.show_dialog(ArrangeDialog(self.plan, self._arrange, self))

    def _arrange(self, grouping: Sequence[str], sorting: Sequence[tuple[str, bool]]) -> None:
        self.plan.sort_by_all(sorting)
        self.columns.show_sorting()
        self.group_by(*grouping)

    def show_dialog(self, dialog: D) -> D:
        """Open a dialog of this workspace; it goes when it is closed."""
        dialog.open()
        dialog.finished.connect(lambda _result: dialog.deleteLater())
        return dialog

    def _sort(self, column: str, descending: bool, further: bool) -> None:
        self.plan.sort_by(column, descending, further)
        self.keep_in_sight()

    def group_by(self, *grouping: str) -> None:
        """Group the activities by these keys, the outermost first; the selection stays."""
        row = self.plan.activity_of(self.node)
        self.node = NO_ROW  # bands are numbered anew
        self.plan.group_by(grouping)
        self.hold_node(self.plan.node_of(row))
        self.keep_in_sight()

    def sift(self, quick: str) -> None:
        """Show what a quick filter lets pass."""
        self.plan.sift(quick)
        self.keep_in_sight()

    def _filter(self) -> None:
        self._filter_timer.stop()
        self.plan.filter_by(self.bar.filter.text())
        self.keep_in_sight()

    def keep_in_sight(self) -> None:
        """Scroll to the selected row, where it is shown."""
        row = self._row_of(self.node)
        if row >= 0:
            self.table.scrollTo(self.model.index(row, 0))

    # ------------------------------------------------------------ selection

    def select_node(self, node: int) -> None:
        """Select a band or an activity that is shown."""
        if node != NO_ROW and self._row_of(node) >= 0:
            self.table.select_row(node, scroll=True)
            self._row_changed(node)
        self.table.setFocus()

    def selected_activities(self) -> list[int]:
        """Rows of the activities selected in the table, in the order shown."""
        rows = (self.plan.activity_of(node) for node in self.table.selected_rows())
        return [row for row in rows if row != NO_ROW]

    def hold_node(self, node: int) -> None:
        """What was selected is this node now: bands are numbered anew."""
        self.node = node
        self._show_rows()

    def _row_changed(self, node: int) -> None:
        chosen = self.table.selectionModel().hasSelection()
        if self._quiet or (node != NO_ROW and not chosen):  # the keyboard came, nothing was chosen
            return
        self.node = node
        self.keep_in_sight()
        self.gantt.set_selected(node)
        row = self.plan.activity_of(node)
        self.state.select(row)
        self._show_details(row)

    def _selected(self, row: int) -> None:
        """Another view selected an activity."""
        if row == self.plan.activity_of(self.node):
            return
        node = self.plan.node_of(row)
        if node != NO_ROW and self.state.isolated and row not in self.state.isolated[1]:
            self.state.isolate("", ())
        if node != NO_ROW and not self.plan.reveal(node) and self.plan.sifted:
            self.plan.sift("")
            self.plan.ask(Group())
        if node != NO_ROW and not self.plan.reveal(node) and self.plan.query:
            with QSignalBlocker(self.bar.filter):
                self.bar.filter.clear()
            self.plan.filter_by("")
            self.plan.reveal(node)
        self.node = node
        self._quiet = True
        self.table.select_row(node, scroll=False)
        self._quiet = False
        self.table.bring_up(self._row_of(node))
        self.gantt.set_selected(node)
        self._show_details(row)
        if row != NO_ROW:
            self.gantt.show_time(int(self.plan.activity_facts.start[row]))

    def go_to(self, row: int) -> None:
        """Select an activity and bring its bar into sight."""
        self.state.select(row)

    def _show_details(self, row: int) -> None:
        self.pane.show_row(row)
        self.strip.show_row(row)

    def _toggled(self, node: int, opened: bool) -> None:
        self.plan.fold(node, not opened)

    def _activated(self, node: int) -> None:
        if self.plan.activity_of(node) == NO_ROW:
            self.plan.fold(node, not self.plan.is_folded(node))
        else:
            self.open_details(True)
            self.gantt.show_time(int(self.plan.facts.start[node]))

    def _step(self, rows: int) -> None:
        last = self.model.rowCount() - 1
        if last >= 0:
            here = self._row_of(self.node)
            row = min(max((max(here, 0)) + rows, 0), last)
            self.table.setCurrentIndex(self.model.index(row, 0))

    # ------------------------------------------------------------ what the toolbar asks

    def mark_critical(self, choice: int) -> None:
        """0: the longest path; 1: total float of zero or less."""
        self.plan.mark_critical((LONGEST_PATH, TOTAL_FLOAT)[choice])

    def set_options(self, options: GanttOptions) -> None:
        """Show or hide parts of the Gantt; the table's header is as high as the time axis."""
        self.gantt.set_options(options)
        self.table.horizontalHeader().setFixedHeight(self.gantt.header_height)
        self.legend.refresh()
        self.layouts.remember()

    def show_legend(self, wanted: bool) -> None:
        """Show or hide the legend below the bars."""
        self.legend.want(wanted)
        self.layouts.remember()

    def zoom_to_selection(self) -> None:
        """Show the time of the selected rows in the whole width (Ctrl+Shift+0)."""
        self.gantt.fit_rows(self.table.selected_rows())

    def copy_picture(self) -> None:
        """Put table and Gantt, as they are seen, on the clipboard as a picture."""
        QGuiApplication.clipboard().setImage(self.splitter.grab().toImage())
        self.state.message.emit("info", tr("The picture of table and Gantt is on the clipboard."))

    def show_resources(self, wanted: bool) -> None:
        """Show or hide the loading below the bars."""
        self.resources.setVisible(wanted)
        self.resources.remember()
        if not wanted:
            self.table.setFocus()

    def toggle_resources(self) -> None:
        """The other of the two (Ctrl+Shift+R)."""
        self.show_resources(not self.resources.isVisibleTo(self))

    def show_overview(self, wanted: bool) -> None:
        """Show or hide the map of the whole plan."""
        self.overview.setVisible(wanted)
        self.share()

    def open_level(self, level: int) -> None:
        """Open so many levels of WBS bands."""
        self.plan.open_level(min(max(level, 0), self.plan.deepest))
        if self._row_of(self.node) < 0 and self.node != NO_ROW:
            above = [n for n in self.plan.outline.path(self.node) if self._row_of(n) >= 0]
            if above:
                self.select_node(above[-1])
        self.keep_in_sight()

    def open_details(self, wanted: bool) -> None:
        """Show the details as a pane, or folded into the strip."""
        self._pane_open = wanted
        self._details()

    def toggle_details(self) -> None:
        """The other of the two."""
        self.open_details(not self.pane.isVisibleTo(self))

    def _details(self) -> None:
        wanted = not self.narrow if self._pane_open is None else self._pane_open
        self.pane.setVisible(wanted)
        self.strip.setVisible(not wanted)
        self.share()

    # ------------------------------------------------------------ size and keys

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit_width()

    def _fit_width(self) -> None:
        narrow = self.window().width() < current_theme().frame["narrow_breakpoint"]
        if narrow != self.narrow:
            self.narrow = narrow
            self._pane_open = None
            self._details()
            self.columns.refresh()
            self.columns.widen()
        self.share()

    def share(self) -> None:
        """Give the table the width of its columns, but no more than half of the room."""
        if self._split_by_user:
            return
        beside = [one for one in (self.pane, self.overview) if one.isVisibleTo(self)]
        room = self.width() - sum(one.width() for one in beside)
        columns = range(len(self.model.shown))
        wide = sum(self.table.columnWidth(number) for number in columns) + 2
        table = min(wide, room // 2)
        self.splitter.setSizes([table, room - table])
        self.resources.align()

    def _split(self, _place: int, _index: int) -> None:
        self._split_by_user = True

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() in (QEvent.Type.FocusIn, QEvent.Type.FocusOut):
            self.table.viewport().update()
            self.gantt.viewport().update()
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            plain = event.modifiers() == Qt.KeyboardModifier.NoModifier
            if plain and event.key() == Qt.Key.Key_Space and not self.table.typing:
                self.toggle_details()
                return True
        return super().eventFilter(watched, event)


def _now() -> int:
    return from_datetime(dt.datetime.now())
