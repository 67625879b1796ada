"""The critical path method: dates, floats, driving relationships and the longest path.

`schedule_network` calculates a schedule. To calculate it again with other remaining durations,
`prepare` it once and `run` the network as often as needed. Compiled code is loaded on first use.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from planbench.domain.schedule import Schedule, ScheduleOptions
    from planbench.domain.times import Minutes
    from planbench.engines.cpm.columns import Network
    from planbench.engines.cpm.result import CpmResult


def schedule_network(schedule: Schedule, options: ScheduleOptions | None = None) -> CpmResult:
    """Calculate all projects of a schedule as one network, each from its own data date.

    `options` replace the options of all projects. Activities and links lack nothing they need:
    missing durations and lags count as none, missing calendars as the project's. Where the main
    project's options (or `options`) name the engine "msp", Microsoft Project's rules apply.

    Raises LoopError with the shortest loop, and ScheduleError without any data date or when dates
    run more than a century away.
    """
    if follows_msp(schedule, options):
        from planbench.engines.msp import schedule_msp

        return schedule_msp(schedule, options)
    return run(prepare(schedule, options))


def follows_msp(schedule: Schedule, options: ScheduleOptions | None = None) -> bool:
    """Whether Microsoft Project's rules apply: by `options`, else by the main project's."""
    if options is None and schedule.projects:
        options = schedule.projects[schedule.main_project].options
    return options is not None and options.engine == "msp"


def prepare(schedule: Schedule, options: ScheduleOptions | None = None) -> Network:
    """All that does not depend on remaining durations; raises LoopError and ScheduleError."""
    from planbench.engines.cpm import network

    return network.prepare(schedule, options)


def run(network: Network, remaining: Minutes | None = None) -> CpmResult:
    """Calculate a prepared network, with other remaining durations (minutes by row) where given.

    Raises ScheduleError when dates run beyond any sensible horizon.
    """
    from planbench.engines.cpm import calculate

    return calculate.run(network, remaining)


def run_again(network: Network, before: CpmResult, remaining: Minutes) -> CpmResult:
    """What `run` gives, from the result of the same network before: only what differs is dated.

    Raises ScheduleError as `run` does.
    """
    from planbench.engines.cpm import again

    return again.run_again(network, before, remaining)
