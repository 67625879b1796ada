"""The dialog of the user's own fields: added, renamed and taken away."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QDialog, QHBoxLayout, QVBoxLayout

from planbench.domain.errors import PlanbenchError
from planbench.scenes.own_fields import OWN, OwnField
from planbench.services.document import Document
from planbench.services.own_fields import add_field, delete_field, rename_field
from planbench.services.undo import Command
from planbench.ui.translation import tr
from planbench.ui.widgets import Button, Column, ComboBox, FlatTableModel, Label, TableView
from planbench.ui.widgets.forms import line_edit

if TYPE_CHECKING:
    from planbench.ui.schedule.workspace import ScheduleWorkspace


_WORDS = {"text": tr("Text"), "number": tr("Number"), "date": tr("Date")}


class OwnFieldsDialog(QDialog):
    """Fields in a table, and below it the name and kind of the next one or the selected.

    Every step can be undone; a new field becomes a column at the right end of the table.
    """

    def __init__(self, space: ScheduleWorkspace) -> None:
        super().__init__(space)
        self._space = space
        self.setWindowTitle(tr("Own fields"))
        self.resize(520, 420)
        self.lines = FlatTableModel()
        self.table = TableView(tr("Own fields"))
        self.table.setModel(self.lines)
        self.name = line_edit("", tr("Name of the field"), lambda: self._say(""))
        self.name.setPlaceholderText(tr("Name"))
        self.kind = ComboBox(list(_WORDS.values()), tr("What it holds"))
        self.add = Button(tr("Add"), "primary", "plus")
        self.add.setDefault(True)
        self.rename = Button(tr("Rename"), "default", "pencil", tip=tr("Rename the selected field"))
        self.delete = Button(tr("Delete"), "default", "trash", tip=tr("Delete the selected field"))
        self.error = Label("", "small", "negative", wrap=True)
        self._lay_out()
        self.add.clicked.connect(lambda _on=False: self._take(self._added))
        self.rename.clicked.connect(lambda _on=False: self._take(self._renamed))
        self.delete.clicked.connect(lambda _on=False: self._take(self._deleted))
        self.table.row_changed.connect(lambda _row: self._chosen())
        space.state.result_changed.connect(self._result)
        space.state.document_changed.connect(self.reject)
        self.fill()
        self.name.setFocus()

    def _lay_out(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 16, 20, 16)
        column.setSpacing(10)
        hint = tr(
            "They are columns to fill, filter, sort and group by. They are kept in the library by "
            "activity ID, for all updates of the project, and never written to the schedule's file."
        )
        column.addWidget(Label(hint, "small", "text-muted", wrap=True))
        column.addWidget(self.table, 1)
        line = QHBoxLayout()
        line.setSpacing(8)
        line.addWidget(self.name, 1)
        line.addWidget(self.kind)
        line.addWidget(self.add)
        column.addLayout(line)
        column.addWidget(self.error)
        foot = QHBoxLayout()
        foot.setSpacing(8)
        foot.addWidget(self.rename)
        foot.addWidget(self.delete)
        foot.addStretch(1)
        close = Button(tr("Close"), "default")
        close.clicked.connect(lambda _on=False: self.accept())
        foot.addWidget(close)
        column.addLayout(foot)

    @property
    def _document(self) -> Document | None:
        return self._space.state.document

    @property
    def selected(self) -> OwnField | None:
        """The field of the selected row."""
        document, row = self._document, self.table.current_row()
        known = () if document is None else document.own_fields
        return known[row] if 0 <= row < len(known) else None

    def fill(self) -> None:
        """Show the fields of the document as they are now."""
        document = self._document
        if document is None:
            return
        fields = document.own_fields
        there = set(document.schedule.activities.code.tolist())
        counts = [sum(code in there for code in one.values) for one in fields]
        self.lines.set_data(
            [
                Column("name", tr("Name"), 220, values=[one.name for one in fields], stretch=True),
                Column("kind", tr("Holds"), 90, values=[_WORDS[one.kind] for one in fields]),
                Column("count", tr("Values here"), 90, True, counts),
            ],
            len(fields),
        )
        self.table.apply_columns()
        self._chosen()

    def _chosen(self) -> None:
        there = self.selected is not None
        for button in (self.rename, self.delete):
            button.setEnabled(there)

    def _taken(self) -> list[str]:
        """Names of the fields that are not the user's own."""
        columns = self._space.plan.columns.values()
        return [one.name for one in columns if not one.id.startswith(OWN)]

    def _added(self, document: Document) -> Command:
        kind = list(_WORDS)[self.kind.currentIndex()]
        return add_field(document, self.name.text(), kind, self._taken())

    def _renamed(self, document: Document) -> Command:
        assert self.selected is not None
        return rename_field(document, self.selected.uid, self.name.text(), self._taken())

    def _deleted(self, document: Document) -> Command:
        assert self.selected is not None
        return delete_field(document, self.selected.uid)

    def _take(self, step: Callable[[Document], Command]) -> None:
        document = self._document
        if document is None:
            return
        before, shown = document.own_fields, self._space.columns.ids()
        try:
            self._space.desk.push(step(document))
        except PlanbenchError as error:
            self._say(error.line)
            return
        names = {one.uid: f"{OWN}{one.name}" for one in document.own_fields}
        now = {f"{OWN}{one.name}": names.get(one.uid, "") for one in before}  # "" for one that goes
        new = names.keys() - {one.uid for one in before}
        wanted = [now.get(one, one) for one in shown] + [names[uid] for uid in new]
        if wanted != shown:
            self._space.columns.show([one for one in wanted if one])
        if new:
            self.name.clear()
        self._say("")

    def _say(self, words: str) -> None:
        self.error.setText(words)

    def _result(self, kind: str) -> None:
        if kind == "own fields":
            self.fill()


def ask_for_own_fields(space: ScheduleWorkspace) -> OwnFieldsDialog | None:
    """Let the user make fields of their own."""
    if space.state.document is None:
        return None
    return space.show_dialog(OwnFieldsDialog(space))
