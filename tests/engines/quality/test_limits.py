"""Exactly on the limit, a minute below and a minute above; the cases are in `hand/limits.toml`."""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from planbench.domain.schedule import (
    Assignments,
    Baseline,
    Schedule,
    empty_baseline,
    make_table,
)
from planbench.domain.times import NO_TIME, from_iso, to_iso
from planbench.engines.cpm.result import CpmResult
from planbench.engines.quality.run import run_rulesets
from planbench.services.document import Document
from planbench.services.quality import FieldAsker
from planbench.services.rulesets import shipped_rulesets

Build = Callable[..., tuple[Schedule, CpmResult]]

LIMITS: list[dict[str, Any]] = tomllib.loads(
    Path(__file__).with_name("hand").joinpath("limits.toml").read_text(encoding="utf-8")
)["limit"]
EACH = [(limit, step) for limit in LIMITS for step in (("below", -1), ("at", 0), ("above", 1))]
DATA_DATE = from_iso("2026-03-02 08:00")
JANUARY, FEBRUARY = "2026-01-05 08:00", from_iso("2026-02-02 08:00")


@dataclass
class Case:
    """A plan in which A carries what is measured."""

    plan: Build
    schedule: Schedule
    cpm: CpmResult
    baseline: Baseline | None = None
    previous: Schedule | None = None


def at(moment: int) -> str:
    return (to_iso(moment) or "").replace("T", " ")


def of(plan: Build, a: dict[str, Any], links: list[str] | None = None, **others: Any) -> Case:
    return Case(plan, *plan({"A": a} | others, links or []))


def with_baseline(case: Case, **columns: int) -> Case:
    """Columns of the baseline for A; the others have none but Z, which was due and is done."""
    table = empty_baseline(len(case.schedule))
    for name, value in columns.items():
        getattr(table, name)[0] = value
    z = case.schedule.row_of_code.get("Z", -1)
    if z >= 0:
        table.finish[z] = from_iso("2026-02-20 16:00")
    case.baseline = Baseline("B", NO_TIME, table)
    return case


def total_float(plan: Build, m: int, calendar: int) -> Case:
    day = 600 if calendar == 2 else 480
    a = {"tf": m / day, "calendar": 1 if calendar == 2 else 0, "ef": "2026-03-13 16:00"}
    return of(plan, a)


def path_float(plan: Build, m: int, _: int) -> Case:
    case = of(plan, {"tf": m / 480}, Z={"tf": 0, "ef": "2026-03-13 16:00"})
    case.cpm = replace(case.cpm, longest_path=np.ones(2, dtype=bool))
    return case


def original(plan: Build, m: int, calendar: int) -> Case:
    day = 600 if calendar == 2 else 480
    return of(plan, {"days": m / day, "calendar": 1 if calendar == 2 else 0})


def tenth(plan: Build, m: int, _: int) -> Case:
    z = {"ef": at(DATA_DATE + 14400)}
    return of(plan, {"ef": at(DATA_DATE + m)}, Z=z)


def unloaded(plan: Build, m: int, _: int) -> Case:
    case = of(plan, {"days": m / 480}, Z={})
    given = make_table(Assignments, 1, uid=["1"], activity=[1], resource=[0], budget_units=[8.0])
    case.schedule = replace(case.schedule, assignments=given)
    return case


def lag(plan: Build, m: int, _: int) -> Case:
    case = of(plan, {}, ["P > A"], P={})
    links = case.schedule.relationships
    lags = np.array([m], dtype=np.int64)
    case.schedule = replace(case.schedule, relationships=replace(links, lag=lags))
    return case


def against_lag(plan: Build, m: int, _: int) -> Case:
    """Friday 16:00 and the next working minutes after it."""
    starts = {479: "2026-02-16 15:59", 480: "2026-02-16 16:00", 481: "2026-02-17 08:01"}
    p = {"started": "2026-02-09 08:00", "finished": "2026-02-13 16:00"}
    return of(plan, {"started": starts[m]}, ["P > A +8h"], P=p)


def late_finish(plan: Build, m: int, _: int) -> Case:
    case = of(plan, {})
    late = np.array([DATA_DATE + m], dtype=np.int64)
    case.cpm = replace(case.cpm, late_finish=late)
    return case


def done(plan: Build, start: str, finish: int) -> Case:
    return of(plan, {"started": start, "finished": at(finish)})


def due(plan: Build, m: int, _: int) -> Case:
    z = {"started": JANUARY, "finished": "2026-02-20 16:00"}
    return with_baseline(of(plan, {}, Z=z), finish=DATA_DATE + m)


def before(case: Case, a: dict[str, Any] | None, **others: Any) -> Case:
    acts = others if a is None else {"A": a} | others
    case.previous = case.plan(acts, [], data_date=FEBRUARY)[0]
    return case


def new_task(plan: Build, m: int, _: int) -> Case:
    case = of(plan, {"days": m / 480}, ["P > A", "A > S"], P={}, S={})
    return before(case, None, P={}, S={})


def near(plan: Build, m: int, _: int) -> Case:
    case = of(plan, {"stored_early_start": DATA_DATE + m})
    return before(case, {"stored_early_start": FEBRUARY})


def progress(plan: Build, m: int, _: int) -> Case:
    case = of(plan, {"started": JANUARY, "days": 60, "left": 10})
    was = {"started": JANUARY, "days": 60, "left": 10 + m / 480}
    return before(case, was | {"stored_early_start": FEBRUARY})


def reported(plan: Build, m: int, _: int) -> Case:
    midnight = from_iso("2026-01-06 00:00")
    return before(of(plan, {"started": at(midnight + m)}), {"started": at(midnight)})


def due_since(plan: Build, m: int, _: int) -> Case:
    case = before(of(plan, {}, Z={"started": JANUARY, "finished": "2026-02-20 16:00"}), {})
    return with_baseline(case, finish=FEBRUARY + m)


def forecast_then(plan: Build, m: int, _: int) -> Case:
    z = {"started": at(FEBRUARY), "finished": "2026-02-20 16:00"}
    was = {"stored_early_finish": from_iso("2026-02-20 16:00")}
    return before(of(plan, {}, Z=z), {"stored_early_finish": DATA_DATE + m}, Z=was)


def stored_float(plan: Build, m: int, _: int) -> Case:
    dates = from_iso("2026-03-02 08:00"), from_iso("2026-03-06 16:00")
    a = {"stored_early_start": dates[0], "stored_early_finish": dates[1], "stored_total_float": m}
    return of(plan, a)


def many(plan: Build, m: int, arrow: str) -> Case:
    others = {f"P{n}": {} for n in range(m)}
    return of(plan, {}, [arrow.format(name) for name in others], **others)


SETTERS: dict[str, Callable[[Build, int, int], Case]] = {
    "total float": total_float,
    "float on the path": path_float,
    "baseline duration": lambda p, m, _: with_baseline(of(p, {}), duration=m),
    "original duration": original,
    "remaining duration": lambda p, m, _: of(p, {"days": 5, "left": m / 480}),
    "early finish of a tenth": tenth,
    "unloaded duration": unloaded,
    "remaining when complete": lambda p, m, _: of(
        p, {"started": JANUARY, "finished": "2026-01-09 16:00", "left": m / 480}
    ),
    "lag": lag,
    "start against a lag": against_lag,
    "stored start": lambda p, m, _: of(p, {"stored_early_start": DATA_DATE + m}),
    "late finish": late_finish,
    "actual finish": lambda p, m, _: done(p, "2026-02-16 08:00", DATA_DATE + m),
    "actual finish after the start": lambda p, m, _: done(p, JANUARY, from_iso(JANUARY) + m),
    "finish against the baseline": lambda p, m, _: with_baseline(
        done(p, JANUARY, from_iso("2026-01-09 16:00") + m), finish=from_iso("2026-01-09 16:00")
    ),
    "baseline finish of open work": due,
    "duration of a new task": new_task,
    "start near the data date": near,
    "progress": progress,
    "reported start": reported,
    "due after the earlier data date": due_since,
    "forecast then": forecast_then,
    "stored float": stored_float,
    "predecessors": lambda p, m, _: many(p, m, "{} > A"),
    "successors": lambda p, m, _: many(p, m, "A > {}"),
}


def name_of(value: Any) -> str:
    return f"{value['sets']}-{value['minutes']}" if isinstance(value, dict) else value[0]


@pytest.mark.parametrize(("limit", "step"), EACH, ids=name_of)
def test_a_minute_decides(plan: Build, limit: dict[str, Any], step: tuple[str, int]) -> None:
    word, minute = step
    case = SETTERS[limit["sets"]](plan, limit["minutes"] + minute, limit.get("calendar", 0))
    document = Document(case.schedule, cpm=case.cpm, baseline=case.baseline)
    wanted = set(limit["metrics"].split())
    chosen = [
        replace(r, metrics=tuple(m for m in r.metrics if m.id in wanted))
        for r in shipped_rulesets()
    ]
    reports = run_rulesets(
        case.schedule,
        case.cpm,
        chosen,
        case.baseline,
        previous=case.previous,
        project=0,
        asker=FieldAsker(document),
    )
    found = {result.id: result for report in reports for result in report.metrics}
    assert found.keys() == wanted
    row = case.schedule.row_of_code["A"]
    for metric, result in found.items():
        ends = case.schedule.relationships.successor
        rows = ends[result.rows] if result.kind == "relationship" else result.rows
        assert (row in rows) == limit["counted"][word], (metric, limit["why"])
        assert result.value is None or np.isfinite(result.value)
        members = result.membership
        assert sum(number for _, number in members.breakdown()) == members.codes.size


def test_every_measure_with_a_limit_on_one_object_is_asked() -> None:
    """What is left out counts yes or no: a link is there or it is not."""
    asked = {metric for limit in LIMITS for metric in limit["metrics"].split()}
    yes_or_no = {
        "missing-logic", "dangling", "type-share", "duplicates", "redundant", "isolated",
        "link-ratio", "summary-logic", "effort-drives", "soft-links", "constraints", "critical",
        "expected-finish", "kind-share", "calendars", "same-names", "missing-codes", "no-wbs",
        "without-baseline", "churn", "options-changed", "critical-path-test", "path-length-index",
        "contradictions", "actual-changed", "float-consumption", "path-stability", "slip-rate",
        "earned-schedule", "path-without-constraints", "expression",
    }  # fmt: skip
    rest = {
        m.id: m.measure
        for ruleset in shipped_rulesets()
        for m in ruleset.metrics
        if m.id not in asked and m.measure not in yes_or_no
    }
    assert not rest
