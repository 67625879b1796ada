"""One rule at a time on schedules small enough to work out by hand.

Data date of all of them is Monday 2026-06-01 08:00. The office works 08:00-12:00 and 13:00-17:00
on weekdays, not on Thursday 4 June, and on Saturday 6 June from 09:00 to 10:00.
"""

from __future__ import annotations

from dataclasses import replace
from types import ModuleType

import numpy as np
import pytest

from planbench.domain.calendars import Calendar
from planbench.domain.errors import LoopError, ScheduleError
from planbench.domain.schedule import (
    ActivityType,
    Assignments,
    Constraint,
    Critical,
    FloatType,
    LagCalendar,
    Logic,
    Project,
    Resources,
    Schedule,
    ScheduleOptions,
    Wbs,
    make_table,
)
from planbench.domain.times import DAY, NO_TIME, from_iso
from planbench.engines.cpm import prepare, run, schedule_network


def start_finish(small: ModuleType, schedule: Schedule, row: int) -> tuple[str, ...]:
    """(early start, early finish)."""
    return tuple(small.dates(schedule_network(schedule), row)[:2])


# ---------------------------------------------------------------- links and lags
def test_a_chain_runs_over_the_holiday_and_the_odd_saturday(small: ModuleType) -> None:
    """24 h fill Monday to Wednesday; 9 h more take Friday and the hour on Saturday."""
    result = schedule_network(small.make([{"hours": 24}, {"hours": 9}], [("A", "B")]))
    assert small.dates(result, 0)[:2] == ("2026-06-01 08:00", "2026-06-03 17:00")
    assert small.dates(result, 1)[:2] == ("2026-06-05 08:00", "2026-06-06 10:00")
    assert result.total_float.tolist() == [0, 0]
    assert result.longest_path.tolist() == [True, True]


@pytest.mark.parametrize(
    ("calendar", "start"),
    [
        # A ends Monday 17:00. Eight hours later on the office week it is Tuesday 17:00, and work
        # begins on Wednesday; on the clock it is Tuesday 01:00, and work begins at 08:00.
        (LagCalendar.PREDECESSOR, "2026-06-03 08:00"),
        (LagCalendar.PROJECT, "2026-06-03 08:00"),
        (LagCalendar.ROUND_THE_CLOCK, "2026-06-02 01:00"),
        (LagCalendar.SUCCESSOR, "2026-06-02 01:00"),
    ],
)
def test_the_lag_runs_on_the_calendar_of_the_option(
    small: ModuleType, calendar: LagCalendar, start: str
) -> None:
    schedule = small.make(
        [{"hours": 8}, {"hours": 1, "calendar": small.CLOCK}],
        [("A", "B", "FS", 8)],
        ScheduleOptions(lag_calendar=calendar),
    )
    wanted = "2026-06-02 17:00" if start == "2026-06-03 08:00" else start
    assert start_finish(small, schedule, 1)[0] == wanted


def test_a_lead_does_not_reach_before_the_data_date(small: ModuleType) -> None:
    schedule = small.make([{"hours": 8}, {"hours": 8}], [("A", "B", "FS", -40)])
    assert start_finish(small, schedule, 1)[0] == "2026-06-01 08:00"


def test_start_to_finish_after_version_7_and_before(small: ModuleType) -> None:
    """B is to finish when A starts, Wednesday 08:00: kept as it stands, on the clock of a start.

    Its 8 hours begin on Tuesday 08:00; a minute more puts a minute of work into Wednesday.
    """
    rows = [
        {
            "hours": 8,
            "constraint": Constraint.START_ON_OR_AFTER,
            "constraint_date": "2026-06-03 08:00",
        },
        {"hours": 8},
    ]
    new = small.make(rows, [("A", "B", "SF")])
    assert start_finish(small, new, 1) == ("2026-06-02 08:00", "2026-06-03 08:00")
    old = small.make(rows, [("A", "B", "SF")], ScheduleOptions(sf_one_minute=True))
    assert start_finish(small, old, 1) == ("2026-06-02 08:01", "2026-06-03 08:01")


def test_a_tie_between_finish_and_start_demands_recounts_the_finish(small: ModuleType) -> None:
    """FF from A asks B to finish Monday 17:00, FS from C lets it start Monday 08:00: a tie."""
    rows = [{"hours": 8}, {"hours": 8}, {"hours": 0}]
    schedule = small.make(rows, [("A", "B", "FF"), ("C", "B")])
    result = schedule_network(schedule)
    assert small.dates(result, 1)[:2] == ("2026-06-01 08:00", "2026-06-01 17:00")
    assert result.driving.tolist() == [True, True]


# ---------------------------------------------------------------- milestones, open ends
def test_a_finish_milestone_keeps_the_reading_of_its_demand(small: ModuleType) -> None:
    rows = [
        {"hours": 8},
        {"type": ActivityType.FINISH_MILESTONE},
        {"type": ActivityType.START_MILESTONE},
    ]
    result = schedule_network(small.make(rows, [("A", "B"), ("A", "C")]))
    assert small.dates(result, 1)[:2] == ("2026-06-01 17:00",) * 2
    assert small.dates(result, 2)[:2] == ("2026-06-02 08:00",) * 2


def test_open_ends_are_critical_when_asked_for(small: ModuleType) -> None:
    rows = [{"hours": 40}, {"hours": 8}]
    plain = schedule_network(small.make(rows))
    assert plain.total_float.tolist() == [0, 32 * 60]
    assert plain.critical.tolist() == [True, False]
    asked = schedule_network(small.make(rows, options=ScheduleOptions(open_ends_critical=True)))
    assert asked.total_float.tolist() == [0, 0]
    assert asked.critical.tolist() == [True, True]


def test_must_finish_by_sets_late_dates_not_free_float(small: ModuleType) -> None:
    """40 h end on Friday 5 + Saturday 1 h + Monday 7 h; the must-finish is Friday 17:00."""
    schedule = small.make([{"hours": 40}], must_finish_by="2026-06-05 17:00")
    result = schedule_network(schedule)
    assert small.dates(result, 0) == (
        "2026-06-01 08:00",
        "2026-06-08 16:00",
        "2026-05-29 08:00",
        "2026-06-05 17:00",
    )
    assert result.total_float[0] == -8 * 60
    assert result.free_float[0] == 0


@pytest.mark.parametrize(
    ("kind", "hours"), [(FloatType.FINISH, 32), (FloatType.START, 33), (FloatType.SMALLEST, 32)]
)
def test_three_ways_to_measure_total_float(small: ModuleType, kind: FloatType, hours: int) -> None:
    """B's resource works 10 h round the clock, its float is measured on the office week.

    A ends on Monday 8 June 16:00, and so may B, which then starts at 06:00. From its early finish,
    Monday 18:00, to that there are 8 + 8 + 8 + 1 + 7 hours; from its early start, Monday 08:00, to
    the late one 8 + 8 + 8 + 8 + 1.
    """
    rows = [{"hours": 40}, {"hours": 10, "type": ActivityType.RESOURCE_DEPENDENT}]
    schedule = with_resource(small.make(rows, options=ScheduleOptions(float_type=kind)), 1, 10.0)
    result = schedule_network(schedule)
    assert small.dates(result, 1) == (
        "2026-06-01 08:00",
        "2026-06-01 18:00",
        "2026-06-08 06:00",
        "2026-06-08 16:00",
    )
    assert result.total_float[1] == hours * 60


def with_resource(schedule: Schedule, row: int, hours: float, calendar: int = 1) -> Schedule:
    """One labour resource on one activity."""
    return replace(
        schedule,
        resources=make_table(Resources, 1, calendar=[calendar], kind=["labor"]),
        assignments=make_table(
            Assignments,
            1,
            activity=[row],
            resource=[0],
            remaining_units=[hours],
            units_per_hour=[1.0],
        ),
    )


# ---------------------------------------------------------------- constraints
@pytest.mark.parametrize(
    ("kind", "date", "expected"),
    [
        # early start, early finish, late start, late finish of 8 h beside a chain until 5 June
        ("START_ON_OR_AFTER", "2026-06-02 00:00", ("2 08", "2 17", "5 08", "5 17")),
        ("START_ON_OR_BEFORE", "2026-06-02 08:00", ("1 08", "1 17", "2 08", "2 17")),
        ("START_ON", "2026-06-02 08:00", ("2 08", "2 17", "2 08", "2 17")),
        ("FINISH_ON_OR_AFTER", "2026-06-03 17:00", ("3 08", "3 17", "5 08", "5 17")),
        ("FINISH_ON_OR_BEFORE", "2026-06-02 17:00", ("1 08", "1 17", "2 08", "2 17")),
        ("FINISH_ON", "2026-06-03 08:00", ("2 08", "2 17", "2 08", "2 17")),
        ("MANDATORY_START", "2026-06-03 08:00", ("3 08", "3 17", "3 08", "3 17")),
        ("MANDATORY_FINISH", "2026-06-03 17:00", ("3 08", "3 17", "3 08", "3 17")),
        ("AS_LATE_AS_POSSIBLE", "2026-06-03 17:00", ("5 08", "5 17", "5 08", "5 17")),
    ],
)
@pytest.mark.parametrize("second", [False, True])
def test_each_constraint(
    small: ModuleType, kind: str, date: str, expected: tuple[str, ...], second: bool
) -> None:
    suffix = "2" if second else ""
    row = {"hours": 8, f"constraint{suffix}": Constraint[kind], f"constraint{suffix}_date": date}
    result = schedule_network(small.make([{"hours": 32}, row]))
    wanted = tuple(f"2026-06-{int(d):02}" + f" {h}:00" for d, h in (e.split() for e in expected))
    assert small.dates(result, 1) == wanted


def test_mandatory_start_overrides_logic_but_not_the_data_date(small: ModuleType) -> None:
    rows = [
        {"hours": 16},
        {
            "hours": 8,
            "constraint": Constraint.MANDATORY_START,
            "constraint_date": "2026-06-02 08:00",
        },
    ]
    result = schedule_network(small.make(rows, [("A", "B")]))
    assert small.dates(result, 1)[:2] == ("2026-06-02 08:00", "2026-06-02 17:00")
    assert result.total_float.tolist() == [-480, 0]
    rows[1]["constraint_date"] = "2026-05-20 08:00"
    assert start_finish(small, small.make(rows, [("A", "B")]), 1)[0] == "2026-06-01 08:00"


def test_start_constraints_are_void_once_started(small: ModuleType) -> None:
    row = {"hours": 8, "actual_start": "2026-05-29 08:00", "constraint_date": "2026-06-10 08:00"}
    for kind in (Constraint.START_ON, Constraint.START_ON_OR_AFTER, Constraint.MANDATORY_START):
        schedule = small.make([{**row, "constraint": kind}])
        assert start_finish(small, schedule, 0)[0] == "2026-06-01 08:00"


def test_external_dates_and_ignoring_them(small: ModuleType) -> None:
    rows = [
        {
            "hours": 8,
            "external_early_start": "2026-06-02 08:00",
            "external_late_finish": "2026-06-03 17:00",
        },
        {"hours": 32},
    ]
    taken = schedule_network(small.make(rows))
    assert small.dates(taken, 0) == tuple(
        f"2026-06-{d} {h}:00" for d, h in (("02", "08"), ("02", "17"), ("03", "08"), ("03", "17"))
    )
    ignored = schedule_network(small.make(rows, options=ScheduleOptions(ignore_external=True)))
    assert small.dates(ignored, 0)[0] == "2026-06-01 08:00"
    assert small.dates(ignored, 0)[3] == "2026-06-05 17:00"


def test_expected_finish_recounts_the_remaining_duration(small: ModuleType) -> None:
    """Until Wednesday 12:00 there are 8 + 8 + 4 hours."""
    row = {"hours": 8, "expected_finish": "2026-06-03 12:00"}
    result = schedule_network(small.make([row]))
    assert result.remaining_duration[0] == 20 * 60
    assert small.dates(result, 0)[:2] == ("2026-06-01 08:00", "2026-06-03 12:00")
    off = schedule_network(small.make([row], options=ScheduleOptions(use_expected_finish=False)))
    assert off.remaining_duration[0] == 8 * 60


# ---------------------------------------------------------------- progress
OUT_OF_SEQUENCE = [
    {"hours": 16},
    {"hours": 8, "actual_start": "2026-05-29 08:00"},
]


@pytest.mark.parametrize(
    ("logic", "start"),
    [
        (Logic.RETAINED, "2026-06-03 08:00"),  # waits for the rest of A
        (Logic.OVERRIDE, "2026-06-01 08:00"),  # goes on at the data date
        (Logic.ACTUAL_DATES, "2026-06-03 08:00"),
    ],
)
def test_what_breaks_the_logic(small: ModuleType, logic: Logic, start: str) -> None:
    schedule = small.make(OUT_OF_SEQUENCE, [("A", "B")], ScheduleOptions(logic=logic))
    result = schedule_network(schedule)
    assert small.dates(result, 1)[0] == start
    assert small.text(result.start[1]) == "2026-05-29 08:00"
    assert result.driving.tolist() == [logic != Logic.OVERRIDE]


def test_a_complete_activity_out_of_sequence(small: ModuleType) -> None:
    """A (16 h left) > B (complete) > C: retained logic pushes C through B.

    Under progress override B is let off A. With actual dates B stands at its actual finish, and
    what A still has to do delays nobody; a finish after the data date does.
    """
    rows = [
        {"hours": 16},
        {"actual_start": "2026-05-28 08:00", "actual_finish": "2026-05-29 17:00"},
        {"hours": 8},
    ]
    links = [("A", "B"), ("B", "C")]

    def start(logic: Logic) -> str | None:
        found = schedule_network(small.make(rows, links, ScheduleOptions(logic=logic)))
        date: str | None = small.dates(found, 2)[0]
        return date

    assert start(Logic.RETAINED) == "2026-06-03 08:00"
    assert start(Logic.OVERRIDE) == "2026-06-01 08:00"
    assert start(Logic.ACTUAL_DATES) == "2026-06-01 08:00"
    rows[1]["actual_finish"] = "2026-06-02 12:00"
    assert start(Logic.ACTUAL_DATES) == "2026-06-02 13:00"


def test_a_lag_is_used_up_by_progress(small: ModuleType) -> None:
    """A finished Friday 12:00, so 4 of the 10 hours are gone; 6 more end on Monday 15:00."""
    rows = [
        {"actual_start": "2026-05-28 08:00", "actual_finish": "2026-05-29 12:00"},
        {"hours": 2},
    ]
    schedule = small.make(rows, [("A", "B", "FS", 10)])
    assert start_finish(small, schedule, 1) == ("2026-06-01 15:00", "2026-06-01 17:00")


def test_start_to_start_lag_from_early_or_actual_start(small: ModuleType) -> None:
    """A started Friday 08:00 and has worked 8 of the 12 hours of the lag; D still holds its rest.

    From the early start, Tuesday 08:00, the 4 hours left end Tuesday 12:00. From the actual
    start the 12 hours end on Monday 12:00.
    """
    rows = [
        {"hours": 8, "actual_start": "2026-05-29 08:00"},
        {"hours": 8},
        {"code": "D", "hours": 8},
    ]
    links = [("A", "B", "SS", 12), ("D", "A")]
    early = small.make(rows, links)
    assert start_finish(small, early, 1)[0] == "2026-06-02 13:00"
    actual = small.make(rows, links, ScheduleOptions(lag_from_early_start=False))
    assert start_finish(small, actual, 1)[0] == "2026-06-01 13:00"


def test_suspended_work_goes_on_at_its_resume_date(small: ModuleType) -> None:
    """Before the suspension A worked 4 h, so 4 of the 8 hours of lag to B are left."""
    row = {"hours": 8, "actual_start": "2026-05-28 08:00", "suspend": "2026-05-28 12:00"}
    schedule = small.make(
        [{**row, "resume": "2026-06-03 08:00"}, {"hours": 8}], [("A", "B", "SS", 8)]
    )
    assert start_finish(small, schedule, 0) == ("2026-06-03 08:00", "2026-06-03 17:00")
    assert start_finish(small, schedule, 1)[0] == "2026-06-03 13:00"
    past = small.make([{**row, "resume": "2026-05-29 08:00"}])
    assert start_finish(small, past, 0)[0] == "2026-06-01 08:00"


# ---------------------------------------------------------------- kinds of activities
def test_level_of_effort_spans_its_links_and_drives_nothing(small: ModuleType) -> None:
    rows = [
        {"hours": 8},
        {"hours": 16},
        {"code": "L", "type": ActivityType.LEVEL_OF_EFFORT, "hours": 999},
        {"code": "Z", "hours": 8},
    ]
    links = [("A", "B"), ("A", "L", "SS"), ("L", "B", "FF"), ("L", "Z")]
    result = schedule_network(small.make(rows, links))
    assert small.dates(result, 2)[:2] == ("2026-06-01 08:00", "2026-06-03 17:00")
    assert small.dates(result, 3)[0] == "2026-06-01 08:00"
    assert not result.longest_path[2]
    assert 2 not in result.order.tolist()


def test_links_between_levels_of_effort_count_for_neither(small: ModuleType) -> None:
    """L spans A (Monday), M spans B (Monday to Tuesday); L > M would put M after Monday.

    Level of effort drives nothing, level of effort included; a file with four such links between
    complete activities tells nothing against it.
    """
    rows = [
        {"hours": 8},
        {"hours": 16},
        {"code": "L", "type": ActivityType.LEVEL_OF_EFFORT},
        {"code": "M", "type": ActivityType.LEVEL_OF_EFFORT},
    ]
    spans = [("A", "L", "SS"), ("A", "L", "FF"), ("B", "M", "SS"), ("B", "M", "FF")]
    plain = schedule_network(small.make(rows, spans))
    linked = schedule_network(small.make(rows, [*spans, ("L", "M", "FS"), ("M", "L", "FF")]))
    for row in (2, 3):
        assert small.dates(linked, row) == small.dates(plain, row)
    assert small.dates(linked, 3)[:2] == ("2026-06-01 08:00", "2026-06-02 17:00")


def test_a_wbs_summary_spans_its_branch(small: ModuleType) -> None:
    """W in branch 1: A (Monday) and, one level deeper, B (Tuesday to Wednesday); C is elsewhere.

    C ends on Friday, as Thursday is a holiday: B may take Wednesday and Friday, A Tuesday.
    """
    rows = [
        {"hours": 8, "wbs": 1},
        {"hours": 16, "wbs": 2},
        {"hours": 32, "wbs": 0},
        {"code": "W", "type": ActivityType.WBS_SUMMARY, "wbs": 1, "hours": 999},
    ]
    tree = make_table(Wbs, 3, uid=["0", "1", "2"], parent=[-1, 0, 1], project=[0] * 3)
    schedule = replace(small.make(rows, [("A", "B")]), wbs=tree)
    result = schedule_network(schedule)
    assert small.dates(result, 3)[:2] == ("2026-06-01 08:00", "2026-06-03 17:00")
    assert small.dates(result, 3)[2:] == ("2026-06-02 08:00", "2026-06-05 17:00")
    assert not result.longest_path[3]


def test_resource_dependent_work_runs_on_the_resource_calendar(small: ModuleType) -> None:
    """30 h of one person round the clock from Monday 08:00, though the activity keeps office."""
    rows = [{"hours": 30, "type": ActivityType.RESOURCE_DEPENDENT}, {"hours": 60}]
    plain = small.make(rows)
    assert start_finish(small, plain, 0)[1] == "2026-06-05 15:00"
    assert start_finish(small, with_resource(plain, 0, 30.0), 0)[1] == "2026-06-02 14:00"
    longer = prepare(with_resource(plain, 0, 30.0))
    found = run(longer, np.array([15 * 60, 0]))  # half the duration, half the work
    assert small.text(found.early_finish[0]) == "2026-06-01 23:00"


# ---------------------------------------------------------------- several projects
def two_projects(small: ModuleType, own_finish: bool) -> Schedule:
    """A (8 h) in P leads to B (40 h) in Q and C (8 h) stands alone in P."""
    schedule = small.make([{"hours": 8}, {"hours": 40}, {"hours": 8}], [("A", "B")])
    options = ScheduleOptions(float_to_project_finish=own_finish)
    first = replace(schedule.projects[0], options=options)
    second = Project(
        "2", "Q", "Q", data_date=from_iso("2026-06-03 08:00"), options=options, calendar=0
    )
    moved = replace(schedule, projects=(first, second))
    return moved.with_activities(project=np.array([0, 1, 0], dtype=np.int32))


def test_each_project_has_its_own_data_date_and_finish(small: ModuleType) -> None:
    result = schedule_network(two_projects(small, own_finish=True))
    assert small.dates(result, 1)[0] == "2026-06-03 08:00"
    assert [small.text(t) for t in result.project_finish] == [
        "2026-06-01 17:00",
        "2026-06-10 16:00",
    ]
    assert result.total_float[2] == 0
    common = schedule_network(two_projects(small, own_finish=False))
    assert common.total_float[2] > 0


def test_links_to_projects_that_were_not_open_can_be_ignored(small: ModuleType) -> None:
    schedule = two_projects(small, own_finish=True)
    first, second = schedule.projects
    stub = replace(first, exported=False)
    alone = replace(second, options=ScheduleOptions(ignore_external=True))
    late = schedule.with_activities(remaining_duration=np.array([9600, 2400, 480], dtype=np.int64))
    linked = schedule_network(replace(late, projects=(stub, second)))
    ignored = schedule_network(replace(late, projects=(stub, alone)))
    assert linked.early_start[1] > ignored.early_start[1]
    assert ignored.early_start[1] == second.data_date
    assert not ignored.driving[0]


# ---------------------------------------------------------------- options and reuse
def test_options_of_the_call_replace_those_of_the_projects(small: ModuleType) -> None:
    schedule = small.make(OUT_OF_SEQUENCE, [("A", "B")])
    result = schedule_network(schedule, ScheduleOptions(logic=Logic.OVERRIDE))
    assert small.dates(result, 1)[0] == "2026-06-01 08:00"


def test_critical_by_threshold_or_longest_path(small: ModuleType) -> None:
    rows = [{"hours": 32}, {"hours": 24}]
    day = ScheduleOptions(critical_threshold=480)
    assert schedule_network(small.make(rows, options=day)).critical.tolist() == [True, True]
    path = replace(day, critical=Critical.LONGEST_PATH)
    assert schedule_network(small.make(rows, options=path)).critical.tolist() == [True, False]


def test_a_prepared_network_runs_again_with_other_durations(small: ModuleType) -> None:
    schedule = small.make([{"hours": 8}, {"hours": 8}], [("A", "B")])
    network = prepare(schedule)
    longer = run(network, np.array([960, 480]))
    assert small.dates(longer, 1)[:2] == ("2026-06-03 08:00", "2026-06-03 17:00")
    assert small.dates(run(network), 1)[0] == "2026-06-02 08:00"


# ---------------------------------------------------------------- what cannot be scheduled
def test_the_shortest_loop_is_named(small: ModuleType) -> None:
    rows = [{"hours": 1} for _ in range(7)]
    ring = [("A", "B"), ("B", "C"), ("C", "D"), ("D", "A")]
    short = [("E", "F"), ("F", "G"), ("G", "E"), ("D", "E")]
    with pytest.raises(LoopError) as caught:
        schedule_network(small.make(rows, ring + short))
    assert caught.value.cycle == ("E", "F", "G")
    with pytest.raises(LoopError) as caught:
        schedule_network(small.make(rows, [*ring, ("B", "B")]))
    assert caught.value.cycle == ("B",)


def test_a_loop_through_level_of_effort_is_none(small: ModuleType) -> None:
    rows = [{"hours": 1}, {"hours": 1, "type": ActivityType.LEVEL_OF_EFFORT}]
    schedule_network(small.make(rows, [("A", "B", "SS"), ("B", "A", "FF")]))


def test_dates_a_century_away_are_an_error_that_names_the_activity(small: ModuleType) -> None:
    with pytest.raises(ScheduleError, match=r"activity B.*years ahead"):
        schedule_network(small.make([{"hours": 8}, {"hours": 10**7}], [("A", "B")]))


def test_twenty_years_of_work_find_their_horizon(small: ModuleType) -> None:
    """Weeks of four and a half hours, 80 h: some eighteen weeks and so on."""
    result = schedule_network(small.make([{"hours": 4700, "calendar": small.SHORT}]))
    weeks = (int(result.early_finish[0]) - from_iso("2026-06-01")) / DAY / 7
    minutes_a_week = 130 + 130 + 20
    assert weeks == pytest.approx(4700 * 60 / minutes_a_week, abs=1.0)


def test_late_dates_far_before_the_data_date_find_their_horizon(small: ModuleType) -> None:
    schedule = small.make([{"hours": 8000}], must_finish_by="2020-01-03 17:00")
    result = schedule_network(schedule)
    assert small.dates(result, 0)[3] == "2020-01-03 17:00"
    assert result.total_float[0] < -8000 * 60


def test_no_data_date_at_all(small: ModuleType) -> None:
    schedule = small.make([{"hours": 8}])
    nameless = replace(schedule, projects=(Project("1", "P", "P"),))
    with pytest.raises(ScheduleError, match="P: there is no data date"):
        schedule_network(nameless)


def test_a_missing_data_date_is_the_planned_start(small: ModuleType) -> None:
    schedule = small.make([{"hours": 8}])
    project = replace(
        schedule.projects[0], data_date=NO_TIME, planned_start=from_iso("2026-06-02 08:00")
    )
    result = schedule_network(replace(schedule, projects=(project,)))
    assert small.dates(result, 0)[0] == "2026-06-02 08:00"


def test_bare_rows_do_not_stop_the_calculation() -> None:
    """No calendars, no durations, statuses without dates."""
    from planbench.domain.schedule import Activities, Relationships

    acts = make_table(Activities, 3, code=["A", "B", "C"], status=[0, 1, 2], constraint=[1, 4, 6])
    links = make_table(
        Relationships, 2, predecessor=[2, 1], successor=[1, 0], type=[1, 0], lag=[60, 60]
    )
    schedule = Schedule(
        projects=(Project("1", "P", "P", data_date=from_iso("2026-06-01 08:00")),),
        calendars=(),
        activities=acts,
        relationships=links,
    )
    result = schedule_network(schedule)
    assert (result.early_start != NO_TIME).all()
    weekend = replace(schedule, calendars=(Calendar("1", "Empty", ((),) * 7),))
    assert (schedule_network(weekend).early_finish == result.early_finish).all()


def test_an_empty_schedule_has_an_empty_result() -> None:
    assert schedule_network(Schedule()).early_start.size == 0
    assert schedule_network(Schedule(projects=(Project("1", "P", "P"),))).order.size == 0
