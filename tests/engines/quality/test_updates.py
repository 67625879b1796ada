"""Metrics over two updates, worked out by hand on a plan of a few activities."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from planbench.domain.schedule import Schedule, ScheduleOptions
from planbench.domain.times import from_iso
from planbench.engines.cpm import schedule_network
from planbench.engines.quality.context import Context
from planbench.engines.quality.measures import MEASURES
from planbench.engines.quality.result import Measured, Metric

Plan = Callable[..., tuple[Schedule, Any]]
ONE = Metric("X", "X", "X", "?", "=", "who", "ratio", "lower")
FEBRUARY = from_iso("2026-02-02 08:00")

BEFORE: dict[str, dict[str, Any]] = {
    "A": {"started": "2026-01-05 08:00", "finished": "2026-01-09 16:00"},
    "B": {"started": "2026-01-12 08:00", "left": 4},
    "C": {"days": 30, "stored_early_start": from_iso("2026-02-20 08:00")},
    "D": {"stored_early_start": from_iso("2026-02-03 08:00")},
    "E": {"stored_early_start": from_iso("2026-02-04 08:00")},
}
LINKS = ["A > B", "B > C", "C > D", "D > E"]


def found(
    plan: Plan,
    now: dict[str, dict[str, Any]],
    links: list[str],
    measure: str,
    unit: str = "ratio",
    options: ScheduleOptions | None = None,
    **more: Any,
) -> tuple[list[str], Measured]:
    earlier, _ = plan(BEFORE, LINKS, data_date=FEBRUARY)
    schedule, cpm = plan(now, links, options=options or ScheduleOptions())
    one = Metric("X", "X", measure, "?", "=", "who", unit, "lower", 0.0, options=more)
    result = MEASURES[measure](Context(schedule, cpm, previous=earlier), one)
    rows = result.rows
    if result.kind == "relationship":
        rows = schedule.relationships.successor[rows]
    return (schedule.activities.code[rows].tolist() if result.kind != "project" else []), result


def test_a_reported_date_that_changed(plan: Plan) -> None:
    now = BEFORE | {"A": {"started": "2026-01-05 14:00", "finished": "2026-01-08 16:00"}}
    assert found(plan, now, LINKS, "actual-changed", which="finish")[0] == ["A"]
    codes, result = found(plan, now, LINKS, "actual-changed", which="start")
    assert (codes, result.denominator) == ([], 2)  # the same day; A and B were reported


def test_riding_the_data_date(plan: Plan) -> None:
    """D keeps its day of distance, E moved on; B is in progress and got nowhere."""
    now = BEFORE | {
        "B": {"started": "2026-01-12 08:00", "left": 3},
        "C": {"stored_early_start": from_iso("2026-03-20 08:00")},
        "D": {"stored_early_start": from_iso("2026-03-03 08:00")},
        "E": {"stored_early_start": from_iso("2026-04-01 08:00")},
    }
    codes, result = found(plan, now, LINKS, "riding", days=6, least_change=2)
    assert codes == ["B", "D"]
    assert result.denominator == 4


def test_a_cut_without_progress(plan: Plan) -> None:
    """Twenty working days lie between the data dates; C lost one day before it began."""
    now = BEFORE | {"C": {"days": 29}, "B": {"started": "2026-01-12 08:00", "left": 1}}
    assert found(plan, now, LINKS, "remaining-cut", "count")[0] == ["C"]


def test_a_hollow_insertion(plan: Plan) -> None:
    now = BEFORE | {"N": {"days": 1}, "M": {"days": 1}}
    links = [*LINKS[:3], "D > N", "N > E"]
    codes, result = found(plan, now, links, "hollow", "count")
    assert (codes, result.denominator) == (["N"], 2)


def test_churn_counts_both_ways(plan: Plan) -> None:
    codes, result = found(plan, BEFORE, ["A > B", "B > C", "C > D SS", "A > E"], "churn")
    assert codes == ["D", "E"]
    assert result.value == pytest.approx(4 / 4)


def test_another_threshold_is_an_option_changed(plan: Plan) -> None:
    options = ScheduleOptions(critical_threshold=40 * 60)
    _, result = found(plan, BEFORE, LINKS, "options-changed", "count", options)
    assert result.value == 1
    assert result.notes == ("Critical threshold: 0 h became 40 h",)
    assert found(plan, BEFORE, LINKS, "options-changed", "count")[1].value == 0


def test_without_an_earlier_update_nothing_is_said(plan: Plan) -> None:
    schedule, cpm = plan(BEFORE, LINKS)
    for measure in ("actual-changed", "riding", "hollow", "remaining-cut", "churn"):
        one = Metric("X", "X", measure, "?", "=", "who", "count", "lower")
        result = MEASURES[measure](Context(schedule, cpm), one)
        assert result.value is None
        assert result.reason == "needs an earlier update of the same project"


def test_another_project_is_not_an_earlier_update(plan: Plan) -> None:
    schedule, cpm = plan(BEFORE, LINKS)
    other = replace(schedule, projects=(replace(schedule.projects[0], code="Q"),))
    one = Metric("X", "X", "options-changed", "?", "=", "who", "count", "lower")
    result = MEASURES["options-changed"](Context(schedule, cpm, previous=other), one)
    assert result.value is None


def test_the_path_that_went_and_the_finish_that_slipped(plan: Plan) -> None:
    """In February A > B > C led to the end with G, which is gone; today it is A > D."""
    weeks = {"A": {}, "B": {"days": 10}, "D": {}}
    earlier, _ = plan(weeks | {"G": {}}, ["A > B", "B > G", "A > D"], data_date=FEBRUARY)
    schedule, _ = plan(weeks | {"D": {"days": 15}}, ["A > B", "A > D"])
    ctx = Context(schedule, schedule_network(schedule), previous=earlier)
    kept = MEASURES["path-stability"](ctx, replace(ONE, unit="ratio"))
    assert schedule.activities.code[kept.rows].tolist() == ["B", "D"]
    assert (kept.numerator, kept.denominator) == (1, 4)  # A of A, B, D and G
    assert "1 of the earlier path" in kept.notes[0]
    slip = MEASURES["slip-rate"](ctx, replace(ONE, unit="index"))
    # four weeks each from its data date: the finish kept its distance, so it slipped every day
    assert (slip.numerator, slip.denominator, slip.value) == (28, 28, 1.0)


def test_ids_are_those_of_the_own_project(plan: Plan) -> None:
    """Two projects use the id A; each has its own past."""
    acts = {
        "A": {"started": "2026-01-05 08:00", "finished": "2026-01-09 16:00"},
        "B": {"started": "2026-01-05 08:00", "finished": "2026-01-16 16:00"},
    }
    made, _ = plan(acts, [])
    two = (made.projects[0], replace(made.projects[0], uid="2", code="Q"))
    both = replace(made, projects=two).with_activities(
        code=np.array(["A", "A"], dtype=object), project=np.array([0, 1], dtype=np.int32)
    )
    later = both.with_activities(
        actual_finish=np.array([from_iso("2026-01-09 16:00"), from_iso("2026-01-15 16:00")])
    )
    ctx = Context(later, None, previous=both)
    result = MEASURES["actual-changed"](ctx, replace(ONE, options={"which": "finish"}))
    assert result.rows.tolist() == [1]
