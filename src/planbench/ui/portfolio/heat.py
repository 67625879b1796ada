"""Demand against capacity as a map of cells: roles down, quarters across."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QPointF, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QHelpEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QToolTip, QWidget

from planbench.engines.portfolio.capacity import FULL, NEAR, OVER, Cell
from planbench.engines.portfolio.quarters import quarter_name
from planbench.engines.portfolio.register import Register
from planbench.ui import paint, text
from planbench.ui.portfolio.words import call_name, money, on_fill
from planbench.ui.theme import current_theme
from planbench.ui.translation import tr

_HEAD = 40
_CELL = 27


class HeatMap(QWidget):
    """Cells of a plan. `chosen(cell)` when one was clicked or reached with the arrow keys."""

    chosen = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.register: Register | None = None
        self.cells: dict[tuple[str, int], Cell] = {}
        self.quarters: list[int] = []
        self.roles: list[str] = []
        self.current: tuple[str, int] | None = None
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setAccessibleName(tr("Demand against capacity"))

    def show_cells(self, register: Register, cells: Sequence[Cell]) -> None:
        """Show a plan's cells; the quarters end with the last demand."""
        self.register = register
        self.cells = {(cell.role, cell.quarter): cell for cell in cells}
        used = [cell.quarter for cell in cells if cell.demand > 0]
        first = min((cell.quarter for cell in cells), default=0)
        self.quarters = list(range(first, max(used, default=first) // 4 * 4 + 4))
        self.roles = [role.id for role in register.roles]
        if self.current not in self.cells:
            self.current = None
        self.setMinimumWidth(150 + 22 * len(self.quarters))
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(160 + _CELL * len(self.quarters), _HEAD + 28 * max(1, len(self.roles)))

    def minimumSizeHint(self) -> QSize:
        return QSize(self.minimumWidth(), _HEAD + 18 * max(1, len(self.roles)))

    # Geometry.

    def _names(self) -> int:
        room = self.width() - 24 * len(self.quarters)
        return max(116, min(196, room))

    def _area(self, row: int, column: int) -> QRectF:
        left = self._names()
        wide = min(46.0, (self.width() - left - 10) / max(1, len(self.quarters)))
        high = min(32.0, (self.height() - _HEAD) / max(1, len(self.roles)))
        return QRectF(left + column * wide, _HEAD + row * high, wide - 1.5, high - 1.5)

    def _cell_at(self, x: float, y: float) -> tuple[str, int] | None:
        for r, role in enumerate(self.roles):
            for c, quarter in enumerate(self.quarters):
                if self._area(r, c).contains(x, y):
                    return role, quarter
        return None

    # The user.

    def mousePressEvent(self, event: QMouseEvent) -> None:
        found = self._cell_at(event.position().x(), event.position().y())
        if found is not None:
            self._choose(found)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = {
            Qt.Key.Key_Left: (0, -1),
            Qt.Key.Key_Right: (0, 1),
            Qt.Key.Key_Up: (-1, 0),
            Qt.Key.Key_Down: (1, 0),
        }.get(Qt.Key(event.key()))
        if step is None or not self.roles or not self.quarters:
            super().keyPressEvent(event)
            return
        role, quarter = self.current or (self.roles[0], self.quarters[0])
        row = min(len(self.roles) - 1, max(0, self.roles.index(role) + step[0]))
        place = min(len(self.quarters) - 1, max(0, self.quarters.index(quarter) + step[1]))
        self._choose((self.roles[row], self.quarters[place]))

    def _choose(self, key: tuple[str, int]) -> None:
        self.current = key
        cell = self.cells.get(key)
        if cell is not None and self.register is not None:
            self.setAccessibleDescription(cell_words(self.register, cell))
            self.chosen.emit(cell)
        self.update()

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            key = self._cell_at(event.pos().x(), event.pos().y())
            cell = self.cells.get(key) if key else None
            known = cell is not None and self.register is not None
            words = cell_words(self.register, cell) if known else ""  # type: ignore[arg-type]
            QToolTip.showText(event.globalPos(), words, self)
            return True
        return super().event(event)

    # Painting.

    def paintEvent(self, event: QPaintEvent) -> None:
        if self.register is None:
            return
        theme, painter = current_theme(), QPainter(self)
        names = {role.id: role.name for role in self.register.roles}
        painter.setPen(theme.color("text"))
        for c, quarter in enumerate(self.quarters):
            area = self._area(0, c)
            if quarter % 4 == 0:
                painter.setFont(theme.font("strong", tabular=True))
                painter.setPen(theme.color("text"))
                painter.drawText(QPointF(area.left() + 1, 15), str(quarter // 4))
            painter.setFont(theme.font("tick", tabular=True))
            painter.setPen(theme.color("text-muted"))
            spot = QRectF(area.left(), 20, area.width(), 16)
            painter.drawText(spot, Qt.AlignmentFlag.AlignCenter, f"Q{quarter % 4 + 1}")
        for r, role in enumerate(self.roles):
            painter.setFont(theme.font("small"))
            painter.setPen(theme.color("text"))
            area = self._area(r, 0)
            name = QRectF(14, area.top(), self._names() - 20, area.height())
            paint.text_left(painter, names[role], 14, name, name.right())
            for c, quarter in enumerate(self.quarters):
                self._paint_cell(painter, self._area(r, c), self.cells.get((role, quarter)))
        if self.current is not None and self.current[1] in self.quarters:
            place = self.quarters.index(self.current[1])
            ring = self._area(self.roles.index(self.current[0]), place).adjusted(-1.5, -1.5, 1, 1)
            paint.box(painter, ring, 4, None, theme.color("focus"), 2)

    def _paint_cell(self, painter: QPainter, area: QRectF, cell: Cell | None) -> None:
        theme = current_theme()
        fill = cell_colour(cell)
        paint.box(painter, area, 3, fill)
        if cell is None or (cell.demand <= 0 and cell.capacity > 0):
            return
        painter.setFont(theme.font("tick", tabular=True))
        painter.setPen(on_fill(fill))
        share = cell.share
        words = "!" if share is None else text.number(100 * share)
        painter.drawText(area, Qt.AlignmentFlag.AlignCenter, words)
        if cell.shortage:
            painter.save()
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme.color("text"))
            x, y = area.right(), area.top()
            painter.drawPolygon([QPointF(x - 7, y), QPointF(x, y), QPointF(x, y + 7)])
            painter.restore()


def cell_colour(cell: Cell | None) -> QColor:
    """Fill of a cell: pale while free, blue when nearly full, brown over capacity."""
    theme = current_theme()
    if cell is None or (cell.demand <= 0 and cell.capacity > 0):
        return theme.color("surface-sunken")
    share = cell.share
    if share is None or share > OVER:
        return theme.diverging[6]
    if cell.shortage:
        return theme.diverging[5]
    if share >= NEAR:
        return theme.sequential[2]
    return theme.sequential[1] if share >= FULL / 2 else theme.sequential[0]


def cell_words(register: Register, cell: Cell) -> str:
    """A cell in a sentence: what is needed, what there is, and who needs it."""
    role = next(one for one in register.roles if one.id == cell.role)
    causes = ", ".join(f"{call_name(register, p)} {money(a)}" for p, a in cell.causes[:4])
    said = tr("{name}, {quarter}: {demand} {unit} needed, {capacity} available").format(
        name=role.name,
        quarter=quarter_name(cell.quarter),
        demand=money(cell.demand),
        unit=role.unit,
        capacity=money(cell.capacity),
    )
    if cell.shortage:
        said += tr(", {shortage} short").format(shortage=money(cell.shortage))
    return f"{said}. {causes}." if causes else f"{said}."


def legend(painter: QPainter, area: QRect, parts: Sequence[tuple[QColor, str]]) -> None:
    """Squares with their words, ending at the right edge."""
    theme = current_theme()
    painter.setFont(theme.font("small"))
    x = float(area.right())
    for colour, words in reversed(parts):
        x -= painter.fontMetrics().horizontalAdvance(words)
        painter.setPen(theme.color("text-muted"))
        paint.text_left(painter, words, x, area, area.right() + 20)
        paint.box(painter, QRectF(x - 15, area.center().y() - 5, 11, 11), 2, colour)
        x -= 28


class Legend(QWidget):
    """A row of squares and words, as wide as they need."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.parts: list[tuple[QColor, str]] = []
        self.setAccessibleName(name)

    def show_parts(self, parts: Sequence[tuple[QColor, str]]) -> None:
        """Show other entries."""
        self.parts = list(parts)
        self.setFont(current_theme().font("small"))
        wide = sum(self.fontMetrics().horizontalAdvance(words) + 28 for _, words in self.parts)
        self.setFixedSize(wide + 2, 20)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        legend(QPainter(self), self.rect(), self.parts)
