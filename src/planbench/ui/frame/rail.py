"""The navigation rail: one item for each workspace, settings at the foot."""

from __future__ import annotations

from PySide6.QtCore import QRect, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPaintEvent
from PySide6.QtWidgets import QAbstractButton, QSizePolicy, QVBoxLayout

from planbench.ui import paint
from planbench.ui.icons import draw_icon
from planbench.ui.theme import current_theme
from planbench.ui.translation import tr
from planbench.ui.widgets import Surface
from planbench.ui.workspaces import WORKSPACES


class RailButton(QAbstractButton):
    """One item, 60 by 52: icon above a small word; the current one has a marker at its left."""

    def __init__(self, title: str, icon: str, *, word: bool = True) -> None:
        super().__init__()
        self._icon, self._word = icon, word
        self.setText(title)
        self.setAccessibleName(title)
        self.setCheckable(word)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setFont(current_theme().font("small"))
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        if not word:
            self.setToolTip(title)

    def sizeHint(self) -> QSize:
        theme = current_theme()
        return QSize(
            theme.frame["rail"] - 1, theme.frame["rail_item"][1] + (2 if self._word else 0)
        )

    def nextCheckState(self) -> None:
        """The window says which item is current, not the click."""

    def paintEvent(self, event: QPaintEvent) -> None:
        theme = current_theme()
        painter = paint.upright(self)
        width, height = theme.frame["rail_item"]
        area = QRect(6, 1, width, height)
        here = self.isChecked()
        radius = theme.radius["nav_item"]
        if here:
            paint.box(painter, area, radius, theme.color("accent-soft"))
            painter.fillRect(QRect(0, area.top() + 12, 3, height - 24), theme.color("accent"))
        elif self.underMouse():
            paint.box(painter, area, radius, theme.color("hover"))
        role = "accent-text" if here else "text-muted"
        size = theme.icon["nav"]
        top = area.top() + (8 if self._word else (height - size) // 2)
        draw_icon(painter, self._icon, QRect(area.center().x() - 9, top, size, size), role)
        if self._word:
            font = self.font()
            font.setWeight(font.Weight.DemiBold if here else font.Weight.Normal)
            painter.setFont(font)
            painter.setPen(theme.color(role))
            words = QRect(area.left() - 4, area.top() + 31, area.width() + 8, 16)
            shown = paint.elided(painter, self.text(), words.width())
            painter.drawText(words, Qt.AlignmentFlag.AlignCenter, shown)
        keyboard = self.window().testAttribute(Qt.WidgetAttribute.WA_KeyboardFocusChange)
        if self.hasFocus() and keyboard:
            paint.focus_ring(painter, area, radius)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.click()
        else:
            super().keyPressEvent(event)


class Rail(Surface):
    """`chosen(name)` when a workspace was asked for, `settings_wanted()` for the gear."""

    chosen = Signal(str)
    settings_wanted = Signal()

    def __init__(self) -> None:
        super().__init__("surface-rail", "r")
        self.setFixedWidth(current_theme().frame["rail"])
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 8, 1, 8)
        column.setSpacing(0)
        self.buttons: dict[str, RailButton] = {}
        for number, one in enumerate(WORKSPACES, start=1):
            button = RailButton(one.title, one.icon)
            # Ctrl+0 is left to the views: it fits a plan into its pane.
            button.setToolTip(
                tr("{title} (Ctrl+{number})").format(title=one.title, number=number)
                if number < 10
                else one.title
            )
            button.clicked.connect(lambda _checked=False, name=one.name: self.chosen.emit(name))
            self.buttons[one.name] = button
            column.addWidget(button)
        column.addStretch(1)
        self.settings = RailButton(tr("Settings"), "settings", word=False)
        self.settings.clicked.connect(self.settings_wanted)
        column.addWidget(self.settings)

    def set_current(self, name: str) -> None:
        for key, button in self.buttons.items():
            button.setChecked(key == name)
