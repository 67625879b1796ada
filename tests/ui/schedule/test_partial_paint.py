"""After an edit only what changed is painted anew; the screen is then that of a whole repaint."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtGui import QImage

from planbench.domain.schedule import ActivityType, Status
from planbench.services.document import Document
from planbench.services.editing import edit_cell
from planbench.ui.schedule.workspace import ScheduleWorkspace
from planbench.ui.session import Session


@pytest.fixture
def bench(qtbot, session: Session, document: Document) -> ScheduleWorkspace:
    state = session.state
    state.open_document(Document(document.schedule, cpm=document.cpm, update_label="Update 3"))
    space = ScheduleWorkspace(state)
    qtbot.addWidget(space)
    space.resize(1400, 700)
    with qtbot.waitActive(space):
        space.show()
        space.activateWindow()
    space.shown()
    return space


def on_screen(space: ScheduleWorkspace) -> QImage:
    return space.screen().grabWindow(space.winId()).toImage()


def painted_whole(qtbot, space: ScheduleWorkspace) -> QImage:
    space.table.viewport().repaint()
    space.gantt.viewport().repaint()
    qtbot.wait(1)
    return on_screen(space)


def test_the_screen_after_edits_is_that_of_a_whole_repaint(qtbot, session, bench) -> None:
    space, state = bench, session.state
    acts = state.document.schedule.activities
    tasks = np.flatnonzero((acts.type == ActivityType.TASK) & (acts.status == Status.NOT_STARTED))
    moved = 0
    for row in tasks[:: len(tasks) // 5].tolist():
        space.go_to(row)
        qtbot.wait(300)  # the comparison with stored dates has come, the wheel stands still
        before = on_screen(space)
        hours = int(state.document.schedule.activities.remaining_duration[row]) / 60 + 80
        with qtbot.waitSignal(state.result_changed, timeout=15000):
            state.push(edit_cell(state.document, row, "remaining", f"{hours:g}h"))
        qtbot.wait(300)
        after = on_screen(space)
        assert after == painted_whole(qtbot, space)
        moved += after != before
    assert moved >= 4
    while state.undo_stack.can_undo:
        with qtbot.waitSignal(state.result_changed, timeout=15000):
            state.undo_stack.undo()
        qtbot.wait(300)
        assert on_screen(space) == painted_whole(qtbot, space)
