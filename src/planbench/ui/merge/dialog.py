"""The merge dialog: schedules at the left, what merging them does at the right, then one button."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import (
    QDialog,
    QFileDialog,
    QHBoxLayout,
    QListWidget,
    QMenu,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)
from shiboken6 import isValid

from planbench.domain.errors import PlanbenchError
from planbench.engines.merge import CodeRule, LinkRequest, MergeOptions
from planbench.services.document import Document
from planbench.services.jobs import JobContext
from planbench.services.merge import (
    MergeResult,
    file_in_library,
    merged_document,
    read_code_rules,
    read_links,
)
from planbench.ui import text
from planbench.ui.merge import tables
from planbench.ui.session import Session, file_filter
from planbench.ui.state import AppState
from planbench.ui.theme import current_theme
from planbench.ui.translation import tr
from planbench.ui.widgets import (
    Banner,
    Button,
    EmptyState,
    FormField,
    Label,
    SegmentedControl,
    SidePane,
    Surface,
    TableView,
    Tabs,
    Toolbar,
)
from planbench.ui.widgets.forms import check_box, side_by_side

if TYPE_CHECKING:
    from planbench.ui.window import MainWindow

DELAY = 200
"""Milliseconds after the last choice before the merge is worked out anew."""

_CSV = tr("CSV (*.csv)")
_TABS = (tr("Decisions"), tr("Interfaces"), tr("Traceability"))

Source = str | int
"""A file's path, or an update of the library."""


class MergeDialog(QDialog):
    """Merges files and updates; nothing is kept before the button at the top right is pressed."""

    def __init__(self, state: AppState, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._state, self._session = state, session
        self.sources: list[Source] = []
        self._titles: dict[Source, str] = {}
        self._read: dict[Source, Document] = {}
        self.links: tuple[LinkRequest, ...] = ()
        self.codes: tuple[CodeRule, ...] = ()
        self.result_: MergeResult | None = None
        self._kept = False
        self.setWindowTitle(tr("Merge schedules"))
        self.setAccessibleName(tr("Merge schedules"))
        self.setMinimumSize(1080, 560)
        self.resize(1240, 700)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(DELAY)
        self._timer.timeout.connect(self.work_out)
        self._make()
        self._lay_out()
        self._show_sources()

    @classmethod
    def open_for(cls, window: MainWindow) -> MergeDialog | None:
        """Show the dialog; None, and said, while the library is not open."""
        if window.state.library is None:
            window.say("warning", tr("The library is not open yet."))
            return None
        dialog = cls(window.state, window.session, window)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.show()
        return dialog

    # ------------------------------------------------------------ building

    def _make(self) -> None:
        self.list = QListWidget()
        self.list.setAccessibleName(tr("Schedules to merge"))
        self.list.setFont(current_theme().font("body"))
        self.list.setFixedHeight(112)
        self.list.currentRowChanged.connect(lambda _row: self._tell_buttons())
        self.add = Button(tr("Files…"), "default", "plus", tip=tr("Add schedule files"))
        self.add.clicked.connect(self._ask_for_files)
        self.from_library = Button(tr("Library"), "default", "database", tip=tr("Add an update"))
        self.from_library.clicked.connect(self._choose_update)
        self.remove = Button("", "quiet", "trash", tip=tr("Take this schedule out"))
        self.remove.clicked.connect(lambda: self.take_out(self.list.currentRow()))
        self.up = Button("", "quiet", "arrow-up", tip=tr("Move up: the first one's names count"))
        self.up.clicked.connect(lambda: self.move_up(self.list.currentRow()))
        self.link_list = Button(
            tr("Links…"), "default", "link", tip=tr("A CSV of links between projects")
        )
        self.link_list.clicked.connect(lambda: self._ask_for_csv(self.use_links))
        self.code_list = Button(
            tr("Codes…"), "default", "table", tip=tr("A CSV that maps activity codes")
        )
        self.code_list.clicked.connect(lambda: self._ask_for_csv(self.use_codes))
        self.lists = Label("", "small", "text-muted", wrap=True)
        self.calendars = check_box(tr("Same working time is one calendar"), True)
        self.resources = check_box(tr("Same resource id is one resource"), True)
        self.by_name = check_box(tr("Same resource name as well"), False)
        self.latest = check_box(tr("All from the latest data date"), False)
        self.floats = SegmentedControl(
            (tr("Project"), tr("Programme")), tr("Total float runs to the finish")
        )
        for box in (self.calendars, self.resources, self.by_name, self.latest):
            box.toggled.connect(self._changed)
        self.resources.toggled.connect(self.by_name.setEnabled)
        self.floats.changed.connect(self._changed)
        self.code = FormField(tr("Project id of the master"), "IMS")
        self.name = FormField(tr("Name"), tr("Integrated master schedule"))

    def _lay_out(self) -> None:
        self.keep = Button(
            tr("Merge into the library"), "primary", "check", tip=tr("Keep and open it")
        )
        self.keep.clicked.connect(self.file)
        bar = Toolbar(tr("Merge schedules"))
        self.sentence = Label("", "body", "text-muted")
        bar.add(self.sentence)
        bar.add_stretch()
        bar.add(self.keep)
        self.problem = Banner("warning")
        self.problem.hide()
        self.tabs = Tabs(_TABS, tr("What merging does"))
        self.tables = [TableView(name) for name in _TABS]
        self.stack = QStackedWidget()
        for table in self.tables:
            table.row_activated.connect(self._go)
            self.stack.addWidget(table)
        self.tabs.currentChanged.connect(self.stack.setCurrentIndex)
        right = QVBoxLayout()
        right.setSpacing(0)
        right.addWidget(self.problem)
        right.addWidget(self.tabs)
        right.addWidget(self.stack, 1)
        full = Surface("surface-raised")
        full.setLayout(right)
        right.setContentsMargins(0, 0, 0, 0)
        self.whole = QStackedWidget()
        self.whole.addWidget(
            EmptyState(
                tr("Two schedules or more"),
                tr(
                    "Add schedule files or updates of the library. What would be renamed, shared "
                    "or in "
                    "conflict is shown here before anything is kept."
                ),
                (tr("Add files"), "plus", self._ask_for_files),
            )
        )
        self.whole.addWidget(full)
        row = QHBoxLayout()
        row.setSpacing(0)
        row.addWidget(self._pane())
        row.addWidget(self.whole, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(bar)
        column.addLayout(row, 1)

    def _pane(self) -> QWidget:
        pane = SidePane("", 320, "left")
        body = pane.body
        body.addWidget(Label(tr("Schedules, the first one leads"), "strong"))
        body.addWidget(self.list)
        body.addLayout(side_by_side(self.add, self.from_library, None, self.up, self.remove))
        body.addSpacing(8)
        body.addWidget(Label(tr("Lists"), "strong"))
        body.addLayout(side_by_side(self.link_list, self.code_list, None))
        body.addWidget(self.lists)
        body.addSpacing(4)
        body.addWidget(Label(tr("Decisions"), "strong"))
        for box in (self.calendars, self.resources, self.by_name, self.latest):
            body.addWidget(box)
        body.addLayout(
            side_by_side(Label(tr("Total float to the finish of"), "body", "text-muted"), None)
        )
        body.addLayout(side_by_side(self.floats, None))
        body.addSpacing(8)
        body.addWidget(Label(tr("Master"), "strong"))
        body.addWidget(self.code)
        body.addWidget(self.name)
        return pane

    # ------------------------------------------------------------ the schedules

    def add_files(self, paths: Sequence[str]) -> None:
        """Add schedule files; those that are there already are passed over."""
        for path in paths:
            self._add(path, Path(path).name)

    def add_update(self, update: int, title: str) -> None:
        """Add an update of the library."""
        self._add(update, title)

    def _add(self, source: Source, title: str) -> None:
        if source not in self.sources:
            self.sources.append(source)
            self._titles[source] = title
            self._show_sources(len(self.sources) - 1)

    def take_out(self, row: int) -> None:
        """Take a schedule out again."""
        if 0 <= row < len(self.sources):
            del self.sources[row]
            self._show_sources(min(row, len(self.sources) - 1))

    def move_up(self, row: int) -> None:
        """Move a schedule before the one above it."""
        if 0 < row < len(self.sources):
            self.sources[row - 1 : row + 1] = reversed(self.sources[row - 1 : row + 1])
            self._show_sources(row - 1)

    def _show_sources(self, current: int = -1) -> None:
        self.list.clear()
        self.list.addItems([self._titles[source] for source in self.sources])
        self.list.setCurrentRow(current)
        self._tell_buttons()
        self._changed()

    def _tell_buttons(self) -> None:
        row = self.list.currentRow()
        self.remove.setEnabled(row >= 0)
        self.up.setEnabled(row > 0)

    def _ask_for_files(self) -> None:
        paths, _ = QFileDialog.getOpenFileNames(self, tr("Schedules to merge"), "", file_filter())
        self.add_files(paths)

    def _choose_update(self) -> None:
        menu = QMenu(self)
        menu.setFont(current_theme().font("body"))
        for project in self._session.projects():
            below = menu.addMenu(project.name.replace("&", "&&"))
            for update in project.updates:
                title = f"{project.name}, {update.label}"
                below.addAction(update.label.replace("&", "&&")).triggered.connect(
                    lambda _on=False, one=update.id, title=title: self.add_update(one, title)
                )
        if menu.isEmpty():
            menu.addAction(tr("The library is empty")).setEnabled(False)
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(self.from_library.mapToGlobal(self.from_library.rect().bottomLeft()))

    # ------------------------------------------------------------ lists

    def _ask_for_csv(self, use: object) -> None:
        assert callable(use)
        path, _ = QFileDialog.getOpenFileName(self, tr("List"), "", _CSV)
        if path:
            use(path)

    def use_links(self, path: str) -> None:
        """Make the links of a CSV file; one that cannot be read is told and changes nothing."""
        try:
            self.links = tuple(read_links(Path(path)))
        except PlanbenchError as error:
            self._say(error.line)
            return
        self._tell_lists()

    def use_codes(self, path: str) -> None:
        """Map activity codes as a CSV file says."""
        try:
            self.codes = read_code_rules(Path(path))
        except PlanbenchError as error:
            self._say(error.line)
            return
        self._tell_lists()

    def _tell_lists(self) -> None:
        words = []
        if self.links:
            words.append(text.counted(len(self.links), tr("link"), tr("links")))
        if self.codes:
            words.append(text.counted(len(self.codes), tr("rule for codes"), tr("rules for codes")))
        self.lists.setText(", ".join(words))
        self._changed()

    # ------------------------------------------------------------ working it out

    def _changed(self, *_: object) -> None:
        self.result_ = None
        self.keep.setEnabled(False)
        self.problem.hide()
        ready = len(self.sources) > 1
        self.whole.setCurrentIndex(1 if ready else 0)
        self.sentence.setText("" if not ready else tr("Working out what merging does…"))
        if ready:
            self._timer.start()
        else:
            self._timer.stop()

    def options(self) -> MergeOptions:
        """The decisions as the boxes say them."""
        return MergeOptions(
            match_calendars=self.calendars.isChecked(),
            match_resources=self.resources.isChecked(),
            resources_by_name=self.by_name.isChecked() and self.resources.isChecked(),
            latest_data_date=self.latest.isChecked(),
            programme_float=self.floats.index == 1,
            codes=self.codes,
        )

    def work_out(self) -> None:
        """Read what was not read yet and merge, in a job; nothing is kept."""
        self._timer.stop()
        sources, read = list(self.sources), dict(self._read)
        links, options, library = self.links, self.options(), self._state.library
        title, titles = self.name.text().strip(), dict(self._titles)

        def work(context: JobContext) -> MergeResult | PlanbenchError:
            from planbench.services.files import open_file

            try:
                for place, source in enumerate(sources):
                    context.report(place, len(sources) + 2, tr("Reading"))
                    if source in read:
                        continue
                    if isinstance(source, int):
                        kept = library.file.load_schedule(source)
                        read[source] = Document(kept, update_label=titles[source])
                    else:
                        read[source] = open_file(Path(source))
                documents = [read[source] for source in sources]
                return merged_document(documents, links, options, title, context)
            except PlanbenchError as error:
                return error

        def done(result: MergeResult | PlanbenchError) -> None:
            if isValid(self):
                self._read.update(read)
                self._show(result)

        self._state.run("merge", tr("Merging"), work, done)

    def _show(self, result: MergeResult | PlanbenchError) -> None:
        if isinstance(result, PlanbenchError):
            self.sentence.setText("")
            self._say(result.line)
            return
        self.result_, self._kept = result, False
        schedule, merged = result.document.schedule, result.merged
        self.sentence.setText(
            tr("{origins}, {schedule}, {crossings} between them").format(
                origins=text.counted(len(merged.origins), tr("project"), tr("projects")),
                schedule=text.counted(len(schedule), tr("activity"), tr("activities")),
                crossings=text.counted(len(merged.crossings), tr("link"), tr("links")),
            )
        )
        made = (tables.decisions(result), tables.register(result), tables.findings(result))
        for place, (table, model) in enumerate(zip(self.tables, made, strict=True)):
            table.setModel(model)
            table.fit_columns()
            self.tabs.setTabText(place, f"{_TABS[place]} {text.number(model.rowCount())}")
        self.keep.setEnabled(True)
        conflicts = len(merged.conflicts)
        if result.document.problem:
            self._say(result.document.problem, "error")
        elif conflicts:
            self._say(
                tr("{conflicts} to look at before the master is kept.").format(
                    conflicts=text.counted(conflicts, tr("decision"), tr("decisions"))
                ),
                "info",
            )

    def _say(self, words: str, kind: str = "warning") -> None:
        self.problem.show_message(words, kind=kind)

    # ------------------------------------------------------------ keeping it

    def file(self) -> None:
        """Keep the master in the library as an update of its own project, and open it."""
        result, library = self.result_, self._state.library
        code = self.code.text().strip()
        self.code.set_error("" if code else tr("The master needs a project id."))
        if result is None or not code:
            return
        name = self.name.text().strip() or code
        self.keep.setEnabled(False)

        def work(context: JobContext) -> int:
            context.report(0, 1, tr("Keeping the master"))
            return file_in_library(library, result, code, name)

        def done(update: int) -> None:
            self._session.reload()
            self._session.open_update(update)
            if isValid(self):
                self._kept = True
                self.tabs.setCurrentIndex(2)
                self._say(tr("The master is in the library. Rows lead to its activities."), "info")

        job = self._state.run("merge-keep", tr("Keeping the master"), work, done)
        job.failed.connect(lambda error: self._refused(error))

    def _refused(self, error: object) -> None:
        """The master could not be kept: say so here and let the user try again."""
        if isValid(self):
            self._say(error.line if isinstance(error, PlanbenchError) else str(error), "error")
            self.keep.setEnabled(True)

    def _go(self, row: int) -> None:
        """Go to the activity of a finding or an interface once the master is open."""
        model = self.tables[self.tabs.currentIndex()].model()
        document = self._state.document
        if not isinstance(model, tables.Rows) or model.activities[row] < 0:
            return
        mine = self.result_.document.schedule.digest if self.result_ is not None else ""
        if not self._kept or document is None or document.schedule.digest != mine:
            self._say(
                tr("Merge into the library first; rows then lead to their activities."), "info"
            )
            return
        self._state.select(model.activities[row])
        self._state.workspace_requested.emit("schedule")
