"""The Portfolio workspace: which projects to launch, delay or stop, when, and why."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QKeySequence, QResizeEvent
from PySide6.QtWidgets import QFileDialog, QMenu, QStackedWidget, QVBoxLayout, QWidget

from planbench.ui.portfolio.assume import AssumptionsDialog
from planbench.ui.portfolio.balance import BalancePage
from planbench.ui.portfolio.board import BoardPage
from planbench.ui.portfolio.capacity import CapacityPage
from planbench.ui.portfolio.capital import CapitalPage
from planbench.ui.portfolio.desk import Desk
from planbench.ui.portfolio.followup import FollowUpPage
from planbench.ui.portfolio.priorities import PrioritiesPage
from planbench.ui.portfolio.register import RegisterPage
from planbench.ui.portfolio.scenarios import ScenariosPage
from planbench.ui.portfolio.selection import SelectionPage
from planbench.ui.portfolio.words import suppositions
from planbench.ui.state import AppState
from planbench.ui.theme import current_theme
from planbench.ui.translation import tr
from planbench.ui.widgets import (
    Banner,
    Button,
    ElidedLabel,
    EmptyState,
    SegmentedControl,
    Toolbar,
)


class PortfolioWorkspace(QWidget):
    """The open portfolio in views that share one desk."""

    name = "portfolio"
    title = tr("Portfolio")
    icon = "portfolio"

    def __init__(self, state: AppState) -> None:
        super().__init__()
        self.state = state
        self.desk = self.undo_room = Desk(state)  # Ctrl+Z in this room takes its steps back
        self._library: object = None
        self._narrow: bool | None = None
        self._build()
        desk = self.desk
        desk.opened.connect(self._show)
        desk.changed.connect(self._show_banner)
        desk.planned.connect(self._show_banner)
        desk.kept.connect(self._show_banner)
        desk.reported.connect(self._show_banner)
        state.library_changed.connect(self._library_changed)
        self._show()

    # Building.

    def _build(self) -> None:
        self.banner = Banner("info")
        self.banner.hide()
        self.selection = SelectionPage(self.desk)
        self.register = RegisterPage(self.desk)
        self.priorities = PrioritiesPage(self.desk)
        self.balance = BalancePage(self.desk)
        self.capacity = CapacityPage(self.desk)
        self.capital = CapitalPage(self.desk)
        self.board = BoardPage(self.desk)
        self.scenarios = ScenariosPage(self.desk)
        self.scenarios.changed.connect(lambda: self.selection.show_scenarios(self.scenarios.kept))
        self.followup = FollowUpPage(self.desk)
        self._views = QStackedWidget()
        for _name, page in self._named_views():
            self._views.addWidget(page)
        self.empty = EmptyState(
            tr("No portfolio yet"),
            tr(
                "A portfolio lists candidates and running projects with cost, benefits, people and "
                "budgets. planbench then finds which to launch, delay or stop, and says why. "
                "Read a "
                "workbook, or look at the sample first."
            ),
            (tr("Open a workbook"), "open", self.ask_file),
            (tr("Open the sample"), "star", self.desk.open_sample),
        )
        self._pages = QStackedWidget()
        self._pages.addWidget(self.empty)
        self._pages.addWidget(self._views)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self._toolbar())
        column.addWidget(self.banner)
        column.addWidget(self._pages, 1)

    def _named_views(self) -> list[tuple[str, QWidget]]:
        return [
            (tr("Selection"), self.selection),
            (tr("Priorities"), self.priorities),
            (tr("Balance"), self.balance),
            (tr("Capacity"), self.capacity),
            (tr("Scenarios"), self.scenarios),
            (tr("Capital"), self.capital),
            (tr("Board"), self.board),
            (tr("Follow-up"), self.followup),
            (tr("Register"), self.register),
        ]

    def _toolbar(self) -> Toolbar:
        bar = Toolbar(tr("Portfolio"))
        self.view = SegmentedControl([name for name, _ in self._named_views()], tr("View"))
        self.view.changed.connect(self._view_chosen)
        bar.add(self.view)
        self.supposed = ElidedLabel("", "body", "text-muted")
        bar.add(self.supposed)
        self.assume_button = self._button(
            tr("Assumptions"),
            "default",
            "sliders-horizontal",
            tr("What if: budgets, rates"),
            self.assume,
        )
        self.file_button = self._button(
            tr("File"),
            "default",
            "file-spreadsheet",
            tr("Open, save or keep the portfolio"),
            self._menu,
        )
        self.solve_button = self._button(
            tr("Solve"),
            "primary",
            "target",
            tr("Find the best choice and timing (F9)"),
            self.desk.solve,
        )
        for button in (
            self.assume_button,
            self.file_button,
            self.solve_button,
        ):
            bar.add(button)
        self._key(tr("Solve the portfolio"), "F9", self.desk.solve)
        return bar

    def _button(
        self, words: str, kind: str, icon: str, tip: str, slot: Callable[[], object]
    ) -> Button:
        made = Button(words, kind, icon, tip=tip)
        made.clicked.connect(lambda _checked=False: slot())
        return made

    def _key(self, words: str, key: str, slot: Callable[[], object]) -> None:
        action = QAction(words, self)
        action.setShortcut(QKeySequence(key))
        action.setShortcutContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        action.triggered.connect(lambda _checked=False: slot())
        self.addAction(action)

    # What the window asks.

    def shown(self) -> None:
        """The workspace was gone to: the library's register is opened, or its projects read again.

        What their updates, risk runs and ledgers say by now flows up without being asked for.
        """
        before = self.desk.register
        self._library_changed()
        if before is not None and self.desk.register is before:
            self.desk.read_updates()
        if self.desk.register is not None:
            self.panes()[1].setFocus()

    def panes(self) -> list[QWidget]:
        """Where F6 stops."""
        inner: list[QWidget] = getattr(self._views.currentWidget(), "panes", list)()
        return [self.view, *inner] if self.desk.register is not None else [self.empty]

    def view_names(self) -> list[str]:
        """The views that have something to show, for pictures of each."""
        names = [name.casefold() for name, _ in self._named_views()]
        return names if self.desk.register is not None else names[:1]

    def show_view(self, name: str) -> None:
        """Go to a view by its name."""
        self.view.set_index(self.view_names().index(name.casefold()))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        narrow = self.window().width() < current_theme().frame["narrow_breakpoint"]
        if narrow != self._narrow:
            self._narrow = narrow
            for _name, page in self._named_views():
                if hasattr(page, "fit"):
                    page.fit(narrow)

    # Showing.

    def _library_changed(self) -> None:
        library = self.state.library
        if library is self._library and (self.desk.register is not None or library is None):
            return
        if not self.isVisible():
            return
        self._library = library
        self.desk.open_kept()

    def _show(self) -> None:
        there = self.desk.register is not None
        self._pages.setCurrentIndex(1 if there else 0)
        self.view.setEnabled(there)
        self.solve_button.setEnabled(there)
        self.assume_button.setEnabled(there)
        if there:
            self.selection.refresh()
        self._show_banner()

    def _view_chosen(self, index: int) -> None:
        self._views.setCurrentIndex(index)

    def _show_banner(self) -> None:
        desk = self.desk
        self.supposed.setText(suppositions(desk.assumptions) if desk.register else "")
        if desk.register is None:
            self.banner.hide()
        elif desk.trouble:
            self.banner.show_message(desk.trouble, tr("No choice keeps all limits"), kind="error")
        elif desk.stale:
            self.banner.show_message(
                tr("The portfolio changed since it was solved."),
                kind="stale",
                action=tr("Solve"),
                slot=desk.solve,
            )
        elif desk.raised:
            self.banner.show_message(
                desk.raised,
                tr("The projects report exceptions"),
                kind="stale",
                action=tr("Solve"),
                slot=desk.solve,
            )
        elif desk.is_sample:
            self.banner.show_message(
                tr("This is the sample portfolio. Changes to it are not kept."),
                kind="info",
                action=tr("Keep it in the library"),
                slot=lambda: desk.keep(tr("Keep the sample portfolio")),
            )
        else:
            self.banner.hide()

    def assume(self) -> None:
        """Ask for other assumptions and solve with them."""
        register, desk = self.desk.register, self.desk
        if register is None:
            return
        dialog = AssumptionsDialog(register, desk.assumptions, self)
        if dialog.exec() and dialog.made != desk.assumptions:
            desk.tried(desk.suppose, tr("Assumptions"), dialog.made)

    # Files.

    def _menu(self) -> None:
        menu = QMenu(self)
        menu.addAction(tr("Open a workbook…"), self.ask_file)
        menu.addAction(tr("Open a folder of CSV files…"), self.ask_folder)
        if self.desk.register is not None:
            menu.addAction(tr("Save as a workbook…"), self.ask_save)
        menu.addSeparator()
        menu.addAction(tr("Open the sample"), self.desk.open_sample)
        if self.desk.is_sample:
            menu.addAction(
                tr("Keep it in the library"), lambda: self.desk.keep(tr("Keep the sample"))
            )
        menu.exec(self.file_button.mapToGlobal(self.file_button.rect().bottomLeft()))

    def ask_file(self) -> None:
        """Ask for a workbook and open it."""
        name, _ = QFileDialog.getOpenFileName(
            self, tr("Open a portfolio"), "", tr("Workbooks (*.xlsx)")
        )
        if name:
            self.desk.open_file(Path(name))

    def ask_folder(self) -> None:
        """Ask for a folder of CSV files and open it."""
        name = QFileDialog.getExistingDirectory(self, tr("Open a portfolio"))
        if name:
            self.desk.open_file(Path(name))

    def ask_save(self) -> None:
        """Ask where to write the register as a workbook."""
        name, _ = QFileDialog.getSaveFileName(
            self, tr("Save the portfolio"), "portfolio.xlsx", tr("Workbooks (*.xlsx)")
        )
        if name:
            self.desk.save_file(Path(name))
