"""What is behind the figures of Control, opened as a user opens it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractButton

from planbench.services.library import Library
from planbench.services.recents import Recents
from planbench.services.sample import ensure_sample
from planbench.services.scheduling import recalculate
from planbench.ui.control.behind import CPI, EAC, SPI_T, Keep, manual_dialog
from planbench.ui.control.workspace import PROGRAMME, ControlWorkspace
from planbench.ui.frame.rows import RowsDialog
from planbench.ui.state import AppState


@pytest.fixture
def workspace(themed: Any, tmp_path: Path, qtbot: Any) -> Iterator[ControlWorkspace]:
    state = AppState()
    with Library.open(tmp_path / "l.planbench", Recents(tmp_path / "r.json")) as library:
        ensure_sample(library)
        state.library = library
        made = ControlWorkspace(state)
        qtbot.addWidget(made)
        made.resize(1700, 900)
        made.show()
        latest = library.projects()[0].latest
        assert latest is not None
        document = library.open_update(latest.id)
        recalculate(document)
        state.open_document(document)
        wait(made, qtbot)
        yield made
        state.close()


def wait(workspace: ControlWorkspace, qtbot: Any) -> None:
    qtbot.waitUntil(lambda: not workspace.state.busy, timeout=120_000)


def behind(workspace: ControlWorkspace, figure: int, qtbot: Any) -> RowsDialog:
    doors = workspace.strip.findChildren(QAbstractButton)
    qtbot.mouseClick(doors[figure], Qt.MouseButton.LeftButton)
    wait(workspace, qtbot)
    found = workspace.findChildren(RowsDialog)
    assert found
    return found[-1]


def cells(dialog: RowsDialog, column: int) -> list[str]:
    model = dialog.model
    return [str(model.data(model.index(row, column))) for row in range(model.rowCount())]


def test_an_index_opens_its_activities_and_they_open_themselves(
    workspace: ControlWorkspace, qtbot: Any
) -> None:
    asked: list[str] = []
    workspace.state.workspace_requested.connect(asked.append)
    dialog = behind(workspace, CPI, qtbot)
    first = cells(dialog, 0)[0]
    dialog.row_opened.emit(0)
    document = workspace.state.document
    assert document is not None
    assert document.schedule.activities.code[workspace.state.selection] == first
    assert asked == ["schedule"]


def test_the_schedule_index_tells_the_order_of_work(
    workspace: ControlWorkspace, qtbot: Any
) -> None:
    dialog = behind(workspace, SPI_T, qtbot)
    readings = set(cells(dialog, 4))
    assert readings <= {"impeded", "at risk of rework"}
    assert readings
    dialog.accept()


def test_all_estimates_are_listed_and_one_can_be_set_by_hand(
    workspace: ControlWorkspace, qtbot: Any
) -> None:
    dialog = behind(workspace, EAC, qtbot)
    names = cells(dialog, 0)
    assert {"PF 1", "PF CPI", "PF SCI(t)", "CPI of the last 3 updates", "Bottom-up"} <= set(names)
    assert "Set by hand" not in names
    kept: list[tuple[float, str]] = []
    keep: Keep = lambda amount, reason: kept.append((amount, reason))  # noqa: E731
    assert workspace.report is not None
    from planbench.services.money import Money

    form = manual_dialog(Money(1e9, "EUR"), keep, dialog)
    form.put("amount", "many")
    form.take()
    assert form.banner.isVisibleTo(form)
    form.put("amount", "1 250")
    form.put("reason", "Claim settled")
    form.take()
    assert kept == [(1.25e9, "Claim settled")]


def test_the_programme_is_summed_and_its_projects_open(
    workspace: ControlWorkspace, qtbot: Any
) -> None:
    wanted: list[tuple[int, str]] = []
    workspace.state.update_wanted.connect(lambda update, place: wanted.append((update, place)))
    workspace.breakdown.set_index(PROGRAMME)
    wait(workspace, qtbot)
    names = [line.name for line in workspace.model.lines]
    assert names[0] == "1 project"
    assert workspace.report is not None
    assert workspace.model.lines[0].values == workspace.report.measured.values
    workspace.table.row_activated.emit(1)
    document = workspace.state.document
    assert document is not None
    assert wanted == [(document.update, "control")]
