"""Files out of the window and back in, as a planner does it with a spreadsheet in between."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QItemSelectionModel, Qt, QUrl
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication, QDialog, QFileDialog

from planbench.domain.synthetic import synthetic_schedule
from planbench.exchange.registry import read_schedule
from planbench.exchange.xer.writer import schedule_to_document, write_xer
from planbench.ui.exchange.columns import ColumnsDialog
from planbench.ui.exchange.importing import ImportDialog
from planbench.ui.exchange.report import ReportDialog
from planbench.ui.settings import Settings
from planbench.ui.state import AppState
from planbench.ui.window import MainWindow


@pytest.fixture
def window(
    themed: QApplication, own_home: Path, qtbot: Any, no_leaks: None
) -> Iterator[MainWindow]:
    """The window with a file of its own opened: an XER without an end mark."""
    settings = Settings(own_home / "window.json")
    settings.set("library", str(own_home / "Test Library.planbench"))
    settings.set("sample_shown", True)
    made = MainWindow(AppState(), settings)
    qtbot.addWidget(made)
    made.resize(1440, 900)
    made.show()
    file = own_home / "plan.xer"
    content = write_xer(schedule_to_document(synthetic_schedule(60, 80)))
    file.write_bytes(content.removesuffix(b"%E\r\n"))
    made.session.start([str(file)])
    qtbot.waitUntil(lambda: made.state.document is not None, timeout=300000)
    idle(made, qtbot)
    yield made
    for dialog in made.findChildren(QDialog):
        dialog.close()
    idle(made, qtbot)
    made.close()


def idle(window: MainWindow, qtbot: Any) -> None:
    qtbot.waitUntil(lambda: not window.state._newest, timeout=300000)


def shown(window: MainWindow, kind: type[QDialog], qtbot: Any) -> Any:
    def found() -> list[QDialog]:
        return [one for one in window.findChildren(kind) if one.isVisible()]

    qtbot.waitUntil(lambda: bool(found()), timeout=120000)
    return found()[-1]


def answer(monkeypatch: pytest.MonkeyPatch, which: str, path: Path) -> None:
    """The system's own dialog gives this path."""
    monkeypatch.setattr(QFileDialog, which, lambda *_args, **_more: (str(path), ""))


def exported_workbook(
    window: MainWindow, qtbot: Any, monkeypatch: pytest.MonkeyPatch, file: Path
) -> None:
    answer(monkeypatch, "getSaveFileName", file)
    window.commands["export"].trigger()
    dialog = shown(window, ColumnsDialog, qtbot)
    qtbot.mouseClick(dialog.export, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(file.is_file, timeout=120000)
    idle(window, qtbot)


def test_out_edited_in_a_spreadsheet_and_back_in_one_step(
    window: MainWindow, qtbot: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    from openpyxl import load_workbook

    document, file = window.state.document, tmp_path / "plan.xlsx"
    assert document is not None
    exported_workbook(window, qtbot, monkeypatch, file)
    before = document.schedule
    book = load_workbook(file)
    assert {"activities", "relationships", "wbs"} <= set(book.sheetnames)
    sheet = book["activities"]
    titles = {cell.value: cell.column for cell in sheet[1]}
    last = str(sheet.cell(sheet.max_row, titles["Activity ID"]).value)
    node = sheet.cell(sheet.max_row, titles["WBS"]).value
    sheet.cell(3, titles["Activity name"], "Renamed in Excel")
    sheet.cell(4, titles["Original duration (h)"], "12,5")
    new = {"Activity ID": "X-1", "Activity name": "New in Excel", "WBS": node,
           "Original duration (h)": 40}  # fmt: skip
    row = sheet.max_row + 1
    for title, value in new.items():
        sheet.cell(row, titles[title], value)
    links = book["relationships"]
    heads = {cell.value: cell.column for cell in links[1]}
    place = links.max_row + 1
    for title, value in {"Predecessor": last, "Successor": "X-1", "Type": "FS"}.items():
        links.cell(place, heads[title], value)
    book.save(file)

    answer(monkeypatch, "getOpenFileName", file)
    window.commands["import-table"].trigger()
    dialog = shown(window, ImportDialog, qtbot)
    kinds = [dialog.model.cell(line, 0).text for line in range(dialog.model.rowCount())]
    assert kinds == ["Refused", "Added", "Added", "Changed"]
    assert document.schedule is before
    qtbot.mouseClick(dialog.apply, Qt.MouseButton.LeftButton)
    after = document.schedule
    assert len(after) == len(before) + 1
    assert after.activities.name[1] == "Renamed in Excel"
    assert len(after.relationships) == len(before.relationships) + 1
    idle(window, qtbot)

    target = tmp_path / "edited.xer"
    answer(monkeypatch, "getSaveFileName", target)
    window.commands["export"].trigger()
    qtbot.waitUntil(target.is_file, timeout=120000)
    idle(window, qtbot)
    again = read_schedule(target).schedule
    assert again.activities.code[-1] == "X-1"

    window.commands["undo"].trigger()
    assert document.schedule.digest == before.digest
    idle(window, qtbot)


def test_what_a_format_does_not_hold_is_shown(
    window: MainWindow, qtbot: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    target = tmp_path / "plan.xml"
    answer(monkeypatch, "getSaveFileName", target)
    window.commands["export"].trigger()
    dialog = shown(window, ReportDialog, qtbot)
    assert target.is_file()
    wheres = [dialog.model.cell(row, 1).text for row in range(dialog.model.rowCount())]
    assert "Projects, lag calendar" in wheres


def test_the_import_report_groups_and_counts(
    window: MainWindow, qtbot: Any, nameless: Any, dead_buttons: Any
) -> None:
    window.show_repairs()
    dialog = shown(window, ReportDialog, qtbot)
    document = window.state.document
    assert document is not None
    groups = dialog.groups.table
    assert groups.cell(0, 2).text == str(len(document.repairs))
    names = [groups.cell(row, 1).text for row in range(groups.rowCount())]
    place = names.index("End of the file missing")
    dialog.groups.setCurrentIndex(groups.index(place, 0))
    codes = {dialog.model.cell(row, 4).text for row in range(dialog.model.rowCount())}
    assert codes == {"no-end-marker"}
    dialog.groups.setCurrentIndex(groups.index(0, 0))
    assert dialog.model.rowCount() == len(document.repairs)
    assert nameless(dialog) == []
    assert dead_buttons(dialog) == []


def test_home_shows_the_report_of_an_update(window: MainWindow, qtbot: Any) -> None:
    window.go("home")
    page = window.page()
    line = page._lines[0]
    page._report(window.session, line.updates[0])
    dialog = shown(page, ReportDialog, qtbot)
    assert "no-end-marker" in {row[4] for row in dialog.model._rows}


def test_columns_are_chosen_for_one_table_of_a_csv(
    window: MainWindow, qtbot: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path,
    nameless: Any, dead_buttons: Any,
) -> None:  # fmt: skip
    file = tmp_path / "plan.csv"
    answer(monkeypatch, "getSaveFileName", file)
    window.commands["export"].trigger()
    dialog = shown(window, ColumnsDialog, qtbot)
    assert list(dialog.chosen()) == ["activities"]
    links = dialog.tree.topLevelItem(1)
    links.child(1).setCheckState(0, Qt.CheckState.Checked)
    links.child(2).setCheckState(0, Qt.CheckState.Checked)
    assert dict(dialog.chosen()) == {"relationships": ("predecessor", "successor")}
    dialog.query.setText("lag")
    assert not links.child(4).isHidden()
    assert links.child(1).isHidden()
    links.setCheckState(0, Qt.CheckState.Unchecked)
    assert not dialog.export.isEnabled()
    links.setCheckState(0, Qt.CheckState.Checked)
    assert nameless(dialog) == []
    assert dead_buttons(dialog) == []
    qtbot.mouseClick(dialog.export, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(file.is_file, timeout=120000)
    idle(window, qtbot)
    assert file.read_bytes().startswith("\ufeffLink,Predecessor,Successor,Type".encode())


def test_a_block_from_the_clipboard_goes_into_the_schedule(window: MainWindow, qtbot: Any) -> None:
    document = window.state.document
    assert document is not None
    window.go("schedule")
    page = window.page()
    table, model = page.table, page.model
    column = next(k for k, one in enumerate(model.shown) if one.kind == "name")
    bands = model.plan.outline.bands
    place = next(
        row for row in range(model.rowCount() - 1)
        if model.source(row) >= bands and model.source(row + 1) >= bands
    )  # fmt: skip
    rows = [model.source(place + k) - bands for k in range(2)]
    before = document.schedule
    table.setFocus()
    table.setCurrentIndex(model.index(place, column))
    QGuiApplication.clipboard().setText("First pasted\r\nSecond pasted\r\n")
    qtbot.keyClick(table, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: document.schedule is not before, timeout=120000)
    assert document.schedule.activities.name[rows].tolist() == ["First pasted", "Second pasted"]
    assert window.state.undo_stack is not None
    assert window.state.undo_stack.undo_label == "Paste 2 cells"
    window.commands["undo"].trigger()
    assert document.schedule.digest == before.digest
    idle(window, qtbot)

    place = next(row for row in range(model.rowCount()) if model.source(row) >= bands)
    table.setCurrentIndex(model.index(place, column))
    QGuiApplication.clipboard().setText('""\r\n')
    qtbot.keyClick(table, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
    idle(window, qtbot)
    QGuiApplication.clipboard().setText("Another\r\n \r\n")
    qtbot.keyClick(table, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
    dialog = shown(page, ImportDialog, qtbot)
    assert dialog.windowTitle() == "Paste block"
    reasons = {dialog.model.cell(row, 7).text for row in range(dialog.model.rowCount())}
    assert any("needs a name" in reason or "no activity" in reason for reason in reasons)


def test_rows_are_copied_for_a_spreadsheet(window: MainWindow, qtbot: Any) -> None:
    window.go("schedule")
    table = window.page().table
    table.setFocus()
    table.setCurrentIndex(table.activities.index(2, 0))
    qtbot.keyClick(table, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    found = QGuiApplication.clipboard().mimeData()
    lines = found.text().splitlines()
    assert len(lines) == 2
    assert found.html().count("<tr>") == 2
    assert "mso-number-format" in found.html()
    held = Qt.KeyboardModifier.ControlModifier
    qtbot.keyClick(table, Qt.Key.Key_A, held)
    qtbot.keyClick(table, Qt.Key.Key_C, held)
    rows = QGuiApplication.clipboard().text().splitlines()
    assert len(rows) == table.activities.rowCount() + 1
    shown_column = next(k for k, one in enumerate(table.activities.shown) if one.kind == "name")
    flag = QItemSelectionModel.SelectionFlag
    place = table.activities.index(2, shown_column)
    table.selectionModel().setCurrentIndex(place, flag.ClearAndSelect | flag.Rows)
    assert table.copy(one_column=True) == f"{table.activities.cell(2, shown_column).text}\n"


def test_help_tells_of_files(window: MainWindow, qtbot: Any) -> None:
    window.go("home")
    window.commands["help"].trigger()
    window.help.browser.anchorClicked.emit(QUrl("files.md"))
    assert "Tables back in" in window.help.browser.toPlainText()


def marked(table: Any, qtbot: Any, first: tuple[int, int], last: tuple[int, int]) -> None:
    """Click a cell and mark the rectangle to another one by the keyboard."""
    place = table.activities.index(*first)
    table.scrollTo(place)
    point = table.visualRect(place).center()
    qtbot.mouseClick(table.viewport(), Qt.MouseButton.LeftButton, pos=point)
    shift, head = Qt.KeyboardModifier.ShiftModifier, table.horizontalHeader()
    across = head.visualIndex(last[1]) - head.visualIndex(first[1])
    for key, steps in (
        (Qt.Key.Key_Right if across > 0 else Qt.Key.Key_Left, abs(across)),
        (Qt.Key.Key_Down if last[0] > first[0] else Qt.Key.Key_Up, abs(last[0] - first[0])),
    ):
        for _ in range(steps):
            qtbot.keyClick(table, key, shift)


def test_a_rectangle_is_copied_from_one_place_and_pasted_at_another(
    window: MainWindow, qtbot: Any
) -> None:
    document, held = window.state.document, Qt.KeyboardModifier.ControlModifier
    assert document is not None
    window.go("schedule")
    page = window.page()
    table, model = page.table, page.model
    table.setFocus()
    bands, acts = model.plan.outline.bands, document.schedule.activities
    free = [
        row for row in range(model.rowCount())
        if (node := model.source(row)) >= bands
        and acts.type[node - bands] == 0 and acts.status[node - bands] == 0
    ]  # fmt: skip
    assert document.cpm is not None
    due = document.cpm.early_start > document.schedule.data_date + 1440  # to begin later
    free = [row for row in free if due[model.source(row) - bands]]
    runs = [row for row in free if row + 1 in free]
    start, target = runs[0], next(row for row in runs if row > runs[0] + 1)
    name, begin = (
        next(k for k in range(len(model.shown)) if model.shown[k].id == which)
        for which in ("name", "start")
    )
    marked(table, qtbot, (start, name), (start + 1, begin))
    qtbot.keyClick(table, Qt.Key.Key_C, held)
    lines = [line.split("\t") for line in QGuiApplication.clipboard().text().splitlines()]
    assert [line[0] for line in lines] == [
        model.cell(start + k, name).text for k in range(2)
    ]  # no titles
    assert {len(line) for line in lines} == {3}
    source, goal = ([model.source(at + k) - bands for k in range(2)] for at in (start, target))
    before = document.schedule

    # it begins at the upper left corner, wherever the rectangle was begun
    marked(table, qtbot, (target + 1, begin), (target, name))
    qtbot.keyClick(table, Qt.Key.Key_V, held)
    dialog = shown(window, ImportDialog, qtbot)
    found = [
        [dialog.model.cell(row, column).text for column in range(8)]
        for row in range(dialog.model.rowCount())
    ]
    refused = [line for line in found if line[0] == "Refused"]
    assert [(line[3], line[4], line[6]) for line in refused] == [
        (str(acts.code[row]), model.columns[begin].title, texts[-1])
        for row, texts in zip(goal, lines, strict=True)
    ]
    assert all("data date" in line[7] for line in refused)
    assert document.schedule is before
    qtbot.mouseClick(dialog.apply, Qt.MouseButton.LeftButton)
    idle(window, qtbot)
    made = document.schedule.activities
    assert made.name[goal].tolist() == acts.name[source].tolist()
    others = [row for row in range(len(made)) if row not in goal]
    for column in ("name", "remaining_duration", "actual_start"):
        assert getattr(made, column)[others].tolist() == getattr(acts, column)[others].tolist()
    assert made.name[goal].tolist() != acts.name[goal].tolist()
    stack = window.state.undo_stack
    assert stack is not None
    assert stack.undo_label == "Paste block"
    window.commands["undo"].trigger()
    idle(window, qtbot)
    assert document.schedule.digest == before.digest
    assert not stack.can_undo
