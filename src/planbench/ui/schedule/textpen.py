"""Writes the texts of many cells at once and keeps how they are laid out."""

from __future__ import annotations

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QFontMetricsF, QPainter, QPixmap, QPolygonF, QStaticText

from planbench.ui.icons import pixmap
from planbench.ui.theme import Theme

_KEPT = 16384
"""Texts whose layout is kept."""


class TextPen:
    """Writes cell texts in one theme and keeps their layout."""

    def __init__(self, theme: Theme) -> None:
        self.theme = theme
        self._fonts = (theme.font("body", tabular=True), theme.font("strong", tabular=True))
        self._measures = tuple(QFontMetricsF(font) for font in self._fonts)
        row = theme.row["default"]
        self._top = [(row - 1 - measure.height()) / 2 for measure in self._measures]
        self._laid: dict[tuple[str, bool, int], tuple[QStaticText, float]] = {}
        self._chevrons: dict[tuple[bool, float], QPixmap] = {}

    def _layout(
        self, text: str, strong: bool, most: int, middle: bool
    ) -> tuple[QStaticText, float]:
        key = (text, strong, most)
        found = self._laid.get(key)
        if found is None:
            if len(self._laid) > _KEPT:
                self._laid.clear()
            laid = self._lay(text, strong)
            width = laid.size().width()
            if 0 < most < width:
                mode = Qt.TextElideMode.ElideMiddle if middle else Qt.TextElideMode.ElideRight
                laid = self._lay(self._measures[strong].elidedText(text, mode, most), strong)
                width = laid.size().width()
            found = self._laid[key] = (laid, width)
        return found

    def _lay(self, text: str, strong: bool) -> QStaticText:
        laid = QStaticText(text)
        laid.setTextFormat(Qt.TextFormat.PlainText)
        laid.prepare(font=self._fonts[strong])
        return laid

    def write(
        self,
        painter: QPainter,
        text: str,
        x: float,
        y: float,
        role: str,
        strong: bool,
        most: int = 0,
        from_right: bool = False,
        middle: bool = False,
    ) -> float:
        """Write a text into a row whose top is y; returns its width."""
        laid, width = self._layout(text, strong, most, middle)
        painter.setFont(self._fonts[strong])
        painter.setPen(self.theme.color(role))
        left = x - width if from_right else x
        painter.drawStaticText(QPointF(left, y + self._top[strong]), laid)
        return width

    def chevron(self, opened: bool, ratio: float) -> QPixmap:
        """The expander."""
        found = self._chevrons.get((opened, ratio))
        if found is None:
            name = "chevron-down" if opened else "chevron-right"
            found = self._chevrons[opened, ratio] = pixmap(name, "text-muted", 14, ratio)
        return found

    def diamond(self, painter: QPainter, x: float, y: float, role: str, half: float = 4.0) -> None:
        """A milestone's mark."""
        points = [(x, y - half), (x + half, y), (x, y + half), (x - half, y)]
        self._shape(painter, points, role)

    def dot(self, painter: QPainter, x: float, y: float) -> None:
        """The sign of an edited cell."""
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self.theme.color("accent"))
        painter.drawEllipse(QPointF(x, y), 2.5, 2.5)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)

    def mark(self, painter: QPainter, x: float, y: float, role: str) -> None:
        """A triangle beside a critical float, a diamond beside a near-critical one."""
        if role == "critical-text":
            self._shape(painter, [(x, y - 4), (x + 4.5, y + 4), (x - 4.5, y + 4)], role)
        else:
            self.diamond(painter, x, y, role, 4.5)

    def _shape(self, painter: QPainter, points: list[tuple[float, float]], role: str) -> None:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self.theme.color(role))
        painter.drawConvexPolygon(QPolygonF([QPointF(x, y) for x, y in points]))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
