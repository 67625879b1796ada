"""The one bridge from background jobs to Qt signals.

Workers never touch a job's own QObject, which the window may delete at any time: they post to the
bridge, which outlives them all, and the bridge hands on in the window's thread.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QObject, Qt, Signal

from planbench.domain.errors import Cancelled
from planbench.services.jobs import JobContext, Jobs


class QtJob(QObject):
    """A running job as the window sees it.

    Signals, all in the window's thread and in order: `progressed(Progress)`, then one of
    `succeeded(result)`, `failed(Exception)`, `cancelled()`; `finished()` after any of them.
    """

    progressed = Signal(object)
    succeeded = Signal(object)
    failed = Signal(object)
    cancelled = Signal()
    finished = Signal()

    def __init__(self, name: str, context: JobContext, parent: QObject) -> None:
        super().__init__(parent)
        self.name = name
        self._context = context

    def cancel(self) -> None:
        """Ask the work to stop; its result is dropped even if it is done already."""
        self._context.cancel()

    def deliver(self, kind: str, payload: object) -> None:
        """Turn what a worker posted into a signal."""
        if kind == "progressed":
            self.progressed.emit(payload)
            return
        if kind == "succeeded" and not self._context.cancelled:
            self.succeeded.emit(payload)
        elif kind == "failed":
            self.failed.emit(payload)
        else:
            self.cancelled.emit()
        self.finished.emit()


class JobBridge(QObject):
    """Starts jobs on the pool and turns what the workers post into the jobs' signals."""

    _posted = Signal(int, str, object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._pool = Jobs()
        self._closed = False
        self._live: dict[int, QtJob] = {}
        self._numbers = itertools.count()
        self._posted.connect(self._deliver, Qt.ConnectionType.QueuedConnection)

    def start(self, name: str, work: Callable[[JobContext], Any]) -> QtJob:
        """Run `work(context)` on a worker thread; once closed, nothing is run any more."""
        number = next(self._numbers)
        context = JobContext(lambda progress: self._posted.emit(number, "progressed", progress))
        job = QtJob(name, context, self)
        if self._closed:  # a timer that fired while the window was going
            context.cancel()
            return job
        self._live[number] = job

        def run(context: JobContext) -> None:
            # Posting here, not in a future's callback, keeps the order of what is posted.
            try:
                result = work(context)
            except Cancelled:
                self._posted.emit(number, "cancelled", None)
            except Exception as error:  # carried to the window with its traceback
                self._posted.emit(number, "failed", error)
            else:
                self._posted.emit(number, "succeeded", result)

        self._pool.start(run, context)
        return job

    def _deliver(self, number: int, kind: str, payload: object) -> None:
        job = self._live.get(number)
        if job is None:
            return
        if kind != "progressed":
            del self._live[number]
        job.deliver(kind, payload)
        if kind != "progressed":
            job.deleteLater()

    def close(self) -> None:
        """Cancel all jobs and wait until the workers are still."""
        self._closed = True
        self._pool.close()
        self._live.clear()
