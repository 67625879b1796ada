"""Whether a schedule that follows other rules may be simulated with those of the simulation.

Runs follow Primavera P6's rules. A schedule that Microsoft Project's rules date is simulated only
where both give every activity the same dates, so that a run without ranges is the calculated
schedule.
"""

from __future__ import annotations

import numpy as np

from planbench.domain.errors import ScheduleError
from planbench.domain.schedule import Rows, Schedule, Status
from planbench.domain.times import DAY, NO_TIME, Minutes, latest
from planbench.engines.cpm import follows_msp, prepare, run
from planbench.engines.cpm.columns import Network
from planbench.engines.cpm.horizon import packed_calendars
from planbench.engines.cpm.network import calendars_of, used_calendars
from planbench.engines.cpm.result import CpmResult
from planbench.engines.worktime import work_each


def network_for_runs(schedule: Schedule, cpm: CpmResult | None) -> tuple[Network, CpmResult]:
    """(network, calculated dates) that a simulation of a schedule begins with.

    `cpm` are its calculated dates where they are known. Raises ScheduleError in one line when the
    schedule follows Microsoft Project's rules and these date an activity otherwise.
    """
    network = prepare(schedule)
    if not follows_msp(schedule):
        return network, cpm or run(network)
    ours = run(network)
    if cpm is None:
        from planbench.engines.msp import schedule_msp

        cpm = schedule_msp(schedule)
    other = differing(network, ours, cpm)
    if other.size:
        codes = schedule.activities.code[other[:3]].tolist()
        more = f" and {other.size - 3} more" if other.size > 3 else ""
        raise ScheduleError(
            f"Microsoft Project's rules date {', '.join(codes)}{more} otherwise than the "
            "simulation would",
            "risk",
            "Calculate the schedule with the rules of P6 (scheduling options) and run again.",
        )
    return network, ours


def differing(network: Network, ours: CpmResult, theirs: CpmResult) -> Rows:
    """Rows of open activities in the network whose early dates are not the same.

    Two dates with no working time of the activity's calendar between them are the same.
    """
    schedule = network.schedule
    rows = network.order[schedule.activities.status[network.order] != Status.COMPLETE]
    pairs = [
        (ours.early_start[rows], theirs.early_start[rows]),
        (ours.early_finish[rows], theirs.early_finish[rows]),
    ]
    differs = np.zeros(rows.size, dtype=np.bool_)
    dates: Minutes = np.concatenate([column for pair in pairs for column in pair])
    known = dates[dates != NO_TIME]
    if not known.size:
        return np.zeros(0, dtype=np.int32)
    first, last = int(known.min()) // DAY - 1, latest(known) // DAY + 2
    table = packed_calendars(calendars_of(schedule), first, last, lambda: used_calendars(schedule))
    calendar = network.nodes.calendar[rows]
    for a, b in pairs:
        apart = work_each(table, calendar, a, b)
        differs |= (apart != 0) & ~((a == NO_TIME) & (b == NO_TIME))
    found: Rows = rows[differs]
    return found
