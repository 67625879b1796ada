"""Baselines as a user copies, updates and assigns them."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import Qt

from planbench.domain.times import DAY, NO_TIME
from planbench.ui.schedule.baselines import SELECTED, BaselinesDialog
from planbench.ui.schedule.workspace import ScheduleWorkspace


def dialog_of(qtbot, bench: ScheduleWorkspace) -> BaselinesDialog:
    keys = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
    bench.table.setFocus()
    qtbot.keyClick(bench.table, Qt.Key.Key_B, keys)
    return [one for one in bench.findChildren(BaselinesDialog) if one.isVisible()][-1]


def click(qtbot, button) -> None:
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)


def test_a_copy_is_drawn_and_measured_against_and_taken_back_by_name(qtbot, session, bench):
    dialog = dialog_of(qtbot, bench)
    dialog.name.setText("Contract")
    click(qtbot, dialog.copy)
    document = session.state.document
    assert document.baseline_label == "Contract"
    assert session.undo_label("undo") == "Copy baseline Contract"
    assert bench.gantt.scene().items("baseline")
    variance = bench.plan.columns["variance"].values(bench.plan.fields)
    assert not np.nan_to_num(variance).any()  # nothing moved yet
    assert dialog.lines.rowCount() == 1
    session.undo()
    assert document.baseline is None
    assert dialog.lines.rowCount() == 0
    assert not bench.gantt.scene().items("baseline")


def test_selected_activities_alone_are_updated_and_places_assigned(qtbot, session, bench):
    document = session.state.document
    dialog = dialog_of(qtbot, bench)
    for _ in range(2):
        click(qtbot, dialog.copy)
    dialog.accept()
    first, second = document.schedule.baselines
    assert [one.name for one in (first, second)] == ["Baseline 1", "Baseline 2"]
    whole = second.columns.finish.copy()
    later = whole + DAY
    row = int(np.argmax(whole != NO_TIME))
    bench.go_to(row)
    dialog = dialog_of(qtbot, bench)
    dialog.target.setCurrentIndex(2)
    assert dialog.copy.text() == "Update"
    document.schedule.baselines[0].columns.finish[:] = later  # another plan to copy from
    dialog.source.setCurrentIndex(1)
    dialog.scope.setCurrentIndex(SELECTED)
    assert "1 activity" in dialog.scope.currentText()
    click(qtbot, dialog.copy)
    assert dialog.error.text() == ""
    found = document.schedule.baselines[1].columns.finish
    assert found[row] == later[row]
    assert (np.delete(found, row) == np.delete(whole, row)).all()
    assert session.undo_label("undo") == "Update baseline Baseline 2"

    assert document.baseline_label == "Baseline 1"
    dialog.places[0].setCurrentIndex(2)
    dialog.places[1].setCurrentIndex(1)
    click(qtbot, dialog.assign)
    assert document.baseline_label == "Baseline 2"
    assert [one.name for one in bench.plan.extras.baselines] == ["Baseline 1"]
    second_finish = bench.plan.columns["baseline2_finish"].values(bench.plan.fields)
    np.testing.assert_array_equal(second_finish, later)
    dialog.places[1].setCurrentIndex(2)
    click(qtbot, dialog.assign)
    assert "one place" in dialog.error.text()


def test_a_name_that_is_taken_is_refused_and_a_baseline_renamed_and_deleted(qtbot, session, bench):
    document = session.state.document
    dialog = dialog_of(qtbot, bench)
    click(qtbot, dialog.copy)
    dialog.name.setText("Baseline 1")
    click(qtbot, dialog.copy)
    assert "already" in dialog.error.text()
    dialog.target.setCurrentIndex(1)
    dialog.name.setText("Contract")
    click(qtbot, dialog.rename)
    assert document.baseline_label == "Contract"
    click(qtbot, dialog.delete)
    assert document.schedule.baselines == ()
    assert document.baseline is None
