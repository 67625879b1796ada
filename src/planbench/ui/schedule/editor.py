"""The field that opens over a cell, and the dialog of a relationship."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QEvent, QObject, QRect, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QApplication,
    QComboBox,
    QDialog,
    QHBoxLayout,
    QLineEdit,
    QVBoxLayout,
    QWidget,
)

from planbench.domain.errors import PlanbenchError
from planbench.domain.schedule import LinkType
from planbench.ui.theme import current_theme
from planbench.ui.translation import tr
from planbench.ui.widgets.buttons import Button
from planbench.ui.widgets.fields import ComboBox, FormField
from planbench.ui.widgets.labels import Label
from planbench.ui.widgets.panels import Surface

TYPE_NAMES = {
    LinkType.FS: tr("Finish to start (FS)"),
    LinkType.SS: tr("Start to start (SS)"),
    LinkType.FF: tr("Finish to finish (FF)"),
    LinkType.SF: tr("Start to finish (SF)"),
}


class CellEditor(QObject):
    """A line or a choice over a cell of a table, with what is wrong said below it.

    `put(text)` takes what was typed and raises PlanbenchError in words when it cannot; the field
    then stays open. Enter takes it, Esc leaves the cell as it was, and so does leaving the field
    with something that cannot be taken.
    """

    def __init__(
        self,
        viewport: QWidget,
        area: QRect,
        name: str,
        text: str,
        put: Callable[[str], object],
        offered: Sequence[str] = (),
        closed: Callable[[], object] = lambda: None,
    ) -> None:
        super().__init__(viewport)
        self._put, self._closed, self._room = put, closed, viewport
        self.note = Surface("negative-soft", "", viewport)
        self._open, self._first = True, text
        self.field: QLineEdit | QComboBox
        if offered:
            self.field = ComboBox(offered, name, viewport)
            self.field.setCurrentText(text)
            self.field.activated.connect(lambda _number: self.commit())
            area = QRect(area.topLeft(), area.size())
            area.setWidth(max(area.width(), self.field.sizeHint().width()))
        else:
            self.field = QLineEdit(text, viewport)
            self.field.setFont(current_theme().font("body", tabular=True))
            self.field.selectAll()
            self.field.textEdited.connect(lambda _text: self.note.hide())
        self.field.setAccessibleName(name)
        self.words = Label("", "small", "negative", wrap=True)
        inner = QVBoxLayout(self.note)
        inner.setContentsMargins(8, 4, 8, 4)
        inner.addWidget(self.words)
        self.note.hide()
        self.field.setGeometry(area)
        self.field.installEventFilter(self)
        self.field.show()
        self.field.setFocus(Qt.FocusReason.OtherFocusReason)
        if isinstance(self.field, QComboBox):
            self.field.showPopup()

    def text(self) -> str:
        """What the field holds."""
        field = self.field
        return field.currentText() if isinstance(field, QComboBox) else field.text()

    def commit(self) -> bool:
        """Take what was typed; False when it cannot be and the field stays open."""
        if not self._open:
            return True
        if self.text() == self._first and not isinstance(self.field, QComboBox):
            self.close()
            return True
        try:
            self._put(self.text())
        except PlanbenchError as error:
            self._refuse(error.line)
            return False
        self.close()
        return True

    def _refuse(self, words: str) -> None:
        room, field = self._room, self.field.geometry()
        self.words.setText(words)
        self.field.setAccessibleDescription(words)
        wide = min(300, max(160, room.width() - 16))
        self.note.setFixedWidth(wide)
        self.note.adjustSize()
        high = self.note.sizeHint().height()
        below = field.bottom() + 1 + high <= room.height()
        left = max(0, min(field.left(), room.width() - wide))
        self.note.move(left, field.bottom() + 1 if below else field.top() - high)
        self.note.show()
        self.note.raise_()

    def close(self) -> None:
        """Take the field away."""
        if self._open:
            self._open = False
            self.field.removeEventFilter(self)
            for part in (self.field, self.note):
                part.hide()
                part.deleteLater()
            self._closed()
            self.deleteLater()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Tab):
                self.commit()
                return True
            if event.key() == Qt.Key.Key_Escape:
                self.close()
                return True
        left = event.type() == QEvent.Type.FocusOut and QApplication.activePopupWidget() is None
        if left and not self.commit():
            self.close()
        return super().eventFilter(watched, event)


class LinkDialog(QDialog):
    """Predecessor, successor, type and lag of one relationship.

    `put(predecessor, successor, type, lag)` takes ids and texts and raises PlanbenchError in
    words when it cannot; the dialog then stays open and says so.
    """

    def __init__(
        self,
        title: str,
        put: Callable[[str, str, LinkType, str], object],
        predecessor: str = "",
        successor: str = "",
        kind: LinkType = LinkType.FS,
        lag: str = "0d",
        fixed: bool = False,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._put = put
        self.setWindowTitle(title)
        self.setMinimumWidth(360)
        self.predecessor = FormField(tr("Predecessor ID"), predecessor)
        self.successor = FormField(tr("Successor ID"), successor)
        for one in (self.predecessor, self.successor):
            one.field.setReadOnly(fixed)
        self.kind = ComboBox(tuple(TYPE_NAMES.values()), tr("Relationship type"))
        self.kind.setCurrentText(TYPE_NAMES[kind])
        self.lag = FormField(tr("Lag, days of the predecessor's calendar"), lag)
        self.words = Label("", "small", "negative", wrap=True)
        self.words.hide()
        self.accept_ = Button(tr("Change") if fixed else tr("Link"), "primary")
        self.accept_.setDefault(True)
        self.accept_.clicked.connect(lambda _on=False: self.take())
        cancel = Button(tr("Cancel"), "default")
        cancel.clicked.connect(lambda _on=False: self.reject())
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 16, 20, 16)
        column.setSpacing(10)
        for part in (self.predecessor, self.successor, self.kind, self.lag, self.words):
            column.addWidget(part)
        foot = QHBoxLayout()
        foot.addStretch(1)
        foot.addWidget(cancel)
        foot.addWidget(self.accept_)
        column.addLayout(foot)

    def take(self) -> None:
        """Take what was entered, or say what is wrong."""
        kind = list(TYPE_NAMES)[self.kind.currentIndex()]
        ends = self.predecessor.text().strip(), self.successor.text().strip()
        try:
            self._put(*ends, kind, self.lag.text())
        except PlanbenchError as error:
            self.words.setText(error.line)
            self.words.show()
            return
        self.accept()
