"""Dashboards as a user reads them: cards, what is behind them, and what is not there."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractButton

from planbench.services.library import Library
from planbench.services.recents import Recents
from planbench.services.reports.compose import DASHBOARDS
from planbench.services.sample import ensure_sample
from planbench.services.scheduling import recalculate
from planbench.ui.frame.rows import RowsDialog
from planbench.ui.reports.drawing import Drawing, themed
from planbench.ui.reports.workspace import ReportsWorkspace
from planbench.ui.state import AppState
from planbench.ui.theme import apply_theme
from planbench.ui.widgets import TableView


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Library]:
    folder: Path = tmp_path_factory.mktemp("dashboards")
    with Library.open(folder / "l.planbench", Recents(folder / "r.json")) as made:
        ensure_sample(made)
        yield made


@pytest.fixture
def workspace(themed: Any, library: Library, qtbot: Any) -> Iterator[ReportsWorkspace]:
    state = AppState()
    state.library = library
    made = ReportsWorkspace(state)
    qtbot.addWidget(made)
    made.resize(1700, 900)
    made.show()
    latest = library.projects()[0].latest
    assert latest is not None
    document = library.open_update(latest.id)
    recalculate(document)
    state.open_document(document)
    made.views.set_index(1)
    wait(made, qtbot)
    yield made
    state.close()


def wait(workspace: ReportsWorkspace, qtbot: Any) -> None:
    def still() -> bool:
        return not workspace.state.busy and not workspace._timer.isActive()

    qtbot.waitUntil(still, timeout=120_000)


def card_button(workspace: ReportsWorkspace, name: str) -> QAbstractButton:
    found = workspace.dashboard.findChildren(QAbstractButton)
    return next(one for one in found if one.accessibleName() == name)


def test_every_audience_has_its_cards_from_one_snapshot(
    workspace: ReportsWorkspace, qtbot: Any, nameless: Any, dead_buttons: Any
) -> None:
    seen = []
    for name in DASHBOARDS.values():
        workspace.show_view(name)
        wait(workspace, qtbot)
        assert workspace.report is not None
        assert workspace.report.template == f"dashboard-{name}"
        assert len(workspace.dashboard.cards) >= 6
        assert nameless(workspace) == []
        assert dead_buttons(workspace) == []
        sections = [one.kind for one in workspace.report.sections]
        seen.append([kind for kind in sections if kind != "sources"])
    assert len({tuple(one) for one in seen}) == len(DASHBOARDS)


def test_a_card_opens_the_workspace_behind_it(workspace: ReportsWorkspace, qtbot: Any) -> None:
    asked: list[str] = []
    workspace.state.workspace_requested.connect(asked.append)
    workspace.show_view("planner")
    wait(workspace, qtbot)
    link = card_button(workspace, "What changed since the update before: Compare")
    qtbot.mouseClick(link, Qt.MouseButton.LeftButton)
    assert asked == ["compare"]


def test_a_row_of_activities_opens_the_activity(workspace: ReportsWorkspace, qtbot: Any) -> None:
    asked: list[str] = []
    workspace.state.workspace_requested.connect(asked.append)
    workspace.show_view("planner")
    wait(workspace, qtbot)
    tables = workspace.dashboard.findChildren(TableView)
    table = next(one for one in tables if one.accessibleName() == "Path to the finish")
    table.row_activated.emit(0)
    document = workspace.state.document
    assert document is not None
    code = document.schedule.activities.code[workspace.state.selection]
    assert code == table.model().activity(0)
    assert asked == ["schedule"]


def test_a_figure_tells_formula_inputs_file_and_time(
    workspace: ReportsWorkspace, qtbot: Any
) -> None:
    workspace.show_view("manager")
    wait(workspace, qtbot)
    doors = [b for b in workspace.dashboard.findChildren(QAbstractButton) if b.isVisible()]
    figure = next(one for one in doors if one.accessibleName().startswith("Cost index, CPI"))
    qtbot.mouseClick(figure, Qt.MouseButton.LeftButton)
    dialog = workspace.findChild(RowsDialog)
    assert dialog is not None
    words = " ".join(label.text() for label in dialog.findChildren(type(workspace.about)))
    assert "NORDLYS 2026-09-30.xer" in words
    assert "filed 20" in words
    assert dialog.model.rowCount() == 1
    told = [dialog.model.data(dialog.model.index(0, column)) for column in range(5)]
    assert told[0] == "Cost index, CPI"
    assert told[2] == "CPI = EV / AC"
    assert "against Baseline" in told[3]
    dialog.close()


def test_a_narrow_window_has_one_column_and_cuts_no_date(
    workspace: ReportsWorkspace, qtbot: Any
) -> None:
    workspace.show_view("manager")
    wait(workspace, qtbot)
    wide = {card.x() for card in workspace.dashboard.cards}
    workspace.resize(1290, 720)
    qtbot.waitUntil(lambda: workspace.dashboard._across == 1)
    qtbot.wait(20)
    assert len(wide) == 2
    assert len({card.x() for card in workspace.dashboard.cards}) == 1


def test_drawings_wear_the_theme(workspace: ReportsWorkspace, qtbot: Any) -> None:
    workspace.show_view("manager")
    wait(workspace, qtbot)
    assert workspace.dashboard.findChildren(Drawing)
    light = themed('<rect fill="#161b25"/><rect fill="#ffffff"/>')
    from PySide6.QtWidgets import QApplication

    app = QApplication.instance()
    assert isinstance(app, QApplication)
    apply_theme(app, "dark")
    try:
        dark = themed('<rect fill="#161b25"/><rect fill="#ffffff"/>')
    finally:
        apply_theme(app, "light")
    assert light != dark


def test_without_a_schedule_there_is_an_empty_state(
    themed: Any, library: Library, qtbot: Any
) -> None:
    state = AppState()
    made = ReportsWorkspace(state)
    qtbot.addWidget(made)
    made.resize(1300, 800)
    made.show()
    made.views.set_index(1)
    made.shown()
    wait(made, qtbot)
    assert made._stack.currentIndex() == 0
    state.library = library
    state.library_changed.emit()
    made.show_view("board")  # tells of the library without any schedule
    wait(made, qtbot)
    assert made._stack.currentWidget() is made.dashboard
    state.close()
