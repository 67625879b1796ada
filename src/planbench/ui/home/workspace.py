"""Home: the library of projects and their updates, and the way files come in."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QAction, QResizeEvent
from PySide6.QtWidgets import (
    QFileDialog,
    QHBoxLayout,
    QInputDialog,
    QMenu,
    QMessageBox,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from planbench.services.contract import today
from planbench.services.matters import Matter, matters_of
from planbench.ui import text
from planbench.ui.home.figures import (
    ProjectLine,
    UpdateLine,
    imported_lately,
    project_line,
    remarks,
)
from planbench.ui.home.model import HEALTH, LibraryModel
from planbench.ui.home.sidebar import Sidebar
from planbench.ui.home.timeline import Timeline
from planbench.ui.icons import icon as picture
from planbench.ui.state import AppState
from planbench.ui.theme import current_theme
from planbench.ui.translation import tr
from planbench.ui.widgets import (
    Button,
    ChipButton,
    EmptyState,
    SearchField,
    SegmentedControl,
    Stat,
    StatStrip,
    TableView,
    Toolbar,
)

if TYPE_CHECKING:
    from planbench.ui.session import Session

ONLY_WORDS = {
    "plan": tr("On plan"),
    "watch": tr("Watch"),
    "late": tr("Late"),
    "unmeasured": tr("Unmeasured"),
}


class HomeWorkspace(QWidget):
    """The first view. It needs the window's session, given by `use_session`."""

    name = "home"
    title = tr("Home")
    icon = "home"

    def __init__(self, state: AppState) -> None:
        super().__init__()
        self.state = state
        self.session: Session | None = None
        self._lines: list[ProjectLine] = []
        self._matters: tuple[Matter, ...] = ()
        self._rows_of: int | None = None  # the update whose dates that differ are asked for
        self.strip = StatStrip()
        self.model = LibraryModel()
        self.table = TableView(tr("Projects and updates"), current_theme().row["library"])
        self.table.setModel(self.model)
        self.sidebar = Sidebar()
        self._build()
        self.strip.opened.connect(self._show_kind)
        self.table.row_activated.connect(self._open_row)
        self.table.expander_toggled.connect(self._toggle)
        self.table.menu_requested.connect(self._menu)
        self.model.modelReset.connect(self._rows_changed)
        state.library_changed.connect(self.reload)
        state.document_changed.connect(self._agreement_known)
        state.result_changed.connect(lambda _kind: self._agreement_known())

    def _build(self) -> None:
        bar = Toolbar(tr("Home"))
        self.views = SegmentedControl([tr("Library"), tr("Timeline")], tr("View"))
        self.views.changed.connect(self._show_page)
        bar.add(self.views)
        self.filter = SearchField(tr("Filter projects"))
        self.filter.textChanged.connect(self.model.set_filter)
        bar.add(self.filter)
        self._shown_chip = ChipButton("filter", "", tr("Show all projects again"))
        self._shown_chip.clicked.connect(lambda _checked=False: self._show_all())
        self._shown_chip.hide()
        bar.add(self._shown_chip)
        bar.add_stretch()
        worst = Button(
            tr("Worst first"), "default", "sort", tip=tr("Sort by health, the late ones first")
        )
        worst.clicked.connect(lambda _checked=False: self.table.sort_by(HEALTH, True))
        bar.add(worst)
        fold = Button(tr("Fold all"), "default", "collapse", tip=tr("Show projects only"))
        fold.clicked.connect(lambda _checked=False: self._fold_all())
        bar.add(fold)
        self._opens = Button(tr("Open files"), "primary", "open", hint="Ctrl+O")
        self._opens.clicked.connect(lambda _checked=False: self._ask())
        self._opens.hide()
        bar.add(self._opens)
        left = QVBoxLayout()
        left.setSpacing(0)
        left.addWidget(bar)
        left.addWidget(self.strip)
        self._pages = QStackedWidget()
        self._pages.addWidget(self.table)
        self._empty = EmptyState(
            tr("No projects yet"),
            tr(
                "A project comes in with its first schedule file and gathers its updates from then "
                "on. The sample shows every view with something in it."
            ),
            (tr("Open files"), "open", self._ask),
            (tr("Open the sample"), "star", self._sample),
        )
        self._pages.addWidget(self._empty)
        self.timeline = Timeline()
        self.timeline.opened.connect(lambda update: self._open(update, "schedule"))
        self._pages.addWidget(self.timeline)
        left.addWidget(self._pages, 1)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addLayout(left, 1)
        row.addWidget(self.sidebar)
        self.sidebar.zone.open_wanted.connect(self._ask)
        self.sidebar.zone.sample_wanted.connect(self._sample)
        self.sidebar.update_wanted.connect(self._open)

    def use_session(self, session: Session) -> None:
        """Work with the window's session."""
        self.session = session
        self.reload()

    def shown(self) -> None:
        """Read what was opened lately; the rest follows the library."""
        self._show_sidebar()
        self.table.setFocus()

    def panes(self) -> list[QWidget]:
        """Where F6 stops."""
        view = self.timeline if self.views.index else self.table
        return [self.filter, view, self.sidebar.zone]

    # Content.

    def reload(self) -> None:
        """Show the library as the session last read it."""
        if self.session is None:
            return
        current = self.table.current_row()
        chosen = self.model.update_of(current) if current >= 0 else None
        self._lines = [project_line(project) for project in self.session.projects()]
        if len(self._lines) == 1:
            self.model.open_projects.add(self._lines[0].record.id)
        self.model.show_lines(self._lines)
        self._show_page()
        self.strip.set(strip_figures(self._lines, dt.datetime.now(dt.UTC)))
        self._agreement_known()
        self._show_sidebar()
        self._select_update(chosen)
        self._read_matters()

    def _read_matters(self) -> None:
        """Look up what the library knows of findings, actions and deadlines, in a job."""
        library, records = self.state.library, [line.record for line in self._lines]
        if library is None or not records:
            self._matters = ()
            return

        def done(found: tuple[Matter, ...]) -> None:
            if found != self._matters:
                self._matters = found
                self._show_sidebar()

        words = tr("What is worth a look")
        self.state.run("matters", words, lambda _: matters_of(library, records, today()), done)

    def _show_page(self) -> None:
        """The table, the timeline, or what a library without projects says."""
        empty = self.session is not None and self.session.library is not None and not self._lines
        place = 1 if empty else (0, 2)[self.views.index]
        self._pages.setCurrentIndex(place)

    def _select_update(self, update: int | None) -> None:
        rows = range(len(self.model.entries))
        found = next((row for row in rows if self.model.update_of(row) == update), -1)
        if update is not None and found >= 0:
            self.table.select_row(found, scroll=False)

    def _show_sidebar(self) -> None:
        if self.session is None:
            return
        recents = self.session.recents()
        told = remarks(self._lines, self._matters)
        self.sidebar.show_entries(recents, told, dt.datetime.now())
        self.sidebar.zone.set_formats(self.session.formats)

    def _agreement_known(self) -> None:
        from planbench.ui.window import agreement_share

        document = self.state.document
        if document is None or document.update is None:
            return
        share = None if document.agreement is None else agreement_share(document.agreement)
        if share is not None:
            self.model.shown_agreement[document.update] = share
            self.model.refresh()
        if document.agreement is not None and self._rows_of == document.update:
            self._rows_of = None
            self._show_agreement()

    def _show_agreement(self) -> None:
        """The rows whose dates differ from those of the file."""
        from planbench.ui.window import MainWindow

        window = self.window()
        if isinstance(window, MainWindow):
            window.show_agreement()

    def _rows_changed(self) -> None:
        self.timeline.show_lines(self.model.shown)
        heights = current_theme().row
        side = self.table.verticalHeader()
        for row, (_project, update) in enumerate(self.model.entries):
            side.resizeSection(row, heights["library"] if update < 0 else 32)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        frame = current_theme().frame
        narrow = self.window().width() < frame["narrow_breakpoint"]
        # In a small window, or beside help, the table needs the room more than the side column.
        roomy = self.width() >= 1100
        self.sidebar.setVisible(roomy)
        self._opens.setVisible(not roomy)
        self.sidebar.setFixedWidth(304 if narrow else frame["details_pane_home"])
        for number, column in enumerate(self.model.columns):
            if not column.stretch:
                # Dates and figures keep the room they need; the rest gives way to the names.
                width = column.width - 12 if narrow else column.width
                self.table.setColumnWidth(number, width)

    # What the user does.

    def _show_kind(self, figure: int) -> None:
        """A figure was opened: show its projects; a second time shows all again."""
        kind = ("", "plan", "watch", "late", "unmeasured")[figure]
        self.model.show_only("" if kind == self.model.only else kind)
        self._shown_chip.setVisible(bool(self.model.only))
        self._shown_chip.set(
            "filter", tr("Only: {only}").format(only=ONLY_WORDS.get(self.model.only, ""))
        )

    def _show_all(self) -> None:
        self._show_kind(0)

    def _toggle(self, row: int, unfold: bool) -> None:
        project = self.model.entries[row][0]
        self.model.toggle(row, unfold)
        again = self.model.entries.index((project, -1))
        self.table.select_row(again)

    def _fold_all(self) -> None:
        self.model.open_projects.clear()
        self.model.arrange()

    def _open_row(self, row: int) -> None:
        update = self.model.update_of(row)
        if update is not None:
            self._open(update, "schedule")

    def _open(self, update: int, workspace: str) -> None:
        if self.session is None:
            return
        self._rows_of = update if workspace == "agreement" else None
        place = "schedule" if workspace == "agreement" else workspace
        self.session.open_update(update, place)

    def _ask(self) -> None:
        if self.session is not None:
            self.session.ask_for_files()

    def _sample(self) -> None:
        if self.session is not None:
            self.session.open_sample()

    def _menu(self, row: int, point: QPoint) -> None:
        if row < 0 or self.session is None:
            return
        session = self.session
        line, update = self.model.entry(row)
        menu = QMenu(self)
        _entry(menu, "open", tr("Open"), lambda: self._open_row(row))
        if update is not None:
            self._update_entries(menu, session, line, update)
        else:
            name, number = line.record.name, line.record.id
            _entry(menu, "pencil", tr("Rename…"), lambda: self._rename(name, number, False))
            menu.addSeparator()
            _entry(menu, "trash", tr("Delete project…"), lambda: self._delete(line, None))
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(point)

    def _update_entries(
        self, menu: QMenu, session: Session, line: ProjectLine, update: UpdateLine
    ) -> None:
        record = update.record
        chosen = line.record.baseline == record.id
        words = tr("Measure against this no longer") if chosen else tr("Measure against this")
        target = None if chosen else record.id
        _entry(menu, "target", words, lambda: session.choose_baseline(line.record.id, target))
        _entry(menu, "pencil", tr("Rename…"), lambda: self._rename(record.label, record.id, True))
        if record.sha256 and record.source_name:
            _entry(menu, "download", tr("Save the original file…"), lambda: self._save_file(update))
        _entry(menu, "file", tr("Import report…"), lambda: self._report(session, update))
        menu.addSeparator()
        _entry(menu, "trash", tr("Delete update…"), lambda: self._delete(line, update))

    def _rename(self, name: str, number: int, update: bool) -> None:
        words, given = QInputDialog.getText(self, tr("Rename"), tr("New name"), text=name)
        if self.session is None or not given or not words.strip() or words == name:
            return
        if update:
            self.session.rename_update(number, words.strip())
        else:
            self.session.rename_project(number, words.strip())

    def _report(self, session: Session, update: UpdateLine) -> None:
        """What reading the file of an update had to mend."""
        from planbench.ui.exchange.report import import_report

        library, record = session.state.library, update.record
        if library is None:
            return
        dialog = import_report(library.file.repairs(record.id), record.label, self)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.show()

    def _save_file(self, update: UpdateLine) -> None:
        name = update.record.source_name
        path, _ = QFileDialog.getSaveFileName(self, tr("Save the original file"), name)
        if path and self.session is not None:
            self.session.save_original(update.record.id, path)

    def _delete(self, line: ProjectLine, update: UpdateLine | None) -> None:
        """Deleting cannot be undone, so it asks."""
        if self.session is None:
            return
        if update is None:
            count = text.counted(len(line.updates), tr("update"), tr("updates"))
            what = tr("Delete {name} with {count}, their results and notes?").format(
                name=line.record.name, count=count
            )
        else:
            what = tr("Delete {label} of {name} with its results and notes?").format(
                label=update.record.label, name=line.record.name
            )
        box = QMessageBox(self)
        box.setWindowTitle(tr("Delete"))
        box.setText(what)
        box.setInformativeText(tr("This cannot be undone. The files you imported are not touched."))
        yes = box.addButton(tr("Delete"), QMessageBox.ButtonRole.DestructiveRole)
        box.addButton(tr("Keep"), QMessageBox.ButtonRole.RejectRole)
        box.exec()
        if box.clickedButton() is not yes:
            return
        if update is None:
            self.session.delete_project(line.record.id)
        else:
            self.session.delete_update(update.record.id)


def _entry(menu: QMenu, icon: str, words: str, slot: Callable[[], object]) -> None:
    action = QAction(picture(icon), words, menu)
    action.triggered.connect(lambda _checked=False: slot())
    menu.addAction(action)


def strip_figures(lines: list[ProjectLine], now: dt.datetime) -> list[Stat]:
    """The figures above the library."""
    updates = [one for line in lines for one in line.updates]
    baselines = sum(one.record.kind == "baseline" for one in updates)
    real = sum(one.record.kind == "update" for one in updates)
    health = [line.health for line in lines]
    unmeasured = health.count("")
    kinds = tr("{real}, {baselines}").format(
        real=text.counted(real, tr("update"), tr("updates")),
        baselines=text.counted(baselines, tr("baseline"), tr("baselines")),
    )
    return [
        Stat(tr("Projects"), text.number(len(lines)), kinds, door=True),
        Stat(
            tr("On plan"),
            text.number(health.count("plan")),
            tr("within 5 d of baseline"),
            door=True,
        ),
        Stat(tr("Watch"), text.number(health.count("watch")), tr("over 5 d behind it"), door=True),
        Stat(tr("Late"), text.number(health.count("late")), tr("past must-finish date"), door=True),
        Stat(tr("Unmeasured"), text.number(unmeasured), tr("nothing to measure by"), door=True),
        Stat(tr("New"), text.number(imported_lately(lines, now)), tr("filed within 7 days")),
    ]
