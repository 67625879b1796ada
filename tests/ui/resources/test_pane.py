"""The loading below the Gantt, used as a planner does: keys, clicks, lists, clipboard, files."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from planbench.domain.schedule import Assignments, Resources, make_table
from planbench.domain.synthetic import synthetic_schedule
from planbench.engines.cpm import schedule_network
from planbench.services.document import Document
from planbench.ui.resources.pane import ResourcePane
from planbench.ui.schedule.workspace import ScheduleWorkspace
from planbench.ui.settings import Settings
from planbench.ui.state import AppState
from planbench.ui.theme import current_theme


@pytest.fixture(scope="module")
def loaded() -> Document:
    """300 activities with two resources: fitters too few, a crane always to be had."""
    schedule = synthetic_schedule(300, 500, 3)
    rows = np.arange(200)
    schedule = replace(
        schedule,
        resources=make_table(
            Resources, 2, uid=["1", "2"], code=["FIT", "CRN"], name=["Fitters", "Crane"],
            parent=[-1, -1], calendar=[0, 0], kind=["labor", "nonlabor"], unit=["", ""],
            max_units=[1.0, 500.0],
        ),
        assignments=make_table(
            Assignments, 200, uid=[str(row) for row in rows], activity=rows, resource=rows % 2,
            budget_units=[80.0] * 200, remaining_units=[80.0] * 200,
            remaining_cost=[1000.0] * 200, budget_cost=[1000.0] * 200,
        ),
    )  # fmt: skip
    return Document(schedule, cpm=schedule_network(schedule))


@pytest.fixture
def state(themed) -> Iterator[AppState]:
    state = AppState()
    yield state
    state.close()


@pytest.fixture
def space(qtbot: QtBot, state: AppState, loaded: Document) -> ScheduleWorkspace:
    state.open_document(loaded)
    space = ScheduleWorkspace(state)
    qtbot.addWidget(space)
    space.resize(1700, 900)
    with qtbot.waitActive(space):
        space.show()
        space.activateWindow()
    space.shown()
    return space


@pytest.fixture
def pane(qtbot: QtBot, space: ScheduleWorkspace, state: AppState) -> ResourcePane:
    QTest.keyClick(
        space.table,
        Qt.Key.Key_R,
        Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier,
    )
    assert space.resources.isVisible()
    still(qtbot, state)
    return space.resources


def still(qtbot: QtBot, state: AppState) -> None:
    qtbot.waitUntil(lambda: not state.busy, timeout=20_000)


def middle_of(pane: ResourcePane, period: int) -> QPoint:
    """A pixel in the middle of a period's bar."""
    assert pane.chart.found is not None
    time, edges = pane.chart._gantt.time, pane.chart.found.edges
    x = float(time.x(edges[period : period + 2].mean().reshape(1))[0])
    return QPoint(int(x), pane.chart.height() - 3)


def test_the_key_opens_groups_and_bars_and_closes_them(
    space: ScheduleWorkspace, pane: ResourcePane
) -> None:
    assert [line.code for line in pane.groups.lines] == ["FIT", "CRN"]
    assert pane.chart.found is not None
    assert pane.chart.found.total.sum() == pytest.approx(200 * 80)
    assert pane.chart.width() == pytest.approx(space.gantt.width(), abs=2)
    QTest.mouseClick(pane.close_, Qt.MouseButton.LeftButton)
    assert not pane.isVisible()


def test_a_selected_group_is_shown_alone_with_its_limit(
    qtbot: QtBot, pane: ResourcePane, state: AppState
) -> None:
    pane.table.select_row(0)
    still(qtbot, state)
    found = pane.chart.found
    assert found is not None
    assert found.total.sum() == pytest.approx(100 * 80)
    assert found.over.any()
    assert "over the limit in" in pane.note.text()
    assert [words for _, words, _ in pane.legend.entries()] == [
        "remaining",
        "over the limit",
        "limit",
        "late dates",
    ]
    pane.table.select_row(1)
    still(qtbot, state)
    assert pane.chart.found is not None
    assert not pane.chart.found.over.any()


def test_a_click_on_a_bar_leads_to_its_activities_and_selects_them_everywhere(
    qtbot: QtBot, space: ScheduleWorkspace, pane: ResourcePane, state: AppState
) -> None:
    assert pane.chart.found is not None
    fullest = int(pane.chart.found.total.argmax())
    QTest.mouseClick(pane.chart, Qt.MouseButton.LeftButton, pos=middle_of(pane, fullest))
    assert pane.left.currentIndex() == 1
    rows = pane.bar.activities
    start, finish = (space.plan.cpm.early_start, space.plan.cpm.early_finish)
    first, last = pane.chart.found.edges[fullest : fullest + 2]
    assert rows
    assert all(start[row] < last and finish[row] > first for row in rows)
    QTest.keyClick(pane.chart, Qt.Key.Key_Return)
    assert pane.activities.hasFocus()
    assert state.selection == rows[0]
    QTest.keyClick(pane.activities, Qt.Key.Key_Down)
    assert state.selection == rows[1]
    assert space.plan.activity_of(space.node) == rows[1]
    QTest.mouseClick(pane.isolate, Qt.MouseButton.LeftButton)
    assert state.isolated is not None
    assert set(state.isolated[1]) == set(rows)
    state.isolate("", ())
    QTest.keyClick(pane.activities, Qt.Key.Key_Escape)
    assert pane.left.currentIndex() == 0


def test_arrow_keys_walk_from_bar_to_bar(pane: ResourcePane) -> None:
    pane.chart.setFocus()
    QTest.keyClick(pane.chart, Qt.Key.Key_Home)
    assert pane.chart.chosen == 0
    QTest.keyClick(pane.chart, Qt.Key.Key_Right)
    QTest.keyClick(pane.chart, Qt.Key.Key_Right)
    QTest.keyClick(pane.chart, Qt.Key.Key_Left)
    assert pane.chart.chosen == 1
    assert "Total:" in pane.chart.accessibleDescription()
    QTest.keyClick(pane.chart, Qt.Key.Key_Escape)
    assert pane.chart.chosen == -1
    assert pane.left.currentIndex() == 0


def test_measures_periods_and_groupings(qtbot: QtBot, pane: ResourcePane, state: AppState) -> None:
    pane.measure.set_index(2)
    still(qtbot, state)
    assert pane.chart.found is not None
    assert pane.chart.found.total.sum() == pytest.approx(200 * 1000)
    assert pane.chart.found.limit is None
    pane.period.setCurrentIndex(0)
    still(qtbot, state)
    assert pane.chart.found.period == "day"
    wbs = pane._keys.index("wbs:2")
    pane.by.setCurrentIndex(wbs)
    pane.by.activated.emit(wbs)
    still(qtbot, state)
    assert sum(line.remaining for line in pane.groups.lines) == pytest.approx(200 * 1000)
    pane.picture.set_index(1)
    assert pane.chart.curves
    scene = pane.chart.scene()
    assert scene is not None
    assert scene.early
    pane.measure.set_index(1)  # equivalents do not add up: back to bars
    still(qtbot, state)
    assert not pane.chart.curves


def test_the_periods_go_to_the_clipboard_and_into_a_workbook(
    qtbot: QtBot, pane: ResourcePane, state: AppState, tmp_path: Path
) -> None:
    import openpyxl

    QTest.mouseClick(pane.copy, Qt.MouseButton.LeftButton)
    lines = QGuiApplication.clipboard().text().splitlines()
    assert pane.chart.found is not None
    assert len(lines) == pane.chart.found.total.size + 1
    assert lines[0].startswith("From\tTo\tActual\tRemaining\tTotal")
    made = tmp_path / "loading.xlsx"
    pane.write_workbook(made)
    still(qtbot, state)
    sheet = openpyxl.load_workbook(made)["Groups"]
    assert [cell.value for cell in sheet["A"]] == ["Code", "FIT", "CRN"]


def test_new_dates_are_taken_and_no_assignments_are_said(
    qtbot: QtBot, space: ScheduleWorkspace, pane: ResourcePane, state: AppState, loaded: Document
) -> None:
    bare = replace(
        loaded.schedule, assignments=loaded.schedule.assignments.take(np.zeros(200, dtype=bool))
    )
    state.open_document(Document(bare, cpm=loaded.cpm))
    still(qtbot, state)
    assert pane.chart.found is None
    assert "No assignment" in pane.chart.words
    assert not pane.copy.isEnabled()
    state.open_document(loaded)
    still(qtbot, state)
    assert pane.chart.found is not None
    assert pane.copy.isEnabled()


def test_every_control_has_a_name(
    pane: ResourcePane, nameless: Callable[[QWidget], list[str]]
) -> None:
    assert nameless(pane) == []


def test_painting_leaves_the_theme_as_it_is(pane: ResourcePane) -> None:
    pane.chart.grab()
    assert current_theme().color("surface-raised").alpha() == 255


def test_the_pane_comes_back_as_it_was(
    qtbot: QtBot, themed: None, loaded: Document, tmp_path: Path
) -> None:
    def opened() -> tuple[AppState, ScheduleWorkspace]:
        state = AppState()
        state.settings = Settings(tmp_path / "window.json")
        state.open_document(loaded)
        space = ScheduleWorkspace(state)
        qtbot.addWidget(space)
        space.resize(1700, 900)
        space.show()
        return state, space

    state, space = opened()
    assert space.resources.isHidden()
    space.show_resources(True)
    pane = space.resources
    qtbot.waitUntil(lambda: pane.chart.found is not None, timeout=15000)
    pane.period.setCurrentIndex(1)
    pane.period.activated.emit(1)
    pane.measure.set_index(2)
    pane.remember()
    pane.by.setCurrentIndex(1)
    pane.by.activated.emit(1)
    asked = pane.asked()
    state.settings.save()
    state.close()
    state, space = opened()
    assert not space.resources.isHidden()
    qtbot.waitUntil(lambda: space.resources.chart.found is not None, timeout=15000)
    assert space.resources.asked() == asked
    assert asked[1:] == ("week", "cost")
    space.resources.close_pane()
    state.settings.save()
    state.close()
    state, space = opened()
    assert space.resources.isHidden()
    state.close()
