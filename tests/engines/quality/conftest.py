"""A small language for plans in tests: one line an activity, links as arrows."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from planbench.domain.calendars import ROUND_THE_CLOCK_WEEK, Calendar
from planbench.domain.schedule import (
    Activities,
    ActivityType,
    LinkType,
    Project,
    Relationships,
    Schedule,
    ScheduleOptions,
    Status,
    make_table,
)
from planbench.domain.times import NO_TIME, from_iso
from planbench.engines.cpm.result import CpmResult

KINDS = {
    "task": ActivityType.TASK,
    "start": ActivityType.START_MILESTONE,
    "finish": ActivityType.FINISH_MILESTONE,
    "loe": ActivityType.LEVEL_OF_EFFORT,
    "summary": ActivityType.WBS_SUMMARY,
}
LONG_DAY = ((420, 1020),)
CALENDARS = (
    Calendar("1", "Office"),
    Calendar("2", "Yard", (LONG_DAY,) * 7, {}, 10.0, 70.0),
    Calendar("3", "Clock", ROUND_THE_CLOCK_WEEK, {}, 24.0, 168.0),
)
DATA_DATE = from_iso("2026-03-02 08:00")  # a Monday
LINK = re.compile(r"(\S+) > (\S+)(?: (FS|SS|FF|SF))?(?: ([+-]\d+)h)?$")


def _moment(value: Any) -> int:
    return NO_TIME if value is None else from_iso(value)


def build(
    activities: dict[str, dict[str, Any]], links: list[str], **project: Any
) -> tuple[Schedule, CpmResult]:
    """A schedule, and made-up dates as if it had been calculated.

    Keys of an activity: kind, days (original duration, own days), left (remaining, own days),
    calendar (row), started, finished, es, ef (dates), tf (own days), constraint, and any other
    column as it is.
    """
    codes = list(activities)
    facts = list(activities.values())
    n = len(codes)
    hours = [CALENDARS[f.get("calendar", 0)].hours_per_day for f in facts]
    original = [round(f.get("days", 5) * h * 60) for f, h in zip(facts, hours, strict=True)]
    for place, fact in enumerate(facts):
        if fact.get("kind", "task") in ("start", "finish"):
            original[place] = 0
    started = [_moment(f.get("started")) for f in facts]
    finished = [_moment(f.get("finished")) for f in facts]
    status = [
        Status.COMPLETE if f != NO_TIME else Status.IN_PROGRESS if s != NO_TIME else 0
        for s, f in zip(started, finished, strict=True)
    ]
    remaining = [
        round(f["left"] * h * 60) if "left" in f else 0 if s == Status.COMPLETE else o
        for f, h, o, s in zip(facts, hours, original, status, strict=True)
    ]
    own = {"kind", "days", "left", "calendar", "started", "finished", "es", "ef", "tf", "status"}
    others = sorted({key for fact in facts for key in fact} - own)
    empty = make_table(Activities, 1)
    extra = {name: [fact.get(name, getattr(empty, name)[0]) for fact in facts] for name in others}
    table = make_table(
        Activities,
        n,
        uid=[str(row + 1) for row in range(n)],
        code=codes,
        name=extra.pop("name", [f"Work {code}" for code in codes]),
        project=np.zeros(n),
        calendar=[f.get("calendar", 0) for f in facts],
        type=[KINDS[f.get("kind", "task")] for f in facts],
        status=[f.get("status", s) for f, s in zip(facts, status, strict=True)],
        original_duration=original,
        remaining_duration=remaining,
        actual_start=started,
        actual_finish=finished,
        **extra,
    )
    ends = [LINK.match(link) for link in links]
    relationships = make_table(
        Relationships,
        len(links),
        uid=[str(row + 1) for row in range(len(links))],
        predecessor=[codes.index(m[1]) for m in ends if m],
        successor=[codes.index(m[2]) for m in ends if m],
        type=[LinkType[m[3] or "FS"] for m in ends if m],
        lag=[int(m[4] or 0) * 60 for m in ends if m],
    )
    options = project.pop("options", ScheduleOptions())
    data_date = project.pop("data_date", DATA_DATE)
    schedule = Schedule(
        projects=(
            Project("1", "P", "Plan", data_date=data_date, calendar=0, options=options, **project),
        ),
        calendars=CALENDARS,
        activities=table,
        relationships=relationships,
    )
    return schedule, _dates(facts, hours, started, finished, len(links))


def _dates(
    facts: list[dict[str, Any]],
    hours: list[float],
    started: list[int],
    finished: list[int],
    n_links: int,
) -> CpmResult:
    n = len(facts)
    early_start = np.array([_moment(f.get("es", "2026-03-02 08:00")) for f in facts])
    early_finish = np.array([_moment(f.get("ef", "2026-03-06 16:00")) for f in facts])
    floats = np.array(
        [
            NO_TIME if done != NO_TIME else round(f.get("tf", 0) * h * 60)
            for f, h, done in zip(facts, hours, finished, strict=True)
        ]
    )
    begun, done = np.array(started), np.array(finished)
    none = np.full(n, NO_TIME)
    return CpmResult(
        early_start,
        early_finish,
        early_start,
        early_finish,
        floats,
        none,
        none,
        np.where(begun == NO_TIME, early_start, begun),
        np.where(done == NO_TIME, early_finish, done),
        floats == 0,
        np.array([bool(f.get("tf", 0) == 0) for f in facts], dtype=bool),
        np.zeros(n_links, dtype=bool),
        np.zeros(n_links, dtype=np.int64),
        np.array([early_finish.max() if n else NO_TIME]),
        np.arange(n, dtype=np.int32),
    )


@pytest.fixture(scope="session")
def plan() -> Callable[..., tuple[Schedule, CpmResult]]:
    return build
