"""Every command of the window: one place for its words, its key and its picture.

Workspaces offer commands of their own as QActions added to themselves (`QWidget.addAction`); the
command palette shows these beside the window's.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QWidget

from planbench.ui.icons import icon as picture
from planbench.ui.translation import tr


@dataclass(frozen=True)
class ActionSpec:
    """One command: id, text, shortcut in Qt's words (or none), what it does, icon."""

    id: str
    text: str
    shortcut: str = ""
    tip: str = ""
    icon: str = ""


WINDOW_ACTIONS = (
    ActionSpec(
        "open-files", tr("Open files…"), "Ctrl+O", tr("Read files into the library"), "open"
    ),
    ActionSpec(
        "export", tr("Export as…"), "Ctrl+Shift+E", tr("Write the schedule to a file"), "download"
    ),
    ActionSpec(
        "import-table", tr("Import tables…"), "", tr("Bring edited Excel or CSV back"), "upload"
    ),
    ActionSpec(
        "merge", tr("Merge schedules…"), "", tr("Several schedules as one master"), "layers"
    ),
    ActionSpec(
        "print", tr("Print preview…"), "Ctrl+P", tr("The plan on paper, PDF and PNG"), "printer"
    ),
    ActionSpec("sample", tr("Open the sample"), "", tr("Put the sample project on screen"), "star"),
    ActionSpec(
        "palette", tr("Find or do…"), "Ctrl+K", tr("Search commands and activities"), "search"
    ),
    ActionSpec("back", tr("Back"), "Alt+Left", tr("Return to where you were"), "arrow-left"),
    ActionSpec("undo", tr("Undo"), "Ctrl+Z", tr("Take the last change back"), "undo"),
    ActionSpec("redo", tr("Redo"), "Ctrl+Shift+Z", tr("Make the change again"), "redo"),
    ActionSpec("theme", tr("Switch light and dark"), "Ctrl+Shift+L", tr("Other colours"), "moon"),
    ActionSpec("theme-system", tr("Follow the system"), "", tr("Colours as the desktop"), "sun"),
    ActionSpec("theme-contrast", tr("High contrast"), "", tr("White and yellow on black"), "eye"),
    ActionSpec("help", tr("Help for this view"), "F1", tr("What this view shows"), "help"),
    ActionSpec("next-pane", tr("Next pane"), "F6", tr("Keyboard to the next pane"), "arrow-right"),
    ActionSpec(
        "previous-pane",
        tr("Previous pane"),
        "Shift+F6",
        tr("Keyboard to the last pane"),
        "arrow-left",
    ),
    ActionSpec(
        "level",
        tr("Level resources…"),
        "Ctrl+Shift+V",
        tr("Dates that resources allow"),
        "chart-column",
    ),
    ActionSpec(
        "finding", tr("Make a finding…"), "Ctrl+Shift+M", tr("On the activities chosen"), "flag"
    ),
    ActionSpec("quit", tr("Quit"), "Ctrl+Q", tr("Close planbench"), "x"),
)


class ActionRegistry:
    """Makes the window's QActions and keeps them by id.

    Raises ValueError when an id or a shortcut is given twice.
    """

    def __init__(self, owner: QWidget) -> None:
        self._owner = owner
        self._actions: dict[str, QAction] = {}
        self._shortcuts: dict[str, str] = {}

    def add(self, spec: ActionSpec, slot: Callable[[], object]) -> QAction:
        """Create a command that calls `slot()`."""
        if spec.id in self._actions:
            raise ValueError(f"there are two actions {spec.id}")
        action = QAction(spec.text, self._owner)
        action.setObjectName(spec.id)
        action.setToolTip(spec.tip or spec.text)
        if spec.icon:
            action.setIcon(picture(spec.icon))
        if spec.shortcut:
            key = QKeySequence(spec.shortcut).toString()
            if key in self._shortcuts:
                raise ValueError(f"{key} belongs to {self._shortcuts[key]} already")
            self._shortcuts[key] = spec.id
            action.setShortcut(QKeySequence(spec.shortcut))
            action.setShortcutContext(Qt.ShortcutContext.WindowShortcut)
        action.triggered.connect(lambda _checked=False: slot())
        self._owner.addAction(action)
        self._actions[spec.id] = action
        return action

    def __getitem__(self, action_id: str) -> QAction:
        return self._actions[action_id]

    def all(self) -> list[QAction]:
        """Every command of the window."""
        return list(self._actions.values())


def duplicate_shortcuts(actions: Iterable[QAction]) -> list[str]:
    """Shortcuts that more than one of the actions claims."""
    seen: set[str] = set()
    twice = []
    for action in actions:
        for sequence in action.shortcuts():
            key = sequence.toString()
            if key in seen:
                twice.append(key)
            seen.add(key)
    return twice
