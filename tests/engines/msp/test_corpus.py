"""Plans that Microsoft Project itself calculated: how many tasks come out the same.

Compared are active tasks that are no summaries and were not entered by hand, with four stored
dates; dates to the minute, slack to the minute, complete tasks with their dates alone.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from planbench.domain.schedule import ActivityType, Flags, Schedule, Status
from planbench.domain.times import known
from planbench.engines.cpm import schedule_network
from planbench.engines.cpm.result import CpmResult
from planbench.exchange.mspdi.reader import read_mspdi

DATES = ("early_start", "early_finish", "late_start", "late_finish")


def compared(schedule: Schedule) -> Flags:
    acts = schedule.activities
    found = (acts.type != ActivityType.WBS_SUMMARY) & ~acts.inactive & ~acts.manual
    return np.logical_and.reduce([found, *(known(getattr(acts, f"stored_{n}")) for n in DATES)])


def right(schedule: Schedule, result: CpmResult, *names: str) -> Flags:
    acts = schedule.activities
    same = [getattr(acts, f"stored_{name}") == getattr(result, name) for name in names]
    return np.logical_and.reduce(same)


def calculated(path: Path) -> tuple[Schedule, CpmResult]:
    schedule = read_mspdi(path.read_bytes(), path.name).schedule
    return schedule, schedule_network(schedule)


@pytest.mark.parametrize(
    ("name", "tasks", "all_five", "free"),
    [
        ("msproject/commercial-construction.xml", 126, 126, 99),
        ("converted/dcma_sample.mspdi.xml", 89, 89, 89),
        # one task in progress stores a slack of none where its siblings have theirs
        ("converted/MrZ_Project4.mspdi.xml", 13, 12, 9),
        # a third of the late dates is older than the present project finish
        ("msproject/timephased.xml", 40, 23, 14),
    ],
)
def test_stored_values(name: str, tasks: int, all_five: int, free: int, shared: Path) -> None:
    schedule, result = calculated(shared / "corpus" / name)
    mine = compared(schedule)
    done = schedule.activities.status == Status.COMPLETE
    five = right(schedule, result, *DATES) & (right(schedule, result, "total_float") | done)
    assert int(mine.sum()) == tasks
    assert int((five & mine).sum()) == all_five
    assert int((right(schedule, result, "free_float") & mine & ~done).sum()) == free


def test_early_dates_are_right_even_where_late_ones_are_stale(shared: Path) -> None:
    schedule, result = calculated(shared / "corpus" / "msproject" / "timephased.xml")
    assert right(schedule, result, "early_start", "early_finish")[compared(schedule)].all()


def test_dates_of_summaries_and_of_tasks_entered_by_hand(shared: Path) -> None:
    for name in ("msproject/commercial-construction.xml", "converted/MrZ_Project4.mspdi.xml"):
        schedule, result = calculated(shared / "corpus" / name)
        acts = schedule.activities
        rows = (acts.type == ActivityType.WBS_SUMMARY) | acts.manual
        rows &= known(acts.stored_late_finish)
        assert rows.sum() >= 18
        assert right(schedule, result, *DATES)[rows].all()
        open_ = rows & (acts.status != Status.COMPLETE)
        assert right(schedule, result, "total_float")[open_].all()
