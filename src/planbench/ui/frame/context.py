"""The context bar: which project, update and baseline; search, undo, theme, help."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QAction, QKeyEvent, QMouseEvent, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QSizePolicy, QWidget

from planbench.ui import paint
from planbench.ui.icons import draw_icon
from planbench.ui.theme import current_theme
from planbench.ui.translation import tr
from planbench.ui.widgets import Button, ChipButton, Label, Surface


class Logo(QWidget):
    """Three bars of a plan."""

    def __init__(self) -> None:
        super().__init__()
        self.setFixedSize(24, 24)

    def paintEvent(self, event: QPaintEvent) -> None:
        theme = current_theme()
        painter = paint.upright(self)
        shades = (theme.color("accent"), theme.color("remaining-edge"), theme.color("remaining"))
        for number, (x, width) in enumerate(((2, 12), (6, 12), (10, 12))):
            bar = QRectF(x, 4 + number * 6, width, 4)
            paint.box(painter, bar, 2, shades[number])


class ContextButton(QPushButton):
    """A name with a small arrow that opens a menu: project, update or baseline."""

    def __init__(self, name: str, *, strong: bool = False) -> None:
        super().__init__()
        self._name = name
        self._lead = ""
        self._strong = strong
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.set("", "")

    def set(self, lead: str, text: str) -> None:
        """`lead` stands muted before the text."""
        # A label such as "Update 3" needs no "Update" before it.
        if text.casefold().startswith(lead.casefold() + " "):
            lead = ""
        self._lead = lead
        self.setText(text)
        self.setAccessibleName(f"{self._name}: {lead} {text}".strip())
        self.updateGeometry()
        self.update()

    def _width(self) -> int:
        theme = current_theme()
        self.setFont(theme.font("heading" if self._strong else "body"))
        metrics = self.fontMetrics()
        lead = metrics.horizontalAdvance(self._lead + " ") if self._lead else 0
        return lead + metrics.horizontalAdvance(self.text()) + 34

    def sizeHint(self) -> QSize:
        return QSize(self._width(), 28)

    def minimumSizeHint(self) -> QSize:
        return QSize(60, 28)

    def paintEvent(self, event: QPaintEvent) -> None:
        theme = current_theme()
        painter = paint.upright(self)
        if self.underMouse():
            paint.box(painter, self.rect(), theme.radius["control"], theme.color("hover"))
        painter.setFont(theme.font("heading" if self._strong else "body"))
        x = 8.0
        right = self.width() - 26
        if self._lead:
            painter.setPen(theme.color("text-muted"))
            x = paint.text_left(painter, self._lead + " ", x, self.rect(), right)
        painter.setPen(theme.color("text"))
        x = paint.text_left(painter, self.text(), x, self.rect(), right)
        draw_icon(painter, "chevron-down", QRectF(x + 5, 7, 14, 14), "text-muted")
        keyboard = self.window().testAttribute(Qt.WidgetAttribute.WA_KeyboardFocusChange)
        if self.hasFocus() and keyboard:
            paint.focus_ring(painter, self.rect(), theme.radius["control"])


class SearchButton(QWidget):
    """Looks like a field and opens the command palette; typing into it opens it too."""

    opened = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self._hint = tr("Search projects, activities, commands")
        self.setAccessibleName(tr("Search and commands"))
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setCursor(Qt.CursorShape.IBeamCursor)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.setMinimumWidth(150)
        self.setMaximumWidth(340)

    def sizeHint(self) -> QSize:
        return QSize(340, 28)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self.opened.emit("")

    def keyPressEvent(self, event: QKeyEvent) -> None:
        text = event.text()
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            self.opened.emit("")
        elif text.isprintable() and text:
            self.opened.emit(text)
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        theme = current_theme()
        painter = paint.upright(self)
        radius = theme.radius["control"]
        face = theme.color("hover" if self.underMouse() else "surface")
        paint.box(painter, self.rect(), radius, face, theme.color("border-control"))
        draw_icon(painter, "search", QRectF(10, 7, 14, 14), "text-muted")
        painter.setFont(theme.font("small"))
        width = painter.fontMetrics().horizontalAdvance("Ctrl+K") + 12
        key = QRectF(self.width() - width - 8, 5, width, 18)
        paint.box(painter, key, 3, theme.color("surface-raised"), theme.color("border-strong"))
        painter.setPen(theme.color("text-muted"))
        painter.drawText(key, Qt.AlignmentFlag.AlignCenter, "Ctrl+K")
        painter.setFont(theme.font("body"))
        hint = self._hint if self.width() > 280 else tr("Search")
        paint.text_left(painter, hint, 32, self.rect(), key.left() - 6)
        keyboard = self.window().testAttribute(Qt.WidgetAttribute.WA_KeyboardFocusChange)
        if self.hasFocus() and keyboard:
            paint.focus_ring(painter, self.rect(), radius)


class ContextBar(Surface):
    """48 high across the window."""

    def __init__(self, actions: dict[str, QAction]) -> None:
        super().__init__("surface-raised", "b")
        self.setFixedHeight(current_theme().frame["context_bar"])
        self.setAccessibleName(tr("Context"))
        row = QHBoxLayout(self)
        row.setContentsMargins(24, 0, 12, 1)
        row.setSpacing(4)
        self.project = ContextButton(tr("Project"), strong=True)
        self.update_ = ContextButton(tr("Update"))
        self.baseline = ContextButton(tr("Baseline"))
        self.agreement = ChipButton("neutral", "", tr("Show the values that differ"))
        self.note = Label("", "body", "text-muted")
        self.search = SearchButton()
        self._rules: list[Surface] = []
        row.addWidget(Logo())
        row.addSpacing(12)
        row.addWidget(self.project)
        row.addWidget(self._line())
        row.addWidget(self.note)
        row.addWidget(self.update_)
        row.addWidget(self._line())
        row.addWidget(self.baseline)
        row.addSpacing(4)
        row.addWidget(self.agreement)
        row.addStretch(1)
        row.addWidget(self.search, 2)
        row.addSpacing(12)
        self.undo = self._button(actions["undo"], "quiet")
        self.redo = self._button(actions["redo"], "quiet")
        self.theme = self._button(actions["theme"], "quiet")
        self.help = self._button(actions["help"], "quiet")
        for button in (self.redo, self.theme, self.help):
            button.set_compact(True)
        row.addWidget(self.undo)
        row.addWidget(self.redo)
        row.addWidget(self._line())
        row.addWidget(self.theme)
        row.addWidget(self.help)
        self._undo = actions["undo"]
        self._redo = actions["redo"]
        for action in (self._undo, self._redo):
            action.changed.connect(self._follow)
        self._follow()

    def _line(self) -> Surface:
        line = Surface("border")
        line.setFixedSize(1, 20)
        self._rules.append(line)
        return line

    @staticmethod
    def _button(action: QAction, kind: str) -> Button:
        button = Button(action.text(), kind, tip=action.toolTip())
        button.icon_name = {"undo": "undo", "redo": "redo", "theme": "moon", "help": "help"}[
            action.objectName()
        ]
        button.hint = ""
        keys = action.shortcut().toString()
        button.set_tip(f"{action.toolTip()} ({keys})" if keys else action.toolTip())
        button.clicked.connect(action.trigger)
        return button

    def _follow(self) -> None:
        self.undo.setText(self._undo.text())
        self.undo.setEnabled(self._undo.isEnabled())
        self.redo.setEnabled(self._redo.isEnabled())

    def set_narrow(self, narrow: bool) -> None:
        """Below the breakpoint the undo button loses its words and the baseline goes."""
        self.undo.set_compact(narrow)

    def show_library(self, name: str, note: str) -> None:
        """Nothing is open, or Home is in front: say which library this is."""
        self.project.set("", name)
        self.note.setText(note)
        self.note.show()
        for part in (self.update_, self.baseline, self.agreement, self._rules[1]):
            part.hide()

    def show_document(
        self, title: str, update: str, baseline: str, agreement: tuple[str, str] | None
    ) -> None:
        """`agreement` is a chip's (kind, text) or None when nothing was compared."""
        self.project.set("", title)
        self.note.hide()
        self.update_.set(tr("Update"), update)
        self.baseline.set(tr("Baseline"), baseline or "none")
        for part in (self.update_, self.baseline, self._rules[1]):
            part.show()
        self.agreement.setVisible(agreement is not None)
        if agreement is not None:
            self.agreement.set(*agreement)
