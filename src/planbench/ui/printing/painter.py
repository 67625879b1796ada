"""Paints printed sheets, on white and as vectors, with the painter of the screen's Gantt."""

from __future__ import annotations

from functools import cache

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QFont, QFontMetricsF, QImage, QPainter, QPen, QPolygonF

from planbench.scenes.print_page import Cell, Mark, PrintPage
from planbench.ui.painter import ScenePainter, scene_font
from planbench.ui.theme import Theme, load_theme


class SheetPainter:
    """Paints sheets one after the other; the logo is a picture or None."""

    def __init__(self, logo: QImage | None = None) -> None:
        self.theme: Theme = load_theme("print")
        self.logo = logo
        self._scenes = ScenePainter(self.theme, 4.0, vector=True)
        self._fonts: dict[str, tuple[QFont, QFontMetricsF]] = {}

    def paint(self, painter: QPainter, page: PrintPage) -> None:
        """Paint a sheet with its corner at the painter's origin, in its logical pixels."""
        painter.fillRect(QRectF(0, 0, page.width, page.height), Qt.GlobalColor.white)
        for x, y, wide, high, role in page.fills:
            painter.fillRect(QRectF(x, y, wide, high), self.theme.color(role))
        for x, y, wide, high, scene in page.scenes:
            painter.save()
            painter.setClipRect(QRectF(x, y, wide, high))
            painter.translate(x, y)
            self._scenes.paint(painter, scene)
            painter.restore()
        for x1, y1, x2, y2, role in page.lines:
            painter.setPen(QPen(self.theme.color(role), 0.8))
            painter.drawLine(QPointF(x1, y1), QPointF(x2, y2))
        for cell in page.cells:
            self._write(painter, cell)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
        for mark in page.marks:
            self._mark(painter, mark)
        if page.logo is not None and self.logo is not None:
            self._picture(painter, QRectF(*page.logo), self.logo)

    def _font(self, style: str) -> tuple[QFont, QFontMetricsF]:
        found = self._fonts.get(style)
        if found is None:
            font = scene_font(self.theme, style)
            found = self._fonts[style] = (font, QFontMetricsF(font))
        return found

    def _write(self, painter: QPainter, cell: Cell) -> None:
        if not cell.text or cell.width <= 0:
            return
        font, measure = self._font(cell.style)
        text = cell.text
        width = measure.horizontalAdvance(text)
        if width > cell.width:
            text = measure.elidedText(text, Qt.TextElideMode.ElideRight, cell.width)
            width = measure.horizontalAdvance(text)
        x = cell.x + cell.width - width if cell.right else cell.x
        y = cell.y + (cell.height - measure.height()) / 2 + measure.ascent()
        painter.setFont(font)
        painter.setPen(self.theme.color(cell.role))
        painter.drawText(QPointF(x, y), text)

    def _mark(self, painter: QPainter, mark: Mark) -> None:
        x, y, half = mark.x, mark.y, mark.half
        if mark.kind in ("open", "closed"):
            bends = [(-half, -half / 2), (0.0, half / 2), (half, -half / 2)]
            if mark.kind == "closed":
                bends = [(b, a) for a, b in bends]
            painter.setPen(QPen(self.theme.color(mark.role), 1.2))
            painter.drawPolyline(QPolygonF([QPointF(x + a, y + b) for a, b in bends]))
            return
        corners = [(x, y - half), (x + half, y), (x, y + half), (x - half, y)]
        if mark.kind == "triangle":
            corners = [(x, y - half), (x + half, y + half), (x - half, y + half)]
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self.theme.color(mark.role))
        painter.drawConvexPolygon(QPolygonF([QPointF(*corner) for corner in corners]))

    @staticmethod
    def _picture(painter: QPainter, box: QRectF, picture: QImage) -> None:
        """The logo as large as its box lets it be, at its left."""
        scale = min(box.width() / picture.width(), box.height() / picture.height())
        target = QRectF(box.left(), box.top(), picture.width() * scale, picture.height() * scale)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, True)
        painter.drawImage(target, picture)


@cache
def _measure() -> QFontMetricsF:
    return QFontMetricsF(scene_font(load_theme("print"), "small-strong"))


def text_width(text: str) -> float:
    """Width of a label on paper in logical pixels."""
    return _measure().horizontalAdvance(text)
