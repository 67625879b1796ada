from __future__ import annotations

import threading
import time

import pytest

from planbench.domain.errors import Cancelled
from planbench.services.jobs import JobContext, Jobs, Progress, promptly


def test_a_job_reports_and_returns() -> None:
    jobs = Jobs()
    heard: list[Progress] = []

    def work(context: JobContext) -> int:
        for step in range(101):
            context.report(step, 100, "counting")
        return 42

    assert jobs.start(work, JobContext(heard.append)).result(5) == 42
    jobs.close()
    assert heard[-1] == Progress(100, 100, "counting")
    assert len(heard) < 20  # throttled


def test_cancel_stops_at_the_next_report() -> None:
    jobs = Jobs()
    started = threading.Event()

    def work(context: JobContext) -> None:
        while True:
            started.set()
            time.sleep(0.001)
            context.report(0, 1)

    context = JobContext()
    future = jobs.start(work, context)
    assert started.wait(5)
    context.cancel()
    with pytest.raises(Cancelled):
        future.result(5)
    jobs.close()


def test_closing_cancels_what_runs_and_drops_what_waits() -> None:
    jobs = Jobs(workers=1)
    started = threading.Event()

    def endless(context: JobContext) -> None:
        started.set()
        while True:
            time.sleep(0.001)
            context.report(0, 1)

    running = jobs.start(endless, JobContext())
    waiting = jobs.start(lambda context: 1, JobContext())
    assert started.wait(5)
    jobs.close()
    assert running.done()
    assert waiting.cancelled()


def test_an_error_keeps_its_traceback() -> None:
    jobs = Jobs()

    def boom(context: JobContext) -> None:
        raise ValueError("no calendar")

    with pytest.raises(ValueError, match="no calendar") as caught:
        jobs.start(boom, JobContext()).result(5)
    jobs.close()
    assert any(entry.name == "boom" for entry in caught.traceback)


def test_a_cancel_comes_back_before_the_work_looks_up() -> None:
    context, looked_up, end = JobContext(), threading.Event(), threading.Event()

    def work(inner: JobContext) -> None:
        context.cancel()
        end.wait(10)
        looked_up.set()
        inner.report(0, 1)

    with pytest.raises(Cancelled):
        promptly(context, work)
    assert not looked_up.is_set()
    end.set()


def test_work_on_its_own_thread_gives_its_result_or_its_error() -> None:
    context = JobContext()
    assert promptly(context, lambda inner: inner is context)

    def fails(_: JobContext) -> None:
        raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        promptly(context, fails)
    assert not context.cancelled
