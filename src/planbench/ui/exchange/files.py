"""Asking for a file and writing or reading it, in jobs."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog

from planbench.domain.errors import ImportRefused
from planbench.services.convert import FORMATS, exported, format_of, save
from planbench.services.jobs import JobContext
from planbench.services.tables import Changes, read_changes, read_grid

if TYPE_CHECKING:
    from planbench.ui.window import MainWindow


def ask_for_export(window: MainWindow) -> None:
    """Let the user name a file for the open schedule; its ending gives the format."""
    document = window.state.document
    if document is None:
        window.say("warning", "Open a schedule, then export it.")
        return
    filters = [f"{title} (*{endings[0]})" for title, endings in FORMATS.values()]
    name = f"{Path(document.schedule.source.name or 'schedule').stem}-edited.xer"
    path, _ = QFileDialog.getSaveFileName(window, "Export as", name, ";;".join(filters))
    if path:
        export_to(window, path)


def export_to(window: MainWindow, path: str) -> None:
    """Write the open schedule to a file in a job."""
    document, library = window.state.document, window.state.library
    assert document is not None

    def work(_context: JobContext) -> None:
        kind = format_of(path)
        original = None
        if kind == "xer" and library is not None and document.update is not None:
            original = library.original_file(document.update)
        save(exported(document, kind, original), path)

    def done(_result: None) -> None:
        window.say("info", f"Written to {path}")

    window.state.run("export", f"Writing {Path(path).name}", work, done)


def ask_for_table(window: MainWindow) -> None:
    """Let the user choose a workbook or CSV of activities and preview what it changes."""
    if window.state.document is None:
        window.say("warning", "Open a schedule, then import its table.")
        return
    path, _ = QFileDialog.getOpenFileName(
        window, "Import table", "", "Activities in Excel or CSV (*.xlsx *.csv)"
    )
    if path:
        import_table(window, path)


def import_table(window: MainWindow, path: str) -> None:
    """Compare a table with the open schedule in a job, then show the difference."""
    document = window.state.document
    assert document is not None
    name = Path(path).name

    def work(_context: JobContext) -> Changes:
        try:
            content = Path(path).read_bytes()
        except OSError as error:
            raise ImportRefused(f"cannot be read: {error.strerror}", path) from error
        return read_changes(document, read_grid(content, name))

    def done(changes: Changes) -> None:
        from planbench.ui.exchange.importing import ImportDialog

        dialog = ImportDialog(window.state, document, changes, name, window)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.show()

    window.state.run("import-table", f"Comparing {name}", work, done)
