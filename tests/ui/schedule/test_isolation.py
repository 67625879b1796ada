"""Schedule shows the activities alone that another workspace picked out."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from PySide6.QtWidgets import QApplication

from planbench.services.document import Document
from planbench.services.sample import sample_schedules
from planbench.ui.schedule.workspace import ScheduleWorkspace
from planbench.ui.state import AppState


@pytest.fixture
def state(qapp: QApplication) -> Iterator[AppState]:
    made = AppState()
    yield made
    made.close()


def activities(space: ScheduleWorkspace) -> set[int]:
    nodes = space.plan.rows.row_of
    bands = space.plan.outline.bands
    return {node - bands for node in range(bands, nodes.size) if nodes[node] >= 0}


def test_isolated_filtered_and_back(themed: QApplication, qtbot: Any, state: AppState) -> None:
    schedule = sample_schedules()["2026-09-30"]
    state.open_document(Document(schedule))
    state.isolate("Trace of CO-9000", [5, 9, 300])  # before the workspace is first visited
    space = ScheduleWorkspace(state)
    qtbot.addWidget(space)
    space.resize(1500, 900)
    space.show()
    assert activities(space) == {5, 9, 300}
    assert space.alone.isVisibleTo(space)
    assert "3 activities" in space.alone._text.text()
    space.plan.filter_by(str(schedule.activities.code[9]))
    assert activities(space) == {9}
    space.plan.filter_by("")
    assert activities(space) == {5, 9, 300}
    state.select(20)  # chosen elsewhere: it has to be seen
    assert state.isolated is None
    assert len(activities(space)) == len(schedule)
    assert not space.alone.isVisibleTo(space)
