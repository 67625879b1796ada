"""Reading Microsoft Project XML: every construct of the sample, and faults."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from planbench.domain.errors import ImportRefused
from planbench.domain.schedule import (
    Activity,
    ActivityType,
    Constraint,
    Contour,
    LagCalendar,
    LagFormat,
    LinkType,
    Status,
)
from planbench.domain.times import NO_TIME, from_iso
from planbench.exchange.imported import Imported
from planbench.exchange.registry import read_schedule


def read(text: str) -> Imported:
    return read_schedule(text.encode(), name="dock.xml")


def task(imported: Imported, name: str) -> Activity:
    schedule = imported.schedule
    return schedule.activity(schedule.activities.name.tolist().index(name))


def codes(imported: Imported) -> set[str]:
    return {repair.code for repair in imported.repairs}


def test_the_project(mspdi: str) -> None:
    schedule = read(mspdi).schedule
    (project,) = schedule.projects
    assert (project.code, project.name, project.currency) == ("dock", "The dock", "EUR")
    assert project.data_date == from_iso("2026-01-16 17:00")
    assert project.planned_start == from_iso("2026-01-05 08:00")
    assert project.must_finish_by == NO_TIME
    assert not project.honor_constraints
    assert (project.options.engine, project.options.critical_threshold) == ("msp", 480)
    assert project.options.lag_calendar == LagCalendar.SUCCESSOR
    assert (schedule.source.format, schedule.source.version) == ("mspdi", "14")


def test_the_name_that_converters_give_every_file_is_no_code(mspdi: str) -> None:
    text = mspdi.replace("<Name>dock.mpp</Name>", "<Name>project.xml</Name>")
    assert read(text).schedule.projects[0].code == "The dock"
    text = text.replace("<Title>The dock</Title>", "")
    assert read(text).schedule.projects[0].code == "dock"


def test_a_project_from_its_finish_and_without_status_date(mspdi: str) -> None:
    text = mspdi.replace("<ScheduleFromStart>1", "<ScheduleFromStart>0")
    text = text.replace("<StatusDate>2026-01-16T17:00:00</StatusDate>", "")
    imported = read(text)
    (project,) = imported.schedule.projects
    assert project.schedule_from_finish
    assert project.must_finish_by == from_iso("2026-03-04 17:00")
    assert project.data_date == from_iso("2026-05-01 08:00")
    assert "no-data-date" in codes(imported)


def test_summaries_are_nodes_and_activities(mspdi: str) -> None:
    schedule = read(mspdi).schedule
    assert schedule.wbs.name.tolist() == ["New dock", "Wet works", "Dry works"]
    assert schedule.wbs.parent.tolist() == [-1, 0, 0]
    assert schedule.activities.uid.tolist() == ["1", "2", "3", "4", "5", "6", "7", "8", "10"]
    assert schedule.activities.wbs.tolist() == [1, 1, 1, 2, 2, 2, 0, 0, 0]
    summaries = schedule.activities.type == ActivityType.WBS_SUMMARY
    assert schedule.activities.name[summaries].tolist() == ["Wet works", "Dry works"]
    assert schedule.activity(0).constraint == Constraint.START_ON_OR_AFTER


def test_what_a_task_says(mspdi: str) -> None:
    imported = read(mspdi)
    dredge = task(imported, "Dredge & dump")
    assert (dredge.state, dredge.original_duration) == (Status.NOT_STARTED, 2400)
    assert dredge.remaining_duration == 2400
    assert dredge.deadline == from_iso("2026-01-16 17:00")
    assert dredge.levelling_priority == 1
    assert dredge.stored_late_finish == from_iso("2026-01-12 17:00")
    assert (dredge.stored_total_float, dredge.stored_free_float) == (480, 0)
    assert not dredge.calendar_chosen
    piles = task(imported, "Drive piles")
    assert (piles.state, piles.remaining_duration) == (Status.IN_PROGRESS, 1230)
    assert (piles.suspend, piles.resume) == (
        from_iso("2026-01-15 12:00"),
        from_iso("2026-01-19 08:00"),
    )
    assert (piles.fixed_duration, piles.ignore_resource_calendar) == (True, True)
    assert (piles.own_calendar.name, piles.calendar_chosen) == ("Round the clock", True)
    assert piles.levelling_delay == 1440
    assert piles.stored_total_float == NO_TIME
    cure = task(imported, "Cure")
    assert (cure.elapsed, cure.original_duration) == (True, 1440)
    opening = task(imported, "Open")
    assert (opening.kind, opening.constraint) == (
        ActivityType.FINISH_MILESTONE, Constraint.MANDATORY_FINISH,
    )  # fmt: skip
    handover = task(imported, "Handover")
    assert (handover.manual, handover.planned_start) == (True, from_iso("2026-03-03 08:00"))
    dropped = task(imported, "Dropped")
    assert (dropped.inactive, dropped.state) == (True, Status.COMPLETE)
    assert (dropped.remaining_duration, dropped.actual_finish) == (0, from_iso("2026-02-02 17:00"))


def test_remaining_duration_follows_from_the_percentage_where_it_is_missing(mspdi: str) -> None:
    text = mspdi.replace("<RemainingDuration>PT20H30M0S</RemainingDuration>", "")
    assert task(read(text), "Drive piles").remaining_duration == 1230
    text = text.replace("<ActualDuration>PT59H30M0S</ActualDuration>", "")
    assert task(read(text), "Drive piles").remaining_duration == 4800 - 3552


def test_links_with_every_lag_format(mspdi: str) -> None:
    imported = read(mspdi)
    links, names = imported.schedule.relationships, imported.schedule.activities.name
    found = {
        (names[a], names[b]): (kind, lag, form)
        for a, b, kind, lag, form in zip(
            links.predecessor, links.successor, links.type, links.lag, links.lag_format, strict=True
        )
    }
    assert found == {
        ("Dredge & dump", "Drive piles"): (LinkType.SS, 960, LagFormat.WORKING),
        ("Wet works", "Dry works"): (LinkType.FS, 5000, LagFormat.PERCENT),
        ("Drive piles", "Cure"): (LinkType.FS, 1440, LagFormat.ELAPSED),
        ("Cure", "Open"): (LinkType.FS, 0, LagFormat.WORKING),
        ("Open", "Handover"): (LinkType.FF, 0, LagFormat.WORKING),
        ("Handover", "Dropped"): (LinkType.SF, 0, LagFormat.WORKING),
    }
    assert imported.schedule.external_links.other_uid.tolist() == ["99"]
    assert "dangling-link" in codes(imported)


def test_resources_assignments_and_costs(mspdi: str) -> None:
    schedule = read(mspdi).schedule
    table = schedule.resources
    assert table.name.tolist() == ["Crew", "Sand"]
    assert (table.kind.tolist(), table.unit.tolist()) == (["labor", "material"], ["", "m3"])
    assert (table.max_units[0], table.price[0], table.calendar[0]) == (3.0, 55.5, 2)
    crew, sand = (schedule.assignments.take(np.array([k])) for k in (0, 1))
    assert (crew.budget_units[0], crew.actual_units[0], crew.remaining_units[0]) == (80.5, 60, 20.5)
    assert (crew.units_per_hour[0], crew.contour[0], crew.delay[0]) == (0.5, Contour.BELL, 480)
    assert (crew.overtime_units[0], crew.remaining_overtime_units[0]) == (4.0, 1.0)
    assert (crew.budget_cost[0], crew.remaining_cost[0]) == (2500.0, 1500.0)
    assert crew.start[0] == from_iso("2026-01-07 08:00")
    assert (sand.remaining_units[0], sand.delay[0]) == (12.0, NO_TIME)
    costs = schedule.expenses
    assert (costs.name.tolist(), costs.budget_cost.tolist()) == (
        ["Permit", "Fixed cost"],
        [75.0, 500.0],
    )


def test_fields_codes_notes_and_baselines(mspdi: str) -> None:
    schedule = read(mspdi).schedule
    assert schedule.udf_types.name.tolist() == ["Zone", "Number1"]
    assert schedule.udf_types.kind.tolist() == ["text", "number"]
    assert schedule.udf_values.value.tolist() == ["Zone 4", "12.5"]
    assert schedule.code_types.name.tolist() == ["Area"]
    assert schedule.code_values.parent.tolist() == [-1, 0]
    assert (schedule.code_assignments.activity[0], schedule.code_assignments.value[0]) == (1, 1)
    assert schedule.notes.text.tolist() == ["Silt\nand clay"]
    first, tenth = schedule.baselines
    assert (first.name, tenth.name) == ("Baseline", "Baseline 10")
    assert (first.columns.duration[1], first.columns.cost[1]) == (1920, 1234.5)
    assert tenth.columns.start[1] == from_iso("2026-01-12 08:00")
    assert np.isnan(tenth.columns.cost).all()


def test_a_split_task_has_its_parts(mspdi: str) -> None:
    splits = read(mspdi).schedule.splits
    assert splits.activity.tolist() == [8, 8]
    assert splits.start.tolist() == [from_iso("2026-02-02 08:00"), from_iso("2026-02-10 08:00")]
    assert splits.finish.tolist() == [from_iso("2026-02-03 17:00"), from_iso("2026-02-10 17:00")]
    whole = read(mspdi.replace("2026-02-10T08:00:00</Start>", "2026-02-04T08:00:00</Start>"))
    assert len(whole.schedule.splits) == 0


def test_activity_ids_come_from_a_field_of_that_title(mspdi: str) -> None:
    text = mspdi.replace("<Alias>Zone</Alias>", "<Alias>Activity ID</Alias>")
    schedule = read(text).schedule
    assert schedule.activities.code.tolist()[:3] == ["1", "Zone 4", "3"]
    assert schedule.udf_types.name.tolist() == ["Number1"]


def test_a_task_of_another_project_keeps_its_dates(mspdi: str) -> None:
    imported = read(
        mspdi.replace("<Name>Cure</Name>", "<Name>Cure</Name><ExternalTask>1</ExternalTask>")
    )
    assert task(imported, "Cure").manual
    assert "external-task" in codes(imported)


def test_the_namespace_does_not_matter(mspdi: str) -> None:
    text = mspdi.replace(' xmlns="http://schemas.microsoft.com/project"', "")
    assert read(text).schedule.digest == read(mspdi).schedule.digest


@pytest.mark.parametrize(
    ("old", "new", "code", "place"),
    [
        ("PT80H0M0S</Duration>", "ten days</Duration>", "bad-duration", "Task 3 Duration"),
        ("PT80H0M0S</Duration>", "-PT8H0M0S</Duration>", "negative-duration", "Task 3"),
        ("<ActualStart>2026-01-07", "<ActualStart>0026-01-07", "bad-date", "Task 3 ActualStart"),
        ("<CalendarUID>2<", "<CalendarUID>5<", "unknown-calendar", "Task 3"),
        ("<ConstraintType>3<", "<ConstraintType>9<", "unknown-value", "Task 6 ConstraintType"),
        ("<Type>3</Type><Cross", "<Type>7</Type><Cross", "unknown-value", "Task 3"),
        ("<Task><UID>5<", "<Task><UID>3<", "duplicate-id", "Task 5"),
        ("<TaskUID>2<", "<TaskUID>77<", "unknown-reference", "Assignment 2"),
        ("<ResourceUID>2<", "<ResourceUID>77<", "unknown-reference", "Assignment 2"),
        ("<PredecessorUID>5<", "<PredecessorUID>6<", "self-link", "Task 6"),
        ("<FromDate>2026-01-01T00:00:00<", "<FromDate>soon<", "bad-date", "Calendar 1 Exception"),
        ("<ToDate>2026-01-02", "<ToDate>2199-01-02", "long-period", "Calendar 1 Exception"),
        ("<BaseCalendarUID>-1<", "<BaseCalendarUID>3<", "calendar-loop", "Calendar 1"),
        ("<ValueID>2</ValueID></OutlineCode>", "<ValueID>3</ValueID></OutlineCode>",
         "unknown-reference", "Task 2"),
        ("<Units>0.5<", "<Units>half<", "bad-number", "Assignment 1 Units"),
    ],
)  # fmt: skip
def test_faults_are_listed_with_their_place(
    mspdi: str, old: str, new: str, code: str, place: str
) -> None:
    assert old in mspdi
    repairs = read(mspdi.replace(old, new)).repairs
    assert any(r.code == code and r.where.startswith(place) for r in repairs)


def test_a_file_without_tasks_is_refused(mspdi: str) -> None:
    with pytest.raises(ImportRefused, match=r"dock\.xml.*no tasks"):
        read("<Project><Name>x</Name></Project>")
    with pytest.raises(ImportRefused, match=r"dock\.xml.*document type"):
        read(mspdi.replace("<Project", '<!DOCTYPE a [<!ENTITY a "b">]><Project', 1))


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(data=st.data())
def test_damaged_files_are_read_or_refused_but_never_crash(mspdi: str, data: st.DataObject) -> None:
    text = mspdi
    for _ in range(data.draw(st.integers(1, 3))):
        at = data.draw(st.integers(0, len(text) - 1))
        length = data.draw(st.integers(0, 40))
        put = data.draw(st.sampled_from(["", "9", "-1", "<", ">x<", "\x00", "1e999", "\u00e9"]))
        text = text[:at] + put + text[at + length :]
    try:
        schedule = read(text).schedule
    except ImportRefused:
        return
    assert len(schedule) <= 10
    assert schedule.digest


@pytest.mark.parametrize("value", ["9", "99999999999", "-5", "1e999", "\u0665", "", "x"])
def test_every_number_of_the_file_may_be_absurd(mspdi: str, value: str) -> None:
    """Each element with a number in it, one after the other."""
    import re

    numbers = list(re.finditer(r">(-?[\d.]+)<", mspdi))
    for found in numbers[:: max(len(numbers) // 40, 1)]:
        text = mspdi[: found.start(1)] + value + mspdi[found.end(1) :]
        assert read(text).schedule.digest
