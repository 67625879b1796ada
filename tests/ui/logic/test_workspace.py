"""The Logic workspace as a user meets it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication, QWidget

from planbench.domain.schedule import Schedule, Status
from planbench.engines.trace import leading_to
from planbench.services.document import Document
from planbench.services.library import Library
from planbench.services.recents import Recents
from planbench.services.sample import sample_schedules
from planbench.services.scheduling import recalculate
from planbench.services.trace import default_target
from planbench.ui.logic.exits import ALONG, AROUND, TIMED
from planbench.ui.logic.log import LogDialog
from planbench.ui.logic.workspace import LogicWorkspace
from planbench.ui.state import AppState


@pytest.fixture(scope="module")
def calculated() -> Document:
    made = Document(sample_schedules()["2026-09-30"], title="Nordlys", update_label="Update 3")
    recalculate(made)
    return made


@pytest.fixture
def state(qapp: QApplication) -> Iterator[AppState]:
    made = AppState()
    yield made
    made.close()


@pytest.fixture
def workspace(
    themed: QApplication, qtbot: Any, state: AppState, calculated: Document
) -> LogicWorkspace:
    made = LogicWorkspace(state)
    qtbot.addWidget(made)
    made.resize(1848, 1000)
    state.open_document(replace(calculated, history=[]))
    made.show()
    made.shown()
    qtbot.waitUntil(lambda: not state.busy, timeout=60_000)
    return made


def row(workspace: LogicWorkspace, code: str) -> int:
    return int(workspace.plan.schedule.row_of_code[code])


def click(qtbot: Any, workspace: LogicWorkspace, code: str, double: bool = False) -> None:
    canvas = workspace.canvas
    place = canvas.spot(row(workspace, code)).toPoint()
    assert canvas.viewport().rect().contains(place), code
    press = qtbot.mouseDClick if double else qtbot.mouseClick
    press(canvas.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(place))


def test_it_begins_with_the_end_of_the_project(workspace: LogicWorkspace) -> None:
    assert workspace.centre == row(workspace, "CO-9000")
    assert workspace.sidebar.target.currentText().startswith("CO-9000")
    levels = {card.level for card in workspace.canvas.picture.cards}
    assert min(levels) == -3
    assert workspace.model.steps[-1].row == row(workspace, "CO-9000")


def test_a_click_selects_and_a_double_click_traces(
    workspace: LogicWorkspace, qtbot: Any, state: AppState
) -> None:
    before = len(workspace.canvas.picture.cards)
    click(qtbot, workspace, "HO-1050")
    assert state.selection == row(workspace, "HO-1050")
    assert workspace.centre == row(workspace, "CO-9000")
    assert len(workspace.canvas.picture.cards) == before
    assert "Take-over" in workspace.pane._name.text()
    click(qtbot, workspace, "HO-1050", double=True)
    assert workspace.centre == row(workspace, "HO-1050")
    card = workspace.canvas.picture.card(row(workspace, "HO-1050"))
    assert card is not None
    assert card.level == 0


def test_back_and_forward(workspace: LogicWorkspace, qtbot: Any, state: AppState) -> None:
    first, second = row(workspace, "OU-1040"), row(workspace, "TI-1050")
    state.select(first)
    state.select(second)
    assert workspace.centre == second
    qtbot.mouseClick(workspace.before, Qt.MouseButton.LeftButton)
    assert workspace.centre == first == state.selection
    assert workspace.after.isEnabled()
    qtbot.mouseClick(workspace.after, Qt.MouseButton.LeftButton)
    assert workspace.centre == second == state.selection
    assert not workspace.after.isEnabled()


def test_levels_and_filters_change_the_picture(
    workspace: LogicWorkspace, qtbot: Any, state: AppState
) -> None:
    state.select(row(workspace, "OU-1040"))
    shown = {card.row for card in workspace.canvas.picture.cards}
    workspace.sidebar.back.setValue(1)
    fewer = {card.row for card in workspace.canvas.picture.cards}
    assert fewer < shown
    workspace.sidebar.back.setValue(3)
    qtbot.mouseClick(
        workspace.sidebar.driving,
        Qt.MouseButton.LeftButton,
        pos=QPoint(8, workspace.sidebar.driving.height() // 2),
    )
    assert workspace.sidebar.driving.isChecked()
    cpm = workspace.plan.cpm
    assert cpm is not None
    for edge in workspace.canvas.picture.edges:
        assert cpm.driving[list(edge.relationships)].all()


def test_arrow_keys_walk_and_return_traces(
    workspace: LogicWorkspace, qtbot: Any, state: AppState
) -> None:
    start = row(workspace, "OU-1040")
    state.select(start)
    workspace.canvas.setFocus()
    qtbot.keyClick(workspace.canvas, Qt.Key.Key_Left)
    moved = state.selection
    links = workspace.plan.schedule.relationships
    assert moved in links.predecessor[links.successor == start].tolist()
    assert workspace.centre == start
    qtbot.keyClick(workspace.canvas, Qt.Key.Key_Return)
    assert workspace.centre == moved


def test_the_path_runs_unbroken_to_the_target(workspace: LogicWorkspace) -> None:
    model, schedule = workspace.model, workspace.plan.schedule
    links, target = schedule.relationships, default_target(workspace.state.document)  # type: ignore[arg-type]
    for index in range(len(workspace.paths)):
        workspace.sidebar.paths.choose(index)
        rows = [step.row for step in model.steps]
        for before, after in zip(model.steps, model.steps[1:], strict=False):
            assert links.predecessor[after.link] == before.row
            assert links.successor[after.link] == after.row
        assert len(set(rows)) == len(rows)
        path = workspace.paths[index]
        assert rows[-len(path.rows) :] == list(path.rows)
        assert rows[-1] == target or index > 0
        texts = [model.cell(shown, 7).text for shown in range(model.rowCount())]
        assert all(texts)
    workspace.sidebar.through.setChecked(False)
    status = schedule.activities.status
    assert all(status[step.row] != Status.COMPLETE for step in model.steps)


def test_slack_grows_down_the_list_and_the_sentence_tells_it(workspace: LogicWorkspace) -> None:
    lines = workspace.sidebar.paths.lines
    assert [line.number for line in lines] == list(range(1, len(lines) + 1))
    slack = [line.slack for line in lines]
    assert slack == sorted(slack)
    assert slack[0] == 0
    assert "Planned Completion" in workspace.sidebar.sentence()
    assert f"{round(slack[1], 1):g}\u202fd" in workspace.sidebar.sentence()


def test_another_target(workspace: LogicWorkspace, qtbot: Any, state: AppState) -> None:
    names = [workspace.sidebar.target.itemText(n) for n in range(workspace.sidebar.target.count())]
    index = next(n for n, name in enumerate(names) if name.startswith("KD-0040"))
    workspace.sidebar.target.setCurrentIndex(index)
    workspace.sidebar.target.activated.emit(index)
    qtbot.waitUntil(lambda: not state.busy, timeout=60_000)
    assert workspace.model.steps[-1].row == row(workspace, "KD-0040")
    assert "KD-0040" in workspace.path_title.text()


def test_a_step_leads_to_its_activity(
    workspace: LogicWorkspace, qtbot: Any, state: AppState
) -> None:
    step = len(workspace.model.steps) - 5
    table = workspace.table
    table.scrollTo(workspace.model.index(step, 1))
    place = table.visualRect(workspace.model.index(step, 1)).center()
    qtbot.mouseClick(table.viewport(), Qt.MouseButton.LeftButton, pos=place)
    wanted = workspace.model.row_of(step)
    assert state.selection == wanted
    assert workspace.canvas.picture.card(wanted) is not None


def test_the_picture_of_a_path(workspace: LogicWorkspace) -> None:
    workspace.view.set_index(ALONG)
    cards = workspace.canvas.picture.cards
    assert {card.row for card in cards} == {step.row for step in workspace.model.steps}
    assert len({card.slot for card in cards}) == 1
    heads = [text for *_, text in workspace.canvas.picture.scene.items("trace-head")]
    assert "Step 1" in heads
    workspace.trace_from(row(workspace, "OU-1040"))
    assert workspace.view.index == AROUND


def test_isolation_and_copy(workspace: LogicWorkspace, qtbot: Any, state: AppState) -> None:
    state.select(row(workspace, "OU-1040"))
    with qtbot.waitSignal(state.workspace_requested) as asked:
        qtbot.mouseClick(workspace.isolate, Qt.MouseButton.LeftButton)
    assert asked.args == ["schedule"]
    assert state.isolated is not None
    assert state.isolated[0] == "Trace of OU-1040"
    assert set(state.isolated[1]) == {card.row for card in workspace.canvas.picture.cards}
    qtbot.mouseClick(workspace.copy, Qt.MouseButton.LeftButton)
    lines = QGuiApplication.clipboard().text().splitlines()
    assert len(lines) == 2 + len(workspace.model.steps)
    assert lines[-1].split("\t")[1] == "CO-9000"


@pytest.mark.parametrize(("ending", "start"), [("pdf", b"%PDF"), ("png", b"\x89PNG")])
def test_pictures_as_files(
    workspace: LogicWorkspace, tmp_path: Path, ending: str, start: bytes
) -> None:
    path = tmp_path / f"trace.{ending}"
    workspace.exits.write_picture(path)
    assert path.read_bytes().startswith(start)


def test_a_drawing_holds_its_texts(workspace: LogicWorkspace, tmp_path: Path) -> None:
    path = tmp_path / "trace.svg"
    workspace.exits.write_picture(path)
    drawn = path.read_text(encoding="utf-8")
    assert drawn.count("<text") > len(workspace.canvas.picture.cards)
    assert "CO-9000" in drawn


def test_a_picture_that_cannot_be_written_is_told(
    workspace: LogicWorkspace, tmp_path: Path, qtbot: Any, state: AppState
) -> None:
    for name in ("trace.gif", "missing/trace.png"):
        with qtbot.waitSignal(state.message) as told:
            workspace.exits.write_picture(tmp_path / name)
        assert told.args[0] == "error"


def test_the_log_can_be_read_and_kept(
    workspace: LogicWorkspace, qtbot: Any, tmp_path: Path
) -> None:
    workspace.exits.show_log()
    (dialog,) = workspace.findChildren(LogDialog)
    qtbot.addWidget(dialog)
    assert "Calculated finish" in dialog.text.toPlainText()
    dialog.save(tmp_path / "log.pdf")
    assert (tmp_path / "log.pdf").read_bytes().startswith(b"%PDF")
    dialog.save(tmp_path / "log.txt")
    assert "Findings" in (tmp_path / "log.txt").read_text(encoding="utf-8")
    dialog.close()


def test_a_schedule_without_dates_says_so(
    themed: QApplication, qtbot: Any, state: AppState
) -> None:
    made = LogicWorkspace(state)
    qtbot.addWidget(made)
    made.show()
    made.shown()
    assert not made.isolate.isVisibleTo(made)
    document = Document(sample_schedules()["2026-09-30"], problem="The network has a loop.")
    state.open_document(document)
    made.shown()
    assert "loop" in made.banner._text.text()
    assert not made.copy.isEnabled()
    state.open_document(Document(Schedule()))
    made.shown()
    assert made.centre == -1


def test_everything_has_a_name_and_does_something(
    workspace: LogicWorkspace,
    nameless: Callable[[QWidget], list[str]],
    dead_buttons: Callable[[QWidget], list[str]],
) -> None:
    assert not nameless(workspace)
    assert not dead_buttons(workspace)


def test_nothing_numpy_reaches_the_table(workspace: LogicWorkspace) -> None:
    model = workspace.model
    for column in range(model.columnCount()):
        shown = model.data(model.index(0, column))
        assert type(shown) is str
        assert not isinstance(shown, np.generic)


def test_space_folds_the_details(workspace: LogicWorkspace, qtbot: Any) -> None:
    assert workspace.pane.isVisibleTo(workspace)
    qtbot.keyClick(workspace.canvas, Qt.Key.Key_Space)
    assert not workspace.pane.isVisibleTo(workspace)
    assert workspace.strip.isVisibleTo(workspace)


def test_what_was_selected_elsewhere_is_traced_when_it_comes_to_the_front(
    workspace: LogicWorkspace, state: AppState
) -> None:
    before = workspace.centre
    workspace.hide()
    state.select(row(workspace, "OU-1040"))
    assert workspace.centre == before
    workspace.show()
    workspace.shown()
    assert workspace.centre == row(workspace, "OU-1040")
    workspace.step_back()
    assert workspace.centre == before


def test_the_log_is_compared_with_an_earlier_update(
    themed: QApplication, qtbot: Any, state: AppState, own_home: Path
) -> None:
    samples = sample_schedules()
    with Library.open(own_home / "one.planbench", Recents(own_home / "recents.json")) as library:
        library.add_schedule(samples["2026-08-31"], label="August")
        update = library.add_schedule(samples["2026-09-30"], label="September")
        document = library.open_update(update)
        recalculate(document)
        state.library = library
        dialog = LogDialog(state, document)
        qtbot.addWidget(dialog)
        dialog.show()
        alone = dialog.text.toPlainText()
        assert [dialog.against.itemText(k) for k in range(dialog.against.count())][1].startswith(
            "August"
        )
        dialog.against.setFocus()
        qtbot.keyClick(dialog.against, Qt.Key.Key_Down)
        qtbot.waitUntil(lambda: "against" in dialog.text.toPlainText(), timeout=60_000)
        assert "Findings" in dialog.text.toPlainText()
        qtbot.keyClick(dialog.against, Qt.Key.Key_Up)
        assert dialog.text.toPlainText() == alone
        dialog.close()
        state.library = None


def test_the_trace_by_its_dates_is_walked_and_traced_like_the_other(
    workspace: LogicWorkspace, qtbot: Any, state: AppState
) -> None:
    before = {card.row for card in workspace.canvas.picture.cards}
    workspace.view.set_index(TIMED)
    picture = workspace.canvas.picture
    assert picture.timed
    assert {card.row for card in picture.cards} == before
    workspace.canvas.setFocus()
    here = state.selection
    qtbot.keyClick(workspace.canvas, Qt.Key.Key_Left)
    assert state.selection not in (here, -1)
    qtbot.keyClick(workspace.canvas, Qt.Key.Key_Return)
    assert workspace.centre == state.selection
    assert workspace.view.index == TIMED
    assert workspace.canvas.picture.timed


def test_the_way_ahead_is_narrowed_to_a_target(
    workspace: LogicWorkspace, qtbot: Any, state: AppState
) -> None:
    side, schedule = workspace.sidebar, workspace.plan.schedule
    state.select(row(workspace, "OU-1040"))
    qtbot.waitUntil(lambda: not state.busy, timeout=60_000)
    side.ahead.setValue(8)
    whole = {card.row: card.level for card in workspace.canvas.picture.cards}
    assert side.target.count() > 1
    last = side.target.count() - 1  # the earliest milestone
    qtbot.mouseClick(
        side.towards, Qt.MouseButton.LeftButton, pos=QPoint(8, side.towards.height() // 2)
    )
    counts = []
    for index in (0, last):
        side.target.setCurrentIndex(index)
        side.target.activated.emit(index)
        qtbot.waitUntil(lambda: not state.busy, timeout=60_000)
        leads = leading_to(schedule, workspace.target)
        ahead = [card.row for card in workspace.canvas.picture.cards if card.level > 0]
        assert set(ahead) == {one for one, level in whole.items() if level > 0 and leads[one]}
        code = str(schedule.activities.code[workspace.target])
        told = workspace._beyond._text
        wanted = "only what leads to" if leads[workspace.centre] else "does not lead to"
        assert f"{wanted} {code}" in told
        counts.append(len(ahead))
    assert counts[1] < counts[0]
