"""The guard at the start, and that nothing heavy is loaded before the window."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from planbench.ui.app import refusal


@pytest.mark.parametrize(
    ("pyside", "python", "refused"),
    [
        ("6.12.0", (3, 11), True),
        ("6.12.1", (3, 10), True),
        ("6.13", (3, 11), True),
        ("6.12.0", (3, 12), False),
        ("6.11.3", (3, 11), False),
        ("6.10.3", (3, 13), False),
    ],
)
def test_the_crashing_pair_is_refused(pyside: str, python: tuple[int, int], refused: bool) -> None:
    words = refusal(pyside, python)
    assert bool(words) is refused
    if refused:
        assert pyside in words
        assert words.count(". ") == 0
        assert words.endswith(".")


def test_the_window_shows_without_heavy_modules(tmp_path: object) -> None:
    code = """
import sys
from pathlib import Path
from PySide6.QtWidgets import QApplication
from planbench.ui.settings import Settings
from planbench.ui.state import AppState
from planbench.ui.theme import apply_theme
from planbench.ui.window import MainWindow
app = QApplication([])
apply_theme(app, "light")
window = MainWindow(AppState(), Settings(Path(sys.argv[1]) / "window.json"))
window.show()
app.processEvents()
window.grab()
print([name for name in ("pandas", "numba", "scipy", "pyqtgraph", "sqlalchemy", "openpyxl")
       if name in sys.modules])
window.close()
"""
    done = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path)],
        capture_output=True,
        text=True,
        env={**os.environ, "QT_QPA_PLATFORM": "offscreen"},
        timeout=60,
        check=True,
    )
    assert done.stdout.strip() == "[]"
