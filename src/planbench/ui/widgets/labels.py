"""Text in a style and a colour role, chips, and the small pictures inside rows."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPalette, QPen
from PySide6.QtWidgets import QLabel, QSizePolicy, QStyle, QWidget

from planbench.ui import paint
from planbench.ui.icons import draw_icon
from planbench.ui.theme import current_theme, theme_manager


class Label(QLabel):
    """A text with a type style and a colour role; `wrap` lets it break into lines."""

    def __init__(
        self,
        text: str = "",
        style: str = "body",
        role: str = "text",
        *,
        wrap: bool = False,
        tabular: bool = False,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(text, parent)
        self._style = style
        self._role = role
        self.setFont(current_theme().font(style, tabular))
        self.setWordWrap(wrap)
        self.setTextFormat(Qt.TextFormat.PlainText)
        if not wrap:
            self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self._tint()
        theme_manager().changed.connect(self._tint)

    def set_role(self, role: str) -> None:
        """Another colour role, for example `late`."""
        self._role = role
        self._tint()

    def _tint(self) -> None:
        palette = QPalette(self.palette())
        palette.setColor(QPalette.ColorRole.WindowText, current_theme().color(self._role))
        self.setPalette(palette)


class ElidedLabel(QWidget):
    """One line that is cut with an ellipsis; the whole text is its tooltip and its name."""

    def __init__(
        self, text: str = "", style: str = "body", role: str = "text", parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._style, self._role = style, role
        self._text = ""
        self.setFont(current_theme().font(style))
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setText(text)

    def text(self) -> str:
        return self._text

    def setText(self, text: str) -> None:
        self._text = text
        self.setAccessibleName(text)
        self.updateGeometry()
        self.update()

    def set_role(self, role: str) -> None:
        self._role = role
        self.update()

    def sizeHint(self) -> QSize:
        metrics = self.fontMetrics()
        return QSize(metrics.horizontalAdvance(self._text) + 2, current_theme().line(self._style))

    def minimumSizeHint(self) -> QSize:
        return QSize(24, current_theme().line(self._style))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = paint.upright(self)
        painter.setPen(current_theme().color(self._role))
        cut = paint.elided(painter, self._text, self.width())
        self.setToolTip(self._text if cut != self._text else "")
        side = QStyle.visualAlignment(self.layoutDirection(), Qt.AlignmentFlag.AlignLeft)
        painter.drawText(self.rect(), Qt.AlignmentFlag.AlignVCenter | side, cut)


CHIPS: dict[str, tuple[str, str, str]] = {
    # kind: (fill role, text role, icon)
    "meets": ("positive-soft", "positive", "check"),
    "done": ("positive-soft", "positive", "done"),
    "flag": ("warning-soft", "warning", "flag"),
    "watch": ("warning-soft", "warning", "alert"),
    "missing": ("negative-soft", "negative", "x"),
    "needs-you": ("info-soft", "info", "user"),
    "not-applicable": ("surface-sunken", "text-muted", "minus"),
    "held-back": ("info-soft", "info", "lock"),
    "data": ("info-soft", "info", "flag"),
    "critical": ("critical-soft", "critical-text", "alert"),
    "near-critical": ("near-critical-soft", "near-critical-text", "diamond"),
    "late": ("late-soft", "late", "clock"),
    "later": ("late-soft", "late", "arrow-right"),
    "earlier": ("early-soft", "early", "arrow-left"),
    "filter": ("accent-soft", "accent-text", "filter"),
    "stale": ("surface-sunken", "text-muted", "refresh"),
    "neutral": ("surface-sunken", "text-muted", ""),
    "info": ("info-soft", "info", "info"),
}
"""Every chip of the product: what a state looks like is decided here and nowhere else."""


def chip_width(painter_or_widget: QPainter | QWidget, kind: str, text: str) -> int:
    """Width of a chip in logical pixels."""
    extra = 17 if CHIPS[kind][2] else 0
    return painter_or_widget.fontMetrics().horizontalAdvance(text) + 14 + extra


def draw_chip(painter: QPainter, rect: QRect, kind: str, text: str) -> None:
    """Paint a chip, 20 high, at the left edge and in the vertical middle of `rect`."""
    theme = current_theme()
    fill, role, icon = CHIPS[kind]
    painter.save()
    painter.setFont(theme.font("small", tabular=True))
    width = min(chip_width(painter, kind, text), rect.width())
    height = theme.control["chip"]
    top = rect.top() + (rect.height() - height) // 2
    area = QRect(rect.left(), top, width, height)
    paint.box(painter, area, theme.radius["chip"], theme.color(fill))
    x = area.left() + 7
    if icon:
        draw_icon(painter, icon, QRect(x - 1, area.top() + 4, 13, 13), role)
        x += 16
    painter.setPen(theme.color(role))
    paint.text_left(painter, text, x, area, area.right() - 3)
    painter.restore()


class Chip(QWidget):
    """A state in a word and an icon; see `CHIPS` for the kinds."""

    def __init__(self, kind: str, text: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFont(current_theme().font("small", tabular=True))
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.set(kind, text)

    def set(self, kind: str, text: str) -> None:
        """Show another state. Raises KeyError for an unknown kind."""
        CHIPS[kind]
        self._kind, self._text = kind, text
        self.setAccessibleName(text)
        self.updateGeometry()
        self.update()

    def text(self) -> str:
        return self._text

    def sizeHint(self) -> QSize:
        return QSize(chip_width(self, self._kind, self._text), current_theme().control["chip"])

    minimumSizeHint = sizeHint

    def paintEvent(self, event: QPaintEvent) -> None:
        draw_chip(paint.upright(self), self.rect(), self._kind, self._text)


def draw_sparkline(painter: QPainter, rect: QRect, values: Sequence[float], role: str) -> None:
    """A trend of a few values with a dot on the last; nothing for less than two values."""
    points = [float(value) for value in values]
    if len(points) < 2:
        return
    low, high = min(points), max(points)
    area = QRectF(rect).adjusted(3, 3, -4, -3)
    step = area.width() / (len(points) - 1)
    span = high - low
    # A flat trend runs through the middle.
    heights = [(value - low) / span if span else 0.5 for value in points]
    line = [
        QPointF(area.left() + i * step, area.bottom() - height * area.height())
        for i, height in enumerate(heights)
    ]
    colour = current_theme().color(role)
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(colour, 1.5))
    painter.drawPolyline(line)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(colour)
    painter.drawEllipse(line[-1], 2.5, 2.5)
    painter.restore()


def draw_parts(painter: QPainter, rect: QRect, parts: Sequence[tuple[float, str]]) -> None:
    """A bar 6 high split into shares, each (amount, colour role), with 1-px gaps."""
    total = sum(amount for amount, _ in parts)
    theme = current_theme()
    area = QRectF(rect.left(), rect.center().y() - 3, rect.width(), 7)
    if total <= 0:
        painter.fillRect(area, theme.color("surface-sunken"))
        return
    x = area.left()
    shown = [(amount, role) for amount, role in parts if amount > 0]
    usable = area.width() - (len(shown) - 1)
    for amount, role in shown:
        width = usable * amount / total
        paint.box(painter, QRectF(x, area.top(), width, area.height()), 1, theme.color(role))
        x += width + 1


class Sparkline(QWidget):
    """A small trend line, drawn in a colour role."""

    def __init__(
        self, values: Sequence[float] = (), role: str = "text-muted", parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setMinimumSize(48, 16)
        self.set(values, role)

    def set(self, values: Sequence[float], role: str = "text-muted") -> None:
        self._values, self._role = list(values), role
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        draw_sparkline(paint.upright(self), self.rect(), self._values, self._role)


class PartsBar(QWidget):
    """A bar split into shares, each (amount, colour role)."""

    def __init__(
        self, parts: Sequence[tuple[float, str]] = (), parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setMinimumSize(60, 10)
        self.set(parts)

    def set(self, parts: Sequence[tuple[float, str]]) -> None:
        self._parts = list(parts)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        draw_parts(paint.upright(self), self.rect(), self._parts)
