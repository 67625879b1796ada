"""The window: context bar, rail, workspaces, status bar, and what belongs to none of them."""

from __future__ import annotations

import datetime as dt
import logging
import traceback
from functools import partial
from types import TracebackType
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QByteArray, QPoint, Qt
from PySide6.QtGui import (
    QAction,
    QCloseEvent,
    QDragEnterEvent,
    QDropEvent,
    QKeySequence,
    QResizeEvent,
    QShortcut,
)
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QMainWindow,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from planbench.domain.schedule import Logic
from planbench.ui import text
from planbench.ui.actions import WINDOW_ACTIONS, ActionRegistry
from planbench.ui.exchange import files
from planbench.ui.frame import menus
from planbench.ui.frame.context import ContextBar
from planbench.ui.frame.help import HelpPane
from planbench.ui.frame.rail import Rail
from planbench.ui.frame.status import StatusBar
from planbench.ui.merge import ask_to_merge
from planbench.ui.palette import ActivityIndex, Choice, Palette, matches
from planbench.ui.printing import open_preview
from planbench.ui.session import Session
from planbench.ui.settings import Settings
from planbench.ui.state import MISTAKE, AppState
from planbench.ui.theme import current_theme, theme_manager
from planbench.ui.translation import tr
from planbench.ui.widgets import Banner, Toast
from planbench.ui.workspaces import WORKSPACES, Entry, entry, make

if TYPE_CHECKING:
    from planbench.ui.frame.rows import RowsDialog

log = logging.getLogger("planbench")


class MainWindow(QMainWindow):
    """The one window. Workspaces are made when they are first visited."""

    def __init__(self, state: AppState, settings: Settings) -> None:
        super().__init__()
        self.state = state
        self.settings = settings
        self.session = Session(state, settings, self)
        self.setWindowTitle("planbench")
        self.setMinimumSize(960, 600)
        self.setAcceptDrops(True)
        self._pages: dict[str, Any] = {}
        self._current = ""
        self._faults: set[str] = set()
        self._trail: list[tuple[str, int]] = []
        self._scheduled = dt.datetime.now()
        self._index: tuple[object, ActivityIndex] | None = None
        self.commands = ActionRegistry(self)
        self._make_commands()
        self._build()
        self._listen()
        self._restore_geometry()
        self._show_undo()
        self.go("home")

    # Building.

    def _make_commands(self) -> None:
        slots = {
            "open-files": self.session.ask_for_files,
            "export": lambda: files.ask_for_export(self),
            "import-table": lambda: files.ask_for_table(self),
            "merge": lambda: ask_to_merge(self),
            "print": lambda: open_preview(self),
            "sample": self.session.open_sample,
            "palette": lambda: self.palette_.open(),
            "back": self.back,
            "undo": lambda: self._take_step("undo"),
            "redo": lambda: self._take_step("redo"),
            "theme": self._switch_theme,
            "theme-system": lambda: self.set_theme("system"),
            "theme-contrast": lambda: self.set_theme("contrast"),
            "help": self._toggle_help,
            "next-pane": lambda: self._move_pane(1),
            "previous-pane": lambda: self._move_pane(-1),
            "level": self._level_resources,
            "finding": lambda: self.make_finding(self.chosen_activities()),
            "quit": self.close,
        }
        for spec in WINDOW_ACTIONS:
            self.commands.add(spec, slots[spec.id])
        for number, one in enumerate(WORKSPACES[:9], start=1):
            key = QShortcut(QKeySequence(f"Ctrl+{number}"), self)
            key.activated.connect(lambda name=one.name: self.go(name))

    def _build(self) -> None:
        self.context = ContextBar({a.objectName(): a for a in self.commands.all()})
        self.rail = Rail()
        self.stack = QStackedWidget()
        self.strip = Banner("error")
        self.help = HelpPane()
        self.status = StatusBar()
        middle = QVBoxLayout()
        middle.setSpacing(0)
        middle.addWidget(self.strip)
        middle.addWidget(self.stack, 1)
        row = QHBoxLayout()
        row.setSpacing(0)
        row.addWidget(self.rail)
        row.addLayout(middle, 1)
        row.addWidget(self.help)
        root = QWidget()
        column = QVBoxLayout(root)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.context)
        column.addLayout(row, 1)
        column.addWidget(self.status)
        self.setCentralWidget(root)
        self.palette_ = Palette(root, self.choices)
        self.toast = Toast(root)

    def _listen(self) -> None:
        state = self.state
        self.rail.chosen.connect(self.go)
        self.rail.settings_wanted.connect(lambda: menus.settings_menu(self))
        self.context.search.opened.connect(self.palette_.open)
        self.context.project.clicked.connect(lambda: menus.project_menu(self))
        self.context.update_.clicked.connect(lambda: menus.update_menu(self))
        self.context.baseline.clicked.connect(lambda: menus.baseline_menu(self))
        state.workspace_requested.connect(self.go)
        state.document_changed.connect(self._document_changed)
        state.result_changed.connect(self._result_changed)
        state.library_changed.connect(self._tell_context)
        state.finding_wanted.connect(self.make_finding)
        state.job_started.connect(self.status.add_job)
        state.message.connect(self.say)
        self.session.undo_changed.connect(self._show_undo)
        self.session.mended.connect(self._tell_mended)
        self.context.agreement.clicked.connect(self.show_agreement)
        theme_manager().changed.connect(self._theme_changed)

    # Workspaces.

    def go(self, name: str) -> None:
        """Bring a workspace to the front. Raises KeyError for an unknown name."""
        one = entry(name)
        if name == self._current:
            return
        self._made(one)
        if self._current:
            self._trail.append((self._current, self.state.selection))
            del self._trail[:-50]
        self._show_page(name)

    def _made(self, one: Entry) -> Any:
        """The page of a workspace, made when it is first needed."""
        if one.name not in self._pages:
            page = make(one, self.state)
            if hasattr(page, "use_session"):
                page.use_session(self.session)
            if hasattr(page, "undo_room"):
                page.undo_room.history.connect(self._show_undo)
            self._pages[one.name] = page
            self.stack.addWidget(page)
        return self._pages[one.name]

    def _show_page(self, name: str) -> None:
        self._current = name
        page = self._pages[name]
        self.stack.setCurrentWidget(page)
        self.rail.set_current(name)
        page.shown()
        self.commands["back"].setEnabled(bool(self._trail))
        if self.help.isVisible():
            self.help.show_page(name)
        self._tell_context()
        self._show_undo()

    def back(self) -> None:
        """Return to the workspace and the selection before the last move."""
        if not self._trail:
            return
        name, selection = self._trail.pop()
        self._show_page(name)
        document = self.state.document
        if document is not None and selection < len(document.schedule):
            self.state.select(selection)

    @property
    def current(self) -> str:
        """Name of the workspace in front."""
        return self._current

    def page(self) -> Any:
        """The workspace in front."""
        return self._pages[self._current]

    # The context.

    def _document_changed(self) -> None:
        self._remember_agreement()
        self._index = None
        self._scheduled = dt.datetime.now()
        self._show_undo()
        self._tell_context()

    def _remember_agreement(self) -> None:
        """Keep how far the dates agreed before anything was edited."""
        document, stack = self.state.document, self.state.undo_stack
        if document is not None and document.agreement_read is None:
            document.agreement_needed = self.settings.get("agreement_needed")
            if stack is None or not stack.can_undo:
                document.agreement_read = document.agreement

    def _result_changed(self, kind: str) -> None:
        if kind in ("cpm", "agreement"):
            self._remember_agreement()
        if kind == "cpm":
            self._scheduled = dt.datetime.now()
        self._tell_context()

    def _tell_context(self) -> None:
        document = self.state.document
        if document is None or not entry(self._current or "home").needs_document:
            self.context.show_library(*self.session.library_words())
            self.status.set_left(self.session.library_counts())
            self.status.set_right("")
            self.setWindowTitle("planbench")
            return
        schedule = document.schedule
        data_date = text.long_date(schedule.data_date)
        label = document.update_label
        update = (
            tr("{label} · data date {data_date}").format(label=label, data_date=data_date)
            if data_date
            else label
        )
        self.context.show_document(
            document.title or schedule.source.name,
            update,
            document.baseline_label,
            agreement_chip(document),
        )
        self.setWindowTitle(
            tr("{title} {label} - planbench").format(title=document.title, label=label)
        )
        counts = (
            text.counted(len(schedule), tr("activity"), tr("activities")),
            text.counted(len(schedule.relationships), tr("link"), tr("links")),
            text.counted(len(schedule.calendars), tr("calendar"), tr("calendars")),
        )
        if document.problem:
            self.status.set_left(document.problem, "error", "negative")
        else:
            self.status.set_left(" · ".join(counts))
        self.status.set_right(_schedule_words(document, self._scheduled))

    def _room_with_undo(self) -> Any:
        """What takes steps back in the room in front, None where they are the schedule's."""
        return getattr(self._pages.get(self._current), "undo_room", None)

    def _take_step(self, which: str) -> None:
        getattr(self._room_with_undo() or self.session, which)()

    def _show_undo(self) -> None:
        room = self._room_with_undo()
        for which in ("undo", "redo"):
            action = self.commands[which]
            if room is not None:
                label = room.undo_label if which == "undo" else room.redo_label
            else:
                label = self.session.undo_label(which)
            action.setEnabled(bool(label))
            word = tr("Undo") if which == "undo" else tr("Redo")
            action.setText(f"{word}: {label}" if label else word)

    # The rows behind a count.

    def show_repairs(self) -> None:
        """List what reading the open file had to mend."""
        document = self.state.document
        if document is not None:
            from planbench.ui.exchange.report import import_report

            name = document.schedule.source.name or document.update_label
            self._show_rows(import_report(document.repairs, name, self))

    def show_agreement(self) -> None:
        """Tell how far the dates agree with the file's, and what is held back for that."""
        document = self.state.document
        if document is None or document.agreement is None:
            return
        from planbench.ui.schedule.agreement import AgreementDialog

        found = document.agreement.mismatches
        dialog = AgreementDialog(document, self)
        dialog.row_opened.connect(lambda row: self._go_to_activity(found[row].row))
        dialog.needed_changed.connect(lambda share: self.settings.set("agreement_needed", share))
        dialog.held_changed.connect(lambda: self.state.result_changed.emit("agreement"))
        dialog.released.connect(self.session.upkeep.keep_release)
        self._show_rows(dialog)

    def _level_resources(self) -> None:
        document = self.state.document
        if document is None or document.cpm is None:
            self.say(
                "warning", tr("Open a schedule that can be calculated, then level its resources.")
            )
            return
        from planbench.ui.levelling.dialog import LevellingDialog

        dialog = LevellingDialog(self.state, document, self)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.show()
        dialog.propose()

    def chosen_activities(self) -> list[int]:
        """Rows of the activities selected in the workspace in front, else the one of all views."""
        page = self.page()
        rows = page.selected_activities() if hasattr(page, "selected_activities") else []
        return rows or ([self.state.selection] if self.state.selection >= 0 else [])

    def make_finding(self, rows: list[int]) -> None:
        """Write a finding down on activities, wherever they were chosen."""
        self._made(entry("quality")).review.commands.make_finding(rows, self)

    @staticmethod
    def _show_rows(dialog: RowsDialog) -> None:
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.show()

    def _tell_mended(self) -> None:
        document = self.state.document
        if document is None:
            return
        worst = {repair.severity for repair in document.repairs}
        count = text.counted(len(document.repairs), tr("thing was"), tr("things were"))
        self.strip.show_message(
            tr(
                "{count} mended or left out while reading {update_label}. The file "
                "itself is unchanged."
            ).format(count=count, update_label=document.update_label),
            kind="warning" if worst - {"info"} else "info",
            action=tr("See the rows"),
            slot=self.show_repairs,
        )

    # Theme, help, panes.

    def _switch_theme(self) -> None:
        self.set_theme("light" if current_theme().dark else "dark")

    def set_theme(self, mode: str) -> None:
        """Light, dark or as the system, from now on."""
        theme_manager().set_mode(mode)
        self.settings.set("theme", mode)

    def _theme_changed(self) -> None:
        self.context.theme.icon_name = "sun" if current_theme().dark else "moon"
        for widget in self.findChildren(QWidget):
            widget.update()

    def _toggle_help(self) -> None:
        if self.help.isVisible():
            self.help.hide()
        else:
            self.help.show_page(self._current)

    def panes(self) -> list[QWidget]:
        """Where F6 stops: search, rail, then the workspace's panes from left to right."""
        page = self.page()
        if hasattr(page, "panes"):
            inner = list(page.panes())
        else:
            inner = [view for view in page.findChildren(QAbstractItemView) if view.isVisible()]
            inner.sort(key=lambda view: view.mapTo(self, QPoint(0, 0)).toTuple())
        stops = [self.context.search, self.rail.buttons[self._current], *inner]
        if self.help.isVisible():
            stops.append(self.help.browser)
        return [stop for stop in stops if stop.isVisible() and stop.isEnabled()]

    def _move_pane(self, step: int) -> None:
        stops = self.panes()
        focus = self.focusWidget()
        here = -1 if step > 0 else 0
        for number, stop in enumerate(stops):
            if focus is not None and (stop is focus or stop.isAncestorOf(focus)):
                here = number
        stops[(here + step) % len(stops)].setFocus(Qt.FocusReason.TabFocusReason)

    # The palette.

    def choices(self, query: str) -> list[Choice]:
        """What the palette lists for a query: commands, workspaces, updates, activities."""
        found: list[Choice] = []
        page_actions = self.page().actions()
        for action in [*page_actions, *self.commands.all()]:
            words = action.text().replace("&", "")
            usable = action.isEnabled() and action.isVisible() and not action.isSeparator()
            if usable and action.objectName() != "palette" and matches(query, words):
                picture = _icon_of(action)
                found.append(Choice(words, action.shortcut().toString(), picture, action.trigger))
        for one in WORKSPACES:
            if matches(query, tr("go to {title}").format(title=one.title)):
                go = partial(self.go, one.name)
                found.append(
                    Choice(tr("Go to {title}").format(title=one.title), "workspace", one.icon, go)
                )
        found += self._activity_choices(query)
        for title, update in self.session.project_choices():
            if query and matches(query, title):
                opens = partial(self.session.open_update, update)
                found.append(Choice(title, "project", "file", opens))
        return found

    def _activity_choices(self, query: str) -> list[Choice]:
        document = self.state.document
        if document is None or not query.strip():
            return []
        schedule = document.schedule
        if self._index is None or self._index[0] is not schedule:
            acts = schedule.activities
            self._index = (schedule, ActivityIndex(acts.code.tolist(), acts.name.tolist()))
        return [
            Choice(title, "activity", "schedule", partial(self._go_to_activity, row))
            for row, title in self._index[1].find(query, 30)
        ]

    def _go_to_activity(self, row: int) -> None:
        if not entry(self._current).needs_document:
            self.go("schedule")
        self.state.select(row)

    # Messages.

    def say(self, kind: str, words: str) -> None:
        """Errors and warnings in the strip above the workspace, the rest as a toast."""
        if kind in ("error", "warning"):
            self.strip.show_message(words, kind=kind)
        else:
            self.toast.say(words)

    def fault(
        self, kind: type[BaseException], error: BaseException, trace: TracebackType | None
    ) -> None:
        """A mistake of ours in a slot or while painting: one strip, the details in the log.

        The same mistake is told and logged once, not with every frame that makes it again.
        """
        told = f"{kind.__name__}: {error}"
        if told in self._faults:
            return
        self._faults.add(told)
        log.error("".join(traceback.format_exception(kind, error, trace)))
        if not (self.strip.isVisible() and MISTAKE in self.strip.text()):
            self.say(
                "error",
                tr("{mistake} ({told}). Your data is unchanged; the log has the details.").format(
                    mistake=MISTAKE, told=told
                ),
            )

    # Files dropped on the window.

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if any(url.isLocalFile() for url in event.mimeData().urls()):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        paths = [url.toLocalFile() for url in event.mimeData().urls() if url.isLocalFile()]
        if paths:
            event.acceptProposedAction()
            self.session.import_files(paths)

    # Size and end.

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.context.set_narrow(self.width() < current_theme().frame["narrow_breakpoint"])
        self.palette_.hide()

    def _restore_geometry(self) -> None:
        kept = self.settings.get("geometry")
        if not (kept and self.restoreGeometry(QByteArray.fromBase64(kept.encode()))):
            self.resize(1440, 900)

    def closeEvent(self, event: QCloseEvent) -> None:
        geometry = bytes(self.saveGeometry().toBase64().data()).decode()
        self.settings.set("geometry", geometry)
        self.settings.set("workspace", self._current)
        self.session.close()
        self.settings.save()
        super().closeEvent(event)


def _icon_of(action: QAction) -> str:
    icons = {spec.id: spec.icon for spec in WINDOW_ACTIONS}
    return icons.get(action.objectName(), "") or str(action.property("icon") or "command")


def agreement_chip(document: Any) -> tuple[str, str] | None:
    """The chip that says how far our dates agree with those of the file."""
    agreement = document.agreement
    if agreement is None:
        return None
    share = agreement_share(agreement)
    if share is None:
        return None
    kind = "done" if share >= max(0.95, document.agreement_needed) else "watch"
    return kind, tr("Dates agree {share}").format(share=text.percent(share))


def agreement_share(agreement: Any) -> float | None:
    """Share of activities whose dates all agree; None when the file stores none."""
    share = getattr(agreement, "share", None)
    return None if share is None else float(share)


def _schedule_words(document: Any, at: dt.datetime) -> str:
    """When the dates on the screen were made, and how progress is treated."""
    schedule = document.schedule
    if not schedule.projects:
        return ""
    made = (
        tr("Scheduled {at:%H:%M}").format(at=at)
        if document.cpm is not None
        else tr("Dates as stored in the file")
    )
    logic = schedule.projects[schedule.main_project].options.logic
    words = {
        Logic.RETAINED: tr("Retained logic"),
        Logic.OVERRIDE: tr("Progress override"),
        Logic.ACTUAL_DATES: tr("Actual dates"),
    }
    return f"{made} · {words[logic]}"
