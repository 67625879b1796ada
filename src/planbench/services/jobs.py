"""Background work: one pool of threads, progress, cancel, and errors carried back.

Used by the window and the command line alike. A job is a function that takes a `JobContext`; the
context is the only way it talks to the outside. `report` is also where a cancelled job stops.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from typing import TypeVar

from planbench.domain.errors import Cancelled

T = TypeVar("T")

REPORT_EVERY = 0.05
"""Seconds between two progress reports that reach the listener."""


@dataclass(frozen=True)
class Progress:
    """How far a job is: `done` of `total` and, in words, at what."""

    done: int
    total: int
    text: str = ""


class JobContext:
    """Handed to a job: progress out, cancel in."""

    def __init__(self, listen: Callable[[Progress], None] | None = None) -> None:
        self._stop = threading.Event()
        self._listen = listen
        self._last = 0.0

    def cancel(self) -> None:
        """Ask the job to stop at its next report."""
        self._stop.set()

    @property
    def cancelled(self) -> bool:
        """Whether somebody asked the job to stop."""
        return self._stop.is_set()

    def check(self) -> None:
        """Raises `Cancelled` when the user asked to stop."""
        if self._stop.is_set():
            raise Cancelled

    def report(self, done: int, total: int, text: str = "") -> None:
        """Tell how far the job is. Raises `Cancelled` when the user asked to stop."""
        self.check()
        now = time.monotonic()
        if self._listen is not None and (done >= total or now - self._last >= REPORT_EVERY):
            self._last = now
            self._listen(Progress(done, total, text))


def promptly(context: JobContext, work: Callable[[JobContext], T]) -> T:
    """Run `work(context)` on a thread of its own, so that a cancel comes back at once.

    The thread itself ends at its next report, and what it made is dropped; it must not change
    anything that others see. Raises `Cancelled` and whatever the work raises.
    """
    pool = ThreadPoolExecutor(1, thread_name_prefix="planbench-work")
    future = pool.submit(work, context)
    pool.shutdown(wait=False)
    try:
        while not wait((future,), REPORT_EVERY).done:
            context.check()
    except BaseException:
        context.cancel()  # also when the user broke off: the thread is not to work on
        raise
    return future.result()


class Jobs:
    """The pool. `close` cancels what runs, drops what waits and comes back when all is still."""

    def __init__(self, workers: int = 2) -> None:
        self._pool = ThreadPoolExecutor(workers, thread_name_prefix="planbench-job")
        self._running: set[JobContext] = set()
        self._lock = threading.Lock()

    def start(self, work: Callable[[JobContext], T], context: JobContext) -> Future[T]:
        """Run `work(context)` on a worker thread."""
        with self._lock:
            self._running.add(context)
        return self._pool.submit(self._run, work, context)

    def _run(self, work: Callable[[JobContext], T], context: JobContext) -> T:
        try:
            return work(context)
        finally:
            with self._lock:
                self._running.discard(context)

    def close(self) -> None:
        """Cancel everything and wait for the workers."""
        with self._lock:
            running = tuple(self._running)
        for context in running:
            context.cancel()
        self._pool.shutdown(wait=True, cancel_futures=True)
