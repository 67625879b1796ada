"""A process of its own for the solver: its stray output goes nowhere, and it can be stopped."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from functools import cache
from multiprocessing import get_context
from multiprocessing.connection import Connection
from typing import TYPE_CHECKING, Any, TypeVar, cast

from planbench.domain.errors import Cancelled

if TYPE_CHECKING:
    from multiprocessing.context import SpawnProcess

    from planbench.services.jobs import JobContext

T = TypeVar("T")
_POLL = 0.05


class Worker:
    """Runs functions of the engines in another process, one at a time.

    The process starts with the first task and stays for the next ones. A cancelled task ends it.
    """

    def __init__(self) -> None:
        self._process: SpawnProcess | None = None
        self._pipe: Connection[Any, Any] | None = None
        self._busy = threading.Lock()

    def run(
        self,
        task: Callable[..., T],
        *arguments: Any,
        context: JobContext | None = None,
        **named: Any,
    ) -> T:
        """The result of `task(*arguments, step=..., **named)`; its steps become progress.

        The task and what it takes and gives must be importable and picklable. Raises what the
        task raises, and Cancelled when the context asked to stop.
        """
        with self._busy:
            pipe = self._started()
            try:
                pipe.send((task, arguments, named))
                return cast(T, self._answer(pipe, context))
            except BaseException as error:
                if not isinstance(error, _Raised):
                    self._end()  # whatever it still works at, nobody waits for it
                    raise
                raise error.error from None

    def _answer(self, pipe: Connection[Any, Any], context: JobContext | None) -> Any:
        while True:
            if context is not None and context.cancelled:
                raise Cancelled
            if not pipe.poll(_POLL):
                continue
            try:
                kind, content = pipe.recv()
            except EOFError:
                raise RuntimeError("the solver's process ended by itself") from None
            if kind == "done":
                return content
            if kind == "raised":
                raise _Raised(content)
            if context is not None:
                context.report(*content)

    def _started(self) -> Connection[Any, Any]:
        if self._process is not None and self._process.is_alive() and self._pipe is not None:
            return self._pipe
        spawn = get_context("spawn")
        ours, theirs = spawn.Pipe()
        self._process = spawn.Process(
            target=_serve, args=(theirs,), name="planbench-solver", daemon=True
        )
        self._process.start()
        theirs.close()
        self._pipe = ours
        return ours

    def _end(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.join()
            self._process.close()
        if self._pipe is not None:
            self._pipe.close()
        self._process = self._pipe = None

    def close(self) -> None:
        """End the process."""
        with self._busy:
            self._end()


class _Raised(Exception):
    """What the task itself raised, and not the way to it."""

    def __init__(self, error: BaseException) -> None:
        self.error = error


@cache
def solver() -> Worker:
    """The one worker of this program; its process ends with it."""
    return Worker()


def _serve(pipe: Connection[Any, Any]) -> None:
    """Body of the process: tasks in, steps and results out, until the other end is closed."""
    quiet = os.open(os.devnull, os.O_WRONLY)
    os.dup2(quiet, 1)

    def step(done: int, total: int) -> None:
        pipe.send(("step", (done, total, "solving")))

    while True:
        try:
            task, arguments, named = pipe.recv()
        except (EOFError, KeyboardInterrupt):
            return
        try:
            message = ("done", task(*arguments, step=step, **named))
        except Exception as error:
            message = ("raised", error)
        pipe.send(message)
