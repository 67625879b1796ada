"""Painting that the style and the widgets share: rounded boxes, focus rings, button faces."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QPaintDevice, QPainter, QPen

from planbench.ui.icons import draw_icon
from planbench.ui.theme import Theme, current_theme


def upright(device: QPaintDevice) -> QPainter:
    """A painter for what is laid out by coordinates, the same in a window from right to left.

    Left and right mean the sides themselves, and figures, dates and codes keep their order.
    """
    painter = QPainter(device)
    painter.setLayoutDirection(Qt.LayoutDirection.LeftToRight)
    return painter


def box(
    painter: QPainter,
    rect: QRect | QRectF,
    radius: float,
    fill: QColor | None = None,
    edge: QColor | None = None,
    width: float = 1.0,
) -> None:
    """A rounded box whose edge lies inside `rect`."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    area = QRectF(rect)
    if edge is not None:
        area = area.adjusted(width / 2, width / 2, -width / 2, -width / 2)
        painter.setPen(QPen(edge, width))
    else:
        painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QBrush(fill) if fill is not None else Qt.BrushStyle.NoBrush)
    painter.drawRoundedRect(area, radius, radius)
    painter.restore()


def focus_ring(painter: QPainter, rect: QRect | QRectF, radius: float) -> None:
    """The two-pixel ring of keyboard focus, inside `rect`."""
    theme = current_theme()
    box(painter, rect, radius, None, theme.color("focus"), 2)


def rule(painter: QPainter, x1: float, y: float, x2: float, role: str = "border") -> None:
    """A horizontal line of one pixel on row `y`."""
    painter.fillRect(QRectF(x1, y, x2 - x1, 1), current_theme().color(role))


def elided(painter: QPainter, text: str, width: float) -> str:
    """The text, cut with an ellipsis when it does not fit."""
    # Advances are fractions: a text must not be cut for the want of half a pixel.
    return painter.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, int(width) + 1)


def text_left(painter: QPainter, text: str, x: float, rect: QRect | QRectF, right: float) -> float:
    """Paint one line from x, centred in the height of rect, cut at `right`; returns its end."""
    area = QRectF(rect)
    area.setLeft(x)
    area.setRight(right)
    shown = elided(painter, text, area.width())
    painter.drawText(area, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, shown)
    return x + painter.fontMetrics().horizontalAdvance(shown)


def button_colours(
    theme: Theme, kind: str, *, enabled: bool, hover: bool, down: bool, on: bool
) -> tuple[QColor | None, QColor | None, str]:
    """Fill, edge and text role of a button.

    Kinds: primary, default, quiet, tool, danger. `on` is a checked button.
    """
    if not enabled:
        filled = kind in ("primary", "default", "danger")
        sunken = theme.color("surface-sunken") if filled else None
        return sunken, theme.color("border") if filled else None, "text-disabled"
    if kind == "primary":
        role = "accent-pressed" if down else "accent-hover" if hover else "accent"
        return theme.color(role), None, "on-accent"
    if kind == "danger":
        soft = theme.color("negative-soft") if hover or down else theme.color("surface-raised")
        return soft, theme.color("negative"), "negative"
    if on:
        return theme.color("accent-soft"), theme.color("accent"), "accent-text"
    pressed = theme.color("surface-sunken")
    if kind == "default":
        face = pressed if down else theme.color("hover" if hover else "surface-raised")
        return face, theme.color("border-strong"), "text"
    fill = pressed if down else theme.color("hover") if hover else None
    return fill, None, "text" if hover or down or kind == "tool" else "text-muted"


def sort_mark(painter: QPainter, x: float, middle: float, ascending: bool) -> None:
    """The small triangle of a sorted column, 7 wide, from x on."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(current_theme().color("accent"))
    tip = -3.5 if ascending else 3.5
    base = QPointF(x + 3.5, middle + tip)
    painter.drawPolygon([base, QPointF(x, middle - tip * 0.8), QPointF(x + 7, middle - tip * 0.8)])
    painter.restore()


def check_box(painter: QPainter, rect: QRect, checked: bool, partly: bool, enabled: bool) -> None:
    """A check box of 16 pixels in the middle of `rect`."""
    theme = current_theme()
    side = theme.control["checkbox"]
    area = QRect(0, 0, side, side)
    area.moveCenter(rect.center())
    if checked or partly:
        box(painter, area, 4, theme.color("accent" if enabled else "border-strong"))
        draw_icon(
            painter, "check" if checked else "minus", area.adjusted(2, 2, -2, -2), "on-accent"
        )
    else:
        face = theme.color("surface-raised" if enabled else "surface-sunken")
        box(painter, area, 4, face, theme.color("border-control" if enabled else "border"))


def radio(painter: QPainter, rect: QRect, checked: bool, enabled: bool) -> None:
    """A radio button of 16 pixels in the middle of `rect`."""
    theme = current_theme()
    area = QRect(0, 0, 16, 16)
    area.moveCenter(rect.center())
    colour = theme.color("accent" if checked else "border-control")
    if not enabled:
        colour = theme.color("border-strong")
    box(painter, area, 8, theme.color("surface-raised"), colour, 2 if checked else 1)
    if checked:
        box(painter, area.adjusted(4, 4, -4, -4), 4, colour)
