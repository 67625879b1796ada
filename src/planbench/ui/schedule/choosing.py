"""The column chooser: every field by category, found by typing, and those that are shown."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QDialog,
    QHBoxLayout,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from planbench.scenes.columns import Column
from planbench.ui.schedule.foot import dialog_foot
from planbench.ui.theme import current_theme
from planbench.ui.translation import tr
from planbench.ui.widgets.buttons import Button, LinkButton, SegmentedControl
from planbench.ui.widgets.fields import SearchField
from planbench.ui.widgets.labels import Label

KEY = Qt.ItemDataRole.UserRole
ALIGNS = ("", "left", "right")


class _List(QListWidget):
    """A list whose Enter and double click do `act`."""

    def __init__(self, name: str, act: Callable[[], object]) -> None:
        super().__init__()
        self._act = act
        self.setAccessibleName(name)
        self.setFont(current_theme().font("body"))
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setUniformItemSizes(False)
        self.itemDoubleClicked.connect(lambda _item: act())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._act()
            return
        super().keyPressEvent(event)

    def picked(self) -> list[str]:
        """Ids of the chosen entries, from the top."""
        rows = sorted(self.row(item) for item in self.selectedItems())
        found = (self.item(row).data(KEY) for row in rows)
        return [str(key) for key in found if key]


class ColumnDialog(QDialog):
    """Chooses columns, their order, titles, widths and sides.

    `apply(columns)` takes them as they are to be shown, with their widths in pixels; `more()`
    makes further fields.
    """

    def __init__(
        self,
        columns: dict[str, Column],
        shown: list[Column],
        apply: Callable[[list[Column] | None], object],
        parent: QWidget,
        more: Callable[[], object] | None = None,
    ) -> None:
        super().__init__(parent)
        self._all, self._apply, self._more = columns, apply, more
        self.shown = {column.id: column for column in shown}
        self.setWindowTitle(tr("Columns"))
        self.resize(700, 520)
        self.search = SearchField(tr("Find a field"))
        self.offered = _List(tr("Fields that can be shown"), self.add)
        self.chosen = _List(tr("Columns shown"), self.remove)
        self.chosen.setDragDropMode(QAbstractItemView.DragDropMode.InternalMove)
        self.title = QLineEdit()
        self.title.setAccessibleName(tr("Title of the column"))
        self.title.setFont(current_theme().font("body"))
        self.width_ = QSpinBox()
        self.width_.setRange(28, 800)
        for part in (self.width_, self.width_.lineEdit()):
            part.setAccessibleName(tr("Width in pixels"))
        self.align = SegmentedControl((tr("Usual"), "Left", "Right"), tr("Side"))
        self.tip = Label("", "small", "text-muted", wrap=True)
        self.tip.setMinimumHeight(current_theme().line("small") * 3)
        self._lay_out()
        self._connect()
        self._fill_chosen()
        self._fill_offered()
        self.search.setFocus()

    def _connect(self) -> None:
        self.search.textChanged.connect(lambda _text: self._fill_offered())
        self.offered.currentItemChanged.connect(lambda now, _was: self._tell(now))
        self.chosen.currentItemChanged.connect(lambda now, _was: self._show_one(now))
        self.title.textEdited.connect(lambda _text: self._change())
        self.width_.valueChanged.connect(lambda _wide: self._change())
        self.align.changed.connect(lambda _index: self._change())

    def _lay_out(self) -> None:
        left, middle, right = QVBoxLayout(), QVBoxLayout(), QVBoxLayout()
        left.addWidget(self.search)
        left.addWidget(self.offered, 1)
        middle.addStretch(1)
        for text, name, act in (
            (tr("Show"), "arrow-right", self.add),
            (tr("Hide"), "arrow-left", self.remove),
            (tr("Move up"), "arrow-up", lambda: self.move_one(-1)),
            (tr("Move down"), "arrow-down", lambda: self.move_one(1)),
        ):
            button = Button("", "default", name, tip=text)
            button.clicked.connect(lambda _on=False, act=act: act())
            middle.addWidget(button)
        middle.addStretch(1)
        right.addWidget(Label(tr("Shown, from the left"), "small", "text-muted"))
        right.addWidget(self.chosen, 1)
        right.addWidget(self.title)
        line = QHBoxLayout()
        line.addWidget(Label(tr("Width"), "small", "text-muted"))
        line.addWidget(self.width_, 1)
        line.addWidget(self.align)
        right.addLayout(line)
        lists = QHBoxLayout()
        lists.setSpacing(12)
        lists.addLayout(left, 1)
        lists.addLayout(middle)
        lists.addLayout(right, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 16, 20, 16)
        column.setSpacing(10)
        column.addLayout(lists, 1)
        column.addWidget(self.tip)
        reset = LinkButton(tr("As wide as fits"))
        reset.clicked.connect(lambda _on=False: self._reset())
        aside = QWidget()
        links = QHBoxLayout(aside)
        links.setContentsMargins(0, 0, 0, 0)
        links.setSpacing(16)
        links.addWidget(reset)
        if self._more is not None:
            own = LinkButton(tr("Own fields…"))
            own.clicked.connect(lambda _on=False: self._to_own())
            links.addWidget(own)
        column.addLayout(dialog_foot(self, tr("Apply"), self.take, aside))

    def _to_own(self) -> None:
        """Leave for the dialog in which fields are made."""
        self.reject()
        if self._more is not None:
            self._more()

    # ------------------------------------------------------------ the lists

    def _fill_offered(self) -> None:
        """Fields that are not shown and whose name or category has all the words.

        Those whose names begin with what was typed come first.
        """
        typed = self.search.text().casefold().strip()
        words = typed.split()
        self.offered.clear()
        category = ""
        places = {one.category: n for n, one in reversed(list(enumerate(self._all.values())))}
        order = sorted(
            self._all.values(),
            key=lambda one: (not one.name.casefold().startswith(typed), places[one.category]),
        )
        for column in order:
            told = f"{column.name} {column.category}".casefold()
            if column.id in self.shown or not all(word in told for word in words):
                continue
            if column.category != category:
                category = column.category
                self.offered.addItem(_heading(category))
            item = QListWidgetItem(column.name)
            item.setData(KEY, column.id)
            item.setToolTip(column.tip)
            self.offered.addItem(item)
        if self.offered.count() > 1:
            self.offered.setCurrentRow(1)

    def _fill_chosen(self, keep: str = "") -> None:
        self.chosen.clear()
        for key, column in self.shown.items():
            item = QListWidgetItem(column.title.replace("\n", " "))
            item.setData(KEY, key)
            item.setToolTip(column.tip)
            self.chosen.addItem(item)
            if key == keep:
                self.chosen.setCurrentItem(item)
        if not keep and self.chosen.count():
            self.chosen.setCurrentRow(0)

    def order(self) -> list[str]:
        """Ids of the columns shown, as the list stands (rows may have been dragged)."""
        return [str(self.chosen.item(row).data(KEY)) for row in range(self.chosen.count())]

    def _settle(self) -> None:
        self.shown = {key: self.shown[key] for key in self.order()}

    def add(self) -> None:
        """Show the chosen fields, after those that are shown."""
        self._settle()
        keys = self.offered.picked()
        self.shown |= {key: self._all[key] for key in keys}
        self._fill_chosen(keys[-1] if keys else "")
        self._fill_offered()

    def remove(self) -> None:
        """Hide the chosen columns; the name always stays."""
        self._settle()
        for key in self.chosen.picked():
            if key != "name":
                del self.shown[key]
        self._fill_chosen()
        self._fill_offered()

    def move_one(self, step: int) -> None:
        """Move the current column up or down."""
        self._settle()
        keys, row = list(self.shown), self.chosen.currentRow()
        to = row + step
        if row >= 0 and 0 <= to < len(keys):
            keys[row], keys[to] = keys[to], keys[row]
            self.shown = {key: self.shown[key] for key in keys}
            self._fill_chosen(keys[to])

    # ------------------------------------------------------------ one column

    def _tell(self, item: QListWidgetItem | None) -> None:
        column = self._all.get(str(item.data(KEY))) if item is not None else None
        self.tip.setText(column.tip if column is not None else "")

    def _show_one(self, item: QListWidgetItem | None) -> None:
        self._tell(item)
        column = self.shown.get(str(item.data(KEY))) if item is not None else None
        for part in (self.title, self.width_, self.align):
            part.setEnabled(column is not None)
            part.blockSignals(True)
        if column is not None:
            self.title.setText(column.title.replace("\n", " "))
            self.title.setCursorPosition(0)
            self.width_.setValue(column.width)
            self.align.set_index(ALIGNS.index(column.align))
        for part in (self.title, self.width_, self.align):
            part.blockSignals(False)

    def _change(self) -> None:
        """Title, width or side of the current column were changed."""
        if self.chosen.currentRow() < 0:
            return
        item = self.chosen.currentItem()
        column = self.shown[str(item.data(KEY))]
        typed = self.title.text().strip()
        same = typed == column.title.replace("\n", " ") or not typed
        title = column.title if same else typed
        align = ALIGNS[self.align.index]
        made = replace(column, title=title, width=self.width_.value(), align=align)
        self.shown[column.id] = made
        item.setText(title.replace("\n", " "))

    def _reset(self) -> None:
        self._apply(None)
        self.accept()

    def take(self) -> None:
        """Show these columns."""
        self._settle()
        self._apply(list(self.shown.values()))
        self.accept()


def _heading(text: str) -> QListWidgetItem:
    item = QListWidgetItem(text)
    item.setFlags(Qt.ItemFlag.NoItemFlags)
    item.setFont(current_theme().font("small"))
    item.setSizeHint(QSize(0, 24))
    return item
