"""Duration and total float of an activity or of a group in every run, which is made again."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from planbench.domain.errors import ModelError
from planbench.domain.schedule import Numbers, Rows
from planbench.domain.times import NO_TIME
from planbench.engines.cpm.columns import Network
from planbench.engines.cpm.result import CpmResult
from planbench.engines.risk.measures import can_recalculate, project_work, recalculated

if TYPE_CHECKING:
    from planbench.engines.risk.simulate import Setting

Check = Callable[[], None]
"""Called every block or run; what it raises ends the work."""


def durations(setting: Setting, cpm: CpmResult, rows: Rows, check: Check) -> tuple[Numbers, float]:
    """(remaining duration in days by run, the calculated one).

    Of one activity in days of its own calendar, 0 in runs without its work; of several the
    project's working days from the earliest remaining start to the latest finish. `setting` has
    the clock readings of all rows. Raises ModelError where nothing can be moved by runs.
    """
    schedule = setting.sim.network.schedule
    places = setting.sim.position[rows].astype(np.int64)
    rows, places = rows[places >= 0], places[places >= 0]
    if not rows.size:
        raise ModelError("no open work with logic of its own is in it", "risk")
    one = rows.size == 1
    calendar = int(schedule.activities.calendar[rows[0]]) if one else setting.sim.project_calendar
    day = schedule.calendars[max(calendar, 0)].minutes_per_day if schedule.calendars else 480.0
    made = np.zeros(setting.options.iterations)
    for first, live, block in _blocks(setting, check):
        absent = _absent(setting, block, places)[:, :live]
        if one:
            made[first : first + live] = np.where(absent[0], 0, block.duration[places[0], :live])
        else:
            start = np.where(absent, 2**31 - 1, block.clock[2 * places, :live]).min(axis=0)
            finish = np.where(absent, -1, block.clock[2 * places + 1, :live]).max(axis=0)
            span = project_work(setting, finish) - project_work(setting, start)
            made[first : first + live] = np.where(absent.all(axis=0), 0, span)
    if one:
        return made / day, float(cpm.remaining_duration[rows[0]]) / day
    ends = np.array([cpm.early_start[rows].min(), cpm.early_finish[rows].max()])
    plan = np.diff(project_work(setting, ends - setting.sim.axes.first_minute))
    return made / day, float(plan[0]) / day


def _blocks(setting: Setting, check: Check) -> Any:
    """(first iteration, how many, rows) of every block of the run."""
    from planbench.engines.risk.simulate import make_rows, make_sums, run_block

    rows, nothing = make_rows(setting), np.zeros(setting.sim.size)
    sums = make_sums(setting, nothing.astype(np.int32), nothing)
    n = setting.options.iterations
    for first in range(0, n, setting.width):
        check()
        run_block(setting, rows, sums, first, setting.width, full=False)
        yield first, min(setting.width, n - first), rows


def _absent(setting: Setting, block: Any, places: Any) -> Any:
    """Which of some activities are not done, by run of the block."""
    options = setting.bound.variables.option_of[places]
    made = np.zeros((places.size, setting.width), dtype=np.bool_)
    chosen = np.flatnonzero(options >= 0)
    made[chosen] = block.absent[options[chosen]] != 0
    return made


def floats(
    setting: Setting, network: Network, cpm: CpmResult, rows: Rows, most: int, check: Check
) -> tuple[Numbers, float]:
    """(total float in days by run over the first `most` runs, the calculated one).

    Each of these runs is calculated with both passes; of several activities the least float
    counts. Days of each activity's own calendar. Raises ModelError where nothing has a float, and
    for models with branches, which the calculation does not know.
    """
    acts, schedule = network.schedule.activities, network.schedule
    rows = rows[cpm.total_float[rows] != NO_TIME]
    if not rows.size:
        raise ModelError("no open work with a float is in it", "risk")
    if not can_recalculate(setting):
        raise ModelError("float is not told of models with branches", "risk")
    days = np.array([one.minutes_per_day for one in schedule.calendars] or [480.0])
    per_day = days[np.maximum(acts.calendar[rows], 0)]

    def least(result: CpmResult) -> float:
        return float((result.total_float[rows] / per_day).min())

    made = []
    for _, result in recalculated(setting, network, most):
        check()
        made.append(least(result))
    return np.array(made), least(cpm)
