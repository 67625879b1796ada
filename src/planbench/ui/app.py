"""Starting the window: the guard, the first paint, then everything heavy behind it."""

from __future__ import annotations

import logging
import sys
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING

from planbench import __version__
from planbench.domain.errors import PlanbenchError

if TYPE_CHECKING:
    from planbench.ui.window import MainWindow


def refusal(pyside: str, python: tuple[int, int]) -> str:
    """Why this pair of PySide6 and Python cannot run the window; empty when it can.

    PySide6 6.12 drops a reference to None on each Qt call under Python 3.10 and 3.11, and the
    process dies after some thousand calls.
    """
    parts = pyside.split(".")
    version = (int(parts[0]), int(parts[1]))
    if version >= (6, 12) and python < (3, 12):
        return (
            f"planbench cannot run with PySide6 {pyside} on Python {python[0]}.{python[1]}, which "
            "crashes; install PySide6-Essentials below 6.12 or use Python 3.12 or newer."
        )
    return ""


def main(argv: Sequence[str] | None = None) -> int:
    """Open the window on the files named in `argv`, else on what was open last. Exit code."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    try:
        import PySide6
    except ImportError as error:
        print(f"the window needs PySide6, which cannot be loaded: {error}", file=sys.stderr)  # noqa: T201
        return 2
    reason = refusal(PySide6.__version__, (sys.version_info[0], sys.version_info[1]))
    if reason:
        print(reason, file=sys.stderr)  # noqa: T201
        return 2
    return _run(arguments)


def _run(paths: list[str]) -> int:
    from PySide6.QtCore import QLocale, QTimer
    from PySide6.QtWidgets import QApplication

    from planbench.ui import translation
    from planbench.ui.settings import Settings, settings_path

    settings = Settings(settings_path())
    _log_to(settings.path.parent / "planbench.log")
    try:
        translation.begin(settings.get("translation"))
    except PlanbenchError as error:
        logging.getLogger("planbench").warning("English, since %s", error.line)
    from planbench.ui.state import AppState
    from planbench.ui.theme import apply_theme
    from planbench.ui.window import MainWindow

    existing = QApplication.instance()
    app = existing if isinstance(existing, QApplication) else QApplication(["planbench"])
    if translation.language:
        app.setLayoutDirection(QLocale(translation.language).textDirection())
    app.setApplicationName("planbench")
    app.setApplicationVersion(__version__)
    app.setDesktopFileName("planbench")
    apply_theme(app, settings.get("theme"))
    window = MainWindow(AppState(), settings)
    _catch_faults(window)
    window.show()
    # After the first paint: the library, the last update, and the compiled loops.
    QTimer.singleShot(0, lambda: begin(window, paths))
    return app.exec()


def begin(window: MainWindow, paths: list[str]) -> None:
    """What happens once the window is on the screen."""
    from planbench.ui.upkeep import warm_kernels

    window.session.start(paths)
    window.state.run("warm", "Preparing the engines", warm_kernels, lambda _result: None)


def _catch_faults(window: MainWindow) -> None:
    """Errors in slots and while painting go to the window's strip; the window lives on."""

    def hook(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        if issubclass(kind, KeyboardInterrupt):
            sys.__excepthook__(kind, error, trace)
        else:
            window.fault(kind, error, trace)

    sys.excepthook = hook


def _log_to(path: Path) -> None:
    """Details of our own mistakes go to a small file beside the settings, else to stderr."""
    from logging.handlers import RotatingFileHandler

    handler: logging.Handler
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handler = RotatingFileHandler(path, maxBytes=500_000, backupCount=1, encoding="utf-8")
    except OSError:
        handler = logging.StreamHandler()
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(message)s"))
    logger = logging.getLogger("planbench")
    logger.addHandler(handler)
    logger.setLevel(logging.INFO)
