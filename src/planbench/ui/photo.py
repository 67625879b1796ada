"""Photographs of the window, for looking at what was built."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QPoint, QRect
from PySide6.QtGui import QImage, QPainter, QRegion
from PySide6.QtWidgets import QApplication, QWidget

from planbench.ui.theme import current_theme, theme_manager


def settle(rounds: int = 3) -> None:
    """Let layouts and queued signals come to rest."""
    for _ in range(rounds):
        QApplication.sendPostedEvents()
        QApplication.processEvents()


def photograph(
    window: QWidget,
    path: Path,
    size: tuple[int, int] = (1920, 1080),
    theme: str = "light",
    scale: float = 1.0,
) -> None:
    """Write a PNG of a window at a size in logical pixels, a theme and a display scale.

    The theme stays as asked for; the caller puts it back. Raises OSError when the file cannot be
    written.
    """
    if current_theme().name != theme:
        theme_manager().set_mode(theme)
    window.resize(*size)
    if not window.isVisible():
        window.show()
    settle()
    picture = QImage(
        round(size[0] * scale), round(size[1] * scale), QImage.Format.Format_ARGB32_Premultiplied
    )
    picture.setDevicePixelRatio(scale)
    painter = QPainter(picture)
    window.render(painter, QPoint(0, 0), QRegion(QRect(0, 0, *size)))
    painter.end()
    path.parent.mkdir(parents=True, exist_ok=True)
    if not picture.save(str(path)):
        raise OSError(f"{path} cannot be written")
