"""The simulation of several projects at once, each in a process of its own."""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from planbench.domain.errors import PlanbenchError
from planbench.domain.times import to_iso
from planbench.services.jobs import JobContext


@dataclass(frozen=True)
class Order:
    """What every project is simulated with; `model` None is the default model."""

    model: Path | None
    iterations: int
    seed: int
    mitigated: bool = False


@dataclass(frozen=True)
class ProjectRun:
    """Finish of one project in minutes, and the digest of its runs; or why there is none."""

    file: str
    title: str = ""
    digest: str = ""
    deterministic: int = 0
    p50: int = 0
    p80: int = 0
    met: float = 0.0  # share of the runs that meet the calculated finish
    error: str = ""


def simulate_projects(
    files: Sequence[Path], order: Order, workers: int = 0, context: JobContext | None = None
) -> tuple[ProjectRun, ...]:
    """The runs of all files, in their order, by a pool of processes (0: one a core).

    Each gives the digest that a run of its own gives. A file that cannot be simulated says why
    and stops no other. Raises Cancelled when the user stopped the job.
    """
    context = context or JobContext()
    count = min(workers or os.cpu_count() or 1, max(len(files), 1))
    made: dict[int, ProjectRun] = {}
    pool = ProcessPoolExecutor(count, multiprocessing.get_context("spawn"))
    with pool:
        try:
            futures = {pool.submit(_run, path, order): k for k, path in enumerate(files)}
            for future in as_completed(futures):
                made[futures[future]] = future.result()
                context.report(len(made), len(files), "Simulating projects")
        finally:
            pool.shutdown(wait=False, cancel_futures=True)
    return tuple(made[k] for k in range(len(files)))


def _run(path: Path, order: Order) -> ProjectRun:
    """One project on one thread of a worker process."""
    from planbench.services.files import open_file
    from planbench.services.hold import refuse_held_back
    from planbench.services.risk import read_model, simulated
    from planbench.services.scheduling import recalculate

    try:
        document = open_file(path)
        recalculate(document)
        refuse_held_back(document)
        result = simulated(
            document,
            read_model(order.model, document),
            iterations=order.iterations,
            seed=order.seed,
            threads=1,
            mitigated=order.mitigated,
            exclusion=False,
        )
    except PlanbenchError as error:
        return ProjectRun(str(path), error=error.line)
    return ProjectRun(
        str(path),
        document.title,
        result.digest,
        int(result.deterministic),
        int(result.percentile(50.0)),
        int(result.percentile(80.0)),
        float(result.confidence(result.deterministic)),
    )


def projects_json(runs: Sequence[ProjectRun]) -> list[dict[str, Any]]:
    """The runs as `planbench risk --also` gives them."""
    return [
        {"file": one.file, "error": one.error}
        if one.error
        else {
            "file": one.file,
            "title": one.title,
            "digest": one.digest,
            "deterministic": to_iso(one.deterministic),
            "p50": to_iso(one.p50),
            "p80": to_iso(one.p80),
            "probability_of_deterministic": one.met,
        }
        for one in runs
    ]
