"""Every metric on plans at the edge; what each has to say stands in `hand/cases.toml`."""

from __future__ import annotations

import importlib.util
import sys
import tomllib
from dataclasses import replace
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from planbench.domain.errors import PlanbenchError
from planbench.domain.schedule import Baseline, Schedule
from planbench.domain.times import NO_TIME
from planbench.engines.cpm import schedule_network
from planbench.engines.quality.result import FLAG, MEETS, Measured, MetricResult, everything
from planbench.engines.quality.run import judge, run_rulesets
from planbench.services.baselines import aligned_baseline
from planbench.services.document import Document
from planbench.services.quality import FieldAsker
from planbench.services.rulesets import shipped_rulesets

HERE = Path(__file__).parent
HAND = HERE / "hand"


def _read(name: str) -> dict[str, Any]:
    return tomllib.loads((HAND / name).read_text(encoding="utf-8"))


CASES = _read("cases.toml")
METRICS = [metric for ruleset in shipped_rulesets() for metric in ruleset.metrics]


def _module(name: str) -> ModuleType:
    if name not in sys.modules:
        spec = importlib.util.spec_from_file_location(name, HERE / f"{name}.py")
        assert spec is not None
        assert spec.loader is not None
        sys.modules[name] = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(sys.modules[name])
    return sys.modules[name]


hand = _module("hand_plan")


# ------------------------------------------------------------ the plans


def row(code: str, kind: str, days: int, done: tuple[str, str] = ("", "")) -> dict[str, str]:
    """A row as `activities.csv` has it, with everything else left empty."""
    header = (HAND / "activities.csv").read_text(encoding="utf-8").splitlines()[0].split(",")
    state = "complete" if done[1] else "open"
    left = 0 if done[1] else days
    known = {"id": code, "name": code, "kind": kind, "calendar": "0", "od": str(days)}
    known |= {"rd": str(left), "status": state, "actual start": done[0], "actual finish": done[1]}
    return dict.fromkeys(header, "") | known


def chain(date: str, done: bool = False) -> Schedule:
    """MS > A > B > ME; done in January or not begun."""
    january = {
        "MS": ("2026-01-05 08:00", "2026-01-05 08:00"),
        "A": ("2026-01-05 08:00", "2026-01-09 16:00"),
        "B": ("2026-01-12 08:00", "2026-01-16 16:00"),
        "ME": ("", "2026-01-16 16:00"),
    }
    kinds = {"MS": "start", "A": "task", "B": "task", "ME": "finish"}
    rows = [
        row(code, kind, 5 if kind == "task" else 0, january[code] if done else ("", ""))
        for code, kind in kinds.items()
    ]
    pairs = [("MS", "A"), ("A", "B"), ("B", "ME")]
    links = [
        {"predecessor": p, "successor": s, "type": "FS", "lag": "0", "now": "yes"} for p, s in pairs
    ]
    return hand.plan_of(rows, links, hand.TODAY, date)


Plan = tuple[Schedule, Any, Baseline | None, Schedule | None]


def with_dates(schedule: Schedule, baseline: Any = None, previous: Any = None) -> Plan:
    try:
        return schedule, schedule_network(schedule), baseline, previous
    except PlanbenchError:
        return schedule, None, baseline, previous


@cache
def case(name: str) -> Plan:
    """(schedule, dates, baseline, earlier update) of a case."""
    march, february = "2026-03-02 08:00", "2026-02-02 08:00"
    if name == "one":
        return with_dates(hand.plan_of([row("A", "task", 5)], [], hand.TODAY, march))
    if name in ("nothing-started", "no-data-date", "all-complete"):
        done = name == "all-complete"
        schedule, earlier = chain(march, done), chain(february, done)
        baseline = aligned_baseline(schedule, schedule, "B", schedule_network(schedule))
        if name == "no-data-date":
            bare = replace(schedule.projects[0], data_date=NO_TIME, planned_start=NO_TIME)
            schedule = replace(schedule, projects=(bare,))
        return with_dates(schedule, baseline, earlier)
    plan = hand.hand_plan()
    return with_dates(
        plan.schedule,
        None if name == "no-baseline" else plan.baseline,
        None if name == "no-earlier" else plan.previous,
    )


@cache
def results(name: str) -> dict[str, MetricResult]:
    schedule, cpm, baseline, previous = case(name)
    document = Document(schedule, cpm=cpm, baseline=baseline)
    reports = run_rulesets(
        schedule,
        cpm,
        shipped_rulesets(),
        baseline,
        previous=previous,
        project=0,
        asker=FieldAsker(document),
    )
    return {result.id: result for report in reports for result in report.metrics}


# ------------------------------------------------------------ what they say


def expected(name: str) -> dict[str, tuple[str, str]]:
    """(state or "info", beginning of the reason) of every metric in a case."""
    said: dict[str, tuple[str, str]] = {}
    if name in ("no-baseline", "no-earlier"):
        for answer in _read("answers.toml")["answer"]:
            said |= {metric: (state, "") for metric, state in answer["metrics"].items()}
    named: list[str] = []
    for state in ("meets", "flag", "info"):
        for metric in CASES[name].get(state, "").split():
            said[metric] = (state, "")
            named.append(metric)
    for reason, metrics in CASES[name]["reasons"].items():
        for metric in metrics.split():
            said[metric] = ("not-applicable", reason)
            named.append(metric)
    assert len(named) == len(set(named))
    return said


@pytest.mark.parametrize("name", CASES)
def test_every_metric_says_what_it_has_to(name: str) -> None:
    said, wrong = expected(name), []
    assert said.keys() == {metric.id for metric in METRICS}
    for metric, result in results(name).items():
        state, reason = said[metric]
        got = "info" if result.informative else result.state
        if got != state or (reason and not result.reason.startswith(reason)):
            wrong.append((metric, got, result.reason, "expected", state, reason))
        members = result.membership
        if sum(number for _, number in members.breakdown()) != members.codes.size:
            wrong.append((metric, "in and out do not add up", "", "", "", ""))
        if result.value is not None and not np.isfinite(result.value):
            wrong.append((metric, "is no number", "", "", "", ""))
    assert not wrong


LIMITED = [m for m in METRICS if m.threshold is not None and m.measure != "critical-path-test"]


@pytest.mark.parametrize("metric", LIMITED, ids=[m.id for m in LIMITED])
def test_a_figure_on_its_limit_meets_and_beyond_it_flags(metric: Any) -> None:
    beyond = 1 if metric.better == "lower" else -1
    nothing = np.zeros(0, dtype=np.int32)
    for step, state in ((0.0, MEETS), (1e-6 * beyond, FLAG), (-1e-6 * beyond, MEETS)):
        value = metric.threshold + step
        found = Measured("activity", everything(1), nothing, value, value, 1.0)
        assert judge(metric, found).state == state
