"""A plan of fifty activities whose figures were counted by hand, and what every metric promises."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from planbench.domain.schedule import (
    Baseline,
    Constraint,
    Schedule,
    Status,
    empty_baseline,
)
from planbench.domain.synthetic import synthetic_schedule
from planbench.domain.times import NO_TIME, from_iso
from planbench.engines.cpm.result import CpmResult
from planbench.engines.quality.result import STATES, MetricResult, QualityReport
from planbench.engines.quality.run import run_rulesets
from planbench.services.document import Document
from planbench.services.quality import FieldAsker
from planbench.services.rulesets import load_rulesets

Plan = Callable[..., tuple[Schedule, CpmResult]]
DAY = 1440


def fifty() -> tuple[dict[str, dict[str, Any]], list[str]]:
    """10 complete tasks, 30 open ones, 4 milestones, 3 levels of effort, 2 summaries, 1 of none.

    C01-C10 run before the data date, T01-T30 after it, one after the other; what is out of the
    ordinary is said in the second half.
    """
    acts: dict[str, dict[str, Any]] = {"M-START": {"kind": "start", "finished": "2026-01-05 08:00"}}
    acts["M-START"]["started"] = "2026-01-05 08:00"
    for number in range(1, 11):
        acts[f"C{number:02d}"] = {"started": "2026-01-06 08:00", "finished": "2026-02-06 16:00"}
    for number in range(1, 31):
        acts[f"T{number:02d}"] = {"tf": 10, "es": "2026-03-09 08:00", "ef": "2026-03-13 16:00"}
    acts |= {"M-MID": {"kind": "finish", "tf": 10}, "M-KEY": {"kind": "finish", "tf": 10}}
    acts["M-END"] = {"kind": "finish", "ef": "2027-01-29 16:00"}
    acts |= {f"L{number}": {"kind": "loe"} for number in (1, 2, 3)}
    acts |= {"S1": {"kind": "summary"}, "S2": {"kind": "summary"}, "NIL": {"days": 0}}
    chain = ["M-START", *(f"C{n:02d}" for n in range(1, 11)), *(f"T{n:02d}" for n in range(1, 31))]
    chain += ["M-MID", "M-KEY", "NIL", "M-END"]
    links = [f"{a} > {b}" for a, b in pairwise(chain)]

    def instead(old: str, new: str) -> None:
        links[links.index(old)] = new

    # no predecessor: T05 (its link goes to T06 instead, a second one there)
    instead("T04 > T05", "T04 > T06")
    # no successor: T09
    instead("T09 > T10", "T08 > T10")
    # its start is not driven: T13 (finish-to-finish); its finish drives nothing: T17 (SS)
    instead("T12 > T13", "T12 > T13 FF")
    links.append("T12 > T14")
    instead("T17 > T18", "T17 > T18 SS")
    # two leads, three lags, one of them into a milestone, one start-to-finish
    instead("T20 > T21", "T20 > T21 -8h")
    instead("T21 > T22", "T21 > T22 -16h")
    instead("T22 > T23", "T22 > T23 +8h")
    instead("T23 > T24", "T23 > T24 +400h")
    instead("T30 > M-MID", "T30 > M-MID +8h")
    links.append("T24 > T26 SF")
    # the summary has logic, a level of effort holds up a task
    links += ["S1 > T01", "L1 > T02", "M-START > L1", "M-START > L2", "L2 > M-END FF"]
    acts["T01"] |= {"started": "2026-02-16 08:00", "left": 2, "tf": -1, "es": "2026-03-02 08:00"}
    acts["T02"] |= {"tf": -0.125}
    acts["T03"] |= {"constraint": Constraint.MANDATORY_START, "tf": 44}
    acts["T04"] |= {"constraint": Constraint.FINISH_ON_OR_BEFORE, "tf": 44.125}
    acts["T05"] |= {"constraint": Constraint.START_ON_OR_AFTER, "tf": 200}
    acts["T06"] |= {"constraint2": Constraint.START_ON, "tf": 0}
    acts["T07"] |= {"calendar": 1, "days": 44, "tf": 44}
    acts["T08"] |= {"calendar": 1, "days": 44.1, "tf": 44.1}
    acts["M-KEY"]["constraint"] = Constraint.MANDATORY_FINISH
    # T11 is forecast before the data date, C10 finished after it, C09 on it
    acts["T11"] |= {"es": "2026-02-27 08:00"}
    acts["C10"] |= {"finished": "2026-03-03 16:00"}
    acts["C09"] |= {"finished": "2026-03-02 08:00"}
    return acts, links


BASELINE_DUE = [f"C{n:02d}" for n in range(1, 11)] + ["T01", "T02"]


def baseline_for(schedule: Schedule) -> Baseline:
    """Twelve tasks due: C01-C08 in time, C09 and C10 late, T01 and T02 open; T30 has none."""
    columns = empty_baseline(len(schedule))
    columns.start[:] = from_iso("2026-01-05 08:00")
    columns.finish[:] = from_iso("2026-12-18 16:00")
    for code in BASELINE_DUE:
        columns.finish[schedule.row_of_code[code]] = from_iso("2026-02-06 16:00")
    columns.start[schedule.row_of_code["T30"]] = NO_TIME
    columns.finish[schedule.row_of_code["T30"]] = NO_TIME
    columns.duration[:] = schedule.activities.original_duration
    return Baseline("Hand", from_iso("2026-01-01"), columns)


@pytest.fixture(scope="module")
def reports(plan: Plan) -> dict[str, MetricResult]:
    schedule, cpm = plan(*fifty())
    found = run_rulesets(schedule, cpm, without_path_test(), baseline_for(schedule))
    return {result.id: result for report in found for result in report.metrics}


def without_path_test() -> list[Any]:
    """All rulesets but for the metric that recalculates: the dates here are made up."""
    from dataclasses import replace

    return [
        replace(r, metrics=tuple(m for m in r.metrics if m.measure != "critical-path-test"))
        for r in load_rulesets()
    ]


def codes(plan: Plan, result: MetricResult) -> list[str]:
    schedule, _ = plan(*fifty())
    rows = result.rows
    if result.kind == "relationship":
        rows = schedule.relationships.successor[rows]
    return schedule.activities.code[rows].tolist()


HAND = [
    # metric, numerator, denominator, objects (links by their successor)
    ("DCMA-01", 2, 30, ["T05", "T09"]),
    ("DCMA-01b", 2, 30, ["T13", "T17"]),
    # 34 links into open tasks: 30 of the chain from C10 > T01 on, T12 > T14, T24 > T26, S1 > T01
    # and L1 > T02
    ("DCMA-02", 2, 34, ["T21", "T22"]),
    ("DCMA-03", 2, 34, ["T23", "T24"]),
    ("DCMA-04", 31, 34, ["T26"]),
    ("DCMA-05", 3, 30, ["T03", "T04", "T06"]),
    ("DCMA-06", 3, 30, ["T04", "T05", "T08"]),
    ("DCMA-07", 2, 30, ["T01", "T02"]),
    ("DCMA-08", 1, 30, ["T08"]),
    ("DCMA-09a", 1, 37, ["T11"]),
    ("DCMA-09b", 1, 48, ["C10"]),
    ("DCMA-11", 4, 12, ["C09", "C10", "T01", "T02"]),
    ("DCMA-14", 10, 13, ["T01", "T02", "T30"]),
    ("DCMA09-14", 10, 12, ["T01", "T02"]),
    ("DECM-06A204b", 4, 33 + 1, ["T05", "T09", "T13", "T17"]),
    ("DECM-06A208a", 1, 2, ["S1"]),
    ("DECM-06A209a", 2, 34, ["T03", "M-KEY"]),
    ("DECM-06A210a", 2, 3, ["T02", "M-END"]),
    ("DECM-06A501a", 1, 45, ["T30"]),
    ("P6CS-06", 3, 48, ["T03", "T06", "M-KEY"]),
    ("PB-SF", 1, 51, ["T26"]),
    ("PB-SC", 1, 30, ["T05"]),
    ("PB-LOEL", 3, 34 + 5, ["T01", "T02", "M-END"]),
]


@pytest.mark.parametrize(("metric", "numerator", "denominator", "objects"), HAND)
def test_the_plan_of_fifty_is_counted_as_by_hand(
    plan: Plan,
    reports: dict[str, MetricResult],
    metric: str,
    numerator: int,
    denominator: int,
    objects: list[str],
) -> None:
    result = reports[metric]
    assert sorted(codes(plan, result)) == sorted(objects)
    assert (result.numerator, result.denominator) == (numerator, denominator)
    if result.unit == "ratio":
        assert result.value == pytest.approx(numerator / denominator)


def test_states_follow_value_and_limit(reports: dict[str, MetricResult]) -> None:
    assert reports["DCMA-01"].state == "flag"  # 6.7 % against 5 %
    assert reports["DCMA-04"].state == "meets"  # 91.2 % against 90 %
    assert reports["DCMA-08"].state == "meets"  # 3.3 % against 5 %
    assert reports["DCMA-10"].reason.startswith("the file has no resource assignments")
    assert reports["PB-MH"].state == "not-applicable"
    assert reports["PB-MH"].informative


def test_a_longer_day_is_told_when_it_decides(reports: dict[str, MetricResult]) -> None:
    """T07 and T08 are 44 and 44.1 days of ten hours: by hours / 8 both are long."""
    assert "would count 2" in " ".join(reports["DCMA-08"].found.notes)
    assert "would count 4" in " ".join(reports["DCMA-06"].found.notes)


def test_breakdown_of_the_open_tasks(reports: dict[str, MetricResult]) -> None:
    found = dict(reports["DCMA-01"].membership.breakdown())
    assert found == {
        "counted": 30,
        "other project": 0,
        "complete": 11,
        "WBS summary": 2,
        "level of effort": 3,
        "milestone": 3,
        "no duration": 1,
    }


def test_nothing_is_not_applicable_and_never_zero() -> None:
    asker = FieldAsker(Document(Schedule()))
    for report in run_rulesets(Schedule(), None, load_rulesets(), asker=asker):
        for result in report.metrics:
            assert result.state == "not-applicable"
            assert result.value is None
            assert result.reason


def well_formed(schedule: Schedule, report: QualityReport) -> None:
    sizes = {
        "activity": len(schedule),
        "relationship": len(schedule.relationships),
        "calendar": len(schedule.calendars),
        "project": len(schedule.projects),
    }
    for result in report.metrics:
        members = result.membership
        assert result.state in STATES
        assert members.codes.size == sizes[result.kind], result.id
        assert sum(number for _, number in members.breakdown()) == members.codes.size
        assert members.size == np.count_nonzero(members.inside)
        assert (result.value is None) == (result.numerator is None), result.id
        if result.value is None:
            assert result.reason, result.id
            assert not result.rows.size
            continue
        assert np.isfinite(result.value), result.id
        values = result.found.values
        assert values is None or values.size == result.rows.size
        assert np.unique(result.rows).size == result.rows.size
        if result.rows.size:
            assert result.rows.min() >= 0
            assert result.rows.max() < sizes[result.kind]
        if result.unit == "ratio" and result.metric.measure != "churn":
            assert 0 <= result.value <= 1, result.id


@st.composite
def any_schedule(draw: st.DrawFn) -> Schedule:
    """A synthetic network with any types, states, constraints and dates, possible or not."""
    n = draw(st.integers(1, 30))
    schedule = synthetic_schedule(
        n, draw(st.integers(0, min(40, n * (n - 1) // 2))), draw(st.integers(0, 9))
    )
    random = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    start = schedule.data_date

    def dates() -> Any:
        return np.where(
            random.random(n) < 0.5, NO_TIME, start + random.integers(-99, 99, n) * DAY + 600
        )

    return schedule.with_activities(
        type=random.choice(6, n).astype(np.int8),
        status=random.choice(list(Status), n).astype(np.int8),
        constraint=random.choice(list(Constraint), n).astype(np.int8),
        constraint2=random.choice(list(Constraint), n).astype(np.int8),
        actual_start=dates(),
        actual_finish=dates(),
        stored_early_start=dates(),
        stored_early_finish=dates(),
        stored_total_float=random.integers(-9, 9, n) * 480,
        expected_finish=dates(),
    )


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(any_schedule(), st.booleans(), st.booleans())
def test_whatever_the_schedule_all_are_either_in_or_out(
    schedule: Schedule, with_baseline: bool, with_previous: bool
) -> None:
    columns = empty_baseline(len(schedule))
    columns.start[::2] = schedule.data_date - 30 * DAY
    columns.finish[::2] = schedule.data_date - 3 * DAY
    baseline = Baseline("B", schedule.data_date, columns) if with_baseline else None
    previous = synthetic_schedule(10, 10) if with_previous else None
    found = run_rulesets(
        schedule, None, load_rulesets(), baseline, dates="stored", previous=previous, project=0
    )
    for report in found:
        well_formed(schedule, report)
