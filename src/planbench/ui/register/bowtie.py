"""The bow-tie of a risk: causes and what prevents them, the event, effects and what eases them."""

from __future__ import annotations

import re

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPainterPath, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from planbench.engines.register.entry import RiskEntry
from planbench.engines.register.scales import Matrix
from planbench.ui import text
from planbench.ui.paint import upright
from planbench.ui.register.model import places
from planbench.ui.theme import current_theme
from planbench.ui.translation import tr

_RADIUS = 22


def parts(words: str) -> list[str]:
    """Causes or effects, one a line or separated by semicolons."""
    return [part.strip() for part in re.split(r"[;\n]", words) if part.strip()]


class BowTie(QWidget):
    """Painted; its accessible name says the same in words."""

    def __init__(self) -> None:
        super().__init__()
        self._entry: RiskEntry | None = None
        self._rating = 0
        self.setMinimumHeight(110)

    def show_entry(self, entry: RiskEntry | None, matrix: Matrix) -> None:
        """Show another risk."""
        self._entry = entry
        if entry is not None:
            self._rating = matrix.rating(places(entry, matrix)[0])
            self.setAccessibleName(
                tr("Bow-tie: because of {words}, {words2}; then {words3}").format(
                    words=entry.cause or tr("no named cause"),
                    words2=entry.event or entry.title,
                    words3=entry.effect or tr("no named effect"),
                )
            )
            lines = max(len(parts(entry.cause)), len(parts(entry.effect)), 1)
            self.setMinimumHeight(max(110, 40 + lines * 48))
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(340, self.minimumHeight())

    def paintEvent(self, event: QPaintEvent) -> None:
        entry = self._entry
        if entry is None:
            return
        theme, painter = current_theme(), upright(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        middle = QPointF(self.width() / 2, 20 + (self.height() - 20) / 2)
        room = self.width() / 2 - _RADIUS - 30
        for left, title, words in (
            (True, tr("Causes"), parts(entry.cause)),
            (False, tr("Effects"), parts(entry.effect)),
        ):
            x = 0.0 if left else self.width() - room
            painter.setFont(theme.font("strong"))
            painter.setPen(theme.color("text-muted"))
            painter.drawText(QRectF(x, 0, room, 18), Qt.AlignmentFlag.AlignLeft, title)
            self._side(painter, left, x, room, words or [tr("not named")], middle)
        fill, on = theme.risk[self._rating]
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(fill)
        painter.drawEllipse(middle, _RADIUS, _RADIUS)
        painter.setPen(on)
        painter.setFont(theme.font("strong", tabular=True))
        area = QRectF(middle.x() - _RADIUS, middle.y() - 10, 2 * _RADIUS, 20)
        chance = text.percent(entry.before.probability, 0)
        painter.drawText(area, Qt.AlignmentFlag.AlignCenter, chance)

    def _side(
        self,
        painter: QPainter,
        left: bool,
        x: float,
        room: float,
        words: list[str],
        middle: QPointF,
    ) -> None:
        theme = current_theme()
        high = (self.height() - 22) / len(words)
        for number, said in enumerate(words):
            area = QRectF(x, 22 + number * high, room, high)
            painter.setFont(theme.font("body"))
            painter.setPen(theme.color("text"))
            flags = Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextWordWrap
            painter.drawText(area, flags, said)
            edge = area.right() + 4 if left else area.left() - 6
            end = middle + QPointF(-_RADIUS if left else _RADIUS, 0)
            start = QPointF(edge, area.center().y())
            path = QPainterPath(start)
            half = (start.x() + end.x()) / 2
            path.cubicTo(QPointF(half, start.y()), QPointF(half, end.y()), end)
            painter.setPen(QPen(theme.color("border-strong"), 1.4))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawPath(path)
