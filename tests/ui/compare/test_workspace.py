"""The Compare workspace: empty states, the sample's last two updates, files, export."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from planbench.services.document import Document
from planbench.services.library import Library
from planbench.services.sample import ensure_sample
from planbench.services.scheduling import recalculate
from planbench.ui.compare.workspace import CompareWorkspace
from planbench.ui.state import AppState


@pytest.fixture
def state(themed) -> Iterator[AppState]:
    made = AppState()
    yield made
    made.close()


@pytest.fixture
def workspace(state, qtbot) -> CompareWorkspace:
    made = CompareWorkspace(state)
    qtbot.addWidget(made)
    made.resize(1700, 900)
    made.show()
    return made


@pytest.fixture
def library(own_home: Path) -> Iterator[Library]:
    made = Library.open(own_home / "own.planbench")
    yield made
    made.close()


def test_without_a_document_nothing_can_be_compared(workspace, dead_buttons) -> None:
    assert workspace.pages.currentIndex() == 0
    assert not workspace.export_button.isEnabled()
    assert dead_buttons(workspace) == []


def test_the_sample_is_compared_with_the_update_before(
    state, workspace, library, qtbot, nameless, tmp_path
) -> None:
    ensure_sample(library)
    updates = [one for project in library.projects() for one in project.updates]
    update = max(updates, key=lambda one: one.data_date).id
    state.library = library
    document = library.open_update(update)
    recalculate(document)
    state.open_document(document)
    qtbot.waitUntil(lambda: workspace.review is not None and not state.busy, timeout=120_000)
    register = workspace.register
    top = [register.cell(0, column).text for column in (0, 1, 6)]
    assert top == ["Link deleted", "TS-3100 > OU-1030", "−13"]
    assert workspace.windows.rowCount() == 3
    assert workspace.milestones.model.rowCount() > 5
    workspace.table.setCurrentIndex(register.index(0, 0))
    assert state.selection == document.schedule.row_of_code["OU-1030"]
    assert "13 days later" in workspace.side.change_words.text()
    shown = register.rowCount()
    workspace.progress_button.click()
    assert register.rowCount() > shown
    workspace.export(str(tmp_path / "register.xlsx"))
    assert (tmp_path / "register.xlsx").stat().st_size > 5_000
    assert nameless(workspace) == []


def test_one_update_alone_says_what_to_do(state, workspace) -> None:
    from planbench.domain.synthetic import synthetic_schedule

    document = Document(synthetic_schedule(60, 100, 2))
    recalculate(document)
    state.open_document(document)
    assert workspace.pages.currentIndex() == 1
    assert workspace.review is None


def test_a_file_is_compared_with_the_open_schedule(state, workspace, qtbot, tmp_path) -> None:
    from planbench.domain.synthetic import synthetic_schedule
    from planbench.exchange.xer.writer import schedule_to_document, write_xer

    schedule = synthetic_schedule(60, 100, 2)
    path = tmp_path / "older.xer"
    path.write_bytes(write_xer(schedule_to_document(schedule)))
    longer = schedule.activities.original_duration + 480
    newer = replace(schedule).with_activities(
        original_duration=longer, remaining_duration=longer.copy()
    )
    document = Document(newer, update_label="newer")
    recalculate(document)
    state.open_document(document)
    workspace.add_file(str(path))
    qtbot.waitUntil(lambda: workspace.review is not None and not state.busy, timeout=120_000)
    assert (workspace.review.comparison.movement_days or 0) > 0
    assert workspace.pages.currentIndex() == 2
