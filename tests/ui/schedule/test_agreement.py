"""The panel behind "Dates agree"."""

from __future__ import annotations

from dataclasses import replace
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
from planbench.services.sample import sample_schedules
from planbench.services.scheduling import recalculate
from planbench.ui.schedule.agreement import AgreementDialog, consistency, field_counts


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
