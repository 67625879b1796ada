"""The dialog of a global change: a condition, what is set then and else, and what would happen."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import (
    QCompleter,
    QFileDialog,
    QHBoxLayout,
    QLineEdit,
    QVBoxLayout,
    QWidget,
)

from planbench.domain.errors import PlanbenchError
from planbench.services.assigning import choices_of
from planbench.services.editing import EditError
from planbench.services.global_change import (
    KIND,
    SHELF,
    Change,
    GlobalChange,
    Preview,
    change_json,
    changeable,
    parse_change,
    preview_change,
    write_report,
)
from planbench.services.jobs import JobContext
from planbench.ui import text
from planbench.ui.models.fields import FIXED_WORDS, all_in_window, stored
from planbench.ui.schedule.fieldbox import FieldBox
from planbench.ui.schedule.filtering import FilterDialog
from planbench.ui.schedule.foot import dialog_foot
from planbench.ui.schedule.shelf import Shelf
from planbench.ui.theme import current_theme
from planbench.ui.translation import tr, tr_data
from planbench.ui.widgets import Button, Column, FlatTableModel, Label, TableView

if TYPE_CHECKING:
    from planbench.ui.schedule.workspace import ScheduleWorkspace


class ChangeRow(QWidget):
    """One field and the value it is set to."""

    def __init__(self, dialog: GlobalChangeDialog, box: ChangeBox) -> None:
        super().__init__(box)
        self._dialog = dialog
        self.field = FieldBox(dialog.settable, tr("Field to set"))
        self.field.setFixedWidth(210)
        self.field.setCurrentIndex(-1)
        self.value = QLineEdit()
        self.value.setFont(current_theme().font("body"))
        self.value.setAccessibleName(tr("Value"))
        self.value.setPlaceholderText(tr("a value, [Field], or [Field] + 5"))
        remove = Button("", "quiet", "x", tip=tr("Remove the change"), in_card=True)
        remove.clicked.connect(lambda _on=False: box.remove(self))
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(6)
        row.addWidget(self.field)
        row.addWidget(Label("=", "body", "text-muted"))
        row.addWidget(self.value, 1)
        row.addWidget(remove)
        self.field.currentTextChanged.connect(self._other)
        self.value.textEdited.connect(lambda _text: dialog.changed())

    def _other(self, _text: str) -> None:
        """Another field is to be set: offer what it can be."""
        known = self.field.key
        offered = choices_of(self._dialog.plan.schedule, known) if known else ()
        if known in FIXED_WORDS:
            offered = tuple(map(tr_data, offered))
        completer = QCompleter(list(offered), self)
        completer.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        completer.setFilterMode(Qt.MatchFlag.MatchContains)
        completer.activated.connect(lambda _text: self._dialog.changed())
        self.value.setCompleter(completer)
        self._dialog.changed()

    def change(self) -> Change:
        """What is set, as it stands in the fields."""
        key = self.field.key
        return Change(key or self.field.currentText().strip(), stored(key, self.value.text()))


class ChangeBox(QWidget):
    """The changes of one branch."""

    def __init__(self, dialog: GlobalChangeDialog, title: str) -> None:
        super().__init__(dialog)
        self._dialog = dialog
        self.rows: list[ChangeRow] = []
        more = Button(tr("Field"), "quiet", "plus", tip=tr("Set one more field"), in_card=True)
        more.clicked.connect(lambda _on=False: self.add())
        self.more = more
        head = QHBoxLayout()
        head.addWidget(Label(title, "strong"))
        head.addWidget(more)
        head.addStretch(1)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(6)
        self._column.addLayout(head)

    def add(self) -> ChangeRow:
        """One more field at the end."""
        row = ChangeRow(self._dialog, self)
        self.rows.append(row)
        self._column.addWidget(row)
        row.show()
        row.field.setFocus()
        return row

    def remove(self, row: ChangeRow) -> None:
        """Take a field away."""
        self.rows.remove(row)
        row.hide()
        row.deleteLater()
        self._dialog.changed()

    def changes(self) -> tuple[Change, ...]:
        """What this branch sets."""
        return tuple(row.change() for row in self.rows)


class ChangeShelf(Shelf):
    """Named global changes, shown in the dialog."""

    kind, key, error = KIND, SHELF, EditError
    title, wait = tr("Save global change"), tr("Saving the global change")
    files = tr("planbench global changes (*.json)")

    def __init__(self, dialog: GlobalChangeDialog, space: ScheduleWorkspace) -> None:
        super().__init__(space, dialog)
        self._dialog = dialog

    def plain(self) -> dict[str, Any]:
        """The change as it stands in the dialog, with a condition that was just typed."""
        self._dialog.take_text()
        return change_json(self._dialog.asked(), self._dialog.columns)

    def show(self, values: Any, where: str = "") -> None:
        """Put a change into the dialog. Raises PlanbenchError where this schedule cannot."""
        self._dialog.put(parse_change(values, self._dialog.columns, where))


class GlobalChangeDialog(FilterDialog):
    """If a filter holds, set these fields, else those. Apply does what the preview showed."""

    def __init__(self, space: ScheduleWorkspace) -> None:
        self._space = space
        self.settable = changeable(all_in_window(space.plan.columns))
        self.preview: Preview | None = None
        self._of: GlobalChange | None = None
        super().__init__(space.plan, lambda _group, _highlight: None, space)
        self.setWindowTitle(tr("Global change"))
        self.resize(820, 640)
        self.then.add()
        self.changed()

    def _lay_out(self) -> None:
        self.highlight.hide()
        self.then, self.otherwise = ChangeBox(self, tr("Then")), ChangeBox(self, tr("Else"))
        self.shelf = ChangeShelf(self, self._space)
        self.named = Button(tr("Saved"), "default", "bookmark", tip=tr("Named global changes"))
        self.named.clicked.connect(lambda _on=False: self._pop())
        self.show_ = Button(tr("Preview"), "default", "eye")
        self.show_.clicked.connect(lambda _on=False: self.work_out())
        self.report = Button("", "quiet", "download", tip=tr("Save the preview as a workbook"))
        self.report.clicked.connect(lambda _on=False: self._save())
        self.told = Label("", "body", "text-muted", wrap=True)
        self.lines = FlatTableModel()
        self.table = TableView(tr("What would change"))
        self.table.setModel(self.lines)
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 16, 20, 16)
        column.setSpacing(10)
        column.addWidget(Label(tr("If"), "strong"))
        column.addWidget(self._scroll, 1)
        for part in (self.text, self.words, self.then, self.otherwise):
            column.addWidget(part)
        line = QHBoxLayout()
        line.setSpacing(8)
        line.addWidget(self.named)
        line.addWidget(self.show_)
        line.addWidget(self.told, 1)
        line.addWidget(self.report)
        column.addLayout(line)
        column.addWidget(self.table, 2)
        self.foot = dialog_foot(self, tr("Apply"), self.take, self.clear)
        column.addLayout(self.foot)

    def changed(self) -> None:
        """Something else is asked: what was shown does not hold any more."""
        super().changed()
        self._forget()

    def _forget(self) -> None:
        self.preview, self._of = None, None
        self.lines.set_data([], 0)
        self.told.setText(tr("Nothing is changed before it was shown."))
        self.told.set_role("text-muted")
        self.report.setEnabled(False)

    def _pop(self) -> None:
        menu = self.shelf.menu()
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(self.named.mapToGlobal(QPoint(0, self.named.height() + 2)))

    def put(self, change: GlobalChange) -> None:
        """Show a change in the fields."""
        self.set_group(change.condition)
        for box, lines in ((self.then, change.then), (self.otherwise, change.otherwise)):
            for row in list(box.rows):
                box.remove(row)
            for one in lines:
                row = box.add()
                row.field.setCurrentText(self.settable.get(one.field, one.field))
                row.value.setText(one.value)
        self.changed()

    def take_text(self) -> bool:
        """Take a condition that was typed into the fields; whether it can be read."""
        return not self._by_hand or self._typed(self.text.text())

    def asked(self) -> GlobalChange:
        """The change as it stands in the fields."""
        return GlobalChange(self.root.group(), self.then.changes(), self.otherwise.changes())

    def work_out(self) -> None:
        """Work the change out in the background and show what would happen."""
        document = self._space.state.document
        if document is None or not self._space.desk.settled:
            return
        if not self.take_text() or not self.try_it():
            return
        change, table, columns = self.asked(), self.plan.fields, self.columns
        given = dict(self.plan.parameters)

        def work(context: JobContext) -> Preview | PlanbenchError:
            context.report(0, 1, tr("Working the change out"))
            try:
                return preview_change(document, change, table, columns, given)
            except PlanbenchError as error:
                return error

        def done(found: Preview | PlanbenchError) -> None:
            if not self.isVisible() or self.asked() != change:
                return
            if isinstance(found, PlanbenchError):
                self._say_told(found.line, "negative")
            else:
                self._show(found, change)

        self._space.state.run("global-change", tr("Global change"), work, done)

    def _say_told(self, words: str, role: str) -> None:
        self.told.setText(words)
        self.told.set_role(role)

    def _show(self, found: Preview, change: GlobalChange) -> None:
        self.preview, self._of = found, change
        lines = sorted(found.lines, key=lambda one: bool(one.why))
        self.lines.set_data(
            [
                Column("code", tr("ID"), 96, values=[one.code for one in lines]),
                Column("name", tr("Name"), 180, values=[one.name for one in lines], stretch=True),
                Column("field", tr("Field"), 120, values=[one.field for one in lines]),
                Column("before", tr("Before"), 110, values=[one.before for one in lines]),
                Column("after", tr("After"), 110, values=[one.after for one in lines]),
                Column("why", tr("Stays because"), 160, values=[one.why for one in lines]),
            ],
            len(lines),
        )
        self.table.apply_columns()
        told = tr("{changed} would change, {refused} stay as they are.").format(
            changed=text.counted(found.changed, tr("activity"), tr("activities")),
            refused=text.counted(found.refused, tr("cell"), tr("cells")),
        )
        self._say_told(told, "text")
        self.report.setEnabled(bool(lines))

    def take(self) -> None:
        """Make the change that was shown; shows it first where it was not."""
        document, found = self._space.state.document, self.preview
        if found is None or document is None or document.schedule is not found.base:
            self.work_out()
            return
        if found.command is None:
            self._say_told(tr("Nothing would change."), "negative")
            return
        self._space.desk.push(found.command)
        self.accept()

    def _save(self) -> None:
        name, _ = QFileDialog.getSaveFileName(
            self, tr("Save the report"), "Global change.xlsx", tr("Workbook (*.xlsx)")
        )
        if name:
            self.save_report(Path(name))

    def save_report(self, path: Path) -> None:
        """Write what is shown as a workbook, in the background."""
        found, change, columns = self.preview, self._of, self.columns
        if found is None or change is None:
            return
        state = self._space.state
        state.run(
            "global-change-report",
            tr("Saving the report"),
            lambda _context: write_report(path, found, change, columns),
            lambda _none: state.message.emit("info", tr("Saved {name}").format(name=path.name)),
        )


def ask_for_change(space: ScheduleWorkspace) -> GlobalChangeDialog | None:
    """Let the user change many activities at once."""
    if space.state.document is None or not len(space.plan.schedule):
        return None
    return space.show_dialog(GlobalChangeDialog(space))
