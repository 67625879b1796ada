"""Every Microsoft Project XML of the corpus, and both formats of one schedule."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest

from planbench.domain.calendars import build_work_table
from planbench.domain.schedule import ActivityType, Status
from planbench.domain.times import NO_TIME, from_iso
from planbench.exchange.mspdi.writer import write_mspdi
from planbench.exchange.registry import read_schedule

pytestmark = pytest.mark.corpus

FILES = (
    "msproject/commercial-construction.xml",
    "msproject/task-baselines-2019.xml",
    "msproject/task-links-2019.xml",
    "msproject/timephased.xml",
    "converted/HarbourPointe.mspdi.xml",
    "converted/MrZ_Project4.mspdi.xml",
    "converted/dcma_sample.mspdi.xml",
)


@pytest.mark.parametrize("name", FILES)
def test_there_and_back(shared: Path, name: str) -> None:
    schedule = read_schedule(shared / "corpus" / name).schedule
    found = read_schedule(write_mspdi(schedule), name="back.xml").schedule
    assert found.digest == schedule.digest


@pytest.mark.parametrize("name", [name for name in FILES if "2019" not in name])
def test_counts_are_those_of_the_index(shared: Path, name: str) -> None:
    """The index counts activities without summaries, and the links between them."""
    with (shared / "corpus" / "INDEX.csv").open(newline="", encoding="utf-8") as file:
        row = next(row for row in csv.DictReader(file) if row["file"] == name)
    schedule = read_schedule(shared / "corpus" / name).schedule
    leaves = schedule.activities.type != ActivityType.WBS_SUMMARY
    assert leaves.sum() == int(row["n_activities"])
    links = schedule.relationships
    both = leaves[links.predecessor] & leaves[links.successor]
    assert both.sum() == int(row["n_relationships"])


def test_slack_is_what_the_stored_dates_say(shared: Path) -> None:
    """Total slack is the working time from early to late finish on the task's calendar."""
    schedule = read_schedule(shared / "corpus" / FILES[0]).schedule
    table = schedule.activities
    work = build_work_table(schedule.calendars, from_iso("2020-01-01") // 1440, 24_000)
    open_ones = (table.status == Status.NOT_STARTED) & (table.type == ActivityType.TASK)
    assert open_ones.sum() > 80
    slack = [
        int(work.work_between(int(table.calendar[row]), table.stored_early_finish[[row]],
                              table.stored_late_finish[[row]])[0])
        for row in np.flatnonzero(open_ones)
    ]  # fmt: skip
    assert slack == table.stored_total_float[open_ones].tolist()


def test_an_xer_and_a_project_xml_of_one_plan_agree(shared: Path) -> None:
    one = read_schedule(shared / "corpus" / "converted" / "dcma_sample.xer").schedule
    other = read_schedule(shared / "corpus" / "converted" / "dcma_sample.mspdi.xml").schedule
    row_of = {uid: row for row, uid in enumerate(other.activities.uid.tolist())}
    place = np.array([row_of[uid] for uid in one.activities.uid.tolist()])
    a, b = one.activities, other.activities.take(place)
    for name in ("name", "original_duration", "remaining_duration", "status", "constraint",
                 "constraint_date", "stored_early_start", "stored_early_finish",
                 "stored_late_start", "stored_late_finish"):  # fmt: skip
        assert getattr(a, name).tolist() == getattr(b, name).tolist(), name
    assert (b.type != ActivityType.WBS_SUMMARY).all()
    back = np.full(len(other), -1)
    back[place] = np.arange(len(place))

    def links(schedule, rows):
        table = schedule.relationships
        columns = (rows[table.predecessor], rows[table.successor], table.type, table.lag)
        return sorted(zip(*(column.tolist() for column in columns), strict=True))

    assert links(one, np.arange(len(one))) == links(other, back)
    first, last = from_iso("2018-01-01") // 1440, from_iso("2030-01-01") // 1440
    mine, theirs = (build_work_table(s.calendars[:1], first, last) for s in (one, other))
    for x, y in zip(mine.periods(0), theirs.periods(0), strict=True):
        assert np.array_equal(x, y)


def test_a_p6_plan_converted_to_project_keeps_its_network(shared: Path) -> None:
    one = read_schedule(shared / "corpus" / "p6" / "harbour-pointe-update.xer").schedule
    other = read_schedule(shared / "corpus" / "converted" / "HarbourPointe.mspdi.xml").schedule
    row_of = {uid: row for row, uid in enumerate(other.activities.uid.tolist())}
    place = np.array([row_of[uid] for uid in one.activities.uid.tolist()])
    b = other.activities.take(place)
    assert one.activities.name.tolist() == b.name.tolist()
    assert one.activities.actual_start.tolist() == b.actual_start.tolist()
    assert one.activities.actual_finish.tolist() == b.actual_finish.tolist()
    assert len(one.relationships) == len(other.relationships)
    assert one.projects[0].data_date == other.projects[0].data_date
    prices = dict(zip(one.resources.uid, one.resources.price, strict=True))
    priced = np.flatnonzero(other.resources.price > 0)
    mine = [prices.get(uid) for uid in other.resources.uid[priced].tolist()]
    assert sum(price is not None for price in mine) > 20
    for price, row in zip(mine, priced.tolist(), strict=True):
        assert price is None or other.resources.price[row] == pytest.approx(price)


def test_baselines_are_those_of_the_tasks_named_after_them(shared: Path) -> None:
    """The tasks of the file are named after the baseline and the value that was set in it."""
    schedule = read_schedule(shared / "corpus" / FILES[1]).schedule
    assert len(schedule.baselines) == 11
    for baseline in schedule.baselines:
        assert (baseline.columns.start != NO_TIME).sum() == 2
        assert (baseline.columns.duration != NO_TIME).sum() == 2
        assert (~np.isnan(baseline.columns.cost)).sum() == 1
