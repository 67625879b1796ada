"""A report's charts and Gantt extracts in the window: the printed drawing in theme colours."""

from __future__ import annotations

import re

from PySide6.QtCore import QByteArray, QRectF, QSize
from PySide6.QtGui import QPaintEvent, QResizeEvent
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtWidgets import QSizePolicy, QWidget

from planbench.engines.reports.blocks import COLOURS, PALETTE, Bars, Chart
from planbench.exchange.reports.svg import bars_svg, chart_svg
from planbench.ui import paint
from planbench.ui.reports.output import in_own_typeface
from planbench.ui.theme import current_theme, theme_manager

_ROLES = {
    "accent": "accent",
    "planned": "text-muted",
    "actual": "warning",
    "late": "late",
    "early": "early",
    "critical": "critical",
    "near": "near-critical-edge",
    "bar": "remaining-edge",
    "done": "progress",
    "ink": "text",
    "line": "border",
    "head": "surface-header",
}
"""Roles of the theme for the colours of reports; the palette takes the categorical colours."""

_HEX = re.compile(r"#[0-9a-f]{6}")


def themed(svg: str) -> str:
    """A drawing on white paper in the colours of the theme."""
    theme = current_theme()
    colours = {COLOURS[name]: theme.hex(role) for name, role in _ROLES.items()}
    for name, colour in zip(PALETTE, theme.categorical, strict=False):
        colours[COLOURS[name]] = colour.name()
    colours["#ffffff"] = theme.hex("surface-raised")
    return _HEX.sub(lambda found: colours.get(found[0], found[0]), svg)


class Drawing(QWidget):
    """One chart or Gantt extract, as high as it has to be for its width."""

    def __init__(self, block: Chart | Bars, name: str) -> None:
        super().__init__()
        self.block = block
        self.setAccessibleName(name)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._width = 0
        self._drawn = QSvgRenderer(self)
        theme_manager().changed.connect(self._draw)

    def sizeHint(self) -> QSize:
        return QSize(480, self.minimumHeight() or 260)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if self.width() != self._width:
            self._width = self.width()
            self._draw()

    def _draw(self) -> None:
        if not self._width:
            return
        make = bars_svg(self.block, self._width) if isinstance(self.block, Bars) else None
        svg, high = make or chart_svg(self.block, self._width)  # type: ignore[arg-type]
        self._drawn.load(QByteArray(in_own_typeface(themed(svg)).encode("utf-8")))
        self.setFixedHeight(round(high))
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = paint.upright(self)
        painter.fillRect(event.rect(), current_theme().color("surface-raised"))
        self._drawn.render(painter, QRectF(self.rect()))
