"""The window without a mouse and without a screen: all workspaces, all their views."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, Qt
from PySide6.QtGui import QAccessible
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QAbstractSlider,
    QAbstractSpinBox,
    QApplication,
    QComboBox,
    QHeaderView,
    QLineEdit,
    QPlainTextEdit,
    QScrollBar,
    QTabBar,
    QTextEdit,
    QWidget,
)

from planbench.ui.gallery import wait_until_still
from planbench.ui.settings import Settings
from planbench.ui.state import AppState
from planbench.ui.widgets import SegmentedControl, TableView
from planbench.ui.window import MainWindow
from planbench.ui.workspaces import WORKSPACES

INTERACTIVE = (
    QAbstractButton,
    QAbstractItemView,
    QAbstractSlider,
    QAbstractSpinBox,
    QComboBox,
    QLineEdit,
    QPlainTextEdit,
    QTabBar,
    QTextEdit,
)


@pytest.fixture(scope="module")
def window(qapp: QApplication, tmp_path_factory: pytest.TempPathFactory) -> Iterator[MainWindow]:
    """A window on the sample, with an activity chosen."""
    from planbench.ui.theme import apply_theme

    apply_theme(qapp, "light")
    place = tmp_path_factory.mktemp("access")
    settings = Settings(place / "window.json")
    settings.set("library", str(place / "test.planbench"))
    made = MainWindow(AppState(), settings)
    made.resize(1920, 1080)
    made.show()
    made.session.start([])
    wait_until_still(made)
    made.state.select(10)
    wait_until_still(made)
    yield made
    made.close()
    made.deleteLater()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


def views(window: MainWindow, name: str) -> Iterator[str]:
    """Go to a workspace and through the views that its first control offers."""
    window.go(name)
    wait_until_still(window)
    yield name
    offered = [one for one in window.page().findChildren(SegmentedControl) if one.isVisible()]
    for index in range(1, len(offered[0]._choices) if offered else 0):
        offered[0].set_index(index)
        wait_until_still(window)
        yield f"{name}, {offered[0]._choices[index]}"
    if offered:
        offered[0].set_index(0)


def interactive(window: MainWindow) -> list[QWidget]:
    """What a user can work with, but for the parts that Qt makes inside of others."""
    return [
        widget
        for widget in window.findChildren(QWidget)
        if isinstance(widget, INTERACTIVE)
        and widget.isVisibleTo(window)
        and not isinstance(widget, QScrollBar)
        and not widget.objectName().startswith("qt_")
        and not isinstance(widget.parentWidget(), QComboBox | QAbstractSpinBox)
        and type(widget).__name__ != "QTableCornerButton"
    ]


def spoken(widget: QWidget) -> str:
    """What a screen reader says first."""
    told = QAccessible.queryAccessibleInterface(widget)
    return told.text(QAccessible.Text.Name).strip() if told is not None else ""


def called(widget: QWidget) -> str:
    return f"{type(widget).__name__} '{widget.toolTip() or widget.objectName()}'"


def unreachable(window: MainWindow) -> list[QWidget]:
    """What neither Tab, nor another widget's keys (focus proxy), nor a command leads to."""
    commands = {
        action.text().rstrip("…").casefold()
        for action in [*window.actions(), *window.page().actions()]
    }
    away = []
    for widget in interactive(window):
        if not widget.isEnabled() or widget.focusProxy() is not None:
            continue
        if widget.focusPolicy() & Qt.FocusPolicy.TabFocus:
            continue
        if isinstance(widget, QHeaderView) and isinstance(widget.parent(), TableView):
            continue  # its menu opens by Ctrl+Shift+F10 in the table
        words = {spoken(widget), widget.toolTip().split(" (")[0]}
        if not {one.rstrip("…").casefold() for one in words} & commands:
            away.append(widget)
    return away


@pytest.mark.parametrize("name", [entry.name for entry in WORKSPACES])
def test_every_widget_says_its_name_and_the_keyboard_reaches_it(
    window: MainWindow, name: str, nameless: Callable[[QWidget], list[str]]
) -> None:
    silent, away = [], []
    for view in views(window, name):
        found = interactive(window)
        assert len(found) > 5
        silent += [f"{view}: {called(one)}" for one in found if not spoken(one)]
        silent += [f"{view}: {one}" for one in nameless(window)]
        away += [f"{view}: {called(one)} {spoken(one)}" for one in unreachable(window)]
    assert not silent, "\n".join(dict.fromkeys(silent))
    assert not away, "\n".join(dict.fromkeys(away))


def test_every_command_has_words_and_no_key_is_taken_twice(window: MainWindow) -> None:
    for entry in WORKSPACES:
        window.go(entry.name)
        wait_until_still(window)
        keys: dict[str, str] = {}
        for action in [*window.actions(), *window.page().actions()]:
            assert action.text().strip() or action.isSeparator(), entry.name
            for key in action.shortcuts():
                told = key.toString()
                assert keys.setdefault(told, action.text()) == action.text(), (entry.name, told)
