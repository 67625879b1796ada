"""The program photographs itself: every workspace, in sizes and themes, on any file.

It works in a library and with settings of its own in a temporary folder, so that nothing of the
user's is touched.
"""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
from PySide6.QtCore import QCoreApplication, QEvent, Qt
from PySide6.QtWidgets import QApplication

from planbench.domain.errors import PlanbenchError
from planbench.domain.schedule import Status
from planbench.ui.photo import photograph, settle
from planbench.ui.settings import Settings
from planbench.ui.state import AppState
from planbench.ui.theme import apply_theme
from planbench.ui.window import MainWindow
from planbench.ui.workspaces import WORKSPACES, Entry

PATIENCE = 300.0
"""Seconds that one step of the window's work may take."""


def photograph_everything(
    folder: Path,
    files: Sequence[Path],
    sizes: Sequence[tuple[int, int]] = ((1920, 1080),),
    themes: Sequence[str] = ("light", "dark"),
    scale: float = 1.0,
    mirrored: bool = False,
) -> Iterator[Path]:
    """Write a PNG of every workspace on the sample, or on the files given; yields their paths.

    `mirrored` lays the window out from right to left.

    Raises PlanbenchError when a file cannot be opened or a picture not written.
    """
    for path in files:
        if not path.is_file():
            raise PlanbenchError("there is no such file", str(path))
    existing = QApplication.instance()
    app = existing if isinstance(existing, QApplication) else QApplication(["planbench"])
    apply_theme(app, themes[0])
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as place:
        settings = Settings(Path(place) / "window.json")
        settings.set("library", os.path.join(place, "gallery.planbench"))
        settings.set("theme", themes[0])
        settings.set("sample_shown", bool(files))
        window = MainWindow(AppState(), settings)
        if mirrored:
            window.setLayoutDirection(Qt.LayoutDirection.RightToLeft)
        try:
            yield from _pictures(window, folder, files, sizes, themes, scale, WORKSPACES)
        finally:
            window.close()
            window.deleteLater()
            QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


def _pictures(
    window: MainWindow,
    folder: Path,
    files: Sequence[Path],
    sizes: Sequence[tuple[int, int]],
    themes: Sequence[str],
    scale: float,
    entries: Sequence[Entry],
) -> Iterator[Path]:
    troubles: list[str] = []
    window.state.message.connect(
        lambda kind, words: troubles.append(words) if kind == "error" else None
    )
    window.resize(*sizes[0])
    window.show()
    window.session.start([])
    wait_until_still(window)
    for number, file in enumerate(files or [None]):
        if file is not None:
            window.session.import_files([str(file)])
            wait_until_still(window)
            if troubles:
                raise PlanbenchError(troubles[0])
        _select_something(window)
        prefix = "" if len(files) < 2 else f"{number + 1}-"
        for entry in entries:
            window.go(entry.name)
            wait_until_still(window)
            for view in _views(window):
                for theme in themes:
                    for size in sizes:
                        name = f"{prefix}{entry.name}{view}"
                        yield _picture(window, folder, name, size, theme, scale)


def _views(window: MainWindow) -> Iterator[str]:
    """Go through the views of the workspace in front; the first has no name of its own."""
    yield ""
    page = window.page()
    for name in page.view_names()[1:] if hasattr(page, "view_names") else ():
        page.show_view(name)
        wait_until_still(window)
        yield f"-{name}"


def _select_something(window: MainWindow) -> None:
    """Select work under way on the longest path (else open work on it): details need a subject."""
    document = window.state.document
    if document is None or document.cpm is None:
        return
    status = document.schedule.activities.status
    path = document.cpm.longest_path & (status != Status.COMPLETE)
    begun = path & (status == Status.IN_PROGRESS)
    if path.any():
        window.state.select(int(np.argmax(begun if begun.any() else path)))


def _picture(
    window: MainWindow, folder: Path, name: str, size: tuple[int, int], theme: str, scale: float
) -> Path:
    sharp = "" if scale == 1.0 else f"@{scale:g}x"
    path = folder / f"{name}-{theme}-{size[0]}x{size[1]}{sharp}.png"
    try:
        photograph(window, path, size, theme, scale)
    except OSError as error:
        raise PlanbenchError(f"the picture cannot be written: {error}", str(path)) from error
    return path


def wait_until_still(window: MainWindow) -> None:
    """Let the window work until no job runs. Raises PlanbenchError when that takes too long."""
    until = time.monotonic() + PATIENCE
    settle()
    while window.state.busy:
        if time.monotonic() > until:
            raise PlanbenchError(f"the window was still busy after {PATIENCE:.0f} s")
        QApplication.processEvents()
        time.sleep(0.005)
    settle()
