"""The Contract workspace as a user works with it, on the sample in a library."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt

from planbench.domain.synthetic import synthetic_schedule
from planbench.engines.contract.result import MET, NEEDS_EVIDENCE, NOT_MET
from planbench.services import contract as service
from planbench.services.document import Document
from planbench.services.library import Library
from planbench.services.recents import Recents
from planbench.services.sample import ensure_sample
from planbench.services.scheduling import recalculate
from planbench.ui.contract.events import EventDialog
from planbench.ui.contract.workspace import ContractWorkspace
from planbench.ui.state import AppState


@pytest.fixture
def state(themed: Any, tmp_path: Path) -> Iterator[AppState]:
    made = AppState()
    made.library = Library.open(tmp_path / "l.planbench", Recents(tmp_path / "r.json"))
    yield made
    made.close()
    made.library.close()


@pytest.fixture
def workspace(state: AppState, qtbot: Any) -> ContractWorkspace:
    made = ContractWorkspace(state)
    qtbot.addWidget(made)
    made.resize(1700, 900)
    made.show()
    return made


@pytest.fixture
def sample(state: AppState, workspace: ContractWorkspace, qtbot: Any) -> ContractWorkspace:
    project = state.library.project(ensure_sample(state.library))
    update = max(project.updates, key=lambda one: one.data_date)
    document = state.library.open_update(update.id)
    recalculate(document)
    state.open_document(document)
    settle(workspace, qtbot)
    return workspace


def settle(workspace: ContractWorkspace, qtbot: Any) -> None:
    qtbot.waitUntil(
        lambda: not workspace.state.busy and not workspace._stale and workspace.report is not None,
        timeout=60_000,
    )


def row_of(workspace: ContractWorkspace, rule: str) -> int:
    return [one.rule.id for one in workspace.list.model_.results].index(rule)


def choose(workspace: ContractWorkspace, rule: str, qtbot: Any) -> None:
    table = workspace.list
    place = table.model_.place(row_of(workspace, rule))
    index = table.model_.index(place, 1)
    table.scrollTo(index)
    spot = table.visualRect(index).center()
    qtbot.mouseClick(table.viewport(), Qt.MouseButton.LeftButton, pos=spot)


def test_without_a_document_it_teaches(workspace: ContractWorkspace) -> None:
    assert workspace._pages.currentIndex() == 0
    assert not workspace.out.isVisible()


def test_the_sample_shows_its_story(
    sample: ContractWorkspace, nameless: Any, dead_buttons: Any
) -> None:
    assert sample.list.model_.rowCount() == 17
    assert "16 days to spare" in sample.strip.finish.text()
    result = sample.result()
    assert result is not None
    assert result.state == NOT_MET  # the first that flags is in view
    assert sample.item.title.text() == result.rule.title
    assert "Quotation" in sample.clock.accessibleName()
    assert "51 days over" in sample.clock.accessibleName()
    assert sample.events.events.rowCount() == 5
    assert sample.data.dates.rowCount() == 15
    assert not nameless(sample)
    assert not dead_buttons(sample)


def test_evidence_changes_the_state_and_is_journalled(
    sample: ContractWorkspace, qtbot: Any
) -> None:
    choose(sample, "31.2-4", qtbot)
    assert sample.list.model_.results[row_of(sample, "31.2-4")].state == NEEDS_EVIDENCE
    qtbot.keyClicks(sample.item.reference.field, "Minutes 12")
    qtbot.mouseClick(sample.item.keep, Qt.MouseButton.LeftButton)
    settle(sample, qtbot)
    qtbot.waitUntil(
        lambda: sample.list.model_.results[row_of(sample, "31.2-4")].state == MET, timeout=20_000
    )
    assert sample.item.reference.text() == "Minutes 12"
    assert "evidence for 31.2-4" in sample.item.history.text()


def test_a_file_is_named_by_its_hash(sample: ContractWorkspace, tmp_path: Path, qtbot: Any) -> None:
    choose(sample, "31.2-4", qtbot)
    (tmp_path / "minutes.pdf").write_bytes(b"agreed")
    sample.item.name_file(tmp_path / "minutes.pdf")
    qtbot.waitUntil(lambda: sample.item.reference.text() == "minutes.pdf", timeout=30_000)
    settle(sample, qtbot)
    assert sample.report is not None
    kept = sample.report.binding.evidence["31.2-4"]
    assert kept.sha256 == hashlib.sha256(b"agreed").hexdigest()
    assert "minutes.pdf" in sample.item.file.text()
    assert kept.sha256 == sample.item.file.toolTip()


def test_a_word_needs_words_and_is_kept(sample: ContractWorkspace, qtbot: Any) -> None:
    choose(sample, "31.2-3", qtbot)
    qtbot.mouseClick(sample.item.accept, Qt.MouseButton.LeftButton)
    assert "first" in sample.item.said.text()
    qtbot.keyClicks(sample.item.word, "Agreed on site")
    qtbot.mouseClick(sample.item.accept, Qt.MouseButton.LeftButton)
    settle(sample, qtbot)
    assert sample.report is not None
    assert sample.report.binding.decisions["31.2-3"].words == "Agreed on site"
    assert sample.item.said.text() == "Accepted as is."


def test_editing_a_limit_changes_the_result_and_can_be_taken_back(
    sample: ContractWorkspace, qtbot: Any
) -> None:
    choose(sample, "31.2-7", qtbot)
    sample.item.tabs.setCurrentIndex(1)
    place = next(k for k, one in enumerate(sample.item._limits) if one[1] == "days")
    field = sample.item._limits[place][2].field
    field.setText("many")
    qtbot.mouseClick(sample.item.save, Qt.MouseButton.LeftButton)
    assert "number" in field.accessibleDescription()
    field.setText("1")
    qtbot.mouseClick(sample.item.save, Qt.MouseButton.LeftButton)
    settle(sample, qtbot)
    qtbot.waitUntil(
        lambda: sample.list.model_.results[row_of(sample, "31.2-7")].state == MET, timeout=20_000
    )
    assert sample.sidebar.restore.isVisible()
    qtbot.mouseClick(sample.sidebar.restore, Qt.MouseButton.LeftButton)
    settle(sample, qtbot)
    assert sample.list.model_.results[row_of(sample, "31.2-7")].state == NOT_MET


def test_switching_the_pack_and_filtering_by_state(sample: ContractWorkspace, qtbot: Any) -> None:
    sample.sidebar.packs.select_row(0)
    sample.sidebar.pack_chosen.emit("fidic-2017")
    settle(sample, qtbot)
    assert sample.report is not None
    assert sample.report.binding.pack.id == "fidic-2017"
    assert sample.sidebar._bind_row.isVisible()
    flagged = sample.report.assessment.counts()[NOT_MET]
    qtbot.mouseClick(sample.strip.chips[NOT_MET], Qt.MouseButton.LeftButton)
    assert sample.list.model_.rowCount() == flagged
    qtbot.mouseClick(sample.strip.chips[NOT_MET], Qt.MouseButton.LeftButton)
    assert sample.list.model_.rowCount() == 13


def test_rows_are_a_door_to_schedule(sample: ContractWorkspace, qtbot: Any) -> None:
    asked: list[str] = []
    sample.state.workspace_requested.connect(asked.append)
    sample._cell_clicked(row_of(sample, "31.2-3"), 6)
    assert asked == ["schedule"]
    assert sample.state.isolated is not None
    acts = sample.state.document.schedule.activities
    assert {acts.code[row] for row in sample.state.isolated[1]} == {"PE-1540", "OU-2130"}


def test_an_event_is_written_down(sample: ContractWorkspace, qtbot: Any) -> None:
    assert sample.report is not None
    dialog = EventDialog(sample.report.binding.pack, None, {"CE-014"}, sample)
    qtbot.addWidget(dialog)
    dialog.kind.setCurrentText("compensation event")
    dialog.id_field.setText("CE-014")
    dialog.dates["aware"].setText("soon")
    dialog._keep()
    assert dialog.made is None
    assert "Another event" in dialog.id_field.field.accessibleDescription()
    assert "YYYY-MM-DD" in dialog.dates["aware"].field.accessibleDescription()
    dialog.id_field.setText("CE-017")
    dialog.subject.setText("Rock")
    dialog.dates["aware"].setText("2026-09-01")
    dialog._keep()
    assert dialog.made is not None
    sample.events.kept.emit(dialog.made)
    settle(sample, qtbot)
    due = {(one.event.id, one.rule.id): one.due for one in sample.report.deadlines}
    assert due["CE-017", "ce-notification"] == dt.date(2026, 10, 27)
    sample.events.deleted.emit("CE-017")
    settle(sample, qtbot)
    assert sample.events.events.rowCount() == 5


def test_contract_data_is_typed_over(sample: ContractWorkspace, qtbot: Any) -> None:
    model = sample.data.dates
    place = next(k for k, line in enumerate(model.lines) if line[2] == "CO-9000")
    assert model.setData(model.index(place, 3), "29 May")
    assert "no date" in sample.data.banner.text()
    assert model.setData(model.index(place, 3), "2029-05-10")
    settle(sample, qtbot)
    qtbot.waitUntil(lambda: "5 days late" in sample.strip.finish.text(), timeout=20_000)
    states = {one.rule.id: one.state for one in sample.list.model_.results}
    assert states["31.2-2"] == NOT_MET


def test_day_of_the_clock(sample: ContractWorkspace, qtbot: Any, monkeypatch: Any) -> None:
    assert sample.days.index == 0
    monkeypatch.setattr(service, "today", lambda: dt.date(2026, 10, 20))
    sample.days.set_index(1)
    settle(sample, qtbot)
    assert "3 overdue" in sample._clock_note.text()


@pytest.mark.parametrize("ending", ["html", "xlsx", "ics", "json"])
def test_files_are_written(
    sample: ContractWorkspace, ending: str, tmp_path: Path, qtbot: Any
) -> None:
    path = tmp_path / f"out.{ending}"
    sample.export_to(path, ending)
    qtbot.waitUntil(lambda: not sample.state.busy, timeout=30_000)
    assert path.stat().st_size > 500


def test_a_file_on_its_own_is_checked_but_nothing_is_kept(
    state: AppState, workspace: ContractWorkspace, qtbot: Any
) -> None:
    document = Document(synthetic_schedule(60, 120, 2))
    recalculate(document)
    state.open_document(document)
    settle(workspace, qtbot)
    assert workspace.banner.isVisible()
    assert "library" in workspace.banner.text()
    assert not workspace.item.keep.isEnabled()
    assert not workspace.events.add.isEnabled()


def test_keys_walk_the_clock(sample: ContractWorkspace, qtbot: Any) -> None:
    sample.clock.setFocus()
    qtbot.keyClick(sample.clock, Qt.Key.Key_Right)
    assert sample.clock.index == 0
    assert "CE-" in sample._next.text()


def test_an_edit_is_checked_after_the_calculation(sample: ContractWorkspace, qtbot: Any) -> None:
    document = sample.state.document
    document.schedule = document.schedule.with_activities()
    sample.state.schedule_edited.emit(())
    assert not sample.state.busy  # the dates are not those of this schedule yet
    recalculate(document)
    sample.state.result_changed.emit("cpm")
    settle(sample, qtbot)
    assert sample.report is not None
    assert sample.report.assessment.digest == document.schedule.digest
