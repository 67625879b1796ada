"""A window laid out from right to left: nothing overlaps, and figures keep their order."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from planbench.ui.photo import settle
from planbench.ui.schedule.gantt import GanttView
from planbench.ui.settings import Settings
from planbench.ui.state import AppState
from planbench.ui.widgets.buttons import Button
from planbench.ui.widgets.labels import ElidedLabel, Label
from planbench.ui.window import MainWindow

RIGHT_TO_LEFT = Qt.LayoutDirection.RightToLeft


def picture(widget: QWidget, direction: Qt.LayoutDirection) -> QImage:
    widget.setLayoutDirection(direction)
    settle()
    return widget.grab().toImage().convertToFormat(QImage.Format.Format_RGB32)


def ink(image: QImage) -> tuple[int, float]:
    """(width, centre of mass from its left end) of what is darker than the first pixel."""
    ground = image.pixelColor(0, 0).lightness()
    dark = [
        sum(ground - image.pixelColor(x, y).lightness() for y in range(image.height()))
        for x in range(image.width())
    ]
    spots = [x for x, weight in enumerate(dark) if weight > 0]
    centre = sum(x * weight for x, weight in enumerate(dark)) / sum(dark)
    return max(spots) - min(spots), centre - min(spots)


@pytest.mark.parametrize("text", ["\u221244.2 M\u20ac", "+13 d", "\u2264 5 %", "02-Sep-24 A"])
def test_a_figure_reads_the_same_in_both_directions(
    qtbot: QtBot, themed: QApplication, text: str
) -> None:
    for label in (Label(text), ElidedLabel(text)):
        label.resize(200, 60)
        qtbot.addWidget(label)
        label.show()
        left = ink(picture(label, Qt.LayoutDirection.LeftToRight))
        assert ink(picture(label, RIGHT_TO_LEFT)) == pytest.approx(left, abs=1), type(label)


def test_the_key_on_a_button_stands_beside_its_words(qtbot: QtBot, themed: QApplication) -> None:
    button = Button("Schedule", "primary", "play", hint="F9")
    qtbot.addWidget(button)
    button.show()
    assert picture(button, Qt.LayoutDirection.LeftToRight) == picture(button, RIGHT_TO_LEFT)


def test_the_window_mirrors_and_time_still_runs_to_the_right(
    qtbot: QtBot, themed: QApplication, own_home: Path, tmp_path: Path
) -> None:
    settings = Settings(tmp_path / "window.json")
    settings.set("library", str(tmp_path / "test.planbench"))
    window = MainWindow(AppState(), settings)
    qtbot.addWidget(window)
    window.resize(1366, 768)
    window.show()
    window.session.start([])
    qtbot.waitUntil(lambda: not window.state.busy, timeout=120_000)
    window.go("schedule")
    window.setLayoutDirection(RIGHT_TO_LEFT)
    settle()
    gantt = window.page().findChild(GanttView)
    assert gantt is not None
    rail = window.rail.mapTo(window, window.rail.rect().center()).x()
    assert rail > window.width() * 0.9
    bar = gantt.horizontalScrollBar()
    assert not bar.isRightToLeft()
    assert not gantt.verticalScrollBar().isRightToLeft()
