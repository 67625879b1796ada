"""Every metric of every ruleset on the plan counted by hand in `hand/answers.toml`."""

from __future__ import annotations

import importlib.util
import sys
import tomllib
from dataclasses import replace
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from planbench.domain.schedule import LinkType, Schedule
from planbench.domain.times import NO_TIME
from planbench.engines.cpm import schedule_network
from planbench.engines.quality.result import MetricResult, listed
from planbench.engines.quality.run import run_rulesets
from planbench.services.document import Document
from planbench.services.quality import FieldAsker
from planbench.services.rulesets import load_rulesets

HERE = Path(__file__).parent
ANSWERS: list[dict[str, Any]] = tomllib.loads(
    (HERE / "hand" / "answers.toml").read_text(encoding="utf-8")
)["answer"]
EACH = [
    (metric, state, answer) for answer in ANSWERS for metric, state in answer["metrics"].items()
]


def _module(path: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[path.stem] = module
    spec.loader.exec_module(module)
    return module


hand = _module(HERE / "hand_plan.py")


@pytest.fixture(scope="module")
def plan() -> Any:
    return hand.hand_plan()


@pytest.fixture(scope="module")
def results(plan: Any) -> dict[str, MetricResult]:
    schedule: Schedule = plan.schedule
    document = Document(schedule, cpm=schedule_network(schedule), baseline=plan.baseline)
    found = run_rulesets(
        schedule,
        document.cpm,
        load_rulesets(),
        plan.baseline,
        previous=plan.previous,
        project=0,
        asker=FieldAsker(document),
    )
    return {result.id: result for report in found for result in report.metrics}


def names(schedule: Schedule, result: MetricResult) -> list[str]:
    """The rows as the answers name them."""
    rows, code = result.rows, schedule.activities.code
    if result.kind == "relationship":
        links = schedule.relationships
        ends = code[links.predecessor[rows]].tolist(), code[links.successor[rows]].tolist()
        return sorted(f"{a}>{b}" for a, b in zip(*ends, strict=True))
    if result.kind == "calendar":
        return sorted(schedule.calendars[row].name for row in rows)
    if result.kind == "project":
        return sorted(schedule.projects[row].code for row in rows)
    return sorted(code[rows].tolist())


def test_every_metric_of_every_ruleset_has_an_answer() -> None:
    answered = [metric for metric, _, _ in EACH]
    assert len(answered) == len(set(answered))
    assert set(answered) == {m.id for ruleset in load_rulesets() for m in ruleset.metrics}


@pytest.mark.parametrize(("metric", "state", "answer"), EACH, ids=[e[0] for e in EACH])
def test_the_engine_finds_what_was_counted_by_hand(
    plan: Any,
    results: dict[str, MetricResult],
    metric: str,
    state: str,
    answer: dict[str, Any],
) -> None:
    result = results[metric]
    assert names(plan.schedule, result) == sorted(answer["objects"].split())
    assert result.numerator == pytest.approx(answer["in"], abs=1e-9)
    assert result.denominator == pytest.approx(answer["of"], abs=1e-9)
    share = answer["in"] if result.unit == "count" else answer["in"] / answer["of"]
    assert result.value == pytest.approx(share)
    assert ("info" if result.informative else result.state) == state
    members = result.membership
    assert sum(number for _, number in members.breakdown()) == members.codes.size
    everybody = listed(result, "all")
    assert everybody.rows.tolist() == list(range(members.codes.size))
    told = [everybody.found.names[int(place)] for place in everybody.found.values]
    assert [row for row, said in enumerate(told) if said == "Found"] == sorted(result.rows.tolist())
    left_out = listed(result, "left out").rows
    assert left_out.size + members.size == members.codes.size
    assert all(told[row].startswith("Left out: ") for row in set(left_out) - set(result.rows))


WINDOWS = [({"window_days": 14}, 20), ({"where": "[Baseline start] on or before DD+2w"}, 18)]


@pytest.mark.parametrize(("window", "of"), WINDOWS, ids=["parameter", "expression"])
def test_the_detail_planning_window_of_high_duration(
    plan: Any, window: dict[str, Any], of: int
) -> None:
    """Two weeks of it: baseline starts up to 16 March.

    P01-P04, T01, T02, S02-S05, S07-S09, S13, S14, S17, S19 and R1 are in; S07 has 50 baseline
    days, S09 46, and S08 44, which is not above. Without a baseline start are S06 and S20, which
    start by then, and S18, H1, H2, which do not; what is missing in an expression answers no.
    """
    schedule: Schedule = plan.schedule
    document = Document(schedule, cpm=schedule_network(schedule), baseline=plan.baseline)
    shipped = next(r for r in load_rulesets() if r.id == "dcma-pam-2012")
    high = next(m for m in shipped.metrics if m.id == "DCMA-08")
    narrowed = replace(high, options={**high.options, **window})
    (report,) = run_rulesets(
        schedule,
        document.cpm,
        [replace(shipped, metrics=(narrowed,))],
        plan.baseline,
        project=0,
        asker=FieldAsker(document),
    )
    (result,) = report.metrics
    assert names(schedule, result) == ["S07", "S09"]
    assert (result.numerator, result.denominator) == (2, of)


def test_the_dates_of_the_plan_are_those_of_the_slow_scheduler(plan: Any) -> None:
    """`dates.csv` is what the slow scheduler says, and the engine says the same."""
    slow_cpm = _module(HERE.parent / "cpm" / "slow_cpm.py")
    schedule: Schedule = plan.schedule
    slow, cpm = slow_cpm.SlowCpm(schedule), schedule_network(schedule)
    path = slow.longest_path()
    rows = hand.table("dates.csv")
    assert [row["id"] for row in rows] == schedule.activities.code.tolist()
    for place, row in enumerate(rows):
        written = [row[name] for name in ("early start", "early finish", "late start")]
        written.append(row["late finish"])
        expected = slow.dates(place)
        if expected is None:
            assert not any(written)
            continue
        assert written == [date.strftime("%Y-%m-%d %H:%M") for date in expected], row["id"]
        ours = cpm.early_start, cpm.early_finish, cpm.late_start, cpm.late_finish
        assert [hand.moment(text) for text in written] == [int(c[place]) for c in ours], row["id"]
        assert (row["longest path"] == "yes") == (place in path) == bool(cpm.longest_path[place])
        days = cpm.total_float[place] / 60 / schedule.activity(place).own_calendar.hours_per_day
        assert float(row["float"] or "nan") == pytest.approx(
            days if cpm.total_float[place] != NO_TIME else np.nan, nan_ok=True, abs=1e-6
        )
        if slow.counts(place) and not slow.done(place):
            assert slow.total_float(place) == cpm.total_float[place], row["id"]


def test_the_delayed_plan_by_the_slow_scheduler(plan: Any) -> None:
    """The critical path test once more without the engine: P01 600 days longer, ME 600 later."""
    from planbench.engines.quality.measures.path import delayed

    slow_cpm = _module(HERE.parent / "cpm" / "slow_cpm.py")
    schedule: Schedule = plan.schedule
    row, end = schedule.row_of_code["P01"], schedule.row_of_code["ME"]
    before = slow_cpm.SlowCpm(schedule)
    after = slow_cpm.SlowCpm(delayed(schedule, row, 600 * 480))
    assert after.dates(row)[1].strftime("%Y-%m-%d %H:%M") == "2028-06-30 16:00"
    assert after.dates(end)[1].strftime("%Y-%m-%d %H:%M") == "2028-12-18 08:00"
    assert before.clock(end).work(before.dates(end)[1], after.dates(end)[1]) == 600 * 480
    assert {LinkType(int(kind)) for kind in schedule.relationships.type} == set(LinkType)


def test_the_earlier_plan_and_the_freed_one_by_the_slow_scheduler(plan: Any) -> None:
    """Paths and finish that the answers of two updates rest on, without the engine."""
    from planbench.engines.quality.measures.path import without_hard_constraints

    slow_cpm = _module(HERE.parent / "cpm" / "slow_cpm.py")
    before = slow_cpm.SlowCpm(plan.previous)
    path = set(plan.previous.activities.code[sorted(before.longest_path())].tolist())
    assert path == {"S10", "S11", "S16", "ME"}
    end = before.dates(plan.previous.row_of_code["ME"])[1]
    assert end.strftime("%Y-%m-%d %H:%M") == "2026-07-03 16:00"
    schedule: Schedule = plan.schedule
    free = slow_cpm.SlowCpm(without_hard_constraints(schedule))
    open_ = {i for i in free.longest_path() if not free.done(i)}
    assert set(schedule.activities.code[sorted(open_)].tolist()) == {
        "P01", "T01", "T02", "T03", "T04", "T05", "T06", "T07", "T08", "NIL", "ME",
    }  # fmt: skip
