"""Several rows at once, and rows that change their place, as a user does it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt

from planbench.domain.schedule import (
    CodeAssignments,
    CodeTypes,
    CodeValues,
    Wbs,
    make_table,
)
from planbench.domain.synthetic import synthetic_schedule
from planbench.engines.cpm import schedule_network
from planbench.services.document import Document
from planbench.ui.schedule.desk import what_if_label
from planbench.ui.schedule.workspace import ScheduleWorkspace
from planbench.ui.session import Session

LEFT = Qt.MouseButton.LeftButton
SHIFT, CTRL, ALT = (
    Qt.KeyboardModifier.ShiftModifier,
    Qt.KeyboardModifier.ControlModifier,
    Qt.KeyboardModifier.AltModifier,
)


@pytest.fixture
def bench(qtbot, session: Session) -> ScheduleWorkspace:
    schedule = synthetic_schedule(30, 50, 4)
    n = len(schedule)
    schedule = replace(
        schedule.with_activities(wbs=(np.arange(n) % 3 + 1).astype(np.int32)),
        wbs=make_table(
            Wbs, 4, uid=list("pabc"), code=list("PABC"), name=["Plant", "A", "B", "C"],
            parent=[-1, 0, 0, 0], project=[0] * 4,
        ),
        code_types=make_table(CodeTypes, 1, uid=["1"], name=["Phase"]),
        code_values=make_table(
            CodeValues, 2, uid=list("12"), type=[0, 0], code=["D", "B"],
            name=["Design", "Build"], parent=[-1, -1],
        ),
        code_assignments=make_table(CodeAssignments, 1, activity=[0], value=[1]),
    )  # fmt: skip
    session.state.open_document(Document(schedule, cpm=schedule_network(schedule)))
    space = ScheduleWorkspace(session.state)
    qtbot.addWidget(space)
    space.resize(1500, 900)
    with qtbot.waitActive(space):
        space.show()
        space.activateWindow()
    space.shown()
    space.columns.choose(["id", "code:Phase", "original"])
    space.plan.sort_by("id")
    return space


def to_cell(space: ScheduleWorkspace, row: int, column: str) -> int:
    """Make a cell current; gives its row on screen."""
    shown = space.model.place(space.plan.node_of(row))
    number = space.columns.ids().index(column)
    space.table.setCurrentIndex(space.model.index(shown, number))
    space.table.setFocus()
    return shown


def dated(qtbot, space: ScheduleWorkspace):
    return qtbot.waitSignal(
        space.state.message, timeout=15000, check_params_cb=lambda kind, _text: kind == "info"
    )


def test_shift_and_the_arrows_select_rows_that_are_filled_down(qtbot, bench):
    space, document = bench, bench.state.document
    to_cell(space, 0, "code:Phase")
    for _ in range(3):
        qtbot.keyClick(space.table, Qt.Key.Key_Down, SHIFT)
    rows = space.selected_activities()
    assert len(rows) == 4
    assert rows[0] == 0
    with dated(qtbot, space):
        qtbot.keyClick(space.table, Qt.Key.Key_D, CTRL)
    column = space.plan.columns["code:Phase"]
    texts = column.values(space.plan.table)
    assert texts[rows].tolist() == ["B"] * 4
    assert (texts == "B").sum() == 4
    assert space.state.undo_stack.undo_label == "Set Phase of 3 activities"
    assert space.selected_activities() == rows  # what was selected still is
    assert space.model.is_edited(
        space.plan.node_of(rows[1]), space.columns.ids().index("code:Phase")
    )
    space.state.undo_stack.undo()
    assert document.schedule.code_assignments.activity.tolist() == [0]


def test_fill_down_of_what_cannot_be_is_told(qtbot, bench):
    space = bench
    to_cell(space, 0, "original")
    with qtbot.waitSignal(space.state.message) as told:
        space.desk.fill_down()
    assert "Select the row" in told.args[1]
    to_cell(space, 0, "id")
    qtbot.keyClick(space.table, Qt.Key.Key_Down, SHIFT)
    with qtbot.waitSignal(space.state.message) as told:
        space.desk.fill_down()
    assert "cannot be filled down" in told.args[1]
    assert not space.state.undo_stack.can_undo


def test_several_activities_are_deleted_at_once(qtbot, bench):
    space, document = bench, bench.state.document
    shown = to_cell(space, 3, "id")
    for step in (1, 2):
        qtbot.mouseClick(
            space.table.viewport(),
            LEFT,
            CTRL,
            space.table.visualRect(space.model.index(shown + step, 1)).center(),
        )
    rows = space.selected_activities()
    assert len(rows) == 3
    gone = document.schedule.activities.code[rows].tolist()
    with dated(qtbot, space):
        qtbot.keyClick(space.table, Qt.Key.Key_Delete)
    assert not set(gone) & set(document.schedule.activities.code.tolist())
    assert len(document.schedule) == 27
    assert space.state.undo_stack.undo_label == "Delete 3 activities"
    assert space.plan.activity_of(space.node) >= 0  # a neighbour is selected


def test_bands_move_by_keys_and_stay_selected(qtbot, bench):
    space, document = bench, bench.state.document
    before = document.schedule.digest
    space.select_node(2)  # B
    with dated(qtbot, space):
        qtbot.keyClick(space.table, Qt.Key.Key_Right, CTRL)
    wbs = document.schedule.wbs
    at = wbs.uid.tolist().index("b")
    assert wbs.uid[wbs.parent[at]] == "a"
    assert space.plan.wbs_of(space.node) == at
    with dated(qtbot, space):
        qtbot.keyClick(space.table, Qt.Key.Key_Left, CTRL)
    with dated(qtbot, space):
        qtbot.keyClick(space.table, Qt.Key.Key_Up, ALT)
    assert document.schedule.wbs.uid.tolist() == ["p", "b", "a", "c"]
    with qtbot.waitSignal(space.state.message) as told:
        qtbot.keyClick(space.table, Qt.Key.Key_Left, CTRL)
    assert "top level" in told.args[1]
    while space.state.undo_stack.can_undo:
        space.state.undo_stack.undo()
    assert document.schedule.digest == before


def test_activities_are_dragged_into_another_band(qtbot, bench):
    space, document = bench, bench.state.document
    shown = to_cell(space, 0, "name")
    qtbot.keyClick(space.table, Qt.Key.Key_Down, SHIFT)
    rows, view = space.selected_activities(), space.table.viewport()
    assert len(rows) == 2

    def name_of(place: int) -> QPoint:
        return space.table.visualRect(space.model.index(place, 0)).center()

    target = space.model.place(3)  # the band C
    qtbot.mousePress(view, LEFT, pos=name_of(shown))
    qtbot.mouseMove(view, name_of(shown) + QPoint(0, 30))
    qtbot.mouseMove(view, name_of(target))
    with dated(qtbot, space):
        qtbot.mouseRelease(view, LEFT, pos=name_of(target))
    assert document.schedule.activities.wbs[rows].tolist() == [3, 3]
    assert space.state.undo_stack.undo_label == "Move 2 activities to C"
    with dated(qtbot, space):
        qtbot.keyClick(space.table, Qt.Key.Key_Up, ALT)
    assert document.schedule.activities.wbs[rows].tolist() == [2, 2]


def test_a_click_on_a_name_that_is_selected_selects_that_row_alone(qtbot, bench):
    space = bench
    shown = to_cell(space, 0, "name")
    qtbot.keyClick(space.table, Qt.Key.Key_Down, SHIFT)
    assert len(space.selected_activities()) == 2
    place = space.table.visualRect(space.model.index(shown, 0)).center()
    qtbot.mouseClick(space.table.viewport(), LEFT, pos=place)
    assert space.selected_activities() == [0]


@pytest.mark.parametrize(
    ("label", "expected"),
    [
        ("Update 3", "Update 3 what-if"),
        ("Update 3 what-if", "Update 3 what-if 2"),
        ("Update 3 what-if 2", "Update 3 what-if 3"),
        ("The what-if of May", "The what-if of May what-if"),
    ],
)
def test_what_ifs_of_what_ifs_are_numbered(label, expected):
    assert what_if_label(label) == expected
