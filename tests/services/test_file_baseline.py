"""A baseline inside a file measures like the baseline as a schedule of its own."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from planbench.engines.cpm import schedule_network
from planbench.services.baselines import aligned_baseline
from planbench.services.control import control_report, library_report
from planbench.services.document import Document
from planbench.services.sample import sample_schedules
from planbench.services.scheduling import recalculate


@pytest.fixture(scope="module")
def document() -> Document:
    base, schedule = sample_schedules()["baseline"], sample_schedules()["2026-09-30"]
    inside = aligned_baseline(schedule, base, "Inside", schedule_network(base))
    made = Document(schedule, baseline=inside)
    recalculate(made)
    return made


def test_figures_are_those_of_the_baseline_less_what_was_dropped(document: Document) -> None:
    base = sample_schedules()["baseline"]
    told = control_report(document, base, schedule_network(base), "Baseline")
    found = library_report(document, None)
    assert found.baseline == "Inside"
    assert found.remarks == told.remarks
    dropped = sum(row.values.bac for row in told.activities if row.row < 0)
    assert dropped > 0
    assert found.measured.values.bac == pytest.approx(told.measured.values.bac - dropped)
    mine = {row.code: row.values for row in found.activities}
    for row in told.activities:
        if row.row >= 0:
            for name in ("bac", "ac"):
                got, want = getattr(mine[row.code], name), getattr(row.values, name)
                assert got == pytest.approx(want, abs=0.01), (row.code, name)
    # a baseline inside a file has no calendars of its own, and one was edited since
    gone = sum(row.values.pv for row in told.activities if row.row < 0)
    assert found.measured.values.pv == pytest.approx(told.measured.values.pv - gone, rel=2e-4)
    assert found.measured.values.ev == pytest.approx(told.measured.values.ev, rel=2e-4)


def test_cost_without_items_is_an_expense_of_its_own(document: Document) -> None:
    assert document.baseline is not None
    bare = replace(
        document,
        schedule=replace(
            document.schedule,
            assignments=document.schedule.assignments.take(np.zeros(0, dtype=np.int64)),
            expenses=document.schedule.expenses.take(np.zeros(0, dtype=np.int64)),
        ),
    )
    found = library_report(bare, None).measured.values
    assert found.bac == pytest.approx(float(np.nansum(document.baseline.columns.cost)))
    assert found.ac == 0.0


def test_without_any_baseline_the_update_is_its_own_plan(document: Document) -> None:
    alone = replace(document, baseline=None)
    assert "There is no baseline" in library_report(alone, None).remarks[0]
