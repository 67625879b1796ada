"""Parts of the roadmap beside its bars: titles of lanes, gates, arrows and the use of roles."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPen, QPolygonF

from planbench.engines.portfolio.capacity import Cell
from planbench.scenes.portfolio_roadmap import LANE as LANE
from planbench.scenes.portfolio_roadmap import ROLE as ROLE
from planbench.scenes.portfolio_roadmap import ROLES as ROLES
from planbench.ui import paint
from planbench.ui.portfolio.heat import cell_colour
from planbench.ui.portfolio.words import on_fill
from planbench.ui.theme import current_theme

GATES = {"go": "positive", "conditional": "warning", "": "text-muted"}
"""Colour of a gate by its decision; all others hold the project up."""


def draw_title(painter: QPainter, title: str, row: QRectF) -> None:
    """The title of a lane over its whole width."""
    theme = current_theme()
    painter.fillRect(row.adjusted(0, 0, 0, -1), theme.color("surface-sunken"))
    painter.setFont(theme.font("strong"))
    painter.setPen(theme.color("text"))
    paint.text_left(painter, title, 14, row, row.right() - 8)


def draw_gate(painter: QPainter, x: float, bar: QRectF, decision: str) -> None:
    """A gate at its day: a post with a flag, filled once it is decided."""
    theme = current_theme()
    ink = theme.color(GATES.get(decision, "negative"))
    top = bar.top() - 5
    painter.setPen(QPen(ink, 1.5))
    painter.drawLine(QPointF(x, top), QPointF(x, bar.bottom() + 2))
    painter.setBrush(ink if decision else theme.color("surface-raised"))
    painter.drawPolygon(
        QPolygonF([QPointF(x, top), QPointF(x + 6, top + 2.5), QPointF(x, top + 5)])
    )


def draw_arrow(painter: QPainter, source: QRectF, target: QRectF, after: bool) -> None:
    """From the end of a bar to the start of what follows, dashed where it is only needed."""
    theme = current_theme()
    pen = QPen(theme.color("text-muted"), 1)
    begin = QPointF(source.right() if after else source.left(), source.center().y())
    end = QPointF(target.left() - 1, target.center().y())
    turn = begin.x() + 5 if after and begin.x() + 5 < end.x() - 6 else min(begin.x(), end.x()) - 9
    if not after:
        pen.setStyle(Qt.PenStyle.DashLine)
    painter.setPen(pen)
    painter.drawPolyline(QPolygonF([begin, QPointF(turn, begin.y()), QPointF(turn, end.y()), end]))
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(theme.color("text-muted"))
    painter.drawPolygon(
        QPolygonF([end, QPointF(end.x() - 5, end.y() - 3), QPointF(end.x() - 5, end.y() + 3)])
    )


def draw_role(
    painter: QPainter,
    name: str,
    row: QRectF,
    names: float,
    cells: Sequence[Cell],
    columns: Mapping[int, tuple[float, float]],
) -> None:
    """A role with what is used of it in percent; `columns` are left edge and width by quarter."""
    theme = current_theme()
    painter.setFont(theme.font("body"))
    painter.setPen(theme.color("text"))
    paint.text_left(painter, name, 14, row, names - 10)
    painter.setFont(theme.font("small", tabular=True))
    for cell in cells:
        if cell.quarter not in columns:
            continue
        left, wide = columns[cell.quarter]
        area = QRectF(left + 0.5, row.top() + 2, wide - 1, row.height() - 4)
        fill = cell_colour(cell)
        paint.box(painter, area, 2, fill)
        words = "" if cell.share is None or not cell.demand else f"{100 * cell.share:.0f}"
        if words and painter.fontMetrics().horizontalAdvance(words) < wide - 3:
            painter.setPen(on_fill(fill))
            painter.drawText(area, Qt.AlignmentFlag.AlignCenter, words)
