"""Demand against capacity as a map of cells: roles down, quarters or months across."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QPointF, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QHelpEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QToolTip, QWidget

from planbench.engines.portfolio.capacity import FULL, NEAR, OVER, Cell
from planbench.engines.portfolio.register import Register
from planbench.ui import paint, text
from planbench.ui.portfolio.words import call_name, money, on_fill
from planbench.ui.theme import current_theme
from planbench.ui.translation import tr

_HEAD = 40
_CELL = 27
_MONTH = 24
"""Least width of a month's cell."""


class HeatMap(QWidget):
    """Cells of a plan. `chosen(cell)` when one was clicked or reached with the arrow keys."""

    chosen = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.register: Register | None = None
        self.cells: dict[tuple[str, int], Cell] = {}
        self.periods: list[int] = []
        self.monthly = False
        self.roles: list[str] = []
        self.current: tuple[str, int] | None = None
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setAccessibleName(tr("Demand against capacity"))

    def show_cells(self, register: Register, cells: Sequence[Cell]) -> None:
        """Show a plan's cells of quarters or of months; whole years up to the last demand."""
        self.register = register
        self.monthly = any(cell.month is not None for cell in cells)
        self.cells = {(cell.role, _period(cell)): cell for cell in cells}
        used = [_period(cell) for cell in cells if cell.demand > 0]
        first = min((_period(cell) for cell in cells), default=0)
        year = 12 if self.monthly else 4
        self.periods = list(range(first, max(used, default=first) // year * year + year))
        self.roles = [role.id for role in register.roles]
        if self.current not in self.cells:
            self.current = None
        self.setMinimumWidth(150 + (_MONTH if self.monthly else 22) * len(self.periods))
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(160 + _CELL * len(self.periods), _HEAD + 28 * max(1, len(self.roles)))

    def minimumSizeHint(self) -> QSize:
        return QSize(self.minimumWidth(), _HEAD + 18 * max(1, len(self.roles)))

    # Geometry.

    def _names(self) -> int:
        least = _MONTH if self.monthly else 24
        room = self.width() - least * len(self.periods)
        return max(116, min(196, room))

    def _area(self, row: int, column: int) -> QRectF:
        left = self._names()
        wide = min(46.0, (self.width() - left - 10) / max(1, len(self.periods)))
        high = min(32.0, (self.height() - _HEAD) / max(1, len(self.roles)))
        return QRectF(left + column * wide, _HEAD + row * high, wide - 1.5, high - 1.5)

    def _cell_at(self, x: float, y: float) -> tuple[str, int] | None:
        for r, role in enumerate(self.roles):
            for c, period in enumerate(self.periods):
                if self._area(r, c).contains(x, y):
                    return role, period
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
        if step is None or not self.roles or not self.periods:
            super().keyPressEvent(event)
            return
        role, period = self.current or (self.roles[0], self.periods[0])
        row = min(len(self.roles) - 1, max(0, self.roles.index(role) + step[0]))
        place = min(len(self.periods) - 1, max(0, self.periods.index(period) + step[1]))
        self._choose((self.roles[row], self.periods[place]))

    def choose(self, cell: Cell) -> None:
        """Make a cell the current one."""
        self._choose((cell.role, _period(cell)))

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
        theme, painter = current_theme(), paint.upright(self)
        names = {role.id: role.name for role in self.register.roles}
        for c, period in enumerate(self.periods):
            self._paint_head(painter, self._area(0, c), period)
        for r, role in enumerate(self.roles):
            for c, period in enumerate(self.periods):
                self._paint_cell(painter, self._area(r, c), self.cells.get((role, period)))
        if self.current is not None and self.current[1] in self.periods:
            place = self.periods.index(self.current[1])
            ring = self._area(self.roles.index(self.current[0]), place).adjusted(-1.5, -1.5, 1, 1)
            paint.box(painter, ring, 4, None, theme.color("focus"), 2)
        left = float(max(0, self.visibleRegion().boundingRect().left()))
        if left:  # the names stay while the cells are scrolled away below them
            painter.fillRect(
                QRectF(left, 0, self._names() - 2, self.height()), theme.color("surface-raised")
            )
        painter.setFont(theme.font("small"))
        painter.setPen(theme.color("text"))
        for r, role in enumerate(self.roles):
            area = self._area(r, 0)
            name = QRectF(left + 14, area.top(), self._names() - 20, area.height())
            paint.text_left(painter, names[role], left + 14, name, name.right())

    def _paint_head(self, painter: QPainter, area: QRectF, period: int) -> None:
        """The year above its first period, and the quarter or the first letter of the month."""
        theme, year = current_theme(), 12 if self.monthly else 4
        if period % year == 0:
            painter.setFont(theme.font("strong", tabular=True))
            painter.setPen(theme.color("text"))
            painter.drawText(QPointF(area.left() + 1, 15), str(period // year))
        painter.setFont(theme.font("tick", tabular=True))
        painter.setPen(theme.color("text-muted"))
        spot = QRectF(area.left(), 20, area.width(), 16)
        words = str(period % year + 1) if self.monthly else f"Q{period % year + 1}"
        painter.drawText(spot, Qt.AlignmentFlag.AlignCenter, words)

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


def _period(cell: Cell) -> int:
    return cell.quarter if cell.month is None else cell.month


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
        quarter=cell.period,
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
        legend(paint.upright(self), self.rect(), self.parts)
