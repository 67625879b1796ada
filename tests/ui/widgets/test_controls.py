"""Buttons, switches, fields, banners: what they say, do and how they are reached."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QVBoxLayout, QWidget

from planbench.ui.theme import current_theme, theme_manager
from planbench.ui.widgets import (
    CHIPS,
    Banner,
    Button,
    Chip,
    ComboBox,
    EmptyState,
    FoldingRow,
    FormField,
    Label,
    SearchField,
    SegmentedControl,
    Stat,
    StatStrip,
    Tabs,
    ThinProgress,
    Toast,
    Toolbar,
)


def test_a_compact_button_keeps_its_name(themed: QApplication, qtbot: Any) -> None:
    button = Button("Columns", "default", "columns", hint="Ctrl+L")
    qtbot.addWidget(button)
    wide = button.sizeHint().width()
    button.set_compact(True)
    assert button.sizeHint().width() < wide
    assert button.accessibleName() == "Columns"
    assert button.toolTip() == "Columns (Ctrl+L)"
    button.set_compact(False)
    assert button.sizeHint().width() == wide


def test_a_button_without_icon_never_loses_its_words(themed: QApplication, qtbot: Any) -> None:
    button = Button("Run")
    qtbot.addWidget(button)
    before = button.sizeHint()
    button.set_compact(True)
    assert button.sizeHint() == before


@pytest.mark.parametrize(
    ("kind", "role"), [("primary", "accent"), ("default", "surface-raised"), ("danger", "negative")]
)
def test_buttons_wear_their_kind(kind: str, role: str, themed: QApplication, qtbot: Any) -> None:
    button = Button("Go", kind)
    qtbot.addWidget(button)
    image = button.grab().toImage()
    point = (4, image.height() // 2) if kind != "danger" else (0, image.height() // 2)
    assert image.pixelColor(*point) == current_theme().color(role)


def test_a_toolbar_is_terse_in_a_narrow_window(themed: QApplication, qtbot: Any) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    bar = Toolbar("Risk")
    QVBoxLayout(window).addWidget(bar)
    plain = Button("Columns", "default", "columns")
    first = Button("Run", "primary", "play")
    bar.add(plain)
    bar.add(first)
    window.resize(1600, 80)
    window.show()
    wide = (plain.sizeHint().width(), first.sizeHint().width())
    window.resize(1200, 80)
    QApplication.processEvents()
    assert plain.sizeHint().width() < wide[0]
    assert first.sizeHint().width() == wide[1]


def test_segments_answer_to_mouse_and_arrows(themed: QApplication, qtbot: Any) -> None:
    control = SegmentedControl(["Trace", "Paths", "Both"], "Show")
    qtbot.addWidget(control)
    control.show()
    heard: list[int] = []
    control.changed.connect(heard.append)
    qtbot.mouseClick(control, Qt.MouseButton.LeftButton, pos=control.rect().center())
    qtbot.keyClick(control, Qt.Key.Key_Right)
    qtbot.keyClick(control, Qt.Key.Key_Right)
    qtbot.keyClick(control, Qt.Key.Key_Left)
    assert heard == [1, 2, 1]
    assert control.accessibleName() == "Show: Paths"
    with pytest.raises(ValueError, match="fixed"):
        control.set_choices(["one"])


def test_a_field_says_its_error(themed: QApplication, qtbot: Any) -> None:
    field = FormField("Finish", "31-Feb-27")
    qtbot.addWidget(field)
    field.show()
    field.set_error("No 31 February.")
    assert field.field.accessibleDescription() == "No 31 February."
    edge = field.field.grab().toImage().pixelColor(0, 14)
    assert edge == current_theme().color("negative")
    field.set_error("")
    assert field.field.grab().toImage().pixelColor(0, 14) != edge


def test_a_field_tells_only_new_texts(themed: QApplication, qtbot: Any) -> None:
    field = FormField("Name", "one")
    qtbot.addWidget(field)
    heard: list[str] = []
    field.edited.connect(heard.append)
    qtbot.keyClick(field.field, Qt.Key.Key_Return)
    qtbot.keyClicks(field.field, "s")
    qtbot.keyClick(field.field, Qt.Key.Key_Return)
    assert heard == ["ones"]


def test_escape_clears_a_search(themed: QApplication, qtbot: Any) -> None:
    search = SearchField("Filter")
    qtbot.addWidget(search)
    qtbot.keyClicks(search, "pump")
    assert search.text() == "pump"
    qtbot.keyClick(search, Qt.Key.Key_Escape)
    assert search.text() == ""


def test_a_banner_offers_what_it_names(themed: QApplication, qtbot: Any) -> None:
    banner = Banner("error")
    qtbot.addWidget(banner)
    assert not banner.isVisible()
    done: list[int] = []
    banner.show_message("9 links", "Read in part", action="See them", slot=lambda: done.append(1))
    qtbot.mouseClick(banner._action, Qt.MouseButton.LeftButton)
    assert done == [1]
    assert banner.accessibleName() == "Read in part 9 links"
    qtbot.mouseClick(banner._close, Qt.MouseButton.LeftButton)
    assert not banner.isVisible()


def test_an_empty_state_acts(themed: QApplication, qtbot: Any) -> None:
    done: list[str] = []
    empty = EmptyState(
        "Nothing yet",
        "A file goes here.",
        ("Open", "open", lambda: done.append("open")),
        ("Sample", "", lambda: done.append("sample")),
    )
    qtbot.addWidget(empty)
    for button in empty.findChildren(Button):
        qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    assert done == ["open", "sample"]


def test_a_toast_goes_by_its_button(themed: QApplication, qtbot: Any) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    window.resize(600, 300)
    window.show()
    toast = Toast(window)
    toast.say("Link deleted", action="Undo", slot=window.hide)
    assert toast.isVisible()
    assert window.rect().contains(toast.geometry())
    qtbot.mouseClick(toast._action, Qt.MouseButton.LeftButton)
    assert not window.isVisible()


def test_labels_follow_the_theme(themed: QApplication, qtbot: Any) -> None:
    label = Label("late", role="late")
    qtbot.addWidget(label)
    theme_manager().set_mode("dark")
    assert label.palette().windowText().color() == current_theme().color("late")


def test_every_chip_can_be_drawn_in_both_themes(themed: QApplication, qtbot: Any) -> None:
    for mode in ("light", "dark"):
        theme_manager().set_mode(mode)
        for kind, (fill, _role, _icon) in CHIPS.items():
            chip = Chip(kind, "Word")
            qtbot.addWidget(chip)
            chip.resize(chip.sizeHint())
            image = chip.grab().toImage()
            assert image.pixelColor(3, 10) == current_theme().color(fill), kind
    with pytest.raises(KeyError):
        Chip("purple", "x")


def test_progress_says_its_share(themed: QApplication, qtbot: Any) -> None:
    bar = ThinProgress("Risk run")
    qtbot.addWidget(bar)
    bar.set(64, 100)
    assert bar.accessibleName() == "Risk run: 64 %"
    bar.set(5, 0)
    assert bar.accessibleName() == "Risk run: 0 %"


def test_all_controls_have_names(
    themed: QApplication, qtbot: Any, nameless: Callable[[QWidget], list[str]]
) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    column = QVBoxLayout(window)
    for part in (
        Button("", "tool", "search", tip="Find"),
        SegmentedControl(["a", "b"]),
        SearchField("Filter"),
        ComboBox(["x"], "Scenario"),
        FormField("Name"),
        Tabs(["General", "Links"], "Details"),
        StatStrip([Stat("P80", "09-Aug-2029")]),
    ):
        column.addWidget(part)
    assert nameless(window) == []


def test_a_row_folds_where_words_are_too_long(themed: QApplication, qtbot: Any) -> None:
    one, other = Button("Open files"), Button("Sample")
    row = FoldingRow(one, other)
    pane = QWidget()
    row.setParent(pane)
    qtbot.addWidget(pane)
    pane.resize(400, 200)
    row.resize(row.sizeHint())
    pane.show()
    assert one.y() == other.y()
    row.resize(max(one.sizeHint().width(), other.sizeHint().width()), 100)
    QApplication.processEvents()
    assert other.y() >= one.y() + one.height()
    row.resize(row.sizeHint().width(), 100)
    QApplication.processEvents()
    assert one.y() == other.y()
