"""The preview of a table that comes back: what it changes, what is refused, and why."""

from __future__ import annotations

from PySide6.QtWidgets import QHBoxLayout, QWidget

from planbench.domain.errors import PlanbenchError
from planbench.services.document import Document
from planbench.services.tables import Changes, apply_changes
from planbench.ui import text
from planbench.ui.frame.rows import RowsDialog
from planbench.ui.state import AppState
from planbench.ui.translation import tr
from planbench.ui.widgets import Banner, Button, Column, Surface

_COLUMNS = (
    Column("kind", tr("Kind"), 92),
    Column("table", tr("Table"), 104),
    Column("line", tr("Row"), 56, right=True),
    Column("id", "ID", 120),
    Column("title", tr("Column"), 160),
    Column("before", tr("Now"), 150),
    Column("after", tr("In the file"), 220, stretch=True),
    Column("why", tr("Why not"), 380),
)


class ImportDialog(RowsDialog):
    """Shows the difference that a file makes; Apply takes it over in one undoable step."""

    def __init__(
        self,
        state: AppState,
        document: Document,
        changes: Changes,
        name: str,
        parent: QWidget | None = None,
        word: str = tr("Import"),
    ) -> None:
        rows, marks = _lines(changes)
        self._label = f"{word} {name}"
        super().__init__(self._label, _sentence(changes), _COLUMNS, rows, marks, parent)
        self._state, self._document, self._changes = state, document, changes
        self.problem = Banner("error")
        self.problem.hide()
        self.apply = Button(
            tr("Apply"), "primary", "check", tip=tr("Take the changes over as one step")
        )
        self.apply.setEnabled(changes.after is not None)
        self.apply.clicked.connect(self.take_over)
        close = Button(tr("Cancel"), tip=tr("Leave the schedule as it is"))
        close.clicked.connect(self.reject)
        self.resize(1240, 620)
        bar = Surface("surface-raised", "t")
        buttons = QHBoxLayout(bar)
        buttons.setContentsMargins(16, 10, 16, 10)
        buttons.addStretch(1)
        buttons.addWidget(close)
        buttons.addWidget(self.apply)
        layout = self.layout()
        assert layout is not None
        layout.addWidget(self.problem)
        layout.addWidget(bar)

    def take_over(self) -> None:
        """Apply the changes and close; Undo takes them all back."""
        stack = self._state.undo_stack
        if stack is None or stack.document is not self._document:
            self._tell(tr("Another schedule was opened in between. Import the table again."))
            return
        try:
            stack.push(apply_changes(self._document, self._changes, self._label))
        except PlanbenchError as error:
            self._tell(error.line)
            return
        self.accept()

    def _tell(self, words: str) -> None:
        self.problem.show_message(words, kind="error")
        self.apply.setEnabled(False)


def _lines(changes: Changes) -> tuple[list[tuple[str, ...]], list[str]]:
    """(rows, marks): what is refused first, then what comes in, then what changes."""
    found = [
        ("missing", (tr("Refused"), r.table, str(r.line), r.id, r.title, "", r.value, r.reason))
        for r in changes.refused
    ]
    found += [
        ("meets", (tr("Added"), a.table, str(a.line), a.id, "", "", a.what, ""))
        for a in changes.added
    ]
    found += [
        ("info", (tr("Changed"), c.table, str(c.line), c.id, c.title, c.before, c.after, ""))
        for c in changes.changed
    ]
    return [row for _, row in found], [mark for mark, _ in found]


def _sentence(changes: Changes) -> str:
    words = tr("{changed} would change").format(
        changed=text.counted(len(changes.changed), tr("cell"), tr("cells"))
    )
    words += tr(", {added} come in").format(
        added=text.counted(len(changes.added), tr("row"), tr("rows"))
    )
    words += tr(", {refused} refused").format(
        refused=text.counted(len(changes.refused), tr("entry"), tr("entries"))
    )
    words += tr(", {unchanged} as before. Nothing is changed yet.").format(
        unchanged=text.counted(changes.unchanged, tr("row"), tr("rows"))
    )
    if changes.ignored:
        words += tr(" Not read: {ignored}.").format(ignored=", ".join(changes.ignored))
    return words
