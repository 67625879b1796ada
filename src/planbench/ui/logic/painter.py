"""The looks of the trace picture on top of what the painter of scenes knows."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QFontMetricsF, QPainter

from planbench.scenes.primitives import Layer
from planbench.ui.painter import Box, ScenePainter, Shape, Stroke, scene_font
from planbench.ui.theme import Theme


@dataclass(frozen=True)
class _Ink:
    """How a text looks; `side` is the share of its width that lies left of its place."""

    role: str
    font: str = "small"
    side: float = 0.0


_INKS = {
    "card-code": _Ink("text-muted"),
    "card-name": _Ink("text", "body"),
    "card-name-strong": _Ink("text", "strong"),
    "card-dates": _Ink("text-muted"),
    "card-float-plain": _Ink("text-muted", "small", 1.0),
    "card-float-near": _Ink("near-critical-text", "small-strong", 1.0),
    "card-float-critical": _Ink("critical-text", "small-strong", 1.0),
    "trace-head": _Ink("text-muted", "small", 0.5),
    "trace-head-here": _Ink("accent-text", "small-strong", 0.5),
    "trace-link-label": _Ink("text-muted", "small", 1.0),
    "trace-driving-label": _Ink("text", "small", 1.0),
    "trace-critical-label": _Ink("critical-text", "small-strong", 1.0),
    "link-added-label": _Ink("positive", "small-strong", 1.0),
    "link-deleted-label": _Ink("negative", "small-strong", 1.0),
    "link-changed-label": _Ink("warning", "small-strong", 1.0),
}

_LINKS = {
    "trace-link": "link",
    "trace-driving": "link-driving",
    "trace-critical": "link-critical",
    "link-added": "positive",
    "link-deleted": "negative",
    "link-changed": "warning",
}


class TracePainter(ScenePainter):
    """Paints trace pictures; `width` measures a text for the builder of the scene.

    `ground` is the role of what the picture is painted on.
    """

    def __init__(
        self, theme: Theme, ratio: float = 1.0, vector: bool = False, ground: str = "surface"
    ) -> None:
        super().__init__(theme, ratio, vector)
        radius = 5.0
        self._boxes |= {
            "card": Box("surface-raised", "border-strong", radius),
            "card-critical": Box("surface-raised", "critical", radius),
            "card-chosen": Box("selection", "accent", radius),
            "card-centre": Box("surface-raised", "accent", radius),
            "card-added": Box("positive-soft", "positive", radius),
            "card-deleted": Box("surface-sunken", "negative", radius),
            "text-ground": Box(ground),
            "bar-critical": Box("critical", "", 1.5),
            "bar-near": Box("near-critical", "", 1.5),
            "bar-progress": Box("progress", "", 1.5),
            "bar-remaining": Box("remaining", "", 1.5),
        }
        self._strokes |= {
            "trace-link": Stroke("link", 1.0),
            "trace-driving": Stroke("link-driving", 1.25),
            "trace-critical": Stroke("link-critical", 1.5),
            "link-added": Stroke("positive", 2.0),
            "link-deleted": Stroke("negative", 1.75, (5.0, 4.0)),
            "link-changed": Stroke("warning", 2.0),
        }
        self._shapes |= {name: Shape(role) for name, role in _LINKS.items()}
        self._own = {style: scene_font(theme, ink.font) for style, ink in _INKS.items()}
        self._measured = {style: QFontMetricsF(font) for style, font in self._own.items()}
        self._known: dict[tuple[str, str], float] = {}

    def width(self, text: str, style: str) -> float:
        """Width of a text in logical pixels; `trace-label` is the widest of the links' labels."""
        style = "trace-critical-label" if style == "trace-label" else style
        found = self._known.get((text, style))
        if found is None:
            if len(self._known) > 20_000:
                self._known.clear()
            found = self._known[text, style] = self._measured[style].horizontalAdvance(text)
        return found

    def _wires(self, painter: QPainter, layer: Layer) -> None:
        """Dashed links are stroked; the others are filled, which is faster and knows no dashes."""
        if not self._strokes[layer.style].dash:
            super()._wires(painter, layer)
            return
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(self._pen(layer.style))
        for points in layer.items:
            painter.drawPolyline([QPointF(x, y) for x, y in points])

    def _write(self, painter: QPainter, layer: Layer) -> None:
        ink = _INKS.get(layer.style)
        if ink is None:
            super()._write(painter, layer)
            return
        painter.setFont(self._own[layer.style])
        painter.setPen(self.theme.color(ink.role))
        for x, y, text in layer.items:
            shift = ink.side * self.width(text, layer.style) if ink.side else 0.0
            painter.drawText(QPointF(x - shift, y), text)
