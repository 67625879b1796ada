"""The Compare workspace: two updates, the register of changes, and where the days went."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QFileDialog,
    QHBoxLayout,
    QScrollArea,
    QSplitter,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from planbench.cli.output import write_xlsx
from planbench.domain.errors import PlanbenchError
from planbench.engines.compare.series import Series
from planbench.services.compare import (
    Review,
    compare_documents,
    document_of_update,
    series_of_documents,
    summary,
)
from planbench.services.compare_sheets import sheets
from planbench.services.document import Document
from planbench.services.files import open_file
from planbench.ui import text
from planbench.ui.compare.models import (
    KINDS,
    OWN_COLUMN,
    RegisterModel,
    TrendModel,
    WindowModel,
)
from planbench.ui.compare.pictures import ErosionStrip, OverUnder, Waterfall, update_heads
from planbench.ui.state import AppState
from planbench.ui.theme import current_theme
from planbench.ui.translation import tr
from planbench.ui.widgets import (
    Button,
    ComboBox,
    EmptyState,
    Label,
    SegmentedControl,
    SidePane,
    Stat,
    StatStrip,
    TableView,
    Toolbar,
)


@dataclass(frozen=True)
class Choice:
    """An update of the library, or a file, that can be compared."""

    label: str
    update: int = 0
    path: str = ""


class CompareWorkspace(QWidget):
    """What changed between two updates of the open project, sorted by effect on the finish."""

    name = "compare"
    title = tr("Compare")
    icon = "git-compare"

    def __init__(self, state: AppState) -> None:
        super().__init__()
        self.state = state
        self.review: Review | None = None
        self.series: Series | None = None
        self.choices: list[Choice] = []
        self._new_document: Document | None = None
        self._pending = True
        self._build()
        state.document_changed.connect(self._document_changed)
        state.library_changed.connect(self._fill_choices)
        state.selection_changed.connect(self._selection_changed)
        self._document_changed()

    # Building.

    def _build(self) -> None:
        self.register = RegisterModel()
        self.table = TableView(tr("Change register"))
        self.table.setModel(self.register)
        self.table.row_changed.connect(self._change_chosen)
        self.over_under = OverUnder()
        self.over_under.chosen.connect(self._bar_chosen)
        bars = QScrollArea()
        bars.setWidgetResizable(True)
        bars.setFrameShape(QScrollArea.Shape.NoFrame)
        bars.setWidget(self.over_under)
        bars.setAccessibleName(tr("Over and under"))
        self.bars = bars
        self.split = QSplitter()
        self.split.setOrientation(Qt.Orientation.Vertical)
        self.split.addWidget(self.table)
        self.split.addWidget(bars)
        self.split.setSizes([520, 420])
        self.windows, self.trend = WindowModel(), TrendModel()
        self.window_table, self.trend_table = (
            TableView(tr("Windows")),
            TableView(tr("Milestone trend")),
        )
        self.window_table.setModel(self.windows)
        self.trend_table.setModel(self.trend)
        self.views = QStackedWidget()
        views: tuple[QWidget, ...] = (self.split, self.trend_table, self.window_table)
        for view in views:
            self.views.addWidget(view)
        self.strip = StatStrip()
        work = QWidget()
        column = QVBoxLayout(work)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.strip)
        column.addWidget(self.views, 1)
        self.pages = QStackedWidget()
        self.nothing = EmptyState(
            tr("No schedule is open"),
            tr(
                "Compare shows what changed between two updates of a project and what it did to "
                "the "
                "finish. Open a schedule first."
            ),
        )
        self.alone = EmptyState(
            tr("There is nothing to compare with yet"),
            tr("This project has one update. Choose a file of an earlier one, or import it."),
            (tr("Choose a file"), "folder-open", self.choose_file),
        )
        for page in (self.nothing, self.alone, work):
            self.pages.addWidget(page)
        left = QVBoxLayout()
        left.setSpacing(0)
        left.addWidget(self._toolbar())
        left.addWidget(self.pages, 1)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addLayout(left, 1)
        row.addWidget(self._side())

    def _toolbar(self) -> Toolbar:
        bar = Toolbar(tr("Compare"))
        self.old_box = ComboBox([], tr("Older schedule"))
        self.new_box = ComboBox([], tr("Newer schedule"))
        for box in (self.old_box, self.new_box):
            box.setMaximumWidth(230)
            box.activated.connect(lambda _index: self.run())
        bar.add(self.old_box)
        bar.add(Label("→", "body", "text-muted"))
        bar.add(self.new_box)
        self.file_button = Button(tr("File"), "tool", "folder-open", tip=tr("Compare with a file"))
        self.file_button.clicked.connect(lambda _checked=False: self.choose_file())
        bar.add(self.file_button)
        bar.add_line()
        self.view_switch = SegmentedControl([tr("Changes"), tr("Trend"), tr("Windows")], tr("View"))
        self.view_switch.changed.connect(self.views.setCurrentIndex)
        bar.add(self.view_switch)
        self.progress_button = Button(
            tr("Progress"), "tool", "eye", tip=tr("Show plain progress as well")
        )
        self.progress_button.setCheckable(True)
        self.progress_button.toggled.connect(lambda _on: self._show_register())
        bar.add(self.progress_button)
        bar.add_stretch()
        self.export_button = Button(
            tr("Export register"), "default", "file-spreadsheet", tip=tr("Write a workbook")
        )
        self.export_button.clicked.connect(lambda _checked=False: self.ask_for_workbook())
        bar.add(self.export_button)
        return bar

    def _side(self) -> SidePane:
        self.side = SidePane(tr("In words"))
        self.words = Label("", "body", wrap=True)
        self.side.body.addWidget(self.words)
        self.side.add_section(tr("The chosen change"))
        self.change_words = Label("", "body", wrap=True)
        self.side.body.addWidget(self.change_words)
        self.side.add_section(tr("Where the days went"), tr("calendar days"))
        self.waterfall = Waterfall()
        self.side.body.addWidget(self.waterfall)
        self.order_note = Label("", "small", "text-muted", wrap=True)
        self.side.body.addWidget(self.order_note)
        self.side.add_section(tr("Float erosion"), tr("least total float, d"))
        self.erosion = ErosionStrip()
        self.side.body.addWidget(self.erosion)
        return self.side

    def panes(self) -> list[QWidget]:
        """Where F6 stops."""
        return [self.old_box, self.table]

    def resizeEvent(self, event: Any) -> None:
        super().resizeEvent(event)
        narrow = self.window().width() < current_theme().frame["narrow_breakpoint"]
        self.side.setFixedWidth(280 if narrow else current_theme().frame["details_pane"])
        self.table.setColumnHidden(OWN_COLUMN, narrow)

    # What is compared.

    def shown(self) -> None:
        """The workspace was gone to: compare when something new stands open."""
        if self._pending:
            self.run()

    def _document_changed(self) -> None:
        self.review = self.series = self._new_document = None
        self._pending = True
        self._fill_choices()
        if self.isVisible():
            self.run()

    def _fill_choices(self) -> None:
        document, library = self.state.document, self.state.library
        kept = [choice for choice in self.choices if choice.path]
        self.choices = []
        if document is not None and library is not None and document.library_project is not None:
            record = library.project(document.library_project)
            updates = sorted(record.updates, key=lambda update: (update.data_date, update.id))
            self.choices = [
                Choice(f"{one.label}, {text.date(one.data_date)}", one.id) for one in updates
            ]
        elif document is not None:
            self.choices = [Choice(document.update_label or tr("Open schedule"))]
        self.choices += kept
        for box in (self.old_box, self.new_box):
            box.clear()
            box.addItems([choice.label for choice in self.choices])
        open_ = 0
        if document is not None:
            ids = [choice.update for choice in self.choices]
            open_ = ids.index(document.update or 0) if (document.update or 0) in ids else 0
        other = open_ - 1 if open_ else min(1, len(self.choices) - 1)
        self.new_box.setCurrentIndex(max(open_, other))
        self.old_box.setCurrentIndex(min(open_, other))
        self._show_page()

    def choose_file(self) -> None:
        """Ask for a file and compare it with the open schedule."""
        name, _ = QFileDialog.getOpenFileName(self, tr("Compare with a schedule file"))
        if name:
            self.add_file(name)

    def add_file(self, path: str) -> None:
        """Compare a file (as the older one) with the open schedule."""
        self.choices.append(Choice(Path(path).name, path=path))
        for box in (self.old_box, self.new_box):
            box.addItem(Path(path).name)
        self.new_box.setCurrentIndex(self._open_place())
        self.old_box.setCurrentIndex(len(self.choices) - 1)
        self.run()

    def _open_place(self) -> int:
        document = self.state.document
        update = (document.update or 0) if document is not None else 0
        places = [n for n, c in enumerate(self.choices) if c.update == update and not c.path]
        return places[0] if places else 0

    def _document_of(self, choice: Choice) -> Document:
        document = self.state.document
        if choice.path:
            return open_file(Path(choice.path))
        if document is not None and (document.update or 0) == choice.update:
            return document
        return document_of_update(self.state.library, choice.update)

    def run(self) -> None:
        """Compare the two chosen schedules in the background."""
        a, b = self.old_box.currentIndex(), self.new_box.currentIndex()
        document = self.state.document
        self._show_page()
        if document is None or min(a, b) < 0 or a == b:
            return
        self._pending = False
        old, new = self.choices[a], self.choices[b]
        others = [choice for choice in self.choices if choice.update and choice not in (old, new)]

        def work(context: Any) -> tuple[Review, Series, Document]:
            left, right = self._document_of(old), self._document_of(new)
            review = compare_documents(left, right, context=context)
            between = [self._document_of(choice) for choice in others]
            return review, series_of_documents([left, right, *between]), right

        def done(result: tuple[Review, Series, Document]) -> None:
            if self.state.document is document:
                self.show_result(*result)

        self.state.run("compare", tr("Comparison"), work, done)

    # Showing.

    def _show_page(self) -> None:
        document = self.state.document
        page = 0 if document is None else 2 if self.review else 1
        self.pages.setCurrentIndex(page)
        self.alone.setVisible(page == 1 and len(self.choices) < 2)
        self.side.setVisible(self.review is not None)
        self.export_button.setEnabled(self.review is not None)
        for part in (self.old_box, self.new_box, self.file_button):
            part.setEnabled(document is not None)

    def show_result(self, review: Review, series: Series, document: Document) -> None:
        """Fill every view."""
        self.review, self.series, self._new_document = review, series, document
        self._show_page()
        self.strip.set(figures(review))
        self._show_register()
        self.over_under.show_comparison(review.comparison)
        self.windows.show_series(series)
        self.trend.show_series(series)
        self.words.setText("\n".join([*review.words, review.trouble]).strip())
        self.waterfall.show_half(review.half)
        self.order_note.setText(order_words(review))
        heads = update_heads([schedule.data_date for schedule in series.schedules])
        self.erosion.show_erosion(series.erosion, heads)
        for table in (self.table, self.window_table, self.trend_table):
            table.apply_columns()

    def _show_register(self) -> None:
        if self.review is None:
            return
        self.register.show_review(self.review, self.progress_button.isChecked())
        self.table.apply_columns()
        self.change_words.setText(tr("Choose a change in the register."))

    def _change_chosen(self, k: int) -> None:
        if self.review is None or k < 0:
            return
        changes = self.review.comparison.changes
        change = changes.row(k)
        self.change_words.setText(change_words(self.review, k))
        row = int(change["new_row"])
        self.over_under.select(row)
        self._select_shared(row)

    def _bar_chosen(self, row: int) -> None:
        self.over_under.select(row)
        self._select_shared(row)

    def _select_shared(self, row: int) -> None:
        """Select the activity everywhere: by its id, since the open update may be another one."""
        document = self.state.document
        if document is None or self.review is None or row < 0:
            return
        code = str(self.review.comparison.new.activities.code[row])
        self.state.select(document.schedule.row_of_code.get(code, -1))

    def _selection_changed(self, row: int) -> None:
        document = self.state.document
        if document is None or self.review is None or row < 0:
            return
        code = str(document.schedule.activities.code[row])
        self.over_under.select(self.review.comparison.new.row_of_code.get(code, -1))

    # Export.

    def ask_for_workbook(self) -> None:
        """Ask where, and write the register as a workbook."""
        name, _ = QFileDialog.getSaveFileName(
            self, tr("Export the register"), "comparison.xlsx", tr("Workbook (*.xlsx)")
        )
        if name:
            self.export(name)

    def export(self, path: str) -> None:
        """Write summary, register, half-step and windows; errors arrive as a message."""
        if self.review is None:
            return
        try:
            write_xlsx(sheets(self.review, self.series), path)
        except PlanbenchError as error:
            self.state.message.emit("error", error.line)


def figures(review: Review) -> list[Stat]:
    """The strip above the register."""
    told = summary(review)
    kinds = told["by_type"]
    days = told["finish_movement_days"]
    before, after = (text.date(value) for value in review.comparison.finishes)
    kept = told["longest_path_kept"]
    role = (
        "text" if days is None else "late" if days >= 0.5 else "early" if days <= -0.5 else "text"
    )
    count = kinds.get
    links = f"+{count('logic-added', 0)}  {text.MINUS}{count('logic-deleted', 0)}"
    changed = count("lag", 0) + count("logic-type", 0)
    restated, content = count("actual-changed", 0), count("calendar-content", 0)
    return [
        Stat(
            tr("Finish moves"),
            text.DASH if days is None else f"{text.signed(days)}{text.NARROW}d",
            tr("{before} to {after}").format(before=before, after=after),
            role,
        ),
        Stat(
            tr("Longest path"),
            tr("{told} in, {told2} out").format(
                told=told["enters_longest_path"], told2=told["leaves_longest_path"]
            ),
            "" if kept is None else tr("{kept} unchanged").format(kept=text.percent(kept, 0)),
        ),
        Stat(
            tr("Activities"),
            f"+{told['added']}  {text.MINUS}{told['deleted']}",
            tr("{told} matched").format(told=text.number(told["matched"])),
        ),
        Stat(tr("Links"), links, tr("{changed} changed type or lag").format(changed=changed)),
        Stat(tr("Durations"), text.number(count("duration", 0)), tr("without plain progress")),
        Stat(
            tr("Calendars"),
            text.number(content + count("calendar", 0)),
            tr("{content} inside the calendar").format(content=content),
            "warning" if content else "text",
        ),
        Stat(
            tr("Actual dates restated"),
            text.number(restated),
            tr("reported before, now different"),
            "warning" if restated else "text",
        ),
    ]


def order_words(review: Review) -> str:
    """How far the parts depend on the order of the steps."""
    half = review.half
    if half is None:
        return ""
    first, last = half.progress_days
    if round(first) == round(last):
        return tr("Progress last gives the same split.")
    return tr(
        "The order matters: progress last is {last} d, revisions then {revision_days} d."
    ).format(last=text.signed(last), revision_days=text.signed(half.revision_days[1]))


def change_words(review: Review, k: int) -> str:
    """One change in a sentence or two."""
    change = review.comparison.changes.row(k)
    lead = f"{KINDS[change['type']]}: {change['id']}."
    days = review.undone.get(k)
    if days is None:
        return tr("{lead} Its own effect on the finish was not calculated.").format(lead=lead)
    if round(days) == 0:
        return tr("{lead} If only this were undone, the finish would stay.").format(lead=lead)
    way = tr("later") if days > 0 else tr("earlier")
    count = text.counted(abs(round(days)), tr("day"), tr("days"))
    return tr("{lead} If only this were undone, the finish would come {count} {way}.").format(
        lead=lead, count=count, way=way
    )
