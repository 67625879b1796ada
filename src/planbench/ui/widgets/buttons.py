"""Buttons, switches between views, and underlined tabs."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QRect, QSize, Qt, Signal
from PySide6.QtGui import QFontMetrics, QKeyEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QPushButton, QSizePolicy, QTabBar, QWidget

from planbench.ui import paint
from planbench.ui.icons import draw_icon
from planbench.ui.theme import current_theme
from planbench.ui.translation import tr
from planbench.ui.widgets.labels import CHIPS, chip_width, draw_chip


class Button(QPushButton):
    """A button of kind primary, default, quiet, tool or danger.

    `icon` is an icon's name, `hint` the shortcut shown after the text. A compact button shows its
    icon alone and moves its text into the tooltip. `in_card` makes it 24 high. `role` overrides
    the colour of an icon button.
    """

    def __init__(
        self,
        text: str = "",
        kind: str = "default",
        icon: str = "",
        *,
        hint: str = "",
        tip: str = "",
        in_card: bool = False,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(text, parent)
        self.kind = kind
        self.icon_name = icon
        self.hint = hint
        self._compact = False
        self._tip = tip
        self._height = current_theme().control["height_in_card" if in_card else "height"]
        self.setAccessibleName(text or tip)
        self.setFont(current_theme().font("strong" if kind == "primary" else "body"))
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self._explain()

    def setText(self, text: str) -> None:
        super().setText(text)
        self.setAccessibleName(text or self._tip)
        self._explain()

    def set_tip(self, tip: str) -> None:
        """What the tooltip says beyond the text."""
        self._tip = tip
        if not self.text():
            self.setAccessibleName(tip)
        self._explain()

    def set_compact(self, compact: bool) -> None:
        """Show the icon alone; a button without an icon keeps its text."""
        compact = compact and bool(self.icon_name)
        if compact != self._compact:
            self._compact = compact
            self._explain()
            self.updateGeometry()
            self.update()

    def _explain(self) -> None:
        words = self._tip or (self.text() if self._compact else "")
        if self.hint and words:
            words = f"{words} ({self.hint})"
        self.setToolTip(words)

    def _label(self) -> str:
        return "" if self._compact else self.text()

    def sizeHint(self) -> QSize:
        label = self._label()
        if not label:
            return QSize(max(self._height, 28), self._height)
        width = 24 + QFontMetrics(self.font()).horizontalAdvance(label)
        if self.icon_name:
            width += 23
        if self.hint and not self._compact:
            body = QFontMetrics(current_theme().font("body"))
            width += 9 + body.horizontalAdvance(self.hint)
        return QSize(width, self._height)

    minimumSizeHint = sizeHint

    def paintEvent(self, event: QPaintEvent) -> None:
        theme = current_theme()
        painter = paint.upright(self)
        fill, edge, role = paint.button_colours(
            theme,
            self.kind,
            enabled=self.isEnabled(),
            hover=self.underMouse(),
            down=self.isDown(),
            on=self.isChecked(),
        )
        focused = self.hasFocus() and self.window().testAttribute(
            Qt.WidgetAttribute.WA_KeyboardFocusChange
        )
        area = self.rect()
        radius = theme.radius["control"]
        if focused:
            paint.focus_ring(painter, area, radius)
            area = area.adjusted(3, 3, -3, -3)
            radius -= 2
        if fill is not None or edge is not None:
            paint.box(painter, area, radius, fill, edge)
        self._face(painter, role)

    def _face(self, painter: QPainter, role: str) -> None:
        theme = current_theme()
        label = self._label()
        middle = self.height() // 2
        if not label:
            painter_rect = QRect((self.width() - 16) // 2, middle - 8, 16, 16)
            if self.icon_name:
                draw_icon(painter, self.icon_name, painter_rect, role)
            return
        content = self.sizeHint().width() - 24
        x = max(6, (self.width() - content) // 2)
        if self.icon_name:
            draw_icon(painter, self.icon_name, QRect(x - 1, middle - 8, 16, 16), role)
            x += 23
        painter.setFont(self.font())
        painter.setPen(theme.color(role))
        end = paint.text_left(painter, label, x, self.rect(), self.width() - 4)
        if self.hint:
            painter.setFont(theme.font("body"))
            if self.kind != "primary" and self.isEnabled():
                painter.setPen(theme.color("text-muted"))
            painter.setOpacity(0.85 if self.kind == "primary" else 1.0)
            paint.text_left(painter, self.hint, end + 9, self.rect(), self.width())


class ChipButton(QPushButton):
    """A chip that opens the rows behind it."""

    def __init__(self, kind: str, text: str, tip: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFont(current_theme().font("small", tabular=True))
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setToolTip(tip)
        self._tip = tip
        self.set(kind, text)

    def set(self, kind: str, text: str) -> None:
        """Show another state. Raises KeyError for an unknown kind."""
        CHIPS[kind]
        self._kind = kind
        self.setText(text)
        self.setAccessibleName(f"{text}. {self._tip}".strip())
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(chip_width(self, self._kind, self.text()) + 4, 24)

    minimumSizeHint = sizeHint

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = paint.upright(self)
        draw_chip(painter, self.rect().adjusted(2, 0, -2, 0), self._kind, self.text())
        keyboard = self.window().testAttribute(Qt.WidgetAttribute.WA_KeyboardFocusChange)
        if self.hasFocus() and keyboard:
            paint.focus_ring(painter, self.rect(), 5)


class LinkButton(QPushButton):
    """Words that do something, in the accent colour: the door behind a count or a sentence."""

    def __init__(self, text: str, *, strong: bool = True, parent: QWidget | None = None) -> None:
        super().__init__(text, parent)
        self.setAccessibleName(text)
        self.setFont(current_theme().font("strong" if strong else "body"))
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def setText(self, text: str) -> None:
        super().setText(text)
        self.setAccessibleName(text)

    def sizeHint(self) -> QSize:
        return QSize(QFontMetrics(self.font()).horizontalAdvance(self.text()) + 8, 24)

    minimumSizeHint = sizeHint

    def paintEvent(self, event: QPaintEvent) -> None:
        theme = current_theme()
        painter = paint.upright(self)
        painter.setFont(self.font())
        role = "accent-text" if self.isEnabled() else "text-disabled"
        painter.setPen(theme.color(role))
        painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, self.text())
        keyboard = self.window().testAttribute(Qt.WidgetAttribute.WA_KeyboardFocusChange)
        if self.hasFocus() and keyboard:
            paint.focus_ring(painter, self.rect(), 4)
        elif self.underMouse():
            width = painter.fontMetrics().horizontalAdvance(self.text())
            x = (self.width() - width) // 2
            paint.rule(painter, x, self.height() - 5, x + width, role)


class SegmentedControl(QWidget):
    """A row of choices of which one holds. `changed(index)` on a choice by the user or in code."""

    changed = Signal(int)

    def __init__(
        self, choices: Sequence[str], name: str = tr("View"), parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._choices = list(choices)
        self._index = 0
        self._hover = -1
        self.setFont(current_theme().font("body"))
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setMouseTracking(True)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self._name = name
        self._tell()

    def _tell(self) -> None:
        self.setAccessibleName(f"{self._name}: {self._choices[self._index]}")

    def set_choices(self, choices: Sequence[str]) -> None:
        """Rename the choices, for example with counts in them; their number stays."""
        if len(choices) != len(self._choices):
            raise ValueError("the number of choices is fixed")
        self._choices = list(choices)
        self._tell()
        self.updateGeometry()
        self.update()

    @property
    def index(self) -> int:
        """The choice in force."""
        return self._index

    def set_index(self, index: int) -> None:
        if index != self._index and 0 <= index < len(self._choices):
            self._index = index
            self._tell()
            self.update()
            self.changed.emit(index)

    def _edges(self) -> list[int]:
        strong = QFontMetrics(current_theme().font("strong"))
        edges = [1]
        for choice in self._choices:
            edges.append(edges[-1] + strong.horizontalAdvance(choice) + 24)
        return edges

    def sizeHint(self) -> QSize:
        return QSize(self._edges()[-1] + 1, current_theme().control["height"])

    minimumSizeHint = sizeHint

    def _at(self, x: float) -> int:
        edges = self._edges()
        for index in range(len(self._choices)):
            if edges[index] <= x < edges[index + 1]:
                return index
        return -1

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self.set_index(self._at(event.position().x()))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._hover = self._at(event.position().x())
        self.update()

    def leaveEvent(self, event: QEvent) -> None:
        self._hover = -1
        self.update()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}.get(Qt.Key(event.key()), 0)
        if step:
            self.set_index(self._index + step)
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        theme = current_theme()
        painter = paint.upright(self)
        radius = theme.radius["control"]
        paint.box(
            painter,
            self.rect(),
            radius,
            theme.color("surface-raised"),
            theme.color("border-control"),
        )
        edges = self._edges()
        for index, choice in enumerate(self._choices):
            area = QRect(edges[index], 1, edges[index + 1] - edges[index], self.height() - 2)
            here = index == self._index
            if here or index == self._hover:
                paint.box(
                    painter, area, radius - 1, theme.color("accent-soft" if here else "hover")
                )
            if index and index not in (self._index, self._index + 1):
                painter.fillRect(
                    QRect(area.left(), 6, 1, self.height() - 12), theme.color("border")
                )
            painter.setFont(theme.font("strong" if here else "body"))
            painter.setPen(theme.color("accent-text" if here else "text-muted"))
            painter.drawText(area, Qt.AlignmentFlag.AlignCenter, choice)
        keyboard = self.window().testAttribute(Qt.WidgetAttribute.WA_KeyboardFocusChange)
        if self.hasFocus() and keyboard:
            paint.focus_ring(painter, self.rect(), radius)


class Tabs(QTabBar):
    """Underlined tabs; `currentChanged(int)` as in any tab bar."""

    def __init__(
        self, names: Sequence[str], name: str = tr("Sections"), parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setDrawBase(False)
        self.setExpanding(False)
        self.setFont(current_theme().font("strong"))
        self.setAccessibleName(name)
        self.setElideMode(Qt.TextElideMode.ElideNone)
        for text in names:
            self.addTab(text)

    def tabSizeHint(self, index: int) -> QSize:
        width = QFontMetrics(current_theme().font("strong")).horizontalAdvance(self.tabText(index))
        return QSize(width + 22, 34)

    def minimumTabSizeHint(self, index: int) -> QSize:
        return self.tabSizeHint(index)
