"""The critical path test on networks whose answer is plain, calculated for real."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from planbench.domain.schedule import Constraint, Schedule
from planbench.domain.times import from_iso
from planbench.engines.cpm import schedule_network
from planbench.engines.quality.context import Context
from planbench.engines.quality.measures.path import (
    critical_path_test,
    path_without,
    without_hard_constraints,
)
from planbench.engines.quality.result import Measured, Metric

Plan = Callable[..., tuple[Schedule, Any]]


def slipped(schedule: Schedule, slip: float = 10.0) -> Measured:
    one = Metric(
        "X",
        "X",
        "critical-path-test",
        "?",
        "=",
        "who",
        "index",
        "higher",
        1.0,
        options={"slip_days": slip},
    )
    return critical_path_test(Context(schedule, schedule_network(schedule)), one)


CHAIN: dict[str, dict[str, Any]] = {"A": {}, "B": {}, "C": {}, "END": {"kind": "finish"}}


def test_a_chain_hands_the_whole_delay_on(plan: Plan) -> None:
    schedule, _ = plan(CHAIN, ["A > B", "B > C", "C > END"])
    result = slipped(schedule)
    assert (result.state, result.value) == ("meets", 1.0)
    assert (result.numerator, result.denominator) == (10.0, 10.0)
    assert not result.rows.size


def test_a_mandatory_date_stops_the_delay_and_is_named(plan: Plan) -> None:
    acts = CHAIN | {
        "C": {
            "constraint": Constraint.MANDATORY_START,
            "constraint_date": from_iso("2026-03-16 08:00"),
        }
    }
    schedule, _ = plan(acts, ["A > B", "B > C", "C > END"])
    result = slipped(schedule)
    assert result.state == "flag"
    assert result.value == 0.0
    assert "C moved" not in " ".join(result.notes)
    assert "Without hard constraints" in " ".join(result.notes)
    assert schedule.activities.code[result.rows].tolist() == ["C"]


def test_a_late_constraint_shows_as_float_lost(plan: Plan) -> None:
    acts = CHAIN | {
        "END": {
            "kind": "finish",
            "constraint": Constraint.FINISH_ON_OR_BEFORE,
            "constraint_date": from_iso("2026-03-20 16:00"),
        }
    }
    schedule, _ = plan(acts, ["A > B", "B > C", "C > END"])
    assert slipped(schedule).state == "meets"


def test_a_lone_task_has_no_path(plan: Plan) -> None:
    schedule, _ = plan({"A": {}}, [])
    assert slipped(schedule).reason.endswith("there is no path to test")


def test_nothing_open_is_not_applicable(plan: Plan) -> None:
    acts = {"A": {"started": "2026-02-02 08:00", "finished": "2026-02-06 16:00"}}
    schedule, _ = plan(acts, [])
    assert slipped(schedule).reason == "nothing is open"


def test_the_network_itself_is_left_as_it_was(plan: Plan) -> None:
    schedule, _ = plan(CHAIN, ["A > B", "B > C", "C > END"])
    before = schedule.digest
    slipped(schedule)
    del schedule.__dict__["digest"]
    assert schedule.digest == before


def test_lifting_hard_constraints_keeps_the_soft_ones(plan: Plan) -> None:
    acts = {
        "A": {"constraint": Constraint.MANDATORY_FINISH},
        "B": {"constraint": Constraint.START_ON_OR_AFTER, "constraint2": Constraint.FINISH_ON},
    }
    schedule, _ = plan(acts, [])
    free = without_hard_constraints(schedule).activities
    assert free.constraint.tolist() == [Constraint.NONE, Constraint.START_ON_OR_AFTER]
    assert free.constraint2.tolist() == [Constraint.NONE, Constraint.NONE]
    assert without_hard_constraints(without_hard_constraints(schedule)) is not schedule


@pytest.mark.parametrize("slip", [1.0, 600.0])
def test_calendars_of_other_lengths_still_hand_it_on(plan: Plan, slip: float) -> None:
    """A yard task of ten hours seven days a week before an office milestone."""
    acts = {"A": {"calendar": 1}, "B": {}, "END": {"kind": "finish"}}
    schedule, _ = plan(acts, ["A > B", "B > END"])
    assert slipped(schedule, slip).state == "meets"


def left_out(schedule: Schedule) -> Measured:
    one = Metric("X", "X", "path-without-constraints", "?", "=", "who", "count", "lower", 0.0)
    return path_without(Context(schedule, schedule_network(schedule)), one)


def test_a_mandatory_date_hides_what_leads_to_completion(plan: Plan) -> None:
    """C is nailed to June; what comes before it has float and is not critical, but leads there."""
    acts = CHAIN | {
        "C": {
            "constraint": Constraint.MANDATORY_START,
            "constraint_date": from_iso("2026-06-01 08:00"),
        }
    }
    schedule, _ = plan(acts, ["A > B", "B > C", "C > END"])
    result = left_out(schedule)
    assert schedule.activities.code[result.rows].tolist() == ["A", "B"]
    assert (result.numerator, result.denominator) == (2, 4)
    free, _ = plan(CHAIN, ["A > B", "B > C", "C > END"])
    assert left_out(free).value == 0
