"""Resources below the bars: who is loaded when, how much, and by which activities."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QGuiApplication, QHideEvent, QKeyEvent, QShowEvent
from PySide6.QtWidgets import (
    QFileDialog,
    QHBoxLayout,
    QSplitter,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from planbench.engines.resources.profile import Profile
from planbench.services.blocks import as_text
from planbench.services.jobs import JobContext
from planbench.services.resource_profile import (
    COST,
    MEASURES,
    UNITS,
    Line,
    Loading,
)
from planbench.services.resource_tables import (
    loaded_groups,
    profile_rows,
    titles_of,
    write_profile,
)
from planbench.ui import text
from planbench.ui.resources.chart import LoadingChart, LoadingLegend
from planbench.ui.resources.tables import BarModel, GroupsModel
from planbench.ui.schedule.gantt import GanttView
from planbench.ui.state import AppState
from planbench.ui.translation import tr
from planbench.ui.widgets import (
    Button,
    ComboBox,
    ElidedLabel,
    Label,
    SegmentedControl,
    Surface,
    TableView,
)

_MEASURES = tuple(MEASURES)
_SHOWN_PERIODS = ("day", "week", "month", "quarter")
_NOTHING = tr("No assignment has units or cost to show.")
_WAITING = tr("The schedule is being calculated.")


class ResourcePane(Surface):
    """Groups at the left, their loading at the right under the Gantt's time axis.

    `beside` is the splitter of `table` and `gantt`, whose division this pane follows.
    """

    def __init__(
        self, state: AppState, table: QWidget, gantt: GanttView, beside: QSplitter
    ) -> None:
        super().__init__("surface-raised", "t")
        self.state, self._table_above, self._beside = state, table, beside
        self.loading: Loading | None = None
        self._made_of: tuple[Any, ...] = ()
        self._keys: list[str] = []
        self._shown_key = ""
        self._restored = False
        self._asked = ""  # kept when another schedule comes that has it too
        self.setAccessibleName(tr("Resources"))
        self._controls()
        self.groups, self.bar = GroupsModel(), BarModel()
        self.table = TableView(tr("Loaded groups"))
        self.table.setModel(self.groups)
        self.activities = TableView(tr("Activities in the bar"))
        self.activities.setModel(self.bar)
        self.chart = LoadingChart(gantt)
        self.legend = LoadingLegend(self.chart)
        self._lay_out()
        self._connect()

    # ------------------------------------------------------------ building

    def _controls(self) -> None:
        self.by = ComboBox([], tr("Group the loading by"))
        self.by.setMaximumWidth(180)
        self.measure = SegmentedControl(tuple(MEASURES.values()), tr("Measure"))
        self.period = ComboBox([one.capitalize() for one in _SHOWN_PERIODS], tr("Period"))
        self.period.setCurrentIndex(_SHOWN_PERIODS.index("month"))
        self.picture = SegmentedControl((tr("Bars"), tr("S-curve")), tr("Picture"))
        self.note = ElidedLabel("", "small", "text-muted")
        self.copy = Button("", "quiet", "copy", tip=tr("Copy the periods as a table"))
        self.save = Button("", "quiet", "download", tip=tr("Save groups and periods as a workbook"))
        self.close_ = Button("", "quiet", "x", tip=tr("Close Resources"))

    def _lay_out(self) -> None:
        head = Surface("surface-raised", "b")
        head.setFixedHeight(40)
        row = QHBoxLayout(head)
        row.setContentsMargins(16, 0, 12, 0)
        row.setSpacing(8)
        row.addWidget(Label(tr("Resources"), "heading"))
        for widget in (self.by, self.measure, self.period, self.picture):
            row.addWidget(widget)
        row.addWidget(self.note, 1)
        row.addWidget(self.legend)
        for button in (self.copy, self.save, self.close_):
            row.addWidget(button)
        self.left = QStackedWidget()
        self.left.addWidget(self.table)
        self.left.addWidget(self._bar_page())
        self.left.setMinimumWidth(160)
        self.split = QSplitter(Qt.Orientation.Horizontal)
        self.split.setChildrenCollapsible(False)
        self.split.addWidget(self.left)
        self.split.addWidget(self.chart)
        self.split.setStretchFactor(1, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 1, 0, 0)
        column.setSpacing(0)
        column.addWidget(head)
        column.addWidget(self.split, 1)

    def _bar_page(self) -> QWidget:
        self.back = Button("", "quiet", "arrow-left", tip=tr("Back to the groups (Esc)"))
        self.title = ElidedLabel("", "strong", "text")
        self.isolate = Button("", "quiet", "filter", tip=tr("Show these activities alone"))
        head = Surface("surface-raised", "b")
        row = QHBoxLayout(head)
        row.setContentsMargins(4, 2, 4, 2)
        row.setSpacing(4)
        row.addWidget(self.back)
        row.addWidget(self.title, 1)
        row.addWidget(self.isolate)
        page = QWidget()
        column = QVBoxLayout(page)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(head)
        column.addWidget(self.activities, 1)
        return page

    def _connect(self) -> None:
        self.by.activated.connect(lambda _index: self._regroup())
        self.period.currentIndexChanged.connect(lambda _index: self.refresh())
        self.measure.changed.connect(lambda _index: self._remeasure())
        self.picture.changed.connect(lambda _index: self._redraw())
        self.table.selectionModel().selectionChanged.connect(lambda *_: self._profile())
        self.chart.picked.connect(self._picked)
        self.chart.opened.connect(self._open_bar)
        self.chart.left.connect(self.show_groups)
        self.activities.row_changed.connect(self._activity)
        self.activities.row_activated.connect(self._activity)
        self.back.clicked.connect(lambda _on=False: self.show_groups())
        self.isolate.clicked.connect(lambda _on=False: self._isolate())
        self.copy.clicked.connect(lambda _on=False: self.copy_table())
        self.save.clicked.connect(lambda _on=False: self.save_workbook())
        self.close_.clicked.connect(lambda _on=False: self.close_pane())
        for signal in (self.by.activated, self.period.activated):
            signal.connect(lambda _index: self.remember())
        for changed in (self.measure.changed, self.picture.changed):
            changed.connect(lambda _index: self.remember())
        self._beside.splitterMoved.connect(lambda *_: self.align())
        self._table_above.installEventFilter(self)
        self.activities.installEventFilter(self)
        self.state.document_changed.connect(self.reload)
        self.state.result_changed.connect(lambda kind: self._result(kind))

    # ------------------------------------------------------------ what is remembered

    def close_pane(self) -> None:
        """Hide the pane, and at the next start too."""
        self.hide()
        self.remember()

    def remember(self) -> None:
        """Keep what is shown, and whether it is, for the next start."""
        if self.state.settings is not None and self._restored:
            key, period, measure = self.asked()
            kept = {
                "by": self._asked or key,
                "period": period,
                "measure": measure,
                "curves": self.picture.index == 1,
                "shown": not self.isHidden(),
            }
            self.state.settings.set("resources_pane", kept)

    def restore(self) -> bool:
        """Take over what was shown when the program was last used; whether the pane was."""
        if self._restored:
            return not self.isHidden()
        self._restored = True
        settings = self.state.settings
        kept = settings.get("resources_pane") if settings is not None else None
        if not isinstance(kept, dict):
            return False
        self._asked = str(kept.get("by", ""))
        if kept.get("period") in _SHOWN_PERIODS:
            self.period.setCurrentIndex(_SHOWN_PERIODS.index(kept["period"]))
        if kept.get("measure") in _MEASURES:
            self.measure.set_index(_MEASURES.index(kept["measure"]))
        if kept.get("curves") is True:
            self.picture.set_index(1)
            self._redraw()
        return kept.get("shown") is True

    # ------------------------------------------------------------ the document

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.align()
        self.reload()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self.show_groups()

    def _result(self, kind: str) -> None:
        if kind in ("cpm", "baseline"):
            self.reload()

    def reload(self) -> None:
        """Take the document as it stands, if it is another one; nothing while out of sight."""
        document = self.state.document
        if not self.isVisible():
            return
        if document is None or document.cpm is None:
            self.loading, self._made_of = None, ()
            self._clear((document.problem or _WAITING) if document is not None else "")
            return
        made_of = (document.schedule, document.cpm, document.baseline)
        if len(self._made_of) == 3 and all(
            one is other for one, other in zip(made_of, self._made_of, strict=True)
        ):
            return

        def work(context: JobContext) -> Loading:
            context.report(0, 1, tr("Spreading assignments"))
            return Loading(document)

        def done(loading: Loading) -> None:
            if self.state.document is document and document.schedule is loading.schedule:
                self.loading, self._made_of = loading, made_of
                self._offer()
                self.refresh()

        self.state.run("resources", tr("Loading of resources"), work, done)

    def _offer(self) -> None:
        """Fill the list of groupings; the one asked for stays where the schedule has it."""
        assert self.loading is not None
        known = self.loading.groupings()
        self._keys = list(known)
        self.by.blockSignals(True)
        self.by.clear()
        self.by.addItems(list(known.values()))
        self.by.setCurrentIndex(self._keys.index(self._asked) if self._asked in known else 0)
        self.by.blockSignals(False)

    def _clear(self, words: str) -> None:
        self.groups.show_lines([], UNITS, "month")
        self.chart.show_profile(None, words or _NOTHING)
        self.note.setText("")
        self.show_groups()
        for button in (self.copy, self.save):
            button.setEnabled(False)

    # ------------------------------------------------------------ what is asked

    def asked(self) -> tuple[str, str, str]:
        """(grouping, period, measure)."""
        place = max(self.by.currentIndex(), 0)
        key = self._keys[place] if place < len(self._keys) else "resource"
        return key, _SHOWN_PERIODS[self.period.currentIndex()], _MEASURES[self.measure.index]

    def chosen(self) -> list[int] | None:
        """Groups selected in the list, None for all of them."""
        rows = self.table.selectionModel().selectedRows()
        found = [self.groups.lines[self.groups.source(one.row())].group for one in rows]
        return sorted(found) or None

    def _regroup(self) -> None:
        self._asked = self.asked()[0]
        self.refresh()

    def _remeasure(self) -> None:
        if self.asked()[2] == "fte":
            self.picture.set_index(0)  # equivalents of periods do not add up
        self.refresh()

    def _redraw(self) -> None:
        curves = self.picture.index == 1
        if curves and self.asked()[2] == "fte":
            self.measure.set_index(_MEASURES.index(UNITS))
        self.chart.show_curves(curves)
        self._tell()

    def refresh(self) -> None:
        """Make the list of groups and the picture anew, in the background."""
        loading = self.loading
        if loading is None:
            return
        if loading.empty:
            self._clear(_NOTHING)
            return
        key, period, measure = self.asked()
        held = set(self.chosen() or ())
        same = self.groups.lines and self._shown_key == key

        def work(context: JobContext) -> list[Line]:
            context.report(0, 1, tr("Spreading assignments"))
            return loading.overview(key, period, measure)

        def done(lines: list[Line]) -> None:
            if self.loading is not loading:
                return
            self._shown_key = key
            self.groups.show_lines(lines, measure, period)
            self.table.apply_columns()
            self.show_groups()
            if same and held:
                self._select([n for n, line in enumerate(lines) if line.group in held])
            self._profile()
            for button in (self.copy, self.save):
                button.setEnabled(bool(lines))

        self.state.run("resource-groups", tr("Loading of resources"), work, done)

    def _select(self, rows: list[int]) -> None:
        model = self.table.selectionModel()
        for row in rows:
            index = self.groups.index(self.groups.place(row), 0)
            model.select(index, model.SelectionFlag.Select | model.SelectionFlag.Rows)

    def _profile(self) -> None:
        """The picture of the selected groups, or of all."""
        loading = self.loading
        if loading is None or loading.empty:
            return
        key, period, measure = self.asked()
        chosen = self.chosen()

        def work(context: JobContext) -> Profile:
            context.report(0, 1, tr("Spreading assignments"))
            return loading.profile(key, period, measure, chosen)

        def done(found: Profile) -> None:
            if self.loading is loading:
                self.chart.show_profile(found)
                self._tell()
                if self.left.currentIndex() == 1:
                    self._picked(self.chart.chosen)

        self.state.run("resource-profile", tr("Loading of resources"), work, done)

    def _tell(self) -> None:
        """What the picture shows, beside the controls."""
        found = self.chart.found
        if found is None:
            return
        chosen = self.chosen()
        names = [line.name for line in self.groups.lines if chosen and line.group in chosen]
        who = (
            names[0]
            if len(names) == 1
            else text.counted(len(names), tr("group"), tr("groups"))
            if names
            else tr("All together")
        )
        told = [who]
        self.legend.tell()
        if self.chart.curves:
            told.append(
                tr("early solid, late dashed")
                + (tr(", baseline grey") if found.baseline is not None else "")
            )
        else:
            count = int(found.over.sum())
            if count:
                told.append(
                    tr("over the limit in {count}").format(
                        count=text.counted(count, tr("period"), tr("periods"))
                    )
                )
            elif found.limit is None and found.measure != COST:
                told.append(tr("no limit"))
        if found.undated:
            told.append(
                tr("{undated} of activities without dates left out").format(
                    undated=text.number(found.undated)
                )
            )
        self.note.setText(", ".join(told))

    # ------------------------------------------------------------ a bar and its activities

    def _picked(self, period: int) -> None:
        """Show the activities behind a bar."""
        loading, found = self.loading, self.chart.found
        if loading is None or found is None or period < 0:
            self.show_groups()
            return
        key, _, measure = self.asked()
        first, last = int(found.edges[period]), int(found.edges[period + 1])
        rows = loading.in_bar(key, measure, self.chosen(), first, last)
        unit = "h" if found.unit == "FTE" else found.unit
        self.bar.show_bar(loading.schedule, rows, unit)
        self.activities.apply_columns()
        when = self.chart.tell(period).split("\n")[0]
        self.title.setText(
            tr("{when}: {rows}").format(
                when=when, rows=text.counted(len(rows), tr("activity"), tr("activities"))
            )
        )
        self.left.setCurrentIndex(1)

    def _open_bar(self) -> None:
        """Go to the list of activities of the bar with the keyboard."""
        if self.left.currentIndex() == 1:
            self.activities.setFocus()
            if len(self.bar.activities):
                self.activities.select_row(0)
                self._activity(0)

    def show_groups(self) -> None:
        """Back from the activities of a bar to the groups."""
        if self.left.currentIndex() == 1:
            focus = self.activities.hasFocus()
            self.left.setCurrentIndex(0)
            self.chart.choose(-1)
            if focus:
                self.chart.setFocus()

    def _activity(self, row: int) -> None:
        if 0 <= row < len(self.bar.activities):
            self.state.select(self.bar.activities[row])

    def _isolate(self) -> None:
        if self.bar.activities:
            self.state.isolate(
                tr("Loading {text}").format(text=self.title.text()), self.bar.activities
            )

    # ------------------------------------------------------------ what leaves the pane

    def copy_table(self) -> None:
        """Put the periods of what is shown on the clipboard as a table."""
        if self.chart.found is None:
            return
        rows = profile_rows(self.chart.found)
        cells = [["" if value is None else str(value) for value in row.values()] for row in rows]
        QGuiApplication.clipboard().setText(as_text([titles_of(rows), *cells]))
        self.state.message.emit(
            "info",
            tr("{rows} copied").format(rows=text.counted(len(rows), tr("period"), tr("periods"))),
        )

    def save_workbook(self) -> None:
        """Ask for a file and write groups and periods there."""
        name, _ = QFileDialog.getSaveFileName(
            self, tr("Save the loading"), "Resources.xlsx", tr("Workbook (*.xlsx)")
        )
        if name:
            self.write_workbook(Path(name))

    def write_workbook(self, path: Path) -> None:
        """Write groups and periods as a workbook, in the background."""
        loading = self.loading
        if loading is None:
            return
        asked = self.asked()

        def work(context: JobContext) -> None:
            context.report(0, 1, tr("Writing the workbook"))
            write_profile(loaded_groups(loading, *asked), path)

        self.state.run(
            "resource-workbook",
            tr("Saving the loading"),
            work,
            lambda _none: self.state.message.emit(
                "info", tr("Saved {name}").format(name=path.name)
            ),
        )

    # ------------------------------------------------------------ size and keys

    def align(self) -> None:
        """Give the list the width of the table above, so that bars stand below bars."""
        self.split.setLayoutDirection(self._beside.layoutDirection())
        self.split.setSizes(self._beside.sizes())

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self._table_above and event.type() == QEvent.Type.Resize:
            self.align()
        if (
            watched is self.activities
            and isinstance(event, QKeyEvent)
            and event.type() == QEvent.Type.KeyPress
            and event.key() == Qt.Key.Key_Escape
        ):
            self.show_groups()
            return True
        return super().eventFilter(watched, event)
