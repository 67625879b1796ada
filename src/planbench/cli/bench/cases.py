"""What each benchmark measures. Each case returns the median of its runs after a warm-up."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from planbench.cli.bench.machine import peak_memory_mb
from planbench.domain.schedule import Assignments, Resources, Schedule, make_table
from planbench.domain.synthetic import synthetic_schedule

BIG = (100_000, 250_000)
MIDDLE = (10_000, 25_000)
SMALL = (4_000, 10_000)


@dataclass(frozen=True)
class Measured:
    """Median seconds, peak memory, what was measured, and who else was asked to do it."""

    seconds: float
    note: str
    versus: dict[str, Any] | None = None
    peak_mb: float | None = None


def median_seconds(work: Callable[[], Any], runs: int) -> float:
    """Median time of `work` over `runs` runs after one that does not count."""
    work()
    times = []
    for _ in range(runs):
        begun = time.perf_counter()
        work()
        times.append(time.perf_counter() - begun)
    return statistics.median(times)


def _against(name: str, version: str, seconds: float, ours: float) -> dict[str, Any]:
    return {"name": name, "version": version, "seconds": seconds, "ratio": seconds / ours}


# ---------------------------------------------------------------- files


def open_xer(runs: int) -> Measured:
    """Read a generated XER of 100,000 activities and 250,000 links into the model."""
    from planbench.cli.bench.peers import NO_MPXJ, run_mpxj
    from planbench.exchange.registry import read_schedule
    from planbench.exchange.xer.writer import schedule_to_document, write_xer

    content = write_xer(schedule_to_document(synthetic_schedule(*BIG)))
    seconds = median_seconds(lambda: read_schedule(content, name="bench.xer"), runs)
    peak = peak_memory_mb()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "bench.xer"
        path.write_bytes(content)
        versus = _xer_reader_alone(path, seconds)
        theirs = run_mpxj(path, 3, 0)
    note = f"{len(content) / 1e6:.0f} MB of XER, 100,000 activities, 250,000 links; "
    if theirs is None:
        note += NO_MPXJ
    else:
        times = theirs.reading / seconds
        note += f"MPXJ {theirs.version} {theirs.reading:.3f} s, {times:.1f} times as long"
    return Measured(seconds, note, versus, peak)


def _xer_reader_alone(path: Path, ours: float) -> dict[str, Any]:
    """The same file through xer-reader into pandas tables, without calendars, types or checks."""
    from importlib.metadata import version

    import pandas as pd
    from xer_reader import XerReader

    def read() -> None:
        for table in XerReader(path).to_dict().values():
            pd.DataFrame(table.rows, columns=table.labels)

    return _against("xer-reader", version("xer-reader"), median_seconds(read, 3), ours)


# ---------------------------------------------------------------- scheduling


def cpm(runs: int) -> Measured:
    """Forward and backward pass, floats and longest path of a prepared network."""
    from planbench.engines.cpm import prepare, run

    schedule = synthetic_schedule(*BIG)
    network = prepare(schedule)
    seconds = median_seconds(lambda: run(network), runs)
    prepared = median_seconds(lambda: prepare(schedule), runs)
    note = f"100,000 activities, 250,000 links, 4 calendars; preparing the network {prepared:.3f} s"
    return Measured(seconds, note)


def _edit(size: tuple[int, int], runs: int) -> Measured:
    from planbench.engines.cpm import prepare, run

    schedule = synthetic_schedule(*size)
    network = prepare(schedule)
    remaining = schedule.activities.remaining_duration.copy()

    def edit() -> None:
        remaining[size[0] // 2] += 480
        run(network, remaining=remaining)

    seconds = median_seconds(edit, max(runs, 20))
    return Measured(seconds, f"one duration of {size[0]:,} activities changed and all re-dated")


def versus_mpxj(runs: int) -> Measured:
    """Calculate an XER file of 4,000 activities, or a real one, beside MPXJ's scheduler for it.

    The real one is what the environment variable PLANBENCH_BENCH_XER names.
    """
    from planbench.cli.bench.peers import NO_MPXJ, run_mpxj
    from planbench.engines.cpm import prepare, run, schedule_network
    from planbench.exchange.registry import read_schedule
    from planbench.exchange.xer.writer import schedule_to_document, write_xer

    real = os.environ.get("PLANBENCH_BENCH_XER")
    if real:
        content = Path(real).read_bytes()
    else:
        content = write_xer(schedule_to_document(synthetic_schedule(*SMALL)))
    reading = median_seconds(lambda: read_schedule(content, name="bench.xer"), runs)
    schedule = read_schedule(content, name="bench.xer").schedule
    network = prepare(schedule)
    prepared = median_seconds(lambda: run(network), max(runs, 20))
    seconds = median_seconds(lambda: schedule_network(schedule), max(runs, 20))
    peak = peak_memory_mb()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "bench.xer"
        path.write_bytes(content)
        theirs = run_mpxj(path, 5, 5)
    size = f"{len(schedule):,} activities, {len(schedule.relationships):,} links"
    note = f"{size}, preparing included; once prepared {prepared:.4f} s"
    if theirs is None or theirs.scheduling is None:
        return Measured(seconds, f"{note}; {NO_MPXJ}", None, peak)
    note += (
        f" ({theirs.scheduling / prepared:.0f} times quicker), read {reading:.3f} s"
        f" ({theirs.reading / reading:.0f} times quicker)"
    )
    return Measured(
        seconds, note, _against("MPXJ", theirs.version, theirs.scheduling, seconds), peak
    )


# ---------------------------------------------------------------- quality


def _quality(size: tuple[int, int], runs: int) -> Measured:
    from planbench.services.document import Document
    from planbench.services.quality import check_document
    from planbench.services.scheduling import recalculate

    document = Document(synthetic_schedule(*size))
    recalculate(document)
    seconds = median_seconds(lambda: check_document(document, None), runs)
    metrics = sum(len(report.metrics) for report in document.quality)
    return Measured(
        seconds, f"{len(document.quality)} rulesets, {metrics} metrics, {size[0]:,} activities"
    )


# ---------------------------------------------------------------- risk


def _compare(size: tuple[int, int], runs: int) -> Measured:
    """Match and diff two updates with calculated dates; a tenth of the durations differs."""
    from planbench.engines.compare.compare import compare
    from planbench.engines.cpm import schedule_network

    old = synthetic_schedule(*size)
    durations = old.activities.original_duration.copy()
    durations[::10] += 480
    new = old.with_activities(original_duration=durations, remaining_duration=durations.copy())
    dates = schedule_network(old), schedule_network(new)
    seconds = median_seconds(lambda: compare(old, new, *dates), runs)
    found = len(compare(old, new, *dates).changes)
    return Measured(seconds, f"{found:,} changes with their effects, both schedules calculated")


def _risk(activities: int, iterations: int, runs: int) -> Measured:
    from planbench.services.document import Document
    from planbench.services.risk import read_model, run_risk
    from planbench.services.scheduling import recalculate

    document = Document(synthetic_schedule(activities, activities * 5 // 2))
    recalculate(document)
    model = read_model(None, document)
    digests: set[str] = set()

    def simulate() -> None:
        run_risk(document, model, iterations=iterations, seed=1)
        assert document.risk is not None
        digests.add(document.risk.digest)

    seconds = median_seconds(simulate, runs)
    run_risk(document, model, iterations=iterations, seed=1, threads=1)
    assert document.risk is not None
    digests.add(document.risk.digest)
    same = "same digest with one thread" if len(digests) == 1 else "DIGESTS DIFFER BY THREADS"
    note = f"{activities:,} activities x {iterations:,} iterations, triangular on all; {same}"
    if (activities, iterations) != (1_000, 1_000):
        return Measured(seconds, note)
    versus = _mcprojsim(document.schedule, iterations, seconds)
    missing = "" if versus else "; mcprojsim not found (PLANBENCH_PEER_PYTHON)"
    return Measured(seconds, note + missing, versus)


def _mcprojsim(schedule: Schedule, iterations: int, ours: float) -> dict[str, Any] | None:
    """The same activities and links by mcprojsim, which knows no calendars and only FS links."""
    from planbench.cli.bench.peers import run_mcprojsim

    links = schedule.relationships
    into: list[list[int]] = [[] for _ in range(len(schedule))]
    for before, after in zip(links.predecessor.tolist(), links.successor.tolist(), strict=True):
        if before not in into[after]:
            into[after].append(before)
    hours = [max(minutes / 60, 0.1) for minutes in schedule.activities.remaining_duration.tolist()]
    found = run_mcprojsim(hours, into, iterations)
    return None if found is None else _against("mcprojsim", found[0], found[1], ours)


# ---------------------------------------------------------------- resources


def resource_loading(runs: int) -> Measured:
    """200,000 assignments of 200 resources spread by week: every resource, then all together."""
    from planbench.services.document import Document
    from planbench.services.resource_profile import Loading
    from planbench.services.scheduling import recalculate

    document = Document(_with_assignments(synthetic_schedule(*BIG), 200_000, 200))
    recalculate(document)

    def load() -> None:
        loading = Loading(document)
        loading.overview("resource", "week", "units")
        loading.profile("resource", "week", "units")

    return Measured(
        median_seconds(load, runs), "100,000 activities, 200,000 assignments, by week, with limits"
    )


def _with_assignments(schedule: Schedule, assignments: int, resources: int) -> Schedule:
    import numpy as np

    random = np.random.default_rng(1)
    names = [f"R{number + 1:03d}" for number in range(resources)]
    units = random.uniform(8.0, 400.0, assignments).round(1)
    return replace(
        schedule,
        resources=make_table(
            Resources,
            resources,
            uid=names,
            code=names,
            name=names,
            calendar=np.zeros(resources),
            kind=["labor"] * resources,
            max_units=np.full(resources, 50.0),
        ),
        assignments=make_table(
            Assignments,
            assignments,
            uid=[str(number) for number in range(assignments)],
            activity=random.integers(0, len(schedule), assignments),
            resource=random.integers(0, resources, assignments),
            budget_units=units,
            remaining_units=units,
        ),
    )


# ---------------------------------------------------------------- store


def store_save(runs: int) -> Measured:
    """Save 100,000 activities and 250,000 links as a new update."""
    schedule = synthetic_schedule(*BIG)
    with tempfile.TemporaryDirectory() as folder:
        seconds = median_seconds(lambda: _save(schedule, Path(folder)), runs)
    return Measured(seconds, "one update of 100,000 activities, 250,000 links, one transaction")


def store_open(runs: int) -> Measured:
    """Open the library and load that update."""
    from planbench.store.library_file import LibraryFile

    schedule = synthetic_schedule(*BIG)
    with tempfile.TemporaryDirectory() as folder:
        path, update = _save(schedule, Path(folder))

        def load() -> Schedule:
            library = LibraryFile.open(path)
            try:
                return library.load_schedule(update)
            finally:
                library.close()

        seconds = median_seconds(load, runs)
        equal = load().digest == schedule.digest
    return Measured(
        seconds, f"library opened and checked, update loaded; {'equal' if equal else 'NOT EQUAL'}"
    )


def _save(schedule: Schedule, folder: Path) -> tuple[Path, int]:
    """A new library in `folder` with the schedule as its one update."""
    from planbench.store.library_file import LibraryFile
    from planbench.store.records import NewUpdate

    handle, name = tempfile.mkstemp(".planbench", dir=folder)
    os.close(handle)
    path = Path(name)
    path.unlink()
    with LibraryFile.open(path, create=True) as library:
        project = library.add_project("BENCH", "Benchmark")
        return path, library.add_update(project, schedule, NewUpdate("Update 1"))


# ---------------------------------------------------------------- window


def _window(key: str, runs: int) -> Measured:
    from planbench.engines.cpm import schedule_network
    from planbench.ui.bench import measure_window

    schedule = synthetic_schedule(*BIG)
    figures = measure_window(schedule, schedule_network(schedule))
    return Measured(figures[key], figures.get(f"{key}_note", ""))


def _edit_redraw(size: tuple[int, int], runs: int) -> Measured:
    """One duration edited in the window until its new dates are painted."""
    from planbench.engines.cpm import schedule_network
    from planbench.ui.bench import measure_window

    schedule = synthetic_schedule(*size)
    figures = measure_window(schedule, schedule_network(schedule), max(runs, 20))
    return Measured(figures["edit"], figures["edit_note"])


def trace_picture(runs: int) -> Measured:
    """A trace of about 200 activities asked for in the Logic workspace until it is painted."""
    from planbench.engines.cpm import schedule_network
    from planbench.ui.logic.bench import measure_traces

    schedule = synthetic_schedule(*BIG)
    figures = measure_traces(schedule, schedule_network(schedule), max(runs, 20))
    return Measured(figures["trace"], figures["trace_note"])


_FIRST_PAINT = """
import time
from PySide6.QtWidgets import QApplication
from planbench.ui import app

def stop(window, paths):
    print(time.time(), flush=True)
    QApplication.quit()

app.begin = stop  # what follows the first paint is not measured
app.main([])
"""


def startup(runs: int) -> Measured:
    """From starting the process to the first paint of the window, files warm."""
    with tempfile.TemporaryDirectory() as folder:
        places = ("XDG_CONFIG_HOME", "XDG_DATA_HOME", "APPDATA", "LOCALAPPDATA")
        own = dict.fromkeys(places, folder)
        environment = {**os.environ, **own}
        if not os.environ.get("DISPLAY"):
            environment.setdefault("QT_QPA_PLATFORM", "offscreen")

        def start() -> float:
            begun = time.time()
            shown = subprocess.run(
                [sys.executable, "-c", _FIRST_PAINT],
                env=environment,
                capture_output=True,
                text=True,
                check=True,
            )
            return float(shown.stdout.split()[-1]) - begun

        start()
        seconds = statistics.median(start() for _ in range(runs))
    return Measured(seconds, "process start to first paint; the library opens behind it")


# ---------------------------------------------------------------- control


def control_open(runs: int) -> Measured:
    """Report and actions of Control on 100,000 activities with 36 updates in the library."""
    from planbench.cli.bench.control import UPDATES, long_project, opened
    from planbench.services.scheduling import recalculate

    with long_project(BIG) as (library, update):
        document = library.open_update(update)
        recalculate(document)
        seen: list[int] = []
        seconds = median_seconds(lambda: seen.append(opened(library, document)), runs)
    note = f"{UPDATES} updates of 100,000 cost items, the figures of earlier ones kept; "
    return Measured(seconds, f"{note}{seen[-1]} points in the curves")


# ---------------------------------------------------------------- portfolio


def portfolio_selection(runs: int) -> Measured:
    """120 projects with 8 starts each, 20 quarters and 6 roles, to a proven gap of 1 %."""
    from planbench.engines.portfolio.selection import solve
    from planbench.engines.portfolio.synthetic import synthetic_register
    from planbench.engines.portfolio.timing import build

    problem = build(synthetic_register(120))
    gaps: list[float] = []
    seconds = median_seconds(lambda: gaps.append(solve(problem, gap=0.01).gap), runs)
    note = "120 projects x 8 starts, 20 quarters x 6 roles, 5 budgets; "
    return Measured(seconds, f"{note}proven gap {100 * max(gaps):.2f} %")


def portfolio_frontier(runs: int) -> Measured:
    """The efficient frontier of 60 projects in 25 points."""
    from planbench.engines.portfolio.frontier import frontier
    from planbench.engines.portfolio.synthetic import synthetic_register
    from planbench.engines.portfolio.timing import build

    problem = build(synthetic_register(60, starts=4))
    seconds = median_seconds(lambda: frontier(problem, 25), runs)
    return Measured(seconds, "25 budgets, 60 projects x 4 starts, each within 1 % of the top")


def portfolio_risk(runs: int) -> Measured:
    """Monte Carlo of 60 projects with 10,000 iterations and five common drivers."""
    from planbench.engines.portfolio.balance import simulate
    from planbench.engines.portfolio.capacity import as_asked
    from planbench.engines.portfolio.synthetic import synthetic_register

    register = synthetic_register(60)
    plan = as_asked(register)
    seconds = median_seconds(lambda: simulate(register, plan, iterations=10_000), runs)
    return Measured(seconds, "60 projects x 10,000 iterations, 5 drivers, 5 fiscal years")


CASES: dict[str, Callable[[int], Measured]] = {
    "control-100k": control_open,
    "portfolio-120": portfolio_selection,
    "portfolio-frontier-60": portfolio_frontier,
    "portfolio-risk-60": portfolio_risk,
    "open-xer-100k": open_xer,
    "cpm-100k": cpm,
    "mpxj-4k": versus_mpxj,
    "cpm-edit-10k": lambda runs: _edit(MIDDLE, runs),
    "cpm-edit-100k": lambda runs: _edit(BIG, runs),
    "quality-4k": lambda runs: _quality(SMALL, runs),
    "quality-100k": lambda runs: _quality(BIG, runs),
    "compare-4k": lambda runs: _compare(SMALL, runs),
    "compare-100k": lambda runs: _compare(BIG, runs),
    "risk-1k-1k": lambda runs: _risk(1_000, 1_000, runs),
    "risk-10k-10k": lambda runs: _risk(10_000, 10_000, runs),
    "risk-100k-10k": lambda runs: _risk(100_000, 10_000, runs),
    "store-save-100k": store_save,
    "store-open-100k": store_open,
    "gantt-frame-100k": lambda runs: _window("frame", runs),
    "edit-redraw-10k": lambda runs: _edit_redraw(MIDDLE, runs),
    "edit-redraw-100k": lambda runs: _edit_redraw(BIG, runs),
    "trace-100k": trace_picture,
    "resources-200k": resource_loading,
    "table-sort-100k": lambda runs: _window("sort", runs),
    "table-filter-100k": lambda runs: _window("filter", runs),
    "table-regroup-100k": lambda runs: _window("regroup", runs),
    "startup": startup,
}
