"""A sheet of facts: sections of lines, painted in one go, with lines that lead somewhere.

Rebuilding labels for every selected activity would be felt while a key is held down; this widget
only repaints. Its whole text is its accessible description.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from PySide6.QtCore import QPoint, QPointF, QRect, QSize, Qt, Signal
from PySide6.QtGui import (
    QContextMenuEvent,
    QFont,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QTextLayout,
)
from PySide6.QtWidgets import QWidget

from planbench.ui import paint
from planbench.ui.details.content import WIDE, Cell, Line, Section
from planbench.ui.icons import draw_icon
from planbench.ui.theme import current_theme
from planbench.ui.translation import tr

PAD = 14
LINE = 20
TITLE = 24
GAP = 10
"""Pixels: padding, a line, a section's title, and the space around the rule between sections."""

_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter


class Sheet(QWidget):
    """Shows sections. `gone(row)` when a line that leads to an activity was chosen.

    `link_menu(link, point)` when a menu is asked for on a line that tells of a relationship.
    """

    gone = Signal(int)
    link_menu = Signal(int, QPoint)

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.sections: tuple[Section, ...] = ()
        self._name = name
        self._at = -1  # the line under the mouse or the keyboard
        self._places: list[tuple[int, Line]] = []
        self._high = 0
        self.setAccessibleName(name)
        self.setMouseTracking(True)

    def show_sections(self, sections: Sequence[Section]) -> None:
        """Show other sections."""
        self.sections = tuple(sections)
        self._at = -1
        self._place()
        doors = any(line.go >= 0 for _, line in self._places)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus if doors else Qt.FocusPolicy.NoFocus)
        self.setAccessibleDescription(self.text())
        self.setMinimumHeight(self._high)
        self.update()

    def text(self) -> str:
        """Everything it says, a line a line."""
        lines = []
        for section in self.sections:
            lines.append(f"{section.title} {section.note}".strip())
            lines += [
                line.wrap or " ".join(cell.text for cell in line.cells if cell.text)
                for line in section.lines
            ]
        return "\n".join(lines)

    def doors(self) -> list[Line]:
        """The lines that lead to an activity, from the top."""
        return [line for _, line in self._places if line.go >= 0]

    def _height(self, line: Line) -> int:
        if not line.wrap:
            return LINE
        return len(_broken(line.wrap)) * current_theme().line("prose") + 2

    def _place(self) -> None:
        self._places, y = [], 4
        for number, section in enumerate(self.sections):
            y += 2 * GAP + 1 if number else GAP - 4
            y += TITLE
            for line in section.lines:
                self._places.append((y, line))
                y += self._height(line)
        self._high = y + GAP

    def sizeHint(self) -> QSize:
        return QSize(WIDE + 2 * PAD, self._high)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter, theme = paint.upright(self), current_theme()
        painter.fillRect(event.rect(), theme.color("surface-raised"))
        place = 0
        for number, section in enumerate(self.sections):
            y = self._places[place][0] - TITLE if section.lines else 0
            if number:
                paint.rule(painter, 0, y - GAP - 1, self.width())
            self._title(painter, section, y)
            for _ in section.lines:
                top, line = self._places[place]
                self._line(painter, line, top, place == self._at)
                place += 1

    def _title(self, painter: QPainter, section: Section, y: int) -> None:
        theme = current_theme()
        font = QFont(theme.font("small", tabular=True))
        font.setWeight(QFont.Weight.DemiBold)
        painter.setFont(font)
        painter.setPen(theme.color("text-muted"))
        area = QRect(PAD, y, WIDE, TITLE - 4)
        end = paint.text_left(painter, section.title, PAD, area, PAD + WIDE)
        painter.setFont(theme.font("small", tabular=True))
        paint.text_left(painter, section.note, end + 8, area, PAD + WIDE)
        painter.drawText(area, _RIGHT, section.last)

    def _line(self, painter: QPainter, line: Line, y: int, here: bool) -> None:
        theme = current_theme()
        if line.wrap:
            painter.setFont(theme.font("prose", tabular=True))
            painter.setPen(theme.color("text"))
            step = theme.line("prose")
            for number, text in enumerate(_broken(line.wrap)):
                painter.drawText(QRect(PAD, y + number * step, WIDE + PAD, step), _LEFT, text)
            return
        if here:
            area = QRect(PAD - 6, y, WIDE + 12, LINE)
            paint.box(painter, area, 3, theme.color("hover"))
            keyboard = self.window().testAttribute(Qt.WidgetAttribute.WA_KeyboardFocusChange)
            if self.hasFocus() and keyboard:
                paint.focus_ring(painter, area, 3)
        if line.icon:
            draw_icon(painter, line.icon, QRect(PAD, y + 3, 14, 14), line.icon_role)
        for cell in line.cells:
            self._cell(painter, cell, y, line.go >= 0 and here)

    def _cell(self, painter: QPainter, cell: Cell, y: int, door: bool) -> None:
        theme = current_theme()
        painter.setFont(theme.font("strong" if cell.strong else "body", tabular=True))
        role = "accent-text" if door and cell.role == "text" else cell.role
        painter.setPen(theme.color(role))
        text = paint.elided(painter, cell.text, cell.room) if cell.room else cell.text
        if cell.right:
            painter.drawText(QRect(PAD, y, cell.x, LINE), _RIGHT, text)
        else:
            painter.drawText(QRect(PAD + cell.x, y, WIDE - cell.x + PAD, LINE), _LEFT, text)
        if cell.mark:
            width = painter.fontMetrics().horizontalAdvance(text)
            self._mark(painter, cell, PAD + cell.x - width - 9, y + LINE / 2)

    def _mark(self, painter: QPainter, cell: Cell, x: float, y: float) -> None:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
        painter.setBrush(current_theme().color(cell.role))
        painter.setPen(Qt.PenStyle.NoPen)
        if cell.mark == "critical":
            points = [QPointF(x, y - 4), QPointF(x + 4.5, y + 4), QPointF(x - 4.5, y + 4)]
        else:
            points = [QPointF(x, y - 5), QPointF(x + 5, y), QPointF(x, y + 5), QPointF(x - 5, y)]
        painter.drawConvexPolygon(points)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)

    # ------------------------------------------------------------ doors

    def _line_at(self, y: float) -> int:
        for place, (top, line) in enumerate(self._places):
            if line.go >= 0 and top <= y < top + LINE:
                return place
        return -1

    def _move_to(self, place: int) -> None:
        if place != self._at:
            self._at = place
            self.update()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        place = self._line_at(event.position().y())
        self._move_to(place)
        if place >= 0:
            line = self._places[place][1]
            self.setCursor(Qt.CursorShape.PointingHandCursor)
            self.setToolTip(
                tr("Go to {text} {text2}").format(text=line.cells[0].text, text2=line.cells[1].text)
            )
        else:
            self.unsetCursor()
            self.setToolTip("")

    def leaveEvent(self, event: object) -> None:
        self._move_to(-1)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        place = self._line_at(event.position().y())
        if place >= 0 and event.button() == Qt.MouseButton.LeftButton:
            self.gone.emit(self._places[place][1].go)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        by_key = event.reason() == QContextMenuEvent.Reason.Keyboard
        place = self._at if by_key else self._line_at(event.pos().y())
        if place >= 0 and self._places[place][1].link >= 0:
            self.link_menu.emit(self._places[place][1].link, event.globalPos())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        doors = [place for place, (_, line) in enumerate(self._places) if line.go >= 0]
        key = event.key()
        if doors and key in (Qt.Key.Key_Down, Qt.Key.Key_Up):
            here = doors.index(self._at) if self._at in doors else -1
            step = 1 if key == Qt.Key.Key_Down else -1
            self._move_to(doors[min(max(here + step, 0), len(doors) - 1)])
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self._at in doors:
            self.gone.emit(self._places[self._at][1].go)
        else:
            super().keyPressEvent(event)


@lru_cache(maxsize=256)
def _broken(text: str) -> list[str]:
    """A paragraph as the lines that fit the pane, so that they can stand 18 pixels apart."""
    font = current_theme().font("prose", tabular=True)
    lines = []
    for paragraph in text.splitlines() or [""]:
        # Dates and IDs stay whole: their hyphens must not end a line.
        layout = QTextLayout(re.sub(r"(?<=\w)-(?=\w)", "\u2011", paragraph), font)
        layout.beginLayout()
        while (line := layout.createLine()).isValid():
            line.setLineWidth(WIDE)
            start = line.textStart()
            lines.append(paragraph[start : start + line.textLength()].strip())
        layout.endLayout()
    return lines
