"""Asking for a file and writing or reading it, in jobs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog

from planbench.domain.errors import ImportRefused
from planbench.services.convert import FORMATS, Exported, export, format_of, save
from planbench.services.jobs import JobContext
from planbench.services.tables import Changes, read_all_changes, read_grids
from planbench.ui.translation import tr

if TYPE_CHECKING:
    from planbench.ui.window import MainWindow


def ask_for_export(window: MainWindow) -> None:
    """Let the user name a file for the open schedule; its ending gives the format.

    For a workbook or CSV the tables and columns are chosen next.
    """
    document = window.state.document
    if document is None:
        window.say("warning", tr("Open a schedule, then export it."))
        return
    filters = [f"{title} (*{endings[0]})" for title, endings in FORMATS.values()]
    name = f"{Path(document.schedule.source.name or 'schedule').stem}-edited.xer"
    path, _ = QFileDialog.getSaveFileName(window, tr("Export as"), name, ";;".join(filters))
    if path.lower().endswith((".xlsx", ".csv")):
        ask_for_columns(window, path)
    elif path:
        export_to(window, path)


def ask_for_columns(window: MainWindow, path: str) -> None:
    """Let the user choose tables and columns, then write them."""
    from planbench.ui.exchange.columns import ColumnsDialog

    document = window.state.document
    assert document is not None
    single = path.lower().endswith(".csv")
    dialog = ColumnsDialog(document.schedule, Path(path).name, single, window)
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    dialog.accepted.connect(lambda: export_to(window, path, dialog.chosen()))
    dialog.show()


def export_to(
    window: MainWindow, path: str, columns: Mapping[str, Sequence[str]] | None = None
) -> None:
    """Write the open schedule to a file in a job, then tell what the format does not hold."""
    document, library = window.state.document, window.state.library
    assert document is not None

    def work(_context: JobContext) -> Exported:
        kind = format_of(path)
        original = None
        if kind == "xer" and library is not None and document.update is not None:
            original = library.original_file(document.update)
        made = export(document, kind, original, columns)
        save(made.content, path)
        return made

    def done(made: Exported) -> None:
        window.say("info", tr("Written to {path}").format(path=path))
        if any(line.severity != "info" for line in made.report):
            from planbench.ui.exchange.report import export_report

            dialog = export_report(made.report, Path(path).name, window)
            dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
            dialog.show()

    window.state.run("export", tr("Writing {name}").format(name=Path(path).name), work, done)


def ask_for_table(window: MainWindow) -> None:
    """Let the user choose a workbook or CSV of tables and preview what it changes."""
    if window.state.document is None:
        window.say("warning", tr("Open a schedule, then import its tables."))
        return
    path, _ = QFileDialog.getOpenFileName(
        window, tr("Import tables"), "", tr("Tables in Excel or CSV (*.xlsx *.csv)")
    )
    if path:
        import_table(window, path)


def import_table(window: MainWindow, path: str) -> None:
    """Compare the tables of a file with the open schedule in a job, then show the difference."""
    document = window.state.document
    assert document is not None
    name = Path(path).name

    def work(_context: JobContext) -> Changes:
        try:
            content = Path(path).read_bytes()
        except OSError as error:
            raise ImportRefused(
                tr("cannot be read: {strerror}").format(strerror=error.strerror), path
            ) from error
        return read_all_changes(document, read_grids(content, name))

    def done(changes: Changes) -> None:
        from planbench.ui.exchange.importing import ImportDialog

        dialog = ImportDialog(window.state, document, changes, name, window)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.show()

    window.state.run("import-table", tr("Comparing {name}").format(name=name), work, done)
