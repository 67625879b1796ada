"""The table's map of rows, its looks, keys and clicks."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QAbstractItemModelTester
from PySide6.QtWidgets import QApplication, QMenu

from planbench.ui.widgets import CellLook, Column, FlatTableModel, TableView

NAMES = ["pour", "Cure", "strip", "Backfill"]


def columns(editable: bool = False) -> list[Column]:
    return [
        Column("name", "Activity", 160, values=NAMES, editable=editable),
        Column("float", "Float", 60, right=True, values=np.array([3, 1, 1, -2], dtype=np.int64)),
        Column("share", "Share", 60, right=True, values=np.array([0.5, 1, 2, 3], dtype=np.float32)),
    ]


class Editable(FlatTableModel):
    """Takes every text but an empty one."""

    def __init__(self) -> None:
        super().__init__(columns(editable=True), 4)
        self.taken: list[tuple[int, int, str]] = []

    def put(self, row: int, column: int, text: str) -> bool:
        self.taken.append((row, column, text))
        return bool(text)


class Tree(FlatTableModel):
    """One open parent, one closed parent, a leaf with a check box."""

    def look(self, row: int, column: int) -> CellLook:
        if row == 2:
            return CellLook("leaf", indent=1, check=False)
        return CellLook(f"parent {row}", expander=row == 0)


@pytest.fixture
def view(themed: QApplication, qtbot: Any) -> TableView:
    table = TableView("Activities")
    table.setModel(FlatTableModel(columns(), 4))
    qtbot.addWidget(table)
    table.resize(400, 200)
    table.show()
    return table


def test_the_model_keeps_the_rules(themed: QApplication) -> None:
    model = FlatTableModel(columns(), 4)
    QAbstractItemModelTester(model, QAbstractItemModelTester.FailureReportingMode.Fatal)
    model.set_rows(np.array([2, 0]))
    model.sort(1, Qt.SortOrder.DescendingOrder)
    model.set_data(columns()[:1], np.array([1, 3]))
    model.refresh()
    assert [model.index(r, 0).data() for r in range(model.rowCount())] == ["Cure", "Backfill"]


def test_no_numpy_value_reaches_a_view(themed: QApplication) -> None:
    model = FlatTableModel(columns(), 4)
    for row in range(4):
        for column in range(3):
            for role in Qt.ItemDataRole:
                value = model.data(model.index(row, column), role)
                assert not isinstance(value, np.generic), role
    assert model.index(0, 1).data() == "3"


def test_text_sorts_without_case_and_ties_keep_their_order(themed: QApplication) -> None:
    model = FlatTableModel(columns(), 4)
    model.sort(0)
    assert model.rows.tolist() == [3, 1, 0, 2]
    model.set_rows(np.arange(4))
    model.sort(1)
    assert model.rows.tolist() == [3, 1, 2, 0]
    model.set_rows(np.arange(4))
    model.sort(1, Qt.SortOrder.DescendingOrder)
    assert model.rows.tolist() == [0, 1, 2, 3]


@settings(max_examples=40)
@given(
    st.lists(st.integers(-5, 5), min_size=1, max_size=30),
    st.booleans(),
    st.randoms(use_true_random=False),
)
def test_sorting_agrees_with_python(values: list[int], ascending: bool, random: Any) -> None:
    shown = [row for row in range(len(values)) if random.random() < 0.8]
    model = FlatTableModel([Column("v", "V", values=np.array(values, dtype=np.int64))], 0)
    model.set_rows(np.array(shown, dtype=np.int32))
    order = Qt.SortOrder.AscendingOrder if ascending else Qt.SortOrder.DescendingOrder
    model.sort(0, order)
    expected = sorted(shown, key=lambda row: values[row] if ascending else -values[row])
    assert model.rows.tolist() == expected
    assert [model.place(row) for row in expected] == list(range(len(expected)))
    hidden = set(range(len(values))) - set(shown)
    assert all(model.place(row) == -1 for row in hidden)


def test_the_selection_follows_its_row_through_a_sort(view: TableView) -> None:
    view.select_row(2)
    view.sort_by(1, ascending=False)
    assert view.current_row() == 2
    assert view.selected_rows() == [2]


def test_a_click_on_a_header_sorts_and_turns(view: TableView, qtbot: Any) -> None:
    head = view.horizontalHeader()
    x = head.sectionViewportPosition(1) + 20
    for expected in ([3, 1, 2, 0], [0, 1, 2, 3]):
        qtbot.mouseClick(head.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(x, 10))
        assert view.table.rows.tolist() == expected


def test_a_row_is_told_once(view: TableView, qtbot: Any) -> None:
    heard: list[int] = []
    view.row_changed.connect(heard.append)
    view.select_row(1)
    assert heard == []
    qtbot.keyClick(view, Qt.Key.Key_Down)
    assert heard == [2]
    view.select_row(99)
    assert view.selected_rows() == []


def test_keys_activate_and_copy(view: TableView, qtbot: Any) -> None:
    view.select_row(0)
    with qtbot.waitSignal(view.row_activated) as got:
        qtbot.keyClick(view, Qt.Key.Key_Return)
    assert got.args == [0]
    view.selectAll()
    qtbot.keyClick(view, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    lines = QApplication.clipboard().text().splitlines()
    assert lines[0] == "Activity\tFloat\tShare"
    assert lines[4] == "Backfill\t-2\t3.0"


def test_expanders_answer_to_keys_and_clicks(themed: QApplication, qtbot: Any) -> None:
    table = TableView("Tree")
    qtbot.addWidget(table)
    table.setModel(Tree([Column("name", "Name", 200)], 3))
    table.resize(300, 200)
    table.show()
    heard: list[tuple[int, bool]] = []
    table.expander_toggled.connect(lambda row, wanted: heard.append((row, wanted)))
    table.select_row(0)
    qtbot.keyClick(table, Qt.Key.Key_Right)
    qtbot.keyClick(table, Qt.Key.Key_Left)
    assert heard == [(0, False)]
    place = table.visualRect(table.model().index(1, 0)).topLeft() + QPoint(14, 12)
    qtbot.mouseClick(table.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert heard[1:] == [(1, True)]
    table.select_row(2)
    with qtbot.waitSignal(table.check_toggled) as got:
        qtbot.keyClick(table, Qt.Key.Key_Space)
    assert got.args == [2]
    spoken = table.model().index(1, 0).data(Qt.ItemDataRole.AccessibleTextRole)
    assert spoken == "parent 1, level 1, collapsed"


def test_an_edit_reaches_the_model(themed: QApplication) -> None:
    model = Editable()
    model.sort(0)
    assert model.setData(model.index(0, 0), "Backfill again")
    assert not model.setData(model.index(0, 0), "")
    assert model.taken == [(3, 0, "Backfill again"), (3, 0, "")]
    assert model.flags(model.index(0, 0)) & Qt.ItemFlag.ItemIsEditable
    assert not model.flags(model.index(0, 1)) & Qt.ItemFlag.ItemIsEditable


def test_figures_are_never_cut(view: TableView) -> None:
    view.table.set_data(
        [Column("n", "N", 20, right=True, values=["1 234 567.891"], elide=False)], 1
    )
    view.fit_columns()
    assert view.columnWidth(0) >= view.fontMetrics().horizontalAdvance("1 234 567.891") + 16


def test_selected_rows_have_the_fill_and_the_marker(view: TableView, tmp_path: Path) -> None:
    from planbench.ui.theme import current_theme

    view.select_row(1)
    image = view.viewport().grab().toImage()
    rect = view.visualRect(view.model().index(1, 0))
    theme = current_theme()
    assert image.pixelColor(0, rect.center().y()) == theme.color("accent")
    fills = {theme.color("selection").name(), theme.color("selection-inactive").name()}
    assert image.pixelColor(rect.right() - 2, rect.top() + 3).name() in fills
    below = view.visualRect(view.model().index(2, 0))
    assert image.pixelColor(0, below.center().y()) == theme.color("surface-raised")


@pytest.mark.qt_log_ignore("does not support grabbing the keyboard", extend=True)
def test_columns_are_chosen_at_the_header(view: TableView, qtbot: Any) -> None:
    view.horizontalHeader().customContextMenuRequested.emit(QPoint(5, 5))
    menu = view.findChild(QMenu)
    assert menu is not None
    names = [action.text() for action in menu.actions() if action.isCheckable()]
    assert names == ["Activity", "Float", "Share"]
    next(action for action in menu.actions() if action.text() == "Float").trigger()
    assert view.isColumnHidden(1)
    view.selectAll()
    assert view.copy().splitlines()[0] == "Activity\tShare"
    menu.close()


@pytest.mark.qt_log_ignore("does not support grabbing the keyboard", extend=True)
def test_the_keyboard_sorts_and_chooses_columns(view: TableView, qtbot: Any) -> None:
    modifiers = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
    qtbot.keyClick(view, Qt.Key.Key_F10, modifiers)
    menu = view.findChild(QMenu)
    assert menu is not None
    sorting = menu.actions()[0].menu()
    assert isinstance(sorting, QMenu)
    by = {action.text(): action for action in sorting.actions()}
    assert {"Activity", "Float"} <= set(by)
    by["Float"].trigger()
    assert view.table.rows.tolist() == [3, 1, 2, 0]  # as a click on the head sorts
    menu.close()
