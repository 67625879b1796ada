"""What lies exactly on a limit, and the readings that decide it. The plan here is tiny."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from planbench.domain.errors import ModelError
from planbench.domain.schedule import (
    Assignments,
    Constraint,
    ExternalLinks,
    LagCalendar,
    Schedule,
    ScheduleOptions,
    make_table,
)
from planbench.domain.times import NO_TIME, from_iso
from planbench.engines.cpm.result import CpmResult
from planbench.engines.quality.context import Context
from planbench.engines.quality.measures import MEASURES
from planbench.engines.quality.result import Measured, Metric
from planbench.engines.quality.run import judge

Plan = Callable[..., tuple[Schedule, CpmResult]]


def metric(measure: str, unit: str = "count", better: str = "lower", **options: Any) -> Metric:
    return Metric("X", "X", measure, "?", "=", "who", unit, better, 0.0, options=options)


def found(plan: tuple[Schedule, CpmResult], one: Metric, **more: Any) -> tuple[list[str], Measured]:
    schedule, cpm = plan
    result = MEASURES[one.measure](Context(schedule, cpm, **more), one)
    rows = result.rows
    if result.kind == "relationship":
        rows = schedule.relationships.successor[rows]
    return schedule.activities.code[rows].tolist(), result


@pytest.mark.parametrize(("boundary", "expected"), [("above", ["B"]), ("at-or-above", ["A", "B"])])
def test_high_float_of_exactly_44_days(plan: Plan, boundary: str, expected: list[str]) -> None:
    made = plan({"A": {"tf": 44}, "B": {"tf": 44.01}, "C": {"tf": 43.99}}, [])
    codes, result = found(made, metric("high-float", days=44, boundary=boundary))
    assert codes == expected
    assert result.limit == 44


def test_plain_hours_as_primavera_counts_them(plan: Plan) -> None:
    """36 days of ten hours are 360 h: more than 352 h, less than 44 days."""
    made = plan({"A": {"tf": 36, "calendar": 1}, "B": {"tf": 44}}, [])
    assert found(made, metric("high-float", hours=352))[0] == ["A"]
    assert found(made, metric("high-float", days=44))[0] == []


def test_negative_float_of_a_minute_counts_and_none_does_not(plan: Plan) -> None:
    made = plan({"A": {"tf": -1 / 480}, "B": {"tf": 0}}, [])
    assert found(made, metric("low-float", below=0))[0] == ["A"]
    assert found(made, metric("low-float", at_or_below=0))[0] == ["A", "B"]
    near = plan({"A": {"tf": 0}, "B": {"tf": 5}, "C": {"tf": 5.01}}, [])
    assert found(near, metric("low-float", at_or_below=5, above=0))[0] == ["B"]


@pytest.mark.parametrize(("on_date", "expected"), [("allowed", ["B"]), ("counts", ["A", "B"])])
def test_an_actual_on_the_data_date(plan: Plan, on_date: str, expected: list[str]) -> None:
    acts = {
        "A": {"started": "2026-02-02 08:00", "finished": "2026-03-02 08:00"},
        "B": {"started": "2026-02-02 08:00", "finished": "2026-03-02 08:01"},
        "C": {"started": "2026-02-02 08:00", "finished": "2026-03-02 07:59"},
    }
    assert found(plan(acts, []), metric("invalid-actual", on_date=on_date))[0] == expected


def test_the_forecast_of_the_file_counts_before_ours(plan: Plan) -> None:
    acts = {
        "A": {"es": "2026-03-02 08:00"},
        "B": {"es": "2026-03-02 08:00", "stored_early_start": from_iso("2026-02-27 08:00")},
    }
    assert found(plan(acts, []), metric("invalid-forecast"))[0] == ["B"]
    assert found(plan(acts, []), metric("invalid-forecast", on_date="counts"))[0] == ["A", "B"]


def test_dangling_needs_links_of_the_right_end(plan: Plan) -> None:
    acts: dict[str, dict[str, Any]] = {name: {} for name in "ABCDE"}
    links = ["A > B FF", "A > C SS", "A > D SF", "B > E", "C > E", "D > E"]
    no_ends = metric("dangling", exempt_ends=False)
    # B is held at its finish only, D too (SF); A has FF, so its finish is used; A starts by itself
    assert found(plan(acts, links), no_ends)[0] == ["A", "B", "D", "E"]
    start = metric("dangling", side="start", open_too=False, exempt_ends=False)
    assert found(plan(acts, links), start)[0] == ["B", "D"]


def test_the_first_start_and_the_last_finish_are_exempt(plan: Plan) -> None:
    acts = {
        "A": {"es": "2026-03-02 08:00"},
        "B": {"es": "2026-03-03 08:00", "ef": "2026-03-09 16:00"},
        "C": {"es": "2026-03-04 08:00"},
    }
    made = plan(acts, ["A > B"])
    assert found(made, metric("missing-logic"))[0] == ["C"]
    assert found(made, metric("missing-logic", exempt_ends=False))[0] == ["A", "B", "C"]
    assert found(made, metric("missing-logic", side="both", exempt_ends=False))[0] == ["C"]


def test_links_to_other_files_are_logic(plan: Plan) -> None:
    schedule, cpm = plan({"A": {}, "B": {}}, ["A > B"])
    far = make_table(
        ExternalLinks, 2, uid=["1", "2"], activity=[0, 1], incoming=[True, False], type=[0, 0]
    )
    made = replace(schedule, external_links=far), cpm
    assert found(made, metric("missing-logic", exempt_ends=False))[0] == []
    assert found(made, metric("dangling", exempt_ends=False))[0] == []


def test_lags_of_links_and_of_activities(plan: Plan) -> None:
    acts: dict[str, dict[str, Any]] = {name: {} for name in "ABC"}
    links = ["A > C +8h", "B > C +800h", "A > B -8h"]
    made = plan(acts, links)
    assert found(made, metric("lag", sign="positive"))[0] == ["C", "C"]
    assert found(made, metric("lag", sign="positive", days=44))[0] == ["C"]
    assert found(made, metric("lag", sign="negative"))[0] == ["B"]
    codes, result = found(made, metric("lag", sign="positive", count="activities"))
    assert codes == ["C"]
    assert result.values is not None
    assert result.values.tolist() == [100.0]
    assert result.denominator == 3


def test_either_end_or_the_successor(plan: Plan) -> None:
    acts = {"A": {}, "M": {"kind": "finish"}, "B": {}}
    made = plan(acts, ["A > M -8h", "M > B"])
    assert found(made, metric("lag", sign="negative"))[1].denominator == 1
    codes, result = found(made, metric("lag", sign="negative", ends="either"))
    assert (codes, result.denominator) == (["M"], 2)


def test_two_soft_constraints_on_one_end_make_a_hard_one(plan: Plan) -> None:
    acts = {
        "A": {
            "constraint": Constraint.START_ON_OR_AFTER,
            "constraint2": Constraint.START_ON_OR_BEFORE,
        },
        "B": {
            "constraint": Constraint.START_ON_OR_AFTER,
            "constraint2": Constraint.FINISH_ON_OR_BEFORE,
        },
    }
    assert found(plan(acts, []), metric("constraints", groups=["two-way"]))[0] == ["A"]
    assert found(plan(acts, []), metric("constraints", groups=["late"]))[0] == ["A", "B"]


PROGRESS = {
    "A": {"started": "2026-02-02 08:00", "finished": "2026-02-06 16:00"},  # Monday to Friday
    "B": {"started": "2026-02-09 08:00", "finished": "2026-02-13 16:00"},  # the week after
}


@pytest.mark.parametrize(
    ("link", "start", "broken"),
    [
        ("A > B", "2026-02-09 08:00", False),  # the next working minute
        ("A > B", "2026-02-06 16:00", False),
        ("A > B", "2026-02-06 15:59", True),
        ("A > B +8h", "2026-02-10 08:00", False),  # a working day of lag
        ("A > B +8h", "2026-02-09 15:00", True),
        ("A > B -8h", "2026-02-06 08:00", False),
        ("A > B -8h", "2026-02-05 15:00", True),
        ("A > B SS", "2026-02-02 08:00", False),
        ("A > B SS", "2026-01-30 15:00", True),
    ],
)
def test_out_of_sequence_to_the_minute(plan: Plan, link: str, start: str, broken: bool) -> None:
    acts = {"A": PROGRESS["A"], "B": PROGRESS["B"] | {"started": start}}
    codes, _ = found(plan(acts, [link]), metric("out-of-sequence"))
    assert codes == (["B"] if broken else [])


def test_lags_round_the_clock_run_over_the_weekend(plan: Plan) -> None:
    """24 h after Friday 16:00 are over on Saturday, long before Monday."""
    options = ScheduleOptions(lag_calendar=LagCalendar.ROUND_THE_CLOCK)
    acts = {"A": PROGRESS["A"], "B": PROGRESS["B"]}
    assert found(plan(acts, ["A > B +24h"], options=options), metric("out-of-sequence"))[0] == []
    assert found(plan(acts, ["A > B +24h"]), metric("out-of-sequence"))[0] == ["B"]


def test_an_open_predecessor_breaks_a_started_successor(plan: Plan) -> None:
    acts = {"A": {"started": "2026-02-02 08:00"}, "B": {"started": "2026-02-09 08:00"}}
    assert found(plan(acts, ["A > B"]), metric("out-of-sequence"))[0] == ["B"]
    assert found(plan(acts, ["A > B SS"]), metric("out-of-sequence"))[0] == []


def test_pairs_linked_twice(plan: Plan) -> None:
    acts: dict[str, dict[str, Any]] = {name: {} for name in "ABC"}
    ladder = plan(acts, ["A > B SS", "A > B FF", "B > C"])
    assert found(ladder, metric("duplicates", ends="any"))[1].value == 0
    double = plan(acts, ["A > B", "A > B SS", "B > C"])
    codes, result = found(double, metric("duplicates", ends="any"))
    assert (codes, result.value) == (["B", "B"], 1.0)


def test_redundant_links_of_a_small_network(plan: Plan) -> None:
    """A > D is implied by A > B > D and A > C > D; A > C by nothing; lags and SS imply nothing."""
    acts: dict[str, dict[str, Any]] = {name: {} for name in "ABCDE"}
    links = ["A > B", "A > C", "B > D", "C > D", "A > D", "D > E SS", "A > E"]
    codes, _ = found(plan(acts, links), metric("redundant", ends="any"))
    assert codes == ["D"]
    with_lead = [link.replace("B > D", "B > D -8h").replace("C > D", "C > D -8h") for link in links]
    assert found(plan(acts, with_lead), metric("redundant", ends="any"))[0] == []


def test_redundant_links_against_plain_reachability(plan: Plan) -> None:
    """Random FS networks: every link whose ends a longer way joins, found by naive search."""
    random = np.random.default_rng(7)
    for _ in range(20):
        size = int(random.integers(3, 12))
        pairs = [(a, b) for a in range(size) for b in range(a + 1, size) if random.random() < 0.35]
        names = [f"A{n}" for n in range(size)]
        follow = {a: {y for x, y in pairs if x == a} for a in range(size)}

        def reaches(a: int, b: int, follow: dict[int, set[int]] = follow) -> bool:
            return b in follow[a] or any(reaches(c, b) for c in follow[a])

        expected = [names[b] for a, b in pairs if any(reaches(c, b) for c in follow[a] if c != b)]
        made = plan({name: {} for name in names}, [f"{names[a]} > {names[b]}" for a, b in pairs])
        codes, _ = found(made, metric("redundant", ends="any"))
        assert codes == expected


def test_separate_networks(plan: Plan) -> None:
    acts: dict[str, dict[str, Any]] = {name: {} for name in "ABCDE"} | {"L": {"kind": "loe"}}
    made = plan(acts, ["A > B", "B > C", "D > E", "C > L", "L > D"])
    codes, result = found(made, metric("isolated"))
    assert (codes, result.value) == (["D", "E"], 1.0)


def test_loaded_by_hours_or_by_cost(plan: Plan) -> None:
    acts = {"A": {}, "B": {}, "C": {"days": 0.5}, "D": {}}
    schedule, cpm = plan(acts, [])
    one = metric("resources")
    assert found((schedule, cpm), one)[1].value is None
    given = make_table(
        Assignments,
        2,
        uid=["1", "2"],
        activity=[0, 3],
        resource=[0, 0],
        budget_units=[8.0, 0.0],
    )
    codes, result = found((replace(schedule, assignments=given), cpm), one)
    assert codes == ["B", "D"]
    assert dict(result.members.breakdown())["shorter than 1 d"] == 1


def test_status_that_contradicts_itself(plan: Plan) -> None:
    acts = {
        "A": {"status": 1},
        "B": {"status": 2},
        "C": {"status": 0, "started": "2026-02-02 08:00"},
        "D": {"started": "2026-02-05 08:00", "finished": "2026-02-04 16:00"},
        "E": {"started": "2026-02-05 08:00", "finished": "2026-02-05 08:00"},
        "F": {"started": "2026-02-05 08:00", "finished": "2026-02-06 08:00"},
    }
    codes, result = found(plan(acts, []), metric("contradictions"))
    assert codes == ["A", "B", "C", "D", "E"]
    assert result.values is not None
    assert result.values.tolist() == [0, 1, 2, 3, 4]


def test_a_share_equal_to_its_limit_meets(plan: Plan) -> None:
    acts: dict[str, dict[str, Any]] = {f"A{n}": {"tf": 50 if n == 0 else 1} for n in range(20)}
    schedule, cpm = plan(acts, [])
    one = replace(metric("high-float", "ratio"), threshold=0.05)
    result = judge(one, MEASURES["high-float"](Context(schedule, cpm), one))
    assert (result.value, result.state) == (0.05, "meets")
    higher = replace(metric("type-share", "ratio", "higher", type="FS"), threshold=0.9)
    links = [f"A{n} > A{n + 1}" for n in range(9)] + ["A9 > A10 SS"]
    schedule, cpm = plan(acts, links)
    result = judge(higher, MEASURES["type-share"](Context(schedule, cpm), higher))
    assert (result.value, result.state) == (0.9, "meets")


def test_path_length_index_by_hand(plan: Plan) -> None:
    """Ten working days to the forecast, five late against the promise: (10 - 5) / 10."""
    from planbench.domain.schedule import Baseline, empty_baseline

    schedule, cpm = plan({"A": {"ef": "2026-03-13 16:00"}}, [])
    columns = empty_baseline(1)
    columns.finish[0] = from_iso("2026-03-06 16:00")
    one = replace(metric("path-length-index", "index", "higher"), threshold=0.95)
    baseline = Baseline("B", NO_TIME, columns)
    _, result = found((schedule, cpm), one, baseline=baseline)
    assert result.value == pytest.approx(0.5)
    other = replace(one, options={"length": "baseline"})
    assert found((schedule, cpm), other, baseline=baseline)[1].value == pytest.approx(0.0)
    assert found((schedule, cpm), one)[1].value is None


@pytest.mark.parametrize(
    ("one", "words"),
    [
        (metric("high-float", days="long"), "must be a float"),
        (metric("high-float", boundary="near"), "cannot be 'near'"),
        (metric("missing-logic", over="nobody"), "no population 'nobody'"),
    ],
)
def test_impossible_options_are_named(plan: Plan, one: Metric, words: str) -> None:
    with pytest.raises(ModelError, match=words):
        found(plan({"A": {}}, []), one)
