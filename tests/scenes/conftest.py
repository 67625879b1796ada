"""A small plan made by hand: two areas, one with a package, milestones, a level of effort."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

from planbench.domain.calendars import Calendar
from planbench.domain.schedule import (
    Activities,
    ActivityType,
    Baseline,
    BaselineColumns,
    LinkType,
    Project,
    Relationships,
    Schedule,
    Status,
    Wbs,
    make_table,
)
from planbench.domain.times import NO_TIME, from_iso
from planbench.engines.cpm.result import CpmResult
from planbench.scenes.facts import activity_facts
from planbench.scenes.gantt import GanttPlan
from planbench.scenes.outline import build_outline, display_order, row_map, with_bands


def _minutes(*texts: str | None) -> np.ndarray:
    return np.array([NO_TIME if t is None else from_iso(t) for t in texts], dtype=np.int64)


@pytest.fixture
def minutes():
    return _minutes


@pytest.fixture
def small() -> SimpleNamespace:
    """Rows: 0 done, 1 under way (critical), 2 near-critical, 3 free, 4 milestone, 5 effort."""
    wbs = make_table(
        Wbs,
        4,
        uid=list("1234"),
        code=["P", "A", "A1", "B"],
        name=["Plant", "Area A", "Package A1", "Area B"],
        parent=[-1, 0, 1, 0],
        project=np.zeros(4),
    )
    acts = make_table(
        Activities,
        6,
        uid=[str(k) for k in range(6)],
        code=["A10", "A20", "A30", "B10", "M10", "L10"],
        name=["Dig", "Pour", "Erect", "Paint", "Handover", "Supervise"],
        project=np.zeros(6),
        wbs=[2, 2, 1, 3, 3, 3],
        calendar=np.zeros(6),
        type=[0, 0, 0, 0, ActivityType.FINISH_MILESTONE, ActivityType.LEVEL_OF_EFFORT],
        status=[Status.COMPLETE, Status.IN_PROGRESS, 0, 0, 0, 0],
        original_duration=np.array([5, 10, 20, 5, 0, 30]) * 480,
        remaining_duration=np.array([0, 4, 20, 5, 0, 30]) * 480,
        actual_start=_minutes("2026-01-05", "2026-01-12", None, None, None, None),
        actual_finish=_minutes("2026-01-09", None, None, None, None, None),
    )
    links = make_table(
        Relationships,
        4,
        uid=list("abcd"),
        predecessor=[0, 1, 1, 2],
        successor=[1, 2, 3, 4],
        type=[LinkType.FS, LinkType.FS, LinkType.SS, LinkType.FF],
        lag=[0, 0, 480, 0],
    )
    early_start = _minutes(
        "2026-02-02", "2026-02-02", "2026-02-06", "2026-02-02", None, "2026-02-02"
    )
    early_finish = _minutes(
        "2026-02-02", "2026-02-06", "2026-03-05", "2026-02-09", "2026-03-05", "2026-03-05"
    )
    total = np.array([NO_TIME, 0, 10 * 480, 40 * 480, 0, 0], dtype=np.int64)
    late_finish = early_finish + np.where(total > 0, total * 3, 0)
    cpm = CpmResult(
        early_start=early_start,
        early_finish=early_finish,
        late_start=early_start,
        late_finish=late_finish,
        total_float=total,
        free_float=total,
        remaining_duration=acts.remaining_duration,
        start=early_start,
        finish=early_finish,
        critical=np.array([0, 1, 0, 0, 1, 1], dtype=bool),
        longest_path=np.array([1, 1, 0, 0, 1, 0], dtype=bool),
        driving=np.array([1, 1, 0, 0], dtype=bool),
        relationship_float=np.array([0, 0, 960, 4800], dtype=np.int64),
        project_finish=_minutes("2026-03-05"),
        order=np.arange(6, dtype=np.int32),
    )
    schedule = Schedule(
        projects=(Project("1", "P", "Plant", data_date=from_iso("2026-02-01"), calendar=0),),
        calendars=(Calendar("1", "Five days"),),
        activities=acts,
        relationships=links,
        wbs=wbs,
    )
    baseline = Baseline(
        "Rev 0",
        from_iso("2026-01-01"),
        BaselineColumns(
            start=_minutes("2026-01-05", "2026-01-10", "2026-01-20", None, None, "2026-01-20"),
            finish=_minutes(
                "2026-01-09", "2026-01-20", "2026-02-20", None, "2026-02-20", "2026-02-20"
            ),
            duration=np.full(6, NO_TIME, dtype=np.int64),
            cost=np.full(6, np.nan),
        ),
    )
    return SimpleNamespace(schedule=schedule, cpm=cpm, baseline=baseline)


@pytest.fixture
def plan(small):
    outline = build_outline(small.schedule)
    facts = activity_facts(small.schedule, small.cpm, small.baseline)
    rows = row_map(outline, display_order(outline), np.zeros(4, dtype=bool))
    return GanttPlan(small.schedule, outline, with_bands(outline, facts), rows, small.cpm)
