"""The Control workspace on the sample in a library of its own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from planbench.services.library import Library
from planbench.services.recents import Recents
from planbench.services.sample import ensure_sample
from planbench.services.scheduling import recalculate
from planbench.ui.control.workspace import ControlWorkspace
from planbench.ui.state import AppState


@pytest.fixture
def workspace(themed: Any, tmp_path: Path, qtbot: Any) -> Iterator[ControlWorkspace]:
    state = AppState()
    state.library = Library.open(tmp_path / "l.planbench", Recents(tmp_path / "r.json"))
    project = state.library.project(ensure_sample(state.library))
    update = max(project.updates, key=lambda one: one.data_date)
    document = state.library.open_update(update.id)
    recalculate(document)
    made = ControlWorkspace(state)
    qtbot.addWidget(made)
    made.resize(1700, 900)
    made.show()
    state.open_document(document)
    made.shown()
    qtbot.waitUntil(lambda: not state.busy and made.followed is not None, timeout=60_000)
    yield made
    state.close()
    state.library.close()
