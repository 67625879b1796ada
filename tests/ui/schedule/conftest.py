"""A workspace on a schedule of some hundred activities that is really calculated."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from pytestqt.qtbot import QtBot

from planbench.domain.synthetic import synthetic_schedule
from planbench.engines.cpm import schedule_network
from planbench.services.document import Document
from planbench.ui.schedule.workspace import ScheduleWorkspace
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
def space(qtbot: QtBot, state: AppState, document: Document) -> ScheduleWorkspace:
    state.open_document(document)
    space = ScheduleWorkspace(state)
    qtbot.addWidget(space)
    space.resize(1700, 800)
    with qtbot.waitActive(space):
        space.show()
        space.activateWindow()
    space.shown()
    return space
