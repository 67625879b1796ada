"""The right pane: the sections of a report, their order, and the words of the one chosen."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QPlainTextEdit,
)

from planbench.domain.errors import ModelError
from planbench.engines.reports.template import Part, Template, placeholders
from planbench.services.reports.figures import FIGURES
from planbench.services.reports.kinds import KINDS
from planbench.ui.theme import current_theme
from planbench.ui.translation import tr
from planbench.ui.widgets import Button, ComboBox, Label, SidePane


class SectionsPane(SidePane):
    """`edited(Template)` when the user changed sections, their order or their words."""

    edited = Signal(object)

    def __init__(self) -> None:
        super().__init__(tr("Sections"), current_theme().frame["details_pane"], "right")
        self._template: Template | None = None
        self.list = QListWidget()
        self.list.setAccessibleName(tr("Sections of the report"))
        self.list.setToolTip(tr("Ticked sections are in the report; drag to order them"))
        self.list.setDragDropMode(QListWidget.DragDropMode.InternalMove)
        self.list.setFont(current_theme().font("body"))
        self.list.setMinimumHeight(270)
        self.up = Button("", "tool", "arrow-up", tip=tr("Move up (Alt+Up)"), in_card=True)
        self.down = Button("", "tool", "arrow-down", tip=tr("Move down (Alt+Down)"), in_card=True)
        self.remove = Button("", "tool", "trash-2", tip=tr("Take out of the report"), in_card=True)
        self.up.setShortcut("Alt+Up")
        self.down.setShortcut("Alt+Down")
        self.kinds = ComboBox(name=tr("Kind of section to add"))
        for name, kind in sorted(KINDS.items(), key=lambda one: one[1].title):
            self.kinds.addItem(kind.title, name)
        self.add = Button(
            tr("Add"), "default", "plus", tip=tr("Add a section below the one chosen")
        )
        self.title = QLineEdit()
        self.title.setAccessibleName(tr("Title of the section"))
        self.words = QPlainTextEdit()
        self.words.setAccessibleName(tr("Words of the section"))
        self.words.setTabChangesFocus(True)
        self.words.setFixedHeight(110)
        self.words.setPlaceholderText(tr("Words above the section. {finish} becomes the figure."))
        self.figures = ComboBox(name=tr("Figure to put into the words"))
        self.figures.addItem(tr("Insert a figure…"), "")
        for name, figure in sorted(FIGURES.items(), key=lambda one: one[1].title):
            self.figures.addItem(f"{figure.title}  {{{name}}}", name)
        self.wrong = Label("", "small", "critical-text", wrap=True)
        self._lay_out()
        self._connect()
        self._show_one()

    def _lay_out(self) -> None:
        for field in (self.title, self.words):
            field.setFont(current_theme().font("body"))
        tools = QHBoxLayout()
        tools.setSpacing(4)
        tools.addWidget(self.kinds, 1)
        tools.addWidget(self.add)
        order = QHBoxLayout()
        order.setSpacing(4)
        for button in (self.up, self.down, self.remove):
            order.addWidget(button)
        order.addStretch(1)
        self.body.addWidget(self.list)
        self.body.addLayout(order)
        self.body.addLayout(tools)
        self.add_section(tr("Title and words"))
        self.body.addWidget(self.title)
        self.body.addWidget(self.words)
        self.body.addWidget(self.figures)
        self.body.addWidget(self.wrong)

    def _connect(self) -> None:
        self.list.currentRowChanged.connect(lambda _row: self._show_one())
        self.list.itemChanged.connect(lambda _item: self._taken())
        self.list.model().rowsMoved.connect(lambda *_: self._taken())
        self.up.clicked.connect(lambda _on=False: self.move_one(-1))
        self.down.clicked.connect(lambda _on=False: self.move_one(1))
        self.remove.clicked.connect(lambda _on=False: self.take_out())
        self.add.clicked.connect(lambda _on=False: self.add_kind(str(self.kinds.currentData())))
        self.title.editingFinished.connect(self._rename)
        self.words.textChanged.connect(self._reword)
        self.figures.activated.connect(self._insert)

    # ------------------------------------------------------------ what is shown

    def show_template(self, template: Template) -> None:
        """Show another template; nothing is emitted."""
        row = max(self.list.currentRow(), 0)
        self._template = template
        with QSignalBlocker(self.list):
            self.list.clear()
            for part in template.parts:
                self.list.addItem(_item(part))
            self.list.setCurrentRow(min(row, len(template.parts) - 1))
        self._show_one()

    def parts(self) -> tuple[Part, ...]:
        """The sections as they stand in the list."""
        made = []
        for row in range(self.list.count()):
            item = self.list.item(row)
            part: Part = item.data(Qt.ItemDataRole.UserRole)
            made.append(replace(part, on=item.checkState() == Qt.CheckState.Checked))
        return tuple(made)

    def _show_one(self) -> None:
        item: QListWidgetItem | None = self.list.currentItem()
        part: Part | None = None if item is None else item.data(Qt.ItemDataRole.UserRole)
        with QSignalBlocker(self.title), QSignalBlocker(self.words):
            self.title.setText("" if part is None else part.title or KINDS[part.kind].title)
            self.words.setPlainText("" if part is None else part.text)
        row = self.list.currentRow()
        for widget in (self.title, self.words, self.figures):
            widget.setEnabled(part is not None)
        self.up.setEnabled(row > 0)
        self.down.setEnabled(0 <= row < self.list.count() - 1)
        self.remove.setEnabled(part is not None and self.list.count() > 1)
        self.wrong.setText("")

    # ------------------------------------------------------------ what the user does

    def _taken(self) -> None:
        self._show_one()
        if self._template is not None:
            self._template = self._template.with_parts(self.parts())
            self.edited.emit(self._template)

    def move_one(self, step: int) -> None:
        """Move the chosen section up (-1) or down (1)."""
        row = self.list.currentRow()
        if not 0 <= row + step < self.list.count() or row < 0:
            return
        with QSignalBlocker(self.list):
            item = self.list.takeItem(row)
            self.list.insertItem(row + step, item)
            self.list.setCurrentRow(row + step)
        self._taken()

    def take_out(self) -> None:
        """Take the chosen section out of the report."""
        if self.list.count() > 1 and self.list.currentRow() >= 0:
            with QSignalBlocker(self.list):
                self.list.takeItem(self.list.currentRow())
            self._taken()

    def add_kind(self, kind: str) -> None:
        """Add a section of a kind below the one chosen."""
        with QSignalBlocker(self.list):
            row = self.list.currentRow() + 1
            self.list.insertItem(row, _item(Part(kind, KINDS[kind].title)))
            self.list.setCurrentRow(row)
        self._taken()

    def _change(self, **values: str) -> None:
        item: QListWidgetItem | None = self.list.currentItem()
        if item is None:
            return
        part = replace(item.data(Qt.ItemDataRole.UserRole), **values)
        with QSignalBlocker(self.list):
            item.setData(Qt.ItemDataRole.UserRole, part)
            item.setText(part.title or KINDS[part.kind].title)
        if self._template is not None:
            self._template = self._template.with_parts(self.parts())
            self.edited.emit(self._template)

    def _rename(self) -> None:
        item = self.list.currentItem()
        if item is not None and self.title.text().strip() != item.text():
            self._change(title=self.title.text().strip())

    def _reword(self) -> None:
        text = self.words.toPlainText()
        try:
            unknown = [name for name in placeholders(text) if name not in FIGURES]
        except ModelError as error:
            self.wrong.setText(error.line)
            return
        if unknown:
            self.wrong.setText(
                tr("There is no figure {{{unknown}}}; choose one from the list.").format(
                    unknown=unknown[0]
                )
            )
            return
        self.wrong.setText("")
        self._change(text=text)

    def _insert(self, index: int) -> None:
        name = str(self.figures.itemData(index) or "")
        self.figures.setCurrentIndex(0)
        if name:
            self.words.insertPlainText(f"{{{name}}}")
            self.words.setFocus()


def _item(part: Part) -> QListWidgetItem:
    item = QListWidgetItem(part.title or KINDS[part.kind].title)
    item.setData(Qt.ItemDataRole.UserRole, part)
    item.setFlags(
        Qt.ItemFlag.ItemIsEnabled
        | Qt.ItemFlag.ItemIsSelectable
        | Qt.ItemFlag.ItemIsUserCheckable
        | Qt.ItemFlag.ItemIsDragEnabled
    )
    item.setCheckState(Qt.CheckState.Checked if part.on else Qt.CheckState.Unchecked)
    item.setToolTip(KINDS[part.kind].title)
    return item
