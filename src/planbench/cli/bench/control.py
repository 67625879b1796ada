"""How long Control takes to open on a project with years of updates."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import numpy as np

from planbench.domain.schedule import Accounts, Expenses, PercentType, Schedule, Status, make_table
from planbench.domain.synthetic import synthetic_schedule
from planbench.domain.times import DAY
from planbench.services.document import Document
from planbench.services.library import Library

UPDATES = 36
ACCOUNTS = 40


def costed(size: tuple[int, int], month: int) -> Schedule:
    """A synthetic schedule with one cost item an activity and progress of so many months."""
    schedule = synthetic_schedule(*size)
    n = len(schedule)
    random = np.random.default_rng(1)
    budget = np.round(random.uniform(1e3, 1e5, n), 2)
    done = np.clip(month * 3.0 - 100.0 * np.arange(n) / n + random.uniform(0, 10, n), 0.0, 100.0)
    actual = np.round(budget * done / 100.0 * 1.05, 2)
    accounts = make_table(
        Accounts,
        ACCOUNTS,
        uid=[str(row + 1) for row in range(ACCOUNTS)],
        code=[f"A{row + 1:02}" for row in range(ACCOUNTS)],
        name=[f"Account {row + 1}" for row in range(ACCOUNTS)],
        parent=np.full(ACCOUNTS, -1),
    )
    expenses = make_table(
        Expenses,
        n,
        uid=[str(row + 1) for row in range(n)],
        activity=np.arange(n),
        name=["Cost"] * n,
        account=np.arange(n) % ACCOUNTS,
        budget_cost=budget,
        actual_cost=actual,
        remaining_cost=budget - budget * done / 100.0,
    )
    status = np.where(done > 0, Status.IN_PROGRESS, Status.NOT_STARTED).astype(np.int8)
    start = schedule.data_date
    made = schedule.with_activities(
        physical_percent=done,
        percent_type=np.full(n, PercentType.PHYSICAL, dtype=np.int8),
        status=status,
        actual_start=np.where(done > 0, start, schedule.activities.actual_start),
    )
    project = replace(made.projects[0], data_date=start + month * 30 * DAY)
    return replace(made, projects=(project,), accounts=accounts, expenses=expenses)


@contextmanager
def long_project(size: tuple[int, int], updates: int = UPDATES) -> Iterator[tuple[Library, int]]:
    """A library with a baseline and so many updates, measured as each was filed; the last one."""
    from planbench.services.control import library_report
    from planbench.services.scheduling import recalculate

    with (
        tempfile.TemporaryDirectory() as folder,
        Library.open(Path(folder) / "bench.planbench") as library,
    ):
        last = library.add_schedule(costed(size, 0), label="Baseline", kind="baseline")
        document = library.open_update(last)
        recalculate(document)
        library.save_results(document)
        project = library.update(last).project
        for month in range(1, updates + 1):
            schedule = costed(size, month)
            last = library.add_schedule(schedule, label=f"Month {month}", project=project)
        document = library.open_update(last)
        recalculate(document)
        library_report(document, library)  # what every opening of an update has kept
        yield library, last


def opened(library: Library, document: Document) -> int:
    """What the workspace does to open: report and actions; how many updates are in the curve."""
    from planbench.services.actions import action_report
    from planbench.services.control import held_schedule, library_report

    held_schedule.cache_clear()  # opening includes reading the baseline
    report = library_report(document, library)
    action_report(document, library, report)
    return len(report.history)
