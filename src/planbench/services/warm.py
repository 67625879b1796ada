"""Compiling the hot loops before anybody waits for them.

Called while planbench is set up, and by the window in a job after its first paint. Code that was
compiled before is only loaded, which takes a second or two. Folders of kernels that no version in
use has touched for a while are swept away.
"""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable

KEPT_DAYS = 60
"""Days after which the machine code of a version that nobody runs any more is deleted."""


def warm_up(report: Callable[[int, int, str], None] | None = None) -> None:
    """Compile or load what reading, scheduling, tracing and simulating need first.

    `report(done, total, text)` is called between the steps and may raise `Cancelled`.
    """
    tell = report or (lambda done, total, text: None)
    steps: tuple[tuple[str, Callable[[], None]], ...] = (
        ("reading and scheduling", _reading_and_scheduling),
        ("simulating", _simulating),
        ("scheduling by Microsoft Project's rules", _other_rules),
        ("sweeping", sweep),
    )
    for done, (text, step) in enumerate(steps):
        tell(done, len(steps), text)
        step()
    tell(len(steps), len(steps), "ready")


def _reading_and_scheduling() -> None:
    from planbench.domain.synthetic import synthetic_schedule
    from planbench.engines.cpm import schedule_network
    from planbench.engines.trace import why
    from planbench.exchange.registry import read_schedule
    from planbench.exchange.xer.writer import schedule_to_document, write_xer

    content = write_xer(schedule_to_document(synthetic_schedule(60, 120)))
    schedule = read_schedule(content, name="warm-up.xer").schedule
    result = schedule_network(schedule)
    why(schedule, result, int(result.order[-1]))


def _simulating() -> None:
    from planbench.services.risk import warm_up as simulate

    simulate()


def _other_rules() -> None:
    from planbench.domain.schedule import ScheduleOptions
    from planbench.domain.synthetic import synthetic_schedule
    from planbench.engines.cpm import schedule_network

    schedule_network(synthetic_schedule(20, 40), ScheduleOptions(engine="msp"))


def sweep(days: float = KEPT_DAYS) -> None:
    """Delete kernel folders that were not used for so many days; whatever cannot go stays."""
    from planbench.engines.kernel import kernel_folder

    oldest = time.time() - days * 86_400
    try:
        folders = [path for path in kernel_folder().iterdir() if path.is_dir()]
    except OSError:
        return
    for folder in folders:
        try:
            files = [path for path in folder.rglob("*") if path.is_file()]
            used = max((path.stat().st_atime for path in files), default=folder.stat().st_mtime)
            if used < oldest:
                shutil.rmtree(folder, ignore_errors=True)
        except OSError:
            continue
