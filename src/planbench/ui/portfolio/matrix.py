"""A matrix of squares: rows against columns, the stronger the darker, with the figure in it."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QRectF, QSize, Qt
from PySide6.QtGui import QHelpEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from planbench.ui import paint
from planbench.ui.icons import draw_icon
from planbench.ui.portfolio.words import on_fill
from planbench.ui.theme import current_theme

_HEAD = 44


@dataclass(frozen=True)
class Square:
    """A share from 0 to 1, the words in it and its tooltip."""

    share: float
    words: str
    tip: str


class Matrix(QWidget):
    """Rows (key, name, whether strong) against columns (key, title, tooltip)."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.rows: list[tuple[str, str, bool]] = []
        self.columns: list[tuple[str, str, str]] = []
        self.squares: dict[tuple[str, str], Square] = {}
        self.flagged: tuple[str, ...] = ()
        self.warm = False
        self.setAccessibleName(name)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)

    def show_squares(
        self,
        rows: Sequence[tuple[str, str, bool]],
        columns: Sequence[tuple[str, str, str]],
        squares: Mapping[tuple[str, str], Square],
        *,
        flagged: Collection[str] = (),
    ) -> None:
        """Show other squares; the titles of `flagged` columns carry a mark."""
        self.rows, self.columns = list(rows), list(columns)
        self.squares, self.flagged = dict(squares), tuple(flagged)
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(220 + 60 * len(self.columns), _HEAD + 26 * len(self.rows))

    def minimumSizeHint(self) -> QSize:
        return QSize(140 + 30 * len(self.columns), _HEAD + 18 * len(self.rows))

    def _area(self, row: int, column: int) -> QRectF:
        left = min(280.0, max(120.0, self.width() * 0.4))
        wide = min(86.0, (self.width() - left - 14) / max(1, len(self.columns)))
        high = min(34.0, (self.height() - _HEAD) / max(1, len(self.rows)))
        return QRectF(left + column * wide, _HEAD + row * high, wide - 2, high - 2)

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            QToolTip.showText(event.globalPos(), self._tip(event.pos().x(), event.pos().y()), self)
            return True
        return super().event(event)

    def _tip(self, x: float, y: float) -> str:
        for c, (key, _title, tip) in enumerate(self.columns):
            first = self._area(0, c)
            if y < _HEAD and first.left() <= x < first.right():
                return tip
            for r, (row, _name, _strong) in enumerate(self.rows):
                if self._area(r, c).contains(x, y) and (row, key) in self.squares:
                    return self.squares[row, key].tip
        return ""

    def paintEvent(self, event: QPaintEvent) -> None:
        theme, painter = current_theme(), paint.upright(self)
        for c, (key, title, _tip) in enumerate(self.columns):
            area = self._area(0, c)
            head = QRectF(area.left(), 8, area.width(), 18)
            painter.setFont(theme.font("strong", tabular=True))
            flagged = key in self.flagged
            painter.setPen(theme.color("warning" if flagged else "text"))
            painter.drawText(head, Qt.AlignmentFlag.AlignCenter, title)
            if flagged:
                spot = QRectF(area.center().x() - 6, 27, 13, 13).toRect()
                draw_icon(painter, "alert", spot, "warning")
        for r, (row, name, strong) in enumerate(self.rows):
            area = self._area(r, 0)
            painter.setFont(theme.font("body"))
            painter.setPen(theme.color("text" if strong else "text-muted"))
            line = QRectF(14, area.top(), area.left() - 22, area.height())
            paint.text_left(painter, name, 14, line, line.right())
            for c, (key, _title, _tip) in enumerate(self.columns):
                self._square(painter, self._area(r, c), self.squares.get((row, key)), strong)

    def _square(self, painter: QPainter, area: QRectF, square: Square | None, strong: bool) -> None:
        theme = current_theme()
        if square is None or square.share <= 0:
            paint.box(painter, area, 3, theme.color("surface-sunken"))
            return
        step = min(4, int(square.share * 4.999))
        if self.warm:
            fill = theme.diverging[4 if square.share < 0.34 else 5 if square.share < 0.67 else 6]
        else:
            fill = theme.sequential[step]
        if not strong:
            painter.setOpacity(0.45)
        paint.box(painter, area, 3, fill)
        painter.setOpacity(1.0)
        painter.setFont(theme.font("small", tabular=True))
        painter.setPen(on_fill(fill) if strong else theme.color("text-muted"))
        painter.drawText(area, Qt.AlignmentFlag.AlignCenter, square.words)
