"""The Compare workspace: empty states, the sample's last two updates, files, export."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt

from planbench.engines.compare.revert import finish_effect
from planbench.services.compare_choices import SAME, choices_of
from planbench.services.document import Document
from planbench.services.editing import edit_cell
from planbench.services.library import Library
from planbench.services.sample import ensure_sample, sample_schedules
from planbench.services.scheduling import recalculate
from planbench.ui.compare.renames import RenamesDialog
from planbench.ui.compare.words import prose
from planbench.ui.compare.workspace import CompareWorkspace
from planbench.ui.state import AppState


@pytest.fixture
def state(themed) -> Iterator[AppState]:
    made = AppState()
    yield made
    made.close()


@pytest.fixture
def workspace(state, qtbot) -> CompareWorkspace:
    made = CompareWorkspace(state)
    qtbot.addWidget(made)
    made.resize(1700, 900)
    made.show()
    return made


@pytest.fixture
def library(own_home: Path) -> Iterator[Library]:
    made = Library.open(own_home / "own.planbench")
    yield made
    made.close()


def test_without_a_document_nothing_can_be_compared(workspace, dead_buttons) -> None:
    assert workspace.pages.currentIndex() == 0
    assert not workspace.export_button.isEnabled()
    assert dead_buttons(workspace) == []


def test_the_sample_is_compared_with_the_update_before(
    state, workspace, library, qtbot, nameless, tmp_path
) -> None:
    ensure_sample(library)
    updates = [one for project in library.projects() for one in project.updates]
    update = max(updates, key=lambda one: one.data_date).id
    state.library = library
    document = library.open_update(update)
    recalculate(document)
    state.open_document(document)
    qtbot.waitUntil(lambda: workspace.review is not None and not state.busy, timeout=120_000)
    register = workspace.register
    top = [register.cell(0, column).text for column in (0, 1, 6)]
    assert top == ["Link deleted", "TS-3100 > OU-1030", "−13"]
    assert workspace.windows.rowCount() == 3
    assert workspace.milestones.model.rowCount() > 5
    workspace.table.setCurrentIndex(register.index(0, 0))
    assert state.selection == document.schedule.row_of_code["OU-1030"]
    assert "13 days later" in workspace.side.change_words.text()
    shown = register.rowCount()
    workspace.progress_button.click()
    assert register.rowCount() > shown
    workspace.export(str(tmp_path / "register.xlsx"))
    assert (tmp_path / "register.xlsx").stat().st_size > 5_000
    assert nameless(workspace) == []


@pytest.fixture
def compared(state, workspace, library, qtbot) -> CompareWorkspace:
    """The sample's last update, compared with the one before."""
    ensure_sample(library)
    updates = [one for project in library.projects() for one in project.updates]
    state.library = library
    document = library.open_update(max(updates, key=lambda one: one.data_date).id)
    recalculate(document)
    state.open_document(document)
    qtbot.waitUntil(lambda: workspace.review is not None and not state.busy, timeout=120_000)
    return workspace


def again(workspace: CompareWorkspace, qtbot: Any) -> None:
    """Wait for the comparison that follows a choice."""
    shown = workspace.review
    qtbot.waitUntil(
        lambda: workspace.review is not shown and not workspace.state.busy, timeout=120_000
    )


def test_the_network_shows_what_came_and_went(compared, qtbot) -> None:
    compared.show_view("network")
    network = compared.network
    looks = {edge.look for edge in network.canvas.picture.edges}
    assert {"link-added", "link-deleted"} <= looks
    assert "4 links added, 1 deleted" in network.words.text()
    row = compared.review.comparison.new.row_of_code["OU-1030"]
    qtbot.mouseClick(
        network.canvas.viewport(),
        Qt.MouseButton.LeftButton,
        pos=network.canvas.spot(row).toPoint(),
    )
    open_ = compared.state.document.schedule
    assert compared.state.selection == open_.row_of_code["OU-1030"]
    network.scope.set_index(1)
    cards = {network.joint.schedule.activities.code[c.row] for c in network.canvas.picture.cards}
    assert {"TS-3100", "OU-1030"} <= cards
    network.far.setCurrentIndex(0)
    network.far.activated.emit(0)
    assert len(network.canvas.picture.cards) < len(cards)


def test_milestones_are_chosen_in_the_chart_or_the_table(compared, qtbot) -> None:
    compared.show_view("milestones")
    chart = compared.milestones.chart
    number = next(n for n, one in enumerate(chart.items) if one.id == "CO-9000")
    qtbot.mouseClick(chart, Qt.MouseButton.LeftButton, pos=chart.point(number, 0).toPoint())
    assert chart.selected == number
    assert compared.milestones.table.current_row() == number
    open_ = compared.state.document.schedule
    assert compared.state.selection == open_.row_of_code["CO-9000"]
    # Later forecasts stand higher, and the data dates run from left to right.
    spots = [chart.point(number, update) for update in range(4)]
    assert all(a.x() < b.x() and a.y() > b.y() for a, b in pairwise(spots))
    assert not chart.grab().toImage().isNull()


def test_the_longest_path_by_update(compared, qtbot) -> None:
    compared.show_view("longest path")
    model = compared.paths.model
    lines = {line.id: n for n, line in enumerate(model.lines)}
    shown = [model.look(lines["TS-3100"], column).text for column in range(2, 6)]
    assert shown[0].startswith("On it")
    assert shown[3].endswith("215\u202fd") or "215" in shown[3]
    assert "54 activities in 4 updates" in compared.paths.words.text()
    place = model.place(lines["TS-3100"])
    compared.paths.table.setCurrentIndex(model.index(place, 0))
    open_ = compared.state.document.schedule
    assert compared.state.selection == open_.row_of_code["TS-3100"]


def test_another_finish_can_be_asked_for_and_is_remembered(compared, qtbot, library) -> None:
    target = compared.side.target
    target.setCurrentIndex(target.findData("KD-0070"))
    target.activated.emit(target.currentIndex())
    again(compared, qtbot)
    assert compared.review.comparison.target.id == "KD-0070"
    assert compared.review.words[0].startswith("The finish of KD-0070 moves")
    assert compared.side.target.currentData() == "KD-0070"
    project = compared.state.document.library_project
    assert choices_of(library, project).target == "KD-0070"
    compared.side.target.setCurrentIndex(0)
    compared.side.target.activated.emit(0)
    again(compared, qtbot)
    assert compared.review.comparison.target is None
    assert choices_of(library, project).target == ""


def test_effects_of_chosen_changes_are_calculated_on_demand(compared, qtbot) -> None:
    compared.progress_button.click()
    changes = compared.review.comparison.changes
    k = next(
        int(k)
        for k in changes.of_type("progress")
        if changes.id[k] == "TS-2120" and changes.field[k] == "remaining_duration"
    )
    assert k not in compared.review.undone
    compared.table.setCurrentIndex(compared.register.index(compared.register.place(k), 0))
    assert compared.side.effects.isVisible()
    comparison = compared.review.comparison
    qtbot.mouseClick(compared.side.effects, Qt.MouseButton.LeftButton)
    again(compared, qtbot)
    assert compared.review.undone[k] == finish_effect(comparison, [k])
    assert not compared.side.effects.isVisible(), "there is nothing left to find out"
    assert "If only this were undone" in compared.side.change_words.text()


def test_proposed_renames_are_settled_in_the_window(
    state, workspace, library, qtbot, own_home
) -> None:
    first = sample_schedules()["2026-08-31"]
    acts = first.activities
    columns = {name: getattr(acts, name).copy() for name in ("code", "uid")}
    for was, now in (("TS-2120", "ZA-1"), ("TS-2170", "ZA-2")):
        row = first.row_of_code[was]
        columns["code"][row], columns["uid"][row] = now, f"other {now}"
    second = first.with_activities(**columns)
    library.add_schedule(first, label="First")
    (record,) = library.projects()
    project = record.id
    update = library.add_schedule(second, label="Second", project=project)
    state.library = library
    document = library.open_update(update)
    recalculate(document)
    state.open_document(document)
    qtbot.waitUntil(lambda: workspace.review is not None and not state.busy, timeout=120_000)
    assert len(workspace.review.comparison.matching.renames) == 2
    assert workspace.banner.isVisible()
    workspace.ask_about_renames()
    (dialog,) = [one for one in workspace.findChildren(RenamesDialog) if one.isVisible()]
    assert [one.new for one in dialog.open_] == ["ZA-1", "ZA-2"]
    dialog.table.setCurrentIndex(dialog.model.index(0, 0))
    qtbot.mouseClick(dialog.yes, Qt.MouseButton.LeftButton)
    dialog.table.setCurrentIndex(dialog.model.index(0, 0))
    qtbot.mouseClick(dialog.no, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(
        lambda: (
            not state.busy
            and not workspace.review.comparison.matching.renames
            and workspace.review.comparison.matching.by_user == 1
        ),
        timeout=120_000,
    )
    assert not workspace.banner.isVisible()
    kinds = workspace.review.comparison.changes.type.tolist()
    assert (kinds.count("activity-renumbered"), kinds.count("activity-added")) == (1, 1)
    kept = choices_of(library, project)
    assert kept.same == {"TS-2120": "ZA-1"}
    assert kept.refused == {("TS-2170", "ZA-2")}
    assert [line.what for line in library.journal(SAME, project)] == [
        "TS-2120 is now ZA-1",
        "TS-2170 is not ZA-2",
    ]
    workspace.ask_about_renames()
    (dialog,) = [one for one in workspace.findChildren(RenamesDialog) if one.isVisible()]
    qtbot.mouseClick(dialog.again, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(
        lambda: not state.busy and len(workspace.review.comparison.matching.renames) == 2,
        timeout=120_000,
    )


def test_an_edited_schedule_is_compared_with_itself_as_filed(compared, qtbot) -> None:
    state = compared.state
    document = state.document
    row = document.schedule.row_of_code["CO-9000"]
    state.push(edit_cell(document, row, "name", "All of it"))
    recalculate(document)
    state.result_changed.emit("cpm")
    qtbot.waitUntil(lambda: not state.busy, timeout=120_000)
    labels = [choice.label for choice in compared.choices]
    filed = next(n for n, label in enumerate(labels) if label.endswith("as filed"))
    assert labels[filed + 1].endswith("as edited")
    compared.old_box.setCurrentIndex(filed)
    compared.new_box.setCurrentIndex(filed + 1)
    compared.run()
    again(compared, qtbot)
    changes = compared.review.comparison.changes
    assert [(changes.type[k], changes.after[k]) for k in range(len(changes))] == [
        ("name", "All of it")
    ]


def test_the_workbook_holds_every_view(compared, tmp_path) -> None:
    from openpyxl import load_workbook

    path = tmp_path / "all.xlsx"
    compared.export(str(path))
    book = load_workbook(path)
    assert book.sheetnames == [
        "Summary",
        "Register",
        "Half-step",
        "Network",
        "Windows",
        "Milestones",
        "Longest path",
        "Float on the path",
        "Float erosion",
    ]
    rows = {name: book[name].max_row - 1 for name in book.sheetnames}
    series, changes = compared.series, compared.review.comparison.changes
    assert rows["Register"] == len(changes)
    assert rows["Network"] == 5
    assert rows["Windows"] == 3
    assert rows["Milestones"] == len(series.milestones)
    assert rows["Longest path"] == rows["Float on the path"] == len(series.path_lines)
    assert rows["Float erosion"] == len(series.erosion.areas)
    head = [cell.value for cell in book["Register"][1]]
    at = head.index("name")
    first = [row[at].value for row in book["Register"].iter_rows(min_row=2, max_row=2)]
    assert first == ["Valve hall architectural completion and clean conditions"]


def test_one_update_alone_says_what_to_do(state, workspace) -> None:
    from planbench.domain.synthetic import synthetic_schedule

    document = Document(synthetic_schedule(60, 100, 2))
    recalculate(document)
    state.open_document(document)
    assert workspace.pages.currentIndex() == 1
    assert workspace.review is None


def test_a_file_is_compared_with_the_open_schedule(state, workspace, qtbot, tmp_path) -> None:
    from planbench.domain.synthetic import synthetic_schedule
    from planbench.exchange.xer.writer import schedule_to_document, write_xer

    schedule = synthetic_schedule(60, 100, 2)
    path = tmp_path / "older.xer"
    path.write_bytes(write_xer(schedule_to_document(schedule)))
    longer = schedule.activities.original_duration + 480
    newer = replace(schedule).with_activities(
        original_duration=longer, remaining_duration=longer.copy()
    )
    document = Document(newer, update_label="newer")
    recalculate(document)
    state.open_document(document)
    workspace.add_file(str(path))
    qtbot.waitUntil(lambda: workspace.review is not None and not state.busy, timeout=120_000)
    assert (workspace.review.comparison.movement_days or 0) > 0
    assert workspace.pages.currentIndex() == 2


def test_the_story_is_written_as_the_window_writes() -> None:
    line = "The finish moves 13 days later, from 2029-05-02 to 2029-05-15; revisions -15, FS-1."
    assert prose(line) == (
        "The finish moves 13 days later, from 02-May-2029 to 15-May-2029; revisions \u221215, FS-1."
    )
