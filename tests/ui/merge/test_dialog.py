"""The merge dialog, used as a planner would: choose, look, decide, keep, go."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QDialog, QWidget
from pytestqt.qtbot import QtBot

from planbench.domain.synthetic import synthetic_schedule
from planbench.exchange.xer.writer import schedule_to_document, write_xer
from planbench.ui.merge.dialog import MergeDialog
from planbench.ui.settings import Settings
from planbench.ui.state import AppState
from planbench.ui.window import MainWindow


@pytest.fixture
def plans(tmp_path: Path) -> list[str]:
    files = []
    for k, name in enumerate(("north", "south"), start=1):
        schedule = synthetic_schedule(20, 24, seed=k)
        project = replace(schedule.projects[0], uid=str(k), code=name.upper(), name=name)
        calendars = list(schedule.calendars)
        if k == 2:
            calendars[0] = replace(calendars[0], exceptions={20_600: ()})
        schedule = replace(schedule, projects=(project,), calendars=tuple(calendars))
        uids = np.array([str(k * 100 + row) for row in range(20)], dtype=object)
        file = tmp_path / f"{name}.xer"
        file.write_bytes(write_xer(schedule_to_document(schedule.with_activities(uid=uids))))
        files.append(str(file))
    return files


@pytest.fixture
def window(
    themed: QApplication, own_home: Path, qtbot: QtBot, no_leaks: None
) -> Iterator[MainWindow]:
    settings = Settings(own_home / "window.json")
    settings.set("library", str(own_home / "l.planbench"))
    settings.set("sample_shown", True)
    made = MainWindow(AppState(), settings)
    made.show()
    made.session.start([])
    qtbot.waitUntil(lambda: made.state.library is not None and not made.state.busy, timeout=60_000)
    yield made
    for dialog in made.findChildren(QDialog):
        dialog.close()
    made.close()
    made.deleteLater()


@pytest.fixture
def dialog(window: MainWindow) -> MergeDialog:
    made = MergeDialog.open_for(window)
    assert made is not None
    return made


def _worked_out(dialog: MergeDialog, qtbot: QtBot) -> None:
    qtbot.waitUntil(lambda: dialog.result_ is not None, timeout=60_000)


def _cells(dialog: MergeDialog, tab: int, column: int) -> list[str]:
    model = dialog.tables[tab].model()
    return [str(model.index(row, column).data()) for row in range(model.rowCount())]


def test_empty_it_says_what_to_do(
    dialog: MergeDialog,
    nameless: Callable[[QWidget], list[str]],
    dead_buttons: Callable[[QWidget], list[str]],
) -> None:
    assert dialog.whole.currentIndex() == 0
    assert not dialog.keep.isEnabled()
    assert nameless(dialog) == []
    assert dead_buttons(dialog) == []


def test_conflicts_are_seen_before_and_decisions_change_them(
    dialog: MergeDialog, plans: list[str], qtbot: QtBot
) -> None:
    dialog.add_files(plans)
    _worked_out(dialog, qtbot)
    kinds = _cells(dialog, 0, 1)
    assert kinds[0] in ("calendar renamed", "activity id renamed")
    assert kinds.count("calendar shared") == 3
    qtbot.mouseClick(
        dialog.calendars, Qt.MouseButton.LeftButton, pos=dialog.calendars.rect().center()
    )
    assert dialog.result_ is None
    assert not dialog.keep.isEnabled()
    _worked_out(dialog, qtbot)
    assert "calendar shared" not in _cells(dialog, 0, 1)
    assert _cells(dialog, 2, 4)[0] == "no link joins NORTH to another project"


def test_the_order_and_taking_out(dialog: MergeDialog, plans: list[str], qtbot: QtBot) -> None:
    dialog.add_files([*plans, plans[0]])
    assert dialog.list.count() == 2
    qtbot.mouseClick(dialog.up, Qt.MouseButton.LeftButton)
    assert [dialog.list.item(row).text() for row in range(2)] == ["south.xer", "north.xer"]
    _worked_out(dialog, qtbot)
    assert dialog.result_ is not None
    assert dialog.result_.merged.origins[0].code == "SOUTH"
    qtbot.mouseClick(dialog.remove, Qt.MouseButton.LeftButton)
    assert dialog.list.count() == 1
    assert dialog.whole.currentIndex() == 0


def test_kept_opened_and_gone_to(
    dialog: MergeDialog, window: MainWindow, plans: list[str], tmp_path: Path, qtbot: QtBot
) -> None:
    links = tmp_path / "links.csv"
    links.write_text(
        "predecessor project,predecessor,successor project,successor,agreed\n"
        "NORTH,A0000100,SOUTH,A0000010,2026-01-06\n",
        encoding="utf-8",
    )
    dialog.add_files(plans)
    dialog.use_links(str(links))
    _worked_out(dialog, qtbot)
    dialog.tabs.setCurrentIndex(2)
    assert "is promised 2026-01-06" in _cells(dialog, 2, 4)[0]
    dialog.tables[2].row_activated.emit(0)
    assert "Merge into the library first" in dialog.problem.text()
    qtbot.mouseClick(dialog.keep, Qt.MouseButton.LeftButton)
    state = window.state
    qtbot.waitUntil(lambda: state.document is not None and not state.busy, timeout=60_000)
    assert state.document is not None
    assert [p.code for p in state.document.schedule.projects] == ["NORTH", "SOUTH"]
    assert state.document.title == "Integrated master schedule"
    assert any(repair.code == "trace-interface-late" for repair in state.document.repairs)
    window.go("home")
    dialog.tables[2].row_activated.emit(0)
    assert window.current == "schedule"
    assert state.document.schedule.activities.code[state.selection] == "SOUTH:A0000010"


def test_updates_of_the_library(
    dialog: MergeDialog, window: MainWindow, plans: list[str], qtbot: QtBot
) -> None:
    library = window.state.library
    updates = [library.import_file(path) for path in plans]
    for update in updates:
        dialog.add_update(update, library.update(update).label)
    _worked_out(dialog, qtbot)
    assert len(dialog.tables[0].model().rows_) > 0  # type: ignore[attr-defined]


def test_what_cannot_be_merged_is_told_in_the_dialog(
    dialog: MergeDialog, plans: list[str], tmp_path: Path, qtbot: QtBot
) -> None:
    dialog.use_links(str(tmp_path / "none.csv"))
    assert "cannot be read" in dialog.problem.text()
    dialog.add_files([*plans, str(tmp_path / "missing.xer")])
    qtbot.waitUntil(lambda: "there is no such file" in dialog.problem.text(), timeout=60_000)
    assert not dialog.keep.isEnabled()
    dialog.take_out(2)
    _worked_out(dialog, qtbot)
    dialog.code.setText(" ")
    dialog.file()
    assert dialog.code.field.accessibleDescription() == "The master needs a project id."
