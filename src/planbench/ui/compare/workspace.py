"""The Compare workspace: two updates, the register of changes, and where the days went."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QAction, QKeySequence
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
    proposals,
    single_effects,
)
from planbench.services.compare_all import Shown, compare_all
from planbench.services.compare_choices import (
    Choices,
    choices_of,
    choose_target,
    settle,
    unsettle,
)
from planbench.services.compare_sheets import sheets
from planbench.services.jobs import JobContext
from planbench.ui import text
from planbench.ui.compare.milestones import MilestonesView
from planbench.ui.compare.models import OWN_COLUMN, RegisterModel, WindowModel
from planbench.ui.compare.network import NetworkView
from planbench.ui.compare.paths import PathsView
from planbench.ui.compare.picks import Choice, between, document_of, open_place, picks
from planbench.ui.compare.pictures import OverUnder
from planbench.ui.compare.renames import RenamesDialog
from planbench.ui.compare.side import CompareSide, unknown_effects
from planbench.ui.compare.words import figures
from planbench.ui.icons import icon
from planbench.ui.quality.review.hooks import activity_menu, offer_findings
from planbench.ui.state import AppState
from planbench.ui.theme import current_theme
from planbench.ui.translation import tr
from planbench.ui.widgets import (
    Banner,
    Button,
    ComboBox,
    EmptyState,
    Label,
    SegmentedControl,
    StatStrip,
    TableView,
    Toolbar,
)

_VIEWS = ("changes", "network", "milestones", "longest path", "windows")


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
        self._settled = Choices()  # of a schedule outside a library
        self._pending = True
        self._build()
        state.document_changed.connect(self._document_changed)
        state.library_changed.connect(self._library_changed)
        state.result_changed.connect(self._result_changed)
        state.selection_changed.connect(self._selection_changed)
        self._document_changed()

    # Building.

    def _build(self) -> None:
        self.register = RegisterModel()
        self.table = TableView(tr("Change register"))
        self.table.setModel(self.register)
        self.table.row_changed.connect(self._change_chosen)
        self.table.selectionModel().selectionChanged.connect(lambda *_: self._tell_chosen())
        self.table.menu_requested.connect(self._row_menu)
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
        self.network, self.milestones, self.paths = NetworkView(), MilestonesView(), PathsView()
        self.network.chosen.connect(self._bar_chosen)
        offer_findings(self.state, self.network.canvas, lambda: [self.state.selection])
        self.milestones.chosen.connect(self._select_id)
        self.paths.chosen.connect(self._select_id)
        self.windows = WindowModel()
        self.window_table = TableView(tr("Windows"))
        self.window_table.setModel(self.windows)
        self.views = QStackedWidget()
        views: tuple[QWidget, ...] = (
            self.split,
            self.network,
            self.milestones,
            self.paths,
            self.window_table,
        )
        for view in views:
            self.views.addWidget(view)
        self.strip = StatStrip()
        self.banner = Banner("info")
        work = QWidget()
        column = QVBoxLayout(work)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        for part in (self.strip, self.banner):
            column.addWidget(part)
        column.addWidget(self.views, 1)
        self.pages = QStackedWidget()
        for page in (*self._empty_pages(), work):
            self.pages.addWidget(page)
        left = QVBoxLayout()
        left.setSpacing(0)
        left.addWidget(self._toolbar())
        left.addWidget(self.pages, 1)
        self.side = CompareSide()
        self.side.target_chosen.connect(self._choose_target)
        self.side.effects_asked.connect(self.calculate_effects)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addLayout(left, 1)
        row.addWidget(self.side)
        self._commands()

    def _empty_pages(self) -> tuple[EmptyState, EmptyState]:
        self.nothing = EmptyState(
            tr("No schedule is open"),
            tr(
                "Compare shows what changed between two updates of a project and what it did to "
                "the finish. Open a schedule first."
            ),
            (tr("Choose a project"), "home", lambda: self.state.workspace_requested.emit("home")),
        )
        self.alone = EmptyState(
            tr("There is nothing to compare with yet"),
            tr("This project has one update. Choose a file of an earlier one, or import it."),
            (tr("Choose a file"), "folder-open", self.choose_file),
        )
        return self.nothing, self.alone

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
        self.file_button = Button("", "quiet", "folder-open", tip=tr("Compare with a file"))
        self.file_button.clicked.connect(lambda _checked=False: self.choose_file())
        bar.add(self.file_button)
        bar.add_line()
        self.view_switch = SegmentedControl(
            [tr("Changes"), tr("Network"), tr("Milestones"), tr("Longest path"), tr("Windows")],
            tr("View"),
        )
        self.view_switch.changed.connect(self._show_view)
        bar.add(self.view_switch)
        self.progress_button = Button(
            tr("Progress"), "tool", "eye", tip=tr("Show plain progress as well")
        )
        self.progress_button.setCheckable(True)
        self.progress_button.toggled.connect(lambda _on: self._show_register())
        bar.add(self.progress_button)
        bar.add_stretch()
        self.export_button = Button(
            tr("Export"), "default", "file-spreadsheet", tip=tr("Write all views as a workbook")
        )
        self.export_button.clicked.connect(lambda _checked=False: self.ask_for_workbook())
        bar.add(self.export_button)
        return bar

    def _commands(self) -> None:
        for words, keys, picture, slot in (
            (tr("Effect of the chosen changes"), "Ctrl+E", "play", self.calculate_effects),
            (tr("Proposed renames…"), "", "git-compare", self.ask_about_renames),
            (tr("Export the comparison…"), "", "file-spreadsheet", self.ask_for_workbook),
        ):
            action = QAction(icon(picture), words, self)
            action.setShortcut(QKeySequence(keys))
            action.setShortcutContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            action.triggered.connect(lambda _on=False, slot=slot: slot())
            self.addAction(action)

    def panes(self) -> list[QWidget]:
        """Where F6 stops."""
        inside = (
            self.table,
            self.network.canvas,
            self.milestones.table,
            self.paths.table,
            self.window_table,
        )
        return [self.old_box, inside[self.views.currentIndex()], self.side.target]

    def view_names(self) -> list[str]:
        """The views that have something to show, for pictures of each."""
        return list(_VIEWS) if self.review is not None else [_VIEWS[0]]

    def show_view(self, name: str) -> None:
        """Go to a view by its name."""
        self.view_switch.set_index(_VIEWS.index(name))

    def _show_view(self, index: int) -> None:
        self.views.setCurrentIndex(index)
        self.progress_button.setVisible(index == 0)

    def resizeEvent(self, event: Any) -> None:
        super().resizeEvent(event)
        narrow = self.window().width() < current_theme().frame["narrow_breakpoint"]
        self.side.setFixedWidth(280 if narrow else current_theme().frame["details_pane"])
        self.table.setColumnHidden(OWN_COLUMN, narrow)
        for box in (self.old_box, self.new_box):
            box.setMaximumWidth(150 if narrow else 230)

    # What is compared.

    def shown(self) -> None:
        """The workspace was gone to: compare when something new stands open."""
        if self._pending:
            self.run()

    def _document_changed(self) -> None:
        self.review = self.series = None
        self._settled = Choices()
        self._fill_choices()
        self._outdated()

    def _library_changed(self) -> None:
        """Updates came, went or have another name: what is chosen stays chosen."""
        old, new = self._chosen()
        self._fill_choices()
        known = {(one.update, one.path, one.filed): n for n, one in enumerate(self.choices)}
        for box, was in ((self.old_box, old), (self.new_box, new)):
            if was is not None:
                place = known.get((was.update, was.path, was.filed), -1)
                if place >= 0:
                    box.setCurrentIndex(place)

    def _result_changed(self, kind: str) -> None:
        """The open schedule was calculated anew: the comparison is that of before."""
        if kind == "cpm" and self.state.document is not None:
            self._library_changed()
            self._outdated()

    def _outdated(self) -> None:
        self._pending = True
        if self.isVisible():
            self.run()

    def _chosen(self) -> tuple[Choice | None, Choice | None]:
        places = (self.old_box.currentIndex(), self.new_box.currentIndex())
        old, new = (self.choices[n] if 0 <= n < len(self.choices) else None for n in places)
        return old, new

    def _fill_choices(self) -> None:
        self.choices = picks(self.state, [one for one in self.choices if one.path])
        for box in (self.old_box, self.new_box):
            box.clear()
            box.addItems([choice.label for choice in self.choices])
        open_ = open_place(self.state, self.choices)
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
        self.new_box.setCurrentIndex(open_place(self.state, self.choices))
        self.old_box.setCurrentIndex(len(self.choices) - 1)
        self.run()

    def run(self) -> None:
        """Compare the two chosen schedules in the background."""
        old, new = self._chosen()
        document, library = self.state.document, self.state.library
        self._show_page()
        if document is None or old is None or new is None or old == new:
            return
        self._pending = False
        others = between(self.choices, old, new)
        loose, state = self._settled, self.state

        def work(context: JobContext) -> Shown:
            kept = choices_of(library, document.library_project)
            settled = replace(
                kept,
                same={**kept.same, **loose.same},
                refused=kept.refused | loose.refused,
                target=kept.target or loose.target,
            )
            return compare_all(
                document_of(state, old),
                document_of(state, new),
                [document_of(state, one) for one in others],
                settled,
                context,
            )

        def done(result: Shown) -> None:
            if self.state.document is document:
                self.show_result(result)

        self.state.run("compare", tr("Comparison"), work, done)

    # What the user settles.

    def _choose_target(self, id_: str) -> None:
        self._keep(
            replace(self._settled, target=id_),
            lambda library, project: choose_target(library, project, id_),
        )

    def ask_about_renames(self) -> None:
        """Show the proposed renames of the comparison, to be confirmed or refused."""
        if self.review is None:
            return
        answered = len(self._shown.settled.same) + len(self._shown.settled.refused)
        RenamesDialog(
            proposals(self.review.comparison), answered, self._settle, self._forget, self
        ).open()

    def _settle(self, pairs: list[tuple[str, str]], same: bool) -> None:
        now = self._settled
        now = (
            replace(now, same={**now.same, **dict(pairs)})
            if same
            else replace(now, refused=now.refused | set(pairs))
        )
        self._keep(now, lambda library, project: settle(library, project, pairs, same))

    def _forget(self) -> None:
        self._keep(replace(self._settled, same={}, refused=frozenset()), unsettle)

    def _keep(self, loose: Choices, write: Callable[[Any, int], object]) -> None:
        """Keep a choice in the library (outside one: here), and compare anew."""
        document, library = self.state.document, self.state.library
        if document is None:
            return
        project = document.library_project
        if library is None or project is None or library.read_only:
            self._settled = loose
            self.run()
            return
        self.state.run(
            "compare-choice",
            tr("Keeping the choice"),
            lambda _context: write(library, project),
            lambda _result: self.run(),
        )

    def calculate_effects(self) -> None:
        """What undoing each chosen change alone does to the finish, in the background."""
        review = self.review
        if review is None:
            return
        chosen = unknown_effects(review, self.table.selected_rows())
        if not chosen:
            self.state.message.emit("info", tr("The effects of the chosen changes are known"))
            return

        def work(context: JobContext) -> dict[int, float]:
            return single_effects(review.comparison, chosen, context)

        def done(found: dict[int, float]) -> None:
            if self.review is review:
                self._learn(review, found, len(chosen))

        self.state.run("compare-effects", tr("Effects of single changes"), work, done)

    def _learn(self, review: Review, found: dict[int, float], asked: int) -> None:
        kept = self.table.selected_rows()
        self.review = replace(review, undone={**review.undone, **found})
        self._show_register(kept)
        if len(found) < asked:
            words = tr("{count} of them cannot be undone alone: the network would have a loop")
            self.state.message.emit("info", words.format(count=text.number(asked - len(found))))

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

    def show_result(self, result: Shown) -> None:
        """Fill every view."""
        self._shown = result
        review, series = result.review, result.series
        self.review, self.series = review, series
        self._show_page()
        self.strip.set(figures(review))
        self._show_register()
        self.over_under.show_comparison(review.comparison)
        self.network.show_comparison(review.comparison, result.joint, result.facts)
        target = review.comparison.target
        self.milestones.show_series(series, "" if target is None else target.id)
        self.paths.show_series(series)
        self.windows.show_series(series)
        self.window_table.apply_columns()
        self.side.show_result(review, series)
        self._offer_renames(len(review.comparison.matching.renames))
        self._selection_changed(self.state.selection)

    def _offer_renames(self, count: int) -> None:
        self.banner.setVisible(False)
        if count:
            self.banner.show_message(
                tr("A deleted and an added activity look like one that got another id."),
                tr("{count} may have another id now").format(
                    count=text.counted(count, tr("activity"), tr("activities"))
                ),
                action=tr("Look at them"),
                slot=self.ask_about_renames,
            )

    def _show_register(self, selected: list[int] | None = None) -> None:
        if self.review is None:
            return
        self.register.show_review(self.review, self.progress_button.isChecked())
        self.table.apply_columns()
        if selected:
            self.table.select_row(selected[0])
        self._tell_chosen()

    def _tell_chosen(self) -> None:
        if self.review is not None:
            self.side.show_changes(self.review, self.table.selected_rows())

    def _change_chosen(self, k: int) -> None:
        if self.review is None or k < 0:
            return
        row = int(self.review.comparison.changes.new_row[k])
        self._bar_chosen(row)

    def _row_menu(self, _row: int, point: QPoint) -> None:
        """Findings can be made on the activities of the chosen changes."""
        document, review = self.state.document, self.review
        if document is None or review is None:
            return
        rows = review.comparison.changes.new_row[self.table.selected_rows()]
        codes = review.comparison.new.activities.code[rows[rows >= 0]].tolist()
        place = document.schedule.row_of_code
        activity_menu(
            self.state, [place.get(code, -1) for code in dict.fromkeys(codes)], point, self
        )

    def _bar_chosen(self, row: int) -> None:
        """An activity of the newer schedule was chosen; the open update may be another one."""
        self.over_under.select(row)
        self.network.select(row)
        if self.review is not None and row >= 0:
            self._select_id(str(self.review.comparison.new.activities.code[row]))

    def _select_id(self, code: str) -> None:
        document = self.state.document
        if document is not None:
            self.state.select(document.schedule.row_of_code.get(code, -1))

    def _selection_changed(self, row: int) -> None:
        document = self.state.document
        if document is None or self.review is None or not 0 <= row < len(document.schedule):
            return
        code = str(document.schedule.activities.code[row])
        place = self.review.comparison.new.row_of_code.get(code, -1)
        self.over_under.select(place)
        self.network.select(place)

    # Export.

    def ask_for_workbook(self) -> None:
        """Ask where, and write the comparison as a workbook."""
        if self.review is None:
            return
        name, _ = QFileDialog.getSaveFileName(
            self, tr("Export the comparison"), "comparison.xlsx", tr("Workbook (*.xlsx)")
        )
        if name:
            self.export(name)

    def export(self, path: str) -> None:
        """Write every view as a sheet; errors arrive as a message."""
        if self.review is None:
            return
        try:
            write_xlsx(sheets(self.review, self.series), path)
        except PlanbenchError as error:
            self.state.message.emit("error", error.line)
