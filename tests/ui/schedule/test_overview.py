from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt

from planbench.ui.schedule.workspace import ScheduleWorkspace


def test_the_lens_frames_what_is_on_screen_and_a_click_scrolls(qtbot, space: ScheduleWorkspace):
    space.show_overview(True)
    view, bar = space.overview, space.table.verticalScrollBar()
    view.grab()
    rows = len(space.plan.rows) * 24
    share = space.gantt.viewport().height() / rows
    _, top, _, high = view.lens()
    body = view.height() - space.gantt.header_height
    assert top == space.gantt.header_height
    assert high == pytest.approx(share * body)
    middle = space.gantt.header_height + body // 2
    qtbot.mouseClick(view, Qt.MouseButton.LeftButton, pos=QPoint(40, middle))
    assert bar.value() + bar.pageStep() / 2 == pytest.approx(rows / 2, rel=0.02)
    _, top, _, high = view.lens()
    assert top + high / 2 == pytest.approx(middle, abs=3)
    assert not space.gantt.time.left > space.plan.span[0]  # all of the time was in sight already
    space.gantt.zoom(8)
    qtbot.mouseClick(view, Qt.MouseButton.LeftButton, pos=QPoint(view.width() - 2, middle))
    assert space.gantt.time.right > space.plan.span[1]
