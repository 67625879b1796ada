"""Fixtures of the window's tests: the theme, an isolated home, a window on its own library."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QMetaMethod
from PySide6.QtWidgets import QAbstractButton, QApplication, QWidget

from planbench.ui.theme import apply_theme, theme_manager


@pytest.fixture
def themed(qapp: QApplication) -> Iterator[QApplication]:
    """The application with planbench's style and the light theme."""
    apply_theme(qapp, "light")
    yield qapp
    theme_manager().set_mode("light")


@pytest.fixture
def own_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Settings, recents and libraries go to a folder of the test."""
    for name in ("XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME", "XDG_CACHE_HOME"):
        monkeypatch.setenv(name, str(tmp_path / name.lower()))
    return tmp_path


@pytest.fixture
def small_document() -> Any:
    """Eighty activities, calculated; a reason to simulate in spite of warnings is given."""
    from planbench.domain.synthetic import synthetic_schedule
    from planbench.services.document import Document
    from planbench.services.scheduling import recalculate

    made = Document(synthetic_schedule(80, 160, 3), risk_reason="a test")
    recalculate(made)
    return made


@pytest.fixture
def library_state(themed: QApplication, small_document: Any, tmp_path: Path) -> Iterator[Any]:
    """The window's state on a library of its own with a project for the small document."""
    from planbench.services.library import Library
    from planbench.services.recents import Recents
    from planbench.ui.state import AppState

    made = AppState()
    with Library.open(tmp_path / "l.planbench", Recents(tmp_path / "r.json")) as library:
        made.library = library
        small_document.library_project = library.new_project("P", "Project")
        yield made
        made.close()


@pytest.fixture
def risk_workspace(library_state: Any, small_document: Any, qtbot: Any) -> Any:
    """The Risk workspace, shown, with the small document open."""
    from planbench.ui.risk.workspace import RiskWorkspace

    made = RiskWorkspace(library_state)
    qtbot.addWidget(made)
    made.resize(1700, 950)
    made.show()
    library_state.open_document(small_document)
    return made


@pytest.fixture
def nameless() -> Callable[[QWidget], list[str]]:
    """Widgets below one that take the keyboard and say no name to a screen reader."""

    def find(root: QWidget) -> list[str]:
        from PySide6.QtCore import Qt

        return [
            f"{type(widget).__name__} {widget.objectName()}"
            for widget in root.findChildren(QWidget)
            if widget.focusPolicy() & Qt.FocusPolicy.TabFocus
            and widget.isVisibleTo(root)
            and not _name(widget)
        ]

    return find


def _name(widget: QWidget) -> str:
    words: Any = widget.accessibleName()
    if not words and isinstance(widget, QAbstractButton):
        words = widget.text()
    # The field inside a spin box is spoken with the name of its box.
    parent = widget.parentWidget()
    if not words and parent is not None and parent.focusProxy() is widget:
        words = parent.accessibleName()
    return str(words)


@pytest.fixture
def dead_buttons() -> Callable[[QWidget], list[str]]:
    """Buttons below a widget that nothing listens to."""

    def find(root: QWidget) -> list[str]:
        dead = []
        for button in root.findChildren(QAbstractButton):
            signals = [button.clicked, button.toggled, button.pressed]
            heard = any(button.isSignalConnected(QMetaMethod.fromSignal(one)) for one in signals)
            inner = button.objectName().startswith("qt_") or not type(button).__module__.startswith(
                ("planbench", "PySide6")
            )
            if not heard and not inner and button.group() is None:
                dead.append(f"{type(button).__name__} '{button.text() or button.accessibleName()}'")
        return dead

    return find


@pytest.fixture
def no_leaks(qapp: QApplication) -> Iterator[None]:
    """After the test no worker lives and no window of planbench's stands open."""
    before = {id(widget) for widget in QApplication.topLevelWidgets()}
    yield
    QApplication.processEvents()
    workers = [t.name for t in threading.enumerate() if t.name.startswith("planbench-job")]
    assert not workers
    left = [
        type(widget).__name__
        for widget in QApplication.topLevelWidgets()
        if id(widget) not in before and widget.isVisible()
    ]
    assert not left
