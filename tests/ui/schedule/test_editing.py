from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtWidgets import QComboBox, QLineEdit

from planbench.domain.schedule import ActivityType, Constraint, Status
from planbench.ui.schedule.editor import LinkDialog
from planbench.ui.schedule.workspace import ScheduleWorkspace

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def bench(bench: ScheduleWorkspace) -> ScheduleWorkspace:
    space = bench
    space.columns.choose(["id", "original", "remaining", "start", "finish", "constraint"])
    return space


def open_task(space: ScheduleWorkspace) -> int:
    """An activity that has not started and lies on the longest path."""
    acts, cpm = space.plan.schedule.activities, space.plan.cpm
    fits = (acts.type == ActivityType.TASK) & (acts.status == Status.NOT_STARTED)
    return int(np.flatnonzero(fits & cpm.longest_path)[0])


def to_cell(space: ScheduleWorkspace, row: int, column: str) -> None:
    space.state.select(row)
    shown = space.model.place(space.plan.node_of(row))
    number = space.columns.ids().index(column)
    space.table.setCurrentIndex(space.model.index(shown, number))
    space.table.setFocus()


def dated(qtbot, space: ScheduleWorkspace):
    return qtbot.waitSignal(
        space.state.message, timeout=15000, check_params_cb=lambda kind, _text: kind == "info"
    )


def test_typing_a_duration_moves_the_finish_and_undo_takes_it_back(qtbot, session, bench):
    space, state, row = bench, session.state, open_task(bench)
    before, digest = space.plan.cpm, state.document.schedule.digest
    to_cell(space, row, "remaining")
    qtbot.keyClick(space.table, "9")
    field = space.desk.editor.field
    assert isinstance(field, QLineEdit)
    assert field.hasFocus()
    qtbot.keyClicks(field, "0d")
    with dated(qtbot, space) as told:
        qtbot.keyClick(field, Qt.Key.Key_Return)
    acts, main = state.document.schedule.activities, state.document.schedule.main_project
    assert (
        acts.remaining_duration[row]
        == 90 * space.plan.schedule.activity(row).own_calendar.minutes_per_day
    )
    assert space.desk.editor is None
    assert space.table.hasFocus()
    shift = space.plan.cpm.project_finish[main] - before.project_finish[main]
    assert f"Finish +{shift / 1440:.0f} d" in told.args[1]
    assert state.document.update_label == "Update 3 what-if"
    assert space.what_if.isVisible()
    assert "Update 3 what-if" in space.what_if.words.text()
    node = space.plan.node_of(row)
    assert space.model.is_edited(node, space.columns.ids().index("remaining"))
    assert not space.model.is_edited(node, space.columns.ids().index("start"))
    assert session.undo_label("undo") == f"Set duration of {acts.code[row]}"
    with dated(qtbot, space):
        session.undo()
    assert state.document.schedule.digest == digest
    assert np.array_equal(space.plan.cpm.finish, before.finish)
    assert state.document.update_label == "Update 3"
    assert not space.what_if.isVisible()
    assert not space.model.is_edited(node, space.columns.ids().index("remaining"))


def test_what_cannot_be_is_said_under_the_field(qtbot, bench):
    space, row = bench, open_task(bench)
    kept = space.state.document.schedule
    to_cell(space, row, "start")
    qtbot.keyClick(space.table, Qt.Key.Key_F2)
    editor = space.desk.editor
    editor.field.setText("01-Jan-2060")
    qtbot.keyClick(editor.field, Qt.Key.Key_Return)
    assert space.desk.editor is editor
    assert editor.note.isVisible()
    assert "after the data date" in editor.words.text()
    assert space.table.viewport().rect().contains(editor.note.geometry())
    qtbot.keyClick(editor.field, Qt.Key.Key_Escape)
    assert space.desk.editor is None
    assert space.state.document.schedule is kept
    assert not space.state.undo_stack.can_undo


@pytest.mark.qt_log_ignore("grabbing the keyboard", extend=True)
def test_a_constraint_is_chosen_from_a_list(qtbot, bench):
    space, row = bench, open_task(bench)
    to_cell(space, row, "constraint")
    qtbot.keyClick(space.table, Qt.Key.Key_Return)
    field = space.desk.editor.field
    assert isinstance(field, QComboBox)
    field.setCurrentText("Start on or after")
    field.hidePopup()
    with dated(qtbot, space):
        field.activated.emit(field.currentIndex())
    acts = space.state.document.schedule.activities
    assert acts.constraint[row] == Constraint.START_ON_OR_AFTER


def test_bands_and_milestones_refuse(qtbot, bench):
    space = bench
    acts = space.plan.schedule.activities
    mark = int(np.flatnonzero(acts.type == ActivityType.FINISH_MILESTONE)[0])
    to_cell(space, mark, "remaining")
    qtbot.keyClick(space.table, Qt.Key.Key_F2)
    assert space.desk.editor is None
    space.table.setCurrentIndex(space.model.index(0, 2))  # a band
    qtbot.keyClick(space.table, Qt.Key.Key_F2)
    assert space.desk.editor is None


def test_left_and_right_go_from_cell_to_cell(qtbot, bench):
    space, row = bench, open_task(bench)
    to_cell(space, row, "id")
    qtbot.keyClick(space.table, Qt.Key.Key_Right)
    assert space.columns.ids()[space.table.currentIndex().column()] == "remaining"
    qtbot.keyClick(space.table, Qt.Key.Key_Left)
    qtbot.keyClick(space.table, Qt.Key.Key_Left)
    assert space.table.currentIndex().column() == 0
    assert space.plan.activity_of(space.node) == row
    qtbot.keyClick(space.table, Qt.Key.Key_Left)
    assert space.plan.activity_of(space.node) == -1  # the band above


def test_insert_and_delete(qtbot, bench):
    space, state, row = bench, bench.state, open_task(bench)
    digest = state.document.schedule.digest
    count = len(space.plan.schedule)
    to_cell(space, row, "id")
    with dated(qtbot, space):
        qtbot.keyClick(space.table, Qt.Key.Key_Insert)
    assert len(space.plan.schedule) == count + 1
    assert state.selection == count
    assert space.plan.schedule.activities.name[count] == "New activity"
    space.table.setFocus()
    with dated(qtbot, space):
        qtbot.keyClick(space.table, Qt.Key.Key_Delete)
    assert len(space.plan.schedule) == count
    assert state.document.schedule.digest == digest
    assert 0 <= state.selection < count
    space.grab()
    with dated(qtbot, space):
        state.undo_stack.undo()
    with dated(qtbot, space):
        state.undo_stack.undo()
    assert state.document.schedule.digest == digest
    assert state.document.update_label == "Update 3"


def test_dragging_from_bar_to_bar_links(qtbot, bench):
    space, gantt = bench, bench.gantt
    links = space.plan.schedule.relationships
    pairs = set(zip(links.predecessor.tolist(), links.successor.tolist(), strict=True))
    facts, rows = space.plan.facts, space.plan.rows
    shown = [int(n) for n in rows.nodes[:30] if space.plan.activity_of(int(n)) >= 0]
    first, second = next(
        (a, b)
        for a in shown
        for b in shown
        if facts.finish[a] + 20 * 1440 < facts.start[b]
        and (space.plan.activity_of(a), space.plan.activity_of(b)) not in pairs
    )

    def spot(node: int, minute: int) -> QPoint:
        x = float(gantt.time.x(np.array([minute]))[0])
        return QPointF(x, int(rows.row_of[node]) * 24 + 9).toPoint()

    begin, end = spot(first, facts.finish[first]), spot(second, facts.start[second])
    with dated(qtbot, space):
        qtbot.mousePress(gantt.viewport(), LEFT, pos=begin)
        qtbot.mouseMove(gantt.viewport(), end)
        gantt.grab()
        qtbot.mouseRelease(gantt.viewport(), LEFT, pos=end)
    links = space.plan.schedule.relationships
    a, b = space.plan.activity_of(first), space.plan.activity_of(second)
    assert (links.predecessor[-1], links.successor[-1], links.type[-1]) == (a, b, 0)


@pytest.mark.qt_log_ignore("grabbing the keyboard", extend=True)
def test_links_are_added_changed_and_deleted_in_the_details(qtbot, bench, nameless, dead_buttons):
    space = bench
    links = space.plan.schedule.relationships
    row = int(links.successor[5])
    space.state.select(row)
    dialog = space.desk.change(5)
    assert not nameless(dialog)
    assert not dead_buttons(dialog)
    dialog.lag.setText("soon")
    dialog.take()
    assert "not a duration" in dialog.words.text()
    assert dialog.isVisible()
    dialog.lag.setText("4d")
    with dated(qtbot, space):
        dialog.take()
    assert not space.findChildren(LinkDialog)  # it closed
    assert space.plan.schedule.relationships.lag[5] > 0
    menu = space.desk.link_menu(5, QPoint(10, 10))
    delete = next(a for a in menu.actions() if a.text() == "Delete link")
    menu.hide()
    with dated(qtbot, space):
        delete.trigger()
    assert len(space.plan.schedule.relationships) == len(links) - 1
    dialog = space.desk.ask_for_link()
    dialog.predecessor.setText("no such id")
    dialog.take()
    assert "no activity" in dialog.words.text()
    dialog.predecessor.setText(str(space.plan.schedule.activities.code[links.predecessor[5]]))
    with dated(qtbot, space):
        dialog.take()
    assert len(space.plan.schedule.relationships) == len(links)


def test_a_what_if_is_saved_beside_the_update_or_dropped(qtbot, session, bench):
    space, state = bench, session.state
    library = session.library
    original = library.add_schedule(state.document.schedule, label="Update 3")
    project = library.update(original).project
    state.document.library_project, state.document.update = project, original
    to_cell(space, open_task(space), "name")
    qtbot.keyClick(space.table, Qt.Key.Key_F2)
    space.desk.editor.field.setText("Another name")
    with dated(qtbot, space):
        space.desk.editor.commit()
    edited = state.document.schedule.digest
    with qtbot.waitSignal(state.document_changed, timeout=15000):
        space.what_if.keep.click()
    kept = library.update(state.document.update)
    assert (kept.kind, kept.label, kept.project) == ("what-if", "Update 3 what-if", project)
    assert state.document.schedule.digest == edited
    assert library.file.load_schedule(original).digest != edited
    assert not space.what_if.isVisible()
    to_cell(space, 3, "name")
    qtbot.keyClick(space.table, Qt.Key.Key_F2)
    space.desk.editor.field.setText("Yet another")
    with dated(qtbot, space):
        space.desk.editor.commit()
    with dated(qtbot, space):
        space.what_if.drop.click()
    assert state.document.schedule.digest == edited
