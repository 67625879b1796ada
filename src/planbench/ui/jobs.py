"""The one bridge from background jobs to Qt signals."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QObject, Signal

from planbench.domain.errors import Cancelled
from planbench.services.jobs import JobContext, Jobs


class QtJob(QObject):
    """A job whose progress and outcome arrive as signals in the window's thread, in order.

    Signals: `progressed(Progress)`, then one of `succeeded(result)`, `failed(Exception)`,
    `cancelled()`; `finished()` after any of them.
    """

    progressed = Signal(object)
    succeeded = Signal(object)
    failed = Signal(object)
    cancelled = Signal()
    finished = Signal()

    def __init__(
        self, jobs: Jobs, name: str, work: Callable[[JobContext], Any], parent: QObject | None
    ) -> None:
        super().__init__(parent)
        self.name = name
        self._jobs = jobs
        self._work = work
        self._context = JobContext(self.progressed.emit)

    def start(self) -> None:
        """Hand the work to the pool."""
        self._jobs.start(self._run, self._context)

    def cancel(self) -> None:
        """Ask the work to stop."""
        self._context.cancel()

    def _run(self, context: JobContext) -> None:
        # Runs in the worker: emitting here (not in a future's callback) keeps the order.
        try:
            result = self._work(context)
        except Cancelled:
            self.cancelled.emit()
        except Exception as error:
            self.failed.emit(error)
        else:
            if context.cancelled:
                self.cancelled.emit()
            else:
                self.succeeded.emit(result)
        self.finished.emit()
