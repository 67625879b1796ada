"""Reasons of dates that follow Microsoft Project's rules.

That a reason holds is tried by taking it away and calculating again: a date with one reason moves,
a date with several stays.
"""

from __future__ import annotations

from dataclasses import fields, replace
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from planbench.domain.schedule import (
    Constraint,
    LagFormat,
    Schedule,
)
from planbench.domain.times import DAY, NO_TIME
from planbench.engines.cpm import schedule_network
from planbench.engines.cpm.result import CpmResult
from planbench.engines.trace import Cause, Reasons, prepared, why

PLANS = (
    "msproject/commercial-construction.xml",
    "msproject/timephased.xml",
    "msproject/task-links-2019.xml",
    "msproject/task-baselines-2019.xml",
    "converted/dcma_sample.mspdi.xml",
    "converted/MrZ_Project4.mspdi.xml",
    "converted/HarbourPointe.mspdi.xml",
)


def without_link(schedule: Schedule, link: int) -> Schedule:
    links = schedule.relationships
    keep = np.arange(len(links)) != link
    columns = {item.name: getattr(links, item.name)[keep] for item in fields(links)}
    return replace(schedule, relationships=replace(links, **columns))


def without_dates(schedule: Schedule, row: int, column: str) -> Schedule:
    """Without a constraint or deadline of one activity."""
    values = getattr(schedule.activities, column).copy()
    values[row] = NO_TIME if column == "deadline" else Constraint.NONE
    return replace(schedule, activities=replace(schedule.activities, **{column: values}))


def without(schedule: Schedule, row: int, cause: Cause) -> Schedule | None:
    """The schedule without what a cause names; None for what cannot be taken away."""
    where = cause.via if cause.via >= 0 else row
    if cause.kind == "link":
        return without_link(schedule, cause.relationship)
    if cause.kind == "deadline":
        return without_dates(schedule, where, "deadline")
    if cause.kind == "constraint":
        return without_dates(schedule, where, "constraint")
    return None


def check_reasons(schedule: Schedule, result: CpmResult, most: int) -> tuple[int, int]:
    """Every date has reasons; of up to `most` activities each reason is tried: (early, late)."""
    acts, logic = schedule.activities, prepared(schedule, result)
    tried_early = tried_late = 0
    step = max(1, len(schedule) // most)
    for row in range(len(schedule)):
        reasons = why(schedule, result, row, logic)
        assert all(text.endswith(".") for text in reasons.sentences), reasons.sentences
        if result.early_start[row] == NO_TIME:
            continue
        told = reasons.early_start, reasons.early_finish, reasons.late_finish
        assert all(told), (schedule.source.name, row, acts.code[row], told)
        fixed = {"actual", "span", "entered"}
        if row % step or reasons.early_start[0].kind in fixed:
            continue
        tried_early += try_start(schedule, result, row, reasons)
        tried_late += try_late(schedule, result, row, reasons)
    return tried_early, tried_late


def try_start(schedule: Schedule, result: CpmResult, row: int, reasons: Reasons) -> int:
    tried = 0
    for cause in reasons.early_start:
        less = without(schedule, row, cause)
        if less is None:
            continue
        tried += 1
        start = schedule_network(less).early_start[row]
        same = {(c.kind, c.relationship, c.via) for c in reasons.early_start}
        if len(same) == 1:
            assert start != result.early_start[row], (row, cause)
        elif cause.kind == "link":
            assert start == result.early_start[row], (row, cause)
    return tried


def try_late(schedule: Schedule, result: CpmResult, row: int, reasons: Reasons) -> int:
    tried = 0
    for cause in reasons.late_finish:
        less = without(schedule, row, cause)
        if less is None or reasons.late_finish[0].kind == "in-progress":
            continue
        other = schedule_network(less)
        finish = int(result.project_finish[schedule.activities.project[row]])
        if (other.project_finish != result.project_finish).any() or (
            result.late_finish[row] >= finish - 3 * DAY
        ):
            continue  # all late dates moved with the finish, or it allows nothing later itself
        tried += 1
        if len(reasons.late_finish) == 1:
            assert other.late_finish[row] != result.late_finish[row], (row, cause)
    return tried


@pytest.mark.corpus
@pytest.mark.parametrize("name", PLANS)
def test_every_date_of_real_plans_has_reasons_that_hold(name: str, shared: Path) -> None:
    from planbench.exchange.mspdi.reader import read_mspdi

    path = shared / "corpus" / name
    schedule = read_mspdi(path.read_bytes(), path.name).schedule
    result = schedule_network(schedule)
    early, late = check_reasons(schedule, result, 60)
    if name in ("msproject/commercial-construction.xml", "converted/dcma_sample.mspdi.xml"):
        assert early >= 20
        assert late >= 10


DAY_ROWS = [{"code": "A", "hours": 16}, {"code": "B", "hours": 8}]
MUST = {"constraint": Constraint.START_ON, "constraint_date": "2026-06-05 08:00"}
HELD = {"constraint": Constraint.START_ON_OR_BEFORE, "constraint_date": "2026-06-02 08:00"}


def ask(plans: ModuleType, row: int, *args: Any, **project: Any) -> Reasons:
    schedule = plans.make(*args, **project)
    return why(schedule, schedule_network(schedule), row)


@pytest.mark.parametrize(
    ("change", "links", "kind", "words"),
    [
        ({}, [("A", "B")], "link", "Starts 03-Jun-2026 because A finishes the day before"),
        ({}, [], "planned-start", "Starts 01-Jun-2026: it has no predecessor"),
        (MUST, [("A", "B")], "constraint", "because of its constraint start on 05-Jun-2026"),
        # a day earlier than the link asks for
        (HELD, [("A", "B")], "constraint", "Starts 02-Jun-2026 because of its constraint start"),
        (
            {"manual": True, "planned_start": "2026-06-09 08:00"},
            [("A", "B")],
            "entered",
            "Starts 09-Jun-2026, as entered by hand",
        ),
        ({"actual_start": "2026-06-01 08:00"}, [("A", "B")], "actual", "Started 01-Jun-2026."),
        # Wednesday 08:00 and 26 hours of the clock are Thursday 10:00
        ({"delay": 26}, [("A", "B")], "link", "A levelling delay of 1.1 elapsed d is in its start"),
        (
            {},
            [("A", "B", "FS", 50, LagFormat.PERCENT)],
            "link",
            "finish to start, a lag of 50 % of its duration",
        ),
        ({}, [("A", "B", "FS", 48, LagFormat.ELAPSED)], "link", "a lag of 2 elapsed d"),
    ],
)
def test_what_can_set_a_start(
    plans: ModuleType, change: dict[str, Any], links: list[Any], kind: str, words: str
) -> None:
    reasons = ask(plans, 1, [DAY_ROWS[0], {**DAY_ROWS[1], **change}], links)
    assert [cause.kind for cause in reasons.early_start] == [kind]
    assert words in reasons.sentence


def test_links_and_dates_of_summaries_are_told_through_them(plans: ModuleType) -> None:
    """P ends on Tuesday and leads to S; S may not end after Friday by its deadline."""
    rows = [
        {"code": "S", "summary": True, "deadline": "2026-06-05 17:00"},
        {"code": "P", "hours": 16},
        {"code": "A", "hours": 8, "under": "S"},
        {"code": "Z", "hours": 80},
    ]
    reasons = ask(plans, 2, rows, [("P", "S")])
    (cause,) = reasons.early_start
    assert (cause.kind, cause.activity, cause.relationship, cause.via) == ("link", 1, 0, 0)
    assert "because P finishes the day before; finish to start, no lag, through S." in (
        reasons.sentence
    )
    assert [(c.kind, c.via) for c in reasons.late_finish] == [("deadline", 0)]
    assert "because of the deadline 05-Jun-2026 of its summary S." in reasons.sentence
    before = ask(plans, 1, rows, [("P", "S")])
    assert [(c.activity, c.via) for c in before.late_finish] == [(2, 0)]
    assert "because A may start the day after at the latest, through S." in before.sentence
    assert ask(plans, 0, rows, [("P", "S")]).early_start[0].kind == "span"


def test_work_in_progress_is_given_no_earlier_finish_than_it_has(plans: ModuleType) -> None:
    """A runs until Wednesday; B must start on Tuesday, so A would have to end on Monday."""
    rows = [
        {"code": "A", "hours": 24, "left": 8, "actual_start": "2026-06-01 08:00"},
        {"code": "B", "hours": 8, **HELD},
    ]
    reasons = ask(plans, 0, rows, [("A", "B")])
    assert [cause.kind for cause in reasons.late_finish] == ["in-progress", "link"]
    assert "May finish as late as 03-Jun-2026, its early finish" in reasons.sentence
    assert "the logic asks for 01-Jun-2026" in reasons.sentence


def test_what_is_done_as_late_as_possible_says_when(plans: ModuleType) -> None:
    rows = [
        {"code": "A", "hours": 8, "constraint": Constraint.AS_LATE_AS_POSSIBLE},
        {"code": "B", "hours": 24},
    ]
    reasons = ask(plans, 0, rows, [])
    assert "Starts 01-Jun-2026" in reasons.sentence
    assert "Scheduled as late as possible, 03-Jun-2026 to 03-Jun-2026." in reasons.sentence


def test_what_takes_no_part_says_so(plans: ModuleType) -> None:
    inactive = ask(plans, 1, [DAY_ROWS[0], {**DAY_ROWS[1], "inactive": True}], [("A", "B")])
    assert inactive.sentence == "Inactive: it takes no part in the schedule."


@settings(max_examples=80, deadline=None)
@given(seed=st.integers(0, 2**40), finish=st.booleans())
def test_every_date_of_any_plan_has_reasons(seed: int, finish: bool, plans: ModuleType) -> None:
    schedule = plans.at_random(seed)
    if finish:
        home = replace(
            schedule.projects[0],
            schedule_from_finish=True,
            must_finish_by=plans.from_iso("2026-07-31 17:00"),
        )
        schedule = replace(schedule, projects=(home,))
    result = schedule_network(schedule)
    logic = prepared(schedule, result)
    for row in range(len(schedule)):
        if result.early_start[row] == NO_TIME:
            continue
        reasons = why(schedule, result, row, logic)
        assert reasons.early_start, (seed, row)
        assert reasons.early_finish, (seed, row)
        assert reasons.late_finish, (seed, row)
