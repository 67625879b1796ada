"""The panel behind "Dates agree"."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

from planbench.domain.schedule import Status
from planbench.domain.times import DAY
from planbench.engines.cpm import schedule_network
from planbench.services.agreement import FIELDS
from planbench.services.document import Document
from planbench.services.hold import held_back
from planbench.services.library import Library
from planbench.services.recents import Recents
from planbench.services.sample import sample_schedules
from planbench.services.scheduling import recalculate
from planbench.ui.schedule.agreement import AgreementDialog, consistency, field_counts
from planbench.ui.settings import Settings
from planbench.ui.state import AppState
from planbench.ui.window import MainWindow


@pytest.fixture
def document() -> Document:
    """The sample as a file that stores the calculated dates, but one that was moved by hand."""
    schedule = sample_schedules()["2026-09-30"]
    cpm, acts = schedule_network(schedule), schedule.activities
    moved = cpm.early_start.copy()
    moved[np.flatnonzero(acts.status == Status.NOT_STARTED)[3]] += 10 * DAY
    stored = acts.with_columns(
        stored_early_start=moved,
        stored_early_finish=cpm.early_finish,
        stored_late_start=cpm.late_start,
        stored_late_finish=cpm.late_finish,
        stored_total_float=cpm.total_float,
        stored_free_float=cpm.free_float,
        stored_longest_path=cpm.longest_path.astype(np.int8),
    )
    made = Document(replace(schedule, activities=stored), agreement_needed=0.99)
    recalculate(made)
    return made


def test_counts_of_each_value_match_the_values_listed(document: Document) -> None:
    agreement = document.agreement
    assert agreement is not None
    counts = field_counts(agreement)
    assert [count.field for count in counts] == list(FIELDS)
    for count in counts:
        differing = sum(1 for one in agreement.mismatches if one.field == count.field)
        assert count.compared - count.matching == differing
    own = consistency(agreement)
    assert own is not None
    assert 0.9 < own <= 1


def test_a_user_raises_the_limit_and_releases_the_analyses(
    themed: QApplication, qtbot: Any, document: Document
) -> None:
    dialog = AgreementDialog(document)
    qtbot.addWidget(dialog)
    dialog.show()
    assert not dialog.release.isVisibleTo(dialog)
    with qtbot.waitSignals([dialog.needed_changed, dialog.held_changed]):
        dialog.needed.setValue(100.0)
    assert document.agreement_needed == 1.0
    assert held_back(document) is not None
    assert dialog.release.isVisibleTo(dialog)
    with qtbot.waitSignal(dialog.released):
        qtbot.mouseClick(dialog.release, Qt.MouseButton.LeftButton)
    assert held_back(document) is None
    assert dialog.release.text() == "Hold back again"
    assert len(document.history) == 1
    qtbot.mouseClick(dialog.release, Qt.MouseButton.LeftButton)
    assert held_back(document) is not None


def test_a_row_opens_its_activity(themed: QApplication, qtbot: Any, document: Document) -> None:
    dialog = AgreementDialog(document)
    qtbot.addWidget(dialog)
    agreement = document.agreement
    assert agreement is not None
    assert dialog.model.rowCount() == len(agreement.mismatches)
    with qtbot.waitSignal(dialog.row_opened) as opened:
        dialog.table.row_activated.emit(0)
    assert opened.args == [0]
    first = agreement.mismatches[0]
    assert dialog.model.cell(0, 0).text == document.schedule.activities.code[first.row]
    assert dialog.model.cell(0, 5).text == first.explanation


def test_the_chip_opens_it_and_the_limit_is_remembered(
    themed: QApplication, qtbot: Any, own_home: Path, document: Document
) -> None:
    settings = Settings(own_home / "window.json")
    window = MainWindow(AppState(), settings)
    qtbot.addWidget(window)
    window.resize(1366, 768)
    window.show()
    document.agreement_needed = 0.0
    window.state.open_document(document)
    assert document.agreement_needed == 0.99
    assert document.agreement_read is document.agreement
    window.go("logic")
    qtbot.waitUntil(lambda: not window.state.busy, timeout=60_000)
    qtbot.mouseClick(window.context.agreement, Qt.MouseButton.LeftButton)
    (dialog,) = window.findChildren(AgreementDialog)
    with qtbot.waitSignal(window.state.result_changed) as told:
        dialog.needed.setValue(99.9)
    assert told.args == ["agreement"]
    assert settings.get("agreement_needed") == pytest.approx(0.999)
    dialog.table.row_activated.emit(0)
    assert document.agreement is not None
    assert window.state.selection == document.agreement.mismatches[0].row
    dialog.close()
    window.close()


def test_a_release_is_there_again_when_the_update_is_next_open(
    themed: QApplication, qtbot: Any, own_home: Path, document: Document
) -> None:
    library = Library.open(own_home / "one.planbench", Recents(own_home / "recents.json"))
    update = library.add_schedule(document.schedule, label="One")
    opened = library.open_update(update)
    recalculate(opened)
    window = MainWindow(AppState(), Settings(own_home / "window.json"))
    qtbot.addWidget(window)
    window.session.use_library(library)
    window.state.open_document(opened)
    opened.agreement_needed = 1.0
    window.show_agreement()
    (dialog,) = window.findChildren(AgreementDialog)
    for released in (True, False, True):
        qtbot.mouseClick(dialog.release, Qt.MouseButton.LeftButton)
        qtbot.waitUntil(lambda: not window.state.busy, timeout=60_000)
        assert library.open_update(update).agreement_override is released
    dialog.close()
    window.close()
