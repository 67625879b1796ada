"""Global change as a user makes it."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import Qt

from planbench.domain.schedule import Status
from planbench.scenes.filters import Group
from planbench.services.global_change import GlobalChange
from planbench.ui.schedule.changing import GlobalChangeDialog
from planbench.ui.schedule.shelf import MINE, PROJECT

# What is offered while typing pops up, which needs a real display.
pytestmark = pytest.mark.qt_log_ignore("does not support grabbing", extend=True)


@pytest.fixture
def dialog(qtbot, bench) -> GlobalChangeDialog:
    bench.table.setFocus()
    qtbot.keyClick(
        bench.table,
        Qt.Key.Key_H,
        Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier,
    )
    found = bench.findChild(GlobalChangeDialog)
    assert found is not None
    return found


def condition(qtbot, dialog: GlobalChangeDialog, text: str) -> None:
    dialog.text.field.selectAll()
    qtbot.keyClicks(dialog.text.field, text)
    qtbot.keyClick(dialog.text.field, Qt.Key.Key_Tab)


def set_row(qtbot, row, field: str, value: str) -> None:
    row.field.setCurrentText(field)
    row.value.selectAll()
    qtbot.keyClicks(row.value, value)


def shown(qtbot, dialog: GlobalChangeDialog) -> None:
    qtbot.mouseClick(dialog.show_, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: dialog.preview is not None, timeout=10000)


def test_what_is_shown_is_done_and_taken_back(
    qtbot, bench, dialog, nameless, dead_buttons, tmp_path
):
    state = bench.state
    schedule = state.document.schedule
    digest, open_ = schedule.digest, schedule.activities.status == Status.NOT_STARTED
    assert not nameless(dialog)
    assert not dead_buttons(dialog)
    condition(qtbot, dialog, '[Status] is "Not started"')
    set_row(qtbot, dialog.then.rows[0], "Activity name", "[Activity name] & open")
    qtbot.mouseClick(dialog.otherwise.more, Qt.MouseButton.LeftButton)
    set_row(qtbot, dialog.otherwise.rows[0], "Remaining duration", "-1")
    shown(qtbot, dialog)
    found = dialog.preview
    assert found.passing == open_.sum()
    assert dialog.lines.rowCount() == len(found.lines)
    assert str(found.changed) in dialog.told.text()
    assert state.document.schedule is schedule
    with qtbot.waitSignal(state.message, timeout=10000):
        dialog.save_report(tmp_path / "report.xlsx")
    assert (tmp_path / "report.xlsx").stat().st_size > 2000
    with qtbot.waitSignal(state.message, timeout=15000):
        dialog.take()
    names = state.document.schedule.activities.name.tolist()
    assert np.array_equal([one.endswith(" open") for one in names], open_)
    assert state.undo_stack.undo_label.startswith("Global change of")
    with qtbot.waitSignal(state.message, timeout=15000):
        state.undo_stack.undo()
    assert state.document.schedule.digest == digest


def test_another_question_forgets_what_was_shown(qtbot, dialog):
    condition(qtbot, dialog, '[Status] is "Not started"')
    set_row(qtbot, dialog.then.rows[0], "Activity name", "x")
    shown(qtbot, dialog)
    qtbot.keyClicks(dialog.then.rows[0].value, "y")
    assert dialog.preview is None
    assert dialog.lines.rowCount() == 0
    assert not dialog.report.isEnabled()


def test_what_is_wrong_is_said(qtbot, dialog):
    condition(qtbot, dialog, '[Status] is "Not started"')
    set_row(qtbot, dialog.then.rows[0], "Activity name", "[Nowhere]")
    qtbot.mouseClick(dialog.show_, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: "no field" in dialog.told.text(), timeout=10000)
    dialog.take()  # shows first, and so changes nothing
    assert dialog.isVisible()


def test_a_change_is_kept_under_a_name_shared_with_the_project_and_by_file(
    qtbot, session, bench, dialog, tmp_path
):
    project = session.library.new_project("P", "Plant")
    session.state.document.library_project = project
    condition(qtbot, dialog, '[Status] is "Not started"')
    set_row(qtbot, dialog.then.rows[0], "Activity name", "[Activity name] & (rev)")
    dialog.take_text()
    wanted = dialog.asked()
    for place in (MINE, PROJECT):
        asked = dialog.shelf.ask_to_keep()
        asked.name.setText("Revised")
        asked.place.set_index(place)
        asked.take()
    qtbot.waitUntil(lambda: "Revised" in dialog.shelf.kept(PROJECT))
    path = tmp_path / "Revised.json"
    dialog.shelf.export(str(path))
    dialog.put(GlobalChange(Group(), ()))
    assert dialog.asked() != wanted
    names = [action.text() for action in dialog.shelf.menu().actions()]
    assert names[:2] == ["Revised", "Revised (project)"]
    dialog.shelf.menu().actions()[1].trigger()
    assert dialog.asked() == wanted
    dialog.put(GlobalChange(Group(), ()))
    dialog.shelf.take_in(str(path))
    assert dialog.asked() == wanted
    shown(qtbot, dialog)
    assert dialog.preview.changed == 600
    path.write_text(path.read_text().replace("Status", "No such field"))
    with qtbot.waitSignal(session.state.message) as told:
        dialog.shelf.take_in(str(path))
    assert "No such field" in told.args[1]
