"""The whole window on a library of its own, used as a planner would."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QApplication, QWidget

from planbench.services.jobs import JobContext
from planbench.ui.actions import ActionRegistry, ActionSpec, duplicate_shortcuts
from planbench.ui.app import _catch_faults
from planbench.ui.frame.help import help_text
from planbench.ui.frame.rows import RowsDialog
from planbench.ui.frame.status import JobStrip, time_left
from planbench.ui.palette import ActivityIndex, matches
from planbench.ui.settings import Settings
from planbench.ui.state import AppState
from planbench.ui.theme import current_theme
from planbench.ui.window import MainWindow
from planbench.ui.workspaces import WORKSPACES


@pytest.fixture
def settings(own_home: Path) -> Settings:
    made = Settings(own_home / "window.json")
    made.set("library", str(own_home / "Test Library.planbench"))
    made.set("sample_shown", True)
    return made


@pytest.fixture
def window(
    themed: QApplication, settings: Settings, qtbot: Any, no_leaks: None
) -> Iterator[MainWindow]:
    """A window with an empty library, before any job was started."""
    made = MainWindow(AppState(), settings)
    qtbot.addWidget(made)
    made.resize(1440, 900)
    made.show()
    yield made
    made.close()


def wait_idle(window: MainWindow, qtbot: Any) -> None:
    qtbot.waitUntil(lambda: not window.state._newest, timeout=30000)


@pytest.fixture
def started(window: MainWindow, qtbot: Any) -> MainWindow:
    window.session.start([])
    wait_idle(window, qtbot)
    return window


@pytest.fixture(scope="module")
def sample_library(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A library with the sample in it, made once."""
    from planbench.services.library import Library
    from planbench.services.recents import Recents
    from planbench.services.sample import ensure_sample

    folder = tmp_path_factory.mktemp("library")
    path = folder / "Test Library.planbench"
    with Library.open(path, Recents(folder / "recents.json")) as library:
        ensure_sample(library)
    return path


@pytest.fixture
def sample(window: MainWindow, settings: Settings, sample_library: Path, qtbot: Any) -> MainWindow:
    """The window with the sample's latest update open and Schedule in front."""
    shutil.copy(sample_library, settings.get("library"))
    window.session.start([])
    wait_idle(window, qtbot)
    window.commands["sample"].trigger()
    qtbot.waitUntil(lambda: window.state.document is not None, timeout=60000)
    wait_idle(window, qtbot)
    return window


def test_it_begins_at_home_and_says_so(started: MainWindow) -> None:
    assert started.current == "home"
    assert started.rail.buttons["home"].isChecked()
    assert started.status.left() == "0 projects · 0 updates"
    assert started.context.project.text() == "Test Library"


def test_the_sample_fills_every_part(sample: MainWindow) -> None:
    document = sample.state.document
    assert document is not None
    assert document.cpm is not None
    assert sample.current == "schedule"
    assert sample.status.left().startswith("490 activities")
    assert "Retained logic" in sample.status.right()
    assert sample.context.update_.text().endswith("data date 30-Sep-2026")
    assert sample.context.agreement.text().startswith("Dates agree")
    sample.go("home")
    page = sample.page()
    assert [line.record.code for line in page._lines] == ["NORDLYS"]
    assert page.model.rowCount() == 5


def test_every_place_on_the_rail_can_be_visited(started: MainWindow, qtbot: Any) -> None:
    for one in WORKSPACES:
        qtbot.mouseClick(started.rail.buttons[one.name], Qt.MouseButton.LeftButton)
        assert started.current == one.name
        assert started.page().title == one.title
    with pytest.raises(KeyError):
        started.go("kitchen")


def test_back_returns_to_where_one_was(sample: MainWindow) -> None:
    sample.state.select(7)
    sample.go("quality")
    sample.state.select(9)
    sample.go("control")
    sample.commands["back"].trigger()
    assert (sample.current, sample.state.selection) == ("quality", 9)
    sample.commands["back"].trigger()
    assert (sample.current, sample.state.selection) == ("schedule", 7)


def test_the_palette_finds_commands_and_activities(sample: MainWindow, qtbot: Any) -> None:
    sample.commands["palette"].trigger()
    palette = sample.palette_
    assert palette.isVisible()
    qtbot.keyClicks(palette.field, "go to ris")
    qtbot.keyClick(palette.field, Qt.Key.Key_Return)
    assert sample.current == "risk"
    assert not palette.isVisible()
    document = sample.state.document
    assert document is not None
    code = str(document.schedule.activities.code[100])
    sample.commands["palette"].trigger()
    qtbot.keyClicks(palette.field, code.lower())
    qtbot.keyClick(palette.field, Qt.Key.Key_Down)
    qtbot.keyClick(palette.field, Qt.Key.Key_Up)
    qtbot.keyClick(palette.field, Qt.Key.Key_Return)
    assert sample.state.selection == 100


def test_escape_closes_the_palette(started: MainWindow, qtbot: Any) -> None:
    started.palette_.open("zzzz")
    assert started.palette_.model.rowCount() == 0
    qtbot.keyClick(started.palette_.field, Qt.Key.Key_Return)
    assert started.palette_.isVisible()
    qtbot.keyClick(started.palette_.field, Qt.Key.Key_Escape)
    assert not started.palette_.isVisible()


def test_help_is_of_the_view_in_front(started: MainWindow) -> None:
    started.commands["help"].trigger()
    assert started.help.isVisible()
    assert "your library" in started.help.browser.toPlainText().lower()
    started.go("control")
    assert "earned value" in started.help.browser.toPlainText().lower()
    started.commands["help"].trigger()
    assert not started.help.isVisible()


def test_every_workspace_with_a_help_page_shows_it() -> None:
    assert help_text("home").startswith("# Home")
    assert help_text("no such view") == help_text("index")


def test_colours_switch_and_are_remembered(started: MainWindow) -> None:
    assert not current_theme().dark
    started.commands["theme"].trigger()
    assert current_theme().dark
    assert started.settings.get("theme") == "dark"
    assert started.context.theme.icon_name == "sun"


def test_f6_goes_round(sample: MainWindow) -> None:
    sample.activateWindow()
    stops = sample.panes()
    assert len(stops) >= 3
    stops[0].setFocus()
    seen = []
    for _ in stops:
        sample.commands["next-pane"].trigger()
        seen.append(sample.focusWidget())
    assert len({id(widget) for widget in seen}) == len(stops)
    sample.commands["previous-pane"].trigger()
    assert sample.focusWidget() is seen[-2]


def test_a_dropped_file_is_imported_and_a_bad_one_named(
    started: MainWindow, qtbot: Any, tmp_path: Path
) -> None:
    from planbench.services.sample import export_sample

    good = export_sample(tmp_path)[0]
    bad = tmp_path / "notes.xer"
    bad.write_text("nothing of use")
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(path)) for path in (bad, good)])
    buttons, keys = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    enter = QDragEnterEvent(QPoint(9, 9), Qt.DropAction.CopyAction, mime, buttons, keys)
    started.dragEnterEvent(enter)
    assert enter.isAccepted()
    drop = QDropEvent(QPointF(9, 9), Qt.DropAction.CopyAction, mime, buttons, keys)
    started.dropEvent(drop)
    qtbot.waitUntil(lambda: started.state.document is not None, timeout=60000)
    wait_idle(started, qtbot)
    assert len(started.session.projects()) == 1
    assert "notes.xer" in started.strip.text()


def test_the_last_update_is_restored(sample: MainWindow, qtbot: Any) -> None:
    document = sample.state.document
    assert document is not None
    sample.close()
    again = MainWindow(AppState(), Settings(sample.settings.path))
    qtbot.addWidget(again)
    again.session.start([])
    qtbot.waitUntil(lambda: again.state.document is not None, timeout=30000)
    wait_idle(again, qtbot)
    assert again.state.document is not None
    assert again.state.document.update == document.update
    assert again.current == "schedule"
    again.close()


def test_another_baseline_can_be_chosen(sample: MainWindow, qtbot: Any) -> None:
    choices = sample.session.baseline_choices()
    assert [chosen for _, _, chosen in choices].count(True) == 1
    sample.session.set_baseline(None)
    wait_idle(sample, qtbot)
    assert sample.state.document is not None
    assert sample.state.document.baseline is None
    assert sample.context.baseline.text() == "none"


def test_a_step_is_named_undone_and_calculated(sample: MainWindow, qtbot: Any) -> None:
    from planbench.services.undo import SetCells

    document = sample.state.document
    assert document is not None
    assert document.cpm is not None
    before = document.cpm
    rows = [int(before.order[-1])]
    sample.state.push(SetCells("Set name", "activities", "name", rows, ["Other"]))
    assert sample.commands["undo"].text() == "Undo: Set name"
    assert sample.commands["undo"].isEnabled()
    wait_idle(sample, qtbot)
    assert document.cpm is not before
    sample.commands["undo"].trigger()
    assert not sample.commands["undo"].isEnabled()
    assert sample.commands["redo"].text() == "Redo: Set name"
    wait_idle(sample, qtbot)
    assert str(document.schedule.activities.name[rows[0]]) != "Other"


def test_a_running_job_can_be_stopped(started: MainWindow, qtbot: Any) -> None:
    def work(context: JobContext) -> None:
        import time

        while True:
            context.report(1, 4)
            time.sleep(0.01)

    started.state.run("test", "Endless work", work, lambda _result: None)
    strips = started.status.findChildren(JobStrip)
    strip = strips[-1]
    qtbot.waitUntil(strip.isVisible, timeout=5000)
    qtbot.mouseClick(strip._cancel, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: "test" not in started.state._newest, timeout=5000)
    qtbot.waitUntil(lambda: not started.status.findChildren(JobStrip), timeout=5000)


def test_our_mistakes_make_one_strip(started: MainWindow, caplog: pytest.LogCaptureFixture) -> None:
    for number in (1, 1, 2):
        mistake = ZeroDivisionError(f"mistake {number}")
        started.fault(type(mistake), mistake, None)
    assert started.strip.isVisible()
    assert "mistake 1" in started.strip.text()
    assert "unchanged" in started.strip.text()
    assert [record.message.count("mistake") for record in caplog.records] == [1, 1]


def test_a_mistake_while_painting_leaves_the_window_alive(started: MainWindow, qtbot: Any) -> None:
    class Broken(QWidget):
        def paintEvent(self, event: object) -> None:
            raise KeyError("no such colour")

    with qtbot.capture_exceptions():
        _catch_faults(started)
        widget = Broken(started)
        widget.resize(50, 50)
        widget.show()
        qtbot.waitUntil(started.strip.isVisible, timeout=5000)
    widget.hide()
    assert "no such colour" in started.strip.text()


def test_a_mistake_in_a_job_is_told_and_logged(
    started: MainWindow, qtbot: Any, caplog: pytest.LogCaptureFixture
) -> None:
    def work(_context: JobContext) -> None:
        raise LookupError("the cupboard is bare")

    started.state.run("test", "Looking", work, lambda _result: None)
    wait_idle(started, qtbot)
    assert "Looking" in started.strip.text()
    assert "the cupboard is bare" in started.strip.text()
    assert caplog.records[-1].exc_info is not None


def test_everything_has_a_name_and_does_something(
    sample: MainWindow,
    nameless: Callable[[QWidget], list[str]],
    dead_buttons: Callable[[QWidget], list[str]],
) -> None:
    sample.commands["help"].trigger()
    for one in WORKSPACES:
        sample.go(one.name)
        sample.palette_.open()
        assert nameless(sample) == [], one.name
    assert dead_buttons(sample) == []


def test_no_key_is_given_twice(sample: MainWindow) -> None:
    numbers = {f"Ctrl+{digit}" for digit in range(1, 10)}
    for one in WORKSPACES:
        sample.go(one.name)
        actions = [*sample.commands.all(), *sample.page().actions()]
        assert duplicate_shortcuts(actions) == []
        assert not numbers & {action.shortcut().toString() for action in actions}


def test_the_registry_refuses_doubles(themed: QApplication, qtbot: Any) -> None:
    owner = QWidget()
    qtbot.addWidget(owner)
    registry = ActionRegistry(owner)
    done: list[int] = []
    registry.add(ActionSpec("one", "One", "Ctrl+1"), lambda: done.append(1))
    with pytest.raises(ValueError, match="one"):
        registry.add(ActionSpec("one", "Other"), lambda: None)
    with pytest.raises(ValueError, match="Ctrl"):
        registry.add(ActionSpec("two", "Two", "Ctrl+1"), lambda: None)
    registry["one"].trigger()
    assert done == [1]


def test_every_entry_can_be_made(themed: QApplication, qtbot: Any) -> None:
    from planbench.ui.workspaces import make

    state = AppState()
    for one in WORKSPACES:
        page = make(one, state)
        qtbot.addWidget(page)
        assert page.name == one.name
        page.shown()
    state.close()


@pytest.mark.parametrize(
    ("done", "total", "elapsed", "words"),
    [
        (0, 0, 9.0, ""),
        (1, 100, 9.0, "1\u202f%"),
        (64, 100, 7.0, "64\u202f% · 4\u202fs left"),
        (10, 100, 60.0, "10\u202f% · 9\u202fmin left"),
        (5, 4, 1.0, "100\u202f% · 1\u202fs left"),
    ],
)
def test_time_left(done: int, total: int, elapsed: float, words: str) -> None:
    assert time_left(done, total, elapsed) == words


def test_activities_are_found_by_id_first() -> None:
    index = ActivityIndex(["F41", "A1", "F410"], ["Valve", "Hall f41", "Cure"])
    assert [row for row, _ in index.find("f41", 10)] == [0, 2, 1]
    assert index.find("hall f", 10) == [(1, "A1  Hall f41")]
    assert index.find("f41", 1) == [(0, "F41  Valve")]
    assert index.find("  ", 5) == []
    assert matches("FILES op", "Open files…")
    assert not matches("shut", "Open files…")


def test_the_agreement_opens_its_rows(sample: MainWindow, qtbot: Any) -> None:
    document = sample.state.document
    assert document is not None
    assert document.agreement is not None
    qtbot.mouseClick(sample.context.agreement, Qt.MouseButton.LeftButton)
    dialog = sample.findChild(RowsDialog)
    assert dialog is not None
    found = document.agreement.mismatches
    assert dialog.model.rowCount() == len(found) > 0
    dialog.table.select_row(0)
    qtbot.keyClick(dialog.table, Qt.Key.Key_Return)
    assert sample.state.selection == found[0].row
    assert dialog.isVisible()
    dialog.close()


def test_what_a_file_needed_mended_is_told_and_listed(
    started: MainWindow, qtbot: Any, tmp_path: Path
) -> None:
    from planbench.services.sample import export_sample

    lines = export_sample(tmp_path)[0].read_text(encoding="cp1252").splitlines()
    first = next(i for i, line in enumerate(lines) if line == "%T\tTASKPRED") + 2
    lines.insert(first, "%R\t999999\t1\t2\tlost")
    broken = tmp_path / "broken.xer"
    broken.write_text("\n".join(lines), encoding="cp1252")
    started.session.import_files([str(broken)])
    qtbot.waitUntil(started.strip.isVisible, timeout=60000)
    wait_idle(started, qtbot)
    document = started.state.document
    assert document is not None
    assert "mended" in started.strip.text()
    qtbot.mouseClick(started.strip._action, Qt.MouseButton.LeftButton)
    dialog = started.findChild(RowsDialog)
    assert dialog is not None
    assert dialog.model.rowCount() == len(document.repairs)
    dialog.filter.setText("taskpred")
    assert 0 < dialog.model.rowCount() <= len(document.repairs)
    dialog.copy()
    copied = QApplication.clipboard().text().splitlines()
    assert copied[0].startswith("Kind\tWhere")
    assert len(copied) == 1 + dialog.model.rowCount()
    dialog.close()


def test_projects_are_renamed_and_deleted(sample: MainWindow, qtbot: Any) -> None:
    session = sample.session
    (project,) = session.projects()
    session.rename_project(project.id, "Northern light")
    wait_idle(sample, qtbot)
    assert session.projects()[0].name == "Northern light"
    session.rename_update(project.updates[0].id, "Contract plan")
    wait_idle(sample, qtbot)
    assert session.projects()[0].updates[0].label == "Contract plan"
    session.delete_update(project.updates[1].id)
    wait_idle(sample, qtbot)
    assert len(session.projects()[0].updates) == 3
    assert sample.state.document is not None
    session.delete_project(project.id)
    wait_idle(sample, qtbot)
    assert session.projects() == ()
    assert sample.state.document is None
    assert sample.status.left() == "0 projects · 0 updates"


def test_the_original_file_comes_out_byte_for_byte(
    started: MainWindow, qtbot: Any, tmp_path: Path
) -> None:
    from planbench.services.sample import export_sample

    path = export_sample(tmp_path)[0]
    started.session.import_files([str(path)])
    qtbot.waitUntil(lambda: started.state.document is not None, timeout=60000)
    wait_idle(started, qtbot)
    document = started.state.document
    assert document is not None
    assert document.update is not None
    started.session.save_original(document.update, str(tmp_path / "out.xer"))
    wait_idle(started, qtbot)
    assert (tmp_path / "out.xer").read_bytes() == path.read_bytes()
    started.session.save_original(document.update, str(tmp_path / "no folder" / "out.xer"))
    wait_idle(started, qtbot)
    assert "cannot be written" in started.strip.text()
    started.session.save_copy(str(tmp_path / "copy.planbench"))
    wait_idle(started, qtbot)
    assert (tmp_path / "copy.planbench").stat().st_size > 0


def test_a_figure_shows_its_projects(sample: MainWindow, qtbot: Any) -> None:
    sample.go("home")
    page = sample.page()
    assert page.model.rowCount() == 5
    page.strip.opened.emit(3)
    assert page.model.rowCount() == 0
    page.strip.opened.emit(3)
    assert page.model.rowCount() == 5
    page.strip.opened.emit(2)
    assert page._shown_chip.text() == "Only: Watch"
    qtbot.mouseClick(page._shown_chip, Qt.MouseButton.LeftButton)
    assert not page._shown_chip.isVisible()


def test_checks_that_were_run_reach_home(sample: MainWindow, qtbot: Any) -> None:
    document = sample.state.document
    assert document is not None
    sample.go("quality")
    qtbot.waitUntil(lambda: bool(document.quality), timeout=60000)
    wait_idle(sample, qtbot)
    sample.go("home")
    latest = sample.page()._lines[0].latest
    report = next(one for one in document.quality if one.ruleset_id == "dcma-pam-2012")
    assert latest.checks == (report.counts()["meets"], report.counts()["flag"])


def test_a_library_that_cannot_be_opened_leaves_a_usable_window(
    window: MainWindow, qtbot: Any, own_home: Path
) -> None:
    junk = own_home / "xdg_data_home" / "planbench" / "library.planbench"
    junk.parent.mkdir(parents=True)
    junk.write_text("no database at all, only words")
    window.settings.set("library", "")
    window.session.start([])
    wait_idle(window, qtbot)
    assert "library.planbench" in window.strip.text()
    assert "could not be opened" in window.context.note.text()
    window.commands["sample"].trigger()
    assert "could not be opened" in window.strip.text()
    assert junk.read_text() == "no database at all, only words"
    window.session.open_library(str(own_home / "fresh.planbench"))
    wait_idle(window, qtbot)
    assert window.context.project.text() == "fresh"
    assert window.session.projects() == ()


def test_a_chosen_library_that_is_spoilt_gives_way_to_the_users_own(
    window: MainWindow, qtbot: Any
) -> None:
    Path(window.settings.get("library")).write_text("spoilt")
    window.session.start([])
    wait_idle(window, qtbot)
    assert window.context.project.text() == "My library"
    assert "Test Library" in window.strip.text()


def test_in_a_small_window_the_table_keeps_its_figures(sample: MainWindow, qtbot: Any) -> None:
    sample.go("home")
    page = sample.page()
    qtbot.waitUntil(lambda: page.sidebar.isVisible(), timeout=5000)
    sample.resize(1024, 700)
    qtbot.waitUntil(lambda: not page.sidebar.isVisible(), timeout=5000)
    assert page._opens.isVisible()
    head = page.table.horizontalHeader()
    assert head.length() <= page.table.viewport().width()
    assert page.table.columnWidth(0) > 200
