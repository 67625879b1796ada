"""Levelling proposals on real calendars: feasible, explained, and no edit of what was imported."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from planbench.domain.calendars import Calendar
from planbench.domain.errors import ModelError
from planbench.domain.schedule import (
    Activities,
    ActivityType,
    Assignments,
    Constraint,
    Project,
    Relationships,
    Resources,
    Schedule,
    ScheduleOptions,
    Status,
    Wbs,
    make_table,
)
from planbench.domain.times import from_iso
from planbench.engines.cpm import schedule_network
from planbench.engines.levelling.propose import LevelOptions, LevelResult, level

DAY_OFF = ((480, 960),)
MONDAY = from_iso("2026-03-02 08:00")


def crew_plan(limit: float = 1.0, **columns: object) -> Schedule:
    """Three activities of two days each, all with the one crew; C follows A."""
    given = {
        "uid": ["1", "2", "3"],
        "code": ["A", "B", "C"],
        "name": ["Dig", "Pour", "Cure"],
        "project": [0] * 3,
        "wbs": [-1] * 3,
        "calendar": [0] * 3,
        "original_duration": [960] * 3,
        "remaining_duration": [960] * 3,
        "levelling_priority": [2] * 3,
        **columns,
    }
    return Schedule(
        projects=(Project("1", "P", "Plan", data_date=MONDAY, calendar=0),),
        calendars=(Calendar("1", "5 d"),),
        activities=make_table(Activities, 3, **given),
        relationships=make_table(Relationships, 1, predecessor=[0], successor=[2], lag=[0]),
        resources=make_table(
            Resources, 1, code=["CREW"], name=["Crew"], kind=["labor"], max_units=[limit]
        ),
        assignments=make_table(
            Assignments,
            3,
            activity=[0, 1, 2],
            resource=[0, 0, 0],
            remaining_units=[16.0] * 3,
            units_per_hour=[1.0] * 3,
        ),
    )


def check(schedule: Schedule, result: LevelResult) -> None:
    """Independent: no resource above its limit at any date, except where the result says so."""
    over = {shift.activity for shift in result.shifts if shift.over_limit}
    given = schedule.assignments
    for resource in np.flatnonzero(schedule.resources.max_units > 0).tolist():
        if schedule.resources.kind[resource] == "material":
            continue
        rows = np.flatnonzero(
            (given.resource == resource)
            & (given.remaining_units > 0)
            & (schedule.activities.status[given.activity] != Status.COMPLETE)
        )
        for row in rows.tolist():
            moment = result.start[given.activity[row]]
            others = given.activity[rows]
            busy = (result.start[others] <= moment) & (moment < result.finish[others])
            if over & set(others[busy].tolist()):
                continue
            units = given.units_per_hour[rows][busy].sum()
            assert units <= schedule.resources.max_units[resource] + 1e-6


def test_one_crew_works_one_job_after_the_other() -> None:
    """A Mon-Tue, then by late finish B (late: Thu) and C (late: Thu) in id order, by hand:
    B Wed-Thu, C Fri and the Monday after the weekend."""
    schedule = crew_plan()
    result = level(schedule)
    check(schedule, result)
    assert result.start.tolist() == [
        MONDAY,
        from_iso("2026-03-04 08:00"),
        from_iso("2026-03-06 08:00"),
    ]
    assert result.finish[2] == from_iso("2026-03-09 16:00")
    by_row = {shift.activity: shift for shift in result.shifts}
    assert by_row[1].blockers == (0,)
    assert by_row[1].delay == 960
    assert by_row[2].blockers == (1,)
    assert result.finish_after - result.finish_before == 4 * 1440


def test_a_second_crew_needs_no_shift() -> None:
    result = level(crew_plan(limit=2.0))
    assert result.shifts == ()
    assert result.finish_after == result.finish_before


def test_within_float_the_finish_stays_and_the_overload_is_named() -> None:
    schedule = crew_plan()
    result = level(schedule, LevelOptions(within_float=True))
    assert result.finish_after == result.finish_before
    assert {shift.over_limit for shift in result.shifts} == {"", "no float is left"}


def test_work_that_has_begun_stays() -> None:
    begun = [Status.NOT_STARTED, Status.IN_PROGRESS, Status.NOT_STARTED]
    schedule = crew_plan(status=begun, actual_start=[MONDAY - 2880, MONDAY - 2880, MONDAY - 2880])
    result = level(schedule)
    assert result.start[1] == MONDAY
    assert result.start[0] == from_iso("2026-03-04 08:00")


def test_more_than_there_is_cannot_be_levelled() -> None:
    result = level(crew_plan(limit=0.5))
    assert {shift.over_limit for shift in result.shifts} == {"it needs more than there is"}


def test_a_mandatory_start_holds() -> None:
    schedule = crew_plan(
        constraint=[Constraint.NONE, Constraint.MANDATORY_START, Constraint.NONE],
        constraint_date=[MONDAY] * 3,
    )
    result = level(schedule, LevelOptions(priority=("activity id",)))
    assert result.start[1] == MONDAY
    assert next(s for s in result.shifts if s.activity == 1).over_limit == "a constraint holds it"


def test_priority_decides_who_waits() -> None:
    schedule = crew_plan(levelling_priority=[4, 0, 2])
    result = level(schedule)
    assert result.start[1] == MONDAY
    assert result.start[0] == from_iso("2026-03-04 08:00")
    with pytest.raises(ModelError, match="mood"):
        level(schedule, LevelOptions(priority=("mood",)))


def test_without_resources_dates_are_the_scheduler_s() -> None:
    schedule = replace(crew_plan(), assignments=make_table(Assignments, 0))
    result = level(schedule)
    plain = schedule_network(schedule)
    assert result.start.tolist() == plain.early_start.tolist()
    assert result.finish.tolist() == plain.early_finish.tolist()


@pytest.mark.corpus
@pytest.mark.parametrize(
    "name", ["harbour-pointe-update", "construction-p6-6.0.0", "start-to-finish-links-8.2"]
)
def test_real_schedules_are_levelled_feasibly(shared: Path, name: str) -> None:
    from planbench.exchange.registry import read_schedule

    schedule = read_schedule(shared / f"corpus/p6/{name}.xer").schedule
    digest = schedule.digest
    result = level(schedule)
    check(schedule, result)
    assert schedule.digest == digest
    assert result.finish_after >= result.finish_before


def project_plan(links: Relationships | None = None, **columns: object) -> Schedule:
    """The same plan by the rules of Microsoft Project, C beneath the summary S in row 3."""
    plan = crew_plan()
    tree = make_table(Wbs, 2, uid=["1", "2"], parent=[-1, 0], project=[0, 0])
    given = {
        "uid": ["1", "2", "3", "4"],
        "code": ["A", "B", "C", "S"],
        "name": ["Dig", "Pour", "Cure", "All of it"],
        "project": [0] * 4,
        "wbs": [0, 0, 1, 1],
        "calendar": [0] * 4,
        "type": [ActivityType.TASK] * 3 + [ActivityType.WBS_SUMMARY],
        "original_duration": [960] * 4,
        "remaining_duration": [960] * 4,
        "fixed_duration": [True] * 4,
        **columns,
    }
    home = Project("1", "P", "Plan", planned_start=MONDAY, calendar=0)
    return replace(
        plan,
        projects=(replace(home, options=ScheduleOptions(engine="msp")),),
        wbs=tree,
        activities=make_table(Activities, 4, **given),
        relationships=links or plan.relationships,
    )


def test_plans_of_microsoft_project_are_levelled_by_its_rules() -> None:
    """A Mon-Tue, B Wed-Thu; C, beneath a summary that follows A, Fri and the Monday after."""
    into_summary = make_table(Relationships, 1, predecessor=[0], successor=[3], lag=[0])
    schedule = project_plan(into_summary)
    result = level(schedule)
    check(schedule, result)
    assert result.start[:3].tolist() == [
        MONDAY,
        from_iso("2026-03-04 08:00"),
        from_iso("2026-03-06 08:00"),
    ]
    assert (result.start[3], result.finish[3]) == (result.start[2], result.finish[2])
    assert [(s.activity, s.blockers, s.delay) for s in result.shifts] == [
        (1, (0,), 960),
        (2, (1,), 960),
    ]


def test_a_new_date_takes_the_place_of_an_old_levelling_delay() -> None:
    """B, delayed by a day before, would stand on Tuesday; after A is Wednesday, not Thursday."""
    schedule = project_plan(levelling_delay=[0, 1440, 0, 0])
    assert schedule_network(schedule).early_start[1] == from_iso("2026-03-03 08:00")
    result = level(schedule, LevelOptions(priority=("activity id",)))
    assert result.start[1] == from_iso("2026-03-04 08:00")


def test_what_was_entered_by_hand_stays_where_it_is() -> None:
    dates = [MONDAY] * 4
    schedule = project_plan(manual=[False, True, False, False], planned_start=dates)
    result = level(schedule, LevelOptions(priority=("activity id",)))
    assert result.start[1] == MONDAY
    (told,) = [s.over_limit for s in result.shifts if s.activity == 1]
    assert told == "its dates were entered by hand"


def test_a_plan_from_its_finish_is_refused() -> None:
    schedule = project_plan()
    home = replace(
        schedule.projects[0],
        schedule_from_finish=True,
        must_finish_by=from_iso("2026-03-31 16:00"),
    )
    with pytest.raises(ModelError, match="scheduled from its finish"):
        level(replace(schedule, projects=(home,)))


@pytest.mark.corpus
def test_a_real_plan_of_microsoft_project_is_levelled_feasibly(shared: Path) -> None:
    from planbench.exchange.mspdi.reader import read_mspdi

    path = shared / "corpus" / "converted" / "HarbourPointe.mspdi.xml"
    schedule = read_mspdi(path.read_bytes(), path.name).schedule
    result = level(schedule)
    check(schedule, result)
    assert result.shifts
    assert result.finish_after >= result.finish_before
