"""A rectangle of cells is marked with keys or the mouse, copied, and let go of."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from planbench.ui.widgets import Column, FlatTableModel, TableView

SHIFT, CONTROL = Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.ControlModifier
LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def view(themed: QApplication, qtbot: Any) -> TableView:
    table = TableView("Activities")
    names = [f"{letter}{{}}" for letter in "abcd"]
    columns = [
        Column(
            name, name, 70, values=np.array([name.format(row) for row in range(5)], dtype=object)
        )
        for name in names
    ]
    table.setModel(FlatTableModel(columns, 5))
    qtbot.addWidget(table)
    table.resize(400, 260)
    table.show()
    table.setFocus()
    table.setCurrentIndex(table.table.index(1, 1))
    return table


def copied(view: TableView, qtbot: Any) -> list[list[str]]:
    qtbot.keyClick(view, Qt.Key.Key_C, CONTROL)
    lines = QGuiApplication.clipboard().text().splitlines()
    assert QGuiApplication.clipboard().mimeData().html().count("<tr>") == len(lines)
    return [line.split("\t") for line in lines]


def at(view: TableView, row: int, column: int) -> QPoint:
    return view.visualRect(view.table.index(row, column)).center()


def drag(view: TableView, first: tuple[int, int], last: tuple[int, int]) -> None:
    port = view.viewport()
    QTest.mousePress(port, LEFT, Qt.KeyboardModifier.NoModifier, at(view, *first))
    for row, column in ((first[0], last[1]), last):
        QTest.mouseMove(port, at(view, row, column))
        QTest.qWait(10)
    QTest.mouseRelease(port, LEFT, Qt.KeyboardModifier.NoModifier, at(view, *last))


def test_shift_and_arrows_mark_what_control_c_copies(view: TableView, qtbot: Any) -> None:
    for key in (Qt.Key.Key_Right, Qt.Key.Key_Down, Qt.Key.Key_Down):
        qtbot.keyClick(view, key, SHIFT)
    assert view.selected_rows() == [1, 2, 3]
    assert copied(view, qtbot) == [["b1", "c1"], ["b2", "c2"], ["b3", "c3"]]
    assert view.block.corner() == view.table.index(1, 1)
    qtbot.keyClick(view, Qt.Key.Key_Left, SHIFT)
    assert copied(view, qtbot) == [["b1"], ["b2"], ["b3"]]
    qtbot.keyClick(view, Qt.Key.Key_Left, SHIFT)
    qtbot.keyClick(view, Qt.Key.Key_Up, SHIFT)
    assert copied(view, qtbot) == [["a1", "b1"], ["a2", "b2"]]


def test_a_key_without_shift_and_escape_go_back_to_rows(view: TableView, qtbot: Any) -> None:
    for key in (Qt.Key.Key_Escape, Qt.Key.Key_Down, Qt.Key.Key_Home):
        qtbot.keyClick(view, Qt.Key.Key_Right, SHIFT)
        assert view.block
        qtbot.keyClick(view, key)
        assert not view.block
    lines = copied(view, qtbot)
    assert (len(lines), len(lines[0])) == (2, 4)  # titles, then the row


def test_the_mouse_draws_a_rectangle(view: TableView, qtbot: Any) -> None:
    drag(view, (3, 2), (1, 1))
    assert copied(view, qtbot) == [["b1", "c1"], ["b2", "c2"], ["b3", "c3"]]
    assert view.block.corner() == view.table.index(1, 1)
    qtbot.mouseClick(view.viewport(), LEFT, pos=at(view, 0, 0))
    assert not view.block
    qtbot.mouseClick(view.viewport(), LEFT, SHIFT, pos=at(view, 1, 2))
    assert copied(view, qtbot) == [["a0", "b0", "c0"], ["a1", "b1", "c1"]]


def test_the_mouse_in_one_column_still_selects_rows(view: TableView, qtbot: Any) -> None:
    drag(view, (0, 1), (2, 1))
    assert not view.block
    assert view.selected_rows() == [0, 1, 2]
    assert len(copied(view, qtbot)[0]) == 4


def test_moved_and_hidden_columns_are_as_shown(view: TableView, qtbot: Any) -> None:
    view.horizontalHeader().moveSection(3, 1)  # a d b c
    view.setColumnHidden(1, True)
    qtbot.mouseClick(view.viewport(), LEFT, pos=at(view, 0, 0))
    for _ in range(5):
        qtbot.keyClick(view, Qt.Key.Key_Right, SHIFT)
    assert copied(view, qtbot) == [["a0", "d0", "c0"]]


def test_the_frame_is_painted_and_goes(view: TableView, qtbot: Any) -> None:
    plain = view.viewport().grab().toImage()
    qtbot.keyClick(view, Qt.Key.Key_Right, SHIFT)
    marked = view.viewport().grab().toImage()
    spot = view.visualRect(view.table.index(1, 2)).topRight()
    assert marked.pixelColor(spot) != plain.pixelColor(spot)
    outside = at(view, 1, 3)
    assert marked.pixelColor(outside) == plain.pixelColor(outside)
    view.table.set_rows(np.array([0, 1]))
    assert not view.block
