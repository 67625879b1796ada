"""Each rule of Microsoft Project on a plan small enough to work out by hand.

A day is 08:00-12:00 and 13:00-17:00; 2026-06-01 is a Monday, so a task of 8 h is one day.
"""

from __future__ import annotations

from types import ModuleType

import numpy as np
import pytest

from planbench.domain.errors import LoopError, ScheduleError
from planbench.domain.schedule import Constraint, Contour, LagFormat
from planbench.domain.times import NO_TIME, to_iso
from planbench.engines.cpm import schedule_network
from planbench.engines.msp import schedule_msp

START_FROM, FINISH_FROM = Constraint.START_ON_OR_AFTER, Constraint.FINISH_ON_OR_AFTER
START_BY, FINISH_BY = Constraint.START_ON_OR_BEFORE, Constraint.FINISH_ON_OR_BEFORE
MUST_START, MUST_FINISH = Constraint.MANDATORY_START, Constraint.MANDATORY_FINISH
ALAP = Constraint.AS_LATE_AS_POSSIBLE


def test_a_chain_and_its_side_branch(plans: ModuleType) -> None:
    # A Mon, B Tue-Wed, C (4 h) after A: finishes Tue 12:00, may finish with B on Wed 17:00
    plan = plans.make(
        [
            {"code": "A", "hours": 8},
            {"code": "B", "hours": 16},
            {"code": "C", "hours": 4},
        ],
        [("A", "B"), ("A", "C")],
    )
    result = schedule_msp(plan)
    assert plans.dates(result, plan, "A") == (
        "06-01 08:00", "06-01 17:00", "06-01 08:00", "06-01 17:00",
    )  # fmt: skip
    assert plans.dates(result, plan, "C") == (
        "06-02 08:00", "06-02 12:00", "06-03 13:00", "06-03 17:00",
    )  # fmt: skip
    assert plans.slack(result, plan, "C") == 12
    assert result.free_float.tolist() == [0, 0, 12 * 60]
    assert result.driving.tolist() == [True, True]
    assert result.relationship_float.tolist() == [0, 0]
    assert result.longest_path.tolist() == [True, True, False]
    assert result.critical.tolist() == [True, True, False]
    assert result.order.tolist() == [0, 1, 2]


def test_the_file_or_the_options_choose_the_engine(plans: ModuleType) -> None:
    # an open end of P6 is held by the data date; Project begins at the project's start
    plan = plans.make([{"code": "A", "hours": 8}], data_date="2026-06-03 08:00")
    assert plans.dates(schedule_network(plan), plan, "A")[0] == "06-01 08:00"


def test_no_late_finish_exceeds_the_project(plans: ModuleType) -> None:
    # M1: A starts with B (SS) and is long done before B's late start plus its own day
    plan = plans.make([{"code": "A", "hours": 24}, {"code": "B", "hours": 8}], [("A", "B", "SS")])
    result = schedule_msp(plan)
    assert plans.dates(result, plan, "A")[3] == "06-03 17:00"
    assert plans.dates(result, plan, "B")[2:] == ("06-03 08:00", "06-03 17:00")


def test_a_start_date_takes_the_place_of_the_project_start(plans: ModuleType) -> None:
    # M2: the Thursday before the project; with a predecessor the later one counts
    early = {"constraint": START_FROM, "constraint_date": "2026-05-28 08:00"}
    plan = plans.make(
        [{"code": "A", "hours": 8, **early}, {"code": "B", "hours": 8, **early}], [("A", "B")]
    )
    result = schedule_msp(plan)
    assert plans.dates(result, plan, "A")[0] == "05-28 08:00"
    assert plans.dates(result, plan, "B")[0] == "05-29 08:00"


def test_finish_no_earlier_than(plans: ModuleType) -> None:
    date = {"constraint": FINISH_FROM, "constraint_date": "2026-06-03 17:00"}
    plan = plans.make([{"code": "A", "hours": 8, **date}])
    assert plans.dates(schedule_msp(plan), plan, "A")[:2] == ("06-03 08:00", "06-03 17:00")


def test_a_milestone_keeps_the_reading(plans: ModuleType) -> None:
    # M3: reached on Friday 17:00, needed on Monday 08:00, no working time between
    plan = plans.make(
        [{"code": "A", "hours": 40}, {"code": "M"}, {"code": "B", "hours": 8}],
        [("A", "M"), ("M", "B")],
    )
    result = schedule_msp(plan)
    assert plans.dates(result, plan, "M") == (
        "06-05 17:00", "06-05 17:00", "06-08 08:00", "06-08 08:00",
    )  # fmt: skip
    assert plans.slack(result, plan, "M") == 0


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("FS", ("06-03 08:00", "06-03 17:00")),
        ("SS", ("06-01 08:00", "06-01 17:00")),
        ("FF", ("06-02 08:00", "06-02 17:00")),  # moves the start: finish less duration
        ("SF", ("06-01 08:00", "06-01 17:00")),  # would start before the project
    ],
)
def test_links(kind: str, expected: tuple[str, str], plans: ModuleType) -> None:
    # M4: A works on Monday and Tuesday
    plan = plans.make([{"code": "A", "hours": 16}, {"code": "B", "hours": 8}], [("A", "B", kind)])
    assert plans.dates(schedule_msp(plan), plan, "B")[:2] == expected


def test_links_of_summaries_are_links_of_their_leaves(plans: ModuleType) -> None:
    # M5: A Mon; S holds B (8 h) and C (16 h), both from Tue; D after S: Thu
    plan = plans.make(
        [
            {"code": "A", "hours": 8},
            {"code": "S", "summary": True},
            {"code": "B", "hours": 8, "under": "S"},
            {"code": "C", "hours": 16, "under": "S"},
            {"code": "D", "hours": 8},
        ],
        [("A", "S"), ("S", "D")],
    )
    result = schedule_msp(plan)
    assert plans.dates(result, plan, "B") == (
        "06-02 08:00", "06-02 17:00", "06-03 08:00", "06-03 17:00",
    )  # fmt: skip
    assert plans.dates(result, plan, "D")[0] == "06-04 08:00"
    assert plans.dates(result, plan, "S") == (
        "06-02 08:00", "06-03 17:00", "06-02 08:00", "06-03 17:00",
    )  # fmt: skip
    assert result.longest_path.tolist() == [True, False, False, True, True]
    assert result.driving.tolist() == [True, True]
    assert result.free_float.tolist() == [0, 0, 8 * 60, 0, 0]


def test_the_start_of_a_summary_is_that_of_its_first_leaf(plans: ModuleType) -> None:
    # S starts with B on Monday; C waits for B. D starts with S, not with C. E holds the end open.
    plan = plans.make(
        [
            {"code": "S", "summary": True},
            {"code": "B", "hours": 8, "under": "S"},
            {"code": "C", "hours": 8, "under": "S"},
            {"code": "D", "hours": 40},
        ],
        [("B", "C"), ("S", "D", "SS")],
    )
    result = schedule_msp(plan)
    assert plans.dates(result, plan, "D")[0] == "06-01 08:00"
    assert plans.slack(result, plan, "B") == 0
    assert plans.slack(result, plan, "C") == 24


def test_many_links_into_one_summary_cost_no_more_than_their_sum(plans: ModuleType) -> None:
    from planbench.engines.msp.network import prepare

    n = 60
    rows = [{"code": f"A{k}", "hours": 8} for k in range(n)]
    rows += [{"code": "S", "summary": True}]
    rows += [{"code": f"B{k}", "hours": 8, "under": "S"} for k in range(n)]
    network = prepare(plans.make(rows, [(f"A{k}", "S") for k in range(n)]))
    assert network.edges.source.size == 3 * n  # into the node, out of it, up to the summary


@pytest.mark.parametrize(
    ("lag", "form", "expected"),
    [
        # M6: A ends Fri 17:00; B works six days: a day of lag is Saturday
        (8.0, LagFormat.WORKING, "06-08 08:00"),
        (24.0, LagFormat.ELAPSED, "06-08 08:00"),  # Sat 17:00 on the clock
        (4.0, LagFormat.ELAPSED, "06-06 08:00"),  # Fri 21:00
        (25.0, LagFormat.PERCENT, "06-08 10:00"),  # 10 h of 40: Saturday and two hours
        (25.0, LagFormat.ELAPSED_PERCENT, "06-06 08:00"),  # 10 h on the clock: Sat 03:00
        (-4.0, LagFormat.WORKING, "06-05 13:00"),
    ],
)
def test_lags_run_on_the_calendar_of_the_successor(
    lag: float, form: LagFormat, expected: str, plans: ModuleType
) -> None:
    plan = plans.make(
        [{"code": "A", "hours": 40}, {"code": "B", "hours": 8, "calendar": plans.SIX_DAYS}],
        [("A", "B", "FS", lag, form)],
    )
    assert plans.dates(schedule_msp(plan), plan, "B")[0] == expected


def test_elapsed_durations_run_round_the_clock(plans: ModuleType) -> None:
    # A: 24 h from Friday 17:00 end on Saturday 17:00; B begins on Monday
    late = {"constraint": START_FROM, "constraint_date": "2026-06-05 17:00"}
    plan = plans.make(
        [{"code": "A", "hours": 24, "elapsed": True, **late}, {"code": "B", "hours": 8}],
        [("A", "B")],
    )
    result = schedule_msp(plan)
    assert plans.dates(result, plan, "A")[:2] == ("06-05 17:00", "06-06 17:00")
    assert plans.dates(result, plan, "B")[0] == "06-08 08:00"


def test_a_finish_asked_by_a_start_is_read_as_that_start(plans: ModuleType) -> None:
    # M7: A starts Mon 06-08 08:00; B has to be done by then
    monday = {"constraint": START_FROM, "constraint_date": "2026-06-08 08:00"}
    plan = plans.make(
        [{"code": "A", "hours": 8, **monday}, {"code": "B", "hours": 8}], [("A", "B", "SF")]
    )
    result = schedule_msp(plan)
    assert plans.dates(result, plan, "B")[:2] == ("06-05 08:00", "06-08 08:00")


def test_progress(plans: ModuleType) -> None:
    # M8: A is done; B began Tue and takes 16 h whatever the data date; C stopped Tue 12:00 and
    # goes on Thu with 12 h; E must be done on Tue, so B has a slack of -8 h but a late finish
    plan = plans.make(
        [
            {
                "code": "A", "hours": 8, "actual_start": "2026-05-28 08:00",
                "actual_finish": "2026-05-29 17:00",
            },
            {"code": "B", "hours": 16, "left": 8, "actual_start": "2026-06-02 08:00",
             "deadline": "2026-06-02 17:00"},
            {
                "code": "C", "hours": 16, "left": 12, "actual_start": "2026-06-02 08:00",
                "suspend": "2026-06-02 12:00", "resume": "2026-06-04 08:00",
            },
        ],
        data_date="2026-06-10 08:00",
    )  # fmt: skip
    result = schedule_msp(plan)
    assert plans.dates(result, plan, "A") == (
        "05-28 08:00", "05-29 17:00", "05-28 08:00", "05-29 17:00",
    )  # fmt: skip
    assert int(result.total_float[0]) == NO_TIME
    assert plans.dates(result, plan, "B") == (
        "06-02 08:00", "06-03 17:00", "06-02 08:00", "06-03 17:00",
    )  # fmt: skip
    assert plans.slack(result, plan, "B") == -8
    assert plans.dates(result, plan, "C")[:2] == ("06-02 08:00", "06-05 12:00")


def test_a_complete_successor_asks_for_nothing(plans: ModuleType) -> None:
    done = {"actual_start": "2026-06-01 08:00", "actual_finish": "2026-06-01 17:00"}
    plan = plans.make(
        [{"code": "A", "hours": 8}, {"code": "B", "hours": 8, **done}, {"code": "C", "hours": 40}],
        [("A", "B")],
    )
    assert plans.slack(schedule_msp(plan), plan, "A") == 32


def test_a_link_into_a_summary_counts_entered_and_actual_starts(plans: ModuleType) -> None:
    # M9: manual M entered on Wed under S; A must be done by then although M may start late.
    # Linked directly, the same task passes its late start on.
    rows = [
        {"code": "A", "hours": 8},
        {"code": "S", "summary": True},
        {"code": "M", "hours": 8, "under": "S", "manual": True,
         "planned_start": "2026-06-03 08:00", "planned_finish": "2026-06-03 17:00"},
        {"code": "Z", "hours": 40},
    ]  # fmt: skip
    through = plans.make(rows, [("A", "S")])
    direct = plans.make(rows, [("A", "M")])
    assert plans.dates(schedule_msp(through), through, "A")[3] == "06-02 17:00"
    assert plans.dates(schedule_msp(direct), direct, "A")[3] == "06-04 17:00"
    result = schedule_msp(through)
    assert plans.dates(result, through, "M") == (
        "06-03 08:00", "06-03 17:00", "06-05 08:00", "06-05 17:00",
    )  # fmt: skip
    assert plans.dates(result, through, "S")[2:] == ("06-03 08:00", "06-03 17:00")


def test_levelling_delay(plans: ModuleType) -> None:
    # M10: B could start Tue 08:00; 20 h on the clock later is Wed 04:00, work begins 08:00.
    # Backward 20 h before B's late start (Wed 08:00) is Tue 12:00.
    plan = plans.make(
        [{"code": "A", "hours": 8}, {"code": "B", "hours": 8, "delay": 20}], [("A", "B")]
    )
    result = schedule_msp(plan)
    assert plans.dates(result, plan, "B")[0] == "06-03 08:00"
    assert plans.dates(result, plan, "A")[3] == "06-02 12:00"


def test_who_works_when(plans: ModuleType) -> None:
    # M12: 8 h of one who works afternoons: two days. With a task calendar only time common to
    # both counts, without the resource's calendar only the task's.
    work = [{"on": "A", "hours": 8, "calendar": plans.AFTERNOONS}]
    plan = plans.make([{"code": "A", "hours": 8}], work=work)
    assert plans.dates(schedule_msp(plan), plan, "A")[:2] == ("06-01 13:00", "06-02 17:00")
    six = [{"on": "A", "hours": 8, "calendar": plans.SIX_DAYS}]
    friday = {"constraint": START_FROM, "constraint_date": "2026-06-05 13:00"}
    alone = plans.make([{"code": "A", "hours": 8, **friday}], work=six)
    assert plans.dates(schedule_msp(alone), alone, "A")[1] == "06-06 12:00"
    both = plans.make([{"code": "A", "hours": 8, "calendar": plans.OFFICE, **friday}], work=six)
    assert plans.dates(schedule_msp(both), both, "A")[1] == "06-08 12:00"
    rows = [{"code": "A", "hours": 8, "calendar": plans.OFFICE, "ignore_resource_calendar": True}]
    ignored = plans.make(rows, work=work)
    assert plans.dates(schedule_msp(ignored), ignored, "A")[:2] == ("06-01 08:00", "06-01 17:00")


@pytest.mark.parametrize(
    ("assignment", "finish"),
    [
        ({"hours": 16, "units": 2.0}, "06-01 17:00"),
        ({"hours": 8, "units": 0.5}, "06-02 17:00"),
        ({"hours": 8, "delay": 8}, "06-02 17:00"),
        ({"hours": 9.6, "contour": Contour.BACK_LOADED}, "06-02 17:00"),  # 9.6 / 0.6 = 16 h
        ({"hours": 8, "contour": Contour.BELL}, "06-02 17:00"),  # 8 / 0.5
        ({"hours": 11.2, "contour": Contour.TURTLE}, "06-02 17:00"),  # 11.2 / 0.7
        (
            {"hours": 8, "contour": Contour.EDITED, "start": "2026-06-01 08:00",
             "finish": "2026-06-03 12:00"},
            "06-03 12:00",
        ),
        ({"hours": 80, "kind": "material"}, "06-01 17:00"),
    ],
)  # fmt: skip
def test_work_units_and_contours_decide_the_span(
    assignment: dict[str, object], finish: str, plans: ModuleType
) -> None:
    plan = plans.make([{"code": "A", "hours": 8}], work=[{"on": "A", **assignment}])
    assert plans.dates(schedule_msp(plan), plan, "A")[:2] == ("06-01 08:00", finish)


def test_a_fixed_duration_does_not_ask_for_work(plans: ModuleType) -> None:
    plan = plans.make(
        [{"code": "A", "hours": 8, "fixed_duration": True}], work=[{"on": "A", "hours": 80}]
    )
    assert plans.dates(schedule_msp(plan), plan, "A")[1] == "06-01 17:00"


def test_splits_count_with_their_pauses(plans: ModuleType) -> None:
    # M14: Monday and Wednesday: 24 h from first to last, in both passes
    plan = plans.make(
        [{"code": "A", "hours": 16}, {"code": "B", "hours": 40}],
        splits=[
            ("A", "2026-06-01 08:00", "2026-06-01 17:00"),
            ("A", "2026-06-03 08:00", "2026-06-03 17:00"),
        ],
    )
    assert plans.dates(schedule_msp(plan), plan, "A") == (
        "06-01 08:00", "06-03 17:00", "06-03 08:00", "06-05 17:00",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("kind", "date"),
    [(MUST_START, "2026-06-02 08:00"), (MUST_FINISH, "2026-06-02 17:00")],
)
def test_must_dates_win_over_links(kind: Constraint, date: str, plans: ModuleType) -> None:
    # M15: A ends Wed, B must be worked on Tue: two days of A lie after B's start
    plan = plans.make(
        [
            {"code": "A", "hours": 24},
            {"code": "B", "hours": 8, "constraint": kind, "constraint_date": date},
        ],
        [("A", "B")],
    )
    result = schedule_msp(plan)
    assert plans.dates(result, plan, "B") == (
        "06-02 08:00", "06-02 17:00", "06-02 08:00", "06-02 17:00",
    )  # fmt: skip
    assert plans.slack(result, plan, "B") == -16
    assert plans.slack(result, plan, "A") == -16


def test_must_dates_give_way_to_links_where_the_project_says_so(plans: ModuleType) -> None:
    must = {"constraint": MUST_START, "constraint_date": "2026-06-02 08:00"}
    plan = plans.make(
        [{"code": "A", "hours": 24}, {"code": "B", "hours": 8, **must}],
        [("A", "B")],
        honor_constraints=False,
    )
    result = schedule_msp(plan)
    assert plans.dates(result, plan, "B")[0] == "06-04 08:00"
    assert plans.slack(result, plan, "B") == -16


def test_a_start_link_out_of_a_milestone_does_not_limit_it(plans: ModuleType) -> None:
    # M16
    plan = plans.make([{"code": "M"}, {"code": "B", "hours": 40}], [("M", "B", "SS")])
    assert plans.slack(schedule_msp(plan), plan, "M") == 40


@pytest.mark.parametrize(("kind", "otherwise"), [("SS", 56), ("SF", 64)])
def test_a_start_link_out_of_a_task_entered_by_hand_does_not_limit_it(
    kind: str, otherwise: int, plans: ModuleType
) -> None:
    # L ends Fri 06-12 and so may A, nine days after Mon 06-01. Calculated, A has to start 16 h
    # before B may start (Fri 08:00, so Wed 06-10 08:00) or end (Fri 17:00, so Thu 06-11 08:00).
    hand = {"code": "A", "hours": 8, "manual": True, "planned_start": "2026-06-01 08:00"}
    rows = [hand, {"code": "B", "hours": 8}, {"code": "L", "hours": 80}]
    plan = plans.make(rows, [("A", "B", kind, 16)])
    result = schedule_msp(plan)
    assert plans.slack(result, plan, "A") == 72
    rows[0] = {"code": "A", "hours": 8}
    plan = plans.make(rows, [("A", "B", kind, 16)])
    assert plans.slack(schedule_msp(plan), plan, "A") == otherwise


def test_the_slack_of_a_task_entered_by_hand_is_that_of_its_finish(plans: ModuleType) -> None:
    # Two hours from Mon 07:00, an hour before work, to 09:00. It may end Fri 17:00, 39 h of work
    # later, and then starts Fri 15:00, 38 h of work after its start.
    hand = {"code": "A", "hours": 2, "manual": True, "planned_start": "2026-06-01 07:00"}
    hand["planned_finish"] = "2026-06-01 09:00"
    plan = plans.make([hand, {"code": "L", "hours": 40}])
    assert plans.slack(schedule_msp(plan), plan, "A") == 39


@pytest.mark.parametrize(
    ("row", "dates", "slack"),
    [
        # M17: A ends Wed 06-03, B would be Thu; a deadline moves nothing early
        ({"deadline": "2026-06-02 17:00"}, ("06-04 08:00", "06-04 17:00"), -16),
        (
            {"constraint": START_BY, "constraint_date": "2026-06-02 08:00"},
            ("06-02 08:00", "06-02 17:00"),
            -16,
        ),
        (
            {"constraint": FINISH_BY, "constraint_date": "2026-06-03 17:00"},
            ("06-03 08:00", "06-03 17:00"),
            -8,
        ),
    ],
)
def test_deadlines_and_latest_dates(
    row: dict[str, object], dates: tuple[str, str], slack: float, plans: ModuleType
) -> None:
    plan = plans.make([{"code": "A", "hours": 24}, {"code": "B", "hours": 8, **row}], [("A", "B")])
    result = schedule_msp(plan)
    assert plans.dates(result, plan, "B")[:2] == dates
    assert plans.slack(result, plan, "B") == slack
    loose = plans.make(
        [{"code": "A", "hours": 24}, {"code": "B", "hours": 8, **row}],
        [("A", "B")],
        honor_constraints=False,
    )
    assert plans.dates(schedule_msp(loose), loose, "B")[:2] == ("06-04 08:00", "06-04 17:00")
    assert plans.slack(schedule_msp(loose), loose, "B") == slack


def test_a_deadline_of_a_summary_holds_beneath_it(plans: ModuleType) -> None:
    plan = plans.make(
        [
            {"code": "S", "summary": True, "deadline": "2026-06-02 17:00"},
            {"code": "A", "hours": 8, "under": "S"},
            {"code": "B", "hours": 40},
        ]
    )
    assert plans.slack(schedule_msp(plan), plan, "A") == 8


def test_as_late_as_possible(plans: ModuleType) -> None:
    # A (1 day, ALAP) before B (1 day); C takes the whole week: A is done on Thu, B on Fri
    plan = plans.make(
        [
            {"code": "A", "hours": 8, "constraint": ALAP},
            {"code": "B", "hours": 8},
            {"code": "C", "hours": 40},
        ],
        [("A", "B")],
    )
    result = schedule_msp(plan)
    assert plans.dates(result, plan, "A")[:2] == ("06-01 08:00", "06-01 17:00")
    assert to_iso(int(result.start[0])) == "2026-06-04T08:00"
    assert plans.slack(result, plan, "A") == 0
    assert plans.dates(result, plan, "B")[:2] == ("06-05 08:00", "06-05 17:00")


FROM_FINISH = {
    "schedule_from_finish": True,
    "must_finish_by": "2026-06-05 17:00",
    "planned_start": NO_TIME,
}


def test_scheduled_from_the_finish(plans: ModuleType) -> None:
    # back from Fri 17:00: B Thu-Fri, A Wed; C beside them (1 day) waits for Fri by default,
    # D as soon as possible starts where the plan begins, on Wed
    plan = plans.make(
        [
            {"code": "A", "hours": 8, "constraint": ALAP},
            {"code": "B", "hours": 16, "constraint": ALAP},
            {"code": "C", "hours": 8, "constraint": ALAP},
            {"code": "D", "hours": 8},
        ],
        [("A", "B")],
        **FROM_FINISH,
    )
    result = schedule_msp(plan)
    assert plans.dates(result, plan, "A") == (
        "06-03 08:00", "06-03 17:00", "06-03 08:00", "06-03 17:00",
    )  # fmt: skip
    assert plans.dates(result, plan, "B")[2:] == ("06-04 08:00", "06-05 17:00")
    assert [to_iso(int(t)) for t in result.start] == [
        "2026-06-03T08:00", "2026-06-04T08:00", "2026-06-05T08:00", "2026-06-03T08:00",
    ]  # fmt: skip
    assert plans.slack(result, plan, "C") == 16
    assert plans.slack(result, plan, "D") == 0
    assert to_iso(int(result.project_finish[0])) == "2026-06-05T17:00"


def test_from_the_finish_what_comes_early_pulls_its_predecessors(plans: ModuleType) -> None:
    # Z (a week) sets the start on Mon; B as soon as possible after A: A Mon, B Tue
    plan = plans.make(
        [
            {"code": "Z", "hours": 40, "constraint": ALAP},
            {"code": "A", "hours": 8, "constraint": ALAP},
            {"code": "B", "hours": 8},
        ],
        [("A", "B")],
        **FROM_FINISH,
    )
    result = schedule_msp(plan)
    assert [to_iso(int(t)) for t in result.start] == [
        "2026-06-01T08:00", "2026-06-01T08:00", "2026-06-02T08:00",
    ]  # fmt: skip


def test_inactive_tasks_neither_work_nor_pass_dates_on(plans: ModuleType) -> None:
    plan = plans.make(
        [
            {"code": "A", "hours": 8},
            {"code": "B", "hours": 80, "inactive": True, "planned_start": "2026-06-02 08:00"},
            {"code": "C", "hours": 8},
        ],
        [("A", "B"), ("B", "C")],
    )
    result = schedule_msp(plan)
    assert plans.dates(result, plan, "B") == ("",) * 4
    assert to_iso(int(result.start[1])) == "2026-06-02T08:00"
    assert plans.dates(result, plan, "C")[0] == "06-01 08:00"
    assert not result.critical[1]
    assert result.order.tolist() == [0, 2]


def test_a_loop_through_a_summary_is_named(plans: ModuleType) -> None:
    plan = plans.make(
        [
            {"code": "S", "summary": True},
            {"code": "A", "hours": 8, "under": "S"},
            {"code": "B", "hours": 8},
        ],
        [("A", "B"), ("B", "S")],
    )
    with pytest.raises(LoopError) as found:
        schedule_msp(plan)
    assert sorted(found.value.cycle) == ["A", "B", "S"]


def test_a_plan_without_any_date_is_refused(plans: ModuleType) -> None:
    plan = plans.make([{"code": "A", "hours": 8}], planned_start=NO_TIME)
    with pytest.raises(ScheduleError, match="no project start"):
        schedule_msp(plan)


def test_dates_beyond_any_horizon_are_refused(plans: ModuleType) -> None:
    plan = plans.make([{"code": "A", "hours": 3_000_000}])
    with pytest.raises(ScheduleError, match="activity A"):
        schedule_msp(plan)


def test_dates_far_from_the_start_are_reached(plans: ModuleType) -> None:
    # entered by hand ten years on, which the first horizon does not cover
    hand = {"manual": True, "planned_start": "2036-06-02 08:00"}
    plan = plans.make([{"code": "A", "hours": 8, **hand}, {"code": "B", "hours": 8}], [("A", "B")])
    result = schedule_msp(plan)
    assert to_iso(int(result.early_finish[0])) == "2036-06-02T17:00"
    assert to_iso(int(result.early_start[1])) == "2036-06-03T08:00"


def test_an_empty_plan(plans: ModuleType) -> None:
    result = schedule_msp(plans.make([]))
    assert result.start.size == 0
    assert np.array_equal(result.project_finish, [NO_TIME])


def test_the_critical_threshold(plans: ModuleType) -> None:
    plan = plans.make([{"code": "A", "hours": 8}, {"code": "B", "hours": 16}], threshold=480)
    assert schedule_msp(plan).critical.tolist() == [True, True]
