"""The levelling dialog proposes on the sample, explains every shift and changes nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from planbench.services.document import Document
from planbench.services.sample import sample_schedules
from planbench.services.scheduling import recalculate
from planbench.ui.levelling.dialog import LevellingDialog
from planbench.ui.state import AppState


@pytest.fixture(scope="module")
def document() -> Document:
    made = Document(sample_schedules()["2026-09-30"])
    recalculate(made)
    return made


@pytest.fixture
def dialog(themed: QApplication, qtbot: QtBot, document: Document) -> Iterator[LevellingDialog]:
    state = AppState()
    state.open_document(document)
    made = LevellingDialog(state, document)
    qtbot.addWidget(made)
    made.show()
    yield made
    state.close()


def test_a_proposal_lists_shifts_with_reasons(
    dialog: LevellingDialog, qtbot: QtBot, document: Document
) -> None:
    digest = document.schedule.digest
    qtbot.mouseClick(dialog.run, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: dialog.result_ is not None, timeout=60_000)
    model = dialog.table.model()
    assert model.rowCount() == len(dialog.result_.shifts) > 0
    reasons = [model.index(row, 7).data() for row in range(model.rowCount())]
    assert all(words.startswith(("Waits for", "Stays over the limit")) for words in reasons)
    assert "the finish would become" in dialog.sentence.text()
    assert document.schedule.digest == digest
    qtbot.waitUntil(dialog.run.isEnabled)


def test_within_float_says_that_the_finish_stays(dialog: LevellingDialog, qtbot: QtBot) -> None:
    dialog.mode.set_index(1)
    dialog.propose()
    qtbot.waitUntil(lambda: dialog.result_ is not None, timeout=60_000)
    assert "the finish stays" in dialog.sentence.text()


def test_a_row_opens_its_activity(dialog: LevellingDialog, qtbot: QtBot) -> None:
    dialog.propose()
    qtbot.waitUntil(lambda: dialog.result_ is not None, timeout=60_000)
    dialog.table.row_activated.emit(0)
    assert dialog._state.selection == dialog.result_.shifts[0].activity


def test_everything_has_a_name(
    dialog: LevellingDialog, nameless: Callable[[QWidget], list[str]]
) -> None:
    assert nameless(dialog) == []
