"""WBS elements and splits as a user makes them: keys, menus and dialogs."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt, QTimer
from PySide6.QtWidgets import QMenu, QMessageBox

from planbench.domain.schedule import ActivityType, Status, Wbs, make_table
from planbench.domain.synthetic import synthetic_schedule
from planbench.engines.cpm import schedule_network
from planbench.services.document import Document
from planbench.ui.details.steps import StepsDialog
from planbench.ui.schedule.splitting import SplitDialog
from planbench.ui.schedule.workspace import ScheduleWorkspace
from planbench.ui.session import Session

# What is offered pops up, which needs a real display.
pytestmark = pytest.mark.qt_log_ignore("does not support grabbing", extend=True)

ALT, CTRL, SHIFT = (
    Qt.KeyboardModifier.AltModifier,
    Qt.KeyboardModifier.ControlModifier,
    Qt.KeyboardModifier.ShiftModifier,
)


@pytest.fixture
def bench(qtbot, session: Session) -> ScheduleWorkspace:
    schedule = synthetic_schedule(30, 50, 4)
    n = len(schedule)
    schedule = replace(
        schedule.with_activities(wbs=(np.arange(n) % 3 + 1).astype(np.int32)),
        wbs=make_table(
            Wbs, 4, uid=list("pabc"), code=["P", "1", "2", "3"],
            name=["Plant", "A", "B", "C"], parent=[-1, 0, 0, 0], project=[0] * 4,
        ),
    )  # fmt: skip
    session.state.open_document(
        Document(schedule, cpm=schedule_network(schedule), update_label="Update 3")
    )
    space = ScheduleWorkspace(session.state)
    qtbot.addWidget(space)
    space.resize(1500, 900)
    with qtbot.waitActive(space):
        space.show()
        space.activateWindow()
    space.shown()
    space.columns.choose(["id", "original"])
    space.plan.sort_by("id")
    return space


def dated(qtbot, space: ScheduleWorkspace):
    return qtbot.waitSignal(
        space.state.message, timeout=15000, check_params_cb=lambda kind, _text: kind == "info"
    )


def to_band(qtbot, space: ScheduleWorkspace, name: str, column: str = "name") -> None:
    with qtbot.waitActive(space):
        space.activateWindow()
    band = space.plan.schedule.wbs.name.tolist().index(name)
    number = space.columns.ids().index(column)
    space.table.setCurrentIndex(space.model.index(space.model.place(band), number))
    space.table.setFocus()


def selected_band(space: ScheduleWorkspace) -> str:
    wbs = space.plan.wbs_of(space.node)
    return str(space.plan.schedule.wbs.name[wbs]) if wbs >= 0 else ""


def bands(space: ScheduleWorkspace) -> list[str]:
    return space.plan.schedule.wbs.name.tolist()


def answer(qtbot, space: ScheduleWorkspace, words: str) -> None:
    """Press a button of the question that comes next."""

    def press() -> None:
        (box,) = [one for one in space.findChildren(QMessageBox) if one.isVisible()]
        (button,) = [one for one in box.buttons() if words in one.text()]
        qtbot.mouseClick(button, Qt.MouseButton.LeftButton)

    QTimer.singleShot(50, press)


def test_a_wbs_element_is_inserted_named_and_taken_back(qtbot, bench):
    space, state = bench, bench.state
    digest = state.document.schedule.digest
    to_band(qtbot, space, "A")
    with dated(qtbot, space):
        qtbot.keyClick(space.table, Qt.Key.Key_Insert, ALT)
    assert bands(space) == ["Plant", "A", "New WBS element", "B", "C"]
    assert selected_band(space) == "New WBS element"
    assert state.document.update_label == "Update 3 what-if"
    qtbot.keyClick(space.table, Qt.Key.Key_F2)
    field = space.desk.editor.field
    field.selectAll()
    qtbot.keyClicks(field, "Cellar")
    with dated(qtbot, space):
        qtbot.keyClick(field, Qt.Key.Key_Return)
    assert bands(space)[2] == "Cellar"
    assert state.undo_stack.undo_label == "Rename WBS element 4"
    with dated(qtbot, space):
        qtbot.keyClick(space.table, Qt.Key.Key_Right, CTRL)
    assert space.plan.schedule.wbs.parent.tolist() == [-1, 0, 1, 0, 0]
    for _ in range(3):
        with dated(qtbot, space):
            state.undo_stack.undo()
    assert state.document.schedule.digest == digest
    assert state.document.update_label == "Update 3"


def test_the_code_of_a_band_is_edited_in_the_column_of_ids(qtbot, bench):
    space = bench
    to_band(qtbot, space, "B", "id")
    qtbot.keyClick(space.table, Qt.Key.Key_F2)
    field = space.desk.editor.field
    assert field.text() == "2"
    field.selectAll()
    qtbot.keyClicks(field, "3")
    qtbot.keyClick(field, Qt.Key.Key_Return)
    assert "beside it already" in space.desk.editor.words.text()
    field.selectAll()
    qtbot.keyClicks(field, "2.5")
    with dated(qtbot, space):
        qtbot.keyClick(field, Qt.Key.Key_Return)
    assert space.plan.schedule.wbs.code.tolist() == ["P", "1", "2.5", "3"]


def test_an_activity_stays_selected_when_bands_come_and_go(qtbot, bench):
    space = bench
    space.state.select(7)
    code = space.plan.schedule.activities.code[7]
    with dated(qtbot, space):
        space.desk.push(_new_band(space))
    assert space.plan.activity_of(space.node) == 7
    with dated(qtbot, space):
        space.state.undo_stack.undo()
    row = space.plan.activity_of(space.node)
    assert space.plan.schedule.activities.code[row] == code
    assert space.selected_activities() == [7]


def _new_band(space: ScheduleWorkspace):
    from planbench.services.elements import insert_element

    return insert_element(space.state.document, 1).command


def test_del_asks_what_becomes_of_the_content(qtbot, bench):
    space, state = bench, bench.state
    n = len(space.plan.schedule)
    to_band(qtbot, space, "B")
    answer(qtbot, space, "Cancel")
    qtbot.keyClick(space.table, Qt.Key.Key_Delete)
    assert not state.undo_stack.can_undo
    to_band(qtbot, space, "B")
    answer(qtbot, space, "Move them into “Plant”")
    with dated(qtbot, space):
        qtbot.keyClick(space.table, Qt.Key.Key_Delete)
    assert bands(space) == ["Plant", "A", "C"]
    assert len(space.plan.schedule) == n
    assert selected_band(space) == "Plant"
    to_band(qtbot, space, "C")
    answer(qtbot, space, "Delete them too")
    with dated(qtbot, space):
        qtbot.keyClick(space.table, Qt.Key.Key_Delete)
    assert bands(space) == ["Plant", "A"]
    assert len(space.plan.schedule) == n - n // 3
    to_band(qtbot, space, "Plant")
    with qtbot.waitSignal(state.message) as told:
        qtbot.keyClick(space.table, Qt.Key.Key_Delete)
    assert "the project itself" in told.args[1]


def test_the_menu_of_a_band(qtbot, bench):
    space = bench
    to_band(qtbot, space, "A")
    space.desk.menu(space.mapToGlobal(QPoint(200, 200)))
    menu = space.findChild(QMenu)
    (rename,) = [one for one in menu.actions() if one.text().startswith("Rename")]
    rename.trigger()
    menu.close()
    assert space.desk.editor.field.text() == "A"


@pytest.fixture
def package(bench) -> int:
    acts = bench.plan.schedule.activities
    fits = (acts.type == ActivityType.TASK) & (acts.status == Status.NOT_STARTED)
    return int(np.flatnonzero(fits & (acts.original_duration >= 3 * 480))[0])


def test_an_activity_is_split_as_the_dialog_showed(qtbot, bench, package, nameless, dead_buttons):
    space, state, row = bench, bench.state, package
    digest, n = state.document.schedule.digest, len(state.document.schedule)
    space.state.select(row)
    space.table.setFocus()
    qtbot.keyClick(space.table, Qt.Key.Key_K, CTRL | SHIFT)
    dialog = space.findChild(SplitDialog)
    assert not nameless(dialog)
    assert not dead_buttons(dialog)
    dialog.count.setValue(3)
    assert len(dialog.codes) == 3
    dialog.days[0].selectAll()
    qtbot.keyClicks(dialog.days[0], "1")
    dialog.names[1].selectAll()
    qtbot.keyClicks(dialog.names[1], "Middle part")
    assert "Links at the start" in dialog.words.text()
    dialog.days[1].selectAll()
    qtbot.keyClicks(dialog.days[1], "9999")
    assert "together they have" in dialog.error.text()
    dialog.days[1].selectAll()
    qtbot.keyClicks(dialog.days[1], "1")
    assert dialog.error.isHidden()
    with dated(qtbot, space) as told:
        dialog.take()
    assert "unchanged" in told.args[1]  # the finish: no other activity moves
    acts = state.document.schedule.activities
    assert len(acts) == n + 2
    assert acts.name[n] == "Middle part"
    assert acts.original_duration[[row, n]].tolist() == [480, 480]
    assert state.undo_stack.undo_label == f"Split {acts.code[row]} into 3"
    with dated(qtbot, space):
        state.undo_stack.undo()
    assert state.document.schedule.digest == digest


def test_steps_are_edited_in_the_details(qtbot, bench, package, nameless, dead_buttons):
    space, state, row = bench, bench.state, package
    digest = state.document.schedule.digest
    space.open_details(True)
    space.state.select(row)
    space.pane.show_tab("More")
    assert "Steps" not in space.pane.text()
    qtbot.mouseClick(space.pane._steps, Qt.MouseButton.LeftButton)
    dialog = space.findChild(StepsDialog)
    assert not nameless(dialog)
    assert not dead_buttons(dialog)
    qtbot.mouseClick(dialog.more, Qt.MouseButton.LeftButton)
    for number, texts in enumerate((("Dig", "3", "50"), ("Fill", "1", "100"))):
        for field, typed in zip(dialog.rows[number][:3], texts, strict=True):
            field.selectAll()
            qtbot.keyClicks(field, typed)
    assert "62.5" in dialog.total.text()
    dialog.rows[0][2].selectAll()
    qtbot.keyClicks(dialog.rows[0][2], "half")
    dialog.take()
    assert "not a percent" in dialog.error.text()
    dialog.rows[0][2].selectAll()
    qtbot.keyClicks(dialog.rows[0][2], "50")
    with dated(qtbot, space):
        dialog.take()
    assert state.undo_stack.undo_label.startswith("Set steps of")
    assert "Dig 3 50" in space.pane.text().replace("\u2009", " ")
    with dated(qtbot, space):
        state.undo_stack.undo()
    assert state.document.schedule.digest == digest


def test_why_an_activity_cannot_be_split_is_told(qtbot, bench):
    space, acts = bench, bench.plan.schedule.activities
    mark = int(np.flatnonzero(acts.type == ActivityType.START_MILESTONE)[0])
    space.state.select(mark)
    space.table.setFocus()
    with qtbot.waitSignal(space.state.message) as told:
        qtbot.keyClick(space.table, Qt.Key.Key_K, CTRL | SHIFT)
    assert told.args[0] == "warning"
    assert space.findChild(SplitDialog) is None
