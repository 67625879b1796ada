"""Merging schedules into a master, with its decisions and its traceability in sight."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from planbench.ui.window import MainWindow


def ask_to_merge(window: MainWindow) -> None:
    """Open the merge dialog; it is loaded when it is first wanted."""
    from planbench.ui.merge.dialog import MergeDialog

    MergeDialog.open_for(window)
