"""The heat map: how many risks stand in each cell, and where actions move the worst of them."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from PySide6.QtCore import QPointF, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QHelpEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QToolTip, QWidget

from planbench.engines.register.entry import RiskEntry
from planbench.engines.register.scales import RATINGS, Matrix, usual_matrix
from planbench.ui import paint
from planbench.ui.register.model import Place, places
from planbench.ui.theme import current_theme
from planbench.ui.translation import tr

BEFORE, AFTER, MOVEMENT = 0, 1, 2
"""What is shown."""

_LEFT, _BOTTOM, _GAP = 84, 46, 3
_MOST_MOVES = 6


class HeatMap(QWidget):
    """Likelihood upwards, impact to the right.

    `cell_chosen(likelihood, impact)` on a click, return or space; arrows walk, escape gives
    (-1, -1).
    """

    cell_chosen = Signal(int, int)

    def __init__(self) -> None:
        super().__init__()
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMinimumHeight(250)
        self._matrix = usual_matrix()
        self._entries: tuple[RiskEntry, ...] = ()
        self._mode, self._marked = MOVEMENT, ""
        self._cell: Place = (0, 0)
        self.setAccessibleName(tr("Heat map of the register"))

    def show_entries(
        self, entries: Sequence[RiskEntry], matrix: Matrix, mode: int, marked: str = ""
    ) -> None:
        """Show open risks; `marked` is the id of the selected one."""
        self._entries = tuple(entry for entry in entries if entry.modelled)
        self._matrix, self._mode, self._marked = matrix, mode, marked
        self._cell = (
            min(self._cell[0], len(matrix.likelihood) - 1),
            min(self._cell[1], len(matrix.delay) - 1),
        )
        self.update()

    def inside(self, place: Place, mode: int | None = None) -> list[RiskEntry]:
        """Risks of a cell as shown (before actions, else after them)."""
        before = (self._mode if mode is None else mode) == BEFORE
        found = []
        for entry in self._entries:
            first, after = places(entry, self._matrix)
            if (first if before or after is None else after) == place:
                found.append(entry)
        return found

    def sizeHint(self) -> QSize:
        return QSize(340, 300)

    def rect_of(self, place: Place) -> QRectF:
        """Where a cell stands."""
        columns, rows = len(self._matrix.delay), len(self._matrix.likelihood)
        wide = (self.width() - _LEFT - 4) / columns
        high = (self.height() - _BOTTOM - 4) / rows
        top = (rows - 1 - place[0]) * high + 2
        return QRectF(_LEFT + place[1] * wide, top, wide - _GAP, high - _GAP)

    def _at(self, point: QPointF) -> Place | None:
        for row in range(len(self._matrix.likelihood)):
            for column in range(len(self._matrix.delay)):
                if self.rect_of((row, column)).contains(point):
                    return row, column
        return None

    def mousePressEvent(self, event: QMouseEvent) -> None:
        place = self._at(event.position())
        if place is not None:
            self._cell = place
            self.update()
            self.cell_chosen.emit(*place)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        steps = {
            Qt.Key.Key_Up: (1, 0),
            Qt.Key.Key_Down: (-1, 0),
            Qt.Key.Key_Left: (0, -1),
            Qt.Key.Key_Right: (0, 1),
        }
        key = Qt.Key(event.key())
        if key in steps:
            row, column = (a + b for a, b in zip(self._cell, steps[key], strict=True))
            rows, columns = len(self._matrix.likelihood), len(self._matrix.delay)
            self._cell = (min(max(row, 0), rows - 1), min(max(column, 0), columns - 1))
            self.setAccessibleDescription(self.words(self._cell))
            self.update()
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Space):
            self.cell_chosen.emit(*self._cell)
        elif key == Qt.Key.Key_Escape:
            self.cell_chosen.emit(-1, -1)
        else:
            super().keyPressEvent(event)

    def words(self, place: Place) -> str:
        """What a cell says: its levels, rating and risks."""
        ids = ", ".join(entry.id for entry in self.inside(place)) or tr("no risk")
        likelihood = self._matrix.likelihood.names[place[0]]
        impact = self._matrix.delay.names[place[1]].lower()
        return f"{likelihood}, {impact}: {RATINGS[self._matrix.rating(place)].lower()}. {ids}"

    def event(self, event: object) -> bool:
        if isinstance(event, QHelpEvent):
            place = self._at(QPointF(event.pos()))
            QToolTip.showText(event.globalPos(), self.words(place) if place else "", self)
            return True
        return bool(super().event(event))  # type: ignore[arg-type]

    def paintEvent(self, event: QPaintEvent) -> None:
        theme, painter = current_theme(), paint.upright(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        strong = theme.font("strong", tabular=True)
        for row, name in enumerate(self._matrix.likelihood.names):
            for column in range(len(self._matrix.delay)):
                place = (row, column)
                area = self.rect_of(place)
                fill, on = theme.risk[self._matrix.rating(place)]
                paint.box(painter, area, 4, fill)
                number = len(self.inside(place))
                if number:
                    painter.setFont(strong)
                    painter.setPen(on)
                    spot = area.adjusted(8, 4, -4, -4)
                    painter.drawText(spot, Qt.AlignmentFlag.AlignLeft, str(number))
                if place == self._cell and self.hasFocus():
                    paint.focus_ring(painter, area, 4)
            painter.setFont(theme.font("small"))
            painter.setPen(theme.color("text-muted"))
            area = self.rect_of((row, 0))
            side = QRectF(0, area.top(), _LEFT - 8, area.height())
            flags = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
            painter.drawText(side, flags, paint.elided(painter, name, side.width()))
        self._axis(painter)
        if self._mode == MOVEMENT:
            self._moves(painter)

    def _axis(self, painter: QPainter) -> None:
        theme, bounds = current_theme(), self._matrix.delay.bounds
        painter.setFont(theme.font("small", tabular=True))
        painter.setPen(theme.color("text-muted"))
        names = [tr("to {bounds:g} d").format(bounds=bounds[0])]
        names += [f"{a:g}\u2013{b:g} d" for a, b in pairwise(bounds)]
        names.append(tr("over {bounds:g} d").format(bounds=bounds[-1]))
        for column, name in enumerate(names):
            area = self.rect_of((0, column))
            below = QRectF(area.left() - 2, area.bottom() + 6, area.width() + 4, 16)
            flags = Qt.AlignmentFlag.AlignCenter
            painter.drawText(below, flags, paint.elided(painter, name, below.width()))
        note = tr("Delay, or the cost level where that is worse")
        painter.drawText(
            QRect(_LEFT, self.height() - 20, self.width() - _LEFT, 16),
            Qt.AlignmentFlag.AlignCenter,
            paint.elided(painter, note, self.width() - _LEFT),
        )

    def _moves(self, painter: QPainter) -> None:
        """Arrows of the worst risks, the selected one in any case."""
        moved = []
        for entry in self._entries:
            before, after = places(entry, self._matrix)
            if after is not None and after != before:
                moved.append((entry.id == self._marked, self._matrix.rating(before), entry))
        moved.sort(key=lambda item: (not item[0], -item[1], item[2].id))
        used: set[Place] = set()
        for marked, _, entry in moved:
            before, after = places(entry, self._matrix)
            assert after is not None
            if before in used or len(used) == _MOST_MOVES:
                continue  # one arrow a cell can be read, several cannot
            used.add(before)
            aside = QPointF(self.rect_of(before).width() * 0.14, 4)
            start, end = self.rect_of(before).center(), self.rect_of(after).center()
            self._arrow(painter, start + aside, end + aside, entry.id, marked)

    def _arrow(
        self, painter: QPainter, start: QPointF, end: QPointF, name: str, marked: bool
    ) -> None:
        theme = current_theme()
        ink, back = theme.color("text"), theme.color("surface-raised")
        for colour, width in ((back, 4.5), (ink, 2.0 if marked else 1.4)):
            painter.setPen(QPen(colour, width))
            painter.drawLine(start, end)
        way = end - start
        length = max((way.x() ** 2 + way.y() ** 2) ** 0.5, 1.0)
        unit = way / length
        across = QPointF(-unit.y(), unit.x())
        head = QPolygonF([end, end - unit * 9 + across * 4.5, end - unit * 9 - across * 4.5])
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(ink)
        painter.drawPolygon(head)
        painter.setPen(QPen(ink, 1.6))
        painter.setBrush(back)
        painter.drawEllipse(start, 4, 4)
        painter.setFont(theme.font("strong" if marked else "small", tabular=True))
        wide = painter.fontMetrics().horizontalAdvance(name) + 10
        tag = QRectF(start.x() - wide / 2, start.y() - 23, wide, 17)
        paint.box(painter, tag, 3, back, theme.color("border-strong"))
        painter.setPen(ink)
        painter.drawText(tag, Qt.AlignmentFlag.AlignCenter, name)
