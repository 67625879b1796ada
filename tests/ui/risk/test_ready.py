"""What may mislead is shown before a run, and running all the same is logged."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import Qt

from planbench.domain.schedule import Constraint
from planbench.domain.synthetic import synthetic_schedule
from planbench.services.document import Document
from planbench.services.library import Library
from planbench.services.recents import Recents
from planbench.services.risk import readiness
from planbench.services.risk_figures import READINESS, freed, why_despite
from planbench.services.scheduling import recalculate
from planbench.ui.risk.ready import ReadinessDialog
from planbench.ui.risk.workspace import RiskWorkspace
from planbench.ui.state import AppState


@pytest.fixture
def document() -> Document:
    schedule = synthetic_schedule(60, 150, 4)
    document = Document(schedule)
    recalculate(document)
    last = int(document.cpm.early_finish.argmax())
    constraint = schedule.activities.constraint.copy()
    constraint[last] = Constraint.MANDATORY_FINISH
    dates = schedule.activities.constraint_date.copy()
    dates[last] = document.cpm.early_finish[last] - 20 * 1440
    made = Document(
        schedule.with_activities(constraint=constraint, constraint_date=dates), title="Held"
    )
    recalculate(made)
    return made


@pytest.fixture
def workspace(themed, qtbot):
    state = AppState()
    made = RiskWorkspace(state)
    qtbot.addWidget(made)
    made.resize(1700, 900)
    made.show()
    yield made
    state.close()


def asked(workspace: RiskWorkspace, qtbot) -> ReadinessDialog:
    qtbot.mouseClick(workspace.run_button, Qt.MouseButton.LeftButton)
    dialog = workspace.findChild(ReadinessDialog)
    assert dialog is not None
    qtbot.waitUntil(lambda: not workspace.state.busy, timeout=60_000)
    return dialog


def test_warnings_come_before_the_run_and_a_reason_is_logged(
    workspace, document, qtbot, tmp_path
) -> None:
    recents = Recents(tmp_path / "recents.json")
    with Library.open(tmp_path / "work.planbench", recents) as library:
        workspace.state.library = library
        update = library.add_schedule(document.schedule, label="One")
        opened = library.open_update(update)
        recalculate(opened)
        workspace.state.open_document(opened)
        workspace.shelf.iterations.setText("256")
        dialog = asked(workspace, qtbot)
        assert opened.risk is None
        assert dialog.model.rowCount() == len(readiness(opened)) > 0
        found = freed(opened)
        assert found.without > found.finish
        assert "Without the 1 hard constraint" in dialog.effect.text()
        qtbot.mouseClick(dialog.run_button, Qt.MouseButton.LeftButton)
        assert opened.risk is None  # a reason is missing
        qtbot.keyClicks(dialog.reason.field, "Only the order of size is wanted")
        with qtbot.waitSignal(workspace.state.result_changed, timeout=120_000):
            qtbot.mouseClick(dialog.run_button, Qt.MouseButton.LeftButton)
        assert opened.risk.iterations == 256
        (line,) = library.journal(READINESS, opened.library_project, str(update))
        assert line.after["reason"] == "Only the order of size is wanted"
        again = library.open_update(update)
        assert why_despite(again, library) == "Only the order of size is wanted"
        workspace.state.open_document(None)
        workspace.state.library = None


def test_the_activities_of_a_warning_are_shown_alone(workspace, document, qtbot) -> None:
    workspace.state.open_document(document)
    dialog = asked(workspace, qtbot)
    kinds = [warning.id for warning in dialog.warnings]
    dialog.table.select_row(kinds.index("hard-constraint"))
    qtbot.mouseClick(dialog.show_button, Qt.MouseButton.LeftButton)
    _, rows = workspace.state.isolated
    hard = np.flatnonzero(document.schedule.activities.constraint == Constraint.MANDATORY_FINISH)
    assert list(rows) == hard.tolist()
