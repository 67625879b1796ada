"""Comparison with stored values: what counts as the same, and the reasons for what does not."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from planbench.domain.calendars import Calendar
from planbench.domain.schedule import (
    Activities,
    Project,
    Relationships,
    Schedule,
    ScheduleOptions,
    Status,
    make_table,
)
from planbench.domain.synthetic import synthetic_schedule
from planbench.domain.times import DAY, NO_TIME, from_iso
from planbench.engines.cpm import schedule_network
from planbench.services.agreement import Agreement, compare_with_stored
from planbench.services.document import Document
from planbench.services.scheduling import recalculate, schedule_json


def stored_as_calculated(schedule: Schedule) -> Schedule:
    """The same schedule whose stored values are those that were calculated."""
    result = schedule_network(schedule)
    return schedule.with_activities(
        stored_early_start=result.early_start,
        stored_early_finish=result.early_finish,
        stored_late_start=result.late_start,
        stored_late_finish=result.late_finish,
        stored_total_float=result.total_float,
        stored_free_float=result.free_float,
        stored_longest_path=result.longest_path.astype(np.int8),
        stored_start=result.early_start,
    )


def compare(schedule: Schedule) -> Agreement:
    return compare_with_stored(schedule, schedule_network(schedule))


@pytest.fixture
def schedule() -> Schedule:
    return stored_as_calculated(synthetic_schedule(60, 120, seed=4))


def changed(schedule: Schedule, column: str, row: int, value: int) -> Schedule:
    values = getattr(schedule.activities, column).copy()
    values[row] = value
    return schedule.with_activities(**{column: values})


def test_own_values_agree_and_are_consistent(schedule: Schedule) -> None:
    agreement = compare(schedule)
    assert agreement.mismatches == ()
    assert agreement.share == 1.0
    assert agreement.as_json(0)["all_five"] == agreement.as_json(0)["population"] == 60
    assert agreement.as_json(0)["stored_dates_consistent"] == 1.0


def test_nothing_stored_is_no_agreement_at_all() -> None:
    agreement = compare(synthetic_schedule(10, 9))
    assert agreement.share is None
    assert agreement.as_json(0)["stored_dates_consistent"] is None


def test_two_starts_without_work_between_them_are_the_same(schedule: Schedule) -> None:
    """A start on Monday 08:00 is also the end of the Friday before; work between is none."""
    acts = schedule.activities
    mondays = (acts.stored_early_start // DAY + 3) % 7 == 0
    row = int(np.flatnonzero(mondays & (acts.calendar == 0) & (acts.type == 0))[0])
    monday = int(acts.stored_early_start[row])
    assert monday % DAY == 480
    friday = monday - 2 * DAY - 900  # 17:00
    agreement = compare(changed(schedule, "stored_early_start", row, friday))
    assert agreement.share == 1.0
    assert agreement.projects[0].exact == 59
    agreement = compare(changed(schedule, "stored_early_start", row, friday - 1))
    assert [(m.row, m.field, m.stored) for m in agreement.mismatches] == [
        (row, "early_start", friday - 1)
    ]


def test_a_float_that_contradicts_its_own_row_is_told_apart(schedule: Schedule) -> None:
    value = int(schedule.activities.stored_total_float[5]) + 1
    (found,) = compare(changed(schedule, "stored_total_float", 5, value)).mismatches
    assert (found.row, found.field, found.reason) == (5, "total_float", "float-contradicts-row")
    assert found.stored - found.calculated == 1
    assert "does not follow" in found.explanation


def test_more_room_than_a_successor_leaves_is_told_by_project_s_rules() -> None:
    # A (8 h) before B (8 h), and L (40 h) beside them: A may end Thu 17:00, three days late
    week = Calendar("c", "Standard")
    n, monday = 3, from_iso("2026-06-01T08:00")
    plan = Schedule(
        projects=(
            Project("p", "P", "P", planned_start=monday, calendar=0,
                    options=ScheduleOptions(engine="msp")),
        ),
        calendars=(week,),
        activities=make_table(
            Activities, n, uid=list("ABL"), code=list("ABL"), project=[0] * n, calendar=[0] * n,
            original_duration=[480, 480, 2400], remaining_duration=[480, 480, 2400],
        ),
        relationships=make_table(
            Relationships, 1, uid=["1"], predecessor=[0], successor=[1], type=[0], lag=[0]
        ),
    )  # fmt: skip
    plan = stored_as_calculated(plan)
    assert compare(plan).mismatches == ()
    for column in ("stored_late_start", "stored_late_finish"):
        plan = changed(plan, column, 0, int(getattr(plan.activities, column)[0]) + DAY)
    plan = changed(plan, "stored_total_float", 0, 4 * 480)
    found = {m.field: m.reason for m in compare(plan).mismatches if m.row == 0}
    assert found == {
        "late_start": "contradicts-successor",
        "late_finish": "contradicts-successor",
        "total_float": "contradicts-successor",
    }


def test_a_duration_changed_after_scheduling_shows_as_stale(schedule: Schedule) -> None:
    row = int(np.argmax(schedule.activities.remaining_duration))
    agreement = compare(changed(schedule, "remaining_duration", row, 60))
    mine = {m.field: m.reason for m in agreement.mismatches if m.row == row}
    assert mine["early_finish"] == "stale"
    assert agreement.projects[0].stored_dates_consistent == pytest.approx(59 / 60)


def test_levelled_dates_are_called_so(schedule: Schedule) -> None:
    row = 7
    later = int(schedule.activities.stored_early_start[row]) + 20 * DAY
    moved = changed(schedule, "stored_start", row, later)
    shifted = int(schedule.activities.stored_late_start[row]) + 20 * DAY
    agreement = compare(changed(moved, "stored_late_start", row, shifted))
    assert {m.reason for m in agreement.mismatches if m.row == row} == {"levelled"}


def test_levelled_activities_are_counted_even_where_early_dates_agree() -> None:
    """Two jobs of a day with one crew: levelling put B on Tuesday, its early date is Monday.

    The file keeps Monday as early start and Tuesday as remaining start; nothing disagrees.
    """
    monday = from_iso("2026-06-01 08:00")
    plan = Schedule(
        projects=(Project("1", "P", "Plan", data_date=monday, calendar=0),),
        calendars=(Calendar("1", "Office"),),
        activities=make_table(
            Activities,
            2,
            uid=["1", "2"],
            code=["A", "B"],
            name=["Dig", "Pour"],
            project=[0, 0],
            calendar=[0, 0],
            original_duration=[480, 480],
            remaining_duration=[480, 480],
        ),
    )
    levelled = changed(stored_as_calculated(plan), "stored_start", 1, monday + DAY)
    document = Document(levelled)
    recalculate(document)
    assert document.agreement is not None
    assert document.agreement.mismatches == ()
    assert document.agreement.projects[0].levelled == 1
    (project,) = schedule_json(document)
    assert project["agreement"]["levelled"] == 1
    shown = [
        (one["early_start"], one["stored"]["remaining_start"]) for one in project["activities"]
    ]
    assert shown == [
        ("2026-06-01T08:00", "2026-06-01T08:00"),
        ("2026-06-01T08:00", "2026-06-02T08:00"),
    ]


def test_complete_rows_and_rows_with_a_gap_are_not_counted(schedule: Schedule) -> None:
    half = changed(schedule, "stored_late_start", 3, NO_TIME)
    assert compare(half).projects[0].population == 59
    done = changed(schedule, "status", 0, Status.COMPLETE)
    done = changed(done, "actual_start", 0, from_iso("2026-01-05 08:00"))
    done = changed(done, "actual_finish", 0, from_iso("2026-01-05 08:00"))
    assert compare(done).projects[0].population == 59


def test_a_project_without_activities_has_its_own_line(schedule: Schedule) -> None:
    from dataclasses import replace

    two = replace(schedule, projects=(*schedule.projects, Project("2", "STUB", "Stub")))
    agreement = compare(two)
    assert [p.population for p in agreement.projects] == [60, 0]


@pytest.mark.corpus
@pytest.mark.parametrize(
    ("name", "population", "all_five"),
    [
        ("hotel", 4217, 4217),
        ("sp10-cost-loaded", 3471, 3428),
        ("cfpp-cola-2022-12", 1291, 1290),
        ("54069-baseline-2025-09-02", 25, 25),
        ("54069-update-2025-11-21", 22, 22),
        ("54069-update-2025-12-04", 20, 20),
        ("construction-p6-6.0.0", 51, 51),
        ("summary-utf8-body", 25, 25),
        ("start-to-finish-links-8.2", 197, 197),
    ],
)
def test_stored_schedules_are_reproduced(
    shared: Path, name: str, population: int, all_five: int
) -> None:
    """The counts are those of an independent slow scheduler; nothing may get worse."""
    from planbench.exchange.registry import read_schedule

    schedule = read_schedule(shared / "corpus" / "p6" / f"{name}.xer").schedule
    agreement = compare(schedule)
    assert agreement.population == population
    assert agreement.all_five >= all_five
    assert sum(p.exact for p in agreement.projects) >= all_five
    for project in agreement.projects:
        assert project.matching["free_float"] == project.free_float_stored
        assert project.matching["longest_path"] == project.longest_path_stored
    if name == "sp10-cost-loaded":  # 43 stored floats contradict the dates beside them
        assert {m.reason for m in agreement.mismatches} == {"float-contradicts-row"}


@pytest.mark.corpus
@pytest.mark.parametrize(
    ("name", "reasons", "consistent"),
    [
        ("msproject/commercial-construction.xml", set(), 1.0),
        ("converted/dcma_sample.mspdi.xml", set(), 1.0),
        # work in progress without slack before a summary that ought to have begun 384 h ago
        ("converted/MrZ_Project4.mspdi.xml", {"contradicts-successor"}, 1.0),
        # tasks entered by hand with links out of their starts
        ("msproject/task-links-2019.xml", set(), 1.0),
    ],
)
def test_rows_of_microsoft_project_are_held_against_themselves(
    name: str, reasons: set[str], consistent: float, shared: Path
) -> None:
    agreement = compare(mspdi(shared, name))
    assert {one.reason for one in agreement.mismatches} == reasons
    assert agreement.projects[0].stored_dates_consistent == consistent


@pytest.mark.corpus
def test_late_dates_older_than_the_project_s_finish_are_named_as_such(shared: Path) -> None:
    """Sixteen tasks without any successor may finish three weeks before others do finish."""
    agreement = compare(mspdi(shared, "msproject/timephased.xml"))
    late = [one for one in agreement.mismatches if one.field == "late_finish"]
    assert len(late) == 16
    assert {one.reason for one in agreement.mismatches} == {"stale"}
    share = agreement.projects[0].stored_dates_consistent
    assert share is not None
    assert share <= 14 / 30


def mspdi(shared: Path, name: str) -> Schedule:
    from planbench.exchange.mspdi.reader import read_mspdi

    path = shared / "corpus" / name
    return read_mspdi(path.read_bytes(), path.name).schedule
