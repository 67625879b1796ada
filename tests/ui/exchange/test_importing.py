from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from planbench.domain.errors import PlanbenchError
from planbench.domain.synthetic import synthetic_schedule
from planbench.services.document import Document
from planbench.services.tables import exported_grid, read_changes, read_grid
from planbench.ui.exchange.importing import ImportDialog
from planbench.ui.state import AppState


@pytest.fixture
def state(themed: QApplication) -> Iterator[AppState]:
    made = AppState()
    made.open_document(Document(synthetic_schedule(20, 20)))
    yield made
    made.close()


def dialog_for(state: AppState, qtbot: QtBot) -> ImportDialog:
    document = state.document
    assert document is not None
    grid = exported_grid(document.schedule, "activities", ["id", "name"])
    code = grid.rows[0][0]
    grid = replace(grid, rows=[(code, "Another name"), ("no such id", "x"), *grid.rows[1:]])
    dialog = ImportDialog(state, document, read_changes(document, grid), "plan.xlsx")
    qtbot.addWidget(dialog)
    dialog.show()
    return dialog


def test_preview_then_one_step_that_undo_takes_back(state: AppState, qtbot: QtBot) -> None:
    document = state.document
    assert document is not None
    assert state.undo_stack is not None
    before = document.schedule.digest
    dialog = dialog_for(state, qtbot)
    kinds = [dialog.model.cell(row, 0).text for row in range(dialog.model.rowCount())]
    assert kinds == ["Refused", "Changed"]
    assert document.schedule.digest == before
    qtbot.mouseClick(dialog.apply, Qt.MouseButton.LeftButton)
    assert document.schedule.activities.name[0] == "Another name"
    assert state.undo_stack.undo_label == "Import plan.xlsx"
    state.undo_stack.undo()
    assert document.schedule.digest == before


def test_a_preview_of_an_older_state_is_not_applied(state: AppState, qtbot: QtBot) -> None:
    first, second = dialog_for(state, qtbot), dialog_for(state, qtbot)
    first.take_over()
    second.take_over()
    assert not second.apply.isEnabled()
    assert second.problem.isVisible()


def test_rows_shown_go_to_a_file(state: AppState, qtbot: QtBot, tmp_path: Path) -> None:
    dialog = dialog_for(state, qtbot)
    dialog.filter.setText("refused")
    for ending in ("csv", "xlsx"):
        target = tmp_path / f"rows.{ending}"
        dialog.export(str(target))
        grid = read_grid(target.read_bytes(), target.name)
        assert [row[:4] for row in grid.rows] == [("Refused", "activities", "3", "no such id")]
    with pytest.raises(PlanbenchError, match="cannot be written"):
        dialog.export(str(tmp_path / "no" / "rows.csv"))
