"""Writing Microsoft Project XML: what was read comes back, other formats keep what they can."""

from __future__ import annotations

from dataclasses import replace
from xml.etree import ElementTree

import numpy as np
import pytest

from planbench.domain.schedule import ActivityType, Project, Schedule
from planbench.domain.synthetic import synthetic_schedule
from planbench.domain.times import NO_TIME
from planbench.exchange.mspdi.values import (
    duration_text,
    minutes_of,
    work_hours,
    work_text,
)
from planbench.exchange.mspdi.writer import write_mspdi
from planbench.exchange.registry import read_schedule


def back(schedule: Schedule) -> Schedule:
    return read_schedule(write_mspdi(schedule), name="back.xml").schedule


def test_the_sample_comes_back_the_same(mspdi: str) -> None:
    schedule = read_schedule(mspdi.encode(), name="dock.xml").schedule
    kept = replace(schedule, external_links=schedule.external_links.take(np.zeros(1, dtype=bool)))
    found = back(schedule)
    for name in (
        "activities",
        "relationships",
        "wbs",
        "splits",
        "resources",
        "notes",
        "udf_values",
    ):
        for column, values in getattr(kept, name).columns():
            assert values.tolist() == getattr(getattr(found, name), column).tolist(), (name, column)
    assert found.calendars == kept.calendars
    assert back(found).digest == found.digest


def test_an_xer_keeps_its_ids_links_and_hours(make_xer) -> None:
    schedule = read_schedule(make_xer()).schedule
    found = back(schedule)
    tasks = found.activities.type != ActivityType.WBS_SUMMARY
    assert found.activities.code[tasks].tolist() == ["A10", "A20", "A30"]
    assert found.activities.name[~tasks].tolist() == ["Dredging", "Quay wall"]
    assert found.activities.remaining_duration[tasks].tolist() == [1440, 4830, 0]
    assert found.calendars[0].week == schedule.calendars[0].week
    assert found.calendars[0].exceptions == schedule.calendars[0].exceptions
    assert found.relationships.lag.tolist() == [960, -30]
    assert found.projects[0].data_date == schedule.projects[0].data_date
    assert (
        found.activities.actual_start[tasks].tolist() == schedule.activities.actual_start.tolist()
    )


def test_a_generated_plan_keeps_its_network() -> None:
    plan = synthetic_schedule(300, 700)
    found = back(plan)
    kept = {code: row for row, code in enumerate(found.activities.code.tolist())}
    codes = plan.activities.code.tolist()
    assert set(codes) <= set(kept)
    pairs = zip(plan.relationships.predecessor, plan.relationships.successor, strict=True)
    wanted = sorted((kept[codes[a]], kept[codes[b]]) for a, b in pairs)
    links = found.relationships
    assert sorted(zip(links.predecessor.tolist(), links.successor.tolist(), strict=True)) == wanted
    assert back(found).digest == found.digest


def test_each_of_several_projects_becomes_a_summary(make_xer) -> None:
    def second(tables: dict[str, list[list[str]]]) -> None:
        tables["PROJECT"].append(["11", "SHED", "7", "", "", "", "CT_TotFloat", "0", "Y"])
        tables["PROJWBS"].append(["30", "11", "0", "Y", "SHED", "New shed", ""])
        row = ["200", "11", "30", "7", "CP_Drtn", "TT_Task", "TK_NotStart", "S1", "Roof", "8", "8"]
        tables["TASK"].append(row + [""] * 6)
        tables["TASKPRED"].append(["3", "200", "100", "11", "10", "PR_FS", "0"])

    found = back(read_schedule(make_xer(second)).schedule)
    tops = found.wbs.name[found.wbs.parent == 0].tolist()
    assert tops == ["New dock", "New shed"]
    roof = found.activities.name.tolist().index("Roof")
    assert found.wbs.name[found.activities.wbs[roof]] == "New shed"
    assert len(found.relationships) == 3


@pytest.mark.parametrize("schedule", [Schedule(), Schedule(projects=(Project("x", "A", "A"),))])
def test_what_is_empty_is_still_well_formed(schedule: Schedule) -> None:
    assert ElementTree.fromstring(write_mspdi(schedule)).tag.endswith("}Project")


def test_the_outline_is_numbered_depth_first(mspdi: str) -> None:
    root = ElementTree.fromstring(write_mspdi(read_schedule(mspdi.encode(), "a.xml").schedule))
    space = "{http://schemas.microsoft.com/project}"
    tasks = [
        tuple(
            task.findtext(space + name)
            for name in ("ID", "OutlineNumber", "OutlineLevel", "Summary")
        )
        for task in root.iter(space + "Task")
    ]
    assert tasks == [
        ("0", "0", "0", "1"), ("1", "1", "1", "1"), ("2", "1.1", "2", "0"), ("3", "1.2", "2", "0"),
        ("4", "2", "1", "1"), ("5", "2.1", "2", "0"), ("6", "2.2", "2", "0"), ("7", "3", "1", "0"),
        ("8", "4", "1", "0"), ("9", "5", "1", "0"),
    ]  # fmt: skip


def test_calculated_dates_take_the_place_of_stored_ones(mspdi: str) -> None:
    schedule = read_schedule(mspdi.encode(), "a.xml").schedule
    column = np.arange(len(schedule), dtype=np.int64) * 60 + 29_500_000 // 60 * 60
    found = read_schedule(
        write_mspdi(schedule, {"late_start": column, "total_float": column}), "b.xml"
    )
    assert found.schedule.activities.stored_late_start.tolist() == column.tolist()
    assert found.schedule.activities.stored_total_float.tolist() == column.tolist()


@pytest.mark.parametrize("minutes", [0, 1, 59, 60, 480, 59 * 60 + 31, 10_000_000, -90])
def test_durations_there_and_back(minutes: int) -> None:
    assert minutes_of(duration_text(minutes)) == minutes
    hours = work_hours(work_text(minutes / 60.0))
    assert hours == pytest.approx(minutes / 60.0)
    assert duration_text(NO_TIME) == ""


@pytest.mark.parametrize(
    ("text", "minutes"),
    [("PT8H0M0S", 480), ("P1DT2H", 1560), ("PT0H0M29.9S", 0), ("PT992H22M24S", 59542),
     ("PT30S", 1), ("", None), ("8h", None), ("PT1H1H", None)],
)  # fmt: skip
def test_durations_as_others_write_them(text: str, minutes: int | None) -> None:
    assert minutes_of(text) == minutes
