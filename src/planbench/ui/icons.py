"""Outline icons, tinted by a role of the theme and sharp at any display scale.

The pictures are Lucide's (ISC), shipped in `resources/icons`. An icon keeps its role, not its
colour: it is drawn when shown, so a change of theme needs no new icons.
"""

from __future__ import annotations

from functools import cache, lru_cache

from PySide6.QtCore import QByteArray, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QIcon, QIconEngine, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer

from planbench.services.resources import resource
from planbench.ui.theme import current_theme, tokens

_NAMES = {
    "home": "house",
    "schedule": "chart-no-axes-gantt",
    "logic": "route",
    "quality": "shield-check",
    "compare": "git-compare",
    "risk": "dices",
    "control": "gauge",
    "contract": "scale",
    "portfolio": "layers",
    "reports": "file-text",
    "help": "circle-question-mark",
    "undo": "undo-2",
    "redo": "redo-2",
    "fit": "maximize-2",
    "filter": "funnel",
    "columns": "columns-3",
    "sort": "arrow-down-up",
    "alert": "triangle-alert",
    "error": "circle-alert",
    "done": "circle-check",
    "trash": "trash-2",
    "refresh": "refresh-cw",
    "more": "ellipsis",
    "details": "panel-right",
    "open": "folder-open",
    "file": "file-check",
    "wbs": "list-tree",
    "expand": "chevrons-up-down",
    "collapse": "chevrons-down-up",
}


def icon_names() -> list[str]:
    """Every name `icon` knows: the pictures' own names and planbench's words for some."""
    return sorted({path.stem for path in resource("icons").glob("*.svg")} | set(_NAMES))


@cache
def _source(name: str) -> str:
    return resource("icons", f"{_NAMES.get(name, name)}.svg").read_text(encoding="utf-8")


@lru_cache(maxsize=512)
def _renderer(name: str, colour: str, stroke: float) -> QSvgRenderer:
    text = _source(name).replace("currentColor", colour)
    # The pictures are drawn on 24 units; the token gives the stroke at 16 logical pixels.
    text = text.replace('stroke-width="2"', f'stroke-width="{stroke}"')
    return QSvgRenderer(QByteArray(text.encode()))


def draw_icon(
    painter: QPainter, name: str, rect: QRectF | QRect, role: str = "text", dim: bool = False
) -> None:
    """Paint an icon into a square of logical pixels. Raises PlanbenchError for unknown names."""
    theme = current_theme()
    stroke = tokens()["icon"]["nav_stroke" if rect.width() >= 20 else "stroke"]
    colour = theme.hex("text-disabled" if dim else role)
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    _renderer(name, colour, stroke).render(painter, QRectF(rect))
    painter.restore()


def pixmap(name: str, role: str = "text", size: int = 16, ratio: float = 1.0) -> QPixmap:
    """The icon as a picture of `size` logical pixels at a display scale."""
    side = max(1, round(size * ratio))
    picture = QPixmap(side, side)
    picture.fill(Qt.GlobalColor.transparent)
    painter = QPainter(picture)
    draw_icon(painter, name, QRect(0, 0, side, side), role)
    painter.end()
    picture.setDevicePixelRatio(ratio)
    return picture


class _Engine(QIconEngine):
    def __init__(self, name: str, role: str) -> None:
        super().__init__()
        self._name = name
        self._role = role

    def paint(self, painter: QPainter, rect: QRect, mode: QIcon.Mode, state: QIcon.State) -> None:
        draw_icon(painter, self._name, rect, self._role, mode == QIcon.Mode.Disabled)

    def pixmap(self, size: QSize, mode: QIcon.Mode, state: QIcon.State) -> QPixmap:
        picture = QPixmap(size)
        picture.fill(Qt.GlobalColor.transparent)
        painter = QPainter(picture)
        self.paint(painter, QRect(0, 0, size.width(), size.height()), mode, state)
        painter.end()
        return picture

    def clone(self) -> QIconEngine:
        return _Engine(self._name, self._role)


def icon(name: str, role: str = "text") -> QIcon:
    """The icon for buttons, actions and lists. Raises PlanbenchError for unknown names."""
    _source(name)
    return QIcon(_Engine(name, role))
