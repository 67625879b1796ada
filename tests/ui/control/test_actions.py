"""The log of actions in Control, as a user works with it."""

from __future__ import annotations

from typing import Any

import pytest
from PySide6.QtCore import Qt

from planbench.engines.control.variances import ACCEPTED, CLOSED, Action, Breach
from planbench.services import actions as log
from planbench.ui.control.actions import ActionDialog, RulesDialog
from planbench.ui.control.form import RecordDialog
from planbench.ui.control.words import Money
from planbench.ui.control.workspace import ControlWorkspace


def kept(workspace: ControlWorkspace) -> dict[str, Action]:
    project = workspace.state.document.library_project
    return {one.uid: one for one in log.actions_of(workspace.state.library, project)}


def dialog_for(workspace: ControlWorkspace, uid: str, qtbot: Any) -> ActionDialog:
    assert workspace.followed is not None
    action = kept(workspace)[uid]
    today = workspace.log._today
    made = ActionDialog(action, workspace.followed, Money(1e9, "EUR"), today, workspace)
    qtbot.addWidget(made)
    return made


def test_overdue_first_then_breaches_then_closed(
    workspace: ControlWorkspace, nameless: Any, dead_buttons: Any
) -> None:
    lines = workspace.log.model.lines
    assert isinstance(lines[0], Action)
    assert lines[0].subject == "NDL.5.1"
    assert "project manager" in workspace.log.model.tip(0, 0)
    assert [isinstance(one, Breach) for one in lines].count(True) == 3
    assert isinstance(lines[-1], Action)
    assert lines[-1].state == CLOSED
    assert workspace.log.words() == "6 open, 1 overdue, 3 to follow up"
    assert not nameless(workspace)
    assert not dead_buttons(workspace)


def test_opening_actions_for_every_breach(workspace: ControlWorkspace, qtbot: Any) -> None:
    qtbot.mouseClick(workspace.log.open, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: not workspace.log.open.isEnabled(), timeout=60_000)
    assert len(kept(workspace)) == 12
    assert "to follow up" not in workspace.log.words()


def test_an_action_is_closed_with_its_proof_only(workspace: ControlWorkspace, qtbot: Any) -> None:
    dialog = dialog_for(workspace, "sv:NDL.6.2:1", qtbot)
    dialog.due.setText("soon")
    dialog._close()
    assert "YYYY-MM-DD" in dialog.due.field.accessibleDescription()
    dialog.due.setText("2026-10-31")
    dialog._close()
    assert "verified" in dialog.banner.text()
    dialog.verification.setPlainText("Rig is back")
    dialog._close()
    assert "root cause" in dialog.banner.text()
    assert dialog.made is None
    dialog.cause.setCurrentIndex(dialog.cause.findData("WEA"))
    dialog._close()
    assert dialog.made is not None
    assert dialog.made.recovered is False  # its limit is still broken, and that is recorded
    workspace.log.kept.emit(dialog.made)
    qtbot.waitUntil(lambda: not workspace.state.busy, timeout=60_000)
    assert kept(workspace)["sv:NDL.6.2:1"].state == CLOSED


def test_accepting_needs_a_cause(workspace: ControlWorkspace, qtbot: Any) -> None:
    dialog = dialog_for(workspace, "sv:NDL.6.3:1", qtbot)
    dialog._keep(ACCEPTED)
    assert dialog.made is None
    dialog.cause.setCurrentIndex(dialog.cause.findData("PER"))
    dialog._keep(ACCEPTED)
    assert dialog.made is not None
    assert dialog.made.state == ACCEPTED


def test_limits_are_edited_for_the_project(workspace: ControlWorkspace, qtbot: Any) -> None:
    assert workspace.followed is not None
    dialog = RulesDialog(workspace.followed.rules, workspace)
    qtbot.addWidget(dialog)
    field = dialog._fields[0]["percent"]
    field.setText("much")
    dialog._keep()
    assert "numbers" in dialog.banner.text()
    field.setText("40")
    dialog._keep()
    workspace.log.rules_kept.emit(dialog.made)
    qtbot.waitUntil(lambda: not workspace.state.busy, timeout=60_000)
    project = workspace.state.document.library_project
    assert log.rules_of(workspace.state.library, project)[0].percent == 40
    assert workspace.followed.rules[0].percent == 40
    assert not [one for one in workspace.followed.breaches if one.rule.id == "sv"]


def test_a_new_root_cause_is_shared_by_all_projects(
    workspace: ControlWorkspace, qtbot: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    dialog = dialog_for(workspace, next(iter(kept(workspace))), qtbot)
    dialog.cause_made.connect(workspace.log.cause_kept.emit)
    told: list[str] = []
    typed = {"code": "qua", "name": "Twice"}

    def fill(form: RecordDialog) -> int:
        for key, value in typed.items():
            form.put(key, value)
        form.take()
        told.append(form.banner.text() if not form.result() else "")
        return form.result()

    monkeypatch.setattr(RecordDialog, "exec", fill)
    qtbot.mouseClick(dialog.new_cause, Qt.MouseButton.LeftButton)
    assert "already" in told[0]
    typed.update(code="uxo", name="Unexploded ordnance")
    qtbot.mouseClick(dialog.new_cause, Qt.MouseButton.LeftButton)
    assert dialog.cause.currentData() == "UXO"
    assert log.causes_of(workspace.state.library)[-1].name == "Unexploded ordnance"
    qtbot.waitUntil(lambda: not workspace.state.busy, timeout=60_000)
