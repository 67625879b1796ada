"""Plans that people really made: every activity is shown once and every row can be painted."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from planbench.domain.times import NO_TIME
from planbench.exchange.registry import read_schedule
from planbench.services.document import Document
from planbench.services.scheduling import recalculate
from planbench.ui.schedule.workspace import ScheduleWorkspace

FILES = ("p6/hotel.xer", "*p6xml*", "*msproject*")


@pytest.mark.corpus
@pytest.mark.parametrize("pattern", FILES)
def test_a_real_plan_is_shown_whole(shared: Path, qtbot, state, pattern: str):
    found = (
        [shared / "corpus" / pattern]
        if pattern.endswith(".xer")
        else sorted((shared / "corpus" / pattern.strip("*")).glob("*.xml"))[:2]
    )
    assert found
    for path in found:
        document = Document(read_schedule(path).schedule)
        recalculate(document)
        state.open_document(document)
        space = ScheduleWorkspace(state)
        qtbot.addWidget(space)
        space.resize(1700, 900)
        space.show()
        plan = space.plan
        own = plan.rows.nodes[plan.rows.nodes >= plan.outline.bands] - plan.outline.bands
        assert np.array_equal(np.sort(own), np.arange(len(document.schedule)))
        parents = plan.outline.parent[plan.rows.nodes]
        above = parents[parents >= 0]
        assert (plan.rows.row_of[above] >= 0).all()
        bar = space.table.verticalScrollBar()
        for share in (0.0, 0.5, 1.0):
            bar.setValue(round(bar.maximum() * share))
            space.grab()
        dated = plan.facts.finish[plan.outline.bands :] != NO_TIME
        assert not dated.any() or space.gantt.time.left < plan.span[1]
        for row in range(0, len(document.schedule), max(1, len(document.schedule) // 5)):
            state.select(row)
            assert plan.schedule.activities.code[row] in space.pane._code.text()
