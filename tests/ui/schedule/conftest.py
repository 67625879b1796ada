"""A workspace on a schedule of some hundred activities that is really calculated."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from planbench.domain.synthetic import synthetic_schedule
from planbench.engines.cpm import schedule_network
from planbench.services.document import Document
from planbench.services.library import Library
from planbench.ui.schedule.workspace import ScheduleWorkspace
from planbench.ui.session import Session
from planbench.ui.settings import Settings
from planbench.ui.state import AppState


@pytest.fixture(scope="session")
def document() -> Document:
    schedule = synthetic_schedule(600, 1200, 3)
    return Document(schedule, cpm=schedule_network(schedule))


@pytest.fixture
def state(themed) -> Iterator[AppState]:
    state = AppState()
    yield state
    state.close()


@pytest.fixture
def session(qtbot: QtBot, state: AppState, own_home: Path) -> Iterator[Session]:
    """The window's session on a library of its own: edits are re-dated as in the window."""
    window = QWidget()
    qtbot.addWidget(window)
    session = Session(state, Settings(own_home / "window.json"), window)
    session.use_library(Library.open(own_home / "library.planbench"))
    yield session
    session.close()


Opener = Callable[[Document], ScheduleWorkspace]


@pytest.fixture
def opened(qtbot: QtBot, state: AppState) -> Opener:
    """Opens a document in a workspace of its own that has the keyboard."""

    def open_(document: Document) -> ScheduleWorkspace:
        state.open_document(document)
        space = ScheduleWorkspace(state)
        qtbot.addWidget(space)
        space.resize(1700, 800)
        with qtbot.waitActive(space):
            space.show()
            space.activateWindow()
        space.shown()
        return space

    return open_


@pytest.fixture
def space(opened: Opener, document: Document) -> ScheduleWorkspace:
    return opened(document)


@pytest.fixture
def bench(opened: Opener, session: Session, document: Document) -> ScheduleWorkspace:
    """A workspace whose edits are re-dated, on a document that may be changed."""
    return opened(Document(document.schedule, cpm=document.cpm, update_label="Update 3"))
