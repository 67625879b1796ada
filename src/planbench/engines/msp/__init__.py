"""Scheduling by the rules of Microsoft Project.

The rules are those that reproduce the dates which Microsoft Project stores in its files. Compiled
code is loaded on first use.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from planbench.domain.schedule import Schedule, ScheduleOptions
    from planbench.engines.cpm.result import CpmResult
    from planbench.engines.msp.calculate import Calculation


def schedule_msp(schedule: Schedule, options: ScheduleOptions | None = None) -> CpmResult:
    """Calculate a schedule as Microsoft Project does, all its projects as one network.

    `options` replace those of all projects; only what makes an activity critical matters here.
    Summaries get the span of what lies beneath them, inactive activities and
    level of effort (of P6 files) no early and late dates.

    Raises LoopError with the shortest loop, ScheduleError when no project has a date to begin
    (or, scheduled from the finish, to end) with or when dates run more than a century away.
    """
    return calculate_msp(schedule, options).result


def calculate_msp(schedule: Schedule, options: ScheduleOptions | None = None) -> Calculation:
    """The same, keeping what explains the result. Raises what `schedule_msp` raises."""
    from planbench.engines.msp.calculate import calculate
    from planbench.engines.msp.network import prepare

    return calculate(prepare(schedule, options))
