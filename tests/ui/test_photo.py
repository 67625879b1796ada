"""Photographs have the size, the theme and the scale asked for."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from PySide6.QtGui import QColor, QImage
from PySide6.QtWidgets import QApplication

from planbench.ui.photo import photograph
from planbench.ui.theme import load_theme
from planbench.ui.widgets import Surface


@pytest.mark.parametrize(("theme", "scale"), [("light", 1.0), ("dark", 2.0)])
def test_a_photograph(
    themed: QApplication, qtbot: Any, tmp_path: Path, theme: str, scale: float
) -> None:
    window = Surface("surface")
    qtbot.addWidget(window)
    path = tmp_path / "deep" / "shot.png"
    photograph(window, path, (320, 200), theme, scale)
    image = QImage(str(path))
    assert (image.width(), image.height()) == (round(320 * scale), round(200 * scale))
    assert image.pixelColor(5, 5) == QColor(load_theme(theme).hex("surface"))


def test_a_place_that_cannot_be_written_is_told(
    themed: QApplication, qtbot: Any, tmp_path: Path
) -> None:
    window = Surface("surface")
    qtbot.addWidget(window)
    (tmp_path / "shot.png").mkdir()
    with pytest.raises(OSError, match=r"shot\.png"):
        photograph(window, tmp_path / "shot.png")
