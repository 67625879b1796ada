"""A window of its own on the sample."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtWidgets import QApplication

from planbench.ui.gallery import wait_until_still
from planbench.ui.settings import Settings
from planbench.ui.state import AppState
from planbench.ui.window import MainWindow


@pytest.fixture
def window(themed: QApplication, qtbot: Any, tmp_path: Path) -> Iterator[MainWindow]:
    settings = Settings(tmp_path / "w.json")
    settings.set("library", str(tmp_path / "l.planbench"))
    made = MainWindow(AppState(), settings)
    qtbot.addWidget(made)
    made.resize(1600, 900)
    made.show()
    made.session.start([])
    wait_until_still(made)
    yield made
    made.close()
