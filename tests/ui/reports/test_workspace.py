"""The Reports workspace as a user works with it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from planbench.domain.synthetic import synthetic_schedule
from planbench.services.document import Document
from planbench.services.library import Library
from planbench.services.recents import Recents
from planbench.services.scheduling import recalculate
from planbench.ui.reports.workspace import ReportsWorkspace
from planbench.ui.state import AppState

STATUS, MONTHLY = 0, 1


@pytest.fixture
def state(tmp_path: Path) -> Iterator[AppState]:
    made = AppState()
    made.library = Library.open(tmp_path / "l.planbench", Recents(tmp_path / "r.json"))
    yield made
    made.close()
    made.library.close()


@pytest.fixture
def workspace(themed: Any, state: AppState, qtbot: Any) -> ReportsWorkspace:
    made = ReportsWorkspace(state)
    qtbot.addWidget(made)
    made.resize(1500, 850)
    made.show()
    document = Document(synthetic_schedule(80, 120), title="Works", update_label="March")
    recalculate(document)
    state.open_document(document)
    made.shown()
    wait(made, qtbot)
    return made


def wait(workspace: ReportsWorkspace, qtbot: Any) -> None:
    def still() -> bool:
        return not workspace.state.busy and not workspace._timer.isActive()

    qtbot.waitUntil(still, timeout=60_000)


def headings(workspace: ReportsWorkspace) -> list[str]:
    assert workspace.report is not None
    return [section.title for section in workspace.report.sections]


def choose(workspace: ReportsWorkspace, row: int, qtbot: Any) -> None:
    workspace.list.setCurrentIndex(workspace.model.index(row, 0))
    wait(workspace, qtbot)


def test_the_monthly_report_is_shown_first(
    workspace: ReportsWorkspace, nameless: Any, dead_buttons: Any
) -> None:
    assert workspace.template is not None
    assert workspace.template.id == "monthly"
    assert headings(workspace)[-1] == "Where the figures come from"
    assert not workspace.view.picture.isNull()
    assert workspace.place.text().startswith("Page 1 of ")
    assert nameless(workspace) == []
    assert dead_buttons(workspace) == []


def test_keys_turn_the_pages(workspace: ReportsWorkspace) -> None:
    QTest.keyClick(workspace.view, Qt.Key.Key_PageDown)
    assert workspace.page == 1
    QTest.keyClick(workspace.view, Qt.Key.Key_End)
    assert workspace.page == len(workspace.pages) - 1
    assert not workspace.on.isEnabled()
    QTest.keyClick(workspace.view, Qt.Key.Key_Home)
    assert workspace.place.text().startswith("Page 1 of ")


def test_a_section_is_taken_out_moved_and_added(workspace: ReportsWorkspace, qtbot: Any) -> None:
    choose(workspace, STATUS, qtbot)
    before = headings(workspace)
    pane = workspace.sections
    pane.list.item(0).setCheckState(Qt.CheckState.Unchecked)
    wait(workspace, qtbot)
    assert headings(workspace) == before[1:]
    pane.list.item(0).setCheckState(Qt.CheckState.Checked)
    pane.list.setCurrentRow(0)
    QTest.mouseClick(pane.down, Qt.MouseButton.LeftButton)
    wait(workspace, qtbot)
    assert headings(workspace) == [before[1], before[0], *before[2:]]
    pane.kinds.setCurrentIndex(pane.kinds.findData("near-critical"))
    QTest.mouseClick(pane.add, Qt.MouseButton.LeftButton)
    wait(workspace, qtbot)
    assert headings(workspace)[2] == "Near-critical work"
    QTest.mouseClick(pane.remove, Qt.MouseButton.LeftButton)
    wait(workspace, qtbot)
    assert "Near-critical work" not in headings(workspace)


def test_words_take_figures_and_say_what_is_wrong(workspace: ReportsWorkspace, qtbot: Any) -> None:
    choose(workspace, STATUS, qtbot)
    pane = workspace.sections
    pane.list.setCurrentRow(0)
    QTest.keyClicks(pane.words, "Ends on ")
    pane.figures.setCurrentIndex(pane.figures.findData("finish"))
    pane.figures.activated.emit(pane.figures.currentIndex())
    wait(workspace, qtbot)
    assert workspace.report is not None
    text = workspace.report.sections[0].blocks[0].text  # type: ignore[union-attr]
    assert text.startswith("Ends on ")
    assert "{" not in text
    QTest.keyClicks(pane.words, " {nonsense}")
    assert "nonsense" in pane.wrong.text()
    pane.title.setText("Now")
    QTest.keyClick(pane.title, Qt.Key.Key_Return)
    wait(workspace, qtbot)
    assert headings(workspace)[0] == "Now"


def test_an_own_template_is_kept_and_deleted(workspace: ReportsWorkspace, qtbot: Any) -> None:
    choose(workspace, STATUS, qtbot)
    shipped = len(workspace.model.templates)
    workspace.sections.list.item(0).setCheckState(Qt.CheckState.Unchecked)
    workspace.keep("Of the site")
    wait(workspace, qtbot)
    assert len(workspace.model.templates) == shipped + 1
    assert workspace.template is not None
    assert workspace.template.title == "Of the site"
    assert not workspace.template.parts[0].on
    assert workspace.drop.isVisible()
    QTest.mouseClick(workspace.drop, Qt.MouseButton.LeftButton)
    wait(workspace, qtbot)
    assert len(workspace.model.templates) == shipped
    assert not workspace.drop.isVisible()


@pytest.mark.parametrize(
    ("ending", "begins"),
    [("pdf", b"%PDF"), ("html", b"<!doctype html"), ("xlsx", b"PK"), ("pptx", b"PK")],
)
def test_export(
    workspace: ReportsWorkspace, qtbot: Any, tmp_path: Path, ending: str, begins: bytes
) -> None:
    path = tmp_path / f"out.{ending}"
    workspace.write_to(str(path))
    wait(workspace, qtbot)
    assert path.read_bytes().startswith(begins)


def test_what_cannot_be_written_is_said(workspace: ReportsWorkspace, tmp_path: Path) -> None:
    told: list[str] = []
    workspace.state.message.connect(lambda kind, words: told.append(words))
    workspace.write_to(str(tmp_path / "out.doc"))
    workspace.open_template(str(tmp_path / "none.json"))
    assert "reports end with .pdf" in told[0]
    assert "cannot be read" in told[1]


def test_without_a_schedule_it_says_what_goes_here(
    workspace: ReportsWorkspace, state: AppState, qtbot: Any
) -> None:
    state.open_document(None)
    wait(workspace, qtbot)
    assert workspace._stack.currentIndex() == 0
    assert not workspace.export.isEnabled()
    assert workspace.place.text() == ""
