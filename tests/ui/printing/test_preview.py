"""The print preview, used with keys and mouse."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QDialog, QWidget
from pytestqt.qtbot import QtBot

from planbench.domain.synthetic import synthetic_schedule
from planbench.services.document import Document
from planbench.services.scheduling import recalculate
from planbench.ui.printing.preview import PrintPreview
from planbench.ui.settings import Settings
from planbench.ui.state import AppState
from planbench.ui.window import MainWindow


@pytest.fixture(scope="module")
def document() -> Document:
    made = Document(synthetic_schedule(200, 260), title="Line 7", update_label="March")
    recalculate(made)
    return made


@pytest.fixture
def window(
    themed: QApplication, own_home: Path, qtbot: QtBot, no_leaks: None
) -> Iterator[MainWindow]:
    made = MainWindow(AppState(), Settings(own_home / "window.json"))
    made.show()
    yield made
    for dialog in made.findChildren(QDialog):
        dialog.close()
    made.close()
    made.deleteLater()


@pytest.fixture
def preview(window: MainWindow, document: Document, qtbot: QtBot) -> PrintPreview:
    window.state.open_document(document)
    made = PrintPreview.open_for(window)
    assert made is not None
    _painted(made, qtbot)
    return made


def _painted(preview: PrintPreview, qtbot: QtBot) -> None:
    qtbot.waitUntil(lambda: not preview.view.picture.isNull(), timeout=60_000)


def test_without_a_schedule_it_says_so(window: MainWindow) -> None:
    window.commands["print"].trigger()
    assert PrintPreview.open_for(window) is None


def test_ctrl_p_opens_it(window: MainWindow, document: Document, qtbot: QtBot) -> None:
    window.state.open_document(document)
    assert window.commands["print"].shortcut().toString() == "Ctrl+P"
    window.commands["print"].trigger()
    found = window.findChildren(PrintPreview)
    assert len(found) == 1
    assert window.current == "schedule"
    _painted(found[0], qtbot)


def test_every_control_has_a_name_and_a_use(
    preview: PrintPreview,
    nameless: Callable[[QWidget], list[str]],
    dead_buttons: Callable[[QWidget], list[str]],
) -> None:
    assert nameless(preview) == []
    assert dead_buttons(preview) == []


def test_keys_turn_the_sheets(preview: PrintPreview, qtbot: QtBot) -> None:
    assert preview.layout_ is not None
    total = len(preview.layout_.sheets)
    assert total > 2
    assert not preview.before.isEnabled()
    qtbot.keyClick(preview.view, Qt.Key.Key_PageDown)
    assert preview.count.text() == f"Page 2 of {total}"
    qtbot.keyClick(preview.view, Qt.Key.Key_End)
    assert preview.page == total - 1
    assert not preview.after.isEnabled()
    qtbot.mouseClick(preview.before, Qt.MouseButton.LeftButton)
    assert preview.page == total - 2


def test_choices_change_the_sheets(preview: PrintPreview, qtbot: QtBot) -> None:
    assert preview.layout_ is not None
    before = len(preview.layout_.sheets)
    preview.wide.setValue(2)
    qtbot.waitUntil(lambda: len(preview.layout_.sheets) == 2 * before)  # type: ignore[union-attr]
    preview.paper.setCurrentText("A1")
    preview.way.set_index(1)
    qtbot.waitUntil(lambda: preview.setup.paper == "A1")
    assert not preview.setup.landscape
    assert len(preview.layout_.sheets) < 2 * before


def test_what_does_not_fit_is_said_in_place(preview: PrintPreview, qtbot: QtBot) -> None:
    preview.tall.setValue(1)
    qtbot.waitUntil(lambda: preview.layout_ is None)
    assert "too small to read" in preview.problem.text()
    assert not preview.write.isEnabled()
    preview.tall.setValue(0)
    qtbot.waitUntil(lambda: preview.layout_ is not None)
    assert not preview.problem.isVisible()


def test_dates_bound_the_time(preview: PrintPreview, qtbot: QtBot) -> None:
    qtbot.keyClicks(preview.start.field, "someday")
    preview.lay_out()
    assert preview.start.field.accessibleDescription().startswith("No date")
    preview.start.field.clear()
    qtbot.keyClicks(preview.start.field, "01-Mar-2026")
    qtbot.keyClicks(preview.finish.field, "31-Mar-2026")
    preview.lay_out()
    assert preview.layout_ is not None
    time = preview.layout_.sheets[0].time
    assert time.left < preview.setup.start < preview.setup.finish < time.right
    assert preview.setup.finish - preview.setup.start == 31 * 1440


def test_it_writes_and_remembers(
    preview: PrintPreview, window: MainWindow, tmp_path: Path, qtbot: QtBot
) -> None:
    told: list[tuple[str, str]] = []
    window.state.message.connect(lambda kind, words: told.append((kind, words)))
    qtbot.keyClicks(preview.texts["document"].field, "SCH-31")
    preview.lay_out()
    out = tmp_path / "plan.pdf"
    preview.write_to(str(out))
    qtbot.waitUntil(lambda: bool(told), timeout=60_000)
    assert told == [("info", f"Written to {out}")]
    assert out.read_bytes().startswith(b"%PDF")
    assert window.settings.get("print")["document"] == "SCH-31"
    assert "title" not in window.settings.get("print")


def test_a_logo_that_is_no_picture_is_refused(preview: PrintPreview, tmp_path: Path) -> None:
    file = tmp_path / "logo.png"
    file.write_bytes(b"nothing")
    preview.set_logo(str(file))
    assert "no picture" in preview.problem.text()
    assert preview.setup.logo == ""
