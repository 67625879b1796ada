"""Paints scenes: style names become colours, widths and fonts of the design tokens.

One painter serves the screen, pictures and paper. On the screen hatches and the backing of labels
are cached as pixmaps; for vector output (`vector=True`) they are lines and outlines, so that PDF
and SVG stay sharp at any size.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import (
    QBrush,
    QColor,
    QFont,
    QFontMetricsF,
    QPainter,
    QPainterPath,
    QPen,
    QPixmap,
    QPolygonF,
    QStaticText,
)

from planbench.scenes.primitives import Layer, Scene
from planbench.ui.theme import Theme

_KEPT = 8192
"""Texts and halos that are kept between frames."""


@dataclass(frozen=True)
class Box:
    """How rectangles look: fill, edge and corner radius; `hatch` is (role, pitch, width, alpha)."""

    fill: str
    edge: str = ""
    radius: float = 0.0
    hatch: tuple[str, float, float, float] | None = None


@dataclass(frozen=True)
class Stroke:
    """How lines, wires and outlines look."""

    role: str
    width: float = 1.0
    dash: tuple[float, ...] = ()


@dataclass(frozen=True)
class Shape:
    """How polygons look."""

    fill: str
    edge: str = ""
    width: float = 1.25
    smooth: bool = True


@dataclass(frozen=True)
class Ink:
    """How texts look; `anchor` is "left" or "middle"."""

    role: str
    font: str = "small"
    anchor: str = "left"


_CRITICALITY_STEPS = (0, 1, 2, 4, 6)
"""Steps of the sequential ramp from criticality in no run to that in most runs."""


def _boxes(gantt: dict[str, Any]) -> dict[str, Box]:
    radius = float(gantt["bar_radius"])
    near = gantt["near_hatch"]
    hatch = ("near-critical-edge", float(near["pitch"]), near["line"], near["alpha"])
    return {
        "paper": Box("surface-raised"),
        "nonwork": Box("nonwork"),
        "curtain": Box("info-soft"),
        "spotlight": Box("accent-soft"),
        "row-selected": Box("selection"),
        "row-selected-inactive": Box("selection-inactive"),
        "row-marked": Box("warning-soft"),
        "rule": Box("grid-line"),
        "sightline": Box("grid-line"),
        "sightline-major": Box("sightline"),
        "header": Box("surface-header"),
        "header-line": Box("border"),
        "header-edge": Box("border-strong"),
        "data-date-flag": Box("data-date", radius=float(gantt["data_date"]["flag_radius"])),
        "remaining": Box("remaining", "remaining-edge", radius),
        "near": Box("near-critical", "near-critical-edge", radius, hatch),
        "critical": Box("critical", "", radius),
        **{
            f"criticality-{k}": Box(f"sequential-{step}", "remaining-edge", radius)
            for k, step in enumerate(_CRITICALITY_STEPS)
        },
        "keel": Box("critical-edge", "", 1.0),
        "progress": Box("progress", "", radius),
        "summary": Box("summary"),
        "effort": Box("", "", 0.0, ("loe", float(gantt["loe"]["hatch_pitch"]), 1.0, 1.0)),
        "baseline": Box("baseline", "", 1.0),
        "baseline2": Box("baseline-edge", "", 0.0),
        "baseline3": Box("early", "", 0.0),
        "late-bar": Box("late", "", 0.0),
        "strip": Box("remaining-edge"),
        "strip-critical": Box("critical"),
        "lens": Box("", "accent"),
    }


def _strokes(gantt: dict[str, Any]) -> dict[str, Stroke]:
    link = gantt["link"]
    return {
        "link": Stroke("link", float(link["other_width"])),
        "link-selected": Stroke("accent", float(link["other_width"])),
        "link-driving": Stroke("link-driving", float(link["driving_width"])),
        "link-critical": Stroke("link-critical", float(link["driving_critical_width"])),
        "data-date": Stroke("data-date", float(gantt["data_date"]["width"])),
        "today": Stroke(
            "today", float(gantt["today"]["width"]), tuple(map(float, gantt["today"]["dash"]))
        ),
        "pause": Stroke("progress", 1.0),
        "float": Stroke("positive", 1.25),
        "float-negative": Stroke("critical", 1.5, (3.0, 2.0)),
        "progress-line": Stroke("warning", 1.5),
        "risk-whisker": Stroke("text", 1.25),
        "effort-tick": Stroke("loe", 1.0),
        "whisker": Stroke("link-driving", float(gantt["float_whisker"]["width"])),
    }


def _shapes(gantt: dict[str, Any]) -> dict[str, Shape]:
    edge = float(gantt["milestone_edge"])
    return {
        "summary": Shape("summary"),
        "milestone": Shape("milestone"),
        "milestone-done": Shape("progress"),
        "milestone-near": Shape("near-critical", "near-critical-edge", edge),
        "milestone-critical": Shape("critical", "critical-edge", edge),
        "baseline-milestone": Shape("surface-raised", "baseline-edge", edge),
        "link": Shape("link"),
        "link-selected": Shape("accent"),
        "link-driving": Shape("link-driving"),
        "link-critical": Shape("link-critical"),
        "data-date": Shape("data-date"),
        "constraint": Shape("warning", "text", 0.75),
        "risk-median": Shape("surface-raised", "text", 1.0),
    }


_INKS = {
    "label": Ink("text"),
    "curtain-name": Ink("text-muted"),
    "attached-text": Ink("accent"),
    "label-muted": Ink("text-muted"),
    "label-strong": Ink("text", "small-strong"),
    "halo": Ink("surface-raised"),
    "halo-selected": Ink("selection"),
    "halo-inactive": Ink("selection-inactive"),
    "header-top": Ink("text", "strong"),
    "header-bottom": Ink("text-muted", "small", "middle"),
    "data-date-text": Ink("on-accent", "small-strong", "middle"),
}


def scene_font(theme: Theme, style: str) -> QFont:
    """The font of a text style, with figures of equal width."""
    if style != "small-strong":
        return theme.font(style, tabular=True)
    font = QFont(theme.font("small", tabular=True))
    font.setWeight(QFont.Weight.DemiBold)
    return font


class ScenePainter:
    """Paints scenes in one theme; keep it, it remembers pens, hatches and laid-out texts."""

    def __init__(self, theme: Theme, ratio: float = 1.0, vector: bool = False) -> None:
        self.theme, self.ratio, self.vector = theme, ratio, vector
        self.active = True  # the selected row belongs to the view with the keyboard
        gantt = theme.gantt
        self._boxes, self._strokes, self._shapes = _boxes(gantt), _strokes(gantt), _shapes(gantt)
        self._fonts = {style: scene_font(theme, ink.font) for style, ink in _INKS.items()}
        self._measures = {style: QFontMetricsF(font) for style, font in self._fonts.items()}
        self._radius = float(gantt["link"]["corner_radius"])
        self._texts: dict[tuple[str, str], tuple[QStaticText, float]] = {}
        self._widths: dict[str, float] = {}
        self._halos: dict[tuple[str, str], QPixmap] = {}
        self._hatches: dict[str, QBrush] = {}
        self._paint: dict[str, Callable[[QPainter, Layer], None]] = {
            "rects": self._rects,
            "lines": self._lines,
            "polygons": self._polygons,
            "wires": self._wires,
            "texts": self._write,
        }

    def text_width(self, text: str) -> float:
        """Width of a label in logical pixels."""
        found = self._widths.get(text)
        if found is None:
            if len(self._widths) > _KEPT:
                self._widths.clear()
            found = self._measures["label-strong"].horizontalAdvance(text)
            self._widths[text] = found
        return found

    def paint(self, painter: QPainter, scene: Scene) -> None:
        """Paint a scene with its top left corner at the painter's origin."""
        for layer in scene.layers:
            if layer.opacity < 1.0:
                painter.setOpacity(layer.opacity)
            self._paint[layer.kind](painter, layer)
            if layer.opacity < 1.0:
                painter.setOpacity(1.0)

    # ------------------------------------------------------------ rectangles

    def _rects(self, painter: QPainter, layer: Layer) -> None:
        quiet = layer.style == "row-selected" and not self.active
        look = self._boxes["row-selected-inactive" if quiet else layer.style]
        painter.setPen(Qt.PenStyle.NoPen)
        if not look.radius and not look.edge and look.hatch is None:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
            painter.setBrush(self.theme.color(look.fill))
            painter.drawRects([QRectF(*item) for item in layer.items])
            return
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
        if look.fill:
            painter.setBrush(self.theme.color(look.fill))
            for item in layer.items:
                painter.drawRoundedRect(QRectF(*item), look.radius, look.radius)
        if look.hatch is not None:
            self._hatch(painter, layer, look)
        if look.edge:
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(self.theme.color(look.edge), 1.0))
            for x, y, w, h in layer.items:
                inner = QRectF(x + 0.5, y + 0.5, max(w - 1, 0.5), h - 1)
                painter.drawRoundedRect(inner, look.radius, look.radius)

    def _hatch(self, painter: QPainter, layer: Layer, look: Box) -> None:
        assert look.hatch is not None
        role, pitch, width, alpha = look.hatch
        colour = QColor(self.theme.color(role))
        colour.setAlphaF(alpha)
        if self.vector:
            painter.setPen(QPen(colour, width))
            step = pitch * 2**0.5
            lines = [line for item in layer.items for line in _diagonals(item, step)]
            painter.drawLines(lines)
            return
        brush = self._hatches.get(layer.style)
        if brush is None:
            brush = self._hatches[layer.style] = _hatch_brush(colour, pitch, width, self.ratio)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(brush)
        for x, y, w, h in layer.items:
            painter.setBrushOrigin(QPointF(x, y))
            painter.drawRoundedRect(QRectF(x, y, w, h), look.radius, look.radius)

    # ------------------------------------------------------------ lines and shapes

    def _pen(self, style: str) -> QPen:
        look = self._strokes[style]
        pen = QPen(self.theme.color(look.role), look.width)
        pen.setCapStyle(Qt.PenCapStyle.FlatCap)
        if look.dash:
            pen.setDashPattern([length / look.width for length in look.dash])
        return pen

    def _lines(self, painter: QPainter, layer: Layer) -> None:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
        painter.setPen(self._pen(layer.style))
        # Half a pixel in puts a line of one pixel on one column of pixels.
        half = 0.5 / self.ratio
        lines = [
            QLineF(a + half, b, c + half, d) if a == c else QLineF(a, b + half, c, d + half)
            for a, b, c, d in layer.items
        ]
        painter.drawLines(lines)

    def _polygons(self, painter: QPainter, layer: Layer) -> None:
        look = self._shapes[layer.style]
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, look.smooth)
        painter.setBrush(self.theme.color(look.fill))
        if look.edge:
            painter.setPen(QPen(self.theme.color(look.edge), look.width))
        else:
            painter.setPen(Qt.PenStyle.NoPen)
        for points in layer.items:
            painter.drawConvexPolygon(QPolygonF([QPointF(x, y) for x, y in points]))

    def _wires(self, painter: QPainter, layer: Layer) -> None:
        # Filled rectangles are several times faster than a stroked path, so that only the rounded
        # corners are stroked.
        pen = self._pen(layer.style)
        straight: list[QRectF] = []
        corners = QPainterPath()
        for points in layer.items:
            _add_wire(straight, corners, points, self._radius, pen.widthF(), 0.5 / self.ratio)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(pen.color())
        painter.drawRects(straight)
        painter.strokePath(corners, pen)

    # ------------------------------------------------------------ texts

    def _write(self, painter: QPainter, layer: Layer) -> None:
        style = layer.style
        if style.startswith("halo"):
            self._back(painter, layer)
            return
        ink = _INKS[style]
        font, measure = self._fonts[style], self._measures[style]
        painter.setFont(font)
        painter.setPen(self.theme.color(ink.role))
        if self.vector:
            for x, y, text in layer.items:
                shift = measure.horizontalAdvance(text) / 2 if ink.anchor == "middle" else 0.0
                painter.drawText(QPointF(x - shift, y), text)
            return
        ascent = measure.ascent()
        for x, y, text in layer.items:
            laid, width = self._laid(style, text)
            shift = width / 2 if ink.anchor == "middle" else 0.0
            painter.drawStaticText(QPointF(x - shift, y - ascent), laid)

    def _laid(self, style: str, text: str) -> tuple[QStaticText, float]:
        found = self._texts.get((style, text))
        if found is None:
            if len(self._texts) > _KEPT:
                self._texts.clear()
            laid = QStaticText(text)
            laid.setTextFormat(Qt.TextFormat.PlainText)
            laid.prepare(font=self._fonts[style])
            width = laid.size().width()
            found = self._texts[style, text] = (laid, width)
        return found

    def _back(self, painter: QPainter, layer: Layer) -> None:
        """Outline texts in the colour of their row, so that lines stop short of them."""
        style = layer.style
        if style == "halo-selected" and not self.active:
            style = "halo-inactive"
        pen = QPen(self.theme.color(_INKS[style].role), 3.0)
        pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
        ascent = self._measures[style].ascent()
        for x, y, text in layer.items:
            if self.vector:
                path = QPainterPath()
                path.addText(QPointF(x, y), self._fonts[style], text)
                painter.strokePath(path, pen)
            else:
                painter.drawPixmap(QPointF(x - 2, y - ascent - 2), self._halo(style, text, pen))

    def _halo(self, style: str, text: str, pen: QPen) -> QPixmap:
        found = self._halos.get((style, text))
        if found is None:
            if len(self._halos) > _KEPT:
                self._halos.clear()
            measure = self._measures[style]
            wide, high = measure.horizontalAdvance(text) + 4, measure.height() + 4
            found = QPixmap(round(wide * self.ratio) + 1, round(high * self.ratio) + 1)
            found.setDevicePixelRatio(self.ratio)
            found.fill(Qt.GlobalColor.transparent)
            with QPainter(found) as painter:
                painter.setRenderHint(QPainter.RenderHint.Antialiasing)
                path = QPainterPath()
                path.addText(QPointF(2, 2 + measure.ascent()), self._fonts[style], text)
                painter.strokePath(path, pen)
            self._halos[style, text] = found
        return found


def _add_wire(
    straight: list[QRectF],
    corners: QPainterPath,
    points: Any,
    radius: float,
    width: float,
    half: float,
) -> None:
    """Append an orthogonal wire; its corners are rounded as far as its stretches allow.

    Stretches lie flat and upright in turns, which saves most of the arithmetic.
    """
    x, y = points[0]
    side = half - width / 2
    flat = True
    cut = 0.0  # how much of the current stretch the corner before it took
    last = len(points) - 1
    for place in range(1, last + 1):
        cx, cy = points[place]
        length = cx - x if flat else cy - y
        sign = 1.0 if length >= 0 else -1.0
        reach = 0.0
        if place < last:
            nx, ny = points[place + 1]
            turn = ny - cy if flat else nx - cx
            reach = min(radius, length * sign / 2, (turn if turn >= 0 else -turn) / 2)
        run = length * sign - cut - reach
        if flat:
            left = x + cut if sign > 0 else cx + reach
            straight.append(QRectF(left + half, y + side, run, width))
        else:
            top = y + cut if sign > 0 else cy + reach
            straight.append(QRectF(x + side, top + half, width, run))
        if reach > 0:
            on = reach if turn >= 0 else -reach
            back = reach * sign
            px, py = cx + half, cy + half
            if flat:
                corners.moveTo(px - back, py)
                corners.quadTo(px, py, px, py + on)
            else:
                corners.moveTo(px, py - back)
                corners.quadTo(px, py, px + on, py)
        cut, x, y, flat = reach, cx, cy, not flat


def _diagonals(rect: tuple[float, float, float, float], step: float) -> list[QLineF]:
    """Lines at 45 degrees across a rectangle, cut at its edges."""
    x, y, w, h = rect
    lines = []
    start = x - h + step
    while start < x + w:
        left, right = max(start, x), min(start + h, x + w)
        lines.append(QLineF(left, y + h - (left - start), right, y + h - (right - start)))
        start += step
    return lines


def _hatch_brush(colour: QColor, pitch: float, width: float, ratio: float) -> QBrush:
    """A brush of lines at 45 degrees; the tile is as wide as the lines are apart across."""
    side = max(2, round(pitch * 2**0.5 * ratio))
    tile = QPixmap(side, side)
    tile.fill(Qt.GlobalColor.transparent)
    with QPainter(tile) as painter:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(colour, width * ratio))
        for shift in (-side, 0, side):
            painter.drawLine(QLineF(shift - 1, side + 1, shift + side + 1, -1))
    tile.setDevicePixelRatio(ratio)
    return QBrush(tile)
