"""A block of cells from the clipboard over the activities of a table."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QWidget

from planbench.domain.errors import PlanbenchError
from planbench.domain.schedule import NO_ROW
from planbench.services.blocks import read_block
from planbench.services.document import Document
from planbench.services.jobs import JobContext
from planbench.services.tables import Cells, Changes, apply_changes, paste_changes
from planbench.ui import text
from planbench.ui.models.fields import stored
from planbench.ui.state import AppState
from planbench.ui.translation import tr

if TYPE_CHECKING:
    from planbench.ui.schedule.table import ActivityTable

MOST_ROWS = 20_000
"""Rows that are pasted at once."""


def paste(state: AppState, table: ActivityTable, parent: QWidget) -> None:
    """Put the block on the clipboard over the table's cells from the current one on.

    What can be taken becomes one step; when anything is refused, all is shown first.
    """
    document = state.document
    if document is None:
        return
    try:
        block = read_block(QGuiApplication.clipboard().text())
    except PlanbenchError as error:
        state.message.emit("warning", error.line)
        return
    cells = cells_from(table, len(block))
    if not block or not cells.rows or not cells.fields:
        words = tr("Choose the cell where the block begins.") if block else tr("Nothing is copied.")
        state.message.emit("info", words)
        return

    block = _in_english(block, cells.fields)

    def work(_context: JobContext) -> Changes:
        return paste_changes(document, cells, block)

    def done(changes: Changes) -> None:
        _take(state, document, changes, parent)

    state.run("paste", tr("Comparing the block"), work, done)


def _in_english(block: list[list[str]], fields: Sequence[str]) -> list[list[str]]:
    """A block whose fixed words are those the fields know; a heading stays as it is."""
    return [
        [stored(fields[place], text) if place < len(fields) else text for place, text in row_of]
        for row_of in (list(enumerate(row)) for row in block)
    ]


def cells_from(table: ActivityTable, count: int) -> Cells:
    """The cells of a table from the current one to the right and down, as many rows as asked.

    From the upper left one where a rectangle of cells is marked.

    Columns are those in sight, in the order they stand. Rows and texts are read here and now, so
    that a worker may use them.
    """
    model, head, index = table.activities, table.horizontalHeader(), table.block.corner()
    plan = model.plan
    if plan is None or not index.isValid():
        return Cells([], [], [], lambda _row, _column: "")
    first = head.visualIndex(index.column())
    order = [head.logicalIndex(place) for place in range(first, model.columnCount())]
    columns = [column for column in order if not table.isColumnHidden(column)]
    last = min(index.row() + min(count, MOST_ROWS), model.rowCount())
    places = range(index.row(), last)
    bands = plan.outline.bands
    nodes = [model.source(place) for place in places]
    texts = [[model.cell(place, column).text for column in columns] for place in places]
    usual = next((node for node in nodes if node >= bands), -1)
    fields = [model.shown[c].id if usual >= 0 and model.can_edit(usual, c) else "" for c in columns]
    titles = [model.columns[c].title.replace("\n", " ") for c in columns]
    rows = [node - bands if node >= bands else NO_ROW for node in nodes]
    return Cells(rows, fields, titles, lambda row, column: texts[row][column])


def _take(state: AppState, document: Document, changes: Changes, parent: QWidget) -> None:
    if state.document is not document:
        return
    if changes.refused:
        from planbench.ui.exchange.importing import ImportDialog

        dialog = ImportDialog(state, document, changes, "block", parent, tr("Paste"))
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.show()
        return
    if changes.after is None:
        state.message.emit("info", tr("The block changes nothing."))
        return
    words = text.counted(len(changes.changed), tr("cell"), tr("cells"))
    try:
        state.push(apply_changes(document, changes, tr("Paste {words}").format(words=words)))
    except PlanbenchError as error:
        state.message.emit("warning", error.line)
        return
    state.message.emit(
        "info", tr("{words} pasted. Undo takes them back in one step.").format(words=words)
    )
