from __future__ import annotations

import threading
import time
import traceback
from collections.abc import Iterator
from typing import Any

import pytest
from pytestqt.qtbot import QtBot

from planbench.domain.errors import PlanbenchError
from planbench.services.jobs import JobContext
from planbench.ui.state import AppState


@pytest.fixture
def state() -> Iterator[AppState]:
    made = AppState()
    yield made
    made.close()


def test_results_arrive_in_the_window_thread(qtbot: QtBot, state: AppState) -> None:
    got: list[tuple[int, int]] = []
    state.run("count", "Counting", lambda c: 7, lambda r: got.append((r, threading.get_ident())))
    qtbot.waitUntil(lambda: bool(got))
    assert got == [(7, threading.get_ident())]


def test_a_stale_result_never_overwrites_a_newer_one(qtbot: QtBot, state: AppState) -> None:
    got: list[str] = []
    release = threading.Event()

    def slow(context: JobContext) -> str:
        release.wait(5)
        return "old"

    state.run("risk", "Old run", slow, got.append)
    state.run("risk", "New run", lambda context: "new", got.append)
    qtbot.waitUntil(lambda: got == ["new"])
    release.set()
    qtbot.wait(50)
    assert got == ["new"]


def test_an_error_is_told_with_its_words(qtbot: QtBot, state: AppState) -> None:
    def boom(context: JobContext) -> Any:
        raise PlanbenchError("no calendar", "plan.xer")

    with qtbot.waitSignal(state.message) as told:
        state.run("x", "Failing", boom, lambda r: None)
    assert told.args == ["error", "plan.xer: no calendar"]


def test_a_failed_job_keeps_its_traceback(qtbot: QtBot, state: AppState) -> None:
    errors: list[Exception] = []

    def boom(context: JobContext) -> Any:
        raise PlanbenchError("no calendar", "plan.xer")

    job = state.run("x", "Failing", boom, lambda r: None)
    job.failed.connect(errors.append)
    qtbot.waitUntil(lambda: bool(errors))
    assert "boom" in "".join(traceback.format_exception(errors[0]))


def test_cancelling_ends_without_a_result(qtbot: QtBot, state: AppState) -> None:
    got: list[Any] = []

    def endless(context: JobContext) -> None:
        while True:
            time.sleep(0.001)
            context.report(0, 1)

    job = state.run("x", "Endless", endless, got.append)
    with qtbot.waitSignal(job.cancelled, timeout=2000):
        job.cancel()
    assert got == []


def test_many_jobs_finish(qtbot: QtBot, state: AppState) -> None:
    got: list[int] = []
    for number in range(200):
        state.run(f"job {number}", "Quick", lambda c, n=number: n, got.append)
    qtbot.waitUntil(lambda: len(got) == 200, timeout=10_000)
    assert sorted(got) == list(range(200))


def test_selection_is_told_once(qtbot: QtBot, state: AppState) -> None:
    heard: list[int] = []
    state.selection_changed.connect(heard.append)
    for row in (3, 3, 4):
        state.select(row)
    assert heard == [3, 4]


def test_what_is_started_after_the_end_is_not_run(qtbot: QtBot, state: AppState) -> None:
    """A timer may fire while the window is going."""
    state.close()
    got: list[int] = []
    state.run("count", "Counting", lambda context: got.append(1), got.append)
    qtbot.wait(50)
    assert got == []
