"""What all views share: the open document, the selection, running jobs, the theme.

Views talk to each other through this object alone. Signals carry ids and names, never copies.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from typing import Any

from PySide6.QtCore import QObject, Signal

from planbench.domain.errors import PlanbenchError
from planbench.services.document import Document
from planbench.services.undo import Command, UndoStack
from planbench.ui.jobs import JobBridge, QtJob
from planbench.ui.translation import tr

log = logging.getLogger("planbench")

MISTAKE = tr("planbench made a mistake")


class AppState(QObject):
    """The window's shared state.

    Signals: `library_changed()`; `document_changed()` when another update was opened (or none);
    `result_changed(kind)` with kind "cpm", "quality", "risk", "agreement" or "baseline", or
    "earlier quality" when figures of earlier updates were kept, "standards" when the project was
    bound to another standards pack;
    `schedule_edited(touched)` after a step was taken, undone or taken again, with the names of
    the columns it touched (a new calculation follows by itself as `result_changed("cpm")`);
    `selection_changed(row)` with the activity's row or -1; `isolation_changed()` when Schedule
    should show certain activities alone, or all again; `workspace_requested(name)`;
    `update_wanted(update, workspace)` to open another update of the library there;
    `finding_wanted(rows)` to write a finding down on activities;
    `what_if_wanted("keep" or "drop")` for the edits of the open document;
    `job_started(QtJob)`; `message(kind, text)` with kind "info", "warning" or "error".
    """

    library_changed = Signal()
    document_changed = Signal()
    result_changed = Signal(str)
    schedule_edited = Signal(object)
    selection_changed = Signal(int)
    isolation_changed = Signal()
    workspace_requested = Signal(str)
    update_wanted = Signal(int, str)
    what_if_wanted = Signal(str)
    finding_wanted = Signal(object)
    review_changed = Signal()  # findings were raised elsewhere than in Quality
    job_started = Signal(object)
    message = Signal(str, str)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.jobs = JobBridge(self)
        self.document: Document | None = None
        self.closed = False
        self.library: Any = None  # services.library.Library, opened after the first paint
        self.settings: Any = None  # ui.settings.Settings of the window
        self.undo_stack: UndoStack | None = None  # of the open document
        self.selection = -1
        self.isolated: tuple[str, tuple[int, ...]] | None = None  # what to call them, their rows
        self._newest: dict[str, QtJob] = {}

    def open_document(self, document: Document | None) -> None:
        """Show another update in every workspace."""
        self.document = document
        self.undo_stack = None
        if document is not None:
            self.undo_stack = UndoStack(document, self.schedule_edited.emit)
        self.selection = -1
        self.isolated = None
        self.document_changed.emit()
        self.selection_changed.emit(-1)

    def push(self, command: Command) -> None:
        """Change the open schedule by a step that can be undone."""
        if self.undo_stack is not None:
            self.undo_stack.push(command)

    def select(self, row: int) -> None:
        """Select an activity in all views."""
        if row != self.selection:
            self.selection = row
            self.selection_changed.emit(row)

    def isolate(self, label: str, rows: Sequence[int]) -> None:
        """Show these activities alone in Schedule, all of them again for no rows."""
        self.isolated = (label, tuple(rows)) if rows else None
        self.isolation_changed.emit()

    @property
    def busy(self) -> bool:
        """Whether a background job is under way."""
        return bool(self._newest)

    def run(
        self, kind: str, name: str, work: Callable[..., Any], done: Callable[[Any], None]
    ) -> QtJob:
        """Start a background job; `done(result)` runs in the window's thread.

        A newer job of the same kind cancels the older one, whose result is then dropped, so that
        a stale result never overwrites a newer one. Errors arrive as `message`.
        """
        older = self._newest.get(kind)
        if older is not None:
            older.cancel()
        job = self.jobs.start(name, work)
        self._newest[kind] = job

        def succeeded(result: Any) -> None:
            if self._newest.get(kind) is job:
                done(result)

        def finished() -> None:
            if self._newest.get(kind) is job:
                del self._newest[kind]

        job.succeeded.connect(succeeded)
        job.failed.connect(lambda error: self.message.emit("error", _words(name, error)))
        job.finished.connect(finished)
        self.job_started.emit(job)
        return job

    def close(self) -> None:
        """Stop all work before the window goes."""
        self.closed = True
        self.jobs.close()


def _words(name: str, error: BaseException) -> str:
    """What to say of a job that failed: the user's errors as they are, ours with a log entry."""
    if isinstance(error, PlanbenchError):
        return error.line
    log.error(tr("%s failed"), name, exc_info=error)
    told = f"{type(error).__name__}: {error}"
    return tr(
        "{mistake} during “{name}” ({told}). Your data is unchanged; the log has the details."
    ).format(mistake=MISTAKE, name=name, told=told)
